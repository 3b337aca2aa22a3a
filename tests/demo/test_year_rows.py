"""Where the rows of the demo's year go, and when it is not filled in."""

from __future__ import annotations

from typing import Any

import pytest

from django.core.management import CommandError, call_command
from django.db.models import Max

from common.models import AuditEvent
from demo import rows
from demo.rows import NoRoom
from municipalities.tenancy import everywhere
from posts.models import Post
from practice.models import Status


def test_it_refuses_outside_the_demo_and_waits_for_the_sixty_days(db: None, settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="real one"):
        call_command("seed_demo_year", verbosity=0)
    settings.DEMO = True
    call_command("seed_demo_year", verbosity=0)
    with everywhere("count"):
        assert not Post.objects.exists()


def test_a_demo_that_left_no_room_for_older_rows_is_refused(db: None) -> None:
    with pytest.raises(NoRoom):
        rows.room(Status, 10)


def test_room_is_right_before_the_rows_that_came_after_it(db: None) -> None:
    rows.leave_room(AuditEvent)
    AuditEvent.objects.create(verb="post.create", actor_label="")
    newest = AuditEvent.objects.aggregate(pk=Max("pk"))["pk"]
    assert rows.room(AuditEvent, 3) == range(newest - 3, newest)
    with pytest.raises(NoRoom):
        rows.room(AuditEvent, rows.ROOM + 1)
