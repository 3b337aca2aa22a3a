"""The rubric and what is said by it, absences of mentors, handovers, and notices of how a post did.

A criterion belongs to a programme and is never rewritten: other words make a new row, so that feedback keeps the words
by which it was given. Feedback, handovers and notices belong to a municipality and stand behind its wall.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common import languages
from mentoring.enums import Level
from municipalities.models import Pairing, Period, Programme
from municipalities.tenancy import TenantModel
from posts.models import Post
from serbian.transliteration import to_latin

User = settings.AUTH_USER_MODEL


class Criterion(models.Model):
    """One line of a programme's rubric. `revision` grows with its words; the older row is retired.

    `words` are {"sr": {"name": "…", "levels": ["…"] * 4}, "en": {…}}; English may be missing. `programme` is empty
    where a mentor accompanies a municipality that no programme has enrolled.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, null=True, related_name="+")
    key = models.SlugField(max_length=40)
    revision = models.PositiveSmallIntegerField(default=1)
    words = models.JSONField(default=dict)
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
        """The words of the reader's language, as they were written; Latin letters where they read Latin."""
        wanted, serbian = languages.current().text_variant, self.words["sr"]
        english = self.words.get("en")
        if english and wanted == languages.ENGLISH:
            return english
        if wanted != languages.LATIN:
            return serbian
        return {"name": to_latin(serbian["name"]), "levels": [to_latin(text) for text in serbian["levels"]]}

    @property
    def levels(self) -> list[tuple[Level, str]]:
        """The four levels, lowest first, each with what it means here."""
        return list(zip(Level, self._shown()["levels"], strict=True))


class Feedback(TenantModel):
    """What one mentor says about one post by the rubric. `version` is that of the words they read; None: the draft."""

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
    """The level of a post by one criterion, in the words the criterion had then."""

    feedback = models.ForeignKey(Feedback, models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level)

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
    """A mentor was told how a post did on which they had said a word; the row is there so that it happens once."""

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
