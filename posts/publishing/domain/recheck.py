"""After the rule about approvals changed: what lacks one by now waits at once, and not only when its time comes."""

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from delivery.domain.hold_back import hold_back
from delivery.domain.move import Moved
from delivery.domain.release import release
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from municipalities.models import Municipality
from posts.approval import approval_progress
from posts.enums import Stage
from posts.models import Post, Publication
from posts.publishing.domain.policy import decide
from posts.publishing.domain.publications import KIND
from posts.queries import latest_version, visible


def recheck(municipality: Municipality) -> int:
    """Hold back the coming posts of the municipality that lack an approval, and schedule those that were held back for
    that and lack none any more; returns how many are held back. In its scope.
    """
    _update_stages(municipality)
    now, blocked = timezone.now(), 0
    waiting = Q(state=State.WAITING, due_at__gt=now)
    rows = Delivery.objects.filter(Q(state=State.SCHEDULED) | waiting, municipality=municipality, kind=KIND)
    coming = list(rows.select_related("channel", "parent").order_by("pk"))
    verdicts = decide(coming)
    for delivery in coming:
        verdict = verdicts[delivery.pk]
        lacks = verdict.reason in (ReasonCode.NOT_APPROVED, ReasonCode.HELD)
        try:
            if delivery.state == State.SCHEDULED and verdict.reason == ReasonCode.NOT_APPROVED:
                hold_back(delivery, verdict)
                blocked += 1
            elif delivery.state == State.WAITING and delivery.reason == ReasonCode.NOT_APPROVED and not lacks:
                release(delivery)
        except Moved:
            continue  # a publisher was faster, and asks the same policy
    return blocked


def _update_stages(municipality: Municipality) -> None:
    """What was approved and has no deliveries waits for approval again where the rule asks for more; what has by now
    all the approvals that the rule asks for is approved.
    """
    live = Publication.objects.filter(post=OuterRef("pk"), live=True)
    without_deliveries = visible().filter(~Exists(live), stage=Stage.APPROVED)
    submitted = visible().filter(stage=Stage.SUBMITTED, is_correction=False)
    concerned = (without_deliveries | submitted).values("pk")
    for post in Post.objects.filter(pk__in=concerned).order_by("pk").select_for_update(of=("self",)):
        update_stage(post, municipality)


def update_stage(post: Post, municipality: Municipality) -> None:
    """Of a locked post whose newest version somebody approved and of which nothing is scheduled or sent."""
    version = latest_version(post)
    progress = approval_progress(version, municipality) if version else None
    if progress is None or not progress.approvals or progress.met == (post.stage == Stage.APPROVED):
        return
    post.stage = Stage.APPROVED if progress.met else Stage.SUBMITTED
    # Its moment was the last approval: somebody says when it goes out now.
    post.on_approval, post.approve_until = False, None
    post.save()
