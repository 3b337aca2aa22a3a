"""Parses counts as people type them into tables, in Serbian and in English notation. Pure."""

import re

from analytics.metrics import BELIEVED_UP_TO

MOST = 40
# No-break and thin spaces, and the apostrophe of Swiss tables, part thousands as a blank does.
_BLANKS = str.maketrans(dict.fromkeys("\u00a0\u2009\u202f'’", " "))
_MINUS = re.compile(r"^[-−–]\s*")
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+")
_BROKEN = re.compile(
    r"(?<![\d.,])(?<!\d )(?:(\d{1,3}(?:[. ]\d{3})++|\d++),(\d++)|(\d{1,3}(?:[, ]\d{3})++|\d++)\.(\d++))"
)


class BadFigure(ValueError):
    """`reason`: "none" (no number), "negative", "broken" (not whole) or "large" (beyond belief)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def count(typed: str) -> int:
    """1234, 1.234, 1,234, 1 234, 1.234,0 and 1,234.0. Raises `BadFigure`.

    Where one mark could part thousands or a fraction, three digits behind it are thousands: things are counted whole.
    """
    plain = " ".join(typed[:MOST].translate(_BLANKS).split())
    negative = bool(_MINUS.match(plain))
    plain = _MINUS.sub("", plain)
    if _GROUPED.fullmatch(plain):
        number = int(re.sub(r"\D", "", plain))
    elif broken := _BROKEN.fullmatch(plain):
        whole, fraction = (broken[1], broken[2]) if broken[1] else (broken[3], broken[4])
        if negative or fraction.strip("0"):
            raise BadFigure("negative" if negative else "broken")
        number = int(re.sub(r"\D", "", whole))
    else:
        raise BadFigure("none")
    if negative and number:
        raise BadFigure("negative")
    if number > BELIEVED_UP_TO:
        raise BadFigure("large")
    return number
