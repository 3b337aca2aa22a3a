"""Every queue has a worker, in `make run` and in the compose file; every route leads to tasks that are meant."""

from fnmatch import fnmatch
from pathlib import Path

import yaml

from launcher.run import publishing
from portal import queues
from portal.celery import app

ALL = {queues.PUBLISHING, *queues.QUICK, *queues.SLOW}
COMPOSE = Path(__file__).resolve().parents[2] / "docker-compose.yml"
# An app that is still to come brings its tasks under these names.
COMING = {"inbox.tasks.*", "media.tasks.*"}


def served(command):
    return set(command[command.index("--queues") + 1].split(",")) if "--queues" in command else set()


def test_every_queue_has_one_worker_in_make_run():
    queues = [served(list(program.command)) for program in publishing()]
    assert set().union(*queues) == ALL
    assert sum(map(len, queues)) == len(ALL)


def test_workers_have_threads_and_are_started_again():
    for program in publishing():
        command = list(program.command)
        assert command[command.index("--pool") + 1] == "threads"
        assert not program.once  # what may end is not started again
    for name in ("publisher", "worker", "errands"):
        service = yaml.safe_load(COMPOSE.read_text())["services"][name]
        assert service["command"][service["command"].index("--pool") + 1] == "threads"
        assert service["restart"] == "unless-stopped"


def test_every_queue_has_one_worker_in_the_compose_file():
    services = yaml.safe_load(COMPOSE.read_text())["services"].values()
    queues = [served(service.get("command", [])) for service in services]
    assert set().union(*queues) == ALL
    assert sum(map(len, queues)) == len(ALL)


def test_every_route_leads_to_a_task_and_a_queue():
    app.loader.import_default_modules()
    assert queues.PUBLISHING not in {route["queue"] for route in queues.ROUTES.values()}
    for pattern, route in queues.ROUTES.items():
        assert route["queue"] in ALL
        assert pattern in COMING or any(fnmatch(name, pattern) for name in app.tasks), pattern


def test_nothing_slow_stands_before_the_outbox():
    def queue(name):
        return app.amqp.router.route({}, name)["queue"].name

    assert queue("delivery.tasks.sweep") == queues.OUTBOX
    assert queue("portal.tasks.beat_heartbeat") == queues.DEFAULT
    assert {queue("analytics.tasks.start_fetches"), queue("channels.tasks.upkeep")} <= set(queues.SLOW)
