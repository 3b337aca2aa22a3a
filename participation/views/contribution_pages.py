"""What all pages of contributions share: loading the rows, rights, and responding 422 after a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from participation.enums import ConsultationStage
from participation.models import Consultation, Contribution
from participation.queries.listing import Reader


@dataclass(frozen=True)
class ContributionPermissions:
    """`edit`: take in and decide; `answer`: answer authors; `approve`: approve answers; `read`: original words."""

    edit: bool
    answer: bool
    approve: bool
    read: bool
    read_private: bool

    @classmethod
    def of(cls, request: MunicipalityRequest) -> "ContributionPermissions":
        may = request.access.may
        return cls(
            may(Verb.PARTICIPATION_EDIT),
            may(Verb.PARTICIPATION_EDIT) and may(Verb.INBOX_WORK),
            may(Verb.POST_APPROVE),
            may(Verb.INBOX_VIEW),
            may(Verb.INBOX_VIEW) and may(Verb.INBOX_PRIVATE),
        )


def get_consultation(pk: int) -> Consultation:
    rows = Consultation.objects.select_related("municipality", "tag")
    consultation: Consultation = get_object_or_404(rows, pk=pk)
    return consultation


def get_contribution(consultation: int, pk: int) -> Contribution:
    rows = Contribution.objects.select_related(
        "consultation__municipality", "message__channel", "meeting", "batch__entered_by", "settlement", "decided_by",
        "same_as", "reply", "by",
    )  # fmt: skip
    row: Contribution = get_object_or_404(rows, pk=pk, consultation=consultation)
    return row


def readable_or_404(request: MunicipalityRequest, row: Contribution) -> None:
    """Nobody decides about words that they may not read."""
    if not Reader.of(request.access).may_read(row):
        raise Http404


def render_page(
    request: MunicipalityRequest,
    template: str,
    consultation: Consultation | None,
    context: Mapping[str, Any],
    *,
    form: forms.Form | None = None,
    problem: str = "",
) -> HttpResponse:
    """422 when `form` came back with problems, or when something else could not be done."""
    status = 422 if problem or (form is not None and form.errors) else 200
    full_context = {
        **context,
        "consultation": consultation,
        "may": ContributionPermissions.of(request),
        "is_running": consultation is not None and consultation.stage == ConsultationStage.PUBLISHED,
        "form": form,
        "problem": problem,
    }
    return render(request, template, full_context, status=status)
