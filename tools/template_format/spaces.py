"""Which spaces of a template no browser shows, whatever its conditions are: those beside a block or another space."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from tools.template_format.nodes import Block, Comment, Element, ElementTag, Node, Sequence, Tag, Untouched

# A space right before or after their tags is not shown, nor is one at the beginning or end of what they hold.
BLOCK_ELEMENTS = {
    "address", "article", "aside", "blockquote", "body", "br", "caption", "col", "colgroup", "dd", "details",
    "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "head", "header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "optgroup",
    "option", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr",
    "ul",
}  # fmt: skip
# Beside them a space is shown, in them it is as in a block.
INLINE_BLOCKS = {"button", "select", "textarea", "svg", "input", "img", "video", "audio", "iframe", "progress", "meter"}
# No box of their own: a space before and one after them are two spaces in a row.
UNSEEN_ELEMENTS = {"link", "meta", "script", "style", "template"}
UNSEEN_TAGS = {"load", "extends", "csrf_token", "script", "htmx_script", "cached_script", "regroup"}
# Our tags whose outermost element is a block.
BLOCK_TAGS = {
    "pagination", "nothing", "tabs", "field", "error_summary", "progress", "chart",
    "stat", "segments", "settings_tabs", "library_tabs", "planning_tabs",
}  # fmt: skip


class Kind(Enum):
    SHOWN = "something on the line"
    EDGE = "the beginning or end of a line"
    BORDER = "the beginning or end of a file or of a block of it: something or nothing stands beside it"
    SPACE = "whitespace"
    UNSEEN = "nothing"


# Our tags with an end: what they are for a space outside and for one inside.
BLOCKS = {
    "callout": (Kind.EDGE, Kind.EDGE),
    "table": (Kind.EDGE, Kind.EDGE),
    "dialog": (Kind.EDGE, Kind.EDGE),
    "menu": (Kind.SHOWN, Kind.EDGE),
}


@dataclass(eq=False)
class Event:
    """A step of rendering, with all steps that may come right before and after it."""

    kind: Kind
    node: Node | None = None  # the one whose `space` it is
    before: list[Event] = field(default_factory=list)
    after: list[Event] = field(default_factory=list)


class Boxes:
    """What the walk asks about boxes. `tools/template_format/adopt.py` knows more than this."""

    in_row = False  # whether the template itself is included in a row

    def of_element(self, element: Element | ElementTag, in_row: bool) -> tuple[Kind, Kind, bool]:
        """What its tags are for a space outside, for one inside, and whether it lays its children out in a row."""
        name = element.name.lower().lstrip("/")
        if name in BLOCK_ELEMENTS or in_row:
            return Kind.EDGE, Kind.EDGE, False
        if name in UNSEEN_ELEMENTS:
            return Kind.UNSEEN, Kind.UNSEEN, False
        if name in INLINE_BLOCKS:
            return Kind.SHOWN, Kind.EDGE, False
        is_empty = isinstance(element, Element) and (element.body is None or not element.body.nodes)
        return (Kind.SHOWN, Kind.SHOWN, False) if is_empty else (Kind.UNSEEN, Kind.UNSEEN, False)

    def row_of_block(self, name: str) -> bool:
        """Whether the block stands in an element that lays its children out in a row."""
        return False

    def saw_block(self, tag: str, in_row: bool) -> None:
        """Where a block stands that other templates fill."""

    def of_tag(self, tag: Tag | Untouched, walk: Walk, ends: list[Event], in_row: bool) -> list[Event]:
        if isinstance(tag, Untouched):
            kind = Kind.UNSEEN if tag.text.startswith(("{% comment", "<!--")) else Kind.SHOWN
        elif tag.sets_a_name or tag.name in UNSEEN_TAGS:
            kind = Kind.UNSEEN
        else:
            kind = Kind.EDGE if tag.name in BLOCK_TAGS else Kind.SHOWN
        return walk.step(kind, ends)


class Walk:
    """Every way in which a template may be rendered, as a graph of events."""

    def __init__(self, template: Sequence, boxes: Boxes) -> None:
        self.template = template
        self.boxes = boxes
        self.top = set(template.nodes)
        self.extends = any(isinstance(node, Tag) and node.name == "extends" for node in template.nodes)
        self.spaces: list[Event] = []

    def whole(self, in_row: bool = False) -> tuple[Event, Event]:
        """Walks the template; its first event and its last."""
        begin = self.step(Kind.BORDER, [])
        end = self.step(Kind.BORDER, self.sequence(self.template, begin, in_row))
        return begin[0], end[0]

    def step(self, kind: Kind, ends: Iterable[Event], node: Node | None = None) -> list[Event]:
        event = Event(kind, node)
        for end in ends:
            _connect(end, event)
        if kind is Kind.SPACE:
            self.spaces.append(event)
        return [event]

    def sequence(self, sequence: Sequence, ends: list[Event], in_row: bool = False) -> list[Event]:
        """Returns the events after which the sequence is over."""
        for node in sequence.nodes:
            if node.space:
                ends = self.step(Kind.SPACE, ends, node)
            ends = self._node(node, ends, in_row)
        return self.step(Kind.SPACE, ends, sequence.end) if sequence.end.space else ends

    def _node(self, node: Node, ends: list[Event], in_row: bool) -> list[Event]:
        if isinstance(node, Element):
            return self._element(node, ends, in_row)
        if isinstance(node, Block):
            return self._block(node, ends, in_row)
        if isinstance(node, ElementTag):
            outside, inside, _row = self.boxes.of_element(node, in_row)
            return self.step(outside if outside is inside else Kind.SHOWN, ends)
        if isinstance(node, Tag | Untouched):
            return self.boxes.of_tag(node, self, ends, in_row)
        return self.step(Kind.UNSEEN if isinstance(node, Comment) else Kind.SHOWN, ends)

    def _element(self, element: Element, ends: list[Event], in_row: bool) -> list[Event]:
        outside, inside, row = self.boxes.of_element(element, in_row)
        ends = self.step(outside, ends)
        if element.untouched is not None:
            return ends
        if element.body is not None:
            ends = self.sequence(element.body, self.step(inside, ends), row)
            ends = self.step(inside, ends)
        return self.step(outside, ends)

    def _block(self, block: Block, ends: list[Event], in_row: bool) -> list[Event]:
        if kinds := BLOCKS.get(block.name):
            inner = self.sequence(block.branches[0][1], self.step(kinds[1], self.step(kinds[0], ends)))
            return self.step(kinds[0], self.step(kinds[1], inner))
        if block.name == "block":
            return self._named_block(block, ends, in_row)
        if block.name not in {"if", "for", "with", "language", "autoescape", "ifchanged"}:
            inner = self.sequence(block.branches[0][1], self.step(Kind.SHOWN, ends))
            return self.step(Kind.SHOWN, inner)
        start = self.step(Kind.UNSEEN, ends)
        over: list[Event] = []
        for tag, body in block.branches:
            first = self.step(Kind.UNSEEN, start)
            last = self.sequence(body, first, in_row)
            over += last
            if block.name == "for" and tag == block.branches[0][0]:
                for event in last:
                    _connect(event, first[0])
        may_be_skipped = block.name == "for" and len(block.branches) == 1
        may_be_skipped |= block.name == "if" and not block.branches[-1][0].strip("{% }").startswith("else")
        return over + (start if may_be_skipped else [])

    def _named_block(self, block: Block, ends: list[Event], in_row: bool) -> list[Event]:
        body = block.branches[0][1]
        if self.extends and block in self.top:
            inner = self.sequence(body, self.step(Kind.BORDER, ends), self.boxes.row_of_block(block.branches[0][0]))
            return self.step(Kind.BORDER, inner)
        self.boxes.saw_block(block.branches[0][0], in_row)
        # Another template may put anything in its place.
        other = self.step(Kind.EDGE if in_row else Kind.SHOWN, ends)
        return self.sequence(body, ends, in_row) + other


def _connect(before: Event, after: Event) -> None:
    before.after.append(after)
    after.before.append(before)


def drop_unseen(template: Sequence, boxes: Boxes | None = None) -> None:
    """Takes the spaces out of the tree that are never shown."""
    boxes = boxes or Boxes()
    walk = Walk(template, boxes)
    walk.whole(boxes.in_row)
    unseen = [space for space in walk.spaces if _is_unseen(space)]
    for space in unseen:
        assert space.node
        space.node.space = ""


def _is_unseen(space: Event) -> bool:
    edges = {Kind.EDGE, Kind.BORDER} if space.node and space.node.is_break else {Kind.EDGE}
    before = kinds_around(space, lambda event: event.before, {Kind.UNSEEN})
    if before <= edges | {Kind.SPACE}:
        return True
    return kinds_around(space, lambda event: event.after, {Kind.UNSEEN, Kind.SPACE}) <= edges


def kinds_around(start: Event, following: Callable[[Event], list[Event]], through: set[Kind]) -> set[Kind]:
    """The kinds of the first events on all ways from `start` that are not passed `through`."""
    kinds: set[Kind] = set()
    seen: set[Event] = set()
    waiting = list(following(start))
    while waiting:
        event = waiting.pop()
        if event in seen:
            continue
        seen.add(event)
        if event.kind in through and event is not start:
            waiting += following(event)
        elif event is not start:
            kinds.add(event.kind)
    return kinds
