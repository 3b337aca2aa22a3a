"""Rules of good practice: the category of each purpose, and which examples fit a draft best. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from exchange.enums import Purpose
from posts.enums import Category

MOST_EXAMPLES = 200
MOST_OFFERED = 6
# From this score on an example fits what the writer chose, not only what every post has.
MEANT = 2
CATEGORY = {
    Purpose.SERVICE: Category.SERVICE,
    Purpose.ESERVICE: Category.ESERVICE,
    Purpose.NEEDS: Category.CONSULTATION,
    Purpose.CONSULTATION: Category.CONSULTATION,
    Purpose.LIVE: Category.CONSULTATION,
    Purpose.LOOP: Category.CONSULTATION,
    Purpose.EXPLAINER: Category.SERVICE,
    Purpose.CULTURE: Category.CULTURE,
    Purpose.CONTEST: Category.CULTURE,
}
ICONS = {
    Purpose.SERVICE: "megaphone",
    Purpose.ESERVICE: "laptop",
    Purpose.NEEDS: "message-circle",
    Purpose.CONSULTATION: "landmark",
    Purpose.LIVE: "video",
    Purpose.LOOP: "repeat-2",
    Purpose.EXPLAINER: "lightbulb",
    Purpose.CULTURE: "heart",
    Purpose.CONTEST: "star",
}


class Fitting(Protocol):
    """What is asked of an example to tell how well it fits."""

    category: str
    purpose: str

    @property
    def call_kind(self) -> str: ...

    @property
    def takes_part(self) -> str: ...


E = TypeVar("E", bound=Fitting)


@dataclass(frozen=True)
class PostTraits:
    """What is known of a post while it is written, in values of `posts.enums`; empty: not chosen."""

    call: str = ""
    takes_part: str = ""
    category: str = ""


def fit(example: Fitting, kind: PostTraits) -> int:
    """How well it fits, 0 for not at all. How people take part says most, then the call to action, then the purpose:
    the purpose is filled in for every post, the other two only by somebody who means it."""
    points = 0
    if kind.takes_part and example.takes_part == kind.takes_part:
        points += 4
    if kind.call and example.call_kind == kind.call:
        points += 2
    if kind.category and example.category == kind.category:
        points += 1
    return points


def fitting(examples: Iterable[E], kind: PostTraits) -> list[E]:
    """The best first, in their own order where they fit alike; at most `MOST_OFFERED`, none without any likeness."""
    ranked = sorted(((fit(example, kind), example) for example in examples), key=lambda pair: -pair[0])
    best = [fitting for points, fitting in ranked if points >= MEANT]
    if best:
        # then others that do the same job in another form; every post has a category, so alone it says little
        purposes = {fitting.purpose for fitting in best}
        best += [fitting for points, fitting in ranked if points < MEANT and fitting.purpose in purposes]
    else:
        best = [fitting for points, fitting in ranked if points]
    return best[:MOST_OFFERED]
