"""Which mails belong together. Pure.

A conversation is a thread with one sender: somebody else who writes in the thread has a conversation of their own, so
that an answer never reaches another person than the one who wrote. Who could not be verified is somebody else than the
verified sender with the same address. Our Message-IDs carry the thread, so it is known again although a mail program
leaves out the older references.
"""

import hashlib
import re
from collections.abc import Sequence

# Printable ASCII without spaces or angle brackets, so it can stand in a header of ours.
MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
MOST_REFERENCES = 100
UNVERIFIED = "unverified:"
MOST_HEADER = 16_384
OURS = re.compile(r"<([0-9a-f]{32})\.([0-9a-f]{24})@([a-z0-9.-]{1,200})>")
PREFIX = re.compile(
    r"^\s*(?:re|fw|fwd|aw|wg|odg|одг|pr|пр|od|од|prosle[dđ]eno|прослеђено)\s?(?:\[\d{1,3}\])?\s?:\s*", re.IGNORECASE
)


def ids(header: str) -> tuple[str, ...]:
    """The Message-IDs of a header, the last hundred."""
    return tuple(MESSAGE_ID.findall(header[:MOST_HEADER])[-MOST_REFERENCES:])


def our_id(key: str, conversation: str, domain: str) -> str:
    """The Message-ID of an answer. `key`: `Outgoing.key`."""
    return f"<{key}.{conversation.partition('.')[0]}@{domain}>"


def of_references(references: Sequence[str], domain: str) -> str:
    """The thread, or "" without references. `domain`: ours."""
    for one in references:
        if (match := OURS.fullmatch(one)) and match[3] == domain:
            return match[2]
    return of_id(references[0]) if references else ""


def of_id(message_id: str) -> str:
    return hashlib.sha256(message_id.encode()).hexdigest()[:24]


def author_id(address: str, *, is_verified: bool | None) -> str:
    """Who wrote from an address. No address has a colon, so these never meet."""
    return f"{UNVERIFIED}{address}" if is_verified is False else address


def address_of(author: str) -> str:
    return author.removeprefix(UNVERIFIED)


def conversation(thread: str, sender: str) -> str:
    """`sender`: `author_id`."""
    return f"{thread}.{hashlib.sha256(sender.encode()).hexdigest()[:16]}"


def is_with(conversation_id: str, sender: str) -> bool:
    """Whether the conversation is one with this `author_id`."""
    return conversation(conversation_id.partition(".")[0], sender) == conversation_id


def bare_subject(subject: str) -> str:
    """The subject without "Re:" and the like, for comparison."""
    text = subject[:500]
    for _ in range(10):
        shorter = PREFIX.sub("", text, count=1)
        if shorter == text:
            break
        text = shorter
    return " ".join(text.split()).casefold()
