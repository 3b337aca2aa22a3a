"""Comments on the site's posts: reading, answering and moderating. https://developer.wordpress.org/rest-api/reference/comments/"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from platforms import matching, newest
from platforms.errors import NotAllowed, PlatformError, Rejected
from platforms.matching import Candidate
from platforms.protocols import Facts
from platforms.translation import gettext_noop
from platforms.types import FindResult, Messages, ModerationSupport, Outgoing, Published, Read
from platforms.wordpress import content
from platforms.wordpress.calls import Calls

HELD = gettext_noop("The site held this comment back for moderation, so the portal deleted it there.")
BY_HAND = gettext_noop("Sign in to the site, open “Comments” and choose “Trash” below the comment.")
FIELDS = "id,post,parent,author,author_name,author_url,author_avatar_urls,date_gmt,content,link,status"
# Approved ones and those that wait for a moderator; not spam and not the trash.
LISTED = {"status": "all", "per_page": 100, "_fields": FIELDS}
GONE = frozenset({"rest_comment_invalid_id", "rest_already_trashed"})


class Conversation:
    """The half of the connector that talks with people. Ids of comments are "post/comment"."""

    calls: Calls
    account_id: str
    hides: ClassVar[bool] = True
    lists_replies: ClassVar[bool] = True

    @classmethod
    def moderates(cls, facts: Facts) -> ModerationSupport:
        return ModerationSupport(hides=True, removes=True, manual_steps=BY_HAND)

    def messages(self, cursor: str | None = None) -> Messages:
        """Of those that were there before, the newest hundred."""
        second = (cursor or "").partition(":")[0]
        if not second.isdecimal():
            listed, _ = self.calls.listed("/comments", order="desc", **LISTED)
            return replace(self._new(listed, None), is_past=True)
        after = datetime.fromtimestamp(int(second), UTC) - timedelta(seconds=1)
        listed, _ = self.calls.listed("/comments", order="asc", after=after.isoformat(), **LISTED)
        return self._new(listed, cursor)

    def _new(self, listed: list[dict[str, Any]], cursor: str | None) -> Messages:
        return newest.after((content.message(one) for one in listed if not self._is_own(one)), cursor)

    def _is_own(self, comment: Mapping[str, Any]) -> bool:
        return str(comment.get("author")) == self.account_id

    def replies(self, remote_id: str) -> Messages:
        listed, total = self.calls.listed("/comments", post=remote_id.partition("/")[0], order="asc", **LISTED)
        items = tuple(content.message(one) for one in listed if not self._is_own(one))
        return Messages(items, is_whole=total <= len(listed))

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        return self.comment(outgoing)

    def comment(self, outgoing: Outgoing) -> Published:
        """Below a post, or as an answer to a comment."""
        post, _, above = str(outgoing.reply_to).partition("/")
        body = {"post": int(post), "content": content.inline(outgoing.text)} | ({"parent": int(above)} if above else {})
        made = self.calls.public("POST", "/comments", json=body)
        if made.get("status") != "approved":
            self.remove(content.name(made), post)
            raise NotAllowed(HELD, code="held", evidence={"status": str(made.get("status"))})
        return Published(content.name(made), str(made.get("link") or ""), content.when(made))

    def among_comments(self, outgoing: Outgoing, since: datetime, bound: Collection[str]) -> FindResult:
        post = str(outgoing.reply_to).partition("/")[0]
        after = (since - matching.SLACK).isoformat()
        listed, _ = self.calls.listed("/comments", post=post, after=after, **LISTED)
        own = [_candidate(one) for one in listed if self._is_own(one)]
        sent = replace(outgoing, text=_letters(outgoing.text), pictures=(), video=None)
        return matching.match_candidates(own, sent, since, datetime.now(UTC), bound)

    def hide(self, remote_id: str, root: str) -> None:
        self._set(remote_id, "hold")

    def show(self, remote_id: str, root: str) -> None:
        self._set(remote_id, "approved")

    def _set(self, remote_id: str, status: str) -> None:
        path = f"/comments/{remote_id.partition('/')[2]}"
        try:
            self.calls.private("POST", path, json={"status": status})
        except PlatformError as problem:
            # To what it is already, WordPress answers 500 "rest_comment_failed_edit".
            is_unchanged = problem.evidence.get("code") == "rest_comment_failed_edit"
            if not is_unchanged or self.calls.entity(path, _fields="status").get("status") != status:
                raise

    def remove(self, remote_id: str, root: str) -> None:
        try:
            self.calls.private("DELETE", f"/comments/{remote_id.partition('/')[2]}", params={"force": "true"})
        except Rejected as refused:
            if refused.code not in GONE:
                raise


def _candidate(comment: Mapping[str, Any]) -> Candidate:
    shown = content.message(comment)
    return Candidate(shown.remote_id, shown.url, _letters(shown.text), shown.at, reply_to=shown.in_reply_to)


def _letters(text: str) -> str:
    """What is left when WordPress has made quotation marks, dashes and smileys nicer."""
    return re.sub(r"[\W_]+", " ", text).strip()
