"""Reels and stories of a page: published once whatever happens, found by what they were made of, over after a day."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from platforms.errors import NotReached, OutcomeUnknown, Rejected
from platforms.facebook import other_formats, stories, upright_videos
from platforms.facebook.connector import Facebook
from platforms.types import (
    Absent,
    ContainerExpired,
    Found,
    Gone,
    Inconclusive,
    Outgoing,
    Pending,
    Poll,
    PostMetrics,
    Published,
    Ready,
)
from tests.platforms.bench import MOVIE, Bench, picture, video
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import bench_for

STORY, REEL = {"format": "story"}, {"format": "reel"}
LOSSES = ["commit_then_drop", "commit_then_500", "truncate_body", "drop_before", "html_error"]
UPRIGHT = {"width": 720, "height": 1280, "codec": "h264", "frames": 30.0}
# What makes each format public, and which request of its path that is.
FINISH = {"photo": (r"/photo_stories$", 1), "film": (r"/video_stories$", 2), "reel": (r"/video_reels$", 2)}


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(fakes, "facebook")


def post(bench: Bench, kind: str, text: str = "Вашар") -> Outgoing:
    if kind == "photo":
        return bench.outgoing(text, pictures=(picture(1),), settings=STORY)
    return bench.outgoing(text, video=video(**UPRIGHT), settings=STORY if kind == "film" else REEL)


def kinds(bench: Bench) -> list[tuple[str, int]]:
    return [(one["kind"], one["video"]) for one in bench.public()]


EXPECTED = {"photo": ("story", 0), "film": ("story", len(MOVIE)), "reel": ("reel", len(MOVIE))}


@pytest.mark.parametrize("kind", EXPECTED)
def test_each_format_arrives_once(bench: Bench, kind: str) -> None:
    published = bench.publish(bench.connector(), post(bench, kind))
    assert kinds(bench) == [EXPECTED[kind]]
    assert published.permalink.startswith("https://www.facebook.com/") or "stories" in published.permalink
    assert stories.is_story(published.remote_id) == (kind != "reel")


def test_a_reel_has_its_text_and_title_and_a_story_none(bench: Bench, fakes: FakeServer) -> None:
    bench.publish(bench.connector(), replace(post(bench, "reel"), title="Вашар 2026"))
    bench.publish(bench.connector(), post(bench, "film"))
    reel, story = bench.public()
    assert (reel["text"], story["text"]) == ("Вашар", "")
    assert fakes.world.fake("facebook").objects[reel["id"]]["title"] == "Вашар 2026"


@pytest.mark.parametrize("kind", EXPECTED)
@pytest.mark.parametrize("action", LOSSES)
def test_a_lost_answer_is_settled_by_what_it_was_made_of(
    bench: Bench, fakes: FakeServer, kind: str, action: str
) -> None:
    sent, began = post(bench, kind), start()
    path, nth = FINISH[kind]
    fakes.plan(action, path, method="POST", nth=nth)
    with pytest.raises(OutcomeUnknown):
        bench.connector().publish(sent, bench.read)
    checkpoint = Pending(bench.checkpoints[-1])
    fresh = bench.connector()
    result = fresh.find(sent, began, (), checkpoint)
    if isinstance(result, Ready):
        bench.checkpoints.append(result.token)
        finished = fresh.finish(sent, Pending(result.token), bench.read)
        result = Found(finished) if isinstance(finished, Published) else fresh.find(sent, began, (), finished)
    elif isinstance(result, Absent):
        result = Found(bench.publish(fresh, sent))
    assert isinstance(result, Found)
    assert kinds(bench) == [EXPECTED[kind]]


@pytest.mark.parametrize("kind", EXPECTED)
def test_the_checkpoint_is_stored_before_anything_is_public(bench: Bench, fakes: FakeServer, kind: str) -> None:
    seen = []
    connector = bench.connector(save_checkpoint=lambda token: seen.append((token, kinds(bench))))
    connector.publish(post(bench, kind), bench.read)
    ((token, public),) = seen
    assert public == []
    assert json.loads(token)["media"] in fakes.world.fake("facebook").objects


@pytest.mark.parametrize("kind", EXPECTED)
def test_the_rule_is_asked_right_before_the_one_request_that_publishes(
    bench: Bench, fakes: FakeServer, kind: str
) -> None:
    class Held(Exception):
        pass

    def hold() -> None:
        raise Held

    with pytest.raises(Held):
        bench.connector(http=bench.http(before_send=hold)).publish(post(bench, kind), bench.read)
    assert kinds(bench) == []
    assert [entry for entry in fakes.ledger() if entry["path"].endswith("photo_stories")] == []


@pytest.mark.parametrize("kind", ["film", "reel"])
def test_a_video_that_takes_time_is_asked_for_until_it_is_public(bench: Bench, fakes: FakeServer, kind: str) -> None:
    fakes.options(facebook_polls=4)
    connector, sent = bench.connector(), post(bench, kind)
    held = connector.publish(sent, bench.read)
    assert isinstance(held, Pending)
    assert isinstance(connector.check_status(held), Pending)
    assert kinds(bench) == []
    answers = [connector.check_status(held) for _ in range(4)]
    assert isinstance(answers[-1], Published)
    assert kinds(bench) == [EXPECTED[kind]]


def test_while_the_network_works_on_it_nobody_says_what_became_of_it(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(facebook_polls=3)
    fakes.plan("commit_then_drop", r"/video_reels$", method="POST", nth=2)
    sent, began, connector = post(bench, "reel"), start(), bench.connector()
    with pytest.raises(OutcomeUnknown):
        connector.publish(sent, bench.read)
    checkpoint = Pending(bench.checkpoints[-1])
    with pytest.raises(NotReached):
        connector.find(sent, began, (), checkpoint)
    fakes.options(facebook_polls=0)
    for _ in range(4):
        connector.calls.get(f"/{json.loads(checkpoint.token)['media']}", fields="status")
    assert isinstance(connector.find(sent, began, (), checkpoint), Found)


@pytest.mark.parametrize("kind", ["film", "reel"])
def test_a_second_end_of_the_same_video_is_no_refusal_and_no_second_post(bench: Bench, kind: str) -> None:
    connector, sent = bench.connector(), post(bench, kind)
    held = connector.publish(sent, bench.read)
    assert isinstance(held, Pending)
    again = connector.finish(sent, held, bench.read)
    assert isinstance(again, Pending)
    assert isinstance(connector.check_status(again), Published)
    assert kinds(bench) == [EXPECTED[kind]]


def test_a_photo_becomes_one_story(bench: Bench) -> None:
    connector, sent = bench.connector(), post(bench, "photo")
    first = connector.publish(sent, bench.read)
    again = connector.finish(sent, Pending(bench.checkpoints[-1]), bench.read)
    assert again.remote_id == first.remote_id
    assert isinstance(connector.check_status(Pending(bench.checkpoints[-1])), Published)
    assert kinds(bench) == [EXPECTED["photo"]]


def test_a_story_in_a_list_that_lags_is_absent_first(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(facebook_list_lag=1)
    fakes.plan("commit_then_drop", r"/photo_stories$", method="POST")
    sent, began, connector = post(bench, "photo"), start(), bench.connector()
    with pytest.raises(OutcomeUnknown):
        connector.publish(sent, bench.read)
    assert isinstance(bench.find(connector, sent, began), Absent)
    assert isinstance(bench.find(connector, sent, began), Found)


def test_a_video_story_that_is_not_listed_yet_is_waited_for(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(facebook_list_lag=2)
    sent, began, connector = post(bench, "film"), start(), bench.connector()
    held = connector.publish(sent, bench.read)
    assert connector.check_status(held) == held
    with pytest.raises(NotReached):
        connector.find(sent, began, (), held)
    assert isinstance(connector.check_status(held), Published)


class TestUpload:
    def test_it_goes_on_where_it_was_cut_off(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(facebook_cuts_uploads=2)
        bench.publish(bench.connector(), post(bench, "reel"))
        (film,) = [one for one in fakes.world.fake("facebook").objects.values() if one["kind"] == "video"]
        assert film["content"] == MOVIE

    def test_one_that_does_not_get_on_is_given_up_and_nothing_is_public(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("status", r"/video-upload/", method="POST", status=500, body={}, times=99)
        with pytest.raises(NotReached):
            bench.connector().publish(post(bench, "reel"), bench.read)
        assert kinds(bench) == []
        sent = [entry for entry in fakes.ledger() if "/video-upload/" in entry["path"]]
        assert len(sent) == upright_videos.STALLS

    @pytest.mark.parametrize(
        "address",
        [
            "https://rupload.facebook.com.evil.example/video-upload/1",
            "https://evil.example/rupload.facebook.com",
            "http://rupload.facebook.com/video-upload/1",
            "https://rupload.facebook.com:444/x",
            "https://user@rupload.facebook.com/x",
            "file:///etc/passwd",
            "//169.254.169.254/x",
        ],
    )
    def test_bytes_and_token_go_to_the_network_s_own_host_only(
        self, bench: Bench, fakes: FakeServer, address: str
    ) -> None:
        fakes.options(facebook_upload_url=address)
        with pytest.raises(NotReached) as refused:
            bench.connector().publish(post(bench, "reel"), bench.read)
        assert refused.value.message == upright_videos.NO_ADDRESS
        assert [entry for entry in fakes.ledger() if "/video-upload/" in entry["path"]] == []

    def test_the_network_s_own_host_is_taken(self) -> None:
        address = "https://rupload.facebook.com/video-upload/v27.0/1"
        assert upright_videos.checked(address, "https://graph.facebook.com") == address

    def test_a_video_that_cannot_be_played_is_refused(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(facebook_video="error")
        with pytest.raises(Rejected) as refused:
            bench.publish(bench.connector(), post(bench, "reel"))
        assert (refused.value.field, kinds(bench)) == ("video", [])
        assert isinstance(bench.find(bench.connector(), post(bench, "reel"), start()), Absent)

    def test_a_video_that_is_gone_before_its_end_begins_anew(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("drop_before", r"/video_reels$", method="POST", nth=2)
        sent, connector = post(bench, "reel"), bench.connector()
        with pytest.raises(OutcomeUnknown):
            connector.publish(sent, bench.read)
        held = Pending(bench.checkpoints[-1])
        assert isinstance(connector.check_status(held), Ready)
        del fakes.world.fake("facebook").objects[json.loads(held.token)["media"]]
        assert isinstance(connector.check_status(held), ContainerExpired)
        assert isinstance(connector.find(sent, start(), (), held), Absent)


class TestWithoutACheckpoint:
    """Only a restored backup asks so."""

    def test_a_reel_is_known_by_its_text(self, bench: Bench) -> None:
        began, connector = start(), bench.connector()
        published = bench.publish(connector, post(bench, "reel", "Један"))
        found = connector.find(post(bench, "reel", "Један"), began)
        assert isinstance(found, Found)
        assert found.published.remote_id == published.remote_id
        assert isinstance(connector.find(post(bench, "reel", "Други"), began), Absent)

    def test_about_a_story_a_person_decides(self, bench: Bench) -> None:
        began, connector, sent = start(), bench.connector(), post(bench, "photo")
        assert isinstance(connector.find(sent, began), Absent)
        published = bench.publish(connector, sent)
        found = connector.find(sent, began)
        assert isinstance(found, Inconclusive)
        assert found.candidates == (published.remote_id,)
        assert isinstance(connector.find(sent, began, {published.remote_id}), Absent)


class TestAfterwards:
    @pytest.mark.parametrize("kind", ["photo", "film"])
    def test_a_story_has_numbers_while_it_lives_and_is_gone_after_a_day(
        self, bench: Bench, fakes: FakeServer, kind: str
    ) -> None:
        connector = bench.connector()
        ordinary = bench.publish(connector, bench.outgoing("Обична"))
        story = bench.publish(connector, post(bench, kind))
        readings = {
            one.subject_remote_id: one for one in connector.fetch_metrics([ordinary.remote_id, story.remote_id])
        }
        reading = readings[story.remote_id]
        assert isinstance(reading, PostMetrics)
        assert reading.text is None
        assert set(reading.values) == {"views", "reach", "likes", "replies", "reposts"}
        assert isinstance(readings[ordinary.remote_id], PostMetrics)
        fakes.advance(24 * 3600 + 60)
        (reading,) = connector.fetch_metrics([story.remote_id])
        assert isinstance(reading, Gone)

    def test_a_metric_that_the_network_does_not_know_leaves_the_others(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(facebook_unknown_metrics=("story_media_view",))
        connector = bench.connector()
        story = bench.publish(connector, post(bench, "photo"))
        (reading,) = connector.fetch_metrics([story.remote_id])
        assert "views" not in reading.values
        assert "reach" in reading.values

    def test_a_story_is_taken_down(self, bench: Bench) -> None:
        connector = bench.connector()
        story = bench.publish(connector, post(bench, "photo"))
        connector.withdraw(story.remote_id)
        connector.withdraw(story.remote_id)
        assert kinds(bench) == []

    def test_one_that_the_network_does_not_delete_is_not_said_to_be_gone(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(facebook_keeps_stories=True)
        connector = bench.connector()
        story = bench.publish(connector, post(bench, "photo"))
        with pytest.raises(Rejected) as refused:
            connector.withdraw(story.remote_id)
        assert refused.value.message == other_formats.NO_DELETION
        fakes.advance(24 * 3600 + 60)
        connector.withdraw(story.remote_id)

    def test_nobody_asks_for_comments_below_a_story(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        story = bench.publish(connector, post(bench, "photo"))
        before = len(fakes.ledger())
        assert connector.replies(story.remote_id).items == ()
        assert len(fakes.ledger()) == before

    def test_a_reel_is_a_post_of_the_page(self, bench: Bench) -> None:
        connector = bench.connector()
        reel = bench.publish(connector, post(bench, "reel"))
        (reading,) = connector.fetch_metrics([reel.remote_id])
        assert reading.values["likes"] == 0
        connector.withdraw(reel.remote_id)
        assert kinds(bench) == []


class TestChecks:
    def codes(self, sent: Outgoing, limits: Any) -> list[tuple[str, str, str]]:
        of_format = limits.of_format(sent.settings)
        return [(one.code, one.field, one.severity) for one in Facebook.check(sent, of_format)]

    def test_what_fits_has_no_errors(self, bench: Bench) -> None:
        limits = bench.limits()
        for kind in EXPECTED:
            assert [one for one in self.codes(post(bench, kind, ""), limits) if one[2] == "error"] == [], kind
        assert self.codes(post(bench, "reel"), limits) == []

    def test_a_story_takes_one_and_shows_no_words_no_link_no_poll_no_comment(self, bench: Bench) -> None:
        sent = bench.outgoing(
            "Пријаве: https://cuprija.rs",
            pictures=(picture(1), picture(2)),
            poll=Poll(("Да", "Не"), 86_400),
            first_comment="Још",
            settings=STORY,
        )
        assert {code[:2] for code in self.codes(sent, bench.limits())} == {
            ("text_not_shown", "text"),
            ("too_many_pictures", "pictures"),
            ("not_upright", "pictures.0"),
            ("not_upright", "pictures.1"),
            ("link_not_shown", "link"),
            ("poll_not_here", "poll"),
            ("comment_not_shown", "first_comment"),
        }

    def test_a_story_and_a_reel_need_something_to_show(self, bench: Bench) -> None:
        limits = bench.limits()
        assert ("needs_media", "pictures", "error") in self.codes(bench.outgoing("", settings=STORY), limits)
        assert ("needs_video", "pictures", "error") in self.codes(bench.outgoing("Реч", settings=REEL), limits)
        pictured = bench.outgoing("Реч", pictures=(picture(1),), video=video(**UPRIGHT), settings=REEL)
        assert ("no_pictures", "pictures", "error") in self.codes(pictured, limits)

    @pytest.mark.parametrize(
        ("kind", "changed", "code"),
        [
            ("reel", {"seconds": 90.5}, "video_too_long"),
            ("reel", {"seconds": 2.9}, "video_too_short"),
            ("film", {"seconds": 60.5}, "video_too_long"),
            ("reel", {"width": 1280, "height": 720}, "video_ratio"),
            ("reel", {"width": 360, "height": 640}, "video_too_small"),
            ("film", {"frames": 15.0}, "video_frames"),
            ("reel", {"codec": "mpeg4"}, "video_type"),
        ],
    )
    def test_what_the_guides_exclude_is_seen_before_it_is_sent(
        self, bench: Bench, kind: str, changed: dict[str, Any], code: str
    ) -> None:
        sent = post(bench, kind)
        assert sent.video
        wrong = replace(sent, video=replace(sent.video, **changed))
        assert (code, "video", "error") in self.codes(wrong, bench.limits())

    def test_a_story_is_over_after_a_day_and_nothing_of_it_can_be_edited(self, bench: Bench) -> None:
        story = bench.limits().of_format(STORY)
        assert (story.expires_after, story.edits, story.comment_characters) == (timedelta(hours=24), (), 0)
        assert bench.limits().of_format({"format": "post"}) == bench.limits()
