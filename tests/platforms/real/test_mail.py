"""The connector of e-mail against dovecot and exim of Debian."""

from __future__ import annotations

import base64
import contextlib
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from common.http import Http
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, Rejected
from platforms.mail.connector import Mail
from platforms.types import AttachmentKind, AutomaticMail, Credential, Found, Inconclusive, Message, Outgoing
from platforms.visibility import Visibility
from tests.platforms.real.mail import CITIZEN, DOMAIN, OFFICE, OTHER, PASSWORDS, PATIENCE, MailServer, serving, trust

pytestmark = pytest.mark.real("mail")
KEYS = (f"{number:032x}" for number in range(1, 1000))


@pytest.fixture(scope="module")
def running() -> Iterator[MailServer]:
    """Not in pytest's own directory: another run that begins meanwhile closes that to the users of the servers."""
    with tempfile.TemporaryDirectory(prefix="mail-") as place, serving(Path(place) / "server") as server:
        yield server


@pytest.fixture
def server(running: MailServer, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    trust(running, monkeypatch)
    running.empty()
    return running


def connector(server: MailServer, credential: Credential | None = None, scheme: str = "imaps", **more: Any) -> Mail:
    way = Http(allow=server.allow | more.pop("allow", frozenset()), deadline=PATIENCE, **more)
    return Mail(way, server=server.address(scheme), credential=credential)


def typed(server: MailServer, smtp: str = "smtps") -> dict[str, str]:
    return {
        "identifier": OFFICE,
        "password": PASSWORDS[OFFICE],
        "smtp": server.address(smtp),
        "name": "Општина Ћуприја",
    }


@pytest.fixture
def office(server: MailServer) -> Mail:
    return connector(server, connector(server).exchange(typed(server)))


def written(
    text: str, subject: str = "Рупа на путу", sender: str = f"Мара Јовић <{CITIZEN}>", **headers: str
) -> EmailMessage:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, OFFICE, subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def received(server: MailServer, office: Mail, count: int = 1) -> list[Message]:
    server.wait_for(OFFICE, count)
    return [one for one in office.messages().items if not one.is_ours]


def answer_to(message: Message, text: str = "Сутра ће бити закрпљена.") -> Outgoing:
    return Outgoing(
        text, "sr", next(KEYS), datetime.now(UTC), reply_to=message.remote_id, conversation=message.conversation,
        recipient=message.author_id, received_at=message.at, subject=message.subject, visibility=Visibility.DIRECT,
    )  # fmt: skip


@pytest.mark.parametrize(("imap", "smtp"), [("imaps", "smtps"), ("imap", "smtp")])
def test_a_mail_is_read_and_answered_in_its_thread(server: MailServer, imap: str, smtp: str) -> None:
    bare = connector(server, scheme=imap)
    assert bare.fetch_facts() == {}
    credential = bare.exchange(typed(server, smtp))
    sent: list[bool] = []
    office = connector(server, credential, imap, before_send=lambda: sent.append(True))
    assert office.profile().remote_id == OFFICE
    assert office.messages().items == ()

    server.send(written("Добар дан,\n\nу Карађорђевој је рупа.\n", Message_ID="<prva@primer.rs>"))
    (message,) = received(server, office)
    assert (message.author_id, message.author_name, message.subject) == (CITIZEN, "Мара Јовић", "Рупа на путу")
    assert message.text == "Добар дан,\n\nу Карађорђевој је рупа."
    assert (message.kind, message.visibility) == ("private", Visibility.DIRECT)
    assert abs((datetime.now(UTC) - message.at).total_seconds()) < 60

    outgoing = answer_to(message, "Поштована,\n.\n.тачка на почетку\n" + "дугачак ред " * 200)
    published = office.reply(outgoing, None)  # type: ignore[arg-type]
    assert sent == [True]
    (answer,) = server.wait_for(CITIZEN, 1)
    assert answer["In-Reply-To"] == answer["References"] == "<prva@primer.rs>"
    assert (answer["From"], answer["To"]) == (f"Општина Ћуприја <{OFFICE}>", CITIZEN)
    assert answer["Subject"] == "Re: Рупа на путу"
    assert answer["Message-ID"] == published.remote_id
    assert answer.get_content().replace("\r\n", "\n").rstrip("\n") == outgoing.text.rstrip("\n")
    assert "Auto-Submitted" not in answer
    found = office.find(outgoing, outgoing.created_at)
    assert isinstance(found, Found)
    assert found.published.remote_id == published.remote_id

    history = "\n".join(f"> {line}" for line in message.text.split("\n"))
    server.send(written(f"Хвала!\n\nДана 1.5.2026. 10:00, Општина је написао/ла:\n{history}", "Re: Рупа на путу",
                        In_Reply_To=published.remote_id,
                        References=f"<prva@primer.rs> {published.remote_id}"))  # fmt: skip
    server.wait_for(OFFICE, 2)
    items = office.messages().items
    assert [one.text for one in items if not one.is_ours] == [message.text, "Хвала!"]
    assert [one.remote_id for one in items if one.is_ours] == [published.remote_id]
    assert {one.conversation for one in items} == {message.conversation}
    assert {one.author_id for one in items} == {CITIZEN}


def test_each_mail_comes_once_and_its_flags_stay(server: MailServer, office: Mail) -> None:
    for number in range(30):
        server.send(written(f"Број {number}", f"Наслов {number}"))
    server.wait_for(OFFICE, 30)
    texts, cursor = [], None
    for _ in range(9):
        page = office.messages(cursor)
        texts += [one.text for one in page.items]
        if page.cursor == cursor:
            break
        assert page.is_past
        cursor = page.cursor
    assert texts == [f"Број {number}" for number in range(30)]
    server.send(written("Нова", "Нова"))
    server.wait_for(OFFICE, 31)
    page = office.messages(cursor)
    assert ([one.text for one in page.items], page.is_past) == (["Нова"], False)
    # Dovecot moves a mail out of "new" when anything of it changes.
    assert len(list((server.place / "mail" / OFFICE / "new").iterdir())) == 31


def test_somebody_else_in_the_thread_has_a_conversation_of_their_own(server: MailServer, office: Mail) -> None:
    server.send(written("Моје питање", Message_ID="<nit@primer.rs>"))
    (mara,) = received(server, office)
    server.send(written("Надовезујем се", "Re: Рупа на путу", f"Пера <{OTHER}>", References="<nit@primer.rs>"), OTHER)
    pera = received(server, office, 2)[-1]
    assert (pera.author_id, pera.text) == (OTHER, "Надовезујем се")
    assert pera.conversation != mara.conversation
    office.reply(answer_to(pera, "За Перу"), None)  # type: ignore[arg-type]
    assert [one.get_content().strip() for one in server.wait_for(OTHER, 1)] == ["За Перу"]
    with pytest.raises(Rejected):
        office.reply(replace(answer_to(pera), recipient=CITIZEN), None)  # type: ignore[arg-type]
    assert server.mailbox(CITIZEN) == []


def test_mails_without_references_belong_together_by_subject_and_sender(server: MailServer, office: Mail) -> None:
    for subject, sender in (("Рупа", CITIZEN), ("RE: рупа", CITIZEN), ("Рупа", OTHER), ("Друго", CITIZEN)):
        server.send(written("Текст", subject, sender, Message_ID=f"<{subject.encode().hex()}{sender}>"), sender)
    by_subject = {(one.subject, one.author_id): one.conversation for one in received(server, office, 4)}
    assert by_subject["Рупа", CITIZEN] == by_subject["RE: рупа", CITIZEN]
    assert len(set(by_subject.values())) == 3


def test_attachments_are_fetched_one_by_one(server: MailServer, office: Mail) -> None:
    picture, paper = b"\xff\xd8\xff" + bytes(range(256)) * 20_000, b"%PDF-1.7 " + b"x" * 5000
    mail = written("Слика у прилогу")
    mail.add_attachment(picture, "image", "jpeg", filename="рупа.jpg")
    mail.add_attachment(paper, "application", "pdf", filename="../../запис\u202eник.pdf")
    mail.add_attachment("Текст у прилогу: ђ", filename="белешка.txt")
    server.send(mail)
    (message,) = received(server, office)
    assert message.text == "Слика у прилогу"
    assert [(one.kind, one.name, one.mime) for one in message.attachments] == [
        (AttachmentKind.PICTURE, "рупа.jpg", "image/jpeg"),
        (AttachmentKind.FILE, "записник.pdf", "application/pdf"),
        (AttachmentKind.FILE, "белешка.txt", "text/plain"),
    ]
    sources = [one.source for one in message.attachments]
    assert office.attachment(sources[0], len(picture)) == picture
    assert office.attachment(sources[1], len(paper)) == paper
    assert "Текст у прилогу: ђ" in office.attachment(sources[2], 1000).decode()
    with pytest.raises(Rejected) as refused:
        office.attachment(sources[0], len(picture) - 1)
    assert refused.value.code == "too_big"
    server.empty()
    with pytest.raises(Rejected) as refused:
        office.attachment(sources[0], len(picture))
    assert refused.value.code == "expired"


def test_what_no_person_wrote_is_known_as_such(server: MailServer, office: Mail) -> None:
    server.send(written("Нисам ту", "Аутоматски одговор", Auto_Submitted="auto-replied"))
    server.send(written("Вести", "Билтен", List_Id="<vesti.primer.rs>"))
    server.send(written("Наше", "Наше", OFFICE))
    server.deliver(b"From: MAILER-DAEMON@primer.rs\r\nSubject: Undelivered\r\n\r\nno\r\n")
    server.deliver(b"From: a@b.rs, c@d.rs\r\nSubject: two\r\n\r\nno\r\n")
    server.send(written("Питање", "Питање"))
    assert {one.text: one.automatic for one in received(server, office, 6)} == {
        "Нисам ту": AutomaticMail.PROGRAM, "Вести": AutomaticMail.LIST, "no": AutomaticMail.REPORT, "Питање": None,
    }  # fmt: skip


def test_only_a_sender_whom_the_server_verified_is_verified(server: MailServer) -> None:
    name = f"mail.{DOMAIN}"
    office = connector(server, connector(server).exchange({**typed(server), "servers": name}))
    forged = f"{name}; dmarc=pass header.from=primer.rs"
    server.send(written("Права", Message_ID="<m1@primer.rs>"))
    server.send(
        written("Лажна", sender="Мара <mara@primer.rs>", References="<m1@primer.rs>", Authentication_Results=forged)
    )
    assert {one.text: one.sender_verified for one in received(server, office, 2)} == {"Права": True, "Лажна": False}


HOSTILE = [
    b"From: mara@primer.rs\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 3000,
    b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(300)),
    b"From: mara@primer.rs\r\nSubject: " + b"=?utf-8?q?=D1=80?= " * 500 + b"\r\n\r\nx",
    b'From: mara@primer.rs\r\nDate: never\r\nMessage-ID: <a b"c>\r\n\r\n' + bytes(range(1, 256)).replace(b"\n", b""),
    b"\r\n\r\n",
    b'From: mara@primer.rs\r\nContent-Type: image/png; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!',
]


def test_hostile_mails_keep_no_other_from_being_read(server: MailServer, office: Mail) -> None:
    for content in HOSTILE:
        server.deliver(content)
    server.send(written("Последње", "Последње"))
    items = received(server, office, len(HOSTILE) + 1)
    assert items[-1].text == "Последње"
    for one in items:
        for attached in one.attachments:
            with contextlib.suppress(Rejected):
                office.attachment(attached.source, 1000)


def test_a_large_mail_is_read_in_pieces(server: MailServer, office: Mail) -> None:
    mail = written("Велика слика")
    mail.add_attachment(bytes(6_000_000), "image", "png", filename="velika.png")
    server.send(mail)
    server.send(written("Мала", "Мала"))
    items = received(server, office, 2)
    assert [one.text for one in items] == ["Велика слика", "Мала"]
    ((one,), _) = (item.attachments for item in items)
    assert (one.name, one.size) == ("velika.png", None)
    assert len(office.attachment(one.source, 6_000_000)) == 6_000_000


def test_what_somebody_answers_from_the_mailbox_itself_is_ours(server: MailServer, office: Mail) -> None:
    server.send(written("Питање", Message_ID="<p1@primer.rs>"))
    (message,) = received(server, office)
    mail = written("Одговорено из програма", "Re: Рупа на путу", OFFICE, In_Reply_To="<p1@primer.rs>")
    mail.replace_header("To", CITIZEN)
    other = written("Писмо некоме", "Ново", OFFICE)
    other.replace_header("To", OTHER)
    with office._imap() as session:
        for one in (mail, other):
            session.append('"Sent"', "", "", one.as_bytes())
    ours = [one for one in office.messages().items if one.is_ours]
    assert [(one.text, one.conversation, one.author_id) for one in ours] == [
        ("Одговорено из програма", message.conversation, CITIZEN)
    ]


def test_a_wrong_password_and_an_unknown_recipient(server: MailServer, office: Mail) -> None:
    for wrong in ("pogrešna", "погрешна"):
        with pytest.raises(Rejected) as refused:
            connector(server).exchange({**typed(server), "password": wrong})
        assert (refused.value.field, refused.value.code) == ("password", "mail_sign_in")
    changed = replace(office._access(), password="стара").credential()
    with pytest.raises(NeedsConsent):
        connector(server, changed).profile()
    with pytest.raises(NeedsConsent):
        connector(server, changed).messages()
    server.send(written("Питање"))
    (message,) = received(server, office)
    with pytest.raises(NeedsConsent):
        connector(server, changed).reply(answer_to(message), None)  # type: ignore[arg-type]
    server.deliver(b"From: nema@opstina.example.rs\r\nSubject: a\r\n\r\nx\r\n")
    unknown = received(server, office, 2)[-1]
    with pytest.raises(Rejected) as refused:
        office.reply(answer_to(unknown), None)  # type: ignore[arg-type]
    assert refused.value.code == "recipient_gone"


def test_a_certificate_of_an_unknown_authority_is_refused(running: MailServer) -> None:
    for scheme in ("imaps", "imap"):
        with pytest.raises(NotReached):
            connector(running, scheme=scheme).exchange(typed(running))


class Relay:
    """Between us and exim. `cut` ends the connection at once; `swallow` lets nothing come back any more."""

    def __init__(self, port: int) -> None:
        self.target, self.is_mute = port, False
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.ends: list[socket.socket] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listening.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                self.ends += [near, far]
                for source, sink, is_back in ((near, far, False), (far, near, True)):
                    threading.Thread(target=self._pass, args=[source, sink, is_back], daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, is_back: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if is_back and self.is_mute:
                    sink.shutdown(socket.SHUT_RDWR)
                    return
                sink.sendall(data)

    def cut(self) -> None:
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def swallow(self) -> None:
        self.is_mute = True


@pytest.mark.parametrize(("how", "arrives"), [("cut", False), ("swallow", True)])
def test_a_connection_lost_after_the_mail_leaves_the_outcome_open(
    server: MailServer, office: Mail, how: str, *, arrives: bool
) -> None:
    server.send(written("Питање"))
    (message,) = received(server, office)
    relay = Relay(server.ports["smtps"])
    held = replace(office._access(), smtp=f"smtps://127.0.0.1:{relay.port}")
    lost = connector(
        server, held.credential(), allow=frozenset({f"127.0.0.1:{relay.port}"}), before_send=getattr(relay, how)
    )
    outgoing = answer_to(message)
    with pytest.raises(OutcomeUnknown):
        lost.reply(outgoing, None)  # type: ignore[arg-type]
    if arrives:
        assert len(server.wait_for(CITIZEN, 1)) == 1
    else:
        time.sleep(0.5)
        assert server.mailbox(CITIZEN) == []
    # No copy was put among the sent mails, which proves nothing.
    assert isinstance(office.find(outgoing, outgoing.created_at), Inconclusive)
    assert not office.may_resend(outgoing.created_at, datetime.now(UTC))


def test_what_is_stored_tells_no_password(office: Mail) -> None:
    assert office.credential is not None
    assert PASSWORDS[OFFICE] not in str(office.fetch_facts())
    assert base64.b64encode(PASSWORDS[OFFICE].encode()).decode() not in str(office.fetch_facts())
