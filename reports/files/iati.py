"""A programme's results as an IATI activity, version 2.03 (https://iatistandard.org/en/iati-standard/203/): what its
report says of the indicators, for the systems of donors.

Who reports, and under which identifiers, the installation says in its settings. Without them no file is written: an
invented identifier would be taken for somebody's. A value that is missing is left out, never a 0: the rules of the
standard demand a number in each baseline, target and actual value, so the reason stands in the indicator's description.
"""

import re
from dataclasses import dataclass
from datetime import date
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from analytics.enums import Level, Unit
from common import languages
from common.dates import long_date
from common.xml_text import xml_text
from reports.document import Document, Paragraph
from reports.files.cells import decimal
from reports.results import IndicatorResult, Results

VERSION = "2.03"
# Codes of IATI's lists ResultType, IndicatorMeasure, ActivityStatus and ActivityDateType.
RESULT_TYPES = {Level.OUTPUT: "1", Level.MENTORING: "1", Level.OUTCOME: "2", Level.GOVERNANCE: "2"}
UNIT, PERCENTAGE = "1", "2"
IMPLEMENTATION, COMPLETION = "2", "3"
ACTUAL_START = "2"
COUNTRY = "RS"
DAC_SECTORS = "1"
# The standard's rule for identifiers; a space is in none.
IDENTIFIER = re.compile(r"[^/&|?\s]+")
CODE = re.compile(r"\d{1,5}")
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class Identity:
    """Who reports, and the identifier of the activity. `kind` and `role` are IATI's codes; `sector` may be empty."""

    activity: str
    ref: str
    name: str
    kind: str
    role: str
    sector: str


def identity(programme: int) -> Identity | None:
    """Of the programme with this id; None where a setting is missing."""
    if missing(programme):
        return None
    return Identity(
        settings.IATI_ACTIVITIES[str(programme)], settings.IATI_ORG_REF, settings.IATI_ORG_NAME, settings.IATI_ORG_TYPE,
        settings.IATI_ORG_ROLE, settings.IATI_SECTOR,
    )  # fmt: skip


def missing(programme: int) -> list[str]:
    """The settings without which its results are not written; for the operator."""
    names = [name for name in ("IATI_ORG_REF", "IATI_ORG_NAME", "IATI_ORG_TYPE") if not getattr(settings, name)]
    return names if settings.IATI_ACTIVITIES.get(str(programme)) else [*names, "IATI_ACTIVITIES"]


def malformed() -> list[str]:
    """What of the settings the standard does not allow, as they were written."""
    wrong = [f"{name}={value}" for name, value in _identifiers() if value and not IDENTIFIER.fullmatch(value)]
    prefix = f"{settings.IATI_ORG_REF}-" if settings.IATI_ORG_REF else ""
    strangers = [value for value in settings.IATI_ACTIVITIES.values() if not value.startswith(prefix)]
    wrong += [f"IATI_ACTIVITIES={value}" for value in strangers if f"IATI_ACTIVITIES={value}" not in wrong]
    codes = [(name, getattr(settings, name)) for name in ("IATI_ORG_TYPE", "IATI_ORG_ROLE", "IATI_SECTOR")]
    return wrong + [f"{name}={value}" for name, value in codes if value and not CODE.fullmatch(value)]


def _identifiers() -> list[tuple[str, str]]:
    of_activities = [("IATI_ACTIVITIES", value) for value in settings.IATI_ACTIVITIES.values()]
    return [("IATI_ORG_REF", settings.IATI_ORG_REF), *of_activities]


def write(document: Document) -> bytes | None:
    """None where the document has no results, or its programme no identifier."""
    who = identity(document.results.programme) if document.results else None
    if document.results is None or who is None:
        return None
    with translation.override(document.language):
        root = _activities(document, document.results, who)
    indent(root)
    return tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _activities(document: Document, results: Results, who: Identity) -> Element:
    at = document.as_of.isoformat()
    root = Element("iati-activities", {"version": VERSION, "generated-datetime": at})
    language = languages.by_code()[document.language].language
    activity = SubElement(root, "iati-activity", {"last-updated-datetime": at, XML_LANG: language})
    _who(activity, who, document, results)
    _where(activity, who, results)
    for level in Level:
        several = [row for row in results.indicators if row.level == level]
        if several:
            _result(activity, level, several, results)
    return root


def _narrative(parent: Element, name: str, text: str, **attributes: str) -> Element:
    element = SubElement(parent, name, attributes)
    SubElement(element, "narrative").text = xml_text(text)
    return element


def _who(activity: Element, who: Identity, document: Document, results: Results) -> None:
    SubElement(activity, "iati-identifier").text = who.activity
    _narrative(activity, "reporting-org", who.name, ref=who.ref, type=who.kind)
    _narrative(activity, "title", results.name)
    # What the report warns of (a month that is not over, another edition, a demonstration) is said here, too.
    warnings = [block.text for block in document.blocks if isinstance(block, Paragraph) and block.tone == "warning"]
    _narrative(activity, "description", " ".join([document.about, *warnings]), type="1")
    _narrative(activity, "participating-org", who.name, role=who.role, ref=who.ref, type=who.kind)
    SubElement(activity, "activity-status", code=IMPLEMENTATION if results.is_running else COMPLETION)
    SubElement(activity, "activity-date", {"type": ACTUAL_START, "iso-date": results.started_on.isoformat()})


def _where(activity: Element, who: Identity, results: Results) -> None:
    SubElement(activity, "recipient-country", code=COUNTRY)
    for municipality in results.municipalities:
        # No vocabulary of IATI's has the codes of statistical offices: they are a reference of our own.
        location = SubElement(activity, "location", {"ref": municipality.code} if municipality.code else {})
        _narrative(location, "name", municipality.name)
        if municipality.code:
            text = _("Official code %(code)s of the Statistical Office of the Republic of Serbia")
            _narrative(location, "description", text % {"code": municipality.code})
    if who.sector:
        SubElement(activity, "sector", vocabulary=DAC_SECTORS, code=who.sector)


def _result(activity: Element, level: Level, rows: list[IndicatorResult], results: Results) -> None:
    result = SubElement(activity, "result", {"type": RESULT_TYPES[level], "aggregation-status": "0"})
    _narrative(result, "title", str(level.label))
    for row in rows:
        measure = PERCENTAGE if row.unit == Unit.PERCENT else UNIT
        attributes = {"measure": measure, "ascending": "1" if row.is_up else "0", "aggregation-status": "0"}
        indicator = SubElement(result, "indicator", attributes)
        _narrative(indicator, "title", row.name)
        _narrative(indicator, "description", " ".join([row.definition, *_reasons(row)]))
        if row.baseline is not None and row.baseline_on:
            when = {"year": f"{row.baseline_on:%Y}", "iso-date": row.baseline_on.isoformat()}
            _value(indicator, "baseline", row.baseline, row.baseline_note, **when)
        _periods(indicator, row, results)


def _reasons(row: IndicatorResult) -> list[str]:
    """Why values are missing."""
    reasons = [row.baseline_note] if row.baseline is None else []
    if row.actual is None:
        reasons.append(_("Actual value: %(why)s") % {"why": row.actual_note})
    for aim in row.aims:
        if aim.value is None:
            reasons.append(_("Target of %(day)s: %(target)s.") % {"day": long_date(aim.due_on), "target": aim.note})
    return reasons


def _periods(indicator: Element, row: IndicatorResult, results: Results) -> None:
    """The days of the report with the actual value; each target and milestone on its own, from the start of the
    programme to its day, unless that is the last day of the report."""
    now = [aim for aim in row.aims if aim.value is not None and aim.due_on == results.last]
    later = [aim for aim in row.aims if aim.value is not None and aim.due_on != results.last]
    if now or row.actual is not None:
        period = _period(indicator, results.first, results.last)
        for aim in now:
            _value(period, "target", aim.value, aim.note)
        _value(period, "actual", row.actual, row.actual_note)
    for aim in later:
        period = _period(indicator, min(results.started_on, aim.due_on), aim.due_on)
        _value(period, "target", aim.value, aim.note)


def _period(indicator: Element, first: date, last: date) -> Element:
    period = SubElement(indicator, "period")
    SubElement(period, "period-start", {"iso-date": first.isoformat()})
    SubElement(period, "period-end", {"iso-date": last.isoformat()})
    return period


def _value(parent: Element, name: str, value: float | None, comment: str, **attributes: str) -> None:
    if value is None:
        return
    element = SubElement(parent, name, {**attributes, "value": decimal(value)})
    if comment:
        _narrative(element, "comment", comment)
