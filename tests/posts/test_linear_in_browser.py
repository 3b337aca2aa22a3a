"""What the browser works out about a text, at each letter, takes a time that grows with its length and no faster.

A text comes from a colleague or from a file, too: what needs the square of its length would freeze the page of all who
open it. The same for Python: tests/architecture/test_linear_patterns.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from django.templatetags.static import static

from tests.cases import sample

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

# Milliseconds for 20,000 and for 100,000 characters. What is linear needs a tenth of it.
SHORT, LONG = (20_000, 100), (100_000, 1_500)

PIECES = (
    "@a", "@a.", "@a@", "@a@a.", "@", "a", "А", "é", "éa.", "a.", "а.", ".", "..)", ")", "(", "]", "!", "! ",
    ".»", "?\"", " ", "\n", "\n ", "\t", "-", "_", "1", "1 ", "1.", "15.12.", "15. децембра ", "до ",
    "до 15. децембра ", "najkasnije ", "#", "#a", "#1", "#а_", "#маласловавода ", " #вода", "http://",
    "http://a.rs/ ", "http://a.rs/x)", "https://a.rs/(", "a.rs ", "a.rs/(a", "a@a.rs ", "{{", "{{a", "{%", "{a",
    "<", "<a ", "<!--", "%(a", "`", "&a", "](", "mailto:", "utm_a", ":a", "🎉", "🎉 ", "\n🎉 x", "🇷🇸", "👨\u200d",
    "e\u0301", "𝓟 ", "aА ", "А А ", "АА АА ", "ЈКП ", "ЈКП вода ", "ВАЖНО ЈКП ВОДА ВОДА\n", "кликни ",
    "кликни на ", "Платите ", "064/123-4567 ", "0101990710008 ", "ЈМБГ:", "BG 123-", "Фејсбук ", "КУЋ ",
    "Фејсбук-", "ǆ", "{hashtag|", "1) ", "Љ",
)  # fmt: skip
# The whole text stands between these: a pattern fails at the end, or finds in it what it looks for.
ENDS = (("", ""), ("", "!а"), ("http://a.rs/a", " x"), ("јавно комунално предузеће @a", " 1"))

FUNCTIONS = """{
  ...engine.RULES,
  days: (text) => engine.days(text, "2026-11-25"),
  average: engine.average,
  sentences: engine.sentences,
  verbs: engine.verbs,
  urls: engine.urls,
  marks: engine.marks,
  national: engine.national,
  forPublishing: engine.forPublishing,
  toLatin: (text) => engine.toLatin(text, words),
  poorAlt: (text) => engine.poorAlt(text, new Set([text])),
  quoted: (text) => engine.quoted(text.split(" ")),
  mended: (text) => Object.values(engine.RULES).map((rule) => engine.mended(text, rule(text))),
  points: (text) => [...engine.points(facts(text))],
  parts: (text) => engine.parts(
    { texts: { "sr-Cyrl": text }, own: {}, link: "https://a.rs/", words },
    { kind: "one", languages: ["sr-Latn"], shown: "a.rs" },
  ),
  ...Object.fromEntries(
    ["mastodon", "x", "code_points", "graphemes", "little_text", "threads", "utf16", "utf8_bytes"]
      .map((counting) => [counting, (text) => engine.count(text, { counting })]),
  ),
}"""
SETTING = """
  const engine = await import(address);
  await engine.makeReady("x");
  const words = engine.glossary([["Facebook", "Фејсбук"], ["NATO", "НАТО"], ["Кућа", "Кућа"]]);
  const facts = (text) => ({
    today: "2026-11-25", texts: [{ place: "a", tag: "sr-Cyrl", text }], kind: "apply", words: "а", isLink: true,
    deadline: "2026-12-15", link: "https://a.rs/", pictures: [{ id: 1, alt: text }], over: [], offices: ["035461123"],
  });
  const functions = FUNCTIONS;
""".replace("FUNCTIONS", FUNCTIONS)
NAMES = f"async (address) => {{ {SETTING} return Object.keys(functions); }}"
SLOW = f"""async ([address, name, pieces, ends, short, long]) => {{ {SETTING}
  const taken = (text) => {{
    const since = performance.now();
    functions[name](text);
    return performance.now() - since;
  }};
  const slow = [];
  for (const piece of pieces) {{
    for (const [before, after] of ends) {{
      const text = (length) => before + piece.repeat(length / piece.length) + after;
      const [first, budget] = short;
      const once = taken(text(first));
      if (once <= budget) continue;
      // A pause of the machine is no square: only what is also slow when it is longer counts.
      const again = once > 10 * budget ? Infinity : taken(text(long[0]));
      if (again > long[1]) slow.push(`${{name}} ${{JSON.stringify([before, piece, after])}}: ${{Math.round(once)}} ms`);
    }}
  }}
  return slow;
}}"""


@pytest.mark.slow
def test_hard_texts_do_not_freeze_the_page(page: Any, live_server: Any) -> None:
    assert _slow(page, live_server, PIECES) == []


def test_a_sample_of_hard_texts_does_not_freeze_the_page(page: Any, live_server: Any) -> None:
    assert _slow(page, live_server, sample(PIECES, PIECES, 10)) == []


def _slow(page: Any, live_server: Any, pieces: Sequence[str]) -> list[str]:
    page.goto(f"{live_server.url}/accounts/login/")
    address = live_server.url + static("js/text/engine.js")
    names = page.evaluate(NAMES, address)
    assert len(names) > 30
    return [slow for name in names for slow in page.evaluate(SLOW, [address, name, pieces, ENDS, SHORT, LONG])]
