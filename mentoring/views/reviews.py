"""Reviews of a plan: the list, one review, writing, refreshing the metrics, confirming, the PDF."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import languages
from common.errors import ActionNotAllowed
from common.numbers import number
from common.web.errors import add_form_error, flash_error
from common.web.params import int_param
from mentoring.domain import reviews as verbs
from mentoring.enums import ReviewKind, Side
from mentoring.models import Plan, Review
from mentoring.plan_rules import side_of
from mentoring.queries.plans import plans_of
from mentoring.queries.reviews import possible, reviews_of
from mentoring.review_document import build
from mentoring.review_forms import ReviewCommentForm
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from reports.document import Bullets, Document, Facts, Heading, Link, Missing, Paragraph, Table, Tile, Tiles
from reports.files import pdf
from trainings.tabs import tabs

# Numbers older than so many days are worth another look before one confirms them.
OLD_DAYS = 7


@requires(Verb.PLAN_VIEW)
@require_safe
def reviews(request: MunicipalityRequest) -> HttpResponse:
    rows, plans = list(reviews_of(request.municipality)), plans_of(request.municipality)
    may = possible(plans, rows) if request.access.may(Verb.PLAN_EDIT) else []
    context = {
        "pages": tabs(request, "mentoring_reviews"),
        "rows": rows,
        "possible": sorted(may, key=lambda review: (not review.is_timely, -review.plan.starts_on.toordinal())),
        "has_plan": any(plan.agreed_at for plan in plans),
    }
    return render(request, "mentoring/reviews.html", context)


@requires(Verb.PLAN_EDIT)
@require_POST
def begin(request: MunicipalityRequest) -> HttpResponse:
    kind = request.POST.get("kind", "")
    if kind not in ReviewKind.values:
        raise Http404
    plan = get_object_or_404(Plan, pk=int_param(request.POST, "plan", default=0))
    try:
        row = verbs.begin(plan, ReviewKind(kind), by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return redirect("mentoring_reviews", request.municipality.slug)
    return redirect("mentoring_review", request.municipality.slug, row.pk)


@requires(Verb.PLAN_VIEW)
@require_safe
def review(request: MunicipalityRequest, review: int) -> HttpResponse:
    row, side = _review(request, review), _side(request)
    document = build(row)
    context = {
        "row": row,
        "document": document,
        "blocks": blocks(document),
        "side": side,
        "may_confirm": side is not None and not row.is_frozen and not row.confirmed(side),
        "has_words": side is not None and bool(getattr(row, verbs.COMMENT_FIELDS[side])),
        "is_old": not row.is_frozen and (timezone.now() - document.as_of).days >= OLD_DAYS,
        "tongues": languages.choices(),
    }
    return render(request, "mentoring/review.html", context)


def _review(request: MunicipalityRequest, pk: int) -> Review:
    rows = Review.objects.select_related("plan", "mentor_confirmed_by", "municipality_confirmed_by")
    review: Review = get_object_or_404(rows, pk=pk)
    review.municipality = request.municipality
    return review


def _side(request: MunicipalityRequest) -> Side | None:
    """For whom this person writes and confirms; None: they read."""
    return side_of(request.access.roles) if request.access.may(Verb.PLAN_EDIT) else None


@requires(Verb.PLAN_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: MunicipalityRequest, review: int) -> HttpResponse:
    row, side = _review(request, review), _side(request)
    if side is None:
        raise PermissionDenied
    initial = {
        "words": getattr(row, verbs.COMMENT_FIELDS[side]),
        "next_steps": row.next_steps,
        "revision": row.revision,
    }
    form = ReviewCommentForm(request.POST or None, initial=initial, side=side)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            verbs.write(
                row, values["words"], values["next_steps"], side=side, revision=values["revision"], by=request.user
            )
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            messages.success(request, _("Saved. People who have confirmed are asked again if a word changed."))
            return redirect("mentoring_review", request.municipality.slug, row.pk)
    context = {"row": row, "form": form, "side": side}
    return render(request, "mentoring/review_write.html", context, status=422 if form.errors else 200)


@requires(Verb.PLAN_EDIT)
@require_POST
def refresh(request: MunicipalityRequest, review: int) -> HttpResponse:
    row = _review(request, review)
    revision = int_param(request.POST, "revision", default=0)
    return _done(request, row, lambda: verbs.refresh(row, revision=revision, by=request.user),
                 _("Plan and metrics have been refreshed."))  # fmt: skip


@requires(Verb.PLAN_EDIT)
@require_POST
def confirm(request: MunicipalityRequest, review: int) -> HttpResponse:
    row, side = _review(request, review), _side(request)
    if side is None:
        raise PermissionDenied
    revision = int_param(request.POST, "revision", default=0)
    return _done(request, row, lambda: verbs.confirm(row, side=side, revision=revision, by=request.user),
                 _("Confirmed. The other side has been notified."))  # fmt: skip


def _done(request: MunicipalityRequest, row: Review, act: Callable[[], Any], message: str) -> HttpResponse:
    try:
        act()
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        messages.success(request, message)
    return redirect("mentoring_review", request.municipality.slug, row.pk)


@requires(Verb.PLAN_VIEW)
@require_safe
def file(request: MunicipalityRequest, review: int, tongue: str) -> HttpResponse:
    """The PDF in a language, written on the spot: a few tables and no pictures take a fraction of a second."""
    if tongue not in languages.by_code():
        raise Http404
    row = _review(request, review)
    with translation.override(tongue):
        body = pdf.write(build(row))
    if request.method == "GET":
        verbs.note_download(row, tongue, by=request.user)
    answer = HttpResponse(body, content_type="application/pdf")
    name = f"{request.municipality.slug}-{row.kind}-review-{row.plan.ends_on:%Y-%m-%d}-{tongue}.pdf"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


# ---------------------------------------------------------------- the document as a page


def blocks(document: Document) -> list[dict[str, Any]]:
    """For the template: the very blocks of the document, cells made ready to be shown."""
    shown: list[dict[str, Any]] = []
    heading = ""
    for block in document.blocks[1:] if settings.DEMO else document.blocks:  # what the demo says stands on every page
        if isinstance(block, Heading):
            heading = block.text
        # facts below a table explain how it was calculated and are collapsed
        is_aside = isinstance(block, Facts) and bool(shown) and shown[-1]["kind"] == "table"
        shown.append(
            {
                "kind": type(block).__name__.lower(),
                "content": block,
                "label": heading,
                "aside": is_aside,
                **_shown(block),
            }
        )
    return shown


def _shown(block: Any) -> dict[str, Any]:
    match block:
        case Table():
            return {"rows": [[_cell(block, at, cell) for at, cell in enumerate(row)] for row in block.rows]}
        case Tiles():
            return {"tiles": [_tile(tile) for tile in block.items]}
        case Heading() | Paragraph() | Bullets() | Facts():
            return {}
    raise TypeError(f"a review has no block of this kind: {block!r}")


def _cell(table: Table, at: int, cell: Any) -> dict[str, Any]:
    column = table.columns[at]
    shown: dict[str, Any] = {"label": column.label, "is_number": column.kind in ("number", "date")}
    match cell:
        case Missing():
            return {**shown, "missing": cell.reason or "–"}
        case Link():
            return {**shown, "text": cell.text}
        case int() | float():
            return {**shown, "text": number(cell, column.places)}
        case str():
            return {**shown, "text": cell}
    return {**shown, "day": cell}


def _tile(tile: Tile) -> dict[str, Any]:
    missing = tile.value.reason if isinstance(tile.value, Missing) else ""
    value = None if isinstance(tile.value, Missing) else tile.value
    return {"label": tile.label, "value": value, "formula": tile.formula, "reason": missing,
            "places": tile.places}  # fmt: skip
