"""Kits for programme staff: the list, one kit with its posts and adoptions, and its editor."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.web import SignedInRequest
from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from kits import queries
from kits.domain import edit as verbs
from kits.forms import KitForm, KitPostForm
from kits.models import Kit, KitPost
from kits.rules import questions
from library.views.templates import TemplatePreview
from municipalities.access import programme
from municipalities.queries import services
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest
from posts.draft import SERBIAN, parse

keeps = programme(ProgrammeVerb.CATALOGUES)


def _kit_or_404(request: ProgrammeRequest, kit: int) -> Kit:
    """A kit of the user's own programmes, else 404."""
    row = queries.kit_of(request.programmes, kit)
    if row is None:
        raise Http404
    return row


@keeps
@require_safe
def kits(request: ProgrammeRequest) -> HttpResponse:
    context = {"rows": queries.overview(request.programmes), "several": len(request.programmes) > 1}
    return render(request, "kits/programme.html", context)


@keeps
@require_safe
def kit(request: ProgrammeRequest, kit: int) -> HttpResponse:
    row = _kit_or_404(request, kit)
    parts = [(part, TemplatePreview(parse(part.content))) for part in queries.parts_of(row)]
    table = queries.adoption_table(row) if row.published_at else None
    context = {"kit": row, "parts": parts, "table": table, "filled": queries.FILLED_BY_THEMSELVES}
    return render(request, "kits/programme_kit.html", context)


# ---------------------------------------------------------------- writing


@keeps
@require_http_methods(["GET", "POST"])
def new(request: ProgrammeRequest) -> HttpResponse:
    return _written(request, None)


@keeps
@require_http_methods(["GET", "POST"])
def edit(request: ProgrammeRequest, kit: int) -> HttpResponse:
    return _written(request, _kit_or_404(request, kit))


def _written(request: ProgrammeRequest, kit: Kit | None) -> HttpResponse:
    sent = (request.POST,) if request.method == "POST" else ()
    form = KitForm(*sent, programmes=request.programmes, services=services(), kit=kit)
    if request.method == "POST" and form.is_valid():
        if kit is None:
            row = verbs.create(form.chosen(), form.cleaned_data, by=request.user)
            messages.success(request, _("The kit is a draft. Write its posts, then publish it."))
        else:
            row = verbs.change(kit, form.cleaned_data, by=request.user)
            messages.success(request, _("Saved."))
        return redirect("programme_kit", row.pk)
    context = {"form": form, "kit": kit}
    return render(request, "kits/programme_kit_edit.html", context, status=422 if form.errors else 200)


@keeps
@require_http_methods(["GET", "POST"])
def new_part(request: ProgrammeRequest, kit: int) -> HttpResponse:
    row = _kit_or_404(request, kit)
    last = queries.parts_of(row)[-1:]
    day = last[0].day + 3 if last else 0
    return _written_part(request, row, KitPost(kit=row, day=day))


@keeps
@require_http_methods(["GET", "POST"])
def part(request: ProgrammeRequest, kit: int, part: int) -> HttpResponse:
    row = _kit_or_404(request, kit)
    return _written_part(request, row, _part(row, part))


def _part(kit: Kit, part: int, *, removed: bool = False) -> KitPost:
    row = get_object_or_404(KitPost, kit=kit, pk=part, removed_at__isnull=not removed)
    row.kit = kit
    return row


def _written_part(request: SignedInRequest, kit: Kit, part: KitPost) -> HttpResponse:
    tags = [*SERBIAN, *queries.languages_of(kit.programme)]
    form = KitPostForm(*((request.POST,) if request.method == "POST" else ()), part=part, tags=tags)
    if request.method == "POST" and form.is_valid():
        try:
            row = verbs.save_post(kit, part if part.pk else None, form.written(), by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            return _saved(request, kit, row)
    context = {"form": form, "kit": kit, "part": part, "filled": queries.FILLED_BY_THEMSELVES}
    return render(request, "kits/programme_kit_post.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, kit: Kit, row: KitPost) -> HttpResponse:
    """Redirects to the form again when new placeholders were added, so that their questions can be worded."""
    known = {gap["name"] for gap in kit.questions} | set(queries.FILLED_BY_THEMSELVES)
    gap_questions = questions([parse(row.content)], [])
    if {gap["name"] for gap in gap_questions} - known:
        messages.success(
            request, _("Saved. Check the questions for the placeholders, they were generated from their names.")
        )
        return redirect(reverse("programme_kit_post", args=[kit.pk, row.pk]) + "#gaps")
    messages.success(request, _("Saved."))
    return redirect("programme_kit", kit.pk)


@keeps
@require_POST
def remove(request: ProgrammeRequest, kit: int, part: int) -> HttpResponse:
    parent = _kit_or_404(request, kit)
    try:
        row = verbs.remove(get_object_or_404(KitPost, kit=parent, pk=part), by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        undo = "undo:" + reverse("programme_kit_post_restore", args=[kit, part])
        messages.success(request, _("“%(name)s” is removed.") % {"name": row}, extra_tags=undo)
    return redirect("programme_kit", kit)


@keeps
@require_POST
def restore(request: ProgrammeRequest, kit: int, part: int) -> HttpResponse:
    parent = _kit_or_404(request, kit)
    row = verbs.restore(get_object_or_404(KitPost, kit=parent, pk=part), by=request.user)
    messages.success(request, _("“%(name)s” is back.") % {"name": row})
    return redirect("programme_kit", kit)


# ---------------------------------------------------------------- for whom


@keeps
@require_POST
def publish(request: ProgrammeRequest, kit: int) -> HttpResponse:
    try:
        row = verbs.publish(_kit_or_404(request, kit), by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        count = len(queries.reached(row))
        message = ngettext(
            "Published. %(count)s municipality sees it now.", "Published. %(count)s municipalities see it now.", count
        )
        messages.success(request, message % {"count": count})
    return redirect("programme_kit", kit)


@keeps
@require_POST
def close(request: ProgrammeRequest, kit: int) -> HttpResponse:
    """Close it, or reopen it."""
    try:
        row = verbs.close(_kit_or_404(request, kit), by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        message = (
            _("The kit is closed. Drafts created from it are kept.") if row.closed_at else _("The kit is open again.")
        )
        messages.success(request, message, extra_tags="undo:" + reverse("programme_kit_close", args=[kit]))
    return redirect("programme_kit", kit)


@keeps
@require_POST
def delete(request: ProgrammeRequest, kit: int) -> HttpResponse:
    try:
        verbs.delete(_kit_or_404(request, kit), by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return redirect("programme_kit", kit)
    messages.success(request, _("The draft of the kit is deleted."))
    return redirect("programme_kits")
