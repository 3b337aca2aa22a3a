"""Posts that wait for somebody today, created by the portal's own verbs wherever possible.

Failures lie in the past, so their rows are inserted as in `published_posts`: one post that the network refused, one
whose outcome is unknown, and one that was not approved in time.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from delivery.enums import Outcome, ReasonCode, State
from delivery.models import Attempt, Delivery
from demo import decisions, threads
from demo import published_posts as pasts
from demo.municipality_context import MunicipalityContext
from demo.people import Team
from demo.published_posts import SentPost
from demo.rows import insert, made_at
from demo.texts import HOURS_AFTER, Planned, chance, coming
from municipalities.enums import Approval
from municipalities.tenancy import scope
from platforms.answers import UNANSWERED
from posts.editing.domain.create import create
from posts.editing.domain.freeze import freeze
from posts.editing.domain.save import Content, Saved, save_draft, set_time, store_draft
from posts.editing.domain.submit import submit
from posts.enums import Stage
from posts.models import Post, Seen
from posts.queries import latest_version
from posts.review.domain.approve import approve, endorse, send_back
from posts.rules import resolve_moment as at_present
from posts.scheduling.domain.schedule import schedule
from practice.domain import write as network
from practice.domain.upload import upload
from practice.models import Status

# What each municipality has on its desk, and how many hours ago the last of it happened.
DESKS: dict[str, tuple[tuple[str, float], ...]] = {
    "cuprija": (
        ("scheduled", 30), ("scheduled", 28), ("scheduled", 26), ("submitted", 3.5), ("returned", 20), ("draft", 0.3),
        ("remarked", 1.2), ("reworked", 5),
    ),
    "kragujevac": (("scheduled", 50), ("submitted", 26), ("halfway", 22), ("draft", 2)),
    "mali-zvornik": (("scheduled", 27), ("submitted", 9), ("draft", 74)),
    "novi-pazar": (
        ("scheduled", 29), ("scheduled", 25), ("submitted", 7), ("draft", 4), ("remarked", 6), ("endorsed", 2.5),
    ),
    "vlasotince": (("scheduled", 31), ("submitted", 1.8), ("draft", 23)),
    "vrnjacka-banja": (("scheduled", 33), ("submitted", 12), ("draft", 52), ("reworked", 24)),
    "nis": (("scheduled", 30), ("submitted", 5), ("draft", 2)),
    "subotica": (("scheduled", 28), ("submitted", 4), ("draft", 20)),
    "bujanovac": (("submitted", 8), ("draft", 30)),
    "dimitrovgrad": (("scheduled", 50), ("draft", 6)),
    "backi-petrovac": (("submitted", 24), ("draft", 3)),
    "crna-trava": (("scheduled", 48), ("draft", 70)),
}  # fmt: skip
NOTE = "Допуните позив на акцију: шта грађани треба да ураде и до када. Наслов је добар."
READ = "Јасно је и има рок. Од мене може да иде."
TALKED = ("remarked", "reworked")
SEEN_AFTER = timedelta(minutes=20)
TROUBLES = {"cuprija": (State.FAILED, State.UNCONFIRMED, State.EXPIRED), "novi-pazar": (State.EXPIRED,)}
REFUSED = "Media type is not accepted"


def planned_until(slug: str) -> int:
    """How many posts the desk and the troubles of a municipality need."""
    return len(DESKS[slug]) + len(TROUBLES.get(slug, ()))


def pictures_of(team: Team, now: datetime) -> list[str]:
    """The kinds of pictures that `lay_out` needs."""
    slug = team.municipality.slug
    plans = coming(slug, timezone.localdate(now), planned_until(slug))
    return sorted({planned.picture for planned in plans if planned.picture})


def lay_out(context: MunicipalityContext, now: datetime) -> None:
    """Drafts, posts that wait, one that came back, some for the coming days. Opens the municipality's scope."""
    slug = context.team.municipality.slug
    desk = DESKS[slug]
    plans = coming(slug, timezone.localdate(now), planned_until(slug))
    with scope(context.team.municipality):
        for kind, hours, planned_post in _shared(desk, plans[: len(desk)]):
            _post(kind, planned_post, context, now - timedelta(hours=hours))
        for state, planned_post in zip(TROUBLES.get(slug, ()), plans[len(desk) :], strict=True):
            _trouble(state, planned_post, context, now)


def _shared(desk: Sequence[tuple[str, float]], plans: list[Planned]) -> Iterator[tuple[str, float, Planned]]:
    """What is talked about has a picture to talk about; the rest comes in its order."""
    pictured = iter(sorted((p for p in plans if p.picture), key=lambda p: not threads.is_long(p.texts[threads.TAG])))
    talked = {index: next(pictured, None) for index, (kind, _hours) in enumerate(desk) if kind in TALKED}
    rest = iter([plan for plan in plans if plan not in talked.values()])
    for index, (kind, hours) in enumerate(desk):
        yield kind, hours, talked.get(index) or next(rest)


def _post(kind: str, planned: Planned, context: MunicipalityContext, last: datetime) -> None:
    """`last`: when the last thing was done about it."""
    team, mentor = context.team, context.people.mentor
    with made_at(last - timedelta(hours=4)):
        post = create(team.municipality, by=team.officer)
        time = planned.time if kind != "draft" else None
        new_content = Content(pasts.draft(context, planned), planned.title, planned.category, time)
        saved = save_draft(post, new_content, revision=post.revision, by=team.officer)
        assert isinstance(saved, Saved)  # no concurrent edits
        post = saved.post
    Post.objects.filter(pk=post.pk).update(is_demo=True)
    if kind == "remarked":
        threads.talk(post, planned, officer=team.officer, mentor=mentor, last=last)
    elif kind == "reworked":
        threads.rework(post, context, planned.time, last=last)
    elif kind == "scheduled" and team.municipality.approval == Approval.NONE:
        with made_at(last):
            schedule(post, planned.time, by=team.officer)
    elif kind != "draft":
        _decided(kind, post, context, last)
    Post.objects.filter(pk=post.pk).update(updated_at=last)
    if kind in ("draft", "returned", "halfway"):
        Seen.objects.create(
            municipality=team.municipality, post=post, user=mentor, at=min(last + SEEN_AFTER, timezone.now())
        )


def _decided(kind: str, post: Post, context: MunicipalityContext, last: datetime) -> None:
    team, mentor = context.team, context.people.mentor
    with made_at(last if kind == "submitted" else last - timedelta(hours=2)):
        post = submit(post, by=team.officer)
        version = latest_version(post)
        assert version is not None
    with made_at(last):
        if kind == "scheduled":
            decisions.agree(post, version, context)
        elif kind == "halfway":
            approve(post, version, by=team.approver)
        elif kind == "endorsed":
            endorse(post, version, by=mentor, note=READ)
        elif kind == "returned":
            send_back(post, version, by=team.approver, note=NOTE)


def _trouble(state: State, planned: Planned, context: MunicipalityContext, now: datetime) -> None:
    """A post of this morning or of yesterday that did not simply go out."""
    due = usual_times(now)[(State.UNCONFIRMED, State.FAILED, State.EXPIRED).index(state)]
    approved = state != State.EXPIRED
    post = _written(planned, context, due, Stage.APPROVED if approved else Stage.SUBMITTED)
    version = freeze(post, by=context.team.officer)
    insert(pasts.decisions(context.team, post, version)[: 2 if approved else 1])
    rng = chance("trouble", context.team.municipality.slug, state)
    for sent in pasts.parts(context, planned, post, version)[:1]:
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


def _written(planned: Planned, context: MunicipalityContext, due: datetime, stage: Stage) -> Post:
    post = Post(
        municipality=context.team.municipality, title=planned.title, category=planned.category,
        author=context.team.officer,
        stage=stage, revision=9, is_demo=True, created_at=due - timedelta(hours=30),
        updated_at=due - timedelta(hours=3),
    )  # fmt: skip
    store_draft(post, pasts.draft(context, planned))
    set_time(post, at_present(due))
    insert([post])
    return post


def _settled(state: State, delivery: Delivery) -> Delivery:
    delivery.state = state
    if state == State.FAILED:
        delivery.reason, delivery.problem = ReasonCode.REJECTED, REFUSED
    elif state == State.EXPIRED:
        delivery.reason, delivery.state_at = ReasonCode.NOT_APPROVED, delivery.due_at
    else:
        delivery.reason, delivery.unknown_since = ReasonCode.OUTCOME_UNKNOWN, delivery.state_at
        delivery.problem = UNANSWERED
        delivery.next_at = timezone.now() + timedelta(minutes=5)
    return delivery


def _attempts(state: State, sent: SentPost) -> list[Attempt]:
    if state == State.EXPIRED or sent.delivery is None:
        return []
    row = pasts.attempt(sent)
    row.outcome = Outcome.REJECTED if state == State.FAILED else Outcome.UNKNOWN
    row.detail = {"key": sent.delivery.key.hex, "words": sent.delivery.problem}
    if state == State.FAILED:
        row.detail["evidence"] = {"message": REFUSED, "field": "pictures"}
    row.closed_at = sent.at + timedelta(seconds=60)
    return [row]


def _posted_by_hand(sent: SentPost, due: datetime) -> None:
    """Makes the outcome unclear: a colleague posted nearly the same text by hand at that very time.

    The beginning is the same and the rest is not, so the reconciliation finds a post that might be this one.
    """
    page = sent.voice.page
    pictures = [
        upload(page, SimpleUploadedFile("slika.jpg", drawn.content, "image/jpeg"), drawn.media.alt)
        for drawn in sent.drawn
    ]
    begun = sent.part.text[:80].rsplit(" ", 1)[0]
    network_draft = network.Draft(
        f"{begun}… Више на сајту. Хвала на стрпљењу!", "sr", [picture.pk for picture in pictures]
    )
    status = network.publish(page, network_draft)
    Status.objects.filter(pk=status.pk).update(created_at=due + timedelta(minutes=1))
