"""Pages of channels: connecting, one channel. The list is `portal.channels`. Only `callback` calls a network."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages as notes
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.web import SignedInRequest
from channels import pauses, queries, rate_limits, tasks, validation
from channels.channel_status import channel_status, receives_no_events
from channels.domain import connect as connection
from channels.domain.arrange import arrange as set_arrangement
from channels.domain.disconnect import disconnect as end
from channels.domain.request_connection import request_connection as send_to_approvers
from channels.domain.request_keys import NOT_AGAIN_FOR
from channels.domain.request_keys import request_keys as send_request
from channels.enums import ChannelState, ConnectStep, Layout
from channels.forms import ArrangeForm, connect_form
from channels.models import Channel, ConnectAttempt
from channels.rules import PRACTICE_PLATFORM, is_practice, languages
from common.errors import ActionNotAllowed
from common.lazy_text import LazyText
from common.web.params import int_param
from municipalities.access import requires, signed_in
from municipalities.enums import Script
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from platforms.registry import PLATFORMS, connector
from platforms.types import Scope

# Most municipalities have pages on these: they come first, whether they can be connected already or not.
FIRST = ("facebook", "instagram")


def _rights(request: MunicipalityRequest) -> dict[str, bool]:
    return {
        "may_connect": request.access.may(Verb.CHANNEL_CONNECT),
        "may_arrange": request.access.may(Verb.SETTINGS_EDIT),
    }


# ---- connecting


@requires(Verb.CHANNEL_CONNECT)
@require_GET
def choose(request: MunicipalityRequest) -> HttpResponse:
    """Pick a network."""
    missing = queries.networks_without_keys()
    requested = queries.requested_keys(request.municipality, timezone.now() - NOT_AGAIN_FOR) if missing else set()
    networks = sorted(PLATFORMS, key=lambda key: (key not in FIRST, key in missing, PLATFORMS[key].title.casefold()))
    context = {
        "networks": [
            {
                "key": key,
                "platform": PLATFORMS[key],
                "keys_of": PLATFORMS[key].keys_of or key,
                "is_missing": key in missing,
                "is_requested": key in requested,
            }
            for key in networks
        ],
        "practice": {"platform": PRACTICE_PLATFORM, "url": settings.PRACTICE_URL}
        if settings.PRACTICE_ENABLED
        else None,
    }
    return render(request, "channels/choose.html", context)


@requires(Verb.CHANNEL_CONNECT)
@require_POST
def request_keys(request: MunicipalityRequest, network: str) -> HttpResponse:
    """Ask the administrators of the portal to enter its keys at a network."""
    if network not in PLATFORMS:
        raise Http404
    title = queries.network_title(network)
    try:
        is_new = send_request(request.municipality, network, by=request.user)
    except ActionNotAllowed as refused:
        notes.error(request, _(refused.message))
    else:
        sentence = (
            _("The administrator of the portal was asked to enter the keys at %(network)s.")
            if is_new
            else _("The administrator was asked for %(network)s within the last day; please wait for the answer.")
        )
        notes.success(request, sentence % {"network": title})
    return redirect("channel_choose", request.municipality.slug)


@requires(Verb.CHANNEL_VIEW)
@require_POST
def request_connection(request: MunicipalityRequest) -> HttpResponse:
    """Ask those who may connect a channel."""
    people = send_to_approvers(request.municipality, by=request.user)
    if people:
        names = ", ".join(str(person) for person in people)
        sentence = _("Asked to connect a channel: %(people)s. They have been notified.")
        notes.success(request, sentence % {"people": names})
    else:
        notes.info(request, _("Somebody asked for it within the last day; please wait for the answer."))
    return redirect("channels", request.municipality.slug)


@requires(Verb.CHANNEL_CONNECT)
@sensitive_post_parameters("password", "token")
@require_http_methods(["GET", "POST"])
def connect(request: MunicipalityRequest, platform: str) -> HttpResponse:
    """Say where the account is; `?again=<channel>` connects that channel again."""
    if platform not in PLATFORMS:
        raise Http404
    if request.method == "GET" and platform in queries.networks_without_keys():
        # The address was typed, or the keys were removed meanwhile.
        notes.error(request, _("The administrator of the portal has to enter its keys at this network first."))
        return redirect("channel_choose", request.municipality.slug)
    again = _again(request, platform)
    # A form without fields is sent, too: only the method shows that it was.
    sent = request.POST if request.method == "POST" else None
    form = connect_form(PLATFORMS[platform], sent, initial=_known(again) or {"name": _public_name(request)})
    if request.method == "POST" and form.is_valid():
        try:
            return _started(request, _start(request, platform, form.cleaned_data, again))
        except ActionNotAllowed as refused:
            form.add_error(refused.field or None, _(refused.message))
    explanation = f"channels/networks/{platform}.html"
    context = {"form": form, "platform": PLATFORMS[platform], "again": again, "explanation": explanation}
    return render(request, "channels/connect.html", context, status=422 if form.errors else 200)


def _again(request: HttpRequest, platform: str) -> Channel | None:
    if not request.GET.get("again"):
        return None
    channel_id = int_param(request.GET, "again", default=0)
    channel_: Channel = get_object_or_404(Channel, pk=channel_id, platform=platform)
    return channel_


def _known(channel: Channel | None) -> dict[str, str]:
    if channel is None:
        return {}
    account = channel.handle if channel.handle.startswith("@") else channel.remote_id
    known = {"identifier": channel.handle.removeprefix("@"), "account": account, "server": channel.server}
    of_mailbox = {name: str(channel.facts.get(name, "")) for name in ("smtp", "servers")}
    return {**known, **of_mailbox, "name": channel.name}


def _public_name(request: MunicipalityRequest) -> str:
    """The municipality's name in its own script, whatever the language of the interface."""
    here = request.municipality
    return here.name_cyrl if here.primary_script == Script.CYRILLIC else here.name_latn


def _start(request: MunicipalityRequest, platform: str, typed: dict[str, str], again: Channel | None) -> ConnectAttempt:
    here = (request.municipality, platform, typed.get("server", ""))
    if PLATFORMS[platform].connect_by == "oauth":
        return connection.start(*here, by=request.user, channel=again)
    secret = {name: value for name, value in typed.items() if name != "server"}
    return connection.sign_in(*here, secret=secret, by=request.user, channel=again)


def _started(request: MunicipalityRequest, attempt: ConnectAttempt) -> HttpResponse:
    tasks.wake_connect()
    return redirect("channel_connecting", request.municipality.slug, attempt.pk)


@requires(Verb.CHANNEL_CONNECT)
@never_cache
@require_GET
def connecting(request: MunicipalityRequest, attempt: int) -> HttpResponse:
    """How far the connection is; the page asks again every two seconds while a worker has something to do."""
    attempt_ = _attempt(request, attempt)
    working = attempt_.step in (ConnectStep.REGISTERING, ConnectStep.SIGNING_IN, ConnectStep.READING)
    context = {
        "attempt": attempt_,
        "platform": PLATFORMS[attempt_.platform],
        "steps": _steps(attempt_),
        "waits": working or _is_unheard(attempt_),
        "practice": is_practice(attempt_.server),
        "host": PLATFORMS[attempt_.platform].consent_host or _host(attempt_.server),
        "retry_url": _retry_url(request, attempt_),
        "accounts": connection.accounts(attempt_),
        "missing": _scopes(attempt_.platform, attempt_.missing),
    }
    return render(request, "channels/progress.html" if request.htmx else "channels/connecting.html", context)


def _attempt(request: SignedInRequest, attempt_id: int) -> ConnectAttempt:
    """One's own attempt: another person's is none of one's business."""
    mine = ConnectAttempt.objects.select_related("channel").filter(by=request.user)
    attempt: ConnectAttempt = get_object_or_404(mine, pk=attempt_id)
    return attempt


def _host(server: str) -> str:
    return server.split("://", 1)[-1]


def _retry_url(request: MunicipalityRequest, attempt: ConnectAttempt) -> str:
    if attempt.channel_id and attempt.step == ConnectStep.FAILED:
        return f"{_form_url(request, attempt.platform)}?again={attempt.channel_id}"
    return _form_url(request, attempt.platform)


def _is_unheard(attempt: ConnectAttempt) -> bool:
    """The channel is there, and its network has yet to call us before it takes a post."""
    channel = attempt.channel if attempt.step == ConnectStep.DONE else None
    waits = channel is not None and channel.state == ChannelState.CONNECTED and channel.subscribe_at is not None
    return waits and PLATFORMS[attempt.platform].calls_first


@dataclass(frozen=True)
class ProgressStep:
    label: LazyText
    state: str
    """done, now or next"""


def _steps(attempt: ConnectAttempt) -> list[ProgressStep]:
    """The way of this kind of connection, with where it stands."""
    platform = PLATFORMS[attempt.platform]
    consented = (ConnectStep.REGISTERING, ConnectStep.AUTHORISING, ConnectStep.READING)
    way: tuple[ConnectStep, ...] = (ConnectStep.SIGNING_IN, ConnectStep.READING)
    if platform.connect_by == "oauth":
        way = (*consented, ConnectStep.CHOOSING) if platform.picks_account else consented
    if attempt.step == ConnectStep.DONE:
        return [ProgressStep(step.label, "done") for step in way]
    if attempt.step == ConnectStep.FAILED:
        return []
    here = way.index(ConnectStep(attempt.step))
    return [ProgressStep(s.label, "done" if n < here else "now" if n == here else "next") for n, s in enumerate(way)]


def _scopes(platform: str, names: list[str]) -> list[Scope]:
    """Permissions by their names, in the order in which they are asked for."""
    return [scope for scope in connector(platform).scopes if scope.name in names]


@requires(Verb.CHANNEL_CONNECT)
@require_POST
def choose_account(request: MunicipalityRequest, attempt: int) -> HttpResponse:
    """One of the pages that the network named."""
    attempt_ = _attempt(request, attempt)
    try:
        connection.choose(attempt_, request.POST.get("account", ""), by=request.user)
    except ActionNotAllowed as refused:
        notes.error(request, _(refused.message))
        return redirect("channel_connecting", request.municipality.slug, attempt_.pk)
    return _started(request, attempt_)


@requires(Verb.CHANNEL_CONNECT)
@never_cache
@require_GET
def consent(request: MunicipalityRequest, attempt: int) -> HttpResponse:
    """Off to the network, where the person allows us to act."""
    attempt_ = _attempt(request, attempt)
    progress = reverse("channel_connecting", args=[request.municipality.slug, attempt_.pk])
    # Who had to sign in on the way here sent a form, and a form may only be answered by us (`form-action`): they come
    # to the page with the link first, from which they leave by a click.
    if urlsplit(request.headers.get("Referer", "")).path not in ("", progress):
        return HttpResponseRedirect(progress)
    try:
        return HttpResponseRedirect(connection.authorize_url(attempt_))
    except ActionNotAllowed:
        return HttpResponseRedirect(progress)


@signed_in
@never_cache
@require_GET
def callback(request: SignedInRequest) -> HttpResponse:
    """Back from the network. The right to connect is asked again in the municipality of the attempt."""
    try:
        attempt = connection.callback(request.GET.dict(), by=request.user)
    except connection.UnknownState:
        return render(request, "channels/unknown_state.html", status=400)
    tasks.wake_connect()
    return redirect("channel_connecting", attempt.municipality.slug, attempt.pk)


# ---- one channel


@requires(Verb.CHANNEL_VIEW)
@require_GET
def channel(request: MunicipalityRequest, channel: int) -> HttpResponse:
    channel_ = _channel(channel)
    return _channel_page(request, channel_, ArrangeForm(channel=channel_))


def _channel(channel_id: int) -> Channel:
    channel_: Channel = get_object_or_404(Channel.objects.select_related("connected_by"), pk=channel_id)
    return channel_


def _channel_page(request: MunicipalityRequest, shown: Channel, form: ArrangeForm, status: int = 200) -> HttpResponse:
    named, ends = dict(languages()), queries.ends(shown)
    context = {
        "channel": shown,
        "platform": PLATFORMS[shown.platform],
        "network_title": validation.network_title(shown),
        "imitated": _(validation.network(shown).title) if shown.imitates else "",
        "host": _host(shown.server),
        "spoken": [named.get(tag, tag) for tag in shown.languages],
        "granted": _scopes(shown.platform, shown.granted),
        "missing": validation.missing_scopes(shown),
        "abilities": validation.abilities(shown),
        "ends": ends,
        "status": channel_status(shown, pauses.blocking(shown), ends, rate_limits.of([shown])),
        "receives_no_events": receives_no_events(shown),
        "pause": pauses.of_channel(shown),
        "may_pause": request.access.may(Verb.PAUSE),
        "form": form,
        **_rights(request),
    }
    return render(request, "channels/channel.html", context, status=status)


@requires(Verb.SETTINGS_EDIT)
@require_POST
def arrange(request: MunicipalityRequest, channel: int) -> HttpResponse:
    channel_ = _channel(channel)
    form = ArrangeForm(request.POST, channel=channel_)
    if not form.is_valid():
        return _channel_page(request, channel_, form, status=422)
    set_arrangement(channel_, Layout(form.cleaned_data["layout"]), form.cleaned_data["languages"], by=request.user)
    notes.success(request, _("Layout and languages are saved."))
    return redirect("channel", request.municipality.slug, channel_.pk)


@requires(Verb.CHANNEL_CONNECT)
@require_POST
def reconnect(request: MunicipalityRequest, channel: int) -> HttpResponse:
    """The same account again: straight to the network's consent, or to the form where a password has to be typed."""
    channel_ = _channel(channel)
    if PLATFORMS[channel_.platform].connect_by != "oauth":
        return redirect(f"{_form_url(request, channel_.platform)}?again={channel_.pk}")
    try:
        return _started(request, _start(request, channel_.platform, {"server": channel_.server}, channel_))
    except ActionNotAllowed as refused:
        notes.error(request, _(refused.message))
        return redirect("channel", request.municipality.slug, channel_.pk)


def _form_url(request: MunicipalityRequest, platform: str) -> str:
    return reverse("channel_connect", args=[request.municipality.slug, platform])


@requires(Verb.CHANNEL_CONNECT)
@require_http_methods(["GET", "POST"])
def disconnect(request: MunicipalityRequest, channel: int) -> HttpResponse:
    """Confirms first: what is scheduled waits afterwards."""
    channel_ = _channel(channel)
    if channel_.state == ChannelState.DISCONNECTED:
        return redirect("channels", request.municipality.slug)
    if request.method == "GET":
        return render(
            request, "channels/disconnect.html", {"channel": channel_, "platform": PLATFORMS[channel_.platform]}
        )
    end(channel_, by=request.user)
    notes.success(request, _("%(channel)s is disconnected.") % {"channel": channel_.name})
    return redirect("channels", request.municipality.slug)
