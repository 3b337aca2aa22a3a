"""Instagram's own error codes, read before those of the Graph API.

https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from common.http import Answer
from platforms.errors import OutcomeUnknown, PlatformError, Rejected
from platforms.meta import codes, subcodes
from platforms.meta.calls import Calls as GraphCalls
from platforms.translation import gettext_noop

# The comment was made; only the answer about it was not. So `fields` is never sent with one.
AFTER_ALL = 1772107

UNFETCHABLE = gettext_noop(
    "Instagram could not fetch the picture or the video from the portal. Ask the administrator whether the portal's "
    "public address can be reached from the internet, then send it again."
)
TOO_BIG = gettext_noop("Instagram reports that the picture is too large. Make it smaller.")
FORMAT = gettext_noop("Instagram takes pictures as JPEG only. Save the picture as JPEG and add it again.")
RATIO = gettext_noop("Instagram takes pictures from 4:5 upright to 1.91:1 wide. Crop the picture.")
LONG = gettext_noop("Instagram reports that the text is too long. Shorten it.")
KIND = gettext_noop("Instagram does not take media of this kind.")
VIDEO = gettext_noop("Instagram cannot play this video. Save it as MP4 with H.264 and AAC and try again.")
NUMBER = gettext_noop("A carousel takes from two to ten pictures or videos.")
COVER = gettext_noop("Instagram does not take the cover of the video.")
USED_UP = gettext_noop("Instagram allows so many posts in 24 hours, and today's are used up.")
HELD_BACK = gettext_noop("Instagram holds this account back for a time, since it posted as spam does. Open it there.")
REFUSALS = {
    2207004: (TOO_BIG, "pictures"),
    2207005: (FORMAT, "pictures"),
    2207009: (RATIO, "pictures"),
    2207010: (LONG, "text"),
    2207023: (KIND, None),
    2207026: (VIDEO, "video"),
    2207028: (NUMBER, "pictures"),
    2207050: (codes.RESTRICTED, None),
    2207057: (COVER, "video"),
    **dict.fromkeys(subcodes.UNFETCHED, (UNFETCHABLE, "pictures")),
}


class Calls(GraphCalls):
    """The Graph API's calls, with Instagram's additions."""

    blocked = timedelta(hours=6)

    def problem(self, answer: Answer, *, public: bool) -> PlatformError:
        plain = super().problem(answer, public=public)
        seen, subcode = plain.evidence, plain.evidence.get("subcode", 0)
        if subcode == AFTER_ALL:
            return OutcomeUnknown(codes.FAILED, seen)
        texts = subcodes.SubcodeTexts(USED_UP, HELD_BACK, self.blocked)
        return refusal(subcode, seen) or subcodes.refine(plain, texts, public=public)


def refusal(subcode: int, seen: Mapping[str, Any]) -> Rejected | None:
    """The refusal for a code that is about the content itself; None for any other code."""
    if subcode not in REFUSALS:
        return None
    text, field = REFUSALS[subcode]
    return Rejected(text, field=field, code=str(subcode), evidence=seen)


def of_container(text: str) -> Rejected | None:
    """The refusal for the text of a failed container ("Error: Media upload has failed with error code 2207026")."""
    match = re.search(r"\b(22\d{5})\b", text)
    return refusal(int(match[1]), {"status": text[:300]}) if match else None
