"""Parameters of a request: `int_param(request.GET, "post", default=0)`.

No page of the portal sends a malformed value, so it counts as absent: the default applies and no page answers 500.
Where a page has to answer 404 or 422 instead, its view asks for the default None.
"""

from collections.abc import Collection
from datetime import date
from typing import overload

from django.http import QueryDict

from common.integers import LARGEST, parse_int, parse_ints


@overload
def int_param(values: QueryDict, name: str, *, default: int, least: int = 0, most: int = LARGEST) -> int: ...
@overload
def int_param(
    values: QueryDict, name: str, *, default: None = None, least: int = 0, most: int = LARGEST
) -> int | None: ...
def int_param(
    values: QueryDict, name: str, *, default: int | None = None, least: int = 0, most: int = LARGEST
) -> int | None:
    """The whole number in `name`; `default` where it is absent, malformed, below `least` or above `most`."""
    number = parse_int(values.get(name), least=least, most=most)
    return default if number is None else number


def int_list_param(values: QueryDict, name: str, *, least: int = 0, most: int = LARGEST) -> list[int]:
    """All whole numbers in `name`, in their order; what is malformed or out of range is left out."""
    return parse_ints(values.getlist(name), least=least, most=most)


def date_param(values: QueryDict, name: str, *, default: date) -> date:
    """The day in `name` (2026-11-29); `default` where it is absent, malformed or not within 2000 to 2100."""
    try:
        day = date.fromisoformat(values.get(name, ""))
    except ValueError:
        return default
    return day if 2000 <= day.year <= 2100 else default


def choice_param(values: QueryDict, name: str, choices: Collection[str], *, default: str = "") -> str:
    """The value of `name` if it is one of `choices`, else `default`."""
    value = values.get(name, default)
    return value if value in choices else default
