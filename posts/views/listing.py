"""The list of posts: find one by its words, in either script and with or without diacritics."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts import queries
from posts.views.filters import filters_of, options

PER_PAGE = 25


@requires(Verb.POST_VIEW)
def posts(request: MunicipalityRequest) -> HttpResponse:
    filters = filters_of(request)
    rows = queries.listed(filters, drafts=request.access.may(Verb.DRAFT_VIEW))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "filters": filters, "options": options(), "narrowed": filters != queries.Filters()}
    return render(request, "posts/list.html", context)
