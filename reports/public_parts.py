"""The public pages of a municipality, each of which leads to the others that are on.

A package registers its page when it starts. Whether a page is on is one row of a municipality, so that the list of all
municipalities is one query for each kind of page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from common.lazy_text import LazyText
from municipalities.models import REAL_PLACE, Municipality
from municipalities.tenancy import everywhere, scope

OVERVIEW = "place"
ORDER = (OVERVIEW, "consultations", "needs", "numbers", "rules")


@dataclass(frozen=True)
class PublicPart:
    """One kind of page. `rows` are the rows of the open scope whose municipality has switched it on."""

    name: str
    label: LazyText
    url_name: str
    rows: Callable[[], QuerySet[Any]]


@dataclass(frozen=True)
class PartLink:
    """A link from one page of a municipality to another."""

    name: str
    label: str
    url: str
    is_current: bool


_parts: dict[str, PublicPart] = {}
_overview: list[tuple[LazyText, str]] = []


def register(part: PublicPart) -> None:
    _parts[part.name] = part


def register_overview(label: LazyText, url_name: str) -> None:
    """The page that leads to all others: it is there wherever one of them is."""
    _overview[:] = [(label, url_name)]


def parts_of(municipality: Municipality) -> list[PublicPart]:
    """The pages that are on, in the order of the links. One query for each kind."""
    if not is_listed(municipality):
        return []
    with scope(municipality):
        return [part for part in _ordered() if part.rows().exists()]


def links(municipality: Municipality, tongue: str, current: str) -> list[PartLink]:
    """From the page `current` to all that are on, itself included; nothing where it is the only one."""
    on = parts_of(municipality)
    if not on:
        return []
    places = [*((OVERVIEW, *overview) for overview in _overview), *((one.name, one.label, one.url_name) for one in on)]
    return [
        PartLink(name, str(label), reverse(url_name, args=[municipality.slug, tongue]), name == current)
        for name, label, url_name in places
    ]


def listed() -> list[tuple[Municipality, list[PublicPart]]]:
    """Every municipality with a public page, by name, with its pages. One query for each kind, and one more."""
    with everywhere("municipalities that have switched a public page on"):
        ids = {part.name: set(part.rows().values_list("municipality_id", flat=True)) for part in _ordered()}
    pks = set().union(*ids.values())
    rows = Municipality.objects.filter(REAL_PLACE, pk__in=pks, joined_on__isnull=False).select_related("district")
    return [
        (place, [part for part in _ordered() if place.pk in ids[part.name]])
        for place in rows.order_by("name_cyrl")
        if is_listed(place)
    ]


def is_listed(municipality: Municipality) -> bool:
    """Practice workspaces have public pages in the demo only."""
    return municipality.joined_on is not None and (settings.DEMO or not municipality.is_practice)


def _ordered() -> Sequence[PublicPart]:
    return [_parts[name] for name in ORDER if name in _parts]
