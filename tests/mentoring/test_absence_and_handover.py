"""A mentor is away; a mentor passes a municipality on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.urls import reverse

from accounts.models import User
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from mentoring.domain.absence import announce, withdraw
from mentoring.domain.feedback import give
from mentoring.domain.handover import hand_over
from mentoring.enums import RubricLevel
from mentoring.models import Absence, Handover
from municipalities.models import Cohort, Enrolment, Pairing, Programme
from municipalities.queries import roles, today
from municipalities.rules import TABLE, Verb
from municipalities.tenancy import scope
from notifications.models import Notification
from posts.review.domain.comment import comment
from tests.people import Cast, person, sign_in
from tests.posts.desk import Desk

DAY = timedelta(days=1)


# ---- absence


def test_the_municipalities_are_told_and_see_it_on_their_home(cast: Cast) -> None:
    note = "Питајте програмски тим."
    answer = sign_in(cast.mentor).post(
        reverse("absence"), {"starts_on": today(), "ends_on": today() + 5 * DAY, "note": note}
    )
    assert answer.status_code == 302
    notified = {row.user for row in Notification.objects.all()}
    assert notified == {cast.officer, cast.approver, cast.stranger}
    for name, slug in (("officer", "cuprija"), ("approver", "cuprija"), ("stranger", "novi-pazar")):
        page = sign_in(getattr(cast, name)).get(reverse("workspace", args=[slug])).content.decode()
        assert note in page, name
    assert note in sign_in(cast.officer).get(reverse("progress", args=["cuprija"])).content.decode()
    assert AuditEvent.objects.filter(verb="mentor.announce_absence").count() == 1


def test_it_is_shown_two_weeks_ahead_and_gone_when_withdrawn_or_over(cast: Cast) -> None:
    def is_shown() -> bool:
        return "away" in sign_in(cast.officer).get("/m/cuprija/").content.decode()

    later = announce(today() + 15 * DAY, today() + 16 * DAY, "", by=cast.mentor)
    assert not is_shown()
    withdraw(later, by=cast.mentor)
    soon = announce(today() + 14 * DAY, today() + 16 * DAY, "", by=cast.mentor)
    assert is_shown()
    withdraw(soon, by=cast.mentor)
    assert not is_shown()


def test_nobody_reads_about_their_own_on_the_page_of_progress(cast: Cast) -> None:
    announce(today(), today() + DAY, "Одсутна", by=cast.mentor)
    progress = reverse("progress", args=["cuprija"])
    assert "Одсутна" in sign_in(cast.officer).get(progress).content.decode()
    assert "Одсутна" not in sign_in(cast.mentor).get(progress).content.decode()


def test_the_municipality_of_a_former_mentor_sees_nothing(cast: Cast) -> None:
    Pairing.objects.filter(municipality=cast.cuprija).update(ends_on=today() - DAY)
    announce(today(), today(), "Одсутна", by=cast.mentor)
    assert "Одсутна" not in sign_in(cast.officer).get("/m/cuprija/").content.decode()
    assert {row.user for row in Notification.objects.all()} == {cast.stranger}


def test_who_is_back_sooner_keeps_the_days_that_were(cast: Cast) -> None:
    row = announce(today(), today() + 5 * DAY, "", by=cast.mentor)
    Absence.objects.filter(pk=row.pk).update(starts_on=today() - 2 * DAY)
    answer = sign_in(cast.mentor).post(reverse("absence"), {"withdraw": row.pk}, follow=True)
    assert "You are shown as present again." in answer.content.decode()
    row.refresh_from_db()
    assert (row.ends_on, row.withdrawn_at) == (today() - DAY, None)
    with pytest.raises(ActionNotAllowed):
        withdraw(row, by=cast.mentor)


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        (2, 1, "The last day lies before the first."),
        (-3, -1, "These days are over."),
        (0, 200, "is a handover"),
        (3, 9, "Withdraw that first"),
    ],
)
def test_days_that_make_no_sense_are_refused(cast: Cast, first: int, last: int, says: str) -> None:
    announce(today() + 8 * DAY, today() + 9 * DAY, "", by=cast.mentor)
    days = {"starts_on": today() + first * DAY, "ends_on": today() + last * DAY, "note": "Задржано"}
    answer = sign_in(cast.mentor).post(reverse("absence"), days)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "Задржано" in answer.content.decode()
    assert Absence.objects.count() == 1


@pytest.mark.parametrize("which", ["other", "0", "x", "99999999999999999999"])
def test_nobody_withdraws_what_is_not_theirs(cast: Cast, which: str) -> None:
    row = announce(today(), today(), "", by=cast.mentor)
    asked = str(row.pk) if which == "other" else which
    assert sign_in(cast.officer).post(reverse("absence"), {"withdraw": asked}).status_code == 404


# ---- handover


@pytest.fixture
def successor(cast: Cast) -> User:
    """A mentor of the programme, of a third municipality so far."""
    user = person("successor")
    Pairing.objects.create(mentor=user, municipality=cast.novi_pazar, starts_on=today() - 3 * DAY)
    return user


def pairing(cast: Cast) -> Pairing:
    return Pairing.objects.get(municipality=cast.cuprija, mentor=cast.mentor)


def asked(person: User, **changed: Any) -> dict[str, Any]:
    return {
        "successor": person.pk,
        "starts_on": today(),
        "ends_on": "",
        "note": "Договорено: две анкете.",
        **changed,
    }


def test_a_mentor_hands_over_and_loses_access_at_once(desk: Desk, successor: User) -> None:
    cast = desk.cast
    with scope(cast.cuprija):
        post = desk.write("Вода")
        thread = comment(post, "До када?", by=cast.mentor)
        give(post, {"tone": RubricLevel.GOOD}, "Добро.", by=cast.mentor)
    former, heir = sign_in(cast.mentor), sign_in(successor)
    page = reverse("post", args=["cuprija", post.pk])
    assert heir.get(page).status_code == 404
    answer = former.post(reverse("hand_over", args=["cuprija"]), asked(successor))
    assert answer.headers["Location"] == reverse("desk")
    # the former mentor is out, of the pages and of the desk
    for name in ("workspace", "progress", "hand_over"):
        assert former.get(reverse(name, args=["cuprija"])).status_code == 404, name
    assert former.get(page).status_code == 404
    assert [entry.post for entry in former.get("/desk/?show=all").context["entries"]] == []
    # the successor sees what was said and what they should know
    assert "До када?" in heir.get(page).content.decode()
    assert "Добро." in heir.get(reverse("post_feedback", args=["cuprija", post.pk])).content.decode()
    assert "Договорено: две анкете." in heir.get(reverse("progress", args=["cuprija"])).content.decode()
    assert [entry.post.pk for entry in heir.get("/desk/").context["entries"]] == [post.pk]
    assert thread.pk
    assert roles(successor, cast.cuprija) == {"mentor"}


def test_a_successor_gains_no_right_to_publish(cast: Cast, successor: User) -> None:
    hand_over(pairing(cast), successor, today(), None, "Белешка", by=cast.mentor)
    assert roles(successor, cast.cuprija) == {"mentor"}
    assert not TABLE["mentor"] & {Verb.POST_EDIT, Verb.POST_APPROVE, Verb.POST_SCHEDULE, Verb.CHANNEL_CONNECT}


def test_everybody_is_told_but_only_the_successor_reads_the_note(cast: Cast, successor: User) -> None:
    hand_over(pairing(cast), successor, today(), None, "Тајна белешка", by=cast.staff)
    notifications = {row.user: row for row in Notification.objects.all()}
    assert set(notifications) == {successor, cast.mentor, cast.officer, cast.approver}
    assert "Тајна белешка" in notifications[successor].body
    assert all("Тајна" not in row.body for user, row in notifications.items() if user != successor)
    note = "Тајна белешка"
    progress = reverse("progress", args=["cuprija"])
    assert note in sign_in(cast.staff).get(progress).content.decode()
    assert note in sign_in(successor).get(progress).content.decode()
    assert note not in sign_in(cast.officer).get(progress).content.decode()
    assert AuditEvent.objects.filter(verb="programme.hand_over").count() == 1


def test_a_later_day_keeps_the_former_until_then_and_the_successor_out(cast: Cast, successor: User) -> None:
    hand_over(pairing(cast), successor, today() + 3 * DAY, today() + 60 * DAY, "Белешка", by=cast.mentor)
    assert roles(cast.mentor, cast.cuprija) == {"mentor"}
    assert roles(successor, cast.cuprija) == frozenset()
    assert pairing(cast).ends_on == today() + 2 * DAY
    assert sign_in(successor).get(reverse("progress", args=["cuprija"])).status_code == 404


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"note": "   "}, "This field is required."),
        ({"starts_on": today() - DAY}, "cannot lie in the past"),
        ({"ends_on": today() - DAY}, "The last day lies before the first."),
        ({"successor": ""}, "This field is required."),
        ({"successor": "0"}, "Select a valid choice"),
        ({"note": "б" * 4001}, "too long"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_lost(
    cast: Cast, successor: User, changed: dict[str, Any], says: str
) -> None:
    answer = sign_in(cast.mentor).post(reverse("hand_over", args=["cuprija"]), asked(successor, **changed))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert pairing(cast).ends_on is None
    with scope(cast.cuprija):
        assert not Handover.objects.exists()


def test_a_pairing_of_today_can_be_handed_over_from_tomorrow_on(cast: Cast, successor: User) -> None:
    Pairing.objects.filter(pk=pairing(cast).pk).update(starts_on=today())
    with pytest.raises(ActionNotAllowed, match="the day after at the earliest"):
        hand_over(pairing(cast), successor, today(), None, "Белешка", by=cast.mentor)
    hand_over(pairing(cast), successor, today() + DAY, None, "Белешка", by=cast.mentor)


def test_an_ended_pairing_and_a_second_handover_are_refused(cast: Cast, successor: User) -> None:
    row = pairing(cast)
    hand_over(row, successor, today() + DAY, None, "Белешка", by=cast.mentor)
    with pytest.raises(ActionNotAllowed):
        hand_over(row, successor, today() + 2 * DAY, None, "Белешка", by=cast.mentor)
    Pairing.objects.filter(pk=row.pk).update(ends_on=today() - DAY)
    with pytest.raises(ActionNotAllowed, match="ended"):
        hand_over(row, person("third"), today(), None, "Белешка", by=cast.staff)


def test_a_successor_who_is_paired_already_is_refused(cast: Cast, successor: User) -> None:
    Pairing.objects.create(mentor=successor, municipality=cast.cuprija, starts_on=today() - DAY)
    with pytest.raises(ActionNotAllowed, match="overlap"):
        hand_over(pairing(cast), successor, today(), None, "Белешка", by=cast.mentor)
    assert pairing(cast).ends_on is None


def test_mentors_hand_over_their_own_pairing_and_only_within_the_programme(cast: Cast, successor: User) -> None:
    foreign = person("foreign")
    other = Programme.objects.create(name="Other")
    cohort = Cohort.objects.create(programme=other, name="X", training_on=today())
    Enrolment.objects.create(cohort=cohort, municipality=cast.novi_pazar, starts_on=today())
    answer = sign_in(cast.mentor).post(reverse("hand_over", args=["cuprija"]), asked(foreign))
    assert answer.status_code == 422
    assert sign_in(successor).get(reverse("hand_over", args=["cuprija"])).status_code == 404
    assert sign_in(cast.officer).get(reverse("hand_over", args=["cuprija"])).status_code == 403


def test_staff_hand_over_in_their_own_programme_only(cast: Cast, successor: User) -> None:
    there = reverse("pairing_hand_over", args=[pairing(cast).pk])
    assert there in sign_in(cast.staff).get(reverse("programme_people")).content.decode()
    stranger = person("otherstaff")
    Programme.objects.create(name="Other").staff.add(stranger)
    assert sign_in(stranger).get(there).status_code == 404
    assert sign_in(cast.mentor).get(there).status_code == 404
    assert sign_in(cast.staff).post(there, asked(successor)).status_code == 302
    assert roles(successor, cast.cuprija) == {"mentor"}


def test_where_no_other_mentor_is_known_the_page_says_what_to_do(cast: Cast) -> None:
    page = sign_in(cast.mentor).get(reverse("hand_over", args=["cuprija"])).content.decode()
    assert "There is no one to hand over to" in page
