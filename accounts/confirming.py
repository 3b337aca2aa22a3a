"""Confirms who a person is for one act, on a page that needs no session, as strictly as the sign-in does.

Password and code are checked by the sign-in's own code, with its throttling and its audit events; no session begins.
"""

from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User


class ConfirmationWay(StrEnum):
    """What a person enters. Passkeys need the sign-in page; a factor that is required and not set up comes first."""

    PASSWORD = "password"  # pragma: allowlist secret  # noqa: S105
    PASSWORD_AND_CODE = "password_and_code"  # pragma: allowlist secret  # noqa: S105
    SIGN_IN = "sign_in"
    SET_UP = "set_up"


class NotConfirmed(Exception):
    """It is not this person, as far as anybody knows. `field` is "password" or "code", `message` a sentence."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def confirmation_way(person: User) -> ConfirmationWay:
    """One query, two for a person without a second factor where the installation requires one of some people."""
    from allauth.mfa.models import Authenticator

    types = set(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    if Authenticator.Type.TOTP in types:
        return ConfirmationWay.PASSWORD_AND_CODE
    if Authenticator.Type.WEBAUTHN in types:
        return ConfirmationWay.SIGN_IN
    return ConfirmationWay.SET_UP if needs_second_factor(person) else ConfirmationWay.PASSWORD


def needs_second_factor(person: User) -> bool:
    """Whether the installation requires one of this person (`accounts.middleware.SecondFactorMiddleware`)."""
    if not settings.SECOND_FACTOR_REQUIRED:
        return False
    return person.is_administrator or bool(import_string(settings.SECOND_FACTOR_ASKED_OF)(person))


def confirm(request: HttpRequest, person: User, *, password: str, code: str) -> None:
    """Raises `NotConfirmed`. Call outside of a transaction: failed attempts must stay counted and recorded."""
    from allauth.account.adapter import get_adapter

    way = confirmation_way(person)
    if way not in (ConfirmationWay.PASSWORD, ConfirmationWay.PASSWORD_AND_CODE):
        raise NotConfirmed("password", _("Sign in to the portal for this."))
    if not password:
        raise NotConfirmed("password", _("Enter your password."))
    try:
        confirmed = get_adapter(request).authenticate(request, email=person.email, password=password)
    except ValidationError as refused:
        raise NotConfirmed("password", " ".join(refused.messages)) from None
    if confirmed is None or confirmed.pk != person.pk or not confirmed.is_active:
        raise NotConfirmed("password", _("This is not the password of your account in the portal."))
    if way == ConfirmationWay.PASSWORD_AND_CODE:
        _confirm_code(person, code)


@transaction.atomic
def _confirm_code(person: Any, code: str) -> None:
    """A code of the app, or a recovery code, which is used up by it."""
    from allauth.mfa.base.forms import AuthenticateForm

    form = AuthenticateForm({"code": code}, user=person)
    if not form.is_valid():
        raise NotConfirmed("code", " ".join(form.errors.get("code", [])))
    form.authenticator.record_usage()
