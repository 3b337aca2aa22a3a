"""What follows from a submission or an approval, in a sentence for who did it."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from common.direction import without_bidi_controls
from posts.approval import approval_progress, deciders, mentors_of
from posts.enums import ReviewStep, Stage
from posts.models import Post
from posts.queries import latest_version, writers


def approval_sentence(post: Post, *, is_paused: bool) -> str:
    if post.stage != Stage.APPROVED:
        return _("Your approval is recorded. One more approver has to agree; they have been notified.")
    if post.due_at is None:
        return _("Approved. Choose a time for it, or publish it now.")
    if post.due_at > timezone.now():
        return _("Approved. It is published automatically at its time.")
    if is_paused:
        return _(
            "Approved. Publishing is paused, so it waits; after the pause somebody decides on Home whether it goes out."
        )
    return _("Approved. It is being published now; the page of the post shows its status.")


def submission_sentence(post: Post) -> str:
    """Whose turn it is, by name."""
    version = latest_version(post)
    assert version is not None
    progress = approval_progress(version, post.municipality)
    if ReviewStep.MENTOR in progress.missing:
        return _("Submitted. Who reads it next: %(names)s. After that an approver decides.") % {
            "names": names(mentors_of(post.municipality))
        }
    done = {who for approval in progress.approvals for who in (approval.by_id, approval.for_whom_id)}
    excluded = done | (set() if post.municipality.may_approve_own else writers(post, version))
    people = [person for person in deciders(post.municipality) if person.pk not in excluded]
    if not people:
        return _("Submitted, but nobody can approve it today. An approver can name a stand-in in the settings.")
    return _("Submitted. Who decides next: %(names)s.") % {"names": names(people)}


def names(people: Iterable[Any]) -> str:
    return without_bidi_controls(", ".join(dict.fromkeys(str(person) for person in people)))
