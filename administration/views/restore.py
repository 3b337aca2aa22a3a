"""After a restore: what was published since the backup was made, and the end of the pause."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import administrators
from accounts.web import SignedInRequest
from administration.domain import end_restore
from administration.queries import restored
from common.errors import ActionNotAllowed
from common.web.errors import flash_error


@administrators
@require_safe
def restore(request: SignedInRequest) -> HttpResponse:
    latest = restored.latest()
    context = {"report": restored.report(latest) if latest else None}
    fragment = latest is not None and bool(request.headers.get("HX-Request"))
    return render(request, "administration/_restore.html" if fragment else "administration/restore.html", context)


@administrators
@require_POST
def end(request: SignedInRequest) -> HttpResponse:
    try:
        end_restore.end(by=request.user)
    except ActionNotAllowed as error:
        flash_error(request, error)
    else:
        messages.success(request, _("The pause has ended. What is not public waits for the municipalities to decide."))
    return redirect("restore")
