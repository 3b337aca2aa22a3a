"""Reads of kits. Each has a fixed number of queries, regardless of the number of kits and municipalities."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce

from common.prepared import Prepared, PreparedRows, among, array
from kits.models import AdoptedPost, Adoption, Kit, KitPost
from kits.rules import prefilled_answers, read_back
from library.enums import GapKind
from municipalities import place_words
from municipalities.models import Enrolment, Municipality, Programme
from municipalities.prepared import PreparedForSeveral, PreparedRowsForSeveral
from municipalities.queries import MUNICIPALITY_COLUMNS, Offered, offer_of, today
from municipalities.tenancy import everywhere, scope
from posts.draft import parse
from posts.editing.eservices import gap_values
from posts.editing.placeholders import Value
from posts.enums import Stage
from posts.models import Publication
from posts.queries import SEEN
from serbian.sorting import sort_key

# Placeholders filled from a municipality's profile, besides those of its name (`municipalities.place_words`).
WEBSITE, OFFICE_HOURS = "сајт", "радно време"
FILLED_BY_THEMSELVES = (*place_words.KNOWN, WEBSITE, OFFICE_HOURS)


PARTS = PreparedRows(
    lambda of: KitPost.objects.filter(removed_at__isnull=True, kit=of.kit).order_by("day", "at", "position", "pk"),
    kit=int,
)


def parts_of(kit: Kit) -> list[KitPost]:
    """The posts of a kit by day, with `kit` set. One query."""
    kit_posts: list[KitPost] = PARTS.instances(kit=kit.pk)
    for part in kit_posts:
        part.kit = kit
    return kit_posts


# ---------------------------------------------------------------- the programme


def _kits_of(programmes: Any) -> QuerySet[Kit]:
    rows = Kit.objects.filter(programme__in=programmes).select_related("programme", "service", "created_by")
    return rows.annotate(size=Count("posts", filter=Q(posts__removed_at__isnull=True)))


KITS = PreparedRows(lambda of: _kits_of(among(of.programmes)), "programme", "service", "created_by", programmes=str)
KIT = PreparedRows(
    lambda of: _kits_of(among(of.programmes)).filter(pk=of.pk),
    "programme",
    "service",
    "created_by",
    programmes=str,
    pk=int,
)


def kits_of(programmes: Iterable[Programme]) -> list[Kit]:
    """The kits of these programmes, in no order. One query."""
    return KITS.shared_instances(programmes=array(programme.pk for programme in programmes))


def kit_of(programmes: Iterable[Programme], pk: int) -> Kit | None:
    """One of them. One query."""
    ids = array(programme.pk for programme in programmes)
    return next(iter(KIT.instances(programmes=ids, pk=pk)), None)


@dataclass(frozen=True)
class Overview:
    """A kit with the number of adoptions among the municipalities that agreed to comparison."""

    kit: Kit
    adopted: int
    of: int


def overview(programmes: Sequence[Programme]) -> list[Overview]:
    """Every kit of these programmes: drafts and open ones first, the newest first. Three queries."""
    places = comparable(programmes)
    counts = adoption_counts(places)
    order = {"draft": 0, "published": 0, "ended": 1}
    rows = sorted(kits_of(programmes), key=lambda kit: (order[kit.state], -kit.pk))
    return [Overview(kit, counts.get(kit.pk, 0), len(places.get(kit.programme_id, ()))) for kit in rows]


def _taking_part(programmes: Iterable[Programme | int]) -> QuerySet[Enrolment]:
    return _on(today(), list(programmes))


def _on(day: date, programmes: Any) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.on(day).filter(cohort__programme__in=programmes)
    return rows.filter(municipality__joined_on__isnull=False).select_related("municipality")


COMPARABLE = Prepared(
    lambda of: (
        _on(of.today, among(of.programmes)).filter(compares=True).values_list("cohort__programme", "municipality")
    ),
    programmes=str,
    today=date,
)
TAKING_PART = PreparedRows(
    lambda of: _on(of.today, among(of.programmes)).only("compares", "municipality", *MUNICIPALITY_COLUMNS),
    "municipality",
    programmes=str,
    today=date,
)


def comparable(programmes: Iterable[Programme | int]) -> dict[int, set[int]]:
    """By programme: its current municipalities that agreed to comparison. One query."""
    by_programme: dict[int, set[int]] = {}
    ids = array(programme if isinstance(programme, int) else programme.pk for programme in programmes)
    for programme, place in COMPARABLE.rows(programmes=ids, today=today()):
        by_programme.setdefault(programme, set()).add(place)
    return by_programme


ADOPTED = PreparedForSeveral(lambda of: Adoption.objects.values_list("kit", "kit__programme", "municipality"))


def adoption_counts(places: Mapping[int, set[int]]) -> dict[int, int]:
    """By kit: how many of its programme's `places` have adopted it, without revealing which. One query."""
    counts: dict[int, int] = {}
    everybody = {place for group in places.values() for place in group}
    with scope(*everybody):
        rows = ADOPTED.rows(municipalities=everybody)
        for kit, programme, place in rows:
            if place in places.get(programme, ()):
                counts[kit] = counts.get(kit, 0) + 1
    return counts


def with_adoption_count(kits: QuerySet[Kit], pk: int) -> Kit | None:
    """One of these kits, with the same count as its attribute `elsewhere`. One query."""
    places = Enrolment.objects.on(today()).filter(
        cohort__programme=OuterRef(OuterRef("programme")), compares=True, municipality__joined_on__isnull=False
    )
    with everywhere("count who adopted a kit"):
        rows = Adoption.objects.filter(kit=OuterRef("pk"), municipality__in=places.values("municipality"))
        some = rows.order_by().values("kit").annotate(some=Count("pk")).values("some")
        return kits.annotate(elsewhere=Coalesce(Subquery(some), 0)).filter(pk=pk).first()


@dataclass(frozen=True)
class AdoptionRow:
    """The adoption of a kit by one municipality, in numbers only. `adoption` None: none yet."""

    municipality: Municipality
    adoption: Adoption | None

    @property
    def published(self) -> int:
        return getattr(self.adoption, "published", 0)

    @property
    def planned(self) -> int:
        """Approved and not published yet."""
        return getattr(self.adoption, "planned", 0)

    @property
    def drafts(self) -> int:
        return getattr(self.adoption, "made", 0) - self.published - self.planned


@dataclass(frozen=True)
class AdoptionTable:
    """`withheld`: municipalities of the programme that did not agree to comparison."""

    rows: list[AdoptionRow]
    withheld: int

    @property
    def adopted(self) -> int:
        return sum(row.adoption is not None for row in self.rows)


def _adoptions(kit: int) -> QuerySet[Adoption]:
    public = Exists(Publication.objects.filter(post=OuterRef("parts__post"), delivery__state__in=SEEN))
    lives = Q(parts__post__deleted_at__isnull=True)
    return Adoption.objects.filter(kit=kit).select_related("by").annotate(
        made=Count("parts", filter=lives),
        published=Count("parts", filter=lives & Q(public)),
        planned=Count("parts", filter=lives & Q(parts__post__stage=Stage.APPROVED) & ~Q(public)),
    )  # fmt: skip


ADOPTIONS = PreparedRowsForSeveral(lambda of: _adoptions(of.kit), "by", kit=int)


def adoption_table(kit: Kit) -> AdoptionTable:
    """The current municipalities of the programme, by name. Two queries."""
    agreed: dict[int, Municipality] = {}
    everybody: set[int] = set()
    for enrolment in TAKING_PART.instances(programmes=array([kit.programme_id]), today=today()):
        everybody.add(enrolment.municipality_id)
        if enrolment.compares:
            agreed[enrolment.municipality_id] = enrolment.municipality
    with scope(*agreed):
        rows = ADOPTIONS.shared_instances(municipalities=agreed, kit=kit.pk)
        adoptions = {row.municipality_id: row for row in rows}
    places = sorted(agreed.values(), key=lambda place: sort_key(str(place)))
    return AdoptionTable(
        [AdoptionRow(place, adoptions.get(place.pk)) for place in places], len(everybody - set(agreed))
    )


def reached(kit: Kit) -> list[Municipality]:
    """All current municipalities of the kit's programme. One query."""
    return list({row.municipality_id: row.municipality for row in _taking_part([kit.programme_id])}.values())


def languages_of(programme: Programme) -> list[str]:
    """The languages of its municipalities besides Serbian, as tags. One query."""
    tags: dict[str, None] = {}
    for enrolment in _taking_part([programme]):
        tags |= dict.fromkeys(tag for tag in official(enrolment.municipality) if not tag.startswith("sr-"))
    return sorted(tags)


def official(place: Municipality) -> list[str]:
    return [
        f"{official_language.get('language')}-{official_language.get('script')}"
        for official_language in place.official_languages
    ]


# ---------------------------------------------------------------- a municipality, in its open scope


def offered(municipality: Municipality) -> QuerySet[Kit]:
    """Kits that the municipality can see: published ones of its current programmes, and those it adopted."""
    programmes = Enrolment.objects.on(today()).filter(municipality=municipality).values("cohort__programme")
    mine = Adoption.objects.filter(kit=OuterRef("pk"))
    rows = Kit.objects.filter(published_at__isnull=False).annotate(takes_part=Q(programme__in=programmes))
    rows = rows.filter(Q(takes_part=True) | Exists(mine)).select_related("programme", "service")
    return rows.annotate(size=Count("posts", filter=Q(posts__removed_at__isnull=True)))


def takes_part(kit: Kit) -> bool:
    """Whether the municipality is in the kit's programme today; for a kit from `offered`."""
    return bool(getattr(kit, "takes_part", False))


@dataclass(frozen=True)
class KitOffer:
    """A kit in a municipality's list."""

    kit: Kit
    adoption: Adoption | None
    made: int
    elsewhere: int
    """How many municipalities of the programme that agreed to comparison have adopted it."""

    @property
    def left(self) -> int:
        return max(int(self.kit.size) - self.made, 0)  # type: ignore[attr-defined]


def kit_offers(municipality: Municipality) -> list[KitOffer]:
    """New ones first, then adopted ones; closed ones only if they were adopted. Four queries."""
    kits = list(offered(municipality))
    counts = adoption_counts(comparable({kit.programme_id for kit in kits}))
    lives = Q(parts__post__deleted_at__isnull=True, parts__part__removed_at__isnull=True)
    rows = Adoption.objects.filter(kit__in=kits).select_related("by", "campaign").annotate(
        made=Count("parts", filter=lives)
    )  # fmt: skip
    mine = {row.kit_id: row for row in rows}
    offers = [
        KitOffer(kit, mine.get(kit.pk), getattr(mine.get(kit.pk), "made", 0), counts.get(kit.pk, 0))
        for kit in kits
        if kit.is_open or kit.pk in mine
    ]
    return sorted(
        offers, key=lambda offer: (offer.adoption is not None, not offer.kit.is_open, _soon(offer.kit), -offer.kit.pk)
    )


def _soon(kit: Kit) -> date:
    return kit.starts_on or date.max


def adoptions() -> list[Adoption]:
    """All adoptions of the municipality in scope, the oldest first. One query."""
    return list(Adoption.objects.select_related("by", "campaign").order_by("at", "pk"))


def adoption_of(kit: Kit, among: Iterable[Adoption]) -> Adoption | None:
    """The adoption of a kit, with its `drafts` that were not deleted. Two queries if there is one."""
    adoption = next((adoption for adoption in among if adoption.kit_id == kit.pk), None)
    if adoption is None:
        return None
    lives = AdoptedPost.objects.filter(post__deleted_at__isnull=True).select_related("part", "post__author")
    seen = Publication.objects.filter(live=True).select_related("delivery").order_by("pk")
    lives = lives.order_by("part__day", "part__at", "part__position", "pk").prefetch_related(
        Prefetch("post__publications", seen, to_attr="live_publications")
    )
    prefetch_related_objects([adoption], Prefetch("parts", lives, to_attr="drafts"))
    return adoption


@dataclass(frozen=True)
class KnownAnswers:
    """Prefilled answers: from the municipality's profile and eService, and from earlier answers."""

    service: Offered | None
    profile: Mapping[str, Value] = field(default_factory=dict)
    before: Mapping[str, Value] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Value]:
        return {**self.profile, **self.before}


def known_answers(kit: Kit, adoptions: Iterable[Adoption], municipality: Municipality) -> KnownAnswers:
    """One query at most. Earlier answers for this kit take precedence over the profile, those for other kits do not;
    `adoptions` are all of the municipality, the oldest first.
    """
    gaps = kit.questions
    service = offer_of(kit.service) if kit.service else None
    profile: dict[str, Any] = {WEBSITE: municipality.website, OFFICE_HOURS: municipality.office_hours}
    if service:
        profile |= gap_values(parse({}), municipality, service)
    else:
        profile |= place_words.gap_values(municipality)
    text_gaps = {gap["name"] for gap in gaps if gap["kind"] == GapKind.TEXT}
    here: dict[str, Value] = {}
    others: dict[str, Value] = {}
    for adoption in adoptions:
        if adoption.kit_id == kit.pk:
            here = read_back(adoption.values, gaps)
        else:
            others |= {name: value for name, value in adoption.values.items() if name in text_gaps}
    before = prefilled_answers(gaps, here)
    profile = {name: value for name, value in prefilled_answers(gaps, profile).items() if name not in before}
    before |= {
        name: value
        for name, value in prefilled_answers(gaps, others).items()
        if name not in profile and name not in before
    }
    return KnownAnswers(service, profile, before)
