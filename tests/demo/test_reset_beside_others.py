"""The reset beside workers and people who go on writing, on committed rows."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from administration.domain import demo_reset
from common import audit
from common.models import AuditEvent
from delivery.domain.claim import take_due
from delivery.enums import State
from delivery.models import Delivery
from demo import reset
from municipalities.models import Municipality, Programme
from municipalities.tenancy import everywhere, scope
from posts.models import Media, Post
from tests.analytics.factories import channel, published
from tests.people import make_cast

# ---- beside workers and people, on committed rows


@pytest.fixture
def committed(transactional_db: None, settings: Any) -> Municipality:
    """A municipality of the demo with a delivery that is due, and one that is none of its business."""
    settings.DEMO = True
    cast = make_cast()
    for place in (cast.cuprija, cast.novi_pazar):
        published(channel(place, cast.approver), timezone.now())
        with scope(place):
            Delivery.objects.update(
                state=State.SCHEDULED,
                remote_id="",
                published_at=None,
                due_at=timezone.now() - timedelta(seconds=5),
                next_at=timezone.now() - timedelta(seconds=5),
            )
    Municipality.objects.filter(pk=cast.cuprija.pk).update(is_demo=True)
    return cast.cuprija


def _in_thread(act: Any) -> threading.Thread:
    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_delivery_that_is_due_meanwhile_waits_and_is_gone(committed: Municipality) -> None:
    taken: list[Any] = []
    with transaction.atomic():
        reset._lock(waits_for_calls=True)
        thread = _in_thread(lambda: taken.extend(take_due(timezone.now(), 10)))
        reset.wipe()
        thread.join(0.3)
        assert thread.is_alive(), "it waits for the tables"
    thread.join(20)
    assert not thread.is_alive()
    with everywhere("what is left"):
        assert [work.municipality for work in taken] == []
        left = set(Delivery.objects.values_list("municipality__slug", flat=True))
    assert left == {"novi-pazar"}, "another municipality keeps its own"


def test_it_waits_for_calls_and_for_people_and_gives_up(committed: Municipality, monkeypatch: Any) -> None:
    monkeypatch.setattr(reset, "TRIES", 2)
    with scope(committed):
        Delivery.objects.update(state=State.SENDING, lease_until=timezone.now())
    pauses: list[float] = []
    with pytest.raises(reset.Busy):
        reset.reset(pause=pauses.append)
    assert len(pauses) == 2
    with scope(committed):
        Delivery.objects.update(state=State.SCHEDULED)
    locked, go = threading.Event(), threading.Event()

    def keep_writing() -> None:
        with transaction.atomic(), scope(committed):
            Delivery.objects.update(due_at=timezone.now())
            locked.set()
            go.wait(20)

    thread = _in_thread(keep_writing)
    assert locked.wait(10)
    with pytest.raises(CommandError) as refused:
        call_command("seed_demo", reset=True, verbosity=0)
    go.set()
    thread.join()
    assert refused.value.returncode == demo_reset.BUSY
    with scope(committed):
        assert Delivery.objects.exists()


def test_wiping_elsewhere_is_refused_and_others_keep_everything(committed: Municipality, settings: Any) -> None:
    audit.record("post.save", by=None)
    settings.DEMO = False
    for refused in (reset.wipe, reset.reset):
        with pytest.raises(reset.NotTheDemo):
            refused()
    settings.DEMO = True
    reset.wipe()
    with everywhere("what is left"):
        assert set(Post.objects.values_list("municipality__slug", flat=True)) == {"novi-pazar"}
    assert Programme.objects.filter(name="Swiss PRO").exists()
    assert AuditEvent.objects.filter(verb="post.save").exists()


def test_files_go_when_the_rows_are_gone_for_good(committed: Municipality, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.jpg").write_bytes(b"x")
    by = User.objects.first()
    with scope(committed):
        picture = {"sha256": "0", "mime": "image/jpeg", "width": 1, "height": 1, "bytes": 1, "name": "a.jpg"}
        Media.objects.create(municipality=committed, file="pictures/a.jpg", uploaded_by=by, **picture)
    with transaction.atomic():
        reset.wipe()
        transaction.set_rollback(True)
    assert (tmp_path / "pictures" / "a.jpg").exists()
    reset.wipe()
    assert not (tmp_path / "pictures" / "a.jpg").exists()
