"""OAuth: from a person's consent to a session of a day that can be renewed for a year.

https://developers.tiktok.com/doc/oauth-user-access-token-management

Permissions are separated by commas, the application's id is called `client_key`, and errors of these addresses are
flat: `{"error", "error_description", "log_id"}`. A refresh may return a new refresh token, which is stored before it is
used.
"""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from common.http import Answer, Http
from platforms import answers
from platforms.errors import NeedsConsent, NotReached, PlatformError, RateLimited
from platforms.tiktok.facts import SCOPES
from platforms.translation import gettext_noop
from platforms.types import Credential, Keys

API = "https://open.tiktokapis.com"
BROWSER = "https://www.tiktok.com"
# Limits are those of a minute, and no header says when it is over.
MINUTE = timedelta(seconds=60)
ENDED = gettext_noop("TikTok no longer accepts the portal's access to this account. Connect the channel again.")


def authorize_url(server: str, keys: Keys, redirect_uri: str, state: str, proof: str) -> str:
    """https://developers.tiktok.com/doc/login-kit-web"""
    query = {"client_key": keys.client_id, "response_type": "code", "redirect_uri": redirect_uri, "state": state}
    query |= {"scope": ",".join(scope.name for scope in SCOPES)}
    query |= {"code_challenge": proof, "code_challenge_method": "S256"} if proof else {}
    return f"{BROWSER if server == API else server}/v2/auth/authorize/?{urlencode(query)}"


def proof(challenge: str, pkce: str) -> str:
    """TikTok wants the digest in hexadecimal, unlike RFC 7636. https://developers.tiktok.com/doc/login-kit-desktop"""
    if pkce == "hex":
        return base64.urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4)).hex()
    return "" if pkce == "none" else challenge


def exchange(http: Http, server: str, keys: Keys, answer: Mapping[str, str], pkce: str) -> Credential:
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": answer["redirect_uri"]}
    form |= {"code_verifier": answer["verifier"]} if pkce != "none" else {}
    return _credential(server, _asked(http, server, keys, "token", form))


def refresh(http: Http, server: str, keys: Keys, held: Credential) -> Credential:
    if not held.refresh_token:
        raise NeedsConsent(ENDED)
    form = {"grant_type": "refresh_token", "refresh_token": held.refresh_token}
    return held.renewed(_credential(server, _asked(http, server, keys, "token", form)))


def revoke(http: Http, server: str, keys: Keys, token: str) -> None:
    """The account's whole consent. A dead token has nothing left to give back."""
    try:
        _asked(http, server, keys, "revoke", {"token": token})
    except NeedsConsent:
        return


def _asked(http: Http, server: str, keys: Keys, verb: str, form: Mapping[str, str]) -> dict[str, Any]:
    secrets = tuple(word for word in (keys.client_secret, *form.values()) if len(word) > 20)
    sent = {**form, "client_key": keys.client_id, "client_secret": keys.client_secret}
    answer = answers.read(lambda: http.post(f"{server}/v2/oauth/{verb}/", data=sent))
    if answer.ok and not answer.content.strip():
        return {}
    body = answers.body(answer, public=False, secrets=secrets) if answer.ok else {}
    grant: dict[str, Any] = body if isinstance(body, dict) else {}
    # An error may come with 200.
    if answer.ok and not grant.get("error"):
        return grant
    raise _problem(answer, secrets)


def _problem(answer: Answer, secrets: tuple[str, ...]) -> PlatformError:
    evidence = answers.evidence(answer, secrets)
    if answer.status == 429:
        return RateLimited("The network asks us to wait.", datetime.now(UTC) + MINUTE, evidence)
    if answer.status < 500:
        return NeedsConsent(ENDED, evidence)
    return NotReached("The server does not answer properly at the moment.", evidence)


def _credential(server: str, grant: Mapping[str, Any]) -> Credential:
    if not grant.get("access_token"):
        raise NeedsConsent("The server gave no access token.")
    account = str(grant.get("open_id") or "")
    return Credential(
        access_token=str(grant["access_token"]),
        refresh_token=str(grant.get("refresh_token") or ""),
        expires_at=_ends(grant.get("expires_in")),
        service=server,
        account_id=account,
        scopes=tuple(one for one in str(grant.get("scope") or "").split(",") if one),
        consent_until=_ends(grant.get("refresh_expires_in")),
        # One consent for the whole account: all channels that use it share the consent.
        grantor=account,
    )


def _ends(seconds: Any) -> datetime | None:
    known = isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0
    return datetime.now(UTC) + timedelta(seconds=seconds) if known else None
