"""Fetching metrics from networks: create subjects for new posts, claim what is due, ask the network, store the answer.

A claim only moves `next_fetch_at` ahead by a lease, so a worker that dies costs one lease and no metric value. A
channel is queried in batches of the size that its network accepts; each batch is stored before the next one is
requested, and delivery goes first in between. Every fetch is stored as a snapshot, also one that returned nothing new,
nothing at all, or that could not be made in time, so that a gap in a chart has a reason. The same fetch shows whether a
post still exists and what it contains; a post counts as gone after two fetches, minutes apart.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from analytics.enums import SUCCESSFUL, FetchOutcome, SubjectKind
from analytics.ingestion import rules
from analytics.ingestion.domain import (
    bulk_insert,
    dirty_days,
    insert_imported,
    limited_time,
    metric_availability,
    traits,
)
from analytics.ingestion.queries import channels_without_subject, publications_without_subject
from analytics.metrics import INTERACTIONS, POST_METRICS, believed, interactions
from analytics.models import MetricSnapshot, Subject, Traits
from channels import rate_limits, validation
from channels.connector_factory import open_channel
from channels.enums import ChannelState
from channels.models import Channel
from delivery.domain import external_changes
from delivery.domain.missing import missing
from delivery.domain.move import Moved
from delivery.models import Delivery
from municipalities.tenancy import everywhere, scope
from platforms.errors import NeedsConsent, NotAllowed, NotReached, PlatformError, RateLimited, Rejected
from platforms.protocols import Connector
from platforms.types import Gone, MetricValues, PollCount, PostMetrics
from posts.models import Publication
from posts.polls.domain import count_votes

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
# The time limit of a task is 150 s; what is left after this is due again at the next tick.
TIME_BUDGET_SECONDS = 60
# A disconnected channel is checked once a day.
DISCONNECTED_INTERVAL = timedelta(days=1)
MAX_WAIT = timedelta(days=1)
FetchResult = tuple[FetchOutcome, MetricValues]
# Gaps are explained for this many days at most.
MAX_MISSED_DAYS = 100


@dataclass
class Answers:
    """What a network returned, by subject. Subjects without an answer are missing."""

    results: dict[int, FetchResult] = field(default_factory=dict)
    texts: dict[int, external_changes.NetworkText] = field(default_factory=dict)
    polls: dict[int, PollCount] = field(default_factory=dict)


def enrol() -> int:
    """Create subjects for what was published or connected since the last run. Returns how many are new."""
    with everywhere("find publications without a subject"), transaction.atomic():
        now = timezone.now()
        publications = list(publications_without_subject())
        keys = {publication.pk: traits.key_of(publication) for publication in publications}
        rows = traits.rows_for(keys.values())
        new = [_subject_of(publication, rows[keys[publication.pk]], now) for publication in publications]
        new += [
            Subject(municipality_id=c.municipality_id, kind=SubjectKind.CHANNEL, channel=c, next_fetch_at=now)
            for c in channels_without_subject()
        ]
        insert_imported.drop_duplicates(new)
        Subject.objects.bulk_create(new, ignore_conflicts=True)
        dirty_days.mark_published(new)
        return len(new)


def _subject_of(publication: Publication, kind: Traits, now: datetime) -> Subject:
    delivery = publication.delivery
    assert delivery.published_at is not None  # a constraint says so
    return Subject(
        municipality_id=publication.municipality_id,
        kind=SubjectKind.PUBLICATION,
        channel_id=publication.channel_id,
        publication=publication,
        remote_id=delivery.remote_id,
        traits=kind,
        published_at=delivery.published_at,
        published_on=timezone.localdate(delivery.published_at),
        next_fetch_at=rules.first_fetch(delivery.published_at, now) if _is_fetched(publication.channel) else None,
    )


def _is_fetched(channel: Channel) -> bool:
    """Whether a network answers when it is asked for metrics of a post."""
    return bool(validation.measures(channel)) and not validation.counts_by_events(channel.platform)


def claim(limit: int = 500) -> dict[int, list[int]]:
    """Due subjects by channel. Moves their `next_fetch_at` ahead by a lease; `due_since` holds since when they are
    due."""
    with everywhere("claim due fetches"), transaction.atomic():
        now = timezone.now()
        due = list(
            Subject.objects.select_for_update(skip_locked=True)
            .filter(next_fetch_at__lte=now)
            .order_by("next_fetch_at")
            .values_list("pk", "channel_id")[:limit]
        )
        Subject.objects.filter(pk__in=[pk for pk, _ in due]).update(
            next_fetch_at=now + LEASE, due_since=Coalesce("due_since", F("next_fetch_at"))
        )
    by_channel: dict[int, list[int]] = defaultdict(list)
    for pk, channel_id in due:
        by_channel[channel_id].append(pk)
    return dict(by_channel)


def collect(channel_id: int, subject_ids: Iterable[int]) -> None:
    """Fetch metrics of these subjects of one channel and store them."""
    with everywhere("a fetch starts from its channel's row"):
        channel = Channel.objects.select_related("municipality").get(pk=channel_id)
    with scope(channel.municipality_id):
        wanted = Subject.objects.filter(pk__in=list(subject_ids), channel=channel).select_related("traits")
        known = list(wanted.order_by("next_fetch_at", "pk"))
        ends = limited_time.ends(known, timezone.now())
        _fetch(channel, limited_time.still_public(known, ends, timezone.now()))
        limited_time.fetch_before_the_end(ends, timezone.now())


def _fetch(channel: Channel, subjects: list[Subject]) -> None:
    if channel.state == ChannelState.DISCONNECTED:
        _postpone_disconnected(subjects, timezone.now())
        return
    try:
        connector = open_channel(channel)
    except PlatformError as error:
        record(subjects, dict.fromkeys((s.pk for s in subjects), (_outcome(error), {})), timezone.now())
        return
    _fetch_batches(channel, connector, subjects)


def _fetch_batches(channel: Channel, connector: Connector, subjects: list[Subject]) -> None:
    """Fetch batch after batch, until the network or its rate limit refuses or the time budget is spent."""
    began = time.monotonic()
    left = list(subjects)
    for batch in _batches(connector, subjects):
        if until := rate_limits.waits_until(channel):
            _wait(left, until)
            return
        if time.monotonic() - began > TIME_BUDGET_SECONDS:
            Subject.objects.filter(pk__in=[s.pk for s in left]).update(next_fetch_at=timezone.now())
            return
        try:
            answers = _ask(connector, batch)
        except RateLimited as limited:
            _wait(left, limited.retry_at)
            return
        except (NeedsConsent, NotAllowed, NotReached) as error:
            # The remaining batches would get the same error.
            record(left, dict.fromkeys((s.pk for s in left), (_outcome(error), {})), timezone.now())
            return
        with transaction.atomic():
            record(batch, answers.results, timezone.now())
            _store_votes(batch, answers.polls, timezone.now())
        _record_texts(batch, answers.texts)
        del left[: len(batch)]


def _batches(connector: Connector, subjects: list[Subject]) -> Iterator[list[Subject]]:
    """The channel itself first, then its posts. Sorts `subjects` in place into the order of the batches."""
    subjects.sort(key=lambda subject: subject.kind != SubjectKind.CHANNEL)
    channels = [subject for subject in subjects if subject.kind == SubjectKind.CHANNEL]
    posts = subjects[len(channels) :]
    if channels:
        yield channels
    for start in range(0, len(posts), connector.metrics_batch_size):
        yield posts[start : start + connector.metrics_batch_size]


def _ask(connector: Connector, subjects: list[Subject]) -> Answers:
    """Raises errors that concern the whole channel. A post that the network refuses does not affect the others."""
    try:
        return _answers(connector, subjects)
    except (NeedsConsent, NotAllowed, NotReached, RateLimited):
        raise
    except Rejected as refused:
        if len(subjects) == 1:
            return Answers({subjects[0].pk: (_outcome(refused), {})})
        return _one_by_one(connector, subjects)
    except Exception as problem:
        # The connector could not parse the answer, so nothing of it can be used.
        log.exception("Numbers of channel %s could not be read", subjects[0].channel_id)
        outcome = _outcome(problem) if isinstance(problem, PlatformError) else FetchOutcome.NOT_REACHED
        return Answers({subject.pk: (outcome, {}) for subject in subjects})


def _one_by_one(connector: Connector, subjects: list[Subject]) -> Answers:
    answers = Answers()
    for subject in subjects:
        single = _ask(connector, [subject])
        answers.results |= single.results
        answers.texts |= single.texts
        answers.polls |= single.polls
    return answers


def _answers(connector: Connector, subjects: list[Subject]) -> Answers:
    answers = Answers()
    posts = {s.remote_id: s.pk for s in subjects if s.kind != SubjectKind.CHANNEL}
    for answer in connector.fetch_metrics(list(posts)) if posts else ():
        subject_id = posts.get(answer.subject_remote_id)
        if subject_id is None:
            continue  # not requested
        answers.results[subject_id] = _result(answer)
        if isinstance(answer, PostMetrics) and answer.text is not None:
            answers.texts[subject_id] = external_changes.NetworkText(answer.text, answer.at)
        if isinstance(answer, PostMetrics) and answer.poll is not None:
            answers.polls[subject_id] = answer.poll
    if not connector.counts_polls and (asked := _with_polls(posts.values())):
        answers.polls |= {posts[remote_id]: poll for remote_id, poll in connector.fetch_polls(asked).items()}
    for subject in subjects:
        if subject.kind == SubjectKind.CHANNEL:
            answers.results[subject.pk] = (FetchOutcome.READ, connector.fetch_account_metrics())
    return answers


def _with_polls(subject_ids: Iterable[int]) -> list[str]:
    """The remote ids of those that were published with a poll. One query."""
    rows = Subject.objects.filter(pk__in=list(subject_ids), publication__isnull=False)
    sent = rows.values_list("remote_id", "publication__delivery__payload__poll")
    return [remote_id for remote_id, poll in sent if poll]


def _record_texts(subjects: list[Subject], texts: dict[int, external_changes.NetworkText]) -> None:
    """Pass on the text that the network shows for each post, by delivery. Two queries when nothing was changed."""
    shown = {
        subject.publication_id: texts[subject.pk]
        for subject in subjects
        if subject.pk in texts and subject.publication_id
    }
    known = Publication.objects.filter(pk__in=shown).values_list("pk", "delivery_id") if shown else ()
    external_changes.record_shown({delivery: shown[publication] for publication, delivery in known})


def _store_votes(subjects: list[Subject], polls: dict[int, PollCount], at: datetime) -> None:
    """Store votes. A poll that ends before its next fetch is also fetched right after its end."""
    votes = {
        subject.publication_id: polls[subject.pk]
        for subject in subjects
        if subject.pk in polls and subject.publication_id
    }
    count_votes.store_results(votes, at)
    for subject in subjects:
        poll = polls.get(subject.pk)
        if poll and poll.ends_at and not poll.is_over and subject.next_fetch_at:
            after = poll.ends_at + rules.AFTER_A_POLL
            Subject.objects.filter(pk=subject.pk, next_fetch_at__gt=after).update(next_fetch_at=after)


def _result(answer: PostMetrics | Gone) -> FetchResult:
    if isinstance(answer, Gone):
        return FetchOutcome.GONE, {}
    return FetchOutcome.READ, answer.values


def _outcome(error: PlatformError) -> FetchOutcome:
    if isinstance(error, NeedsConsent):
        return FetchOutcome.NEEDS_CONSENT
    return FetchOutcome.NOT_REACHED if isinstance(error, NotReached) else FetchOutcome.REFUSED


# ---------------------------------------------------------------- fetches that are not made


@transaction.atomic
def _wait(subjects: list[Subject], until: datetime) -> None:
    """Postpone fetches to `until`. Each fetch that becomes late by that gets one *missed* snapshot, however long it
    waits."""
    now = timezone.now()
    until = min(max(until, now + timedelta(minutes=1)), now + MAX_WAIT)
    late = [s for s in subjects if _is_missed(s, until)]
    Subject.objects.filter(pk__in=[s.pk for s in subjects]).update(next_fetch_at=until)
    for subject in late:
        subject.last_outcome, subject.next_fetch_at = FetchOutcome.MISSED, until
    bulk_insert.write(late, [_missed(subject, now) for subject in late])


def _is_missed(subject: Subject, fetched_at: datetime) -> bool:
    """Whether a fetch made at `made` is late and has no *missed* snapshot yet."""
    if subject.due_since is None or subject.last_outcome == FetchOutcome.MISSED:
        return False
    return rules.was_late(subject.published_at, subject.due_since, fetched_at)


def _missed(subject: Subject, at: datetime) -> MetricSnapshot:
    return _snapshot(subject, at, FetchOutcome.MISSED)


def _snapshot(subject: Subject, at: datetime, outcome: FetchOutcome) -> MetricSnapshot:
    return MetricSnapshot(subject=subject, municipality_id=subject.municipality_id, at=at, outcome=outcome)


@transaction.atomic
def _postpone_disconnected(subjects: list[Subject], now: datetime) -> None:
    """The channel is disconnected: nothing is due until it is connected again, and its followers have a gap."""
    for subject in subjects:
        subject.next_fetch_at, subject.due_since = now + DISCONNECTED_INTERVAL, None
    outcome = FetchOutcome.NEEDS_CONSENT
    channels = [subject for subject in subjects if subject.kind == SubjectKind.CHANNEL]
    gaps = [_snapshot(subject, now, outcome) for subject in channels]
    bulk_insert.write(subjects, gaps)


def _missed_before(subject: Subject, at: datetime) -> list[MetricSnapshot]:
    """Snapshots of the fetches missed before the one at `at`: one of a post, one for each day of a channel's
    followers."""
    if subject.due_since is None or not rules.was_late(subject.published_at, subject.due_since, at):
        return []
    if subject.kind != SubjectKind.CHANNEL:
        return [_missed(subject, subject.due_since)] if _is_missed(subject, at) else []
    days = min((timezone.localdate(at) - timezone.localdate(subject.due_since)).days, MAX_MISSED_DAYS)
    is_first = _is_missed(subject, at)
    return [_missed(subject, subject.due_since + timedelta(days=n)) for n in range(0 if is_first else 1, max(days, 1))]


# ---------------------------------------------------------------- writing


@transaction.atomic
def record(subjects: list[Subject], results: dict[int, FetchResult], at: datetime) -> None:
    """Store the snapshots of these subjects, schedule their next fetches, and mark dirty days.

    Metrics that an event brings are stored by `record_event`.
    """
    suspects = {subject.pk for subject in subjects if subject.last_outcome == FetchOutcome.GONE}
    snapshots: list[MetricSnapshot] = []
    for subject in subjects:
        outcome, values = results.get(subject.pk, (FetchOutcome.REFUSED, {}))
        snapshots += _apply(subject, outcome, believed(values, _keys(subject)), at)
    bulk_insert.write(subjects, snapshots)
    _mark_boosted(subjects)
    metric_availability.update(subjects, snapshots, at)
    for subject in subjects:
        if subject.last_outcome == FetchOutcome.GONE and subject.publication_id and subject.pk in suspects:
            _report_as_gone(subject)


@transaction.atomic
def record_event(metrics: Mapping[int, PostMetrics]) -> int:
    """Store metrics that a network sent by itself, by subject, as of their own times. Returns how many were new.

    The newest one counts, in whatever order they arrive; each is stored once. The next fetch stays as it is.
    """
    subjects = Subject.objects.select_for_update().filter(pk__in=metrics).order_by("pk")
    new = [one for one in subjects if one.last_fetched_at is None or metrics[one.pk].at >= one.last_fetched_at]
    snapshots: list[MetricSnapshot] = []
    changed: list[Subject] = []
    for subject in new:
        values, at = believed(metrics[subject.pk].values, _keys(subject)), metrics[subject.pk].at
        if subject.last_fetched_at and all(getattr(subject, key) == value for key, value in values.items()):
            continue
        snapshot = _snapshot(subject, at, FetchOutcome.READ)
        subject.last_fetched_at, subject.last_outcome, subject.misses = at, FetchOutcome.READ, 0
        _apply_values(subject, snapshot, values)
        snapshots.append(snapshot)
        changed.append(subject)
    bulk_insert.write(changed, snapshots)
    metric_availability.update(changed, snapshots, timezone.now())
    return len(changed)


def _keys(subject: Subject) -> tuple[str, ...]:
    return ("followers",) if subject.kind == SubjectKind.CHANNEL else POST_METRICS


def _report_as_gone(subject: Subject) -> None:
    """People are notified, unless the portal removed the post itself, which the delivery knows."""
    delivery = Delivery.objects.get(publication=subject.publication_id)
    with suppress(Moved), transaction.atomic():
        missing(delivery)


def _mark_boosted(subjects: list[Subject]) -> None:
    """Give posts with paid views the traits of boosted posts."""
    paid = [s for s in subjects if s.paid_views and s.traits and not s.traits.boosted]
    if not paid:
        return
    rows = traits.rows_for(traits.boosted(s.traits) for s in paid if s.traits)
    for subject in paid:
        assert subject.traits is not None
        subject.traits = rows[traits.boosted(subject.traits)]
    Subject.objects.bulk_update(paid, ["traits"])
    dirty_days.mark_subjects([subject.pk for subject in paid])


def _apply(subject: Subject, outcome: FetchOutcome, values: dict[str, int], at: datetime) -> list[MetricSnapshot]:
    """Apply the result of a fetch to the subject; returns the snapshots of missed fetches before it and its own."""
    missed = _missed_before(subject, at)
    was_gone = subject.last_outcome == FetchOutcome.GONE
    if outcome == FetchOutcome.READ and subject.last_fetched_at and _is_unchanged(subject, values):
        outcome = FetchOutcome.UNCHANGED
    snapshot = _snapshot(subject, at, outcome)
    subject.last_fetched_at, subject.last_outcome, subject.due_since = at, outcome, None
    if outcome in SUCCESSFUL:
        subject.misses = 0
        subject.next_fetch_at = rules.next_fetch(subject.published_at, at, grew=_grew(subject, values))
        if outcome == FetchOutcome.READ:
            _apply_values(subject, snapshot, values)
    else:
        subject.misses = min(subject.misses + 1, 1000)
        subject.next_fetch_at = rules.after_miss(subject.misses, at)
        if outcome == FetchOutcome.GONE:
            # Its values stay. A single answer may be wrong: servers answer like this while they are being moved.
            subject.next_fetch_at = None if was_gone else at + rules.GONE_CHECK_INTERVAL
    return [*missed, snapshot]


def _is_unchanged(subject: Subject, values: dict[str, int]) -> bool:
    """A metric that is no longer returned counts as a change: the snapshot without it is stored."""
    return all(getattr(subject, key) == values.get(key) for key in _keys(subject))


def _grew(subject: Subject, values: dict[str, int]) -> bool:
    """Whether there are new reactions since the last fetch. Views do not count, because they never stop coming."""
    return any(values[key] > (getattr(subject, key) or 0) for key in INTERACTIONS if key in values)


def _apply_values(subject: Subject, snapshot: MetricSnapshot, values: dict[str, int]) -> None:
    """Store the returned values. The subject keeps the last value of a metric that is missing; the snapshot has
    none."""
    for key, value in values.items():
        setattr(snapshot, key, value)
        setattr(subject, key, value)
    if subject.kind != SubjectKind.CHANNEL:
        subject.interactions = interactions({key: getattr(subject, key) for key in INTERACTIONS})
