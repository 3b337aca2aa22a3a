"""The tenant, its people and the programme that trains it.

`Municipality` rows are all 145 local self-governments of the reference data; one becomes a *workspace* when
`joined_on` is set. Memberships, pairings and enrolments decide who may open a scope and are therefore no tenant models.
"""

from datetime import datetime
from typing import Any

import pghistory

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Coalesce, Length, Lower
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from common import languages
from common.fields import WebAddressField
from municipalities.arms import ArmsStorage
from municipalities.enums import Approval, ChangeOutcome, MunicipalityKind, Role, Script, ServiceCall, ServiceCategory
from municipalities.tenancy import TenantModel
from serbian.folding import fold


class District(models.Model):
    code = models.SlugField(primary_key=True, max_length=40)
    name_cyrl = models.CharField(max_length=80)
    name_latn = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)

    def __str__(self) -> str:
        return localised(self)


def localised(named: "Municipality | District | EService") -> str:
    """The name in the language and script of the interface."""
    return str(getattr(named, f"name_{languages.current().text_variant}"))


def search_key(municipality: "Municipality") -> str:
    names = (municipality.name_latn, municipality.name_cyrl, municipality.name_en)
    return " ".join(dict.fromkeys(fold(name) for name in names))


@pghistory.track(exclude=["search_key"])
class Municipality(models.Model):
    """A local self-government: reference facts, profile, and the house rules of its workspace."""

    slug = models.SlugField(unique=True, max_length=60)
    name_cyrl = models.CharField(_("name, Cyrillic"), max_length=80)
    name_latn = models.CharField(_("name, Latin"), max_length=80)
    name_en = models.CharField(_("name, English"), max_length=80)
    search_key = models.CharField(max_length=200, default="", editable=False)
    kind = models.CharField(max_length=12, choices=MunicipalityKind)
    district = models.ForeignKey(District, models.PROTECT, related_name="municipalities")
    # [{"language": "sr", "script": "Cyrl", "source": "…"}]
    official_languages = models.JSONField(default=list)
    # {"genitive": "…", "locative": "…"} in Latin, only where a source gives them
    forms = models.JSONField(default=dict)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    population_year = models.PositiveSmallIntegerField(_("year of the figure"), null=True, blank=True)
    population_source = models.CharField(_("source of the figure"), max_length=200, blank=True)
    # profile
    website = WebAddressField(_("website"), blank=True)
    arms = models.ImageField(_("coat of arms"), storage=ArmsStorage(), blank=True)
    colour = models.CharField(_("colour"), max_length=7, default="#6b5b4b")
    office_hours = models.CharField(_("office hours"), max_length=120, blank=True)
    # workspace
    joined_on = models.DateField(null=True, blank=True)
    is_practice = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)
    primary_script = models.CharField(_("primary script"), max_length=4, choices=Script, default=Script.CYRILLIC)
    approval = models.CharField(_("who approves posts"), max_length=6, choices=Approval, default=Approval.ONE)
    may_approve_own = models.BooleanField(_("an approver may approve their own post"), default=False)
    answers_need_approval = models.BooleanField(_("answers to citizens need an approval"), default=False)
    decides_by_mail = models.BooleanField(_("approvers may decide from a mail"), default=False)
    staff_may_read_drafts = models.BooleanField(_("programme staff may read drafts"), default=False)
    move_window_hours = models.PositiveSmallIntegerField(_("hours a post may move and stay approved"), default=24)
    not_after_minutes = models.PositiveSmallIntegerField(_("minutes a post may be late"), default=120)
    emergency_review_hours = models.PositiveSmallIntegerField(
        _("hours until an emergency post is reviewed"), default=24
    )

    class Meta:
        indexes = [
            # pickers and search ignore script and diacritics, so they use this key
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="municipality_search"),
        ]
        constraints = [
            models.CheckConstraint(
                name="population_has_year_and_source",
                condition=models.Q(population__isnull=True)
                | (models.Q(population_year__isnull=False) & ~models.Q(population_source="")),
            ),
            models.CheckConstraint(
                name="training_workspace_is_practice",
                condition=~models.Q(kind=MunicipalityKind.TRAINING) | models.Q(is_practice=True),
            ),
        ]

    def __str__(self) -> str:
        return localised(self)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = search_key(self)[:200]  # three names of 80 letters are longer
        super().save(*args, **kwargs)

    @property
    def is_training(self) -> bool:
        """Whether it is a workspace of an exercise and not a real place."""
        return self.kind == MunicipalityKind.TRAINING

    @property
    def needs_approval(self) -> bool:
        """Whether anybody else has to agree before a post goes out."""
        return self.approval != Approval.NONE


# Municipalities that are real places. Every list of all municipalities filters by it.
REAL_PLACE = ~models.Q(kind=MunicipalityKind.TRAINING)


class Waiting(models.Model):
    """A right that one person gives to another, and that may hold only after a delay or a second person's agreement.

    It does not hold while `waits_until` (UTC) is set, whatever the time: `domain.waiting` clears it once the delay is
    over or another approver has agreed, after asking whether the one who gave it may still give it.
    """

    waits_until = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_confirmed_by_another",
                condition=models.Q(confirmed_by__isnull=True)
                | (~models.Q(confirmed_by=models.F("by")) & models.Q(waits_until__isnull=True)),
            ),
        ]
        indexes = [
            # what the worker looks for
            models.Index(fields=["waits_until"], name="%(class)s_waits", condition=models.Q(waits_until__isnull=False)),
        ]


class MembershipQuerySet(models.QuerySet["Membership"]):
    def running(self) -> "MembershipQuerySet":
        return self.filter(ended_at__isnull=True)

    def deciding(self) -> "MembershipQuerySet":
        """Approvers who may decide: neither switched off nor waiting. Whatever asks who is an approver asks this."""
        return self.running().filter(role=Role.APPROVER, waits_until__isnull=True, user__is_active=True)


# Of memberships: the role whose rights they give today. An approver who still waits has those of an officer.
HELD_ROLE = models.Case(
    models.When(waits_until__isnull=False, then=models.Value(Role.OFFICER.value)), default=models.F("role")
)


@pghistory.track()
class Membership(Waiting):
    """A person's role in a municipality; several roles are several rows. Ended, never deleted.

    `by` is who gave the role (invited, changed it); none for rows from before that was recorded. `former_role` is what
    an approver who waits has been here: it comes back when the new role is stopped.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    former_role = models.CharField(max_length=10, choices=Role, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta(Waiting.Meta):
        constraints = [
            *Waiting.Meta.constraints,
            models.CheckConstraint(
                name="only_approvers_wait",
                condition=models.Q(waits_until__isnull=True) | models.Q(role=Role.APPROVER),
            ),
            models.CheckConstraint(
                name="nobody_confirms_their_own_role",
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("user")),
            ),
            models.UniqueConstraint(
                name="one_running_membership_per_role",
                fields=["user", "municipality", "role"],
                condition=models.Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.municipality}"


class Programme(models.Model):
    name = models.CharField(max_length=120)
    staff: models.ManyToManyField = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="programmes", blank=True
    )
    trainers: models.ManyToManyField = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="programmes_trained", blank=True
    )

    def __str__(self) -> str:
        return self.name


class Cohort(models.Model):
    """Municipalities trained together; `training_on` is the first day of the training."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="cohorts")
    name = models.CharField(max_length=120)
    training_on = models.DateField()

    def __str__(self) -> str:
        return self.name


class PeriodQuerySet(models.QuerySet):
    def on(self, day: object) -> "PeriodQuerySet":
        """Periods that run on `day`; both ends belong to the period."""
        return self.filter(starts_on__lte=day).filter(models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=day))


class Period(models.Model):
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_ends_after_it_starts",
                condition=models.Q(starts_on__lte=Coalesce("ends_on", "starts_on")),
            )
        ]


class Enrolment(Period):
    """A municipality takes part in a cohort. Without `compares` the programme sees only that it is enrolled."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="enrolments")
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="enrolments")
    compares = models.BooleanField(_("agreed to comparison with the others"), default=True)

    def __str__(self) -> str:
        return f"{self.municipality} · {self.cohort}"


class Pairing(Period):
    """A mentor accompanies a municipality; the right to read and comment ends with it."""

    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="pairings")
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="pairings")

    def __str__(self) -> str:
        return f"{self.mentor} · {self.municipality}"


class Delegation(Waiting, Period):
    """An approver who is away lends the right to approve to a colleague. It ends by itself, or earlier by a person.

    It waits where somebody else lends it in the approver's name.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="delegations")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations_given")
    delegate = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations_held")
    ends_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(Period.Meta):
        indexes = [*Waiting.Meta.indexes, models.Index(fields=["municipality", "ends_on"], name="delegation_here")]
        constraints = [
            *Waiting.Meta.constraints,
            *Period.Meta.constraints,
            models.CheckConstraint(
                name="nobody_confirms_their_own_delegation",
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("delegate")),
            ),
            models.CheckConstraint(
                name="delegation_to_somebody_else", condition=~models.Q(approver=models.F("delegate"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegate} · {self.approver}"


class RightByName(Waiting):
    """A right that a member has because they are on a list of the municipality. Ended, never deleted."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(Waiting.Meta):
        abstract = True
        constraints = [
            *Waiting.Meta.constraints,
            models.CheckConstraint(
                name="%(class)s_not_confirmed_by_holder",
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("user")),
            ),
            models.UniqueConstraint(
                name="one_running_%(class)s",
                fields=["municipality", "user"],
                condition=models.Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.municipality}"


class EmergencyRight(RightByName):
    """The list of those who may publish in an emergency without approval."""


class PrivateReader(RightByName):
    """The list of officers who read and answer private messages; approvers need no entry."""


class RuleChange(TenantModel):
    """A requested relaxation of house rules. It takes effect at `effective_at`, or once another approver agrees.

    `values`: what each rule is and shall be, {"approval": {"before": "one", "after": "none"}}. While `ended_at` is
    empty it waits; `domain.house_rules` ends it.
    """

    values = models.JSONField()
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    effective_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=ChangeOutcome, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["effective_at"], name="rule_change_waits", condition=models.Q(ended_at__isnull=True))
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_waiting_rule_change", fields=["municipality"], condition=models.Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                name="rule_change_ends_with_outcome",
                condition=models.Q(outcome="", ended_at__isnull=True, ended_by__isnull=True)
                | (~models.Q(outcome="") & models.Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="rule_change_ended_by_whom",
                condition=models.Q(
                    outcome__in=["", ChangeOutcome.APPLIED, ChangeOutcome.DROPPED], ended_by__isnull=True
                )
                | models.Q(outcome=ChangeOutcome.WITHDRAWN, ended_by=models.F("by"))
                | (
                    models.Q(outcome__in=[ChangeOutcome.CONFIRMED, ChangeOutcome.STOPPED], ended_by__isnull=False)
                    & ~models.Q(ended_by=models.F("by"))
                ),
            ),
            models.CheckConstraint(
                name="rule_change_not_before_its_time",
                condition=~models.Q(outcome=ChangeOutcome.APPLIED) | models.Q(ended_at__gte=models.F("effective_at")),
            ),
            models.CheckConstraint(name="rule_change_has_a_reason", condition=GreaterThanOrEqual(Length("reason"), 10)),
        ]

    def __str__(self) -> str:
        return self.reason


def runs(now: datetime) -> models.Q:
    """Of pauses: those that hold at `now`. One ends by itself at its time, whether or not anybody has noted it."""
    return models.Q(ended_at__isnull=True) & (models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=now))


class Held(models.Model):
    """Publishing is paused, with a reason, until a person resumes it or until `ends_at`.

    Asked before every irreversible step (`channels.pauses`). `ended_by` is nobody's where it ended by itself.
    """

    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_ended_at_and_by",
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False)
                | models.Q(ended_at__isnull=False, ends_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.reason


class Pause(Held, TenantModel):
    """While one runs, nothing irreversible leaves for this municipality."""

    class Meta(TenantModel.Meta):
        constraints = [
            *Held.Meta.constraints,
            models.UniqueConstraint(
                name="one_running_pause", fields=["municipality"], condition=models.Q(ended_at__isnull=True)
            ),
        ]


class WidePause(Held):
    """While one runs, nothing leaves for the municipalities of a programme; without `programme` for none at all."""

    programme = models.ForeignKey(Programme, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            *Held.Meta.constraints,
            models.UniqueConstraint(
                name="one_running_wide_pause",
                fields=["programme"],
                condition=models.Q(ended_at__isnull=True),
                nulls_distinct=False,
            ),
        ]


class EService(models.Model):
    """A service of the national catalogue. Programme staff keep it; municipalities say whether they have it.

    Words are Serbian Cyrillic, from which the Latin form is derived, with English beside them. `months` are those in
    which a post about it fits best, 1 to 12; none: all year.
    """

    key = models.SlugField(unique=True, max_length=40)
    name_cyrl = models.CharField(_("name, Cyrillic"), max_length=120)
    name_latn = models.CharField(_("name, Latin"), max_length=120)
    name_en = models.CharField(_("name, English"), max_length=120)
    category = models.CharField(_("category"), max_length=10, choices=ServiceCategory)
    url = WebAddressField(_("address"), max_length=500)
    months = models.JSONField(default=list)
    season = models.CharField(max_length=300, blank=True)
    season_en = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    angle = models.CharField(max_length=300, blank=True)
    angle_en = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return localised(self)

    def text(self, field: str) -> str:
        """`description`, `season` or `angle` in the language and script of the interface."""
        return languages.stored_text(str(getattr(self, field)), str(getattr(self, f"{field}_en")))


class ServiceTemplate(models.Model):
    """A text with gaps from which a post about a service starts, with its call to action."""

    service = models.ForeignKey(EService, models.CASCADE, related_name="templates")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text, Cyrillic"))
    call_kind = models.CharField(_("call to action"), max_length=10, choices=ServiceCall, blank=True)
    call_text = models.CharField(_("call in words"), max_length=120, blank=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class ServiceAvailability(TenantModel):
    """Whether a municipality has a service, in which period, where, and who verified it last."""

    service = models.ForeignKey(EService, models.PROTECT, related_name="+")
    is_offered = models.BooleanField(_("available here"), default=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    url = WebAddressField(_("address"), max_length=500, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    verified_on = models.DateField(null=True, blank=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="one_availability_each", fields=["municipality", "service"]),
            models.CheckConstraint(
                name="service_ends_after_it_starts",
                condition=models.Q(starts_on__isnull=True)
                | models.Q(ends_on__isnull=True)
                | models.Q(starts_on__lte=models.F("ends_on")),
            ),
            models.CheckConstraint(
                name="verified_on_and_by",
                condition=models.Q(verified_on__isnull=True, verified_by__isnull=True)
                | models.Q(verified_on__isnull=False, verified_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.service)


class GlossaryWord(TenantModel):
    """A word with the municipality's own spelling in Latin and in Cyrillic texts.

    Where both are the same the word keeps its script everywhere (names of firms). `serbian.Glossary` reads it.
    """

    latin = models.CharField(_("in Latin text"), max_length=60)
    cyrillic = models.CharField(_("in Cyrillic text"), max_length=60)
    search_key = models.CharField(max_length=260, editable=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint("municipality", Lower("latin"), name="one_spelling_from_latin"),
            models.UniqueConstraint("municipality", Lower("cyrillic"), name="one_spelling_from_cyrillic"),
        ]

    def __str__(self) -> str:
        return self.latin if self.stays else f"{self.latin} – {self.cyrillic}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = f"{fold(self.latin)} {fold(self.cyrillic)}"
        super().save(*args, **kwargs)

    @property
    def stays(self) -> bool:
        return self.latin == self.cyrillic
