"""Trainers: materials of a training."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.web import SignedInRequest
from common.downloads import stored
from common.web.errors import run_verb
from municipalities.web import ProgrammeRequest
from trainings import queries
from trainings.domain import materials as verbs
from trainings.forms import MaterialForm
from trainings.models import Material, Training
from trainings.views.pages import acted, form_page, get_training, shown, trains


@trains
@require_safe
def materials(request: ProgrammeRequest, training: int) -> HttpResponse:
    row = get_training(request, training)
    context = {"materials": list(queries.materials(row)), "now": timezone.now()}
    return shown(request, "trainings/train_materials.html", row, "train_materials", context)


@trains
@require_http_methods(["GET", "POST"])
def new(request: ProgrammeRequest, training: int) -> HttpResponse:
    return _written(request, get_training(request, training), None)


@trains
@require_http_methods(["GET", "POST"])
def edit(request: ProgrammeRequest, training: int, material: int) -> HttpResponse:
    row = get_training(request, training)
    return _written(request, row, _material(row, material))


def _material(training: Training, material: int) -> Material:
    row = get_object_or_404(queries.materials(training), pk=material)
    row.training = training
    return row


def _written(request: SignedInRequest, row: Training, material: Material | None) -> HttpResponse:
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = MaterialForm(*sent, sessions=list(queries.sessions(row)), material=material)
    if request.method == "POST" and form.is_valid():
        values, upload = form.cleaned_data, form.upload
        if run_verb(form, lambda: verbs.write(row, material, values, by=request.user, upload=upload)):
            messages.success(request, _("Saved."))
            return redirect("train_materials", row.pk)
    more = {"act": _("Save"), "removing": _("Remove the material")}
    more["remove"] = reverse("train_material_remove", args=[row.pk, material.pk]) if material else ""
    title = material.title if material else _("Add a material")
    return form_page(request, row, form, title, back=reverse("train_materials", args=[row.pk]), **more)


@trains
@require_POST
def move(request: ProgrammeRequest, training: int, material: int) -> HttpResponse:
    row = get_training(request, training)
    chosen, up = _material(row, material), request.POST.get("act") == "up"
    message = _("“%(material)s” has another place.") % {"material": chosen}
    return acted(request, lambda: verbs.move(chosen, up=up, by=request.user), message, "train_materials", row.pk)


@trains
@require_POST
def remove(request: ProgrammeRequest, training: int, material: int) -> HttpResponse:
    row = get_training(request, training)
    chosen = _material(row, material)
    message = _("“%(material)s” is removed.") % {"material": chosen}
    return acted(request, lambda: verbs.remove(chosen, by=request.user), message, "train_materials", row.pk)


@trains
@require_safe
def file(request: ProgrammeRequest, training: int, material: int) -> HttpResponseBase:
    row = _material(get_training(request, training), material)
    return stored(row.file, name=row.file_name, mime=row.mime)
