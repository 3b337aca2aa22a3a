"""Remarks on the whole post, between officers, approvers and the mentor."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.audit import record
from posts.domain import notices
from posts.domain.refused import Refused
from posts.draft import storable
from posts.models import Post, Remark
from posts.queries import latest_version

MOST = 4000


@transaction.atomic
def remark(post: Post, text: str, *, by: Any) -> Remark:
    """Add a remark. Raises `Refused` for an empty or endless one."""
    text = storable(text).strip()
    if not text:
        raise Refused(_("Write something first."))
    if len(text) > MOST:
        raise Refused(_("The remark is too long: it has %(count)s characters, and %(most)s are allowed.") % {
            "count": len(text), "most": MOST
        })  # fmt: skip
    row = Remark.objects.create(
        municipality_id=post.municipality_id, post=post, version=latest_version(post), author=by, text=text
    )
    record("post.remark", by=by, target=post, remark=row.pk)
    notices.remarked(row, by=by)
    return row


@transaction.atomic
def resolve(remark: Remark, *, by: Any) -> Remark:
    """Mark as dealt with; a second time opens it again."""
    row = Remark.objects.select_for_update(of=("self",)).select_related("post").get(pk=remark.pk)
    row.resolved_at, row.resolved_by = (None, None) if row.resolved_at else (timezone.now(), by)
    row.save()
    record("post.resolve" if row.resolved_at else "post.reopen", by=by, target=row.post, remark=row.pk)
    return row
