"""One answer by SMTP. The last line of DATA is the step that cannot be taken back."""

import re
from collections.abc import Callable
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, Rejected
from platforms.mail import connections, texts, threads
from platforms.mail.access import Access
from platforms.types import Outgoing

READY, ACCEPTED = 354, 250
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
LINE_START = re.compile(rb"(?m)^\.")
MOST_SUBJECT = 200
# RFC 3463: 5.1.x is about the address. Without such a code, 550 at RCPT is most often an unknown one.
ADDRESS_CODES = re.compile(rb"^5\.1\.(?:1|2|3|6|10)\b")
ENHANCED = re.compile(rb"^5\.\d{1,3}\.\d{1,3}\b")


class Stopped(Exception):
    """What `before_send` raised, which is passed on unchanged."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(cause)
        self.cause = cause


def message(outgoing: Outgoing, access: Access, answered: str) -> EmailMessage:
    """`answered`: the Message-ID of the mail that is answered, or "". What others wrote can start no new header."""
    mail = EmailMessage(policy=policy.SMTP)
    local, _, domain = access.address.rpartition("@")
    mail["From"] = Address(one_line(access.name)[:100], local, domain)
    mail["To"] = Address("", *outgoing.recipient.rsplit("@", 1))
    mail["Subject"] = subject(outgoing.subject)
    mail["Date"] = format_datetime(outgoing.created_at)
    mail["Message-ID"] = threads.our_id(outgoing.key, outgoing.conversation, access.domain)
    if answered:
        mail["In-Reply-To"] = answered
        mail["References"] = answered
    if outgoing.is_automatic:
        mail["Auto-Submitted"] = "auto-replied"  # RFC 3834, 3.1.7
    mail.set_content(outgoing.text, charset="utf-8", cte="quoted-printable")
    return mail


def one_line(text: str) -> str:
    # "=?" would begin an encoded word, which may hold line ends.
    return " ".join(CONTROL.sub(" ", text).replace("=?", "= ?").split())


def subject(answered: str) -> str:
    """ "Re: …" once, whatever the mail program of the other person calls it."""
    bare = one_line(answered)
    for _ in range(10):
        shorter = threads.PREFIX.sub("", bare, count=1)
        if shorter == bare:
            break
        bare = shorter
    return f"Re: {bare[:MOST_SUBJECT]}".strip()


def lines(mail: EmailMessage) -> bytes:
    """As DATA carries it, without the line that ends it."""
    content = mail.as_bytes()
    return LINE_START.sub(b"..", content if content.endswith(b"\r\n") else content + b"\r\n")


def send(
    session: connections.Smtp, mail: EmailMessage, access: Access, recipient: str, before_send: Callable[[], None]
) -> None:
    """Raises `Rejected`, `NotReached` (provably not sent), `OutcomeUnknown`, and `Stopped` for what `before_send`
    raised."""
    try:
        _accepted(session.mail(access.address))
        code, answer = session.rcpt(recipient)
        if code not in (250, 251):
            _accepted((code, answer), about_recipient=True)
        code, answer = session.docmd("DATA")
        if code != READY:
            _accepted((code, answer), is_right=False)
        session.send(lines(mail))
    except connections.BROKEN as problem:
        raise NotReached(texts.UNREACHED, {"problem": type(problem).__name__}) from None
    try:
        before_send()
    except BaseException as cause:
        raise Stopped(cause) from None
    try:
        session.send(b".\r\n")
        code, answer = session.getreply()
    except connections.BROKEN as problem:
        raise OutcomeUnknown(texts.UNANSWERED, {"problem": type(problem).__name__}) from None
    if not 200 <= code < 600:
        raise OutcomeUnknown(texts.UNANSWERED, {"code": code})
    _accepted((code, answer))


def _accepted(reply: tuple[int, bytes], *, about_recipient: bool = False, is_right: bool = True) -> None:
    """Raise for what is no success. A server that says 4xx or 5xx has taken nothing (RFC 5321, 4.2.1)."""
    code, text = reply
    if code // 100 == 2 and is_right:
        return
    evidence = {"code": code, "enhanced": _enhanced(text)}
    if code // 100 != 5:
        raise NotReached(texts.UNREACHED, evidence)
    if code in (530, 535):
        raise NeedsConsent(texts.SIGN_IN_SENDING, evidence)
    if about_recipient and (ADDRESS_CODES.match(text) or (code in (550, 551, 553) and not ENHANCED.match(text))):
        raise Rejected(texts.RECIPIENT_GONE, code="recipient_gone", evidence=evidence)
    raise Rejected(texts.REFUSED, code="mail_refused", evidence=evidence)


def _enhanced(text: bytes) -> str:
    match = ENHANCED.match(text)
    return match[0].decode() if match else ""
