"""Personal data in what somebody wrote, taken out before the words leave the house. Pure: no database, no settings.

It errs on the side of taking out too much: whoever masks a house number by mistake loses a minute, whoever lets a
personal number through cannot get it back. The coach's rules (`posts.coach.text`) err the other way, so these are
others.

masked(text, names)    the text without personal numbers, phones, mail addresses, plates, long numbers, @names
contacts(text)         phones and mail addresses in it, each once, as they were written
"""

import re
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+\w{2,}")
_HANDLE = re.compile(r"(?<![\w.])@[\w.-]*\w(?:@[\w.-]*\w)?")
# From thirteen digits on (personal numbers), and any other long number: identity cards, accounts, parcels of records.
_PERSONAL = re.compile(r"(?<!\d)\d{13}(?!\d)")
_LONG = re.compile(r"(?<!\d)\d(?:[ -]?\d){8,}(?!\d)")
# 063/123-456, 035 461 123, +381 63 1234567, 0038163…; days such as 01.11.2026 are none.
_DAY = r"(?!\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4})"
_PHONE = re.compile(rf"(?<![\d/.-])\(?{_DAY}(?:\+\s?\d{{2,3}}|00\s?\d{{2,3}}|0)(?:[\s/.()-]{{0,2}}\d){{6,11}}(?!\d)")
# "od 1500 do" is none: with spaces only capitals make a plate.
_PLATE = re.compile(
    r"(?<!\w)(?:[A-ZČĆĐŠŽЀ-Я]{2}[ -]?\d{3,5}[ -]?[A-ZČĆĐŠŽЀ-Я]{2}|[^\W\d_]{2}-?\d{3,5}-?[^\W\d_]{2})(?!\w)"
)


def masked(text: str, names: Iterable[str] = ()) -> str:
    """`names` are the author's own, taken out where they stand as words. Masking twice changes nothing."""
    for name in sorted({each.strip() for each in names if len(each.strip()) > 2}, key=len, reverse=True):
        text = re.sub(rf"(?<![\w\[])@?{re.escape(name.lstrip('@'))}(?!\w)", _("[name]"), text, flags=re.IGNORECASE)
    before = None
    while before != text:  # what stood glued together comes apart when its neighbour goes
        before = text
        for pattern, instead in _masks():
            text = pattern.sub(instead, text)
    return text


def _masks() -> Iterator[tuple[re.Pattern[str], str]]:
    yield _HANDLE, _("[name]")
    yield _MAIL, _("[e-mail]")
    yield _PERSONAL, _("[personal number]")
    yield _PHONE, _("[phone]")
    yield _PLATE, _("[number plate]")
    yield _LONG, _("[number]")


def contacts(text: str) -> list[str]:
    """What one could call or write to, in the order in which it stands there."""
    without = _PERSONAL.sub(" ", text)
    found = [(match.start(), match[0]) for pattern in (_MAIL, _PHONE) for match in pattern.finditer(without)]
    return list(dict.fromkeys(words.strip() for _at, words in sorted(found)))
