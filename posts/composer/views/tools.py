"""The parts of the composer that are needed now and then, so that its page stays small."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.draft import RATIOS

# As Unicode groups and orders them, and so static/vendor/emoji.json.
EMOJI_GROUPS = (
    gettext_lazy("Smileys and feelings"),
    gettext_lazy("People and gestures"),
    gettext_lazy("Animals and nature"),
    gettext_lazy("Food and drink"),
    gettext_lazy("Places and travel"),
    gettext_lazy("Sports and celebrations"),
    gettext_lazy("Things"),
    gettext_lazy("Signs"),
    gettext_lazy("Flags"),
)


@requires(Verb.POST_EDIT)
@require_safe
def tools(request: MunicipalityRequest) -> HttpResponse:
    """Dialogs as a fragment: crop, emoji. The script puts them into the page when one of them is first opened."""
    return render(request, "posts/composer/_tools.html", {"ratios": RATIOS, "emoji_groups": EMOJI_GROUPS})
