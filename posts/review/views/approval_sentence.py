"""What follows from an approval, in a sentence for the approver."""

from django.utils.translation import gettext as _

from posts.enums import Stage
from posts.models import Post


def approval_sentence(post: Post) -> str:
    if post.stage != Stage.APPROVED:
        return _("Your approval is recorded. One more approver has to agree; they have been notified.")
    if post.due_at:
        return _("Approved. It is published automatically at its time.")
    return _("Approved. Choose a time for it, or publish it now.")
