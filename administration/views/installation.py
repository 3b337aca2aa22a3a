"""Who runs the installation: a page for everybody, and the form behind it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import administrators
from accounts.web import SignedInRequest
from administration.domain import set_up
from administration.forms import FactsForm
from administration.queries import setting_up
from common.access import public


@public
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Who answers for this portal, as data protection and accessibility ask for."""
    return render(request, "administration/about.html", {"facts": setting_up.facts()})


@administrators
@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: SignedInRequest) -> HttpResponse:
    form = FactsForm(request.POST or None, instance=setting_up.facts())
    if request.method == "POST" and form.is_valid():
        set_up.write_facts(form.cleaned_data, by=request.user)
        messages.success(request, _("Saved."))
        return redirect("installation_facts")
    return render(request, "administration/facts.html", {"form": form}, status=422 if form.errors else 200)
