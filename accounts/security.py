"""The security trail: sign-ins and changes of passwords and second factors, as allauth and Django tell them.

A failed sign-in names the account it was aimed at, or nothing: people type passwords into the address field.
"""

from typing import Any

from accounts.models import User
from common import audit


def signed_in(request: Any, user: User, **rest: Any) -> None:
    audit.record("account.sign_in", by=user, target=user)


def signed_out(request: Any, user: User | None, **rest: Any) -> None:
    if user is not None:
        audit.record("account.sign_out", by=user, target=user)


def refused(credentials: dict[str, Any], **rest: Any) -> None:
    typed = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    audit.record("account.sign_in_failed", by=None, target=User.objects.filter(email=typed).first())


def second_factor_refused(user: User, **rest: Any) -> None:
    audit.record("account.second_factor_failed", by=None, target=user)


def password_changed(user: User, **rest: Any) -> None:
    audit.record("account.change_password", by=user, target=user)


def password_reset(user: User, **rest: Any) -> None:
    audit.record("account.reset_password", by=user, target=user)


def address_changed(user: User, **rest: Any) -> None:
    audit.record("account.change_email", by=user, target=user)


def factor_added(user: User, authenticator: Any, **rest: Any) -> None:
    audit.record("account.add_second_factor", by=user, target=user, factor=authenticator.type)


def factor_removed(user: User, authenticator: Any, **rest: Any) -> None:
    audit.record("account.remove_second_factor", by=user, target=user, factor=authenticator.type)


def codes_renewed(user: User, authenticator: Any, **rest: Any) -> None:
    audit.record("account.renew_recovery_codes", by=user, target=user)


def listen() -> None:
    """Connect the receivers; called once, when the app is ready."""
    from allauth.account import signals as account
    from allauth.mfa import signals as mfa

    from django.contrib.auth import signals as django

    for signal, receiver in (
        (account.user_logged_in, signed_in),
        (django.user_logged_out, signed_out),
        (django.user_login_failed, refused),
        (account.password_changed, password_changed),
        (account.password_set, password_changed),
        (account.password_reset, password_reset),
        (account.email_changed, address_changed),
        (mfa.authenticator_added, factor_added),
        (mfa.authenticator_removed, factor_removed),
        (mfa.authenticator_reset, codes_renewed),
        (mfa.authentication_failed, second_factor_refused),
    ):
        signal.connect(receiver, dispatch_uid=f"accounts.security.{receiver.__name__}")
