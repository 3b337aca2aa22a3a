"""The pages of a municipality's mentoring as siblings: one list, in the order of the tabs.

A package above adds its pages here by their url names; this floor knows no more of them. A tab is shown to whom its
verb lets in.
"""

from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from municipalities.rules import Verb

# (url name, label, verb)
PAGES: list[tuple[str, Promise, Verb]] = [
    ("check_ins", _("Check-ins"), Verb.PLAN_VIEW),
    ("mentoring_reviews", _("Reviews"), Verb.PLAN_VIEW),
    ("progress", _("Feedback by the rubric"), Verb.FEEDBACK_VIEW),
]


def tabs(request: Any, current: str) -> list[dict[str, Any]]:
    """For `{% tabs pages label %}`: the pages that this person may open in the workspace at hand."""
    slug = request.municipality.slug
    return [
        {"label": label, "url": reverse(name, args=[slug]), "current": name == current}
        for name, label, verb in PAGES
        if request.access.may(verb)
    ]
