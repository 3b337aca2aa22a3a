"""The questions of the Local Transparency Index from a CSV or Excel file: untrusted input, every row with its problems.

The format is described in docs/how-to/enter-transparency-questions.md. A file with one bad row stores nothing.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from participation import transparency
from participation.enums import Evidence
from planning.file_parsing import FileRow, Shape, read, refuse_broken
from serbian.folding import fold

MOST_QUESTIONS = 300
MOST_CODE = 20
MOST_TEXT = 1000
MOST_NEXT = 2000
_WEIGHT = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")

# Our name: possible headings, folded; both scripts fold to the same.
COLUMNS: dict[str, tuple[str, ...]] = {
    "code": ("oznaka", "broj", "sifra", "redni broj", "code", "number"),
    "category": ("oblast", "kategorija", "field", "category"),
    "text": ("pitanje", "tekst pitanja", "pitanje na srpskom", "question in serbian"),
    "text_en": ("pitanje na engleskom", "question", "question in english"),
    "weight": ("bodovi", "poeni", "tezina", "points", "weight"),
    "next": ("sta dalje", "sledeci korak", "preporuka", "what next in serbian"),
    "next_en": ("sta dalje na engleskom", "what next", "what next in english"),
    "evidence": ("dokaz", "dokaz u portalu", "evidence"),
}
# The headings of the sample, in the order of the columns.
HEADINGS = (
    "Ознака", "Област", "Питање", "Питање на енглеском", "Бодови", "Шта даље", "Шта даље на енглеском", "Доказ",
)  # fmt: skip
SHAPE = Shape(
    COLUMNS,
    "text",
    MOST_QUESTIONS,
    gettext_noop(
        "One of the first rows must name the columns, and “Питање” is in none. Download the empty file and fill it in."
    ),
    gettext_noop("There are more than %(most)s rows. The index has fewer than 100 questions; check the file."),
)


@dataclass
class QuestionRow:
    """A row of the file: what was entered, what it means, and each problem with the heading of its column."""

    number: int
    cells: dict[str, str]
    code: str = ""
    category: str = ""
    text: str = ""
    text_en: str = ""
    weight: Decimal | None = None
    next: str = ""
    next_en: str = ""
    evidence: str = ""
    problems: list[tuple[str, str]] = field(default_factory=list)

    def add_problem(self, column: str, sentence: str) -> None:
        self.problems.append((HEADINGS[list(COLUMNS).index(column)], sentence))


def parse(raw: bytes) -> tuple[list[QuestionRow], list[str]]:
    """Every row, and the headings that are not read. Raises `planning.file_parsing.UnreadableFile`."""
    table = read(raw, SHAPE)
    rows: list[QuestionRow] = []
    codes: dict[str, int] = {}
    for line in table.lines:
        row = _row(line)
        if first := codes.get(fold(row.code)):
            row.add_problem("code", _("Row %(row)s has the same mark.") % {"row": first})
        elif row.code:
            codes[fold(row.code)] = line.number
        rows.append(row)
    return rows, table.left_out


def _row(line: FileRow) -> QuestionRow:
    row = QuestionRow(line.number, dict(line.cells))
    refuse_broken(row, line)
    row.code = _text(row, "code", MOST_CODE)
    row.text, row.text_en = _text(row, "text", MOST_TEXT), _text(row, "text_en", MOST_TEXT)
    row.next, row.next_en = _text(row, "next", MOST_NEXT), _text(row, "next_en", MOST_NEXT)
    if not row.code:
        row.add_problem("code", _("Enter the number or the mark of the question in the index."))
    if not row.text:
        row.add_problem("text", _("Enter the question as it is published."))
    _category(row)
    _weight(row)
    _evidence(row)
    return row


def _text(row: QuestionRow, column: str, most: int) -> str:
    text = " ".join(row.cells.get(column, "").split())
    if len(text) > most:
        row.add_problem(
            column,
            _("This is too long: %(count)s characters, at most %(most)s.") % {"count": len(text), "most": most},
        )
    return text


def _category(row: QuestionRow) -> None:
    category = transparency.category_of(row.cells.get("category", ""))
    if category is None:
        names = ", ".join(one.name for one in transparency.index().categories)
        row.add_problem("category", _("Enter one of the fields of the index: %(names)s.") % {"names": names})
    else:
        row.category = category.key


def _weight(row: QuestionRow) -> None:
    typed = row.cells.get("weight", "")
    if not typed:
        return
    if not _WEIGHT.fullmatch(typed) or not (weight := Decimal(typed.replace(",", "."))):
        row.add_problem("weight", _("Enter points as a number above 0, such as 1 or 0.5, or leave the cell empty."))
        return
    row.weight = weight


def _evidence(row: QuestionRow) -> None:
    typed = fold(row.cells.get("evidence", ""))
    if not typed:
        return
    for evidence in Evidence:
        if typed in (fold(evidence.value), fold(str(evidence.label))):
            row.evidence = evidence.value
            return
    row.add_problem(
        "evidence",
        _("The portal can see only these, so enter one of them or nothing: %(marks)s.")
        % {"marks": ", ".join(Evidence.values)},
    )
