"""Parsing of integers from addresses, forms and API calls."""

from collections.abc import Iterable

# The largest value of a bigint, hence of an id. PostgreSQL refuses to compare a column with more.
LARGEST = 2**63 - 1


def parse_int(text: object, *, least: int = 0, most: int = LARGEST) -> int | None:
    """`text` as a whole number: ASCII digits and nothing else. None for anything else, and for one out of the range."""
    if not isinstance(text, str) or not text.isascii() or not text.isdecimal() or len(text) > len(str(LARGEST)):
        return None
    number = int(text)
    return number if least <= number <= most else None


def parse_ints(texts: Iterable[object], *, least: int = 0, most: int = LARGEST) -> list[int]:
    """Those of `texts` that are whole numbers, in their order."""
    return [number for text in texts if (number := parse_int(text, least=least, most=most)) is not None]
