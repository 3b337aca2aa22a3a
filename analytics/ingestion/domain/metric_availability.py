"""Records from when to when a channel's network has returned each metric."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from analytics.enums import SUCCESSFUL, FetchOutcome
from analytics.metrics import METRICS
from analytics.models import MetricCoverage, MetricSnapshot, Subject

# One row per channel and metric: recent enough to date a gap, without a write at every fetch.
REFRESH_AFTER = timedelta(hours=6)


def update(subjects: Iterable[Subject], snapshots: Iterable[MetricSnapshot], at: datetime) -> None:
    """Record which metrics these fetches returned. One query, and a second one when rows have to be written."""
    metrics_by_channel: dict[int, set[str]] = defaultdict(set)
    latest = {snapshot.subject_id: snapshot for snapshot in snapshots}
    municipalities: dict[int, int] = {}
    for subject in subjects:
        snapshot = latest.get(subject.pk)
        if snapshot is None or snapshot.outcome not in SUCCESSFUL:
            continue
        # An unchanged fetch returned the values that the subject holds.
        row = subject if snapshot.outcome == FetchOutcome.UNCHANGED else snapshot
        metrics_by_channel[subject.channel_id] |= {key for key in METRICS if getattr(row, key) is not None}
        municipalities[subject.channel_id] = subject.municipality_id
    if not metrics_by_channel:
        return
    known = {
        (channel, metric): last_at
        for channel, metric, last_at in MetricCoverage.objects.filter(channel__in=metrics_by_channel).values_list(
            "channel_id", "metric", "last_at"
        )
    }
    rows = [
        MetricCoverage(
            municipality_id=municipalities[channel], channel_id=channel, metric=metric, first_at=at, last_at=at
        )
        for channel, metrics in metrics_by_channel.items()
        for metric in sorted(metrics)
        if (channel, metric) not in known or known[channel, metric] < at - REFRESH_AFTER
    ]
    if rows:
        MetricCoverage.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["channel", "metric"], update_fields=["last_at"]
        )
