"""The programme's home: its municipalities by urgency, and the next action."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from common.web.params import choice_param
from mentoring import links
from mentoring.attention import AttentionReason
from mentoring.queries.programme_home import (
    SHOWS,
    CohortGroup,
    EnrolmentStatus,
    enrolment_statuses,
    groups,
    mentors,
    narrowed,
)
from mentoring.what_next import WhatNext
from municipalities.access import programme as programme_page
from municipalities.queries import today
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest

PER_PAGE = 15


@dataclass(frozen=True)
class ProgrammeFilters:
    """The filters of the page; unknown values filter nothing."""

    cohort: str
    mentor: str
    show: str


@programme_page(ProgrammeVerb.PLANS)
@require_safe
def home(request: ProgrammeRequest) -> HttpResponse:
    """`?cohort=`, `?mentor=` and `?show=` narrow it; one page holds fifteen municipalities."""
    everybody = enrolment_statuses(request.programmes, timezone.now())
    cohorts, people = groups(everybody), mentors(everybody)
    filters = _filters(request, cohorts, people)
    shown_pairings = narrowed(everybody, cohort=filters.cohort, mentor=filters.mentor, show=filters.show)
    page = Paginator(shown_pairings, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "today": today(),
        "cohorts": cohorts,
        "several": len(request.programmes) > 1,
        "mentors": people,
        "filters": filters,
        "segments": _segments(request, filters, everybody),
        "page": page,
        "what_next": what_next(everybody),
    }
    return render(request, "mentoring/programme_home.html", context)


def _filters(request: HttpRequest, cohorts: list[CohortGroup], people: list[Any]) -> ProgrammeFilters:
    return ProgrammeFilters(
        choice_param(request.GET, "cohort", [str(group.cohort.pk) for group in cohorts]),
        choice_param(request.GET, "mentor", [str(person.pk) for person in people]),
        choice_param(request.GET, "show", SHOWS, default="here"),
    )


def _segments(
    request: HttpRequest, filters: ProgrammeFilters, everybody: list[EnrolmentStatus]
) -> list[dict[str, Any]]:
    labels = {"here": _("All"), "needs": _("Needs something"), "left": _("Have left")}
    query = request.GET.copy()
    query.pop("page", None)
    segments = []
    for show, label in labels.items():
        count = len(narrowed(everybody, cohort=filters.cohort, mentor=filters.mentor, show=show))
        if show == "left" and not count and filters.show != show:
            continue
        query["show"] = show
        segments.append(
            {"label": label, "url": f"?{query.urlencode()}", "current": show == filters.show, "count": count}
        )
    return segments


# ---- what to do next


def what_next(everybody: Sequence[EnrolmentStatus]) -> WhatNext:
    """About the municipality that needs something most; where none does, what may be looked at."""
    here = [status for status in everybody if not status.has_left]
    first = next((status for status in here if status.needs), None)
    if first is not None:
        url, action = _where(first, first.needs[0])
        return WhatNext(first.needs[0].sentence(str(first.municipality)), url, action)
    if not here:
        sentence = _("No municipality takes part yet. Enrol the first one, and pair it with a mentor.")
        return WhatNext(sentence, reverse("programme_people"), _("Cohorts and mentors"))
    on_their_way = ngettext(
        "%(count)s municipality is on track and needs no action. Review its posts.",
        "%(count)s municipalities are on track and need no action. Review their posts.",
        len(here),
    ) % {"count": len(here)}
    return WhatNext(on_their_way, reverse("programme_feedback"), _("Feedback by the rubric"), calm=True)


def _where(status: EnrolmentStatus, need: AttentionReason) -> tuple[str, str]:
    """Where it is done, and what the link is called."""
    slug = status.municipality.slug
    if need.kind == "no_mentor":
        return f"{reverse('pair')}?municipality={status.municipality.pk}", _("Pair a mentor")
    if need.kind == "ends":
        last = max(status.current, key=lambda row: row.ends_on or today())
        return reverse("pairing_hand_over", args=[last.pk]), _("Choose who follows")
    if need.kind == "behind":
        return reverse("analytics_indicators", args=[slug]), _("View the indicators")
    if need.kind in ("drafts", "feedback"):
        return reverse("posts", args=[slug]), _("View the posts")
    return links.plan(slug), _("View the plan")
