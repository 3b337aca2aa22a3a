"""The part of the Bot API that posts to a channel, and the channel's public page. https://core.telegram.org/bots/api

Every channel has a discussion group, like channels with comments: each post is copied there, and a comment answers the
copy. A bot gets updates of other people's messages, and never of its own.
"""

import html
import io
import json
import re
import secrets
import urllib.request
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from tests.platforms.fakes.core import Refusal, Reply, Request

TEXT, CAPTION = 4096, 1024
PHOTO_BYTES, FILE_BYTES = 10 * 1024 * 1024, 50 * 1024 * 1024
FETCHED_BYTES = 20_000_000
DELETABLE = timedelta(hours=48)
CHAT = {"chat_id"}
SEND = CHAT | {"reply_parameters", "disable_notification", "protect_content", "link_preview_options"}
PREVIEW = {"is_disabled", "prefer_small_media", "prefer_large_media", "show_above_text"}
FILM = {"width", "height", "duration", "supports_streaming"}
KNOWN = {
    "getMe": set(),
    "getFile": {"file_id"},
    "getChat": CHAT,
    "getChatMember": CHAT | {"user_id"},
    "getChatMemberCount": CHAT,
    "leaveChat": CHAT,
    "sendMessage": SEND | {"text", "entities", "reply_markup"},
    "sendPhoto": SEND - {"link_preview_options"} | {"photo", "caption", "caption_entities"},
    "sendVideo": SEND - {"link_preview_options"} | {"video", "caption", "caption_entities", "cover"} | FILM,
    "sendMediaGroup": SEND - {"link_preview_options"} | {"media"},
    "editMessageText": CHAT | {"message_id", "text", "entities", "link_preview_options"},
    "editMessageCaption": CHAT | {"message_id", "caption", "caption_entities"},
    "deleteMessage": CHAT | {"message_id"},
    "deleteMessages": CHAT | {"message_ids"},
    "setWebhook": {"url", "secret_token", "allowed_updates", "drop_pending_updates", "max_connections"},
    "deleteWebhook": {"drop_pending_updates"},
    "getWebhookInfo": set(),
    "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
}
GIFTS = {
    "unlimited_gifts": True, "limited_gifts": True, "unique_gifts": True, "premium_subscription": False,
    "gifts_from_channels": True,
}  # fmt: skip
OTHER_RIGHTS = (
    "can_manage_video_chats", "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users",
    "can_post_stories", "can_edit_stories", "can_delete_stories", "can_send_welcome_messages",
)  # fmt: skip
RIGHTS = ("can_post_messages", "can_edit_messages", "can_delete_messages")


def fails(code: int, description: str, **parameters: Any) -> Refusal:
    body = {"ok": False, "error_code": code, "description": description}
    return Refusal(code, body | ({"parameters": parameters} if parameters else {}))


def bad(description: str) -> Refusal:
    return fails(400, f"Bad Request: {description}")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class TelegramFake:
    OPTIONS = {"telegram_burst": 0, "telegram_page": "shown"}
    """Posts a minute before 429 (0: any number). The public page: "shown", "empty" (of another form) or "broken"."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.bots: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.people: dict[int, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}

    def handle(self, request: Request) -> Reply:
        shown = re.fullmatch(r"/s/(\w+)", request.path)
        if shown:
            return self.page(shown[1])
        stored = re.fullmatch(r"/file/bot([^/]+)/files/(\w+)", request.path)
        if stored:
            return self.stored_file(*stored.groups())
        asked = re.fullmatch(r"/bot([^/]+)/(\w+)", request.path)
        if not asked or not re.fullmatch(r"\d+:[\w-]{20,}", asked[1]):
            raise fails(404, "Not Found")
        bot = next((one for one in self.bots.values() if one["token"] == asked[1]), None)
        if bot is None:
            raise fails(401, "Unauthorized")
        if asked[2] not in KNOWN or request.method not in ("GET", "POST"):
            raise fails(404, "Not Found: method not found")
        params = Params(request, KNOWN[asked[2]])
        method = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", asked[2])
        return Reply(200, {"ok": True, "result": getattr(self, method)(bot, params)})

    def too_many(self, seconds: float) -> Reply:
        wait = int(seconds)
        return fails(429, f"Too Many Requests: retry after {wait}", retry_after=wait).reply

    def kill_token(self, token: str, action: str) -> None:
        """The token is no bearer token, so a fault finds none; `revoke(name)` does it."""

    def revoke(self, name: str) -> None:
        self.bots[name]["token"] = self._token(self.bots[name]["id"])

    # Files

    def get_file(self, bot: dict[str, Any], params: "Params") -> dict[str, Any]:
        """https://core.telegram.org/bots/api#getfile"""
        file_id = params.text("file_id")
        if file_id not in self.files:
            raise bad("invalid file_id")
        if len(self.files[file_id]) > FETCHED_BYTES:
            raise bad("file is too big")
        size = len(self.files[file_id])
        return {"file_id": file_id, "file_unique_id": file_id[:8], "file_size": size, "file_path": f"files/{file_id}"}

    def stored_file(self, token: str, file_id: str) -> Reply:
        if not any(bot["token"] == token for bot in self.bots.values()) or file_id not in self.files:
            return Reply(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        return Reply(200, self.files[file_id], content_type="application/octet-stream")

    # Who and where

    def get_me(self, bot: dict[str, Any], params: "Params") -> dict[str, Any]:
        return {"id": bot["id"], "is_bot": True, "first_name": "Dobošar", "username": bot["username"]}

    def _chat(self, params: "Params") -> dict[str, Any]:
        """A channel, the discussion group of one, or a person's chat with a bot."""
        asked = params.get("chat_id")
        for person in self.people.values():
            if asked in (person["id"], str(person["id"])):
                return person
        for channel in self.channels.values():
            for chat in (channel, channel["group"]):
                names = {chat["id"], str(chat["id"])} | ({f"@{chat['username']}"} if chat.get("username") else set())
                if asked in names:
                    return chat
        raise bad("chat not found")

    def _mine(self, bot: dict[str, Any], params: "Params", right: str = "") -> dict[str, Any]:
        chat = self._chat(params)
        if chat["type"] == "private" and bot["id"] not in chat["admins"]:
            raise fails(403, "Forbidden: bot can't initiate conversation with a user")
        if chat.get("blocked"):
            raise fails(403, "Forbidden: bot was blocked by the user")
        granted = chat["admins"].get(bot["id"])
        if granted is None:
            raise fails(403, f"Forbidden: bot is not a member of the {chat['type']} chat")
        if right and right not in granted:
            raise bad(f"need administrator rights in the {chat['type']} chat")
        return chat

    def _shown(self, chat: dict[str, Any]) -> dict[str, Any]:
        if chat["type"] == "private":
            return {name: chat[name] for name in ("id", "type", "first_name", "username")}
        shown = {"id": chat["id"], "title": chat["title"], "type": chat["type"]}
        return shown | ({"username": chat["username"]} if chat.get("username") else {})

    def get_chat(self, bot: dict[str, Any], params: "Params") -> dict[str, Any]:
        chat = self._chat(params)
        if not chat.get("username") and bot["id"] not in chat["admins"]:
            raise bad("chat not found")
        linked = {"linked_chat_id": chat["group"]["id"]} if "group" in chat else {}
        return (
            self._shown(chat) | linked | {"accent_color_id": 3, "max_reaction_count": 11, "accepted_gift_types": GIFTS}
        )

    def get_chat_member(self, bot: dict[str, Any], params: "Params") -> dict[str, Any]:
        chat = self._chat(params)
        user = params.whole("user_id")
        if bot["id"] not in chat["admins"]:
            raise bad("member list is inaccessible")
        granted = chat["admins"].get(user)
        if granted is None:
            return {"user": self._bot(user), "status": "left"}
        rights = dict.fromkeys(OTHER_RIGHTS, False) | {right: right in granted for right in RIGHTS}
        own = {"can_be_edited": False, "is_anonymous": False, "can_manage_chat": True}
        return {"user": self._bot(user), "status": "administrator", **own, **rights}

    def _bot(self, number: int) -> dict[str, Any]:
        return {"id": number, "is_bot": True, "first_name": "Dobošar"}

    def get_chat_member_count(self, bot: dict[str, Any], params: "Params") -> int:
        return int(self._mine(bot, params)["members"])

    def leave_chat(self, bot: dict[str, Any], params: "Params") -> bool:
        del self._mine(bot, params)["admins"][bot["id"]]
        return True

    # Sending

    def send_message(self, bot: dict[str, Any], params: "Params") -> dict[str, Any]:
        chat = self._sender(bot, params)
        text = self._checked_text(params.text("text"), TEXT, "message is too long")
        if not text:
            raise bad("message text is empty")
        options = self._link_preview(params)
        if keyboard := params.nested("reply_markup", dict, {}):
            rows = keyboard.get("keyboard")
            if set(keyboard) - {"keyboard", "one_time_keyboard", "resize_keyboard"} or not rows:
                raise bad("object expected as reply markup")
            if any(set(button) != {"text"} or not button["text"] for row in rows for button in row):
                raise bad("keyboard button text must be non-empty")
            chat["keyboard"] = [button["text"] for row in rows for button in row]
        return self._post(chat, params, [{"text": text, **self._entities(params, "text", "entities"), **options}])[0]

    def send_photo(self, bot: dict[str, Any], params: "Params") -> dict[str, Any]:
        chat = self._sender(bot, params)
        sizes = self._photo(params.file("photo"))
        return self._post(chat, params, [{"photo": sizes, **self._captioned(params)}])[0]

    def send_video(self, bot: dict[str, Any], params: "Params") -> dict[str, Any]:
        chat = self._sender(bot, params)
        film = self._film(params.file("video"))
        if "cover" in params.values:
            self._photo(params.attached(params.text("cover")))
        return self._post(chat, params, [{"video": film, **self._captioned(params)}])[0]

    def send_media_group(self, bot: dict[str, Any], params: "Params") -> list[dict[str, Any]]:
        chat, media = self._sender(bot, params), params.nested("media", list)
        if not 2 <= len(media) <= 10:
            raise bad("the group must have 2-10 items")
        group, shown = str(secrets.randbelow(10**17)), []
        for one in media:
            known = {"type", "media", "caption", "caption_entities"}
            if set(one) - known - (FILM if one.get("type") == "video" else set()):
                raise bad("can't parse InputMedia: unexpected field")
            if one.get("type") == "photo":
                item: dict[str, Any] = {"photo": self._photo(params.attached(one["media"]))}
            elif one.get("type") == "video":
                item = {"video": self._film(params.attached(one["media"]))}
            else:
                raise bad("can't parse InputMedia: type must be one of photo, video")
            shown.append({**item, "media_group_id": group, **self._caption(one.get("caption", ""))})
            shown[-1] |= _bold(one.get("caption", ""), one.get("caption_entities"), "caption_entities")
        return self._post(chat, params, shown)

    def _sender(self, bot: dict[str, Any], params: "Params") -> dict[str, Any]:
        chat = self._mine(bot, params)
        if chat["type"] == "channel":
            self._mine(bot, params, "can_post_messages")
        burst, now = self.world.options["telegram_burst"], self.world.clock.now()
        if burst and len([one for one in chat["messages"].values() if now - one["at"] < timedelta(minutes=1)]) >= burst:
            raise fails(429, "Too Many Requests: retry after 41", retry_after=41)
        return chat

    def _checked_text(self, text: str, longest: int, complaint: str) -> str:
        if units(text.strip()) > longest:
            raise bad(complaint)
        return text.strip()

    def _caption(self, text: str) -> dict[str, str]:
        caption = self._checked_text(text, CAPTION, "message caption is too long")
        return {"caption": caption} if caption else {}

    def _captioned(self, params: "Params") -> dict[str, Any]:
        return self._caption(params.text("caption", "")) | self._entities(params, "caption", "caption_entities")

    def _entities(self, params: "Params", text: str, name: str) -> dict[str, Any]:
        return _bold(params.text(text, ""), params.nested(name, list, []), name)

    def _link_preview(self, params: "Params") -> dict[str, Any]:
        options = params.nested("link_preview_options", dict, {})
        if set(options) - PREVIEW or not all(value is True for value in options.values()):
            raise bad("can't parse LinkPreviewOptions")
        return {"link_preview_options": options} if options else {}

    def _photo(self, content: bytes) -> list[dict[str, Any]]:
        if len(content) > PHOTO_BYTES:
            raise fails(413, "Request Entity Too Large")
        try:
            width, height = Image.open(io.BytesIO(content)).size
        except OSError:
            raise bad("IMAGE_PROCESS_FAILED") from None
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad("PHOTO_INVALID_DIMENSIONS")
        return [{**self._file(content), "width": width, "height": height}]

    def _film(self, content: bytes) -> dict[str, Any]:
        if len(content) > FILE_BYTES:
            raise fails(413, "Request Entity Too Large")
        return {**self._file(content), "width": 1280, "height": 720, "duration": 12}

    def _file(self, content: bytes) -> dict[str, Any]:
        return {"file_id": secrets.token_hex(16), "file_unique_id": secrets.token_hex(8), "file_size": len(content)}

    def _post(self, chat: dict[str, Any], params: "Params", items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        above = None
        if params.get("disable_notification") not in (None, True, "true"):
            raise bad("can't parse disable_notification")
        if "reply_parameters" in params.values:
            replied = params.nested("reply_parameters", dict)
            above = replied.get("message_id")
            if above not in chat["messages"]:
                if not replied.get("allow_sending_without_reply"):
                    raise bad("message to be replied not found")
                above = None
        sent = [self._add(chat, item, above) for item in items]
        for message in sent:
            # No answer says it.
            chat["messages"][message["message_id"]]["silent"] = bool(params.get("disable_notification"))
        return sent

    def _add(self, chat: dict[str, Any], item: dict[str, Any], above: int | None) -> dict[str, Any]:
        chat["last"] += 1
        now = self.world.clock.now()
        message = {
            "message_id": chat["last"],
            "date": int(now.timestamp()),
            "chat": self._shown(chat),
            **({"sender_chat": self._shown(chat)} if chat["type"] == "channel" else {}),
            **({"reply_to_message": self._above(chat, above)} if above else {}),
            **item,
        }
        chat["messages"][chat["last"]] = {"message": message, "at": now, "above": above}
        if chat["type"] == "channel":
            self._copy(chat, message)
        return message

    def _above(self, chat: dict[str, Any], number: int) -> dict[str, Any]:
        """A message as another one shows it: without the one that it answers itself."""
        message = chat["messages"][number]["message"]
        return {name: value for name, value in message.items() if name != "reply_to_message"}

    def _copy(self, channel: dict[str, Any], message: dict[str, Any]) -> None:
        """Into the discussion group, where comments answer it."""
        group = channel["group"]
        origin = {"type": "channel", "chat": self._shown(channel), "message_id": message["message_id"]}
        origin |= {"date": message["date"]}
        copy = {key: message[key] for key in ("text", "caption", "photo", "video") if key in message}
        copy |= {"is_automatic_forward": True, "forward_origin": origin, "sender_chat": self._shown(channel)}
        forwarded = self._add(group, copy, None)
        group["copies"][message["message_id"]] = forwarded["message_id"]

    # Changing

    def _message(self, chat: dict[str, Any], number: Any, complaint: str) -> dict[str, Any]:
        message: dict[str, Any] | None = chat["messages"].get(number)
        if message is None:
            raise bad(complaint)
        return message

    def edit_message_text(self, bot: dict[str, Any], params: "Params") -> dict[str, Any]:
        return self._edit(bot, params, "text", TEXT, "there is no text in the message to edit")

    def edit_message_caption(self, bot: dict[str, Any], params: "Params") -> dict[str, Any]:
        return self._edit(bot, params, "caption", CAPTION, "there is no caption in the message to edit")

    def _edit(self, bot: dict[str, Any], params: "Params", name: str, longest: int, none: str) -> dict[str, Any]:
        chat = self._mine(bot, params)
        entry = self._message(chat, params.whole("message_id"), "message to edit not found")
        text = self._checked_text(params.text(name), longest, "message is too long")
        if (name == "text") == any(kind in entry["message"] for kind in ("photo", "video")):
            raise bad(none)
        before = entry["message"]
        beside = "entities" if name == "text" else "caption_entities"
        fresh = {name: text, **self._entities(params, name, beside)}
        fresh |= self._link_preview(params) if name == "text" else {}
        if {key: before.get(key) for key in (name, beside, "link_preview_options") if key in before} == fresh:
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a "
                "current content and reply markup of the message"
            )
        # What is not sent again is gone.
        for key in (beside, "link_preview_options"):
            before.pop(key, None)
        before |= fresh
        entry["message"]["edit_date"] = int(self.world.clock.now().timestamp())
        return dict(entry["message"])

    def delete_message(self, bot: dict[str, Any], params: "Params") -> bool:
        chat = self._mine(bot, params)
        number = params.whole("message_id")
        self._message(chat, number, "message to delete not found")
        self._may_delete(chat, bot, [number])
        del chat["messages"][number]
        return True

    def delete_messages(self, bot: dict[str, Any], params: "Params") -> bool:
        chat, numbers = self._mine(bot, params), params.nested("message_ids", list)
        if not 1 <= len(numbers) <= 100:
            raise bad("there must be 1-100 messages to delete")
        here = [number for number in numbers if number in chat["messages"]]
        self._may_delete(chat, bot, here)
        for number in here:
            del chat["messages"][number]
        return True

    def _may_delete(self, chat: dict[str, Any], bot: dict[str, Any], numbers: list[int]) -> None:
        if "can_delete_messages" in chat["admins"][bot["id"]]:
            return
        if any(self.world.clock.now() - chat["messages"][number]["at"] > DELETABLE for number in numbers):
            raise bad("message can't be deleted for everyone")

    # Updates

    def set_webhook(self, bot: dict[str, Any], params: "Params") -> bool:
        url, word = params.text("url"), params.text("secret_token", "")
        parts = urlsplit(url)
        here = parts.hostname in ("127.0.0.1", "localhost")
        if url and (parts.scheme != "https" or (parts.port or 443) not in (443, 80, 88, 8443)) and not here:
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if word and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", word):
            raise bad("secret token contains illegal characters")
        bot["webhook"] = {"url": url, "secret": word, "allowed": params.nested("allowed_updates", list, [])}
        return True

    def delete_webhook(self, bot: dict[str, Any], params: "Params") -> bool:
        bot["webhook"] = None
        if params.get("drop_pending_updates"):
            bot["updates"].clear()
        return True

    def get_webhook_info(self, bot: dict[str, Any], params: "Params") -> dict[str, Any]:
        url = (bot["webhook"] or {}).get("url", "")
        return {"url": url, "has_custom_certificate": False, "pending_update_count": len(bot["updates"])}

    def get_updates(self, bot: dict[str, Any], params: "Params") -> list[dict[str, Any]]:
        if bot["webhook"]:
            raise fails(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
                "webhook first",
            )
        offset = params.whole("offset", 0)
        bot["updates"] = [update for update in bot["updates"] if update["update_id"] >= offset]
        allowed = params.nested("allowed_updates", list, [])
        updates = [one for one in bot["updates"] if not allowed or set(one) & set(allowed)]
        return updates[: params.whole("limit", 100)]

    def _deliver_update(self, chat: dict[str, Any], name: str, content: dict[str, Any]) -> None:
        """Every bot in the chat gets the update."""
        for bot in self.bots.values():
            if bot["id"] in chat["admins"]:
                bot["count"] += 1
                bot["updates"].append({"update_id": bot["count"], name: content})

    # The public page

    def page(self, username: str) -> Reply:
        channel = next((one for one in self.channels.values() if one["username"] == username), None)
        if channel is None:
            return Reply(302, "", {"Location": f"{self.world.url}/telegram/"}, "text/html")
        if self.world.options["telegram_page"] == "broken":
            return Reply(500, "<h1>Sorry</h1>", content_type="text/html")
        shown = [] if self.world.options["telegram_page"] == "empty" else self._posts(channel)
        body = "".join(_drawn(username, messages) for messages in shown)
        return Reply(200, f"<html><body><main>{body}</main></body></html>", content_type="text/html; charset=utf-8")

    def _posts(self, channel: dict[str, Any]) -> list[list[dict[str, Any]]]:
        """Messages, those of an album together."""
        posts: list[list[dict[str, Any]]] = []
        for message in channel["messages"].values():
            group = message["message"].get("media_group_id")
            if group and posts and posts[-1][0]["message"].get("media_group_id") == group:
                posts[-1].append(message)
            else:
                posts.append([message])
        return posts

    # For tests

    def _token(self, number: int) -> str:
        return f"{number}:{secrets.token_hex(18)}"

    def channel(self, name: str, username: str | None = None) -> dict[str, Any]:
        if name not in self.channels:
            number = 1_000_000_000 + len(self.channels) * 2 + sum(name.encode())
            group = {
                "id": -1_002_000_000_000 - number, "title": f"{name.title()}: razgovor", "type": "supergroup",
                "username": None, "admins": {}, "members": 3, "messages": {}, "last": 40, "copies": {},
            }  # fmt: skip
            self.channels[name] = {
                "id": -1_001_000_000_000 - number, "title": name.title(), "type": "channel",
                "username": name if username is None else username or None, "admins": {}, "members": 7,
                "messages": {}, "last": 11, "group": group,
            }  # fmt: skip
        return self.channels[name]

    def bot(self, name: str) -> dict[str, Any]:
        if name not in self.bots:
            number = 700_000_000 + len(self.bots) + sum(name.encode())
            self.bots[name] = {
                "id": number, "username": f"{name}_bot", "token": self._token(number), "webhook": None,
                "updates": [], "count": 9000,
            }  # fmt: skip
        return self.bots[name]

    def admit(self, name: str, rights: tuple[str, ...] = RIGHTS, bot: str = "") -> None:
        """Make a bot an administrator of the channel, and a member of its group."""
        channel, number = self.channel(name), self.bot(bot or name)["id"]
        channel["admins"][number] = channel["group"]["admins"][number] = set(rights)

    def account(self, name: str) -> dict[str, Any]:
        """A channel with a bot that may do everything there."""
        channel, bot = self.channel(name), self.bot(name)
        if bot["id"] not in channel["admins"]:
            self.admit(name)
        credential = {
            "access_token": bot["token"],
            "account_id": str(channel["id"]),
            "scopes": list(RIGHTS),
            "grantor": str(bot["id"]),
        }
        server = f"{self.world.url}/telegram"
        return {"server": server, "keys": {}, "token": bot["token"], "account": f"@{name}", "credential": credential}

    def public(self, name: str) -> list[dict[str, Any]]:
        """The channel's posts, and what the bot answered in the group."""
        if name not in self.channels:
            return []
        channel = self.channels[name]
        group = [[one] for one in channel["group"]["messages"].values() if not one["message"].get("sender_chat")]
        answers = [one for one in group if not one[0]["message"].get("from")]
        return [_public(messages, "") for messages in self._posts(channel)] + [
            _public(messages, f"{channel['group']['id']}:") for messages in answers
        ]

    def count_reactions(self, post: str, at: int, **counts: int) -> None:
        """An update with all counts of a message, by the emoji, "paid" or "custom"."""
        number = int(post.partition("-")[0])
        channel = next(one for one in self.channels.values() if number in one["messages"])
        kinds = {"paid": {"type": "paid"}, "custom": {"type": "custom_emoji", "custom_emoji_id": "5368324170671202286"}}
        reactions = [
            {"type": kinds.get(name, {"type": "emoji", "emoji": name}), "total_count": count}
            for name, count in counts.items()
        ]
        chat = {name: channel[name] for name in ("id", "title", "type")}
        update = {"chat": chat, "message_id": number, "date": at, "reactions": reactions}
        self._deliver_update(channel, "message_reaction_count", update)

    def react(self, post: str, kind: str, text: str) -> str:
        """A comment. Reactions cannot be read back."""
        if kind != "reply":
            return post
        number = int(post.rpartition(":")[2].partition("-")[0])
        channel = next(one for one in self.channels.values() if number in one["messages"])
        return self.comment(channel, channel["group"]["copies"][number], text)

    def comment(self, channel: dict[str, Any], above: int, text: str, **more: Any) -> str:
        group = channel["group"]
        person = {"id": 55501, "is_bot": False, "first_name": "Građanka", "username": "gradjanka"}
        message = self._add(group, {"from": person, "text": text, **more}, above)
        message["reply_to_message"] = self._above(group, above)
        message["message_thread_id"] = above
        self._deliver_update(group, "message", message)
        return f"{group['id']}:{message['message_id']}"

    def person(self, name: str) -> dict[str, Any]:
        """A person's chat with a bot: `admins` are the bots that they have started."""
        number = 55_501_000 + sum(name.encode())
        return self.people.setdefault(
            number,
            {
                "id": number, "type": "private", "first_name": name.title(), "username": name, "admins": {},
                "messages": {}, "last": 0,
            },
        )  # fmt: skip

    def written_to_bot(self, name: str, bot: str, text: str = "", above: int | None = None, **more: Any) -> str:
        """A person writes to a bot, which gets an update."""
        chat, number = self.person(name), self.bot(bot)["id"]
        chat["admins"][number] = set()
        author = {"is_bot": False, **{key: chat[key] for key in ("id", "first_name", "username")}}
        message = self._add(chat, {"from": author, **({"text": text} if text else {}), **more}, above)
        self._deliver_update(chat, "message", message)
        return f"{chat['id']}:{message['message_id']}"

    def rewritten(self, name: str, number: int, text: str) -> None:
        chat = self.person(name)
        message = chat["messages"][number]["message"]
        message |= {"text": text, "edit_date": int(self.world.clock.now().timestamp())}
        self._deliver_update(chat, "edited_message", message)

    def file(self, content: bytes, **more: Any) -> dict[str, Any]:
        """A file that a person sent, as a message names it."""
        entity = self._file(content)
        self.files[entity["file_id"]] = content
        return {**entity, **more}

    def written_by_hand(self, name: str, text: str) -> str:
        """A person posts to the channel in the app."""
        channel = self.channel(name)
        message = self._add(channel, {"text": text}, None)
        self._deliver_update(channel, "channel_post", message)
        return str(message["message_id"])

    def deliver(self, name: str) -> list[int]:
        """Send waiting updates to the bot's webhook; returns the statuses of the answers."""
        bot, statuses = self.bots[name], []
        for update in bot["updates"]:
            headers = {"Content-Type": "application/json"}
            if bot["webhook"]["secret"]:
                headers["X-Telegram-Bot-Api-Secret-Token"] = bot["webhook"]["secret"]
            sent = urllib.request.Request(bot["webhook"]["url"], json.dumps(update).encode(), headers)
            with urllib.request.urlopen(sent, timeout=5) as answer:
                statuses.append(answer.status)
        bot["updates"] = []
        return statuses


class Params:
    """The parameters of a call, as JSON or as a form with files."""

    def __init__(self, request: Request, known: set[str]) -> None:
        self.files: dict[str, bytes] = {}
        if request.kind == "multipart/form-data":
            parts = request.multipart()
            self.files = {name: part.content for name, part in parts.items() if part.filename}
            self.values: dict[str, Any] = {n: p.content.decode() for n, p in parts.items() if not p.filename}
        elif request.kind == "application/json":
            body = request.json()
            if not isinstance(body, dict):
                raise bad("can't parse JSON object")
            self.values = body
        else:
            self.values = {}
        unknown = set(self.values) - known
        if unknown:
            raise bad(f"unknown parameter {sorted(unknown)}")

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def text(self, name: str, default: str | None = None) -> str:
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise bad(f'parameter "{name}" is required')
        return value

    def whole(self, name: str, default: int | None = None) -> int:
        value = self.values.get(name, default)
        try:
            return int(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise bad(f'parameter "{name}" must be a number') from None

    def nested(self, name: str, kind: type, default: Any = None) -> Any:
        """In a form, nested values are JSON texts."""
        value = self.values.get(name, default)
        if self.files and isinstance(value, str):
            value = json.loads(value)
        if not isinstance(value, kind):
            raise bad(f"can't parse {name}")
        return value

    def file(self, name: str) -> bytes:
        if name not in self.files:
            raise bad("wrong file identifier/HTTP URL specified")
        return self.files[name]

    def attached(self, reference: str) -> bytes:
        return self.file(reference.removeprefix("attach://"))


def _text_of(messages: list[dict[str, Any]]) -> str:
    message = messages[0]["message"]
    return str(message.get("text") or message.get("caption") or "")


def _public(messages: list[dict[str, Any]], prefix: str) -> dict[str, Any]:
    numbers = [message["message"]["message_id"] for message in messages]
    span = str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"
    above = messages[0]["above"]
    return {
        "platform": "telegram",
        "id": prefix + span,
        "text": _text_of(messages),
        "alts": [""] * sum("photo" in message["message"] for message in messages),
        "reply_to": f"{prefix}{above}" if above else None,
        "video": sum(message["message"].get("video", {}).get("file_size", 0) for message in messages),
        "at": messages[0]["at"].isoformat(),
    }


def _bold(text: str, entities: Any, name: str) -> dict[str, Any]:
    """Offsets and lengths are UTF-16 units, inside the text and between its letters."""
    units_of = text.encode("utf-16-le")
    for one in entities or ():
        if set(one) != {"type", "offset", "length"} or one["type"] != "bold":
            raise bad("can't parse MessageEntity")
        start, end = one["offset"], one["offset"] + one["length"]
        try:
            if not 0 <= start < end <= len(units_of) // 2:
                raise ValueError
            units_of[2 * start : 2 * end].decode("utf-16-le")
        except ValueError:
            raise bad("entity beginning or end is outside the text or inside a letter") from None
    return {name: entities} if entities else {}


def _in_bold(text: str, messages: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    """The text in parts that are bold or not."""
    message = messages[0]["message"]
    found = message.get("entities") or message.get("caption_entities") or ()
    content = text.encode("utf-16-le")
    for one in found:
        start, end = 2 * one["offset"], 2 * (one["offset"] + one["length"])
        cut = [content[:start], content[start:end], content[end:]]
        return [(part.decode("utf-16-le"), nth == 1) for nth, part in enumerate(cut)]
    return [(text, False)]


def _drawn(username: str, messages: list[dict[str, Any]]) -> str:
    """As t.me/s/… draws a post. Links become anchors, emoji small pictures with their letter inside."""
    first = messages[0]["message"]
    link = f"https://t.me/{username}"
    pieces = [(html.escape(part), is_bold) for part, is_bold in _in_bold(_text_of(messages), messages)]
    text = "".join(f"<b>{part}</b>" if is_bold else part for part, is_bold in pieces).replace("\n", "<br/>")
    text = re.sub(r"(https?://[^\s<]+)", r'<a href="\1" target="_blank" rel="noopener">\1</a>', text)
    text = re.sub("([\U0001f300-\U0001faff])", r'<i class="emoji"><b>\1</b></i>', text)
    parts = []
    if messages[0]["above"]:
        parts.append(
            f'<a class="tgme_widget_message_reply user-color-default" href="{link}/{messages[0]["above"]}">'
            '<div class="tgme_widget_message_text js-message_reply_text" dir="auto">Раније</div></a>'
        )
    for message in messages:
        own = f"{link}/{message['message']['message_id']}" + ("?single" if len(messages) > 1 else "")
        if "photo" in message["message"]:
            parts.append(f'<a class="tgme_widget_message_photo_wrap js-message_photo" href="{own}"><img src="x"></a>')
        if "video" in message["message"]:
            parts.append(f'<a class="tgme_widget_message_video_player js-message_video_player" href="{own}"></a>')
    if text:
        parts.append(f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>')
    at = messages[0]["at"].isoformat(timespec="seconds")
    return (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap">'
        f'<div class="tgme_widget_message text_not_supported_wrap js-widget_message" '
        f'data-post="{username}/{first["message_id"]}">{"".join(parts)}'
        '<div class="tgme_widget_message_footer"><span class="tgme_widget_message_views">12</span>'
        f'<a class="tgme_widget_message_date" href="{link}/{first["message_id"]}">'
        f'<time datetime="{at}" class="time">10:00</time></a></div></div></div>'
    )
