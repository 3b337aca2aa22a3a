"""Instagram professional accounts, through the Graph API as the page to which an account is linked.

Nothing is uploaded: the network fetches pictures and videos from our addresses into an invisible container, and one
request, `/media_publish`, publishes it. The container's state can be read for a day, which reconciles an unknown
outcome, and one container never becomes two posts.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from platforms.defaults import Defaults
from platforms.errors import NeedsConsent, NotReached, Rejected
from platforms.instagram import calls as meaning
from platforms.instagram import posts
from platforms.instagram.calls import Calls
from platforms.instagram.facts import OPTIONS, SCOPES, limits
from platforms.instagram.history import History
from platforms.instagram.insights import Insights
from platforms.instagram.publishing import Publishing
from platforms.meta import events, login, messaging, reading
from platforms.meta.codes import ACCESS
from platforms.meta.containers import ContainerEndpoints, Containers
from platforms.meta.events import PAGE_FIELDS
from platforms.options import Option
from platforms.protocols import Facts
from platforms.refusals import Refusal
from platforms.translation import gettext_noop
from platforms.types import (
    Account,
    Credential,
    Limits,
    Profile,
    Scope,
)

FIELDS = "id,username,name,profile_picture_url,followers_count"
PAGE = f"id,name,access_token,tasks,instagram_business_account{{{FIELDS}}}"
ENDPOINTS = ContainerEndpoints(
    "media", "media_publish", "status_code", "status", meaning.of_container, meaning.UNFETCHABLE
)
NO_ACCOUNT = gettext_noop(
    "No professional Instagram account is linked to this page. Link one in the settings of the page, then start again."
)
NO_ROLE = gettext_noop("Your role on this page does not allow publishing. Ask its administrator for full control.")


class Instagram(Insights, History, Publishing, login.ByLogin, events.Notified, Defaults):
    """One professional account. Errors are those of `platforms.errors`."""

    connect_by: ClassVar[str] = "oauth"
    refusals: ClassVar[tuple[Refusal, ...]] = ACCESS
    scopes: ClassVar[tuple[Scope, ...]] = SCOPES
    options: ClassVar[Mapping[str, Option]] = OPTIONS

    def wire(self) -> None:
        self.calls = Calls(self.http, self.server, self.set["version"], self.token, self.keys.client_secret)
        self.calls.blocked = timedelta(hours=self.set["blocked_hours"])
        self.handle = ""
        self.containers = Containers(self.calls, self.account_id, ENDPOINTS, self.save_checkpoint)

    # Connects

    def accounts(self) -> list[Account]:
        given = login.grant(self.calls, self.keys, self.calls.token)
        given = messaging.with_features(given, self.set, self.private_scope)
        pages = login.pages(self.calls.as_(given.token), given.scopes, PAGE)
        return [self._account(page, given) for page in pages]

    def _account(self, page: Mapping[str, Any], given: login.Grant) -> Account:
        linked, tasks = page.get("instagram_business_account"), page.get("tasks")
        if not isinstance(linked, Mapping) or not linked.get("id"):
            name = str(page.get("name") or page["id"])
            return Account(Profile(str(page["id"]), name, name, ""), Credential(""), NO_ACCOUNT)
        token = str(page.get("access_token") or "")
        credential = Credential(
            access_token=token,
            refresh_token=given.token,
            service=self.server,
            account_id=str(linked["id"]),
            scopes=given.scopes,
            consent_until=given.until,
            grantor=given.user_id,
        )
        may = not isinstance(tasks, list) or bool({"CREATE_CONTENT", "MANAGE"} & set(tasks))
        return Account(_profile(linked), credential, "" if token and may else NO_ROLE)

    def profile(self) -> Profile:
        account = self.calls.get(f"/{self.account_id}", fields=FIELDS)
        if not account.get("id"):
            raise NotReached("The server did not tell whose access this is.")
        return _profile(account)

    def revoke(self, *, shared: bool = False) -> None:
        """The person's consent, when no other channel lives from it. The page stays subscribed: its Facebook channel
        may be another person's, and events of an account that is not connected are dropped."""
        self.end_consent(shared=shared)

    # Publishes

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        return limits(facts)

    # Notifies

    def subscribe(self, address: str, secret: str) -> None:
        """The address and the fields of Instagram are the application's, entered by the administrator; here the page
        behind the account switches them on. With Facebook Login that is the page and not the account, and "me" is the
        page of our token: https://developers.facebook.com/documentation/instagram-platform/webhooks/setup

        The list replaces the one before, which a Facebook channel of the same page may have sent: one that has these
        fields and more is left as it is.
        """
        if set(PAGE_FIELDS.split(",")) <= self._subscribed():
            return
        self.calls.private("POST", "/me/subscribed_apps", {"subscribed_fields": PAGE_FIELDS})

    def _subscribed(self) -> frozenset[str]:
        """What the page behind the account sends to our application already. Empty where it does not say."""
        try:
            applications = reading.data(self.calls.get("/me/subscribed_apps"))
        except (NeedsConsent, Rejected):
            return frozenset()
        lists = [one.get("subscribed_fields") for one in applications if str(one.get("id")) == self.keys.client_id]
        return frozenset(str(field) for listed in lists if isinstance(listed, list) for field in listed)


def _profile(account: Mapping[str, Any]) -> Profile:
    user, followers = str(account.get("username") or ""), account.get("followers_count")
    return Profile(
        remote_id=str(account["id"]),
        handle=f"@{user}",
        name=str(account.get("name") or user),
        url=f"{posts.SITE}/{user}/",
        avatar_url=str(account.get("profile_picture_url") or ""),
        followers=followers if isinstance(followers, int) and not isinstance(followers, bool) else None,
    )
