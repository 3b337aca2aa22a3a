"""Reviews in the middle and at the end of a plan: drafts until both sides have confirmed them, then frozen."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from mentoring.enums import ReviewKind, Side
from mentoring.models.plans import Plan
from municipalities.tenancy import TenantModel

User = settings.AUTH_USER_MODEL


class Review(TenantModel):
    """What the two of them say, beside what plan and numbers say.

    `content` is what plan, check-ins, numbers and feedback said when somebody last looked (`mentoring.queries.reviews`
    gives its shape): names, days and numbers without words around them, from which the page and the document are
    written in any language. Each side confirms what stands there by one of its people; whoever changes a word or looks
    again takes both confirmations back. With the second one all of it is frozen.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="reviews")
    kind = models.CharField(max_length=5, choices=ReviewKind)
    mentor_comment = models.TextField(blank=True)
    municipality_comment = models.TextField(blank=True)
    next_steps = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    begun_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    mentor_confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    mentor_confirmed_at = models.DateTimeField(null=True)
    municipality_confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    municipality_confirmed_at = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)
    content = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="one_review_of_a_kind", fields=["plan", "kind"]),
            models.CheckConstraint(
                name="review_frozen_by_both",
                condition=Q(frozen_at__isnull=True)
                | Q(mentor_confirmed_at__isnull=False, municipality_confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="review_confirmed_by_two_people",
                condition=Q(mentor_confirmed_by__isnull=True)
                | Q(municipality_confirmed_by__isnull=True)
                | ~Q(mentor_confirmed_by=F("municipality_confirmed_by")),
            ),
        ]

    def __str__(self) -> str:
        return str(ReviewKind(self.kind).label)

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None

    def confirmed(self, side: str) -> bool:
        return bool(self.mentor_confirmed_at if side == Side.MENTOR else self.municipality_confirmed_at)
