"""An invitation is accepted at the very moment at which its inviter loses the right: in real transactions, each of its
own connection."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from django.db import connection, transaction

from accounts.domain import invitations
from accounts.models import Invitation, User
from municipalities.domain import members
from municipalities.models import Membership
from tests.crash.workers import wait_for
from tests.people import Cast

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "new@test.example"


@pytest.fixture
def invitation(cast: Cast) -> Invitation:
    members.invite(cast.cuprija, email=NEW, role="approver", by=cast.approver, language="en")
    return Invitation.objects.get()


def accept(row: Invitation) -> None:
    invitations.accept(row, name="New", password="kisa lampa sedam brod", language="en")


def end(cast: Cast) -> None:
    members.end(Membership.objects.get(user=cast.approver), by=cast.administrator)


def _waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


def while_open(first: Callable[[], Any], second: Callable[[], Any]) -> str:
    """Run `first`; run `second` on another connection before the first commits. Whether the second was refused."""
    outcome = "?"

    def run() -> None:
        nonlocal outcome
        try:
            second()
            outcome = "done"
        except invitations.Unusable:
            outcome = "refused"
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        wait_for(_waits_for_us)
        assert thread.is_alive()  # it waits for the row that the first one holds
    thread.join(timeout=300)
    return outcome


def test_who_accepts_while_the_role_ends_gets_nothing(cast: Cast, invitation: Invitation) -> None:
    assert while_open(lambda: end(cast), lambda: accept(invitation)) == "refused"
    assert not User.objects.filter(email=NEW).exists()
    invitation.refresh_from_db()
    assert invitation.state() == "stopped"


def test_who_was_first_keeps_what_was_accepted(cast: Cast, invitation: Invitation) -> None:
    assert while_open(lambda: accept(invitation), lambda: end(cast)) == "done"
    assert Membership.objects.running().filter(user__email=NEW, role="approver").exists()
    invitation.refresh_from_db()
    assert invitation.state() == "accepted"
