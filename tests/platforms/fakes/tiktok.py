"""TikTok's Content Posting and Display API, as a publishing application sees it.

https://developers.tiktok.com/doc/content-posting-api-get-started

Three shapes of errors: an envelope whose code is not "ok" whatever the status, flat ones from the token endpoints, and
bare statuses from the upload address. Two equal inits make two posts. A public id is returned only after a review.
"""

import hashlib
import io
import json
import re
import secrets
import urllib.parse
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from PIL import Image

from platforms import signatures
from tests.platforms.fakes.containers import Unfetched, file_at
from tests.platforms.fakes.core import Refusal, Reply, Request, routed

CLIENT, SECRET = "tiktok-client-key", "tiktok-client-secret"
SCOPES = ("user.info.basic", "video.publish", "user.info.profile", "user.info.stats", "video.list")
ACCESS, REFRESH, UPLOAD = timedelta(hours=24), timedelta(days=365), timedelta(hours=1)
MB, CAPTION, TITLE, DESCRIPTION, PICTURES = 1_000_000, 2_200, 90, 4_000, 35
USER = {
    "user.info.basic": {"open_id", "union_id", "avatar_url", "display_name"},
    "user.info.profile": {"username", "profile_deep_link", "bio_description", "is_verified"},
    "user.info.stats": {"follower_count", "following_count", "likes_count", "video_count"},
}
VIDEO = {
    "id", "create_time", "title", "video_description", "share_url", "duration", "cover_image_url",
    "view_count", "like_count", "comment_count", "share_count",
}  # fmt: skip
AROUND = {"privacy_level", "disable_comment", "brand_content_toggle", "brand_organic_toggle"}
CHOICES = AROUND - {"privacy_level"} | {"disable_duet", "disable_stitch", "is_aigc", "auto_add_music"}
LEVELS = {"PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY"}
OF_VIDEO = AROUND | {"title", "disable_duet", "disable_stitch", "video_cover_timestamp_ms", "is_aigc"}
OF_PHOTO = AROUND | {"title", "description", "auto_add_music"}


def refusal(status: int, code: str, message: str = "") -> Refusal:
    return Refusal(status, {"data": {}, "error": {"code": code, "message": message, "log_id": log_id()}})


def log_id() -> str:
    return f"2026112509{secrets.token_hex(12).upper()}"


def flat(status: int, error: str, message: str) -> Refusal:
    return Refusal(status, {"error": error, "error_description": message, "log_id": log_id()})


class TikTokFake:
    OPTIONS = {
        "tiktok_audited": True,
        "tiktok_audiences": ("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"),
        "tiktok_disabled": (),
        "tiktok_seconds": 600,
        "tiktok_declined": (),
        "tiktok_pkce": "hex",
        "tiktok_verified": True,
        "tiktok_polls": 0,
        "tiktok_review": 0,
        "tiktok_fails": "",
        "tiktok_forgets": False,
        "tiktok_list_lag": 0,
        "tiktok_lists_photos": True,
        "tiktok_hides": (),
        "tiktok_rotates": True,
        "tiktok_inits_a_minute": 6,
        "tiktok_creator_a_minute": 20,
        "tiktok_status_a_minute": 30,
    }

    def __init__(self, world: Any) -> None:
        self.world = world
        self.serial = 7_500_000_000_000_000_000
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.posts: dict[str, dict[str, Any]] = {}
        """By `publish_id`; a public one has a number besides."""
        self.asked: dict[tuple[str, str], list[datetime]] = {}

    # the server

    def handle(self, request: Request) -> Reply:
        if request.path == "/v2/auth/authorize/":
            return self._dialog(request)
        answer = routed(self._routes(), request)
        if isinstance(answer, Reply):
            return answer
        return Reply(200, {"data": answer, "error": {"code": "ok", "message": "", "log_id": log_id()}})

    def _routes(self) -> list[tuple[str, str, Any]]:
        return [
            ("POST", r"/v2/oauth/token/", self.token),
            ("POST", r"/v2/oauth/revoke/", self.revoke),
            ("GET", r"/v2/user/info/", self.user),
            ("POST", r"/v2/post/publish/creator_info/query/", self.creator),
            ("POST", r"/v2/post/publish/video/init/", self.begin_video),
            ("POST", r"/v2/post/publish/content/init/", self.begin_photos),
            ("POST", r"/v2/post/publish/status/fetch/", self.status),
            ("PUT", r"/video/", self.upload),
            ("POST", r"/v2/video/list/", self.listed),
            ("POST", r"/v2/video/query/", self.several),
        ]

    def too_many(self, seconds: float) -> Reply:
        """There is no header with the time; `seconds` is ignored."""
        return refusal(429, "rate_limit_exceeded", "The API rate limit was exceeded.").reply

    def kill_token(self, token: str, action: str) -> None:
        """An expired one can be renewed, a consent that was taken back cannot."""
        person = self.tokens.get(token, {}).get("person")
        for key, held in self.tokens.items():
            held["dead"] = held.get("dead") or key == token or (action == "revoke_token" and held["person"] == person)

    def _person(self, request: Request, scope: str, limit: str = "") -> str:
        held = self.tokens.get(request.token)
        if held is None or held.get("dead") or held["kind"] != "access" or held["ends"] < self._now():
            raise refusal(401, "access_token_invalid", "The access token is invalid or not found in the request.")
        if scope not in held["scopes"]:
            raise refusal(401, "scope_not_authorized", f"The user did not authorize the scope {scope}.")
        if limit:
            self._count(str(held["person"]), limit)
        return str(held["person"])

    def _count(self, person: str, limit: str) -> None:
        since = self._now() - timedelta(minutes=1)
        recent = [at for at in self.asked.get((person, limit), []) if at > since]
        if len(recent) >= self.world.options[f"tiktok_{limit}_a_minute"]:
            raise refusal(429, "rate_limit_exceeded", "The API rate limit was exceeded.")
        self.asked[person, limit] = [*recent, self._now()]

    # consent

    def _dialog(self, request: Request) -> Reply:
        """GET is the page; POST is the person's decision."""
        asked = {name: values[0] for name, values in request.query.items()} | (request.form() if request.body else {})
        known = asked.get("client_key") == CLIENT and asked.get("response_type") == "code" and asked.get("state")
        challenge, wanted = asked.get("code_challenge", ""), self.world.options["tiktok_pkce"]
        is_hex = bool(re.fullmatch(r"[0-9a-f]{64}", challenge))
        fits = asked.get("code_challenge_method") == "S256" and is_hex if wanted == "hex" else not challenge
        scopes = asked.get("scope", "").split(",")
        if not known or not fits or not set(scopes) <= set(SCOPES):
            return Reply(400, "<h1>Something went wrong</h1>", content_type="text/html")
        if request.method == "GET":
            return Reply(200, "<h1>Dobošar wants to access your account</h1>", content_type="text/html")
        back = {"state": asked["state"]}
        if asked.get("decision") == "deny":
            back |= {"error": "access_denied", "error_description": "User cancelled the authorization"}
        else:
            code = secrets.token_urlsafe(24) + "*v!1234.e1"
            given = [one for one in scopes if one not in self.world.options["tiktok_declined"]]
            self.codes[code] = {"redirect_uri": asked["redirect_uri"], "scopes": given, "challenge": challenge}
            self.codes[code] |= {"person": next(iter(self.people)), "ends": self._now() + timedelta(minutes=10)}
            back |= {"code": code, "scopes": ",".join(given)}
        return Reply(302, "", {"Location": f"{asked['redirect_uri']}?{urllib.parse.urlencode(back)}"})

    def _client(self, request: Request) -> dict[str, str]:
        if request.kind != "application/x-www-form-urlencoded":
            raise flat(400, "invalid_request", "The request is malformed.")
        form = request.form()
        if (form.get("client_key"), form.get("client_secret")) != (CLIENT, SECRET):
            raise flat(401, "invalid_client", "Client key or secret is incorrect.")
        return form

    def token(self, request: Request) -> Reply:
        form = self._client(request)
        if form.get("grant_type") == "refresh_token":
            held = self.tokens.get(form.get("refresh_token", ""))
            if held is None or held.get("dead") or held["kind"] != "refresh" or held["ends"] < self._now():
                # With 200, as some of these errors come.
                raise flat(200, "invalid_grant", "Refresh token is invalid or expired.")
            held["dead"] = self.world.options["tiktok_rotates"]
            return self._given(held["person"], held["scopes"], held["ends"], form["refresh_token"])
        known = self.codes.pop(form.get("code", ""), None)
        if known is None or known["redirect_uri"] != form.get("redirect_uri") or known["ends"] < self._now():
            raise flat(400, "invalid_grant", "Authorization code is expired.")
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).hexdigest() if known["challenge"] else ""
        if proof != known["challenge"]:
            raise flat(400, "invalid_request", "Code verifier or code challenge is invalid.")
        return self._given(known["person"], known["scopes"], self._now() + REFRESH)

    def _given(self, person: str, scopes: Any, until: datetime, old: str = "") -> Reply:
        held = {"person": person, "scopes": tuple(scopes)}
        access, renewal = f"act.{secrets.token_urlsafe(48)}", f"rft.{secrets.token_urlsafe(48)}"
        if old and not self.world.options["tiktok_rotates"]:
            renewal = old
        self.tokens[access] = held | {"kind": "access", "ends": self._now() + ACCESS}
        self.tokens[renewal] = held | {"kind": "refresh", "ends": until}
        tokens = {"open_id": person, "scope": ",".join(scopes), "token_type": "Bearer", "access_token": access}
        tokens |= {"expires_in": int(ACCESS.total_seconds()), "refresh_token": renewal}
        return Reply(200, tokens | {"refresh_expires_in": int((until - self._now()).total_seconds())})

    def revoke(self, request: Request) -> Reply:
        held = self.tokens.get(self._client(request).get("token", ""))
        if held is None or held.get("dead"):
            raise flat(400, "invalid_request", "Token is invalid.")
        for other in self.tokens.values():
            other["dead"] = other.get("dead") or other["person"] == held["person"]
        return Reply(200, b"")

    # who it is

    def user(self, request: Request) -> dict[str, Any]:
        person = self._person(request, "user.info.basic")
        fields, granted = set(request.one("fields").split(",")), self.tokens[request.token]["scopes"]
        if not fields or fields - set().union(*USER.values()):
            raise refusal(400, "invalid_params", "Fields are invalid or missing.")
        for scope, names in USER.items():
            if fields & names and scope not in granted:
                raise refusal(401, "scope_not_authorized", f"The user did not authorize the scope {scope}.")
        return {"user": {name: value for name, value in self._shown(person).items() if name in fields}}

    def _shown(self, person: str) -> dict[str, Any]:
        account = self.people[person]
        counts = {"follower_count": 320, "following_count": 12, "likes_count": 900}
        profile = {"open_id": person, "display_name": account["name"], "username": account["username"]}
        profile |= {"avatar_url": "https://p16.tiktokcdn.example/a.jpeg", "video_count": len(self._public(person))}
        profile |= {name: n for name, n in counts.items() if name not in self.world.options["tiktok_hides"]}
        return profile | {"profile_deep_link": f"https://vm.tiktok.com/{account['username']}"}

    def creator(self, request: Request) -> dict[str, Any]:
        person = self._person(request, "video.publish", "creator")
        options = self.world.options
        disabled = {f"{one}_disabled": one in options["tiktok_disabled"] for one in ("comment", "duet", "stitch")}
        info = {"creator_username": self.people[person]["username"], "creator_nickname": self.people[person]["name"]}
        info |= {"creator_avatar_url": "https://p16.tiktokcdn.example/a.jpeg", **disabled}
        info["privacy_level_options"] = list(options["tiktok_audiences"])
        return info | {"max_video_post_duration_sec": options["tiktok_seconds"]}

    # posting

    def begin_video(self, request: Request) -> dict[str, Any]:
        person = self._person(request, "video.publish", "inits")
        body = _json(request)
        _only(body, {"post_info", "source_info"})
        info, source = body["post_info"], body["source_info"]
        _only(info, OF_VIDEO)
        _only(source, {"source", "video_size", "chunk_size", "total_chunk_count"})
        if source["source"] != "FILE_UPLOAD" or _units(info.get("title", "")) > CAPTION:
            raise refusal(400, "invalid_param", "The request post info is incorrect")
        _planned(source["video_size"], source["chunk_size"], source["total_chunk_count"])
        self._allowed(info)
        made = self._begun(person, "v_pub_file", "PROCESSING_UPLOAD", info, info.get("title", ""))
        made |= {"plan": source, "content": b"", "token": secrets.token_urlsafe(24)}
        query = urllib.parse.urlencode({"upload_id": made["serial"], "upload_token": made["token"]})
        return {"publish_id": made["publish_id"], "upload_url": f"{self.world.url}/tiktok/video/?{query}"}

    def _allowed(self, info: Mapping[str, Any]) -> None:
        options = self.world.options
        wrong = next((name for name in CHOICES & set(info) if not isinstance(info[name], bool)), "")
        if wrong or info.get("privacy_level") not in LEVELS:
            raise refusal(400, "invalid_param", f"Not a value: {wrong or 'privacy_level'}")
        if info.get("brand_content_toggle") and info["privacy_level"] == "SELF_ONLY":
            raise refusal(400, "invalid_param", "Branded content visibility cannot be set to private")
        if info.get("privacy_level") not in options["tiktok_audiences"]:
            raise refusal(403, "privacy_level_option_mismatch", "Privacy level is not among the options")
        if not options["tiktok_audited"] and info["privacy_level"] != "SELF_ONLY":
            message = "Please review our integration guidelines"
            raise refusal(403, "unaudited_client_can_only_post_to_private_accounts", message)

    def _begun(self, person: str, kind: str, state: str, info: Mapping[str, Any], text: str) -> dict[str, Any]:
        self.serial += 1 + secrets.randbelow(1000)
        publish_id = f"{kind}~v2-1.{self.serial}"
        self.posts[publish_id] = {
            "publish_id": publish_id, "by": person, "serial": str(self.serial), "number": str(self.serial + 7),
            "state": state, "reason": "", "info": dict(info), "text": text, "at": self._now(), "pictures": 0,
            "content": b"", "polls": self.world.options["tiktok_polls"], "review": self.world.options["tiktok_review"],
            "likes": 0, "reposts": 0, "replies": 0, "listed": 0, "is_gone": False,
        }  # fmt: skip
        return self.posts[publish_id]

    def upload(self, request: Request) -> Reply:
        """Bare numbers. The address is the right to send here, and a token beside it is a mistake."""
        matching = (one for one in self.posts.values() if one["serial"] == request.one("upload_id") and "token" in one)
        post = next(matching, None)
        if post is None or post["token"] != request.one("upload_token"):
            return Reply(404, b"")
        if self._now() - post["at"] > UPLOAD:
            return Reply(403, b"")
        size, arrived = post["plan"]["video_size"], len(post["content"])
        content_range = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", request.headers.get("content-range", ""))
        is_whole = (
            content_range
            and int(content_range[2]) - int(content_range[1]) + 1 == len(request.body)
            and int(content_range[3]) == size
        )
        if (
            not content_range
            or not is_whole
            or "authorization" in request.headers
            or not request.kind.startswith("video/")
        ):
            return Reply(400, b"")
        headers = {"Content-Range": f"bytes 0-{arrived}/{size}"}
        first, last = _ranges(post["plan"])[
            min(arrived // post["plan"]["chunk_size"], post["plan"]["total_chunk_count"] - 1)
        ]
        if arrived == size or (int(content_range[1]), int(content_range[2])) != (first, last):
            return Reply(416, b"", headers)
        post["content"] += request.body
        if len(post["content"]) < size:
            return Reply(206, b"", {"Content-Range": f"bytes 0-{len(post['content']) - 1}/{size}"})
        self._work(post)
        return Reply(201, b"", {"Content-Range": f"bytes 0-{size - 1}/{size}"})

    def begin_photos(self, request: Request) -> dict[str, Any]:
        person = self._person(request, "video.publish", "inits")
        body = _json(request)
        _only(body, {"media_type", "post_mode", "post_info", "source_info"})
        info, source = body["post_info"], body["source_info"]
        _only(info, OF_PHOTO)
        _only(source, {"source", "photo_images", "photo_cover_index"})
        fits = _units(info.get("title", "")) <= TITLE and _units(info.get("description", "")) <= DESCRIPTION
        kinds = (body.get("media_type"), body.get("post_mode"), source.get("source"))
        if kinds != ("PHOTO", "DIRECT_POST", "PULL_FROM_URL") or not fits:
            raise refusal(400, "invalid_param", "The request post info is incorrect")
        if not 1 <= len(source["photo_images"]) <= PICTURES:
            raise refusal(400, "invalid_param", "The number of photos is incorrect")
        if not self.world.options["tiktok_verified"]:
            raise refusal(403, "url_ownership_unverified", "Please review our URL ownership verification rules")
        self._allowed(info)
        made = self._begun(person, "p_pub_url", "PROCESSING_DOWNLOAD", info, info.get("description", ""))
        made |= {"pictures": len(source["photo_images"]), "reason": _pulled(source["photo_images"])}
        self._work(made)
        return {"publish_id": made["publish_id"]}

    def _work(self, post: dict[str, Any]) -> None:
        """The file is examined only now."""
        post["reason"] = post["reason"] or self.world.options["tiktok_fails"]
        if post["polls"] <= 0:
            post["state"] = "FAILED" if post["reason"] else "PUBLISH_COMPLETE"
        post["is_working"] = True

    def status(self, request: Request) -> dict[str, Any]:
        person = self._person(request, "video.publish", "status")
        post = self.posts.get(_json(request).get("publish_id", ""))
        if post is None or self.world.options["tiktok_forgets"]:
            raise refusal(400, "invalid_publish_id", "The publish_id does not exist.")
        if post["by"] != person:
            raise refusal(400, "token_not_authorized_for_specified_publish_id", "Not yours")
        if post.get("is_working") and post["state"].startswith("PROCESSING"):
            post["polls"] -= 1
            self._work(post)
        elif post["state"] == "PUBLISH_COMPLETE":
            post["review"] -= 1
        status: dict[str, Any] = {"status": post["state"]}
        status |= {"fail_reason": post["reason"]} if post["state"] == "FAILED" else {}
        status |= {"uploaded_bytes": len(post["content"])} if "plan" in post else {"downloaded_bytes": 0}
        return status | ({"publicaly_available_post_id": [int(post["number"])]} if self._is_public(post) else {})

    def _is_public(self, post: Mapping[str, Any]) -> bool:
        seen = post["state"] == "PUBLISH_COMPLETE" and post["review"] <= 0 and not post["is_gone"]
        return seen and post["info"]["privacy_level"] == "PUBLIC_TO_EVERYONE"

    def _public(self, person: str) -> list[dict[str, Any]]:
        return [one for one in self.posts.values() if one["by"] == person and self._is_public(one)]

    # reads

    def _entities(self, posts: list[dict[str, Any]], request: Request) -> list[dict[str, Any]]:
        fields = set(request.one("fields").split(","))
        if not fields or fields - VIDEO:
            raise refusal(400, "invalid_params", "Fields are invalid or missing.")
        return [{name: value for name, value in self._video(post).items() if name in fields} for post in posts]

    def _video(self, post: Mapping[str, Any]) -> dict[str, Any]:
        kind, name = ("photo" if post["pictures"] else "video"), self.people[post["by"]]["username"]
        share = f"https://www.tiktok.com/@{name}/{kind}/{post['number']}?utm_campaign=tt4d_open_api&utm_source=x"
        entity = {"id": post["number"], "create_time": int(post["at"].timestamp()), "share_url": share}
        entity |= {"title": post["info"].get("title", ""), "video_description": post["text"]}
        counts = {"view_count": 11, "like_count": post["likes"], "comment_count": post["replies"]}
        counts |= {"share_count": post["reposts"]}
        return entity | {name: n for name, n in counts.items() if name not in self.world.options["tiktok_hides"]}

    def _listable(self, person: str) -> list[dict[str, Any]]:
        public = self._public(person)
        return [one for one in public if self.world.options["tiktok_lists_photos"] or not one["pictures"]]

    def listed(self, request: Request) -> dict[str, Any]:
        person, asked = self._person(request, "video.list"), _json(request)
        _only(asked, {"cursor", "max_count"})
        size, before = asked.get("max_count", 10), asked.get("cursor")
        if not 1 <= size <= 20:
            raise refusal(400, "invalid_params", "max_count")
        posts = []
        for post in sorted(self._listable(person), key=lambda one: int(one["number"]), reverse=True):
            post["listed"] += before is None
            if post["listed"] > self.world.options["tiktok_list_lag"]:
                posts.append(post)
        start = int(before or 0)
        shown = posts[start : start + size]
        page = {"videos": self._entities(shown, request), "has_more": start + size < len(posts)}
        return page | {"cursor": start + size}

    def several(self, request: Request) -> dict[str, Any]:
        person = self._person(request, "video.list")
        wanted = _json(request)["filters"]["video_ids"]
        if not 1 <= len(wanted) <= 20:
            raise refusal(400, "invalid_params", "video_ids")
        return {"videos": self._entities([one for one in self._listable(person) if one["number"] in wanted], request)}

    # the control pages

    def account(self, name: str) -> dict[str, Any]:
        person = next((key for key, one in self.people.items() if one["username"] == name), None)
        if person is None:
            person = f"_000{secrets.token_urlsafe(24)}"
            self.people[person] = {"username": name, "name": f"Општина {name}"}
        tokens = self._given(person, SCOPES, self._now() + REFRESH).body
        server = f"{self.world.url}/tiktok"
        credential = {
            "access_token": tokens["access_token"],
            "refresh_token": tokens["refresh_token"],
            "expires_at": None,
        }
        credential |= {"service": server, "account_id": person, "scopes": list(SCOPES), "grantor": person}
        return {"server": server, "keys": {"client_id": CLIENT, "client_secret": SECRET}, "credential": credential}

    def public(self, name: str) -> list[dict[str, Any]]:
        """The public posts of the account."""
        return [
            {
                "id": one["number"],
                "text": one["text"],
                "title": one["info"].get("title", ""),
                "alts": [""] * one["pictures"],
                "reply_to": None,
                "at": one["at"].isoformat(),
                "video": len(one["content"]),
                "info": one["info"],
            }
            for person in [key for key, one in self.people.items() if one["username"] == name]
            for one in self._public(person)
        ]

    def react(self, post: str, kind: str, text: str) -> str:
        subject = next(one for one in self.posts.values() if one["number"] == post)
        subject[{"like": "likes", "repost": "reposts", "reply": "replies"}[kind]] += 1
        return post

    def signed_event(self, event: str, person: str, content: Mapping[str, Any]) -> tuple[bytes, str]:
        """(body, signature) of a webhook event."""
        now = int(self._now().timestamp())
        body = {"client_key": CLIENT, "event": event, "create_time": now, "user_openid": person}
        raw = json.dumps(body | {"content": json.dumps(content)}).encode()
        return raw, f"t={now},s={signatures.hex_digest(SECRET, str(now).encode() + b'.' + raw)}"

    def _now(self) -> datetime:
        now: datetime = self.world.clock.now()
        return now


def _json(request: Request) -> dict[str, Any]:
    if request.kind != "application/json":
        raise refusal(400, "invalid_params", "Content-Type")
    try:
        body: dict[str, Any] = json.loads(request.body)
    except ValueError:
        raise refusal(400, "invalid_params", "The body is not JSON") from None
    return body


def _only(body: Mapping[str, Any], known: set[str]) -> None:
    if unknown := set(body) - known:
        raise refusal(400, "invalid_param", f"Unknown: {sorted(unknown)[0]}")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _ranges(plan: Mapping[str, int]) -> list[tuple[int, int]]:
    size, chunk, number = plan["video_size"], plan["chunk_size"], plan["total_chunk_count"]
    return [(n * chunk, size - 1 if n == number - 1 else (n + 1) * chunk - 1) for n in range(number)]


def _planned(size: int, chunk: int, number: int) -> None:
    """https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide"""
    whole = chunk == size and number == 1 and size <= 64 * MB
    cut = 5 * MB <= chunk <= 64 * MB and number == size // chunk and 1 <= number <= 1_000
    if size <= 0 or not (whole or (cut and size >= 5 * MB)) or (size > 64 * MB and number < 2):
        raise refusal(400, "invalid_param", "The chunk size or the total chunk count is invalid")


def _pulled(addresses: list[str]) -> str:
    """Why TikTok cannot show these pictures, or "". They are really fetched."""
    for address in addresses:
        try:
            content, _mime = file_at(address)
        except Unfetched:
            return "photo_pull_failed"
        try:
            image = Image.open(io.BytesIO(content))
        except OSError:
            return "file_format_check_failed"
        if image.format not in ("JPEG", "WEBP") or len(content) > 20 * MB:
            return "file_format_check_failed"
        if max(image.size) > 1_920 or min(image.size) > 1_080:
            return "picture_size_check_failed"
    return ""
