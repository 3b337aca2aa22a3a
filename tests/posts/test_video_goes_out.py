"""From the composer's draft to the networks' stand-ins: a video with its first comment, once each, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from channels.models import Channel
from common.errors import ActionNotAllowed
from delivery.enums import State
from delivery.models import Delivery
from delivery.policies import FIRST_COMMENT
from municipalities.tenancy import scope
from posts.draft import Shown
from posts.media.domain import videos
from posts.models import Post
from posts.scheduling.domain.schedule import publish_now, schedule
from tests.delivery.conftest import allowed, connected, network
from tests.people import Cast
from tests.platforms.fakes import FakeServer
from tests.posts.desk import Desk, in_hours, opened
from tests.posts.films import SRT, film
from tests.publishing import pass_minutes

__all__ = ["allowed", "network"]

pytestmark = pytest.mark.django_db
COMMENT = "Пријаве: https://cuprija.rs/prijava"


@dataclass
class VideoDesk:
    """A desk with a Facebook page and a Telegram channel, and a network that can be looked at."""

    desk: Desk
    network: FakeServer
    page: Channel
    telegram: Channel

    def write(self, *channels: Channel, **more: Any) -> Post:
        media = self.desk.film()
        videos.set_captions(media, SRT.encode(), tag="sr-Cyrl", by=self.desk.cast.officer)
        shown = (Shown(media.pk, "Људи на тргу, у средини бина"),)
        return self.desk.write(
            "Вашар у суботу", media=shown, channels=tuple(channel.pk for channel in channels), **more
        )

    def public(self) -> list[dict[str, Any]]:
        return self.network.public("opstina")


@pytest.fixture
def video_desk(cast: Cast, network: FakeServer, settings: Any) -> Iterator[VideoDesk]:
    page, telegram = (connected(cast, network, name) for name in ("facebook", "telegram"))
    with scope(cast.cuprija):
        desk = opened(cast)
        Channel.objects.exclude(pk__in=[page.pk, telegram.pk]).delete()
        desk.house_rule(approval="none")
        yield VideoDesk(desk, network, page, telegram)


def payloads() -> list[dict[str, Any]]:
    return [delivery.payload for delivery in Delivery.objects.exclude(kind=FIRST_COMMENT).order_by("pk")]


def test_the_payload_has_everything_that_was_approved(video_desk: VideoDesk) -> None:
    post = video_desk.write(video_desk.page, first_comment=COMMENT, headline="Вашар 2026")
    schedule(post, in_hours(3), by=video_desk.desk.cast.officer)
    (payload,) = payloads()
    assert payload["video"]["codec"] == "h264"
    assert payload["video"]["alt"] == "Људи на тргу, у средини бина"
    assert payload["video"]["captions"]["language"] == "sr"
    assert (payload["title"], payload["first_comment"]) == ("Вашар 2026", COMMENT)
    assert payload["pictures"] == []


def test_a_video_reaches_facebook_and_telegram_once_and_its_comment_follows(video_desk: VideoDesk) -> None:
    publish_now(
        video_desk.write(video_desk.page, video_desk.telegram, first_comment=COMMENT), by=video_desk.desk.cast.officer
    )
    pass_minutes(20)
    shown = video_desk.public()
    with_film = [post for post in shown if post.get("video")]
    assert [post["text"] for post in with_film] == ["Вашар у суботу"] * 2
    comments = [post for post in shown if post["text"] == COMMENT]
    assert len(comments) == 1
    assert comments[0]["reply_to"] in {post["id"] for post in with_film}
    assert len(shown) == 3
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.PUBLISHED}


def test_a_video_reaches_youtube_once_with_title_captions_and_its_comment(video_desk: VideoDesk) -> None:
    tube = connected(video_desk.desk.cast, video_desk.network, "youtube")
    video_desk.network.options(youtube_polls=2)
    post = video_desk.write(tube, first_comment=COMMENT, headline="Вашар 2026")
    publish_now(post, by=video_desk.desk.cast.officer)
    pass_minutes(20)
    film_, comment = video_desk.public()
    assert (film_["title"], film_["text"]) == ("Вашар 2026", "Вашар у суботу")
    assert (comment["text"], comment["reply_to"]) == (COMMENT, film_["id"])
    (video,) = video_desk.network.world.fake("youtube").videos.values()
    assert [captions["key"] for captions in video["captions"]] == [("sr", "")]
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.PUBLISHED}


MEDIA = {"media_attachments": {"supported_mime_types": ["image/png", "video/mp4"], "video_size_limit": 99_000_000}}


@pytest.fixture
def fediverse(video_desk: VideoDesk, settings: Any) -> tuple[Channel, Channel]:
    """Mastodon, and Bluesky with its video service."""
    cast, fakes = video_desk.desk.cast, video_desk.network
    settings.NETWORK_OPTIONS = {"bluesky": {"video_service": fakes.url}}
    mastodon = connected(cast, fakes, "mastodon", software="mastodon", configuration=MEDIA)
    return mastodon, connected(cast, fakes, "bluesky")


def test_a_video_reaches_mastodon_and_bluesky_once_with_its_description_and_captions(
    video_desk: VideoDesk, fediverse: tuple[Channel, Channel]
) -> None:
    publish_now(video_desk.write(*fediverse), by=video_desk.desk.cast.officer)
    pass_minutes(1)
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.PROCESSING}
    assert video_desk.public() == []
    pass_minutes(20)
    by_network = {post["platform"]: post for post in video_desk.public()}
    assert sorted(by_network) == ["bluesky", "mastodon"]
    assert len(video_desk.public()) == 2
    for post in by_network.values():
        assert (post["text"], post["video_alt"]) == ("Вашар у суботу", "Људи на тргу, у средини бина")
        assert post["video"]
    (captions,) = by_network["bluesky"]["captions"]
    assert captions.startswith("WEBVTT\n\n00:00:")
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.PUBLISHED}


UPLOAD = r"/api/v2/media$|uploadPart$"


@pytest.mark.parametrize(
    ("path", "accident"),
    [
        *((path, "commit_then_drop") for path in (UPLOAD, r"startUpload$", r"finishUpload$", r"putRecord$")),
        *((path, accident) for path in (UPLOAD, r"putRecord$") for accident in ("drop_before", "commit_then_500")),
        *(
            pytest.param(path, accident, marks=pytest.mark.slow)
            for path in (r"startUpload$", r"finishUpload$")
            for accident in ("drop_before", "commit_then_500")
        ),
    ],
)
def test_a_video_that_broke_off_on_its_way_there_is_made_good_without_a_second_post(
    video_desk: VideoDesk, fediverse: tuple[Channel, Channel], path: str, accident: str
) -> None:
    video_desk.network.plan(accident, path, method="POST")
    publish_now(video_desk.write(*fediverse), by=video_desk.desk.cast.officer)
    pass_minutes(60)
    assert len(video_desk.public()) == 2
    assert all(post["video"] for post in video_desk.public())
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.PUBLISHED}


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("accident", ["drop_before", "commit_then_drop"])
def test_an_upload_that_broke_off_is_made_good_without_a_second_post(
    video_desk: VideoDesk, accident: str, nth: int
) -> None:
    video_desk.network.plan(accident, r"/videos$", method="POST", nth=nth)
    publish_now(video_desk.write(video_desk.page), by=video_desk.desk.cast.officer)
    pass_minutes(60)
    assert len([post for post in video_desk.public() if post.get("video")]) == 1
    assert [delivery.state for delivery in Delivery.objects.all()] == [State.PUBLISHED]


def test_the_other_script_of_title_and_comment_is_derived_and_frozen(video_desk: VideoDesk) -> None:
    Channel.objects.filter(pk=video_desk.page.pk).update(languages=["sr-Latn"])
    post = video_desk.write(video_desk.page, first_comment=COMMENT, headline="Вашар")
    schedule(post, in_hours(3), by=video_desk.desk.cast.officer)
    (payload,) = payloads()
    assert (payload["title"], payload["first_comment"]) == ("Vašar", "Prijave: https://cuprija.rs/prijava")
    assert video_desk.desk.version(post).structure["beside"]["sr-Cyrl"]["headline"] == "Вашар"


def test_a_comment_that_is_too_long_stops_the_post_with_a_sentence(video_desk: VideoDesk, settings: Any) -> None:
    settings.NETWORK_OPTIONS = {"facebook": {"comment_characters": 100}}
    post = video_desk.write(video_desk.page, first_comment="ж" * 101)
    with pytest.raises(ActionNotAllowed) as refused:
        schedule(post, in_hours(3), by=video_desk.desk.cast.officer)
    assert any("comment" in detail for detail in refused.value.details)


def test_a_video_of_another_kind_is_refused_by_name(video_desk: VideoDesk) -> None:
    media = video_desk.desk.film(film("webm"), name="snimak.webm")
    post = video_desk.desk.write(media=(Shown(media.pk),), channels=(video_desk.telegram.pk,))
    with pytest.raises(ActionNotAllowed) as refused:
        schedule(post, in_hours(3), by=video_desk.desk.cast.officer)
    assert any("vp8" in detail or "webm" in detail for detail in refused.value.details)
