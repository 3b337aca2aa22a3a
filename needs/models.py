"""Needs of citizens and what became of them.

A need is what many say in many ways. It holds our own words; a citizen's words appear only where somebody chose to
quote them (`Voice.quote`), and never with a name.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inbox.enums import Topic
from inbox.models import Department, Message, Reply, Settlement
from municipalities.tenancy import TenantModel
from needs.enums import LOOKS, SETTLED, Moment, Source, Stage
from platforms.visibility import FOR_EVERYBODY
from posts.models import Media, Post
from serbian.folding import fold

User = settings.AUTH_USER_MODEL
# Quotes that may be shown: of a call, or of a message that everybody may read. A message may turn out to be private.
QUOTED = ~Q(quote="") & (Q(message=None) | Q(message__visibility__in=sorted(FOR_EVERYBODY)))
# Voices of people who are still to be told what became of it.
OPEN = Q(round__isnull=False, told__isnull=True, trouble="")


class Need(TenantModel):
    """What citizens ask for, in our words, with the decision and what was done.

    `reason` says why it is decided so, for citizens to read; `decided_on` and `done_on` are days here. `is_public`: it
    stands on the page "You asked, we did". `follow_up` is the post that tells of it. `size` counts its voices.
    """

    title = models.CharField(_("what is needed"), max_length=160)
    text = models.TextField(_("in a few sentences"), blank=True)
    search_key = models.TextField(blank=True, editable=False)
    topic = models.CharField(_("topic"), max_length=10, choices=Topic, blank=True)
    settlement = models.ForeignKey(Settlement, models.SET_NULL, null=True, blank=True, related_name="+")
    department = models.ForeignKey(Department, models.SET_NULL, null=True, blank=True, related_name="+")
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.NEW)
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
        """How its stage looks: tone, icon, word (`common.states`)."""
        return *LOOKS[Stage(self.stage)], self.get_stage_display()

    @property
    def is_settled(self) -> bool:
        """Whether there is something final to tell those who asked."""
        return self.stage in SETTLED

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = fold(f"{self.title} {self.text}")
        super().save(*args, **kwargs)


class Voice(TenantModel):
    """One time that a need was heard: a message, or what somebody said by phone or at the counter.

    `quote` are the citizen's words as they may be shown (`QUOTED`), without names, and never those of a private
    message; `note` is for our people only. A message is a voice of one need at most. `round` is the round in which this
    person is to be told what became of it, `told` the answer that did so, `trouble` why it could not be sent. Who wrote
    several messages is told once: all of them then point to the one answer.
    """

    need = models.ForeignKey(Need, models.CASCADE, related_name="voices")
    source = models.CharField(max_length=8, choices=Source)
    message = models.OneToOneField(Message, models.SET_NULL, null=True, related_name="voice")
    heard_on = models.DateField()
    quote = models.TextField(blank=True)
    note = models.CharField(max_length=300, blank=True)
    round = models.ForeignKey("Round", models.SET_NULL, null=True, related_name="voices")
    told = models.ForeignKey(Reply, models.SET_NULL, null=True, related_name="+")
    trouble = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # who is still to be told
            models.Index(fields=["round", "id"], name="voice_to_tell", condition=OPEN),
        ]

    def __str__(self) -> str:
        return self.quote[:60] or self.get_source_display()


class Round(TenantModel):
    """One round of answers to all who asked: the words, whose they are, and how many people it set out to reach."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="rounds")
    text = models.TextField()
    people = models.PositiveIntegerField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.text[:60]


class NeedPicture(TenantModel):
    """A picture of how it was, or of how it is now. It goes when the library deletes it."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="pictures")
    media = models.ForeignKey(Media, models.CASCADE, related_name="+")
    moment = models.CharField(max_length=6, choices=Moment)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        ordering = ["moment", "position", "pk"]
        constraints = [models.UniqueConstraint(name="need_picture_once", fields=["need", "media", "moment"])]

    def __str__(self) -> str:
        return self.get_moment_display()


class NeedsPage(TenantModel):
    """The public page of a municipality: whether it is on, and whom citizens turn to (`contact`)."""

    is_on = models.BooleanField(default=False)
    contact = models.TextField(blank=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="needs_page_once", fields=["municipality"])]

    def __str__(self) -> str:
        return str(self.municipality)
