"""The gallery of a municipality: posts shared in its programme, one post with its comments, and its own posts."""

from collections.abc import Iterable
from typing import Any

from django.core.files.storage import default_storage
from django.core.paginator import Page, Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from analytics.comparison.groups import SIZES, Size
from channels import validation
from common.web.params import int_param
from exchange.gallery_forms import CommentForm
from exchange.models import SharedPicture, SharedPost
from exchange.queries import gallery as queries
from exchange.queries.gallery import ANY_FORMAT, MOST_COPIED, GalleryFilters
from exchange.views.gallery_cards import card, cards
from municipalities.access import requires
from municipalities.queries import offer, today
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.enums import Category, Format

ON_A_PAGE = 12
# A picture whose people no longer agree has to be gone soon, also from where a browser keeps it.
KEEP = "private, max-age=300"


def filters_of(request: HttpRequest) -> GalleryFilters:
    """From a hostile address."""
    params = {name: request.GET.get(name, "").replace("\x00", "")[:40] for name in request.GET}
    network, size, form = params.get("network", ""), params.get("size", ""), params.get("format", "")
    return GalleryFilters(
        query=request.GET.get("q", "").replace("\x00", "")[:80],
        service=params.get("service", ""),
        format=form if form == ANY_FORMAT or form in Format.values else "",
        category=params["category"] if params.get("category") in Category.values else "",
        size=size if size in SIZES and size != Size.UNKNOWN else "",
        network=network if network in validation.networks() else "",
        order=MOST_COPIED if params.get("order") == MOST_COPIED else "",
    )


def options(services: Any, networks: list[str]) -> dict[str, Any]:
    """Choices of the filters' fields. No query."""
    titles = validation.networks()
    return {
        "services": [(service.key, str(service)) for service in services],
        "formats": [(ANY_FORMAT, None), *Format.choices],
        "categories": Category.choices,
        "sizes": [(key, label) for key, label in SIZES.items() if key != Size.UNKNOWN],
        "networks": [(key, titles.get(key, key)) for key in networks],
    }


def paged(request: HttpRequest, filters: GalleryFilters, programmes: Iterable[int]) -> tuple[Page, queries.Picks]:
    """A page of the gallery in the open room. What was picked stands at the top of the whole gallery once, and not
    above the answer to a question."""
    is_whole = not filters.narrows and not filters.order
    picks = queries.picks(programmes) if is_whole else queries.Picks(today())
    rows = filters.apply(queries.shown()).exclude(pk__in=[post.pk for post in picks.posts])
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    return page, picks if page.number == 1 else queries.Picks(picks.month)


@requires(Verb.GALLERY_VIEW)
@require_safe
def gallery(request: MunicipalityRequest) -> HttpResponse:
    municipality, filters = request.municipality, filters_of(request)
    with queries.gallery_scope(municipality) as room:
        page, picks = paged(request, filters, room.programmes)
        rows = list(page.object_list)
        queries.with_pictures([*rows, *picks.posts])
        services = queries.services()
        networks = queries.networks()
    by_key = {service.key: service for service in services}
    context = {
        "page": page,
        "cards": cards(rows, by_key, municipality),
        "picks": [(pick, card(pick.shared, by_key.get(pick.shared.service), municipality)) for pick in picks.picks],
        "month": picks.month,
        "filters": filters,
        "options": options(services, networks),
        "is_shared": room.is_shared,
        "may_share": request.access.may(Verb.GALLERY_SHARE),
    }
    return render(request, "exchange/gallery.html", context)


@requires(Verb.GALLERY_VIEW)
@require_safe
def ours(request: MunicipalityRequest) -> HttpResponse:
    """What this municipality has shared, with what ended and why."""
    with queries.gallery_scope(request.municipality) as room:  # what others say about it counts, too
        rows = queries.ours(request.municipality)
    context = {"rows": rows, "may_share": request.access.may(Verb.GALLERY_SHARE), "is_shared": room.is_shared}
    return render(request, "exchange/gallery_ours.html", context)


def get_shared_post(request: MunicipalityRequest, shared: int, *, own: bool = False) -> SharedPost:
    """The shared post with its pictures, inside the open room; `own`: only of this municipality. 404 for any other."""
    rows = queries.shown()
    if own:
        rows = rows.filter(municipality=request.municipality)
    row: SharedPost = get_object_or_404(rows, pk=shared)
    queries.with_pictures([row])
    return row


@requires(Verb.GALLERY_VIEW)
@require_safe
def post(request: MunicipalityRequest, shared: int) -> HttpResponse:
    return shown(request, shared)


def shown(request: MunicipalityRequest, shared: int, *, form: Any = None, editing: int = 0) -> HttpResponse:
    """The page of a shared post; `form` came back with problems, `editing` is the comment that is reworded."""
    municipality = request.municipality
    with queries.gallery_scope(municipality) as room:
        row = get_shared_post(request, shared)
        is_ours = row.municipality_id == municipality.pk
        comments = queries.conversation(row, request.user, all_of_them=is_ours)
        copies = queries.copies_of(row) if is_ours else []
        copy = None if is_ours else queries.copy_of(row, municipality)
        picks = queries.picks_of(row, room.programmes)
    service = offer(row.service) if row.service else None
    may_comment = request.access.may(Verb.GALLERY_COMMENT)
    context = {
        "card": card(row, service.service if service else None, municipality),
        "comments": comments,
        "copies": copies,
        "copy": copy,
        "picks": picks,
        "form": form or (CommentForm() if may_comment else None),
        "editing": editing or int_param(request.GET, "edit", default=0),
        "may": {
            "comment": may_comment,
            "copy": request.access.may(Verb.GALLERY_SHARE) and not is_ours,
            "keep": request.access.may(Verb.GALLERY_SHARE) and is_ours,
        },
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "exchange/gallery_post.html", context, status=status)


@requires(Verb.GALLERY_VIEW)
@require_safe
def picture(request: MunicipalityRequest, shared: int, picture: int) -> HttpResponseBase:
    """A picture of the gallery's own, as long as the people in it agree."""
    with queries.gallery_scope(request.municipality):
        row = get_object_or_404(queries.shown(), pk=shared)
        return picture_response(get_object_or_404(queries.pictures(), shared=row, pk=picture))


def picture_response(picture: SharedPicture) -> HttpResponseBase:
    try:
        answer = FileResponse(default_storage.open(str(picture.file.name), "rb"), content_type=picture.mime)
    except FileNotFoundError as missing:
        raise Http404 from missing
    answer["Cache-Control"] = KEEP
    answer["Content-Security-Policy"] = "default-src 'none'"
    return answer
