"""YouTube: conformance and faults against the fake, and YouTube's own features."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.google import oauth
from platforms.scopes import missing
from platforms.types import (
    Absent,
    Captions,
    Credential,
    Found,
    Gone,
    Inconclusive,
    Outgoing,
    Pending,
    PostMetrics,
    Published,
    Ready,
)
from platforms.youtube import checks, videos
from platforms.youtube.calls import (
    BAD_TITLE,
    CLOSED,
    COMMENTS_OFF,
    LOCKED,
    NO_CHANNEL,
    NO_QUOTA,
    NO_RIGHT,
    NOT_SWITCHED_ON,
    TOO_MANY_VIDEOS,
    midnight,
)
from platforms.youtube.connector import OTHER_CHANNEL, YouTube
from platforms.youtube.facts import API, SCOPES
from platforms.youtube.uploads import CAPTIONS_REFUSED, COVER_REFUSED, PLAYLIST_REFUSED, UploadCheckpoint, related
from tests.platforms.bench import MOVIE, Bench, photo, picture, video
from tests.platforms.conformance import start
from tests.platforms.consent import BACK
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.youtube import GRAIN, YouTubeFake
from tests.platforms.faults import Broken, FaultConformance, bench_for

# RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
SESSION = r"^/youtube/upload/youtube/v3/videos$"
SMALL = {"chunk_bytes": GRAIN}


def offered(facts: Any) -> dict[str, Any]:
    return {setting.name: setting for setting in YouTube.limits(facts).settings}


def notified(fake: YouTubeFake) -> list[str]:
    """What each upload asked about the subscribers."""
    return [session["notifies"] for session in fake.sessions.values()]


class TestYouTubeFake(FaultConformance):
    create = r"^/youtube/youtube/v3/videos$"
    verb = "PUT"
    upload = SESSION
    absent = Ready

    @pytest.fixture
    def bench(self, fakes: FakeServer) -> Bench:
        return bench_for(fakes, "youtube", counted={"like": "likes", "reply": "replies"})

    @pytest.fixture
    def fake(self, fakes: FakeServer) -> YouTubeFake:
        fake: YouTubeFake = fakes.world.fake("youtube")
        return fake

    def test_a_picture_that_is_none_is_rejected(self, bench: Bench) -> None:
        """Of the pictures of a video, its cover."""
        sent = bench.outgoing("Лоша насловна", video=video(cover=photo(1)))
        bench.read = Broken(bench.read.base)
        with pytest.raises(Rejected) as refused:
            bench.publish(bench.connector(), sent)
        assert refused.value.message == COVER_REFUSED
        assert bench.texts() == []

    # limits

    def test_only_a_video_with_a_title_is_taken(self, bench: Bench) -> None:
        limits = bench.limits()
        sent = bench.outgoing("Опис")
        assert YouTube.check(sent, limits) == []
        assert codes(replace(sent, title="н" * 101), limits) == {("title_too_long", "title")}
        assert codes(replace(sent, video=None), limits) == {("needs_media", "pictures")}
        assert codes(replace(sent, video=None, pictures=(picture(1),)), limits) == {("no_pictures", "pictures")}
        (problem,) = YouTube.check(replace(sent, video=None), limits)
        assert problem.message_id == checks.NEEDS_VIDEO
        with pytest.raises(Rejected):
            bench.connector().publish(replace(sent, video=None), bench.read)

    def test_without_a_title_the_first_line_is_one(self, bench: Bench, fake: YouTubeFake) -> None:
        limits, sent = bench.limits(), bench.outgoing("Седница Скупштине\n\nДневни ред", title="")
        assert YouTube.check(sent, limits) == []
        bench.publish(bench.connector(), sent)
        assert [one["snippet"]["title"] for one in fake.videos.values()] == ["Седница Скупштине"]
        assert isinstance(bench.connector().find(sent, start()), Found)
        (long,) = YouTube.check(replace(sent, text="н" * 101), limits)
        assert (long.code, long.field, long.message_id) == ("title_too_long", "text", checks.FIRST_LINE)
        (nothing,) = YouTube.check(replace(sent, text=" "), limits)
        assert (nothing.code, nothing.field, nothing.message_id) == ("title_missing", "text", checks.NO_TITLE)

    def test_angle_brackets_are_named_before_the_network_refuses_them(self, bench: Bench) -> None:
        sent = bench.outgoing("Ако је 3 < 4", title="Вест >")
        assert codes(sent, bench.limits()) == {("angle_brackets", "title"), ("angle_brackets", "text")}
        with pytest.raises(Rejected) as refused:
            bench.connector().publish(sent, bench.read)
        assert (refused.value.field, refused.value.message) == ("title", BAD_TITLE)

    def test_a_cyrillic_text_is_counted_in_bytes(self, bench: Bench) -> None:
        limits = bench.limits()
        (problem,) = YouTube.check(bench.outgoing("ж" * 2_501), limits)
        assert problem.params == {"count": 5_002, "limit": 5_000, "over": 2}
        assert "bytes" in problem.message_id
        assert YouTube.check(bench.outgoing("z" * 5_000), limits) == []

    def test_covers_and_captions_are_looked_at(self, bench: Bench) -> None:
        limits = bench.limits()
        cover, captions = photo(1), Captions("titlovi", "sr-Cyrl")
        assert YouTube.check(bench.outgoing("Опис", video=video(cover=cover, captions=captions)), limits) == []
        webp = replace(cover, mime="image/webp", size=3_000_000)
        problems = codes(bench.outgoing("Опис", video=video(cover=webp)), limits)
        assert problems == {("cover_type", "video"), ("cover_too_large", "video")}
        odd = replace(captions, mime="application/ttml+xml")
        assert codes(bench.outgoing("Опис", video=video(captions=odd)), limits) == {("captions_not_here", "video")}

    def test_hashtags_become_key_words_as_far_as_they_fit(self, bench: Bench, fake: YouTubeFake) -> None:
        hashtags = [f"#општинскавест{n:02}" for n in range(40)]
        sent = bench.outgoing(" ".join(hashtags))
        (warning,) = YouTube.check(sent, bench.limits())
        assert (warning.code, warning.severity) == ("tags_too_long", "warning")
        bench.publish(bench.connector(), sent)
        (shown,) = fake.videos.values()
        tags = shown["snippet"]["tags"]
        assert tags == [word[1:] for word in hashtags[: len(tags)]]
        assert len(tags) + int(warning.params["count"]) == 40
        assert videos.tag_characters(tags) <= 500 < videos.tag_characters([*tags, hashtags[len(tags)][1:]])

    def test_key_words_with_blanks_cost_their_quotes(self) -> None:
        assert videos.tag_characters(["a", "b c"]) == 1 + 1 + 3 + 2
        assert videos.tag_characters([]) == 0

    def test_an_unverified_channel_takes_a_quarter_of_an_hour(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(youtube_long_uploads="eligible")
        facts = bench.connector().fetch_facts()
        long = bench.outgoing("Седница", video=video(seconds=3_600.0))
        assert codes(long, YouTube.limits(facts)) == {("video_too_long", "video")}
        fakes.options(youtube_long_uploads="allowed")
        assert YouTube.check(long, YouTube.limits(bench.connector().fetch_facts())) == []

    # once

    def test_a_video_goes_in_chunks_into_a_session_that_is_stored_first(self, bench: Bench, fakes: FakeServer) -> None:
        seen: list[int] = []
        connector = bench.connector(facts=small(bench), save_checkpoint=lambda _token: seen.append(sent_chunks(fakes)))
        bench.publish(connector, bench.outgoing("Снимак"))
        assert seen[0] == 0
        assert sent_chunks(fakes) == -(-len(MOVIE) // GRAIN) > 3
        assert [post["video"] for post in bench.public()] == [len(MOVIE)]

    @pytest.mark.parametrize("action", ["drop_before", "commit_then_drop", "commit_then_500", "html_error"])
    @pytest.mark.parametrize("nth", [1, 3, 5])
    def test_a_chunk_without_an_answer_is_asked_about_and_not_sent_again(
        self, bench: Bench, fakes: FakeServer, fake: YouTubeFake, action: str, nth: int
    ) -> None:
        fakes.plan(action, SESSION, method="PUT", nth=nth)
        bench.publish(bench.connector(facts=small(bench)), bench.outgoing("Снимак"))
        (shown,) = fake.videos.values()
        assert (shown["bytes"], len(fake.sessions)) == (len(MOVIE), 1)
        assert bench.texts() == ["Снимак"]

    def test_what_arrived_of_a_chunk_is_kept(self, bench: Bench, fakes: FakeServer, fake: YouTubeFake) -> None:
        fakes.options(youtube_keeps=GRAIN // 2)
        bench.publish(bench.connector(), bench.outgoing("Снимак"))
        assert [one["bytes"] for one in fake.videos.values()] == [len(MOVIE)]

    def test_a_line_that_stays_broken_is_taken_up_by_the_next_attempt(
        self, bench: Bench, fakes: FakeServer, fake: YouTubeFake
    ) -> None:
        connector, sent = bench.connector(facts=small(bench)), bench.outgoing("Снимак")
        fakes.plan("html_error", SESSION, method="PUT", nth=3, times=20)
        with pytest.raises(NotReached):
            connector.publish(sent, bench.read)
        fakes.world.plan.clear()
        before = sent_chunks(fakes)
        published = connector.resume(sent, Pending(bench.checkpoints[-1]), bench.read)
        assert isinstance(published, Published)
        assert sent_chunks(fakes) - before == 1 + 3  # the question, and what was missing
        assert (len(fake.sessions), len(fake.videos), bench.texts()) == (1, 1, ["Снимак"])

    def test_a_worker_that_died_after_the_last_byte_left_one_video(self, bench: Bench, fake: YouTubeFake) -> None:
        sent = bench.outgoing("Снимак")

        class Died(Exception):
            pass

        def die(token: str) -> None:
            bench.checkpoints.append(token)
            if UploadCheckpoint.of(Pending(token)).video:
                bench.checkpoints.pop()
                raise Died

        with pytest.raises(Died):
            bench.connector(save_checkpoint=die).publish(sent, bench.read)
        connector, held = bench.connector(), Pending(bench.checkpoints[-1])
        assert isinstance(connector.find(sent, start(), (), held), Ready)
        assert isinstance(connector.resume(sent, held, bench.read), Published)
        assert (len(fake.videos), bench.texts()) == (1, ["Снимак"])

    def test_a_session_that_ended_without_a_video_is_begun_anew(self, bench: Bench, fakes: FakeServer) -> None:
        connector, sent = bench.connector(facts=small(bench)), bench.outgoing("Снимак")
        fakes.plan("html_error", SESSION, method="PUT", nth=3, times=20)
        with pytest.raises(NotReached):
            connector.publish(sent, bench.read)
        fakes.world.plan.clear()
        fakes.advance(8 * 24 * 3600)
        assert isinstance(connector.find(sent, start(), (), Pending(bench.checkpoints[-1])), Absent)
        published = connector.resume(sent, Pending(bench.checkpoints[-1]), bench.read)
        assert isinstance(published, Published)
        assert bench.texts() == ["Снимак"]

    def test_a_session_lost_after_its_last_byte_is_looked_for_in_the_list(
        self, bench: Bench, fakes: FakeServer, fake: YouTubeFake
    ) -> None:
        sent = bench.outgoing("Снимак")
        fakes.plan("commit_then_drop", SESSION, method="PUT")
        fakes.plan("status", SESSION, method="PUT", status=404, times=9)
        bench.publish(bench.connector(), sent)
        assert (len(fake.videos), bench.texts()) == (1, ["Снимак"])

    def test_of_two_videos_alike_nobody_guesses(self, bench: Bench, fakes: FakeServer, fake: YouTubeFake) -> None:
        connector, sent = bench.connector(), bench.outgoing("Снимак")
        for _ in range(2):
            bench.publish(connector, sent)
        lost = UploadCheckpoint(
            "https://www.googleapis.com/upload/x", UploadCheckpoint.of(Pending(bench.checkpoints[-1])).file, whole=True
        )
        fakes.plan("status", SESSION, method="PUT", status=404, times=9)
        ended = Pending(replace(lost, session=f"{bench.server}/upload/youtube/v3/videos?upload_id=x").token)
        with pytest.raises(OutcomeUnknown):
            connector.resume(sent, ended, bench.read)
        assert isinstance(connector.find(sent, sent.created_at, (), ended), Inconclusive)
        assert len(fake.videos) == 2

    def test_nothing_is_sent_to_a_stranger(self, bench: Bench, fakes: FakeServer, fake: YouTubeFake) -> None:
        fakes.world.url = "https://googleapis.com.example"
        with pytest.raises(NotReached):
            bench.connector().publish(bench.outgoing("Снимак"), bench.read)
        assert sent_chunks(fakes) == 0
        fakes.world.url = fakes.url

    def test_a_limit_on_the_way_to_the_public_keeps_the_video(
        self, bench: Bench, fakes: FakeServer, fake: YouTubeFake
    ) -> None:
        connector, sent = bench.connector(), bench.outgoing("Снимак")
        fakes.plan("rate_limit", self.create, method="PUT", seconds=7200)
        with pytest.raises(RateLimited) as limited:
            connector.publish(sent, bench.read)
        assert limited.value.message == NO_QUOTA
        assert isinstance(connector.resume(sent, Pending(bench.checkpoints[-1]), bench.read), Published)
        assert (len(fake.videos), len(fake.sessions), bench.texts()) == (1, 1, ["Снимак"])

    def test_what_is_public_is_not_made_public_again(self, bench: Bench, fakes: FakeServer, fake: YouTubeFake) -> None:
        connector, sent = bench.connector(), bench.outgoing("Снимак")
        fakes.plan("commit_then_drop", self.create, method="PUT")
        with pytest.raises(OutcomeUnknown):
            connector.publish(sent, bench.read)
        written = writes(fakes)
        published = connector.resume(sent, Pending(bench.checkpoints[-1]), bench.read)
        assert isinstance(published, Published)
        assert (writes(fakes), len(fake.videos)) == (written, 1)

    def test_another_file_is_another_video(self, bench: Bench, fake: YouTubeFake) -> None:
        connector, sent = bench.connector(), bench.outgoing("Снимак")
        bench.publish(connector, sent)
        other = replace(sent, video=video(ref="titlovi", size=len(bench.read("titlovi"))), text="Други снимак")
        connector.resume(other, Pending(bench.checkpoints[-1]), bench.read)
        assert sorted(bench.texts()) == ["Други снимак", "Снимак"]

    # until it is public

    def test_a_video_is_shown_once_it_plays(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(youtube_polls=2)
        connector, sent = bench.connector(), bench.outgoing("Снимак")
        pending = connector.publish(sent, bench.read)
        assert isinstance(pending, Pending)
        assert isinstance(connector.check_status(pending), Pending)
        assert bench.texts() == []
        ready = connector.check_status(pending)
        assert isinstance(ready, Ready)
        assert isinstance(connector.finish(sent, Pending(ready.token), bench.read), Published)
        assert bench.texts() == ["Снимак"]

    def test_where_it_need_not_play_first_it_is_waited_for_afterwards(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(youtube_polls=2)
        facts = bench.connector().facts | {"options": {"waits_until_it_plays": False}}
        connector, sent = bench.connector(facts=facts), bench.outgoing("Снимак")
        pending = connector.publish(sent, bench.read)
        assert isinstance(pending, Pending)
        assert bench.texts() == ["Снимак"]
        assert isinstance(connector.check_status(pending), Pending)
        assert isinstance(connector.check_status(pending), Published)

    @pytest.mark.parametrize(
        ("state", "message"),
        [
            ("failed:codec", videos.UNREADABLE),
            ("rejected:length", videos.TOO_LONG),
            ("rejected:duplicate", videos.TWICE),
            ("rejected:copyright", videos.COPYRIGHT),
            ("rejected:termsOfUse", videos.AGAINST_RULES),
            ("rejected:uploaderAccountSuspended", videos.SUSPENDED),
            ("deleted", videos.TAKEN_DOWN),
        ],
    )
    def test_a_video_that_youtube_will_not_show_is_a_refusal_in_words(
        self, bench: Bench, fakes: FakeServer, fake: YouTubeFake, state: str, message: str
    ) -> None:
        fakes.options(youtube_polls=1, youtube_video=state)
        connector, sent = bench.connector(), bench.outgoing("Снимак")
        pending = connector.publish(sent, bench.read)
        with pytest.raises(Rejected) as refused:
            connector.check_status(pending)
        assert (refused.value.message, refused.value.field) == (message, "video")
        assert bench.texts() == []
        # Sent again after a person has seen to it, it is a new video.
        fakes.options(youtube_polls=0, youtube_video="processed")
        assert isinstance(connector.resume(sent, pending, bench.read), Published)
        assert bench.texts() == ["Снимак"]

    def test_what_an_unaudited_project_uploads_is_never_called_public(
        self, bench: Bench, fakes: FakeServer, fake: YouTubeFake
    ) -> None:
        fakes.options(youtube_unaudited=True)
        connector, sent = bench.connector(), bench.outgoing("Снимак")
        with pytest.raises(Rejected) as refused:
            bench.publish(connector, sent)
        assert (refused.value.message, refused.value.field) == (LOCKED, "video")
        assert (bench.texts(), bench.checkpoints[-1]) == ([], "")
        # A locked video stays locked, so after the audit another one is uploaded: nothing was noted to go on with.
        fakes.options(youtube_unaudited=False)
        bench.publish(connector, sent)
        assert bench.texts() == ["Снимак"]

    def test_a_lock_that_comes_later_is_seen_too(self, bench: Bench, fakes: FakeServer, fake: YouTubeFake) -> None:
        connector, sent = bench.connector(), bench.outgoing("Снимак")
        bench.publish(connector, sent)
        (shown,) = fake.videos.values()
        shown["status"]["privacyStatus"] = "private"
        asked = Pending(replace(UploadCheckpoint.of(Pending(bench.checkpoints[-1])), asked=True).token)
        with pytest.raises(Rejected) as refused:
            connector.check_status(asked)
        assert refused.value.message == LOCKED
        assert isinstance(connector.resume(sent, asked, bench.read), Published)
        assert (len(fake.videos), bench.texts()) == (2, ["Снимак"])

    def test_an_installation_without_an_audit_says_so_before_anybody_schedules(self, bench: Bench) -> None:
        limits = YouTube.limits({"options": {"audited": False}})
        (problem,) = YouTube.check(bench.outgoing("Снимак"), limits)
        assert (problem.severity, problem.message_id) == ("error", checks.NOT_AUDITED)

    # cover and captions

    def test_cover_and_captions_are_there_before_anybody_sees_the_video(
        self, bench: Bench, fakes: FakeServer, fake: YouTubeFake
    ) -> None:
        sent = bench.outgoing("Снимак", video=video(cover=photo(1), captions=Captions("titlovi", "sr-Cyrl")))
        bench.publish(bench.connector(), sent)
        (shown,) = fake.videos.values()
        assert shown["cover"] == bench.read(photo(1).ref)
        (captions,) = shown["captions"]
        assert (captions["key"], captions["content"]) == (("sr", ""), bench.read("titlovi"))
        order = [one["path"].rpartition("/v3/")[2] for one in fakes.ledger() if one["method"] in ("POST", "PUT")]
        assert order == ["videos", "videos", "thumbnails/set", "captions", "videos"]

    @pytest.mark.parametrize("path", [r"/thumbnails/set$", r"/captions$"])
    @pytest.mark.parametrize("action", ["commit_then_drop", "commit_then_500", "drop_before"])
    def test_a_lost_answer_about_either_makes_no_second_video(
        self, bench: Bench, fakes: FakeServer, fake: YouTubeFake, path: str, action: str
    ) -> None:
        connector = bench.connector()
        sent = bench.outgoing("Снимак", video=video(cover=photo(1), captions=Captions("titlovi", "sr")))
        fakes.plan(action, path, method="POST")
        with pytest.raises(NotReached):
            connector.publish(sent, bench.read)
        assert bench.texts() == []
        assert isinstance(connector.resume(sent, Pending(bench.checkpoints[-1]), bench.read), Published)
        (shown,) = fake.videos.values()
        assert (bool(shown["cover"]), len(shown["captions"]), bench.texts()) == (True, 1, ["Снимак"])

    def test_a_channel_that_may_not_have_covers_is_told_and_the_video_waits(
        self, bench: Bench, fakes: FakeServer, fake: YouTubeFake
    ) -> None:
        fakes.options(youtube_unverified=True)
        connector, sent = bench.connector(), bench.outgoing("Снимак", video=video(cover=photo(1)))
        with pytest.raises(Rejected) as refused:
            connector.publish(sent, bench.read)
        assert refused.value.message == COVER_REFUSED
        assert bench.texts() == []
        fakes.options(youtube_unverified=False)
        assert isinstance(connector.resume(sent, Pending(bench.checkpoints[-1]), bench.read), Published)
        assert (len(fake.videos), bench.texts()) == (1, ["Снимак"])

    def test_captions_that_are_none_are_refused_before_anything_is_public(self, bench: Bench) -> None:
        captions = Captions("slika-1", "sr", "text/vtt")
        with pytest.raises(Rejected) as refused:
            bench.publish(bench.connector(), bench.outgoing("Снимак", video=video(captions=captions)))
        assert refused.value.message == CAPTIONS_REFUSED
        assert bench.texts() == []

    def test_a_file_and_what_is_told_of_it_go_in_one_body(self) -> None:
        kind, body = related({"snippet": {"name": ""}}, b"1\n--\n")
        boundary = kind.partition("boundary=")[2].encode()
        assert body.startswith(b"--" + boundary)
        assert body.endswith(b"1\n--\n\r\n--" + boundary + b"--\r\n")

    def test_serbian_is_told_with_its_letters_as_youtube_knows_them(self) -> None:
        tags = ("sr-Cyrl", "sr-Latn", "hu-Latn", "bs-Cyrl", "sr")
        assert [videos.language(tag) for tag in tags] == ["sr", "sr-Latn", "hu", "bs", "sr"]

    # settings of a post

    def test_a_video_for_people_with_the_link_is_unlisted_and_published(
        self, bench: Bench, fakes: FakeServer, fake: YouTubeFake
    ) -> None:
        connector, sent = bench.connector(), bench.outgoing("Само са везом", settings={"privacy": "unlisted"})
        published = bench.publish(connector, sent)
        (shown,) = fake.videos.values()
        assert (shown["status"]["privacyStatus"], bench.texts()) == ("unlisted", [])
        # Its state is read as published wherever it is looked up.
        held = Pending(bench.checkpoints[-1])
        found = connector.find(sent, start(), (), held)
        assert isinstance(found, Found)
        assert found.published.remote_id == published.remote_id
        assert isinstance(connector.find(sent, start()), Found)
        assert isinstance(connector.check_status(held), Published)
        before = writes(fakes)
        assert isinstance(connector.resume(sent, held, bench.read), Published)
        assert writes(fakes) == before
        connector.edit(published.remote_id, replace(sent, text="Измењено"))
        assert (shown["status"]["privacyStatus"], shown["snippet"]["description"]) == ("unlisted", "Измењено")

    def test_nothing_chosen_is_public_with_notice_and_neither_for_children_nor_artificial(
        self, bench: Bench, fake: YouTubeFake
    ) -> None:
        bench.publish(bench.connector(), bench.outgoing("Снимак"))
        (shown,) = fake.videos.values()
        flags = ("privacyStatus", "selfDeclaredMadeForKids", "containsSyntheticMedia")
        assert [shown["status"][name] for name in flags] == ["public", False, False]
        assert notified(fake) == ["true"]

    def test_what_was_chosen_is_declared(self, bench: Bench, fake: YouTubeFake) -> None:
        chosen = {"made_for_kids": "yes", "synthetic": "yes", "silent": "yes"}
        bench.publish(bench.connector(), bench.outgoing("Снимак", settings=chosen))
        (shown,) = fake.videos.values()
        assert (shown["status"]["selfDeclaredMadeForKids"], shown["status"]["containsSyntheticMedia"]) == (True, True)
        assert notified(fake) == ["false"]

    def test_a_first_comment_under_a_video_for_children_is_refused_at_its_field(self, bench: Bench) -> None:
        sent = bench.outgoing("Цртани", first_comment="Коментар", settings={"made_for_kids": "yes"})
        assert codes(sent, bench.limits()) == {("comment_for_children", "first_comment")}
        assert codes(replace(sent, settings={}), bench.limits()) == set()

    def test_own_playlists_are_offered_by_their_names(self, bench: Bench, fakes: FakeServer, fake: YouTubeFake) -> None:
        assert "playlist" not in offered(bench.connector().fetch_facts())
        key = fake.playlist("opstina", " Седнице \n Скупштине " + "х" * 200)
        facts = bench.connector().fetch_facts()
        (choice,) = offered(facts)["playlist"].choices
        assert (choice.value, choice.is_name, len(choice.label)) == (key, True, 150)
        assert choice.label.startswith("Седнице Скупштине")
        # While they cannot be read, those of the day before stay.
        fakes.plan("html_error", r"/v3/playlists$", times=9)
        assert bench.connector(facts=facts).fetch_facts()["playlists"] == facts["playlists"]

    @pytest.mark.parametrize(
        "hostile", [None, 7, "x", [None], [{}], [{"id": 7}], [{"id": "PL", "title": ["<b>"]}], {"id": "x"}]
    )
    def test_playlists_of_any_shape_break_no_form(self, hostile: Any) -> None:
        assert all(one.choices for one in YouTube.limits({"playlists": hostile}).settings if one.name == "playlist")

    def test_a_video_is_in_its_playlist_once_also_after_a_lost_answer(
        self, bench: Bench, fakes: FakeServer, fake: YouTubeFake
    ) -> None:
        key = fake.playlist("opstina", "Седнице")
        connector, sent = bench.connector(), bench.outgoing("Седница", settings={"playlist": key})
        fakes.plan("commit_then_drop", r"/v3/playlistItems$", method="POST")
        with pytest.raises(NotReached):
            connector.publish(sent, bench.read)
        assert bench.texts() == []
        assert isinstance(connector.resume(sent, Pending(bench.checkpoints[-1]), bench.read), Published)
        assert fake.playlists[key]["videos"] == [next(iter(fake.videos))]
        assert (len(fake.videos), bench.texts()) == (1, ["Седница"])

    @pytest.mark.parametrize("is_full", [True, False])
    def test_a_playlist_that_takes_nothing_is_named_before_the_video_is_public(
        self, bench: Bench, fakes: FakeServer, fake: YouTubeFake, is_full: bool
    ) -> None:
        key = fake.playlist("opstina", "Седнице")
        fakes.options(youtube_playlist_room=0 if is_full else 5)
        chosen = {"playlist": key if is_full else "PLgone"}
        connector, sent = bench.connector(), bench.outgoing("Седница", settings=chosen)
        with pytest.raises(Rejected) as refused:
            connector.publish(sent, bench.read)
        assert (refused.value.message, bench.texts()) == (PLAYLIST_REFUSED, [])
        # Without the playlist the video that is there already goes out.
        without = replace(sent, settings={})
        assert isinstance(connector.resume(without, Pending(bench.checkpoints[-1]), bench.read), Published)
        assert (len(fake.videos), bench.texts()) == (1, ["Седница"])

    # searches

    def test_without_a_witness_the_list_of_uploads_is_read(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(youtube_list_lag=1)
        connector, sent, began = bench.connector(), bench.outgoing("Касни."), start()
        bench.publish(connector, sent)
        assert isinstance(connector.find(sent, began), Absent)
        assert isinstance(connector.find(sent, began), Found)
        assert isinstance(connector.find(replace(sent, title="Други наслов"), began), Absent)

    def test_the_list_is_read_page_after_page(self, bench: Bench, fake: YouTubeFake) -> None:
        connector, sent, began = bench.connector(), bench.outgoing("Прва од многих."), start()
        bench.publish(connector, sent)
        (first,) = fake.videos.values()
        for number in range(60):
            fake.videos[f"{number:011}"] = {
                **first, "id": f"{number:011}", "snippet": {**first["snippet"], "description": f"Вест {number}"},
                "at": first["at"] + timedelta(seconds=number + 1),
            }  # fmt: skip
        assert isinstance(connector.find(sent, began), Found)

    def test_a_video_that_is_private_is_not_taken_for_published(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(youtube_polls=9)
        connector, sent, began = bench.connector(), bench.outgoing("Снимак"), start()
        pending = connector.publish(sent, bench.read)
        assert isinstance(connector.find(sent, began), Absent)
        assert connector.find(sent, began, (), pending) == Ready(pending.token)

    def test_links_to_videos_name_them(self) -> None:
        named = {
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ": "dQw4w9WgXcQ",
            "https://m.youtube.com/watch?app=desktop&v=dQw4w9WgXcQ&t=3s": "dQw4w9WgXcQ",
            "https://youtu.be/dQw4w9WgXcQ?si=abc": "dQw4w9WgXcQ",
            "https://youtube.com/shorts/dQw4w9WgXcQ": "dQw4w9WgXcQ",
            "https://www.youtube.com/live/dQw4w9WgXcQ?feature=share": "dQw4w9WgXcQ",
            "https://studio.youtube.com/video/dQw4w9WgXcQ/edit": "dQw4w9WgXcQ",
            "https://www.youtube.com/@opstina": None,
            "https://www.youtube.com/watch?v=kratko": None,
            "https://evilyoutube.com/watch?v=dQw4w9WgXcQ": None,
            "https://youtu.be/": None,
        }
        assert {link: YouTube.named_by(link, API, "UC1") for link in named} == named

    # afterwards

    def test_title_and_text_are_edited_and_the_video_stays_the_same(self, bench: Bench, fake: YouTubeFake) -> None:
        connector, sent = bench.connector(), bench.outgoing("Почиње у 9. #вашар")
        out = bench.publish(connector, sent)
        fake.videos[out.remote_id]["snippet"]["categoryId"] = "29"
        edited = connector.edit(out.remote_id, replace(sent, title="Нови наслов", text="Почиње у 10. #вашар"))
        shown = fake.videos[out.remote_id]
        assert (edited.remote_id, edited.permalink) == (out.remote_id, out.permalink)
        assert (shown["snippet"]["title"], shown["snippet"]["description"]) == ("Нови наслов", "Почиње у 10. #вашар")
        assert (shown["snippet"]["categoryId"], shown["status"]["privacyStatus"]) == ("29", "public")
        connector.withdraw(out.remote_id)
        with pytest.raises(Rejected):
            connector.edit(out.remote_id, sent)

    def test_a_first_comment_follows_below_the_video(self, bench: Bench, fakes: FakeServer) -> None:
        connector, began = bench.connector(), start()
        post = bench.publish(connector, bench.outgoing("Снимак")).remote_id
        comment = bench.outgoing("Пријаве: https://cuprija.rs", reply_to=post)
        assert YouTube.check(comment, bench.limits()) == []
        fakes.plan("commit_then_drop", r"/commentThreads$", method="POST")
        with pytest.raises(OutcomeUnknown):
            connector.publish(comment, bench.read)
        result = connector.find(comment, began)
        assert isinstance(result, Found)
        assert bench.texts().count(comment.text) == 1
        connector.edit(result.published.remote_id, replace(comment, text="Пријаве су завршене."))
        assert "Пријаве су завршене." in bench.texts()
        connector.withdraw(result.published.remote_id)
        connector.withdraw(result.published.remote_id)
        assert bench.texts() == ["Снимак"]

    def test_where_comments_are_off_it_is_said(self, bench: Bench, fakes: FakeServer) -> None:
        post = bench.publish(bench.connector(), bench.outgoing("Снимак")).remote_id
        fakes.options(youtube_comments_off=True)
        with pytest.raises(Rejected) as refused:
            bench.connector().publish(bench.outgoing("Прво", reply_to=post), bench.read)
        assert refused.value.message == COMMENTS_OFF

    def test_an_answer_to_an_answer_stands_beside_it_and_names_its_author(
        self, bench: Bench, fakes: FakeServer, fake: YouTubeFake
    ) -> None:
        connector, began = bench.connector(), start()
        post = bench.publish(connector, bench.outgoing("Питајте")).remote_id
        question = fakes.react("youtube", post, "reply", "Кад?")
        fakes.react("youtube", question, "reply", "И где?")
        first, second = connector.replies(post).items
        assert (first.in_reply_to, second.in_reply_to, second.root) == (post, question, post)
        assert (connector.opening(first), connector.opening(second)) == ("", "@marko ")
        answer = bench.outgoing("@marko На тргу.", reply_to=second.remote_id)
        connector.reply(answer, bench.read)
        assert isinstance(connector.find(answer, began), Found)
        (ours,) = [one for one in fake.comments.values() if one["text"] == answer.text]
        assert ours["above"] == question.partition(":")[2]

    def test_a_long_thread_is_read_to_its_end(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Питајте")).remote_id
        question = fakes.react("youtube", post, "reply", "Кад?")
        for number in range(7):
            fakes.react("youtube", question, "reply", f"И ја питам {number}")
        assert len(connector.replies(post).items) == 8
        bare = bench.connector(facts=connector.facts | {"options": {"threads_read_whole": 0}})
        assert len(bare.replies(post).items) == 6

    @pytest.mark.parametrize("status", ["heldForReview", "rejected"])
    def test_a_comment_is_hidden_as_the_installation_wants(
        self, bench: Bench, fakes: FakeServer, fake: YouTubeFake, status: str
    ) -> None:
        connector = bench.connector(facts=bench.connector().facts | {"options": {"hides_as": status}})
        post = bench.publish(connector, bench.outgoing("Питајте")).remote_id
        ugly = fakes.react("youtube", post, "reply", "Ружно")
        connector.hide(ugly, post)
        assert fake.comments[ugly.partition(":")[2]]["state"] == status
        assert connector.replies(post).items == ()

    def test_hidden_numbers_are_no_readings(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Снимак")).remote_id
        fakes.options(youtube_hidden=True)
        (metrics,) = connector.fetch_metrics([post])
        assert isinstance(metrics, PostMetrics)
        assert metrics.values == {"views": 11}
        assert connector.fetch_account_metrics() == {"posts": 1}
        assert connector.profile().followers is None

    def test_numbers_come_fifty_at_a_time(self, bench: Bench, fake: YouTubeFake) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Снимак")).remote_id
        units = fake.units
        metrics = connector.fetch_metrics([post, *(f"{number:011}" for number in range(60))])
        assert fake.units - units == 2
        assert [type(one) for one in metrics] == [PostMetrics, *[Gone] * 60]

    def test_a_video_that_youtube_took_down_is_gone(self, bench: Bench, fake: YouTubeFake) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Снимак")).remote_id
        fake.videos[post]["state"] = "rejected:copyright"
        assert [type(one) for one in connector.fetch_metrics([post])] == [Gone]

    # the stand-in answers as the network does

    def raw(self, bench: Bench, verb: str, path: str, **more: Any) -> Any:
        # Wrong on purpose, so not in the name of our client: these are not checked against Google's schema.
        headers = {"User-Agent": "a test", "Authorization": f"Bearer {bench.credential.access_token}"}
        headers |= more.pop("headers", {})
        return bench.http().request(verb, f"{bench.server}{path}", headers=headers, **more)

    def test_errors_have_googles_shape(self, bench: Bench) -> None:
        unknown = self.raw(bench, "GET", "/youtube/v3/videos?part=status&id=x&wrong=1")
        (first,) = unknown.json()["error"]["errors"]
        assert (unknown.status, first["reason"]) == (400, "unexpectedParameter")
        assert self.raw(bench, "GET", "/youtube/v3/videos?id=x").status == 200  # nothing found, nothing to show of it
        dead = self.raw(bench, "GET", "/youtube/v3/videos", headers={"Authorization": "Bearer x"})
        assert (dead.status, dead.json()["error"]["errors"][0]["reason"]) == (401, "authError")

    def test_a_session_tells_how_much_it_has_and_then_its_video(self, bench: Bench) -> None:
        size = 2 * GRAIN + 100
        metadata = {"snippet": {"title": "Снимак", "categoryId": "25"}, "status": {"privacyStatus": "private"}}
        length = {"X-Upload-Content-Type": "video/mp4", "X-Upload-Content-Length": str(size)}
        path = "/upload/youtube/v3/videos?uploadType=resumable&part=snippet,status"
        begun = self.raw(bench, "POST", path, json=metadata, headers=length)
        session = begun.headers["location"].removeprefix(bench.server)

        def put(start: int, end: int) -> Any:
            ranged = f"bytes {start}-{end - 1}/{size}" if end else f"bytes */{size}"
            return self.raw(bench, "PUT", session, data=b"x" * (end - start), headers={"Content-Range": ranged})

        assert (put(0, 0).status, put(0, 0).headers.get("range")) == (308, None)
        assert put(0, 1_000).status == 400  # no multiple of 256 KiB
        assert put(0, GRAIN).headers["range"] == f"bytes=0-{GRAIN - 1}"
        assert put(0, GRAIN).status == 400  # there already
        assert put(0, 0).headers["range"] == f"bytes=0-{GRAIN - 1}"
        made = put(GRAIN, size)
        assert (made.status, made.json()["status"]["uploadStatus"]) == (201, "uploaded")
        assert (put(0, 0).status, put(0, 0).json()["id"]) == (200, made.json()["id"])
        unknown = self.raw(bench, "PUT", f"{session}x", headers={"Content-Range": f"bytes */{size}"})
        assert unknown.status == 404

    def test_numbers_are_strings_and_a_change_empties_what_it_leaves_out(self, bench: Bench) -> None:
        post = bench.publish(bench.connector(), bench.outgoing("Снимак")).remote_id
        (shown,) = self.raw(bench, "GET", f"/youtube/v3/videos?part=statistics&id={post}").json()["items"]
        assert shown["statistics"] == {"viewCount": "11", "favoriteCount": "0", "likeCount": "0", "commentCount": "0"}
        assert "snippet" not in shown
        for body, reason in (
            ({"id": post, "snippet": {"title": "н" * 101, "categoryId": "25"}}, "invalidTitle"),
            ({"id": post, "snippet": {"title": "Наслов"}}, "invalidCategoryId"),
            ({"id": "x" * 11, "snippet": {"title": "Наслов", "categoryId": "25"}}, "videoNotFound"),
        ):
            refused = self.raw(bench, "PUT", "/youtube/v3/videos?part=snippet", json=body)
            assert refused.json()["error"]["errors"][0]["reason"] == reason
        update = {"id": post, "snippet": {"title": "Наслов", "categoryId": "25"}}
        changed = self.raw(bench, "PUT", "/youtube/v3/videos?part=snippet", json=update).json()
        assert "description" not in changed["snippet"]

    # quotas

    def test_what_a_video_costs(self, bench: Bench, fake: YouTubeFake) -> None:
        sent = bench.outgoing("Снимак", video=video(cover=photo(1), captions=Captions("titlovi", "sr")))
        connector, before = bench.connector(), fake.units
        bench.publish(connector, sent)
        assert (fake.units - before, fake.uploads) == (50 + 400 + 1 + 50, 1)

    def test_a_used_up_day_goes_on_after_midnight_in_california(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        fakes.options(youtube_quota=0)
        with pytest.raises(RateLimited) as limited:
            connector.profile()
        assert (limited.value.message, limited.value.retry_at) == (NO_QUOTA, midnight(datetime.now(UTC)))
        winter, summer = datetime(2026, 11, 25, 9, tzinfo=UTC), datetime(2026, 7, 1, 6, 59, tzinfo=UTC)
        assert midnight(winter) == datetime(2026, 11, 26, 8, tzinfo=UTC)
        assert midnight(summer) == datetime(2026, 7, 1, 7, tzinfo=UTC)

    def test_a_channel_that_had_its_videos_for_today_waits_a_day(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(youtube_uploads=0)
        with pytest.raises(RateLimited) as limited:
            bench.publish(bench.connector(), bench.outgoing("Снимак"))
        assert limited.value.message == TOO_MANY_VIDEOS
        assert limited.value.retry_at > datetime.now(UTC) + timedelta(hours=23)

    # the meaning of its errors

    @pytest.mark.parametrize(
        ("status", "reason", "kind", "message"),
        [
            (400, "invalidTitle", Rejected, BAD_TITLE),
            (400, "invalidVideoMetadata", Rejected, "invalidVideoMetadata"),
            (401, "youtubeSignupRequired", NeedsConsent, NO_CHANNEL),
            (403, "forbidden", NeedsConsent, NO_RIGHT),
            (403, "insufficientPermissions", NeedsConsent, NO_RIGHT),
            (403, "accessNotConfigured", NeedsConsent, NOT_SWITCHED_ON),
            (403, "channelSuspended", NeedsConsent, CLOSED),
            (403, "forbiddenPrivacySetting", Rejected, LOCKED),
            (403, "quotaExceeded", RateLimited, NO_QUOTA),
            (403, "userRateLimitExceeded", RateLimited, ""),
            (429, "RESOURCE_EXHAUSTED", RateLimited, ""),
            (404, "videoNotFound", Rejected, ""),
            (500, "backendError", OutcomeUnknown, ""),
            (503, "backendError", OutcomeUnknown, ""),
        ],
    )
    def test_every_answer_says_what_may_be_done_next(
        self, bench: Bench, fakes: FakeServer, status: int, reason: str, kind: type[PlatformError], message: str
    ) -> None:
        body = {"error": {"code": status, "message": reason, "errors": [{"reason": reason, "message": reason}]}}
        fakes.plan("status", self.create, method="PUT", status=status, body=body, times=2)
        with pytest.raises(kind) as raised:
            bench.publish(bench.connector(), bench.outgoing("Не сме."))
        assert message in raised.value.message
        assert bench.texts() == []

    @pytest.mark.parametrize("body", ["", "[]", "<html>"])
    def test_a_success_without_words_is_unknown(self, bench: Bench, fakes: FakeServer, body: str) -> None:
        fakes.plan("status", self.create, method="PUT", status=200, body=body)
        with pytest.raises(OutcomeUnknown):
            bench.publish(bench.connector(), bench.outgoing("Не сме."))

    # sessions

    def test_a_session_of_an_hour_is_renewed_in_the_middle_of_an_upload(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("expire_token", SESSION, method="PUT", nth=3)
        bench.publish(bench.connector(facts=small(bench)), bench.outgoing("Једном."))
        assert bench.texts() == ["Једном."]
        (renewed,) = bench.renewed
        assert renewed.refresh_token == bench.credential.refresh_token
        assert renewed.access_token != bench.credential.access_token

    def test_a_session_about_to_end_is_renewed_before_the_call(self, bench: Bench) -> None:
        soon = replace(bench.credential, expires_at=datetime.now(UTC) + timedelta(minutes=2))
        bench.connector(credential=soon).profile()
        (renewed,) = bench.renewed
        assert renewed.expires_at is not None
        assert renewed.expires_at > datetime.now(UTC) + timedelta(minutes=50)

    def test_a_consent_that_was_taken_back_needs_a_new_one(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("revoke_token", self.create, method="PUT")
        with pytest.raises(NeedsConsent) as dead:
            bench.publish(bench.connector(), bench.outgoing("Не сме."))
        assert dead.value.message == oauth.ENDED
        assert bench.texts() == []

    def test_a_failed_renewal_is_tried_again_later(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("html_error", r"/token$", method="POST")
        with pytest.raises(NotReached):
            bench.connector().refresh()
        assert isinstance(bench.connector().refresh(), Credential)

    def test_keys_that_google_does_not_know_are_the_administrators(self, bench: Bench) -> None:
        keys = replace(bench.keys, client_secret="pogrešna")
        with pytest.raises(NeedsConsent) as refused:
            bench.connector(keys=keys).refresh()
        assert refused.value.message == oauth.WRONG_KEYS

    # consent

    def test_from_consent_to_a_channel_with_proof(self, bench: Bench) -> None:
        person = bench.connector(credential=None).exchange(consented(bench))
        assert missing(YouTube.scopes, person.scopes) == []
        assert person.expires_at is not None
        assert person.consent_until is None
        (mine,) = bench.connector(credential=person).accounts()
        assert (mine.profile.handle, mine.profile.followers, mine.problem) == ("@opstina", 431, "")
        bench.publish(bench.connector(credential=mine.credential), bench.outgoing("Са новим правом."))
        assert bench.texts() == ["Са новим правом."]

    def test_in_testing_the_access_ends_after_a_week_and_says_so(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(youtube_testing=True)
        person = bench.connector(credential=None).exchange(consented(bench))
        week = datetime.now(UTC) + timedelta(days=7)
        assert person.consent_until is not None
        assert abs(person.consent_until - week) < timedelta(minutes=1)
        renewed = bench.connector(credential=person).refresh()
        assert renewed.consent_until == person.consent_until
        fakes.advance(7 * 24 * 3600 + 60)
        with pytest.raises(NeedsConsent):
            bench.connector(credential=person).refresh()

    def test_an_installation_may_know_that_it_is_in_testing(self, bench: Bench) -> None:
        facts = bench.connector().facts | {"options": {"testing": True}}
        person = bench.connector(credential=None, facts=facts).exchange(consented(bench))
        assert person.consent_until is not None

    def test_without_the_proof_or_too_late_or_twice_nothing_is_given(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector(credential=None)
        with pytest.raises(NeedsConsent):
            connector.exchange({**consented(bench), "verifier": "pogrešan"})
        late = consented(bench)
        fakes.advance(601)
        with pytest.raises(NeedsConsent):
            connector.exchange(late)
        used = consented(bench)
        connector.exchange(used)
        with pytest.raises(NeedsConsent):
            connector.exchange(used)

    def test_what_was_declined_is_named(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(youtube_declined=(YouTube.scopes[1].name,))
        person = bench.connector(credential=None).exchange(consented(bench))
        assert missing(YouTube.scopes, person.scopes) == [YouTube.scopes[1]]

    def test_an_account_without_a_channel_has_nothing_to_pick(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(youtube_no_channel=True)
        assert bench.connector().accounts() == []
        with pytest.raises(NeedsConsent) as refused:
            bench.connector().profile()
        assert refused.value.message == NO_CHANNEL

    def test_a_video_that_went_to_another_channel_stays_private(
        self, bench: Bench, fakes: FakeServer, fake: YouTubeFake
    ) -> None:
        fakes.account("youtube", "biblioteka")
        fakes.options(youtube_several=True)
        _own, library = bench.connector().accounts()
        with pytest.raises(NeedsConsent) as refused:
            bench.publish(bench.connector(credential=library.credential), bench.outgoing("Не тамо."))
        assert refused.value.message == OTHER_CHANNEL
        assert [one["status"]["privacyStatus"] for one in fake.videos.values()] == ["private"]

    def test_another_channel_of_the_same_person_keeps_its_consent(self, bench: Bench) -> None:
        bench.connector().revoke(shared=True)
        bench.publish(bench.connector(), bench.outgoing("Остаје."))
        assert bench.texts() == ["Остаје."]


def codes(sent: Outgoing, limits: Any) -> set[tuple[str, str]]:
    return {(problem.code, problem.field) for problem in YouTube.check(sent, limits)}


def small(bench: Bench) -> dict[str, Any]:
    """With the smallest chunks there are."""
    return bench.connector().facts | {"options": SMALL}


def sent_chunks(fakes: FakeServer) -> int:
    return sum(1 for one in fakes.ledger() if one["method"] == "PUT" and "/upload/" in one["path"])


def writes(fakes: FakeServer) -> int:
    return sum(1 for one in fakes.ledger() if one["method"] != "GET")


def consented(bench: Bench) -> dict[str, str]:
    """The arguments of an exchange after the person agreed on Google's page."""
    url = bench.connector(credential=None).authorize_url(BACK, "stanje", CHALLENGE)
    asked = dict(parse_qsl(urlsplit(url).query))
    assert (asked["access_type"], asked["code_challenge_method"]) == ("offline", "S256")
    answer = bench.http().post(url.split("?")[0], data={**asked, "decision": "allow"})
    returned = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert returned["state"] == "stanje"
    return {"code": returned["code"], "redirect_uri": BACK, "verifier": VERIFIER}


def test_the_page_of_consent_and_the_tokens_are_googles_own_hosts() -> None:
    from platforms.types import Keys

    url = oauth.authorize_url(API, Keys("id", "secret"), BACK, "s", CHALLENGE, scopes=SCOPES)
    assert url.startswith("https://accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id=id&")
    assert urlsplit(oauth.TOKENS).hostname == "oauth2.googleapis.com"


def test_a_token_keeps_what_it_needs_and_fits_its_column() -> None:
    held = UploadCheckpoint(
        "https://www.googleapis.com/upload/youtube/v3/videos?upload_id=" + "A" * 300, "f" * 16, "v" * 11, True
    )
    assert UploadCheckpoint.of(Pending(held.token)) == held
    assert len(held.token) < 2_000
    assert json.loads(UploadCheckpoint("s", "f").token) == {"session": "s", "file": "f"}
