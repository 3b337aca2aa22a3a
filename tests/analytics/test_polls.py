"""How people voted comes back with the numbers, stands on the post's page, and is offered to its closing report."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from analytics.ingestion import rules
from analytics.ingestion.domain import collect
from analytics.models import Subject
from channels import rate_limits
from channels.models import Channel
from common.models import AuditEvent
from municipalities.tenancy import everywhere, scope
from notifications.models import Notification
from platforms.types import Poll
from posts.draft import Draft, Interactive, Text
from posts.editing.domain.save import store_draft
from posts.models import Closing, PollResult, Post
from posts.poll_votes import SuggestedCount, count_votes, suggested_count
from posts.polls.domain import ask_report
from posts.polls.domain.close import ClosingReport, close
from tests.analytics import factories
from tests.analytics.test_collect import account, again, due, post, tick
from tests.delivery.conftest import outgoing_of
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer

pytestmark = pytest.mark.django_db(transaction=True)

CYRILLIC, LATIN = ("Парк", "Пијаца", "Стаза"), ("Park", "Pijaca", "Staza")
DAYS = 3


@pytest.fixture(autouse=True)
def fresh(settings: Any, fakes: FakeServer) -> None:
    settings.PRIVATE_HOSTS_ALLOWED = list(fakes.allow)
    settings.CALL_DEADLINE_SECONDS = 3
    rate_limits._reported_at.clear()
    rate_limits._scarce.clear()
    cache.clear()


def ask(
    channel: Channel, sent: tuple[str, ...] = CYRILLIC, *, of: Post | None = None, multiple: bool = False
) -> Subject:
    """A poll that is on the network; `of`: on another channel of the same post."""
    from channels.connector_factory import open_channel

    poll = Poll(sent, DAYS * 86_400, multiple)
    payload = outgoing_of("Шта прво да уредимо?", poll=poll)
    publication = factories.published(channel, timezone.now() - timedelta(minutes=2))
    with scope(channel.municipality_id):
        result = open_channel(channel).publish(payload, lambda ref: b"")
        delivery = publication.delivery
        delivery.remote_id, delivery.payload = result.remote_id, payload.to_json()
        delivery.save(update_fields=["remote_id", "payload"])
        publication.version.structure = {"interactive": {"kind": "poll", "options": list(CYRILLIC)}}
        publication.version.save(update_fields=["structure"])
        post = publication.post
        if of is not None:
            publication.post = of
            publication.save(update_fields=["post"])
        else:
            asked = Interactive("poll", CYRILLIC, days=DAYS, multiple=multiple, promise="Изнећемо на седницу већа.")
            store_draft(post, Draft(texts={"sr-Cyrl": Text("Шта прво да уредимо?")}, interactive=asked))
            post.save()
    collect.enrol()
    with scope(channel.municipality_id):
        return Subject.objects.select_related("publication__post").get(publication=publication)


def vote(fakes: FakeServer, subject: Subject, **choices: tuple[int, ...]) -> None:
    for who, chosen in choices.items():
        data = json.dumps({"who": who, "choices": chosen})
        fakes.react("mastodon", subject.remote_id, "vote", data)


def look(*subjects: Subject) -> None:
    due(*subjects)
    tick()


def result(subject: Subject) -> PollResult | None:
    with everywhere("test"):
        return PollResult.objects.filter(publication=subject.publication_id).first()


def counted(subject: Subject) -> list[int | None] | None:
    poll_result = result(subject)
    return poll_result.votes if poll_result else None


# ---- what comes back


def test_votes_come_back_with_the_numbers_and_follow_what_the_network_counts(cast: Cast, fakes: FakeServer) -> None:
    subject = ask(account(cast, fakes))
    look(subject)
    assert counted(subject) == [0, 0, 0]
    vote(fakes, subject, ana=(0,), boris=(0,), vesna=(2,))
    look(subject)
    poll_result = result(subject)
    assert poll_result is not None
    assert (poll_result.votes, poll_result.voters, poll_result.multiple, poll_result.is_over) == (
        [2, 0, 1],
        3,
        False,
        False,
    )
    assert poll_result.municipality_id == cast.cuprija.pk
    assert again(subject).last_outcome == "unchanged", "votes are no interactions"


def test_votes_that_were_taken_away_are_not_counted_any_more(cast: Cast, fakes: FakeServer) -> None:
    subject = ask(account(cast, fakes))
    vote(fakes, subject, ana=(0,), boris=(0,))
    look(subject)
    vote(fakes, subject, boris=())  # the account was deleted
    look(subject)
    assert counted(subject) == [1, 0, 0]
    poll_result = result(subject)
    assert poll_result is not None
    assert poll_result.voters == 1


def test_where_several_answers_may_be_chosen_people_are_fewer_than_votes(cast: Cast, fakes: FakeServer) -> None:
    subject = ask(account(cast, fakes), multiple=True)
    vote(fakes, subject, ana=(0, 1, 2), boris=(0,))
    look(subject)
    poll_result = result(subject)
    assert poll_result is not None
    assert (poll_result.votes, poll_result.voters, poll_result.multiple) == ([2, 1, 1], 2, True)


def test_a_poll_is_looked_at_when_it_has_ended(cast: Cast, fakes: FakeServer) -> None:
    fakes.advance(3600 - DAYS * 86_400)  # an hour is left
    subject = ask(account(cast, fakes))
    with everywhere("test"):  # old enough for a look a day
        Subject.objects.filter(pk=subject.pk).update(published_at=timezone.now() - timedelta(days=20))
    look(subject)
    poll_result, next_fetch_at = result(subject), again(subject).next_fetch_at
    assert poll_result is not None
    assert poll_result.ends_at is not None
    assert next_fetch_at == poll_result.ends_at + rules.AFTER_A_POLL


def test_the_end_is_the_networks(cast: Cast, fakes: FakeServer) -> None:
    subject = ask(account(cast, fakes))
    vote(fakes, subject, ana=(1,))
    fakes.advance(DAYS * 86_400 + 5)
    look(subject)
    poll_result = result(subject)
    assert poll_result is not None
    assert (poll_result.is_over, poll_result.votes) == (True, [0, 1, 0])


def test_counts_that_are_kept_secret_until_the_end_are_no_zeros(cast: Cast, fakes: FakeServer) -> None:
    fakes.options(poll_counts="hidden")
    subject = ask(account(cast, fakes))
    vote(fakes, subject, ana=(1,))
    look(subject)
    assert counted(subject) == [None, None, None]
    page = sign_in(cast.officer).get(reverse("post_closing", args=["cuprija", subject.publication.post_id])).text
    assert "Reported by the network only when the poll is over" in page
    assert 'name="counted"' not in page
    fakes.advance(DAYS * 86_400 + 5)
    look(subject)
    assert counted(subject) == [0, 1, 0]


def test_a_network_that_tells_no_poll_leaves_what_it_told_before(cast: Cast, fakes: FakeServer) -> None:
    subject = ask(account(cast, fakes))
    fakes.options(poll_counts="none")
    look(subject)
    assert result(subject) is None
    page = sign_in(cast.officer).get(reverse("post", args=["cuprija", subject.publication.post_id])).text
    assert "has reported no votes of its poll yet" in page
    fakes.options(poll_counts="told")
    vote(fakes, subject, ana=(0,))
    look(subject)
    fakes.options(poll_counts="none")
    look(subject)
    assert counted(subject) == [1, 0, 0]


def test_what_a_removed_post_had_keeps_standing(cast: Cast, fakes: FakeServer) -> None:
    subject = ask(account(cast, fakes))
    vote(fakes, subject, ana=(0,), boris=(1,))
    look(subject)
    before = result(subject)
    fakes.react("mastodon", subject.remote_id, "delete")
    for _ in range(2):
        look(subject)
    after = result(subject)
    assert before is not None
    assert after is not None
    assert (after.votes, after.at) == ([1, 1, 0], before.at)
    page = sign_in(cast.officer).get(reverse("post_closing", args=["cuprija", subject.publication.post_id]))
    assert "2 people voted: counted by the network, as of" in page.text


@pytest.mark.parametrize(
    "status", [{"poll": []}, {"poll": {"options": "x"}}, {"poll": {"options": [1]}}, {"poll": {"options": []}}, {}]
)
def test_what_is_no_poll_is_none(status: dict[str, Any]) -> None:
    from platforms.mastodon import polls

    assert polls.count(status) is None


def test_odd_counts_are_not_told() -> None:
    from platforms.mastodon import polls

    options = [{"votes_count": -1}, {"votes_count": True}, {"votes_count": 10**12}, {"votes_count": "7"}, {}]
    poll_count = polls.count({"poll": {"options": options, "expires_at": "soon", "votes_count": 10**12}})
    assert poll_count is not None
    assert (poll_count.votes, poll_count.voters, poll_count.ends_at) == ((None,) * 5, None, None)


@pytest.mark.parametrize("platform", ["x", "threads", "linkedin"])
def test_votes_come_back_from_other_networks_too(cast: Cast, fakes: FakeServer, platform: str) -> None:
    subject = ask(account(cast, fakes, platform))
    look(subject)
    assert counted(subject) == [0, 0, 0]
    for who, place in {"ana": 0, "boris": 0, "vesna": 2}.items():
        fakes.react(platform, subject.remote_id, "vote", json.dumps({"who": who, "choices": [place]}))
    look(subject)
    poll_result = result(subject)
    assert poll_result is not None
    assert (poll_result.votes, poll_result.voters, poll_result.is_over) == ([2, 0, 1], 3, False)
    ends = timedelta(days=1 if platform == "threads" else DAYS)
    assert poll_result.ends_at is not None
    assert abs(poll_result.ends_at - timezone.now() - ends) < timedelta(minutes=5)
    page = sign_in(cast.officer).get(reverse("post_closing", args=["cuprija", subject.publication.post_id])).text
    assert ("Threads returns only the shares of the answers" in page) == (platform == "threads")


def test_linkedin_is_asked_for_votes_only_of_posts_with_a_poll(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes, "linkedin")
    plain, with_poll = post(channel, fakes), ask(channel)
    look(plain, with_poll)
    read = [one["path"] for one in fakes.ledger() if one["method"] == "GET" and "/rest/posts/" in one["path"]]
    assert len(read) == 1
    assert (counted(plain), counted(with_poll)) == (None, [0, 0, 0])


# ---- added over channels


def test_votes_are_added_over_channels_and_scripts_and_people_are_not(cast: Cast, fakes: FakeServer) -> None:
    first = ask(account(cast, fakes))
    second = ask(account(cast, fakes, name="latinica"), LATIN, of=first.publication.post)
    vote(fakes, first, ana=(0,), boris=(0,), vesna=(1,))
    vote(fakes, second, ana=(0,))
    look(first, second)
    with scope(cast.cuprija):
        from posts import queries

        post = first.publication.post
        totals = count_votes(queries.publications(post), queries.poll_results(post))
    (poll,) = totals.polls
    assert [(answer.text, answer.total, answer.share) for answer in poll.answers] == [
        ("Парк", 3, 75), ("Пијаца", 1, 25), ("Стаза", 0, 0),
    ]  # fmt: skip
    assert suggested_count(totals) == SuggestedCount(4, "votes", poll.at)
    page = sign_in(cast.officer).get(reverse("post_closing", args=["cuprija", post.pk])).text
    assert "4 votes: counted by the networks, as of" in page
    assert "People who voted on two of them are counted twice." in page
    assert "A person who votes on two networks cannot be recognised as one" in page


def test_nothing_is_offered_where_neither_people_nor_votes_may_be_added(cast: Cast, fakes: FakeServer) -> None:
    first = ask(account(cast, fakes), multiple=True)
    second = ask(account(cast, fakes, name="latinica"), LATIN, of=first.publication.post, multiple=True)
    vote(fakes, first, ana=(0, 1))
    vote(fakes, second, boris=(0, 1))
    look(first, second)
    page = sign_in(cast.officer).get(reverse("post_closing", args=["cuprija", first.publication.post_id])).text
    assert "Several answers could be chosen" in page
    assert 'name="counted"' not in page


def test_other_answers_than_were_sent_are_not_added_to_anything(cast: Cast, fakes: FakeServer) -> None:
    subject = ask(account(cast, fakes), CYRILLIC[:2])
    vote(fakes, subject, ana=(0,))
    look(subject)
    page = sign_in(cast.officer).get(reverse("post", args=["cuprija", subject.publication.post_id])).text
    assert "reports different answers than were sent" in page
    assert "How people voted" not in page


# ---- the page and the report


def test_the_posts_page_shows_how_people_voted_also_to_who_reads_no_drafts(cast: Cast, fakes: FakeServer) -> None:
    subject = ask(account(cast, fakes))
    vote(fakes, subject, ana=(0,), boris=(0,), vesna=(2,))
    look(subject)
    for who in (cast.officer, cast.viewer, cast.mentor):
        page = sign_in(who).get(reverse("post", args=["cuprija", subject.publication.post_id])).text
        row = page[page.index("Парк</th>") :]
        assert re.sub(r"<[^>]+>", " ", row[: row.index("</tr>")]).split() == ["Парк", "2", "67", "%"], who
        assert "The poll still runs. Counted by the network, as of" in page


def test_the_votes_cost_the_page_one_query(cast: Cast, fakes: FakeServer, django_assert_max_num_queries: Any) -> None:
    first = ask(account(cast, fakes))
    look(first)
    url, officer = reverse("post", args=["cuprija", first.publication.post_id]), sign_in(cast.officer)
    officer.get(url)
    counts = []
    for name in ("", "druga", "treca"):
        if name:
            look(ask(account(cast, fakes, name=name), of=first.publication.post))
        with django_assert_max_num_queries(12) as queries:
            officer.get(url)
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts
    report = reverse("post_closing", args=["cuprija", first.publication.post_id])
    with django_assert_max_num_queries(12):
        officer.get(report)


def _token(page: str) -> str:
    match = re.search(r'name="counted" value="([^"]+)"', page)
    assert match, "nothing was offered"
    return match[1]


def test_the_report_says_whether_the_networks_or_a_person_counted(cast: Cast, fakes: FakeServer) -> None:
    subject = ask(account(cast, fakes))
    vote(fakes, subject, ana=(0,), boris=(0,))
    look(subject)
    seen = result(subject)
    assert seen is not None
    url, officer = reverse("post_closing", args=["cuprija", subject.publication.post_id]), sign_in(cast.officer)
    page = officer.get(url).text
    assert 'value="2"' in page
    typed = {"results": "Већина жели парк.", "done": "Парк је у плану.", "counted": _token(page)}
    vote(fakes, subject, vesna=(1,))
    look(subject)  # meanwhile the network counts on: what was shown is what is reported
    assert officer.post(url, {**typed, "answers": "2"}).status_code == 302
    with scope(cast.cuprija):
        row = Closing.objects.get()
        assert (row.answers, row.counted, row.counted_at) == (2, "people", seen.at)
    page = officer.get(url).text
    assert "2 people voted: counted by the network, as of" in page
    assert officer.post(url, {**typed, "answers": "17", "counted": _token(page)}).status_code == 302
    with scope(cast.cuprija):
        row = Closing.objects.get()
        assert (row.answers, row.counted, row.counted_at) == (17, "", None)
    assert "A person entered this number." in officer.get(url).text


def test_a_count_that_the_portal_did_not_offer_is_a_persons(cast: Cast, fakes: FakeServer) -> None:
    first, second = ask(account(cast, fakes)), ask(account(cast, fakes, name="druga"))
    look(first, second)
    officer = sign_in(cast.officer)
    other = _token(officer.get(reverse("post_closing", args=["cuprija", second.publication.post_id])).text)
    url = reverse("post_closing", args=["cuprija", first.publication.post_id])
    for token in ("", "x", other, other[:-2]):
        data = {"results": "Већина жели парк.", "done": "У плану.", "answers": "0", "counted": token}
        assert officer.post(url, data).status_code == 302
        with scope(cast.cuprija):
            assert Closing.objects.get().counted == "", token


def test_what_could_not_be_saved_keeps_the_number_and_where_it_is_from(cast: Cast, fakes: FakeServer) -> None:
    subject = ask(account(cast, fakes))
    look(subject)
    url, officer = reverse("post_closing", args=["cuprija", subject.publication.post_id]), sign_in(cast.officer)
    token = _token(officer.get(url).text)
    answer = officer.post(url, {"results": "", "done": "", "answers": "5", "counted": token})
    assert answer.status_code == 422
    assert _token(answer.text) == token
    assert 'value="5"' in answer.text


def test_the_database_keeps_a_count_without_its_time_out(cast: Cast, fakes: FakeServer) -> None:
    subject = ask(account(cast, fakes))
    with scope(cast.cuprija):
        row = close(subject.publication.post, ClosingReport("Рекли су.", "Урадили смо.", 3), by=cast.officer)
        with pytest.raises(IntegrityError), transaction.atomic():
            Closing.objects.filter(pk=row.pk).update(counted="people")


# ---- telling that people have answered


def ended(subject: Subject, ago: timedelta) -> Any:
    """The clock so long after the end of the poll."""
    return time_machine.travel(timezone.now() - timedelta(minutes=2) + timedelta(days=DAYS) + ago, tick=False)


def told_of(post: int) -> list[Notification]:
    return list(Notification.objects.filter(kind="closing", about=f"posts.post:{post}"))


def test_the_writer_is_told_once_when_the_counts_of_the_end_are_in(cast: Cast, fakes: FakeServer) -> None:
    subject = ask(account(cast, fakes))
    look(subject)
    post = subject.publication.post_id
    assert ask_report.request_reports(timezone.now()) == 0, "it runs"
    with ended(subject, timedelta(minutes=10)):
        assert ask_report.request_reports(timezone.now()) == 0, "the last votes are still to come"
        with everywhere("test"):
            PollResult.objects.update(is_over=True)
        assert ask_report.request_reports(timezone.now()) == 1
        assert ask_report.request_reports(timezone.now()) == 0
    (row,) = told_of(post)
    assert row.user == cast.officer
    assert row.url == reverse("post_closing", args=["cuprija", post])
    assert "people have answered" in row.subject
    assert AuditEvent.objects.filter(verb="post.ask_report", target_id=str(post)).count() == 1


def test_a_network_that_never_tells_the_end_holds_nothing_up(cast: Cast, fakes: FakeServer) -> None:
    subject = ask(account(cast, fakes))
    look(subject)
    with ended(subject, ask_report.COUNTS_WITHIN + timedelta(minutes=1)):
        assert ask_report.request_reports(timezone.now()) == 1


def test_nobody_is_told_of_what_is_reported_or_ended_long_ago(cast: Cast, fakes: FakeServer) -> None:
    subject = ask(account(cast, fakes))
    with ended(subject, ask_report.STILL_NEWS + timedelta(hours=1)):
        assert ask_report.request_reports(timezone.now()) == 0
    with scope(cast.cuprija):
        close(subject.publication.post, ClosingReport("Рекли су.", "Урадили смо.", 3), by=cast.officer)
    with ended(subject, timedelta(hours=5)):
        assert ask_report.request_reports(timezone.now()) == 0


def test_colleagues_are_told_once_the_writer_has_left(cast: Cast, fakes: FakeServer) -> None:
    subject = ask(account(cast, fakes))
    with scope(cast.cuprija):
        Post.objects.filter(pk=subject.publication.post_id).update(author=cast.mentor)
    with ended(subject, timedelta(hours=5)):
        assert ask_report.request_reports(timezone.now()) == 1
    people = {row.user_id for row in told_of(subject.publication.post_id)}
    assert cast.officer.pk in people
    assert cast.mentor.pk not in people
