"""Notifications about the gallery. Only rows are written here; a worker sends the mail."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from exchange.models import SharedComment, SharedPost
from municipalities.rules import PUBLISHING_ROLES
from notifications.domain.notify import notify
from notifications.enums import NotificationKind

NotificationText = tuple[str, str]


def commented(comment: SharedComment, row: SharedPost, *, by: User) -> None:
    """To the person who shared the post; if they have left, to the writers of the municipality."""
    place = comment.municipality

    def text() -> NotificationText:
        facts = {"post": row, "person": by, "municipality": place}
        return _("%(person)s (%(municipality)s) commented on “%(post)s” in the gallery") % facts, comment.text

    _notify(row, _sharer(row), text, by=by, fragment=f"#comment-{comment.pk}")


def removed(row: SharedPost, *, by: User) -> None:
    """To those who write in the municipality: the programme has taken the post down, and why."""

    def text() -> NotificationText:
        subject = _("“%(post)s” was taken out of the gallery by the programme") % {"post": row}
        return subject, row.end_reason

    _notify(row, _writers(row), text, by=by)


def comment_removed(comment: SharedComment, row: SharedPost, *, by: User) -> None:
    """To the author of the comment, with the reason."""

    def text() -> NotificationText:
        return _("Your comment on “%(post)s” was taken down by the programme") % {"post": row}, comment.reason

    place = comment.municipality
    url = reverse("gallery_post", args=[place.slug, row.pk])
    notify(
        NotificationKind.GALLERY, [comment.author], municipality=place, url=url, build_text=text, by=by,
        about=f"exchange.sharedpost:{row.pk}",
    )  # fmt: skip


def withdrawn(row: SharedPost) -> None:
    """To the person who shared it: the post was removed from the networks, so it is removed from the gallery."""

    def text() -> NotificationText:
        subject = _("“%(post)s” is no longer in the gallery") % {"post": row}
        return subject, _("The post is no longer on any network, so others do not see it here either.")

    _notify(row, _sharer(row), text)


def picked(row: SharedPost, why: str, *, by: User) -> None:
    """To those who write in the municipality."""

    def text() -> NotificationText:
        return _("“%(post)s” is one of the programme's picks of the month") % {"post": row}, why

    _notify(row, _writers(row), text, by=by)


def _writers(row: SharedPost) -> Iterable[Any]:
    members = row.municipality.memberships.running().filter(role__in=PUBLISHING_ROLES)
    return User.objects.filter(pk__in=members.values("user"), is_active=True)


def _sharer(row: SharedPost) -> Iterable[Any]:
    people = list(_writers(row))
    return [person for person in people if person.pk == row.by_id] or people


def _notify(row: SharedPost, people: Iterable[Any], text: Any, *, by: User | None = None, fragment: str = "") -> None:
    slug = row.municipality.slug
    url = reverse("gallery_post", args=[slug, row.pk]) if row.is_shown else reverse("gallery_ours", args=[slug])
    notify(
        NotificationKind.GALLERY, people, municipality=row.municipality, url=url + fragment, build_text=text, by=by,
        about=f"exchange.sharedpost:{row.pk}",
    )  # fmt: skip
