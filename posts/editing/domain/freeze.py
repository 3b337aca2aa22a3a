"""Freezes a draft, which changes continuously, into a version, which never does.

What was approved is what is sent, so a version holds everything that the public will see: texts with their derived
scripts, the exact picture files, alt texts, link card, short links, channels and the scripts that each of them shows.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from accounts.models import User
from channels.models import Channel
from links.domain.make import create_links
from municipalities.queries import glossary
from platforms.post_settings import WRITTEN
from posts import compose
from posts.draft import EXTRA_FIELDS, SERBIAN, Draft, media_json, parse
from posts.media.domain.pictures import freeze_picture, remember_alts
from posts.models import Post, Variant, Version
from posts.publishing.short_links import requested_links
from posts.queries import channels_of, media_of, usable_channels

Key = tuple[str, int | None]


def freeze(post: Post, *, by: User, suggested_by: Sequence[int] = ()) -> Version:
    """The version of the post as it is now; the newest one if nothing has changed. Post must be locked.

    `suggested_by` are ids of the people whose suggestions were just accepted.
    """
    draft = replace(parse(post.draft), glossary=glossary(post.municipality_id))
    channels = channels_of(draft, usable_channels())
    texts = frozen_texts(draft, channels)
    parts = _frozen(post, draft, channels)
    digest = _digest(texts, parts)
    newest = post.versions.order_by("-number").first()
    if newest is not None and newest.digest == digest:
        return newest
    number = newest.number + 1 if newest else 1
    version = Version(
        post=post,
        municipality_id=post.municipality_id,
        number=number,
        created_by=by,
        digest=digest,
        suggested_by=list(suggested_by),
        **parts,
    )
    version.save()
    Variant.objects.bulk_create([_variant(version, key, text) for key, text in texts.items()])
    remember_alts(draft)
    return version


def frozen_texts(draft: Draft, channels: list[Channel]) -> dict[Key, compose.ResolvedText]:
    """Every text that can appear: shared ones first, then those that differ on a channel."""
    shown = {channel.pk: compose.layout_of(draft, channel).languages for channel in channels}
    tags = dict.fromkeys([*draft.texts, *(tag for languages in shown.values() for tag in languages)])
    shared = {tag: text for tag in tags if (text := compose.resolve_text(draft.texts, tag, draft.glossary))}
    texts: dict[Key, compose.ResolvedText] = {(tag, None): text for tag, text in shared.items()}
    for channel in channels:
        for tag in dict.fromkeys([*draft.per_channel.get(channel.pk, {}), *shown[channel.pk]]):
            text = compose.channel_text(draft, channel.pk, tag)
            if text and (tag not in shared or text.text != shared[tag].text):
                texts[tag, channel.pk] = text
    return texts


def _frozen(post: Post, draft: Draft, channels: list[Channel]) -> dict[str, Any]:
    library = media_of(draft)
    layouts = {channel.pk: compose.layout_of(draft, channel) for channel in channels}
    return {
        "media": [{**media_json(shown), **freeze_picture(library[shown.id], shown)} for shown in draft.media],
        "link": draft.address,
        "link_card": {"title": draft.link_card.title, "description": draft.link_card.description},
        "channels": [channel.pk for channel in channels],
        "layout": {
            str(pk): {"layout": channel_layout.layout, "languages": list(channel_layout.languages)}
            for pk, channel_layout in layouts.items()
        },
        "structure": {**draft.structure(), **_answers(draft), **_beside(draft)},
        "short_links": {str(pk): short for pk, short in _short_links(post, draft, channels).items()},
        "category": post.category,
    }


def _answers(draft: Draft) -> dict[str, Any]:
    """The answers of a poll in both scripts: a later glossary entry does not change what was approved."""
    by_script = {tag: answers for tag in SERBIAN if (answers := compose.answers(draft, tag))}
    return {"answers": by_script} if by_script else {}


def _beside(draft: Draft) -> dict[str, Any]:
    """Headline, first comment and written settings in both scripts, likewise."""
    named = [name for name in EXTRA_FIELDS if getattr(draft, name)]
    by_script = {
        tag: {name: compose.extra_text(draft, name, tag) for name in named} | _written_settings(draft, tag)
        for tag in SERBIAN
    }
    return {"beside": by_script} if any(by_script.values()) else {}


def _written_settings(draft: Draft, tag: str) -> dict[str, str]:
    return {
        compose.setting_key(channel, name): compose.settings(draft, channel, tag)[name]
        for channel, chosen in draft.settings.items()
        for name in WRITTEN
        if name in chosen
    }


def _short_links(post: Post, draft: Draft, channels: list[Channel]) -> dict[int, str]:
    requested = requested_links(post, draft, channels)
    return create_links(post.municipality_id, post.key, requested) if requested else {}


def _digest(texts: dict[Key, compose.ResolvedText], parts: dict[str, Any]) -> str:
    rows = sorted((tag, channel or 0, text.text) for (tag, channel), text in texts.items())
    canonical = json.dumps([rows, parts], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _variant(version: Version, key: Key, text: compose.ResolvedText) -> Variant:
    tag, channel_id = key
    language, script = tag.split("-")
    return Variant(
        version=version,
        municipality_id=version.municipality_id,
        language=language,
        script=script,
        channel_id=channel_id,
        text=text.text,
        derived=text.derived_from is not None,
    )
