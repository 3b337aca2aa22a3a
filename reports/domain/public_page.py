"""Switching a municipality's public page on and off."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common import audit
from municipalities.models import Municipality
from reports.models import PublicPage


@transaction.atomic
def choose(municipality: Municipality, *, is_on: bool, contact: str, by: User) -> PublicPage:
    """Switch the public page on or off. Open data follow the same switch."""
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    row = PublicPage.objects.filter(municipality=municipality).first() or PublicPage(municipality=municipality)
    was_on, was = row.is_on, row.contact
    if row.pk and (was_on, was) == (is_on, contact):
        return row
    row.is_on, row.contact, row.changed_by = is_on, contact, by
    if is_on != was_on:
        row.on_since = timezone.localdate() if is_on else None
    row.save()
    audit.record(
        "numbers.change_contact" if is_on == was_on else "numbers.open" if is_on else "numbers.close",
        by=by,
        target=row,
        label=str(municipality),
    )
    return row
