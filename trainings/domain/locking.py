"""The row lock under which the actions on a training run."""

from django.utils.translation import gettext as _

from common.errors import ActionNotAllowed
from trainings.models import Training


def locked(training: Training) -> Training:
    """The training as it is now, held until the transaction ends."""
    rows = Training.objects.select_for_update(of=("self",)).select_related("programme", "cohort")
    return rows.get(pk=training.pk)


def locked_open(training: Training) -> Training:
    """The same. Raises `ActionNotAllowed` when it was closed."""
    row = locked(training)
    if not row.is_open:
        raise ActionNotAllowed(_("This training is closed, so nothing of it changes. Open it again first."))
    return row
