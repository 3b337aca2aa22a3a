"""Template tags of the design system; docs/design-system.md lists each with a line of usage, /ui/ shows them.

The library is a builtin: templates need no `{% load ui %}`. A tag either prints a small piece of HTML itself or renders
the include of the same name under templates/ui/.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template.context import Context
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from common import charts, content_security, languages, network_labels, numbers, tables
from common.asset_bundles import style_imports
from common.fields import web_address as guarded_address
from common.markup import NOTHING, html, joined, json_in_script, rewritten
from common.states import STATES, UNKNOWN, State

register = template.Library()

NETWORK_NAMES = {
    "bluesky": "Bluesky",
    "facebook": "Facebook",
    "google_business": "Google Business Profile",
    "instagram": "Instagram",
    "linkedin": "LinkedIn",
    "mail": gettext_lazy("E-mail"),
    "mastodon": "Mastodon",
    "telegram": "Telegram",
    "threads": "Threads",
    "tiktok": "TikTok",
    "viber": "Viber",
    "wordpress": "WordPress",
    "x": "X",
    "youtube": "YouTube",
}
# Without posts of their own: an example of good practice is never published there.
NAMES_OF_BOTS = {"viber_bot": gettext_lazy("Viber bot")}
# In the sprite "x" is the cross that closes things.
NETWORK_MARKS = {"google_business": "map-pin", "viber_bot": "viber", "x": "network-x"}
MESSAGE_TONES = {"success": "good", "error": "problem", "warning": "warning", "info": "info", "debug": "quiet"}
CALLOUT_ICONS = {
    "info": "info",
    "good": "circle-check",
    "warning": "triangle-alert",
    "problem": "octagon-alert",
    "waiting": "hourglass",
    "quiet": "info",
}
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


# ---- pictures ----


ICONS, DRAWINGS = "img/icons.svg", "img/drawings.svg"


@lru_cache(maxsize=2)
def sprite_names(sprite: str = ICONS) -> frozenset[str]:
    """Names in a sprite, so that a misspelt icon is an error and not a hole in the page."""
    path = Path(settings.BASE_DIR) / "static" / sprite
    return frozenset(re.findall(r'<symbol id="([\w-]+)"', path.read_text(encoding="utf-8")))


@lru_cache(maxsize=1024)
def _use(name: str, css: str, colour: str = "", sprite: str = ICONS) -> SafeString:
    # A month of posts has some two hundred of these, and the address of a static file is not found for nothing.
    if name not in sprite_names(sprite):
        raise template.TemplateSyntaxError(f"There is no icon named {name!r}; see tools/vendor/icons.mjs.")
    colour_attribute = format_html(' color="{}"', colour) if colour else ""
    return format_html(
        '<svg class="{}" aria-hidden="true"{}><use href="{}#{}"/></svg>',
        css,
        colour_attribute,
        static(sprite),
        name,
    )


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """`size` is "", "small" or "large". Icons are decoration: the word stands beside them or in aria-label."""
    return _use(name, f"icon icon-{size}" if size else "icon")


@register.simple_tag
def mark() -> SafeString:
    """The drum."""
    return _use("mark", "mark")


@register.simple_tag
def drawing(name: str) -> SafeString:
    """posts, inbox, calendar, numbers, search, mentoring or closed."""
    return _use(f"drawing-{name}", "drawing", sprite=DRAWINGS)


@register.simple_tag
def network_icon(platform: str) -> SafeString:
    """The network's mark in its colour (`--brand-…` of tokens.css), a globe for one we have no mark of."""
    key, _is_practice = network_labels.split(platform)
    name = NETWORK_MARKS.get(key, key)
    if name not in sprite_names():
        return _use("globe", "icon")
    return _use(name, f"icon brand-{name}")


@register.simple_tag
def network(platform: str, label: str = "") -> SafeString:
    """Mark and name of a network; `label` replaces the name, e.g. with the channel's, and the name is still read out.

    A municipality calls its accounts by one name on all networks; only the marks tell them apart for the eye.
    """
    name = ""
    if label:
        name = format_html('<span class="visually-hidden">{}: </span>', network_name(platform))
    shown = label or network_name(platform)
    return format_html('<span class="network">{}<span>{}{}</span></span>', network_icon(platform), name, shown)


@register.simple_tag
def network_name(platform: str) -> str:
    """`platform` is a key of a network, or a label of `common.network_labels`: "Facebook (practice)"."""
    key, is_practice = network_labels.split(platform)
    name = str(NETWORK_NAMES.get(key) or NAMES_OF_BOTS.get(key) or key.replace("_", " ").capitalize())
    return _("%(network)s (practice)") % {"network": name} if is_practice else name


@register.simple_tag
def arms(municipality: Any, size: str = "") -> SafeString:
    """Coat of arms, or our neutral shield with the municipality's colour. Always beside the name, hence no alt text."""
    css = f"arms arms-{size}" if size else "arms"
    picture = getattr(municipality, "arms", None)
    if picture:
        return format_html('<img class="{}" src="{}" alt="" width="28" height="32">', css, picture.url)
    colour = str(getattr(municipality, "colour", "") or "")
    return _use("arms", css, colour if COLOUR.fullmatch(colour) else "")


@register.simple_tag
def avatar(person: Any, size: str = "") -> SafeString:
    """Initials of a person; decoration, the name stands beside it."""
    names = str(person or "?").replace("@", " ").split()
    initials = "".join(word[0] for word in (names[:1] + names[1:][-1:])).upper()
    css = f"avatar avatar-{size}" if size else "avatar"
    return format_html('<span class="{}" aria-hidden="true">{}</span>', css, initials)


@register.simple_tag
def person(someone: Any, note: Any = "") -> SafeString:
    """Initials, name and a small line (role, municipality, time) below."""
    small = format_html("<small>{}</small>", note) if note else ""
    text = format_html('<span class="person-text"><span>{}</span>{}</span>', someone, small)
    return format_html('<span class="person">{}{}</span>', avatar(someone), text)


# ---- words and numbers ----


@register.simple_tag
def state(value: Any, label: str = "", plain: bool = False) -> SafeString:
    """A pill for a state: its name, a member of TextChoices (its label is used), or (tone, icon, label)."""
    known = State(*value) if isinstance(value, tuple) else STATES.get(str(value), UNKNOWN)
    # Our own word wins over the enum's where we have one, so that a state is called the same everywhere.
    text = label or known.label or getattr(value, "label", "") or str(value).replace("_", " ").capitalize()
    return _pill(f"pill tone-{known.tone} tone-plain" if plain else f"pill tone-{known.tone}", known.icon, str(text))


# `typed`: markup and the same text without being markup are equal.
@lru_cache(maxsize=1024, typed=True)
def _pill(css: str, symbol: str, text: str) -> SafeString:
    return html('<span class="{}">{}<span>{}</span></span>', css, icon(symbol), text)


@register.simple_tag
def number(value: float | None, reason: str = "", places: int | None = None) -> SafeString:
    """A number as the language writes it; a missing one is a dash with its reason, never a zero."""
    if value is None or value == "":  # a variable that does not exist comes as ""
        why = reason or _("No value")
        sign = format_html('<span aria-hidden="true">–</span><span class="visually-hidden">{}</span>', why)
        return format_html('<span class="gap" title="{}">{}</span>', why, sign)
    text = numbers.number(value, places)
    return html('<span class="number">{}</span>', text.replace("-", "−"))


@register.simple_tag
def counter(count: int | None, quiet: bool = False) -> SafeString:
    """A small count; nothing at all for 0."""
    if not count:
        return NOTHING
    css = "counter counter-quiet" if quiet else "counter"
    return format_html('<span class="{}">{}</span>', css, count if count < 100 else "99+")


@register.simple_tag
def letters(count: int, limit: int) -> SafeString:
    """How much of a network's length is used, in words when it is too much."""
    if count > limit:
        text = _("%(over)s too many") % {"over": count - limit}
        return format_html('<span class="letters letters-over">{}</span>', text)
    css = "letters letters-close" if count > limit * 0.9 else "letters"
    return format_html('<span class="{}">{} / {}</span>', css, count, limit)


@register.simple_tag
def when(moment: datetime | date | None, style: str = "") -> SafeString:
    """`<time>` in the page's zone. `style`: "" date and time, "date", "time", "ago" (with the full time as title)."""
    if moment is None:
        return NOTHING
    if not isinstance(moment, datetime) or style == "date":
        machine = moment.isoformat()
        if isinstance(moment, datetime):
            machine = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
            moment = timezone.localtime(moment)
        return format_html('<time datetime="{}">{}</time>', machine, formats.date_format(moment, "DATE_FORMAT"))
    # in UTC: of the hour that exists twice, two local moments are equal
    minute = moment.astimezone(UTC).replace(second=0, microsecond=0)
    written = _to_the_minute(minute, get_language(), timezone.get_current_timezone_name())
    if style == "time":
        return written.time
    if style == "ago":
        shown = _ago(moment, written.full)
        if shown != written.full:
            return format_html('<time datetime="{}" title="{}">{}</time>', written.machine, written.full, shown)
    return written.date_and_time


class _Moment(NamedTuple):
    """A moment as text: for programs, with date and time, and as elements."""

    machine: str
    full: str
    time: SafeString
    date_and_time: SafeString


# A list shows the same moments again and again: its page is requested anew, several rows share one, and people of one
# municipality see the same rows.
@lru_cache(maxsize=8192)
def _to_the_minute(moment: datetime, _language: str | None, _zone: str) -> _Moment:
    """In the current language and time zone, which are part of the key."""
    machine = f"{moment:%Y-%m-%dT%H:%MZ}"
    local = timezone.localtime(moment)
    clock = formats.time_format(local, "H:i")
    day = formats.date_format(local, "DATE_FORMAT")
    full = pgettext("date and time", "%(date)s, %(time)s") % {"date": day, "time": clock}
    return _Moment(
        machine,
        full,
        html('<time datetime="{}">{}</time>', machine, clock),
        html('<time datetime="{}">{}</time>', machine, full),
    )


def _ago(moment: datetime, full: str) -> str:
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if minutes < 0 or minutes >= 24 * 60:
        return full
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("%(count)s min ago") % {"count": minutes}
    return _("%(count)s h ago") % {"count": minutes // 60}


# ---- forms ----


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """One field: label, hint, control, error."""
    return bound.as_field_group()


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """All problems of a form on top of it, each a link to its field. Prints nothing for a form without problems."""
    fields = [bound for bound in form if bound.errors] if form.is_bound else []
    return {"fields": fields, "general": form.non_field_errors() if form.is_bound else []}


@register.filter
def control_id(bound: BoundField) -> str:
    """The id an error summary can jump to; of a group of choices, the first one's."""
    return f"{bound.auto_id}_0" if bound.use_fieldset else str(bound.id_for_label or bound.auto_id)


# ---- parts ----


@register.filter
def web_address(value: object) -> str:
    """The address where it leads to a page of the web, else "": of values that no `WebAddressField` guards."""
    return guarded_address(str(value or ""))


@register.inclusion_tag("ui/empty.html")
def nothing(
    picture: str, title: str, text: str = "", *, url: str = "", action: str = "", action_icon: str = ""
) -> dict[str, Any]:
    """The empty state: a drawing, a sentence, what to do next."""
    return {"picture": picture, "title": title, "text": text, "url": url, "action": action, "action_icon": action_icon}


@register.inclusion_tag("ui/stat.html")
def stat(
    label: str,
    value: float | None,
    formula: str = "",
    *,
    change: float | None = None,
    against: str = "",
    reason: str = "",
    places: int | None = None,
    unit: str = "",
    spark: str = "",
    better: str = "up",
) -> dict[str, Any]:
    """One number with the name of its formula.

    `change` is a difference in per cent against what `against` says; `better` is "up", "down" or "" when neither
    direction is good. `reason` says why a value is None. `spark` is the SVG of `charts.sparkline`.
    """
    direction = "" if change is None or change == 0 else "up" if change > 0 else "down"
    tone = "" if not better or not direction else "up" if direction == better else "down"
    return {
        "label": label,
        "value": value,
        "formula": formula,
        "change": None if change is None else abs(change),
        "direction": direction,
        "tone": tone,
        "against": against,
        "reason": reason,
        "places": places,
        "unit": unit,
        "spark": spark,
    }


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Iterable[Any], label: str) -> dict[str, Any]:
    """Links between sibling pages; an item has label, url, current and perhaps count and icon."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/segments.html")
def segments(items: Iterable[Any], label: str) -> dict[str, Any]:
    """A choice between views of the same thing (month, week, list), as links; an item is one of `tabs`."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(context: Context, page: Page, parameter: str = "page") -> dict[str, Any]:
    """Pages of a list; keeps the other parameters of the address."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    links = [(number, _address(context, parameter, number)) for number in numbers]
    return {
        "page": page,
        "links": links,
        "skip": page.paginator.ELLIPSIS,
        "previous": _address(context, parameter, page.number - 1),
        "next": _address(context, parameter, page.number + 1),
    }


def _address(context: Context, parameter: str, value: Any) -> str:
    query = context["request"].GET.copy() if "request" in context else None
    if query is None:
        return f"?{parameter}={value}"
    query[parameter] = value
    return f"?{query.urlencode()}"


@register.inclusion_tag("ui/progress.html")
def progress(label: str, value: int | None, most: int = 100) -> dict[str, Any]:
    """The progress of a long job; None as long as it is unknown."""
    return {"label": label, "value": value, "most": most}


@register.inclusion_tag("ui/chart.html", takes_context=True)
def chart(context: Context, drawn: Any, level: int = 2, key: str = "", half: bool = False) -> dict[str, Any]:
    """A chart of common/charts with its legend, formula, read-out and the table beside it.

    `key` is its name in `charts.asked` of the page's view; with it, the menu below saves it as PNG, SVG and CSV.
    `half`: two such charts stand beside each other, where there is never room for the wide drawing.
    """
    return {
        "chart": drawn,
        "half": half and drawn.narrow,
        "level": level,
        **chart_files(context, key),
        "rows": _table_rows(drawn.rows),
    }


@register.inclusion_tag("ui/_chart_files.html", takes_context=True)
def chart_files(context: Context, key: str) -> dict[str, Any]:
    """The menu that saves a chart, where its table stands on the page and the picture does not."""
    files = []
    if key and "request" in context:
        for kind in charts.KINDS:
            query = context["request"].GET.copy()
            query["picture"] = f"{key}.{kind}"
            files.append((kind.upper(), f"?{query.urlencode()}"))
    return {"files": files}


def _table_rows(rows: Iterable[Iterable[str]]) -> SafeString:
    """Without a template: the table of many small charts has thousands of cells."""
    parts = []
    for first, *cells in rows:
        values = joined([html('<td class="num">{}</td>', cell) for cell in cells])
        parts.append(html('<tr><th scope="row">{}</th>{}</tr>', first, values))
    return joined(parts)


@register.simple_block_tag
def callout(content: str, tone: str = "info", title: str = "", symbol: str = "", role: str = "") -> SafeString:
    """`{% callout "warning" title=… %}what it means, what to do{% endcallout %}`; role="alert" only after an act."""
    heading = format_html('<p class="callout-title">{}</p>', title) if title else ""
    role_attribute = format_html(' role="{}"', role) if role else ""
    return format_html(
        '<div class="callout callout-{}"{}>{}<div class="callout-body">{}{}</div></div>',
        tone,
        role_attribute,
        icon(symbol or CALLOUT_ICONS[tone]),
        heading,
        content,
    )


@register.simple_block_tag
def table(content: SafeString, label: str, stacked: bool = False) -> SafeString:
    """`{% table "Posts" %}<thead>…{% endtable %}`: scrolls in a group of its own, also by keyboard.

    It is no landmark: a page may have many with the same name.
    `stacked=True`: on a phone each row is a block of facts, for some dozen rows whose columns are of many kinds;
    each cell carries its heading then, which hundreds of rows have no room for.
    """
    return format_html(
        '<div class="table-region{}" role="group" tabindex="0" aria-label="{}"><table class="table">{}</table></div>',
        " table-stacked" if stacked else "",
        label,
        rewritten(content, tables.named) if stacked else content,
    )


@register.simple_block_tag
def menu(content: str, label: str = "", symbol: str = "ellipsis", css: str = "", start: bool = False) -> SafeString:
    """`{% menu %}<a class="menu-item">…{% endmenu %}`: what is rare. Works without a script."""
    return format_html(
        '<details class="menu{}"><summary class="button {}">{}<span>{}</span></summary>'
        '<div class="menu-panel">{}</div></details>',
        " menu-start" if start else "",
        css,
        icon(symbol),
        label or _("More"),
        content,
    )


@register.simple_block_tag
def dialog(content: str, id: str, title: str, css: str = "") -> SafeString:
    """`{% dialog "move" "Move the post" %}…{% enddialog %}`, opened by any element with data-dialog="move"."""
    css_close = "button button-quiet button-icon button-small"
    close = format_html(
        '<form method="dialog"><button class="{}" aria-label="{}">{}</button></form>', css_close, _("Close"), icon("x")
    )
    head = format_html('<div class="dialog-head"><h2 id="{}-title">{}</h2>{}</div>', id, title, close)
    return format_html(
        '<dialog class="dialog {}" id="{}" aria-labelledby="{}-title">{}{}</dialog>', css, id, id, head, content
    )


# ---- scripts ----


@register.simple_tag(takes_context=True)
def script(context: Context, path: str, classic: bool = False) -> SafeString:
    """`{% script "js/core.js" %}`: a module that the page runs; `classic=True` for a library that is none.

    The only way to a script: it writes the nonce without which no browser runs it. Prints nothing where there is no
    request, so that the page for an error asks for nothing that would be refused.
    """
    nonce = content_security.nonce(context.get("request"))
    if not nonce:
        return NOTHING
    kind = html("defer") if classic else html('type="module"')
    return html('<script {} src="{}" nonce="{}"></script>', kind, static(path), nonce)


@register.simple_tag
def styles(path: str) -> SafeString:
    """`{% styles "css/portal.css" %}`: a sheet that only imports others. One link where static files are collected and
    joined (`common.static_storage`), else one for each: sheets that import others are loaded one after the other.
    """
    is_joined = path in getattr(staticfiles_storage, "hashed_files", {})
    sheets = [path] if is_joined else _imported_sheets(path)
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', ((static(sheet),) for sheet in sheets))


@lru_cache(maxsize=16)
def _imported_sheets(path: str) -> tuple[str, ...]:
    source = Path(settings.BASE_DIR) / "static" / path
    return tuple(style_imports(path, source.read_text(encoding="utf-8")))


@register.simple_tag
def cached_script(path: str) -> SafeString:
    """A module of a page that is kept for everybody: without a nonce, named in the page's policy (`only_scripts`)."""
    return html('<script type="module" src="{}"></script>', static(path))


@register.simple_tag
def structured_data(about: Any) -> SafeString:
    """What search engines read of a page: JSON-LD, which no browser runs. Signs that could end the element are
    escaped, so that hostile names stay text."""
    return html('<script type="application/ld+json">{}</script>', json_in_script(about))


@register.simple_tag(takes_context=True)
def htmx_script(context: Context) -> SafeString:
    """htmx and what it may do, in the `scripts` block of a page whose elements say what to ask for.

    It stands before everything that comes from outside, the title too: htmx reads the first configuration of a page.
    """
    config = html('<meta name="htmx-config" content="{}">', content_security.htmx_config(context.get("request")))
    return config + script(context, "vendor/htmx.min.js", classic=True) + script(context, "js/htmx.js")


@register.simple_tag(takes_context=True)
def htmx(context: Context) -> SafeString:
    """`<section {% htmx %} hx-get="…">`: the mark without which htmx does nothing with an element."""
    return html('data-htmx="{}"', content_security.htmx_mark(context.get("request")))


# ---- the page around ----


@register.simple_tag
def html_lang() -> str:
    """Language tag of the page, with its script."""
    return languages.current().tag


@register.simple_tag
def interfaces() -> list[tuple[str, str, str]]:
    """(code, tag, name in itself) of each language: who cannot read the current script must still find theirs."""
    return [(language.code, language.tag, language.own_name) for language in languages.interface_languages()]


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """ "light", "dark" or "" (as the system says), remembered in a cookie so that no page flashes in the wrong one."""
    request = context.get("request")
    chosen = request.COOKIES.get(settings.THEME_COOKIE_NAME, "") if request else ""
    return chosen if chosen in ("light", "dark") else ""


@register.simple_tag
def bottom_items(nav: Any) -> list[Any]:
    """Up to four links for a narrow screen's bottom bar: those marked `bottom`, else the longest section's first."""
    if not nav:
        return []
    every = [item for section in nav for item in _items(section)]
    chosen = [item for item in every if _get(item, "bottom")]
    return (chosen or max((_items(section) for section in nav), key=len))[:4]


def _get(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, dict) else getattr(thing, name, None)


def _items(section: Any) -> list[Any]:
    return list(section["items"] if isinstance(section, dict) else section.items)


@register.filter
def message_tone(message: Any) -> str:
    """Tone of one of Django's messages."""
    return MESSAGE_TONES.get(message.level_tag, "info")


@register.filter
def message_icon(message: Any) -> str:
    return CALLOUT_ICONS[message_tone(message)]


@register.filter
def undo_url(message: Any) -> str:
    """`messages.success(request, text, extra_tags="undo:/where/")` puts an Undo button beside the text."""
    return next((tag[5:] for tag in (message.extra_tags or "").split() if tag.startswith("undo:/")), "")
