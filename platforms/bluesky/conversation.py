"""Reading and answering replies, and private messages (`chat`).

https://docs.bsky.app/docs/api/app-bsky-notification-list-notifications
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

from platforms.bluesky import chat, records
from platforms.bluesky.calls import PRIVILEGED, Calls, granted
from platforms.checks import NOT_FOR_FEW
from platforms.errors import PlatformError, Rejected
from platforms.reply_windows import ReplyWindow
from platforms.times import moment
from platforms.types import Message, Messages, Outgoing, Published, Read
from platforms.visibility import Visibility

GATE = "app.bsky.feed.threadgate"
KINDS = frozenset({"reply", "mention", "quote"})
PAGES = 5
# A thread of ours is ten posts deep (`Limits.max_thread_parts`), and people answer its last one too.
DEPTH = 16
HIDDEN_AT_MOST = 300


class Conversation(ABC):
    """The half of the connector that talks with people."""

    hides: ClassVar[bool] = True
    calls: Calls
    # Notifications are of answers to us, not of what people answer to each other.
    lists_replies: ClassVar[bool] = False

    @abstractmethod
    def publish_now(self, outgoing: Outgoing, read: Read) -> Published: ...

    def messages(self, cursor: str | None = None) -> Messages:
        """`cursor`: that of the notifications, and behind "|" that of the private messages."""
        notified, _, logged = (cursor or "").partition("|")
        public = self._notified(notified or None)
        log = self._private(logged)
        if log is None:
            return Messages(public.items, f"{public.cursor or ''}|{logged}" if logged else public.cursor)
        place = f"{public.cursor or ''}|{log.cursor}" if log.cursor else public.cursor
        return Messages((*public.items, *log.items), place, is_past=log.is_past, deleted=log.deleted)

    def _private(self, cursor: str) -> chat.Log | None:
        """None where there are none to read: the app password does not reach them, or the chat service, which is not
        the account's own server, does not answer. What is public goes on."""
        if PRIVILEGED not in granted(self.calls.access_token):
            return None
        try:
            return chat.fetch(self.calls, cursor)
        except PlatformError:
            # Even a refused session: the notifications were read with it a moment ago.
            return None

    def _notified(self, cursor: str | None) -> Messages:
        """`cursor`: time of the newest notification that was read, and the ids of those at that very time.

        The network's own cursor leads back in time, so it serves only to page.
        """
        seen, known = _seen(cursor)
        notifications: list[dict[str, Any]] = []
        params: dict[str, Any] = {"limit": 100}
        for _ in range(PAGES):
            page = self.calls.get("app.bsky.notification.listNotifications", params)
            listed = page.get("notifications") or ()
            fresh = [n for n in listed if seen is None or (records.when(n) >= seen and n["uri"] not in known)]
            notifications += fresh
            params["cursor"] = page.get("cursor")
            if not fresh or not params["cursor"] or seen is None:
                break
        # The list is newest first; turning it round keeps the order of those that share a millisecond.
        notifications.reverse()
        notifications.sort(key=records.when)
        items = tuple(records.message(n, n["reason"]) for n in notifications if n.get("reason") in KINDS)
        return Messages(items, _cursor(notifications, seen, known) if notifications else cursor)

    def replies(self, remote_id: str) -> Messages:
        params = {"uri": remote_id, "depth": DEPTH, "parentHeight": 0}
        thread = self.calls.get("app.bsky.feed.getPostThread", params).get("thread") or {}
        items = sorted((records.message(view) for view in self._descendants(thread)), key=lambda m: m.at)
        return Messages(tuple(items), is_whole=is_whole(thread))

    def _descendants(self, node: dict[str, Any]) -> list[dict[str, Any]]:
        views = []
        for child in node.get("replies") or ():
            view = child.get("post")
            # Nodes of deleted posts and of people who blocked us have no post.
            if view and view.get("author", {}).get("did") != self.calls.did:
                views.append(view)
            views += self._descendants(child)
        return views

    @classmethod
    def opening(cls, message: Message) -> str:
        """Nothing: an answer reaches its author by the reference."""
        return ""

    reply_windows: ClassVar[tuple[ReplyWindow, ...]] = chat.WINDOWS

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        if outgoing.conversation:
            return chat.send(self.calls, outgoing)
        if outgoing.visibility != Visibility.PUBLIC:
            raise Rejected(NOT_FOR_FEW, code="visibility")
        return self.publish_now(outgoing, read)

    def _reply(self, parent: str | None) -> dict[str, Any] | None:
        """The references of an answer need the content hashes of parent and root."""
        if not parent:
            return None
        record, cid = self._strong(parent)
        here = {"uri": parent, "cid": cid}
        return {"root": (record.get("reply") or {}).get("root") or here, "parent": here}

    def _strong(self, uri: str) -> tuple[dict[str, Any], str]:
        did, collection, key = uri.removeprefix("at://").split("/")
        if did == self.calls.did:
            # Our own server knows it at once; the index may lag behind.
            place = {"repo": did, "collection": collection, "rkey": key}
            record = self.calls.get("com.atproto.repo.getRecord", place)
            return record["value"], str(record["cid"])
        posts = self.calls.get("app.bsky.feed.getPosts", {"uris": [uri]}).get("posts") or ()
        if not posts:
            raise Rejected("The message that is answered is no longer there.", field="reply_to", code="parent_missing")
        return posts[0]["record"], str(posts[0]["cid"])

    def hide(self, remote_id: str, root: str) -> None:
        """Adds to the list in the thread's gate, which has the key of the root and is written as a whole."""
        self._change_gate(root, lambda hidden: [*hidden, remote_id])

    def show(self, remote_id: str, root: str) -> None:
        self._change_gate(root, lambda hidden: [uri for uri in hidden if uri != remote_id])

    def _change_gate(self, root: str, changed: Callable[[list[str]], list[str]]) -> None:
        place = {"repo": self.calls.did, "collection": GATE, "rkey": root.rsplit("/", 1)[-1]}
        gate, cid = self._gate(place, root)
        hidden = changed(list(gate.get("hiddenReplies", ())))
        record = {**gate, "hiddenReplies": list(dict.fromkeys(hidden))[-HIDDEN_AT_MOST:]}
        self.calls.write("com.atproto.repo.putRecord", {**place, "record": record, "swapRecord": cid})

    def _gate(self, place: dict[str, str], root: str) -> tuple[dict[str, Any], str | None]:
        try:
            record = self.calls.get("com.atproto.repo.getRecord", place)
        except Rejected as refused:
            if refused.code != "RecordNotFound":
                raise
            return {"$type": GATE, "post": root, "createdAt": records.iso(datetime.now(UTC))}, None
        return record["value"], str(record["cid"])


def is_whole(node: dict[str, Any]) -> bool:
    """Whether every post shows as many answers as it counts: below `DEPTH`, or of who blocked us, it does not."""
    view, below = node.get("post"), node.get("replies") or ()
    if not view or any(child.get("blocked") for child in below) or int(view.get("replyCount") or 0) > len(below):
        return False
    return all(is_whole(child) for child in below if child.get("post"))


def _seen(cursor: str | None) -> tuple[datetime | None, frozenset[str]]:
    if not cursor:
        return None, frozenset()
    at, *known = cursor.split(" ")
    return moment(at), frozenset(known)


def _cursor(notifications: list[dict[str, Any]], seen: datetime | None, known: frozenset[str]) -> str:
    last = records.when(notifications[-1])
    same = {n["uri"] for n in notifications if records.when(n) == last} | (known if last == seen else frozenset())
    return " ".join([last.isoformat(), *sorted(same)])
