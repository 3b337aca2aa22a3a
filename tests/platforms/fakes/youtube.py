"""YouTube's Data API, version 3, as a publishing application sees it. https://developers.google.com/youtube/v3/docs

Strict about parameters, parts, PKCE and the sizes of chunks; an upload's session reports how much has arrived and makes
one video; uploads of an unaudited project stay private whatever they request; numbers are strings, hidden ones are left
out; every call costs its documented quota.
"""

import base64
import hashlib
import io
import json
import re
import secrets
import urllib.parse
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from PIL import Image

from tests.platforms.fakes.core import Refusal, Reply, Request, routed

CLIENT, SECRET = "1044-dobosar.apps.googleusercontent.com", "GOCSPX-secret"
AUTH = "https://www.googleapis.com/auth/youtube"
SCOPES = (f"{AUTH}.force-ssl", f"{AUTH}.upload")
LIFE, CODE_LIFE = timedelta(hours=1), timedelta(minutes=10)
TESTING, SESSION_LIFE = timedelta(days=7), timedelta(days=7)
GRAIN = 256 * 1024
TITLE, DESCRIPTION, TAGS, COVER, COMMENT = 100, 5_000, 500, 2_000_000, 10_000
COSTS = {"insert": 50, "update": 50, "delete": 50, "cover": 50, "captions": 400, "moderate": 50, "list": 1, "item": 50}
SNIPPET = {"title", "description", "tags", "categoryId", "defaultLanguage"}
STATUS = {"privacyStatus", "publishAt", "selfDeclaredMadeForKids", "embeddable", "license", "containsSyntheticMedia"}
MARKO = "UC" + "m" * 22


def error(status: int, reason: str, message: str = "", domain: str = "youtube.video") -> Refusal:
    text = message or reason
    content = {"code": status, "message": text, "errors": [{"message": text, "domain": domain, "reason": reason}]}
    return Refusal(status, {"error": content})


def unexpected(names: Iterable[str]) -> Refusal:
    return error(400, "unexpectedParameter", f"No expected parameters: {sorted(names)}", "youtube.parameter")


class YouTubeFake:
    OPTIONS = {
        "youtube_polls": 0,
        "youtube_video": "processed",
        "youtube_unaudited": False,
        "youtube_unverified": False,
        "youtube_hidden": False,
        "youtube_list_lag": 0,
        "youtube_declined": (),
        "youtube_testing": False,
        "youtube_no_channel": False,
        "youtube_several": False,
        "youtube_comments_off": False,
        "youtube_keeps": 0,
        "youtube_quota": 10_000,
        "youtube_uploads": 100,
        "youtube_long_uploads": "allowed",
        "youtube_playlist_room": 5_000,
    }

    def __init__(self, world: Any) -> None:
        self.world = world
        self.serial = 0
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, dict[str, Any]] = {}
        self.videos: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, dict[str, Any]] = {}
        self.playlists: dict[str, dict[str, Any]] = {}
        """By id: "by", "title" and "videos" in their order."""
        self.units = self.uploads = 0

    # the server

    def handle(self, request: Request) -> Reply:
        if request.path == "/o/oauth2/v2/auth":
            return self._dialog(request)
        answer = routed(self._routes(), request)
        return answer if isinstance(answer, Reply) else Reply(200, answer)

    def _routes(self) -> list[tuple[str, str, Any]]:
        return [
            ("POST", r"/token", self.token),
            ("POST", r"/revoke", self.revoke),
            ("POST", r"/upload/youtube/v3/videos", self.insert),
            ("PUT", r"/upload/youtube/v3/videos", self.put),
            ("POST", r"/upload/youtube/v3/thumbnails/set", self.cover),
            ("POST", r"/upload/youtube/v3/captions", self.captions),
            ("GET", r"/youtube/v3/channels", self.list_channels),
            ("GET", r"/youtube/v3/videos", self.list_videos),
            ("PUT", r"/youtube/v3/videos", self.update),
            ("DELETE", r"/youtube/v3/videos", self.delete),
            ("GET", r"/youtube/v3/playlists", self.list_playlists),
            ("GET", r"/youtube/v3/playlistItems", self.list_items),
            ("POST", r"/youtube/v3/playlistItems", self.add_item),
            ("GET", r"/youtube/v3/commentThreads", self.list_threads),
            ("POST", r"/youtube/v3/commentThreads", self.start_thread),
            ("GET", r"/youtube/v3/comments", self.list_comments),
            ("POST", r"/youtube/v3/comments", self.answer),
            ("PUT", r"/youtube/v3/comments", self.change_comment),
            ("DELETE", r"/youtube/v3/comments", self.delete_comment),
            ("POST", r"/youtube/v3/comments/setModerationStatus", self.moderate),
        ]

    def too_many(self, seconds: float) -> Reply:
        """A day's quota has no header; shorter limits are the infrastructure's."""
        if seconds > 3600:
            return error(403, "quotaExceeded", "The request cannot be completed.", "youtube.quota").reply
        reply = error(429, "rateLimitExceeded", "Too many requests", "global").reply
        reply.headers |= {"Retry-After": str(int(seconds))}
        return reply

    def kill_token(self, token: str, action: str) -> None:
        """An expired one can be renewed, a consent that was taken back cannot."""
        channel = self.tokens.get(token, {}).get("channel")
        for key, held in self.tokens.items():
            held["dead"] = held.get("dead") or key == token or (action == "revoke_token" and held["channel"] == channel)

    def _channel(self, request: Request, action: str = "list", scope: str = "force-ssl") -> dict[str, Any]:
        held = self.tokens.get(request.token)
        if held is None or held.get("dead") or held["kind"] != "access" or held["ends"] < self._now():
            raise error(401, "authError", "Invalid Credentials", "global")
        if f"{AUTH}.{scope}" not in held["scopes"]:
            raise error(403, "insufficientPermissions", "Request had insufficient authentication scopes.", "global")
        self.units += COSTS.get(action, 0)
        if self.units > self.world.options["youtube_quota"]:
            raise error(403, "quotaExceeded", "The request cannot be completed.", "youtube.quota")
        return self.channels[held["channel"]]

    def _asked(self, request: Request, *known: str) -> None:
        if unknown := set(request.query) - {*known, "part", "fields"}:
            raise unexpected(unknown)

    # consent

    def _dialog(self, request: Request) -> Reply:
        """GET is the page; POST is the person's decision: `channel` where there are several."""
        asked = {name: values[0] for name, values in request.query.items()} | (request.form() if request.body else {})
        known = asked.get("client_id") == CLIENT and asked.get("response_type") == "code" and asked.get("state")
        if not known or asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return Reply(400, "<h1>Error 400: invalid_request</h1>", content_type="text/html")
        if request.method == "GET":
            return Reply(200, "<h1>Dobošar wants access to your Google Account</h1>", content_type="text/html")
        back = {"state": asked["state"]}
        if asked.get("decision") == "deny":
            back["error"] = "access_denied"
        else:
            code = "4/0" + secrets.token_urlsafe(40)
            scopes = [one for one in asked["scope"].split() if one not in self.world.options["youtube_declined"]]
            names = {one["name"]: one["id"] for one in self.channels.values()}
            channel = names.get(asked.get("channel", ""), next(iter(names.values())))
            self.codes[code] = {"redirect_uri": asked["redirect_uri"], "scopes": scopes, "channel": channel}
            self.codes[code] |= {"challenge": asked["code_challenge"], "ends": self._now() + CODE_LIFE}
            self.codes[code] |= {"renews": asked.get("access_type") == "offline" and "consent" in asked["prompt"]}
            back |= {"code": code, "scope": " ".join(scopes)}
        return Reply(302, "", {"Location": f"{asked['redirect_uri']}?{urllib.parse.urlencode(back)}"})

    def token(self, request: Request) -> dict[str, Any]:
        form = request.form() if request.kind == "application/x-www-form-urlencoded" else {}
        if form.get("client_id") != CLIENT or form.get("client_secret") != SECRET:
            raise Refusal(401, {"error": "invalid_client", "error_description": "Unauthorized"})
        if form.get("grant_type") == "refresh_token":
            held = self.tokens.get(form.get("refresh_token", ""))
            if held is None or held.get("dead") or held["kind"] != "refresh" or held["ends"] < self._now():
                message = "Token has been expired or revoked."
                raise Refusal(400, {"error": "invalid_grant", "error_description": message})
            return self._given(held["channel"], held["scopes"])
        known = self.codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        fits = known and known["redirect_uri"] == form.get("redirect_uri") and known["ends"] > self._now()
        if not known or not fits or proof.decode().rstrip("=") != known["challenge"]:
            raise Refusal(400, {"error": "invalid_grant", "error_description": "Malformed auth code."})
        tokens = self._given(known["channel"], known["scopes"])
        return tokens | (self._renewal(known["channel"], known["scopes"]) if known["renews"] else {})

    def _given(self, channel: str, scopes: Any) -> dict[str, Any]:
        access = "ya29." + secrets.token_urlsafe(48)
        ends = self._now() + LIFE
        self.tokens[access] = {"kind": "access", "channel": channel, "scopes": tuple(scopes), "ends": ends}
        return {"access_token": access, "expires_in": 3599, "token_type": "Bearer", "scope": " ".join(scopes)}

    def _renewal(self, channel: str, scopes: Any) -> dict[str, Any]:
        renewal = "1//" + secrets.token_urlsafe(48)
        testing = self.world.options["youtube_testing"]
        ends = self._now() + (TESTING if testing else timedelta(days=180))
        self.tokens[renewal] = {"kind": "refresh", "channel": channel, "scopes": tuple(scopes), "ends": ends}
        return {"refresh_token": renewal} | ({"refresh_token_expires_in": 604_799} if testing else {})

    def revoke(self, request: Request) -> dict[str, Any]:
        held = self.tokens.get(request.form().get("token", ""))
        if held is None or held.get("dead"):
            raise Refusal(400, {"error": "invalid_token", "error_description": "Token expired or revoked"})
        for one in self.tokens.values():
            one["dead"] = one.get("dead") or one["channel"] == held["channel"]
        return {}

    def list_channels(self, request: Request) -> dict[str, Any]:
        channel = self._channel(request)
        self._asked(request, "mine", "maxResults")
        if request.one("mine") != "true":
            raise error(400, "missingRequiredParameter", domain="youtube.parameter")
        mine = list(self.channels.values()) if self.world.options["youtube_several"] else [channel]
        shown = (
            []
            if self.world.options["youtube_no_channel"]
            else [_parts(request, self._channel_entity(one)) for one in mine]
        )
        return {"kind": "youtube#channelListResponse", "pageInfo": {"totalResults": len(shown)}, "items": shown}

    def _channel_entity(self, channel: dict[str, Any]) -> dict[str, Any]:
        entity: dict[str, Any] = {
            "id": channel["id"],
            "kind": "youtube#channel",
            "snippet": {
                "title": channel["title"],
                "customUrl": f"@{channel['name']}",
                "thumbnails": {"default": {"url": "https://yt3.example/a.jpg"}},
            },
            "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": "UU" + channel["id"][2:]}},
            "status": {"privacyStatus": "public", "longUploadsStatus": self.world.options["youtube_long_uploads"]},
            "statistics": {"viewCount": "1200", "videoCount": str(len(self._of(channel)))},
        }
        hidden = self.world.options["youtube_hidden"]
        entity["statistics"] |= {"hiddenSubscriberCount": hidden} | ({} if hidden else {"subscriberCount": "431"})
        return entity

    # uploads

    def insert(self, request: Request) -> Reply:
        channel = self._channel(request, scope="upload", action="")
        self._asked(request, "uploadType", "notifySubscribers")
        if request.one("uploadType") != "resumable" or set(request.one("part").split(",")) != {"snippet", "status"}:
            raise error(400, "missingRequiredParameter", domain="youtube.parameter")
        if self.world.options["youtube_no_channel"]:
            raise error(401, "youtubeSignupRequired", "Unauthorized", "youtube.header")
        metadata = _json(request)
        if unknown := set(metadata) - {"snippet", "status"}:
            raise unexpected(unknown)
        self._metadata(metadata)
        self.uploads += 1
        if self.uploads > self.world.options["youtube_uploads"]:
            raise error(400, "uploadLimitExceeded", "The user has exceeded the number of videos they may upload.")
        kind, size = (
            request.headers.get("x-upload-content-type", ""),
            request.headers.get("x-upload-content-length", ""),
        )
        if not kind.startswith("video/") or not size.isdigit():
            raise error(400, "mediaBodyRequired", "The request does not include the video content.")
        key = secrets.token_urlsafe(60)
        ends = self._now() + SESSION_LIFE
        self.sessions[key] = {
            "by": channel["id"],
            "metadata": metadata,
            "size": int(size),
            "bytes": bytearray(),
            "video": "",
        }
        self.sessions[key] |= {"ends": ends, "notifies": request.one("notifySubscribers")}
        query = f"uploadType=resumable&part=snippet,status&upload_id={key}"
        return Reply(200, "", {"Location": f"{self.world.url}/youtube/upload/youtube/v3/videos?{query}"})

    def _metadata(self, metadata: Mapping[str, Any]) -> None:
        snippet, status = metadata.get("snippet") or {}, metadata.get("status") or {}
        if unknown := (set(snippet) - SNIPPET) | (set(status) - STATUS):
            raise unexpected(unknown)
        if status.get("privacyStatus", "public") not in ("public", "unlisted", "private"):
            raise error(400, "invalidVideoMetadata", "The request metadata is invalid.")
        flags = ("selfDeclaredMadeForKids", "embeddable", "containsSyntheticMedia")
        if not all(isinstance(status.get(name, False), bool) for name in flags):
            raise error(400, "invalidVideoMetadata", "The request metadata is invalid.")
        title, text = snippet.get("title", ""), snippet.get("description", "")
        if not title or len(title) > TITLE or {"<", ">"} & set(title):
            raise error(400, "invalidTitle", "The request metadata specifies an invalid or empty video title.")
        if len(text.encode()) > DESCRIPTION or {"<", ">"} & set(text):
            raise error(400, "invalidDescription", "The request metadata specifies an invalid video description.")
        tags = snippet.get("tags", [])
        if sum(len(tag) + 2 * (" " in tag) for tag in tags) + max(len(tags) - 1, 0) > TAGS:
            raise error(400, "invalidTags", "The request metadata specifies invalid video keywords.")
        if not str(snippet.get("categoryId", "")).isdigit():
            raise error(400, "invalidCategoryId")

    def put(self, request: Request) -> Reply:
        """Bytes, or the question how many there are."""
        self._channel(request, scope="upload", action="")
        session = self.sessions.get(request.one("upload_id"))
        if session is None or session["ends"] < self._now():
            raise error(404, "notFound", "Upload session not found", "global")
        ranged = re.fullmatch(r"bytes (?:\*|(\d+)-(\d+))/(\d+)", request.headers.get("content-range", ""))
        if not ranged or int(ranged[3]) != session["size"]:
            raise error(400, "badContentRange", domain="global")
        if session["video"]:
            return Reply(200, self._whole(self.videos[session["video"]]))
        if ranged[1] is not None:
            self._take(session, int(ranged[1]), int(ranged[2]), request.body)
        if len(session["bytes"]) < session["size"]:
            have = len(session["bytes"])
            return Reply(308, "", {"Range": f"bytes=0-{have - 1}"} if have else {})
        return Reply(201, self._whole(self._made(session)))

    def _take(self, session: dict[str, Any], first: int, last: int, content: bytes) -> None:
        if first != len(session["bytes"]) or last - first + 1 != len(content):
            raise error(400, "badContentRange", domain="global")
        if last + 1 < session["size"] and len(content) % GRAIN:
            raise error(400, "badRequest", "Chunks are a multiple of 256 KiB", "global")
        keeps = self.world.options["youtube_keeps"]
        self.world.options["youtube_keeps"] = 0
        session["bytes"] += content[:keeps] if keeps else content

    def _made(self, session: dict[str, Any]) -> dict[str, Any]:
        self.serial += 1
        number = base64.urlsafe_b64encode(hashlib.sha256(str(self.serial).encode()).digest()).decode()[:11]
        session["video"] = number
        metadata = json.loads(json.dumps(session["metadata"]))
        self.videos[number] = {
            "id": number, "by": session["by"], "snippet": metadata["snippet"], "status": metadata["status"],
            "bytes": len(session["bytes"]), "state": "uploaded", "polls": self.world.options["youtube_polls"],
            "at": self._now(), "likes": 0, "cover": b"", "captions": [], "listed": 0,
        }  # fmt: skip
        if self.world.options["youtube_unaudited"]:
            metadata["status"]["privacyStatus"] = "private"
        return self.videos[number]

    def cover(self, request: Request) -> dict[str, Any]:
        channel = self._channel(request, "cover", "upload")
        self._asked(request, "videoId", "uploadType")
        video = self._own(channel, request.one("videoId"))
        if self.world.options["youtube_unverified"]:
            raise error(403, "forbidden", "The authenticated user doesn't have permissions to upload thumbnails.")
        if request.kind not in ("image/jpeg", "image/png") or len(request.body) > COVER:
            raise error(400, "invalidImage", "The provided image content is invalid.")
        try:
            Image.open(io.BytesIO(request.body)).verify()
        except Exception:
            raise error(400, "invalidImage", "The provided image content is invalid.") from None
        video["cover"] = request.body
        return {"kind": "youtube#thumbnailSetResponse", "items": []}

    def captions(self, request: Request) -> dict[str, Any]:
        channel = self._channel(request, "captions")
        self._asked(request, "uploadType")
        if request.one("uploadType") != "multipart" or request.kind != "multipart/related":
            raise error(400, "contentRequired", "The request does not contain the caption track contents.")
        raw = b"Content-Type: " + request.headers["content-type"].encode() + b"\r\n\r\n" + request.body
        head, file = BytesParser(policy=HTTP).parsebytes(raw).iter_parts()
        snippet = json.loads(head.get_payload(decode=True))["snippet"]
        video = self._own(channel, snippet["videoId"])
        content = file.get_payload(decode=True)
        if b"-->" not in content:
            raise error(400, "invalidMetadata", "The caption track could not be read.")
        key = (snippet["language"], snippet["name"])
        if key in [one["key"] for one in video["captions"]]:
            raise error(409, "captionExists", "The video already has a caption track with this language and name.")
        video["captions"].append({"key": key, "content": content})
        return {"kind": "youtube#caption", "id": secrets.token_hex(8), "snippet": snippet}

    # videos

    def _own(self, channel: dict[str, Any], number: str) -> dict[str, Any]:
        video = self.videos.get(number)
        if video is None or video["by"] != channel["id"]:
            raise error(404, "videoNotFound", "The video cannot be found.")
        return video

    def _of(self, channel: dict[str, Any]) -> list[dict[str, Any]]:
        return [one for one in self.videos.values() if one["by"] == channel["id"]]

    def _whole(self, video: dict[str, Any]) -> dict[str, Any]:
        below = [one for one in self.comments.values() if one["video"] == video["id"] and one["state"] == "published"]
        numbers = {"viewCount": "11", "favoriteCount": "0"}
        if not self.world.options["youtube_hidden"]:
            numbers |= {"likeCount": str(video["likes"]), "commentCount": str(len(below))}
        status = {**video["status"], "uploadStatus": video["state"].partition(":")[0]}
        if why := video["state"].partition(":")[2]:
            status |= {"failureReason" if status["uploadStatus"] == "failed" else "rejectionReason": why}
        snippet = {**video["snippet"], "publishedAt": _iso(video["at"]), "channelId": video["by"]}
        entity = {"kind": "youtube#video", "id": video["id"], "snippet": snippet, "status": status}
        return entity | {"statistics": numbers}

    def list_videos(self, request: Request) -> dict[str, Any]:
        channel = self._channel(request)
        self._asked(request, "id", "maxResults")
        ids = request.one("id").split(",")
        if len(ids) > 50:
            raise error(400, "invalidFilters", domain="youtube.parameter")
        shown = []
        for video in [self.videos[one] for one in ids if one in self.videos]:
            if video["by"] != channel["id"] and video["status"]["privacyStatus"] == "private":
                continue
            if video["state"] == "uploaded":
                video["state"] = self.world.options["youtube_video"] if video["polls"] <= 0 else "uploaded"
                video["polls"] -= 1
            shown.append(_parts(request, self._whole(video)))
        return {"kind": "youtube#videoListResponse", "items": shown}

    def update(self, request: Request) -> dict[str, Any]:
        channel = self._channel(request, "update")
        self._asked(request)
        body, parts = _json(request), set(request.one("part").split(","))
        if unknown := set(body) - {"id", *parts}:
            raise unexpected(unknown)
        video = self._own(channel, body.get("id", ""))
        self._metadata({"snippet": video["snippet"], **{name: body.get(name, {}) for name in parts}})
        if "snippet" in parts:
            video["snippet"] = body["snippet"]
        if "status" in parts:
            was = video["status"].get("privacyStatus")
            video["status"] = {"privacyStatus": "public", **body["status"]}
            if self.world.options["youtube_unaudited"]:
                video["status"]["privacyStatus"] = "private"
            if was == "private" and video["status"]["privacyStatus"] == "public":
                video["at"] = self._now()
        return _parts(request, self._whole(video))

    def delete(self, request: Request) -> Reply:
        channel = self._channel(request, "delete")
        self._asked(request, "id")
        self._own(channel, request.one("id"))
        del self.videos[request.one("id")]
        return Reply(204, "")

    def playlist(self, name: str, title: str) -> str:
        """The id of a new playlist of a channel."""
        (owner,) = [one["id"] for one in self.channels.values() if one["name"] == name]
        key = f"PL{secrets.token_hex(16)}"
        self.playlists[key] = {"by": owner, "title": title, "videos": []}
        return key

    def list_playlists(self, request: Request) -> dict[str, Any]:
        channel = self._channel(request)
        self._asked(request, "mine", "maxResults", "pageToken")
        if request.one("mine") != "true" or int(request.one("maxResults", "5")) > 50:
            raise error(400, "invalidFilters", domain="youtube.parameter")
        own = [(key, one) for key, one in self.playlists.items() if one["by"] == channel["id"]]
        entities = [
            {"kind": "youtube#playlist", "id": key, "snippet": {"title": one["title"], "channelId": one["by"]}}
            for key, one in own
        ]
        return {"kind": "youtube#playlistListResponse", "items": [_parts(request, one) for one in entities[:50]]}

    def list_items(self, request: Request) -> dict[str, Any]:
        """Of the uploads, or whether a video is in a playlist."""
        if not request.one("videoId"):
            return self.list_uploads(request)
        self._channel(request)
        self._asked(request, "playlistId", "videoId", "maxResults")
        playlist = self.playlists.get(request.one("playlistId"))
        if playlist is None:
            raise error(404, "playlistNotFound", domain="youtube.playlistItem")
        found = [one for one in playlist["videos"] if one == request.one("videoId")]
        return {"items": [{"kind": "youtube#playlistItem", "id": f"PLI{one}"} for one in found]}

    def add_item(self, request: Request) -> dict[str, Any]:
        channel = self._channel(request, "item")
        self._asked(request)
        body = _json(request)
        snippet = body.get("snippet") or {}
        if unknown := (set(body) - {"snippet"}) | (set(snippet) - {"playlistId", "resourceId", "position"}):
            raise unexpected(unknown)
        playlist = self.playlists.get(snippet.get("playlistId", ""))
        if playlist is None:
            raise error(404, "playlistNotFound", domain="youtube.playlistItem")
        if playlist["by"] != channel["id"]:
            raise error(403, "playlistItemsNotAccessible", "Forbidden", "youtube.playlistItem")
        video = self._own(channel, snippet["resourceId"]["videoId"])
        if len(playlist["videos"]) >= self.world.options["youtube_playlist_room"]:
            raise error(403, "playlistContainsMaximumNumberOfVideos", "Full", "youtube.playlistItem")
        playlist["videos"].append(video["id"])
        return {"kind": "youtube#playlistItem", "id": f"PLI{video['id']}", "snippet": snippet}

    def list_uploads(self, request: Request) -> dict[str, Any]:
        channel = self._channel(request)
        self._asked(request, "playlistId", "maxResults", "pageToken")
        if request.one("playlistId") != "UU" + channel["id"][2:]:
            raise error(404, "playlistNotFound", domain="youtube.playlistItem")
        videos = []
        for video in sorted(self._of(channel), key=lambda one: one["at"], reverse=True):
            video["listed"] += 1
            if video["listed"] > self.world.options["youtube_list_lag"]:
                videos.append(video)
        size, start = int(request.one("maxResults", "5")), int(request.one("pageToken", "0"))
        if size > 50:
            raise error(400, "invalidFilters", domain="youtube.parameter")
        page = {"items": [_parts(request, _entry(one)) for one in videos[start : start + size]]}
        return page | ({"nextPageToken": str(start + size)} if start + size < len(videos) else {})

    # comments

    def list_threads(self, request: Request) -> dict[str, Any]:
        channel = self._channel(request)
        self._asked(
            request, "videoId", "allThreadsRelatedToChannelId", "order", "maxResults", "textFormat", "pageToken"
        )
        size = int(request.one("maxResults", "20"))
        if not 1 <= size <= 100 or request.one("order") != "time":
            raise error(400, "invalidFilters", domain="youtube.parameter")
        if request.one("videoId"):
            videos = [self._own(channel, request.one("videoId"))]
        else:
            videos = self._of(self.channels[request.one("allThreadsRelatedToChannelId")])
        if self.world.options["youtube_comments_off"] and request.one("videoId"):
            raise error(403, "commentsDisabled", "The video has disabled comments.", "youtube.commentThread")
        ids = {video["id"] for video in videos}
        tops = [one for one in self._shown() if one["video"] in ids and not one["above"]]
        tops.sort(key=lambda one: (one["at"], one["id"]), reverse=True)
        return {"items": [_parts(request, self._thread(one, channel)) for one in tops[:size]]}

    def _shown(self) -> list[dict[str, Any]]:
        return [one for one in self.comments.values() if one["state"] == "published"]

    def _thread(self, top: dict[str, Any], channel: dict[str, Any]) -> dict[str, Any]:
        answers = [one for one in self._shown() if one["above"] == top["id"]]
        snippet = {"videoId": top["video"], "topLevelComment": self._comment(top, channel), "isPublic": True}
        snippet |= {"totalReplyCount": len(answers), "canReply": True}
        thread = {"kind": "youtube#commentThread", "id": top["id"], "snippet": snippet}
        newest = answers[-5:]
        return thread | ({"replies": {"comments": [self._comment(one, channel) for one in newest]}} if newest else {})

    def _comment(self, one: dict[str, Any], channel: dict[str, Any]) -> dict[str, Any]:
        name = next((c["name"] for c in self.channels.values() if c["id"] == one["by"]), "marko")
        snippet = {
            "textDisplay": one["text"], "authorDisplayName": f"@{name}", "authorChannelId": {"value": one["by"]},
            "authorChannelUrl": f"http://www.youtube.com/@{name}", "publishedAt": _iso(one["at"]),
            "authorProfileImageUrl": "https://yt3.example/b.jpg", "likeCount": 0, "updatedAt": _iso(one["at"]),
        }  # fmt: skip
        snippet |= {"textOriginal": one["text"]} if one["by"] == channel["id"] else {}
        snippet |= {"parentId": one["above"]} if one["above"] else {}
        return {"kind": "youtube#comment", "id": one["id"], "snippet": snippet}

    def list_comments(self, request: Request) -> dict[str, Any]:
        channel = self._channel(request)
        self._asked(request, "parentId", "maxResults", "textFormat", "pageToken")
        replies = [one for one in self._shown() if one["above"] == request.one("parentId")]
        return {"items": [self._comment(one, channel) for one in replies[: int(request.one("maxResults", "20"))]]}

    def start_thread(self, request: Request) -> dict[str, Any]:
        channel = self._channel(request, "insert")
        snippet = _json(request)["snippet"]
        if unknown := set(snippet) - {"videoId", "channelId", "topLevelComment"}:
            raise unexpected(unknown)
        video = self.videos.get(snippet["videoId"])
        if video is None:
            raise error(404, "videoNotFound", domain="youtube.commentThread")
        if self.world.options["youtube_comments_off"]:
            raise error(403, "commentsDisabled", "The video has disabled comments.", "youtube.commentThread")
        made = self._add_comment(channel["id"], video["id"], snippet["topLevelComment"]["snippet"]["textOriginal"])
        return self._thread(made, channel)

    def answer(self, request: Request) -> dict[str, Any]:
        channel = self._channel(request, "insert")
        snippet = _json(request)["snippet"]
        above = self.comments.get(snippet.get("parentId", ""))
        if set(snippet) != {"parentId", "textOriginal"} or above is None or above["above"]:
            raise error(404, "parentCommentNotFound", domain="youtube.comment")
        return self._comment(
            self._add_comment(channel["id"], above["video"], snippet["textOriginal"], above["id"]), channel
        )

    def _add_comment(self, who: str, video: str, text: str, above: str = "") -> dict[str, Any]:
        if not text:
            raise error(400, "commentTextRequired", domain="youtube.comment")
        if len(text) > COMMENT:
            raise error(400, "commentTextTooLong", domain="youtube.comment")
        number = "Ugx" + secrets.token_urlsafe(16).replace(".", "")
        number = f"{above}.{secrets.token_hex(11)}" if above else number
        self.comments[number] = {
            "id": number, "by": who, "video": video, "text": text, "above": above, "at": self._now(),
            "state": "published",
        }  # fmt: skip
        return self.comments[number]

    def _mine(self, channel: dict[str, Any], number: str) -> dict[str, Any]:
        comment = self.comments.get(number)
        if comment is None:
            raise error(404, "commentNotFound", domain="youtube.comment")
        if channel["id"] not in (comment["by"], self.videos[comment["video"]]["by"]):
            raise error(403, "forbidden", domain="youtube.comment")
        return comment

    def change_comment(self, request: Request) -> dict[str, Any]:
        channel = self._channel(request, "update")
        body = _json(request)
        comment = self._mine(channel, body["id"])
        comment["text"] = body["snippet"]["textOriginal"]
        return self._comment(comment, channel)

    def delete_comment(self, request: Request) -> Reply:
        del self.comments[self._mine(self._channel(request, "delete"), request.one("id"))["id"]]
        return Reply(204, "")

    def moderate(self, request: Request) -> Reply:
        self._asked(request, "id", "moderationStatus", "banAuthor")
        comment = self._mine(self._channel(request, "moderate"), request.one("id"))
        if request.one("moderationStatus") not in ("published", "heldForReview", "rejected"):
            raise error(400, "invalidFilters", domain="youtube.parameter")
        comment["state"] = request.one("moderationStatus")
        return Reply(204, "")

    # the control pages

    def account(self, name: str) -> dict[str, Any]:
        channel = next((one for one in self.channels.values() if one["name"] == name), None)
        if channel is None:
            number = "UC" + hashlib.sha256(name.encode()).hexdigest()[:22]
            channel = self.channels[number] = {"id": number, "name": name, "title": f"Општина {name}"}
        tokens = self._given(channel["id"], SCOPES) | self._renewal(channel["id"], SCOPES)
        server = f"{self.world.url}/youtube"
        credential = {
            "access_token": tokens["access_token"],
            "refresh_token": tokens["refresh_token"],
            "expires_at": None,
        }
        credential |= {"service": server, "account_id": channel["id"], "scopes": list(SCOPES)}
        return {"server": server, "keys": {"client_id": CLIENT, "client_secret": SECRET}, "credential": credential}

    def public(self, name: str) -> list[dict[str, Any]]:
        """Public videos of the channel, and its own comments below them."""
        ids = {one["id"] for one in self.channels.values() if one["name"] == name}
        shown = [
            {
                "id": one["id"],
                "text": one["snippet"]["description"],
                "title": one["snippet"]["title"],
                "alts": [],
                "reply_to": None,
                "at": one["at"].isoformat(),
                "video": one["bytes"],
            }
            for one in self.videos.values()
            if one["by"] in ids and one["status"]["privacyStatus"] == "public"
        ]
        return shown + [
            {
                "id": f"{one['video']}:{one['id']}",
                "text": one["text"],
                "alts": [],
                "reply_to": f"{one['video']}:{one['above']}" if one["above"] else one["video"],
                "at": one["at"].isoformat(),
                "video": 0,
            }
            for one in self._shown()
            if one["by"] in ids
        ]

    def react(self, post: str, kind: str, text: str) -> str:
        """`post`: a video, or a comment as the connector names it."""
        video, _, above = post.partition(":")
        if kind == "like":
            self.videos[video]["likes"] += 1
            return video
        return f"{video}:{self._add_comment(MARKO, video, text, above)['id']}"

    def _now(self) -> datetime:
        now: datetime = self.world.clock.now()
        return now


def _json(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError:
        raise error(400, "parseError", "Parse Error", "global") from None
    return dict(body)


def _parts(request: Request, whole: dict[str, Any]) -> dict[str, Any]:
    """Only the requested parts."""
    asked = set(request.one("part").split(","))
    if not asked - {""}:
        raise error(400, "missingRequiredParameter", "No filter selected.", "youtube.parameter")
    return {name: value for name, value in whole.items() if name in asked | {"id", "kind"}}


def _entry(video: dict[str, Any]) -> dict[str, Any]:
    snippet = {"title": video["snippet"]["title"], "description": video["snippet"]["description"]}
    snippet |= {"publishedAt": _iso(video["at"]), "resourceId": {"videoId": video["id"]}}
    return {
        "kind": "youtube#playlistItem",
        "id": f"UU{video['id']}",
        "snippet": snippet,
        "contentDetails": {"videoId": video["id"]},
        "status": {"privacyStatus": video["status"]["privacyStatus"]},
    }


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
