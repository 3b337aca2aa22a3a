"""The second pair of eyes: approve a version, or return it with a note."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common.audit import record
from delivery.domain.move import Moved
from delivery.domain.release import release
from delivery.enums import Because, State
from posts.domain import notices, publications
from posts.domain.refused import Refused, locked
from posts.domain.submit import decide
from posts.enums import DecisionKind, Stage
from posts.models import Post, Version
from posts.queries import latest_version, writers
from posts.queries import publications as live


@transaction.atomic
def approve(post: Post, version: Version, *, by: Any, note: str = "") -> Post:
    """Approve exactly `version`. Its deliveries, if their time has not come yet, wait for it from now on.

    Raises `Refused` if the post has changed since, or if these are the words of `by` and the house wants four eyes.
    """
    post = locked(post)
    _refuse_other(post, version)
    if by.pk in writers(post, version) and not post.municipality.may_approve_own:
        raise Refused(_("You wrote this post, so somebody else has to approve it."))
    post.stage = Stage.APPROVED
    post.save()
    _release(post, by=by)
    decide(version, DecisionKind.APPROVED, by=by, note=note, due_at=post.due_at)
    record("post.approve", by=by, target=post, version=version.number)
    notices.approved(post, by=by, note=note)
    return post


@transaction.atomic
def send_back(post: Post, version: Version, *, by: Any, note: str) -> Post:
    """Return `version` to its writer with a note. What waited for the approval is withdrawn."""
    post = locked(post)
    _refuse_other(post, version)
    if not note.strip():
        raise Refused(_("Write a note: what should be different before you approve it?"))
    publications.withdraw(post, by=by)
    post.stage = Stage.RETURNED
    post.save()
    decide(version, DecisionKind.RETURNED, by=by, note=note.strip())
    record("post.return", by=by, target=post, version=version.number)
    notices.returned(post, by=by, note=note.strip())
    return post


def _refuse_other(post: Post, version: Version) -> None:
    """Decisions are about the version on the page, not about whatever came after it."""
    if post.stage != Stage.SUBMITTED or post.deleted_at:
        raise Refused(_("This post does not wait for approval any more. Reload the page to see what happened."))
    newest = latest_version(post)
    if newest is None or newest.pk != version.pk:
        raise Refused(_("The post was changed after you opened it. Read the new version before you decide."))


def _release(post: Post, *, by: Any) -> None:
    """What waited for the approval may go out at its time; `release` lets expire what is too late for that."""
    for publication in live(post).filter(delivery__state=State.WAITING, delivery__reason=Because.NOT_APPROVED):
        try:
            release(publication.delivery, by=by)
        except Moved:
            continue  # it has expired in this very moment; a person chooses a new time
