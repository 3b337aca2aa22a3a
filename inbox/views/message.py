"""One message: our post, the conversation below it, what can be done with it, and the answer."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.contrib import messages as flash
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from channels import validation
from channels.enums import ChannelState
from common.errors import ActionNotAllowed
from common.integers import parse_int
from common.typed_dates import parse_clock, parse_day
from common.web.params import int_list_param
from inbox import rules
from inbox.domain import retention, staff_notifications, tags, triage
from inbox.domain.handover import draft as from_department
from inbox.enums import MessageKind, Snooze
from inbox.models import Department, Message, Reply
from inbox.queries import answering, moderation
from inbox.queries.live import ThreadState
from inbox.queries.merged import merged_conversations
from inbox.queries.message_context import message_context
from inbox.queries.other_ways import other_ways
from inbox.queries.rule_sentences import rule_sentences
from inbox.queries.thread import NEAR_PRIVATE, bubbles, message_by_id, open_head, replies, thread
from inbox.views import navigation
from municipalities.access import requires
from municipalities.holidays import BELGRADE
from municipalities.models import Municipality
from municipalities.queries import colleagues, colleagues_who_read_private
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest


def get_message(request: MunicipalityRequest, pk: int) -> Message:
    """404 for one that this person may not read, as for one that is not there."""
    row = message_by_id(pk, request.access)
    if row is None:
        raise Http404
    return row


@requires(Verb.INBOX_VIEW)
@require_GET
def message(request: MunicipalityRequest, message: int) -> HttpResponse:
    row = get_message(request, message)
    if head := open_head(row):
        address = reverse("message", args=[request.municipality.slug, head])
        query = request.GET.urlencode()
        return redirect(f"{address}{'?' if query else ''}{query}#message-{row.pk}")
    if row.read_at is None and request.access.may(Verb.INBOX_WORK):
        triage.mark_read(row)
    return message_page(request, row, draft=from_department(row, request.GET.get("from_handover", "")))


def message_page(
    request: MunicipalityRequest,
    row: Message,
    *,
    draft: str = "",
    problem: str = "",
    note: str = "",
    sent: QueryDict | None = None,
) -> HttpResponse:
    """`sent` replaces what the request holds where a view has changed it."""
    messages = thread(row, request.access)
    answered = replies(messages)
    municipality, now, beside = request.municipality, timezone.now(), message_context(row, messages)
    row.others = beside.others
    own_answers = [reply for reply in answered.get(row.pk, []) if not reply.is_automatic]
    row.sent = own_answers[-1].delivery.state if own_answers else ""
    window_is_closed = row.conversation is not None and not row.conversation.may_be_answered(now)
    sent_here = [reply for item in messages for reply in answered.get(item.pk, [])]
    seen_replies = answered.get(row.pk, []) if row.conversation is None else sent_here
    comments = [(item, answered.get(item.pk, [])) for item in messages]
    merged = merged_conversations(row.conversation)
    context = {
        "answering": answering.answer_context(
            row,
            municipality,
            request.access,
            request.user,
            now,
            beside=beside,
            draft=draft,
            typed=request.POST if sent is None else sent,
        ),
        "message": row,
        "thread": comments,
        **_around(row, comments),
        "known": ThreadState.of(row, messages, answered),
        "merged": merged,
        "bubbles": bubbles(row, messages, answered, beside.external, beside.attachments),
        "hides_older": row.conversation is not None and len(messages) >= NEAR_PRIVATE,
        "window_is_closed": window_is_closed,
        "is_connected": row.channel.state == ChannelState.CONNECTED,
        "other_ways": other_ways(row, messages, merged, now) if window_is_closed else None,
        "after": max((reply.pk for reply in seen_replies), default=0),
        "limit": validation.longest_answer(row.channel, is_private=row.conversation is not None),
        "notes": beside.notes,
        "kinds": MessageKind.choices,
        "colleagues": _assignable(row, municipality, beside.named_readers),
        "may_work": request.access.may(Verb.INBOX_WORK),
        "may_erase": request.access.may(Verb.SETTINGS_EDIT),
        "moderation": moderation.moderation_context(row, beside.acts),
        "problem": problem,
        "note_draft": note,
        "now": now,
        "may_see_people": request.access.may(Verb.INBOX_PEOPLE),
        "handovers": beside.handovers,
        "hold": beside.hold,
        "rule_sentences": rule_sentences(row),
        **navigation.navigation_context(request, row),
    }
    return render(request, "inbox/message.html", context, status=422 if problem else 200)


def _around(row: Message, thread: list[tuple[Message, list[Reply]]]) -> dict[str, list[tuple[Message, list[Reply]]]]:
    """The thread in three parts: this message, and what others wrote before and after it."""
    place = next(number for number, (item, _replies) in enumerate(thread) if item.pk == row.pk)
    return {"earlier": thread[:place], "current": thread[place : place + 1], "later": thread[place + 1 :]}


def _assignable(row: Message, municipality: Municipality, named_readers: set[int]) -> list[User]:
    """Colleagues to whom it may be assigned: a private message only to who may read it."""
    if not row.is_private:
        return colleagues(municipality)
    if row.conversation_id is None:
        return staff_notifications.only_readers(row, colleagues(municipality), municipality)
    return colleagues_who_read_private(municipality, named_readers)


@requires(Verb.INBOX_WORK)
@require_POST
def note(request: MunicipalityRequest, message: int) -> HttpResponse:
    row, text = get_message(request, message), request.POST.get("text", "")
    try:
        triage.add_note(row, text, by=request.user)
    except ActionNotAllowed as refused:
        return message_page(request, row, note=text, problem=refused.message)
    return navigation.back_to_message(request, row)


@requires(Verb.INBOX_WORK)
@require_POST
def elsewhere(request: MunicipalityRequest, message: int) -> HttpResponse:
    """It was answered by telephone, by mail, at the counter."""
    row, text = get_message(request, message), request.POST.get("text", "")
    try:
        triage.mark_answered_elsewhere(row, text, by=request.user)
    except ActionNotAllowed as refused:
        return message_page(request, row, note=text, problem=refused.message)
    flash.success(request, _("It counts as answered. What you wrote is among the notes."))
    return navigation.next_message(request, row)


@requires(Verb.INBOX_WORK)
@require_POST
def sort(request: MunicipalityRequest, message: int) -> HttpResponse:
    def verb(row: Message) -> None:
        before, sorted_row = row.kind, triage.set_kind(row, request.POST.get("kind", ""), by=request.user)
        if sorted_row.kind and sorted_row.kind != before:
            flash.success(request, navigation.sorted_as(sorted_row))

    return _done(request, message, verb)


@requires(Verb.INBOX_WORK)
@require_POST
def assign(request: MunicipalityRequest, message: int) -> HttpResponse:
    chosen = request.POST.get("assignee", "")
    people = {str(person.pk): person for person in colleagues(request.municipality)}
    if chosen and chosen not in people:
        raise Http404
    return _done(request, message, lambda row: triage.assign(row, people.get(chosen), by=request.user))


@requires(Verb.INBOX_WORK)
@require_POST
def file(request: MunicipalityRequest, message: int) -> HttpResponse:
    """Topic, settlement and department, each where it is in the form."""
    data = request.POST

    def verb(row: Message) -> None:
        if "topic" in data:
            triage.set_topic(row, data["topic"], by=request.user)
        if "settlement" in data:
            triage.set_settlement(row, data["settlement"], by=request.user)
        if "department" in data:
            triage.set_department(row, _department(data["department"]), by=request.user)

    return _done(request, message, verb)


def _department(chosen: str) -> Department | None:
    if not chosen:
        return None
    return get_object_or_404(Department, pk=parse_int(chosen) or 0)


@requires(Verb.INBOX_WORK)
@require_POST
def snooze(request: MunicipalityRequest, message: int) -> HttpResponse:
    """Until one of the usual times, or until the time that was typed."""
    until = _until(request.POST)
    return _done(request, message, lambda row: triage.snooze(row, until, by=request.user), act="snooze")


def _until(data: Any) -> datetime:
    """An unreadable time is treated as past, which the verb refuses."""
    if data.get("until") in Snooze.values:
        return rules.snoozed_until(Snooze(data["until"]), timezone.now())
    try:
        local = datetime.combine(parse_day(data.get("on", "")), parse_clock(data.get("at", "")))
        return local.replace(tzinfo=BELGRADE).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)


@requires(Verb.INBOX_WORK)
@require_POST
def set_tags(request: MunicipalityRequest, message: int) -> HttpResponse:
    """Exactly the tags of the form."""
    chosen = int_list_param(request.POST, "tag")
    return _done(request, message, lambda row: tags.set_tags(row, chosen, by=request.user))


ACTS: Mapping[str, Callable[..., Message]] = {
    "wait": triage.mark_waiting,
    "close": triage.close,
    "reopen": triage.reopen,
    "wake": triage.unsnooze,
    "urgent": partial(triage.set_urgent, is_urgent=True),
    "normal": partial(triage.set_urgent, is_urgent=False),
}


@requires(Verb.INBOX_WORK)
@require_POST
def act(request: MunicipalityRequest, message: int, act: str) -> HttpResponse:
    if act not in ACTS:
        raise Http404
    return _done(request, message, lambda row: ACTS[act](row, by=request.user), act=act)


def _done(request: MunicipalityRequest, pk: int, verb: Any, act: str = "") -> HttpResponse:
    """Do it; with what is done with a message (`act`) one goes on to the next."""
    row = get_message(request, pk)
    try:
        verb(row)
    except ActionNotAllowed as refused:
        return message_page(request, row, problem=refused.message)
    if act not in navigation.DONE_MESSAGES:
        return navigation.back_to_message(request, row)
    navigation.flash_done(request, row, act)
    return navigation.next_message(request, row)


@requires(Verb.SETTINGS_EDIT)
@require_POST
def erase(request: MunicipalityRequest, message: int) -> HttpResponse:
    """Erase everything that the author wrote to this channel, on request."""
    row = get_message(request, message)
    erased = retention.erase_authors(request.municipality, [(row.channel_id, row.author_id)], by=request.user)
    flash.success(request, _("Erased: %(count)s messages of this person. Their words stay on the network itself.")
                  % {"count": erased.messages})  # fmt: skip
    if erased.held:
        flash.warning(request, _("Protected from being erased, and therefore kept: %(held)s.") % {"held": erased.held})
    return redirect("inbox", request.municipality.slug)
