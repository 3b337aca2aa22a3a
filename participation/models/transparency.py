"""The self-check by the Local Transparency Index: the questions that staff entered, and each municipality's answers.

The questions are those of Transparency Serbia. The portal ships none of them; programme staff enter them from a file
(`participation.question_file`), for each year of the index anew.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import languages
from common.fields import WebAddressField
from municipalities.tenancy import TenantModel
from participation.enums import SELF_CHECK_STYLES, Evidence, SelfCheckState

User = settings.AUTH_USER_MODEL


class QuestionSet(models.Model):
    """The questions of one year of the index, of all municipalities. `edition` counts how often they were entered.

    `source` says where whoever entered them read them, on the local day `read_on`. Who that was is in the audit trail
    only: staff of other programmes see these rows, too.
    """

    year = models.PositiveSmallIntegerField(_("year of the index"), unique=True)
    source = models.CharField(_("where the questions were read"), max_length=300)
    address = WebAddressField(_("its address"), max_length=600, blank=True)
    read_on = models.DateField(_("read on"))
    edition = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-year"]

    def __str__(self) -> str:
        return str(self.year)


class Question(models.Model):
    """One question. `code` is its number or mark in the index and identifies it within its year.

    `weight` are the points of a "yes", NULL where nobody entered any. `next` says what to do where the answer is not
    "yes". `evidence`: what of it the portal can see, "" where it sees nothing of it. `is_active`: False once a later
    file no longer has it; what municipalities answered stays.
    """

    set = models.ForeignKey(QuestionSet, models.CASCADE, related_name="questions")
    code = models.CharField(max_length=20)
    category = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    text = models.TextField()
    text_en = models.TextField(blank=True)
    weight = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    next = models.TextField(blank=True)
    next_en = models.TextField(blank=True)
    evidence = models.CharField(max_length=20, choices=Evidence, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(name="question_code", fields=["set", "code"]),
            models.CheckConstraint(name="question_weight", condition=Q(weight__isnull=True) | Q(weight__gt=0)),
        ]

    def __str__(self) -> str:
        return languages.stored_text(self.text, self.text_en)

    @property
    def next_step(self) -> str:
        return languages.stored_text(self.next, self.next_en)


class SelfCheck(TenantModel):
    """What a municipality says about itself for one question, with a link and a note, and who said it last."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    state = models.CharField(max_length=6, choices=SelfCheckState)
    address = WebAddressField(_("link"), max_length=600, blank=True)
    note = models.TextField(_("note"), blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="self_check_once", fields=["municipality", "question"])]

    def __str__(self) -> str:
        return self.get_state_display()

    @property
    def pill(self) -> tuple[str, str, Any]:
        """Its state as a pill: tone, icon, label (`common.states`)."""
        return *SELF_CHECK_STYLES[SelfCheckState(self.state)], self.get_state_display()
