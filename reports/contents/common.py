"""Shared by both reports: texts around the blocks, values that may be missing, the meaning of the figures."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics.metrics import FORMULAS, METRICS
from analytics.thresholds import is_fit_for_per_cent
from common.numbers import number
from reports.document import Block, Document, DocumentTexts, Missing, Paragraph

# What may stand in a report as a number.
Number = int | float


def document_texts() -> DocumentTexts:
    return DocumentTexts(
        measure=_("Measure"),
        value=_("Value"),
        change=_("Change in per cent"),
        formula=_("How it is reckoned"),
        about=_("About this report"),
        meanings=_("What the metrics mean"),
        as_of=_("Metrics as of"),
        page=_("Page"),
        of=_("of"),
        missing=_("not reported"),
    )


def value(number_or_none: Number | None, reason: str = "") -> Number | Missing:
    return Missing(reason or _("not reported")) if number_or_none is None else number_or_none


def per(above: Number | None, below: Number | None) -> float | None:
    return above / below if above is not None and below else None


def change(now: Number | None, earlier: Number | None) -> float | None:
    """In per cent."""
    return None if now is None or not earlier else (now - earlier) * 100 / earlier


def compared(now: Number | None, earlier: Number | None, days: int) -> str:
    """ "12 % more than in the 31 days before"; empty where there is nothing to compare with."""
    difference = change(now, earlier)
    if difference is None:
        return ""
    facts = {"per_cent": _per_cent(difference), "before": number(earlier), "days": days}
    if not is_fit_for_per_cent(now or 0, earlier or 0):
        return _("against %(before)s in the %(days)s days before") % facts
    if round(difference) == 0:
        return _("as many as in the %(days)s days before") % facts
    if difference > 0:
        return _("%(per_cent)s more than in the %(days)s days before") % facts
    return _("%(per_cent)s fewer than in the %(days)s days before") % facts


def compared_with_months(now: Number | None, earlier: Number | None) -> str:
    """The same for whole months against as many before them."""
    difference = change(now, earlier)
    if difference is None:
        return ""
    facts = {"per_cent": _per_cent(difference), "before": number(earlier)}
    if not is_fit_for_per_cent(now or 0, earlier or 0):
        return _("against %(before)s in as many months before") % facts
    if round(difference) == 0:
        return _("as many as in the same number of months before") % facts
    if difference > 0:
        return _("%(per_cent)s more than in as many months before") % facts
    return _("%(per_cent)s fewer than in as many months before") % facts


def _per_cent(difference: float) -> str:
    return f"{number(abs(difference), 0)}\u00a0%"


def whole(amount: float) -> str:
    """Marks of an axis come as 250.0."""
    return number(int(amount) if amount == int(amount) else amount)


def meanings(*more: tuple[str, str]) -> list[tuple[str, str]]:
    terms = [(str(formula.label), str(formula.text)) for formula in FORMULAS.values()]
    terms += [(str(METRICS[key].label), str(METRICS[key].meaning)) for key in ("likes", "reposts", "replies", "views")]
    return [*terms, *more]


def document(title: str, subtitle: str, about: str, as_of: datetime, blocks: Iterable[Block | None]) -> Document:
    shown = [block for block in blocks if block is not None]
    if settings.DEMO:
        shown.insert(0, Paragraph(_("This is a demonstration: posts and metrics are fictitious."), "warning"))
    language = get_language() or settings.LANGUAGE_CODE
    foot = _("%(title)s · %(subtitle)s") % {"title": title, "subtitle": subtitle}
    return Document(title, subtitle, language, about, as_of, shown, foot, document_texts())
