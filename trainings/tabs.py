"""The pages of a municipality's mentoring, side by side: `{% tabs pages label %}` with what `tabs` gives.

A floor above names its own pages here by their url name; nothing of it is imported.
"""

from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from municipalities.rules import Verb

# One line for each page: its url name, what it is called, who may open it.
PAGES: list[tuple[str, Promise, Verb]] = [
    ("mentoring_plan", _("Plan"), Verb.PLAN_VIEW),
    ("check_ins", _("Check-ins"), Verb.PLAN_VIEW),
    ("mentoring_reviews", _("Reviews"), Verb.PLAN_VIEW),
    ("progress", _("Feedback by the rubric"), Verb.FEEDBACK_VIEW),
]


def tabs(request: Any, current: str) -> list[dict[str, Any]]:
    """Those that the reader may open; `current` is a url name. No query."""
    return [
        {"label": label, "url": reverse(name, args=[request.municipality.slug]), "current": name == current}
        for name, label, verb in PAGES
        if request.access.may(verb)
    ]
