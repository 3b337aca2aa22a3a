"""What everybody reads of consultations. Nothing here identifies an author, and drafts are not there.

Opens the scope of the one municipality whose pages these are.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, JSONObject

from channels.validation import shows_text_to_everybody
from delivery.enums import State
from inbox.models import Settlement
from municipalities.models import REAL_PLACE, Municipality
from municipalities.queries import glossary, today
from municipalities.tenancy import scope
from participation import rules
from participation.enums import ConsultationStage, Decision, Phase, WayIn
from participation.models import (
    Consultation,
    ConsultationDocument,
    ConsultationPost,
    ConsultationTranslation,
    Contribution,
    Edition,
    EditionFile,
    Meeting,
)
from posts.models import Publication
from serbian.glossary import EMPTY, Glossary

AT_ONCE = 20
# Filters of the decided proposals, in the order of the page; "" for all.
SHOWN = ("", *(str(decision) for decision in Decision))
TAKES_PART = (Phase.ANNOUNCED, Phase.OPEN)


@dataclass(frozen=True)
class TranslatedText:
    """What is asked, in the language of a tag besides Serbian."""

    language: str
    title: str
    subject: str
    rules: str
    source_digest: str


@dataclass(frozen=True)
class PublicConsultation:
    """One that is public. `stamp` changes with everything that its page shows but the number of proposals."""

    municipality: Municipality
    row: Consultation
    phase: Phase
    stamp: str
    translations: Sequence[TranslatedText] = ()


@dataclass(frozen=True)
class Numbers:
    """Each contribution once, those on paper from when a second person has checked them."""

    total: int = 0
    by_way: dict[str, int] = field(default_factory=dict)
    by_decision: dict[str, int] = field(default_factory=dict)

    @property
    def undecided(self) -> int:
        return self.by_decision.get("", 0)

    @property
    def decided(self) -> int:
        return self.total - self.undecided


@dataclass(frozen=True)
class PublicContent:
    """What the page of a consultation shows. `posts` are (role, network, address)."""

    documents: Sequence[ConsultationDocument]
    meetings: Sequence[Meeting]
    posts: Sequence[tuple[str, str, str]]
    numbers: Numbers
    proposals: Sequence[Contribution]
    pages: int
    edition: Edition | None = None
    edition_files: Sequence[EditionFile] = ()
    terms: Glossary = EMPTY


def place(slug: str) -> Municipality | None:
    """A municipality that has public pages. Practice workspaces have them in the demo only. One query."""
    row = Municipality.objects.filter(REAL_PLACE, slug=slug, joined_on__isnull=False).first()
    return None if row is None or (row.is_practice and not settings.DEMO) else row


def public_consultations() -> QuerySet[Consultation]:
    """Of the open scope."""
    return Consultation.objects.exclude(stage=ConsultationStage.DRAFT)


def with_public_page() -> QuerySet[Consultation]:
    """Of the open scope, for `reports.public_parts`."""
    return public_consultations().order_by()


def phase_of(row: Consultation, now: datetime) -> Phase:
    is_over = row.closes_at is not None and now >= row.closes_at
    return rules.phase(row.stage, row.starts_on, row.ends_on, today(), is_over=is_over)


def consultation(slug: str, name: str, now: datetime) -> PublicConsultation | None:
    """None where there is none, or it is a draft. Two queries."""
    municipality = place(slug)
    if municipality is None:
        return None
    with scope(municipality):
        rows = public_consultations().filter(slug=name).select_related("own_ground", "department")
        row: Any = rows.annotate(
            documents_stamp=_stamp(ConsultationDocument.objects.filter(consultation=OuterRef("pk")), "consultation"),
            meetings_stamp=_stamp(Meeting.objects.filter(consultation=OuterRef("pk")), "consultation"),
            posts_stamp=_stamp(
                ConsultationPost.objects.filter(
                    consultation=OuterRef("pk"),
                    post__publications__live=True,
                    post__publications__delivery__state=State.PUBLISHED,
                ),
                "consultation",
                "post__publications__delivery",
            ),
            edition_stamp=_stamp(
                Edition.objects.filter(consultation=OuterRef("pk"), published_at__isnull=False), "consultation"
            ),
            translated=_translated(),
        ).first()
    if row is None:
        return None
    phase = phase_of(row, now)
    parts = (
        row.pk, row.changed_at.timestamp(), phase, row.documents_stamp, row.meetings_stamp, row.posts_stamp,
        row.edition_stamp, row.department and row.department.name, row.department and row.department.email,
        is_last_hour(row, now),
    )  # fmt: skip
    # hashed: the name of a department may hold what no key of a cache can
    stamp = sha256(repr(parts).encode()).hexdigest()[:32]
    # a change of theirs changes `changed_at`
    translations = [TranslatedText(**text) for text in row.translated]
    return PublicConsultation(municipality, row, phase, stamp, translations)


def _translated() -> ArraySubquery:
    """What a consultation asks in other languages as JSON, so that neither its page nor its form needs a query more."""
    rows = ConsultationTranslation.objects.filter(consultation=OuterRef("pk")).order_by("language")
    names = ("language", "title", "subject", "rules", "source_digest")
    return ArraySubquery(rows.values(text=JSONObject(**{name: name for name in names})))


def _stamp(rows: QuerySet[Any], group: str, counted: str = "pk") -> Coalesce:
    """The number of rows and the highest id as one number, 0 without rows."""
    value = rows.order_by().values(group).annotate(stamp=Count(counted) * 10_000_000_000 + Max(counted))
    return Coalesce(Subquery(value.values("stamp")), Value(0), output_field=BigIntegerField())


def is_last_hour(row: Consultation, now: datetime) -> bool:
    return row.closes_at is not None and 0 <= (row.closes_at - now).total_seconds() <= 3600


def load(public: PublicConsultation, shown: str, number: int, numbers: Numbers) -> PublicContent | None:
    """None where there is no such page of the proposals. At most seven queries."""
    row = public.row
    with scope(public.municipality):
        total = numbers.by_decision.get(shown, 0) if shown else numbers.decided
        pages = max(1, -(-total // AT_ONCE))
        if number > pages:
            return None
        edition, edition_files = _edition(row)
        return PublicContent(
            list(row.documents.all()),
            list(row.meetings.all()) if _shows_meetings(public) else [],
            posts(row),
            numbers,
            _page(row, shown, number) if total else [],
            pages,
            edition,
            edition_files,
            glossary(public.municipality.pk),
        )


def _page(row: Consultation, shown: str, number: int) -> list[Contribution]:
    """One page of `decided`. What is passed over on the way to it is read from the index alone."""
    on_page = decided(row, shown).values("pk")[(number - 1) * AT_ONCE : number * AT_ONCE]
    return list(decided(row, shown).filter(pk__in=on_page))


def _shows_meetings(public: PublicConsultation) -> bool:
    return WayIn.MEETING in public.row.ways_in and public.phase in TAKES_PART


def count(public: PublicConsultation) -> Numbers:
    """One query."""
    by_way: Counter[str] = Counter()
    by_decision: Counter[str] = Counter()
    with scope(public.municipality):
        rows = Contribution.objects.filter(consultation=public.row, is_checked=True).order_by()
        counts = list(rows.values_list("way_in", "decision").annotate(number=Count("pk")))
    for way, decision, number in counts:
        by_way[way] += number
        by_decision[decision] += number
    return Numbers(sum(by_way.values()), dict(by_way), dict(by_decision))


def decided(row: Consultation, shown: str = "") -> QuerySet[Contribution]:
    """The newest first; only what everybody may read of them."""
    # without a decision is left out in either case: the index of this list has none of them
    rows = Contribution.objects.filter(consultation=row, is_checked=True).exclude(decision="")
    if shown:
        rows = rows.filter(decision=shown)
    columns = ("number", "public_text", "decision", "reason", "where_to", "decided_at", "same_as__number")
    return rows.select_related("same_as").only(*columns).order_by("-number")


def page_of_proposal(public: PublicConsultation, proposal: int) -> int:
    """The page of `decided` on which a proposal stands, or would stand. One query."""
    with scope(public.municipality):
        return decided(public.row).filter(number__gt=proposal).count() // AT_ONCE + 1


def posts(row: Consultation) -> list[tuple[str, str, str]]:
    """Posts about it that everybody can read on a network now: (role, network, address). One query."""
    publications = Publication.objects.filter(
        post__consultation_post__consultation=row,
        live=True,
        delivery__state=State.PUBLISHED,
        post__deleted_at__isnull=True,
    )
    if not settings.DEMO:
        publications = publications.filter(channel__is_practice=False)
    rows: Any = publications.annotate(role=F("post__consultation_post__role")).select_related("delivery", "channel")
    return [
        (one.role, one.channel.network_label, one.delivery.permalink)
        for one in rows.order_by("delivery__published_at", "pk")
        if one.delivery.permalink
        and not one.delivery.is_over
        and shows_text_to_everybody(one.channel, one.delivery.payload.get("settings") or {})
    ]


def _edition(row: Consultation) -> tuple[Edition | None, list[EditionFile]]:
    """The newest published edition of its report with its files. Two queries once there can be one."""
    if row.stage != ConsultationStage.REPORTED:
        return None, []
    edition = Edition.objects.filter(consultation=row, published_at__isnull=False).order_by("-number").first()
    return edition, list(edition.files.order_by("kind", "language")) if edition else []


def document(public: PublicConsultation, pk: int) -> ConsultationDocument | None:
    with scope(public.municipality):
        return ConsultationDocument.objects.filter(consultation=public.row, pk=pk).exclude(file="").first()


def settlements() -> QuerySet[Settlement]:
    """Of the open scope, by name."""
    return Settlement.objects.order_by("search_key")


# ---------------------------------------------------------------- all of a municipality


@dataclass(frozen=True)
class Listed:
    """All public consultations of a municipality."""

    municipality: Municipality
    total: int
    stamp: str


def listed(slug: str, now: datetime) -> Listed | None:
    """None where nothing is public. Two queries."""
    municipality = place(slug)
    if municipality is None:
        return None
    day = today()
    with scope(municipality):
        facts = public_consultations().aggregate(
            total=Count("pk"),
            last=Max("changed_at"),
            begun=Count("pk", filter=Q(starts_on__lte=day)),
            over=Count("pk", filter=Q(closes_at__lte=now)),
        )
    if not facts["total"]:
        return None
    stamp = f"{facts['total']}-{facts['last'].timestamp()}-{facts['begun']}-{facts['over']}"
    return Listed(municipality, facts["total"], stamp)


def page_of_list(number: int, now: datetime, day: date) -> list[Consultation]:
    """Of the open scope: those that take proposals first, then the announced, what is being decided, what has ended."""
    published = Q(stage=ConsultationStage.PUBLISHED)
    order = Case(
        When(published & Q(starts_on__lte=day, closes_at__gt=now), then=Value(0)),
        When(published & Q(starts_on__gt=day), then=Value(1)),
        When(published | Q(stage=ConsultationStage.CLOSED), then=Value(2)),
        When(stage=ConsultationStage.REPORTED, then=Value(3)),
        default=Value(4),
        output_field=BigIntegerField(),
    )
    rows = public_consultations().annotate(place_in_list=order).order_by("place_in_list", "-starts_on", "-pk")
    titles = ConsultationTranslation.objects.only("consultation", "language", "title")
    return list(rows.prefetch_related(Prefetch("translations", titles))[(number - 1) * AT_ONCE : number * AT_ONCE])
