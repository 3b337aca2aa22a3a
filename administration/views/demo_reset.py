"""The page on which the demo is brought back to its beginning. It exists only where DEMO is on."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.web import SignedInRequest
from administration.domain import demo_reset as verbs
from administration.forms import DemoResetForm
from administration.queries import demo_resets


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def demo_reset(request: SignedInRequest) -> HttpResponse:
    """404 where this is no demo, 403 to who neither administers the installation nor holds trainings."""
    if not settings.DEMO:
        raise Http404
    if not verbs.may_reset(request.user):
        raise PermissionDenied
    form = DemoResetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        verbs.ask(by=request.user)
        return redirect("demo_reset")
    row = demo_resets.latest()
    is_part = bool(request.headers.get("HX-Request"))
    context = {
        "form": form,
        "reset": row,
        "is_stalled": row is not None and demo_resets.is_stalled(row),
        "others": 0 if is_part else demo_resets.others_at_work(request.user, row),
        "with_year": settings.DEMO_YEAR,
    }
    template = "administration/_demo_reset.html" if is_part else "administration/demo_reset.html"
    return render(request, template, context, status=422 if form.errors else 200)
