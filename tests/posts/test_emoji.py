"""The emoji that the composer offers: in Unicode's groups, with words in Serbian and English."""

from __future__ import annotations

import json
import re
from typing import Any

from django.conf import settings

from posts.composer.views.tools import EMOJI_GROUPS

EMOJI: list[list[list[str]]] = json.loads((settings.BASE_DIR / "static/vendor/emoji.json").read_text(encoding="utf-8"))
ALL: dict[str, Any] = {emoji: rest for group in EMOJI for emoji, *rest in group}


def test_each_group_has_a_heading_and_every_emoji_a_name_in_both_languages() -> None:
    assert len(EMOJI) == len(EMOJI_GROUPS)
    unnamed = [
        emoji
        for emoji, (serbian, english, _words) in ALL.items()
        if not re.search(r"[а-шђјљњћџ]", serbian.lower()) or not re.search(r"[a-z]", english.lower())
    ]
    # Of keys and letters Unicode's Serbian names are those on them.
    assert len(unnamed) < 40, unnamed
    assert ALL["🇷🇸"][:2] == ["застава: Србија", "flag: Serbia"]
    assert "вода" in " ".join(ALL["🚰"])
