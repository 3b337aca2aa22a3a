"""Loads openpyxl alone. Where numpy is installed, it would load it for values that we do not have: thirty megabytes and
a quarter of a second in each process that reads or writes a workbook. Where lxml is installed, it would parse with it,
and not with defusedxml.
"""

import os
import sys
from decimal import Decimal
from types import ModuleType

NUMBERS = "openpyxl.compat.numbers"


def load() -> None:
    """To be called before the first import of openpyxl in a process; afterwards it does nothing."""
    if "openpyxl" in sys.modules:
        return
    os.environ.setdefault("OPENPYXL_LXML", "False")
    # The only module of openpyxl that asks for numpy; without it, this is what is in it.
    numbers = ModuleType(NUMBERS)
    numbers.NUMERIC_TYPES = (int, float, Decimal)  # type: ignore[attr-defined]
    numbers.NUMPY = False  # type: ignore[attr-defined]
    sys.modules.setdefault(NUMBERS, numbers)
    import openpyxl  # noqa: F401
