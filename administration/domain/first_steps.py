"""First steps of a municipality: dismissing one, and bringing it back."""

from django.db import transaction

from accounts.models import User
from administration.models import PutAway
from common import audit
from municipalities.models import Municipality


@transaction.atomic
def put_away(municipality: Municipality, step: str, *, by: User) -> None:
    """Stop reminding of it. Does nothing when it is dismissed already."""
    _row, is_new = PutAway.objects.get_or_create(municipality=municipality, step=step, defaults={"by": by})
    if is_new:
        audit.record(
            "municipality.put_step_away", by=by, target=municipality, municipality_id=municipality.pk, step=step
        )


@transaction.atomic
def bring_back(municipality: Municipality, step: str, *, by: User) -> None:
    deleted, _each = PutAway.objects.filter(step=step).delete()
    if deleted:
        audit.record(
            "municipality.bring_step_back", by=by, target=municipality, municipality_id=municipality.pk, step=step
        )
