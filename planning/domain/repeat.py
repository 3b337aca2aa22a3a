"""Recurring posts: begin a recurrence, skip a day, end it, and create the drafts of the coming days.

A worker creates each draft `AHEAD` of its day, once: the row of the day is the lock. Nothing is published; each draft
needs its municipality's approval.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import dates
from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.enums import Role
from municipalities.models import Membership
from municipalities.tenancy import everywhere, scope
from notifications.domain.notify import notify
from notifications.enums import NotificationKind
from planning import queries
from planning.models import Occurrence, Recurrence
from planning.rules import MOST_TIMES, RecurrenceRule, recurrence_days, resolve_nearest
from posts.draft import CallToAction, parse
from posts.editing.domain.create import duplicate
from posts.editing.domain.save import set_time, store_draft
from posts.locking import locked
from posts.models import Post
from posts.rules import ResolvedTime

AHEAD = timedelta(days=14)


def dates_of(recurrence: Recurrence, most: int = MOST_TIMES) -> list[date]:
    """The days of a recurrence, without holidays if it skips them."""
    municipality, first, last = recurrence.municipality, recurrence.starts_on, recurrence.ends_on
    free = queries.free_days(first, (last - first).days, municipality) if recurrence.skips_holidays else set()
    return recurrence_days(
        RecurrenceRule(recurrence.every, tuple(recurrence.weekdays), first, last), without=free, most=most
    )


@transaction.atomic
def begin(pattern: Post, values: Mapping[str, Any], *, by: User) -> Recurrence:
    """`values`: every, weekdays, at, starts_on, ends_on, skips_holidays. Raises `ActionNotAllowed`."""
    pattern = locked(pattern)
    if parse(pattern.draft).is_empty:
        raise ActionNotAllowed(_("There is nothing to repeat yet. Write a text or add a picture."))
    row = Recurrence(municipality=pattern.municipality, pattern=pattern, by=by)
    for name in ("every", "weekdays", "at", "starts_on", "ends_on", "skips_holidays"):
        setattr(row, name, values[name])
    if row.ends_on < timezone.localdate():
        raise ActionNotAllowed(_("The last day has passed. Choose a later one."))
    if row.ends_on - row.starts_on > timedelta(days=366):
        raise ActionNotAllowed(_("A repetition ends within a year. Choose an earlier last day."))
    chosen_days = dates_of(row, most=MOST_TIMES + 1)
    if not chosen_days:
        raise ActionNotAllowed(_("No day fits between the first and the last one. Choose other days."))
    if len(chosen_days) > MOST_TIMES:
        sentence = _("A post is repeated at most %(most)s times. Choose %(day)s or an earlier last day, or fewer days.")
        raise ActionNotAllowed(sentence % {"most": MOST_TIMES, "day": dates.long_date(chosen_days[MOST_TIMES - 1])})
    if resolve_nearest(chosen_days[-1], row.at).due_at <= timezone.now():
        raise ActionNotAllowed(_("The time of the last day has passed. Choose a later day."))
    row.save()
    record("recurrence.begin", by=by, target=pattern, times=len(chosen_days))
    return row


@transaction.atomic
def end(recurrence: Recurrence, *, by: User) -> Recurrence:
    """Create no more drafts; existing ones stay."""
    row = Recurrence.objects.select_for_update(of=("self",)).select_related("pattern").get(pk=recurrence.pk)
    if row.ended_at is None:
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at"])
        record("recurrence.end", by=by, target=row.pattern)
    return row


@transaction.atomic
def skip(recurrence: Recurrence, on: date, *, by: User) -> Occurrence:
    """Skip one day, or undo that. Raises `ActionNotAllowed` when its draft exists, or it is none of its days."""
    row = Recurrence.objects.select_for_update(of=("self",)).select_related("pattern", "municipality").get(
        pk=recurrence.pk
    )  # fmt: skip
    if row.ended_at:
        raise ActionNotAllowed(_("This repetition has ended."))
    if on not in dates_of(row):
        raise ActionNotAllowed(_("The post is not repeated on this day."))
    occurrence, _new = Occurrence.objects.get_or_create(
        recurrence=row, on=on, defaults={"municipality_id": row.municipality_id}
    )
    if occurrence.post_id:
        raise ActionNotAllowed(_("The draft for this day exists already. Delete the draft instead."))
    occurrence.skipped_at = None if occurrence.skipped_at else timezone.now()
    occurrence.save(update_fields=["skipped_at"])
    record(
        "recurrence.skip" if occurrence.skipped_at else "recurrence.keep", by=by, target=row.pattern, on=on.isoformat()
    )
    return occurrence


def make_due() -> int:
    """Create the drafts of all recurrences for the coming days; returns how many."""
    with everywhere("find the repetitions that make drafts"):
        running = list(queries.running_recurrences())
    return sum(_make(recurrence) for recurrence in running)


def _make(recurrence: Recurrence) -> int:
    today = timezone.localdate()
    with scope(recurrence.municipality):
        coming = [on for on in dates_of(recurrence) if today <= on <= today + AHEAD]
        known = set(Occurrence.objects.filter(recurrence=recurrence, on__in=coming).exclude(
            post__isnull=True, skipped_at__isnull=True
        ).values_list("on", flat=True))  # fmt: skip
        return sum(_draft(recurrence, on) for on in coming if on not in known)


@transaction.atomic
def _draft(recurrence: Recurrence, on: date) -> bool:
    """The draft of one day, unless it was created, or the recurrence ended or its pattern was deleted meanwhile.

    The recurrence was read before the drafts of all others were made: the pattern may have changed since.
    """
    held = Recurrence.objects.select_for_update(of=("self",)).filter(pk=recurrence.pk, ended_at__isnull=True).first()
    time = resolve_nearest(on, recurrence.at)
    if held is None or time.due_at <= timezone.now():
        return False
    pattern = locked(recurrence.pattern)
    if pattern.deleted_at:
        return False
    row, _new = Occurrence.objects.get_or_create(
        recurrence=recurrence, on=on, defaults={"municipality_id": recurrence.municipality_id}
    )
    if row.post_id or row.skipped_at:
        return False
    row.post = _copy(recurrence, pattern, time)
    row.save(update_fields=["post"])
    _notify_editors(recurrence, row.post)
    return True


def _copy(recurrence: Recurrence, pattern: Post, time: ResolvedTime) -> Post:
    # The worker created it, not the person who set up the recurrence, perhaps months ago.
    post = duplicate(pattern, by=None, author=recurrence.by)
    draft = parse(post.draft)
    if draft.call.deadline and draft.call.deadline_on and draft.call.deadline_on < time.local.date():
        # the deadline of the first post has passed by then; a person enters the new one
        draft = replace(draft, call=CallToAction(draft.call.kind, draft.call.words))
    store_draft(post, draft)
    set_time(post, time)
    post.save()
    return post


def _notify_editors(recurrence: Recurrence, post: Post) -> None:
    """Notify the creator of the recurrence, or all who publish if the creator has left or cannot sign in."""
    municipality = recurrence.municipality
    rows = Membership.objects.running().filter(
        municipality=municipality, role__in=(Role.OFFICER, Role.APPROVER), user__is_active=True
    )
    people = [row.user for row in rows.select_related("user")]
    mine = [person for person in people if person.pk == recurrence.by_id]

    def build_text() -> tuple[str, str]:
        facts = {
            "municipality": municipality,
            "post": post,
            "time": dates.date_time(post.due_at) if post.due_at else "",
        }
        subject = _("%(municipality)s: the repeating post “%(post)s” is ready for review") % facts
        return subject, _(
            "A draft was created for %(time)s. Read it and submit it; it is not published automatically."
        ) % facts

    url = reverse("post", args=[municipality.slug, post.pk])
    notify(
        NotificationKind.PLAN,
        mine or people,
        municipality=municipality,
        url=url,
        build_text=build_text,
        about=f"posts.post:{post.pk}",
    )
