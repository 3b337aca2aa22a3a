"""OAuth: registers a program, exchanges a code for a token, revokes it. https://docs.joinmastodon.org/methods/oauth/

The consent page is `practice.views.consent`.
"""

import base64
import binascii
from typing import Any

from practice.api.calls import api, given, text
from practice.domain import access
from practice.errors import BadGrant
from practice.models import App
from practice.web import ApiRequest, TokenRequest


@api("POST", rate="apps")
def apps(request: ApiRequest) -> dict[str, Any]:
    fields = given(request)
    uris = fields.get("redirect_uris") or ""
    addresses = [str(uri) for uri in uris] if isinstance(uris, list) else str(uris).split()
    scopes = (text(fields, "scopes") or "read").split()
    app, secret = access.register(text(fields, "client_name"), addresses, scopes, text(fields, "website"))
    return {
        "id": str(app.pk),
        "name": app.name,
        "website": app.website or None,
        "scopes": app.scopes,
        "redirect_uris": app.redirect_uris,
        "redirect_uri": "\n".join(app.redirect_uris),
        "client_id": app.client_id,
        "client_secret": secret,
        "client_secret_expires_at": 0,
    }


@api("POST", rate="anonymous")
def token(request: ApiRequest) -> dict[str, Any]:
    fields = given(request)
    app = _client(request, fields)
    if text(fields, "grant_type") != "authorization_code":
        # Every call acts for an account, so a program alone gets no token.
        raise BadGrant("The authorization grant type is not supported.", error="unsupported_grant_type")
    given_token, secret = access.exchange(
        app, text(fields, "code"), text(fields, "redirect_uri"), text(fields, "code_verifier")
    )
    return {
        "access_token": secret,
        "token_type": "Bearer",
        "scope": " ".join(given_token.scopes),
        "created_at": int(given_token.created_at.timestamp()),
    }


@api("POST", rate="anonymous")
def revoke(request: ApiRequest) -> dict[str, Any]:
    fields = given(request)
    access.revoke(_client(request, fields), text(fields, "token"))
    return {}


def _client(request: ApiRequest, fields: dict[str, Any]) -> App:
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            client_id = secret = ""
        return access.client(client_id, secret)
    return access.client(text(fields, "client_id"), text(fields, "client_secret"))


@api("GET", scope="read:accounts")
def verify_app(request: TokenRequest) -> dict[str, Any]:
    app = request.token.app
    return {"name": app.name, "website": app.website or None, "scopes": app.scopes}
