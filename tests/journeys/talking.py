"""Talking about a draft on its review page, as people do it: with the mouse on a desk, by touch and keys on a phone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, expect

from tests.journeys.visit import Visit

# Where the words stand on the screen: the middle of their first and of their last letter's edges.
WHERE = """words => {
  for (const passage of document.querySelectorAll('.passage-text[data-place]')) {
    const walker = document.createTreeWalker(passage, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const at = walker.currentNode.data.indexOf(words);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(walker.currentNode, at);
      range.setEnd(walker.currentNode, at + words.length);
      passage.scrollIntoView({block: 'center'});
      const boxes = [...range.getClientRects()];
      const first = boxes[0], last = boxes.at(-1);
      return [first.left, first.top + first.height / 2, last.right, last.top + last.height / 2];
    }
  }
}"""


def comment_at(person: Visit, quote: str, text: str) -> None:
    """Say `text` about `words`."""
    form = _open(person, quote, "comment")
    form.locator("#say-text").fill(text)
    form.locator(".form-actions [value=comment]").click()
    expect(thread(person, text)).to_be_visible()


def suggest(person: Visit, quote: str, instead: str, why: str = "") -> None:
    """Propose `instead` for `words`."""
    form = _open(person, quote, "suggest")
    form.locator("#say-replacement").fill(instead)
    form.locator("#say-text").fill(why)
    form.locator(".form-actions [value=suggest]").click()
    expect(suggestion(person, instead)).to_be_visible()


def thread(person: Visit, text: str) -> Locator:
    """The conversation in which `text` is said."""
    return person.page.locator(".talk[data-thread]", has=person.page.locator("div > p", has_text=text))


def suggestion(person: Visit, instead: str) -> Locator:
    """The conversation that proposes `instead`."""
    return person.page.locator(".talk[data-thread]", has=person.page.locator("ins", has_text=instead))


def passage(person: Visit) -> Locator:
    """The text of the draft, without what the page adds to it."""
    return person.page.locator(".passage-text").first


def _open(person: Visit, quote: str, kind: str) -> Any:
    page = person.page
    # The page's own script shows this button: from then on it hears of selected words.
    expect(page.locator(f".talks [data-say={kind}]")).to_be_visible()
    if page.viewport_size["width"] > 500:
        left, top, right, bottom = page.evaluate(WHERE, quote)
        page.mouse.move(left + 1, top)
        page.mouse.down()
        page.mouse.move(right, bottom, steps=5)
        page.mouse.up()
        page.locator(f".paper-tools [data-selected={kind}]").click()
    else:
        page.locator(f".talks [data-say={kind}]").click()
        chooser = page.locator("#say-choose")
        at = chooser.input_value().index(quote)
        chooser.focus()
        for _ in range(at):
            page.keyboard.press("ArrowRight")
        for _ in quote:
            page.keyboard.press("Shift+ArrowRight")
    form = page.locator("#say")
    expect(form.locator("[data-chosen-text]")).to_have_text(quote)
    return form
