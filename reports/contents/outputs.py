"""What a programme did, in its report: the figures of its staff's Home, of the months of the report and up to then."""

from decimal import Decimal

from django.utils.translation import gettext as _

from analytics.reporting_period import ReportingPeriod
from common.dates import long_date
from municipalities.models import Programme
from reports import outputs
from reports.document import Block, CellType, Column, Heading, Table
from reports.outputs import Amount, Span


def done(programme: Programme, period: ReportingPeriod) -> list[Block]:
    """A row for each output that is counted (`reports.outputs`)."""
    counted = outputs.Counted(programme)
    began_on = min(counted.began_on(period.last), period.first)
    spans = [Span(period.first, period.last), Span(began_on, period.last)]
    totals = outputs.totals(counted, spans)
    columns = (
        Column(_("What was done"), share=3),
        Column(_("In these months"), CellType.NUMBER, None),
        Column(_("In all"), CellType.NUMBER, None),
        Column(_("What is counted"), share=4),
    )
    rows = [
        (str(kind.label), *(_number(amount) for amount in totals[kind.key]), _meaning(kind)) for kind in outputs.kinds()
    ]
    note = _("In all: from %(first)s to %(last)s.") % {"first": long_date(began_on), "last": long_date(period.last)}
    return [Heading(_("What was done")), Table("outputs", "", columns, rows, note, sheet=_("What was done"))]


def _number(amount: Amount) -> int | float:
    """Hours come in quarters, which a float holds exactly."""
    return float(amount) if isinstance(amount, Decimal) and amount % 1 else int(amount)


def _meaning(kind: outputs.OutputKind) -> str:
    if not kind.of_agreed:
        return str(kind.meaning)
    return _("%(meaning)s, of municipalities that agreed to be compared") % {"meaning": kind.meaning}
