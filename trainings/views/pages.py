"""Shared by the trainers' pages: loading a training of one's own programmes, tabs, and handling of refusals."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from common.errors import ActionNotAllowed
from common.web.errors import flash_error
from municipalities.access import programme
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest
from trainings import queries
from trainings.models import Training
from trainings.tabs import training_tabs

trains = programme(ProgrammeVerb.TRAIN)


def get_training(request: ProgrammeRequest, training: int) -> Training:
    """One of the programmes that this person trains; another's is not there."""
    return get_object_or_404(queries.of_programmes(request.programmes), pk=training)


def shown(
    request: HttpRequest,
    template: str,
    training: Training,
    current: str,
    context: Mapping[str, Any],
    *,
    form: Any = None,
) -> HttpResponse:
    """A page of one training; 422 when `form` came back with problems."""
    whole = {"training": training, "pages": training_tabs(training, current), "form": form, **context}
    return render(request, template, whole, status=422 if form is not None and form.errors else 200)


def form_page(
    request: HttpRequest, training: Training, form: Any, title: str, *, back: str, **more: Any
) -> HttpResponse:
    """A form of its own page; `back` is the address to which one returns, `act` the word on its button."""
    context = {"training": training, "form": form, "page_title": title, "back": back, **more}
    return render(request, "trainings/form.html", context, status=422 if form.errors else 200)


def acted(
    request: HttpRequest, act: Callable[[], Any], message: str, back: str, *args: Any, undo: str = ""
) -> HttpResponse:
    """Do `act` and say so, or say why not; then go `back` (a url name)."""
    try:
        act()
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        messages.success(request, message, extra_tags=f"undo:{undo}" if undo else "")
    return redirect(back, *args)
