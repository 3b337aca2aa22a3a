"""A municipality shares a published post with the others of its programme, and withdraws it whenever it wants.

The stored snapshot is the one that the page showed before. Pictures are copied, smaller, into files of the gallery, so
that no other municipality ever reads the library. When sharing ends, the files are deleted at once.
"""

import secrets
from collections.abc import Iterable

from PIL import Image

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from exchange.domain import gallery_notifications as notifications
from exchange.gallery_rules import LEAST_WHY, LONG_SIDE, MOST_WHY, Ending
from exchange.models import SharedPicture, SharedPost
from exchange.queries.gallery import agreed, gallery_scope_of, running_share, still_public
from exchange.queries.snapshot import MOST_TITLE, PictureSource, figures, key_of, live_publications, snapshot
from municipalities.models import Municipality
from municipalities.queries import today
from municipalities.tenancy import everywhere, scope
from posts.draft import storable
from posts.locking import locked
from posts.media.domain.pictures import encode_picture
from posts.models import Post

MOST_REASON = 500


@transaction.atomic
def share(post: Post, why: str, *, municipality: Municipality, by: User, title: str = "") -> SharedPost:
    """Put the post as it was published into the gallery. Raises `ActionNotAllowed`."""
    post = locked(post)
    why = _reason(why)
    if not gallery_scope_of(municipality).is_shared:
        raise ActionNotAllowed(
            _("The municipality takes part in no programme today, so there is no one to share with.")
        )
    if running_share(post):
        raise ActionNotAllowed(_("This post is in the gallery already."))
    source = snapshot(post, municipality)
    if source is None:
        raise ActionNotAllowed(_("Only posts that are on a network can be shared. This post is on none."))
    row = source.row
    row.why, row.by = why, by
    row.title = storable(title).strip()[:MOST_TITLE] or row.title
    row.search_key = key_of(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as twice:
        raise ActionNotAllowed(_("This post is in the gallery already.")) from twice
    SharedPicture.objects.bulk_create([_copied(row, picture, at) for at, picture in enumerate(source.pictures)])
    record("gallery.share", by=by, target=row, post=post.pk)
    return row


def _reason(why: str) -> str:
    why = storable(why).strip()
    if len(why) < LEAST_WHY:
        raise ActionNotAllowed(
            _("Explain why it worked, in a sentence or two: that is what colleagues elsewhere can learn from it.")
        )
    if len(why) > MOST_WHY:
        raise ActionNotAllowed(
            _("The explanation is too long: it has %(count)s characters, and %(most)s are allowed.")
            % {"count": len(why), "most": MOST_WHY}
        )
    return why


def _copied(row: SharedPost, source: PictureSource, at: int) -> SharedPicture:
    with default_storage.open(source.ref, "rb") as file:
        picture = Image.open(file)
        picture.load()
    picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    encoded = encode_picture(picture)
    name = f"gallery/{row.municipality_id}/{secrets.token_hex(16)}.{encoded.ending}"
    return SharedPicture(
        municipality_id=row.municipality_id,
        shared=row,
        media=source.media,
        position=at,
        file=default_storage.save(name, ContentFile(encoded.body)),
        mime=encoded.mime,
        width=encoded.width,
        height=encoded.height,
        alt=source.alt,
        is_video=source.is_video,
    )


@transaction.atomic
def reword(shared: SharedPost, why: str, *, by: User, title: str = "") -> SharedPost:
    """Change the reason why it worked, and the title. Raises `ActionNotAllowed`."""
    row = _locked(shared)
    row.why = _reason(why)
    row.title = storable(title).strip()[:MOST_TITLE] or row.title
    row.search_key = key_of(row)
    row.save(update_fields=["why", "title", "search_key"])
    record("gallery.reword", by=by, target=row)
    return row


@transaction.atomic
def renew(shared: SharedPost, *, municipality: Municipality, by: User) -> SharedPost:
    """Replace its figures by today's; texts and pictures stay as they were. Raises `ActionNotAllowed`."""
    row = _locked(shared)
    where = live_publications(row.post)
    if not where:
        raise ActionNotAllowed(_("The post is no longer on any network, so there are no new metrics for it."))
    version = max((publication.version for publication in where), key=lambda version: version.number)
    row.measured_on = today()
    row.figures = figures(row.post, municipality, version, (row.measured_on - row.published_on).days)
    row.save(update_fields=["figures", "measured_on"])
    record("gallery.renew", by=by, target=row)
    return row


@transaction.atomic
def take_down(shared: SharedPost, *, by: User) -> SharedPost:
    """The municipality takes its post out of the gallery; a second time changes nothing."""
    row = SharedPost.objects.select_for_update(of=("self",)).get(pk=shared.pk)
    if row.is_shown:
        _end(row, Ending.TAKEN_DOWN, by=by)
        record("gallery.take_down", by=by, target=row)
    return row


@transaction.atomic
def remove(shared: SharedPost, reason: str, *, by: User) -> SharedPost:
    """Programme staff remove it; the municipality reads the reason. Raises `ActionNotAllowed` without one."""
    reason = storable(reason).strip()[:MOST_REASON]
    if not reason:
        raise ActionNotAllowed(_("Give a reason: the municipality will see it."))
    row = _locked(shared)
    row.end_reason = reason
    _end(row, Ending.REMOVED, by=by)
    record("gallery.remove", by=by, target=row, reason=reason)
    notifications.removed(row, by=by)
    return row


def _locked(shared: SharedPost) -> SharedPost:
    rows = SharedPost.objects.select_for_update(of=("self",)).select_related("municipality", "post", "by")
    row: SharedPost = rows.get(pk=shared.pk)
    if not row.is_shown:
        raise ActionNotAllowed(_("This post is no longer in the gallery."))
    return row


def _end(row: SharedPost, ending: Ending, *, by: User | None = None) -> None:
    row.ended_at, row.ending, row.ended_by = timezone.now(), ending, by
    row.save(update_fields=["ended_at", "ending", "ended_by", "end_reason"])
    _drop(SharedPicture.objects.filter(shared=row))


def _drop(pictures: Iterable[SharedPicture]) -> int:
    """The pictures out of the gallery, with their files."""
    rows = list(pictures)
    files = [str(row.file.name) for row in rows]
    SharedPicture.objects.filter(pk__in=[row.pk for row in rows]).delete()
    transaction.on_commit(lambda: _forget(files))
    return len(rows)


def _forget(files: list[str]) -> None:
    for name in files:
        default_storage.delete(name)


# ---------------------------------------------------------------- what ends by itself


def settle() -> int:
    """Take down what stands on no network any more, and pictures whose people no longer agree. Returns how many.

    Pages hide both at once; this makes it last: the files go, and the municipality is told. A post that its
    municipality took off the network (it was wrong, or somebody asked for it) must not live on in the gallery, so it
    is taken down and not only marked.
    """
    with everywhere("shared posts and pictures that nobody may see any more"):
        unpublished = list(
            SharedPost.objects.filter(~still_public(), ended_at__isnull=True).only("pk", "municipality_id")
        )
        rows = SharedPicture.objects.exclude(agreed(today())).only("pk", "municipality_id")
        pictures = list(rows)
    for shared in unpublished:
        with scope(shared.municipality_id):
            _withdrawn(shared)
    for picture in pictures:
        with scope(picture.municipality_id), transaction.atomic():
            _drop(SharedPicture.objects.filter(pk=picture.pk))
    return len(unpublished) + len(pictures)


@transaction.atomic
def _withdrawn(shared: SharedPost) -> None:
    rows = SharedPost.objects.select_for_update(of=("self",)).select_related("municipality", "by")
    row = rows.filter(~still_public(), pk=shared.pk, ended_at__isnull=True).first()
    if row is None:
        return
    _end(row, Ending.WITHDRAWN)
    record("gallery.withdrawn", by=None, target=row)
    notifications.withdrawn(row)
