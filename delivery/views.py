"""One delivery: where it stands, what happened to it, and the answers a person can give."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.web import SignedInRequest
from channels import pauses, validation
from channels.enums import ChannelState
from common.differences import differences
from delivery import commit_window, delays, origins, policies, queries, rules
from delivery.domain import answer, decide_duplicate, external_changes, withdraw
from delivery.domain.follow import is_orphan
from delivery.domain.move import Moved, NoSuchMove
from delivery.enums import Outcome, ReasonCode, State
from delivery.forms import LinkForm, TimeForm
from delivery.models import Delivery, DuplicatePost
from delivery.policies import EDIT
from delivery.thread_place import place
from delivery.timeline import history
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest

PUBLIC = (State.PUBLISHED, State.WITHDRAWN, State.MISSING)
SIMPLE: dict[str, Callable[..., None]] = {
    "still_send": answer.still_send,
    "send_now": answer.send_now,
    "send_again": answer.send_again,
    "it_is_not_there": answer.it_is_not_there,
    "drop": answer.drop,
    "take_down": withdraw.withdraw,
    "noted": external_changes.acknowledge,
}
DONE = {
    "still_send": _("It is published in a moment."),
    "send_now": _("It is published in a moment."),
    "send_again": _("It is sent again in a moment."),
    "it_is_not_there": _("Noted. The network is searched once more, and the post is sent if it is not there."),
    "it_is_there": _("Noted: it is published."),
    "choose_time": _("It has its new time."),
    "drop": _("It will not be sent."),
    "take_down": _("It is taken down in a moment."),
    "noted": _("Noted. It no longer waits on Home."),
}
DUPLICATE_ANSWERS: dict[str, Callable[..., None]] = {
    "take_down": decide_duplicate.take_down,
    "keep": decide_duplicate.keep,
}
DUPLICATE_DONE = {
    "take_down": _("It is taken down in a moment."),
    "keep": _("Noted. Nothing is taken down."),
}
# Why something is held back that does not end by itself.
LASTING = (ReasonCode.NOT_APPROVED, ReasonCode.TOO_EARLY)
CHANGED = _("It has changed since you opened this page, so nothing was done. Check its current state.")
NOT_OURS = _("This link does not lead to a post of this channel, or it belongs to another post. Copy it again.")


@requires(Verb.POST_VIEW)
@require_safe
def delivery(request: MunicipalityRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@requires(Verb.DELIVERY_ANSWER)
@require_POST
def delivery_answer(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """One answer. `seen` is when the state began that the person saw: an old page decides nothing."""
    delivery = _found(request, pk)
    given = request.POST.get("answer", "")
    if given not in _offered(delivery, _holding(delivery)) or request.POST.get("seen") != delivery.state_at.isoformat():
        return _changed(request, delivery)
    try:
        form = _given(request, delivery, given)
    except (Moved, NoSuchMove):
        return _changed(request, delivery)
    if form is not None and form.errors:
        return _page(request, delivery, status=422, **{given: form})
    _report(request, _found(request, pk), given)
    return redirect("delivery", request.municipality.slug, pk)


def _report(request: MunicipalityRequest, delivery: Delivery, given: str) -> None:
    """What follows from the answer: that it is sent only if nothing holds it back by now."""
    is_coming = delivery.state in (State.SCHEDULED, State.WAITING)
    verdict = policies.evaluate(delivery, timezone.now()) if is_coming else policies.allow()
    # A pause may be over by the time that was chosen, an approval is still missing then.
    holds = verdict.kind != "allow" and (given != "choose_time" or verdict.reason in LASTING)
    if holds and verdict.reason:
        reason = verdict.words or str(verdict.reason.label)
        messages.warning(request, _("It is not sent as things are: %(reason)s") % {"reason": reason})
    else:
        messages.success(request, DONE[given])


@requires(Verb.DELIVERY_ANSWER)
@require_POST
def duplicate_answer(request: MunicipalityRequest, pk: int, duplicate: int) -> HttpResponse:
    """What a person decides about a second post on the network: it is taken down, or both stay."""
    delivery = _found(request, pk)
    row = get_object_or_404(DuplicatePost.objects.select_related("delivery"), pk=duplicate, delivery=delivery)
    decide = DUPLICATE_ANSWERS.get(request.POST.get("answer", ""))
    if decide is None:
        return _changed(request, delivery)
    try:
        decide(row, by=request.user)
    except NoSuchMove:
        return _changed(request, delivery)
    messages.success(request, DUPLICATE_DONE[request.POST["answer"]])
    return redirect("delivery", request.municipality.slug, pk)


def _given(request: SignedInRequest, delivery: Delivery, given: str) -> forms.Form | None:
    """Do it. Returns the form, with errors when it was not done; None where there is no form."""
    if given == "choose_time":
        time = TimeForm(request.POST)
        if time.is_valid():
            answer.choose_time(delivery, time.cleaned_data["at"], by=request.user)
        return time
    if given == "it_is_there" and not _has_links(delivery):
        answer.it_is_there(delivery, "", by=request.user)
        return None
    if given == "it_is_there":
        link = LinkForm(request.POST)
        if link.is_valid():
            try:
                answer.it_is_there(delivery, link.cleaned_data["link"], by=request.user)
            except answer.NotOurs:
                link.add_error("link", NOT_OURS)
        return link
    SIMPLE[given](delivery, by=request.user)
    return None


def _has_links(delivery: Delivery) -> bool:
    return answer.has_link(delivery)


def _changed(request: MunicipalityRequest, delivery: Delivery) -> HttpResponse:
    messages.warning(request, CHANGED)
    return redirect("delivery", request.municipality.slug, delivery.pk)


def _found(request: MunicipalityRequest, pk: int) -> Delivery:
    """404 for another municipality's. What is not public yet is for those who may read drafts."""
    delivery = get_object_or_404(Delivery.objects.select_related("channel", "municipality", "parent"), pk=pk)
    if delivery.state not in PUBLIC and not request.access.may(Verb.DRAFT_VIEW):
        raise PermissionDenied
    return delivery


def _offered(delivery: Delivery, paused: pauses.Paused | None) -> tuple[str, ...]:
    if delivery.state == State.PUBLISHED:
        return _about_public(delivery)
    if delivery.noted_at:
        return ()
    connected = delivery.channel.state == ChannelState.CONNECTED
    offered = rules.answers(delivery.state, delivery.reason, connected=connected, paused=paused is not None)
    if paused and paused.kind == "restore":
        # Sent again is what came from the backup only once the administrator has ended the pause.
        return tuple(answer for answer in offered if answer != "it_is_not_there")
    return offered


def _holding(delivery: Delivery) -> pauses.Paused | None:
    """The pause that would hold it back if it were sent now. What is urgent is an emergency, and passes."""
    paused = pauses.blocking(delivery.channel)
    return None if paused and delivery.urgent and not paused.holds(delivery.created_at) else paused


def _about_public(delivery: Delivery) -> tuple[str, ...]:
    """A change of ours is taken back by another change. What has a page for it is taken down there."""
    if delivery.withdrawal_asked_at or delivery.kind == EDIT or delivery.only_seen or delivery.is_over:
        return ()
    noted = ("noted",) if delivery.changed_at and not delivery.noted_at else ()
    has_page = bool(_take_down_page(delivery, origins.of(delivery)))
    # Not a rule of `withdraw` itself: to whoever carries out a removal its refusal means that the post is gone already.
    is_offered = validation.limits(delivery.channel).withdraws and withdraw.may_withdraw(delivery)
    return noted if has_page or not is_offered else (*noted, "take_down")


def _take_down_page(delivery: Delivery, origin: origins.Origin) -> str:
    """Where it is taken down with all that belongs to it. What has outlasted its post is taken down by itself."""
    return "" if is_orphan(delivery) else origin.take_down


def _is_refused(delivery: Delivery) -> bool:
    """Whether its content is why it was not published."""
    refused = (ReasonCode.REJECTED, ReasonCode.PICTURE_MISSING)
    return delivery.parent_id is None and delivery.state == State.FAILED and delivery.reason in refused


def _refused_part(delivery: Delivery) -> str:
    """The part of the post that was refused, as `platforms.errors.Rejected.field`; "" where nobody named one."""
    if delivery.reason == ReasonCode.PICTURE_MISSING:
        return "pictures"
    attempt = delivery.attempts.filter(outcome=Outcome.REJECTED).order_by("-number").first()
    return str(attempt.detail.get("evidence", {}).get("field") or "") if attempt else ""


def _page(request: MunicipalityRequest, delivery: Delivery, *, status: int = 200, **bound: forms.Form) -> HttpResponse:
    may_answer = request.access.may(Verb.DELIVERY_ANSWER)
    paused = _holding(delivery)
    offered = _offered(delivery, paused) if may_answer else ()
    origin = origins.of(delivery)
    change = origin.change if _is_refused(delivery) and request.access.may(Verb.POST_EDIT) else ""
    public = delivery.state == State.PUBLISHED and delivery.kind != EDIT and not delivery.withdrawal_asked_at
    public = public and not delivery.only_seen and not delivery.is_over
    context = {
        "paused": paused,
        "delivery": delivery,
        "origin": origin,
        "take_down": _take_down_page(delivery, origin) if may_answer and public else "",
        "change": change,
        "refused_part": _refused_part(delivery) if change else "",
        "asks": [offer for offer in offered if offer != "take_down"],
        "is_edit": delivery.kind == EDIT,
        "thread_place": place(delivery),
        "has_more": bool(delivery.payload.get("thread")),
        "changes": differences(delivery.shown or "", delivery.shown_now) if delivery.changed_at else (),
        "text": delivery.payload["text"],
        # Who may not read private messages does not read our answers to them here either.
        "is_concealed": delivery.is_private and not request.access.may(Verb.INBOX_PRIVATE),
        "language": delivery.payload.get("language", ""),
        "pictures": delivery.payload.get("pictures", ()),
        "now": (now := timezone.now()),
        "delay": delays.reason(delivery, now),
        "checked_until": commit_window.decisive_at(delivery) if delivery.state == State.CHECKING else None,
        "duplicates": queries.undecided_duplicates(delivery) if delivery.duplicate_at else (),
        "may_decide_about_duplicates": may_answer,
        "may_take_down_duplicates": withdraw.reaches_everybody(delivery),
        "offered": offered,
        "connected": delivery.channel.state == ChannelState.CONNECTED,
        "history": reversed(history(delivery)),
        "time_form": bound.get("choose_time") or TimeForm(),
        "link_form": (bound.get("it_is_there") or LinkForm()) if _has_links(delivery) else None,
    }
    return render(request, "delivery/delivery.html", context, status=status)
