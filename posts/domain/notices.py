"""Mail about the review of a post, to each person in their own language. Rows only; a worker sends them."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from common import dates, mail
from municipalities.enums import Role
from municipalities.models import Membership
from posts.models import Post, Remark
from posts.queries import last_approval, last_submission

Words = Callable[[], tuple[str, str]]


def submitted(post: Post, *, by: Any) -> None:
    """To the approvers."""
    rows = Membership.objects.running().filter(municipality=post.municipality_id, role=Role.APPROVER)
    approvers = [row.user for row in rows.select_related("user")]
    facts = {"person": by, "municipality": post.municipality, "post": post}

    def words() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” waits for your approval") % facts
        body = _("%(person)s wrote a post and asks for your approval.") % facts
        return subject, f"{body}\n{_when(post)}"

    _tell(approvers, post, by, words)


def approved(post: Post, *, by: Any, note: str) -> None:
    """To its writers."""
    facts = {"person": by, "municipality": post.municipality, "post": post}

    def words() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” was approved") % facts
        body = _("%(person)s approved the post.") % facts
        return subject, "\n".join(filter(None, [body, note, _when(post)]))

    _tell(_writers(post), post, by, words)


def returned(post: Post, *, by: Any, note: str) -> None:
    """To its writers."""
    facts = {"person": by, "municipality": post.municipality, "post": post}

    def words() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” came back with a note") % facts
        return subject, f"{_('%(person)s returned the post with this note:') % facts}\n\n{note}"

    _tell(_writers(post), post, by, words)


def moved(post: Post, *, by: Any) -> None:
    """To the person who approved it: the approval stays, the time is another."""
    approval = last_approval(post)
    facts = {"person": by, "municipality": post.municipality, "post": post}

    def words() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” has another time") % facts
        body = _("%(person)s moved a post that you approved. Your approval stays.") % facts
        return subject, f"{body}\n{_when(post)}"

    _tell([approval.by] if approval else [], post, by, words)


def remarked(remark: Remark, *, by: Any) -> None:
    """To the writer and to everybody who has spoken under the post."""
    post = remark.post
    spoken = [each.author for each in post.remarks.select_related("author")]
    facts = {"person": by, "municipality": post.municipality, "post": post}

    def words() -> tuple[str, str]:
        subject = _("%(municipality)s: a remark on “%(post)s”") % facts
        return subject, f"{_('%(person)s wrote:') % facts}\n\n{remark.text}"

    _tell([post.author, *spoken], post, by, words)


def _writers(post: Post) -> list[Any]:
    submission = last_submission(post)
    return [post.author, *([submission.by] if submission else [])]


def _when(post: Post) -> str:
    if post.due_at is None:
        return _("No time is chosen yet.")
    return _("It is meant to go out on %(time)s.") % {"time": dates.date_time(post.due_at)}


def _tell(people: Iterable[Any], post: Post, by: Any, words: Words) -> None:
    address = settings.PUBLIC_BASE_URL + reverse("post", args=[post.municipality.slug, post.pk])
    for person in {each.pk: each for each in people if each.pk != by.pk and each.is_active}.values():
        with translation.override(person.language):
            subject, body = words()
            mail.queue(to=person.email, subject=subject, body=f"{body}\n\n{address}\n")
