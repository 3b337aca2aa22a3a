"""Names in the source, by what they name. `make maintain WHAT=names` prints what is left of the old vocabulary and the
names of classes that several modules define (docs/adr/0025-vocabulary.md)."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name not in ("tests", "tools"))

# Each stood for several things. The ADR has the name that took the place of each.
CLASSES = frozenset(
    {"Because", "Departure", "Kind", "Lapsed", "Line", "Overtaken", "Place", "Row", "Seat", "Told", "Words"}
)
# Of functions, methods, attributes, parameters, variables and modules.
NAMES = frozenset({"each", "found", "house", "look", "looks", "said", "told", "witness"})
# Of what a loop or a {% with %} of a template names.
TEMPLATE_NAMES = frozenset({"each", "found", "it", "kept", "one", "said", "told"})
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

_OLD = re.compile(rf"\b(?:{'|'.join(CLASSES | NAMES)})\b")
_LOOP = re.compile(r"\{%-?\s*for\s+(.+?)\s+in\s")
_WITH = re.compile(r"\{%-?\s*with\s(.+?)-?%\}")
_BOUND = re.compile(r"(\w+)=")


def modules(package: str) -> list[Path]:
    return sorted(path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def classes(tree: ast.Module) -> Iterator[str]:
    """Classes and aliases at the top of a module."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, name) of everything else that the module gives a name to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs) and node.name:
            yield node.lineno, node.name


def old_names(path: Path) -> list[tuple[int, str]]:
    """(line, name) of what the old vocabulary named in this module; line 0 is the module itself."""
    own = [(0, path.stem)] if path.stem in NAMES else []
    text = path.read_text(encoding="utf-8")
    if not _OLD.search(text):
        return own  # most modules need not be parsed
    tree = ast.parse(text)
    old = [(0, name) for name in classes(tree) if name in CLASSES]
    return own + old + [(line, name) for line, name in names(tree) if name in NAMES]


def template_names(source: str) -> Iterator[tuple[int, str]]:
    """(line, name) of what loops and {% with %} name. Names in a {% blocktranslate %} belong to its message."""
    for number, line in enumerate(source.splitlines(), 1):
        for match in _LOOP.finditer(line):
            yield from ((number, name.strip()) for name in match[1].split(","))
        for match in _WITH.finditer(line):
            yield from ((number, name) for name in _BOUND.findall(match[1]))


def duplicates() -> dict[str, list[str]]:
    """Class name → the modules that define it, of names that more than one module defines."""
    where = defaultdict(list)
    for package in PACKAGES:
        for path in modules(package):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and node.name != "Command":
                    where[node.name].append(str(path.relative_to(ROOT)))
    return {name: paths for name, paths in sorted(where.items()) if len(paths) > 1}


def report() -> Iterator[str]:
    yield "Old names left, by package:"
    for package in PACKAGES:
        counts = Counter(name for path in modules(package) for _line, name in old_names(path))
        yield f"  {package:<16}{', '.join(f'{name} {count}' for name, count in counts.most_common()) or 'none'}"
    yield "\nClass names that several modules define:"
    for name, paths in sorted(duplicates().items(), key=lambda pair: (-len(pair[1]), pair[0])):
        yield f"  {len(paths):>3}  {name}: {', '.join(paths)}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in report())
