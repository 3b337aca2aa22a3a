"""A municipality of the demo as those see it who write its past and its present."""

from dataclasses import dataclass

from demo.library import Drawn
from demo.network import Voice
from demo.people import People, Team


@dataclass(frozen=True)
class Town:
    """Who writes, through which channels, with which pictures."""

    team: Team
    voices: list[Voice]
    drawn: dict[str, Drawn]
    people: People
