"""Converts between a post's text and pictures and the HTML of WordPress' editor, and reads its posts and comments."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any

from platforms import counting
from platforms.markup import plain
from platforms.times import moment
from platforms.types import Message, Published
from platforms.visibility import Visibility

# Blocks of pictures and videos, as the editor writes them and as we do.
MEDIA = re.compile(r'<!-- wp:(?:image|video) \{[^{}]{0,200}"id":(\d{1,18})')
PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")


def inline(text: str) -> str:
    """Text as HTML. Brackets are escaped too: WordPress runs what stands in them as commands ("shortcodes")."""
    return escape(text).replace("[", "&#91;").replace("]", "&#93;")


def paragraphs(text: str) -> str:
    """A text in paragraph blocks, its addresses as links."""
    parts, place = [], 0
    for start, end, url in counting.urls(text):
        parts += [inline(text[place:start]), f'<a href="{inline(url)}">{inline(url)}</a>']
        place = end
    html = "".join([*parts, inline(text[place:])]).strip()
    blocks = [block.replace("\n", "<br>") for block in PARAGRAPHS.split(html) if block]
    return "\n\n".join(f"<!-- wp:paragraph -->\n<p>{block}</p>\n<!-- /wp:paragraph -->" for block in blocks)


def figures(media: Iterable[Mapping[str, Any]]) -> str:
    """Uploaded pictures and videos as blocks. https://developer.wordpress.org/block-editor/reference-guides/core-blocks/"""
    return "".join(f"\n\n{_figure(one)}" for one in media)


def _figure(media: Mapping[str, Any]) -> str:
    number, source = int(media["id"]), escape(str(media.get("source_url") or ""))
    if str(media.get("mime_type") or "").startswith("video/"):
        inside, kind = f'<video controls src="{source}"></video>', "video"
    else:
        alt = escape(str(media.get("alt_text") or ""))
        inside, kind = f'<img src="{source}" alt="{alt}" class="wp-image-{number}"/>', "image"
    figure = f'<figure class="wp-block-{kind}">{inside}</figure>'
    return f'<!-- wp:{kind} {{"id":{number}}} -->\n{figure}\n<!-- /wp:{kind} -->'


def written(entity: Mapping[str, Any], name: str) -> str:
    """The HTML of a field as it was written, or as it is shown to whoever may not edit it."""
    field = entity.get(name)
    return str(field.get("raw") or field.get("rendered") or "") if isinstance(field, Mapping) else ""


def text(post: Mapping[str, Any]) -> str:
    # Between two paragraphs the HTML has empty lines of its own.
    return re.sub(r"\n{3,}", "\n\n", plain(MEDIA.split(written(post, "content"), maxsplit=1)[0]))


def when(entity: Mapping[str, Any]) -> datetime:
    """`date_gmt` has no time zone."""
    try:
        return moment(str(entity["date_gmt"]))
    except (KeyError, ValueError):
        return datetime.now(UTC)


def published(post: Mapping[str, Any]) -> Published:
    return Published(str(post["id"]), str(post.get("link") or ""), when(post))


def name(comment: Mapping[str, Any]) -> str:
    """Our id of a comment: that of its post, a slash and its own. The site takes them apart by address."""
    return f"{comment.get('post')}/{comment['id']}"


def parent(comment: Mapping[str, Any]) -> str:
    above = comment.get("parent")
    return f"{comment.get('post')}/{above}" if above else str(comment.get("post"))


def message(comment: Mapping[str, Any]) -> Message:
    avatars, author = comment.get("author_avatar_urls"), str(comment.get("author_name") or "")
    return Message(
        remote_id=name(comment),
        in_reply_to=parent(comment),
        root=str(comment.get("post")),
        author_id=str(comment.get("author") or "") or author,
        author_handle=author or "?",
        author_name=author,
        author_url=str(comment.get("author_url") or ""),
        author_avatar_url=str(avatars.get("96") or "") if isinstance(avatars, Mapping) else "",
        text=plain(written(comment, "content")),
        url=str(comment.get("link") or ""),
        at=when(comment),
        visibility=Visibility.PUBLIC,
        is_hidden=comment.get("status") != "approved",
    )
