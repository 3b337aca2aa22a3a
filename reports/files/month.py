"""The calendar of a month to print: an A4 page (PDF/UA-1) or a picture of it (PNG), by Typst.

The page is a table of weeks. A cell has room for so many lines, which `month_cells` shares out: two lines of words for
each post where they fit, one where they are many, and a number for those that do not fit. The template (`month.typ`)
cuts words at the room they have. Texts are data and never markup; signs that the typeface lacks are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.defaultfilters import truncatechars
from django.utils import timezone
from django.utils.translation import gettext as _

from common import languages
from common.dates import date_time, long_date, month_year, weekday
from common.templatetags.ui import ICONS, NETWORK_MARKS, network_name
from common.xml_text import xml_text
from posts.calendar.grid import CalendarDay
from reports.files.pdf import compiled, drawn, legible

HERE = Path(__file__).parent
# Read once: while a new version is put in place, a worker of the old one still has the template that fits its code.
TEMPLATE = (HERE / "month.typ").read_bytes()
# Points. The height that the weeks share, what the head of a day takes of its cell, a line, and the space below a post.
WEEKS, HEAD, LINE, GAP = 495.0, 12.0, 8.4, 2.0
CHARACTERS = 140
NETWORKS = 3
LONGEST_WORD = 7
"""Where a word of more than twice so many letters may break: a cell is some 25 letters wide."""
PIXELS_PER_INCH = 144
# The edges of states on paper, by tone.
TONES = {
    "info": "#1d4f7c",
    "good": "#2a6438",
    "warning": "#754d00",
    "problem": "#93194a",
    "waiting": "#544190",
}
QUIET, INK = "#8b8274", "#211d18"


@dataclass(frozen=True)
class Room:
    """What fits a cell: `posts` of it with `lines` of words, so that `more` are counted only."""

    posts: int
    lines: int
    more: int


def room(posts: int, weeks: int) -> Room:
    """For a day with so many posts, in a month that touches so many weeks."""
    height = WEEKS / weeks - HEAD
    for lines in (2, 1):
        if posts * _height(lines) <= height:
            return Room(posts, lines, 0)
    shown = int((height - LINE) // _height(1))
    return Room(shown, 1, posts - shown)


def _height(lines: int) -> float:
    return (1 + lines) * LINE + GAP


def month_pdf(municipality: Any, anchor: date, weeks: Sequence[Sequence[CalendarDay]], at: datetime) -> bytes:
    """The page in the language that is active. Entries of `weeks` have their `live_publications` and `channels`."""
    language = languages.current().code
    return compiled(TEMPLATE, _content(municipality, anchor, weeks, at), language=language, at=at)


def month_png(municipality: Any, anchor: date, weeks: Sequence[Sequence[CalendarDay]], at: datetime) -> bytes:
    """As `month_pdf`, as a picture of 1684 × 1191 pixels."""
    return drawn(TEMPLATE, _content(municipality, anchor, weeks, at), ppi=PIXELS_PER_INCH)


def _content(municipality: Any, anchor: date, weeks: Sequence[Sequence[CalendarDay]], at: datetime) -> dict[str, Any]:
    written = languages.current()
    title = month_year(anchor)
    title = title[:1].upper() + title[1:]
    networks = {channel.network for week in weeks for day in week for post in day.entries for channel in post.channels}
    return {
        "month": {
            "title": title,
            "subtitle": _printed(str(municipality)),
            "name": xml_text(f"{title} · {' '.join(str(municipality).split())}"),
            "author": _("Dobošar"),
            "about": _("Calendar of posts"),
            "lang": written.language,
            "script": written.script,
            "region": written.region,
            "foot": f"{_('Dobošar')} · {date_time(at)}",
            "line": LINE,
            "head": HEAD,
            "gap": GAP,
            "height": WEEKS / len(weeks),
            "weekdays": [weekday(day.on) for day in weeks[0]],
            "weeks": [[_cell(day, len(weeks)) for day in week] for week in weeks],
            "signs": {platform: _sign(platform) for platform in sorted(networks)},
            "names": {platform: network_name(platform) for platform in sorted(networks)},
        }
    }


def _cell(day: CalendarDay, weeks: int) -> dict[str, Any]:
    fits = room(len(day.entries), weeks)
    return {
        "day": f"{day.on.day}.",
        "date": long_date(day.on),
        "outside": day.outside,
        "off": day.is_off,
        "holidays": _printed(", ".join(dict.fromkeys(holiday.shown_name for holiday in day.holidays))),
        "lines": fits.lines,
        "more": f"+{fits.more}" if fits.more else "",
        "posts": [_post(post) for post in day.entries[: fits.posts]],
    }


def _post(post: Any) -> dict[str, Any]:
    state = post.shown_pill
    return {
        "time": f"{timezone.localtime(post.due_at):%H:%M}",
        "networks": list(dict.fromkeys(channel.network for channel in post.channels))[:NETWORKS],
        "state": str(state.label),
        "edge": TONES.get(state.tone, QUIET),
        "words": _printed(truncatechars(str(post), CHARACTERS)),
    }


def _printed(text: str) -> str:
    """Without signs that the typeface lacks: to passers-by of a wall a box says nothing. Words of nothing else keep
    it."""
    return legible(text, stand_in="", longest=LONGEST_WORD * 2, pieces=LONGEST_WORD) or legible(text)


@cache
def _signs() -> dict[str, str]:
    """The symbols of the sprite of icons by name, each as an SVG file in ink."""
    sprite = (Path(settings.BASE_DIR) / "static" / ICONS).read_text(encoding="utf-8")
    parts = (part.partition('"') for part in sprite.split('<symbol id="')[1:])
    contents = {name: rest.partition("</symbol>")[0].replace("currentColor", INK) for name, _quote, rest in parts}
    return {name: f'<svg xmlns="http://www.w3.org/2000/svg"{drawing}</svg>' for name, drawing in contents.items()}


def _sign(platform: str) -> str:
    """The mark of a network, a globe for one without a mark."""
    signs = _signs()
    return signs.get(NETWORK_MARKS.get(platform, platform), signs["globe"])
