"""Closed lists: the steps of the first set-up."""

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
