"""Sixty days of published posts: written, approved, sent, and their result on the network.

Rows are inserted in bulk with dates in the past. Their contents come from the portal's own code: drafts, frozen
versions and payloads have exactly the shape that its verbs give them.
"""

import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from common.models import AuditEvent
from delivery.enums import Outcome, ReasonCode, State, Step
from delivery.models import Attempt, Delivery
from demo import mentoring, threads
from demo.library import Drawn
from demo.municipality_context import MunicipalityContext
from demo.network import ChannelPage, server
from demo.people import Team
from demo.rows import insert, office_time
from demo.texts import CHOSEN, Planned, chance
from posts import compose
from posts.draft import CallToAction, Draft, Interactive, Shown, Text
from posts.editing.domain.freeze import freeze
from posts.editing.domain.save import set_time, store_draft
from posts.enums import DecisionKind, Stage
from posts.interactive import OPEN_FOR
from posts.models import Closing, Decision, Post, Publication, Version
from posts.publishing.domain.publications import KIND
from posts.queries import content, frozen_files
from practice.models import Status

# What people answered is reported so long after the post.
CLOSED_AFTER = timedelta(days=10)
POLL_DAYS = 7


@dataclass
class SentPost:
    """A post that went out on one channel: its rows, and the status it became."""

    planned: Planned
    voice: ChannelPage
    post: Post
    version: Version
    what: Draft
    part: compose.Part
    at: datetime
    drawn: list[Drawn]
    publication: Publication | None = None
    delivery: Delivery | None = None
    status: Status | None = None


@dataclass
class PublishedPosts:
    """Everything of one municipality that was sent, with its audit events. `name` tells what is random in two of the
    same municipality apart."""

    team: Team
    voices: list[ChannelPage]
    name: str = ""
    sent: list[SentPost] = field(default_factory=list)
    events: list[AuditEvent] = field(default_factory=list)


def create(context: MunicipalityContext, plans: list[Planned], name: str = "") -> PublishedPosts:
    """Posts, versions, decisions, conversations and publications-to-be. Inside the municipality's scope."""
    team, past = context.team, PublishedPosts(context.team, context.voices, name)
    rng = chance("past", team.municipality.slug)
    posts = insert([_post(context, plan, rng) for plan in plans])
    versions = [freeze(post, by=team.officer) for post in posts]
    for post, version in zip(posts, versions, strict=True):
        version.created_at = threads.moment(post, threads.SUBMITTED)
    Version.objects.bulk_update(versions, ["created_at"])
    insert([d for post, version in zip(posts, versions, strict=True) for d in decisions(team, post, version)])
    threads.threads_of_published(context, list(zip(posts, versions, strict=True)), rng)
    given = mentoring.feedback_of_published(
        context, list(zip(posts, versions, strict=True)), chance("rubric", team.municipality.slug)
    )
    past.events += [event("feedback.give", row.mentor, row.given_at, row.post) for row in given]
    insert(
        [
            _closing(context, planned_post, post)
            for planned_post, post in zip(plans, posts, strict=True)
            if _is_closed(planned_post)
        ]
    )
    for planned, post, version in zip(plans, posts, versions, strict=True):
        past.events += _events(team, post, version)
        past.sent += parts(context, planned, post, version)
    return past


def draft(context: MunicipalityContext, planned: Planned) -> Draft:
    """What the composer holds for this post."""
    texts = {tag: Text(text) for tag, text in planned.texts.items()}
    if any(tag == "sr-Latn" for voice in context.voices for tag in voice.plan.languages):
        texts["sr-Latn"] = Text(compose.derive(planned.texts["sr-Cyrl"], "sr-Latn"), "sr-Cyrl")
    pictures = [context.drawn[planned.picture].media] if planned.picture in context.drawn else []
    voices = [voice for voice in context.voices if voice.plan.username in planned.channels]
    return Draft(
        texts=texts,
        media=tuple(Shown(media.pk, media.alt) for media in pictures),
        link=planned.link,
        headline=planned.title if any(voice.page.imitation.has_title for voice in voices) else "",
        call=CallToAction(planned.call),
        service=planned.service,
        interactive=_interactive(planned),
        channels=tuple(voice.channel.pk for voice in voices),
        settings={voice.channel.pk: CHOSEN[voice.plan.network] for voice in voices if voice.plan.network in CHOSEN},
    )


def _interactive(planned: Planned) -> Interactive:
    planned_format = planned.asked
    days = POLL_DAYS if planned_format and planned_format.options else 0
    return (
        Interactive(planned_format.format, planned_format.options, days=days, promise=planned_format.promise)
        if planned_format
        else Interactive()
    )


def _post(context: MunicipalityContext, planned: Planned, rng: random.Random) -> Post:
    due = planned.time.due_at
    approved_at = office_time(due - timedelta(hours=1), -rng.randint(10, 300))
    post = Post(
        municipality=context.team.municipality,
        title=planned.title,
        category=planned.category,
        stage=Stage.APPROVED,
        revision=rng.randint(4, 30),
        author=context.team.officer,
        created_at=office_time(approved_at, -rng.randint(500, 1400)),
        updated_at=approved_at,
        is_demo=True,
        report_asked_at=_told_of_answers(planned),
    )
    store_draft(post, draft(context, planned))
    set_time(post, planned.time)
    return post


def _told_of_answers(planned: Planned) -> datetime | None:
    """When the author was notified of the results, for posts whose poll is over."""
    ends = planned.time.due_at + OPEN_FOR
    return ends if planned.asked and ends < timezone.now() else None


def _is_closed(planned: Planned) -> bool:
    """The newest still wait for their report, as they would anywhere."""
    return planned.asked is not None and planned.time.due_at < timezone.now() - CLOSED_AFTER


def _closing(context: MunicipalityContext, planned: Planned, post: Post) -> Closing:
    assert planned.asked is not None
    interactive, at = planned.asked, planned.time.due_at + CLOSED_AFTER
    return Closing(
        municipality=context.team.municipality, post=post, promise=interactive.promise, answers=interactive.answers,
        results=interactive.results, done=interactive.done, by=context.team.officer, at=at, changed_at=at,
    )  # fmt: skip


def decisions(team: Team, post: Post, version: Version) -> list[Decision]:
    where = {"municipality": team.municipality, "version": version, "due_at": post.due_at}
    submitted_at = threads.moment(post, threads.SUBMITTED)
    submitted = Decision(kind=DecisionKind.SUBMITTED, by=team.officer, at=submitted_at, **where)
    return [submitted, Decision(kind=DecisionKind.APPROVED, by=team.approver, at=post.updated_at, **where)]


def parts(context: MunicipalityContext, planned: Planned, post: Post, version: Version) -> list[SentPost]:
    """What is sent of this version, a few seconds after its due time."""
    what, rng = content(version), chance("parts", context.team.municipality.slug, str(post.due_at))
    pictures = [context.drawn[planned.picture]] if planned.picture in context.drawn else []
    assert post.due_at is not None
    return [
        SentPost(
            planned, voice, post, version, what, part, post.due_at + timedelta(seconds=rng.randint(1, 9)), pictures
        )
        for voice in context.voices
        if voice.channel.pk in what.channels
        for part in compose.parts(what, voice.channel)
    ]


def _events(team: Team, post: Post, version: Version) -> list[AuditEvent]:
    written = [
        ("post.create", team.officer, post.created_at, {}),
        ("post.submit", team.officer, threads.moment(post, threads.SUBMITTED), {"version": version.number}),
        ("post.approve", team.approver, post.updated_at, {"version": version.number}),
    ]
    return [event(verb, by, at, post, **detail) for verb, by, at, detail in written]


def event(verb: str, by: Any, at: datetime, target: Any, **detail: Any) -> AuditEvent:
    return AuditEvent(
        at=at,
        verb=verb,
        actor_id=by.pk if by else None,
        actor_label=str(by) if by else "",
        municipality_id=target.municipality_id,
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        target_label=str(target)[:300],
        detail=detail,
    )


def deliver(past: PublishedPosts) -> None:
    """Deliveries, attempts and publications of everything with a status. Within the municipality's scope."""
    rng = chance("deliver", past.team.municipality.slug + past.name)
    for sent in past.sent:
        sent.delivery = delivery(sent, uuid.UUID(int=rng.getrandbits(128), version=4))
    deliveries = insert([sent.delivery for sent in past.sent])
    insert([attempt(sent) for sent in past.sent])
    for sent in past.sent:
        sent.publication = publication(sent)
    insert([sent.publication for sent in past.sent])
    past.events += [
        event("delivery.published", None, delivery.published_at, delivery, because=ReasonCode.SENT)
        for delivery in deliveries
    ]


def delivery(sent: SentPost, key: uuid.UUID) -> Delivery:
    """Published where there is a status. The caller fills in the rest."""
    due, approved = sent.post.due_at, sent.post.updated_at
    assert due is not None
    payload = compose.outgoing(sent.what, sent.part, frozen_files(sent.version), key=key, created_at=approved)
    row = Delivery(
        municipality_id=sent.post.municipality_id, channel=sent.voice.channel, kind=KIND, payload=payload.to_json(),
        key=key, due_at=due, not_after=due + timedelta(hours=2), next_at=due, created_at=approved, state_at=sent.at,
    )  # fmt: skip
    if sent.status:
        row.state, row.reason, row.published_at = State.PUBLISHED, ReasonCode.SENT, sent.at
        row.remote_id = str(sent.status.pk)
        row.permalink = f"{server()}/@{sent.voice.page.username}/{sent.status.pk}"
    return row


def attempt(sent: SentPost) -> Attempt:
    assert sent.delivery is not None
    return Attempt(
        municipality_id=sent.post.municipality_id,
        delivery=sent.delivery,
        number=1,
        step=Step.CREATE,
        opened_at=sent.delivery.due_at,
        taken_at=sent.delivery.due_at,
        sent_at=sent.at,
        closed_at=sent.at + timedelta(milliseconds=240),
        outcome=Outcome.OK,
        detail={"key": sent.delivery.key.hex, "remote_id": sent.delivery.remote_id},
    )


def publication(sent: SentPost) -> Publication:
    assert sent.delivery is not None
    return Publication(
        municipality_id=sent.post.municipality_id,
        post=sent.post,
        version=sent.version,
        channel=sent.voice.channel,
        slot=sent.part.slot,
        delivery=sent.delivery,
        created_at=sent.delivery.created_at,
    )
