"""What a cell becomes in a file for spreadsheets. A text that would be a formula is made one no longer.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from datetime import date

from reports.document import Cell, Link, Missing

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def words(text: str) -> str:
    """A text that no program takes for a formula, in a file that has texts alone."""
    text = text.replace("\x00", "")
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def plain(cell: Cell) -> str:
    """For CSV: a point in numbers, dates as in ISO 8601, nothing where there is no value."""
    match cell:
        case Missing():
            return ""
        case Link():
            return words(cell.url)
        case str():
            return words(cell)
        case bool():
            raise TypeError(cell)
        case int():
            return str(cell)
        case float():
            return format(cell, ".10g")
        case date():
            return cell.isoformat()
