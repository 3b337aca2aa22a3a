"""Outputs that lie in this layer and below: municipalities, kits, posts, eServices, and answers to questions.

Posts are counted from the facts that the comparison of municipalities reads (`analytics.comparison`), answers from the
counts of days, which outlive the messages.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.comparison.queries import totals as facts
from analytics.comparison.queries.totals import Window
from analytics.enums import Basis
from analytics.models import MonthlyFact, Tally
from analytics.months import within
from analytics.periods import Period
from kits.models import Adoption
from municipalities.models import Municipality
from municipalities.tenancy import scope
from reports.outputs import Amount, Counted, OutputKind, OutputRow, OutputSource, Span, register
from serbian.sorting import sort_key

# Over more days whole months are read as months.
DAYS_APART = 62
ANSWERED = "OC4"
POSTS, SERVICES = "posts", "eservices"

MUNICIPALITIES = OutputKind("municipalities", _("Municipalities enrolled"), _("each once, on its first day"))
ADOPTIONS = OutputKind("kits", _("Adoptions of campaign kits"), _("a kit by a municipality"), of_agreed=True)
PUBLISHED = OutputKind(POSTS, _("Posts published"), _("publications on all channels"), of_agreed=True, is_summed=True)
PROMOTED = OutputKind(
    SERVICES, _("Posts that promote an eService"), _("publications about a service of the catalogue"), of_agreed=True,
    is_summed=True,
)  # fmt: skip
QUESTIONS = OutputKind(
    "questions", _("Questions answered"), _("of citizens, on the day on which they asked"), of_agreed=True,
    is_summed=True,
)  # fmt: skip


def provide() -> None:
    register(OutputSource([MUNICIPALITIES], _municipalities, _municipality_rows))
    register(OutputSource([ADOPTIONS], _adoptions, _adoption_rows))
    register(OutputSource([PUBLISHED, PROMOTED], _posts, _post_rows))
    register(OutputSource([QUESTIONS], _questions, _question_rows))


# ---------------------------------------------------------------- municipalities


def _municipalities(counted: Counted, spans: Sequence[Span]) -> Mapping[str, Sequence[Amount]]:
    days = counted.first_days.values()
    return {MUNICIPALITIES.key: [sum(span.first <= day <= span.last for day in days) for span in spans]}


def _municipality_rows(key: str, counted: Counted, span: Span) -> list[OutputRow]:
    days = {pk: day for pk, day in counted.first_days.items() if span.first <= day <= span.last}
    places = Municipality.objects.in_bulk(days)
    rows = [OutputRow("", day=day, municipality=places[pk]) for pk, day in days.items()]
    return sorted(rows, key=_newest)


def _newest(row: OutputRow) -> tuple[int, bytes]:
    return -(row.day or date.min).toordinal(), sort_key(str(row.municipality))


# ---------------------------------------------------------------- kits


def _adoptions(counted: Counted, spans: Sequence[Span]) -> Mapping[str, Sequence[Amount]]:
    places = counted.agreed
    with scope(*places):
        rows = Adoption.objects.filter(kit__programme=counted.programme, municipality__in=list(places)).order_by()
        counts = rows.aggregate(**count_by_span("at__date", spans))
    return {ADOPTIONS.key: in_order(counts)}


def _adoption_rows(key: str, counted: Counted, span: Span) -> list[OutputRow]:
    places = counted.agreed
    with scope(*places):
        rows = Adoption.objects.filter(
            kit__programme=counted.programme, municipality__in=list(places), at__date__range=(span.first, span.last)
        )
        return [
            OutputRow(
                str(row.kit), 1, timezone.localdate(row.at), places[row.municipality_id],
                reverse("programme_kit", args=[row.kit_id]),
            )
            for row in rows.select_related("kit").order_by("-at", "-pk")
        ]  # fmt: skip


def count_by_span(field: str, spans: Sequence[Span]) -> dict[str, Count]:
    """An aggregate for each span, by the day in `field`; `in_order` reads them."""
    return {f"n{at}": Count("pk", filter=Q(**{f"{field}__range": (span.first, span.last)}))
            for at, span in enumerate(spans)}  # fmt: skip


def in_order(counts: Mapping[str, Amount | None]) -> list[Amount]:
    return [counts[f"n{at}"] or 0 for at in range(len(counts))]


# ---------------------------------------------------------------- posts


def _posts(counted: Counted, spans: Sequence[Span]) -> Mapping[str, Sequence[Amount]]:
    by_place = _by_place(counted, spans)[1].values()
    return {
        POSTS: [sum(place[at][0] for place in by_place) for at in range(len(spans))],
        SERVICES: [sum(place[at][1] for place in by_place) for at in range(len(spans))],
    }


def _post_rows(key: str, counted: Counted, span: Span) -> list[OutputRow]:
    places, by_place = _by_place(counted, [span])
    which = 0 if key == POSTS else 1
    rows = [
        OutputRow("", counts[0][which], municipality=places[pk], url=reverse("posts", args=[places[pk].slug]))
        for pk, counts in by_place.items()
        if counts[0][which]
    ]
    return sorted(rows, key=lambda row: sort_key(str(row.municipality)))


def _by_place(
    counted: Counted, spans: Sequence[Span]
) -> tuple[dict[int, Municipality], dict[int, list[tuple[int, int]]]]:
    """Posts, and those that promote a service, of each municipality in each span. One query for days, and one
    for each span of months."""
    places = counted.agreed
    whole = [
        within(Period(span.first, span.last)) if (span.last - span.first).days > DAYS_APART else None for span in spans
    ]
    windows: list[tuple[int, Window]] = []
    for at, (span, month_span) in enumerate(zip(spans, whole, strict=True)):
        for first, last in _edges(span, month_span):
            windows += [(at, Window(pk, first, last)) for pk in places]
    sums = {pk: [[0, 0] for _span in spans] for pk in places}
    with scope(*places):
        figures = facts.by_days([window for _at, window in windows], followers=False, medians=False)
        for (at, window), one in zip(windows, figures, strict=True):
            sums[window.municipality_id][at][0] += one.posts
            sums[window.municipality_id][at][1] += one.services
        for at, months in enumerate(whole):
            if months is None:
                continue
            for pk, posts, services in _of_months(places, months):
                sums[pk][at][0] += posts
                sums[pk][at][1] += services
    return places, {pk: [(posts, services) for posts, services in several] for pk, several in sums.items()}


def _of_months(places: Mapping[int, Municipality], months: Period) -> QuerySet[MonthlyFact, tuple[int, int, int]]:
    """Municipality, posts and those about a service. One query."""
    rows = MonthlyFact.objects.filter(
        municipality__in=list(places), basis=Basis.PUBLICATION, month__range=(months.first, months.last)
    )
    if not settings.DEMO:
        rows = rows.filter(channel__is_practice=False)
    summed = rows.order_by().values("municipality").annotate(sent=Sum("posts"), promoting=Sum("services"))
    return summed.values_list("municipality", "sent", "promoting")


def _edges(span: Span, months: Period | None) -> list[tuple[date, date]]:
    """What of a span is not in its whole months."""
    if months is None:
        return [(span.first, span.last)]
    day = timedelta(days=1)
    edges = [(span.first, months.first - day), (months.last + day, span.last)]
    return [(first, last) for first, last in edges if first <= last]


# ---------------------------------------------------------------- answers


def _questions(counted: Counted, spans: Sequence[Span]) -> Mapping[str, Sequence[Amount]]:
    places = counted.agreed
    sums = {f"n{at}": Sum("counted", filter=Q(day__range=(span.first, span.last))) for at, span in enumerate(spans)}
    with scope(*places):
        counts = Tally.objects.filter(code=ANSWERED, municipality__in=list(places)).order_by().aggregate(**sums)
    return {QUESTIONS.key: in_order(counts)}


def _question_rows(key: str, counted: Counted, span: Span) -> list[OutputRow]:
    places = counted.agreed
    with scope(*places):
        rows = Tally.objects.filter(
            code=ANSWERED, municipality__in=list(places), day__range=(span.first, span.last)
        ).order_by()
        sums = dict(rows.values("municipality").annotate(total=Sum("counted")).values_list("municipality", "total"))
    rows_ = [OutputRow("", total, municipality=places[pk]) for pk, total in sums.items() if total]
    return sorted(rows_, key=lambda row: sort_key(str(row.municipality)))
