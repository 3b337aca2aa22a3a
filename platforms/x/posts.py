"""Converts between X's posts and our types. https://docs.x.com/x-api/fundamentals/data-dictionary

X shortens every address to t.co, appends one for the pictures, escapes three characters, and puts the names of the
answered before a reply. Reading undoes all of that. Renamed fields are read under both names.
"""

import html
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from platforms.errors import OutcomeUnknown
from platforms.matching import Candidate
from platforms.post_settings import ANSWERS
from platforms.times import moment
from platforms.types import Message, Outgoing, Published
from platforms.visibility import Visibility
from platforms.x.facts import ANSWERS_SETTING

# Names of version 2 and those that X's own libraries use since 0.10 (November 2026). Answers are read under both.
RENAMED = {
    "tweet.fields": "post.fields",
    "referenced_tweets": "referenced_posts",
    "note_tweet": "note_post",
}
LISTED = "created_at,text,attachments,referenced_tweets,entities,note_tweet"
MESSAGE_FIELDS = "created_at,text,entities,referenced_tweets,conversation_id,author_id,note_tweet"
# Under the new names these are no fields: a post has them where they are expanded.
EXPANDED = frozenset({"author_id", "referenced_posts"})
NAMES = re.compile(r"\A(?:@\w+\s+)+")


def body(outgoing: Outgoing, media: Iterable[str]) -> dict[str, Any]:
    """Only existing values: an unknown key is refused. The text is sent although it is empty: X refuses a post without
    it (https://github.com/xdevplatform/xdk, `CreateRequest`, 0.10.6)."""
    ids = list(media)
    fields: dict[str, Any] = {"text": outgoing.text if outgoing.text.strip() else ""}
    fields |= {"media": {"media_ids": ids}} if ids else {}
    if outgoing.poll:
        options, minutes = list(outgoing.poll.options), outgoing.poll.seconds // 60
        fields["poll"] = {"options": options, "duration_minutes": minutes}
    if outgoing.reply_to:
        return fields | {"reply": {"in_reply_to_tweet_id": outgoing.reply_to}}
    answers = outgoing.settings.get(ANSWERS, ANSWERS_SETTING.default)
    return fields | ({} if answers == ANSWERS_SETTING.default else {"reply_settings": answers})


def asked_fields(parameter: str, names: str, expansions: str = "") -> dict[str, str]:
    """The query for fields and expansions of posts, under the names that belong to `parameter`: an entry of `RENAMED`
    or its value."""
    if parameter in RENAMED:
        return {parameter: names} | ({"expansions": expansions} if expansions else {})
    renamed = [RENAMED.get(name, name) for name in names.split(",")]
    expanded = dict.fromkeys([*filter(None, expansions.split(",")), *(one for one in renamed if one in EXPANDED)])
    query = {parameter: ",".join(one for one in renamed if one not in EXPANDED)}
    return query | ({"expansions": ",".join(expanded)} if expanded else {})


def created(answer: Mapping[str, Any]) -> Published:
    data = answer.get("data")
    number = str(data.get("id") or "") if isinstance(data, Mapping) else ""
    if not number:
        raise OutcomeUnknown("The server's answer names no post.")
    return Published(number, permalink(number), datetime.now(UTC))


def permalink(number: str) -> str:
    """Leads to the post whatever the account is called by then."""
    return f"https://x.com/i/status/{number}"


def when(post: Mapping[str, Any]) -> datetime:
    """Now, where the network returned no time."""
    try:
        return moment(str(post["created_at"]))
    except (KeyError, ValueError):
        return datetime.now(UTC)


def text(post: Mapping[str, Any], written: str = "") -> str:
    """The text as it was written. The whole of a long one is in its note. `written`: the text to compare it with."""
    note = post.get("note_tweet") or post.get("note_post")
    content: Mapping[str, Any] = note if isinstance(note, Mapping) and note.get("text") else post
    shown = str(content.get("text") or "")
    for link in (content.get("entities") or {}).get("urls") or ():
        display = str(link.get("display_url") or "")
        is_media = link.get("media_key") or display.startswith(("pic.x.com/", "pic.twitter.com/"))
        long = "" if is_media else _long(str(link.get("expanded_url") or ""), written)
        shown = shown.replace(str(link.get("url") or "\0"), html.escape(long, quote=False))
    return html.unescape(shown).strip()


def _long(url: str, written: str) -> str:
    """X completes addresses: "http://" before them, "/" behind them."""
    bare = url.removeprefix("http://")
    ways = (url, url.removesuffix("/"), bare, bare.removesuffix("/"))
    return next((way for way in ways if way and way in written), url)


def parent(post: Mapping[str, Any]) -> str | None:
    return _referenced(post, "replied_to")


def _referenced(post: Mapping[str, Any], kind: str) -> str | None:
    for one in post.get("referenced_tweets") or post.get("referenced_posts") or ():
        if one.get("type") == kind:
            return str(one["id"])
    return None


def media_of(page: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    listed = (page.get("includes") or {}).get("media") or ()
    return {str(one.get("media_key")): one for one in listed if isinstance(one, dict)}


def candidate(post: Mapping[str, Any], media: Mapping[str, Mapping[str, Any]], outgoing: Outgoing) -> Candidate:
    keys = [str(key) for key in (post.get("attachments") or {}).get("media_keys") or ()]
    kinds = {key: str(media.get(key, {}).get("type") or "photo") for key in keys}
    shown, above = text(post, outgoing.text), parent(post)
    if above and not outgoing.text.startswith("@"):
        shown = NAMES.sub("", shown)
    return Candidate(
        remote_id=str(post["id"]),
        permalink=permalink(str(post["id"])),
        text=shown,
        at=when(post),
        alts=tuple(str(media.get(key, {}).get("alt_text") or "") for key in keys if kinds[key] == "photo"),
        reply_to=above,
        has_video="video" in kinds.values(),
    )


def message(post: Mapping[str, Any], people: Mapping[str, Mapping[str, Any]]) -> Message:
    """A suspended or protected author is not returned: then only the id is known."""
    author_id = str(post.get("author_id") or "")
    person = people.get(author_id, {})
    name = str(person.get("username") or "")
    above = parent(post)
    quotes = _referenced(post, "quoted")
    return Message(
        remote_id=str(post["id"]),
        in_reply_to=above,
        root=str(post.get("conversation_id") or "") or above if above else None,
        author_id=author_id,
        author_handle=f"@{name}" if name else author_id,
        author_name=str(person.get("name") or ""),
        author_url=f"https://x.com/{name}" if name else "",
        author_avatar_url=str(person.get("profile_image_url") or ""),
        text=text(post),
        url=permalink(str(post["id"])),
        at=when(post),
        visibility=Visibility.FOLLOWERS if person.get("protected") else Visibility.PUBLIC,
        kind="reply" if above else "quote" if quotes else "mention",
    )


def people_of(page: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    listed = (page.get("includes") or {}).get("users") or ()
    return {str(one.get("id")): one for one in listed if isinstance(one, dict)}
