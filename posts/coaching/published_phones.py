"""Telephone numbers that the municipality itself publishes: the coach does not ask about them.

The floors that hold such words (contacts of public pages, snippets of the library) give a function when the portal
starts (`AppConfig.ready`); posts know nobody above them. To teach a number is to write it where it is published anyway.
"""

from collections.abc import Callable, Iterable

from django.db.models import QuerySet

from posts.coaching import text_rules

Texts = Callable[[], QuerySet]
"""Rows of the open scope in which an office's numbers may stand: one column of text, without an order."""

_known: list[Texts] = []


def provide(texts: Texts) -> None:
    if texts not in _known:
        _known.append(texts)


def are_needed(texts: Iterable[str]) -> bool:
    """Whether a number stands in them that the coach would ask about."""
    return any(text_rules.phones(text) or text_rules.landlines(text) for text in texts)


def numbers() -> frozenset[str]:
    """Of the open scope, as `text.national` writes them. One query."""
    if not _known:
        return frozenset()
    first, *others = [texts() for texts in _known]
    return frozenset(
        text_rules.national(hit.words)
        for text in first.union(*others, all=True)
        for hit in (*text_rules.phones(text), *text_rules.landlines(text))
    )
