"""Monitoring of the installation: a page for its administrator, `/metrics` for Prometheus."""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

import redis

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import administrators
from accounts.web import SignedInRequest
from channels import rate_limits
from common import live_streams
from common.access import public
from common.models import Restore
from delivery import queries
from delivery.enums import Outcome, Step
from portal import attention, disk, health, last_backup, measurements, queues

LAST = timedelta(hours=1)
# https://prometheus.io/docs/instrumenting/exposition_formats/
FORMAT = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Server:
    """A network's server that has failed of late."""

    address: str
    circuit: str
    until: datetime

    @property
    def state(self) -> str:
        return {"open": "paused", "probing": "sending"}.get(self.circuit, "published")

    @property
    def label(self) -> str:
        known = {"open": _("Left alone"), "probing": _("The next call checks whether it is back")}
        return known.get(self.circuit, _("It answers"))


def servers(now: datetime) -> list[Server]:
    seen = rate_limits.servers()
    return [Server(name, seen.circuit(name), until) for name, (_state, until) in sorted(seen.circuits.items())]


@administrators
@require_GET
def operations(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    parts = health.state()
    context = {
        "checks": [*((health.title(name), works, _failing(name)) for name, works in parts.items()), _live()],
        "free_megabytes": disk.free_megabytes(settings.DATA_DIR) if parts["disk"] is False else None,
        "data_directory": settings.DATA_DIR,
        "backlog": queries.backlog(now),
        "outcomes": _outcomes(now),
        "servers": servers(now),
        "notices": attention.notices(now),
        "slow_pages": attention.slowest_pages(),
        "queues": [(_queue_label(name), count) for name, count in waiting().items()],
        "was_restored": Restore.objects.exists(),
        "now": now,
    }
    return render(request, "portal/operations.html", context)


def _queue_label(name: str) -> str:
    """What waits in a queue of Celery."""
    labels = {
        queues.DEFAULT: _("What a person waits for, and the schedule"),
        queues.OUTBOX: _("Searches and checks of posts"),
        queues.MAIL: _("E-mail"),
        queues.NUMBERS: _("Metrics of the networks"),
        queues.INBOX: _("Messages of citizens"),
        queues.MEDIA: _("Pictures and videos"),
        queues.ERRANDS: _("Upkeep of channels, checks of links, exports"),
    }
    return labels.get(name, name)


def _live() -> tuple[str, bool, str]:
    """Nothing depends on it, so it is no part of /readyz."""
    state = live_streams.status()
    failing = _("Does not run; open pages ask every 15 seconds instead")
    if state and not state["listens"]:
        failing = _("Hears nothing from the database")
    return _("Live updates of the inbox"), bool(state and state["listens"]), failing


def _failing(name: str) -> str:
    failing = {
        "disk": _("The disk is full"),
        "clock": _("Differs from the database's; set it right"),
        "beat": _("None was carried out for a minute"),
        "installation": _("Of another installation; nothing is published"),
    }
    return failing.get(name) or _("Does not answer")


def _outcomes(now: datetime) -> list[tuple[str, str, int]]:
    rows = queries.attempts_since(now - LAST)
    return [(str(Step(step).label), str(Outcome(outcome).label), count) for step, outcome, count in rows]


def waiting() -> dict[str, int]:
    """Messages in each queue; empty when Valkey does not answer."""
    names = [*queues.QUICK, *queues.SLOW]
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as valkey:
            return {name: int(valkey.llen(name)) for name in names}
    except redis.RedisError:
        return {}


@public
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """404 without the token, so that strangers do not even learn that the page exists."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        raise Http404
    return HttpResponse("\n".join([*_lines(timezone.now()), ""]), content_type=FORMAT)


def _lines(now: datetime) -> Iterator[str]:
    parts = health.state()
    yield from _gauge(
        "up", "1 when this part works.", {f'part="{name}"': works for name, works in parts.items() if works is not None}
    )
    if parts["database"]:
        yield from _lines_of_database(now)
    length = {f'queue="{name}"': count for name, count in waiting().items()}
    yield from _gauge("queue_messages", "Messages that wait for a worker.", length)
    seen = rate_limits.servers()
    shut = {f'server="{_quoted(name)}"': seen.circuit(name) != "closed" for name in sorted(seen.circuits)}
    yield from _gauge("server_breaker_open", "1 while a network's server is left alone.", shut)
    yield from _lines_of_machine(now)
    live = live_streams.status()
    open_streams = {} if live is None else {"": int(live["streams"])}
    yield from _gauge("live_streams", "Streams of events to browsers that are open on this machine.", open_streams)
    requests, tasks = measurements.read(measurements.REQUESTS), measurements.read(measurements.TASKS)
    help_ = "Requests by pattern of the address and class of the status."
    yield from _histogram(measurements.REQUESTS, requests, help_)
    yield from _histogram(measurements.TASKS, tasks, "Celery tasks that ended, by name.")
    failures = {f'task="{_quoted(name)}"': series.failures for (name,), series in tasks.items()}
    yield from _samples("task_failures_total", "counter", "Tasks that ended with an error.", failures)


def _lines_of_database(now: datetime) -> Iterator[str]:
    backlog = queries.backlog(now)
    states = {f'state="{state}"': count for state, count in backlog.states.items()}
    yield from _gauge("deliveries", "Deliveries that are not settled, by state.", states)
    yield from _gauge("deliveries_due", "Deliveries whose time has come and that wait.", {"": backlog.due})
    late = (now - backlog.oldest).total_seconds() if backlog.oldest else 0
    yield from _gauge("lag_seconds", "How long the longest waiting of them is due.", {"": round(late, 3)})
    calls = {f'step="{step}",outcome="{out}"': count for step, out, count in queries.attempts_since(now - LAST)}
    yield from _gauge("attempts_last_hour", "Calls and looks of the last hour, by outcome.", calls)
    limited = len(rate_limits.limited(queries.channels_waiting(now)))
    yield from _gauge("channels_out_of_budget", "Channels with something due and no budget left.", {"": limited})
    used, most = _connections()
    yield from _gauge("database_connections", "Connections to this database, of all processes.", {"": used})
    yield from _gauge("database_connections_max", "Connections that its server accepts.", {"": most})


def _connections() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), current_setting('max_connections')::int "
            "FROM pg_stat_activity WHERE datname = current_database()"
        )
        used, most = cursor.fetchone()
    return used, most


def _lines_of_machine(now: datetime) -> Iterator[str]:
    """Of the machine that answers. What is not known has no sample: a zero would say that the disk is full."""
    directories = {"data": settings.DATA_DIR, "media": settings.MEDIA_ROOT}
    free = {f'directory="{name}"': disk.free_bytes(path) for name, path in directories.items()}
    known = {labels: size for labels, size in free.items() if size is not None}
    yield from _gauge("disk_free_bytes", "Free space of the disk of a directory.", known)
    made_at = last_backup.made_at(settings.DATA_DIR)
    age = {} if made_at is None else {"": max((now - made_at).total_seconds(), 0)}
    yield from _gauge("backup_age_seconds", "Time since the last backup began.", age)


def _histogram(
    measure: measurements.Measure, measured: Mapping[tuple[str, ...], measurements.Series], help_: str
) -> Iterator[str]:
    samples: dict[str, float] = {}
    for values, series in measured.items():
        labels = ",".join(f'{name}="{_quoted(value)}"' for name, value in zip(measure.labels, values, strict=True))
        bounds = [*map(str, measure.buckets), "+Inf"]
        for bound, count in zip(bounds, accumulate(series.counts), strict=True):
            samples[f'_bucket{{{labels},le="{bound}"}}'] = count
        samples[f"_sum{{{labels}}}"] = series.seconds
        samples[f"_count{{{labels}}}"] = sum(series.counts)
    yield from _heading(measure.name, "histogram", help_, samples)
    yield from (f"dobosar_{measure.name}{name} {_number(value)}" for name, value in samples.items())


def _gauge(name: str, help_: str, values: Mapping[str, float]) -> Iterator[str]:
    yield from _samples(name, "gauge", help_, values)


def _samples(name: str, type_: str, help_: str, values: Mapping[str, float]) -> Iterator[str]:
    yield from _heading(name, type_, help_, values)
    for labels, value in values.items():
        yield f"dobosar_{name}{{{labels}}} {_number(value)}" if labels else f"dobosar_{name} {_number(value)}"


def _heading(name: str, type_: str, help_: str, samples: Mapping[str, float]) -> Iterator[str]:
    if samples:
        yield f"# HELP dobosar_{name} {help_}"
        yield f"# TYPE dobosar_{name} {type_}"


def _number(value: float) -> str:
    return f"{float(value):.15g}"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
