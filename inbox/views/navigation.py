"""Going through a list message by message: the address of a message names the list it was opened from.

`?view=late&kind=question` is the list, `then=stay` keeps a message open after an action. Forms on a message keep that
address, so the next page is known without scripts and without a session. `was=` is the deadline that the message had
when it was opened, and whether it was urgent: sorting it changes its place in the list, but the next message is still
the one that followed it.
"""

from copy import copy
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.dates import date_time
from inbox.enums import Snooze, Topic
from inbox.models import Message
from inbox.queries import neighbours, thread
from inbox.queries.listing import MessageFilters
from municipalities.web import MunicipalityRequest
from serbian.transliteration import to_cyrillic, to_latin

STAY = "stay"
WAS_URGENT = "urgent-"


def _in_the_other_script(name: str) -> str:
    """So that a browser's own suggestions find it by either."""
    latin = to_latin(name)
    return latin if latin != name else to_cyrillic(name)


def navigation_context(request: MunicipalityRequest, row: Message) -> dict[str, Any]:
    """What the page of a message needs to go on from it, and to sort it. One query."""
    narrowed, slug = MessageFilters.read(request.GET), request.municipality.slug
    around, options = neighbours.neighbours_and_choices(
        _as_it_was(request, row), narrowed, request.user, timezone.now(), request.access
    )
    stays, among = request.GET.get("then") == STAY, _among(request)
    return {
        "among": among,
        "list_url": f"{reverse('inbox', args=[slug])}?{narrowed.query}",
        "goes_on": "view" in request.GET,
        "stays": stays,
        "other_way": f"{reverse('message', args=[slug, row.pk])}?{narrowed.query}" + ("" if stays else f"&then={STAY}"),
        "steps": {
            name: f"{reverse('message', args=[slug, around[name]])}?{among}"
            for name in ("previous", "next")
            if name in around
        },
        "settlements": [(name, _in_the_other_script(name)) for _pk, name in options["settlement"]],
        "departments": options["department"],
        "tags": options["tag"],
        "tag_names": neighbours.tag_names(row, options),
        "tag_keys": [str(tag) for tag in row.tags],
        "kept_tags": [(pk, name) for pk, name in options["retired_tag"] if int(pk) in row.tags],
        "topics": Topic.choices,
        "sleeps": Snooze.choices,
        "typed": request.POST,
        "near": thread.NEAR,
    }


def _among(request: HttpRequest) -> str:
    """The list one came from, for an address; the open ones where one came from none."""
    then = f"&then={STAY}" if request.GET.get("then") == STAY else ""
    return MessageFilters.read(request.GET).query + then


def _as_it_was(request: HttpRequest, row: Message) -> Message:
    """The message with the place in the list that it had when one came to it."""
    was = request.GET.get("was")
    if was is None:
        return row
    there, due_at = copy(row), was.removeprefix(WAS_URGENT)
    there.is_urgent = was.startswith(WAS_URGENT)
    try:
        there.due_at = datetime.fromisoformat(due_at) if due_at else None
    except ValueError:
        return row
    return there if there.due_at is None or there.due_at.tzinfo else row


def back_to_message(request: MunicipalityRequest, row: Message) -> HttpResponse:
    """To the message again, in the list that one came from, if there is one. `row` is as it was before the act."""
    page = reverse("message", args=[request.municipality.slug, row.pk])
    if "view" not in request.GET:
        return redirect(page)
    was = request.GET.get("was")
    same_place = {"due_at": row.due_at, "is_urgent": row.is_urgent}
    if was is None and Message.objects.filter(pk=row.pk).exclude(**same_place).exists():
        was = (WAS_URGENT if row.is_urgent else "") + (row.due_at.isoformat() if row.due_at else "")
    return redirect(f"{page}?{_among(request)}" + ("" if was is None else "&" + urlencode({"was": was[:40]})))


def next_message(request: MunicipalityRequest, row: Message) -> HttpResponse:
    """After an act that is done with a message: to the next of the list, from its end to its beginning, else to it."""
    if "view" not in request.GET or request.GET.get("then") == STAY:
        return back_to_message(request, row)
    narrowed, slug = MessageFilters.read(request.GET), request.municipality.slug
    around = neighbours.neighbours(_as_it_was(request, row), narrowed, request.user, timezone.now(), request.access)
    following = around.get("next") or around.get("first")
    if following is None:
        return redirect(f"{reverse('inbox', args=[slug])}?{narrowed.query}")
    return redirect(f"{reverse('message', args=[slug, following])}?{_among(request)}")


def sorted_as(row: Message, *, with_topic: bool = False) -> str:
    """What sorting a message has changed: its kind decides until when it is to be answered."""
    facts = {"kind": row.get_kind_display(), "time": date_time(row.due_at) if row.due_at else ""}
    if row.due_at:
        text = gettext("Sorted as: %(kind)s. It is to be answered by %(time)s.") % facts
    else:
        text = gettext("Sorted as: %(kind)s. It has no deadline.") % facts
    if with_topic and row.topic:
        return f"{text} {gettext('Topic: %(topic)s.') % {'topic': row.get_topic_display()}}"
    return text


DONE_MESSAGES = {
    "wait": (_("It is waiting for confirmation."), "reopen"),
    "close": (_("Closed without an answer."), "reopen"),
    "snooze": (_("Postponed. It returns automatically."), "wake"),
}


def flash_done(request: MunicipalityRequest, row: Message, act: str) -> None:
    """Flash what was done with the message, with Undo."""
    text, undo = DONE_MESSAGES[act]
    address = reverse("message_act", args=[request.municipality.slug, row.pk, undo])
    flash.success(request, str(text), extra_tags=f"undo:{address}?{_among(request)}")
