"""Pictures of pages that imitate a network beside the portal's preview of the same post, taken from a running demo.

`sheets` gives one for each network of `platforms.imitation.NETWORKS`, `layouts` one of the five layouts of a page. Both
only read: what is on them is what the demo has on that day.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from django.core.management.base import CommandError

from demo.browsing import open_page, sign_in
from demo.texts import SECOND_GROUP, SLUGS, ChannelPlan, place
from platforms.imitation import NETWORKS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

PRACTICE_SIZE, PORTAL_SIZE = (460, 1000), (1366, 1400)
LAYOUTS = ("facebook", "instagram", "viber", "x", "wordpress")
LAYOUT_SIZE = (400, 860)
GAP, TALLEST = 24, 1100
MOST_BYTES = 140_000
GROUND = (225, 223, 216)
CANDIDATES = 8
DRAWING = "Цртеж"
PICTURED = "all => all.filter(a => a.closest('li')?.querySelector('img')).map(a => a.getAttribute('href'))"
OPTIONS = "all => all.map(one => [one.textContent.trim(), one.value])"


@dataclass(frozen=True)
class Face:
    """A page of the demo that imitates `plan.network`, and its municipality."""

    slug: str
    plan: ChannelPlan


def faces() -> dict[str, Face]:
    """The first page of each network, by network."""
    every = [Face(slug, plan) for slug in (*SLUGS, *SECOND_GROUP) for plan in place(slug).channels]
    return {face.plan.network: face for face in reversed(every) if face.plan.network in NETWORKS}


def sheets(chromium: "Browser", base: str, practice: str, only: str = "") -> Iterator[tuple[str, bytes]]:
    """The name of each picture and the picture, as WebP: the post on the practice network, and its preview."""
    for network, face in sorted(faces().items()):
        name = f"practice-{network}"
        if not name.startswith(only):
            continue
        page = _page(chromium, PORTAL_SIZE)
        try:
            sign_in(page, base, f"officer@{face.slug}.example")
            preview, permalink = _newest(page, base, practice, face)
            portal = _around(page, preview)
        finally:
            page.context.close()
        yield name, _side_by_side([_post(chromium, permalink), portal])


def layouts(chromium: "Browser", practice: str) -> bytes:
    """The pages of five networks, each of another layout."""
    shown = []
    for network in LAYOUTS:
        page = _page(chromium, LAYOUT_SIZE)
        try:
            open_page(page, f"{practice}@{faces()[network].plan.username}")
            shown.append(_picture(page.screenshot()))
        finally:
            page.context.close()
    return _side_by_side(shown)


def _newest(page: "Page", base: str, practice: str, face: Face) -> tuple["Locator", str]:
    """The preview of the newest post of the page with a picture, rather a photograph, and the address of the post."""
    posts = f"/m/{face.slug}/posts/"
    open_page(page, base + posts)
    channels = page.eval_on_selector_all("#filter-channel option", OPTIONS)
    open_page(page, f"{base}{posts}?state=published&channel={dict(channels).get(face.plan.name, '')}")
    links = page.eval_on_selector_all("main a[href]", PICTURED)
    addresses = dict.fromkeys(link for link in links if re.fullmatch(rf"{posts}\d+/", link))
    second_best = ""
    for link in list(addresses)[:CANDIDATES]:
        alt = _open(page, base + link, practice, face)
        if alt and not alt.startswith(DRAWING):
            return _preview(page, face), _permalink(page, practice, face)
        if alt and not second_best:
            second_best = link
    if not second_best:
        raise CommandError(f"{face.plan.name} has no published post with a picture.")
    _open(page, base + second_best, practice, face)
    return _preview(page, face), _permalink(page, practice, face)


def _open(page: "Page", address: str, practice: str, face: Face) -> str:
    """What is on the first picture of the post, or "" if it has none, a poll, or is not there any more."""
    open_page(page, address)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    preview = _preview(page, face)
    if not preview.count() or preview.locator(".look-poll").count() or not _permalink(page, practice, face):
        return ""
    picture = preview.locator("img:not(.arms)[alt]:not([alt=''])")
    return picture.first.get_attribute("alt") or "" if picture.count() else ""


def _preview(page: "Page", face: Face) -> "Locator":
    return page.locator(f".preview-{face.plan.network}", has_text=face.plan.name).first


def _permalink(page: "Page", practice: str, face: Face) -> str:
    link = page.locator(f"a[href^='{practice}@{face.plan.username}/']")
    return link.first.get_attribute("href") or "" if link.count() else ""


def _post(chromium: "Browser", address: str) -> Image.Image:
    """The page of a post on the practice network, from its top to the end of the post."""
    page = _page(chromium, PRACTICE_SIZE)
    try:
        open_page(page, address)
        box = page.locator(".feed-one").bounding_box()
        assert box is not None
        height = min(round(box["y"] + box["height"]) + GAP // 2, TALLEST)
        page.set_viewport_size({"width": PRACTICE_SIZE[0], "height": height})
        page.evaluate("document.fonts.ready")
        return _picture(page.screenshot())
    finally:
        page.context.close()


def _around(page: "Page", element: "Locator") -> Image.Image:
    """The element with a margin of the page around it."""
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    assert box is not None
    area = {"x": box["x"] - 4, "y": box["y"] - 4, "width": box["width"] + 8, "height": box["height"] + 8}
    return _picture(page.screenshot(clip=area))  # type: ignore[arg-type]


def _page(chromium: "Browser", size: tuple[int, int]) -> "Page":
    width, height = size
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme="light", reduced_motion="reduce", locale="sr-RS"
    )
    return context.new_page()


def _picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def _side_by_side(pictures: list[Image.Image]) -> bytes:
    pictures = [picture.crop((0, 0, picture.width, min(picture.height, TALLEST))) for picture in pictures]
    width = sum(picture.width for picture in pictures) + GAP * (len(pictures) + 1)
    sheet = Image.new("RGB", (width, max(picture.height for picture in pictures) + 2 * GAP), GROUND)
    left = GAP
    for picture in pictures:
        sheet.paste(picture, (left, GAP))
        left += picture.width + GAP
    for quality in range(82, 50, -4):
        out = io.BytesIO()
        sheet.save(out, "WEBP", quality=quality, method=6)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()
