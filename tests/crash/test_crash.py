"""Workers die, messages come twice or never, answers are lost. The public list of the networks is the judge.

Each test plays on three networks at once: one that publishes a key once (Mastodon), one that posts twice when a call is
repeated, and Bluesky. In the end every delivery is public exactly once, or asks a person.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from delivery import heartbeat, tasks
from delivery.domain import answer, reconcile
from delivery.domain.claim import take_due, take_opened
from delivery.enums import State
from delivery.models import Delivery
from launcher.chance import libfaketime
from municipalities.tenancy import everywhere, scope
from portal import queues
from tests.crash.conftest import PUBLISHING, CutOff, Stage
from tests.crash.workers import CONCURRENCY, QUEUE, TIMES, Workers, wait_for
from tests.platforms.bench import MOVIE

pytestmark = pytest.mark.crash
LIST = r"/api/v1/accounts/\d+/statuses$"
UPLOADS = r"/api/v2/media$|uploadBlob$|uploadPart$"


def forget_everything() -> None:
    with redis.Redis.from_url(django_settings.REDIS_URL) as valkey:
        valkey.flushdb()


def nothing_doubled_nothing_lost(stage: Stage, *, all_public: bool = True) -> None:
    figures = stage.count()
    wrong = (figures.duplicates, figures.lost, figures.wrong)
    assert wrong == (0, 0, 0), (figures, stage.states(), sorted(stage.public()))
    if all_public:
        assert (figures.public, figures.asked) == (figures.deliveries, 0), (figures, stage.states())


# ---- workers that die


@pytest.mark.slow
def test_killed_between_claim_and_call(stage: Stage) -> None:
    stage.workers.kill()
    stage.put()
    assert len(take_due(timezone.now(), 5)) == 3  # and then nothing more of whoever claimed them
    forget_everything()
    stage.workers.start()
    stage.play()
    nothing_doubled_nothing_lost(stage)


@pytest.mark.slow
def test_killed_while_a_picture_is_uploaded(stage: Stage) -> None:
    stage.plan("hang", UPLOADS)
    stage.put(picture=True)
    stage.ring()
    wait_for(lambda: stage.taken() == 3 and _uploads(stage) == 3)
    stage.workers.kill()
    assert stage.public() == []
    stage.workers.start()
    stage.play()
    nothing_doubled_nothing_lost(stage)


def _uploads(stage: Stage) -> int:
    ledger = [entry for server in stage.servers.values() for entry in server.ledger()]
    return sum(entry["path"].endswith(("media", "uploadBlob", "uploadPart")) for entry in ledger)


@pytest.fixture
def video_service(stage: Stage) -> Iterator[None]:
    """The stage's worker sends videos for Bluesky to the fake's video service, in parts."""
    options = {"bluesky": {"video_service": stage.servers["bluesky"].url}}
    stage.workers.stop()
    stage.workers.more = {"NETWORK_OPTIONS": json.dumps(options)}
    try:
        stage.workers.start()
        yield
        stage.workers.stop()
    finally:
        stage.workers.more = {}


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("upload", marks=pytest.mark.long),
        pytest.param("parts", marks=pytest.mark.long),
        pytest.param("processing", marks=pytest.mark.slow),
        pytest.param("post", marks=pytest.mark.slow),
        pytest.param("answer", marks=pytest.mark.slow),
    ],
)
def test_killed_while_a_video_is_published(stage: Stage, video_service: None, moment: str) -> None:
    """Mastodon and Bluesky process a video after its upload; the post is made when it is ready."""
    if moment == "parts":
        stage.plan("hang", "uploadPart$", nth=2)
    elif moment == "upload":
        stage.plan("hang", UPLOADS)
    elif moment != "processing":
        stage.plan("hang" if moment == "post" else "commit_then_hang")
    sent = stage.put(video=True, networks=("bluesky",) if moment == "parts" else ())
    reached = {
        "upload": lambda: _uploads(stage) >= 2,  # a publisher has two hands for videos
        "parts": lambda: _uploads(stage) == 2,
        "processing": lambda: set(stage.states().values()) == {State.PROCESSING},
        "post": lambda: stage.sent_at_set() == 3,
        "answer": lambda: len(stage.public()) == 3,
    }[moment]
    stage.ring_until(reached, f"the moment did not come: {moment}")
    stage.workers.kill()
    assert len(stage.public()) == (3 if moment == "answer" else 0)
    stage.release()
    stage.workers.start()
    stage.play()
    nothing_doubled_nothing_lost(stage)
    films = [post["video"] for server in stage.servers.values() for post in server.public("opstina")]
    assert films == [len(MOVIE)] * len(sent)


@pytest.mark.slow
def test_killed_after_sending_before_the_network_acted(stage: Stage) -> None:
    stage.plan("hang")
    stage.put()
    stage.ring()
    wait_for(lambda: stage.sent_at_set() == 3)
    stage.workers.kill()
    stage.release()  # the network acts now, whoever is still there to hear of it
    stage.workers.start()
    stage.play()
    nothing_doubled_nothing_lost(stage)


def test_killed_after_the_network_acted_before_its_answer(stage: Stage) -> None:
    stage.plan("commit_then_hang")
    stage.put()
    stage.ring()
    wait_for(lambda: len(stage.public()) == 3)
    stage.workers.kill()
    stage.workers.start()
    stage.play()
    nothing_doubled_nothing_lost(stage)


@pytest.mark.slow
def test_killed_after_the_answer_before_it_was_written_down(stage: Stage) -> None:
    stage.plan("commit_then_hang")
    stage.put()
    stage.ring()
    wait_for(lambda: stage.sent_at_set() == 3)
    with transaction.atomic():
        with everywhere("hold the rows, so that the worker cannot write"):
            list(Delivery.objects.select_for_update())
        stage.release()
        wait_for(lambda: _waiting_for_the_row() == 3, complaint="the workers did not come to write the answer down")
        stage.workers.kill()
    stage.workers.start()
    stage.play()
    nothing_doubled_nothing_lost(stage)


def _waiting_for_the_row() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


# ---- threads


def the_thread_is_whole(stage: Stage, posts: int) -> None:
    """Each network shows every post once, in order, each as an answer to the one before it."""
    nothing_doubled_nothing_lost(stage)
    for name, chain in stage.chains().items():
        texts = [text for text, _above in chain]
        assert len(texts) == posts, (name, texts)
        assert texts == [texts[0], *(f"{texts[0]}, наставак {number}" for number in range(1, posts))], (name, texts)
        assert [above for _text, above in chain] == ["", *texts[:-1]], (name, chain)


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(1, marks=pytest.mark.long),
        pytest.param(2, marks=pytest.mark.slow),
        pytest.param(4, marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize("action", ["hang", "commit_then_hang"])
def test_killed_in_the_middle_of_a_thread(stage: Stage, action: str, at: int) -> None:
    """While one of its four posts is sent: before the network acts, and after."""
    stage.plan(action, nth=at)
    stage.put(further=3)
    shown = at - 1 if action == "hang" else at
    wait_for(lambda: stage.sent_at_set() == 3 and len(stage.public()) == 3 * shown)
    stage.workers.kill()
    stage.release()
    stage.workers.start()
    stage.play()
    the_thread_is_whole(stage, 4)


@pytest.mark.slow
def test_killed_between_the_answer_of_one_post_of_a_thread_and_the_next(stage: Stage) -> None:
    """A post and the queuing of the next one are written down together, or neither is."""
    stage.plan("commit_then_hang", nth=2)
    stage.put(further=2)
    wait_for(lambda: stage.sent_at_set() == 3 and len(stage.public()) == 6)
    with transaction.atomic():
        with everywhere("hold the rows, so that the worker cannot write"):
            list(Delivery.objects.select_for_update())
        stage.release()
        wait_for(lambda: _waiting_for_the_row() == 3, complaint="the workers did not come to write the answer down")
        stage.workers.kill()
    stage.workers.start()
    stage.play()
    the_thread_is_whole(stage, 3)


@pytest.mark.slow
def test_every_answer_about_a_thread_is_lost(stage: Stage) -> None:
    stage.plan("commit_then_drop", times=4)
    stage.put(further=3)
    stage.play()
    the_thread_is_whole(stage, 4)


@pytest.mark.parametrize(
    ("per_network", "kills"),
    [
        pytest.param(1, {1}, id="once", marks=pytest.mark.slow),
        pytest.param(3, {1, 3}, id="twice", marks=pytest.mark.long),
    ],
)
def test_killed_again_and_again(stage: Stage, per_network: int, kills: set[int]) -> None:
    stage.put(per_network)

    def harm(rounds: int) -> None:
        if rounds in kills:
            stage.workers.kill()
            stage.workers.start()

    stage.plan("hang", seconds=0.6, times=2)
    stage.play(between=harm)
    nothing_doubled_nothing_lost(stage)


@pytest.mark.slow
def test_one_of_two_workers_is_killed(stage: Stage, second: Workers) -> None:
    """Both publish, and what the dead one had under way is settled by the other."""
    stage.plan("commit_then_hang")
    stage.put()
    wait_for(lambda: len(stage.public()) == 3)
    stage.workers.kill()
    stage.put(2)
    stage.play()
    nothing_doubled_nothing_lost(stage)


@pytest.mark.slow
def test_two_workers_send_everything_once(stage: Stage, second: Workers) -> None:
    stage.plan("hang", seconds=0.3, times=2)
    stage.put(5)
    stage.play()
    nothing_doubled_nothing_lost(stage)
    assert stage.calls() == 15


@pytest.fixture
def patient_worker(stage: Stage) -> Iterator[None]:
    """Its calls may take as long as in the product: on a busy machine two seconds are over before the test goes on."""
    stage.workers.stop()
    stage.workers.more = {"CALL_DEADLINE_SECONDS": "60", "CELERY_TASK_TIME_LIMIT": "90", "TASK_LEASE_SECONDS": "120"}
    try:
        stage.workers.start()
        yield
        stage.workers.stop()
    finally:
        stage.workers.more = {}


@pytest.mark.slow
def test_a_polite_end_lets_a_running_call_finish(stage: Stage, patient_worker: None) -> None:
    stage.plan("commit_then_hang")
    stage.put()
    stage.ring()
    wait_for(lambda: stage.sent_at_set() == 3)
    end = threading.Timer(0.5, stage.release)  # while it stops
    end.start()
    stage.workers.stop()
    assert set(stage.states().values()) == {State.PUBLISHED}
    nothing_doubled_nothing_lost(stage)
    assert stage.calls() == 3


@pytest.mark.slow
def test_celery_sees_what_a_worker_publishes(stage: Stage) -> None:
    stage.put()
    stage.play()
    nothing_doubled_nothing_lost(stage)
    assert wait_for(lambda: stage.inspected("ping")) == {"ok": "pong"}
    assert wait_for(lambda: stage.inspected("stats"))["publisher"] == {"threads": CONCURRENCY, "busy": 0}
    wait_for(lambda: cache.get(heartbeat.HEARTBEAT_KEY))


@pytest.mark.slow
def test_a_call_that_does_not_end_ends_the_worker(stage: Stage) -> None:
    stage.plan("commit_then_hang")
    stage.put()
    wait_for(lambda: stage.sent_at_set() == 3)
    with transaction.atomic(), everywhere("hold the rows, so that no answer can be written down"):
        list(Delivery.objects.select_for_update())
        stage.release()
        assert wait_for(stage.workers.exit_code) == 1
    assert cache.get(heartbeat.HEARTBEAT_KEY) is None
    stage.play()
    nothing_doubled_nothing_lost(stage)
    assert stage.calls() == 3


@pytest.mark.slow
def test_the_database_connection_is_cut_during_the_call(stage: Stage) -> None:
    stage.plan("commit_then_hang")
    stage.put()
    stage.ring()
    wait_for(lambda: stage.sent_at_set() == 3)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = session_user"
        )
    stage.release()
    stage.play()
    nothing_doubled_nothing_lost(stage)


@pytest.mark.parametrize(
    "per_network", [pytest.param(40, marks=pytest.mark.slow), pytest.param(334, marks=pytest.mark.long)]
)
def test_one_of_two_machines_is_cut_off_from_database_and_valkey(
    stage: Stage, cut_off: CutOff, per_network: int
) -> None:
    """It goes on with the calls that it has begun and hears nothing; the other one sends the rest."""
    for server in stage.servers.values():
        server.options(latency=0.05)
    before = cut_off.forwarded()
    stage.put(per_network)
    wait_for(lambda: len(stage.public()) >= per_network / 2)
    assert cut_off.forwarded() > before + 10_000, "the machine took no part before it was cut off"
    cut_off.cut()
    began = time.monotonic()
    stage.play()
    seconds = time.monotonic() - began
    cut_off.restore()
    time.sleep(2)  # whatever the machine still wants to send now
    nothing_doubled_nothing_lost(stage)
    # What it held in a transaction is free after ten seconds, and the rest takes the time of its calls: for 1,002 of
    # them 80 s on a quiet machine, 200 s on a busy one. Without that it takes hours.
    assert seconds < 60 + per_network * 1.5, seconds


# ---- clocks


@pytest.fixture
def moved_clock(stage: Stage, tmp_path: Path) -> Iterator[Path]:
    """The clock of the stage's worker follows this file: `+0`, `+300` seconds ..."""
    library = libfaketime()
    if library is None:
        pytest.skip("needs libfaketime (Debian: apt-get install libfaketime)")
    moved = tmp_path / "clock"
    moved.write_text("+0")
    stage.workers.stop()
    stage.workers.more = {
        "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(moved), "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
    try:
        stage.workers.start()
        yield moved
        stage.workers.stop()
    finally:
        stage.workers.more = {}


@pytest.mark.slow
@pytest.mark.parametrize("seconds", ["+300", "-300"])
def test_the_clock_of_the_machine_jumps(stage: Stage, moved_clock: Path, seconds: str) -> None:
    """What is under way ends, the rest waits until the clock is right: nothing goes out early, nothing twice."""
    stage.plan("commit_then_hang")
    stage.put()
    wait_for(lambda: len(stage.public()) == 3)
    moved_clock.write_text(seconds)
    # Answers that are lost now would be looked for by the wrong clock: five minutes later.
    stage.release()
    wait_for(lambda: b"The clock of this machine is" in stage.workers.log())
    later = stage.put(due_in=200)
    stage.put()
    stage.ring()
    time.sleep(4)
    assert stage.calls() == 3, "it published by a wrong clock"
    moved_clock.write_text("+0")
    stage.cancel(later)
    stage.play()
    nothing_doubled_nothing_lost(stage)
    assert stage.calls() == 6


@pytest.mark.slow
@pytest.mark.parametrize("seconds", ["+300", "-300"])
def test_the_clock_of_one_of_two_machines_is_wrong(
    stage: Stage, moved_clock: Path, second: Workers, seconds: str
) -> None:
    """The one that is right publishes everything, and nobody settles its calls by a wrong clock."""
    moved_clock.write_text(seconds)
    wait_for(lambda: b"The clock of this machine is" in stage.workers.log())
    stage.plan("hang", seconds=1.5)
    stage.put(3)
    stage.play()
    nothing_doubled_nothing_lost(stage)
    assert (stage.calls(), stage.answered) == (9, 0)


# ---- messages


@pytest.mark.parametrize("times", [pytest.param(2, marks=pytest.mark.slow), pytest.param(10, marks=pytest.mark.long)])
def test_every_message_comes_several_times(stage: Stage, times: int) -> None:
    stage.plan("commit_then_drop")
    deliveries = stage.put()
    wait_for(lambda: set(stage.states().values()) == {State.CHECKING})
    for delivery in deliveries:
        for _ in range(times):
            tasks.reconcile_delivery.apply_async((delivery.pk,), queue=QUEUE)
    stage.play()
    nothing_doubled_nothing_lost(stage)
    assert stage.calls() == 3


@pytest.mark.slow
def test_without_valkey_posts_go_out(stage: Stage) -> None:
    """A worker that was never connected to Valkey publishes; asked to stop, it does."""
    stage.workers.stop()
    stage.workers.more = {"REDIS_URL": "redis://127.0.0.1:1/0"}
    try:
        stage.workers.start(ready=b"Valkey does not answer")
        stage.put(2)
        wait_for(lambda: set(stage.states().values()) == {State.PUBLISHED})
        stage.workers.stop()
    finally:
        stage.workers.more = {}
    assert stage.workers.exit_code() == 0
    nothing_doubled_nothing_lost(stage)
    assert stage.calls() == 6


@pytest.mark.slow
def test_valkey_forgets_everything_midway(stage: Stage) -> None:
    stage.put(5)

    def harm(rounds: int) -> None:
        if rounds % 3 == 1 and rounds < 12:
            forget_everything()

    stage.play(between=harm)
    nothing_doubled_nothing_lost(stage)


# ---- answers


@pytest.mark.parametrize(
    "action",
    [
        "commit_then_drop",
        *(
            pytest.param(action, marks=pytest.mark.slow)
            for action in ("commit_then_500", "truncate_body", "drop_before", "html_error")
        ),
    ],
)
def test_the_answer_is_lost(stage: Stage, action: str) -> None:
    stage.plan(action)
    stage.put()
    stage.play()
    nothing_doubled_nothing_lost(stage)


@pytest.mark.parametrize(
    "seconds", [pytest.param(2.5, marks=pytest.mark.slow), pytest.param(4, marks=pytest.mark.long)]
)
def test_the_network_hangs_longer_than_we_wait(stage: Stage, seconds: float) -> None:
    stage.plan("commit_then_hang", seconds=seconds)
    stage.put()
    stage.play()
    nothing_doubled_nothing_lost(stage)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [2, 0.2, 3.5])
def test_a_gateway_gives_up_and_the_server_publishes_later(stage: Stage, seconds: float) -> None:
    """In real time, within a commit window of four seconds; tests/delivery/test_unknown.py has sixteen minutes."""
    stage.plan("commit_late", seconds=seconds)
    stage.put()
    stage.play()
    time.sleep(seconds)
    nothing_doubled_nothing_lost(stage)
    assert stage.answered == 0


@pytest.mark.slow
def test_a_gateway_gives_up_and_the_worker_is_killed_before_the_server_publishes(stage: Stage) -> None:
    stage.plan("commit_late", seconds=3)
    stage.put()
    wait_for(lambda: State.CHECKING in stage.states().values())
    stage.workers.kill()
    stage.workers.start()
    stage.play()
    nothing_doubled_nothing_lost(stage)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [2, 0.2, 3.5])
def test_a_gateway_limits_the_rate_and_the_server_publishes_later(stage: Stage, seconds: float) -> None:
    """A status 429 alone: where it was not carried out it would go out six seconds after it."""
    stage.plan("commit_late", seconds=seconds, status=429)
    stage.put()
    stage.play()
    time.sleep(seconds)
    nothing_doubled_nothing_lost(stage)
    assert stage.answered == 0


@pytest.mark.long
def test_a_gateway_refuses_and_the_server_publishes_later(stage: Stage) -> None:
    """The network is searched a minute after the refusal, in real time."""
    stage.plan("commit_late", seconds=2, status=422)
    stage.put()
    wait_for(lambda: set(stage.states().values()) == {State.FAILED})
    stage.ring_until(lambda: set(stage.states().values()) == {State.PUBLISHED}, "what was refused was not found")
    nothing_doubled_nothing_lost(stage)
    assert stage.calls() == 3


@pytest.mark.parametrize(
    "killed",
    [
        pytest.param("never", marks=pytest.mark.slow),
        pytest.param("before the search", marks=pytest.mark.slow),
        pytest.param("during the search", marks=pytest.mark.slow),
    ],
)
def test_a_person_says_wrongly_that_it_is_not_there(stage: Stage, killed: str) -> None:
    """The network's list lags for longer than the commit window, and shows it by the time of the answer."""
    server = stage.servers["careless"]
    server.options(list_lag=1_000)
    server.plan("commit_then_drop", PUBLISHING, method="POST", times=2)
    asking = stage.put(2, networks=("careless",))
    stage.ring_until(lambda: set(stage.states().values()) == {State.UNCONFIRMED})
    if killed == "before the search":
        stage.workers.kill()
    server.options(list_lag=0)
    if killed == "during the search":
        server.plan("hang", LIST, method="GET", times=2)
    with scope(stage.cast.cuprija):
        for delivery in asking:
            answer.it_is_not_there(Delivery.objects.get(pk=delivery.pk), by=stage.cast.officer)
            stage.answered += 1
    if killed == "during the search":
        stage.ring_until(lambda: any(entry["action"] == "hang" for entry in server.ledger()))
        stage.workers.kill()
        stage.release()
    stage.workers.start()
    stage.play()
    nothing_doubled_nothing_lost(stage)
    assert stage.calls() == 2


@pytest.mark.slow
@pytest.mark.parametrize("taken", [False, True], ids=["before a publisher took it", "after"])
def test_killed_between_the_search_after_an_answer_and_its_call(stage: Stage, settings: Any, taken: bool) -> None:
    settings.COMMIT_WINDOWS = json.loads(TIMES["COMMIT_WINDOWS"])
    settings.PRIVATE_HOSTS_ALLOWED = stage.workers.hosts
    stage.servers["careless"].plan("drop_before", PUBLISHING, method="POST")
    (delivery,) = stage.put(networks=("careless",))
    stage.ring_until(lambda: set(stage.states().values()) == {State.UNCONFIRMED})
    stage.workers.kill()
    stage.answer()
    assert reconcile.reconcile(delivery.pk) is not None, "nothing was searched for after the answer"
    if taken:
        assert len(take_opened(5)) == 1  # and then nothing more of whoever took it
    stage.workers.start()
    stage.play()
    nothing_doubled_nothing_lost(stage)
    assert (stage.calls(), stage.answered) == (2, 1)


@pytest.mark.slow
def test_lists_lag_and_answers_are_lost(stage: Stage) -> None:
    for server in stage.servers.values():
        server.options(list_lag=1)
    stage.plan("commit_then_drop")
    stage.put()
    stage.play()
    nothing_doubled_nothing_lost(stage)


@pytest.mark.slow
def test_the_network_is_down_for_good(stage: Stage) -> None:
    for server in stage.servers.values():
        server.plan("drop_before", ".", times=10_000)
    stage.put()
    for _ in range(60):
        stage.play(4, answers=False)
        if set(stage.states().values()) == {State.CHECKING, State.UNCONFIRMED}:
            break
    figures = stage.count()
    # Nothing is public, nothing is given up, nobody hears that it went out. Where a key protects, the portal checks on.
    assert (figures.public, figures.duplicates, figures.lost) == (0, 0, 0)
    assert set(stage.states().values()) == {State.CHECKING, State.UNCONFIRMED}
    assert stage.calls() <= 6


@pytest.mark.slow
def test_what_other_tests_ring_for_is_left_alone(stage: Stage) -> None:
    tasks.sweep.delay()
    stage.put()
    stage.play()
    nothing_doubled_nothing_lost(stage)
    with redis.Redis.from_url(django_settings.REDIS_URL) as valkey:
        assert valkey.llen(queues.OUTBOX) == 1, "the worker took a message that was not for it"
