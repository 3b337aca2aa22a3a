"""Pure rules for kits: the day of each post, the questions asked once for all posts, and the prefilled answers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from library.enums import GapKind
from library.gaps import MOST as MOST_QUESTIONS
from library.gaps import Gap, with_defaults
from posts.draft import Draft
from posts.editing.placeholders import Value
from serbian.folding import fold

MOST_POSTS = 20
LAST_DAY = 120


def day_of(start: date, day: int, without: Collection[date] = ()) -> date:
    """The day of a post `day` days after the start; the next working day if that is a day off."""
    on = start + timedelta(days=day)
    while on in without:
        on += timedelta(days=1)
    return on


def questions(drafts: Iterable[Draft], known: Sequence[Mapping[str, Any]]) -> list[Gap]:
    """One for each placeholder of all drafts, in reading order; labelled as in `known`."""
    by_key: dict[str, Gap] = {}
    for draft in drafts:
        for gap in with_defaults(draft, known):
            by_key.setdefault(fold(gap["name"]), gap)
    return list(by_key.values())[:MOST_QUESTIONS]


def prefilled_answers(gaps: Sequence[Gap], *sources: Mapping[str, Value]) -> dict[str, Value]:
    """Answers known in advance, by placeholder name; an earlier source takes precedence.

    A date only answers a question for a date, an address one for a link.
    """
    folded = [{fold(name): value for name, value in source.items() if value} for source in sources]
    answers: dict[str, Value] = {}
    for gap in gaps:
        values = (source[fold(gap["name"])] for source in folded if fold(gap["name"]) in source)
        value = next(
            (candidate for candidate in values if isinstance(candidate, date) == (gap["kind"] == GapKind.DATE)), None
        )
        if value:
            answers[gap["name"]] = value
    return answers


def stored(values: Mapping[str, Value]) -> dict[str, str]:
    """Answers as JSON."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def read_back(values: Mapping[str, str], gaps: Sequence[Gap]) -> dict[str, Value]:
    """Stored answers for the current questions; values that are no longer dates are left out."""
    days = {gap["name"] for gap in gaps if gap["kind"] == GapKind.DATE}
    answers: dict[str, Value] = {}
    for name, value in values.items():
        try:
            answers[name] = date.fromisoformat(value) if name in days else value
        except ValueError:
            continue
    return answers
