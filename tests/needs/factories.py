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
from needs.enums import NeedStage, SupporterSource
from needs.models import Need, NeedsPage, Supporter

_numbers = count(1)
DAY = date(2026, 11, 10)


def need(place: Municipality, by: User, title: str = "Осветљење у Улици кнеза Милоша", **fields: Any) -> Need:
    """A need with one supporter (`supporters`) on `received_on`. Settled ones have a reason, days and a text."""
    supporters, received_on = fields.pop("supporters", 1), fields.pop("received_on", DAY)
    stage = fields.get("stage", NeedStage.NEW)
    if stage in (NeedStage.PLANNED, NeedStage.DECLINED, NeedStage.DONE):
        fields = {"decided_on": DAY, "reason": "Тако је решено.", **fields}
    if stage == NeedStage.DONE:
        fields = {"done_on": DAY, "done": "Постављено је шест светиљки.", **fields}
    with scope(place):
        row: Need = Need.objects.create(
            **{"municipality": place, "by": by, "title": title, "topic": "light", "size": supporters, **fields}
        )
        Supporter.objects.bulk_create(
            Supporter(municipality=place, need=row, source=SupporterSource.PHONE, received_on=received_on, by=by)
            for _ in range(supporters)
        )
    return row


def supporter(need: Need, **fields: Any) -> Supporter:
    with scope(need.municipality_id):
        row: Supporter = Supporter.objects.create(
            **{
                "municipality_id": need.municipality_id, "need": need, "source": SupporterSource.PHONE,
                "received_on": DAY, "by": need.by, **fields,
            }
        )  # fmt: skip
        Need.objects.filter(pk=need.pk).update(size=need.supporters.count())
    return row


def message(channel: Channel, text: str = "Кад ће светло?", **fields: Any) -> Message:
    now = timezone.now()
    with scope(channel.municipality_id):
        row: Message = Message.objects.create(
            **{
                "municipality_id": channel.municipality_id, "channel": channel, "remote_id": f"m{next(_numbers)}",
                "text": text, "visibility": "public", "at": now, "received_at": now, "counts_from": now, **fields,
            }
        )  # fmt: skip
    return row


def page(place: Municipality, *, is_on: bool = True, contact: str = "услужни центар, info@cuprija.rs") -> NeedsPage:
    with scope(place):
        row, _new = NeedsPage.objects.update_or_create(
            municipality=place, defaults={"is_on": is_on, "contact": contact}
        )
    return row
