"""From what was written to what each network gets. Pure: values in, values out.

    resolved(draft)                  every language's text, derived scripts included
    parts(draft, channel)            what appears on a channel: one post, several scripts in one, or a post for each
    outgoing(draft, part, pictures)  the frozen payload of a part

A draft and a frozen version are composed by the same code: `content(version)` of `posts.queries` gives a `Draft`, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeGuard
from uuid import UUID

from channels.enums import Layout
from platforms.types import LinkCard, Outgoing, Picture
from posts.draft import SERBIAN, ChannelLayout, Draft, Text
from serbian.transliteration import for_publishing, to_cyrillic, to_latin

BETWEEN = "\n\n—\n\n"
WHOLE = "all"


class Account(Protocol):
    """What composing needs to know of a channel."""

    pk: int
    layout: str
    languages: list[str]


@dataclass(frozen=True)
class Resolved:
    """A text ready for use. `derived_from`: made by us from that script; `chosen`: a person asked for that."""

    text: str
    derived_from: str | None = None
    chosen: bool = True

    @property
    def wants_a_look(self) -> bool:
        """Latin to Cyrillic has to guess, so a person should look before it goes out."""
        return self.derived_from == "sr-Latn" and not self.chosen


@dataclass(frozen=True)
class Part:
    """One post on one channel. `languages` are the texts in it, in order; `missing` those that nobody has written."""

    slot: str
    text: str
    languages: tuple[str, ...]
    missing: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        return self.languages[0] if self.languages else ""


def derive(text: str, into: str) -> str:
    """`text` in the Serbian script `into`."""
    return to_latin(text) if into == "sr-Latn" else to_cyrillic(text)


def other_script(tag: str) -> str | None:
    """The Serbian script from which `tag` can be derived; None for every other language."""
    if tag not in SERBIAN:
        return None
    return SERBIAN[1 - SERBIAN.index(tag)]


def resolved(texts: Mapping[str, Text], tag: str) -> Resolved | None:
    """The text of `tag` from a draft's `texts`: written, or derived from the other Serbian script; None: not there."""
    own, source_tag = texts.get(tag), other_script(tag)
    if _is_written(own):
        return Resolved(own.text)
    source = texts.get(source_tag) if source_tag else None
    if _is_written(source):
        return Resolved(derive(source.text, tag), source_tag, chosen=own is not None)
    return None


def _is_written(entry: Text | None) -> TypeGuard[Text]:
    return entry is not None and not entry.derived_from and bool(entry.text.strip())


def texts_for(draft: Draft, channel_id: int, tag: str) -> Resolved | None:
    """A channel's own text wins, then its own text in the other script, then what is written for all."""
    own = resolved({each: Text(text) for each, text in draft.per_channel.get(channel_id, {}).items()}, tag)
    shared = resolved(draft.texts, tag)
    if own and own.derived_from and shared and not shared.derived_from:
        return shared
    return own or shared


def layout_of(draft: Draft, channel: Account) -> ChannelLayout:
    chosen = draft.layout.get(channel.pk)
    languages = tuple(chosen.languages if chosen and chosen.languages else channel.languages) or SERBIAN[:1]
    return ChannelLayout(chosen.layout if chosen else channel.layout, languages)


def parts(draft: Draft, channel: Account) -> list[Part]:
    """What appears on the channel; at least one part, also when nothing is written yet."""
    layout = layout_of(draft, channel)
    found = {tag: text for tag in layout.languages if (text := texts_for(draft, channel.pk, tag))}
    missing = tuple(tag for tag in layout.languages if tag not in found)
    if layout.layout == Layout.SEPARATE:
        apart = [_part(tag, {tag: text}, draft.address) for tag, text in found.items()]
        if apart:
            return [Part(**{**vars(apart[0]), "missing": missing}), *apart[1:]]
        return [Part(layout.languages[0], with_link("", draft.address), (), missing)]
    if layout.layout == Layout.COMBINED:
        return [_part(WHOLE, found, draft.address, missing)]
    only = _first(draft, channel.pk, layout.languages, found)
    return [_part(WHOLE, only, draft.address, () if only else layout.languages[:1])]


def _first(
    draft: Draft, channel_id: int, languages: Sequence[str], found: Mapping[str, Resolved]
) -> dict[str, Resolved]:
    """One text for a channel that shows one: in its first language that is written, else in any that is."""
    for tag in languages:
        if tag in found:
            return {tag: found[tag]}
    for tag in (*draft.per_channel.get(channel_id, {}), *draft.texts):
        text = texts_for(draft, channel_id, tag)
        if text:
            return {tag: text}
    return {}


def _part(slot: str, texts: Mapping[str, Resolved], link: str, missing: tuple[str, ...] = ()) -> Part:
    text = BETWEEN.join(for_publishing(each.text).strip() for each in texts.values())
    derived = tuple(tag for tag, each in texts.items() if each.wants_a_look)
    return Part(slot, with_link(text, link), tuple(texts), missing, derived)


def with_link(text: str, link: str) -> str:
    """The link at the end, unless the text has it already."""
    if not link or link in text:
        return text
    return f"{text}\n\n{link}" if text else link


def outgoing(draft: Draft, part: Part, pictures: Sequence[Picture], *, key: UUID, created_at: datetime) -> Outgoing:
    """The payload of one delivery. `key` is its idempotency key, `created_at` the time of freezing."""
    card = LinkCard(draft.address, draft.link_card.title, draft.link_card.description)
    return Outgoing(
        text=part.text,
        # networks want the language alone: "sr", not "sr-Cyrl"
        language=(part.language or SERBIAN[0]).split("-")[0],
        key=key.hex,
        created_at=created_at,
        pictures=tuple(pictures),
        link_card=LinkCard(draft.address, card.title, card.description)
        if draft.link and (card.title or card.description)
        else None,
    )


def unwritten(draft: Draft, official: Sequence[Mapping[str, str]]) -> list[str]:
    """Languages of official use in which there is no text and none can be derived: a person has to write it."""
    tags = [f"{entry.get('language')}-{entry.get('script')}" for entry in official]
    return [tag for tag in tags if tag not in SERBIAN and not resolved(draft.texts, tag)]
