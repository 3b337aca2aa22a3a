"""What citizens need in the demo, from their messages and from calls, with what was decided and done.

Rows with the days of then, made from the messages that `demo.inbox` left; every need is in `content/needs.toml`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from demo.past import Past
from demo.rows import insert
from demo.texts import chance, needs
from inbox.enums import State
from inbox.models import Department, Message, Settlement
from municipalities.tenancy import scope
from needs.enums import Moment, Source, Stage
from needs.models import Need, NeedPicture, NeedsPage, Voice
from posts.models import Media

BY_HAND = {"phone": Source.PHONE, "counter": Source.COUNTER, "meeting": Source.MEETING}
# Whose page "You asked, we did" is open to everybody.
OPEN = {"cuprija": "Канцеларија за медије, mediji@cuprija.example", "vrnjacka-banja": "mediji@vrnjacka-banja.example"}
# So many of one need: what only a few said in one municipality was heard by fewer comments.
MOST_MESSAGES = 12


def arrange(pasts: Sequence[Past], now: datetime) -> None:
    """Needs of each municipality; the pages of those that show theirs."""
    for past in pasts:
        house = past.team.municipality
        with scope(house):
            for need in needs():
                _need(past, need, now)
            if house.slug in OPEN:
                NeedsPage.objects.create(municipality=house, is_on=True, contact=OPEN[house.slug])


def _need(past: Past, told: Mapping[str, Any], now: datetime) -> None:
    house, today = past.team.municipality, timezone.localdate(now)
    rng = chance("needs", house.slug, told["title"])
    messages = [row for start in told["heard"] for row in Message.objects.filter(text__startswith=start).order_by("at")]
    messages = messages[-MOST_MESSAGES:]
    decided, done_on = (today - timedelta(days=told[name]) if name in told else None for name in ("decided", "done_on"))
    if decided and messages:
        # Nothing is decided before somebody asks for it. On some days the demo has only newer messages about it.
        messages = [row for row in messages if timezone.localdate(row.at) <= decided]
    by_hand = [source for name, source in BY_HAND.items() for _n in range(told.get(name, 0))]
    if not messages and not by_hand:
        by_hand = [Source.MEETING]
    need = Need(
        municipality=house, title=told["title"], text=told.get("text", ""), topic=told["topic"], stage=told["stage"],
        settlement=rng.choice(list(Settlement.objects.order_by("pk"))) if told.get("settlement") else None,
        department=Department.objects.filter(name=told.get("department", "")).first(), reason=told.get("reason", ""),
        decided_on=decided, done=told.get("done", ""), done_on=done_on, size=len(messages) + len(by_hand),
        is_public=told.get("public", False), by=past.team.officer,
    )  # fmt: skip
    need.save()
    first = (decided or today) - timedelta(days=3)
    voices = [
        Voice(
            municipality=house, need=need, source=Source.MESSAGE, message=row, heard_on=timezone.localdate(row.at),
            quote=row.text if row is messages[-1] else "", by=past.team.officer, at=row.at + timedelta(hours=2),
        )
        for row in messages
    ]  # fmt: skip
    for source in by_hand:
        day = first - timedelta(days=rng.randint(0, 14))
        at = datetime.combine(day, datetime.min.time(), now.tzinfo) + timedelta(hours=rng.randint(8, 13))
        voices.append(Voice(municipality=house, need=need, source=source, heard_on=day, by=past.team.officer, at=at))
    insert(voices)
    begun = min((voice.at for voice in voices), default=now)
    Need.objects.filter(pk=need.pk).update(created_at=begun, changed_at=begun)
    pictures = {moment: told[moment.value] for moment in Moment if moment.value in told}
    for moment, kind in pictures.items():
        if media := Media.objects.filter(name=f"{kind}.jpg").first():
            NeedPicture.objects.create(municipality=house, need=need, media=media, moment=moment)
    if need.stage in (Stage.DONE, Stage.DECLINED):
        Message.objects.filter(voice__need=need, state=State.OPEN).update(
            state=State.CLOSED, settled_at=now, read_at=now
        )
