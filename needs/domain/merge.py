"""Two needs turn out to be one."""

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
    """Voices and pictures of `need` go `into` the other, and `need` goes. The words of the other stay.

    Raises `ActionNotAllowed` for a need with itself, and for one whose people have been told what became of it.
    """
    lock_municipality(need.municipality_id)
    if need.pk == into.pk:
        raise ActionNotAllowed(_("Choose another need: this is the same one."), "into")
    first, second = sorted((need, into), key=lambda each: each.pk)
    rows = {each.pk: lock(each) for each in (first, second)}
    gone, kept = rows[need.pk], rows[into.pk]
    if Supporter.objects.filter(UNANSWERED | Q(reply__isnull=False), need=gone).exists():
        raise ActionNotAllowed(_("Those who asked for this were told what became of it, so it stays for itself."))
    Supporter.objects.filter(need=gone).update(need=kept, round=None, error="")
    shown = NeedPicture.objects.filter(need=kept).values_list("media", "moment")
    for picture in NeedPicture.objects.filter(need=gone).exclude(pk__in=_twice(gone, set(shown))):
        picture.need = kept
        picture.save(update_fields=["need"])
    if kept.follow_up_id is None and gone.follow_up_id is not None:
        kept.follow_up_id = gone.follow_up_id
        kept.save()
    recount(kept.municipality_id, kept.pk)
    record("need.merge", by=by, target=kept, need=gone.title)
    gone.delete()
    return lock(kept)


def _twice(need: Need, shown: set[tuple[int, str]]) -> list[int]:
    return [
        need_picture.pk
        for need_picture in NeedPicture.objects.filter(need=need)
        if (need_picture.media_id, need_picture.moment) in shown
    ]
