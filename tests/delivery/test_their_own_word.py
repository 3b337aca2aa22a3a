"""Networks on which no link tells which post it leads to: a person's word is enough."""

from __future__ import annotations

import pytest

from django.utils import timezone

from analytics.ingestion.queries import publications_without_subject
from channels import validation
from delivery.domain import answer
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from platforms.registry import PLATFORMS
from platforms.types import Outgoing
from posts.models import Publication
from tests.analytics.factories import channel, published
from tests.delivery.conftest import Outbox
from tests.delivery.test_views import give, page, unconfirmed
from tests.people import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["viber", "instagram", "threads"])
def unknown(request: pytest.FixtureRequest, outbox: Outbox) -> Delivery:
    """Its answer was lost; then its channel turns out to be one without links."""
    delivery = unconfirmed(outbox)
    with outbox.inside():
        type(outbox.channel).objects.update(platform=request.param)
    return outbox.again(delivery)


def test_an_officer_says_that_it_is_there_without_a_link(outbox: Outbox, unknown: Delivery) -> None:
    shown = page(outbox, unknown).text
    assert 'value="it_is_there"' in shown
    assert 'name="link"' not in shown
    give(outbox, unknown, "it_is_there")
    now = outbox.again(unknown)
    assert (now.state, now.reason, now.permalink) == (State.PUBLISHED, ReasonCode.LINK_GIVEN, "")
    assert now.remote_id == f"seen:{now.key.hex}"
    assert now.published_at
    # Its id is none of the network's, so nothing is asked of it there.
    assert "take_down" not in page(outbox, now).text


def test_no_first_comment_is_sent_below_what_has_no_id(outbox: Outbox) -> None:
    delivery = outbox.put("Објава", content={"first_comment": "Више на сајту."})
    with outbox.inside():
        Delivery.objects.update(state=State.UNCONFIRMED, unknown_since=timezone.now())
        type(outbox.channel).objects.update(platform="instagram")
        answer.it_is_there(outbox.again(delivery), "", by=outbox.cast.officer)
        assert Delivery.objects.count() == 1


def test_its_numbers_are_not_asked_for(cast: Cast, outbox: Outbox) -> None:
    here = channel(cast.cuprija, cast.approver, platform="instagram")
    known, seen = published(here, timezone.now()), published(here, timezone.now())
    with outbox.inside():
        Delivery.objects.filter(pk=seen.delivery_id).update(remote_id="seen:1")
        assert list(publications_without_subject()) == [Publication.objects.get(pk=known.pk)]


def test_only_networks_whose_links_name_no_post_take_a_persons_word(cast: Cast) -> None:
    without = {
        key for key in PLATFORMS if not validation.limits(channel(cast.cuprija, cast.approver, platform=key)).post_links
    }
    assert without == {"google_business", "mail", "viber", "viber_bot", "instagram", "threads", "wordpress"}


def test_of_an_answer_in_a_private_conversation_a_persons_word_is_enough(outbox: Outbox) -> None:
    delivery = unconfirmed(outbox)
    assert answer.has_link(delivery)
    with outbox.inside():
        Delivery.objects.update(payload={**delivery.payload, "conversation": "7", "recipient": "7"})
    private = outbox.again(delivery)
    assert 'name="link"' not in page(outbox, private).text
    give(outbox, private, "it_is_there")
    assert outbox.again(private).state == State.PUBLISHED


def test_a_post_that_was_changed_forgets_what_was_prepared(outbox: Outbox) -> None:
    delivery = outbox.put("Стара реченица")
    with outbox.inside():
        Delivery.objects.update(state=State.FAILED, token="receipt")
        failed = outbox.again(delivery)
        fresh = Outgoing.from_json({**failed.payload, "text": "Нова реченица", "key": "ab" * 16})
        answer.send_again(failed, by=outbox.cast.officer, outgoing=fresh)
    assert outbox.again(delivery).token == ""
