"""Per-person language, sessions a person can see, the second factor for those who need one, reset links in sessions."""

import math
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from allauth.account.views import INTERNAL_RESET_SESSION_KEY as RESET_KEY
from allauth.usersessions.models import UserSession

from django.conf import settings
from django.contrib.auth import logout
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string

from accounts import throttling
from accounts.queries import has_second_factor
from accounts.security import SESSION_ENDS_AT
from common import crypto
from common.web.request import url_name


class LanguageMiddleware:
    """The signed-in person's language; else the cookie or the browser's wish."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = request.user.language if request.user.is_authenticated else None
        if language not in dict(settings.LANGUAGES):
            language = translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
            return response


class SessionEndMiddleware:
    """Ends a session `SESSION_COOKIE_AGE` after the sign-in, as Django counts from the last change of the session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.session.get(SESSION_ENDS_AT, math.inf) < time.time():
            logout(request)
        return self.get_response(request)


class SessionSeenMiddleware:
    """Keeps "last seen" of a session to ten minutes, instead of writing it with every page as allauth's own does."""

    EVERY_SECONDS = 600

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        sessions = caches[settings.SESSION_CACHE_ALIAS]  # its keys are hashed
        if key and request.user.is_authenticated and sessions.add(f"seen {key}", 1, self.EVERY_SECONDS):
            UserSession.objects.create_from_request(request)
        return self.get_response(request)


class SecondFactorMiddleware:
    """Sends those who need a second factor, and administrators, to set one up where the installation requires it.

    `settings.SECOND_FACTOR_ASKED_OF` names the question who needs one: its answer lies a layer above.
    """

    # Pages that set a second factor up, and the ways out. Public pages stay open too.
    OPEN = (
        "mfa_",
        "account_logout",
        "account_reauthenticate",
        "account_email",
        "account_confirm_email",
        "second_factor",
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.needs_one: Callable[[Any], bool] = import_string(settings.SECOND_FACTOR_ASKED_OF)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if not settings.SECOND_FACTOR_REQUIRED or not request.user.is_authenticated:
            return None
        permission = getattr(view, "permission", None)
        if (permission and permission.kind == "public") or url_name(request).startswith(self.OPEN):
            return None
        if has_second_factor(request.user) or not self._is_asked(request.user):
            return None
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("second_factor")})
        return redirect("second_factor")

    def _is_asked(self, user: Any) -> bool:
        return user.is_administrator or self.needs_one(user)


class DeviceMiddleware:
    """Sets the device cookie of `accounts.throttling` in a browser in which a person has just signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for email in sorted(getattr(request, "signed_in_addresses", ())):
            throttling.remember_device(response, email)
        return response


class ResetLinkMiddleware:
    """Encrypts the key of a password reset while the session holds it.

    django-allauth moves the key from the address into the session, so that no browser history has it. The link works
    until it is used, and sessions are in the database and its backups.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _is_reset_page(request) and (key := request.session.get(RESET_KEY)):
            request.session[RESET_KEY] = crypto.seal("reset link", key, "session")
        return response

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict[str, Any]) -> None:
        if _is_reset_page(request) and (sealed := request.session.pop(RESET_KEY, "")):
            with suppress(crypto.CryptoError):  # without its key the page says that the link is not valid
                request.session[RESET_KEY] = crypto.open_("reset link", sealed, "session")


def _is_reset_page(request: HttpRequest) -> bool:
    return url_name(request) == "account_reset_password_from_key"
