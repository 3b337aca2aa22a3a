"""A Viber channel: conformance, faults, and Viber's own features."""

import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from platforms import registry
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, RateLimited, Rejected
from platforms.types import Credential, Inconclusive
from platforms.viber.calls import NOT_FETCHED
from platforms.viber.connector import Viber
from tests.platforms.bench import FILES, PHOTOS, Bench, outgoing, photo, video
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import FaultConformance, bench_for

DEVIATIONS = frozenset(
    {
        "cannot look",
        "no conversation",
        "no permalink",
        "cannot delete",
        "no words beside a video",
    }
)


class TestViber(FaultConformance):
    create = "/pa/post$"
    rate_seconds = 120
    present = absent = Inconclusive

    @pytest.fixture
    def bench(self, fakes: FakeServer) -> Bench:
        return bench_for(fakes, "viber", counted={}, deviations=DEVIATIONS)


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(fakes, "viber", counted={}, deviations=DEVIATIONS)


def posts(fakes: FakeServer) -> list[dict[str, Any]]:
    return fakes.world.fakes["viber"].channel("opstina")["posts"]


# ---- publishing


def test_a_post_goes_out_in_the_name_of_a_super_admin_with_a_long_number_for_its_id(
    bench: Bench, fakes: FakeServer
) -> None:
    published = bench.connector().publish(outgoing("Вода неће радити од 9 до 12."), bench.read)
    (post,) = posts(fakes)
    channel = fakes.world.fakes["viber"].channel("opstina")
    assert post["form"]["from"] == channel["members"][1]["id"]
    assert int(published.remote_id) > 2**53
    assert published.remote_id == str(post["id"])
    assert published.permalink == ""


def test_seven_thousand_cyrillic_letters_fit_into_one_request(bench: Bench) -> None:
    sent = outgoing("Ж" * 7000)
    bench.connector().publish(sent, bench.read)
    assert bench.texts() == [sent.text]


def test_an_address_alone_is_sent_as_one(bench: Bench, fakes: FakeServer) -> None:
    bench.connector().publish(outgoing("https://cuprija.example/vašar?dan=1"), bench.read)
    bench.connector().publish(outgoing("Пријаве: https://cuprija.example/prijava"), bench.read)
    assert [post["form"]["type"] for post in posts(fakes)] == ["url", "text"]
    assert bench.texts() == ["https://cuprija.example/vašar?dan=1", "Пријаве: https://cuprija.example/prijava"]


def test_a_picture_is_fetched_from_its_public_address(bench: Bench, fakes: FakeServer) -> None:
    bench.connector().publish(outgoing("Плакат", pictures=(photo(1),)), bench.read)
    (post,) = posts(fakes)
    assert post["form"]["media"] == f"{fakes.url}/__media__/slika-1.jpg"
    assert set(post["form"]) == {"from", "type", "text", "media"}


def test_a_picture_that_cannot_be_fetched_is_rejected_and_nothing_is_out(bench: Bench) -> None:
    missing = replace(photo(1), ref="nema.jpg")
    with pytest.raises(Rejected) as refused:
        bench.connector().publish(outgoing("Плакат", pictures=(missing,)), bench.read)
    assert (refused.value.message, refused.value.code) == (NOT_FETCHED, "1")
    assert bench.texts() == []


def test_a_video_tells_its_size_and_length(bench: Bench, fakes: FakeServer) -> None:
    bench.connector().publish(outgoing("", video=video(seconds=12.4)), bench.read)
    (post,) = posts(fakes)
    assert (post["form"]["size"], post["form"]["duration"]) == (len(FILES["snimak"]), 12)
    assert "text" not in post["form"]


def test_answers_are_not_sent_at_all(bench: Bench, fakes: FakeServer) -> None:
    for send in (bench.connector().publish, bench.connector().reply):
        with pytest.raises(Rejected) as refused:
            send(outgoing("Одговор", reply_to="5012345678901234567"), bench.read)
        assert refused.value.code == "unsupported"
    assert [entry for entry in fakes.ledger() if entry["path"].endswith("/post")] == []


# ---- checks before sending


def test_the_edges_of_what_viber_takes(subtests: pytest.Subtests) -> None:
    for post, codes in [
        (outgoing("ж" * 7000), []),
        (outgoing("ж" * 6999 + "🎉"), ["text_too_long"]),
        (outgoing("ж" * 768, pictures=(photo(1),)), []),
        (outgoing("ж" * 769, pictures=(photo(1),)), ["text_too_long"]),
        (outgoing("x", pictures=(photo(1), photo(2))), ["too_many_pictures"]),
        (outgoing("x", pictures=(replace(photo(1), mime="image/png"),)), ["picture_type"]),
        (outgoing("x", pictures=(replace(photo(1), size=1_000_001),)), ["picture_too_large"]),
        (outgoing("x", video=video()), ["video_words"]),
        (outgoing("", video=video(seconds=180)), []),
        (outgoing("", video=video(seconds=180.2)), ["video_too_long"]),
        (outgoing("", video=video(size=50_000_001)), ["video_too_large"]),
        (outgoing("", video=video(codec="hevc")), ["video_type"]),
        (outgoing("x", first_comment="y"), ["comment_not_here"]),
    ]:
        with subtests.test(post=post, codes=codes):
            assert [problem.code for problem in Viber.check(post, Viber.limits({}))] == codes


def test_pictures_come_without_descriptions_and_from_our_public_address() -> None:
    limits = Viber.limits({})
    assert (limits.alt_characters, limits.fetches_media, limits.edits, limits.threads) == (0, True, (), False)


# ---- errors


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (1, Rejected),
        (2, NeedsConsent),
        (3, Rejected),
        (4, Rejected),
        (5, Rejected),
        (6, Rejected),
        (7, NeedsConsent),
        (8, NeedsConsent),
        (9, NeedsConsent),
        (10, NeedsConsent),
        (11, Rejected),
        (12, RateLimited),
        (13, Rejected),
        (14, Rejected),
        (15, NeedsConsent),
        (16, Rejected),
        (19, Rejected),
        (24, Rejected),
        (25, OutcomeUnknown),
        (999, OutcomeUnknown),
    ],
)
def test_every_status_has_its_class_and_nothing_is_out(
    bench: Bench, fakes: FakeServer, status: int, kind: type[Exception]
) -> None:
    fakes.options(viber_status=status)
    with pytest.raises(kind) as raised:
        bench.connector().publish(outgoing("Једном."), bench.read)
    assert raised.value.evidence["code"] == status
    assert bench.texts() == []


@pytest.mark.parametrize("body", [[], {"status": "0"}, {"status": True}, {"status_message": "ok"}, {"status": 0}])
def test_an_answer_that_says_nothing_is_an_unknown_outcome(bench: Bench, fakes: FakeServer, body: Any) -> None:
    fakes.plan("status", "/pa/post$", status=200, body=body)
    with pytest.raises(OutcomeUnknown):
        bench.connector().publish(outgoing("Једном."), bench.read)


def test_quick_posts_are_slowed_down_by_a_wait_that_the_installation_can_set(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(viber_burst=2)
    connector = bench.connector(facts={"options": {"wait_seconds": 600}})
    for text in ("Прва", "Друга"):
        connector.publish(outgoing(text), bench.read)
    with pytest.raises(RateLimited) as limited:
        connector.publish(outgoing("Трећа"), bench.read)
    assert timedelta(minutes=9) < limited.value.retry_at - datetime.now(UTC) <= timedelta(minutes=10)
    assert bench.texts() == ["Прва", "Друга"]


def test_a_channel_without_a_super_admin_is_not_posted_to(bench: Bench, fakes: FakeServer) -> None:
    fakes.world.fakes["viber"].channel("opstina")["members"].pop()
    with pytest.raises(NeedsConsent):
        bench.connector().publish(outgoing("Једном."), bench.read)
    assert bench.texts() == []


def test_a_token_that_dies_between_the_look_and_the_post_publishes_nothing(bench: Bench, fakes: FakeServer) -> None:
    fake = fakes.world.fakes["viber"]
    http = bench.http(before_send=lambda: fake.forget("opstina"))
    with pytest.raises(NeedsConsent):
        bench.connector(http=http).publish(outgoing("Једном."), bench.read)
    assert bench.texts() == []


def test_an_account_that_is_not_told_of_leaves_the_post_unsent(bench: Bench, fakes: FakeServer) -> None:
    fakes.plan("html_error", "/pa/get_account_info$")
    with pytest.raises(NotReached):
        bench.connector().publish(outgoing("Једном."), bench.read)
    assert bench.texts() == []


def test_the_token_travels_in_a_header_only(bench: Bench, fakes: FakeServer) -> None:
    bench.connector().publish(outgoing("Једном."), bench.read)
    assert bench.credential.access_token not in json.dumps([fakes.ledger(), posts(fakes)], default=str)


# ---- connecting


def test_a_token_is_the_credential_of_its_channel(bench: Bench) -> None:
    connector = bench.connector(credential=None)
    credential = connector.exchange({"token": f" {bench.credential.access_token}\n", "account": ""})
    assert credential == Credential(bench.credential.access_token, account_id=bench.credential.account_id)
    profile = bench.connector(credential=credential).profile()
    assert (profile.handle, profile.name, profile.followers) == ("@opstina", "Opstina", 7)
    assert profile.url == "https://chats.viber.com/opstina"


@pytest.mark.parametrize("typed", ["", "ab", "4d3c-nepoznat-token", "ћирилица-уместо-токена", "two words of it"])
def test_a_token_that_viber_does_not_know_is_the_persons_to_correct(bench: Bench, typed: str) -> None:
    with pytest.raises(Rejected) as refused:
        bench.connector(credential=None).exchange({"token": typed, "account": ""})
    assert (refused.value.field, refused.value.code) == ("token", "token_wrong")


def test_a_number_that_viber_does_not_tell_is_missing(bench: Bench, fakes: FakeServer) -> None:
    assert bench.connector().fetch_account_metrics() == {"followers": 7}
    fakes.options(viber_counts_subscribers=False)
    assert bench.connector().fetch_account_metrics() == {}
    assert bench.connector().profile().followers is None


class _Hook(http.server.BaseHTTPRequestHandler):
    status = 200
    heard: list[tuple[bytes, dict[str, str]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.heard.append((body, {name.lower(): value for name, value in self.headers.items()}))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing to read."""


@pytest.fixture
def hook() -> Iterator[Any]:
    handler = type("Hook", (_Hook,), {"heard": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    handler.url = f"http://127.0.0.1:{server.server_address[1]}/hooks/viber"
    yield handler
    server.shutdown()
    server.server_close()


def test_viber_calls_the_address_at_once_and_signs_what_it_says(bench: Bench, fakes: FakeServer, hook: Any) -> None:
    fakes.world.fakes["viber"].channel("opstina")["webhook"] = ""
    with pytest.raises(NeedsConsent):
        bench.connector().publish(outgoing("Пре адресе."), bench.read)
    bench.connector().subscribe(hook.url, "")
    bench.connector().subscribe(hook.url, "")
    ((body, headers), _again) = hook.heard
    token = bench.credential.access_token
    assert Viber.verify(body, headers, token)
    assert not Viber.verify(body + b" ", headers, token)
    assert not Viber.verify(body, headers, "another")
    assert not Viber.verify(body, {}, token)
    (event,) = Viber.events(json.loads(body))
    assert (event.kind, event.account_id) == ("other", "")
    assert event.at is not None
    bench.connector().publish(outgoing("После адресе."), bench.read)
    assert bench.texts() == ["После адресе."]


def test_an_address_that_does_not_answer_is_said_to_be_ours(bench: Bench, hook: Any) -> None:
    hook.status = 403
    for address in (hook.url, "http://portal.example/hooks/viber", "https://127.0.0.1:9/hooks"):
        with pytest.raises(Rejected) as refused:
            bench.connector().subscribe(address, "")
        assert refused.value.code == "portal_unreachable"


def test_a_signature_as_in_the_documents() -> None:
    body, signature = b'{"event":"webhook"}', "2dd91965f1bf86033b0505f762caa885969b362e3dc44e282cb79cf76c73ab2b"
    assert Viber.verify(body, {"x-viber-content-signature": signature}, "viber-token")
    assert not Viber.verify(body, {"x-viber-content-signature": signature}, "")


@pytest.mark.parametrize("payload", [None, [], {}, "x", 3])
def test_what_is_no_event_is_none(payload: Any) -> None:
    assert Viber.events(payload) == []


def test_a_repeated_event_has_the_same_key() -> None:
    event = {"event": "webhook", "timestamp": 1457764197627, "message_token": 4912661846655238145}
    (first,), (again,) = Viber.events(event), Viber.events(dict(event))
    assert first.key == again.key == "4912661846655238145"
    assert first.at == datetime(2016, 3, 12, 6, 29, 57, 627000, tzinfo=UTC)
    assert Viber.events({"event": "webhook", "timestamp": "soon"})[0].at is None


def test_disconnecting_takes_the_portals_address_away(bench: Bench, fakes: FakeServer) -> None:
    bench.connector().revoke()
    assert fakes.world.fakes["viber"].channel("opstina")["webhook"] == ""
    bench.connector(credential=Credential("dead-token")).revoke()


def test_an_unclear_outcome_stays_a_persons_to_settle(bench: Bench, fakes: FakeServer) -> None:
    connector, sent = bench.connector(), outgoing("Можда.")
    fakes.plan("commit_then_drop", "/pa/post$")
    with pytest.raises(OutcomeUnknown):
        connector.publish(sent, bench.read)
    assert not connector.may_resend(start(), start())
    assert isinstance(connector.find(sent, start()), Inconclusive)
    assert bench.texts() == ["Можда."]


def test_posts_of_viber_have_no_addresses() -> None:
    assert Viber.named_by("https://chats.viber.com/opstina", "https://chatapi.viber.com", "pa:1") is None


def test_the_fakes_picture_is_a_real_one() -> None:
    assert PHOTOS["slika-1.jpg"][:2] == b"\xff\xd8"
    assert registry.PLATFORMS["viber"].signed_by == "token"
