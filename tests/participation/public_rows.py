"""Consultations that are public and their contributions, as rows, without the verbs of officers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from municipalities.holidays import BELGRADE
from municipalities.models import Municipality
from municipalities.tenancy import scope
from participation import form_tokens
from participation.enums import ConsultationKind, ConsultationStage, Decision, WayIn
from participation.models import Consultation, Contribution

ALL_WAYS = [str(way) for way in WayIn]
TITLE = "Јавна расправа о буџету за 2027"
SLUG = "javna-rasprava-o-budzetu-za-2027"


def consultation(place: Municipality, by: User, **fields: Any) -> Consultation:
    """Published, on the budget, with all ways in; it began yesterday and ends in ten days."""
    day = timezone.localdate()
    starts, ends = fields.get("starts_on", day - timedelta(days=1)), fields.get("ends_on", day + timedelta(days=10))
    values: dict[str, Any] = {
        "municipality": place, "kind": ConsultationKind.BUDGET, "stage": ConsultationStage.PUBLISHED, "title": TITLE,
        "slug": SLUG, "subject": "Шта да се гради 2027. године?", "rules": "Један предлог у једном листу.",
        "ground": "local-self-government-budget", "starts_on": starts, "ends_on": ends,
        "closes_at": midnight_after(ends), "decided_by": ends + timedelta(days=10),
        "report_by": ends + timedelta(days=20), "ways_in": ALL_WAYS, "mail": "budzet@cuprija.example",
        "officer": by, "by": by, "published_at": timezone.now(), "published_by": by, **fields,
    }  # fmt: skip
    if values["stage"] in (ConsultationStage.CLOSED, ConsultationStage.REPORTED):
        values.setdefault("closed_at", timezone.now())
    with scope(place):
        row: Consultation = Consultation.objects.create(**values)
    return row


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), BELGRADE)


def contribution(row: Consultation, text: str = "Тротоар у Улици кнеза Милоша", **fields: Any) -> Contribution:
    """The next one, without a decision where `decision` is not given."""
    decided: dict[str, Any] = {}
    if fields.get("decision"):
        decided = {"decided_at": timezone.now(), "decided_by": row.by, "reason": "Нема новца у овој години."}
    if fields.get("decision") == Decision.WITHDRAWN:
        decided = {"decided_at": timezone.now(), "withdrawn_at": timezone.now()}
        text = ""
    if fields.get("decision") == Decision.OUT_OF_SCOPE:
        decided["where_to"] = "Путеви Србије"
    with scope(row.municipality_id):
        row.last_number += 1
        row.save(update_fields=["last_number", "changed_at"] if decided else ["last_number"])
        one: Contribution = Contribution.objects.create(
            **{
                "municipality_id": row.municipality_id, "consultation": row, "number": row.last_number,
                "way_in": WayIn.FORM, "text": text, "received_at": timezone.now(), **decided, **fields,
            }
        )  # fmt: skip
    return one


def token(row: Consultation, *, seconds_ago: float = 60) -> str:
    """A form that was opened so long ago."""
    import time_machine

    with time_machine.travel(timezone.now() - timedelta(seconds=seconds_ago), tick=False):
        return form_tokens.issue(row.pk)


def sent(row: Consultation, text: str = "Тротоар у Улици кнеза Милоша", **fields: Any) -> dict[str, Any]:
    """What a browser posts of the form."""
    return {"token": token(row), "text": text, "homepage": "", "contact": "", "age_band": "", "gender": "", **fields}
