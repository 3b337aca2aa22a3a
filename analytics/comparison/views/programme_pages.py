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
from analytics.comparison import takeaways
from analytics.comparison.effect_text import effect_text
from analytics.comparison.measures import MEASURES, Figures, Measure, MeasureKind
from analytics.comparison.queries.comparison import ComparisonRow, Part, comparison, taking_part
from analytics.comparison.queries.grouping import groups
from analytics.comparison.queries.training_effect import RECOGNISED, effect_of_training, scale_of
from analytics.comparison.queries.training_figures import around
from analytics.comparison.small_changes import in_numbers
from analytics.comparison.training_periods import STRETCHES
from analytics.comparison.url_params import Choice, choice, choice_over_time
from analytics.comparison.views.page_context import address, frame, kept_parameters
from analytics.comparison.views.programme import may_open, source
from common import charts
from municipalities.access import programme as programme_page
from municipalities.queries import district_names, today
from municipalities.rules import ProgrammeVerb
from municipalities.tenancy import scope
from municipalities.web import ProgrammeRequest
from serbian.sorting import sort_key

FEWEST, MOST = 2, 6
HIGHEST = 4  # as many as a chart names at its lines


@programme_page(ProgrammeVerb.COMPARE)
def multiples(request: ProgrammeRequest) -> HttpResponse:
    """Every municipality as a small line on one scale."""
    part = taking_part(request.programmes)
    trained = {place.cohort.training_on for place in part.places.values()}
    chosen = choice_over_time(request.GET, today(), trained)
    compared = comparison(part, chosen.period, chosen.measure, over_time=True)
    axis = compared.axis
    events = of_programmes(request.programmes, axis.firsts[0], axis.lasts[-1]) if axis else []
    drawn = comparison_charts.multiples(compared, chosen.measure, events)
    if picture := charts.asked(request, {"multiples": drawn}, source=source(chosen)):
        return picture
    context = {
        **frame(request, chosen, part, "programme_multiples"),
        **_annotations(request, events),
        "takeaway": takeaways.change(compared.rows, chosen.measure),
        "chart": drawn,
        "has_training": any(chosen.period.first <= day <= chosen.period.last for day in trained),
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
    by_slug = {place.municipality.slug: pk for pk, place in part.places.items()}
    given = list(dict.fromkeys(request.GET.getlist("m")))
    if unknown := set(given) - set(by_slug):
        raise Http404(f"Not among those that are compared: {', '.join(sorted(unknown))}")
    wanted = given or _highest(part, chosen)
    names = [(str(place.municipality), place.municipality.slug) for place in part.places.values()]
    names.sort(key=lambda pair: sort_key(pair[0]))
    context = {
        **frame(request, chosen, part, "programme_compare"),
        "choosable": [(slug, name, slug in wanted) for name, slug in names],
        "kept_chosen": kept_parameters(request, "m"),
        "is_own_choice": bool(given),
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
            "takeaway": takeaways.change(rows, chosen.measure),
            "names": [str(row.municipality) for row in rows],
            "lines": [
                (measure, [comparison_charts.table_value(row.value(measure), measure) for row in rows])
                for measure in MEASURES.values()
            ],
            "over_time": drawn["over-time"],
            "before_now": drawn["before-now"],
        }
    return render(request, "analytics/programme_compare.html", context)


def _highest(part: Part, chosen: Choice) -> list[str]:
    """The municipalities with the highest figures, for a page on which nobody has chosen yet; fewer if few have any."""
    rows = comparison(part, chosen.period, chosen.measure).rows
    known = [(value, row) for row in rows if (value := row.value(chosen.measure)) is not None]
    known.sort(key=lambda pair: (-pair[0], sort_key(str(pair[1].municipality))))
    return [row.municipality.slug for _value, row in known[:HIGHEST]]


@programme_page(ProgrammeVerb.COMPARE)
def districts(request: ProgrammeRequest) -> HttpResponse:
    """The municipalities on the map, and the medians of districts; small ones are left out as in the table."""
    chosen = choice(request.GET, today())
    compared = comparison(taking_part(request.programmes), chosen.period, chosen.measure)
    all_groups = groups(compared.rows, "district", settings.SMALLEST_GROUP)
    shown = [group for group in all_groups if not group.is_hidden]
    drawn = {"map": comparison_charts.place_map(compared.rows, chosen.measure, district_names())}
    if shown:
        drawn["districts"] = comparison_charts.districts(all_groups, chosen.measure, settings.SMALLEST_GROUP)
    if picture := charts.asked(request, drawn, source=source(chosen)):
        return picture
    places = sorted((row.municipality for row in compared.rows), key=lambda place: sort_key(str(place)))
    context = {
        **frame(request, chosen, compared.part, "programme_districts"),
        "takeaway": takeaways.ranking(compared.rows, chosen.measure),
        "map": drawn["map"],
        "off_the_map": [str(place) for place in places if place.district_id not in charts.PLACES],
        "medians": drawn.get("districts"),
        "left_out": len(all_groups) - len(shown),
        "minimum": settings.SMALLEST_GROUP,
    }
    return render(request, "analytics/programme_districts.html", context)


@programme_page(ProgrammeVerb.COMPARE)
def training(request: ProgrammeRequest) -> HttpResponse:
    """Four weeks before the training of each municipality's cohort against the days after it; and months after it,
    compared with those not yet trained."""
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
    compared = None
    if trained:
        with scope(*trained):
            effect = effect_of_training(part.places, chosen.measure)
        compared = effect_text(effect, chosen.measure, RECOGNISED[scale_of(chosen.measure)])
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
        "effect": compared,
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
