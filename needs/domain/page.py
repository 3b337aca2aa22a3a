"""Switching the page "You asked, we did" on and off."""

from django.db import transaction

from accounts.models import User
from common import audit
from municipalities.models import Municipality
from needs.domain.write import mark_daily_counts
from needs.models import NeedsPage


@transaction.atomic
def save(municipality: Municipality, *, is_on: bool, contact: str, by: User) -> NeedsPage:
    """Switch the page on or off and save its contact. Saving the same values writes nothing."""
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    row = NeedsPage.objects.filter(municipality=municipality).first() or NeedsPage(municipality=municipality)
    was = (row.is_on, row.contact)
    if row.pk and was == (is_on, contact):
        return row
    row.is_on, row.contact = is_on, contact
    row.save()
    mark_daily_counts(municipality.pk)
    audit.record(
        "asked.change_contact" if was[0] == is_on else "asked.open" if is_on else "asked.close",
        by=by,
        target=row,
        label=str(municipality),
    )
    return row
