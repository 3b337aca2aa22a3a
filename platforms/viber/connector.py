"""A Viber channel. https://developers.viber.com/docs/tools/channels-post-api/

A post is one POST /pa/post, as a super admin of the channel; Viber fetches pictures and videos from the portal. There
is no list of posts, no link to one and no idempotency key, so after an unknown outcome only a person who looks at the
channel can tell. Viber takes no post before a webhook address is set (`subscribe`), although it calls it only once.
"""

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from platforms import checks, counting, signatures
from platforms.addresses import address
from platforms.defaults import Defaults
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, Rejected
from platforms.options import Option
from platforms.protocols import Facts
from platforms.refusals import Refusal
from platforms.translation import gettext_noop
from platforms.types import (
    Credential,
    FindResult,
    Gone,
    Inconclusive,
    Limits,
    Messages,
    MetricValues,
    Outgoing,
    Pending,
    PostMetrics,
    Problem,
    Profile,
    Published,
    RawEvent,
    Read,
    VideoLimits,
)
from platforms.viber.calls import ACCESS, INVALID_TOKEN, INVALID_URL, Calls

DEFAULT_SERVER = "https://chatapi.viber.com"
TOKEN = re.compile(r"[!-~]{8,200}")
ADDRESS_CHARACTERS = 2000
COUNTS = {"subscribers_count": "followers"}

VIDEO_WORDS = gettext_noop(
    "Viber shows a video without any words. Leave the text empty for this channel, or send the text with a link to the "
    "video instead."
)
NO_ANSWERS = gettext_noop("Viber channels take no answers from us.")
WRONG_TOKEN = gettext_noop("Viber does not know this token.")
NO_SUPER_ADMIN = gettext_noop("Viber names no super admin of this channel, in whose name the portal could post.")
NOT_CALLED_BACK = gettext_noop("Viber tried to call the portal at its public address and got no answer.")


class Viber(Defaults):
    """One channel. Errors are those of `platforms.errors`."""

    home: ClassVar[str] = DEFAULT_SERVER
    connect_by: ClassVar[str] = "token"
    refusals: ClassVar[tuple[Refusal, ...]] = ACCESS
    measures: ClassVar[frozenset[str]] = frozenset()
    account_measures: ClassVar[frozenset[str]] = frozenset(COUNTS.values())
    own_names: ClassVar[Mapping[str, str]] = {metric: name for name, metric in COUNTS.items()}
    options: ClassVar[Mapping[str, Option]] = {
        # After "too many requests" no time is named.
        "wait_seconds": Option(120, "2026-11-24", "believed"),
        "channel_link": Option("https://chats.viber.com/{uri}", "2026-11-24", "believed"),
    }

    def wire(self) -> None:
        self.calls = self._calls(self.token)

    def _calls(self, token: str) -> Calls:
        return Calls(self.http, self.server, token, timedelta(seconds=self.set["wait_seconds"]))

    # Connects

    @classmethod
    def address(cls, typed: str) -> str:
        return address(typed) if typed.strip() else DEFAULT_SERVER

    def fetch_facts(self) -> dict[str, Any]:
        """There are no facts that change what may be posted."""
        return {}

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        """The token is the credential; it does not expire. The account is read, and whether it can post."""
        token = answer["token"].strip()
        if not TOKEN.fullmatch(token):
            raise Rejected(WRONG_TOKEN, field="token", code="token_wrong")
        try:
            info = self._calls(token).private("/get_account_info", {})
        except NeedsConsent as refused:
            if refused.evidence.get("code") != INVALID_TOKEN:
                raise
            raise Rejected(WRONG_TOKEN, field="token", code="token_wrong", evidence=refused.evidence) from None
        sender(info)
        return Credential(token, account_id=str(info.get("id") or ""))

    def profile(self) -> Profile:
        info = self._info()
        name, uri = str(info.get("name") or ""), str(info.get("uri") or "")
        return Profile(
            remote_id=str(info["id"]),
            handle=f"@{uri}" if uri else name,
            name=name or uri,
            url=self.set["channel_link"].format(uri=quote(uri)) if uri else "",
            avatar_url=str(info.get("icon") or ""),
            followers=numbers(info).get("followers"),
        )

    def _info(self) -> dict[str, Any]:
        info = self.calls.private("/get_account_info", {})
        if not info.get("id"):
            raise NotReached("The server did not tell whose access this is.")
        return info

    def revoke(self, *, shared: bool = False) -> None:
        """Viber takes no more posts from us. The token itself cannot be ended by a call."""
        try:
            self.calls.private("/set_webhook", {"url": ""})
        except NeedsConsent:
            return

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
        author = sender(self._info())
        answer = self.calls.public("/post", {"from": author, **message})
        if not answer.get("message_token"):
            raise OutcomeUnknown("The server's answer names no post.", {"answer": sorted(answer)})
        # A number beyond what JavaScript can hold: kept as text.
        return Published(str(answer["message_token"]), "", datetime.now(UTC))

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        return Inconclusive("the network keeps no list that the portal may read")

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        """Posts of a channel have no addresses."""
        return None

    def withdraw(self, remote_id: str) -> None:
        raise Rejected("This server cannot delete posts for us.", code="unsupported")

    # Measures

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        """Viber has no metrics of a channel's posts."""
        return []

    def fetch_account_metrics(self) -> MetricValues:
        return numbers(self._info())

    # Converses

    converses: ClassVar[bool] = False

    def messages(self, cursor: str | None = None) -> Messages:
        return Messages((), cursor)

    def replies(self, remote_id: str) -> Messages:
        return Messages(())

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        raise Rejected(NO_ANSWERS, code="unsupported")

    # Notifies

    @classmethod
    def verify(cls, raw_body: bytes, headers: Mapping[str, str], secret: str) -> bool:
        signature = headers.get("x-viber-content-signature", "")
        return bool(secret) and signatures.same(signature.lower(), signatures.hex_digest(secret, raw_body))

    @classmethod
    def events(cls, payload: Any) -> list[RawEvent]:
        """Only the call with which Viber tests the address; there are no events about a channel's posts."""
        if not isinstance(payload, dict) or not payload:
            return []
        serialized = json.dumps(payload, sort_keys=True)
        key = str(payload.get("message_token") or "") or hashlib.sha256(serialized.encode()).hexdigest()
        return [RawEvent(key, "", "other", payload, _moment(payload.get("timestamp")))]

    def subscribe(self, address: str, secret: str) -> None:
        """Viber calls `address` at once and wants a 200: it has to be public, https, with a certificate of repute."""
        try:
            self.calls.private("/set_webhook", {"url": address})
        except Rejected as refused:
            if refused.code != str(INVALID_URL):
                raise
            raise Rejected(NOT_CALLED_BACK, code="portal_unreachable", evidence=refused.evidence) from None


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


def _moment(milliseconds: Any) -> datetime | None:
    known = isinstance(milliseconds, int) and not isinstance(milliseconds, bool) and 0 < milliseconds < 10**14
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if known else None
