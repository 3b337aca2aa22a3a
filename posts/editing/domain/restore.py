"""Makes an older version the draft again. The current draft is frozen first, so nothing is lost."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from posts.compose import layout_of
from posts.draft import Draft, Text, parse
from posts.editing.domain.freeze import freeze
from posts.editing.domain.move_anchors import move_anchors
from posts.editing.domain.save import not_editable_message, store_draft
from posts.locking import locked
from posts.models import Post, Version
from posts.queries import content, media_of, usable_channels
from posts.rules import EDITABLE


@dataclass(frozen=True)
class RestoreResult:
    """`backup` is the version that holds the replaced draft, None if it was empty; `notes` list what was left out."""

    post: Post
    backup: Version | None
    notes: Sequence[str] = ()


@transaction.atomic
def restore_version(post: Post, version: Version, *, by: User) -> RestoreResult:
    """Put the content of `version` into the draft; the title, the time and the decisions stay. Raises
    `ActionNotAllowed`.
    """
    post = locked(post)
    if post.stage not in EDITABLE or post.deleted_at:
        raise ActionNotAllowed(not_editable_message(post))
    if version.post_id != post.pk:
        raise ActionNotAllowed(_("This version belongs to another post."))
    draft, notes = restorable_draft(version)
    before = parse(post.draft)
    backup = None if _is_blank(before) else freeze(post, by=by)
    if before.link and not before.address:
        notes.append(_("The unfinished link “%(link)s” is not in a version: note it down.") % {"link": before.link})
    move_anchors(post, before, draft)
    post.category = version.category
    store_draft(post, draft)
    post.revision += 1
    post.save()
    record("post.restore_version", by=by, target=post, version=version.number, kept=backup.number if backup else None)
    return RestoreResult(post, backup, notes)


def _is_blank(draft: Draft) -> bool:
    return draft.is_empty and not draft.per_channel and not draft.link and draft.structure() == Draft().structure()


def restorable_draft(version: Version) -> tuple[Draft, list[str]]:
    """The version as a draft: derived scripts follow their text again; deleted pictures and channels are left out."""
    draft = content(version)
    derived = {
        (f"{variant.language}-{variant.script}", variant.channel_id)
        for variant in version.variants.all()
        if variant.derived
    }
    usual = {channel.pk: layout_of(Draft(), channel) for channel in usable_channels()}
    channels = usual.keys()
    library = media_of(draft)
    missing_channels = sum(pk not in channels for pk in draft.channels)
    missing_media = sum(shown.id not in library for shown in draft.media)
    restored = replace(
        draft,
        texts={tag: Text(text.text) for tag, text in draft.texts.items() if (tag, None) not in derived},
        per_channel=_per_channel(draft, derived, channels),
        media=tuple(shown for shown in draft.media if shown.id in library),
        channels=tuple(pk for pk in draft.channels if pk in channels),
        layout={
            pk: channel_layout
            for pk, channel_layout in draft.layout.items()
            if pk in channels and channel_layout != usual[pk]
        },
        settings={pk: chosen for pk, chosen in draft.settings.items() if pk in channels},
    )
    return restored, _left_out(missing_channels, missing_media)


def _per_channel(
    draft: Draft, derived: Collection[tuple[str, int | None]], channels: Collection[int]
) -> dict[int, dict[str, str]]:
    by_channel = {
        pk: {tag: text for tag, text in texts.items() if (tag, pk) not in derived}
        for pk, texts in draft.per_channel.items()
        if pk in channels
    }
    return {pk: texts for pk, texts in by_channel.items() if texts}


def _left_out(channels: int, pictures: int) -> list[str]:
    notes = []
    if channels:
        notes.append(
            ngettext(
                "One channel of the version is no longer connected and was left out.",
                "%(count)s channels of the version are no longer connected and were left out.",
                channels,
            )
            % {"count": channels}
        )
    if pictures:
        notes.append(
            ngettext(
                "One picture of the version is no longer in the library and was left out.",
                "%(count)s pictures of the version are no longer in the library and were left out.",
                pictures,
            )
            % {"count": pictures}
        )
    return notes
