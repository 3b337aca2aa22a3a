"""Trainings of the demo: a past one with all its records, and an upcoming one."""

import io
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.utils import timezone

from common import languages
from demo.people import PROGRAMME, People
from demo.rows import made_at
from demo.texts import CONTENT, TRAINING_DAYS_AGO
from municipalities.enums import Role
from municipalities.models import Cohort, Municipality, Programme
from reports.document import Bullets, Document, DocumentTexts, Paragraph
from reports.files import pdf
from trainings import files, queries
from trainings.domain import agenda, attendance, certificates, lifecycle, materials
from trainings.domain import people as participants
from trainings.models import Attendance, Certificate, Participant, Session, Training
from trainings.queries.attendance import sheet


@cache
def content() -> dict[str, Any]:
    with (CONTENT / "trainings.toml").open("rb") as file:
        return tomllib.load(file)


def arrange(people: People, now: datetime) -> None:
    """With the verbs that trainers use; once. What was held is dated back to its days."""
    programme = Programme.objects.get(name=PROGRAMME)
    if Training.objects.filter(programme=programme).exists():
        return
    cohort, today = Cohort.objects.get(programme=programme), timezone.localdate(now)
    with made_at(now - timedelta(days=TRAINING_DAYS_AGO)):
        held = _begin(cohort, "held", today - timedelta(days=TRAINING_DAYS_AGO), 2, people)
        _speakers(held, people)
        _list(held, people)
        _materials(held, people, now)
        _attendance(held, people)
        certificates.issue(held, _earned(held), by=people.trainer)
    _date_back(held)
    coming = _begin(cohort, "coming", today + timedelta(days=content()["coming"]["in_days"]), 1, people)
    for line in content()["exchange"]:
        agenda.write(coming, None, _line(line, coming.starts_on), by=people.trainer)


def _begin(cohort: Cohort, kind: str, first: date, days: int, people: People) -> Training:
    raw = content()[kind]
    while first.weekday() > 4 - (days - 1):  # on working days, all of it
        first += timedelta(days=1 if kind == "coming" else -1)
    last = first + timedelta(days=days - 1)
    facts = {name: raw[name] for name in ("name", "place", "languages")}
    values = {**facts, "cohort": cohort, "starts_on": first, "ends_on": last, "share_asked": 80}
    return lifecycle.create(cohort.programme, values, by=people.trainer, with_agenda=kind == "held")


def _line(raw: Mapping[str, Any], day: date) -> dict[str, Any]:
    return {
        "day": day, "starts": time.fromisoformat(raw["starts"]), "ends": time.fromisoformat(raw["ends"]),
        "title": raw["title"], "description": raw.get("about", ""), "speaker": "",
        "is_break": raw.get("is_break", False),
    }  # fmt: skip


def _speakers(training: Training, people: People) -> None:
    for title, speaker in content()["speakers"].items():
        line = Session.objects.get(training=training, title=title)
        values = {name: getattr(line, name) for name in agenda.FIELDS}
        agenda.write(training, line, {**values, "speaker": speaker}, by=people.trainer)


def _list(training: Training, people: People) -> None:
    for slug, team in people.teams.items():
        for user, name, role in zip(
            (team.officer, team.approver), content()["names"][slug], (Role.OFFICER, Role.APPROVER), strict=True
        ):
            latin = name.isascii() or "ž" in name
            values = _person(name, team.municipality, str(role.label), email=user.email, latin=latin)
            participants.add(training, values, by=people.trainer)
    for guest in content()["guest"]:
        place = people.teams[guest["place"]].municipality
        latin = guest["place"] == "novi-pazar"
        participants.add(training, _person(guest["name"], place, guest["role"], latin=latin), by=people.trainer)


def _person(name: str, place: Municipality, role: str, *, latin: bool, email: str = "") -> dict[str, Any]:
    language = languages.of_script(languages.LATIN if latin else languages.CYRILLIC).code
    return {"name": name, "email": email, "municipality": place, "role": role, "language": language, "printed_name": ""}


def _materials(training: Training, people: People, now: datetime) -> None:
    lines = {line.title: line for line in queries.sessions(training)}
    for raw in content()["sheet"]:
        body = pdf.write(_sheet(raw, now))
        checked = files.checked(io.BytesIO(body), name=f"{raw['title'].replace(':', ' –')}.pdf", size=len(body))
        values = {"title": raw["title"], "url": "", "session": lines[raw["session"]], "visible_from": None}
        upload = materials.Upload(io.BytesIO(body), checked)
        materials.write(training, None, values, by=people.trainer, upload=upload)
    for raw in content()["link"]:
        values = {"title": raw["title"], "url": raw["url"], "session": lines[raw["session"]], "visible_from": None}
        materials.write(training, None, values, by=people.trainer)


def _sheet(raw: Mapping[str, Any], now: datetime) -> Document:
    texts = DocumentTexts(as_of="Сачињено", page="Страна", of="од")
    blocks = (Paragraph(raw["lead"], "lead"), Bullets(raw["steps"]))
    title = content()["held"]["name"]
    return Document(raw["title"], title, "sr", raw["lead"], now, blocks, "Добошар (демо)", texts)


def _attendance(training: Training, people: People) -> None:
    lines = [line.pk for line in queries.sessions(training).filter(is_break=False)]
    changes = {}
    for one in queries.participants(training):
        there = len(lines) - content()["left_out"].get(one.name, 0)
        changes.update({(one.pk, line): at < there for at, line in enumerate(lines)})
    attendance.mark(training, changes, by=people.trainer)


def _earned(training: Training) -> list[int]:
    return [row.participant.pk for row in sheet(training).rows if row.has_earned]


def _date_back(training: Training) -> None:
    """Issued on the afternoon of the last day."""
    at = timezone.make_aware(datetime.combine(training.ends_on, time(16, 10)))
    Certificate.objects.filter(participant__training=training).update(issued_at=at)
    Attendance.objects.filter(session__training=training).update(marked_at=at)
    Participant.objects.filter(training=training).update(added_at=at - timedelta(days=9))
    Training.objects.filter(pk=training.pk).update(created_at=at - timedelta(days=30))
