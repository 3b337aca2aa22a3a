"""Parameters of a request, read without surprises: `int_param(request.GET, "post", default=0)`.

Nobody but a person who types into the address bar sends a malformed value, so it counts as absent: the caller's
default holds, and no page answers 500 to it.
"""

from collections.abc import Collection, Iterable
from typing import overload

from django.http import QueryDict

# The largest value of a bigint, hence of an id. PostgreSQL refuses to compare a column with more.
LARGEST = 2**63 - 1


def parse_int(text: object, *, least: int = 0, most: int = LARGEST) -> int | None:
    """`text` as a whole number: ASCII digits without a sign. None for anything else, and for one out of the range."""
    if not isinstance(text, str) or not text.isascii() or not text.isdecimal() or len(text) > len(str(LARGEST)):
        return None
    number = int(text)
    return number if least <= number <= most else None


@overload
def int_param(values: QueryDict, name: str, *, default: int, least: int = 0, most: int = LARGEST) -> int: ...
@overload
def int_param(
    values: QueryDict, name: str, *, default: None = None, least: int = 0, most: int = LARGEST
) -> int | None: ...
def int_param(
    values: QueryDict, name: str, *, default: int | None = None, least: int = 0, most: int = LARGEST
) -> int | None:
    """The number that `name` holds; `default` where it is absent, malformed or out of range (`parse_int`)."""
    number = parse_int(values.get(name), least=least, most=most)
    return default if number is None else number


def int_list_param(values: QueryDict, name: str, *, limit: int | None = None, most: int = LARGEST) -> list[int]:
    """The numbers among the first `limit` values of `name`, in their order; malformed ones are left out."""
    return list(parse_ints(values.getlist(name)[:limit], most=most))


def parse_ints(texts: Iterable[object], *, most: int = LARGEST) -> Iterable[int]:
    return (number for number in (parse_int(text, most=most) for text in texts) if number is not None)


def choice_param(values: QueryDict, name: str, choices: Collection[str], *, default: str = "") -> str:
    """The value of `name` if it is one of `choices`, else `default`."""
    value = values.get(name, default)
    return value if value in choices else default
