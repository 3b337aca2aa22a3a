"""Bringing the demo back to its beginning: requested by a person, done by a process of its own.

Only where `settings.DEMO` is on: each function here refuses otherwise, and so does `seed_demo` itself. The demo lies
above this package, so its commands are called by their names. They change how models fill in times while they run,
which is why no worker runs them itself (`administration.tasks.reset_demo`).
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from administration.enums import DemoResetProblem, DemoResetState
from administration.models import DemoReset
from common import audit
from common.errors import ActionNotAllowed
from municipalities.queries import trained_by

log = logging.getLogger(__name__)
# A process that says nothing for so long is dead. It also has so long to start.
LEASE = timedelta(seconds=60)
HEARTBEAT_SECONDS = 10.0
MAX_ATTEMPTS = 3
# The exit code of `seed_demo` when others kept writing, that of sysexits' EX_TEMPFAIL.
BUSY = 75


class Superseded(RuntimeError):
    """Another process has claimed the reset since, as this one was silent for too long."""


def may_reset(person: User) -> bool:
    """Administrators, and who holds trainings of a programme."""
    return bool(person.is_administrator) or trained_by(person).exists()


def ask(*, by: User) -> DemoReset:
    """Queue a reset; while one is waited for, that one is returned. Raises `ActionNotAllowed`."""
    if not settings.DEMO:
        raise ActionNotAllowed(_("Only a demo can be reset, and this installation is none."))
    if not may_reset(by):
        raise ActionNotAllowed(_("Only administrators and people who hold trainings reset the demo."))
    try:
        with transaction.atomic():
            row = DemoReset.objects.create(asked_by=by)
            audit.record("installation.ask_demo_reset", by=by, target=row)
    except IntegrityError:  # somebody asked at the same moment, or before
        return DemoReset.objects.filter(ended_at=None).first() or ask(by=by)
    return row


def _due() -> QuerySet[DemoReset]:
    """Those that wait, and those whose process died."""
    dead = Q(state=DemoResetState.RUNNING, lease_until__lt=timezone.now())
    return DemoReset.objects.filter(Q(state=DemoResetState.WAITING) | dead)


def is_due() -> bool:
    return settings.DEMO and _due().exists()


@transaction.atomic
def claim() -> DemoReset | None:
    """Claim one for a process that is about to start; None if there is nothing to do, or after too many attempts."""
    if not settings.DEMO:
        return None
    row = _due().select_for_update(skip_locked=True).first()
    if row is None:
        return None
    if row.attempts >= MAX_ATTEMPTS:
        _end(row, DemoResetProblem.YEAR if row.reset_at else DemoResetProblem.STOPPED)
        return None
    row.state, row.attempts, row.lease_until = DemoResetState.RUNNING, row.attempts + 1, timezone.now() + LEASE
    row.began_at = row.began_at or timezone.now()
    row.save(update_fields=["state", "attempts", "lease_until", "began_at"])
    return row


def run(row: DemoReset, *, in_background: bool = False) -> None:
    """Carry out a claimed reset, to its end. `in_background`: let all other programs go first once the demo is back."""
    if not settings.DEMO:
        raise ActionNotAllowed(_("Only a demo can be reset, and this installation is none."))
    with _heartbeat(row):
        try:
            if row.reset_at is None:
                _reset(row)
            if settings.DEMO_YEAR:
                call_command("seed_demo_year", verbosity=0, in_background=in_background)
        except Superseded:
            log.warning("Another process resets the demo")
        except Exception as error:
            log.exception("The demo could not be reset")
            is_busy = isinstance(error, CommandError) and error.returncode == BUSY
            problem = DemoResetProblem.BUSY if is_busy else DemoResetProblem.ERROR
            _end(row, DemoResetProblem.YEAR if row.reset_at else problem)
        else:
            _end(row)


def _held(row: DemoReset) -> QuerySet[DemoReset]:
    """Its row, while it is this process's."""
    return DemoReset.objects.filter(pk=row.pk, attempts=row.attempts, ended_at=None)


def _reset(row: DemoReset) -> None:
    """In one transaction with the note of it, so that a process that begins again knows whether it was done."""
    with transaction.atomic():
        call_command("seed_demo", reset=True, verbosity=0)
        at = timezone.now()
        if not _held(row).update(reset_at=at):
            raise Superseded
        audit.record("installation.reset_demo", by=row.asked_by, target=row)
    row.reset_at = at


@transaction.atomic
def _end(row: DemoReset, problem: str = "") -> None:
    state = DemoResetState.FAILED if problem else DemoResetState.DONE
    if not _held(row).update(state=state, problem=problem, ended_at=timezone.now(), lease_until=None):
        return
    row.refresh_from_db()
    if problem:
        audit.record("installation.fail_demo_reset", by=None, target=row, problem=problem)


@contextmanager
def _heartbeat(row: DemoReset) -> Iterator[None]:
    """Renews the lease from a thread, which has a connection of its own: the reset is one long transaction."""
    ended = threading.Event()

    def beat() -> None:
        try:
            while not ended.wait(HEARTBEAT_SECONDS):
                _held(row).update(lease_until=timezone.now() + LEASE)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name="demo-reset-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
