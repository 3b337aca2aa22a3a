"""Preferences for mail and push messages: the page of the account, and the unsubscribe link in each mail."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import signed_in
from accounts.models import User
from accounts.web import SignedInRequest, client_network
from common import ratelimit
from common.access import public
from notifications import queries, sign_ins, unsubscribe_links
from notifications.domain import choose, push_keys
from notifications.forms import MailForm
from notifications.models import MailSchedule

# A person needs one request; all mail programs of a town hall may share one address.
MOST_A_MINUTE = 60


@signed_in
@require_http_methods(["GET", "POST"])
def account_notifications(request: SignedInRequest) -> HttpResponse:
    """Which kinds are mailed, immediately or daily, and reach the person's devices; the quiet hours; the devices."""
    form = MailForm(
        request.POST or None,
        manner=queries.mail_settings(request.user),
        pushed=queries.pushed_kinds(request.user),
    )
    if request.method == "POST" and form.is_valid():
        times = {name: form.cleaned_data[name] for name in choose.TIMES}
        choose.choose(request.user, times=times, frequencies=form.frequencies(), pushed=form.pushed())
        messages.success(request, _("Saved."))
        return redirect("account_notifications")
    own = sign_ins.digest(request)
    devices = list(queries.devices(request.user))
    context = {
        "form": form,
        "devices": devices,
        "here": next((row for row in devices if row.digest == own), None),
        "push_key": push_keys.public(),
    }
    return render(request, "notifications/mail.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def void_links(request: SignedInRequest) -> HttpResponse:
    choose.void_links(request.user)
    messages.success(request, _("Done. The links in older mails no longer change anything."))
    return redirect("account_notifications")


@public
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, so that link scanners change nothing; POST unsubscribes, also by one click in the mail program (RFC
    8058), without a session: the signed link is the permission.
    """
    if ratelimit.hit("notifications-stop", client_network(request), limit=MOST_A_MINUTE, seconds=60).is_exceeded:
        response = render(request, "notifications/stop.html", {"step": "wait"}, status=429)
        response.headers["Retry-After"] = "60"
        return response
    wanted = unsubscribe_links.parse_token(token)
    person = User.objects.filter(pk=wanted.user_id).first() if wanted else None
    if wanted is None or person is None or not _is_current(wanted):
        return render(request, "notifications/stop.html", {"step": "void"}, status=410)
    language = request.LANGUAGE_CODE if request.user.is_authenticated else person.language
    with translation.override(language):
        response = _answer(request, wanted, person)
        response.headers["Content-Language"] = language
        return response


def _answer(request: HttpRequest, wanted: unsubscribe_links.UnsubscribeLink, person: User) -> HttpResponse:
    step = "ask"
    if request.method == "POST":
        step = "resumed" if "again" in request.POST else "stopped"
        (choose.resubscribe if step == "resumed" else choose.unsubscribe)(person, wanted.kinds)
    return render(request, "notifications/stop.html", {"step": step, "kinds": wanted.kinds})


def _is_current(wanted: unsubscribe_links.UnsubscribeLink) -> bool:
    return MailSchedule.objects.filter(user=wanted.user_id, key=wanted.key).exists()
