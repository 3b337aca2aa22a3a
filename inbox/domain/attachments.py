"""Attachments of citizens' messages: noted when a message is stored, fetched by a worker, checked, stored.

Nothing that the sender claims is believed. A picture is decoded within limits and encoded anew, without metadata; other
files are stored as they are if their content is of an accepted type, and are only ever served under that type
(`inbox.attachment_types`); a PDF that carries more than pages is stored as pictures of them (`inbox.attached_pdfs`).
What is not accepted is named to the officer, with the reason, and not stored.
"""

import logging
import secrets
from collections.abc import Collection
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from channels.connector_factory import open_channel
from channels.enums import ChannelState
from channels.models import Channel
from inbox import attached_pdfs, attachment_types
from inbox.models import AttachmentProblem, AttachmentState, Message, MessageAttachment
from inbox.network_text import storable
from municipalities.tenancy import everywhere, scope
from platforms import types
from platforms.errors import PlatformError, RateLimited, Rejected
from posts.media.domain import pictures

log = logging.getLogger(__name__)

MOST_ATTACHMENTS = 10
MOST_BYTES = 25 * 1024 * 1024
LEASE = timedelta(minutes=5)
RETRIES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
TEXT = 2000


def store(channel: Channel, items: Collection[types.Message], now: object) -> None:
    """Note the attachments of new messages. Two queries, none without attachments."""
    with_attachments = {one.remote_id: one for one in items if one.attachments}
    if not with_attachments:
        return
    rows = Message.objects.filter(channel=channel, remote_id__in=with_attachments, erased_at=None)
    wanted = [
        _attachment(channel, pk, position, attachment, now)
        for pk, remote_id in rows.values_list("pk", "remote_id")
        for position, attachment in enumerate(with_attachments[remote_id].attachments[:MOST_ATTACHMENTS])
    ]
    MessageAttachment.objects.bulk_create(wanted, ignore_conflicts=True)


def _attachment(channel: Channel, message: int, position: int, one: types.Attachment, now: object) -> MessageAttachment:
    has_place = (
        one.latitude is not None and one.longitude is not None
        and -90 <= one.latitude <= 90 and -180 <= one.longitude <= 180
    )  # fmt: skip
    row = MessageAttachment(
        municipality_id=channel.municipality_id, message_id=message, position=position, kind=one.kind,
        name=attachment_types.clean_name(one.name), mime=storable(one.mime)[:100],
        size=one.size if one.size is not None and 0 <= one.size < 2**62 else None,
        latitude=one.latitude if has_place else None, longitude=one.longitude if has_place else None,
        url=storable(one.url)[:TEXT] if one.url.startswith(("https://", "http://")) else "",
        state=AttachmentState.EMPTY,
    )  # fmt: skip
    source = storable(one.source)
    if source and len(source) <= TEXT:
        row.source, row.state, row.next_at = source, AttachmentState.WAITING, now  # type: ignore[assignment]
    if row.size is not None and row.size > MOST_BYTES:
        _refuse(row, AttachmentProblem.SIZE)
    return row


def _refuse(row: MessageAttachment, problem: AttachmentProblem) -> None:
    row.state, row.problem, row.next_at, row.source = AttachmentState.REFUSED, problem, None, ""


# ---- fetching


def claim(limit: int = 100) -> list[int]:
    """Attachments that are due, their `next_at` moved ahead by a lease."""
    with everywhere("claim attachments to be fetched"), transaction.atomic():
        now = timezone.now()
        due = list(
            MessageAttachment.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(next_at__lte=now, message__channel__state=ChannelState.CONNECTED)
            .order_by("next_at")
            .values_list("pk", flat=True)[:limit]
        )
        MessageAttachment.objects.filter(pk__in=due).update(next_at=now + LEASE)
    return due


def fetch(attachment_id: int) -> None:
    """Fetch the content of one attachment, check it and store it."""
    with everywhere("an attachment is fetched by its number"):
        row = MessageAttachment.objects.select_related("message__channel").get(pk=attachment_id)
    with scope(row.municipality_id):
        channel = row.message.channel
        if row.state != AttachmentState.WAITING:
            return
        try:
            body = open_channel(channel).attachment(row.source, MOST_BYTES)
        except Rejected as refused:
            state = AttachmentState.EXPIRED if refused.code != "too_big" else AttachmentState.REFUSED
            _finish(row, state=state, problem=AttachmentProblem.SIZE if refused.code == "too_big" else "")
        except RateLimited as limited:
            MessageAttachment.objects.filter(pk=row.pk, state=AttachmentState.WAITING).update(next_at=limited.retry_at)
        except PlatformError:
            _retry(row)
        except Exception:
            log.exception("Attachment %s could not be fetched", row.pk)
            _retry(row)
        else:
            store_content(row, body)


def _retry(row: MessageAttachment) -> None:
    if row.attempts >= len(RETRIES):
        _finish(row, state=AttachmentState.EXPIRED, problem=AttachmentProblem.UNREACHABLE)
        return
    rows = MessageAttachment.objects.filter(pk=row.pk, state=AttachmentState.WAITING)
    rows.update(attempts=row.attempts + 1, next_at=timezone.now() + RETRIES[row.attempts])


def store_content(row: MessageAttachment, body: bytes) -> None:
    """Check the content of an attachment that waits for it, and store it if it is accepted."""
    if len(body) > MOST_BYTES:
        _finish(row, state=AttachmentState.REFUSED, problem=AttachmentProblem.SIZE)
        return
    problem = ""
    try:
        kind = attachment_types.accepted(body)
        if kind == attachment_types.PDF:
            pdf = attached_pdfs.inert(body)
            body, problem = pdf.body, AttachmentProblem.PICTURES if pdf.is_pictures else ""
    except attachment_types.NotAccepted as refused:
        _finish(row, state=AttachmentState.REFUSED, problem=AttachmentProblem(refused.refusal))
        return
    mime, ending = kind.mime, kind.ending
    if kind.is_picture:
        try:
            encoded = pictures.encode_picture(pictures.open_picture(body))
        except pictures.BadPicture:
            _finish(row, state=AttachmentState.REFUSED, problem=AttachmentProblem.BROKEN)
            return
        body, mime, ending = encoded.body, encoded.mime, encoded.ending
    # Not derived from the content: two people who send the same file are two files, each erased with its message.
    name = f"attachments/{row.municipality_id}/{secrets.token_hex(16)}.{ending}"
    saved = default_storage.save(name, ContentFile(body))
    stored = {"file": saved, "file_mime": mime, "file_size": len(body), "problem": problem}
    if not _finish(row, state=AttachmentState.STORED, **stored):
        default_storage.delete(saved)


def _finish(row: MessageAttachment, **values: object) -> bool:
    """False where it was erased, or handled by another worker, meanwhile."""
    rows = MessageAttachment.objects.filter(pk=row.pk, state=AttachmentState.WAITING)
    return bool(rows.update(next_at=None, source="", **values))


# ---- erasure


def erase(messages: Collection[int]) -> None:
    """Erase the attachments of these messages: names, places and files. Files go once the transaction is committed."""
    rows = MessageAttachment.objects.filter(message__in=messages)
    names = list(rows.exclude(file="").values_list("file", flat=True))
    rows.update(
        source="", name="", mime="", size=None, latitude=None, longitude=None, url="", file="", file_mime="",
        file_size=None, next_at=None, problem="", state=AttachmentState.ERASED,
    )  # fmt: skip
    transaction.on_commit(lambda: _delete_files(names))


def _delete_files(names: Collection[str]) -> None:
    for name in names:
        default_storage.delete(name)
