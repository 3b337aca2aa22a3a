"""The content of a programme's report: once its months are over it is kept, and every later report of the same months
is written from what was kept. Networks correct their metrics and municipalities come and go; a report that a donor has
does not change for that. Counting again is an act of its own, with a reason, and makes another edition.
"""

from datetime import datetime

from django.db import transaction
from django.utils import translation

from analytics.reporting_period import ReportingPeriod
from common import audit, languages
from municipalities.models import Programme
from reports import kept
from reports.contents.programme import Edition, programme
from reports.document import Document
from reports.models import KeptContent, ProgrammeReport


@transaction.atomic
def document(row: ProgrammeReport, period: ReportingPeriod, as_of: datetime) -> Document:
    """In the report's language. `as_of`: when it is counted, if it is not kept yet."""
    if not period.is_over:
        with translation.override(row.language):
            return programme(row.programme, period, as_of)
    Programme.objects.select_for_update(no_key=True).get(pk=row.programme_id)
    latest = latest_edition(row.programme, period)
    if latest is None or row.recount_because:
        latest = _count(row, period, as_of, latest)
    return kept.from_plain(latest.content[row.language])


def latest_edition(programme_: Programme, period: ReportingPeriod) -> KeptContent | None:
    rows = KeptContent.objects.filter(programme=programme_, first=period.first, last=period.period.last)
    return rows.order_by("-edition").first()


def _count(row: ProgrammeReport, period: ReportingPeriod, as_of: datetime, earlier: KeptContent | None) -> KeptContent:
    """Another edition in every language, so that all of them say the same."""
    edition = Edition(earlier.edition + 1, row.recount_because) if earlier else Edition()
    content = {}
    for language, _label in languages.choices():
        with translation.override(language):
            content[language] = kept.to_plain(programme(row.programme, period, as_of, edition))
    edition_row = KeptContent.objects.create(
        programme=row.programme, first=period.first, last=period.period.last, edition=edition.number,
        reason=edition.because, content=content, as_of=as_of, counted_by=row.asked_by,
    )  # fmt: skip
    if earlier:
        audit.record(
            "report.count_again", by=row.asked_by, target=edition_row, label=str(row.programme), edition=edition.number,
            reason=edition.because,
        )  # fmt: skip
    # A worker that makes the files again after a failure does not count again.
    row.recount_because = ""
    row.save(update_fields=["recount_because"])
    return edition_row
