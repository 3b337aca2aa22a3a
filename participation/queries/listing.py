"""The list of a consultation's contributions for the people who decide: filters, search, near-duplicates, neighbours.

Original words are read by whoever reads the inbox, those that came privately only by whoever reads private messages;
everybody else reads what was released. That holds for the words themselves, for the search, and for every filter whose
result would tell something about them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Count, Max, Min, Q, QuerySet

from common.integers import parse_int
from common.word_search import holds
from inbox.models import HandOver
from inbox.models.handover import DepartmentQuestion
from inbox.queries.readable import readable_with
from inbox.text_analysis import mask
from municipalities.queries import Access
from municipalities.rules import Verb
from participation.enums import DECISIONS, AnswerState, Decision, WayIn
from participation.models import Consultation, Contribution, ContributionQuestion
from participation.queries.contributions import undecided

PER_PAGE = 30
MOST_COUNTED = 1000
MOST_SIMILAR = 10
MOST_GROUPS = 500
MOST_REASONS = 12
PRIVATE_WAYS = (WayIn.MESSAGE, WayIn.MAIL)
# Filters by what became of a contribution, besides the decisions themselves.
OPEN, JOINED = "open", "joined"


@dataclass(frozen=True)
class Reader:
    """What a person may read: original words at all, and those that came privately."""

    words: bool
    private: bool

    @classmethod
    def of(cls, access: Access) -> "Reader":
        return cls(access.may(Verb.INBOX_VIEW), access.may(Verb.INBOX_VIEW) and access.may(Verb.INBOX_PRIVATE))

    @property
    def readable(self) -> Q:
        """Contributions whose original words this person may read."""
        if self.private:
            return Q()
        return ~Q(way_in__in=PRIVATE_WAYS) if self.words else Q(pk__in=[])

    def may_read(self, contribution: Contribution) -> bool:
        return self.private if contribution.way_in in PRIVATE_WAYS else self.words

    def text(self, contribution: Contribution) -> str:
        """Its words as far as this person may read them; "" where there are none for them."""
        return contribution.text if self.may_read(contribution) else contribution.public_text


@dataclass(frozen=True)
class ContributionFilters:
    """Filters of the list; empty means all. `decision` is one of `Decision`, `OPEN` or `JOINED`."""

    way: str = ""
    decision: str = ""
    answer: str = ""
    personal: str = ""
    late: str = ""
    similar: str = ""
    search: str = ""

    @classmethod
    def read(cls, params: Mapping[str, str]) -> "ContributionFilters":
        """From query parameters; invalid values are ignored."""
        return cls(
            way=_known(params, "way", WayIn.values),
            decision=_known(params, "decision", [OPEN, JOINED, *Decision.values]),
            answer=_known(params, "answer", ["none", *AnswerState.values[1:]]),
            personal=_known(params, "personal", ["yes"]),
            late=_known(params, "late", ["yes"]),
            similar=_known(params, "similar", ["yes"]),
            search=params.get("q", "")[:200].replace("\x00", ""),
        )

    @property
    def chosen(self) -> dict[str, str]:
        names = ("way", "decision", "answer", "personal", "late", "similar")
        values = {name: getattr(self, name) for name in names} | {"q": self.search.strip()}
        return {name: value for name, value in values.items() if value}

    @property
    def query(self) -> str:
        return urlencode(self.chosen)

    def apply(self, rows: QuerySet[Contribution], consultation: Consultation, reader: Reader) -> QuerySet[Contribution]:
        where = Q()
        if self.way:
            where &= Q(way_in=self.way)
        if self.decision:
            where &= {OPEN: Q(decision="", same_as=None), JOINED: Q(same_as__isnull=False)}.get(
                self.decision, Q(decision=self.decision)
            )
        if self.answer:
            where &= Q(answer_state="" if self.answer == "none" else self.answer)
        if self.late:
            where &= Q(is_late=True)
        if self.personal:
            where &= Q(has_personal_data=True) & reader.readable
        if self.similar:
            where &= Q(similar_group__in=_groups(consultation, reader)) & reader.readable
        return rows.filter(where & _search(self.search, reader))


def _known(params: Mapping[str, str], name: str, values: Sequence[str]) -> str:
    value = params.get(name, "")
    return value if value in values else ""


def _search(typed: str, reader: Reader) -> Q:
    if not typed.strip():
        return Q()
    if reader.private:
        return holds(typed)
    released = holds(typed, "public_search_key")
    return (reader.readable & holds(typed)) | released if reader.words else released


def _groups(consultation: Consultation, reader: Reader) -> list[int]:
    """Names of groups in which this person can read at least two: at most `MOST_GROUPS`, the largest. One query."""
    rows = Contribution.objects.filter(reader.readable, consultation=consultation, similar_group__isnull=False)
    groups = rows.order_by().values("similar_group").annotate(many=Count("pk")).filter(many__gt=1)
    names = groups.order_by("-many", "similar_group").values_list("similar_group", flat=True)[:MOST_GROUPS]
    return [name for name in names if name is not None]


@dataclass
class ContributionLine:
    """One line of the list."""

    contribution: Contribution
    text: str
    is_original: bool
    similar: int = 0


@dataclass
class Listed:
    """A page of the list, newest first. `before` and `after` are numbers for the links to the neighbouring pages."""

    rows: list[ContributionLine] = field(default_factory=list)
    total: int = 0
    is_more: bool = False
    older: int | None = None
    newer: int | None = None


def page(
    consultation: Consultation, narrowed: ContributionFilters, reader: Reader, params: Mapping[str, str]
) -> Listed:
    """By number, so that every page costs the same. Four queries. `older` and `newer` in the address are the number
    after, or before, which it begins."""
    rows = narrowed.apply(Contribution.objects.filter(consultation=consultation), consultation, reader)
    older, newer = parse_int(params.get("older")), parse_int(params.get("newer"))
    wanted = rows.select_related("same_as").defer("search_key", "public_search_key", "reason")
    if newer:
        loaded = list(wanted.filter(number__gt=newer).order_by("number")[: PER_PAGE + 1])
        has_newer, has_older = len(loaded) > PER_PAGE, True
        loaded = list(reversed(loaded[:PER_PAGE]))
    else:
        loaded = list((wanted.filter(number__lt=older) if older else wanted).order_by("-number")[: PER_PAGE + 1])
        has_newer, has_older = bool(older), len(loaded) > PER_PAGE
        loaded = loaded[:PER_PAGE]
    counted = rows.order_by().values("pk")[: MOST_COUNTED + 1].count()
    alike = _similar_counts(consultation, loaded, reader)
    return Listed(
        [
            ContributionLine(one, mask(reader.text(one)), reader.may_read(one), alike.get(one.similar_group, 0))
            for one in loaded
        ],
        min(counted, MOST_COUNTED),
        counted > MOST_COUNTED,
        loaded[-1].number if loaded and has_older else None,
        loaded[0].number if loaded and has_newer else None,
    )  # fmt: skip


def _similar_counts(consultation: Consultation, loaded: list[Contribution], reader: Reader) -> dict[int | None, int]:
    """By group: how many others say nearly the same, among those that this person may read."""
    groups = {one.similar_group for one in loaded if one.similar_group is not None and reader.may_read(one)}
    rows = Contribution.objects.filter(reader.readable, consultation=consultation, similar_group__in=groups)
    counts = rows.order_by().values_list("similar_group").annotate(many=Count("pk"))
    return {group: many - 1 for group, many in counts}


# ---- one contribution


@dataclass(frozen=True)
class Neighbours:
    """Numbers of the undecided ones before and after this one that this person may decide about, and how many."""

    previous: int | None = None
    next: int | None = None
    left: int = 0


def neighbours(contribution: Contribution, reader: Reader) -> Neighbours:
    """One query. After the last one comes the first."""
    number = contribution.number
    rows = undecided(contribution.consultation).filter(reader.readable, is_checked=True).exclude(pk=contribution.pk)
    loaded = rows.aggregate(
        before=Max("number", filter=Q(number__lt=number)), after=Min("number", filter=Q(number__gt=number)),
        first=Min("number"), left=Count("pk"),
    )  # fmt: skip
    return Neighbours(loaded["before"], loaded["after"] or loaded["first"], loaded["left"])


def first_undecided(consultation: Consultation, reader: Reader) -> int | None:
    """The number of the oldest one without a decision that this person may decide about."""
    rows = undecided(consultation).filter(reader.readable, is_checked=True)
    return rows.order_by("number").values_list("number", flat=True).first()


def similar_to(contribution: Contribution, reader: Reader) -> list[Contribution]:
    """Others of its group of near-duplicates that this person may read, oldest first."""
    if contribution.similar_group is None or not reader.may_read(contribution):
        return []
    rows = Contribution.objects.filter(
        reader.readable, consultation=contribution.consultation_id, similar_group=contribution.similar_group
    )
    rows = rows.exclude(pk=contribution.pk).exclude(same_as=contribution.pk).filter(withdrawn_at=None)
    return list(rows.order_by("number").defer("search_key", "public_search_key")[:MOST_SIMILAR])


def joined_with(contribution: Contribution) -> list[Contribution]:
    rows = Contribution.objects.filter(same_as=contribution.pk).order_by("number")
    return list(rows.only("number", "way_in", "message_id", "consultation_id", "municipality_id", "similar_group"))


def asked_departments(contributions: Sequence[Contribution], reader: Reader) -> list[DepartmentQuestion]:
    """What departments were asked about these and what they answered, as far as this person may read it; the newest
    first. At most two queries: one about messages, one about contributions that came without."""
    readable = [one for one in contributions if reader.may_read(one)]
    messages = [one.message_id for one in readable if one.message_id is not None]
    others = {one.pk: one for one in readable if one.message_id is None}
    asked: list[DepartmentQuestion] = []
    if messages and reader.words:
        rows = HandOver.objects.filter(
            readable_with("message__", reads_private=reader.private), message__in=messages, message__erased_at=None
        )
        asked += rows.filter(withdrawn_at=None).select_related("department")
    if others:
        own = ContributionQuestion.objects.filter(contribution__in=others, withdrawn_at=None)
        asked += own.select_related("department", "contribution__consultation")
    return sorted(asked, key=lambda one: one.sent_at, reverse=True)


def earlier_reasons(consultation: Consultation) -> list[tuple[str, str, str]]:
    """Reasons that were given in this consultation, the most frequent first: (decision, reason, where to turn)."""
    rows = Contribution.objects.filter(consultation=consultation, decision__in=DECISIONS).exclude(reason="")
    counts = rows.order_by().values("decision", "reason", "where_to").annotate(many=Count("pk"))
    return [
        (row["decision"], row["reason"], row["where_to"])
        for row in counts.order_by("-many", "reason")[:MOST_REASONS]
    ]  # fmt: skip
