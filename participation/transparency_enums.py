"""Closed lists of the self-check by the Local Transparency Index."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SelfCheckState(models.TextChoices):
    """What a municipality says about itself. Without a row nobody has checked yet."""

    YES = "yes", pgettext_lazy("of a self-check", "Yes")
    PARTLY = "partly", pgettext_lazy("of a self-check", "Partly")
    NO = "no", pgettext_lazy("of a self-check", "No")


NOT_CHECKED = ""
GAPS = (SelfCheckState.PARTLY, SelfCheckState.NO)
SELF_CHECK_STYLES = {
    SelfCheckState.YES: ("good", "circle-check"),
    SelfCheckState.PARTLY: ("info", "circle-dot"),
    SelfCheckState.NO: ("waiting", "circle-slash"),
}


class Evidence(models.TextChoices):
    """What the portal itself can see of a municipality. Whoever enters a question says which of them it is about."""

    BUDGET_HEARING = "budget-hearing", _("Public hearings on the budget")
    LEGAL_GROUND = "legal-ground", _("Consultations with their legal ground")
    REPORT = "report", _("Published reports of consultations")
    ASKED = "asked-page", _("Page “You asked, we did”")
    ANSWERS = "answers", _("Needs of citizens with a published outcome")
    FIGURES = "figures-page", _("Page with the municipality's figures, and open data")
    HOUSE_RULES = "house-rules", _("Page with the house rules for comments")
