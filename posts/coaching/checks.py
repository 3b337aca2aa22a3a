"""All checks of a draft: those of its text and those that need the server's facts. Pure: the facts are arguments."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from platforms.counting import urls
from platforms.post_settings import WORDLESS
from posts.coaching.points import DescribedPicture, Fix, Point, TextFacts, WrittenText, text_points
from posts.draft import Draft, Shown
from posts.enums import LinkState


class LinkResult(Protocol):
    """The result of a link check (`posts.models.LinkCheck`)."""

    url: str
    state: str
    status: int


@dataclass(frozen=True)
class ServerFacts:
    """Facts that only the server has. `over`: names of channels for which the text is too long; `missing`: missing
    languages, tag to name; `consents`: a sentence and the URL of its consents for each picture that may not be shown;
    `link_results`: results of the link checks, by address; `videos`: ids of the media that are videos;
    `published_numbers`: numbers that the municipality publishes itself (`posts.coaching.published_phones`).
    """

    today: date
    over: Sequence[str] = ()
    missing: Mapping[str, str] | None = None
    derived: bool = False
    consents: Sequence[tuple[str, str]] = ()
    link_results: Mapping[str, LinkResult] | None = None
    videos: Collection[int] = ()
    published_numbers: Collection[str] = ()


def check_draft(draft: Draft, known: ServerFacts) -> list[Point]:
    """Every point, unordered (`sentences.ordered` sorts them). Empty for an empty draft."""
    if draft.is_empty:
        return []
    return [*text_points(text_facts(draft, known)), *server_points(draft, known)]


def text_facts(draft: Draft, known: ServerFacts) -> TextFacts:
    return TextFacts(
        today=known.today,
        texts=list(written_texts(draft)),
        kind=draft.call.kind,
        words=draft.call.words,
        deadline=draft.call.deadline_on,
        link=draft.link,
        is_link=bool(draft.address) or not draft.link,
        pictures=[DescribedPicture(shown.id, shown.alt) for shown in _stills(draft, known) if _shows_words(draft)],
        over=known.over,
        takes_part=bool(draft.interactive.kind),
        published_numbers=known.published_numbers,
    )


def written_texts(draft: Draft) -> Iterator[WrittenText]:
    """Every text that a person wrote, with the field it is in."""
    for tag, text in draft.texts.items():
        if not text.derived_from:
            yield WrittenText(f"text-{tag}", tag, text.text)
    for channel, texts in draft.per_channel.items():
        for tag, own in texts.items():
            yield WrittenText(f"own-{channel}-{tag}", tag, own)


def links_of(draft: Draft) -> list[str]:
    """The addresses in the post, without duplicates: its link first."""
    links = [draft.address] if draft.address else []
    texts = [*(text.text for text in written_texts(draft)), draft.first_comment]
    links += [url for text in texts for _start, _end, url in urls(text) if "." in url]
    return list(dict.fromkeys(links))


def server_points(draft: Draft, known: ServerFacts) -> list[Point]:
    return [
        *_answers(links_of(draft), known.link_results or {}),
        *_languages(known),
        *_consents(known.consents),
    ]


_BAD = {LinkState.GONE: "gone", LinkState.SILENT: "silent", LinkState.PLAIN: "plain", LinkState.CLOSED: "closed"}


def _answers(links: Iterable[str], looked: Mapping[str, LinkResult]) -> Iterator[Point]:
    """One point for all links: the first broken one, else whether all are checked."""
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


def _languages(known: ServerFacts) -> Iterator[Point]:
    if known.missing:
        values = {"language": ", ".join(dict.fromkeys(known.missing.values()))}
        yield Point("languages", "look", "languages.missing", values, Fix("focus", f"text-{next(iter(known.missing))}"))
    else:
        yield Point("languages", "ok", "languages.ok")
    if known.derived:
        yield Point("derived", "look", "derived", fix=Fix("focus", "text-sr-Cyrl"))


def _stills(draft: Draft, known: ServerFacts) -> list[Shown]:
    """The pictures without videos: few networks take a description of one."""
    return [shown for shown in draft.media if shown.id not in known.videos]


def _shows_words(draft: Draft) -> bool:
    """Whether any of its channels publishes more than the picture: no network takes a description of a story."""
    return not draft.channels or any(draft.format_on(channel) not in WORDLESS for channel in draft.channels)


def _consents(notes: Sequence[tuple[str, str]]) -> Iterator[Point]:
    for sentence, page in notes[:1]:
        yield Point("children", "look", "children", {"sentence": sentence}, Fix("open", page))
