"""What people are told about the review of a post, each in their own language. Rows only; a worker sends the mail."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common import dates
from municipalities.enums import Role
from municipalities.models import Membership
from notifications.domain.notify import Words, notify
from notifications.enums import Kind
from posts.models import Post, Remark
from posts.queries import last_approval, last_submission


def submitted(post: Post, *, by: Any) -> None:
    """To the approvers."""
    rows = Membership.objects.running().filter(municipality=post.municipality_id, role=Role.APPROVER)
    approvers = [row.user for row in rows.select_related("user")]
    facts = {"person": by, "municipality": post.municipality, "post": post}

    def words() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” waits for your approval") % facts
        body = _("%(person)s wrote a post and asks for your approval.") % facts
        return subject, f"{body}\n{_when(post)}"

    _tell(Kind.SUBMITTED, approvers, post, words, by=by)


def approved(post: Post, *, by: Any, note: str) -> None:
    """To its writers."""
    facts = {"person": by, "municipality": post.municipality, "post": post}

    def words() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” was approved") % facts
        body = _("%(person)s approved the post.") % facts
        return subject, "\n".join(filter(None, [body, note, _when(post)]))

    _tell(Kind.DECIDED, _writers(post), post, words, by=by)


def returned(post: Post, *, by: Any, note: str) -> None:
    """To its writers."""
    facts = {"person": by, "municipality": post.municipality, "post": post}

    def words() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” came back with a note") % facts
        return subject, f"{_('%(person)s returned the post with this note:') % facts}\n\n{note}"

    _tell(Kind.DECIDED, _writers(post), post, words, by=by)


def moved(post: Post, *, by: Any) -> None:
    """To the person who approved it: the approval stays, the time is another."""
    approval = last_approval(post)
    facts = {"person": by, "municipality": post.municipality, "post": post}

    def words() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” has another time") % facts
        body = _("%(person)s moved a post that you approved. Your approval stays.") % facts
        return subject, f"{body}\n{_when(post)}"

    _tell(Kind.MOVED, [approval.by] if approval else [], post, words, by=by)


def remarked(remark: Remark, *, by: Any) -> None:
    """To the writer and to everybody who has spoken under the post."""
    post = remark.post
    spoken = [each.author for each in post.remarks.select_related("author")]
    facts = {"person": by, "municipality": post.municipality, "post": post}

    def words() -> tuple[str, str]:
        subject = _("%(municipality)s: a remark on “%(post)s”") % facts
        return subject, f"{_('%(person)s wrote:') % facts}\n\n{remark.text}"

    _tell(Kind.COMMENT, [post.author, *spoken], post, words, by=by)


def _writers(post: Post) -> list[Any]:
    submission = last_submission(post)
    return [post.author, *([submission.by] if submission else [])]


def _when(post: Post) -> str:
    if post.due_at is None:
        return _("No time is chosen yet.")
    return _("It is meant to go out on %(time)s.") % {"time": dates.date_time(post.due_at)}


def _tell(kind: Kind, people: Iterable[Any], post: Post, words: Words, *, by: Any, fragment: str = "") -> None:
    """`fragment` is the place on the post's page: "#thread-3"."""
    url = reverse("post", args=[post.municipality.slug, post.pk]) + fragment
    about = f"posts.post:{post.pk}"
    notify(kind, people, municipality=post.municipality, url=url, words=words, by=by, about=about)
