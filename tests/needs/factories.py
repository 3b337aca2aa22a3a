"""Needs and voices as rows, without the verbs that people use."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import User
from channels.models import Channel
from inbox.models import Message
from municipalities.models import Municipality
from municipalities.tenancy import scope
from needs.enums import Source, Stage
from needs.models import Need, NeedsPage, Voice

_numbers = count(1)
DAY = date(2026, 11, 10)


def need(place: Municipality, by: User, title: str = "Осветљење у Улици кнеза Милоша", **fields: Any) -> Need:
    """A need of one voice (`voices`), heard on `heard_on`. Decided and done things have a reason, days and words."""
    voices, heard_on = fields.pop("voices", 1), fields.pop("heard_on", DAY)
    stage = fields.get("stage", Stage.NEW)
    if stage in (Stage.PLANNED, Stage.DECLINED, Stage.DONE):
        fields = {"decided_on": DAY, "reason": "Тако је решено.", **fields}
    if stage == Stage.DONE:
        fields = {"done_on": DAY, "done": "Постављено је шест светиљки.", **fields}
    with scope(place):
        row: Need = Need.objects.create(
            **{"municipality": place, "by": by, "title": title, "topic": "light", "size": voices, **fields}
        )
        Voice.objects.bulk_create(
            Voice(municipality=place, need=row, source=Source.PHONE, heard_on=heard_on, by=by) for _ in range(voices)
        )
    return row


def voice(need: Need, **fields: Any) -> Voice:
    with scope(need.municipality_id):
        row: Voice = Voice.objects.create(
            **{
                "municipality_id": need.municipality_id, "need": need, "source": Source.PHONE, "heard_on": DAY,
                "by": need.by, **fields,
            }
        )  # fmt: skip
        Need.objects.filter(pk=need.pk).update(size=need.voices.count())
    return row


def message(channel: Channel, text: str = "Кад ће светло?", **fields: Any) -> Message:
    now = timezone.now()
    with scope(channel.municipality_id):
        row: Message = Message.objects.create(
            **{
                "municipality_id": channel.municipality_id, "channel": channel, "remote_id": f"m{next(_numbers)}",
                "text": text, "visibility": "public", "at": now, "heard_at": now, "counts_from": now, **fields,
            }
        )  # fmt: skip
    return row


def page(place: Municipality, *, is_on: bool = True, contact: str = "услужни центар, info@cuprija.rs") -> NeedsPage:
    with scope(place):
        row, _new = NeedsPage.objects.update_or_create(
            municipality=place, defaults={"is_on": is_on, "contact": contact}
        )
    return row
