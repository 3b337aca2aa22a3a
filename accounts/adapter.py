"""django-allauth's hooks: sign-up by invitation, limits on guessing, the language of mail, encrypted secrets."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from accounts import tasks, throttling
from accounts.domain import second_factor
from accounts.models import User
from accounts.security import SIGN_IN

# In the session between the password and the second step: the hash that Django keeps in sessions too.
HASH_AT_SIGN_IN = "hash_at_sign_in"


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": gettext_lazy(
            "Too many attempts to sign in failed. Wait a few minutes, sign in with a passkey, or choose a new password."
        ),
    }

    def is_open_for_signup(self, request: object) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        email = str(credentials.get("email") or "")
        try:
            self._attempt = throttling.Attempt(request, email)
        except throttling.TooMany as refused:
            if refused.limit == "account" and throttling.is_first_warning(email):
                owner = User.objects.filter(email=email.lower()).values_list("pk", flat=True).first()
                tasks.warn_of_guessing.delay(owner)
            raise self.validation_error("too_many_login_attempts") from None

    def _rollback_login_failed_rl_usage(self) -> None:
        """The password was right: the attempt does not count. django-allauth's own counting is switched off."""
        self._attempt.take_back()

    def pre_login(self, request: HttpRequest, user: Any, **rest: Any) -> HttpResponse | None:
        """The password was right. Which one it was is compared after the second step."""
        request.session[HASH_AT_SIGN_IN] = user.get_session_auth_hash()
        response: HttpResponse | None = super().pre_login(request, user, **rest)
        return response

    def login(self, request: HttpRequest, user: Any) -> None:
        """Raises `ImmediateHttpResponse` where the password was changed while the second step was waited for."""
        before = request.session.pop(HASH_AT_SIGN_IN, "")
        if not constant_time_compare(before, user.get_session_auth_hash()):
            messages.error(request, _("Your password was changed in the meantime. Sign in with the new one."))
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: Any, **rest: Any) -> HttpResponse:
        """A person who has just signed in, or chosen the password of a new account, need not enter it again."""
        record_authentication(request, user, method=SIGN_IN, reauthenticated=True)
        response: HttpResponse = super().post_login(request, user, **rest)
        return response

    def add_message(self, request: HttpRequest, *args: Any, **options: Any) -> None:
        """In the language of the person, who may come from a sign-in in the language of the browser."""
        person = request.user
        with override(person.language if person.is_authenticated else get_language()):
            super().add_message(request, *args, **options)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the recipient's language; the requesting browser may use another one or belong to another person."""
        if template_prefix == "account/email/unknown_account":
            self._write_and_drop(email, context)
            return
        reader = User.objects.filter(email__iexact=email).first()
        with override(reader.language if reader else get_language()):
            super().send_mail(template_prefix, email, context)

    def _write_and_drop(self, email: str, context: dict[str, Any]) -> None:
        """A reset for an address without an account sends nothing, and takes as long as one that does."""
        nobody = {"user": User(email=email), "password_reset_url": settings.PUBLIC_BASE_URL}
        with transaction.atomic():
            self.send_mail("account/email/password_reset_key", email, {**context, **nobody})
            transaction.set_rollback(True)

    def format_email_subject(self, subject: str) -> str:
        return f"{_('Dobošar')}: {subject}"


class SecondFactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return second_factor.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return second_factor.open_(encrypted_text)
