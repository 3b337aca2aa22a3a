"""The whole look at a post: what is typed, and what only the server knows. Pure: what it needs is given."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from platforms.counting import urls
from posts.coaching.points import Described, Facts, Fix, Point, Written, of_text
from posts.draft import Draft, Shown
from posts.enums import LinkState

# Shares of a picture, as `posts.media.legibility` measures them: a poster of ten lines has 0.2, a title 0.02.
MUCH_TEXT = 0.12
SOME_TEXT = 0.015
# WCAG 2.2 asks 3 : 1 for large letters, and those in a picture are large at best.
WEAK = 3.0


class Looked(Protocol):
    """What a worker found behind a link (`posts.models.LinkCheck`)."""

    url: str
    state: str
    status: int


@dataclass(frozen=True)
class Known:
    """What the server adds. `over`: names of channels for which the text is too long; `missing`: languages that are
    asked for and not there, tag to name; `analysis`: by picture, as measured; `consents`: for each picture whose people
    may not be shown a sentence and the page of its consents; `looked`: the answers of the links, by address; `videos`:
    which of the media are no pictures; `offices`: numbers that the municipality publishes
    itself (`posts.coaching.published_phones`)."""

    today: date
    over: Sequence[str] = ()
    missing: Mapping[str, str] | None = None
    derived: bool = False
    analysis: Mapping[int, Mapping[str, float]] | None = None
    consents: Sequence[tuple[str, str]] = ()
    looked: Mapping[str, Looked] | None = None
    videos: Collection[int] = ()
    offices: Collection[str] = ()


def look(draft: Draft, known: Known) -> list[Point]:
    """Every point, in no order (`sentences.in_order`). Nothing for a post on which nothing stands yet."""
    if draft.is_empty:
        return []
    return [*of_text(facts(draft, known)), *of_server(draft, known)]


def facts(draft: Draft, known: Known) -> Facts:
    return Facts(
        today=known.today,
        texts=list(written(draft)),
        kind=draft.call.kind,
        words=draft.call.words,
        deadline=draft.call.deadline_on,
        link=draft.link,
        is_link=bool(draft.address) or not draft.link,
        pictures=[Described(shown.id, shown.alt) for shown in _stills(draft, known)],
        over=known.over,
        takes_part=bool(draft.interactive.kind),
        offices=known.offices,
    )


def written(draft: Draft) -> Iterator[Written]:
    """Every text that a person wrote, with the field it stands in."""
    for tag, text in draft.texts.items():
        if not text.derived_from:
            yield Written(f"text-{tag}", tag, text.text)
    for channel, texts in draft.per_channel.items():
        for tag, own in texts.items():
            yield Written(f"own-{channel}-{tag}", tag, own)


def links_of(draft: Draft) -> list[str]:
    """The addresses people may follow from the post, each once: its link first."""
    links = [draft.address] if draft.address else []
    texts = [*(text.text for text in written(draft)), draft.first_comment]
    links += [url for text in texts for _start, _end, url in urls(text) if "." in url]
    return list(dict.fromkeys(links))


def of_server(draft: Draft, known: Known) -> list[Point]:
    return [
        *_answers(links_of(draft), known.looked or {}),
        *_languages(known),
        *_pictures(_stills(draft, known), known.analysis or {}),
        *_consents(known.consents),
    ]


_BAD = {LinkState.GONE: "gone", LinkState.SILENT: "silent", LinkState.PLAIN: "plain", LinkState.CLOSED: "closed"}


def _answers(links: Iterable[str], looked: Mapping[str, Looked]) -> Iterator[Point]:
    """One point for all links: the first that does not work, else whether all are looked at."""
    checks = [looked[url] for url in links if url in looked]
    for check in checks:
        code = _BAD.get(LinkState(check.state))
        if code:
            values = {"url": check.url, "status": check.status}
            yield Point("link_answer", "look", f"link_answer.{code}", values, Fix("focus", "link"))
            return
    if checks:
        waits = any(check.state == LinkState.WAITING for check in checks)
        yield Point("link_answer", "ok", "link_answer.waiting" if waits else "link_answer.ok")


def _languages(known: Known) -> Iterator[Point]:
    if known.missing:
        values = {"language": ", ".join(dict.fromkeys(known.missing.values()))}
        yield Point("languages", "look", "languages.missing", values, Fix("focus", f"text-{next(iter(known.missing))}"))
    else:
        yield Point("languages", "ok", "languages.ok")
    if known.derived:
        yield Point("derived", "look", "derived", fix=Fix("focus", "text-sr-Cyrl"))


def _stills(draft: Draft, known: Known) -> list[Shown]:
    """The pictures; a video has no letters that could be measured, and few networks take a description of one."""
    return [shown for shown in draft.media if shown.id not in known.videos]


def _pictures(pictures: Sequence[Shown], analysis: Mapping[int, Mapping[str, float]]) -> Iterator[Point]:
    measured = [(number, analysis[shown.id]) for number, shown in enumerate(pictures, 1) if analysis.get(shown.id)]
    if not measured:
        return
    full = next((number for number, legibility in measured if legibility.get("text", 0) >= MUCH_TEXT), None)
    weak = next((number for number, legibility in measured if _is_weak(legibility)), None)
    if full:
        yield Point("picture_text", "look", "picture_text", {"number": full}, Fix("focus", _alt(pictures, full)))
    else:
        yield Point("picture_text", "ok", "picture_text.ok")
    if weak:
        yield Point("contrast", "look", "contrast", {"number": weak}, Fix("focus", _alt(pictures, weak)))
    elif any(legibility.get("text", 0) >= SOME_TEXT for _number, legibility in measured):
        yield Point("contrast", "ok", "contrast.ok")


def _is_weak(legibility: Mapping[str, Any]) -> bool:
    return bool(legibility.get("text", 0) >= SOME_TEXT and 0 < legibility.get("contrast", 0) < WEAK)


def _alt(pictures: Sequence[Shown], number: int) -> str:
    return f"alt-{pictures[number - 1].id}"


def _consents(notes: Sequence[tuple[str, str]]) -> Iterator[Point]:
    for sentence, page in notes[:1]:
        yield Point("children", "look", "children", {"sentence": sentence}, Fix("open", page))
