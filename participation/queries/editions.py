"""Editions of a report: those of a consultation, and what everybody may download."""

from typing import Any

from django.db.models import Count, Exists, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan
from django.urls import reverse

from common import languages
from municipalities.models import Municipality
from participation.enums import ConsultationStage, EditionState
from participation.models import Consultation, Contribution, Edition, EditionFile

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


# Nobody quotes these any longer. Neither is ever taken back.
SILENCED = Q(withdrawn_at__isnull=False) | Q(gone_at__isnull=False)


def is_outdated() -> GreaterThan:
    """Whether an author withdrew a contribution, or a comment was deleted, after an edition had been counted.

    By how many they are and not by when: a network tells later that a comment was deleted earlier.
    """
    rows = Contribution.objects.filter(SILENCED, consultation=OuterRef("consultation"))
    now = rows.order_by().values("consultation").annotate(count=Count("pk")).values("count")
    known = Func(KeyTransform("silenced", "facts"), function="jsonb_array_length", output_field=IntegerField())
    return GreaterThan(Coalesce(Subquery(now, output_field=IntegerField()), 0), Coalesce(known, 0))


def changed_numbers(edition: Edition) -> list[int]:
    """The contributions that were withdrawn, or whose comment was deleted, after it had been counted. One query."""
    rows = Contribution.objects.filter(SILENCED, consultation=edition.consultation_id)
    known = set(edition.facts.get("silenced", ()))
    return [number for number in rows.order_by("number").values_list("number", flat=True) if number not in known]


def editions(consultation: Consultation) -> list[Any]:
    """The newest first, with `is_outdated` and their files. Two queries."""
    rows = Edition.objects.filter(consultation=consultation).annotate(is_outdated=is_outdated())
    return list(rows.select_related("asked_by", "published_by").prefetch_related("files"))


def published(consultation: Consultation) -> QuerySet[Any]:
    """Its published editions, the newest first, with `is_outdated`."""
    rows = Edition.objects.filter(consultation=consultation, published_at__isnull=False)
    return rows.annotate(is_outdated=is_outdated()).order_by("-number")


def public_file(consultation: Consultation, number: int | None, kind: str, tag: str) -> EditionFile | None:
    """A file that everybody may download now, of the newest edition without a `number`. One query."""
    code = languages.by_tag()[tag].code if tag in languages.by_tag() else ""
    there = published(consultation).filter(is_outdated=False)
    if number is not None:
        there = there.filter(number=number)
    rows = EditionFile.objects.filter(edition__in=there.order_by(), kind=kind, language=code)
    return rows.select_related("edition").order_by("-edition__number").first()


def newest_public() -> QuerySet[Edition]:
    """The newest published edition of each consultation of the open scope that can be downloaded, the newest first."""
    later = Edition.objects.filter(
        consultation=OuterRef("consultation"), number__gt=OuterRef("number"), published_at__isnull=False
    )
    rows = Edition.objects.filter(
        ~Exists(later), consultation__stage=ConsultationStage.REPORTED, published_at__isnull=False
    )
    rows = rows.annotate(is_outdated=is_outdated()).filter(is_outdated=False)
    return rows.select_related("consultation").order_by("-published_at", "-pk")


def newest_url(place: Municipality, consultation: Consultation, tag: str) -> str:
    """Path of the PDF of its newest edition in this language; it stays the same for every edition."""
    return reverse("consultation_report_newest", args=[place.slug, consultation.slug, f"report-{tag}.pdf"])


def outdated() -> QuerySet[Edition]:
    """Of the open scope: editions counted before somebody withdrew that still have files, or that are the newest."""
    later = Edition.objects.filter(consultation=OuterRef("consultation"), number__gt=OuterRef("number"))
    files = EditionFile.objects.filter(edition=OuterRef("pk"))
    rows = Edition.objects.filter(Exists(files) | ~Exists(later), state=EditionState.READY)
    return rows.annotate(is_outdated=is_outdated()).filter(is_outdated=True).order_by("pk")
