"""Facebook Pages, through the Graph API as one page.

Pictures and videos are uploaded first and are invisible; then one request publishes the post: `/feed`, the end of a
video's upload, or `/comments` for a reply. The network has no idempotency key, so an unknown outcome is reconciled with
the page's own posts, or with the video by its id.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from platforms import checks, matching
from platforms.defaults import Defaults
from platforms.errors import NotReached, PlatformError, Rejected, refusals_of
from platforms.facebook import other_formats, pages, posts, stories, videos
from platforms.facebook.conversation import Conversation
from platforms.facebook.facts import OPTIONS, SCOPES, limits
from platforms.facebook.history import History
from platforms.facebook.insights import Insights
from platforms.facebook.other_formats import OtherFormats
from platforms.meta import codes, events, login, messaging, reading
from platforms.meta.calls import Calls
from platforms.meta.codes import ACCESS
from platforms.options import Option
from platforms.protocols import Facts
from platforms.refusals import Refusal
from platforms.types import (
    Account,
    ContainerExpired,
    FindResult,
    Found,
    Inconclusive,
    Limits,
    Outgoing,
    Pending,
    Picture,
    Problem,
    Profile,
    Published,
    Read,
    Ready,
    Scope,
)

LISTED = 100
FIND_PAGES = 5
LINKS = re.compile(r"/(?:[^/]+/)?(?:posts|videos)/(?:[^/]+/)?(pfbid\w+|\d+)/?")


class Facebook(Insights, History, Conversation, login.ByLogin, events.Notified, Defaults):
    """One page. Errors are those of `platforms.errors`."""

    connect_by: ClassVar[str] = "oauth"
    refusals: ClassVar[tuple[Refusal, ...]] = ACCESS
    scopes: ClassVar[tuple[Scope, ...]] = SCOPES
    options: ClassVar[Mapping[str, Option]] = OPTIONS

    def wire(self) -> None:
        self.calls = Calls(self.http, self.server, self.set["version"], self.token, self.keys.client_secret)
        own = login.GRAPH_VIDEO if self.server == login.GRAPH else self.server
        at = self.set["video_server"] or own
        self.video_calls = Calls(self.http, at, self.set["version"], self.token, self.keys.client_secret)
        bytes_at = self.set["upload_server"] or self.server
        self.other_formats = OtherFormats(self.calls, self.account_id, bytes_at, self._stage, self.save_checkpoint)

    # Connects

    def accounts(self) -> list[Account]:
        given = login.grant(self.calls, self.keys, self.calls.token)
        given = messaging.with_features(given, self.set, self.private_scope)
        listed = login.pages(self.calls.as_(given.token), given.scopes, pages.FIELDS)
        return [pages.account(page, given, self.server) for page in listed]

    def profile(self) -> Profile:
        page = self.calls.get("/me", fields=pages.PROFILE)
        if not page.get("id"):
            raise NotReached("The server did not tell whose access this is.")
        return pages.profile(page)

    # Publishes

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        return limits(facts)

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        return checks.check(outgoing, limits)

    def publish(self, outgoing: Outgoing, read: Read) -> Published | Pending:
        if outgoing.conversation:
            return self.send_private(outgoing)
        if outgoing.reply_to:
            return self._comment(outgoing, outgoing.reply_to, read)
        if outgoing.format:
            return self.other_formats.publish(outgoing, read)
        if outgoing.video:
            video_id, session = videos.upload(self.video_calls, self.account_id, outgoing.video, read)
            held = Pending(videos.token(video_id, session, finished=False))
            self.save_checkpoint(held.token)
            return videos.finish(self.video_calls, self.account_id, outgoing, held)
        form: dict[str, Any] = {"message": outgoing.text}
        staged = self._staged(outgoing.pictures, read)
        if staged:
            form["attached_media"] = json.dumps([{"media_fbid": one} for one in staged])
        elif shown := posts.link(outgoing):
            form["link"] = shown
        return self._made(self.calls.public("POST", f"/{self.account_id}/feed", form))

    def _comment(self, outgoing: Outgoing, subject: str, read: Read) -> Published:
        staged = self._staged(outgoing.pictures[:1], read)
        form = {"message": outgoing.text} | ({"attachment_id": staged[0]} if staged else {})
        return self._made(self.calls.public("POST", f"/{subject}/comments", form))

    def _staged(self, pictures: Sequence[Picture], read: Read) -> list[str]:
        """Upload photos unpublished. If one is refused, those before it are deleted."""
        staged: list[str] = []
        try:
            for picture in pictures:
                staged.append(self._stage(picture, read))
        except PlatformError:
            self._clear(staged)
            raise
        return staged

    def _stage(self, picture: Picture, read: Read) -> str:
        # https://developers.facebook.com/docs/graph-api/reference/page/photos/
        form = {"published": "false"} | ({"alt_text_custom": picture.alt} if picture.alt.strip() else {})
        source = {"source": (picture.mime.replace("/", "."), read(picture.ref), picture.mime)}
        with refusals_of("pictures"):
            photo = self.calls.private("POST", f"/{self.account_id}/photos", form, files=source)
        if not photo.get("id"):
            raise NotReached("The server did not take the picture.")
        return str(photo["id"])

    def _clear(self, staged: Sequence[str]) -> None:
        for photo in staged:
            try:
                self.calls.private("DELETE", f"/{photo}")
            except PlatformError:
                return  # unseen photos are dropped by the network after a day

    def _made(self, answer: Mapping[str, Any]) -> Published:
        """The post is published. Its address is a second request, whose failure does not matter."""
        remote_id = posts.created(answer)
        try:
            shown = self.calls.get(f"/{remote_id}", fields="permalink_url,created_time")
        except PlatformError:
            shown = {}
        link = str(shown.get("permalink_url") or f"https://www.facebook.com/{remote_id}")
        return Published(remote_id, link, posts.when(shown))

    def check_status(self, pending: Pending) -> Published | Pending | Ready | ContainerExpired:
        if other_formats.is_ours(pending):
            return self.other_formats.check_status(pending)
        return videos.check_status(self.calls, self.account_id, pending)

    def finish(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published | Pending:
        if other_formats.is_ours(pending):
            return self.other_formats.finish(outgoing, pending)
        return videos.finish(self.video_calls, self.account_id, outgoing, pending)

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        if outgoing.conversation:
            return self.find_private(outgoing, since, bound)
        if outgoing.reply_to:
            comments = self.calls.listed(
                f"/{outgoing.reply_to}/comments",
                FIND_PAGES,
                filter="stream",
                order="reverse_chronological",
                fields=posts.COMMENT_FIELDS,
                limit=LISTED,
            )
            # An author that we may not see could be ourselves.
            ours = [one for one in comments if posts.is_own(one, self.account_id) or not one.get("from")]
            candidates = [posts.comment_candidate(comment, outgoing.reply_to) for comment in ours]
            return matching.match_candidates(candidates, outgoing, since, datetime.now(UTC), bound)
        if outgoing.format:
            return self.other_formats.find(outgoing, since, bound, checkpoint)
        if outgoing.video and checkpoint:
            return videos.find(self.calls, self.account_id, checkpoint)
        return self._among_own(outgoing, since, bound)

    def _among_own(self, outgoing: Outgoing, since: datetime, bound: Collection[str]) -> FindResult:
        edge = self.calls.listed(f"/{self.account_id}/published_posts", FIND_PAGES, fields=posts.FIELDS, limit=LISTED)
        listed: dict[str, dict[str, Any]] = {}
        for post in edge:
            if posts.when(post) < since - matching.SLACK:
                break
            listed[str(post["id"])] = post
        result = matching.match_candidates(
            map(posts.candidate, listed.values()), outgoing, since, datetime.now(UTC), bound
        )
        if len(listed) >= LISTED * FIND_PAGES and not isinstance(result, Found):
            return Inconclusive("the page's list did not reach back far enough")
        if isinstance(result, Found) and outgoing.pictures:
            return replace(result, alts=self._alts(posts.photo_ids(listed[result.published.remote_id])))
        return result

    def _alts(self, photos: Sequence[str]) -> tuple[str, ...]:
        objects = reading.several(self.calls, photos, "alt_text_custom")
        return tuple(str((objects.get(one) or {}).get("alt_text_custom") or "") for one in photos)

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        """The page's id and the post's. Addresses with a "pfbid" do not contain the id: then a person is asked."""
        parts = urlsplit(link.strip())
        if not (parts.hostname or "").endswith("facebook.com"):
            return None
        params = parse_qs(parts.query)
        number = (params.get("story_fbid") or params.get("v") or [""])[0]
        if not number and (match := LINKS.fullmatch(parts.path)):
            number = match[1]
        if not number and re.fullmatch(rf"/{account_id}_\d+/?", parts.path):
            return parts.path.strip("/")
        return f"{account_id}_{number}" if number.isdigit() else None

    def edit(self, remote_id: str, outgoing: Outgoing) -> Published:
        # https://developers.facebook.com/docs/pages-api/posts#update-a-post
        self.calls.public("POST", f"/{remote_id}", {"message": outgoing.text})
        return self._made({"id": remote_id})

    def withdraw(self, remote_id: str) -> None:
        if stories.is_story(remote_id):
            self.other_formats.withdraw(remote_id)
            return
        try:
            self.calls.private("DELETE", f"/{remote_id}")
        except Rejected as refused:
            if not codes.is_missing(refused):
                raise

    # Notifies

    def subscribe(self, address: str, secret: str) -> None:
        """The address is the application's, entered by the administrator; the page says that it wants to be told.

        The list that is sent replaces the one before: https://developers.facebook.com/docs/pages-api/webhooks
        """
        granted = self.credential.scopes if self.credential else ()
        fields = events.PAGE_FIELDS + (f",{events.PRIVATE_FIELDS}" if self.private_scope in granted else "")
        self.calls.private("POST", f"/{self.account_id}/subscribed_apps", {"subscribed_fields": fields})
