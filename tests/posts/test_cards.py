"""The card of a post in lists and on Home: its picture, its words, and how it stands on each network."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import pytest

from django.urls import reverse
from django.utils import timezone

from analytics.models import Subject, Traits
from delivery.domain import answer
from delivery.domain.move import move
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from posts.draft import Shown
from posts.editing.domain.submit import submit
from posts.models import Post, Publication
from posts.queries import latest_version
from posts.review.domain.approve import approve
from tests.delivery.conftest import allowed, network
from tests.people import sign_in
from tests.posts.amended import Street, desk, fresh, on, once, post
from tests.posts.desk import in_hours, picture_bytes

CARD = r'<li class="list-row post-card">.*?</li>'
__all__ = ["allowed", "desk", "fresh", "network", "once", "post"]


def card(desk: Street, post: Post, page: str = "posts") -> str:
    """Its HTML on a page of the officer."""
    shown = sign_in(desk.cast.officer).get(reverse(page, args=["cuprija"])).content.decode()
    cards = re.findall(CARD, shown, flags=re.DOTALL)
    return next(html for html in cards if f"/posts/{post.pk}/" in html)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def times(html: str) -> list[datetime]:
    return [datetime.fromisoformat(moment) for moment in re.findall(r'datetime="([^"]+)"', html)]


def fetched(publication: Publication, **counts: int) -> None:
    """What the network of a publication returned."""
    traits = Traits.objects.get_or_create(category="service", material="text")[0]
    Subject.objects.create(
        municipality_id=publication.municipality_id, kind="publication", channel=publication.channel, traits=traits,
        publication=publication, published_on=date.today(), last_fetched_at=timezone.now(), **counts,
    )  # fmt: skip


@on()
def test_the_first_picture_stands_on_the_card(desk: Street) -> None:
    first, second = desk.picture(), desk.picture(picture_bytes("PNG"), name="second.png")
    post = desk.write(media=(Shown(first.pk, "Фонтана"), Shown(second.pk, "Трг")))
    html = card(desk, post)
    assert f'src="{reverse("media_thumbnail", args=["cuprija", first.pk])}"' in html
    assert 'alt=""' in html, "its words stand beside it"
    assert str(second.pk) not in re.findall(r"media/(\d+)/", html)


@on()
def test_who_reads_no_drafts_sees_the_picture_that_was_published(desk: Street) -> None:
    public, hidden = desk.picture(), desk.picture(picture_bytes("PNG"), name="second.png")
    post = submit(desk.write(media=(Shown(public.pk, "Фонтана"),), time=in_hours(1)), by=desk.cast.officer)
    approve(post, desk.version(post), by=desk.cast.approver)
    desk.go(desk.deliveries(post)[0].due_at)
    Post.objects.filter(pk=post.pk).update(draft={**post.draft, "media": [{"id": hidden.pk, "alt": "Трг"}]})
    client = sign_in(desk.cast.staff)
    html = client.get(reverse("posts", args=["cuprija"])).content.decode()
    small = reverse("media_thumbnail", args=["cuprija", public.pk])
    assert f'src="{small}"' in html
    assert reverse("media_thumbnail", args=["cuprija", hidden.pk]) not in html
    assert client.get(small).status_code == 200


@on()
def test_home_shows_what_is_not_out_to_readers_of_drafts_only(desk: Street) -> None:
    picture = desk.picture()
    draft = desk.write("Тајна до среде", media=(Shown(picture.pk, "Фонтана"),), time=in_hours(1))
    post = submit(draft, by=desk.cast.officer)
    approve(post, desk.version(post), by=desk.cast.approver)
    small = reverse("media_thumbnail", args=["cuprija", picture.pk])
    home = reverse("workspace", args=["cuprija"])
    page = sign_in(desk.cast.officer).get(home).content.decode()
    assert small in page
    assert "Тајна до среде" in page
    staff = sign_in(desk.cast.staff)
    page = staff.get(home).content.decode()
    assert small not in page
    assert "Тајна до среде" not in page
    assert reverse("post", args=["cuprija", post.pk]) not in page
    assert staff.get(small).status_code == 404


@on()
def test_without_a_picture_it_has_the_sign_of_its_category(desk: Street) -> None:
    html = card(desk, desk.write())
    assert "<img" not in html
    assert "post-thumb-empty" in html


@on()
def test_first_words_stand_below_a_working_title(desk: Street) -> None:
    post = desk.write("Вашар почиње у 9 часова.")
    assert words(card(desk, post)).count("Вашар почиње у 9 часова.") == 1
    Post.objects.filter(pk=post.pk).update(title="Вашар, најава")
    assert words(card(desk, post)).startswith("Вашар, најава Вашар почиње у 9 часова.")


@on()
def test_on_home_one_line_stands_below_the_title_and_names_nobody_who_reads_it(desk: Street) -> None:
    post = submit(desk.write("Вашар почиње у 9 часова.", time=in_hours(30)), by=desk.cast.officer)
    Post.objects.filter(pk=post.pk).update(title="Вашар, најава")
    for reader, names in ((desk.cast.officer, 0), (desk.cast.approver, 1)):
        home = sign_in(reader).get(reverse("workspace", args=["cuprija"])).content.decode()
        html = next(html for html in re.findall(CARD, home, re.DOTALL) if "Вашар, најава" in html)
        assert words(html).count("Officer") == names
        assert html.count('class="list-meta"') == 1
        assert "post-words" not in html
        assert post.get_category_display() not in words(html)


@on()
def test_a_hostile_title_is_text(desk: Street) -> None:
    post = desk.write('<img src=x onerror="alert(1)">')
    Post.objects.filter(pk=post.pk).update(title='"><script>alert(1)</script>')
    html = card(desk, post)
    assert "<script" not in html
    assert "<img" not in html


def test_networks_in_one_state_share_it_and_others_have_their_own(desk: Street, post: Post) -> None:
    html = card(desk, post)
    assert html.count("network-state tone-") == 0
    assert words(html).endswith("Bluesky Mastodon Published")
    move(desk.on(post, "bluesky").delivery, State.MISSING, because=ReasonCode.GONE)
    html = card(desk, post)
    assert "Mastodon: Published" in html
    assert "Bluesky: Removed on the network" in html
    assert words(html).endswith("Removed on the network (1 of 2)"), "what needs a person is the state of the whole"


def test_a_description_of_a_submitted_post_is_proposed_with_its_picture(desk: Street) -> None:
    media = desk.picture()
    submit(desk.write(media=(Shown(media.pk, "Фонтана на тргу"),)), by=desk.cast.officer)
    media.refresh_from_db()
    assert media.alt == "Фонтана на тргу"


@on()
def test_a_network_with_a_time_of_its_own_shows_it(desk: Street) -> None:
    channels = (desk.mastodon.pk, desk.bluesky.pk)
    post = submit(desk.write(time=in_hours(30), channels=channels), by=desk.cast.officer)
    approve(post, latest_version(post), by=desk.cast.approver)
    both, later = desk.reload(post).due_at, in_hours(54).due_at
    assert times(card(desk, post)) == [both]
    answer.choose_time(desk.on(post, "mastodon").delivery, later, by=desk.cast.officer)
    assert sorted(times(card(desk, post))) == [both, both, later]
    answer.drop(desk.on(post, "bluesky").delivery, by=desk.cast.officer)
    assert max(times(card(desk, post))) == later
    assert "Mastodon: Scheduled" in card(desk, post)


@pytest.mark.parametrize("platform", ["bluesky", "mastodon"])
def test_what_is_still_public_somewhere_is_not_called_taken_down(desk: Street, post: Post, platform: str) -> None:
    move(desk.on(post, platform).delivery, State.WITHDRAWN, because=ReasonCode.TAKEN_DOWN)
    assert words(card(desk, post)).endswith("Taken down (1 of 2)")
    assert "Taken down (1 of 2)" in sign_in(desk.cast.officer).get(reverse("calendar", args=["cuprija"])).text


@on()
def test_what_lacks_an_approval_is_called_so_whether_it_has_a_time_or_not(desk: Street) -> None:
    for time in (None, in_hours(30)):
        post = submit(desk.write(time=time), by=desk.cast.officer)
        assert words(card(desk, post)).endswith("Waiting for approval")


def test_figures_are_those_of_its_networks_and_never_zero_where_none_were_fetched(desk: Street, post: Post) -> None:
    assert "post-figure" not in card(desk, post)
    fetched(desk.on(post, "mastodon"), interactions=7)
    assert "Interactions: 7" in words(card(desk, post))
    assert "Views" not in card(desk, post)
    fetched(desk.on(post, "bluesky"), views=40)
    assert "Interactions: 7 (not all networks)" in words(card(desk, post))
    Subject.objects.filter(publication=desk.on(post, "bluesky")).update(interactions=0)
    assert "Interactions: 7 Views: 40" in words(card(desk, post))


@on()
def test_a_draft_has_no_figures_and_its_card_asks_for_none(desk: Street, django_assert_max_num_queries: Any) -> None:
    desk.write()
    client = sign_in(desk.cast.officer)
    client.get(reverse("posts", args=["cuprija"]))
    with django_assert_max_num_queries(8) as context:
        client.get(reverse("posts", args=["cuprija"]))
    assert not [query for query in context.captured_queries if "analytics_subject" in query["sql"]]


def test_home_shows_what_failed_with_its_channel_and_why(desk: Street, post: Post) -> None:
    publication = desk.on(post, "mastodon")
    Delivery.objects.filter(pk=publication.delivery_id).update(noted_at=None)
    move(publication.delivery, State.MISSING, because=ReasonCode.GONE)
    shown = sign_in(desk.cast.officer).get(reverse("workspace", args=["cuprija"])).content.decode()
    section = shown.partition('id="attention"')[2].partition("</section>")[0]
    assert publication.channel.name in words(section)
    assert reverse("delivery", args=["cuprija", publication.delivery_id]) in section
