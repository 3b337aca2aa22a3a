"""Comments on the site's posts: reading, answering and moderating. https://developer.wordpress.org/rest-api/reference/comments/"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from platforms import matching, newest
from platforms.errors import NotAllowed, PlatformError, Rejected
from platforms.matching import Candidate
from platforms.protocols import Facts
from platforms.translation import gettext_noop
from platforms.types import FindResult, Found, Messages, ModerationSupport, Outgoing, Published, Read
from platforms.wordpress import content
from platforms.wordpress.calls import Calls

HELD = gettext_noop("The site held this comment back for moderation, so the portal deleted it there.")
BY_HAND = gettext_noop("Sign in to the site, open “Comments” and choose “Trash” below the comment.")
FIELDS = "id,post,parent,author,author_name,author_url,author_avatar_urls,date_gmt,content,link,status"
PAGE_SIZE = 100
PAGE = {"per_page": PAGE_SIZE, "_fields": FIELDS}
# Approved ones and those that wait for a moderator; not spam and not the trash.
ALL = PAGE | {"status": "all"}
# A comment may be approved days after it was written. The portal keeps 2,000 characters of a cursor.
WINDOW, KEPT, PAGES = 14 * 86_400, 150, 5
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
        """Approved ones; of those from before, the newest hundred.

        The cursor: the second from which on comments are looked through, and the ids that were given out since.
        """
        since, given = newest.parse_cursor(cursor)
        listed = self._approved(since)
        fresh = [content.message(one) for one in listed if str(one["id"]) not in given and not self._is_own(one)]
        if not fresh and cursor:
            return Messages((), cursor)
        items = newest.oldest_first(fresh)
        return Messages(tuple(items), _cursor(since, given, listed), is_past=cursor is None)

    def _approved(self, since: int) -> list[dict[str, Any]]:
        """The newest first: those since that second, or one page."""
        after = {"after": datetime.fromtimestamp(since - 1, UTC).isoformat()} if since else {}
        listed: list[dict[str, Any]] = []
        for page in range(1, PAGES + 1):
            entities, total = self.calls.listed("/comments", order="desc", page=page, **after, **PAGE)
            listed += entities
            if not since or len(listed) >= total:
                break
        return listed

    def _is_own(self, comment: Mapping[str, Any]) -> bool:
        return str(comment.get("author")) == self.account_id

    def replies(self, remote_id: str) -> Messages:
        listed, total = self.calls.listed("/comments", post=remote_id.partition("/")[0], order="asc", **ALL)
        items = tuple(content.message(one) for one in listed if not self._is_own(one))
        return Messages(items, is_whole=total <= len(listed))

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        return self.comment(outgoing)

    def comment(self, outgoing: Outgoing) -> Published:
        """Below a post, or as an answer to a comment."""
        post, _, above = str(outgoing.reply_to).partition("/")
        body = {"post": int(post), "content": content.inline(outgoing.text)} | ({"parent": int(above)} if above else {})
        try:
            answer = self.calls.public("POST", "/comments", json=body)
        except Rejected as refused:
            there = (
                self.among_comments(outgoing, outgoing.created_at, ()) if refused.code == "comment_duplicate" else None
            )
            if isinstance(there, Found):
                return there.published  # of an attempt whose answer was lost
            raise
        if answer.get("status") != "approved":
            self.remove(content.name(answer), post)
            raise NotAllowed(HELD, code="held", evidence={"status": str(answer.get("status"))})
        return Published(content.name(answer), str(answer.get("link") or ""), content.when(answer))

    def among_comments(self, outgoing: Outgoing, since: datetime, bound: Collection[str]) -> FindResult:
        post = str(outgoing.reply_to).partition("/")[0]
        after = (since - matching.SLACK).isoformat()
        listed, _ = self.calls.listed("/comments", post=post, after=after, **ALL)
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


def _cursor(since: int, given: Collection[str], listed: Sequence[Mapping[str, Any]]) -> str:
    """Moves on with the newest comment. What is beyond the first page, or too much to keep, lies before its second."""
    seconds = {str(one["id"]): int(content.when(one).timestamp()) for one in listed}
    times = list(seconds.values()) or [int(datetime.now(UTC).timestamp())]
    last = KEPT if since else PAGE_SIZE
    floor = max(since, times[0] - WINDOW, *(second + 1 for second in times[last - 1 : last]))
    ids = [one for one, second in seconds.items() if second >= floor]
    # Hidden ones are not listed, and are not new when they are shown again.
    hidden = sorted(set(given).difference(ids), key=int, reverse=True)
    return f"{floor}:{' '.join([*ids, *hidden][:KEPT])}"


def _candidate(comment: Mapping[str, Any]) -> Candidate:
    shown = content.message(comment)
    return Candidate(shown.remote_id, shown.url, _letters(shown.text), shown.at, reply_to=shown.in_reply_to)


def _letters(text: str) -> str:
    """What is left when WordPress has made quotation marks, dashes and smileys nicer."""
    return re.sub(r"[\W_]+", " ", text).strip()
