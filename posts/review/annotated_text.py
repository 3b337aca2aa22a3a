"""A draft as colleagues review it: its texts with highlighted threads. Values in, safe HTML out.

The text content of a passage is exactly its text: everything that the page adds (numbers, suggested text) is in
elements with `data-added`, so that a script can compute the offsets of a selection.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from posts.editing import thread_positions
from posts.enums import AnchorKind, SuggestionState
from posts.models import Thread
from posts.notifications import mentions


@dataclass
class Talk:
    """A thread as the page shows it. `number` counts the open ones down the page; `now` is its current text if that has
    changed.
    """

    thread: Thread
    number: int = 0
    now: str = ""
    is_new: bool = False
    comments: list[Any] = field(default_factory=list)

    @property
    def proposal(self) -> Any:
        return self.thread.proposal

    @property
    def is_lost(self) -> bool:
        return self.thread.lost_at is not None

    @property
    def is_placed(self) -> bool:
        """Whether the draft on the page has a mark for it."""
        return not self.is_lost and self.thread.place != AnchorKind.POST

    @property
    def can_be_decided(self) -> bool:
        return bool(self.proposal and self.proposal.state in (SuggestionState.OPEN, SuggestionState.OUTDATED))

    @property
    def can_be_accepted(self) -> bool:
        return bool(self.proposal and self.proposal.state == SuggestionState.OPEN and self.thread.is_open)

    @property
    def is_accepted(self) -> bool:
        return bool(self.proposal and self.proposal.state == SuggestionState.ACCEPTED)


@dataclass(frozen=True)
class Passage:
    """One text. A derived one cannot be commented on."""

    tag: str
    channel: Any
    text: str
    name: str
    html: SafeString
    is_derived: bool = False

    @property
    def place(self) -> str:
        return thread_positions.position_name(self.tag, self.channel.pk if self.channel else None)

    @property
    def id(self) -> str:
        return f"text-{self.place.replace('@', '-')}"


@dataclass(frozen=True)
class VideoPlayer:
    """The player of a video, whose poster is the picture. `captions` is a language tag, empty for none."""

    url: str
    mime: str
    length: str
    captions: str = ""
    captions_url: str = ""


@dataclass(frozen=True)
class ShownDocument:
    """`url`: where it is downloaded, empty until a worker has looked at it; `pages` in words."""

    url: str
    pages: str


@dataclass(frozen=True)
class ReviewPicture:
    """A whole picture with the threads on parts of it. Sides of boxes are in thousandths, for an SVG."""

    id: int
    url: str
    alt: str
    width: int
    height: int
    position: int
    crop: Sequence[int] = ()
    talks: Sequence[Talk] = ()
    video: "VideoPlayer | None" = None
    document: "ShownDocument | None" = None

    @property
    def place(self) -> str:
        return f"picture-{self.id}"

    @property
    def boxes(self) -> list[tuple[Talk, Sequence[int]]]:
        return [(talk, thousandths(talk.thread.box)) for talk in self.talks if talk.thread.box]

    @property
    def numbers(self) -> list[tuple[Talk, int, int, int]]:
        """The corner and radius of each part's number, in pixels of the picture."""
        size = round(max(self.width / 38, self.height / 32))  # as large as the numbers in the margin
        return [
            (talk, max(size, round(box[0] * self.width / 1000)), max(size, round(box[1] * self.height / 1000)), size)
            for talk, box in self.boxes
        ]


def thousandths(box: Sequence[float]) -> Sequence[int]:
    return [round(side * 1000) for side in box]


def marked(text: str, talks: Sequence[Talk]) -> SafeString:
    """The text with a mark on the range of each open thread in it."""
    return format_html_join("", "{}", ((piece,) for piece in _pieces(text, talks)))


def _pieces(text: str, talks: Sequence[Talk]) -> Iterator[str]:
    edges = sorted({0, len(text), *(talk.thread.start for talk in talks), *(talk.thread.end for talk in talks)})
    for start, end in pairwise(edges):
        here = [talk for talk in talks if talk.thread.start <= start and end <= talk.thread.end]
        yield _mark(text[start:end], start, end, here) if here else text[start:end]


def _mark(text: str, start: int, end: int, here: Sequence[Talk]) -> SafeString:
    """A link to the narrowest thread on this range; suggested text follows the last range that it replaces."""
    chosen = min(here, key=lambda talk: (talk.thread.end - talk.thread.start, -talk.thread.pk))
    ids = " ".join(str(talk.thread.pk) for talk in here)
    first = format_html(' id="mark-{}"', chosen.thread.pk) if chosen.thread.start == start else ""
    others = [talk for talk in here if talk.thread.start == start and talk is not chosen]
    # every thread has one target for the link of its number in the margin
    targets = format_html_join("", '<span id="mark-{}" data-added></span>', ((other.thread.pk,) for other in others))
    last = format_html_join("", "{}", ((_ending(talk),) for talk in here if talk.thread.end == end))
    changing = any(talk.can_be_accepted for talk in here)
    inner = format_html("<del>{}</del>", text) if changing else text
    return format_html(
        '<mark class="said" data-threads="{}">{}<a href="#thread-{}"{}>{}</a>{}</mark>',
        ids, targets, chosen.thread.pk, first, inner, last,
    )  # fmt: skip


def _ending(talk: Talk) -> SafeString:
    number = format_html(
        '<sup class="said-number"><span class="visually-hidden">{} </span>{}</sup>',
        _("conversation"), talk.number,
    )  # fmt: skip
    if not talk.can_be_accepted:
        return number
    return format_html("<ins data-added>{}</ins>{}", talk.proposal.replacement, number)


def comment_html(text: str, names: dict[int, str]) -> SafeString:
    """A comment with highlighted mentions."""
    return format_html_join(
        "", "{}", ((_name(piece),) for piece in mentions.pieces(text, names))
    )  # fmt: skip


def _name(piece: mentions.MentionPiece) -> str:
    return format_html('<b class="mention">{}</b>', piece.text) if piece.person else piece.text


def in_order(talks: Sequence[Talk], texts: Sequence[thread_positions.Key], pictures: Sequence[int]) -> list[Talk]:
    """In the order of the page: text, pictures, the whole post, lost anchors last. Numbers the open ones."""

    def rank(talk: Talk) -> tuple[Any, ...]:
        thread = talk.thread
        if thread.place == AnchorKind.TEXT and not talk.is_lost and thread.key in texts:
            return 0, texts.index(thread.key), thread.start, thread.end, thread.pk
        if thread.place == AnchorKind.PICTURE and thread.media_id in pictures:
            return 1, pictures.index(thread.media_id), 0, 0, thread.pk
        return (3 if thread.lost_at else 2), 0, 0, 0, thread.pk

    ordered = sorted(talks, key=rank)
    for number, talk in enumerate((talk for talk in ordered if talk.thread.is_open), 1):
        talk.number = number
    return ordered
