"""One delivery: where it stands, what happened to it, and the answers a person can give."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.web import SignedInRequest
from channels import dry, pauses
from channels.enums import ChannelState
from common.differences import differences
from delivery import origins, rules
from delivery.domain import answer, watch, withdraw
from delivery.domain.move import Moved, NoSuchMove
from delivery.enums import State
from delivery.forms import LinkForm, TimeForm
from delivery.gates import EDIT
from delivery.models import Delivery
from delivery.timeline import history
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from platforms import visibility

PUBLIC = (State.PUBLISHED, State.WITHDRAWN, State.MISSING)
SIMPLE: dict[str, Callable[..., None]] = {
    "still_send": answer.still_send,
    "send_now": answer.send_now,
    "send_again": answer.send_again,
    "it_is_not_there": answer.it_is_not_there,
    "drop": answer.drop,
    "take_down": withdraw.withdraw,
    "noted": watch.noted,
}
DONE = {
    "still_send": _("It goes out in a moment."),
    "send_now": _("It goes out in a moment."),
    "send_again": _("It is sent again in a moment."),
    "it_is_not_there": _("It is sent again in a moment."),
    "it_is_there": _("Noted: it is published."),
    "choose_time": _("It has its new time."),
    "drop": _("It will not be sent."),
    "take_down": _("It is taken down in a moment."),
    "noted": _("Noted. It no longer waits on Home."),
}
CHANGED = _("It has changed since you opened this page, so nothing was done. Look at where it stands now.")
NOT_OURS = _("This link does not lead to a post of this channel, or it belongs to another post. Copy it once more.")


@requires(Verb.POST_VIEW)
@require_safe
def delivery(request: MunicipalityRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@requires(Verb.DELIVERY_ANSWER)
@require_POST
def delivery_answer(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """One answer. `seen` is when the state began that the person saw: an old page decides nothing."""
    found = _found(request, pk)
    given = request.POST.get("answer", "")
    if given not in _offered(found, _holding(found)) or request.POST.get("seen") != found.state_at.isoformat():
        return _changed(request, found)
    try:
        form = _given(request, found, given)
    except (Moved, NoSuchMove):
        return _changed(request, found)
    if form is not None and form.errors:
        return _page(request, found, status=422, **{given: form})
    messages.success(request, DONE[given])
    return redirect("delivery", request.municipality.slug, pk)


def _given(request: SignedInRequest, found: Delivery, given: str) -> forms.Form | None:
    """Do it. Returns the form, with errors when it was not done; None where there is no form."""
    if given == "choose_time":
        time = TimeForm(request.POST)
        if time.is_valid():
            answer.choose_time(found, time.cleaned_data["at"], by=request.user)
        return time
    if given == "it_is_there" and not _has_links(found):
        answer.it_is_there(found, "", by=request.user)
        return None
    if given == "it_is_there":
        link = LinkForm(request.POST)
        if link.is_valid():
            try:
                answer.it_is_there(found, link.cleaned_data["link"], by=request.user)
            except answer.NotOurs:
                link.add_error("link", NOT_OURS)
        return link
    SIMPLE[given](found, by=request.user)
    return None


def _has_links(found: Delivery) -> bool:
    return dry.limits(found.channel).post_links


def _changed(request: MunicipalityRequest, found: Delivery) -> HttpResponse:
    messages.warning(request, CHANGED)
    return redirect("delivery", request.municipality.slug, found.pk)


def _found(request: MunicipalityRequest, pk: int) -> Delivery:
    """404 for another municipality's. What is not public yet is for those who may read drafts."""
    found = get_object_or_404(Delivery.objects.select_related("channel", "municipality", "parent"), pk=pk)
    if found.state not in PUBLIC and not request.access.may(Verb.DRAFT_VIEW):
        raise PermissionDenied
    return found


def _offered(found: Delivery, paused: pauses.Paused | None) -> tuple[str, ...]:
    if found.state == State.PUBLISHED:
        return _about_public(found)
    if found.noted_at:
        return ()
    connected = found.channel.state == ChannelState.CONNECTED
    return rules.answers(found.state, found.reason, connected=connected, paused=paused is not None)


def _holding(found: Delivery) -> pauses.Paused | None:
    """The pause that would hold it back if it were sent now. What is urgent is an emergency, and passes."""
    return None if found.urgent else pauses.holding(found.channel)


def _about_public(found: Delivery) -> tuple[str, ...]:
    """A change of ours is taken back by another change. What has a page for it is taken down there."""
    if found.withdrawal_asked_at or found.kind == EDIT or found.only_seen:
        return ()
    noted = ("noted",) if found.changed_at and not found.noted_at else ()
    return noted if origins.of(found).take_down else (*noted, "take_down")


def _is_private(found: Delivery) -> bool:
    """Whether it is an answer that one citizen alone reads; who may not read messages does not read it here either."""
    return visibility.is_private(found.payload.get("visibility", visibility.Visibility.PUBLIC))


def _page(request: MunicipalityRequest, found: Delivery, *, status: int = 200, **bound: forms.Form) -> HttpResponse:
    may_answer = request.access.may(Verb.DELIVERY_ANSWER)
    paused = _holding(found)
    offered = _offered(found, paused) if may_answer else ()
    origin = origins.of(found)
    public = found.state == State.PUBLISHED and found.kind != EDIT and not found.withdrawal_asked_at
    public = public and not found.only_seen
    context = {
        "paused": paused,
        "delivery": found,
        "origin": origin,
        "take_down": origin.take_down if may_answer and public else "",
        "asks": [each for each in offered if each != "take_down"],
        "is_edit": found.kind == EDIT,
        "changes": differences(found.shown or "", found.shown_now) if found.changed_at else (),
        "text": found.payload["text"],
        "is_concealed": _is_private(found) and not request.access.may(Verb.INBOX_VIEW),
        "language": found.payload.get("language", ""),
        "pictures": found.payload.get("pictures", ()),
        "offered": offered,
        "connected": found.channel.state == ChannelState.CONNECTED,
        "history": reversed(history(found)),
        "time_form": bound.get("choose_time") or TimeForm(),
        "link_form": (bound.get("it_is_there") or LinkForm()) if _has_links(found) else None,
    }
    return render(request, "delivery/delivery.html", context, status=status)
