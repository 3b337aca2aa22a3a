"""Documents of a consultation, and the municipality's own legal grounds."""

from collections.abc import Iterator

from django.contrib import messages as flash
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import ActionNotAllowed
from common.web.errors import run_verb
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from participation import rules
from participation.domain import documents as verbs
from participation.domain import write
from participation.forms import DocumentForm, GroundForm
from participation.models import ConsultationDocument
from participation.queries import consultations as queries
from participation.views.consultation_pages import get_consultation, render_page

CHUNK = 64 * 1024


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def documents(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    """The documents with their order, and a form for one more."""
    row = get_consultation(request, consultation)
    sent = request.method == "POST"
    form = DocumentForm(request.POST, request.FILES) if sent else DocumentForm()
    if sent and form.is_valid():
        document = run_verb(form, lambda: _add(request, row, form))
        if document is not None:
            flash.success(request, _("The document is added."))
            return redirect("consultation_documents", request.municipality.slug, row.pk)
    context = {"consultation": row, "documents": queries.documents(row)}
    return render_page(request, "participation/documents.html", context, form=form)


def _add(request: MunicipalityRequest, row: object, form: DocumentForm) -> ConsultationDocument:
    values = form.cleaned_data
    if values["address"]:
        return verbs.add_address(row, values["address"], values["title"], by=request.user)  # type: ignore[arg-type]
    # no more than one byte too many is read of a file that is too large
    body = values["file"].read(rules.MOST_DOCUMENT_BYTES + 1)
    return verbs.add_file(row, body, values["file"].name, values["title"], by=request.user)  # type: ignore[arg-type]


def _get(request: MunicipalityRequest, consultation: int, document: int) -> ConsultationDocument:
    rows = ConsultationDocument.objects.filter(consultation=consultation, municipality=request.municipality)
    return get_object_or_404(rows.select_related("consultation"), pk=document)


@requires(Verb.PARTICIPATION_VIEW)
@require_safe
def document(request: MunicipalityRequest, consultation: int, document: int) -> HttpResponseBase:
    """The file, to save; as a document of its own it may load nothing and run nothing."""
    row = _get(request, consultation, document)
    name = row.file.name
    if not name:
        raise Http404
    try:
        size = default_storage.size(name)
    except FileNotFoundError as error:
        raise Http404 from error
    content = () if request.method == "HEAD" else _chunks(name)
    answer = StreamingHttpResponse(content, content_type=row.mime)
    answer["Content-Length"] = str(size)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=row.name) or "attachment"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _chunks(name: str) -> Iterator[bytes]:
    with default_storage.open(name) as file:
        while chunk := file.read(CHUNK):
            yield chunk


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def up(request: MunicipalityRequest, consultation: int, document: int) -> HttpResponse:
    """One place up in the list."""
    row = _get(request, consultation, document)
    try:
        verbs.move_up(row, by=request.user)
    except ActionNotAllowed as refused:
        flash.error(request, refused.message)
    return redirect("consultation_documents", request.municipality.slug, consultation)


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def remove(request: MunicipalityRequest, consultation: int, document: int) -> HttpResponse:
    row = _get(request, consultation, document)
    try:
        verbs.remove(row, by=request.user)
    except ActionNotAllowed as refused:
        flash.error(request, refused.message)
    else:
        flash.success(request, _("The document was taken away."))
    return redirect("consultation_documents", request.municipality.slug, consultation)


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def own_grounds(request: MunicipalityRequest) -> HttpResponse:
    """The municipality's own legal grounds, and a form for one more."""
    form = GroundForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        ground = run_verb(form, lambda: write.add_ground(request.municipality, form.cleaned_data, by=request.user))
        if ground is not None:
            flash.success(request, _("The legal ground can be chosen now."))
            return redirect("consultation_grounds", request.municipality.slug)
    return render_page(request, "participation/grounds.html", {"grounds": queries.own_grounds()}, form=form)
