"""A training of a programme: its agenda, materials, participants, attendance and certificates.

A training belongs to a programme and has participants of many municipalities, so none of these tables is a tenant
table. Every read goes through `trainings.queries`: by the programmes of a trainer, or by the municipality whose
workspace is open.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common import languages
from common.fields import WebAddressField
from municipalities.models import Cohort, Municipality, Programme

User = settings.AUTH_USER_MODEL


class Training(models.Model):
    """Some days of a programme on which people come together. `closed_at`: nothing of it changes any more."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="trainings")
    cohort = models.ForeignKey(Cohort, models.PROTECT, null=True, blank=True, related_name="trainings")
    name = models.CharField(_("name"), max_length=160)
    place = models.CharField(_("place"), max_length=160, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    languages = models.CharField(_("languages"), max_length=200, blank=True)
    # Percent of the counted sessions from which a participant gets a certificate.
    share_asked = models.PositiveSmallIntegerField(_("share to attend"), default=80)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="training_ends_after_it_starts", condition=Q(starts_on__lte=F("ends_on"))),
            models.CheckConstraint(
                name="training_asks_a_share", condition=Q(share_asked__gte=1) & Q(share_asked__lte=100)
            ),
        ]
        indexes = [
            # the trainings of a programme, the newest first
            models.Index(fields=["programme", "-starts_on"], name="training_programme"),
            # the trainings of a municipality's cohort
            models.Index(fields=["cohort", "-starts_on"], name="training_cohort"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Session(models.Model):
    """A session of the agenda, at local times of its day. Breaks have no attendance."""

    training = models.ForeignKey(Training, models.CASCADE, related_name="sessions")
    day = models.DateField(_("day"))
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))
    title = models.CharField(_("title"), max_length=160)
    description = models.TextField(_("what happens"), blank=True)
    speaker = models.CharField(_("who leads it"), max_length=160, blank=True)
    is_break = models.BooleanField(_("a break: attendance is not marked"), default=False)

    class Meta:
        constraints = [models.CheckConstraint(name="session_ends_after_it_starts", condition=Q(starts__lt=F("ends")))]
        indexes = [models.Index(fields=["training", "day", "starts"], name="session_agenda")]

    def __str__(self) -> str:
        return self.title

    @property
    def lang(self) -> str:
        """For a reader whose page is in another language; Latin letters do not say which language they write."""
        return "sr-Cyrl" if any("\u0400" <= sign <= "\u04ff" for sign in self.title) else ""


class Material(models.Model):
    """A file or a link for the people of a training, from `visible_from` on (None: at once)."""

    training = models.ForeignKey(Training, models.CASCADE, related_name="materials")
    session = models.ForeignKey(Session, models.SET_NULL, null=True, blank=True, related_name="materials")
    title = models.CharField(_("title"), max_length=160)
    url = WebAddressField(_("link"), max_length=500, blank=True)
    file = models.FileField(upload_to="trainings/", max_length=200, blank=True)
    file_name = models.CharField(max_length=160, blank=True)
    mime = models.CharField(max_length=100, blank=True)
    bytes = models.PositiveIntegerField(default=0)
    visible_from = models.DateTimeField(_("shown from"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="material_is_a_file_or_a_link", condition=(Q(url="") & ~Q(file="")) | (~Q(url="") & Q(file=""))
            )
        ]
        indexes = [models.Index(fields=["training", "order"], name="material_order")]

    def __str__(self) -> str:
        return self.title

    @property
    def kind(self) -> str:
        """As people know it: PDF, PPTX."""
        return self.file_name.rpartition(".")[2].upper()

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


class Participant(models.Model):
    """A participant of a training, with an account or without. `role` is a free text: their position at home.

    `language` is that of their certificate; `printed_name` overrides how the name is written on it.
    """

    training = models.ForeignKey(Training, models.CASCADE, related_name="participants")
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    municipality = models.ForeignKey(Municipality, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(_("role"), max_length=120, blank=True)
    language = models.CharField(
        _("language of the certificate"), max_length=10, choices=languages.choices, default=languages.default_code
    )
    printed_name = models.CharField(_("name on the certificate"), max_length=120, blank=True)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="participant_once_by_account", fields=["training", "user"], condition=Q(user__isnull=False)
            ),
            models.UniqueConstraint(
                name="participant_once_by_email", fields=["training", "email"], condition=~Q(email="")
            ),
        ]
        indexes = [
            # who of this municipality was where; and of one person, which trainings
            models.Index(fields=["municipality", "training"], name="participant_place"),
        ]

    def __str__(self) -> str:
        return self.name


class Attendance(models.Model):
    """Whether a participant was present. No row: not marked yet."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="attendance")
    session = models.ForeignKey(Session, models.CASCADE, related_name="attendance")
    present = models.BooleanField()
    marked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    marked_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="attendance_once", fields=["participant", "session"])]

    def __str__(self) -> str:
        return f"{self.participant} · {self.session}"


class Certificate(models.Model):
    """A certificate as it was issued: `facts` are all values of its page, frozen. Its number is never reused."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="certificates")
    number = models.CharField(max_length=20, unique=True)
    facts = models.JSONField(default=dict)
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(auto_now_add=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_certificate_holds", fields=["participant"], condition=Q(revoked_at__isnull=True)
            ),
            models.CheckConstraint(
                name="revoked_by_somebody", condition=Q(revoked_at__isnull=True) | Q(revoked_by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number
