"""Results of a post's polls over all its channels. Pure.

Votes for the same answer can be added over channels: each was given once. People cannot: somebody who votes on two
networks counts as two voters, and nothing reveals it. So a number of people is only ever that of one channel.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from channels import validation
from posts.enums import CountedUnit
from posts.models import PollResult, Publication

WHOLE = 100


@dataclass(frozen=True)
class AnswerVotes:
    """`votes` by channel in the order of `PollOutcome.results`; None: unknown. `share`: whole percent of all votes, 0
    to 100.
    """

    text: str
    votes: Sequence[int | None]
    total: int | None
    share: int | None


@dataclass(frozen=True)
class PollOutcome:
    """The same answers on one or more channels."""

    answers: Sequence[AnswerVotes]
    results: Sequence[PollResult]
    total: int | None
    """All votes; None while a network keeps some to itself."""

    @property
    def totals(self) -> list[int | None]:
        """All votes of each channel."""
        return [_sum(result.votes) for result in self.results]

    @property
    def at(self) -> datetime:
        """The time of the oldest result."""
        return min(result.at for result in self.results)

    @property
    def is_over(self) -> bool:
        return all(result.is_over for result in self.results)

    @property
    def multiple(self) -> bool:
        return any(result.multiple for result in self.results)

    @property
    def calculating(self) -> list[str]:
        """The networks that return only the shares of the answers."""
        shown = {result.publication.channel.platform for result in self.results}
        return validation.calculating_votes(shown)

    @property
    def ends_at(self) -> datetime | None:
        return max((result.ends_at for result in self.results if result.ends_at), default=None)


@dataclass(frozen=True)
class Votes:
    """`odd`: publications whose network returns other answers than were sent; `without_results`: polls without results
    yet.
    """

    polls: Sequence[PollOutcome] = ()
    odd: Sequence[Publication] = ()
    without_results: Sequence[Publication] = ()


@dataclass(frozen=True)
class SuggestedCount:
    """How many answered, by the networks' count."""

    count: int
    counted: CountedUnit
    at: datetime


def count_votes(publications: Iterable[Publication], results: Iterable[PollResult]) -> Votes:
    """`publications` with their versions and deliveries; `results` are theirs."""
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
    """As written: the same for both scripts, so that a Latin channel adds to a Cyrillic one."""
    interactive = publication.version.structure.get("interactive") or {}
    return tuple(str(option) for option in interactive.get("options") or ())


def _poll(options: tuple[str, ...], results: list[PollResult]) -> PollOutcome:
    columns = [[result.votes[place] for result in results] for place in range(len(options))]
    totals = [_sum(votes) for votes in columns]
    total = _sum(totals)
    answers = [
        AnswerVotes(option, votes, count, round(WHOLE * count / total) if count is not None and total else None)
        for option, votes, count in zip(options, columns, totals, strict=True)
    ]
    return PollOutcome(answers, results, total)


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def suggested_count(votes: Votes) -> SuggestedCount | None:
    """People if there is one poll with that number; votes of all channels if each person has one; else None."""
    if len(votes.polls) != 1 or votes.odd:
        return None
    (poll,) = votes.polls
    if poll.total is None:
        return None
    if len(poll.results) == 1 and (voters := poll.results[0].voters) is not None:
        return SuggestedCount(voters, CountedUnit.PEOPLE, poll.at)
    return None if poll.multiple else SuggestedCount(poll.total, CountedUnit.VOTES, poll.at)
