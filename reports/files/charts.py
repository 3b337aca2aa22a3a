"""A chart of the pages on paper: the same drawing as a file of its own, and what it says in words."""

import re
from dataclasses import replace

from common.charts import Chart, standalone
from reports.document import Figure

# Where a file of its own has its title and margins, a document has its own.
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)" width="[\d.]+" height="[\d.]+"')
_GROUND = re.compile(r"(<desc>.*?</desc>)<rect [^>]*/>", re.DOTALL)
MARGIN, TITLE, FOOT = 20, 58, 26


def printed(chart: Chart) -> Figure:
    """Title and formula stand around it as text, so that a reader finds them; the drawing has the rest."""
    drawn = _GROUND.sub(r"\1", standalone(replace(chart, title="", formula="")), count=1)

    def cut(found: re.Match[str]) -> str:
        wide, high = float(found[1]), float(found[2])
        return f'viewBox="{MARGIN} {TITLE} {wide - 2 * MARGIN:g} {high - TITLE - FOOT:g}"'

    return Figure(chart.title, _BOX.sub(cut, drawn, count=1), f"{chart.title}. {chart.summary}".strip(), chart.formula)
