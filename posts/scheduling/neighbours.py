"""Other posts on the channels of a draft: those with the same text, and those within the hour. Reads only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.models import Channel
from common.dates import date_time
from posts import queries
from posts.draft import Draft, parse
from posts.models import Post
from serbian.folding import fold

# For so long followers remember that they have read the same.
SAME_TEXT = timedelta(days=14)
# Within it a second post pushes the first one down while people still read it.
CLOSE = timedelta(hours=1)
MOST_NOTES = 3


@dataclass(frozen=True)
class NeighbourNote:
    """A warning that ends with a link to `post`."""

    sentence: str
    post: Post


def neighbour_notes(channels: Sequence[Channel], at: datetime | None, post: Post, draft: Draft) -> list[NeighbourNote]:
    """At most `MOST_NOTES`, the nearest in time first. `at` is when this post goes out, None where that is not known;
    then only the same text is sought, around now. One query; none before there are a text and channels."""
    if not channels or not draft.has_text or post.is_correction:
        return []
    now = timezone.now()
    texts = {channel.pk: _texts(draft, channel.pk) for channel in channels}
    same = Q()
    for text in set().union(*texts.values()):
        same |= Q(search_key__contains=text)
    about = at or now
    wanted = same & queries.is_timed(about - SAME_TEXT, about + SAME_TEXT, now)
    if at:
        wanted |= Q(due_at__gt=at - CLOSE, due_at__lt=at + CLOSE)
    others = queries.on_channels([*texts]).filter(wanted).exclude(key=post.key)
    notes = []
    for other in sorted(others, key=lambda one: abs((one.due_at or now) - about)):
        theirs = parse(other.draft)
        shared = [channel for channel in channels if channel.pk in theirs.channels]
        alike = [channel for channel in shared if texts[channel.pk] & _texts(theirs, channel.pk)]
        is_close = bool(at and other.due_at and abs(other.due_at - at) < CLOSE)
        if alike or (shared and is_close):
            notes.append(NeighbourNote(_sentence(other, alike or shared, is_same=bool(alike)), other))
    return notes[:MOST_NOTES]


def _texts(draft: Draft, channel: int) -> set[str]:
    """What a person wrote for the channel, folded: the same text in the other script is the same."""
    own = [text for text in draft.per_channel.get(channel, {}).values() if text.strip()]
    return {fold(text.strip()) for text in own or _shared_texts(draft)}


def _shared_texts(draft: Draft) -> Collection[str]:
    return [text.text for text in draft.texts.values() if text.text.strip() and not text.derived_from]


def _sentence(other: Post, channels: Sequence[Channel], *, is_same: bool) -> str:
    values = {
        "channels": ", ".join(dict.fromkeys(channel.name for channel in channels)),
        "time": date_time(other.due_at) if other.due_at else _("as soon as it is approved"),
    }
    if is_same:
        return _("Another post on %(channels)s has the same text (%(time)s):") % values
    return _("Less than an hour lies between this and another post on %(channels)s (%(time)s):") % values
