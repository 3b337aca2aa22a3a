"""A Word document read back: its parts, and what a reader finds in them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from xml.etree.ElementTree import Element, fromstring

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"


@dataclass(frozen=True)
class Word:
    parts: dict[str, bytes]
    body: Element

    @property
    def text(self) -> str:
        """Of the body, a line for each paragraph."""
        return "\n".join(_text(paragraph) for paragraph in self.body.iter(f"{W}p"))

    @property
    def headings(self) -> list[tuple[int, str]]:
        return [
            (int(style.removeprefix("Heading")), _text(paragraph))
            for paragraph in self.body.iter(f"{W}p")
            if (style := _style(paragraph)).startswith("Heading")
        ]

    @property
    def tables(self) -> list[list[list[str]]]:
        return [
            [[_text(cell) for cell in row.iter(f"{W}tc")] for row in table.iter(f"{W}tr")]
            for table in self.body.iter(f"{W}tbl")
        ]

    @property
    def marked_heads(self) -> list[bool]:
        """Of each table, whether its first row, and no other, is a row of headings."""
        return [
            [row.find(f"{W}trPr/{W}tblHeader") is not None for row in table.iter(f"{W}tr")].index(True) == 0
            and len(list(table.iter(f"{W}tblHeader"))) == 1
            for table in self.body.iter(f"{W}tbl")
        ]

    @property
    def alts(self) -> list[str]:
        return [picture.get("descr", "") for picture in self.body.iter(f"{WP}docPr")]

    @property
    def language(self) -> str:
        found = fromstring(self.parts["word/styles.xml"]).find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
        return found.get(f"{W}val", "") if found is not None else ""

    @property
    def links(self) -> dict[str, str]:
        """External targets by id."""
        relations = fromstring(self.parts["word/_rels/document.xml.rels"])
        return {
            relation.get("Id", ""): relation.get("Target", "")
            for relation in relations.iter(f"{PACKAGE}Relationship")
            if relation.get("TargetMode") == "External"
        }

    def problems(self) -> list[str]:
        """What a strict reader would stumble over: parts without a type, relations that lead nowhere, ids without a
        relation, cells without a paragraph, rows of another number of cells than the grid, styles that are missing."""
        found = [*_untyped(self.parts), *_dangling(self.parts), *self._unrelated(), *self._tables_out_of_shape()]
        styles = fromstring(self.parts["word/styles.xml"])
        known = {style.get(f"{W}styleId") for style in styles.iter(f"{W}style")}
        used = {
            mark.get(f"{W}val") for name in ("pStyle", "rStyle", "tblStyle") for mark in self.body.iter(f"{W}{name}")
        }
        return found + [f"no style {style}" for style in used - known]

    def _unrelated(self) -> list[str]:
        relations = fromstring(self.parts["word/_rels/document.xml.rels"])
        known = {relation.get("Id") for relation in relations}
        used = {value for element in self.body.iter() for key, value in element.attrib.items() if key.startswith(R)}
        return [f"no relation {key}" for key in used - known]

    def _tables_out_of_shape(self) -> list[str]:
        found = []
        for table in self.body.iter(f"{W}tbl"):
            columns = len(list(table.iter(f"{W}gridCol")))
            found += ["a row out of shape" for row in table.iter(f"{W}tr") if len(row.findall(f"{W}tc")) != columns]
            found += ["an empty cell" for cell in table.iter(f"{W}tc") if cell.find(f"{W}p") is None]
        return found


def word(body: bytes) -> Word:
    """Raises for what is no ZIP, or holds a part that is not well-formed."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            fromstring(content)
    root = fromstring(parts["word/document.xml"])
    found = root.find(f"{W}body")
    assert found is not None
    return Word(parts, found)


def _untyped(parts: dict[str, bytes]) -> list[str]:
    types = fromstring(parts["[Content_Types].xml"])
    extensions = {default.get("Extension") for default in types.iter(f"{TYPES}Default")}
    overrides = {override.get("PartName") for override in types.iter(f"{TYPES}Override")}
    missing = [f"no part {name}" for name in overrides if str(name).lstrip("/") not in parts]
    return missing + [
        f"no type for {name}"
        for name in parts
        if name != "[Content_Types].xml" and name.rsplit(".", 1)[-1] not in extensions and f"/{name}" not in overrides
    ]


def _dangling(parts: dict[str, bytes]) -> list[str]:
    found = []
    for name, folder in (("_rels/.rels", ""), ("word/_rels/document.xml.rels", "word/")):
        for relation in fromstring(parts[name]).iter(f"{PACKAGE}Relationship"):
            target = f"{folder}{relation.get('Target')}"
            if relation.get("TargetMode") != "External" and target not in parts:
                found.append(f"nothing at {target}")
    return found


def _text(element: Element) -> str:
    return "".join(part.text or "" for part in element.iter(f"{W}t"))


def _style(paragraph: Element) -> str:
    mark = paragraph.find(f"{W}pPr/{W}pStyle")
    return mark.get(f"{W}val", "") if mark is not None else ""
