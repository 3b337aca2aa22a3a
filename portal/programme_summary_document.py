"""The programme at a glance as a document of two pages at most, made of the object that the page shows."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.dates import long_date
from portal.programme_summary import ProgrammeSummary
from reports.contents.common import document as report_document
from reports.document import Block, Bullets, Cell, CellType, Column, Document, Heading, Missing, Paragraph, Table


def document(summary: ProgrammeSummary, as_of: datetime) -> Document:
    """In the language that is active, which is that of the summary."""
    programme = str(summary.programme)
    about = _("What is reached and what is behind in the programme %(programme)s, what was done, and who needs "
              "something.") % {"programme": programme}  # fmt: skip
    title = _("The programme at a glance")
    return report_document(title, f"{programme} · {summary.period_label}", about, as_of, _blocks(summary))


def _blocks(summary: ProgrammeSummary) -> Iterator[Block]:
    yield Paragraph(summary.headline, "lead")
    if summary.outcomes:
        yield _outcomes(summary)
    yield from _changes(summary)
    yield Heading(_("Who needs something"))
    yield Paragraph(summary.what_next.text)
    if summary.needy:
        yield _needy(summary)
    yield _outputs(summary)


def _outcomes(summary: ProgrammeSummary) -> Table:
    columns = [
        Column(_("Indicator"), share=4), Column(_("Baseline"), CellType.NUMBER), Column(_("Actual"), CellType.NUMBER),
        Column(_("Target"), CellType.NUMBER), Column(_("Standing"), share=3),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [outcome.name, outcome.baseline or Missing(), outcome.actual, outcome.target, outcome.sentence]
        for outcome in summary.outcomes
    ]
    note = ""
    if summary.without_target:
        note = ngettext(
            "%(count)s indicator has no target.", "%(count)s indicators have no target.", summary.without_target
        ) % {"count": summary.without_target}
    return Table("outcomes", _("What is reached, and what is behind"), columns, rows, note)


def _changes(summary: ProgrammeSummary) -> Iterator[Block]:
    yield Heading(_("What changed since last week"))
    if not summary.moved and not summary.counts:
        since = long_date(summary.changed_since)
        yield Paragraph(_("Nothing has changed since %(day)s.") % {"day": since})
        return
    lines = [change.text for change in (*summary.moved, *summary.counts)]
    if summary.more_moved:
        more = ngettext("and %(count)s more", "and %(count)s more", summary.more_moved)
        lines.insert(len(summary.moved), more % {"count": summary.more_moved})
    yield Bullets(lines)


def _needy(summary: ProgrammeSummary) -> Table:
    rows = [(str(place.municipality), " · ".join(place.reasons)) for place in summary.needy]
    note = ""
    if summary.more_needy:
        note = ngettext("and %(count)s more", "and %(count)s more", summary.more_needy) % {"count": summary.more_needy}
    return Table("needs", "", [Column(_("Municipality")), Column(_("Why"))], rows, note)


def _outputs(summary: ProgrammeSummary) -> Table:
    rows = [(output.label, output.value) for output in summary.outputs]
    title = _("What was done since the programme began")
    return Table("outputs", title, [Column(_("What was done")), Column(_("Count"), CellType.NUMBER)], rows)
