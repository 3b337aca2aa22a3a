"""Threads, through its own Graph API as one account.

Every post, even a text, is first an invisible container; `/threads_publish` publishes it. The container's state can be
read for a day, which reconciles an unknown outcome, and one container never becomes two posts. Pictures and videos are
fetched from our addresses.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from platforms.addresses import address
from platforms.defaults import Defaults
from platforms.errors import NotReached
from platforms.meta import events
from platforms.meta.codes import ACCESS
from platforms.meta.containers import ContainerEndpoints, Containers
from platforms.options import Option
from platforms.protocols import Facts
from platforms.refusals import Refusal
from platforms.threads import calls as meaning
from platforms.threads import events as own
from platforms.threads import oauth, posts
from platforms.threads.calls import Calls
from platforms.threads.facts import OPTIONS, SCOPES, limits
from platforms.threads.insights import Insights
from platforms.threads.publishing import Publishing
from platforms.types import Credential, Limits, Profile, RawEvent, Scope

FIELDS = "id,username,name,threads_profile_picture_url"
ENDPOINTS = ContainerEndpoints(
    "threads", "threads_publish", "status", "error_message", meaning.of_container, meaning.UNFETCHABLE
)


class Threads(Insights, Publishing, events.Notified, Defaults):
    """One account. Errors are those of `platforms.errors`."""

    connect_by: ClassVar[str] = "oauth"
    refusals: ClassVar[tuple[Refusal, ...]] = ACCESS
    scopes: ClassVar[tuple[Scope, ...]] = SCOPES
    options: ClassVar[Mapping[str, Option]] = OPTIONS

    def wire(self) -> None:
        self.calls = Calls(self.http, self.server, self.set["version"], self.token, self.keys.client_secret)
        self.calls.blocked = timedelta(hours=self.set["blocked_hours"])
        self.containers = Containers(self.calls, self.account_id, ENDPOINTS, self.save_checkpoint)

    # Connects

    @classmethod
    def address(cls, typed: str) -> str:
        return address(typed) if typed.strip() else oauth.GRAPH

    def fetch_facts(self) -> dict[str, Any]:
        """One server for everybody, without facts of its own."""
        return {"version": self.set["version"]}

    def authorize_url(self, redirect_uri: str, state: str, challenge: str) -> str:
        return oauth.authorize_url(self.server, self.keys, redirect_uri, state)

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        return oauth.exchange(self.http, self.server, self.set["version"], self.keys, answer)

    def refresh(self) -> Credential:
        if self.credential is None:
            raise ValueError("There is no credential to refresh.")
        return oauth.refresh(self.http, self.server, self.credential)

    def profile(self) -> Profile:
        account = self.calls.get("/me", fields=FIELDS)
        if not account.get("id"):
            raise NotReached("The server did not tell whose access this is.")
        user = str(account.get("username") or "")
        return Profile(
            remote_id=str(account["id"]),
            handle=f"@{user}",
            name=str(account.get("name") or user),
            url=f"{posts.SITE}/@{user}",
            avatar_url=str(account.get("threads_profile_picture_url") or ""),
        )

    def revoke(self, *, shared: bool = False) -> None:
        """Threads has no call for it: a person takes the access back there, under "Website permissions"."""

    # Publishes

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        return limits(facts)

    # Notifies

    @classmethod
    def events(cls, payload: Any) -> list[RawEvent]:
        return own.raw_events(payload)

    @classmethod
    def about(cls, payload: Any) -> str:
        return own.root_post(payload)

    def subscribe(self, address: str, secret: str) -> None:
        """The administrator subscribes the whole application, at the network; accounts need not say anything."""
