"""OAuth: from a person's consent to a token of 60 days, and its renewal.

https://developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions
https://developers.facebook.com/docs/threads/get-started/long-lived-tokens
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from common.http import Http
from platforms.errors import NeedsConsent, NotReached, PlatformError, Rejected
from platforms.threads.calls import Calls, tokens
from platforms.threads.facts import SCOPES
from platforms.translation import gettext_noop
from platforms.types import Credential, Keys

GRAPH = "https://graph.threads.net"
BROWSER = "https://threads.net"
NOT_RENEWED = gettext_noop("The network does not renew the access yet. The portal goes on trying.")


def authorize_url(server: str, keys: Keys, redirect_uri: str, state: str) -> str:
    """There is no PKCE: the code is exchanged with our application's secret."""
    query = {"client_id": keys.client_id, "redirect_uri": redirect_uri, "response_type": "code", "state": state}
    query |= {"scope": ",".join(scope.name for scope in SCOPES)}
    return f"{BROWSER if server == GRAPH else server}/oauth/authorize?{urlencode(query)}"


def exchange(http: Http, server: str, version: str, keys: Keys, answer: Mapping[str, str]) -> Credential:
    """Exchanges a code for a token of an hour, that one for a token of 60 days, and reads the granted permissions."""
    form = {"client_id": keys.client_id, "client_secret": keys.client_secret, "grant_type": "authorization_code"}
    # The network hangs "#_" on the end of the address that it sends the browser to.
    form |= {"redirect_uri": answer["redirect_uri"], "code": answer["code"].removesuffix("#_")}
    asking = tokens(http, server, keys.client_secret)
    try:
        short = asking.private("POST", "/oauth/access_token", form)
    except Rejected as refused:
        raise NeedsConsent(refused.message, refused.evidence) from None
    first = _token(short)
    asking = tokens(http, server, keys.client_secret, first)
    query = {"grant_type": "th_exchange_token", "client_secret": keys.client_secret, "access_token": first}
    given = _credential(server, asking.get("/access_token", **query))
    return replace(
        given,
        account_id=str(short.get("user_id") or ""),
        grantor=str(short.get("user_id") or ""),
        scopes=_granted(Calls(http, server, version, given.access_token)),
    )


def refresh(http: Http, server: str, credential: Credential) -> Credential:
    """Sixty days from now. A token that ran out, or is less than a day old, is not renewed."""
    query = {"grant_type": "th_refresh_token", "access_token": credential.access_token}
    try:
        grant = tokens(http, server, credential.access_token).get("/refresh_access_token", **query)
    except Rejected as refused:
        raise NotReached(NOT_RENEWED, refused.evidence) from None
    fresh = _credential(server, grant)
    return replace(credential, access_token=fresh.access_token, expires_at=fresh.expires_at)


def _token(grant: Mapping[str, Any]) -> str:
    if not grant.get("access_token"):
        raise NeedsConsent("The server gave no access token.")
    return str(grant["access_token"])


def _credential(server: str, grant: Mapping[str, Any]) -> Credential:
    seconds = grant.get("expires_in")
    known = isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0
    ends = datetime.now(UTC) + timedelta(seconds=seconds if known and isinstance(seconds, int) else 60 * 86_400)
    return Credential(_token(grant), expires_at=ends, service=server)


def _granted(calls: Calls) -> tuple[str, ...]:
    """Not every application may ask: https://developers.facebook.com/docs/threads/troubleshooting/debug-access-token"""
    try:
        token = calls.get("/debug_token", input_token=calls.token).get("data") or {}
    except PlatformError:
        return ()
    scopes = token.get("scopes")
    return tuple(sorted(str(scope) for scope in scopes)) if isinstance(scopes, list) else ()
