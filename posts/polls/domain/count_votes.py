"""Stores the votes that the networks return: the newest count replaces the older, even if it is lower."""

from collections.abc import Mapping
from datetime import datetime

from platforms.types import PollCount
from posts.models import PollResult, Publication


def store_results(counts: Mapping[int, PollCount], at: datetime) -> None:
    """Store the results of the polls of these publications (by id) at `at`. Two queries, none for no results."""
    if not counts:
        return
    known = Publication.objects.filter(pk__in=counts).values_list("pk", "municipality_id")
    rows = [_row(pk, municipality, counts[pk], at) for pk, municipality in known]
    changing = ["votes", "voters", "multiple", "ends_at", "is_over", "at"]
    PollResult.objects.bulk_create(rows, update_conflicts=True, unique_fields=["publication"], update_fields=changing)


def _row(publication: int, municipality: int, count: PollCount, at: datetime) -> PollResult:
    return PollResult(
        municipality_id=municipality,
        publication_id=publication,
        votes=list(count.votes),
        voters=count.voters,
        multiple=count.multiple,
        ends_at=count.ends_at,
        is_over=count.is_over,
        at=at,
    )
