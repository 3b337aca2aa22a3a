"""The parts of the composer that are needed now and then, so that its page stays small."""

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from channels.queries import mentionable
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.draft import RATIOS
from posts.editing.domain.page_cards import picture_of

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
    """Dialogs as a fragment. The script puts them into the page when the first of them is opened."""
    return render(request, "posts/composer/_tools.html", {"ratios": RATIOS, "emoji_groups": EMOJI_GROUPS})


@requires(Verb.POST_EDIT)
@require_safe
def accounts(request: MunicipalityRequest) -> JsonResponse:
    """For "@" in the composer: {"accounts": [{"platform", "handle", "name", "municipality"}]}."""
    known = [
        {
            "platform": channel.platform,
            "handle": channel.handle,
            "name": channel.name,
            "municipality": str(channel.municipality),
        }
        for channel in mentionable(request.municipality)
    ]
    return JsonResponse({"accounts": known})


@requires(Verb.POST_VIEW)
@require_safe
def page_picture(request: MunicipalityRequest, key: str) -> HttpResponse:
    """The picture of a linked page for its card in the previews, as a worker fetched it and wrote it anew."""
    picture = picture_of(request.municipality.pk, key)
    if picture is None:
        raise Http404
    body, content_type = picture
    answer = HttpResponse(body, content_type=content_type)
    answer["Cache-Control"] = "private, max-age=3600"
    answer["Content-Security-Policy"] = "default-src 'none'"
    return answer
