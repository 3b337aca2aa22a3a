"""Progress by the rubric: of a municipality over weeks, and of a programme's municipalities side by side."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from common import charts
from common.dates import day_month_short
from common.numbers import number
from mentoring.queries import people
from mentoring.queries.handover import handover_status
from mentoring.queries.progress import HALF, WEEKS, ProgressDashboard, RubricProgress, progress, progress_dashboards
from mentoring.queries.response import LONGEST, absences_since, response_times
from mentoring.rules import FEW
from municipalities.access import programme as programme_page
from municipalities.access import requires
from municipalities.queries import today
from municipalities.rules import ProgrammeVerb, Verb
from municipalities.tenancy import scope
from municipalities.web import MunicipalityRequest, ProgrammeRequest
from serbian.sorting import sort_key
from trainings.tabs import tabs


@requires(Verb.FEEDBACK_VIEW)
@require_safe
def municipality(request: MunicipalityRequest) -> HttpResponse:
    """Of one's own posts, or of all; people are never compared with each other."""
    may, writes = request.access.may, request.access.may(Verb.POST_EDIT)
    own = writes and request.GET.get("of") != "all"
    own_progress = progress(
        request.municipality, author=request.user if own else None, drafts=may(Verb.DRAFT_VIEW)
    )  # fmt: skip
    mentors = people.mentors_of(request.municipality)
    handovers = people.handovers() if {"mentor", "staff"} & request.access.roles else []
    context = {
        "pages": tabs(request, "progress"),
        "progress": own_progress,
        "lines": list(zip(own_progress.lines, _charts(own_progress), strict=True)),
        "segments": _segments(own=own) if writes else [],
        "own": own,
        "weeks": WEEKS,
        "half": HALF,
        "few": FEW,
        "drafts": may(Verb.DRAFT_VIEW),
        "mentors": [row for row in mentors if row.ends_on is None or row.ends_on >= today()],
        "former": [row for row in mentors if row.ends_on is not None and row.ends_on < today()],
        # Nobody needs to read about their own.
        "absences": [row for row in people.absences(request.municipality) if row.mentor_id != request.user.pk],
        "handovers": handovers,
        "standing": handover_status(request.municipality) if handovers else None,
        "may_hand_over": "mentor" in request.access.roles,
        "today": today(),
    }
    return render(request, "mentoring/progress.html", context)


def _segments(*, own: bool) -> list[dict[str, Any]]:
    return [
        {"label": _("My posts"), "url": "?of=mine", "current": own},
        {"label": _("All posts"), "url": "?of=all", "current": not own},
    ]


def _charts(progress: RubricProgress) -> list[charts.Chart]:
    """A small chart for each criterion, all on the scale of the levels."""
    if not progress.lines:
        return []
    labels = [day_month_short(monday) for monday in progress.mondays]
    series = [
        charts.Series(
            str(line.criterion),
            [cell.mean for cell in line.weeks],
            {at: _("no feedback") for at, cell in enumerate(line.weeks) if not cell.count},
        )
        for line in progress.lines
    ]
    texts = charts.ChartTexts(
        number=lambda value: number(value, 1), gap=_("no feedback"), heading=_("Week from"),
        formula=_("mean level of the week, 1 to 4"),
    )  # fmt: skip
    return charts.small(labels, series, texts)


@programme_page(ProgrammeVerb.COMPARE)
@require_safe
def programme(request: ProgrammeRequest) -> HttpResponse:
    dashboards = progress_dashboards(request.programmes)
    context = {
        "boards": [_sorted(board) for board in dashboards],
        "several": len(dashboards) > 1,
        "weeks": WEEKS,
        "few": FEW,
        "mentors": _mentors(request),
        "days": LONGEST,
        "withheld": sum(board.withheld for board in dashboards),
    }
    return render(request, "mentoring/programme_feedback.html", context)


def _sorted(board: ProgressDashboard) -> ProgressDashboard:
    board.rows.sort(key=lambda row: sort_key(str(row.municipality)))
    return board


def _mentors(request: ProgrammeRequest) -> list[dict[str, Any]]:
    """Mentors of today by name, with their municipalities and how soon they answer."""
    pairings = people.pairings_of(request.programmes)
    running = [row for row in pairings if people.runs(row, today())]
    mentors = sorted({row.mentor for row in running}, key=lambda person: sort_key(person.name))
    absences = absences_since(mentors, today() - timedelta(days=LONGEST))
    with scope(*{row.municipality_id for row in pairings}):
        times = response_times(pairings, (LONGEST,), absences)
    away = {row.mentor_id: row for row in absences if people.runs(row, today())}
    return [
        {
            "person": person,
            "places": _places([row for row in running if row.mentor_id == person.pk]),
            "answers": times[person.pk][0],
            "absence": away.get(person.pk),
        }
        for person in mentors
    ]


def _places(rows: list[Any]) -> str:
    names = sorted((str(row.municipality) for row in rows), key=sort_key)
    if len(names) <= 3:
        return ", ".join(names)
    return ngettext("%(count)s municipality", "%(count)s municipalities", len(names)) % {"count": len(names)}
