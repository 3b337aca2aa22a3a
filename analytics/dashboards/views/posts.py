"""The posts behind a figure: those of the same period and traits."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.dashboards.labels import TITLES, times, value_label
from analytics.dashboards.queries.posts import SORTS, PostFilters, Usual, clicks_of, filtered_posts, ordered, usual
from analytics.dashboards.queries.totals import DIMENSIONS
from analytics.dashboards.views.page_context import NONE, Frame, frame, traits_asked
from analytics.metrics import FORMULAS, METRICS
from analytics.models import Subject
from analytics.thresholds import ENOUGH_ON_A_CHANNEL, SETTLED_AFTER, USUAL_DAYS
from common.web.params import choice_param
from municipalities.access import requires
from municipalities.queries import services
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

PER_PAGE = 25


@dataclass(frozen=True)
class PostRow:
    """A post on one channel. `times` is its result against the usual one; `clicks` is None without a short link."""

    subject: Subject
    clicks: int | None
    times: str


@requires(Verb.ANALYTICS_VIEW)
@require_safe
def posts(request: MunicipalityRequest) -> HttpResponse:
    known = frame(request, "analytics_posts")
    filters = PostFilters(traits_asked(request.GET, known), request.GET.get("q", "").replace("\x00", "")[:80])
    sort = choice_param(request.GET, "sort", SORTS, default=SORTS[0])
    medians = usual(known.period.last, known.today)
    rows = ordered(filtered_posts(known.period, filters), sort, medians)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    subjects = list(page.object_list)
    clicks = clicks_of(subjects)
    known.more.update(_asked(filters, sort))
    names = known.names | ({s.key: str(s) for s in services(all_of_them=True)} if filters.traits.get("service") else {})
    context = {
        **known.context(),
        "page": page,
        "lines": [PostRow(subject, clicks.get(subject.pk), _times(subject, medians)) for subject in subjects],
        "filters": filters,
        "chips": _chips(known, filters, names),
        "columns": _columns(known, sort),
        "hidden": {key: value for key, value in {**known.kept(), **known.more}.items() if key != "q"},
        "everything": known.address("analytics_posts"),
        "narrowed": bool(filters.text or set(filters.traits) - {"channel"}),
        "formulas": FORMULAS,
        "usual_days": USUAL_DAYS,
        "enough": ENOUGH_ON_A_CHANNEL,
        "settled": SETTLED_AFTER.days,
        "may_correct": request.access.may(Verb.POST_EDIT),
    }
    return render(request, "analytics/posts.html", context)


def _asked(filters: PostFilters, sort: str) -> dict[str, str]:
    """The filters as query parameters."""
    parameters = {key: value or NONE for key, value in filters.traits.items() if key != "channel"}
    return parameters | ({"q": filters.text} if filters.text else {}) | ({"sort": sort} if sort != SORTS[0] else {})


def _times(subject: Subject, medians: dict[int, Usual]) -> str:
    usual_result = medians.get(subject.channel_id)
    if subject.interactions is None or usual_result is None or not usual_result.median:
        return ""
    return times(subject.interactions / usual_result.median)


def _chips(known: Frame, filters: PostFilters, names: dict[str, str]) -> list[dict[str, str]]:
    """What the list is narrowed to, each with the address that takes it away."""
    return [
        {
            "head": str(TITLES[name][1]),
            "label": value_label(name, filters.traits[name], names),
            "without": known.address(**{name: ""}),
        }
        for name in DIMENSIONS
        if name in filters.traits
    ]


def _columns(known: Frame, sort: str) -> list[dict[str, Any]]:
    """Heads of columns that can be sorted by; a second press on one of two turns it round."""
    turned = {"newest": "oldest", "most": "least"}
    labels = {
        "newest": _("Published"),
        "most": FORMULAS["interactions"].label,
        "usual": _("against the usual"),
        "likes": METRICS["likes"].label,
        "reposts": METRICS["reposts"].label,
        "replies": METRICS["replies"].label,
    }
    columns = []
    for key, label in labels.items():
        back = turned.get(key)
        target = back if back and sort == key else key
        direction = "descending" if sort == key else "ascending" if back and sort == back else ""
        columns.append({"key": key, "label": label, "url": known.address(sort=target), "direction": direction})
    return columns
