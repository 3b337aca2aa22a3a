"""LinkedIn's "little text": an unescaped reserved character truncates the post there, without an error. Pure.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format
"""

import regex

from platforms import counting

TAG = regex.compile(r"\{hashtag\|\\?[#＃]\|((?:\\.|[^{}\\])*+)\}")
MENTION = regex.compile(r"@\[((?:\\.|[^\[\]\\])*+)\]\(urn:[^()]*\)")
ESCAPED = regex.compile(r"(?s)\\(.)")


def escaped(text: str) -> str:
    """Escapes `text` so that it is shown unchanged, with live hashtags. `counting.little_text` counts it."""
    pieces, last = [], 0
    for start, end, url in counting.urls(text):
        pieces += [_tagged(text[last:start]), _escape(url)]
        last = end
    return "".join([*pieces, _tagged(text[last:])])


def _tagged(text: str) -> str:
    pieces, last = [], 0
    for match in counting.HASHTAG.finditer(text):
        pieces += [_escape(text[last : match.start()]), rf"{{hashtag|\#|{_escape(match.group()[1:])}}}"]
        last = match.end()
    return "".join([*pieces, _escape(text[last:])])


def _escape(text: str) -> str:
    return counting.RESERVED.sub(r"\\\g<0>", text)


def plain(little: str) -> str:
    """The text as a reader sees it."""
    shown = TAG.sub(r"\\#\1", little)
    return ESCAPED.sub(r"\1", MENTION.sub(r"\1", shown))
