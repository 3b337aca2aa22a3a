"""Viber's REST Bot API. https://developers.viber.com/docs/api/rest-bot-api/

HTTP is always 200; `status` has the result. What people do comes by webhook, signed with the bot's token, and Viber
repeats an event that was not answered with 200.
"""

import base64
import hashlib
import hmac
import json
import secrets
import urllib.request
from typing import Any

from tests.platforms.fakes.core import Refusal, Reply, Request, routed

REQUEST_BYTES = 30 * 1024


def says(status: int, message: str) -> Refusal:
    return Refusal(200, {"status": status, "status_message": message, "chat_hostname": "SN-CHAT-05_"})


class ViberBotFake:
    OPTIONS = {"viber_bot_status": 0}
    """A status that every message is answered with, unsent."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.bots: dict[str, dict[str, Any]] = {}
        self.people: dict[str, str] = {}
        self.files: dict[str, bytes] = {}

    def handle(self, request: Request) -> Reply:
        if request.method == "GET" and (name := request.path.removeprefix("/media/")) in self.files:
            return Reply(200, self.files[name], content_type="application/octet-stream")
        routes = [
            ("POST", "/pa/set_webhook", self.set_webhook),
            ("POST", "/pa/get_account_info", self.info),
            ("POST", "/pa/send_message", self.send_message),
        ]
        answer = routed(routes, request)
        return Reply(200, {"status": 0, "status_message": "ok", **answer, "chat_hostname": "SN-CHAT-05_"})

    def too_many(self, seconds: float) -> Reply:
        return says(12, "tooManyRequests").reply

    def kill_token(self, token: str, action: str) -> None:
        """The token is no bearer token, so a fault finds none; `forget(name)` does it."""

    def forget(self, name: str) -> None:
        self.bot(name)["token"] = secrets.token_hex(8)

    def _asked(self, request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
        if len(request.body) > REQUEST_BYTES or request.kind != "application/json":
            raise says(3, "badData")
        form = json.loads(request.body)
        token = request.headers.get("x-viber-auth-token", "")
        bot = next((one for one in self.bots.values() if one["token"] == token), None)
        if bot is None:
            raise says(2, "invalidAuthToken")
        return bot, form

    def set_webhook(self, request: Request) -> dict[str, Any]:
        bot, form = self._asked(request)
        bot["webhook"], bot["asked_for"] = form["url"], form.get("event_types", [])
        if form["url"] and self.deliver(bot, {"event": "webhook", **self._moment()}) != 200:
            raise says(1, "invalidUrl: the webhook did not answer with 200")
        return {"event_types": bot["asked_for"]}

    def info(self, request: Request) -> dict[str, Any]:
        bot, _ = self._asked(request)
        return {name: bot[name] for name in ("id", "name", "uri", "icon", "webhook")} | {"subscribers_count": 7}

    def send_message(self, request: Request) -> dict[str, Any]:
        bot, form = self._asked(request)
        if not bot["webhook"]:
            raise says(10, "webhookNotSet")
        if self.world.options["viber_bot_status"]:
            raise says(self.world.options["viber_bot_status"], "planned")
        if form["receiver"] not in self.people.values():
            raise says(5, "receiverNotRegistered")
        if form["receiver"] not in bot["subscribers"]:
            raise says(6, "receiverNotSubscribed")
        if len(form["sender"]["name"]) > 28 or len(form.get("tracking_data", "")) > 4000 or len(form["text"]) > 7000:
            raise says(3, "badData")
        if keyboard := form.get("keyboard"):
            buttons = keyboard["Buttons"]
            fits = sum(button["Columns"] for button in buttons) <= 6 and all(
                button["Rows"] in (1, 2) for button in buttons
            )
            if keyboard["Type"] != "keyboard" or not fits or any(button["ActionType"] != "reply" for button in buttons):
                raise says(3, "badData")
        sent = {"id": self._number(), "form": form, "at": self.world.clock.now()}
        bot["sent"].append(sent)
        return {"message_token": sent["id"], "billing_status": 1}

    def _number(self) -> int:
        return 5_000_000_000_000_000_000 + secrets.randbelow(10**17)

    def _moment(self) -> dict[str, Any]:
        at = int(self.world.clock.now().timestamp() * 1000)
        return {"timestamp": at, "message_token": self._number(), "chat_hostname": "SN-CHAT-05_"}

    # For tests

    def bot(self, name: str) -> dict[str, Any]:
        digest = hashlib.sha256(f"bot {name}".encode())
        return self.bots.setdefault(
            name,
            {
                "id": f"pa:{int.from_bytes(digest.digest()[:7], 'big')}", "name": name.title(), "uri": f"{name}bot",
                "icon": "https://media.viber.example/i.jpg", "token": digest.hexdigest()[:40], "webhook": "",
                "subscribers": set(), "sent": [], "asked_for": [],
            },
        )  # fmt: skip

    def account(self, name: str) -> dict[str, Any]:
        bot = self.bot(name)
        bot["webhook"] = bot["webhook"] or "https://portal.example/hooks/viber-bot"
        credential = {"access_token": bot["token"], "service": "", "account_id": bot["id"]}
        return {"server": f"{self.world.url}/viber_bot", "keys": {}, "token": bot["token"], "credential": credential}

    def public(self, name: str) -> list[dict[str, Any]]:
        """A bot has nothing that is public."""
        return []

    def react(self, post: str, kind: str, text: str) -> str:
        return ""

    def person(self, name: str) -> str:
        number = base64.b64encode(hashlib.md5(name.encode()).digest()).decode()
        return self.people.setdefault(name, number)

    def file(self, content: bytes) -> str:
        name = secrets.token_hex(8)
        self.files[name] = content
        return f"{self.world.url}/viber_bot/media/{name}"

    def written(self, name: str, bot: str, **message: Any) -> dict[str, Any]:
        """The event of a message to the bot, whose author subscribes by it."""
        self.bot(bot)["subscribers"].add(self.person(name))
        sender = {"id": self.person(name), "name": name.title(), "country": "RS", "language": "sr", "api_version": 10}
        return {"event": "message", **self._moment(), "sender": sender, "message": {"type": "text", **message}}

    def seen(self, name: str, token: int, event: str = "seen") -> dict[str, Any]:
        return {"event": event, **self._moment(), "message_token": token, "user_id": self.person(name)}

    def deliver(self, bot: dict[str, Any], event: dict[str, Any]) -> int:
        """To the bot's webhook; returns the status of the answer, 0 where none came."""
        body = json.dumps(event).encode()
        signature = hmac.new(bot["token"].encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Viber-Content-Signature": signature, "Content-Type": "application/json"}
        try:
            with urllib.request.urlopen(urllib.request.Request(bot["webhook"], body, headers), timeout=5) as answer:
                return int(answer.status)
        except OSError:
            return 0
