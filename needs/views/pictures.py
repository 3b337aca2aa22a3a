"""Pictures of a need: from the computer, or from the municipality's library."""

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from common.web.params import int_param
from library.queries import PictureFilters
from library.queries import pictures as in_library
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from needs.domain import pictures as verbs
from needs.forms import NeedPictureForm
from needs.models import Need, NeedPicture
from needs.queries import board as queries
from needs.views.pages import get_need, render_page
from posts.media.domain.pictures import BadPicture
from posts.media.domain.pictures import add as into_library
from posts.models import Media

PER_PAGE = 12


@requires(Verb.NEEDS_EDIT)
@require_http_methods(["GET", "POST"])
def pictures(request: MunicipalityRequest, need: int) -> HttpResponse:
    row = get_need(need)
    form = NeedPictureForm(request.POST, request.FILES) if request.method == "POST" else NeedPictureForm()
    ticked = int_param(request.POST, "media", default=0)
    if request.method == "POST" and form.is_valid():
        try:
            _add(request, row, form, ticked)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        except BadPicture as bad:
            form.add_error("file", str(bad))
        else:
            flash.success(request, _("The picture is there."))
            return redirect("need", request.municipality.slug, row.pk)
    query = request.GET.get("q", "")[:80]
    rows = in_library(PictureFilters(query=query), []).filter(mime__startswith="image/")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"need": row, "page": page, "query": query, "ticked": ticked, "pictures": queries.pictures(row)}
    return render_page(request, "needs/pictures.html", context, form=form)


def _add(request: MunicipalityRequest, row: Need, form: NeedPictureForm, ticked: int) -> None:
    file, values = form.cleaned_data["file"], form.cleaned_data
    if file:
        if not values["alt"].strip():
            raise ActionNotAllowed(_("Describe the picture for those who cannot see it."), "alt")
        media = into_library(request.municipality, file, name=file.name or "", size=file.size or 0, by=request.user)
    elif ticked:
        media = get_object_or_404(Media, pk=ticked)
    else:
        raise ActionNotAllowed(_("Choose a picture: one from your computer, or one of the library below."), "file")
    verbs.add(row, media, values["moment"], values["alt"] or media.alt, by=request.user)


@requires(Verb.NEEDS_EDIT)
@require_POST
def remove(request: MunicipalityRequest, need: int, shot: int) -> HttpResponse:
    verbs.remove(get_object_or_404(NeedPicture, pk=shot, need=need), by=request.user)
    flash.success(request, _("The picture is shown here no more. It stays in the library."))
    return redirect("need", request.municipality.slug, need)
