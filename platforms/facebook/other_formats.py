"""Publishes reels and stories of a page, and finds out what became of a call without a usable answer.

Everything is uploaded first and invisible; its id is stored as the checkpoint before the one request that publishes it.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from platforms import matching
from platforms.errors import NotReached, OutcomeUnknown, Rejected
from platforms.facebook import posts, stories, upright_videos
from platforms.matching import Candidate
from platforms.meta import codes
from platforms.meta.calls import Calls
from platforms.post_settings import REEL
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

PHOTOS = "photo_stories"
REEL_FIELDS = "id,description,created_time,permalink_url,post_id"
LISTED = 50
PAGES = 4
LOST = gettext_noop("The network no longer has the video.")
UNREADABLE = gettext_noop("The network cannot play this video. Save it as MP4 with H.264 and try again.")
PREPARING = gettext_noop("The network is still preparing the video.")
UNLISTED = gettext_noop("The network reports that this is published but does not list it yet.")
NO_DELETION = gettext_noop("Facebook does not delete this story for the portal. Open it there and delete it by hand.")


@dataclass(frozen=True)
class UploadCheckpoint:
    """`edge`: of the page, where it is published; `media`: the id of the upload. `finished`: the request that publishes
    it was answered."""

    edge: str
    media: str
    finished: bool

    @classmethod
    def of(cls, pending: Pending) -> "UploadCheckpoint":
        return cls(**json.loads(pending.token))

    @property
    def token(self) -> str:
        return json.dumps(asdict(self))

    @property
    def is_photo(self) -> bool:
        return self.edge == PHOTOS

    @property
    def is_reel(self) -> bool:
        return self.edge == upright_videos.REELS


@dataclass(frozen=True)
class OtherFormats:
    """Those of one page. `stage` uploads a photo unpublished and returns its id; `server`: where bytes may go beside
    the network's own host."""

    calls: Calls
    page_id: str
    server: str
    stage: Callable[[Picture, Read], str]
    save_checkpoint: Callable[[str], None]

    def publish(self, outgoing: Outgoing, read: Read) -> Published | Pending:
        upload = Pending(self._upload(outgoing, read).token)
        self.save_checkpoint(upload.token)
        return self.finish(outgoing, upload)

    def _upload(self, outgoing: Outgoing, read: Read) -> UploadCheckpoint:
        """What the network holds now, unpublished."""
        if outgoing.video:
            edge = upright_videos.REELS if outgoing.format == REEL else upright_videos.STORIES
            video = upright_videos.upload(self.calls, self._path(edge), self.server, outgoing.video, read)
            return UploadCheckpoint(edge, video, finished=False)
        # A photo for a story may be part of no post, so each attempt uploads it anew.
        photo = self.stage(replace(outgoing.pictures[0], alt=""), read)
        return UploadCheckpoint(PHOTOS, photo, finished=False)

    def finish(self, outgoing: Outgoing, pending: Pending) -> Published | Pending:
        upload = UploadCheckpoint.of(pending)
        if upload.is_photo:
            return self._photo_story(upload.media)
        reel = {"video_state": "PUBLISHED", "description": outgoing.text}
        reel |= {"title": outgoing.title} if outgoing.title else {}
        upright_videos.finish(self.calls, self._path(upload.edge), upload.media, reel if upload.is_reel else {})
        return Pending(replace(upload, finished=True).token)

    def _photo_story(self, photo: str) -> Published:
        try:
            answer = self.calls.public("POST", self._path(PHOTOS), {"photo_id": photo})
        except Rejected:
            if story := stories.made_of(self.calls, self.page_id, photo):
                return story.published
            raise
        if not answer.get("post_id"):
            raise OutcomeUnknown("The server's answer names no post.")
        post = str(answer["post_id"])
        return Published(stories.remote_id(post), stories.address(post), datetime.now(UTC))

    def check_status(self, pending: Pending) -> Published | Pending | Ready | ContainerExpired:
        upload = UploadCheckpoint.of(pending)
        if upload.is_photo:
            story = stories.made_of(self.calls, self.page_id, upload.media)
            return story.published if story else Ready(pending.token)
        try:
            video = upright_videos.shown(self.calls, upload.media)
        except Rejected as refused:
            if codes.is_missing(refused) and not upload.finished:
                return ContainerExpired(LOST)
            raise
        state = upright_videos.state_of(video)
        if state.is_refused:
            raise Rejected(UNREADABLE, field="video")
        if state.is_public:
            return self._public(upload, video) or pending
        if upload.finished:
            return pending
        return ContainerExpired(LOST) if state.is_expired else Ready(pending.token)

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str], checkpoint: Pending | None
    ) -> FindResult:
        if checkpoint is None:
            # It is stored before anything can be public; without one only a restored backup asks.
            return self._listed_reel(outgoing, since, bound) if outgoing.format == REEL else self._listed(since, bound)
        upload = UploadCheckpoint.of(checkpoint)
        if upload.is_photo:
            story = stories.made_of(self.calls, self.page_id, upload.media)
            return Found(story.published) if story else Absent()
        try:
            video = upright_videos.shown(self.calls, upload.media)
        except Rejected as refused:
            if codes.is_missing(refused):
                return Absent()
            raise
        state = upright_videos.state_of(video)
        if state.is_public:
            public = self._public(upload, video)
            if public is None:
                raise NotReached(UNLISTED)
            return Found(public)
        if state.is_refused or state.is_expired:
            return Absent()
        if state.is_working:
            raise NotReached(PREPARING)
        return Ready(replace(upload, finished=False).token)

    def _public(self, upload: UploadCheckpoint, video: Mapping[str, Any]) -> Published | None:
        """None for a story that is not listed yet."""
        if upload.is_reel:
            return _reel(video, self.page_id)
        story = stories.made_of(self.calls, self.page_id, upload.media)
        return story.published if story else None

    def _listed_reel(self, outgoing: Outgoing, since: datetime, bound: Collection[str]) -> FindResult:
        listed = self.calls.listed(self._path(upright_videos.REELS), PAGES, fields=REEL_FIELDS, limit=LISTED)
        candidates = []
        for video in listed:
            reel = _reel(video, self.page_id)
            text = str(video.get("description") or "")
            candidates.append(Candidate(reel.remote_id, reel.permalink, text, reel.at, has_video=True))
        return matching.match_candidates(candidates, outgoing, since, datetime.now(UTC), bound)

    def _listed(self, since: datetime, bound: Collection[str]) -> FindResult:
        """A story has no text by which it would be known."""
        near = [
            story.published.remote_id
            for story in stories.live(self.calls, self.page_id)
            if story.at >= since - matching.SLACK and story.published.remote_id not in bound
        ]
        return Inconclusive("a story has no text to know it by", tuple(near)) if near else Absent()

    def withdraw(self, remote_id: str) -> None:
        """Of a story: the list tells whether it is gone, since a refused deletion answers like one of what is not
        there."""
        post = stories.post_id(remote_id)
        try:
            self.calls.private("DELETE", f"/{post}")
        except Rejected:
            if any(story.post_id == post for story in stories.live(self.calls, self.page_id)):
                raise Rejected(NO_DELETION, code="unsupported") from None

    def _path(self, edge: str) -> str:
        return f"/{self.page_id}/{edge}"


def is_ours(pending: Pending) -> bool:
    """Whether a checkpoint is of a reel or a story."""
    return "edge" in json.loads(pending.token)


def _reel(video: Mapping[str, Any], page_id: str) -> Published:
    """Identified by its post, like everything on a page; by its own id where the network names no post."""
    post = str(video.get("post_id") or "")
    own = str(video["id"])
    remote_id = post if "_" in post else f"{page_id}_{post}" if post else own
    link = str(video.get("permalink_url") or f"/reel/{own}/")
    return Published(remote_id, f"https://www.facebook.com{link}" if link.startswith("/") else link, posts.when(video))
