"""What a connector can do. One class per network implements those that its network offers.

Built from plain values, the same for all:

    Connector(http, server="https://…", keys=Keys(…), credential=Credential(…), facts={…}, keep=callable)

`facts` is what `look()` returned when the channel was connected (public, JSON, stored on the channel): limits,
software, features. `keep(credential)` is called at once when the connector renewed its session by itself.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol

from common.http import Http
from platforms.types import (
    Credential,
    Gone,
    Keys,
    Limits,
    Look,
    Message,
    Messages,
    Outgoing,
    Pending,
    Problem,
    Profile,
    Published,
    Read,
    Reading,
    Readings,
)

Facts = Mapping[str, Any]
Keep = Callable[[Credential], None]


class Connects(Protocol):
    """Getting, keeping and giving back the right to act. Raises the five errors of `platforms.errors`."""

    connect_by: ClassVar[str]
    """"oauth": prepare, authorize_url, exchange(code). "app_password": exchange(identifier, password)."""

    def __init__(
        self,
        http: Http,
        *,
        server: str,
        keys: Keys = ...,
        credential: Credential | None = ...,
        facts: Facts | None = ...,
        keep: Keep | None = ...,
    ) -> None: ...

    @classmethod
    def address(cls, typed: str) -> str:
        """The server's base address from what a person typed. Pure. Raises `Rejected(field="server")`."""

    def look(self) -> dict[str, Any]:
        """The server's facts, to be stored on the channel and given back as `facts`. Refresh daily. A read."""

    def prepare(self, redirect_uri: str) -> Keys:
        """Register our application at the server. Once per server and redirect address."""

    def authorize_url(self, redirect_uri: str, state: str, challenge: str) -> str:
        """Where to send the browser. `challenge` is the S256 PKCE challenge; left out where the server has no PKCE."""

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        """`{code, redirect_uri, verifier}` or `{identifier, password}` for a credential."""

    def refresh(self) -> Credential:
        """A fresh credential, to be stored at once; the same one where the network's tokens do not expire."""

    def profile(self) -> Profile:
        """The account behind the credential. Also the health check."""

    def revoke(self) -> None:
        """Give the right back. The caller forgets the credential whatever comes out of this."""


class Publishes(Protocol):
    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        """Pure."""

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        """Pure. Empty means: as far as we can know, the network will take it."""

    def publish(self, outgoing: Outgoing, read: Read) -> Published | Pending:
        """Mutates; once per attempt. `http.before_send` runs right before the one request that makes it public.

        It runs a second time when the network refused that request for an expired session and it is sent again.
        """

    def poll(self, pending: Pending) -> Published | Pending:
        """Reads what became of it. Raises `Rejected` where the network gave up on it."""

    def finish(self, outgoing: Outgoing, pending: Pending) -> Published:
        """Mutates: the second step of networks that have one. Others raise `NotImplementedError`."""

    def find(self, outgoing: Outgoing, since: datetime, bound: Collection[str] = ()) -> Look:
        """Reads only. `since`: start of the earliest attempt. `bound`: remote ids that belong to other publications."""

    def may_resend(self, opened_at: datetime, now: datetime) -> bool:
        """Whether `publish` may be repeated without looking, the first attempt having been opened at `opened_at`."""

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        """The remote id of the post that `link`, as a person copied it, leads to; None if it is not one here. Pure."""

    def withdraw(self, remote_id: str) -> None:
        """Mutates: delete our own post. Success too when it is gone already."""


class Measures(Protocol):
    measures: ClassVar[frozenset[str]]
    """Metrics that a post may have here."""
    account_measures: ClassVar[frozenset[str]]

    def readings(self, remote_ids: Sequence[str]) -> list[Readings | Gone]:
        """Reads, in batches where the network has them. A post the network did not answer for is left out."""

    def account_readings(self) -> Reading: ...


class Converses(Protocol):
    def messages(self, cursor: str | None = None) -> Messages:
        """Reads replies and mentions that came after `cursor`."""

    def replies(self, remote_id: str) -> Messages:
        """Reads the answers below one post of ours, as far as the server knows them."""

    @classmethod
    def opening(cls, message: Message) -> str:
        """What an answer has to begin with so that its author hears of it, or "". Pure."""

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        """Mutates: `outgoing.reply_to` is the message's `remote_id`. Same rules as `publish`."""

    def hide(self, remote_id: str, root: str) -> None:
        """Mutates. Raises `Rejected(code="unsupported")` where the network cannot hide."""


class Connector(Connects, Publishes, Measures, Converses, Protocol):
    """All four; both networks of today are that."""
