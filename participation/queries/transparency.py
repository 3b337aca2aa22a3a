"""The self-check of a municipality: questions, what it says, and what the portal itself can show as evidence.

The portal claims only what it can see: its own public pages that are on, and consultations that were held in it. What a
website or an archive holds it cannot see, and says so.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.comparison.queries.comparison import taking_part
from inbox.models.moderation import HouseRules
from municipalities.models import Municipality, Programme
from municipalities.queries import today
from municipalities.tenancy import scope
from needs.models import Need, NeedsPage
from needs.queries.public import PUBLISHED_STAGES
from participation.enums import GAPS, ConsultationKind, ConsultationStage, Evidence, SelfCheckState
from participation.grounds import ground_of
from participation.models import Consultation, Edition, Question, QuestionSet, SelfCheck
from participation.transparency import Category, index
from reports.models import PublicPage
from reports.public_parts import is_listed

# Evidence is of this time before today, the newest first.
SEEN = timedelta(days=2 * 365)
MOST_SHOWN = 5


@dataclass(frozen=True)
class EvidenceItem:
    """Something that the portal can show. `on` is a local day; `url` is "" where no page can be opened."""

    label: str
    on: date | None = None
    url: str = ""
    detail: str = ""


@dataclass(frozen=True)
class CheckedQuestion:
    """A question with what the municipality says (None: not checked) and what the portal sees of it."""

    question: Question
    check: SelfCheck | None
    evidence: Sequence[EvidenceItem]

    @property
    def is_gap(self) -> bool:
        return self.check is not None and self.check.state in GAPS

    @property
    def cannot_be_seen(self) -> bool:
        """Whether the portal has nothing to do with it, so that no evidence says nothing."""
        return not self.question.evidence


@dataclass(frozen=True)
class Points:
    """Points of the answers, where every question has some. The portal does not know how the index counts "partly"."""

    yes: Decimal
    partly: Decimal
    most: Decimal


@dataclass(frozen=True)
class Counts:
    """How many questions have which answer."""

    yes: int = 0
    partly: int = 0
    no: int = 0
    total: int = 0

    @property
    def not_checked(self) -> int:
        return self.total - self.yes - self.partly - self.no

    @property
    def checked(self) -> int:
        return self.yes + self.partly + self.no


@dataclass(frozen=True)
class SelfCheckPage:
    """The questions of a year by field; `points` None where not every question has points, or not all are checked."""

    set: QuestionSet
    groups: list[tuple[Category, list[CheckedQuestion]]]
    counts: Counts
    points: Points | None
    without_points: int


def sets() -> list[QuestionSet]:
    """Of all years, the newest first. One query."""
    return list(QuestionSet.objects.all())


def questions_of(kept: QuestionSet) -> list[Question]:
    return list(Question.objects.filter(set=kept, is_active=True))


def self_check(kept: QuestionSet, municipality: Municipality, *, show: str = "") -> SelfCheckPage:
    """Of the open scope. `show`: "gaps", "open" (not checked yet) or "" for all. A constant number of queries."""
    questions = questions_of(kept)
    checks = {row.question_id: row for row in SelfCheck.objects.filter(question__set=kept).select_related("by")}
    seen = evidence(municipality, {question.evidence for question in questions})
    rows = [
        CheckedQuestion(question, checks.get(question.pk), seen.get(question.evidence, ())) for question in questions
    ]
    groups = []
    for category in index().categories:
        of_it = [row for row in rows if row.question.category == category.key and _is_shown(row, show)]
        if of_it:
            groups.append((category, of_it))
    states = Counter(row.check.state for row in rows if row.check)
    return SelfCheckPage(
        kept, groups, _counts(states, len(rows)), _points(rows), sum(row.question.weight is None for row in rows)
    )


def _is_shown(row: CheckedQuestion, show: str) -> bool:
    return {"gaps": row.is_gap, "open": row.check is None}.get(show, True)


def next_unchecked(question: Question) -> Question | None:
    """The next question after this one that nobody has checked, else the first such one. Of the open scope."""
    checked = SelfCheck.objects.filter(question__set=question.set_id).values("question")
    left = list(Question.objects.filter(set=question.set_id, is_active=True).exclude(pk__in=checked))
    after = [row for row in left if row.position > question.position]
    return next(iter(after or left), None)


def _counts(states: Mapping[str, int], total: int) -> Counts:
    yes, partly, no = (states.get(state.value, 0) for state in SelfCheckState)
    return Counts(yes, partly, no, total)


def _points(rows: Sequence[CheckedQuestion]) -> Points | None:
    if not rows or any(row.question.weight is None or row.check is None for row in rows):
        return None
    by_state: dict[str, Decimal] = {}
    for row in rows:
        assert row.check is not None
        by_state[row.check.state] = by_state.get(row.check.state, Decimal()) + (row.question.weight or Decimal())
    none = Decimal()
    yes, partly = by_state.get(SelfCheckState.YES, none), by_state.get(SelfCheckState.PARTLY, none)
    return Points(yes, partly, sum(by_state.values(), none))


# ---------------------------------------------------------------- evidence


def evidence(municipality: Municipality, kinds: Iterable[str] = Evidence.values) -> dict[str, list[EvidenceItem]]:
    """What the portal can show, by kind. Of the open scope; at most six queries."""
    wanted = set(kinds)
    by_kind: dict[str, list[EvidenceItem]] = {}
    if wanted & {Evidence.BUDGET_HEARING, Evidence.LEGAL_GROUND}:
        by_kind |= _of_consultations(municipality)
    if Evidence.REPORT in wanted:
        by_kind[Evidence.REPORT] = _reports(municipality)
    if is_listed(municipality):
        if wanted & {Evidence.ASKED, Evidence.ANSWERS}:
            by_kind |= _of_needs(municipality)
        if Evidence.FIGURES in wanted:
            by_kind[Evidence.FIGURES] = _figures(municipality)
        if Evidence.HOUSE_RULES in wanted:
            by_kind[Evidence.HOUSE_RULES] = _house_rules(municipality)
    return by_kind


def _of_consultations(municipality: Municipality) -> dict[str, list[EvidenceItem]]:
    public = Consultation.objects.exclude(stage__in=[ConsultationStage.DRAFT, ConsultationStage.CALLED_OFF])
    rows = public.filter(starts_on__gte=today() - SEEN).select_related("own_ground").order_by("-starts_on", "-pk")
    by_kind: dict[str, list[EvidenceItem]] = {Evidence.BUDGET_HEARING: [], Evidence.LEGAL_GROUND: []}
    for row in rows[: MOST_SHOWN * 10]:
        ground = ground_of(row.ground)
        basis = str(row.own_ground) if row.own_ground else f"{ground.title}, {ground.article}" if ground else ""
        item = EvidenceItem(row.title, row.starts_on, _public_page(municipality, row), basis)
        if row.kind == ConsultationKind.BUDGET:
            by_kind[Evidence.BUDGET_HEARING].append(item)
        if basis:
            by_kind[Evidence.LEGAL_GROUND].append(item)
    return {kind: items[:MOST_SHOWN] for kind, items in by_kind.items()}


def _reports(municipality: Municipality) -> list[EvidenceItem]:
    since = timezone.now() - SEEN
    rows = Edition.objects.filter(published_at__gte=since).select_related("consultation").order_by("-published_at")
    newest: dict[int, EvidenceItem] = {}
    for row in rows[: MOST_SHOWN * 4]:
        on = timezone.localdate(row.published_at)
        item = EvidenceItem(row.consultation.title, on, _public_page(municipality, row.consultation))
        newest.setdefault(row.consultation_id, item)
    return list(newest.values())[:MOST_SHOWN]


def _of_needs(municipality: Municipality) -> dict[str, list[EvidenceItem]]:
    if not NeedsPage.objects.filter(is_on=True).exists():
        return {}
    url = reverse("needs_public", args=[municipality.slug])
    by_kind = {Evidence.ASKED.value: [EvidenceItem(str(Evidence.ASKED.label), url=url)]}
    shown = Need.objects.filter(is_public=True, stage__in=PUBLISHED_STAGES).order_by()
    about = shown.aggregate(number=Count("pk"), decided=Max("decided_on"), done=Max("done_on"))
    if about["number"]:
        days = [day for day in (about["decided"], about["done"]) if day]
        text = ngettext("%(count)s need with its outcome", "%(count)s needs with their outcome", about["number"])
        by_kind[Evidence.ANSWERS] = [EvidenceItem(text % {"count": about["number"]}, max(days, default=None), url)]
    return by_kind


def _figures(municipality: Municipality) -> list[EvidenceItem]:
    page = PublicPage.objects.filter(is_on=True).first()
    if page is None:
        return []
    return [
        EvidenceItem(_("Page with the figures"), page.on_since, reverse("public_numbers", args=[municipality.slug])),
        EvidenceItem(_("Open data"), page.on_since, reverse("open_data")),
    ]


def _house_rules(municipality: Municipality) -> list[EvidenceItem]:
    page = HouseRules.objects.filter(is_on=True).first()
    if page is None:
        return []
    url = reverse("public_rules", args=[municipality.slug])
    return [EvidenceItem(str(Evidence.HOUSE_RULES.label), page.on_since, url)]


def _public_page(municipality: Municipality, row: Consultation) -> str:
    return reverse("consultation_public", args=[municipality.slug, row.slug])


# ---------------------------------------------------------------- across a programme


@dataclass(frozen=True)
class MunicipalityChecks:
    """How far a municipality is. `changed_on` is a local day, None where it has not begun."""

    municipality: Municipality
    counts: Counts
    changed_on: date | None


@dataclass(frozen=True)
class ChecksOverview:
    """Those that agreed to be compared, and how many take part and did not."""

    rows: list[MunicipalityChecks] = field(default_factory=list)
    withheld: int = 0


def overview(programmes: list[Programme], kept: QuestionSet) -> ChecksOverview:
    """A constant number of queries, whatever the number of municipalities."""
    part = taking_part(programmes)
    if not part.places:
        return ChecksOverview(withheld=part.withheld)
    total = Question.objects.filter(set=kept, is_active=True).count()
    with scope(*part.places):
        checks = SelfCheck.objects.filter(question__set=kept, question__is_active=True).order_by()
        rows = list(checks.values_list("municipality_id", "state").annotate(number=Count("pk"), last=Max("at")))
    states: dict[int, Counter[str]] = {}
    changed: dict[int, date] = {}
    for pk, state, number, last in rows:
        states.setdefault(pk, Counter())[state] += number
        changed[pk] = max(timezone.localdate(last), changed.get(pk, date.min))
    return ChecksOverview(
        [
            MunicipalityChecks(place.municipality, _counts(states.get(pk, {}), total), changed.get(pk))
            for pk, place in part.places.items()
        ],
        part.withheld,
    )
