"""Random histories of posts: what people, workers and networks do with them, one after the other.

The verbs are the product's. What is true afterwards is read from the rows and from what the networks' fakes show,
without the product's queries.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from channels.domain.pause import pause, resume
from common.errors import ActionNotAllowed
from delivery.dispatch import publish_due
from delivery.domain import answer, check_status, duplicates, reconcile, sweep, take_down
from delivery.domain.move import Moved, NoSuchMove
from delivery.rules import ANSWERS
from municipalities.domain import house_rules
from municipalities.enums import Approval
from municipalities.models import Municipality
from portal import delivery_notifications
from posts.editing.domain import carry_out_corrections, removals
from posts.editing.domain.delete import delete
from posts.editing.domain.save import Content, Saved, save_draft
from posts.editing.domain.submit import submit, take_back
from posts.models import Post, Version
from posts.queries import latest_version, publications
from posts.review.domain.approve import approve, send_back
from posts.rules import ResolvedTime, Timing, resolve_moment
from posts.scheduling.domain.schedule import move, publish_now, schedule, unschedule
from tests.posts.amended import Street
from tests.publishing import deliver

REFUSED = (ActionNotAllowed, Moved, NoSuchMove, ValueError)
# What a network does with the next post: it refuses it, or it takes it and its answer is lost.
FAULTS: list[dict[str, Any]] = [
    {"action": "status", "status": 422, "body": {"error": "Media type is not accepted"}},
    {"action": "status", "status": 401, "body": {"error": "ExpiredToken"}},
    {"action": "drop_before"},
    {"action": "commit_then_drop"},
    {"action": "commit_then_500"},
]
# The answers of a person that need no link.
ANSWERED = {"still_send", "choose_time", "send_now", "send_again", "it_is_not_there", "drop"}
LOST = {"drop_before", "commit_then_drop", "commit_then_500"}


@dataclass
class Event:
    """Something became public on a network, or stopped being public."""

    at: datetime
    text: str
    network: str
    is_public: bool


@dataclass
class History:
    desk: Street
    second: User
    seed: int
    posts: list[Post] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    after_each_verb: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.public: set[tuple[str, str]] = set()

    # ---- verbs

    def play(self, steps: int) -> None:
        weight_of: dict[Callable[[], Any], int] = {
            self.write: 12,
            self.submit: 25,
            self.approve: 30,
            self.send_back: 3,
            self.take_back: 2,
            self.schedule: 9,
            self.move: 4,
            self.unschedule: 2,
            self.publish_now: 4,
            self.change_rule: 6,
            self.pause_or_resume: 3,
            self.wait: 16,
            self.fail_next: 8,
            self.answer: 14,
            self.take_down: 9,
            self.delete: 1,
        }
        self.write()
        if self.random.random() < 0.7:
            self.attempt(self.submit)
            self.attempt(self.approve)
        for verb in self.random.choices(list(weight_of), list(weight_of.values()), k=steps):
            self.attempt(verb)

    def attempt(self, verb: Callable[[], Any]) -> None:
        with suppress(*REFUSED):
            with transaction.atomic():
                verb()
            self.verbs.append(verb.__name__)
        self.observe()
        self.after_each_verb()

    def write(self) -> None:
        # letters alone: the networks show digits and letters alike, a search in pages must not take 1 for 11
        name = "".join(self.random.choices("абвгдежзијкл", k=10))
        both = (self.desk.mastodon.pk, self.desk.bluesky.pk)
        channels = self.random.choice([both, both[:1], both[1:]])
        when = self.random.choice(["approval", "time", "time", "later"])
        post = self.desk.write(f"Обавештење {name}.", channels=channels, time=self.time() if when == "time" else None)
        if when == "approval":
            draft = self.desk.draft(f"Обавештење {name}.", channels=channels)
            content = Content(draft, post.title, post.category, on_approval=True)
            saved = save_draft(post, content, revision=post.revision, by=self.desk.cast.officer)
            assert isinstance(saved, Saved)
            post = saved.post
        self.posts.append(post)

    def post(self) -> Post:
        return self.desk.reload(self.random.choice(self.posts))

    def submitted(self) -> tuple[Post, Version]:
        """A post with its newest version."""
        post = self.post()
        version = latest_version(post)
        if version is None:
            raise ValueError
        return post, version

    def time(self) -> ResolvedTime:
        hours = self.random.choice([0.5, 3, 26, 50])
        return resolve_moment((timezone.now() + timedelta(hours=hours)).replace(second=0, microsecond=0))

    def someone(self) -> User:
        return self.random.choice([self.desk.cast.approver, self.desk.cast.approver, self.second])

    def submit(self) -> None:
        submit(self.post(), by=self.desk.cast.officer)

    def approve(self) -> None:
        post, version = self.submitted()
        timing = self.random.choice([None, Timing(on_approval=True), Timing(self.time())])
        approve(post, version, by=self.someone(), timing=timing)

    def send_back(self) -> None:
        post, version = self.submitted()
        send_back(post, version, by=self.someone(), note="Погрешан датум.")

    def take_back(self) -> None:
        take_back(self.post(), by=self.desk.cast.officer)

    def schedule(self) -> None:
        schedule(self.post(), self.time(), by=self.desk.cast.officer)

    def move(self) -> None:
        move(self.post(), self.time(), by=self.desk.cast.officer)

    def unschedule(self) -> None:
        unschedule(self.post(), by=self.desk.cast.officer)

    def publish_now(self) -> None:
        publish_now(self.post(), by=self.desk.cast.officer)

    def delete(self) -> None:
        delete(self.post(), by=self.desk.cast.officer)

    def change_rule(self) -> None:
        municipality = Municipality.objects.get(pk=self.desk.municipality.pk)
        rule = self.random.choice([Approval.NONE, Approval.ONE, Approval.TWO, Approval.TWO])
        house_rules.edit(municipality, {"approval": rule}, by=self.desk.cast.approver, reason="Одлука већа.")

    def pause_or_resume(self) -> None:
        if self.random.random() < 0.5:
            pause(self.desk.municipality, "Жалост.", by=self.desk.cast.approver)
        else:
            resume(self.desk.municipality, by=self.desk.cast.approver)

    def fail_next(self) -> None:
        path = self.random.choice([r"statuses$", r"createRecord$"])
        self.desk.network.plan(path=path, method="POST", **self.random.choice(FAULTS))

    def answer(self) -> None:
        post = self.post()
        rows = list(publications(post))
        if not rows:
            raise ValueError
        delivery = self.random.choice(rows).delivery
        offered = [name for name in ANSWERS.get(delivery.state, ()) if name in ANSWERED]
        if not offered:
            raise ValueError
        name = self.random.choice(offered)
        moment = (self.time().due_at,) if name == "choose_time" else ()
        getattr(answer, name)(delivery, *moment, by=self.desk.cast.officer)

    def take_down(self) -> None:
        post = self.post()
        rows = [row.pk for row in publications(post)]
        chosen = rows if self.random.random() < 0.5 else rows[:1]
        removals.take_down(post, chosen, reason="Погрешно место", by=self.desk.cast.approver)

    # ---- time and machines

    def wait(self) -> None:
        self.pass_time(self.random.choice([0.05, 0.5, 0.5, 4, 27]))

    def pass_time(self, hours: float) -> None:
        """What workers do until then, at each moment at which something is due."""
        end = timezone.now() + timedelta(hours=hours)
        for _moment in range(40):
            self.tick()
            following = self.following()
            if following is None or following >= end:
                break
            self.travel(following)
        self.travel(end)
        self.tick()

    def following(self) -> datetime | None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT min(next_at) FROM delivery_delivery WHERE next_at > %s", [timezone.now()])
            return cursor.fetchone()[0]

    def travel(self, moment: datetime) -> None:
        raise NotImplementedError

    def tick(self) -> None:
        for _round in range(3):
            now = timezone.now()
            publish_due(now)
            attempts = [(pk, reconcile.reconcile(pk)) for pk in reconcile.claim_reconciliations(now)]
            attempts += [(pk, check_status.check_status(pk)) for pk in check_status.claim_status_checks(now)]
            for pk, number in attempts:
                if number is not None:
                    deliver(pk, number)
            for pk in take_down.claim_withdrawals(now):
                take_down.take_down(pk)
            for pk in duplicates.claim_searches(now):
                duplicates.search(pk)
            carry_out_corrections.continue_corrections()
            sweep.sweep(now)
            delivery_notifications.send()
        self.observe()

    def has_lost_answers(self) -> bool:
        """A network took a call, or seemed to, and its answer did not arrive."""
        return any(entry["action"] in LOST for entry in self.desk.network.world.ledger)

    def let_time_pass_untouched(self, hours: float) -> None:
        """Nobody does anything any more, and the networks answer. A pause ends, where there is one."""
        self.desk.network.world.plan.clear()
        with suppress(*REFUSED):
            resume(self.desk.municipality, by=self.desk.cast.approver)
        self.pass_time(hours)

    def observe(self) -> None:
        """Note what appeared on the networks or went away since the last time."""
        fakes = {name: self.desk.network.world.fakes[name] for name in ("mastodon", "bluesky")}
        public = {(item["text"], name) for name, fake in fakes.items() for item in fake.public("opstina")}
        now = timezone.now()
        for text, network in public - self.public:
            self.events.append(Event(now, text, network, True))
        for text, network in self.public - public:
            self.events.append(Event(now, text, network, False))
        self.public = public
