"""The film of the main job, docs/film.webm, made in a running demo: `make maintain WHAT=film`.

An officer writes a post and submits it, an approver approves it on Home, the officer publishes it, and it stands on the
practice network. It writes this post into the demo. Playwright records the browser with its own ffmpeg (`playwright
install ffmpeg`); an ordinary one makes the film small enough for the docs.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo import pictures
from demo.browsing import APPROVER, HERE, OFFICER, next_port, sign_in, started_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, StorageState

FILM = Path(settings.BASE_DIR) / "docs" / "film.webm"
SIZE = (1280, 720)
TEXT = (
    "У суботу садимо липе у Улици Карађорђевој. Понесите рукавице, алат је ту. "
    "Почињемо у 10 сати код школе. Напишите у коментару ко долази!"
)
TITLE = "Садња липа"
ALT = "Цртеж: дрворед липа дуж улице"
TYPING = 28  # milliseconds per character
PAUSE = 1400
CAPTION = """(text) => {
  let line = document.getElementById("film-caption");
  if (!line) {
    line = document.createElement("div");
    line.id = "film-caption";
    line.popover = "manual";
    const looks = {
      position: "fixed", inset: "auto 0 5.5rem 0", margin: "0 auto", width: "max-content", padding: "0.6rem 1.2rem",
      border: "0", borderRadius: "999px", background: "#1c1a17", color: "#fff", font: "600 18px sans-serif",
      pointerEvents: "none",
    };
    Object.assign(line.style, looks);
    document.body.append(line);
  }
  line.textContent = text;
  if (line.matches(":popover-open")) line.hidePopover();
  line.showPopover();
}"""
POINTER = """() => {
  const dot = document.createElement("div");
  dot.popover = "manual";
  const looks = {
    position: "fixed", inset: "0 auto auto 0", width: "18px", height: "18px", margin: "-9px", padding: "0", border: "0",
    borderRadius: "50%", background: "rgb(193 61 49 / 70%)", pointerEvents: "none",
  };
  Object.assign(dot.style, looks);
  document.body.append(dot);
  dot.showPopover();
  addEventListener("mousemove", ({ clientX, clientY }) => {
    dot.style.translate = `${clientX}px ${clientY}px`;
    dot.hidePopover();
    dot.showPopover();
  });
}"""


class Command(BaseCommand):
    help = "Record docs/film.webm in a running demo."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base", default="http://127.0.0.1:8000", help="address of the running portal")
        parser.add_argument("--practice", help="address of its practice network; the next port unless given")

    def handle(self, *args: Any, base: str, practice: str | None, **options: Any) -> None:
        base = base.rstrip("/")
        with started_chromium() as browser, tempfile.TemporaryDirectory() as directory:
            sessions = {who: _session(browser, base, who) for who in (OFFICER, APPROVER)}
            film = _recorded(browser, Path(directory), base, practice or next_port(base), sessions)
            _reduce(film)
        self.stdout.write(f"{FILM.relative_to(settings.BASE_DIR)} {FILM.stat().st_size // 1000} kB")


def _reduce(film: Path) -> None:
    """To a tenth of its size: VP9, twelve pictures a second."""
    ffmpeg = shutil.which("ffmpeg")
    if not ffmpeg:
        raise CommandError("ffmpeg is missing: apt-get install ffmpeg")
    quality = ["-c:v", "libvpx-vp9", "-crf", "42", "-b:v", "0", "-r", "12", "-cpu-used", "4", "-row-mt", "1"]
    subprocess.run([ffmpeg, "-loglevel", "error", "-y", "-i", film, *quality, FILM], check=True)


def _session(browser: "Browser", base: str, who: str) -> "StorageState":
    page = browser.new_page()
    try:
        sign_in(page, base, who)
        return page.context.storage_state()
    finally:
        page.context.close()


def _recorded(
    browser: "Browser", directory: Path, base: str, practice: str, sessions: dict[str, "StorageState"]
) -> Path:
    from playwright.sync_api import Error

    width, height = SIZE
    context = browser.new_context(
        viewport={"width": width, "height": height},
        record_video_dir=directory,
        record_video_size={"width": width, "height": height},
        locale="sr-RS",
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.on("load", lambda loaded: loaded.evaluate(POINTER))
    try:
        _play(_Actor(page, sessions), base, practice)
    except Error as problem:
        raise CommandError(f"{page.url}: {problem.message}") from problem
    finally:
        context.close()
    if page.video is None:
        raise CommandError("The browser recorded nothing.")
    return Path(page.video.path())


class _Actor:
    """Whoever sits before the screen: moves the pointer before each click, and types at a person's pace."""

    def __init__(self, page: "Page", sessions: dict[str, "StorageState"]) -> None:
        self.page, self.sessions = page, sessions

    def become(self, who: str) -> None:
        self.page.context.clear_cookies()
        self.page.context.add_cookies(self.sessions[who]["cookies"])  # type: ignore[arg-type]

    def caption(self, text: str) -> None:
        self.page.evaluate(CAPTION, text)
        self.page.wait_for_timeout(PAUSE)

    def open(self, address: str, caption: str) -> None:
        self.page.goto(address, wait_until="networkidle")
        self.caption(caption)

    def click(self, target: "Locator") -> None:
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        if box:
            self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=25)
        target.click()
        self.page.wait_for_timeout(PAUSE // 2)

    def type(self, target: "Locator", text: str) -> None:
        self.click(target)
        target.press_sequentially(text, delay=TYPING)
        self.page.wait_for_timeout(PAUSE // 2)


def _play(actor: _Actor, base: str, practice: str) -> None:
    page = actor.page
    actor.become(OFFICER)
    actor.open(f"{base}{HERE}", "An officer opens the portal in the morning")
    actor.click(page.locator(f".rail a.button[href='{HERE}posts/new/']"))
    actor.caption("She writes a post once, for all networks")
    actor.type(page.locator("#text-sr-Cyrl"), TEXT)
    poster = pictures.draw("park", "#2f6a4d").large
    page.locator("#files").set_input_files({"name": "lipe.jpg", "mimeType": "image/jpeg", "buffer": poster})
    description = page.locator("#picture-list [name^=alt]").first
    actor.caption("The picture gets a description for blind readers")
    actor.type(description, ALT)
    actor.caption("Beside it: what each network will show")
    actor.click(page.locator("#office > summary"))
    actor.type(page.locator("#title"), TITLE)
    page.wait_for_url("**/edit/")
    page.wait_for_timeout(PAUSE)
    actor.click(page.locator(".composer-foot button[name=act][value=submit], .composer-foot .button-primary").first)
    page.wait_for_load_state("networkidle")
    post = re.sub(r"edit/$", "", page.url)
    actor.caption("Submitted: the approvers get a mail")

    actor.become(APPROVER)
    actor.open(f"{base}{HERE}", "An approver sees what waits, and decides without leaving Home")
    actor.click(page.locator(f"a[data-decide*='/{post.rstrip('/').rsplit('/', 1)[-1]}/']").first)
    page.wait_for_timeout(PAUSE)
    actor.caption("This is how it will look")
    actor.click(page.locator("dialog#dialog button[value=approve]"))
    page.wait_for_load_state("networkidle")
    actor.caption("Approved")

    actor.become(OFFICER)
    actor.open(post, "The officer publishes it")
    actor.click(page.locator("main [data-confirm]").first)
    actor.click(page.locator("dialog#confirm [data-yes]"))
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(6000)
    actor.open(post, "Published: each network says where it stands")
    page.wait_for_timeout(PAUSE)
    actor.open(practice, "And citizens read it")
    page.wait_for_timeout(PAUSE)
