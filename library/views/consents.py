"""Consents of people shown in a picture: personal data, only for those who may edit the library."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import downloads
from library.forms import ConsentForm
from library.views.pages import shown
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.media.domain import consents as verbs
from posts.models import Consent, Media


@requires(Verb.LIBRARY_EDIT)
@require_http_methods(["GET", "POST"])
def new(request: MunicipalityRequest, pk: int) -> HttpResponse:
    media = get_object_or_404(Media, pk=pk)
    form = ConsentForm(request.POST, request.FILES) if request.method == "POST" else ConsentForm()
    if request.method == "POST" and form.is_valid():
        verbs.record(media, form.details(), scan=form.cleaned_data["scan"], by=request.user)
        messages.success(request, _("The consent is recorded."))
        return redirect("library_picture", request.municipality.slug, media.pk)
    context = {"form": form, "media": media}
    return shown(request, "library/consent.html", context, form=form)


@requires(Verb.LIBRARY_EDIT)
@require_POST
def withdraw(request: MunicipalityRequest, consent: int) -> HttpResponse:
    row = _consent(consent)
    verbs.withdraw(row, by=request.user)
    messages.warning(
        request, _("The withdrawal is recorded. The picture is flagged; the posts that still use it are listed below.")
    )
    return _back(request, row)


@requires(Verb.LIBRARY_EDIT)
@require_POST
def give_again(request: MunicipalityRequest, consent: int) -> HttpResponse:
    row = _consent(consent)
    verbs.give_again(row, by=request.user)
    messages.success(request, _("The consent holds again."))
    return _back(request, row)


@requires(Verb.LIBRARY_EDIT)
@require_POST
def erase(request: MunicipalityRequest, consent: int) -> HttpResponse:
    row = _consent(consent)
    verbs.erase(row, by=request.user)
    messages.success(request, _("The names and the scan are erased. That a consent was recorded stays."))
    return _back(request, row)


@requires(Verb.LIBRARY_EDIT)
@require_safe
def scan(request: MunicipalityRequest, consent: int) -> HttpResponseBase:
    """The signed paper: always as a download, so that nothing in it runs in our pages."""
    row = _consent(consent)
    name = f"consent-{row.pk}.{downloads.ending(row.scan)}"
    return downloads.stored(row.scan, name=name, mime=row.scan_mime)


def _consent(consent: int) -> Consent:
    row: Consent = get_object_or_404(Consent.objects.select_related("media"), pk=consent)
    return row


def _back(request: MunicipalityRequest, consent: Consent) -> HttpResponse:
    return redirect("library_picture", request.municipality.slug, consent.media_id)
