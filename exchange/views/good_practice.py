"""Good practice for a municipality: by purpose and format, one example, a post from it, and help in the composer."""

from itertools import groupby

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from exchange.domain import practice as verbs
from exchange.enums import Purpose, Shape
from exchange.models import Example
from exchange.queries import practice as queries
from exchange.rules import Kind
from exchange.views.practice_look import Look, picture_of
from library.forms import UseForm
from library.gaps import Gap, asked
from library.views.pages import shown
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.draft import parse


@requires(Verb.GALLERY_VIEW)
@require_safe
def good_practice(request: MunicipalityRequest) -> HttpResponse:
    asked_for = request.GET
    filters = queries.Filters.told(asked_for.get("q", ""), asked_for.get("purpose", ""), asked_for.get("format", ""))
    slug = request.municipality.slug
    found = [Look(each, slug) for each in queries.examples(request.municipality, filters)]
    groups = [(Purpose(key), list(rows)) for key, rows in groupby(found, lambda each: each.example.purpose)]
    context = {"groups": groups, "filters": filters, "purposes": Purpose.choices, "shapes": Shape.choices}
    return shown(request, "exchange/good_practice.html", context)


@requires(Verb.GALLERY_VIEW)
@require_safe
def example(request: MunicipalityRequest, ref: str) -> HttpResponse:
    found = _found(request, ref)
    return _shown(request, found, UseForm(gaps=_gaps(found)))


@requires(Verb.POST_EDIT)
@require_POST
def use(request: MunicipalityRequest, ref: str) -> HttpResponse:
    """Begin a post with it, and go to the composer."""
    found = _found(request, ref)
    form = UseForm(request.POST, gaps=_gaps(found))
    if not form.is_valid():
        return _shown(request, found, form)
    post = verbs.use(found, form.values(), municipality=request.municipality, by=request.user)
    return redirect("post_edit", request.municipality.slug, post.pk)


def _found(request: MunicipalityRequest, ref: str) -> Example:
    found = queries.seen(request.municipality, ref)
    if found is None:
        raise Http404
    return found


def _gaps(found: Example) -> list[Gap]:
    return asked(parse(found.content), found.gaps)


def _shown(request: MunicipalityRequest, found: Example, form: UseForm) -> HttpResponse:
    context = {"example": found, "look": Look(found, request.municipality.slug)}
    return shown(request, "exchange/example.html", context, form=form)


@requires(Verb.GALLERY_VIEW)
@require_safe
def picture(request: MunicipalityRequest, example: int) -> HttpResponseBase:
    found = queries.seen(request.municipality, str(example))
    if found is None:
        raise Http404
    return picture_of(found)


@requires(Verb.GALLERY_VIEW)
@require_safe
def pick(request: MunicipalityRequest) -> HttpResponse:
    """For the composer: examples for the kind of post that is being written, as a part of a page."""
    asked_for = request.GET
    kind = Kind(asked_for.get("call", ""), asked_for.get("format", ""), asked_for.get("category", ""))
    found = [Look(each, request.municipality.slug) for each in queries.offered(request.municipality, kind)]
    return render(request, "exchange/_pick.html", {"looks": found})
