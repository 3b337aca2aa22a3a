"""Calls to action to start from, as Serbian municipalities word them (`domain.md` 4.5).

Written in Cyrillic; Latin is derived. A part in brackets is dropped when its value is missing:

    "Пријавите се[ до {deadline}][ на {link}]"  →  "Пријавите се до 15. децембра на https://…"

`static/js/composer/call.js` fills them in the same way while the user types.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from django.utils.translation import override

from common.dates import long_date, weekday
from posts.enums import CallKind
from serbian.transliteration import to_latin

PATTERNS: Mapping[CallKind, tuple[str, ...]] = {
    CallKind.APPLY: (
        "Пријавите се[ до {deadline}][ на {link}]",
        "Поднесите захтев преко интернета[ до {deadline}][: {link}]",
    ),
    CallKind.PAY: (
        "Платите преко интернета[ до {deadline}][: {link}]",
        "Проверите стање и платите порез[ до {deadline}][ на {link}]",
    ),
    CallKind.BOOK: ("Закажите термин[ до {deadline}][ на {link}]",),
    CallKind.REPORT: ("Пријавите проблем[ на {link}]", "Јавите нам шта треба поправити[ до {deadline}]"),
    CallKind.VOTE: ("Гласајте[ до {weekday}][ на {link}]", "Шта прво да уредимо? Гласајте[ до {deadline}]"),
    CallKind.COMMENT: (
        "Пошаљите предлог[ до {deadline}][ на {link}]",
        "Поставите питање у коментару[ до {deadline}]",
        "Напишите у коментару шта мислите",
    ),
    CallKind.ATTEND: ("Дођите[ {deadline}]", "Пријавите долазак[ до {deadline}][ на {link}]"),
    CallKind.CALL: ("Позовите нас[ до {deadline}]",),
    CallKind.DOWNLOAD: ("Преузмите образац[ на {link}]",),
    CallKind.SHARE: ("Сачувајте и поделите са комшијама",),
    CallKind.SUBSCRIBE: ("Пратите нас[ на {link}]", "Пријавите се за обавештења[ на {link}]"),
}

_PART = re.compile(r"\[([^\[\]]*)\]")
_VALUE = re.compile(r"\{(\w+)\}")
_SOON = timedelta(days=6)
_GENITIVE = {
    "понедељак": "понедељка", "уторак": "уторка", "среда": "среде", "четвртак": "четвртка", "петак": "петка",
    "субота": "суботе", "недеља": "недеље",
}  # fmt: skip


@dataclass(frozen=True)
class CallPattern:
    """One pattern in both scripts; the `…_words` are the bare call, without day and link."""

    kind: str
    cyrillic: str
    latin: str

    @property
    def cyrillic_words(self) -> str:
        return filled(self.cyrillic, {})

    @property
    def latin_words(self) -> str:
        return filled(self.latin, {})


@cache
def patterns() -> tuple[CallPattern, ...]:
    return tuple(CallPattern(kind.value, text, to_latin(text)) for kind, texts in PATTERNS.items() for text in texts)


def filled(pattern: str, values: Mapping[str, str]) -> str:
    """The pattern with `values` of deadline, weekday and link; optional parts with an empty value are dropped."""

    def part(match: re.Match[str]) -> str:
        wanted = _VALUE.findall(match[1])
        return match[1] if all(values.get(name) for name in wanted) else ""

    return _VALUE.sub(lambda match: values.get(match[1], ""), _PART.sub(part, pattern))


def deadline_phrases(day: date, today: date, script: str = "Cyrl") -> dict[str, str]:
    """How a Serbian text names the day: {"deadline": "15. децембра", "weekday": "петка"}, both in the genitive.

    The year is omitted in the current year; the weekday is used within a week only, after that it is the date.
    """
    with override("sr"):
        full, name = long_date(day), _GENITIVE[weekday(day)]
    date_phrase = full if day.year != today.year else full.rsplit(" ", 1)[0]
    soon = timedelta(0) <= day - today <= _SOON
    phrases = {"deadline": date_phrase, "weekday": name if soon else date_phrase}
    return {key: to_latin(phrase) if script == "Latn" else phrase for key, phrase in phrases.items()}
