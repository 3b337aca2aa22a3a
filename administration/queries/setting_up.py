"""The progress of the first set-up."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from accounts.models import User
from accounts.queries import has_second_factor
from administration.enums import SetUpStep
from administration.models import Installation


def facts() -> Installation:
    """The installation's facts; an unsaved row as long as there are none. One query."""
    return Installation.objects.filter(pk=1).first() or Installation(pk=1)


def is_fresh() -> bool:
    """Whether there is no account yet. The demo creates its own and is never set up by hand."""
    return not settings.DEMO and not User.objects.exists()


def running(user: Any) -> Installation | None:
    """The set-up that this person has begun and not finished. One query."""
    if not user.is_authenticated or not user.is_administrator:
        return None
    return Installation.objects.select_related("test_mail").filter(begun_by=user, finished_at__isnull=True).first()


@dataclass(frozen=True)
class StepProgress:
    step: SetUpStep
    state: str
    """done, now, or empty"""


def is_done(row: Installation, step: SetUpStep, user: Any) -> bool:
    if step is SetUpStep.ACCOUNT or row.begun_by_id is None:
        return row.begun_by_id is not None
    if step is SetUpStep.SECOND_FACTOR:
        return not settings.SECOND_FACTOR_REQUIRED or has_second_factor(user)
    return step.value in row.done


def next_step(row: Installation, user: Any) -> SetUpStep | None:
    """The first that is not done; None: all are."""
    return next((step for step in SetUpStep if not is_done(row, step, user)), None)


def places(row: Installation, user: Any, now: SetUpStep) -> list[StepProgress]:
    """All steps, for the line above the page."""
    return [
        StepProgress(set_up_step, "now" if set_up_step is now else "done" if is_done(row, set_up_step, user) else "")
        for set_up_step in SetUpStep
    ]
