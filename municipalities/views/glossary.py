"""The municipality's glossary, which the derivation of the other script uses."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from municipalities import queries
from municipalities.access import requires
from municipalities.domain import glossary as verbs
from municipalities.forms import WordForm
from municipalities.models import GlossaryWord
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from serbian.glossary import LATIN_WORDS

A_PAGE = 50


@requires(Verb.SETTINGS_VIEW)
@require_GET
def glossary(request: MunicipalityRequest) -> HttpResponse:
    return _page(request, WordForm())


def _page(request: MunicipalityRequest, form: WordForm) -> HttpResponse:
    query = request.GET.get("q", "").replace("\x00", "")[:80].strip()
    context = {
        "form": form if request.access.may(Verb.LIBRARY_EDIT) else None,
        "words": query,
        "page": Paginator(queries.search_glossary(query), A_PAGE).get_page(request.GET.get("page")),
        "built_in": LATIN_WORDS,
    }
    return render(request, "municipalities/glossary.html", context, status=422 if form.errors else 200)


@requires(Verb.LIBRARY_EDIT)
@require_POST
def add(request: MunicipalityRequest) -> HttpResponse:
    form = WordForm(request.POST)
    if form.is_valid():
        try:
            row = verbs.add(request.municipality, **form.cleaned_data, by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            messages.success(request, _("Remembered: %(word)s.") % {"word": row})
            return redirect("settings_words", request.municipality.slug)
    return _page(request, form)


@requires(Verb.LIBRARY_EDIT)
@require_http_methods(["GET", "POST"])
def change(request: MunicipalityRequest, word: int) -> HttpResponse:
    row = get_object_or_404(GlossaryWord, municipality=request.municipality, pk=word)
    given = {"latin": row.latin, "cyrillic": "" if row.stays else row.cyrillic}
    form = WordForm(request.POST) if request.method == "POST" else WordForm(initial=given)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.change(row, **form.cleaned_data, by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("settings_words", request.municipality.slug)
    context = {"word": row, "form": form}
    return render(request, "municipalities/glossary_word.html", context, status=422 if form.errors else 200)


@requires(Verb.LIBRARY_EDIT)
@require_POST
def remove(request: MunicipalityRequest, word: int) -> HttpResponse:
    row = get_object_or_404(GlossaryWord, municipality=request.municipality, pk=word)
    name = str(row)
    verbs.remove(row, by=request.user)
    messages.success(request, _("Removed from the list: %(word)s.") % {"word": name})
    return redirect("settings_words", request.municipality.slug)
