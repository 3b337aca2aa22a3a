"""The request of a page for people who are signed in, and where a request comes from."""

from typing import TypeGuard

from allauth.account.adapter import get_adapter

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User
from common.networks import network_of
from common.web.request import PortalRequest


class SignedInRequest(PortalRequest):
    """What a view marked `signed_in`, `administrators` or `keepers` takes."""

    user: User


def is_signed_in(request: HttpRequest) -> TypeGuard[SignedInRequest]:
    return request.user.is_authenticated


def client_address(request: HttpRequest) -> str:
    """The IP address of the client, behind trusted proxies too; empty where there is none, as behind a socket."""
    try:
        return str(get_adapter(request).get_client_ip(request))
    except PermissionDenied:
        return ""


def client_network(request: HttpRequest) -> str:
    """The key of a connection in a rate limit: the address, for IPv6 its /64."""
    return network_of(client_address(request))
