"""Telephone numbers that the municipality itself publishes: the coach does not ask about them.

Packages above register a source of such texts (contacts of public pages, snippets of the library) in `AppConfig.ready`;
posts import nothing from above. A number becomes known by being published there.
"""

from collections.abc import Callable, Iterable
from functools import cache

from django.db.models import QuerySet

from municipalities.prepared import Prepared
from municipalities.tenancy import the_only_one
from posts.coaching import text_rules

Texts = Callable[[], QuerySet]
"""Rows of the open scope in which an office's numbers may stand: one column of text, without an order."""

_known: list[Texts] = []


def register(texts: Texts) -> None:
    if texts not in _known:
        _known.append(texts)


def has_phone_number(texts: Iterable[str]) -> bool:
    """Whether the texts contain a number that the coach would ask about."""
    return any(text_rules.phones(text) or text_rules.landlines(text) for text in texts)


@cache
def written(sources: tuple[Texts, ...]) -> Prepared:
    """The texts of these sources; every page of the composer asks for them."""
    return Prepared(lambda of: _united(sources))


def _united(sources: tuple[Texts, ...]) -> QuerySet:
    first, *others = [texts() for texts in sources]
    return first.union(*others, all=True)


def published_numbers() -> frozenset[str]:
    """The numbers published in the open scope, as `text.national` writes them. One query."""
    if not _known:
        return frozenset()
    return frozenset(
        text_rules.national(hit.text)
        for (text,) in written(tuple(_known)).rows(municipality=the_only_one())
        for hit in (*text_rules.phones(text), *text_rules.landlines(text))
    )
