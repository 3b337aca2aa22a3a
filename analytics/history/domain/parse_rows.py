"""Parses rows of an imported table: the typed cells, their values, and the problems found.

Nothing is written here. Rows are parsed anew each time, for the page and again when somebody confirms.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from analytics.enums import ImportSource, SubjectKind
from analytics.history.columns import COUNTS
from analytics.history.number_parsing import BadFigure, count
from analytics.ingestion.domain.insert_imported import Day, Post
from analytics.metrics import BELIEVED_UP_TO, METRICS
from analytics.models import ChannelDay, Subject
from channels import validation
from channels.models import Channel
from channels.queries import takes_posts
from common.numbers import number
from delivery.models import Delivery
from planning.date_parsing import parse_day_and_time
from planning.file_parsing import FileRow, refuse_broken
from posts.draft import MOST_LINK, is_link
from posts.enums import Category
from posts.labels import nonexistent_time_message
from posts.rules import AmbiguousTime, NonexistentTime, resolve_wall_time
from serbian.folding import fold

# No network of ours is older.
OLDEST = date(2004, 1, 1)


@dataclass(frozen=True)
class Problem:
    """`column` is one of `analytics.history.columns.COLUMNS`; `stops`: the row is not imported."""

    column: str
    sentence: str
    stops: bool = True
    typed: str = ""

    @property
    def label(self) -> str:
        """The column by its name on the page."""
        return str(METRICS[self.column].label if self.column in METRICS else _column_labels()[self.column])


def _column_labels() -> dict[str, str]:
    return {
        "day": _("Day"),
        "time": _("Time"),
        "channel": _("Channel"),
        "title": _("Title"),
        "link": _("Link"),
        "category": _("Kind of content"),
    }


@dataclass
class HistoryRow:
    """`known` says why it is not imported though nothing is wrong with it: it is here already."""

    number: int
    cells: dict[str, str]
    problems: list[Problem] = field(default_factory=list)
    channel: Channel | None = None
    on: date | None = None
    at: datetime | None = None
    link: str = ""
    remote_id: str = ""
    category: str = Category.OTHER.value
    counts: dict[str, int] = field(default_factory=dict)
    followers: int | None = None
    known: str = ""

    @property
    def stops(self) -> bool:
        return any(problem.stops for problem in self.problems)

    @property
    def is_ready(self) -> bool:
        return not self.stops and not self.known

    @property
    def numbers(self) -> list[tuple[Any, int]]:
        """(label, number), as far as the row has them."""
        counts = self.counts if self.followers is None else {"followers": self.followers}
        return [(METRICS[key].label, counts[key]) for key in METRICS if key in counts]

    def add_problem(self, column: str, sentence: str, *, stops: bool = True) -> None:
        self.problems.append(Problem(column, sentence, stops, self.cells.get(column, "")))

    @property
    def post(self) -> Post:
        assert self.channel
        assert self.on
        title = self.cells.get("title", "")
        return Post(
            self.channel.pk, self.remote_id, self.on, self.at, title, self.link, dict(self.counts), self.category,
            "link" if self.link and not title else "text",
        )  # fmt: skip

    @property
    def day(self) -> Day:
        assert self.channel
        assert self.on
        assert self.followers is not None
        return Day(self.channel.pk, self.on, self.followers)


def source_of(lines: Sequence[FileRow]) -> ImportSource:
    """A table with followers and no other number is one of followers."""
    columns = {column for line in lines for column in line.cells}
    only_followers = "followers" in columns and not columns & set(COUNTS)
    return ImportSource.FOLLOWERS if only_followers else ImportSource.POSTS


def parse(lines: Sequence[FileRow], source: str) -> list[HistoryRow]:
    """Every row with every problem, in the language that is active. Four queries at most."""
    sheet = _Sheet(source)
    rows = [sheet.row(line) for line in lines]
    _meet_each_other(rows, source)
    if source == ImportSource.POSTS:
        _meet_posts(rows)
    else:
        _meet_days(rows)
    return rows


class _Sheet:
    """What the rows of one file have in common."""

    def __init__(self, source: str) -> None:
        self.source = source
        channels = Channel.objects.filter(takes_posts()).order_by("name", "pk")
        self.channels = list(channels if settings.DEMO else channels.filter(is_practice=False))
        self.today = timezone.localdate()
        self.categories = _categories()

    def row(self, line: FileRow) -> HistoryRow:
        row = HistoryRow(line.number, dict(line.cells))
        refuse_broken(row, line)
        self._day(row)
        self._channel(row)
        if self.source == ImportSource.FOLLOWERS:
            row.followers = _count(row, "followers")
            if "followers" not in row.cells:
                row.add_problem("followers", _("The number of followers is missing."))
        else:
            self._numbers(row)
            self._link(row)
            self._category(row)
            row.remote_id = _remote_id(row)
        return row

    def _day(self, row: HistoryRow) -> None:
        typed = row.cells.get("day", "")
        on, at = parse_day_and_time(typed, row.cells.get("time", ""), self.today)
        if on is None:
            sentence = _("This is no day. Write it like 24.11.2026.") if typed else _("The day is missing.")
            row.add_problem("day", sentence)
            return
        if on > self.today:
            row.add_problem("day", _("This day is still to come. Write the year, too."))
        elif on < OLDEST:
            row.add_problem("day", _("This day is before there were social networks."))
        row.on = on
        if self.source == ImportSource.FOLLOWERS:
            return
        if at is None and row.cells.get("time"):
            row.add_problem("time", _("This is no time, so only the day counts. Write it like 9:00."), stops=False)
        if at is not None:
            self._time(row, on, at)

    def _time(self, row: HistoryRow, on: date, at: time) -> None:
        resolved = resolve_wall_time(on, at)
        if isinstance(resolved, NonexistentTime):
            row.add_problem("time", nonexistent_time_message(resolved))
            return
        row.at = (resolved.options[0] if isinstance(resolved, AmbiguousTime) else resolved).due_at
        if row.at > timezone.now():
            row.add_problem("time", _("This time is still to come."))

    def _channel(self, row: HistoryRow) -> None:
        typed = row.cells.get("channel", "")
        names = ", ".join(channel.name for channel in self.channels) or "–"
        if not typed:
            matches = self.channels
            problem = _("Specify the channel. Available channels: %(names)s.") % {"names": names}
        else:
            matches = [channel for channel in self.channels if fold(typed) in _names(channel)]
            problem = _("There is no channel “%(name)s” here. There are: %(names)s.") % {
                "name": typed[:60],
                "names": names,
            }
        if len(matches) > 1 and typed:
            problem = _("More than one channel goes by this name. Write its account, like %(handle)s.") % {
                "handle": matches[0].handle
            }
        if len(matches) == 1:
            row.channel = matches[0]
        else:
            row.add_problem("channel", problem)

    def _numbers(self, row: HistoryRow) -> None:
        for column in COUNTS:
            value = _count(row, column)
            if value is not None:
                row.counts[column] = value
        if "followers" in row.cells:
            sentence = _("Followers are not imported with posts. Put them into a file of their own.")
            row.add_problem("followers", sentence, stops=False)
        if not row.counts and not row.stops:
            sentence = _("There is no number in this row; it counts as a post and nothing else.")
            row.add_problem("likes", sentence, stops=False)

    def _link(self, row: HistoryRow) -> None:
        link = row.cells.get("link", "")
        if link and (not is_link(link) or len(link) > min(MOST_LINK, 1000)):
            row.add_problem("link", _("This is not a web address, so it is left out."), stops=False)
        else:
            row.link = link

    def _category(self, row: HistoryRow) -> None:
        if typed := row.cells.get("category", ""):
            row.category = self.categories.get(fold(typed), Category.OTHER.value)
            if fold(typed) not in self.categories:
                row.add_problem("category", _("This is none of the kinds, so it counts as “Other”."), stops=False)


def _count(row: HistoryRow, column: str) -> int | None:
    typed = row.cells.get(column, "")
    if not typed or typed in ("-", "–", "—", "/"):
        return None  # missing, which is not 0
    try:
        return count(typed)
    except BadFigure as bad:
        row.add_problem(column, _figure_problem(bad.reason))
        return None


def _figure_problem(reason: str) -> str:
    return {
        "none": _("This is no number. Write it like 1.234 or 1234; leave the cell empty if it is not known."),
        "negative": _("A count cannot be below zero."),
        "broken": _("A count is a whole number, and this one has a fraction."),
        "large": _("This number is implausible. The maximum is %(most)s.") % {"most": number(BELIEVED_UP_TO)},
    }[reason]


def _names(channel: Channel) -> set[str]:
    names = (channel.name, channel.handle, channel.handle.lstrip("@"), channel.url, validation.platform(channel).title)
    return {fold(name) for name in names if name}


def _categories() -> dict[str, str]:
    """Folded labels in every language of the portal, and the codes themselves."""
    by_label = {str(value): str(value) for value in Category.values}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            by_label |= {fold(str(label)): str(value) for value, label in Category.choices}
    return by_label


def _remote_id(row: HistoryRow) -> str:
    """The network's own id where the link contains it, so that a file and the network give one post; else a digest of
    the row."""
    if row.channel is None or row.on is None:
        return ""
    own = validation.remote_id(row.channel, row.link) if row.link else None
    if own:
        return own
    identity = row.link or f"{row.on} {row.at.astimezone(UTC) if row.at else ''} {fold(row.cells.get('title', ''))}"
    return f"file:{hashlib.sha256(identity.encode()).hexdigest()[:40]}"


# ---------------------------------------------------------------- what is here already


def _meet_each_other(rows: Sequence[HistoryRow], source: str) -> None:
    seen: dict[Any, int] = {}
    for row in rows:
        if row.channel is None or row.on is None:
            continue
        key = (row.channel.pk, row.remote_id if source == ImportSource.POSTS else row.on)
        earlier = seen.setdefault(key, row.number)
        if earlier != row.number:
            same_post = _("Row %(number)s contains the same post.")
            same_day = _("Row %(number)s contains the same day of the same channel.")
            row.add_problem("day", (same_post if source == ImportSource.POSTS else same_day) % {"number": earlier})


def _meet_posts(rows: Sequence[HistoryRow]) -> None:
    """Mark posts that the portal published itself, by id or address, and those imported before. Two queries."""
    channels = {row.channel.pk for row in rows if row.channel}
    ids, links = {row.remote_id for row in rows if row.remote_id}, {row.link for row in rows if row.link}
    sent = Delivery.objects.filter(channel__in=channels)
    ours = set(sent.filter(remote_id__in=ids).values_list("channel_id", "remote_id"))
    ours |= set(sent.filter(permalink__in=links).values_list("channel_id", "permalink"))
    brought = Subject.objects.filter(channel__in=channels, kind=SubjectKind.IMPORTED, remote_id__in=ids)
    here = set(brought.values_list("channel_id", "remote_id"))
    for row in rows:
        if row.channel is None:
            continue
        if (row.channel.pk, row.remote_id) in ours or (row.link and (row.channel.pk, row.link) in ours):
            row.known = _("The portal published this post itself; its metrics are already counted.")
        elif (row.channel.pk, row.remote_id) in here:
            row.known = _("This post was imported before.")


def _meet_days(rows: Sequence[HistoryRow]) -> None:
    """Mark days whose followers are already known. One query."""
    wanted = {row.channel.pk for row in rows if row.channel}
    dates = {row.on for row in rows if row.on}
    known = ChannelDay.objects.filter(channel__in=wanted, day__in=dates, followers__isnull=False)
    there = {(channel, day): imported for channel, day, imported in known.values_list("channel_id", "day", "imported")}
    for row in rows:
        imported = there.get((row.channel.pk, row.on)) if row.channel and row.on else None
        if imported is not None:
            by_us = _("The portal read the followers of this day itself.")
            row.known = _("The followers of this day were imported before.") if imported else by_us
