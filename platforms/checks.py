"""Validates a post against the limits of a network. Pure; texts are English msgids.

`gettext_noop` only marks the texts for translation: the caller translates `message_id`.
"""

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
NEEDS_PICTURES = gettext_noop("An album needs at least %(limit)s pictures here. Add some, or leave one.")
NO_PICTURES = gettext_noop("This network takes no pictures. Remove them, or leave this channel out.")
TITLE_MISSING = gettext_noop("The title is missing. This network shows it above everything else.")
TITLE_TOO_LONG = gettext_noop("The title has %(count)s characters and %(limit)s are allowed. Shorten it by %(over)s.")
HASHTAGS = gettext_noop("There are %(count)s hashtags and %(limit)s are allowed. Remove %(over)s.")
MENTIONS = gettext_noop("There are %(count)s mentions and %(limit)s are allowed. Remove %(over)s.")
LINKS = gettext_noop("There are %(count)s links and %(limit)s are allowed. Remove %(over)s.")
COMMENT_NOT_HERE = gettext_noop("This network takes no first comment from us. It will be left out here.")
COMMENT_TOO_LONG = gettext_noop(
    "The first comment has %(count)s characters and %(limit)s are allowed. Shorten it by %(over)s."
)
VIDEO_NOT_HERE = gettext_noop("This network takes no videos from us. Remove the video, or leave this channel out.")
VIDEO_TYPE = gettext_noop("This network does not take videos of this kind (%(kind)s). Save it as MP4 with H.264.")
VIDEO_BYTES = gettext_noop("The video has %(count)s bytes and %(limit)s are allowed. Make it shorter or smaller.")
VIDEO_LONG = gettext_noop("The video runs %(count)s seconds and %(limit)s are allowed. Shorten it.")
VIDEO_SHORT = gettext_noop("The video runs %(count)s seconds; it has to run at least %(limit)s.")
VIDEO_RATIO = gettext_noop("The video is too narrow or too wide for this network. Crop it.")
VIDEO_SMALL = gettext_noop("The video is %(count)s pixels wide; it has to be at least %(limit)s wide.")
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


def check(outgoing: Outgoing, limits: Limits) -> list[Problem]:
    """Every problem with `outgoing`, in the order of the page: title, text, pictures, video, link card, comment."""
    problems = [] if outgoing.visibility in limits.visibilities else [Problem("visibility", "channel", NOT_FOR_FEW)]
    problems += _title(outgoing.title, limits) + _text(outgoing, limits) + _album(outgoing, limits)
    for place, picture in enumerate(outgoing.pictures):
        problems += _picture(picture, f"pictures.{place}", limits)
    if outgoing.video:
        problems += _video(outgoing.video, bool(outgoing.pictures), limits.videos)
    problems += _document(outgoing, limits.documents)
    if not limits.shows_links and counting.urls(outgoing.text):
        problems.append(Problem("link_not_shown", "link", LINK_NOT_SHOWN, severity="warning"))
    if outgoing.link_card and limits.link_card == "ours":
        problems += _card(outgoing.link_card, bool(outgoing.pictures), limits)
    return problems + polls.check(outgoing, limits.polls) + _comment(outgoing.first_comment, limits)


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
    if number and not limits.max_images:
        return [Problem("no_pictures", "pictures", NO_PICTURES)]
    if number > limits.max_images:
        return [_over("too_many_pictures", "pictures", TOO_MANY_PICTURES, number, limits.max_images)]
    if 1 < number < limits.min_images:
        return [Problem("too_few_pictures", "pictures", NEEDS_PICTURES, params={"limit": limits.min_images})]
    return []


def _comment(comment: str, limits: Limits) -> list[Problem]:
    if not comment.strip():
        return []
    if not limits.comment_characters:
        return [Problem("comment_not_here", "first_comment", COMMENT_NOT_HERE, severity="warning")]
    count = counting.count(comment, limits)
    if count > limits.comment_characters:
        return [_over("comment_too_long", "first_comment", COMMENT_TOO_LONG, count, limits.comment_characters)]
    return []


def _video(video: Video, beside_pictures: bool, limits: VideoLimits | None) -> list[Problem]:
    if limits is None:
        return [Problem("video_not_here", "video", VIDEO_NOT_HERE)]
    problems = []
    if video.mime not in limits.mime_types or (limits.codecs and video.codec and video.codec not in limits.codecs):
        kind = video.codec or video.mime
        problems.append(Problem("video_type", "video", VIDEO_TYPE, params={"kind": kind}))
    if video.size > limits.max_bytes:
        problems.append(_over("video_too_large", "video", VIDEO_BYTES, video.size, limits.max_bytes))
    problems += _video_length(video, limits) + _video_picture(video, limits)
    if beside_pictures and not limits.with_pictures:
        problems.append(Problem("video_and_pictures", "video", VIDEO_AND_PICTURES))
    if video.captions and video.captions.mime not in limits.captions:
        problems.append(Problem("captions_not_here", "video", CAPTIONS_NOT_HERE, severity="warning"))
    if limits.alt_characters and len(video.alt) > limits.alt_characters:
        problems.append(_over("alt_too_long", "video", ALT_TOO_LONG, len(video.alt), limits.alt_characters))
    return problems


def _video_length(video: Video, limits: VideoLimits) -> list[Problem]:
    seconds = round(video.seconds, 1)
    if video.seconds > limits.max_seconds:
        return [Problem("video_too_long", "video", VIDEO_LONG, params=_pair(seconds, limits.max_seconds))]
    if video.seconds and video.seconds < limits.min_seconds:
        return [Problem("video_too_short", "video", VIDEO_SHORT, params=_pair(seconds, limits.min_seconds))]
    return []


def _pair(count: float, limit: float) -> dict[str, int | str]:
    return {"count": f"{count:g}", "limit": f"{limit:g}"}


def _video_picture(video: Video, limits: VideoLimits) -> list[Problem]:
    problems = []
    if limits.aspect_ratios and video.height:
        least, most = limits.aspect_ratios
        if not least <= video.width / video.height <= most:
            problems.append(Problem("video_ratio", "video", VIDEO_RATIO))
    if video.width and video.width < limits.min_width:
        problems.append(Problem("video_too_small", "video", VIDEO_SMALL, params=_pair(video.width, limits.min_width)))
    if limits.frames and video.frames and not limits.frames[0] <= video.frames <= limits.frames[1]:
        params = {"count": f"{video.frames:g}", "least": f"{limits.frames[0]:g}", "most": f"{limits.frames[1]:g}"}
        problems.append(Problem("video_frames", "video", VIDEO_FRAMES, params={**params}))
    return problems


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
    if not media and not outgoing.document and not outgoing.text.strip():
        return [Problem("empty", "text", EMPTY)]
    problems = [] if media or not limits.needs_media else [Problem("needs_media", "pictures", NEEDS_MEDIA)]
    if not limits.shows_text:
        has_text = bool(outgoing.text.strip())
        return problems + ([Problem("text_not_shown", "text", TEXT_NOT_SHOWN, severity="warning")] if has_text else [])
    count = counting.count(outgoing.text, limits)
    longest = limits.max_characters
    if media and limits.characters_with_media is not None:
        longest = min(longest, limits.characters_with_media)
    if outgoing.video and limits.videos and limits.videos.characters is not None:
        longest = min(longest, limits.videos.characters)
    if count > longest:
        problems.append(_over("text_too_long", "text", TOO_LONG, count, longest))
    size = counting.utf8_bytes(outgoing.text)
    if limits.max_bytes and size > limits.max_bytes:
        problems.append(_over("text_too_many_bytes", "text", TOO_MANY_BYTES, size, limits.max_bytes))
    return problems + _marks(outgoing.text, limits)


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
