"""Rewrite a text of one municipality for another, so that it does not publish the other's name. Pure.

Serbian declines names, and the forms are known for some municipalities only (`municipalities.place_words`). So the text
is searched for the name in every form that its stem can have, in both scripts. Where the form determines the
replacement ("у Ћуприји", "општине Ћуприја", the plain name), the gap is one that is filled automatically; any other
form becomes `{{назив места}}`, which a person fills in and the coach reminds of. Addresses, telephone numbers and
mentions become gaps too: they are facts of the other municipality.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from municipalities import place_words
from municipalities.enums import MunicipalityKind
from serbian.transliteration import to_latin

# Gaps that the copier's profile fills …
FULL_NAME, HASHTAG = "пун назив", "назив као хештег"
# … and those that a person has to.
SOME_FORM, PHONE, MAIL, PROFILE = "назив места", "телефон", "адреса е-поште", "профил"

_LETTER = "а-яђјљњћџa-zčćđšž"
_URL = re.compile(r"https?://\S+?(?=[.,;:!?)\]}»”“\"']*(?:\s|$))", re.IGNORECASE)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)++")
_MENTION = re.compile(r"(?<![\w@])@[\w.-]+(?:@[\w.-]+)?\w")
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+381[ /-]?|0)\d{1,2}[ /-]?\d{2,4}(?:[ /-]?\d{2,4}){1,3}(?![\w/-])")
_GAP = re.compile(r"\{\{[^{}\n]*\}\}")

# What a stem may end in besides its own last letter: Паланка – Паланци, Праг – Прази.
_SOFT = {"к": "кцч", "г": "гзж", "х": "хсш", "ц": "цч", "k": "kcč", "g": "gzž", "h": "hsš", "c": "cč"}
_VOWELS = "аеиоуaeiou"
SHORT = 4  # a shorter stem ("Ад", "Бор") is a part of many words, so only the endings of a name count behind it
_NAME_ENDS = {
    "Cyrl": "(?:ама|ом|ем|а|е|и|о|у)?",
    "Latn": "(?:ama|om|em|a|e|i|o|u)?",
}
_ADJECTIVE = {
    "Cyrl": "[а-яђјљњћџ]{0,3}к(?:ијег|ог|ом|ој|их|им|и|а|о|е|у)",
    "Latn": "[a-zčćđšž]{0,4}k(?:ijeg|og|om|oj|ih|im|i|a|o|e|u)",
}
_KINDS = {
    "Cyrl": "(?:општин(?:ом|а|е|и|у)|град(?:ом|а|у)?)",
    "Latn": "(?:opštin(?:om|a|e|i|u)|grad(?:om|a|u)?)",
}


class NamedPlace(Protocol):
    name_cyrl: str
    name_latn: str
    kind: str
    forms: Mapping[str, str]


@dataclass(frozen=True)
class Rewriter:
    """Finds what names `place` in a text and puts gaps there."""

    place: NamedPlace

    def __call__(self, text: str) -> str:
        for pattern, gap in ((_URL, place_words.LINK), (_MENTION, PROFILE), (_MAIL, MAIL), (_PHONE, PHONE)):
            text = _put(text, pattern, lambda _found, gap=gap: _gap(gap))  # type: ignore[misc]
        for script in ("Cyrl", "Latn"):
            text = self._names(text, script)
        return text

    def _names(self, text: str, script: str) -> str:
        name = _anywhere(self.place, script)
        kind = _KINDS[script]
        within = "у" if script == "Cyrl" else "u"
        known = place_words.gap_values(self.place)
        of_place, in_place = known[place_words.OF_PLACE], known[place_words.PLACE]
        if script == "Latn":
            of_place, in_place = to_latin(of_place), to_latin(in_place)
        edge, end = rf"(?<![{_LETTER}#])", rf"(?![{_LETTER}])"
        steps: list[tuple[str, Callable[[re.Match[str]], str]]] = [
            (
                rf"#[{_LETTER}\d_]*{_together(self.place, script)}[{_LETTER}\d_]*",
                lambda _m: f"#{_gap(HASHTAG)}",
            ),
            (rf"{edge}{re.escape(in_place)}{end}", _as_it_stood(place_words.PLACE)),
            (rf"{edge}{within}\s+{kind}\s+{name}{end}", _as_it_stood(place_words.PLACE)),
            (rf"{edge}{re.escape(of_place)}{end}", _as_it_stood(place_words.OF_PLACE)),
            (rf"{edge}(?P<kind>{kind})\s+{name}{end}", lambda match: _of_kind(match["kind"])),
            (rf"{edge}{within}\s+(?P<name>{name}){end}", lambda match: self._within(match, script)),
            (rf"{edge}(?P<name>{name}){end}", lambda match: self._bare(match["name"], script)),
        ]
        for source, put in steps:
            text = _put(text, re.compile(source, re.IGNORECASE), put)
        return text

    def _within(self, match: re.Match[str], script: str) -> str:
        """„у Ћуприји” is where something is; „у Ћуприју” is where one goes, a form not known of the other name."""
        own = self._own(script).lower()
        last = match["name"].lower()[-1]
        locative = "иi" if own[-1] in "аa" else "уu"
        if last in locative:
            return _as_it_stood(place_words.PLACE)(match)
        return match[0][: match.start("name") - match.start()] + self._bare(match["name"], script)

    def _bare(self, name: str, script: str) -> str:
        return _gap(place_words.NAME if name == self._own(script) else SOME_FORM)

    def _own(self, script: str) -> str:
        return self.place.name_cyrl if script == "Cyrl" else self.place.name_latn


def values_for(place: NamedPlace) -> dict[str, str]:
    """What the gaps of the names say in this municipality."""
    return {
        **place_words.gap_values(place),
        FULL_NAME: f"{'Град' if place.kind == MunicipalityKind.CITY else 'Општина'} {place.name_cyrl}",
        HASHTAG: "".join(word[:1].upper() + word[1:] for word in place.name_cyrl.split()),
    }


def _gap(name: str) -> str:
    return "{{" + name + "}}"


def _of_kind(kind: str) -> str:
    """„Општина Ћуприја”, „општине Ћуприја”: those two forms are known, others a person writes."""
    word = kind.lower()
    if word in ("општине", "opštine", "града", "grada"):
        return _gap(place_words.OF_PLACE)
    return _gap(FULL_NAME) if word in ("општина", "opština", "град", "grad") else _gap(SOME_FORM)


def _as_it_stood(name: str) -> Callable[[re.Match[str]], str]:
    return lambda _found: _gap(name)


def _put(text: str, pattern: re.Pattern[str], put: Callable[[re.Match[str]], str]) -> str:
    """Like `sub`, but gaps that are there already are left alone."""
    pieces, at = [], 0
    for gap in [*_GAP.finditer(text), None]:
        pieces.append(pattern.sub(put, text[at : gap.start() if gap else len(text)]))
        if gap:
            pieces.append(gap[0])
            at = gap.end()
    return "".join(pieces)


def _stem(word: str, script: str) -> tuple[str, int]:
    """A pattern for what stays of a word when it is declined, and how many letters that is."""
    lower = word.lower()
    base = lower[:-1] if lower[-1] in _VOWELS else lower
    if base == lower and len(base) > 3 and base[-2] in "аa":
        # Чачак – Чачка, Пожаревац – Пожаревца
        return f"{re.escape(base[:-2])}[аa]?{_last(base[-1])}", len(base) - 1
    return f"{re.escape(base[:-1])}{_last(base[-1])}", len(base)


def _last(letter: str) -> str:
    soft = _SOFT.get(letter)
    return f"[{soft}]" if soft else re.escape(letter)


def _anywhere(place: NamedPlace, script: str) -> str:
    """A pattern for the name in any form. Endings are read as far as a capital letter says that it is a name."""
    name_words = (place.name_cyrl if script == "Cyrl" else place.name_latn).split()
    letters = "[а-яђјљњћџ]" if script == "Cyrl" else "[a-zčćđšž]"
    parts = []
    for at, word in enumerate(name_words):
        stem, length = _stem(word, script)
        first = f"(?-i:{_capital(stem)})"
        if at < len(name_words) - 1:
            parts.append(f"{first}{letters}{{0,4}}")
        elif length < SHORT:
            parts.append(f"(?:{first}{_NAME_ENDS[script]}|{stem}{_ADJECTIVE[script]})")
        else:
            parts.append(f"(?:{first}{letters}{{0,6}}|{stem}{_ADJECTIVE[script]})")
    whole = r"[\s-]+".join(parts)
    if len(name_words) == 1:
        return f"(?:{whole})"
    return f"(?:{whole}|{_together(place, script)}{letters}{{0,6}})"


def _capital(stem: str) -> str:
    """The stem with a capital letter in front, or in capitals throughout."""
    return f"(?:{stem[0].upper()}{stem[1:]}|{stem.upper()})"


def _together(place: NamedPlace, script: str) -> str:
    """„новопазар”: as adjectives and hashtags have it."""
    name_words = (place.name_cyrl if script == "Cyrl" else place.name_latn).lower().split()
    stems = [_stem(word, script)[0] for word in name_words]
    return ("[а-яa-z]{0,2}".join(stems)) if len(stems) > 1 else stems[0]
