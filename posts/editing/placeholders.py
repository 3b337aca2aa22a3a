"""Placeholders in a text, `{{рок}}`: find them, fill them, and report forgotten ones. Pure.

Templates contain them, and a person may type one to return to later. The transliteration leaves them untouched, and a
name means the same in both scripts, so `{{рок}}` and `{{rok}}` are one placeholder.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from platforms.post_settings import WRITTEN
from posts.draft import Draft, LinkCard, Text
from serbian.folding import fold
from serbian.glossary import EMPTY, Glossary
from serbian.transliteration import to_latin

_GAP = re.compile(r"\{\{\s*([^{}\n]{1,60}?)\s*\}\}")
_MONTHS = (
    "јануара", "фебруара", "марта", "априла", "маја", "јуна",
    "јула", "августа", "септембра", "октобра", "новембра", "децембра",
)  # fmt: skip

Value = str | date


def placeholders(text: str) -> list[str]:
    """Names of the placeholders in `text`, without duplicates, in order."""
    names: dict[str, str] = {}
    for name in _GAP.findall(text):
        names.setdefault(fold(name), name)
    return list(names.values())


def gaps(draft: Draft) -> list[str]:
    """Names of the placeholders anywhere in a draft, without duplicates, in reading order."""
    return placeholders("\n".join(_all_texts(draft)))


def _all_texts(draft: Draft) -> Iterator[str]:
    yield from (text.text for text in draft.texts.values())
    yield from (text for texts in draft.per_channel.values() for text in texts.values())
    yield from (draft.headline, draft.first_comment)
    yield from (text for chosen in draft.settings.values() for name, text in chosen.items() if name in WRITTEN)
    yield from (draft.link, draft.link_card.title, draft.link_card.description, draft.call.words)
    yield from (*draft.interactive.options, draft.interactive.promise, draft.interactive.rules)
    yield from (shown.alt for shown in draft.media)


def fill(text: str, values: Mapping[str, Value], tag: str = "", glossary: Glossary = EMPTY) -> str:
    """`text` with its placeholders filled, days formatted for the language `tag`; those without a value stay.

    Values are in Cyrillic; `glossary` has the municipality's own Latin spellings.
    """
    known = {fold(name): value for name, value in values.items() if value}

    def put(match: re.Match[str]) -> str:
        value = known.get(fold(match[1]))
        if value is None:
            return match[0]
        written = _written(value, tag, glossary)
        # the full stop of a date's year is also that of the sentence
        return written[:-1] if written.endswith(".") and text[match.end() : match.end() + 1] == "." else written

    return _GAP.sub(put, text)


def _written(value: Value, tag: str, glossary: Glossary) -> str:
    if isinstance(value, date):
        return format_day(value, tag)
    return to_latin(value, glossary) if tag == "sr-Latn" else value


def format_day(on: date, tag: str) -> str:
    """A day inside a sentence: "15. децембра 2026." in Serbian, "15. 12. 2026." in other languages."""
    cyrillic = f"{on.day}. {_MONTHS[on.month - 1]} {on.year}."
    if tag == "sr-Cyrl":
        return cyrillic
    return to_latin(cyrillic) if tag == "sr-Latn" else f"{on.day}. {on.month}. {on.year}."


def filled(draft: Draft, values: Mapping[str, Value], *, deadline: str = "", first: str = "sr-Cyrl") -> Draft:
    """The draft with its gaps filled. `deadline` names the day that is also the deadline of the call to action;
    `first` is the language of what has none of its own (call to action, poll, link card, title, first comment). The
    draft has the municipality's glossary (`glossary`).
    """

    def put(text: str, tag: str) -> str:
        return fill(text, values, tag, draft.glossary)

    ends = {fold(name): value for name, value in values.items()}.get(fold(deadline)) if deadline else None
    return replace(
        draft,
        texts={tag: Text(put(text.text, tag), text.derived_from) for tag, text in draft.texts.items()},
        per_channel={
            channel: {tag: put(text, tag) for tag, text in texts.items()}
            for channel, texts in draft.per_channel.items()
        },
        media=tuple(replace(shown, alt=put(shown.alt, first)) for shown in draft.media),
        headline=put(draft.headline, first),
        first_comment=put(draft.first_comment, first),
        settings={
            channel: {name: put(value, first) if name in WRITTEN else value for name, value in chosen.items()}
            for channel, chosen in draft.settings.items()
        },
        link=fill(draft.link, values),
        link_card=LinkCard(put(draft.link_card.title, first), put(draft.link_card.description, first)),
        call=replace(
            draft.call,
            words=put(draft.call.words, first),
            deadline=ends.isoformat() if isinstance(ends, date) else draft.call.deadline,
        ),
        interactive=replace(
            draft.interactive,
            options=tuple(put(option, first) for option in draft.interactive.options),
            promise=put(draft.interactive.promise, first),
            rules=put(draft.interactive.rules, first),
        ),
    )


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """The text split into `(piece, is_gap)`; a placeholder is given by its name."""
    at = 0
    for match in _GAP.finditer(text):
        if match.start() > at:
            yield text[at : match.start()], False
        yield match[1], True
        at = match.end()
    if at < len(text):
        yield text[at:], False
