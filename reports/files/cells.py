"""Text of a cell in CSV. A text that would be a formula is neutralised."""

from datetime import date

from common.spreadsheets import harmless_csv
from reports.document import Cell, Link, Missing


def plain(cell: Cell) -> str:
    """A point in numbers, dates as in ISO 8601, nothing where there is no value."""
    match cell:
        case Missing():
            return ""
        case Link():
            return text_cell(cell.url)
        case str():
            return text_cell(cell)
        case bool():
            raise TypeError(cell)
        case int():
            return str(cell)
        case float():
            return decimal(cell)
        case date():
            return cell.isoformat()


def decimal(value: float) -> str:
    """With four decimals at most: what was measured of some dozen posts is not known to nine digits."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def text_cell(text: str) -> str:
    return harmless_csv(text.replace("\x00", ""))
