"""The cast. Two municipalities and the people around them are enough to test every permission.

Ćuprija has an officer and an approver; Novi Pazar has an officer (the *stranger* in Ćuprija); the mentor accompanies
both; staff run the programme in which both are enrolled, the trainer holds its trainings and is nothing else; the
administrator runs the installation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from django.test import Client
from django.utils import timezone

from accounts.models import User
from municipalities.enums import MunicipalityKind, Role
from municipalities.models import Cohort, District, Enrolment, Membership, Municipality, Pairing, Programme

PASSWORD = "a long enough password"
# argon2 takes its time on purpose; one hash serves the whole cast
HASHED: list[str] = []


def person(name: str, **fields: Any) -> User:
    """A person whose e-mail is verified, signed in by `sign_in` or with `PASSWORD`."""
    from allauth.account.models import EmailAddress

    from django.contrib.auth.hashers import make_password

    if not HASHED:
        HASHED.append(make_password(PASSWORD))
    email = f"{name}@test.example"
    user = User.objects.create(email=email, name=name.title(), language="en", password=HASHED[0], **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def municipality(slug: str, cyrl: str, latn: str, **fields: Any) -> Municipality:
    district, _ = District.objects.get_or_create(
        code="pomoravski", defaults={"name_cyrl": "Поморавски", "name_latn": "Pomoravski", "name_en": "Pomoravski"}
    )
    return Municipality.objects.create(
        slug=slug,
        name_cyrl=cyrl,
        name_latn=latn,
        name_en=latn,
        kind=MunicipalityKind.MUNICIPALITY,
        district=district,
        joined_on=timezone.localdate() - timedelta(days=100),
        **fields,
    )


@dataclass
class Cast:
    cuprija: Municipality
    novi_pazar: Municipality
    officer: User
    approver: User
    viewer: User
    stranger: User
    mentor: User
    staff: User
    trainer: User
    administrator: User
    programme: Programme

    def everyone(self) -> dict[str, User]:
        names = ("officer", "approver", "viewer", "stranger", "mentor", "staff", "trainer", "administrator")
        return {name: getattr(self, name) for name in names}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def make_cast() -> Cast:
    cuprija = municipality("cuprija", "Ћуприја", "Ćuprija")
    novi_pazar = municipality("novi-pazar", "Нови Пазар", "Novi Pazar")
    names = ("officer", "approver", "viewer", "stranger", "mentor", "staff", "trainer")
    people = {name: person(name) for name in names}
    administrator = person("administrator", is_administrator=True)
    for name in ("officer", "approver", "viewer"):
        Membership.objects.create(user=people[name], municipality=cuprija, role=Role(name))
    Membership.objects.create(user=people["stranger"], municipality=novi_pazar, role=Role.OFFICER)
    since = timezone.localdate() - timedelta(days=30)
    programme = Programme.objects.create(name="Swiss PRO")
    programme.staff.add(people["staff"])
    programme.trainers.add(people["trainer"])
    cohort = Cohort.objects.create(programme=programme, name="First", training_on=since)
    for joined in (cuprija, novi_pazar):
        Enrolment.objects.create(cohort=cohort, municipality=joined, starts_on=since)
        Pairing.objects.create(mentor=people["mentor"], municipality=joined, starts_on=since)
    return Cast(cuprija, novi_pazar, administrator=administrator, programme=programme, **people)


def sign_in(user: User) -> Client:
    """A test client in which `user` is signed in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
