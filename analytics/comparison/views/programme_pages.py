"""Other pages of the comparison: small multiples, a selection, districts, around the training, a single
municipality."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from analytics.annotations.marks import listed
from analytics.annotations.queries import Event, of_municipality, of_programmes
from analytics.comparison import charts as comparison_charts
from analytics.comparison.measures import MEASURES, Figures, Measure, MeasureKind
from analytics.comparison.queries.comparison import ComparisonRow, Part, comparison, taking_part
from analytics.comparison.queries.grouping import groups, median_of
from analytics.comparison.queries.training_figures import around
from analytics.comparison.small_changes import in_numbers
from analytics.comparison.training_periods import STRETCHES
from analytics.comparison.url_params import choice
from analytics.comparison.views.page_context import address, frame, kept_parameters
from analytics.comparison.views.programme import may_open, source
from common import charts
from municipalities.access import programme as programme_page
from municipalities.queries import today
from municipalities.rules import ProgrammeVerb
from municipalities.tenancy import scope
from municipalities.web import ProgrammeRequest
from serbian.sorting import sort_key

FEWEST, MOST = 2, 6


@programme_page(ProgrammeVerb.COMPARE)
def multiples(request: ProgrammeRequest) -> HttpResponse:
    """Every municipality as a small line on one scale."""
    chosen = choice(request.GET, today())
    compared = comparison(taking_part(request.programmes), chosen.period, chosen.measure, over_time=True)
    axis = compared.axis
    events = of_programmes(request.programmes, axis.firsts[0], axis.lasts[-1]) if axis else []
    drawn = comparison_charts.multiples(compared, chosen.measure, events)
    if picture := charts.asked(request, {"multiples": drawn}, source=source(chosen)):
        return picture
    context = {
        **frame(request, chosen, compared.part, "programme_multiples"),
        **_annotations(request, events),
        "chart": drawn,
    }
    return render(request, "analytics/programme_multiples.html", context)


def _annotations(request: ProgrammeRequest, events: Sequence[Event]) -> dict[str, Any]:
    """The programme's events as a list, and where one is added; of several programmes each is named."""
    several = len(request.programmes) > 1
    return {
        "annotations": listed(events, of_programme=True),
        "annotate": [
            (str(row) if several else "", reverse("programme_annotation_new", args=[row.pk]))
            for row in request.programmes
        ],
    }


@programme_page(ProgrammeVerb.COMPARE)
def compare(request: ProgrammeRequest) -> HttpResponse:
    """From two to six municipalities over each other; the address says which. 404 for one that is not compared."""
    chosen = choice(request.GET, today())
    part = taking_part(request.programmes)
    wanted = list(dict.fromkeys(request.GET.getlist("m")))
    by_slug = {place.municipality.slug: pk for pk, place in part.places.items()}
    if unknown := set(wanted) - set(by_slug):
        raise Http404(f"Not among those that are compared: {', '.join(sorted(unknown))}")
    names = [(str(place.municipality), place.municipality.slug) for place in part.places.values()]
    names.sort(key=lambda pair: sort_key(pair[0]))
    context = {
        **frame(request, chosen, part, "programme_compare"),
        "choosable": [(slug, name, slug in wanted) for name, slug in names],
        "kept_chosen": kept_parameters(request, "m"),
        "chosen_count": len(wanted),
        "is_right": FEWEST <= len(wanted) <= MOST,
    }
    if context["is_right"]:
        few = Part({by_slug[slug]: part.places[by_slug[slug]] for slug in wanted}, part.withheld)
        compared = comparison(few, chosen.period, chosen.measure, over_time=True)
        assert compared.axis is not None  # over time
        rows = sorted(compared.rows, key=lambda row: sort_key(str(row.municipality)))
        events = of_programmes(request.programmes, compared.axis.firsts[0], compared.axis.lasts[-1])
        drawn = {
            "over-time": comparison_charts.over_time(rows, compared.axis, chosen.measure, events),
            "before-now": comparison_charts.before_and_now(rows, chosen.period, chosen.measure),
        }
        if picture := charts.asked(request, drawn, source=source(chosen)):
            return picture
        context |= {
            **_annotations(request, events),
            "names": [str(row.municipality) for row in rows],
            "lines": [
                (measure, [comparison_charts.table_value(row.value(measure), measure) for row in rows])
                for measure in MEASURES.values()
            ],
            "over_time": drawn["over-time"],
            "before_now": drawn["before-now"],
        }
    return render(request, "analytics/programme_compare.html", context)


@programme_page(ProgrammeVerb.COMPARE)
def districts(request: ProgrammeRequest) -> HttpResponse:
    """The districts by their medians; small ones stay untold as in the table."""
    chosen = choice(request.GET, today())
    compared = comparison(taking_part(request.programmes), chosen.period, chosen.measure)
    all_groups = groups(compared.rows, "district", settings.SMALLEST_GROUP)
    drawn = comparison_charts.districts(all_groups, chosen.measure, settings.SMALLEST_GROUP)
    if picture := charts.asked(request, {"districts": drawn}, source=source(chosen)):
        return picture
    shown = [group for group in all_groups if not group.is_hidden]
    context = {
        **frame(request, chosen, compared.part, "programme_districts"),
        "chart": drawn,
        "left_out": len(all_groups) - len(shown),
        "minimum": settings.SMALLEST_GROUP,
        "is_any": any(median_of(group.members, chosen.measure, settings.SMALLEST_GROUP).n for group in shown),
    }
    return render(request, "analytics/programme_districts.html", context)


@programme_page(ProgrammeVerb.COMPARE)
def training(request: ProgrammeRequest) -> HttpResponse:
    """Four weeks before the training of each municipality's cohort against the days after it."""
    chosen = choice(request.GET, today())
    part = taking_part(request.programmes)
    trained = {pk: place.cohort.training_on for pk, place in part.places.items()}
    with scope(*trained):
        key = chosen.measure.key
        by_municipality = around(trained, followers=key == "followers", medians=key == "median") if trained else {}
    rows = [
        comparison_charts.trained(place, by_municipality[pk], chosen.measure, today())
        for pk, place in part.places.items()
    ]
    rows.sort(key=lambda row: sort_key(row.name))
    drawn = comparison_charts.around_training(rows, chosen.measure)
    if picture := charts.asked(request, {"training": drawn}, source=str(chosen.measure.label)):
        return picture
    medians = comparison_charts.medians_of_stretches(rows, settings.SMALLEST_GROUP)
    context = {
        **frame(request, chosen, part, "programme_training", period=False),
        "stretches": STRETCHES,
        "rows": rows,
        "medians": [
            (comparison_charts.table_value(median.value, comparison_charts.rate(chosen.measure)), median.n)
            for median in medians
        ],
        "chart": drawn,
        "unit": comparison_charts.rate_label(chosen.measure),
        "is_share": chosen.measure.kind == MeasureKind.SHARE,
    }
    return render(request, "analytics/programme_training.html", context)


@programme_page(ProgrammeVerb.COMPARE)
def municipality(request: ProgrammeRequest, place: str) -> HttpResponse:
    """One municipality in the programme's comparison, read-only. 404 for one that is not compared."""
    chosen = choice(request.GET, today())
    part = taking_part(request.programmes)
    pk = next((pk for pk, seat in part.places.items() if seat.municipality.slug == place), None)
    if pk is None:
        raise Http404(f"Not among those that are compared: {place}")
    only = Part({pk: part.places[pk]}, part.withheld)
    compared = comparison(only, chosen.period, chosen.measure, every=True, over_time=True)
    assert compared.axis is not None  # over time
    (row,) = compared.rows
    with scope(pk):
        events = of_municipality(row.municipality, compared.axis.firsts[0], compared.axis.lasts[-1])
    drawn = comparison_charts.over_time([row], compared.axis, chosen.measure, events)
    if picture := charts.asked(request, {"over-time": drawn}, source=f"{row.municipality} · {source(chosen)}"):
        return picture
    context = {
        **frame(request, chosen, part, ""),
        "annotations": listed(events),
        "row": row,
        "page_title": str(row.municipality),
        "lines": [_measure_row(row, measure) for measure in MEASURES.values()],
        "chart": drawn,
        "own_page": reverse("analytics", args=[place]) if may_open() else "",
        "back": reverse("programme") + address(request),
    }
    return render(request, "analytics/programme_municipality.html", context)


def _measure_row(row: ComparisonRow, measure: Any) -> tuple[Any, str, list[str]]:
    """A measure, its figure, and how it changed: against the period before and against the own baseline."""
    value = comparison_charts.table_value(row.value(measure), measure)
    return measure, value, [_change(row, then, measure) for then in (row.before, row.baseline)]


def _change(row: ComparisonRow, then: Figures | None, measure: Measure) -> str:
    population = row.municipality.population
    change = measure.change(row.now, then, population)
    if change is None:
        return "–"
    return in_numbers(row.now, then, measure, population) or comparison_charts.signed(change, measure)
