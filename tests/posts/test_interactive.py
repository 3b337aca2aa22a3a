"""Formats that ask people to take part, and the report that closes them."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from channels.models import Channel
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities.domain import glossary
from municipalities.tenancy import scope
from platforms.types import Poll
from posts import queries
from posts.compose import outgoing, parts
from posts.composer.form_parser import parse_form
from posts.draft import CallToAction, Draft, Interactive, Text, parse
from posts.editing.domain.save import store_draft
from posts.editing.previews import of_draft
from posts.interactive import answers_until, format_notes
from posts.models import Closing, Post
from posts.polls.domain.close import MOST, ClosingReport, close, create_follow_up
from tests.analytics.factories import channel, published
from tests.people import Cast, sign_in

ASKED = Interactive("poll", ("Парк", "Пијацу"), days=2, promise="Изнећемо на седницу већа.")
QUESTION = Draft(texts={"sr-Cyrl": Text("Шта прво да уредимо?")}, interactive=ASKED)


@dataclass
class Account:
    pk: int = 7
    layout: str = "one"
    languages: list[str] = dataclasses.field(default_factory=lambda: ["sr-Cyrl"])
    takes_polls: bool = True
    takes_threads: bool = False


# ---- what goes out


def test_a_network_with_polls_gets_one_and_the_text_stays_as_written() -> None:
    (part,) = parts(QUESTION, Account())
    payload = outgoing(QUESTION, part, [], key=uuid4(), created_at=timezone.now())
    assert payload.text == "Шта прво да уредимо?"
    assert payload.poll == Poll(("Парк", "Пијацу"), 2 * 86_400)


def test_a_network_without_polls_gets_the_answers_numbered_in_the_text() -> None:
    (part,) = parts(QUESTION, Account(takes_polls=False))
    assert part.text == "Шта прво да уредимо?\n\n1) Парк\n2) Пијацу"
    assert part.poll is None


def test_the_answers_follow_the_script_of_the_text() -> None:
    (part,) = parts(QUESTION, Account(languages=["sr-Latn"]))
    assert part.poll == Poll(("Park", "Pijacu"), 2 * 86_400)
    both = Account(layout="combined", languages=["sr-Cyrl", "sr-Latn"], takes_polls=False)
    assert "1) Парк" in parts(QUESTION, both)[0].text
    assert "1) Park" in parts(QUESTION, both)[0].text


def test_a_question_or_a_contest_is_no_poll() -> None:
    for kind in ("question", "live", "contest", ""):
        draft = replace(QUESTION, interactive=replace(ASKED, kind=kind))
        (part,) = parts(draft, Account())
        assert (part.poll, part.text) == (None, "Шта прво да уредимо?")


# ---- what is worth a thought


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"promise": ""}, "Explain how the answers will be used"),
        ({"options": ("Парк",)}, "at least two"),
        ({"kind": "this_or_that", "options": ("1", "2", "3")}, "make it a poll"),
        ({"kind": "quiz"}, "Mark the right answer"),
        ({"kind": "contest"}, "needs rules"),
        ({"kind": "contest"}, "games of chance"),
        ({"kind": "live"}, "Write the plan"),
    ],
)
def test_each_format_says_what_it_lacks(change: dict[str, Any], sentence: str) -> None:
    notes = format_notes(replace(QUESTION, interactive=replace(ASKED, **change)))
    assert any(sentence in note for note in notes)


def test_a_poll_that_has_everything_has_no_notes() -> None:
    assert format_notes(QUESTION) == []
    assert format_notes(Draft(texts=QUESTION.texts)) == []


def test_a_poll_without_a_question_is_told() -> None:
    assert any("question mark" in note for note in format_notes(replace(QUESTION, texts={"sr-Cyrl": Text("Парк.")})))


# ---- what the page sends


def test_the_right_answer_is_counted_among_the_filled_lines() -> None:
    sent = QueryDict(mutable=True)
    sent["interactive-kind"] = "quiz"
    sent.setlist("interactive-option", ["Парк", "", "Пијацу", ""])
    sent["interactive-answer"] = "2"
    assert parse_form(sent, []).content.draft.interactive.answer == 1
    sent["interactive-answer"] = "3"
    assert parse_form(sent, []).content.draft.interactive.answer is None


def test_an_untouched_part_leaves_the_draft_as_it_was() -> None:
    sent = QueryDict(mutable=True)
    sent["interactive-days"] = "3"
    assert parse_form(sent, []).content.draft.interactive == Interactive()


def test_a_hostile_part_is_refused_in_words() -> None:
    for raw in ({"kind": "evil"}, {"options": "x"}, {"options": ["x"] * 99}, {"days": -1}, {"answer": "1"}, "poll"):
        with pytest.raises(ValueError, match=r"interactive|options"):
            parse({"interactive": raw})


# ---- the closing report


@pytest.fixture
def asked(cast: Cast) -> Post:
    publication = published(channel(cast.cuprija, cast.approver), timezone.now() - timedelta(days=5))
    with scope(cast.cuprija):
        post = Post.objects.get(pk=publication.post_id)
        store_draft(post, QUESTION)
        post.save()
    post.municipality = cast.cuprija
    return post


def test_the_time_to_report_is_the_end_of_the_poll_the_deadline_or_a_week() -> None:
    at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    question = replace(QUESTION, interactive=replace(ASKED, kind="question"))
    assert answers_until(QUESTION, at) == at + timedelta(days=2)
    assert answers_until(question, at) == at + timedelta(days=7)
    until = replace(question, call=CallToAction("comment", "", "2026-12-04"))
    assert answers_until(until, at).date().isoformat() == "2026-12-04"


@pytest.mark.parametrize(
    ("published", "day", "ends"),
    [
        # the clock goes back on 25 October 2026 and ahead on 28 March 2027
        ("2026-10-24T09:00+02:00", "2026-10-25", "2026-10-25T22:59+00:00"),
        ("2026-10-24T09:00+02:00", "2026-10-24", "2026-10-24T21:59+00:00"),
        ("2027-03-27T09:00+01:00", "2027-03-28", "2027-03-28T21:59+00:00"),
        ("2027-03-27T09:00+01:00", "2027-03-27", "2027-03-27T22:59+00:00"),
    ],
)
def test_the_last_day_ends_at_midnight_in_belgrade_also_when_the_clock_changes(
    published: str, day: str, ends: str
) -> None:
    question = replace(QUESTION, interactive=replace(ASKED, kind="question"), call=CallToAction("comment", "", day))
    until = answers_until(question, datetime.fromisoformat(published).astimezone(UTC))
    assert until.replace(second=0, microsecond=0) == datetime.fromisoformat(ends)


@pytest.mark.parametrize("published", ["2026-10-24T09:00+02:00", "2027-03-27T09:00+01:00"])
def test_a_poll_ends_when_its_network_ends_it_also_when_the_clock_changes(published: str) -> None:
    at = datetime.fromisoformat(published).astimezone(UTC)
    (part,) = parts(QUESTION, Account())
    assert part.poll is not None
    assert answers_until(QUESTION, at) == at + timedelta(seconds=part.poll.seconds)


def test_a_post_whose_answers_are_in_asks_for_its_report_until_it_is_written(cast: Cast, asked: Post) -> None:
    with scope(cast.cuprija):
        assert [post.pk for post in queries.closings_due(cast.cuprija)] == [asked.pk]
        close(asked, ClosingReport("Већина жели парк.", "Парк је у плану за пролеће.", 41), by=cast.officer)
        assert queries.closings_due(cast.cuprija) == []
        report = Closing.objects.get()
    assert (report.promise, report.answers) == ("Изнећемо на седницу већа.", 41)
    assert AuditEvent.objects.filter(verb="post.close").count() == 1


def test_a_poll_that_still_runs_does_not_ask(cast: Cast, asked: Post) -> None:
    with scope(cast.cuprija):
        store_draft(asked, replace(QUESTION, interactive=replace(ASKED, days=10)))
        asked.save()
        assert queries.closings_due(cast.cuprija) == []


@pytest.mark.parametrize(
    ("results", "done"), [("", "Урадили смо."), ("Рекли су.", " "), ("x" * (MOST + 1), "Урадили смо.")]
)
def test_half_a_report_is_refused(cast: Cast, asked: Post, results: str, done: str) -> None:
    with scope(cast.cuprija), pytest.raises(ActionNotAllowed):
        close(asked, ClosingReport(results, done), by=cast.officer)


def test_the_follow_up_is_begun_once_and_carries_the_report(cast: Cast, asked: Post) -> None:
    with scope(cast.cuprija):
        closing = close(asked, ClosingReport("Већина жели парк.", "Парк је у плану."), by=cast.officer)
        first = create_follow_up(closing, by=cast.officer)
        assert create_follow_up(closing, by=cast.officer).pk == first.pk
        text = parse(first.draft).texts["sr-Cyrl"].text
    assert "Већина жели парк." in text
    assert "Парк је у плану." in text


def test_a_house_that_writes_latin_gets_its_follow_up_in_latin_with_its_own_spellings(cast: Cast, asked: Post) -> None:
    with scope(cast.cuprija):
        glossary.remember(cast.cuprija, "Facebook", "Фејсбук", by=cast.officer)
        cast.cuprija.primary_script = "Latn"
        cast.cuprija.save()
        closing = close(asked, ClosingReport("На Фејсбуку је гласало 40 људи.", "Уређујемо парк."), by=cast.officer)
        text = parse(create_follow_up(closing, by=cast.officer).draft).texts["sr-Latn"].text
    assert "Rekli ste: Na Facebooku je glasalo 40 ljudi." in text


def test_the_page_keeps_what_was_typed_when_it_cannot_be_saved(cast: Cast, asked: Post) -> None:
    url = reverse("post_closing", args=["cuprija", asked.pk])
    officer = sign_in(cast.officer)
    assert officer.get(url).status_code == 200
    answer = officer.post(url, {"results": "Већина жели парк.", "done": ""})
    assert answer.status_code == 422
    assert "Већина жели парк." in answer.content.decode()
    assert officer.post(url, {"results": "Већина жели парк.", "done": "У плану."}).status_code == 302
    assert officer.post(reverse("post_follow_up", args=["cuprija", asked.pk])).status_code == 302


def test_only_those_who_write_close_and_only_posts_that_asked(cast: Cast, asked: Post) -> None:
    url = reverse("post_closing", args=["cuprija", asked.pk])
    assert sign_in(cast.mentor).get(url).status_code == 403
    assert sign_in(cast.stranger).get(url).status_code == 404
    with scope(cast.cuprija):
        store_draft(asked, Draft(texts=QUESTION.texts))
        asked.save()
    assert sign_in(cast.officer).get(url).status_code == 404


# ---- networks with other limits


@pytest.fixture
def networks(cast: Cast) -> dict[str, Channel]:
    places = {"x": "https://api.x.com", "threads": "https://graph.threads.net", "linkedin": "https://api.linkedin.com"}
    with scope(cast.cuprija):
        return {
            key: channel(cast.cuprija, cast.officer, platform=key, server=server, name=f"Ћуприја {key}", handle="@c")
            for key, server in places.items()
        }


def field(page: str, name: str) -> str:
    """The problems that stand at a field."""
    findings = page[page.index(f'id="{name}-findings"') :]
    return findings[: findings.index("</ul>")]


def written(networks: dict[str, Channel], options: list[str], days: str = "5") -> dict[str, Any]:
    fields = {"revision": 0, "text-sr-Cyrl": "Шта прво?", "channels": [one.pk for one in networks.values()]}
    fields |= {"category": "service", "interactive-kind": "poll", "interactive-option": options}
    return fields | {"interactive-days": days, "interactive-promise": "Изнећемо на седницу.", "act": "submit"}


def test_a_fifth_answer_is_refused_at_its_field_with_the_networks_that_take_four(
    cast: Cast, networks: dict[str, Channel]
) -> None:
    sent = written(networks, ["Парк", "Пијаца", "Стаза", "Клупе", "Расвета"], days="3")
    page = sign_in(cast.officer).post(reverse("post_new", args=["cuprija"]), sent).text
    assert 'href="#option-1"' in page
    (channels,) = re.findall(
        r"<strong>([^<]*):</strong> The poll has 5 answers and 4 are allowed", field(page, "interactive")
    )
    assert set(channels.split(", ")) == {one.name for one in networks.values()}
    with scope(cast.cuprija):
        assert not Post.objects.exclude(versions=None).exists()


def test_days_that_a_network_does_not_have_are_said_at_the_number_of_days(
    cast: Cast, networks: dict[str, Channel]
) -> None:
    page = sign_in(cast.officer).post(reverse("post_new", args=["cuprija"]), written(networks, ["Парк", "Пијаца"])).text
    assert 'href="#interactive-days"' in page
    assert "Choose one of these numbers of days: 1, 3, 7, 14." in field(page, "days")
    assert "This network ends every poll after 24 hours" in field(page, "days")
    control = page[page.index('id="interactive-days"') :]
    assert 'aria-invalid="true"' in control[: control.index(">")]
    assert 'href="#option-1"' not in page


def test_the_previews_show_the_poll_as_each_network_does(cast: Cast, networks: dict[str, Channel]) -> None:
    draft = replace(QUESTION, interactive=replace(ASKED, days=3), link="https://cuprija.rs/trg")
    with scope(cast.cuprija):
        post = published(networks["x"], timezone.now()).post
        post.municipality = cast.cuprija
        previews = {preview.channel.platform: preview for preview in of_draft(post, draft, list(networks.values()), {})}
    assert {key: preview.poll_days for key, preview in previews.items()} == {"x": 3, "threads": 1, "linkedin": 3}
    assert previews["linkedin"].question == "Шта прво да уредимо?"
    assert previews["x"].question == ""
    assert all(preview.poll_hides_card for preview in previews.values())
    drawn = {key: render_to_string(preview.template, {"preview": preview}) for key, preview in previews.items()}
    assert "3 days to vote" in drawn["x"]
    assert "1 day to vote" in drawn["threads"]
    assert "The author can see how people vote." in drawn["linkedin"]
    assert all("look-card" not in html for html in drawn.values())
