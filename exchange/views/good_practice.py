"""Good practice for a municipality: by purpose and format, one example, a post from it, and help in the composer."""

from itertools import groupby

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from exchange.domain import practice as verbs
from exchange.enums import ExampleShape, Purpose
from exchange.models import Example
from exchange.queries import practice as queries
from exchange.rules import PostTraits
from exchange.views.example_cards import ExampleCard, picture_of
from library.forms import UseForm
from library.gaps import Gap, with_defaults
from library.views.pages import shown
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.draft import parse


@requires(Verb.GALLERY_VIEW)
@require_safe
def good_practice(request: MunicipalityRequest) -> HttpResponse:
    asked_for = request.GET
    filters = queries.PracticeFilters.from_params(
        asked_for.get("q", ""), asked_for.get("purpose", ""), asked_for.get("format", "")
    )
    slug = request.municipality.slug
    cards = [ExampleCard(example, slug) for example in queries.examples(request.municipality, filters)]
    groups = [(Purpose(key), list(rows)) for key, rows in groupby(cards, lambda card: card.example.purpose)]
    context = {"groups": groups, "filters": filters, "purposes": Purpose.choices, "shapes": ExampleShape.choices}
    return shown(request, "exchange/good_practice.html", context)


@requires(Verb.GALLERY_VIEW)
@require_safe
def example(request: MunicipalityRequest, ref: str) -> HttpResponse:
    row = _example(request, ref)
    return _shown(request, row, UseForm(gaps=_gaps(row)))


@requires(Verb.POST_EDIT)
@require_POST
def use(request: MunicipalityRequest, ref: str) -> HttpResponse:
    """Begin a post with it, and go to the composer."""
    example = _example(request, ref)
    form = UseForm(request.POST, gaps=_gaps(example))
    if not form.is_valid():
        return _shown(request, example, form)
    post = verbs.use(example, form.values(), municipality=request.municipality, by=request.user)
    return redirect("post_edit", request.municipality.slug, post.pk)


def _example(request: MunicipalityRequest, ref: str) -> Example:
    example = queries.seen(request.municipality, ref)
    if example is None:
        raise Http404
    return example


def _gaps(example: Example) -> list[Gap]:
    return with_defaults(parse(example.content), example.gaps)


def _shown(request: MunicipalityRequest, example: Example, form: UseForm) -> HttpResponse:
    context = {"example": example, "look": ExampleCard(example, request.municipality.slug)}
    return shown(request, "exchange/example.html", context, form=form)


@requires(Verb.GALLERY_VIEW)
@require_safe
def picture(request: MunicipalityRequest, example: int) -> HttpResponseBase:
    row = queries.seen(request.municipality, str(example))
    if row is None:
        raise Http404
    return picture_of(row)


@requires(Verb.GALLERY_VIEW)
@require_safe
def pick(request: MunicipalityRequest) -> HttpResponse:
    """For the composer: examples for the kind of post that is being written, as a part of a page."""
    asked_for = request.GET
    kind = PostTraits(asked_for.get("call", ""), asked_for.get("format", ""), asked_for.get("category", ""))
    cards = [ExampleCard(example, request.municipality.slug) for example in queries.offered(request.municipality, kind)]
    return render(request, "exchange/_pick.html", {"looks": cards})
