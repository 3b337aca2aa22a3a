"""Sorting rules: what the portal does by itself with a message when it is stored (`inbox.domain.apply_rules`)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from channels.models import Channel
from inbox.enums import MessageKind, OfficeTime, Readers, Topic
from inbox.models.desk import Department
from inbox.models.saved_answers import SavedAnswer
from municipalities.tenancy import TenantModel


class SortingRule(TenantModel):
    """Conditions, all of which a new message has to meet, and what is done with it then. Empty conditions match all.

    Rules apply in the order of `position`; a later one does not overwrite what an earlier one has set. `words` are
    separated by commas or lines; one of them suffices. `phrases` are these words with their stems
    (`inbox.phrases`). `kind` is the suggested kind,
    since nobody has sorted a message that is being stored. `set_tags` are ids of tags.
    """

    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    is_on = models.BooleanField(default=True)
    is_retired = models.BooleanField(default=False)
    # if
    kind = models.CharField(max_length=10, choices=MessageKind, blank=True)
    words = models.CharField(max_length=500, blank=True)
    phrases = models.JSONField(default=list, blank=True, editable=False)
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, blank=True, related_name="+")
    readers = models.CharField(max_length=9, choices=Readers, blank=True)
    office_time = models.CharField(max_length=7, choices=OfficeTime, blank=True)
    # then
    set_assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    set_tags = ArrayField(models.BigIntegerField(), default=list, blank=True)
    set_topic = models.CharField(max_length=10, choices=Topic, blank=True)
    set_department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    set_urgent = models.BooleanField(default=False)
    set_answer = models.ForeignKey(SavedAnswer, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        indexes = [
            # the rules that apply to new messages
            models.Index(fields=["municipality", "position"], name="sorting_rule_order", condition=Q(is_retired=False)),
        ]

    def __str__(self) -> str:
        return self.name
