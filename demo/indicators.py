"""The programme's logframe: indicators of the list and one of its own, baselines, targets, milestones, values.

Created by the portal's own verbs, after the metrics exist; the training was some weeks ago, so the days before it are
the baseline.
"""

from datetime import date, datetime, timedelta

from django.utils import timezone

from analytics.enums import Better, TargetKind
from analytics.indicators.domain import baselines, definitions, manual_values, measure, targets
from analytics.indicators.domain.definitions import Defined
from analytics.indicators.domain.manual_values import EnteredValue
from analytics.indicators.domain.targets import Wanted
from analytics.indicators.queries.baselines import proposals, suggested
from analytics.indicators.queries.programme import start_of, taking_part
from analytics.indicators.target_status import Start, is_step_back
from analytics.logframe import HERE
from analytics.models import ProgrammeIndicator
from demo.people import PROGRAMME, People
from municipalities.models import Cohort
from municipalities.tenancy import everywhere

# By code: milestone and target. OC1 is agreed as a change against one's own baseline: the pilots differ too much. Where
# the baseline is better already, `sensible` sets others.
AIMS: dict[str, tuple[TargetKind, float, float]] = {
    "OC1": (TargetKind.CHANGE, 10, 25),
    "OC2": (TargetKind.CHANGE, 5, 10),
    "OP1": (TargetKind.VALUE, 45, 60),
    "OP2": (TargetKind.VALUE, 15, 25),
    "OP3": (TargetKind.VALUE, 8, 15),
    "OP4": (TargetKind.VALUE, 35, 40),
    "OP5": (TargetKind.VALUE, 80, 95),
    "OP6": (TargetKind.VALUE, 70, 90),
    "OP7": (TargetKind.VALUE, 90, 100),
    "GV2": (TargetKind.VALUE, 2, 0),
    "OC9": (TargetKind.VALUE, 80, 100),
}
WAITING = ("OC3", "OC4", "ME1", "ME2")
# Those of reports have no value on the first days: the demo's reports are published as it starts.
OF_CONSULTATIONS = ("OC8", "OC9")
REASON = "Усаглашено на уводној радионици (демо)"
OWN = Defined(
    name="Учесници обуке који су сами објавили (демо)",
    level="output",
    unit="percent",
    better="up",
    method="Учесници обуке који су после ње сами написали бар једну објаву ÷ сви учесници × 100.",
    source="Списак учесника и анкета програма",
    areas=("effectiveness",),
)
ENTRIES = ((30, 40.0), (14, 55.0), (2, 70.0))  # days ago, per cent


def arrange(people: People, now: datetime) -> None:
    """Once: nothing changes where the programme has indicators."""
    today = timezone.localdate(now)
    with everywhere("the demo's indicators"):
        while measure.check_new():
            pass
    measure.rebuild(today)
    cohort = Cohort.objects.select_related("programme").filter(programme__name=PROGRAMME).first()
    if cohort is None or ProgrammeIndicator.objects.filter(programme=cohort.programme).exists():
        return
    by = people.staff
    definitions.choose(cohort.programme, [*HERE, *WAITING, *OF_CONSULTATIONS], by=by)
    seats = taking_part(cohort.programme)
    first, last = suggested(cohort)
    for row in ProgrammeIndicator.objects.filter(programme=cohort.programme, code__in=AIMS):
        places = [proposal.place for proposal in proposals(row, seats, first, last) if proposal.is_enough]
        if places:
            baselines.freeze(row, places, first, last, by=by)
        for wanted in _aims(row, today):
            targets.set_target(row, wanted, by=by)
    _own(cohort, people, today)


def sensible(milestone: float, target: float, start: Start | None, better: str) -> tuple[float, float]:
    """Milestone and target on the right side of the baseline: those given; of one that is worse than the baseline, a
    quarter of the way to what is perfect (all, or none), with the milestone halfway there."""
    if start is None:
        return milestone, target
    perfect = 0 if better == Better.DOWN else 100
    if is_step_back(target, start.value, better):
        target = round(start.value + (perfect - start.value) / 4)
    if is_step_back(milestone, start.value, better):
        milestone = round((start.value + target) / 2)
    return milestone, target


def _aims(row: ProgrammeIndicator, today: date) -> list[Wanted]:
    kind, milestone, target = AIMS[row.code]
    if kind == TargetKind.VALUE:
        milestone, target = sensible(milestone, target, start_of(row, None), row.better)
    return [
        Wanted(kind.value, milestone, today + timedelta(days=20), is_milestone=True, reason=REASON),
        Wanted(kind.value, target, today + timedelta(days=52), is_milestone=False, reason=REASON),
    ]


def _own(cohort: Cohort, people: People, today: date) -> None:
    row = definitions.define(cohort.programme, OWN, by=people.staff)
    first, last = suggested(cohort)
    baselines.enter(row, None, first, last, 20, source=OWN.source, by=people.staff)
    for ago, value in ENTRIES:
        manual_values.enter(row, EnteredValue(today - timedelta(days=ago), value, OWN.source), by=people.staff)
    wanted = Wanted(TargetKind.VALUE.value, 80, today + timedelta(days=52), is_milestone=False, reason=REASON)
    targets.set_target(row, wanted, by=people.staff)
