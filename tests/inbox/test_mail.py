"""An e-mail becomes a conversation of the inbox, and its answer leaves by the outbox for its sender alone."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from django.urls import reverse
from django.utils import timezone

from channels.domain import credentials
from channels.models import Channel
from delivery.dispatch import publish_due
from delivery.models import Delivery
from inbox.domain import answer, attachments, ingest
from inbox.enums import MessageState
from inbox.models import (
    AttachmentProblem,
    AttachmentState,
    Conversation,
    ExternalReply,
    Message,
    MessageAttachment,
)
from inbox.queries import personal_data
from municipalities.tenancy import scope
from platforms.mail.access import Access
from platforms.types import Credential
from tests.analytics import factories
from tests.people import Cast, named_reader, sign_in
from tests.platforms import scripted_mail as scripted

OFFICE, CITIZEN = "gradjani@opstina.rs", "mara@primer.rs"
MAIL = (
    "From: Мара Јовић <Mara@Primer.rs>\r\nTo: gradjani@opstina.rs\r\nSubject: Рупа\r\nMessage-ID: <m1@primer.rs>\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\nДобар дан,\r\n\r\nна путу је рупа.\r\n"
).encode()


SERVER = "mx.opstina.rs"
VERIFIED = f"Authentication-Results: {SERVER}; dkim=pass header.d=primer.rs\r\n".encode()
FORGED = b"Authentication-Results: mx.zlo.rs; dkim=pass header.d=primer.rs\r\n"


def mail(text: str, *headers: str, sender: str = "Мара Јовић <mara@primer.rs>", subject: str = "Рупа") -> bytes:
    lines = [f"From: {sender}", "To: gradjani@opstina.rs", f"Subject: {subject}", *headers]
    return "\r\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "", text, ""]).encode()


@dataclass
class Office:
    channel: Channel
    smtp: scripted.Server


@pytest.fixture
def serve(cast: Cast, settings: Any) -> Iterator[Callable[..., Office]]:
    """A function that connects a mailbox with these mails."""
    with contextlib.ExitStack() as ends:

        def serve(*mails: bytes, sent: Sequence[bytes] = (), servers: str = SERVER) -> Office:
            imap = ends.enter_context(scripted.serving(b"* OK hello\r\n", scripted.mailbox(mails, sent)))
            smtp = ends.enter_context(scripted.serving(b"220 hello\r\n", scripted.smtp))
            settings.PRIVATE_HOSTS_ALLOWED = [f"127.0.0.1:{imap.port}", f"127.0.0.1:{smtp.port}"]
            settings.CALL_DEADLINE_SECONDS = 30  # less would leave no time for the sent mails
            held = Access(OFFICE, "tajna", f"smtp://127.0.0.1:{smtp.port}", "Општина", servers).credential()
            named_reader(cast)
            return Office(connected(cast, f"imap://127.0.0.1:{imap.port}", held), smtp)

        yield serve


def connected(cast: Cast, server: str, credential: Credential) -> Channel:
    with scope(cast.cuprija):
        channel: Channel = factories.channel(
            cast.cuprija, cast.approver, platform="mail", server=server, remote_id=OFFICE, handle=OFFICE
        )
        credentials.store(channel, credential)
    return channel


def read_mails(office: Office) -> dict[str, Message]:
    """What the inbox has of them, by their words."""
    ingest.schedule()
    ingest.fetch_messages(office.channel.pk)
    with scope(office.channel.municipality):
        rows = Message.objects.select_related("channel", "conversation").order_by("pk")
        return {row.text: row for row in rows}


def test_a_mail_is_a_conversation_and_its_answer_reaches_its_sender(cast: Cast, serve: Callable[..., Office]) -> None:
    office = serve(MAIL, servers="")
    ingest.schedule()
    for _ in range(2):  # repeated, and nothing is doubled
        ingest.fetch_messages(office.channel.pk)
    with scope(cast.cuprija):
        message, conversation = Message.objects.get(), Conversation.objects.get()
        assert (message.text, message.author_id, message.subject) == ("Добар дан,\n\nна путу је рупа.", CITIZEN, "Рупа")
        assert message.conversation == conversation
        assert message.state == MessageState.OPEN
        answer.answer(message, "Сутра ће бити закрпљена.", by=cast.officer)
    publish_due(timezone.now())
    with scope(cast.cuprija):
        delivery = Delivery.objects.get()
        assert delivery.state == "published", (delivery.state, delivery.reason)
        assert delivery.remote_id.endswith("@opstina.rs>")
    recipients = [line for line in office.smtp.lines if line.lower().startswith(b"rcpt")]
    assert recipients == [b"rcpt to:<mara@primer.rs>"]
    assert b"In-Reply-To: <m1@primer.rs>" in office.smtp.lines
    assert b"Subject: Re: =?utf-8?b?0KDRg9C/0LA=?=" in office.smtp.lines


def test_a_forged_sender_is_somebody_else_than_the_verified_one(cast: Cast, serve: Callable[..., Office]) -> None:
    """Also in the same thread, by its references or by its subject."""
    office = serve(
        VERIFIED + mail("Прва", "Message-ID: <m1@primer.rs>"),
        FORGED + mail("По референци", "Message-ID: <z1@zlo.rs>", "References: <m1@primer.rs>"),
        FORGED + mail("По наслову", "Message-ID: <z2@zlo.rs>", subject="Re: Рупа"),
        VERIFIED + mail("Друга", "Message-ID: <m2@primer.rs>", "References: <m1@primer.rs>"),
    )
    by_text = read_mails(office)
    assert {text: row.sender_verified for text, row in by_text.items()} == {
        "Прва": True, "По референци": False, "По наслову": False, "Друга": True,
    }  # fmt: skip
    assert {row.author_handle for row in by_text.values()} == {CITIZEN}
    forged, own = by_text["По референци"], by_text["Прва"]
    assert by_text["Друга"].conversation == own.conversation
    assert forged.conversation == by_text["По наслову"].conversation != own.conversation
    with scope(cast.cuprija):
        people = personal_data.search_authors("Мара")
        answer.answer(forged, "Јавите се на шалтер.", by=cast.officer)
    assert sorted((one.messages, one.sender_verified) for one in people) == [(2, False), (2, True)]
    publish_due(timezone.now())
    # the address is what it claims to be, whoever wrote
    assert [line for line in office.smtp.lines if line.lower().startswith(b"rcpt")] == [b"rcpt to:<mara@primer.rs>"]


def test_who_is_not_verified_is_marked_wherever_they_are_named(cast: Cast, serve: Callable[..., Office]) -> None:
    office = serve(FORGED + mail("Лажна"), VERIFIED + mail("Права", sender="Пера <pera@primer.rs>", subject="Друго"))
    rows = read_mails(office)
    officer = sign_in(cast.officer)
    shown = officer.get("/m/cuprija/inbox/").text
    assert shown.count("Not verified") == 1
    assert officer.get(f"/m/cuprija/inbox/{rows['Права'].pk}/").text.count("Not verified") == 0
    page = officer.get(f"/m/cuprija/inbox/{rows['Лажна'].pk}/").text
    assert page.count("Not verified") == 2  # below the heading, and beside the words
    assert "could not verify that this e-mail comes from the address" in page
    assert CITIZEN in page
    merge = officer.get(reverse("message_merge", args=["cuprija", rows["Права"].pk]), {"q": "Мара"}).text
    assert merge.count("Not verified") == 1


def test_nothing_is_claimed_of_a_sender_whom_nobody_checks(cast: Cast, serve: Callable[..., Office]) -> None:
    (row,) = read_mails(serve(VERIFIED + mail("Текст"), servers="")).values()
    assert (row.sender_verified, row.author_id) == (None, CITIZEN)
    officer = sign_in(cast.officer)
    for address in ("/m/cuprija/inbox/", f"/m/cuprija/inbox/{row.pk}/"):
        assert "erified" not in officer.get(address).text


def test_an_answer_from_the_mailbox_itself_belongs_to_the_mail_that_it_answers(
    cast: Cast, serve: Callable[..., Office]
) -> None:
    ours = mail(
        "Одговорено", "Message-ID: <o1@opstina.rs>", "In-Reply-To: <z1@zlo.rs>", sender=OFFICE, subject="Re: Рупа"
    ).replace(b"To: gradjani@opstina.rs", b"To: mara@primer.rs")
    office = serve(FORGED + mail("Лажна", "Message-ID: <z1@zlo.rs>"), sent=[ours])
    (row,) = read_mails(office).values()
    with scope(cast.cuprija):
        assert ExternalReply.objects.get().conversation == row.conversation
        assert Conversation.objects.count() == 1


AUTOMATIC = [
    (("Auto-Submitted: auto-replied", "In-Reply-To: <m1@primer.rs>"), "Automatic e-mail"),
    (("List-Unsubscribe: <mailto:x@primer.rs>",), "Mailing list"),
    (("Return-Path: <>",), "Automatic e-mail"),
    (("Content-Type: multipart/report; report-type=delivery-status; boundary=b",), "Delivery report"),
]


@pytest.mark.parametrize(("headers", "label"), AUTOMATIC)
def test_what_no_person_wrote_is_shown_as_such_and_waits_for_nobody(
    cast: Cast, serve: Callable[..., Office], headers: tuple[str, ...], label: str
) -> None:
    office = serve(VERIFIED + mail("Питање", "Message-ID: <m1@primer.rs>"), VERIFIED + mail("Аутоматски", *headers))
    rows = read_mails(office)
    own, row = rows["Питање"], next(row for text, row in rows.items() if text != "Питање")
    assert (row.state, row.due_at, row.read_at is None) == (MessageState.CLOSED, None, False)
    assert own.state == MessageState.OPEN
    officer = sign_in(cast.officer)
    assert label not in officer.get("/m/cuprija/inbox/").text
    assert officer.get("/m/cuprija/inbox/?view=closed").text.count(label) == 1
    assert label in officer.get(f"/m/cuprija/inbox/{row.pk}/").text


def test_what_asks_for_no_automatic_answer_still_waits_for_a_persons(cast: Cast, serve: Callable[..., Office]) -> None:
    (row,) = read_mails(serve(VERIFIED + mail("Питање", "X-Auto-Response-Suppress: All"))).values()
    assert (row.state, row.automatic, row.automatic_pill) == (MessageState.OPEN, "unanswered", None)
    assert row.due_at is not None


RTF = base64.b64encode(b"{\\rtf1{\\object\\objautlink}}")
MAIL_WITH_RTF = (
    MAIL.replace(b"text/plain; charset=utf-8\r\n\r\n", b'multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\n')
    + b"--b\r\nContent-Type: application/msword\r\nContent-Disposition: attachment; filename=molba.doc\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n" + RTF + b"\r\n--b--\r\n"
)


def with_an_attachment(line: bytes) -> bytes | None:
    """IMAP of a mailbox with one mail to which a file is attached."""
    if b"FETCH" in line.upper() and b"BODY.PEEK[2]" in line.upper():
        done = scripted.tag(line) + b" OK done\r\n"
        return b"* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n%s)\r\n" % (len(RTF), RTF) + done
    return scripted.mailbox([MAIL_WITH_RTF])(line)


def test_an_attachment_of_a_mail_that_can_carry_a_program_is_refused_by_name(cast: Cast, settings: Any) -> None:
    with scripted.serving(b"* OK hello\r\n", with_an_attachment) as imap:
        settings.PRIVATE_HOSTS_ALLOWED = [f"127.0.0.1:{imap.port}"]
        held = Access(OFFICE, "tajna", "smtp://127.0.0.1:9", "Општина").credential()
        channel = connected(cast, f"imap://127.0.0.1:{imap.port}", held)
        ingest.schedule()
        ingest.fetch_messages(channel.pk)
        for pk in attachments.claim():
            attachments.fetch(pk)
    with scope(cast.cuprija):
        row = MessageAttachment.objects.get()
        assert (row.name, row.state, row.problem) == (
            "molba.doc",
            AttachmentState.REFUSED,
            AttachmentProblem.OLD_OFFICE,
        )
        assert row.message.text.startswith("Добар дан")
