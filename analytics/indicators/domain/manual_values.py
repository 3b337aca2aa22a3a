"""Values that people enter, each with its source and, if there is one, a file as evidence. Only added."""

import secrets
from dataclasses import dataclass
from datetime import date

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.enums import Unit
from analytics.models import ManualValue, PlaceValue, ProgrammeIndicator
from common import audit
from common.dates import short_date
from common.errors import ActionNotAllowed
from municipalities.models import Municipality
from municipalities.tenancy import scope
from posts.media.domain.consents import Scan


@dataclass(frozen=True)
class EnteredValue:
    """What a person wrote down."""

    on: date
    value: float
    source: str
    note: str = ""


@transaction.atomic
def enter(
    indicator: ProgrammeIndicator,
    told: EnteredValue,
    *,
    by: User,
    place: Municipality | None = None,
    evidence: Scan | None = None,
) -> ManualValue | PlaceValue:
    """Add a value of a day, of the programme or of one municipality. A second one of the same day stands in place of
    the first, which stays in the history.

    Raises `ActionNotAllowed` for an indicator that is measured, a day to come, and a value that its unit cannot have.
    """
    _refuse(indicator, told)
    fields = {**vars(told), "indicator": indicator, "entered_by": by}
    if evidence:
        fields["evidence"] = _kept(indicator, evidence)
        fields["evidence_mime"] = evidence.mime
    row: ManualValue | PlaceValue
    if place is None:
        row = ManualValue.objects.create(**fields)
    else:
        with scope(place):
            row = PlaceValue.objects.create(municipality=place, **fields)
    audit.record(
        "indicator.enter_value", by=by, target=indicator, municipality_id=place.pk if place else None,
        value=f"{told.value:g}", on=short_date(told.on), source=told.source,
    )  # fmt: skip
    return row


def _refuse(indicator: ProgrammeIndicator, told: EnteredValue) -> None:
    if not indicator.is_manual:
        raise ActionNotAllowed(_("The portal measures this indicator; nobody enters its values."))
    if told.on > timezone.localdate():
        raise ActionNotAllowed(_("This day is still to come."), "on")
    if told.value < 0:
        raise ActionNotAllowed(_("A value cannot be below 0."), "value")
    if indicator.unit == Unit.PERCENT and told.value > 100:
        raise ActionNotAllowed(_("A share cannot be above 100 per cent."), "value")


def _kept(indicator: ProgrammeIndicator, evidence: Scan) -> str:
    name = f"evidence/{indicator.pk}/{secrets.token_hex(16)}.{evidence.ending}"
    return default_storage.save(name, ContentFile(evidence.body))
