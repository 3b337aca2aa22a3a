"""From a draft to what each network gets. Pure: values in, values out.

    resolve_text(texts, tag)         the text of one language, derived from the other Serbian script if need be
    parts(draft, channel)            what appears on a channel: one post, several scripts in one, or a post for each
    outgoing(draft, part, files)     the frozen payload of a part

The same code composes a draft and a frozen version: `content(version)` of `posts.queries` returns a `Draft`, too.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import zip_longest
from typing import Protocol, TypeGuard
from uuid import UUID

from channels.enums import Layout
from platforms.post_settings import WORDLESS, WRITTEN
from platforms.types import LinkCard, Outgoing, Poll
from posts import thread_parts, version_files
from posts.draft import SERBIAN, ChannelLayout, Draft, Text
from posts.enums import Format
from serbian.glossary import EMPTY, Glossary
from serbian.scripts import detect
from serbian.transliteration import for_publishing, to_cyrillic, to_latin

BETWEEN = "\n\n—\n\n"
WHOLE = "all"
# Formats with answers to choose from, and the default duration of a poll.
WITH_ANSWERS = (Format.POLL, Format.QUIZ, Format.THIS_OR_THAT)
POLL_DAYS = 3
# Numbers, since letters differ between the scripts.
NUMBERS = tuple(str(number) for number in range(1, 11))

# Matches the whole address in a text, not a prefix or part of a longer one.
_BEFORE = r"(?<![^\s(\[{<„“\"'«:;,])"
_BEHIND = r"(?=[.,;:!?)\]}>”“\"'»…]*(?:\s|$))"


class ComposeChannel(Protocol):
    """The part of a channel that composing depends on."""

    pk: int
    layout: str
    languages: list[str]

    @property
    def takes_polls(self) -> bool: ...

    @property
    def takes_threads(self) -> bool: ...


@dataclass(frozen=True)
class ResolvedText:
    """A text ready for use. `derived_from`: the script it was derived from; `chosen`: a person asked for that."""

    text: str
    derived_from: str | None = None
    chosen: bool = True

    @property
    def needs_review(self) -> bool:
        """Transliteration from Latin to Cyrillic guesses, so a person should read it before publishing."""
        return self.derived_from == "sr-Latn" and not self.chosen


@dataclass(frozen=True)
class Part:
    """One post on one channel. `languages` are those of its texts, in order; `missing` those without a text.

    `thread` are the texts of the posts that follow it there. `written` is how many posts were written in each of its
    scripts: they are one text where the channel has no threads.
    """

    slot: str
    text: str
    languages: tuple[str, ...]
    missing: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    poll: Poll | None = None
    link: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    thread: tuple[str, ...] = ()
    written: tuple[int, ...] = (1,)

    @property
    def language(self) -> str:
        return self.languages[0] if self.languages else ""

    @property
    def lacks_text(self) -> bool:
        """Whether the post has no text in any language of the channel."""
        return bool(self.missing) and not self.languages


def derive(text: str, into: str, glossary: Glossary = EMPTY) -> str:
    """`text` in the Serbian script `into`; `glossary` has the municipality's own spellings."""
    return to_latin(text, glossary) if into == "sr-Latn" else to_cyrillic(text, glossary)


def other_script(tag: str) -> str | None:
    """The Serbian script from which `tag` can be derived; None for every other language."""
    if tag not in SERBIAN:
        return None
    return SERBIAN[1 - SERBIAN.index(tag)]


def resolve_text(texts: Mapping[str, Text], tag: str, glossary: Glossary = EMPTY) -> ResolvedText | None:
    """The text of `tag` from a draft's `texts`: written, or derived from the other Serbian script; None: missing."""
    own, source_tag = texts.get(tag), other_script(tag)
    if _is_written(own):
        return ResolvedText(own.text)
    source = texts.get(source_tag) if source_tag else None
    if _is_written(source):
        return ResolvedText(derive(source.text, tag, glossary), source_tag, chosen=own is not None)
    return None


def is_in_other_script(text: str, tag: str) -> bool:
    """Whether most letters of a text in another language than Serbian are not of the script of `tag`: it is in the
    wrong field."""
    script = detect(text)
    return tag not in SERBIAN and script is not None and script != tag.partition("-")[2]


def _is_written(entry: Text | None) -> TypeGuard[Text]:
    return entry is not None and not entry.derived_from and bool(entry.text.strip())


def channel_text(draft: Draft, channel_id: int, tag: str) -> ResolvedText | None:
    """A channel's own text, else its own text in the other script, else the text for all channels."""
    own = resolve_text(
        {language: Text(text) for language, text in draft.per_channel.get(channel_id, {}).items()}, tag, draft.glossary
    )
    shared = resolve_text(draft.texts, tag, draft.glossary)
    if own and own.derived_from and shared and not shared.derived_from:
        return shared
    return own or shared


def layout_of(draft: Draft, channel: ComposeChannel) -> ChannelLayout:
    """As the post has it, or the channel. A channel in another language shows no Serbian, whatever was chosen for it
    before."""
    own = tuple(channel.languages) or SERBIAN[:1]
    chosen = draft.layout.get(channel.pk)
    languages = tuple(chosen.languages if chosen and chosen.languages else own)
    if not set(own) & set(SERBIAN):
        languages = tuple(tag for tag in languages if tag not in SERBIAN) or own
    return ChannelLayout(chosen.layout if chosen else channel.layout, languages)


def parts(draft: Draft, channel: ComposeChannel) -> list[Part]:
    """What appears on the channel; at least one part, even for an empty draft."""
    return [
        replace(part, settings=settings(draft, channel.pk, part.language or SERBIAN[0]))
        for part in _parts(draft, channel)
    ]


def _parts(draft: Draft, channel: ComposeChannel) -> list[Part]:
    layout, link = layout_of(draft, channel), draft.link_on(channel.pk)
    if draft.format_on(channel.pk) in WORDLESS:
        return [_wordless(draft, channel, layout, link)]
    texts = {
        tag: text
        for tag in layout.languages
        if (text := channel_text(draft, channel.pk, tag)) and not is_in_other_script(text.text, tag)
    }
    missing = tuple(tag for tag in layout.languages if tag not in texts)
    if layout.layout == Layout.SEPARATE:
        apart = [_part(tag, {tag: text}, draft, link=link, channel=channel) for tag, text in texts.items()]
        if apart:
            return [Part(**{**vars(apart[0]), "missing": missing}), *apart[1:]]
        return [Part(layout.languages[0], link, (), missing, link=link)]
    if layout.layout == Layout.COMBINED:
        return [_part(WHOLE, texts, draft, missing, link=link, channel=channel)]
    # Never the text of another language, which nobody chose for this channel.
    only = dict(list(texts.items())[:1])
    return [_part(WHOLE, only, draft, () if only else layout.languages[:1], link=link, channel=channel)]


def _wordless(draft: Draft, channel: ComposeChannel, layout: ChannelLayout, link: str) -> Part:
    """One post, since those of several scripts would be the same twice. The first text stands for it in lists. A poll
    goes with it, so that the check can refuse it."""
    texts = {tag: text for tag in layout.languages if (text := channel_text(draft, channel.pk, tag))}
    only = _any_text(draft, channel.pk, texts)
    poll = _poll(draft, next(iter(only), SERBIAN[0])) if draft.interactive.kind in WITH_ANSWERS else None
    return replace(_part(WHOLE, only, draft, link=link, channel=channel), derived=(), poll=poll)


def _any_text(draft: Draft, channel_id: int, texts: Mapping[str, ResolvedText]) -> dict[str, ResolvedText]:
    """One of `texts`, else one in any language: nobody publishes it."""
    if texts:
        return dict(list(texts.items())[:1])
    for tag in (*draft.per_channel.get(channel_id, {}), *draft.texts):
        text = channel_text(draft, channel_id, tag)
        if text:
            return {tag: text}
    return {}


def _part(
    slot: str,
    texts: Mapping[str, ResolvedText],
    draft: Draft,
    missing: tuple[str, ...] = (),
    *,
    link: str,
    channel: ComposeChannel,
) -> Part:
    # A story or a reel is one post, without a poll.
    chosen = draft.format_on(channel.pk)
    is_ordinary, is_wordless = not chosen, chosen in WORDLESS
    polls, threads = channel.takes_polls and is_ordinary, channel.takes_threads and is_ordinary
    has_answers = draft.interactive.kind in WITH_ANSWERS
    written = {tag: thread_parts.split(for_publishing(resolved.text)) or [""] for tag, resolved in texts.items()}
    by_script = [
        _with_answers_first(
            posts if threads else [thread_parts.joined(for_publishing(texts[tag].text)).strip()],
            [] if polls or is_wordless else answers(draft, tag),
        )
        for tag, posts in written.items()
    ]
    # In both scripts, each post of a thread has its text in both.
    posts = [BETWEEN.join(filter(None, same)) for same in zip_longest(*by_script, fillvalue="")] or [""]
    first, *further = with_link_in_thread(posts, draft.address, link)
    derived = tuple(tag for tag, resolved in texts.items() if resolved.needs_review)
    poll = _poll(draft, next(iter(texts), SERBIAN[0])) if polls and has_answers else None
    counts = tuple(len(posts) for posts in written.values()) or (1,)
    return Part(slot, first, tuple(texts), missing, derived, poll, link, thread=tuple(further), written=counts)


def _with_answers_first(posts: Sequence[str], options: Sequence[str]) -> list[str]:
    """The answers stand in the first post: there people find the question."""
    return [with_answers(posts[0], options), *posts[1:]]


def _poll(draft: Draft, tag: str) -> Poll:
    interactive = draft.interactive
    days = interactive.days or POLL_DAYS
    return Poll(tuple(answers(draft, tag)), days * 86_400, interactive.multiple and interactive.kind == Format.POLL)


def answers(draft: Draft, tag: str) -> list[str]:
    """The answers of a poll, quiz or choice of two in the script of `tag`; empty for other formats."""
    if draft.interactive.kind not in WITH_ANSWERS:
        return []
    if tag in draft.answers:
        return list(draft.answers[tag])
    options = [for_publishing(option).strip() for option in draft.interactive.options]
    return [derive(option, tag, draft.glossary) for option in options] if tag in SERBIAN else options


def with_answers(text: str, options: Sequence[str]) -> str:
    """The answers as lines below the text, for networks without polls: people answer with the number in a comment."""
    lines = [f"{number}) {option}" for number, option in zip(NUMBERS, options, strict=False)]
    return "\n\n".join(filter(None, [text, "\n".join(lines)]))


def with_link(text: str, link: str, shown: str = "") -> str:
    """The text with the link at its end, unless it contains it; `shown` replaces it, also inside the text."""
    if not link:
        return text
    inside = _inside(link)
    if inside.search(text):
        return inside.sub(lambda _found: shown or link, text)
    return f"{text}\n\n{shown or link}" if text else shown or link


def with_link_in_thread(posts: Sequence[str], link: str, shown: str = "") -> list[str]:
    """The posts of a thread with the link where it is written, else at the end of the first, which people share."""
    inside = _inside(link) if link else None
    if inside and any(inside.search(post) for post in posts):
        return [inside.sub(lambda _found: shown or link, post) for post in posts]
    return [with_link(posts[0], link, shown), *posts[1:]]


def extra_text(draft: Draft, name: str, tag: str) -> str:
    """The headline or first comment (`name`) in the script of `tag`; unchanged for other languages."""
    if tag in draft.beside:
        return draft.beside[tag].get(name, "")
    text = for_publishing(getattr(draft, name)).strip()
    return derive(text, tag, draft.glossary) if tag in SERBIAN else text


def headline(draft: Draft, part: Part) -> str:
    return extra_text(draft, "headline", part.language or SERBIAN[0])


def first_comment(draft: Draft, part: Part) -> str:
    """The first comment in the scripts of the post, one below the other where they differ, with the counted link."""
    by_script = dict.fromkeys(extra_text(draft, "first_comment", tag) for tag in part.languages or SERBIAN[:1])
    text = BETWEEN.join(filter(None, by_script))
    inside = _inside(draft.address)
    return inside.sub(lambda _match: part.link, text) if draft.address and part.link else text


def settings(draft: Draft, channel: int, tag: str) -> dict[str, str]:
    """The post's settings on a channel; what the public reads of them in the script of `tag`."""
    chosen = draft.settings.get(channel, {})
    return {name: _setting(draft, channel, name, tag) if name in WRITTEN else value for name, value in chosen.items()}


def _setting(draft: Draft, channel: int, name: str, tag: str) -> str:
    frozen = draft.beside.get(tag, {}).get(setting_key(channel, name))
    if frozen is not None:
        return frozen
    text = for_publishing(draft.settings[channel][name]).strip()
    return derive(text, tag, draft.glossary) if tag in SERBIAN else text


def setting_key(channel: int, name: str) -> str:
    """Under which a version keeps a written setting among its texts beside the post."""
    return f"{name}-{channel}"


def _inside(link: str) -> re.Pattern[str]:
    return re.compile(_BEFORE + re.escape(link) + _BEHIND)


def outgoing(
    draft: Draft, part: Part, files: Sequence[version_files.File], *, key: UUID, created_at: datetime
) -> Outgoing:
    """The payload of one delivery. `key` is its idempotency key, `created_at` the time of freezing."""
    card = LinkCard(part.link, draft.link_card.title, draft.link_card.description)
    return Outgoing(
        text=part.text,
        # networks expect the language alone: "sr", not "sr-Cyrl"
        language=(part.language or SERBIAN[0]).split("-")[0],
        key=key.hex,
        created_at=created_at,
        pictures=version_files.pictures(files),
        video=version_files.video(files),
        document=version_files.document(files),
        link_card=card if draft.link and (card.title or card.description) else None,
        poll=part.poll,
        title=headline(draft, part),
        first_comment=first_comment(draft, part),
        settings=part.settings,
        thread=part.thread,
    )


def missing_languages(draft: Draft, official: Sequence[Mapping[str, str]]) -> list[str]:
    """Official languages without a text that cannot be derived: a person has to write it."""
    tags = [f"{entry.get('language')}-{entry.get('script')}" for entry in official]
    return [tag for tag in tags if tag not in SERBIAN and not resolve_text(draft.texts, tag)]
