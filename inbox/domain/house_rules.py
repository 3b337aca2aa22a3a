"""Saving a municipality's house rules, and switching their public page on and off."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.audit import record
from inbox.models import HouseRules
from municipalities.models import Municipality


@dataclass(frozen=True)
class HouseRulesInput:
    """What a municipality says for itself, as typed."""

    is_on: bool = False
    contact: str = ""
    formal: str = ""
    privacy: str = ""
    own_text: str = ""


@transaction.atomic
def save(municipality: Municipality, values: HouseRulesInput, *, by: User) -> HouseRules:
    """Save the form. Records one event: that the page was switched on or off, else that the rules were changed."""
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    row = HouseRules.objects.filter(municipality=municipality).first() or HouseRules(municipality=municipality)
    was_on, is_new = row.is_on, row.pk is None
    if not is_new and values == HouseRulesInput(row.is_on, row.contact, row.formal, row.privacy, row.own_text):
        return row
    for name, value in vars(values).items():
        setattr(row, name, value)
    row.changed_by = by
    if values.is_on != was_on:
        row.on_since = timezone.localdate() if values.is_on else None
    row.save()
    record(
        "rules.change" if values.is_on == was_on else "rules.open" if values.is_on else "rules.close",
        by=by,
        target=row,
        label=str(municipality),
    )
    return row
