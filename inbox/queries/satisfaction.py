"""What citizens replied to the question whether their question was answered, for one municipality."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from analytics.thresholds import ENOUGH_OF_A_KIND
from inbox.enums import Satisfaction
from inbox.models import SatisfactionQuestion, SatisfactionSurvey
from inbox.queries.readable import readable
from municipalities.queries import Access

DAYS = 90
MOST_WORDS = 20


@dataclass(frozen=True)
class SatisfactionSummary:
    """Of the last `DAYS` days: questions asked, replies, and those with yes. `rows` are the newest replies."""

    survey: SatisfactionSurvey | None
    asked: int
    replied: int
    yes: int
    rows: list[SatisfactionQuestion]

    @property
    def share(self) -> float | None:
        """In per cent; None below the floor at which a share says something."""
        return self.yes * 100 / self.replied if self.replied >= ENOUGH_OF_A_KIND else None

    @property
    def floor(self) -> int:
        return ENOUGH_OF_A_KIND


def summary(now: datetime, access: Access) -> SatisfactionSummary:
    """Numbers for everybody, words of private messages only for who may read these. Three queries."""
    since = now - timedelta(days=DAYS)
    recent = SatisfactionQuestion.objects.filter(asked_at__gte=since)
    counts = recent.aggregate(
        asked=Count("pk"), replied=Count("pk", filter=~Q(value="")), yes=Count("pk", filter=Q(value=Satisfaction.YES))
    )
    rows = (
        recent.filter(readable(access, "message__"))
        .exclude(value="")
        .select_related("message__channel")
        .order_by("-answered_at")[:MOST_WORDS]
    )
    return SatisfactionSummary(SatisfactionSurvey.objects.first(), rows=list(rows), **counts)
