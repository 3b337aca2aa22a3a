"""A program asks to act as a page, or as the citizen of this browser; the person picks one and agrees or declines.

https://docs.joinmastodon.org/methods/oauth/#authorize · Problems with the program or its address are shown here and
never sent anywhere; everything else is sent back to the program's address. A program without an address ("out of band")
gets the code from the person, who copies it.
"""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.access import public
from common.content_security import forms_may_lead_to
from practice import queries, rules, throttle
from practice.domain import access
from practice.domain import door as doors
from practice.enums import AccountKind
from practice.errors import ApiError, Missing
from practice.imitations import IMITATIONS
from practice.models import Account, App
from practice.views.who import trouble, viewer
from practice.web import VisitorRequest

ASKED = ("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method")


@dataclass(frozen=True)
class ConsentRequest:
    """The program's request, validated as far as it decides where an answer may go."""

    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    challenge: str
    problem: str = ""


@public
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: VisitorRequest) -> HttpResponse:
    parameters = request.POST if request.method == "POST" else request.GET
    consent = _asked({name: parameters.get(name, "") for name in ASKED})
    if consent is None:
        return trouble(
            request, 400, _("This program is not known here"),
            _("It did not introduce itself, or wants to be answered at another address. Start again in the program."),
        )  # fmt: skip
    if consent.problem and access.is_page(consent.redirect_uri):
        return _answer(consent, error=consent.problem)
    if consent.problem:
        # Nobody agreed to open another program.
        return trouble(
            request, 400, _("This program asked for something that is not possible here"),
            _("Start again in the program, or use another one."),
        )  # fmt: skip
    return _decided(request, consent) if request.method == "POST" else _form(request, consent)


def _decided(request: VisitorRequest, consent: ConsentRequest) -> HttpResponse:
    if throttle.spend("door", throttle.address(request)).is_exceeded:
        return trouble(request, 429, _("That was very quick"), _("Wait a few minutes, then go on."))
    out_of_band = consent.redirect_uri == access.OUT_OF_BAND
    if request.POST.get("decision") != "allow":
        return redirect("feed") if out_of_band else _answer(consent, error="access_denied")
    try:
        page = _page(request)
    except ApiError:
        return _form(request, consent, _("Choose a page, or write a name for a new one."), status=422)
    code = access.consent(consent.app, page, consent.redirect_uri, consent.scopes, consent.challenge)
    if out_of_band:
        return _code(request, consent.app, code)
    return _answer(consent, code=code)


def _code(request: VisitorRequest, app: App, code: str) -> HttpResponse:
    response = render(request, "practice/code.html", {"viewer": viewer(request), "app": app, "code": code})
    response["Cache-Control"] = "no-store"
    return response


def _asked(parameters: dict[str, str]) -> ConsentRequest | None:
    """None where it is unknown whom to answer."""
    app = App.objects.filter(client_id=parameters["client_id"].replace("\x00", "")).first()
    if app is None or parameters["redirect_uri"] not in app.redirect_uris:
        return None
    scopes = tuple(parameters["scope"].split()) or ("read",)
    problem = ""
    if parameters["response_type"] != "code":
        problem = "unsupported_response_type"
    elif not all(rules.covers(app.scopes, scope) for scope in scopes):
        problem = "invalid_scope"
    elif parameters["code_challenge"] and (
        parameters["code_challenge_method"] != "S256" or len(parameters["code_challenge"]) > 128
    ):
        problem = "invalid_request"
    return ConsentRequest(
        app, parameters["redirect_uri"], scopes, parameters["state"], parameters["code_challenge"], problem
    )


def _page(request: VisitorRequest) -> Account:
    """The page that was picked, a new one, or the citizen of this browser. Raises `ApiError`."""
    new = request.POST.get("new_page", "").strip()
    if new:
        return doors.create(AccountKind.PAGE, new, network=request.POST.get("network", ""))
    username = request.POST.get("page", "")
    if not username:
        raise Missing
    citizen = viewer(request)
    return citizen if citizen and citizen.username == username else doors.page(username)


def _form(request: VisitorRequest, consent: ConsentRequest, problem: str = "", status: int = 200) -> HttpResponse:
    hidden = {
        "response_type": "code",
        "client_id": consent.app.client_id,
        "redirect_uri": consent.redirect_uri,
        "scope": " ".join(consent.scopes),
        "state": consent.state,
        "code_challenge": consent.challenge,
        "code_challenge_method": "S256" if consent.challenge else "",
    }
    context = {
        "app": consent.app,
        "viewer": viewer(request),
        # empty where the program is on the person's own device
        "host": urlsplit(consent.redirect_uri).netloc if access.is_page(consent.redirect_uri) else "",
        "writes": any(scope.startswith("write") for scope in consent.scopes),
        "hidden": hidden,
        "pages": queries.pages(),
        "networks": [(key, one.title) for key, one in IMITATIONS.items()],
        "problem": problem,
    }
    response = render(request, "practice/consent.html", context, status=status)
    # The form's answer leads to the program, and a browser holds redirects to `form-action` as well.
    if consent.redirect_uri != access.OUT_OF_BAND:
        forms_may_lead_to(response, consent.redirect_uri)
    return response


def _answer(consent: ConsentRequest, **parameters: str) -> HttpResponse:
    joint = "&" if urlsplit(consent.redirect_uri).query else "?"
    query = urlencode({**parameters, **({"state": consent.state} if consent.state else {})})
    # Django's redirects know the schemes of pages only; what a program may register, `access.register` has checked.
    return HttpResponse(status=302, headers={"Location": f"{consent.redirect_uri}{joint}{query}"})
