"""A month's plan: look at every row first, make the drafts only when a person has seen what would be made."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from channels import dry
from channels.models import Channel
from common.audit import record
from municipalities.holidays import Holiday, holidays
from municipalities.models import Municipality
from municipalities.tenancy import everywhere
from planning.models import ImportRun
from planning.reading import Line, clock, day, read
from posts import compose
from posts.domain.create import create
from posts.domain.refused import Refused
from posts.domain.save import Content, save_draft
from posts.draft import Draft, Text, is_link
from posts.enums import Category
from posts.previews import NO_KEY
from posts.queries import usable_channels
from posts.rules import FARTHEST, DoesNotExist, Resolved, wall_time
from posts.wording import does_not_exist, twice
from serbian.folding import fold
from serbian.scripts import Script, detect

KEPT = timedelta(days=7)
EVERYWHERE = frozenset({"sve", "svi", "all"})


@dataclass(frozen=True)
class Problem:
    """`column` is one of `planning.reading.COLUMNS`; `stops`: no draft is made of the row."""

    column: str
    sentence: str
    stops: bool = True


@dataclass
class Row:
    """A row as the page shows it. `content` is what the draft would be; None where something stops it."""

    number: int
    cells: dict[str, str]
    problems: list[Problem] = field(default_factory=list)
    content: Content | None = None

    @property
    def stops(self) -> bool:
        return any(problem.stops for problem in self.problems)


# ---------------------------------------------------------------- looking


def look(municipality: Municipality, lines: Sequence[Line]) -> list[Row]:
    """Every row with every problem, in the language that is active. Two queries."""
    sheet = _Sheet(municipality)
    return [sheet.row(line) for line in lines]


class _Sheet:
    """What the rows of one file have in common."""

    def __init__(self, municipality: Municipality) -> None:
        self.house = municipality
        self.channels = list(usable_channels())
        self.categories = _categories()
        self.seen: dict[tuple[str, str], int] = {}
        self.first = timezone.localdate()
        found = holidays(self.first, self.first + FARTHEST, municipality.slug)
        self.holidays: dict[Any, Holiday] = {each.on: each for each in found if not each.is_working or each.sensitive}

    def row(self, line: Line) -> Row:
        row = Row(line.number, line.cells)
        texts = self._texts(row)
        chosen = self._channels(row)
        link = self._link(row)
        time = self._time(row)
        category = self._category(row)
        self._twice(row)
        draft = Draft(texts=texts, channels=tuple(channel.pk for channel in chosen), link=link, tracked=True)
        self._lengths(row, draft, chosen)
        if not row.stops:
            row.content = Content(draft, line.cells.get("title", "")[:140], category, time)
        return row

    def _texts(self, row: Row) -> dict[str, Text]:
        text, latin = row.cells.get("text", ""), row.cells.get("text_latin", "")
        if not text and not latin:
            row.problems.append(Problem("text", _("There is no text.")))
            return {}
        tag = "sr-Latn" if detect(text) == Script.LATIN else "sr-Cyrl"
        found = {tag: Text(text)} if text else {}
        return found | ({"sr-Latn": Text(latin)} if latin else {})

    def _channels(self, row: Row) -> list[Channel]:
        typed = [word.strip() for word in row.cells.get("channels", "").replace(";", ",").split(",") if word.strip()]
        if not typed or any(fold(word) in EVERYWHERE for word in typed):
            return self.channels
        chosen: dict[int, Channel] = {}
        for word in typed:
            found = [channel for channel in self.channels if fold(word) in _names(channel)]
            if not found:
                sentence = _("There is no channel “%(name)s” here. Connected are: %(names)s.")
                names = ", ".join(channel.name for channel in self.channels) or "–"
                row.problems.append(Problem("channels", sentence % {"name": word[:60], "names": names}))
            chosen |= {channel.pk: channel for channel in found}
        return list(chosen.values())

    def _link(self, row: Row) -> str:
        link = row.cells.get("link", "")
        if link and not is_link(link):
            row.problems.append(Problem("link", _("This is not a web address. It begins with https://.")))
            return ""
        return link[:1000]

    def _time(self, row: Row) -> Resolved | None:
        typed_day, typed_time = row.cells.get("day", ""), row.cells.get("time", "")
        if not typed_day and not typed_time:
            return None
        on, at = day(typed_day), clock(typed_time)
        if on is None:
            row.problems.append(Problem("day", _("This is no day. Write it like 24.11.2026.")))
        if at is None:
            row.problems.append(Problem("time", _("This is no time. Write it like 9:00.")))
        if on is None or at is None:
            return None
        found = wall_time(on, at)
        if isinstance(found, Resolved):
            self._moment(row, found)
            return found
        sentence = does_not_exist(found) if isinstance(found, DoesNotExist) else twice(found)
        row.problems.append(Problem("time", sentence))
        return None

    def _moment(self, row: Row, time: Resolved) -> None:
        now = timezone.now()
        if time.due_at <= now:
            row.problems.append(Problem("day", _("This time has passed.")))
        elif time.due_at > now + FARTHEST:
            row.problems.append(Problem("day", _("This day is too far away. Choose one within a year.")))
        elif holiday := self.holidays.get(time.local.date()):
            name = holiday.name(translation.get_language() or "sr")
            row.problems.append(Problem("day", _("A holiday: %(name)s.") % {"name": name}, stops=False))

    def _category(self, row: Row) -> str:
        typed = row.cells.get("category", "")
        if not typed:
            return Category.SERVICE.value
        found = self.categories.get(fold(typed))
        if found is None:
            sentence = _("This kind of content is not known; the draft becomes service information.")
            row.problems.append(Problem("category", sentence, stops=False))
        return found or Category.SERVICE.value

    def _twice(self, row: Row) -> None:
        key = (fold(row.cells.get("text", "")), row.cells.get("day", "") + row.cells.get("time", ""))
        earlier = self.seen.setdefault(key, row.number)
        if earlier != row.number and key[0]:
            sentence = _("The same text stands at the same time in row %(number)s.") % {"number": earlier}
            row.problems.append(Problem("text", sentence))

    def _lengths(self, row: Row, draft: Draft, chosen: Sequence[Channel]) -> None:
        """What a network would refuse; the draft is made all the same, so that it can be shortened there."""
        for channel in chosen if draft.texts else ():
            for part in compose.parts(draft, channel):
                payload = compose.outgoing(draft, part, [], key=NO_KEY, created_at=timezone.now())
                for finding in dry.check(channel, payload):
                    if finding.severity == "error":
                        facts = {"channel": channel.name, "problem": finding.message}
                        row.problems.append(Problem("text", _("%(channel)s: %(problem)s") % facts, stops=False))


def _names(channel: Channel) -> set[str]:
    names = (channel.name, channel.handle, channel.handle.lstrip("@"), dry.platform(channel).title)
    return {fold(name) for name in names}


def _categories() -> dict[str, str]:
    """Folded labels in every language of the portal, and the codes themselves."""
    found = {str(value): str(value) for value in Category.values}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found |= {fold(str(label)): str(value) for value, label in Category.choices}
    return found


# ---------------------------------------------------------------- verbs


@transaction.atomic
def upload(municipality: Municipality, raw: bytes, name: str, *, by: Any) -> ImportRun:
    """Keep what was read until somebody confirms it. Raises `planning.reading.Unreadable`."""
    lines = read(raw, name)
    run = ImportRun.objects.create(
        municipality=municipality, name=name[:200], digest=hashlib.sha256(raw).hexdigest(), by=by,
        rows=[{"number": line.number, "cells": line.cells} for line in lines],
    )  # fmt: skip
    record("plan.upload", by=by, target=run, rows=len(lines))
    return run


def lines_of(run: ImportRun) -> list[Line]:
    return [Line(row["number"], row["cells"]) for row in run.rows]


@transaction.atomic
def confirm(run: ImportRun, *, by: Any) -> int:
    """Make the drafts of all rows that nothing stops; returns how many. A second time raises `Refused`."""
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=run.pk)
    if run.confirmed_at:
        raise Refused(_("This plan was imported already."))
    contents = [row.content for row in look(run.municipality, lines_of(run)) if row.content]
    if not contents:
        raise Refused(_("No row can be imported as it stands. Correct the file and choose it again."))
    for content in contents:
        post = create(run.municipality, by=by)
        post.municipality = run.municipality
        save_draft(post, replace(content), revision=post.revision, by=by)
    run.confirmed_at, run.made, run.rows = timezone.now(), len(contents), []
    run.save(update_fields=["confirmed_at", "made", "rows"])
    record("plan.import", by=by, target=run, made=run.made)
    return run.made


def forget() -> int:
    """Throw away what was uploaded and never confirmed; returns how many."""
    with everywhere("forget plans that nobody confirmed"):
        old = ImportRun.objects.filter(confirmed_at__isnull=True, at__lt=timezone.now() - KEPT)
        return old.delete()[0]
