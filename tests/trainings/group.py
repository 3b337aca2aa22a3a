"""A training of the cast's programme as tests need it: two days that are over, and people of both municipalities."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from django.utils import timezone

from municipalities.models import Cohort
from tests.people import Cast
from trainings import files, queries
from trainings.domain import attendance, certificates, lifecycle, materials
from trainings.models import Certificate, Material, Participant, Training


def training_of(cast: Cast, *, days_ago: int = 9, **values: Any) -> Training:
    """Held for the cast's cohort, with the usual agenda; the officer and the stranger are on its list."""
    first = timezone.localdate() - timedelta(days=days_ago)
    cohort = Cohort.objects.get(programme=cast.programme, name="First")
    usual = {"cohort": cohort, "name": "Обука у Јагодини", "place": "Јагодина"}
    days = {"starts_on": first, "ends_on": first + timedelta(days=1)}
    facts = {**usual, **days, "languages": "", "share_asked": 80, **values}
    training = lifecycle.create(cast.programme, facts, by=cast.trainer)
    for user, place in ((cast.officer, cast.cuprija), (cast.stranger, cast.novi_pazar)):
        Participant.objects.create(
            training=training, user=user, name=user.name, email=user.email, municipality=place,
            language=user.language, added_by=cast.trainer,
        )  # fmt: skip
    return training


PDF = b"%PDF-1.7\nslides\n%%EOF"


def material_of(
    training: Training, cast: Cast, *, body: bytes = PDF, name: str = "Слајдови.pdf", **values: Any
) -> Material:
    """A file that everybody sees."""
    checked = files.checked(io.BytesIO(body), name=name, size=len(body))
    facts = {"title": "Слајдови", "url": "", "session": None, "visible_from": None, **values}
    upload = materials.Upload(io.BytesIO(body), checked)
    return materials.write(training, None, facts, by=cast.trainer, upload=upload)


def attended(training: Training, cast: Cast, *, leaving_out: int = 0, user: Any = None) -> Participant:
    """Somebody (the officer) was at every session but the last ones."""
    one = Participant.objects.get(training=training, user=user or cast.officer)
    lines = list(queries.sessions(training).filter(is_break=False))
    attendance.mark(
        training, {(one.pk, line.pk): at < len(lines) - leaving_out for at, line in enumerate(lines)}, by=cast.trainer
    )
    return one


def certificate_of(training: Training, cast: Cast) -> Certificate:
    """The officer's, who was at every session."""
    one = attended(training, cast)
    return (
        Certificate.objects.filter(participant=one, revoked_at__isnull=True).first()
        or certificates.issue(training, [one.pk], by=cast.trainer).pop()
    )
