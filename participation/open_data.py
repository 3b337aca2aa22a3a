"""The proposals of a consultation as open data: a table in CSV, and one file in JSON with the figures and the schema.

Names of columns are in English and never change without a new name, because other programs read them. The JSON is a
Data Package whose rows stand in it (https://specs.frictionlessdata.io/data-package/). A missing value is empty in CSV
and null in JSON, never a zero.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from participation.models import Consultation
from participation.queries.figures import Breakdown, Figures, ProposalRow
from reports.files.cells import text_cell
from reports.files.tables import table

Field = tuple[str, str, str]
PROPOSALS: tuple[Field, ...] = (
    ("number", "integer", "Number of the proposal within the consultation; it never changes."),
    ("received_on", "date", "Day on which it was received."),
    ("way_in", "string", "comment, message, form, mail, meeting or paper."),
    ("text", "string", "What is public of the proposal. Empty where its words are not shown."),
    ("decision", "string", "accepted, partly, declined, elsewhere (not decided here) or withdrawn."),
    ("reason", "string", "The reason of the decision."),
    ("where_to", "string", "Where to turn with it, of those that are not decided here."),
    ("joined_to", "integer", "Number of the proposal that says the same and was decided together with it."),
    ("is_late", "boolean", "Whether it came after the term."),
)
ANNOUNCEMENTS: tuple[Field, ...] = (
    ("published_on", "date", "Day on which the post was published."),
    ("role", "string", "call, reminder, last_day or result."),
    ("network", "string", "The network."),
    ("account", "string", "The official account on it."),
    ("url", "string", "Address of the post."),
    ("views", "integer", "Times the post was shown, as the network told last."),
    ("interactions", "integer", "Likes, shares, comments and quotes, as far as the network tells them."),
)
GROUPS: tuple[Field, ...] = (
    ("by", "string", "settlement, age or gender."),
    ("group", "string", "The group. Several with a plus sign: too small to be shown alone."),
    ("proposals", "integer", "Proposals of people who stated it. Small groups are put together with others."),
)


def csv(rows: Sequence[ProposalRow]) -> bytes:
    """Texts that a spreadsheet would take for formulas are neutralised."""
    return table([name for name, _kind, _meaning in PROPOSALS], (_cells(row) for row in rows))


def _cells(row: ProposalRow) -> Sequence[str]:
    return (
        str(row.number),
        row.received_on.isoformat(),
        text_cell(row.way_in),
        text_cell(row.text),
        text_cell(row.decision),
        text_cell(row.reason),
        text_cell(row.where_to),
        "" if row.joined_to is None else str(row.joined_to),
        "true" if row.is_late else "false",
    )


def package(consultation: Consultation, figures: Figures, *, edition: int, as_of: str) -> bytes:
    """JSON of one edition. `as_of`: when it was counted, ISO 8601."""
    descriptor: dict[str, Any] = {
        "profile": "data-package",
        "name": consultation.slug,
        "title": consultation.title,
        "created": as_of,
        "version": str(edition),
        "licenses": [{"name": settings.OPEN_DATA_LICENCE, "path": settings.OPEN_DATA_LICENCE_URL}],
        "consultation": {
            "municipality": consultation.municipality.slug,
            "kind": consultation.kind,
            "starts_on": _iso(consultation.starts_on),
            "ends_on": _iso(consultation.ends_on),
            "translations": [{"language": language, "title": title} for language, title in figures.translations],
            "counts": counted(figures),
        },
        "resources": [
            _resource("proposals", PROPOSALS, [_proposal(row) for row in figures.rows], ["number"]),
            _resource("announcements", ANNOUNCEMENTS, [_announcement(row) for row in figures.announcements]),
            _resource("groups", GROUPS, list(_groups(figures))),
        ],
    }
    return json.dumps(descriptor, ensure_ascii=False, indent=1).encode()


def counted(figures: Figures) -> dict[str, Any]:
    """The counts of an edition as plain values, which are kept with it."""
    return {
        "total": figures.counts.total,
        "by_way": figures.counts.by_way,
        "by_decision": figures.counts.by_decision,
        "late": figures.late,
        "joined": figures.joined,
        "with_reason": figures.with_reason,
        "stated": {
            "settlement": figures.settlements.stated, "age": figures.ages.stated, "gender": figures.genders.stated
        },
    }  # fmt: skip


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def _proposal(row: ProposalRow) -> dict[str, Any]:
    return {
        "number": row.number, "received_on": row.received_on.isoformat(), "way_in": row.way_in, "text": row.text,
        "decision": row.decision, "reason": row.reason, "where_to": row.where_to, "joined_to": row.joined_to,
        "is_late": row.is_late,
    }  # fmt: skip


def _announcement(row: Any) -> dict[str, Any]:
    return {
        "published_on": _iso(row.on), "role": row.role, "network": row.platform, "account": row.account,
        "url": row.url, "views": row.views, "interactions": row.interactions,
    }  # fmt: skip


def _groups(figures: Figures) -> Any:
    breakdowns: dict[str, Breakdown] = {
        "settlement": figures.settlements, "age": figures.ages, "gender": figures.genders
    }  # fmt: skip
    for by, groups in breakdowns.items():
        for group, proposals in groups.groups:
            yield {"by": by, "group": group, "proposals": proposals}
        if groups.together:
            yield {"by": by, "group": "+".join(groups.together_of), "proposals": groups.together}


def _resource(name: str, fields: Sequence[Field], data: list[Any], key: Sequence[str] = ()) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [{"name": field, "type": kind, "description": meaning} for field, kind, meaning in fields]
    }
    if key:
        schema["primaryKey"] = list(key)
    return {"profile": "tabular-data-resource", "name": name, "schema": schema, "data": data}
