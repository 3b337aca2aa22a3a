"""Polls: what a network takes of them, the question of one, and its counts as networks return them. Pure.

Texts are English msgids, as in `platforms.checks`.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from platforms import counting
from platforms.times import moment
from platforms.translation import gettext_noop
from platforms.types import Limits, Outgoing, Poll, PollLimits, Problem

DAY = 86_400
HOUR = 3_600
FEWEST = 2
# More than there are people.
MOST = 2**31

NOT_HERE = gettext_noop("This network has no polls. Ask in the text and let people answer in comments.")
NOT_SHOWN = gettext_noop("Nobody can answer a poll here. Remove the poll, or choose an ordinary post for this channel.")
TOO_FEW = gettext_noop("A poll needs at least two answers to choose from.")
TOO_MANY = gettext_noop("The poll has %(count)s answers and %(limit)s are allowed. Remove some.")
TWICE = gettext_noop("Two answers of the poll are the same. Change one of them.")
OPTION = gettext_noop("An answer of the poll has %(count)s characters and %(limit)s are allowed. Shorten it.")
EMPTY_OPTION = gettext_noop("An answer of the poll is empty. Write it or remove it.")
TIME = gettext_noop("The poll runs too short or too long for this network. Choose between %(least)s and %(most)s days.")
DURATIONS = gettext_noop("A poll cannot run %(count)s days here. Choose one of these numbers of days: %(choices)s.")
NOT_OURS = gettext_noop("This network ends every poll after %(hours)s hours, whatever number of days you choose.")
WITH_FILES = gettext_noop(
    "This network takes either a poll or pictures and videos in one post. Remove the poll or the files."
)
WITH_CARD = gettext_noop(
    "This network shows either a poll or a link card. The card will be left out; the link stays in the text."
)
ONE_ANSWER = gettext_noop("On this network people can choose only one answer.")
NO_QUESTION = gettext_noop(
    "This network shows the question of a poll by itself, and there is none. End one sentence of the text with a "
    "question mark."
)
LONG_QUESTION = gettext_noop(
    "The question of the poll has %(count)s characters and %(limit)s are allowed: “%(question)s” Shorten it."
)

CLOSING = "\"'”“’»)]"
ENDS = ".!?…"
# "ул. Краља Петра", "5. маја", "П. Петровић": a point behind these does not end a sentence.
ABBREVIATIONS = frozenset({
    "ул", "бр", "др", "мр", "тзв", "нпр", "тј", "св", "стр", "чл", "проф", "инж", "дипл", "тел",
    "ul", "br", "dr", "mr", "tzv", "npr", "tj", "sv", "str", "čl", "prof", "inž", "dipl", "tel",
})  # fmt: skip
SHOWN_OF_QUESTION = 200


def question(outgoing: Outgoing) -> str:
    """The question of a poll, for networks that show one beside the text: the title if it asks, else the first sentence
    of the text that does; "" if none does."""
    title = outgoing.title.strip()
    if _asks(title):
        return title
    for line in counting.without_urls(outgoing.text).splitlines():
        words, begin = line.split(), 0
        for place, word in enumerate(words):
            if _asks(word):
                return " ".join(words[begin : place + 1])
            if _ends(word):
                begin = place + 1
    return ""


def _asks(text: str) -> bool:
    bare = text.rstrip(CLOSING)
    return "?" in bare[len(bare.rstrip(ENDS)) :]


def _ends(word: str) -> bool:
    bare = word.rstrip(CLOSING)
    stem = bare.rstrip(ENDS)
    if bare == stem:
        return False
    return bare[len(stem) :] != "." or not (stem.isdigit() or len(stem) <= 1 or stem.lower() in ABBREVIATIONS)


def check(outgoing: Outgoing, of_post: Limits) -> list[Problem]:
    """Every problem with the poll of a post, at the field "poll", those of its duration at "poll.days"."""
    poll, limits = outgoing.poll, of_post.polls
    if poll is None:
        return []
    if limits is None:
        message_id = NOT_HERE if of_post.shows_text else NOT_SHOWN
        return [Problem("poll_not_here", "poll", message_id)]
    problems = _question(outgoing, limits) + _options(poll, limits) + _time(poll, limits)
    if (outgoing.pictures or outgoing.video) and not limits.with_pictures:
        problems.append(Problem("poll_pictures", "poll", WITH_FILES))
    if outgoing.link_card and not limits.with_card:
        problems.append(Problem("poll_and_card", "link_card", WITH_CARD, severity="warning"))
    if poll.multiple and not limits.multiple:
        problems.append(Problem("poll_one_answer", "poll", ONE_ANSWER, severity="warning"))
    return problems


def _question(outgoing: Outgoing, limits: PollLimits) -> list[Problem]:
    if not limits.question_characters:
        return []
    text = question(outgoing)
    if not text:
        return [Problem("poll_question_missing", "poll", NO_QUESTION)]
    count = _counted(limits)(text)
    if count <= limits.question_characters:
        return []
    params: dict[str, int | str] = {"count": count, "limit": limits.question_characters}
    return [Problem("poll_question", "poll", LONG_QUESTION, params=params | {"question": text[:SHOWN_OF_QUESTION]})]


def _options(poll: Poll, limits: PollLimits) -> list[Problem]:
    problems = []
    if len(poll.options) < FEWEST:
        problems.append(Problem("poll_too_few", "poll", TOO_FEW))
    if len(poll.options) > limits.max_options:
        params = {"count": len(poll.options), "limit": limits.max_options}
        problems.append(Problem("poll_too_many", "poll", TOO_MANY, params={**params}))
    if len({option.casefold() for option in poll.options}) < len(poll.options):
        problems.append(Problem("poll_twice", "poll", TWICE))
    if not all(option.strip() for option in poll.options):
        problems.append(Problem("poll_option_empty", "poll", EMPTY_OPTION))
    longest = max(map(_counted(limits), poll.options), default=0)
    if longest > limits.option_characters:
        params = {"count": longest, "limit": limits.option_characters}
        problems.append(Problem("poll_option", "poll", OPTION, params={**params}))
    return problems


def _time(poll: Poll, limits: PollLimits) -> list[Problem]:
    if not limits.is_timed:
        if poll.seconds == limits.max_seconds:
            return []
        hours = limits.max_seconds // HOUR
        return [Problem("poll_time_not_ours", "poll.days", NOT_OURS, "warning", {"hours": hours})]
    if limits.durations:
        if poll.seconds in limits.durations:
            return []
        choices = ", ".join(str(seconds // DAY) for seconds in limits.durations)
        params: dict[str, int | str] = {"count": f"{poll.seconds / DAY:g}", "choices": choices}
        return [Problem("poll_time", "poll.days", DURATIONS, params=params)]
    if limits.min_seconds <= poll.seconds <= limits.max_seconds:
        return []
    days: dict[str, int | str] = {"least": max(1, -(-limits.min_seconds // DAY)), "most": limits.max_seconds // DAY}
    return [Problem("poll_time", "poll.days", TIME, params=days)]


def _counted(limits: PollLimits) -> Callable[[str], int]:
    return counting.WAYS[limits.counting]


def runs_seconds(poll: Poll, limits: PollLimits) -> int:
    """How long the poll runs on a network with these limits."""
    return poll.seconds if limits.is_timed else limits.max_seconds


# ---- counts


def count(value: Any) -> int | None:
    """None for anything that is no count."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST else None


def time(value: Any) -> datetime | None:
    """None for anything that is no ISO time."""
    try:
        return moment(value) if isinstance(value, str) else None
    except ValueError:
        return None


def is_past(ends_at: datetime | None) -> bool:
    return ends_at is not None and ends_at <= datetime.now(UTC)


def sum_of(votes: Sequence[int | None]) -> int | None:
    """All votes; None where one of them is unknown."""
    known = [one for one in votes if one is not None]
    return sum(known) if len(known) == len(votes) else None


def from_shares(shares: Sequence[float], total: int) -> tuple[int, ...]:
    """Whole votes by answer from their shares (0 to 1) of `total`, so that they add up to it: the largest remainders
    are rounded up. Off by one where a share was rounded."""
    exact = [share * total for share in shares]
    votes = [int(one) for one in exact]
    missing = total - sum(votes)
    by_remainder = sorted(range(len(exact)), key=lambda place: votes[place] - exact[place])
    for place in by_remainder[: max(0, missing)]:
        votes[place] += 1
    return tuple(votes)
