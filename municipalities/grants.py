"""What invitations of this floor give: a membership, a pairing, a place in the staff of a programme."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts import grants
from accounts.grants import Grant
from municipalities.domain import members, programme
from municipalities.domain.refused import Refused
from municipalities.enums import Role
from municipalities.models import Municipality, Programme


def register() -> None:
    grants.register("membership", apply=_join, describe=_membership)
    grants.register("pairing", apply=_pair, describe=_pairing)
    grants.register("programme_staff", apply=_add_staff, describe=_staff)


def _municipality(grant: Grant) -> Municipality:
    return Municipality.objects.get(slug=grant["municipality"])


def _join(user: Any, grant: Grant, by: Any) -> None:
    members.join(user, _municipality(grant), grant["role"], by=by)


def _membership(grant: Grant) -> str:
    return _("%(role)s, %(municipality)s") % {"role": Role(grant["role"]).label, "municipality": _municipality(grant)}


def _pair(user: Any, grant: Grant, by: Any) -> None:
    ends_on = date.fromisoformat(grant["ends_on"]) if grant.get("ends_on") else None
    try:
        programme.pair(user, _municipality(grant), date.fromisoformat(grant["starts_on"]), ends_on, by=by)
    except Refused:
        return  # they were paired by hand meanwhile: what was promised holds already


def _pairing(grant: Grant) -> str:
    return _("Mentor, %(municipality)s") % {"municipality": _municipality(grant)}


def _add_staff(user: Any, grant: Grant, by: Any) -> None:
    programme.add_staff(Programme.objects.get(pk=grant["programme"]), user, by=by)


def _staff(grant: Grant) -> str:
    return _("Staff of the programme %(programme)s") % {"programme": Programme.objects.get(pk=grant["programme"])}
