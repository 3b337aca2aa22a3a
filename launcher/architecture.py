"""`make maintain WHAT=architecture`: draws docs/architecture.svg from the import layers of pyproject.toml and the
imports themselves.

Each package is a row; a dot says that it imports the package of the column, and its size from how many of its modules'
imports. Sizes are steps, not numbers, so that the drawing changes with the structure and not with every commit.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from html import escape
from pathlib import Path

from launcher.site import ROOT

DRAWING = ROOT / "docs" / "architecture.svg"
DESCRIPTIONS = {
    "benchmarks": "make bench and its large installation",
    "demo": "twelve municipalities with a year of posts",
    "launcher": "what make calls: servers, backup, checks",
    "portal": "settings, URLs, Home, periodic tasks, health",
    "administration": "first set-up, first steps, a municipality's archive",
    "mentoring": "plans, check-ins, reviews, feedback",
    "participation": "consultations, hearings, their reports",
    "trainings": "agenda, attendance, exercises",
    "exchange": "shared posts, good practice",
    "needs": "citizens' needs and what was done about them",
    "inbox": "citizens' messages and our answers",
    "reports": "numbers as documents, open data, public pages",
    "analytics": "metrics, daily facts, dashboards",
    "kits": "campaigns written once, adopted as drafts",
    "library": "templates, snippets, pictures, consents",
    "planning": "campaigns, repeating posts, a month's plan",
    "posts": "drafts, versions, decisions, calendar",
    "delivery": "the outbox; knows neither posts nor messages",
    "channels": "a municipality's accounts on networks",
    "links": "short links, clicks, QR codes",
    "notifications": "notifications in the portal and by mail",
    "municipalities": "the tenant, roles, programme, tenant scope",
    "accounts": "people, sign-in, second factor",
    "platforms": "one connector per network, plain Python",
    "practice": "the social network of trainings",
    "common": "audit, HTTP client, encryption, text, mail, charts",
    "serbian": "Serbian scripts, spelling and sorting; no Django",
}
# Smallest number of imports -> radius in pixels.
STEPS = ((20, 6.0), (5, 4.0), (1, 2.5))
LEFT, WIDTH, ROW, GAP, CELL, TOP = 24, 490, 30, 8, 18, 128
STYLE = """
    .paper { fill: #fbf8f3 } .box { fill: #f1ebe1; stroke: #b9ad9b } .band { fill: #f6f1e9 } .dot { fill: #8a3b2c }
    .self { fill: none; stroke: #b9ad9b }
    text { fill: #2a241d } .soft { fill: #5d5347; font-size: 13px } .name { font-weight: 600; font-size: 14px }
    .head { font-weight: 600; font-size: 14px; fill: #5d5347 } .column { font-size: 12px; fill: #5d5347 }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #1d1a17 } .box { fill: #2b2621; stroke: #6b6053 } .band { fill: #24201c } .dot { fill: #e79a86 }
      .self { stroke: #6b6053 }
      text { fill: #f0e9df } .soft, .head, .column { fill: #bdb1a2 }
    }
"""


def layers() -> list[list[str]]:
    """Packages from the uppermost layer down; those of one layer do not import each other."""
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (contract,) = (contract for contract in linter["contracts"] if contract["id"] == "layers")
    return [[name.strip() for name in layer.split("|")] for layer in contract["layers"]]


def imports(packages: list[str]) -> Counter[tuple[str, str]]:
    """How many imports of modules lead from one package to another."""
    import grimp

    graph = grimp.build_graph(*packages, cache_dir=None)
    return Counter(
        (importer.partition(".")[0], imported.partition(".")[0])
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    )


def drawing(structure: list[list[str]], counts: Counter[tuple[str, str]]) -> str:
    """The SVG of these layers."""
    packages = [name for layer in structure for name in layer]
    matrix = LEFT + WIDTH + 16
    width = matrix + CELL * len(packages) + 56
    height = TOP + ROW * len(packages) + GAP * (len(structure) - 1) + 92
    parts: list[str] = []
    top = TOP
    for layer in structure:
        parts.append(f'<rect class="box" x="{LEFT}" y="{top}" width="{WIDTH}" height="{ROW * len(layer)}" rx="4"/>')
        for name in layer:
            parts.extend(_row(name, top, packages, counts, matrix))
            top += ROW
        top += GAP
    parts.extend(_column(name, matrix + CELL * position + CELL / 2) for position, name in enumerate(packages))
    body = "\n  ".join(parts)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d" \
font-family="'Source Sans 3', 'Segoe UI', sans-serif">
  <title id="t">Packages and their imports</title>
  <desc id="d">{escape(_described(structure))}</desc>
  <style>{STYLE}  </style>
  <rect class="paper" width="{width}" height="{height}" rx="8"/>
  <text class="head" x="{LEFT}" y="{TOP - 14}">A package imports only packages below its box</text>
  {body}
  <text class="soft" x="{LEFT}" y="{height - 60}">A dot: the package of the row imports that of the column; small 1–4 \
imports of modules, middle 5–19, large 20 or more.</text>
  <text class="soft" x="{LEFT}" y="{height - 40}">Inside an app: urls · views · tasks → forms → domain (the only \
writer) → queries → graph → models → rules · enums.</text>
  <text class="soft" x="{LEFT}" y="{height - 20}">lint-imports holds both in make check.</text>
</svg>
"""


def _row(name: str, top: int, packages: list[str], counts: Counter[tuple[str, str]], matrix: int) -> list[str]:
    middle = top + ROW / 2
    parts = [
        f'<text class="name" x="{LEFT + 12}" y="{middle + 5:g}">{name}</text>',
        f'<text class="soft" x="{LEFT + 146}" y="{middle + 5:g}">{escape(DESCRIPTIONS[name])}</text>',
        f'<rect class="band" x="{matrix}" y="{top + 3}" width="{CELL * len(packages)}" height="{ROW - 6}"/>',
    ]
    for position, imported in enumerate(packages):
        across = matrix + CELL * position + CELL / 2
        if imported == name:
            parts.append(f'<rect class="self" x="{across - 4:g}" y="{middle - 4:g}" width="8" height="8"/>')
        elif counts[name, imported]:
            radius = next(radius for least, radius in STEPS if counts[name, imported] >= least)
            parts.append(f'<circle class="dot" cx="{across:g}" cy="{middle:g}" r="{radius:g}"/>')
    return parts


def _column(name: str, across: float) -> str:
    return f'<text class="column" transform="translate({across + 3:g} {TOP - 8}) rotate(-60)">{name}</text>'


def _described(structure: list[list[str]]) -> str:
    return "Layers from top to bottom, each importing only what is below it: " + "; ".join(
        ", ".join(layer) for layer in structure
    )


def draw() -> str:
    structure = layers()
    return drawing(structure, imports([name for layer in structure for name in layer]))


def stale(place: Path = DRAWING) -> str:
    """What `make check` says when the drawing is not that of today's imports; empty otherwise."""
    is_current = place.exists() and place.read_text(encoding="utf-8") == draw()
    complaint = f"{place.relative_to(ROOT)} is not drawn from today's imports. Run: make maintain WHAT=architecture"
    return "" if is_current else complaint


def main() -> int:
    DRAWING.write_text(draw(), encoding="utf-8")
    print(f"Drawn: {DRAWING.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
