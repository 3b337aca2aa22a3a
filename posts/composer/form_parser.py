"""Parses the composer's form, sent by a script or by a plain browser, into `Content`.

Names: `text-sr-Cyrl`, `derived-sr-Latn` (the script it follows), `own-7-sr-Cyrl` and `layout-7` for channel 7, `media`
(ids in order) with `alt-3` and `crop-3` ("4:5@0,0.1,1,0.8"), `channels`, `link`, `link_title`, `link_description`,
`title`, `category`, `when` (one of `When`), `date`, `time`, `fold`, `revision`; `call-kind`, `call-words`,
`call-deadline`, `service`, `tracked`, `headline`, `first_comment`, `setting-7-format` for channel 7, and
`interactive-…` (see `_interactive`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from channels import validation
from channels.enums import Layout
from channels.models import Channel
from common.integers import parse_int
from common.typed_dates import parse_clock, parse_day
from common.web.params import int_param
from posts.draft import SERBIAN, BadDraft, parse, storable
from posts.editing.domain.save import Content
from posts.enums import Category, When
from posts.labels import ambiguous_time_message, nonexistent_time_message
from posts.rules import AmbiguousTime, NonexistentTime, ResolvedTime, resolve_wall_time

NO_TIME = (When.ON_APPROVAL, When.LATER)
_BARE = re.compile(r"(?<![\w-])(?<![\w-]\.)(?:[\w-]+\.)+[^\W\d_]{2,}(?:[/?#]\S*)?")


@dataclass(frozen=True)
class ComposerInput:
    """The parsed form. `content.time` is None where `time_problem` has the reason, and the deadline of the call is
    empty where `deadline_problem` has it; `asks_fold`: the hour exists twice.
    """

    content: Content
    revision: int
    time_problem: str = ""
    asks_fold: bool = False
    deadline_problem: str = ""


def parse_form(sent: QueryDict, channels: Sequence[Channel]) -> ComposerInput:
    """Raises `BadDraft` for input that the page cannot produce, and for texts that are too long."""
    draft = parse(_raw(sent, {channel.pk: channel for channel in channels}))
    category = sent.get("category", "")
    when = sent.get("when", When.AT)
    chosen, problem, asks_fold = (None, "", False) if when in NO_TIME else chosen_time(sent)
    content = Content(
        draft=draft,
        title=storable(sent.get("title", ""))[:140].strip(),
        category=category if category in Category.values else Category.SERVICE.value,
        time=chosen,
        on_approval=when == When.ON_APPROVAL,
    )
    _deadline, deadline_problem = _iso(sent.get("call-deadline", ""))
    return ComposerInput(content, int_param(sent, "revision", default=0), problem, asks_fold, deadline_problem)


def _raw(sent: QueryDict, channels: Mapping[int, Channel]) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "texts": {},
        "per_channel": {},
        "layout": {},
        "channels": sent.getlist("channels"),
        "media": [_picture(sent, number) for number in sent.getlist("media")],
        "link": _link(sent.get("link", "").strip()),
        "link_card": {"title": sent.get("link_title", ""), "description": sent.get("link_description", "")},
        "call": {
            "kind": sent.get("call-kind", ""),
            "words": sent.get("call-words", ""),
            "deadline": _iso(sent.get("call-deadline", ""))[0],
        },
        "service": sent.get("service", ""),
        "tracked": sent.get("tracked") == "on",
        "headline": sent.get("headline", ""),
        "first_comment": sent.get("first_comment", ""),
        "interactive": _interactive(sent),
        "settings": {str(pk): _settings(sent, channel) for pk, channel in channels.items()},
    }
    for name in sent:
        value = str(sent.get(name, ""))
        kind, _dash, rest = name.partition("-")
        if kind == "text":
            derived_from = sent.get(f"derived-{rest}") or None
            raw["texts"][rest] = {"text": value, "derived_from": None if value.strip() else derived_from}
        elif kind == "own":
            channel, _dash, tag = rest.partition("-")
            raw["per_channel"].setdefault(channel, {})[tag] = value if value.strip() else ""
        elif kind == "layout" and value:
            raw["layout"][rest] = {"layout": value, "languages": _languages(rest, value, channels)}
    return raw


def _settings(sent: QueryDict, channel: Channel) -> dict[str, str]:
    """What was chosen for the channel and is not its default: `setting-7-format`."""
    typed = {one: sent.get(f"setting-{channel.pk}-{one.name}", "") for one in validation.limits(channel).settings}
    return {setting.name: value for setting, value in typed.items() if value.strip() not in ("", setting.default)}


def _interactive(sent: QueryDict) -> dict[str, Any]:
    """`interactive-kind`, `interactive-option` (several), `-days`, `-multiple`, `-answer`, `-promise`, `-rules`."""
    lines = sent.getlist("interactive-option")
    options = [option for option in lines if option.strip()]
    kind, promise, rules = (sent.get(f"interactive-{name}", "") for name in ("kind", "promise", "rules"))
    if not any((kind, options, promise.strip(), rules.strip())):
        return {}
    return {
        "kind": kind,
        "options": options,
        "days": int_param(sent, "interactive-days", most=999),
        "multiple": sent.get("interactive-multiple") == "on",
        "answer": _right_one(lines, int_param(sent, "interactive-answer")),
        "promise": promise,
        "rules": rules,
    }


def _right_one(lines: Sequence[str], marked: int | None) -> int | None:
    """The index of the marked line among the lines that are not empty."""
    if marked is None or marked >= len(lines) or not lines[marked].strip():
        return None
    return sum(1 for line in lines[:marked] if line.strip())


def _link(typed: str) -> str:
    """Adds the scheme: people type "cuprija.rs/vesti" and mean a web address."""
    return f"https://{typed}" if _BARE.fullmatch(typed) else typed


def _iso(typed: str) -> tuple[str, str]:
    """(the day as drafts keep it, problem). A half-typed day must not keep the rest of the post from being saved."""
    try:
        return (f"{parse_day(typed):%Y-%m-%d}" if typed.strip() else ""), ""
    except ValueError:
        return "", not_a_day_message()


def _languages(channel: str, layout: str, channels: Mapping[int, Channel]) -> list[str]:
    """The channel's own; both Serbian scripts where it has one and the post shows several."""
    match = channels.get(parse_int(channel) or 0)
    own = list(match.languages) if match else []
    return own if layout == Layout.ONE or len(own) > 1 else list(dict.fromkeys([*own, *SERBIAN]))


def _picture(sent: QueryDict, number: str) -> dict[str, Any]:
    ratio, at, box = sent.get(f"crop-{number}", "").partition("@")
    crop = {"ratio": ratio, "box": _sides(box)} if at else None
    return {"id": number, "alt": sent.get(f"alt-{number}", ""), "crop": crop}


def _sides(box: str) -> list[Any]:
    try:
        return [float(side) for side in box.split(",")]
    except ValueError:
        return []


def chosen_time(sent: QueryDict) -> tuple[ResolvedTime | None, str, bool]:
    """(time, problem, whether to ask for the fold). No date and no time is (None, "", False)."""
    day, clock = sent.get("date", "").strip(), sent.get("time", "").strip()
    if not day and not clock:
        return None, "", False
    try:
        on, at = parse_day(day), parse_clock(clock)
    except ValueError:
        return None, _unreadable(day, clock), False
    if not 2000 <= on.year <= 2100:
        return None, _("This day is too far away. Choose one within a year."), False
    fold = sent.get("fold", "")
    resolution = resolve_wall_time(on, at, int(fold) if fold in ("0", "1") else None)
    if isinstance(resolution, ResolvedTime):
        return resolution, "", isinstance(resolve_wall_time(on, at), AmbiguousTime)
    if isinstance(resolution, NonexistentTime):
        return None, nonexistent_time_message(resolution), False
    return None, ambiguous_time_message(resolution), True


def not_a_day_message() -> str:
    return _("This is not a day. Write day, month and year: 06.12.2026.")


def _unreadable(day: str, clock: str) -> str:
    if not day or not clock:
        return _("Choose both a day and a time, or neither.")
    try:
        parse_day(day)
    except ValueError:
        return not_a_day_message()
    return _("This is not a time. Write hours and minutes: 09:30.")


__all__ = ["BadDraft", "ComposerInput", "chosen_time", "parse_form"]
