"""An e-mail becomes a conversation of the inbox, and its answer leaves by the outbox for its sender alone."""

from __future__ import annotations

import base64
import imaplib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from django.utils import timezone

from channels.domain import credentials
from channels.models import Channel
from delivery.dispatch import publish_due
from delivery.models import Delivery
from inbox.domain import answer, attachments, ingest
from inbox.enums import MessageState
from inbox.models import AttachmentProblem, AttachmentState, Conversation, Message, MessageAttachment
from municipalities.tenancy import scope
from platforms.mail.access import Access
from platforms.types import Credential
from tests.analytics import factories
from tests.people import Cast
from tests.platforms import scripted_mail as scripted

OFFICE, CITIZEN = "gradjani@opstina.rs", "mara@primer.rs"
MAIL = (
    "From: Мара Јовић <Mara@Primer.rs>\r\nTo: gradjani@opstina.rs\r\nSubject: Рупа\r\nMessage-ID: <m1@primer.rs>\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\nДобар дан,\r\n\r\nна путу је рупа.\r\n"
).encode()


def with_a_mail(line: bytes) -> bytes | None:
    """IMAP of a mailbox with one mail."""
    tag, command = scripted.tag(line), line.partition(b" ")[2].upper()
    done = tag + b" OK done\r\n"
    if command.startswith(b"EXAMINE"):
        return b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] a\r\n* OK [UIDNEXT 2] a\r\n" + done
    if command.startswith(b"UID SEARCH"):
        return (b"* SEARCH\r\n" if b"FROM" in command else b"* SEARCH 1\r\n") + done
    if command.startswith(b"UID FETCH") and b"BODY" in command:
        return b"* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n%s)\r\n" % (len(MAIL), MAIL) + done
    if command.startswith(b"UID FETCH"):
        date = imaplib.Time2Internaldate(time.time() - 600).encode()
        return b"* 1 FETCH (UID 1 RFC822.SIZE %d INTERNALDATE %s)\r\n" % (len(MAIL), date) + done
    return scripted.imap(line)


RTF = base64.b64encode(b"{\\rtf1{\\object\\objautlink}}")
MAIL_WITH_RTF = (
    MAIL.replace(b"text/plain; charset=utf-8\r\n\r\n", b'multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\n')
    + b"--b\r\nContent-Type: application/msword\r\nContent-Disposition: attachment; filename=molba.doc\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n" + RTF + b"\r\n--b--\r\n"
)


def with_an_attachment(line: bytes) -> bytes | None:
    """As `with_a_mail`, with a file attached to the mail."""
    content = RTF if b"BODY.PEEK[2]" in line.upper() else MAIL_WITH_RTF
    if b"FETCH" in line.upper() and b"BODY" in line.upper():
        done = scripted.tag(line) + b" OK done\r\n"
        return b"* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n%s)\r\n" % (len(content), content) + done
    return with_a_mail(line)


@dataclass
class Office:
    channel: Channel
    smtp: scripted.Server


@pytest.fixture
def office(cast: Cast, settings: Any) -> Iterator[Office]:
    with (
        scripted.serving(b"* OK hello\r\n", with_a_mail) as imap,
        scripted.serving(b"220 hello\r\n", scripted.smtp) as smtp,
    ):
        settings.PRIVATE_HOSTS_ALLOWED = [f"127.0.0.1:{imap.port}", f"127.0.0.1:{smtp.port}"]
        held: Credential = Access(OFFICE, "tajna", f"smtp://127.0.0.1:{smtp.port}", "Општина").credential()
        yield Office(connected(cast, f"imap://127.0.0.1:{imap.port}", held), smtp)


def connected(cast: Cast, server: str, credential: Credential) -> Channel:

    with scope(cast.cuprija):
        channel: Channel = factories.channel(
            cast.cuprija, cast.approver, platform="mail", server=server, remote_id=OFFICE, handle=OFFICE
        )
        credentials.store(channel, credential)
    return channel


def test_a_mail_is_a_conversation_and_its_answer_reaches_its_sender(cast: Cast, office: Office) -> None:
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
