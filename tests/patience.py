"""Tests act on a page of the browser once its scripts listen, as a person does who is never that quick.

Playwright's actions wait until an element is there, not until the modules of its page have run. On a busy machine a
field of the next page is filled in before anybody listens to it, and what should follow from typing never comes.

Every wait is for a condition and ends when it holds. `SECONDS` only ends the wait for one that will never hold, so it
is long: on a slow machine that is busy with other things a page may take half a minute.

What a page itself waits for comes sooner: until somebody who types pauses, and until it asks the server again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

SECONDS = 120
MILLISECONDS = SECONDS * 1000
# Where one of these leads to another page, Playwright itself waits until that page has begun.
LEADS_ON = {"click", "press"}
TOUCHES = {"fill", "press_sequentially", "type", "dblclick", "tap", "check", "uncheck", "set_checked", "hover", "focus"}
TOUCHES |= {"select_option", "set_input_files", "dispatch_event", "drag_to", *LEADS_ON}

# Milliseconds: the pause after which a draft is saved, and the interval at which most pages ask for news (`every 2s`).
# What a page shows and sends is the same, it only comes sooner.
SHORTENED = {1_500: 300, 2_000: 500}
SHORTEN = f"""(() => {{
  const shortened = {SHORTENED}, start = window.setTimeout;
  window.setTimeout = (act, delay, ...rest) => start(act, shortened[delay] ?? delay, ...rest);
}})()"""
# A page without the service worker, which would fetch forty files into its cache beside each test. Tests of the worker
# open their context with `service_workers="allow"`.
WITHOUT_WORKER = "delete Navigator.prototype.serviceWorker"
# `make test-chance` moves the clock of all processes but those of the browser, which are no use then. So their pages
# read a moved one. `+86400s` are the seconds ahead.
AHEAD = os.environ.get("FAKETIME", "").removesuffix("s")
MOVE_CLOCK = f"""(() => {{
  const Machine = Date, ahead = {AHEAD or 0} * 1000;
  window.Date = class Date extends Machine {{
    constructor(...parts) {{ if (parts.length) super(...parts); else super(Machine.now() + ahead); }}
    static now() {{ return Machine.now() + ahead; }}
  }};
}})()"""


@contextmanager
def real_clock() -> Iterator[dict[str, str]]:
    """What begins in here, with the environment that is given, has the machine's clock."""
    library = os.environ.pop("LD_PRELOAD", None)
    try:
        yield dict(os.environ)
    finally:
        if library is not None:
            os.environ["LD_PRELOAD"] = library


def teach() -> None:
    """Every action waits for its element, then for the scripts of the page it is on, and again where it leads on."""
    from playwright.sync_api import Browser, Locator, Page

    if not hasattr(Browser.new_context, "__wrapped__"):
        Browser.new_context = _shortened(Browser.new_context)  # type: ignore[method-assign]

    def there(locator: Any, timeout: float | None) -> Any:
        locator.wait_for(state="attached", timeout=timeout)
        return locator.page

    for name in TOUCHES:
        setattr(Locator, name, _patient(getattr(Locator, name), name, there))
    for name in TOUCHES - {"press_sequentially", "drag_to"}:
        setattr(Page, name, _patient(getattr(Page, name), name, lambda page, timeout: page))


def at_once(action: Callable[..., Any], *args: Any) -> Any:
    """For a test of what happens before the scripts are there: `at_once(page.fill, "#text", "Вода")`."""
    return action.__wrapped__(action.__self__, *args)  # type: ignore[attr-defined]


def _shortened(new_context: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(new_context)
    def opened(self: Any, **options: Any) -> Any:
        context = new_context(self, **options)
        context.add_init_script(SHORTEN)
        if AHEAD:
            context.add_init_script(MOVE_CLOCK)
        if options.get("service_workers") != "allow":
            context.add_init_script(WITHOUT_WORKER)
        return context

    return opened


def _patient(act: Callable[..., Any], name: str, there: Callable[[Any, float | None], Any]) -> Callable[..., Any]:
    if hasattr(act, "__wrapped__"):
        return act

    @wraps(act)
    def acted(self: Any, *args: Any, **options: Any) -> Any:
        page = there(self, options.get("timeout"))
        page.wait_for_load_state()
        result = act(self, *args, **options)
        if name in LEADS_ON and not page.is_closed():
            page.wait_for_load_state()
        return result

    return acted
