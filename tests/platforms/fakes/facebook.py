"""The Graph API for pages, as a publishing application sees it. https://developers.facebook.com/docs/graph-api/

Strict about the version, unknown parameters, permissions and ids; a deprecated metric fails its whole call.
"""

import base64
import hashlib
import hmac
import html
import io
import json
import secrets
import urllib.parse
from datetime import datetime, timedelta
from typing import Any

import regex
from PIL import Image

from tests.platforms.fakes.core import Refusal, Reply, Request, routed
from tests.platforms.fakes.meta_messaging import Messaging
from tests.platforms.fakes.upright_videos import UprightVideos

VERSION = "v27.0"
APP, SECRET = "1234567890123456", "app-secret"
SCOPES = (
    "pages_show_list", "pages_read_engagement", "pages_manage_posts", "pages_manage_engagement",
    "pages_read_user_content", "pages_manage_metadata", "pages_messaging", "read_insights", "business_management",
)  # fmt: skip
CHARACTERS = 63_206
PHOTO_BYTES = 4_000_000
PHOTOS = 10
CHUNK = 256 * 1024
FEED_FIELDS = {"message", "link", "attached_media", "published", "scheduled_publish_time"}
PHOTO_FIELDS = {"source", "published", "alt_text_custom", "message", "caption"}
COMMON = {"appsecret_proof", "fields", "access_token"}
METRICS = {"post_media_view", "post_total_media_view_unique", "post_clicks", "post_video_views"}
# As the network's own error lists them; two public projects have them from there (November 2026).
STORY_METRICS = {
    "page_story_impressions_by_story_id", "page_story_impressions_by_story_id_unique", "pages_fb_story_replies",
    "pages_fb_story_shares", "pages_fb_story_sticker_interactions", "pages_fb_story_thread_lightweight_reactions",
    "story_interaction", "story_media_view", "story_total_media_view_unique",
}  # fmt: skip
STORY_LIFE = timedelta(hours=24)
BREAKDOWNS = {"is_from_ads", "is_from_followers"}
TOKEN_LIFE = timedelta(days=60)


def error(code: int, text: str, subcode: int = 0, status: int = 400, **more: Any) -> Refusal:
    body = {"message": text, "type": "OAuthException", "code": code, "fbtrace_id": "A" + secrets.token_hex(8), **more}
    return Refusal(status, {"error": body | ({"error_subcode": subcode} if subcode else {})})


def invalid(text: str) -> Refusal:
    return error(100, f"(#100) {text}")


def missing(what: str) -> Refusal:
    text = f"Unsupported request. Object with ID '{what}' does not exist, cannot be loaded due to missing permissions"
    return error(100, text, 33)


class FacebookFake:
    OPTIONS = {
        "facebook_video_host": "",
        "facebook_loses_chunks": 0,
        "facebook_most_listed": 1000,
        "facebook_list_lag": 0,
        "facebook_polls": 0,
        "facebook_declined": (),
        "facebook_tasks": ("CREATE_CONTENT", "MANAGE", "MODERATE"),
        "facebook_anonymous": False,
        "facebook_business": (),
        "facebook_video": "ready",
        "facebook_cuts_uploads": 0,
        "facebook_upload_url": "",
        "facebook_keeps_stories": False,
        "facebook_unknown_metrics": (),
        # Of Instagram too: whether Meta granted the application the feature "Human Agent".
        "messaging_human_agent": False,
    }
    platform = "facebook"

    def __init__(self, world: Any) -> None:
        self.world = world
        self.serial = 10_000_000_000
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.pages: dict[str, dict[str, Any]] = {}
        self.objects: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, str] = {}
        self.upright = UprightVideos(self)
        self.messaging = Messaging(self, self.platform)

    # the server

    def handle(self, request: Request) -> Reply:
        if request.path == f"/{VERSION}/dialog/oauth":
            return self.dialog(request)
        if request.path.startswith("/cdn/"):
            return self.messaging.file(request.path.split("/")[2])
        if request.path.startswith(f"/video-upload/{VERSION}/"):
            return Reply(200, self.upright.arrive(request, request.path.rpartition("/")[2]))
        if not request.path.startswith(f"/{VERSION}/"):
            raise error(2635, "You are calling a deprecated version of the API.")
        plain = Request(request.method, request.path.removeprefix(f"/{VERSION}"), request.query, request.headers, b"")
        plain.body = request.body
        headers = {"facebook-api-version": VERSION, "X-App-Usage": json.dumps(_usage(28))}
        try:
            return Reply(200, routed(self._routes(), plain), headers)
        except Refusal as refusal:
            if refusal.reply.status in (404, 405) and "code" not in str(refusal.reply.body):
                raise error(2500, "Unknown path components") from None
            refusal.reply.headers |= headers
            raise

    def _routes(self) -> list[tuple[str, str, Any]]:
        return [
            ("GET", r"/oauth/access_token", self.access_token),
            ("GET", r"/debug_token", self.debug_token),
            ("GET", r"/me", self.me),
            ("GET", r"/me/accounts", self.accounts),
            ("GET", r"/me/businesses", self.businesses),
            ("GET", r"/77/(owned_pages|client_pages)", self.business_pages),
            ("GET", r"/me/permissions", self.permissions),
            ("DELETE", r"/me/permissions", self.withdraw),
            ("GET", r"/", self.several),
            ("POST", r"/(\d+)/feed", self.feed),
            ("POST", r"/(\d+)/photos", self.photos),
            ("POST", r"/(\d+)/videos", self.videos),
            ("POST", r"/(\d+)/(video_reels|video_stories)", self.upright.phase),
            ("GET", r"/(\d+)/video_reels", self.upright.reels),
            ("POST", r"/(\d+)/photo_stories", self.photo_story),
            ("GET", r"/(\d+)/stories", self.stories),
            ("GET", r"/(\d+)/published_posts", self.published_posts),
            ("GET", r"/(\d+)/tagged", self.tagged),
            *self.messaging.routes,
            ("POST", r"/(me|\d+)/subscribed_apps", self.subscribe),
            ("GET", r"/(me|\d+)/subscribed_apps", self.subscribed),
            ("DELETE", r"/(\d+)/subscribed_apps", self.unsubscribe),
            ("GET", r"/([\d_]+)/insights", self.insights),
            ("GET", r"/([\d_]+)/comments", self.comments),
            ("POST", r"/([\d_]+)/comments", self.comment),
            ("GET", r"/([\d_]+)", self.show),
            ("POST", r"/([\d_]+)", self.change),
            ("DELETE", r"/([\d_]+)", self.delete),
        ]

    def too_many(self, seconds: float) -> Reply:
        minutes = -(-int(seconds) // 60)
        use = {
            page: [{"type": "pages", **_usage(100), "estimated_time_to_regain_access": minutes}] for page in self.pages
        }
        refusal = error(80001, "(#80001) There have been too many calls to this Page account.", 2446079)
        refusal.reply.headers |= {"X-Business-Use-Case-Usage": json.dumps(use), "X-App-Usage": json.dumps(_usage(100))}
        return refusal.reply

    def kill_token(self, token: str, action: str) -> None:
        if token in self.tokens:
            self.tokens[token]["dead"] = 463 if action == "expire_token" else 458

    # who asks

    def _token(self, request: Request) -> dict[str, Any]:
        given = request.token or request.one("access_token")
        if given == f"{APP}|{SECRET}":
            return {"kind": "app"}
        held = self.tokens.get(given)
        if held is None:
            raise error(190, "Invalid OAuth access token - Cannot parse access token", status=400)
        if held.get("dead"):
            raise error(190, "Error validating access token: The session is invalid.", held["dead"])
        if held["ends"] and held["ends"] < self.world.clock.now():
            raise error(190, "Error validating access token: Session has expired.", 463)
        proof = _fields(request).get("appsecret_proof")
        if proof is not None and proof != _hmac(given.encode()):
            raise error(100, "Invalid appsecret_proof provided in the API argument")
        return held

    def _user(self, request: Request) -> dict[str, Any]:
        held = self._token(request)
        if held["kind"] != "user":
            raise error(100, "(#100) Tried accessing nonexisting field (accounts) on node type (Page)")
        return held

    def _page(self, request: Request, page_id: str, scope: str) -> dict[str, Any]:
        held = self._token(request)
        page = self.pages.get(page_id)
        if page is None:
            raise missing(page_id)
        if held["kind"] != "page" or held["page"] != page_id:
            raise error(210, "(#210) A page access token is required to request this resource.")
        if scope not in held["scopes"]:
            raise error(200, f"(#200) Requires {scope} permission to manage the object", status=403)
        return page

    # consent

    def dialog(self, request: Request) -> Reply:
        """GET is the page; POST is the person's decision."""
        asked = {name: values[0] for name, values in request.query.items()} | (request.form() if request.body else {})
        if asked.get("client_id") != APP or not asked.get("redirect_uri") or not asked.get("state"):
            return Reply(400, "<h1>Invalid request</h1>", content_type="text/html")
        if request.method == "GET":
            return Reply(200, _page_of_consent(asked), content_type="text/html; charset=utf-8")
        back = {"state": asked["state"]}
        if asked.get("decision") == "deny":
            back |= {"error": "access_denied", "error_reason": "user_denied", "error_code": "200"}
        else:
            code = "AQ" + secrets.token_hex(16)
            wanted = [
                one for one in asked.get("scope", "").split(",") if one not in self.world.options["facebook_declined"]
            ]
            name = asked.get("person", "jelena")
            self.codes[code] = {"redirect_uri": asked["redirect_uri"], "scopes": wanted, "person": name}
            back["code"] = code
        return Reply(302, "", {"Location": f"{asked['redirect_uri']}?{urllib.parse.urlencode(back)}"})

    def access_token(self, request: Request) -> dict[str, Any]:
        if request.one("client_id") != APP or request.one("client_secret") != SECRET:
            raise error(101, "Error validating client secret.")
        if request.one("grant_type") == "fb_exchange_token":
            held = self.tokens.get(request.one("fb_exchange_token"))
            if held is None or held.get("dead"):
                raise error(190, "Error validating access token", (held and held.get("dead")) or 0)
            return self._given(held["person"], held["scopes"], TOKEN_LIFE)
        known = self.codes.pop(request.one("code"), None)
        if known is None or known["redirect_uri"] != request.one("redirect_uri"):
            raise error(100, "This authorization code has been used.", 36009)
        return self._given(known["person"], known["scopes"], timedelta(hours=1))

    def _given(self, person: str, scopes: Any, life: timedelta) -> dict[str, Any]:
        token = "EAA" + secrets.token_hex(24)
        self.tokens[token] = {"kind": "user", "person": person, "scopes": tuple(scopes)}
        self.tokens[token] |= {"ends": self.world.clock.now() + life}
        return {"access_token": token, "token_type": "bearer", "expires_in": int(life.total_seconds())}

    def debug_token(self, request: Request) -> dict[str, Any]:
        if self._token(request)["kind"] != "app":
            raise error(190, "You must provide an app access token")
        held = self.tokens.get(request.one("input_token"))
        ends = int((self.world.clock.now() + timedelta(days=90)).timestamp())
        return {
            "data": {
                "is_valid": bool(held),
                "data_access_expires_at": ends,
                "scopes": list(held["scopes"]) if held else [],
            }
        }

    def permissions(self, request: Request) -> dict[str, Any]:
        held = self._user(request)
        declined = [one for one in SCOPES if one not in held["scopes"]]
        return _paged(
            [{"permission": one, "status": "granted"} for one in held["scopes"]]
            + [{"permission": one, "status": "declined"} for one in declined]
        )

    def withdraw(self, request: Request) -> dict[str, Any]:
        """Everything of this person dies, also the tokens of pages."""
        person = self._user(request)["person"]
        for held in self.tokens.values():
            if held["person"] == person:
                held["dead"] = 458
        return {"success": True}

    def me(self, request: Request) -> dict[str, Any]:
        held = self._token(request)
        if held["kind"] == "page":
            return self._shown_page(self.pages[held["page"]])
        return {"id": _person_id(held["person"])}

    def accounts(self, request: Request) -> dict[str, Any]:
        held = self._user(request)
        if "pages_show_list" not in held["scopes"]:
            return _paged([])
        apart = self.world.options["facebook_business"]
        return _paged(self._listed(held, [page for page in self.pages.values() if page["name"] not in apart]), request)

    def _listed(self, held: dict[str, Any], pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        shown = []
        for page in [page for page in pages if held["person"] in page["people"]]:
            token = self._page_token(page["id"], held["person"], held["scopes"])
            tasks = list(self.world.options["facebook_tasks"])
            shown.append(self._shown_page(page) | {"access_token": token, "tasks": tasks})
        return shown

    def businesses(self, request: Request) -> dict[str, Any]:
        held = self._user(request)
        if "business_management" not in held["scopes"]:
            raise error(200, "(#200) Requires business_management permission")
        return _paged([{"id": "77"}] if self.world.options["facebook_business"] else [])

    def business_pages(self, request: Request, edge: str) -> dict[str, Any]:
        """Pages that belong to the business stand here alone."""
        held, apart = self._user(request), self.world.options["facebook_business"]
        owned = [page for page in self.pages.values() if page["name"] in apart] if edge == "owned_pages" else []
        return _paged(self._listed(held, owned), request)

    def _page_token(self, page_id: str, person: str, scopes: Any) -> str:
        token = "EAAP" + secrets.token_hex(24)
        self.tokens[token] = {"kind": "page", "page": page_id, "person": person, "scopes": tuple(scopes), "ends": None}
        return token

    def _shown_page(self, page: dict[str, Any]) -> dict[str, Any]:
        picture = {"data": {"url": "https://scontent.example/avatar.jpg"}}
        link = f"https://www.facebook.com/{page['name']}"
        return {"id": page["id"], "name": page["title"], "username": page["name"], "link": link} | {
            "picture": picture,
            "followers_count": 1200,
        }

    # the control pages

    def account(self, name: str) -> dict[str, Any]:
        page = next((page for page in self.pages.values() if page["name"] == name), None)
        if page is None:
            page = {"id": f"1000{self._next()}", "name": name, "title": f"Општина {name}", "people": {"jelena"}}
            self.pages[page["id"]] = page | {"subscribed": ""}
        user = self._given("jelena", SCOPES, TOKEN_LIFE)["access_token"]
        token = self._page_token(page["id"], "jelena", SCOPES)
        server = f"{self.world.url}/facebook"
        credential = {"access_token": token, "refresh_token": user, "expires_at": None, "service": server}
        credential |= {"account_id": page["id"], "scopes": list(SCOPES), "grantor": _person_id("jelena")}
        return {"server": server, "keys": {"client_id": APP, "client_secret": SECRET}, "credential": credential}

    def public(self, name: str) -> list[dict[str, Any]]:
        """Public posts of the page, and its own comments."""
        pages = {page["id"] for page in self.pages.values() if page["name"] == name}
        seen = [
            o
            for o in self.objects.values()
            if o["by"] in pages and (self._lives(o) if o["kind"] == "story" else o["visible"])
            if o["kind"] in ("post", "comment", "story")
        ]
        return [
            {
                "id": one["id"],
                "text": one["message"],
                "alts": [self.objects[photo]["alt"] for photo in one["photos"]],
                "reply_to": one.get("subject"),
                "at": one["at"].isoformat(),
                "video": len(self.objects[one["video"]]["content"]) if one.get("video") else 0,
                "link": one.get("link", ""),
                "kind": "reel" if one.get("reel") else one["kind"],
                "photo_bytes": sum(self.objects[photo]["bytes"] for photo in one["photos"]),
            }
            for one in seen
        ]

    def react(self, post: str, kind: str, text: str) -> str:
        """`post` is the account where somebody writes a private message."""
        subject = self.objects.get(post, {})
        if kind == "like":
            subject["reactions"] += 1
            return post
        if kind == "repost":
            subject["shares"] += 1
            return post
        if kind == "boost":
            subject["paid"] = subject.get("paid", 0) + int(text)
            return post
        if kind == "private":
            return self.messaging.write(post, text)
        if kind == "mention":
            return self._add("tagged", _person_id("marko"), text, page=post.partition("_")[0])["id"]
        return self._commented(post, _person_id("marko"), text)["id"]

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers with which an event arrives."""
        return {"X-Hub-Signature-256": "sha256=" + _hmac(body), "Content-Type": "application/json"}

    def signed_request(self, user_id: str, at: datetime | None = None) -> str:
        """The form value of the deauthorise and data deletion callbacks."""
        issued = int(at.timestamp()) if at else 1_764_000_000
        content = {"algorithm": "HMAC-SHA256", "issued_at": issued, "user_id": user_id}
        payload = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
        digest = hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=") + "." + payload

    def known(self, request: Request, allowed: set[str]) -> dict[str, str]:
        return _known(request, allowed)

    def paged(self, items: list[dict[str, Any]], request: Request) -> dict[str, Any]:
        return _paged(items, request)

    def refusal(self, code: int, text: str, subcode: int = 0) -> Refusal:
        return error(code, text, subcode)

    # objects

    def _next(self) -> str:
        self.serial += 1 + secrets.randbelow(1000)
        return str(self.serial)

    def _add(self, kind: str, by: str, message: str = "", **more: Any) -> dict[str, Any]:
        number = self._next()
        one: dict[str, Any] = {"id": number, "kind": kind, "by": by, "message": message, "at": self._now()}
        one |= {"photos": [], "reactions": 0, "shares": 0, "hidden": False, "visible": True, "listed": 0, **more}
        one["id"] = f"{by}_{number}" if kind in ("post", "tagged") else number
        self.objects[one["id"]] = one
        return one

    def _now(self) -> datetime:
        return self.world.clock.now()

    def feed(self, request: Request, page_id: str) -> dict[str, Any]:
        self._page(request, page_id, "pages_manage_posts")
        form = _known(request, FEED_FIELDS)
        photos = [str(one.get("media_fbid")) for one in json.loads(form.get("attached_media") or "[]")]
        text = form.get("message", "")
        if not text and not photos and not form.get("link"):
            raise error(100, "(#100) You must provide a message, link or attached media")
        self._refuse_text(page_id, text, bool(photos))
        if form.get("link") and photos:
            raise invalid("link and attached_media cannot be used together")
        for photo in photos:
            held = self.objects.get(photo)
            if held is None or held["kind"] != "photo" or held["by"] != page_id:
                raise missing(photo)
            if held["used"]:
                raise error(1, "Photos were already posted.", 1366051)
        if len(photos) > PHOTOS:
            raise invalid("Too many attached media")
        for photo in photos:
            self.objects[photo]["used"] = True
        return {"id": self._add("post", page_id, text, photos=photos, link=form.get("link", ""))["id"]}

    def _refuse_text(self, page_id: str, text: str, media: bool) -> None:
        if len(text.encode("utf-16-le")) // 2 > CHARACTERS:
            raise invalid("Param message must be a shorter string")
        posts = [
            one for one in self.objects.values() if one["kind"] == "post" and one["by"] == page_id and one["visible"]
        ]
        last = max(posts, key=lambda one: one["at"], default=None)
        if last and text and not media and last["message"] == text and not last["photos"]:
            raise error(506, "(#506) Duplicate status message")

    def photos(self, request: Request, page_id: str) -> dict[str, Any]:
        self._page(request, page_id, "pages_manage_posts")
        parts = request.multipart()
        if unknown := set(parts) - PHOTO_FIELDS - COMMON:
            raise invalid(f"Unknown parameter {sorted(unknown)}")
        content = parts["source"].content
        if len(content) > PHOTO_BYTES:
            raise error(1, "Your photos couldn't be uploaded.", 1366046, status=400)
        try:
            Image.open(io.BytesIO(content)).verify()
        except Exception:
            raise error(324, "(#324) Missing or invalid image file", 2069019) from None
        alt = parts["alt_text_custom"].content.decode() if "alt_text_custom" in parts else ""
        unseen = "published" in parts and parts["published"].content == b"false"
        photo = self._add("photo", page_id, alt=alt, used=not unseen, visible=not unseen, bytes=len(content))
        if unseen:
            return {"id": photo["id"]}
        text = parts["message"].content.decode() if "message" in parts else ""
        return {"id": photo["id"], "post_id": self._add("post", page_id, text, photos=[photo["id"]])["id"]}

    def videos(self, request: Request, page_id: str) -> dict[str, Any]:
        self._page(request, page_id, "pages_manage_posts")
        # Meta's own library sends all three phases to graph-video.facebook.com: facebook_business 26.0.3 (November
        # 2026), `VideoUploadRequest.send`.
        host = self.world.options["facebook_video_host"]
        if host and request.headers.get("host") != host:
            raise error(100, "Unsupported post request.", 33)
        parts = (
            {name: part.content for name, part in request.multipart().items()}
            if request.kind == "multipart/form-data"
            else {name: value.encode() for name, value in request.form().items()}
        )
        phase = parts.get("upload_phase", b"").decode()
        if phase == "start":
            video = self._add(
                "video", page_id, content=b"", size=int(parts["file_size"]), state="uploading", visible=False
            )
            session = f"9{self._next()}"
            self.sessions[session] = video["id"]
            return {"upload_session_id": session, "video_id": video["id"], **self._window(video)}
        video = self.objects.get(self.sessions.get(parts.get("upload_session_id", b"").decode(), ""), {})
        if not video or video["by"] != page_id:
            raise missing("upload session")
        if phase == "transfer":
            if int(parts["start_offset"]) != len(video["content"]):
                raise self._wrong_offset(video)
            if self.world.options["facebook_loses_chunks"]:
                self.world.options["facebook_loses_chunks"] -= 1
                video["content"] = video["content"][: CHUNK // 2]
                raise self._wrong_offset(video)
            video["content"] += parts["video_file_chunk"]
            if len(video["content"]) == video["size"]:
                video["state"] = "upload_complete"
            return self._window(video)
        return self._finished(page_id, video, parts)

    def photo_story(self, request: Request, page_id: str) -> dict[str, Any]:
        """https://developers.facebook.com/docs/page-stories-api (November 2026)"""
        self._page(request, page_id, "pages_manage_posts")
        photo = self.objects.get(_known(request, {"photo_id"}).get("photo_id", ""))
        if photo is None or photo["kind"] != "photo" or photo["by"] != page_id:
            raise missing("photo")
        if photo["used"]:
            raise error(1, "Photos were already posted.", 1366051)
        photo["used"] = True
        return {"success": True, "post_id": self.add_story(page_id, photos=[photo["id"]])["id"]}

    def add_story(self, page_id: str, **more: Any) -> dict[str, Any]:
        return self._add("story", page_id, **more)

    def _lives(self, story: dict[str, Any]) -> bool:
        return bool(story["visible"] and self._now() - story["at"] < STORY_LIFE)

    def stories(self, request: Request, page_id: str) -> dict[str, Any]:
        """Those of the archive too, which the page has switched on here."""
        self._page(request, page_id, "pages_read_engagement")
        own = [one for one in self.objects.values() if one["kind"] == "story" and one["by"] == page_id]
        for one in own:
            self.upright.process(one.get("video"))
        listed = []
        for one in sorted(own, key=lambda story: story["at"], reverse=True):
            one["listed"] += one["visible"]
            if one["visible"] and one["listed"] > self.world.options["facebook_list_lag"]:
                listed.append(self._shown_story(one))
        return _paged(listed, request)

    def _shown_story(self, one: dict[str, Any]) -> dict[str, Any]:
        video = one.get("video")
        return {
            "post_id": one["id"],
            "status": "PUBLISHED" if self._lives(one) else "ARCHIVED",
            "creation_time": str(int(one["at"].timestamp())),
            "media_type": "video" if video else "photo",
            "media_id": video or one["photos"][0],
            "url": f"https://facebook.com/stories/{one['by']}/{one['id']}/",
        }

    def _wrong_offset(self, video: dict[str, Any]) -> Refusal:
        """https://developers.facebook.com/documentation/video-api/reference/error-codes"""
        text = "There was a problem uploading your video. Please try uploading it again."
        return error(6000, text, 1363037, error_data=self._window(video))

    def _window(self, video: dict[str, Any]) -> dict[str, str]:
        start = len(video["content"])
        return {"start_offset": str(start), "end_offset": str(min(start + CHUNK, video["size"]))}

    def _finished(self, page_id: str, video: dict[str, Any], parts: dict[str, bytes]) -> dict[str, Any]:
        if video["state"] == "uploading":
            raise error(1363033, "The upload is not complete.", 1363033)
        if video["state"] == "upload_complete":
            video["state"], video["polls"] = "processing", self.world.options["facebook_polls"]
            text = parts.get("description", b"").decode()
            video["post"] = self._add("post", page_id, text, video=video["id"], visible=False)["id"]
            self._process(video)
        return {"success": True}

    def _process(self, video: dict[str, Any]) -> None:
        if video["state"] != "processing":
            return
        if video["polls"] > 0:
            video["polls"] -= 1
            return
        video["state"] = self.world.options["facebook_video"]
        self.objects[video["post"]]["visible"] = video["state"] == "ready"

    # reads

    def published_posts(self, request: Request, page_id: str) -> dict[str, Any]:
        if int(request.one("limit", "25")) > self.world.options["facebook_most_listed"]:
            # https://developers.facebook.com/docs/graph-api/guides/error-handling (read on 29 November 2026)
            text = "Please reduce the amount of data you're asking for, then retry your request"
            raise error(1, text, status=500)
        self._page(request, page_id, "pages_read_engagement")
        shown = []
        for post in [o for o in self.objects.values() if o["kind"] == "post" and o["by"] == page_id and o["visible"]]:
            post["listed"] += 1
            if post["listed"] > self.world.options["facebook_list_lag"]:
                shown.append(post)
        shown.sort(key=lambda post: post["at"], reverse=True)
        return _paged([self._entity(post) for post in shown], request)

    def _entity(self, one: dict[str, Any]) -> dict[str, Any]:
        entity: dict[str, Any] = {"id": one["id"], "created_time": one["at"].strftime("%Y-%m-%dT%H:%M:%S+0000")}
        if one["message"]:
            entity["message"] = one["message"]
        if one["kind"] == "photo":
            return entity | {"alt_text_custom": one["alt"]}
        if one["kind"] == "video":
            return entity | self._video(one)
        entity["permalink_url"] = f"https://www.facebook.com/{one['id']}"
        comments = [
            o for o in self.objects.values() if o["kind"] == "comment" and o["root"] == one["id"] and o["visible"]
        ]
        entity["comments"] = {
            "data": [self._comment(o) for o in reversed(comments)],
            "summary": {"total_count": len(comments)},
        }
        entity["reactions"] = {"data": [], "summary": {"total_count": one["reactions"]}}
        if one["shares"]:
            entity["shares"] = {"count": one["shares"]}
        media = [{"media_type": "photo", "target": {"id": photo}} for photo in one["photos"]]
        if len(media) > 1:
            entity["attachments"] = {"data": [{"media_type": "album", "subattachments": {"data": media}}]}
        elif media:
            entity["attachments"] = {"data": media}
        elif one.get("video"):
            entity["attachments"] = {"data": [{"media_type": "video", "target": {"id": one["video"]}}]}
        elif one.get("link"):
            entity["attachments"] = {"data": [{"media_type": "link"}]}
        return entity

    def _video(self, one: dict[str, Any]) -> dict[str, Any]:
        if one.get("edge"):
            return self.upright.shown(one)
        self._process(one)
        entity: dict[str, Any] = {"status": {"video_status": one["state"]}}
        if one["state"] == "ready":
            entity |= {"permalink_url": f"/reel/{one['id']}/", "post_id": one["post"].rpartition("_")[2]}
        return entity

    def _comment(self, one: dict[str, Any]) -> dict[str, Any]:
        entity = {
            "id": one["id"],
            "message": one["message"],
            "created_time": one["at"].strftime("%Y-%m-%dT%H:%M:%S+0000"),
        }
        entity |= {"is_hidden": one["hidden"], "can_hide": one["by"] not in self.pages}
        entity["permalink_url"] = f"https://www.facebook.com/{one['root']}?comment_id={one['id']}"
        if one["by"] in self.pages or not self.world.options["facebook_anonymous"]:
            entity["from"] = {"id": one["by"], "name": "Марко"}
        if one.get("parent"):
            entity["parent"] = {"id": one["parent"]}
        if one["photos"]:
            entity["attachment"] = {"type": "photo", "target": {"id": one["photos"][0]}}
        return entity

    def tagged(self, request: Request, page_id: str) -> dict[str, Any]:
        self._page(request, page_id, "pages_read_user_content")
        posts = [o for o in self.objects.values() if o["kind"] == "tagged" and o["page"] == page_id]
        return _paged([self._entity(o) | {"from": {"id": o["by"], "name": "Марко"}} for o in posts], request)

    def _known(self, request: Request, one: str) -> dict[str, Any]:
        self._token(request)
        entity = self.objects.get(one)
        if entity is None or (not entity["visible"] and entity["kind"] in ("post", "comment")):
            raise missing(one)
        if entity["kind"] == "story" and not self._lives(entity):
            raise missing(one)
        return entity

    def show(self, request: Request, one: str) -> dict[str, Any]:
        entity = self._known(request, one)
        return self._comment(entity) if entity["kind"] == "comment" else self._entity(entity)

    def several(self, request: Request) -> dict[str, Any]:
        ids = request.one("ids").split(",")
        return {one: self.show(request, one) for one in ids if one}

    def insights(self, request: Request, one: str) -> dict[str, Any]:
        post = self._known(request, one)
        if "read_insights" not in self._token(request)["scopes"]:
            raise error(10, "(#10) Requires read_insights permission")
        asked = request.one("metric").split(",")
        known = STORY_METRICS if post["kind"] == "story" else METRICS
        if unknown := [
            name for name in asked if name not in known or name in self.world.options["facebook_unknown_metrics"]
        ]:
            raise error(100, f"(#100) The value must be a valid insights metric: {unknown}")
        return _paged([{"name": name, "period": "lifetime", "values": self._values(request, post)} for name in asked])

    def _values(self, request: Request, post: dict[str, Any]) -> list[dict[str, Any]]:
        """Views and clicks alike; in two parts where a breakdown is asked for, the paid one only if there is one."""
        seen, paid, breakdown = 7 + post["reactions"], post.get("paid", 0), request.one("breakdown")
        if not breakdown:
            return [{"value": seen + paid}]
        if breakdown not in BREAKDOWNS - set(self.world.options["facebook_unknown_metrics"]):
            raise error(100, f"(#100) breakdown must be one of the following values: {sorted(BREAKDOWNS)}")
        bought = [{"value": paid, breakdown: "1"}] if paid else []
        return [{"value": seen, breakdown: "0"}, *bought]

    # writing

    def comments(self, request: Request, one: str) -> dict[str, Any]:
        self._known(request, one)
        if "pages_read_user_content" not in self._token(request)["scopes"]:
            raise error(10, "(#10) Requires pages_read_user_content permission")
        below = [
            o
            for o in self.objects.values()
            if o["kind"] == "comment" and one in (o["root"], o.get("parent")) and o["visible"]
        ]
        return _paged([self._comment(o) for o in sorted(below, key=lambda o: o["at"], reverse=True)], request)

    def comment(self, request: Request, one: str) -> dict[str, Any]:
        held = self._token(request)
        if "pages_manage_engagement" not in held["scopes"]:
            raise error(200, "(#200) Requires pages_manage_engagement permission")
        form = _known(request, {"message", "attachment_id"})
        subject = self._known(request, one)
        if subject.get("parent"):
            raise error(100, "(#100) Replies to replies are not possible")
        photos = [form["attachment_id"]] if form.get("attachment_id") else []
        return {"id": self._commented(one, held["page"], form.get("message", ""), photos)["id"]}

    def _commented(self, one: str, by: str, text: str, photos: Any = ()) -> dict[str, Any]:
        subject = self.objects[one]
        parent = one if subject["kind"] == "comment" else None
        root = subject["root"] if parent else one
        made = self._add("comment", by, text, subject=one, parent=parent, root=root, photos=list(photos))
        del self.objects[made["id"]]
        made["id"] = f"{root.rpartition('_')[2]}_{made['id']}"
        self.objects[made["id"]] = made
        return made

    def change(self, request: Request, one: str) -> dict[str, Any]:
        entity, form = self._known(request, one), _known(request, {"message", "is_hidden"})
        if entity["kind"] == "comment" and "is_hidden" in form:
            if entity["by"] in self.pages:
                raise error(200, "(#200) You cannot hide your own comment")
            entity["hidden"] = form["is_hidden"] == "true"
        elif entity["by"] == self._token(request).get("page"):
            entity["message"] = form["message"]
        else:
            raise error(200, "(#200) Only the author can change it")
        return {"success": True}

    def delete(self, request: Request, one: str) -> dict[str, Any]:
        if self._known(request, one)["kind"] == "story" and self.world.options["facebook_keeps_stories"]:
            # What is not supported answers like what is not there: "or does not support this operation".
            raise missing(one)
        del self.objects[one]
        return {"success": True}

    def subscribe(self, request: Request, page_id: str) -> dict[str, Any]:
        if page_id == "me":
            page_id = str(self._token(request).get("page", ""))
        page = self._page(request, page_id, "pages_manage_metadata")
        fields = _known(request, {"subscribed_fields"})["subscribed_fields"]
        if "messag" in fields and "pages_messaging" not in self._token(request)["scopes"]:
            # https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps/
            raise error(
                200, "(#200) To subscribe to the messages field, one of these permissions is needed: pages_messaging"
            )
        page["subscribed"] = fields
        return {"success": True}

    def subscribed(self, request: Request, page_id: str) -> dict[str, Any]:
        if page_id == "me":
            page_id = str(self._token(request).get("page", ""))
        fields = [one for one in self._page(request, page_id, "pages_manage_metadata")["subscribed"].split(",") if one]
        return _paged([{"id": APP, "name": "Портал", "subscribed_fields": fields}] if fields else [])

    def unsubscribe(self, request: Request, page_id: str) -> dict[str, Any]:
        self._page(request, page_id, "pages_manage_metadata")["subscribed"] = ""
        return {"success": True}


def _page_of_consent(asked: dict[str, str]) -> str:
    """The consent page for trying the portal by hand."""
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(asked[name])}">' for name in sorted(asked)
    )
    allowed = "".join(f"<li>{html.escape(one)}</li>" for one in asked.get("scope", "").split(","))
    buttons = (
        '<button name="decision" value="allow">Continue</button><button name="decision" value="deny">Cancel</button>'
    )
    return f"<h1>Continue as Jelena?</h1><ul>{allowed}</ul><form method='post'>{fields}{buttons}</form>"


def _usage(percent: int) -> dict[str, int]:
    return {"call_count": percent, "total_time": 25, "total_cputime": 25}


def _hmac(raw: bytes) -> str:
    return hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()


def _person_id(name: str) -> str:
    return str(7_000_000_000 + int(hashlib.sha256(name.encode()).hexdigest()[:8], 16))


def _fields(request: Request) -> dict[str, str]:
    fields = {name: values[0] for name, values in request.query.items()}
    if request.kind == "application/x-www-form-urlencoded":
        fields |= request.form()
    elif request.kind == "multipart/form-data":
        fields |= {n: p.content.decode() for n, p in request.multipart().items() if p.filename is None}
    return fields


def _known(request: Request, allowed: set[str]) -> dict[str, str]:
    """The fields of a write; one that the network does not know is refused."""
    if request.kind not in ("application/x-www-form-urlencoded", ""):
        raise invalid("The body is not a form")
    fields = _fields(request)
    if unknown := set(fields) - allowed - COMMON:
        raise invalid(f"Unknown parameter {sorted(unknown)}")
    return fields


def _paged(items: list[dict[str, Any]], request: Request | None = None) -> dict[str, Any]:
    """A page of a list. `next` never holds the token here, though the network's does."""
    limit = int(request.one("limit") or 25) if request else 100
    start = int(request.one("after") or 0) if request and regex.fullmatch(r"\d*", request.one("after")) else 0
    page: dict[str, Any] = {"data": items[start : start + limit]}
    if start + limit < len(items):
        page["paging"] = {"cursors": {"after": str(start + limit)}, "next": "https://graph.facebook.com/next"}
    return page
