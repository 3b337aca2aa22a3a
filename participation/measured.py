"""What consultations add to the programme's indicators: how many take part, who they are, whether they learn the
decision with its reason, and how soon.

Each takes one query or two for any number of municipalities and days; the scope of the municipalities is open.
Contributions count by the day in Belgrade on which they were received. Shares of what people state about themselves
have no value where fewer stated it than the smallest group that is shown (`participation.queries.figures`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from analytics.logframe import Measure, Measured, provide
from municipalities.holidays import BELGRADE
from municipalities.queries import today
from participation.enums import YOUNG, ConsultationStage, Decision, Gender
from participation.models import Consultation, Contribution
from participation.queries.figures import SMALLEST_GROUP
from participation.rules import working_days_after

# Consultations are held in the portal since this month.
SINCE = date(2026, 11, 1)
MONTH_DAYS = 30
HELD = (ConsultationStage.PUBLISHED, ConsultationStage.CLOSED, ConsultationStage.REPORTED)


def register() -> None:
    """Tell the list of indicators how these are measured."""
    measures: Mapping[str, Measure] = {
        "OC8": contributions,
        "OC9": answered_with_a_reason,
        "OC10": _share(~Q(gender=""), Q(gender=Gender.WOMAN)),
        "OC11": _share(~Q(age_band=""), Q(age_band__in=YOUNG)),
        "GV3": reported_in_time,
        "GV4": days_until_report,
    }
    for code, measure in measures.items():
        provide(code, measure, since=SINCE)


# ---------------------------------------------------------------- contributions


def contributions(places: Sequence[Any], first: date, last: date) -> Mapping[int, Measured]:
    """OC8. 0 where a consultation was open and nobody took part. Two queries."""
    counted = _counted(places, first, last, Q(), Q())
    opened = set(
        Consultation.objects.filter(
            municipality__in=[place.pk for place in places], stage__in=HELD, starts_on__lte=last, ends_on__gte=first
        ).order_by().values_list("municipality", flat=True)
    )  # fmt: skip
    days = (last - first).days + 1
    values = {}
    for place in places:
        count = counted.get(place.pk, (0, 0))[0]
        if not place.population:
            values[place.pk] = Measured(None, count, "no_population")
        elif not count and place.pk not in opened:
            values[place.pk] = Measured(None, 0, "no_consultation")
        else:
            values[place.pk] = Measured(count * 1000 / place.population * MONTH_DAYS / days, count)
    return values


def answered_with_a_reason(places: Sequence[Any], first: date, last: date) -> Mapping[int, Measured]:
    """OC9. What is undecided counts from the day after the one until which decisions were announced."""
    is_early = Q(decision="", consultation__decided_by__gte=today())
    counted = _counted(
        places, first, last, ~Q(decision=Decision.WITHDRAWN) & ~is_early, ~Q(decision="") & ~Q(reason="")
    )
    return _none(places, "no_contributions") | {
        pk: Measured(100 * met / total, total) for pk, (total, met) in counted.items() if total
    }


def _share(of: Q, met: Q) -> Callable[[Sequence[Any], date, date], Mapping[int, Measured]]:
    """How a share is measured of those that stated something about themselves."""

    def measure(places: Sequence[Any], first: date, last: date) -> Mapping[int, Measured]:
        counted = _counted(places, first, last, of, met)
        return _none(places, "few_stated") | {
            pk: Measured(100 * share / total, total)
            for pk, (total, share) in counted.items()
            if total >= SMALLEST_GROUP
        }

    return measure


def _counted(places: Sequence[Any], first: date, last: date, of: Q, met: Q) -> dict[int, tuple[int, int]]:
    """By municipality: how many contributions of these days are `of`, and how many of them meet the requirement."""
    rows: QuerySet[Any] = Contribution.objects.filter(
        of, municipality__in=[place.pk for place in places], received_at__gte=_midnight(first),
        received_at__lt=_midnight(last + timedelta(days=1)), consultation__stage__in=HELD,
    )  # fmt: skip
    if not settings.DEMO:
        # Practice channels do not count, but in the demo there is nothing else.
        rows = rows.exclude(message__channel__is_practice=True).filter(municipality__is_practice=False)
    counted = rows.order_by().values_list("municipality").annotate(total=Count("pk"), met=Count("pk", filter=met))
    return {pk: (total, met_) for pk, total, met_ in counted}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BELGRADE)


# ---------------------------------------------------------------- reports


def reported_in_time(places: Sequence[Any], first: date, last: date) -> Mapping[int, Measured]:
    """GV3. A report that is late counts once its day is over, whether or not it became public since."""
    by_place: dict[int, list[bool]] = defaultdict(list)
    for pk, report_by, reported_at in _consultations(places, Q(report_by__gte=first, report_by__lte=last)):
        if reported_at is not None:
            by_place[pk].append(timezone.localdate(reported_at) <= report_by)
        elif report_by < today():
            by_place[pk].append(False)
    return _none(places, "no_report_due") | {
        pk: Measured(100 * sum(kept) / len(kept), len(kept)) for pk, kept in by_place.items()
    }


def days_until_report(places: Sequence[Any], first: date, last: date) -> Mapping[int, Measured]:
    """GV4."""
    span = Q(reported_at__gte=_midnight(first), reported_at__lt=_midnight(last + timedelta(days=1)))
    by_place: dict[int, list[int]] = defaultdict(list)
    for pk, ends_on, reported_at in _consultations(places, span, "ends_on"):
        if ends_on is not None and reported_at is not None:
            by_place[pk].append(working_days_after(ends_on, timezone.localdate(reported_at)))
    return _none(places, "no_reports") | {pk: Measured(float(median(days)), len(days)) for pk, days in by_place.items()}


def _consultations(places: Sequence[Any], span: Q, day: str = "report_by") -> Iterable[Any]:
    """Municipality, a day, and when the report became public. One query."""
    rows = Consultation.objects.filter(span, municipality__in=[place.pk for place in places], stage__in=HELD)
    if not settings.DEMO:
        rows = rows.filter(municipality__is_practice=False)
    return rows.order_by("pk").values_list("municipality", day, "reported_at")


def _none(places: Sequence[Any], why: str) -> dict[int, Measured]:
    return {place.pk: Measured(None, 0, why) for place in places}
