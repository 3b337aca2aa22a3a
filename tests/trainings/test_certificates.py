"""Certificates: for those who attended enough, frozen as issued, as an accessible page of PDF."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from common.errors import ActionNotAllowed
from notifications.models import Notification
from tests.people import Cast, sign_in
from tests.reports import reading
from tests.trainings.group import attended, certificate_of, training_of
from trainings import certificate as page
from trainings.domain import certificates as verbs
from trainings.domain import lifecycle
from trainings.domain import people as list_verbs
from trainings.models import Attendance, Certificate, Participant
from trainings.rules import certificate_number, has_earned, percent

YEAR = timezone.localdate().year


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("present", "counted", "share", "earned"),
    [(8, 10, 80, True), (79, 100, 80, False), (0, 0, 1, False), (1, 3, 33, True), (1, 3, 34, False), (8, 8, 100, True)],
)
def test_the_share_decides(present: int, counted: int, share: int, *, earned: bool) -> None:
    assert has_earned(present, counted, share) is earned


def test_a_share_is_rounded_down_and_a_number_has_its_year() -> None:
    assert (percent(7, 8), percent(0, 0), percent(8, 8)) == (87, None, 100)
    assert certificate_number(timezone.localdate().replace(year=2026), 42) == "2026-0042"


def test_who_attended_enough_gets_one_and_who_did_not_gets_none(cast: Cast) -> None:
    training, client = training_of(cast), sign_in(cast.trainer)
    one = attended(training, cast, leaving_out=1)  # 7 of 8: 87 per cent
    other = attended(training, cast, leaving_out=2, user=cast.stranger)  # 6 of 8: 75 per cent
    client.post(reverse("train_issue", args=[training.pk]), {"people": [one.pk, "x", "9" * 30]})
    made = Certificate.objects.get()
    assert (made.participant, made.number, made.issued_by) == (one, f"{YEAR}-0001", cast.trainer)
    answer = client.post(reverse("train_issue", args=[training.pk]), {"people": [one.pk, other.pk]}, follow=True)
    assert "Stranger attended less than 80 per cent" in answer.text
    assert Certificate.objects.count() == 1  # and the first got no second one


def test_none_is_issued_before_the_last_day(cast: Cast) -> None:
    training = training_of(cast, days_ago=0)
    one = attended(training, cast)
    with pytest.raises(ActionNotAllowed, match="Certificates follow on that day"):
        verbs.issue(training, [one.pk], by=cast.trainer)
    assert "The training is not over" in sign_in(cast.trainer).get(
        reverse("train_certificates", args=[training.pk])
    ).text  # fmt: skip


def test_numbers_go_on_over_all_trainings_and_none_is_used_twice(cast: Cast) -> None:
    first, second = training_of(cast), training_of(cast, name="Друга")
    one = certificate_of(first, cast)
    verbs.revoke(one, "Погрешно име", by=cast.trainer)
    again = certificate_of(first, cast)
    other = certificate_of(second, cast)
    numbers = [certificate.number for certificate in (one, again, other)]
    assert numbers == [
        f"{YEAR}-0001",
        f"{YEAR}-0002",
        f"{YEAR}-0003",
    ]


def test_a_certificate_keeps_its_words(cast: Cast) -> None:
    training = training_of(cast)
    one = Participant.objects.get(user=cast.officer)
    facts = {"email": one.email, "municipality": cast.cuprija, "role": "сарадница", "language": "sr"}
    list_verbs.change(one, {**facts, "name": "Ljubica Njegić", "printed_name": ""}, by=cast.trainer)
    made = certificate_of(training, cast)
    assert (made.facts["name"], made.facts["municipality"]) == ("Љубица Његић", "Ћуприја")
    assert (made.facts["attended"], made.facts["of"], made.facts["hours"]) == (8, 8, 11.0)
    list_verbs.change(one, {**facts, "name": "Сасвим друга", "printed_name": ""}, by=cast.trainer)
    made.refresh_from_db()
    assert "Љубица Његић" in reading.pdf(page.pdf([made])).text


@pytest.mark.parametrize(
    ("language", "typed", "printed", "shown", "tag"),
    [
        ("sr", "Ana Petrović", "", "Ана Петровић", "sr-Cyrl"),
        ("sr-latn", "Ана Петровић", "", "Ana Petrović", "sr-Latn"),
        ("en", "Ана Петровић", "", "Ana Petrović", "en"),
        ("sr", "Wolfgang Weiss", "Волфганг Вајс", "Волфганг Вајс", "sr-Cyrl"),
    ],
)
def test_the_page_is_in_the_persons_script_and_says_so(
    cast: Cast, language: str, typed: str, printed: str, shown: str, tag: str
) -> None:
    training = training_of(cast)
    Participant.objects.filter(user=cast.officer).update(name=typed, printed_name=printed, language=language)
    made = certificate_of(training, cast)
    document = reading.pdf(page.pdf([made]))
    assert shown in document.text
    assert made.number in document.text
    assert document.language == tag
    assert document.is_tagged
    assert document.pages == 1
    assert "H1" in document.kinds
    assert document.alts  # the mark says what it is
    place = {"sr": "Ћуприја", "sr-latn": "Ćuprija", "en": "Ćuprija"}[language]
    assert place in document.text


def test_a_hostile_name_is_words_and_nothing_else(cast: Cast) -> None:
    training = training_of(cast, name='#panic() $x$ "' + "а" * 140)
    Participant.objects.filter(user=cast.officer).update(name="*#set page()* 😀 " + "я" * 90, language="en")
    document = reading.pdf(page.pdf([certificate_of(training, cast)]))
    assert "#set page()" in document.text
    assert document.pages == 1


def test_the_same_certificate_is_the_same_file(cast: Cast) -> None:
    made = certificate_of(training_of(cast), cast)
    assert page.pdf([made]) == page.pdf([made])


def test_a_participant_fetches_their_own_and_the_trainer_everybodys(cast: Cast) -> None:
    training = training_of(cast)
    made = certificate_of(training, cast)
    mine = reverse("training_certificate", args=["cuprija", training.pk])
    answer = sign_in(cast.officer).get(mine)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="certificate-{made.number}.pdf"'
    assert "Officer" in reading.pdf(answer.content).text
    assert "Download the certificate" in sign_in(cast.officer).get(
        reverse("training", args=["cuprija", training.pk])
    ).text  # fmt: skip
    attended(training, cast, user=cast.stranger)
    stranger = Participant.objects.get(user=cast.stranger)
    verbs.issue(training, [stranger.pk], by=cast.trainer)
    client = sign_in(cast.trainer)
    everybody = client.get(reverse("train_certificates_pdf", args=[training.pk]))
    assert reading.pdf(everybody.content).pages == 2
    one = client.get(reverse("train_certificate", args=[training.pk, made.pk]))
    assert reading.pdf(one.content).pages == 1


def test_nobody_fetches_somebody_elses(cast: Cast) -> None:
    training = training_of(cast)
    made = certificate_of(training, cast)
    mine = reverse("training_certificate", args=["cuprija", training.pk])
    for other in (cast.approver, cast.viewer, cast.mentor):
        answer = sign_in(other).get(mine, follow=True)
        assert "You have no certificate of this training." in answer.text
    assert sign_in(cast.stranger).get(mine).status_code == 404
    trainers_url = reverse("train_certificate", args=[training.pk, made.pk])
    for other in (cast.officer, cast.approver, cast.mentor, cast.administrator):
        assert sign_in(other).get(trainers_url).status_code == 404
    second = training_of(cast, name="Друга")
    assert sign_in(cast.trainer).get(
        reverse("train_certificate", args=[second.pk, made.pk])
    ).status_code == 404  # fmt: skip


def test_a_revoked_one_is_not_fetched_by_its_holder_and_stays_in_the_records(cast: Cast) -> None:
    training, client = training_of(cast), sign_in(cast.trainer)
    made = certificate_of(training, cast)
    url = reverse("train_revoke", args=[training.pk, made.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "Погрешно име"}).status_code == 302
    mine = sign_in(cast.officer).get(reverse("training_certificate", args=["cuprija", training.pk]))
    assert mine.status_code == 302
    page_now = client.get(reverse("train_certificates", args=[training.pk])).text
    assert "Погрешно име" in page_now
    assert made.number in page_now
    with pytest.raises(ActionNotAllowed, match="so they stay on the list"):
        list_verbs.remove(made.participant, by=cast.trainer)


def test_sessions_that_nobody_marked_are_named_before_issuing(cast: Cast) -> None:
    training = training_of(cast)
    attended(training, cast)
    Attendance.objects.filter(session__title="Размена искустава").delete()
    text = sign_in(cast.trainer).get(reverse("train_certificates", args=[training.pk])).text
    assert "Attendance is missing" in text
    assert "they count: Размена искустава." in text


def test_a_closed_training_issues_none(cast: Cast) -> None:
    training = training_of(cast)
    one = attended(training, cast)
    lifecycle.close(training, by=cast.trainer)
    assert reverse("train_issue", args=[training.pk]) in sign_in(cast.trainer).get(
        reverse("train_certificates", args=[training.pk])
    ).text  # fmt: skip
    with pytest.raises(ActionNotAllowed, match="Open it again first"):
        verbs.issue(training, [one.pk], by=cast.trainer)


def test_the_page_takes_the_same_few_queries_for_two_people_and_for_forty(cast: Cast) -> None:
    training, client = training_of(cast), sign_in(cast.trainer)
    certificate_of(training, cast)
    urls = [reverse(name, args=[training.pk]) for name in ("train_certificates", "train_certificates_pdf")]
    few = [_queries(client, url) for url in urls]
    for n in range(40):
        one = Participant.objects.create(training=training, name=f"Ана {n}", added_by=cast.trainer)
        lines = training.sessions.filter(is_break=False)
        Attendance.objects.bulk_create(
            Attendance(participant=one, session=line, present=True, marked_by=cast.trainer) for line in lines
        )
    verbs.issue(training, training.participants.exclude(user=cast.stranger).values_list("pk", flat=True),
                by=cast.trainer)  # fmt: skip
    assert Certificate.objects.count() == 41
    assert [_queries(client, url) for url in urls] == few
    assert max(few) <= 12, few


def _queries(client: Any, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_who_gets_a_certificate_is_told_where_to_fetch_it_and_nobody_else(cast: Cast) -> None:
    training = training_of(cast)
    certificate_of(training, cast)
    notification = Notification.objects.get(kind="training")
    assert (notification.user, notification.url) == (cast.officer, f"/m/cuprija/trainings/{training.pk}/")
    assert sign_in(cast.officer).get(notification.url).status_code == 200
    assert "Your certificate of" in notification.subject
    with pytest.raises(ActionNotAllowed):
        verbs.issue(training_of(cast, days_ago=0, name="Друга"), [], by=cast.trainer)
    assert Notification.objects.count() == 1
