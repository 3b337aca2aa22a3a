"""What both reports share: words around the blocks, values that may be missing, what the numbers mean."""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics.metrics import FORMULAS, METRICS
from common.dates import month_year
from common.numbers import number
from reports.document import Block, Document, DocumentTexts, Missing, Paragraph

# What may stand in a report as a number.
Number = int | float


# Per cent of a small number say little: above this the number itself is told.
LARGEST = 200


def words() -> DocumentTexts:
    return DocumentTexts(
        measure=_("Measure"),
        value=_("Value"),
        change=_("Change in per cent"),
        formula=_("How it is reckoned"),
        about=_("About this report"),
        meanings=_("What the numbers mean"),
        as_of=_("Numbers as of"),
        page=_("Page"),
        of=_("of"),
        missing=_("not told"),
    )


def value(found: Number | None, reason: str = "") -> Number | Missing:
    return Missing(reason or _("not told")) if found is None else found


def per(above: Number | None, below: Number | None) -> float | None:
    return above / below if above is not None and below else None


def change(now: Number | None, earlier: Number | None) -> float | None:
    """In per cent."""
    return None if now is None or not earlier else (now - earlier) * 100 / earlier


def in_months(first: date, last: date) -> str:
    """ "October 2026", or "August 2026 – October 2026"."""
    begin, end = month_year(first), month_year(last)
    return begin if begin == end else f"{begin} – {end}"


def compared(now: Number | None, earlier: Number | None, days: int) -> str:
    """ "12 % more than in the 31 days before"; empty where there is nothing to compare with."""
    found = change(now, earlier)
    if found is None:
        return ""
    facts = {"per_cent": _per_cent(found), "before": number(earlier), "days": days}
    if found > LARGEST:
        return _("against %(before)s in the %(days)s days before") % facts
    if round(found) == 0:
        return _("as many as in the %(days)s days before") % facts
    if found > 0:
        return _("%(per_cent)s more than in the %(days)s days before") % facts
    return _("%(per_cent)s fewer than in the %(days)s days before") % facts


def compared_with_months(now: Number | None, earlier: Number | None) -> str:
    """The same for whole months against as many before them."""
    found = change(now, earlier)
    if found is None:
        return ""
    facts = {"per_cent": _per_cent(found), "before": number(earlier)}
    if found > LARGEST:
        return _("against %(before)s in as many months before") % facts
    if round(found) == 0:
        return _("as many as in the same number of months before") % facts
    if found > 0:
        return _("%(per_cent)s more than in as many months before") % facts
    return _("%(per_cent)s fewer than in as many months before") % facts


def _per_cent(found: float) -> str:
    return f"{number(abs(found), 0)}\u00a0%"


def whole(told: float) -> str:
    """Marks of an axis come as 250.0."""
    return number(int(told) if told == int(told) else told)


def meanings(*more: tuple[str, str]) -> list[tuple[str, str]]:
    told = [(str(formula.label), str(formula.text)) for formula in FORMULAS.values()]
    told += [(str(METRICS[key].label), str(METRICS[key].meaning)) for key in ("likes", "reposts", "replies", "views")]
    return [*told, *more]


def document(title: str, subtitle: str, about: str, as_of: datetime, blocks: Iterable[Block | None]) -> Document:
    shown = [block for block in blocks if block is not None]
    if settings.DEMO:
        shown.insert(0, Paragraph(_("This is a demonstration: posts and numbers are made up."), "warning"))
    language = get_language() or settings.LANGUAGE_CODE
    foot = _("%(title)s · %(subtitle)s") % {"title": title, "subtitle": subtitle}
    return Document(title, subtitle, language, about, as_of, shown, foot, words())
