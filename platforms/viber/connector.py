"""A Viber channel. https://developers.viber.com/docs/tools/channels-post-api/

A post is one POST /pa/post, as a super admin of the channel; Viber fetches pictures and videos from the portal. There
is no list of posts, no link to one and no idempotency key, so after an unknown outcome only a person who looks at the
channel can tell. Viber takes no post before a webhook address is set (`subscribe`), although it calls it only once.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

from platforms import checks, counting
from platforms.errors import NeedsConsent, OutcomeUnknown, Rejected
from platforms.options import Option
from platforms.protocols import Facts
from platforms.translation import gettext_noop
from platforms.types import (
    Gone,
    Limits,
    MetricValues,
    Outgoing,
    PostMetrics,
    Problem,
    Profile,
    Published,
    RawEvent,
    Read,
    VideoLimits,
)
from platforms.viber.account import ViberAccount, moment

ADDRESS_CHARACTERS = 2000
COUNTS = {"subscribers_count": "followers"}

VIDEO_WORDS = gettext_noop(
    "Viber shows a video without any words. Leave the text empty for this channel, or send the text with a link to the "
    "video instead."
)
NO_ANSWERS = gettext_noop("Viber channels take no answers from us.")
NO_SUPER_ADMIN = gettext_noop("Viber names no super admin of this channel, in whose name the portal could post.")


class Viber(ViberAccount):
    """One channel. Errors are those of `platforms.errors`."""

    account_measures: ClassVar[frozenset[str]] = frozenset(COUNTS.values())
    own_names: ClassVar[Mapping[str, str]] = {metric: name for name, metric in COUNTS.items()}
    options: ClassVar[Mapping[str, Option]] = {
        # After "too many requests" no time is named.
        "wait_seconds": Option(120, "2026-11-24", "believed"),
        "channel_link": Option("https://chats.viber.com/{uri}", "2026-11-24", "believed"),
    }

    # Connects

    def check_account(self, info: Mapping[str, Any]) -> None:
        """It can post: there is a super admin."""
        sender(info)

    def profile(self) -> Profile:
        info = self.info()
        uri = str(info.get("uri") or "")
        url = self.set["channel_link"].format(uri=quote(uri)) if uri else ""
        return replace(self.described(info), url=url, followers=numbers(info).get("followers"))

    # Publishes

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        return Limits(
            max_characters=7000,
            counting="utf16",
            max_images=1,
            image_bytes=1_000_000,
            alt_characters=0,
            mime_types=("image/jpeg",),
            link_card="scraped",
            characters_with_media=768,
            fetches_media=True,
            post_links=False,
            videos=VideoLimits(max_bytes=50_000_000, max_seconds=180, codecs=("h264",)),
            withdraws=False,
        )

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        problems = checks.check(outgoing, limits)
        if outgoing.video and outgoing.text.strip():
            problems.append(Problem("video_words", "text", VIDEO_WORDS))
        return problems

    def publish(self, outgoing: Outgoing, read: Read) -> Published:
        if outgoing.reply_to:
            raise Rejected(NO_ANSWERS, code="unsupported")
        message = content(outgoing, read)
        # Read every time: an admin who left the channel may not post any more, and the answer shows that the token
        # is valid before the irreversible step begins.
        author = sender(self.info())
        answer = self.calls.public("/post", {"from": author, **message})
        if not answer.get("message_token"):
            raise OutcomeUnknown("The server's answer names no post.", {"answer": sorted(answer)})
        # A number beyond what JavaScript can hold: kept as text.
        return Published(str(answer["message_token"]), "", datetime.now(UTC))

    # Measures

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        """Viber has no metrics of a channel's posts."""
        return []

    def fetch_account_metrics(self) -> MetricValues:
        return numbers(self.info())

    # Converses

    converses: ClassVar[bool] = False

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        raise Rejected(NO_ANSWERS, code="unsupported")

    # Notifies

    @classmethod
    def events(cls, payload: Any) -> list[RawEvent]:
        """Only the call with which Viber tests the address; there are no events about a channel's posts."""
        if not isinstance(payload, dict) or not payload:
            return []
        serialized = json.dumps(payload, sort_keys=True)
        key = str(payload.get("message_token") or "") or hashlib.sha256(serialized.encode()).hexdigest()
        return [RawEvent(key, "", "other", payload, moment(payload.get("timestamp")))]


def content(outgoing: Outgoing, read: Read) -> dict[str, Any]:
    """The message of a post: `type` and its arguments."""
    if outgoing.video:
        video = outgoing.video
        message = {"type": "video", "media": read.address(video.ref), "size": video.size}
        return {**message, "duration": max(1, round(video.seconds))} if video.seconds else message
    if outgoing.pictures:
        return {"type": "picture", "text": outgoing.text, "media": read.address(outgoing.pictures[0].ref)}
    text = outgoing.text.strip()
    if [url for _, _, url in counting.urls(text)] == [text] and len(text) <= ADDRESS_CHARACTERS:
        return {"type": "url", "media": text}
    return {"type": "text", "text": outgoing.text}


def sender(info: Mapping[str, Any]) -> str:
    """The super admin as whom the post is sent. Raises `NeedsConsent`."""
    members = [one for one in info.get("members") or () if isinstance(one, dict)]
    able = [str(one["id"]) for one in members if one.get("role") == "superadmin" and one.get("id")]
    if not able:
        raise NeedsConsent(NO_SUPER_ADMIN, {"roles": sorted({str(one.get("role")) for one in members})})
    return able[0]


def numbers(info: Mapping[str, Any]) -> dict[str, int]:
    counts = {metric: info.get(name) for name, metric in COUNTS.items()}
    return {metric: n for metric, n in counts.items() if isinstance(n, int) and not isinstance(n, bool)}
