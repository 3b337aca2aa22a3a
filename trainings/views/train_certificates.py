"""Trainers: who has earned a certificate; issue, download and revoke certificates."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.downloads import pdf
from common.errors import ActionNotAllowed
from common.web.errors import flash_error, run_verb
from common.web.params import int_list_param
from municipalities.queries import today
from municipalities.web import ProgrammeRequest
from trainings import certificate as page
from trainings.domain import certificates as verbs
from trainings.forms import RevokeForm
from trainings.models import Certificate, Training
from trainings.queries import attendance as sheets
from trainings.views.pages import form_page, get_training, shown, trains


@trains
@require_safe
def certificates(request: ProgrammeRequest, training: int) -> HttpResponse:
    row = get_training(request, training)
    sheet, issued = sheets.sheet(row), list(sheets.certificates(row))
    waiting = [line for line in sheet.rows if line.has_earned and line.certificate is None]
    context = {
        "sheet": sheet,
        "waiting": waiting,
        "held": [certificate for certificate in issued if certificate.revoked_at is None],
        "revoked": [certificate for certificate in issued if certificate.revoked_at],
        "may_issue": row.is_open and bool(waiting) and today() >= row.ends_on,
        "lasts": today() < row.ends_on,
        "issued_state": ("good", "badge-check", _("Issued")),
    }
    return shown(request, "trainings/train_certificates.html", row, "train_certificates", context)


@trains
@require_POST
def issue(request: ProgrammeRequest, training: int) -> HttpResponse:
    row = get_training(request, training)
    chosen = set(int_list_param(request.POST, "people"))
    try:
        certificates = verbs.issue(row, chosen, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
    else:
        count = len(certificates)
        message = ngettext("%(count)s certificate is issued.", "%(count)s certificates are issued.", count)
        if count:
            messages.success(request, message % {"count": count})
        else:
            messages.info(request, _("No one who has earned one was selected."))
    return redirect("train_certificates", row.pk)


def _certificate(training: Training, certificate: int) -> Certificate:
    row: Certificate = get_object_or_404(sheets.certificates(training), pk=certificate)
    row.participant.training = training
    return row


@trains
@require_safe
def one(request: ProgrammeRequest, training: int, certificate: int) -> HttpResponseBase:
    row = _certificate(get_training(request, training), certificate)
    return pdf(page.pdf([row]), f"certificate-{row.number}.pdf")


@trains
@require_safe
def everybodys(request: ProgrammeRequest, training: int) -> HttpResponseBase:
    """All that hold, a page each, to be printed."""
    row = get_training(request, training)
    held = list(sheets.certificates(row).filter(revoked_at__isnull=True))
    if not held:
        messages.info(request, _("No certificate is issued yet."))
        return redirect("train_certificates", row.pk)
    return pdf(page.pdf(held), f"certificates-{row.starts_on.isoformat()}.pdf")


@trains
@require_http_methods(["GET", "POST"])
def revoke(request: ProgrammeRequest, training: int, certificate: int) -> HttpResponse:
    row = get_training(request, training)
    chosen = _certificate(row, certificate)
    form = RevokeForm(request.POST or None)
    is_sent = request.method == "POST" and form.is_valid()
    if (
        is_sent
        and run_verb(form, lambda: verbs.revoke(chosen, form.cleaned_data["reason"], by=request.user)) is not None
    ):
        messages.success(request, _("The certificate %(number)s is revoked.") % {"number": chosen.number})
        return redirect("train_certificates", row.pk)
    lead = _("%(number)s of %(person)s does not hold any more. A new one can be issued with another number.")
    more = {"act": _("Revoke it"), "lead": lead % {"number": chosen.number, "person": chosen.participant}}
    back = reverse("train_certificates", args=[row.pk])
    return form_page(request, row, form, _("Revoke a certificate"), back=back, **more)
