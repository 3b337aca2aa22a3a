"""Makes a container of a post, publishes it, and finds the published post in the account's list."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from platforms import checks, matching
from platforms.checks import TOO_MANY_PICTURES
from platforms.errors import NeedsConsent, PlatformError, RateLimited, Rejected
from platforms.instagram import formats, posts
from platforms.instagram.conversation import Conversation
from platforms.meta import codes, containers, quota, reading
from platforms.meta.containers import Containers
from platforms.post_settings import REEL, STORY
from platforms.protocols import SaveCheckpoint
from platforms.translation import gettext_noop
from platforms.types import (
    ContainerExpired,
    FindResult,
    Found,
    Inconclusive,
    Limits,
    Outgoing,
    Pending,
    Problem,
    Published,
    Read,
    Ready,
)

NO_LINKS = gettext_noop("Links in a text cannot be tapped on Instagram. Describe in words where people find it.")
SHAPES = gettext_noop("Instagram crops all pictures of a carousel to the shape of the first one. Check their edges.")
NO_PICTURE = gettext_noop("A comment on Instagram is text alone. The picture will be left out.")
LISTED = 50
FIND_PAGES = 4


class Publishing(Conversation):
    containers: Containers
    save_checkpoint: SaveCheckpoint
    set: Mapping[str, Any]

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        if outgoing.conversation:
            return checks.check(outgoing, limits)
        if outgoing.reply_to:
            bare = replace(outgoing, pictures=(), video=None)
            most = min(limits.comment_characters, limits.max_characters)
            problems = checks.check(bare, replace(limits, needs_media=False, max_characters=most))
            media = bool(outgoing.pictures or outgoing.video)
            return problems + ([Problem("comment_picture", "pictures", NO_PICTURE, "warning")] if media else [])
        problems = checks.check(outgoing, limits)
        number = len(outgoing.pictures) + bool(outgoing.video)
        takes_both = limits.videos is not None and limits.videos.with_pictures
        if takes_both and number > limits.max_images >= len(outgoing.pictures):
            params: dict[str, int | str] = {"count": number, "limit": limits.max_images}
            problems.append(Problem("too_many_pictures", "pictures", TOO_MANY_PICTURES, params=params))
        shapes = [one.width / one.height for one in outgoing.pictures if one.height]
        if limits.max_images > 1 and shapes and max(shapes) - min(shapes) > 0.02:
            problems.append(Problem("shapes_differ", "pictures", SHAPES, "warning"))
        if limits.shows_links and "://" in outgoing.text:
            problems.append(Problem("no_links", "text", NO_LINKS, "warning"))
        return problems

    def publish(self, outgoing: Outgoing, read: Read) -> Published | Pending:
        if outgoing.conversation:
            return self.send_private(outgoing)
        if outgoing.reply_to:
            return self.comment(outgoing)
        token = self._prepared(outgoing, read)
        return self.containers.begin(token, lambda held: self.finish(outgoing, held, read))

    def _prepared(self, outgoing: Outgoing, read: Read) -> str:
        """The token of the containers that the network fetches now, unpublished."""
        if outgoing.format == STORY:
            return containers.one(self.containers.make(formats.story(outgoing, read)))
        parts = [self._video(outgoing, read)] if outgoing.video else []
        parts += [self._picture(picture.alt, read.address(picture.ref)) for picture in outgoing.pictures]
        if len(parts) == 1:
            return containers.one(self.containers.make({**parts[0], "caption": outgoing.text}))
        inside = [_part(part) for part in parts]
        return containers.several([self.containers.make(part) for part in inside])

    @staticmethod
    def _picture(alt: str, where: str) -> dict[str, str]:
        return {"image_url": where} | ({"alt_text": alt} if alt.strip() else {})

    @staticmethod
    def _video(outgoing: Outgoing, read: Read) -> dict[str, str]:
        # A single video is a reel; an ordinary post stands in the feed too. Reels take no description.
        assert outgoing.video
        in_feed = "false" if outgoing.format == REEL else "true"
        form = {"media_type": "REELS", "video_url": read.address(outgoing.video.ref), "share_to_feed": in_feed}
        cover = outgoing.video.cover
        return form | ({"cover_url": read.address(cover.ref)} if cover else {})

    def check_status(self, pending: Pending) -> Published | Pending | Ready | ContainerExpired:
        return self.containers.check_status(pending.token)

    def finish(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published | Pending:
        whole = {"media_type": "CAROUSEL", "caption": outgoing.text}
        try:
            remote_id = self.containers.publish(pending.token, whole)
        except RateLimited as limited:
            if limited.evidence.get("quota"):
                raise RateLimited(limited.message, self._freed(), limited.evidence) from None
            raise
        return self._published(remote_id)

    def _published(self, remote_id: str) -> Published:
        """The post is published. Its address is a second request, whose failure does not matter."""
        try:
            shown = self.calls.get(f"/{remote_id}", fields="permalink,timestamp")
        except PlatformError:
            shown = {}
        return Published(remote_id, str(shown.get("permalink") or posts.SITE), reading.when(shown))

    def _freed(self) -> datetime:
        account = f"/{self.account_id}"
        allowed = int(self.set["posts_a_day"])
        return quota.freed(self.calls, f"{account}/content_publishing_limit", "config", f"{account}/media", allowed)

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        if outgoing.conversation:
            return self.find_private(outgoing, since, bound)
        if outgoing.reply_to:
            return self._among_comments(outgoing, outgoing.reply_to, since, bound)
        return self.containers.outcome(checkpoint, lambda: self._among_own(outgoing, since, bound))

    def _among_own(self, outgoing: Outgoing, since: datetime, bound: Collection[str]) -> FindResult:
        listed, complete = [], False
        edge, fields = ("stories", posts.STORY_FIELDS) if outgoing.format == STORY else ("media", posts.FIELDS)
        for media in self.calls.listed(f"/{self.account_id}/{edge}", FIND_PAGES, fields=fields, limit=LISTED):
            if reading.when(media) < since - matching.SLACK:
                complete = True
                break
            listed.append(posts.candidate(media))
        shown = "" if outgoing.format == STORY else outgoing.text
        sent = replace(outgoing, text=posts.comparable(shown))
        result = matching.match_candidates(listed, sent, since, datetime.now(UTC), bound)
        if not complete and len(listed) >= LISTED * FIND_PAGES and not isinstance(result, Found):
            return Inconclusive("the account's list did not reach back far enough")
        return result

    def _among_comments(self, outgoing: Outgoing, reply_to: str, since: datetime, bound: Collection[str]) -> FindResult:
        media, _comment = posts.parted(reply_to)
        candidates = [posts.comment_candidate(one, media, reply_to) for one in self.own_comments(reply_to)]
        sent = replace(outgoing, text=posts.comparable(outgoing.text), pictures=(), video=None)
        result = matching.match_candidates(candidates, sent, since, datetime.now(UTC), bound)
        if isinstance(result, Found):
            return replace(result, published=replace(result.published, permalink=self.address_of(media)))
        return result

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        """Addresses contain a code, the network's lists an id, and there is no way from one to the other."""
        return None

    def withdraw(self, remote_id: str) -> None:
        media, comment = posts.parted(remote_id)
        try:
            self.calls.private("DELETE", f"/{comment or media}")
        except (Rejected, NeedsConsent):
            # Not every application may delete. What is gone answers like what may not be deleted.
            if self._is_there(comment or media):
                raise Rejected("This server cannot delete posts for us.", code="unsupported") from None

    def _is_there(self, one: str) -> bool:
        try:
            return bool(self.calls.get(f"/{one}", fields="id"))
        except Rejected as refused:
            if codes.is_missing(refused):
                return False
            raise


def _part(form: Mapping[str, str]) -> dict[str, str]:
    """As a part of a carousel, where a video is no reel."""
    part = {name: value for name, value in form.items() if name not in ("share_to_feed", "cover_url", "media_type")}
    return {**part, "is_carousel_item": "true"} | ({"media_type": "VIDEO"} if "video_url" in form else {})
