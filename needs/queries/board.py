"""Queries of the board and of one need, inside the scope of one municipality. Each runs a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, When, Window
from django.db.models.functions import RowNumber

from delivery.enums import State
from inbox.models import Department, Message, Settlement
from inbox.queries.readable import readable_messages
from municipalities.queries import Access
from needs.enums import SETTLED, NeedStage
from needs.models import QUOTABLE, AnswerRound, Need, NeedPicture, NeedsPage, Supporter
from serbian.folding import fold
from serbian.sorting import sort_key

# Needs of each stage on the board; all of them are one click away.
ON_BOARD = 8
MOST_FOUND = 20


@dataclass(frozen=True)
class NeedFilters:
    """Filters of the board; empty means all. `settlement` and `department` are ids, "none" those without."""

    search: str = ""
    topic: str = ""
    settlement: str = ""
    department: str = ""

    def __bool__(self) -> bool:
        return bool(self.search or self.topic or self.settlement or self.department)

    def apply(self, rows: QuerySet[Need]) -> QuerySet[Need]:
        for word in fold(self.search).split():
            rows = rows.filter(search_key__contains=word)
        if self.topic:
            rows = rows.filter(topic="" if self.topic == "none" else self.topic)
        for name in ("settlement", "department"):
            value = getattr(self, name)
            if value:
                rows = rows.filter(**({name: None} if value == "none" else {name: int(value)}))
        return rows


@dataclass
class BoardColumn:
    """One stage of the board: how many there are, and the first of them."""

    stage: NeedStage
    count: int = 0
    needs: list[Need] = field(default_factory=list)

    @property
    def has_more(self) -> bool:
        return self.count > len(self.needs)

    @property
    def pill(self) -> tuple[str, str, Any]:
        return Need(stage=self.stage).pill


def ordering(stage: str) -> tuple[Any, ...]:
    """Open needs by size; settled ones newest first."""
    if stage in SETTLED:
        return (F("done_on").desc(nulls_last=True), F("decided_on").desc(nulls_last=True), F("pk").desc())
    return (F("size").desc(), F("pk").desc())


def columns(narrowed: NeedFilters) -> list[BoardColumn]:
    """Every stage with the first of its needs. Two queries."""
    by_stage = {stage: BoardColumn(stage) for stage in NeedStage}
    for row in narrowed.apply(Need.objects.all()).order_by().values("stage").annotate(count=Count("pk")):
        by_stage[NeedStage(row["stage"])].count = row["count"]
    places = {
        "by_size": Window(RowNumber(), partition_by=F("stage"), order_by=ordering(NeedStage.NEW)),
        "by_day": Window(RowNumber(), partition_by=F("stage"), order_by=ordering(NeedStage.DONE)),
    }
    rows: QuerySet[Any] = narrowed.apply(Need.objects.all()).annotate(**places)
    rows = rows.select_related("settlement", "department")
    rows = rows.filter(Q(by_size__lte=ON_BOARD) & ~Q(stage__in=SETTLED) | Q(by_day__lte=ON_BOARD, stage__in=SETTLED))
    place = Case(When(stage__in=SETTLED, then="by_day"), default="by_size")
    for need in rows.order_by(place, "pk").defer("text", "search_key"):
        by_stage[NeedStage(need.stage)].needs.append(need)
    return list(by_stage.values())


def of_stage(narrowed: NeedFilters, stage: str) -> QuerySet[Need]:
    rows = narrowed.apply(Need.objects.filter(stage=stage)).select_related("settlement", "department")
    return rows.order_by(*ordering(stage)).defer("text", "search_key")


def settlements() -> list[Settlement]:
    return sorted(Settlement.objects.all(), key=lambda settlement: sort_key(settlement.name))


def departments(also: int | None = None) -> list[Department]:
    """Those that are asked today, and the one with the id `also`."""
    rows = Department.objects.filter(Q(is_retired=False) | Q(pk=also))
    return sorted(rows, key=lambda department: sort_key(department.name))


def search_needs(query: str, but: int = 0) -> list[Need]:
    """Needs that match these words, open ones first, largest first; without words the largest open ones."""
    rows = Need.objects.exclude(pk=but)
    if query.strip():
        for word in fold(query).split():
            rows = rows.filter(search_key__contains=word)
    else:
        rows = rows.exclude(stage__in=SETTLED)
    rows = rows.annotate(is_over=Case(When(stage__in=SETTLED, then=1), default=0))
    return list(rows.order_by("is_over", "-size", "-pk").select_related("settlement").defer("text")[:MOST_FOUND])


# ---------------------------------------------------------------- one need


def supporters(need: Need) -> QuerySet[Supporter]:
    """Newest first, with their messages, for those who may read these."""
    rows = Supporter.objects.filter(need=need).select_related("message__channel", "reply__delivery", "by")
    return rows.order_by("-received_on", "-pk").defer("message__first_text", "message__search_key")


def quotes(need: Need) -> QuerySet[Supporter]:
    """Chosen quotes alone, for who may not read messages."""
    rows = Supporter.objects.filter(QUOTABLE, need=need).only("quote", "source", "received_on", "municipality_id")
    return rows.order_by("-received_on", "-pk")


def sources(need: Need) -> list[tuple[str, int]]:
    """Supporters by source, most frequent first: (code of `SupporterSource`, count)."""
    rows = Supporter.objects.filter(need=need).order_by().values("source").annotate(count=Count("pk"))
    return [(row["source"], row["count"]) for row in rows.order_by("-count", "source")]


def pictures(need: Need) -> list[NeedPicture]:
    return list(NeedPicture.objects.filter(need=need).select_related("media").order_by("-moment", "position", "pk"))


def has_page() -> bool:
    """Whether the municipality shows its needs to everybody."""
    return NeedsPage.objects.filter(is_on=True).exists()


def last_round(need: Need) -> AnswerRound | None:
    """With `informed`: how many of its `people` have the answer, as the networks confirmed."""
    arrived = Q(supporters__reply__delivery__state=State.PUBLISHED)
    rows = AnswerRound.objects.filter(need=need).select_related("by")
    return rows.annotate(informed=Count("supporters__reply", distinct=True, filter=arrived)).order_by("-pk").first()


def messages_with_needs(keys: Sequence[int], access: Access) -> list[Message]:
    """Those of these messages that this person may read, oldest first, each with the need it belongs to."""
    rows = (
        readable_messages(access)
        .filter(pk__in=keys)
        .select_related("channel", "supporter__need", "settlement", "department")
    )
    return list(rows.order_by("at", "pk").defer("first_text", "search_key"))
