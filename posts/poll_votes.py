"""What a post's polls came to, over all its channels. Pure.

Votes for the same answer may be added over channels: each was given once. People may not: who votes on two networks is
two voters there and one person, and nobody can tell. So a number of people is only ever that of one channel.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from posts.enums import Counted
from posts.models import PollResult, Publication

WHOLE = 100


@dataclass(frozen=True)
class Answer:
    """`votes` by channel as in `Poll.results`; None: not told. `share`: whole percent of all votes, 0 to 100."""

    words: str
    votes: Sequence[int | None]
    total: int | None
    share: int | None


@dataclass(frozen=True)
class Poll:
    """The same answers on one or more channels."""

    answers: Sequence[Answer]
    results: Sequence[PollResult]
    total: int | None
    """All votes; None while a network keeps some to itself."""

    @property
    def totals(self) -> list[int | None]:
        """All votes of each channel."""
        return [_sum(result.votes) for result in self.results]

    @property
    def at(self) -> datetime:
        """As of when: of the oldest look."""
        return min(result.at for result in self.results)

    @property
    def is_over(self) -> bool:
        return all(result.is_over for result in self.results)

    @property
    def multiple(self) -> bool:
        return any(result.multiple for result in self.results)

    @property
    def ends_at(self) -> datetime | None:
        return max((result.ends_at for result in self.results if result.ends_at), default=None)


@dataclass(frozen=True)
class Votes:
    """`odd`: publications whose network tells other answers than were sent; `untold`: with a poll nobody told of."""

    polls: Sequence[Poll] = ()
    odd: Sequence[Publication] = ()
    untold: Sequence[Publication] = ()


@dataclass(frozen=True)
class Suggested:
    """How many answered, by the networks' count."""

    count: int
    counted: Counted
    at: datetime


def votes(publications: Iterable[Publication], results: Iterable[PollResult]) -> Votes:
    """`publications` with their versions and deliveries; the results are of those."""
    by_publication = {result.publication_id: result for result in results}
    same: dict[tuple[str, ...], list[PollResult]] = {}
    odd, untold = [], []
    for publication in publications:
        result, options = by_publication.get(publication.pk), _options(publication)
        if result is None:
            if publication.delivery.payload.get("poll") and publication.delivery.published_at:
                untold.append(publication)
        elif len(result.votes) != len(options):
            odd.append(publication)
        else:
            result.publication = publication
            same.setdefault(options, []).append(result)
    return Votes([_poll(options, poll_results) for options, poll_results in same.items()], odd, untold)


def _options(publication: Publication) -> tuple[str, ...]:
    """As they were written: the same for both scripts, so that a channel in Latin adds to one in Cyrillic."""
    asked = publication.version.structure.get("interactive") or {}
    return tuple(str(option) for option in asked.get("options") or ())


def _poll(options: tuple[str, ...], results: list[PollResult]) -> Poll:
    columns = [[result.votes[place] for result in results] for place in range(len(options))]
    totals = [_sum(votes) for votes in columns]
    total = _sum(totals)
    answers = [
        Answer(option, votes, count, round(WHOLE * count / total) if count is not None and total else None)
        for option, votes, count in zip(options, columns, totals, strict=True)
    ]
    return Poll(answers, results, total)


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def suggested(votes: Votes) -> Suggested | None:
    """People where there is one poll that tells them; votes of several, if each person has one there; else None."""
    if len(votes.polls) != 1 or votes.odd:
        return None
    (poll,) = votes.polls
    if poll.total is None:
        return None
    if len(poll.results) == 1 and (voters := poll.results[0].voters) is not None:
        return Suggested(voters, Counted.PEOPLE, poll.at)
    return None if poll.multiple else Suggested(poll.total, Counted.VOTES, poll.at)
