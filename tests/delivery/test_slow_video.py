"""A video takes its time: it has a longer deadline and lease, says that it is alive, and no text waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from channels.models import Channel
from delivery import dispatch
from delivery.domain import claim
from delivery.enums import State
from delivery.queries import QueueHead, heads
from municipalities.tenancy import everywhere
from platforms.types import Video
from tests.crash.workers import wait_for
from tests.delivery.conftest import Outbox, connected
from tests.delivery.test_dispatch import publisher, state_of
from tests.posts.films import film

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def snimak() -> Iterator[Video]:
    ref = default_storage.save("slow-test/film.mp4", ContentFile(film()))
    yield Video(ref, "video/mp4", 320, 180, 2.0, len(film()), codec="h264", frames=25)
    default_storage.delete(ref)


@pytest.fixture
def telegram(outbox: Outbox) -> Channel:
    return connected(outbox.cast, outbox.network, "telegram")


def test_a_slow_upload_is_waited_for_while_texts_go_out(
    outbox: Outbox, telegram: Channel, snimak: Video, settings: Any
) -> None:
    """Two seconds of silence are too long where one is the deadline of texts, and fine for a video."""
    settings.CALL_DEADLINE_SECONDS, settings.VIDEO_CALL_DEADLINE_SECONDS = 1, 20
    outbox.network.plan("commit_then_hang", r"/sendVideo$", method="POST")
    slow = outbox.put("Снимак", channel=telegram, content={"video": snimak})
    with publisher(threads=2):
        wait_for(lambda: any(entry["path"].endswith("/sendVideo") for entry in outbox.network.ledger()))
        began = time.monotonic()
        settings.CALL_DEADLINE_SECONDS = 3  # for the texts on a slow machine; the call under way keeps its own
        texts = [outbox.put(f"Текст {number}", due_in=-number) for number in range(3)]
        wait_for(lambda: all(state_of(outbox, each) == State.PUBLISHED for each in texts))
        time.sleep(max(began + 2 - time.monotonic(), 0))
        assert state_of(outbox, slow) == State.SENDING
        outbox.network.release()
        wait_for(lambda: state_of(outbox, slow) == State.PUBLISHED)
    assert outbox.texts().count("Снимак") == 1
    assert outbox.outcomes(slow) == ["ok"]


def test_a_text_has_no_longer_deadline_than_before(outbox: Outbox, telegram: Channel, settings: Any) -> None:
    settings.VIDEO_CALL_DEADLINE_SECONDS = 20
    outbox.network.plan("commit_then_hang", r"/sendMessage$", method="POST", seconds=5)
    text = outbox.put("Текст", channel=telegram)
    outbox.tick()
    assert state_of(outbox, text) == State.CHECKING


def test_videos_take_half_of_the_hands_and_leave_room_at_their_own_server() -> None:
    def head(pk: int, *, slow: bool, server: str = "https://api.telegram.org") -> QueueHead:
        return QueueHead(pk, 1, False, timezone.now(), pk, server, heavy=slow, slow=slow)

    room = dispatch.Capacity(8, [])
    assert [room.takes(head(n, slow=True)) for n in range(6)] == [True] * 4 + [False] * 2
    assert room.takes(head(7, slow=False))
    busy = [dispatch.ActiveCall(0, "https://api.telegram.org", heavy=True, slow=True)] * 4
    assert not dispatch.Capacity(8, busy).takes(head(8, slow=True, server="https://graph.facebook.com"))
    assert dispatch.Capacity(8, busy).takes(head(9, slow=False))


def test_the_outbox_knows_which_of_its_heads_carry_a_video(outbox: Outbox, telegram: Channel, snimak: Video) -> None:
    outbox.put("Текст")
    video = outbox.put("Снимак", channel=telegram, content={"video": snimak})
    with everywhere("a test"):
        found = {head.pk: (head.heavy, head.slow) for head in heads(timezone.now())}
    assert sorted(found.values()) == [(False, False), (True, True)]
    assert found[video.pk] == (True, True)


def test_a_chunked_upload_that_goes_on_is_not_late_however_long_it_lasts(settings: Any) -> None:
    dispatcher = dispatch.Dispatcher(1)
    dispatcher.busy[7] = call = dispatch.ActiveCall(
        time.monotonic() - 5000, "https://graph.facebook.com", True, True, 900
    )
    assert dispatcher._late() == {7}
    call.heartbeat()
    assert dispatcher._late() == set()
    dispatcher._pool.shutdown()


def test_a_video_has_the_longer_limit(outbox: Outbox, telegram: Channel, snimak: Video, settings: Any) -> None:
    text, video = outbox.put("Текст"), outbox.put("Снимак", channel=telegram, content={"video": snimak})
    works = {work.delivery.pk: work for work in claim.take_due(timezone.now(), 5)}
    limits = {pk: dispatch.ActiveCall.of(work).limit for pk, work in works.items()}
    assert limits == {text.pk: settings.CELERY_TASK_TIME_LIMIT, video.pk: settings.VIDEO_TASK_TIME_LIMIT}
