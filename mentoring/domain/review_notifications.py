"""Notifications to the other side about a review. Only rows are written; a worker sends the mail."""

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from mentoring.enums import ReviewKind, Side
from mentoring.models import Review
from mentoring.queries.plans import of_side
from notifications.domain.notify import notify
from notifications.enums import NotificationKind


def begun(row: Review, *, by: User) -> None:
    """To everybody of both sides but `by`."""

    def text() -> tuple[str, str]:
        subject = _("%(municipality)s: %(review)s has started") % _facts(row)
        lead = _("%(person)s started it from the plan and its metrics. Enter your side's view, then confirm it.")
        return subject, lead % {"person": by}

    _notify(row, Side, text, by=by)


def confirmed(row: Review, side: Side, *, by: User) -> None:
    """To the other side: it is their turn, or it is frozen now."""

    def text() -> tuple[str, str]:
        if row.is_frozen:
            subject = _("%(municipality)s: %(review)s is confirmed by both") % _facts(row)
            return subject, _("It stays as it is from now on, and can be fetched as a PDF.")
        subject = _("%(municipality)s: %(review)s waits for you") % _facts(row)
        return subject, _("%(person)s has confirmed it. Read it and confirm it, too.") % {"person": by}

    _notify(row, [side.other], text, by=by)


def _facts(row: Review) -> dict[str, Any]:
    return {"municipality": row.municipality, "review": ReviewKind(row.kind).label}


def _notify(row: Review, sides: Iterable[Side], text: Callable[[], tuple[str, str]], *, by: User) -> None:
    url = reverse("mentoring_review", args=[row.municipality.slug, row.pk])
    people = [person for side in sides for person in of_side(row.municipality, side)]
    notify(
        NotificationKind.AGREEMENT, people, municipality=row.municipality, url=url, build_text=text, by=by,
        about=f"mentoring.review:{row.pk}",
    )  # fmt: skip
