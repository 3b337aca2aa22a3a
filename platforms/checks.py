"""What is wrong with a post before it is sent, from the limits alone. Pure; texts are English msgids.

`gettext_noop` only marks the texts for translation: whoever shows a problem translates `message_id`.
"""

from platforms import counting
from platforms.types import Limits, LinkCard, Outgoing, Picture, Poll, PollLimits, Problem


def gettext_noop(text: str) -> str:
    return text


EMPTY = gettext_noop("There is nothing to publish yet. Write a text or add a picture.")
TOO_LONG = gettext_noop("The text has %(count)s characters and %(limit)s are allowed. Shorten it by %(over)s.")
TOO_MANY_BYTES = gettext_noop(
    "The text takes %(count)s bytes and %(limit)s are allowed. Cyrillic letters take two bytes each. Shorten it."
)
TOO_MANY_PICTURES = gettext_noop("There are %(count)s pictures and %(limit)s are allowed. Remove some.")
PICTURE_TYPE = gettext_noop("This network does not take pictures of the type %(mime)s. Add it as JPEG or PNG.")
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
POLL_NOT_HERE = gettext_noop("This network has no polls. Ask in the text and let people answer in comments.")
POLL_TOO_FEW = gettext_noop("A poll needs at least two answers to choose from.")
POLL_TOO_MANY = gettext_noop("The poll has %(count)s answers and %(limit)s are allowed. Remove some.")
POLL_TWICE = gettext_noop("Two answers of the poll are the same. Change one of them.")
POLL_OPTION = gettext_noop("An answer of the poll has %(count)s characters and %(limit)s are allowed. Shorten it.")
POLL_TIME = gettext_noop(
    "The poll runs too short or too long for this network. Choose between %(least)s and %(most)s days."
)
POLL_PICTURES = gettext_noop(
    "This network takes either a poll or pictures in one post. Remove the pictures or the poll."
)
CARD_TITLE = gettext_noop("The link card has no title. Write one or remove the card.")


def check(outgoing: Outgoing, limits: Limits) -> list[Problem]:
    """Every problem with `outgoing`, in the order of the page: text, pictures, link card."""
    problems = _text(outgoing, limits)
    if len(outgoing.pictures) > limits.max_images:
        number = len(outgoing.pictures)
        problems.append(_over("too_many_pictures", "pictures", TOO_MANY_PICTURES, number, limits.max_images))
    for place, picture in enumerate(outgoing.pictures):
        problems += _picture(picture, f"pictures.{place}", limits)
    if outgoing.link_card and limits.link_card == "ours":
        problems += _card(outgoing.link_card, bool(outgoing.pictures), limits)
    if outgoing.poll:
        problems += _poll(outgoing.poll, bool(outgoing.pictures), limits.polls)
    return problems


def _poll(poll: Poll, beside_pictures: bool, limits: PollLimits | None) -> list[Problem]:
    if limits is None:
        return [Problem("poll_not_here", "poll", POLL_NOT_HERE)]
    problems = []
    if len(poll.options) < 2:
        problems.append(Problem("poll_too_few", "poll", POLL_TOO_FEW))
    if len(poll.options) > limits.max_options:
        problems.append(_over("poll_too_many", "poll", POLL_TOO_MANY, len(poll.options), limits.max_options))
    if len({option.casefold() for option in poll.options}) < len(poll.options):
        problems.append(Problem("poll_twice", "poll", POLL_TWICE))
    longest = max((counting.graphemes(option) for option in poll.options), default=0)
    if longest > limits.option_characters:
        problems.append(_over("poll_option", "poll", POLL_OPTION, longest, limits.option_characters))
    if not limits.min_seconds <= poll.seconds <= limits.max_seconds:
        days = {"least": max(1, -(-limits.min_seconds // 86_400)), "most": limits.max_seconds // 86_400}
        problems.append(Problem("poll_time", "poll", POLL_TIME, params=days))
    if beside_pictures and not limits.with_pictures:
        problems.append(Problem("poll_pictures", "poll", POLL_PICTURES))
    return problems


def _over(code: str, field: str, message: str, count: int, limit: int) -> Problem:
    return Problem(code, field, message, params={"count": count, "limit": limit, "over": count - limit})


def _text(outgoing: Outgoing, limits: Limits) -> list[Problem]:
    if not outgoing.text.strip() and not outgoing.pictures:
        return [Problem("empty", "text", EMPTY)]
    problems = []
    count = counting.count(outgoing.text, limits)
    if count > limits.max_characters:
        problems.append(_over("text_too_long", "text", TOO_LONG, count, limits.max_characters))
    size = counting.utf8_bytes(outgoing.text)
    if limits.max_bytes and size > limits.max_bytes:
        problems.append(_over("text_too_many_bytes", "text", TOO_MANY_BYTES, size, limits.max_bytes))
    return problems


def _picture(picture: Picture, field: str, limits: Limits) -> list[Problem]:
    problems = []
    pixels = picture.width * picture.height
    if limits.mime_types and picture.mime not in limits.mime_types:
        problems.append(Problem("picture_type", field, PICTURE_TYPE, params={"mime": picture.mime}))
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
