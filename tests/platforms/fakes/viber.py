"""The part of Viber's REST API that posts to a channel. https://developers.viber.com/docs/tools/channels-post-api/

HTTP is always 200; `status` has the result. There is nothing to read back.
"""

import base64
import hashlib
import io
import json
import secrets
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from tests.platforms.fakes.core import Refusal, Reply, Request, fetched, routed

REQUEST_BYTES = 30 * 1024
MEDIA_BYTES = {"picture": 1_000_000, "video": 50_000_000}
FIELDS = {
    "text": {"text"},
    "picture": {"text", "media", "thumbnail"},
    "video": {"media", "size", "duration", "thumbnail"},
    "url": {"media"},
}
EVENTS = ["subscribed", "unsubscribed", "conversation_started", "delivered", "failed", "message", "seen"]


def says(status: int, message: str, **more: Any) -> Refusal:
    return Refusal(200, {"status": status, "status_message": message, "chat_hostname": "SN-CHAT-05_", **more})


def bad(message: str) -> Refusal:
    return says(3, f"badData: {message}")


class ViberFake:
    OPTIONS = {
        "viber_burst": 0,
        "viber_counts_subscribers": True,
        "viber_status": 0,
    }
    """Posts within a minute before "too many" (0: any number); whether the account tells its subscribers; a status that
    every post is answered with, undone."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.channels: dict[str, dict[str, Any]] = {}

    def handle(self, request: Request) -> Reply:
        answer = routed(
            [
                ("POST", "/pa/set_webhook", self.set_webhook),
                ("POST", "/pa/get_account_info", self.info),
                ("POST", "/pa/post", self.post),
            ],
            request,
        )
        return Reply(200, {"status": 0, "status_message": "ok", **answer, "chat_hostname": "SN-CHAT-05_"})

    def too_many(self, seconds: float) -> Reply:
        return says(12, "tooManyRequests").reply

    def kill_token(self, token: str, action: str) -> None:
        """The token is no bearer token, so a fault finds none; `world.fakes["viber"].forget(name)` does it."""

    def forget(self, name: str) -> None:
        self.channel(name)["token"] = secrets.token_hex(8)

    # requests

    def _asked(self, request: Request, known: set[str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """(channel, body). A token in the header or in the body."""
        if len(request.body) > REQUEST_BYTES:
            raise bad("the request is too large")
        try:
            form = json.loads(request.body)
        except ValueError:
            raise bad("not JSON") from None
        if request.kind != "application/json" or not isinstance(form, dict):
            raise bad("not JSON")
        token = request.headers.get("x-viber-auth-token") or form.pop("auth_token", "")
        if not token:
            raise says(2, "missing_auth_token")
        channel = next((one for one in self.channels.values() if one["token"] == token), None)
        if channel is None:
            raise says(2, "invalidAuthToken")
        if set(form) - known:
            raise bad(f"unknown {sorted(set(form) - known)}")
        return channel, form

    def set_webhook(self, request: Request) -> dict[str, Any]:
        channel, form = self._asked(request, {"url", "event_types", "send_name", "send_photo"})
        url = form.get("url")
        if not isinstance(url, str):
            raise says(4, "missingData: url")
        if not url:
            channel["webhook"] = ""
            return {}
        parts = urlsplit(url)
        # The real one needs a certificate; a server on this machine cannot have one.
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
            raise says(1, "invalidUrl")
        if not self._calls_back(url, channel["token"]):
            raise says(1, "invalidUrl: the webhook did not answer with 200")
        channel["webhook"] = url
        return {"event_types": EVENTS}

    def _calls_back(self, url: str, token: str) -> bool:
        import hmac

        at = int(self.world.clock.now().timestamp() * 1000)
        body = json.dumps({"event": "webhook", "timestamp": at, "message_token": self._number()}).encode()
        signature = hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Viber-Content-Signature": signature, "Content-Type": "application/json"}
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def info(self, request: Request) -> dict[str, Any]:
        channel, _ = self._asked(request, set())
        info = {key: channel[key] for key in ("id", "name", "uri", "icon", "members", "webhook")}
        if self.world.options["viber_counts_subscribers"]:
            info["subscribers_count"] = channel["subscribers"]
        return {**info, "country": "RS", "event_types": EVENTS}

    def post(self, request: Request) -> dict[str, Any]:
        every = {"from", "type"}.union(*FIELDS.values())
        channel, form = self._asked(request, every)
        if not channel["webhook"]:
            raise says(10, "webhookNotSet")
        if self.world.options["viber_status"]:
            raise says(self.world.options["viber_status"], "planned")
        self._count(channel)
        admins = [one["id"] for one in channel["members"] if one["role"] == "superadmin"]
        if form.get("from") not in admins:
            raise bad("from is not a super admin")
        self._validate(form)
        video = self._media(form)
        post = {"id": self._number(), "form": form, "at": self.world.clock.now(), "video": video}
        channel["posts"].append(post)
        return {"message_token": post["id"]}

    def _count(self, channel: dict[str, Any]) -> None:
        burst, now = self.world.options["viber_burst"], self.world.clock.now()
        recent = [post for post in channel["posts"] if (now - post["at"]).total_seconds() < 60]
        if burst and len(recent) >= burst:
            raise says(12, "tooManyRequests")

    def _validate(self, form: dict[str, Any]) -> None:
        kind = form.get("type")
        if kind not in FIELDS:
            raise bad("type")
        if set(form) - FIELDS[kind] - {"from", "type"}:
            raise bad(f"{kind} has no {sorted(set(form) - FIELDS[kind] - {'from', 'type'})}")
        if kind != "text" and not isinstance(form.get("media"), str):
            raise says(4, "missingData: media")
        if kind == "text" and not form.get("text"):
            raise says(4, "missingData: text")
        longest = 768 if kind == "picture" else 7000
        if len(str(form.get("text", "")).encode("utf-16-le")) // 2 > longest:
            raise bad("text is too long")
        if kind == "url" and len(form["media"]) > 2000:
            raise bad("media is too long")
        if kind == "video":
            self._validate_video(form)

    def _validate_video(self, form: dict[str, Any]) -> None:
        if not isinstance(form.get("size"), int):
            raise says(4, "missingData: size")
        if not isinstance(form.get("duration", 1), int) or form.get("duration", 1) > 180:
            raise bad("duration")

    def _media(self, form: dict[str, Any]) -> int:
        """Fetch the file of the post; returns the number of bytes of a video."""
        kind = form["type"]
        if kind not in MEDIA_BYTES:
            return 0
        try:
            content, mime = fetched(form["media"])
        except (OSError, ValueError):
            raise says(1, "invalidUrl: media") from None
        if len(content) > MEDIA_BYTES[kind]:
            raise bad("media is too large")
        if kind == "video":
            if mime != "video/mp4" or len(content) != form["size"]:
                raise bad("media")
            return len(content)
        try:
            drawn = Image.open(io.BytesIO(content)).format
        except OSError:
            raise bad("media") from None
        if (drawn, mime) != ("JPEG", "image/jpeg"):
            raise bad("media is not a JPEG")
        return 0

    def _number(self) -> int:
        return 5_000_000_000_000_000_000 + secrets.randbelow(10**17)

    # For tests

    def channel(self, name: str) -> dict[str, Any]:
        if name not in self.channels:
            digest = hashlib.sha256(name.encode())
            number = int.from_bytes(digest.digest()[:7], "big")
            people = [base64.b64encode(hashlib.md5(f"{name}{n}".encode()).digest()).decode() for n in range(2)]
            self.channels[name] = {
                "id": f"pa:{number}", "name": name.title(), "uri": name, "icon": "https://media.viber.example/i.jpg",
                "token": "-".join(digest.hexdigest()[n : n + 16] for n in (0, 16, 32)),
                "webhook": "", "subscribers": 7, "posts": [],
                "members": [
                    {"id": people[0], "name": "Milica", "role": "admin", "avatar": ""},
                    {"id": people[1], "name": "Jovan", "role": "superadmin", "avatar": ""},
                ],
            }  # fmt: skip
        return self.channels[name]

    def account(self, name: str) -> dict[str, Any]:
        """A channel with a webhook address, and its token."""
        channel = self.channel(name)
        channel["webhook"] = channel["webhook"] or "https://portal.example/hooks/viber"
        credential = {"access_token": channel["token"], "service": "", "account_id": channel["id"]}
        return {"server": f"{self.world.url}/viber", "keys": {}, "token": channel["token"], "credential": credential}

    def public(self, name: str) -> list[dict[str, Any]]:
        if name not in self.channels:
            return []
        return [
            {
                "platform": "viber",
                "id": str(post["id"]),
                "text": written(post["form"]),
                "alts": [""] if post["form"]["type"] == "picture" else [],
                "reply_to": None,
                "kind": post["form"]["type"],
                "video": post["video"],
                "at": post["at"].isoformat(),
            }
            for post in self.channels[name]["posts"]
        ]

    def react(self, post: str, kind: str, text: str) -> str:
        """People like and comment in the app; the API has no access to it."""
        return ""


def written(form: dict[str, Any]) -> str:
    """The text that a follower reads."""
    return str(form["media"] if form["type"] == "url" else form.get("text", ""))
