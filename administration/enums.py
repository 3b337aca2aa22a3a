"""Enumerations: steps of the first set-up, of a municipality and of a person's tour, states of exports and resets."""

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


class DemoResetState(models.TextChoices):
    WAITING = "waiting", _("Waiting for a worker")
    RUNNING = "running", _("Being reset")
    DONE = "done", _("Reset done")
    FAILED = "failed", _("Not reset")


class DemoResetProblem(models.TextChoices):
    """Why a reset failed, as a sentence."""

    BUSY = "busy", _("People kept writing in the demo for a minute. It is as it was; try again when it is quieter.")
    ERROR = "error", _("An error stopped it; it is in the log of the worker. The demo is as it was.")
    STOPPED = "stopped", _("Its worker was stopped three times. The demo is as it was.")
    YEAR = "year", _("The sixty days are back, but the year before them could not be filled in. Reset the demo again.")


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


class Tour(models.TextChoices):
    """A short way through the portal for one role. A person takes one at a time."""

    OFFICER = "officer", _("Tour for officers")
    APPROVER = "approver", _("Tour for approvers")
    MENTOR = "mentor", _("Tour for mentors")
    STAFF = "staff", _("Tour for the staff of a programme")


class TourStep(models.TextChoices):
    """Of all tours; `administration.queries.tours.TOURS` has their order."""

    WRITE = "write", _("Write a draft")
    PREVIEW = "preview", _("See it as each network shows it")
    SUBMIT = "submit", _("Submit or schedule it")
    ANSWER = "answer", _("Answer a citizen")
    RESULTS = "results", _("See how posts did")
    WAITING = "waiting", _("Read what waits for you")
    DECIDE = "decide", _("Approve it or send it back")
    CALENDAR = "calendar", _("See what goes out when")
    PAUSE = "pause", _("Know how to stop everything")
    OPEN = "open", _("Open a post of your municipality")
    COMMENT = "comment", _("Comment on a word")
    PLAN = "plan", _("See the plan of the three months")
    CHECK_IN = "check-in", _("Arrange a check-in")
    ATTENTION = "attention", _("See who needs you")
    COMPARE = "compare", _("Compare two municipalities")
    REPORT = "report", _("Create the programme's report")


class TourMark(models.TextChoices):
    """What became of a step. A step that has no mark is still to do."""

    DONE = "done", _("Done")
    SKIPPED = "skipped", pgettext_lazy("a step of a tour", "Skipped")
