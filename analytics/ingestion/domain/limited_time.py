"""Posts that their network removes by itself, such as stories: fetched once more shortly before their end, and never
after it. Their last values stay, and the end is no gap.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from analytics.ingestion import rules
from analytics.models import Subject
from delivery import expiry
from delivery.models import Delivery


def ends(subjects: Sequence[Subject], now: datetime) -> dict[int, datetime]:
    """When those of `subjects` end that end by themselves, by id. One query if any of them is recent."""
    recent = {
        subject.publication_id: subject.pk
        for subject in subjects
        if subject.publication_id and subject.published_at and now - subject.published_at < expiry.LONGEST
    }
    if not recent:
        return {}
    shaped = Delivery.objects.filter(publication__in=recent, payload__settings__has_key="format")
    known = shaped.select_related("channel", "publication")
    until = {recent[delivery.publication.pk]: expiry.public_until(delivery) for delivery in known}
    return {subject: end for subject, end in until.items() if end is not None}


def still_public(subjects: Sequence[Subject], ends: Mapping[int, datetime], now: datetime) -> list[Subject]:
    """Those of `subjects` that have not ended. The others are not fetched any more."""
    over = {pk for pk, end in ends.items() if end <= now}
    if over:
        Subject.objects.filter(pk__in=over).update(next_fetch_at=None, due_since=None)
    return [subject for subject in subjects if subject.pk not in over]


def fetch_before_the_end(ends: Mapping[int, datetime], now: datetime) -> None:
    """Bring a next fetch that would come too late to shortly before the end; after that one there is none."""
    for pk, end in ends.items():
        last = end - rules.BEFORE_THE_END
        Subject.objects.filter(pk=pk, next_fetch_at__gt=last).update(next_fetch_at=last if last > now else None)
