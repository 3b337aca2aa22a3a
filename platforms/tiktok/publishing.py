"""Publishing: gets a `publish_id` for a post, and reads the state of the post by it.

https://developers.tiktok.com/doc/content-posting-api-reference-direct-post

A video's `publish_id` is stored before its first byte is sent; whatever is interrupted, the network reports by it
whether the post is public. Pictures are fetched by the network after one call; if its answer is lost, so is the id.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from platforms import matching
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.post_settings import YES
from platforms.tiktok import oauth, posts, settings, upload
from platforms.tiktok.calls import BANNED, DAY_FULL, Calls
from platforms.tiktok.checkpoint import UploadCheckpoint
from platforms.tiktok.facts import refusal
from platforms.tiktok.settings import PUBLIC, SELF
from platforms.translation import gettext_noop
from platforms.types import (
    Absent,
    ContainerExpired,
    FindResult,
    Found,
    Inconclusive,
    Outgoing,
    Pending,
    Picture,
    Published,
    Read,
    Ready,
)

FIND_PAGES = 5
LISTED = 20
TAKEN = ("image/jpeg", "image/webp")

ONLY_SELF = gettext_noop(
    "TikTok accepted the post but shows it only to the account itself, as it does for trials. It is not published."
)
TOO_LONG = gettext_noop("TikTok takes videos of at most %s seconds from this account. Shorten it.")
NO_ANSWERS = gettext_noop("TikTok takes no comments from the portal. Write it in the app.")
WORKING = gettext_noop("TikTok works on the post.")
CHECKED = gettext_noop("TikTok took the post and checks it before people see it.")
NOT_SHOWN = gettext_noop(
    "TikTok reports that the post is complete, but has not made it public for a long time. Check in the app whether "
    "it is private or still under review."
)
FORGOTTEN = gettext_noop("TikTok no longer reports the status of the post.")
IN_INBOX = gettext_noop("TikTok put the post into the account's inbox as a draft. It is not published.")
PROVES_NOTHING = gettext_noop(
    "TikTok lists only what is public and checked, so that the post is not there yet proves nothing."
)
MAY_NOT_LIST = gettext_noop("The account does not let the portal see its list of videos.")

UNFETCHED = gettext_noop(
    "TikTok could not fetch the pictures from the portal. Ask the administrator whether the portal's public address "
    "can be reached from the internet."
)
FAILED = gettext_noop("TikTok failed on the post and published nothing.")
FORMAT = gettext_noop("TikTok cannot read the file. Save a video as MP4 with H.264 and AAC, a picture as JPEG.")
DURATION = gettext_noop("The video is too short or too long for TikTok.")
FRAMES = gettext_noop("TikTok takes videos with 23 to 60 pictures a second.")
SIZE = gettext_noop(
    "The picture or the video is too small or too large for TikTok. Pictures are at most 1,920 × 1,080."
)
CANCELLED = gettext_noop("The post was cancelled in TikTok.")
SPAM = gettext_noop("TikTok takes the post for spam and did not publish it.")
SPAM_TEXT = gettext_noop("TikTok takes the text for spam and did not publish the post. Change the text.")

# What a person has to change: (text, field).
REASONS: Mapping[str, tuple[str, str | None]] = {
    "file_format_check_failed": (FORMAT, None),
    "duration_check_failed": (DURATION, "video"),
    "frame_rate_check_failed": (FRAMES, "video"),
    "picture_size_check_failed": (SIZE, None),
    "publish_cancelled": (CANCELLED, None),
    "spam_risk": (SPAM, None),
    "spam_risk_text": (SPAM_TEXT, "text"),
    "spam_risk_too_many_posts": (DAY_FULL, None),
    "spam_risk_user_banned_from_posting": (BANNED, None),
}


@dataclass(frozen=True)
class Creator:
    """What TikTok says of the account right before a post. https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info"""

    name: str
    audiences: tuple[str, ...]
    seconds: int
    no_comments: bool
    no_duets: bool
    no_stitches: bool

    @classmethod
    def asked(cls, calls: Calls) -> "Creator":
        info = calls.ask("/post/publish/creator_info/query/", {})
        seconds = info.get("max_video_post_duration_sec")
        return cls(
            name=str(info.get("creator_username") or ""),
            audiences=tuple(str(one) for one in info.get("privacy_level_options") or ()),
            seconds=seconds if isinstance(seconds, int) and not isinstance(seconds, bool) else 0,
            no_comments=info.get("comment_disabled") is True,
            no_duets=info.get("duet_disabled") is True,
            no_stitches=info.get("stitch_disabled") is True,
        )

    def audience(self, wanted: str) -> str:
        """Never another than the one that was wanted. Raises `Rejected` where the account cannot post for it."""
        if reason := refusal(self.audiences, wanted):
            raise Rejected(reason, None, "audience")
        return wanted

    @property
    def forbids(self) -> list[str]:
        """Of `settings.COMMENTS`, `DUETS` and `STITCHES` those that the account does not allow."""
        forbidden = {
            settings.COMMENTS: self.no_comments,
            settings.DUETS: self.no_duets,
            settings.STITCHES: self.no_stitches,
        }
        return [name for name, is_forbidden in forbidden.items() if is_forbidden]


class Publishing:
    calls: Calls
    account_id: str
    set: Mapping[str, Any]
    save_checkpoint: Callable[[str], None]

    def publish(self, outgoing: Outgoing, read: Read) -> Published | Pending:
        if outgoing.reply_to:
            raise Rejected(NO_ANSWERS, code="unsupported")
        creator = Creator.asked(self.calls)
        audience = creator.audience(outgoing.settings.get(settings.AUDIENCE) or self.set["audience"])
        if outgoing.video:
            return self._video(outgoing, read, creator, audience)
        return self._photos(outgoing, read, creator, audience)

    def _video(self, outgoing: Outgoing, read: Read, creator: Creator, audience: str) -> Pending:
        assert outgoing.video
        video = outgoing.video
        if creator.seconds and video.seconds > creator.seconds:
            raise Rejected(TOO_LONG % creator.seconds, "video")
        plan = upload.ChunkPlan.of(video.size, self.set["chunk_bytes"])
        info = {"title": outgoing.text, **self._around(outgoing, creator, audience)}
        info |= {"disable_duet": not self._allows(outgoing, creator, settings.DUETS)}
        info |= {"disable_stitch": not self._allows(outgoing, creator, settings.STITCHES)}
        info |= {"is_aigc": outgoing.settings.get(settings.SYNTHETIC) == YES}
        source = {"source": "FILE_UPLOAD", "video_size": plan.size, "chunk_size": plan.chunk}
        source |= {"total_chunk_count": plan.number}
        started = self.calls.ask("/post/publish/video/init/", {"post_info": info, "source_info": source})
        if not started.get("publish_id"):
            raise NotReached("The server's answer names no post.")
        # The address is a secret of its own and is never stored.
        where = upload.checked(str(started.get("upload_url") or ""), self.calls.server)
        held = UploadCheckpoint.now(
            str(started["publish_id"]), kind="video", size=plan.size, name=creator.name, audience=audience
        )
        self.save_checkpoint(held.token)
        upload.send(self.calls.http, where, video, read, plan)
        return Pending(held.token)

    def _photos(self, outgoing: Outgoing, read: Read, creator: Creator, audience: str) -> Pending:
        info = {"description": outgoing.text, **self._around(outgoing, creator, audience)}
        info |= {"title": outgoing.title} if outgoing.title.strip() else {}
        info |= {"auto_add_music": bool(self.set["music"])}
        addresses = [self._address(picture, read) for picture in outgoing.pictures]
        source = {"source": "PULL_FROM_URL", "photo_images": addresses, "photo_cover_index": 0}
        body = {"media_type": "PHOTO", "post_mode": "DIRECT_POST", "post_info": info, "source_info": source}
        # The checkpoint of an earlier attempt is not valid for this one, whose own id comes with the answer.
        self.save_checkpoint("")
        answer = self.calls.public("/post/publish/content/init/", body)
        if not answer.get("publish_id"):
            raise OutcomeUnknown("The server's answer names no post.")
        return Pending(
            UploadCheckpoint.now(
                str(answer["publish_id"]), kind="photo", size=0, name=creator.name, audience=audience
            ).token
        )

    def _address(self, picture: Picture, read: Read) -> str:
        """One picture that is too large, or a PNG, fails all of them, and TikTok does not say which."""
        wide, high = self.set["picture_sides"]
        fits = max(picture.width, picture.height) <= wide and min(picture.width, picture.height) <= high
        fits = fits and picture.mime in TAKEN
        return read.address(picture.ref) if fits else read.address(picture.ref, (wide, high))

    def _around(self, outgoing: Outgoing, creator: Creator, audience: str) -> dict[str, Any]:
        kind = settings.kind(outgoing.settings)
        if outgoing.settings.get(settings.COMMERCIAL) == YES and not kind:
            raise Rejected(settings.KIND_MISSING, None, "commercial_kind")
        return {
            "privacy_level": audience,
            "disable_comment": not self._allows(outgoing, creator, settings.COMMENTS),
            "brand_content_toggle": kind in (settings.BRANDED, settings.BOTH),
            "brand_organic_toggle": kind in (settings.OWN, settings.BOTH),
        }

    def _allows(self, outgoing: Outgoing, creator: Creator, name: str) -> bool:
        """What the account forbids stays forbidden, whatever was chosen."""
        return settings.allows(outgoing.settings, name, self.set) and name not in creator.forbids

    # what became of it

    def check_status(self, pending: Pending) -> Published | Pending | Ready | ContainerExpired:
        """https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status"""
        held = UploadCheckpoint.of(pending)
        status = self._status(held)
        state = str(status.get("status") or "")
        if state == "PUBLISH_COMPLETE":
            return self._complete(held, status) or pending
        if state == "FAILED":
            return self._failed(str(status.get("fail_reason") or ""))
        if state == "SEND_TO_USER_INBOX":
            raise Rejected(IN_INBOX, code=state)
        return pending

    def _status(self, held: UploadCheckpoint) -> dict[str, Any]:
        try:
            return self.calls.ask("/post/publish/status/fetch/", {"publish_id": held.publish_id})
        except Rejected as refused:
            raise OutcomeUnknown(FORGOTTEN, refused.evidence) from None

    def _complete(self, held: UploadCheckpoint, status: Mapping[str, Any]) -> Published | None:
        """None while TikTok checks it. The number's field is TikTok's own spelling.

        Only posts for everybody are given a number; others are known by their `publish_id`, and their address is the
        account's.
        """
        ids = status.get("publicaly_available_post_id") or status.get("publicly_available_post_id") or ()
        if ids:
            return self._published(held, str(ids[0]))
        if held.audience == SELF:
            raise Rejected(ONLY_SELF, code=held.audience)
        return None if held.audience == PUBLIC else Published(held.publish_id, held.profile, datetime.now(UTC))

    def _published(self, held: UploadCheckpoint, number: str) -> Published:
        """The post is published. Its address and time are a second request, whose failure does not matter."""
        try:
            shown = posts.several(self.calls, [number], "id,share_url,create_time").get(number, {})
        except PlatformError:
            shown = {}
        return Published(number, posts.permalink(shown) or held.permalink(number), posts.when(shown))

    def _failed(self, reason: str) -> ContainerExpired:
        """Nothing was published. After a failure on TikTok's side it may be sent again."""
        if reason == "auth_removed":
            raise NeedsConsent(oauth.ENDED, {"reason": reason})
        if reason in REASONS:
            text, field = REASONS[reason]
            raise Rejected(text, field, reason, {"reason": reason})
        return ContainerExpired(UNFETCHED if reason.endswith("_pull_failed") else FAILED)

    def _is_cut_short(self, held: UploadCheckpoint, status: Mapping[str, Any]) -> bool:
        """Bytes are missing, and the address to which they would have to go has run out."""
        arrived = status.get("uploaded_bytes")
        if not isinstance(arrived, int) or isinstance(arrived, bool):
            return False
        return arrived < held.size and held.minutes > self.set["upload_minutes"]

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        if checkpoint and checkpoint.token:
            held = UploadCheckpoint.of(checkpoint)
            try:
                return self._settled(held, checkpoint, outgoing)
            except OutcomeUnknown:
                pass  # no longer known there: the list decides
        result = self._among_own(outgoing, since, bound)
        if isinstance(result, Absent):
            # No byte of a video leaves before its id is stored, and here is none.
            return result if outgoing.video and not checkpoint else Inconclusive(PROVES_NOTHING)
        return result

    def _settled(self, held: UploadCheckpoint, checkpoint: Pending, outgoing: Outgoing) -> FindResult:
        """By the id alone. Raises `NotReached` while TikTok works on it, `OutcomeUnknown` if it forgot it."""
        status = self._status(held)
        state = str(status.get("status") or "")
        if state == "PUBLISH_COMPLETE" and held.audience != SELF:
            published = self._complete(held, status)
            if published:
                return Found(published, ("",) * len(outgoing.pictures))
            if held.minutes > self.set["review_hours"] * 60:
                return Inconclusive(NOT_SHOWN)
            raise NotReached(CHECKED)
        if state in ("PUBLISH_COMPLETE", "FAILED", "SEND_TO_USER_INBOX"):
            # Not published: `check_status` says why.
            return Ready(checkpoint.token)
        if self._is_cut_short(held, status):
            return Absent()
        raise NotReached(WORKING)

    def _among_own(self, outgoing: Outgoing, since: datetime, bound: Collection[str]) -> FindResult:
        if not self.calls.granted("video.list"):
            return Inconclusive(MAY_NOT_LIST)
        listed = posts.listed(self.calls, since - matching.SLACK, FIND_PAGES, LISTED)
        candidates = [posts.candidate(one, outgoing) for one in listed]
        return matching.match_candidates(candidates, outgoing, since, datetime.now(UTC), bound)
