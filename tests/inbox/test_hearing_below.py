"""What people write to each other below our posts is found by looking there, and what they delete is missed twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.ingestion.domain import collect
from analytics.models import Subject
from inbox import rules
from inbox.domain import fetch_replies
from inbox.enums import MessageState
from inbox.models import Message, ReplyFetch
from municipalities.tenancy import everywhere, scope
from tests.analytics import factories
from tests.inbox.conftest import Town


def look(town: Town) -> int:
    """What a worker does at the next look, whenever that is due."""
    fetch_replies.schedule()
    with everywhere("a test does not wait"):
        ReplyFetch.objects.exclude(next_at=None).update(next_at=timezone.now() - timedelta(seconds=1))
    return sum(fetch_replies.fetch_replies(channel) for channel in fetch_replies.due_channels())


def row(town: Town) -> ReplyFetch:
    with scope(town.cast.cuprija):
        return ReplyFetch.objects.get(publication=town.publication)


def contexts(town: Town) -> int:
    return sum("/context" in entry["path"] for entry in town.network.ledger())


def test_what_names_us_nowhere_is_found_below_our_post(town: Town) -> None:
    first = town.says("Само између нас")
    town.says("Тако је", under=first)
    assert look(town) == 2
    assert {each.publication_id for each in town.messages()} == {town.publication.pk}
    assert {each.text for each in town.messages()} >= {"Само између нас", "Тако је"}
    assert look(town) == 0
    assert len(town.messages()) == 2


def test_what_was_heard_as_a_mention_gets_its_post_and_is_not_kept_twice(town: Town) -> None:
    first = town.says("@opstina Хало?")
    town.hear()
    deep = town.says("@opstina И мене занима", under=first)
    town.hear()
    look(town)
    assert sorted(each.remote_id for each in town.messages()) == sorted([first, deep])
    assert {each.publication_id for each in town.messages()} == {town.publication.pk}


def test_a_post_is_looked_at_often_while_it_is_fresh_and_no_more_after_two_weeks() -> None:
    at = timezone.now()
    pauses = []
    for age in (0.5, 3, 12, 48, 200):
        following = rules.next_reply_fetch(at, at + timedelta(hours=age))
        assert following is not None
        pauses.append(following - at - timedelta(hours=age))
    assert pauses == sorted(pauses)
    assert rules.next_reply_fetch(at, at + timedelta(days=14)) is None


def test_only_posts_of_two_weeks_and_of_networks_that_do_not_tell_are_looked_at(town: Town) -> None:
    facebook = factories.channel(town.cast.cuprija, town.cast.officer, platform="facebook")
    factories.published(facebook, timezone.now())
    factories.published(town.channel, timezone.now() - timedelta(days=15))
    assert fetch_replies.schedule() == 1
    assert fetch_replies.schedule() == 0
    assert row(town).next_at is not None


def test_where_the_numbers_say_that_nobody_answers_nobody_is_asked(town: Town) -> None:
    look(town)
    asked = contexts(town)
    told(town, replies=0)
    look(town)
    assert contexts(town) == asked
    told(town, replies=1)
    look(town)
    assert contexts(town) == asked + 1


def told(town: Town, replies: int) -> None:
    """The numbers were read just now."""
    collect.enrol()
    with scope(town.cast.cuprija):
        now = timezone.now()
        Subject.objects.filter(publication=town.publication).update(replies=replies, last_at=now)


def test_more_answers_in_the_numbers_call_for_one_look_before_its_time(town: Town) -> None:
    told(town, replies=0)
    look(town)
    town.says("Ево ме")
    assert fetch_replies.due_channels() == []
    told(town, replies=1)
    assert fetch_replies.due_channels() == [town.channel.pk]
    assert fetch_replies.fetch_replies(town.channel.pk) == 1
    assert fetch_replies.due_channels() == []


def test_what_was_deleted_is_gone_after_two_looks_minutes_apart(town: Town) -> None:
    kept, gone = town.says("Остаје"), town.says("Нестаје")
    look(town)
    town.network.react("mastodon", gone, "delete")
    look(town)
    with scope(town.cast.cuprija):
        message = Message.objects.get(remote_id=gone)
        assert (message.remote_deleted_at, message.state) == (None, MessageState.OPEN)
        assert message.missed_at is not None
    following = row(town).next_at
    assert following is not None
    assert following <= timezone.now() + rules.MISSING_RECHECK_INTERVAL
    look(town)  # too soon
    with scope(town.cast.cuprija):
        assert Message.objects.get(remote_id=gone).remote_deleted_at is None
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        look(town)
    with scope(town.cast.cuprija):
        message = Message.objects.get(remote_id=gone)
        assert message.remote_deleted_at is not None
        assert (message.state, message.text) == (MessageState.CLOSED, "Нестаје")
        assert Message.objects.get(remote_id=kept).remote_deleted_at is None


def test_what_stands_below_a_deleted_one_is_not_taken_for_deleted(town: Town) -> None:
    above = town.says("Горе")
    deep = town.says("Доле", under=above)
    look(town)
    town.network.react("mastodon", above, "delete")
    look(town)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        look(town)
    with scope(town.cast.cuprija):
        assert Message.objects.get(remote_id=above).remote_deleted_at is not None
        assert Message.objects.get(remote_id=deep).remote_deleted_at is None


def test_one_that_shows_again_is_not_gone(town: Town) -> None:
    said = town.says("Ту сам")
    look(town)
    with scope(town.cast.cuprija):
        Message.objects.filter(remote_id=said).update(missed_at=timezone.now() - timedelta(hours=1))
    look(town)
    with scope(town.cast.cuprija):
        message = Message.objects.get(remote_id=said)
        assert (message.missed_at, message.remote_deleted_at) == (None, None)


def test_a_network_that_is_tired_is_left_alone_until_it_says(town: Town) -> None:
    town.says("Хало")
    town.network.plan("rate_limit", "/context", seconds=120)
    assert look(town) == 0
    following = row(town).next_at
    assert following is not None
    assert following > timezone.now() + timedelta(seconds=60)
    asked = contexts(town)
    assert look(town) == 0  # what is left is for posts
    assert contexts(town) == asked
    cache.clear()
    assert look(town) == 1


def test_a_worker_that_dies_after_keeping_loses_and_doubles_nothing(town: Town, monkeypatch: Any) -> None:
    town.says("Једном")

    def dies(*args: Any, **more: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(fetch_replies, "is_back", dies)
        with pytest.raises(SystemExit):
            look(town)
    assert town.messages() == []
    assert fetch_replies.due_channels() == []  # its lease runs
    with time_machine.travel(timezone.now() + fetch_replies.LEASE + timedelta(seconds=1)):
        assert [fetch_replies.fetch_replies(channel) for channel in fetch_replies.due_channels()] == [1]
    assert len(town.messages()) == 1


def test_two_workers_take_a_post_once(town: Town) -> None:
    town.says("Једном")
    fetch_replies.schedule()
    assert fetch_replies.fetch_replies(town.channel.pk) == 1
    asked = contexts(town)
    assert fetch_replies.fetch_replies(town.channel.pk) == 0
    assert contexts(town) == asked


def test_finding_what_is_due_takes_the_same_questions_for_many_posts(town: Town) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            fetch_replies.schedule()
            fetch_replies.due_channels()
        return len(asked)

    questions()
    few = questions()
    others = [factories.channel(town.cast.cuprija, town.cast.officer) for _ in range(3)]
    for each in [town.channel, *others]:
        for hours in range(5):
            factories.published(each, timezone.now() - timedelta(hours=hours))
    assert questions() == few + 1  # the new rows
    assert questions() == few
