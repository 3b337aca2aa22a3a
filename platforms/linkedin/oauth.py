"""OAuth: from a person's consent to a token of 60 days, and its renewal.

https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from common.http import Http
from platforms import answers
from platforms.errors import NeedsConsent, Rejected
from platforms.linkedin.calls import TOKENS, problem
from platforms.types import Credential, Keys, Scope

API = "https://api.linkedin.com"
BROWSER = "https://www.linkedin.com"


def authorize_url(server: str, keys: Keys, redirect_uri: str, state: str, scopes: Sequence[Scope]) -> str:
    """There is no PKCE for applications with a secret."""
    query = {"response_type": "code", "client_id": keys.client_id, "redirect_uri": redirect_uri, "state": state}
    query |= {"scope": " ".join(scope.name for scope in scopes)}
    return f"{_home(server)}/oauth/v2/authorization?{urlencode(query)}"


def exchange(http: Http, server: str, keys: Keys, answer: Mapping[str, str]) -> Credential:
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": answer["redirect_uri"]}
    return _credential(server, _asked(http, server, keys, "accessToken", form))


def refresh(http: Http, server: str, keys: Keys, credential: Credential) -> Credential:
    """Only applications that LinkedIn approved for it have refresh tokens; they end a year after the consent."""
    form = {"grant_type": "refresh_token", "refresh_token": credential.refresh_token}
    return credential.renewed(_credential(server, _asked(http, server, keys, "accessToken", form)))


def revoke(http: Http, server: str, keys: Keys, token: str) -> None:
    """The person's consent, for all pages that live from it. A dead token has nothing left to give back."""
    try:
        _asked(http, server, keys, "revoke", {"token": token})
    except NeedsConsent:
        return


def _home(server: str) -> str:
    return BROWSER if server == API else server


def _asked(http: Http, server: str, keys: Keys, verb: str, form: Mapping[str, str]) -> dict[str, Any]:
    secrets = tuple(word for word in (keys.client_secret, form.get("refresh_token"), form.get("token")) if word)
    sent = {**form, "client_id": keys.client_id, "client_secret": keys.client_secret}
    answer = answers.read(lambda: http.post(f"{_home(server)}/oauth/v2/{verb}", data=sent))
    if not answer.ok:
        refused = problem(answer, public=False, secrets=secrets)
        # An old or used code, a refresh token that ended: 400 invalid_request or invalid_grant.
        raise NeedsConsent(TOKENS["65600"], refused.evidence) if isinstance(refused, Rejected) else refused
    body = answers.body(answer, public=False, secrets=secrets) if answer.content else {}
    return body if isinstance(body, dict) else {}


def _credential(server: str, grant: Mapping[str, Any]) -> Credential:
    if not grant.get("access_token"):
        raise NeedsConsent("The server gave no access token.")
    ends, renewable = _ends(grant.get("expires_in")), str(grant.get("refresh_token") or "")
    return Credential(
        access_token=str(grant["access_token"]),
        refresh_token=renewable,
        # What cannot be renewed is no session that ends: a person has to consent anew in time.
        expires_at=ends if renewable else None,
        service=server,
        scopes=tuple(one for one in re.split(r"[,\s]+", str(grant.get("scope") or "")) if one),
        consent_until=_ends(grant.get("refresh_token_expires_in")) if renewable else ends,
    )


def _ends(seconds: Any) -> datetime | None:
    known = isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0
    return datetime.now(UTC) + timedelta(seconds=seconds) if known else None
