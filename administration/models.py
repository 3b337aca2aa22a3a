"""What the installation knows of itself."""

import pghistory

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import MailMessage

User = settings.AUTH_USER_MODEL


FACTS = ["name", "operator", "address", "email", "phone", "privacy_email"]


@pghistory.track(fields=FACTS, model_name="InstallationEvent")
class Installation(models.Model):
    """One row: who runs this installation, and how far its first set-up has come.

    Of the set-up code only the hash is kept. `done` are steps of `SetUpStep`. `begun_by` made the first account by the
    code and goes on with the set-up; nobody: the first administrator came by a command, and there is no set-up.
    """

    name = models.CharField(_("name of the portal"), max_length=80, blank=True)
    operator = models.CharField(_("who is responsible"), max_length=160, blank=True)
    address = models.TextField(_("postal address"), max_length=400, blank=True)
    email = models.EmailField(_("e-mail address for everybody"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    privacy_email = models.EmailField(_("e-mail address for personal data"), blank=True)
    # the first set-up
    code_hash = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True)
    done = models.JSONField(default=list)
    begun_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    test_mail = models.ForeignKey(MailMessage, models.SET_NULL, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="one_installation", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return self.name or "Dobošar"
