"""Departments that can be asked, settlements that messages come from, and tags."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages as flash
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from common.errors import ActionNotAllowed
from common.web.params import int_param
from inbox.domain import desk as verbs
from inbox.domain import tags as tag_verbs
from inbox.models import Department, Settlement, Tag
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from serbian.sorting import sort_key


@requires(Verb.INBOX_WORK)
@require_GET
def desk(request: MunicipalityRequest) -> HttpResponse:
    return _page(request)


@dataclass(frozen=True)
class DirectoryRow:
    """A department, a settlement or a tag as its form shows it: as it was typed, where that was refused.

    Only what `is_open` has its forms on the page: a municipality has a hundred villages.
    """

    pk: int | str
    label: str
    name: str
    email: str = ""
    is_refused: bool = False
    is_open: bool = False

    def __str__(self) -> str:
        return self.label


def _page(request: MunicipalityRequest, *, at: str = "", refused: ActionNotAllowed | None = None) -> HttpResponse:
    """Three queries. `at` names the form that was refused ("department:7"); it comes back as it was typed."""
    opened = request.GET.get("open", "")
    departments = sorted(Department.objects.all(), key=lambda row: sort_key(row.name))
    settlements = sorted(Settlement.objects.all(), key=lambda row: sort_key(row.name))

    tags = sorted(Tag.objects.all(), key=lambda row: sort_key(row.name))

    def shown(kind: str, pk: int | str, name: str = "", email: str = "") -> DirectoryRow:
        if refused and at == f"{kind}:{pk}":
            typed = {
                field: request.POST.get(field, fallback)[:300] for field, fallback in (("name", name), ("email", email))
            }
            return DirectoryRow(pk, name, **typed, is_refused=True, is_open=True)
        return DirectoryRow(pk, name, name, email, is_open=not at and opened == f"{kind}-{pk}")

    context = {
        "departments": [shown("department", row.pk, row.name, row.email) for row in departments if not row.is_retired],
        "retired": [row for row in departments if row.is_retired],
        "settlements": [shown("settlement", row.pk, row.name) for row in settlements],
        "new_department": shown("department", "new"),
        "new_settlement": shown("settlement", "new"),
        "tags": [shown("tag", row.pk, row.name) for row in tags if not row.is_retired],
        "retired_tags": [row for row in tags if row.is_retired],
        "new_tag": shown("tag", "new"),
        "problem": refused,
        "may_see_people": request.access.may(Verb.INBOX_PEOPLE),
    }
    return render(request, "inbox/desk.html", context, status=422 if refused else 200)


def _done(request: MunicipalityRequest, at: str, verb: Any, message: str) -> HttpResponse:
    try:
        verb()
    except ActionNotAllowed as refused:
        return _page(request, at=at, refused=refused)
    flash.success(request, message)
    return redirect("inbox_desk", request.municipality.slug)


@requires(Verb.INBOX_WORK)
@require_POST
def add_department(request: MunicipalityRequest) -> HttpResponse:
    name, email = request.POST.get("name", ""), request.POST.get("email", "")
    return _done(
        request, "department:new",
        lambda: verbs.add_department(request.municipality, name, email, by=request.user), _("Added."),
    )  # fmt: skip


@requires(Verb.INBOX_WORK)
@require_POST
def change_department(request: MunicipalityRequest, department: int) -> HttpResponse:
    row = get_object_or_404(Department, pk=department)
    name, email = request.POST.get("name", ""), request.POST.get("email", "")
    return _done(
        request, f"department:{row.pk}",
        lambda: verbs.change_department(row, name, email, by=request.user), _("Saved."),
    )  # fmt: skip


ACTS = {"retire": verbs.retire_department, "restore": verbs.restore_department}


@requires(Verb.INBOX_WORK)
@require_POST
def act_department(request: MunicipalityRequest, department: int, act: str) -> HttpResponse:
    if act not in ACTS:
        raise Http404
    row = get_object_or_404(Department, pk=department)
    message = _("Retired. It is offered no more.") if act == "retire" else _("It is offered again.")
    return _done(request, "", lambda: ACTS[act](row, by=request.user), message)


@requires(Verb.INBOX_WORK)
@require_POST
def add_settlement(request: MunicipalityRequest) -> HttpResponse:
    name = request.POST.get("name", "")
    return _done(
        request, "settlement:new",
        lambda: verbs.add_settlement(request.municipality, name, by=request.user), _("Added."),
    )  # fmt: skip


@requires(Verb.INBOX_WORK)
@require_POST
def rename_settlement(request: MunicipalityRequest, settlement: int) -> HttpResponse:
    row, name = get_object_or_404(Settlement, pk=settlement), request.POST.get("name", "")
    return _done(
        request, f"settlement:{row.pk}",
        lambda: verbs.rename_settlement(row, name, by=request.user), _("Saved."),
    )  # fmt: skip


@requires(Verb.INBOX_WORK)
@require_POST
def merge_settlement(request: MunicipalityRequest, settlement: int) -> HttpResponse:
    row, wanted = get_object_or_404(Settlement, pk=settlement), int_param(request.POST, "into")
    into = None if wanted is None else Settlement.objects.filter(pk=wanted).first()
    if into is None:
        missing = ActionNotAllowed(_("Choose the settlement that stays."), "into")
        return _page(request, at=f"settlement:{row.pk}", refused=missing)
    return _done(
        request, f"settlement:{row.pk}",
        lambda: verbs.merge_settlement(row, into, by=request.user), _("Merged: both are together now."),
    )  # fmt: skip


@requires(Verb.INBOX_WORK)
@require_POST
def add_tag(request: MunicipalityRequest) -> HttpResponse:
    name = request.POST.get("name", "")
    return _done(request, "tag:new", lambda: tag_verbs.add(request.municipality, name, by=request.user), _("Added."))


@requires(Verb.INBOX_WORK)
@require_POST
def rename_tag(request: MunicipalityRequest, tag: int) -> HttpResponse:
    row, name = get_object_or_404(Tag, pk=tag), request.POST.get("name", "")
    return _done(request, f"tag:{row.pk}", lambda: tag_verbs.rename(row, name, by=request.user), _("Saved."))


TAG_ACTS = {"retire": tag_verbs.retire, "restore": tag_verbs.restore}


@requires(Verb.INBOX_WORK)
@require_POST
def act_tag(request: MunicipalityRequest, tag: int, act: str) -> HttpResponse:
    if act not in TAG_ACTS:
        raise Http404
    row = get_object_or_404(Tag, pk=tag)
    message = _("Retired. It is offered no more.") if act == "retire" else _("It is offered again.")
    return _done(request, "tag:new", lambda: TAG_ACTS[act](row, by=request.user), message)
