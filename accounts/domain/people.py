"""Administration of accounts. An account is deactivated, never deleted: history keeps its author."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.endings import end_unauthorised
from accounts.models import User
from accounts.reactivation import restore_all
from common import audit
from common.errors import ActionNotAllowed


@transaction.atomic
def deactivate(user: User, *, by: User) -> None:
    """Switch the account off and end its sessions and whatever else it holds (`accounts.endings`). Raises
    `ActionNotAllowed`.

    Memberships stay as they are: with the account switched on again they count again, what was ended does not.
    """
    _lock_administrators()
    if user == by:
        raise ActionNotAllowed(_("You cannot deactivate your own account. Ask another administrator."))
    user.refresh_from_db()
    if user.is_administrator:
        _keep_one_administrator(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    _end_sessions(user)
    audit.record("account.deactivate", by=by, target=user)
    end_unauthorised(user, by=by)


@transaction.atomic
def reactivate(user: User, *, by: User) -> None:
    """Switch the account on again. Roles count again as `accounts.reactivation` says; twice changes nothing."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active:
        return
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record("account.reactivate", by=by, target=user)
    restore_all(user, by=by)


@transaction.atomic
def make_administrator(user: User, *, by: User | None) -> None:
    if user.is_administrator:
        return
    user.is_administrator = True
    user.save(update_fields=["is_administrator"])
    audit.record("account.make_administrator", by=by, target=user)


@transaction.atomic
def end_administrator(user: User, *, by: User) -> None:
    """Take the administrator's right away. Raises `ActionNotAllowed` for the last one."""
    _lock_administrators()
    _keep_one_administrator(user)
    user.is_administrator = False
    user.save(update_fields=["is_administrator"])
    audit.record("account.end_administrator", by=by, target=user)
    end_unauthorised(user, by=by)


def _lock_administrators() -> None:
    # Two administrators who remove each other at the same moment must not both succeed.
    list(User.objects.select_for_update().filter(is_administrator=True).values_list("pk").order_by("pk"))


def _keep_one_administrator(user: User) -> None:
    if not User.objects.filter(is_administrator=True, is_active=True).exclude(pk=user.pk).exists():
        raise ActionNotAllowed(_("This is the last administrator. Make someone else an administrator first."))


def _end_sessions(user: User) -> None:
    from allauth.usersessions.models import UserSession

    for session in UserSession.objects.filter(user=user):
        session.end()
