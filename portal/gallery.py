"""`/ui/`: every component in every state, for developers and designers of pages. The figures are examples."""

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import charts
from common.states import STATES
from common.templatetags.ui import DRAWINGS, NETWORK_NAMES, sprite_names
from common.typed_date_fields import DayField
from municipalities.access import public
from portal.gallery_charts import charts_of_all_kinds, small_charts, spark

TONES = ("quiet", "info", "good", "warning", "problem", "waiting")


class Example(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label=gettext_lazy("Title"), help_text=gettext_lazy("Only your colleagues see it."))
    text = forms.CharField(label=gettext_lazy("Text"), widget=forms.Textarea, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    day = DayField(label=gettext_lazy("Day"), required=False)
    category = forms.ChoiceField(
        label=gettext_lazy("Category"),
        choices=[("call", gettext_lazy("Call to action")), ("notice", gettext_lazy("Notice"))],
    )
    layout = forms.ChoiceField(
        label=gettext_lazy("Scripts"),
        choices=[("one", gettext_lazy("One post in both scripts")), ("two", gettext_lazy("Two separate posts"))],
        widget=forms.RadioSelect,
    )
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Channels"),
        choices=[("mastodon", "Mastodon"), ("bluesky", "Bluesky")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    picture = forms.FileField(label=gettext_lazy("Picture"), required=False)
    sure = forms.BooleanField(label=gettext_lazy("I have checked the address and the time"))


@dataclass(frozen=True)
class Link:
    label: str
    url: str = "#"
    current: bool = False
    count: int = 0
    icon: str = ""


def _people() -> dict[str, Any]:
    return {
        "officer": _("An officer"),
        "mentor": _("A mentor"),
        "town": SimpleNamespace(colour="#1f5a8f", arms=None, __str__=lambda: "Ћуприја"),
        "plain_town": SimpleNamespace(colour="", arms=None),
    }


def _lists(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    return {
        "now": now,
        "soon": now + timedelta(hours=3),
        "earlier": now - timedelta(minutes=40),
        "page": Paginator(range(240), 20).get_page(request.GET.get("page", 4)),
        "tab_items": [
            Link(_("All"), current=True, count=24),
            Link(_("In review"), count=3),
            Link(_("Scheduled"), count=7),
            Link(_("Not published"), count=1),
        ],
        "view_items": [
            Link(_("Month"), current=True, icon="calendar-days"),
            Link(_("Week"), icon="columns-2"),
            Link(_("List"), icon="list"),
        ],
    }


@public
def gallery(request: HttpRequest) -> HttpResponse:
    drawn = charts_of_all_kinds()
    if picture := charts.asked(request, drawn, source=_("Examples for page developers")):
        return picture
    context = {
        "drawn": list(drawn.items()),
        "small_charts": small_charts(),
        "spark": spark(),
        "states": list(STATES),
        "tones": TONES,
        "networks": [*NETWORK_NAMES, "practice"],
        "icons": sorted(sprite_names() - {"mark"}),
        "drawings": sorted(name.removeprefix("drawing-") for name in sprite_names(DRAWINGS)),
        "form": Example({"channels": ["mastodon"], "layout": "one", "category": "call"}, auto_id="bad_%s"),
        "fresh_form": Example(initial={"layout": "one"}),
    }
    return render(request, "ui/gallery.html", context | _people() | _lists(request))
