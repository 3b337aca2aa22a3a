"""Answers that are kept for the next who asks the same, and what people have been told already."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from inbox.enums import MessageKind, Topic
from municipalities.tenancy import TenantModel


class SavedAnswer(TenantModel):
    """An answer with gaps (`inbox.saved`), written in one script; the other is derived when it is offered.

    `topic` and `kind` bring it to the top of the list where a message has the same; empty fits all. `used` counts
    the answers that were sent with it.
    """

    name = models.CharField(_("name"), max_length=80)
    text = models.TextField(_("text"))
    topic = models.CharField(_("topic"), max_length=10, choices=Topic, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=MessageKind, blank=True)
    is_retired = models.BooleanField(default=False)
    used = models.PositiveIntegerField(default=0)
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


class Told(TenantModel):
    """That our people were told of something: whoever writes the row tells. `about` is a short key."""

    about = models.CharField(max_length=60)
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="told_once", fields=["municipality", "about"])]

    def __str__(self) -> str:
        return self.about
