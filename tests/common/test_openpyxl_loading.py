"""openpyxl is loaded without what it would load beside itself."""

import os
import subprocess
import sys

PROGRAM = """
import sys
from common import spreadsheets
body = spreadsheets.workbook([["Реч", 1], [2.5, None]])
assert body[:2] == b"PK"
import openpyxl, io
sheet = openpyxl.load_workbook(io.BytesIO(body)).active
assert [[cell.value for cell in row] for row in sheet.rows] == [["Реч", 1], [2.5, None]]
from openpyxl.xml import DEFUSEDXML, LXML
assert DEFUSEDXML and not LXML
print(*sorted(name for name in ("numpy", "openpyxl") if name in sys.modules))
"""


def test_a_workbook_is_written_and_read_without_numpy_and_lxml() -> None:
    for module in ("numpy", "lxml"):  # both are installed here, so their absence is no accident
        assert subprocess.run([sys.executable, "-c", f"import {module}"], check=False).returncode == 0
    environment = {name: value for name, value in os.environ.items() if name != "OPENPYXL_LXML"}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == ["openpyxl"]
