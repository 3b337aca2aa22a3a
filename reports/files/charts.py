"""A chart of the pages on paper: the same drawing as a file of its own, and what it says in words."""

from dataclasses import replace

from common.charts import Chart, standalone
from reports.document import Figure


def printed(chart: Chart) -> Figure:
    """Title and formula stand around it as text, so that a reader finds them; the drawing has the rest."""
    drawn = standalone(replace(chart, title="", formula=""))
    return Figure(chart.title, drawn, f"{chart.title}. {chart.summary}".strip(), chart.formula)
