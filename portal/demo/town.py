"""A municipality of the demo as those see it who write its past and its present."""

from dataclasses import dataclass

from portal.demo.library import Drawn
from portal.demo.network import Voice
from portal.demo.people import People, Team


@dataclass(frozen=True)
class Town:
    """Who writes, through which channels, with which pictures."""

    team: Team
    voices: list[Voice]
    drawn: dict[str, Drawn]
    people: People
