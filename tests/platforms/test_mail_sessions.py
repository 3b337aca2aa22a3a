"""Sessions with mail servers that lie, flood, stall or refuse, and the step that cannot be taken back."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from common.http import Http
from platforms import registry
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.mail import threads
from platforms.mail.access import Access
from platforms.mail.connector import Mail
from platforms.types import Absent, Inconclusive, Outgoing
from platforms.visibility import Visibility
from tests.platforms import scripted_mail as scripted

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
OFFICE = "gradjani@opstina.rs"
SEEN = "b" * 32 + "<m1@primer.rs>"
OUTGOING = Outgoing(
    "Хвала.", "sr", "a" * 32, NOW, reply_to=SEEN, subject="Рупа", visibility=Visibility.DIRECT,
    conversation=threads.conversation("b" * 24, "mara@primer.rs"), recipient="mara@primer.rs",
)  # fmt: skip
HELLO = b"* OK hello\r\n"


def mailbox(imap: int, smtp: int = 1, *, deadline: float = 5, allow: bool = True, **more: Any) -> Mail:
    held = Access(OFFICE, "tajna", f"smtp://127.0.0.1:{smtp}", "Општина")
    way = Http(allow=[f"127.0.0.1:{imap}", f"127.0.0.1:{smtp}"] if allow else [], deadline=deadline, **more)
    return Mail(way, server=f"imap://127.0.0.1:{imap}", credential=held.credential())


@contextmanager
def imap_server(answer: scripted.Answer = scripted.imap, greeting: bytes = HELLO) -> Iterator[scripted.Server]:
    with scripted.serving(greeting, answer) as server:
        yield server


@contextmanager
def smtp_server(answer: scripted.Answer = scripted.smtp) -> Iterator[scripted.Server]:
    with scripted.serving(b"220 hello\r\n", answer) as server:
        yield server


def saying(words: dict[bytes, bytes | None], otherwise: scripted.Answer) -> scripted.Answer:
    """`words`: the beginning of a command, without its tag → the answer, in which "TAG" stands for the tag."""

    def answer(line: bytes) -> bytes | None:
        command = line.partition(b" ")[2] if otherwise is scripted.imap else line
        for word, said in words.items():
            if command.upper().startswith(word):
                return said.replace(b"TAG", scripted.tag(line)) if said is not None else None
        return otherwise(line)

    return answer


def test_connecting_an_empty_mailbox() -> None:
    with imap_server() as imap, smtp_server() as smtp:
        connector = mailbox(imap.port, smtp.port)
        typed = {
            "identifier": " Gradjani@Opstina.rs ",
            "password": "tajna",  # pragma: allowlist secret
            "name": "Општина\r\nBcc: a@b.rs",
            "smtp": f"smtp://127.0.0.1:{smtp.port}",
        }
        credential = connector.exchange(typed)
        held = Access.of(credential)
        assert (held.address, held.name) == (OFFICE, "Општина Bcc: a@b.rs")
        assert connector.profile().remote_id == OFFICE
        page = connector.messages()
        assert page.items == ()
        assert connector.messages(page.cursor).cursor == page.cursor
        assert connector.fetch_facts() == {"smtp": f"smtp://127.0.0.1:{smtp.port}", "servers": ""}
        assert not any(b"STORE" in line or b"SELECT" in line for line in imap.lines)


def test_a_wrong_password_is_said_at_its_field_and_later_ends_the_access() -> None:
    with imap_server() as imap, smtp_server() as smtp:
        connector = mailbox(imap.port, smtp.port)
        typed = {"identifier": OFFICE, "smtp": f"smtp://127.0.0.1:{smtp.port}"}
        with pytest.raises(Rejected) as refused:
            connector.exchange({**typed, "password": "pogresna"})  # pragma: allowlist secret
        assert (refused.value.field, refused.value.code) == ("password", "mail_sign_in")
        assert "pogresna" not in str(refused.value.evidence)
    no = saying({b"LOGIN": b"TAG NO LOGIN failed.\r\n"}, scripted.imap)
    with imap_server(no) as imap, pytest.raises(NeedsConsent):
        mailbox(imap.port).profile()
    passing = saying({b"LOGIN": b"TAG NO [UNAVAILABLE] Temporary authentication failure.\r\n"}, scripted.imap)
    with imap_server(passing) as imap, pytest.raises(NotReached):
        mailbox(imap.port).profile()


@pytest.mark.parametrize("address", ["imaps://127.0.0.1:993", "imap://localhost:143", "imaps://169.254.169.254:993",
                                     "imaps://[::1]:993", "imaps://10.0.0.1:993", "imap://0.0.0.0:143"])  # fmt: skip
def test_private_addresses_are_never_called(address: str) -> None:
    held = Access(OFFICE, "tajna", address.replace("imap", "smtp"), "Општина")
    connector = Mail(Http(), server=address, credential=held.credential())
    called: list[str] = []
    connector.http.before_send = lambda: called.append("sent")
    for call in (connector.profile, connector.messages, lambda: connector.reply(OUTGOING, None)):  # type: ignore[arg-type]
        with pytest.raises(NotReached) as refused:
            call()
        assert refused.value.evidence["problem"] == "Refused"
    assert called == []


def test_no_password_goes_to_a_server_without_encryption() -> None:
    with imap_server() as imap, smtp_server() as smtp:
        connector = mailbox(imap.port, smtp.port, allow=False)
        # Reached all the same, as a server on the open internet is.
        connector.http.addresses = lambda host, port, seconds: [(2, "127.0.0.1")]  # type: ignore[method-assign]
        for call in (connector.profile, lambda: connector.reply(OUTGOING, None)):  # type: ignore[arg-type]
            with pytest.raises(NotReached):
                call()
        assert not any(b"LOGIN" in line or b"AUTH" in line for line in [*imap.lines, *smtp.lines])


def flood(line: bytes) -> bytes | None:
    return saying({b"UID SEARCH": b"* 1 FETCH (FLAGS ())\r\n" * 4_000_000}, scripted.imap)(line)


HOSTILE: dict[str, tuple[bytes, scripted.Answer]] = {
    "no greeting": (b"", scripted.imap),
    "http": (b"HTTP/1.1 200 OK\r\n\r\n", scripted.imap),
    "bye": (b"* BYE full\r\n", scripted.imap),
    "long line": (b"* OK " + b"x" * 5_000_000, scripted.imap),
    "literal of ten gigabytes": (HELLO, saying({b"UID SEARCH": b"* SEARCH {10000000000}\r\n1"}, scripted.imap)),
    "literal of no number": (HELLO, saying({b"UID SEARCH": b"* SEARCH {" + b"9" * 5000 + b"}\r\n1"}, scripted.imap)),
    "flood": (HELLO, flood),
    "closes": (HELLO, saying({b"UID SEARCH": None}, scripted.imap)),
    "another tag": (HELLO, saying({b"UID SEARCH": b"ZZZZ9 OK done\r\n"}, scripted.imap)),
    "bytes": (HELLO, saying({b"UID SEARCH": bytes(range(256)) + b"\r\n"}, scripted.imap)),
    "refuses": (HELLO, saying({b"EXAMINE": b"TAG NO [SERVERBUG] no\r\n"}, scripted.imap)),
    "bad": (HELLO, saying({b"UID SEARCH": b"TAG BAD what\r\n"}, scripted.imap)),
    "silence": (HELLO, saying({b"UID SEARCH": b""}, scripted.imap)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_server_costs_one_call(name: str) -> None:
    greeting, answer = HOSTILE[name]
    with imap_server(answer, greeting) as server:
        began = time.monotonic()
        with pytest.raises(NotReached):
            mailbox(server.port, deadline=2).messages()
        assert time.monotonic() - began < 8


def test_a_server_that_sends_a_byte_now_and_then_is_cut_off() -> None:
    let_go = threading.Event()

    def drip(line: bytes) -> bytes | None:
        if b"SEARCH" not in line:
            return scripted.imap(line)
        let_go.wait(0.2)
        return b"* OK still here\r\n" + b"* OK wait\r\n"

    def answer(line: bytes) -> bytes | None:
        return drip(line)

    with imap_server(answer) as server:
        began = time.monotonic()
        with pytest.raises(NotReached):
            mailbox(server.port, deadline=1).messages()
        assert time.monotonic() - began < 3
    let_go.set()


def test_uids_that_make_no_sense_are_left_out() -> None:
    nonsense = b"* SEARCH 0 -1 99999999999999 abc 5 5 4\r\n* 1 FETCH (UID 77 BODY[]<0> {1}\r\nx)\r\nTAG OK done\r\n"
    with imap_server(saying({b"UID SEARCH": nonsense, b"UID FETCH": b"TAG NO gone\r\n"}, scripted.imap)) as server:
        page = mailbox(server.port, deadline=20).messages()
        assert page.items == ()
        assert page.cursor == "7.5.5;0.0.0"


# ---- sending


def send(smtp: scripted.Server, imap: int = 1, **more: Any) -> Any:
    return mailbox(imap, smtp.port, **more).reply(OUTGOING, None)  # type: ignore[arg-type]


def test_an_answer_is_sent_once_and_its_copy_kept() -> None:
    listing = saying(
        {
            b"LIST": b'* LIST (\\HasNoChildren \\Sent) "/" "Poslate poruke"\r\nTAG OK done\r\n',
            b"APPEND": b"+ go on\r\n",
        },
        scripted.imap,
    )
    with smtp_server() as smtp, imap_server(listing) as imap:
        order: list[int] = []
        published = send(smtp, imap.port, before_send=lambda: order.append(len(smtp.lines)), deadline=3)
        assert published.remote_id == f"<{'a' * 32}.{'b' * 24}@opstina.rs>"
        assert len(order) == 1
        assert smtp.lines.count(b".") == 1
        assert b"rcpt to:<mara@primer.rs>" in smtp.lines
        assert any(
            line.startswith(b'APPEND "Poslate poruke" (\\Seen)')
            for line in (one.partition(b" ")[2] for one in imap.lines)
        )


def test_what_the_policy_raises_stops_the_mail_and_comes_out_unchanged() -> None:
    class Blocked(Exception):
        pass

    def blocked() -> None:
        raise Blocked

    for kind in (Blocked, ValueError, OSError):

        def stop(kind: type[Exception] = kind) -> None:
            raise kind

        with smtp_server() as smtp:
            with pytest.raises(kind):
                send(smtp, before_send=stop)
            time.sleep(0.05)
            assert b"." not in smtp.lines


REFUSALS: list[tuple[dict[bytes, bytes | None], type[PlatformError], str | None, bool]] = [
    ({b"EHLO": None}, NotReached, None, False),
    ({b"AUTH": b"535 5.7.8 no\r\n"}, NeedsConsent, None, False),
    ({b"AUTH": b"454 4.7.0 later\r\n"}, NotReached, None, False),
    ({b"MAIL": b"451 later\r\n"}, NotReached, None, False),
    ({b"MAIL": b"550 5.7.1 no\r\n"}, Rejected, "mail_refused", False),
    ({b"RCPT": b"550 5.1.1 no such user\r\n"}, Rejected, "recipient_gone", False),
    ({b"RCPT": b"550 no such user\r\n"}, Rejected, "recipient_gone", False),
    ({b"RCPT": b"550 5.7.1 policy\r\n"}, Rejected, "mail_refused", False),
    ({b"RCPT": b"450 greylisted\r\n"}, NotReached, None, False),
    ({b"DATA": b"452 full\r\n"}, NotReached, None, False),
    ({b"DATA": b"250 what\r\n"}, NotReached, None, False),
    ({b"DATA": None}, NotReached, None, False),
    ({b".": b"554 5.7.1 spam\r\n"}, Rejected, "mail_refused", True),
    ({b".": b"451 later\r\n"}, NotReached, None, True),
    ({b".": None}, OutcomeUnknown, None, True),
    ({b".": b"what\r\n"}, OutcomeUnknown, None, True),
    ({b".": b"250-" + b"x" * 100_000 + b"\r\n"}, OutcomeUnknown, None, True),
    ({b".": b"250-more\r\n" * 100_000}, OutcomeUnknown, None, True),
    ({b".": b""}, OutcomeUnknown, None, True),
]


@pytest.mark.parametrize(("words", "kind", "code", "is_sent"), REFUSALS, ids=itertools.count())
def test_every_refusal_says_what_may_be_done_next(
    words: dict[bytes, bytes | None], kind: type[PlatformError], code: str | None, is_sent: bool
) -> None:
    def answer(line: bytes) -> bytes | None:
        if b"." in words:
            return words[b"."] if line == b"." else scripted.smtp(line)
        return saying(words, scripted.smtp)(line)

    sent: list[bool] = []
    with smtp_server(answer) as smtp:
        with pytest.raises(PlatformError) as refused:
            send(smtp, before_send=lambda: sent.append(True), deadline=1.5)
        assert type(refused.value) is kind
        assert getattr(refused.value, "code", None) == code
        assert bool(sent) == is_sent
        assert (b"." in smtp.lines) == is_sent
        assert "tajna" not in f"{refused.value} {refused.value.evidence}"


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": "pera@primer.rs"}, {"recipient": ""}, {"recipient": "mara@primer.rs>\r\nRCPT TO:<pera@primer.rs"},
        {"conversation": ""}, {"conversation": "b" * 24}, {"reply_to": None}, {"reply_to": "x"},
        {"reply_to": "b" * 32 + "<a>\r\nBcc: <b@c>"}, {"visibility": Visibility.PUBLIC}, {"recipient": OFFICE},
    ],
)  # fmt: skip
def test_an_answer_goes_to_its_conversations_other_person_or_nowhere(change: dict[str, Any]) -> None:
    with smtp_server() as smtp:
        with pytest.raises(Rejected):
            mailbox(1, smtp.port).reply(replace(OUTGOING, **change), None)  # type: ignore[arg-type]
        assert smtp.lines == []


def test_a_copy_that_cannot_be_kept_changes_nothing() -> None:
    with smtp_server() as smtp:
        assert send(smtp, imap=9).remote_id


@pytest.mark.parametrize(
    ("capabilities", "listing", "expected"),
    [
        (b"IMAP4rev1", b'* LIST (\\Sent) "/" Sent\r\n', Inconclusive),
        (b"IMAP4rev1 X-GM-EXT-1", b'* LIST (\\Sent) "/" Sent\r\n', Absent),
        (b"IMAP4rev1 X-GM-EXT-1", b"", Inconclusive),
        (b"IMAP4rev1", b'* LIST (\\Sent) "/" {3}\r\na\r\n\r\n* LIST () NIL INBOX\r\n', Inconclusive),
    ],
)
def test_a_missing_copy_proves_something_only_where_the_server_makes_it(
    capabilities: bytes, listing: bytes, expected: type
) -> None:
    def answer(line: bytes) -> bytes | None:
        if b" LIST" in line:
            return listing + scripted.tag(line) + b" OK done\r\n"
        return scripted.imap(line, capabilities=capabilities)

    with imap_server(answer) as server:
        assert isinstance(mailbox(server.port).find(OUTGOING, NOW), expected)


def test_it_takes_no_posts_and_counts_nothing() -> None:
    connector = mailbox(1)
    with pytest.raises(Rejected) as refused:
        connector.publish(replace(OUTGOING, reply_to=None), None)  # type: ignore[arg-type]
    assert refused.value.code == "unsupported"
    assert not registry.PLATFORMS["mail"].takes_posts
    assert (connector.fetch_metrics(["1"]), connector.fetch_account_metrics()) == ([], {})
    codes: Callable[[Outgoing], set[str]] = lambda one: {p.code for p in Mail.check(one, Mail.limits({}))}  # noqa: E731
    assert codes(OUTGOING) == set()
    assert codes(replace(OUTGOING, visibility=Visibility.PUBLIC, conversation="")) == {"visibility"}
    assert codes(replace(OUTGOING, text="а" * 10_001)) != set()
