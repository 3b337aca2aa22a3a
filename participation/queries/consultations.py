"""Consultations for the people in charge, inside the scope of one municipality. Each runs a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import ngettext

from common.lazy_text import LazyText
from common.models import AuditEvent
from inbox.models import Department
from inbox.models.tags import Tag
from municipalities.models import Municipality
from participation import rules
from participation.enums import PHASE_STYLES, ConsultationStage, EditionState, Phase
from participation.models import (
    Consultation,
    ConsultationDocument,
    ConsultationPost,
    Contribution,
    Edition,
    OwnGround,
)
from participation.next_steps import LABELS
from posts.queries import OUT, with_publications
from serbian.sorting import sort_key

# What is running comes first, then what is being prepared, then what is over.
_ORDER = Case(
    When(stage=ConsultationStage.PUBLISHED, then=0),
    When(stage__in=(ConsultationStage.DRAFT, ConsultationStage.CLOSED), then=1),
    default=2,
)
_MOST_EVENTS = 50


@dataclass(frozen=True)
class Standing:
    """Where a consultation stands on a day: its phase, and what has to be done next by when."""

    consultation: Consultation
    phase: Phase
    step: rules.NextStep | None

    @property
    def pill(self) -> tuple[str, str, Any]:
        return *PHASE_STYLES[self.phase], self.phase.label

    @property
    def step_label(self) -> LazyText:
        return LABELS[self.step.code] if self.step else ""

    @property
    def overdue_pill(self) -> tuple[str, str, str]:
        """That the step is overdue, and for how long."""
        days = self.step.overdue if self.step else 0
        label = ngettext("Overdue for %(days)s working day", "Overdue for %(days)s working days", days)
        return "problem", "octagon-alert", label % {"days": days}


def standing(row: Consultation, now: datetime, *, undecided: int, has_report: bool) -> Standing:
    """No query. `has_report`: an edition of the report is ready and not published."""
    today = timezone.localdate(now)
    is_over = row.closes_at is not None and now >= row.closes_at
    phase = rules.phase(row.stage, row.starts_on, row.ends_on, today, is_over=is_over)
    dates = rules.Dates(row.starts_on, row.ends_on, row.decided_by, row.report_by)
    step = rules.next_step(phase, dates, undecided=undecided, has_report=has_report, today=today)
    return Standing(row, phase, step)


def of_phase(phase: str, now: datetime) -> Q:
    """The condition of the rows that are in a phase at this moment."""
    published = Q(stage=ConsultationStage.PUBLISHED)
    today = timezone.localdate(now)
    match phase:
        case Phase.ANNOUNCED:
            return published & Q(starts_on__gt=today)
        case Phase.OPEN:
            return published & Q(starts_on__lte=today, closes_at__gt=now)
        case Phase.DECIDING:
            return published & Q(starts_on__lte=today, closes_at__lte=now)
        case _:
            return Q(stage=phase)


def listed(phase: str, now: datetime) -> QuerySet[Consultation]:
    """What is running first, then newest first; each with `undecided` and `has_report`."""
    rows = with_figures(Consultation.objects.filter(of_phase(phase, now) if phase else Q()))
    return rows.order_by(_ORDER, "-created_at", "-pk").defer("subject", "rules", "called_off_because")


def with_figures(rows: QuerySet[Consultation]) -> QuerySet[Any]:
    """The rows annotated with `undecided`, the number of contributions without an end, and `has_report`."""
    left = Contribution.objects.filter(consultation=OuterRef("pk"), decision="", same_as=None).order_by()
    number = left.values("consultation").annotate(number=Count("pk")).values("number")
    ready = Edition.objects.filter(consultation=OuterRef("pk"), state=EditionState.READY, published_at=None)
    return rows.annotate(
        undecided=Coalesce(Subquery(number), Value(0), output_field=IntegerField()), has_report=Exists(ready)
    )


def phase_counts(now: datetime) -> dict[str, int]:
    """How many are in each phase. One query."""
    counts = {phase.value: Count("pk", filter=of_phase(phase, now)) for phase in Phase}
    return dict(Consultation.objects.aggregate(**counts))


def standing_of(row: Any, now: datetime) -> Standing:
    """Of a row of `with_figures`. No query."""
    return standing(row, now, undecided=row.undecided, has_report=row.has_report)


# ---------------------------------------------------------------- one consultation


def documents(consultation: Consultation) -> list[ConsultationDocument]:
    """In their order on the page."""
    return list(ConsultationDocument.objects.filter(consultation=consultation).order_by("position", "pk"))


def events(consultation: Consultation) -> list[AuditEvent]:
    """What was done about it, newest first."""
    rows = AuditEvent.objects.filter(
        municipality_id=consultation.municipality_id, target_type=Consultation._meta.label_lower,
        target_id=str(consultation.pk),
    )  # fmt: skip
    return list(rows.order_by("-id")[:_MOST_EVENTS])


def last_event(consultation: Consultation, verb: str) -> AuditEvent | None:
    rows = AuditEvent.objects.filter(
        municipality_id=consultation.municipality_id, target_type=Consultation._meta.label_lower,
        target_id=str(consultation.pk), verb=verb,
    )  # fmt: skip
    return rows.order_by("-id").first()


def planned_posts(consultation: Consultation) -> list[ConsultationPost]:
    """Its posts that were not deleted, in the order of their time, with `post.live_publications`. Two queries."""
    rows = list(
        ConsultationPost.objects.filter(consultation=consultation, post__deleted_at=None)
        .select_related("post")
        .order_by("post__due_at", "pk")
    )
    with_publications([row.post for row in rows])
    return rows


def is_out(post: Any) -> bool:
    """Whether a post with its `live_publications` is on a network, or possibly so: its draft no longer changes it."""
    return any(row.delivery.state in OUT for row in post.live_publications)


# ---------------------------------------------------------------- choices of the form


def own_grounds() -> list[OwnGround]:
    return sorted(OwnGround.objects.all(), key=lambda ground: (sort_key(ground.title), ground.pk))


def departments(also: int | None = None) -> list[Department]:
    """Those that are asked today, and the one with the id `also`."""
    rows = Department.objects.filter(Q(is_retired=False) | Q(pk=also))
    return sorted(rows, key=lambda department: sort_key(department.name))


def tags(also: int | None = None) -> list[Tag]:
    """Those in use, and the one with the id `also`."""
    return sorted(Tag.objects.filter(Q(is_retired=False) | Q(pk=also)), key=lambda tag: sort_key(tag.name))


def of_municipality(municipality: Municipality) -> QuerySet[Any]:
    """Rows for the page of one consultation."""
    return with_figures(Consultation.objects.filter(municipality=municipality)).select_related(
        "municipality", "own_ground", "officer", "approver", "department", "tag", "published_by"
    )
