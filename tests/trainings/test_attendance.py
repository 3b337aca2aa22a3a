"""Who is on the list of a training, and the sheet on which their attendance is marked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities.enums import Role
from municipalities.models import Membership
from tests.people import Cast, municipality, person, sign_in
from tests.trainings.group import training_of
from trainings import queries
from trainings.domain import attendance, lifecycle
from trainings.domain import people as verbs
from trainings.models import Attendance, Participant, Training
from trainings.queries.attendance import candidates, sheet


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def counted(training: Training) -> list[int]:
    return list(queries.sessions(training).filter(is_break=False).values_list("pk", flat=True))


def mark(cast: Cast, training: Training, headers: Any = None, **data: Any) -> Any:
    url = reverse("train_mark", args=[training.pk])
    return sign_in(cast.trainer).post(url, {"day": "1", **data}, headers=headers or {})


# ---------------------------------------------------------------- the list


def test_people_of_the_cohorts_municipalities_are_put_on_the_list_at_once(cast: Cast) -> None:
    training = training_of(cast)
    offered = [(str(candidate.municipality), candidate.user.name) for candidate in candidates(training)]
    assert offered == [("Ćuprija", "Approver"), ("Ćuprija", "Viewer")]  # the officers are on it already
    chosen = [f"{cast.approver.pk}-{cast.cuprija.pk}", f"{cast.mentor.pk}-{cast.cuprija.pk}", "nonsense"]
    client = sign_in(cast.trainer)
    client.post(reverse("train_people_add", args=[training.pk]), {"act": "members", "people": chosen})
    made = Participant.objects.get(user=cast.approver)
    assert (made.name, made.email, made.municipality, made.language) == (
        "Approver", cast.approver.email, cast.cuprija, "en",
    )  # fmt: skip
    assert not Participant.objects.filter(user=cast.mentor).exists()  # no member of the cohort's


def test_nobody_of_another_cohorts_municipality_is_offered(cast: Cast) -> None:
    kula = municipality("kula", "Кула", "Kula")
    Membership.objects.create(user=person("kulan"), municipality=kula, role=Role.OFFICER)
    assert "Kulan" not in [candidate.user.name for candidate in candidates(training_of(cast))]
    assert candidates(training_of(cast, cohort=None)) == []


def test_somebody_without_an_account_is_written_down_by_hand(cast: Cast) -> None:
    training, client = training_of(cast), sign_in(cast.trainer)
    url = reverse("train_people_add", args=[training.pk])
    form = {"act": "one", "one-name": "Ана Петровић", "one-role": "сарадница", "one-language": "sr"}
    assert client.post(url, {**form, "one-municipality": cast.cuprija.pk}).status_code == 302
    made = Participant.objects.get(name="Ана Петровић")
    assert (made.user, made.municipality, made.email) == (None, cast.cuprija, "")
    again = client.post(url, {**form, "one-name": "Officer", "one-email": cast.officer.email.upper()})
    assert again.status_code == 422
    assert "A person with this address is already on the list." in again.text


def test_an_address_with_an_account_makes_the_training_theirs(cast: Cast) -> None:
    training, client = training_of(cast), sign_in(cast.trainer)
    form = {"act": "one", "one-name": "V.", "one-email": cast.viewer.email, "one-language": "sr"}
    client.post(reverse("train_people_add", args=[training.pk]), form)
    assert Participant.objects.get(name="V.").user == cast.viewer
    # an account that comes later is known by the address of the list
    Participant.objects.create(training=training, name="A.", email=cast.approver.email, added_by=cast.trainer)
    mine = queries.as_participant(cast.approver, training)
    assert mine is not None
    assert mine.name == "A."
    assert queries.as_participant(cast.mentor, training) is None


def test_a_pasted_list_is_read_line_by_line(cast: Cast) -> None:
    training, client = training_of(cast), sign_in(cast.trainer)
    lines = (
        "Ана Петровић; ana@cuprija.rs; Cuprija; сарадница\n\nИва\tiva@np.rs\tНови Пазар\nОфицир;officer@test.example"
    )
    form = {"act": "many", "many-lines": lines, "many-language": "sr-latn"}
    client.post(reverse("train_people_add", args=[training.pk]), form)
    made = Participant.objects.filter(language="sr-latn").order_by("pk")
    assert [(row.name, row.email, row.municipality) for row in made] == [
        ("Ана Петровић", "ana@cuprija.rs", cast.cuprija), ("Ива", "iva@np.rs", cast.novi_pazar),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("; ana@cuprija.rs", "Line 1 has no name"),
        ("Ана; нешто", "Line 1: “нешто” is no e-mail address."),
        ("Ана; ; Атлантида", "no municipality of this training is called “Атлантида”"),
        ("а" * 121, "Line 1 has no name, or one that is too long."),
    ],
)
def test_a_line_that_cannot_be_read_is_named(cast: Cast, line: str, sentence: str) -> None:
    training = training_of(cast)
    form = {"act": "many", "many-lines": line, "many-language": "sr"}
    answer = sign_in(cast.trainer).post(reverse("train_people_add", args=[training.pk]), form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert training.participants.count() == 2


def test_a_list_of_more_than_two_hundred_is_refused(cast: Cast) -> None:
    training = training_of(cast)
    lines = "\n".join(f"Ана {n}" for n in range(199))
    form = {"act": "many", "many-lines": lines, "many-language": "sr"}
    answer = sign_in(cast.trainer).post(reverse("train_people_add", args=[training.pk]), form)
    assert "A training has 200 participants at most." in answer.text
    assert training.participants.count() == 2


def test_a_participant_is_changed_and_taken_off_the_list(cast: Cast) -> None:
    training, client = training_of(cast), sign_in(cast.trainer)
    one = Participant.objects.get(user=cast.officer)
    url = reverse("train_person", args=[training.pk, one.pk])
    form = {"name": "Олга", "email": cast.officer.email, "municipality": cast.cuprija.pk, "role": "шефица",
            "language": "sr", "printed_name": ""}  # fmt: skip
    assert client.post(url, form).status_code == 302
    one.refresh_from_db()
    assert (one.name, one.role, one.user) == ("Олга", "шефица", cast.officer)
    client.post(reverse("train_person_remove", args=[training.pk, one.pk]))
    assert not Participant.objects.filter(pk=one.pk).exists()
    other = training_of(cast, name="Друга")
    of_other_training = other.participants.first()
    assert of_other_training is not None
    assert client.get(reverse("train_person", args=[training.pk, of_other_training.pk])).status_code == 404


# ---------------------------------------------------------------- the sheet


def test_marks_are_saved_and_the_share_is_reckoned_over_what_is_no_break(cast: Cast) -> None:
    training = training_of(cast)
    lines, one = counted(training), Participant.objects.get(user=cast.officer)
    assert mark(cast, training, **{"is": [f"{one.pk}-{line}" for line in lines[:6]]}).status_code == 302
    row = next(row for row in sheet(training).rows if row.participant == one)
    assert (row.present, row.counted, row.percent) == (6, 8, 75)
    assert not row.has_earned
    mark(cast, training, was=[f"{one.pk}-{lines[0]}"])
    assert Attendance.objects.get(participant=one, session=lines[0]).present is False
    assert AuditEvent.objects.filter(verb="training.mark").count() == 2


def test_only_what_somebody_changed_is_written(cast: Cast) -> None:
    """Two trainers have the sheet open; the second knows nothing of what the first has marked since."""
    training = training_of(cast)
    first, second = counted(training)[:2]
    one = Participant.objects.get(user=cast.officer)
    mark(cast, training, **{"is": [f"{one.pk}-{first}"]})
    mark(cast, training, **{"is": [f"{one.pk}-{second}"]})  # an older page, on which nothing was marked
    assert Attendance.objects.filter(present=True).count() == 2
    before = AuditEvent.objects.count()
    mark(cast, training, **{"is": [f"{one.pk}-{second}"]})
    assert AuditEvent.objects.count() == before  # marked already


def test_everybody_is_marked_but_whom_somebody_marked_as_away(cast: Cast) -> None:
    training = training_of(cast)
    line = counted(training)[0]
    away = Participant.objects.get(user=cast.stranger)
    mark(cast, training, was=[f"{away.pk}-{line}"])
    mark(cast, training, all=str(line))
    present = dict(Attendance.objects.filter(session=line).values_list("participant__name", "present"))
    assert present == {"Officer": True, "Stranger": False}


def test_a_script_gets_the_shares_of_those_it_marked(cast: Cast) -> None:
    training = training_of(cast)
    one = Participant.objects.get(user=cast.officer)
    values = {"is": [f"{one.pk}-{counted(training)[0]}"]}
    answer = mark(cast, training, headers={"Accept": "application/json"}, **values)
    assert answer.json()["shares"].keys() == {str(one.pk)}
    assert answer.json()["shares"][str(one.pk)].startswith("12")
    lifecycle.close(training, by=cast.trainer)
    answer = mark(cast, training, headers={"Accept": "application/json"}, **values, was=["1-1"])
    assert (answer.status_code, "closed" in answer.json()["problem"]) == (409, True)


def test_a_cell_of_another_training_or_of_a_break_is_not_marked(cast: Cast) -> None:
    training, other = training_of(cast), training_of(cast, name="Друга")
    one = Participant.objects.get(user=cast.officer, training=training)
    rest = queries.sessions(training).filter(is_break=True)[0]
    for cell in (f"{one.pk}-{counted(other)[0]}", f"{one.pk}-{rest.pk}", "99999-1"):
        mark(cast, training, **{"is": [cell]})
    mark(cast, training, **{"is": ["x-y", "1", "", "-", "1" * 40 + "-1"]}, all="x" * 40)
    assert not Attendance.objects.exists()


def test_sessions_nobody_was_marked_for_are_known(cast: Cast) -> None:
    training = training_of(cast)
    line = queries.sessions(training).filter(is_break=False)[0]
    assert line in sheet(training).unmarked
    attendance.mark_all(line, by=cast.trainer)
    assert line not in sheet(training).unmarked
    assert len(sheet(training).unmarked) == 7


def test_the_sheet_opens_at_today_and_at_the_day_asked_for(cast: Cast) -> None:
    client = sign_in(cast.trainer)
    now = training_of(cast, days_ago=1, name="Данас")  # its second day is today
    assert client.get(reverse("train_people", args=[now.pk])).context["day"].number == 2
    assert client.get(reverse("train_people", args=[now.pk]), {"day": "1"}).context["day"].number == 1
    assert client.get(reverse("train_people", args=[now.pk]), {"day": "x"}).context["day"].number == 2
    assert client.get(reverse("train_people", args=[training_of(cast).pk])).context["day"].number == 1


def test_the_people_of_a_closed_training_stay(cast: Cast) -> None:
    training = training_of(cast)
    lifecycle.close(training, by=cast.trainer)
    with pytest.raises(ActionNotAllowed, match="Open it again first"):
        verbs.remove(Participant.objects.filter(training=training)[0], by=cast.trainer)


def test_the_pages_take_the_same_few_queries_for_two_people_and_for_forty(cast: Cast) -> None:
    training, client = training_of(cast), sign_in(cast.trainer)
    pages = [reverse(name, args=[training.pk]) for name in ("train_people", "train_people_add")]
    few = [_queries(client, url) for url in pages]
    for n in range(40):
        place = municipality(f"place-{n}", f"Место {n}", f"Mesto {n}")
        Participant.objects.create(training=training, name=f"Ана {n}", municipality=place, added_by=cast.trainer)
        Membership.objects.create(user=person(f"member{n}"), municipality=cast.cuprija, role=Role.OFFICER)
    for line in queries.sessions(training).filter(is_break=False):
        attendance.mark_all(line, by=cast.trainer)
    assert [_queries(client, url) for url in pages] == few
    assert max(few) <= 12, few


def _queries(client: Any, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)
