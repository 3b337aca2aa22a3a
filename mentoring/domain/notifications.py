"""Notifications about feedback, absences, handovers and the results of posts. Only rows are written; a worker sends
the mail.
"""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common import dates
from common.numbers import number
from mentoring.models import Absence, Feedback, Handover
from mentoring.queries.handover import HandoverStatus
from municipalities.enums import Role
from municipalities.models import Membership, Municipality
from notifications.domain.notify import notify
from notifications.enums import NotificationKind
from posts.models import Post
from posts.queries import last_submission

NotificationText = tuple[str, str]
WRITERS = (Role.OFFICER, Role.APPROVER)


def feedback(row: Feedback, post: Post, *, by: User, is_new: bool) -> None:
    """To the writers of the post."""
    submission = last_submission(post)
    facts = {"person": by, "municipality": post.municipality, "post": post}

    def text() -> NotificationText:
        subject = _("%(municipality)s: feedback on “%(post)s”") % facts
        if is_new:
            lead = _("%(person)s used the rubric to describe what is good already and what could be better.") % facts
        else:
            lead = _("%(person)s changed the feedback by the rubric.") % facts
        return subject, "\n\n".join(filter(None, [lead, row.note]))

    url = reverse("post_feedback", args=[post.municipality.slug, post.pk])
    people = [post.author, *([submission.by] if submission else [])]
    notify(
        NotificationKind.FEEDBACK,
        people,
        municipality=post.municipality,
        url=f"{url}#feedback-{row.pk}",
        build_text=text,
        by=by,
        about=f"posts.post:{post.pk}",
    )


def absent(row: Absence, municipality: Municipality, *, by: User) -> None:
    """To those who write and approve there."""
    facts = {"person": by, "since": dates.short_date(row.starts_on), "until": dates.short_date(row.ends_on)}  # type: ignore[arg-type]

    def text() -> NotificationText:
        subject = _("Your mentor %(person)s is away") % facts
        days = _("From %(since)s to %(until)s.") % {
            "since": dates.long_date(row.starts_on), "until": dates.long_date(row.ends_on)  # type: ignore[arg-type]
        }  # fmt: skip
        return subject, "\n\n".join(filter(None, [days, row.note]))

    _notify_writers(municipality, text, by=by, about=f"mentoring.absence:{row.pk}")


def handed_over(row: Handover, stands: HandoverStatus, *, by: User) -> None:
    """To the successor with the note and how things stand, to the former mentor, and to the municipality."""
    former, successor = row.former, row.successor
    facts = {
        "municipality": row.municipality, "former": former.mentor, "successor": successor.mentor, "person": by,
    }  # fmt: skip

    def day() -> dict[str, Any]:
        return {**facts, "day": dates.long_date(successor.starts_on)}

    def to_successor() -> NotificationText:
        subject = _("%(municipality)s: you are its mentor from %(day)s") % day()
        body = _("%(former)s accompanied the municipality before you and leaves you this note:") % facts
        return subject, "\n\n".join([body, row.note, "\n".join(_standing(stands))])

    def to_former() -> NotificationText:
        subject = _("%(municipality)s: %(successor)s is its mentor from %(day)s") % day()
        return subject, _("%(person)s handed the municipality over. Thank you for your work with it.") % facts

    def to_writers() -> NotificationText:
        subject = _("%(municipality)s has another mentor from %(day)s") % day()
        body = _("%(successor)s takes over from %(former)s. Feedback on your posts stays in its place.") % facts
        return subject, body

    # the successor, who gets the note, may not enter before the first day: it belongs to no municipality's scope
    about = f"mentoring.handover:{row.pk}"
    notify(
        NotificationKind.HANDOVER,
        [successor.mentor],
        municipality=None,
        url=reverse("desk"),
        build_text=to_successor,
        by=by,
        about=about,
    )
    notify(
        NotificationKind.HANDOVER,
        [former.mentor],
        municipality=None,
        url=reverse("desk"),
        build_text=to_former,
        by=by,
        about=about,
    )
    _notify_writers(row.municipality, to_writers, by=by, about=about)


def _standing(standing: HandoverStatus) -> list[str]:
    """Plan, next steps and check-ins in some lines, in the language of the moment."""
    lines = [_("Current status:")]
    if standing.plan is None or standing.progress is None:
        lines.append(_("No plan is open."))
    else:
        facts = {
            "until": dates.short_date(standing.plan.ends_on), "done": standing.progress.done,
            "agreed": standing.progress.agreed,
        }  # fmt: skip
        lines.append(_("The plan runs until %(until)s; %(done)s of %(agreed)s activities are done.") % facts)
    for activity in standing.soonest:
        lines.append(_("Due on %(day)s: %(activity)s") % {
            "day": dates.short_date(activity.due_on), "activity": activity,
        })  # fmt: skip
    for step in standing.steps:
        lines.append(_("Open next step: %(step)s (%(who)s)") % {"step": step, "who": step.who})
    if standing.talks.last:
        facts = {"held": standing.talks.held, "day": dates.short_date(standing.talks.last.due_at)}
        lines.append(_("Check-ins held so far: %(held)s, the last one on %(day)s") % facts)
    if standing.talks.next:
        lines.append(_("Next check-in: %(time)s") % {"time": dates.date_time(standing.talks.next.due_at)})
    return lines


def performed(post: Post, mentor: Any, *, interactions: int, median: float | None, counted: int, days: int) -> None:
    """To a mentor who said a word about the post: its interactions beside what is usual there."""
    facts = {"municipality": post.municipality, "post": post}

    def text() -> NotificationText:
        subject = _("%(municipality)s: how “%(post)s” did in its first week") % facts
        got = ngettext(
            "It got %(count)s interaction (likes, shares, replies and quotes, on all channels).",
            "It got %(count)s interactions (likes, shares, replies and quotes, on all channels).",
            interactions,
        ) % {"count": number(interactions)}
        return subject, f"{got}\n{_against(median, counted, days)}"

    url = reverse("post", args=[post.municipality.slug, post.pk])
    notify(
        NotificationKind.PERFORMANCE, [mentor], municipality=post.municipality, url=url, build_text=text,
        about=f"posts.post:{post.pk}",
    )  # fmt: skip


def _against(median: float | None, counted: int, days: int) -> str:
    if median is None:
        return _("There are not enough posts of the municipality yet to judge whether that is much.")
    return _("The usual post there gets %(median)s (median of %(count)s posts in %(days)s days).") % {
        "median": number(median, 1), "count": counted, "days": days
    }  # fmt: skip


def _notify_writers(municipality: Municipality, text: Any, *, by: User, about: str) -> None:
    rows = Membership.objects.running().filter(municipality=municipality, role__in=WRITERS).select_related("user")
    url = reverse("progress", args=[municipality.slug])
    notify(
        NotificationKind.HANDOVER,
        _people(rows),
        municipality=municipality,
        url=f"{url}#mentors",
        build_text=text,
        by=by,
        about=about,
    )


def _people(rows: Iterable[Membership]) -> list[Any]:
    return [row.user for row in rows]
