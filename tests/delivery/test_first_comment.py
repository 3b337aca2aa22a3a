"""The first comment on a Facebook page: a delivery of its own, once, and never at the cost of the post."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone

from channels.enums import ChannelState
from channels.models import Channel
from delivery import policies
from delivery.domain import reconcile
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from delivery.policies import FIRST_COMMENT
from platforms.meta import codes
from tests.delivery.conftest import Outbox, connected

pytestmark = pytest.mark.django_db
WITH_COMMENT = {"first_comment": "Пријаве: https://cuprija.rs/prijava"}


@pytest.fixture
def page(outbox: Outbox) -> Channel:
    return connected(outbox.cast, outbox.network, "facebook")


def children(outbox: Outbox) -> list[Delivery]:
    with outbox.inside():
        return list(Delivery.objects.filter(kind=FIRST_COMMENT).select_related("parent"))


def later(outbox: Outbox) -> None:
    outbox.tick(timezone.now() + timedelta(seconds=10))


def test_it_follows_the_post_once(outbox: Outbox, page: Channel) -> None:
    root = outbox.put("Вашар у суботу", channel=page, content=WITH_COMMENT)
    outbox.tick()
    (child,) = children(outbox)
    assert (child.parent_id, child.state) == (root.pk, State.SCHEDULED)
    assert outbox.texts() == ["Вашар у суботу"]
    later(outbox)
    later(outbox)
    posts = outbox.network.public("opstina")
    assert [post["text"] for post in posts] == ["Вашар у суботу", WITH_COMMENT["first_comment"]]
    assert posts[1]["reply_to"] == posts[0]["id"]


def test_a_post_that_was_found_after_an_unknown_outcome_gets_it_too(outbox: Outbox, page: Channel) -> None:
    outbox.network.plan("commit_then_drop", r"/feed$")
    root = outbox.put("Вашар у суботу", channel=page, content=WITH_COMMENT)
    outbox.tick()
    assert outbox.again(root).state == State.CHECKING
    reconcile.reconcile(root.pk)
    assert outbox.again(root).state == State.PUBLISHED
    assert len(children(outbox)) == 1


def test_its_failure_leaves_the_post_alone(outbox: Outbox, page: Channel) -> None:
    body = {"error": {"code": 100, "error_subcode": 1346003, "message": "abusive"}}
    outbox.network.plan("status", r"/comments$", method="POST", status=400, body=body)
    root = outbox.put("Вашар у суботу", channel=page, content=WITH_COMMENT)
    outbox.tick()
    later(outbox)
    (child,) = children(outbox)
    assert (child.state, outbox.again(root).state) == (State.FAILED, State.PUBLISHED)
    assert outbox.texts() == ["Вашар у суботу"]


def test_an_unknown_outcome_of_a_comment_is_looked_for_below_the_post(outbox: Outbox, page: Channel) -> None:
    outbox.network.plan("commit_then_drop", r"/comments$", method="POST")
    outbox.put("Вашар у суботу", channel=page, content=WITH_COMMENT)
    outbox.tick()
    later(outbox)
    (child,) = children(outbox)
    assert child.state == State.CHECKING
    reconcile.reconcile(child.pk)
    assert outbox.again(child).state == State.PUBLISHED
    assert outbox.texts().count(WITH_COMMENT["first_comment"]) == 1


def test_what_holds_the_post_holds_its_comment(outbox: Outbox, page: Channel, gate: Any) -> None:
    outbox.put("Вашар у суботу", channel=page, content=WITH_COMMENT)
    outbox.tick()
    gate.say(policies.defer(ReasonCode.PAUSED))
    later(outbox)
    (child,) = children(outbox)
    assert (child.state, child.reason) == (State.WAITING, ReasonCode.PAUSED)


def test_a_network_that_takes_none_gets_none(outbox: Outbox) -> None:
    outbox.put("Вашар у суботу", content=WITH_COMMENT)
    outbox.tick()
    assert children(outbox) == []
    assert outbox.texts() == ["Вашар у суботу"]


def test_one_that_is_not_permitted_fails_alone_and_the_channel_goes_on_publishing(
    outbox: Outbox, page: Channel
) -> None:
    # https://developers.facebook.com/docs/graph-api/guides/error-handling (read on 29 November 2026): 200 to 299 stand
    # for a permission that was not granted or was removed; the token stays as it is.
    body = {"error": {"code": 200, "message": "(#200) Requires pages_manage_engagement permission"}}
    outbox.network.plan("status", r"/comments$", method="POST", status=403, body=body)
    outbox.put("Вашар у суботу", channel=page, content=WITH_COMMENT)
    outbox.tick()
    later(outbox)
    (child,) = children(outbox)
    assert (child.state, child.reason, child.problem) == (State.FAILED, ReasonCode.REJECTED, codes.NO_PERMISSION)
    with outbox.inside():
        page.refresh_from_db()
    assert page.state == ChannelState.CONNECTED
    outbox.put("Вашар је у недељу", channel=page)
    outbox.tick()
    assert outbox.texts() == ["Вашар у суботу", "Вашар је у недељу"]


def test_where_the_permission_was_not_granted_none_is_sent(outbox: Outbox, page: Channel) -> None:
    with outbox.inside():
        Channel.objects.filter(pk=page.pk).update(granted=["pages_show_list", "pages_manage_posts"])
    outbox.put("Вашар у суботу", channel=page, content=WITH_COMMENT)
    outbox.tick()
    later(outbox)
    assert children(outbox) == []
    assert outbox.texts() == ["Вашар у суботу"]
    assert [entry for entry in outbox.network.ledger() if entry["path"].endswith("/comments")] == []


def test_a_missing_permission_of_the_post_itself_asks_to_connect_again(outbox: Outbox, page: Channel) -> None:
    body = {"error": {"code": 200, "message": "(#200) Requires pages_manage_posts permission"}}
    outbox.network.plan("status", r"/feed$", method="POST", status=403, body=body)
    root = outbox.put("Вашар у суботу", channel=page)
    outbox.tick()
    with outbox.inside():
        page.refresh_from_db()
    assert (outbox.again(root).state, page.state) == (State.WAITING, ChannelState.NEEDS_CONSENT)
