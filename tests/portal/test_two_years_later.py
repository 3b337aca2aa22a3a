"""Two years pass over a portal in which everything is held that can be held of people, and all purges run.

What is then left is compared with docs/privacy-statement.md and docs/processing-record.md, column by column.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import Invitation
from administration.models import Export
from analytics.models import Tally
from channels.models import Event
from common.models import AuditEvent, MailMessage
from delivery.models import Delivery
from inbox.domain import legal_hold
from inbox.models import Message
from municipalities.models import Membership
from municipalities.tenancy import everywhere, scope
from notifications.models import Notification
from portal.schedule import SCHEDULE
from posts.models import Decision, Version
from tests import security_figures
from tests.inbox.conftest import allowed, hiding, municipality, network
from tests.portal.test_personal_data import EVERYTHING, PRIVATE_WORDS, WORDS, Citizen, _rest, citizen, where

__all__ = ["allowed", "citizen", "hiding", "municipality", "network"]

pytestmark = pytest.mark.django_db
# Entries of the beat schedule that delete or erase what is too old.
PURGES = {
    "end-lapsed-rights", "erase-consents", "purge-checked-links", "purge-consultation-reports", "purge-exports",
    "purge-history-imports",
    "purge-mail", "purge-messages", "purge-notes", "purge-notifications", "purge-plans", "purge-proposals",
    "purge-reports", "purge-sessions", "purge-snapshots", "purge-uploads", "purge-webhook-events",
}  # fmt: skip
# Tables whose rows have to be the same afterwards: they prove what was done, count, or give rights.
STAYING = (AuditEvent, Decision, Version, Delivery, Membership, Tally, Invitation)
# What may still hold something of a citizen after two years, and where that is said.
LEFT = {
    "posts_variant.text": "Drafts, remarks, decisions, versions: not deleted by itself",
    "needs_supporter.quote": "a quote and the need stay until somebody removes them",
}
# Of somebody who called, beside those of who wrote.
SEARCHED = (*EVERYTHING, "Neznani Prokopije")
STATEMENT = Path(__file__).resolve().parents[2] / "docs/privacy-statement.md"


def purge(*, leaving_out: str = "") -> None:
    for name in sorted(PURGES - {leaving_out}):
        import_string(SCHEDULE[name]["task"])()


def rows() -> dict[str, set[Any]]:
    with everywhere("a test reads the keys of rows"):
        return {model.__name__: set(model._base_manager.values_list("pk", flat=True)) for model in STAYING}


def settled(row: Citizen) -> None:
    with scope(row.municipality.cast.cuprija):
        Message.objects.update(state="closed", settled_at=timezone.now())


def test_each_task_that_deletes_by_age_is_run_here() -> None:
    assert {name for name in SCHEDULE if name.startswith(("purge", "erase", "end-lapsed"))} == PURGES


@pytest.mark.security_figures
def test_after_two_years_only_what_the_statement_names_is_left(
    citizen: Callable[..., Citizen], settings: Any, tmp_path: Any
) -> None:
    settings.EXPORTS_ROOT = tmp_path
    row = citizen()
    cast = row.municipality.cast
    with scope(cast.cuprija):
        _rest(row)
        version = Version.objects.latest("pk")
        Decision.objects.create(municipality=cast.cuprija, version=version, kind="approved", by=cast.approver)
        Notification.objects.create(user=cast.officer, kind="comment", url="/", subject="x", body=WORDS["message"])
    settled(row)
    stood, before = where(*SEARCHED), rows()
    assert set(stood) >= set(WORDS.values()) - {WORDS["reason of a hold"]}
    with time_machine.travel(timezone.now() + timedelta(days=733), tick=True):
        purge()
    left = {column for columns in where(*SEARCHED).values() for column in columns}
    assert left == set(LEFT)
    after = rows()
    assert {name: keys - after[name] for name, keys in before.items() if keys - after[name]} == {}
    assert all(before[name] for name in ("AuditEvent", "Decision", "Version"))
    with everywhere("a test counts rows"):
        assert Event.objects.count() == MailMessage.objects.count() == 0
        assert {export.state for export in Export.objects.all()} <= {"gone", "expired"}
    columns = len({column for columns in stood.values() for column in columns})
    security_figures.record("Files and words: two years", {"columns with citizens' words": columns, "left": len(left)})


def test_what_is_left_is_said_in_the_statement() -> None:
    statement = STATEMENT.read_text(encoding="utf-8")
    for sentence in LEFT.values():
        assert all(part.strip() in statement for part in sentence.split(":"))


def test_nothing_goes_before_its_time(citizen: Callable[..., Citizen]) -> None:
    row = citizen()
    settled(row)
    earlier = ("draft", "event of the network", "reason of a hold", *PRIVATE_WORDS)
    words = {word for what, word in WORDS.items() if what not in earlier}
    private = {WORDS[what] for what in PRIVATE_WORDS}
    with time_machine.travel(timezone.now() + timedelta(days=179), tick=True):
        purge()
    assert private <= set(where(*private))
    with time_machine.travel(timezone.now() + timedelta(days=364), tick=True):
        purge()
    assert words <= set(where(*words))


def test_a_message_that_is_protected_stays_for_two_years_too(citizen: Callable[..., Citizen]) -> None:
    row = citizen()
    with scope(row.municipality.cast.cuprija):
        legal_hold.place(row.message, f"Спор {WORDS['reason of a hold']}", by=row.municipality.cast.approver)
    settled(row)
    held = {WORDS[what] for what in ("message", "note", "answer", "question", "quote", "reason of a hold")}
    with time_machine.travel(timezone.now() + timedelta(days=733), tick=True):
        purge()
        assert held <= set(where(*held))
        with scope(row.municipality.cast.cuprija):
            legal_hold.release(row.message, by=row.municipality.cast.approver)
        purge()
    assert {column for columns in where(*held).values() for column in columns} == {"needs_supporter.quote"}


OTHERS = ("purge-webhook-events", "purge-notes", "erase-consents")


@pytest.mark.parametrize("name", ["purge-messages", *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)])
def test_without_one_of_them_more_would_be_left(citizen: Callable[..., Citizen], name: str) -> None:
    """That the tests above can fail."""
    row = citizen()
    with scope(row.municipality.cast.cuprija):
        _rest(row)
    settled(row)
    with time_machine.travel(timezone.now() + timedelta(days=733), tick=True):
        purge(leaving_out=name)
    assert {column for columns in where(*SEARCHED).values() for column in columns} > set(LEFT)
