"""Closed lists of consultations, contributions and the self-check by the Local Transparency Index."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ConsultationKind(models.TextChoices):
    """What citizens are asked about. A citizens' budget with a vote would be a kind of its own."""

    BUDGET = "budget", _("Public hearing on the budget")
    PLAN = "plan", _("Public hearing on a plan")
    REGULATION = "regulation", _("Public hearing on a regulation")
    DRAFT = "draft", _("Consultation on a draft")
    PROPOSALS = "proposals", _("Proposal box")
    MEETING = "meeting", _("Meeting of citizens")
    PETITION = "petition", _("Petition received")


class ConsultationStage(models.TextChoices):
    """What people have done with a consultation. What time makes of it is its phase (`participation.rules.phase`)."""

    DRAFT = "draft", pgettext_lazy("of a consultation", "Draft")
    PUBLISHED = "published", pgettext_lazy("of a consultation", "Published")
    CLOSED = "closed", pgettext_lazy("of a consultation", "Closed")
    REPORTED = "reported", pgettext_lazy("of a consultation", "Report published")
    CALLED_OFF = "called_off", pgettext_lazy("of a consultation", "Called off")


class Phase(models.TextChoices):
    """Where a consultation stands on a day."""

    DRAFT = "draft", pgettext_lazy("of a consultation", "Draft")
    ANNOUNCED = "announced", pgettext_lazy("of a consultation", "Announced")
    OPEN = "open", pgettext_lazy("of a consultation", "Open")
    DECIDING = "deciding", pgettext_lazy("of a consultation", "Being decided")
    CLOSED = "closed", pgettext_lazy("of a consultation", "Decided, report to follow")
    REPORTED = "reported", pgettext_lazy("of a consultation", "Report published")
    CALLED_OFF = "called_off", pgettext_lazy("of a consultation", "Called off")


# How each looks: tone and icon (`common.states`). Never a colour alone.
PHASE_STYLES = {
    Phase.DRAFT: ("quiet", "circle-dot"),
    Phase.ANNOUNCED: ("info", "calendar-clock"),
    Phase.OPEN: ("good", "megaphone"),
    Phase.DECIDING: ("waiting", "eye"),
    Phase.CLOSED: ("waiting", "calendar-clock"),
    Phase.REPORTED: ("good", "circle-check"),
    Phase.CALLED_OFF: ("quiet", "circle-slash"),
}


class WayIn(models.TextChoices):
    """How a contribution reached the municipality."""

    COMMENT = "comment", _("Comment below a post")
    MESSAGE = "message", _("Private message")
    FORM = "form", _("Form on the public page")
    MAIL = "mail", _("E-mail")
    MEETING = "meeting", _("Meeting")
    PAPER = "paper", _("On paper")


# Those that come in through the inbox.
OF_MESSAGES = (WayIn.COMMENT, WayIn.MESSAGE, WayIn.MAIL)


class Decision(models.TextChoices):
    """What became of a contribution. Every one ends with one of these; nothing is left without an end."""

    ACCEPTED = "accepted", pgettext_lazy("of a proposal", "Accepted")
    PARTLY = "partly", pgettext_lazy("of a proposal", "Partly accepted")
    DECLINED = "declined", pgettext_lazy("of a proposal", "Declined")
    OUT_OF_SCOPE = "elsewhere", pgettext_lazy("of a proposal", "Not decided here")
    WITHDRAWN = "withdrawn", pgettext_lazy("of a proposal", "Withdrawn by its author")


# A person in the municipality decides these; the last one only its author can.
DECISIONS = (Decision.ACCEPTED, Decision.PARTLY, Decision.DECLINED, Decision.OUT_OF_SCOPE)
DECISION_STYLES = {
    Decision.ACCEPTED: ("good", "circle-check"),
    Decision.PARTLY: ("info", "circle-dot"),
    Decision.DECLINED: ("quiet", "circle-slash"),
    Decision.OUT_OF_SCOPE: ("info", "link"),
    Decision.WITHDRAWN: ("quiet", "circle-slash"),
}


class AnswerState(models.TextChoices):
    """Whether the author learned of the decision. Answers on networks and by mail are deliveries of their own."""

    NONE = "", pgettext_lazy("of an answer to a proposal", "Not yet")
    WAITING = "waiting", pgettext_lazy("of an answer to a proposal", "On its way")
    SENT = "sent", pgettext_lazy("of an answer to a proposal", "Sent")
    FAILED = "failed", pgettext_lazy("of an answer to a proposal", "Not sent")
    BY_CODE = "by_code", pgettext_lazy("of an answer to a proposal", "On the page of their receipt")
    UNREACHABLE = "nowhere", pgettext_lazy("of an answer to a proposal", "No way to reach the author")


class AgeBand(models.TextChoices):
    """Stated voluntarily. Up to 30 is "young" in the figures, as in the Law on Youth (Official Gazette 50/2011)."""

    UNDER_18 = "u18", _("Under 18")
    TO_30 = "18-30", _("18 to 30")
    TO_45 = "31-45", _("31 to 45")
    TO_65 = "46-65", _("46 to 65")
    OVER_65 = "o65", _("Over 65")


YOUNG = (AgeBand.UNDER_18, AgeBand.TO_30)


class Gender(models.TextChoices):
    """Stated voluntarily."""

    WOMAN = "woman", _("Woman")
    MAN = "man", _("Man")
    OTHER = "other", pgettext_lazy("gender", "Other")


class SpeakerRole(models.TextChoices):
    """As whom somebody spoke at a meeting; minutes hold no names of citizens."""

    CITIZEN = "citizen", _("Citizen")
    ASSOCIATION = "association", _("Association of citizens")
    COMPANY = "company", _("Company or entrepreneur")
    LOCAL_COMMUNITY = "community", _("Local community (mesna zajednica)")
    COUNCILLOR = "councillor", _("Councillor")
    EXPERT = "expert", _("Expert or institution")


class PostRole(models.TextChoices):
    """What a post of a consultation is for."""

    CALL = "call", _("Call to take part")
    REMINDER = "reminder", _("Reminder")
    LAST_DAY = "last_day", _("Last day")
    RESULT = "result", _("What became of it")


class DayCount(models.TextChoices):
    """Which days of a term count."""

    CALENDAR = "calendar", _("days")
    WORKING = "working", _("working days")


class EditionState(models.TextChoices):
    """Whether the files of an edition of a report have been made."""

    MAKING = "making", pgettext_lazy("of a report", "Being made")
    READY = "ready", pgettext_lazy("of a report", "Ready")
    FAILED = "failed", pgettext_lazy("of a report", "Failed")


# ---- the self-check by the Local Transparency Index


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
