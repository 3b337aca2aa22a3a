"""Videos on Bluesky, by the network's video service or the account's own server, and galleries of pictures."""

from dataclasses import replace
from typing import Any

import pytest

from platforms import checks
from platforms.bluesky import records
from platforms.bluesky.video_service import VideoCheckpoint, address
from platforms.errors import NotReached, OutcomeUnknown, RateLimited, Rejected
from platforms.types import Captions, ContainerExpired, Found, Pending, Picture, Published, Ready
from tests.platforms.bench import FILES, MOVIE, PICTURES, Bench, Files, outgoing, video
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import bench_for

PUT, START, PART, FINISH = "putRecord$", "startUpload$", "uploadPart$", "finishUpload$"
CAPTIONED = {"alt": "Људи прелазе мост", "captions": Captions("titlovi", "sr")}


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(fakes, "bluesky")


@pytest.fixture
def options(fakes: FakeServer) -> dict[str, Any]:
    return {"video_service": fakes.url}


def opened(bench: Bench, options: dict[str, Any], **more: Any) -> Any:
    facts = bench.connector().fetch_facts()
    return bench.connector(facts={**facts, "options": options}, **more)


def made(fakes: FakeServer, path: str) -> int:
    """How many calls of a method were answered with a success."""
    return sum(entry["path"].endswith(path.rstrip("$")) and entry["status"] == 200 for entry in fakes.ledger())


def until_ready(connector: Any, pending: Pending) -> Ready:
    for _ in range(20):
        status = connector.check_status(pending)
        if isinstance(status, Ready):
            return status
        assert isinstance(status, Pending), status
        pending = status
    raise AssertionError("It never became ready.")


class TestByTheService:
    def test_it_is_sent_in_parts_processed_and_then_named_by_the_record(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any]
    ) -> None:
        fakes.options(video_job_polls=2)
        connector, sent = opened(bench, options), outgoing("Отварање моста.", video=video(**CAPTIONED))
        pending = connector.publish(sent, bench.read)
        assert isinstance(pending, Pending)
        assert made(fakes, PART) == -(-len(MOVIE) // 300_000)
        assert bench.checkpoints[-1] == pending.token
        assert connector.check_status(pending) == pending
        ready = until_ready(connector, pending)
        assert bench.texts() == []
        assert isinstance(connector.finish(sent, Pending(ready.token), bench.read), Published)
        (post,) = bench.public()
        assert (post["text"], post["video"], post["video_alt"]) == (sent.text, len(MOVIE), "Људи прелазе мост")
        assert post["captions"] == ["WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nDobar dan\n"]

    def test_the_service_gets_a_token_for_one_method_and_nothing_else(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any]
    ) -> None:
        bench.publish(opened(bench, options), outgoing("Жетон.", video=video()))
        host = fakes.url.removeprefix("http://")
        exchanges = [exchange.request for exchange in fakes.world.exchanges]
        sent = [request for request in exchanges if request.headers["host"] == host]
        tokens = {request.token for request in sent if "app.bsky.video." in request.path} - {""}
        assert tokens == set(fakes.world.bluesky.service_tokens)
        assert bench.credential.access_token not in tokens
        assert {one["lxm"] for one in fakes.world.bluesky.service_tokens.values()} == {"com.atproto.repo.uploadBlob"}
        (asked,) = {request.token for request in sent if request.path.endswith("getJobStatus")}
        assert asked == ""

    def test_a_video_that_the_service_knows_already_is_the_same_blob(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any]
    ) -> None:
        for text in ("Први пут.", "Други пут."):
            bench.publish(opened(bench, options), outgoing(text, video=video()))
        assert len(fakes.world.bluesky.service_of_videos.jobs) == 1
        assert [post["video"] for post in bench.public()] == [len(MOVIE)] * 2

    def test_an_answer_without_its_envelope_is_understood(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any]
    ) -> None:
        fakes.options(video_envelope=False)
        bench.publish(opened(bench, options), outgoing("Без омота.", video=video()))
        assert bench.texts() == ["Без омота."]
        # The answers are against the schema, as those of some services are.
        fakes.world.exchanges.clear()

    @pytest.mark.parametrize("properties", [{"width": 0, "height": 0, "seconds": 0.0}, {"mime": "video/quicktime"}])
    def test_unknown_properties_are_left_out(
        self, bench: Bench, options: dict[str, Any], properties: dict[str, Any]
    ) -> None:
        bench.publish(opened(bench, options), outgoing("Непознато.", video=video(**properties)))
        assert bench.texts() == ["Непознато."]


class TestTheAccountsOwnServer:
    def test_without_a_service_it_takes_the_video_like_a_picture(self, bench: Bench, fakes: FakeServer) -> None:
        sent = outgoing("Право на сервер.", video=video(**CAPTIONED))
        assert isinstance(bench.connector().publish(sent, bench.read), Published)
        (post,) = bench.public()
        assert (post["video"], len(post["captions"])) == (len(MOVIE), 1)

    def test_a_session_that_runs_out_on_the_way_is_renewed_and_the_file_sent_whole(
        self, bench: Bench, fakes: FakeServer
    ) -> None:
        fakes.plan("expire_token", "uploadBlob$", method="POST")
        bench.connector().publish(outgoing("Још једном.", video=video()), bench.read)
        assert (len(bench.renewed), [post["video"] for post in bench.public()]) == (1, [len(MOVIE)])

    def test_a_file_that_is_too_large_for_it_is_refused(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(blob_bytes=1000)
        with pytest.raises(Rejected):
            bench.connector().publish(outgoing("Превелико.", video=video()), bench.read)
        assert bench.texts() == []

    @pytest.mark.parametrize(
        ("option", "server", "expected"),
        [
            (None, "https://pds.example", "https://video.bsky.app"),
            (None, "http://127.0.0.1:2583", ""),
            ("", "https://pds.example", ""),
            ("https://video.example", "http://127.0.0.1:2583", "https://video.example"),
        ],
    )
    def test_the_service_is_the_networks_or_the_one_of_the_option(
        self, option: str | None, server: str, expected: str
    ) -> None:
        assert address(option, "https://video.bsky.app", server) == expected


class TestRefusals:
    @pytest.mark.parametrize(
        ("reason", "words"),
        [
            ("DailyLimitExceeded", "no more videos from this account today"),
            ("VideoTooLarge", "too large"),
            ("VideoTooLong", "too long"),
            ("BadAspectRatio", "too narrow or too wide"),
            ("UnsupportedContentType", "cannot play"),
            ("UploadForbidden", "e-mail address is confirmed"),
        ],
    )
    def test_a_reason_is_a_sentence_at_the_video_and_leaves_the_channel_connected(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any], reason: str, words: str
    ) -> None:
        fakes.options(video_refusal=reason)
        with pytest.raises(Rejected, match=words) as refused:
            opened(bench, options).publish(outgoing("Одбијено.", video=video()), bench.read)
        assert (refused.value.field, refused.value.code) == ("video", reason)
        assert made(fakes, PART) == 0

    @pytest.mark.parametrize("reason", ["ServiceOverloaded", "TooManyOpenUploads"])
    def test_a_busy_service_is_tried_again(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any], reason: str
    ) -> None:
        fakes.options(video_refusal=reason)
        with pytest.raises(NotReached):
            opened(bench, options).publish(outgoing("Касније.", video=video()), bench.read)

    def test_a_rate_limit_of_the_service_is_one(self, bench: Bench, fakes: FakeServer, options: dict[str, Any]) -> None:
        fakes.plan("rate_limit", START, seconds=90)
        with pytest.raises(RateLimited):
            opened(bench, options).publish(outgoing("Споро.", video=video()), bench.read)

    @pytest.mark.parametrize(
        ("status", "kind"), [(401, NotReached), (403, NotReached), (503, NotReached), (400, Rejected)]
    )
    def test_the_service_never_disconnects_the_channel(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any], status: int, kind: type[Exception]
    ) -> None:
        fakes.plan("status", START, status=status, body={"error": "AuthRequired" if status < 404 else "X"})
        with pytest.raises(kind):
            opened(bench, options).publish(outgoing("Одбијено.", video=video()), bench.read)

    @pytest.mark.parametrize(
        ("failure", "words"),
        [
            ("validation_failure", "cannot play"),
            ("encoding_failure", "cannot play"),
            ("pds_upload_unsupported_blob_size", "own server takes no files as large"),
        ],
    )
    def test_a_failed_job_says_why(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any], failure: str, words: str
    ) -> None:
        fakes.options(video_failure=failure, video_job_polls=0)
        connector = opened(bench, options)
        pending = connector.publish(outgoing("Пропало.", video=video()), bench.read)
        with pytest.raises(Rejected, match=words):
            connector.check_status(pending)

    @pytest.mark.parametrize("failure", ["pds_upload_failure", "generic_failure", "something_new"])
    def test_a_failure_that_passes_begins_anew(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any], failure: str
    ) -> None:
        fakes.options(video_failure=failure, video_job_polls=0)
        connector = opened(bench, options)
        pending = connector.publish(outgoing("Изнова.", video=video()), bench.read)
        assert isinstance(connector.check_status(pending), ContainerExpired)

    def test_captions_that_are_too_long_or_none_are_refused_before_the_upload(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cue = b"1\n00:00:00,000 --> 00:00:02,000\nDobar dan\n\n"
        for content, words in ((cue * 500, "too long"), (b"nothing", "cannot be read")):
            monkeypatch.setitem(FILES, "titlovi", content)
            for connector in (opened(bench, options), bench.connector()):
                with pytest.raises(Rejected, match=words) as refused:
                    connector.publish(outgoing("Титлови.", video=video(**CAPTIONED)), bench.read)
                assert refused.value.field == "video"
        assert made(fakes, START) == made(fakes, "uploadBlob") == 0

    @pytest.mark.parametrize(
        "plan",
        [
            {"jobId": "a", "partSizeBytes": 0, "partCount": 1},
            {"jobId": "a", "partSizeBytes": 10**12, "partCount": 1},
            {"jobId": "a", "partSizeBytes": 1, "partCount": 1},
            {"jobId": "a", "partSizeBytes": "1", "partCount": 1},
            {"jobId": "a" * 257, "partSizeBytes": 300_000, "partCount": 4},
            {"jobId": 7, "partSizeBytes": 300_000, "partCount": 4},
            {},
            [],
        ],
    )
    def test_an_impossible_plan_is_not_followed(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any], plan: Any
    ) -> None:
        fakes.plan("status", START, status=200, body=plan)
        with pytest.raises(NotReached):
            opened(bench, options).publish(outgoing("Немогуће.", video=video()), bench.read)
        assert made(fakes, PART) == 0

    @pytest.mark.parametrize(
        "blob",
        [
            "x",
            {"ref": "x"},
            {"ref": {"$link": "b" * 201}, "mimeType": "video/mp4", "size": 1},
            {"ref": {"$link": "b"}, "mimeType": "video/mp4", "size": "1"},
            {"ref": {"$link": "b"}, "mimeType": 1, "size": 1},
        ],
    )
    def test_a_blob_that_is_none_is_waited_for(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any], blob: Any
    ) -> None:
        connector = opened(bench, options)
        pending = connector.publish(outgoing("Чудно.", video=video()), bench.read)
        body = {"jobStatus": {"state": "JOB_STATE_COMPLETED", "blob": blob}}
        fakes.plan("status", "getJobStatus$", status=200, body=body)
        assert connector.check_status(pending) == pending

    def test_only_what_a_blob_consists_of_gets_into_the_record(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any]
    ) -> None:
        connector = opened(bench, options)
        pending = connector.publish(outgoing("Чисто.", video=video()), bench.read)
        blob = {"$type": "other", "ref": {"$link": "bafk", "x": 1}, "mimeType": "video/mp4", "size": 1, "text": "x"}
        fakes.plan("status", "getJobStatus$", status=200, body={"jobStatus": {"blob": blob}})
        ready = connector.check_status(pending)
        expected = {"$type": "blob", "ref": {"$link": "bafk"}, "mimeType": "video/mp4", "size": 1}
        assert VideoCheckpoint.of(Pending(ready.token)).blob == expected


class TestAfterACrash:
    @pytest.mark.parametrize(("path", "nth"), [(PART, 1), (PART, 3), (FINISH, 1)])
    def test_the_upload_goes_on_with_what_is_missing(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any], path: str, nth: int
    ) -> None:
        sent = outgoing("После прекида.", video=video())
        fakes.plan("drop_before", path, method="POST", nth=nth, times=4)
        with pytest.raises(NotReached):
            opened(bench, options).publish(sent, bench.read)
        arrived, connector = made(fakes, PART), opened(bench, options)
        fakes.world.plan.clear()
        pending = connector.resume(sent, Pending(bench.checkpoints[-1]), bench.read)
        ready = until_ready(connector, pending)
        assert isinstance(connector.resume(sent, Pending(ready.token), bench.read), Published)
        assert made(fakes, PART) == -(-len(MOVIE) // 300_000)
        assert arrived <= made(fakes, PART)
        assert (made(fakes, START), bench.texts()) == (1, [sent.text])

    @pytest.mark.parametrize("path", [START, PART, FINISH])
    @pytest.mark.parametrize("action", ["commit_then_drop", "commit_then_500"])
    def test_a_lost_answer_costs_no_second_post(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any], path: str, action: str
    ) -> None:
        sent, connector = outgoing("Изгубљен одговор.", video=video()), opened(bench, options)
        fakes.plan(action, path, method="POST")
        try:
            pending = connector.publish(sent, bench.read)
        except NotReached:
            last = bench.checkpoints[-1:]
            pending = (
                connector.resume(sent, Pending(last[0]), bench.read) if last else connector.publish(sent, bench.read)
            )
        assert isinstance(connector.finish(sent, Pending(until_ready(connector, pending).token), bench.read), Published)
        assert bench.texts() == [sent.text]

    def test_a_service_that_still_assembles_is_asked_again(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any]
    ) -> None:
        fakes.options(video_finishing=3)
        connector, sent = opened(bench, options), outgoing("Склапа се.", video=video())
        pending = connector.publish(sent, bench.read)
        assert connector.check_status(pending) == pending
        assert connector.resume(sent, pending, bench.read) == pending
        ready = until_ready(connector, pending)
        connector.finish(sent, Pending(ready.token), bench.read)
        assert bench.texts() == [sent.text]

    @pytest.mark.parametrize("forgotten", ["sessions", "jobs"])
    def test_what_the_service_has_forgotten_is_uploaded_again(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any], forgotten: str
    ) -> None:
        connector, sent = opened(bench, options), outgoing("Заборављено.", video=video())
        if forgotten == "sessions":
            fakes.plan("drop_before", FINISH, method="POST")
            with pytest.raises(NotReached):
                connector.publish(sent, bench.read)
            pending = Pending(bench.checkpoints[-1])
        else:
            pending = connector.publish(sent, bench.read)
        service = fakes.world.bluesky.service_of_videos
        service.sessions.clear(), service.jobs.clear(), service.done.clear()
        assert isinstance(connector.check_status(pending), ContainerExpired)
        ready = until_ready(connector, connector.resume(sent, pending, bench.read))
        connector.finish(sent, Pending(ready.token), bench.read)
        assert bench.texts() == [sent.text]

    def test_an_unknown_outcome_is_repeated_as_the_same_record(
        self, bench: Bench, fakes: FakeServer, options: dict[str, Any]
    ) -> None:
        connector, began = opened(bench, options), start()
        sent = outgoing("Једном.", video=video(**CAPTIONED))
        ready = until_ready(connector, connector.publish(sent, bench.read))
        fakes.plan("commit_then_drop", PUT, method="POST")
        with pytest.raises(OutcomeUnknown):
            connector.finish(sent, Pending(ready.token), bench.read)
        assert isinstance(connector.find(sent, began, (), Pending(ready.token)), Found)
        again = connector.resume(sent, Pending(ready.token), bench.read)
        assert (bench.texts(), again.remote_id) == ([sent.text], bench.public()[0]["id"])

    def test_the_token_fits_where_it_is_stored(self, bench: Bench, fakes: FakeServer, options: dict[str, Any]) -> None:
        connector = opened(bench, options)
        ready = until_ready(connector, connector.publish(outgoing("Кратко.", video=video()), bench.read))
        assert len(ready.token) < 1000


class TestLimits:
    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            (CAPTIONED, None),
            ({"mime": "video/webm"}, None),
            ({"mime": "video/x-matroska"}, "video_type"),
            ({"size": 300_000_001}, "video_too_large"),
            ({"seconds": 600.1}, "video_too_long"),
            ({"alt": "ш" * 1001}, "alt_too_long"),
            ({"captions": Captions("titlovi", "sr", "text/vtt")}, "captions_not_here"),
        ],
    )
    def test_a_video(self, bench: Bench, changed: dict[str, Any], code: str | None) -> None:
        problems = checks.check(outgoing("Снимак.", video=video(**changed)), bench.limits())
        assert [problem.code for problem in problems] == ([code] if code else [])

    def test_a_server_without_a_service_transcodes_nothing(self, bench: Bench) -> None:
        limits = bench.connector().limits({"options": {"video_service": ""}})
        assert limits.videos.mime_types == ("video/mp4",)

    def test_an_installation_may_change_them(self, bench: Bench) -> None:
        options = {"pictures": 4, "picture_bytes": 1_000_000, "video_bytes": 100_000_000, "video_seconds": 180}
        limits = bench.connector().limits({"options": options})
        found = (limits.max_images, limits.image_bytes, limits.videos.max_bytes, limits.videos.max_seconds)
        assert found == tuple(options.values())
        assert bench.connector().limits({"options": {"pictures": 50}}).max_images == 20


def album(bench: Bench, number: int) -> tuple[Picture, ...]:
    return tuple(replace(bench.picture(place % 4 + 1), alt=f"Слика {place + 1}") for place in range(number))


class TestGallery:
    @pytest.mark.parametrize(
        ("number", "kind"),
        [(1, "images"), (4, "images"), (5, "gallery"), (10, "gallery")],
    )
    def test_more_than_four_pictures_are_a_gallery(
        self, bench: Bench, fakes: FakeServer, number: int, kind: str
    ) -> None:
        connector, sent = bench.connector(), outgoing("Вашар.", pictures=album(bench, number))
        assert connector.check(sent, bench.limits()) == []
        published = connector.publish(sent, bench.read)
        embed = fakes.world.bluesky.records[published.remote_id]["value"]["embed"]
        assert embed["$type"] == f"app.bsky.embed.{kind}"
        alts = tuple(f"Слика {place + 1}" for place in range(number))
        (post,) = bench.public()
        assert tuple(post["alts"]) == alts
        found = connector.find(sent, start())
        assert isinstance(found, Found)
        assert found.alts == alts

    def test_eleven_are_too_many(self, bench: Bench) -> None:
        problems = bench.connector().check(outgoing("Вашар.", pictures=album(bench, 11)), bench.limits())
        assert [problem.code for problem in problems] == ["too_many_pictures"]

    def test_a_picture_of_two_megabytes_is_taken(
        self, bench: Bench, fakes: FakeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        large = PICTURES["slika-1"] + b"\x00" * (2_000_000 - len(PICTURES["slika-1"]))
        monkeypatch.setitem(FILES, "slika-1", large)
        sent = outgoing("Велика.", pictures=(replace(bench.picture(1), size=len(large)),))
        assert bench.connector().check(sent, bench.limits()) == []
        bench.connector().publish(sent, Files())
        fakes.options(image_bytes=1_000_000)
        with pytest.raises(Rejected, match="too large"):
            bench.connector().publish(replace(sent, key="0" * 32), Files())

    def test_an_older_gallery_counts_in_the_history(self, bench: Bench) -> None:
        embed = {"$type": "app.bsky.embed.gallery", "items": [{"alt": "А"}, {"alt": "Б"}, 7]}
        record = {"embed": embed, "text": ""}
        view = {"uri": "at://did:plc:a/app.bsky.feed.post/3k", "record": record, "indexedAt": "x"}
        assert records.alts(record) == ("А", "Б")
        assert records.past_post(view).material == records.material(2)
