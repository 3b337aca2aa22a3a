"""What a consultation came to, as its report shows it: rows and counts without a name, a contact or an original word.

A fixed number of queries, within the scope of the municipality. Counts are those of
`participation.queries.contributions.count`. Groups of people that are too small to be shown are put together with
others, so that nobody can be found in them.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from analytics.comparison.groups import hidden
from analytics.enums import SubjectKind
from analytics.models import Subject
from analytics.thresholds import ENOUGH_OF_A_KIND
from participation.enums import AgeBand, Decision, Gender
from participation.models import Consultation, ConsultationDocument, ConsultationPost, Contribution, Meeting
from participation.queries.contributions import Counts, count
from posts.models import Publication

SMALLEST_GROUP = ENOUGH_OF_A_KIND


@dataclass(frozen=True)
class Announcement:
    """A post on one account. `views` and `interactions` None: the network has not told them; `is_read`: whether the
    network was read at all since."""

    role: str
    platform: str
    account: str
    on: date | None
    url: str
    views: int | None = None
    interactions: int | None = None
    is_read: bool = False


@dataclass(frozen=True)
class Breakdown:
    """How those who stated something divide: `groups` of at least `SMALLEST_GROUP`, the largest first where `order` is
    not given, and `together` the others in one number.

    Nothing but `stated` where too few stated anything. `silent`: those who did not say.
    """

    groups: Sequence[tuple[str, int]] = ()
    together: int = 0
    together_of: Sequence[str] = ()
    stated: int = 0
    silent: int = 0

    @property
    def is_too_small(self) -> bool:
        return self.stated > 0 and not self.groups and not self.together


@dataclass(frozen=True)
class ProposalRow:
    """A contribution as everybody reads it. `text` "" where its words are not shown. `joined_to`: the number of the one
    that carries its decision; `also`: the numbers of those that are joined with it."""

    number: int
    way_in: str
    received_on: date
    text: str
    decision: str
    reason: str
    where_to: str
    joined_to: int | None = None
    also: Sequence[int] = ()
    is_late: bool = False


@dataclass(frozen=True)
class Figures:
    """Everything that a report is written from. `silenced`: the numbers of those whose words are not shown since their
    author withdrew them, or deleted the comment. `translations`: (language, title) besides Serbian."""

    counts: Counts
    late: int
    joined: int
    with_reason: int
    settlements: Breakdown
    ages: Breakdown
    genders: Breakdown
    announcements: Sequence[Announcement] = ()
    documents: Sequence[ConsultationDocument] = ()
    meetings: Sequence[Meeting] = ()
    rows: Sequence[ProposalRow] = field(default_factory=tuple)
    silenced: Sequence[int] = ()
    translations: Sequence[tuple[str, str]] = ()


def figures(consultation: Consultation) -> Figures:
    """Of the consultation, in its municipality's scope. Eleven queries at most, for any number of contributions."""
    counts = count(consultation)
    read = _read(consultation)
    rows = _rows(read)
    named = _stated(consultation, "settlement__name")
    return Figures(
        counts=counts,
        late=sum(row.is_late for row in rows),
        joined=sum(row.joined_to is not None for row in rows),
        with_reason=sum(bool(row.reason) for row in rows),
        settlements=breakdown(named, counts.total),
        ages=breakdown(_stated(consultation, "age_band"), counts.total, order=AgeBand.values),
        genders=breakdown(_stated(consultation, "gender"), counts.total, order=Gender.values),
        announcements=_announcements(consultation),
        documents=list(ConsultationDocument.objects.filter(consultation=consultation)),
        meetings=list(Meeting.objects.filter(consultation=consultation)),
        rows=rows,
        silenced=[row["number"] for row in read if not _is_quoted(row)],
        translations=list(consultation.translations.order_by("language").values_list("language", "title")),
    )


def breakdown(sizes: Mapping[str, int], total: int, *, order: Sequence[str] = ()) -> Breakdown:
    """`sizes` by group without those who did not say; `total`: everybody."""
    present = {key: size for key, size in sizes.items() if size}
    stated = sum(present.values())
    small = hidden(present, SMALLEST_GROUP)
    if stated and len(small) == len(present):
        return Breakdown(stated=stated, silent=total - stated)
    shown = [(key, size) for key, size in present.items() if key not in small]
    rank = {key: at for at, key in enumerate(order)}
    shown.sort(key=lambda group: (rank[group[0]],) if rank else (-group[1], group[0]))
    return Breakdown(
        groups=shown,
        together=sum(present[key] for key in small),
        together_of=sorted(small, key=lambda key: (rank.get(key, 0), key)),
        stated=stated,
        silent=total - stated,
    )


def _stated(consultation: Consultation, name: str) -> Counter[str]:
    """How many stated what. One query."""
    rows = Contribution.objects.filter(consultation=consultation).order_by()
    counted = rows.values_list(name).annotate(number=Count("pk"))
    return Counter({value: number for value, number in counted if value})


def _read(consultation: Consultation) -> list[dict[str, Any]]:
    """By number. Only columns that are public are read: the words of citizens never leave the database. One query."""
    fields = (
        "number", "way_in", "received_at", "public_text", "decision", "reason", "where_to", "same_as__number",
        "is_late", "gone_at", "withdrawn_at",
    )  # fmt: skip
    return list(Contribution.objects.filter(consultation=consultation).order_by("number").values(*fields))


def _is_quoted(row: Mapping[str, Any]) -> bool:
    return row["gone_at"] is None and row["withdrawn_at"] is None


def _rows(read: Sequence[Mapping[str, Any]]) -> list[ProposalRow]:
    also: dict[int, list[int]] = defaultdict(list)
    for row in read:
        if row["same_as__number"] is not None:
            also[row["same_as__number"]].append(row["number"])
    return [_row(row, also) for row in read]


def _row(row: Mapping[str, Any], also: Mapping[int, list[int]]) -> ProposalRow:
    is_withdrawn = row["decision"] == Decision.WITHDRAWN
    return ProposalRow(
        number=row["number"],
        way_in=row["way_in"],
        received_on=timezone.localdate(row["received_at"]),
        text=row["public_text"] if _is_quoted(row) else "",
        decision=row["decision"],
        reason="" if is_withdrawn else row["reason"],
        where_to="" if is_withdrawn else row["where_to"],
        joined_to=row["same_as__number"],
        also=tuple(also.get(row["number"], ())),
        is_late=row["is_late"],
    )


def _announcements(consultation: Consultation) -> list[Announcement]:
    """Every account on which a post of it appeared, the earliest first. Three queries."""
    roles = dict(ConsultationPost.objects.filter(consultation=consultation).values_list("post", "role"))
    out = Publication.objects.filter(post__in=roles, delivery__published_at__isnull=False)
    if not settings.DEMO:
        out = out.filter(channel__is_practice=False)
    publications = list(out.select_related("channel", "delivery").order_by("delivery__published_at", "pk"))
    subjects = Subject.objects.filter(
        kind=SubjectKind.PUBLICATION, publication__in=[publication.pk for publication in publications]
    )
    by_publication = {subject.publication_id: subject for subject in subjects}
    return [
        _announcement(publication, roles[publication.post_id], by_publication.get(publication.pk))
        for publication in publications
    ]


def _announcement(publication: Publication, role: str, subject: Subject | None) -> Announcement:
    channel, delivery = publication.channel, publication.delivery
    return Announcement(
        role=role,
        platform=channel.platform,
        account=channel.handle or channel.name,
        on=timezone.localdate(delivery.published_at) if delivery.published_at else None,
        url=delivery.open_link,
        views=subject.views if subject else None,
        interactions=subject.interactions if subject else None,
        is_read=subject is not None and subject.last_fetched_at is not None,
    )
