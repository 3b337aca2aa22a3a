"""People of the demo: functions instead of names, one password for all."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from allauth.account.models import EmailAddress

from django.contrib.auth.hashers import make_password

from accounts.models import User
from common import languages
from demo.texts import DAYS, SECOND_GROUP, SLUGS, TRAINING_DAYS_AGO, YEAR_DAYS, place
from municipalities.domain import reference
from municipalities.enums import Role
from municipalities.models import Cohort, Enrolment, Membership, Municipality, Pairing, PrivateReader, Programme

PASSWORD = "dobosar-demo"  # noqa: S105 - printed at every start of the demo
PROGRAMME = "Програм обуке (демо)"
MENTORING_DAYS = 92
# The second group joined to be compared with the first, and is trained in some weeks.
SECOND_TRAINING_IN = timedelta(days=21)
# Its mentor got to know it so many days ago.
INTRODUCED_AGO = timedelta(days=14)
# One municipality got another mentor on the way.
HANDED_OVER, HANDED_OVER_AFTER = "vlasotince", timedelta(days=16)


@dataclass(frozen=True)
class Team:
    """The people of one municipality."""

    municipality: Municipality
    officer: User
    approver: User


@dataclass(frozen=True)
class People:
    teams: dict[str, Team]
    mentor: User
    staff: User
    administrator: User
    mentored_on: date
    former: User
    trainer: User

    def mentor_of(self, slug: str, on: date) -> User:
        """Who accompanied the municipality on that day."""
        return self.former if slug == HANDED_OVER and on < self.mentored_on + HANDED_OVER_AFTER else self.mentor


def gather(today: date) -> People:
    """All people, created where missing; existing ones are not changed."""
    reference.load()
    hashed = make_password(PASSWORD)
    mentor = person("mentor@dobosar.example", "Менторка програма", hashed)
    former = person("mentor2@dobosar.example", "Ментор друге групе", hashed)
    staff = person("staff@dobosar.example", "Тим програма", hashed)
    trainer = person("trainer@dobosar.example", "Тренерка програма", hashed)
    administrator = person("admin@dobosar.example", "Администратор портала", hashed, is_administrator=True)
    teams = {slug: _team(slug, today, hashed) for slug in SLUGS}
    _programme(list(teams.values()), mentor, former, staff, today)
    Programme.objects.get(name=PROGRAMME).trainers.add(trainer)
    return People(teams, mentor, staff, administrator, today - timedelta(days=TRAINING_DAYS_AGO), former, trainer)


def second_group(today: date) -> People:
    """The people of the municipalities that are not trained yet, created where missing. Their mentor is who
    handed over a municipality of the first group. After `gather`."""
    hashed = make_password(PASSWORD)
    first = gather(today)
    teams = {slug: _team(slug, today, hashed, joined_on=today - timedelta(days=YEAR_DAYS)) for slug in SECOND_GROUP}
    training = today + SECOND_TRAINING_IN
    cohort, is_new = Cohort.objects.get_or_create(
        programme=Programme.objects.get(name=PROGRAMME), name="Друга група (демо)", defaults={"training_on": training}
    )
    if is_new:
        for team in teams.values():
            Enrolment.objects.create(
                cohort=cohort, municipality=team.municipality, starts_on=today - timedelta(days=YEAR_DAYS)
            )
            Pairing.objects.create(
                mentor=first.former,
                municipality=team.municipality,
                starts_on=today - INTRODUCED_AGO,
                ends_on=cohort.training_on + timedelta(days=MENTORING_DAYS),
            )
    return replace(first, teams=teams, mentor=first.former, mentored_on=cohort.training_on)


def person(email: str, name: str, hashed: str, **fields: bool) -> User:
    known = User.objects.filter(email=email).first()
    if known and not known.name:  # `demo.reset` took back what its owner changed
        User.objects.filter(pk=known.pk).update(name=name, **fields)
        known.refresh_from_db()
    if known:
        return known
    user = User.objects.create(
        email=email, name=name, password=hashed, language=languages.default_code(), is_demo=True, **fields
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _team(slug: str, today: date, hashed: str, *, joined_on: date | None = None) -> Team:
    municipality = Municipality.objects.get(slug=slug)
    if municipality.joined_on is None:
        municipality.joined_on = joined_on or today - timedelta(days=DAYS + 10)
        municipality.is_practice = municipality.is_demo = True
        municipality.colour = place(slug).colour
        municipality.save()
    name = municipality.name_cyrl
    officer = person(f"officer@{slug}.example", f"Службеник за комуникације – {name}", hashed)
    approver = person(f"approver@{slug}.example", f"Начелник кабинета – {name}", hashed)
    for user, role in ((officer, Role.OFFICER), (approver, Role.APPROVER)):
        Membership.objects.get_or_create(user=user, municipality=municipality, role=role, ended_at=None)
    PrivateReader.objects.get_or_create(
        municipality=municipality, user=officer, ended_at=None, defaults={"by": approver}
    )
    return Team(municipality, officer, approver)


def _programme(teams: list[Team], mentor: User, former: User, staff: User, today: date) -> None:
    training = today - timedelta(days=TRAINING_DAYS_AGO)
    programme, _is_new = Programme.objects.get_or_create(name=PROGRAMME)
    if programme.cohorts.exists():
        return
    programme.staff.add(staff)
    cohort = Cohort.objects.create(programme=programme, name="Прва група (демо)", training_on=training)
    for team in teams:
        Enrolment.objects.create(cohort=cohort, municipality=team.municipality, starts_on=training)
        starts_on = training
        if team.municipality.slug == HANDED_OVER:
            starts_on = training + HANDED_OVER_AFTER
            Pairing.objects.create(
                mentor=former, municipality=team.municipality, starts_on=training, ends_on=starts_on - timedelta(days=1)
            )
        Pairing.objects.create(
            mentor=mentor,
            municipality=team.municipality,
            starts_on=starts_on,
            ends_on=training + timedelta(days=MENTORING_DAYS),
        )
