"""Saved answers, and which notifications colleagues have been sent."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from inbox.enums import MessageKind, Topic
from municipalities.tenancy import TenantModel


class SavedAnswer(TenantModel):
    """An answer with placeholders (`inbox.saved_answer_text`), written in one script; the other one is derived on use.

    A message of the same `topic` and `kind` lists it first; empty matches all. `use_count` counts the answers sent
    with it.
    """

    name = models.CharField(_("name"), max_length=80)
    text = models.TextField(_("text"))
    topic = models.CharField(_("topic"), max_length=10, choices=Topic, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=MessageKind, blank=True)
    is_retired = models.BooleanField(default=False)
    use_count = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                name="saved_answer_once", fields=["municipality", "name"], condition=models.Q(is_retired=False)
            )
        ]

    def __str__(self) -> str:
        return self.name


class SentNotification(TenantModel):
    """A notification that was sent to colleagues: the worker that inserts the row sends it. `about` is a short key."""

    about = models.CharField(max_length=60)
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="sent_notification_once", fields=["municipality", "about"])]

    def __str__(self) -> str:
        return self.about
