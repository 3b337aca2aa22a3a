"""The pages of a municipality's mentoring as tabs, in their order.

A package above adds its pages here by their url names; this layer knows nothing else about them. A tab is shown to
those who have its right.
"""

from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from municipalities.rules import Verb
from municipalities.tabs import Page, Tab
from municipalities.tabs import tabs as tabs_of
from municipalities.web import MunicipalityRequest

PAGES = [
    Page("mentoring_plan", _("Plan"), Verb.PLAN_VIEW),
    Page("check_ins", _("Check-ins"), Verb.PLAN_VIEW),
    Page("mentoring_reviews", _("Reviews"), Verb.PLAN_VIEW),
    Page("progress", _("Feedback by the rubric"), Verb.FEEDBACK_VIEW),
    Page("trainings", _("Trainings"), Verb.TRAINING_VIEW),
]


def tabs(request: MunicipalityRequest, current: str) -> list[Tab]:
    """For `{% tabs pages label %}`: the pages that this person may open in the workspace at hand."""
    return tabs_of(request, PAGES, current)


# The pages of one training on the trainers' side: (url name, label), each under /programme/trainings/<training>/.
TRAINING_PAGES: list[tuple[str, Promise]] = [
    ("train_agenda", _("Agenda")),
    ("train_materials", _("Materials")),
    ("train_people", _("Participants and attendance")),
    ("train_certificates", _("Certificates")),
    ("train_exercises", _("Exercises")),
]


def training_tabs(training: Any, current: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": reverse(name, args=[training.pk]), "current": name == current}
        for name, label in TRAINING_PAGES
    ]
