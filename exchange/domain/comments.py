"""Comments on a shared post: write, edit while fresh, delete, hide, remove.

A comment belongs to the municipality from which it is written. The functions run inside the gallery's scope
(`exchange.queries.gallery.gallery_scope`), which holds the municipality that shared the post and the one that comments.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from exchange.domain import gallery_notifications as notifications
from exchange.domain.share import MOST_REASON
from exchange.gallery_rules import COMMENTS_AT_ONCE, MOST_COMMENT, WITHIN
from exchange.models import SharedComment, SharedPost
from municipalities.models import Municipality
from posts.draft import storable


@transaction.atomic
def comment(shared: SharedPost, text: str, *, municipality: Municipality, by: User, is_mentor: bool) -> SharedComment:
    """Raises `ActionNotAllowed`: nothing written, too long, or too much within a few minutes."""
    text = _wording(text)
    row = SharedPost.objects.select_for_update(of=("self",)).select_related("municipality", "by").get(pk=shared.pk)
    if not row.is_shown:
        raise ActionNotAllowed(_("This post is no longer in the gallery."))
    lately = SharedComment.objects.filter(author=by, at__gt=timezone.now() - WITHIN).count()
    if lately >= COMMENTS_AT_ONCE:
        raise ActionNotAllowed(_("You have written a lot within a few minutes. Go on a little later."))
    new_comment = SharedComment.objects.create(
        municipality=municipality, shared=row, author=by, is_mentor=is_mentor, text=text
    )
    record("gallery.comment", by=by, target=new_comment, label=str(row))
    notifications.commented(new_comment, row, by=by)
    return new_comment


def _wording(text: str) -> str:
    text = storable(text).strip()
    if not text:
        raise ActionNotAllowed(_("Write something first."))
    if len(text) > MOST_COMMENT:
        raise ActionNotAllowed(_("The comment is too long: it has %(count)s characters, and %(most)s are allowed.") % {
            "count": len(text), "most": MOST_COMMENT
        })  # fmt: skip
    return text


@transaction.atomic
def edit(shared_comment: SharedComment, text: str, *, by: User) -> SharedComment:
    """Change one's own comment while it is fresh. Raises `ActionNotAllowed`."""
    text = _wording(text)
    row = _own(shared_comment, by)
    if not row.is_fresh:
        raise ActionNotAllowed(_("A comment can be changed in its first 15 minutes. Write another one below."))
    if row.text != text:
        row.text, row.edited_at = text, timezone.now()
        row.save(update_fields=["text", "edited_at"])
        record("gallery.edit_comment", by=by, target=row, label=str(row.shared))
    return row


@transaction.atomic
def delete(shared_comment: SharedComment, *, by: User) -> SharedComment:
    """Delete one's own comment, at any time; its text is erased. Raises `ActionNotAllowed` for another author's."""
    row = _own(shared_comment, by)
    if row.deleted_at is None:
        row.deleted_at, row.text = timezone.now(), ""
        row.save(update_fields=["deleted_at", "text"])
        record("gallery.delete_comment", by=by, target=row, label=str(row.shared))
    return row


@transaction.atomic
def hide(shared_comment: SharedComment, *, by: User) -> SharedComment:
    """The municipality that shared the post hides what is said below it; a second time it is shown again."""
    row = _locked(shared_comment)
    row.hidden_at, row.hidden_by = (None, None) if row.hidden_at else (timezone.now(), by)
    row.save(update_fields=["hidden_at", "hidden_by"])
    record("gallery.hide_comment" if row.hidden_at else "gallery.show_comment", by=by, target=row.shared)
    return row


@transaction.atomic
def remove(shared_comment: SharedComment, reason: str, *, by: User) -> SharedComment:
    """Programme staff remove it; its author reads the reason. Raises `ActionNotAllowed` without one."""
    reason = storable(reason).strip()[:MOST_REASON]
    if not reason:
        raise ActionNotAllowed(_("Give a reason: the author will see it."))
    row = _locked(shared_comment)
    if row.removed_at is None:
        row.removed_at, row.removed_by, row.reason = timezone.now(), by, reason
        row.save(update_fields=["removed_at", "removed_by", "reason"])
        record("gallery.remove_comment", by=by, target=row.shared, reason=reason)
        notifications.comment_removed(row, row.shared, by=by)
    return row


def _own(shared_comment: SharedComment, by: User) -> SharedComment:
    row = _locked(shared_comment)
    if row.author_id != by.pk or row.deleted_at:
        raise ActionNotAllowed(_("Only its author can change or delete a comment."))
    return row


def _locked(shared_comment: SharedComment) -> SharedComment:
    rows = SharedComment.objects.select_for_update(of=("self",)).select_related("shared", "municipality", "author")
    locked: SharedComment = rows.get(pk=shared_comment.pk)
    return locked
