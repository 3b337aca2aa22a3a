"""Comments. https://developers.google.com/youtube/v3/docs/commentThreads

There are two levels: a reply to a reply stands beside it. One request returns the newest threads of the whole channel
with up to five replies each; YouTube has no webhook events for comments.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from platforms import newest
from platforms.errors import OutcomeUnknown
from platforms.matching import Candidate
from platforms.types import Message, Messages, Outgoing, Published, Read
from platforms.visibility import Visibility
from platforms.youtube import videos
from platforms.youtube.calls import Calls

COUNT = 100


def parted(remote_id: str) -> tuple[str, str]:
    """(video, comment), the second "" for a video. YouTube's ids have no colon."""
    video, _, comment = remote_id.partition(":")
    return video, comment


def joined(video: str, comment: str) -> str:
    return f"{video}:{comment}"


class Conversation:
    hides: ClassVar[bool] = True
    calls: Calls
    account_id: str
    set: Mapping[str, Any]

    def messages(self, cursor: str | None = None) -> Messages:
        """`cursor`: see `newest.after`."""
        params = {"allThreadsRelatedToChannelId": self.account_id, "maxResults": self.set["threads_read"]}
        return newest.after(self._others_messages(self._comments(self._threads(**params))), cursor)

    def replies(self, remote_id: str) -> Messages:
        threads = self._threads(videoId=parted(remote_id)[0], maxResults=COUNT)
        return Messages(newest.oldest_first(self._others_messages(self._comments(threads))))

    def _threads(self, **params: Any) -> list[dict[str, Any]]:
        return self.calls.items(
            "/commentThreads", part="snippet,replies", order="time", textFormat="plainText", **params
        )

    def _comments(self, threads: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """(video, comment) of everything in the threads. Some of the long ones are read to the end: a unit each."""
        whole = int(self.set["threads_read_whole"])
        for thread in threads:
            snippet = thread.get("snippet") or {}
            video, top = str(snippet.get("videoId") or ""), snippet.get("topLevelComment") or {}
            if not video or not top:
                continue  # below the channel itself, as it was long ago
            yield video, top
            answers = (thread.get("replies") or {}).get("comments") or ()
            if int(snippet.get("totalReplyCount") or 0) > len(answers) and whole > 0:
                whole -= 1
                answers = self._answers(str(top["id"]))
            yield from ((video, answer) for answer in answers)

    def _answers(self, above: str) -> list[dict[str, Any]]:
        return self.calls.items("/comments", part="snippet", parentId=above, maxResults=COUNT, textFormat="plainText")

    def _others_messages(self, comments: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[Message]:
        for video, comment in comments:
            if _author(comment) != self.account_id:
                yield _message(video, comment)

    @classmethod
    def opening(cls, message: Message) -> str:
        """Replies to replies stand side by side, so one names whom it answers."""
        deep = message.in_reply_to != message.root and message.author_handle.startswith("@")
        return f"{message.author_handle} " if deep else ""

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        return self.comment(outgoing)

    def comment(self, outgoing: Outgoing) -> Published:
        """Below a video, or below a comment: then below the first one of its thread. Public at once."""
        video, above = parted(str(outgoing.reply_to))
        if above:
            body: dict[str, Any] = {"parentId": _top(above), "textOriginal": outgoing.text}
            comment = self.calls.public("POST", "/comments", {"snippet": body}, part="snippet")
        else:
            body = {"videoId": video, "topLevelComment": {"snippet": {"textOriginal": outgoing.text}}}
            comment = self.calls.public("POST", "/commentThreads", {"snippet": body}, part="snippet")
            comment = (comment.get("snippet") or {}).get("topLevelComment") or comment
        if not comment.get("id"):
            raise OutcomeUnknown("The server's answer names no post.")
        return _published(video, comment)

    def own_comments(self, reply_to: str) -> list[Candidate]:
        """Our comments at the place of a reply to `reply_to`."""
        video, above = parted(reply_to)
        if above:
            comments = self._answers(_top(above))
        else:
            threads = self._threads(videoId=video, maxResults=COUNT)
            comments = [(thread.get("snippet") or {}).get("topLevelComment") or {} for thread in threads]
        return [_candidate(video, one, reply_to) for one in comments if _author(one) == self.account_id]

    def hide(self, remote_id: str, root: str) -> None:
        # https://developers.google.com/youtube/v3/docs/comments/setModerationStatus
        self._moderated(remote_id, self.set["hides_as"])

    def show(self, remote_id: str, root: str) -> None:
        self._moderated(remote_id, "published")

    def _moderated(self, remote_id: str, status: str) -> None:
        params = {"id": parted(remote_id)[1], "moderationStatus": status}
        self.calls.private("POST", self.calls.api("/comments/setModerationStatus"), params=params)


def _top(comment: str) -> str:
    """The first comment of a thread: the ids of its answers begin with its own."""
    return comment.partition(".")[0]


def _author(comment: Mapping[str, Any]) -> str:
    channel = (comment.get("snippet") or {}).get("authorChannelId")
    return str(channel.get("value") or "") if isinstance(channel, Mapping) else ""


def _text(comment: Mapping[str, Any]) -> str:
    """As it was written where we may see that, else as it is shown."""
    snippet = comment.get("snippet") or {}
    return str(snippet.get("textOriginal") or snippet.get("textDisplay") or "")


def _published(video: str, comment: Mapping[str, Any]) -> Published:
    number = str(comment["id"])
    return Published(joined(video, number), _link(video, number), videos.when(comment.get("snippet")))


def _link(video: str, comment: str) -> str:
    return f"{videos.permalink(video)}&lc={comment}"


def _candidate(video: str, comment: Mapping[str, Any], reply_to: str) -> Candidate:
    out = _published(video, comment)
    return Candidate(out.remote_id, out.permalink, _text(comment), out.at, reply_to=reply_to)


def _message(video: str, comment: Mapping[str, Any]) -> Message:
    snippet = comment.get("snippet") or {}
    number, author = str(comment.get("id") or ""), str(snippet.get("authorDisplayName") or "")
    above = str(snippet.get("parentId") or "")
    return Message(
        remote_id=joined(video, number),
        in_reply_to=joined(video, above) if above else video,
        root=video,
        author_id=_author(comment),
        author_handle=author,
        author_name=author.removeprefix("@"),
        author_url=str(snippet.get("authorChannelUrl") or ""),
        author_avatar_url=str(snippet.get("authorProfileImageUrl") or ""),
        text=_text(comment),
        url=_link(video, number),
        at=videos.when(snippet),
        visibility=Visibility.PUBLIC,
        is_hidden=snippet.get("moderationStatus") in ("heldForReview", "rejected"),
    )
