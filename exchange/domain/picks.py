"""Picks of the month: posts that a programme's staff put at the top of the gallery, each with a reason."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from exchange.domain import gallery_notifications as notifications
from exchange.gallery_rules import MOST_PICKS, month_of
from exchange.models import Pick, SharedPost
from municipalities.models import Programme
from municipalities.queries import today
from posts.draft import storable

MOST_WORDS = 300


@transaction.atomic
def pick(programme: Programme, shared: SharedPost, why: str, *, by: User) -> Pick:
    """Pick a post for this month, or change the reason. The municipality is notified. Raises `ActionNotAllowed`."""
    why = storable(why).strip()[:MOST_WORDS]
    if not why:
        raise ActionNotAllowed(_("Write in a sentence why you pick this post."))
    # one at a time in a programme, so that two who pick at once do not pick too many
    Programme.objects.select_for_update().get(pk=programme.pk)
    row = SharedPost.objects.select_related("municipality", "by").get(pk=shared.pk)
    if not row.is_shown:
        raise ActionNotAllowed(_("This post is no longer in the gallery."))
    month = month_of(today())
    known = Pick.objects.filter(programme=programme, month=month)
    current = known.filter(shared=row).first()
    if current is None and known.filter(shared__ended_at__isnull=True).count() >= MOST_PICKS:
        raise ActionNotAllowed(
            _("There are %(most)s picks this month already. Take one back first.") % {"most": MOST_PICKS}
        )
    if current and current.why == why:
        return current
    pick_row, is_new = Pick.objects.update_or_create(
        programme=programme, month=month, shared=row, defaults={"why": why, "by": by}
    )
    record("gallery.pick", by=by, target=row, why=why, programme=str(programme))
    if is_new:
        notifications.picked(row, why, by=by)
    return pick_row


@transaction.atomic
def take_back(picked: Pick, *, by: User) -> None:
    """The post stays in the gallery."""
    record("gallery.unpick", by=by, target=picked.shared, programme=str(picked.programme))
    picked.delete()
