"""Redaction of a citizen's text before it leaves the municipality. Pure: no database, no settings.

It prefers removing too much: a house number removed by mistake costs a minute, a leaked personal number cannot be taken
back. So it removes everything that lists mask (`inbox.text_analysis.personal_data`) and also what is only likely to be
personal. The coach's rules (`posts.coaching.text_rules`) prefer the opposite.

redact(text, names)   the text without personal numbers, phones, mail addresses, plates, long numbers, @names
find_contacts(text)   phones and mail addresses in it, without duplicates, as they were written
"""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from inbox.text_analysis.patterns import HARD, LIKELY, ROUNDS
from inbox.text_analysis.personal_data import find_certain, replace_spans


def redact(text: str, names: Iterable[str] = ()) -> str:
    """`names` are the author's own, removed where they occur as words. Idempotent."""
    instead = {
        "name": _("[name]"), "email": _("[e-mail]"), "jmbg": _("[personal number]"), "phone": _("[phone]"),
        "plate": _("[number plate]"), "account": _("[number]"), "number": _("[number]"),
    }  # fmt: skip
    for name in sorted({name.strip() for name in names if len(name.strip()) > 2}, key=len, reverse=True):
        own = rf"(?<![\w\[])@?{re.escape(name.lstrip('@'))}(?!\w)"
        text = re.sub(own, instead["name"], text, flags=re.IGNORECASE)
    for _round in range(ROUNDS):  # what stood glued together comes apart when its neighbour goes
        spans = _spans(text)
        if not spans:
            return text
        text = replace_spans(text, ((start, end, instead[what]) for start, end, what in spans))
    return HARD.sub(instead["number"], text) if _spans(text) else text


def find_contacts(text: str) -> list[str]:
    """Phones and mail addresses, in order of appearance."""
    contacts = [text[start:end].strip() for start, end, what in _spans(text) if what in ("email", "phone")]
    return list(dict.fromkeys(contacts))


def _spans(text: str) -> list[tuple[int, int, str]]:
    """(start, end, kind) in order. Overlapping matches are merged and take the kind of the more certain one."""
    every = [(one.start, one.end, one.what.value) for one in find_certain(text)]
    every += [(*match.span(), what) for what, pattern in LIKELY for match in pattern.finditer(text)]
    merged: list[tuple[int, int, tuple[int, str]]] = []
    for start, end, rank in sorted((start, end, (rank, what)) for rank, (start, end, what) in enumerate(every)):
        if merged and start < merged[-1][1]:
            first, last, surer = merged.pop()
            merged.append((first, max(last, end), min(surer, rank)))
        else:
            merged.append((start, end, rank))
    return [(start, end, what) for start, end, (_rank, what) in merged]
