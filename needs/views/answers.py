"""How many people answered a post: a line for the page of its closing report, which belongs to a package below."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from needs.queries.answers import count_answers
from posts import queries as posts


@requires(Verb.INBOX_VIEW)
@require_safe
def count(request: MunicipalityRequest, pk: int) -> HttpResponse:
    post = get_object_or_404(posts.visible().exclude(format=""), pk=pk)
    counted = bool(posts.poll_results(post))
    return render(request, "needs/public_answers.html", {"answers": count_answers(post), "counted": counted})
