"""Looking at the numbers: find what is new, claim what is due, ask the network, write what it told.

A claim only moves `next_at` ahead by a lease, so a worker that dies costs one lease and no number. A look that brings
nothing is written down too: a gap in a chart has a reason. The same look tells whether a post is still there and says
what was sent; a post counts as gone after two looks, minutes apart.
"""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from analytics import rules
from analytics.catalogue import POST_METRICS, interactions
from analytics.domain import ingest, stale, traits
from analytics.enums import PullOutcome, SubjectKind
from analytics.models import Pull, Subject, Traits
from analytics.queries import channels_without_subject, publications_without_subject
from channels import traffic
from channels.models import Channel
from channels.open import open_channel
from delivery.domain import watch
from delivery.domain.missing import missing
from delivery.domain.move import Moved
from delivery.models import Delivery
from municipalities.tenancy import everywhere, scope
from platforms.errors import NeedsConsent, NotReached, PlatformError
from platforms.protocols import Connector
from platforms.types import Gone, Reading, Readings
from posts.models import Publication

LEASE = timedelta(minutes=10)
BATCH = 200
Told = tuple[PullOutcome, Reading]


@dataclass
class Answers:
    """What a network told, by subject. A subject it did not answer for is left out."""

    told: dict[int, Told] = field(default_factory=dict)
    texts: dict[int, watch.Shown] = field(default_factory=dict)


def enrol() -> int:
    """Make subjects of what was published or connected since the last time. Returns how many are new."""
    with everywhere("find publications without a subject"), transaction.atomic():
        now = timezone.now()
        found = list(publications_without_subject())
        keys = {each.pk: traits.key_of(each) for each in found}
        rows = traits.rows_for(keys.values())
        new = [_subject_of(each, rows[keys[each.pk]], now) for each in found]
        new += [
            Subject(municipality_id=c.municipality_id, kind=SubjectKind.CHANNEL, channel=c, next_at=now)
            for c in channels_without_subject()
        ]
        Subject.objects.bulk_create(new, ignore_conflicts=True)
        stale.mark_published(new)
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
        next_at=rules.first_look(delivery.published_at, now),
    )


def claim(limit: int = 500) -> dict[int, list[int]]:
    """Due subjects by channel, their `next_at` moved ahead by a lease."""
    with everywhere("claim due looks"), transaction.atomic():
        now = timezone.now()
        due = list(
            Subject.objects.select_for_update(skip_locked=True)
            .filter(next_at__lte=now)
            .order_by("next_at")
            .values_list("pk", "channel_id")[:limit]
        )
        Subject.objects.filter(pk__in=[pk for pk, _ in due]).update(next_at=now + LEASE)
    by_channel: dict[int, list[int]] = defaultdict(list)
    for pk, channel_id in due:
        by_channel[channel_id].append(pk)
    return dict(by_channel)


def collect(channel_id: int, subject_ids: Iterable[int]) -> None:
    """Ask one channel's network about these subjects and write what it told."""
    with everywhere("a look starts from its channel's row"):
        channel = Channel.objects.select_related("municipality").get(pk=channel_id)
    if traffic.is_spent(channel):
        return  # what our application may still ask is for posts; the lease brings the look back
    with scope(channel.municipality_id):
        subjects = list(Subject.objects.filter(pk__in=list(subject_ids), channel=channel))
        for start in range(0, len(subjects), BATCH):
            batch = subjects[start : start + BATCH]
            answers = _ask(channel, batch)
            record(batch, answers.told, timezone.now())
            _compare(batch, answers.texts)


def _ask(channel: Channel, subjects: list[Subject]) -> Answers:
    try:
        return _answers(open_channel(channel), subjects)
    except PlatformError as error:
        return Answers({subject.pk: (_outcome(error), {}) for subject in subjects})


def _answers(connector: Connector, subjects: list[Subject]) -> Answers:
    found = Answers()
    posts = {s.remote_id: s.pk for s in subjects if s.kind == SubjectKind.PUBLICATION}
    for answer in connector.readings(list(posts)) if posts else ():
        subject_id = posts[answer.subject_remote_id]
        found.told[subject_id] = _told(answer)
        if isinstance(answer, Readings) and answer.text is not None:
            found.texts[subject_id] = watch.Shown(answer.text, answer.at)
    for subject in subjects:
        if subject.kind == SubjectKind.CHANNEL:
            found.told[subject.pk] = (PullOutcome.READ, connector.account_readings())
    return found


def _compare(subjects: list[Subject], texts: dict[int, watch.Shown]) -> None:
    """Hand on what the network shows of each post, by its delivery. Two queries when nothing was changed."""
    shown = {each.publication_id: texts[each.pk] for each in subjects if each.pk in texts}
    known = Publication.objects.filter(pk__in=shown).values_list("pk", "delivery_id") if shown else ()
    watch.look({delivery: shown[publication] for publication, delivery in known})


def _told(answer: Readings | Gone) -> Told:
    if isinstance(answer, Gone):
        return PullOutcome.GONE, {}
    return PullOutcome.READ, answer.values


def _outcome(error: PlatformError) -> PullOutcome:
    if isinstance(error, NeedsConsent):
        return PullOutcome.NEEDS_CONSENT
    return PullOutcome.NOT_REACHED if isinstance(error, NotReached) else PullOutcome.REFUSED


@transaction.atomic
def record(subjects: list[Subject], told: dict[int, Told], at: datetime) -> None:
    """Write one pull per subject, move the ladder, and mark the days whose facts are touched."""
    suspects = {subject.pk for subject in subjects if subject.last_outcome == PullOutcome.GONE}
    pulls = [_apply(subject, *told.get(subject.pk, (PullOutcome.REFUSED, {})), at) for subject in subjects]
    ingest.write(subjects, pulls)
    for subject in subjects:
        if subject.last_outcome == PullOutcome.GONE and subject.publication_id and subject.pk in suspects:
            _tell_that_it_is_gone(subject)


def _tell_that_it_is_gone(subject: Subject) -> None:
    """A person hears of it; unless we took the post down ourselves, which the delivery knows."""
    delivery = Delivery.objects.get(publication=subject.publication_id)
    with suppress(Moved), transaction.atomic():
        missing(delivery)


def _apply(subject: Subject, outcome: PullOutcome, values: Reading, at: datetime) -> Pull:
    pull = Pull(subject=subject, municipality_id=subject.municipality_id, at=at, outcome=outcome)
    was_gone = subject.last_outcome == PullOutcome.GONE
    subject.last_at, subject.last_outcome = at, outcome
    if outcome == PullOutcome.READ:
        subject.misses = 0
        subject.next_at = rules.next_look(subject.published_at, at)
        keys = POST_METRICS if subject.kind == SubjectKind.PUBLICATION else ("followers",)
        for key in keys:
            setattr(pull, key, values.get(key))
            setattr(subject, key, values.get(key))
        if subject.kind == SubjectKind.PUBLICATION:
            subject.interactions = interactions(dict(values))
    else:
        subject.misses = min(subject.misses + 1, 1000)
        subject.next_at = rules.after_miss(subject.misses, at)
        if outcome == PullOutcome.GONE:
            # What it had keeps standing. One look may be wrong: servers answer so while they are moved.
            subject.next_at = None if was_gone else at + rules.GONE_AGAIN
    return pull
