"""What a person chooses for each video. https://developers.google.com/youtube/v3/docs/videos#status"""

from collections.abc import Mapping
from typing import Any

from platforms.post_settings import YES, Choice, PostSetting, SettingKind
from platforms.translation import gettext_noop

PRIVACY, PUBLIC, UNLISTED = "privacy", "public", "unlisted"
PLAYLIST, KIDS, SILENT, SYNTHETIC = "playlist", "made_for_kids", "silent", "synthetic"
NO = "no"
LONGEST_NAME = 150

_PRIVACY = PostSetting(
    PRIVACY,
    SettingKind.CHOICE,
    gettext_noop("Who sees the video"),
    gettext_noop("What only people with the link see is in no search and not on the channel's page."),
    choices=(
        Choice(PUBLIC, gettext_noop("Everybody")),
        Choice(UNLISTED, gettext_noop("Only people with the link"), is_listed=False),
    ),
    default=PUBLIC,
)
_SILENT = PostSetting(SILENT, SettingKind.SWITCH, gettext_noop("Without notifying subscribers"))
_SYNTHETIC = PostSetting(
    SYNTHETIC,
    SettingKind.SWITCH,
    gettext_noop("Made or changed by artificial intelligence"),
    gettext_noop("YouTube wants it declared where people, places or events look real and are not."),
)
_KIDS = PostSetting(
    KIDS,
    SettingKind.CHOICE,
    gettext_noop("Made for children"),
    gettext_noop("Under a video for children YouTube allows no comments."),
    choices=(Choice(NO, gettext_noop("No")), Choice(YES, gettext_noop("Yes"))),
)


def settings(facts: Mapping[str, Any], options: Mapping[str, Any]) -> tuple[PostSetting, ...]:
    kids = PostSetting(**{**vars(_KIDS), "default": YES if options["made_for_kids"] else NO})
    silent = (_SILENT,) if options["tells_subscribers"] else ()
    return (_PRIVACY, *_playlist(facts.get("playlists")), kids, *silent, _SYNTHETIC)


def _playlist(known: Any) -> tuple[PostSetting, ...]:
    """`known`: own playlists as `playlists` returned them. A channel without any is offered none."""
    rows = [one for one in known if isinstance(one, Mapping)] if isinstance(known, list) else []
    named = [(str(one.get("id") or ""), str(one.get("title") or "")) for one in rows]
    choices = tuple(Choice(key, title or key, is_name=True) for key, title in named if key)
    return (PostSetting(PLAYLIST, SettingKind.CHOICE, gettext_noop("Playlist"), choices=choices),) if choices else ()


def playlists(items: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Id and title of own playlists. https://developers.google.com/youtube/v3/docs/playlists#resource"""
    rows = [(str(one.get("id") or ""), one.get("snippet")) for one in items]
    named = [(key, str(snippet.get("title") or key)) for key, snippet in rows if key and isinstance(snippet, Mapping)]
    return [{"id": key, "title": " ".join(title.split())[:LONGEST_NAME]} for key, title in named]


def privacy(chosen: Mapping[str, str]) -> str:
    return UNLISTED if chosen.get(PRIVACY) == UNLISTED else PUBLIC


def status(chosen: Mapping[str, str], options: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `status` that were chosen, beside the privacy."""
    kids = chosen.get(KIDS)
    return {
        "selfDeclaredMadeForKids": kids == YES if kids else bool(options["made_for_kids"]),
        "containsSyntheticMedia": chosen.get(SYNTHETIC) == YES,
    }


def notifies(chosen: Mapping[str, str], options: Mapping[str, Any]) -> bool:
    return bool(options["tells_subscribers"]) and chosen.get(SILENT) != YES
