"""Context shared by the pages of one municipality's statistics: period, channel, tabs, freshness, and their address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics import periods
from analytics.annotations.marks import listed
from analytics.annotations.queries import Event
from analytics.dashboards.queries.counted_channels import Edges, channels, edges
from analytics.dashboards.queries.totals import DIMENSIONS
from analytics.enums import Basis
from analytics.periods import Chosen, Period
from channels.models import Channel
from common.dates import short_date
from common.web.params import choice_param
from municipalities.queries import today
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

# In an address, "nothing" needs a word of its own: an empty value means all.
NONE = "none"
# Pages with periods of their own.
APART = ("analytics_peers", "analytics_indicators")


def tabs(
    request: MunicipalityRequest, current: str, address: Callable[[str], str] | None = None
) -> list[dict[str, Any]]:
    """The pages of a municipality's numbers. `address` is that of those which share a period and a channel."""
    named = {
        "analytics": _("Overview"),
        "analytics_works": _("What works"),
        "analytics_posts": _("Posts"),
        "analytics_time": _("Best time"),
        "analytics_links": _("Followers and links"),
        "analytics_peers": _("Others of our size"),
        "analytics_indicators": _("Indicators"),
    }
    place = [request.municipality.slug]
    return [
        {
            "label": label,
            "url": address(name) if address and name not in APART else reverse(name, args=place),
            "current": name == current,
        }
        for name, label in named.items()
    ]


@dataclass
class Frame:
    request: MunicipalityRequest
    page: str
    today: date
    chosen: Chosen
    edges: Edges
    channels: list[Channel]
    more: dict[str, str] = field(default_factory=dict)

    @property
    def period(self) -> Period:
        return self.chosen.period

    @cached_property
    def channel(self) -> Channel | None:
        """The chosen channel; None: all."""
        requested = self.request.GET.get("channel", "")
        return next((row for row in self.channels if str(row.pk) == requested), None)

    @property
    def channel_id(self) -> int | None:
        return self.channel.pk if self.channel else None

    @property
    def shown(self) -> list[Channel]:
        return [self.channel] if self.channel else self.channels

    @cached_property
    def names(self) -> dict[str, str]:
        return {str(channel.pk): channel.name for channel in self.channels}

    @cached_property
    def basis(self) -> str:
        return choice_param(self.request.GET, "basis", Basis.values, default=Basis.ACTIVITY)

    def kept(self) -> dict[str, str]:
        """Period and channel as query parameters."""
        parameters = {"days": self.period.key}
        if self.period.key == periods.OWN:
            parameters |= {"from": self.chosen.typed[0], "to": self.chosen.typed[1]}
        return parameters | ({"channel": str(self.channel_id)} if self.channel else {})

    def address(self, page: str = "", **changed: str) -> str:
        """Of a page with the period and channel of this one; `changed` overrules, an empty value takes away."""
        query = {**self.kept(), **(self.more if not page else {}), **changed}
        parameters = {key: value for key, value in query.items() if value}
        return f"{reverse(page or self.page, args=[self.request.municipality.slug])}?{urlencode(parameters)}"

    def posts(self, dimension: str = "", value: str = "", **more: str) -> str:
        """Of the posts behind a number."""
        narrowed = {**({dimension: value or NONE} if dimension else {}), **more}
        if not narrowed or narrowed.keys() & self.kept().keys():
            return self.address("analytics_posts", **narrowed)
        return f"{self._behind}&{urlencode(narrowed)}"

    @cached_property
    def _behind(self) -> str:
        """The address of all posts of the period: a page has dozens that go on from it."""
        return self.address("analytics_posts")

    def fixed(self) -> str:
        """Of exactly this view, also tomorrow: with the dates instead of "28 days"."""
        dates = {"from": f"{self.period.first:%Y-%m-%d}", "to": f"{self.period.last:%Y-%m-%d}"}
        return str(self.request.build_absolute_uri(self.address(days=periods.OWN, **dates)))

    def annotations(self, events: Sequence[Event]) -> dict[str, Any]:
        """The events of the charts as a list, and where one is added."""
        slug = self.request.municipality.slug if self.request.access.may(Verb.ANALYTICS_ANNOTATE) else ""
        annotate = [("", reverse("annotation_new", args=[slug]))] if slug else []
        return {"annotations": listed(events, slug=slug), "annotate": annotate}

    @property
    def source(self) -> str:
        """The line below an exported chart: municipality, channel and days."""
        days = f"{short_date(self.period.first)} – {short_date(self.period.last)}"
        names = [str(self.request.municipality), *([self.channel.name] if self.channel else [])]
        return " · ".join([*names, days])

    def context(self) -> dict[str, Any]:
        return {
            "frame": self,
            "period": self.period,
            "own": self.period.key == periods.OWN,
            "fixed": self.fixed(),
            "may_import": self.request.access.may(Verb.CHANNEL_CONNECT),
            "pages": tabs(self.request, self.page, self.address),
            "segments": [
                {
                    "label": label,
                    "url": self.address(days=key, **{"from": "", "to": ""}),
                    "current": key == self.period.key,
                }
                for key, label in [
                    *((key, label) for key, (_days, label) in periods.CHOICES.items()),
                    *periods.LONGER.items(),
                ]
            ],
        }


def frame(request: MunicipalityRequest, page: str, *, default: str = periods.DEFAULT) -> Frame:
    """Three queries."""
    known_edges, params = edges(), request.GET
    typed = (_plain(params.get("from", "")), _plain(params.get("to", "")))
    wanted = params.get("days") or (periods.OWN if any(typed) else None)
    chosen = periods.choose(wanted, typed, today(), known_edges.earliest, default)
    return Frame(request, page, today(), chosen, known_edges, channels())


def _plain(typed: str) -> str:
    return typed.replace("\x00", "")[:40]


def traits_asked(params: Any, known: Frame) -> dict[str, str]:
    """What the list of posts is narrowed to, from a hostile address."""
    filters: dict[str, str] = {}
    for name in DIMENSIONS:
        value = _plain(params.get(name, ""))
        if name == "channel":
            if known.channel:
                filters[name] = str(known.channel_id)
        elif name == "boosted":
            if value in ("true", "false"):
                filters[name] = value
        elif value:
            filters[name] = "" if value == NONE else value[:60]
    return filters
