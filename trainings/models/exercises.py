"""Exercises on the practice network: teams, actions of simulated citizens, and the debrief.

An exercise belongs to a training and is opened by the trainer's right, so its tables are not tenant tables, like those
of the training. Actions of citizens (`Play`) belong to the team's workspace: a tenant table that is emptied when the
workspace is wiped. What the debrief needs of it is measured before (`Team.facts`).
"""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kits.models import in_interface_script
from municipalities.models import Municipality
from municipalities.tenancy import TenantModel
from practice.models import Account
from trainings.enums import CitizenAct, Mood
from trainings.models.trainings import Training

User = settings.AUTH_USER_MODEL
PREPARED, RUNNING, ENDED, WIPED = "prepared", "running", "ended", "wiped"


class Exercise(models.Model):
    """One exercise for the teams of a training.

    `script` is the scenario as it was when the exercise was prepared (read by `trainings.scenario_parsing.parse`),
    `criteria` the rubric of that day: [{"key": "clarity", "words": {"sr": {"name": "…", "levels": ["…"] * 4}, "en":
    {…}}}]. `seed` decides every chance, so that an exercise runs the same way twice. `ended_by` is empty when the time
    ran out.
    """

    training = models.ForeignKey(Training, models.PROTECT, related_name="exercises")
    scenario = models.SlugField(max_length=40)
    script = models.JSONField()
    criteria = models.JSONField(default=list)
    minutes = models.PositiveSmallIntegerField()
    seed = models.PositiveIntegerField()
    prepared_at = models.DateTimeField(auto_now_add=True)
    prepared_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True)
    started_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    wiped_at = models.DateTimeField(null=True)
    wiped_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="exercise_starts_with_its_end",
                condition=Q(started_at__isnull=True, ends_at__isnull=True)
                | Q(started_at__isnull=False, ends_at__gt=F("started_at")),
            ),
            models.CheckConstraint(
                name="exercise_is_wiped_after_its_end", condition=Q(wiped_at__isnull=True) | Q(ended_at__isnull=False)
            ),
        ]
        indexes = [
            # a worker looks every few seconds for those that run
            models.Index(
                fields=["ends_at"],
                name="exercise_running",
                condition=Q(started_at__isnull=False, ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return in_interface_script(self.script["title"])

    @property
    def brief(self) -> str:
        return in_interface_script(self.script["brief"])

    @property
    def practises(self) -> list[str]:
        return [in_interface_script(skill) for skill in self.script["practises"]]

    @property
    def watch(self) -> list[str]:
        """What the trainer pays attention to."""
        return [in_interface_script(point) for point in self.script.get("watch", [])]

    @property
    def state(self) -> str:
        if self.wiped_at:
            return WIPED
        if self.ended_at:
            return ENDED
        return RUNNING if self.started_at else PREPARED

    def is_open(self, now: datetime) -> bool:
        """Whether a team may still act; the clock decides, also before a worker has written the end down."""
        return self.state == RUNNING and self.ends_at is not None and now < self.ends_at


class Team(models.Model):
    """Some people of a training and the workspace they play in. `page` is their account on the practice network.

    `facts` is what was measured at the end (`trainings.queries.exercises.measured`). `shown_at`: since when the team
    reads its debrief.
    """

    exercise = models.ForeignKey(Exercise, models.PROTECT, related_name="teams")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    workspace = models.OneToOneField(Municipality, models.PROTECT, related_name="+")
    page = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    people: models.ManyToManyField = models.ManyToManyField(User, related_name="exercise_teams")
    facts = models.JSONField(default=dict)
    went_well = models.TextField(blank=True)
    next_time = models.TextField(blank=True)
    shown_at = models.DateTimeField(null=True)
    shown_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="team_number_once", fields=["exercise", "number"])]

    def __str__(self) -> str:
        return in_interface_script(self.name)


class Mark(models.Model):
    """The level of a team by one criterion of its exercise, 1 to 4, and what was said about it."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="marks")
    criterion = models.SlugField(max_length=40)
    level = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_mark_each", fields=["team", "criterion"]),
            models.CheckConstraint(name="mark_is_a_level", condition=Q(level__gte=1, level__lte=4)),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.level}"


class Play(TenantModel):
    """What a citizen did in a team's exercise. `key` is the line of the script, or names the like or vote: each once.

    `to_status` is the status that was answered, liked or voted in (none: the citizen began by themselves), `status` the
    one that was written, `account_id` the citizen's. All are ids on the practice network and no keys: it may delete
    what is its own. `due_at` is when something was to happen, `done_at` when it did.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="plays")
    key = models.CharField(max_length=80)
    act = models.CharField(max_length=6, choices=CitizenAct, default=CitizenAct.SAYS)
    citizen = models.CharField(max_length=60)
    account_id = models.BigIntegerField()
    mood = models.CharField(max_length=10, choices=Mood, blank=True)
    text = models.TextField(blank=True)
    asks = models.BooleanField(default=False)
    is_personal = models.BooleanField(default=False)
    to_status = models.BigIntegerField(null=True)
    status = models.BigIntegerField(null=True)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answer_status = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    hidden_at = models.DateTimeField(null=True)
    hidden_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="line_played_once", fields=["team", "key"])]

    def __str__(self) -> str:
        return f"{self.citizen}: {self.text[:40]}"
