"""The cast. Two municipalities and the people around them are enough to test every permission.

Ćuprija has an officer and an approver; Novi Pazar has an officer (the *stranger* in Ćuprija); the mentor accompanies
both; staff run the programme in which both are enrolled, the trainer holds its trainings and is nothing else; the
administrator runs the installation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest

from django.conf import settings
from django.contrib import auth
from django.test import Client
from django.utils import timezone

from accounts.models import User
from municipalities.enums import MunicipalityKind, Role
from municipalities.models import (
    Cohort,
    District,
    Enrolment,
    Membership,
    Municipality,
    Pairing,
    PrivateReader,
    Programme,
)

# Fixed, and earlier than the fixed days of tests, so that none of them passes only until a certain date.
LONG_AGO = date(2024, 1, 1)
PASSWORD = "a long enough password"
# argon2 takes its time on purpose; one hash serves the whole cast
HASHED: list[str] = []


def person(name: str, **fields: Any) -> User:
    """A person whose e-mail is verified, signed in by `sign_in` or with `PASSWORD`."""
    (user,) = _stored(_person(name, **fields))
    return user


def _person(name: str, **fields: Any) -> User:
    from django.contrib.auth.hashers import make_password

    if not HASHED:
        HASHED.append(make_password(PASSWORD))
    return User(email=f"{name}@test.example", name=name.title(), language="en", password=HASHED[0], **fields)


def _stored(*users: User) -> list[User]:
    from allauth.account.models import EmailAddress

    made = User.objects.bulk_create(users)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in made
    )
    return made


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
    # Most tests begin here: few statements.
    names = ("officer", "approver", "viewer", "stranger", "mentor", "staff", "trainer")
    *made, administrator = _stored(*map(_person, names), _person("administrator", is_administrator=True))
    people = dict(zip(names, made, strict=True))
    places = {"officer": cuprija, "approver": cuprija, "viewer": cuprija, "stranger": novi_pazar}
    Membership.objects.bulk_create(
        Membership(user=people[name], municipality=place, role=Role.OFFICER if name == "stranger" else Role(name))
        for name, place in places.items()
    )
    programme = Programme.objects.create(name="Swiss PRO")
    programme.staff.add(people["staff"])
    programme.trainers.add(people["trainer"])
    training = timezone.localdate() - timedelta(days=30)
    cohort = Cohort.objects.create(programme=programme, name="First", training_on=training)
    joined = (cuprija, novi_pazar)
    Enrolment.objects.bulk_create(Enrolment(cohort=cohort, municipality=place, starts_on=LONG_AGO) for place in joined)
    Pairing.objects.bulk_create(
        Pairing(mentor=people["mentor"], municipality=place, starts_on=LONG_AGO) for place in joined
    )
    return Cast(cuprija, novi_pazar, administrator=administrator, programme=programme, **people)


def named_reader(cast: Cast, user: User | None = None) -> PrivateReader:
    """The officer, or `user`, is named to read private messages in Ćuprija; the approver need not be."""
    return PrivateReader.objects.create(municipality=cast.cuprija, user=user or cast.officer, by=cast.approver)


def sign_in(user: User) -> Client:
    """A test client in which `user` is signed in, with fewer statements than `Client.force_login` needs."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[auth.SESSION_KEY] = str(user.pk)
    session[auth.BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client
