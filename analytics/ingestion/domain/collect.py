"""Looking at the numbers: find what is new, claim what is due, ask the network, write what it told.

A claim only moves `next_at` ahead by a lease, so a worker that dies costs one lease and no number. A channel is asked
in batches as large as its network takes, each is written before the next is asked, and between them posts go first.
Every look is written down, also one that brought nothing new, nothing at all, or that nobody could make in time: a gap
in a chart has a reason. The same look tells whether a post is still there and says what was sent; a post counts as gone
after two looks, minutes apart.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from analytics.enums import TOLD, PullOutcome, SubjectKind
from analytics.ingestion import rules
from analytics.ingestion.domain import bulk_insert, insert_imported, metric_availability, stale_days, traits
from analytics.ingestion.queries import channels_without_subject, publications_without_subject
from analytics.metrics import INTERACTIONS, POST_METRICS, believed, interactions
from analytics.models import Pull, Subject, Traits
from channels import rate_limits, validation
from channels.connector_factory import open_channel
from channels.enums import ChannelState
from channels.models import Channel
from delivery.domain import external_changes
from delivery.domain.missing import missing
from delivery.domain.move import Moved
from delivery.models import Delivery
from municipalities.tenancy import everywhere, scope
from platforms.errors import NeedsConsent, NotReached, PlatformError, RateLimited, Rejected
from platforms.protocols import Connector
from platforms.types import Gone, MetricValues, PollCount, PostMetrics
from posts.models import Publication
from posts.polls.domain import count_votes

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
# A task lives 150 s; what is left after this is due again at the next tick.
PATIENCE_SECONDS = 60
# A channel that nobody connects again is thought of once a day.
DISCONNECTED_PAUSE = timedelta(days=1)
LONGEST_WAIT = timedelta(days=1)
FetchResult = tuple[PullOutcome, MetricValues]
# Longer than that nobody asks why there was no number.
MOST_MISSED_DAYS = 100


@dataclass
class Answers:
    """What a network told, by subject. A subject it did not answer for is left out."""

    told: dict[int, FetchResult] = field(default_factory=dict)
    texts: dict[int, external_changes.NetworkText] = field(default_factory=dict)
    polls: dict[int, PollCount] = field(default_factory=dict)


def enrol() -> int:
    """Make subjects of what was published or connected since the last time. Returns how many are new."""
    with everywhere("find publications without a subject"), transaction.atomic():
        now = timezone.now()
        publications = list(publications_without_subject())
        keys = {publication.pk: traits.key_of(publication) for publication in publications}
        rows = traits.rows_for(keys.values())
        new = [_subject_of(publication, rows[keys[publication.pk]], now) for publication in publications]
        new += [
            Subject(municipality_id=c.municipality_id, kind=SubjectKind.CHANNEL, channel=c, next_at=now)
            for c in channels_without_subject()
        ]
        insert_imported.drop_twins(new)
        Subject.objects.bulk_create(new, ignore_conflicts=True)
        stale_days.mark_published(new)
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
        next_at=rules.first_look(delivery.published_at, now)
        if validation.platform(publication.channel).measures
        else None,
    )


def claim(limit: int = 500) -> dict[int, list[int]]:
    """Due subjects by channel, their `next_at` moved ahead by a lease; since when they are due is kept."""
    with everywhere("claim due looks"), transaction.atomic():
        now = timezone.now()
        due = list(
            Subject.objects.select_for_update(skip_locked=True)
            .filter(next_at__lte=now)
            .order_by("next_at")
            .values_list("pk", "channel_id")[:limit]
        )
        Subject.objects.filter(pk__in=[pk for pk, _ in due]).update(
            next_at=now + LEASE, owed_at=Coalesce("owed_at", F("next_at"))
        )
    by_channel: dict[int, list[int]] = defaultdict(list)
    for pk, channel_id in due:
        by_channel[channel_id].append(pk)
    return dict(by_channel)


def collect(channel_id: int, subject_ids: Iterable[int]) -> None:
    """Ask one channel's network about these subjects and write what it told."""
    with everywhere("a look starts from its channel's row"):
        channel = Channel.objects.select_related("municipality").get(pk=channel_id)
    with scope(channel.municipality_id):
        wanted = Subject.objects.filter(pk__in=list(subject_ids), channel=channel).select_related("traits")
        subjects = list(wanted.order_by("next_at", "pk"))
        if channel.state == ChannelState.DISCONNECTED:
            _leave_alone(subjects, timezone.now())
            return
        try:
            connector = open_channel(channel)
        except PlatformError as error:
            record(subjects, dict.fromkeys((s.pk for s in subjects), (_outcome(error), {})), timezone.now())
            return
        _look(channel, connector, subjects)


def _look(channel: Channel, connector: Connector, subjects: list[Subject]) -> None:
    """Batch after batch, for as long as the network, its budget and our own time allow."""
    began = time.monotonic()
    left = list(subjects)
    for batch in _batches(connector, subjects):
        if until := rate_limits.waits_until(channel):
            _wait(left, until)
            return
        if time.monotonic() - began > PATIENCE_SECONDS:
            Subject.objects.filter(pk__in=[s.pk for s in left]).update(next_at=timezone.now())
            return
        try:
            answers = _ask(connector, batch)
        except RateLimited as limited:
            _wait(left, limited.retry_at)
            return
        except (NeedsConsent, NotReached) as error:
            # It would say the same of the others.
            record(left, dict.fromkeys((s.pk for s in left), (_outcome(error), {})), timezone.now())
            return
        with transaction.atomic():
            record(batch, answers.told, timezone.now())
            _count(batch, answers.polls, timezone.now())
        _compare(batch, answers.texts)
        del left[: len(batch)]


def _batches(connector: Connector, subjects: list[Subject]) -> Iterator[list[Subject]]:
    """The channel itself first, then its posts. Takes the order of the batches into `subjects`."""
    subjects.sort(key=lambda subject: subject.kind != SubjectKind.CHANNEL)
    channels = [subject for subject in subjects if subject.kind == SubjectKind.CHANNEL]
    posts = subjects[len(channels) :]
    if channels:
        yield channels
    for start in range(0, len(posts), connector.metrics_batch_size):
        yield posts[start : start + connector.metrics_batch_size]


def _ask(connector: Connector, subjects: list[Subject]) -> Answers:
    """Raises the errors that hold for the whole channel. A post that the network refuses spoils it for no other."""
    try:
        return _answers(connector, subjects)
    except (NeedsConsent, NotReached, RateLimited):
        raise
    except Rejected as refused:
        if len(subjects) == 1:
            return Answers({subjects[0].pk: (_outcome(refused), {})})
        return _one_by_one(connector, subjects)
    except Exception as problem:
        # An answer that the connector did not expect; nothing of it can be believed.
        log.exception("Numbers of channel %s could not be read", subjects[0].channel_id)
        outcome = _outcome(problem) if isinstance(problem, PlatformError) else PullOutcome.NOT_REACHED
        return Answers({subject.pk: (outcome, {}) for subject in subjects})


def _one_by_one(connector: Connector, subjects: list[Subject]) -> Answers:
    found = Answers()
    for subject in subjects:
        alone = _ask(connector, [subject])
        found.told |= alone.told
        found.texts |= alone.texts
        found.polls |= alone.polls
    return found


def _answers(connector: Connector, subjects: list[Subject]) -> Answers:
    found = Answers()
    posts = {s.remote_id: s.pk for s in subjects if s.kind != SubjectKind.CHANNEL}
    for answer in connector.fetch_metrics(list(posts)) if posts else ():
        subject_id = posts.get(answer.subject_remote_id)
        if subject_id is None:
            continue  # nobody asked
        found.told[subject_id] = _told(answer)
        if isinstance(answer, PostMetrics) and answer.text is not None:
            found.texts[subject_id] = external_changes.NetworkText(answer.text, answer.at)
        if isinstance(answer, PostMetrics) and answer.poll is not None:
            found.polls[subject_id] = answer.poll
    for subject in subjects:
        if subject.kind == SubjectKind.CHANNEL:
            found.told[subject.pk] = (PullOutcome.READ, connector.fetch_account_metrics())
    return found


def _compare(subjects: list[Subject], texts: dict[int, external_changes.NetworkText]) -> None:
    """Hand on what the network shows of each post, by its delivery. Two queries when nothing was changed."""
    shown = {
        subject.publication_id: texts[subject.pk]
        for subject in subjects
        if subject.pk in texts and subject.publication_id
    }
    known = Publication.objects.filter(pk__in=shown).values_list("pk", "delivery_id") if shown else ()
    external_changes.record_shown({delivery: shown[publication] for publication, delivery in known})


def _count(subjects: list[Subject], polls: dict[int, PollCount], at: datetime) -> None:
    """Keep how people voted. A poll that ends before its next look is looked at when it has ended, too."""
    asked = {each.publication_id: polls[each.pk] for each in subjects if each.pk in polls and each.publication_id}
    count_votes.store_results(asked, at)
    for subject in subjects:
        poll = polls.get(subject.pk)
        if poll and poll.ends_at and not poll.is_over and subject.next_at:
            after = poll.ends_at + rules.AFTER_A_POLL
            Subject.objects.filter(pk=subject.pk, next_at__gt=after).update(next_at=after)


def _told(answer: PostMetrics | Gone) -> FetchResult:
    if isinstance(answer, Gone):
        return PullOutcome.GONE, {}
    return PullOutcome.READ, answer.values


def _outcome(error: PlatformError) -> PullOutcome:
    if isinstance(error, NeedsConsent):
        return PullOutcome.NEEDS_CONSENT
    return PullOutcome.NOT_REACHED if isinstance(error, NotReached) else PullOutcome.REFUSED


# ---------------------------------------------------------------- looks that are not made


@transaction.atomic
def _wait(subjects: list[Subject], until: datetime) -> None:
    """Nobody asks before `until`. One pull says so of each look that comes too late by that, however long it lasts."""
    now = timezone.now()
    until = min(max(until, now + timedelta(minutes=1)), now + LONGEST_WAIT)
    late = [s for s in subjects if _is_missed(s, until)]
    Subject.objects.filter(pk__in=[s.pk for s in subjects]).update(next_at=until)
    for subject in late:
        subject.last_outcome, subject.next_at = PullOutcome.MISSED, until
    bulk_insert.write(late, [_missed(subject, now) for subject in late])


def _is_missed(subject: Subject, made: datetime) -> bool:
    """Whether a look made at `made` comes too late and nobody has said so yet."""
    if subject.owed_at is None or subject.last_outcome == PullOutcome.MISSED:
        return False
    return rules.was_late(subject.published_at, subject.owed_at, made)


def _missed(subject: Subject, at: datetime) -> Pull:
    return Pull(subject=subject, municipality_id=subject.municipality_id, at=at, outcome=PullOutcome.MISSED)


@transaction.atomic
def _leave_alone(subjects: list[Subject], now: datetime) -> None:
    """Somebody disconnected the channel: nothing is owed until it is connected again, and its followers are a gap."""
    for subject in subjects:
        subject.next_at, subject.owed_at = now + DISCONNECTED_PAUSE, None
    outcome = PullOutcome.NEEDS_CONSENT
    channels = [subject for subject in subjects if subject.kind == SubjectKind.CHANNEL]
    gaps = [Pull(subject=s, municipality_id=s.municipality_id, at=now, outcome=outcome) for s in channels]
    bulk_insert.write(subjects, gaps)


def _missed_before(subject: Subject, at: datetime) -> list[Pull]:
    """What nobody looked at before the look at `at`: a post once, a channel's followers on each day."""
    if subject.owed_at is None or not rules.was_late(subject.published_at, subject.owed_at, at):
        return []
    if subject.kind != SubjectKind.CHANNEL:
        return [_missed(subject, subject.owed_at)] if _is_missed(subject, at) else []
    days = min((timezone.localdate(at) - timezone.localdate(subject.owed_at)).days, MOST_MISSED_DAYS)
    said = _is_missed(subject, at)
    return [_missed(subject, subject.owed_at + timedelta(days=n)) for n in range(0 if said else 1, max(days, 1))]


# ---------------------------------------------------------------- writing


@transaction.atomic
def record(subjects: list[Subject], told: dict[int, FetchResult], at: datetime) -> None:
    """Write the pulls of these subjects, move the ladder, and mark the days whose facts are touched."""
    suspects = {subject.pk for subject in subjects if subject.last_outcome == PullOutcome.GONE}
    pulls: list[Pull] = []
    for subject in subjects:
        outcome, values = told.get(subject.pk, (PullOutcome.REFUSED, {}))
        pulls += _apply(subject, outcome, believed(values, _keys(subject)), at)
    bulk_insert.write(subjects, pulls)
    _mark_boosted(subjects)
    metric_availability.note(subjects, pulls, at)
    for subject in subjects:
        if subject.last_outcome == PullOutcome.GONE and subject.publication_id and subject.pk in suspects:
            _tell_that_it_is_gone(subject)


def _keys(subject: Subject) -> tuple[str, ...]:
    return ("followers",) if subject.kind == SubjectKind.CHANNEL else POST_METRICS


def _tell_that_it_is_gone(subject: Subject) -> None:
    """A person hears of it; unless we took the post down ourselves, which the delivery knows."""
    delivery = Delivery.objects.get(publication=subject.publication_id)
    with suppress(Moved), transaction.atomic():
        missing(delivery)


def _mark_boosted(subjects: list[Subject]) -> None:
    """Posts that turn out to be paid for become posts of a kind of their own."""
    found = [s for s in subjects if s.paid_views and s.traits and not s.traits.boosted]
    if not found:
        return
    rows = traits.rows_for(traits.boosted(s.traits) for s in found if s.traits)
    for subject in found:
        assert subject.traits is not None
        subject.traits = rows[traits.boosted(subject.traits)]
    Subject.objects.bulk_update(found, ["traits"])
    stale_days.mark_traces([subject.pk for subject in found])


def _apply(subject: Subject, outcome: PullOutcome, values: dict[str, int], at: datetime) -> list[Pull]:
    """Take a look's answer into the subject; returns its pull, after that of a look which was missed before it."""
    pulls = _missed_before(subject, at)
    was_gone = subject.last_outcome == PullOutcome.GONE
    if outcome == PullOutcome.READ and subject.last_at and _is_unchanged(subject, values):
        outcome = PullOutcome.UNCHANGED
    pull = Pull(subject=subject, municipality_id=subject.municipality_id, at=at, outcome=outcome)
    subject.last_at, subject.last_outcome, subject.owed_at = at, outcome, None
    if outcome in TOLD:
        subject.misses = 0
        subject.next_at = rules.next_fetch(subject.published_at, at, grew=_grew(subject, values))
        if outcome == PullOutcome.READ:
            _take(subject, pull, values)
    else:
        subject.misses = min(subject.misses + 1, 1000)
        subject.next_at = rules.after_miss(subject.misses, at)
        if outcome == PullOutcome.GONE:
            # What it had keeps standing. One look may be wrong: servers answer so while they are moved.
            subject.next_at = None if was_gone else at + rules.GONE_AGAIN
    return [*pulls, pull]


def _is_unchanged(subject: Subject, values: dict[str, int]) -> bool:
    """A metric that is no longer told is a change: the look that comes without it is written as it was."""
    return all(getattr(subject, key) == values.get(key) for key in _keys(subject))


def _grew(subject: Subject, values: dict[str, int]) -> bool:
    """New reactions since the last look. Views trickle in for ever and keep nothing in sight."""
    return any(values[key] > (getattr(subject, key) or 0) for key in INTERACTIONS if key in values)


def _take(subject: Subject, pull: Pull, values: dict[str, int]) -> None:
    """What was told; a metric that was not keeps its last number, and the pull has none."""
    for key, value in values.items():
        setattr(pull, key, value)
        setattr(subject, key, value)
    if subject.kind != SubjectKind.CHANNEL:
        subject.interactions = interactions({key: getattr(subject, key) for key in INTERACTIONS})
