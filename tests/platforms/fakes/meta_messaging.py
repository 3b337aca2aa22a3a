"""The Messenger Platform of the Graph API, as the stand-ins of Facebook and Instagram share it.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
https://developers.facebook.com/docs/instagram-messaging/webhooks (all read on 30 November 2026)

People write with `write`, `edit`, `unsend`, `see` and `tap`; each appends the event that the network would send to
`events`, and so does everything that the account sends (an echo, which is there before the answer to the call). A test
takes them from there in any order and as often as it likes; `event` gives one as a signed body.
"""

import base64
import json
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.platforms.fakes.core import Reply, Request

WINDOW = timedelta(hours=24)
AGENT_WINDOW = timedelta(days=7)
# https://developers.facebook.com/docs/graph-api/reference/message
MESSAGE_FIELDS = {"id", "created_time", "from", "to", "message", "attachments", "shares", "reactions", "is_unsupported"}
FIELDS = {"id", "updated_time", "participants", "messages", "link", "senders", "snippet", "unread_count", "can_reply"}
INNER = re.compile(r"messages\.limit\((\d+)\)\{([\w,]+)\}")
LISTED = 20
SENT_FIELDS = {"recipient", "message", "messaging_type", "tag"}
TYPES = {"RESPONSE", "UPDATE", "MESSAGE_TAG"}


class Messaging:
    """The private messages of all accounts of one stand-in. `fake`: that one."""

    def __init__(self, fake: Any, platform: str) -> None:
        self.fake, self.platform = fake, platform
        self.is_instagram = platform == "instagram"
        self.scope = "instagram_manage_messages" if self.is_instagram else "pages_messaging"
        self.people: dict[str, dict[str, Any]] = {}
        self.messages: list[dict[str, Any]] = []
        self.files: dict[str, tuple[bytes, str]] = {}
        self.events: list[dict[str, Any]] = []

    @property
    def routes(self) -> list[tuple[str, str, Any]]:
        return [
            ("POST", r"/(me|\d+)/messages", self.send),
            ("GET", r"/(me|\d+)/conversations", self.conversations),
        ]

    # ---- people

    def person(self, account: str, name: str = "Марко Марковић") -> str:
        """The id by which this account knows them: another account knows another one."""
        known = next(
            (key for key, one in self.people.items() if (one["account"], one["name"]) == (account, name)), None
        )
        if known:
            return known
        number = str(5_000_000_000_000_000 + secrets.randbelow(10**12))
        user = f"korisnik_{len(self.people) + 1}"
        self.people[number] = {"account": account, "name": name, "user": user, "blocked": False}
        return number

    def write(self, account: str, text: str = "", *, name: str = "Марко Марковић", **more: Any) -> str:
        """`more`: `attachments` and `reply_to` as an event contains them, `listed` for how the list shows attachments.
        The message's id."""
        person = self.person(account, name)
        one = self._add(account, person, person, text, **more)
        self._event(account, person, account, one["at"], message=self._shown(one))
        return str(one["id"])

    def tap_reply(self, account: str, title: str, *, name: str = "Марко Марковић") -> str:
        """A quick reply that the account offered with its last message."""
        person = self.person(account, name)
        assert title in self.people[person].pop("buttons")
        one = self._add(account, person, person, title)
        self._event(account, person, account, one["at"], message=self._shown(one) | {"quick_reply": {"payload": title}})
        return str(one["id"])

    def edit(self, mid: str, text: str) -> None:
        one = self._of(mid)
        one |= {"text": text, "edits": one["edits"] + 1}
        content = {"mid": mid, "text": text, "num_edit": one["edits"]}
        self._event(one["account"], one["by"], one["account"], self.now(), message_edit=content)

    def unsend(self, mid: str) -> None:
        one = self._of(mid)
        self.messages.remove(one)
        self._event(one["account"], one["by"], one["account"], self.now(), message={"mid": mid, "is_deleted": True})

    def see(self, account: str, *, name: str = "Марко Марковић") -> None:
        person, now = self.person(account, name), self.now()
        last = next((one for one in reversed(self.messages) if one["by"] == account and one["person"] == person), None)
        read = {"mid": last["id"] if last else ""} if self.is_instagram else {"watermark": _milliseconds(now)}
        self._event(account, person, account, now, read=read)

    def tap(self, account: str, title: str, *, name: str = "Марко Марковић") -> str:
        person = self.person(account, name)
        one = self._add(account, person, person, title)
        self._event(account, person, account, one["at"], postback={"mid": one["id"], "title": title, "payload": "X"})
        return str(one["id"])

    def attach(self, content: bytes, mime: str, name: str = "slika.jpg") -> str:
        """The address at which the network gives a file out."""
        key = secrets.token_hex(8)
        self.files[key] = (content, mime)
        return f"{self.fake.world.url}/{self.platform}/cdn/{key}/{name}"

    def event(self, *items: dict[str, Any], field: str = "messaging") -> tuple[bytes, dict[str, str]]:
        """(body, headers) of a call of a webhook with these of `events`, signed over its very bytes, in which Meta
        escapes letters."""
        entries = [{"id": one["account"], "time": _milliseconds(self.now()), field: [one["item"]]} for one in items]
        body = json.dumps({"object": "instagram" if self.is_instagram else "page", "entry": entries}).encode()
        return body, self.fake.signed(body)

    # ---- what the account does

    def send(self, request: Request, path: str) -> dict[str, Any]:
        account, held = self._account(request, path)
        form = self.fake.known(request, SENT_FIELDS)
        person = _json(form.get("recipient")).get("id")
        if set(_json(form.get("recipient"))) != {"id"} or not isinstance(person, str):
            raise self.error(100, "(#100) Param recipient must be an object with an id")
        known = self.people.get(person)
        if known is None or known["account"] != account:
            raise self.error(100, "(#100) No matching user found", 2534014 if self.is_instagram else 2018001)
        message = _json(form.get("message"))
        text = message.get("text")
        if not set(message) <= {"text", "quick_replies"} or not isinstance(text, str) or not text:
            raise self.error(100, "(#100) Param message must be a valid object")
        if self._is_too_long(text):
            raise self.error(100, "(#100) Length of param message[text] must be less than or equal to the limit")
        replies = message.get("quick_replies", [])
        if len(replies) > 13 or any(set(one) != {"content_type", "title", "payload"} for one in replies):
            raise self.error(100, "(#100) Param message[quick_replies] must be a valid array")
        if any(one["content_type"] != "text" or not 0 < len(one["title"]) <= 20 for one in replies):
            raise self.error(100, "(#100) Length of param message[quick_replies][0][title] is not valid")
        self._refuse_closed(form, account, person)
        if known["blocked"]:
            raise self.error(551, "(#551) This person isn't available right now.", 1545041)
        one = self._add(account, person, account, text)
        known["buttons"] = [reply["title"] for reply in replies]
        echo = self._shown(one) | {"is_echo": True, "app_id": int(held.get("app") or 0)}
        self._event(account, account, person, one["at"], message=echo)
        return {"recipient_id": person, "message_id": one["id"]}

    def _is_too_long(self, text: str) -> bool:
        return len(text.encode()) > 1000 if self.is_instagram else len(text.encode("utf-16-le")) // 2 > 2000

    def _refuse_closed(self, form: dict[str, str], account: str, person: str) -> None:
        kind, tag = form.get("messaging_type"), form.get("tag")
        if kind not in TYPES or (kind == "MESSAGE_TAG") != (tag is not None) or tag not in (None, "HUMAN_AGENT"):
            raise self.error(100, "(#100) Param messaging_type or tag is not valid")
        if tag and not self.fake.world.options["messaging_human_agent"]:
            raise self.error(10, "(#10) This application needs the feature Human Agent", 2018276)
        theirs = [one["at"] for one in self.messages if (one["account"], one["by"]) == (account, person)]
        if not theirs or self.now() - max(theirs) > (AGENT_WINDOW if tag else WINDOW):
            closed = 2534022 if self.is_instagram else 2018278
            raise self.error(10, "(#10) This message is sent outside of allowed window.", closed)

    def by_hand(self, account: str, text: str, *, name: str = "Марко Марковић") -> str:
        """An officer answers in Meta's own inbox: no window, and an echo of Meta's application."""
        person = self.person(account, name)
        one = self._add(account, person, account, text)
        self._event(account, account, person, one["at"], message=self._shown(one) | {"is_echo": True, "app_id": 263902})
        return str(one["id"])

    # ---- lists

    def conversations(self, request: Request, path: str) -> dict[str, Any]:
        account, _held = self._account(request, path)
        if request.one("platform") != ("instagram" if self.is_instagram else "messenger"):
            raise self.error(100, "(#100) Param platform must be one of {INSTAGRAM, MESSENGER}")
        fields = request.one("fields")
        inner = INNER.search(fields)
        outer = {one for one in INNER.sub("messages", fields).split(",") if one}
        own = {"story"} if self.is_instagram else {"sticker"}
        asked = set(inner[2].split(",")) if inner else set()
        if unknown := (outer - FIELDS) | (asked - MESSAGE_FIELDS - own):
            raise self.error(100, f"(#100) Tried accessing nonexisting field ({', '.join(sorted(unknown))})")
        people = [key for key, one in self.people.items() if one["account"] == account]
        wanted = request.one("user_id")
        shown = [self._conversation(account, one, inner) for one in people if wanted in ("", one)]
        shown = [one for one in shown if one["messages"]["data"]]
        shown.sort(key=lambda one: one["updated_time"], reverse=True)
        return self.fake.paged(shown, request)

    def _conversation(self, account: str, person: str, inner: re.Match[str] | None) -> dict[str, Any]:
        most = min(int(inner[1]), LISTED) if inner else 0
        theirs = [one for one in self.messages if (one["account"], one["person"]) == (account, person)]
        newest = sorted(theirs, key=lambda one: (one["at"], one["id"]), reverse=True)
        updated = newest[0]["at"] if newest else self.now()
        return {
            "id": "t_" + person,
            "updated_time": _time(updated),
            "participants": {"data": [self._named(person), self._named(account)]},
            "messages": {"data": [self._entity(one) for one in newest[:most]]},
        }

    def _entity(self, one: dict[str, Any]) -> dict[str, Any]:
        to = one["person"] if one["by"] == one["account"] else one["account"]
        entity = {"id": one["id"], "created_time": _time(one["at"]), "from": self._named(one["by"])}
        return entity | {"to": {"data": [self._named(to)]}, "message": one["text"], **one["listed"]}

    def _named(self, number: str) -> dict[str, Any]:
        person = self.people.get(number)
        if self.is_instagram:
            return {"id": number, "username": person["user"] if person else "opstina"}
        return {"id": number, "name": person["name"] if person else "Општина"}

    def file(self, key: str) -> Reply:
        """Signed addresses end: the answer is 403 then."""
        if key not in self.files:
            return Reply(403, "URL signature expired", content_type="text/plain")
        content, mime = self.files[key]
        return Reply(200, content, content_type=mime)

    # ---- parts

    def now(self) -> datetime:
        return self.fake.world.clock.now()

    def error(self, code: int, text: str, subcode: int = 0) -> Exception:
        return self.fake.refusal(code, text, subcode)

    def _account(self, request: Request, path: str) -> tuple[str, dict[str, Any]]:
        """(the account's id, the token). With Instagram "me" is the page behind the account."""
        held = self.fake._token(request)
        page = self.fake.pages.get(str(held.get("page") or ""))
        if page is None or path not in ("me", page["id"]):
            raise self.error(190 if page is None else 100, "A page access token is required", 0 if page is None else 33)
        if self.scope not in held["scopes"]:
            raise self.error(200, f"(#200) Requires {self.scope} permission to manage the object")
        return (page["ig"] if self.is_instagram else page["id"]), held

    def _add(
        self, account: str, person: str, by: str, text: str, *, attachments: Sequence[dict[str, Any]] = (), **more: Any
    ) -> dict[str, Any]:
        mid = base64.urlsafe_b64encode(f"{self.platform}:{account}:{person}:{secrets.token_hex(16)}".encode()).decode()
        one = {"id": f"{'aWdf' if self.is_instagram else 'm_'}{mid}", "account": account, "person": person, "by": by}
        one |= {"text": text, "at": more.get("at") or self.now(), "attachments": list(attachments), "edits": 0}
        one |= {"reply_to": more.get("reply_to"), "listed": more.get("listed") or {}}
        self.messages.append(one)
        return one

    def _shown(self, one: dict[str, Any]) -> dict[str, Any]:
        shown = {"mid": one["id"]} | ({"text": one["text"]} if one["text"] else {})
        shown |= {"attachments": one["attachments"]} if one["attachments"] else {}
        return shown | ({"reply_to": one["reply_to"]} if one["reply_to"] else {})

    def _of(self, mid: str) -> dict[str, Any]:
        return next(one for one in self.messages if one["id"] == mid)

    def _event(self, account: str, sender: str, recipient: str, at: datetime, **content: Any) -> None:
        item = {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": _milliseconds(at), **content}
        self.events.append({"account": account, "item": item})


def _json(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000")
