"""Pausing and resuming: a municipality, one channel, the municipalities of a programme or all of them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.web import SignedInRequest
from channels import pauses
from channels.domain import pause as verbs
from channels.enums import ChannelState
from channels.forms import PauseForm, WidePauseForm
from channels.models import Channel
from municipalities.access import keepers, requires
from municipalities.models import Programme, WidePause
from municipalities.queries import running_pause
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

EVERYBODY = "everybody"


@requires(Verb.PAUSE)
@require_http_methods(["GET", "POST"])
def pause(request: MunicipalityRequest) -> HttpResponse:
    """Stop publishing, with a reason; while it is stopped, the way to go on."""
    form = PauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verbs.pause(request.municipality, **form.cleaned_data, by=request.user)
        messages.success(request, _("Publishing is paused."))
        return redirect("workspace", request.municipality.slug)
    running = running_pause()
    return render(request, "channels/pause.html", {"form": form, "pause": running}, status=422 if form.errors else 200)


@requires(Verb.PAUSE)
@require_POST
def resume(request: MunicipalityRequest) -> HttpResponse:
    verbs.resume(request.municipality, by=request.user)
    messages.success(
        request,
        _("Publishing goes on. If something came due in the pause, it was not sent and waits for your decision."),
    )
    return redirect("workspace", request.municipality.slug)


@requires(Verb.PAUSE)
@require_http_methods(["GET", "POST"])
def pause_channel(request: MunicipalityRequest, channel: int) -> HttpResponse:
    channel_ = get_object_or_404(Channel.objects.exclude(state=ChannelState.DISCONNECTED), pk=channel)
    form = PauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verbs.pause_channel(channel_, **form.cleaned_data, by=request.user)
        messages.success(request, _("%(channel)s is paused.") % {"channel": channel_.name})
        return redirect("channel", request.municipality.slug, channel_.pk)
    context = {"form": form, "channel": channel_}
    return render(request, "channels/pause.html", context, status=422 if form.errors else 200)


@requires(Verb.PAUSE)
@require_POST
def resume_channel(request: MunicipalityRequest, channel: int) -> HttpResponse:
    channel_ = get_object_or_404(Channel.objects.all(), pk=channel)
    verbs.resume_channel(channel_, by=request.user)
    message = _("%(channel)s goes on. If something came due in the pause, it was not sent and waits for your decision.")
    messages.success(request, message % {"channel": channel_.name})
    return redirect("channels", request.municipality.slug)


# ---- a programme, or everybody


@keepers
@require_GET
def programme_pauses(request: SignedInRequest) -> HttpResponse:
    """Running wide pauses, with the municipalities that they affect."""
    mine = _programmes(request)
    running = pauses.wide(request.user)
    rows = [{"pause": row, "places": len(verbs.concerned(row.programme)), "may_end": _may(request, row, mine)}
            for row in running]  # fmt: skip
    return render(request, "channels/programme_pauses.html", {"rows": rows})


@keepers
@require_http_methods(["GET", "POST"])
def programme_pause(request: SignedInRequest) -> HttpResponse:
    """Silence every municipality of a programme, or all there are."""
    mine = _programmes(request)
    scopes = [(str(row.pk), _("Municipalities of the programme %(programme)s") % {"programme": row}) for row in mine]
    if request.user.is_administrator:
        scopes.append((EVERYBODY, _("All municipalities of the portal")))
    form = WidePauseForm(request.POST or None, scopes=scopes)
    if request.method == "POST" and form.is_valid():
        requested_scope = form.cleaned_data.pop("scope")
        chosen = next((row for row in mine if str(row.pk) == requested_scope), None)
        verbs.pause_programme(chosen, **form.cleaned_data, by=request.user)
        messages.success(request, _("Publishing is paused."))
        return redirect("programme_pauses")
    return render(request, "channels/programme_pause.html", {"form": form}, status=422 if form.errors else 200)


@keepers
@require_POST
def programme_resume(request: SignedInRequest, pause: int) -> HttpResponse:
    pause_ = get_object_or_404(WidePause, pk=pause)
    if not _may(request, pause_, _programmes(request)):
        raise Http404
    verbs.resume_programme(pause_, by=request.user)
    messages.success(
        request, _("Publishing goes on. If something came due in the pause, the municipalities decide about it.")
    )
    return redirect("programme_pauses")


def _programmes(request: SignedInRequest) -> list[Programme]:
    """Those that one may pause: one's own, all of them for an administrator."""
    rows = Programme.objects.order_by("name", "pk")
    return list(rows if request.user.is_administrator else rows.filter(staff=request.user))


def _may(request: SignedInRequest, pause: WidePause, mine: list[Programme]) -> bool:
    return bool(request.user.is_administrator) or pause.programme in mine
