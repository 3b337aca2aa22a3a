"""A mail as bytes → what the inbox shows of it. Pure; mails are hostile.

Nothing is unpacked, loaded or run. Parts are numbered as IMAP numbers them (RFC 3501, 6.4.5), so that one attachment
can be fetched later.
"""

import contextlib
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from pathlib import PurePosixPath

from platforms.mail import authentication, charsets, html_text, quoting, threads
from platforms.types import AttachmentKind, AutomaticMail

# As the inbox stores it.
MOST_TEXT = 10_000
MOST_SUBJECT = 300
MOST_NAME = 200
MOST_FILE_NAME = 120
MOST_HEADER = 8192
MOST_PARTS = 300
MOST_DEPTH = 12
MOST_ATTACHMENTS = 20
MOST_TEXT_PARTS = 5
# Of all parts together that are the text of a mail, in bytes.
MOST_BODY = 400_000
# What a long run of lines without a boundary is cut to, and what is kept of a whole mail.
RUN = 400_000
KEPT = 6_000_000
# Lines that may be boundaries of parts. The library needs 0.3 ms for each part.
BOUNDARIES = 1500
DIGESTED = 20_000
# A smaller picture inside the text is a logo of a signature or a counter of readers.
DECORATION = 15_000
ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,10}[a-z0-9-]{2,63}")
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
BLANK_LINES = re.compile(r"\n{3,}")
KINDS = {"image": AttachmentKind.PICTURE, "video": AttachmentKind.VIDEO, "audio": AttachmentKind.VOICE}
MIME = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,90}")
DAEMONS = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"})
BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
LISTS = ("List-Id", "List-Post", "List-Unsubscribe")
ANSWERED_BY_PROGRAM = ("X-Autoreply", "X-Autorespond", "X-Autoresponse")
# Microsoft's: [MS-OXCMAIL] 2.2.3.2.14. "DR", "NDR", "RN" and "NRN" are about receipts alone.
SUPPRESSED = frozenset({"all", "oof", "autoreply"})
# Of Authentication-Results: the own server's stands above those of others.
MOST_RESULTS = 20


@dataclass(frozen=True)
class Part:
    """An attachment. `number` is IMAP's, `encoding` that of its content; `size` in bytes, None if not known."""

    number: str
    encoding: str
    kind: AttachmentKind
    mime: str
    name: str
    size: int | None


@dataclass(frozen=True)
class Mail:
    """`sender` and `recipients` are addresses in lower case. `is_verified`: whether the own server verified the sender,
    None where it is not asked. `skipped` says why it is nobody's message: "spam", "sender" (none, or several), or "".
    `digest` identifies this very mail."""

    message_id: str
    references: tuple[str, ...]
    sender: str
    sender_name: str
    is_verified: bool | None
    recipients: tuple[str, ...]
    subject: str
    text: str
    parts: tuple[Part, ...]
    automatic: AutomaticMail | None
    skipped: str
    digest: str


class Slimmer:
    """Takes a mail in chunks and keeps its structure: of a long run of lines without a boundary only the beginning."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.size = self.run = self.boundaries = 0
        self.rest = b""

    def feed(self, chunk: bytes) -> None:
        lines = (self.rest + chunk).split(b"\n")
        self.rest = lines.pop()
        if len(self.rest) > RUN:  # a line that never ends
            lines, self.rest = [*lines, self.rest], b""
        for line in lines:
            self._keep(line + b"\n")

    def _keep(self, line: bytes) -> None:
        is_boundary = line.startswith(b"--")
        self.boundaries += is_boundary
        self.run = 0 if is_boundary else self.run + len(line)
        if self.run <= RUN and self.size + len(line) <= KEPT and self.boundaries <= BOUNDARIES:
            self.kept.append(line)
            self.size += len(line)

    def content(self) -> bytes:
        return b"".join([*self.kept, self.rest[:RUN]])


def slim(content: bytes) -> bytes:
    slimmer = Slimmer()
    slimmer.feed(content)
    return slimmer.content()


def parse(content: bytes, servers: frozenset[str] = frozenset()) -> Mail:
    """`content`: a whole mail or its beginning, slimmed. `servers`: names of those whose verification of the sender
    counts. Never an exception."""
    digest = _digest(content)
    try:
        message = message_from_bytes(content, policy=policy.default)
        return _mail(message, digest, servers)
    except Exception:
        return Mail("", (), "", "", None, (), "", "", (), None, "sender", digest)


def _digest(content: bytes) -> str:
    """Of the head without what servers add above it, and the beginning of the body."""
    head, _, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    named = (b"message-id:", b"from:", b"date:", b"subject:", b"to:")
    lines = sorted(line for line in head.split(b"\n") if line[:12].lower().startswith(named))
    return hashlib.sha256(b"\n".join([*lines, body[:DIGESTED]])).hexdigest()[:32]


def _mail(message: Message, digest: str, servers: frozenset[str]) -> Mail:
    sender, name = _sender(message)
    ids = threads.ids(_raw(message, "Message-ID"))
    references = (*threads.ids(_raw(message, "References")), *threads.ids(_raw(message, "In-Reply-To")))
    leaves = list(_leaves(message))
    return Mail(
        message_id=ids[0] if ids else "",
        references=tuple(dict.fromkeys(references)),
        sender=sender,
        sender_name=name,
        is_verified=authentication.is_verified(_results(message), servers, sender) if servers else None,
        recipients=tuple(address for address, _ in _addresses(message, "To")[:50]),
        subject=_line(_header(message, "Subject"), MOST_SUBJECT),
        text=_text(leaves),
        parts=tuple(_attachments(leaves)),
        automatic=_automatic(message, sender),
        skipped=_skipped(message, sender),
        digest=digest,
    )


# ---- headers


def _raw(message: Message, name: str) -> str:
    """The first header of this name as it was sent."""
    return next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")[
        : MOST_HEADER * 2
    ]


def _header(message: Message, name: str) -> str:
    """Decoded; "" where it cannot be read."""
    raw = _raw(message, name)[:MOST_HEADER]
    if not raw:
        return ""
    try:
        text = str(policy.default.header_factory(name, " ".join(raw.split())))
    except Exception:
        text = raw
    return _repaired(text)


def _repaired(text: str) -> str:
    """Bytes above ASCII that no encoding was declared for."""
    try:
        return charsets.decoded(text.encode("ascii", "surrogateescape"), None)
    except UnicodeError:
        return text.encode("utf-8", "replace").decode("utf-8", "replace")


def _addresses(message: Message, name: str) -> list[tuple[str, str]]:
    """(address in lower case, name) pairs. Addresses that we could not write to are left out."""
    raw = _raw(message, name)[:MOST_HEADER]
    try:
        header = policy.default.header_factory(name, _repaired(" ".join(raw.split())))
        pairs = [(one.addr_spec, one.display_name) for one in header.addresses]
    except Exception:
        return []
    cleaned = [(address(spec), _line(_repaired(name), MOST_NAME)) for spec, name in pairs[:100]]
    return [(spec, name) for spec, name in cleaned if spec]


def address(typed: str) -> str:
    """In lower case, its domain in ASCII; "" for what is no address."""
    local, at, domain = typed.strip().rpartition("@")
    with contextlib.suppress(UnicodeError):
        domain = domain if domain.isascii() else domain.encode("idna").decode()
    spec = f"{local}{at}{domain}".lower()
    # Libraries read "=?…?=" as an encoding of something else.
    return spec if ADDRESS.fullmatch(spec) and "=?" not in spec else ""


def _sender(message: Message) -> tuple[str, str]:
    """("", "") where it has none or several: an answer would have to guess."""
    fields = [key for key, _ in message.raw_items() if key.lower() == "from"]
    raw = _raw(message, "From")
    pairs = _addresses(message, "From") if len(fields) == 1 and len(raw) <= MOST_HEADER else []
    # It has to stand there as it is: an encoded one is read in one way by the server that checks it, in another here.
    is_literal = len(pairs) == 1 and f"{pairs[0][0].rpartition('@')[0]}@" in raw.lower()
    return pairs[0] if is_literal else ("", "")


def _results(message: Message) -> list[str]:
    fields = [str(value) for name, value in message.raw_items() if name.lower() == "authentication-results"]
    return [_repaired(field[:MOST_HEADER]) for field in fields[:MOST_RESULTS]]


def _value(message: Message, name: str) -> str:
    return _raw(message, name)[:200].strip().lower()


def _skipped(message: Message, sender: str) -> str:
    if _value(message, "X-Spam-Flag").startswith("yes") or _value(message, "X-Spam-Status").startswith("yes"):
        return "spam"
    return "" if sender else "sender"


def _automatic(message: Message, sender: str) -> AutomaticMail | None:
    """RFC 3834, 2 and 5; RFC 3464; RFC 2919 and 2369."""
    if message.get_content_type() == "multipart/report" or sender.partition("@")[0] in DAEMONS:
        return AutomaticMail.REPORT
    submitted = _value(message, "Auto-Submitted").partition(";")[0].strip()
    if submitted not in ("", "no") or any(_value(message, name) for name in ANSWERED_BY_PROGRAM):
        return AutomaticMail.PROGRAM
    if any(_value(message, name) for name in LISTS) or _value(message, "Precedence") in BULK:
        return AutomaticMail.LIST
    if _value(message, "Return-Path") == "<>":
        return AutomaticMail.PROGRAM
    suppressed = _value(message, "X-Auto-Response-Suppress").replace(",", " ").replace(";", " ").split()
    return AutomaticMail.UNANSWERED if SUPPRESSED.intersection(suppressed) else None


def _line(text: str, most: int) -> str:
    """One line without invisible characters."""
    return " ".join(INVISIBLE.sub("", text.replace("\n", " ").replace("\t", " ")).split())[:most].strip()


# ---- parts


def _leaves(message: Message) -> Iterator[tuple[str, Message]]:
    """(number, part) of what holds content, in order. A forwarded mail is one."""
    waiting: list[tuple[str, Message]] = [("", message)]
    count = 0
    while waiting and count < MOST_PARTS:
        number, part = waiting.pop()
        count += 1
        children = part.get_payload() if part.get_content_maintype() == "multipart" else None
        if isinstance(children, list):
            if number.count(".") < MOST_DEPTH:
                first = [(f"{number}.{n}".lstrip("."), child) for n, child in enumerate(children[:MOST_PARTS], 1)]
                waiting += [(n, child) for n, child in reversed(first) if isinstance(child, Message)]
        else:
            yield number or "1", part


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_file_name(part))


def _text(leaves: Sequence[tuple[str, Message]]) -> str:
    """What was written now: plain text, else that of the HTML."""
    for kind in ("text/plain", "text/html"):
        parts = [part for _, part in leaves if part.get_content_type() == kind and not _is_attached(part)]
        whole = "\n".join(_contents(parts[:MOST_TEXT_PARTS]))
        if whole.strip():
            return quoting.written_now(_clean(whole))[:MOST_TEXT].strip()
    return ""


def _contents(parts: Iterable[Message]) -> Iterator[str]:
    """Of all parts together at most `MOST_BODY` bytes are read, so that many cost no more than one."""
    left = MOST_BODY
    for part in parts:
        payload = part.get_payload(decode=True)
        body = payload[:left] if isinstance(payload, bytes) else b""
        left -= len(body)
        yield _content(part, body)


def _content(part: Message, body: bytes) -> str:
    text = charsets.decoded(body, part.get_content_charset())
    if part.get_content_type() == "text/html":
        return html_text.text_of(text)
    return _unwrapped(text) if str(part.get_param("format", "")).lower() == "flowed" else text


def _unwrapped(text: str) -> str:
    """RFC 3676: a line that ends with a space goes on in the next one."""
    lines: list[str] = []
    is_open = False
    for line in text.replace("\r\n", "\n").split("\n"):
        stuffed = line[1:] if line.startswith(" ") else line
        if is_open and not stuffed.startswith(">"):
            lines[-1] += stuffed
        else:
            lines.append(stuffed)
        is_open = stuffed.endswith(" ") and stuffed != "-- " and not stuffed.startswith(">")
    return "\n".join(lines)


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = INVISIBLE.sub("", text).replace("\u00a0", " ")
    return BLANK_LINES.sub(
        "\n\n", "\n".join(line.rstrip(" \t") if line != "-- " else line for line in text.split("\n"))
    )


def _attachments(leaves: Sequence[tuple[str, Message]]) -> Iterator[Part]:
    count = 0
    for number, part in leaves:
        kind = part.get_content_type()
        if (kind in ("text/plain", "text/html") and not _is_attached(part)) or count >= MOST_ATTACHMENTS:
            continue
        encoding = str(part.get("Content-Transfer-Encoding") or "").strip().lower()[:30]
        size = _size(part)
        is_inside = part.get_content_disposition() != "attachment" and "Content-ID" in part
        if is_inside and size is not None and size < DECORATION:
            continue
        mime = kind if MIME.fullmatch(kind) else "application/octet-stream"
        place = KINDS.get(mime.partition("/")[0], AttachmentKind.FILE)
        known = encoding if encoding in ("base64", "quoted-printable") else "none"
        yield Part(number, known, place, mime, _file_name(part), size)
        count += 1


def _size(part: Message) -> int | None:
    """None where only its beginning is here."""
    if part.get_content_maintype() in ("multipart", "message"):
        return None
    payload = part.get_payload()
    if not isinstance(payload, str) or len(payload) > RUN - 2000:
        return None
    content = part.get_payload(decode=True)
    return len(content) if isinstance(content, bytes) else None


def _file_name(part: Message) -> str:
    """Without a path, and without characters that make a name look like another. "" where it has none."""
    try:
        name = part.get_filename() or ""
    except Exception:
        name = ""
    name = unicodedata.normalize("NFC", _line(_repaired(str(name)[:1000]), 500)).replace("\\", "/")
    bare = PurePosixPath(name).name.strip(". ")
    if len(bare) > MOST_FILE_NAME:
        stem, dot, ending = bare.rpartition(".")
        bare = f"{stem[: MOST_FILE_NAME - 12]}{dot}{ending[:10]}" if dot else bare[:MOST_FILE_NAME]
    return bare
