"""The mail outbox: a request only writes a `MailMessage`, a worker sends it.

`OutboxBackend` is Django's e-mail backend, so django-allauth's mail goes through the outbox as well. The worker runs
`send_waiting`, which retries with exponential backoff. `DemoTransport` sends nothing: the mailbox page of the demo
shows the rows.

The content of a mail is encrypted while it waits and deleted once it is sent: links that work like passwords are
neither in the database nor in its backups.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from email.mime.image import MIMEImage
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from common import crypto, restores
from common.direction import without_bidi_controls
from common.enums import MailState
from common.models import MailContent, MailMessage

MAX_ATTEMPTS = 6
INITIAL_BACKOFF = timedelta(minutes=1)
LONGEST_SUBJECT = 300
DEMO_TRANSPORT = "common.mail.DemoTransport"
# A mail server's refusal may quote the link because of which it refuses.
ADDRESS = re.compile(r"[a-z]{2,10}://\S+", re.IGNORECASE)


def queue(*, to: str, subject: str, body: str, dedupe: str | None = None, essential: bool = False) -> None:
    """Queue one mail. A second call with the same `dedupe` changes nothing."""
    queue_all([compose(to=to, subject=subject, body=body, dedupe=dedupe, essential=essential)])


def queue_all(messages: Iterable[MailMessage]) -> None:
    """Queue many in two queries. One whose `dedupe` was queued before changes nothing."""
    rows = list(messages)
    for row, pk in zip(rows, _new_ids(len(rows)), strict=True):
        row.pk = pk
        row.seal()
    MailMessage.objects.bulk_create(rows, ignore_conflicts=True)


def _new_ids(count: int) -> list[int]:
    """Ids for rows that are not written yet: what a mail says is encrypted for its id."""
    table = MailMessage._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [pk for (pk,) in cursor.fetchall()]


def compose(
    *,
    to: str,
    subject: str,
    body: str,
    dedupe: str | None = None,
    headers: Mapping[str, str] | None = None,
    files: Iterable[Mapping[str, str]] = (),
    essential: bool = False,
    html: str = "",
    pictures: Iterable[Mapping[str, str]] = (),
) -> MailMessage:
    """A mail that is not queued yet. `headers` go out as they are: nothing that a person typed belongs in them.

    `html` and `pictures` are as in `common.models.MailContent`; the body must say the same without them.

    `files` are attached when it leaves (`MailMessage.files`); one that is gone by then is left out, so the body must
    say where else it is to be had. One that is `essential` leaves also while a restore waits for its administrator.
    """
    message = MailMessage(
        to=to,
        subject=" ".join(without_bidi_controls(subject).split())[:LONGEST_SUBJECT],
        from_email=settings.DEFAULT_FROM_EMAIL,
        dedupe=dedupe,
        files=[dict(file) for file in files],
        essential=essential,
    )
    message.unsealed = MailContent(body, dict(headers or {}), html, [dict(picture) for picture in pictures])
    return message


class OutboxBackend(BaseEmailBackend):
    """Writes each message to the outbox instead of the wire."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            for address in message.recipients():
                # Django and django-allauth write about signing in, passwords and errors only.
                queue(to=address, subject=str(message.subject), body=str(message.body), essential=True)
        return len(email_messages)


class DemoTransport(BaseEmailBackend):
    """The demo's wire: nothing leaves the machine, the mailbox page shows the rows."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return len(email_messages)


def send_waiting(limit: int = 50, *, only: Q | None = None) -> int:
    """Send what is due; returns how many left. A refused message is tried again later, then marked failed.

    `only`: which messages, where not all of them; for whoever cannot wait for a worker.
    """
    sent = 0
    for _ in range(limit):
        with transaction.atomic():
            message = _due(only or Q()).select_for_update(skip_locked=True).order_by("next_attempt_at").first()
            if message is None:
                return sent
            sent += _send(message)
    return sent


def is_due() -> bool:
    """Whether `send_waiting` has anything to do."""
    return _due(Q()).exists()


def _due(only: Q) -> QuerySet[MailMessage]:
    may_leave = restores.may_leave(Q(essential=True))
    return MailMessage.objects.filter(may_leave, only, state=MailState.WAITING, next_attempt_at__lte=timezone.now())


def _send(message: MailMessage) -> bool:
    message.attempts += 1
    try:
        content = message.content()
        _letter(message, content).send()
    except (OSError, crypto.CryptoError) as error:  # smtplib's errors are OSError too
        message.problem = ADDRESS.sub("…", str(error))[:300]
        message.next_attempt_at = timezone.now() + backoff(message.attempts)
        message.state = MailState.FAILED if message.attempts >= MAX_ATTEMPTS else MailState.WAITING
    except ValueError as error:  # a header that cannot be one; the mails behind it must not wait for ever
        message.problem, message.state = ADDRESS.sub("…", str(error))[:300], MailState.FAILED
    else:
        message.state, message.sent_at, message.problem = MailState.SENT, timezone.now(), ""
    if message.state != MailState.WAITING and not keeps_content():
        message.sealed = ""
    message.save()
    return message.state == MailState.SENT


class _WithPictures(EmailMultiAlternatives):
    """RFC 2387: mail programs show a picture inside the HTML only if both are parts of one "related"."""

    mixed_subtype = "related"


def _letter(message: MailMessage, content: MailContent) -> EmailMultiAlternatives:
    letter = (_WithPictures if content.pictures else EmailMultiAlternatives)(
        message.subject,
        content.body,
        message.from_email,
        [message.to],
        # RFC 3834, 5: out-of-office programs do not reply to it.
        headers={"Auto-Submitted": "auto-generated", **content.headers},
        attachments=_attachments(message.files),
        connection=get_connection(settings.MAIL_TRANSPORT),
    )
    if content.html:
        letter.attach_alternative(content.html, "text/html")
    for picture in content.pictures:
        letter.attach(_inline(picture))
    return letter


def _inline(picture: Mapping[str, str]) -> MIMEImage:
    part = MIMEImage(base64.b64decode(picture["base64"]), picture["type"].removeprefix("image/"))
    part.add_header("Content-ID", f"<{picture['cid']}>")
    part.add_header("Content-Disposition", "inline", filename=picture["name"])
    return part


def drop_older(at: datetime) -> int:
    """Give up what waited before `at`: a restored backup does not know whether it has left since. Returns how many."""
    waiting = MailMessage.objects.filter(state=MailState.WAITING, created_at__lte=at)
    return waiting.update(state=MailState.DROPPED, sealed="")


def backoff(attempts: int) -> timedelta:
    """Exponential: the last of the attempts follows half an hour after the first."""
    return INITIAL_BACKOFF * 2 ** (attempts - 1)


def keeps_content() -> bool:
    """Whether mail stays readable after it was sent: in the demo, whose mailbox page is the only place to read it."""
    return bool(settings.DEMO and settings.MAIL_TRANSPORT == DEMO_TRANSPORT)


def _attachments(files: Iterable[Mapping[str, str]]) -> list[tuple[str, bytes, str]]:
    attachments = []
    for file in files:
        with suppress(FileNotFoundError):
            # The bare name: no value of a row leads to another folder.
            body = (Path(settings.MAIL_FILES_ROOT) / Path(file["path"]).name).read_bytes()
            attachments.append((file["name"], body, file["type"]))
    return attachments


def purge_sent() -> int:
    """Delete mail that left `settings.MAIL_KEPT_DAYS` ago, or that could not be sent since; returns how many."""
    since = timezone.now() - timedelta(days=settings.MAIL_KEPT_DAYS)
    deleted, _ = MailMessage.objects.exclude(state=MailState.WAITING).filter(created_at__lt=since).delete()
    return deleted


def reseals() -> Iterator[partial[bool]]:
    """For `rotate_keys`: one call per mail."""
    for pk in MailMessage.objects.exclude(sealed="").order_by("pk").values_list("pk", flat=True):
        yield partial(_reseal, pk)


@transaction.atomic
def _reseal(pk: int) -> bool:
    row = MailMessage.objects.select_for_update().filter(pk=pk).exclude(sealed="").first()
    if row is None:
        return False
    sealed = crypto.reseal(row.PURPOSE, row.sealed, row.bound_to)
    return bool(sealed != row.sealed and MailMessage.objects.filter(pk=pk).update(sealed=sealed))
