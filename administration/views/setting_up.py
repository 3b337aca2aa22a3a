"""The first set-up, step by step. 404 to everybody but the holder of the code and, later, the administrator it made."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web import SignedInRequest, client_address, is_signed_in
from administration import addresses
from administration.domain import set_up
from administration.enums import SetUpStep
from administration.forms import AccountForm, FactsForm, FirstProgrammeForm
from administration.models import Installation
from administration.queries import setting_up
from channels import queries as channels
from common.access import public
from common.enums import MailState
from municipalities.domain import programme as programmes

# In the session: the hash of the code by which this browser came in, then that a set-up is under way.
CODE, UNDER_WAY = "setup_code", "setup"
# A worker takes mail every few seconds; after this something is wrong.
SLOW_SECONDS = 30


@public
@never_cache
@require_safe
def open_(request: HttpRequest, code: str) -> HttpResponse:
    """The link with the code. It goes on without the code in the address, so that no log or link gives it away."""
    if not setting_up.is_fresh():
        raise Http404
    address = client_address(request)
    if set_up.is_too_often(address):
        return HttpResponse(_("Too many wrong codes. Wait an hour."), status=429, content_type="text/plain")
    hash_ = set_up.hashed(code)
    if not set_up.works(hash_):
        set_up.refuse(address)
        raise Http404
    request.session[CODE] = hash_
    return redirect("setup")


@public
@never_cache
@require_safe
def resume(request: HttpRequest) -> HttpResponse:
    """The first step that is not done yet."""
    row = setting_up.running(request.user)
    if row is None:
        _require_code(request)
        return redirect("setup_step", SetUpStep.ACCOUNT)
    request.session[UNDER_WAY] = True
    return redirect("setup_step", setting_up.next_step(row, request.user) or SetUpStep.PROGRAMME)


def _require_code(request: HttpRequest) -> str:
    hash_ = str(request.session.get(CODE, ""))
    if not hash_ or not set_up.works(hash_):
        raise Http404
    return hash_


@public
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, step: str) -> HttpResponse:
    if step not in SetUpStep.values:
        raise Http404
    requested = SetUpStep(step)
    row = setting_up.running(request.user)
    if row is None or not is_signed_in(request):
        hash_ = _require_code(request)
        return _account(request, hash_) if requested is SetUpStep.ACCOUNT else redirect("setup")
    if requested is SetUpStep.ACCOUNT:
        return redirect("setup")
    # Nothing of an administrator's is shown before the house's rule for administrators is kept.
    if requested is not SetUpStep.SECOND_FACTOR and not setting_up.is_done(row, SetUpStep.SECOND_FACTOR, request.user):
        return redirect("setup_step", SetUpStep.SECOND_FACTOR)
    return STEPS[requested](request, row)


def _page(
    request: HttpRequest, row: Installation, now: SetUpStep, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    page_context = {
        "places": setting_up.places(row, request.user, now),
        "step": now.value,
        "title": now.label,
        **context,
    }
    return render(request, f"administration/setup/{now.value}.html", page_context, status=status)


def _on(request: SignedInRequest, done: SetUpStep) -> HttpResponse:
    """Keep it, and go to the step after it."""
    set_up.complete(done, by=request.user)
    return redirect("setup_step", list(SetUpStep)[list(SetUpStep).index(done) + 1])


def _account(request: HttpRequest, hash_: str) -> HttpResponse:
    form = AccountForm(request.POST or None, initial={"language": request.LANGUAGE_CODE})
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("email", "name", "password", "language")}
        try:
            user = set_up.begin(hash_, **values)
        except set_up.Unusable:
            raise Http404 from None  # made meanwhile in another window, or the code ran out
        return _enter(request, user)
    status = 422 if form.errors else 200
    return _page(request, Installation(pk=1), SetUpStep.ACCOUNT, {"form": form}, status)


def _enter(request: HttpRequest, user: Any) -> HttpResponse:
    from allauth.account.utils import perform_login

    del request.session[CODE]
    request.session[UNDER_WAY] = True
    response: HttpResponse = perform_login(request, user, redirect_url="/setup/")
    return response


def _second_factor(request: SignedInRequest, row: Installation) -> HttpResponse:
    done = setting_up.is_done(row, SetUpStep.SECOND_FACTOR, request.user)
    return _page(request, row, SetUpStep.SECOND_FACTOR, {"done": done, "required": settings.SECOND_FACTOR_REQUIRED})


def _facts(request: SignedInRequest, row: Installation) -> HttpResponse:
    # A row of its own: the form writes into it.
    form = FactsForm(request.POST or None, instance=setting_up.facts())
    if request.method == "POST" and form.is_valid():
        set_up.write_facts(form.cleaned_data, by=request.user)
        return _on(request, SetUpStep.FACTS)
    return _page(request, row, SetUpStep.FACTS, {"form": form}, 422 if form.errors else 200)


def _addresses(request: SignedInRequest, row: Installation) -> HttpResponse:
    if request.method == "POST":
        return _on(request, SetUpStep.ADDRESS)
    findings = addresses.findings(request)
    context = {
        "findings": findings,
        "base": settings.PUBLIC_BASE_URL,
        "all_fine": all(row.fine for row in findings),
    }
    return _page(request, row, SetUpStep.ADDRESS, context)


def _mail(request: SignedInRequest, row: Installation) -> HttpResponse:
    if request.method == "POST":
        if request.POST.get("act") != "send":
            return _on(request, SetUpStep.MAIL)
        set_up.send_test_mail(by=request.user)
        return redirect("setup_step", SetUpStep.MAIL)
    message = row.test_mail
    waits = message is not None and message.state == MailState.WAITING
    context = {
        "message": message,
        "waits": waits,
        # no worker took it: the worker is missing, not the mail server
        "untaken": message is not None and waits and not message.attempts and _age(message) > SLOW_SECONDS,
        "sender": settings.DEFAULT_FROM_EMAIL,
        "server": f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
    }
    if request.headers.get("HX-Request"):
        return render(request, "administration/setup/_mail.html", context)
    return _page(request, row, SetUpStep.MAIL, context)


def _age(message: Any) -> float:
    return float((timezone.now() - message.created_at).total_seconds())


def _networks(request: SignedInRequest, row: Installation) -> HttpResponse:
    if request.method == "POST":
        return _on(request, SetUpStep.NETWORKS)
    entered = channels.registrations()
    rows = [(key, platform, key in entered) for key, platform in channels.keyed().items()]
    return _page(request, row, SetUpStep.NETWORKS, {"rows": rows, "free": channels.without_keys()})


def _programme(request: SignedInRequest, row: Installation) -> HttpResponse:
    later = request.POST.get("act") == "later"
    form = FirstProgrammeForm(None if later else request.POST or None)
    if request.method == "POST" and (later or form.is_valid()):
        if not later:
            programmes.start(form.cleaned_data["name"], by=request.user)
        set_up.complete(SetUpStep.PROGRAMME, by=request.user)
        left = setting_up.next_step(setting_up.running(request.user) or row, request.user)
        if left is not None:  # one was passed over
            return redirect("setup_step", left)
        set_up.finish(by=request.user)
        request.session.pop(UNDER_WAY, None)
        messages.success(request, _("The portal is set up. Open the workspace of the first municipality."))
        return redirect("installation_municipalities")
    return _page(request, row, SetUpStep.PROGRAMME, {"form": form}, 422 if form.errors else 200)


STEPS: dict[SetUpStep, Callable[[SignedInRequest, Installation], HttpResponse]] = {
    SetUpStep.SECOND_FACTOR: _second_factor,
    SetUpStep.FACTS: _facts,
    SetUpStep.ADDRESS: _addresses,
    SetUpStep.MAIL: _mail,
    SetUpStep.NETWORKS: _networks,
    SetUpStep.PROGRAMME: _programme,
}
