"""The values that connectors take and return. All frozen; times are aware UTC."""

import dataclasses
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, BinaryIO, Protocol

from platforms.budgets import Budget
from platforms.post_settings import Agreement, PostSetting, format_of
from platforms.visibility import NARROWEST, Visibility


class Read(Protocol):
    """The files of a post by their `ref`. Raises the storage's exceptions.

    `read(ref)` returns all bytes of a picture, captions or a cover. `read.open(ref)` returns a file that is sent in
    chunks; each `read(n)` of it keeps the caller's lease alive. `read.address(ref)` returns the public, signed,
    expiring address from which a network fetches the file (`Limits.fetches_media`); with `sides`, the longer and the
    shorter one, a picture is served as a JPEG that fits them.
    """

    def __call__(self, ref: str) -> bytes: ...

    def open(self, ref: str) -> BinaryIO: ...

    def address(self, ref: str, sides: tuple[int, int] | None = None) -> str: ...


@dataclass(frozen=True)
class Limits:
    """What one account on one server accepts.

    `counting` names a function in `platforms.counting`. 0, None, False or empty means that the network does not have
    it, so a connector lists only what exists.
    """

    max_characters: int
    counting: str
    url_length: int | None = None
    max_bytes: int | None = None
    max_images: int = 4
    image_bytes: int = 16 * 1024 * 1024
    image_pixels: int | None = None
    alt_characters: int = 1500
    """0 where a picture has no description: none is asked for then, and none is sent."""
    mime_types: tuple[str, ...] = ("image/jpeg", "image/png", "image/webp")
    link_card: str = "scraped"
    """"scraped": the server makes it from the URL. "ours": we send it. "none"."""
    card_and_pictures: bool = True
    """False where a post carries either pictures or a link card."""
    aspect_ratios: tuple[float, float] | None = None
    """Narrowest and widest width ÷ height, or None where any is taken."""
    polls: "PollLimits | None" = None
    """None where the network has no polls: the options then stand in the text."""
    videos: "VideoLimits | None" = None
    documents: "DocumentLimits | None" = None
    fetches_media: bool = False
    """True where the network takes files only by their public address: `Read.address`."""
    needs_media: bool = False
    """True where a post without a picture or video does not exist."""
    needs_video: bool = False
    """True where a post is one video."""
    frame: float | None = None
    """Width ÷ height of the frame in which everything is shown; None where each picture keeps its own shape."""
    min_images: int = 0
    """Fewest pictures of a post that has several, where one alone is another kind of post."""
    characters_with_media: int | None = None
    """The shorter text beside pictures or a video, where it is shorter."""
    title_characters: int = 0
    """Longest title, 0 where a post has none; `title_required` where it cannot do without."""
    title_required: bool = False
    max_hashtags: int | None = None
    max_mentions: int | None = None
    max_links: int | None = None
    comment_characters: int = 0
    """Longest first comment, 0 where a post takes none from us."""
    threads: bool = False
    """Whether a post can go on in a chain of answers to itself."""
    max_thread_parts: int = 10
    """Most posts of such a chain. Ours: no network limits it, and readers of a longer one give up."""
    post_links: bool = True
    """False where a link does not identify its post."""
    closed: str = ""
    """Why the account could publish nothing when it was last asked, as an English msgid; empty when it could."""
    edits: tuple[str, ...] = ()
    """Fields of a published post that can be edited: "text", "title", "alt". Empty: withdraw it and publish it anew."""
    withdraws: bool = True
    """False where only a person can delete a post."""
    withdraws_private: bool = False
    """True where a message of a private conversation can be deleted for the other person too."""
    one_answer: bool = False
    """True where a message has one answer, and another one takes its place."""
    visibilities: tuple[Visibility, ...] = (Visibility.PUBLIC,)
    """Possible audiences of a post or an answer. Most networks have only public ones."""
    private_characters: int = 0
    """Longest answer in a private conversation, counted as `counting` says; 0: as long as a post."""
    private_bytes: int = 0
    """The same in bytes of UTF-8; 0: not limited."""
    settings: tuple[PostSetting, ...] = ()
    """What a person may choose for each post beside its content."""
    agreements: tuple[Agreement, ...] = ()
    """What people agree to by posting; the first that fits what was chosen is shown."""
    formats: "Mapping[str, Limits]" = dataclasses.field(default_factory=dict)
    """Limits of the formats beside an ordinary post ("story", "reel"), by the values of the setting "format"."""
    shows_text: bool = True
    """False where only pictures and video are shown."""
    shows_links: bool = True
    """False where an address is neither shown nor can be followed."""
    expires_after: timedelta | None = None
    """How long the post is public before the network removes it by itself; None: until somebody deletes it."""

    budgets: tuple[Budget, ...] = ()
    """How many posts the network takes in a time."""

    def of_format(self, chosen: Mapping[str, str]) -> "Limits":
        """Those of the format that `chosen` names among a post's settings."""
        return self.formats.get(format_of(chosen), self)


@dataclass(frozen=True)
class VideoLimits:
    """Limits of a video. Sizes in bytes, times in seconds, `aspect_ratios` as in `Limits`."""

    max_bytes: int
    max_seconds: float
    min_seconds: float = 0
    mime_types: tuple[str, ...] = ("video/mp4",)
    codecs: tuple[str, ...] = ()
    """Codecs of the picture as the probe names them ("h264", "hevc"); empty: any."""
    aspect_ratios: tuple[float, float] | None = None
    min_width: int = 0
    frames: tuple[float, float] | None = None
    """Fewest and most pictures a second."""
    max_frames: int | None = None
    """Most pictures of the whole video."""
    max_pixels: int | None = None
    """Largest width × height."""
    captions: tuple[str, ...] = ()
    """Types of captions files that are taken ("application/x-subrip"); empty: none."""
    alt_characters: int = 0
    characters: int | None = None
    """The shorter text beside a video, where it is shorter."""
    uploaded: bool = False
    """True where the bytes are sent, though pictures are fetched (`Limits.fetches_media`)."""
    covers: bool = False
    with_pictures: bool = False
    """True where one post carries a video and pictures."""


@dataclass(frozen=True)
class DocumentLimits:
    """Limits of a document, which stands alone in its post. `title_characters`: of the title shown above its pages."""

    max_bytes: int
    max_pages: int
    title_characters: int
    mime_types: tuple[str, ...] = ("application/pdf",)


@dataclass(frozen=True)
class PollLimits:
    """Limits of a poll. Times in seconds."""

    max_options: int
    option_characters: int
    min_seconds: int
    max_seconds: int
    with_pictures: bool = False
    with_card: bool = True
    """False where a post shows either a poll or a link card."""
    durations: tuple[int, ...] = ()
    """The only possible durations; empty: every one between the two."""
    is_timed: bool = True
    """False where every poll runs `max_seconds`, and ours is not sent."""
    multiple: bool = True
    """Whether people may be allowed to choose several answers."""
    question_characters: int = 0
    """Longest question where it stands beside the text; 0 where the text is the question."""
    counting: str = "graphemes"
    """How the characters of a question or an answer are counted: a key of `platforms.counting.WAYS`."""


@dataclass(frozen=True)
class Picture:
    """One picture of a post. The bytes come from `read(ref)`; `size` is their number."""

    ref: str
    mime: str
    width: int
    height: int
    size: int
    alt: str = ""


@dataclass(frozen=True)
class Captions:
    """The spoken text of a video, as a file (SubRip)."""

    ref: str
    language: str
    mime: str = "application/x-subrip"


@dataclass(frozen=True)
class Video:
    """A video, as a worker has probed it. Unknown values are "" or 0."""

    ref: str
    mime: str
    width: int
    height: int
    seconds: float
    size: int
    alt: str = ""
    captions: Captions | None = None
    cover: Picture | None = None
    codec: str = ""
    frames: float = 0
    """Pictures a second."""


@dataclass(frozen=True)
class Document:
    """A document (PDF), as a worker has probed it; `width` and `height` are those of its first page as a picture, in
    pixels. Unknown values are 0. `title` is shown above the pages."""

    ref: str
    mime: str
    width: int
    height: int
    pages: int
    size: int
    title: str = ""


@dataclass(frozen=True)
class LinkCard:
    """The card under a post where the network does not make one itself. `picture` may be None."""

    url: str
    title: str
    description: str = ""
    picture: Picture | None = None


@dataclass(frozen=True)
class Poll:
    """A question to tap an answer to; it runs `seconds` from publication."""

    options: tuple[str, ...]
    seconds: int
    multiple: bool = False


@dataclass(frozen=True)
class Outgoing:
    """The frozen payload of one delivery: everything that decides what the public will see.

    `key` is chosen once, stored before the first call and the same at every attempt (hexadecimal UUID);
    `created_at` likewise. `reply_to` is the `remote_id` of the post that is answered or commented on: a first comment
    and the further parts of a thread are deliveries of their own that carry it. `first_comment` and `thread` are what
    the outbox makes such deliveries of; connectors count them in `check` and never send them with the post. Several
    pictures are an album or carousel in their order, a video stands before them.
    """

    text: str
    language: str
    key: str
    created_at: datetime
    pictures: tuple[Picture, ...] = ()
    link_card: LinkCard | None = None
    reply_to: str | None = None
    poll: Poll | None = None
    video: Video | None = None
    document: Document | None = None
    title: str = ""
    first_comment: str = ""
    thread: tuple[str, ...] = ()
    """The texts of the posts that follow this one, each as an answer to the one before it."""
    visibility: Visibility = Visibility.PUBLIC
    """Of an answer: `visibility.of_answer` of the answered message. No connector makes it wider."""
    conversation: str = ""
    """Of an answer in a private conversation: `Message.conversation` of the answered message. Only its other person
    gets the answer."""
    recipient: str = ""
    """With `conversation`: the `author_id` of the other person."""
    received_at: datetime | None = None
    """With `conversation`: when its other person last wrote, from which the network's reply window counts."""
    subject: str = ""
    """Of an e-mail: that of the answered one."""
    quick_replies: tuple[str, ...] = ()
    """With `conversation`: what the other person can reply by one tap, where the network has buttons for it. The words
    then arrive as an ordinary message. Where it has none they are left out."""
    is_automatic: bool = False
    """Of an answer: no person wrote it."""
    settings: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Name → chosen value of `Limits.settings`; what is not there has its default."""

    @property
    def format(self) -> str:
        """A key of `Limits.formats`, or "" for an ordinary post."""
        return format_of(self.settings)

    @property
    def heading(self) -> str:
        """The title, where a network cannot do without: the first line of the text, unless one is written."""
        return self.title.strip() or self.text.strip().partition("\n")[0].strip()

    @property
    def document_title(self) -> str:
        """Of its document: its own, else the heading."""
        return (self.document.title.strip() if self.document else "") or self.heading

    def to_json(self) -> dict[str, Any]:
        """A JSON-serialisable dict; `from_json` gives an equal value back."""
        return {
            **asdict(self),
            "created_at": self.created_at.isoformat(),
            "received_at": _iso(self.received_at),
            "settings": dict(self.settings),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Outgoing":
        card = stored.get("link_card")
        return cls(
            text=stored["text"],
            language=stored["language"],
            key=stored["key"],
            created_at=datetime.fromisoformat(stored["created_at"]),
            pictures=tuple(Picture(**picture) for picture in stored.get("pictures", ())),
            link_card=LinkCard(**{**card, "picture": _picture(card.get("picture"))}) if card else None,
            reply_to=stored.get("reply_to"),
            poll=_poll(stored.get("poll")),
            video=_video(stored.get("video")),
            document=Document(**stored["document"]) if stored.get("document") else None,
            title=stored.get("title", ""),
            first_comment=stored.get("first_comment", ""),
            thread=tuple(stored.get("thread", ())),
            visibility=_visibility(stored),
            conversation=stored.get("conversation", ""),
            recipient=stored.get("recipient", ""),
            received_at=_time(stored.get("received_at")),
            subject=stored.get("subject", ""),
            quick_replies=tuple(stored.get("quick_replies", ())),
            is_automatic=stored.get("is_automatic", False),
            settings={str(name): str(value) for name, value in (stored.get("settings") or {}).items()},
        )


def _visibility(stored: Mapping[str, Any]) -> Visibility:
    """A payload without one was frozen when all posts were public."""
    name = stored.get("visibility", Visibility.PUBLIC)
    return Visibility(name) if name in Visibility else NARROWEST


def _poll(stored: Mapping[str, Any] | None) -> Poll | None:
    return Poll(tuple(stored["options"]), stored["seconds"], stored["multiple"]) if stored else None


def _video(stored: Mapping[str, Any] | None) -> Video | None:
    if not stored:
        return None
    captions = stored.get("captions")
    parts = {"captions": Captions(**captions) if captions else None, "cover": _picture(stored.get("cover"))}
    return Video(**{**stored, **parts})


def _picture(stored: Mapping[str, Any] | None) -> Picture | None:
    return Picture(**stored) if stored else None


@dataclass(frozen=True)
class Published:
    """The post is public. `at` is the network's own time if it returns one."""

    remote_id: str
    permalink: str
    at: datetime


@dataclass(frozen=True)
class Pending:
    """The network is processing the post; pass `token` to `check_status`.

    The token is the checkpoint of what the network holds (a container, a session, a video): at most 2,000 characters,
    JSON inside if there is more than one id, stored unencrypted. `check_status`, `finish` and `find` continue from it
    after a crash.
    """

    token: str


@dataclass(frozen=True)
class Ready:
    """The network has prepared the post, still invisible: `finish` makes it public. `token` as in `Pending`."""

    token: str


@dataclass(frozen=True)
class ContainerExpired:
    """The prepared post expired, provably unpublished: it may be published from the beginning."""

    reason: str = ""


@dataclass(frozen=True)
class Found:
    """Exactly one public post matches. `alts` are the descriptions read back, in the order of the pictures."""

    published: Published
    alts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Absent:
    """The network answered and the post does not exist. Lists may lag: reconcile twice, minutes apart."""


@dataclass(frozen=True)
class Inconclusive:
    """Several candidates, a fuzzy one, or a network without a list. A person decides."""

    reason: str
    candidates: tuple[str, ...] = ()


FindResult = Found | Absent | Inconclusive | Ready
"""`Ready` from a look: the network still holds it unpublished, whatever became of our call."""


@dataclass(frozen=True)
class Problem:
    """A reason against sending. `message_id` is an English msgid with %(name)s placeholders filled from `params`."""

    code: str
    field: str
    """"text", "language", "title", "video", "document", "link", "link_card", "poll", "poll.days", "first_comment",
    "channel", "pictures.0" … for the one there, or "settings.NAME"."""
    message_id: str
    severity: str = "error"
    """"error" stops the post, "warning" does not."""
    params: Mapping[str, int | str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Keys:
    """Our application at a server. Both are empty where a network needs none."""

    client_id: str = ""
    client_secret: str = ""


@dataclass(frozen=True)
class Credential:
    """The account's access: secret, to be stored encrypted. `service` is the address of its API."""

    access_token: str
    refresh_token: str = ""
    expires_at: datetime | None = None
    service: str = ""
    account_id: str = ""
    scopes: tuple[str, ...] = ()
    """The granted permissions, in the network's own names."""
    consent_until: datetime | None = None
    """When a person has to consent anew because no call of ours can renew it; None: not as far as we know."""
    grantor: str = ""
    """The network's id of the person who consented, if that is not the account itself."""

    def renewed(self, fresh: "Credential") -> "Credential":
        """With the access of `fresh`; what a network does not return again at a renewal stays unchanged."""
        return replace(
            self,
            access_token=fresh.access_token,
            refresh_token=fresh.refresh_token or self.refresh_token,
            expires_at=fresh.expires_at,
            consent_until=fresh.consent_until or self.consent_until,
        )

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "expires_at": _iso(self.expires_at), "consent_until": _iso(self.consent_until)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Credential":
        times = {name: _time(stored.get(name)) for name in ("expires_at", "consent_until")}
        return cls(**{**stored, **times, "scopes": tuple(stored.get("scopes", ()))})


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _time(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None


class Action(StrEnum):
    """What an account may do beside publishing, as far as a permission of its own can be missing for it."""

    COMMENT = "comment"
    """Write below our own post: a first comment, or a further part of a thread."""
    ANSWER = "answer"
    """Answer other people below our posts."""
    CONVERSE = "converse"
    """Answer in private conversations."""
    HIDE = "hide"
    """Hide other people's answers, show them again, and delete them."""
    EDIT = "edit"
    TAKE_DOWN = "take_down"
    EVENTS = "events"
    """Receive events."""


@dataclass(frozen=True)
class Scope:
    """A permission that we request. `purpose` is an English msgid: what does not work without it."""

    name: str
    purpose: str
    needed: bool = True
    """False: the channel works without, with less to show for it."""
    actions: tuple[Action, ...] = ()
    """What is impossible without it. Empty where it only shows less."""


@dataclass(frozen=True)
class Profile:
    """The account as the network shows it. `followers` is None where the network does not return it."""

    remote_id: str
    handle: str
    name: str
    url: str
    avatar_url: str = ""
    followers: int | None = None
    imitates: str = ""
    """Of an account of the practice network: the network that it imitates (`platforms.imitation.NETWORKS`)."""


@dataclass(frozen=True)
class Account:
    """One of the accounts that a person may let us act for: a page, an organisation, the person's own."""

    profile: Profile
    credential: Credential
    problem: str = ""
    """Why it cannot be chosen, as an English msgid; empty when it can."""

    def to_json(self) -> dict[str, Any]:
        return {"profile": asdict(self.profile), "credential": self.credential.to_json(), "problem": self.problem}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Account":
        return cls(Profile(**stored["profile"]), Credential.from_json(stored["credential"]), stored["problem"])


@dataclass(frozen=True)
class MetricChange:
    """A change of one of our metrics by the network on a day (ISO), as an English msgid. `source` is a link."""

    metric: str
    on: str
    message_id: str
    source: str


MetricValues = Mapping[str, int]
"""Metric name → number. A metric the network did not report is absent, never 0."""


@dataclass(frozen=True)
class PollCount:
    """The votes of a post's poll, as the network counts them. `votes` in the order of the answers. A count is None
    while the network hides it, and `voters` where it does not return the number of people."""

    votes: tuple[int | None, ...]
    voters: int | None = None
    multiple: bool = False
    ends_at: datetime | None = None
    is_over: bool = False


@dataclass(frozen=True)
class PostMetrics:
    subject_remote_id: str
    values: MetricValues
    at: datetime
    text: str | None = None
    """The text as the network shows it, where the connector `reads_back`; None: it was not returned. Networks rewrite
    texts, so it is compared with an earlier text of theirs."""
    poll: PollCount | None = None
    """Where the connector `counts_polls` and the post has one."""


@dataclass(frozen=True)
class PastPost:
    """A post of the account that we did not send, with the numbers that came in the same answer.

    `material`: "text", "link", "picture", "pictures" or "video".
    """

    remote_id: str
    at: datetime
    permalink: str
    text: str
    values: MetricValues
    material: str = "text"


@dataclass(frozen=True)
class PastPosts:
    """One page, newest first. Give `cursor` to the next call; None: there are no older ones."""

    items: tuple[PastPost, ...]
    cursor: str | None = None


@dataclass(frozen=True)
class Gone:
    """The network answered and says that this post does not exist any more."""

    subject_remote_id: str
    at: datetime


class AttachmentKind(StrEnum):
    """What is attached to a message."""

    PICTURE = "picture"
    VIDEO = "video"
    VOICE = "voice"
    FILE = "file"
    LOCATION = "location"
    LINK = "link"
    """A post, a story or a page that was shared."""
    OTHER = "other"
    """What we do not know how to show, such as a sticker: the message says that there was something."""


@dataclass(frozen=True)
class Attachment:
    """Something attached to a citizen's message. Everything in it is the citizen's or the network's claim.

    `source` is given back to `Converses.attachment` to fetch the content: an id or an address, at most 2,000
    characters, stored and never shown. "" where there is none to fetch (a location, a link). `size` in bytes, None
    where the network does not return it. `url` only of a link, at most 2,000 characters.
    """

    kind: AttachmentKind
    source: str = ""
    name: str = ""
    mime: str = ""
    size: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    url: str = ""


class AutomaticMail(StrEnum):
    """Mail that gets no automatic answer (RFC 3834). All but the last were written by no person to us."""

    PROGRAM = "program"
    """Out-of-office replies, notifications."""
    REPORT = "report"
    """Of a mail server or program: not delivered, delivered late, read."""
    LIST = "list"
    """Of a mailing list or newsletter."""
    UNANSWERED = "unanswered"
    """Somebody's mail that asks for no automatic answer, as of a distribution group."""


@dataclass(frozen=True)
class GivenAnswer:
    """What the municipality's account has answered to a review, with the portal or elsewhere. `at` is the one of
    `Published` where the portal sent it."""

    text: str
    at: datetime


@dataclass(frozen=True)
class Message:
    """A reply to our post, or a message to us. `text` is plain; `remote_id` can be given to `reply`."""

    remote_id: str
    in_reply_to: str | None
    root: str | None
    author_id: str
    author_handle: str
    author_name: str
    author_url: str
    author_avatar_url: str
    text: str
    url: str
    at: datetime
    visibility: Visibility
    """Set by every connector. A network that has only public comments sets `Visibility.PUBLIC`."""
    kind: str = "reply"
    """"reply", "mention", "quote", "private" or "review"."""
    is_hidden: bool = False
    conversation: str = ""
    """The network's id of the private conversation that it belongs to: the thread's, or its other person's. "" where
    it belongs to none. Its visibility is `DIRECT` then."""
    attachments: tuple[Attachment, ...] = ()
    is_ours: bool = False
    """Only in a conversation: the municipality's account wrote it, with the portal or elsewhere. `author_*` are those
    of the other person then, as far as the network returns them."""
    stars: int | None = None
    """Of a review: 1 to 5. None where the network has no stars."""
    recommends: bool | None = None
    """Of a review that is a recommendation: for or against."""
    answer: GivenAnswer | None = None
    """Of a review: the one answer that the network shows below it."""
    subject: str = ""
    """Of an e-mail."""
    automatic: AutomaticMail | None = None
    sender_verified: bool | None = None
    """Of an e-mail: whether the municipality's mail server verified the address of its sender; None: not checked. An
    unverified sender has another `author_id` than the verified one with the same address."""


@dataclass(frozen=True)
class ModerationSupport:
    """The network's support for moderating other people's replies. `manual_steps`: how a person removes one on the
    network itself, as an English msgid."""

    hides: bool
    removes: bool
    manual_steps: str


@dataclass(frozen=True)
class Messages:
    """One page, oldest first. Give `cursor` to the next call; None means: nothing newer than before.

    `deleted` are ids of messages that the network reports as deleted, `seen` as in `MessageChanges`.
    """

    items: tuple[Message, ...]
    cursor: str | None = None
    is_whole: bool = False
    """Of `replies`: an answer to our post, or to one of `items`, that is not among them is not there any more. Of
    `messages`: no other message is there any more."""
    is_past: bool = False
    """Whether these come from the first fetch, or from one that goes further back: they are older than the connection.
    """
    deleted: tuple[str, ...] = ()
    seen: tuple["Seen", ...] = ()


@dataclass(frozen=True)
class MessageChanges:
    """The changes of messages in one event. `new` were just written, `changed` have another text, `deleted` are ids.

    `seen` are conversations whose other person has seen what we wrote until a time.
    """

    new: tuple[Message, ...] = ()
    changed: tuple[Message, ...] = ()
    deleted: tuple[str, ...] = ()
    seen: tuple["Seen", ...] = ()


@dataclass(frozen=True)
class Seen:
    """The other person of a private conversation has seen what we wrote until `until`."""

    conversation: str
    until: datetime


@dataclass(frozen=True)
class RawEvent:
    """A webhook event.

    `payload` is the network's own JSON. `key` is the same whenever the network repeats the event. `account_id` is the
    `remote_id` of the account it is about, "" where it is about our application or a person. `kind` is ours: "comment",
    "mention", "private" (a private message, or something about one), "review", "post", "status" (the result of a
    publication), "reactions" (metrics of a post), "deauthorised", "deletion", "other".
    """

    key: str
    account_id: str
    kind: str
    payload: Mapping[str, Any]
    at: datetime | None = None
    grantor: str = ""
    """Of "deauthorised" and "deletion": whose consent ended."""
    place: str = ""
    """Where it happened, if that identifies the channel: the "group" of `fetch_facts`, a channel's discussion group."""
