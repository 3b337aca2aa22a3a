"""Tabs of related workspace pages, filtered by permission."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse

from common.lazy_text import LazyText
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest


class Page(NamedTuple):
    """`name` is a url name whose address takes the workspace alone; `verb` lets in."""

    name: str
    label: LazyText
    verb: Verb
    icon: str = ""


@dataclass(frozen=True)
class Tab:
    """An item of `{% tabs %}`."""

    label: LazyText
    url: str
    current: bool
    icon: str = ""


def tabs(request: MunicipalityRequest, pages: Iterable[Page], current: str) -> list[Tab]:
    """`current` is the url name of the page that is open."""
    slug = request.municipality.slug
    return [
        Tab(page.label, reverse(page.name, args=[slug]), page.name == current, page.icon)
        for page in pages
        if request.access.may(page.verb)
    ]
