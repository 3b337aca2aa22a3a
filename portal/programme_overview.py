"""The programme at a glance, for its staff: what is reached, what is behind, what was done, and who needs something.

The figures of indicators are those of their own table for the same period (`analytics.indicators`). What was done is
counted since the programme began, whatever the period, and says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from analytics import reporting_period
from analytics.enums import TargetStatus
from analytics.indicators import labels
from analytics.indicators.queries import programme as indicators
from analytics.indicators.queries.rows import IndicatorRow
from analytics.indicators.views.programme import row
from analytics.indicators.views.shared import period_context
from common.numbers import number
from kits import queries as kits
from mentoring.queries.hours import hours
from mentoring.queries.programme_home import enrolment_statuses
from mentoring.views.programme_home import what_next
from municipalities.access import programme as programme_page
from municipalities.models import Programme
from municipalities.queries import today, workspaces
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest
from serbian.sorting import sort_key
from trainings.models import Attendance, Certificate, Training

# Behind first: that is what staff open the page for.
ORDER = (
    TargetStatus.BEHIND,
    TargetStatus.WORSE,
    TargetStatus.ON_TRACK,
    TargetStatus.REACHED,
    TargetStatus.NOT_DUE,
    TargetStatus.NO_DATA,
)
MOST_NEEDS = 5
THE_BEGINNING = date(2000, 1, 1)


@dataclass(frozen=True)
class Outcome:
    """An indicator with a target: its row of the table, the sentence about it, and how much of the way is done.

    `share` of the way from the baseline to the target, from 0 to 1; None without a value or where there is no way.
    """

    line: IndicatorRow
    url: str
    row: Mapping[str, Any]
    sentence: str
    share: float | None

    @property
    def state(self) -> str:
        return str(self.row["state"])


@dataclass(frozen=True)
class Output:
    """Something that was done, with the page on which its rows stand."""

    label: str
    value: str
    url: str


@programme_page(ProgrammeVerb.COMPARE)
@require_safe
def overview(request: ProgrammeRequest) -> HttpResponse:
    """`?programme=` chooses among several, `?days=` the period of the indicators."""
    period = reporting_period.parse(request.GET, today())
    programme = _chosen(request.programmes, request.GET.get("programme", ""))
    board = indicators.dashboard(programme, period)
    kept = period_context(period)["kept_period"]
    outcomes = sorted((_outcome(line, kept) for line in board.lines if line.target), key=_urgency)
    statuses = [status for status in enrolment_statuses([programme], timezone.now()) if not status.has_left]
    needy = [status for status in statuses if status.needs]
    context = {
        **period_context(period),
        "programme": programme,
        "programmes": request.programmes,
        "headline": headline(outcomes),
        "outcomes": outcomes,
        "without_target": sum(1 for line in board.lines if not line.target),
        "outputs": outputs(programme, len(statuses)),
        "needy": needy[:MOST_NEEDS],
        "more_needy": max(0, len(needy) - MOST_NEEDS),
        "what_next": what_next(statuses),
        "mine": sorted(workspaces(request.user), key=lambda place: sort_key(str(place))),
    }
    return render(request, "portal/programme_overview.html", context)


def _chosen(programmes: Sequence[Programme], wanted: str) -> Programme:
    return next((programme for programme in programmes if str(programme.pk) == wanted), programmes[0])


def _outcome(line: IndicatorRow, kept: str) -> Outcome:
    url = f"{reverse('programme_indicator', args=[line.indicator.pk])}?{kept}"
    return Outcome(line, url, row(line), labels.status_sentence(line), _share(line))


def _share(line: IndicatorRow) -> float | None:
    goal, actual = line.judged.goal, line.actual
    if goal is None or actual is None or not line.is_enough or line.start is None or goal == line.start.value:
        return None
    return min(1.0, max(0.0, (actual - line.start.value) / (goal - line.start.value)))


def _urgency(outcome: Outcome) -> tuple[int, str]:
    return ORDER.index(TargetStatus(outcome.state)), str(outcome.line.indicator)


def headline(outcomes: Sequence[Outcome]) -> str:
    """How the programme stands, in a sentence; what is not judged is said as such."""
    if not outcomes:
        return _("No indicator has a target yet, so nothing can be said about progress.")
    counts = {state: sum(1 for one in outcomes if one.state == state) for state in TargetStatus.values}
    behind = counts[TargetStatus.BEHIND] + counts[TargetStatus.WORSE]
    good = counts[TargetStatus.REACHED] + counts[TargetStatus.ON_TRACK]
    judged = behind + good
    if not judged:
        return _("No target can be judged yet: there is too little data, or nothing is due.")
    sentence = ngettext(
        "Of %(judged)s target that can be judged, %(reached)s is reached, %(on_track)s is on track and %(behind)s is "
        "behind.",
        "Of %(judged)s targets that can be judged, %(reached)s are reached, %(on_track)s are on track and %(behind)s "
        "are behind.",
        judged,
    ) % {
        "judged": judged,
        "reached": counts[TargetStatus.REACHED],
        "on_track": counts[TargetStatus.ON_TRACK],
        "behind": behind,
    }
    rest = len(outcomes) - judged
    if not rest:
        return sentence
    return f"{sentence} {_('That many cannot be judged yet: %(count)s.') % {'count': rest}}"


def outputs(programme: Programme, municipalities: int) -> list[Output]:
    """What was done since the beginning, each with the page of its rows. A fixed number of queries."""
    day = today()
    held = Training.objects.filter(programme=programme, ends_on__lte=day)
    present = Attendance.objects.filter(participant__training__in=held, present=True)
    issued = Certificate.objects.filter(participant__training__programme=programme, revoked_at=None)
    worked = hours([programme], THE_BEGINNING, day.replace(day=1))
    listed = kits.overview([programme])
    return [
        Output(_("Municipalities that take part"), number(municipalities), reverse("programme_people")),
        Output(_("Trainings held"), number(held.count()), reverse("train_list")),
        Output(
            _("People who attended"), number(present.values("participant").distinct().count()), reverse("train_list")
        ),
        Output(_("Certificates that hold"), number(issued.count()), reverse("train_list")),
        Output(_("Check-ins of mentors"), number(sum(row.check_ins for row in worked)), reverse("check_in_hours")),
        Output(
            _("Hours of mentoring"), _hours(sum((row.hours for row in worked), Decimal(0))), reverse("check_in_hours")
        ),
        Output(_("Adoptions of campaign kits"), number(sum(kit.adopted for kit in listed)), reverse("programme_kits")),
    ]


def _hours(total: Decimal) -> str:
    return number(total, 2) if total % 1 else number(int(total))


def is_for(user: Any) -> bool:
    """Whether Home of this person is the overview: staff of a programme, whatever else they are."""
    return bool(Programme.objects.filter(staff=user).exists())
