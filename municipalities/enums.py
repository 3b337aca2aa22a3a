"""Enumerations: roles, kinds, languages of official use, layouts of two scripts."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    """Roles of a member; `rules.Verb` says what each may do."""

    OFFICER = "officer", _("Communications officer")
    APPROVER = "approver", _("Approver")
    VIEWER = "viewer", _("Viewer")


class Approval(models.TextChoices):
    """How many people have to agree before a post goes out, and which."""

    NONE = "none", _("No one: an officer publishes alone")
    ONE = "one", _("One approver")
    MENTOR = "mentor", _("The mentor reads it first, then one approver")
    TWO = "two", _("Two approvers")


class ChangeOutcome(models.TextChoices):
    """The outcome of a requested relaxation of rules."""

    APPLIED = "applied", _("took effect after the delay")
    CONFIRMED = "confirmed", _("another approver agreed")
    STOPPED = "stopped", _("stopped")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DROPPED = "dropped", _("dropped: the person who requested it may no longer change the rules")


class MunicipalityKind(models.TextChoices):
    CITY = "city", _("City")
    MUNICIPALITY = "municipality", pgettext_lazy("as opposed to a city", "Municipality")
    # No place on the map: a team of a training plays in it, and it is wiped afterwards.
    TRAINING = "training", _("Training workspace")


class Script(models.TextChoices):
    CYRILLIC = "Cyrl", _("Cyrillic")
    LATIN = "Latn", _("Latin")


class TextLanguage(models.TextChoices):
    """Languages in which posts are written; only Serbian may be derived from its other script."""

    SERBIAN = "sr", _("Serbian")
    BOSNIAN = "bs", _("Bosnian")
    HUNGARIAN = "hu", _("Hungarian")
    ALBANIAN = "sq", _("Albanian")
    SLOVAK = "sk", _("Slovak")
    ROMANIAN = "ro", _("Romanian")
    RUSYN = "rue", _("Rusyn")
    CROATIAN = "hr", _("Croatian")
    BULGARIAN = "bg", _("Bulgarian")
    CZECH = "cs", _("Czech")
    MACEDONIAN = "mk", _("Macedonian")
    MONTENEGRIN = "cnr", _("Montenegrin")
    ENGLISH = "en", _("English")


class ServiceCategory(models.TextChoices):
    """What an eService is about."""

    FAMILY = "family", _("Family and children")
    DOCUMENTS = "documents", _("Documents")
    MONEY = "money", _("Taxes and fees")
    BUILDING = "building", _("Land and building")
    ORDER = "order", _("Order in the municipality")
    SAY = "say", _("Citizens' participation")
    ACCESS = "access", _("Access to services")


class ServiceCall(models.TextChoices):
    """What people do with an eService: those calls to action of `posts.enums.CallKind` that fit, by the same names."""

    APPLY = "apply", _("Apply")
    PAY = "pay", _("Pay")
    BOOK = "book", _("Book an appointment")
    REPORT = "report", _("Report a problem")
    VOTE = "vote", _("Vote")
    COMMENT = "comment", _("Write a comment")
    DOWNLOAD = "download", _("Download")
