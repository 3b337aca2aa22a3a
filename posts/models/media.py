"""The municipality's library: pictures, videos, documents, their folders, and the consents of the people shown."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from municipalities.tenancy import TenantModel
from posts.enums import Agreement, ConsentKind, Probe

User = settings.AUTH_USER_MODEL
DOCUMENT = "application/pdf"


class Folder(TenantModel):
    """A folder of pictures, nested at most once: a deeper tree hides pictures."""

    name = models.CharField(_("name"), max_length=80)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="inside")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                name="one_folder_each", fields=["municipality", "parent", "name"], nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name


class Media(TenantModel):
    """A picture, re-encoded by us: no EXIF, upright, in a format every network takes. Or a video, as it came.

    `sha256` is that of the file as it was uploaded, so that the same file is kept once per municipality. `crops` are
    the cuts already made: {"0,0.1,1,0.8": {"file": "…", "width": 1, "height": 1, "bytes": 1}}, the key being the box in
    fractions of the picture. `alt` is what its description was last, offered when it is used again; `alts` the ones
    before it and itself, newest first. `agreement` and `agreed_until` say what its consent records come to
    (`posts.media.domain.consents` keeps them in step), so that the composer need not open the records.

    A video is hostile until a worker has looked at it: `probe` says whether that has happened, `probe_problem` why it
    cannot be used (a code of `posts.media.video_status`), `probe_due_at` when a worker may look. Until then sides and
    `seconds` are 0 and there is no `poster` and no thumbnail. `frames` are pictures a second, `codec` and `sound` as
    the probe names them. `captions` is what is spoken in it, as SubRip, in the language `captions_tag` ("sr-Cyrl").

    A document (PDF) is probed in the same way and goes out as it came: `pages` is how many it has, `poster` its first
    page, with its sides, `alt` its title. `names_author`: its properties name somebody, whom every reader can see.
    """

    file = models.FileField(upload_to="pictures/", max_length=200)
    thumbnail = models.FileField(upload_to="pictures/", max_length=200, blank=True)
    sha256 = models.CharField(max_length=64)
    mime = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()
    name = models.CharField(_("name"), max_length=200)
    alt = models.CharField(_("description for those who cannot see it"), max_length=1500, blank=True)
    alts = models.JSONField(default=list)
    crops = models.JSONField(default=dict)
    poster = models.FileField(upload_to="videos/", max_length=200, blank=True)
    probe = models.CharField(max_length=8, choices=Probe, default=Probe.READY)
    probe_problem = models.CharField(max_length=20, blank=True)
    probe_due_at = models.DateTimeField(null=True, blank=True)
    probes = models.PositiveSmallIntegerField(default=0)
    seconds = models.FloatField(default=0)
    frames = models.FloatField(default=0)
    codec = models.CharField(max_length=20, blank=True)
    sound = models.CharField(max_length=20, blank=True)
    pages = models.PositiveIntegerField(default=0)
    names_author = models.BooleanField(default=False)
    captions = models.FileField(upload_to="videos/", max_length=200, blank=True)
    captions_tag = models.CharField(max_length=8, blank=True)
    folder = models.ForeignKey(Folder, models.PROTECT, null=True, blank=True, related_name="pictures")
    credit = models.CharField(_("author"), max_length=200, blank=True)
    licence = models.CharField(_("terms of use"), max_length=300, blank=True)
    shows_children = models.BooleanField(_("children can be recognised in it"), default=False)
    agreement = models.CharField(max_length=10, choices=Agreement, blank=True)
    agreed_until = models.DateField(null=True, blank=True)
    search_key = models.TextField(blank=True, editable=False)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # the library, newest first
            models.Index(fields=["municipality", "-id"], name="media_library", condition=Q(archived_at__isnull=True)),
            # one folder, newest first
            models.Index(
                fields=["municipality", "folder", "-id"], name="media_folder", condition=Q(archived_at__isnull=True)
            ),
            # search that folds script and diacritics
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="media_search"),
            # videos that wait for a worker
            models.Index(fields=["probe_due_at"], name="media_probe", condition=Q(probe_due_at__isnull=False)),
        ]
        constraints = [models.UniqueConstraint(name="one_picture_each", fields=["municipality", "sha256"])]

    def __str__(self) -> str:
        return self.name

    @property
    def is_video(self) -> bool:
        return self.mime.startswith("video/")

    @property
    def is_document(self) -> bool:
        return self.mime == DOCUMENT

    @property
    def is_probed(self) -> bool:
        """Whether a worker has to look at it before it is used."""
        return self.is_video or self.is_document


class Consent(TenantModel):
    """Who is shown in a picture and who agreed to it: personal data, seen only by those who keep the library.

    `keep_until` is when the names and the scan are erased by themselves; the row stays, without them, as the proof
    that a consent was asked for.
    """

    media = models.ForeignKey(Media, models.CASCADE, related_name="consents")
    kind = models.CharField(_("how it was given"), max_length=12, choices=ConsentKind)
    people = models.CharField(_("person shown"), max_length=300, blank=True)
    given_by = models.CharField(_("person who agreed"), max_length=200, blank=True)
    given_on = models.DateField(_("on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    keep_until = models.DateField(_("erase the names after"))
    scan = models.FileField(upload_to="consents/", max_length=200, blank=True)
    scan_mime = models.CharField(max_length=40, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            # the records of one picture
            models.Index(fields=["municipality", "media"], name="consent_media"),
            # what is to be erased today
            models.Index(fields=["keep_until"], name="consent_due", condition=Q(erased_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.media_id} {self.kind}"
