"""A workspace: opening it and its profile. Its house rules: `domain.house_rules`."""

from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from common import audit
from municipalities.models import Municipality


@transaction.atomic
def open_workspace(municipality: Municipality, *, on: date, by: User, is_practice: bool = False) -> None:
    """From `on` the municipality has a workspace; nothing changes when it has one.

    `is_practice` decides for good whether its channels are practice ones or real ones.
    """
    municipality = Municipality.objects.select_for_update().get(pk=municipality.pk)
    if municipality.joined_on is not None:
        return
    municipality.joined_on, municipality.is_practice = on, is_practice
    municipality.save(update_fields=["joined_on", "is_practice", "search_key"])
    audit.record("municipality.open_workspace", by=by, target=municipality, municipality_id=municipality.pk)


@transaction.atomic
def edit_profile(municipality: Municipality, values: dict[str, Any], *, by: User) -> list[str]:
    """Write what changed of `values` (arms, colour, website, office_hours); returns the names of the changed."""
    changed = _write(municipality, values)
    if changed:
        about: dict[str, Any] = {"target": municipality, "municipality_id": municipality.pk, "changed": changed}
        audit.record("municipality.edit_profile", by=by, **about)
    return changed


def _write(municipality: Municipality, values: dict[str, Any]) -> list[str]:
    row = Municipality.objects.select_for_update().get(pk=municipality.pk)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
    return changed
