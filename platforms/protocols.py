"""The protocols of connectors. One class per network implements those that its network offers.

All are built from the same plain values:

    Connector(http, server="https://…", keys=Keys(…), credential=Credential(…), facts={…}, keep=callable)

`facts` is what `fetch_facts()` returned when the channel was connected (public, JSON, stored on the channel): limits,
software, features; "options" holds what the installation overrides (`platforms.options`). `keep(credential)` is called
at once when the connector renewed its session. `save_checkpoint(token)` is called before an irreversible step, with the
id under which the network holds what was prepared; it has stored the id when it returns. `platforms.defaults.Defaults`
implements what most networks do not offer.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

from common.http import Http
from platforms.options import Option
from platforms.refusals import Refusal
from platforms.reply_windows import ReplyWindow
from platforms.types import (
    Account,
    Action,
    ContainerExpired,
    Credential,
    FindResult,
    Gone,
    Keys,
    Limits,
    Message,
    MessageChanges,
    Messages,
    MetricChange,
    MetricValues,
    ModerationSupport,
    Outgoing,
    PastPosts,
    Pending,
    PollCount,
    PostMetrics,
    Problem,
    Profile,
    Published,
    RawEvent,
    Read,
    Ready,
    Scope,
)
from platforms.visibility import Visibility

Facts = Mapping[str, Any]
SaveCredential = Callable[[Credential], None]
SaveCheckpoint = Callable[[str], None]


class Connects(Protocol):
    """Getting, keeping and giving back the right to act. Raises the five errors of `platforms.errors`."""

    connect_by: ClassVar[str]
    """"oauth": prepare, authorize_url, exchange(code). "app_password": exchange(identifier, password). "token":
    exchange(token, account), where a person copies the token of a bot or channel. "mailbox": exchange(identifier,
    password, smtp, name, servers), as in `platforms.mail.access`."""
    scopes: ClassVar[tuple[Scope, ...]]
    """The requested permissions, in the order in which they are shown. Empty where the network has none."""

    refusals: ClassVar[tuple[Refusal, ...]]
    """The meaning of refused access, with sources: one table."""

    @classmethod
    def requested(cls, facts: Facts) -> tuple[Scope, ...]:
        """Those of `scopes` that this installation requests. Pure."""

    def acting(self, action: Action) -> AbstractContextManager[None]:
        """Around calls that do something beside publishing. Raises `NotAllowed` before anything is sent where the
        permission was not granted, and instead of `NeedsConsent` where the token is good and a permission is missing:
        one thing that is not allowed takes no channel down."""

    options: ClassVar[Mapping[str, Option]]
    """Assumed, priced or versioned values, with their dates; an installation may override them."""

    def __init__(
        self,
        http: Http,
        *,
        server: str,
        keys: Keys = ...,
        credential: Credential | None = ...,
        facts: Facts | None = ...,
        keep: SaveCredential | None = ...,
        save_checkpoint: SaveCheckpoint | None = ...,
    ) -> None: ...

    @classmethod
    def address(cls, typed: str) -> str:
        """The server's base address, normalised from user input. Pure. Raises `Rejected(field="server")`."""

    def fetch_facts(self) -> dict[str, Any]:
        """The server's facts, to be stored on the channel and given back as `facts`. Refresh daily. A read."""

    def prepare(self, redirect_uri: str) -> Keys:
        """Register our application at the server, once per server and redirect address.

        Only where the registry says `keys_from="server"`. Other keys are an administrator's, or there are none.
        """

    def authorize_url(self, redirect_uri: str, state: str, challenge: str) -> str:
        """Where to send the browser. `challenge` is the S256 PKCE challenge; left out where the server has no PKCE."""

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        """`{code, redirect_uri, verifier}`, `{identifier, password}`, `{token, account}` or
        `{identifier, password, smtp, name, servers}` for a credential.

        Of a network with pages or organisations it is the person's; `accounts` gives those of the pages.
        """

    def accounts(self) -> list[Account]:
        """The accounts for which this credential can act, each with a credential of its own. Accounts for which it
        cannot act (a role is missing) are included with their `problem`. A read."""

    def refresh(self) -> Credential:
        """A fresh credential, to be stored at once; the same one where the network's tokens do not expire."""

    def profile(self) -> Profile:
        """The account behind the credential. Also the health check."""

    def revoke(self, *, shared: bool = False) -> None:
        """Give the right back. The caller forgets the credential whatever comes out of this.

        `shared`: another channel lives from the same person's consent, so only this account's part may be given back.
        """


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

    def resume(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published | Pending:
        """`publish`, after an attempt that noted `pending` and provably made nothing public. From the beginning, unless
        the network lets it go on from there."""

    def check_status(self, pending: Pending) -> Published | Pending | Ready | ContainerExpired:
        """Reads the state of a pending post. Raises `Rejected` where the network gave up on its content."""

    def finish(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published | Pending:
        """Mutates, under the rules of `publish`: makes public what was `Ready`. Afterwards `check_status` never returns
        `Ready`."""

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        """Reads only. `since`: start of the earliest attempt. `bound`: remote ids that belong to other publications.
        `checkpoint`: what `publish` returned or saved before the outcome became unknown."""

    commit_window: ClassVar[timedelta]
    """How long after a call without a usable answer the network may still make the post public. Zero where a call that
    is carried out late can make no second post."""

    private_commit_window: ClassVar[timedelta]
    """The same of an answer in a private conversation."""

    def may_resend(self, opened_at: datetime, now: datetime, *, is_private: bool = False) -> bool:
        """Whether the network makes one post of `publish` and its repetition under the same key, the first attempt
        having been opened at `opened_at`. `is_private`: whether it makes one answer of `reply` with a conversation."""

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        """The remote id of the post that `link`, as a person copied it, leads to; None if it is not one here. Pure."""

    def edit(self, remote_id: str, outgoing: Outgoing) -> Published:
        """Mutates: change the fields in `limits.edits` of a published post to those of `outgoing`. Repeating it does no
        harm. Raises `Rejected(code="unsupported")` where the network cannot."""

    def withdraw(self, remote_id: str) -> None:
        """Mutates: delete our own post. Success too when it is gone already."""


class Measures(Protocol):
    measures: ClassVar[frozenset[str]]
    """Metrics that a post may have here."""
    account_measures: ClassVar[frozenset[str]]
    own_names: ClassVar[Mapping[str, str]]
    """Metric → the network's own name."""
    remarks: ClassVar[Mapping[str, str]]
    """Metric → a remark about it on this network, as an English msgid."""
    changes: ClassVar[tuple[MetricChange, ...]]
    """Metrics that were renamed or redefined, so that comparisons across the change are marked. Oldest first."""
    reads_back: ClassVar[bool]
    """Whether `fetch_metrics` returns the text of a post, too. Only where it needs no further call."""
    counts_polls: ClassVar[bool]
    """Whether `fetch_metrics` returns the votes of a post's poll. Where it does not, `fetch_polls` may."""
    fetches_polls: ClassVar[bool]
    """Whether `fetch_polls` returns them."""
    calculates_votes: ClassVar[bool]
    """Whether the network returns only the shares of a poll's answers, so that votes are calculated from them."""
    metrics_batch_size: ClassVar[int]
    """The best number of posts for one `fetch_metrics`: those of one call. Fewer where each post needs calls of its
    own, so that little is lost when the budget runs out half-way."""

    counts_by_events: ClassVar[bool]
    """Whether the metrics of posts come by webhook events alone (`metric_changes`): then `fetch_metrics` has none."""

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        """Reads, in batches where the network has them. A post the network did not answer for is left out."""

    def fetch_polls(self, remote_ids: Sequence[str]) -> Mapping[str, PollCount]:
        """The votes of these posts, for networks that need separate calls for them. All posts have a poll; a poll that
        cannot be read is left out."""

    @classmethod
    def metric_changes(cls, event: RawEvent) -> list[PostMetrics]:
        """The metrics of posts in a stored event, as of the time of the change. `subject_remote_id` is an `event_id`.
        `account_id` and `at` are the stored ones. Never an exception."""

    @classmethod
    def event_id(cls, remote_id: str) -> str:
        """The id by which events name this post. Pure."""

    def fetch_account_metrics(self) -> MetricValues: ...


class Remembers(Protocol):
    has_history: ClassVar[bool]
    """Whether the network lists an account's own posts with their metrics, also those that the portal did not publish.
    """

    def past_posts(self, since: datetime, cursor: str | None = None) -> PastPosts:
        """Reads one page of them, newest first and back to `since`; answers to others are none. One or two calls.

        A page may be empty and have a cursor. Raises `Rejected(code="unsupported")` where the network does not.
        """


class Converses(Protocol):
    @classmethod
    def moderates(cls, facts: Facts) -> ModerationSupport:
        """The supported moderation of other people's replies. Pure. Where there is none, `hide`, `show` and `remove`
        raise `Rejected(code="unsupported")`."""

    converses: ClassVar[bool]
    """Whether people's replies can be read and answered here. Where they cannot, `messages` is always empty."""

    def messages(self, cursor: str | None = None) -> Messages:
        """Reads replies and mentions after `cursor`; without one, the existing ones. If they fill more than a page, the
        cursor leads further back first (`Messages.is_past`), up to a limit of the connector's."""

    has_reviews: ClassVar[bool]
    """Whether `messages` returns reviews, and `reply` answers them."""

    lists_replies: ClassVar[bool]
    """Whether `messages` returns all replies to our newer posts. Where it does not, `replies` is called as well."""

    def replies(self, remote_id: str) -> Messages:
        """Reads the answers below one post of ours, as far as the server knows them."""

    @classmethod
    def opening(cls, message: Message) -> str:
        """The prefix of a reply that notifies the author of `message`, or "". Pure."""

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        """Mutates: `outgoing.reply_to` is the message's `remote_id`. Same rules as `publish`. Raises `Rejected` rather
        than show it to more people than `outgoing.visibility` allows.

        With `outgoing.conversation` it is sent to `outgoing.recipient` alone, in that conversation; `reply_windows.at`
        says with which tag. `find` then looks in that conversation."""

    reply_windows: ClassVar[tuple[ReplyWindow, ...]]
    """How long after a person's last private message the network takes an answer (`platforms.reply_windows`), the
    shortest first. Empty where private conversations cannot be answered."""

    def attachment(self, source: str, most: int) -> bytes:
        """Reads the content of an attachment (`Attachment.source`). Raises `Rejected(code="too_big")` where it has
        more than `most` bytes, before more than that is read, and `Rejected(code="expired")` where the network no
        longer has it."""

    def visibilities(self, remote_ids: Sequence[str]) -> Mapping[str, Visibility]:
        """Reads the visibility of those of these messages that still exist for us. Makes no call where all messages are
        public."""

    def hide(self, remote_id: str, root: str) -> None:
        """Mutates: hides it below our post from everybody but its author. Repeating it does no harm. `root` is our
        post. Raises `Rejected(code="unsupported")` where the network cannot hide."""

    def show(self, remote_id: str, root: str) -> None:
        """Mutates: takes `hide` back. Doing it twice does no harm."""

    def remove(self, remote_id: str, root: str) -> None:
        """Mutates: deletes it for good. Success too when it is gone already."""


class Notifies(Protocol):
    """Webhooks. All but `subscribe` are pure and classmethods: they run before the channel of an event is known. The
    registry's `signed_by` says which secret is given."""

    @classmethod
    def verify(cls, raw_body: bytes, headers: Mapping[str, str], secret: str) -> bool:
        """Whether these very bytes were signed with `secret`. `headers` in lower case. Constant time."""

    @classmethod
    def answer_challenge(cls, query: Mapping[str, str], secret: str, token: str) -> str | None:
        """The answer to a network that checks an address by a GET, or None to refuse. `token` is the word that the
        administrator entered at the network (`verify_token`), derived from this installation's key."""

    @classmethod
    def events(cls, payload: Any) -> list[RawEvent]:
        """The events of a verified body. Unknown ones get the kind "other"; never an exception."""

    @classmethod
    def about(cls, payload: Any) -> str:
        """The remote id of our post that a stored event (`RawEvent.payload`) is about, "" where it names none."""

    @classmethod
    def message_changes(cls, event: RawEvent) -> MessageChanges | None:
        """The changes of messages in a stored event of kind "comment", "mention", "private" or "review"; None where it
        does not contain the text, so that the network has to be asked. `account_id` and `at` are the stored ones. Never
        an exception."""

    @classmethod
    def deauthorisation(cls, raw_body: bytes, secret: str) -> RawEvent | None:
        """The person whose consent ended (`grantor`) and when, from the network's notice; None if it is not signed."""

    def subscribe(self, address: str, secret: str) -> None:
        """Subscribe to events of this account at `address`. Repeating it does no harm. Has no public effect."""


class Connector(Connects, Publishes, Measures, Remembers, Converses, Notifies, Protocol):
    """All six. `platforms.defaults.Defaults` implements what a network does not offer."""
