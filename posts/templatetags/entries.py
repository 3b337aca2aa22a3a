"""Posts in the calendar, as HTML.

Written without a template: a month has a hundred of them, and they took most of the time of the page.
"""

from collections.abc import Iterable

from django import template
from django.template.defaultfilters import truncatechars
from django.utils import timezone
from django.utils.safestring import SafeString

from common.markup import NOTHING, html, joined
from common.templatetags.ui import network_icon, state
from posts.models import Post

register = template.Library()
CHANNELS = 3
"""How many networks an entry shows."""


@register.simple_tag
def entries(posts: Iterable[Post], posts_url: str, move_to: str) -> SafeString:
    """Items of a list. `posts` have a time, their `live_publications` and `may_move`; `posts_url` is the address of the
    list of posts, `move_to` the label of the action that moves one.
    """
    return joined(_entry(post, posts_url, move_to) for post in posts)


def _entry(post: Post, posts_url: str, move_to: str) -> SafeString:
    assert post.due_at is not None
    live, may_move = post.live_publications, post.may_move  # type: ignore[attr-defined]
    networks = joined(network_icon(publication.channel.platform) for publication in live[:CHANNELS])
    return html(
        '<li class="entry" data-post="{}"{}><a class="entry-link" href="{}{}/"><span class="entry-head">'
        '<time class="entry-time">{}</time>{}{}</span><span class="entry-text">{}</span></a>{}</li>',
        post.pk, html(' draggable="true"') if may_move else NOTHING, posts_url, post.pk,
        f"{timezone.localtime(post.due_at):%H:%M}", networks, state(post.shown_state, plain=True),
        truncatechars(str(post), 80), _move(post, posts_url, move_to) if may_move else NOTHING,
    )  # fmt: skip


def _move(post: Post, posts_url: str, move_to: str) -> SafeString:
    return html(
        '<a class="entry-move" href="{}{}/move/" data-open-move aria-label="{}: {}">⋯</a>',
        posts_url, post.pk, move_to, truncatechars(str(post), 40),
    )  # fmt: skip
