"""What browsers refused because of the content policy: every test with a browser fails when there was any.

A test that attacks a page on purpose takes them out with `take`.
"""

from __future__ import annotations

from typing import Any

from tests import patience

_heard: list[str] = []
_SIGNS = ("Content Security Policy", "Content-Security-Policy", "Trusted", "Permissions policy violation")


def listen(browser: Any) -> None:
    """Hear all contexts that this browser opens from now on, and let them wait long enough."""
    opened = browser.new_context

    def new_context(*args: Any, **options: Any) -> Any:
        context = opened(*args, **options)
        context.set_default_timeout(patience.MILLISECONDS)
        context.on("console", _hear)
        context.on("weberror", lambda error: _keep(str(error.error), error.page.url if error.page else ""))
        return context

    browser.new_context = new_context


def _hear(message: Any) -> None:
    if message.type in ("error", "warning"):
        _keep(message.text, message.location.get("url", ""))


def _keep(text: str, url: str) -> None:
    if any(sign in text for sign in _SIGNS):
        _heard.append(f"{url}: {text}")


def take() -> list[str]:
    """What was refused since the last time, and forget it."""
    refusals = list(_heard)
    _heard.clear()
    return refusals
