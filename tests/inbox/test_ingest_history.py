"""What citizens wrote before the channel was connected: page after page back, up to a limit, whatever comes between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.core.cache import cache
from django.utils import timezone

from channels import rate_limits
from inbox.enums import MessageState
from inbox.models import MessageFetch
from municipalities.tenancy import everywhere, scope
from tests.inbox.conftest import MunicipalityInbox

MENTIONS = "/api/v1/notifications"


@pytest.fixture(autouse=True)
def fresh() -> None:
    rate_limits._reported_at.clear()
    rate_limits._scarce.clear()
    cache.clear()


def written(municipality: MunicipalityInbox, count: int) -> None:
    for number in range(count):
        municipality.comment(f"@opstina Питање {number}")


def numbers(municipality: MunicipalityInbox) -> list[int]:
    return sorted(int(message.text.rsplit(" ", 1)[1]) for message in municipality.messages())


def mention_requests(municipality: MunicipalityInbox) -> list[dict[str, Any]]:
    return [request for request in municipality.network.ledger() if request["path"].startswith(MENTIONS)]


def cursor(municipality: MunicipalityInbox) -> str:
    with scope(municipality.cast.cuprija):
        return MessageFetch.objects.get().cursor


def test_all_that_was_written_before_is_read_and_then_only_what_is_new(municipality: MunicipalityInbox) -> None:
    written(municipality, 95)
    assert municipality.fetch() == 95
    assert numbers(municipality) == list(range(95))
    municipality.comment("@opstina Питање 95")
    before = len(mention_requests(municipality))
    assert municipality.fetch() == 1
    assert len(mention_requests(municipality)) - before == 2, "one page with it, and one without"


def test_going_back_ends_at_the_limit_of_the_installation(municipality: MunicipalityInbox, settings: Any) -> None:
    settings.NETWORK_OPTIONS = {"mastodon": {"mentions_back": 80}}
    written(municipality, 130)
    municipality.fetch()
    assert numbers(municipality) == list(range(50, 130)), "the newest 80"
    municipality.fetch()
    assert len(municipality.messages()) == 80


def test_an_account_nobody_wrote_to_is_asked_once(municipality: MunicipalityInbox) -> None:
    assert municipality.fetch() == 0
    assert len(mention_requests(municipality)) == 1


def test_a_look_that_breaks_off_goes_on_where_it_was(municipality: MunicipalityInbox) -> None:
    written(municipality, 130)
    municipality.network.plan("status", MENTIONS, method="GET", nth=3, status=503)
    municipality.fetch()
    assert len(municipality.messages()) == 80
    assert "<" in cursor(municipality)
    municipality.comment("@opstina Питање 130")
    assert municipality.fetch() == 51
    assert numbers(municipality) == list(range(131))
    assert "<" not in cursor(municipality)


def test_what_was_written_before_is_old_also_after_a_break(municipality: MunicipalityInbox) -> None:
    municipality.network.advance(-20 * 86_400)
    written(municipality, 60)
    municipality.network.advance(20 * 86_400)
    municipality.network.plan("status", MENTIONS, method="GET", nth=2, status=503)
    municipality.fetch()
    municipality.fetch()
    assert len(municipality.messages()) == 60
    assert {message.state for message in municipality.messages()} == {MessageState.CLOSED}, (
        "no old question is late on its first day"
    )


def test_a_network_that_takes_no_more_is_left_alone_until_it_does(municipality: MunicipalityInbox) -> None:
    written(municipality, 130)
    municipality.network.plan("rate_limit", MENTIONS, method="GET", nth=2, seconds=300)
    municipality.fetch()
    assert len(mention_requests(municipality)) == 2
    assert numbers(municipality) == list(range(90, 130))
    with everywhere("test"):
        row = MessageFetch.objects.get()
    assert row.next_at is not None
    assert row.next_at > timezone.now() + timedelta(minutes=4), "when the network takes calls again"
    municipality.fetch()  # somebody wakes the channel too early: the budget says so before anybody is asked
    assert len(mention_requests(municipality)) == 2
    cache.clear()  # five minutes later
    assert municipality.fetch() == 90
    assert numbers(municipality) == list(range(130))


def test_a_server_that_begins_anew_whatever_one_asks_is_not_asked_for_ever(municipality: MunicipalityInbox) -> None:
    written(municipality, 60)
    municipality.network.options(software="pleroma")
    assert municipality.fetch() == 40
    assert len(mention_requests(municipality)) <= 3
    assert "<" not in cursor(municipality)
