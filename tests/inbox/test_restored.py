"""Answers to citizens that went out after a backup was made are not sent again after its restore."""

from __future__ import annotations

from datetime import timedelta

import pytest

from django.db import transaction
from django.utils import timezone

from administration.domain import end_restore
from common.models import Restore
from delivery.domain import reconcile, restored, sweep
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from inbox import tasks
from inbox.domain import answer
from inbox.enums import MessageKind, MessageState
from inbox.models import Message
from municipalities.tenancy import everywhere, scope
from tests.inbox.conftest import MunicipalityInbox

pytestmark = pytest.mark.django_db


def work(municipality: MunicipalityInbox) -> None:
    municipality.publish()
    with everywhere("a test"):
        restored.prepare()
        sweep.sweep(timezone.now())
        Delivery.objects.filter(state=State.UNCONFIRMED).update(next_at=timezone.now())
        for pk in reconcile.claim_reconciliations(timezone.now()):
            reconcile.reconcile(pk)
    municipality.publish()


def answered(municipality: MunicipalityInbox, message: Message, text: str) -> Delivery:
    with scope(municipality.cast.cuprija):
        return answer.answer(message, text, by=municipality.cast.officer).delivery


def restore() -> None:
    Restore.objects.create(made_at=timezone.now() - timedelta(hours=1), restored_at=timezone.now())


@pytest.mark.parametrize("kind", [MessageKind.QUESTION, MessageKind.EMERGENCY])
def test_an_answer_that_went_out_is_recognised_and_not_sent_again(
    municipality: MunicipalityInbox, kind: MessageKind
) -> None:
    message = municipality.receive("@opstina До када?")
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(kind=kind)
    row = answered(municipality, municipality.reload(message), "До 14 часова.")
    backup = transaction.savepoint()
    municipality.publish()
    transaction.savepoint_rollback(backup)
    out = municipality.public()
    restore()
    work(municipality)
    work(municipality)
    tasks.answer.settle_delivered()
    with scope(municipality.cast.cuprija):
        row.refresh_from_db()
    assert (row.state, row.reason) == (State.PUBLISHED, ReasonCode.FOUND)
    assert municipality.reload(message).state != MessageState.WAITING
    assert municipality.public() == out


def test_an_answer_that_did_not_go_out_waits_for_a_person_and_a_new_one_for_the_administrator(
    municipality: MunicipalityInbox,
) -> None:
    first, second = municipality.receive("@opstina До када?"), municipality.receive("@opstina А где?")
    old = answered(municipality, first, "До 14 часова.")
    out = municipality.public()
    restore()
    new = answered(municipality, second, "На тргу.")
    for _ in range(2):
        work(municipality)
    with scope(municipality.cast.cuprija):
        old.refresh_from_db()
        new.refresh_from_db()
    assert (old.state, old.reason) == (State.UNCONFIRMED, ReasonCode.RESTORED)
    assert (new.state, new.reason) == (State.WAITING, ReasonCode.RESTORE_PAUSED)
    end_restore.end(by=municipality.cast.administrator)
    work(municipality)
    assert municipality.public() == out, "both ask a person"


def test_an_answer_to_an_emergency_that_is_written_now_goes_out(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Цури гас!")
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(kind=MessageKind.EMERGENCY)
    restore()
    row = answered(municipality, municipality.reload(message), "Ватрогасци стижу.")
    work(municipality)
    with scope(municipality.cast.cuprija):
        row.refresh_from_db()
    assert row.state == State.PUBLISHED
