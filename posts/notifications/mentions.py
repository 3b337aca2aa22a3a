"""Mentions in comments: typed and shown as "@Ana Petrović", stored as `@{17}`, so that a name may change. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

_STORED = re.compile(r"@\{(\d{1,18})\}")
_AT = re.compile(r"(?<![\w@/.])@(?=\w)")


class Person(Protocol):
    pk: int
    name: str


@dataclass(frozen=True)
class MentionPiece:
    """A piece of a comment; `person` is an id if it is a mention."""

    text: str
    person: int | None = None


def to_stored_text(typed: str, people: Sequence[Person]) -> tuple[str, list[int]]:
    """(the text to store, ids of the people mentioned). A first name is enough where it is unambiguous."""
    known = {person.pk for person in people}
    # a hand-typed mention code may only name people who can read it
    plain = _STORED.sub(lambda match: match[0] if int(match[1]) in known else f"@{match[1]}", typed)
    names = _names(people)
    out, position = [], 0
    for match in _AT.finditer(plain):
        if match.start() < position:
            continue
        name, person = _named(plain, match.end(), names)
        if person:
            out += [plain[position : match.start()], f"@{{{person}}}"]
            position = match.end() + len(name)
    text = "".join([*out, plain[position:]])
    return text, list(dict.fromkeys(int(match[1]) for match in _STORED.finditer(text)))


def _names(people: Sequence[Person]) -> dict[str, int]:
    """All names that identify a person, the longest first; a first name that two people share identifies nobody."""
    whole = {person.name: person.pk for person in people if person.name}
    firsts: dict[str, set[int]] = {}
    for person in people:
        firsts.setdefault(person.name.split(" ")[0], set()).add(person.pk)
    alone = {first: next(iter(ids)) for first, ids in firsts.items() if first and len(ids) == 1}
    return dict(sorted({**alone, **whole}.items(), key=lambda item: -len(item[0])))


def _named(text: str, position: int, names: Mapping[str, int]) -> tuple[str, int]:
    for name, person in names.items():
        end = position + len(name)
        rest = text[end : end + 1]
        if text[position:end].casefold() == name.casefold() and not (rest.isalnum() or rest == "_"):
            return name, person
    return "", 0


def pieces(text: str, names: Mapping[int, str]) -> Iterator[MentionPiece]:
    """The text for display; a person who is not in `names` is "@…"."""
    position = 0
    for match in _STORED.finditer(text):
        if match.start() > position:
            yield MentionPiece(text[position : match.start()])
        yield MentionPiece(f"@{names.get(int(match[1]), '…')}", int(match[1]))
        position = match.end()
    if position < len(text):
        yield MentionPiece(text[position:])


def plain(text: str, names: Mapping[int, str]) -> str:
    """The text for a mail."""
    return "".join(piece.text for piece in pieces(text, names))
