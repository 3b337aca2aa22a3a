"""Choices of the report models."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    WAITING = "waiting", _("Waiting for a worker")
    MAKING = "making", _("Being created")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be created")
    GONE = "gone", _("Deleted")


class Trouble(models.TextChoices):
    """Why a report could not be made, for the person who waits for it."""

    BROKEN = (
        "broken",
        _("The document could not be written. This is an error of the portal: contact the administrator."),
    )
    GIVEN_UP = "given_up", _("It was tried three times and the worker stopped each time. Request it again.")


class Format(models.TextChoices):
    PDF = "pdf", _("PDF")
    XLSX = "xlsx", _("Excel")
    CSV = "zip", _("CSV")
    IATI = "xml", _("IATI (XML)")


class Every(models.IntegerChoices):
    """How many months a scheduled report covers; it is sent at the same interval."""

    MONTH = 1, _("Each month, about the month before")
    QUARTER = 3, _("After each quarter, about its three months")


# Content type of each.
TYPES = {
    Format.PDF: "application/pdf",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "application/zip",
    Format.IATI: "application/xml",
}
