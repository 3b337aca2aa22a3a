"""A successor finds plan, next steps and check-ins, and the planned check-ins of their days are theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from django.urls import reverse

from accounts.models import User
from mentoring.domain.handover import hand_over
from mentoring.models import CheckIn
from municipalities.models import Pairing
from municipalities.queries import today
from municipalities.tenancy import scope
from notifications.models import Notification
from tests.mentoring.plans import agreed, wanted
from tests.mentoring.talks import held, planned, step
from tests.people import Cast, person, sign_in

DAY = timedelta(days=1)


@pytest.fixture
def successor(cast: Cast) -> User:
    user = person("successor")
    Pairing.objects.create(mentor=user, municipality=cast.novi_pazar, starts_on=today() - 3 * DAY)
    return user


def pairing(cast: Cast) -> Pairing:
    return Pairing.objects.get(municipality=cast.cuprija, mentor=cast.mentor)


def test_the_successor_is_told_how_things_stand(cast: Cast, successor: User) -> None:
    agreed(cast, wanted("Анкета о паркингу", due=10))
    held(cast.cuprija, cast.mentor, -3, "1", "Разговор", step("Описати слике"))
    page = sign_in(cast.mentor).get(reverse("hand_over", args=["cuprija"])).content.decode()
    for text in ("Анкета о паркингу", "Описати слике", "1 held so far", "0 of 1 activities done"):
        assert text in page
    Notification.objects.all().delete()
    hand_over(pairing(cast), successor, today(), None, "Иде добро.", by=cast.mentor)
    body = Notification.objects.get(user=successor).body
    for text in ("Иде добро.", "0 of 1 activities are done", "Анкета о паркингу", "Описати слике", "Check-ins held"):
        assert text in body
    assert "Описати" not in Notification.objects.get(user=cast.officer).body
    # on the successor's pages it is as it stands that day
    shown = sign_in(successor).get(reverse("progress", args=["cuprija"])).content.decode()
    assert "Today's status" in shown
    assert "Описати слике" in shown


def test_staff_sees_the_same_when_they_hand_over(cast: Cast, successor: User) -> None:
    held(cast.cuprija, cast.mentor, -3, "1", "Разговор", step("Описати слике"))
    page = sign_in(cast.staff).get(reverse("pairing_hand_over", args=[pairing(cast).pk]))
    assert "Описати слике" in page.content.decode()
    assert "none is open" in page.content.decode()


def test_planned_check_ins_of_the_successor_s_days_are_theirs(cast: Cast, successor: User) -> None:
    before, after = planned(cast.cuprija, cast.mentor, 2), planned(cast.cuprija, cast.mentor, 5)
    past = held(cast.cuprija, cast.mentor, -3)
    elsewhere = planned(cast.novi_pazar, cast.mentor, 6)
    hand_over(pairing(cast), successor, today() + 4 * DAY, None, "Иде добро.", by=cast.mentor)
    with scope(cast.cuprija, cast.novi_pazar):
        mentors = {row.pk: row.mentor for row in CheckIn.objects.select_related("mentor")}
    assert mentors == {before.pk: cast.mentor, after.pk: successor, past.pk: cast.mentor, elsewhere.pk: cast.mentor}
