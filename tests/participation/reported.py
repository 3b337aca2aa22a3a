"""Consultations that are closed, and their contributions, as rows: without the verbs that people use."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import User
from municipalities.holidays import BELGRADE
from municipalities.models import Municipality
from municipalities.tenancy import scope
from participation.models import Consultation, Contribution

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 20)
AT = datetime(2026, 11, 10, 12, tzinfo=BELGRADE)
WORDS = "Моје име је Петар Петровић, тражим расвету."
PUBLIC = "Тражим расвету у улици."


def consultation(place: Municipality, by: User, title: str = "Буџет за 2027. годину", **fields: Any) -> Consultation:
    """Closed, with a term from 2 to 20 November 2026."""
    values: dict[str, Any] = {
        "municipality": place, "kind": "budget", "stage": "closed", "title": title, "slug": "budzet-2027",
        "subject": "Шта да се гради?\n\nПредложите пројекте.", "ground": "local-self-government-budget",
        "starts_on": FIRST, "ends_on": LAST, "closes_at": datetime(2026, 11, 21, tzinfo=BELGRADE),
        "decided_by": date(2026, 11, 24), "report_by": date(2026, 11, 27), "ways_in": ["form", "paper", "meeting"],
        "officer": by, "by": by, "published_at": datetime(2026, 11, 1, 9, tzinfo=BELGRADE), "published_by": by,
        "closed_at": datetime(2026, 11, 23, 9, tzinfo=BELGRADE), **fields,
    }  # fmt: skip
    with scope(place):
        row: Consultation = Consultation.objects.create(**values)
    return row


def contribution(row: Consultation, **fields: Any) -> Contribution:
    """Accepted with a reason, by the form. `decision="withdrawn"` has no words."""
    is_withdrawn = fields.get("decision") == "withdrawn"
    with scope(row.municipality_id):
        row.last_number += 1
        Consultation.objects.filter(pk=row.pk).update(last_number=row.last_number)
        values: dict[str, Any] = {
            "municipality_id": row.municipality_id, "consultation": row, "number": row.last_number, "way_in": "form",
            "text": "" if is_withdrawn else WORDS, "public_text": "" if is_withdrawn else PUBLIC, "received_at": AT,
            "contact": "" if is_withdrawn else "petar@example.org", "decision": "accepted",
            "reason": "" if is_withdrawn else "Радови су у плану.", "decided_at": AT + timedelta(days=5),
            "decided_by": None if is_withdrawn else row.by,
            "withdrawn_at": AT + timedelta(days=5) if is_withdrawn else None, **fields,
        }  # fmt: skip
        one: Contribution = Contribution.objects.create(**values)
    return one


def withdraw(one: Contribution) -> None:
    """As its author does with the receipt."""
    from participation.domain import decide

    with scope(one.municipality_id):
        decide.withdraw(Contribution.objects.select_related("consultation").get(pk=one.pk), by=None)
