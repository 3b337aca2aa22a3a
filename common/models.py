"""The tables of the kernel: the audit trail, the mail outbox, the marks of restored backups, incidents, and what the
schedule of periodic tasks remembers.
"""

import json
from dataclasses import asdict, dataclass, field

import pgtrigger

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from common import crypto
from common.enums import MailState


class AuditEvent(models.Model):
    """One audited action. Append-only; ids and labels, no foreign keys, so that it outlives its target."""

    at = models.DateTimeField(auto_now_add=True)
    verb = models.CharField(max_length=60)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)
    municipality_id = models.BigIntegerField(null=True)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=60, blank=True)
    target_label = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            # the activity page of a municipality, newest first
            models.Index(fields=["municipality_id", "-id"], name="audit_municipality"),
            # the activity of one post or channel
            models.Index(fields=["target_type", "target_id", "-id"], name="audit_target"),
            # the days of the whole installation: rows lie in the order of their time
            BrinIndex(fields=["at"], name="audit_at", autosummarize=True),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_type} {self.target_id}"


@dataclass(frozen=True)
class MailContent:
    """What a mail says. Headers, e.g. List-Unsubscribe, are written by us, never from anybody's input.

    `html` is the same as HTML, "" for none. Its pictures are in `pictures`: [{"cid": for `src="cid:…"`, "name", "type":
    "image/jpeg", "base64"}]; nothing in it is fetched from anywhere.
    """

    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    html: str = ""
    pictures: list[dict[str, str]] = field(default_factory=list)


class MailMessage(models.Model):
    """A mail that a worker will send. `dedupe` makes queueing the same notice twice harmless.

    Bodies hold links that work like passwords (invitations, password resets), so they are stored encrypted, and only
    until the mail was sent or was given up. The ciphertext opens only in its own row and for its own recipient.
    """

    PURPOSE = "mail"

    created_at = models.DateTimeField(auto_now_add=True)
    to = models.EmailField()
    subject = models.CharField(max_length=300)
    # `content()`, encrypted; empty once it is sent
    sealed = models.TextField(blank=True)
    from_email = models.CharField(max_length=200)
    # [{"path": name in settings.MAIL_FILES_ROOT, "name": as the reader sees it, "type": "application/pdf"}]
    files = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    dedupe = models.CharField(max_length=120, unique=True, null=True)
    # leaves also while a restore waits for its administrator: sign-in, password reset, alerts
    essential = models.BooleanField(default=False)

    # Of a mail that is not queued yet.
    unsealed = MailContent()

    class Meta:
        indexes = [
            models.Index(fields=["next_attempt_at"], name="mail_due", condition=models.Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"

    def content(self) -> MailContent:
        """Empty once the mail was sent. Raises `common.crypto.CryptoError`."""
        if not self.sealed:
            return self.unsealed
        return MailContent(**json.loads(crypto.open_(self.PURPOSE, self.sealed, self.bound_to)))

    def seal(self) -> None:
        """Encrypt `unsealed`; the row must have its id."""
        content = json.dumps(asdict(self.unsealed))
        self.sealed = crypto.seal(self.PURPOSE, content, self.bound_to)

    @property
    def bound_to(self) -> str:
        """Includes the recipient, so that write access to the row is not enough to receive another person's link."""
        if self.pk is None:
            raise ValueError("A mail is encrypted for its row: give it an id first.")
        return f"{self.pk}:{self.to}"

    @property
    def body(self) -> str:
        return self.content().body

    @property
    def headers(self) -> dict[str, str]:
        return self.content().headers


class Restore(models.Model):
    """The mark of a restored backup. `launcher.backup` inserts it by SQL; until `ended_at` nothing leaves that the
    restored database would send once more.

    `made_at`: when the backup was made; what went out later is not in it. `prepared_at`: the outbox has been set to
    check everything on the networks that was due by then.
    """

    made_at = models.DateTimeField()
    restored_at = models.DateTimeField()
    prepared_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="restored_after_made", condition=models.Q(restored_at__gte=models.F("made_at"))
            ),
            models.CheckConstraint(
                name="restore_ends_prepared",
                condition=models.Q(ended_at__isnull=True) | models.Q(prepared_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"backup of {self.made_at:%Y-%m-%d %H:%M} UTC"


class Incident(models.Model):
    """Something of `/readyz` did not work (`portal.alerts`). One at a time; those too short for a mail are deleted.

    `parts`: names of what did not work, at any time of it. `failed_at`: of the last check that found something.
    `alerted_at`: when the administrators were mailed. `ended_at`: when they were mailed that all works again.
    """

    parts = models.JSONField(default=list)
    began_at = models.DateTimeField()
    failed_at = models.DateTimeField()
    alerted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="incident_failed_after_begin", condition=models.Q(failed_at__gte=models.F("began_at"))
            ),
            models.CheckConstraint(
                name="incident_ends_alerted",
                condition=models.Q(ended_at__isnull=True) | models.Q(alerted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{', '.join(self.parts)} since {self.began_at:%Y-%m-%d %H:%M} UTC"


class Identity(models.Model):
    """The one row by which a process knows that it belongs to this database (`common.identity`).

    `sealed`: the id of the installation, encrypted; `MEDIA_ROOT` has the same id in a file.
    """

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY)
    sealed = models.TextField()

    class Meta:
        constraints = [models.CheckConstraint(name="one_identity", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return "the identity of the installation"


class Lease(models.Model):
    """Which process may do what only one should do at a time (`common.leases`)."""

    name = models.CharField(max_length=60, primary_key=True)
    holder = models.CharField(max_length=200)
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder} until {self.ends_at:%Y-%m-%d %H:%M:%S} UTC"


class PeriodicRun(models.Model):
    """When an entry of the schedule was sent last, for those whose interval may be longer than a process lives
    (`portal.scheduler`).
    """

    name = models.CharField(max_length=60, primary_key=True)
    sent_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.sent_at:%Y-%m-%d %H:%M} UTC"
