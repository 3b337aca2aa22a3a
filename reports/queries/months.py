"""What reports read beside the dashboard, in the scope of one municipality or of several."""

from datetime import date

from django.db.models import Sum

from analytics.dashboards.queries.dashboard import countable
from analytics.enums import Basis
from analytics.models import DailyFact
from analytics.periods import Period


def days_with_posts(period: Period) -> list[date]:
    facts = DailyFact.objects.filter(
        countable(), basis=Basis.PUBLICATION, day__gte=period.first, day__lte=period.last, posts__gt=0
    )
    return list(facts.order_by("day").values_list("day", flat=True).distinct())


def by_trait(period: Period, trait: str) -> list[tuple[str, int, int | None]]:
    """(value of the trait, posts, interactions), most posts first. `trait` is a field of `Traits`."""
    facts = DailyFact.objects.filter(countable(), basis=Basis.PUBLICATION, day__gte=period.first, day__lte=period.last)
    rows = facts.values_list(f"traits__{trait}").annotate(p=Sum("posts"), i=Sum("interactions"))
    return sorted(
        ((key, posts, interactions) for key, posts, interactions in rows if posts), key=lambda row: (-row[1], row[0])
    )
