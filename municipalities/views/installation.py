"""The installation: its people, its programmes, and the municipalities that may get a workspace."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import grants
from accounts.domain import invitations
from accounts.domain import people as accounts
from accounts.models import Invitation, User
from accounts.queries import open_invitations
from accounts.web import SignedInRequest
from common.errors import ActionNotAllowed
from municipalities import queries
from municipalities.access import administrators
from municipalities.domain import programme as programmes
from municipalities.domain import workspace
from municipalities.forms import InvitePersonForm, OpenWorkspaceForm, ProgrammeForm, SearchForm
from municipalities.models import Municipality, Programme
from serbian.sorting import sort_key

PER_PAGE = 50
# The word in the address, and what it does to an account.
ACTS: dict[str, Callable[..., None]] = {
    "deactivate": accounts.deactivate,
    "activate": accounts.reactivate,
    "administrator": accounts.make_administrator,
    "no-administrator": accounts.end_administrator,
}


@administrators
@require_GET
def people(request: SignedInRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:80]
    page = Paginator(queries.people(query), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(open_invitations()[:PER_PAGE])
    invited = list(zip(rows, grants.describe_all([row.grants for row in rows]), strict=True))
    context = {
        "page": page,
        "asked": query,
        "rights": queries.rights_of(list(page)),
        "invitations": invited,
        "programmes": queries.programmes(),
    }
    return render(request, "municipalities/installation_people.html", context)


@administrators
@require_http_methods(["GET", "POST"])
def invite(request: SignedInRequest) -> HttpResponse:
    known = list(Programme.objects.order_by("name"))
    form = InvitePersonForm(request.POST or None, programmes=known, initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        invitations.invite(
            values["email"],
            [form.grant()],  # type: ignore[list-item]
            by=request.user,
            name=values["name"],
            language=values["language"],
        )
        messages.success(request, _("The invitation leaves by e-mail in a moment."))
        return redirect("installation_people")
    lead = _("Officers and approvers are invited from the settings of their municipality.")
    return _form_page(
        request, form, _("Invite a person"), _("Send the invitation"), back="installation_people", lead=lead
    )


def _form_page(request: HttpRequest, form: Any, title: str, act: str, *, back: str, lead: str = "") -> HttpResponse:
    context = {"form": form, "page_title": title, "act": act, "back": back, "lead": lead}
    return render(request, "municipalities/form.html", context, status=422 if form.errors else 200)


@administrators
@require_POST
def change(request: SignedInRequest, person: int, act: str) -> HttpResponse:
    """Deactivate, activate, make or unmake an administrator."""
    if act not in ACTS:
        raise Http404
    row = get_object_or_404(User, pk=person)
    try:
        ACTS[act](row, by=request.user)
    except ActionNotAllowed as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Saved."))
    return redirect("installation_people")


@administrators
@require_POST
def revoke(request: SignedInRequest, invitation: int) -> HttpResponse:
    invitations.revoke(get_object_or_404(Invitation, pk=invitation), by=request.user)
    messages.success(request, _("The invitation no longer holds."))
    return redirect("installation_people")


@administrators
@require_http_methods(["GET", "POST"])
def new_programme(request: SignedInRequest) -> HttpResponse:
    form = ProgrammeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        programmes.start(form.cleaned_data["name"], by=request.user)
        messages.success(request, _("The programme was started. Invite its staff next."))
        return redirect("installation_people")
    return _form_page(request, form, _("New programme"), _("Start the programme"), back="installation_people")


@administrators
@require_POST
def end_staff(request: SignedInRequest, programme: int, person: int) -> HttpResponse:
    row = get_object_or_404(Programme, pk=programme)
    member = get_object_or_404(row.staff, pk=person)
    programmes.end_staff(row, member, by=request.user)
    messages.success(
        request, _("%(person)s is no longer in the staff of %(programme)s.") % {"person": member, "programme": row}
    )
    return redirect("installation_people")


@administrators
@require_GET
def municipalities(request: SignedInRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    filters = form.cleaned_data if form.is_valid() else {"q": "", "show": ""}
    rows = sorted(queries.narrowed(filters["q"], filters["show"]), key=lambda row: sort_key(str(row)))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "asked": filters, "choices": form.fields["show"].choices}  # type: ignore[attr-defined]
    return render(request, "municipalities/installation_municipalities.html", context)


@administrators
@require_http_methods(["GET", "POST"])
def open_workspace(request: SignedInRequest, place: str) -> HttpResponse:
    row = get_object_or_404(Municipality, slug=place)
    if row.joined_on is not None:
        return redirect("members", row.slug)
    form = OpenWorkspaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        workspace.open_workspace(row, by=request.user, **form.cleaned_data)
        messages.success(request, _("The workspace is open. These are its first steps."))
        return redirect("first_steps", row.slug)
    title = _("Open a workspace for %(municipality)s") % {"municipality": row}
    lead = _("Its people will write, approve and publish there. The next page shows the first steps.")
    return _form_page(request, form, title, _("Open the workspace"), back="installation_municipalities", lead=lead)
