"""Replies and mentions, and private messages (`private`).

https://docs.x.com/x-api/posts/timelines/introduction and https://docs.x.com/x-api/posts/search/introduction

Every post that is read is charged. Replies mention the account that they answer, so the list of mentions has them; the
replies of one post can be searched for seven days only.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from platforms.checks import NOT_FOR_FEW
from platforms.errors import PlatformError, Rejected
from platforms.reply_windows import ReplyWindow
from platforms.types import Credential, Message, Messages, Outgoing, Published, Read
from platforms.visibility import Visibility
from platforms.x import posts, private
from platforms.x.calls import Calls

PAGE = 100
PAGES = 5
PEOPLE = {"expansions": "author_id", "user.fields": "username,name,profile_image_url,protected"}


class Conversation(ABC):
    hides: ClassVar[bool] = True
    calls: Calls
    account_id: str
    set: Mapping[str, Any]
    credential: Credential | None

    @abstractmethod
    def publish(self, outgoing: Outgoing, read: Read) -> Any: ...

    reply_windows: ClassVar[tuple[ReplyWindow, ...]] = private.WINDOWS

    def messages(self, cursor: str | None = None) -> Messages:
        """`cursor`: that of the mentions, and behind "|" that of the private messages."""
        mentioned, _, known = (cursor or "").partition("|")
        public = self._mentions(mentioned or None)
        page = self._private(known)
        place = f"{public.cursor or ''}|{page.cursor}" if page.cursor else public.cursor
        return Messages((*public.items, *page.items), place, is_past=bool(page.items) and not known)

    def _private(self, cursor: str) -> private.Page:
        """None where they are not wanted or not allowed, or fail: what is public goes on."""
        granted = self.credential.scopes if self.credential else ()
        if not self.set["private_messages"] or private.READ not in granted:
            return private.Page((), cursor)
        try:
            return private.fetch(self.calls, self.account_id, cursor, self.set["private_page"])
        except PlatformError:
            return private.Page((), cursor)

    def _mentions(self, cursor: str | None = None) -> Messages:
        """`cursor`: the number of the newest one. Numbers grow with time."""
        newer = {"since_id": cursor} if cursor else {}
        messages = self._listed_messages(f"/users/{self.account_id}/mentions", PAGES if cursor else 1, newer)
        items = tuple(sorted(messages, key=lambda m: int(m.remote_id)))
        return Messages(items, items[-1].remote_id if items else cursor)

    def replies(self, remote_id: str) -> Messages:
        params = {"query": f"conversation_id:{remote_id} -from:{self.account_id}"}
        replies = self._listed_messages("/tweets/search/recent", PAGES, params)
        return Messages(tuple(sorted(replies, key=lambda m: int(m.remote_id))))

    def _listed_messages(self, path: str, pages: int, query: Mapping[str, str]) -> list[Message]:
        messages: list[Message] = []
        params: dict[str, Any] = {**query, **PEOPLE, "max_results": PAGE}
        for _ in range(pages):
            page = self.calls.posts(path, posts.MESSAGE_FIELDS, **params)
            people = posts.people_of(page)
            messages += [posts.message(one, people) for one in page.get("data") or () if self._is_from_others(one)]
            following = (page.get("meta") or {}).get("next_token")
            if not following:
                break
            params["pagination_token" if "mentions" in path else "next_token"] = following
        return messages

    def _is_from_others(self, post: Mapping[str, Any]) -> bool:
        return str(post.get("author_id") or "") != self.account_id

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        """X names the author before the answer by itself."""
        if outgoing.conversation:
            return private.send(self.calls, self.account_id, outgoing)
        if outgoing.visibility != Visibility.PUBLIC:
            raise Rejected(NOT_FOR_FEW, code="visibility")
        published = self.publish(outgoing, read)
        assert isinstance(published, Published)  # answers carry no video
        return published

    def hide(self, remote_id: str, root: str) -> None:
        self._hidden(remote_id, is_hidden=True)

    def show(self, remote_id: str, root: str) -> None:
        self._hidden(remote_id, is_hidden=False)

    def _hidden(self, remote_id: str, *, is_hidden: bool) -> None:
        # https://docs.x.com/x-api/posts/hide-reply
        answer = self.calls.private("PUT", f"/tweets/{remote_id}/hidden", json={"hidden": is_hidden})
        if (answer.get("data") or {}).get("hidden") is not is_hidden:
            raise Rejected("The server refused this.")
