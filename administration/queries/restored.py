"""What became of everything that waited when a backup was restored, municipality by municipality."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from django.db.models import Q
from django.utils.text import Truncator

from common import restores
from common.enums import MailState
from common.models import MailMessage, Restore
from delivery.enums import Outcome, State, Step
from delivery.models import Attempt, Delivery
from delivery.policies import EDIT, REPLY
from delivery.queries import PENDING
from municipalities.models import Municipality
from municipalities.tenancy import everywhere
from notifications.models import Push
from serbian.sorting import sort_key

# Lists of networks lag: two searches that do not show a post count as two when they are so far apart.
CHECKS_APART = timedelta(minutes=1)
# Checks without an answer of the network until the page stops waiting for one.
MOST_SILENT_CHECKS = 3
PUBLIC = (State.PUBLISHED, State.WITHDRAWN, State.MISSING)
EXCERPT_CHARACTERS = 80
LISTED_MAILS = 100


class Finding(StrEnum):
    """What the networks say about one delivery."""

    PUBLIC = "public"
    ABSENT = "absent"
    """It was due by then: a person decides."""
    UPCOMING = "upcoming"
    """Not on the network: it goes out at its time, or has done so since."""
    UNKNOWN = "unknown"
    CHECKING = "checking"


@dataclass(frozen=True)
class CheckedDelivery:
    """`excerpt` is empty for an answer to a citizen: who keeps the installation need not read it."""

    delivery: Delivery
    finding: Finding
    excerpt: str


@dataclass
class MunicipalityFindings:
    """`edits` and `withdrawals` are changes and removals of published posts: repeating them does no harm."""

    municipality: Municipality
    upcoming: list[CheckedDelivery] = field(default_factory=list)
    public: list[CheckedDelivery] = field(default_factory=list)
    absent: list[CheckedDelivery] = field(default_factory=list)
    unknown: list[CheckedDelivery] = field(default_factory=list)
    checking: list[CheckedDelivery] = field(default_factory=list)
    edits: list[CheckedDelivery] = field(default_factory=list)
    withdrawals: list[CheckedDelivery] = field(default_factory=list)


@dataclass(frozen=True)
class RestoreReport:
    restore: Restore
    municipalities: list[MunicipalityFindings]
    mails: list[MailMessage]
    """The first of those that waited and are never sent."""
    mail_count: int
    push_count: int

    @property
    def is_running(self) -> bool:
        return self.restore.ended_at is None

    @property
    def is_open(self) -> bool:
        """Whether the networks still have something to say."""
        return self.restore.prepared_at is None or self.checking > 0

    @property
    def total(self) -> int:
        return self.checked + self.checking

    @property
    def checked(self) -> int:
        return self.public + self.absent + self.unknown + self.upcoming

    @property
    def upcoming(self) -> int:
        return sum(len(row.upcoming) for row in self.municipalities)

    @property
    def public(self) -> int:
        return sum(len(row.public) for row in self.municipalities)

    @property
    def absent(self) -> int:
        return sum(len(row.absent) for row in self.municipalities)

    @property
    def unknown(self) -> int:
        return sum(len(row.unknown) for row in self.municipalities)

    @property
    def checking(self) -> int:
        return sum(len(row.checking) for row in self.municipalities)


def latest() -> Restore | None:
    """The restore that runs, else the last one."""
    return restores.running().first() or Restore.objects.order_by("-restored_at", "-pk").first()


def report(restore: Restore) -> RestoreReport:
    """Seven queries at most, however many municipalities and deliveries there are."""
    with everywhere("an administrator checks a restore"):
        rows = Delivery.objects.filter(restored_at=restore.restored_at).exclude(state=State.CANCELLED)
        deliveries = list(rows.select_related("channel", "municipality").order_by("due_at", "pk"))
        attempts = Attempt.objects.filter(delivery__in=[row.pk for row in deliveries], step=Step.FIND)
        checks: dict[int, list[Attempt]] = defaultdict(list)
        for attempt in attempts.filter(opened_at__gte=restore.restored_at).order_by("number"):
            checks[attempt.delivery_id].append(attempt)
        asked = Delivery.objects.filter(withdrawal_asked_at__lte=restore.restored_at)
        waiting, carried_out = Q(state=State.PUBLISHED), Q(state=State.WITHDRAWN, state_at__gte=restore.restored_at)
        wanted = asked.filter(waiting | carried_out)
        withdrawals = list(wanted.select_related("channel", "municipality").order_by("pk"))
    by_municipality = {
        row.municipality_id: MunicipalityFindings(row.municipality) for row in (*deliveries, *withdrawals)
    }
    for row in deliveries:
        place = by_municipality[row.municipality_id]
        finding = _finding(row, checks[row.pk])
        (place.edits if row.kind == EDIT else getattr(place, finding)).append(_checked(row, finding))
    for row in withdrawals:
        finding = Finding.ABSENT if row.state == State.WITHDRAWN else Finding.PUBLIC
        by_municipality[row.municipality_id].withdrawals.append(_checked(row, finding))
    mails = MailMessage.objects.filter(
        state__in=(MailState.WAITING, MailState.DROPPED), created_at__lte=restore.restored_at
    )
    # The end of the pause deletes them.
    pushes = Push.objects.filter(created_at__lte=restore.restored_at)
    return RestoreReport(
        restore,
        _sorted(by_municipality.values()),
        list(mails.order_by("-created_at")[:LISTED_MAILS]),
        mails.count(),
        pushes.count(),
    )


def _checked(delivery: Delivery, finding: Finding) -> CheckedDelivery:
    text = "" if delivery.kind == REPLY else Truncator(str(delivery.payload.get("text", ""))).chars(EXCERPT_CHARACTERS)
    return CheckedDelivery(delivery, finding, text)


def _sorted(findings: Iterable[MunicipalityFindings]) -> list[MunicipalityFindings]:
    return sorted(findings, key=lambda row: sort_key(str(row.municipality)))


def _finding(delivery: Delivery, checks: Sequence[Attempt]) -> Finding:
    if delivery.verified_at:
        return Finding.UPCOMING
    if delivery.state in PUBLIC:
        return Finding.PUBLIC
    outcomes = [attempt.outcome for attempt in checks]
    if delivery.state in PENDING:
        return Finding.UPCOMING if Outcome.ABSENT in outcomes else Finding.CHECKING
    if {Outcome.CANNOT_TELL, Outcome.NEEDS_CONSENT} & set(outcomes):
        return Finding.UNKNOWN
    absent = [attempt.opened_at for attempt in checks if attempt.outcome == Outcome.ABSENT]
    # The network holds it, prepared and not public.
    held = Outcome.PENDING in outcomes
    if held or (absent and absent[-1] - absent[0] >= CHECKS_APART):
        return Finding.ABSENT
    silent = not absent and len(outcomes) >= MOST_SILENT_CHECKS
    return Finding.UNKNOWN if silent else Finding.CHECKING
