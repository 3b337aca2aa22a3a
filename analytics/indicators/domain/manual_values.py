"""Values that people enter, each with its source and optionally a file as evidence. Rows are only added."""

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
from analytics.models import ManualValue, MunicipalityValue, ProgrammeIndicator
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
    entered: EnteredValue,
    *,
    by: User,
    place: Municipality | None = None,
    evidence: Scan | None = None,
) -> ManualValue | MunicipalityValue:
    """Add a value of a day, of the programme or of one municipality. A second value of the same day replaces the
    first, which stays in the history.

    Raises `ActionNotAllowed` for a measured indicator, a future day, and a value that its unit cannot have.
    """
    _refuse(indicator, entered)
    fields = {**vars(entered), "indicator": indicator, "entered_by": by}
    if evidence:
        fields["evidence"] = _kept(indicator, evidence)
        fields["evidence_mime"] = evidence.mime
    row: ManualValue | MunicipalityValue
    if place is None:
        row = ManualValue.objects.create(**fields)
    else:
        with scope(place):
            row = MunicipalityValue.objects.create(municipality=place, **fields)
    audit.record(
        "indicator.enter_value", by=by, target=indicator, municipality_id=place.pk if place else None,
        value=f"{entered.value:g}", on=short_date(entered.on), source=entered.source,
    )  # fmt: skip
    return row


def _refuse(indicator: ProgrammeIndicator, entered: EnteredValue) -> None:
    if not indicator.is_manual:
        raise ActionNotAllowed(_("The portal measures this indicator; its values cannot be entered by hand."))
    if entered.on > timezone.localdate():
        raise ActionNotAllowed(_("This day is still to come."), "on")
    if entered.value < 0:
        raise ActionNotAllowed(_("A value cannot be below 0."), "value")
    if indicator.unit == Unit.PERCENT and entered.value > 100:
        raise ActionNotAllowed(_("A share cannot be above 100 per cent."), "value")


def _kept(indicator: ProgrammeIndicator, evidence: Scan) -> str:
    name = f"evidence/{indicator.pk}/{secrets.token_hex(16)}.{evidence.ending}"
    return default_storage.save(name, ContentFile(evidence.body))
