"""Private messages of Ćuprija whose every word is a marker, and where one may be read in what the portal answers."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pypdfium2

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from delivery.models import Delivery
from inbox.domain import department_questions
from inbox.models import (
    AnswerDraft,
    Citizen,
    Conversation,
    ConversationMerge,
    Department,
    ExternalReply,
    HandOver,
    Message,
    MessageAttachment,
    Moderation,
    Note,
    ProposedAnswer,
    Reply,
    SatisfactionQuestion,
)
from municipalities.tenancy import scope
from needs.models import Need, Supporter
from tests.people import Cast

MARKER = "xprivate"
TOKEN = "a-token-of-a-private-question"


@dataclass(frozen=True)
class PrivateMessages:
    """Ids of what belongs to them, by the word that stands before it in an address."""

    ids: dict[str, int]

    @property
    def message(self) -> int:
        return self.ids["inbox/message"]


def make(cast: Cast, channel: Any, publication: Any) -> PrivateMessages:
    """An open message with everything that may hang on one, one that is clearly unlawful, and an answered one."""
    now, here, by = timezone.now(), {"municipality": cast.cuprija}, cast.approver
    with scope(cast.cuprija):
        citizen = Citizen.objects.create(**here)
        talk, other = (
            Conversation.objects.create(
                **here, channel=channel, remote_id=f"xprivatethread{number}", author_id="xprivateid",
                author_name="Xprivatename", author_handle="xprivatehandle", last_received_at=now, citizen=citizen,
            )
            for number in range(2)
        )  # fmt: skip
        first, unlawful, answered = (
            _message(cast, channel, publication, f"private{number}", **more)
            for number, more in enumerate((
                {"kind": "question", "conversation": talk},
                {"kind": "unlawful"},
                {"kind": "question", "state": "answered", "settled_at": now, "conversation": other},
            ))
        )  # fmt: skip
        file = default_storage.save("attachments/private.txt", ContentFile(b"xprivatefile"))
        attachment = MessageAttachment.objects.create(
            **here, message=first, position=0, kind="file", state="stored", file=file, file_mime="text/plain",
            name="xprivatefile.txt",
        )  # fmt: skip
        ExternalReply.objects.create(
            **here, conversation=talk, remote_id="x", text="xprivateelsewhere", at=now, received_at=now
        )
        merge = ConversationMerge.objects.create(
            **here, conversation=other, citizen=citizen, reason="xprivatereason", by=by
        )
        Note.objects.create(**here, message=first, text="xprivatenote", by=by)
        AnswerDraft.objects.create(**here, message=first, text="xprivatedraft", by=by, at=now, began_at=now)
        proposed = ProposedAnswer.objects.create(
            **here, message=first, text="xprivateproposed", by=by, text_by=by, at=now
        )
        department = Department.objects.create(**here, name="Центар", email="centar@test.example")
        question = HandOver.objects.create(
            **here, message=first, department=department, question="xprivatequestion", shown="xprivateshown",
            token_hash=department_questions.hash_token(TOKEN), by=by, sent_at=now, answer_by=now + timedelta(days=1),
            remind_at=now + timedelta(days=1), expires_at=now + timedelta(days=2), answered_at=now,
            answer="xprivateanswer", used_at=now,
        )  # fmt: skip
        act = Moderation.objects.create(
            **here, message=first, reason="threat", act="hide", why="xprivatewhy", text="xprivatecopy",
            author_name="Xprivatename", written_at=now, copied_at=now, by=by, at=now, state="agreed", seal="0" * 64,
        )  # fmt: skip
        need = Need.objects.create(**here, title="Осветљење", text="", by=by)
        voice = Supporter.objects.create(
            **here, need=need, source="message", message=first, received_on=now.date(), quote="xprivatequote", by=by
        )
        delivery = Delivery.objects.create(
            **here, channel=channel, kind="reply", state="published", remote_id="xr", key=uuid4(), due_at=now,
            not_after=now, next_at=now, state_at=now, published_at=now,
            payload={"text": "xprivatereply", "visibility": "direct", "language": "sr"},
        )  # fmt: skip
        reply = Reply.objects.create(
            **here, message=answered, delivery=delivery, text="xprivatereply", by=by, arrived_at=now
        )
        SatisfactionQuestion.objects.create(
            **here, conversation=other, message=answered, reply=reply, asked_at=now, value="no", word="xprivateword",
            answered_at=now,
        )  # fmt: skip
    return PrivateMessages({
        "inbox/message": first.pk, "files/attachment": attachment.pk, "same-person/merge": merge.pk,
        "proposed/proposed": proposed.pk, "asked/handover": question.pk, "moderation/moderation": act.pk,
        "needs/need": need.pk, "voices/supporter": voice.pk, "deliveries/pk": delivery.pk,
        "unlawful": unlawful.pk, "answered": answered.pk,
    })  # fmt: skip


def _message(cast: Cast, channel: Any, publication: Any, remote_id: str, **more: Any) -> Message:
    now = timezone.now()
    return Message.objects.create(
        municipality=cast.cuprija, channel=channel, remote_id=remote_id, publication=publication, in_reply_to="said",
        author_id="xprivateid", author_name="Xprivatename", author_handle="xprivatehandle",
        text="xprivatewords о осветљењу", first_text="xprivatefirst", subject="xprivatesubject",
        url="https://social.example/xprivate", visibility="direct", at=now - timedelta(minutes=5), received_at=now,
        counts_from=now, due_at=now - timedelta(minutes=1), similar_group=1, **more,
    )  # fmt: skip


def holds_marker(response: Any) -> bool:
    """Whether a word of the private messages can be read in the answer: in a page, a table, a PDF or an archive."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    return MARKER in f"{text_of(body)}\n{headers}".casefold()


def text_of(body: bytes) -> str:
    if body.startswith(b"%PDF"):
        try:
            document = pypdfium2.PdfDocument(body)
        except pypdfium2.PdfiumError:
            return ""
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return "\n".join([*archive.namelist(), *(text_of(archive.read(name)) for name in archive.namelist())])
    return body.decode(errors="replace")
