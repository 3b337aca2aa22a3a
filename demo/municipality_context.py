"""A municipality of the demo with everything that is needed to create its posts."""

from dataclasses import dataclass

from demo.library import Drawn
from demo.network import ChannelPage
from demo.people import People, Team


@dataclass(frozen=True)
class MunicipalityContext:
    """Who writes, through which channels, with which pictures."""

    team: Team
    voices: list[ChannelPage]
    drawn: dict[str, Drawn]
    people: People
