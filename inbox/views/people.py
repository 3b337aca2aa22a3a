"""Subject access requests: what is held about a person, as a page, as a file, and its erasure.

Names are searched for by POST and people are identified by ids in addresses, so that no name is logged.
"""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.web.params import int_list_param
from inbox.domain import retention, subject_access
from inbox.queries import personal_data
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

MOST_CHOSEN = 50


@requires(Verb.INBOX_PEOPLE)
@never_cache
@require_http_methods(["GET", "POST"])
def search(request: MunicipalityRequest) -> HttpResponse:
    query = request.POST.get("q", "").strip()[:200]
    context = {"query": query, "authors": personal_data.search_authors(query), "most": personal_data.MOST_FOUND}
    return render(request, "inbox/people.html", context)


def _chosen(params: QueryDict) -> list[personal_data.Author]:
    keys = int_list_param(params, "of")[:MOST_CHOSEN]
    return personal_data.selected_authors(keys) if keys else []


def _nobody(request: MunicipalityRequest) -> HttpResponse:
    flash.error(request, _("Choose at least one person. Nothing is held any more of those who were erased."))
    return redirect("inbox_people", request.municipality.slug)


@requires(Verb.INBOX_PEOPLE)
@never_cache
@require_GET
def person(request: MunicipalityRequest) -> HttpResponse:
    chosen = _chosen(request.GET)
    if not chosen:
        return _nobody(request)
    return render(request, "inbox/people_held.html", _subject_context(chosen))


def _subject_context(chosen: list[personal_data.Author]) -> dict[str, Any]:
    everything = personal_data.subject_data(chosen)
    return {
        "chosen": chosen,
        "everything": everything,
        "held_count": everything.held_messages,
        "staying": personal_data.retained_stores(chosen),
        "now": timezone.now(),
    }


@requires(Verb.INBOX_PEOPLE)
@never_cache
@require_POST
def export(request: MunicipalityRequest) -> HttpResponse:
    chosen = _chosen(request.POST)
    if not chosen:
        return _nobody(request)
    answer = HttpResponse(
        subject_access.export(request.municipality, chosen, by=request.user),
        content_type="application/json; charset=utf-8",
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="held-{timezone.localdate():%Y-%m-%d}.json"'
    return answer


@requires(Verb.INBOX_PEOPLE)
@never_cache
@require_POST
def erase(request: MunicipalityRequest) -> HttpResponse:
    """Asks first: it cannot be undone. Only a second form, with the box ticked, erases."""
    chosen = _chosen(request.POST)
    if not chosen:
        return _nobody(request)
    if request.POST.get("sure") != "yes":
        is_second = "sure_asked" in request.POST
        context = {**_subject_context(chosen), "is_refused": is_second}
        return render(request, "inbox/people_erase.html", context, status=422 if is_second else 200)
    pairs = [(author.channel.pk, author.author_id) for author in chosen]
    erased = retention.erase_authors(request.municipality, pairs, by=request.user)
    text = _("Erased: %(count)s messages. On the networks themselves they stay.") % {"count": erased.messages}
    if erased.held:
        text += " " + _("Protected from being erased, and therefore kept: %(held)s.") % {"held": erased.held}
    flash.success(request, text)
    return redirect("inbox_people", request.municipality.slug)
