"""What waits for somebody today, done with the portal's own verbs wherever the present is enough.

What went wrong lies in the past, so those rows are made as `past` makes them: one post the network refused, one of
which nobody knows whether it went out, one that nobody approved in time.
"""

import uuid
from datetime import datetime, time, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from delivery.enums import Because, Outcome, State
from delivery.models import Attempt, Delivery
from municipalities.tenancy import scope
from portal.demo import past as pasts
from portal.demo import threads
from portal.demo.past import Sent, Town
from portal.demo.rows import insert
from portal.demo.texts import HOURS_AFTER, Planned, chance, coming
from posts.domain.approve import approve, send_back
from posts.domain.create import create
from posts.domain.freeze import freeze
from posts.domain.save import Content, Saved, plan, remember, save_draft
from posts.domain.submit import submit
from posts.enums import Stage
from posts.models import Post
from posts.queries import latest_version
from posts.rules import present as at_present
from practice.domain import write as network
from practice.domain.upload import upload
from practice.models import Status

# What each municipality has on its desk; the two that have demo accounts have most.
DESKS = {
    "cuprija": ("scheduled", "scheduled", "scheduled", "submitted", "returned", "draft", "remarked"),
    "novi-pazar": ("scheduled", "scheduled", "submitted", "draft", "remarked"),
}
DESK = ("scheduled", "submitted", "draft")
NOTE = "Допуните позив на акцију: шта грађани треба да ураде и до када. Наслов је добар."
TROUBLES = {"cuprija": (State.FAILED, State.UNCONFIRMED, State.EXPIRED), "novi-pazar": (State.EXPIRED,)}
REFUSED = "Media type is not accepted"


def planned(slug: str) -> int:
    """How many posts the desk and the troubles of a municipality need."""
    return len(DESKS.get(slug, DESK)) + len(TROUBLES.get(slug, ()))


def lay_out(town: Town, now: datetime) -> None:
    """Drafts, a post that waits, one that came back, some for the coming days. Opens the municipality's scope."""
    slug = town.team.municipality.slug
    desk = DESKS.get(slug, DESK)
    plans = coming(slug, timezone.localdate(now), planned(slug))
    with scope(town.team.municipality):
        for kind, each in zip(desk, plans, strict=False):
            _post(kind, each, town)
        for state, each in zip(TROUBLES.get(slug, ()), plans[len(desk) :], strict=True):
            _trouble(state, each, town, now)


def _post(kind: str, planned: Planned, town: Town) -> None:
    team = town.team
    post = create(team.municipality, by=team.officer)
    time = planned.time if kind != "draft" else None
    words = Content(pasts.draft(town, planned), planned.title, planned.category, time)
    saved = save_draft(post, words, revision=post.revision, by=team.officer)
    assert isinstance(saved, Saved)  # nobody else is at it
    post = saved.post
    Post.objects.filter(pk=post.pk).update(is_demo=True)
    if kind == "remarked":
        threads.talk(post, planned, officer=team.officer, mentor=town.people.mentor)
    if kind in ("scheduled", "submitted", "returned"):
        post = submit(post, by=team.officer)
    version = latest_version(post)
    if kind == "scheduled" and version:
        approve(post, version, by=team.approver)
    if kind == "returned" and version:
        send_back(post, version, by=team.approver, note=NOTE)


def _trouble(state: State, planned: Planned, town: Town, now: datetime) -> None:
    """A post of this morning or of yesterday that did not simply go out."""
    due = usual_times(now)[(State.UNCONFIRMED, State.FAILED, State.EXPIRED).index(state)]
    approved = state != State.EXPIRED
    post = _written(planned, town, due, Stage.APPROVED if approved else Stage.SUBMITTED)
    version = freeze(post, by=town.team.officer)
    insert(pasts.decisions(town.team, post, version)[: 2 if approved else 1])
    rng = chance("trouble", town.team.municipality.slug, state)
    for sent in pasts.parts(town, planned, post, version)[:1]:
        sent.delivery = _settled(state, pasts.delivery(sent, uuid.UUID(int=rng.getrandbits(128), version=4)))
        insert([sent.delivery])
        insert(_attempts(state, sent))
        insert([pasts.publication(sent)])
        if state == State.UNCONFIRMED:
            _posted_by_hand(sent, due)
        row = sent.delivery
        insert([pasts.event(f"delivery.{state}", None, row.state_at, row, because=row.reason)])


def usual_times(now: datetime) -> list[datetime]:
    """When a municipality usually posts, the last times at least an hour ago, newest first."""
    today = timezone.localdate(now)
    times = [
        timezone.make_aware(datetime.combine(today - timedelta(days=ago), time(hour, minute)))
        for ago in range(3)
        for hour, minute in HOURS_AFTER
    ]
    return sorted((at for at in times if at < now - timedelta(hours=1)), reverse=True)


def _written(planned: Planned, town: Town, due: datetime, stage: Stage) -> Post:
    post = Post(
        municipality=town.team.municipality, title=planned.title, category=planned.category, author=town.team.officer,
        stage=stage, revision=9, is_demo=True, created_at=due - timedelta(hours=30),
        updated_at=due - timedelta(hours=3),
    )  # fmt: skip
    remember(post, pasts.draft(town, planned))
    plan(post, at_present(due))
    insert([post])
    return post


def _settled(state: State, delivery: Delivery) -> Delivery:
    delivery.state = state
    if state == State.FAILED:
        delivery.reason, delivery.problem = Because.REJECTED, REFUSED
    elif state == State.EXPIRED:
        delivery.reason, delivery.state_at = Because.NOT_APPROVED, delivery.due_at
    else:
        delivery.reason, delivery.unknown_since = Because.OUTCOME_UNKNOWN, delivery.state_at
        delivery.problem = "The network did not answer in time."
        delivery.next_at = timezone.now() + timedelta(minutes=5)
    return delivery


def _attempts(state: State, sent: Sent) -> list[Attempt]:
    if state == State.EXPIRED or sent.delivery is None:
        return []
    row = pasts.attempt(sent)
    row.outcome = Outcome.REJECTED if state == State.FAILED else Outcome.UNKNOWN
    row.detail = {"key": sent.delivery.key.hex, "words": sent.delivery.problem}
    row.closed_at = sent.at + timedelta(seconds=60)
    return [row]


def _posted_by_hand(sent: Sent, due: datetime) -> None:
    """Why the portal cannot tell: a colleague put nearly the same words on the page by hand at that very time.

    The beginning is the same and the rest is not, so the portal's look finds a post that might be this one.
    """
    page = sent.voice.page
    pictures = [
        upload(page, SimpleUploadedFile("slika.jpg", drawn.content, "image/jpeg"), drawn.media.alt)
        for drawn in sent.drawn
    ]
    begun = sent.part.text[:80].rsplit(" ", 1)[0]
    words = network.Draft(f"{begun}… Више на сајту. Хвала на стрпљењу!", "sr", [picture.pk for picture in pictures])
    made = network.publish(page, words)
    Status.objects.filter(pk=made.pk).update(created_at=due + timedelta(minutes=1))
