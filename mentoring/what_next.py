"""The next action of a mentor or of a municipality in one sentence, with a link to the page where it is done.

Actions that somebody else waits for come first. No queries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.dates import clock, date_time, short_date
from mentoring import links
from mentoring.enums import Side


@dataclass(frozen=True)
class WhatNext:
    """`action` names the link to `url`. `calm`: nothing waits, the line only says what comes."""

    sentence: str
    url: str = ""
    action: str = ""
    calm: bool = False

    @property
    def text(self) -> str:
        """A date of the Serbian interface ends with the full stop that would end the sentence."""
        return self.sentence.replace("..", ".")


def _is_today(at: datetime | None, now: datetime) -> bool:
    return at is not None and timezone.localdate(at) == timezone.localdate(now)


# ---- a mentor, over all their municipalities


def for_mentor(rows: Sequence[Any], now: datetime) -> WhatNext:
    """`rows` are `mentoring.queries.desk.Accompanied`."""
    for find in (_talks_today, _waits_for_word, _waits_to_agree, _without_notes, _past_its_day, _without_plan, _silent):
        if (what_next := find(rows, now)) is not None:
            return what_next
    coming = min((row for row in rows if row.overview.next_at), key=lambda row: row.overview.next_at, default=None)
    if coming is None:
        return WhatNext(_("Nothing waits for you today."), calm=True)
    facts = {"place": coming.municipality, "day": short_date(timezone.localdate(coming.overview.next_at))}
    sentence = _("Nothing waits for you. The next check-in is with %(place)s on %(day)s.") % facts
    return WhatNext(sentence, *_to_check_in(coming.municipality.slug, coming.overview), calm=True)


def _to_check_in(slug: str, overview: Any) -> tuple[str, str]:
    return links.check_in(slug, overview.next_check_in), _("Open the check-in")


def _talks_today(rows: Iterable[Any], now: datetime) -> WhatNext | None:
    today = [row for row in rows if _is_today(row.overview.next_at, now)]
    if not today:
        return None
    row = min(today, key=lambda accompanied: accompanied.overview.next_at)
    facts = {"place": row.municipality, "time": clock(row.overview.next_at)}
    sentence = _("Today at %(time)s you have a check-in with %(place)s. Review its plan before.") % facts
    return WhatNext(sentence, *_to_check_in(row.municipality.slug, row.overview))


def _waits_for_word(rows: Iterable[Any], now: datetime) -> WhatNext | None:
    waiting = [row for row in rows if row.first is not None]
    if not waiting:
        return None
    row = min(waiting, key=lambda accompanied: accompanied.first.turn(now))
    if row.first.goes_out_soon(now):
        facts = {"place": row.municipality, "day": date_time(row.first.due_at)}
        sentence = _("A post of %(place)s that is to go out on %(day)s waits for your word.") % facts
    else:
        facts = {"place": row.municipality, "day": date_time(row.first.since)}
        sentence = _("A post of %(place)s has waited for your word since %(day)s.") % facts
    return WhatNext(sentence, reverse("post", args=[row.municipality.slug, row.first.pk]), _("Read the post"))


def _waits_to_agree(rows: Iterable[Any], now: datetime) -> WhatNext | None:
    for row in rows:
        facts = {"place": row.municipality}
        if row.proposed_at:
            sentence = _("%(place)s proposes a change to the plan. Accept or decline it.") % facts
        elif row.asks_to_agree:
            sentence = _("%(place)s has agreed to the plan. Now it is your turn.") % facts
        else:
            continue
        return WhatNext(sentence, links.plan(row.municipality.slug), _("View the plan"))
    return None


def _without_notes(rows: Iterable[Any], now: datetime) -> WhatNext | None:
    for row in rows:
        if row.overview.unsaid_at:
            facts = {"place": row.municipality, "day": short_date(timezone.localdate(row.overview.unsaid_at))}
            sentence = _("Record the results of the check-in with %(place)s on %(day)s.") % facts
            return WhatNext(sentence, links.check_ins(row.municipality.slug), _("Open the check-ins"))
    return None


def _past_its_day(rows: Iterable[Any], now: datetime) -> WhatNext | None:
    late = [row for row in rows if row.overview.overdue]
    if not late:
        return None
    row = min(late, key=lambda accompanied: accompanied.overview.next_on)
    facts = {"place": row.municipality, "activity": row.overview.next_name, "day": short_date(row.overview.next_on)}
    sentence = _("In %(place)s “%(activity)s” was due on %(day)s. Ask what is in the way.") % facts
    return WhatNext(sentence, links.activity(row.municipality.slug, row.overview.next_pk), _("View the activity"))


def _without_plan(rows: Iterable[Any], now: datetime) -> WhatNext | None:
    for row in rows:
        if row.overview.plan is None and row.overview.is_enrolled:
            sentence = _("%(place)s has no plan yet. Start one together.") % {"place": row.municipality}
            return WhatNext(sentence, links.plan(row.municipality.slug), _("Start the plan"))
    return None


def _silent(rows: Iterable[Any], now: datetime) -> WhatNext | None:
    for row in rows:
        if row.overview.plan is not None and row.overview.plan.is_running and row.overview.next_at is None:
            sentence = _("No check-in with %(place)s is planned. Agree on a day.") % {"place": row.municipality}
            return WhatNext(sentence, links.check_ins(row.municipality.slug), _("Plan a check-in"))
    return None


# ---- the people of a municipality


def for_municipality(slug: str, overview: Any, to_answer: Any, now: datetime) -> WhatNext:
    """`to_answer` is the feedback that waits for an answer (`mentoring.queries.waiting.WaitingPosts`), if any does."""
    return (
        _meeting(slug, overview, now)
        or _to_agree(slug, overview)
        or _late(slug, overview)
        or _to_answer(slug, to_answer)
        or _following(slug, overview)
    )


def _meeting(slug: str, overview: Any, now: datetime) -> WhatNext | None:
    if not _is_today(overview.next_at, now):
        return None
    sentence = _("Today at %(time)s you talk with your mentor.") % {"time": clock(overview.next_at)}
    return WhatNext(sentence, *_to_check_in(slug, overview))


def _to_agree(slug: str, overview: Any) -> WhatNext | None:
    if overview.proposed_to(Side.MUNICIPALITY):
        sentence = _("Your mentor proposes a change to the plan. Accept or decline it.")
    elif Side.MUNICIPALITY in overview.waits_to_agree and overview.agreed:
        sentence = _("The plan waits for your agreement. Read it, change what does not fit, and agree.")
    else:
        return None
    return WhatNext(sentence, links.plan(slug), _("View the plan"))


def _late(slug: str, overview: Any) -> WhatNext | None:
    if not overview.overdue:
        return None
    facts = {"activity": overview.next_name, "day": short_date(overview.next_on)}
    sentence = _("“%(activity)s” was due on %(day)s. Do it now, or propose another day.") % facts
    return WhatNext(sentence, links.activity(slug, overview.next_pk), _("View the activity"))


def _to_answer(slug: str, to_answer: Any) -> WhatNext | None:
    if to_answer is None:
        return None
    sentence = ngettext(
        "Your mentor left a word on %(count)s post that waits for your answer.",
        "Your mentor left a word on %(count)s posts that waits for your answer.", to_answer.count,
    ) % {"count": to_answer.count}  # fmt: skip
    return WhatNext(sentence, reverse("posts", args=[slug]), _("View the posts"))


def _following(slug: str, overview: Any) -> WhatNext:
    if overview.plan is None:
        sentence = _("There is no plan for the mentoring yet. Your mentor begins it with you.")
        return WhatNext(sentence, links.plan(slug), _("View the plan"), calm=True)
    if overview.is_closed:
        sentence = _("The plan is closed. See what came of it.")
        return WhatNext(sentence, links.plan(slug), _("View the plan"), calm=True)
    if overview.next_on is None:
        sentence = _("All that was agreed is done.") if overview.agreed else _("The plan is still empty.")
        return WhatNext(sentence, links.plan(slug), _("View the plan"), calm=True)
    if not overview.is_agreed:
        return WhatNext(_("The plan waits for your mentor."), links.plan(slug), _("View the plan"), calm=True)
    facts = {"activity": overview.next_name, "day": short_date(overview.next_on)}
    sentence = _("“%(activity)s”, until %(day)s.") % facts
    return WhatNext(sentence, links.activity(slug, overview.next_pk), _("View the activity"))
