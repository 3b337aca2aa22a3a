"""Merging two needs that turn out to be the same."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from needs.domain.write import lock, lock_municipality, recount
from needs.models import UNANSWERED, Need, NeedPicture, Supporter


@transaction.atomic
def merge(need: Need, into: Need, *, by: User) -> Need:
    """Move supporters and pictures of `need` to `into` and delete `need`. The texts of `into` stay.

    Raises `ActionNotAllowed` for a need with itself, and for one whose supporters were answered.
    """
    lock_municipality(need.municipality_id)
    if need.pk == into.pk:
        raise ActionNotAllowed(_("Choose another need: this is the same one."), "into")
    first, second = sorted((need, into), key=lambda row: row.pk)
    rows = {row.pk: lock(row) for row in (first, second)}
    removed, target = rows[need.pk], rows[into.pk]
    if Supporter.objects.filter(UNANSWERED | Q(reply__isnull=False), need=removed).exists():
        raise ActionNotAllowed(
            _("The people who requested this have been informed of the outcome, so it cannot be merged.")
        )
    Supporter.objects.filter(need=removed).update(need=target, round=None, error="")
    shown = NeedPicture.objects.filter(need=target).values_list("media", "moment")
    for picture in NeedPicture.objects.filter(need=removed).exclude(pk__in=_twice(removed, set(shown))):
        picture.need = target
        picture.save(update_fields=["need"])
    if target.follow_up_id is None and removed.follow_up_id is not None:
        target.follow_up_id = removed.follow_up_id
        target.save()
    recount(target.municipality_id, target.pk)
    record("need.merge", by=by, target=target, need=removed.title)
    removed.delete()
    return lock(target)


def _twice(need: Need, shown: set[tuple[int, str]]) -> list[int]:
    return [
        need_picture.pk
        for need_picture in NeedPicture.objects.filter(need=need)
        if (need_picture.media_id, need_picture.moment) in shown
    ]
