"""Simulated citizens: they read what a team publishes, like, vote, ask, thank and lose patience.

`play` asks for each line of the scenario when it is due, and whether its condition still holds at that moment. Nothing
is planned ahead: a question about a date is not asked below a post that has got one meanwhile. Random choices come from
the seed of the exercise, so the same actions of a team bring the same reactions.

The practice network is in the same database: a status and the `Play` row that records it are written in one
transaction, under the lock of the exercise. A task that runs twice finds the row.
"""

import logging
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db import transaction
from django.utils import timezone

from municipalities.tenancy import scope
from practice.domain import door, react, vote, write
from practice.enums import AccountKind, Visibility
from practice.errors import ApiError, Missing
from practice.models import Account, Status
from practice.queries import conversations
from trainings import scenario_parsing as scripts
from trainings import traits
from trainings.enums import CitizenAct, Trigger
from trainings.models import Exercise, Play, Team
from trainings.scenario_parsing import Scenario, ScriptLine

AT_ONCE = 2  # lines a tick and team: a worker that was away does not make thirty people speak in one breath
LIKES_FROM, LIKES_MINUTES = 1, (0.3, 9.0)
CITIZEN_OF_A_TEAM = r"_v\d+$"  # usernames end so
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DueAct:
    """Something that a citizen does now."""

    key: str
    who: str
    at: datetime
    act: CitizenAct = CitizenAct.SAYS
    line: ScriptLine | None = None
    to: int | None = None
    choice: int = 0


def running() -> list[int]:
    return list(Exercise.objects.filter(started_at__isnull=False, ended_at__isnull=True).values_list("pk", flat=True))


@transaction.atomic
def play(exercise_id: int, now: datetime | None = None) -> int:
    """What is due in one exercise; returns how much was played. Does nothing while another worker is at it."""
    now = now or timezone.now()
    rows = Exercise.objects.select_for_update(skip_locked=True, of=("self",))
    exercise = rows.filter(pk=exercise_id, ended_at__isnull=True, started_at__isnull=False).first()
    if exercise is None or not exercise.is_open(now):
        return 0
    script = scripts.parse(exercise.script)
    return sum(_team(exercise, script, team, now) for team in exercise.teams.select_related("page"))


def _team(exercise: Exercise, script: Scenario, team: Team, now: datetime) -> int:
    if team.page is None:
        return 0
    with scope(team.workspace_id):
        room = CitizenSimulation(exercise, script, team)
        room.notice_answers()
        due = sorted((action for action in room.due() if action.at <= now), key=lambda action: (action.at, action.key))
        spoken = [action for action in due if action.act == CitizenAct.SAYS][:AT_ONCE]
        quiet = [action for action in due if action.act != CitizenAct.SAYS]
        for action in [*quiet, *spoken]:
            _do(team, action, now)
        return len(quiet) + len(spoken)


class CitizenSimulation:
    """What one team's citizens see: its posts, what was said so far, and what was answered."""

    def __init__(self, exercise: Exercise, script: Scenario, team: Team) -> None:
        self.exercise, self.script, self.team = exercise, script, team
        self.plays = {row.key: row for row in Play.objects.filter(team=team)}

    @cached_property
    def posts(self) -> list[Status]:
        """Since the start: what was tried out before counts for nothing."""
        statuses = Status.objects.filter(account=self.team.page_id, in_reply_to=None, readers=None)
        statuses = statuses.filter(created_at__gte=self.exercise.started_at)
        return list(statuses.prefetch_related("media").order_by("pk"))

    def notice_answers(self) -> None:
        """Also what the page answered on the network itself."""
        unanswered = {row.status: row for row in self.plays.values() if row.status and row.answered_at is None}
        for answer in Status.objects.filter(account=self.team.page_id, in_reply_to__in=unanswered).order_by("pk"):
            row = unanswered.get(answer.in_reply_to_id or 0)
            if row is not None and row.answered_at is None:
                self._note(row, answer)
        self._notice_private_answers()

    def _notice_private_answers(self) -> None:
        """In a conversation of two, whatever the page writes answers all that stands above it."""
        waiting = [
            row for row in self.plays.values()
            if row.status and row.answered_at is None and row.key in self.script.private
        ]  # fmt: skip
        if not waiting:
            return
        accounts = {row.account_id for row in waiting}
        answers = Status.objects.filter(account=self.team.page_id, readers__overlap=list(accounts))
        for answer in answers.order_by("pk"):
            for row in waiting:
                readers = sorted([answer.account_id, row.account_id])
                is_above = answer.readers == readers and (row.status or 0) < answer.pk
                if is_above and row.answered_at is None:
                    self._note(row, answer)

    def _note(self, row: Play, answer: Status) -> None:
        row.answer, row.answer_status, row.answered_at = answer.text, answer.pk, answer.created_at
        row.save(update_fields=["answer", "answer_status", "answered_at"])

    def due(self) -> Iterator[DueAct]:
        for line in self.script.lines:
            if line.key not in self.plays:
                yield from REACTS[line.on](self, line)
        for post in self.posts:
            yield from self.quietly(post)

    # ---- each kind of line

    def at_start(self, line: ScriptLine) -> Iterator[DueAct]:
        assert self.exercise.started_at is not None  # only a running exercise is played
        yield self.comment_due(line, self.exercise.started_at)

    def below_a_post(self, line: ScriptLine) -> Iterator[DueAct]:
        for post in self.posts:
            if line.fits(self.traits_of(post), post.text):
                yield self.comment_due(line, post.created_at, post.pk)
                return

    def after_an_answer(self, line: ScriptLine) -> Iterator[DueAct]:
        play = self.plays.get(line.of)
        if play and play.answered_at and line.fits(traits.of_text(play.answer), play.answer):
            yield self.comment_due(line, play.answered_at, play.answer_status)

    def out_of_patience(self, line: ScriptLine) -> Iterator[DueAct]:
        play = self.plays.get(line.of)
        if play and play.status and not play.answered_at and not play.hidden_at:
            yield self.comment_due(line, play.done_at, play.status)

    def never(self, line: ScriptLine) -> Iterator[DueAct]:
        yield from ()

    def comment_due(self, line: ScriptLine, since: datetime, to: int | None = None) -> DueAct:
        return DueAct(line.key, line.who, since + self.some(line.after, line.key), line=line, to=to)

    # ---- likes and votes

    def quietly(self, post: Status) -> Iterator[DueAct]:
        """The better a post, the more like it; in a poll everybody votes."""
        liked = LIKES_FROM + 2 * len(self.traits_of(post) & traits.LIKED)
        for at, who in enumerate(self.script.citizens):
            if at < liked:
                yield from self.quiet(CitizenAct.LIKES, post, who, at)
            if post.poll:
                yield from self.quiet(CitizenAct.VOTES, post, who, at)

    def quiet(self, act: CitizenAct, post: Status, who: str, at: int) -> Iterator[DueAct]:
        key = f"{act}:{post.pk}:{at}"
        if key in self.plays:
            return
        # Not the id of the post: it is another one whenever the exercise is played.
        drawn = f"{act} {self.posts.index(post)} {at}"
        options = len(post.poll["options"]) if post.poll else 1
        choice = int(self.chance(f"{drawn} choice").random() * options)
        yield DueAct(key, who, post.created_at + self.some(LIKES_MINUTES, drawn), act, to=post.pk, choice=choice)

    # ---- chance

    def chance(self, what: str) -> random.Random:
        return random.Random(f"{self.exercise.seed} {self.team.number} {what}")  # noqa: S311 - a play

    def some(self, minutes: tuple[float, float], what: str) -> timedelta:
        return timedelta(minutes=self.chance(what).uniform(*minutes))

    def traits_of(self, post: Status) -> frozenset[str]:
        return traits.of_post(post.text, [media.description for media in post.media.all()], has_poll=bool(post.poll))


REACTS = {
    Trigger.START: CitizenSimulation.at_start,
    Trigger.POST: CitizenSimulation.below_a_post,
    Trigger.ANSWER: CitizenSimulation.after_an_answer,
    Trigger.SILENCE: CitizenSimulation.out_of_patience,
    Trigger.TRAINER: CitizenSimulation.never,
}


def say_at_once(team: Team, line: ScriptLine, now: datetime) -> bool:
    """What the trainer sends: below the newest post, or by itself while there is none or where it is private. False: it
    was sent before.
    """
    with scope(team.workspace_id):
        if team.page is None or Play.objects.filter(team=team, key=line.key).exists():
            return False
        newest = Status.objects.filter(account=team.page, in_reply_to=None, readers=None).order_by("-pk").first()
        to = newest.pk if newest and not line.is_private else None
        _do(team, DueAct(line.key, line.who, now, line=line, to=to), now)
    return True


def _do(team: Team, due: DueAct, now: datetime) -> None:
    """Once, whatever comes of it: what cannot be done, such as a vote in a poll that is over, is not tried again."""
    account = citizen(team, due.who)
    row = Play(
        municipality_id=team.workspace_id, team=team, key=due.key, act=due.act, citizen=due.who, account_id=account.pk,
        to_status=due.to, due_at=due.at, done_at=now,
    )  # fmt: skip
    if due.line:
        row.mood, row.text = due.line.mood, due.line.text
        row.asks, row.is_personal = due.line.asks, due.line.is_personal
    try:
        with transaction.atomic():
            row.status = _acted(team, due, account)
    except (ApiError, Missing) as refused:
        log.info("A citizen could not act (%s): %s", due.key, refused)
    row.save()


def _acted(team: Team, due: DueAct, account: Account) -> int | None:
    if due.act == CitizenAct.LIKES:
        react.like(account, _id(due.to))
        return None
    if due.act == CitizenAct.VOTES:
        vote.vote(account, _id(due.to), [due.choice])
        return None
    assert due.line is not None  # only lines have a text
    assert team.page is not None  # who has no page is not played with
    return int(write.publish(account, _draft(team.page, account, due.line, due.to)).pk)


def _draft(page: Account, account: Account, line: ScriptLine, to: int | None) -> write.Draft:
    """What a line is on the network. A private message goes on where the conversation with the page ended."""
    if line.is_private:
        newest = None if to else conversations.newest(conversations.readers([page, account]))
        reply_to = newest.pk if newest else to
        return write.Draft(f"@{page.username} {line.text}", "sr", reply_to=reply_to, visibility=Visibility.DIRECT)
    return write.Draft(line.text if to else f"@{page.username} {line.text}", "sr", reply_to=to)


def _id(status: int | None) -> int:
    if status is None:
        raise Missing
    return status


def citizen(team: Team, name: str) -> Account:
    """This team's citizen of that name: teams share none, so that wiping one does not affect another."""
    username = f"{door.slug(name)[:16].strip('_')}_v{team.pk}"
    known = Account.objects.filter(kind=AccountKind.CITIZEN, username=username).first()
    return known or door.create(AccountKind.CITIZEN, name, username=username)


def reply(team: Team, play: Play, text: str) -> Status:
    """What the page says to a citizen (`speak.answer`). Raises `practice.errors.ApiError` for what it cannot say."""
    assert team.page is not None  # the caller looked
    citizen = Account.objects.filter(pk=play.account_id).first()
    mention = f"@{citizen.username} " if citizen else ""
    answered = Status.objects.filter(pk=play.status or 0).first()
    visibility = answered.visibility if answered else Visibility.PUBLIC
    return write.publish(
        team.page, write.Draft(mention + text, "sr", reply_to=play.status, visibility=visibility)
    )  # fmt: skip
