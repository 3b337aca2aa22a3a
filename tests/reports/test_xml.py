"""Every file of XML that the portal writes can be read, whatever characters stand in the names in it."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from django.test import Client

from common import charts, spreadsheets
from common.charts.parts import ChartTexts, Series
from municipalities.models import Municipality
from needs.enums import NeedStage
from reports.document import Column, Document, Facts, Figure, Heading, Paragraph, Table
from reports.files import docx, pdf, sheets
from tests.needs import factories as make
from tests.people import Cast
from tests.reports.test_documents import SVG, document
from tests.reports.test_month import file

BAD = "Ћу\ufffeп\uffffр\x01и\x02ј\x08а"
CLEAN = "Ћуприја"


def chart() -> charts.Chart:
    texts = ChartTexts(formula=BAD, heading=BAD)
    return charts.ranking(BAD, [BAD, "б"], Series(BAD, [1, None], {1: BAD}), texts)


def report() -> Document:
    table = Table("posts", BAD, (Column(BAD),), [(BAD,)], note=BAD, sheet=BAD)
    blocks = (Heading(BAD), Paragraph(BAD), Facts([(BAD, BAD)]), Figure(BAD, SVG, BAD, BAD), table)
    return replace(document(*blocks, title=BAD), subtitle=BAD, about=BAD, foot=BAD)


def xmp(content: bytes) -> bytes:
    """The metadata of a PDF, which are XML."""
    (packet,) = re.findall(rb"(?s)<x:xmpmeta.*?</x:xmpmeta>", content)
    return bytes(packet)


WRITERS: dict[str, Callable[[], bytes]] = {
    "chart": lambda: charts.standalone(chart(), source=BAD).encode(),
    "drawing": lambda: chart().svg.encode(),
    "report in Word": lambda: docx.write(report()),
    "report in Excel": lambda: sheets.write(report()),
    "report in PDF": lambda: xmp(pdf.write(report())),
    "table in Excel": lambda: spreadsheets.workbook([[BAD, "б"], [1, BAD]]),
    "sample in Excel": lambda: spreadsheets.sample("uzorak", "xlsx", [[BAD], [BAD]]).content,
}


def parts(content: bytes) -> Iterator[bytes]:
    """The files of XML in a package, or the one that it is."""
    if not content.startswith(b"PK"):
        yield content
        return
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        yield from (package.read(name) for name in package.namelist() if name.endswith((".xml", ".rels")))


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_can_be_read_whatever_stands_in_it(name: str) -> None:
    read = [ET.tostring(ET.fromstring(part), encoding="unicode") for part in parts(WRITERS[name]())]
    # Excel has its own way to write such characters.
    assert any(CLEAN in re.sub(r"_x[0-9A-F]{4}_", "", text) for text in read)


@pytest.fixture
def named(cast: Cast) -> Municipality:
    """A municipality whose name no form would take, but a file or another program may have brought."""
    Municipality.objects.filter(pk=cast.cuprija.pk).update(name_cyrl=BAD, name_latn=BAD, name_en=BAD)
    return Municipality.objects.get(pk=cast.cuprija.pk)


@pytest.mark.django_db
def test_a_feed_can_be_read_whatever_its_municipality_is_called(cast: Cast, named: Municipality) -> None:
    make.page(named)
    make.need(named, cast.officer, BAD, stage=NeedStage.DECLINED, reason=BAD, is_public=True)
    for language in ("sr-Cyrl", "sr-Latn", "en"):
        root = ET.fromstring(Client().get(f"/asked/cuprija/{language}/feed.xml").content)
        assert CLEAN in str(root.findtext("channel/title")) or "Ćuprija" in str(root.findtext("channel/title"))


@pytest.mark.django_db
def test_the_month_can_be_read_whatever_its_municipality_is_called(cast: Cast, named: Municipality) -> None:
    content = file(cast, language="sr").content
    assert CLEAN in ET.tostring(ET.fromstring(xmp(content)), encoding="unicode")


@pytest.mark.django_db
def test_the_catalogue_can_be_read_whatever_its_publisher_is_called(settings: Any) -> None:
    settings.OPEN_DATA_PUBLISHER = BAD
    assert CLEAN in ET.tostring(ET.fromstring(Client().get("/open-data/catalog.rdf").content), encoding="unicode")
