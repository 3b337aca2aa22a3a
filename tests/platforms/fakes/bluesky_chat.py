"""The network's chat service, behind the account's own server. It is not open source: this is what its lexicons say.

https://github.com/bluesky-social/atproto/tree/main/lexicons/chat/bsky/convo
"""

from collections.abc import Callable
from typing import Any, ClassVar

from tests.platforms.fakes.core import Refusal, Request

SERVICE = "did:web:api.bsky.chat#bsky_chat"
DEFS = "chat.bsky.convo.defs"


def error(status: int, name: str, message: str = "") -> Refusal:
    return Refusal(status, {"error": name, "message": message or name})


class ChatFake:
    # chat: whether app passwords are made with access to direct messages. chat_refuses: what the recipient's side says.
    # chat_log: how many entries one answer of the log has.
    OPTIONS: ClassVar[dict[str, Any]] = {"chat": False, "chat_refuses": "", "chat_log": 100}

    def __init__(self, world: Any, network: Any) -> None:
        self.world, self.network = world, network
        self.convos: dict[str, dict[str, Any]] = {}
        self.log: list[dict[str, Any]] = []
        self.serial = 0

    def handler(self, request: Request, method: str) -> Callable[[Request], Any] | None:
        if request.headers.get("atproto-proxy") != SERVICE:
            raise error(404, "XRPCNotSupported", "XRPCNotSupported")
        known: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "chat.bsky.convo.listConvos"): self.list_convos,
            ("GET", "chat.bsky.convo.getConvo"): self.get_convo,
            ("GET", "chat.bsky.convo.getMessages"): self.get_messages,
            ("GET", "chat.bsky.convo.getLog"): self.get_log,
            ("POST", "chat.bsky.convo.sendMessage"): self.send_message,
        }
        return known.get((request.method, method))

    def _me(self, request: Request) -> str:
        grant = self.network._grant(request)
        if grant["scope"] != "com.atproto.appPassPrivileged":
            raise error(400, "InvalidToken", "Bad token method")
        return str(grant["did"])

    def _rev(self) -> str:
        self.serial += 1
        return f"3l{self.serial:011d}"

    def _mine(self, request: Request, convo: str) -> dict[str, Any]:
        me = self._me(request)
        if convo not in self.convos or me not in self.convos[convo]["members"]:
            raise error(400, "InvalidRequest", "conversation not found")
        return self.convos[convo]

    def _profile(self, did: str) -> dict[str, Any]:
        account = self.network.accounts[did]
        return {"did": did, "handle": account["handle"], "displayName": account["displayName"]}

    def _view(self, convo: dict[str, Any]) -> dict[str, Any]:
        kind = {"$type": f"{DEFS}#directConvo"}
        if convo["is_group"]:
            kind = {
                "$type": f"{DEFS}#groupConvo", "createdAt": "2026-11-01T00:00:00.000Z", "lockStatus": "unlocked",
                "lockStatusModerationOverride": False, "memberCount": len(convo["members"]), "memberLimit": 50,
                "name": "Група",
            }  # type: ignore[dict-item]  # fmt: skip
        last = {"lastMessage": convo["messages"][-1]} if convo["messages"] else {}
        return {
            "id": convo["id"], "rev": convo["rev"], "muted": False, "unreadCount": 0, "status": "accepted",
            "members": [self._profile(did) for did in convo["members"]], "kind": kind, **last,
        }  # fmt: skip

    def list_convos(self, request: Request) -> dict[str, Any]:
        me = self._me(request)
        mine = [one for one in self.convos.values() if me in one["members"]]
        newest = sorted(mine, key=lambda one: str(one["rev"]), reverse=True)
        return {"convos": [self._view(one) for one in newest[: int(request.one("limit", "50"))]]}

    def get_convo(self, request: Request) -> dict[str, Any]:
        return {"convo": self._view(self._mine(request, request.one("convoId")))}

    def get_messages(self, request: Request) -> dict[str, Any]:
        """Newest first."""
        convo, limit = self._mine(request, request.one("convoId")), int(request.one("limit", "50"))
        newest = list(reversed(convo["messages"]))
        start = int(request.one("cursor", "0"))
        page = newest[start : start + limit]
        more = {"cursor": str(start + limit)} if start + limit < len(newest) else {}
        return {"messages": page, **more}

    def get_log(self, request: Request) -> dict[str, Any]:
        me, after = self._me(request), request.one("cursor", "")
        mine = [one for one in self.log if me in self.convos[one["convoId"]]["members"] and one["rev"] > after]
        page = mine[: self.world.options["chat_log"]]
        return {"logs": page, "cursor": page[-1]["rev"] if page else after}

    def send_message(self, request: Request) -> dict[str, Any]:
        form = request.json()
        convo, message = self._mine(request, form["convoId"]), form["message"]
        if set(form) != {"convoId", "message"} or set(message) - {"text", "facets", "embed", "replyTo", "$type"}:
            raise error(400, "InvalidRequest", "unknown field")
        if len(message["text"]) > 1000:
            raise error(400, "InvalidRequest", "text must not be longer than 1000 graphemes")
        if self.world.options["chat_refuses"]:
            raise error(400, "InvalidRequest", self.world.options["chat_refuses"])
        return self._add(convo, self._me(request), message["text"])

    def _add(self, convo: dict[str, Any], did: str, text: str, **more: Any) -> dict[str, Any]:
        rev, now = self._rev(), self.world.clock.now()
        view = {
            "$type": f"{DEFS}#messageView", "id": rev, "rev": rev, "text": text, "sender": {"did": did},
            "sentAt": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"), **more,
        }  # fmt: skip
        convo["messages"].append(view)
        convo["rev"] = rev
        self._report(convo, "#logCreateMessage", rev, view)
        return view

    def _report(self, convo: dict[str, Any], kind: str, rev: str, view: dict[str, Any]) -> None:
        self.log.append({"$type": f"{DEFS}{kind}", "convoId": convo["id"], "rev": rev, "message": dict(view)})

    # For tests

    def write(self, author: str, to: str, text: str, others: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
        """A message of anybody, in the conversation of these people."""
        dids = [self.network._account(f"{name}.test")["did"] for name in (author, to, *others)]
        convo = self.convo(*dids)
        return {**self._add(convo, dids[0], text, **more), "convo": convo["id"]}

    def convo(self, *dids: str) -> dict[str, Any]:
        for known in self.convos.values():
            if set(known["members"]) == set(dids):
                return known
        made = {
            "id": f"3kconvo{len(self.convos)}", "members": list(dids), "is_group": len(dids) > 2, "messages": [],
            "rev": self._rev(),
        }  # fmt: skip
        self.convos[str(made["id"])] = made
        self.log.append({"$type": f"{DEFS}#logBeginConvo", "convoId": made["id"], "rev": made["rev"]})
        return made

    def delete(self, convo: str, message: str) -> None:
        held = self.convos[convo]
        view = next(one for one in held["messages"] if one["id"] == message)
        deleted = {name: view[name] for name in ("id", "sender", "sentAt")}
        held["rev"] = rev = self._rev()
        deleted |= {"$type": f"{DEFS}#deletedMessageView", "rev": rev}
        held["messages"][held["messages"].index(view)] = deleted
        self._report(held, "#logDeleteMessage", rev, deleted)
