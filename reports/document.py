"""A report as plain data, before it has a format. Every format is written from it, so that they cannot differ.

Texts are in the language that was active when it was built. All texts may come from untrusted input (titles of posts,
names of channels): a format has to treat them as plain text.

A cell is a text, a number, a date, a `Link`, or a `Missing` with the reason for the missing value; numbers stay
numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from reports.results import Results


class CellType(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    LINK = "link"


@dataclass(frozen=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True)
class Missing:
    """No value, and why. Never a zero."""

    reason: str = ""


Cell = str | int | float | date | Link | Missing


@dataclass(frozen=True)
class Column:
    """`places`: decimals that are shown, None: as many as there are; the file for programs keeps them all. `meaning` is
    the formula in words. `printed` False: for spreadsheets alone. `share`: of the room on paper that is left beside
    figures; 0: by the length of its texts."""

    label: str
    kind: CellType = CellType.TEXT
    places: int | None = 0
    meaning: str = ""
    printed: bool = True
    share: int = 0


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    text: str
    tone: str = ""  # "lead", "quiet", "warning"


@dataclass(frozen=True)
class Bullets:
    items: Sequence[str]


@dataclass(frozen=True)
class Tile:
    """One number that leads. `change` in per cent against `against`; without it `against` has the earlier number."""

    label: str
    value: int | float | Missing
    formula: str
    places: int = 0
    change: float | None = None
    against: str = ""


@dataclass(frozen=True)
class Tiles:
    title: str
    items: Sequence[Tile]
    name: str = "tiles"


@dataclass(frozen=True)
class Figure:
    """A chart: `svg` as a file of its own, `alt` describes in words what it shows."""

    title: str
    svg: str
    alt: str
    formula: str = ""


@dataclass(frozen=True)
class Table:
    """`name` is that of its file, in English and ASCII; `sheet` that of its sheet in Excel, without a title of its
    own. `printed` False: for spreadsheets alone."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    printed: bool = True
    empty: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class Facts:
    """Terms and their meaning."""

    pairs: Sequence[tuple[str, str]]


Block = Heading | Paragraph | Bullets | Tiles | Figure | Table | Facts


@dataclass(frozen=True)
class Document:
    """`language` is one of the portal's codes ("sr", "sr-latn", "en"); `as_of` when the numbers were read out.
    `results`: of a programme that follows indicators."""

    title: str
    subtitle: str
    language: str
    about: str
    as_of: datetime
    blocks: Sequence[Block]
    foot: str
    texts: "DocumentTexts" = field(default_factory=lambda: DocumentTexts())
    results: Results | None = None

    @property
    def tables(self) -> Iterator[Table]:
        """In order; tiles are a table too."""
        for block in self.blocks:
            if isinstance(block, Table):
                yield block
            elif isinstance(block, Tiles):
                yield self.texts.table(block)

    @property
    def meanings(self) -> list[tuple[str, str]]:
        """The meaning of the figures: the glossary of the report, and the formulas of single columns."""
        by_label: dict[str, str] = {}
        for block in self.blocks:
            if isinstance(block, Facts):
                by_label.update(block.pairs)
        for table in self.tables:
            by_label.update({c.label: c.meaning for c in table.columns if c.meaning and c.label not in by_label})
        return list(by_label.items())


@dataclass(frozen=True)
class DocumentTexts:
    """Texts around the blocks, in the report's language."""

    measure: str = "Measure"
    value: str = "Value"
    change: str = "Change in %"
    formula: str = "Formula"
    about: str = "About this report"
    meanings: str = "What the metrics mean"
    as_of: str = "Metrics as of"
    page: str = "Page"
    of: str = "of"
    missing: str = "not reported"

    def table(self, tiles: Tiles) -> Table:
        columns = (
            Column(self.measure),
            Column(self.value, CellType.NUMBER, 1),
            Column(self.change, CellType.NUMBER, 1),
            Column(self.formula),
        )
        rows = [
            (tile.label, tile.value, Missing() if tile.change is None else tile.change, tile.formula)
            for tile in tiles.items
        ]
        return Table(tiles.name, tiles.title, columns, rows, printed=False)
