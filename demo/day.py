"""Plays a day: posts are published, citizens read, like, share and comment, pages gain followers, metrics come back.

Posts leave the portal by its own outbox and over HTTP: through a running worker, else through this process. Citizens
act on the practice network. A day takes seconds, so everything carries the present time.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from analytics.enums import SubjectKind
from analytics.ingestion.domain import collect
from analytics.models import Subject
from analytics.rollups.domain import daily_counts, rollup
from channels.models import Channel
from delivery.dispatch import publish_due
from delivery.enums import State
from delivery.heartbeat import HEARTBEAT_KEY
from demo import decisions, published_posts, texts
from demo.growth import COMMENTS, LIKES, SHARES
from demo.municipality_context import MunicipalityContext
from demo.network import citizens_of_the_demo
from demo.people import People, Team
from municipalities.enums import Approval, Role
from municipalities.models import REAL_PLACE, Municipality
from municipalities.tenancy import everywhere, scope
from posts.approval import approval_progress, approval_window, mentors_of
from posts.draft import Draft
from posts.editing.domain.create import create
from posts.editing.domain.save import Content, Saved, save_draft
from posts.editing.domain.submit import submit
from posts.models import Post, Version
from posts.queries import latest_version, publications, upcoming
from posts.scheduling.domain.schedule import ask_to_publish_now, publish_now
from practice.domain import react, write
from practice.enums import AccountKind
from practice.models import Account, Status

Write = Callable[[str], None]

# How awake the public is, by hour: breakfast, lunch, after supper. At weekends it sleeps longer and has more time.
AWAKE = {
    6: 2,
    7: 6,
    8: 5,
    9: 4,
    10: 4,
    11: 4,
    12: 6,
    13: 4,
    14: 3,
    15: 4,
    16: 5,
    17: 5,
    18: 7,
    19: 9,
    20: 9,
    21: 7,
    22: 4,
}
WEEKEND = {6: 0.4, 7: 0.5, 8: 0.8, 9: 1.2, 10: 1.4, 11: 1.4, 20: 1.2, 21: 1.3, 22: 1.4}
POST_HOURS = (7, 9, 12, 16, 19)
POSTING = 0.6  # chance that a municipality posts today
RECENT = timedelta(days=3)
WAIT_SECONDS = 30
FRESH_SHARE = 0.8  # of what a post will ever get, on its first day


@dataclass
class DayCounts:
    posts: int = 0
    likes: int = 0
    shares: int = 0
    comments: int = 0
    followers: int = 0
    snapshots: int = 0


@dataclass
class Day:
    """One day in the making. `pause` seconds pass for each hour."""

    number: int
    tell: Write
    pause: float
    rng: random.Random
    played: DayCounts = field(default_factory=DayCounts)
    lines: list[tuple[int, str]] = field(default_factory=list)

    def line(self, minute: int, text: str) -> None:
        self.lines.append((minute, text))

    def end_hour(self, hour: int) -> None:
        for minute, text in sorted(self.lines):
            self.tell(f"  {hour:02d}:{minute:02d}  {text}")
        self.lines.clear()
        time.sleep(self.pause)

    def later(self) -> int:
        """A minute after the posts of the hour are out."""
        return self.rng.randint(10, 59)


class NothingToPlay(RuntimeError):
    """The demo is not filled in."""


def play(tell: Write, *, number: int = 1, pause: float = 0.0) -> DayCounts:
    """Plays one day and reports it line by line. Raises `NothingToPlay`. The practice network must be running."""
    municipalities = list(
        Municipality.objects.filter(REAL_PLACE, is_demo=True, joined_on__isnull=False).order_by("slug")
    )
    citizens = list(citizens_of_the_demo().order_by("pk"))
    if not municipalities or not citizens:
        raise NothingToPlay("There is no demo to play in. Fill it in first: make seed")
    today = timezone.localdate()
    day = Day(number, tell, pause, random.Random(f"{timezone.now().isoformat()} {number}"))  # noqa: S311 - a play
    tell(f"Дан {number} ({texts.spoken(today)})")
    posting = {
        municipality: day.rng.choice(POST_HOURS) for municipality in municipalities if day.rng.random() < POSTING
    }
    posting = posting or {municipalities[0]: POST_HOURS[0]}
    for hour in AWAKE:
        for municipality in (municipality for municipality, at in posting.items() if at == hour):
            _post(day, municipality)
        _react(day, hour, citizens, today.weekday() >= 5)
        day.end_hour(hour)
    _follow(day)
    _measure(day)
    return day.played


# ---- posts go out


def _post(day: Day, municipality: Municipality) -> None:
    with scope(municipality):
        team = _team(municipality)
        post = _ready(team) or _written(day, team)
        if post is None:
            return
        _agree_to_now(post, team)
        publish_now(post, by=team.officer)
        for_whom = [publication.delivery_id for publication in publications(post)]
    _send()
    with scope(municipality):
        out = [p for p in publications(post) if p.delivery_id in for_whom and p.delivery.state == State.PUBLISHED]
        where = ", ".join(publication.channel.handle for publication in out)
        day.played.posts += len(out)
        text = f"објављује „{post.title}“ ({where})" if out else f"шаље „{post.title}“, мрежа још није потврдила"
        day.line(day.rng.randint(0, 9), f"{municipality.name_cyrl} {text}")


def _team(municipality: Municipality) -> Team:
    people = {
        member.role: member.user
        for member in municipality.memberships.running()
        .filter(user__is_demo=True)
        .select_related("user")
        .order_by("-pk")
    }
    return Team(municipality, people[Role.OFFICER], people[Role.APPROVER])


def _ready(team: Team) -> Post | None:
    """The next post that waits for its time and is approved."""
    for post in upcoming(limit=3):
        states = {publication.delivery.state for publication in publications(post)}
        version = latest_version(post)
        if states == {State.SCHEDULED} and version and _is_agreed(version, team.municipality):
            return post
    return None


def _is_agreed(version: Version, municipality: Municipality) -> bool:
    """Whether everybody agreed whom the rule of the municipality requires today; its rule may have become stricter
    since."""
    return not municipality.needs_approval or approval_progress(version, municipality).met


def _agree_to_now(post: Post, team: Team) -> None:
    """What was approved for another time is asked for again, and all agree."""
    hours = approval_window(post)
    version = latest_version(post)
    if hours is None or version is None or hours[0] <= timezone.now() <= hours[1]:
        return
    ask_to_publish_now(post, by=team.officer)
    decisions.agree(post, version, _town(team))


def _town(team: Team) -> MunicipalityContext:
    """As much of it as decisions need."""
    mentor = next(iter(mentors_of(team.municipality)), team.officer)
    people = People({}, mentor, team.officer, team.officer, timezone.localdate(), mentor, mentor)
    return MunicipalityContext(team, [], {}, people)


def _written(day: Day, team: Team) -> Post | None:
    """A new one, all the way: written, submitted, decided as the municipality wants it."""
    context = _town(team)
    planned = day.rng.choice(texts.coming(team.municipality.slug, timezone.localdate(), 8))
    draft = published_posts.draft(context, planned)
    post = create(team.municipality, by=team.officer)
    channels = tuple(Channel.objects.filter(is_practice=True).order_by("pk").values_list("pk", flat=True)[:1])
    whole = Draft(texts=draft.texts, link=draft.link, channels=channels)
    new_content = Content(whole, planned.title, planned.category)
    saved = save_draft(post, new_content, revision=post.revision, by=team.officer)
    assert isinstance(saved, Saved)  # no concurrent edits
    Post.objects.filter(pk=post.pk).update(is_demo=True)
    if team.municipality.approval == Approval.NONE:
        return saved.post
    post = submit(saved.post, by=team.officer)
    version = latest_version(post)
    if version is None:
        return None
    decisions.agree(post, version, context)
    return Post.objects.get(pk=post.pk)


def _send() -> None:
    """Let the outbox send what is due: by the publisher that runs, or here."""
    if cache.get(HEARTBEAT_KEY) is None:
        # A claim brings one of each channel: what became due while the demo was filled in goes first.
        while publish_due(timezone.now()):
            pass
        return
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until and _is_sending():
        time.sleep(0.3)


def _is_sending() -> bool:
    from delivery.models import Delivery

    with everywhere("wait for the worker"):
        due = Q(state=State.SCHEDULED, due_at__lte=timezone.now()) | Q(state=State.SENDING)
        return Delivery.objects.filter(due, channel__is_practice=True).exists()


# ---- citizens


def _react(day: Day, hour: int, citizens: list[Account], weekend: bool) -> None:
    awake = AWAKE[hour] / sum(AWAKE.values()) * (WEEKEND.get(hour, 1.0) if weekend else 1.0)
    since = timezone.now() - RECENT
    posts = Status.objects.filter(account__kind=AccountKind.PAGE, in_reply_to=None, created_at__gte=since)
    for status in posts.select_related("account").order_by("-pk"):
        _gather(day, status, awake)
        if status.account.imitation.comment and day.rng.random() < _wordiness(status) * awake:
            _comment(day, status, citizens)
    if day.rng.random() < awake * 2:
        _ask(day, citizens)


def _gather(day: Day, status: Status, awake: float) -> None:
    """What the counted public gives a post in this hour: most on its first day, a third on each that follows."""
    category = _category(status)
    old = (timezone.now() - status.created_at) > timedelta(hours=20)
    mean = status.account.followers_count * LIKES[category] * awake * (0.12 if old else FRESH_SHARE)
    likes = int(mean * day.rng.lognormvariate(0, 0.5) + day.rng.random())
    shares = int(likes * SHARES[category] + day.rng.random() * 0.4) if status.account.imitation.share else 0
    if likes or shares:
        react.crowd(status.pk, likes=likes, boosts=shares)
        day.played.likes += likes
        day.played.shares += shares


def _category(status: Status) -> str:
    """What the post is for: the portal knows, the network does not."""
    with everywhere("what a status of the demo is about"):
        subjects = Subject.objects.filter(remote_id=str(status.pk), channel__is_practice=True)
        return subjects.values_list("traits__category", flat=True).first() or "service"


def _wordiness(status: Status) -> float:
    old = (timezone.now() - status.created_at) > timedelta(hours=20)
    return COMMENTS[_category(status)] * (0.1 if old else 1.0)


def _comment(day: Day, status: Status, citizens: list[Account]) -> None:
    category = _category(status)
    used = set(Status.objects.filter(root=status).values_list("text", flat=True))
    fitting = [
        candidate for candidate in texts.citizens()[1] if candidate.fits(category) and candidate.text not in used
    ]
    if not fitting:
        return
    author, comment = day.rng.choice(citizens), day.rng.choice(fitting)
    write.publish(author, write.Draft(comment.text, "sr", reply_to=status.pk))
    react.like(author, status.pk)
    day.played.comments += 1
    day.line(day.later(), f"{author.display_name} под објавом {status.account}: „{comment.text}“")


def _ask(day: Day, citizens: list[Account]) -> None:
    pages = list(Account.objects.filter(kind=AccountKind.PAGE, is_demo=True).order_by("pk"))
    author, page = day.rng.choice(citizens), day.rng.choice(pages)
    question = day.rng.choice(texts.asks())
    write.publish(author, write.Draft(f"@{page.username} {question}", "sr"))
    day.played.comments += 1
    day.line(day.later(), f"{author.display_name} пише страници {page}: „{question}“")


def _follow(day: Day) -> None:
    for page in Account.objects.filter(kind=AccountKind.PAGE, is_demo=True):
        more = int(page.followers_count * 0.003 * day.rng.lognormvariate(0, 0.5) + day.rng.random())
        if more:
            react.crowd_follows(page.pk, more)
            day.played.followers += more


# ---- numbers come back


def _measure(day: Day) -> None:
    """Fetch the metrics of everything that may have changed today, as the fetch schedule does, only now."""
    collect.enrol()
    for channel_id, subject_ids in _touched():
        collect.collect(channel_id, subject_ids)
        day.played.snapshots += len(subject_ids)
    rollup.rebuild_dirty_days()
    daily_counts.sweep()


def _touched() -> Iterator[tuple[int, list[int]]]:
    since = timezone.now() - RECENT - timedelta(days=1)
    with everywhere("what a played day may have changed"):
        fresh = Q(kind=SubjectKind.CHANNEL) | Q(published_at__gte=since)
        rows = list(Subject.objects.filter(fresh, channel__is_practice=True).values_list("channel_id", "pk"))
    by_channel: dict[int, list[int]] = {}
    for channel_id, pk in rows:
        by_channel.setdefault(channel_id, []).append(pk)
    yield from by_channel.items()
