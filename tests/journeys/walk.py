"""All pages that links lead to, as every role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.journeys.visit import Visit

ROLES = {
    "officer@cuprija.example": "/m/cuprija/",
    "approver@cuprija.example": "/m/cuprija/",
    "mentor@dobosar.example": "/",
    "staff@dobosar.example": "/",
    "trainer@dobosar.example": "/",
    "admin@dobosar.example": "/",
}
NOT_PAGES = re.compile(
    r"logout|/(csv|pdf|xlsx|ics|calendar|sample|download|file|export)/|\.(csv|pdf|xlsx|ics|png|svg)$"
)
FEWEST = 300
"""Routes; fewer say that the walk broke off."""


def route(path: str) -> str:
    """Pages of one kind have one route: it is enough to see one of them."""
    path = re.sub(r"/\d+(?=/|$)", "/N", re.split("[?#]", path)[0])
    return re.sub(r"/m/[\w-]+/", "/m/M/", path)


def links(page: Any) -> list[str]:
    hrefs: list[str] = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    paths = [href.partition("#")[0] for href in hrefs if href.startswith("/") and not href.startswith("//")]
    return [path for path in paths if not NOT_PAGES.search(path.partition("?")[0])]


def every_page(
    speaking: Callable[[str, str], Visit], language: str, colours: str = "light"
) -> Iterator[tuple[str, Any]]:
    """One page of each route, open in a browser: who reads it and its address, and the page, until the next one."""
    seen: set[str] = set()
    for who, start in ROLES.items():
        person = speaking(who, language)
        page = person.page
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        ahead, mine = [start], set()
        while ahead:
            path = ahead.pop(0)
            if route(path) in mine:
                continue
            mine.add(route(path))
            answer = page.goto(person.stack.url + path)
            if "text/html" not in answer.headers.get("content-type", ""):
                continue
            ahead += links(page)
            if route(path) not in seen:
                yield f"{who} {path}", page
            seen.add(route(path))
        # Some links lead to what only another role reads.
        person.forgive("404 (Not Found)", may_be_missing=True)
    assert len(seen) > FEWEST, "it got to few pages"
