"""Pictures in a municipality's library, each made once and reused by its posts."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from demo import pictures
from demo.people import Team
from demo.rows import insert
from demo.texts import alts, place
from posts.models import Media


@dataclass(frozen=True)
class Drawn:
    content: bytes
    media: Media


def fill(team: Team, kinds: list[str], uploaded_at: object) -> dict[str, Drawn]:
    """Pictures of these kinds by kind, made where they are missing. Inside the municipality's scope."""
    known = {row.name.removesuffix(".jpg"): row for row in Media.objects.filter(name__in=[f"{k}.jpg" for k in kinds])}
    there = {kind: Drawn(_content(row), row) for kind, row in known.items()}
    return there | _draw(team, [kind for kind in kinds if kind not in there], uploaded_at)


def _content(row: Media) -> bytes:
    with row.file.open("rb") as file:
        content: bytes = file.read()
    return content


def _draw(team: Team, kinds: list[str], uploaded_at: object) -> dict[str, Drawn]:
    slug = team.municipality.slug
    # Pillow works without Python's lock, so that two cores draw at the same time.
    with ThreadPoolExecutor(2) as pool:
        posters = dict(zip(kinds, pool.map(lambda kind: pictures.of(kind, place(slug).colour), kinds), strict=True))
    rows = [_row(team, kind, poster) for kind, poster in posters.items()]
    for row in rows:
        row.uploaded_at = uploaded_at  # type: ignore[assignment]
    insert(rows)
    return {kind: Drawn(posters[kind].large, row) for kind, row in zip(posters, rows, strict=True)}


def _row(team: Team, kind: str, poster: pictures.Poster) -> Media:
    digest = hashlib.sha256(poster.large).hexdigest()
    stem = f"pictures/{team.municipality.pk}/{digest[:32]}"
    return Media(
        municipality=team.municipality,
        file=_stored(f"{stem}.jpg", poster.large),
        thumbnail=_stored(f"{stem}-small.jpg", poster.small),
        sha256=digest,
        mime="image/jpeg",
        width=poster.width,
        height=poster.height,
        bytes=len(poster.large),
        name=f"{kind}.jpg",
        alt=alts()[kind],
        credit=poster.author,
        licence=poster.terms,
        uploaded_by=team.officer,
    )


def _stored(name: str, body: bytes) -> str:
    """The name says the content, so a file that is there already is this one."""
    return name if default_storage.exists(name) else default_storage.save(name, ContentFile(body))
