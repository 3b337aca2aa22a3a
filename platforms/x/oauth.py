"""OAuth: from a person's consent to a session of two hours, and its renewal.

https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code

The code is valid for thirty seconds. A refresh token works once: the new pair is stored before it is used.
"""

import base64
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from common.http import Answer, Http
from platforms import answers
from platforms.errors import NeedsConsent, NotReached
from platforms.translation import gettext_noop
from platforms.types import Credential, Keys, Scope
from platforms.x.facts import SCOPES

API = "https://api.x.com"
BROWSER = "https://x.com"
RESET = "x-rate-limit-reset"
ENDED = gettext_noop("X no longer accepts the portal's access to this account. Connect the channel again.")


def authorize_url(
    server: str, keys: Keys, redirect_uri: str, state: str, challenge: str, *, scopes: Iterable[Scope] = SCOPES
) -> str:
    query = {"response_type": "code", "client_id": keys.client_id, "redirect_uri": redirect_uri, "state": state}
    query |= {"scope": " ".join(scope.name for scope in scopes)}
    query |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    return f"{BROWSER if server == API else server}/i/oauth2/authorize?{urlencode(query, quote_via=quote)}"


def exchange(http: Http, server: str, keys: Keys, answer: Mapping[str, str]) -> Credential:
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": answer["redirect_uri"]}
    return _credential(server, _asked(http, server, keys, "token", form | {"code_verifier": answer["verifier"]}))


def refresh(http: Http, server: str, keys: Keys, held: Credential) -> Credential:
    if not held.refresh_token:
        raise NeedsConsent(ENDED)
    form = {"grant_type": "refresh_token", "refresh_token": held.refresh_token}
    return held.renewed(_credential(server, _asked(http, server, keys, "token", form)))


def revoke(http: Http, server: str, keys: Keys, token: str, kind: str) -> None:
    """A dead token has nothing left to give back."""
    try:
        _asked(http, server, keys, "revoke", {"token": token, "token_type_hint": kind})
    except NeedsConsent:
        return


def _asked(http: Http, server: str, keys: Keys, verb: str, form: Mapping[str, str]) -> dict[str, Any]:
    """As a confidential client: identifier and secret stand in the header, each percent-encoded before that."""
    pair = f"{quote(keys.client_id, safe='')}:{quote(keys.client_secret, safe='')}"
    headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    answer = answers.read(lambda: http.post(f"{server}/2/oauth2/{verb}", data=dict(form), headers=headers))
    secrets = tuple(word for word in (keys.client_secret, *form.values()) if len(word) > 20)
    if answer.ok:
        body = answers.body(answer, public=False, secrets=secrets)
        return body if isinstance(body, dict) else {}
    raise _problem(answer, secrets)


def _problem(answer: Answer, secrets: tuple[str, ...]) -> Exception:
    if answer.status == 429:
        return answers.rate_limited(answer, RESET, secrets)
    evidence = answers.evidence(answer, secrets)
    if answer.status in (400, 401, 403):
        return NeedsConsent(ENDED, evidence)
    return NotReached("The server does not answer properly at the moment.", evidence)


def _credential(server: str, grant: Mapping[str, Any]) -> Credential:
    if not grant.get("access_token"):
        raise NeedsConsent("The server gave no access token.")
    seconds = grant.get("expires_in")
    known = isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0
    return Credential(
        access_token=str(grant["access_token"]),
        refresh_token=str(grant.get("refresh_token") or ""),
        expires_at=datetime.now(UTC) + timedelta(seconds=seconds) if known and seconds else None,
        service=server,
        scopes=tuple(str(grant.get("scope") or "").split()),
    )
