"""Converts between YouTube's videos and our types. Pure. https://developers.google.com/youtube/v3/docs/videos"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from platforms import counting, times
from platforms.errors import Rejected
from platforms.matching import Candidate
from platforms.translation import gettext_noop
from platforms.types import Outgoing, Published
from platforms.youtube import settings

ID = re.compile(r"[\w-]{11}")
PATH = re.compile(r"/(?:shorts|live|embed|v|video)/([\w-]{11})(?:/edit)?/?")
HOSTS = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com", "studio.youtube.com"})

UNREADABLE = gettext_noop("YouTube cannot play this video. Save it as MP4 with H.264 and AAC and add it again.")
TOO_LONG = gettext_noop(
    "YouTube takes no more than 15 minutes from a channel that has not been verified by telephone. Verify the channel "
    "at youtube.com/verify, or shorten the video."
)
COPYRIGHT = gettext_noop("YouTube reports that the rights in this video belong to another owner, and does not show it.")
TWICE = gettext_noop("YouTube already has this video and does not accept it twice.")
AGAINST_RULES = gettext_noop("YouTube does not show this video: it reports a violation of its rules.")
SUSPENDED = gettext_noop("YouTube does not show this video because the channel is closed or suspended.")
TAKEN_DOWN = gettext_noop("The video was deleted at YouTube.")
# https://developers.google.com/youtube/v3/docs/videos#status.rejectionReason
REJECTIONS: Mapping[str, str] = {
    "claim": COPYRIGHT, "copyright": COPYRIGHT, "legal": COPYRIGHT, "trademark": COPYRIGHT, "duplicate": TWICE,
    "length": TOO_LONG, "uploaderAccountClosed": SUSPENDED, "uploaderAccountSuspended": SUSPENDED,
}  # fmt: skip


def body(outgoing: Outgoing, privacy: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """All fields that can be set: an update empties those that it leaves out."""
    snippet: dict[str, Any] = {"title": outgoing.heading, "description": outgoing.text}
    snippet |= {"categoryId": str(options["category"]), "tags": tags(outgoing.text, options["tag_characters"])[0]}
    snippet |= {"defaultLanguage": language(outgoing.language)} if outgoing.language else {}
    status = {"privacyStatus": privacy, **settings.status(outgoing.settings, options)}
    return {"snippet": snippet, "status": status | {"embeddable": True, "license": "youtube"}}


def language(tag: str) -> str:
    """YouTube knows Serbian in Latin letters apart from Serbian; other languages it knows without their script."""
    return tag if tag == "sr-Latn" else tag.partition("-")[0]


def tags(text: str, longest: int) -> tuple[list[str], list[str]]:
    """(tags, those that no longer fit): the hashtags of a text, each once."""
    hashtags = [match[1:] for match in counting.HASHTAG.findall(counting.without_urls(text))]
    fitting: list[str] = []
    for number, word in enumerate(hashtags := list(dict.fromkeys(hashtags))):
        if tag_characters([*fitting, word]) > longest:
            return fitting, hashtags[number:]
        fitting.append(word)
    return fitting, []


def tag_characters(tags: Sequence[str]) -> int:
    """The commas between them count, and so do the quotes that YouTube puts around one with a blank.

    https://developers.google.com/youtube/v3/docs/videos#snippet.tags[]
    """
    return sum(len(tag) + 2 * (" " in tag) for tag in tags) + max(len(tags) - 1, 0)


def permalink(video: str) -> str:
    return f"https://www.youtube.com/watch?v={video}"


def named(link: str) -> str | None:
    """The id of the video that a link, as a person copied it, leads to."""
    parts = urlsplit(link.strip())
    host = parts.hostname or ""
    if host == "youtu.be":
        match = ID.fullmatch(parts.path.strip("/"))
        return match[0] if match else None
    if host not in HOSTS:
        return None
    id_match = ID.fullmatch((parse_qs(parts.query).get("v") or [""])[0]) if parts.path == "/watch" else None
    match = id_match or PATH.fullmatch(parts.path)
    return match[match.re.groups] if match else None


def status(video: Mapping[str, Any]) -> Mapping[str, Any]:
    part = video.get("status")
    return part if isinstance(part, Mapping) else {}


def is_out(video: Mapping[str, Any]) -> bool:
    """Whether others see it: everybody, or everybody with the link."""
    return status(video).get("privacyStatus") in (settings.PUBLIC, settings.UNLISTED)


def plays(video: Mapping[str, Any]) -> bool:
    """Whether it has been worked on. Raises `Rejected` for one that will never play."""
    video_status = status(video)
    state = video_status.get("uploadStatus")
    if state == "failed":
        raise Rejected(UNREADABLE, "video", str(video_status.get("failureReason") or "failed"))
    if state == "rejected":
        reason = str(video_status.get("rejectionReason") or "rejected")
        raise Rejected(REJECTIONS.get(reason, AGAINST_RULES), "video", reason)
    if state == "deleted":
        raise Rejected(TAKEN_DOWN, "video", "deleted")
    return bool(state == "processed")


def is_gone(video: Mapping[str, Any]) -> bool:
    """Whether YouTube took it down, although it still has its number."""
    return status(video).get("uploadStatus") in ("deleted", "rejected", "failed")


def when(snippet: Any) -> datetime:
    """Of a video that was private before, when it became public. Now, where no time is returned."""
    try:
        return times.moment(str(snippet["publishedAt"]))
    except (KeyError, TypeError, ValueError):
        return datetime.now(UTC)


def published(video: Mapping[str, Any]) -> Published:
    return Published(str(video["id"]), permalink(str(video["id"])), when(video.get("snippet")))


def whole(title: str, text: str) -> str:
    """Title and description as one text, to be compared."""
    return f"{title.strip()}\n\n{text}"


def candidate(entry: Mapping[str, Any]) -> Candidate:
    """From an entry of the playlist of uploads."""
    snippet = entry.get("snippet") or {}
    video = str((entry.get("contentDetails") or {}).get("videoId") or "")
    return Candidate(
        remote_id=video,
        permalink=permalink(video),
        text=whole(str(snippet.get("title") or ""), str(snippet.get("description") or "")),
        at=when(snippet),
        has_video=True,
    )
