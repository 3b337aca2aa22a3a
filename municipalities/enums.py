"""Closed lists: roles, kinds, languages of official use, layouts of two scripts."""

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

    NONE = "none", _("Nobody: an officer publishes alone")
    ONE = "one", _("One approver")
    MENTOR = "mentor", _("The mentor reads it first, then one approver")
    TWO = "two", _("Two approvers")


class Kind(models.TextChoices):
    CITY = "city", _("City")
    MUNICIPALITY = "municipality", pgettext_lazy("as opposed to a city", "Municipality")


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
