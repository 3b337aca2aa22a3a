"""The rubric and feedback by it, absences of mentors, handovers, and notices about the results of posts.

A criterion belongs to a programme and its texts are never changed: other texts make a new row, so that feedback keeps
the texts by which it was given. Feedback, handovers and notices are tenant tables of a municipality.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common import languages
from mentoring.enums import RubricLevel
from municipalities.models import Pairing, Period, Programme
from municipalities.tenancy import TenantModel
from posts.models import Post
from serbian.transliteration import to_latin

User = settings.AUTH_USER_MODEL


class Criterion(models.Model):
    """One criterion of a programme's rubric. New texts make a row with a higher `revision`; the older row is retired.

    `texts` are {"sr": {"name": "…", "levels": ["…"] * 4}, "en": {…}}; English may be missing. `programme` is empty
    where a mentor accompanies a municipality that no programme has enrolled.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, null=True, related_name="+")
    key = models.SlugField(max_length=40)
    revision = models.PositiveSmallIntegerField(default=1)
    texts = models.JSONField(default=dict)
    order = models.PositiveSmallIntegerField(default=0)
    is_used = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_current_criterion",
                fields=["programme", "key"],
                condition=Q(retired_at__isnull=True),
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                name="criterion_revision", fields=["programme", "key", "revision"], nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return str(self._shown()["name"])

    def _shown(self) -> Mapping[str, Any]:
        """The texts in the reader's language; in Latin script for readers of Latin."""
        wanted, serbian = languages.current().text_variant, self.texts["sr"]
        english = self.texts.get("en")
        if english and wanted == languages.ENGLISH:
            return english
        if wanted != languages.LATIN:
            return serbian
        return {"name": to_latin(serbian["name"]), "levels": [to_latin(text) for text in serbian["levels"]]}

    @property
    def levels(self) -> list[tuple[RubricLevel, str]]:
        """The four levels, lowest first, each with what it means here."""
        return list(zip(RubricLevel, self._shown()["levels"], strict=True))


class Feedback(TenantModel):
    """A mentor's feedback on a post by the rubric. `version` is the version that they read; None: the draft."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="feedback")
    version = models.PositiveIntegerField(null=True)
    mentor = models.ForeignKey(User, models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    given_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    is_demo = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_feedback_each", fields=["post", "mentor"])]
        indexes = [
            # progress over weeks
            models.Index(fields=["municipality", "given_at"], name="feedback_weeks")
        ]

    def __str__(self) -> str:
        return f"{self.mentor} · {self.post}"


class Score(TenantModel):
    """The level of a post by one criterion, in its revision of that time."""

    feedback = models.ForeignKey(Feedback, models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=RubricLevel)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="one_score_each", fields=["feedback", "criterion"]),
            models.CheckConstraint(name="score_has_a_level", condition=Q(level__gte=1, level__lte=4)),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.level}"


class Absence(Period):
    """Days on which a mentor is not there; both ends belong to it, and it always has an end."""

    mentor = models.ForeignKey(User, models.PROTECT, related_name="absences")
    note = models.CharField(max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(Period.Meta):
        constraints = [
            *Period.Meta.constraints,
            models.CheckConstraint(name="absence_has_an_end", condition=Q(ends_on__isnull=False)),
        ]
        indexes = [models.Index(fields=["mentor", "ends_on"], name="absence_mentor")]

    def __str__(self) -> str:
        return f"{self.mentor} {self.starts_on}–{self.ends_on}"


class Handover(TenantModel):
    """A municipality passed from one mentor to the next, and what the next one should know."""

    # A pairing is ended, not deleted; the database refuses by itself, and no delete looks here outside a scope.
    former = models.OneToOneField(Pairing, models.DO_NOTHING, related_name="+")
    successor = models.ForeignKey(Pairing, models.DO_NOTHING, related_name="+")
    note = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(name="handover_between_two", condition=~Q(former=F("successor"))),
        ]

    def __str__(self) -> str:
        return f"{self.former} → {self.successor}"


class PerformanceNotice(TenantModel):
    """A mentor was notified of the results of a post on which they commented: once, by this row's uniqueness."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    mentor = models.ForeignKey(User, models.PROTECT, related_name="+")
    interactions = models.PositiveIntegerField()
    median = models.FloatField(null=True)
    counted = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="one_notice_each", fields=["post", "mentor"])]

    def __str__(self) -> str:
        return f"{self.post}: {self.interactions}"
