"""What citizens may read of needs is chosen need by need, by somebody of the municipality."""

from __future__ import annotations

import pytest

from django.urls import reverse
from django.utils import timezone

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from inbox.models import Message
from municipalities.tenancy import scope
from needs.domain import page, publish
from needs.queries.recipients import find_recipients
from tests.inbox.conftest import MunicipalityInbox
from tests.needs.conftest import again, done_of, messages_with, need_of
from tests.people import sign_in


def test_a_need_is_shown_and_taken_back_by_a_press(municipality: MunicipalityInbox) -> None:
    need = done_of(municipality, *messages_with(municipality, "@opstina Клупе!"))
    cast = municipality.cast
    with scope(cast.cuprija):
        page.save(cast.cuprija, is_on=True, contact="Пишите нам", by=cast.approver)
    everybody = reverse("needs_public_in", args=["cuprija", "sr-Cyrl"])
    client = sign_in(cast.officer)
    here = reverse("need", args=["cuprija", need.pk])
    assert "It is not on the page" in client.get(here).text
    assert "Клупе у парку" not in client.get(everybody).text
    assert client.post(reverse("need_show", args=["cuprija", need.pk])).status_code == 302
    assert "Take it from the page" in client.get(here).text
    assert "Клупе у парку" in client.get(everybody).text
    client.post(reverse("need_hide", args=["cuprija", need.pk]))
    assert "Клупе у парку" not in client.get(everybody).text
    events = AuditEvent.objects.filter(verb__in=["need.show", "need.hide"]).order_by("pk")
    assert list(events.values_list("verb", flat=True)) == ["need.show", "need.hide"]


def test_nothing_is_shown_before_it_was_decided_and_a_mentor_shows_nothing(municipality: MunicipalityInbox) -> None:
    need = need_of(municipality)
    with scope(municipality.cast.cuprija), pytest.raises(ActionNotAllowed, match="Decide about it first"):
        publish.show(need, by=municipality.cast.officer)
    assert sign_in(municipality.cast.mentor).post(reverse("need_show", args=["cuprija", need.pk])).status_code == 403
    assert again(municipality, need).is_public is False


def test_who_deleted_what_they_wrote_is_not_answered(municipality: MunicipalityInbox) -> None:
    first, second = messages_with(municipality, "@opstina Клупе!", "@opstina I klupe i kante!")
    need = done_of(municipality, first, second)
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=first.pk).update(remote_deleted_at=timezone.now())
        recipients = find_recipients(need)
    assert ([supporter.message_id for supporter in recipients.reached], recipients.gone, recipients.forgotten) == (
        [second.pk],
        1,
        0,
    )
    page_of_it = sign_in(municipality.cast.officer).get(reverse("need_tell", args=["cuprija", need.pk])).text
    assert "they deleted on the network what they wrote" in page_of_it
