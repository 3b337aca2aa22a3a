"""The composer in a real Chromium: what its first load weighs, how soon a letter shows, and what moves meanwhile.

The processor is slowed down four times, as on an office computer of ten years ago or a phone. A letter counts from the
moment the browser has the key until the frame is painted in which counters, previews and coach have followed.
"""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from launcher import browser as browsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

SLOWER, RUNS = 4, 3
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
KINDS = {
    "Document": "HTML", "Stylesheet": "CSS", "Script": "scripts", "Font": "fonts", "Image": "pictures",
}  # fmt: skip
SCREENS = {"1280 px": WIDE, "390 px": PHONE}
USUAL = """Пријавите се за субвенције за пољопривреду до 15. децембра 2026. године. Право имају сва регистрована
газдинства са територије општине. Образац се преузима у услужном центру или на сајту, а предаје се у писарници,
соба 5, радним даном од 7.30 до 15 часова.

За питања позовите услужни центар. #Субвенције https://place.example/konkurs """
TEXTS = {"a line": "Вода ", "a usual post": USUAL, "a long post": USUAL * 6}
QUIET = 1_500
# A pause after so many letters: previews are asked for and drafts saved in between, and their answers arrive.
LETTERS, BREATH, PAUSE, BETWEEN = 48, 12, 1_200, 110

# Browsers excuse what moves within half a second after a key, as a text that grows by a line moves what is below it.
WATCH = """() => {
  window.moved = [];
  const name = (node) => node?.nodeType === 1 ? `${node.localName}#${node.id}.${node.className}` : node?.nodeName ?? "";
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries())
      moved.push({ value, excused: hadRecentInput, nodes: sources.map(({ node }) => name(node)) });
  }).observe({ type: "layout-shift", buffered: true });
}"""
TIME = """() => {
  window.letters = [];
  let began = 0;
  addEventListener("keydown", (event) => (began = event.timeStamp), true);
  const said = () => document.querySelector(".counters").textContent;
  addEventListener("input", (event) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    const at = began;
    port1.onmessage = () => letters.push([performance.now() - at, event.target.value.length, said()]);
    port2.postMessage(null);
  }), true);
}"""
SHIFT = "() => moved.splice(0)"


@dataclass(frozen=True)
class Weight:
    """Bytes over the wire, headers included, with nothing in the browser's cache; by kind of file."""

    requests: int
    kinds: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.kinds.values())

    def json(self) -> dict[str, Any]:
        return {**asdict(self), "total": self.total}


@dataclass(frozen=True)
class Feel:
    """Milliseconds from key to paint, and layout shift: as the page loads, and while one types and answers arrive.

    `excused`: what moved within half a second after a key, so when the text grew by a line.
    """

    page: str
    p50: float
    p95: float
    on_load: float
    while_typing: float
    excused: float
    moved: list[str]

    def json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Composer:
    weight: Weight
    feel: list[Feel]

    def json(self) -> dict[str, Any]:
        return {"weight": self.weight.json(), "feel": [feel.json() for feel in self.feel]}


def measured(base: str, path: str, cookies: list[Any]) -> Composer:
    """The composer at `path`. Needs a Chromium: raises launcher.browser.NoBrowser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browsers.find(), args=browsers.ARGUMENTS)
        desk = Desk(chromium, base + path, cookies)
        feel = [desk.felt(f"{name}, {screen}", TEXTS[name], size) for screen, size in SCREENS.items() for name in TEXTS]
        return Composer(desk.weighed(), feel)


@dataclass(frozen=True)
class Desk:
    """The composer at `address`, opened in a browser with an empty cache."""

    browser: Browser
    address: str
    cookies: list[Any]

    def opened(self, size: ViewportSize) -> BrowserContext:
        """Opens the composer with observers of layout shift."""
        context = self.browser.new_context(viewport=size, locale="sr-RS", timezone_id="Europe/Belgrade")
        context.add_cookies(self.cookies)
        context.add_init_script(f"({WATCH})()")
        return context

    def weighed(self) -> Weight:
        """What comes over the wire."""
        context = self.opened(WIDE)
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        kind_of: dict[str, str] = {}
        kinds: dict[str, int] = {}
        finished: list[str] = []

        def received(event: Any) -> None:
            kind_of[event["requestId"]] = KINDS.get(event["type"], "other")

        def done(event: Any) -> None:
            kind = kind_of[event["requestId"]]
            kinds[kind] = kinds.get(kind, 0) + int(event["encodedDataLength"])
            finished.append(event["requestId"])

        wire.on("Network.responseReceived", received)
        wire.on("Network.loadingFinished", done)
        page.goto(self.address, wait_until="networkidle")
        # A browser without a window leaves out the sign of the tab.
        page.evaluate("fetch(document.querySelector('link[rel=icon]').href).then((answer) => answer.text())")
        page.wait_for_timeout(QUIET)
        context.close()
        return Weight(len(finished), dict(sorted(kinds.items())))

    def felt(self, name: str, text: str, size: ViewportSize, runs: int = RUNS) -> Feel:
        """Type at the end of `text`."""
        feels = [self._felt(name, text, size) for _run in range(runs)]
        p50, p95, on_load, while_typing, excused = (
            round(statistics.median(getattr(one, figure) for one in feels), 4)
            for figure in ("p50", "p95", "on_load", "while_typing", "excused")
        )
        moved = sorted({line for one in feels for line in one.moved})
        return Feel(name, p50, p95, on_load, while_typing, excused, moved)

    def _felt(self, name: str, text: str, size: ViewportSize) -> Feel:
        context = self.opened(size)
        page = context.new_page()
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(self.address, wait_until="networkidle")
        page.wait_for_timeout(QUIET)
        on_load = page.evaluate(SHIFT)
        page.locator(".composer-area").first.fill(text)
        page.wait_for_timeout(QUIET * 2)
        page.evaluate(SHIFT)
        times = typed(page)
        page.wait_for_timeout(QUIET)
        typing = page.evaluate(SHIFT)
        context.close()
        return Feel(
            name, round(statistics.median(times), 1), round(statistics.quantiles(times, n=20)[-1], 1), shift(on_load),
            shift(typing), shift(typing, excused=True), moved([*on_load, *typing]),
        )  # fmt: skip


def typed(page: Page) -> list[float]:
    """Milliseconds of each of LETTERS keystrokes. Raises RuntimeError when a frame was painted with an old count."""
    page.evaluate(TIME)
    keys = page.context.new_cdp_session(page)
    for number in range(LETTERS):
        letter = "општинаграда"[number % 12]
        keys.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": letter, "text": letter})
        keys.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": letter})
        page.wait_for_timeout(PAUSE if number % BREATH == BREATH - 1 else BETWEEN)
    seen = page.evaluate("() => letters")
    # Two letters may share a frame; but a text that is longer was counted as longer.
    if len(seen) != LETTERS or len({length for _, length, _ in seen}) != len({painted for _, _, painted in seen}):
        raise RuntimeError("A letter was painted before the counters had followed it.")
    return [float(time) for time, _length, _said in seen]


def shift(entries: list[Any], *, excused: bool = False) -> float:
    return round(sum(float(entry["value"]) for entry in entries if entry["excused"] == excused), 4)


def moved(entries: list[Any]) -> list[str]:
    return [f"{entry['value']:.5f} {', '.join(entry['nodes'])}" for entry in entries]
