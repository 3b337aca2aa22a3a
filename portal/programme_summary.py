"""The programme at a glance as plain data: what is reached, what is behind, what was done, and who needs something.

The page (`portal.programme_overview`) and its PDF (`portal.programme_summary_document`) are made of the same object, so
that no figure can differ. Texts are in the language that was active when it was built. The figures of indicators are
those of their own table for the same period (`analytics.indicators`). What was done is counted since the programme
began, whatever the period, and says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.enums import TargetStatus
from analytics.indicators import labels
from analytics.indicators.charts import bullet_line
from analytics.indicators.queries import programme as indicators
from analytics.indicators.queries.rows import IndicatorRow
from analytics.indicators.views.shared import period_context
from analytics.reporting_period import ReportingPeriod
from common.markup import NOTHING
from mentoring.queries.programme_home import EnrolmentStatus, enrolment_statuses
from mentoring.views.programme_home import what_next
from mentoring.what_next import WhatNext
from municipalities.models import Municipality, Programme
from municipalities.queries import today
from reports import outputs as reports_outputs
from reports.outputs import Amount, Span

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
MOST_CHANGES = 8
WEEK = 7

# By key: since the programme began, of the last seven days, and of the seven days before.
Totals = Mapping[str, Sequence[Amount]]


@dataclass(frozen=True)
class Outcome:
    """An indicator with a target: its figures with their units, and the sentence about it.

    `baseline` is empty where none is frozen. `bar`: actual, baseline, milestones and target as a picture.
    """

    name: str
    url: str
    state: TargetStatus
    baseline: str
    actual: str
    target: str
    sentence: str
    bar: SafeString = NOTHING


@dataclass(frozen=True)
class Output:
    """Something that was done, with the page on which its rows stand."""

    label: str
    value: str
    url: str


@dataclass(frozen=True)
class Change:
    """What differs from a week ago, with the page of its rows."""

    text: str
    url: str


@dataclass(frozen=True)
class NeedyPlace:
    """A municipality that needs something, and the first reasons."""

    municipality: Municipality
    reasons: Sequence[str]


@dataclass(frozen=True)
class ProgrammeSummary:
    """`needy` are the first few of those that need something, `more_needy` how many more there are. `moved` are the
    first few outcomes whose state is another one than on `changed_since`, `more_moved` how many more there are;
    `counts` are those of the last seven days that differ from the seven days before."""

    programme: Programme
    period: ReportingPeriod
    headline: str
    outcomes: Sequence[Outcome]
    without_target: int
    changed_since: date
    moved: Sequence[Change]
    more_moved: int
    counts: Sequence[Change]
    outputs: Sequence[Output]
    needy: Sequence[NeedyPlace]
    more_needy: int
    what_next: WhatNext

    @property
    def period_label(self) -> str:
        return labels.period(self.period.first, self.period.last)


def summary(programme: Programme, period: ReportingPeriod) -> ProgrammeSummary:
    """A fixed number of queries, whatever the number of municipalities."""
    day = today()
    everybody = indicators.taking_part(programme)
    board = indicators.dashboard(programme, period, months=False, everybody=everybody)
    kept = period_context(period)["kept_period"]
    outcomes = sorted((_outcome(line, kept) for line in board.lines if line.target), key=_urgency)
    before = indicators.dashboard(programme, period.a_week_ago, months=False, everybody=everybody)
    states = {_address(line, kept): TargetStatus(line.judged.standing) for line in before.lines}
    moved = [_moved(one, states[one.url]) for one in outcomes if states.get(one.url, one.state) != one.state]
    statuses = [status for status in enrolment_statuses([programme], timezone.now()) if not status.has_left]
    needy = [_needy(status) for status in statuses if status.needs]
    counted = reports_outputs.Counted(programme)
    spans = [Span(counted.began_on(day), day), last_days(day), last_days(day - timedelta(days=WEEK))]
    totals = reports_outputs.totals(counted, spans)
    return ProgrammeSummary(
        programme,
        period,
        headline(outcomes),
        outcomes,
        sum(1 for line in board.lines if not line.target),
        day - timedelta(days=WEEK),
        moved[:MOST_CHANGES],
        max(0, len(moved) - MOST_CHANGES),
        _changed_counts(programme, totals),
        outputs(programme, totals),
        needy[:MOST_NEEDS],
        max(0, len(needy) - MOST_NEEDS),
        what_next(statuses),
    )


def _address(line: IndicatorRow, kept: str) -> str:
    return f"{reverse('programme_indicator', args=[line.indicator.pk])}?{kept}"


def _outcome(line: IndicatorRow, kept: str) -> Outcome:
    unit, target = line.indicator.unit, line.target
    begun = line.baseline.value if line.baseline else line.start.value if line.start else None
    return Outcome(
        str(line.indicator),
        _address(line, kept),
        TargetStatus(line.judged.standing),
        labels.value(begun, unit) if begun is not None else "",
        labels.value(line.actual, unit),
        labels.target_label_short(target, line)[0] if target else "",
        labels.status_sentence(line),
        bullet_line(line),
    )


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


# ---------------------------------------------------------------- what changed, what was done


def last_days(day: date) -> Span:
    """Seven days that end with `day`."""
    return Span(day - timedelta(days=WEEK - 1), day)


def _moved(outcome: Outcome, before: TargetStatus) -> Change:
    facts = {"indicator": outcome.name, "now": outcome.state.label, "before": before.label}
    return Change(_("%(indicator)s: %(now)s, a week ago %(before)s") % facts, outcome.url)


def _changed_counts(programme: Programme, totals: Totals) -> list[Change]:
    changes = []
    for kind in reports_outputs.kinds():
        _all, now, before = totals[kind.key]
        if now == before:
            continue
        facts = {"output": kind.label, "now": reports_outputs.shown(now), "before": reports_outputs.shown(before)}
        text = _("%(output)s: %(now)s in the last seven days, %(before)s in the seven days before") % facts
        changes.append(Change(text, f"{_rows_of(programme, kind.key)}&span=week"))
    return changes


def outputs(programme: Programme, totals: Totals) -> list[Output]:
    """What was done since the first municipality took part, each with the page of its rows."""
    return [
        Output(str(kind.label), reports_outputs.shown(totals[kind.key][0]), _rows_of(programme, kind.key))
        for kind in reports_outputs.kinds()
    ]


def _rows_of(programme: Programme, key: str) -> str:
    return f"{reverse('programme_output', args=[key])}?programme={programme.pk}"
