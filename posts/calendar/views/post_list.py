"""The list of posts: full-text search in either script, with or without diacritics."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from channels.enums import ChannelState
from channels.models import Channel
from channels.queries import takes_posts
from common.web.params import choice_param, int_param
from common.word_search import is_fragment
from delivery.enums import State
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts import queries
from posts.enums import Category, Stage
from posts.queries import ListOrder, PostFilters

PER_PAGE = 25
ORDERS = {
    ListOrder.PUBLISHED: _("The last published first."),
    ListOrder.COMING: _("The next to go out first."),
    ListOrder.CHANGED: _("The last changed first."),
}


@requires(Verb.POST_VIEW)
def posts(request: MunicipalityRequest) -> HttpResponse:
    filters = filters_of(request)
    rows = queries.listed(filters, drafts=request.access.may(Verb.DRAFT_VIEW))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = queries.with_publications(page.object_list)
    context = {
        "page": page,
        "filters": filters,
        "options": options(),
        "narrowed": filters != queries.PostFilters(),
        "begins_first": is_fragment(filters.words),
        "order": ORDERS[filters.order],
    }
    return render(request, "posts/list.html", context)


# ---- Filters that the calendar and the list share, read from a hostile address.


STATES = (
    *((stage, stage.label) for stage in Stage),
    *((state, state.label) for state in (
        State.SCHEDULED, State.PUBLISHED, State.FAILED, State.CHECKING, State.UNCONFIRMED, State.EXPIRED,
    )),
)  # fmt: skip


def filters_of(request: HttpRequest) -> PostFilters:
    return PostFilters(
        channel=int_param(request.GET, "channel"),
        state=choice_param(request.GET, "state", {*Stage.values, *State.values}),
        category=choice_param(request.GET, "category", Category.values),
        words=request.GET.get("q", "").replace("\x00", "")[:80],
    )


def options() -> dict[str, Any]:
    """Choices of the filter fields. One query."""
    connected = Channel.objects.filter(takes_posts()).exclude(state=ChannelState.DISCONNECTED).order_by("pk")
    # The last two say what budgets a network grants.
    channels = connected.only("pk", "name", "platform", "imitates", "is_practice", "facts", "granted")
    return {"channels": list(channels), "states": STATES, "categories": Category.choices}
