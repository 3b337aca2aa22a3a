"""Pictures of the main pages for docs/screenshots, taken from a running demo: `make maintain WHAT=screenshots`.

Signs in as the demo's people in a real Chromium, one browser context each, and changes nothing. Every picture is
reduced to a palette, so that the docs stay small; those of practice pages beside previews are WebP.
"""

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PIL import Image

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo import practice_faces
from demo.browsing import APPROVER, HERE, OFFICER, next_port, open_page, sign_in, started_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, StorageState

Scheme = Literal["light", "dark"]
Sessions = dict[str, "StorageState"]
DIRECTORY = Path(settings.BASE_DIR) / "docs" / "screenshots"
MOST_BYTES = 150_000
WIDE, PHONE = (1280, 800), (390, 844)
MENTOR, STAFF, ADMIN = "mentor@dobosar.example", "staff@dobosar.example", "admin@dobosar.example"


@dataclass(frozen=True)
class Shot:
    """One screenshot. `path` is an address; from there the first link matching each of `follow` is followed.

    `tallest`: a longer page is cut there, in pixels.
    """

    name: str
    who: str
    path: str
    follow: tuple[str, ...] = ()
    size: tuple[int, int] = WIDE
    scheme: Scheme = "light"
    tallest: int = 1200


READ = (r"^/m/[a-z-]+/posts/\d+/$",)
WRITE = (*READ, rf"{HERE}posts/\d+/edit/$")
HEARING = (rf"^{HERE}consultations/\d+/$",)
MESSAGE = rf"^{HERE}inbox/\d+/"
# The first draft, and the first post that waits for a decision: which they are depends on the day of the demo.
DRAFTS = f"{HERE}posts/?state=draft"
WAITING = f"{HERE}posts/?state=submitted"
SHOTS = (
    Shot("home-officer", OFFICER, HERE),
    Shot("home-officer-dark", OFFICER, HERE, scheme="dark"),
    Shot("home-officer-phone", OFFICER, HERE, size=PHONE),
    Shot("home-approver", APPROVER, HERE),
    Shot("home-mentor", MENTOR, "/"),
    Shot("composer", OFFICER, DRAFTS, WRITE, size=(1280, 1040)),
    Shot("composer-dark", OFFICER, DRAFTS, WRITE, size=(1280, 1040), scheme="dark"),
    Shot("composer-phone", OFFICER, DRAFTS, WRITE, size=PHONE, tallest=1500),
    Shot("review", APPROVER, WAITING, READ),
    Shot("review-mentor", MENTOR, DRAFTS, READ),
    Shot("calendar", OFFICER, f"{HERE}calendar/"),
    Shot("calendar-dark", OFFICER, f"{HERE}calendar/", scheme="dark"),
    Shot("calendar-phone", OFFICER, f"{HERE}calendar/?view=list", size=PHONE),
    Shot("calendar-profile", OFFICER, f"{HERE}calendar/?view=profile"),
    Shot("calendars", STAFF, "/calendars/"),
    Shot("posts", OFFICER, f"{HERE}posts/"),
    Shot("library", OFFICER, f"{HERE}library/"),
    Shot("kit", OFFICER, f"{HERE}library/kits/", (rf"{HERE}library/kits/\d+/$",), tallest=1500),
    Shot("campaigns", OFFICER, f"{HERE}planning/campaigns/"),
    Shot("messages", OFFICER, f"{HERE}inbox/"),
    Shot("messages-dark", OFFICER, f"{HERE}inbox/", scheme="dark"),
    Shot("messages-phone", OFFICER, f"{HERE}inbox/", size=PHONE, tallest=1500),
    Shot("message", OFFICER, f"{HERE}inbox/?kind=question", (MESSAGE,), tallest=1500),
    Shot("moderation", APPROVER, f"{HERE}inbox/moderation/"),
    Shot("needs", OFFICER, f"{HERE}needs/"),
    Shot("need", OFFICER, f"{HERE}needs/?stage=done", (rf"^{HERE}needs/\d+/$",), tallest=1500),
    Shot("asked", OFFICER, "/asked/cuprija/", tallest=1500),
    Shot("consultation", OFFICER, f"{HERE}consultations/", HEARING, tallest=1500),
    Shot("contributions", OFFICER, f"{HERE}consultations/", (*HEARING, f"{HEARING[0][:-1]}contributions/$")),
    Shot("hearing", OFFICER, "/consultations/cuprija/", (r"^/consultations/cuprija/[\w-]+/",), tallest=1500),
    Shot("house-rules", OFFICER, "/rules/cuprija/", tallest=1500),
    Shot("plan", OFFICER, f"{HERE}mentoring/", tallest=1500),
    Shot("shared-posts", OFFICER, f"{HERE}gallery/", tallest=1500),
    Shot("good-practice", OFFICER, f"{HERE}good-practice/", tallest=1500),
    Shot("progress", OFFICER, f"{HERE}progress/"),
    Shot("analytics", OFFICER, f"{HERE}analytics/", tallest=1700),
    Shot("analytics-dark", OFFICER, f"{HERE}analytics/", scheme="dark", tallest=1700),
    Shot("analytics-phone", OFFICER, f"{HERE}analytics/", size=PHONE, tallest=1600),
    Shot("programme", STAFF, "/programme/"),
    Shot("indicators", STAFF, "/programme/indicators/", tallest=1700),
    Shot("mentoring", STAFF, "/programme/mentoring/", tallest=1500),
    Shot("channels", APPROVER, f"{HERE}channels/"),
    Shot("mailbox", ADMIN, "/mailbox/"),
    Shot("gallery", ADMIN, "/ui/"),
)


class Command(BaseCommand):
    help = "Take the pictures of docs/screenshots from a running demo."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base", default="http://127.0.0.1:8000", help="address of the running portal")
        parser.add_argument("--practice", help="address of its practice network; the next port unless given")
        parser.add_argument("--only", help="pictures whose name begins with this")

    def handle(self, *args: Any, base: str, practice: str | None, only: str | None, **options: Any) -> None:
        base = base.rstrip("/")
        wanted = [shot for shot in SHOTS if shot.name.startswith(only or "")]
        sessions: Sessions = {}
        DIRECTORY.mkdir(parents=True, exist_ok=True)
        with started_chromium() as chromium:
            for shot in wanted:
                self._report(shot.name, _portal(chromium, base, shot, sessions))
            if "practice".startswith(only or ""):
                for size, name in ((WIDE, "practice"), (PHONE, "practice-phone")):
                    self._report(name, _public(chromium, practice or next_port(base), size))
            network = practice or next_port(base)
            if "practice-layouts".startswith(only or ""):
                self._report("practice-layouts", practice_faces.layouts(chromium, network), "webp")
            for name, sheet in practice_faces.sheets(chromium, base, network, only or ""):
                self._report(name, sheet, "webp")

    def _report(self, name: str, picture: bytes, kind: str = "png") -> None:
        path = DIRECTORY / f"{name}.{kind}"
        path.write_bytes(picture)
        self.stdout.write(f"{path.relative_to(settings.BASE_DIR)} {len(picture) // 1000} kB")


def _page(
    chromium: "Browser", size: tuple[int, int], scheme: Scheme = "light", session: "StorageState | None" = None
) -> "Page":
    width, height = size
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
        locale="sr-RS",
        storage_state=session,
    )
    return context.new_page()


def _portal(chromium: "Browser", base: str, shot: Shot, sessions: Sessions) -> bytes:
    page = _page(chromium, shot.size, shot.scheme, sessions.get(shot.who))
    try:
        if shot.who not in sessions:
            sign_in(page, base, shot.who)
            sessions[shot.who] = page.context.storage_state()
        open_page(page, base + shot.path)
        for pattern in shot.follow:
            open_page(page, base + _first_link(page, pattern, shot.name))
        return _picture(page, shot.tallest)
    finally:
        page.context.close()


def _public(chromium: "Browser", address: str, size: tuple[int, int]) -> bytes:
    page = _page(chromium, size)
    try:
        open_page(page, address)
        return _picture(page, 1200)
    finally:
        page.context.close()


def _first_link(page: "Page", pattern: str, name: str) -> str:
    links: list[str] = page.eval_on_selector_all("main a[href]", "all => all.map(a => a.getAttribute('href'))")
    match = next((link for link in links if re.search(pattern, link)), None)
    if match is None:
        raise CommandError(f"{page.url} has no link like {pattern}, which the picture {name} is of.")
    return match


def _picture(page: "Page", tallest: int) -> bytes:
    """The page in a window that is just tall enough, so that rails and bars are at its edges."""
    height = min(int(page.evaluate("document.documentElement.scrollHeight")), tallest)
    width = page.viewport_size["width"] if page.viewport_size else WIDE[0]
    page.set_viewport_size({"width": width, "height": max(height, 700)})
    page.evaluate("document.fonts.ready")
    page.wait_for_load_state("networkidle")
    return _small(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))


def _small(picture: Image.Image) -> bytes:
    """As PNG with as many colours as fit into `MOST_BYTES`."""
    for colours in (256, 128, 64, 32, 16):
        out = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()
