"""The demo's mailbox: every mail the portal would have sent, so that invitations and notices can be tried."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render

from common.access import signed_in
from common.models import MailMessage

PER_PAGE = 20


@signed_in
def mailbox(request: Any) -> HttpResponse:
    """Newest first. Only in the demo, where nobody's mail is secret."""
    if not settings.DEMO:
        raise Http404
    mails = Paginator(MailMessage.objects.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/mailbox.html", {"mails": mails})
