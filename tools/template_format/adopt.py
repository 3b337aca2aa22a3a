"""`python -m tools.template_format.adopt [files or folders]`: brings old templates under `common.template_source`.

For templates written before it, in which every line break is a space. It reads the style sheets and the templates
that are included, so as to know which of those spaces anybody sees, writes these as spaces and leaves the others out.
To be run once on a template: a second run would take the line breaks that the first one wrote for spaces.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tools.template_format.__main__ import ROOT, files
from tools.template_format.layout import _flat_attribute, formatted
from tools.template_format.nodes import Attribute, Element, ElementTag, Sequence, Tag, Untouched, Word, parsed
from tools.template_format.spaces import BLOCK_ELEMENTS, Boxes, Event, Kind, Walk, drop_unseen, kinds_around

INCLUDE = re.compile(r'\{%\s*include\s+"([^"]+)"')
BLOCK_NAME = re.compile(r"\{%\s*block\s+(\w+)")
# Each of these prints one element.
ONE_ELEMENT = {"icon", "state", "network", "network_icon", "person", "avatar", "arms", "number", "drawing", "mark"}


# ---- style sheets ----


def _rules(css: str, is_conditional: bool = False) -> Iterator[tuple[str, str, bool]]:
    at = 0
    while (begin := css.find("{", at)) >= 0:
        head = css[at:begin].rpartition(";")[2].strip()
        depth, end = 1, begin + 1
        while depth:
            depth += (css[end] == "{") - (css[end] == "}")
            end += 1
        body = css[begin + 1 : end - 1]
        if head.startswith("@layer"):
            yield from _rules(body, is_conditional)
        elif head.startswith(("@media", "@container", "@supports")):
            yield from _rules(body, True)
        elif not head.startswith("@"):
            yield head, body, is_conditional
        at = end


class Displays:
    """What the style sheets say of classes."""

    def __init__(self) -> None:
        self.usual: dict[str, str] = {}  # `display` of a class wherever it stands
        self.at_times: dict[str, set[str]] = defaultdict(set)  # and what it is in some places, or on some screens
        for path in sorted((ROOT / "static" / "css").glob("*.css")):
            css = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            for head, body, is_conditional in _rules(css):
                display = re.findall(r"(?:^|;|\s)display:\s*([\w-]+)", body)
                if not display or display[-1] == "none":
                    continue
                for selector in re.split(r",(?![^(]*\))", head):
                    self._note(selector.strip(), display[-1], is_conditional)

    def _note(self, selector: str, display: str, is_conditional: bool) -> None:
        names = re.findall(r"\.([\w-]+)", selector.rpartition(" ")[2])
        is_plain = re.fullmatch(r"\.[\w-]+|:is\((\.[\w-]+(, )?)+\)", selector) and not is_conditional
        for name in names:
            if is_plain:
                self.usual[name] = display
            else:
                self.at_times[name].add(display)

    def is_row(self, names: list[str]) -> bool:
        """Flex and grid lay the children out, and drop the whitespace between them."""
        rows = [name for name in names if _lays_out(self.usual.get(name, ""))]
        return bool(rows) and all(_lays_out(display) for name in names for display in self.at_times[name])

    def is_inline(self, names: list[str], is_block_element: bool) -> bool:
        """A class that is inline in some places makes no block inline: such a place is a cell or a line of text."""
        found = {self.usual.get(name, "") for name in names}
        if not is_block_element:
            found = found.union(*(self.at_times[name] for name in names))
        return any(display.startswith("inline") for display in found)

    def is_block(self, names: list[str]) -> bool:
        return any(self.usual.get(name) in {"block", "flex", "grid"} for name in names)


def _lays_out(display: str) -> bool:
    return display.endswith(("flex", "grid"))


class Styled(Boxes):
    """Boxes as the style sheets make them, across included templates."""

    def __init__(self) -> None:
        self.displays = Displays()
        self.trees: dict[str, Sequence | None] = {}
        self.rows: dict[str, list[bool]] = defaultdict(list)  # of blocks and of included templates
        self.open: set[str] = set()
        for path in files([]):
            self._tree(path.relative_to(ROOT / "templates").as_posix())
        for tree in [tree for tree in self.trees.values() if tree]:
            Walk(tree, self).whole()
        self.in_row = False

    def _tree(self, name: str) -> Sequence | None:
        if name not in self.trees:
            path = ROOT / "templates" / name
            text = path.read_text(encoding="utf-8") if path.is_file() else None
            self.trees[name] = parsed(text, breaks_are_spaces=True) if text else None
        return self.trees[name]

    def prepared(self, path: Path) -> Sequence | None:
        name = path.resolve().relative_to(ROOT / "templates").as_posix()
        rows = self.rows[name]
        self.in_row = bool(rows) and all(rows)
        return self._tree(name)

    def of_element(self, element: Element | ElementTag, in_row: bool) -> tuple[Kind, Kind, bool]:
        tag = element.tag if isinstance(element, Element) else element
        names = _classes(tag)
        is_row = self.displays.is_row(names) or element.name.lower() in {"html", "head", "body"}
        if in_row:
            return Kind.EDGE, Kind.EDGE, is_row
        if self.displays.is_inline(names, element.name.lower() in BLOCK_ELEMENTS):
            return Kind.SHOWN, (Kind.EDGE if is_row else Kind.SHOWN), is_row
        if self.displays.is_block(names):
            return Kind.EDGE, Kind.EDGE, is_row
        if _is_hidden(tag):
            return Kind.UNSEEN, Kind.UNSEEN, False
        outside, inside, _row = super().of_element(element, in_row)
        return outside, inside, is_row

    def row_of_block(self, name: str) -> bool:
        rows = self.rows[_block_name(name)]
        return bool(rows) and all(rows)

    def saw_block(self, tag: str, in_row: bool) -> None:
        self.rows[_block_name(tag)].append(in_row)

    def of_tag(self, tag: Tag | Untouched, walk: Walk, ends: list[Event], in_row: bool) -> list[Event]:
        if in_row and isinstance(tag, Tag) and tag.name in ONE_ELEMENT and not tag.sets_a_name:
            return walk.step(Kind.EDGE, ends)
        include = INCLUDE.match(tag.text)
        if not include:
            return super().of_tag(tag, walk, ends, in_row)
        name = include[1]
        tree = self._tree(name)
        if tree is None or name in self.open:
            return walk.step(Kind.SHOWN, ends)
        self.rows[name].append(in_row)
        self.open.add(name)
        begin, end = Walk(tree, self).whole(in_row)
        self.open.remove(name)
        first = kinds_around(begin, lambda event: event.after, {Kind.UNSEEN, Kind.SPACE})
        last = kinds_around(end, lambda event: event.before, {Kind.UNSEEN, Kind.SPACE})
        may_be_empty = Kind.BORDER in first
        begins = [event for kind in first - {Kind.BORDER} for event in walk.step(kind, ends)]
        over = [event for kind in last - {Kind.BORDER} for event in walk.step(kind, begins)]
        return over + (ends if may_be_empty or not over else [])


def _classes(tag: ElementTag) -> list[str]:
    for attribute in tag.attributes:
        if isinstance(attribute, Attribute) and attribute.text == 'class="' and attribute.value:
            return [node.text for node in attribute.value.nodes if isinstance(node, Word)]
    return []


def _is_hidden(tag: ElementTag) -> bool:
    return any(_flat_attribute(attribute).strip() == 'type="hidden"' for attribute in tag.attributes)


def _block_name(tag: str) -> str:
    match = BLOCK_NAME.match(tag)
    return "block " + match[1] if match else ""


def main() -> None:
    boxes = Styled()
    for path in files(sys.argv[1:]):
        tree = boxes.prepared(path)
        if tree:
            drop_unseen(tree, boxes)
            path.write_text(formatted(tree), encoding="utf-8")


if __name__ == "__main__":
    main()
