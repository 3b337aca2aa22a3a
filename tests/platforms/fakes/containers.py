"""Containers (posts that are prepared under an id), shared by the fakes of Instagram and Threads.

A container is processed for as many requests as `<key>_polls` says, is ready for a day, and becomes one post at most.
"""

import io
import urllib.error
from datetime import timedelta
from typing import Any

from PIL import Image

from tests.platforms.fakes.core import Refusal, fetched

LIFE = timedelta(hours=24)


class Unfetched(Exception):
    """Nothing, a redirect or an error at the address of a file."""


def file_at(url: str) -> tuple[bytes, str]:
    """(bytes, type), really fetched."""
    try:
        return fetched(url)
    except (OSError, ValueError, urllib.error.URLError) as problem:
        raise Unfetched(str(problem)) from None


def picture_at(url: str) -> tuple[bytes, str, float]:
    """(bytes, type, width ÷ height) of a picture at an address. Raises `Unfetched`, or `OSError` for something else."""
    content, mime = file_at(url)
    image = Image.open(io.BytesIO(content))
    return content, mime, image.width / image.height


class Containers:
    """`world` for the clock and options, `key` of the network, whose `<key>_polls` is how long processing takes."""

    def __init__(self, world: Any, key: str) -> None:
        self.world = world
        self.key = key
        self.held: dict[str, dict[str, Any]] = {}

    def add(self, number: str, owner: str, **inside: Any) -> str:
        made = {"id": number, "owner": owner, "made": self.world.clock.now(), "seen": 0, "post": "", "failed": ""}
        self.held[number] = made | inside
        return number

    def state(self, one: dict[str, Any], asked: bool = False) -> str:
        if one["post"]:
            return "PUBLISHED"
        if self.world.clock.now() - one["made"] > LIFE:
            return "EXPIRED"
        one["seen"] += asked
        if one["seen"] < self.world.options[f"{self.key}_polls"] + asked:
            return "IN_PROGRESS"
        return "ERROR" if one["failed"] or self.world.options[f"{self.key}_fails"] else "FINISHED"

    def error_text(self, one: dict[str, Any]) -> str:
        return one["failed"] or self.world.options[f"{self.key}_fails"]

    def children(self, listed: str, owner: str, refuse: Refusal) -> list[dict[str, Any]]:
        """The parts that a carousel is made of: all ready, all of this owner, none used before."""
        parts = [self.held.get(one) for one in listed.split(",")]
        ready = [part for part in parts if part and part["owner"] == owner and part["item"]]
        if len(ready) < len(parts) or any(self.state(part) != "FINISHED" for part in ready):
            raise refuse
        return ready
