"""The two queries with which every page begins are compiled once: for everybody they return what the ORM returns.

People of every role, with lent and waiting rights, in two municipalities of different programmes, in every language,
with pauses of every scope.
"""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime, timedelta
from itertools import cycle, product
from types import SimpleNamespace
from typing import Any

import pytest

from django.conf import settings
from django.utils import timezone, translation

from accounts.models import User
from channels.domain.pause import pause, pause_channel, pause_programme
from common.models import Restore
from inbox.models import Message, Moderation
from municipalities import queries
from municipalities.domain.deciders import allow_emergency, delegate
from municipalities.enums import Role
from municipalities.models import Cohort, EmergencyRight, Enrolment, Membership, Municipality, Pairing, Programme
from municipalities.queries import today
from municipalities.tenancy import OutOfScope, scope
from notifications.models import Notification
from portal import context
from tests.analytics.factories import channel
from tests.people import Cast, person, sign_in


class Portal:
    """Everybody who can be something in Ćuprija or Novi Pazar."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.channels = [channel(cast.cuprija, cast.officer), channel(cast.novi_pazar, cast.stranger)]
        self.people = {**cast.everyone(), **self.more()}
        self.messages()
        for number, user in enumerate(self.people.values()):
            Notification.objects.bulk_create(
                Notification(
                    user=user, kind="post_comment", municipality=cast.cuprija, subject="Реч", url="/", language="sr"
                )
                for _unread in range(number % 3)
            )

    def more(self) -> dict[str, User]:
        cast, since = self.cast, today() - timedelta(days=10)
        deputy, former = self.member("deputy"), self.member("former", ended_at=timezone.now())
        beginner = self.member("beginner", role=Role.APPROVER, waits_until=timezone.now() + timedelta(hours=5))
        both = self.member("both")
        Membership.objects.create(user=both, municipality=cast.cuprija, role=Role.APPROVER)
        Membership.objects.create(user=both, municipality=cast.novi_pazar, role=Role.VIEWER)
        for user, ends_on in ((deputy, today()), (cast.officer, today() + timedelta(days=9))):
            delegate(
                cast.cuprija, approver=cast.approver if user == deputy else both, to=user, starts_on=today(),
                ends_on=ends_on, by=cast.approver if user == deputy else both,
            )  # fmt: skip
        for user in (deputy, cast.officer):
            allow_emergency(cast.cuprija, user, by=cast.approver)
        EmergencyRight.objects.filter(user=deputy).update(waits_until=None)
        other_staff, past_mentor = person("other staff"), person("past mentor")
        other = Programme.objects.create(name="Another programme")
        other.staff.add(other_staff, cast.stranger)
        other.trainers.add(cast.viewer)
        cohort = Cohort.objects.create(programme=other, name="Second", training_on=since)
        Enrolment.objects.create(cohort=cohort, municipality=cast.novi_pazar, starts_on=since, ends_on=today())
        Enrolment.objects.create(
            cohort=cohort, municipality=cast.cuprija, starts_on=since, ends_on=today() - timedelta(days=1)
        )
        yesterday = today() - timedelta(days=1)
        Pairing.objects.create(mentor=past_mentor, municipality=cast.cuprija, starts_on=since, ends_on=yesterday)
        Pairing.objects.create(mentor=past_mentor, municipality=cast.novi_pazar, starts_on=since)
        nobody = person("nobody")
        named = {"deputy": deputy, "former": former, "beginner": beginner, "both": both, "other staff": other_staff}
        return {**named, "past mentor": past_mentor, "nobody": nobody}

    def member(self, name: str, role: Role = Role.OFFICER, **fields: Any) -> User:
        user = person(name)
        Membership.objects.create(user=user, municipality=self.cast.cuprija, role=role, **fields)
        return user

    def messages(self) -> None:
        """Open, late and snoozed ones; comments that wait for a second person."""
        now = timezone.now()
        for page, (due, snoozed) in product(self.channels, ((-1, None), (5, None), (5, 3), (None, None))):
            with scope(page.municipality_id):
                message = Message.objects.create(
                    municipality_id=page.municipality_id, channel=page, remote_id=f"{due} {snoozed}", text="Када?",
                    author_id="42", author_name="Мара", at=now, received_at=now, counts_from=now,
                    due_at=now + timedelta(hours=due) if due else None,
                    snoozed_until=now + timedelta(hours=snoozed) if snoozed else None,
                )  # fmt: skip
                if due:
                    self.proposal(message, now + timedelta(hours=due))

    def proposal(self, message: Message, confirm_by: datetime) -> None:
        row = Moderation(
            municipality_id=message.municipality_id, message=message, reason="insult", act="hide", text="Увреда",
            written_at=message.at, copied_at=message.at, by=self.cast.officer, at=message.at, state="proposed",
            confirm_by=confirm_by,
        )  # fmt: skip
        row.seal = row.sealed()
        row.save()

    def pause(self, by_whom: str) -> None:
        """`by_whom`: one of `PAUSES`, or "all of them"."""
        if by_whom == "all of them":
            for other in PAUSES:
                self.pause(other)
        cast, reason = self.cast, "Дан жалости"
        now = timezone.now()
        if by_whom == "channel":
            pause_channel(self.channels[0], reason, by=cast.approver)
        if by_whom == "municipality":
            pause(cast.cuprija, reason, by=cast.approver, ends_at=now + timedelta(hours=2))
        if by_whom == "programme":
            pause_programme(cast.programme, reason, by=cast.staff)
        if by_whom == "everybody":
            pause_programme(None, reason, by=cast.administrator)
        if by_whom == "restore":
            Restore.objects.create(made_at=now - timedelta(hours=8), restored_at=now)


@pytest.fixture
def portal(cast: Cast) -> Portal:
    with scope(cast.cuprija):
        return Portal(cast)


def columns(rows: list[Any]) -> list[tuple[Any, ...]]:
    """Everything that was read: loaded columns and annotations by name, in the order of the keys. Roles are a set."""
    loaded = [{name: value for name, value in vars(row).items() if name != "_state"} for row in rows]
    for row in loaded:
        if "held_roles" in row:
            row["held_roles"] = sorted(row["held_roles"])
    return sorted((row["id"], sorted(row.items())) for row in loaded)


PAUSES = ("nobody", "channel", "municipality", "programme", "everybody", "restore")
COLUMNS = {
    "channel": "paused_channels",
    "municipality": "paused_own",
    "programme": "paused_wide",
    "everybody": "paused_wide",
    "restore": "paused_restore",
}


def test_the_rights_of_everybody_everywhere_are_those_of_the_orm(portal: Portal) -> None:
    seen = set()
    slugs = ("cuprija", "novi-pazar", "nowhere", "")
    languages = cycle(code for code, _name in settings.LANGUAGES)
    for slug, user in product(slugs, portal.people.values()):
        with translation.override(next(languages)):
            compiled = queries.workspace_with_roles(user, slug)
            orm = queries.with_roles(user).filter(slug=slug, joined_on__isnull=False).first()
        assert columns([compiled] if compiled else []) == columns([orm] if orm else [])
        if compiled and orm:
            assert queries.access_in(user, compiled) == queries.access_in(user, orm)
            seen.add(queries.access_in(user, compiled).roles)
    assert {role for roles in seen for role in roles} == {
        "officer", "approver", "viewer", "mentor", "staff", "delegate", "emergency", "administrator",
    }  # fmt: skip
    assert len(seen) >= 10, "combinations of roles"


def test_a_municipality_without_a_workspace_has_no_row(portal: Portal) -> None:
    Municipality.objects.filter(slug="cuprija").update(joined_on=None)
    assert queries.workspace_with_roles(portal.cast.officer, "cuprija") is None


@pytest.mark.parametrize("by_whom", ["all of them", *(pytest.param(scope, marks=pytest.mark.slow) for scope in PAUSES)])
def test_the_navigation_of_everybody_is_that_of_the_orm(portal: Portal, by_whom: str) -> None:
    with scope(portal.cast.cuprija):
        portal.pause(by_whom)
    now, on = timezone.now(), today()
    languages = cycle(code for code, _name in settings.LANGUAGES)
    counts = set()
    paused: set[str] = set()
    places = (None, portal.cast.cuprija, portal.cast.novi_pazar)
    shapes = ((False, False), (True, False), (True, True))
    for user, place, (with_inbox, works) in product(portal.people.values(), places, shapes):
        if place is None and with_inbox:
            continue
        everywhere = user.is_administrator
        given: dict[str, Any] = {"user": user.pk, "now": now, "today": on}
        if place is None:
            statement: Any = context.outside(everywhere=everywhere)
        else:
            statement = context.inside(everywhere=everywhere, with_inbox=with_inbox, with_private=False, works=works)
            given["municipality"] = place.pk
        markers = {name: given[name] for name in statement.kinds}
        with scope(place) if place else nullcontext(), translation.override(next(languages)):
            compiled = statement.instances(**markers)
            assert columns(compiled) == columns(list(statement.make(SimpleNamespace(**given))))
        for row in compiled:
            counts.add((row.unread, row.trains, *getattr(row, "inbox_waits", ()), *getattr(row, "second_looks", ())))
            paused |= {name for name, value in vars(row).items() if name.startswith("paused_") and value}
    assert len(counts) > 8
    of_all, of_one = set(COLUMNS.values()), {COLUMNS[by_whom]} if by_whom in COLUMNS else set()
    assert paused == (of_all if by_whom == "all of them" else of_one)


def test_the_navigation_of_a_workspace_is_read_in_its_scope_only(portal: Portal) -> None:
    cast = portal.cast
    statement = context.inside(everywhere=False, with_inbox=True, with_private=True, works=True)
    given = {"user": cast.officer.pk, "now": timezone.now(), "today": today()}
    with pytest.raises(OutOfScope):
        statement.instances(municipality=cast.cuprija.pk, **given)
    with scope(cast.novi_pazar), pytest.raises(OutOfScope):
        statement.instances(municipality=cast.cuprija.pk, **given)
    with scope(cast.cuprija):
        assert statement.instances(municipality=cast.cuprija.pk, **given)


@pytest.mark.parametrize("column", ["ends_on", "starts_on"])
def test_a_right_ends_and_begins_with_its_day(portal: Portal, column: str) -> None:
    """The day is named at each run: the first page of the process was requested on another one."""
    days: dict[str, date] = {
        "ends_on": today() - timedelta(days=1), "starts_on": today() + timedelta(days=1)
    }  # fmt: skip
    mentor, page = sign_in(portal.cast.mentor), "/m/cuprija/"
    assert mentor.get(page).status_code == 200
    Pairing.objects.filter(mentor=portal.cast.mentor).update(**{column: days[column]})
    assert mentor.get(page).status_code == 404


def test_each_person_gets_their_own_page_whoever_was_there_before(portal: Portal) -> None:
    """Pages of one process, one after the other."""
    clients = {name: sign_in(user) for name, user in portal.people.items()}
    for slug, (name, user) in product(("cuprija", "novi-pazar"), portal.people.items()):
        mine = {f"/m/{row.slug}/" for row in queries.workspaces(user)}
        page = clients[name].get(f"/m/{slug}/activity/")
        if page.status_code == 200:
            assert {workspace.url for workspace in page.context["workspaces"]} == mine
        assert (page.status_code == 404) == (f"/m/{slug}/" not in mine)
