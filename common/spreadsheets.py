"""Tables for spreadsheets: what may stand in a cell that somebody else typed."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

# A cell that begins so is a formula to a spreadsheet, whoever typed it. https://owasp.org/www-community/attacks/CSV_Injection
# Some programs also read the wide forms of East Asian keyboards, and what stands behind spaces.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def table(rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV in UTF-8 with the mark by which spreadsheets know it; numbers as they are, None as an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([harmless(value) if isinstance(value, str) else value for value in row])
    return out.getvalue().encode("utf-8-sig")
