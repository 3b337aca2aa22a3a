"""YouTube, through the Data API as one channel.

A video is uploaded as private, through a session that is stored before the first byte; cover, captions and playlist
follow, and once it plays, one `PUT /videos` makes it public, or visible to people with the link, under its id. That is
the only step with a public effect. An unknown outcome is reconciled by reading the video by its id, and an interrupted
upload resumes where it stopped: there is one video, however many attempts it takes.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from platforms import matching
from platforms.addresses import address
from platforms.defaults import Defaults
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.google import oauth
from platforms.options import Option
from platforms.protocols import Facts
from platforms.refusals import Refusal
from platforms.translation import gettext_noop
from platforms.types import (
    Absent,
    Account,
    ContainerExpired,
    Credential,
    FindResult,
    Found,
    Limits,
    Outgoing,
    Pending,
    Problem,
    Profile,
    Published,
    Read,
    Ready,
    Scope,
    Video,
)
from platforms.youtube import checks, settings, videos
from platforms.youtube.calls import ACCESS, LOCKED, NO_CHANNEL, Calls
from platforms.youtube.conversation import Conversation, parted
from platforms.youtube.facts import API, OPTIONS, SCOPES, limits
from platforms.youtube.insights import Insights, account
from platforms.youtube.uploads import STALLED, SessionLost, Upload, UploadCheckpoint, begin, fingerprint

OTHER_CHANNEL = gettext_noop(
    "Google assigned the video to another channel of the same person, where it is not visible to anyone. Connect the "
    "channel again and choose the municipality's channel when Google asks."
)
LISTED = 50
FIND_PAGES = 2
STATE = "snippet,status"


class YouTube(Insights, Conversation, Defaults):
    """One channel. Errors are those of `platforms.errors`."""

    connect_by: ClassVar[str] = "oauth"
    refusals: ClassVar[tuple[Refusal, ...]] = ACCESS
    scopes: ClassVar[tuple[Scope, ...]] = SCOPES
    options: ClassVar[Mapping[str, Option]] = OPTIONS

    def wire(self) -> None:
        self.calls = Calls(self.http, self.server, self.keys, self.credential, self.keep)

    # Connects

    @classmethod
    def address(cls, typed: str) -> str:
        return address(typed) if typed.strip() else API

    def fetch_facts(self) -> dict[str, Any]:
        """Whether the channel may have long videos, and its playlists, if there is a credential to ask with."""
        facts: dict[str, Any] = {"version": "v3"}
        if self.credential is None:
            return facts
        channels = self.calls.items("/channels", part="status", mine="true")
        long = str(videos.status(channels[0]).get("longUploadsStatus") or "") if channels else ""
        return facts | ({"long_uploads": long} if long else {}) | {"playlists": self._playlists()}

    def _playlists(self) -> list[dict[str, str]]:
        """Those known before, where they cannot be read now."""
        try:
            listed = self.calls.items("/playlists", part="snippet", mine="true", maxResults=LISTED)
        except PlatformError:
            known = self.facts.get("playlists")
            return known if isinstance(known, list) else []
        return settings.playlists(listed)

    def authorize_url(self, redirect_uri: str, state: str, challenge: str) -> str:
        return oauth.authorize_url(
            self.server, self.keys, redirect_uri, state, challenge, scopes=SCOPES, includes_granted=True
        )

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        return oauth.exchange(self.http, self.server, self.keys, answer, testing=bool(self.set["testing"]))

    def accounts(self) -> list[Account]:
        """As a rule one: whoever has several channels is asked by Google which one it shall be."""
        held = super().refresh()
        channels = self.calls.items("/channels", part="snippet,statistics", mine="true", maxResults=LISTED)
        grantor = oauth.grantor(held, len(channels))
        shown = [_profile(one) for one in channels]
        now = self.calls.credential or held
        return [
            Account(profile, replace(now, account_id=profile.remote_id, service=self.server, grantor=grantor))
            for profile in shown
        ]

    def refresh(self) -> Credential:
        return oauth.refresh(self.http, self.server, self.keys, super().refresh())

    def profile(self) -> Profile:
        shown = {str(one["id"]): one for one in self._channels("snippet,statistics")}
        if self.account_id and self.account_id not in shown:
            raise NeedsConsent(NO_CHANNEL)
        return _profile(shown[self.account_id] if self.account_id else next(iter(shown.values())))

    def _channels(self, part: str) -> list[dict[str, Any]]:
        channels = self.calls.items("/channels", part=part, mine="true", maxResults=LISTED)
        if not channels:
            raise NeedsConsent(NO_CHANNEL)
        return channels

    def revoke(self, *, shared: bool = False) -> None:
        """The consent is the person's: while another channel lives from it, nothing is given back."""
        held = self.calls.credential
        if held and not shared:
            oauth.revoke(self.http, self.server, held.refresh_token or held.access_token)

    # Publishes

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        return limits(facts)

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        return checks.check(outgoing, limits)

    def publish(self, outgoing: Outgoing, read: Read) -> Published | Pending:
        if outgoing.reply_to:
            return self.comment(outgoing)
        video = self._video(outgoing)
        upload = Upload(self.calls, begin(self.calls, outgoing, video, self.set), video, self.save_checkpoint)
        self.save_checkpoint(upload.held.token)
        try:
            self._send(upload, outgoing, read, afresh=True)
        except SessionLost:
            raise NotReached(STALLED) from None
        return self._go_on(upload, outgoing, read)

    def resume(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published | Pending:
        """Where an earlier attempt stopped; from the beginning when its video is gone, locked or another one."""
        if outgoing.reply_to:
            return self.publish(outgoing, read)
        video, known = self._video(outgoing), UploadCheckpoint.of(pending)
        if known.file != fingerprint(video):
            return self.publish(outgoing, read)
        upload = Upload(self.calls, known, video, self.save_checkpoint)
        try:
            self._send(upload, outgoing, read, afresh=False)
        except SessionLost:
            return self.publish(outgoing, read)
        shown = self._shown(upload.held.video)
        if shown is None or videos.is_gone(shown) or (known.asked and not videos.is_out(shown)):
            return self.publish(outgoing, read)
        return self._out(shown, upload.held) if videos.is_out(shown) else self._go_on(upload, outgoing, read)

    def finish(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published | Pending:
        return self.resume(outgoing, pending, read)

    @staticmethod
    def _video(outgoing: Outgoing) -> Video:
        if outgoing.video is None:
            raise Rejected(checks.NEEDS_VIDEO, "video")
        return outgoing.video

    def _send(self, upload: Upload, outgoing: Outgoing, read: Read, *, afresh: bool) -> None:
        """Until there is a video. Raises `Lost` for a session that ended and made none."""
        if upload.held.video:
            return
        try:
            upload.send(read, int(self.set["chunk_bytes"]), afresh=afresh)
        except SessionLost:
            if not upload.held.whole:
                raise
            upload.change(video=self._listed(outgoing))

    def _listed(self, outgoing: Outgoing) -> str:
        """The video that a lost session made, by the list of uploads. Raises `Lost` where there is none."""
        result = self._among_uploads(outgoing, outgoing.created_at, ())
        if isinstance(result, Found):
            return result.published.remote_id
        if isinstance(result, Absent):
            raise SessionLost
        raise OutcomeUnknown("The server failed and did not say whether it published.")

    def _go_on(self, upload: Upload, outgoing: Outgoing, read: Read) -> Published | Pending:
        """The remaining steps of a private video."""
        upload.join(read, outgoing.settings.get(settings.PLAYLIST, ""))
        shown = self._shown(upload.held.video)
        if shown and not self._is_ours(shown):
            raise NeedsConsent(OTHER_CHANNEL, {"video": upload.held.video})
        if shown is None or not (videos.plays(shown) or not self.set["waits_until_it_plays"]):
            return Pending(upload.held.token)
        body = {"id": upload.held.video, **videos.body(outgoing, settings.privacy(outgoing.settings), self.set)}
        try:
            published = self.calls.public("PUT", "/videos", body, part=STATE)
        except Rejected as refused:
            if refused.message == LOCKED:
                self.save_checkpoint("")
            raise
        if videos.status(published).get("privacyStatus") == "private":
            # A locked video is never unlocked: after the audit another one has to be uploaded.
            self.save_checkpoint("")
            raise Rejected(LOCKED, "video", "locked", {"video": upload.held.video})
        upload.held = replace(upload.held, asked=True)
        return self._out(
            {**shown, **published, "status": {**videos.status(shown), **videos.status(published)}}, upload.held
        )

    def _is_ours(self, shown: Mapping[str, Any]) -> bool:
        """Which channel an upload goes to, Google decides by the consent; nothing in the call names it."""
        return (shown.get("snippet") or {}).get("channelId", self.account_id) == self.account_id

    def _out(self, shown: Mapping[str, Any], held: UploadCheckpoint) -> Published | Pending:
        return videos.published(shown) if videos.plays(shown) else Pending(replace(held, asked=True).token)

    def _shown(self, video: str) -> dict[str, Any] | None:
        items = self.calls.items("/videos", part=STATE, id=video)
        return items[0] if items else None

    def check_status(self, pending: Pending) -> Published | Pending | Ready | ContainerExpired:
        held = UploadCheckpoint.of(pending)
        shown = self._shown(held.video) if held.video else None
        if shown is None:
            return pending
        plays = videos.plays(shown)
        if videos.is_out(shown):
            return videos.published(shown) if plays else pending
        if held.asked:
            raise Rejected(LOCKED, "video", "locked", {"video": held.video})
        return Ready(pending.token) if plays or not self.set["waits_until_it_plays"] else pending

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        now = datetime.now(UTC)
        if outgoing.reply_to:
            return matching.match_candidates(self.own_comments(outgoing.reply_to), outgoing, since, now, bound)
        held = UploadCheckpoint.of(checkpoint) if checkpoint and outgoing.video else None
        if held is None or not outgoing.video or held.file != fingerprint(outgoing.video):
            return self._public_upload(outgoing, since, bound)
        if not held.video:
            try:
                _at, video = Upload(self.calls, held, outgoing.video, self.save_checkpoint).progress()
            except SessionLost:
                return self._public_upload(outgoing, since, bound)
            held = replace(held, video=video)
        shown = self._shown(held.video) if held.video else None
        if shown is None or videos.is_gone(shown):
            return Absent()
        return Found(videos.published(shown)) if videos.is_out(shown) else Ready(held.token)

    def _public_upload(self, outgoing: Outgoing, since: datetime, bound: Collection[str]) -> FindResult:
        result = self._among_uploads(outgoing, since, bound)
        if not isinstance(result, Found):
            return result
        shown = self._shown(result.published.remote_id)
        return result if shown and videos.is_out(shown) else Absent()

    def _among_uploads(self, outgoing: Outgoing, since: datetime, bound: Collection[str]) -> FindResult:
        """https://developers.google.com/youtube/v3/guides/implementation/videos#videos-retrieve-uploads"""
        (channel, *_more) = self._channels("contentDetails")
        playlist = ((channel.get("contentDetails") or {}).get("relatedPlaylists") or {}).get("uploads")
        params = {"part": "snippet,contentDetails", "playlistId": playlist, "maxResults": LISTED}
        listed: list[dict[str, Any]] = []
        for _ in range(FIND_PAGES):
            page = self.calls.get("/playlistItems", **params)
            listed += [one for one in page.get("items") or () if isinstance(one, dict)]
            params["pageToken"] = page.get("nextPageToken")
            if not params["pageToken"] or videos.candidate(listed[-1]).at < since - matching.SLACK:
                break
        sent = replace(outgoing, text=videos.whole(outgoing.heading, outgoing.text), pictures=())
        return matching.match_candidates(map(videos.candidate, listed), sent, since, datetime.now(UTC), bound)

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        return videos.named(link)

    def edit(self, remote_id: str, outgoing: Outgoing) -> Published:
        """Title and text; the video, its number and everything else stay as they are."""
        video, comment = parted(remote_id)
        if comment:
            body: dict[str, Any] = {"id": comment, "snippet": {"textOriginal": outgoing.text}}
            self.calls.public("PUT", "/comments", body, part="snippet")
            return Published(remote_id, videos.permalink(video), datetime.now(UTC))
        shown = self._shown(video)
        if shown is None:
            raise Rejected(videos.TAKEN_DOWN, "video", "404")
        fresh = videos.body(outgoing, "public", self.set)["snippet"]
        unchanged = {name: value for name, value in (shown.get("snippet") or {}).items() if name in ("categoryId",)}
        updated = self.calls.public("PUT", "/videos", {"id": video, "snippet": {**fresh, **unchanged}}, part="snippet")
        return videos.published({**shown, **updated, "id": video})

    def withdraw(self, remote_id: str) -> None:
        video, comment = parted(remote_id)
        path = "/comments" if comment else "/videos"
        try:
            self.calls.private("DELETE", self.calls.api(path), params={"id": comment or video})
        except Rejected as refused:
            if refused.code != "404":
                raise


def _profile(channel: Mapping[str, Any]) -> Profile:
    snippet = channel.get("snippet") or {}
    handle = str(snippet.get("customUrl") or "")
    remote_id, title = str(channel["id"]), str(snippet.get("title") or "")
    thumbnails = snippet.get("thumbnails") or {}
    return Profile(
        remote_id=remote_id,
        handle=handle if handle.startswith("@") else title,
        name=title,
        url=f"https://www.youtube.com/{handle}"
        if handle.startswith("@")
        else f"https://www.youtube.com/channel/{remote_id}",
        avatar_url=str((thumbnails.get("default") or {}).get("url") or ""),
        followers=account(channel.get("statistics")).get("followers"),
    )
