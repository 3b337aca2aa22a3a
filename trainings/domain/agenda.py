"""Sessions of the agenda. They may overlap: groups work in parallel."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common import languages
from common.audit import record
from common.errors import ActionNotAllowed
from serbian.transliteration import to_latin
from trainings.domain.locking import locked_open
from trainings.models import Attendance, Session, Training
from trainings.rules import MOST_SESSIONS

FIELDS = ("day", "starts", "ends", "title", "description", "speaker", "is_break")


@transaction.atomic
def write(training: Training, session: Session | None, values: Mapping[str, Any], *, by: User) -> Session:
    """Create a session, or change `session`. Raises `ActionNotAllowed`."""
    row = locked_open(training)
    if session is None:
        if row.sessions.count() >= MOST_SESSIONS:
            raise ActionNotAllowed(_("An agenda of more than %(most)s lines is not read.") % {"most": MOST_SESSIONS})
        session = Session(training=row)
    for name in FIELDS:
        setattr(session, name, values[name])
    if not row.starts_on <= session.day <= row.ends_on:
        raise ActionNotAllowed(_("This day is not one of the training's."), "day")
    if session.ends <= session.starts:
        raise ActionNotAllowed(_("The session ends before it begins."), "ends")
    if session.is_break and session.pk and Attendance.objects.filter(session=session).exists():
        raise ActionNotAllowed(_("Attendance was marked for this session, so it cannot become a break."), "is_break")
    session.save()
    record("training.write_session", by=by, target=row, session=session.title, programme=str(row.programme))
    return session


@transaction.atomic
def remove(session: Session, *, by: User) -> None:
    """Its materials stay with the training. Raises `ActionNotAllowed` once attendance was marked."""
    row = locked_open(session.training)
    if Attendance.objects.filter(session=session).exists():
        raise ActionNotAllowed(_("Attendance was marked for this session, so it stays in the agenda."))
    record("training.remove_session", by=by, target=row, session=session.title, programme=str(row.programme))
    session.delete()


# ---- The agenda that a new training begins with, from `reference/agenda.toml`. It becomes rows, which trainers change.


FILE = Path(__file__).parents[1] / "reference" / "agenda.toml"


@lru_cache(maxsize=1)
def _lines() -> tuple[Mapping[str, Any], ...]:
    with FILE.open("rb") as file:
        return tuple(tomllib.load(file)["session"])


def sessions(first: date, last: date, language: str) -> Iterator[dict[str, Any]]:
    """Fields of `Session` for the days from `first` to `last`; in Latin script if `language` is written in it."""
    written = to_latin if languages.by_code()[language].text_variant == languages.LATIN else str
    for line in _lines():
        day = first + timedelta(days=line["day"] - 1)
        if day <= last:
            yield {
                "day": day,
                "starts": time.fromisoformat(line["starts"]),
                "ends": time.fromisoformat(line["ends"]),
                "title": written(line["title"]),
                "description": written(line.get("about", "").strip()),
                "is_break": line.get("is_break", False),
            }
