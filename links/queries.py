"""Reads of short links. Codes are unique over all municipalities, so a link is found without its municipality."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from links import rules
from links.models import ClickCount, Link
from municipalities.tenancy import everywhere


def by_code(code: str) -> Link | None:
    """The link of the path after /l/, ignoring case. One query at most."""
    if not rules.is_code(code.lower()):
        return None
    with everywhere("a short link is known by its code alone"):
        return Link.objects.filter(code=code.lower()).first()


def base() -> str:
    return str(settings.SHORT_LINK_BASE_URL).rstrip("/")


def short(code: str) -> str:
    """The full short address, as used in a post."""
    return f"{base()}{rules.PREFIX}{code}"


def target_problem(address: str) -> str:
    """Why no link may lead to `address`; see `rules.target_problem`."""
    return rules.target_problem(address, base(), settings.PRIVATE_HOSTS_ALLOWED)


def expected_address(subject: UUID, place: int, target: str) -> str:
    """The short address that `domain.make` will create, so that a page can show it in advance."""
    return short(rules.code(settings.SECRET_KEY, subject, place, target))


@dataclass
class ClickTotals:
    """Clicks on the links of one subject, by place and by day."""

    total: int = 0
    machines: int = 0
    last_week: int = 0
    by_place: dict[int, int] = field(default_factory=dict)
    by_day: dict[date, dict[int, int]] = field(default_factory=dict)


def since_last_week() -> date:
    """The first of the last seven days."""
    return timezone.localdate() - timedelta(days=6)


def clicks(subject: UUID) -> ClickTotals:
    """All counts of one subject, in the open scope. One query."""
    counts, since = ClickTotals(), since_last_week()
    rows = ClickCount.objects.filter(link__subject=subject).values("link__place", "counted_on")
    for row in rows.annotate(some=Sum("people"), others=Sum("machines")).order_by("-counted_on"):
        place, day, some = row["link__place"], row["counted_on"], row["some"]
        counts.total += some
        counts.machines += row["others"]
        counts.last_week += some if day >= since else 0
        counts.by_place[place] = counts.by_place.get(place, 0) + some
        if some:
            counts.by_day.setdefault(day, {})[place] = counts.by_day.get(day, {}).get(place, 0) + some
    return counts


def totals(subjects: Iterable[UUID]) -> dict[UUID, int]:
    """Clicks of people per subject, in the open scope; without counts there is no entry. One query."""
    rows = ClickCount.objects.filter(link__subject__in=list(subjects)).values("link__subject")
    return {row["link__subject"]: row["some"] for row in rows.annotate(some=Sum("people"))}


def links_of(subject: UUID) -> list[Link]:
    """Every link ever made for a subject, oldest first. One query."""
    return list(Link.objects.filter(subject=subject).order_by("pk"))


def places_by_subject(subjects: Iterable[UUID]) -> dict[UUID, list[int]]:
    """The channels for which each subject has links, in the open scope. One query."""
    by_subject: dict[UUID, list[int]] = {}
    rows = Link.objects.filter(subject__in=list(subjects)).order_by("pk").values_list("subject", "place")
    for subject, place in rows:
        if place not in by_subject.setdefault(subject, []):
            by_subject[subject].append(place)
    return by_subject
