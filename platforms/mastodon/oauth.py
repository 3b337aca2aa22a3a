"""OAuth: obtaining and revoking access. https://docs.joinmastodon.org/methods/oauth/"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from common import http as net
from platforms.errors import NeedsConsent, NotReached, Rejected
from platforms.mastodon.calls import Calls
from platforms.translation import gettext_noop
from platforms.types import Credential, Keys, Scope

ASKED = (
    Scope("read:accounts", gettext_noop("Know whose account it is.")),
    Scope("read:statuses", gettext_noop("See the published posts, and their metrics.")),
    Scope("read:notifications", gettext_noop("Read what people answer.")),
    Scope("write:statuses", gettext_noop("Publish, and take down what was published.")),
    Scope("write:media", gettext_noop("Publish pictures.")),
)
SCOPES = tuple(scope.name for scope in ASKED)
CLIENT_NAME = "Dobošar"


def register(calls: Calls, redirect_uri: str) -> Keys:
    """Our application at this server: one per server, since each knows only its own."""
    form = {"client_name": CLIENT_NAME, "redirect_uris": redirect_uri, "scopes": " ".join(SCOPES)}
    _, app = calls.private("POST", "/api/v1/apps", data=form)
    if not isinstance(app, dict) or not app.get("client_id") or not app.get("client_secret"):
        raise NotReached("The server did not register our application.")
    return Keys(str(app["client_id"]), str(app["client_secret"]))


def authorize_url(server: str, keys: Keys, redirect_uri: str, state: str, challenge: str) -> str:
    """`challenge` empty: the server has no PKCE (before 4.3)."""
    query = {
        "response_type": "code",
        "client_id": keys.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(SCOPES),
        "state": state,
    }
    if challenge:
        query |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    return f"{server}/oauth/authorize?{urlencode(query)}"


def exchange(calls: Calls, keys: Keys, answer: Mapping[str, str]) -> Credential:
    """Exchanges a code for a token. A code works once: after an unknown outcome the person starts again."""
    form = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": answer["redirect_uri"],
        "client_id": keys.client_id,
        "client_secret": keys.client_secret,
    }
    if answer.get("verifier"):
        form["code_verifier"] = answer["verifier"]
    try:
        _, token = calls.private("POST", "/oauth/token", data=form)
    except Rejected as refused:
        # An old or used code answers 400 invalid_grant.
        raise NeedsConsent(refused.message, refused.evidence) from None
    return _credential(calls.server, token)


def _credential(server: str, token: Any) -> Credential:
    if not isinstance(token, dict) or not token.get("access_token"):
        raise NeedsConsent("The server gave no access token.")
    scopes = tuple(str(token.get("scope") or "").split())
    if scopes and not {"write", "write:statuses"} & set(scopes):
        raise NeedsConsent("The permission to publish was not given.")
    return Credential(str(token["access_token"]), service=server, scopes=scopes)


def revoke(calls: Calls, keys: Keys) -> None:
    """snac2 wants the application's keys and answers 403 without them."""
    form = {"client_id": keys.client_id, "client_secret": keys.client_secret, "token": calls.token}
    try:
        answer = calls.http.post(f"{calls.server}/oauth/revoke", data=form)
    except net.HttpError as problem:
        raise NotReached(str(problem)) from None
    if not answer.ok and answer.status not in (401, 404):
        raise calls.problem(answer, public=False)
