"""A channel of the calendar as squares: what followers see and what is to come, the latest first."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from channels.models import Channel
from delivery.domain.move import move
from delivery.enums import ReasonCode, State
from municipalities.tenancy import scope
from posts.calendar.profile import PER_PAGE
from posts.draft import Shown
from posts.models import Post
from tests.analytics.factories import channel
from tests.delivery.conftest import allowed, network
from tests.people import sign_in
from tests.posts.amended import Street, desk, fresh, on, once, post
from tests.posts.test_calendar_pages import NEXT, clock

__all__ = ["allowed", "desk", "fresh", "network", "once", "post"]


def shown(desk: Street, *, by: Any = None, **values: Any) -> str:
    address = reverse("calendar", args=["cuprija"])
    answer = sign_in(by or desk.cast.officer).get(address, {"view": "profile", **values})
    assert answer.status_code == 200
    return str(answer.content.decode())


def squares(html: str) -> list[str]:
    return re.findall(r'<li class="square.*?</li>', html, flags=re.DOTALL)


def posts_of(html: str) -> list[int]:
    """The ids of its posts in order."""
    return [int(pk) for square in squares(html) for pk in re.findall(r"/posts/(\d+)/", square)]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_latest_time_comes_first_and_drafts_without_a_time_are_left_out(desk: Street, post: Post) -> None:
    early, late = desk.write("Рано", time=clock("09:00")), desk.write("Касно", time=clock("18:00"))
    desk.write("Без термина")
    assert posts_of(shown(desk)) == [late.pk, early.pk, post.pk]


def test_what_is_to_come_has_its_time_and_state_and_what_is_out_only_its_picture(desk: Street) -> None:
    picture = desk.picture()
    planned = desk.write("Отварамо фонтану", time=clock("09:30"), media=(Shown(picture.pk, "Фонтана"),))
    coming, out = squares(shown(desk))
    assert f'src="{reverse("media_thumbnail", args=["cuprija", picture.pk])}"' in coming, planned
    assert "square-planned" in coming
    assert words(coming).endswith("09:30 Draft")
    assert "square-planned" not in out
    assert 'class="square-plan"' not in out
    assert words(out).endswith("Published"), "for those who hear the page"


@on()
def test_a_post_without_a_picture_shows_its_first_words(desk: Street) -> None:
    desk.write('<script>alert("Вода")</script> Без воде', time=clock("09:30"))
    (square,) = squares(shown(desk))
    assert '<span class="square-words">&lt;script&gt;' in square
    assert "<img" not in square


@on()
def test_only_posts_of_the_channel_are_there_and_the_links_lead_to_the_others(desk: Street) -> None:
    here, there = (desk.write(time=clock("09:00"), channels=(one.pk,)) for one in (desk.mastodon, desk.bluesky))
    assert posts_of(shown(desk)) == [here.pk]
    page = shown(desk, channel=desk.bluesky.pk)
    assert posts_of(page) == [there.pk]
    assert f"channel={desk.mastodon.pk}" in page


@on()
def test_it_begins_with_instagram_where_there_is_one(desk: Street) -> None:
    instagram = channel(
        desk.municipality, desk.cast.approver, name="Ћуприја у сликама", platform="instagram",
        server="https://graph.facebook.com", handle="cuprija",
    )  # fmt: skip
    post = desk.write(time=clock("09:00"), channels=(instagram.pk,))
    assert posts_of(shown(desk)) == [post.pk]
    assert posts_of(shown(desk, channel=10**9)) == [post.pk], "a channel that is not ours"


def test_a_post_that_is_gone_from_the_network_is_gone_from_the_grid(desk: Street, post: Post) -> None:
    move(desk.on(post, "mastodon").delivery, State.MISSING, because=ReasonCode.GONE)
    assert posts_of(shown(desk)) == []
    assert posts_of(shown(desk, channel=desk.bluesky.pk)) == [post.pk]


def test_who_reads_no_drafts_sees_what_is_out(desk: Street, post: Post) -> None:
    desk.write("Нацрт", time=clock("09:00"))
    assert posts_of(shown(desk, by=desk.cast.staff)) == [post.pk]


@on()
def test_words_and_category_narrow_it(desk: Street) -> None:
    desk.write("Фонтана", time=clock("09:00"))
    other = desk.write("Вртић", time=clock("10:00"))
    assert posts_of(shown(desk, q="vrtic")) == [other.pk]
    assert "No post of this channel fits" in shown(desk, q="мост")


@on()
def test_without_posts_and_without_channels_it_says_what_to_do(desk: Street) -> None:
    assert "Nothing on this channel yet" in shown(desk)
    with scope(desk.cast.novi_pazar):
        Channel.objects.all().delete()
    answer = sign_in(desk.cast.stranger).get(reverse("calendar", args=["novi-pazar"]), {"view": "profile"})
    assert "No channel is connected" in answer.content.decode()


def many(desk: Street, count: int) -> None:
    at = clock("12:00").due_at
    Post.objects.bulk_create(
        Post(
            municipality=desk.municipality, author=desk.cast.officer, title="Обавештење о радовима " * 6,
            excerpt="Вода", due_at=at + timedelta(minutes=number), draft={"channels": [desk.mastodon.pk]},
        )
        for number in range(count)
    )  # fmt: skip


@on()
def test_a_page_is_bounded_in_posts_queries_and_bytes(desk: Street) -> None:
    client, address = sign_in(desk.cast.officer), reverse("calendar", args=["cuprija"])
    counts = []
    for number in (3, 200):
        many(desk, number)
        client.get(address, {"view": "profile"})
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address, {"view": "profile"})
        counts.append(len(queries))
        assert len(answer.content) < 60_000
    assert counts[0] == counts[1]
    assert len(squares(answer.content.decode())) == PER_PAGE
    first, last = shown(desk), shown(desk, page=7)
    assert len(posts_of(last)) == 203 - 6 * PER_PAGE
    assert not set(posts_of(first)) & set(posts_of(last))


@on()
def test_the_other_views_keep_what_they_show(desk: Street) -> None:
    page = shown(desk, date=NEXT.isoformat())
    assert re.search(r'aria-current="true">\s*Grid', page)
    assert re.search(rf'href="\?view=month&amp;date={NEXT.isoformat()}"', page)
