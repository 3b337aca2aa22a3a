"""Account pages that django-allauth does not have."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import grants
from accounts.access import signed_in
from accounts.domain import invitations
from accounts.domain import profile as verbs
from accounts.enums import InvitationState
from accounts.forms import AcceptForm, ProfileForm
from accounts.models import Invitation, User
from accounts.web import SignedInRequest
from common.access import public


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Interface language: in the person's row when signed in, and in a cookie for the sign-in page."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest(_("There is no such interface language."))
    if request.user.is_authenticated:
        verbs.choose_language(request.user, language)
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=31536000, httponly=True, samesite="Lax", secure=settings.HTTPS
    )
    return response


@signed_in
@require_http_methods(["GET", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """Name and interface language."""
    before = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["name"] != before.name:
            verbs.rename(before, form.cleaned_data["name"])
        if form.cleaned_data["language"] != before.language:
            verbs.choose_language(before, form.cleaned_data["language"])
        with translation.override(before.language):
            messages.success(request, _("Saved."))
        return redirect("account_profile")
    if form.errors:
        request.user.refresh_from_db()  # the form wrote what was typed into the person whom the page shows
    return render(request, "accounts/profile.html", {"form": form}, status=422 if form.errors else 200)


@signed_in
@require_GET
def second_factor(request: SignedInRequest) -> HttpResponse:
    """Why a second factor is asked for, and the ways to set one up."""
    return render(request, "accounts/second_factor.html")


@signed_in
@require_POST
def end_session(request: SignedInRequest, session: int) -> HttpResponse:
    if not verbs.end_session(request.user, session):
        raise Http404
    messages.success(request, _("That device was signed out."))
    return redirect("usersessions_list")


@public
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: a new person chooses a name and a password, one with an account just agrees."""
    row = Invitation.objects.filter(token_hash=invitations.hashed(token)).select_related("invited_by").first()
    language = _language(request, row)
    with translation.override(language):
        response = _answer(request, row)
        response.headers["Content-Language"] = language
        return response


def _language(request: HttpRequest, row: Invitation | None) -> str:
    if row is None or request.user.is_authenticated or settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return str(request.LANGUAGE_CODE)
    return row.language


def _answer(request: HttpRequest, row: Invitation | None) -> HttpResponse:
    if row is None:
        return render(request, "accounts/invitation_unusable.html", {"state": "unknown"}, status=404)
    state = InvitationState.STOPPED if invitations.stop_unauthorised(row) else row.state()
    if state is not InvitationState.WAITING:
        context = {"state": state.value, "inviter": row.invited_by}
        return render(request, "accounts/invitation_unusable.html", context, status=410)
    account = User.objects.filter(email=row.email).first()
    if account is not None and not account.is_active:
        return render(request, "accounts/invitation_unusable.html", {"state": "inactive"}, status=410)
    if account is None and not request.user.is_authenticated:
        return _newcomer(request, row)
    return _known(request, row, account)


def _context(row: Invitation) -> dict[str, Any]:
    return {"invitation": row, "gives": grants.describe(row.grants)}


def _newcomer(request: HttpRequest, row: Invitation) -> HttpResponse:
    form = AcceptForm(request.POST or None, email=row.email, initial={"name": row.name})
    if request.method == "POST" and form.is_valid():
        name, password = form.cleaned_data["name"], form.cleaned_data["password"]
        try:
            language = translation.get_language() or settings.LANGUAGE_CODE
            user = invitations.accept(row, name=name, password=password, language=language)
        except invitations.Unusable:
            return redirect(request.path)  # used meanwhile in another tab: the page says so
        return _enter(request, user)
    return render(
        request, "accounts/invitation.html", {**_context(row), "form": form}, status=422 if form.errors else 200
    )


def _enter(request: HttpRequest, user: User) -> HttpResponse:
    from allauth.account.utils import perform_login

    response: HttpResponse = perform_login(request, user, redirect_url="/")
    return response


def _known(request: HttpRequest, row: Invitation, account: User | None) -> HttpResponse:
    """The visitor is signed in, or the invited address has an account."""
    mine = account is not None and request.user == account
    if request.method == "POST" and account is not None and mine:
        try:
            invitations.accept_as(row, account)
        except invitations.Unusable:
            return redirect(request.path)
        messages.success(request, _("You accepted the invitation."))
        return redirect("home")
    return render(request, "accounts/invitation_known.html", {**_context(row), "mine": mine, "account": account})
