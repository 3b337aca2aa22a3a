"""Consultations that are open, and what citizens wrote to them, as rows and by the verbs."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from channels.models import Channel
from inbox.models import Message
from municipalities.holidays import BELGRADE
from municipalities.tenancy import scope
from participation.domain import contribute, decide, minutes
from participation.enums import ConsultationKind, ConsultationStage, WayIn
from participation.models import Consultation, Contribution, Meeting
from tests.needs.factories import message
from tests.people import Cast

_numbers = count(1)
REASON = "Средства су већ предвиђена у буџету."


def consultation_of(cast: Cast, **fields: Any) -> Consultation:
    """A consultation of Ćuprija that is open today, for every way in."""
    today = timezone.localdate()
    values: dict[str, Any] = {
        "kind": ConsultationKind.BUDGET,
        "title": "Буџет за 2027. годину",
        "subject": "На шта да трошимо новац за инвестиције?",
        "slug": f"budzet-{next(_numbers)}",
        "starts_on": today - timedelta(days=5),
        "ends_on": today + timedelta(days=10),
        "closes_at": datetime.combine(today + timedelta(days=11), datetime.min.time(), BELGRADE),
        "decided_by": today + timedelta(days=20),
        "report_by": today + timedelta(days=30),
        "ways_in": sorted(WayIn.values),
        "mail": "predlozi@cuprija.example",
        "stage": ConsultationStage.PUBLISHED,
        "published_at": timezone.now(),
        "published_by": cast.approver,
        "officer": cast.officer,
        "by": cast.officer,
    }
    municipality = fields.pop("municipality", cast.cuprija)
    with scope(municipality):
        return Consultation.objects.create(**{"municipality": municipality, **values, **fields})


def by_message(
    cast: Cast, consultation: Consultation, channel: Channel, text: str = "Предлажем тротоар у улици", **fields: Any
) -> Contribution:
    """A comment, or with `visibility="private"` a private message, that the officer counted."""
    written = message(channel, text, **fields)
    with scope(cast.cuprija):
        return contribute.from_message(consultation, written, by=cast.officer)


def by_form(
    cast: Cast, consultation: Consultation, text: str = "Више клупа у парку", contact: str = ""
) -> Contribution:
    with scope(cast.cuprija):
        return contribute.from_form(consultation, text, contact=contact, language="sr")[0]


def meeting_of(cast: Cast, consultation: Consultation) -> Meeting:
    with scope(cast.cuprija):
        content = minutes.MeetingContent("Дом културе", timezone.now() - timedelta(hours=3), 40, 22)
        return minutes.add(consultation, content, by=cast.officer)


def decided(cast: Cast, contribution: Contribution, decision: str = "declined", reason: str = REASON) -> Contribution:
    with scope(cast.cuprija):
        where = "ЈКП Равно, Ћуприја" if decision == "elsewhere" else ""
        outcome = decide.Outcome(decision, reason, where, contribution.text)
        return decide.decide(contribution, outcome, by=cast.officer)


def again(cast: Cast, row: Any) -> Any:
    """The row as it is now."""
    with scope(cast.cuprija):
        return type(row).objects.get(pk=row.pk)


def messages_of(cast: Cast) -> list[Message]:
    with scope(cast.cuprija):
        return list(Message.objects.order_by("pk"))
