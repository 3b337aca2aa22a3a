"""The part of WordPress' REST API that the portal uses, as WordPress 6.8 answers (`make test-real` compares).

One site with users; each has an application password. https://developer.wordpress.org/rest-api/reference/
"""

import base64
import binascii
import html
import io
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from platforms.markup import plain
from tests.platforms.fakes.core import Refusal, Reply, Request

EDITOR = (
    "read", "publish_posts", "edit_posts", "edit_others_posts", "edit_published_posts", "delete_published_posts",
    "upload_files", "moderate_comments",
)  # fmt: skip
BLOCK = re.compile(r"<!-- /?wp:[^>]*-->\n?")
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
STATUSES = {"publish", "future", "draft", "pending", "private"}


def says(status: int, code: str, message: str = "") -> Refusal:
    return Refusal(status, {"code": code, "message": message or code, "data": {"status": status}})


def since(request: Request) -> datetime:
    return datetime.fromisoformat(request.one("after", "0001-01-01T00:00:00+00:00"))


class WordPressFake:
    OPTIONS = {
        "wordpress_pretty": True,
        "wordpress_comments": "open",
        "wordpress_trash": True,
        "wordpress_passwords": True,
        "wordpress_blocked": "",
        "wordpress_upload_bytes": 64_000_000,
    }
    """Whether addresses have no question mark; "open", "closed" or "held"; whether there is a trash, and application
    passwords; "html" or "json", as security plugins close the API to those who are not signed in; PHP's limit."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.users: dict[str, dict[str, Any]] = {}
        self.posts: dict[int, dict[str, Any]] = {}
        self.media: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, dict[str, Any]] = {}
        self.last = 0
        self.foreign = ""  # what the site names as the address of its API, where that is not its own

    @property
    def url(self) -> str:
        return f"{self.world.url}/wordpress"

    def number(self) -> int:
        self.last += 1
        return self.last

    def now(self) -> datetime:
        return self.world.clock.now().replace(microsecond=0)

    # requests

    def handle(self, request: Request) -> Reply:
        path, route = request.path, request.one("rest_route")
        pretty = self.world.options["wordpress_pretty"]
        root = f"{self.url}/wp-json/" if pretty else f"{self.url}/index.php?rest_route=/"
        headers = {"Link": f'<{self.foreign or root}>; rel="https://api.w.org/"'}
        if path in ("/", "/index.php") and not route:
            return Reply(200, "<html><body>Општина</body></html>", headers, "text/html; charset=UTF-8")
        if not route and not (pretty and path.startswith("/wp-json")):
            return Reply(404, "<html><body>Није пронађено</body></html>", headers, "text/html; charset=UTF-8")
        try:
            reply = self.routed(request, "/" + (route or path.removeprefix("/wp-json")).strip("/"))
        except ValueError as wrong:
            raise says(400, "rest_invalid_param", str(wrong)) from None
        if fields := request.one("_fields"):
            reply.body = self.only(reply.body, fields.split(","))
        return reply

    def only(self, body: Any, fields: list[str]) -> Any:
        if isinstance(body, list):
            return [self.only(one, fields) for one in body]
        return {name: value for name, value in body.items() if name in fields} if isinstance(body, dict) else body

    def routed(self, request: Request, route: str) -> Reply:
        user = self.signed_in(request)
        blocked = self.world.options["wordpress_blocked"]
        if blocked == "html":
            return Reply(403, "<html><body>Forbidden</body></html>", content_type="text/html")
        if blocked == "json" and not user:
            raise says(401, "rest_cannot_access", "Only authenticated users can access the REST API.")
        if route == "/":
            return Reply(200, self.index())
        parts = route.removeprefix("/wp/v2/").split("/")
        match (request.method, *parts):
            case ("GET", "users", "me"):
                return Reply(200, self.known(user))
            case ("GET", "users", "me", "application-passwords", "introspect"):
                return Reply(200, {"uuid": self.needed(user)["uuid"], "name": "Dobošar"})
            case ("DELETE", "users", "me", "application-passwords", number):
                return self.end_password(self.needed(user), number)
            case ("GET", "categories"):
                return self.page(request, [{"id": 1, "name": "Вести", "count": 3}, {"id": 2, "name": "Огласи"}])
            case ("POST", "media"):
                return Reply(201, self.upload(request, self.able(user, "upload_files", 400)))
            case ("GET", "media", number):
                return Reply(200, self.shown_media(self.media_of(number)))
            case ("DELETE", "media", number):
                return Reply(200, self.delete_media(request, user, number))
            case ("POST", "media", number):
                return Reply(200, self.describe(request, user, number))
            case (method, "posts", *rest):
                return self.of_posts(method, request, user, rest)
            case (method, "comments", *rest):
                return self.of_comments(method, request, user, rest)
        raise says(404, "rest_no_route", "No route was found matching the URL and request method.")

    def index(self) -> dict[str, Any]:
        ways = {"application-passwords": {"endpoints": {}}} if self.world.options["wordpress_passwords"] else []
        about = {"name": "Општина Ћуприја", "home": self.url, "url": self.url, "site_icon_url": ""}
        return {**about, "namespaces": ["oembed/1.0", "wp/v2"], "authentication": ways}

    def signed_in(self, request: Request) -> dict[str, Any] | None:
        """A wrong password is as good as none."""
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        user = next((one for one in self.users.values() if name in (one["name"], one["email"])), None)
        is_right = user and user["password"] and re.sub(r"[^a-zA-Z0-9]", "", password) == user["password"]
        return user if kind == "Basic" and is_right else None

    def needed(self, user: dict[str, Any] | None, code: str = "rest_not_logged_in") -> dict[str, Any]:
        if user is None:
            raise says(401, code)
        return user

    def able(self, user: dict[str, Any] | None, capability: str, status: int = 403) -> dict[str, Any]:
        user = self.needed(user, "rest_cannot_create")
        if capability not in user["capabilities"]:
            raise says(status, "rest_cannot_create", "Sorry, you are not allowed to create posts as this user.")
        return user

    def known(self, user: dict[str, Any] | None) -> dict[str, Any]:
        user = self.needed(user)
        able = dict.fromkeys(user["capabilities"], True)
        return {"id": user["id"], "username": user["name"], "name": user["name"].title(), "capabilities": able}

    def end_password(self, user: dict[str, Any], number: str) -> Reply:
        if number != user["uuid"]:
            raise says(404, "rest_application_password_not_found")
        user["password"] = ""
        return Reply(200, {"deleted": True, "previous": {"uuid": number}})

    def page(self, request: Request, entities: list[dict[str, Any]]) -> Reply:
        size, number = int(request.one("per_page", "10")), int(request.one("page", "1"))
        if not 1 <= size <= 100:
            raise says(400, "rest_invalid_param", "Invalid parameter(s): per_page")
        pages = -(-len(entities) // size)
        if number > max(pages, 1):
            raise says(400, "rest_post_invalid_page_number")
        headers = {"X-WP-Total": str(len(entities)), "X-WP-TotalPages": str(pages)}
        return Reply(200, entities[(number - 1) * size : number * size], headers)

    # media

    def upload(self, request: Request, user: dict[str, Any]) -> dict[str, Any]:
        parts = request.multipart()
        part = parts.get("file")
        if part is None:
            raise says(400, "rest_upload_no_data")
        if len(part.content) > self.world.options["wordpress_upload_bytes"]:
            raise says(500, "rest_upload_unknown_error", "The uploaded file exceeds the limit.")
        number, alt = self.number(), parts["alt_text"].content.decode() if "alt_text" in parts else ""
        self.media[number] = {
            "id": number, "source_url": f"{self.url}/wp-content/uploads/{part.filename}",
            "mime_type": self.type_of(part.content), "alt_text": " ".join(alt.split()), "bytes": len(part.content),
            "author": user["id"],
        }  # fmt: skip
        return self.shown_media(number)

    def type_of(self, content: bytes) -> str:
        if content[4:8] == b"ftyp":
            return "video/mp4"
        try:
            return TYPES[str(Image.open(io.BytesIO(content)).format)]
        except (OSError, KeyError):
            raise says(500, "rest_upload_unknown_error", "Sorry, you are not allowed to upload this type.") from None

    def shown_media(self, number: int) -> dict[str, Any]:
        return {name: value for name, value in self.media[number].items() if name != "bytes"}

    def describe(self, request: Request, user: dict[str, Any] | None, number: str) -> dict[str, Any]:
        self.needed(user, "rest_cannot_edit")
        self.media[self.media_of(number)]["alt_text"] = " ".join(str(request.json().get("alt_text", "")).split())
        return self.shown_media(int(number))

    def media_of(self, number: str) -> int:
        if int(number) not in self.media:
            raise says(404, "rest_post_invalid_id", "Invalid post ID.")
        return int(number)

    def delete_media(self, request: Request, user: dict[str, Any] | None, number: str) -> dict[str, Any]:
        self.needed(user, "rest_user_cannot_delete_post")
        if request.one("force") != "true":
            raise says(501, "rest_trash_not_supported")
        shown = self.shown_media(self.media_of(number))
        del self.media[int(number)]
        return {"deleted": True, "previous": shown}

    # posts

    def of_posts(self, method: str, request: Request, user: dict[str, Any] | None, rest: list[str]) -> Reply:
        if method == "GET" and not rest:
            return self.list_posts(request, user)
        if method == "POST" and not rest:
            self.able(user, "publish_posts" if request.json().get("status") == "publish" else "edit_posts")
            return Reply(201, self.create(request.json(), self.needed(user)))
        post = self.posts.get(int(rest[0]))
        if post is None:
            raise says(404, "rest_post_invalid_id", "Invalid post ID.")
        if method == "GET":
            return Reply(200, self.shown(post, self.may_edit(request, user)))
        self.needed(user, "rest_cannot_edit" if method == "POST" else "rest_user_cannot_delete_post")
        if method == "POST":
            return Reply(200, self.change(post, request.json(), self.needed(user)))
        return Reply(200, self.delete(post, request, self.needed(user)))

    def may_edit(self, request: Request, user: dict[str, Any] | None) -> bool:
        if request.one("context") != "edit":
            return False
        if "edit_posts" not in self.needed(user, "rest_forbidden_context")["capabilities"]:
            raise says(403, "rest_forbidden_context")
        return True

    def list_posts(self, request: Request, user: dict[str, Any] | None) -> Reply:
        edit = self.may_edit(request, user)
        included = [int(one) for one in request.one("include").split(",") if one]
        after = (
            datetime.fromisoformat(request.one("after")) if request.one("after") else datetime.min.replace(tzinfo=UTC)
        )
        found = [
            post
            for post in self.posts.values()
            if post["status"] == "publish" and post["at"] > after and (not included or post["id"] in included)
        ]
        newest = sorted(found, key=lambda post: (post["at"], post["id"]), reverse=True)
        return self.page(request, [self.shown(post, edit) for post in newest])

    def create(self, body: Mapping[str, Any], user: dict[str, Any]) -> dict[str, Any]:
        if not (body.get("title") or body.get("content") or body.get("excerpt")):
            raise says(400, "empty_content", "Content, title, and excerpt are empty.")
        number = self.number()
        post = {"id": number, "status": "draft", "title": "", "content": "", "featured_media": 0}
        self.posts[number] = post | {"author": user["id"], "at": self.now(), "categories": [1]}
        return self.change(self.posts[number], body, user)

    def change(self, post: dict[str, Any], body: Mapping[str, Any], user: dict[str, Any]) -> dict[str, Any]:
        if body.get("status", "draft") not in STATUSES:
            raise says(400, "rest_invalid_param", "Invalid parameter(s): status")
        if body.get("status") == "publish" and "publish_posts" not in user["capabilities"]:
            raise says(403, "rest_cannot_publish", "Sorry, you are not allowed to publish posts in this post type.")
        if body.get("featured_media", 0) and body["featured_media"] not in self.media:
            raise says(400, "rest_invalid_featured_media", "Invalid featured media ID.")
        if body.get("status") == "publish" and post["status"] != "publish":
            post["at"] = self.now()
        names = ("status", "title", "content", "featured_media", "categories")
        post |= {name: body[name] for name in names if name in body}
        return self.shown(post, edit=True)

    def delete(self, post: dict[str, Any], request: Request, user: dict[str, Any]) -> dict[str, Any]:
        if "delete_published_posts" not in user["capabilities"]:
            raise says(403, "rest_user_cannot_delete_post")
        if request.one("force") == "true":
            del self.posts[post["id"]]
            return {"deleted": True, "previous": self.shown(post, edit=True)}
        if not self.world.options["wordpress_trash"]:
            raise says(501, "rest_trash_not_supported")
        if post["status"] == "trash":
            raise says(410, "rest_already_trashed", "The post has already been deleted.")
        post["status"] = "trash"
        return self.shown(post, edit=True)

    def shown(self, post: Mapping[str, Any], edit: bool) -> dict[str, Any]:
        content, title = post["content"], post["title"]
        is_out = post["status"] == "publish"
        address = f"{self.url}/2026/11/objava-{post['id']}/" if is_out else f"{self.url}/?p={post['id']}"
        featured = self.media.get(post["featured_media"])
        return {
            "id": post["id"], "status": post["status"], "link": address, "type": "post", "author": post["author"],
            "date_gmt": post["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "title": {"rendered": title} | ({"raw": title} if edit else {}),
            "content": {"rendered": BLOCK.sub("", content), "protected": False} | ({"raw": content} if edit else {}),
            "featured_media": post["featured_media"], "categories": post["categories"],
            "_embedded": {"wp:featuredmedia": [self.shown_media(featured["id"])]} if featured else {},
        }  # fmt: skip

    # comments

    def of_comments(self, method: str, request: Request, user: dict[str, Any] | None, rest: list[str]) -> Reply:
        if method == "GET" and not rest:
            return self.list_comments(request, user)
        if method == "POST" and not rest:
            return Reply(201, self.write(request.json(), self.needed(user, "rest_comment_login_required")))
        comment = self.comments.get(int(rest[0]))
        if comment is None:
            raise says(404, "rest_comment_invalid_id", "Invalid comment ID.")
        if method == "GET":
            return Reply(200, self.shown_comment(comment))
        if "moderate_comments" not in self.needed(user, "rest_cannot_edit")["capabilities"]:
            raise says(403, "rest_cannot_edit" if method == "POST" else "rest_cannot_delete")
        if method == "DELETE":
            assert request.one("force") == "true"
            del self.comments[comment["id"]]
            return Reply(200, {"deleted": True, "previous": self.shown_comment(comment)})
        status = {"approve": "approved"}.get(request.json()["status"], request.json()["status"])
        if comment["status"] == status:
            raise says(500, "rest_comment_failed_edit", "Updating comment status failed.")
        comment["status"] = status
        return Reply(200, self.shown_comment(comment))

    def list_comments(self, request: Request, user: dict[str, Any] | None) -> Reply:
        if request.one("status", "approve") != "approve" and (not user or "edit_posts" not in user["capabilities"]):
            raise says(403 if user else 401, "rest_forbidden_param", "Query parameter not permitted: status")
        sees_all = request.one("status") == "all" and "moderate_comments" in (user or {})["capabilities"]
        after = (
            datetime.fromisoformat(request.one("after")) if request.one("after") else datetime.min.replace(tzinfo=UTC)
        )
        below = [int(one) for one in request.one("post").split(",") if one]
        found = [
            comment
            for comment in self.comments.values()
            if (comment["status"] == "approved" or sees_all)
            and comment["at"] > after
            and (not below or comment["post"] in below)
            and self.posts[comment["post"]]["status"] == "publish"
        ]
        is_down = request.one("order", "desc") == "desc"
        ordered = sorted(found, key=lambda comment: (comment["at"], comment["id"]), reverse=is_down)
        return self.page(request, [self.shown_comment(comment) for comment in ordered])

    def write(self, body: Mapping[str, Any], user: Mapping[str, Any]) -> dict[str, Any]:
        post = self.posts.get(body["post"])
        if post is None or post["status"] != "publish":
            raise says(403, "rest_comment_invalid_post_id" if post is None else "rest_comment_trash_post")
        if self.world.options["wordpress_comments"] == "closed":
            raise says(403, "rest_comment_closed", "Sorry, comments are closed for this item.")
        if not str(body.get("content", "")).strip():
            raise says(400, "rest_comment_content_invalid")
        mine = (post["id"], user["id"], body["content"])
        if mine in {(one["post"], one["author"], one["content"]) for one in self.comments.values()}:
            raise says(409, "comment_duplicate", "Duplicate comment detected.")
        return self.shown_comment(self.add(post["id"], body["content"], user, body.get("parent", 0)))

    def add(self, post: int, content: str, user: Mapping[str, Any], parent: int = 0) -> dict[str, Any]:
        status = "hold" if self.world.options["wordpress_comments"] == "held" else "approved"
        number = self.number()
        self.comments[number] = {
            "id": number, "post": post, "parent": parent, "author": user["id"], "author_name": user["name"].title(),
            "author_url": "", "content": content, "status": status, "at": self.now(),
        }  # fmt: skip
        return self.comments[number]

    def shown_comment(self, comment: Mapping[str, Any]) -> dict[str, Any]:
        shown = {name: value for name, value in comment.items() if name != "at"}
        # Quotation marks become nicer on the way out.
        lines = comment["content"].replace('"', "”").replace("&quot;", "”").replace("\n", "<br />\n")
        return shown | {
            "content": {"rendered": f"<p>{lines}</p>\n"},
            "date_gmt": comment["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "link": f"{self.url}/2026/11/objava-{comment['post']}/#comment-{comment['id']}",
            "author_avatar_urls": {"96": "https://secure.gravatar.com/avatar/0"},
        }

    # for tests

    def too_many(self, seconds: float) -> Reply:
        return Reply(429, {"code": "too_many_requests", "message": "Slow down."}, {"Retry-After": str(int(seconds))})

    def kill_token(self, token: str, action: str) -> None:
        for user in self.users.values():
            encoded = base64.b64encode(f"{user['name']}:{user['password']}".encode()).decode()
            if token == f"Basic {encoded}":
                user["password"] = ""

    def user(self, name: str, capabilities: tuple[str, ...] = EDITOR) -> dict[str, Any]:
        if name not in self.users:
            self.users[name] = {
                "id": self.number(), "name": name, "email": f"{name}@cuprija.example", "capabilities": capabilities,
                "password": uuid.uuid5(uuid.NAMESPACE_DNS, name).hex[:24], "uuid": str(uuid.uuid4()),
            }  # fmt: skip
        return self.users[name]

    def account(self, name: str) -> dict[str, Any]:
        user = self.user(name)
        typed = {"identifier": name, "password": user["password"]}
        credential = {
            "access_token": f"{name}:{user['password']}", "service": "", "account_id": str(user["id"]),
            "scopes": list(EDITOR),
        }  # fmt: skip
        return {"server": self.url, "keys": {}, **typed, "credential": credential}

    def public(self, name: str) -> list[dict[str, Any]]:
        """What a visitor of the site sees of one user's posts and comments."""
        if name not in self.users:
            return []
        number = self.users[name]["id"]
        posts = [post for post in self.posts.values() if post["author"] == number and post["status"] == "publish"]
        own = [one for one in self.comments.values() if one["author"] == number and one["status"] == "approved"]
        return [self.seen(post) for post in posts] + [
            {
                "platform": "wordpress", "id": f"{one['post']}/{one['id']}", "text": plain(one["content"]), "alts": [],
                "reply_to": f"{one['post']}/{one['parent']}" if one["parent"] else str(one["post"]),
                "at": one["at"].isoformat(),
            }
            for one in own
        ]  # fmt: skip

    def seen(self, post: Mapping[str, Any]) -> dict[str, Any]:
        shown, featured = BLOCK.sub("", post["content"]), self.media.get(post["featured_media"])
        alts, text = [featured["alt_text"]] if featured else [], re.sub(r"\n{3,}", "\n\n", plain(shown))
        films = re.findall(r'<video [^<>]*src="([^"]*)"', shown)
        sizes = [one["bytes"] for one in self.media.values() if one["source_url"] in films]
        return {
            "platform": "wordpress", "id": str(post["id"]), "text": text, "title": html.unescape(post["title"]),
            "alts": alts + [html.unescape(alt) for alt in re.findall(r'<img [^<>]*alt="([^"]*)"', shown)],
            "reply_to": None, "video": sum(sizes), "at": post["at"].isoformat(),
        }  # fmt: skip

    def react(self, post: str, kind: str, text: str) -> str:
        """A visitor comments; there is nothing else to do."""
        if kind != "reply":
            return ""
        citizen = {"id": 0, "name": "gradjanka"}
        where, _, above = post.partition("/")
        text = html.escape(text or "Коментар", quote=False)
        return f"{where}/{self.add(int(where), text, citizen, int(above or 0))['id']}"
