"""Polls of the sixty days: votes on the practice network, and the results that it returned."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from analytics.models import Subject
from demo.published_posts import POLL_DAYS, PublishedPosts, SentPost
from demo.rows import insert
from demo.texts import chance
from posts.enums import CountedUnit
from posts.models import Closing, PollResult
from posts.poll_votes import count_votes, suggested_count
from posts.queries import poll_results, publications
from practice.models import Account, Vote

# How many of the citizens vote at least and at most.
TURNOUT = (24, 38)
QUICKEST, SLOWEST = timedelta(minutes=4), timedelta(days=6)


def begin(sent: SentPost) -> dict[str, object] | None:
    """The poll as the practice network keeps it; None where nothing was asked."""
    poll = sent.part.poll
    if poll is None:
        return None
    return {"options": list(poll.options), "multiple": poll.multiple, "ends_at": _ends(sent).isoformat()}


def _ends(sent: SentPost) -> datetime:
    return sent.at + timedelta(days=POLL_DAYS)


def vote(pasts: list[PublishedPosts], citizens: list[Account], now: datetime) -> None:
    """Those who voted by `now`."""
    polls = [sent for past in pasts for sent in past.sent if sent.part.poll]
    insert([vote for sent in polls for vote in _votes(sent, citizens, now)])


def _votes(sent: SentPost, citizens: list[Account], now: datetime) -> Iterator[Vote]:
    assert sent.planned.asked is not None
    rng = chance("poll", sent.voice.plan.username, str(sent.at.date()))
    voters = rng.sample(citizens, min(rng.randint(*TURNOUT), len(citizens)))
    ends: list[float] = []
    for share in sent.planned.asked.shares:
        ends.append((ends[-1] if ends else 0) + share * len(voters) / 100)
    for place, account in enumerate(voters):
        choice = next((number for number, end in enumerate(ends) if place < end), len(ends) - 1)
        # most vote in the first hours, some on the last day
        if sent.at + QUICKEST + (SLOWEST - QUICKEST) * rng.random() ** 3 <= now:
            yield Vote(account=account, status=sent.status, choice=choice)


def count(pasts: list[PublishedPosts], subjects: Mapping[int, Subject], now: datetime) -> None:
    """Results of the last fetch, and the closing reports on them. Within a scope of all municipalities."""
    polls = [sent for past in pasts for sent in past.sent if sent.part.poll and sent.publication]
    given: dict[int, list[int]] = {}
    rows = Vote.objects.filter(status__in=[sent.status.pk for sent in polls if sent.status])
    for status, choice in rows.values_list("status_id", "choice"):
        given.setdefault(status, []).append(choice)
    insert([_result(sent, given, subjects, now) for sent in polls])
    for closing in Closing.objects.filter(post__in={sent.post.pk for sent in polls}).select_related("post"):
        suggestion = suggested_count(count_votes(publications(closing.post), poll_results(closing.post)))
        if suggestion is not None:
            counted = {
                "answers": suggestion.count,
                "counted": CountedUnit(suggestion.counted),
                "counted_at": suggestion.at,
            }
            Closing.objects.filter(pk=closing.pk).update(**counted)


def _result(
    sent: SentPost, given: Mapping[int, list[int]], subjects: Mapping[int, Subject], now: datetime
) -> PollResult:
    assert sent.publication is not None
    assert sent.part.poll is not None
    assert sent.status is not None
    choices = given.get(sent.status.pk, [])
    at = subjects[sent.publication.pk].last_fetched_at or now
    return PollResult(
        municipality_id=sent.post.municipality_id,
        publication=sent.publication,
        votes=[choices.count(place) for place in range(len(sent.part.poll.options))],
        voters=len(choices),
        ends_at=_ends(sent),
        is_over=_ends(sent) <= at,
        at=at,
    )
