"""Which metrics the networks return for the channels of a municipality, and since when. Within its scope; two
queries."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone

from analytics.metrics import METRICS, UNITS, Metric
from analytics.models import MetricCoverage
from channels import validation
from channels.enums import ChannelState
from channels.models import Channel
from channels.queries import takes_posts
from common.lazy_text import LazyText

# Old posts are fetched once a week; a metric missing for longer is no longer returned.
SILENT_AFTER = timedelta(days=8)


@dataclass(frozen=True)
class Cell:
    """`is_reported`: whether the network has this metric at all; then since when it returned it, and when for the last
    time."""

    is_reported: bool
    first: date | None = None
    last: date | None = None
    has_stopped: bool = False


@dataclass(frozen=True)
class MetricAvailability:
    metric: Metric
    cells: list[Cell]
    networks: list[validation.MetricDescription]

    @property
    def unit(self) -> LazyText:
        return UNITS[self.metric.unit]


def availability(channels: list[Channel]) -> list[MetricAvailability]:
    """A row for every metric, with a cell for each of `channels`."""
    known = {
        (channel, metric): (first, last)
        for channel, metric, first, last in MetricCoverage.objects.filter(channel__in=channels).values_list(
            "channel_id", "metric", "first_at", "last_at"
        )
    }
    newest = {
        channel: max(last for (of, _metric), (_first, last) in known.items() if of == channel)
        for channel in {of for of, _metric in known}
    }
    rows = []
    for metric in METRICS.values():
        networks = validation.metric_descriptions(metric.key)
        telling = {network.platform for network in networks}
        cells = []
        for channel in channels:
            first, last = known.get((channel.pk, metric.key), (None, None))
            stopped = bool(last and newest[channel.pk] - last > SILENT_AFTER)
            since, until = (timezone.localdate(first), timezone.localdate(last)) if first and last else (None, None)
            cells.append(Cell(channel.platform in telling, since, until, stopped))
        rows.append(MetricAvailability(metric, cells, networks))
    return rows


def channels_shown() -> list[Channel]:
    """Connected channels whose metrics count."""
    rows = Channel.objects.filter(takes_posts()).exclude(state=ChannelState.DISCONNECTED).order_by("name", "pk")
    return list(rows if settings.DEMO else rows.filter(is_practice=False))
