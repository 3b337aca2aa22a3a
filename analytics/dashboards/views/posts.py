"""The posts behind a number: those of the same period and kind, as many as the number says."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.dashboards.labels import TITLES, times, value_label
from analytics.dashboards.queries.posts import SORTS, Kept, Usual, behind, clicks_of, ordered, usual
from analytics.dashboards.queries.totals import DIMENSIONS
from analytics.dashboards.thresholds import ENOUGH_ON_A_CHANNEL, SETTLED_AFTER, USUAL_DAYS
from analytics.dashboards.views.page_context import NONE, Frame, frame, traits_asked
from analytics.metrics import FORMULAS, METRICS
from analytics.models import Subject
from common.web.params import choice_param
from municipalities.access import requires
from municipalities.queries import services
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

PER_PAGE = 25


@dataclass(frozen=True)
class PostRow:
    """A post on one channel. `times` is what it got against the usual; `clicks` None: it has no short link."""

    subject: Subject
    clicks: int | None
    times: str


@requires(Verb.ANALYTICS_VIEW)
@require_safe
def posts(request: MunicipalityRequest) -> HttpResponse:
    known = frame(request, "analytics_posts")
    kept = Kept(traits_asked(request.GET, known), request.GET.get("q", "").replace("\x00", "")[:80])
    sort = choice_param(request.GET, "sort", SORTS, default=SORTS[0])
    medians = usual(known.period.last, known.today)
    rows = ordered(behind(known.period, kept), sort, medians)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    subjects = list(page.object_list)
    clicks = clicks_of(subjects)
    known.more.update(_asked(kept, sort))
    names = known.names | ({s.key: str(s) for s in services(all_of_them=True)} if kept.traits.get("service") else {})
    context = {
        **known.context(),
        "page": page,
        "lines": [PostRow(each, clicks.get(each.pk), _times(each, medians)) for each in subjects],
        "kept": kept,
        "chips": _chips(known, kept, names),
        "columns": _columns(known, sort),
        "hidden": {key: value for key, value in {**known.kept(), **known.more}.items() if key != "q"},
        "everything": known.address("analytics_posts"),
        "narrowed": bool(kept.words or set(kept.traits) - {"channel"}),
        "formulas": FORMULAS,
        "usual_days": USUAL_DAYS,
        "enough": ENOUGH_ON_A_CHANNEL,
        "settled": SETTLED_AFTER.days,
        "may_correct": request.access.may(Verb.POST_EDIT),
    }
    return render(request, "analytics/posts.html", context)


def _asked(kept: Kept, sort: str) -> dict[str, str]:
    """The filters as they stand in the address."""
    found = {key: value or NONE for key, value in kept.traits.items() if key != "channel"}
    return found | ({"q": kept.words} if kept.words else {}) | ({"sort": sort} if sort != SORTS[0] else {})


def _times(subject: Subject, medians: dict[int, Usual]) -> str:
    found = medians.get(subject.channel_id)
    if subject.interactions is None or found is None or not found.median:
        return ""
    return times(subject.interactions / found.median)


def _chips(known: Frame, kept: Kept, names: dict[str, str]) -> list[dict[str, str]]:
    """What the list is narrowed to, each with the address that takes it away."""
    return [
        {
            "head": str(TITLES[name][1]),
            "label": value_label(name, kept.traits[name], names),
            "without": known.address(**{name: ""}),
        }
        for name in DIMENSIONS
        if name in kept.traits
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
    found = []
    for key, label in labels.items():
        back = turned.get(key)
        target = back if back and sort == key else key
        direction = "descending" if sort == key else "ascending" if back and sort == back else ""
        found.append({"key": key, "label": label, "url": known.address(sort=target), "direction": direction})
    return found
