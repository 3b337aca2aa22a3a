"""Push messages of a browser follow who is signed in there: its cookie names the subscription."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from common.web.request import url_name
from notifications.domain import push_devices

YEAR = 365 * 24 * 3600


def remember(response: HttpResponse, digest: str) -> None:
    """Let the browser keep which subscription is its own. `digest`: `PushSubscription.digest`."""
    response.set_cookie(
        settings.PUSH_COOKIE_NAME, digest, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.HTTPS
    )


def digest(request: HttpRequest) -> str:
    """Of the browser's own subscription; empty where it has none."""
    return request.COOKIES.get(settings.PUSH_COOKIE_NAME, "")


def signed_in(request: HttpRequest, user: User, **rest: Any) -> None:
    """Somebody else may have switched push messages on there, and not signed out."""
    if own := digest(request):
        push_devices.end_others(user, own)


def signed_out(request: HttpRequest | None, user: User | None, **rest: Any) -> None:
    """The next one there is not to see that something waits. By the person alone: a session that runs out after twelve
    hours leaves push messages as they are.
    """
    if request is not None and user is not None and url_name(request) == "account_logout" and (own := digest(request)):
        push_devices.end_own(user, own)


def listen() -> None:
    """Connect the receivers; called once, when the app is ready."""
    from allauth.account.signals import user_logged_in

    from django.contrib.auth.signals import user_logged_out

    user_logged_in.connect(signed_in, dispatch_uid="notifications.sign_ins.signed_in")
    user_logged_out.connect(signed_out, dispatch_uid="notifications.sign_ins.signed_out")
