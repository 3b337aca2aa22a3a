"""Table of a programme's municipalities, one by one or in groups, and the same as CSV."""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.comparison import charts as comparison_charts
from analytics.comparison import takeaways
from analytics.comparison.groups import Group, middle
from analytics.comparison.measures import MEASURES, Measure
from analytics.comparison.queries.comparison import FEW_POSTS, Comparison, ComparisonRow, comparison, taking_part
from analytics.comparison.queries.grouping import groups
from analytics.comparison.small_changes import in_numbers
from analytics.comparison.url_params import BASELINE, CHANGE, COLUMNS, GROUPS, GROWTH, LINE, NAME, Choice, choice, label
from analytics.comparison.views.page_context import address, frame, kept_parameters
from analytics.comparison.views.table_rows import MunicipalityRow, rows
from common import charts, spreadsheets
from common.dates import short_date
from common.numbers import number
from municipalities.access import programme as programme_page
from municipalities.queries import today
from municipalities.rules import ProgrammeVerb, Verb, verbs
from municipalities.web import ProgrammeRequest
from serbian.sorting import sort_key

ALL = "all"


@programme_page(ProgrammeVerb.COMPARE)
def programme(request: ProgrammeRequest) -> HttpResponse:
    chosen = choice(request.GET, today())
    compared = comparison(taking_part(request.programmes), chosen.period, chosen.measure)
    context = {
        **frame(request, chosen, compared.part, "programme"),
        "columns": _columns(request, chosen),
        "has_line": (has_line := LINE in chosen.columns and not chosen.group),
        "line_heading": chosen.measure.label if compared.axis else _("Interactions by day"),
        "choosable": [(key, label(key), key in chosen.columns) for key in COLUMNS],
        "with_group": True,
        "groups": [
            {"key": key, "label": group_label, "current": key == chosen.group} for key, group_label in GROUPS.items()
        ],
        "formulas": [MEASURES[key] for key in chosen.columns if key in MEASURES],
        "few": FEW_POSTS,
        "minimum": settings.SMALLEST_GROUP,
        "kept_columns": kept_parameters(request, "columns"),
        "kept_chosen": kept_parameters(request, "m", "sort", "columns", "group"),
        "csv": f"{reverse('programme_csv')}?{request.GET.urlencode()}",
        "lines": [],
    }
    if chosen.group:
        all_groups = groups(compared.rows, chosen.group, settings.SMALLEST_GROUP)
        shown = [group for group in all_groups if not group.is_hidden]
        context["lines"] = [_line_of_group(group, chosen) for group in (*_sorted_groups(shown, chosen), _all(compared))]
        context["left_out"] = len(all_groups) - len(shown)
    else:
        page = _page(request)
        context["lines"] = [_line(row, chosen, page) for row in _sorted(compared.rows, chosen)]
        context["ranking"] = ranking = comparison_charts.ranking(compared.rows, chosen.measure)
        if picture := charts.asked(request, {"ranking": ranking}, source=source(chosen)):
            return picture
        context["takeaway"] = takeaways.ranking(compared.rows, chosen.measure)
    context["rows"] = rows(context["lines"], with_spark=has_line)
    return render(request, "analytics/programme.html", context)


def source(chosen: Choice) -> str:
    """The source line below an exported chart."""
    return f"{short_date(chosen.period.first)} – {short_date(chosen.period.last)}"


def _line(row: ComparisonRow, chosen: Choice, page: Callable[[str], str]) -> MunicipalityRow:
    return MunicipalityRow(
        str(row.municipality),
        _cells(row, chosen),
        row.municipality.slug,
        page(row.municipality.slug),
        comparison_charts.line_of(row),
        row.few,
        _("here since %(day)s") % {"day": short_date(row.since)} if row.since else "",
    )


def _page(request: HttpRequest) -> Callable[[str], str]:
    """Returns the address of a municipality's page by its slug: its statistics where the reader may open them, else
    its page in the programme. The address is resolved once for all."""
    stands_in = "-slug-"
    if may_open():
        address_of = reverse("analytics", args=[stands_in])
    else:
        address_of = reverse("programme_municipality", args=[stands_in]) + address(request)
    before, _, after = address_of.partition(stands_in)
    return lambda slug: f"{before}{slug}{after}"


def may_open() -> bool:
    """Whether the staff of a programme may open the pages of a municipality that takes part today."""
    return Verb.ANALYTICS_VIEW in verbs(frozenset({"staff"}), staff_may_read_drafts=False)


def _line_of_group(group: Group[ComparisonRow], chosen: Choice) -> MunicipalityRow:
    columns = [key for key in chosen.columns if key != LINE]
    values = _medians(group.members, columns, chosen)
    cells = [_written(value, key, chosen.measure) for key, value in zip(columns, values, strict=True)]
    return MunicipalityRow(str(group.label), cells, count=group.count, is_all=group.key == ALL)


@programme_page(ProgrammeVerb.COMPARE)
def table(request: ProgrammeRequest) -> HttpResponse:
    """The page as CSV: rows or groups, the chosen columns in the chosen order."""
    chosen = choice(request.GET, today())
    compared = comparison(taking_part(request.programmes), chosen.period, chosen.measure)
    columns = [key for key in chosen.columns if key != LINE]
    headings = [_("Group") if chosen.group else _("Municipality"), *(str(_heading(key, chosen)) for key in columns)]
    rows: list[list[Any]] = []
    if chosen.group:
        headings.insert(1, _("Municipalities"))
        all_groups = groups(compared.rows, chosen.group, settings.SMALLEST_GROUP)
        shown = _sorted_groups([group for group in all_groups if not group.is_hidden], chosen)
        for group in (*shown, _all(compared)):
            rows.append([str(group.label), group.count, *_plain(_medians(group.members, columns, chosen))])
    else:
        rows = [
            [str(row.municipality), *_plain(_figure(row, key, chosen) for key in columns)]
            for row in _sorted(compared.rows, chosen)
        ]
    answer = HttpResponse(spreadsheets.table([headings, *rows]), content_type="text/csv; charset=utf-8")
    name = f"dobosar-{chosen.period.first.isoformat()}-{chosen.period.last.isoformat()}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# ---- figures and how they are written


def _figure(row: ComparisonRow, key: str, chosen: Choice) -> float | None:
    if key == GROWTH:
        return row.growth
    if key == CHANGE:
        return row.change(chosen.measure)
    if key == BASELINE:
        return row.change_of_baseline(chosen.measure)
    return row.value(MEASURES[key])


def _cells(row: ComparisonRow, chosen: Choice) -> list[str]:
    return [
        _in_numbers(row, key, chosen) or _written(_figure(row, key, chosen), key, chosen.measure)
        for key in chosen.columns
        if key != LINE
    ]


def _in_numbers(row: ComparisonRow, key: str, chosen: Choice) -> str:
    """A change on a tiny base; empty for other columns."""
    if key not in (CHANGE, BASELINE):
        return ""
    then = row.before if key == CHANGE else row.baseline
    return in_numbers(row.now, then, chosen.measure, row.municipality.population)


def _medians(rows: Sequence[ComparisonRow], columns: Sequence[str], chosen: Choice) -> list[float | None]:
    smallest = settings.SMALLEST_GROUP
    return [middle((_figure(row, key, chosen) for row in rows), smallest).value for key in columns]


def _written(value: float | None, key: str, measure: Measure) -> str:
    if value is None:
        return number(None)
    if key in (GROWTH, CHANGE, BASELINE):
        return comparison_charts.signed(value, MEASURES["followers"] if key == GROWTH else measure)
    return comparison_charts.table_value(value, MEASURES[key])


def _plain(values: Any) -> list[Any]:
    return [None if value is None else round(value, 2) for value in values]


# ---- order


def _sorted(rows: Sequence[ComparisonRow], chosen: Choice) -> list[ComparisonRow]:
    """Unknown values come last in either direction; equal ones are in alphabetical order."""
    by_name = sorted(rows, key=lambda row: sort_key(str(row.municipality)))
    if chosen.sort == NAME:
        return by_name if not chosen.is_reversed else by_name[::-1]
    return _ordered([(_figure(row, chosen.sort, chosen), row) for row in by_name], chosen)


def _sorted_groups(all_groups: Sequence[Group[ComparisonRow]], chosen: Choice) -> list[Group[ComparisonRow]]:
    if chosen.sort == NAME:
        return list(all_groups) if not chosen.is_reversed else list(all_groups)[::-1]
    return _ordered([(_medians(group.members, [chosen.sort], chosen)[0], group) for group in all_groups], chosen)


def _ordered(pairs: Sequence[tuple[float | None, Any]], chosen: Choice) -> list[Any]:
    known = [(value, item) for value, item in pairs if value is not None]
    known.sort(key=lambda pair: pair[0], reverse=chosen.sorts_down)
    return [item for _value, item in known] + [item for value, item in pairs if value is None]


def _all(compared: Comparison) -> Group[ComparisonRow]:
    few = len(compared.rows) < settings.SMALLEST_GROUP
    return Group(ALL, _("All together"), len(compared.rows), [] if few else compared.rows, few)


# ---- headings


def _heading(key: str, chosen: Choice) -> str:
    """Of a change the heading says of what."""
    if key in (CHANGE, BASELINE):
        return _("%(measure)s: %(against)s") % {"measure": chosen.measure.label, "against": str(label(key)).lower()}
    return str(label(key))


def _columns(request: HttpRequest, chosen: Choice) -> list[dict[str, Any]]:
    columns = []
    for key in (NAME, *chosen.columns):
        if key == LINE:
            continue
        is_sorted = key == chosen.sort
        goes_on = f"-{key}" if is_sorted and not chosen.is_reversed else key
        heading = (_("Group") if chosen.group else _("Municipality")) if key == NAME else _heading(key, chosen)
        columns.append(
            {
                "key": key,
                "label": heading,
                "url": address(request, sort=goes_on),
                "sorted": ("descending" if chosen.sorts_down else "ascending") if is_sorted else "",
            }
        )
    return columns
