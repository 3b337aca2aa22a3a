"""Posts in the calendar, as HTML.

Written without a template: a month has a hundred of them, and they took most of the time of the page.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from django import template
from django.template.defaultfilters import truncatechars
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.dates import day_month
from common.markup import NOTHING, html, joined, rewritten
from common.states import STATES, UNKNOWN, State
from common.templatetags.ui import icon, network_icon, network_name, state
from posts.calendar.appearance import URGENT, Appearance, states_of
from posts.calendar.grid import ALL_HOURS, USUAL_HOURS, CalendarDay, hours_of
from posts.calendar.profile import Square
from posts.models import Post

register = template.Library()
CHANNELS = 3
"""How many networks an entry shows."""
CHARACTERS, CHARACTERS_OF_LIST, CHARACTERS_OF_SQUARE = 60, 100, 160
"""How much of its words: a day is some 20 letters wide."""


@register.simple_tag
def entries(posts: Iterable[Post], appearance: Appearance, *, wide: bool = False) -> SafeString:
    """A list, nothing without posts. `posts` have their `cover`, `channels` and `may_move`. `wide`: there is
    room for the word of every state."""
    language, move_to = get_language(), _("Move")
    items = joined([_entry(post, appearance, move_to, language, wide=wide) for post in posts])
    return html('<ul class="entries">{}</ul>', items) if items else NOTHING


@register.simple_tag
def entries_at(posts: Iterable[Post], posts_url: str) -> SafeString:
    """As `entries`, without pictures and moving; `posts_url`: the list of posts of their municipality."""
    return entries(posts, Appearance(posts_url=posts_url, media_url=""))


def _entry(post: Post, appearance: Appearance, move_to: str, language: str | None, *, wide: bool) -> SafeString:
    channels, may_move, cover = post.channels, post.may_move, post.cover  # type: ignore[attr-defined]
    shown_state = post.shown_state
    shown = post.shown_pill
    is_urgent = shown.tone in URGENT
    # A sign stands for the state of all networks; one of some of them is written out.
    in_words = is_urgent or wide or shown.label != _known(shown_state).label
    networks = dict.fromkeys(channel.network_label for channel in channels)
    return html(
        '<li class="entry{} {}" data-post="{}"><a class="entry-link" href="{}{}/">{}{}{}{}'
        '<span class="entry-text">{}</span>{}</a>{}</li>',
        f" entry-urgent tone-{shown.tone}" if is_urgent else "",
        appearance.stripes.get(post.pk) or f"stripe-{shown.tone}",
        post.pk,
        appearance.posts_url,
        post.pk,
        html('<img class="entry-thumb" src="{}{}/small/" alt="" loading="lazy">', appearance.media_url, cover)
        if cover
        else NOTHING,
        _time(post),
        joined([_network(platform) for platform in list(networks)[:CHANNELS]]),
        NOTHING if in_words else _sign(shown_state, language),
        truncatechars(str(post), CHARACTERS_OF_LIST if wide else CHARACTERS),
        state(shown, plain=True) if in_words else NOTHING,
        _move(post, appearance, move_to) if may_move else NOTHING,
    )  # fmt: skip


@register.simple_tag
def square(shown: Square, appearance: Appearance) -> SafeString:
    """An item of the grid: its picture, else its first words. What is not out has its time and state written on it.
    The words of a picture are read aloud."""
    post = shown.post
    cover, words = post.cover, truncatechars(str(post), CHARACTERS_OF_SQUARE)  # type: ignore[attr-defined]
    at = timezone.localtime(post.due_at)
    time = html('<time datetime="{}">{}, {}</time>', f"{at:%Y-%m-%dT%H:%M}", day_month(at.date()), f"{at:%H:%M}")
    return html(
        '<li class="square{}"><a href="{}{}/">{}<span class="{}">{}</span><span class="{}">{}{}</span></a></li>',
        "" if shown.is_out else f" square-planned stripe-{STATES.get(shown.state, UNKNOWN).tone}",
        appearance.posts_url,
        post.pk,
        html('<img src="{}{}/small/" alt="" width="480" height="480" loading="lazy">', appearance.media_url, cover)
        if cover
        else NOTHING,
        "visually-hidden" if cover else "square-words",
        words,
        "visually-hidden" if shown.is_out else "square-plan",
        time,
        state(shown.state, plain=True),
    )  # fmt: skip


@register.simple_tag
def new_post(day: CalendarDay, appearance: Appearance, today: date) -> SafeString:
    """The "+" of a day, which begins a post; nothing on past days and for people who may not write."""
    if day.on < today or not appearance.new_url:
        return NOTHING
    return html(
        '<a class="day-new" href="{}?on={}" aria-label="{}: {}">+</a>',
        appearance.new_url, day.on.isoformat(), _("New post"), day_month(day.on),
    )  # fmt: skip


@register.simple_tag
def hours(
    day: CalendarDay, appearance: Appearance, now: datetime, shown: str, *, with_clock: bool = True
) -> SafeString:
    """The hours of a day as items of a list, `shown`: "usual" or "all". Those to come begin a post. `now` is the local
    time; `with_clock`: the day stands first, and its hours name those of all days."""
    whole = shown == "all"
    label = _("New post")
    parts = []
    for part in hours_of(day, ALL_HOURS if whole else USUAL_HOURS):
        clock = f"{part.first:02}:00"
        is_open = (day.on, part.first) > (now.date(), now.hour) if part.is_one and appearance.new_url else False
        new = html(
            '<a class="hour-new" href="{}?on={}&amp;at={}" aria-label="{}: {}">+</a>',
            appearance.new_url, f"{day.on:%Y-%m-%d}", clock, label, clock,
        ) if is_open else NOTHING  # fmt: skip
        is_now = day.on == now.date() and part.first <= now.hour < part.end
        name = html(
            '<span class="hour-clock">{}</span>', clock if part.is_one else f"{part.first:02}–{part.end:02}"
        ) if with_clock else NOTHING  # fmt: skip
        parts.append(html(
            '<li class="hour{}"{}>{}{}{}</li>', " hour-now" if is_now else "",
            html(' data-hour="{}"', clock) if part.is_one else NOTHING, name, entries(part.entries, appearance), new,
        ))  # fmt: skip
    return joined(parts)


def _move(post: Post, appearance: Appearance, move_to: str) -> SafeString:
    return html(
        '<a class="entry-move" href="{}{}/move/" aria-label="{}">⋯</a>',
        appearance.posts_url, post.pk, move_to,
    )  # fmt: skip


def _time(post: Post) -> SafeString:
    if post.due_at is None:
        return NOTHING
    planned, due = timezone.localtime(post.due_at), timezone.localtime(post.shown_due_at)
    # It stands on the day of the post; a network that has another day is named with it.
    day = f"{day_month(due.date())}, " if due.date() != planned.date() else ""
    return html("<time>{}{}</time>", day, f"{due:%H:%M}")


def _named(symbol: SafeString, name: str) -> SafeString:
    """An icon that stands for a word, with that word for those who do not see it."""
    return rewritten(symbol, lambda text: text.replace('aria-hidden="true"', f'role="img" aria-label="{escape(name)}"'))


@lru_cache(maxsize=64)
def _network(platform: str) -> SafeString:
    return _named(network_icon(platform), network_name(platform))


@lru_cache(maxsize=256)
def _sign(name: str, _language: str | None) -> SafeString:
    """The state as its icon, which the legend explains, in the language that is part of the key."""
    known = _known(name)
    label = str(known.label)
    return rewritten(_named(icon(known.icon), label), lambda text: text.replace("icon", "icon entry-sign", 1))


def _known(name: str) -> State:
    known = STATES.get(name, UNKNOWN)
    return known if known.label else State(*known[:2], name.replace("_", " ").capitalize())


@register.simple_tag
def legend(posts: Iterable[Post], appearance: Appearance) -> SafeString:
    """What the icons and colours of these posts mean: the states that they show, then the colours of `appearance`."""
    states = [
        html('<li{}>{}</li>', NOTHING if appearance.colours else html(' class="stripe-{}"', _known(name).tone),
             state(name, plain=True))
        for name in states_of(posts)
    ]  # fmt: skip
    colours = [html('<li class="{}">{}</li>', stripe.css, stripe.label) for stripe in appearance.colours]
    if not states:
        return NOTHING
    return html('<ul class="legend" aria-label="{}">{}{}</ul>', _("Legend"), joined(states), joined(colours))
