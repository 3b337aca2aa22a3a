"""Settings of reports: who gets the monthly or quarterly report, and which municipality has a public page."""

from collections.abc import Sequence

from accounts.models import User
from demo.people import Team
from municipalities.tenancy import scope
from reports.domain import public_page, schedules
from reports.enums import Every
from reports.rules import USUAL_DAY

# The first also sends the report of each month to its people.
OPEN = {"cuprija": "Канцеларија за медије, mediji@cuprija.example", "vrnjacka-banja": "mediji@vrnjacka-banja.example"}


def arrange(teams: Sequence[Team], staff: User) -> None:
    """Done with the portal's own verbs."""
    first = next(iter(OPEN))
    for team in teams:
        place = team.municipality
        if place.slug not in OPEN:
            continue
        with scope(place):
            public_page.choose(place, is_on=True, contact=OPEN[place.slug], by=team.approver)
            if place.slug == first:
                schedules.plan(place, USUAL_DAY, [team.approver, team.officer], by=team.officer)
    for programme in staff.programmes.all():
        schedules.plan_programme(programme, Every.QUARTER, USUAL_DAY, [staff], by=staff)
