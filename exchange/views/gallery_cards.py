"""Presenters of a shared post for templates: a card, and the post as it was published. No queries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from exchange import figures
from exchange.models import SharedPicture, SharedPost
from municipalities.models import EService, Municipality
from posts.editing.text_highlighting import marked
from posts.labels import own_name

Address = Callable[[SharedPicture], str]


@dataclass(frozen=True)
class CardPicture:
    url: str
    alt: str
    width: int
    height: int
    is_video: bool = False


@dataclass(frozen=True)
class CardText:
    tag: str
    name: str
    html: SafeString
    plain: str


@dataclass(frozen=True)
class GalleryCard:
    """A shared post as people see it; `url` is its page."""

    row: SharedPost
    url: str
    pictures: Sequence[CardPicture]
    service: EService | None = None
    is_ours: bool = False
    left_out: Sequence[str] = field(default_factory=tuple)
    """Of a preview: why pictures stay behind."""

    @property
    def place(self) -> Municipality:
        return self.row.municipality

    @property
    def achieved(self) -> str:
        return figures.achieved(self.row.figures)

    @property
    def figures(self) -> list[figures.PostFigure]:
        return figures.figures(self.row.figures)

    @property
    def measured(self) -> str:
        return figures.measured_after(self.row.figures)

    @property
    def is_early(self) -> bool:
        """Whether the numbers were taken before they say much."""
        return figures.is_early(self.row.figures)

    @property
    def texts(self) -> list[CardText]:
        return [CardText(e["tag"], own_name(e["tag"]), marked(e["text"]), e["text"]) for e in self.row.texts]

    @property
    def first(self) -> CardText | None:
        return next(iter(self.texts), None)

    @property
    def answers(self) -> Sequence[str]:
        """Those of a poll in the language of the first text."""
        first = self.row.texts[0]["tag"] if self.row.texts else ""
        options: Sequence[str] = self.row.answers.get(first) or next(iter(self.row.answers.values()), [])
        return options

    @property
    def cover(self) -> CardPicture | None:
        return next(iter(self.pictures), None)


def cards(
    rows: Sequence[SharedPost], services: Mapping[str, EService], municipality: Municipality | None = None
) -> list[GalleryCard]:
    """Of rows with `seen`; for people of `house`, or for the programme's staff."""
    return [card(row, services.get(row.service), municipality) for row in rows]


def card(row: SharedPost, service: EService | None, municipality: Municipality | None = None) -> GalleryCard:
    if municipality is None:
        url = reverse("programme_gallery_post", args=[row.pk])
    else:
        url = reverse("gallery_post", args=[municipality.slug, row.pk])

    def address(picture: SharedPicture) -> str:
        if municipality is None:
            return reverse("programme_gallery_picture", args=[row.pk, picture.pk])
        return reverse("gallery_picture", args=[municipality.slug, row.pk, picture.pk])

    seen: Any = getattr(row, "seen", ())
    shown = [
        CardPicture(address(picture), picture.alt, picture.width, picture.height, picture.is_video) for picture in seen
    ]
    return GalleryCard(
        row, url, shown, service, is_ours=municipality is not None and row.municipality_id == municipality.pk
    )
