"""What pages and notifications say about the state of posts, compared with what the networks show, in random histories.

The verbs are the product's (`tests.posts.histories`). What is true is read from the rows of the database and from the
networks' fakes, when a page is read and in the time that follows, in which nobody does anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from tests.delivery.conftest import allowed, network
from tests.people import sign_in
from tests.posts.amended import Street, desk, fresh, on, once
from tests.posts.deciders import member
from tests.posts.histories import History

__all__ = ["allowed", "desk", "fresh", "network", "once"]

# Four weeks with a change of clocks, in which the histories begin.
BEGIN = datetime(2035, 3, 11, 6, tzinfo=UTC)
HOURS = 28 * 24
STEPS = 30
FUTURE_HOURS = 80
NEEDED = {"none": 0, "one": 1, "two": 2}
NETWORKS = {"Mastodon": "mastodon", "Bluesky": "bluesky"}
# What a person can press or fill in, and what was said and decided earlier, is no statement about a state.
NO_STATEMENTS = "button, .button, select, textarea, label, input, script, style, nav, dialog, template, noscript"
ABOUT_A_STATE = re.compile(
    r"publish|schedul|approv|\bwait|taken down|\bsent\b|go(es)? out|went|draft|return|missed|confirm|delay|cancel|held"
    r"|time has passed|preparing|removed|public |reconnect",
    re.IGNORECASE,
)
COUNTED = re.compile(r"(.+) \((\d+) of (\d+)\)")


def rows(statement: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


@dataclass
class Truth:
    """A post at a moment."""

    text: str
    # of the channels that it is for
    networks: set[str]
    # kind and person, since it was last returned or taken back
    decisions: list[tuple[str, int]]
    needed: int
    due_at: datetime | None
    public: set[str]
    was_public: set[str]
    lost_answers: bool
    is_paused: bool
    is_cut_off: bool
    is_amended: bool
    # by network, when it becomes public with nobody doing anything
    becomes_public: dict[str, datetime] = field(default_factory=dict)

    def on(self, network: str) -> Truth:
        """The same as if the post were for this network alone."""
        return replace(
            self,
            networks={network},
            public=self.public & {network},
            was_public=self.was_public & {network},
            becomes_public={name: at for name, at in self.becomes_public.items() if name == network},
        )

    @property
    def is_public_everywhere(self) -> bool:
        return self.public >= self.networks

    @property
    def staying(self) -> int:
        """How many networks it does not go to by itself."""
        return len(self.networks - set(self.becomes_public))

    @property
    def approvals(self) -> int:
        return len({person for kind, person in self.decisions if kind == "approved"})

    @property
    def is_approved(self) -> bool:
        return bool(self.decisions) and self.approvals >= self.needed


def truth(history: History, pk: int, text: str) -> Truth:
    ((approval,),) = rows("SELECT approval FROM municipalities_municipality WHERE slug = 'cuprija'")
    ((due_at,),) = rows("SELECT due_at FROM posts_post WHERE id = %s", pk)
    decisions: list[tuple[str, int]] = []
    latest = "(SELECT max(id) FROM posts_version WHERE post_id = %s)"
    for kind, person in rows(f"SELECT kind, by_id FROM posts_decision WHERE version_id = {latest} ORDER BY id", pk):
        if kind in ("submitted", "returned", "taken_back"):
            decisions = []
        if kind not in ("returned", "taken_back"):
            decisions.append((kind, person))
    return Truth(
        text=text,
        networks={
            network
            for (network,) in rows(
                """SELECT platform FROM channels_channel JOIN posts_post ON posts_post.id = %s
                   WHERE posts_post.draft->'channels' @> to_jsonb(channels_channel.id)""",
                pk,
            )
        },
        decisions=decisions,
        needed=NEEDED[approval],
        due_at=due_at,
        public={network for words, network in history.public if words == text},
        was_public={event.network for event in history.events if event.text == text and event.is_public},
        lost_answers=history.has_lost_answers(),
        is_paused=bool(rows("SELECT 1 FROM municipalities_pause WHERE ended_at IS NULL")),
        is_cut_off=bool(rows("SELECT 1 FROM channels_channel WHERE state <> 'connected'")),
        is_amended=bool(rows("SELECT 1 FROM posts_amendment WHERE post_id = %s AND state IN ('open', 'agreed')", pk)),
    )


# ---- statements: whether one about `count` networks (None: without a number) is true


Check = Callable[[Truth, int | None], bool]


def stays(post: Truth) -> bool:
    """It does not go out by itself."""
    return not post.becomes_public


def scheduled(post: Truth, count: int | None) -> bool:
    return post.is_approved and len(post.becomes_public) >= (count or 1)


STATES: dict[str, Check] = {
    "Draft": lambda post, _count: not post.decisions and stays(post),
    "Waiting for approval": lambda post, _count: bool(post.decisions) and not post.is_approved and stays(post),
    "Sent back": lambda post, _count: not post.decisions and stays(post),
    "Approved": lambda post, _count: post.is_approved and not post.public and stays(post),
    "Scheduled": scheduled,
    "Delayed": scheduled,
    "Reconnect the channel": lambda post, count: post.is_cut_off and post.staying >= (count or 1),
    "Published": lambda post, count: len(post.public) >= (count or 1),
    "Taken down": lambda post, count: len(post.was_public - post.public) >= (count or 1),
    "Is being taken down": lambda post, _count: post.is_amended,
    "Not published": lambda post, count: len(post.networks - post.public) >= (count or 1),
    "Not confirmed": lambda post, _count: post.lost_answers,
    "Waiting": lambda post, count: post.staying >= (count or 1) or post.is_paused,
    "Cancelled": lambda post, count: len(post.networks - post.public - set(post.becomes_public)) >= (count or 1),
    "Cancelled, not confirmed": lambda post, _count: post.lost_answers,
    "Public after all": lambda post, count: post.lost_answers and len(post.public) >= (count or 1),
    "Time has passed": lambda post, count: len(post.networks - post.public) >= (count or 1),
}

SENTENCES: list[tuple[str, Check]] = [
    (r"This post waits for (a decision|another approver)", lambda post, _count: not post.is_approved),
    (r"(An approver|A second approver) approves it", lambda post, _count: not post.is_approved),
    (r"This version was approved under the earlier rules", lambda post, _count: 0 < post.approvals < post.needed),
    (r"(· )?once it is approved", lambda post, _count: not post.is_approved and post.due_at is None),
    (r"You decide on .*It is meant to go out on", lambda post, _count: not post.is_approved and bool(post.due_at)),
    (r"You decide on .*It goes out as soon as everyone", lambda post, _count: not post.is_approved and not post.due_at),
    (
        r"You decide on .*It was to go out as soon as it was approved",
        lambda post, _count: not post.is_approved and not post.due_at,
    ),
    (r"You decide on .*Nobody has said yet when", lambda post, _count: not post.is_approved and not post.due_at),
    (r"You have decided on this version already", lambda post, _count: bool(post.approvals)),
    (r"You have approved it, another approver is next", lambda post, _count: 0 < post.approvals < post.needed),
    (r"After your approval one more approver has to agree", lambda post, _count: post.approvals == post.needed - 2),
    (r"The approval holds from", lambda post, _count: post.is_approved),
    (r"\. Publishing the post at another time, including now", lambda post, _count: post.is_approved),
    (r"As it was published", lambda post, _count: bool(post.was_public)),
    (r"Taken down on", lambda post, _count: bool(post.was_public - post.public) or post.is_amended),
    (r".*paused all publishing", lambda post, _count: post.is_paused),
    (r", until publishing is resumed", lambda post, _count: post.is_paused),
    (r".*It has not been approved", lambda post, _count: not post.is_approved or stays(post)),
    (
        r".*Its approval holds for a later time",
        lambda post, _count: bool(post.approvals) and post.staying > 0,
    ),
    (r"It was sent, but the network gave no usable answer", lambda post, _count: post.lost_answers),
    (r".*Publishing was paused when its time came", lambda post, _count: stays(post)),
    (r"Returned with a note$|draft$|The draft$", lambda post, _count: not post.decisions),
    # titles of parts of a page, names before a note, and facts about people
    (r"next: |Publish this post as it is\?$|(Approver|Second)(,$|: )", lambda _post, _count: True),
    (r"Not returned by this network|Versions$|Corrected and taken down$", lambda _post, _count: True),
]
NOTICES: list[tuple[str, Check]] = [
    (r"waits for your approval|waits for a second approval", lambda post, _count: not post.is_approved),
    (r"” was approved", lambda post, _count: post.is_approved),
    (r"came back with a note", lambda post, _count: not post.decisions),
    (r"It is scheduled for", lambda post, _count: post.is_approved and bool(post.due_at)),
    (r"It goes out at once", lambda post, _count: post.is_approved),
    (r"It is meant to go out on", lambda post, _count: not post.is_approved and bool(post.due_at)),
    (r"It goes out as soon as it is approved", lambda post, _count: not post.is_approved and not post.due_at),
    (r"No time is chosen yet", lambda post, _count: post.due_at is None),
    (r"” is public after all", lambda post, _count: post.lost_answers and bool(post.public)),
    (r"Not known whether it was published", lambda post, _count: post.lost_answers),
    (r"needs your answer(?s:(?!.*Not known whether))", lambda post, _count: not post.is_public_everywhere),
]


@dataclass
class Reading:
    """A statement that a page showed about a post."""

    page: str
    post: int
    statement: str
    time: datetime | None = None


def words(element: Tag) -> Iterator[str]:
    for unwanted in element.select(NO_STATEMENTS):
        unwanted.decompose()
    for text in element.stripped_strings:
        yield re.sub(r"\s+", " ", text)


def time_in(element: Tag) -> datetime | None:
    shown = element.find("time", attrs={"datetime": True})
    if not isinstance(shown, Tag):
        return None
    moment = datetime.fromisoformat(str(shown["datetime"]))
    return moment if moment.tzinfo else timezone.make_aware(moment)


def read(history: History, by: User) -> list[Reading]:
    """Everything that the pages of this person say about the state of a post."""
    client, readings = sign_in(by), list[Reading]()
    for post in history.posts:
        answer = client.get(reverse("post", args=["cuprija", post.pk]))
        if answer.status_code == 200:
            main = BeautifulSoup(answer.text, "lxml").main
            assert main is not None
            # what was decided once is not what is now
            for past in main.select("[aria-labelledby=decisions-heading]"):
                past.decompose()
            readings += [Reading("post", post.pk, text) for text in words(main)]
    for name in ("workspace", "posts", "calendar"):
        main = BeautifulSoup(client.get(reverse(name, args=["cuprija"]), follow=True).text, "lxml").main
        assert main is not None
        for row in main.select("li:has(a[href*='/posts/'])"):
            links = {match[1] for link in row.select("a[href]") if (match := re.search(r"/posts/(\d+)/", link["href"]))}
            if len(links) == 1 and not row.select("li li"):
                moment = time_in(row)
                for network in [element.extract() for element in row.select(".network-state")]:
                    own = time_in(network) or moment
                    readings += [Reading(name, int(min(links)), text, own) for text in words(network)]
                readings += [Reading(name, int(min(links)), text, moment) for text in words(row)]
    return [reading for reading in readings if ABOUT_A_STATE.search(reading.statement)]


def is_true(reading: Reading, post: Truth, now: datetime) -> bool | None:
    """None: it is not known what the statement means."""
    statement, count = reading.statement, None
    network, _, rest = statement.partition(": ")
    if network in NETWORKS and rest in STATES:
        post, statement = post.on(NETWORKS[network]), rest
    if match := COUNTED.fullmatch(statement):
        statement, count = match[1], int(match[2])
    if check := STATES.get(statement):
        return check(post, count) and (statement != "Scheduled" or at_its_time(reading, post, now))
    for pattern, check in SENTENCES:
        if re.match(pattern, statement):
            return check(post, count)
    return None


def at_its_time(reading: Reading, post: Truth, now: datetime) -> bool:
    """A list that calls it scheduled says when: then it goes out, or as soon as a pause has ended."""
    if reading.page == "post" or reading.time is None or post.is_paused:
        return True
    return any(abs(moment - max(reading.time, now)) < timedelta(minutes=10) for moment in post.becomes_public.values())


def check_notices(history: History, seen: set[int]) -> Iterator[str]:
    for pk, about, subject, body in rows("SELECT id, about, subject, body FROM notifications_notification"):
        if pk in seen:
            continue
        seen.add(pk)
        post = re.fullmatch(r"posts\.post:(\d+)", about)
        if post is None:
            continue
        text = next(str(known) for known in history.posts if known.pk == int(post[1]))
        state = truth(history, int(post[1]), text)
        matching = [check for pattern, check in NOTICES if re.search(pattern, f"{subject}\n{body}")]
        if not matching:
            yield f"unknown notification: {subject} {body}"
        if not all(check(state, None) for check in matching):
            yield f"untrue notification: {subject} {body} — {state}"


def untrue_statements(desk: Street, second: User, seed: int) -> list[str]:
    history, seen = History(desk, second, seed), set[int]()
    wrong: list[str] = []
    with time_machine.travel(BEGIN + timedelta(hours=7 * seed % HOURS), tick=True) as clock:
        history.travel = clock.move_to  # type: ignore[method-assign]
        history.after_each_verb = lambda: wrong.extend(check_notices(history, seen))
        history.play(STEPS)
        readings = {person: read(history, by=person) for person in (desk.cast.officer, desk.cast.approver)}
        now, posts = timezone.now(), {post.pk: truth(history, post.pk, str(post)) for post in history.posts}
        history.events.clear()
        history.let_time_pass_untouched(FUTURE_HOURS)
        for event in history.events:
            for state in posts.values():
                if event.is_public and event.text == state.text:
                    state.becomes_public.setdefault(event.network, event.at)
        for person, statements in readings.items():
            says_published = {(row.page, row.post) for row in statements if row.statement.startswith("Published")}
            for reading in statements:
                post = posts[reading.post]
                verdict = is_true(reading, post, now)
                if reading.statement == "Draft" and post.public:
                    verdict &= (reading.page, reading.post) in says_published
                if not verdict:
                    kind = "unknown" if verdict is None else "untrue"
                    wrong.append(f"{kind}, to {person}: {reading} — {posts[reading.post]}")
    return list(dict.fromkeys(wrong))


@pytest.fixture(scope="module", autouse=True)
def clock() -> Iterator[None]:
    """The channels are connected when the histories begin: access to a network does not last for years."""
    with time_machine.travel(BEGIN, tick=True):
        yield


@on()
@pytest.mark.parametrize("seed", range(50))
def test_no_statement_about_a_state_is_untrue(desk: Street, seed: int) -> None:
    wrong = untrue_statements(desk, member(desk.cast, "second"), seed)
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@on()
@pytest.mark.parametrize("seed", range(50, 2050))
def test_no_statement_about_a_state_is_untrue_in_thousands(desk: Street, seed: int) -> None:
    wrong = untrue_statements(desk, member(desk.cast, "second"), seed)
    assert not wrong, "\n".join(wrong)
