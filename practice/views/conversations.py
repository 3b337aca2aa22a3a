"""Private messages of a citizen: the list of conversations, and one of them with the form that writes to it.

Opening a conversation marks it as read.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import regex

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common.access import public
from common.uploads import body_limit
from practice import queries, rules, text, throttle
from practice.api.calls import number
from practice.domain import read, write
from practice.domain.upload import upload
from practice.enums import Visibility
from practice.errors import ApiError
from practice.models import Account, Status
from practice.queries import conversations as private
from practice.views.who import as_citizen, viewer
from practice.web import VisitorRequest

# Twice a picture, so that of one that is too large the page can say so.
MOST_BODY = 2 * rules.IMAGE_BYTES
_OPENING = regex.compile(r"\s*@([a-zA-Z0-9_]{1,30})(?:@[\w.:-]+\w)?(?=\s|$)\s*")


@dataclass(frozen=True)
class Bubble:
    """A message as the page shows it: without the mentions at its beginning, which say who gets it."""

    status: Status
    words: str
    is_own: bool


@dataclass(frozen=True)
class Problems:
    """What is wrong with a message that was typed, a sentence by field; empty where nothing is."""

    text: str = ""
    picture: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.picture)


@public
@never_cache
@require_safe
@as_citizen
def conversations(request: VisitorRequest) -> HttpResponse:
    citizen = viewer(request)
    assert citizen is not None  # as_citizen
    rows = private.page(citizen, number(request.GET.get("before")))
    shown = rows[: private.PAGE]
    lines = [
        {"row": row, "words": _words(row.last, [citizen, *row.others]), "is_own": row.last.account_id == citizen.pk,
         "url": address(row.conversation.readers, citizen, row.others, row.conversation.pk)}
        for row in shown
    ]  # fmt: skip
    older = shown[-1].last.pk if len(rows) > private.PAGE else None
    context = {"viewer": citizen, "lines": lines, "older": older, "pages": queries.pages()}
    return render(request, "practice/conversations.html", context)


@public
@body_limit(MOST_BODY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@as_citizen
def with_account(request: VisitorRequest, username: str) -> HttpResponse:
    """The conversation of two, which need not have begun."""
    citizen, other = viewer(request), queries.account(username)
    assert citizen is not None
    if other is None or other.pk == citizen.pk:
        raise Http404
    return _conversation(request, citizen, [other])


@public
@body_limit(MOST_BODY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@as_citizen
def conversation(request: VisitorRequest, conversation_id: int) -> HttpResponse:
    """One among several, which only a program begins: by mentioning more than one account."""
    citizen = viewer(request)
    assert citizen is not None
    row = private.one(conversation_id, citizen)
    if row is None:
        raise Http404
    return _conversation(request, citizen, row.others)


def address(
    readers: Sequence[int], citizen: Account | None, others: Sequence[Account] | None = None, pk: int | None = None
) -> str:
    """Where `citizen` reads the conversation of these accounts; `others` and `pk` where the caller has them."""
    mine = citizen.pk if citizen else None
    people = [account for account in (private.people(readers) if others is None else others) if account.pk != mine]
    if len(people) == 1:
        return reverse("write_privately", args=[people[0].username])
    known = pk or (private.conversation_id(citizen, readers) if citizen else None)
    return reverse("conversation", args=[known]) if known else reverse("conversations")


def _conversation(request: VisitorRequest, citizen: Account, others: list[Account]) -> HttpResponse:
    readers = private.readers([citizen, *others])
    opening = "".join(f"@{account.username} " for account in others)
    most = max(rules.MAX_CHARACTERS - len(opening), 0)
    typed, problems = "", Problems()
    if request.method == "POST":
        typed = text.cleaned(request.POST.get("text", ""))
        problems = _problems(request, typed, readers, most)
        if not problems:
            try:
                status = _written(request, citizen, opening + typed, readers)
            except ApiError as refused:
                problems = _refused(refused)
            else:
                return redirect(f"{request.path}#message-{status.pk}")
    shown = private.messages(readers, number(request.GET.get("before")))
    if shown.statuses and request.method == "GET":
        read.read_messages(citizen, readers, shown.statuses[-1].pk)
    context: dict[str, Any] = {
        "viewer": citizen,
        "others": others,
        "bubbles": [
            Bubble(status, _words(status, [citizen, *others]), status.account_id == citizen.pk)
            for status in shown.statuses
        ],
        "older": shown.older,
        "is_latest": "before" not in request.GET,
        "most": most,
        "typed": typed,
        "problems": problems,
        "formats": ",".join(rules.MIME_TYPES),
        "pages": queries.pages(),
    }
    return render(request, "practice/conversation.html", context, status=422 if problems else 200)


def _problems(request: VisitorRequest, typed: str, readers: Sequence[int], most: int) -> Problems:
    if not typed and not request.FILES.get("picture"):
        return Problems(text=_("Write something first."))
    if text.length(typed) > most:
        over = text.length(typed) - most
        sentence = ngettext(
            "The message is %(over)s character too long.", "The message is %(over)s characters too long.", over
        )
        return Problems(text=sentence % {"over": over})
    names = Account.objects.filter(username__in=text.mentioned(typed)).exclude(pk__in=readers)
    if others := ", ".join(f"@{name}" for name in names.order_by("username").values_list("username", flat=True)):
        sentence = _("Whoever is mentioned can read the message. Leave this out: %(names)s")
        return Problems(text=sentence % {"names": others})
    return Problems()


def _written(request: VisitorRequest, citizen: Account, words: str, readers: Sequence[int]) -> Status:
    """Raises `ApiError`, also for a file that is no picture, or too many of them."""
    file = request.FILES.get("picture")
    media = []
    if file is not None:
        if throttle.spend("media", f"account {citizen.pk}").is_exceeded:
            raise PictureRefused(_("These were many pictures. Wait half an hour, or send the message without one."))
        try:
            media = [upload(citizen, file, request.POST.get("description", "")).pk]
        except ApiError as refused:
            raise PictureRefused(_picture_problem(refused)) from None
    newest = private.newest(readers)
    draft = write.Draft(
        words, "sr", media, newest.pk if newest else None, visibility=Visibility.DIRECT,
    )  # fmt: skip
    return write.publish(citizen, draft)


class PictureRefused(ApiError):
    """The message is a sentence for the person."""


def _picture_problem(refused: ApiError) -> str:
    if "larger" in refused.message or "too many pixels" in refused.message:
        return _("The picture is too large.")
    if "Description" in refused.message:
        return _("The description of the picture is too long.")
    return _("This file is no picture. Choose a JPEG, PNG, WebP or GIF file.")


def _refused(refused: ApiError) -> Problems:
    if isinstance(refused, PictureRefused):
        return Problems(picture=refused.message)
    return Problems(text=_("The message was not sent. Try again."))


def _words(status: Status, people: Collection[Account]) -> str:
    """The text without the mentions of these people that it begins with."""
    words, names = status.text, {account.username for account in people}
    while (match := _OPENING.match(words)) and match[1].lower() in names:
        words = words[match.end() :]
    return words
