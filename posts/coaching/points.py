"""The points of the coach: each has a state, a code with values, and an optional fix. Pure.

States: "ok"; "look" (worth a look); "todo" (something is missing); "stops" (the network will refuse it).
`posts.coaching.sentences` turns code and values into a sentence in the reader's language.

`text_points(facts)` needs only the typed text and is repeated, point by point, in static/js/text/coach.js.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import regex

from platforms.counting import urls
from posts.coaching import text_rules
from posts.coaching.call_patterns import deadline_phrases
from posts.coaching.text_rules import Hit
from posts.coaching.word_lists import BARE_ALTS, in_both_scripts

NEEDS_LINK = ("apply", "pay", "book", "download", "subscribe")
NEEDS_DAY = ("apply", "pay", "vote", "attend")
SHORT_ALT, LONG_ALT = 15, 350
SHOWN = 3
NUMBERS = ("phones", "landlines")

_FILE = regex.compile(
    r"^\S+\.(?:jpe?g|png|webp|avif|hei[cf]|gif)$|^(?:IMG|DSC|PXL|Screenshot)[\p{L}\p{M}\p{N}_ .-]*$", regex.IGNORECASE
)
_BARE = frozenset(in_both_scripts(BARE_ALTS))


@dataclass(frozen=True)
class Fix:
    """`kind`: "mend" applies the replacements of rule `name`, "show" selects its hits; "set" writes `values` into
    fields, "focus" focuses the field `name`; "put" inserts the call, "day" its deadline; "open" links to the page
    `name`.
    """

    kind: str
    name: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Point:
    id: str
    state: str
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    fix: Fix | None = None

    @property
    def is_open(self) -> bool:
        return self.state != "ok"


@dataclass(frozen=True)
class WrittenText:
    """A text that a person wrote, and the field it is in."""

    place: str
    tag: str
    text: str


@dataclass(frozen=True)
class DescribedPicture:
    """A picture and its current description."""

    id: int
    alt: str


@dataclass(frozen=True)
class TextFacts:
    """Everything that is typed. `over` names the channels for which it is too long; `takes_part`: it is a poll, a quiz
    or another format with answers; `published_numbers`: numbers that need no question, as `text.national` writes them.
    """

    today: date
    texts: Sequence[WrittenText] = ()
    kind: str = ""
    words: str = ""
    deadline: date | None = None
    link: str = ""
    is_link: bool = True
    pictures: Sequence[DescribedPicture] = ()
    over: Sequence[str] = ()
    takes_part: bool = False
    published_numbers: Collection[str] = ()

    @property
    def written(self) -> list[WrittenText]:
        return [text for text in self.texts if text.text.strip()]


def text_points(facts: TextFacts) -> list[Point]:
    """The points that depend on the typed text alone, in the order of the list."""
    if not facts.written:
        return list(_descriptions(facts))
    return [
        *_call(facts),
        *_link(facts),
        *_deadline(facts),
        _length(facts),
        *_rules(facts),
        *_descriptions(facts),
    ]


# ---------------------------------------------------------------- what people are asked to do


def _call(facts: TextFacts) -> Iterator[Point]:
    verb_hits = [hit for written in facts.written for hit in text_rules.verbs(written.text)]
    kinds = list(dict.fromkeys(kind for _hit, kind in verb_hits if kind))
    is_in_text = bool(verb_hits) or (
        bool(facts.words) and any(_holds(written.text, facts.words) for written in facts.written)
    )
    if facts.kind and is_in_text:
        yield Point("call", "ok", "call.ok")
    elif facts.kind:
        fix = Fix("put") if facts.words else Fix("focus", "call-words")
        yield Point("call", "look", "call.unsaid", fix=fix)
    elif kinds:
        phrase, kind = next((hit.text, kind) for hit, kind in verb_hits if kind)
        values = {"call-kind": kind, "call-words": phrase[:1].upper() + phrase[1:].lower()}
        yield Point("call", "look", "call.unfiled", {"words": quoted([phrase])}, Fix("set", "call-kind", values))
    elif facts.takes_part:
        yield Point("call", "ok", "call.takes_part")
    else:
        yield Point("call", "todo", "call.none", fix=Fix("focus", "call-kind"))
    if len(kinds) > 1:
        verbs = [hit.text.lower() for hit, kind in verb_hits if kind]
        yield Point("single", "look", "single.many", {"words": quoted(verbs)}, Fix("show", "others"))


def _holds(text: str, phrase: str) -> bool:
    return phrase.lower() in text.lower()


def _link(facts: TextFacts) -> Iterator[Point]:
    typed = [facts.link] if facts.link and facts.is_link else []
    most = max(len({*typed, *(url for _s, _e, url in urls(written.text))}) for written in facts.written)
    if facts.link and not facts.is_link:
        yield Point("link", "look", "link.bad", fix=Fix("focus", "link"))
    elif most > 1:
        yield Point("link", "look", "link.many", {"count": most}, Fix("focus", "link"))
    elif most:
        yield Point("link", "ok", "link.ok")
    elif facts.kind in NEEDS_LINK:
        yield Point("link", "todo", "link.none", fix=Fix("focus", "link"))


def _deadline(facts: TextFacts) -> Iterator[Point]:
    named = [day for written in facts.written for day in text_rules.days(written.text, facts.today)]
    last = [day for day in named if day.is_last]
    if facts.deadline:
        yield _chosen(facts, facts.deadline, [day.on for day in named], last)
    elif last:
        values = {"call-deadline": last[0].on.isoformat()}
        is_gone = last[0].on < facts.today
        fix = Fix("show", "days") if is_gone else Fix("set", "call-deadline", values)
        code = "deadline.gone" if is_gone else "deadline.unfiled"
        yield Point("deadline", "look", code, {"words": quoted([last[0].hit.text])}, fix)
    elif facts.kind in NEEDS_DAY and not named:
        yield Point("deadline", "todo", "deadline.none", fix=Fix("focus", "call-deadline"))


def _chosen(facts: TextFacts, deadline: date, named: Sequence[date], last: Sequence[text_rules.MentionedDay]) -> Point:
    if deadline < facts.today:
        return Point("deadline", "look", "deadline.past", fix=Fix("focus", "call-deadline"))
    if deadline in named or _says_weekday(facts, deadline):
        return Point("deadline", "ok", "deadline.ok")
    if last:
        values = {"words": quoted([last[0].hit.text])}
        return Point("deadline", "look", "deadline.differs", values, Fix("focus", "call-deadline"))
    return Point("deadline", "look", "deadline.unsaid", fix=Fix("day"))


def _says_weekday(facts: TextFacts, deadline: date) -> bool:
    """Within a week, „до петка” names the day as well as a date."""
    for script in ("Cyrl", "Latn"):
        phrases = deadline_phrases(deadline, facts.today, script)
        if phrases["weekday"] != phrases["deadline"] and any(
            _holds(written.text, phrases["weekday"]) for written in facts.written
        ):
            return True
    return False


# ---------------------------------------------------------------- the text


def _length(facts: TextFacts) -> Point:
    if facts.over:
        names = ", ".join(dict.fromkeys(facts.over))
        return Point("length", "stops", "length.over", {"names": names}, Fix("focus", facts.written[0].place))
    return Point("length", "ok", "length.ok")


def _rules(facts: TextFacts) -> Iterator[Point]:
    hits_by_rule: dict[str, list[Hit]] = {name: [] for name in text_rules.RULES}
    for written in facts.written:
        for name, hits in text_rules.hits(written.text, written.tag):
            hits_by_rule[name] += [hit for hit in hits if not _is_an_offices(name, hit, facts)]
    for name, hits in hits_by_rule.items():
        if not hits:
            yield Point(name, "ok", f"{name}.ok")
            continue
        mends = any(hit.replacement is not None for hit in hits)
        values = {"words": quoted([hit.text for hit in hits])}
        yield Point(name, "look", name, values, Fix("mend" if mends else "show", name))


def _is_an_offices(rule: str, hit: Hit, facts: TextFacts) -> bool:
    return rule in NUMBERS and text_rules.national(hit.text) in facts.published_numbers


def quoted(phrases: Sequence[str]) -> str:
    """„прва”, „друга” … at most three, long ones cut."""
    unique = list(dict.fromkeys(" ".join(word.split()).removeprefix(", ") for word in phrases))
    shown = ", ".join(f"„{word if len(word) <= 40 else word[:39] + '…'}”" for word in unique[:SHOWN])
    return f"{shown} …" if len(unique) > SHOWN else shown


# ---------------------------------------------------------------- descriptions of pictures


def _descriptions(facts: TextFacts) -> Iterator[Point]:
    if not facts.pictures:
        return
    texts = {" ".join(written.text.split()).lower() for written in facts.written}
    for number, described in enumerate(facts.pictures, 1):
        code = poor_alt(described.alt, texts)
        if code:
            state = "todo" if code == "missing" else "look"
            yield Point("alt", state, f"alt.{code}", {"number": number}, Fix("focus", f"alt-{described.id}"))
            return
    yield Point("alt", "ok", "alt.ok")


def poor_alt(alt: str, texts: set[str]) -> str:
    """Why a description does not help: "missing", "filename", "bare", "short", "long", "same"; "" if it does."""
    plain = " ".join(alt.split()).lower()
    if not plain:
        return "missing"
    if _FILE.search(" ".join(alt.split())):
        return "filename"
    if plain.rstrip(".") in _BARE:
        return "bare"
    if plain in texts:
        return "same"
    if len(plain) < SHORT_ALT:
        return "short"
    return "long" if len(plain) > LONG_ALT else ""
