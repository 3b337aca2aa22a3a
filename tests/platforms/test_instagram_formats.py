"""Stories of an account, and reels outside its feed: made once whatever happens, found, over after a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from platforms.errors import NotReached, OutcomeUnknown, RateLimited, Rejected
from platforms.instagram import calls as meaning
from platforms.instagram.connector import Instagram
from platforms.types import (
    Absent,
    ContainerExpired,
    Found,
    Gone,
    Inconclusive,
    Outgoing,
    Pending,
    Picture,
    Poll,
    PostMetrics,
    Published,
    Ready,
)
from tests.platforms.bench import MOVIE, Bench, photo, picture, video
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import bench_for

STORY, REEL = {"format": "story"}, {"format": "reel"}
PUBLISH = r"/media_publish$"
UPRIGHT = {"width": 720, "height": 1280, "codec": "h264", "frames": 30.0}
DAY = 24 * 3600


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(fakes, "instagram")


def story(bench: Bench, kind: str = "photo") -> Outgoing:
    more: dict[str, Any] = {"pictures": (photo(1),)} if kind == "photo" else {"video": video(**UPRIGHT)}
    return bench.outgoing("Вашар", settings=STORY, **more)


@pytest.mark.parametrize(("kind", "size"), [("photo", 0), ("film", len(MOVIE))])
def test_a_story_arrives_without_text_and_description(bench: Bench, kind: str, size: int) -> None:
    published = bench.publish(bench.connector(), story(bench, kind))
    (shown,) = bench.public()
    assert (shown["kind"], shown["text"], shown["video"]) == ("STORY", "", size)
    assert [alt for alt in shown["alts"] if alt] == []
    assert published.permalink.startswith("https://www.instagram.com/stories/")


@pytest.mark.parametrize("chosen", [{}, {"format": "post"}, REEL])
def test_a_single_video_is_a_reel_and_stands_in_the_feed_unless_somebody_chose_otherwise(
    bench: Bench, chosen: dict[str, str]
) -> None:
    bench.publish(bench.connector(), bench.outgoing("Снимак", video=video(), settings=chosen))
    (shown,) = bench.public()
    assert (shown["kind"], shown["in_feed"], shown["text"]) == ("REELS", chosen != REEL, "Снимак")


@pytest.mark.parametrize("action", ["commit_then_drop", "commit_then_500", "html_error", "drop_before"])
@pytest.mark.parametrize("kind", ["photo", "film"])
def test_the_container_says_what_became_of_a_lost_answer(
    bench: Bench, fakes: FakeServer, action: str, kind: str
) -> None:
    sent, began = story(bench, kind), start()
    fakes.plan(action, PUBLISH, method="POST")
    with pytest.raises(OutcomeUnknown):
        bench.connector().publish(sent, bench.read)
    checkpoint = Pending(bench.checkpoints[-1])
    fresh = bench.connector()
    result = fresh.find(sent, began, (), checkpoint)
    if isinstance(result, Ready):
        fresh.finish(sent, Pending(result.token), bench.read)
        result = fresh.find(sent, began, (), checkpoint)
    assert isinstance(result, Found)
    assert [one["kind"] for one in bench.public()] == ["STORY"]
    assert result.published.remote_id == bench.public()[0]["id"]


def test_a_story_is_looked_for_among_stories_and_another_one_is_not_taken_for_it(bench: Bench) -> None:
    began, connector, sent = start(), bench.connector(), story(bench)
    ordinary = bench.publish(connector, bench.outgoing("Вашар"))
    assert isinstance(connector.find(sent, began), Absent)
    first = bench.publish(connector, sent)
    found = connector.find(sent, began)
    assert isinstance(found, Found)
    assert found.published.remote_id == first.remote_id != ordinary.remote_id
    assert isinstance(connector.find(sent, began, {first.remote_id}), Absent)
    bench.publish(connector, story(bench))
    assert isinstance(connector.find(sent, began), Inconclusive)  # without a text nobody knows which


def test_what_takes_time_is_asked_for_until_it_is_ready(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(instagram_polls=2)
    connector, sent = bench.connector(), story(bench, "film")
    held = connector.publish(sent, bench.read)
    assert isinstance(held, Pending)
    assert bench.public() == []
    ready = connector.check_status(held)
    ready = ready if isinstance(ready, Ready) else connector.check_status(held)
    assert isinstance(ready, Ready)
    assert isinstance(connector.finish(sent, Pending(ready.token), bench.read), Published)


def test_a_container_lives_for_a_day(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(instagram_polls=1)
    connector, sent, began = bench.connector(), story(bench), start()
    held = connector.publish(sent, bench.read)
    fakes.advance(DAY + 60)
    assert isinstance(connector.check_status(held), ContainerExpired)
    assert isinstance(connector.find(sent, began, (), held), Absent)
    with pytest.raises(NotReached):
        connector.finish(sent, held, bench.read)
    assert bench.public() == []


def test_stories_count_among_the_posts_of_a_day(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(instagram_quota=1)
    connector = bench.connector()
    bench.publish(connector, story(bench))
    with pytest.raises(RateLimited) as limited:
        bench.publish(connector, bench.outgoing("Друга"))
    assert limited.value.message == meaning.USED_UP


@pytest.mark.parametrize("kind", ["photo", "film"])
def test_a_story_has_numbers_while_it_lives_and_is_gone_after_a_day(bench: Bench, fakes: FakeServer, kind: str) -> None:
    connector = bench.connector()
    published = bench.publish(connector, story(bench, kind))
    (reading,) = connector.fetch_metrics([published.remote_id])
    assert isinstance(reading, PostMetrics)
    assert (reading.text, reading.values) == (
        None,
        {"likes": 0, "views": 9, "reach": 7, "reposts": 0, "replies": 2},
    )
    fakes.advance(DAY + 60)
    (reading,) = connector.fetch_metrics([published.remote_id])
    assert isinstance(reading, Gone)


def test_a_metric_that_is_gone_leaves_the_others(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(instagram_unknown_metrics=("replies",))
    connector = bench.connector()
    (reading,) = connector.fetch_metrics([bench.publish(connector, story(bench)).remote_id])
    assert isinstance(reading, PostMetrics)
    assert set(reading.values) == {"likes", "views", "reach", "reposts"}


def test_a_story_is_taken_down_where_the_application_may(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    published = bench.publish(connector, story(bench))
    fakes.options(instagram_may_delete=False)
    with pytest.raises(Rejected) as refused:
        connector.withdraw(published.remote_id)
    assert refused.value.code == "unsupported"
    fakes.options(instagram_may_delete=True)
    connector.withdraw(published.remote_id)
    connector.withdraw(published.remote_id)
    assert bench.public() == []


class TestChecks:
    def codes(self, sent: Outgoing, bench: Bench) -> list[tuple[str, str, str]]:
        limits = bench.limits().of_format(sent.settings)
        return [(one.code, one.field, one.severity) for one in Instagram.check(sent, limits)]

    def upright(self) -> Picture:
        return replace(photo(1), width=1080, height=1920, alt="")

    def test_what_fits_has_no_problems(self, bench: Bench) -> None:
        assert self.codes(bench.outgoing("", pictures=(self.upright(),), settings=STORY), bench) == []
        assert self.codes(bench.outgoing("", video=video(**UPRIGHT), settings=STORY), bench) == []
        assert self.codes(bench.outgoing("Реч", video=video(**UPRIGHT), settings=REEL), bench) == []

    def test_a_story_shows_one_thing_and_no_words(self, bench: Bench) -> None:
        sent = bench.outgoing(
            "Пријаве: https://cuprija.rs",
            pictures=(self.upright(), self.upright()),
            poll=Poll(("Да", "Не"), 86_400),
            first_comment="Још",
            settings=STORY,
        )
        assert set(self.codes(sent, bench)) == {
            ("text_not_shown", "text", "warning"),
            ("too_many_pictures", "pictures", "error"),
            ("link_not_shown", "link", "warning"),
            ("poll_not_here", "poll", "error"),
            ("comment_not_shown", "first_comment", "warning"),
        }

    def test_a_wide_picture_has_empty_edges_and_one_of_another_type_is_refused(self, bench: Bench) -> None:
        assert self.codes(bench.outgoing("", pictures=(photo(1),), settings=STORY), bench) == [
            ("not_upright", "pictures.0", "warning")
        ]
        assert ("picture_type", "pictures.0", "error") in self.codes(
            bench.outgoing("", pictures=(picture(1),), settings=STORY), bench
        )

    def test_a_story_needs_something_to_show_and_takes_a_video_or_a_picture(self, bench: Bench) -> None:
        bare = replace(bench.outgoing("Реч", settings=STORY), pictures=())
        assert ("needs_media", "pictures", "error") in self.codes(bare, bench)
        both = bench.outgoing("", pictures=(self.upright(),), video=video(**UPRIGHT), settings=STORY)
        assert self.codes(both, bench) == [("video_and_pictures", "video", "error")]
        pictured = bench.outgoing("", pictures=(self.upright(),), settings=REEL)
        assert [code for code, _field, _severity in self.codes(pictured, bench)][:1] == ["needs_video"]

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"seconds": 61.0}, "video_too_long"),
            ({"seconds": 2.0}, "video_too_short"),
            ({"size": 100_000_001}, "video_too_large"),
            ({"width": 50, "height": 1000}, "video_ratio"),
        ],
    )
    def test_a_video_outside_the_limits_of_a_story(self, bench: Bench, changed: dict[str, Any], code: str) -> None:
        sent = bench.outgoing("", video=video(**UPRIGHT | changed), settings=STORY)
        assert (code, "video", "error") in self.codes(sent, bench)

    def test_a_story_is_over_after_a_day(self, bench: Bench) -> None:
        limits = bench.limits().of_format(STORY)
        assert (limits.expires_after, limits.alt_characters) == (timedelta(hours=24), 0)
