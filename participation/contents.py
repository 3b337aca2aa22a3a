"""The report of a consultation as plain data (`reports.document`), in the language that is active.

What officers wrote in Serbian appears in the script of the report. What is public of a citizen's proposal stays as it
was released: converting somebody's words would be a change of them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from common import charts, languages
from common.dates import date_time, long_date
from common.numbers import number
from common.templatetags.ui import network_name
from needs.public_text import Convert, converter
from participation import text_languages
from participation.enums import (
    DECISIONS,
    AgeBand,
    ConsultationKind,
    DayCount,
    Decision,
    Gender,
    PostRole,
    WayIn,
)
from participation.grounds import ground_of
from participation.models import Consultation, Edition, Meeting
from participation.queries.figures import SMALLEST_GROUP, Announcement, Breakdown, Figures, ProposalRow
from reports.contents.common import document
from reports.document import (
    Block,
    Bullets,
    Cell,
    CellType,
    Column,
    Document,
    Facts,
    Figure,
    Heading,
    Link,
    Missing,
    Paragraph,
    Table,
)
from reports.files.charts import printed
from serbian.glossary import EMPTY, Glossary

_PARAGRAPHS = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class EditionText:
    """What the edition itself says. `number` 1 is the first one."""

    number: int = 1
    changes: str = ""
    outcome: str = ""

    @classmethod
    def of(cls, edition: Edition) -> "EditionText":
        return cls(edition.number, edition.changes, edition.outcome)


def report(
    consultation: Consultation, figures: Figures, text: EditionText, as_of: datetime, terms: Glossary = EMPTY
) -> Document:
    """`consultation` with its municipality. `terms`: the words that the municipality spells its own way."""
    say = converter(languages.current().tag, terms)
    title = say(consultation.title)
    subtitle = f"{ConsultationKind(consultation.kind).label} · {consultation.municipality}"
    blocks: list[Block] = [
        *_edition(text, say),
        Paragraph(lead(figures), "lead"),
        *_asked(consultation, figures, say),
        *_announced(figures),
        *_took_part(figures, say),
        *_decided(figures),
        *_outcome(text, say),
        *_proposals(figures, say),
        Heading(_("How to read this report")),
        Facts(_meanings()),
    ]
    about = _(
        "Report of a consultation with citizens: what was asked, how it was announced, who took part, and what became "
        "of every proposal. It contains no names and no contacts of citizens."
    )
    return document(title, subtitle, about, as_of, blocks)


def lead(figures: Figures) -> str:
    """The outcome in one or two sentences."""
    total = figures.counts.total
    if not total:
        return _("No proposals came in.")
    decided = [
        f"{label.lower()}: {number(count)}"
        for decision, label in _decision_labels()
        if (count := figures.counts.by_decision.get(decision, 0))
    ]
    sentence = ngettext("%(count)s proposal came in.", "%(count)s proposals came in.", total)
    return f"{sentence % {'count': number(total)}} {_capital(', '.join(decided))}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _decision_labels() -> list[tuple[str, str]]:
    return [(str(decision), str(decision.label)) for decision in (*DECISIONS, Decision.WITHDRAWN)]


def _paragraphs(text: str) -> Iterator[Paragraph]:
    for part in _PARAGRAPHS.split(text):
        if part.strip():
            yield Paragraph(part.strip())


# ---------------------------------------------------------------- the edition


def _edition(text: EditionText, say: Convert) -> Iterator[Block]:
    if text.number > 1:
        sentence = _("This is edition %(number)s; it takes the place of the earlier ones. What changed: %(changes)s")
        yield Paragraph(sentence % {"number": text.number, "changes": say(text.changes)}, "warning")


def _outcome(text: EditionText, say: Convert) -> Iterator[Block]:
    yield Heading(_("What changes because of it"))
    if text.outcome.strip():
        yield from _paragraphs(say(text.outcome))
    else:
        yield Paragraph(_("The municipality has not written anything about this."), "quiet")


# ---------------------------------------------------------------- what was asked


def _asked(consultation: Consultation, figures: Figures, say: Convert) -> Iterator[Block]:
    yield Heading(pgettext("report of a consultation", "What was asked"))
    yield from _paragraphs(say(consultation.subject))
    yield Facts([(term, text) for term, text in _facts(consultation, figures, say) if text])
    if consultation.rules.strip():
        yield Heading(_("Rules of the consultation"), 3)
        yield from _paragraphs(say(consultation.rules))
    if figures.documents:
        yield Heading(_("Documents"), 3)
        yield Bullets([_document(row.title, row.address, say) for row in figures.documents])


def _document(title: str, address: str, say: Convert) -> str:
    return f"{say(title)} ({address})" if address else say(title)


def _facts(consultation: Consultation, figures: Figures, say: Convert) -> Iterator[tuple[str, str]]:
    yield _("Legal ground"), ground(consultation, say)
    yield _("Term"), term(consultation)
    yield _("Ways in"), ", ".join(str(WayIn(way).label) for way in WayIn.values if way in consultation.ways_in)
    yield _("Also asked in"), ", ".join(text_languages.name(tag) for tag, _title in figures.translations)
    if consultation.published_at:
        yield _("Announced"), date_time(consultation.published_at)
    if consultation.closed_at:
        yield _("Decided"), date_time(consultation.closed_at)


def ground(consultation: Consultation, say: Convert) -> str:
    """Its title with article and source; that there is none where nothing obliges the municipality."""
    own, known = consultation.own_ground, ground_of(consultation.ground)
    if own is not None:
        return f"{say(own.title)}, {say(own.article)} ({say(own.source)})"
    if known is not None:
        gazette = _("Official Gazette of RS %(numbers)s") % {"numbers": known.gazette}
        return f"{known.title}, {known.article} ({gazette})"
    return _("none: the municipality asked of its own accord")


def term(consultation: Consultation) -> str:
    if consultation.starts_on is None or consultation.ends_on is None:
        return ""
    days = _("from %(first)s to %(last)s") % {
        "first": long_date(consultation.starts_on), "last": long_date(consultation.ends_on)
    }  # fmt: skip
    if consultation.last_hour is not None:
        days += _(", until %(hour)s") % {"hour": f"{consultation.last_hour:%H:%M}"}
    if consultation.least_days:
        count = DayCount(consultation.day_count).label
        days += " " + _("(the ground asks for at least %(days)s %(unit)s)") % {
            "days": consultation.least_days, "unit": count
        }  # fmt: skip
    return days


# ---------------------------------------------------------------- how it was announced


def _announced(figures: Figures) -> Iterator[Block]:
    columns = (
        Column(_("Day"), CellType.DATE),
        Column(_("What for")),
        Column(_("Network")),
        Column(_("Account"), CellType.LINK, share=2),
        Column(_("Views"), CellType.NUMBER, meaning=_("How often the network showed the post, as it told last.")),
        Column(
            _("Interactions"),
            CellType.NUMBER,
            meaning=_("Likes, shares, comments and quotes, as far as the network tells them."),
        ),
    )
    rows = [_announcement(row) for row in figures.announcements]
    yield Heading(_("How it was announced"))
    yield Table(
        "announcements", "", columns, rows, _note_of_views(figures.announcements), sheet=_("How it was announced"),
        empty=_("No post about it was published through the portal."),
    )  # fmt: skip


def _announcement(row: Announcement) -> tuple[Cell, ...]:
    why = _("the network has not told it") if row.is_read else _("not read yet")
    return (
        row.on or Missing(_("not known")),
        str(PostRole(row.role).label),
        network_name(row.platform),
        Link(row.account, row.url) if row.url else row.account,
        Missing(why) if row.views is None else row.views,
        Missing(why) if row.interactions is None else row.interactions,
    )


def _note_of_views(rows: Sequence[Announcement]) -> str:
    if not rows:
        return ""
    return _(
        "Views of several posts must not be added up to a number of people: the same person may have seen all of them."
    )


# ---------------------------------------------------------------- who took part


def _took_part(figures: Figures, say: Convert) -> Iterator[Block]:
    total = figures.counts.total
    yield Heading(_("Who took part"))
    yield Paragraph(
        _("Proposals are counted, not people: one person may have sent several. Nobody had to state anything about "
          "themselves. Groups of fewer than %(least)s are put together with others, so that nobody can be found in "
          "them.")
        % {"least": SMALLEST_GROUP},
        "quiet",
    )  # fmt: skip
    by_way = figures.counts.by_way
    ways = [(str(WayIn(way).label), by_way[way]) for way in WayIn.values if by_way.get(way)]
    columns = (Column(_("Way in")), Column(_("Proposals"), CellType.NUMBER))
    yield Table("ways", _("By way in"), columns, ways, empty=_("No proposals came in."))
    if not total:
        return
    yield from _breakdown(
        "settlements", _("By settlement"), _("Settlement"), figures.settlements, lambda name: say(name)
    )
    yield from _breakdown("ages", _("By age"), _("Age"), figures.ages, lambda key: str(AgeBand(key).label))
    yield from _breakdown("genders", _("By gender"), _("Gender"), figures.genders, lambda key: str(Gender(key).label))
    if figures.meetings:
        yield _meetings(figures.meetings, say)


def _breakdown(name: str, title: str, label: str, groups: Breakdown, called: Convert) -> Iterator[Block]:
    if not groups.stated:
        yield Heading(title, 3)
        yield Paragraph(_("Nobody stated it."))
        return
    if groups.is_too_small:
        yield Heading(title, 3)
        yield Paragraph(
            ngettext(
                "Too few stated it for a breakdown: %(stated)s of %(total)s proposal.",
                "Too few stated it for a breakdown: %(stated)s of %(total)s proposals.",
                groups.stated + groups.silent,
            )
            % {"stated": number(groups.stated), "total": number(groups.stated + groups.silent)}
        )
        return
    rows: list[tuple[Cell, ...]] = [(called(key), count, 100 * count / groups.stated) for key, count in groups.groups]
    if groups.together:
        together = _("Together: %(groups)s") % {"groups": ", ".join(called(key) for key in groups.together_of)}
        rows.append((together, groups.together, 100 * groups.together / groups.stated))
    if groups.silent:
        rows.append((_("not stated"), groups.silent, Missing("–")))
    columns = (
        Column(label),
        Column(_("Proposals"), CellType.NUMBER),
        Column(_("Per cent of those who stated it"), CellType.NUMBER, 1),
    )
    yield Table(name, title, columns, rows)


def _meetings(meetings: Iterable[Meeting], say: Convert) -> Table:
    columns = (
        Column(_("Meeting"), share=3),
        Column(_("Day"), CellType.DATE),
        Column(_("People who came"), CellType.NUMBER),
        Column(_("Of them women"), CellType.NUMBER),
    )
    uncounted = Missing(_("not counted"))
    rows = [
        (
            say(row.place),
            _local_day(row.at),
            uncounted if row.people is None else row.people,
            uncounted if row.women is None else row.women,
        )
        for row in meetings
    ]
    return Table("meetings", _("Meetings"), columns, rows)


def _local_day(moment: datetime) -> date:
    return timezone.localdate(moment)


# ---------------------------------------------------------------- what became of the proposals


def _decided(figures: Figures) -> Iterator[Block]:
    counts = figures.counts
    rows: list[tuple[Cell, ...]] = [
        (label, counts.by_decision.get(decision, 0), _share(counts.by_decision.get(decision, 0), counts.total))
        for decision, label in _decision_labels()
    ]
    rows.append((_("All"), counts.total, _share(counts.total, counts.total)))
    columns = (
        Column(pgettext("of a proposal", "Decision")),
        Column(_("Proposals"), CellType.NUMBER),
        Column(_("Per cent"), CellType.NUMBER, 1),
    )
    yield Heading(_("What became of the proposals"))
    yield Table("decisions", "", columns, rows, sheet=_("What became of the proposals"))
    if counts.total:
        yield _chart(figures)
    if figures.joined:
        yield Paragraph(
            ngettext(
                "%(count)s proposal says the same as another one and was decided together with it. It counts.",
                "%(count)s proposals say the same as others and were decided together with them. Each of them counts.",
                figures.joined,
            )
            % {"count": number(figures.joined)}
        )
    if figures.late:
        yield Paragraph(
            ngettext(
                "%(count)s proposal came after the term. It was decided like the others.",
                "%(count)s proposals came after the term. They were decided like the others.",
                figures.late,
            )
            % {"count": number(figures.late)}
        )


def _share(count: int, total: int) -> Cell:
    return 100 * count / total if total else Missing("–")


def _chart(figures: Figures) -> Figure:
    labels = [(decision, label) for decision, label in _decision_labels() if figures.counts.by_decision.get(decision)]
    values = [float(figures.counts.by_decision[decision]) for decision, _label in labels]
    texts = charts.ChartTexts(number=lambda value: number(int(value)), heading=pgettext("of a proposal", "Decision"))
    series = charts.Series(_("Proposals"), values)
    return printed(charts.bars(_("Proposals by decision"), [label for _decision, label in labels], [series], texts))


# ---------------------------------------------------------------- every proposal


def _proposals(figures: Figures, say: Convert) -> Iterator[Block]:
    columns = (
        Column(pgettext("number of a proposal", "No."), CellType.NUMBER, None),
        Column(_("Proposal"), share=12),
        Column(pgettext("of a proposal", "Decision")),
        Column(_("Reason"), share=12),
        Column(_("Where to turn"), printed=False),
        Column(_("Way in"), printed=False),
        Column(_("Received"), CellType.DATE, printed=False),
        Column(_("Decided together with no."), CellType.NUMBER, None, printed=False),
        Column(_("After the term"), printed=False),
    )
    rows = [_proposal(row, say) for row in figures.rows]
    yield Heading(_("Every proposal"))
    yield Table(
        "proposals", "", columns, rows, sheet=_("Every proposal"), empty=_("No proposals came in."),
    )  # fmt: skip


def _proposal(row: ProposalRow, say: Convert) -> tuple[Cell, ...]:
    reason, where_to = say(row.reason), say(row.where_to)
    why = " ".join(filter(None, [reason, _("Where to turn: %(where)s") % {"where": where_to} if where_to else ""]))
    if row.joined_to is not None:
        why = _("As for no. %(number)s.") % {"number": row.joined_to}
    return (
        row.number,
        words(row),
        str(Decision(row.decision).label) if row.decision else _("Without a decision"),
        why,
        where_to,
        str(WayIn(row.way_in).label),
        row.received_on,
        Missing("–") if row.joined_to is None else row.joined_to,
        _("yes") if row.is_late else "",
    )


def words(row: ProposalRow) -> str:
    """What is public of a proposal, with the numbers of those that say the same."""
    if row.decision == Decision.WITHDRAWN:
        text = _("Withdrawn by its author; its words are erased.")
    elif row.text:
        text = row.text
    elif row.joined_to is not None:
        text = _("Says the same as no. %(number)s.") % {"number": row.joined_to}
    else:
        text = _("Its words are not shown.")
    if row.also:
        text += " " + _("(also no. %(numbers)s)") % {"numbers": ", ".join(map(str, row.also))}
    return text


def _meanings() -> list[tuple[str, str]]:
    return [
        (
            _("Proposal"),
            _("Every contribution of a citizen counts once, by whatever way it came. Its number never changes."),
        ),
        (
            str(Decision.OUT_OF_SCOPE.label),
            _("The municipality cannot decide about it in this consultation; the report says where to turn."),
        ),
        (str(Decision.WITHDRAWN.label), _("Its author withdrew it. The number stays, the words are erased.")),
        (
            _("Its words are not shown."),
            _("The municipality does not quote it, perhaps because it names people. It was decided like others."),
        ),
        (_("Licence of the open data"), f"{settings.OPEN_DATA_LICENCE} ({settings.OPEN_DATA_LICENCE_URL})"),
    ]
