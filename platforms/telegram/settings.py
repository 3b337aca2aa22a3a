"""What a person chooses for each post, and the parameters it becomes. https://core.telegram.org/bots/api#sendmessage

Nothing is marked up: a bold line is an entity beside the text, so no letter of a text has to be escaped.
"""

from collections.abc import Mapping
from typing import Any

from platforms.counting import utf16
from platforms.post_settings import BOLD_FIRST_LINE, LINK_PREVIEW, YES, Choice, PostSetting, SettingKind
from platforms.translation import gettext_noop

SILENT = "silent"
BELOW, ABOVE, SMALL, NONE = "below", "above", "small", "none"
PREVIEWS: Mapping[str, Mapping[str, bool]] = {
    ABOVE: {"show_above_text": True},
    SMALL: {"prefer_small_media": True},
    NONE: {"is_disabled": True},
}
"""https://core.telegram.org/bots/api#linkpreviewoptions. Below the text is where Telegram puts it by itself."""

SETTINGS = (
    PostSetting(
        BOLD_FIRST_LINE,
        SettingKind.SWITCH,
        gettext_noop("First line in bold"),
        gettext_noop("Everything up to the first line break."),
    ),
    PostSetting(
        LINK_PREVIEW,
        SettingKind.CHOICE,
        gettext_noop("Card of the link"),
        gettext_noop("Telegram makes it from the linked page, for posts without pictures and video."),
        choices=(
            Choice(BELOW, gettext_noop("Below the text")),
            Choice(ABOVE, gettext_noop("Above the text")),
            Choice(SMALL, gettext_noop("Below the text, with a small picture")),
            Choice(NONE, gettext_noop("No card")),
        ),
        default=BELOW,
    ),
    PostSetting(
        SILENT,
        SettingKind.SWITCH,
        gettext_noop("Without a sound"),
        gettext_noop("Subscribers see the post and their telephone makes no sound."),
    ),
)


def notification(chosen: Mapping[str, str]) -> dict[str, Any]:
    return {"disable_notification": True} if chosen.get(SILENT) == YES else {}


def entities(text: str, chosen: Mapping[str, str], name: str) -> dict[str, Any]:
    """The bold line as the parameter `name`. Offsets and lengths are UTF-16 units of the text that is sent."""
    if chosen.get(BOLD_FIRST_LINE) != YES or not text.strip():
        return {}
    before = len(text) - len(text.lstrip())
    line = text[before:].partition("\n")[0].rstrip()
    return {name: [{"type": "bold", "offset": utf16(text[:before]), "length": utf16(line)}]}


def link_preview(chosen: Mapping[str, str]) -> dict[str, Any]:
    options = PREVIEWS.get(chosen.get(LINK_PREVIEW, ""))
    return {"link_preview_options": dict(options)} if options else {}


def of_text(text: str, chosen: Mapping[str, str]) -> dict[str, Any]:
    """Beside `text` of a message, new or edited."""
    return entities(text, chosen, "entities") | link_preview(chosen)


def of_caption(text: str, chosen: Mapping[str, str]) -> dict[str, Any]:
    """Beside `caption` of pictures or a video, new or edited."""
    return entities(text, chosen, "caption_entities")
