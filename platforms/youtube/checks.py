"""Validates a video before it is sent, beyond what the limits express. Pure."""

from dataclasses import replace

from platforms import checks
from platforms.post_settings import YES
from platforms.translation import gettext_noop
from platforms.types import Limits, Outgoing, Problem
from platforms.youtube import settings, videos
from platforms.youtube.facts import OPTIONS

ANGLES = gettext_noop("YouTube takes no < and > here. Leave them out, or write them in words.")
NO_TITLE = gettext_noop("Write a title, or a text whose first line becomes the title on YouTube.")
FIRST_LINE = gettext_noop(
    "The first line of the text becomes the title on YouTube. It has %(count)s characters and %(limit)s are allowed: "
    "begin with a shorter line, or write a title."
)
NEEDS_VIDEO = gettext_noop("YouTube takes videos only. Add a video, or leave this channel out.")
FOR_CHILDREN = gettext_noop(
    "YouTube allows no comments under a video that is made for children. Leave the first comment out."
)
COMMENT_FILES = gettext_noop("A comment on YouTube is text alone. The pictures will be left out.")
COVER_TYPE = gettext_noop("YouTube takes covers as JPEG or PNG. Save the cover as one of them and add it again.")
COVER_BYTES = gettext_noop("The cover has %(count)s bytes and %(limit)s are allowed. Make it smaller.")
NOT_AUDITED = gettext_noop(
    "Google has not audited the portal yet, so its uploads to YouTube would stay private for ever. Leave this channel "
    "out, and upload the video by hand until the administrator of the portal confirms that the audit is complete."
)
TAGS = gettext_noop(
    "The hashtags are longer than YouTube takes as key words. They all stay in the text; the last %(count)s will not "
    "be key words."
)


def check(outgoing: Outgoing, limits: Limits) -> list[Problem]:
    if outgoing.reply_to:
        return _comment(outgoing, limits)
    named = bool(outgoing.title.strip())
    problems = [
        _reworded(problem, named) for problem in checks.check(replace(outgoing, title=outgoing.heading), limits)
    ]
    for field, text in (("title", outgoing.title), ("text", outgoing.text)):
        if {"<", ">"} & set(text):
            problems.append(Problem("angle_brackets", field, ANGLES))
    if over := videos.tags(outgoing.text, OPTIONS["tag_characters"].value)[1]:
        problems.append(Problem("tags_too_long", "text", TAGS, "warning", {"count": len(over)}))
    cover = outgoing.video.cover if outgoing.video else None
    if cover and cover.mime not in limits.mime_types:
        problems.append(Problem("cover_type", "video", COVER_TYPE))
    if cover and cover.size > limits.image_bytes:
        params: dict[str, int | str] = {"count": cover.size, "limit": limits.image_bytes}
        problems.append(Problem("cover_too_large", "video", COVER_BYTES, params=params))
    for_children = any(one.name == settings.KIDS and one.value(outgoing.settings) == YES for one in limits.settings)
    if outgoing.first_comment and for_children:
        problems.append(Problem("comment_for_children", "first_comment", FOR_CHILDREN))
    return problems


def _reworded(problem: Problem, named: bool) -> Problem:
    """Texts of YouTube's own: lengths are bytes, the missing file is a video, and without an audit there are no videos.
    `named`: the post has a title of its own."""
    if problem.field == "title" and not named:
        first = FIRST_LINE if problem.code == "title_too_long" else NO_TITLE
        return replace(problem, field="text", message_id=first)
    messages = {"text_too_long": checks.TOO_MANY_BYTES, "needs_media": NEEDS_VIDEO, "no_pictures": NEEDS_VIDEO}
    messages |= {"video_not_here": NOT_AUDITED}
    message = messages.get(problem.code)
    return replace(problem, message_id=message) if message else problem


def _comment(outgoing: Outgoing, limits: Limits) -> list[Problem]:
    bare = replace(outgoing, pictures=(), video=None)
    most = replace(limits, max_characters=limits.comment_characters, counting="code_points")
    problems = checks.check(bare, replace(most, needs_media=False, title_required=False, max_hashtags=None))
    media = bool(outgoing.pictures or outgoing.video)
    return problems + ([Problem("comment_files", "pictures", COMMENT_FILES, "warning")] if media else [])
