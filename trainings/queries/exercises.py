"""Queries of exercises: the trainer's view of all teams, a team's own, and the facts measured at the end.

Each page has a fixed number of queries, for one team and for twenty.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from municipalities.models import Municipality, Programme
from municipalities.tenancy import scope
from practice.models import Status
from trainings import traits
from trainings.enums import CitizenAct, Mood
from trainings.models import Exercise, Mark, Play, Team, Training
from trainings.scenario_parsing import Scenario, parse

FEED = 6
MOST_SHOWN = 60


def of_programmes(programmes: Sequence[Programme]) -> QuerySet[Exercise]:
    rows = Exercise.objects.filter(training__programme__in=programmes)
    return rows.select_related("training__programme", "prepared_by")


def of_training(training: Training) -> QuerySet[Exercise]:
    """With the number of `groups`, the newest first."""
    rows = Exercise.objects.filter(training=training).annotate(groups=Count("teams", distinct=True))
    return rows.order_by("-pk")


def teams(exercise: Exercise) -> list[Team]:
    """In their order, with workspaces and people. Two queries."""
    rows = Team.objects.filter(exercise=exercise).select_related("workspace", "page").prefetch_related("people")
    return list(rows.order_by("number"))


def team_of(workspace: Municipality) -> Team | None:
    """The team that plays in this workspace, None in a workspace of a real municipality."""
    rows = Team.objects.filter(workspace=workspace).select_related("exercise__training", "page", "workspace")
    return rows.first()


def played_by(user: Any) -> QuerySet[Team]:
    """The teams of a user, the newest first."""
    rows = Team.objects.filter(people=user).select_related("exercise__training", "workspace")
    return rows.order_by("-exercise__pk")


# ---- what was published and said


@dataclass(frozen=True)
class CitizenComment:
    """What a citizen wrote. `waits` is how long a question has been open; None: it is not open."""

    play: Play
    is_there: bool
    waits: timedelta | None
    is_private: bool = False

    @property
    def is_open(self) -> bool:
        return self.waits is not None

    @property
    def stands(self) -> bool:
        """Personal data that everybody can still read."""
        return self.play.is_personal and not self.is_private and self.is_there and self.play.hidden_at is None

    @property
    def is_urgent(self) -> bool:
        return self.play.mood == Mood.URGENT

    @property
    def answered_after(self) -> timedelta | None:
        return self.play.answered_at - self.play.done_at if self.play.answered_at else None


@dataclass(frozen=True)
class FeedEntry:
    """A line of the feed. `kind` is "post", "citizen" or "answer"."""

    kind: str
    who: str
    at: datetime
    text: str
    play: Play | None = None
    is_private: bool = False


@dataclass(frozen=True)
class TeamSnapshot:
    """One team at a moment: `said` in the order in which it was said, `posts` oldest first."""

    team: Team
    posts: list[Status]
    comments: list[CitizenComment]

    @property
    def open(self) -> list[CitizenComment]:
        return [comment for comment in self.comments if comment.is_open]

    @property
    def in_order(self) -> list[CitizenComment]:
        """What waits longest first, then what is settled, the newest first."""
        settled = [comment for comment in self.comments if not comment.is_open]
        return [*self.open, *reversed(settled)]

    @property
    def shown(self) -> list[CitizenComment]:
        """What a page shows of `in_order`: with two hundred comments those that have waited longest and the newest. The
        rest is in the portal's inbox.
        """
        half = MOST_SHOWN // 2
        if len(self.open) > MOST_SHOWN:
            return [*self.open[:half], *self.open[-half:]]
        return self.in_order[:MOST_SHOWN]

    @property
    def further(self) -> int:
        return max(len(self.comments) - MOST_SHOWN, 0)

    @property
    def longest_danger(self) -> timedelta | None:
        """How long somebody in danger has waited for an answer; None where nobody does."""
        return max((comment.waits for comment in self.open if comment.is_urgent and comment.waits), default=None)

    @property
    def answered(self) -> int:
        return sum(comment.play.answered_at is not None for comment in self.comments)

    @property
    def longest(self) -> timedelta | None:
        return max((comment.waits for comment in self.comments if comment.waits is not None), default=None)

    @property
    def standing(self) -> int:
        return sum(comment.stands for comment in self.comments)

    @property
    def feed(self) -> list[FeedEntry]:
        """The newest of everything."""
        entries = [FeedEntry("post", self.team.name, post.created_at, post.text) for post in self.posts]
        for comment in self.comments:
            row = comment.play
            entries.append(FeedEntry("citizen", row.citizen, row.done_at, row.text, row, comment.is_private))
            if row.answered_at:
                answer = FeedEntry("answer", row.citizen, row.answered_at, row.answer, row, comment.is_private)
                entries.append(answer)
        return sorted(entries, key=lambda entry: entry.at, reverse=True)[:FEED]


def team_snapshots(several: Sequence[Team], exercise: Exercise, now: datetime | None = None) -> list[TeamSnapshot]:
    """All teams side by side. Four queries."""
    now = min(now or timezone.now(), exercise.ended_at or now or timezone.now())
    posts, plays = defaultdict(list), defaultdict(list)
    pages = {team.page_id: team.pk for team in several if team.page_id}
    written = Status.objects.filter(account__in=pages, in_reply_to=None, readers=None)
    if exercise.started_at:  # what was tried out before counts for nothing
        written = written.filter(created_at__gte=exercise.started_at)
    for post in written.prefetch_related("media").order_by("pk"):
        posts[pages[post.account_id]].append(post)
    with scope(*(team.workspace_id for team in several)):
        for row in (
            Play.objects.filter(team__in=several, act=CitizenAct.SAYS).exclude(status=None).order_by("done_at", "pk")
        ):
            plays[row.team_id].append(row)
    ids = [row.status for rows in plays.values() for row in rows if row.status]
    there = set(Status.objects.filter(pk__in=ids).values_list("pk", flat=True))
    private = script_of(exercise).private
    return [
        TeamSnapshot(team, posts[team.pk], [_comment(row, there, private, now) for row in plays[team.pk]])
        for team in several
    ]


def team_snapshot(team: Team, now: datetime | None = None) -> TeamSnapshot:
    return team_snapshots([team], team.exercise, now)[0]


def _comment(row: Play, there: Collection[int | None], private: Collection[str], now: datetime) -> CitizenComment:
    is_there = row.status in there
    is_open = row.asks and is_there and row.answered_at is None and row.hidden_at is None
    return CitizenComment(row, is_there, max(now - row.done_at, timedelta()) if is_open else None, row.key in private)


def script_of(exercise: Exercise) -> Scenario:
    return parse(exercise.script)


def sent_lines(exercise: Exercise, several: Sequence[Team]) -> dict[str, int]:
    """To how many teams each of the trainer's lines has gone. One query."""
    keys = [line.key for line in script_of(exercise).spare]
    with scope(*(team.workspace_id for team in several)):
        rows = Play.objects.filter(team__in=several, key__in=keys).values_list("key")
        return dict(rows.annotate(n=Count("pk")))


# ---- what is measured


def measured(team: Team, exercise: Exercise) -> dict[str, Any]:
    """Facts of a team's exercise as plain values, for the debrief. Times in seconds; None where there is nothing."""
    desk = team_snapshot_at_end(team, exercise)
    end = exercise.ended_at or timezone.now()
    questions = [comment for comment in desk.comments if comment.play.asks]
    waits = sorted(
        question.answered_after.total_seconds() for question in questions if question.answered_after is not None
    )
    # What stands in a private message is read by nobody else.
    personal = [comment.play for comment in desk.comments if comment.play.is_personal and not comment.is_private]
    urgent = [comment.play for comment in desk.comments if comment.is_urgent]
    helped = [_seconds(row.answered_at - row.done_at) for row in urgent if row.answered_at]
    traits_of_posts = [_traits(post) for post in desk.posts]
    pictures = [media.description for post in desk.posts for media in post.media.all()]
    return {
        "posts": len(desk.posts),
        "first_post": _until_first(desk, exercise),
        "with_call": sum("call" in post_traits for post_traits in traits_of_posts),
        "with_date": sum("date" in post_traits for post_traits in traits_of_posts),
        "with_link": sum("link" in post_traits for post_traits in traits_of_posts),
        "pictures": len(pictures),
        "described": sum(bool(picture.strip()) for picture in pictures),
        "said": len(desk.comments),
        "likes": sum(post.likes_count for post in desk.posts),
        "thanked": sum(comment.play.mood == Mood.THANKFUL for comment in desk.comments),
        "questions": len(questions),
        "answered": len(waits),
        "first_answer": round(waits[0]) if waits else None,
        "median_answer": round(median(waits)) if waits else None,
        "private": sum(comment.is_private for comment in desk.comments),
        "urgent": len(urgent),
        "urgent_answered": len(helped),
        "urgent_longest": max(helped, default=None),
        "personal": len(personal),
        "personal_left": sum(row.hidden_at is None for row in personal),
        "personal_seconds": sum(_seconds((row.hidden_at or end) - row.done_at) for row in personal),
        "hidden": sum(comment.play.hidden_at is not None and not comment.play.is_personal for comment in desk.comments),
        "repeated": sum(traits.repeats_private(row.answer, row.text) for row in personal),
    }


def team_snapshot_at_end(team: Team, exercise: Exercise) -> TeamSnapshot:
    return team_snapshots([team], exercise, exercise.ended_at)[0]


def _until_first(desk: TeamSnapshot, exercise: Exercise) -> int | None:
    """Seconds from the start to the first post."""
    if not desk.posts or exercise.started_at is None:
        return None
    return _seconds(desk.posts[0].created_at - exercise.started_at)


def _traits(post: Status) -> frozenset[str]:
    return traits.of_post(post.text, [media.description for media in post.media.all()], has_poll=bool(post.poll))


def _seconds(period: timedelta) -> int:
    return max(round(period.total_seconds()), 0)


def marks(several: Iterable[Team]) -> dict[int, dict[str, Mark]]:
    """By team and criterion. One query."""
    by_team: dict[int, dict[str, Mark]] = defaultdict(dict)
    for row in Mark.objects.filter(team__in=several):
        by_team[row.team_id][row.criterion] = row
    return by_team
