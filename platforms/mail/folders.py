"""Reading folders of a mailbox by IMAP: never changes a flag, and trusts nothing that the server says."""

import calendar
import imaplib
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from platforms.mail import connections
from platforms.mail.parsing import Slimmer

INBOX = "INBOX"
FIRST_DAYS = timedelta(days=7)
MOST_FIRST = 200
CHUNK = 1024 * 1024
MOST_MAIL = 40 * 1024 * 1024
# What remains for the last answers, and for the caller.
RESERVE_SECONDS = 6.0
UID = re.compile(rb"UID (\d{1,10})\b")
SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})\b")
LISTED = re.compile(rb'^\(([^()]{0,300})\) (?:NIL|"(?:[^"\\]|\\.){0,10}") (.+)$', re.DOTALL)
SENT_NAMES = ("sent", "sent items", "sent messages", "sent mail", "послато", "poslato", "poslate", "inbox.sent")
# BODY[…]<0> NIL, or a quoted string: short content need not be a literal.
SHORT = re.compile(rb'BODY\[[^\]]{0,80}\](?:<\d{1,12}>)? "((?:[^"\\\r\n]|\\.){0,5000})"')


@dataclass(frozen=True)
class Mark:
    """How far a folder is read: its UIDVALIDITY, the last UID that is read, and the last one of the first fetch."""

    validity: int = 0
    last: int = 0
    first_until: int = 0

    def __str__(self) -> str:
        return f"{self.validity}.{self.last}.{self.first_until}"

    @classmethod
    def of(cls, text: str) -> "Mark":
        numbers = text.split(".")
        return cls(*map(int, numbers)) if len(numbers) == 3 and text.replace(".", "").isdecimal() else cls()

    @property
    def is_past(self) -> bool:
        return self.last < self.first_until


@dataclass(frozen=True)
class Raw:
    """A mail as it was fetched; `content` is slimmed (`parsing.Slimmer`). `at`: when the server received it."""

    uid: int
    content: bytes
    at: datetime


def examine(session: connections.Imap, folder: str) -> tuple[int, int]:
    """(UIDVALIDITY, UIDNEXT), 0 where the server does not say. Opens the folder for reading alone."""
    session.untagged_responses.clear()
    kind, _ = session.select(mailbox(folder), readonly=True)
    if kind != "OK":
        raise session.error("The folder cannot be opened")
    return _number(session, "UIDVALIDITY"), _number(session, "UIDNEXT")


def _number(session: connections.Imap, name: str) -> int:
    data = session.untagged_responses.get(name) or [b"0"]
    text = data[-1] if isinstance(data[-1], bytes) else b"0"
    return int(text) if text.isdigit() and len(text) <= 10 else 0


def mailbox(name: str) -> str:
    return connections.quoted(name)


def search(session: connections.Imap, *criteria: str) -> list[int]:
    """UIDs in ascending order."""
    uids: set[int] = set()
    for data in session.asked("SEARCH", *criteria):
        words = data.split() if isinstance(data, bytes) else []
        uids.update(int(word) for word in words if word.isdigit() and len(word) <= 10)
    return sorted(uids - {0})


def new_uids(session: connections.Imap, folder: str, mark: Mark, now: datetime) -> tuple[list[int], Mark]:
    """The UIDs behind `mark`, which is begun anew where the folder is another than before."""
    validity, following = examine(session, folder)
    if mark.validity != validity or not validity:
        recent = search(session, "SINCE", day(now - FIRST_DAYS))[-MOST_FIRST:]
        until = max([following - 1, 0, *recent])
        return recent, Mark(validity, recent[0] - 1 if recent else until, until)
    # "n:*" names the last mail even where all are older.
    return [uid for uid in search(session, "UID", f"{mark.last + 1}:*") if uid > mark.last], mark


def day(moment: datetime) -> str:
    """In the language of IMAP, whatever ours is."""
    return f"{moment.day}-{MONTHS[moment.month - 1]}-{moment.year}"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def mails(session: connections.Imap, uids: Sequence[int], most_bytes: int) -> Iterator[Raw]:
    """One after the other, at least the beginning of the first, as long as bytes and time last."""
    left = most_bytes
    for number, uid in enumerate(uids):
        if number and (left <= 0 or session.connection.remaining() < RESERVE_SECONDS):
            return
        try:
            raw, loaded = _mail(session, uid)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            # A mail that the server cannot read itself must not keep the others from being read.
            raw, loaded = Raw(uid, b"", datetime.now(UTC)), 0
        left -= loaded
        yield raw


def _mail(session: connections.Imap, uid: int) -> tuple[Raw, int]:
    """The mail, and about how many bytes were loaded."""
    size, at = _facts(session, uid)
    slimmer, offset = Slimmer(), 0
    while not offset or (offset < min(size, MOST_MAIL) and session.connection.remaining() > RESERVE_SECONDS):
        chunk = content(session, uid, "", offset, CHUNK)
        slimmer.feed(chunk)
        offset += CHUNK
        if len(chunk) < CHUNK:
            break
    return Raw(uid, slimmer.content(), at), offset


def _facts(session: connections.Imap, uid: int) -> tuple[int, datetime]:
    """(size, time). (0, now) of a mail that has been deleted meanwhile."""
    size, at = 0, datetime.now(UTC)
    for item in session.asked("FETCH", str(uid), "(UID RFC822.SIZE INTERNALDATE)"):
        line = item[0] if isinstance(item, tuple) else item
        if isinstance(line, bytes) and _is_of(line, uid):
            match = SIZE.search(line)
            size, at = int(match[1]) if match else size, _moment(line) or at
    return size, at


HEADS = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID REFERENCES IN-REPLY-TO SUBJECT FROM AUTHENTICATION-RESULTS)]<0.8192>"


def heads(session: connections.Imap, uids: Sequence[int]) -> list[Raw]:
    """What shows to which thread these mails belong, in ascending order. One command."""
    if not uids:
        return []
    wanted, now, result = set(uids), datetime.now(UTC), {}
    for item in session.asked("FETCH", ",".join(map(str, uids)), f"(UID INTERNALDATE {HEADS})"):
        if isinstance(item, tuple) and isinstance(item[1], bytes) and (match := UID.search(item[0])):
            uid = int(match[1])
            result[uid] = Raw(uid, item[1][:8192], _moment(item[0]) or now)
    return [result[uid] for uid in sorted(wanted & result.keys())]


def _moment(line: bytes) -> datetime | None:
    try:
        local = imaplib.Internaldate2tuple(line)
        moment = datetime.fromtimestamp(time.mktime(local), UTC) if local else None
    except (ValueError, OverflowError, OSError, calendar.IllegalMonthError):
        return None
    return min(moment, datetime.now(UTC)) if moment and moment.year > 1990 else None


def _is_of(line: bytes, uid: int) -> bool:
    match = UID.search(line)
    return match is not None and int(match[1]) == uid


def content(session: connections.Imap, uid: int, part: str, offset: int, most: int) -> bytes:
    """Bytes of a mail (`part` "") or of one of its parts, b"" where there are none. Sets no flag."""
    for item in session.asked("FETCH", str(uid), f"(UID BODY.PEEK[{part}]<{offset}.{most}>)"):
        if isinstance(item, tuple) and isinstance(item[1], bytes) and b"BODY[" in item[0]:
            return item[1][:most]
        if isinstance(item, bytes) and (short := SHORT.search(item)):
            return re.sub(rb"\\(.)", rb"\1", short[1])
    return b""


def exists(session: connections.Imap, uid: int) -> bool:
    return search(session, "UID", str(uid)) == [uid]


@dataclass(frozen=True)
class Listed:
    """Names of folders: where our answers are kept, and where everything is (Gmail); "" where there is none."""

    sent: str = ""
    everything: str = ""


def listed(session: connections.Imap) -> Listed:
    session.untagged_responses.clear()
    kind, data = session.list()
    result, named = Listed(), ""
    for line in data if kind == "OK" else []:
        flags, name = _folder(line)
        if not name:
            continue
        if b"\\sent" in flags:
            result = replace(result, sent=result.sent or name)
        elif b"\\all" in flags:
            result = replace(result, everything=result.everything or name)
        elif name.casefold() in SENT_NAMES:
            named = named or name
    return replace(result, sent=result.sent or named)


def _folder(line: Any) -> tuple[bytes, str]:
    """(flags in lower case, name). Names that we could not quote are left out."""
    literal = b""
    if isinstance(line, tuple):
        line, literal = line[0].rpartition(b"{")[0] + b"x", line[1]
    match = LISTED.match(line[:1000]) if isinstance(line, bytes) else None
    if not match:
        return b"", ""
    name = literal or match[2].strip()
    if not literal and name.startswith(b'"'):
        name = re.sub(rb"\\(.)", rb"\1", name[1:-1])
    text = name.decode("ascii", "replace")
    return match[1].lower(), text if text.isascii() and text.isprintable() else ""


def keeps_copies(session: connections.Imap) -> bool:
    """Whether the server itself puts what we send into the folder of sent mail: Gmail does."""
    return "X-GM-EXT-1" in session.capabilities
