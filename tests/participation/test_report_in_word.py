"""The Word file of a report as python-docx reads it, which knows nothing of how the portal writes it."""

from __future__ import annotations

import io
import zipfile
from itertools import cycle, islice, pairwise
from typing import Any

import docx as python_docx
import pytest
from docx.enum.shape import WD_INLINE_SHAPE
from docx.shared import Mm

from reports.document import Document
from reports.files import docx
from tests.participation.test_report_files import AS_OF, HOSTILE, document

MANY = 300
MORE = (
    "".join(map(chr, range(32))) + "после контролних знакова",
    "اقتراح من مواطن: رصيف قرب المدرسة",
    "הצעה של אזרח \u202e\u2067\u2066\u2069 и даље",
    "нереч" * 900,
    "</w:t></w:r></w:p></w:body></w:document>",
    "<w:instrText>INCLUDETEXT C:\\\\secret</w:instrText><w:fldSimple w:instr='DATE'/>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "&#x202e;&amp;&lt;",
    "👩‍👩‍👧 е\u0301 \ud800 \ufdd0",
    "први ред\nдруги ред\r\nтрећи\tред\u2028четврти\x85пети",
    "{HYPERLINK https://evil.example} https://evil.example",
    "  празнине   на   крајевима  ",
)
TEXTS = tuple(islice(cycle((*HOSTILE, *MORE)), MANY))
LANGUAGES = {"sr": "sr-Cyrl", "sr-latn": "sr-Latn"}


@pytest.fixture(scope="module", params=LANGUAGES)
def shown(request: pytest.FixtureRequest) -> Document:
    return document(request.param, TEXTS)


@pytest.fixture(scope="module")
def body(shown: Document) -> bytes:
    return docx.write(shown)


@pytest.fixture(scope="module")
def read(body: bytes) -> Any:
    return python_docx.Document(io.BytesIO(body))


def test_it_has_its_title_and_properties(read: Any, shown: Document) -> None:
    assert (read.paragraphs[0].style.name, read.paragraphs[0].text) == ("Title", docx.clean(shown.title))
    properties = read.core_properties
    assert properties.title == docx.clean(f"{shown.title} · {shown.subtitle}")
    assert properties.language == LANGUAGES[shown.language]
    assert properties.created.date() == AS_OF.date()
    assert properties.author
    assert read.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:lang/@w:val") == [LANGUAGES[shown.language]]
    section = read.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)


def test_its_headings_are_those_of_word_without_gaps(read: Any, shown: Document) -> None:
    headings = [paragraph for paragraph in read.paragraphs if paragraph.style.name.startswith("Heading ")]
    levels = [int(paragraph.style.name.removeprefix("Heading ")) for paragraph in headings]
    assert levels[0] == 1
    assert all(following <= level + 1 for level, following in pairwise(levels))
    outline = {
        level: read.styles[f"Heading {level}"].element.xpath("w:pPr/w:outlineLvl/@w:val") for level in set(levels)
    }
    assert outline == {level: [str(level - 1)] for level in set(levels)}
    assert all(paragraph.text for paragraph in headings)
    assert not [table for table in read.tables for row in table.rows for cell in row.cells if not cell.paragraphs]


def test_its_tables_are_whole_and_their_heads_are_repeated(read: Any, shown: Document) -> None:
    wanted = [table for table in shown.tables if table.printed and table.rows]
    assert len(read.tables) == len(wanted)
    for table, one in zip(read.tables, wanted, strict=True):
        columns = [column.label for column in one.columns if column.printed]
        lines = [[cell.text for cell in row.cells] for row in table.rows]
        assert lines[0] == columns
        assert len(lines) == len(one.rows) + 1
        assert {len(line) for line in lines} == {len(columns)} == {len(table.columns)}
        heads = [bool(row._tr.xpath("w:trPr/w:tblHeader")) for row in table.rows]
        assert heads == [True] + [False] * len(one.rows)


def test_every_proposal_is_in_it_in_order_and_nothing_of_it_is_more_than_text(read: Any, shown: Document) -> None:
    wanted = next(table for table in shown.tables if table.printed and len(table.rows) == MANY)
    table = next(one for one in read.tables if len(one.rows) == MANY + 1)
    printed = [at for at, column in enumerate(wanted.columns) if column.printed]
    texts = 0
    for row, line in zip(table.rows[1:], wanted.rows, strict=True):
        for cell, value in zip(row.cells, [line[at] for at in printed], strict=True):
            if isinstance(value, str):
                assert cell.text == docx.clean(value)
                texts += len(value) > 0
    assert texts > MANY * 2
    root = read.element
    assert root.xpath("//w:instrText | //w:fldSimple | //w:object | //w:altChunk | //w:sdt") == []
    assert root.xpath("//w:t[not(ancestor::w:p)]") == []


def test_its_links_are_the_addresses_of_posts_alone(read: Any) -> None:
    cells = (cell for table in read.tables for row in table.rows for cell in row.cells)
    paragraphs = [*read.paragraphs, *(paragraph for cell in cells for paragraph in cell.paragraphs)]
    links = {link.address for paragraph in paragraphs for link in paragraph.hyperlinks}
    assert links == {"https://example.org/1"}
    outside = {relation.target_ref for relation in read.part.rels.values() if relation.is_external}
    assert outside == links


def test_its_picture_has_its_size_and_a_description(read: Any) -> None:
    (picture,) = read.inline_shapes
    assert picture.type == WD_INLINE_SHAPE.PICTURE
    assert abs(picture.width - Mm(160)) < Mm(1)
    assert picture._inline.docPr.get("descr")
    (related,) = [relation for relation in read.part.rels.values() if relation.reltype.endswith("/image")]
    assert related.target_part.image.content_type == "image/png"


def test_its_package_is_whole(read: Any, body: bytes) -> None:
    """Each part is reached by a relation, has a type, and each id in a part leads somewhere."""
    package = read.part.package
    reached = {str(part.partname).lstrip("/"): part for part in package.iter_parts()}
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        names = set(archive.namelist())
    assert {name for name in names if not name.endswith(".rels") and name != "[Content_Types].xml"} == set(reached)
    assert all("/" in part.content_type and part.content_type != "application/xml" for part in reached.values())
    for part in reached.values():
        element = getattr(part, "element", None)
        if element is not None:
            assert set(element.xpath("//@r:id | //@r:embed")) <= set(part.rels), part.partname


def test_word_saves_it_again_with_the_same_words(read: Any, body: bytes) -> None:
    again = io.BytesIO()
    read.save(again)
    other = python_docx.Document(again)
    assert [paragraph.text for paragraph in other.paragraphs] == [paragraph.text for paragraph in read.paragraphs]
    assert docx.write(document("en", TEXTS)) == docx.write(document("en", TEXTS))
