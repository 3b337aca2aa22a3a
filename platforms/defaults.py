"""Defaults of a connector for what its network does not offer: they report that, or do the obvious."""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from common.http import Http
from platforms import attachment_content, scopes
from platforms.errors import NeedsConsent, NotAllowed, OutcomeUnknown, Rejected
from platforms.options import Option, values
from platforms.protocols import Facts, SaveCheckpoint, SaveCredential
from platforms.refusals import Refusal
from platforms.reply_windows import ReplyWindow
from platforms.translation import gettext_noop
from platforms.types import (
    Account,
    Action,
    Credential,
    Gone,
    Keys,
    Message,
    MessageChanges,
    MetricChange,
    MetricValues,
    ModerationSupport,
    Outgoing,
    PastPosts,
    Pending,
    PollCount,
    PostMetrics,
    Profile,
    Published,
    RawEvent,
    Read,
    Scope,
)
from platforms.visibility import Visibility

NOT_GRANTED = gettext_noop(
    "The permission for this was not granted when the channel was connected. Connect it again and leave everything "
    "switched on. What the channel publishes is not affected."
)


class OfEachNetwork(ABC):
    """The part of a connector that every network implements itself."""

    @abstractmethod
    def wire(self) -> None:
        """Create the objects that make calls; all attributes of `__init__` are set."""

    @abstractmethod
    def profile(self) -> Profile: ...

    @abstractmethod
    def publish(self, outgoing: Outgoing, read: Read) -> Published | Pending: ...


class Defaults(OfEachNetwork):
    scopes: ClassVar[tuple[Scope, ...]] = ()
    refusals: ClassVar[tuple[Refusal, ...]] = ()
    options: ClassVar[Mapping[str, Option]] = {}
    own_names: ClassVar[Mapping[str, str]] = {}
    remarks: ClassVar[Mapping[str, str]] = {}
    changes: ClassVar[tuple[MetricChange, ...]] = ()
    reads_back: ClassVar[bool] = False
    counts_polls: ClassVar[bool] = False
    fetches_polls: ClassVar[bool] = False
    calculates_votes: ClassVar[bool] = False
    metrics_batch_size: ClassVar[int] = 1
    counts_by_events: ClassVar[bool] = False
    home: ClassVar[str] = ""
    """The server of a network that has one for everybody, where none was typed."""

    def __init__(
        self,
        http: Http,
        *,
        server: str = "",
        keys: Keys = Keys(),  # noqa: B008 - frozen
        credential: Credential | None = None,
        facts: Facts | None = None,
        keep: SaveCredential | None = None,
        save_checkpoint: SaveCheckpoint | None = None,
    ) -> None:
        self.http, self.server, self.keys = http, server.rstrip("/") or self.home, keys
        self.facts = facts or {}
        self.set: Mapping[str, Any] = values(self.options, self.facts)
        self.keep = keep
        self.save_checkpoint = save_checkpoint or (lambda _token: None)
        self.credential = credential
        self.token = credential.access_token if credential else ""
        self.account_id = credential.account_id if credential else ""
        self.wire()

    # Connects

    @classmethod
    def requested(cls, facts: Facts) -> tuple[Scope, ...]:
        return cls.scopes

    @contextlib.contextmanager
    def acting(self, action: Action) -> Iterator[None]:
        granted = self.credential.scopes if self.credential else ()
        if not scopes.allow(self.requested(self.facts), granted, action):
            raise NotAllowed(NOT_GRANTED, code="not_granted", evidence={"action": action.value})
        try:
            yield
        except NeedsConsent as refused:
            if not refused.is_permission:
                raise
            raise NotAllowed(refused.message, code="not_granted", evidence=refused.evidence) from None

    def accounts(self) -> list[Account]:
        """The credential's own account is the only one."""
        if self.credential is None:
            raise ValueError("There is no credential to read accounts with.")
        return [Account(self.profile(), self.credential)]

    def prepare(self, redirect_uri: str) -> Keys:
        """Nothing is registered by us."""
        return Keys()

    def authorize_url(self, redirect_uri: str, state: str, challenge: str) -> str:
        raise ValueError("This network is not connected by consent in the browser.")

    def refresh(self) -> Credential:
        """The network's tokens do not expire."""
        if self.credential is None:
            raise ValueError("There is no credential to refresh.")
        return self.credential

    # Publishes

    def resume(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published | Pending:
        """A prepared post expires by itself; it is prepared anew."""
        return self.publish(outgoing, read)

    def check_status(self, pending: Pending) -> Any:
        raise OutcomeUnknown("This network publishes at once; there is nothing to wait for.")

    def finish(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published | Pending:
        raise ValueError("This network publishes in one step.")

    # A gateway gives up after 30 to 120 s while the request waits on in a queue of the server behind it. The longest
    # that a cut connection delivers late is Linux's limit for retransmissions: 924.6 s with its default `tcp_retries2`.
    # https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html
    commit_window: ClassVar[timedelta] = timedelta(minutes=16)
    private_commit_window: ClassVar[timedelta] = timedelta(minutes=16)

    def may_resend(self, opened_at: datetime, now: datetime, *, is_private: bool = False) -> bool:
        return False

    def edit(self, remote_id: str, outgoing: Outgoing) -> Published:
        raise Rejected("This network cannot change a post that is out.", code="unsupported")

    # Measures

    def fetch_polls(self, remote_ids: Sequence[str]) -> Mapping[str, PollCount]:
        """`fetch_metrics` returns them, where the network has polls."""
        return {}

    @classmethod
    def metric_changes(cls, event: RawEvent) -> list[PostMetrics]:
        return []

    @classmethod
    def event_id(cls, remote_id: str) -> str:
        return remote_id

    # Remembers

    has_history: ClassVar[bool] = False

    def past_posts(self, since: datetime, cursor: str | None = None) -> PastPosts:
        raise Rejected("This network tells no older posts with their numbers.", code="unsupported")

    # Converses

    converses: ClassVar[bool] = True
    hides: ClassVar[bool] = False
    """For every server of the network; where servers differ, `moderates` decides."""
    manual_steps: ClassVar[str] = gettext_noop(
        "Open the message on the network, signed in as the municipality, and delete it there by its menu. Where there "
        "is no such choice, report it to the network."
    )
    has_reviews: ClassVar[bool] = False
    lists_replies: ClassVar[bool] = True

    @classmethod
    def opening(cls, message: Message) -> str:
        return ""

    @classmethod
    def moderates(cls, facts: Facts) -> ModerationSupport:
        return ModerationSupport(hides=cls.hides, removes=False, manual_steps=cls.manual_steps)

    reply_windows: ClassVar[tuple[ReplyWindow, ...]] = ()

    def attachment(self, source: str, most: int) -> bytes:
        raise attachment_content.expired()

    def visibilities(self, remote_ids: Sequence[str]) -> Mapping[str, Visibility]:
        return dict.fromkeys(remote_ids, Visibility.PUBLIC)

    def hide(self, remote_id: str, root: str) -> None:
        raise Rejected("This network cannot hide other people's answers.", code="unsupported")

    def show(self, remote_id: str, root: str) -> None:
        raise Rejected("This network cannot hide other people's answers.", code="unsupported")

    def remove(self, remote_id: str, root: str) -> None:
        raise Rejected("This network deletes nobody else's answers for us.", code="unsupported")

    # Notifies

    @classmethod
    def verify(cls, raw_body: bytes, headers: Mapping[str, str], secret: str) -> bool:
        return False

    @classmethod
    def answer_challenge(cls, query: Mapping[str, str], secret: str, token: str) -> str | None:
        return None

    @classmethod
    def events(cls, payload: Any) -> list[RawEvent]:
        return []

    @classmethod
    def about(cls, payload: Any) -> str:
        return ""

    @classmethod
    def message_changes(cls, event: RawEvent) -> MessageChanges | None:
        return None

    @classmethod
    def deauthorisation(cls, raw_body: bytes, secret: str) -> RawEvent | None:
        return None

    def subscribe(self, address: str, secret: str) -> None:
        """The network has no webhooks."""


class WithoutPosts(Defaults):
    """A network on which there are only messages and answers to them."""

    measures: ClassVar[frozenset[str]] = frozenset()
    account_measures: ClassVar[frozenset[str]] = frozenset()
    no_posts: ClassVar[str]
    """Why nothing can be published, as an English msgid."""

    def publish(self, outgoing: Outgoing, read: Read) -> Published:
        raise Rejected(self.no_posts, code="unsupported")

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        """Answers have no address."""
        return None

    def withdraw(self, remote_id: str) -> None:
        raise Rejected("This server cannot delete posts for us.", code="unsupported")

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        return []

    def fetch_account_metrics(self) -> MetricValues:
        return {}
