"""The request of a page for people who are signed in."""

from typing import TypeGuard

from django.http import HttpRequest

from accounts.models import User
from common.web.request import PortalRequest


class SignedInRequest(PortalRequest):
    """What a view marked `signed_in`, `administrators` or `keepers` takes."""

    user: User


def is_signed_in(request: HttpRequest) -> TypeGuard[SignedInRequest]:
    return request.user.is_authenticated
