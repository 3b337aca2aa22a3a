"""The report of a consultation. What is published stays; a change afterwards is a new edition."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import languages
from municipalities.tenancy import TenantModel
from participation.enums import EditionState
from participation.models.consultations import Consultation

# In the order in which files are offered.
LABELS = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel", "csv": "CSV", "json": "JSON"}
User = settings.AUTH_USER_MODEL


class Edition(TenantModel):
    """One edition. `changes` says what differs from the edition before; the first one has none.

    `facts` are the counts as they were when it was made (`participation.open_data.counted`); words of proposals are in
    its files only, so that a withdrawal finds them there. "silenced" are the numbers whose words were not shown then
    because their author had withdrawn them or deleted the comment. While it is made, `facts` hold the lease of the
    worker. `ready_at` is when the figures were read.
    """

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="editions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=6, choices=EditionState, default=EditionState.MAKING)
    changes = models.TextField(_("what changed"), blank=True)
    outcome = models.TextField(_("what changes because of it"), blank=True)
    facts = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ready_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(name="edition_number", fields=["consultation", "number"]),
            models.CheckConstraint(
                name="edition_published_is_ready",
                condition=Q(published_at__isnull=True) | Q(state="ready", published_by__isnull=False),
            ),
            models.CheckConstraint(name="edition_says_changes", condition=Q(number=1) | ~Q(changes="")),
        ]

    def __str__(self) -> str:
        return f"{self.consultation}, {self.number}"


class EditionFile(TenantModel):
    """A file of an edition: `kind` is pdf, docx, xlsx, csv or json, `language` a code of the portal, "" for one that is
    the same in every language."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=4)
    language = models.CharField(max_length=8)
    file = models.FileField(upload_to="consultation-reports/", max_length=200)
    bytes = models.PositiveBigIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(name="edition_file_once", fields=["edition", "kind", "language"])]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language})"

    @property
    def label(self) -> str:
        """Its format as people know it."""
        return LABELS[self.kind]

    @property
    def language_name(self) -> str:
        """In itself."""
        return languages.by_code()[self.language].own_name if self.language else ""

    @property
    def position(self) -> tuple[int, int]:
        """By language, then by format; those that are the same in every language come last."""
        codes = [language.code for language in languages.interface_languages()]
        return (codes.index(self.language) if self.language in codes else len(codes)), list(LABELS).index(self.kind)

    @property
    def tag(self) -> str:
        return languages.by_code()[self.language].tag if self.language else ""

    @property
    def public_name(self) -> str:
        """The last part of its public address: "report-sr-Cyrl.pdf", "report.csv"."""
        return f"report-{self.tag}.{self.kind}" if self.language else f"report.{self.kind}"
