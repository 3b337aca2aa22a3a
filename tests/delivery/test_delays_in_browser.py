"""Pages of deliveries that are late, being checked or public twice, as an officer sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from django.urls import reverse
from django.utils import timezone

from delivery import heartbeat
from delivery.domain import answer, duplicates
from delivery.enums import State
from delivery.models import Delivery
from tests.browsing import EACH_LOOK, enter, violations
from tests.delivery.conftest import Outbox

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def delayed(outbox: Outbox) -> Delivery:
    outbox.put("прва", due_in=-300)
    return outbox.put("Позив за јавну расправу о новом буџету општине", due_in=-240)


def checking(outbox: Outbox) -> Delivery:
    outbox.network.plan("commit_late", "/api/v1/statuses$", method="POST", seconds=600)
    delivery = outbox.put("Позив за јавну расправу о новом буџету општине")
    outbox.tick()
    return delivery


def twice(outbox: Outbox) -> Delivery:
    delivery = checking(outbox)
    outbox.search_until_asked(delivery)
    outbox.answer_not_there(delivery)
    outbox.network.carry_out_late()
    duplicates.search(delivery.pk)
    return delivery


def dropped(outbox: Outbox) -> Delivery:
    delivery = checking(outbox)
    with outbox.inside():
        answer.drop(outbox.again(delivery), by=outbox.cast.officer)
    outbox.network.carry_out_late()
    duplicates.search(delivery.pk)
    return delivery


@pytest.mark.parametrize(("width", "scheme"), EACH_LOOK)
@pytest.mark.parametrize(
    ("make", "heading"),
    [
        (delayed, "It is delayed"),
        (checking, "The portal is checking whether it was published"),
        (twice, "It is public twice"),
        (dropped, "It is public after all"),
    ],
)
def test_each_says_what_it_means_without_barriers(
    page: Any, live_server: Any, careful: Outbox, settings: Any, width: int, scheme: str,
    make: Callable[[Outbox], Delivery], heading: str,
) -> None:  # fmt: skip
    settings.COMMIT_WINDOWS = {} if make is checking else {"mastodon": 0}
    heartbeat.send_heartbeat()
    delivery = make(careful)
    enter(page, live_server, careful.cast.officer)
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(live_server.url + reverse("delivery", args=["cuprija", delivery.pk]))
    page.get_by_text(heading, exact=True).wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_second_post_is_taken_down_by_keyboard(page: Any, live_server: Any, careful: Outbox, settings: Any) -> None:
    settings.COMMIT_WINDOWS = {"mastodon": 0}
    delivery = twice(careful)
    enter(page, live_server, careful.cast.officer)
    page.goto(live_server.url + reverse("delivery", args=["cuprija", delivery.pk]))
    page.get_by_role("button", name="Take the second post down").focus()
    page.keyboard.press("Enter")
    page.get_by_text("It is being taken down.").wait_for()
    for duplicate_id in duplicates.claim_withdrawals(timezone.now() + timedelta(seconds=1)):
        duplicates.withdraw(duplicate_id)
    page.reload()
    page.get_by_text("The second post was taken down from the network.").wait_for()
    assert page.get_by_text("It is public twice").count() == 0
    assert (careful.again(delivery).state, len(careful.texts())) == (State.PUBLISHED, 1)
