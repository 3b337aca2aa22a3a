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
from tests.inbox.conftest import MunicipalityInbox


def fetch(municipality: MunicipalityInbox) -> int:
    """What a worker does at the next look, whenever that is due."""
    fetch_replies.schedule()
    with everywhere("a test does not wait"):
        ReplyFetch.objects.exclude(next_at=None).update(next_at=timezone.now() - timedelta(seconds=1))
    return sum(fetch_replies.fetch_replies(channel) for channel in fetch_replies.due_channels())


def row(municipality: MunicipalityInbox) -> ReplyFetch:
    with scope(municipality.cast.cuprija):
        return ReplyFetch.objects.get(publication=municipality.publication)


def contexts(municipality: MunicipalityInbox) -> int:
    return sum("/context" in entry["path"] for entry in municipality.network.ledger())


def test_what_names_us_nowhere_is_found_below_our_post(municipality: MunicipalityInbox) -> None:
    first = municipality.comment("Само између нас")
    municipality.comment("Тако је", under=first)
    assert fetch(municipality) == 2
    assert {message.publication_id for message in municipality.messages()} == {municipality.publication.pk}
    assert {message.text for message in municipality.messages()} >= {"Само између нас", "Тако је"}
    assert fetch(municipality) == 0
    assert len(municipality.messages()) == 2


def test_what_was_heard_as_a_mention_gets_its_post_and_is_not_kept_twice(municipality: MunicipalityInbox) -> None:
    first = municipality.comment("@opstina Хало?")
    municipality.fetch()
    deep = municipality.comment("@opstina И мене занима", under=first)
    municipality.fetch()
    fetch(municipality)
    assert sorted(message.remote_id for message in municipality.messages()) == sorted([first, deep])
    assert {message.publication_id for message in municipality.messages()} == {municipality.publication.pk}


def test_a_post_is_looked_at_often_while_it_is_fresh_and_no_more_after_two_weeks() -> None:
    at = timezone.now()
    pauses = []
    for age in (0.5, 3, 12, 48, 200):
        following = rules.next_reply_fetch(at, at + timedelta(hours=age))
        assert following is not None
        pauses.append(following - at - timedelta(hours=age))
    assert pauses == sorted(pauses)
    assert rules.next_reply_fetch(at, at + timedelta(days=14)) is None


def test_only_posts_of_two_weeks_and_of_networks_that_do_not_tell_are_looked_at(
    municipality: MunicipalityInbox,
) -> None:
    facebook = factories.channel(municipality.cast.cuprija, municipality.cast.officer, platform="facebook")
    factories.published(facebook, timezone.now())
    factories.published(municipality.channel, timezone.now() - timedelta(days=15))
    assert fetch_replies.schedule() == 1
    assert fetch_replies.schedule() == 0
    assert row(municipality).next_at is not None


def test_where_the_numbers_say_that_nobody_answers_nobody_is_asked(municipality: MunicipalityInbox) -> None:
    fetch(municipality)
    asked = contexts(municipality)
    set_reply_count(municipality, replies=0)
    fetch(municipality)
    assert contexts(municipality) == asked
    set_reply_count(municipality, replies=1)
    fetch(municipality)
    assert contexts(municipality) == asked + 1


def set_reply_count(municipality: MunicipalityInbox, replies: int) -> None:
    """The numbers were read just now."""
    collect.enrol()
    with scope(municipality.cast.cuprija):
        now = timezone.now()
        Subject.objects.filter(publication=municipality.publication).update(replies=replies, last_fetched_at=now)


def test_more_answers_in_the_numbers_call_for_one_look_before_its_time(municipality: MunicipalityInbox) -> None:
    set_reply_count(municipality, replies=0)
    fetch(municipality)
    municipality.comment("Ево ме")
    assert fetch_replies.due_channels() == []
    set_reply_count(municipality, replies=1)
    assert fetch_replies.due_channels() == [municipality.channel.pk]
    assert fetch_replies.fetch_replies(municipality.channel.pk) == 1
    assert fetch_replies.due_channels() == []


def test_what_was_deleted_is_gone_after_two_looks_minutes_apart(municipality: MunicipalityInbox) -> None:
    kept_id, deleted_id = municipality.comment("Остаје"), municipality.comment("Нестаје")
    fetch(municipality)
    municipality.network.react("mastodon", deleted_id, "delete")
    fetch(municipality)
    with scope(municipality.cast.cuprija):
        message = Message.objects.get(remote_id=deleted_id)
        assert (message.remote_deleted_at, message.state) == (None, MessageState.OPEN)
        assert message.missed_at is not None
    following = row(municipality).next_at
    assert following is not None
    assert following <= timezone.now() + rules.MISSING_RECHECK_INTERVAL
    fetch(municipality)  # too soon
    with scope(municipality.cast.cuprija):
        assert Message.objects.get(remote_id=deleted_id).remote_deleted_at is None
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        fetch(municipality)
    with scope(municipality.cast.cuprija):
        message = Message.objects.get(remote_id=deleted_id)
        assert message.remote_deleted_at is not None
        assert (message.state, message.text) == (MessageState.CLOSED, "Нестаје")
        assert Message.objects.get(remote_id=kept_id).remote_deleted_at is None


def test_what_stands_below_a_deleted_one_is_not_taken_for_deleted(municipality: MunicipalityInbox) -> None:
    above = municipality.comment("Горе")
    deep = municipality.comment("Доле", under=above)
    fetch(municipality)
    municipality.network.react("mastodon", above, "delete")
    fetch(municipality)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        fetch(municipality)
    with scope(municipality.cast.cuprija):
        assert Message.objects.get(remote_id=above).remote_deleted_at is not None
        assert Message.objects.get(remote_id=deep).remote_deleted_at is None


def test_one_that_shows_again_is_not_gone(municipality: MunicipalityInbox) -> None:
    remote_id = municipality.comment("Ту сам")
    fetch(municipality)
    with scope(municipality.cast.cuprija):
        Message.objects.filter(remote_id=remote_id).update(missed_at=timezone.now() - timedelta(hours=1))
    fetch(municipality)
    with scope(municipality.cast.cuprija):
        message = Message.objects.get(remote_id=remote_id)
        assert (message.missed_at, message.remote_deleted_at) == (None, None)


def test_a_network_that_is_tired_is_left_alone_until_it_says(municipality: MunicipalityInbox) -> None:
    municipality.comment("Хало")
    municipality.network.plan("rate_limit", "/context", seconds=120)
    assert fetch(municipality) == 0
    following = row(municipality).next_at
    assert following is not None
    assert following > timezone.now() + timedelta(seconds=60)
    asked = contexts(municipality)
    assert fetch(municipality) == 0  # what is left is for posts
    assert contexts(municipality) == asked
    cache.clear()
    assert fetch(municipality) == 1


def test_a_worker_that_dies_after_keeping_loses_and_doubles_nothing(
    municipality: MunicipalityInbox, monkeypatch: Any
) -> None:
    municipality.comment("Једном")

    def dies(*args: Any, **more: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(fetch_replies, "mark_restored", dies)
        with pytest.raises(SystemExit):
            fetch(municipality)
    assert municipality.messages() == []
    assert fetch_replies.due_channels() == []  # its lease runs
    with time_machine.travel(timezone.now() + fetch_replies.LEASE + timedelta(seconds=1)):
        assert [fetch_replies.fetch_replies(channel) for channel in fetch_replies.due_channels()] == [1]
    assert len(municipality.messages()) == 1


def test_two_workers_take_a_post_once(municipality: MunicipalityInbox) -> None:
    municipality.comment("Једном")
    fetch_replies.schedule()
    assert fetch_replies.fetch_replies(municipality.channel.pk) == 1
    asked = contexts(municipality)
    assert fetch_replies.fetch_replies(municipality.channel.pk) == 0
    assert contexts(municipality) == asked


def test_finding_what_is_due_takes_the_same_questions_for_many_posts(municipality: MunicipalityInbox) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            fetch_replies.schedule()
            fetch_replies.due_channels()
        return len(asked)

    questions()
    few = questions()
    others = [factories.channel(municipality.cast.cuprija, municipality.cast.officer) for _ in range(3)]
    for channel in [municipality.channel, *others]:
        for hours in range(5):
            factories.published(channel, timezone.now() - timedelta(hours=hours))
    assert questions() == few + 1  # the new rows
    assert questions() == few
