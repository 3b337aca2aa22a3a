"""Measures the indicators by municipality: for every month, and for the last 28 days.

`renew` may run any number of times. It renews the newest months, because posts still get reactions, and every older one
once a week, because history is imported and posts are recategorised. Nothing is added to older values: a span is
deleted and computed from facts, so a rebuild gives the same rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Exists, Min, OuterRef
from django.utils import timezone

from analytics.enums import Span
from analytics.indicators.queries.measurements import Values, measure
from analytics.indicators.sufficiency import is_enough
from analytics.logframe import BASELINE_DAYS, Measured
from analytics.models import AccessCheck, IndicatorValue, Subject
from analytics.rollups.domain import daily_counts
from municipalities.models import REAL_PLACE, Municipality
from municipalities.tenancy import everywhere
from posts.coaching.points import poor_alt
from posts.coaching.text_rules import hits
from posts.models import Version
from posts.models.media import DOCUMENT

# A post gathers numbers for ninety days: this month, and the three before it.
NEWEST = 3
OLDER_AGAIN = timedelta(days=7)
CHECKED_AT_ONCE = 5000
# Rules of the coach that check whether the text is accessible with a screen reader and to weak readers.
CHECKS = ("fancy", "mixed", "capitals", "emoji", "hashtags", "click_here")


def renew(today: date | None = None) -> int:
    """Count recent days, check new versions, then measure the spans that are due; returns how many spans were
    measured."""
    today = today or timezone.localdate()
    daily_counts.sweep()
    with everywhere("indicators of all municipalities"):
        check_new()
        places = list(Municipality.objects.filter(REAL_PLACE, joined_on__isnull=False))
        windows = [(Span.ROLLING, *rolling(today)), *((Span.MONTH, *days) for days in _due(today))]
        for span, first, last in windows:
            _make(places, span, first, last)
    return len(windows)


def rebuild(today: date | None = None) -> int:
    """Make every window again from the facts."""
    with everywhere("indicators of all municipalities, from the beginning"):
        IndicatorValue.objects.all().delete()
    return renew(today)


def rolling(today: date) -> tuple[date, date]:
    """The last 28 whole days: today is not over."""
    return today - timedelta(days=BASELINE_DAYS), today - timedelta(days=1)


def month(day: date, today: date) -> tuple[date, date]:
    """The month of `day`, up to yesterday."""
    first = day.replace(day=1)
    until = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first, min(until, today - timedelta(days=1))


def _due(today: date) -> Iterator[tuple[date, date]]:
    """Months that are due, the oldest first. A month that begins today has no day yet."""
    began = Subject.objects.aggregate(first=Min("published_on"))["first"]
    if began is None:
        return
    measured_at = dict(
        IndicatorValue.objects.filter(span=Span.MONTH, way="").values_list("first").annotate(oldest=Min("made_at"))
    )
    stale = timezone.now() - OLDER_AGAIN
    this = today.replace(day=1)
    start = began.replace(day=1)
    while start <= this:
        age = (this.year - start.year) * 12 + this.month - start.month
        if (age <= NEWEST or start not in measured_at or measured_at[start] < stale) and start < today:
            yield month(start, today)
        start = (start + timedelta(days=31)).replace(day=1)


@transaction.atomic
def _make(places: Sequence[Municipality], span: Span, first: date, last: date) -> None:
    # the lock makes two workers take the same window one after the other
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"indicators {span} {first}"])
    old = IndicatorValue.objects.filter(span=span)
    # the window of the last days moves on every night, and only one of it is kept
    (old if span == Span.ROLLING else old.filter(first=first)).delete()
    IndicatorValue.objects.bulk_create(_rows(measure(places, first, last), span, first, last), batch_size=2000)


def _rows(values: Values, span: Span, first: date, last: date) -> Iterator[IndicatorValue]:
    for code, by_municipality in values.items():
        for pk, measured in by_municipality.items():
            if measured.why == "before" and span == Span.MONTH:
                continue  # nothing to tell of a month before the municipality came
            same = {"municipality_id": pk, "code": code, "span": span, "first": first, "last": last}
            yield IndicatorValue(
                value=measured.value, n=measured.n, why=measured.why, quality=dict(measured.quality),
                is_enough=is_enough(code, measured.value, measured.n), **same,
            )  # fmt: skip
            if span == Span.ROLLING:
                yield from _parts(code, measured, same)


def _parts(code: str, measured: Measured, same: dict[str, object]) -> Iterator[IndicatorValue]:
    for (way, part), (value, n) in measured.parts.items():
        if value is not None:
            enough = n > 0 and is_enough(code, value, n)
            yield IndicatorValue(way=way, part=part, value=value, n=n, is_enough=enough, **same)


# ---------------------------------------------------------------- can everybody read it?


def check_new(most: int = CHECKED_AT_ONCE) -> int:
    """Run the checks on published versions that were not checked yet; returns how many."""
    published = Subject.objects.filter(publication__version=OuterRef("pk"))
    seen = AccessCheck.objects.filter(version=OuterRef("pk"))
    rows = Version.objects.filter(~Exists(seen), Exists(published)).prefetch_related("variants").order_by("-pk")[:most]
    checks = [
        AccessCheck(municipality_id=row.municipality_id, version=row, failed=failed(row))
        for row in rows.iterator(chunk_size=500)
    ]
    AccessCheck.objects.bulk_create(checks, ignore_conflicts=True)
    return len(checks)


def failed(version: Version) -> list[str]:
    """Names of the checks that the version does not pass, by the rules of the coach."""
    written = [(f"{row.language}-{row.script}", row.text) for row in version.variants.all() if not row.derived]
    plain = {" ".join(text.split()).lower() for _tag, text in written}
    names = {name for tag, text in written for name, places in hits(text, tag) if places}
    return sorted({*_media(version.media, plain), *(names & set(CHECKS))})


def _media(media: Iterable[dict], texts: set[str]) -> Iterator[str]:
    for entry in media:
        if str(entry.get("mime", "")).startswith("video/"):
            if not entry.get("captions"):
                yield "captions"
        elif entry.get("mime") != DOCUMENT and poor_alt(str(entry.get("alt") or ""), texts):
            yield "alt"
