"""Validates a post against the limits of a network. Pure; texts are English msgids.

`gettext_noop` only marks the texts for translation: the caller translates `message_id`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from platforms import counting, polls
from platforms.post_settings import PostSetting, SettingKind
from platforms.translation import gettext_noop
from platforms.types import DocumentLimits, Limits, LinkCard, Outgoing, Picture, Problem, Video, VideoLimits

EMPTY = gettext_noop("There is nothing to publish yet. Write a text or add a picture.")
TOO_LONG = gettext_noop("The text has %(count)s characters and %(limit)s are allowed. Shorten it by %(over)s.")
TOO_MANY_BYTES = gettext_noop(
    "The text takes %(count)s bytes and %(limit)s are allowed. Cyrillic letters take two bytes each. Shorten it."
)
TOO_MANY_PICTURES = gettext_noop("There are %(count)s pictures and %(limit)s are allowed. Remove some.")
ONE_PICTURE = gettext_noop("Here one picture or video is shown. Remove the others, or choose an ordinary post.")
PICTURE_TYPE = gettext_noop("This network does not take pictures of the type %(mime)s. Add it as JPEG or PNG.")
PICTURE_JPEG = gettext_noop("This network takes pictures as JPEG only. Save the picture as JPEG and add it again.")
PICTURE_BYTES = gettext_noop("The picture has %(count)s bytes and %(limit)s are allowed. Make it smaller.")
PICTURE_PIXELS = gettext_noop("The picture has %(count)s pixels and %(limit)s are allowed. Make it smaller.")
PICTURE_RATIO = gettext_noop("The picture is too narrow or too wide for this network. Crop it.")
ALT_MISSING = gettext_noop("The picture has no description. People who cannot see it will not know what it shows.")
ALT_TOO_LONG = gettext_noop(
    "The description of the picture has %(count)s characters and %(limit)s are allowed. Shorten it."
)
CARD_AND_PICTURES = gettext_noop(
    "This network shows either pictures or a link card. The card will be left out; the link stays in the text."
)
NEEDS_MEDIA = gettext_noop("This network takes no text alone. Add a picture or a video.")
NEEDS_VIDEO = gettext_noop("Here a post is one video. Add a video, or choose an ordinary post for this channel.")
VIDEO_ALONE = gettext_noop(
    "Here a post is one video. Remove the pictures, or choose an ordinary post for this channel."
)
NEEDS_PICTURES = gettext_noop("An album needs at least %(limit)s pictures here. Add some, or leave one.")
NO_PICTURES = gettext_noop("This network takes no pictures. Remove them, or leave this channel out.")
TITLE_MISSING = gettext_noop("The title is missing. This network shows it above everything else.")
TITLE_TOO_LONG = gettext_noop("The title has %(count)s characters and %(limit)s are allowed. Shorten it by %(over)s.")
HASHTAGS = gettext_noop("There are %(count)s hashtags and %(limit)s are allowed. Remove %(over)s.")
MENTIONS = gettext_noop("There are %(count)s mentions and %(limit)s are allowed. Remove %(over)s.")
LINKS = gettext_noop("There are %(count)s links and %(limit)s are allowed. Remove %(over)s.")
COMMENT_NOT_HERE = gettext_noop("This network takes no first comment from us. It will be left out here.")
COMMENT_NOT_SHOWN = gettext_noop("There are no comments below it here. The first comment will be left out.")
COMMENT_TOO_LONG = gettext_noop(
    "The first comment has %(count)s characters and %(limit)s are allowed. Shorten it by %(over)s."
)
THREAD_NOT_HERE = gettext_noop("This network has no threads. Remove the lines of hyphens from the text.")
THREAD_TOO_LONG = gettext_noop("The thread has %(count)s posts and %(limit)s are allowed. Join some of them.")
PART_TOO_LONG = gettext_noop(
    "Part %(part)s of the thread has %(count)s characters and %(limit)s are allowed. Shorten it by %(over)s."
)
PART_TOO_MANY_BYTES = gettext_noop(
    "Part %(part)s of the thread takes %(count)s bytes and %(limit)s are allowed. "
    "Cyrillic letters take two bytes each. Shorten it."
)
PART_HASHTAGS = gettext_noop(
    "Part %(part)s of the thread has %(count)s hashtags and %(limit)s are allowed. Remove %(over)s."
)
PART_MENTIONS = gettext_noop(
    "Part %(part)s of the thread has %(count)s mentions and %(limit)s are allowed. Remove %(over)s."
)
PART_LINKS = gettext_noop("Part %(part)s of the thread has %(count)s links and %(limit)s are allowed. Remove %(over)s.")
# What a problem of a text is called in a further part of a thread.
OF_PARTS = {
    "text_too_long": PART_TOO_LONG,
    "text_too_many_bytes": PART_TOO_MANY_BYTES,
    "too_many_hashtags": PART_HASHTAGS,
    "too_many_mentions": PART_MENTIONS,
    "too_many_links": PART_LINKS,
}
VIDEO_NOT_HERE = gettext_noop("This network takes no videos from us. Remove the video, or leave this channel out.")
VIDEO_TYPE = gettext_noop("This network does not take videos of this kind (%(kind)s). Save it as MP4 with H.264.")
VIDEO_BYTES = gettext_noop("The video has %(count)s bytes and %(limit)s are allowed. Make it shorter or smaller.")
VIDEO_LONG = gettext_noop("The video runs %(count)s seconds and %(limit)s are allowed. Shorten it.")
VIDEO_SHORT = gettext_noop("The video runs %(count)s seconds; it has to run at least %(limit)s.")
VIDEO_RATIO = gettext_noop("The video is too narrow or too wide for this network. Crop it.")
VIDEO_FRAME = gettext_noop("The video has to be upright, in the shape 9:16. Crop it.")
NOT_UPRIGHT = gettext_noop(
    "It is shown upright, in the shape 9:16: parts of the screen beside this picture stay empty."
)
VIDEO_NOT_UPRIGHT = gettext_noop(
    "It is shown upright, in the shape 9:16: parts of the screen beside this video stay empty."
)
VIDEO_SMALL = gettext_noop("The video is %(count)s pixels wide; it has to be at least %(limit)s wide.")
VIDEO_PIXELS = gettext_noop("The video has %(count)s pixels and %(limit)s are allowed. Save it in a smaller size.")
VIDEO_FRAMES = gettext_noop("The video has %(count)s pictures a second; this network takes %(least)s to %(most)s.")
VIDEO_AND_PICTURES = gettext_noop("This network takes either a video or pictures in one post. Remove one of them.")
CAPTIONS_NOT_HERE = gettext_noop("This network takes no file with captions. Show them in the picture of the video.")
DOCUMENT_NOT_HERE = gettext_noop(
    "This network takes no documents. Remove the document and add a picture, or leave this channel out."
)
DOCUMENT_BYTES = gettext_noop("The document has %(count)s bytes and %(limit)s are allowed. Make it smaller.")
DOCUMENT_PAGES = gettext_noop("The document has %(count)s pages and %(limit)s are allowed. Shorten it by %(over)s.")
DOCUMENT_ALONE = gettext_noop("A document stands alone in its post. Remove the document, or what else is beside it.")
DOCUMENT_AND_CARD = gettext_noop(
    "This network shows either a document or a link card. The card will be left out; the link stays in the text."
)
DOCUMENT_TITLE = gettext_noop("The document has no title. Write what it is, or a headline.")
DOCUMENT_TITLE_LONG = gettext_noop(
    "The title of the document has %(count)s characters and %(limit)s are allowed. Shorten it by %(over)s."
)
NOT_FOR_FEW = gettext_noop(
    "This message is not public, and the portal can only reply in public here. Reply on the network itself."
)
CARD_TITLE = gettext_noop("The link card has no title. Write one or remove the card.")
TEXT_NOT_SHOWN = gettext_noop("Here only the picture or the video is shown, without the text. Put the words into it.")
LINK_NOT_SHOWN = gettext_noop(
    "Nobody can follow a link here. Write the address into the picture, or choose an ordinary post for this channel."
)
SETTING_NOT_OFFERED = gettext_noop("%(label)s: “%(value)s” cannot be chosen here any more. Choose again.")
SETTING_TOO_LONG = gettext_noop(
    "%(label)s: there are %(count)s characters and %(limit)s are allowed. Shorten it by %(over)s."
)


# How far the shape of a picture may be from the frame before anybody notices: a tenth.
NEAR = 0.1


def check(outgoing: Outgoing, limits: Limits) -> list[Problem]:
    """Every problem with `outgoing`, in the order of the page: title, text, pictures, video, link card, comment.

    An answer in a private conversation is text alone, and only its length can be wrong.
    """
    if outgoing.conversation:
        return _private(outgoing, limits)
    problems = [] if outgoing.visibility in limits.visibilities else [Problem("visibility", "channel", NOT_FOR_FEW)]
    problems += _title(outgoing.title, limits) + _text(outgoing, limits) + _thread(outgoing.thread, limits)
    problems += _album(outgoing, limits)
    for place, picture in enumerate(outgoing.pictures):
        problems += _picture(picture, f"pictures.{place}", limits)
    if outgoing.video:
        problems += _video(outgoing.video, bool(outgoing.pictures), limits.videos, limits.frame)
    problems += _document(outgoing, limits.documents)
    if not limits.shows_links and counting.urls(outgoing.text):
        problems.append(Problem("link_not_shown", "link", LINK_NOT_SHOWN, severity="warning"))
    if outgoing.link_card and limits.link_card == "ours":
        problems += _card(outgoing.link_card, bool(outgoing.pictures), limits)
    return problems + polls.check(outgoing, limits) + _comment(outgoing.first_comment, limits)


def check_settings(chosen: Mapping[str, str], offered: Sequence[PostSetting]) -> list[Problem]:
    """What is wrong with the settings of a post, each at the field `settings.NAME`. `label` in `params` is an msgid."""
    return [problem for setting in offered if setting.applies(chosen) for problem in _setting(setting, chosen)]


def _setting(setting: PostSetting, chosen: Mapping[str, str]) -> list[Problem]:
    value, field = setting.value(chosen), f"settings.{setting.name}"
    if not value:
        return [Problem("setting_missing", field, setting.required)] if setting.required else []
    if setting.kind == SettingKind.CHOICE and setting.choice(value) is None:
        params: dict[str, int | str] = {"value": value, "label": setting.label}
        return [Problem("setting_not_offered", field, SETTING_NOT_OFFERED, params=params)]
    count = counting.graphemes(value)
    if setting.kind == SettingKind.TEXT and count > setting.max_characters:
        too_long = _over("setting_too_long", field, SETTING_TOO_LONG, count, setting.max_characters)
        return [replace(too_long, params={**too_long.params, "label": setting.label})]
    return []


def _title(title: str, limits: Limits) -> list[Problem]:
    if limits.title_required and not title.strip():
        return [Problem("title_missing", "title", TITLE_MISSING)]
    if limits.title_characters and len(title) > limits.title_characters:
        return [_over("title_too_long", "title", TITLE_TOO_LONG, len(title), limits.title_characters)]
    return []


def _album(outgoing: Outgoing, limits: Limits) -> list[Problem]:
    number = len(outgoing.pictures)
    if limits.needs_video and not outgoing.video:
        return [Problem("needs_video", "pictures", NEEDS_VIDEO)]
    if number and not limits.max_images:
        message_id = VIDEO_ALONE if limits.needs_video else NO_PICTURES
        return [Problem("no_pictures", "pictures", message_id)]
    if number > limits.max_images == 1 and limits.frame:
        return [Problem("too_many_pictures", "pictures", ONE_PICTURE)]
    if number > limits.max_images:
        return [_over("too_many_pictures", "pictures", TOO_MANY_PICTURES, number, limits.max_images)]
    if 1 < number < limits.min_images:
        return [Problem("too_few_pictures", "pictures", NEEDS_PICTURES, params={"limit": limits.min_images})]
    return []


def _comment(comment: str, limits: Limits) -> list[Problem]:
    if not comment.strip():
        return []
    if not limits.comment_characters and not limits.shows_text:
        return [Problem("comment_not_shown", "first_comment", COMMENT_NOT_SHOWN, severity="warning")]
    if not limits.comment_characters:
        return [Problem("comment_not_here", "first_comment", COMMENT_NOT_HERE, severity="warning")]
    count = counting.count(comment, limits)
    if count > limits.comment_characters:
        return [_over("comment_too_long", "first_comment", COMMENT_TOO_LONG, count, limits.comment_characters)]
    return []


def _video(
    video: Video, beside_pictures: bool, limits: VideoLimits | None, frame: float | None = None
) -> list[Problem]:
    if limits is None:
        return [Problem("video_not_here", "video", VIDEO_NOT_HERE)]
    problems = []
    if video.mime not in limits.mime_types or (limits.codecs and video.codec and video.codec not in limits.codecs):
        kind = video.codec or video.mime
        problems.append(Problem("video_type", "video", VIDEO_TYPE, params={"kind": kind}))
    if video.size > limits.max_bytes:
        problems.append(_over("video_too_large", "video", VIDEO_BYTES, video.size, limits.max_bytes))
    problems += _video_length(video, limits) + _video_picture(video, limits, frame)
    if beside_pictures and not limits.with_pictures:
        problems.append(Problem("video_and_pictures", "video", VIDEO_AND_PICTURES))
    if video.captions and video.captions.mime not in limits.captions:
        problems.append(Problem("captions_not_here", "video", CAPTIONS_NOT_HERE, severity="warning"))
    if limits.alt_characters and len(video.alt) > limits.alt_characters:
        problems.append(_over("alt_too_long", "video", ALT_TOO_LONG, len(video.alt), limits.alt_characters))
    return problems


def _video_length(video: Video, limits: VideoLimits) -> list[Problem]:
    seconds, longest = round(video.seconds, 1), limits.max_seconds
    if limits.max_frames and video.frames:
        longest = min(longest, float(int(limits.max_frames / video.frames)))
    if video.seconds > longest:
        return [Problem("video_too_long", "video", VIDEO_LONG, params=_pair(seconds, longest))]
    if video.seconds and video.seconds < limits.min_seconds:
        return [Problem("video_too_short", "video", VIDEO_SHORT, params=_pair(seconds, limits.min_seconds))]
    return []


def _pair(count: float, limit: float) -> dict[str, int | str]:
    return {"count": f"{count:g}", "limit": f"{limit:g}"}


def _video_picture(video: Video, limits: VideoLimits, frame: float | None) -> list[Problem]:
    problems = []
    ratio = video.width / video.height if video.height else None
    least, most = limits.aspect_ratios or (0, math.inf)
    if ratio and not least <= ratio <= most:
        message_id = VIDEO_FRAME if frame else VIDEO_RATIO
        problems.append(Problem("video_ratio", "video", message_id))
    elif ratio and _leaves_edges(ratio, frame):
        problems.append(Problem("video_not_upright", "video", VIDEO_NOT_UPRIGHT, severity="warning"))
    if video.width and video.width < limits.min_width:
        problems.append(Problem("video_too_small", "video", VIDEO_SMALL, params=_pair(video.width, limits.min_width)))
    if limits.frames and video.frames and not limits.frames[0] <= video.frames <= limits.frames[1]:
        params = {"count": f"{video.frames:g}", "least": f"{limits.frames[0]:g}", "most": f"{limits.frames[1]:g}"}
        problems.append(Problem("video_frames", "video", VIDEO_FRAMES, params={**params}))
    pixels = video.width * video.height
    if limits.max_pixels and pixels > limits.max_pixels:
        problems.append(_over("video_too_many_pixels", "video", VIDEO_PIXELS, pixels, limits.max_pixels))
    return problems


def _leaves_edges(ratio: float, frame: float | None) -> bool:
    return frame is not None and not 1 - NEAR <= ratio / frame <= 1 + NEAR


def _document(outgoing: Outgoing, limits: DocumentLimits | None) -> list[Problem]:
    document = outgoing.document
    if document is None:
        return []
    if limits is None or document.mime not in limits.mime_types:
        return [Problem("document_not_here", "document", DOCUMENT_NOT_HERE)]
    problems = []
    if document.size > limits.max_bytes:
        problems.append(_over("document_too_large", "document", DOCUMENT_BYTES, document.size, limits.max_bytes))
    if document.pages > limits.max_pages:
        problems.append(_over("document_too_long", "document", DOCUMENT_PAGES, document.pages, limits.max_pages))
    if outgoing.pictures or outgoing.video or outgoing.poll:
        problems.append(Problem("document_alone", "document", DOCUMENT_ALONE))
    if outgoing.link_card:
        problems.append(Problem("document_and_card", "link_card", DOCUMENT_AND_CARD, severity="warning"))
    title = counting.utf16(outgoing.document_title)
    if not title:
        problems.append(Problem("document_title_missing", "document", DOCUMENT_TITLE))
    if title > limits.title_characters:
        problems.append(_over("document_title", "document", DOCUMENT_TITLE_LONG, title, limits.title_characters))
    return problems


def _over(code: str, field: str, message: str, count: int, limit: int) -> Problem:
    return Problem(code, field, message, params={"count": count, "limit": limit, "over": count - limit})


def _text(outgoing: Outgoing, limits: Limits) -> list[Problem]:
    media = bool(outgoing.pictures or outgoing.video)
    if not media and not outgoing.document and not outgoing.text.strip() and limits.shows_text:
        return [Problem("empty", "text", EMPTY)]
    lacks_media = not media and limits.needs_media and not limits.needs_video
    problems = [Problem("needs_media", "pictures", NEEDS_MEDIA)] if lacks_media else []
    if not limits.shows_text:
        has_text = bool(outgoing.text.strip())
        return problems + ([Problem("text_not_shown", "text", TEXT_NOT_SHOWN, severity="warning")] if has_text else [])
    longest = limits.max_characters
    if media and limits.characters_with_media is not None:
        longest = min(longest, limits.characters_with_media)
    if outgoing.video and limits.videos and limits.videos.characters is not None:
        longest = min(longest, limits.videos.characters)
    return problems + _lengths(outgoing.text, longest, limits) + _marks(outgoing.text, limits)


def _private(outgoing: Outgoing, limits: Limits) -> list[Problem]:
    if not outgoing.text.strip():
        return [Problem("empty", "text", EMPTY)]
    longest = limits.private_characters or limits.max_characters
    return _lengths(outgoing.text, longest, replace(limits, max_bytes=limits.private_bytes or None))


def _lengths(text: str, longest: int, limits: Limits) -> list[Problem]:
    problems = []
    count = counting.count(text, limits)
    if count > longest:
        problems.append(_over("text_too_long", "text", TOO_LONG, count, longest))
    size = counting.utf8_bytes(text)
    if limits.max_bytes and size > limits.max_bytes:
        problems.append(_over("text_too_many_bytes", "text", TOO_MANY_BYTES, size, limits.max_bytes))
    return problems


def _thread(further: Sequence[str], limits: Limits) -> list[Problem]:
    """The further posts of a thread. They carry nothing but their text."""
    if not further:
        return []
    if not limits.threads:
        return [Problem("thread_not_here", "text", THREAD_NOT_HERE)]
    problems = []
    if len(further) + 1 > limits.max_thread_parts:
        count = len(further) + 1
        problems.append(_over("thread_too_long", "text", THREAD_TOO_LONG, count, limits.max_thread_parts))
    for number, text in enumerate(further, start=2):
        of_text = _lengths(text, limits.max_characters, limits) + _marks(text, limits)
        problems += [of_part(problem, OF_PARTS[problem.code], number) for problem in of_text]
    return problems


def of_part(problem: Problem, message_id: str, number: int) -> Problem:
    """A problem of a text, as one of the post with this number of a thread: its sentence is `message_id`."""
    params = {**problem.params, "part": number}
    return replace(
        problem, code=f"thread_part_{problem.code.removeprefix('text_')}", message_id=message_id, params=params
    )


def _marks(text: str, limits: Limits) -> list[Problem]:
    """Links, hashtags and mentions, where a network counts them."""
    without = counting.without_urls(text)
    counted = (
        ("too_many_hashtags", HASHTAGS, len(counting.HASHTAG.findall(without)), limits.max_hashtags),
        ("too_many_mentions", MENTIONS, len(counting.MENTION.findall(without)), limits.max_mentions),
        ("too_many_links", LINKS, len(counting.urls(text)), limits.max_links),
    )
    return [
        _over(code, "text", message_id, n, most)
        for code, message_id, n, most in counted
        if most is not None and n > most
    ]


def _picture(picture: Picture, field: str, limits: Limits) -> list[Problem]:
    problems = []
    pixels = picture.width * picture.height
    if limits.mime_types and picture.mime not in limits.mime_types:
        message_id = PICTURE_TYPE if "image/png" in limits.mime_types else PICTURE_JPEG
        problems.append(Problem("picture_type", field, message_id, params={"mime": picture.mime}))
    if picture.size > limits.image_bytes:
        problems.append(_over("picture_too_large", field, PICTURE_BYTES, picture.size, limits.image_bytes))
    if limits.image_pixels and pixels > limits.image_pixels:
        problems.append(_over("picture_too_many_pixels", field, PICTURE_PIXELS, pixels, limits.image_pixels))
    if (
        limits.aspect_ratios
        and not limits.aspect_ratios[0] <= picture.width / picture.height <= limits.aspect_ratios[1]
    ):
        problems.append(Problem("picture_ratio", field, PICTURE_RATIO))
    if picture.height and _leaves_edges(picture.width / picture.height, limits.frame):
        problems.append(Problem("not_upright", field, NOT_UPRIGHT, severity="warning"))
    return problems + _alt(picture.alt, field, limits)


def _alt(alt: str, field: str, limits: Limits) -> list[Problem]:
    if not limits.alt_characters:
        return []
    if not alt.strip():
        return [Problem("alt_missing", field, ALT_MISSING, severity="warning")]
    count = counting.graphemes(alt)
    if count > limits.alt_characters:
        return [_over("alt_too_long", field, ALT_TOO_LONG, count, limits.alt_characters)]
    return []


def _card(card: LinkCard, beside_pictures: bool, limits: Limits) -> list[Problem]:
    if beside_pictures and not limits.card_and_pictures:
        return [Problem("card_and_pictures", "link_card", CARD_AND_PICTURES, severity="warning")]
    problems = [] if card.title.strip() else [Problem("card_title", "link_card", CARD_TITLE)]
    if card.picture and card.picture.size > limits.image_bytes:
        problems.append(_over("picture_too_large", "link_card", PICTURE_BYTES, card.picture.size, limits.image_bytes))
    return problems
