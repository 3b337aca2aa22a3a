"""The person chooses which of their pages becomes the channel."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from channels import messages
from channels.domain.connect import attempts
from channels.enums import ConnectStep
from channels.models import ConnectAttempt
from common import audit
from common.errors import ActionNotAllowed
from platforms.types import Account


def accounts(attempt: ConnectAttempt) -> list[Account]:
    """The accounts to choose from, best first, without their tokens. [] when the attempt does not wait for a choice."""
    if attempt.step != ConnectStep.CHOOSING or attempt.expires_at <= timezone.now():
        return []
    accounts = [Account.from_json(stored) for stored in attempts.taken_out(attempt)["accounts"]]
    return sorted(accounts, key=lambda account: (bool(account.problem), account.profile.name.casefold()))


@transaction.atomic
def choose(attempt: ConnectAttempt, remote_id: str, *, by: User) -> None:
    """Go on with this page. Raises `ActionNotAllowed` for one that is not on the list, or cannot be chosen."""
    locked = ConnectAttempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
    chosen = next((one for one in accounts(locked) if one.profile.remote_id == remote_id), None)
    if chosen is None:
        raise ActionNotAllowed(messages.NOT_ON_THE_LIST)
    if chosen.problem:
        raise ActionNotAllowed(chosen.problem)
    inside = attempts.taken_out(locked)
    attempts.move(locked, ConnectStep.READING, {"account": chosen.to_json(), "facts": inside["facts"]})
    audit.record("channel.choose_account", by=by, target=locked, label=chosen.profile.name)
    attempt.refresh_from_db()
