"""Consultations of Ćuprija for tests of the people in charge."""

from __future__ import annotations

from datetime import date
from typing import Any

from municipalities.tenancy import scope
from participation.domain import publish, write
from participation.domain.write import ConsultationContent
from participation.models import Consultation
from tests.people import Cast

TODAY = "2026-11-30T10:00:00Z"
"""A Monday."""

CONTENT: dict[str, Any] = {
    "kind": "budget",
    "title": "Инвестиције у буџету за 2027. годину",
    "subject": "Која улагања су вам најважнија?\n\nПредлог плана је у документима.",
    "rules": "Имена се не објављују.",
    "ground": "local-self-government-budget",
    "starts_on": date(2026, 12, 1),
    "ends_on": date(2026, 12, 15),
    "decided_by": date(2026, 12, 30),
    "report_by": date(2027, 1, 20),
    "ways_in": ("form", "comment", "message"),
}


def draft(cast: Cast, **values: Any) -> Consultation:
    """A draft of the officer's that can be published."""
    with scope(cast.cuprija):
        content = ConsultationContent(**{**CONTENT, "approver": cast.approver, **values})
        return write.create(cast.cuprija, content, by=cast.officer)


def published(cast: Cast, **values: Any) -> Consultation:
    row = draft(cast, **values)
    with scope(cast.cuprija):
        return publish.publish(row, by=cast.approver)


def again(cast: Cast, row: Consultation) -> Consultation:
    with scope(cast.cuprija):
        return Consultation.objects.get(pk=row.pk)


def as_sent(**values: Any) -> dict[str, Any]:
    """What the form of a new consultation sends."""
    return {
        "kind": "budget", "title": "Инвестиције у буџету за 2027. годину", "subject": "Која улагања?",
        "rules": "Имена се не објављују.", "ground": "local-self-government-budget", "starts_on": "01.12.2026",
        "ends_on": "15.12.2026", "ways_in": ["form", "comment"], **values,
    }  # fmt: skip
