"""The administrator's pages for API keys of networks at which the portal is registered by hand."""

from django.contrib import messages as notes
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.web import SignedInRequest
from channels import queries, rules
from channels.domain import credentials, inbound, keys
from channels.domain.connect.attempts import redirect_uri
from channels.forms import KeysForm
from municipalities.access import administrators
from platforms.defaults import Defaults
from platforms.registry import PLATFORMS, connector
from platforms.types import Scope


def _served(network: str) -> list[str]:
    """Titles of all networks that one application serves."""
    return [_(platform.title) for key, platform in PLATFORMS.items() if network in (key, platform.keys_of)]


@administrators
@require_GET
def networks(request: SignedInRequest) -> HttpResponse:
    entered = queries.registrations()
    rows = [
        {"key": key, "platform": platform, "serves": _served(key), "row": entered.get(key)}
        for key, platform in queries.keyed().items()
    ]
    return render(request, "channels/keys_list.html", {"rows": rows, "is_public": rules.base_is_public()})


@administrators
@sensitive_post_parameters("client_secret")
@require_http_methods(["GET", "POST"])
def network(request: SignedInRequest, network: str) -> HttpResponse:
    """Keys of one network, with the addresses that the administrator enters there."""
    if network not in queries.keyed():
        raise Http404
    row = credentials.entered(network)
    known = credentials.keys_of(row) if row else None
    initial = {"client_id": known.client_id} if known else {}
    form = KeysForm(request.POST or None, known=known is not None, initial=initial)
    if request.method == "POST" and form.is_valid():
        keys.enter(network, form.cleaned_data["client_id"], form.cleaned_data["client_secret"], by=request.user)
        notes.success(request, _("The keys are stored. Municipalities can connect their channels now."))
        return redirect("installation_networks")
    kind = connector(network)
    context = {
        "key": network,
        "platform": PLATFORMS[network],
        "serves": _served(network),
        "row": row,
        "form": form,
        "redirect_uri": redirect_uri(),
        "addresses": _addresses(network),
        "word": inbound.verify_token(network)
        if PLATFORMS[network].signed_by == "app" and _has(network, "answer_challenge")
        else "",
        "scopes": _scopes(network),
        "options": sorted(kind.options.items()),
        "explanation": f"channels/keys/{network}.html",
        "is_public": rules.base_is_public(),
    }
    return render(request, "channels/keys.html", context, status=422 if form.errors else 200)


def _scopes(network: str) -> list[Scope]:
    """The permissions of one application, for all networks that it serves, without duplicates."""
    by_name: dict[str, Scope] = {}
    family = [key for key, platform in PLATFORMS.items() if network in (key, platform.keys_of)]
    for key in sorted(family, key=lambda key: key != network):
        for scope in connector(key).scopes:
            by_name.setdefault(scope.name, scope)
    return list(by_name.values())


def _addresses(network: str) -> list[tuple[str, str]]:
    """Further addresses to be entered at the network: (purpose, address)."""
    family = [(key, one) for key, one in PLATFORMS.items() if network in (key, one.keys_of) and one.signed_by == "app"]
    addresses = [
        (_("Events of %(network)s") % {"network": one.title}, inbound.callback_url("webhook", key))
        for key, one in family
    ]
    if not family or not _has(network, "deauthorisation"):
        return addresses
    return [
        *addresses,
        (_("When a user removes the portal"), inbound.callback_url("webhook_departed", network)),
        (_("When a user requests deletion of their data"), inbound.callback_url("webhook_deletion", network)),
    ]


def _has(network: str, method: str) -> bool:
    """Whether the network calls this webhook of ours: then its connector overrides the default."""
    return getattr(connector(network), method).__func__ is not getattr(Defaults, method).__func__


@administrators
@require_POST
def remove(request: SignedInRequest, network: str) -> HttpResponse:
    if network not in queries.keyed():
        raise Http404
    keys.remove(network, by=request.user)
    notes.success(request, _("The keys are removed. Channels that are connected keep their access."))
    return redirect("installation_networks")
