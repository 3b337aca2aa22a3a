"""Run in the environment of a site whose demo is filled in (`test_demo_reset`): the demo is changed, reset by processes
of which the first is killed, and compared with its beginning. Writes what it saw as JSON."""

import json
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import django

WAIT_SECONDS = 300


def main() -> None:
    django.setup()
    from django.utils import timezone

    from accounts.models import User
    from administration import tasks
    from administration.domain import demo_reset
    from administration.models import DemoReset
    from delivery.models import Delivery
    from municipalities.models import Municipality
    from municipalities.tenancy import everywhere
    from posts.models import Post

    counts = rows()
    trainer = User.objects.get(email="trainer@dobosar.example")
    with everywhere("a test changes the demo"):
        before = set(Post.objects.values_list("pk", flat=True))
        Delivery.objects.filter(state="scheduled").update(due_at=timezone.now() + timedelta(seconds=2))
        Post.objects.filter(pk=min(before)).update(title="Changed")
    Municipality.objects.filter(slug="cuprija").update(approval="none", colour="#000000")
    asked = {demo_reset.ask(by=trainer).pk for _ in range(2)}

    # A process that is killed in the middle of it leaves the demo as it is.
    row = demo_reset.claim()
    assert row is not None
    command = [sys.executable, "-m", "django", "reset_demo", str(row.pk), str(row.attempts)]
    process = subprocess.Popen(command)
    until(is_under_way)
    process.kill()
    process.wait()
    with everywhere("a test looks at the demo"):
        kept = before == set(Post.objects.values_list("pk", flat=True))
    row.refresh_from_db()
    after_kill = [row.state, row.reset_at]

    # Another one begins when its lease is over.
    DemoReset.objects.update(lease_until=timezone.now())
    tasks.reset_demo()
    until(lambda: not DemoReset.objects.filter(ended_at=None).exists())
    until(lambda: not is_under_way())
    row.refresh_from_db()
    with everywhere("a test looks at the demo"):
        left = len(before & set(Post.objects.values_list("pk", flat=True)))
    now = rows()
    seen = {
        "asked": len(asked), "kept": kept, "after_kill": after_kill, "state": row.state, "attempts": row.attempts,
        "left": left, "changed": {name: [counts[name], now[name]] for name in now if now[name] != counts[name]},
        "rule": Municipality.objects.get(slug="cuprija").approval,
        "seconds": (row.ended_at - row.asked_at).total_seconds() if row.ended_at else None,
    }  # fmt: skip
    print(json.dumps(seen))


def rows() -> dict[str, int]:
    """Of every table that the reset empties."""
    from demo import reset
    from municipalities.tenancy import everywhere

    with everywhere("a test counts the demo"):
        return {model._meta.label: model._base_manager.count() for model in (*reset.paths(), *reset._practice())}


def is_under_way() -> bool:
    """Whether a process holds the tables."""
    from django.db import connection

    held = "SELECT count(*) FROM pg_locks WHERE mode = 'ExclusiveLock' AND relation = 'practice_status'::regclass"
    with connection.cursor() as cursor:
        cursor.execute(held)
        return bool(cursor.fetchone()[0])


def until(is_so: Any) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.2)
    time.sleep(1)


if __name__ == "__main__":
    main()
