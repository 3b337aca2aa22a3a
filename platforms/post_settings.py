"""Choices that a network offers for each post beside its content: format, audience, content warning. Pure.

A connector lists those of an account in `Limits.settings`; composer, checks and previews are made from that list. A
post carries the chosen values as strings in `Outgoing.settings`: the value of a choice, "yes" for a switch that is on,
or a text. What is not there has its default. Texts are English msgids.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

YES = "yes"
FORMAT = "format"
"""The setting that chooses one of `Limits.formats`; without a value it is an ordinary post."""
ORDINARY = "post"
"""The choice of a list of formats that means an ordinary post."""
STORY = "story"
REEL = "reel"
WORDLESS = frozenset({STORY})
"""Formats without text on every network that has them: `Limits.shows_text` is False there."""
WARNING = "content_warning"
BOLD_FIRST_LINE = "bold_first_line"
LINK_PREVIEW = "link_preview"
"""Where the card of a link stands: "above" the text, "below" it, "small" below it, or "none"."""
ANSWERS = "answers"
"""Who may answer the post."""
WRITTEN = (WARNING,)
"""Settings whose text the public reads: written in one script and derived for the other."""
OF_FIRST_POST = (BOLD_FIRST_LINE,)
"""Settings that do not concern the further posts of a thread."""


def format_of(chosen: Mapping[str, str]) -> str:
    """The format that a post's settings name: "" for an ordinary post."""
    name = chosen.get(FORMAT, "")
    return "" if name == ORDINARY else name


class SettingKind(StrEnum):
    CHOICE = "choice"
    SWITCH = "switch"
    """Off unless a person turns it on."""
    TEXT = "text"


@dataclass(frozen=True)
class Choice:
    """`label` is an msgid, or a name from the network that is shown unchanged (`is_name`: a playlist, a category).

    `is_listed`: False where the post is then kept from people, or from public lists and searches.
    """

    value: str
    label: str
    is_name: bool = False
    is_listed: bool = True


@dataclass(frozen=True)
class PostSetting:
    """One choice. `required` is the sentence shown while nobody has chosen, empty where there is a default.

    `default` is a value of `choices`; "" means that nothing is sent about it. `scope` names the permission without
    which it is not offered. `depends_on` names a switch that must be on for it to matter; the form shows it after that.
    `only_video`: it matters only for a post with a video.
    """

    name: str
    kind: SettingKind
    label: str
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    default: str = ""
    required: str = ""
    max_characters: int = 0
    scope: str = ""
    depends_on: str = ""
    only_video: bool = False

    def applies(self, chosen: Mapping[str, str]) -> bool:
        return not self.depends_on or chosen.get(self.depends_on) == YES

    def value(self, chosen: Mapping[str, str]) -> str:
        """The chosen value, or the default; "" for what depends on a switch that is off."""
        return (chosen.get(self.name, "").strip() or self.default) if self.applies(chosen) else ""

    def choice(self, value: str) -> Choice | None:
        return next((choice for choice in self.choices if choice.value == value), None)


@dataclass(frozen=True)
class Agreement:
    """What people agree to by posting, in the words that the network demands.

    `text` is an msgid in which `{NAME}` stands for each link of `links`: name → (msgid of its words, address). It is
    shown while `setting` has one of `values`, or always where it names none.
    """

    text: str
    links: Mapping[str, tuple[str, str]]
    setting: str = ""
    values: tuple[str, ...] = ()


def is_listed(settings: Iterable[PostSetting], chosen: Mapping[str, str]) -> bool:
    """Whether everybody sees the post, also in public lists. A value that is not offered any more is taken as "no"."""
    for setting in settings:
        value = setting.value(chosen)
        if setting.choices and value:
            choice = setting.choice(value)
            if choice is None or not choice.is_listed:
                return False
    return True


def offered(settings: Iterable[PostSetting], *, has_video: bool) -> tuple[PostSetting, ...]:
    """Those that matter for a post with or without a video."""
    return tuple(setting for setting in settings if has_video or not setting.only_video)


def agreement(
    agreements: Iterable[Agreement], settings: Iterable[PostSetting], chosen: Mapping[str, str]
) -> Agreement | None:
    """The first that is shown for what was chosen."""
    values = {setting.name: setting.value(chosen) for setting in settings}
    return next((one for one in agreements if not one.setting or values.get(one.setting) in one.values), None)
