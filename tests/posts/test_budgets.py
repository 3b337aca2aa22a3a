"""What the networks' budgets leave: at the time of a post, in the calendar, on the Channels page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from channels.models import Channel
from delivery.enums import State
from delivery.models import Delivery
from municipalities.tenancy import scope
from posts import rules
from posts.models import Post
from posts.scheduling import budgets
from tests.analytics.factories import channel, published
from tests.people import Cast, sign_in
from tests.posts.desk import Desk

DAY = (timezone.now() + timedelta(days=30)).replace(hour=10, minute=0, second=0, microsecond=0)
THREE = {"options": {"posts_a_day": 3}}
OVER = "Instagram, Општина takes 3 posts in 24 hours, and these are used up."


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def three_a_day(settings: Any) -> None:
    settings.NETWORK_OPTIONS = {"instagram": {"posts_a_day": 3}}


@pytest.fixture
def instagram(desk: Desk) -> Channel:
    cast = desk.cast
    return channel(
        cast.cuprija, cast.approver, name="Општина", platform="instagram", server="https://graph.facebook.com"
    )


def planned(on: Channel, *moments: datetime, state: State = State.SCHEDULED) -> list[Post]:
    posts = []
    for moment in moments:
        publication = published(on, moment)
        with scope(on.municipality_id):
            Delivery.objects.filter(pk=publication.delivery_id).update(
                state=state, published_at=None, due_at=moment, remote_id=""
            )
            Post.objects.filter(pk=publication.post_id).update(due_at=moment)
        posts.append(publication.post)
    return posts


def notes(desk: Desk, on: Channel, at: datetime, post: Post | None = None) -> list[str]:
    return budgets.notes([on], at, post or Post(municipality=desk.municipality))


def test_a_time_with_room_has_no_warning(desk: Desk, instagram: Channel) -> None:
    planned(instagram, DAY)
    assert notes(desk, instagram, DAY + timedelta(hours=1)) == []


def test_the_last_room_and_more_than_there_is_are_told(desk: Desk, instagram: Channel) -> None:
    first, *_others = planned(instagram, DAY, DAY + timedelta(hours=1))
    assert notes(desk, instagram, DAY + timedelta(hours=2)) == [
        "Instagram, Општина: with this post 3 of 3 are used (posts in 24 hours)."
    ]
    planned(instagram, DAY + timedelta(hours=3))
    (over,) = notes(desk, instagram, DAY + timedelta(hours=2))
    assert over.startswith(f"{OVER} There is room again from ")
    assert notes(desk, instagram, DAY + timedelta(days=1, seconds=1)) == [
        "Instagram, Општина: with this post 3 of 3 are used (posts in 24 hours)."
    ]
    # its own place does not count against a post that is planned already
    assert "used up" not in " ".join(notes(desk, instagram, DAY, first))


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        (State.WAITING, True), (State.SCHEDULED, True), (State.PUBLISHED, True), (State.WITHDRAWN, True),
        (State.UNCONFIRMED, True), (State.CANCELLED, False), (State.FAILED, False), (State.EXPIRED, False),
    ],
)  # fmt: skip
def test_what_was_sent_or_will_be_counts(desk: Desk, instagram: Channel, state: State, counts: bool) -> None:
    planned(instagram, DAY, DAY + timedelta(hours=1))
    (post,) = planned(instagram, DAY + timedelta(hours=2))
    where: dict[str, Any] = {"state": state}
    if state in (State.PUBLISHED, State.WITHDRAWN):
        where |= {"published_at": DAY + timedelta(hours=2), "remote_id": "r"}
    if state == State.UNCONFIRMED:
        where["unknown_since"] = DAY
    Delivery.objects.filter(publication__post=post).update(**where)
    assert (OVER in " ".join(notes(desk, instagram, DAY + timedelta(hours=3)))) == counts


def test_a_first_comment_uses_no_post(desk: Desk, instagram: Channel) -> None:
    posts = planned(instagram, DAY, DAY + timedelta(hours=1), DAY + timedelta(hours=2))
    Delivery.objects.filter(publication__post=posts[0]).update(payload={"reply_to": "1"})
    assert OVER not in " ".join(notes(desk, instagram, DAY + timedelta(hours=3)))


def test_a_network_without_a_number_costs_no_query(desk: Desk) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert notes(desk, desk.mastodon, DAY) == []
    assert len(asked) == 0


def test_what_all_municipalities_share_says_so(desk: Desk, settings: Any) -> None:
    settings.NETWORK_OPTIONS = {"x": {"posts_a_month": 1}}
    cast = desk.cast
    x = channel(cast.cuprija, cast.approver, name="Општина", platform="x", server="https://api.x.com")
    (note,) = notes(desk, x, DAY)
    assert "with this post 1 of 1 are used (posts in one month)" in note
    assert note.endswith("only yours are counted here.")


def test_units_count_captions_and_covers(desk: Desk, settings: Any) -> None:
    quota = {"a_day": 600, "uploads": 100, "read": 1, "write": 50, "cover": 50, "captions": 400}
    settings.NETWORK_OPTIONS = {"youtube": {"quota": quota}}
    cast = desk.cast
    youtube = channel(
        cast.cuprija, cast.approver, name="Општина", platform="youtube", server="https://www.googleapis.com"
    )
    (post,) = planned(youtube, DAY)
    assert notes(desk, youtube, DAY) == []
    Delivery.objects.filter(publication__post=post).update(payload={"video": {"captions": {"ref": "a"}, "cover": None}})
    assert "500 of 600" in " ".join(notes(desk, youtube, DAY))
    Delivery.objects.filter(publication__post=post).update(
        payload={"video": {"captions": {"ref": "a"}, "cover": {"ref": "b"}}}
    )
    assert "550 of 600" in " ".join(notes(desk, youtube, DAY))


def test_the_composer_warns_at_the_time(desk: Desk, instagram: Channel) -> None:
    planned(instagram, DAY, DAY + timedelta(hours=1), DAY + timedelta(hours=2))
    local = rules.resolve_moment(DAY + timedelta(hours=3)).local
    sent = {"text-sr-Cyrl": "Вест", "channels": [instagram.pk], "date": f"{local:%d.%m.%Y}.", "time": f"{local:%H:%M}"}
    address = reverse("post_preview", args=["cuprija"])
    page = sign_in(desk.cast.officer).post(address, sent).content.decode()
    assert OVER in page.replace("&#x27;", "'")


def test_the_calendar_marks_the_day_that_has_too_many(desk: Desk, instagram: Channel) -> None:
    planned(instagram, *(DAY + timedelta(hours=number) for number in range(4)))
    address = reverse("calendar", args=["cuprija"])
    client = sign_in(desk.cast.officer)
    for view in ("month", "week", "list"):
        page = client.get(address, {"date": f"{DAY:%Y-%m-%d}", "view": view}).content.decode()
        assert page.count("More than 3 posts in 24 hours on Instagram") == 1, view
    page = client.get(address, {"date": f"{DAY + timedelta(days=70):%Y-%m-%d}"}).content.decode()
    assert "More than 3 posts" not in page


def test_the_channels_page_shows_what_is_used(desk: Desk, cast: Cast, instagram: Channel) -> None:
    published(instagram, timezone.now() - timedelta(hours=1))
    published(instagram, timezone.now() - timedelta(hours=25))
    planned(instagram, timezone.now() + timedelta(hours=1))
    page = " ".join(sign_in(cast.approver).get("/m/cuprija/channels/").content.decode().split())
    assert "1 of 3 posts in 24 hours" in page


def test_the_number_of_queries_does_not_grow_with_channels_and_posts(desk: Desk, instagram: Channel) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            budgets.notes(list(Channel.objects.all()), DAY, Post(municipality=desk.municipality))
        return len(queries)

    planned(instagram, DAY)
    few = asked()
    for number in range(5):
        other = channel(
            desk.cast.cuprija, desk.cast.approver, name=f"{number}", platform="threads",
            server="https://graph.threads.net",
        )  # fmt: skip
        planned(other, DAY, DAY + timedelta(hours=1))
    assert asked() == few == 2


def test_each_post_of_a_thread_counts_where_answers_do(desk: Desk, settings: Any) -> None:
    settings.NETWORK_OPTIONS = {"x": {"posts_a_month": 10}}
    on = channel(desk.cast.cuprija, desk.cast.approver, name="Општина", platform="x", server="https://api.x.com")
    (post,) = planned(on, DAY)
    Delivery.objects.filter(publication__post=post).update(payload={"text": "Прва", "thread": ["Друга", "Трећа"]})
    (planned_here,) = budgets.usages([on], DAY)[on.pk]
    assert planned_here.used == 3
    thread = desk.draft("\n---\n".join("абвгде"), channels=(on.pk,))
    (note,) = budgets.notes([on], DAY, Post(municipality=desk.municipality), thread)
    assert note.startswith("X, Општина: with this post 9 of 10 are used (posts in one month).")
