"""Comments. https://developers.facebook.com/docs/instagram-platform/comment-moderation

There is one level of replies. The network has no list of all comments of an account, so those of each of its newest
posts are fetched; webhook events bring the rest, and mentions, which have no list either.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from platforms import newest
from platforms.errors import OutcomeUnknown, PlatformError, Rejected
from platforms.instagram import posts
from platforms.meta import messaging, private_messages, reading
from platforms.meta.calls import Calls
from platforms.meta.messaging import Messaging
from platforms.types import Message, MessageChanges, Messages, Outgoing, Published, RawEvent, Read

POSTS = 25
COMMENTS = 50
EDGE = f"comments.limit({COMMENTS}){{{posts.COMMENT_FIELDS}}}"


class Conversation(Messaging):
    hides: ClassVar[bool] = True
    private_platform: ClassVar[str] = "instagram"
    private_scope: ClassVar[str] = "instagram_manage_messages"
    private_fields: ClassVar[str] = f"{messaging.MESSAGE_FIELDS},story"
    calls: Calls
    account_id: str
    handle: str

    @property
    def private_path(self) -> str:
        return "/me"

    def messages(self, cursor: str | None = None) -> Messages:
        if past := self.first_private(cursor):
            return past
        public, _private = messaging.parted(cursor)
        listed = self.calls.get(f"/{self.account_id}/media", fields=f"id,{EDGE}", limit=POSTS)
        comments = [
            m
            for one in reading.data(listed)
            for m in self._others_messages(reading.data(one.get("comments")), str(one["id"]))
        ]
        return self.with_private(cursor, newest.after(comments, public))

    def replies(self, remote_id: str) -> Messages:
        media, _comment = posts.parted(remote_id)
        listed = self.calls.listed(f"/{media}/comments", fields=posts.COMMENT_FIELDS, limit=COMMENTS)
        return Messages(newest.oldest_first(self._others_messages(listed, media)))

    def _others_messages(self, comments: Iterable[Mapping[str, Any]], media: str) -> Iterator[Message]:
        for comment in comments:
            if not self.is_own(comment):
                yield posts.message(comment, media)
            for answer in reading.data(comment.get("replies")):
                if not self.is_own(answer):
                    yield posts.message(answer, media, str(comment["id"]))

    def is_own(self, comment: Mapping[str, Any]) -> bool:
        author_id, name = posts.author(comment)
        return author_id == self.account_id or bool(name and f"@{name}" == self.handle)

    @classmethod
    def opening(cls, message: Message) -> str:
        """Replies to replies stand side by side, so one names whom it answers."""
        deep = message.in_reply_to != message.root and message.author_handle
        return f"{message.author_handle} " if deep else ""

    @classmethod
    def message_changes(cls, event: RawEvent) -> MessageChanges | None:
        """An event contains a comment as a whole; of a mention only its id, and there is no list of mentions."""
        if event.kind == "private":
            return private_messages.changes(event)
        changed = event.payload.get("value")
        value: Mapping[str, Any] = changed if isinstance(changed, dict) else {}
        media = value.get("media")
        if event.kind != "comment" or not isinstance(media, dict) or not media.get("id") or not value.get("id"):
            return None
        if "text" not in value:
            return None
        sender = value.get("from")
        one = {**value, "from": sender if isinstance(sender, dict) else {}}
        message = posts.message(one, str(media["id"]), str(value.get("parent_id") or ""))
        return MessageChanges(new=(replace(message, at=event.at or message.at),))

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        if outgoing.conversation:
            return self.send_private(outgoing)
        messaging.refuse_public(outgoing)
        return self.comment(outgoing)

    def comment(self, outgoing: Outgoing) -> Published:
        """A first comment under our post, or an answer to a comment. Public at once."""
        media, edge = self._edge(str(outgoing.reply_to))
        answer = self.calls.public("POST", edge, {"message": outgoing.text})
        if not answer.get("id"):
            raise OutcomeUnknown("The server's answer names no post.")
        remote_id = posts.comment_id(media, str(answer["id"]))
        return Published(remote_id, self.address_of(media), datetime.now(UTC))

    def _edge(self, reply_to: str) -> tuple[str, str]:
        """(media, path) of where an answer goes: of one that answers an answer, the comment above both."""
        media, comment = posts.parted(reply_to)
        if not comment:
            return media, f"/{media}/comments"
        above = self.calls.get(f"/{comment}", fields="parent_id").get("parent_id")
        return media, f"/{above or comment}/replies"

    def own_comments(self, reply_to: str) -> list[dict[str, Any]]:
        """Our comments at the place of a reply to `reply_to`. An author that is not returned could be ourselves."""
        _media, edge = self._edge(reply_to)
        listed = self.calls.listed(edge, fields=posts.ANSWER_FIELDS, limit=COMMENTS)
        return [one for one in listed if self.is_own(one) or posts.author(one) == ("", "")]

    def address_of(self, media: str) -> str:
        """A second request, whose failure does not matter."""
        try:
            return str(self.calls.get(f"/{media}", fields="permalink").get("permalink") or "")
        except PlatformError:
            return ""

    def hide(self, remote_id: str, root: str) -> None:
        self._hidden(remote_id, is_hidden=True)

    def show(self, remote_id: str, root: str) -> None:
        self._hidden(remote_id, is_hidden=False)

    def _hidden(self, remote_id: str, *, is_hidden: bool) -> None:
        answer = self.calls.private("POST", f"/{posts.parted(remote_id)[1]}", {"hide": str(is_hidden).lower()})
        if answer.get("success") is False:
            raise Rejected("The server refused this.")
