"""Comments. https://developers.facebook.com/docs/graph-api/reference/object/comments/

There are two levels: a reply to a reply stands beside it. The page's feed is ordered by posts, so the comments of each
of the newest posts are fetched; webhook events bring those of older posts.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from platforms import newest
from platforms.errors import Rejected
from platforms.facebook import posts, stories
from platforms.meta import messaging, private_messages, reading
from platforms.meta.calls import Calls
from platforms.meta.messaging import Messaging
from platforms.types import Message, MessageChanges, Messages, Outgoing, Published, RawEvent, Read

POSTS = 25
COMMENTS = 100
EDGE = f"comments.filter(stream).order(reverse_chronological).limit(50){{{posts.COMMENT_FIELDS}}}"
TAGGED = "id,message,created_time,permalink_url,from{id,name}"


class Conversation(Messaging, ABC):
    hides: ClassVar[bool] = True
    private_platform: ClassVar[str] = "messenger"
    private_scope: ClassVar[str] = "pages_messaging"
    calls: Calls
    account_id: str

    @abstractmethod
    def publish(self, outgoing: Outgoing, read: Read) -> Any: ...

    def messages(self, cursor: str | None = None) -> Messages:
        if past := self.first_private(cursor):
            return past
        public, _private = messaging.parted(cursor)
        return self.with_private(cursor, newest.after(self._newest(), public))

    def _newest(self) -> Iterator[Message]:
        listed = self.calls.get(f"/{self.account_id}/published_posts", fields=f"id,{EDGE}", limit=POSTS)
        for post in listed.get("data") or ():
            for comment in (post.get("comments") or {}).get("data") or ():
                if not posts.is_own(comment, self.account_id):
                    yield posts.message(comment, str(post["id"]))
        for post in self.calls.listed(f"/{self.account_id}/tagged", 1, fields=TAGGED, limit=POSTS):
            if not posts.is_own(post, self.account_id):
                yield posts.mention(post)

    def replies(self, remote_id: str) -> Messages:
        if stories.is_story(remote_id):
            return Messages(())  # answers to a story are private messages
        listed = self.calls.listed(
            f"/{remote_id}/comments",
            filter="stream",
            order="reverse_chronological",
            fields=posts.COMMENT_FIELDS,
            limit=COMMENTS,
        )
        others = [posts.message(one, remote_id) for one in listed if not posts.is_own(one, self.account_id)]
        return Messages(newest.oldest_first(others))

    @classmethod
    def message_changes(cls, event: RawEvent) -> MessageChanges | None:
        """A change of the feed holds a comment as it is now. Who was mentioned where has to be asked."""
        if event.kind == "private":
            return private_messages.changes(event)
        value = event.payload.get("value")
        if not isinstance(value, dict) or value.get("item") != "comment" or not value.get("comment_id"):
            return None
        verb, number = value.get("verb"), str(value["comment_id"])
        if verb == "remove":
            return MessageChanges(deleted=(number,))
        if verb not in ("add", "edited", "edit"):
            return MessageChanges()  # hidden, shown again, liked
        if not value.get("post_id"):
            return None
        messages = (_of_event(value, event),)
        return MessageChanges(new=messages) if verb == "add" else MessageChanges(changed=messages)

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        """An answer to an answer goes to the comment above both."""
        if outgoing.conversation:
            return self.send_private(outgoing)
        messaging.refuse_public(outgoing)
        subject = str(outgoing.reply_to)
        if not subject.startswith(f"{self.account_id}_"):
            parent = (self.calls.get(f"/{subject}", fields="parent{id}").get("parent") or {}).get("id")
            subject = str(parent or subject)
        published = self.publish(replace(outgoing, reply_to=subject), read)
        assert isinstance(published, Published)  # a comment is public at once
        return published

    def hide(self, remote_id: str, root: str) -> None:
        self._hidden(remote_id, is_hidden=True)

    def show(self, remote_id: str, root: str) -> None:
        self._hidden(remote_id, is_hidden=False)

    def _hidden(self, remote_id: str, *, is_hidden: bool) -> None:
        answer = self.calls.private("POST", f"/{remote_id}", {"is_hidden": str(is_hidden).lower()})
        if answer.get("success") is False:
            raise Rejected("The server refused this.")


def _of_event(value: Mapping[str, Any], event: RawEvent) -> Message:
    """A comment directly below the post has the post as its parent, which `posts.message` accepts as one."""
    sender, post = value.get("from"), value.get("post")
    message = posts.message(
        {
            "id": value["comment_id"],
            "message": value.get("message"),
            "from": sender if isinstance(sender, dict) else {},
            "permalink_url": post.get("permalink_url") if isinstance(post, dict) else "",
        },
        str(value["post_id"]),
    )
    written = reading.unix_time(value.get("created_time")) if value.get("verb") == "add" else None
    above = str(value.get("parent_id") or value["post_id"])
    return replace(message, in_reply_to=above, at=written or event.at or message.at)
