"""Consultations with their contributions, meetings and reports, and the self-check by the Local Transparency Index."""

from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Prefetch

from administration.archive.writer import Archive
from municipalities.queries import Access
from participation.models import (
    Consultation,
    ConsultationDocument,
    Contribution,
    ContributionFile,
    ContributionQuestion,
    EditionFile,
    SelfCheck,
)
from participation.queries.listing import Reader

AT_ONCE = 200


def write(archive: Archive, access: Access) -> None:
    """`access`: of the person for whom the archive is made. Original words and contacts are in it only if they may read
    them in the portal; what everybody may read of them always is."""
    reader = Reader.of(access)
    archive.json("consultations.json", _consultations())
    archive.json("contributions.json", _contributions(reader))
    archive.json("self-check.json", _self_check())
    attached = ContributionFile.objects.filter(contribution__in=Contribution.objects.filter(reader.readable))
    for rows in (ConsultationDocument.objects.exclude(file=""), attached, EditionFile.objects.all()):
        for ref in rows.order_by("pk").values_list("file", flat=True).iterator(chunk_size=AT_ONCE):
            archive.file(ref, partial(default_storage.open, ref))


def _consultations() -> list[dict[str, Any]]:
    rows = Consultation.objects.select_related(
        "own_ground", "officer", "approver", "department", "published_by"
    ).prefetch_related(
        "documents",
        "translations",
        "posts",
        "meetings",
        "batches__entered_by",
        "batches__checked_by",
        "editions__files",
    )
    return [
        {
            "id": row.pk, "title": row.title, "kind": row.kind, "stage": row.stage,
            "subject": row.subject, "rules": row.rules,
            "ground": row.ground or str(row.own_ground or ""), "starts_on": row.starts_on, "ends_on": row.ends_on,
            "closes_at": row.closes_at, "decided_by": row.decided_by, "report_by": row.report_by,
            "ways_in": row.ways_in, "mail": row.mail, "officer": str(row.officer),
            "approver": str(row.approver or ""), "department": str(row.department or ""),
            "published_at": row.published_at, "published_by": str(row.published_by or ""), "closed_at": row.closed_at,
            "reported_at": row.reported_at, "called_off_because": row.called_off_because,
            "documents": [{"title": one.title, "file": one.file.name, "address": one.address}
                          for one in row.documents.all()],
            "translations": [{"language": one.language, "title": one.title, "subject": one.subject, "rules": one.rules}
                             for one in row.translations.all()],
            "posts": [{"post": one.post_id, "role": one.role} for one in row.posts.all()],
            "meetings": [{"id": one.pk, "place": one.place, "at": one.at, "people": one.people, "women": one.women,
                          "note": one.note} for one in row.meetings.all()],
            "batches": [{"id": one.pk, "title": one.title, "sheets": one.sheets, "received_on": one.received_on,
                         "entered_by": str(one.entered_by), "checked_by": str(one.checked_by or ""),
                         "checked_at": one.checked_at} for one in row.batches.all()],
            "editions": [{"number": one.number, "state": one.state, "outcome": one.outcome, "changes": one.changes,
                          "published_at": one.published_at, "files": [file.file.name for file in one.files.all()]}
                         for one in row.editions.all()],
        }
        for row in rows.order_by("pk")
    ]  # fmt: skip


def _contributions(reader: Reader) -> list[dict[str, Any]]:
    files = Prefetch("files", ContributionFile.objects.order_by("pk"))
    questions = Prefetch("questions", ContributionQuestion.objects.select_related("department", "by").order_by("pk"))
    rows = Contribution.objects.select_related("settlement", "decided_by", "same_as")
    rows = rows.prefetch_related(files, questions)
    return [
        {
            "consultation": row.consultation_id, "number": row.number, "way_in": row.way_in,
            **_words(row, is_readable=reader.may_read(row)),
            "contact": row.contact if reader.private else "",
            "public_text": row.public_text, "message": row.message_id, "meeting": row.meeting_id,
            "batch": row.batch_id, "speaker": row.speaker, "settlement": str(row.settlement or ""),
            "age_band": row.age_band, "gender": row.gender, "received_at": row.received_at, "late": row.is_late,
            "same_as": row.same_as.number if row.same_as else None, "decision": row.decision, "reason": row.reason,
            "where_to": row.where_to, "decided_at": row.decided_at, "decided_by": str(row.decided_by or ""),
            "answer": row.answer_state, "answered_at": row.answered_at, "withdrawn_at": row.withdrawn_at,
        }
        for row in rows.order_by("consultation", "number")
    ]  # fmt: skip


def _words(row: Contribution, *, is_readable: bool) -> dict[str, Any]:
    if not is_readable:
        return {"text": "", "files": [], "departments": []}
    departments = [
        {
            "department": str(one.department), "question": one.question, "words_shown": one.shown, "by": str(one.by),
            "sent_at": one.sent_at, "answer_by": one.answer_by, "answer": one.answer,
            "answered_by": one.answered_name, "answered_at": one.answered_at, "withdrawn_at": one.withdrawn_at,
        }
        for one in row.questions.all()
    ]  # fmt: skip
    return {"text": row.text, "files": [one.file.name for one in row.files.all()], "departments": departments}


def _self_check() -> list[dict[str, Any]]:
    rows = SelfCheck.objects.select_related("question__set").order_by("pk")
    return [
        {
            "year": row.question.set.year, "question": row.question.code, "text": row.question.text,
            "state": row.state, "address": row.address, "note": row.note,
        }
        for row in rows
    ]  # fmt: skip
