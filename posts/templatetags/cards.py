"""The card of a post: how lists, Home and the calendar show one.

Written without a template: pages show up to a hundred of them. What a card needs of the database is read for all posts
of a page at once: `cover` and `live_publications` by `posts.queries`, figures by `analytics`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from django import template
from django.template import Context
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common.markup import NOTHING, html, joined
from common.states import STATES
from common.templatetags.ui import icon, network_icon, network_name, number, state, when
from posts.enums import Category, Format
from posts.models import Post, Publication
from posts.models.post import ON_THEIR_WAY
from posts.rules import may_move

register = template.Library()
NETWORKS = 4
"""How many networks a card names; the others are counted."""
THUMBNAIL = 64
"""The side of a thumbnail in pixels of the page."""

SYMBOLS: Mapping[str, str] = {
    Category.SERVICE: "info",
    Category.ESERVICE: "laptop",
    Category.CONSULTATION: "message-square",
    Category.CULTURE: "calendar-days",
    Category.CEREMONY: "landmark",
    Category.EMERGENCY: "triangle-alert",
    Format.POLL: "list-checks",
    Format.QUESTION: "circle-help",
    Format.QUIZ: "lightbulb",
    Format.THIS_OR_THAT: "columns-2",
    Format.LIVE: "video",
    Format.CONTEST: "star",
}


class Figures(Protocol):
    """Key figures of a post that is out. None: no network returns it; `is_partial`: some of its networks do not."""

    @property
    def interactions(self) -> int | None: ...
    @property
    def views(self) -> int | None: ...
    @property
    def is_partial(self) -> bool: ...


@register.simple_tag(takes_context=True)
def post_card(context: Context, post: Post, **options: Any) -> SafeString:
    """An item of a list; `options` are those of `post_cells`."""
    return html('<li class="list-row post-card">{}</li>', post_cells(context, post, **options))


@register.simple_tag(takes_context=True)
def post_cells(
    context: Context,
    post: Post,
    *,
    figures: Mapping[int, Figures] | None = None,
    note: Any = "",
    by: Any = "",
    url: str = "",
    pill: Any = None,
    slug: str = "",
    action: SafeString = NOTHING,
    brief: bool = False,
) -> SafeString:
    """What stands in the item, for lists that put something beside it. `post` has its `cover` and `live_publications`.

    `note`: what the post needs, above all else that is small, and `by` whom it comes from; `url` replaces the address
    of its page, `pill` its state, `slug` the municipality of the page; `action`: a button below the states;
    `brief`: below the title one line without the reader's own name.
    """
    request = context["request"]
    slug = slug or request.municipality.slug
    note = _note(by, note or _delay(post))
    if brief:
        below = _brief(post, note, reader=request.user.pk)
    else:
        below = joined((_words(post), note, _meta(post, (figures or {}).get(post.pk))))
    return html(
        '{}<div class="list-text"><a class="list-link" href="{}">{}</a>{}</div>{}',
        _thumbnail(post, slug), url or reverse("post", args=[slug, post.pk]), truncatechars(str(post), 140), below,
        _states(post, pill, action),
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def post_thumbnail(context: Context, post: Post, slug: str = "") -> SafeString:
    """Its first picture; without one the sign of its format or category. Decoration: its words stand beside it.

    `slug`: its municipality, where the page is not that of one.
    """
    return _thumbnail(post, slug or context["request"].municipality.slug)


def _thumbnail(post: Post, slug: str) -> SafeString:
    return cover(post.cover, post.category, post.format, slug)  # type: ignore[attr-defined]


def cover(media: Any, category: str, kind: str, slug: str) -> SafeString:
    """The thumbnail of the picture or video with the id `media`; without one the sign of a format or category."""
    if media:
        return html(
            '<img class="post-thumb" src="{}" alt="" width="{}" height="{}" loading="lazy" decoding="async">',
            reverse("media_thumbnail", args=[slug, media]), THUMBNAIL, THUMBNAIL,
        )  # fmt: skip
    symbol = SYMBOLS.get(kind) or SYMBOLS.get(category, "file-text")
    return html('<span class="post-thumb post-thumb-empty">{}</span>', icon(symbol))


def _note(by: Any, note: Any) -> SafeString:
    parts = [part for part in (by, note) if part]
    if not parts:
        return NOTHING
    return html('<span class="post-note">{}</span>', html("{}: {}", *parts) if len(parts) == 2 else parts[0])


def _delay(post: Post) -> str:
    """What a late post waits for."""
    shown = post.shown_publication
    return shown.delivery.delay_words if shown and shown.shown_state in ("delayed", "checking") else ""


@register.simple_tag
def network_states(publications: Sequence[Publication]) -> SafeString:
    """The networks of a post in their colours; with the state of each, and the time of those on their way, where they
    are not all alike."""
    differ = len({(publication.shown_state, _due_at(publication)) for publication in publications}) > 1
    shown = joined(_network(publication, with_state=differ) for publication in publications[:NETWORKS])
    more = len(publications) - NETWORKS
    rest = html('<span class="muted small">+{}</span>', more) if more > 0 else NOTHING
    return html('<span class="network-states">{}{}</span>', shown, rest) if publications else NOTHING


def _due_at(publication: Publication) -> datetime | None:
    """To the minute; None of what is not on its way."""
    if publication.shown_state not in ON_THEIR_WAY:
        return None
    return publication.delivery.due_at.replace(second=0, microsecond=0)


def _network(publication: Publication, *, with_state: bool) -> SafeString:
    platform = publication.channel.network_label
    known = STATES.get(publication.shown_state)
    if not with_state or known is None:
        label = network_name(platform)
        return html(
            '<span title="{}">{}<span class="visually-hidden">{}</span></span>', label, network_icon(platform), label
        )
    label = f"{network_name(platform)}: {known.label}"
    return html(
        '<span class="network-state tone-{}" title="{}">{}{}<span class="visually-hidden">{}</span>{}</span>',
        known.tone, label, network_icon(platform), icon(known.icon, "small"), label, when(_due_at(publication)),
    )  # fmt: skip


def _words(post: Post) -> SafeString:
    """The first words of the text, where a working title stands above them."""
    if not post.title or not post.excerpt:
        return NOTHING
    return html('<span class="post-words">{}</span>', truncatechars(post.excerpt, 120))


def _meta(post: Post, figures: Figures | None) -> SafeString:
    return _parts([*_time(post), post.get_category_display(), post.author, *(_figures(figures) if figures else ())])


def _brief(post: Post, note: SafeString, *, reader: int) -> SafeString:
    return _parts([*_time(post), *([note] if note else ()), *([post.author] if post.author_id != reader else ())])


def _time(post: Post) -> list[Any]:
    due_at = post.shown_due_at
    at = when(due_at) if due_at else when(post.updated_at, "ago")
    return [_("Correction"), at] if post.is_correction else [at]


def _parts(parts: Sequence[Any]) -> SafeString:
    return html('<span class="list-meta">{}</span>', joined(html("<span>{}</span>", part) for part in parts))


def _figures(figures: Figures) -> list[SafeString]:
    """Nothing where no network returns a value: that is not zero."""
    known = (
        ("activity", figures.interactions, _("Interactions")),
        ("eye", figures.views, _("Views")),
    )
    note = html(" <span>{}</span>", _("(not all networks)")) if figures.is_partial else NOTHING
    return [
        html('<span class="post-figure" title="{}">{}<span class="visually-hidden">{}: </span>{}{}</span>',
             label, icon(symbol, "small"), label, number(value), note)
        for symbol, value, label in known
        if value is not None
    ]  # fmt: skip


@register.simple_tag(takes_context=True)
def decide_button(context: Context, post: Post) -> SafeString:
    """The `action` of a card that waits for this person: the decision in a dialog (js/decide.js), or on its page."""
    slug = context["request"].municipality.slug
    return html(
        '<a class="button button-small" href="{}#decide" data-decide="{}">{}<span>{}</span></a>',
        reverse("post", args=[slug, post.pk]), reverse("post_decide", args=[slug, post.pk]),
        icon("badge-check", "small"), _("Review and decide"),
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def time_button(context: Context, post: Post) -> SafeString:
    """The `action` of the card of an approved post without a time."""
    request = context["request"]
    if not may_move(request.access, post):
        return NOTHING
    return html(
        '<a class="button button-small" href="{}">{}<span>{}</span></a>',
        reverse("post_move", args=[request.municipality.slug, post.pk]), icon("calendar-clock", "small"),
        _("Choose a time"),
    )  # fmt: skip


def _states(post: Post, pill: Any, action: SafeString) -> SafeString:
    live = post.live_publications  # type: ignore[attr-defined]
    shown = pill or state(post.shown_pill)
    return html('<span class="post-states">{}{}{}</span>', network_states(live), shown, action)
