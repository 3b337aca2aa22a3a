"""Push messages: switching them on for the browser of the request, and ending those of a device."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from accounts.templatetags.devices import device
from accounts.web import SignedInRequest
from common.errors import ActionNotAllowed
from notifications import sign_ins
from notifications.domain import push_devices
from notifications.web_push import Subscription

FIELDS = ("endpoint", "p256dh", "auth")


@signed_in
@require_POST
def push_subscribe(request: SignedInRequest) -> HttpResponse:
    """`FIELDS` as the browser's `PushSubscription` has them, and the `key` of ours that it was given."""
    wanted = Subscription(**{name: request.POST.get(name, "") for name in FIELDS})
    response = redirect("account_notifications")
    name = device(request.headers.get("User-Agent", ""))
    try:
        row = push_devices.subscribe(request.user, wanted, key=request.POST.get("key", ""), device=name)
    except ActionNotAllowed as refused:
        messages.error(request, refused.message)
        return response
    former = sign_ins.digest(request)
    if former != row.digest:  # the browser gave its former address up
        push_devices.end_own(request.user, former)
    sign_ins.remember(response, row.digest)
    messages.success(request, _("Notifications come to this device from now on."))
    return response


@signed_in
@require_POST
def push_unsubscribe(request: SignedInRequest, device: int) -> HttpResponse:
    """404 for others' devices."""
    if not push_devices.unsubscribe(request.user, device):
        raise Http404
    messages.success(request, _("No more notifications come to that device."))
    return redirect("account_notifications")
