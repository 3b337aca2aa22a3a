"""Tags of the inbox: `{% load inbox %}{% due message.due_at %}`."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import template
from django.template.context import Context
from django.template.defaultfilters import linebreaksbr
from django.utils import formats, timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext

from common.markup import NOTHING, html
from common.templatetags.ui import state, when
from inbox.models import Message
from inbox.queries.below_posts import PostComments, comments_below
from posts.models import Post

register = template.Library()


@register.simple_tag
def due(moment: datetime | None, style: str = "") -> SafeString:
    """A deadline in words: "within 20 min", "today by 14:20"; of late ones "for 2 days".

    `style` "at" describes a moment instead of a deadline: "today at 14:20". The exact time is the element's title.
    """
    if moment is None:
        return NOTHING
    local, now = timezone.localtime(moment), timezone.localtime()
    phrase = _late(now - local) if local < now else _coming(local, now, style)
    machine = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
    return html('<time datetime="{}" title="{}">{}</time>', machine, f"{local:%d.%m.%Y. %H:%M}", phrase)


# So much time before a reply window closes it is shown as urgent.
CLOSES_SOON = timedelta(hours=4)


@register.simple_tag
def reply_window(message: Message) -> SafeString:
    """How long the network still takes an answer in this conversation; nothing where it always does."""
    closes = message.reply_closes_at
    if closes is None:
        return NOTHING
    now = timezone.now()
    if closes <= now:
        return state(("quiet", "clock", _("No answer possible any more")), plain=True)
    tone = "warning" if closes - now < CLOSES_SOON else "info"
    return html(
        '<span class="reply-window">{} <span class="small muted">{}</span></span>',
        state((tone, "clock", _("The network takes an answer")), plain=True),
        due(closes),
    )


@register.filter
def star_marks(stars: int) -> str:
    """ "★★☆☆☆" for 2."""
    return "★" * stars + "☆" * (5 - stars)


@register.simple_tag(takes_context=True)
def comments_of(context: Context, post: Post) -> PostComments:
    """What citizens wrote below a post and waits for an answer, as far as the reader may read it. Two queries."""
    return comments_below(post, context["request"].access)


@register.simple_tag
def held_value(value: Any) -> SafeString:
    """A value of `inbox.personal_data.StoredField` for display."""
    if isinstance(value, date):
        return when(value)
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False, indent=1, default=str)
    elif isinstance(value, list | tuple):
        value = ", ".join(str(item) for item in value)
    return linebreaksbr(_("Yes") if value is True else str(value))


def _late(by: timedelta) -> str:
    minutes = int(by.total_seconds() // 60)
    if minutes < 60:
        return pgettext("late", "for %(count)s min") % {"count": max(minutes, 1)}
    if minutes < 24 * 60:
        return pgettext("late", "for %(count)s h") % {"count": minutes // 60}
    days = minutes // (24 * 60)
    return npgettext("late", "for %(count)s day", "for %(count)s days", days) % {"count": days}


def _coming(local: datetime, now: datetime, style: str) -> str:
    clock, days = formats.time_format(local, "H:i"), (local.date() - now.date()).days
    minutes = int((local - now).total_seconds() // 60)
    if minutes < 60 and style != "at":
        return _("within %(count)s min") % {"count": max(minutes, 1)}
    at = style == "at"
    if days > 6:
        date = formats.date_format(local, "DATE_FORMAT")
        return date if at else _("by %(date)s") % {"date": date}
    if days == 0:
        return (_("today at %(time)s") if at else _("today by %(time)s")) % {"time": clock}
    if days == 1:
        return (_("tomorrow at %(time)s") if at else _("tomorrow by %(time)s")) % {"time": clock}
    params = {"day": formats.date_format(local, "l"), "time": clock}
    return (_("%(day)s at %(time)s") if at else _("%(day)s by %(time)s")) % params
