"""Exports in the registry of personal data (`inbox.personal_data`): they contain citizens' messages.

When a citizen is erased, existing exports are deleted: they can be made again, then without that person.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from administration.domain.exports import discard
from administration.enums import ExportState
from administration.models import Export
from inbox import personal_data
from inbox.personal_data import DataSubject, Erasure, ErasureEffect, PersonalDataStore, StoredField


def _files(person: DataSubject) -> Iterable[Any]:
    """A file has everybody's words, so each that was made belongs to each."""
    return Export.objects.filter(state=ExportState.READY).select_related("asked_by").order_by("pk")


def _discard(what: Erasure) -> None:
    for row in Export.objects.filter(state=ExportState.READY) if what.asked else ():
        discard(row, by=what.by)


EXPORTS = PersonalDataStore(
    "exports",
    gettext_lazy("Files with everything of the municipality"),
    ErasureEffect.DELETED,
    lambda: _("%(days)s days after the file was created.") % {"days": settings.EXPORT_DAYS},
    "administration.export",
    (),
    _files,
    (
        StoredField("asked_by", gettext_lazy("Requested by")),
        StoredField("made_at", gettext_lazy("Created"), "ready_at"),
        StoredField("deleted_after", gettext_lazy("Deleted after"), "expires_at"),
    ),
    erase=_discard,
)


def register() -> None:
    personal_data.register(EXPORTS)
