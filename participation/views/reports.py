"""The report of a consultation and its editions: for members, and the files that everybody may download."""

import re
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from common import downloads, job_progress
from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from municipalities.access import public, requires
from municipalities.models import REAL_PLACE, Municipality
from municipalities.rules import Verb
from municipalities.tenancy import scope
from municipalities.web import MunicipalityRequest
from participation.domain import editions
from participation.enums import ConsultationStage, EditionState
from participation.models import Consultation, Edition, EditionFile
from participation.queries import editions as queries
from participation.report_forms import EditionForm
from reports.public_responses import busy, is_hidden_from_search, is_rate_limited, not_found

NAME = re.compile(r"report(?:-(?P<tag>[A-Za-z-]{2,12}))?\.(?P<kind>pdf|docx|xlsx|csv|json)")


def _consultation(pk: int) -> Consultation:
    rows = Consultation.objects.exclude(stage=ConsultationStage.DRAFT).select_related("municipality")
    consultation: Consultation = get_object_or_404(rows, pk=pk)
    return consultation


@requires(Verb.PARTICIPATION_VIEW)
@require_GET
def reports(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    """The editions with their files; while one is being made the page asks for its progress."""
    return _page(request, _consultation(consultation))


def _page(
    request: MunicipalityRequest, row: Consultation, *, form: EditionForm | None = None, problem: str = ""
) -> HttpResponse:
    shown_editions = queries.editions(row)
    newest = shown_editions[0] if shown_editions else None
    has_report = row.stage in editions.WITH_REPORT
    may_edit = request.access.may(Verb.PARTICIPATION_EDIT) and has_report
    making = newest if newest is not None and newest.state == EditionState.MAKING else None
    context: dict[str, Any] = {
        "consultation": row,
        "editions": shown_editions,
        "making": making,
        "progress": job_progress.read(editions.job(making)) if making else None,
        "has_report": has_report,
        "form": (form or EditionForm(newest=newest)) if may_edit and making is None else None,
        "may_publish": request.access.may(Verb.PARTICIPATION_PUBLISH),
        "problem": problem,
    }
    part = request.method == "GET" and bool(request.headers.get("HX-Request"))
    status = 422 if problem or (form is not None and form.errors) else 200
    return render(request, f"participation/{'_editions' if part else 'reports'}.html", context, status=status)


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def ask(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    row = _consultation(consultation)
    form = EditionForm(request.POST, newest=row.editions.first())
    if not form.is_valid():
        return _page(request, row, form=form)
    try:
        editions.ask(row, form.content(), by=request.user)
    except ActionNotAllowed as refused:
        if not refused.field:
            return _page(request, row, form=form, problem=refused.message)
        add_form_error(form, refused)
        return _page(request, row, form=form)
    return redirect("consultation_report", request.municipality.slug, row.pk)


@requires(Verb.PARTICIPATION_PUBLISH)
@require_POST
def publish(request: MunicipalityRequest, consultation: int, edition: int) -> HttpResponse:
    row = _consultation(consultation)
    one = get_object_or_404(Edition.objects.filter(consultation=row).select_related("consultation"), pk=edition)
    try:
        editions.publish(one, by=request.user)
    except ActionNotAllowed as refused:
        return _page(request, row, problem=refused.message)
    messages.success(request, _("The report is public."))
    return redirect("consultation_report", request.municipality.slug, row.pk)


@requires(Verb.PARTICIPATION_VIEW)
@never_cache
@require_safe
def file(request: MunicipalityRequest, consultation: int, file: int) -> HttpResponseBase:
    rows = EditionFile.objects.filter(edition__consultation=_consultation(consultation))
    row: EditionFile = get_object_or_404(rows.select_related("edition__consultation"), pk=file)
    return downloads.stored(row.file, name=_download_name(row.edition, row), mime=queries.TYPES[row.kind])


def _download_name(edition: Edition, file: EditionFile) -> str:
    return f"{edition.consultation.slug}-{edition.number}-{file.public_name}"


@public
@require_safe
def public_file(request: HttpRequest, place: str, slug: str, name: str, number: int | None = None) -> HttpResponseBase:
    """A file of the public edition with this number, or of the newest one. Checked at each request, so that one with
    withdrawn words is gone at once."""
    if is_rate_limited(request):
        return busy()
    parts = NAME.fullmatch(name)
    municipality = Municipality.objects.filter(REAL_PLACE, slug=place, joined_on__isnull=False).first()
    if parts is None or municipality is None or (municipality.is_practice and not settings.DEMO):
        return not_found("missing", 404)
    with scope(municipality):
        row = Consultation.objects.filter(slug=slug).exclude(stage=ConsultationStage.DRAFT).first()
        stored = queries.public_file(row, number, parts["kind"], parts["tag"] or "") if row else None
        if row is None or stored is None or (parts["tag"] and not stored.language):
            return not_found("missing", 404)
        try:
            body = stored.file.open("rb")
        except FileNotFoundError:
            return not_found("missing", 404)
    stored.edition.consultation = row
    answer = FileResponse(body, content_type=queries.TYPES[stored.kind])
    answer.headers["Content-Length"] = str(stored.bytes)
    answer.headers["Content-Disposition"] = (
        content_disposition_header(True, _download_name(stored.edition, stored)) or ""
    )
    return _cacheable(request, answer, municipality, f'"{stored.pk}-{stored.bytes}"')


def _cacheable(request: HttpRequest, answer: FileResponse, place: Municipality, etag: str) -> HttpResponseBase:
    """For some minutes, by anybody. A file never changes under its number, so that its row is its mark."""
    headers = {
        "ETag": etag,
        "Cache-Control": f"public, max-age={settings.PUBLIC_PAGE_SECONDS}",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Link": f'<{settings.OPEN_DATA_LICENCE_URL}>; rel="license"',
    }
    if is_hidden_from_search(place):
        headers["X-Robots-Tag"] = "noindex"
    for header, value in headers.items():
        answer.headers[header] = value
    conditional = get_conditional_response(request, etag=etag, response=answer)  # type: ignore[arg-type]
    return conditional or answer
