"""What pages on which staff keep a list of a programme's own have in common: the rubric, the library of activities."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.web import SignedInRequest
from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from municipalities.models import Programme
from municipalities.web import ProgrammeRequest

STEPS = {"up": -1, "down": 1}


def programme_of(request: ProgrammeRequest, pk: int) -> Programme:
    """One of one's own; another's is not there."""
    found = next((row for row in request.programmes if row.pk == pk), None)
    if found is None:
        raise Http404
    return found


def written(request: HttpRequest, form: Any, write: Callable[[], Any]) -> bool:
    """Whether what was sent is stored now; where it is not, the form says why."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        write()
    except ActionNotAllowed as refused:
        add_form_error(form, refused)
        return False
    return True


def arranged(request: SignedInRequest, verbs: ModuleType, programme: Programme, key: str, back: str) -> HttpResponse:
    """`act` is "up", "down", "use" or "leave_out": the list's own verbs `move` and `use`."""
    act = request.POST.get("act", "")
    try:
        if act in STEPS:
            verbs.move(programme, key, STEPS[act], by=request.user)
        elif act in ("use", "leave_out"):
            verbs.use(programme, key, act == "use", by=request.user)
        else:
            return HttpResponse(status=400)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    return redirect(back)
