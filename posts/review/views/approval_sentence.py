"""What follows from a submission or an approval, in a sentence for who did it."""

from django.utils import timezone
from django.utils.translation import gettext as _

from common.direction import without_bidi_controls
from delivery.enums import State
from posts.approval import approval_progress, mentors_of
from posts.enums import ReviewStep, Stage
from posts.models import Post, Version
from posts.queries import latest_version, publications
from posts.review.decision_mail import next_deciders
from posts.rules import ApprovalProgress


def approval_sentence(post: Post, *, is_paused: bool) -> str:
    if post.stage != Stage.APPROVED:
        return _("Your approval is recorded. One more approver has to agree; they have been notified.")
    if post.due_at is None:
        return _("Approved. Choose a time for it, or publish it now.")
    if any(publication.delivery.state == State.EXPIRED for publication in publications(post)):
        return _("Approved, but its time had passed, so nothing is sent. Choose a new time for it.")
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
    people = next_people(post, version, progress)
    if ReviewStep.MENTOR in progress.missing:
        return _("Submitted. Who reads it next: %(names)s. After that an approver decides.") % {"names": people}
    if not people:
        return _("Submitted, but nobody can approve it today. An approver can name a stand-in in the settings.")
    return _("Submitted. Who decides next: %(names)s.") % {"names": people}


def next_people(post: Post, version: Version, progress: ApprovalProgress) -> str:
    """The names of those who may take the next step today."""
    if ReviewStep.MENTOR in progress.missing:
        return without_bidi_controls(", ".join(str(mentor) for mentor in mentors_of(post.municipality)))
    return next_deciders(post, version, progress)
