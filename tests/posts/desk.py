"""A desk at which posts are written: two channels of Ćuprija and short ways to write, with the real verbs."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from PIL import Image

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from channels.models import Channel
from delivery.models import Delivery
from municipalities.models import Municipality
from posts import rules
from posts.draft import Draft, Text
from posts.editing.domain.create import create
from posts.editing.domain.save import Content, Saved, save_draft
from posts.media.domain import videos
from posts.media.domain.pictures import add
from posts.models import Media, Post, Version
from posts.queries import latest_version, publications
from tests.analytics.factories import channel
from tests.people import Cast
from tests.posts.films import film

CYRILLIC = "Вода ће бити искључена у Његошевој улици до 15 часова."


def in_hours(hours: float) -> rules.ResolvedTime:
    """A wall time so many hours from now, to the minute."""
    moment = (timezone.now() + timedelta(hours=hours)).replace(second=0, microsecond=0)
    return rules.resolve_moment(moment)


def picture_bytes(kind: str = "JPEG", size: tuple[int, int] = (640, 480), *, grain: int = 8, **options: Any) -> bytes:
    """Bytes of a picture with enough colours to count as a photograph. The finer its grain, the larger the file."""
    out = io.BytesIO()
    width, height = size
    grains = (max(1, width // grain), max(1, height // grain))
    noise = Image.merge("RGB", [Image.effect_noise(grains, 60) for _band in "RGB"])
    noise.resize(size).save(out, kind, **options)
    return out.getvalue()


@dataclass
class Desk:
    cast: Cast
    mastodon: Channel
    bluesky: Channel

    @property
    def municipality(self) -> Municipality:
        return self.cast.cuprija

    def draft(self, text: str = CYRILLIC, **fields: Any) -> Draft:
        return Draft(**{"texts": {"sr-Cyrl": Text(text)}, "channels": (self.mastodon.pk,), **fields})

    def write(self, text: str = CYRILLIC, *, time: rules.ResolvedTime | None = None, **fields: Any) -> Post:
        """A draft of the officer; `fields` are those of `Draft`."""
        post = create(self.municipality, by=self.cast.officer)
        return self.change(post, self.draft(text, **fields), time=time)

    def change(self, post: Post, draft: Draft, *, time: rules.ResolvedTime | None = None, by: Any = None) -> Post:
        content = Content(draft, post.title, post.category, time)
        saved = save_draft(post, content, revision=post.revision, by=by or self.cast.officer)
        assert isinstance(saved, Saved)
        return saved.post

    def reload(self, post: Post) -> Post:
        return Post.objects.get(pk=post.pk)

    def version(self, post: Post) -> Version:
        version = latest_version(post)
        assert version is not None
        return version

    def deliveries(self, post: Post) -> list[Delivery]:
        return [publication.delivery for publication in publications(post)]

    def states(self, post: Post) -> list[str]:
        return [delivery.state for delivery in self.deliveries(post)]

    def picture(self, body: bytes | None = None, name: str = "fontana.jpg") -> Media:
        body = body or picture_bytes()
        return add(self.municipality, io.BytesIO(body), name=name, size=len(body), by=self.cast.officer)

    def film(self, body: bytes | None = None, name: str = "vasar.mp4", *, probed: bool = True) -> Media:
        """A video in the library; `probed`: the worker has looked at it."""
        body = film() if body is None else body
        file = SimpleUploadedFile(name, body, "video/mp4")
        media = videos.add(self.municipality, file, name=name, size=len(body), by=self.cast.officer)
        if probed:
            videos.probe_due()
        return Media.objects.get(pk=media.pk)

    def house_rule(self, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(self.municipality, name, value)
        self.municipality.save()


def opened(cast: Cast) -> Desk:
    mastodon = channel(cast.cuprija, cast.approver, name="Општина Ћуприја", languages=["sr-Cyrl", "sr-Latn"])
    bluesky = channel(
        cast.cuprija, cast.approver, name="Ћуприја на Блускају", platform="bluesky", server="https://bsky.social",
        handle="cuprija.example",
    )  # fmt: skip
    return Desk(cast, mastodon, bluesky)


def at(text: str) -> datetime:
    """A naive wall time."""
    return datetime.fromisoformat(text)


__all__ = ["CYRILLIC", "Desk", "at", "in_hours", "opened", "picture_bytes", "replace"]
