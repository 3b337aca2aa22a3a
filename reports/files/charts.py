"""A chart of the pages on paper: the same drawing as a file of its own, and what it says in words."""

from common.charts import Chart, standalone
from reports.document import Figure


def printed(chart: Chart) -> Figure:
    """Title and formula stand around it as text, so that a reader finds them; the drawing has the rest."""
    said = f"{chart.title}. {chart.summary}".strip()
    return Figure(chart.title, standalone(chart, bare=True), said, chart.formula)
