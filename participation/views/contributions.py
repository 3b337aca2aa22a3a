"""The contributions of a consultation: the list, the page of one, and what is decided about them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages as flash
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from common.web.params import int_list_param, int_param
from inbox.text_analysis import anonymise
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from participation.contribution_forms import DecideForm, DecideOneForm
from participation.domain import decide as verbs
from participation.domain.departments import may_be_asked
from participation.enums import AnswerState, Decision, WayIn
from participation.models import Contribution
from participation.queries import listing
from participation.queries.contributions import undecided
from participation.queries.listing import OPEN, PRIVATE_WAYS, ContributionFilters, Reader
from participation.views.contribution_pages import get_consultation, get_contribution, readable_or_404, render_page

MOST_NAMED = 5


@requires(Verb.PARTICIPATION_VIEW)
@require_GET
def contributions(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    row, reader = get_consultation(consultation), Reader.of(request.access)
    narrowed = ContributionFilters.read(request.GET)
    left = undecided(row).count()
    return render_page(request, "participation/contributions.html", row, {
        "narrowed": narrowed,
        "filters": _filters(narrowed, reader),
        "listed": listing.page(row, narrowed, reader, request.GET),
        "left": left,
        "first": listing.first_undecided(row, reader) if left else None,
    })  # fmt: skip


def _filters(narrowed: ContributionFilters, reader: Reader) -> list[dict[str, Any]]:
    """Selects above the list: name, label, chosen value, choices."""
    decisions = [(OPEN, _("Without a decision")), *Decision.choices, (listing.JOINED, _("Joined with another"))]
    answers = [("none", AnswerState.NONE.label), *AnswerState.choices[1:]]
    filters: list[tuple[str, str, str, Any]] = [
        ("decision", _("Decision"), narrowed.decision, decisions),
        ("way", _("How it came"), narrowed.way, WayIn.choices),
        ("answer", _("Answer to the author"), narrowed.answer, answers),
        ("late", _("Term"), narrowed.late, [("yes", _("After the last day"))]),
    ]
    if reader.words:
        filters += [
            ("similar", _("Alike"), narrowed.similar, [("yes", _("Others say nearly the same"))]),
            ("personal", _("Personal data"), narrowed.personal, [("yes", _("Numbers or addresses in it"))]),
        ]
    return [{"name": name, "label": label, "chosen": chosen, "choices": choices}
            for name, label, chosen, choices in filters]  # fmt: skip


@requires(Verb.PARTICIPATION_VIEW)
@require_GET
def contribution(request: MunicipalityRequest, consultation: int, contribution: int) -> HttpResponse:
    return page(request, get_contribution(consultation, contribution))


@requires(Verb.PARTICIPATION_VIEW)
@require_GET
def by_number(request: MunicipalityRequest, consultation: int, number: int) -> HttpResponse:
    """Numbers are what people know; the address of the page has the id."""
    row = get_object_or_404(Contribution, consultation=consultation, number=number)
    return redirect("contribution", request.municipality.slug, consultation, row.pk)


def page(
    request: MunicipalityRequest, row: Contribution, *, form: DecideOneForm | None = None, problem: str = ""
) -> HttpResponse:
    """`form`: a decision that came back with problems."""
    reader = Reader.of(request.access)
    may_read = reader.may_read(row)
    may_decide = (
        request.access.may(Verb.PARTICIPATION_EDIT) and may_read and row.is_checked and not row.withdrawn_at
        and row.same_as_id is None and row.consultation.stage == "published"
    )  # fmt: skip
    if form is None and may_decide:
        proposed = "" if row.gone_at else anonymise(row.text)
        form = DecideOneForm(initial=DecideOneForm.of(row, proposed))
    joined = listing.joined_with(row)
    return render_page(request, "participation/contribution.html", row.consultation, {
        "one": row,
        "text": reader.text(row),
        "is_original": may_read,
        "is_private": row.way_in in PRIVATE_WAYS,
        "files": list(row.files.all()) if may_read else [],
        "similar": listing.similar_to(row, reader) if may_decide else [],
        "joined": joined,
        "handovers": listing.asked_departments([row, *joined], reader),
        "reasons": listing.earlier_reasons(row.consultation) if may_decide else [],
        "neighbours": listing.neighbours(row, reader),
        "may_decide": may_decide,
        "may_ask": may_decide and may_be_asked(row),
        "offers_thanks": _offers_thanks(request, row),
    }, form=form if may_decide else None, problem=problem)  # fmt: skip


def _offers_thanks(request: MunicipalityRequest, row: Contribution) -> bool:
    """Whether the page offers to tell the author that it counts; the page of the answer says if it was done already."""
    may = request.access.may(Verb.INBOX_WORK) and request.access.may(Verb.PARTICIPATION_EDIT)
    message = row.message
    return bool(
        may and row.consultation.offers_thanks and not row.decision and message is not None
        and not message.erased_at and not message.remote_deleted_at and message.first_answer_at is None
    )  # fmt: skip


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def decide(request: MunicipalityRequest, consultation: int, contribution: int) -> HttpResponse:
    """Then on to the next one without a decision, so that many are decided one after the other."""
    row = get_contribution(consultation, contribution)
    readable_or_404(request, row)
    form = DecideOneForm(request.POST)
    if not form.is_valid():
        return page(request, row, form=form)
    try:
        verbs.decide(row, form.outcome(form.cleaned_data["public_text"]), by=request.user)
    except ActionNotAllowed as refused:
        add_form_error(form, refused)
        return page(request, row, form=form, problem="" if refused.field in form.fields else refused.message)
    flash.success(request, _("Contribution %(number)s is decided.") % {"number": row.number})
    following = listing.neighbours(row, Reader.of(request.access)).next if "next" in request.POST else None
    if following is None:
        return redirect("contribution", request.municipality.slug, consultation, row.pk)
    return redirect("contribution_number", request.municipality.slug, consultation, following)


def _act(request: MunicipalityRequest, row: Contribution, verb: Callable[[], Contribution], done: str) -> HttpResponse:
    try:
        verb()
    except ActionNotAllowed as refused:
        return page(request, row, problem=refused.message)
    flash.success(request, done)
    return redirect("contribution", request.municipality.slug, row.consultation_id, row.pk)


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def join(request: MunicipalityRequest, consultation: int, contribution: int) -> HttpResponse:
    """By its number: `into` is the contribution that then carries the decision."""
    row = get_contribution(consultation, contribution)
    readable_or_404(request, row)
    into = Contribution.objects.filter(consultation=consultation, number=int_param(request.POST, "into", default=0))
    target = into.first()
    if target is None:
        return page(request, row, problem=_("There is no contribution with this number."))
    readable_or_404(request, target)
    done = _("It is joined with contribution %(number)s, whose decision holds for both. Both count.")
    return _act(request, row, lambda: verbs.group(row, target, by=request.user), done % {"number": target.number})


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def separate(request: MunicipalityRequest, consultation: int, contribution: int) -> HttpResponse:
    row = get_contribution(consultation, contribution)
    readable_or_404(request, row)
    return _act(request, row, lambda: verbs.separate(row, by=request.user), _("It stands for itself again."))


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def reopen(request: MunicipalityRequest, consultation: int, contribution: int) -> HttpResponse:
    row = get_contribution(consultation, contribution)
    readable_or_404(request, row)
    return _act(request, row, lambda: verbs.reopen(row, by=request.user), _("It is without a decision again."))


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def withdraw(request: MunicipalityRequest, consultation: int, contribution: int) -> HttpResponse:
    """Its author asked for it, at the counter or by telephone. With a receipt they do it themselves."""
    row = get_contribution(consultation, contribution)
    readable_or_404(request, row)
    done = _("Its words are erased. The number stays, as withdrawn by its author.")
    return _act(request, row, lambda: verbs.withdraw(row, by=request.user), done)


# ---- several at once


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def several(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    """The same decision for several, each with the words that are released of it. GET shows, POST does."""
    row, reader = get_consultation(consultation), Reader.of(request.access)
    if not reader.words:
        raise Http404
    data = request.POST if request.method == "POST" else request.GET
    keys = int_list_param(data, "contribution", least=1)[: verbs.MOST_AT_ONCE]
    rows = Contribution.objects.filter(reader.readable, consultation=row, pk__in=keys)
    chosen = list(rows.select_related("consultation").order_by("number").defer("search_key", "public_search_key"))
    if not chosen:
        flash.info(request, _("Tick the contributions first that get the same decision."))
        return redirect("contributions", request.municipality.slug, row.pk)
    form = DecideForm(request.POST if request.method == "POST" else None)
    proposed = {one.pk: one.public_text or ("" if one.gone_at else anonymise(one.text)) for one in chosen}
    released = set(int_list_param(request.POST, "release")) if request.method == "POST" else {
        one.pk for one in chosen if not one.has_personal_data and one.way_in not in PRIVATE_WAYS
    }  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            words = {pk: text for pk, text in proposed.items() if pk in released}
            done, refused = verbs.decide_several(chosen, form.outcome(), words, by=request.user)
        except ActionNotAllowed as problem:
            add_form_error(form, problem)
        else:
            _report(request, len(done), refused)
            return redirect("contributions", request.municipality.slug, row.pk)
    context = {
        "chosen": [(one, proposed[one.pk], one.pk in released) for one in chosen],
        "reasons": listing.earlier_reasons(row),
    }
    return render_page(request, "participation/decide_several.html", row, context, form=form)


def _report(request: MunicipalityRequest, done: int, refused: list[tuple[Contribution, str]]) -> None:
    if done:
        text = ngettext("%(count)s contribution is decided.", "%(count)s contributions are decided.", done)
        flash.success(request, text % {"count": done})
    if refused:
        lines = [f"{one}: {why}" for one, why in refused[:MOST_NAMED]]
        if len(refused) > MOST_NAMED:
            more = len(refused) - MOST_NAMED
            text = ngettext("%(count)s more was not done.", "%(count)s more were not done.", more)
            lines.append(text % {"count": more})
        flash.warning(request, " ".join(lines))
