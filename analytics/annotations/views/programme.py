"""Events on the charts of a programme and of its municipalities."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from analytics.annotations.domain import annotate
from analytics.annotations.views.shared import form_page
from analytics.models import ProgrammeAnnotation
from municipalities.access import programme as programme_page
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest


@programme_page(ProgrammeVerb.INDICATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ProgrammeRequest, programme: int) -> HttpResponse:
    of = next((row for row in request.programmes if row.pk == programme), None)
    if of is None:
        raise Http404
    return form_page(request, _back(), lambda happened: annotate.add(happened, of=of, by=request.user))


@programme_page(ProgrammeVerb.INDICATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ProgrammeRequest, annotation: int) -> HttpResponse:
    row = _mine(request, annotation)
    save = lambda happened: annotate.change(row, happened, by=request.user)  # noqa: E731
    return form_page(request, _back(), save, row, reverse("programme_annotation_remove", args=[row.pk]))


@programme_page(ProgrammeVerb.INDICATORS)
@require_POST
def remove(request: ProgrammeRequest, annotation: int) -> HttpResponse:
    annotate.remove(_mine(request, annotation), by=request.user)
    messages.success(request, _("Removed from the charts."))
    return redirect(_back())


def _mine(request: ProgrammeRequest, pk: int) -> ProgrammeAnnotation:
    """Of one of one's own programmes; another's is not there."""
    return get_object_or_404(ProgrammeAnnotation, pk=pk, programme__in=request.programmes)


def _back() -> str:
    return reverse("programme_multiples")
