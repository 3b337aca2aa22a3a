"""Import of a month's plan: validates every row first, creates drafts only after a person confirmed the result.

The parsed rows are stored; what they would create is computed anew for the page, and once more under a lock on
confirmation. A row whose draft exists already is skipped, so that a corrected file can be imported again.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from channels import validation
from channels.models import Channel
from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.models import Municipality
from municipalities.queries import glossary
from municipalities.tenancy import everywhere
from planning import queries
from planning.date_parsing import parse_day_and_time
from planning.domain import campaigns
from planning.file_parsing import FileRow, from_stored, read, refuse_broken, stored
from planning.models import Campaign, ImportRun
from posts import compose
from posts.draft import MOST_LINK, MOST_PICTURES, MOST_TEXT, Draft, Shown, Text, is_link, parse
from posts.editing.domain.create import create_from_content
from posts.editing.domain.save import Content
from posts.editing.previews import NO_KEY
from posts.enums import Category
from posts.labels import language_problems, nonexistent_time_message, time_notes
from posts.models import Media, Post
from posts.publishing.short_links import with_expected_links
from posts.queries import usable_channels, visible
from posts.rules import FARTHEST, AmbiguousTime, NonexistentTime, ResolvedTime, resolve_wall_time
from serbian.folding import fold
from serbian.scripts import Script, detect

KEPT = timedelta(days=7)
MOST_TITLE = 140
MOST_FILES = 10_000
"""Of the library, the newest ones, among which a row may name its pictures."""
EVERYWHERE = frozenset({"sve", "svi", "svuda", "all", "all channels", "svi kanali", "sve mreze"})


@dataclass(frozen=True)
class RowProblem:
    """`column` is one of `planning.file_parsing.COLUMNS`; `stops`: no draft is created. `post` is the one that it
    refers to.
    """

    column: str
    sentence: str
    stops: bool = True
    post: Post | None = None


@dataclass
class PlanRow:
    """A row as the page shows it: the input, the parsed values, and its problems."""

    number: int
    cells: dict[str, str]
    problems: list[RowProblem] = field(default_factory=list)
    texts: dict[str, Text] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)
    time: ResolvedTime | None = None
    category: str = Category.SERVICE.value
    campaign: Campaign | None = None
    pictures: tuple[Shown, ...] = ()
    link: str = ""
    known: Post | None = None
    """The post that was made of it already, or written by hand."""

    @property
    def stops(self) -> bool:
        return self.known is not None or any(problem.stops for problem in self.problems)

    @property
    def draft(self) -> Draft:
        return Draft(
            texts=self.texts, media=self.pictures, channels=tuple(channel.pk for channel in self.channels),
            link=self.link, tracked=True,
        )  # fmt: skip

    @property
    def content(self) -> Content | None:
        """The content of the draft; None if a problem stops it."""
        if self.stops:
            return None
        return Content(self.draft, self.cells.get("title", "")[:MOST_TITLE], self.category, self.time)

    def add_problem(self, column: str, sentence: str, *, stops: bool = True, post: Post | None = None) -> None:
        self.problems.append(RowProblem(column, sentence, stops, post))

    @property
    def key(self) -> tuple[str, datetime | None]:
        """Equal for two rows that are the same post."""
        return _text_key(self.texts.values()), self.time.due_at if self.time else None


def _text_key(texts: Iterable[Text]) -> str:
    """A search key of a post's text, equal for both scripts, without derived texts."""
    return fold(" ".join(" ".join(text.text for text in texts if not text.derived_from).split()))


# ---------------------------------------------------------------- looking


def check_rows(municipality: Municipality, lines: Sequence[FileRow]) -> list[PlanRow]:
    """Every row with every problem, in the active language. Four queries, one more where rows name pictures."""
    sheet = _RowChecker(municipality, has_pictures=any(line.cells.get("pictures") for line in lines))
    rows = [sheet.row(line) for line in lines]
    _meet_each_other(rows)
    _meet_what_is_there(rows)
    return rows


class _RowChecker:
    """The state shared by the rows of one file."""

    def __init__(self, municipality: Municipality, *, has_pictures: bool) -> None:
        self.municipality = municipality
        self.channels = list(usable_channels())
        self.campaigns = {fold(campaign.name): campaign for campaign in queries.running_campaigns()}
        self.glossary = glossary(municipality.pk)
        self.categories = _categories()
        self.pictures = _pictures() if has_pictures else {}
        self.today = timezone.localdate()

    def row(self, line: FileRow) -> PlanRow:
        row = PlanRow(line.number, dict(line.cells))
        refuse_broken(row, line)
        self._texts(row)
        self._channels(row)
        self._link(row)
        self._time(row)
        self._category(row)
        self._campaign(row)
        self._title(row)
        self._pictures(row)
        self._lengths(row)
        return row

    def _texts(self, row: PlanRow) -> None:
        text, latin = row.cells.get("text", ""), row.cells.get("text_latin", "")
        if not text and not latin:
            row.add_problem("text", _("There is no text."))
        if max(len(text), len(latin)) > MOST_TEXT:
            row.add_problem("text", _("The text is longer than %(most)s letters.") % {"most": MOST_TEXT})
            return
        tag = "sr-Latn" if detect(text) == Script.LATIN else "sr-Cyrl"
        if latin and detect(latin) == Script.CYRILLIC:
            row.add_problem("text_latin", _("This text is in Cyrillic, and the column takes the Latin one."))
        elif text and latin and tag == "sr-Latn":
            row.add_problem("text", _("Both texts are in Latin. Leave one of them out."))
        row.texts = {tag: Text(text)} if text else {}
        if latin:
            row.texts["sr-Latn"] = Text(latin)

    def _channels(self, row: PlanRow) -> None:
        typed = _listed(row.cells.get("channels", ""))
        if not typed or any(fold(word) in EVERYWHERE for word in typed):
            row.channels = self.channels
            return
        chosen: dict[int, Channel] = {}
        for word in typed:
            channels = [channel for channel in self.channels if fold(word) in _names(channel)]
            if not channels:
                sentence = _("There is no channel “%(name)s” here. Connected are: %(names)s.")
                names = ", ".join(channel.name for channel in self.channels) or "–"
                row.add_problem("channels", sentence % {"name": word[:60], "names": names})
            chosen |= {channel.pk: channel for channel in channels}
        row.channels = list(chosen.values())

    def _link(self, row: PlanRow) -> None:
        link = row.cells.get("link", "")
        if link and not is_link(link):
            row.add_problem("link", _("This is not a web address. It begins with https://."))
        elif len(link) > MOST_LINK:
            row.add_problem("link", _("This web address is too long."))
        else:
            row.link = link

    def _time(self, row: PlanRow) -> None:
        typed_day, typed_time = row.cells.get("day", ""), row.cells.get("time", "")
        if not typed_day and not typed_time:
            return
        on, at = parse_day_and_time(typed_day, typed_time, self.today)
        if on is None:
            row.add_problem(
                "day", _("This is no day. Write it like 24.11.2026.") if typed_day else _("The day is missing.")
            )
        if at is None:
            missing = _("The time is missing. Write it like 9:00.")
            row.add_problem("time", _("This is no time. Write it like 9:00.") if typed_time else missing)
        if on is None or at is None:
            return
        resolution = resolve_wall_time(on, at)
        if isinstance(resolution, NonexistentTime):
            row.add_problem("time", nonexistent_time_message(resolution))
            return
        if isinstance(resolution, AmbiguousTime):
            sentence = _("%(time)s exists twice that night, because the clocks go back. The draft takes the first.")
            row.add_problem("time", sentence % {"time": f"{resolution.local:%H:%M}"}, stops=False)
            resolution = resolution.options[0]
        row.time = resolution
        self._moment(row, resolution)

    def _moment(self, row: PlanRow, time: ResolvedTime) -> None:
        now = timezone.now()
        if time.due_at <= now:
            row.add_problem("day", _("This time has passed."))
        elif time.due_at > now + FARTHEST:
            row.add_problem("day", _("This day is too far away. Choose one within a year."))
        else:
            for sentence in time_notes(time.local, self.municipality):
                row.add_problem("day", sentence, stops=False)

    def _category(self, row: PlanRow) -> None:
        typed = row.cells.get("category", "")
        category = self.categories.get(fold(typed)) if typed else row.category
        row.category = category or Category.SERVICE.value
        if not category:
            sentence = _(
                "This is none of the kinds, so the draft becomes service information. The kinds are: %(names)s."
            )
            names = ", ".join(str(label) for label in Category.labels)
            row.add_problem("category", sentence % {"names": names}, stops=False)

    def _campaign(self, row: PlanRow) -> None:
        if typed := row.cells.get("campaign", ""):
            row.campaign = self.campaigns.get(fold(typed))
            if row.campaign is None:
                sentence = _("There is no running campaign of this name; the draft belongs to none.")
                row.add_problem("campaign", sentence, stops=False)

    def _title(self, row: PlanRow) -> None:
        if len(row.cells.get("title", "")) > MOST_TITLE:
            sentence = _("The working title is longer than %(most)s letters; the rest is left out.")
            row.add_problem("title", sentence % {"most": MOST_TITLE}, stops=False)

    def _pictures(self, row: PlanRow) -> None:
        """Files of the library by name; the draft is created without one that is not there."""
        shown: dict[int, Shown] = {}
        for name in _listed(row.cells.get("pictures", "")):
            picture = self.pictures.get(fold(name)) or self.pictures.get(_stem(name))
            if picture is None:
                sentence = _("The library has no picture named “%(name)s”; the draft is created without it.")
                row.add_problem("pictures", sentence % {"name": name[:60]}, stops=False)
            elif len(shown) < MOST_PICTURES:
                shown[picture.id] = picture
        row.pictures = tuple(shown.values())

    def _lengths(self, row: PlanRow) -> None:
        """Reasons why a network would refuse it; the draft is created all the same, so that it can be shortened
        there.
        """
        if not row.texts:
            return
        draft = with_expected_links(
            Post(municipality=self.municipality), replace(row.draft, glossary=self.glossary), row.channels
        )
        sentences: dict[str, None] = {}
        for channel in row.channels:
            for part in compose.parts(draft, channel):
                if problems := language_problems(part, draft):
                    for _tag, why in problems:
                        sentences[_("%(channel)s: %(problem)s") % {"channel": channel.name, "problem": why}] = None
                    continue
                payload = compose.outgoing(draft, part, [], key=NO_KEY, created_at=timezone.now())
                for finding in validation.check(channel, payload):
                    if finding.severity == "error":
                        facts = {"channel": channel.name, "problem": finding.message}
                        sentences[_("%(channel)s: %(problem)s") % facts] = None
        for sentence in sentences:
            row.add_problem("text", sentence, stops=False)


def _listed(cell: str) -> list[str]:
    """The names in a cell, separated by commas, semicolons or lines."""
    names = (name.strip() for name in cell.replace(";", ",").replace("\n", ",").split(","))
    return [name for name in names if name]


def _stem(name: str) -> str:
    return fold(name.rpartition(".")[0] or name)


def _pictures() -> dict[str, Shown]:
    """Files of the library by folded name, with and without its extension; the newest of those that share one."""
    rows = Media.objects.filter(archived_at__isnull=True).order_by("-pk").values_list("pk", "name", "alt")
    files = [(name, Shown(pk, alt)) for pk, name, alt in rows[:MOST_FILES]]
    exact = {fold(name): shown for name, shown in reversed(files)}
    return {_stem(name): shown for name, shown in reversed(files)} | exact


def _names(channel: Channel) -> set[str]:
    names = (channel.name, channel.handle, channel.handle.lstrip("@"), validation.network(channel).title)
    return {fold(name) for name in names}


def _categories() -> dict[str, str]:
    """Folded labels in every language of the portal, and the codes themselves."""
    codes = {str(value): str(value) for value in Category.values}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            codes |= {fold(str(label)): str(value) for value, label in Category.choices}
    return codes


def _meet_each_other(rows: Sequence[PlanRow]) -> None:
    """Rows with the same text at the same time, and rows at the same time on one channel."""
    same: dict[Any, int] = {}
    at_once: dict[Any, int] = {}
    for row in rows:
        earlier = same.setdefault(row.key, row.number) if row.texts else row.number
        if earlier != row.number:
            sentence = _("Row %(number)s contains the same text at the same time.")
            row.add_problem("text", sentence % {"number": earlier})
        elif row.time:
            others = [at_once.setdefault((channel.pk, row.time.due_at), row.number) for channel in row.channels]
            if others and min(others) != row.number:
                sentence = _("Row %(number)s is scheduled on the same channel at the same time.")
                row.add_problem("time", sentence % {"number": min(others)}, stops=False)


def _meet_what_is_there(rows: Sequence[PlanRow]) -> None:
    """Rows that were imported before, and times that another post has. One query."""
    timeless = [" ".join(next(iter(row.texts.values())).text.split())[:200] for row in rows if row.texts]
    times = [row.time.due_at for row in rows if row.time]
    there = visible().filter(Q(due_at__in=times) | Q(due_at__isnull=True, excerpt__in=timeless)).order_by("pk")
    same: dict[Any, Post] = {}
    at_once: dict[Any, Post] = {}
    for post in there.only("title", "excerpt", "due_at", "draft", "municipality_id"):
        draft = parse(post.draft)
        same.setdefault((_text_key(draft.texts.values()), post.due_at), post)
        at_once |= {(channel, post.due_at): post for channel in draft.channels} if post.due_at else {}
    for row in rows:
        row.known = same.get(row.key) if row.texts else None
        if row.time and not row.known:
            others = [at_once[key] for channel in row.channels if (key := (channel.pk, row.time.due_at)) in at_once]
            if others:
                row.add_problem(
                    "time", _("Another post has the same time on the same channel."), stops=False, post=others[0]
                )


# ---------------------------------------------------------------- verbs


@transaction.atomic
def upload(municipality: Municipality, raw: bytes, name: str, *, by: User) -> ImportRun:
    """Store the parsed rows until somebody confirms them. Raises `planning.file_parsing.UnreadableFile`."""
    plan = read(raw)
    run = ImportRun.objects.create(
        municipality=municipality, name=name[:200], digest=hashlib.sha256(raw).hexdigest(), by=by,
        rows=stored(plan.lines), sheet=plan.sheet[:100], left_out=plan.left_out,
    )  # fmt: skip
    record("plan.upload", by=by, target=run, rows=len(plan.lines))
    return run


def lines_of(run: ImportRun) -> list[FileRow]:
    """The parsed rows; after confirmation, those that were left out."""
    return from_stored(run.rows)


@transaction.atomic
def confirm(run: ImportRun, *, by: User, expected: int | None = None, on_approval: bool = False) -> int:
    """Create the drafts of all valid rows; returns how many. `on_approval`: those without a time go out once approved.

    Raises `ActionNotAllowed` if it was done before, if there is nothing to create, and if the number differs from the
    one that the person saw (`expected`): a time has passed, a channel is gone, or somebody else imported the same rows.
    """
    # Serialises imports of the same rows, also from different files.
    Municipality.objects.select_for_update(no_key=True).get(pk=run.municipality_id)
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=run.pk)
    if run.confirmed_at:
        raise ActionNotAllowed(_("This plan was imported already."))
    rows = check_rows(run.municipality, lines_of(run))
    ready = [row for row in rows if not row.stops]
    if expected is not None and len(ready) != expected:
        raise ActionNotAllowed(
            _("Something has changed since the preview, and nothing was created. Check the rows again.")
        )
    if not ready:
        raise ActionNotAllowed(_("No row can be imported in its current form. Correct the file and choose it again."))
    for row in ready:
        _make(run.municipality, row, by, on_approval=on_approval)
    left = [line for line, row in zip(lines_of(run), rows, strict=True) if row.stops]
    run.confirmed_at, run.made, run.rows = timezone.now(), len(ready), stored(left)
    run.save(update_fields=["confirmed_at", "made", "rows"])
    record("plan.import", by=by, target=run, made=run.made)
    return run.made


def _make(municipality: Municipality, row: PlanRow, by: User, *, on_approval: bool) -> None:
    assert row.content is not None
    post = create_from_content(municipality, replace(row.content, on_approval=on_approval), by=by)
    if row.campaign:
        campaigns.assign(post, row.campaign, by=by)


def purge_expired() -> int:
    """Delete unconfirmed imports and left-out rows after their retention; returns how many imports."""
    with everywhere("forget plans that nobody confirmed"):
        old = ImportRun.objects.filter(at__lt=timezone.now() - KEPT)
        old.filter(confirmed_at__isnull=False).exclude(rows=[]).update(rows=[])
        return old.filter(confirmed_at__isnull=True).delete()[0]
