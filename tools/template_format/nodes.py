"""A template as a tree of elements, blocks of `{% tags %}`, words and variables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from common.template_source import SPACE, UNTOUCHED_ELEMENTS
from tools.template_format.scanner import Part, Place, Scanner, tag_name

WHITESPACE = re.compile(r"([ \t\r\n\f]+)")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
BRANCHES = {"if": {"elif", "else"}, "for": {"empty"}, "ifchanged": {"else"}}
SETS_A_NAME = re.compile(r"\sas\s+\w+\s*%\}$")
END = re.compile(r"\{%\s*end(\w+)")


@dataclass(eq=False)
class Node:
    """Part of a sequence, with the whitespace before it: "" or " "."""

    space: str = field(default="", kw_only=True)
    is_break: bool = field(default=False, kw_only=True)  # the space is a line break in the file
    has_blank_line: bool = field(default=False, kw_only=True)


@dataclass(eq=False)
class Sequence:
    """The content of an element, of a branch of a block, or of a file."""

    nodes: list[Node] = field(default_factory=list)
    end: Node = field(default_factory=Node)  # carries the whitespace after the last node


@dataclass(eq=False)
class Leaf(Node):
    """A node without nodes in it."""

    text: str


class Word(Leaf):
    """Characters without whitespace."""


class Variable(Leaf):
    """`{{ variable }}`"""


class Comment(Leaf):
    """`{# comment #}`"""


class Tag(Leaf):
    """A `{% tag %}` without an end."""

    @property
    def name(self) -> str:
        return tag_name(self.text)

    @property
    def sets_a_name(self) -> bool:
        return bool(SETS_A_NAME.search(self.text))


class Untouched(Leaf):
    """`{% blocktranslate %}`, `{% comment %}`, `{% verbatim %}` or a comment of HTML, whole."""


@dataclass(eq=False)
class Block(Node):
    """`{% if %} … {% else %} … {% endif %}`, and every other tag with an end."""

    branches: list[tuple[str, Sequence]]
    end: str

    @property
    def name(self) -> str:
        return tag_name(self.branches[0][0])


@dataclass(eq=False)
class Attribute:
    """Everything up to the next space: a name, a name with its value, a `{{ variable }}`; a value may have nodes."""

    text: str
    value: Sequence | None = None  # of an attribute that is nothing but a name and a value
    is_glued: bool = False  # a variable right after a quote: it brings its own space


@dataclass(eq=False)
class Conditional:
    """Attributes in `{% if %} … {% endif %}`."""

    branches: list[tuple[str, list[Attribute | Conditional]]]
    end: str


@dataclass(eq=False)
class ElementTag(Node):
    """An opening or closing tag; alone in a sequence when its other half is in another branch."""

    name: str
    attributes: list[Attribute | Conditional]
    close: str = ">"

    @property
    def is_closing(self) -> bool:
        return self.name.startswith("/")


@dataclass(eq=False)
class Element(Node):
    tag: ElementTag
    body: Sequence | None = None  # None: has no content and no closing tag
    untouched: str | None = None  # the content of `<textarea>` and the like

    @property
    def name(self) -> str:
        return self.tag.name.lower()


class Gap(Leaf):
    """Whitespace, before it goes into the node that follows."""


class BlockTag(Leaf):
    """One of the tags of a block, before the block is put together."""


def parsed(source: str) -> Sequence:
    """The tree of a template."""
    parts = list(Scanner(source).parts())
    blocks = set(END.findall(source))
    return _tree(_flat(parts, blocks))


# ---- from parts to a flat list ----


def _flat(parts: list[Part], blocks: set[str]) -> list[Node]:
    nodes: list[Node] = []
    at = 0
    while at < len(parts):
        part = parts[at]
        if part.place is Place.MARKUP:
            end = _tag_end(parts, at)
            tag = _element_tag(parts[at:end], blocks)
            at = end
            if tag.name.lower() in UNTOUCHED_ELEMENTS and tag.close == ">":
                content = parts[at].text if at < len(parts) and parts[at].place is Place.UNTOUCHED else ""
                nodes.append(Element(tag, untouched=content))
                at = _tag_end(parts, at + (1 if content else 0))
            else:
                nodes.append(tag)
            continue
        nodes += _content(part, blocks)
        at += 1
    return nodes


def _tag_end(parts: list[Part], at: int) -> int:
    """Index after the last part of the element's tag that begins at `at`."""
    for index in range(at, len(parts)):
        part = parts[index]
        if part.place is Place.MARKUP and not part.is_token and part.text.endswith(">"):
            return index + 1
    return len(parts)


def _content(part: Part, blocks: set[str]) -> list[Node]:
    if part.place is Place.UNTOUCHED:
        return [Untouched(part.text)]
    if not part.is_token:
        texts = [text for text in WHITESPACE.split(part.text) if text]
        return [Gap(text) if WHITESPACE.fullmatch(text) else Word(text) for text in texts]
    return [_kind_of_token(part.text, blocks)(part.text)]


def _kind_of_token(text: str, blocks: set[str]) -> type[Leaf]:
    if text == SPACE:
        return Gap
    if not text.startswith("{%"):
        return Variable if text.startswith("{{") else Comment
    name = tag_name(text)
    is_part = name in blocks or name.startswith("end") or any(name in branches for branches in BRANCHES.values())
    return BlockTag if is_part else Tag


def _element_tag(parts: list[Part], blocks: set[str]) -> ElementTag:
    first = parts[0].text
    name = re.match(r"<([/!]?[\w:-]*)", first)
    assert name
    if name[1] in {"", "/"} or (name[1].startswith("/") and len(parts) > 1):
        raise ValueError(f"the name of an element is written as it is, not by a tag: {first}…")
    close = "/>" if parts[-1].text.endswith("/>") and not name[1].startswith("/") else ">"
    inner = list(parts)
    inner[0] = inner[0]._replace(text=first[name.end() :])
    inner[-1] = inner[-1]._replace(text=inner[-1].text[: -len(close)])
    reader = _Attributes(inner, blocks, follows_name=True)
    return ElementTag(name[1], reader.read(), close)


class _Attributes:
    """Reads the attributes of a tag; a condition around whole attributes becomes a `Conditional`."""

    def __init__(self, parts: list[Part], blocks: set[str], *, follows_name: bool) -> None:
        self.follows_name = follows_name  # of the element: without a space it belongs to it
        self.parts = [part for part in parts if part.text or part.place is Place.VALUE]
        self.blocks = blocks
        self.found: list[Attribute | Conditional] = []
        self.open: list[Part] = []
        self.is_glued = False

    def read(self) -> list[Attribute | Conditional]:
        at = 0
        while at < len(self.parts):
            part = self.parts[at]
            if part.place is not Place.MARKUP:
                self.open.append(part)
            elif part.is_token:
                at = self._token(at)
                continue
            else:
                for text in WHITESPACE.split(part.text):
                    if WHITESPACE.fullmatch(text):
                        self._finish()
                    elif text:
                        self.open.append(part._replace(text=text))
            at += 1
        self._finish()
        return self.found

    def _token(self, at: int) -> int:
        """Index after the token, or after the whole block that it opens."""
        name = tag_name(self.parts[at].text)
        if name not in self.blocks:
            follows_quote = len(self.open) > 1 and self.open[-1].text == '"'
            if follows_quote:
                self._finish()
            self.is_glued = follows_quote or (at == 0 and self.follows_name)
            self.open.append(self.parts[at])
            return at + 1
        end = self._block_end(at, name)
        inside = self.parts[at:end]
        if name == "if" and (branches := self._whole_attributes(inside, end)):
            self._finish()
            self.found.append(Conditional(branches, inside[-1].text))
        else:
            self.is_glued = self.is_glued or (at == 0 and self.follows_name)
            self.open += inside
        return end

    def _block_end(self, at: int, name: str) -> int:
        depth = 0
        for index in range(at, len(self.parts)):
            part = self.parts[index]
            if part.is_token and part.place is Place.MARKUP:
                part_name = tag_name(part.text)
                depth += (part_name == name) - (part_name == "end" + name)
                if depth == 0:
                    return index + 1
        return len(self.parts)

    def _whole_attributes(self, inside: list[Part], end: int) -> list[tuple[str, list[Attribute | Conditional]]]:
        """The branches if there are spaces around them, inside or outside; else nothing."""
        branches: list[tuple[str, list[Part]]] = []
        depth = 0
        for part in inside[:-1]:
            name = tag_name(part.text) if part.is_token and part.place is Place.MARKUP else ""
            if depth <= 1 and name in {"if", *BRANCHES["if"]} and (name != "if" or depth == 0):
                branches.append((part.text, []))
                depth = 1
                continue
            depth += (name == "if") - (name == "endif")
            branches[-1][1].append(part)
        begun = not self.open and not (self.follows_name and end == len(inside))
        spaced = all(not parts or _starts_with_space(parts[0]) for _tag, parts in branches)
        if not (begun or spaced) or not self._ends_here(end):
            return []
        return [(tag, self._of_branch(parts)) for tag, parts in branches]

    def _of_branch(self, parts: list[Part]) -> list[Attribute | Conditional]:
        return _Attributes(parts, self.blocks, follows_name=False).read()

    def _ends_here(self, end: int) -> bool:
        if end >= len(self.parts):
            return True
        after = self.parts[end]
        return _starts_with_space(after) or after.text.startswith("{% if")

    def _finish(self) -> None:
        if not self.open:
            return
        text = "".join(part.text for part in self.open)
        values = self.open[1:-1]
        value = None
        first, last = self.open[0], self.open[-1]
        if first.text.endswith('="') and last.text == '"' and all(part.place is not Place.MARKUP for part in values):
            nodes: list[Node] = []
            for part in values:
                nodes += _content(part, self.blocks)
            value = _tree(nodes)
        self.found.append(Attribute(first.text if value else text, value, self.is_glued))
        self.open, self.is_glued = [], False


def _starts_with_space(part: Part) -> bool:
    return part.place is Place.MARKUP and not part.is_token and bool(WHITESPACE.match(part.text))


# ---- from a flat list to a tree ----


def _tree(nodes: Iterable[Node]) -> Sequence:
    return _Tree(list(nodes)).sequence()


class _Tree:
    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.at = 0

    def sequence(self) -> Sequence:
        """Nodes up to the tag that ends or branches the block around them, or up to the end."""
        sequence = Sequence()
        gaps: list[str] = []
        while self.at < len(self.nodes):
            node = self.nodes[self.at]
            if isinstance(node, BlockTag) and self._ends(tag_name(node.text)):
                break
            self.at += 1
            if isinstance(node, Gap):
                gaps.append(node.text)
                continue
            if isinstance(node, BlockTag):
                node = self._block(node)
            self._space(gaps, sequence.nodes[-1] if sequence.nodes else None, node)
            gaps = []
            sequence.nodes.append(node)
        self._space(gaps, sequence.nodes[-1] if sequence.nodes else None, sequence.end)
        sequence.nodes = _with_elements(sequence.nodes)
        return sequence

    @staticmethod
    def _ends(name: str) -> bool:
        return name.startswith("end") or any(name in branches for branches in BRANCHES.values())

    def _block(self, opening: BlockTag) -> Block:
        name = tag_name(opening.text)
        branches = [(opening.text, self.sequence())]
        while self.at < len(self.nodes):
            node = self.nodes[self.at]
            assert isinstance(node, BlockTag)
            self.at += 1
            branch_name = tag_name(node.text)
            if branch_name not in BRANCHES.get(name, set()):
                if branch_name != "end" + name:
                    raise ValueError(f"{opening.text} is ended by {node.text}")
                return Block(branches, node.text)
            branches.append((node.text, self.sequence()))
        raise ValueError(f"{opening.text} has no end")

    def _space(self, gaps: list[str], before: Node | None, node: Node) -> None:
        if not gaps:
            return
        node.has_blank_line = any(gap.count("\n") > 1 for gap in gaps)
        node.is_break = all("\n" in gap for gap in gaps)
        node.space = " " if not node.is_break or (is_text(before) and is_text(node)) else ""


def is_text(node: Node | None) -> bool:
    return isinstance(node, Word | Variable)


def _with_elements(nodes: list[Node]) -> list[Node]:
    """The same with elements whose tags are both here; an unmatched tag stays a tag."""
    partners: dict[int, int] = {}
    opened: list[tuple[str, int]] = []
    for index, node in enumerate(nodes):
        if not isinstance(node, ElementTag) or _has_no_end(node):
            continue
        if not node.is_closing:
            opened.append((node.name.lower(), index))
            continue
        name = node.name[1:].lower()
        while any(name == other for other, _index in opened):
            other, start = opened.pop()
            if other == name:
                partners[start] = index
                break
    return _joined(nodes, 0, len(nodes), partners)


def _has_no_end(tag: ElementTag) -> bool:
    return tag.name.lower() in VOID or tag.close == "/>" or tag.name.startswith("!")


def _joined(nodes: list[Node], start: int, end: int, partners: dict[int, int]) -> list[Node]:
    joined: list[Node] = []
    at = start
    while at < end:
        node = nodes[at]
        if isinstance(node, ElementTag) and (at in partners or _has_no_end(node)):
            body = None
            if at in partners:
                closing = nodes[partners[at]]
                body = Sequence(_joined(nodes, at + 1, partners[at], partners), closing)
                at = partners[at]
            element = Element(node, body, space=node.space, is_break=node.is_break)
            element.has_blank_line = node.has_blank_line
            node = element
        joined.append(node)
        at += 1
    return joined
