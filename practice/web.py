"""Typed requests of the practice network, which has no user of the portal."""

from django.http import HttpRequest

from practice.models import Account, Token


class VisitorRequest(HttpRequest):
    """A page in the browser."""

    citizen: Account | None
    """The picked account. Missing until `practice.views.who.viewer` was called."""


class ApiRequest(HttpRequest):
    """A call of the API. Whether it needs a token is up to the view."""

    token: Token | None


class TokenRequest(ApiRequest):
    """A call of an address with a scope: its token covers the scope."""

    token: Token
