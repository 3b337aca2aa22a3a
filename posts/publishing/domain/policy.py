"""The publish policy for posts, asked by the outbox right before every irreversible step. Read-only, from fresh rows.

The municipality's current rule decides, not the one at the time of approval: a municipality that now requires more
holds back what was approved before. Likewise with the time: an approval is valid for the hours around the approved
time, and nothing is sent before them, regardless of the stored times of the post and its deliveries.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, F, Q, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, StrIndex
from django.db.models.lookups import Exact, GreaterThan
from django.utils import timezone
from django.utils.translation import gettext_noop

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
from platforms.post_settings import STORY
from posts import rules
from posts.approval import requires_mentor
from posts.enums import AmendmentWay, PartState, Stage
from posts.models import AmendmentPart, Decision, Publication

WINDOW = "municipality__move_window_hours"
FACTS = (
    "delivery_id",
    "version_id",
    "post__stage",
    "municipality_id",
    "municipality__approval",
    WINDOW,
    "is_foreign",
    "pause",
)
OTHER_LANGUAGE = gettext_noop(
    "The channel is in another language by now, and this text is in Serbian. Take the post back, write the text and "
    "submit it again."
)
# The columns that `rules.approval_progress` and `rules.approval_window` need.
DECIDED = ("id", "version_id", "kind", "by_id", "for_whom_id", "at", "without_mentor", "due_at")


def may_send(delivery: Delivery) -> PolicyDecision:
    return decide([delivery])[delivery.pk]


def decide(deliveries: Sequence[Delivery]) -> dict[int, PolicyDecision]:
    """Allow if its publication is live, its version is approved for this time or needs no approval, and nothing is
    paused.

    An emergency needs no approval and ignores a pause, as long as its publisher is on the list and nobody objected;
    only one that a restore brought back waits. Two queries for any number of deliveries; a few more for a mentor's
    endorsement or an emergency.
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
    return rows.annotate(pause=pauses.of(now=now, on=on), is_foreign=_is_foreign()).values_list(*FACTS)


def _is_foreign(channel: str = "channel") -> Case:
    """Whether a text in Serbian would go to a channel whose languages, which may have changed since, lack it."""
    # As text: prepared statements hold no JSON.
    languages = Cast(f"{channel}__languages", TextField())
    speaks = Q(Exact(languages, Value("[]"))) | Q(GreaterThan(StrIndex(languages, Value('"sr-')), 0))
    is_wordless = Q(Exact(KeyTextTransform("format", KeyTransform("settings", "delivery__payload")), Value(STORY)))
    is_serbian = Q(Exact(KeyTextTransform("language", "delivery__payload"), Value("sr")))
    has_text = Q(GreaterThan(KeyTextTransform("text", "delivery__payload"), Value("")))
    return Case(When(is_wordless | speaks, then=False), When(is_serbian & has_text, then=True), default=False)


# For all that are claimed together, and for each post again right before it is sent.
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


def decide_changes(deliveries: Sequence[Delivery]) -> dict[int, PolicyDecision]:
    """For edits of published posts: allow if the correction is still open and its version approved.

    A correction has no time: it takes effect once it is approved. A repeat of the newest text was approved with it.
    """
    repeats = [delivery for delivery in deliveries if delivery.is_repeat]
    rows = AmendmentPart.objects.filter(
        delivery__in=deliveries, state=PartState.UNDER_WAY, publication__live=True, amendment__post__deleted_at=None
    )
    decided = _decided(deliveries, {row["delivery_id"]: row for row in _facts_of(rows, "delivery_id")})
    return decided | {delivery.pk: _may_repeat(delivery) for delivery in repeats}


def _may_repeat(delivery: Delivery) -> PolicyDecision:
    """Of the text that a published post has to show: as long as it stays published and nothing is paused."""
    post = Q(delivery=delivery.parent_id) | Q(delivery__children=delivery.parent_id)
    rows = Publication.objects.filter(post, live=True, post__deleted_at__isnull=True)
    row = rows.annotate(pause=pauses.of()).values_list("pause").first()
    if row is None:
        return defer(ReasonCode.HELD)
    return defer_for_pause(Paused.read(row[0])) if row[0] else allow()


def may_take_down(delivery: Delivery) -> PolicyDecision:
    """A post that is replaced is removed only if the replacement may be sent; any other one always."""
    rows = AmendmentPart.objects.filter(
        publication__delivery=delivery, way=AmendmentWay.RESEND, state=PartState.UNDER_WAY, delivery=None
    )
    row = _facts_of(rows).first()
    return _decided([delivery], {delivery.pk: row})[delivery.pk] if row else allow()


def _facts_of(rows: Any, *more: str) -> Any:
    names = {
        "version_id": F("amendment__version_id"),
        "post__stage": F("amendment__post__stage"),
        "pause": pauses.of(channel="publication__channel"),
        "is_foreign": _is_foreign("publication__channel"),
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
    past = [instance(Decision, dict(zip(DECIDED, row, strict=True))) for row in rows]
    for decision in past:
        decisions.setdefault(decision.version_id, []).append(decision)
    return {
        delivery.pk: _decision(delivery, publication, decisions.get(publication["version_id"], []))
        if (publication := publications.get(delivery.pk))
        else defer(ReasonCode.HELD)
        for delivery in deliveries
    }


def _decision(delivery: Delivery, publication: dict[str, Any], decisions: list[Decision]) -> PolicyDecision:
    if publication["post__stage"] != Stage.APPROVED:
        return defer(ReasonCode.NOT_APPROVED)
    if publication["is_foreign"]:
        return defer(ReasonCode.HELD, OTHER_LANGUAGE)
    municipality = Municipality(pk=publication["municipality_id"], approval=publication["municipality__approval"])
    progress = rules.approval_progress(decisions, municipality.approval, mentored=requires_mentor(municipality))
    pause = Paused.read(publication["pause"]) if publication["pause"] else None
    if _is_emergency(progress, municipality):
        return defer_for_pause(pause) if pause and pause.holds(delivery.created_at) else allow()
    if municipality.approval != Approval.NONE and not progress.met:
        return defer(ReasonCode.NOT_APPROVED)
    if municipality.approval != Approval.NONE and _is_early(delivery, progress, publication.get(WINDOW)):
        return defer(ReasonCode.TOO_EARLY)
    return defer_for_pause(pause) if pause else allow()


def _is_early(delivery: Delivery, progress: rules.ApprovalProgress, hours: int | None) -> bool:
    """Whether the approvals are valid for a later time only. By the clock: `due_at` of a row might be wrong.

    A first comment follows its published post. `hours` None: it has no time.
    """
    if hours is None or delivery.state == State.PUBLISHED:
        return False
    holds = rules.approval_window(progress, timedelta(hours=hours))
    return holds is not None and timezone.now() < holds[0]


def defer_for_pause(by: Paused) -> PolicyDecision:
    """Defer with the origin of the pause. A first comment is decided like its post, on the same channel."""
    if by.kind == "restore":
        return defer(ReasonCode.RESTORE_PAUSED)
    if by.kind in ("everybody", "programme"):
        return defer(ReasonCode.PROGRAMME_PAUSED, by.summary)
    return defer(ReasonCode.CHANNEL_PAUSED if by.kind == "channel" else ReasonCode.PAUSED, by.summary)


def _is_emergency(progress: rules.ApprovalProgress, municipality: Municipality) -> bool:
    if not rules.is_valid_emergency(progress, timezone.now()):
        return False
    return emergency_rights(municipality).filter(user=progress.emergency.by_id).exists()
