"""Since when and until when a channel's network tells each metric."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from analytics.enums import TOLD, PullOutcome
from analytics.metrics import METRICS
from analytics.models import Pull, Subject, Telling

# One row a channel and metric: fresh enough to date a gap, without a write at every look.
REFRESHED = timedelta(hours=6)


def note(subjects: Iterable[Subject], pulls: Iterable[Pull], at: datetime) -> None:
    """Take down which metrics were told at these looks. One query, and one more when something is worth writing."""
    told: dict[int, set[str]] = defaultdict(set)
    changed = {pull.subject_id: pull for pull in pulls}
    houses: dict[int, int] = {}
    for subject in subjects:
        pull = changed.get(subject.pk)
        if pull is None or pull.outcome not in TOLD:
            continue
        # An unchanged look told what the subject holds.
        row = subject if pull.outcome == PullOutcome.UNCHANGED else pull
        told[subject.channel_id] |= {key for key in METRICS if getattr(row, key) is not None}
        houses[subject.channel_id] = subject.municipality_id
    if not told:
        return
    known = {
        (channel, metric): last_at
        for channel, metric, last_at in Telling.objects.filter(channel__in=told).values_list(
            "channel_id", "metric", "last_at"
        )
    }
    rows = [
        Telling(municipality_id=houses[channel], channel_id=channel, metric=metric, first_at=at, last_at=at)
        for channel, metrics in told.items()
        for metric in sorted(metrics)
        if (channel, metric) not in known or known[channel, metric] < at - REFRESHED
    ]
    if rows:
        Telling.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["channel", "metric"], update_fields=["last_at"]
        )
