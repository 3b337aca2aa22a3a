"""Indicators of a programme: which it uses, frozen baselines, agreed targets, and values.

Rows of one municipality (`Municipality…`) are isolated by tenant; rows of the programme as a whole are not. Baselines
and entered values are only added: a change is a new row with its reason. Measured values can be recomputed at any time
(`analytics.indicators.domain.measure`).
"""

import pgtrigger

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from analytics.enums import Better, Level, Span, TargetKind, Unit
from analytics.logframe import INDICATORS, Indicator
from municipalities.models import Programme
from municipalities.tenancy import TenantModel
from posts.models import Version

User = settings.AUTH_USER_MODEL


class ProgrammeIndicator(models.Model):
    """An indicator that a programme follows: a listed one (`code`), optionally under a name of its own, or a manual
    one that it has defined itself. Ended, never deleted."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="indicators")
    code = models.CharField(max_length=8, blank=True)
    name = models.CharField(_("name"), max_length=160, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    unit = models.CharField(_("unit"), max_length=12, choices=Unit)
    better = models.CharField(_("better direction"), max_length=4, choices=Better, default=Better.UP)
    method = models.TextField(_("how it is measured"), blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    areas = models.JSONField(_("areas of good governance"), default=list)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_indicator_each", fields=["programme", "code"], condition=~Q(code="")),
            models.CheckConstraint(
                name="own_indicator_is_described", condition=~Q(code="") | (~Q(name="") & ~Q(method=""))
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(INDICATORS[self.code].name)

    @property
    def listed(self) -> Indicator | None:
        """Its line in the list; None: people enter its values."""
        return INDICATORS.get(self.code)

    @property
    def is_manual(self) -> bool:
        return not self.code

    @property
    def formula(self) -> str:
        return str(self.listed.formula) if self.listed else self.method


class Frozen(models.Model):
    """A baseline as it was on the day it was frozen. The latest row counts; a second one needs a reason.

    `few_because`: why a value of too little data was frozen all the same. Whether it is of too little is decided in
    `analytics.indicators.sufficiency`.
    """

    first = models.DateField()
    last = models.DateField()
    value = models.FloatField()
    n = models.PositiveIntegerField()
    quality = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    few_because = models.CharField(max_length=300, blank=True)
    frozen_at = models.DateTimeField(auto_now_add=True)
    frozen_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        abstract = True
        constraints = [models.CheckConstraint(name="%(class)s_ends_after_it_begins", condition=Q(first__lte=F("last")))]

    def __str__(self) -> str:
        return f"{self.value:g} from {self.first} to {self.last}"


class Baseline(Frozen):
    """Of the programme: the median of its municipalities (n), or an entered value."""

    indicator = models.ForeignKey(ProgrammeIndicator, models.PROTECT, related_name="baselines")

    class Meta(Frozen.Meta):
        indexes = [models.Index(fields=["indicator", "-id"], name="baseline_newest")]  # the latest one, and its history
        triggers = [pgtrigger.Protect(name="baseline_stays", operation=pgtrigger.Update | pgtrigger.Delete)]


class MunicipalityBaseline(TenantModel, Frozen):
    """Of one municipality."""

    indicator = models.ForeignKey(ProgrammeIndicator, models.PROTECT, related_name="municipality_baselines")

    class Meta(TenantModel.Meta):
        constraints = Frozen.Meta.constraints
        indexes = [
            # the latest one of every municipality of an indicator
            models.Index(fields=["indicator", "municipality", "-id"], name="municipality_baseline_newest"),
            # all of one municipality
            models.Index(fields=["municipality", "indicator"], name="municipality_baseline_own"),
        ]
        triggers = [
            pgtrigger.Protect(name="municipality_baseline_stays", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


class Agreed(models.Model):
    """A target, or a milestone on the way to it. Another one for the same day, or another target, ends it.

    `worse_because`: why a value worse than the baseline was agreed.
    """

    kind = models.CharField(_("expressed as"), max_length=6, choices=TargetKind, default=TargetKind.VALUE)
    value = models.FloatField(_("value"))
    due_on = models.DateField(_("due on"))
    is_milestone = models.BooleanField(_("milestone on the way"), default=False)
    reason = models.CharField(_("reason"), max_length=300)
    worse_because = models.CharField(max_length=300, blank=True)
    set_at = models.DateTimeField(auto_now_add=True)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_because = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.value:g} by {self.due_on}"


class Target(Agreed):
    """For the programme, and for every municipality that has none of its own."""

    indicator = models.ForeignKey(ProgrammeIndicator, models.PROTECT, related_name="targets")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_target", fields=["indicator"], condition=Q(is_milestone=False, ended_at__isnull=True)
            ),
            models.UniqueConstraint(
                name="one_milestone_a_day",
                fields=["indicator", "due_on"],
                condition=Q(is_milestone=True, ended_at__isnull=True),
            ),
        ]


class MunicipalityTarget(TenantModel, Agreed):
    """Agreed with one municipality; it replaces the programme's."""

    indicator = models.ForeignKey(ProgrammeIndicator, models.PROTECT, related_name="municipality_targets")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                name="one_municipality_target",
                fields=["indicator", "municipality"],
                condition=Q(is_milestone=False, ended_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_municipality_milestone_a_day",
                fields=["indicator", "municipality", "due_on"],
                condition=Q(is_milestone=True, ended_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["municipality", "indicator"], name="municipality_target_own")]


class Entered(models.Model):
    """A value that a person entered, with where it comes from. The latest of a day counts; earlier ones stay."""

    on = models.DateField(_("on"))
    value = models.FloatField(_("value"))
    source = models.CharField(_("source"), max_length=300)
    note = models.CharField(_("note"), max_length=500, blank=True)
    evidence = models.FileField(_("evidence"), upload_to="evidence/", max_length=200, blank=True)
    evidence_mime = models.CharField(max_length=40, blank=True)
    entered_at = models.DateTimeField(auto_now_add=True)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.value:g} on {self.on}"


class ManualValue(Entered):
    """Of the programme as a whole."""

    indicator = models.ForeignKey(ProgrammeIndicator, models.PROTECT, related_name="values")

    class Meta:
        indexes = [models.Index(fields=["indicator", "-on", "-id"], name="manual_value_newest")]
        triggers = [pgtrigger.Protect(name="manual_value_stays", operation=pgtrigger.Update | pgtrigger.Delete)]


class MunicipalityValue(TenantModel, Entered):
    """Of one municipality."""

    indicator = models.ForeignKey(ProgrammeIndicator, models.PROTECT, related_name="municipality_values")

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["indicator", "municipality", "-on", "-id"], name="municipality_value_newest"),
            models.Index(fields=["municipality", "indicator"], name="municipality_value_own"),
        ]
        triggers = [pgtrigger.Protect(name="municipality_value_stays", operation=pgtrigger.Update | pgtrigger.Delete)]


class IndicatorValue(TenantModel):
    """A measured value of a code, of one municipality and some days: a calendar month, or the last 28 days.

    With `way` ("network", "category") it is only of one `part` of the posts. `is_enough`: n is large enough to be
    judged and to enter a median.
    """

    code = models.CharField(max_length=8)
    span = models.CharField(max_length=8, choices=Span)
    first = models.DateField()
    last = models.DateField()
    way = models.CharField(max_length=10, blank=True)
    part = models.CharField(max_length=20, blank=True)
    value = models.FloatField(null=True)
    n = models.PositiveIntegerField(default=0)
    is_enough = models.BooleanField(default=False)
    why = models.CharField(max_length=20, blank=True)
    quality = models.JSONField(default=dict)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            # leads with the municipality: its own page reads all its codes
            models.UniqueConstraint(
                name="one_indicator_value", fields=["municipality", "span", "code", "first", "way", "part"]
            ),
            models.CheckConstraint(name="value_or_reason", condition=Q(value__isnull=False) | ~Q(why="")),
        ]
        indexes = [
            # medians over all municipalities, read from the index alone
            models.Index(
                fields=["span", "code", "first"],
                include=["municipality", "value", "is_enough", "last", "made_at"],
                name="indicator_medians",
                condition=Q(way=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.municipality_id} {self.first}: {self.value}"


class AccessCheck(TenantModel):
    """Whether a version is accessible. A version never changes, so it is checked once; `failed` names the checks that
    it did not pass (`analytics.indicators.domain.measure.CHECKS`)."""

    version = models.OneToOneField(Version, models.CASCADE, related_name="access_check")
    failed = models.JSONField(default=list)
    checked_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.version_id}: {', '.join(self.failed) or 'passed'}"
