"""Enumerations: the steps of the first set-up, first steps of a municipality, states of an export."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SetUpStep(models.TextChoices):
    """In the order in which they are walked through."""

    ACCOUNT = "account", _("Your account")
    SECOND_FACTOR = "second-factor", _("Second factor")
    FACTS = "facts", _("Who runs it")
    ADDRESS = "address", pgettext_lazy("of the portal on the internet", "Address")
    MAIL = "mail", _("Mail")
    NETWORKS = "networks", _("Networks")
    PROGRAMME = "programme", _("Programme")


class ExportState(models.TextChoices):
    WAITING = "waiting", _("Waiting for a worker")
    BUILDING = "building", _("Being created")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be created")
    GONE = "gone", _("Deleted")


class FirstStep(models.TextChoices):
    """What a new workspace needs before it speaks, in the order in which one does it."""

    PEOPLE = "people", _("People invited")
    PROFILE = "profile", _("Profile and arms")
    RULES = "rules", _("House rules and who approves")
    CHANNEL = "channel", _("First channel connected")
    POPULATION = "population", _("Population entered")
    MENTOR = "mentor", _("Mentor paired")
    SERVICES = "services", _("eServices reviewed")
    WORDS = "words", _("Words of the house")
    TIMES = "times", _("Usual times")
    DRAFT = "draft", _("First draft")
