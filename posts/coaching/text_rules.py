"""Rules that need nothing but the text. Each returns the passages it concerns and their replacements, if any.

`static/js/text/coach.js` implements the same rules in the browser, for feedback on each keystroke; both pass
tests/vectors/coach.json. Change one, change the other: the vectors check it.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import regex

from platforms.counting import urls
from posts.coaching.word_lists import ABBREVIATIONS, FREE_MAIL, LITTLE, LOOKALIKES, MONTHS, VERBS, in_both_scripts
from serbian.transliteration import to_latin

LONG_SENTENCE = 25
MOST_EMOJI = 3
LONG_HASHTAG = 12
# Longer ones are not readable anyway, and splitting takes quadratic time.
LONGEST_HASHTAG = 100
CAPITALS_IN_A_ROW = 4
# How many characters before a date are searched for "до" and the like.
BEFORE_DAY = 100
SOON_PAST = timedelta(days=30)


@dataclass(frozen=True)
class Hit:
    """`text` at [start, end) of the post; `replacement`: the suggested text, None when only a person can correct it."""

    start: int
    end: int
    text: str
    replacement: str | None = None


def _hit(match: "regex.Match[str]", instead: str | None = None) -> Hit:
    return Hit(match.start(), match.end(), match[0], instead)


def _pattern(source: str, flags: int = 0) -> "regex.Pattern[str]":
    return regex.compile(source, flags)


# ---------------------------------------------------------------- what is asked

_VERB_KINDS = {verb: kind for word, kind in VERBS.items() for verb in (word, to_latin(word))}
_VERB = _pattern(
    rf"(?<![\p{{L}}\p{{N}}#@])(?:{'|'.join(in_both_scripts(VERBS))})(?![\p{{L}}\p{{N}}])", regex.IGNORECASE
)
_CLICK = _pattern(
    r"(?<!\p{L})(?:кликни(?:те)?|klikni(?:te)?)\s+(?:овде|овдје|ovde|ovdje|на\s+(?:овај\s+)?линк|na\s+(?:ovaj\s+)?link)"
    r"(?!\p{L})",
    regex.IGNORECASE,
)


def verbs(text: str) -> list[tuple[Hit, str]]:
    """Imperatives that call to action, each with its kind of call."""
    return [(_hit(match), _VERB_KINDS[match[0].lower()]) for match in _VERB.finditer(text)]


def click_here(text: str) -> list[Hit]:
    return [_hit(match) for match in _CLICK.finditer(text)]


# ---------------------------------------------------------------- days

_MONTH_NUMBERS = {name: number for number, word in enumerate(MONTHS, 1) for name in (word, to_latin(word))}
_DATE = _pattern(
    rf"(?<![\p{{L}}\p{{N}}.])(\d{{1,2}})\.\s?(?:({'|'.join(in_both_scripts(MONTHS))})(?!\p{{L}})|(\d{{1,2}})\.)(?:\s?(\d{{4}})\.?)?",
    regex.IGNORECASE,
)
_UNTIL = _pattern(r"(?:до|do|закључно са|zaključno sa|најкасније|najkasnije)\s+(?:\p{L}+,?\s+)?$", regex.IGNORECASE)


@dataclass(frozen=True)
class MentionedDay:
    """A date in the text; `is_last`: as the end of a period ("до 15. децембра")."""

    hit: Hit
    on: date
    is_last: bool


def days(text: str, today: date) -> list[MentionedDay]:
    """Dates in the text. Without a year it is the next such date, unless it has just passed."""
    days_in_text = []
    for match in _DATE.finditer(text):
        month = _MONTH_NUMBERS[match[2].lower()] if match[2] else int(match[3])
        on = _day(int(match[1]), month, int(match[4]) if match[4] else None, today)
        if on:
            days_in_text.append(
                MentionedDay(
                    _hit(match), on, bool(_UNTIL.search(text[max(0, match.start() - BEFORE_DAY) : match.start()]))
                )
            )
    return days_in_text


def _day(day: int, month: int, year: int | None, today: date) -> date | None:
    try:
        if year is not None:
            return date(year, month, day)
        on = date(today.year, month, day)
        return on if on >= today - SOON_PAST else date(today.year + 1, month, day)
    except ValueError:
        return None


# ---------------------------------------------------------------- reading

_END = _pattern(r"(?<![.!?…])[.!?…]+[”“\"')\]]*(?=\s+[\p{Lu}\d„“\"(]|\s*$)|\n+")
_WORD = _pattern(r"\p{L}[\p{L}\p{N}’'-]*")


def sentences(text: str) -> list[Hit]:
    """The sentences of a text; "15. децембра" does not end one."""
    bare, hits, start = _without_urls(text), [], 0
    for match in [*_END.finditer(bare), None]:
        end = match.end() if match else len(text)
        piece = text[start:end]
        lead = len(piece) - len(piece.lstrip())
        sentence = piece.strip()
        if sentence:
            hits.append(Hit(start + lead, start + lead + len(sentence), sentence))
        start = end
    return hits


def long_sentences(text: str) -> list[Hit]:
    return [sentence for sentence in sentences(text) if _length(sentence.text) > LONG_SENTENCE]


def average(text: str) -> int:
    """The average number of words per sentence; 0 for an empty text."""
    lengths = [length for sentence in sentences(text) if (length := _length(sentence.text))]
    return (2 * sum(lengths) + len(lengths)) // (2 * len(lengths)) if lengths else 0


def _length(sentence: str) -> int:
    return len(_WORD.findall(_without_urls(sentence)))


def _without_urls(text: str) -> str:
    """The text with addresses replaced by blanks of the same length, so that offsets stay."""
    pieces, last = [], 0
    for start, end, _url in urls(text):
        pieces += [text[last:start], " " * (end - start)]
        last = end
    return "".join([*pieces, text[last:]])


_SHORT = {spelling: (to_latin(long) if spelling != short else long)
          for short, long in ABBREVIATIONS.items() for spelling in (short, to_latin(short))}  # fmt: skip
_ABBREVIATION = _pattern(rf"(?<![\p{{L}}\p{{N}}#@])(?:{'|'.join(in_both_scripts(ABBREVIATIONS))})(?![\p{{L}}\p{{N}}])")
_CAPITALS = _pattern(
    rf"(?<![\p{{L}}\p{{N}}#@])\p{{Lu}}+(?:[^\p{{L}}\n#@]{{1,6}}\p{{Lu}}+){{{CAPITALS_IN_A_ROW - 1},}}(?!\p{{L}})"
)
_CAPITAL_WORD = _pattern(r"\p{L}+")


def abbreviations(text: str) -> list[Hit]:
    """The first use of each unexplained abbreviation: without brackets, and its words nowhere in the text."""
    shouted = capitals(text)
    first_uses: dict[str, Hit | None] = {}
    at = 0
    for match in _ABBREVIATION.finditer(text):
        short, long = match[0], _SHORT[match[0]]
        while at < len(shouted) and shouted[at].end <= match.start():
            at += 1
        if short in first_uses or (at < len(shouted) and shouted[at].start <= match.start()):
            continue
        is_explained = _is_explained(text, short, long)
        first_uses[short] = None if is_explained else _hit(match, f"{short} ({long})" if long else None)
    return [hit for hit in first_uses.values() if hit]


def _is_explained(text: str, short: str, long: str) -> bool:
    if f"({short})" in text or f"{short} (" in text:
        return True
    return bool(long) and long.lower() in text.lower()


def capitals(text: str) -> list[Hit]:
    """Runs of words in capitals that are no abbreviations: they read as shouting, and screen readers may spell them."""
    hits = []
    for match in _CAPITALS.finditer(text):
        words = [candidate for candidate in _CAPITAL_WORD.findall(match[0]) if candidate not in _SHORT]
        if len(words) >= CAPITALS_IN_A_ROW - 1 and sum(len(word) >= 4 for word in words) >= 2:
            hits.append(_hit(match, _calm(match[0])))
    return hits


def _calm(shouted: str) -> str:
    """In sentence case; abbreviations stay as they are, names are left to the writer."""
    out, position, fresh = [], 0, True
    for match in _CAPITAL_WORD.finditer(shouted):
        between = shouted[position : match.start()]
        fresh = fresh or any(mark in between for mark in ".!?")
        word = match[0] if match[0] in _SHORT else match[0].lower()
        out += [between, word[:1].upper() + word[1:] if fresh else word]
        position, fresh = match.end(), False
    return "".join(out) + shouted[position:]


# ---------------------------------------------------------------- letters

_DRAWN = r"[\U0001D400-\U0001D7FF\u24B6-\u24E9\U0001F130-\U0001F149\uFF21-\uFF3A\uFF41-\uFF5A]"
_FANCY = _pattern(rf"{_DRAWN}(?:[ \t]*{_DRAWN})*")
_LETTERS = _pattern(r"\p{L}+")
_CYRILLIC, _LATIN = _pattern(r"[\u0400-\u04FF]"), _pattern(r"[A-Za-z\u00C0-\u024F]")
# Spelled out: \w does not match Cyrillic in browsers.
_W = r"\p{L}\p{M}\p{N}_"
_UNTOUCHED = _pattern(rf"(?<!\S)\S*(?:://|@)\S*|(?<![{_W}-])(?<![{_W}-]\.)(?:[{_W}-]+\.)+[a-z]{{2,}}(?:/\S*)?")


def fancy(text: str) -> list[Hit]:
    """Letters drawn as mathematical symbols: screen readers skip them, and search does not find them."""
    return [_hit(match, unicodedata.normalize("NFKC", match[0])) for match in _FANCY.finditer(text)]


def mixed(text: str) -> list[Hit]:
    """Words with letters of both scripts: they look right, but search does not find them. Addresses are skipped."""
    fixed = [match.span() for match in _UNTOUCHED.finditer(text)]
    hits, at = [], 0
    for match in _LETTERS.finditer(text):
        while at < len(fixed) and fixed[at][1] <= match.start():
            at += 1
        if at < len(fixed) and fixed[at][0] <= match.start():
            continue
        cyrillic, latin = len(_CYRILLIC.findall(match[0])), len(_LATIN.findall(match[0]))
        if cyrillic and latin:
            hits.append(_hit(match, _unmixed(match[0], into_cyrillic=cyrillic >= latin)))
    return hits


def _unmixed(word: str, *, into_cyrillic: bool) -> str | None:
    """The word in one script, if all letters of the other one have a lookalike."""
    twins = {latin: cyrillic for cyrillic, latin in LOOKALIKES.items()} if into_cyrillic else LOOKALIKES
    strange = _LATIN if into_cyrillic else _CYRILLIC
    letters = [twins.get(letter) if strange.match(letter) else letter for letter in word]
    return None if None in letters else "".join(letter or "" for letter in letters)


# ---------------------------------------------------------------- signs

_SIGN = (
    r"\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3|(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F)"
    r"(?:\uFE0F|\p{Emoji_Modifier}|\u200D\p{Extended_Pictographic}\uFE0F?)*"
)
_EMOJI = _pattern(_SIGN)
_BULLET = _pattern(rf"(?:^|\n)[ \t]*({_SIGN})(?=[ \t]+\S)")
_HASHTAG = _pattern(r"(?<![\p{L}\p{N}_&/#])#([\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)")


def emoji(text: str) -> list[Hit]:
    """Emoji as bullets of a list, and all after the third: screen readers read out the name of each."""
    hits, counted = [], 0
    bullets = {match.start(1) for match in _BULLET.finditer(text)}
    for match in _EMOJI.finditer(text):
        if len(bullets) > 1 and match.start() in bullets:
            hits.append(_hit(match, "–"))
            continue
        counted += 1
        if counted > MOST_EMOJI:
            start = match.start()
            while start and text[start - 1] in " \t":
                start -= 1
            hits.append(Hit(start, match.end(), text[start : match.end()], ""))
    return hits


def hashtags(text: str) -> list[Hit]:
    """Hashtags of several words without capitals: #DaKliknemoZajedno is read out as words, the other as noise."""
    hits = []
    known: set[str] | None = None
    for match in _HASHTAG.finditer(text):
        tag = match[1]
        pieces = [piece for piece in tag.split("_") if piece]
        if len(pieces) > 1:
            hits.append(_hit(match, "#" + "".join(piece[:1].upper() + piece[1:] for piece in pieces)))
        elif tag == tag.lower() and len(tag) >= LONG_HASHTAG:
            known = _vocabulary(text) if known is None else known
            parts = _taken_apart(tag, known) if len(tag) <= LONGEST_HASHTAG else None
            hits.append(_hit(match, "#" + "".join(part[:1].upper() + part[1:] for part in parts) if parts else None))
    return hits


def hashtags_in_between(text: str) -> list[Hit]:
    """Two or more hashtags inside sentences: at the end they do not interrupt reading."""
    tags = list(_HASHTAG.finditer(text))
    end = len(text.rstrip())
    while tags and end == tags[-1].end():
        start = tags.pop().start()
        end = tags[-1].end() if tags else 0
        end = end if not text[end:start].strip() else -1
    return [_hit(match) for match in tags] if len(tags) > 1 else []


def _vocabulary(text: str) -> set[str]:
    words = {match[0].lower() for match in _LETTERS.finditer(_HASHTAG.sub(" ", text)) if len(match[0]) > 2}
    return {spelling for word in words | set(LITTLE) for spelling in (word, to_latin(word))}


def _taken_apart(tag: str, known: set[str]) -> list[str] | None:
    """The fewest known words that make up the tag; None if there are none, or it is one word."""
    best: list[list[str] | None] = [[]] + [None] * len(tag)
    for end in range(1, len(tag) + 1):
        for start in range(end):
            head, known_best = best[start], best[end]
            if head is None or tag[start:end] not in known:
                continue
            if known_best is None or len(head) + 1 < len(known_best):
                best[end] = [*head, tag[start:end]]
    parts = best[len(tag)]
    return parts if parts and len(parts) > 1 else None


# ---------------------------------------------------------------- people

# Includes its label, so that no „ЈМБГ:” is left without a number.
_THIRTEEN = _pattern(r"(?:,?[ \t]{0,4}(?<![\p{L}\p{N}_])(?:ЈМБГ|JMBG)[ \t]{0,4}:?[ \t]{0,4})?(?<!\d)(\d{13})(?!\d)")
# The formats of a number: docs/telephone-numbers.md.
_COUNTRY = r"\(?(?:(?:\+\s?|00\s?)381[\s/.-]?(?:\(0\)[\s/.-]?)?\(?|0)"
_MOBILE = _pattern(rf"(?<![\d/])(?:{_COUNTRY})[\s/.-]?6\d\)?[\s/.-]{{0,3}}\d(?:[\s/.-]{{0,2}}\d){{5,7}}(?!\d)")
# Area codes are 10 to 39, some with three digits. A slash behind it makes it the number of a decision.
_LANDLINE = _pattern(
    rf"(?<![\d/.,-])(?:{_COUNTRY})(?:230|280|290|390|[123]\d)\)?[ /.-]{{0,3}}\d(?:[ .-]?\d){{4,6}}(?![\d/]|[.-]\d)"
)
_CODE = _pattern(r"^(?:\+|00)381(?:0(?=\d))?")
_PLATE = _pattern(r"(?<![\p{L}\p{N}])[\p{Lu}]{2}[ -]\d{3,4}[ -]?\p{Lu}{2}(?![\p{L}\p{N}])")
_MAIL = _pattern(rf"(?<![{_W}.+-])([{_W}+-]+(?:\.[{_W}+-]+)*)@((?:[{_W}-]+\.)+\p{{L}}{{2,}})")
_WEIGHTS = (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def jmbg(text: str) -> list[Hit]:
    """Personal numbers: thirteen digits that begin with a birth date and end with the right check digit."""
    return [_hit(match, "") for match in _THIRTEEN.finditer(text) if _is_jmbg(match[1])]


def _is_jmbg(digits: str) -> bool:
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:7])
    try:
        date(year + (2000 if year < 800 else 1000), month, day)
    except ValueError:
        return False
    control = 11 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False)) % 11
    return int(digits[12]) == (control if control < 10 else 0)


def phones(text: str) -> list[Hit]:
    """Mobile numbers: an office has a landline, a mobile is often private."""
    return [_hit(match) for match in _MOBILE.finditer(text)]


def landlines(text: str) -> list[Hit]:
    """Landline numbers: mostly of an office, but the digits do not tell. Short and toll-free numbers do not count."""
    return [_hit(match) for match in _LANDLINE.finditer(text)]


def national(number: str) -> str:
    """The number in national format: "035461123" for "+381 (0)35 461-123"."""
    written = "".join(char for char in number if char.isdecimal() or char == "+")
    return _CODE.sub("0", written)


def plates(text: str) -> list[Hit]:
    return [_hit(match) for match in _PLATE.finditer(text)]


def mails(text: str) -> list[Hit]:
    """E-mail addresses that look private: name.surname@, or at a free provider."""
    return [
        _hit(match)
        for match in _MAIL.finditer(text)
        if match[2].lower() in FREE_MAIL or (all(part.isalpha() for part in match[1].split(".")) and "." in match[1])
    ]


RULES: Mapping[str, Callable[[str], list[Hit]]] = {
    "sentences": long_sentences,
    "click_here": click_here,
    "abbreviations": abbreviations,
    "capitals": capitals,
    "fancy": fancy,
    "mixed": mixed,
    "emoji": emoji,
    "hashtags": hashtags,
    "hashtags_in_between": hashtags_in_between,
    "jmbg": jmbg,
    "phones": phones,
    "landlines": landlines,
    "plates": plates,
    "mails": mails,
}
"""In the order in which the coach says them."""

# Rules with Serbian words; in Hungarian or Albanian they give false positives.
SERBIAN_ONLY = frozenset({"sentences", "click_here", "abbreviations"})


def hits(text: str, tag: str = "sr-Cyrl") -> Iterator[tuple[str, list[Hit]]]:
    """Every rule with its hits in a text in the language `tag`."""
    south_slavic = tag.split("-", maxsplit=1)[0] in ("sr", "bs", "hr", "cnr")
    for name, rule in RULES.items():
        yield name, rule(text) if south_slavic or name not in SERBIAN_ONLY else []


def corrected(text: str, hits: list[Hit]) -> str:
    """The text with all replacements of `hits` applied."""
    pieces, last = [], 0
    for hit in sorted(hits, key=lambda hit: hit.start):
        if hit.replacement is not None:
            pieces += [text[last : hit.start], hit.replacement]
            last = hit.end
    return "".join([*pieces, text[last:]])
