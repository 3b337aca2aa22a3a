"""Needs of citizens and what became of them.

A need gathers what many people ask for in many ways. Its texts are the municipality's own; a citizen's words appear
only where somebody chose to quote them (`Supporter.quote`), and never with a name.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inbox.enums import Topic
from inbox.models import Department, Message, Reply, Settlement
from municipalities.tenancy import TenantModel
from needs.enums import SETTLED, STAGE_STYLES, NeedStage, PictureMoment, SupporterSource
from platforms.visibility import FOR_EVERYBODY
from posts.models import Media, Post
from serbian.folding import fold

User = settings.AUTH_USER_MODEL
# Quotes that may be shown: of a call, or of a public message. A message may turn out to be private later.
QUOTABLE = ~Q(quote="") & (Q(message=None) | Q(message__visibility__in=sorted(FOR_EVERYBODY)))
# Supporters of a running round who have no answer yet.
UNANSWERED = Q(round__isnull=False, reply__isnull=True, error="")


class Need(TenantModel):
    """What citizens ask for, in the municipality's words, with the decision and what was done.

    `reason` explains the decision to citizens; `decided_on` and `done_on` are local days. `is_public`: it is on the
    page "You asked, we did". `follow_up` is the post about the outcome. `size` is the number of its supporters.
    """

    title = models.CharField(_("what is needed"), max_length=160)
    text = models.TextField(_("in a few sentences"), blank=True)
    search_key = models.TextField(blank=True, editable=False)
    topic = models.CharField(_("topic"), max_length=10, choices=Topic, blank=True)
    settlement = models.ForeignKey(Settlement, models.SET_NULL, null=True, blank=True, related_name="+")
    department = models.ForeignKey(Department, models.SET_NULL, null=True, blank=True, related_name="+")
    stage = models.CharField(max_length=10, choices=NeedStage, default=NeedStage.NEW)
    reason = models.TextField(_("why"), blank=True)
    decided_on = models.DateField(null=True, blank=True)
    done = models.TextField(_("what we did"), blank=True)
    done_on = models.DateField(null=True, blank=True)
    size = models.PositiveIntegerField(default=0)
    is_public = models.BooleanField(default=False)
    follow_up = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="need_decided_says_why",
                condition=Q(stage__in=["new", "looked_at"])
                | (Q(decided_on__isnull=False) & (~Q(reason="") | Q(stage="done"))),
            ),
            models.CheckConstraint(
                name="need_done_says_what",
                condition=~Q(stage="done") | (Q(done_on__isnull=False) & ~Q(done="")),
            ),
        ]
        indexes = [
            # the board: by stage, the largest first
            models.Index(fields=["municipality", "stage", "-size"], name="need_board"),
            # the public page: what was done, the newest first
            models.Index(fields=["municipality", "-done_on"], name="need_public", condition=Q(is_public=True)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def pill(self) -> tuple[str, str, Any]:
        """Its stage as a pill: tone, icon, label (`common.states`)."""
        return *STAGE_STYLES[NeedStage(self.stage)], self.get_stage_display()

    @property
    def is_settled(self) -> bool:
        """Whether there is a final outcome that supporters can be answered with."""
        return self.stage in SETTLED

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = fold(f"{self.title} {self.text}")
        super().save(*args, **kwargs)


class Supporter(TenantModel):
    """One citizen's support for a need: a message, or a request by phone or at the counter.

    `quote` is a public quotation (`QUOTABLE`), without names, and never of a private message; `note` is internal.
    A message supports at most one need. `round` is the round that is to answer this person, `reply` the answer that was
    sent, `error` why it could not be sent. An author of several messages is answered once: all of their rows point to
    the same reply.
    """

    need = models.ForeignKey(Need, models.CASCADE, related_name="supporters")
    source = models.CharField(max_length=8, choices=SupporterSource)
    message = models.OneToOneField(Message, models.SET_NULL, null=True, related_name="supporter")
    received_on = models.DateField()
    quote = models.TextField(blank=True)
    note = models.CharField(max_length=300, blank=True)
    round = models.ForeignKey("AnswerRound", models.SET_NULL, null=True, related_name="supporters")
    reply = models.ForeignKey(Reply, models.SET_NULL, null=True, related_name="+")
    error = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # supporters without an answer
            models.Index(fields=["round", "id"], name="supporter_unanswered", condition=UNANSWERED),
        ]

    def __str__(self) -> str:
        return self.quote[:60] or self.get_source_display()


class AnswerRound(TenantModel):
    """One round of answers to all supporters: the text, its author, and how many people it was meant for."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="rounds")
    text = models.TextField()
    people = models.PositiveIntegerField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.text[:60]


class NeedPicture(TenantModel):
    """A picture from before or after. It is deleted with the picture in the library."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="pictures")
    media = models.ForeignKey(Media, models.CASCADE, related_name="+")
    moment = models.CharField(max_length=6, choices=PictureMoment)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        ordering = ["moment", "position", "pk"]
        constraints = [models.UniqueConstraint(name="need_picture_once", fields=["need", "media", "moment"])]

    def __str__(self) -> str:
        return self.get_moment_display()


class NeedsPage(TenantModel):
    """The public page of a municipality: whether it is on, and its contact."""

    is_on = models.BooleanField(default=False)
    contact = models.TextField(blank=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="needs_page_once", fields=["municipality"])]

    def __str__(self) -> str:
        return str(self.municipality)
