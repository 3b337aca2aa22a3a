"""The reset: the demo is as it was at its beginning, whatever people did in it, and nothing of before is left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from accounts.domain import invitations
from accounts.models import User
from administration.domain import demo_reset
from administration.enums import DemoResetProblem
from administration.models import DemoReset
from common import mail
from common.models import AuditEvent
from delivery.enums import State
from delivery.models import Delivery
from demo import reset
from demo.people import PASSWORD, PROGRAMME
from municipalities.enums import MunicipalityKind, Role
from municipalities.models import Cohort, Enrolment, Membership, Municipality, Pause, Programme
from municipalities.tenancy import everywhere, scope
from notifications.models import PushSubscription
from posts.models import Post
from practice.domain import door, write
from practice.enums import AccountKind
from practice.models import Token
from tests.analytics.factories import channel, published
from tests.people import person

ABOUT_THE_RESET = {"administration.DemoReset"}


def _deleted() -> list[type[Model]]:
    practice = apps.get_app_config("practice").get_models()
    return [*reset.paths(), *reset.BESIDE, *practice]


def _counts() -> dict[str, int]:
    with everywhere("count what is there"):
        return {model._meta.label: model._base_manager.count() for model in (*_deleted(), User, Programme)}


def _profiles() -> list[dict[str, Any]]:
    return list(
        Municipality.objects.filter(is_demo=True).exclude(kind=MunicipalityKind.TRAINING).order_by("pk").values()
    )


def test_it_is_said_of_every_table_what_becomes_of_it() -> None:
    deleted, kept = _deleted(), {*reset.KEPT, *reset.RESTORED, *reset.UNTOUCHED}
    foreign = ("auth", "contenttypes", "pghistory", "sessions")
    labels = [model._meta.label for model in apps.get_models(include_auto_created=True) if model not in deleted]
    assert sorted(label for label in labels if label.partition(".")[0] not in foreign) == sorted(kept)


@pytest.mark.slow
def test_whatever_people_did_everything_is_as_at_the_beginning(
    filled: datetime, demo: None, settings: Any, time_machine: Any
) -> None:
    settings.DEMO_YEAR = False
    time_machine.move_to(filled)  # the demo of another day has other figures, and midnight may have passed since
    counts, profiles = _counts(), _profiles()
    trainer = User.objects.get(email="trainer@dobosar.example")
    officer = User.objects.get(email="officer@cuprija.example")
    client = Client()
    client.force_login(trainer, backend="allauth.account.auth_backends.AuthenticationBackend")
    guest = _change_everything(officer)
    before = {
        "posts": set(Post.objects.values_list("pk", flat=True)),
        "deliveries": set(Delivery.objects.values_list("pk", flat=True)),
        "tokens": set(Token.objects.values_list("pk", flat=True)),
    }
    events = AuditEvent.objects.count()

    asked = demo_reset.ask(by=trainer)
    row = demo_reset.claim()
    assert row is not None
    demo_reset.run(row)

    assert (row.pk, row.state, row.problem) == (asked.pk, "done", "")
    now = _counts()
    guests = {"accounts.User": 1}  # an account stays
    assert {
        label: (count, counts[label]) for label, count in now.items() if count != counts[label] + guests.get(label, 0)
    } == {}
    assert _profiles() == profiles
    assert not Post.objects.filter(pk__in=before["posts"]).exists()
    assert not Delivery.objects.filter(pk__in=before["deliveries"]).exists()
    assert not Token.objects.filter(pk__in=before["tokens"]).exists()
    # whoever pressed it goes on, with their right; the activity stays and says so
    assert client.get("/demo/reset/").status_code == 200
    assert AuditEvent.objects.count() > events
    assert AuditEvent.objects.filter(verb="installation.reset_demo", actor_id=trainer.pk).count() == 1
    officer.refresh_from_db()
    assert (officer.is_active, officer.name) == (True, "Службеник за комуникације – Ћуприја")
    assert officer.check_password(PASSWORD)
    assert not Membership.objects.filter(user=guest).exists()
    # a month later its dates are those of that month
    assert Cohort.objects.get(programme__name=PROGRAMME).training_on < timezone.localdate()


def _change_everything(officer: User) -> User:
    """What a group may leave behind. Returns who was invited."""
    cuprija = Municipality.objects.get(slug="cuprija")
    approver = User.objects.get(email="approver@cuprija.example")
    programme = Programme.objects.get(name=PROGRAMME)
    guest = person("guest")
    Membership.objects.create(user=guest, municipality=cuprija, role=Role.APPROVER)
    invitations.invite("next@test.example", [], by=approver)
    Membership.objects.filter(user=officer).update(ended_at=timezone.now())
    officer.set_password("another long password")
    officer.name, officer.is_active = "Somebody", False
    officer.save()
    Authenticator.objects.create(user=officer, type="totp", data={})
    PushSubscription.objects.create(user=officer, digest="x", sealed="x", device="Firefox")
    # a workspace that was added by hand, with work in it
    added = Municipality.objects.filter(joined_on=None).exclude(is_demo=True).order_by("pk")[:1].get()
    Municipality.objects.filter(pk=added.pk).update(joined_on=timezone.localdate())
    Enrolment.objects.create(
        cohort=Cohort.objects.get(programme=programme), municipality=added, starts_on=timezone.localdate()
    )
    for place, late in ((cuprija, 1), (added, 2)):
        published(channel(place, approver), timezone.now() - timedelta(minutes=late))
        with scope(place):
            Pause.objects.create(municipality=place, by=approver, reason="Проба")
    Municipality.objects.filter(pk=cuprija.pk).update(
        approval="none", colour="#000000", website="https://drugo.example"
    )
    with scope(cuprija):
        Delivery.objects.filter(state=State.SCHEDULED).update(due_at=timezone.now())
    mail.queue(to="somebody@test.example", subject="Late", body="Late")
    citizen = door.create(AccountKind.CITIZEN, "Полазник")
    write.publish(citizen, write.Draft("Моје"))
    programme.trainers.add(guest)
    programme.trainers.remove(guest)
    return guest


@pytest.mark.slow
def test_what_fails_leaves_the_demo_as_it_was(demo: None, settings: Any) -> None:
    counts = _counts()
    settings.TOKEN_KEYS = []  # the channels can not be connected anew
    row = _asked()
    demo_reset.run(row)
    assert (row.state, row.problem, row.reset_at) == ("failed", DemoResetProblem.ERROR, None)
    assert _counts() == counts
    assert not AuditEvent.objects.filter(verb="installation.reset_demo").exists()


def _asked() -> DemoReset:
    demo_reset.ask(by=User.objects.get(email="trainer@dobosar.example"))
    row = demo_reset.claim()
    assert row is not None
    return row
