"""PDFs of strangers: as they came where only pages are in them, else pictures of the pages."""

from __future__ import annotations

import base64
import io
import zlib
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest

from inbox import attached_pdfs
from inbox.attached_pdfs import InertPdf
from inbox.attachment_types import NotAccepted, Refusal
from posts.media import probe, probing
from tests import pdfs

HUGE = zlib.compress(zlib.compress(b"\0" * 50_000_000))


def inspected(body: bytes, place: Path) -> dict[str, Any]:
    """What the probe says, without a process of its own."""
    file = place / "a.pdf"
    file.write_bytes(body)
    return probe.inspect_strange_pdf(str(file))


@pytest.mark.parametrize("name", pdfs.inert())
def test_a_pdf_of_pages_alone_has_nothing_active_in_it(name: str, tmp_path: Path) -> None:
    assert inspected(pdfs.inert()[name], tmp_path) == {"is_inert": True}


@pytest.mark.parametrize("name", pdfs.active())
def test_of_a_pdf_with_more_in_it_pictures_of_its_pages_are_made(name: str, tmp_path: Path) -> None:
    report = inspected(pdfs.active()[name], tmp_path)
    assert not report["is_inert"]
    page = pypdfium2.PdfDocument(base64.b64decode(report["pictures"]))[0]
    assert tuple(round(side) for side in page.get_size()) == (200, 300)
    assert page.render().to_pil().convert("RGB").getpixel((100, 200))[2] > 200, "the blue square is in it"


def test_what_came_is_kept_or_its_pictures_are() -> None:
    plain = pdfs.pdf()
    assert attached_pdfs.inert(plain) == InertPdf(plain, is_pictures=False)
    kept = attached_pdfs.inert(pdfs.pdf(pdfs.RUNS))
    assert kept.is_pictures
    assert attached_pdfs.inert(kept.body) == InertPdf(kept.body, is_pictures=False)


def test_readers_open_the_pdfs_that_hide_something() -> None:
    """Else nothing would be shown by refusing them."""
    for body in pdfs.active().values():
        assert len(pypdfium2.PdfDocument(body)) == 1
        assert len(pypdf.PdfReader(io.BytesIO(body)).pages) == 1


def test_a_pdf_that_has_to_be_repaired_is_not_trusted(tmp_path: Path) -> None:
    shifted = pdfs.pdf().replace(b"%PDF-1.7\n", b"%PDF-1.7\n%moved\n", 1)
    assert not inspected(shifted, tmp_path)["is_inert"]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (pdfs.encrypted(pdfs.pdf(), "secret"), Refusal.LOCKED),
        (b"%PDF-1.7 nothing", Refusal.BROKEN),
        (pdfs.pdf(pdfs.RUNS, o2=b"<< /Type /Pages /Kids [%s] /Count 90 >>" % (b"3 0 R " * 90)), Refusal.BROKEN),
    ],
    ids=["locked", "nothing", "too many pages"],
)
def test_what_cannot_be_drawn_is_refused(body: bytes, refusal: Refusal) -> None:
    with pytest.raises(NotAccepted) as refused:
        attached_pdfs.inert(body)
    assert refused.value.refusal == refusal


@pytest.mark.parametrize(
    "body",
    [
        pdfs.pdf(pdfs.RUNS, width=b"1000000000"),
        pdfs.pdf(pdfs.RUNS, width=b"0"),
        pdfs.pdf(pdfs.RUNS, o2=b"<< /Type /Pages /Kids [2 0 R] /Count 50 >>"),
        pdfs.pdf(o5=b"[" * 200_000),
        pdfs.pdf(pdfs.RUNS, o4=pdfs.stream(HUGE, b"/Filter [/FlateDecode /FlateDecode]")),
    ],
    ids=["a kilometre wide", "without width", "pages in a circle", "nested", "a bomb"],
)
def test_what_is_made_to_cost_much_ends_with_small_pictures_or_a_refusal(body: bytes) -> None:
    try:
        kept = attached_pdfs.inert(body)
    except NotAccepted:
        return
    assert kept.is_pictures
    assert len(kept.body) < 100_000


def test_a_process_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdfs.pdf())
    assert probing.report(str(file), "strange_pdf", seconds=0) == {"problem": "too_slow"}
    assert probing.report(str(file), "strange_pdf", most=2) == {"problem": "corrupt"}
