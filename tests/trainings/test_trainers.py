"""A trainer is a right of a programme: given by staff, ended by staff, and good for trainings alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from django.urls import reverse
from django.utils import timezone, translation

from accounts.domain.invitations import accept
from accounts.models import Invitation, User
from common.errors import ActionNotAllowed
from municipalities.domain import programme as verbs
from municipalities.enums import Role
from municipalities.models import Membership, Programme
from municipalities.queries import rights_of, trained_by
from tests.people import Cast, person, sign_in
from tests.trainings.group import training_of


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def invited(cast: Cast, **values: Any) -> Any:
    form = {"email": "new@test.example", "name": "Нова", "language": "sr", **values}
    return sign_in(cast.staff).post(reverse("trainer_invite"), form, follow=True)


def rail(user: User, page: str = "/") -> list[str]:
    answer = sign_in(user).get(page, follow=True)
    return [item.url for section in answer.context["nav"] for item in section.items]


def test_staff_invite_a_trainer_who_then_trains(cast: Cast) -> None:
    page = invited(cast).text
    assert "The invitation leaves by e-mail in a moment." in page
    assert "new@test.example" in page
    made = Invitation.objects.get()
    assert made.grants == [{"kind": "trainer", "programme": cast.programme.pk}]
    new = accept(made, name="Нова", password="a very long password indeed", language="sr")
    assert [row.pk for row in trained_by(new)] == [cast.programme.pk]
    assert rights_of([new])[new.pk] == ["Trainer of the programme Swiss PRO"]


def test_somebody_with_an_account_trains_at_once_and_is_not_added_twice(cast: Cast) -> None:
    assert "They may hold trainings now." in invited(cast, email=cast.mentor.email).text
    assert cast.programme.trainers.filter(pk=cast.mentor.pk).exists()
    assert "Mentor is a trainer of this programme already." in invited(cast, email=cast.mentor.email).text
    with pytest.raises(ActionNotAllowed, match="already"):
        verbs.invite_trainer(cast.programme, cast.mentor.email, by=cast.staff)


def test_staff_end_a_trainer_and_revoke_an_invitation(cast: Cast) -> None:
    training = training_of(cast)
    client = sign_in(cast.staff)
    row = cast.programme.trainers.through.objects.get(user=cast.trainer)
    client.post(reverse("trainer_end", args=[row.pk]))
    assert sign_in(cast.trainer).get(reverse("train_list")).status_code == 404
    assert sign_in(cast.staff).get(reverse("train_agenda", args=[training.pk])).status_code == 200
    invited(cast)
    waiting = Invitation.objects.get()
    client.post(reverse("programme_revoke", args=[waiting.pk]))
    waiting.refresh_from_db()
    assert waiting.revoked_at


def test_another_programmes_trainer_is_out_of_reach(cast: Cast) -> None:
    other = Programme.objects.create(name="Other")
    other.trainers.add(cast.mentor)
    foreign = other.trainers.through.objects.get(programme=other)
    assert sign_in(cast.staff).post(reverse("trainer_end", args=[foreign.pk])).status_code == 404
    assert cast.mentor.email not in sign_in(cast.staff).get(reverse("programme_people")).text
    answer = invited(cast, programme=other.pk)  # the field is not asked for where there is one programme
    assert answer.status_code == 200
    assert Invitation.objects.get().grants == [{"kind": "trainer", "programme": cast.programme.pk}]


def test_staff_of_two_programmes_choose_for_which_one(cast: Cast) -> None:
    second = Programme.objects.create(name="Second")
    second.staff.add(cast.staff)
    assert invited(cast).status_code == 422
    invited(cast, programme=second.pk)
    assert Invitation.objects.get().grants == [{"kind": "trainer", "programme": second.pk}]


def test_a_trainer_who_is_nothing_else_sees_trainings_and_no_more(cast: Cast) -> None:
    assert rail(cast.trainer) == [reverse("train_list")]
    answer = sign_in(cast.trainer).get("/")
    assert (answer.status_code, answer["Location"]) == (302, reverse("train_list"))
    for name in ("programme", "programme_people", "programme_indicators", "programme_kits", "rubric", "trainer_invite"):
        assert sign_in(cast.trainer).get(reverse(name)).status_code == 404, name
    for slug in ("cuprija", "novi-pazar"):
        assert sign_in(cast.trainer).get(f"/m/{slug}/").status_code == 404


def test_a_trainer_who_is_an_officer_elsewhere_has_both(cast: Cast) -> None:
    Membership.objects.create(user=cast.trainer, municipality=cast.novi_pazar, role=Role.OFFICER)
    links = rail(cast.trainer)
    assert reverse("train_list") in links
    assert reverse("calendar", args=["novi-pazar"]) in links
    assert reverse("programme") not in links
    assert sign_in(cast.trainer).get("/m/cuprija/").status_code == 404


def test_staff_have_the_trainings_among_the_programmes_pages(cast: Cast) -> None:
    for page in ("/", reverse("train_list"), reverse("programme_people")):
        links = rail(cast.staff, page)
        assert {reverse("train_list"), reverse("programme")} <= set(links), page


def test_nobody_else_is_offered_trainings_of_the_programme(cast: Cast) -> None:
    for other in (cast.officer, cast.mentor, cast.administrator, person("nobody")):
        assert reverse("train_list") not in rail(other)
        assert sign_in(other).get(reverse("train_list")).status_code == 404


def test_the_page_of_trainers_takes_as_many_queries_for_one_as_for_ten(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for n in range(10):
        cast.programme.trainers.add(person(f"trainer{n}"))
        Invitation.objects.create(
            email=f"new{n}@test.example", token_hash=f"x{n}", invited_by=cast.staff,
            grants=[{"kind": "trainer", "programme": cast.programme.pk}], expires_at=timezone.now().replace(year=2099),
        )  # fmt: skip
    client = sign_in(cast.staff)
    client.get(reverse("programme_people"))
    with django_assert_max_num_queries(12):
        client.get(reverse("programme_people"))
