"""Programme staff maintain good practice: their own examples, their order, and which built-in ones are shown."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.web import SignedInRequest
from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from common.web.params import choice_param
from exchange import built_in
from exchange.domain import practice as verbs
from exchange.enums import Purpose
from exchange.forms.practice import ExampleForm
from exchange.models import Example
from exchange.queries import practice as queries
from exchange.views.example_cards import ExampleCard, picture_of
from municipalities.access import programme
from municipalities.models import Programme
from municipalities.rules import ProgrammeVerb
from municipalities.web import ProgrammeRequest

keeps = programme(ProgrammeVerb.EXCHANGE)
TAGS = ("sr-Cyrl",)


def _programme(request: ProgrammeRequest, pk: Any) -> Programme:
    """One of one's own; another is not there."""
    chosen: Programme | None = next(
        (programme for programme in request.programmes if str(programme.pk) == str(pk)), None
    )
    if chosen is None:
        raise Http404
    return chosen


def _example(request: ProgrammeRequest, example: int) -> Example:
    return get_object_or_404(queries.own_example(request.programmes), pk=example)


def _back(target: Programme | Example) -> HttpResponse:
    pk = target.programme_id if isinstance(target, Example) else target.pk
    return redirect(f"{reverse('programme_practice')}?programme={pk}")


@keeps
@require_safe
def good_practice(request: ProgrammeRequest) -> HttpResponse:
    """One programme at a time."""
    chosen = _programme(request, request.GET.get("programme") or request.programmes[0].pk)
    shelf = queries.programme_examples(chosen)
    rows = [ExampleCard(example) for example in shelf.shown]
    groups = [(Purpose(key), _with_ends(list(part))) for key, part in groupby(rows, lambda card: card.example.purpose)]
    context = {
        "groups": groups,
        "shelf": shelf,
        "off": [ExampleCard(example) for example in shelf.off],
        "programmes": request.programmes,
    }
    return render(request, "exchange/programme.html", context)


def _with_ends(cards: list[ExampleCard]) -> list[tuple[ExampleCard, bool, bool]]:
    """Each with whether it can go up and down: the programme's own lead their purpose, among themselves."""
    own = [card for card in cards if card.example.pk]
    return [(card, card in own[1:], card in own[:-1]) for card in cards]


# ---------------------------------------------------------------- writing


@keeps
@require_http_methods(["GET", "POST"])
def new(request: ProgrammeRequest, programme: int) -> HttpResponse:
    chosen = _programme(request, programme)
    purpose = choice_param(request.GET, "purpose", Purpose.values, default=Purpose.SERVICE)
    return _written(request, Example(programme=chosen, purpose=purpose))


@keeps
@require_http_methods(["GET", "POST"])
def copy(request: ProgrammeRequest, programme: int, key: str) -> HttpResponse:
    """A built-in example: what is saved stands in its place for this programme."""
    if key not in built_in.built_in():
        raise Http404
    example = built_in.example(key)
    example.programme = _programme(request, programme)
    return _written(request, example)


@keeps
@require_http_methods(["GET", "POST"])
def edit(request: ProgrammeRequest, example: int) -> HttpResponse:
    return _written(request, _example(request, example))


def _form(request: HttpRequest, example: Example) -> ExampleForm:
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    return ExampleForm(*sent, example=example, tags=TAGS)


def _written(request: SignedInRequest, example: Example) -> HttpResponse:
    form = _form(request, example)
    previews = "look" in request.POST
    if request.method == "POST" and not previews and form.is_valid():
        try:
            row = _stored(example, form, request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            return _saved(request, row)
    context = {"form": form, "example": example, "look": ExampleCard(form.sketch())}
    if previews and request.headers.get("HX-Request"):
        return render(request, "exchange/_sketch.html", context)
    status = 422 if request.method == "POST" and not previews and form.errors else 200
    return render(request, "exchange/programme_edit.html", context, status=status)


def _stored(example: Example, form: ExampleForm, by: Any) -> Example:
    if example.pk:
        return verbs.edit(example, form.written(), by=by)
    return verbs.create(example.programme, form.written(), by=by, starter=example.starter)


def _saved(request: HttpRequest, row: Example) -> HttpResponse:
    """Back to the form when new gaps came up, so that their questions are seen and their examples written."""
    if {gap["name"] for gap in row.gaps} - {request.POST.get(f"gap-{at}-name") for at in range(len(row.gaps))}:
        messages.success(
            request, _("Saved. Write an example for each placeholder: it appears in the post that is shown.")
        )
        return redirect(reverse("programme_practice_edit", args=[row.pk]) + "#gaps")
    messages.success(request, _("Saved. Municipalities see it now."))
    return _back(row)


# ---------------------------------------------------------------- order, and what is shown


@keeps
@require_POST
def move(request: ProgrammeRequest, example: int) -> HttpResponse:
    row = verbs.move(_example(request, example), up="up" in request.POST, by=request.user)
    return redirect(f"{reverse('programme_practice')}?programme={row.programme_id}#example-{row.pk}")


@keeps
@require_POST
def retire(request: ProgrammeRequest, example: int) -> HttpResponse:
    row = verbs.retire(_example(request, example), by=request.user)
    message = _("The built-in example has been restored.") if row.starter else _("The example is retired.")
    undo = "undo:" + reverse("programme_practice_restore", args=[example])
    messages.success(request, message, extra_tags=undo)
    return _back(row)


@keeps
@require_POST
def restore(request: ProgrammeRequest, example: int) -> HttpResponse:
    row = _example(request, example)
    try:
        verbs.restore(row, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        messages.success(request, _("“%(name)s” is back.") % {"name": row})
    return _back(row)


@keeps
@require_POST
def switch(request: ProgrammeRequest, programme: int, key: str) -> HttpResponse:
    """Show a built-in example to municipalities, or not."""
    chosen = _programme(request, programme)
    if key not in built_in.built_in():
        raise Http404
    on = "on" in request.POST
    verbs.switch(chosen, key, on=on, by=request.user)
    message = _("“%(name)s” is shown again.") if on else _("“%(name)s” is switched off.")
    messages.success(request, message % {"name": built_in.example(key)})
    return _back(chosen)


@keeps
@require_safe
def picture(request: ProgrammeRequest, example: int) -> HttpResponseBase:
    return picture_of(_example(request, example))
