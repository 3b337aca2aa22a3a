"""The demo's mailbox: every mail the portal would have sent, so that invitations and notifications can be tried."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.access import signed_in
from accounts.web import SignedInRequest
from common.crypto import CryptoError
from common.models import MailMessage

PER_PAGE = 20


@signed_in
def mailbox(request: SignedInRequest) -> HttpResponse:
    """Newest first. Only in the demo, where no mail is confidential."""
    if not settings.DEMO:
        raise Http404
    mails = Paginator(MailMessage.objects.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(mail, _body(mail)) for mail in mails]
    return render(request, "portal/mailbox.html", {"mails": mails, "rows": rows})


def _body(mail: MailMessage) -> str:
    try:
        return mail.body
    except CryptoError:
        return _("This mail cannot be read: its key or its recipient was changed.")
