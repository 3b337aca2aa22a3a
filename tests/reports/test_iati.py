"""The IATI file of a programme's report: valid by the schema and the rules of the standard, equal to the report,
without a value where there is none, and for nobody but the programme's staff."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from lxml import etree

from django.core.checks import run_checks
from django.utils import timezone, translation

from analytics.models import Baseline, ManualValue, ProgrammeIndicator, Target
from analytics.reporting_period import of_months
from municipalities.models import Programme
from municipalities.queries import today
from portal import checks
from reports import kept, tasks
from reports.contents.programme import programme
from reports.domain import make
from reports.files import iati
from reports.models import ProgrammeReport
from tests.people import Cast, person, sign_in
from tests.reports import numbers, reading

STANDARD = Path(__file__).parent / "standards/iati"
AUGUST, OCTOBER = date(2026, 8, 1), date(2026, 10, 1)
ACTIVITY = "RS-APR-12345678-DOBOSAR"
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    with time_machine.travel("2026-11-25T10:00:00Z", tick=True):
        yield


@pytest.fixture
def configured(cast: Cast, settings: Any) -> Any:
    settings.IATI_ORG_REF, settings.IATI_ORG_NAME, settings.IATI_ORG_TYPE = "RS-APR-12345678", "Udruženje Primer", "22"
    settings.IATI_ACTIVITIES = {str(cast.programme.pk): ACTIVITY}
    settings.IATI_SECTOR = "15112"
    return settings


def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(STANDARD / "iati-activities-schema.xsd"))


def checked(body: bytes) -> Any:
    """The one activity, after the schema and the rules of the standard have passed it."""
    document = etree.fromstring(body)
    schema().assertValid(document)
    assert broken_rules(document) == []
    (activity,) = document
    return activity


def broken_rules(document: Any) -> list[str]:
    """Of the standard's ruleset those kinds that can concern us: enough of something, forms, and the order of days."""
    found = []
    rules = json.loads((STANDARD / "standard_ruleset.json").read_text())
    for path, kinds in rules.items():
        for element in document.xpath(path):
            for case in kinds.get("atleast_one", {}).get("cases", []):
                if not any(element.xpath(one) for one in case["paths"]):
                    found.append(f"{path} has none of {case['paths']}")
            for case in kinds.get("regex_matches", {}).get("cases", []):
                for one in case["paths"]:
                    texts = [getattr(hit, "text", hit) for hit in element.xpath(one)]
                    found += [f"{one} is {text!r}" for text in texts if not re.fullmatch(case["regex"], text)]
            for case in kinds.get("date_order", {}).get("cases", []):
                less, more = (
                    [f"{today()}"] if side == "NOW" else element.xpath(side) for side in (case["less"], case["more"])
                )
                found += [f"{case}" for early in less for late in more if early > late]
    return found


def indicator(cast: Cast, name: str, **fields: Any) -> ProgrammeIndicator:
    values = {"level": "outcome", "unit": "percent", "method": "counted by hand", "added_by": cast.staff, **fields}
    return ProgrammeIndicator.objects.create(programme=cast.programme, name=name, **values)


def followed(cast: Cast) -> tuple[ProgrammeIndicator, ProgrammeIndicator]:
    """One with everything, and one of which nothing is known."""
    known = indicator(cast, "Answered <in> time & well")
    days = {"first": date(2026, 5, 1), "last": date(2026, 5, 28)}
    Baseline.objects.create(indicator=known, value=12.5, n=1, frozen_by=cast.staff, **days)
    Target.objects.create(indicator=known, value=60, due_on=date(2027, 6, 30), reason="Agreed", set_by=cast.staff)
    Target.objects.create(
        indicator=known, value=30, due_on=date(2026, 10, 31), is_milestone=True, reason="Agreed", set_by=cast.staff
    )
    ManualValue.objects.create(
        indicator=known, on=date(2026, 10, 20), value=41.25, source="minutes", entered_by=cast.staff
    )
    unknown = indicator(cast, "Trained", level="output", unit="number", better="down")
    Target.objects.create(
        indicator=unknown, kind="change", value=25, due_on=date(2027, 1, 31), reason="Agreed", set_by=cast.staff
    )
    return known, unknown


def made(cast: Cast, shelf: Path, language: str = "en") -> tuple[ProgrammeReport, dict[str, bytes]]:
    row = make.ask_programme(cast.programme, AUGUST, OCTOBER, language, by=cast.staff)
    tasks.generate_reports()
    row.refresh_from_db()
    return row, {kind: (shelf / file["name"]).read_bytes() for kind, file in row.files.items()}


def test_it_is_valid_and_says_what_the_table_of_the_report_says(cast: Cast, shelf: Path, configured: Any) -> None:
    numbers.month(cast.cuprija, cast.officer, OCTOBER, posts=6)
    followed(cast)
    _row, files = made(cast, shelf)
    activity = checked(files["xml"])
    assert activity.findtext("iati-identifier") == ACTIVITY
    assert activity.find("reporting-org").attrib == {"ref": "RS-APR-12345678", "type": "22"}
    assert activity.find("activity-status").get("code") == "2"
    assert {place.findtext("name/narrative"): place.get("ref") for place in activity.iter("location")} == {
        "Ćuprija": "71200", "Novi Pazar": "70874"
    }  # fmt: skip
    (coded,) = activity.xpath("location[@ref='71200']/description/narrative/text()")
    assert coded == "Official code 71200 of the Statistical Office of the Republic of Serbia"
    outcome, output = activity.findall("result")
    assert (outcome.get("type"), output.get("type")) == ("2", "1")
    lines = {line["Indicator"]: line for line in reading.tables(files["zip"])["indicators"]}
    one = outcome.find("indicator")
    line = lines[one.findtext("title/narrative")]
    assert one.get("measure") == "2"
    assert one.get("ascending") == "1"
    assert one.find("baseline").attrib == {"year": "2026", "iso-date": "2026-05-28", "value": line["Baseline"]}
    report, target = one.findall("period")
    assert (days(report), report.find("actual").get("value")) == (("2026-08-01", "2026-10-31"), line["Actual"])
    assert report.find("target").get("value") == "30", "the milestone is due on the last day of the report"
    assert (days(target)[1], target.find("target").get("value")) == (line["until"], line["Target"])
    assert target.find("actual") is None


def days(period: Any) -> tuple[str, str]:
    return period.find("period-start").get("iso-date"), period.find("period-end").get("iso-date")


def test_what_is_not_known_has_a_reason_and_no_value(cast: Cast, shelf: Path, configured: Any) -> None:
    followed(cast)
    _row, files = made(cast, shelf)
    one = checked(files["xml"]).find("result[@type='1']/indicator")
    assert one.find("baseline") is None
    assert "Baseline: " in one.findtext("description/narrative")
    assert (one.get("measure"), one.get("ascending")) == ("1", "0")
    text = one.findtext("description/narrative")
    assert "Actual value: " in text
    assert "Target of 31 January 2027: +25 %" in text
    assert one.find("period") is None
    assert "value=" not in etree.tostring(one, encoding="unicode")


def test_a_baseline_of_too_little_data_has_no_value_either(cast: Cast, shelf: Path, configured: Any) -> None:
    few = ProgrammeIndicator.objects.create(
        programme=cast.programme, code="OP4", level="outcome", unit="percent", added_by=cast.staff
    )
    Baseline.objects.create(
        indicator=few, value=0, n=1, first=date(2026, 5, 1), last=date(2026, 5, 28), frozen_by=cast.staff
    )
    _row, files = made(cast, shelf)
    one = checked(files["xml"]).find("result/indicator")
    assert one.find("baseline") is None
    assert "Baseline: too little data." in one.findtext("description/narrative")


def test_it_says_the_same_for_ever_and_in_every_language(cast: Cast, shelf: Path, configured: Any) -> None:
    known, _unknown = followed(cast)
    _row, first = made(cast, shelf)
    ManualValue.objects.create(
        indicator=known, on=date(2026, 10, 25), value=99, source="later", entered_by=cast.staff
    )  # fmt: skip
    _row, again = made(cast, shelf)
    assert again["xml"] == first["xml"]
    _row, cyrillic = made(cast, shelf, "sr")
    values = [element.get("value") for element in checked(cyrillic["xml"]).iter() if "value" in element.attrib]
    assert values == [element.get("value") for element in checked(first["xml"]).iter() if "value" in element.attrib]
    assert "Ћуприја" in cyrillic["xml"].decode()


def test_a_document_read_back_from_what_is_kept_is_the_same(cast: Cast) -> None:
    followed(cast)
    period = of_months(AUGUST, OCTOBER, today())
    with translation.override("en"):
        document = programme(cast.programme, period, timezone.now())
    assert document.results is not None
    assert iati.write(document) is None, "without identifiers nothing is written"
    plain = json.loads(json.dumps(kept.to_plain(document)))
    assert kept.to_plain(kept.from_plain(plain)) == plain
    assert kept.from_plain(plain).results.indicators[0].actual == 41.25


def test_without_an_identifier_it_is_not_exported_and_the_page_says_why(
    cast: Cast, shelf: Path, settings: Any, configured: Any
) -> None:
    followed(cast)
    settings.IATI_ACTIVITIES, settings.IATI_ORG_TYPE = {"999": "somebody's"}, ""
    row, files = made(cast, shelf)
    assert set(files) == {"pdf", "xlsx", "zip"}
    client, path = sign_in(cast.staff), f"/programme/reports/{row.pk}/"
    page = client.get(path).text
    assert "has not set IATI_ORG_TYPE, IATI_ACTIVITIES" in page
    assert f"(number {cast.programme.pk})" in page
    assert 'href="xml/"' not in page
    assert client.get(f"{path}xml/").status_code == 404
    settings.IATI_ACTIVITIES, settings.IATI_ORG_TYPE = {str(cast.programme.pk): ACTIVITY}, "22"
    assert "Make the files again" in client.get(path).text
    again, files = made(cast, shelf)
    assert "xml" in files
    assert 'href="xml/"' in client.get(f"/programme/reports/{again.pk}/").text


def test_without_indicators_there_is_nothing_to_export(cast: Cast, shelf: Path, configured: Any) -> None:
    row, files = made(cast, shelf)
    assert "xml" not in files
    assert "follows no indicators yet" in sign_in(cast.staff).get(f"/programme/reports/{row.pk}/").text


def test_staff_of_the_programme_download_it_and_nobody_else(cast: Cast, shelf: Path, configured: Any) -> None:
    followed(cast)
    row, files = made(cast, shelf)
    path = f"/programme/reports/{row.pk}/xml/"
    answer = sign_in(cast.staff).get(path)
    assert b"".join(answer.streaming_content) == files["xml"]
    assert answer.headers["Content-Type"] == "application/xml"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="programme-2026-08-2026-10-en.xml"'
    assert "no-store" in answer.headers["Cache-Control"]
    other = person("other")
    Programme.objects.create(name="Another").staff.add(other)
    assert sign_in(other).get(path).status_code == 404
    for outsider in (cast.officer, cast.mentor, cast.administrator):
        assert sign_in(outsider).get(path).status_code in (403, 404)


def test_text_that_xml_cannot_hold_is_left_out(cast: Cast, shelf: Path, configured: Any) -> None:
    indicator(cast, "Bell \x07 and \x1b escape ]]> <script>")
    Programme.objects.filter(pk=cast.programme.pk).update(name="A \x0b programme")
    _row, files = made(cast, shelf)
    activity = checked(files["xml"])
    assert activity.findtext("title/narrative") == "A  programme"
    assert activity.findtext("result/indicator/title/narrative") == "Bell  and  escape ]]> <script>"


@pytest.mark.parametrize(
    ("name", "value", "is_good"),
    [
        ("IATI_ORG_REF", "RS-APR-12345678", True), ("IATI_ORG_REF", "RS/APR", False), ("IATI_ORG_REF", "a b", False),
        ("IATI_ACTIVITIES", {"1": "NL-KVK-1-Ж"}, True), ("IATI_ACTIVITIES", {"1": "x?y"}, False),
        ("IATI_ORG_TYPE", "national", False), ("IATI_ORG_ROLE", "4", True), ("IATI_SECTOR", "15112", True),
    ],
)  # fmt: skip
def test_identifiers_that_the_standard_does_not_allow_are_reported(
    settings: Any, name: str, value: Any, is_good: bool
) -> None:
    setattr(settings, name, value)
    assert (iati.malformed() == []) == is_good


def test_an_activity_is_the_organisations_own(settings: Any) -> None:
    settings.IATI_ORG_REF, settings.IATI_ACTIVITIES = "RS-APR-1", {"1": "RS-APR-1-A", "2": "NL-KVK-7-B"}
    assert iati.malformed() == ["IATI_ACTIVITIES=NL-KVK-7-B"]
    (message,) = [message for message in run_checks(tags=[checks.START]) if message.id == "portal.E013"]
    assert "NL-KVK-7-B" in message.msg


def test_the_checks_themselves_find_what_is_wrong() -> None:
    """The schema and the rules are really asked."""
    bad = etree.fromstring(b'<iati-activities version="2.03"><iati-activity/></iati-activities>')
    assert not schema().validate(bad)
    assert any("activity-date" in rule for rule in broken_rules(bad))
