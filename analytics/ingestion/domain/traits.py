"""Traits of published posts, by which statistics are broken down: one shared row of `Traits` per combination."""

from collections.abc import Iterable

from analytics.enums import Material
from analytics.models import Traits
from channels.enums import Layout
from posts.compose import WHOLE
from posts.models import Publication, Version
from posts.models.media import DOCUMENT
from posts.queries import call_kind

Key = tuple[str, str, str, str, str, str, bool]


def key_of(publication: Publication) -> Key:
    """The traits of the published version. No query when the version is loaded."""
    version = publication.version
    structure = version.structure
    return (
        version.category,
        call_kind(version),
        str(structure.get("service") or ""),
        str(material(version)),
        languages(publication),
        str((structure.get("interactive") or {}).get("kind") or ""),
        False,
    )


def boosted(kind: Traits) -> Key:
    """The same kind of post, paid for."""
    return (
        kind.category, kind.call_kind, kind.service, kind.material, kind.languages, kind.interactive, True,
    )  # fmt: skip


def material(version: Version) -> Material:
    """Material of the version; a video beside pictures counts as a video, a document as its pages: several pictures."""
    mimes = [str(entry.get("mime", "")) for entry in version.media]
    if any(mime.startswith("video/") for mime in mimes):
        return Material.VIDEO
    if DOCUMENT in mimes:
        return Material.PICTURES
    if mimes:
        return Material.PICTURE if len(mimes) == 1 else Material.PICTURES
    return Material.LINK if version.link else Material.TEXT


def languages(publication: Publication) -> str:
    """Tags of the texts that the publication shows, with a plus between them."""
    if publication.slot != WHOLE:
        return publication.slot
    shown = publication.version.layout.get(str(publication.channel_id)) or {}
    tags = [str(tag) for tag in shown.get("languages", ())]
    return "+".join(tags if shown.get("layout") == Layout.COMBINED else tags[:1])[:60]


def rows_for(keys: Iterable[Key]) -> dict[Key, Traits]:
    """The row of each combination, made where it is missing. Two queries."""
    wanted = set(keys)
    fields = ("category", "call_kind", "service", "material", "languages", "interactive", "boosted")
    Traits.objects.bulk_create(
        [Traits(**dict(zip(fields, key, strict=True))) for key in sorted(wanted)], ignore_conflicts=True
    )
    categories = {key[0] for key in wanted}
    rows = {tuple(getattr(row, name) for name in fields): row for row in Traits.objects.filter(category__in=categories)}
    return {key: rows[key] for key in wanted}
