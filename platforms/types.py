"""The values that go into connectors and come out of them. All frozen; times are aware UTC."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

Read = Callable[[str], bytes]
"""Gives the bytes of a picture by its `ref`. Raises whatever the storage raises."""


@dataclass(frozen=True)
class Limits:
    """What one account on one server accepts. `counting` names a function in `platforms.counting`."""

    max_characters: int
    counting: str
    url_length: int | None = None
    max_bytes: int | None = None
    max_images: int = 4
    image_bytes: int = 16 * 1024 * 1024
    image_pixels: int | None = None
    alt_characters: int = 1500
    mime_types: tuple[str, ...] = ("image/jpeg", "image/png", "image/webp")
    link_card: str = "scraped"
    """"scraped": the server makes it from the URL. "ours": we send it. "none"."""
    card_and_pictures: bool = True
    """False where a post carries either pictures or a link card."""
    aspect_ratios: tuple[float, float] | None = None
    """Narrowest and widest width ÷ height, or None where any is taken."""
    polls: "PollLimits | None" = None
    """None where the network has no polls: the options then stand in the text."""


@dataclass(frozen=True)
class PollLimits:
    """What a poll may be where the network has polls. Times in seconds."""

    max_options: int
    option_characters: int
    min_seconds: int
    max_seconds: int
    with_pictures: bool = False


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
    `created_at` likewise. `reply_to` is the `remote_id` of the post that is answered.
    """

    text: str
    language: str
    key: str
    created_at: datetime
    pictures: tuple[Picture, ...] = ()
    link_card: LinkCard | None = None
    reply_to: str | None = None
    poll: Poll | None = None

    def to_json(self) -> dict[str, Any]:
        """A JSON-serialisable dict; `from_json` gives an equal value back."""
        return {**asdict(self), "created_at": self.created_at.isoformat()}

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
        )


def _poll(stored: Mapping[str, Any] | None) -> Poll | None:
    return Poll(tuple(stored["options"]), stored["seconds"], stored["multiple"]) if stored else None


def _picture(stored: Mapping[str, Any] | None) -> Picture | None:
    return Picture(**stored) if stored else None


@dataclass(frozen=True)
class Published:
    """It is public. `at` is the network's own time where it tells one."""

    remote_id: str
    permalink: str
    at: datetime


@dataclass(frozen=True)
class Pending:
    """The network took it and works on it; give `token` to `poll`. JSON-serialisable, not secret."""

    token: str


@dataclass(frozen=True)
class Found:
    """Exactly one public post matches. `alts` are the descriptions read back, in the order of the pictures."""

    published: Published
    alts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Absent:
    """The network answered and the post is not there. Lists may lag: look twice, minutes apart."""


@dataclass(frozen=True)
class CannotTell:
    """Several candidates, a fuzzy one, or a network without a list. A person decides."""

    reason: str
    candidates: tuple[str, ...] = ()


Look = Found | Absent | CannotTell


@dataclass(frozen=True)
class Problem:
    """A reason against sending. `message_id` is an English msgid with %(name)s placeholders filled from `params`."""

    code: str
    field: str
    """"text", "language", "link_card", or "pictures.0" … for the picture at that place."""
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
    """What lets us act for the account: secret, to be stored encrypted. `service` is where its API is."""

    access_token: str
    refresh_token: str = ""
    expires_at: datetime | None = None
    service: str = ""
    account_id: str = ""
    scopes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "expires_at": self.expires_at.isoformat() if self.expires_at else None}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Credential":
        until = stored.get("expires_at")
        return cls(
            **{
                **stored,
                "expires_at": datetime.fromisoformat(until) if until else None,
                "scopes": tuple(stored.get("scopes", ())),
            }
        )


@dataclass(frozen=True)
class Profile:
    """The account as the network shows it. `followers` is None where the network does not tell."""

    remote_id: str
    handle: str
    name: str
    url: str
    avatar_url: str = ""
    followers: int | None = None


Reading = Mapping[str, int]
"""Metric name → number. A metric the network did not report is absent, never 0."""


@dataclass(frozen=True)
class Readings:
    subject_remote_id: str
    values: Reading
    at: datetime


@dataclass(frozen=True)
class Gone:
    """The network answered and says that this post does not exist (any more)."""

    subject_remote_id: str
    at: datetime


@dataclass(frozen=True)
class Message:
    """What somebody wrote under our post or to us. `text` is plain; `remote_id` can be given to `reply`."""

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
    kind: str = "reply"
    """"reply", "mention" or "quote"."""


@dataclass(frozen=True)
class Messages:
    """One page, oldest first. Give `cursor` to the next call; None means: nothing newer than before."""

    items: tuple[Message, ...]
    cursor: str | None = None
