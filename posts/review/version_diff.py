"""The difference between two states of a post: texts, pictures and facts. Pure.

A `DiffSide` is a version or the draft, as it was or would be frozen. `diff_versions` returns what to show in reading
order: texts, pictures, then facts. Unchanged parts are included, so that a page can say that they are unchanged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from channels.enums import Layout
from common import dates
from common.differences import Piece, differences, rising
from posts.draft import Draft, Interactive, Shown
from posts.enums import CallKind, Category, Format

Key = tuple[str, int | None]


@dataclass(frozen=True)
class DiffSide:
    """`texts` are all that can appear, derived ones too; `number` None: the draft. `due_at`: its time, if any.

    `credits`: people whose suggestions were accepted. A version without a decision has no time of its own.
    """

    number: int | None
    draft: Draft
    texts: Mapping[Key, str]
    category: str
    due_at: datetime | None = None
    by: Any = None
    at: datetime | None = None
    decided: str = ""
    credits: Sequence[Any] = ()
    settings: Mapping[int, str] = field(default_factory=dict)
    """What was chosen for the post on a channel, in words."""


@dataclass(frozen=True)
class TextDiff:
    """The difference of one text or textual fact. `lang` is its language tag, empty for a fact."""

    label: str
    pieces: Sequence[Piece]
    lang: str = ""

    @property
    def changed(self) -> bool:
        return any(piece.kind != "kept" for piece in self.pieces)

    @property
    def is_new(self) -> bool:
        return bool(self.pieces) and all(piece.kind == "inserted" for piece in self.pieces)

    @property
    def is_gone(self) -> bool:
        return bool(self.pieces) and all(piece.kind == "deleted" for piece in self.pieces)


@dataclass(frozen=True)
class PictureDiff:
    """`crop_before`, `crop_after`: boxes in thousandths of the picture, empty if it is not cropped."""

    id: int
    added: bool = False
    removed: bool = False
    moved: bool = False
    cropped: bool = False
    alt: TextDiff | None = None
    crop_before: Sequence[int] = ()
    crop_after: Sequence[int] = ()

    @property
    def changed(self) -> bool:
        return self.added or self.removed or self.moved or self.cropped or bool(self.alt and self.alt.changed)


@dataclass(frozen=True)
class VersionDiff:
    texts: Sequence[TextDiff] = field(default_factory=tuple)
    pictures: Sequence[PictureDiff] = field(default_factory=tuple)
    facts: Sequence[TextDiff] = field(default_factory=tuple)

    @property
    def changed(self) -> int:
        return sum(text_diff.changed for text_diff in (*self.texts, *self.facts)) + sum(
            picture.changed for picture in self.pictures
        )

    @property
    def new_facts(self) -> list[TextDiff]:
        return [fact for fact in self.facts if fact.changed]


def diff_versions(
    before: DiffSide, after: DiffSide, *, names: Mapping[str, str], channels: Mapping[int, str]
) -> VersionDiff:
    """`names` are the languages' by tag, `channels` the names of the municipality's channels by id."""
    return VersionDiff(
        _texts(before.texts, after.texts, names, channels),
        _pictures(before.draft.media, after.draft.media),
        _facts(before, after, names, channels),
    )


def _texts(
    before: Mapping[Key, str], after: Mapping[Key, str], names: Mapping[str, str], channels: Mapping[int, str]
) -> list[TextDiff]:
    text_diffs = []
    for key in dict.fromkeys([*after, *before]):
        tag, channel = key
        label = names.get(tag, tag)
        if channel is not None:
            named = {"language": label, "channel": _name(channel, channels)}
            label = _("%(language)s, only on %(channel)s") % named
        text_diffs.append(TextDiff(label, differences(before.get(key, ""), after.get(key, "")), tag))
    return text_diffs


def _name(channel: int, channels: Mapping[int, str]) -> str:
    return channels.get(channel) or _("a channel that is gone")


def _pictures(before: Sequence[Shown], after: Sequence[Shown]) -> list[PictureDiff]:
    """The current ones in order, then the removed ones."""
    was = {shown.id: (position, shown) for position, shown in enumerate(before)}
    now = {shown.id for shown in after}
    places = [(position, was[shown.id][0]) for position, shown in enumerate(after) if shown.id in was]
    steady = {after[position].id for position, _old in rising(places)}
    pictures = []
    for shown in after:
        if shown.id not in was:
            alt = TextDiff(_("Description"), differences("", shown.alt))
            pictures.append(PictureDiff(shown.id, added=True, alt=alt, crop_after=_box(shown)))
            continue
        old = was[shown.id][1]
        alt = TextDiff(_("Description"), differences(old.alt, shown.alt))
        pictures.append(
            PictureDiff(
                shown.id, moved=shown.id not in steady, cropped=old.crop != shown.crop, alt=alt,
                crop_before=_box(old), crop_after=_box(shown),
            )
        )  # fmt: skip
    for shown in before:
        if shown.id not in now:
            alt = TextDiff(_("Description"), differences(shown.alt, ""))
            pictures.append(PictureDiff(shown.id, removed=True, alt=alt, crop_before=_box(shown)))
    return pictures


def _box(shown: Shown) -> tuple[int, ...]:
    return tuple(round(side * 1000) for side in shown.crop.box) if shown.crop else ()


# ---------------------------------------------------------------- everything else


def _facts(before: DiffSide, after: DiffSide, names: Mapping[str, str], channels: Mapping[int, str]) -> list[TextDiff]:
    old, new = _facts_of(before, names, channels), _facts_of(after, names, channels)
    if any(side.number is not None and not side.decided for side in (before, after)):
        old.pop(_("Time"))
        new.pop(_("Time"))
    rows = []
    for label in dict.fromkeys([*new, *old]):
        was, now = old.get(label, ""), new.get(label, "")
        if was or now:
            rows.append(TextDiff(label, _pieces(label, was, now)))
    return rows


def _pieces(label: str, was: str, now: str) -> list[Piece]:
    """Sentences word by word; names and times as a whole."""
    if was == now or label in _by_the_word():
        return differences(was, now)
    both = [Piece("deleted", was), Piece("inserted", now)]
    return [piece for piece in both if piece.text]


def _by_the_word() -> set[str]:
    link = {_("Title of the link"), _("Description of the link")}
    return link | {_("Title of the post"), _("First comment"), _("Promise to those who take part"), _("Rules")}


def _facts_of(side: DiffSide, names: Mapping[str, str], channels: Mapping[int, str]) -> dict[str, str]:
    draft = side.draft
    facts = {
        _("Title of the post"): draft.headline,
        _("First comment"): draft.first_comment,
        _("Link"): draft.link,
        _("Title of the link"): draft.link_card.title,
        _("Description of the link"): draft.link_card.description,
        _("Channels"): ", ".join(_name(pk, channels) for pk in draft.channels),
    }
    for pk, layout in draft.layout.items():
        languages = "; ".join(names.get(tag, tag) for tag in layout.languages)
        shown = f"{Layout(layout.layout).label}: {languages}"
        facts[_("Languages on %(channel)s") % {"channel": _name(pk, channels)}] = shown
    for pk, chosen in side.settings.items():
        facts[_("Settings on %(channel)s") % {"channel": _name(pk, channels)}] = chosen
    call, interactive = draft.call, draft.interactive
    facts |= {
        _("Call to action"): str(CallKind(call.kind).label) if call.kind else "",
        _("Words of the call"): call.words,
        _("Deadline"): dates.short_date(call.deadline_on) if call.deadline_on else "",
        _("eService"): draft.service,
        _("Clicks on the link are counted"): _("yes") if draft.tracked else "",
        _("Interactive format"): str(Format(interactive.kind).label) if interactive.kind else "",
        _("Answers to choose from"): " · ".join(interactive.options),
        _("Days a poll runs"): str(interactive.days) if interactive.days else "",
        _("Several answers allowed"): _("yes") if interactive.multiple else "",
        _("Right answer"): _right_answer(interactive),
        _("Promise to those who take part"): interactive.promise,
        _("Rules"): interactive.rules,
        _("Category"): str(Category(side.category).label) if side.category else "",
        _("Time"): dates.date_time(side.due_at) if side.due_at else "",
    }
    return facts


def _right_answer(interactive: Interactive) -> str:
    return (
        interactive.options[interactive.answer]
        if interactive.answer is not None and interactive.answer < len(interactive.options)
        else ""
    )
