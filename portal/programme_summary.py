"""The programme at a glance as plain data: what is reached, what is behind, what was done, and who needs something.

The page (`portal.programme_overview`) and its PDF (`portal.programme_summary_document`) are made of the same object, so
that no figure can differ. Texts are in the language that was active when it was built. The figures of indicators are
those of their own table for the same period (`analytics.indicators`). What was done is counted since the programme
began, whatever the period, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.enums import TargetStatus
from analytics.indicators import labels
from analytics.indicators.queries import programme as indicators
from analytics.indicators.queries.rows import IndicatorRow
from analytics.indicators.views.shared import period_context
from analytics.reporting_period import ReportingPeriod
from common.numbers import number
from kits import queries as kits
from mentoring.queries.hours import hours
from mentoring.queries.programme_home import EnrolmentStatus, enrolment_statuses
from mentoring.views.programme_home import what_next
from mentoring.what_next import WhatNext
from municipalities.models import Municipality, Programme
from municipalities.queries import today
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
MOST_REASONS = 3
THE_BEGINNING = date(2000, 1, 1)


@dataclass(frozen=True)
class Outcome:
    """An indicator with a target: its figures with their units, and the sentence about it.

    `baseline` is empty where none is frozen. `share` of the way from the baseline to the target, from 0 to 1; None
    without a value or where there is no way.
    """

    name: str
    url: str
    state: TargetStatus
    baseline: str
    actual: str
    target: str
    sentence: str
    share: float | None = None


@dataclass(frozen=True)
class Output:
    """Something that was done, with the page on which its rows stand."""

    label: str
    value: str
    url: str


@dataclass(frozen=True)
class NeedyPlace:
    """A municipality that needs something, and the first reasons."""

    municipality: Municipality
    reasons: Sequence[str]


@dataclass(frozen=True)
class ProgrammeSummary:
    """`needy` are the first few of those that need something, `more_needy` how many more there are."""

    programme: Programme
    period: ReportingPeriod
    headline: str
    outcomes: Sequence[Outcome]
    without_target: int
    outputs: Sequence[Output]
    needy: Sequence[NeedyPlace]
    more_needy: int
    what_next: WhatNext

    @property
    def period_label(self) -> str:
        return labels.period(self.period.first, self.period.last)


def summary(programme: Programme, period: ReportingPeriod) -> ProgrammeSummary:
    """A fixed number of queries, whatever the number of municipalities."""
    board = indicators.dashboard(programme, period)
    kept = period_context(period)["kept_period"]
    outcomes = sorted((_outcome(line, kept) for line in board.lines if line.target), key=_urgency)
    statuses = [status for status in enrolment_statuses([programme], timezone.now()) if not status.has_left]
    needy = [_needy(status) for status in statuses if status.needs]
    return ProgrammeSummary(
        programme,
        period,
        headline(outcomes),
        outcomes,
        sum(1 for line in board.lines if not line.target),
        outputs(programme, len(statuses)),
        needy[:MOST_NEEDS],
        max(0, len(needy) - MOST_NEEDS),
        what_next(statuses),
    )


def _outcome(line: IndicatorRow, kept: str) -> Outcome:
    unit, target = line.indicator.unit, line.target
    begun = line.baseline.value if line.baseline else line.start.value if line.start else None
    return Outcome(
        str(line.indicator),
        f"{reverse('programme_indicator', args=[line.indicator.pk])}?{kept}",
        TargetStatus(line.judged.standing),
        labels.value(begun, unit) if begun is not None else "",
        labels.value(line.actual, unit),
        labels.target_label_short(target, line)[0] if target else "",
        labels.status_sentence(line),
        _share(line),
    )


def _share(line: IndicatorRow) -> float | None:
    goal, actual = line.judged.goal, line.actual
    if goal is None or actual is None or not line.is_enough or line.start is None or goal == line.start.value:
        return None
    return min(1.0, max(0.0, (actual - line.start.value) / (goal - line.start.value)))


def _urgency(outcome: Outcome) -> tuple[int, str]:
    return ORDER.index(outcome.state), outcome.name


def _needy(status: EnrolmentStatus) -> NeedyPlace:
    return NeedyPlace(status.municipality, [str(need.label) for need in status.needs[:MOST_REASONS]])


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
