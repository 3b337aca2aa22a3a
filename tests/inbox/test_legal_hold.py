"""What must not be erased for the time being is left alone, until somebody ends the hold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from django.utils import timezone

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from inbox.domain import legal_hold, retention
from inbox.enums import MessageState
from inbox.models import LegalHold, Message
from municipalities.tenancy import scope
from tests.inbox.conftest import MunicipalityInbox
from tests.people import sign_in

LIST = "/m/cuprija/inbox/"


def settled_long_ago(municipality: MunicipalityInbox, message: Message) -> None:
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(
            state=MessageState.CLOSED, settled_at=timezone.now() - timedelta(days=5000)
        )


def test_time_does_not_erase_what_is_held_and_goes_on_afterwards(municipality: MunicipalityInbox) -> None:
    held, expired = municipality.receive("@opstina Спорно"), municipality.receive("@opstina Старо")
    with scope(municipality.cast.cuprija):
        legal_hold.place(held, "П 12/2026", by=municipality.cast.approver)
    for message in (held, expired):
        settled_long_ago(municipality, message)
    assert retention.purge_expired() == 1
    assert municipality.reload(held).text
    assert not municipality.reload(expired).text
    with scope(municipality.cast.cuprija):
        legal_hold.release(held, by=municipality.cast.approver)
    assert retention.purge_expired() == 1
    assert not municipality.reload(held).text
    with scope(municipality.cast.cuprija):
        assert LegalHold.objects.get().reason == ""


def test_a_wish_does_not_erase_it_either(municipality: MunicipalityInbox) -> None:
    held, unheld = municipality.receive("@opstina Спорно"), municipality.receive("@opstina Обично")
    with scope(municipality.cast.cuprija):
        legal_hold.place(held, "П 12/2026", by=municipality.cast.approver)
        erased = retention.erase_authors(
            municipality.cast.cuprija, [(held.channel_id, held.author_id)], by=municipality.cast.approver
        )
    assert (erased.messages, erased.held) == (1, 1)
    assert municipality.reload(held).text
    assert not municipality.reload(unheld).text


def test_the_message_says_so_and_only_who_answers_for_data_decides(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Спорно")
    page = f"{LIST}{message.pk}/"
    assert sign_in(municipality.cast.officer).post(f"{page}hold/", {"reason": "П 12/2026"}).status_code == 403
    approver = sign_in(municipality.cast.approver)
    approver.post(f"{page}hold/", {"reason": " П  12/2026 "})
    assert "П 12/2026" in sign_in(municipality.cast.officer).get(page).text
    assert sign_in(municipality.cast.officer).post(f"{page}release/").status_code == 403
    approver.post(f"{page}release/")
    approver.post(f"{page}release/")
    assert "П 12/2026" not in approver.get(page).text
    verbs = AuditEvent.objects.filter(verb__in=["message.hold", "message.release"])
    assert [event.verb for event in verbs.order_by("pk")] == ["message.hold", "message.release"]
    assert "12/2026" not in "".join(f"{event.target_label}{event.detail}" for event in verbs)


@pytest.mark.parametrize("reason", ["", "  ", "ж" * 301])
def test_it_wants_a_reason_of_sensible_length(municipality: MunicipalityInbox, reason: str) -> None:
    message = municipality.receive("@opstina Спорно")
    with scope(municipality.cast.cuprija), pytest.raises(ActionNotAllowed):
        legal_hold.place(message, reason, by=municipality.cast.approver)


def test_what_is_held_or_gone_is_not_held_again(municipality: MunicipalityInbox) -> None:
    held, erased = municipality.receive("@opstina Спорно"), municipality.receive("@opstina Старо")
    settled_long_ago(municipality, erased)
    retention.purge_expired()
    with scope(municipality.cast.cuprija):
        legal_hold.place(held, "П 1", by=municipality.cast.approver)
        for message in (held, erased):
            with pytest.raises(ActionNotAllowed):
                legal_hold.place(message, "П 2", by=municipality.cast.approver)
