"""Personal data in citizens' texts: finding and masking it.

`find_personal_data(text)` returns spans, `mask(text)` the text with only the first and last character of each. What a
number means is decided here, not by backtracking in a pattern (`inbox.text_analysis.patterns`). Left alone: numbers of
services (192, 193, 194, 0800), dates, prices, numbers of decisions, the Treasury's accounts (840-…) and addresses under
gov.rs, which are public.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from inbox.text_analysis import patterns
from inbox.text_analysis.tokens import word_set
from serbian.folding import fold


class PersonalDataKind(StrEnum):
    """What was matched. An address is only weak evidence: it may be where the hole in the road is."""

    EMAIL = "email"
    ACCOUNT = "account"
    JMBG = "jmbg"
    PHONE = "phone"
    PLATE = "plate"
    ADDRESS = "address"


class PersonalDataSpan(NamedTuple):
    """Characters `start` to `end` of the text."""

    start: int
    end: int
    what: PersonalDataKind

    @property
    def is_strong(self) -> bool:
        return self.what != PersonalDataKind.ADDRESS


HIDDEN = "•"
_FREE = re.compile(r"0[789]00")
_DATE = re.compile(r"\d{1,2}[./\-]\s?\d{1,2}[./\-]\s?(?:19|20)\d\d")

# Codes of the places on Serbian plates, folded.
_PLACES = word_set(
    "al ar ac bb bg bd bj bk bo bp bt bu bc va vb vl vm vp vr vs gl gm de dk da za zr in ic ja ka kv kg kz ki kl km ko "
    "kc ks la lb le lo lu me ng ni np ns nv pa pb pe pz pi pk pn po pp pr pt ra rv ru sa sv sd sj sm so sp st su sc to "
    "ts tt tu cu ub ue ur uz ca sr"
)
# Letters that may be words: "za 100 km", "po 200 eu".
_WORDS = word_set("za po sa ja de le ka ko me pa to ni in st da so su ca la do od na bi li se ga ne ti vi mi")
_UNITS = word_set("km kg kw kv cm mm ha eu di dn rs ml gr mb gb mw tl h m2 do od na za sa po i u je su da li")


def find_personal_data(text: str) -> list[PersonalDataSpan]:
    """All personal data in `text` in order; of overlapping matches only the more certain one."""
    spans: list[PersonalDataSpan] = []
    taken = bytearray(len(text))
    for one in _candidates(text):
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            spans.append(one)
    return sorted(spans)


def find_certain(text: str) -> list[PersonalDataSpan]:
    return [one for one in find_personal_data(text) if one.is_strong]


def mask(text: str) -> str:
    """The text with matches masked except for their first and last character. Idempotent.

    Masking one number may leave a digit that completes another, so it repeats.
    """
    for _round in range(patterns.ROUNDS):
        spans = find_certain(text)
        if not spans:
            return text
        text = replace_spans(text, ((one.start, one.end, _mask_span(text[one.start : one.end])) for one in spans))
    return patterns.HARD.sub(lambda match: HIDDEN * len(match[0]), text) if find_certain(text) else text


def replace_spans(text: str, instead: Iterable[tuple[int, int, str]]) -> str:
    """The text with replacements at [start, end), in order and without overlaps."""
    parts, at = [], 0
    for start, end, replacement in instead:
        parts += [text[at:start], replacement]
        at = end
    return "".join([*parts, text[at:]])


def _mask_span(text: str) -> str:
    shown = [place for place, char in enumerate(text) if char.isalnum()] or [-1]
    first, last = shown[0], shown[-1]
    return "".join(
        HIDDEN if (char.isalnum() and first < place < last) or char == "@" else char for place, char in enumerate(text)
    )


def _candidates(text: str) -> Iterator[PersonalDataSpan]:
    if "@" in text or "(" in text or "[" in text:
        yield from (
            PersonalDataSpan(*m.span(), PersonalDataKind.EMAIL)
            for m in patterns.EMAIL.finditer(text)
            if not _is_official(m[0])
        )
    if not any(char.isdigit() for char in text):
        return
    yield from (
        PersonalDataSpan(*m.span(), PersonalDataKind.ACCOUNT)
        for m in patterns.ACCOUNT.finditer(text)
        if _is_account(m[0])
    )
    yield from (PersonalDataSpan(*m.span(), PersonalDataKind.ACCOUNT) for m in patterns.IBAN.finditer(text))
    yield from (
        PersonalDataSpan(*m.span(), PersonalDataKind.JMBG)
        for m in patterns.JMBG.finditer(text)
        if _is_jmbg(_digits(m[0]))
    )
    for pattern in (patterns.MOBILE, patterns.ABROAD, patterns.LANDLINE):
        yield from (
            PersonalDataSpan(*m.span(), PersonalDataKind.PHONE) for m in pattern.finditer(text) if _is_phone(m[0])
        )
    yield from (
        PersonalDataSpan(*m.span(1), PersonalDataKind.PHONE) for m in patterns.CALLED.finditer(text) if _is_called(m[1])
    )
    yield from (
        PersonalDataSpan(*m.span(), PersonalDataKind.PLATE) for m in patterns.PLATE.finditer(text) if _is_plate(m)
    )
    yield from (PersonalDataSpan(*m.span(1), PersonalDataKind.ADDRESS) for m in patterns.STREET.finditer(text))


def _digits(text: str) -> str:
    return "".join(str(int(char)) for char in text if char.isdecimal())


def _is_official(address: str) -> bool:
    return address.lower().endswith((".gov.rs", ".упр.срб"))


def _is_account(text: str) -> bool:
    bank, number, check = text.split("-")
    return bank != "840" and int(f"{bank}{number.zfill(13)}{check}") % 97 == 1


def _is_jmbg(digits: str) -> bool:
    """By its check digit; or, mistyped, because it begins with a day of birth in the last hundred years or so."""
    if len(digits) == 14:
        return digits[4:6] in ("19", "20") and _begins_with_a_day(digits[:4] + digits[5:])
    return has_check_digit(digits) or _begins_with_a_day(digits)


def has_check_digit(digits: str) -> bool:
    """Whether the last of the 13 digits of a JMBG follows from the others."""
    weights = (7, 6, 5, 4, 3, 2) * 2
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11
    return len(digits) == 13 and rest != 10 and int(digits[12]) == rest % 11


def _begins_with_a_day(digits: str) -> bool:
    year = int(digits[4:7])
    try:
        date(year + (1000 if year >= 900 else 2000), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return False
    return year >= 900 or year < 100


def _is_phone(text: str) -> bool:
    return not (_FREE.match(_digits(text)) or _DATE.search(text))


def _is_called(text: str) -> bool:
    """ "tel. 8475-212" is a number without its area code, "tel. 0800 123 456" one of everybody."""
    return 6 <= len(_digits(text)) <= 7 and not _FREE.match(_digits(text))


def _is_plate(match: re.Match[str]) -> bool:
    place, gap, _number, other_gap, letters = match.groups()
    code, end = fold(place), fold(letters)
    # Cyrillic џ, љ, њ fold to two letters and may stand in the second pair; "đ" folds to "d"
    if code not in _PLACES and place.upper() not in ("ЂА", "ĐA", "БЂ", "BĐ"):
        return False
    if match[0].isupper() and "-" in gap + other_gap:
        return True
    if code in _WORDS and end in _UNITS:
        return False
    if match[0].isupper() or (gap == other_gap == "" and end not in _UNITS):
        return True
    return code not in _WORDS and end not in _UNITS and "-" in gap + other_gap
