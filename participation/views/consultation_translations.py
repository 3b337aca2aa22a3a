"""What a consultation asks in a language besides Serbian: a form for each language, and taking it away."""

from django.contrib import messages as flash
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import run_verb
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from participation import text_languages
from participation.domain import translations as verbs
from participation.queries import translations as queries
from participation.translation_forms import TranslationForm
from participation.views.consultation_pages import get_consultation, render_page


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def translation(request: MunicipalityRequest, consultation: int, language: str) -> HttpResponse:
    """The form beside the Serbian text. 404 for Serbian and for what is no language of the portal."""
    if language not in text_languages.tags():
        raise Http404
    row = get_consultation(request, consultation)
    written = queries.written_in(row, language)
    form = TranslationForm(
        request.POST if request.method == "POST" else None, tag=language, source_digest=row.text_digest, row=written
    )
    if form.is_bound and form.is_valid():
        saved = run_verb(form, lambda: verbs.save(row, language, form.content(), by=request.user))
        if saved is not None:
            flash.success(request, _("Saved."))
            return _to_languages(request, row.pk)
    slot = queries.slot(row, language, written)
    return render_page(request, "participation/translation.html", {"consultation": row, "slot": slot}, form=form)


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def remove(request: MunicipalityRequest, consultation: int, language: str) -> HttpResponse:
    row = get_consultation(request, consultation)
    try:
        verbs.remove(row, language, by=request.user)
    except ActionNotAllowed as refused:
        flash.error(request, refused.message)
    else:
        flash.success(request, _("The text in this language was taken away."))
    return _to_languages(request, row.pk)


def _to_languages(request: MunicipalityRequest, pk: int) -> HttpResponse:
    return redirect(reverse("consultation", args=[request.municipality.slug, pk]) + "#languages")
