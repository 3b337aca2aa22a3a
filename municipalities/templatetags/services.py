"""Tags of eServices: `{% offer_state offer %}`, `{% offer_dates offer %}`, `{% service_text service "angle" %}`."""

from typing import Any

from django import template
from django.utils.dates import MONTHS
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import languages
from common.dates import short_date
from common.templatetags.ui import state
from municipalities.availability import Offer

register = template.Library()

STATES = {
    Offer.AVAILABLE: ("good", "circle-check", gettext_lazy("Available and verified")),
    Offer.STALE: ("warning", "history", gettext_lazy("Not verified for a long time")),
    Offer.UNVERIFIED: ("warning", "circle-help", gettext_lazy("Available, not verified")),
    Offer.NOT_YET: ("info", "calendar-clock", gettext_lazy("Not yet")),
    Offer.ENDED: ("quiet", "calendar-x", gettext_lazy("Ended")),
    Offer.NOT_HERE: ("quiet", "circle-slash", gettext_lazy("Not available here")),
    Offer.UNKNOWN: ("waiting", "circle-dashed", gettext_lazy("Not entered yet")),
}


@register.simple_tag
def offer_state(offer: Any, plain: bool = False) -> SafeString:
    """The state of a service in a municipality, by icon and word."""
    return state(STATES[offer.state], plain=plain)


@register.simple_tag
def offer_state_word(offer: Any) -> str:
    """The word alone, for a choice in a list."""
    return str(STATES[offer.state][2])


@register.simple_tag
def offer_dates(offer: Any) -> str:
    """From when to when it can be used there, or nothing."""
    entry = offer.entry
    if entry is None or not (entry.starts_on or entry.ends_on):
        return ""
    if entry.starts_on and entry.ends_on:
        return f"{short_date(entry.starts_on)} – {short_date(entry.ends_on)}"
    if entry.starts_on:
        return _("from %(day)s") % {"day": short_date(entry.starts_on)}
    return _("until %(day)s") % {"day": short_date(entry.ends_on)}


@register.simple_tag
def service_text(service: Any, field: str) -> str:
    """Description, season or angle in the reader's language and script."""
    return str(service.text(field))


@register.simple_tag
def season_months(service: Any) -> str:
    """The months in which a post about it fits best."""
    if not service.months:
        return _("all year")
    return ", ".join(str(MONTHS[month]).lower() if _is_lower() else str(MONTHS[month]) for month in service.months)


def _is_lower() -> bool:
    """Serbian writes months with a small letter, English with a capital one."""
    return languages.current().text_variant != languages.ENGLISH
