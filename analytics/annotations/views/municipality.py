"""Events on the charts of one municipality."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from analytics.annotations.domain import annotate
from analytics.annotations.views.shared import form_page
from analytics.models import MunicipalityAnnotation
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest


@requires(Verb.ANALYTICS_ANNOTATE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MunicipalityRequest) -> HttpResponse:
    here = request.municipality
    return form_page(request, _back(request), lambda happened: annotate.add(happened, of=here, by=request.user))


@requires(Verb.ANALYTICS_ANNOTATE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: MunicipalityRequest, annotation: int) -> HttpResponse:
    row = get_object_or_404(MunicipalityAnnotation.objects.all(), pk=annotation)
    away = reverse("annotation_remove", args=[request.municipality.slug, row.pk])
    save = lambda happened: annotate.change(row, happened, by=request.user)  # noqa: E731
    return form_page(request, _back(request), save, row, away)


@requires(Verb.ANALYTICS_ANNOTATE)
@require_POST
def remove(request: MunicipalityRequest, annotation: int) -> HttpResponse:
    annotate.remove(get_object_or_404(MunicipalityAnnotation.objects.all(), pk=annotation), by=request.user)
    messages.success(request, _("Removed from the charts."))
    return redirect(_back(request))


def _back(request: MunicipalityRequest) -> str:
    return reverse("analytics", args=[request.municipality.slug])
