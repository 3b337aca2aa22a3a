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
from tests.inbox.conftest import Town

MENTIONS = "/api/v1/notifications"


@pytest.fixture(autouse=True)
def fresh() -> None:
    rate_limits._told.clear()
    rate_limits._scarce.clear()
    cache.clear()


def written(town: Town, count: int) -> None:
    for number in range(count):
        town.says(f"@opstina Питање {number}")


def numbers(town: Town) -> list[int]:
    return sorted(int(each.text.rsplit(" ", 1)[1]) for each in town.messages())


def asked(town: Town) -> list[dict[str, Any]]:
    return [each for each in town.network.ledger() if each["path"].startswith(MENTIONS)]


def cursor(town: Town) -> str:
    with scope(town.cast.cuprija):
        return MessageFetch.objects.get().cursor


def test_all_that_was_written_before_is_read_and_then_only_what_is_new(town: Town) -> None:
    written(town, 95)
    assert town.hear() == 95
    assert numbers(town) == list(range(95))
    town.says("@opstina Питање 95")
    before = len(asked(town))
    assert town.hear() == 1
    assert len(asked(town)) - before == 2, "one page with it, and one without"


def test_going_back_ends_at_the_limit_of_the_installation(town: Town, settings: Any) -> None:
    settings.NETWORK_OPTIONS = {"mastodon": {"mentions_back": 80}}
    written(town, 130)
    town.hear()
    assert numbers(town) == list(range(50, 130)), "the newest 80"
    town.hear()
    assert len(town.messages()) == 80


def test_an_account_nobody_wrote_to_is_asked_once(town: Town) -> None:
    assert town.hear() == 0
    assert len(asked(town)) == 1


def test_a_look_that_breaks_off_goes_on_where_it_was(town: Town) -> None:
    written(town, 130)
    town.network.plan("status", MENTIONS, method="GET", nth=3, status=503)
    town.hear()
    assert len(town.messages()) == 80
    assert "<" in cursor(town)
    town.says("@opstina Питање 130")
    assert town.hear() == 51
    assert numbers(town) == list(range(131))
    assert "<" not in cursor(town)


def test_what_was_written_before_is_old_also_after_a_break(town: Town) -> None:
    town.network.advance(-20 * 86_400)
    written(town, 60)
    town.network.advance(20 * 86_400)
    town.network.plan("status", MENTIONS, method="GET", nth=2, status=503)
    town.hear()
    town.hear()
    assert len(town.messages()) == 60
    assert {each.state for each in town.messages()} == {MessageState.CLOSED}, "no old question is late on its first day"


def test_a_network_that_takes_no_more_is_left_alone_until_it_does(town: Town) -> None:
    written(town, 130)
    town.network.plan("rate_limit", MENTIONS, method="GET", nth=2, seconds=300)
    town.hear()
    assert len(asked(town)) == 2
    assert numbers(town) == list(range(90, 130))
    with everywhere("test"):
        row = MessageFetch.objects.get()
    assert row.next_at is not None
    assert row.next_at > timezone.now() + timedelta(minutes=4), "when the network takes calls again"
    town.hear()  # somebody wakes the channel too early: the budget says so before anybody is asked
    assert len(asked(town)) == 2
    cache.clear()  # five minutes later
    assert town.hear() == 90
    assert numbers(town) == list(range(130))


def test_a_server_that_begins_anew_whatever_one_asks_is_not_asked_for_ever(town: Town) -> None:
    written(town, 60)
    town.network.options(software="pleroma")
    assert town.hear() == 40
    assert len(asked(town)) <= 3
    assert "<" not in cursor(town)
