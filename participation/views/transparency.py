"""The self-check by the Local Transparency Index: of one municipality, and across a programme."""

from typing import Any

from django.contrib import messages as flash
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from common import spreadsheets
from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from common.web.params import choice_param, int_param
from municipalities.access import programme, requires
from municipalities.rules import ProgrammeVerb, Verb
from municipalities.web import MunicipalityRequest, ProgrammeRequest
from participation.domain import transparency as verbs
from participation.enums import Evidence
from participation.models import Question, QuestionSet, SelfCheck
from participation.queries import transparency as queries
from participation.question_file import HEADINGS, QuestionRow, parse
from participation.transparency import index
from participation.transparency_forms import QuestionFileForm, SelfCheckForm
from planning.file_parsing import MOST_BYTES, UnreadableFile
from serbian.sorting import sort_key

keeps = programme(ProgrammeVerb.CATALOGUES)
compares = programme(ProgrammeVerb.COMPARE)
SHOWS = ("gaps", "open")
# Column widths of the empty file, in characters.
WIDTHS = (10, 30, 60, 60, 10, 60, 60, 18)


# ---- one municipality


@requires(Verb.PARTICIPATION_VIEW)
@require_safe
def self_check(request: MunicipalityRequest) -> HttpResponse:
    """Questions of the newest year, or of another one, by field."""
    every = queries.sets()
    kept = _chosen(request, every)
    show = choice_param(request.GET, "show", SHOWS)
    base = reverse("self_check", args=[request.municipality.slug])
    context: dict[str, Any] = {"index": index(), "kept": kept, "years": _years(base, every, kept)}
    if kept is None:
        context["evidence"] = _named(queries.evidence(request.municipality))
    else:
        page = queries.self_check(kept, request.municipality, show=show)
        year = f"?year={kept.year}"
        context |= {
            "page": page,
            "show": show,
            "may_edit": request.access.may(Verb.PARTICIPATION_EDIT),
            "choices": [
                {"label": _("All"), "url": base + year, "current": not show, "count": page.counts.total},
                {
                    "label": _("Gaps"),
                    "url": f"{base}{year}&show=gaps",
                    "current": show == "gaps",
                    "count": page.counts.partly + page.counts.no,
                },
                {
                    "label": _("Not checked yet"),
                    "url": f"{base}{year}&show=open",
                    "current": show == "open",
                    "count": page.counts.not_checked,
                },
            ],
        }
    return render(request, "participation/self_check.html", context)


def _chosen(request: MunicipalityRequest | ProgrammeRequest, every: list[QuestionSet]) -> QuestionSet | None:
    """`?year=2026`, else the newest; None where there is none at all."""
    if not every or "year" not in request.GET:
        return next(iter(every), None)
    year = int_param(request.GET, "year")
    for kept in every:
        if kept.year == year:
            return kept
    raise Http404


def _years(base: str, every: list[QuestionSet], kept: QuestionSet | None) -> list[dict[str, Any]]:
    return [{"label": str(one.year), "url": f"{base}?year={one.year}", "current": one == kept} for one in every]


def _named(seen: dict[str, list[queries.EvidenceItem]]) -> list[tuple[str, list[queries.EvidenceItem]]]:
    return [(str(kind.label), seen.get(kind, [])) for kind in Evidence]


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: MunicipalityRequest, question: int) -> HttpResponse:
    """What the municipality says about one question."""
    row = get_object_or_404(Question.objects.select_related("set"), pk=question, is_active=True)
    before = SelfCheck.objects.filter(question=row).select_related("by").first()
    form = SelfCheckForm(request.POST or None, initial=SelfCheckForm.of(before))
    slug = request.municipality.slug
    if request.method == "POST" and form.is_valid():
        try:
            verbs.check(request.municipality, row, form.content(), by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            flash.success(request, _("Saved."))
            following = queries.next_unchecked(row) if "next" in request.POST else None
            if following is not None:
                return redirect("self_check_question", slug, following.pk)
            return redirect(f"{reverse('self_check', args=[slug])}?year={row.set.year}#question-{row.pk}")
    seen = queries.evidence(request.municipality, [row.evidence])
    context = {
        "row": queries.CheckedQuestion(row, before, seen.get(row.evidence, [])),
        "category": next((one for one in index().categories if one.key == row.category), None),
        "form": form,
        "back": f"{reverse('self_check', args=[slug])}?year={row.set.year}#question-{row.pk}",
    }
    return render(request, "participation/self_check_question.html", context, status=422 if form.errors else 200)


# ---- a programme


@compares
@require_safe
def programme_page(request: ProgrammeRequest) -> HttpResponse:
    """The years that were entered, and how far the municipalities are that agreed to be compared."""
    every = queries.sets()
    kept = _chosen(request, every)
    base = reverse("programme_transparency")
    context: dict[str, Any] = {"index": index(), "kept": kept, "years": _years(base, every, kept)}
    if kept is not None:
        overview = queries.overview(request.programmes, kept)
        rows = sorted(overview.rows, key=lambda row: sort_key(str(row.municipality)))
        context |= {"rows": rows, "withheld": overview.withheld}
    return render(request, "participation/programme_transparency.html", context)


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: ProgrammeRequest) -> HttpResponse:
    """Enter the questions of a year from a file: all of them, or none with the problems of each row."""
    form = QuestionFileForm(request.POST or None, request.FILES or None)
    problem, rows, left_out = "", list[QuestionRow](), list[str]()
    if request.method == "POST" and form.is_valid():
        try:
            rows, left_out = parse(form.cleaned_data["file"].read(MOST_BYTES + 1))
            if not any(row.problems for row in rows):
                kept = verbs.enter_questions(form.where(), rows, by=request.user)
                flash.success(request, _entered(len(rows), left_out))
                return redirect(f"{reverse('programme_transparency')}?year={kept.year}")
        except UnreadableFile as unreadable:
            problem = str(unreadable)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
    context = {
        "form": form,
        "problem": problem,
        "bad": [row for row in rows if row.problems],
        "good": sum(not row.problems for row in rows),
        "left_out": left_out,
        "categories": index().categories,
        "evidence": Evidence,
    }
    return render(
        request, "participation/transparency_questions.html", context, status=422 if request.method == "POST" else 200
    )


def _entered(count: int, left_out: list[str]) -> str:
    text = ngettext("%(count)s question is entered.", "%(count)s questions are entered.", count) % {"count": count}
    if left_out:
        text += " " + _("These columns were not read: %(names)s.") % {"names": ", ".join(left_out[:5])}
    return text


@keeps
@require_safe
def empty_file(request: ProgrammeRequest, kind: str) -> HttpResponse:
    """A file with the headings only: the portal knows no question."""
    return spreadsheets.sample("pitanja-lti", kind, [list(HEADINGS)], WIDTHS)
