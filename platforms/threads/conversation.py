"""Replies. https://developers.facebook.com/docs/threads/reply-management

A reply is a post of its own. Replies are fetched post by post; mentions have a list.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from platforms import newest
from platforms.errors import NeedsConsent, Rejected
from platforms.meta import reading
from platforms.meta.calls import Calls
from platforms.threads import posts
from platforms.types import Message, MessageChanges, Messages, RawEvent

POSTS = 15
LISTED = 50


class Conversation:
    hides: ClassVar[bool] = True
    calls: Calls
    account_id: str

    def messages(self, cursor: str | None = None) -> Messages:
        return newest.after(self._newest(), cursor)

    def _newest(self) -> Iterator[Message]:
        listed = self.calls.get(f"/{self.account_id}/threads", fields="id,has_replies", limit=POSTS)
        for post in reading.data(listed):
            if post.get("has_replies") is not False:
                yield from self._replies_below(str(post["id"]))
        try:
            mentions = reading.data(
                self.calls.get(f"/{self.account_id}/mentions", fields=posts.REPLY_FIELDS, limit=LISTED)
            )
        except (NeedsConsent, Rejected):
            # A permission that an account may go without.
            return
        yield from (posts.message(one, kind="mention") for one in mentions)

    def replies(self, remote_id: str) -> Messages:
        return Messages(newest.oldest_first(self._replies_below(remote_id)))

    def _replies_below(self, remote_id: str) -> Iterator[Message]:
        listed = self.calls.listed(
            f"/{remote_id}/conversation", reverse="true", fields=posts.REPLY_FIELDS, limit=LISTED
        )
        for reply in listed:
            if reply.get("is_reply_owned_by_me") is not True:
                yield replace(posts.message(reply, remote_id), root=remote_id)

    @classmethod
    def message_changes(cls, event: RawEvent) -> MessageChanges | None:
        """An event contains a reply to our post as a whole, except where Threads omits the owner of that post."""
        changed = event.payload.get("value")
        value: Mapping[str, Any] = changed if isinstance(changed, dict) else {}
        root = value.get("root_post")
        if event.kind != "comment" or not isinstance(root, dict) or str(root.get("owner_id")) != event.account_id:
            return None
        if not value.get("id") or not root.get("username") or "text" not in value:
            return None
        if value.get("username") == root["username"]:
            return MessageChanges()  # our own
        above = value.get("replied_to")
        one = {**value, "replied_to": above if isinstance(above, dict) else {}}
        message = posts.message(one, str(root.get("id") or ""))
        return MessageChanges(new=(message if value.get("timestamp") else replace(message, at=event.at or message.at),))

    def hide(self, remote_id: str, root: str) -> None:
        self._hidden(remote_id, is_hidden=True)

    def show(self, remote_id: str, root: str) -> None:
        self._hidden(remote_id, is_hidden=False)

    def _hidden(self, remote_id: str, *, is_hidden: bool) -> None:
        answer = self.calls.private("POST", f"/{remote_id}/manage_reply", {"hide": str(is_hidden).lower()})
        if answer.get("success") is False:
            raise Rejected("The server refused this.")
