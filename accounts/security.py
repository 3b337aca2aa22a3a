"""Audit events of sign-ins and of changes of passwords and second factors, from signals of allauth and Django.

A failed sign-in names the account it was aimed at, or nothing: people type passwords into the address field.
"""

import time
from typing import Any

from django.conf import settings

from accounts.models import User
from common import audit
from common.web.request import PortalRequest

# In the session: Unix time at which `accounts.middleware.SessionEndMiddleware` ends it.
SESSION_ENDS_AT = "ends_at"
# The method under which `accounts.adapter` records a sign-in: its key is new already.
SIGN_IN = "sign_in"


def signed_in(request: PortalRequest, user: User, **rest: Any) -> None:
    _remember_device(request, user)
    request.session[SESSION_ENDS_AT] = time.time() + settings.SESSION_COOKIE_AGE
    audit.record("account.sign_in", by=user, target=user)


def asked_again(request: PortalRequest, method: str, reauthenticated: bool = False, **rest: Any) -> None:
    """Whoever gave the password or a second factor again, being signed in, goes on under a new session key."""
    if reauthenticated and method != SIGN_IN:
        request.session.cycle_key()


def signed_out(request: PortalRequest, user: User | None, **rest: Any) -> None:
    if user is not None:
        request.signed_out = True  # common.caching empties the browser
        audit.record("account.sign_out", by=user, target=user)


def refused(credentials: dict[str, Any], **rest: Any) -> None:
    typed = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    audit.record("account.sign_in_failed", by=None, target=User.objects.filter(email=typed).first())


def second_factor_refused(user: User, **rest: Any) -> None:
    audit.record("account.second_factor_failed", by=None, target=user)


def password_changed(user: User, **rest: Any) -> None:
    audit.record("account.change_password", by=user, target=user)


def password_reset(request: PortalRequest, user: User, **rest: Any) -> None:
    _remember_device(request, user)  # whoever reads the mail of the account owns it
    audit.record("account.reset_password", by=user, target=user)


def address_changed(request: PortalRequest, user: User, **rest: Any) -> None:
    _remember_device(request, user)
    audit.record("account.change_email", by=user, target=user)


def address_added(user: User, email_address: Any, **rest: Any) -> None:
    """django-allauth mails about every other change, but not about this one."""
    from allauth.account.adapter import get_adapter

    audit.record("account.add_email", by=user, target=user)
    get_adapter().send_notification_mail("account/email/email_added", user, {"added_email": email_address.email})


def address_removed(user: User, **rest: Any) -> None:
    audit.record("account.remove_email", by=user, target=user)


def factor_added(request: PortalRequest, user: User, authenticator: Any, **rest: Any) -> None:
    """Ends the other sessions: one that began with the password alone would pass for one with the new factor."""
    from allauth.mfa.models import Authenticator
    from allauth.usersessions.internal.flows.sessions import end_other_sessions

    audit.record("account.add_second_factor", by=user, target=user, factor=authenticator.type)
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:  # made together with another, or beside one
        end_other_sessions(request, user)


def factor_removed(user: User, authenticator: Any, **rest: Any) -> None:
    audit.record("account.remove_second_factor", by=user, target=user, factor=authenticator.type)


def codes_renewed(user: User, authenticator: Any, **rest: Any) -> None:
    audit.record("account.renew_recovery_codes", by=user, target=user)


def _remember_device(request: PortalRequest, user: User) -> None:
    """Have `accounts.middleware.DeviceMiddleware` give the browser its cookies, one for each address of the account."""
    from allauth.account.models import EmailAddress

    addresses = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    request.signed_in_addresses = {user.email, *addresses}


def listen() -> None:
    """Connect the receivers; called once, when the app is ready."""
    from allauth.account import signals as account
    from allauth.mfa import signals as mfa

    from django.contrib.auth import signals as django

    for signal, receiver in (
        (account.user_logged_in, signed_in),
        (account.authentication_step_completed, asked_again),
        (django.user_logged_out, signed_out),
        (django.user_login_failed, refused),
        (account.password_changed, password_changed),
        (account.password_set, password_changed),
        (account.password_reset, password_reset),
        (account.email_added, address_added),
        (account.email_changed, address_changed),
        (account.email_removed, address_removed),
        (mfa.authenticator_added, factor_added),
        (mfa.authenticator_removed, factor_removed),
        (mfa.authenticator_reset, codes_renewed),
        (mfa.authentication_failed, second_factor_refused),
    ):
        signal.connect(receiver, dispatch_uid=f"accounts.security.{receiver.__name__}")
