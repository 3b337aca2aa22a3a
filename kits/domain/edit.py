"""Programme staff edit kits: the kit, its posts, and when municipalities can see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from kits import queries
from kits.models import Kit, KitPost
from kits.rules import MOST_POSTS, questions
from library.domain.templates import TemplateContent
from municipalities.models import Municipality, Programme
from municipalities.rules import PUBLISHING_ROLES
from municipalities.tenancy import scope
from notifications.domain.notify import notify
from notifications.enums import NotificationKind
from posts.draft import parse

FIELDS = ("name", "purpose", "service", "starts_on", "ends_on")


def _locked(kit: Kit) -> Kit:
    return Kit.objects.select_for_update(of=("self",)).select_related("programme").get(pk=kit.pk)


@transaction.atomic
def create(programme: Programme, values: Mapping[str, Any], *, by: User) -> Kit:
    """A draft visible to the programme's staff only. `values`: name, purpose, service, starts_on, ends_on."""
    kit = Kit.objects.create(programme=programme, created_by=by, **{name: values[name] for name in FIELDS})
    record("kit.create", by=by, target=kit, programme=str(programme))
    return kit


@transaction.atomic
def change(kit: Kit, values: Mapping[str, Any], *, by: User) -> Kit:
    """Drafts that municipalities made from it stay as they are."""
    row = _locked(kit)
    for name in FIELDS:
        setattr(row, name, values[name])
    row.save(update_fields=FIELDS)
    record("kit.change", by=by, target=row, programme=str(row.programme))
    return row


@transaction.atomic
def delete(kit: Kit, *, by: User) -> None:
    """Raises `ActionNotAllowed` once it was published: municipalities may use it."""
    row = _locked(kit)
    if row.published_at:
        raise ActionNotAllowed(_("This kit was published. Close it instead, so that it can no longer be adopted."))
    record("kit.delete", by=by, target=row, programme=str(row.programme))
    with scope():  # it cannot have adoptions, so no tenant scope is needed
        row.delete()


# ---------------------------------------------------------------- its posts


@dataclass(frozen=True)
class KitPostContent:
    """The content of a kit's post as edited, and its day and time."""

    content: TemplateContent
    day: int
    at: time


@transaction.atomic
def save_post(kit: Kit, part: KitPost | None, written: KitPostContent, *, by: User) -> KitPost:
    """Create a post at the end of its day, or change `part`. Raises `ActionNotAllowed` when there are too many."""
    row = _locked(kit)
    if part is None:
        held = row.posts.filter(removed_at__isnull=True).count()
        if held >= MOST_POSTS:
            raise ActionNotAllowed(
                _("A kit of more than %(most)s posts is not adopted. Remove one first.") % {"most": MOST_POSTS}
            )
        part = KitPost(kit=row, position=row.posts.count())
    else:
        part = KitPost.objects.select_for_update(of=("self",)).get(pk=part.pk)
    content = written.content
    draft = content.draft.for_any_municipality()
    part.name, part.about, part.category = content.name, content.about, content.category
    part.content, part.day, part.at = draft.to_json(), written.day, written.at
    part.deadline = content.deadline
    part.save()
    _ask(row, content.gaps)
    record("kit.write_post", by=by, target=row, post=part.name, programme=str(row.programme))
    return part


def _ask(kit: Kit, worded: list[dict[str, str]]) -> None:
    """Update the kit's questions from the placeholders of all posts; a removed date no longer is a deadline."""
    parts = queries.parts_of(kit)
    kit.questions = questions((parse(part.content) for part in parts), [*kit.questions, *worded])
    kit.save(update_fields=["questions"])
    days = {gap["name"] for gap in kit.questions if gap["kind"] == "date"}
    outdated = [part.pk for part in parts if part.deadline and part.deadline not in days]
    KitPost.objects.filter(pk__in=outdated).update(deadline="")


@transaction.atomic
def remove(part: KitPost, *, by: User) -> KitPost:
    """Remove it from the kit; drafts that were made from it stay."""
    return _put(part, timezone.now(), "kit.remove_post", by)


@transaction.atomic
def restore(part: KitPost, *, by: User) -> KitPost:
    return _put(part, None, "kit.restore_post", by)


def _put(part: KitPost, at: Any, verb: str, by: User) -> KitPost:
    kit = _locked(part.kit)
    row = KitPost.objects.select_for_update(of=("self",)).get(pk=part.pk)
    if (row.removed_at is None) == (at is None):
        return row
    row.removed_at = at
    row.save(update_fields=["removed_at"])
    if kit.is_open and not queries.parts_of(kit):
        raise ActionNotAllowed(
            _("This is the last post of a published kit. Write another one first, or close the kit.")
        )
    _ask(kit, [])
    record(verb, by=by, target=kit, post=row.name, programme=str(kit.programme))
    return row


# ---------------------------------------------------------------- for whom


@transaction.atomic
def publish(kit: Kit, *, by: User) -> Kit:
    """Show it to the municipalities of its programme and notify those who can adopt it. Idempotent."""
    row = _locked(kit)
    if row.published_at:
        return row
    parts = queries.parts_of(row)
    if not parts:
        raise ActionNotAllowed(_("A kit without a post cannot be adopted. Write its first post."))
    row.published_at = timezone.now()
    row.save(update_fields=["published_at"])
    record("kit.publish", by=by, target=row, programme=str(row.programme))
    for place in queries.reached(row):
        _notify_adopters(row, len(parts), place, by)
    return row


def _notify_adopters(kit: Kit, posts: int, place: Municipality, by: User) -> None:
    members = place.memberships.running().filter(role__in=PUBLISHING_ROLES)
    people = User.objects.filter(pk__in=members.values("user"), is_active=True)

    def build_text() -> tuple[str, str]:
        facts = {"municipality": place, "kit": kit, "posts": posts}
        subject = _("%(municipality)s: the programme offers the campaign kit “%(kit)s”") % facts
        how = _(
            "Review its posts, fill in what is different in your municipality, and adopt it. Drafts are created; "
            "nothing is published automatically."
        )
        return subject, f"{kit.about}\n\n{how}"

    notify(
        NotificationKind.KIT,
        people,
        municipality=place,
        url=reverse("kit", args=[place.slug, kit.pk]),
        build_text=build_text,
        by=by,
        about=f"kits.kit:{kit.pk}",
    )


@transaction.atomic
def close(kit: Kit, *, by: User) -> Kit:
    """End its adoption; existing drafts stay. A second call reopens it. Raises `ActionNotAllowed` for a draft."""
    row = _locked(kit)
    if row.published_at is None:
        raise ActionNotAllowed(_("This kit is a draft. Publish it, or delete it."))
    row.closed_at = None if row.closed_at else timezone.now()
    row.save(update_fields=["closed_at"])
    record("kit.close" if row.closed_at else "kit.open", by=by, target=row, programme=str(row.programme))
    return row
