"""Comments. https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api

There are two levels: a reply to a reply stands beside it. Their text is plain, not "little text". The author is a URN;
names need a permission that applications like ours do not get. Comments cannot be hidden.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from platforms import newest
from platforms.linkedin import posts
from platforms.linkedin.calls import Calls, encoded
from platforms.matching import Candidate
from platforms.types import Message, Messages, Outgoing, Published, Read
from platforms.visibility import Visibility

COUNT = 100
COMMENT = re.compile(r"urn:li:comment:\((urn:li:\w+:\d+),(\d+)\)")


class Conversation:
    calls: Calls
    author: str
    set: Mapping[str, Any]

    def own(self, count: int, start: int = 0) -> list[dict[str, Any]]:
        """The page's own posts, newest first."""
        query = f"author={encoded(self.author)}&q=author&count={count}&start={start}&sortBy=LAST_MODIFIED"
        elements = self.calls.get("/posts", query, method="FINDER").get("elements") or ()
        return [
            one for one in elements if isinstance(one, dict) and one.get("lifecycleState", "PUBLISHED") == "PUBLISHED"
        ]

    def messages(self, cursor: str | None = None) -> Messages:
        """`cursor`: see `newest.after`."""
        own = self.own(self.set["conversation_posts"])
        return newest.after((one for post in own for one in self._others_messages(str(post["id"]))), cursor)

    def replies(self, remote_id: str) -> Messages:
        return Messages(newest.oldest_first(self._others_messages(remote_id)))

    def _others_messages(self, post: str) -> Iterator[Message]:
        for comment in self.comments(post):
            if comment.get("actor") != self.author:
                yield _message(comment, post)

    def comments(self, post: str) -> Iterator[dict[str, Any]]:
        """Comments of a post and replies to them, one page of each."""
        for comment in self._comments_below(post):
            yield comment
            if (comment.get("commentsSummary") or {}).get("aggregatedTotalComments"):
                yield from self._comments_below(urn(comment))

    def _comments_below(self, subject: str) -> list[dict[str, Any]]:
        page = self.calls.get(f"/socialActions/{encoded(subject)}/comments", f"start=0&count={COUNT}")
        return [one for one in page.get("elements") or () if isinstance(one, dict)]

    def comment(self, outgoing: Outgoing) -> Published:
        """Below a post, or below a comment: then the first one of its conversation."""
        subject = str(outgoing.reply_to)
        parts = COMMENT.fullmatch(subject)
        place = parts[1] if parts else subject
        body = {"actor": self.author, "object": place, "message": {"text": outgoing.text}}
        if parts:
            body["parentComment"] = subject
        answer = self.calls.public("POST", f"/socialActions/{encoded(place)}/comments", body)
        created = _parsed(answer)
        number = str(created.get("id") or posts.created(answer.headers))
        remote_id = (
            urn(created) if created.get("$URN") or created.get("commentUrn") else f"urn:li:comment:({place},{number})"
        )
        return Published(remote_id, posts.permalink(place), _at(created))

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        """An answer to an answer goes to the comment above both."""
        parts = COMMENT.fullmatch(str(outgoing.reply_to))
        if parts:
            comment = self.calls.get(f"/socialActions/{encoded(parts[1])}/comments/{parts[2]}")
            outgoing = replace(outgoing, reply_to=str(comment.get("parentComment") or outgoing.reply_to))
        return self.comment(outgoing)

    def own_comments(self, subject: str) -> list[Candidate]:
        """The page's own comments below a post or a comment."""
        parts = COMMENT.fullmatch(subject)
        return [
            Candidate(urn(one), posts.permalink(parts[1] if parts else subject), _text(one), _at(one), reply_to=subject)
            for one in self._comments_below(subject)
            if one.get("actor") == self.author
        ]


def urn(comment: Mapping[str, Any]) -> str:
    named = comment.get("$URN") or comment.get("commentUrn")
    return str(named or f"urn:li:comment:({comment.get('object')},{comment.get('id')})")


def _text(comment: Mapping[str, Any]) -> str:
    return str((comment.get("message") or {}).get("text") or "")


def _at(comment: Mapping[str, Any]) -> datetime:
    milliseconds = (comment.get("created") or {}).get("time")
    return posts.when(milliseconds) if milliseconds else datetime.now(UTC)


def _parsed(answer: Any) -> dict[str, Any]:
    """The comment is out whatever its answer holds, as long as a header names it."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _message(comment: Mapping[str, Any], post: str) -> Message:
    actor = str(comment.get("actor") or "")
    return Message(
        remote_id=urn(comment),
        in_reply_to=str(comment.get("parentComment") or post),
        root=post,
        author_id=actor,
        author_handle=actor,
        author_name="",
        author_url="",
        author_avatar_url="",
        text=_text(comment),
        url=posts.permalink(post),
        at=_at(comment),
        visibility=Visibility.PUBLIC,
    )
