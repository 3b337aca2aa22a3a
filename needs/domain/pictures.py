"""Pictures from before and after, from the municipality's library."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from needs.domain.write import lock
from needs.enums import PictureMoment
from needs.models import Need, NeedPicture
from needs.rules import MOST_PICTURES
from posts.draft import MOST_ALT, Draft, Shown, storable
from posts.media.domain.pictures import remember_alts
from posts.models import Media
from posts.picture_metadata import consent_note


@transaction.atomic
def add(need: Need, media: Media, moment: str, alt: str, *, by: User) -> NeedPicture:
    """Show the picture. Its description is required, and is stored with the picture in the library.

    The same picture again only changes its description. Raises `ActionNotAllowed` without the consent of the people on
    it.
    """
    row, description = lock(need), storable(alt).strip()
    if moment not in PictureMoment.values:
        raise ActionNotAllowed(_("Choose whether the picture shows the state before or now."), "moment")
    if media.is_probed or media.archived_at:
        raise ActionNotAllowed(_("Choose a picture of the library."), "media")
    if not description:
        raise ActionNotAllowed(_("Describe the picture for those who cannot see it."), "alt")
    if len(description) > MOST_ALT:
        raise ActionNotAllowed(
            _("The description is too long: %(most)s characters at most.") % {"most": MOST_ALT}, "alt"
        )
    if note := consent_note(media, timezone.localdate()):
        raise ActionNotAllowed(note.sentence, "media")
    shown = NeedPicture.objects.filter(need=row)
    count = shown.count()
    if count >= MOST_PICTURES:
        raise ActionNotAllowed(_("There are %(most)s pictures already. Take one away first.") % {"most": MOST_PICTURES})
    remember_alts(Draft(media=(Shown(media.pk, description),)))
    picture, is_new = NeedPicture.objects.get_or_create(
        need=row, media=media, moment=moment, defaults={"municipality_id": row.municipality_id, "position": count}
    )
    if is_new:
        record("need.picture", by=by, target=row)
    return picture


@transaction.atomic
def remove(picture: NeedPicture, *, by: User) -> None:
    """Show it no more; it stays in the library."""
    row = NeedPicture.objects.select_for_update(of=("self",)).select_related("need").get(pk=picture.pk)
    record("need.picture_away", by=by, target=row.need)
    row.delete()
