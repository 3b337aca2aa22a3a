"""The composer as it is served: its weight on the wire, and that nothing moves. How fast it is, `make bench` says."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from benchmarks import browser as bench
from tests.journeys.stack import Stack
from tests.journeys.visit import Visit

pytestmark = pytest.mark.journey

OFFICER = "officer@mali-zvornik.example"
# Its channel is of a network that counts plainly: the tables by which X counts would weigh 8 kB more.
NEW = "/m/mali-zvornik/posts/new/"
MOST_BYTES, MOST_REQUESTS = 95_000, 20


@pytest.fixture
def desk(visit: Any, browser: Any, stack: Stack, sessions: dict[str, Any]) -> bench.Desk:
    begun: Visit = visit(OFFICER)
    return bench.Desk(browser, stack.url + NEW, begun.context.cookies())


@pytest.mark.slow
def test_the_first_load_is_light(desk: bench.Desk) -> None:
    weight = desk.weighed()
    assert weight.total < MOST_BYTES, weight
    assert weight.requests <= MOST_REQUESTS, weight
    # Without a server that compresses, or with a file that is left out, the figure would be nothing to be proud of.
    assert weight.kinds["scripts"] > 15_000
    assert weight.kinds["fonts"] > 25_000


@pytest.mark.slow
@pytest.mark.parametrize("size", [bench.WIDE, bench.PHONE], ids=["1280", "390"])
def test_nothing_moves_while_one_types_and_answers_arrive(desk: bench.Desk, size: Any) -> None:
    context = desk.opened(size)
    page = context.new_page()
    page.goto(desk.address, wait_until="networkidle")
    page.locator(".composer-area").first.press_sequentially("Вода стиже", delay=40)
    page.locator("#save-state[data-state=saved]").wait_for()
    with page.expect_response(lambda answer: answer.url.endswith("/save/")):
        page.locator(".composer-area").first.press_sequentially(" сутра", delay=40)
    page.locator("#save-state[data-state=saved]").wait_for()
    # The coach comes with the first words, from the joined files.
    expect(page.locator("#coach-count")).not_to_be_empty()
    shifts = bench.moved(page.evaluate(bench.SHIFT))
    context.close()
    assert shifts == [], "\n".join(shifts)
