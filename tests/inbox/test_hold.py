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
from tests.inbox.conftest import Town
from tests.people import sign_in

LIST = "/m/cuprija/inbox/"


def settled_long_ago(town: Town, message: Message) -> None:
    with scope(town.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(
            state=MessageState.CLOSED, settled_at=timezone.now() - timedelta(days=5000)
        )


def test_time_does_not_erase_what_is_held_and_goes_on_afterwards(town: Town) -> None:
    kept, gone = town.heard("@opstina Спорно"), town.heard("@opstina Старо")
    with scope(town.cast.cuprija):
        legal_hold.place(kept, "П 12/2026", by=town.cast.approver)
    for each in (kept, gone):
        settled_long_ago(town, each)
    assert retention.purge_expired() == 1
    assert town.again(kept).text
    assert not town.again(gone).text
    with scope(town.cast.cuprija):
        legal_hold.release(kept, by=town.cast.approver)
    assert retention.purge_expired() == 1
    assert not town.again(kept).text
    with scope(town.cast.cuprija):
        assert LegalHold.objects.get().reason == ""


def test_a_wish_does_not_erase_it_either(town: Town) -> None:
    kept, gone = town.heard("@opstina Спорно"), town.heard("@opstina Обично")
    with scope(town.cast.cuprija):
        legal_hold.place(kept, "П 12/2026", by=town.cast.approver)
        erased = retention.erase_authors(town.cast.cuprija, [(kept.channel_id, kept.author_id)], by=town.cast.approver)
    assert (erased.messages, erased.held) == (1, 1)
    assert town.again(kept).text
    assert not town.again(gone).text


def test_the_message_says_so_and_only_who_answers_for_data_decides(town: Town) -> None:
    message = town.heard("@opstina Спорно")
    page = f"{LIST}{message.pk}/"
    assert sign_in(town.cast.officer).post(f"{page}hold/", {"reason": "П 12/2026"}).status_code == 403
    approver = sign_in(town.cast.approver)
    approver.post(f"{page}hold/", {"reason": " П  12/2026 "})
    assert "П 12/2026" in sign_in(town.cast.officer).get(page).text
    assert sign_in(town.cast.officer).post(f"{page}release/").status_code == 403
    approver.post(f"{page}release/")
    approver.post(f"{page}release/")
    assert "П 12/2026" not in approver.get(page).text
    verbs = AuditEvent.objects.filter(verb__in=["message.hold", "message.release"])
    assert [each.verb for each in verbs.order_by("pk")] == ["message.hold", "message.release"]
    assert "12/2026" not in "".join(f"{each.target_label}{each.detail}" for each in verbs)


@pytest.mark.parametrize("reason", ["", "  ", "ж" * 301])
def test_it_wants_a_reason_of_sensible_length(town: Town, reason: str) -> None:
    message = town.heard("@opstina Спорно")
    with scope(town.cast.cuprija), pytest.raises(ActionNotAllowed):
        legal_hold.place(message, reason, by=town.cast.approver)


def test_what_is_held_or_gone_is_not_held_again(town: Town) -> None:
    held, gone = town.heard("@opstina Спорно"), town.heard("@opstina Старо")
    settled_long_ago(town, gone)
    retention.purge_expired()
    with scope(town.cast.cuprija):
        legal_hold.place(held, "П 1", by=town.cast.approver)
        for each in (held, gone):
            with pytest.raises(ActionNotAllowed):
                legal_hold.place(each, "П 2", by=town.cast.approver)
