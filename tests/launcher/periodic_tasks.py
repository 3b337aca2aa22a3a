"""Every periodic task twelve times, at the same moment or one after the other, in the environment of a site.

python -m tests.launcher.periodic_tasks at_once|in_turn

Prints JSON: the errors by task, and how many rows each table has afterwards. Tasks that a task starts run at once, in
the same thread.
"""

from __future__ import annotations

import json
import sys
import traceback
from datetime import datetime
from typing import Any

import time_machine

TIMES = 12


def main(how: str, now: str) -> dict[str, Any]:
    from portal.celery import app
    from portal.schedule import SCHEDULE

    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    app.loader.import_default_modules()
    errors: dict[str, str] = {}
    with time_machine.travel(datetime.fromisoformat(now), tick=True):
        for name in [entry["task"] for entry in SCHEDULE.values()]:
            try:
                _start(app.tasks[name], how)
            except Exception:
                errors[name] = traceback.format_exc()[-1500:]
    return {"errors": errors, "tasks": len(SCHEDULE), "rows": _rows()}


def _start(task: Any, how: str) -> None:
    from tests.concurrency import at_once

    if how == "at_once":
        at_once(*[task] * TIMES)
    else:
        for _ in range(TIMES):
            task()


def _rows() -> dict[str, int]:
    from django.db import connection

    from municipalities.tenancy import everywhere

    with everywhere("a test"), connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        counts = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            counts[table] = int(cursor.fetchone()[0])
    return counts


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(main(sys.argv[1], sys.argv[2])))
