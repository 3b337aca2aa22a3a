"""Instagram's own error codes, before those of the Graph API.

https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from common.http import Answer
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.meta import codes, containers
from platforms.meta.calls import Calls as GraphCalls
from platforms.words import gettext_noop

# Nothing became public, and what was prepared may go on or begin anew.
NOT_READY = frozenset({2207003, 2207006, 2207008, 2207020, 2207027})
FAILED = frozenset({2207001, 2207032, 2207053, 2207082})
UNFETCHED = frozenset({2207052, 2207077})
QUOTA = 2207042
SPAM = 2207051
# The comment was made; only the answer about it was not. So `fields` is never sent with one.
AFTER_ALL = 1772107

UNFETCHABLE = gettext_noop(
    "Instagram could not fetch the picture or the video from the portal. Ask the administrator whether the portal's "
    "public address can be reached from the internet, then send it again."
)
TOO_BIG = gettext_noop("Instagram says that the picture is too large. Make it smaller.")
FORMAT = gettext_noop("Instagram takes pictures as JPEG only. Save the picture as JPEG and add it again.")
RATIO = gettext_noop("Instagram takes pictures from 4:5 upright to 1.91:1 wide. Crop the picture.")
LONG = gettext_noop("Instagram says that the text is too long. Shorten it.")
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
    **dict.fromkeys(UNFETCHED, (UNFETCHABLE, "pictures")),
}


class Calls(GraphCalls):
    """As the Graph API's, with what Instagram adds."""

    blocked = timedelta(hours=6)

    def problem(self, answer: Answer, *, public: bool) -> PlatformError:
        plain = super().problem(answer, public=public)
        subcode, seen = plain.evidence.get("subcode", 0), plain.evidence
        if subcode in FAILED | {AFTER_ALL}:
            return OutcomeUnknown(codes.FAILED, seen) if public else NotReached(codes.BUSY, seen)
        if subcode in NOT_READY:
            return NotReached(containers.PREPARING, seen)
        if subcode == QUOTA:
            return RateLimited(USED_UP, datetime.now(UTC) + codes.WAIT, {**seen, "quota": True})
        if subcode == SPAM:
            return RateLimited(HELD_BACK, datetime.now(UTC) + self.blocked, seen)
        return refusal(subcode, seen) or plain


def refusal(subcode: int, seen: Mapping[str, Any]) -> Rejected | None:
    """What a code says against the content itself, None where it says nothing of that kind."""
    if subcode not in REFUSALS:
        return None
    words, field = REFUSALS[subcode]
    return Rejected(words, field=field, code=str(subcode), evidence=seen)


def of_container(words: str) -> Rejected | None:
    """What the words of a failed container ("Error: Media upload has failed with error code 2207026") refuse."""
    found = re.search(r"\b(22\d{5})\b", words)
    return refusal(int(found[1]), {"status": words[:300]}) if found else None
