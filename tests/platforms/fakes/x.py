"""X's API in version 2, as a publishing application sees it. https://docs.x.com/x-api/introduction

Strict about keys and PKCE; a refresh token works once; texts come back with t.co addresses and escaped characters; the
same text is refused for a while; every paid call is on the bill.
"""

import base64
import hashlib
import html
import io
import json
import re
import secrets
import urllib.parse
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from PIL import Image

from platforms import weighted
from tests.platforms.fakes.core import Refusal, Reply, Request, cast_vote, routed

CLIENT, SECRET = "x-client-id", "x-client-secret"
SCOPES = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access", "tweet.moderate.write")
PRIVATE = ("dm.read", "dm.write")
LIFE, CODE_LIFE, SAME_TEXT = timedelta(hours=2), timedelta(seconds=30), timedelta(hours=24)
CHARACTERS, ALT_CHARACTERS, IMAGE_BYTES = 280, 1_000, 5_000_000
POST_KEYS = {"text", "media", "reply", "quote_tweet_id", "poll", "reply_settings", "made_with_ai"}
OBJECTS = ("user.fields", "media.fields", "poll.fields")
PROBLEMS = "https://api.x.com/2/problems/"
CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z]{1,6}(?!\w)")
NO_DUPLICATES = "You are not allowed to create a Tweet with duplicate content."
NOT_PERMITTED = "You are not permitted to perform this action."
MARKO = "2002"


def problem(status: int, name: str, detail: str, **more: Any) -> Refusal:
    kind = f"{PROBLEMS}{name}" if name else "about:blank"
    return Refusal(status, {"title": name or "Forbidden", "detail": detail, "type": kind, "status": status, **more})


def invalid(detail: str) -> Refusal:
    return problem(
        400, "invalid-request", "One or more parameters to your request was invalid.", errors=[{"message": detail}]
    )


class XFake:
    OPTIONS = {
        "x_list_lag": 0,
        "x_polls": 0,
        "x_self_replies": True,
        "x_declined": (),
        "x_renamed": False,
        "x_video": "succeeded",
        "x_hidden_authors": False,
        "x_private": False,
        "x_private_refuses": "",
    }
    """x_private: whether consent includes private messages. x_private_refuses: what is said instead of sending one."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.serial = 1_900_000_000_000_000_000
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.people: dict[str, dict[str, Any]] = {MARKO: {"id": MARKO, "username": "marko", "name": "Марко"}}
        self.media: dict[str, dict[str, Any]] = {}
        self.posts: dict[str, dict[str, Any]] = {}
        self.bill: list[str] = []
        self.events: list[dict[str, Any]] = []

    # the server

    def handle(self, request: Request) -> Reply:
        if request.path == "/i/oauth2/authorize":
            return self._dialog(request)
        headers = self._limits(299, 900)
        try:
            answer = routed(self._routes(), request)
        except Refusal as refusal:
            refusal.reply.headers |= headers
            raise
        reply = answer if isinstance(answer, Reply) else Reply(200, answer)
        reply.headers |= headers
        return reply

    def _routes(self) -> list[tuple[str, str, Any]]:
        return [
            ("POST", r"/2/oauth2/token", self.token),
            ("POST", r"/2/oauth2/revoke", self.revoke),
            ("GET", r"/2/users/me", self.me),
            ("POST", r"/2/media/upload", self.picture),
            ("GET", r"/2/media/upload", self.status),
            ("POST", r"/2/media/upload/initialize", self.initialize),
            ("POST", r"/2/media/upload/(\d+)/append", self.append),
            ("POST", r"/2/media/upload/(\d+)/finalize", self.finalize),
            ("POST", r"/2/media/metadata", self.metadata),
            ("POST", r"/2/tweets", self.post),
            ("GET", r"/2/tweets", self.several),
            ("GET", r"/2/tweets/search/recent", self.search),
            ("DELETE", r"/2/tweets/(\d+)", self.delete),
            ("PUT", r"/2/tweets/(\d+)/hidden", self.hide),
            ("GET", r"/2/users/(\d+)/tweets", self.timeline),
            ("GET", r"/2/users/(\d+)/mentions", self.mentions),
            ("GET", r"/2/dm_events", self.dm_events),
            ("GET", r"/2/dm_conversations/with/(\d+)/dm_events", self.dm_events),
            ("POST", r"/2/dm_conversations/with/(\d+)/messages", self.dm_message),
        ]

    def _limits(self, left: int, seconds: float) -> dict[str, str]:
        resets = int(self._now().timestamp() + seconds)
        return {"x-rate-limit-limit": "300", "x-rate-limit-remaining": str(left), "x-rate-limit-reset": str(resets)}

    def too_many(self, seconds: float) -> Reply:
        body = {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429}
        return Reply(429, body, self._limits(0, seconds))

    def kill_token(self, token: str, action: str) -> None:
        """An expired one can be renewed, a consent that was taken back cannot."""
        person = self.tokens.get(token, {}).get("person")
        for key, held in self.tokens.items():
            held["dead"] = held.get("dead") or key == token or (action == "revoke_token" and held["person"] == person)

    def _person(self, request: Request, scope: str) -> str:
        held = self.tokens.get(request.token)
        if held is None or held.get("dead") or held["kind"] != "access" or held["ends"] < self._now():
            raise Refusal(
                401, {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
            )
        if scope not in held["scopes"]:
            raise problem(403, "", NOT_PERMITTED)
        return str(held["person"])

    # private messages: https://docs.x.com/x-api/direct-messages/lookup/introduction

    def dm_events(self, request: Request, other: str = "") -> dict[str, Any]:
        """Newest first. It cannot begin after a known one."""
        me = self._person(request, "dm.read")
        wanted = "-".join(sorted((me, other), key=int)) if other else ""
        mine = [
            one for one in self.events
            if me in one["people"] and (not wanted or one["event"]["dm_conversation_id"] == wanted)
        ]  # fmt: skip
        newest = sorted(mine, key=lambda one: int(one["event"]["id"]), reverse=True)
        start, amount = int(request.one("pagination_token", "0")), int(request.one("max_results", "100"))
        shown = [one["event"] for one in newest[start : start + amount]]
        self.bill += ["private_read"] * len(shown)
        names = {one["sender_id"] for one in shown} if "sender_id" in request.one("expansions") else set()
        meta: dict[str, Any] = {"result_count": len(shown)}
        if start + amount < len(newest):
            meta["next_token"] = str(start + amount)
        users = [{key: self.people[one][key] for key in ("id", "username", "name")} for one in sorted(names)]
        return {"meta": meta} | ({"data": shown} if shown else {}) | ({"includes": {"users": users}} if users else {})

    def dm_message(self, request: Request, other: str) -> Reply:
        me, form = self._person(request, "dm.write"), request.json()
        if set(form) != {"text"} or not form["text"] or len(form["text"]) > 10_000:
            raise invalid("text")
        if self.world.options["x_private_refuses"] or other not in self.people:
            raise problem(403, "", self.world.options["x_private_refuses"] or NOT_PERMITTED)
        self.bill.append("private_message")
        event = self.write(me, form["text"], other)
        return Reply(201, {"data": {"dm_conversation_id": event["dm_conversation_id"], "dm_event_id": event["id"]}})

    def write(self, author: str, text: str, *to: str, **more: Any) -> dict[str, Any]:
        """For tests: a private message of anybody; to several people in a group."""
        self.serial += 4096
        people = {author, *to}
        conversation = "-".join(sorted(people, key=int)) if len(people) == 2 else str(1_800_000_000_000_000_000)
        at = self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event = {
            "id": str(self.serial), "event_type": "MessageCreate", "text": html.escape(text, quote=False),
            "sender_id": author, "dm_conversation_id": conversation, "created_at": at, **more,
        }  # fmt: skip
        self.events.append({"people": people, "event": event})
        return event

    # consent

    def _dialog(self, request: Request) -> Reply:
        """GET is the page; POST is the person's decision."""
        asked = {name: values[0] for name, values in request.query.items()} | (request.form() if request.body else {})
        known = asked.get("client_id") == CLIENT and asked.get("response_type") == "code" and asked.get("state")
        if not known or asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return Reply(400, "<h1>Something went wrong</h1>", content_type="text/html")
        if request.method == "GET":
            return Reply(200, "<h1>Dobošar wants to access your account</h1>", content_type="text/html")
        back = {"state": asked["state"]}
        if asked.get("decision") == "deny":
            back["error"] = "access_denied"
        else:
            code = secrets.token_urlsafe(48)
            scopes = [one for one in asked["scope"].split() if one not in self.world.options["x_declined"]]
            account = next(one for one in self.people.values() if one["id"] != MARKO)
            self.codes[code] = {"redirect_uri": asked["redirect_uri"], "scopes": scopes, "person": account["id"]}
            self.codes[code] |= {"challenge": asked["code_challenge"], "ends": self._now() + CODE_LIFE}
            back["code"] = code
        return Reply(302, "", {"Location": f"{asked['redirect_uri']}?{urllib.parse.urlencode(back)}"})

    def _client(self, request: Request) -> dict[str, str]:
        pair = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            raise Refusal(
                401, {"error": "unauthorized_client", "error_description": "Missing valid authorization header"}
            )
        if request.kind != "application/x-www-form-urlencoded":
            raise Refusal(400, {"error": "invalid_request", "error_description": "a form is expected"})
        return request.form()

    def token(self, request: Request) -> dict[str, Any]:
        form = self._client(request)
        if form.get("grant_type") == "refresh_token":
            held = self.tokens.get(form.get("refresh_token", ""))
            if held is None or held.get("dead") or held["kind"] != "refresh":
                raise Refusal(
                    400, {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}
                )
            held["dead"] = True
            return self._given(held["person"], held["scopes"])
        known = self.codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        fits = known and known["redirect_uri"] == form.get("redirect_uri") and known["ends"] > self._now()
        if not known or not fits or proof.decode().rstrip("=") != known["challenge"]:
            message = "Value passed for the authorization code was invalid."
            raise Refusal(400, {"error": "invalid_request", "error_description": message})
        return self._given(known["person"], known["scopes"])

    def _given(self, person: str, scopes: Any) -> dict[str, Any]:
        access, renewal = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
        held = {"person": person, "scopes": tuple(scopes)}
        self.tokens[access] = held | {"kind": "access", "ends": self._now() + LIFE}
        tokens = {"token_type": "bearer", "expires_in": 7200, "access_token": access, "scope": " ".join(scopes)}
        if "offline.access" not in scopes:
            return tokens
        self.tokens[renewal] = held | {"kind": "refresh", "ends": self._now() + timedelta(days=180)}
        return tokens | {"refresh_token": renewal}

    def revoke(self, request: Request) -> dict[str, Any]:
        held = self.tokens.get(self._client(request).get("token", ""))
        if held:
            held["dead"] = True
        return {"revoked": True}

    def me(self, request: Request) -> dict[str, Any]:
        person = self.people[self._person(request, "users.read")]
        posts = sum(1 for one in self.posts.values() if one["by"] == person["id"])
        count = "post_count" if self.world.options["x_renamed"] else "tweet_count"
        metrics = {"followers_count": 320, "following_count": 12, count: posts, "listed_count": 1}
        return {"data": {**person, "public_metrics": metrics, "profile_image_url": "https://pbs.example/a.jpg"}}

    # files

    def picture(self, request: Request) -> dict[str, Any]:
        person = self._person(request, "media.write")
        parts = request.multipart()
        if unknown := set(parts) - {"media", "media_category", "media_type", "additional_owners", "shared"}:
            raise invalid(f"unknown {sorted(unknown)}")
        if parts["media_category"].content != b"tweet_image":
            raise invalid("media_category")
        content = parts["media"].content
        try:
            Image.open(io.BytesIO(content)).verify()
        except Exception:
            raise invalid("media type unrecognized.") from None
        if len(content) > IMAGE_BYTES:
            raise invalid("maxFileSizeExceeded")
        return self._held(person, "photo", content, "succeeded")

    def _held(self, person: str, kind: str, content: bytes, state: str, **more: Any) -> dict[str, Any]:
        number = str(self._next())
        self.media[number] = {"by": person, "kind": kind, "content": content, "state": state, "alt": "", "polls": 0}
        self.media[number] |= {"segments": {}, **more}
        prefix = "3" if kind == "photo" else "7"
        return {"data": {"id": number, "media_key": f"{prefix}_{number}", "expires_after_secs": 86_400}}

    def initialize(self, request: Request) -> dict[str, Any]:
        person = self._person(request, "media.write")
        body = _json(request)
        _only(body, {"media_type", "total_bytes", "media_category", "additional_owners", "shared"})
        if body.get("media_category") != "tweet_video" or not isinstance(body.get("total_bytes"), int):
            raise invalid("media_category")
        return self._held(person, "video", b"", "uploading", size=body["total_bytes"])

    def append(self, request: Request, number: str) -> dict[str, Any]:
        self._person(request, "media.write")
        parts = request.multipart()
        self.media[number]["segments"][int(parts["segment_index"].content)] = parts["media"].content
        return {"data": {"expires_at": 0}}

    def finalize(self, request: Request, number: str) -> dict[str, Any]:
        self._person(request, "media.write")
        held = self.media[number]
        held["content"] = b"".join(held["segments"][n] for n in sorted(held["segments"]))
        if len(held["content"]) != held["size"]:
            raise invalid("Segments do not add up to provided total file size.")
        held["state"], held["polls"] = "pending", self.world.options["x_polls"]
        return self._shown(number)

    def status(self, request: Request) -> dict[str, Any]:
        self._person(request, "media.write")
        if request.one("command") != "STATUS" or request.one("media_id") not in self.media:
            raise problem(404, "resource-not-found", "Could not find media")
        held = self.media[request.one("media_id")]
        if held["state"] in ("pending", "in_progress"):
            held["state"] = self.world.options["x_video"] if held["polls"] <= 0 else "in_progress"
            held["polls"] -= 1
        return self._shown(request.one("media_id"))

    def _shown(self, number: str) -> dict[str, Any]:
        info = {"state": self.media[number]["state"], "check_after_secs": 1}
        return {"data": {"id": number, "media_key": f"7_{number}", "processing_info": info}}

    def metadata(self, request: Request) -> dict[str, Any]:
        self._person(request, "media.write")
        body = _json(request)
        _only(body, {"id", "metadata"})
        text = body["metadata"]["alt_text"]["text"]
        held = self.media.get(body["id"])
        if held is None or held["kind"] != "photo" or len(text) > ALT_CHARACTERS:
            raise invalid("alt_text")
        held["alt"] = text
        self.bill.append("alt")
        return {"data": {"id": body["id"]}}

    # posts

    def post(self, request: Request) -> Reply:
        person = self._person(request, "tweet.write")
        body = _json(request)
        _only(body, POST_KEYS)
        _only(body.get("media") or {}, {"media_ids", "tagged_user_ids"})
        if "text" not in body:
            # `CreateRequest` of xdk 0.10.6 (November 2026): the backend's variable is non-null, so the library always
            # sends a text, an empty one too.
            raise invalid("text: null value")
        if body.get("reply_settings", "verified") not in ("following", "mentionedUsers", "subscribers", "verified"):
            raise invalid("$.reply_settings: does not have a value in the enumeration")
        if "reply" in body and "reply_settings" in body:
            raise invalid("reply_settings cannot be set on a reply")
        text, ids = body["text"], (body.get("media") or {}).get("media_ids", [])
        above = (body.get("reply") or {}).get("in_reply_to_tweet_id")
        self._refuse(person, text, ids, above)
        poll = self._poll(body, ids)
        kinds = [self.media[one]["kind"] for one in ids]
        if len(ids) > 4 or (("video" in kinds) and len(ids) > 1):
            raise invalid("media_ids")
        made = self._posted(person, text, ids, above, answers=body.get("reply_settings", "everyone"), poll=poll)
        self.bill.append("reply" if above else "post_with_link" if weighted.addresses(text) else "post")
        return Reply(201, {"data": {"id": made["id"], "text": text}})

    def _poll(self, body: dict[str, Any], ids: list[str]) -> dict[str, Any] | None:
        """`CreatePostsPoll` of xdk 0.10.6: two to four options of 1 to 25 characters; `media` and `poll` exclude each
        other. https://docs.x.com/x-api/posts/create-post"""
        asked = body.get("poll")
        if asked is None:
            return None
        _only(asked, {"options", "duration_minutes", "reply_settings"})
        if ids:
            raise invalid("$.media, $.poll: only one of these fields may be given")
        options, minutes = asked.get("options") or [], asked.get("duration_minutes")
        if not 2 <= len(options) <= 4 or not all(isinstance(one, str) and 1 <= len(one) <= 25 for one in options):
            raise invalid("$.poll.options: must have 2 to 4 options of 1 to 25 characters")
        if not isinstance(minutes, int) or not 5 <= minutes <= 10_080:
            raise invalid("$.poll.duration_minutes: must be between 5 and 10080")
        ends = self._now() + timedelta(minutes=minutes)
        return {"id": str(self._next()), "options": options, "ends": ends, "votes": [set() for _ in options]}

    def _poll_entity(self, poll: dict[str, Any]) -> dict[str, Any]:
        """https://docs.x.com/x-api/fundamentals/data-dictionary#poll"""
        options = [
            {"position": place, "label": label, "votes": len(people)}
            for place, (label, people) in enumerate(zip(poll["options"], poll["votes"], strict=True), 1)
        ]
        ended = poll["ends"] <= self._now()
        return {
            "id": poll["id"],
            "options": options,
            "end_datetime": poll["ends"].strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "voting_status": "closed" if ended else "open",
        }

    def _refuse(self, person: str, text: str, ids: list[str], above: str | None) -> None:
        if not text and not ids:
            raise invalid("$.text: is missing but it is required")
        if weighted.x(text) > CHARACTERS:
            raise problem(403, "", "Your Tweet text is too long. Tweet needs to be a bit shorter.")
        if len(CASHTAG.findall(text)) > 1:
            raise problem(403, "", "A post may contain one cashtag at most.")
        for one in ids:
            if self.media.get(one, {}).get("state") != "succeeded" or self.media[one]["by"] != person:
                raise invalid("Your media IDs are invalid.")
        for other in self.posts.values():
            same = other["by"] == person and other["written"] == text and other["above"] == above and text
            if same and not other["gone"] and self._now() - other["at"] < SAME_TEXT:
                raise problem(403, "", NO_DUPLICATES)
        if above:
            parent = self.posts.get(above)
            if parent is None or parent["gone"]:
                raise problem(403, "", "You attempted to reply to a Tweet that is deleted or not visible to you.")
            own = parent["by"] == person
            named = f"@{self.people[person]['username']}" in parent["text"]
            if not (self.world.options["x_self_replies"] if own else named):
                raise problem(403, "", NOT_PERMITTED)

    def _posted(
        self, person: str, written: str, ids: Any = (), above: str | None = None, **more: Any
    ) -> dict[str, Any]:
        number = str(self._next())
        parent = self.posts.get(above or "")
        author = self.people[parent["by"]]["username"] if parent and parent["by"] != person else ""
        text = written if not author or f"@{author}" in written else f"@{author} {written}"
        self.posts[number] = {
            "id": number, "by": person, "written": written, "text": text, "media": list(ids), "above": above,
            "root": parent["root"] if parent else number, "at": self._now(), "gone": False, "hidden": False,
            "likes": 0, "reposts": 0, "quotes": 0, "listed": 0, **more,
        }  # fmt: skip
        return self.posts[number]

    def delete(self, request: Request, number: str) -> dict[str, Any]:
        person = self._person(request, "tweet.write")
        post = self.posts.get(number)
        if post is None or post["gone"]:
            raise problem(404, "resource-not-found", f"Could not find tweet with id: [{number}].")
        if post["by"] != person:
            raise problem(403, "", NOT_PERMITTED)
        post["gone"] = True
        self.bill.append("delete")
        return {"data": {"deleted": True}}

    def hide(self, request: Request, number: str) -> dict[str, Any]:
        person = self._person(request, "tweet.moderate.write")
        post = self.posts[number]
        body = _json(request)
        if self.posts[post["root"]]["by"] != person or body not in ({"hidden": True}, {"hidden": False}):
            raise problem(403, "", NOT_PERMITTED)
        post["hidden"] = body["hidden"]
        return {"data": {"hidden": post["hidden"]}}

    # reads

    def _fields(self, request: Request, *known: str) -> None:
        """Names of `xdk` 0.10.6, X's own library of November 2026: none of the old ones is in it."""
        renamed = self.world.options["x_renamed"]
        fields = "post.fields" if renamed else "tweet.fields"
        old, new = (
            {"referenced_tweets", "note_tweet", "referenced_posts", "author_id"},
            {"referenced_posts", "note_post"},
        )
        if wrong := set(request.one(fields).split(",")) & (old if renamed else new):
            raise invalid(f"The `{fields}` query parameter values {sorted(wrong)} are not known")
        if unknown := set(request.query) - set(known) - {fields, "expansions", *OBJECTS}:
            raise invalid(f"The query parameters {sorted(unknown)} are not known")

    def _entity(self, post: dict[str, Any]) -> dict[str, Any]:
        text, urls = html.escape(post["text"], quote=False), []
        for n, (start, end) in enumerate(reversed(weighted.addresses(post["text"]))):
            long = post["text"][start:end]
            short = f"https://t.co/{post['id'][-6:]}{n}"
            text = text.replace(html.escape(long, quote=False), short, 1)
            full = long if "://" in long else f"http://{long}"
            urls.append({"url": short, "expanded_url": full, "display_url": long.split("://")[-1][:26]})
        entity: dict[str, Any] = {"id": post["id"], "author_id": post["by"], "conversation_id": post["root"]}
        if post["media"]:
            short = f"https://t.co/m{post['id'][-6:]}"
            text = f"{text} {short}".strip()
            urls.append({"url": short, "expanded_url": f"https://x.com/x/status/{post['id']}/photo/1"})
            urls[-1] |= {"display_url": "pic.x.com/abc", "media_key": self._key(post["media"][0])}
            entity["attachments"] = {"media_keys": [self._key(one) for one in post["media"]]}
        if post.get("poll"):
            entity["attachments"] = {"poll_ids": [post["poll"]["id"]]}
        for one in urls:
            one |= {"start": (start := text.find(one["url"])), "end": start + len(one["url"])}
        entity |= {
            "text": text,
            "created_at": post["at"].strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "entities": {"urls": urls},
        }
        if post["above"]:
            name = "referenced_posts" if self.world.options["x_renamed"] else "referenced_tweets"
            entity[name] = [{"type": "replied_to", "id": post["above"]}]
        return entity | {"public_metrics": self._metrics(post)}

    def _metrics(self, post: dict[str, Any]) -> dict[str, int]:
        answers = sum(1 for one in self.posts.values() if one["above"] == post["id"] and not one["gone"])
        reposts = "repost_count" if self.world.options["x_renamed"] else "retweet_count"
        metrics = {"like_count": post["likes"], "reply_count": answers, reposts: post["reposts"]}
        return metrics | {"quote_count": post["quotes"], "bookmark_count": 0, "impression_count": 11}

    def _key(self, number: str) -> str:
        return f"{'3' if self.media[number]['kind'] == 'photo' else '7'}_{number}"

    def _listed(self, posts: list[dict[str, Any]], request: Request, token: str) -> dict[str, Any]:
        size, start = int(request.one("max_results", "10")), int(request.one(token, "0"))
        if not 5 <= size <= 100:
            raise invalid("max_results")
        posts = sorted(posts, key=lambda one: int(one["id"]), reverse=True)
        shown = posts[start : start + size]
        self.bill += ["read"] * len(shown)
        meta: dict[str, Any] = {"result_count": len(shown)}
        meta |= {"next_token": str(start + size)} if start + size < len(posts) else {}
        if not shown:
            return {"meta": meta}
        media = [self._medium(number) for one in shown for number in one["media"]]
        people = [] if self.world.options["x_hidden_authors"] else list(self.people.values())
        return {
            "data": [self._entity(one) for one in shown],
            "includes": {"media": media, "users": people},
            "meta": meta,
        }

    def _medium(self, number: str) -> dict[str, Any]:
        held = self.media[number]
        entity = {"media_key": self._key(number), "type": held["kind"]}
        return entity | ({"alt_text": held["alt"]} if held["alt"] else {})

    def timeline(self, request: Request, person: str) -> dict[str, Any]:
        self._person(request, "tweet.read")
        self._fields(request, "max_results", "exclude", "start_time", "pagination_token")
        since = datetime.fromisoformat(request.one("start_time", "2000-01-01T00:00:00Z"))
        posts = []
        for post in [one for one in self.posts.values() if one["by"] == person and not one["gone"]]:
            post["listed"] += 1
            if post["listed"] > self.world.options["x_list_lag"] and post["at"] >= since:
                posts.append(post)
        return self._listed(posts, request, "pagination_token")

    def mentions(self, request: Request, person: str) -> dict[str, Any]:
        self._person(request, "tweet.read")
        self._fields(request, "max_results", "since_id", "pagination_token")
        name, after = f"@{self.people[person]['username']}", int(request.one("since_id", "0"))
        posts = [p for p in self.posts.values() if name in p["text"] and not p["gone"] and int(p["id"]) > after]
        return self._listed(posts, request, "pagination_token")

    def search(self, request: Request) -> dict[str, Any]:
        self._person(request, "tweet.read")
        self._fields(request, "max_results", "query", "next_token")
        asked = re.fullmatch(r"conversation_id:(\d+) -from:(\d+)", request.one("query"))
        if not asked:
            raise invalid("query")
        week = self._now() - timedelta(days=7)
        posts = [
            p for p in self.posts.values()
            if p["root"] == asked[1] and p["by"] != asked[2] and not p["gone"] and p["at"] > week
        ]  # fmt: skip
        return self._listed(posts, request, "next_token")

    def several(self, request: Request) -> dict[str, Any]:
        self._person(request, "tweet.read")
        self._fields(request, "ids")
        data, errors, polls = [], [], []
        for number in request.one("ids").split(","):
            post = self.posts.get(number)
            if post and not post["gone"]:
                data.append(self._entity(post))
                polls += [self._poll_entity(post["poll"])] if post.get("poll") else []
                self.bill.append("read")
                continue
            detail = f"Could not find tweet with ids: [{number}]."
            errors.append({"resource_id": number, "value": number, "parameter": "ids", "resource_type": "tweet"})
            errors[-1] |= {"title": "Not Found Error", "detail": detail, "type": f"{PROBLEMS}resource-not-found"}
        includes = polls if "attachments.poll_ids" in request.one("expansions", "") else []
        answer: dict[str, Any] = {"includes": {"polls": includes}} if includes else {}
        return answer | ({"data": data} if data else {}) | ({"errors": errors} if errors else {})

    # the control pages

    def account(self, name: str) -> dict[str, Any]:
        person = next((one for one in self.people.values() if one["username"] == name), None)
        if person is None:
            person = {"id": str(5000 + len(self.people)), "username": name, "name": f"Општина {name}"}
            self.people[person["id"]] = person
        scopes = SCOPES + (PRIVATE if self.world.options["x_private"] else ())
        tokens = self._given(person["id"], scopes)
        server = f"{self.world.url}/x"
        credential = {
            "access_token": tokens["access_token"],
            "refresh_token": tokens["refresh_token"],
            "expires_at": None,
        }
        credential |= {"service": server, "account_id": person["id"], "scopes": list(scopes)}
        return {"server": server, "keys": {"client_id": CLIENT, "client_secret": SECRET}, "credential": credential}

    def public(self, name: str) -> list[dict[str, Any]]:
        """The public posts of the account."""
        people = {one["id"] for one in self.people.values() if one["username"] == name}
        return [
            {
                "id": one["id"],
                "text": one["text"],
                "alts": [self.media[n]["alt"] for n in one["media"] if self.media[n]["kind"] == "photo"],
                "reply_to": one["above"],
                "at": one["at"].isoformat(),
                "poll": (one.get("poll") or {}).get("options"),
                "video": sum(len(self.media[n]["content"]) for n in one["media"] if self.media[n]["kind"] == "video"),
            }
            for one in self.posts.values()
            if one["by"] in people and not one["gone"]
        ]

    def react(self, post: str, kind: str, text: str) -> str:
        subject = self.posts[post]
        if kind in ("like", "repost", "quote"):
            subject[f"{kind}s"] += 1
            return post
        if kind == "vote":
            cast_vote(subject["poll"]["votes"], text)
            return post
        if kind == "mention":
            return str(self._posted(MARKO, f"@{self.people[subject['by']]['username']} {text}")["id"])
        return str(self._posted(MARKO, text, above=post)["id"])

    def _next(self) -> int:
        self.serial += 1 + secrets.randbelow(1000)
        return self.serial

    def _now(self) -> datetime:
        now: datetime = self.world.clock.now()
        return now


def _json(request: Request) -> dict[str, Any]:
    if request.kind != "application/json":
        raise invalid("application/json expected")
    body: dict[str, Any] = json.loads(request.body)
    return body


def _only(body: Mapping[str, Any], known: set[str]) -> None:
    if unknown := set(body) - known:
        raise invalid(
            f"$.{sorted(unknown)[0]}: is not defined in the schema and the schema does not allow additional properties"
        )
