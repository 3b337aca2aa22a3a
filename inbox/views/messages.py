"""The list: what wants an answer, and by when."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from inbox import queries
from inbox.enums import Kind
from inbox.queries import VIEWS, Narrowed
from municipalities.access import requires
from municipalities.rules import Verb

PER_PAGE = 30


@requires(Verb.INBOX_VIEW)
@require_GET
def inbox(request: Any) -> HttpResponse:
    now, asked = timezone.now(), request.GET
    narrowed = Narrowed(
        view=asked.get("view") if asked.get("view") in VIEWS else "open",
        kind=asked.get("kind") if asked.get("kind") in {*Kind.values, "none"} else "",
        words=asked.get("q", "")[:200],
    )
    page = Paginator(queries.listed(narrowed, request.user, now), PER_PAGE).get_page(asked.get("page"))
    page.object_list = queries.collapsed(list(page.object_list))
    counts = queries.counts(request.user, now)
    context = {
        "page": page,
        "narrowed": narrowed,
        "is_narrowed": bool(narrowed.kind or narrowed.words or narrowed.view != "open"),
        "kinds": [("none", _("Not sorted yet")), *Kind.choices],
        "views": [{**each, "count": counts.get(each["key"])} for each in _views(narrowed)],
        "may_work": request.access.may(Verb.INBOX_WORK),
        "listened": queries.listened() if not page.object_list else [],
        "now": now,
    }
    return render(request, "inbox/inbox.html", context)


def _views(narrowed: Narrowed) -> list[dict[str, Any]]:
    labels = {
        "open": pgettext("messages of citizens", "Open"),
        "mine": pgettext("messages of citizens", "Mine"),
        "late": pgettext("messages of citizens", "Late"),
        "answered": pgettext("messages of citizens", "Answered"),
        "closed": pgettext("messages of citizens", "Closed"),
    }
    return [
        {"key": key, "label": label, "url": f"?view={key}", "current": key == narrowed.view}
        for key, label in labels.items()
    ]
