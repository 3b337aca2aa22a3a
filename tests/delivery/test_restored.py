"""A restored backup against the publisher at work: nothing that went out since is sent again, and nothing at all leaves
before an administrator has ended the pause."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from django.db import transaction
from django.test import Client
from django.utils import timezone, translation

from administration.domain import end_restore
from administration.queries import restored as restore_page
from channels.domain import pause as pauses
from channels.models import Channel
from common import mail
from common.errors import ActionNotAllowed
from common.models import AuditEvent, Restore
from delivery import commit_window, policies, queries, rules
from delivery.dispatch import publish_due
from delivery.domain import duplicates, reconcile, restored, sweep, take_down, verify, withdraw
from delivery.domain.edit import edit
from delivery.domain.move import move
from delivery.enums import Outcome, ReasonCode, State, Step
from delivery.models import Attempt, Delivery
from delivery.policies import EDIT, FIRST_COMMENT
from municipalities.enums import Approval
from municipalities.tenancy import everywhere, scope
from portal import delivery_notifications
from posts.editing.domain.submit import submit
from posts.enums import AmendmentWay
from posts.models import Post
from posts.review.domain import emergency
from posts.review.domain.approve import approve
from posts.scheduling.domain.schedule import publish_now, schedule
from tests.delivery.conftest import Outbox, connected, outgoing_of
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer
from tests.posts.amended import FIRST, SECOND, Street
from tests.posts.deciders import on_the_list
from tests.posts.desk import Desk, in_hours
from tests.publishing import deliver

pytestmark = pytest.mark.django_db
PAGE = "/installation/restore/"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def desk(cast: Cast, network: FakeServer) -> Iterator[Desk]:
    """Two real accounts on the fake, which publishes twice what is sent twice; nobody has to approve."""
    network.options(software="pleroma", idempotency="ignored")
    with scope(cast.cuprija):
        opened = Desk(cast, connected(cast, network, software="pleroma"), connected(cast, network, "bluesky"))
        opened.house_rule(approval=Approval.NONE)
        yield opened


def due(text: str, channel: Channel, desk: Desk, *, minutes_ago: float = 1) -> Post:
    """A post that is scheduled, and whose time came so long ago; forms know only the future."""
    post = schedule(desk.write(text, channels=(channel.pk,)), in_hours(1), by=desk.cast.officer)
    at = timezone.now() - timedelta(minutes=minutes_ago)
    times = {"due_at": at, "next_at": at, "not_after": at + timedelta(hours=2)}
    Delivery.objects.filter(publication__post=post).update(**times)
    return post


def delivery(desk: Desk, post: Post) -> Delivery:
    return desk.deliveries(post)[0]


def texts(network: FakeServer) -> list[str]:
    return sorted(status["text"] for status in network.public("opstina"))


@contextmanager
def lost() -> Iterator[None]:
    """What happens inside is in no backup: the database is as before, and the network has kept everything."""
    backup = transaction.savepoint()
    yield
    transaction.savepoint_rollback(backup)


def publish_all() -> None:
    """Of each channel one leaves at a time."""
    while publish_due(timezone.now()):
        pass


def restore(made_at: datetime | None = None) -> Restore:
    """The mark that `make restore` writes."""
    now = timezone.now()
    return Restore.objects.create(made_at=made_at or now - timedelta(minutes=30), restored_at=now)


def work(*, minutes: float = 0) -> None:
    """One round of every worker in `minutes`, each as late as can be, publishers first.

    `make run` starts all of them at once.
    """
    at = timezone.now() + timedelta(minutes=minutes)
    with time_machine.travel(at, tick=True), everywhere("a test"):
        publish_due(timezone.now())
        restored.prepare()
        sweep.sweep(timezone.now())
        Delivery.objects.filter(state=State.UNCONFIRMED).update(next_at=timezone.now())
        for pk in reconcile.claim_reconciliations(timezone.now()):
            deliver(pk, reconcile.reconcile(pk) or 0)
        Delivery.objects.filter(duplicate_check_at__isnull=False, verified_at=None).update(
            duplicate_check_at=timezone.now()
        )
        for pk in duplicates.claim_searches(timezone.now()):
            duplicates.search(pk)
        Delivery.objects.filter(withdrawal_asked_at__isnull=False).update(next_at=timezone.now())
        for pk in take_down.claim_withdrawals(timezone.now()):
            take_down.take_down(pk)
        publish_due(timezone.now())


def end_at_once(desk: Desk) -> None:
    """The administrator waits for no check."""
    restored.prepare()
    end(desk)


def end(desk: Desk) -> None:
    assert sign_in(desk.cast.administrator).post(f"{PAGE}end/").status_code == 302


def answer(client: Client, row: Delivery, given: str) -> int:
    seen = {"answer": given, "seen": row.state_at.isoformat()}
    client.post(f"/m/cuprija/deliveries/{row.pk}/answer/", seen)
    return row.pk


def test_nothing_is_sent_twice_and_nothing_before_the_page_was_confirmed(desk: Desk, network: FakeServer) -> None:
    out = [due(f"Изашло {i}", (desk.mastodon, desk.bluesky)[i % 2], desk) for i in range(6)]
    with lost():
        publish_all()
    assert len(texts(network)) == 6
    waits = [due(f"Чека {i}", (desk.mastodon, desk.bluesky)[i % 2], desk) for i in range(2)]
    later = schedule(desk.write("Касније"), in_hours(1), by=desk.cast.officer)
    restore()
    for minutes in (0, 2, 4):
        work(minutes=minutes)
    assert {delivery(desk, post).state for post in out} == {State.PUBLISHED}
    assert {delivery(desk, post).reason for post in out} == {ReasonCode.FOUND}
    assert {delivery(desk, post).state for post in waits} == {State.UNCONFIRMED}
    assert {delivery(desk, post).reason for post in waits} == {ReasonCode.RESTORED}
    report = restore_page.report(Restore.objects.get())
    assert (report.public, report.absent, report.unknown, report.checking) == (6, 2, 0, 0)
    assert report.upcoming == 1
    assert len(texts(network)) == 6
    officer = sign_in(desk.cast.officer)
    answer(officer, delivery(desk, waits[0]), "it_is_not_there")
    assert delivery(desk, waits[0]).state == State.UNCONFIRMED, "before the end of the pause nobody sends it again"
    end(desk)
    for _ in range(2):
        work()
    assert len(texts(network)) == 6, "the end of the pause alone sends nothing of it"
    answer(officer, delivery(desk, waits[0]), "it_is_not_there")
    answer(officer, delivery(desk, waits[1]), "drop")
    work()
    assert delivery(desk, waits[0]).state == State.CHECKING, "a call from before the restore may still be carried out"
    work(minutes=17)
    assert delivery(desk, waits[0]).state == State.PUBLISHED
    assert delivery(desk, waits[1]).state == State.CANCELLED
    assert delivery(desk, later).state == State.SCHEDULED
    assert texts(network) == sorted([*(f"Изашло {i}" for i in range(6)), "Чека 0"])


def test_a_post_that_was_brought_forward_after_the_backup_is_recognised(desk: Desk, network: FakeServer) -> None:
    post = due("Најављено за касније", desk.mastodon, desk)
    made_at = timezone.now() - timedelta(minutes=30)
    with lost():
        publish_due(timezone.now())
    # In the backup its time comes two hours later, shortly before the backup is restored.
    restored_at = timezone.now() + timedelta(hours=2)
    at = restored_at - timedelta(minutes=1)
    Delivery.objects.filter(pk=delivery(desk, post).pk).update(due_at=at, next_at=at, not_after=restored_at)
    with time_machine.travel(restored_at, tick=True):
        restore(made_at)
        work()
    assert delivery(desk, post).state == State.PUBLISHED
    assert len(texts(network)) == 1


@pytest.mark.parametrize("state", ["sending", "taken", "processing", "unconfirmed", "waiting", "failed", "too late"])
def test_wherever_it_stood_in_the_backup_it_is_looked_for_first(desk: Desk, network: FakeServer, state: str) -> None:
    row = delivery(desk, due("Вода", desk.mastodon, desk, minutes_ago=180 if state == "too late" else 1))
    with lost():
        # It went out, late by more than it may be now.
        Delivery.objects.filter(pk=row.pk).update(not_after=timezone.now() + timedelta(hours=1))
        publish_due(timezone.now())
    assert texts(network) == ["Вода"]
    now = timezone.now()
    stood: dict[str, dict[str, Any]] = {
        "sending": {"state": State.SENDING, "lease_until": now - timedelta(minutes=9)},
        "taken": {"state": State.SENDING, "lease_until": now + timedelta(minutes=9)},
        "processing": {"state": State.PROCESSING, "token": ""},
        "unconfirmed": {"state": State.UNCONFIRMED, "unknown_since": now - timedelta(minutes=5)},
        "waiting": {"state": State.WAITING, "reason": ReasonCode.PAUSED},
        # a person had it sent again after the backup
        "failed": {"state": State.FAILED, "reason": ReasonCode.REJECTED},
        "too late": {},
    }
    Delivery.objects.filter(pk=row.pk).update(**stood[state])
    if state in ("sending", "taken"):
        opened = {"opened_at": now - timedelta(minutes=10), "taken_at": now - timedelta(minutes=10)}
        sent = {"sent_at": now - timedelta(minutes=10)} if state == "taken" else {}
        Attempt.objects.create(
            municipality=desk.municipality, delivery=row, number=1, step=Step.CREATE, **opened, **sent
        )
    restore()
    work()
    work()
    row.refresh_from_db()
    assert (row.state, row.reason) == (State.PUBLISHED, ReasonCode.FOUND)
    assert not Attempt.objects.filter(delivery=row, closed_at=None).exists()
    assert texts(network) == ["Вода"]


def test_a_network_that_answers_nothing_leaves_it_to_a_person(desk: Desk, network: FakeServer) -> None:
    post = due("Вода", desk.mastodon, desk)
    network.plan("status", "/api/v1/accounts/.*/statuses", status=503, times=99)
    restore()
    work()
    (place,) = restore_page.report(Restore.objects.get()).municipalities
    assert [row.excerpt for row in place.checking] == ["Вода"]
    for _ in range(3):
        work()
    report = restore_page.report(Restore.objects.get())
    assert (report.unknown, report.checking) == (1, 0)
    end(desk)
    work()
    assert delivery(desk, post).state == State.UNCONFIRMED
    assert texts(network) == []


def test_not_even_a_key_lets_the_machine_send_it_again(cast: Cast, network: FakeServer) -> None:
    with scope(cast.cuprija):
        desk = Desk(cast, connected(cast, network), connected(cast, network, "bluesky"))
        desk.house_rule(approval=Approval.NONE)
        row = delivery(desk, due("Вода", desk.mastodon, desk))
        network.plan("drop_before", "/api/v1/statuses$", method="POST")
        publish_due(timezone.now())
        row.refresh_from_db()
        assert row.state == State.CHECKING
        restore()
        work()
        end(desk)
        for _ in range(3):
            work()
        row.refresh_from_db()
        assert row.state == State.UNCONFIRMED
        assert texts(network) == []
        assert Outcome.OK not in Attempt.objects.filter(delivery=row).values_list("outcome", flat=True)


def test_an_emergency_from_the_backup_waits_and_one_written_since_goes_out(desk: Desk, network: FakeServer) -> None:
    on_the_list(desk.cast, desk.cast.officer)
    reason = "Пукла је цев на главном воду."
    old = emergency.publish(desk.write("Вода није за пиће!"), reason=reason, by=desk.cast.officer)
    with lost():
        publish_due(timezone.now())
    restore()
    new = emergency.publish(desk.write("Цистерна је на тргу!"), reason=reason, by=desk.cast.officer)
    ordinary = due("Вашар", desk.bluesky, desk)
    Delivery.objects.filter(pk=delivery(desk, ordinary).pk).update(created_at=timezone.now())
    work()
    work()
    assert delivery(desk, new).state == State.PUBLISHED
    assert delivery(desk, old).reason == ReasonCode.FOUND
    held = delivery(desk, ordinary)
    assert (held.state, held.reason) == (State.WAITING, ReasonCode.RESTORE_PAUSED)
    assert texts(network) == ["Вода није за пиће!", "Цистерна је на тргу!"]
    end(desk)
    work()
    assert delivery(desk, ordinary).state == State.EXPIRED, "what came due in the pause asks a person"


def test_an_emergency_that_was_under_way_in_the_backup_is_stopped_right_before_its_call(
    desk: Desk, network: FakeServer
) -> None:
    on_the_list(desk.cast, desk.cast.officer)
    post = emergency.publish(desk.write("Вода није за пиће!"), reason="Пукла је цев на воду.", by=desk.cast.officer)
    row = delivery(desk, post)
    restore()
    publish_due(timezone.now())
    row.refresh_from_db()
    assert (row.state, row.reason) == (State.WAITING, ReasonCode.RESTORE_PAUSED)
    assert texts(network) == []


@pytest.fixture
def street(cast: Cast, network: FakeServer) -> Iterator[Street]:
    """Its Mastodon changes posts, its Bluesky publishes them anew."""
    with scope(cast.cuprija):
        yield Street(cast, connected(cast, network), connected(cast, network, "bluesky"), network)


def test_corrections_and_removals_wait_for_the_administrator(street: Street) -> None:
    corrected = street.published()
    removed = street.published("Погрешно", street.mastodon)
    street.agreed(corrected)
    withdraw.withdraw(delivery(street, removed), by=street.cast.approver)
    restore()
    for _ in range(2):
        work()
        street.go()
    change = Delivery.objects.get(kind=EDIT)
    assert (change.state, change.reason) == (State.WAITING, ReasonCode.RESTORE_PAUSED)
    assert street.texts() == sorted([FIRST, FIRST, "Погрешно"])
    (place,) = restore_page.report(Restore.objects.get()).municipalities
    assert (len(place.edits), len(place.withdrawals)) == (1, 2)
    end(street)
    work()
    street.go(timezone.now() + timedelta(minutes=2))
    change.refresh_from_db()
    assert change.state == State.EXPIRED, "an officer decides whether the change is still right"
    assert street.texts() == [FIRST], "both removals were carried out, and what replaces a post asks a person"


def test_a_post_that_replaced_another_one_after_the_backup_is_not_published_a_second_time(street: Street) -> None:
    street.published(FIRST, street.mastodon)
    post = Post.objects.get()
    street.agreed(post, mastodon=AmendmentWay.RESEND)
    with lost():
        street.go()
    assert street.texts() == [SECOND]
    restore()
    end_at_once(street)
    for _ in range(3):
        work()
        street.go(timezone.now() + timedelta(minutes=2))
    assert street.texts() == [SECOND]
    assert {row.state for row in street.deliveries(post)} == {State.PUBLISHED}


def test_the_first_comment_of_a_post_that_is_public_already_is_looked_for_too(outbox: Outbox) -> None:
    page = connected(outbox.cast, outbox.network, "facebook")
    content = {"first_comment": "Пријаве: https://cuprija.rs/prijava"}
    root = outbox.put("Вашар у суботу", channel=page, content=content)
    with lost():
        outbox.tick()
        outbox.tick(timezone.now() + timedelta(seconds=10))
    assert len(outbox.texts()) == 2
    restore()
    for _ in range(3):
        work()
        outbox.tick(timezone.now() + timedelta(seconds=10))
    assert outbox.again(root).state == State.PUBLISHED
    with outbox.inside():
        comment = Delivery.objects.get(kind=FIRST_COMMENT)
    assert comment.restored_at is not None
    assert comment.state in (State.PUBLISHED, State.UNCONFIRMED)
    assert len(outbox.texts()) == 2


def test_a_second_restore_begins_its_own_pause_and_one_end_ends_both(desk: Desk, network: FakeServer) -> None:
    post = due("Вода", desk.mastodon, desk)
    restore()
    work()
    # The backup was made in the pause of the first restore, and holds its mark.
    restore(timezone.now())
    with pytest.raises(ActionNotAllowed, match="has not begun"):
        end_restore.end(by=desk.cast.administrator)
    work()
    assert delivery(desk, post).state == State.UNCONFIRMED
    end(desk)
    assert not Restore.objects.filter(ended_at=None).exists()
    assert AuditEvent.objects.filter(verb="installation.end_restore").count() == 1
    with pytest.raises(ActionNotAllowed, match="has ended already"):
        end_restore.end(by=desk.cast.administrator)
    assert texts(network) == []


def test_a_pause_that_ran_when_the_backup_was_made_outlives_that_of_the_restore(
    desk: Desk, network: FakeServer
) -> None:
    pauses.pause_programme(None, "Дан жалости", by=desk.cast.administrator)
    restore()
    work()
    end(desk)
    post = due("Вода", desk.mastodon, desk)
    work()
    assert delivery(desk, post).reason == ReasonCode.PROGRAMME_PAUSED
    assert texts(network) == []


def test_ending_the_other_pauses_does_not_end_that_of_the_restore(desk: Desk, network: FakeServer) -> None:
    running = pauses.pause_programme(None, "Дан жалости", by=desk.cast.administrator)
    restore()
    pauses.resume_programme(running, by=desk.cast.administrator)
    post = due("Вода", desk.mastodon, desk)
    Delivery.objects.filter(pk=delivery(desk, post).pk).update(created_at=timezone.now())
    work()
    assert delivery(desk, post).reason == ReasonCode.RESTORE_PAUSED
    assert texts(network) == []


@pytest.mark.parametrize("person", ["officer", "approver", "viewer", "mentor", "staff", "trainer", "stranger"])
def test_nobody_but_an_administrator_ends_it(desk: Desk, person: str) -> None:
    restore()
    restored.prepare()
    client = sign_in(getattr(desk.cast, person))
    assert client.post(f"{PAGE}end/").status_code == 404
    assert client.get(PAGE).status_code == 404
    assert Restore.objects.get().ended_at is None


@pytest.mark.parametrize(
    ("person", "home"),
    [("officer", "/m/cuprija/"), ("approver", "/m/cuprija/"), ("mentor", "/desk/"), ("staff", "/programme/")],
)
def test_every_home_gives_the_reason_and_only_the_administrator_the_link(desk: Desk, person: str, home: str) -> None:
    restore()
    text = sign_in(getattr(desk.cast, person)).get(home, follow=True).text
    assert "The portal was restored from the backup of" in text
    assert PAGE not in text
    assert PAGE in sign_in(desk.cast.administrator).get("/", follow=True).text


def test_the_page_counts_what_is_still_being_checked_and_lists_what_the_networks_say(
    desk: Desk, network: FakeServer
) -> None:
    client = sign_in(desk.cast.administrator)
    for headers in ({}, {"HX-Request": "true"}):
        assert "Nothing was restored" in client.get(PAGE, headers=headers).text
    public = due("Изашло", desk.mastodon, desk)
    with lost():
        publish_due(timezone.now())
    due("Чека", desk.mastodon, desk)
    restore()
    assert "The check begins as soon as the workers run" in client.get(PAGE).text
    assert "End the pause?" not in client.get(PAGE).text
    restored.prepare()
    assert "2 are still being checked" in client.get(PAGE).text
    work()
    work(minutes=2)
    page = client.get(PAGE).text
    assert "Everything is checked" in page
    assert delivery(desk, public).permalink in page
    assert "Чека" in page
    end(desk)
    page = client.get(PAGE).text
    assert "The pause has ended" in page
    assert f"{PAGE}end/" not in page


def test_the_report_takes_as_many_queries_for_many_as_for_one(
    desk: Desk, django_assert_num_queries: Callable[..., Any]
) -> None:
    due("Прва", desk.mastodon, desk)
    first = restore()
    work()
    with django_assert_num_queries(6):
        assert restore_page.report(first).total == 1
    for number in range(4):
        due(f"Чека {number}", desk.bluesky, desk)
    second = restore()
    work()
    with django_assert_num_queries(6):
        assert restore_page.report(second).total == 5


def test_officers_are_asked_by_mail_only_once_they_can_answer(desk: Desk) -> None:
    due("Вода", desk.mastodon, desk)
    restore()
    work()
    Delivery.objects.update(state_at=timezone.now() - timedelta(hours=1))
    assert delivery_notifications.send() == 0
    end(desk)
    assert delivery_notifications.send() > 0


# ---- what is due later


def later(text: str, channel: Channel, desk: Desk, *, hours: int = 2) -> Post:
    return schedule(desk.write(text, channels=(channel.pk,)), in_hours(hours), by=desk.cast.officer)


def bring_forward(desk: Desk, post: Post) -> None:
    """Somebody chooses another time, and it goes out."""
    now = timezone.now()
    times = {"due_at": now, "next_at": now, "not_after": now + timedelta(hours=2)}
    Delivery.objects.filter(pk=delivery(desk, post).pk).update(**times)
    publish_due(now + timedelta(seconds=1))


@pytest.mark.parametrize("platform", ["mastodon", "bluesky"])
def test_what_was_brought_forward_since_the_backup_is_not_published_again_at_its_old_time(
    desk: Desk, network: FakeServer, platform: str
) -> None:
    post = later("Најављено за касније", getattr(desk, platform), desk)
    with lost():
        bring_forward(desk, post)
    assert len(texts(network)) == 1
    restore()
    work()
    assert (delivery(desk, post).state, delivery(desk, post).reason) == (State.PUBLISHED, ReasonCode.FOUND)
    end(desk)
    work(minutes=180)
    assert len(texts(network)) == 1


def test_what_is_due_later_and_not_on_the_network_stays_scheduled_and_goes_out_at_its_time(
    desk: Desk, network: FakeServer
) -> None:
    post = later("Касније", desk.mastodon, desk)
    before = delivery(desk, post)
    restore()
    work()
    row = delivery(desk, post)
    assert row.is_unverified, "a call from right before the restore may still be carried out"
    assert row.duplicate_check_at == row.restored_at + commit_window.of_delivery(row)
    work(minutes=17)
    row = delivery(desk, post)
    assert (row.state, row.due_at, row.is_unverified) == (State.SCHEDULED, before.due_at, False)
    end(desk)
    with time_machine.travel(row.due_at + timedelta(seconds=1), tick=True):
        publish_due(timezone.now())
    assert delivery(desk, post).state == State.PUBLISHED
    assert texts(network) == ["Касније"]


def test_a_call_from_right_before_the_restore_is_found_at_the_end_of_its_window(
    desk: Desk, network: FakeServer
) -> None:
    post = later("Касније", desk.mastodon, desk)
    network.plan("commit_late", "/api/v1/statuses$", method="POST", seconds=3600)
    with lost():
        bring_forward(desk, post)
    restore()
    work()
    assert delivery(desk, post).state == State.SCHEDULED
    network.carry_out_late()
    with time_machine.travel(delivery(desk, post).duplicate_check_at, tick=True):
        for pk in duplicates.claim_searches(timezone.now()):
            duplicates.search(pk)
    assert delivery(desk, post).reason == ReasonCode.FOUND
    assert len(texts(network)) == 1


def test_nothing_of_it_leaves_before_the_network_was_searched_also_after_the_end_of_the_pause(
    desk: Desk, network: FakeServer
) -> None:
    post = later("Касније", desk.mastodon, desk)
    with lost():
        bring_forward(desk, post)
    network.plan("status", "/api/v1/accounts/.*/statuses", status=503, times=99)
    restore()
    end_at_once(desk)
    work()
    row = delivery(desk, post)
    assert (row.state, row.is_unverified) == (State.SCHEDULED, True)
    with time_machine.travel(row.due_at + timedelta(seconds=1), tick=True):
        publish_due(timezone.now())
    assert (delivery(desk, post).state, delivery(desk, post).reason) == (State.WAITING, ReasonCode.HELD)
    assert len(texts(network)) == 1


def test_a_post_that_was_approved_and_published_since_is_recognised(desk: Desk, network: FakeServer) -> None:
    desk.house_rule(approval=Approval.ONE)
    post = submit(desk.write("Чека одобрење", channels=(desk.mastodon.pk,), time=in_hours(2)), by=desk.cast.officer)
    with lost():
        approve(post, desk.version(post), by=desk.cast.approver)
        bring_forward(desk, post)
    restore()
    work()
    assert delivery(desk, post).state == State.PUBLISHED
    end(desk)
    approve(desk.reload(post), desk.version(post), by=desk.cast.approver)
    work(minutes=180)
    assert len(texts(network)) == 1


def test_a_draft_that_was_published_since_is_searched_for_before_it_is_published_again(
    desk: Desk, network: FakeServer
) -> None:
    post = desk.write("Нацрт", channels=(desk.mastodon.pk,))
    with lost():
        publish_now(post, by=desk.cast.officer)
        publish_due(timezone.now())
    assert texts(network) == ["Нацрт"]
    restore()
    end_at_once(desk)
    publish_now(post, by=desk.cast.officer)
    work()
    assert (delivery(desk, post).state, delivery(desk, post).reason) == (State.PUBLISHED, ReasonCode.FOUND)
    assert texts(network) == ["Нацрт"]


def test_a_draft_that_was_not_published_since_goes_out_once_the_network_was_searched(
    desk: Desk, network: FakeServer
) -> None:
    post = desk.write("Нацрт", channels=(desk.mastodon.pk,))
    restore()
    end_at_once(desk)
    publish_now(post, by=desk.cast.officer)
    publish_due(timezone.now())
    assert texts(network) == []
    row = delivery(desk, post)
    assert (row.state, row.reason, row.problem) == (State.WAITING, ReasonCode.HELD, policies.UNVERIFIED)


def test_a_network_that_cannot_be_searched_is_held_and_a_person_releases_it(outbox: Outbox) -> None:
    row = outbox.put("Касније", channel=connected(outbox.cast, outbox.network, "viber"), due_in=7200)
    restore()
    work()
    held = outbox.again(row)
    assert (held.state, held.reason) == (State.UNCONFIRMED, ReasonCode.RESTORED)
    (place,) = restore_page.report(Restore.objects.get()).municipalities
    assert [listed.excerpt for listed in place.unknown] == ["Касније"]
    assert sign_in(outbox.cast.administrator).post(f"{PAGE}end/").status_code == 302
    answer(sign_in(outbox.cast.officer), held, "it_is_not_there")
    released = outbox.again(row)
    assert (released.state, released.due_at, released.is_unverified) == (State.SCHEDULED, row.due_at, False)


def test_of_two_equal_texts_the_earlier_one_is_bound_to_the_post(desk: Desk, network: FakeServer) -> None:
    this_week = due("Пијачни дан", desk.mastodon, desk)
    with lost():
        publish_all()
    next_week = later("Пијачни дан", desk.mastodon, desk, hours=24 * 7)
    restore()
    for _ in range(3):
        work()
    assert delivery(desk, this_week).state == State.PUBLISHED
    assert delivery(desk, next_week).state == State.SCHEDULED


def test_a_post_that_may_be_that_of_an_earlier_delivery_is_not_taken_by_a_later_one(
    desk: Desk, network: FakeServer
) -> None:
    due("Пијачни дан", desk.mastodon, desk)
    with lost():
        publish_all()
    next_week = later("Пијачни дан", desk.mastodon, desk, hours=24 * 7)
    restore()
    restored.prepare()
    duplicates.search(delivery(desk, next_week).pk)  # before the earlier one was searched for
    row = delivery(desk, next_week)
    assert (row.state, row.is_unverified) == (State.SCHEDULED, True)


def test_the_searches_on_a_channel_come_one_after_the_other_and_those_that_were_due_first(
    desk: Desk, network: FakeServer
) -> None:
    soon = [later(f"Касније {number}", desk.mastodon, desk, hours=2 + number) for number in range(2)]
    other = later("Други канал", desk.bluesky, desk)
    overdue = due("Требало је да изађе", desk.mastodon, desk)
    restore()
    restored.prepare()
    began = delivery(desk, overdue).next_at
    waits = [delivery(desk, post).duplicate_check_at - began for post in soon]
    assert waits == [rules.RESTORE_SEARCH_INTERVAL, 2 * rules.RESTORE_SEARCH_INTERVAL]
    assert delivery(desk, other).duplicate_check_at <= began


def test_a_network_that_requires_a_pause_gets_it_from_all_searches_of_the_channel(
    desk: Desk, network: FakeServer
) -> None:
    posts = [later(f"Касније {number}", desk.mastodon, desk) for number in range(3)]
    network.plan("rate_limit", "/api/v1/accounts/.*/statuses", seconds=600, times=1)
    restore()
    restored.prepare()
    now = timezone.now()
    with everywhere("a test"):
        first = duplicates.claim_searches(now + timedelta(seconds=1))
        assert first == [delivery(desk, posts[0]).pk]
        duplicates.search(first[0])
        assert duplicates.claim_searches(now + timedelta(minutes=9)) == []
        assert len(duplicates.claim_searches(now + timedelta(minutes=12))) == 3


# ---- changes of published posts


def test_a_change_that_was_carried_out_since_the_backup_is_recognised(street: Street) -> None:
    post = street.published(FIRST, street.mastodon)
    street.agreed(post)
    with lost():
        street.go()
    assert street.texts() == [SECOND]
    restore()
    work()
    change = Delivery.objects.get(kind=EDIT)
    assert (change.state, change.reason) == (State.PUBLISHED, ReasonCode.FOUND)
    street.go()
    assert street.on(post, "mastodon").version_id == street.amendment(post).version_id


def test_a_change_that_is_cancelled_during_its_search_is_not_searched_for_again(street: Street) -> None:
    post = street.published(FIRST, street.mastodon)
    street.agreed(post)
    with lost():
        street.go()
    restore()
    restored.prepare()
    change = Delivery.objects.get(kind=EDIT)
    read_before = queries.with_its_row(change.pk)
    move(change, State.CANCELLED, because=ReasonCode.DROPPED, duplicate_check_at=timezone.now())
    verify.search(read_before)
    change.refresh_from_db()
    assert (change.state, change.duplicate_check_at) == (State.CANCELLED, None)


def test_a_change_is_a_persons_decision_where_the_post_was_changed_once_more_since(street: Street) -> None:
    post = street.published(FIRST, street.mastodon)
    street.agreed(post)
    with lost():
        street.go()
        with scope(street.municipality):
            edit(delivery(street, post), outgoing_of("Вашара нема."), by=street.cast.officer)
        Delivery.objects.filter(kind=EDIT, payload__text="Вашара нема.").update(is_repeat=True)
        publish_due(timezone.now())
    assert street.texts() == ["Вашара нема."]
    restore()
    work()
    end(street)
    work()
    assert Delivery.objects.get(kind=EDIT).state == State.EXPIRED
    assert street.texts() == ["Вашара нема."]


def test_the_page_lists_what_was_done_with_each(street: Street) -> None:
    corrected = street.published(FIRST, street.mastodon)
    removed = street.published("Погрешно", street.mastodon)
    street.agreed(corrected)
    withdraw.withdraw(delivery(street, removed), by=street.cast.approver)
    street.house_rule(approval=Approval.NONE)
    later("Сутра увече", street.mastodon, street)
    mail.queue(to="neko@example.rs", subject="Обавештење", body="Текст")
    restore()
    work(minutes=4)
    page = sign_in(street.cast.administrator).get(PAGE).text
    assert "Not published yet (1)" in page
    assert "Сутра увече" in page
    assert "Changes of published posts (1)" in page
    assert "Погрешно" in page
    assert "neko@example.rs" in page
    end(street)
    work()
    street.go()
    assert "Taken down" in sign_in(street.cast.administrator).get(PAGE).text
