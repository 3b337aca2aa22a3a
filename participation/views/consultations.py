"""The list of consultations, writing one, and the page of one."""

from typing import Any

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.errors import ActionNotAllowed
from common.sentences import sentence
from common.web.errors import run_verb
from common.web.params import choice_param
from links.queries import links_of
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from participation import grounds
from participation.addresses import public_path
from participation.domain import posts, publish, write
from participation.enums import (
    DECISION_STYLES,
    ConsultationKind,
    Decision,
    Phase,
    PostRole,
    WayIn,
)
from participation.forms import ConsultationForm
from participation.models import Consultation
from participation.next_steps import OF_APPROVER
from participation.queries import consultations as queries
from participation.queries import contributions, translations
from participation.queries.consultations import Standing
from participation.views.consultation_pages import get_consultation, render_page

PER_PAGE = 20
KINDS = {
    ConsultationKind.BUDGET: "landmark",
    ConsultationKind.PLAN: "map-pin",
    ConsultationKind.REGULATION: "scale",
    ConsultationKind.DRAFT: "file-text",
    ConsultationKind.PROPOSALS: "lightbulb",
    ConsultationKind.MEETING: "users",
    ConsultationKind.PETITION: "clipboard-list",
}
# While citizens can still take part, what is unusual about its last day matters.
WITH_WARNINGS = (Phase.DRAFT, Phase.ANNOUNCED, Phase.OPEN)


@requires(Verb.PARTICIPATION_VIEW)
@require_GET
def consultations(request: MunicipalityRequest) -> HttpResponse:
    """All of them with their next step, or those of one phase."""
    now = timezone.now()
    phase = choice_param(request.GET, "phase", Phase.values)
    page = Paginator(queries.listed(phase, now), PER_PAGE).get_page(request.GET.get("page"))
    counts = queries.phase_counts(now)
    return render_page(request, "participation/consultations.html", {
        "page": page, "rows": [queries.standing_of(row, now) for row in page], "phase": phase,
        "phases": _phases(request, phase, counts), "is_empty": not any(counts.values()),
    })  # fmt: skip


def _phases(request: MunicipalityRequest, current: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    """Those in which there are some, and the one that is shown."""
    here = reverse("consultations", args=[request.municipality.slug])
    shown = [phase for phase in Phase if counts[phase] or phase == current]
    links = [
        {"label": phase.label, "url": f"{here}?phase={phase}", "current": phase == current, "count": counts[phase]}
        for phase in shown
    ]
    return [{"label": _("All"), "url": here, "current": not current, "count": sum(counts.values())}, *links]


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def new(request: MunicipalityRequest) -> HttpResponse:
    """First the kind, then the form with what is usual for that kind."""
    sent = request.POST if request.method == "POST" else None
    kind = choice_param(sent or request.GET, "kind", ConsultationKind.values)
    if not kind:
        kinds = [(value, value.label, symbol) for value, symbol in KINDS.items()]
        return render_page(request, "participation/kinds.html", {"kinds": kinds})
    initial = ConsultationForm.of_kind(kind, request.municipality)
    form = ConsultationForm(sent, initial=initial, municipality=request.municipality, user=request.user)
    if sent is not None and form.is_valid():
        row = run_verb(form, lambda: write.create(request.municipality, form.content(), by=request.user))
        if row is not None:
            flash.success(request, _("The draft is saved. Nobody outside sees it before it is published."))
            return redirect("consultation", request.municipality.slug, row.pk)
    return render_page(request, "participation/write.html", {}, form=form)


@requires(Verb.PARTICIPATION_EDIT)
@require_http_methods(["GET", "POST"])
def change(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    row = get_consultation(request, consultation)
    sent = request.POST if request.method == "POST" else None
    initial = ConsultationForm.of(row)
    form = ConsultationForm(sent, initial=initial, municipality=request.municipality, user=request.user, row=row)
    if sent is not None and form.is_valid():
        saved = run_verb(form, lambda: write.change(row, form.content(), by=request.user))
        if saved is not None:
            flash.success(request, _("Saved."))
            return redirect("consultation", request.municipality.slug, row.pk)
    return render_page(request, "participation/write.html", {"consultation": row}, form=form)


@requires(Verb.PARTICIPATION_VIEW)
@require_GET
def consultation(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    return page(request, get_consultation(request, consultation))


def page(request: MunicipalityRequest, row: Any, *, problem: str = "") -> HttpResponse:
    """The page of one consultation; `row` is of `get_consultation`."""
    now = timezone.now()
    standing = queries.standing_of(row, now)
    events = queries.events(row) if request.access.may(Verb.ACTIVITY_VIEW) else []
    planned = queries.planned_posts(row)
    for post in planned:
        post.consultation = row
    counts = contributions.count(row)
    can_write = request.access.may(Verb.PARTICIPATION_EDIT) and standing.phase not in (Phase.REPORTED, Phase.CALLED_OFF)
    # empty slots are for those who can fill them
    slots = [slot for slot in translations.slots(row) if slot.row or can_write]
    poster = next(iter(links_of(posts.poster_subject(row))), None) if row.is_published else None
    return render_page(request, "participation/consultation.html", {
        "consultation": row, "standing": standing, "counts": counts,
        "by_way": [(way.label, counts.by_way.get(way, 0)) for way in WayIn if _has(row, counts, way)],
        "by_decision": [
            ((*DECISION_STYLES[decision], decision.label), counts.by_decision[decision])
            for decision in Decision if decision in counts.by_decision
        ],
        "problems": publish.problems(row) if row.is_draft else [],
        "warnings": publish.warnings(row) if standing.phase in WITH_WARNINGS else [],
        "days": _days(standing, now), "ground": grounds.ground_of(row.ground),
        "documents": queries.documents(row), "posts": [(post, posts.changes_needed(post)) for post in planned],
        "may_plan": _may_plan(row, standing, planned), "poster": poster,
        "slots": slots, "can_write": can_write, "unused_languages": translations.unused(slots) if can_write else [],
        "events": [(event, sentence(event)) for event in events],
        "publish_request": _request_to_publish(row, events),
        "step_is_approvers": standing.step is not None and standing.step.code in OF_APPROVER,
        "public_path": public_path(row) if row.is_published else "",
        "contributions_path": reverse("contributions", args=[request.municipality.slug, row.pk]),
        "report_path": reverse("consultation_report", args=[request.municipality.slug, row.pk]),
    }, problem=problem)  # fmt: skip


def _has(row: Consultation, counts: contributions.Counts, way: WayIn) -> bool:
    return way in row.ways_in or bool(counts.by_way.get(way))


def _request_to_publish(row: Consultation, events: list[Any]) -> Any:
    """The event by which an approver was asked to publish the draft as it is now; None without one."""
    event = next((event for event in events if event.verb == "consultation.ask"), None)
    return event if row.is_draft and event is not None and event.at >= row.changed_at else None


def _may_plan(row: Consultation, standing: Standing, planned: list[Any]) -> bool:
    """Whether there may be a post that has no draft yet."""
    there = {post.role for post in planned}
    if standing.phase in (Phase.ANNOUNCED, Phase.OPEN):
        return not {PostRole.CALL, PostRole.REMINDER, PostRole.LAST_DAY} <= there
    return standing.phase == Phase.REPORTED and PostRole.RESULT not in there


def _days(standing: Standing, now: Any) -> list[dict[str, Any]]:
    """The days of a consultation in their order, each with whether it is over."""
    row, today = standing.consultation, timezone.localdate(now)
    days = [
        (_("Published"), timezone.localdate(row.published_at) if row.published_at else None, None),
        (_("First day"), row.starts_on, None),
        (_("Last day"), row.ends_on, row.last_hour),
        (_("Decisions by"), row.decided_by, None),
        (_("Closed"), timezone.localdate(row.closed_at) if row.closed_at else None, None),
        (_("Report by"), row.report_by, None),
        (_("Report published"), timezone.localdate(row.reported_at) if row.reported_at else None, None),
    ]
    known = [
        {"label": label, "day": day, "hour": hour, "is_over": day < today, "is_today": day == today}
        for label, day, hour in days
        if day is not None
    ]
    return sorted(known, key=lambda entry: entry["day"])


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def delete(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    row = get_consultation(request, consultation)
    try:
        write.delete(row, by=request.user)
    except ActionNotAllowed as refused:
        return page(request, row, problem=refused.message)
    flash.success(request, _("The draft was deleted."))
    return redirect("consultations", request.municipality.slug)


@requires(Verb.PARTICIPATION_EDIT)
@require_POST
def plan_posts(request: MunicipalityRequest, consultation: int) -> HttpResponse:
    """Drafts for what is still to be announced."""
    row = get_consultation(request, consultation)
    try:
        planned = posts.plan(row, by=request.user)
    except ActionNotAllowed as refused:
        return page(request, row, problem=refused.message)
    count = len(planned.made)
    if count:
        text = ngettext(
            "%(count)s draft was created. Nothing is published before it is approved.",
            "%(count)s drafts were created. Nothing is published before they are approved.",
            count,
        )
        flash.success(request, text % {"count": count})
    for role in planned.left_out:
        flash.info(request, _("No time is left for this post: %(post)s.") % {"post": role.label})
    if not count and not planned.left_out:
        flash.info(request, _("All its posts are there already."))
    return redirect(reverse("consultation", args=[request.municipality.slug, row.pk]) + "#posts")
