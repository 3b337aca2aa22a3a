"""Looking at the numbers of a real (fake) network: every look leaves a word, and posts go first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from django.core.cache import cache
from django.utils import timezone

from analytics.enums import FetchOutcome, SubjectKind
from analytics.ingestion import rules
from analytics.ingestion.domain import collect, webhooks
from analytics.models import ChannelDay, DailyFact, MetricCoverage, MetricSnapshot, Subject
from analytics.rollups.domain import rollup
from channels import rate_limits
from channels.domain import credentials
from channels.models import Channel, Event
from common.http import Answer
from municipalities.tenancy import everywhere, scope
from platforms.types import Credential
from tests.analytics import factories
from tests.people import Cast
from tests.platforms.fakes import FakeServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh(settings: Any, fakes: FakeServer) -> None:
    settings.PRIVATE_HOSTS_ALLOWED = list(fakes.allow)
    settings.CALL_DEADLINE_SECONDS = 3
    rate_limits._reported_at.clear()
    rate_limits._scarce.clear()
    cache.clear()


def account(cast: Cast, fakes: FakeServer, platform: str = "mastodon", name: str = "opstina") -> Channel:
    made = fakes.account(platform, name)
    channel = factories.channel(
        cast.cuprija, cast.officer, platform=platform, server=made["server"],
        remote_id=made["credential"]["account_id"], handle=f"@{name}", name=name,
        facts={"software": "mastodon", "max_characters": 500, "api_version": 2} if platform == "mastodon" else {},
    )  # fmt: skip
    with scope(cast.cuprija):
        credentials.store(channel, Credential.from_json(made["credential"]))
    return channel


def post(channel: Channel, fakes: FakeServer, text: str = "Вода ће стићи у 14 часова.", hours: float = 2) -> Subject:
    """A post that is on the network, as the portal published it so many hours ago."""
    from channels.connector_factory import open_channel
    from tests.delivery.conftest import outgoing_of

    with scope(channel.municipality_id):
        sent = open_channel(channel).publish(outgoing_of(text), lambda ref: b"")
        publication = factories.published(channel, timezone.now() - timedelta(hours=hours))
        publication.delivery.remote_id = sent.remote_id
        publication.delivery.save(update_fields=["remote_id"])
    collect.enrol()
    with scope(channel.municipality_id):
        return Subject.objects.get(publication=publication)


def tick() -> None:
    for channel_id, subject_ids in collect.claim().items():
        collect.collect(channel_id, subject_ids)


def due(*subjects: Subject, ago: timedelta = timedelta()) -> None:
    with everywhere("test"):
        wanted = [subject.pk for subject in subjects]
        Subject.objects.filter(pk__in=wanted).update(next_fetch_at=timezone.now() - ago, due_since=None)
        Subject.objects.exclude(pk__in=wanted).update(next_fetch_at=None)


def again(subject: Subject) -> Subject:
    with everywhere("test"):
        return Subject.objects.get(pk=subject.pk)


def snapshots(subject: Subject) -> list[MetricSnapshot]:
    with everywhere("test"):
        return list(MetricSnapshot.objects.filter(subject=subject).order_by("at"))


def outcomes(subject: Subject) -> list[str]:
    return [snapshot.outcome for snapshot in snapshots(subject)]


def scarce(app: str, left: int) -> None:
    headers = {"X-App-Usage": f'{{"call_count": {100 - left}}}'}
    rate_limits.record_answer(0, "https://graph.example", Answer(200, headers, b"", ""), commits=False, app=app)


# ---- every look leaves a word


def test_a_look_that_finds_nothing_new_says_so_and_repeats_no_number(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes)
    subject = post(channel, fakes)
    fakes.react("mastodon", subject.remote_id, "like")
    for _ in range(2):
        due(subject)
        tick()
    first, second = snapshots(subject)
    assert (first.outcome, first.likes, first.replies) == ("read", 1, 0)
    assert (second.outcome, second.likes, second.replies) == ("unchanged", None, None)
    assert again(subject).likes == 1


def test_followers_that_stay_the_same_are_still_the_followers_of_the_next_day(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes)
    collect.enrol()
    with scope(cast.cuprija):
        subject = Subject.objects.get(kind=SubjectKind.CHANNEL)
        monday = datetime(2026, 11, 16, 10, tzinfo=UTC)
        for day in range(2):
            collect.record(
                [subject], {subject.pk: (FetchOutcome.READ, {"followers": 120})}, monday + timedelta(days=day)
            )
        rollup.rebuild_dirty_days()
        days = ChannelDay.objects.filter(channel=channel).order_by("day")
        assert list(days.values_list("followers", "gap")) == [(120, ""), (120, "")]
    assert outcomes(subject) == ["read", "unchanged"]


def test_a_look_the_portal_slept_through_is_missed_once_and_then_made(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes)
    subject = post(channel, fakes)
    due(subject, ago=timedelta(hours=9))
    tick()
    missed, read = snapshots(subject)
    assert (missed.outcome, read.outcome) == ("missed", "read")
    assert read.at - missed.at >= timedelta(hours=9)
    assert again(subject).due_since is None


def test_a_look_that_is_a_few_minutes_late_is_not_missed(cast: Cast, fakes: FakeServer) -> None:
    subject = post(account(cast, fakes), fakes)
    due(subject, ago=timedelta(minutes=20))
    tick()
    assert outcomes(subject) == ["read"]


def test_days_on_which_nobody_read_the_followers_get_their_reason(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes)
    collect.enrol()
    with scope(cast.cuprija):
        subject = Subject.objects.get(kind=SubjectKind.CHANNEL)
    due(subject, ago=timedelta(days=3))
    tick()
    rollup.rebuild_dirty_days()
    with scope(cast.cuprija):
        days = list(ChannelDay.objects.filter(channel=channel).order_by("day").values_list("gap", flat=True))
    assert days == ["missed", "missed", "missed", ""]


# ---- posts go first


def test_what_is_left_of_the_applications_budget_is_for_posts(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes, "facebook")
    subject = post(channel, fakes, hours=0.2)
    scarce("facebook", 5)
    before = len(fakes.ledger())
    due(subject, ago=timedelta(minutes=40))
    for _ in range(3):
        tick()
        with everywhere("test"):
            Subject.objects.filter(pk=subject.pk).update(next_fetch_at=timezone.now())
    assert len(fakes.ledger()) == before
    # Said once, not at every tick.
    assert outcomes(subject) == ["missed"]
    scarce("facebook", 80)
    tick()
    assert outcomes(subject) == ["missed", "read"]


def test_a_short_wait_for_the_budget_is_no_missed_look(cast: Cast, fakes: FakeServer) -> None:
    subject = post(account(cast, fakes, "facebook"), fakes)
    scarce("facebook", 5)
    due(subject)
    tick()
    assert outcomes(subject) == []
    assert timezone.now() < again(subject).next_fetch_at <= timezone.now() + timedelta(minutes=5)


def test_a_channel_whose_account_was_told_to_wait_is_not_asked_before(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes)
    subject = post(channel, fakes)
    fakes.plan("rate_limit", "/api/v1/statuses", seconds=1200, method="GET")
    due(subject)
    tick()
    requests_before = len(fakes.ledger())
    waits = again(subject).next_fetch_at
    assert waits
    assert timedelta(minutes=15) < waits - timezone.now() <= timedelta(minutes=20)
    with everywhere("test"):
        Subject.objects.filter(pk=subject.pk).update(next_fetch_at=timezone.now())
    tick()
    assert len(fakes.ledger()) == requests_before
    assert outcomes(subject) == []


def test_a_server_that_does_not_answer_is_left_alone_by_who_only_counts(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes)
    subject = post(channel, fakes)
    for _ in range(rate_limits.FAILURES):
        rate_limits.record_answer(channel.pk, channel.server, None, commits=False)
    before = len(fakes.ledger())
    due(subject)
    tick()
    assert len(fakes.ledger()) == before
    assert outcomes(subject) == []


# ---- batches


def test_a_network_is_asked_for_as_many_posts_at_once_as_it_takes(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes)
    subjects = [post(channel, fakes, f"Вест {number}") for number in range(25)]
    due(*subjects)
    before = len(fakes.ledger())
    tick()
    assert len(fakes.ledger()) - before == 2
    assert all(outcomes(subject) == ["read"] for subject in subjects)


def test_a_batch_that_fails_half_way_keeps_what_the_ones_before_it_brought(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes)
    subjects = [post(channel, fakes, f"Вест {number}") for number in range(25)]
    due(*subjects)
    fakes.plan("status", "/api/v1/statuses", nth=2, method="GET", status=503)
    tick()
    results = sorted(outcome for subject in subjects for outcome in outcomes(subject))
    assert results == ["not_reached"] * 5 + ["read"] * 20


def test_a_worker_that_dies_costs_a_lease_and_the_look_is_made_after_it(cast: Cast, fakes: FakeServer) -> None:
    subject = post(account(cast, fakes), fakes)
    due(subject)
    assert sum(len(ids) for ids in collect.claim().values()) == 1
    assert collect.claim() == {}
    with everywhere("test"):
        Subject.objects.filter(pk=subject.pk).update(next_fetch_at=timezone.now())
    tick()
    assert outcomes(subject) == ["read"]


def test_a_task_that_has_no_time_left_gives_the_rest_back(
    cast: Cast, fakes: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = account(cast, fakes)
    subjects = [post(channel, fakes, f"Вест {number}") for number in range(25)]
    due(*subjects)
    monkeypatch.setattr(collect, "TIME_BUDGET_SECONDS", -1)
    tick()
    assert all(outcomes(subject) == [] for subject in subjects)
    monkeypatch.setattr(collect, "TIME_BUDGET_SECONDS", 60)
    tick()
    assert all(outcomes(subject) == ["read"] for subject in subjects)


# ---- restart on activity


def test_a_network_that_tells_of_an_old_post_has_it_looked_at_again(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes, "facebook")
    subject = post(channel, fakes, hours=24 * 120)
    assert again(subject).next_fetch_at is None
    value = {"item": "comment", "verb": "add", "post_id": subject.remote_id}
    Event.objects.create(
        platform="facebook", key="1", account_id=channel.remote_id, kind="comment",
        payload={"field": "feed", "value": value},
    )  # fmt: skip
    assert webhooks.read_events() == 1
    woken = again(subject).next_fetch_at
    assert woken
    assert woken <= timezone.now() + rules.EVENT_DEBOUNCE
    assert webhooks.read_events() == 0


def test_events_about_another_pages_post_wake_nobody(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes, "facebook")
    subject = post(channel, fakes, hours=24 * 120)
    payload = {"field": "feed", "value": {"item": "comment", "post_id": subject.remote_id}}
    Event.objects.create(platform="facebook", key="1", account_id="another", kind="comment", payload=payload)
    assert webhooks.read_events() == 0
    assert again(subject).next_fetch_at is None


# ---- metrics that come by events


def reacted(channel: Channel, subject: Subject, at: datetime, count: int, key: str) -> None:
    """What Telegram's webhook stored of a change, however late it came."""
    update = {"chat": {"id": int(channel.remote_id), "type": "channel"}, "date": int(at.timestamp())}
    update |= {"message_id": int(subject.remote_id.partition("-")[0])}
    update |= {"reactions": [{"type": {"type": "emoji", "emoji": "👍"}, "total_count": count}]}
    Event.objects.create(
        platform="telegram", key=key, account_id=channel.remote_id, kind="reactions", at=at.replace(microsecond=0),
        payload={"update_id": 1, "message_reaction_count": update},
    )  # fmt: skip


def values(subject: Subject) -> list[int | None]:
    with everywhere("test"):
        return list(MetricSnapshot.objects.filter(subject=subject).order_by("at").values_list("likes", flat=True))


def test_a_network_that_counts_by_events_is_asked_for_no_posts(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes, "telegram")
    subject = post(channel, fakes)
    assert again(subject).next_fetch_at is None
    tick()
    assert outcomes(subject) == []


def test_the_newest_reactions_count_in_whatever_order_they_come(cast: Cast, fakes: FakeServer) -> None:
    channel, now = account(cast, fakes, "telegram"), timezone.now()
    subject, other = post(channel, fakes), post(channel, fakes, "Друга објава.")
    reacted(channel, subject, now - timedelta(minutes=20), 5, "b")
    assert webhooks.read_events() == 1
    reacted(channel, subject, now - timedelta(minutes=30), 3, "a")
    assert webhooks.read_events() == 0
    reacted(channel, subject, now - timedelta(minutes=5), 4, "d")
    reacted(channel, subject, now - timedelta(minutes=10), 9, "c")
    assert webhooks.read_events() == 1
    shown = again(subject)
    assert (shown.likes, shown.interactions, shown.last_outcome) == (4, 4, FetchOutcome.READ)
    assert shown.next_fetch_at is None
    assert values(subject) == [5, 4]
    assert (again(other).likes, values(other)) == (None, [])


def test_events_that_are_read_again_store_nothing_again(cast: Cast, fakes: FakeServer) -> None:
    channel, now = account(cast, fakes, "telegram"), timezone.now()
    subject = post(channel, fakes)
    reacted(channel, subject, now - timedelta(minutes=5), 5, "a")
    assert [webhooks.read_events() for _ in range(2)] == [1, 0]
    cache.clear()
    assert webhooks.read_events() == 0
    reacted(channel, subject, now - timedelta(minutes=1), 5, "b")  # nothing changed in sum
    assert webhooks.read_events() == 0
    assert values(subject) == [5]


def test_two_counts_of_the_same_second_end_with_the_later_one(cast: Cast, fakes: FakeServer) -> None:
    channel, at = account(cast, fakes, "telegram"), timezone.now() - timedelta(minutes=5)
    subject = post(channel, fakes)
    for key, count in (("a", 1), ("b", 2)):
        reacted(channel, subject, at, count, key)
    webhooks.read_events()
    assert again(subject).likes == 2
    reacted(channel, subject, at, 3, "c")
    webhooks.read_events()
    assert again(subject).likes == 3


def test_a_time_in_the_future_counts_as_now(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes, "telegram")
    subject = post(channel, fakes)
    reacted(channel, subject, timezone.now() + timedelta(days=9), 5, "a")
    webhooks.read_events()
    fetched_at = again(subject).last_fetched_at
    assert fetched_at
    assert fetched_at <= timezone.now()


def test_reactions_on_another_channel_change_nothing_here(cast: Cast, fakes: FakeServer) -> None:
    channel, there = account(cast, fakes, "telegram"), account(cast, fakes, "telegram", "druga")
    subject = post(channel, fakes)
    reacted(there, subject, timezone.now(), 5, "a")
    assert webhooks.read_events() == 0
    assert again(subject).likes is None


def test_reactions_reach_the_facts_of_the_day(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes, "telegram")
    subject = post(channel, fakes)
    reacted(channel, subject, timezone.now() - timedelta(minutes=1), 5, "a")
    webhooks.read_events()
    rollup.rebuild_dirty_days()
    with everywhere("test"):
        facts = dict(DailyFact.objects.filter(channel=channel).values_list("basis", "likes"))
        assert facts == {"publication": 5, "activity": 5}
        assert set(MetricCoverage.objects.filter(channel=channel).values_list("metric", flat=True)) == {"likes"}


def test_an_old_post_stays_in_sight_as_long_as_people_react_to_it(cast: Cast, fakes: FakeServer) -> None:
    subject = post(account(cast, fakes), fakes, hours=24 * 120)
    due(subject)
    tick()
    assert again(subject).next_fetch_at is None  # nothing to compare with, and nobody reacted
    fakes.react("mastodon", subject.remote_id, "like")
    due(subject)
    tick()
    grown = again(subject).next_fetch_at
    assert grown
    assert grown > timezone.now() + timedelta(days=6)
    due(subject)
    tick()
    assert again(subject).next_fetch_at is None


# ---- what a network tells, and what it does not tell


def test_a_post_that_somebody_paid_for_is_boosted_and_its_paid_views_stand_apart(cast: Cast, fakes: FakeServer) -> None:
    subject = post(account(cast, fakes, "facebook"), fakes)
    due(subject)
    tick()
    looked = again(subject)
    assert (looked.views, looked.paid_views) == (7, None)  # not told is not 0
    fakes.react("facebook", subject.remote_id, "boost", "50")
    due(subject)
    tick()
    rollup.rebuild_dirty_days()
    with everywhere("test"):
        boosted = Subject.objects.select_related("traits").get(pk=subject.pk)
        facts = DailyFact.objects.filter(basis="publication").values_list("traits__boosted", "posts", "paid_views")
        assert list(facts) == [(True, 1, 50)]
    assert (boosted.views, boosted.paid_views) == (57, 50)
    assert boosted.traits.boosted


def test_facebook_without_the_parts_tells_the_sum(cast: Cast, fakes: FakeServer) -> None:
    subject = post(account(cast, fakes, "facebook"), fakes)
    fakes.options(facebook_unknown_metrics=["is_from_ads"])
    fakes.react("facebook", subject.remote_id, "boost", "50")
    due(subject)
    tick()
    looked = again(subject)
    assert (looked.views, looked.paid_views) == (57, None)


def test_a_network_without_numbers_of_posts_is_not_asked_for_them(cast: Cast, fakes: FakeServer) -> None:
    channel = factories.channel(cast.cuprija, cast.officer, platform="viber")
    publication = factories.published(channel, timezone.now())
    collect.enrol()
    with scope(cast.cuprija):
        assert Subject.objects.get(publication=publication).next_fetch_at is None


def test_a_channel_that_somebody_disconnected_owes_nothing_and_names_the_gap(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes)
    subject = post(channel, fakes)
    with scope(cast.cuprija):
        follower_subject = Subject.objects.get(kind=SubjectKind.CHANNEL)
        Channel.objects.filter(pk=channel.pk).update(state="disconnected")
    due(subject, follower_subject)
    before = len(fakes.ledger())
    tick()
    assert len(fakes.ledger()) == before
    assert (outcomes(subject), outcomes(follower_subject)) == ([], ["needs_consent"])
    rollup.rebuild_dirty_days()
    with scope(cast.cuprija):
        assert [day.gap for day in ChannelDay.objects.all()] == ["needs_consent"]


def test_since_when_a_metric_is_told_and_when_it_was_told_last_is_known(cast: Cast, fakes: FakeServer) -> None:
    channel = factories.channel(cast.cuprija, cast.officer)
    factories.published(channel, timezone.now() - timedelta(days=2))
    collect.enrol()
    monday = datetime(2026, 11, 16, 10, tzinfo=UTC)
    with scope(cast.cuprija):
        subject = Subject.objects.get(kind=SubjectKind.PUBLICATION)
        for day, values in enumerate([{"likes": 3, "views": 50}, {"likes": 3, "views": 50}, {"likes": 4}]):
            collect.record([subject], {subject.pk: (FetchOutcome.READ, values)}, monday + timedelta(days=day))
        days_by_metric = {
            row.metric: (row.first_at.day, row.last_at.day) for row in MetricCoverage.objects.filter(channel=channel)
        }
    assert days_by_metric == {"likes": (16, 18), "views": (16, 17)}
