"""Files that are two things at once: taken as a picture, a film or a PDF; as a page or a script they do nothing.

Pictures are written anew, so the second thing is gone. Films, PDF and office documents are kept as they came: there the
answer's headers decide, and a browser judges them.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from django.test import Client
from django.urls import reverse

from municipalities import arms
from municipalities.tenancy import scope
from posts.media.domain import consents, pictures
from practice import pictures as practice_pictures
from tests import refusals, security_figures
from tests.browsing import enter
from tests.library.test_consents import consent_details
from tests.people import Cast
from tests.posts import films
from tests.posts.desk import opened
from tests.trainings.group import material_of, training_of

MARK = "zqpolyglot"
PAGE = f"<html><script>document.documentElement.dataset.ran='{MARK}';document.title='{MARK}'</script></html>"
SCRIPT = f"/*{MARK}*/=1;document.title='{MARK}';/*"


def saved(kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").resize((64, 64)).save(out, kind, **options)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("META-INF/MANIFEST.MF", MARK)
    return out.getvalue()


def exif() -> Image.Exif:
    made = Image.Exif()
    made[0x010E], made[0x9286] = PAGE, PAGE.encode()
    return made


def texts() -> PngImagePlugin.PngInfo:
    made = PngImagePlugin.PngInfo()
    made.add_text("Comment", PAGE)
    made.add_itxt("XML:com.adobe.xmp", PAGE)
    return made


def chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


PICTURES: dict[str, Callable[[], bytes]] = {
    "JPEG with a page in its comment": lambda: saved("JPEG", comment=PAGE.encode()),
    "JPEG with a page in its EXIF": lambda: saved("JPEG", exif=exif()),
    "JPEG with a page as its profile": lambda: saved("JPEG", icc_profile=PAGE.encode() * 3),
    "JPEG with a page behind it": lambda: saved("JPEG") + PAGE.encode(),
    "JPEG with an archive behind it": lambda: saved("JPEG") + archive(),
    "JPEG with a script in its first segment": lambda: saved("JPEG", comment=SCRIPT.encode()),
    "PNG with a page in its texts": lambda: saved("PNG", pnginfo=texts()),
    "PNG with an archive behind it": lambda: saved("PNG") + archive(),
    "PNG with a page in an unknown chunk": lambda: (
        saved("PNG")[:33] + chunk(b"zqQq", PAGE.encode()) + saved("PNG")[33:]
    ),
    "WebP with a page in its XMP": lambda: saved("WEBP", xmp=PAGE.encode(), exif=exif()),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_of_a_picture_only_the_picture_is_kept(name: str) -> None:
    body = PICTURES[name]()
    assert MARK.encode() in body
    whole = pictures.encode_picture(pictures.open_picture(body)).body
    practised = practice_pictures.encode(io.BytesIO(body), len(body)).content
    scan = consents.read_scan(io.BytesIO(body), size=len(body)).body
    kept = [whole, practised, scan, arms.prepared(io.BytesIO(body)).read()]
    for result in kept:
        assert MARK.encode() not in result
        assert b"META-INF" not in result
        assert Image.open(io.BytesIO(result)).size == (64, 64)


@pytest.mark.parametrize("body", [
    b"GIF89a" + SCRIPT.encode(), b"GIF87a=1;" + SCRIPT.encode(), b"BM" + SCRIPT.encode(), PAGE.encode(),
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"<?xml version='1.0'?><svg/>",
    b"\xef\xbb\xbf" + PAGE.encode(), PAGE.encode("utf-16"), b"\0" * 3 + PAGE.encode(), b"II*\0" + PAGE.encode(),
    PAGE.encode() + b"%PDF-1.7\n%%EOF", b" %PDF-1.7\n%%EOF",
])  # fmt: skip
def test_what_begins_as_something_else_is_no_picture_and_no_scan(body: bytes) -> None:
    with pytest.raises(pictures.BadPicture):
        pictures.open_picture(body)
    with pytest.raises(pictures.BadPicture):
        consents.read_scan(io.BytesIO(body), size=len(body))


# ---- in a browser

PDF = (
    b"%PDF-1.7\n" + PAGE.encode() + b"\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)  # fmt: skip


def film() -> bytes:
    return films.film() + struct.pack(">I", len(PAGE) + 8) + b"free" + PAGE.encode()


def addresses(cast: Cast) -> dict[str, str]:
    """What was uploaded, and where it is served."""
    with scope(cast.cuprija):
        desk = opened(cast)
        picture = desk.picture(PICTURES["JPEG with a page in its comment"]())
        video = desk.film(film())
        scan = consents.read_scan(io.BytesIO(PDF), size=len(PDF))
        consent = consents.record(picture, consent_details(), scan=scan, by=cast.officer)
        cast.cuprija.arms.save("a.png", arms.prepared(io.BytesIO(PICTURES["PNG with an archive behind it"]())))
    training = training_of(cast)
    material = material_of(training, cast, body=PDF)
    return {
        "picture": reverse("media", args=["cuprija", picture.pk]),
        "thumbnail": reverse("media_thumbnail", args=["cuprija", picture.pk]),
        "film": reverse("media_film", args=["cuprija", video.pk]),
        "arms": cast.cuprija.arms.url,
        "scan": reverse("library_consent_scan", args=["cuprija", consent.pk]),
        "material": reverse("training_file", args=["cuprija", training.pk, material.pk]),
    }


def page_with_script(route: Any) -> None:
    path = route.request.url.partition("?")[2]
    result = "document.documentElement.dataset.loaded"
    markup = f"""<script src="{path}" onload="{result}='ran'" onerror="{result}='refused'"></script>"""
    route.fulfill(body=markup, content_type="text/html")


@pytest.mark.security_figures
@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_no_uploaded_file_runs_at_its_own_address(page: Any, live_server: Any, cast: Cast) -> None:
    asked: list[str] = []
    served = addresses(cast)
    enter(page, live_server, cast.officer)
    page.route(re.compile("of-a-stranger"), page_with_script)
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    arms_of_it = Client().get(served.pop("arms"))  # the server of the tests hands out such files by itself
    assert arms_of_it["Content-Type"] == "image/png"
    assert arms_of_it["X-Content-Type-Options"] == "nosniff"
    assert "script-src" in arms_of_it["Content-Security-Policy"]
    for name, path in served.items():
        answer = page.context.request.get(live_server.url + path)
        assert answer.status == 200, name
        assert answer.headers.get("x-content-type-options") == "nosniff", name
        assert "default-src 'none'" in answer.headers.get("content-security-policy", ""), name
        if name in ("scan", "material"):
            assert answer.headers["content-disposition"].startswith("attachment"), name
            assert "sandbox" in answer.headers["content-security-policy"], name
            with page.expect_download() as fetched:
                page.evaluate("path => { location.href = path }", live_server.url + path)
            assert fetched.value.suggested_filename.endswith(".pdf")
        else:
            page.goto(live_server.url + path)
            assert page.evaluate("document.documentElement.dataset.ran") is None, name
            assert page.title() != MARK, name
            assert page.evaluate("document.contentType").split("/")[0] in ("image", "video"), name
        # Nor as the script of a page without any policy.
        page.goto(f"{live_server.url}/of-a-stranger?{path}")
        page.wait_for_function("document.documentElement.dataset.loaded")
        loaded = page.evaluate("document.documentElement.dataset.loaded")
        assert loaded == "refused", name
    refusals.take()
    assert asked == []
    figures = {"polyglots": len(PICTURES) + 2, "addresses": len(served) + 1}
    security_figures.record("Files and words: polyglots", figures)


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_the_same_files_would_run_as_pages(page: Any, live_server: Any, cast: Cast) -> None:
    """That the test above can fail: the same bytes, called a page and sent without our headers."""
    page.route("**/of-a-stranger", lambda route: route.fulfill(body=film(), content_type="text/html"))
    page.goto(live_server.url + "/of-a-stranger")
    assert page.evaluate("document.documentElement.dataset.ran") == MARK
