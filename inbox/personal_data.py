"""The list of stores that hold personal data of citizens: what a copy for them shows, and what an erasure does.

Both use the same list: `inbox.domain.subject_access` makes the copy, `inbox.domain.retention` erases.
`tests/architecture/test_personal_data.py` compares it with the columns of the database. The inbox does not know the
packages above it, so these register their stores when the portal starts (`AppConfig.ready`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from serbian.folding import fold


@dataclass(frozen=True)
class DataSubject:
    """Whose data is requested: their id on each channel, the ids of their messages, and the names they use."""

    authors: Sequence[tuple[int, str]]
    messages: Sequence[int]
    names: Sequence[str] = ()

    @property
    def full_names(self) -> list[list[str]]:
        """Folded words of each name of more than one word: a single word would match half of the population."""
        return [words for name in self.names if len(words := fold(name).split()) > 1]

    def is_named_in(self, text: str) -> bool:
        """Whether every word of one of their full names occurs in it. It need not be the same person."""
        folded = fold(text)
        return any(all(word in folded for word in words) for words in self.full_names)


@dataclass(frozen=True)
class Erasure:
    """What is to be erased. `asked`: on request of the authors in `authors`, (channel id, author id). Otherwise the
    retention period of these messages is over, and `authors` is empty."""

    messages: Sequence[int]
    now: datetime
    authors: Sequence[tuple[int, str]] = ()
    asked: bool = False
    by: Any = None


class ErasureEffect(StrEnum):
    """What an erasure does: the row is deleted, its texts and names emptied, or part or all of it is retained."""

    DELETED = "deleted"
    EMPTIED = "emptied"
    PARTLY = "partly"
    STAYS = "stays"


@dataclass(frozen=True)
class StoredField:
    """One value of a row: `key` in the file, `label` on the page, `of` the attribute, or a function of the row."""

    key: str
    label: Any
    of: str | Callable[[Any], Any] = ""

    def value(self, row: Any) -> Any:
        """None, a number, a text, a moment or plain data."""
        if callable(self.of):
            return self.of(row)
        for name in (self.of or self.key).split("."):
            row = getattr(row, name, None)
            if row is None:
                return None
            row = row() if callable(row) else row
        return row if isinstance(row, str | int | bool | float | datetime | dict | list | tuple) else _plain(row)


def _plain(value: Any) -> Any:
    """A day stays one; a person, a department or a channel is its name."""
    return value if hasattr(value, "isoformat") else str(value)


@dataclass(frozen=True)
class PersonalDataStore:
    """One store. `model` ("inbox.note") is empty for what is no table: files, backups, mailboxes of others.

    `columns` can hold a citizen's text or name. `rows` finds a person's rows, in a fixed number of queries; `message`
    is the attribute with the id of the row's message. `how_long` describes the retention period, `stays` why something
    is retained after an erasure (for `PARTLY` and `STAYS`). `left` counts what would be retained of this person, so
    that they can be informed beforehand.
    """

    code: str
    title: Any
    effect: ErasureEffect
    how_long: Callable[[], str]
    model: str = ""
    columns: tuple[str, ...] = ()
    rows: Callable[[DataSubject], Iterable[Any]] | None = None
    fields: tuple[StoredField, ...] = ()
    message: str = "message_id"
    erase: Callable[[Erasure], None] | None = None
    stays: Callable[[], str] | None = None
    left: Callable[[DataSubject], int] | None = None

    def __post_init__(self) -> None:
        keeps = self.effect in (ErasureEffect.PARTLY, ErasureEffect.STAYS)
        if keeps != (self.stays is not None):
            raise ValueError(f"{self.code}: what stays needs a reason, and nothing else does")


@dataclass(frozen=True)
class PersonalDataRow:
    """One row of a store, ready for display: (key, label, value) of its non-empty fields. `message` as in the store."""

    store: PersonalDataStore
    message: int | None
    values: list[tuple[str, Any, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, _label, value in self.values}


_stores: dict[str, PersonalDataStore] = {}


def register(*places: PersonalDataStore) -> None:
    """Add stores to the list; a store that is registered already stays. Raises `ValueError` for a code used twice."""
    for store in places:
        if _stores.setdefault(store.code, store) is not store:
            raise ValueError(f"two places are called {store.code}")


def stores() -> list[PersonalDataStore]:
    """In the order in which they are shown and erased."""
    return list(_stores.values())


def collect(person: DataSubject) -> list[PersonalDataRow]:
    """Every row of this person in every store, store by store. A fixed number of queries for each."""
    return [_row(store, row) for store in stores() if store.rows is not None for row in store.rows(person)]


def _row(store: PersonalDataStore, row: Any) -> PersonalDataRow:
    fields = ((field.key, field.label, field.value(row)) for field in store.fields)
    values = [one for one in fields if one[2] not in (None, "", {}, [], ())]
    return PersonalDataRow(store, getattr(row, store.message, None), values)


def erase(what: Erasure) -> None:
    """Erase in every store. The caller has opened a transaction and locked the messages."""
    for store in stores():
        if store.erase is not None:
            store.erase(what)


def with_the_message() -> str:
    return _(
        "As long as the words of the message: %(days)s days after it was answered or closed, %(private)s days if it is "
        "private."
    ) % {"days": settings.INBOX_DAYS, "private": min(settings.INBOX_PRIVATE_DAYS, settings.INBOX_DAYS)}
