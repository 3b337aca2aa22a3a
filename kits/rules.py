"""Pure rules of kits: on which day a post comes, what is asked once for all posts, and what is known beforehand."""

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
    """The day of a post that comes `day` days after the start; the next one where offices rest that day."""
    on = start + timedelta(days=day)
    while on in without:
        on += timedelta(days=1)
    return on


def questions(drafts: Iterable[Draft], known: Sequence[Mapping[str, Any]]) -> list[Gap]:
    """One for each gap of all the drafts, in the order in which one meets them; worded as `known` has it."""
    found: dict[str, Gap] = {}
    for draft in drafts:
        for gap in with_defaults(draft, known):
            found.setdefault(fold(gap["name"]), gap)
    return list(found.values())[:MOST_QUESTIONS]


def beforehand(gaps: Sequence[Gap], *sources: Mapping[str, Value]) -> dict[str, Value]:
    """What can be filled in before anybody types, by the name of the gap; an earlier source goes first.

    A day fits only a question for a day, an address only one for a link.
    """
    folded = [{fold(name): value for name, value in source.items() if value} for source in sources]
    found: dict[str, Value] = {}
    for gap in gaps:
        values = (source[fold(gap["name"])] for source in folded if fold(gap["name"]) in source)
        value = next((each for each in values if isinstance(each, date) == (gap["kind"] == GapKind.DATE)), None)
        if value:
            found[gap["name"]] = value
    return found


def stored(values: Mapping[str, Value]) -> dict[str, str]:
    """Answers as JSON keeps them."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def read_back(values: Mapping[str, str], gaps: Sequence[Gap]) -> dict[str, Value]:
    """Stored answers, for the questions as they are asked now; what is no day any more is left out."""
    days = {gap["name"] for gap in gaps if gap["kind"] == GapKind.DATE}
    found: dict[str, Value] = {}
    for name, value in values.items():
        try:
            found[name] = date.fromisoformat(value) if name in days else value
        except ValueError:
            continue
    return found
