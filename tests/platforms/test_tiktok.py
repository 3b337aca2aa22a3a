"""TikTok: conformance and faults against the fake; a post is sent once, and its state is followed."""

import io
from dataclasses import replace
from typing import Any

import pytest

from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, Rejected
from platforms.tiktok import calls, oauth, publishing, upload
from platforms.tiktok.checkpoint import UploadCheckpoint
from platforms.tiktok.publishing import CHECKED, PROVES_NOTHING
from platforms.types import Absent, ContainerExpired, Credential, Found, Inconclusive, Pending, Published, Ready
from tests.platforms import bench as files
from tests.platforms.bench import MOVIE, Bench, Files, photo, picture, video
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import Broken, FaultConformance, bench_for
from tests.platforms.tiktok import INIT, PHOTOS, PUT, asked, bench_of, the_fake, with_options

LARGE = b"\x00\x00\x00\x18ftypmp42" + bytes(256) * 65_000


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_of(fakes)


class TestTikTokFake(FaultConformance):
    create = PHOTOS
    rate_seconds = 60
    absent = Inconclusive
    """Of pictures: the one call that makes the post is the one that would have told its number."""

    @pytest.fixture
    def bench(self, fakes: FakeServer) -> Bench:
        return bench_of(fakes)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A video of three chunks of five million bytes, the last of which takes what is left over."""
    monkeypatch.setitem(files.FILES, "veliki", LARGE)
    return video(ref="veliki", size=len(LARGE))


def sent_in_chunks(bench: Bench, clip: Any, **more: Any) -> tuple[Any, Any]:
    """(connector, post) of a video that goes in chunks of the smallest size."""
    facts = with_options(bench, chunk_bytes=upload.SMALLEST)
    return bench.connector(facts=facts, **more), bench.outgoing("Снимак са отварања.", video=clip)


# ---- publishing


def test_pictures_are_fetched_from_us_with_a_title_above_the_text(bench: Bench) -> None:
    published = bench.publish(
        bench.connector(), bench.outgoing("Три слике.", title="Вашар", pictures=tuple(photo(n) for n in (3, 1, 2)))
    )
    (post,) = bench.public()
    assert (post["title"], post["text"], len(post["alts"])) == ("Вашар", "Три слике.", 3)
    assert published.permalink == f"https://www.tiktok.com/@opstina/photo/{post['id']}"


def test_a_picture_that_is_too_large_is_given_out_smaller(
    bench: Bench, fakes: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is too large fails the whole post."""
    monkeypatch.setitem(files.FILES, "velika.jpg", files.jpeg(2048, 1536))
    large = replace(photo(1), ref="velika.jpg", width=2048, height=1536)
    sent = bench.outgoing("Велика", pictures=(photo(2), large))
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(facts=with_options(bench, picture_sides=(4096, 4096))), sent)
    assert refused.value.message == publishing.SIZE
    bench.publish(bench.connector(), sent)
    (post,) = bench.public()
    assert len(post["alts"]) == 2


def test_a_png_is_given_out_as_a_jpeg(bench: Bench) -> None:
    bench.publish(bench.connector(), bench.outgoing("Плакат", pictures=(picture(1),)))
    assert bench.texts() == ["Плакат"]
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), bench.outgoing("Као JPEG", pictures=(replace(picture(1), mime="image/jpeg"),)))
    assert refused.value.message == publishing.FORMAT


def test_a_video_is_one_chunk_where_it_is_small(bench: Bench, fakes: FakeServer) -> None:
    published = bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
    (post,) = bench.public()
    assert (post["video"], post["id"]) == (len(MOVIE), published.remote_id)
    assert published.permalink == f"https://www.tiktok.com/@opstina/video/{post['id']}"
    assert asked(fakes, "/tiktok/video/") == 1


def test_a_large_video_goes_in_chunks_in_their_order(bench: Bench, fakes: FakeServer, large: Any) -> None:
    connector, sent = sent_in_chunks(bench, large)
    bench.publish(connector, sent)
    (post,) = bench.public()
    assert post["video"] == len(LARGE)
    statuses = [one["status"] for one in fakes.ledger() if one["path"].endswith("/tiktok/video/")]
    assert statuses == [206, 206, 201]


@pytest.mark.parametrize(
    ("size", "chunk", "number", "last"),
    [
        (3_145_728, 10_000_000, 1, (0, 3_145_727)),
        (5_000_000, 10_000_000, 1, (0, 4_999_999)),
        (50_000_123, 10_000_000, 5, (40_000_000, 50_000_122)),
        (64_000_000, 64_000_000, 1, (0, 63_999_999)),
        (64_000_001, 32_000_000, 2, (32_000_000, 64_000_000)),
        (150_000_000, 64_000_000, 2, (64_000_000, 149_999_999)),
        (4_000_000_000, 10_000_000, 400, (3_990_000_000, 3_999_999_999)),
        # Options of an installation outside the rules are clamped.
        (20_000_000, 1, 4, (15_000_000, 19_999_999)),
    ],
)
def test_a_file_is_cut_as_tiktok_counts(size: int, chunk: int, number: int, last: tuple[int, int]) -> None:
    plan = upload.ChunkPlan.of(size, chunk)
    ranges = list(plan.ranges())
    assert (plan.number, len(ranges), ranges[-1]) == (number, number, last)
    assert [a for a, _ in ranges] == [0, *(b + 1 for _, b in ranges[:-1])]
    assert plan.number == 1 or plan.number == size // plan.chunk
    assert all(b - a + 1 <= 2 * upload.LARGEST for a, b in ranges)


@pytest.mark.parametrize(
    ("url", "is_theirs"),
    [
        ("https://open-upload.tiktokapis.com/video/?upload_id=1&upload_token=a", True),
        ("https://upload.us.tiktokapis.com/video/?upload_id=1", True),
        ("https://eviltiktokapis.com/video/", False),
        ("https://open-upload.tiktokapis.com.attacker.example/", False),
        ("https://upload.us.eu.tiktokapis.com/", False),
        ("http://open-upload.tiktokapis.com/video/", False),
        ("https://open-upload.tiktokapis.com@attacker.example/", False),
        ("https://open-upload.tiktokapis.com:8443/", False),
        ("", False),
    ],
)
def test_bytes_go_to_tiktoks_own_hosts_only(url: str, is_theirs: bool) -> None:
    if is_theirs:
        assert upload.checked(url, oauth.API) == url
        return
    with pytest.raises(NotReached):
        upload.checked(url, oauth.API)


# ---- strictness of the fake


def begun(bench: Bench, **source: Any) -> dict[str, Any]:
    """TikTok's answer to the announcement of a video, without the connector."""
    info = {"title": "Снимак", "privacy_level": "PUBLIC_TO_EVERYONE"}
    source_info = {"source": "FILE_UPLOAD", "video_size": 1_000, "chunk_size": 1_000, "total_chunk_count": 1} | source
    return by_hand(bench, "/post/publish/video/init/", {"post_info": info, "source_info": source_info})


def by_hand(bench: Bench, path: str, body: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {bench.credential.access_token}", "User-Agent": "a test"}
    answer = bench.http().post(f"{bench.server}/v2{path}", json=body, headers=headers)
    content: dict[str, Any] = answer.json()
    assert set(content) == {"data", "error"}
    assert set(content["error"]) == {"code", "message", "log_id"}
    return content


def put(bench: Bench, url: str, first: int, body: bytes, total: int, **headers: str) -> int:
    fields = {"Content-Type": "video/mp4", "Content-Range": f"bytes {first}-{first + len(body) - 1}/{total}"} | headers
    answer = bench.http().request("PUT", url, data=body, headers=fields)
    assert answer.content == b""
    return answer.status


def test_the_stand_in_takes_chunks_in_their_order_and_without_a_token(bench: Bench) -> None:
    size, part = 10_000_001, b"\0" * 5_000_000
    answer = begun(bench, video_size=size, chunk_size=5_000_000, total_chunk_count=2)
    url = answer["data"]["upload_url"]
    assert put(bench, url, 5_000_000, part + b"\0", size) == 416
    assert put(bench, url, 0, part, size, Authorization="Bearer x") == 400
    assert put(bench, url, 0, part, size - 1) == 400
    assert put(bench, url, 0, part[:-1], size) == 416
    assert put(bench, url, 0, part, size) == 206
    assert put(bench, url, 0, part, size) == 416
    assert put(bench, url, 5_000_000, part + b"\0", size) == 201
    assert put(bench, url, 5_000_000, part + b"\0", size) == 416
    assert put(bench, url.replace("upload_token=", "upload_token=x"), 0, part, size) == 404
    assert len(bench.public()) == 1


def test_the_stand_ins_address_for_bytes_lives_an_hour(bench: Bench, fakes: FakeServer) -> None:
    url = begun(bench)["data"]["upload_url"]
    fakes.advance(3_601)
    assert put(bench, url, 0, b"\0" * 1_000, 1_000) == 403
    assert bench.public() == []


@pytest.mark.parametrize(
    "source",
    [
        {"video_size": 0, "chunk_size": 0},
        {"video_size": 1_000, "chunk_size": 500, "total_chunk_count": 2},
        {"video_size": 50_000_123, "chunk_size": 10_000_000, "total_chunk_count": 6},
        {"video_size": 64_000_001, "chunk_size": 64_000_001, "total_chunk_count": 1},
        {"video_size": 200_000_000, "chunk_size": 65_000_000, "total_chunk_count": 3},
        {"unknown": 1},
    ],
)
def test_the_stand_in_refuses_a_plan_that_breaks_the_rules(bench: Bench, source: dict[str, int]) -> None:
    answer = begun(bench, **source)
    assert (answer["data"], answer["error"]["code"]) == ({}, "invalid_param")


def test_the_stand_in_makes_two_posts_of_two_equal_inits(bench: Bench, fakes: FakeServer) -> None:
    for _ in range(2):
        assert put(bench, begun(bench)["data"]["upload_url"], 0, b"\0" * 1_000, 1_000) == 201
    assert bench.texts() == ["Снимак", "Снимак"]


def test_the_stand_in_counts_minutes_and_knows_whose_post_it_is(bench: Bench, fakes: FakeServer) -> None:
    made = begun(bench)["data"]["publish_id"]
    answer = by_hand(bench, "/post/publish/status/fetch/", {"publish_id": made})
    assert answer["data"] == {"status": "PROCESSING_UPLOAD", "uploaded_bytes": 0}
    other = bench_for(fakes, "tiktok", deviations=bench.deviations)
    other.credential = Credential.from_json(fakes.account("tiktok", "komsije")["credential"])
    answer = by_hand(other, "/post/publish/status/fetch/", {"publish_id": made})
    assert answer["error"]["code"] == "token_not_authorized_for_specified_publish_id"
    codes = [begun(bench)["error"]["code"] for _ in range(6)]
    assert codes == ["ok"] * 5 + ["rate_limit_exceeded"]
    assert by_hand(bench, "/video/list/?fields=id,nonsense", {})["error"]["code"] == "invalid_params"


# ---- exactly once


def test_the_witness_of_a_video_is_stored_before_its_first_byte_leaves(bench: Bench, fakes: FakeServer) -> None:
    seen: list[int] = []
    connector = bench.connector(save_checkpoint=lambda token: seen.append(asked(fakes, "/tiktok/video/")))
    bench.publish(connector, bench.outgoing("Снимак", video=video()))
    assert seen == [0]


def test_the_address_for_the_bytes_is_never_stored(bench: Bench, fakes: FakeServer) -> None:
    bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
    (post,) = the_fake(fakes).posts.values()
    assert bench.checkpoints
    assert not any(post["token"] in token for token in bench.checkpoints)


def test_the_hook_runs_once_right_before_the_last_chunk(bench: Bench, fakes: FakeServer, large: Any) -> None:
    seen: list[int] = []
    http = bench.http(before_send=lambda: seen.append(asked(fakes, "/tiktok/video/")))
    connector, sent = sent_in_chunks(bench, large, http=http)
    bench.publish(connector, sent)
    assert seen == [2]


def test_what_the_hook_stops_is_not_out_and_nothing_of_it_can_come(bench: Bench, fakes: FakeServer) -> None:
    class Paused(Exception):
        pass

    def stop() -> None:
        raise Paused

    connector, sent = bench.connector(http=bench.http(before_send=stop)), bench.outgoing("Пауза.", video=video())
    with pytest.raises(Paused):
        connector.publish(sent, bench.read)
    assert (bench.texts(), asked(fakes, "/tiktok/video/")) == ([], 0)


def test_a_video_whose_last_answer_is_lost_is_found_by_its_id(bench: Bench, fakes: FakeServer) -> None:
    fakes.plan("commit_then_drop", PUT, method="PUT")
    connector, sent, began = bench.connector(), bench.outgoing("Снимак", video=video()), start()
    with pytest.raises(OutcomeUnknown):
        connector.publish(sent, bench.read)
    result = bench.find(connector, sent, began)
    assert isinstance(result, Found)
    assert [post["id"] for post in bench.public()] == [result.published.remote_id]
    assert not connector.may_resend(began, start())


def test_a_chunk_that_the_server_failed_on_is_sent_once_more_as_it_is(
    bench: Bench, fakes: FakeServer, large: Any
) -> None:
    fakes.plan("status", PUT, method="PUT", status=502, body="", nth=2)
    connector, sent = sent_in_chunks(bench, large)
    bench.publish(connector, sent)
    (post,) = bench.public()
    assert post["video"] == len(LARGE)
    assert asked(fakes, "/video/init/") == 1


def test_a_last_chunk_that_the_server_failed_on_is_sent_again_without_a_second_post(
    bench: Bench, fakes: FakeServer
) -> None:
    hooks: list[int] = []
    fakes.plan("status", PUT, method="PUT", status=503, body="")
    connector = bench.connector(http=bench.http(before_send=lambda: hooks.append(1)))
    bench.publish(connector, bench.outgoing("Једном.", video=video()))
    assert (bench.texts(), hooks) == (["Једном."], [1])


def test_a_second_try_that_never_left_says_nothing_about_the_first(bench: Bench, fakes: FakeServer) -> None:
    class Tiring(Files):
        """A store that gives a file once and then fails."""

        reads = 0

        def open(self, ref: str) -> Any:
            file = super().open(ref)
            whole = file.getvalue()

            class Once(io.BytesIO):
                def read(once, size: int | None = -1) -> bytes:  # noqa: N805
                    self.reads += 1
                    if self.reads > 1:
                        raise NotReached("The picture store could not be read.")
                    return super().read(size)

            return Once(whole)

    fakes.plan("commit_then_500", PUT, method="PUT")
    connector, sent, began = bench.connector(), bench.outgoing("Једном.", video=video()), start()
    with pytest.raises(OutcomeUnknown):
        connector.publish(sent, Tiring(bench.read.base))
    assert isinstance(bench.find(connector, sent, began), Found)
    assert bench.texts() == ["Једном."]


def test_a_last_chunk_that_landed_behind_an_error_is_settled_by_its_id(bench: Bench, fakes: FakeServer) -> None:
    """The second attempt is told that all bytes have arrived."""
    fakes.plan("commit_then_500", PUT, method="PUT")
    connector, sent, began = bench.connector(), bench.outgoing("Једном.", video=video()), start()
    with pytest.raises(OutcomeUnknown):
        connector.publish(sent, bench.read)
    assert isinstance(bench.find(connector, sent, began), Found)
    assert bench.texts() == ["Једном."]


@pytest.mark.parametrize("action", ["commit_then_drop", "commit_then_500", "html_error", "drop_before"])
def test_an_init_without_an_answer_published_nothing(bench: Bench, fakes: FakeServer, action: str) -> None:
    fakes.plan(action, INIT, method="POST")
    connector, sent = bench.connector(), bench.outgoing("Снимак", video=video())
    with pytest.raises(NotReached):
        connector.publish(sent, bench.read)
    assert bench.texts() == []
    bench.publish(connector, sent)
    assert bench.texts() == ["Снимак"]


def test_a_video_that_broke_off_in_the_middle_is_begun_anew_and_is_one(
    bench: Bench, fakes: FakeServer, large: Any
) -> None:
    fakes.plan("drop_before", PUT, method="PUT", nth=2)
    connector, sent = sent_in_chunks(bench, large)
    with pytest.raises(NotReached):
        connector.publish(sent, bench.read)
    bench.publish(connector, sent)
    assert bench.texts() == [sent.text]
    assert asked(fakes, "/video/init/") == 2


def test_a_worker_that_died_in_the_middle_of_a_video_leaves_nothing_that_could_come_out(
    bench: Bench, fakes: FakeServer, large: Any
) -> None:
    fakes.plan("drop_before", PUT, method="PUT", nth=3)
    connector, sent = sent_in_chunks(bench, large)
    with pytest.raises(OutcomeUnknown):
        connector.publish(sent, bench.read)
    # The address is still valid, and a chunk may be under way: it is not sent again yet.
    with pytest.raises(NotReached):
        bench.find(connector, sent, start())
    held = UploadCheckpoint.of(Pending(bench.checkpoints[-1]))
    bench.checkpoints.append(replace(held, made=held.made - 3_601).token)
    assert isinstance(bench.find(connector, sent, start()), Absent)


def test_a_video_without_a_stored_id_never_left(bench: Bench) -> None:
    assert isinstance(bench.connector().find(bench.outgoing("Снимак", video=video()), start()), Absent)


def test_pictures_whose_answer_is_lost_are_found_in_the_list_or_nobody_knows(bench: Bench, fakes: FakeServer) -> None:
    connector, began = bench.connector(), start()
    for action, lists in (("commit_then_drop", True), ("commit_then_500", False)):
        fakes.options(tiktok_lists_photos=lists)
        fakes.plan(action, PHOTOS, method="POST")
        sent = bench.outgoing(f"Слика {action}")
        with pytest.raises(OutcomeUnknown):
            connector.publish(sent, bench.read)
        result = bench.find(connector, sent, began)
        assert isinstance(result, Found) if lists else result == Inconclusive(PROVES_NOTHING)


def test_what_an_earlier_attempt_left_does_not_speak_for_pictures(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    bench.publish(connector, bench.outgoing("Прва"))
    fakes.plan("drop_before", PHOTOS, method="POST")
    with pytest.raises(OutcomeUnknown):
        connector.publish(bench.outgoing("Друга"), bench.read)
    assert bench.checkpoints[-1] == ""


def test_without_the_list_a_look_says_why_it_cannot_tell(bench: Bench) -> None:
    bare = replace(bench.credential, scopes=("user.info.basic", "video.publish"))
    result = bench.connector(credential=bare).find(bench.outgoing("Слика"), start())
    assert result == Inconclusive(publishing.MAY_NOT_LIST)


def test_the_list_is_read_page_after_page(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_inits_a_minute=100, tiktok_creator_a_minute=100, tiktok_status_a_minute=100)
    connector, began = bench.connector(), start()
    first = bench.outgoing("Прва од многих.")
    bench.publish(connector, first)
    for number in range(21):
        bench.publish(connector, bench.outgoing(f"Вест број {number}"))
    assert isinstance(connector.find(first, began), Found)
    assert asked(fakes, "/video/list/") == 2


def test_two_equal_posts_are_a_persons_decision(bench: Bench) -> None:
    connector, began = bench.connector(), start()
    for _ in range(2):
        bench.publish(connector, bench.outgoing("Исто."))
    result = connector.find(bench.outgoing("Исто."), began)
    assert isinstance(result, Inconclusive)
    assert len(result.candidates) == 2


def test_a_forgotten_id_leaves_it_to_the_list(bench: Bench, fakes: FakeServer) -> None:
    connector, sent, began = bench.connector(), bench.outgoing("Снимак", video=video()), start()
    bench.publish(connector, sent)
    fakes.options(tiktok_forgets=True)
    assert isinstance(bench.find(connector, sent, began), Found)
    fakes.options(tiktok_list_lag=9)
    assert bench.find(connector, sent, began) == Inconclusive(PROVES_NOTHING)
    with pytest.raises(OutcomeUnknown):
        connector.check_status(Pending(bench.checkpoints[-1]))


# ---- the state of a post


def test_a_post_is_published_only_when_tiktok_names_a_public_number(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_polls=1, tiktok_review=2)
    connector, sent, began = bench.connector(), bench.outgoing("Снимак", video=video()), start()
    held = connector.publish(sent, bench.read)
    with pytest.raises(NotReached):
        connector.find(sent, began, (), held)
    statuses = [connector.check_status(held) for _ in range(3)]
    assert [type(one) for one in statuses] == [Pending, Published, Published]
    assert bench.texts() == ["Снимак"]


def test_a_check_that_takes_longer_than_a_day_asks_a_person(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_review=99)
    connector, sent = bench.connector(), bench.outgoing("Снимак", video=video())
    pending = connector.publish(sent, bench.read)
    with pytest.raises(NotReached) as checked:
        connector.find(sent, start(), (), pending)
    assert checked.value.message == CHECKED
    held = UploadCheckpoint.of(pending)
    old = Pending(replace(held, made=held.made - 90_000).token)
    assert connector.find(sent, start(), (), old) == Inconclusive(publishing.NOT_SHOWN)


@pytest.mark.parametrize(
    ("reason", "message", "field"),
    [
        ("file_format_check_failed", publishing.FORMAT, None),
        ("duration_check_failed", publishing.DURATION, "video"),
        ("frame_rate_check_failed", publishing.FRAMES, "video"),
        ("picture_size_check_failed", publishing.SIZE, None),
        ("publish_cancelled", publishing.CANCELLED, None),
        ("spam_risk", publishing.SPAM, None),
        ("spam_risk_text", publishing.SPAM_TEXT, "text"),
        ("spam_risk_too_many_posts", calls.DAY_FULL, None),
        ("spam_risk_user_banned_from_posting", calls.BANNED, None),
    ],
)
def test_a_failure_says_what_to_change(
    bench: Bench, fakes: FakeServer, reason: str, message: str, field: str | None
) -> None:
    fakes.options(tiktok_fails=reason)
    connector, sent = bench.connector(), bench.outgoing("Снимак", video=video())
    pending = connector.publish(sent, bench.read)
    with pytest.raises(Rejected) as refused:
        connector.check_status(pending)
    assert (refused.value.message, refused.value.field, refused.value.code) == (message, field, reason)
    # A search leaves the decision to `check_status`, which has the reason.
    assert connector.find(sent, start(), (), pending) == Ready(pending.token)


@pytest.mark.parametrize("reason", ["internal", "video_pull_failed", "photo_pull_failed", "something_new"])
def test_a_failure_that_is_not_ours_may_be_sent_anew(bench: Bench, fakes: FakeServer, reason: str) -> None:
    fakes.options(tiktok_fails=reason)
    connector = bench.connector()
    pending = connector.publish(bench.outgoing("Снимак", video=video()), bench.read)
    assert isinstance(connector.check_status(pending), ContainerExpired)
    assert bench.texts() == []


def test_a_consent_that_ends_on_the_way_needs_a_new_one(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_fails="auth_removed")
    connector = bench.connector()
    pending = connector.publish(bench.outgoing("Снимак", video=video()), bench.read)
    with pytest.raises(NeedsConsent):
        connector.check_status(pending)


def test_pictures_that_cannot_be_fetched_or_are_none_are_told_apart(bench: Bench) -> None:
    connector = bench.connector()
    sent = bench.outgoing("Слика", pictures=(replace(photo(1), ref="nema-je.jpg"),))
    pending = connector.publish(sent, bench.read)
    assert connector.check_status(pending) == ContainerExpired(publishing.UNFETCHED)
    bench.read = Broken(bench.read.base)
    with pytest.raises(Rejected) as refused:
        connector.check_status(connector.publish(bench.outgoing("Слика"), bench.read))
    assert refused.value.message == publishing.FORMAT
