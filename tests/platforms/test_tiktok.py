"""TikTok: the suite and the faults against the local stand-in, and what is TikTok's own."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from platforms import checks
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.scopes import missing
from platforms.tiktok import calls, events, oauth, publishing, upload
from platforms.tiktok.connector import TikTok
from platforms.tiktok.held import Held
from platforms.tiktok.publishing import CHECKED, PROVES_NOTHING
from platforms.types import Absent, CannotTell, Credential, Found, Gone, Keys, Lapsed, Pending, Published, Ready
from tests.platforms import bench as files
from tests.platforms.bench import MOVIE, Bench, Files, photo, video
from tests.platforms.conformance import start
from tests.platforms.consent import BACK
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import Broken, FaultConformance, bench_for

# RFC 7636, appendix B, and the same digest as TikTok writes it
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
HEX = "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"
PHOTOS = r"/content/init/$"
INIT = r"/video/init/$"
PUT = r"/tiktok/video/$"
LARGE = b"\x00\x00\x00\x18ftypmp42" + bytes(256) * 65_000


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(
        fakes, "tiktok", deviations=frozenset({"cannot prove absence", "no conversation", "cannot delete"})
    )


class TestTikTokFake(FaultConformance):
    create = PHOTOS
    rate_seconds = 60
    absent = CannotTell
    """Of pictures: the one call that makes the post is the one that would have told its number."""

    @pytest.fixture
    def bench(self, fakes: FakeServer) -> Bench:
        known = frozenset({"cannot prove absence", "no conversation", "cannot delete"})
        return bench_for(fakes, "tiktok", deviations=known)


def the_fake(fakes: FakeServer) -> Any:
    return fakes.world.fake("tiktok")


def asked(fakes: FakeServer, ending: str) -> int:
    return sum(1 for one in fakes.ledger() if one["path"].endswith(ending))


def with_options(bench: Bench, **told: Any) -> dict[str, Any]:
    return bench.connector().look() | {"options": told}


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A video of three chunks of five million bytes, the last of which takes what is left over."""
    monkeypatch.setitem(files.FILES, "veliki", LARGE)
    return video(ref="veliki", size=len(LARGE))


def sent_in_chunks(bench: Bench, clip: Any, **more: Any) -> tuple[Any, Any]:
    """(connector, post) of a video that goes in chunks of the smallest size."""
    facts = with_options(bench, chunk_bytes=upload.SMALLEST)
    return bench.connector(facts=facts, **more), bench.outgoing("Снимак са отварања.", video=clip)


# ---- what goes out


def test_pictures_are_fetched_from_us_with_a_title_above_the_text(bench: Bench) -> None:
    published = bench.publish(
        bench.connector(), bench.outgoing("Три слике.", title="Вашар", pictures=tuple(photo(n) for n in (3, 1, 2)))
    )
    (post,) = bench.public()
    assert (post["title"], post["text"], len(post["alts"])) == ("Вашар", "Три слике.", 3)
    assert published.permalink == f"https://www.tiktok.com/@opstina/photo/{post['id']}"


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
    told = [one["status"] for one in fakes.ledger() if one["path"].endswith("/tiktok/video/")]
    assert told == [206, 206, 201]


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
        # What an installation sets outside the rules is brought inside them.
        (20_000_000, 1, 4, (15_000_000, 19_999_999)),
    ],
)
def test_a_file_is_cut_as_tiktok_counts(size: int, chunk: int, number: int, last: tuple[int, int]) -> None:
    plan = upload.Plan.of(size, chunk)
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


# ---- what the stand-in is strict about


def begun(bench: Bench, **source: Any) -> dict[str, Any]:
    """What TikTok answers to a video that is announced, by hand."""
    info = {"title": "Снимак", "privacy_level": "PUBLIC_TO_EVERYONE"}
    told = {"source": "FILE_UPLOAD", "video_size": 1_000, "chunk_size": 1_000, "total_chunk_count": 1} | source
    return by_hand(bench, "/post/publish/video/init/", {"post_info": info, "source_info": told})


def by_hand(bench: Bench, path: str, body: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {bench.credential.access_token}"}
    answer = bench.http().post(f"{bench.server}/v2{path}", json=body, headers=headers)
    told: dict[str, Any] = answer.json()
    assert set(told) == {"data", "error"}
    assert set(told["error"]) == {"code", "message", "log_id"}
    return told


def put(bench: Bench, url: str, first: int, body: bytes, total: int, **headers: str) -> int:
    told = {"Content-Type": "video/mp4", "Content-Range": f"bytes {first}-{first + len(body) - 1}/{total}"} | headers
    answer = bench.http().request("PUT", url, data=body, headers=told)
    assert answer.content == b""
    return answer.status


def test_the_stand_in_takes_chunks_in_their_order_and_without_a_token(bench: Bench) -> None:
    size, part = 10_000_001, b"\0" * 5_000_000
    told = begun(bench, video_size=size, chunk_size=5_000_000, total_chunk_count=2)
    url = told["data"]["upload_url"]
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
    told = begun(bench, **source)
    assert (told["data"], told["error"]["code"]) == ({}, "invalid_param")


def test_the_stand_in_makes_two_posts_of_two_equal_inits(bench: Bench, fakes: FakeServer) -> None:
    for _ in range(2):
        assert put(bench, begun(bench)["data"]["upload_url"], 0, b"\0" * 1_000, 1_000) == 201
    assert bench.texts() == ["Снимак", "Снимак"]


def test_the_stand_in_counts_minutes_and_knows_whose_post_it_is(bench: Bench, fakes: FakeServer) -> None:
    made = begun(bench)["data"]["publish_id"]
    told = by_hand(bench, "/post/publish/status/fetch/", {"publish_id": made})
    assert told["data"] == {"status": "PROCESSING_UPLOAD", "uploaded_bytes": 0}
    other = bench_for(fakes, "tiktok", deviations=bench.deviations)
    other.credential = Credential.from_json(fakes.account("tiktok", "komsije")["credential"])
    told = by_hand(other, "/post/publish/status/fetch/", {"publish_id": made})
    assert told["error"]["code"] == "token_not_authorized_for_specified_publish_id"
    codes = [begun(bench)["error"]["code"] for _ in range(6)]
    assert codes == ["ok"] * 5 + ["rate_limit_exceeded"]
    assert by_hand(bench, "/video/list/?fields=id,nonsense", {})["error"]["code"] == "invalid_params"


# ---- exactly once


def test_the_witness_of_a_video_is_stored_before_its_first_byte_leaves(bench: Bench, fakes: FakeServer) -> None:
    seen: list[int] = []
    connector = bench.connector(witness=lambda token: seen.append(asked(fakes, "/tiktok/video/")))
    bench.publish(connector, bench.outgoing("Снимак", video=video()))
    assert seen == [0]


def test_the_address_for_the_bytes_is_never_stored(bench: Bench, fakes: FakeServer) -> None:
    bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
    (post,) = the_fake(fakes).posts.values()
    assert bench.noted
    assert not any(post["token"] in token for token in bench.noted)


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
    found = bench.find(connector, sent, began)
    assert isinstance(found, Found)
    assert [post["id"] for post in bench.public()] == [found.published.remote_id]
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
    """The second try is told that all bytes are there already."""
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
    # The address is still good, and a chunk may be under way: nobody sends it again yet.
    with pytest.raises(NotReached):
        bench.find(connector, sent, start())
    held = Held.of(Pending(bench.noted[-1]))
    bench.noted.append(replace(held, made=held.made - 3_601).token)
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
        told = bench.find(connector, sent, began)
        assert isinstance(told, Found) if lists else told == CannotTell(PROVES_NOTHING)


def test_what_an_earlier_attempt_left_does_not_speak_for_pictures(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    bench.publish(connector, bench.outgoing("Прва"))
    fakes.plan("drop_before", PHOTOS, method="POST")
    with pytest.raises(OutcomeUnknown):
        connector.publish(bench.outgoing("Друга"), bench.read)
    assert bench.noted[-1] == ""


def test_without_the_list_a_look_says_why_it_cannot_tell(bench: Bench) -> None:
    bare = replace(bench.credential, scopes=("user.info.basic", "video.publish"))
    told = bench.connector(credential=bare).find(bench.outgoing("Слика"), start())
    assert told == CannotTell(publishing.MAY_NOT_LIST)


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
    told = connector.find(bench.outgoing("Исто."), began)
    assert isinstance(told, CannotTell)
    assert len(told.candidates) == 2


def test_a_forgotten_id_leaves_it_to_the_list(bench: Bench, fakes: FakeServer) -> None:
    connector, sent, began = bench.connector(), bench.outgoing("Снимак", video=video()), start()
    bench.publish(connector, sent)
    fakes.options(tiktok_forgets=True)
    assert isinstance(bench.find(connector, sent, began), Found)
    fakes.options(tiktok_list_lag=9)
    assert bench.find(connector, sent, began) == CannotTell(PROVES_NOTHING)
    with pytest.raises(OutcomeUnknown):
        connector.poll(Pending(bench.noted[-1]))


# ---- what became of it


def test_a_post_is_published_only_when_tiktok_names_a_public_number(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_polls=1, tiktok_review=2)
    connector, sent, began = bench.connector(), bench.outgoing("Снимак", video=video()), start()
    held = connector.publish(sent, bench.read)
    with pytest.raises(NotReached):
        connector.find(sent, began, (), held)
    told = [connector.poll(held) for _ in range(3)]
    assert [type(one) for one in told] == [Pending, Published, Published]
    assert bench.texts() == ["Снимак"]


def test_a_check_that_takes_longer_than_a_day_asks_a_person(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_review=99)
    connector, sent = bench.connector(), bench.outgoing("Снимак", video=video())
    pending = connector.publish(sent, bench.read)
    with pytest.raises(NotReached) as checked:
        connector.find(sent, start(), (), pending)
    assert checked.value.message == CHECKED
    held = Held.of(pending)
    old = Pending(replace(held, made=held.made - 90_000).token)
    assert connector.find(sent, start(), (), old) == CannotTell(publishing.NOT_SHOWN)


@pytest.mark.parametrize(
    ("reason", "words", "field"),
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
    bench: Bench, fakes: FakeServer, reason: str, words: str, field: str | None
) -> None:
    fakes.options(tiktok_fails=reason)
    connector, sent = bench.connector(), bench.outgoing("Снимак", video=video())
    pending = connector.publish(sent, bench.read)
    with pytest.raises(Rejected) as refused:
        connector.poll(pending)
    assert (refused.value.message, refused.value.field, refused.value.code) == (words, field, reason)
    # A look leaves the verdict to the question that tells the reason.
    assert connector.find(sent, start(), (), pending) == Ready(pending.token)


@pytest.mark.parametrize("reason", ["internal", "video_pull_failed", "photo_pull_failed", "something_new"])
def test_a_failure_that_is_not_ours_may_be_sent_anew(bench: Bench, fakes: FakeServer, reason: str) -> None:
    fakes.options(tiktok_fails=reason)
    connector = bench.connector()
    pending = connector.publish(bench.outgoing("Снимак", video=video()), bench.read)
    assert isinstance(connector.poll(pending), Lapsed)
    assert bench.texts() == []


def test_a_consent_that_ends_on_the_way_needs_a_new_one(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_fails="auth_removed")
    connector = bench.connector()
    pending = connector.publish(bench.outgoing("Снимак", video=video()), bench.read)
    with pytest.raises(NeedsConsent):
        connector.poll(pending)


def test_pictures_that_cannot_be_fetched_or_are_none_are_told_apart(bench: Bench) -> None:
    connector = bench.connector()
    sent = bench.outgoing("Слика", pictures=(replace(photo(1), ref="nema-je.jpg"),))
    pending = connector.publish(sent, bench.read)
    assert connector.poll(pending) == Lapsed(publishing.UNFETCHED)
    bench.read = Broken(bench.read.base)
    with pytest.raises(Rejected) as refused:
        connector.poll(connector.publish(bench.outgoing("Слика"), bench.read))
    assert refused.value.message == publishing.FORMAT


# ---- what the account allows


def test_the_account_is_asked_before_every_post(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    for text in ("Прва", "Друга"):
        bench.publish(connector, bench.outgoing(text))
    paths = [one["path"].rpartition("/publish/")[2] for one in fakes.ledger() if "/publish/" in one["path"]]
    inits = [place for place, path in enumerate(paths) if path == "content/init/"]
    assert all(paths[place - 1] == "creator_info/query/" for place in inits)
    assert len(inits) == 2


def test_what_the_account_forbids_stays_forbidden(bench: Bench, fakes: FakeServer) -> None:
    generous = with_options(bench, comments=True, duets=True, stitches=True)
    bench.publish(bench.connector(facts=generous), bench.outgoing("Слободно", video=video()))
    fakes.options(tiktok_disabled=("comment", "duet", "stitch"))
    bench.publish(bench.connector(facts=generous), bench.outgoing("Забрањено", video=video()))
    free, forbidden = (post["info"] for post in bench.public())
    names = ("disable_comment", "disable_duet", "disable_stitch")
    assert [free[name] for name in names] == [False, False, False]
    assert [forbidden[name] for name in names] == [True, True, True]


def test_by_itself_the_portal_allows_comments_and_nothing_else(bench: Bench) -> None:
    bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
    (post,) = bench.public()
    info = post["info"]
    assert (info["privacy_level"], info["disable_comment"]) == ("PUBLIC_TO_EVERYONE", False)
    assert (info["disable_duet"], info["disable_stitch"]) == (True, True)
    assert (info["brand_content_toggle"], info["brand_organic_toggle"], info["is_aigc"]) == (False, False, False)


@pytest.mark.parametrize("clip", [None, video()])
def test_an_application_without_an_audit_posts_nothing_and_says_so(bench: Bench, fakes: FakeServer, clip: Any) -> None:
    more = {"video": clip} if clip else {}
    fakes.options(tiktok_audiences=("SELF_ONLY",))
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), bench.outgoing("Нико не види", **more))
    assert refused.value.message == calls.UNAUDITED
    assert (asked(fakes, "/init/"), the_fake(fakes).posts) == (0, {})
    # Where TikTok says it only when the post is begun.
    fakes.options(tiktok_audiences=("PUBLIC_TO_EVERYONE", "SELF_ONLY"), tiktok_audited=False)
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), bench.outgoing("Нико не види", **more))
    assert (refused.value.message, the_fake(fakes).posts) == (calls.UNAUDITED, {})


def test_a_private_account_is_told_where_to_switch_that_off(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_audiences=("FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"))
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), bench.outgoing("Нико не види"))
    assert refused.value.message == publishing.PRIVATE_ACCOUNT
    fakes.options(tiktok_audiences=("MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"))
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), bench.outgoing("Нико не види"))
    assert refused.value.message == publishing.NO_AUDIENCE


def test_a_trial_that_only_the_account_sees_is_never_called_published(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_audiences=("SELF_ONLY",), tiktok_audited=False)
    connector = bench.connector(facts=with_options(bench, audience="SELF_ONLY"))
    sent = bench.outgoing("Проба", video=video())
    pending = connector.publish(sent, bench.read)
    with pytest.raises(Rejected) as private:
        connector.poll(pending)
    assert (private.value.message, private.value.code) == (publishing.ONLY_SELF, "SELF_ONLY")
    assert connector.find(sent, start(), (), pending) == Ready(pending.token)
    assert len(the_fake(fakes).posts) == 1
    assert bench.texts() == []


def test_a_video_that_is_too_long_for_this_account_is_refused_before_it_is_sent(
    bench: Bench, fakes: FakeServer
) -> None:
    fakes.options(tiktok_seconds=60)
    facts = bench.connector().look()
    assert facts["creator"]["seconds"] == 60
    long = bench.outgoing("Снимак", video=video(seconds=61.0))
    (problem,) = TikTok.check(long, TikTok.limits(facts))
    assert (problem.code, problem.params["limit"]) == ("video_too_long", "60")
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), long)
    assert (refused.value.field, asked(fakes, "/init/")) == ("video", 0)


def test_facts_stay_when_the_account_cannot_be_asked(bench: Bench, fakes: FakeServer) -> None:
    known = bench.connector().look()
    fakes.plan("html_error", "creator_info", method="POST")
    assert bench.connector(facts=known).look() == known


# ---- what is checked before


def test_a_caption_and_a_title_are_counted_in_utf16_units(bench: Bench, fakes: FakeServer) -> None:
    limits, connector = bench.limits(), bench.connector()
    fits = "🎉" * 1_100
    assert TikTok.check(bench.outgoing(fits, video=video()), limits) == []
    bench.publish(connector, bench.outgoing(fits, video=video()))
    (problem,) = TikTok.check(bench.outgoing(fits + "!", video=video()), limits)
    assert (problem.code, problem.params) == ("text_too_long", {"count": 2_201, "limit": 2_200, "over": 1})
    with pytest.raises(Rejected):
        bench.publish(connector, bench.outgoing(fits + "!", video=video()))
    # Pictures take more, and a title besides.
    assert TikTok.check(bench.outgoing("🎉" * 2_000, title="🎉" * 45), limits) == []
    bench.publish(connector, bench.outgoing("🎉" * 2_000, title="🎉" * 45))
    for title, over in (("🎉" * 45 + "!", 1), ("ж" * 91, 1), ("🎉" * 91, 1)):
        (problem,) = TikTok.check(bench.outgoing("Слика", title=title), limits)
        assert (problem.code, problem.field) == ("title_too_long", "title")
        assert int(problem.params["over"]) >= over
    with pytest.raises(Rejected):
        bench.publish(connector, bench.outgoing("Слика", title="🎉" * 45 + "!"))


def test_a_post_needs_a_video_or_pictures_and_never_both(bench: Bench) -> None:
    limits = bench.limits()
    words = bench.outgoing("Само текст", pictures=())
    assert [(p.code, p.message_id) for p in TikTok.check(words, limits)] == [("needs_media", checks.NEEDS_MEDIA)]
    both = bench.outgoing("Обоје", video=video(), pictures=(photo(1),))
    assert [p.code for p in TikTok.check(both, limits)] == ["video_and_pictures"]


def test_what_tiktok_does_not_show_is_said_before(bench: Bench) -> None:
    told = TikTok.check(
        bench.outgoing("Види https://cuprija.rs", title="Наслов", video=video(), first_comment="Линк је у опису."),
        bench.limits(),
    )
    assert {(p.code, p.severity) for p in told} == {
        ("title_not_here", "warning"),
        ("no_links", "warning"),
        ("comment_not_here", "warning"),
    }


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"mime": "video/x-msvideo"}, "video_type"),
        ({"codec": "av1"}, "video_type"),
        ({"size": 4_000_000_001}, "video_too_large"),
        ({"seconds": 600.5}, "video_too_long"),
        ({"width": 320}, "video_too_small"),
        ({"frames": 15.0}, "video_frames"),
    ],
)
def test_a_video_that_tiktok_would_not_take_is_named(bench: Bench, more: Mapping[str, Any], code: str) -> None:
    assert [p.code for p in TikTok.check(bench.outgoing("С", video=video(**more)), bench.limits())] == [code]


def test_pictures_are_jpeg_or_webp_and_not_too_many(bench: Bench) -> None:
    limits = bench.limits()
    png = replace(photo(1), mime="image/png")
    assert [p.code for p in TikTok.check(bench.outgoing("С", pictures=(png,)), limits)] == ["picture_type"]
    assert [p.code for p in TikTok.check(bench.outgoing("С", pictures=(photo(1),) * 36), limits)] == [
        "too_many_pictures"
    ]
    large = (replace(photo(1), width=2048, height=1536), replace(photo(1), width=1080, height=1920))
    (told,) = TikTok.check(bench.outgoing("С", pictures=large), limits)
    assert (told.code, told.field, told.severity) == ("picture_large", "pictures.0", "warning")


# ---- what it cannot


def test_what_the_network_does_not_have_is_said(bench: Bench) -> None:
    connector = bench.connector()
    sent = bench.outgoing("Коментар", reply_to="1")
    for call in (
        lambda: connector.edit("1", sent),
        lambda: connector.withdraw("1"),
        lambda: connector.hide("1", "1"),
        lambda: connector.reply(sent, bench.read),
        lambda: connector.publish(sent, bench.read),
    ):
        with pytest.raises(Rejected) as refused:
            call()
        assert refused.value.code == "unsupported"
    limits = bench.limits()
    assert (limits.edits, limits.comment_characters, limits.threads, limits.polls) == ((), 0, False, None)


def test_links_to_posts_name_them() -> None:
    named = {
        "https://www.tiktok.com/@opstina.cuprija/video/7500000000000000001": "7500000000000000001",
        "https://www.tiktok.com/@opstina/photo/75?is_from_webapp=1&lang=sr": "75",
        "https://m.tiktok.com/@opstina/video/75/": "75",
        "https://vm.tiktok.com/ZMabc/": None,
        "https://www.tiktok.com/@opstina": None,
        "https://tiktok.com.evil.example/@opstina/video/75": None,
        "https://eviltiktok.com/@opstina/video/75": None,
    }
    assert {link: TikTok.named_by(link, oauth.API, "x") for link in named} == named


# ---- numbers


def test_a_number_that_is_hidden_is_no_reading_and_never_zero(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Објава")).remote_id
    fakes.react("tiktok", post, "like")
    fakes.options(tiktok_hides=("share_count", "follower_count"))
    (reading,) = connector.readings([post])
    assert reading.values == {"views": 11, "likes": 1, "replies": 0}
    assert connector.account_readings() == {"following": 12, "posts": 1}


def test_a_post_that_is_not_told_is_left_out_unless_that_is_known_to_mean_gone(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    kept, gone = (bench.publish(connector, bench.outgoing(text)).remote_id for text in ("Остаје", "Одлази"))
    next(one for one in the_fake(fakes).posts.values() if one["number"] == gone)["is_gone"] = True
    assert [one.subject_remote_id for one in connector.readings([kept, gone])] == [kept]
    sure = bench.connector(facts=with_options(bench, missing_is_gone=True))
    assert [type(one) for one in sure.readings([kept, gone])][1:] == [Gone]


def test_numbers_are_asked_for_twenty_at_a_time(bench: Bench, fakes: FakeServer) -> None:
    bench.connector().readings([str(n) for n in range(1, 42)])
    assert asked(fakes, "/video/query/") == 3


def test_a_renamed_number_needs_no_new_release(bench: Bench) -> None:
    connector = bench.connector(facts=with_options(bench, post_metrics={"views": "view_count"}))
    post = bench.publish(connector, bench.outgoing("Објава")).remote_id
    (reading,) = connector.readings([post])
    assert reading.values == {"views": 11}


def test_without_a_permission_there_are_no_numbers_and_the_channel_works(bench: Bench) -> None:
    bare = replace(bench.credential, scopes=("user.info.basic", "video.publish"))
    connector = bench.connector(credential=bare)
    post = bench.publish(connector, bench.outgoing("Објава"))
    assert post.permalink.startswith("https://www.tiktok.com/@opstina/photo/")
    assert (connector.readings([post.remote_id]), connector.account_readings()) == ([], {})
    profile = connector.profile()
    assert (profile.handle, profile.name, profile.followers) == ("@opstina", "Општина opstina", None)


# ---- what its errors mean


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (401, "access_token_invalid", NeedsConsent, oauth.ENDED),
        (401, "scope_not_authorized", NeedsConsent, calls.NO_RIGHT),
        (400, "scope_permission_missed", NeedsConsent, calls.NO_RIGHT),
        (403, "spam_risk_user_banned_from_posting", NeedsConsent, calls.BANNED),
        (403, "spam_risk_too_many_posts", RateLimited, calls.DAY_FULL),
        (403, "spam_risk_too_many_pending_share", RateLimited, calls.DAY_FULL),
        (403, "reached_active_user_cap", RateLimited, calls.APP_FULL),
        (429, "rate_limit_exceeded", RateLimited, ""),
        (200, "rate_limit_exceeded", RateLimited, ""),
        (403, "unaudited_client_can_only_post_to_private_accounts", Rejected, calls.UNAUDITED),
        (403, "url_ownership_unverified", Rejected, calls.UNVERIFIED),
        (403, "privacy_level_option_mismatch", NotReached, calls.CHANGED),
        (400, "invalid_param", Rejected, "Said so"),
        (400, "invalid_params", Rejected, "Said so"),
        (200, "invalid_params", Rejected, "Said so"),
        (400, "app_version_check_failed", Rejected, "Said so"),
        (500, "internal_error", OutcomeUnknown, ""),
        (200, "internal_error", OutcomeUnknown, ""),
        (504, None, OutcomeUnknown, ""),
        (200, None, OutcomeUnknown, ""),
    ],
)
def test_every_answer_says_what_may_be_done_next(
    bench: Bench, fakes: FakeServer, status: int, body: str | None, kind: type[PlatformError], words: str
) -> None:
    told = {"data": {}, "error": {"code": body, "message": "Said so", "log_id": "2026"}} if body else "[]"
    # Twice: a session that is refused is renewed and asked for once more.
    fakes.plan("status", PHOTOS, method="POST", status=status, body=told, times=2)
    with pytest.raises(kind) as said:
        bench.publish(bench.connector(), bench.outgoing("Не сме."))
    assert words in said.value.message
    assert bench.texts() == []
    assert said.value.evidence["status"] == status
    assert not body or said.value.evidence["log_id"] == "2026"


def test_a_day_that_is_full_is_waited_for_and_a_minute_is_a_minute(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_inits_a_minute=1)
    connector = bench.connector()
    bench.publish(connector, bench.outgoing("Прва"))
    with pytest.raises(RateLimited) as minute:
        connector.publish(bench.outgoing("Друга"), bench.read)
    assert timedelta(seconds=50) < minute.value.retry_at - datetime.now(UTC) <= timedelta(seconds=60)
    body = {"data": {}, "error": {"code": "spam_risk_too_many_posts", "message": "", "log_id": ""}}
    fakes.plan("status", INIT, method="POST", status=403, body=body)
    with pytest.raises(RateLimited) as day:
        connector.publish(bench.outgoing("Трећа", video=video()), bench.read)
    assert day.value.retry_at - datetime.now(UTC) > timedelta(hours=23)
    fakes.advance(61)
    bench.publish(connector, bench.outgoing("Четврта"))
    assert bench.texts() == ["Прва", "Четврта"]


def test_an_address_that_nobody_verified_names_the_administrator(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_verified=False)
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), bench.outgoing("Слика"))
    assert (refused.value.message, refused.value.field) == (calls.UNVERIFIED, "pictures")
    bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
    assert bench.texts() == ["Снимак"]


def test_an_address_for_bytes_that_ran_out_or_is_not_known_is_begun_anew(bench: Bench, fakes: FakeServer) -> None:
    for status in (403, 404, 416):
        fakes.plan("status", PUT, method="PUT", status=status, body="")
        with pytest.raises(NotReached):
            bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
    fakes.plan("status", PUT, method="PUT", status=400, body="")
    with pytest.raises(Rejected):
        bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
    assert bench.texts() == []


# ---- sessions


@pytest.mark.parametrize("clip", [None, video()])
def test_a_session_that_ends_on_the_way_is_renewed_and_the_post_is_one(
    bench: Bench, fakes: FakeServer, clip: Any
) -> None:
    fakes.plan("expire_token", INIT if clip else PHOTOS, method="POST")
    bench.publish(bench.connector(), bench.outgoing("Једном.", **({"video": clip} if clip else {})))
    assert bench.texts() == ["Једном."]
    (kept,) = bench.kept
    assert kept.refresh_token != bench.credential.refresh_token
    assert (kept.account_id, kept.grantor) == (bench.credential.account_id, bench.credential.account_id)


def test_a_missing_permission_uses_up_no_session(bench: Bench) -> None:
    bare = replace(bench.credential, scopes=())
    connector = bench.connector(credential=bare)
    assert connector.profile().handle == "@opstina"
    assert bench.kept == []


def test_a_session_lasts_a_day_and_the_consent_a_year(bench: Bench, fakes: FakeServer) -> None:
    soon = replace(bench.credential, expires_at=datetime.now(UTC) + timedelta(minutes=2))
    fakes.advance(100 * 24 * 3600)
    bench.connector(credential=soon).profile()
    (kept,) = bench.kept
    assert kept.expires_at is not None
    assert kept.consent_until is not None
    assert timedelta(hours=23) < kept.expires_at - datetime.now(UTC) < timedelta(hours=25)
    # Renewing a session does not renew the consent: its people are warned in time.
    assert timedelta(days=264) < kept.consent_until - datetime.now(UTC) < timedelta(days=266)


def test_a_refresh_token_that_does_not_rotate_stays(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_rotates=False)
    fresh = bench.connector().refresh()
    assert fresh.refresh_token == bench.credential.refresh_token
    assert bench.connector(credential=fresh).profile().handle == "@opstina"


def test_a_refused_renewal_needs_consent_even_with_a_success_of_a_number(bench: Bench, fakes: FakeServer) -> None:
    bench.connector().refresh()
    with pytest.raises(NeedsConsent):
        bench.connector().refresh()
    assert [one["status"] for one in fakes.ledger() if one["path"].endswith("/oauth/token/")] == [200, 200]


def test_a_failed_renewal_is_tried_again_later(bench: Bench, fakes: FakeServer) -> None:
    fakes.plan("html_error", r"/oauth/token/$", method="POST")
    with pytest.raises(NotReached):
        bench.connector().refresh()
    fakes.plan("status", r"/oauth/token/$", method="POST", status=429, body={"error": "rate", "log_id": "1"})
    with pytest.raises(RateLimited):
        bench.connector().refresh()
    assert isinstance(bench.connector().refresh(), Credential)


def test_a_consent_that_another_channel_lives_from_is_not_given_back(bench: Bench) -> None:
    connector = bench.connector()
    connector.revoke(shared=True)
    bench.publish(connector, bench.outgoing("Још ради."))
    connector.revoke()
    connector.revoke()
    with pytest.raises(NeedsConsent):
        bench.publish(connector, bench.outgoing("Не ради више."))


# ---- consent


def consented(bench: Bench, **decided: str) -> dict[str, str]:
    """What an exchange gets after the person agreed on TikTok's page."""
    url = bench.connector(credential=None).authorize_url(BACK, "stanje", CHALLENGE)
    asked = dict(parse_qsl(urlsplit(url).query))
    answer = bench.http().post(url.split("?")[0], data={**asked, "decision": "allow", **decided})
    told = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert told["state"] == "stanje"
    return {"code": told.get("code", ""), "redirect_uri": BACK, "verifier": VERIFIER}


def test_from_consent_to_a_session_with_proof_in_hexadecimal(bench: Bench) -> None:
    assert hashlib.sha256(VERIFIER.encode()).hexdigest() == HEX
    url = bench.connector(credential=None).authorize_url(BACK, "stanje", CHALLENGE)
    asked = dict(parse_qsl(urlsplit(url).query))
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (HEX, "S256")
    assert asked["scope"] == "user.info.basic,video.publish,user.info.profile,user.info.stats,video.list"
    person = bench.connector(credential=None).exchange(consented(bench))
    assert missing(TikTok.scopes, person.scopes) == []
    assert (person.account_id, person.grantor) == (bench.credential.account_id, bench.credential.account_id)
    profile = bench.connector(credential=person).profile()
    assert (profile.handle, profile.followers) == ("@opstina", 320)
    bench.publish(bench.connector(credential=person), bench.outgoing("Са новим правом."))
    assert bench.texts() == ["Са новим правом."]


def test_without_the_proof_or_too_late_or_twice_nothing_is_given(bench: Bench, fakes: FakeServer) -> None:
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


def test_the_proof_can_be_left_out_where_tiktok_wants_none(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_pkce="none")
    facts = {"options": {"pkce": "none"}}
    url = bench.connector(credential=None, facts=facts).authorize_url(BACK, "stanje", CHALLENGE)
    asked = dict(parse_qsl(urlsplit(url).query))
    assert "code_challenge" not in asked
    told = dict(parse_qsl(urlsplit(bench.http().post(url.split("?")[0], data=asked).headers["location"]).query))
    answer = {"code": told["code"], "redirect_uri": BACK, "verifier": VERIFIER}
    assert bench.connector(credential=None, facts=facts).exchange(answer).access_token
    plain = bench.connector(credential=None, facts={"options": {"pkce": "base64url"}})
    assert dict(parse_qsl(urlsplit(plain.authorize_url(BACK, "s", CHALLENGE)).query))["code_challenge"] == CHALLENGE


def test_what_was_declined_is_named(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_declined=("video.list", "video.publish"))
    person = bench.connector(credential=None).exchange(consented(bench))
    assert [(scope.name, scope.needed) for scope in missing(TikTok.scopes, person.scopes)] == [
        ("video.publish", True),
        ("video.list", False),
    ]


def test_the_page_of_consent_is_tiktoks_own() -> None:
    url = oauth.authorize_url(oauth.API, Keys("aw1", "secret"), BACK, "s", oauth.proof(CHALLENGE, "hex"))
    assert url.startswith("https://www.tiktok.com/v2/auth/authorize/?client_key=aw1&response_type=code&")


# ---- what it tells by itself


def test_events_are_believed_by_their_signature_while_tiktok_repeats_them() -> None:
    raw, secret, when = (
        b'{"event":"post.publish.complete"}',
        "client-secret",
        datetime.fromtimestamp(1_633_174_587, UTC),
    )
    signed = "t=1633174587,s=09372dd4d35509938d00e08717c3af32f99309692ecd9e508237e762a9149df3"
    assert events.is_signed(raw, signed, secret, when)
    assert events.is_signed(raw, signed, secret, when + timedelta(hours=72))
    assert not events.is_signed(raw, signed, secret, when + timedelta(hours=74))
    assert not events.is_signed(raw + b" ", signed, secret, when)
    assert not events.is_signed(raw, signed, "other", when)
    for wrong in (
        "",
        "t=1633174587",
        "s=09372dd4",
        "t=,s=",
        "t=" + "9" * 400 + ",s=x",
        "t=abc,s=x",
        signed.replace("t=", "t=-"),
    ):
        assert not events.is_signed(raw, wrong, secret, when)
    assert not TikTok.verify(raw, {}, "secret")


def test_events_are_told_apart(fakes: FakeServer) -> None:
    fake = the_fake(fakes)
    kinds = {
        "authorization.removed": ("deauthorised", "_000a"),
        "post.publish.publicly_available": ("status", ""),
        "video.upload.failed": ("other", ""),
    }
    for name, expected in kinds.items():
        raw, _signature = fake.told_of(name, "_000a", {"reason": 1})
        (event,) = TikTok.events(json.loads(raw))
        assert (event.kind, event.grantor) == expected
        assert event.account_id == "_000a"
        assert event.at is not None
        assert TikTok.events(json.loads(raw))[0].key == event.key
    assert [TikTok.events(odd) for odd in (None, [], {}, "x")] == [[], [], [], []]
