"""Reports of consultations that pages of lower packages lead to: "You asked, we did", and the page of a municipality.

The package of consultations lies above them and registers here when it starts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from municipalities.models import Municipality


@dataclass(frozen=True)
class PublicReport:
    """`title` in the script of the page."""

    title: str
    url: str
    on: date


# The municipality, and the tag of the page's language; the newest first.
Read = Callable[[Municipality, str], Sequence[PublicReport]]
_readers: list[Read] = []


def register(read: Read) -> None:
    _readers[:] = [read]


def newest(municipality: Municipality, tongue: str) -> list[PublicReport]:
    """A few of the newest, none where no consultation has a public report. Two queries at most."""
    return [report for read in _readers for report in read(municipality, tongue)]


def stamp(reports: Sequence[PublicReport]) -> str:
    """Part of the name under which a page that lists them is cached."""
    listed = "\n".join(f"{report.title}\t{report.url}\t{report.on}" for report in reports)
    return sha256(listed.encode()).hexdigest()[:12]
