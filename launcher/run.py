"""`make run`: all programs of one Dobošar in one terminal, until Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from launcher import embedded, files, forks, prepare
from launcher import site as sites
from launcher.errors import LauncherError
from launcher.site import ROOT, Site
from launcher.supervisor import DataDisk, Program, Supervisor
from portal import queues

PATIENCE_SECONDS = 60.0
ACCOUNTS = (
    "officer@cuprija.example", "approver@cuprija.example", "officer@novi-pazar.example", "approver@novi-pazar.example",
    "mentor@dobosar.example", "staff@dobosar.example", "trainer@dobosar.example", "admin@dobosar.example",
)  # fmt: skip
PASSWORD = "dobosar-demo"


def publishing() -> list[Program]:
    """What has to run for a post to go out."""
    celery = [sys.executable, "-m", "celery", "--quiet", "--app"]
    # Celery would send a heartbeat every two seconds; a worker counts as away after a minute.
    alone = ["--without-gossip", "--without-mingle", "--heartbeat-interval", "10"]
    quiet = ["--loglevel", "WARNING"]

    def worker(name: str, waits: tuple[str, ...], threads: str) -> Program:
        named = ["--hostname", f"{name}@%h", "--queues", ",".join(waits), "--pool", "threads", "--concurrency", threads]
        return Program(name, [*celery, "portal.celery", "worker", *named, *alone, *quiet], is_forked=True)

    return [
        worker("publisher", (queues.PUBLISHING,), "32"),
        worker("worker", queues.QUICK, "2"),
        worker("errands", queues.SLOW, "1"),
    ]


def programs(site: Site, *, seed: list[str] | None) -> list[Program]:
    """`seed`: arguments of `seed_demo`; None where it has nothing to do."""
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "python:launcher.gunicorn", "--bind"]
    programs = [
        Program("web", [*gunicorn, f"{site.host}:{site.port}", "portal.wsgi:application"], is_forked=True),
        Program("live", [sys.executable, "-m", "portal.live"], is_forked=True),
        *publishing(),
    ]
    practice = f"{site.host}:{site.practice_port}"
    if site.practice:
        # One process is plenty for a training; it stops last, as the worker may still be publishing to it.
        command = [*gunicorn, practice, "--workers", "1", "portal.practice_wsgi:application"]
        programs.append(Program("practice", command, wave=1))
    if seed is not None:
        command = [sys.executable, "-m", "django", "seed_demo", *seed]
        programs.append(Program("seed", command, once=True, is_forked=True))
    if site.demo_year:
        # Behind the sixty days, while people use them already. It ends at once where the year is there.
        command = [sys.executable, "-m", "django", "seed_demo_year", "--in-background"]
        programs.append(Program("year", command, once=True, is_awaited=False, is_forked=True))
    return programs


def seeding(site: Site, stamps: Mapping[str, str], now: Mapping[str, str]) -> list[str] | None:
    """Arguments of `seed_demo` at this start, None for none. Both mappings: "seeded" (database), "practice" (address).

    A database is filled in once. When the practice network has moved, only the channels follow it: whatever people did
    in the demo stays.
    """
    if not site.demo:
        return None
    if stamps.get("seeded") != now["seeded"]:
        return []
    return ["--address"] if site.practice and stamps.get("practice") != now["practice"] else None


def answers(address: str) -> bool:
    """Whether something at `address` answers 200 within two seconds."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def run(site: Site) -> int:
    began = time.monotonic()
    with sites.hold(site):
        static = prepare.StaticFiles(site, sites.environment(site, {}))
        static.begin()
        try:
            print("Starting PostgreSQL and Valkey ..." if _embeds() else "Using the servers you named ...", flush=True)
            with embedded.serving(site.servers) as urls:
                environ = sites.environment(site, urls)
                # The programs of the product never sign in as the owner of the tables.
                of_programs = {name: value for name, value in environ.items() if name != "DATABASE_OWNER_URL"}
                own_database = not os.environ.get("DATABASE_URL")
                forks.preload(["portal.preload"], of_programs)
                prepare.prepare(site, environ, own_database=own_database, to_serve=True, static=static)
                return _supervise(site, of_programs, urls["DATABASE_URL"], began)
        finally:
            static.abandon()


def _embeds() -> bool:
    return not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


def _supervise(site: Site, environ: dict[str, str], database: str, began: float) -> int:
    stamps, now = site.data / "stamps.json", {"seeded": database, "practice": sites.practice_address(site, environ)}
    seed = seeding(site, files.load(stamps), now)
    print("Starting Dobošar" + (" and filling in the demo, once ..." if seed == [] else " ..."), flush=True)
    reminder = threading.Timer(PATIENCE_SECONDS, _still_waiting, [site])
    reminder.daemon = True

    def on_ready() -> None:
        reminder.cancel()
        if seed is not None:
            files.update(stamps, **now)
        print(greeting(site, time.monotonic() - began), flush=True)
        if site.opens:
            # A browser may keep whoever opens it waiting.
            threading.Thread(target=open_page, args=(site.address,), daemon=True).start()

    reminder.start()
    supervisor = Supervisor(
        programs(site, seed=seed),
        environ,
        ROOT,
        servers=embedded.servers(site.servers),
        data_disk=DataDisk.of(site.data),
        is_ready=partial(answers, f"{site.address}/readyz"),
        on_ready=on_ready,
    )
    try:
        return supervisor.run()
    finally:
        reminder.cancel()


def _still_waiting(site: Site) -> None:
    print(
        f"Not ready after {PATIENCE_SECONDS:.0f} seconds, still trying: {missing(f'{site.address}/readyz')}", flush=True
    )


def missing(address: str) -> str:
    """What /readyz at `address` says is missing, in words."""
    try:
        with urllib.request.urlopen(address, timeout=5):
            return "everything runs, and a program that has to end first has not ended yet."
    except urllib.error.HTTPError as error:
        try:
            parts = json.loads(error.read())
            names = [name for name, works in parts.items() if works is False]
        except ValueError:
            return f"the portal answers {error.code}."
        if "message" in parts:
            return str(parts["message"])
        if names == ["demo"]:
            return "the demo is being filled in."
        return f"not there yet: {', '.join(names)}."
    except OSError as error:
        return f"the portal does not answer yet ({error})."


def open_page(address: str) -> bool:
    """Show the page in the person's browser; false where there is none, or only one that would take the terminal."""
    has_screen = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return bool(has_screen) and webbrowser.open(address)


def greeting(site: Site, seconds: float) -> str:
    lines = [
        "",
        f"Dobošar is ready at {site.address}",
        f"  (started in {seconds:.1f} s; data in {site.data}; Ctrl-C stops it)",
    ]
    if site.practice:
        lines.append(f"  Practice network: http://{site.host}:{site.practice_port}")
    if site.demo:
        lines += [f"  Demo accounts, password {PASSWORD}:", *(f"    {account}" for account in ACCOUNTS)]
    return "\n".join([*lines, ""])


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    # Until the supervisor takes over: a polite end, too, must stop the servers that were started.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        return run(sites.read())
    except LauncherError as error:
        print(f"\n{error}", file=sys.stderr)
    except OSError as error:
        where = Path(error.filename) if isinstance(error.filename, str) else sites.read().data
        print(f"\n{sites.explain(error, where)}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped before it was ready. Starting again continues from here.", file=sys.stderr)
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
