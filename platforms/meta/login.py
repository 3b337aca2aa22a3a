"""Facebook Login: from a person's consent to the tokens of their pages.

https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow
https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from platforms.addresses import address
from platforms.errors import NeedsConsent, NotReached, PlatformError, Rejected
from platforms.meta.calls import Calls
from platforms.types import Credential, Keys, Scope

BROWSER = "https://www.facebook.com"
GRAPH = "https://graph.facebook.com"
GRAPH_VIDEO = "https://graph-video.facebook.com"


@dataclass(frozen=True)
class Grant:
    """A person's grant: their long-lived token, their id, the permissions, and until when it may read data."""

    token: str
    user_id: str
    scopes: tuple[str, ...]
    until: datetime | None


def authorize_url(
    server: str, version: str, keys: Keys, scopes: Sequence[Scope], *, redirect_uri: str, state: str, config_id: str
) -> str:
    """`config_id`, unless empty: a configuration of Login for Business stands for the list of scopes."""
    browser = BROWSER if server == GRAPH else server
    query = {"client_id": keys.client_id, "redirect_uri": redirect_uri, "state": state, "response_type": "code"}
    query |= {"config_id": config_id} if config_id else {"scope": ",".join(scope.name for scope in scopes)}
    # Asked again, also for what was declined once: https://developers.facebook.com/docs/facebook-login/guides/permissions
    return f"{browser}/{version}/dialog/oauth?{urlencode({**query, 'auth_type': 'rerequest'})}"


def exchange(calls: Calls, keys: Keys, answer: Mapping[str, str]) -> Credential:
    """A code for the person's short token (an hour or two); `grant` makes it last. One call: a person waits for it."""
    params = {"client_id": keys.client_id, "client_secret": keys.client_secret}
    try:
        body = calls.get("/oauth/access_token", **params, redirect_uri=answer["redirect_uri"], code=answer["code"])
    except Rejected as refused:
        # 100 with subcode 36009: the code was used, or it is old.
        raise NeedsConsent(refused.message, refused.evidence) from None
    return Credential(_token(body), expires_at=_ends(body))


def _token(answer: Mapping[str, Any]) -> str:
    if not answer.get("access_token"):
        raise NeedsConsent("The server gave no access token.")
    return str(answer["access_token"])


def _ends(answer: Mapping[str, Any]) -> datetime | None:
    seconds = answer.get("expires_in")
    known = isinstance(seconds, int) and not isinstance(seconds, bool)
    return datetime.now(UTC) + timedelta(seconds=seconds) if known and seconds else None


def lasting(calls: Calls, keys: Keys, token: str) -> str:
    """A token of about 60 days for one that is still good. There is no refresh token."""
    params = {"client_id": keys.client_id, "client_secret": keys.client_secret}
    return _token(calls.get("/oauth/access_token", grant_type="fb_exchange_token", **params, fb_exchange_token=token))


def grant(calls: Calls, keys: Keys, short: str) -> Grant:
    """Everything about a consent, by reads that may be repeated."""
    token = lasting(calls, keys, short)
    asking = calls.as_(token)
    user_id = str(asking.get("/me", fields="id").get("id") or "")
    if not user_id:
        raise NotReached("The server did not tell whose access this is.")
    scopes = [one["permission"] for one in asking.listed("/me/permissions") if one.get("status") == "granted"]
    return Grant(token, user_id, tuple(sorted(scopes)), _data_until(calls, keys, token))


def _data_until(calls: Calls, keys: Keys, token: str) -> datetime | None:
    """https://developers.facebook.com/docs/facebook-login/auth-vs-data: reading ends 90 days after the last consent."""
    try:
        app = calls.as_(f"{keys.client_id}|{keys.client_secret}")
        ends = (app.get("/debug_token", input_token=token).get("data") or {}).get("data_access_expires_at")
    except PlatformError:
        # Good to know and no reason to fail: the channel then warns of nothing in advance.
        return None
    return datetime.fromtimestamp(ends, UTC) if isinstance(ends, int) and ends > 0 else None


def pages(calls: Calls, scopes: Sequence[str], fields: str) -> list[dict[str, Any]]:
    """The pages that a person may act for, also those that belong to their businesses."""
    pages_by_id = {
        str(page["id"]): page for page in calls.listed("/me/accounts", fields=fields, limit=100) if page.get("id")
    }
    if "business_management" in scopes:
        for business in calls.listed("/me/businesses", fields="id", limit=100):
            for edge in ("owned_pages", "client_pages"):
                for page in calls.listed(f"/{business['id']}/{edge}", fields=fields, limit=100):
                    pages_by_id.setdefault(str(page["id"]), page)
    return list(pages_by_id.values())


def withdraw(calls: Calls) -> None:
    """Take back everything that the person gave us. A dead token has nothing left to give back."""
    try:
        calls.private("DELETE", "/me/permissions")
    except NeedsConsent:
        return


class ByLogin:
    """The half of a connector that is reached by Facebook Login: a page, and an account that is linked to one."""

    server: str
    keys: Keys
    account_id: str
    credential: Credential | None
    set: Mapping[str, Any]
    scopes: ClassVar[tuple[Scope, ...]]
    calls: Calls

    @classmethod
    def address(cls, typed: str) -> str:
        return address(typed) if typed.strip() else GRAPH

    def fetch_facts(self) -> dict[str, Any]:
        """One server for everybody, without facts of its own."""
        return {"version": self.set["version"]}

    def authorize_url(self, redirect_uri: str, state: str, challenge: str) -> str:
        """Facebook's own page of consent. Without PKCE: the code is exchanged with our application's secret."""
        where = (self.server, self.set["version"], self.keys, self.scopes)
        return authorize_url(*where, redirect_uri=redirect_uri, state=state, config_id=self.set["config_id"])

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        return exchange(self.calls, self.keys, answer)

    def revoke(self, *, shared: bool = False) -> None:
        """The account's events first; the person's consent only when no other channel lives from it."""
        with contextlib.suppress(NeedsConsent, Rejected):  # dead already, or never subscribed
            self.calls.private("DELETE", f"/{self.account_id}/subscribed_apps")
        self.end_consent(shared=shared)

    def end_consent(self, *, shared: bool) -> None:
        if not shared and self.credential and self.credential.refresh_token:
            withdraw(self.calls.as_(self.credential.refresh_token))
