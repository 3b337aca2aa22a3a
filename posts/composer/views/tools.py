"""The parts of the composer that are needed now and then, so that its page stays small."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.draft import RATIOS


@requires(Verb.POST_EDIT)
@require_safe
def tools(request: MunicipalityRequest) -> HttpResponse:
    """Dialogs as a fragment: cropping a picture. The script puts them into the page when one is first opened."""
    return render(request, "posts/composer/_tools.html", {"ratios": RATIOS})
