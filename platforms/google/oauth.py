"""OAuth: from a person's consent to a session of an hour, and its renewal.

https://developers.google.com/identity/protocols/oauth2/web-server

The refresh token comes once, with the consent, and stays the same. It is valid until it is revoked or unused for half a
year; only seven days while Google's consent screen is in testing.

`server` is the address of an API: of Google's own ones, consent and tokens have hosts of their own.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from common.http import Answer, Http
from platforms import answers
from platforms.errors import NeedsConsent, NotReached, PlatformError
from platforms.translation import gettext_noop
from platforms.types import Credential, Keys, Scope

BROWSER = "https://accounts.google.com"
TOKENS = "https://oauth2.googleapis.com"
TESTING = timedelta(days=7)
ENDED = gettext_noop(
    "Google no longer accepts the portal's access to this channel. The access ends when it is revoked, when the "
    "password changes, or, as long as Google has not approved the portal, after seven days. Connect the channel "
    "again."
)
WRONG_KEYS = gettext_noop("Google does not recognise the portal's keys. The administrator has to enter them again.")
NO_RENEWAL = gettext_noop(
    "Google gave an access of one hour only. Remove the portal at Google (Security → Third-party connections) and "
    "connect the channel again."
)


def is_google(server: str) -> bool:
    """Whether it is the address of an API of Google itself, not of a stand-in."""
    parts = urlsplit(server)
    return parts.scheme == "https" and f".{parts.hostname or ''}".endswith(".googleapis.com")


def authorize_url(
    server: str,
    keys: Keys,
    redirect_uri: str,
    state: str,
    challenge: str,
    *,
    scopes: Sequence[Scope],
    includes_granted: bool = False,
) -> str:
    """`prompt=consent`: without it Google gives a refresh token the first time only. `includes_granted`: the access
    includes what the person granted earlier; it is then revoked together with that."""
    query = {"response_type": "code", "client_id": keys.client_id, "redirect_uri": redirect_uri, "state": state}
    query |= {"scope": " ".join(scope.name for scope in scopes), "access_type": "offline"}
    query |= {"prompt": "consent select_account"}
    query |= {"include_granted_scopes": "true"} if includes_granted else {}
    query |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    return f"{BROWSER if is_google(server) else server}/o/oauth2/v2/auth?{urlencode(query)}"


def exchange(http: Http, server: str, keys: Keys, answer: Mapping[str, str], *, testing: bool) -> Credential:
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": answer["redirect_uri"]}
    grant = _asked(http, server, keys, "token", form | {"code_verifier": answer["verifier"]})
    if not grant.get("refresh_token"):
        raise NeedsConsent(NO_RENEWAL)
    ends = _ends(grant.get("refresh_token_expires_in"))
    given = _credential(server, grant)
    return replace(given, consent_until=ends or (datetime.now(UTC) + TESTING if testing else None))


def refresh(http: Http, server: str, keys: Keys, held: Credential) -> Credential:
    if not held.refresh_token:
        raise NeedsConsent(ENDED)
    form = {"grant_type": "refresh_token", "refresh_token": held.refresh_token}
    return held.renewed(_credential(server, _asked(http, server, keys, "token", form)))


def revoke(http: Http, server: str, token: str) -> None:
    """Both tokens go with one of them. A dead one has nothing left to give back."""
    url = f"{TOKENS if is_google(server) else server}/revoke"
    answer = answers.read(lambda: http.post(url, data={"token": token}))
    if not answer.ok and answer.status != 400:
        raise _problem(answer, (token,))


def grantor(held: Credential, accounts: int) -> str:
    """A mark of the consent where it covers several `accounts`: none of them may take it back from the others."""
    return hashlib.sha256(held.refresh_token.encode()).hexdigest()[:16] if accounts > 1 else ""


def _asked(http: Http, server: str, keys: Keys, verb: str, form: Mapping[str, str]) -> dict[str, Any]:
    url = f"{TOKENS if is_google(server) else server}/{verb}"
    sent = {**form, "client_id": keys.client_id, "client_secret": keys.client_secret}
    answer = answers.read(lambda: http.post(url, data=sent))
    secrets = tuple(word for word in (keys.client_secret, *form.values()) if len(word) > 20)
    if not answer.ok:
        raise _problem(answer, secrets)
    body = answers.body(answer, public=False, secrets=secrets)
    return body if isinstance(body, dict) else {}


def _problem(answer: Answer, secrets: tuple[str, ...]) -> PlatformError:
    if answer.status == 429:
        return answers.rate_limited(answer, "", secrets)
    evidence = answers.evidence(answer, secrets)
    if answer.status in (400, 401, 403):
        text = WRONG_KEYS if _named(answer) in ("invalid_client", "unauthorized_client") else ENDED
        return NeedsConsent(text, evidence)
    return NotReached("The server does not answer properly at the moment.", evidence)


def _named(answer: Answer) -> str:
    try:
        body = answer.json()
    except ValueError:
        return ""
    return str(body.get("error") or "") if isinstance(body, Mapping) else ""


def _credential(server: str, grant: Mapping[str, Any]) -> Credential:
    if not grant.get("access_token"):
        raise NeedsConsent("The server gave no access token.")
    return Credential(
        access_token=str(grant["access_token"]),
        refresh_token=str(grant.get("refresh_token") or ""),
        expires_at=_ends(grant.get("expires_in")),
        service=server,
        scopes=tuple(str(grant.get("scope") or "").split()),
    )


def _ends(seconds: Any) -> datetime | None:
    known = isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0
    return datetime.now(UTC) + timedelta(seconds=seconds) if known else None
