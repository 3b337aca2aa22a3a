"""Citizens' needs in the demo, from messages and calls, with decisions and results.

Rows with their dates in the past, built from the messages that `demo.inbox` created; all needs are in
`content/needs.toml`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from demo.published_posts import PublishedPosts
from demo.rows import insert
from demo.texts import chance, needs
from inbox.enums import MessageState
from inbox.models import Department, Message, Settlement
from municipalities.tenancy import scope
from needs.enums import NeedStage, PictureMoment, SupporterSource
from needs.models import Need, NeedPicture, NeedsPage, Supporter
from posts.models import Media

BY_HAND = {"phone": SupporterSource.PHONE, "counter": SupporterSource.COUNTER, "meeting": SupporterSource.MEETING}
# Whose page "You asked, we did" is open to everybody.
OPEN = {"cuprija": "Канцеларија за медије, mediji@cuprija.example", "vrnjacka-banja": "mediji@vrnjacka-banja.example"}
# So many of one need: what only a few said in one municipality was heard by fewer comments.
MOST_MESSAGES = 12


def arrange(pasts: Sequence[PublishedPosts], now: datetime) -> None:
    """Needs of each municipality; the pages of those that show theirs."""
    for past in pasts:
        municipality = past.team.municipality
        with scope(municipality):
            for need in needs():
                _need(past, need, now)
            if municipality.slug in OPEN:
                NeedsPage.objects.create(municipality=municipality, is_on=True, contact=OPEN[municipality.slug])


def _need(past: PublishedPosts, entry: Mapping[str, Any], now: datetime) -> None:
    municipality, today = past.team.municipality, timezone.localdate(now)
    rng = chance("needs", municipality.slug, entry["title"])
    messages = [
        row for start in entry["heard"] for row in Message.objects.filter(text__startswith=start).order_by("at")
    ]
    messages = messages[-MOST_MESSAGES:]
    decided, done_on = (
        today - timedelta(days=entry[name]) if name in entry else None for name in ("decided", "done_on")
    )
    if decided and messages:
        # Decisions come after requests. On some days the demo has only newer messages about a need.
        messages = [row for row in messages if timezone.localdate(row.at) <= decided]
    by_hand = [source for name, source in BY_HAND.items() for _n in range(entry.get(name, 0))]
    if not messages and not by_hand:
        by_hand = [SupporterSource.MEETING]
    need = Need(
        municipality=municipality, title=entry["title"], text=entry.get("text", ""), topic=entry["topic"],
        stage=entry["stage"],
        settlement=rng.choice(list(Settlement.objects.order_by("pk"))) if entry.get("settlement") else None,
        department=Department.objects.filter(name=entry.get("department", "")).first(), reason=entry.get("reason", ""),
        decided_on=decided, done=entry.get("done", ""), done_on=done_on, size=len(messages) + len(by_hand),
        is_public=entry.get("public", False), by=past.team.officer,
    )  # fmt: skip
    need.save()
    first = (decided or today) - timedelta(days=3)
    supporters = [
        Supporter(
            municipality=municipality, need=need, source=SupporterSource.MESSAGE, message=row,
            received_on=timezone.localdate(row.at),
            quote=row.text if row is messages[-1] else "", by=past.team.officer, at=row.at + timedelta(hours=2),
        )
        for row in messages
    ]  # fmt: skip
    for source in by_hand:
        day = first - timedelta(days=rng.randint(0, 14))
        at = datetime.combine(day, datetime.min.time(), now.tzinfo) + timedelta(hours=rng.randint(8, 13))
        supporters.append(
            Supporter(municipality=municipality, need=need, source=source, received_on=day, by=past.team.officer, at=at)
        )
    insert(supporters)
    begun = min((supporter.at for supporter in supporters), default=now)
    Need.objects.filter(pk=need.pk).update(created_at=begun, changed_at=begun)
    pictures = {moment: entry[moment.value] for moment in PictureMoment if moment.value in entry}
    for moment, kind in pictures.items():
        if media := Media.objects.filter(name=f"{kind}.jpg").first():
            NeedPicture.objects.create(municipality=municipality, need=need, media=media, moment=moment)
    if need.stage in (NeedStage.DONE, NeedStage.DECLINED):
        Message.objects.filter(supporter__need=need, state=MessageState.OPEN).update(
            state=MessageState.CLOSED, settled_at=now, read_at=now
        )
