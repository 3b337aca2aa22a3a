"""Response times of mentors: submissions and comments that mention them, until their first reply.

The caller opens the scope of the municipalities whose posts count. Four queries, however many mentors and posts.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.db.models.expressions import RawSQL
from django.utils import timezone

from common.prepared import PreparedRows, among, array
from mentoring.models import Absence, Feedback
from mentoring.queries.people import runs
from mentoring.rules import Days, MentorQuestion, ResponseTime, questions, response_time
from municipalities.holidays import BELGRADE
from municipalities.models import Pairing
from municipalities.prepared import PreparedForSeveral
from municipalities.tenancy import all_in_scope
from posts.enums import DecisionKind
from posts.models import Comment, Decision, Version

LONGEST = 90

Moments = dict[tuple[int, int], list[datetime]]  # by mentor and post


def response_times(
    pairings: Sequence[Pairing], periods: Sequence[int] = (30, LONGEST), absences: Iterable[Absence] | None = None
) -> dict[int, list[ResponseTime]]:
    """By the mentor's id, one entry for each period of days.

    `pairings` say whose submissions are a question to whom, ended ones too; `absences` are the mentors', if they
    are known already.
    """
    ids = {row.mentor_id for row in pairings}
    now = timezone.now()
    since = now - timedelta(days=max(periods))
    questions = _asked(ids, pairings, since)
    away: dict[int, list[Days]] = defaultdict(list)
    for row in absences_since(ids, since.date()) if absences is None else absences:
        away[row.mentor_id].append((row.starts_on, row.ends_on))  # type: ignore[arg-type]
    return {pk: [response_time(questions[pk], days, now, away[pk]) for days in periods] for pk in ids}


ABSENCES = PreparedRows(
    lambda of: Absence.objects.filter(mentor__in=among(of.mentors), withdrawn_at=None, ends_on__gte=of.day).order_by(
        "starts_on"
    ),
    mentors=str,
    day=date,
)


def absences_since(mentors: Iterable[Any], day: date) -> list[Absence]:
    """Absences that were not withdrawn and not over before `day`, by their first day. One query."""
    ids = (getattr(mentor, "pk", mentor) for mentor in mentors)
    return ABSENCES.instances(mentors=array(ids), day=day)


def _asked(ids: set[int], pairings: Iterable[Pairing], since: datetime) -> dict[int, list[MentorQuestion]]:
    by_mentor: dict[int, list[MentorQuestion]] = defaultdict(list)
    for (mentor, _place), pairs in asked(ids, pairings, since).items():
        by_mentor[mentor] += pairs
    return by_mentor


def asked(ids: set[int], pairings: Iterable[Pairing], since: datetime) -> dict[tuple[int, int], list[MentorQuestion]]:
    """What mentors were asked since then, by mentor and municipality. Three queries."""
    asks, replies, places = _submissions_and_replies(ids, pairings, since)
    for mentor, post, at in _rows(FEEDBACK, ids, since):
        replies[mentor, post].append(at)
    answered: dict[tuple[int, int], list[MentorQuestion]] = defaultdict(list)
    for (mentor, post), moments in asks.items():
        answered[mentor, places[post]] += questions(moments, replies.get((mentor, post), []))
    return answered


def _decisions(of: Any) -> Any:
    rows = Decision.objects.filter(Q(kind=DecisionKind.SUBMITTED) | Q(by__in=among(of.mentors)), at__gte=of.since)
    # The post of each decision by its key: for a join PostgreSQL reads the versions of all municipalities.
    post_of = Subquery(Version.objects.filter(pk=OuterRef("version")).values("post"))
    return rows.values_list("municipality_id", post_of, "kind", "by_id", "at")


NO_MENTIONS = RawSQL("'[]'::jsonb", [])


def _comments(of: Any) -> Any:
    rows = Comment.objects.filter(Q(author__in=among(of.mentors)) | ~Q(mentions=NO_MENTIONS), at__gte=of.since)
    return rows.values_list("municipality_id", "thread__post_id", "author_id", "mentions", "at")


def _feedback(of: Any) -> Any:
    rows = Feedback.objects.filter(mentor__in=among(of.mentors), given_at__gte=of.since)
    return rows.values_list("mentor_id", "post_id", "given_at")


DECISIONS = PreparedForSeveral(_decisions, mentors=str, since=datetime)
COMMENTS = PreparedForSeveral(_comments, mentors=str, since=datetime)
FEEDBACK = PreparedForSeveral(_feedback, mentors=str, since=datetime)


def _rows(statement: PreparedForSeveral, mentors: Iterable[int], since: datetime) -> list[Any]:
    """In the open scope."""
    return statement.rows(municipalities=all_in_scope(), mentors=array(mentors), since=since)


def _submissions_and_replies(
    ids: set[int], pairings: Iterable[Pairing], since: datetime
) -> tuple[Moments, Moments, dict[int, int]]:
    """Questions (submissions while the mentor accompanied the municipality, comments that name them), words, and the
    municipalities of the posts."""
    asks, replies = defaultdict(list), defaultdict(list)
    places: dict[int, int] = {}
    paired = defaultdict(list)
    for row in pairings:
        paired[row.municipality_id].append(row)
    for place, post, kind, by, at in _rows(DECISIONS, ids, since):
        places[post] = place
        if kind == DecisionKind.SUBMITTED:
            on = at.astimezone(BELGRADE).date()
            for mentor in {pairing.mentor_id for pairing in paired[place] if runs(pairing, on)}:
                asks[mentor, post].append(at)
        else:
            replies[by, post].append(at)
    for place, post, author, stored, at in _rows(COMMENTS, ids, since):
        mentions = json.loads(stored)  # unconverted in what is compiled
        places[post] = place
        if author in ids:
            replies[author, post].append(at)
        for mentor in ids & set(mentions) - {author}:
            asks[mentor, post].append(at)
    return asks, replies, places
