"""A consultation: what citizens are asked, on which legal ground, until when, and who is in charge."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import WebAddressField
from inbox.models import Department
from inbox.models.tags import Tag
from municipalities.tenancy import TenantModel
from participation.enums import ConsultationKind, ConsultationStage, DayCount, PostRole, WayIn
from participation.rules import digest_of
from posts.models import Post

User = settings.AUTH_USER_MODEL


class OwnGround(TenantModel):
    """A legal ground that a municipality added: an article of its statute or of a decision of its assembly.

    `days` is the least term it asks for, 0 for none. The catalogue of laws is `participation.grounds`.
    """

    title = models.CharField(_("title"), max_length=200)
    article = models.CharField(_("article"), max_length=100)
    source = models.CharField(_("official gazette and number"), max_length=200)
    address = WebAddressField(_("where it can be read"), max_length=600, blank=True)
    days = models.PositiveSmallIntegerField(_("least term"), default=0)
    day_count = models.CharField(max_length=8, choices=DayCount, default=DayCount.CALENDAR)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(
                name="own_ground_valid", condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from"))
            ),
            models.CheckConstraint(name="own_ground_days", condition=Q(days__lte=366)),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.article}"


class Consultation(TenantModel):
    """What citizens are asked.

    The term is local days, both included; `closes_at` is the end of its last day, or the hour of `last_hour` (local
    wall time) on it. `ground` is a key of the catalogue (`participation.grounds`), or `own_ground` is set, or neither
    where nothing obliges the municipality. `least_days` and `day_count` are copied from the ground when it is
    published, so that a later change of the catalogue changes nothing about it. `decided_by` and `report_by` are the
    days until which everything is to be decided and the report public. `last_number` is that of its last contribution.
    `tag`: messages with this tag are suggested as contributions. `offers_thanks`: whoever counts a message is offered
    to tell its author that it counts.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=ConsultationKind)
    stage = models.CharField(max_length=10, choices=ConsultationStage, default=ConsultationStage.DRAFT)
    title = models.CharField(_("title"), max_length=160)
    slug = models.SlugField(max_length=60)
    subject = models.TextField(_("what is asked"), blank=True)
    rules = models.TextField(_("rules"), blank=True)
    ground = models.CharField(_("legal ground"), max_length=40, blank=True)
    own_ground = models.ForeignKey(OwnGround, models.PROTECT, null=True, blank=True, related_name="consultations")
    least_days = models.PositiveSmallIntegerField(default=0)
    day_count = models.CharField(max_length=8, choices=DayCount, default=DayCount.CALENDAR)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    last_hour = models.TimeField(_("until"), null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.DateField(_("decisions by"), null=True, blank=True)
    report_by = models.DateField(_("report by"), null=True, blank=True)
    ways_in = ArrayField(models.CharField(max_length=8, choices=WayIn), default=list, blank=True)
    mail = models.EmailField(_("address for proposals by e-mail"), blank=True)
    officer = models.ForeignKey(User, models.PROTECT, related_name="+")
    approver = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey(Department, models.SET_NULL, null=True, blank=True, related_name="+")
    tag = models.ForeignKey(Tag, models.SET_NULL, null=True, blank=True, related_name="+")
    offers_thanks = models.BooleanField(default=True)
    last_number = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    called_off_because = models.TextField(blank=True)
    overdue_reported_on = models.DateField(null=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(name="consultation_slug", fields=["municipality", "slug"]),
            models.CheckConstraint(
                name="consultation_term",
                condition=Q(stage="draft")
                | Q(
                    starts_on__isnull=False,
                    ends_on__gte=models.F("starts_on"),
                    closes_at__isnull=False,
                    published_at__isnull=False,
                    published_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="consultation_closed", condition=~Q(stage__in=["closed", "reported"]) | Q(closed_at__isnull=False)
            ),
            models.CheckConstraint(
                name="consultation_called_off", condition=~Q(stage="called_off") | ~Q(called_off_because="")
            ),
            models.CheckConstraint(name="consultation_one_ground", condition=Q(ground="") | Q(own_ground__isnull=True)),
        ]
        indexes = [
            # the list, newest first
            models.Index(fields=["municipality", "-created_at"], name="consultation_list"),
            # what is running, for reminders and public pages
            models.Index(fields=["stage", "ends_on"], name="consultation_running"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.stage == ConsultationStage.DRAFT

    @property
    def is_published(self) -> bool:
        """Whether its public page is there: everything but a draft."""
        return self.stage != ConsultationStage.DRAFT

    @property
    def text_digest(self) -> str:
        """16 hexadecimal digits that differ where the Serbian text does, by which texts in other languages know it."""
        return digest_of(map(repr, (self.title, self.subject, self.rules)))

    def is_newer_than(self, source_digest: str) -> bool:
        """Whether the Serbian text was changed since one in another language was written beside it; False where that is
        not known."""
        return source_digest not in ("", self.text_digest)


class ConsultationDocument(TenantModel):
    """A document that the proposals are about: a file of ours, or an address where it can be read."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="documents")
    title = models.CharField(_("title"), max_length=200)
    file = models.FileField(upload_to="consultations/", max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    mime = models.CharField(max_length=100, blank=True)
    bytes = models.PositiveBigIntegerField(default=0)
    address = WebAddressField(max_length=600, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(name="consultation_document_is_one", condition=Q(file="") ^ Q(address="")),
        ]

    def __str__(self) -> str:
        return self.title


class ConsultationTranslation(TenantModel):
    """What is asked, in a language besides Serbian.

    `language`: a tag of language and script, "hu-Latn" (`participation.text_languages`). Each change sets `changed_at`
    of the consultation as well, by which stored copies of public pages know that they are old.

    `source_digest`: the `text_digest` of the Serbian text beside which it was written; "" where that is not known.
    """

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="translations")
    language = models.CharField(max_length=8)
    title = models.CharField(_("title"), max_length=160)
    subject = models.TextField(_("what is asked"))
    rules = models.TextField(_("rules"), blank=True)
    source_digest = models.CharField(max_length=16, blank=True, db_default="")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(name="consultation_translation_is_one", fields=["consultation", "language"]),
            # the two scripts of Serbian are those of the consultation itself
            models.CheckConstraint(
                name="consultation_translation_language", condition=~Q(language__in=["sr-Cyrl", "sr-Latn"])
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ConsultationPost(TenantModel):
    """A post that announces a consultation or its result. Comments below it are suggested as contributions."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="posts")
    post = models.OneToOneField(Post, models.CASCADE, related_name="consultation_post")
    role = models.CharField(max_length=8, choices=PostRole)

    def __str__(self) -> str:
        return self.get_role_display()
