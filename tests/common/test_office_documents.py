"""Documents in ZIP containers are what their parts say, whatever their names are, and nothing hostile is one."""

from __future__ import annotations

import time

import pytest

from common.office_documents import (
    MOST_ELEMENTS,
    MOST_PARTS,
    MOST_XML,
    HasForeignParts,
    HasProgram,
    NotADocument,
    document_type,
    inert_document_type,
)
from tests import office

PROGRAMS = {"macros", "macros under another name", "a document for macros", "controls", "scripts", "basic"}


@pytest.mark.parametrize("ending", ["docx", "xlsx", "pptx", "odt", "ods", "odp"])
def test_a_document_is_recognised_by_its_parts(ending: str) -> None:
    assert document_type(office.document(ending)).ending == ending
    assert document_type(office.document(ending)).mime.startswith("application/vnd.o")


def test_a_main_part_may_have_another_name_or_the_type_of_its_ending() -> None:
    _name, kind = office.MAIN["docx"]
    other = office.container(("[Content_Types].xml", office.types(("Word/Document2.xml", kind))),
                             ("word/document2.xml", "<x/>"))  # fmt: skip
    by_ending = office.container(("[Content_Types].xml", office.types(default=kind)), ("word/document.xml", "<x/>"))
    in_utf16 = office.types(office.MAIN["docx"]).replace("UTF-8", "UTF-16").encode("utf-16")
    wide = office.container(("[Content_Types].xml", in_utf16), ("word/document.xml", "<x/>"))
    assert [document_type(body).ending for body in (other, by_ending, wide)] == ["docx"] * 3


def test_what_is_no_document_is_refused(subtests: pytest.Subtests) -> None:
    for name, body in office.not_documents().items():
        with subtests.test(name):
            with pytest.raises(NotADocument) as refused:
                document_type(body)
            assert isinstance(refused.value, HasProgram) == (name in PROGRAMS)


def test_macros_are_seen_in_types_in_any_encoding() -> None:
    kinds = office.types(office.MAIN["docx"], ("word/data.bin", "application/vnd.ms-office.vba&#80;roject"))
    for encoding in ("utf-8", "utf-16"):
        content = kinds.replace("UTF-8", encoding).encode(encoding)
        with pytest.raises(HasProgram):
            document_type(office.container(("[Content_Types].xml", content), ("word/document.xml", "<x/>")))


def test_a_part_named_twice_in_the_types_is_refused() -> None:
    twice = office.types(office.MAIN["docx"], (office.MAIN["docx"][0], "application/xml"))
    with pytest.raises(NotADocument):
        document_type(office.container(("[Content_Types].xml", twice), ("word/document.xml", "<x/>")))


def test_a_document_with_more_parts_than_any_has_is_refused() -> None:
    types = ("[Content_Types].xml", office.types(office.MAIN["docx"]))
    pictures = [(f"word/media/{number}.txt", b"") for number in range(MOST_PARTS - 2)]
    whole = office.container(types, ("word/document.xml", "<x/>"), *pictures)
    assert document_type(whole).ending == "docx"
    with pytest.raises(NotADocument):
        document_type(office.container(types, ("word/document.xml", "<x/>"), *pictures, ("word/media/one.txt", b"")))


def test_a_directory_of_half_a_million_entries_costs_little() -> None:
    entry = b"PK\x01\x02" + b"\x00" * 42
    began = time.process_time()
    with pytest.raises(NotADocument):
        document_type(b"PK\x03\x04" + entry * 500_000)
    assert time.process_time() - began < 1


def test_any_bytes_are_refused_and_not_an_error() -> None:
    fine = office.document("docx")
    for at in range(len(fine)):
        for value in (0, 0xFF):
            changed = fine[:at] + bytes([value]) + fine[at + 1 :]
            try:
                document_type(changed)
            except NotADocument:
                continue


@pytest.mark.parametrize("name", office.with_foreign_parts())
def test_what_a_stranger_embeds_or_loads_is_refused(name: str) -> None:
    with pytest.raises(HasProgram):
        inert_document_type(office.with_foreign_parts()[name])


@pytest.mark.parametrize("name", office.with_harmless_parts())
def test_links_and_fields_that_only_number_are_accepted_from_strangers(name: str) -> None:
    body = office.with_harmless_parts()[name]
    assert inert_document_type(body) == document_type(body)


def test_what_members_embed_is_theirs_to_decide() -> None:
    assert document_type(office.related("docx", "attachedTemplate", "https://a.rs/x.dotm")).ending == "docx"


@pytest.mark.parametrize(
    "content",
    [
        "<x>" + "<a/>" * MOST_ELEMENTS + "</x>",
        "<x>" + " " * MOST_XML + "</x>",
        "<x>",
        '<!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>',
        "no XML",
    ],
    ids=["elements", "bytes", "unclosed", "entities", "nothing"],
)
def test_parts_that_cost_much_or_cannot_be_read_are_refused(content: str) -> None:
    body = office.container(
        ("[Content_Types].xml", office.types(office.MAIN["docx"])), (office.MAIN["docx"][0], content)
    )
    began = time.process_time()
    with pytest.raises(NotADocument) as refused:
        inert_document_type(body)
    assert not isinstance(refused.value, HasForeignParts)
    assert time.process_time() - began < 20
