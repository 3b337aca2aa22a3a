"""`/ui/`: every component in every state, for whoever builds or looks at a page. The figures are examples."""

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import charts
from common.states import STATES
from common.templatetags.ui import NETWORK_NAMES, sprite_names
from municipalities.access import public

TONES = ("quiet", "info", "good", "warning", "problem", "waiting")
DAYS = 30


class Example(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label=gettext_lazy("Title"), help_text=gettext_lazy("Only your colleagues see it."))
    text = forms.CharField(label=gettext_lazy("Text"), widget=forms.Textarea, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}), required=False)
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


def _number(value: float) -> str:
    return formats.number_format(value, use_l10n=True, force_grouping=True)


def _charts() -> dict[str, Any]:
    words = charts.Words(_number, _("no reading"), _("Day"), _("Reach: people who saw a post at least once"))
    days = [f"{day}. 11." for day in range(1, DAYS + 1)]
    reach: list[float | None] = [420 + (day * 37) % 190 + day * 6 for day in range(DAYS)]
    reach[11:15] = [None] * 4
    answers = [180 + (day * 53) % 120 for day in range(DAYS)]
    gone = dict.fromkeys(range(11, 15), _("the channel was disconnected"))
    both = [charts.Series(_("Reach"), reach, gone), charts.Series(_("Interactions"), answers)]
    towns = ["Ћуприја", "Нови Пазар", "Прокупље", "Бујановац", "Кула", "Мајданпек"]
    rank = charts.Series(_("Reach per 1,000 inhabitants"), [312, 287.5, 198, None, 121, 64], {3: _("no channel yet")})
    hours = [f"{hour}" for hour in range(7, 21)]
    week = [[(index * 7 + at * 11) % 40 for at in range(14)] for index in range(7)]
    months = ["I", "II", "III", "IV", "V", "VI"]
    return {
        "line_chart": charts.line(_("Reach and interactions"), days, both, words, target=(_("Target"), 500)),
        "bar_chart": charts.bars(
            _("Posts by category"),
            months,
            [
                charts.Series(_("Calls to action"), [4, 7, 5, None, 9, 11]),
                charts.Series(_("Notices"), [12, 10, 9, 8, 8, 6]),
            ],
            words,
        ),
        "ranking_chart": charts.ranking(_("Municipalities"), towns, rank, words, marked=0),
        "heat_chart": charts.heat(_("When citizens answer"), _week(), hours, week, words),
        "small_charts": charts.small(
            months,
            [
                charts.Series(town, [at * 3 + 5, 12, None, 20, 18 + at, 30 - at * 4])
                for at, town in enumerate(towns[:4])
            ],
        ),
        "spark": charts.sparkline(reach),
    }


def _week() -> list[str]:
    return [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]


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
    context = {
        "states": list(STATES),
        "tones": TONES,
        "networks": [*NETWORK_NAMES, "practice"],
        "icons": sorted(name for name in sprite_names() if not name.startswith("drawing-") and name != "mark"),
        "drawings": sorted(name[8:] for name in sprite_names() if name.startswith("drawing-")),
        "form": Example({"channels": ["mastodon"], "layout": "one", "category": "call"}, auto_id="bad_%s"),
        "fresh_form": Example(initial={"layout": "one"}),
    }
    return render(request, "ui/gallery.html", context | _charts() | _people() | _lists(request))
