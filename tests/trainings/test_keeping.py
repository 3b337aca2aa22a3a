"""Trainers keep trainings and their agendas, within the programmes they train."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities.models import Cohort, Enrolment, Programme
from tests.people import Cast, municipality, sign_in
from tests.trainings.group import training_of
from trainings import queries
from trainings.domain import agenda, lifecycle
from trainings.models import Attendance, Participant, Session, Training

TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def foreign_training(cast: Cast) -> Training:
    """A training of a programme that is nobody's of the cast."""
    other = Programme.objects.create(name="Other")
    return Training.objects.create(
        programme=other, name="Theirs", starts_on=TODAY, ends_on=TODAY, created_by=cast.administrator
    )


def answers(**values: Any) -> dict[str, Any]:
    return {"name": "Обука", "starts_on": "2026-11-03", "ends_on": "2026-11-04", "share_asked": 80, **values}


def test_a_trainer_begins_a_training_with_the_usual_agenda_of_two_days(cast: Cast) -> None:
    client = sign_in(cast.trainer)
    assert client.post(reverse("train_new"), answers()).status_code == 302
    training = Training.objects.get()
    assert training.programme == cast.programme
    days = queries.agenda(training)
    assert [day.day for day in days] == [date(2026, 11, 3), date(2026, 11, 4)]
    titles = [line.title for day in days for line in day.sessions if not line.is_break]
    for theme in ("позив на акцију", "отварају разговор", "Мерење видљивости", "Размена искустава",
                  "Двосмерна комуникација", "еУслуге"):  # fmt: skip
        assert any(theme in title for title in titles), theme
    assert AuditEvent.objects.filter(verb="training.create", actor_id=cast.trainer.pk).count() == 1


def test_the_agenda_is_in_latin_letters_for_whoever_works_in_them(cast: Cast) -> None:
    cast.trainer.language = "sr-latn"
    first = {"starts_on": TODAY, "ends_on": TODAY}
    made = lifecycle.create(
        cast.programme, {**answers(**first), "cohort": None, "place": "", "languages": ""}, by=cast.trainer
    )  # fmt: skip
    lines = list(queries.sessions(made))
    assert "Korisna informacija i poziv na akciju" in [line.title for line in lines]
    assert {line.day for line in lines} == {TODAY}  # a training of one day has the lines of the first


def test_a_cohort_offers_the_day_on_which_its_training_was_planned(cast: Cast) -> None:
    cohort = Cohort.objects.get()
    page = sign_in(cast.trainer).get(reverse("train_new"), {"cohort": cohort.pk})
    form = page.context["form"]
    assert form.initial["starts_on"] == cohort.training_on
    assert form.initial["ends_on"] == cohort.training_on + timedelta(days=1)
    assert form.initial["cohort"] == str(cohort.pk)


def test_a_cohort_of_another_programme_is_not_chosen(cast: Cast, foreign_training: Training) -> None:
    foreign = Cohort.objects.create(programme=foreign_training.programme, name="Foreign", training_on=TODAY)
    client = sign_in(cast.trainer)
    assert client.post(reverse("train_new"), answers(cohort=foreign.pk)).status_code == 422
    with pytest.raises(ActionNotAllowed, match="another programme"):
        lifecycle.create(
            cast.programme,
            {"cohort": foreign, "name": "x", "place": "", "languages": "", "starts_on": TODAY, "ends_on": TODAY,
             "share_asked": 80},
            by=cast.trainer,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"ends_on": "2026-11-01"}, "The last day lies before the first."),
        ({"ends_on": "2027-11-01"}, "A training of more than 31 days is too long."),
        ({"share_asked": 0}, "greater than or equal to 1"),
        ({"share_asked": 101}, "less than or equal to 100"),
        ({"name": " \x00 "}, "required"),
        ({"starts_on": "the third"}, "This is not a day"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(cast: Cast, values: dict[str, Any], sentence: str) -> None:
    answer = sign_in(cast.trainer).post(reverse("train_new"), answers(**values))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not Training.objects.exists()


def test_the_agenda_moves_with_the_first_day_and_never_falls_out_of_the_days(cast: Cast) -> None:
    training = training_of(cast)
    before = [line.day for line in queries.sessions(training)]
    url = reverse("train_edit", args=[training.pk])
    client, later = sign_in(cast.trainer), training.starts_on + timedelta(days=30)
    changed = answers(starts_on=later, ends_on=later + timedelta(days=1), cohort=training.cohort_id)
    assert client.post(url, changed).status_code == 302
    assert [line.day for line in queries.sessions(training)] == [day + timedelta(days=30) for day in before]
    short = client.post(url, answers(starts_on=later, ends_on=later))
    assert "The agenda has sessions after this day" in short.text
    training.refresh_from_db()
    assert training.ends_on == later + timedelta(days=1)


def test_a_line_of_the_agenda_is_written_and_removed(cast: Cast) -> None:
    training = training_of(cast)
    client = sign_in(cast.trainer)
    line = {"day": training.starts_on.isoformat(), "starts": "16:30", "ends": "17:00", "title": "Дан у пар речи"}
    assert client.post(reverse("train_session_new", args=[training.pk]), line).status_code == 302
    made = Session.objects.get(title="Дан у пар речи")
    assert (made.day, made.starts) == (training.starts_on, time(16, 30))
    url = reverse("train_session", args=[training.pk, made.pk])
    assert "The session ends before it begins." in client.post(url, {**line, "ends": "16:00"}).text
    assert client.post(url, {**line, "day": "2020-01-01"}).status_code == 422
    client.post(reverse("train_session_remove", args=[training.pk, made.pk]))
    assert not Session.objects.filter(pk=made.pk).exists()


def test_what_people_attended_stays_in_the_agenda_and_the_training_in_the_records(cast: Cast) -> None:
    training = training_of(cast)
    line = queries.sessions(training).filter(is_break=False)[0]
    Attendance.objects.create(
        participant=Participant.objects.get(user=cast.officer), session=line, present=True, marked_by=cast.trainer
    )
    with pytest.raises(ActionNotAllowed, match="stays in the agenda"):
        agenda.remove(line, by=cast.trainer)
    with pytest.raises(ActionNotAllowed, match="Close it instead"):
        lifecycle.delete(training, by=cast.trainer)
    answer = sign_in(cast.trainer).post(reverse("train_delete", args=[training.pk]), follow=True)
    assert "People attended this training." in answer.text
    assert Training.objects.filter(pk=training.pk).exists()


def test_a_training_that_nobody_came_to_is_deleted(cast: Cast) -> None:
    training = training_of(cast)
    sign_in(cast.trainer).post(reverse("train_delete", args=[training.pk]))
    assert not Training.objects.exists()


def test_a_closed_training_is_read_and_not_changed(cast: Cast) -> None:
    training, client = training_of(cast), sign_in(cast.trainer)
    client.post(reverse("train_close", args=[training.pk]))
    page = client.get(reverse("train_agenda", args=[training.pk])).text
    assert "This training is closed" in page
    assert reverse("train_session_new", args=[training.pk]) not in page
    answer = client.post(reverse("train_edit", args=[training.pk]), answers())
    assert (answer.status_code, "Open it again first" in answer.text) == (422, True)
    client.post(reverse("train_reopen", args=[training.pk]))
    training.refresh_from_db()
    assert training.is_open


def test_another_programmes_training_is_not_there(cast: Cast, foreign_training: Training) -> None:
    client = sign_in(cast.trainer)
    assert "Theirs" not in client.get(reverse("train_list")).text
    for name in ("train_agenda", "train_edit", "train_session_new"):
        assert client.get(reverse(name, args=[foreign_training.pk])).status_code == 404, name
    for name in ("train_close", "train_reopen", "train_delete"):
        assert client.post(reverse(name, args=[foreign_training.pk])).status_code == 404, name
    mine = training_of(cast)
    foreign = Session.objects.create(training=foreign_training, day=TODAY, starts="09:00", ends="10:00", title="Theirs")
    assert client.get(reverse("train_session", args=[mine.pk, foreign.pk])).status_code == 404
    assert Training.objects.filter(pk=foreign_training.pk).exists()


# ---------------------------------------------------------------- what a municipality sees


def seen(cast: Cast, name: str = "officer", slug: str = "cuprija") -> list[str]:
    page = sign_in(getattr(cast, name)).get(reverse("trainings", args=[slug]))
    return [row.name for row in [*page.context["coming"], *page.context["past"]]]


def test_a_municipality_sees_the_trainings_of_its_cohort_and_no_others(cast: Cast, foreign_training: Training) -> None:
    training = training_of(cast)
    second = Cohort.objects.create(programme=cast.programme, name="Second", training_on=TODAY)
    other = training_of(cast, name="Друга група", cohort=second)
    Participant.objects.filter(training=other).delete()
    assert seen(cast) == ["Обука у Јагодини"]
    client = sign_in(cast.officer)
    assert client.get(reverse("training", args=["cuprija", training.pk])).status_code == 200
    for row in (other, foreign_training):
        assert client.get(reverse("training", args=["cuprija", row.pk])).status_code == 404


def test_a_municipality_that_left_sees_what_its_people_came_to_and_nothing_later(cast: Cast) -> None:
    before = training_of(cast, days_ago=20)
    Enrolment.objects.filter(municipality=cast.cuprija).update(ends_on=TODAY - timedelta(days=15))
    later = training_of(cast, days_ago=5, name="Касније")
    Participant.objects.filter(training=later).delete()
    assert seen(cast) == [before.name]
    assert set(seen(cast, "stranger", "novi-pazar")) == {before.name, "Касније"}


def test_somebody_sees_the_people_of_their_municipality_only(cast: Cast) -> None:
    training = training_of(cast)
    page = sign_in(cast.officer).get(reverse("training", args=["cuprija", training.pk])).text
    assert "Officer" in page
    assert "Stranger" not in page


# ---------------------------------------------------------------- queries


def test_the_pages_take_the_same_few_queries_for_little_and_for_much(cast: Cast) -> None:
    training = training_of(cast)
    trainer, officer = sign_in(cast.trainer), sign_in(cast.officer)
    pages = [
        (trainer, reverse("train_list")),
        (trainer, reverse("train_agenda", args=[training.pk])),
        (trainer, reverse("train_new")),
        (officer, reverse("trainings", args=["cuprija"])),
        (officer, reverse("training", args=["cuprija", training.pk])),
    ]
    few = [counted(client, url) for client, url in pages]
    for n in range(12):
        training_of(cast, name=f"Обука {n}")
        place = municipality(f"place-{n}", f"Место {n}", f"Mesto {n}")
        Participant.objects.create(training=training, name=f"Ана {n}", municipality=place, added_by=cast.trainer)
        Participant.objects.create(training=training, name=f"Ива {n}", municipality=cast.cuprija, added_by=cast.trainer)
    assert [counted(client, url) for client, url in pages] == few
    assert max(few) <= 12, few


def counted(client: Any, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)
