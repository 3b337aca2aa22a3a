"""Writes a tree as text: one element per line, at most 120 columns, indented by two.

What fits on a line stays on it as long as the line holds one block at most. Everything else is broken next to tags,
where a line break is nothing, and between words, where it is a space. A space that is shown and cannot be a line
break is written `{{ " " }}`.
"""

from __future__ import annotations

from dataclasses import dataclass

from common.template_source import SPACE
from tools.template_format import texts
from tools.template_format.nodes import (
    Attribute,
    Block,
    Comment,
    Conditional,
    Element,
    ElementTag,
    Leaf,
    Node,
    Sequence,
    Tag,
    Untouched,
    Variable,
    Word,
    is_text,
)

WIDTH = 120
INDENT = "  "
AS_IT_IS = "\0"  # begins a line that is content, with its indentation
# Of these a line holds one at most.
BLOCK_ELEMENTS = {
    "address", "article", "aside", "blockquote", "body", "caption", "col", "colgroup", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "head", "header", "hgroup", "hr", "html", "legend", "li", "link", "main", "menu", "meta", "nav", "ol",
    "optgroup", "option", "p", "pre", "section", "summary", "table", "tbody", "td", "textarea", "tfoot", "th",
    "thead", "title", "tr", "ul",
}  # fmt: skip
BLOCK_TAGS = {
    "callout", "chart", "dialog", "error_summary", "field", "include", "library_tabs", "menu", "nothing", "pagination",
    "planning_tabs", "progress", "segments", "settings_tabs", "stat", "table", "tabs",
}  # fmt: skip
# These have a line of their own: they set a name, or do not belong to their neighbours.
ALONE = {"load", "extends", "include", "csrf_token", "regroup"}


@dataclass(frozen=True)
class Flat:
    """Something on one line, with what decides whether it may stay there."""

    text: str
    blocks: int = 0
    depth: int = 0


# ---- on one line ----


def flat(node: Node) -> Flat | None:
    """None for what has to be on several lines."""
    if isinstance(node, Word | Variable):
        return Flat(node.text)
    if isinstance(node, Tag):
        return Flat(node.text, int(is_block(node)))
    if isinstance(node, Untouched):
        text = texts.on_one_line(node.text)
        return None if text is None else Flat(text)
    if isinstance(node, ElementTag):
        return Flat(tag_on_one_line(node), int(is_block(node)))
    if isinstance(node, Element):
        return _flat_element(node)
    return _flat_block(node) if isinstance(node, Block) else None


def _flat_element(element: Element) -> Flat | None:
    tag = tag_on_one_line(element.tag)
    if element.untouched is not None:
        return None if "\n" in element.untouched else Flat(f"{tag}{element.untouched}</{element.tag.name}>", 1)
    if element.body is None:
        return Flat(tag, int(is_block(element)))
    body = flat_sequence(element.body)
    if body is None or "\n" in tag:
        return None
    blocks = body.blocks + is_block(element)
    return None if blocks > 1 else Flat(f"{tag}{body.text}</{element.tag.name}>", blocks, body.depth)


def _flat_block(block: Block) -> Flat | None:
    text, blocks, depth = "", int(is_block(block)), 0
    for tag, body in block.branches:
        inner = flat_sequence(body)
        if inner is None:
            return None
        text += tag + inner.text
        blocks += inner.blocks
        depth = max(depth, inner.depth)
    depth += block.name != "block"
    return None if blocks > 1 or depth > 1 else Flat(text + block.end, blocks, depth)


def flat_sequence(sequence: Sequence) -> Flat | None:
    text, blocks, depth = "", 0, 0
    before: Node | None = None
    for node in sequence.nodes:
        one = flat(node)
        if one is None or (before is not None and not _share_a_line(before, node)):
            return None
        text += node.space + one.text
        blocks += one.blocks
        depth = max(depth, one.depth)
        before = node
    return None if blocks > 1 else Flat(text + sequence.end.space, blocks, depth)


def _share_a_line(before: Node, node: Node) -> bool:
    if _stands_alone(before) or _stands_alone(node):
        return False
    if node.space or is_text(before) or is_text(node):
        return True
    return not (_is_large(before) and _is_large(node)) and not isinstance(before, Block) and not isinstance(node, Block)


def _is_large(node: Node) -> bool:
    return isinstance(node, Element | ElementTag | Block) or is_block(node)


def is_block(node: Node) -> bool:
    if isinstance(node, Element | ElementTag):
        return node.name.lower() in BLOCK_ELEMENTS
    return isinstance(node, Block | Tag) and node.name in BLOCK_TAGS


def _is_line_break(node: Node) -> bool:
    return isinstance(node, Element) and node.name == "br"


def _stands_alone(node: Node) -> bool:
    return isinstance(node, Comment) or (isinstance(node, Tag) and (node.name in ALONE or node.sets_a_name))


def tag_on_one_line(tag: ElementTag) -> str:
    text = "<" + tag.name
    for attribute in tag.attributes:
        text += _flat_attribute(attribute)
    return text + (" />" if tag.close == "/>" and tag.attributes else tag.close)


def _flat_attribute(attribute: Attribute | Conditional) -> str:
    """With the space before it; that of a condition is in its branches."""
    if isinstance(attribute, Attribute):
        return (
            ("" if attribute.is_glued else " ")
            + attribute.text
            + (_flat_value(attribute.value) if attribute.value else "")
        )
    text = ""
    for tag, attributes in attribute.branches:
        text += tag + "".join(_flat_attribute(inner) for inner in attributes)
    return text + attribute.end


def _flat_value(value: Sequence) -> str:
    return _as_written(value) + '"'


def _as_written(sequence: Sequence) -> str:
    """On one line, whatever the rules for lines say of it."""
    text = ""
    for node in sequence.nodes:
        text += node.space
        if isinstance(node, Block):
            text += "".join(tag + _as_written(body) for tag, body in node.branches) + node.end
        elif isinstance(node, Leaf):
            text += texts.on_one_line(node.text) or node.text
    return text + sequence.end.space


# ---- on several lines ----


def formatted(template: Sequence) -> str:
    return "\n".join(line.removeprefix(AS_IT_IS) for line in sequence_lines(template, WIDTH)) + "\n"


def indented(lines: list[str]) -> list[str]:
    return [INDENT + line if line and not line.startswith(AS_IT_IS) else line for line in lines]


def _first_and_untouched(text: str) -> list[str]:
    first, *rest = text.split("\n")
    return [first, *(AS_IT_IS + line for line in rest)]


def node_lines(node: Node, width: int) -> list[str]:
    """A node on as many lines as it needs, without the indentation around it."""
    one = flat(node)
    if one is not None and len(one.text) <= width:
        return [one.text]
    if isinstance(node, Element):
        return _element_lines(node, width)
    if isinstance(node, ElementTag):
        return tag_lines(node, width)
    if isinstance(node, Block):
        return _block_lines(node, width)
    return _leaf_lines(node, width)


def _leaf_lines(leaf: Node, width: int) -> list[str]:
    assert isinstance(leaf, Leaf)
    if isinstance(leaf, Untouched):
        lines = texts.block_lines(leaf.text, width) or texts.comment_lines(leaf.text, width)
        return lines or _first_and_untouched(leaf.text)
    if isinstance(leaf, Comment):
        return texts.split_comment(leaf.text, width)
    return (isinstance(leaf, Tag) and texts.tag_lines(leaf.text, width)) or [leaf.text]


def _element_lines(element: Element, width: int) -> list[str]:
    lines = tag_lines(element.tag, width)
    end = f"</{element.tag.name}>"
    if element.untouched is not None:
        first, *rest = _first_and_untouched(element.untouched + end)
        if len(lines[-1] + first) > width:
            lines = broken_tag(element.tag, width)
        return [*lines[:-1], lines[-1] + first, *rest]
    if element.body is None:
        return lines
    body = indented(sequence_lines(element.body, width - len(INDENT)))
    return [*lines, *body, end] if body else [*lines[:-1], lines[-1] + end]


def _block_lines(block: Block, width: int) -> list[str]:
    lines = []
    for tag, body in block.branches:
        lines += [tag, *indented(sequence_lines(body, width - len(INDENT)))]
    return [*lines, block.end]


def tag_lines(tag: ElementTag, width: int) -> list[str]:
    one = tag_on_one_line(tag)
    if len(one) <= width and "\n" not in one:
        return [one]
    return broken_tag(tag, width)


def broken_tag(tag: ElementTag, width: int) -> list[str]:
    """One attribute per line."""
    lines = ["<" + tag.name]
    for attribute in tag.attributes:
        lines += indented(_attribute_lines(attribute, width - len(INDENT)))
    return [*lines, tag.close]


def _attribute_lines(attribute: Attribute | Conditional, width: int) -> list[str]:
    if isinstance(attribute, Attribute):
        one = _flat_attribute(attribute).lstrip(" ")
        if (len(one) <= width and "\n" not in one) or attribute.value is None:
            return [one]
        return [attribute.text, *indented(sequence_lines(attribute.value, width - len(INDENT))), '"']
    one = _flat_attribute(attribute)
    if len(one) <= width and "\n" not in one:
        return [one]
    lines = []
    for tag, attributes in attribute.branches:
        lines.append(tag)
        for inner in attributes:
            lines += indented(_attribute_lines(inner, width - len(INDENT)))
    return [*lines, attribute.end]


def sequence_lines(sequence: Sequence, width: int) -> list[str]:
    return _Lines(sequence, width).lines()


class _Lines:
    """Writes a sequence whose nodes do not all fit on one line."""

    def __init__(self, sequence: Sequence, width: int) -> None:
        self.sequence = sequence
        self.width = width
        self.written: list[str] = []
        self.is_open = False  # the last line may be continued

    def lines(self) -> list[str]:
        groups = _groups(self.sequence.nodes)
        before: Node | None = None
        for group, after in zip(groups, [*(group[0] for group in groups[1:]), self.sequence.end], strict=False):
            is_followed = after.space and not (is_text(group[-1]) and is_text(after))
            self._add(group, before, self.width - (len(SPACE) if is_followed else 0))
            before = group[-1]
        if self.sequence.end.space:
            self.written = [*self.written[:-1], (self.written[-1] if self.written else "") + SPACE]
        return self.written

    def _append(self, text: str) -> None:
        self.written[-1] += text

    def _add(self, group: list[Node], before: Node | None, width: int) -> None:
        """Adds nodes that have no space between them and cannot have a line break."""
        first = group[0]
        flats = [flat(node) for node in group]
        one = None if None in flats else "".join(item.text for item in flats if item)
        if before is None:
            self._begin(group, one, SPACE if first.space else "", width)
            return
        if self._stays(before, group, one, width):
            self._append(first.space + (one or ""))
            return
        if self._is_glued(before, group):
            first_line, *rest = node_lines(first, width)
            self._append(first_line)
            self.written += rest
            self.is_open = not rest
            return
        if first.space and not (is_text(before) and is_text(first)):
            self._append(SPACE)
        if first.has_blank_line:
            self.written.append("")
        self._begin(group, one, "", width)

    def _stays(self, before: Node, group: list[Node], one: str | None, width: int) -> bool:
        first = group[0]
        if one is None or _is_line_break(before) or _stands_alone(before) or _stands_alone(first):
            return False
        if not self.is_open and not is_text(first) and not _is_line_break(first):
            return False
        if len(self.written[-1]) + len(first.space) + len(one) > width:
            return False
        if _is_line_break(first):
            return True
        return _share_a_line(before, first) and not (is_block(before) or is_block(first))

    def _is_glued(self, before: Node, group: list[Node]) -> bool:
        """A text that is too long for a line, right after a parenthesis."""
        first = group[0]
        if first.space or not is_text(before) or not isinstance(first, Untouched) or len(group) > 1:
            return False
        return self.written[-1].endswith(("(", "“", "„")) and len(node_lines(first, self.width)) > 1

    def _begin(self, group: list[Node], one: str | None, start: str, width: int) -> None:
        width -= len(start)
        if one is not None and len(one) <= width:
            lines = [one]
        else:
            lines = node_lines(group[0], width) if len(group) == 1 else [one or ""]
        self.written += [start + lines[0], *lines[1:]]
        self.is_open = len(lines) == 1


def _groups(nodes: list[Node]) -> list[list[Node]]:
    """Words and variables without a space between them stay together."""
    groups: list[list[Node]] = []
    for node in nodes:
        if groups and not node.space and is_text(groups[-1][-1]) and is_text(node):
            groups[-1].append(node)
        else:
            groups.append([node])
    return groups
