"""Rights that invitations of this package grant: a membership, a pairing, a place among a programme's staff or
trainers.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts import grants
from accounts.grants import Grant
from common.errors import ActionNotAllowed
from municipalities import queries
from municipalities.domain import members, programme
from municipalities.enums import Role
from municipalities.models import Municipality, Programme
from municipalities.rules import Verb


def register() -> None:
    grants.register(
        "membership",
        apply=_join,
        describe=_membership,
        may_give=_may_invite_members,
        municipality_id=_municipality_id,
    )
    grants.register(
        "pairing",
        apply=_pair,
        describe=_pairing,
        may_give=_may_pair,
        municipality_id=_municipality_id,
    )
    grants.register("programme_staff", apply=_add_staff, describe=_staff, may_give=_may_add_staff)
    grants.register("trainer", apply=_add_trainer, describe=_trainer, may_give=_may_add_trainer)


def _may_invite_members(by: Any, grant: Grant) -> bool:
    place = Municipality.objects.filter(slug=grant["municipality"]).first()
    return place is not None and queries.still_may(by, place, Verb.MEMBERS_MANAGE)


def _may_pair(by: Any, grant: Grant) -> bool:
    """Staff pair mentors with the municipalities that take part in their programmes, today or later."""
    return queries.is_enrolled_with(by, grant["municipality"])


def _may_add_staff(by: Any, grant: Grant) -> bool:
    """Only administrators choose who runs a programme."""
    return bool(by.is_administrator) and Programme.objects.filter(pk=grant["programme"]).exists()


def _may_add_trainer(by: Any, grant: Grant) -> bool:
    return queries.run_by(by).filter(pk=grant["programme"]).exists()


def _municipality_id(grant: Grant) -> int | None:
    return Municipality.objects.filter(slug=grant["municipality"]).values_list("pk", flat=True).first()


def _municipality(grant: Grant) -> Municipality:
    return Municipality.objects.get(slug=grant["municipality"])


def _join(user: Any, grant: Grant, by: Any) -> None:
    members.join(user, _municipality(grant), grant["role"], by=by)


def _membership(grants: list[Grant]) -> list[str]:
    places = _places(grants)
    return [_place(Role(grant["role"]).label, places[grant["municipality"]]) for grant in grants]


def _places(grants: list[Grant]) -> dict[str, Municipality]:
    return {row.slug: row for row in Municipality.objects.filter(slug__in={grant["municipality"] for grant in grants})}


def _place(role: Any, municipality: Municipality) -> str:
    return _("%(role)s, %(municipality)s") % {"role": role, "municipality": municipality}


def _pair(user: Any, grant: Grant, by: Any) -> None:
    ends_on = date.fromisoformat(grant["ends_on"]) if grant.get("ends_on") else None
    try:
        programme.pair(user, _municipality(grant), date.fromisoformat(grant["starts_on"]), ends_on, by=by)
    except ActionNotAllowed:
        return  # they were paired by hand meanwhile: what was promised holds already


def _pairing(grants: list[Grant]) -> list[str]:
    places = _places(grants)
    return [_place(_("Mentor"), places[grant["municipality"]]) for grant in grants]


def _add_staff(user: Any, grant: Grant, by: Any) -> None:
    programme.add_staff(Programme.objects.get(pk=grant["programme"]), user, by=by)


def _staff(grants: list[Grant]) -> list[str]:
    rows = Programme.objects.in_bulk({grant["programme"] for grant in grants})
    return [_("Staff of the programme %(programme)s") % {"programme": rows[grant["programme"]]} for grant in grants]


def _add_trainer(user: Any, grant: Grant, by: Any) -> None:
    programme.add_trainer(Programme.objects.get(pk=grant["programme"]), user, by=by)


def _trainer(grants: list[Grant]) -> list[str]:
    rows = Programme.objects.in_bulk({grant["programme"] for grant in grants})
    return [_("Trainer of the programme %(programme)s") % {"programme": rows[grant["programme"]]} for grant in grants]
