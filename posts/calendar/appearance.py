"""How the posts of a calendar page are drawn: addresses, colours, and what its legend explains. No query of its own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.states import STATES, UNKNOWN

COLOURS = ("state", "channel", "campaign")
SERIES = 6
"""How many channels or campaigns have a colour of their own; the rest share one."""
URGENT = frozenset({"problem", "warning", "waiting"})
"""Tones of what failed or needs somebody: their word is written out."""


Labels = Callable[[Sequence[Any]], dict[int, str]]
_labels: dict[str, Labels] = {}


def register_labels(colour: str, labels: Labels) -> None:
    """A package above `posts` says by what it colours posts: `labels` returns a label by the id of a post."""
    _labels[colour] = labels


def labels_of(colour: str, posts: Sequence[Any]) -> dict[int, str]:
    """The labels that were registered for a colour, without those of posts that have none."""
    return _labels[colour](posts) if posts else {}


@dataclass(frozen=True)
class Stripe:
    """An entry of the legend: the class of a colour, and what has it."""

    css: str
    label: str


@dataclass(frozen=True)
class Appearance:
    """`new_url` is that of the composer, "" for people who may not write. `stripes`: classes by the id of a post;
    a post that is not among them has the colour of its state. `colours`: what they mean.
    """

    posts_url: str
    media_url: str
    new_url: str = ""
    stripes: Mapping[int, str] = field(default_factory=dict)
    colours: tuple[Stripe, ...] = ()


def tone(state: str) -> str:
    return STATES.get(state, UNKNOWN).tone


def striped(
    labels: Mapping[int, str], *, order: Iterable[str], several: str = "", without: str
) -> tuple[dict[int, str], list[Stripe]]:
    """Classes by the id of a post, and the legend, from the label of each post.

    `order`: labels in the order of their colours, those that no post has included, so that a colour stays the same from
    month to month. `several` is the label that has no colour of its own, `without` what the legend says of "".
    """
    places = {label: min(number, SERIES) for number, label in enumerate(order)}
    css = {label: f"stripe-{place + 1}" if place < SERIES else "stripe-rest" for label, place in places.items()}
    css |= {several: "stripe-rest", "": "stripe-quiet"}
    shown = set(labels.values())
    legend = [Stripe(css[label], label or without) for label in css if label in shown]
    return {pk: css.get(label, "stripe-rest") for pk, label in labels.items()}, legend


def states_of(posts: Iterable[Any]) -> list[str]:
    """The states that these posts show, in the order of `common.states`; those it does not list last."""
    shown = {post.shown_state for post in posts}
    return [*(state for state in STATES if state in shown), *sorted(shown - STATES.keys())]
