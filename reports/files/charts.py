"""A chart in a document: the same drawing as on the pages, as a file of its own, with its description as text."""

from common.charts import Chart, standalone
from reports.document import Figure


def printed(chart: Chart) -> Figure:
    """Title and formula are text around the drawing, so that a screen reader finds them."""
    description = f"{chart.title}. {chart.summary}".strip()
    return Figure(chart.title, standalone(chart, bare=True), description, chart.formula)
