"""Threads' Graph API. https://developers.facebook.com/docs/threads

An application, tokens and consent of its own. Pictures and videos are really fetched from their addresses.
"""

import base64
import hashlib
import hmac
import json
import secrets
import urllib.parse
from datetime import timedelta
from typing import Any

import regex

from tests.platforms.fakes.containers import Containers, Unfetched, file_at, picture_at
from tests.platforms.fakes.core import Refusal, Reply, Request, cast_vote, routed

VERSION = "v1.0"
APP, SECRET = "9876543210987654", "threads-secret"
SCOPES = (
    "threads_basic", "threads_content_publish", "threads_read_replies", "threads_manage_replies",
    "threads_manage_mentions", "threads_manage_insights", "threads_delete",
)  # fmt: skip
MAKE_FIELDS = {
    "media_type", "text", "image_url", "video_url", "alt_text", "is_carousel_item", "children", "reply_to_id",
    "reply_control", "link_attachment", "quote_post_id", "topic_tag", "poll_attachment",
}  # fmt: skip
CONTROLS = {"everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only"}
METRICS = {"views", "likes", "replies", "reposts", "quotes", "shares"}
LINK = regex.compile(r"https?://[^\s<>\"]+")
PICTURE_BYTES = 8_000_000
DAY = timedelta(days=1)


def error(code: int, text: str, subcode: int = 0, status: int = 400, **more: Any) -> Refusal:
    body = {"message": text, "type": "THApiException", "code": code, "fbtrace_id": "A" + secrets.token_hex(8), **more}
    return Refusal(status, {"error": body | ({"error_subcode": subcode} if subcode else {})})


def invalid(text: str) -> Refusal:
    return error(100, f"(#100) {text}")


def missing(what: str) -> Refusal:
    return error(100, f"Unsupported request. Object with ID '{what}' does not exist", 33)


class ThreadsFake:
    OPTIONS = {
        "threads_polls": 0,
        "threads_fails": "",
        "threads_quota": 250,
        "threads_list_lag": 0,
        "threads_declined": (),
        "threads_anonymous": False,
        "threads_unknown_metrics": (),
        "threads_no_insights": False,
        "threads_hides_scopes": False,
    }

    def __init__(self, world: Any) -> None:
        self.world = world
        self.serial = 20_000_000_000
        self.accounts: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.posts: dict[str, dict[str, Any]] = {}
        self.containers = Containers(world, "threads")

    # the server

    def handle(self, request: Request) -> Reply:
        bare = {
            "/oauth/authorize": self.dialog,
            "/oauth/access_token": self.short_token,
            "/access_token": self.long_token,
            "/refresh_access_token": self.refresh,
        }
        if request.path in bare:
            answer = bare[request.path](request)
            return answer if isinstance(answer, Reply) else Reply(200, answer)
        if not request.path.startswith(f"/{VERSION}/"):
            raise error(2635, "You are calling a deprecated version of the API.")
        plain = Request(
            request.method, request.path.removeprefix(f"/{VERSION}"), request.query, request.headers, request.body
        )
        return Reply(200, routed(self._routes(), plain))

    def _routes(self) -> list[tuple[str, str, Any]]:
        return [
            ("GET", r"/debug_token", self.debug_token),
            ("GET", r"/me", self.me),
            ("POST", r"/(\d+)/threads", self.make),
            ("POST", r"/(\d+)/threads_publish", self.publish),
            ("GET", r"/(\d+)/threads", self.listed),
            ("GET", r"/(\d+)/replies", self.listed_replies),
            ("GET", r"/(\d+)/mentions", self.mentions),
            ("GET", r"/(\d+)/threads_publishing_limit", self.publishing_limit),
            ("GET", r"/(\d+)/threads_insights", self.account_insights),
            ("GET", r"/(\d+)/insights", self.insights),
            ("GET", r"/(\d+)/conversation", self.conversation),
            ("POST", r"/(\d+)/manage_reply", self.manage_reply),
            ("GET", r"/(\d+)", self.show),
            ("DELETE", r"/(\d+)", self.delete),
        ]

    def too_many(self, seconds: float) -> Reply:
        minutes = -(-int(seconds) // 60)
        use = {"1": [{"type": "threads", "call_count": 100, "estimated_time_to_regain_access": minutes}]}
        refusal = error(613, "(#613) Calls to this api have exceeded the rate limit.")
        refusal.reply.headers |= {"X-Business-Use-Case-Usage": json.dumps(use)}
        return refusal.reply

    def kill_token(self, token: str, action: str) -> None:
        if token in self.tokens:
            self.tokens[token]["dead"] = 463 if action == "expire_token" else 458

    def _number(self) -> str:
        self.serial += 1 + secrets.randbelow(1000)
        return "18" + str(self.serial).rjust(15, "0")

    # who asks

    def _held(self, token: str) -> dict[str, Any]:
        held = self.tokens.get(token)
        if held is None:
            raise error(190, "Invalid OAuth access token - Cannot parse access token", status=401)
        if held.get("dead"):
            raise error(190, "Error validating access token: The session is invalid.", held["dead"], status=401)
        if held["ends"] < self.world.clock.now():
            raise error(190, "Error validating access token: Session has expired.", 463, status=401)
        return held

    def _me(self, request: Request, scope: str, account: str = "") -> dict[str, Any]:
        held = self._held(request.token or request.one("access_token"))
        if "appsecret_proof" in request.query:
            raise invalid("Unknown parameter appsecret_proof")
        if scope not in held["scopes"]:
            raise error(10, f"(#10) Application does not have permission for this action: {scope}", status=403)
        if account and held["account"] != account:
            raise missing(account)
        return self.accounts[held["account"]]

    # consent

    def dialog(self, request: Request) -> Reply:
        """GET is the page; POST is the person's decision."""
        asked = {name: values[0] for name, values in request.query.items()} | (request.form() if request.body else {})
        known = asked.get("client_id") == APP and asked.get("redirect_uri") and asked.get("response_type") == "code"
        if not known or "threads_basic" not in asked.get("scope", "").split(","):
            return Reply(400, "<h1>Invalid request</h1>", content_type="text/html")
        if request.method == "GET":
            return Reply(200, "<h1>Continue as opstina?</h1>", content_type="text/html")
        back = {"state": asked.get("state", "")}
        if asked.get("decision") == "deny":
            back |= {"error": "access_denied", "error_reason": "user_denied"}
        else:
            declined = self.world.options["threads_declined"]
            scopes = [one for one in asked["scope"].split(",") if one in SCOPES and one not in declined]
            back["code"] = "TH" + secrets.token_hex(16)
            account = self._account(asked.get("account", "opstina"))["id"]
            granted = {"redirect_uri": asked["redirect_uri"], "scopes": scopes, "account": account}
            self.codes[back["code"]] = granted
        return Reply(302, "", {"Location": f"{asked['redirect_uri']}?{urllib.parse.urlencode(back)}#_"})

    def short_token(self, request: Request) -> dict[str, Any]:
        if request.method != "POST":
            raise error(100, "Unsupported get request.")
        form = request.form()
        if form.get("client_id") != APP or form.get("client_secret") != SECRET:
            raise error(101, "Error validating client secret.")
        known = self.codes.pop(form.get("code", ""), None)
        if form.get("grant_type") != "authorization_code" or known is None:
            raise error(100, "This authorization code has been used.", 36009)
        if known["redirect_uri"] != form.get("redirect_uri"):
            raise error(100, "Error validating verification code: redirect_uri differs.", 36008)
        token = self._given(known["account"], known["scopes"], timedelta(hours=1))
        return {"access_token": token, "user_id": int(known["account"])}

    def long_token(self, request: Request) -> dict[str, Any]:
        held = self._held(request.one("access_token"))
        if request.one("grant_type") != "th_exchange_token" or request.one("client_secret") != SECRET:
            raise error(101, "Error validating client secret.")
        return self._lasting(held)

    def refresh(self, request: Request) -> dict[str, Any]:
        held = self._held(request.one("access_token"))
        if request.one("grant_type") != "th_refresh_token" or held["life"] < DAY:
            raise invalid("Invalid grant type or token")
        if self.world.clock.now() - held["made"] < DAY:
            raise invalid("The token is less than 24 hours old")
        return self._lasting(held)

    def _lasting(self, held: dict[str, Any]) -> dict[str, Any]:
        token = self._given(held["account"], held["scopes"], timedelta(days=60))
        return {"access_token": token, "token_type": "bearer", "expires_in": 60 * 86_400}

    def _given(self, account: str, scopes: Any, life: timedelta) -> str:
        token, now = "THQ" + secrets.token_hex(24), self.world.clock.now()
        self.tokens[token] = {"account": account, "scopes": tuple(scopes), "made": now, "ends": now + life}
        self.tokens[token]["life"] = life
        return token

    def debug_token(self, request: Request) -> dict[str, Any]:
        self._me(request, "threads_basic")
        if self.world.options["threads_hides_scopes"]:
            raise error(10, "(#10) Only testers of the application may ask", status=403)
        held = self._held(request.one("input_token"))
        return {"data": {"type": "USER", "is_valid": True, "scopes": list(held["scopes"])}}

    # the control pages

    def _account(self, name: str) -> dict[str, Any]:
        account = next((one for one in self.accounts.values() if one["name"] == name), None)
        if account is None:
            account = {"id": self._number(), "name": name}
            self.accounts[account["id"]] = account
        return account

    def account(self, name: str) -> dict[str, Any]:
        account = self._account(name)
        token = self._given(account["id"], SCOPES, timedelta(days=60))
        server, ends = f"{self.world.url}/threads", self.tokens[token]["ends"].isoformat()
        credential = {"access_token": token, "refresh_token": "", "expires_at": ends, "service": server}
        credential |= {"account_id": account["id"], "scopes": list(SCOPES), "grantor": account["id"]}
        return {"server": server, "keys": {"client_id": APP, "client_secret": SECRET}, "credential": credential}

    def public(self, name: str) -> list[dict[str, Any]]:
        accounts = {one["id"] for one in self.accounts.values() if one["name"] == name}
        return [
            {
                "id": one["id"],
                "text": one["text"],
                "alts": [part["alt"] for part in one["parts"] if part["kind"] == "IMAGE"],
                "video_alts": [part["alt"] for part in one["parts"] if part["kind"] == "VIDEO"],
                "reply_to": one["above"],
                "at": one["at"].isoformat(),
                "video": next((part["size"] for part in one["parts"] if part["kind"] == "VIDEO"), 0),
                "kind": one["kind"],
                "link": one["link"],
                "poll": (one["poll"] or {}).get("options"),
                "control": one["control"],
            }
            for one in self.posts.values()
            if one["owner"] in accounts
        ]

    def react(self, post: str, kind: str, text: str) -> str:
        owner = self._account("gradjanka")["id"]
        if kind == "reply":
            return self._add(owner, "TEXT_POST", text, above=post)["id"]
        if kind == "mention":
            return self._add(owner, "TEXT_POST", text, mentions=self.posts[post]["owner"])["id"]
        if kind == "vote":
            cast_vote(self.posts[post]["poll"]["votes"], text)
            return post
        self.posts[post][{"like": "likes", "repost": "reposts", "quote": "quotes"}[kind]] += 1
        return post

    def signed(self, body: bytes) -> dict[str, str]:
        return {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}

    def signed_request(self, user_id: str) -> str:
        content = {"algorithm": "HMAC-SHA256", "issued_at": int(self.world.clock.now().timestamp()), "user_id": user_id}
        payload = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
        digest = hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=") + "." + payload

    # containers

    def make(self, request: Request, account: str) -> dict[str, Any]:
        self._me(request, "threads_content_publish", account)
        form = request.form()
        if request.kind != "application/x-www-form-urlencoded" or set(form) - MAKE_FIELDS:
            raise invalid(f"Unknown parameter {sorted(set(form) - MAKE_FIELDS)}")
        kind = form.get("media_type", "")
        item = form.get("is_carousel_item") == "true"
        self._refuse_text(form, kind, item)
        failed = ""
        if kind == "TEXT":
            parts = []
        elif kind == "CAROUSEL":
            parts = self._parts(account, form.get("children", ""))
        elif kind == "IMAGE":
            parts = [self._image(form)]
        elif kind == "VIDEO":
            clip, failed = self._clip(form)
            parts = [clip]
        else:
            raise invalid("Param media_type must be one of {TEXT, IMAGE, VIDEO, CAROUSEL}")
        shown = {"TEXT": "TEXT_POST", "CAROUSEL": "CAROUSEL_ALBUM"}.get(kind, kind)
        inside = {"text": form.get("text", ""), "above": form.get("reply_to_id"), "link": form.get("link_attachment")}
        inside["poll"] = self._poll(form, kind)
        inside |= {"control": form.get("reply_control", "everyone"), "kind": shown, "parts": parts, "failed": failed}
        return {"id": self.containers.add(self._number(), account, item=item, **inside)}

    def _refuse_text(self, form: dict[str, str], kind: str, item: bool) -> None:
        text, link = form.get("text", ""), form.get("link_attachment", "")
        if not text and kind == "TEXT":
            raise invalid("The parameter text is required")
        if _counted(text) > 500:
            raise error(100, "Param text must be at most 500 characters long.")
        if len(set(LINK.findall(text)) | ({link} if link else set())) > 5:
            raise error(
                1, "Fatal", error_user_title="THREADS_API__LINK_LIMIT_EXCEEDED", error_user_msg="Too many links"
            )
        if link and kind != "TEXT":
            raise invalid("link_attachment is only available for text posts")
        if len(form.get("alt_text", "")) > 1000 or ("alt_text" in form and kind not in ("IMAGE", "VIDEO")):
            raise invalid("Param alt_text must be at most 1000 characters long, beside a picture or a video")
        if form.get("reply_control", "everyone") not in CONTROLS:
            raise invalid("Param reply_control is not known")
        if item and (text or kind not in ("IMAGE", "VIDEO")):
            raise invalid("A part of a carousel is a picture or a video alone")
        above = form.get("reply_to_id")
        if above and above not in self.posts:
            raise missing(above)

    def _poll(self, form: dict[str, str], kind: str) -> dict[str, Any] | None:
        """https://developers.facebook.com/documentation/threads/create-posts/polls, as of 2 July 2026"""
        if "poll_attachment" not in form:
            return None
        if kind != "TEXT" or form.get("link_attachment"):
            raise invalid("poll_attachment is only available for text-only posts")
        try:
            options = json.loads(form["poll_attachment"])
        except ValueError:
            raise invalid("Param poll_attachment must be a JSON object") from None
        names = [f"option_{letter}" for letter in "abcd"]
        if not 2 <= len(options) <= 4 or list(options) != names[: len(options)]:
            raise invalid("Param poll_attachment must have between 2 and 4 options")
        if not all(1 <= _counted(text) <= 25 for text in options.values()):
            raise invalid("Each option of poll_attachment must be between 1 and 25 characters long")
        return {"options": list(options.values()), "votes": [set() for _ in options]}

    def _poll_entity(self, post: dict[str, Any], asked: str) -> dict[str, Any]:
        """Only the fields that were asked for; C and D only where the poll has them."""
        poll, values = post["poll"], {}
        total = sum(len(people) for people in poll["votes"])
        for letter, text, people in zip("abcd", poll["options"], poll["votes"], strict=False):
            values[f"option_{letter}"] = text
            values[f"option_{letter}_votes_percentage"] = round(len(people) / total, 2) if total else 0
        ends = post["at"] + DAY
        values |= {"total_votes": total, "expiration_timestamp": ends.strftime("%Y-%m-%dT%H:%M:%S+0000")}
        return {name: value for name, value in values.items() if name in asked.split(",")}

    def _image(self, form: dict[str, str]) -> dict[str, Any]:
        try:
            content, mime, ratio = picture_at(form.get("image_url", ""))
        except (Unfetched, OSError):
            raise error(9004, "The media could not be fetched from this URI.", 2207052) from None
        if len(content) > PICTURE_BYTES or mime not in ("image/jpeg", "image/png") or not 0.1 <= ratio <= 10:
            raise invalid("The picture has a size, type or shape that is not supported")
        return {"kind": "IMAGE", "alt": form.get("alt_text", ""), "size": len(content)}

    def _clip(self, form: dict[str, str]) -> tuple[dict[str, Any], str]:
        try:
            content, _mime = file_at(form.get("video_url", ""))
        except Unfetched:
            raise error(9004, "The media could not be fetched from this URI.", 2207052) from None
        failed = "" if b"ftyp" in content[:12] else "FAILED_PROCESSING_VIDEO"
        return {"kind": "VIDEO", "alt": form.get("alt_text", ""), "size": len(content)}, failed

    def _parts(self, account: str, children: str) -> list[dict[str, Any]]:
        if not 2 <= len(children.split(",")) <= 20:
            raise invalid("Param children must have between 2 and 20 elements")
        parts = self.containers.children(children, account, error(24, "The requested resource does not exist", 4279009))
        return [part["parts"][0] for part in parts]

    def publish(self, request: Request, account: str) -> dict[str, Any]:
        self._me(request, "threads_content_publish", account)
        form = request.form()
        held = self.containers.held.get(form.get("creation_id", ""))
        if set(form) != {"creation_id"} or held is None or held["owner"] != account or held["item"]:
            raise error(24, "The requested resource does not exist", 4279009)
        if self.containers.state(held) != "FINISHED":
            # Also one that was published: it never becomes a second post.
            raise error(24, "The requested resource does not exist", 4279009)
        if self._used(account, bool(held["above"])) >= self.world.options["threads_quota"]:
            raise error(9, "The user reached the maximum number of posts", 2207042, status=403)
        made = self._add(account, held["kind"], held["text"], above=held["above"], parts=held["parts"])
        made |= {"link": held["link"], "control": held["control"], "poll": held["poll"]}
        self.posts[made["id"]] = made
        held["post"] = made["id"]
        return {"id": made["id"]}

    def _add(self, owner: str, kind: str, text: str, **more: Any) -> dict[str, Any]:
        number = self._number()
        made = {"id": number, "owner": owner, "kind": kind, "text": text, "at": self.world.clock.now(), "parts": []}
        made |= {"above": None, "likes": 0, "reposts": 0, "quotes": 0, "listed": 0, "hidden": False, "mentions": ""}
        made |= {"link": None, "poll": None, "control": "everyone", "code": secrets.token_urlsafe(8), **more}
        self.posts[number] = made
        return made

    def _used(self, account: str, replies: bool) -> int:
        since = self.world.clock.now() - DAY
        mine = [one for one in self.posts.values() if one["owner"] == account and bool(one["above"]) == replies]
        return sum(1 for one in mine if one["at"] > since)

    def publishing_limit(self, request: Request, account: str) -> dict[str, Any]:
        self._me(request, "threads_basic", account)
        config = {"quota_total": self.world.options["threads_quota"], "quota_duration": 86_400}
        limit = {"quota_usage": self._used(account, False), "config": config}
        limit |= {"reply_quota_usage": self._used(account, True), "reply_config": config}
        return {"data": [limit]}

    # reads

    def me(self, request: Request) -> dict[str, Any]:
        account = self._me(request, "threads_basic")
        profile = {"id": account["id"], "username": account["name"], "name": f"Општина {account['name']}"}
        return profile | {"threads_profile_picture_url": "https://scontent.example/t"}

    def show(self, request: Request, one: str) -> dict[str, Any]:
        self._me(request, "threads_basic")
        if container := self.containers.held.get(one):
            state = self.containers.state(container, asked=True)
            problem = {"error_message": self.containers.error_text(container)} if state == "ERROR" else {}
            return {"id": one, "status": state, **problem}
        if one not in self.posts:
            raise missing(one)
        post = self.posts[one]
        asked = regex.search(r"poll_attachment\{([\w,]+)\}", request.one("fields", ""))
        poll = {"poll_attachment": self._poll_entity(post, asked[1])} if asked and post["poll"] else {}
        return self._shown(post) | poll

    def _shown(self, one: dict[str, Any]) -> dict[str, Any]:
        entity = {"id": one["id"], "text": one["text"], "timestamp": one["at"].strftime("%Y-%m-%dT%H:%M:%S+0000")}
        entity |= {"media_type": one["kind"], "permalink": f"https://www.threads.com/@x/post/{one['code']}"}
        entity["has_replies"] = any(post["above"] == one["id"] for post in self.posts.values())
        if one["kind"] == "CAROUSEL_ALBUM":
            parts = [{"id": f"{one['id']}{n}", **_part(part)} for n, part in enumerate(one["parts"])]
            entity["children"] = {"data": parts}
        elif one["parts"]:
            entity |= _part(one["parts"][0])
        if one["above"]:
            root = one["above"]
            while root in self.posts and self.posts[root]["above"]:
                root = self.posts[root]["above"]
            entity |= {"is_reply": True, "replied_to": {"id": one["above"]}, "root_post": {"id": root}}
        if not self.world.options["threads_anonymous"]:
            entity["username"] = self.accounts[one["owner"]]["name"]
        return entity

    def listed(self, request: Request, account: str) -> dict[str, Any]:
        self._me(request, "threads_basic", account)
        return self._own(request, account, replies=False)

    def listed_replies(self, request: Request, account: str) -> dict[str, Any]:
        self._me(request, "threads_basic", account)
        return self._own(request, account, replies=True)

    def _own(self, request: Request, account: str, replies: bool) -> dict[str, Any]:
        posts = []
        for one in self.posts.values():
            if one["owner"] == account and bool(one["above"]) == replies:
                one["listed"] += 1
                if one["listed"] > self.world.options["threads_list_lag"]:
                    posts.append(one)
        return _paged([self._shown(one) for one in sorted(posts, key=lambda o: o["at"], reverse=True)], request)

    def conversation(self, request: Request, one: str) -> dict[str, Any]:
        me = self._me(request, "threads_read_replies")
        if one not in self.posts:
            raise missing(one)
        below, replies = {one}, []
        for post in self.posts.values():
            if post["above"] in below:
                below.add(post["id"])
                entity = self._shown(post) | {"hide_status": "HIDDEN" if post["hidden"] else "NOT_HUSHED"}
                replies.append(entity | {"is_reply_owned_by_me": post["owner"] == me["id"]})
        return _paged(replies[::-1] if request.one("reverse") != "false" else replies, request)

    def mentions(self, request: Request, account: str) -> dict[str, Any]:
        self._me(request, "threads_manage_mentions", account)
        return _paged([self._shown(one) for one in self.posts.values() if one["mentions"] == account], request)

    def manage_reply(self, request: Request, one: str) -> dict[str, Any]:
        self._me(request, "threads_manage_replies")
        reply, form = self.posts.get(one), request.form()
        if reply is None or not reply["above"]:
            raise missing(one)
        if form.get("hide") not in ("true", "false"):
            raise invalid("Param hide must be a boolean")
        reply["hidden"] = form["hide"] == "true"
        return {"success": True}

    def delete(self, request: Request, one: str) -> dict[str, Any]:
        me = self._me(request, "threads_delete")
        if one not in self.posts or self.posts[one]["owner"] != me["id"]:
            raise missing(one)
        del self.posts[one]
        return {"success": True, "deleted_id": one}

    def insights(self, request: Request, one: str) -> dict[str, Any]:
        self._me(request, "threads_manage_insights")
        if one not in self.posts:
            raise missing(one)
        asked, removed = request.one("metric").split(","), self.world.options["threads_unknown_metrics"]
        if unknown := [name for name in asked if name not in METRICS or name in removed]:
            raise error(100, f"(#100) metric[0] must be one of the following values: {unknown}")
        if self.world.options["threads_no_insights"]:
            return {"data": []}
        post = self.posts[one]
        values = {"views": 11, "replies": sum(1 for other in self.posts.values() if other["above"] == one)} | post
        return {
            "data": [{"name": n, "period": "lifetime", "values": [{"value": values.get(n, 0)}]} for n in asked],
        }

    def account_insights(self, request: Request, account: str) -> dict[str, Any]:
        self._me(request, "threads_manage_insights", account)
        if request.one("metric") != "followers_count":
            raise invalid("metric")
        return {"data": [{"name": "followers_count", "period": "day", "total_value": {"value": 640}}]}


def _part(part: dict[str, Any]) -> dict[str, Any]:
    return {"media_type": part["kind"]} | ({"alt_text": part["alt"]} if part["alt"] else {})


def _counted(text: str) -> int:
    """Emoji by their bytes, everything else by characters; on purpose not the product's own code."""
    pictures = r"[\p{Extended_Pictographic}--[©®™]]|\p{Regional_Indicator}|\u20E3|\uFE0F"
    clusters = regex.findall(r"\X", text, flags=regex.V1)
    return sum(len(one.encode()) if regex.search(pictures, one, flags=regex.V1) else len(one) for one in clusters)


def _paged(items: list[dict[str, Any]], request: Request) -> dict[str, Any]:
    limit, start = int(request.one("limit") or 25), int(request.one("after") or 0)
    page: dict[str, Any] = {"data": items[start : start + limit]}
    if start + limit < len(items):
        page["paging"] = {"cursors": {"after": str(start + limit)}, "next": "https://graph.threads.net/next"}
    return page
