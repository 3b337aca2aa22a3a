"""What the outbox asks about posts right before every irreversible step. Only reads, from fresh rows.

The rule of the house that holds now decides, not the one that held when somebody approved: a house that has come to ask
for more holds what was approved before. So does the time: an approval holds for the hours around the time that was
approved, and nothing leaves before them, whatever stands in the rows of the post and its deliveries.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from channels import pauses
from channels.pauses import Paused
from common.prepared import among, array, instance
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from delivery.policies import PolicyDecision, allow, defer
from municipalities.enums import Approval
from municipalities.models import Municipality
from municipalities.prepared import Prepared, PreparedForSeveral
from municipalities.queries import emergency_rights, today
from posts import rules
from posts.approval import asks_mentor
from posts.enums import PartState, Stage, Way
from posts.models import AmendmentPart, Decision, Publication

WINDOW = "municipality__move_window_hours"
FACTS = ("delivery_id", "version_id", "post__stage", "municipality_id", "municipality__approval", WINDOW, "pause")
# What `rules.standing` and `rules.holds_between` look at.
DECIDED = ("id", "version_id", "kind", "by_id", "for_whom_id", "at", "without_mentor", "due_at")


def may_send(delivery: Delivery) -> PolicyDecision:
    return verdicts([delivery])[delivery.pk]


def verdicts(deliveries: Sequence[Delivery]) -> dict[int, PolicyDecision]:
    """Go if its publication counts, its version is approved for this time or needs no approval, and nothing is paused.

    An emergency needs no approval and passes a pause, as long as who sent it is on the list and nobody has objected.
    Two queries, however many they are; a few more where a mentor reads first, or for an emergency.
    """
    if len(deliveries) == 1:
        (one,) = deliveries
        rows = PUBLICATION.rows(municipality=one.municipality_id, delivery=one.pk, now=timezone.now(), today=today())
    else:
        rows = PUBLICATIONS.rows(
            municipalities=[delivery.municipality_id for delivery in deliveries],
            deliveries=array(delivery.pk for delivery in deliveries), now=timezone.now(), today=today(),
        )  # fmt: skip
    return _decided(deliveries, {row[0]: dict(zip(FACTS, row, strict=True)) for row in rows})


def _publications(now: datetime | None = None, on: date | None = None, **which: Any) -> Any:
    rows = Publication.objects.filter(live=True, post__deleted_at__isnull=True, **which)
    return rows.annotate(pause=pauses.of(now=now, on=on)).values_list(*FACTS)


# Asked of all that are claimed at once, and of each post once more right before it leaves.
PUBLICATIONS = PreparedForSeveral(
    lambda of: _publications(of.now, of.today, delivery__in=among(of.deliveries)),
    deliveries=str,
    now=datetime,
    today=date,
)
PUBLICATION = Prepared(
    lambda of: _publications(of.now, of.today, delivery=of.delivery), delivery=int, now=datetime, today=date
)
DECISIONS = Prepared(lambda of: _decisions(version=of.version).values_list(*DECIDED), version=int)
DECISIONS_OF_SEVERAL = PreparedForSeveral(
    lambda of: _decisions(version__in=among(of.versions)).values_list(*DECIDED), versions=str
)


def _decisions(**which: Any) -> Any:
    return Decision.objects.filter(**which).order_by("pk")


def changes(deliveries: Sequence[Delivery]) -> dict[int, PolicyDecision]:
    """Of deliveries that change what is public: go if the correction is still wanted and its version approved.

    A correction has no time: it takes effect once everybody has agreed.
    """
    rows = AmendmentPart.objects.filter(
        delivery__in=deliveries, state=PartState.UNDER_WAY, publication__live=True, amendment__post__deleted_at=None
    )
    return _decided(deliveries, {row["delivery_id"]: row for row in _facts_of(rows, "delivery_id")})


def may_take_down(delivery: Delivery) -> PolicyDecision:
    """A post that shall be sent again is taken down only while the new one may go out; any other one always."""
    rows = AmendmentPart.objects.filter(
        publication__delivery=delivery, way=Way.RESEND, state=PartState.UNDER_WAY, delivery=None
    )
    row = _facts_of(rows).first()
    return _decided([delivery], {delivery.pk: row})[delivery.pk] if row else allow()


def _facts_of(rows: Any, *more: str) -> Any:
    names = {
        "version_id": F("amendment__version_id"),
        "post__stage": F("amendment__post__stage"),
        "pause": pauses.of(channel="publication__channel"),
    }
    return rows.values(*more, "municipality_id", "municipality__approval", **names)


def _decided(deliveries: Sequence[Delivery], publications: dict[int, dict[str, Any]]) -> dict[int, PolicyDecision]:
    decisions: dict[int, list[Decision]] = {}
    about = [row for row in publications.values() if row["post__stage"] == Stage.APPROVED]
    if len(about) == 1:
        rows = DECISIONS.rows(municipality=about[0]["municipality_id"], version=about[0]["version_id"])
    elif about:
        rows = DECISIONS_OF_SEVERAL.rows(
            municipalities=[row["municipality_id"] for row in about],
            versions=array(row["version_id"] for row in about),
        )
    else:
        rows = []
    made = [instance(Decision, dict(zip(DECIDED, row, strict=True))) for row in rows]
    for decision in made:
        decisions.setdefault(decision.version_id, []).append(decision)
    return {
        delivery.pk: _verdict(delivery, publication, decisions.get(publication["version_id"], []))
        if (publication := publications.get(delivery.pk))
        else defer(ReasonCode.HELD)
        for delivery in deliveries
    }


def _verdict(delivery: Delivery, publication: dict[str, Any], decisions: list[Decision]) -> PolicyDecision:
    if publication["post__stage"] != Stage.APPROVED:
        return defer(ReasonCode.NOT_APPROVED)
    municipality = Municipality(pk=publication["municipality_id"], approval=publication["municipality__approval"])
    at = rules.standing(decisions, municipality.approval, mentored=asks_mentor(municipality))
    if _is_emergency(at, municipality):
        return allow()
    if municipality.approval != Approval.NONE and not at.met:
        return defer(ReasonCode.NOT_APPROVED)
    if municipality.approval != Approval.NONE and _is_early(delivery, at, publication.get(WINDOW)):
        return defer(ReasonCode.TOO_EARLY)
    return allow() if publication["pause"] is None else held_by(Paused.read(publication["pause"]))


def _is_early(delivery: Delivery, at: rules.Standing, hours: int | None) -> bool:
    """Whether the approvals hold for a later time only. By the clock: `due_at` of a row is what might be wrong.

    What is published is not earlier any more than it was: its first comment follows it. `hours` None: it has no time.
    """
    if hours is None or delivery.state == State.PUBLISHED:
        return False
    holds = rules.holds_between(at, timedelta(hours=hours))
    return holds is not None and timezone.now() < holds[0]


def held_by(by: Paused) -> PolicyDecision:
    """Who holds it back and why. A first comment is asked about as its post, on the same channel."""
    if by.kind in ("everybody", "programme"):
        return defer(ReasonCode.PROGRAMME_PAUSED, by.summary)
    return defer(ReasonCode.CHANNEL_PAUSED if by.kind == "channel" else ReasonCode.PAUSED, by.summary)


def _is_emergency(at: rules.Standing, municipality: Municipality) -> bool:
    if not rules.stands_as_emergency(at, timezone.now()):
        return False
    return emergency_rights(municipality).filter(user=at.emergency.by_id).exists()
