"""Departments that can be asked, and settlements that messages come from.

A department is retired, never deleted, because its questions stay with their messages. Settlements can be merged: all
foreign keys to one then point to the other, in every package.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from inbox.models import Department, Settlement
from municipalities.models import Municipality
from serbian.folding import fold


@transaction.atomic
def add_department(municipality: Municipality, name: str, email: str, *, by: User) -> Department:
    """Raises `ActionNotAllowed` for a name that is taken or missing, or an address that is none."""
    _lock(municipality)
    row = Department(municipality=municipality, name=_validated_name(name, Department), email=_validated_email(email))
    _refuse_department(row)
    row.save()
    record("department.add", by=by, target=row)
    return row


@transaction.atomic
def change_department(department: Department, name: str, email: str, *, by: User) -> Department:
    """Pending questions keep the address they were sent to."""
    _lock(department.municipality)
    row = Department.objects.select_for_update(of=("self",)).get(pk=department.pk)
    row.name, row.email = _validated_name(name, Department), _validated_email(email)
    _refuse_department(row)
    row.save(update_fields=["name", "email"])
    record("department.change", by=by, target=row)
    return row


@transaction.atomic
def retire_department(department: Department, *, by: User) -> Department:
    """It is no longer offered; its answers stay."""
    row = Department.objects.select_for_update(of=("self",)).get(pk=department.pk)
    if not row.is_retired:
        row.is_retired = True
        row.save(update_fields=["is_retired"])
        record("department.retire", by=by, target=row)
    return row


@transaction.atomic
def restore_department(department: Department, *, by: User) -> Department:
    row = Department.objects.select_for_update(of=("self",)).get(pk=department.pk)
    if row.is_retired:
        row.is_retired = False
        row.save(update_fields=["is_retired"])
        record("department.restore", by=by, target=row)
    return row


@transaction.atomic
def add_settlement(municipality: Municipality, name: str, *, by: User) -> Settlement:
    """Raises `ActionNotAllowed` for a name that is there already, in either script."""
    _lock(municipality)
    row = Settlement(municipality=municipality, name=_validated_name(name, Settlement))
    _refuse_settlement(row)
    row.save()
    record("settlement.add", by=by, target=row)
    return row


@transaction.atomic
def rename_settlement(settlement: Settlement, name: str, *, by: User) -> Settlement:
    _lock(settlement.municipality)
    row = Settlement.objects.select_for_update(of=("self",)).get(pk=settlement.pk)
    former, row.name = row.name, _validated_name(name, Settlement)
    _refuse_settlement(row)
    row.save()
    record("settlement.rename", by=by, target=row, former=former)
    return row


@transaction.atomic
def merge_settlement(settlement: Settlement, into: Settlement, *, by: User) -> Settlement:
    """One place that was written down twice: everything of `settlement` goes to `into`, and `settlement` goes."""
    if settlement.pk == into.pk:
        raise ActionNotAllowed(_("Choose another settlement: this is the same one."), "into")
    rows = Settlement.objects.select_for_update(of=("self",)).order_by("pk")
    settlements = {row.pk: row for row in rows.filter(pk__in=[settlement.pk, into.pk])}
    if len(settlements) < 2:
        raise ActionNotAllowed(_("A colleague has merged one of them in the meantime."), "into")
    for pointer in Settlement._meta.get_fields(include_hidden=True):
        if isinstance(pointer, ForeignObjectRel):
            pointing: Any = pointer.related_model
            pointing.objects.filter(**{pointer.field.name: settlement.pk}).update(**{pointer.field.name: into.pk})
    former = settlements[settlement.pk].name
    settlements[settlement.pk].delete()
    record("settlement.merge", by=by, target=settlements[into.pk], former=former)
    return settlements[into.pk]


def _lock(municipality: Municipality) -> None:
    """Serialises concurrent changes: of two requests with the same name, the second sees the first one's row."""
    Municipality.objects.select_for_update().get(pk=municipality.pk)


def _validated_name(name: str, model: Any) -> str:
    cleaned, most = " ".join(name.replace("\x00", "").split()), model._meta.get_field("name").max_length
    if not cleaned:
        raise ActionNotAllowed(_("Write the name."), "name")
    if len(cleaned) > most:
        raise ActionNotAllowed(_("The name is too long: %(most)s characters at most.") % {"most": most}, "name")
    return cleaned


def _validated_email(email: str) -> str:
    """One address or none. A mail server would take a list, so would a header: neither is one."""
    address = email.replace("\x00", "").strip()
    if not address:
        return ""
    try:
        validate_email(address)
    except ValidationError:
        params = {"address": address[:80]}
        message = _("“%(address)s” is not an e-mail address. Write one address, such as vodovod@opstina.rs.")
        raise ActionNotAllowed(message % params, "email") from None
    if len(address) > Department._meta.get_field("email").max_length:  # type: ignore[operator]
        raise ActionNotAllowed(_("The e-mail address is too long."), "email")
    return address


def _refuse_department(row: Department) -> None:
    key = fold(row.name)
    others = Department.objects.exclude(pk=row.pk)
    if any(fold(department.name) == key for department in others):
        raise ActionNotAllowed(_("There is a department of this name already, perhaps among the retired ones."), "name")


def _refuse_settlement(row: Settlement) -> None:
    if Settlement.objects.exclude(pk=row.pk).filter(search_key=fold(row.name)).exists():
        raise ActionNotAllowed(_("This settlement is on the list already."), "name")
