"""The mentor's desk: whose posts stand on it, what waits, what is new, and how soon the mentor answers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mentoring.domain.absence import announce
from mentoring.queries.desk import waits
from mentoring.queries.response import response_times
from mentoring.views.desk import PER_PAGE
from municipalities.models import Membership, Pairing
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.draft import Shown
from posts.editing.domain.submit import submit
from posts.enums import Stage
from posts.models import Decision, Post
from posts.review.domain.approve import send_back
from posts.review.domain.comment import comment, reply
from posts.review.domain.mark_seen import mark_seen
from tests.analytics.factories import channel, published
from tests.people import Cast, person, sign_in
from tests.posts.desk import Desk, in_hours, opened

MOST_QUERIES = 14


def titles(answer: Any) -> list[str]:
    return [str(entry.post) for entry in answer.context["entries"]]


def shown(desk: Desk, **asked: str) -> Any:
    answer = sign_in(desk.cast.mentor).get(reverse("desk"), asked)
    assert answer.status_code == 200
    return answer


def submitted(desk: Desk, text: str, hours: float = 0, **options: Any) -> Post:
    """A post that its officer submitted so many hours ago."""
    post = submit(desk.write(text, **options), by=desk.cast.officer)
    at = timezone.now() - timedelta(hours=hours)
    Post.objects.filter(pk=post.pk).update(updated_at=at)
    Decision.objects.filter(version__post=post).update(at=at)
    return post


def test_home_of_a_mentor_is_the_desk(desk: Desk) -> None:
    with scope(desk.municipality):
        submitted(desk, "Вода")
    home = sign_in(desk.cast.mentor).get("/")
    assert titles(home) == ["Вода"]


def test_home_of_a_mentor_of_one_municipality_is_the_desk_too(desk: Desk) -> None:
    Pairing.objects.filter(municipality=desk.cast.novi_pazar).delete()
    assert sign_in(desk.cast.mentor).get("/").templates[0].name == "mentoring/desk.html"


def test_posts_of_all_municipalities_stand_in_one_queue_what_waits_longest_first(cast: Cast, desk: Desk) -> None:
    with scope(cast.cuprija):
        submitted(desk, "Други", 2)
        submitted(desk, "Четврти", 0.5)
    with scope(cast.novi_pazar):
        there = opened(Cast(**{**vars(cast), "cuprija": cast.novi_pazar, "officer": cast.stranger}))
        submitted(there, "Први", 3)
        submitted(there, "Трећи", 1)
    assert titles(shown(desk)) == ["Први", "Други", "Трећи", "Четврти"]
    assert titles(shown(desk, municipality="novi-pazar")) == ["Први", "Трећи"]


def test_the_desk_begins_with_who_has_published_nothing_for_longest(cast: Cast, desk: Desk) -> None:
    def order() -> list[tuple[str, str, bool]]:
        rows = shown(desk).context["rows"]
        return [(row.municipality.slug, str(row.last_post or "never"), row.is_silent) for row in rows]

    def days_ago(days: int) -> datetime:
        return timezone.now() - timedelta(days=days)

    elsewhere = channel(cast.novi_pazar, cast.stranger, server="https://pazar.example")
    published(desk.mastodon, days_ago(40))
    published(desk.mastodon, days_ago(15))
    assert order() == [
        ("novi-pazar", "never", True),
        ("cuprija", str(timezone.localdate(days_ago(15))), True),
    ]
    published(elsewhere, days_ago(14))
    page = shown(desk)
    assert order() == [
        ("cuprija", str(timezone.localdate(days_ago(15))), True),
        ("novi-pazar", str(timezone.localdate(days_ago(14))), False),
    ]
    assert page.text.count("more than two weeks ago") == 1


def test_a_draft_does_not_wait_until_somebody_shows_it_to_the_mentor(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Вода")
    assert titles(shown(desk)) == []
    assert titles(shown(desk, show="drafts")) == ["Вода"]
    with scope(desk.municipality):
        comment(post, "Да ли је јасно?", by=desk.cast.officer)
    assert titles(shown(desk)) == ["Вода"]
    assert titles(shown(desk, show="drafts")) == []


def test_what_goes_out_within_days_comes_before_what_has_waited_longer(desk: Desk) -> None:
    with scope(desk.municipality):
        submitted(desk, "Стоји дуго", 90)
        tomorrow = submitted(desk, "Сутра", 1, time=in_hours(30))
        submitted(desk, "За недељу дана", 80, time=in_hours(170))
        submitted(desk, "Прошло", 70, time=in_hours(1))
        Post.objects.filter(title="", excerpt="Прошло").update(due_at=timezone.now() - timedelta(hours=1))
    answer = shown(desk)
    assert titles(answer) == ["Сутра", "Стоји дуго", "За недељу дана", "Прошло"]
    assert answer.context["what_next"].url == reverse("post", args=["cuprija", tomorrow.pk])
    assert "that is to go out on" in answer.context["what_next"].text


def test_a_municipality_one_does_not_accompany_is_no_filter(desk: Desk) -> None:
    Pairing.objects.filter(municipality=desk.cast.novi_pazar).delete()
    assert sign_in(desk.cast.mentor).get("/desk/", {"municipality": "novi-pazar"}).status_code == 404


def test_the_queue_ends_with_the_pairing(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Вода")
    Pairing.objects.filter(municipality=desk.municipality).update(ends_on=today() - timedelta(days=1))
    answer = shown(desk)
    assert titles(answer) == []
    client = sign_in(desk.cast.mentor)
    for name in ("post", "post_feedback"):
        assert client.get(reverse(name, args=["cuprija", post.pk])).status_code == 404
    assert client.post(reverse("post_unread", args=["cuprija", post.pk])).status_code == 404
    assert client.get(reverse("hand_over", args=["cuprija"])).status_code == 404
    assert client.get("/desk/", {"municipality": "cuprija"}).status_code == 404


def test_a_pairing_to_come_opens_nothing_yet(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Вода")
    Pairing.objects.filter(municipality=desk.municipality).update(starts_on=today() + timedelta(days=1))
    assert titles(shown(desk)) == []
    assert sign_in(desk.cast.mentor).get(reverse("post_feedback", args=["cuprija", post.pk])).status_code == 404


def test_a_mentor_of_another_municipality_sees_nothing_of_it(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Вода")
    other = person("other")
    Pairing.objects.create(mentor=other, municipality=desk.cast.novi_pazar, starts_on=today())
    client = sign_in(other)
    assert titles(client.get("/desk/")) == []
    for name in ("post_feedback", "post_unread"):
        assert client.post(reverse(name, args=["cuprija", post.pk])).status_code == 404


def test_a_post_waits_until_the_mentor_says_a_word_and_again_when_it_changes(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Вода")
        comment(post, "До када?", by=desk.cast.mentor)
    assert titles(shown(desk)) == []
    assert titles(shown(desk, show="answered")) == ["Вода"]
    with scope(desk.municipality):
        desk.change(desk.reload(post), desk.draft("Вода до 15"))
    assert titles(shown(desk)) == ["Вода до 15"]


def test_an_answer_of_the_officer_waits_for_the_mentor(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Вода")
        thread = comment(post, "До када?", by=desk.cast.mentor)
        reply(thread, "До 15.", by=desk.cast.officer)
    assert titles(shown(desk)) == ["Вода"]
    with scope(desk.municipality):
        reply(thread, "Хвала.", by=desk.cast.mentor)
    assert titles(shown(desk)) == []


def test_returned_posts_wait_and_deleted_empty_or_sent_ones_do_not(desk: Desk) -> None:
    with scope(desk.municipality):
        returned = submit(desk.write("Враћено"), by=desk.cast.officer)
        send_back(returned, desk.version(returned), by=desk.cast.approver, note="Краће.")
        deleted = desk.write("Обрисано")
        Post.objects.filter(pk=deleted.pk).update(deleted_at=timezone.now())
        desk.write("")
        sent = desk.write("Послато")
        Post.objects.filter(pk=sent.pk).update(stage=Stage.APPROVED, due_at=timezone.now() - timedelta(hours=1))
    assert titles(shown(desk)) == ["Враћено"]


def test_an_approved_post_stands_under_all_until_it_goes_out(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Сутра", time=in_hours(20))
        Post.objects.filter(pk=post.pk).update(stage=Stage.APPROVED)
    assert titles(shown(desk)) == []
    assert titles(shown(desk, show="all")) == ["Сутра"]


def test_a_post_on_the_desk_has_its_picture_and_its_networks(desk: Desk) -> None:
    with scope(desk.municipality):
        picture = desk.picture()
        with_picture = submitted(desk, "Фонтана", media=(Shown(picture.pk, "Фонтана"),), time=in_hours(30))
    html = shown(desk).content.decode()
    entry = html[html.index("desk-row") :]
    assert f'src="{reverse("media_thumbnail", args=[desk.municipality.slug, picture.pk])}"' in entry
    assert 'class="network-states"' in entry, str(with_picture)
    with scope(desk.municipality):
        plain = submitted(desk, "Само речи")
    assert shown(desk).content.decode().count("post-thumb-empty") == 1, str(plain)


def test_what_goes_out_soon_is_told_by_a_word(desk: Desk) -> None:
    with scope(desk.municipality):
        submitted(desk, "Ускоро", time=in_hours(5))
    answer = shown(desk)
    assert answer.context["entries"][0].urgency == "soon"
    assert "Goes out soon" in answer.content.decode()
    with scope(desk.municipality):
        Post.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert "Its time has passed" in shown(desk).content.decode()
    with scope(desk.municipality):
        Post.objects.update(due_at=timezone.now() + timedelta(days=3))
    assert shown(desk).context["entries"][0].urgency == ""


def test_a_post_is_unread_until_seen_and_again_after_news(desk: Desk) -> None:
    def is_unread() -> bool:
        return bool(shown(desk, show="all").context["entries"][0].is_unread)

    with scope(desk.municipality):
        post = desk.write("Вода")
    assert is_unread()
    with scope(desk.municipality):
        mark_seen(post, by=desk.cast.mentor)
    assert not is_unread()
    with scope(desk.municipality):
        thread = comment(post, "До када?", by=desk.cast.mentor)
    assert not is_unread(), "one's own word is no news"
    with scope(desk.municipality):
        reply(thread, "До 15.", by=desk.cast.officer)
    assert is_unread()


def test_opening_the_post_makes_it_read_and_a_button_unread_again(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Вода")
    client = sign_in(desk.cast.mentor)
    client.get(reverse("post", args=["cuprija", post.pk]))
    assert not shown(desk, show="all").context["entries"][0].is_unread
    answer = client.post(reverse("post_unread", args=["cuprija", post.pk]), {"next": "/desk/?show=all"})
    assert answer.headers["Location"] == "/desk/?show=all"
    assert shown(desk, show="all").context["entries"][0].is_unread


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_marking_as_unread_leads_nowhere_else(desk: Desk, back: str) -> None:
    with scope(desk.municipality):
        post = desk.write("Вода")
    answer = sign_in(desk.cast.mentor).post(reverse("post_unread", args=["cuprija", post.pk]), {"next": back})
    assert answer.headers["Location"] == "/desk/"


def test_only_mentors_mark_as_unread(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Вода")
    assert sign_in(desk.cast.officer).post(reverse("post_unread", args=["cuprija", post.pk])).status_code == 403


def many(desk: Desk, count: int) -> None:
    with scope(desk.municipality):
        Post.objects.bulk_create(
            Post(municipality=desk.municipality, author=desk.cast.officer, title=f"Објава {n}", excerpt="Вода")
            for n in range(count)
        )


@pytest.mark.parametrize("most", [300, pytest.param(10_000, marks=pytest.mark.long)])
def test_the_desk_asks_a_fixed_number_of_questions_and_stays_small(desk: Desk, most: int) -> None:
    many(desk, 1)
    client = sign_in(desk.cast.mentor)
    client.get("/desk/")  # the first page of a session writes it down

    def asked(page: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page)
        assert len(answer.content) < 60_000
        return len(queries)

    before = {page: asked(page) for page in ("/", "/desk/?show=all", "/desk/?show=answered")}
    many(desk, most - 1)
    after = {page: asked(page) for page in before}
    assert after == before
    assert max(after.values()) <= MOST_QUERIES
    answer = client.get("/desk/?show=drafts&page=2")
    assert len(answer.context["entries"]) == PER_PAGE
    assert {tab["label"]: tab["count"] for tab in answer.context["segments"]} == {
        "Waiting for me": 0, "Being written": most, "Answered": 0, "All": most,
    }  # fmt: skip


def test_a_person_who_mentors_nobody_finds_an_empty_desk(cast: Cast) -> None:
    answer = sign_in(cast.officer).get("/desk/")
    assert "You accompany no municipality today" in answer.content.decode()
    assert sign_in(cast.officer).get("/").headers["Location"] == "/m/cuprija/"


def test_a_mentor_who_is_an_officer_elsewhere_finds_both(cast: Cast) -> None:
    Pairing.objects.filter(municipality=cast.novi_pazar).delete()
    Membership.objects.create(user=cast.mentor, municipality=cast.novi_pazar, role="officer")
    answer = sign_in(cast.mentor).get("/")
    assert [m.slug for m in answer.context["accompanied"]] == ["cuprija"]
    assert [m.slug for m in answer.context["others"]] == ["novi-pazar"]


# ---- response time


def submitted_and_answered(desk: Desk, count: int) -> None:
    """So many posts, each submitted at eight and answered at ten on a working day."""
    day = timezone.localtime(timezone.now() - timedelta(days=7))
    while day.weekday() > 4:
        day -= timedelta(days=1)
    eight = day.replace(hour=8, minute=0, second=0, microsecond=0)
    Pairing.objects.update(starts_on=today() - timedelta(days=60))
    with scope(desk.municipality):
        for number in range(count):
            post = submit(desk.write(f"Вода {number}"), by=desk.cast.officer)
            Decision.objects.filter(version__post=post).update(at=eight)
            thread = comment(post, "Краће.", by=desk.cast.mentor)
            thread.comments.update(at=eight + timedelta(hours=2))


def test_the_response_time_is_the_median_of_working_hours(desk: Desk) -> None:
    submitted_and_answered(desk, 5)
    answer = shown(desk)
    assert [(period.days, period.hours, period.answered, period.asked) for period in answer.context["answers"]] == [
        (30, 2.0, 5, 5), (90, 2.0, 5, 5),
    ]  # fmt: skip
    assert re.search(r"2\.0</span>\s*<small>working hours", answer.content.decode())


def test_under_five_answers_no_response_time_is_told(desk: Desk) -> None:
    submitted_and_answered(desk, 4)
    answer = shown(desk)
    assert answer.context["answers"][0].hours is None
    assert "Not enough data" in answer.content.decode()


def test_only_submissions_during_the_pairing_count(desk: Desk) -> None:
    submitted_and_answered(desk, 1)
    Pairing.objects.update(starts_on=today())
    assert shown(desk).context["answers"][0].asked == 0


def test_a_comment_that_names_the_mentor_is_a_question_too(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Вода")
        thread = comment(post, "Шта мислите?", by=desk.cast.officer)
        thread.comments.update(mentions=[desk.cast.mentor.pk])
        times = response_times(list(Pairing.objects.all()))[desk.cast.mentor.pk][0]
        assert (times.answered, times.asked) == (0, 1)
        reply(thread, "Добро је.", by=desk.cast.mentor)
        times = response_times(list(Pairing.objects.all()))[desk.cast.mentor.pk][0]
        assert (times.answered, times.asked) == (1, 1)


def test_the_desk_says_that_the_mentor_is_shown_as_away(desk: Desk) -> None:
    announce(today(), today() + timedelta(days=3), "", by=desk.cast.mentor)
    assert "You are shown as away" in shown(desk).content.decode()


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "waits 0 minutes"), (59, "waits 59 minutes"), (60, "waits 1 hour"), (47 * 60, "waits 47 hours"),
     (48 * 60, "waits 2 days"), (-5, "waits 0 minutes")],
)  # fmt: skip
def test_how_long_it_waits_is_said_in_the_unit_that_says_it_well(minutes: int, text: str) -> None:
    now = timezone.now()
    assert waits(now - timedelta(minutes=minutes), now) == text
