"""The supervisor as a process of its own, with small programs to look after."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from tests import patience

ROOT = Path(__file__).resolve().parents[2]

# Works on for a moment after SIGTERM, as a worker in the middle of a publish does.
BUSY = """
import signal, sys, time
def finish(*_):
    time.sleep(0.5); print('finished its work', flush=True); sys.exit(0)
signal.signal(signal.SIGTERM, finish)
print('busy', flush=True)
time.sleep(600)
"""
# Says when it was told to stop.
LAST = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print('told to stop', flush=True), sys.exit(0)))
print('answering', flush=True)
time.sleep(600)
"""


@pytest.fixture
def supervised(tmp_path):
    """Starts a supervisor over `programs` (Python source of a list); returns the process, kills it at the end."""
    started = []

    def start(programs, more="", before="", main="", **options):
        script = tmp_path / "supervised.py"
        script.write_text(
            textwrap.dedent(
                f"""
                import os, sys
                from pathlib import Path
                from launcher import forks, supervisor
                from launcher.reserve import Reserve
                from launcher.supervisor import DataDisk, Program, Server, Supervisor
                supervisor.CHECK_PROGRAMS_SECONDS = supervisor.CHECK_SERVERS_SECONDS = 0.05
                BUSY, LAST = {BUSY!r}, {LAST!r}
                exec({before!r})
                def python(name, code, **more):
                    return Program(name, [sys.executable, "-c", code], **more)
                def module(name, **more):
                    return Program(name, [sys.executable, "-m", name], is_forked=True, **more)
                if __name__ == "__main__":
                    {main}
                    sys.exit(Supervisor({programs}, os.environ, Path("."), {more} **{options!r}).run())
                """
            )
        )
        environ = {**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"}
        process = subprocess.Popen(
            [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environ,
            start_new_session=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def read_until(process, *texts):
    """Read what the process prints until each of `words` has come."""
    seen = []
    for line in process.stdout:
        seen.append(line)
        if all(any(text in line for line in seen) for text in texts):
            return seen
    raise AssertionError(f"{texts!r} never came: {seen}")


def test_a_running_program_finishes_what_it_began(supervised):
    process = supervised("[python('worker', BUSY)]")
    read_until(process, "busy")
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=patience.SECONDS)
    assert "finished its work" in output
    assert process.returncode == 0


def test_the_same_signal_twice_at_once_is_one(supervised):
    process = supervised("[python('worker', BUSY)]")
    read_until(process, "busy")
    process.send_signal(signal.SIGTERM)
    time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=patience.SECONDS)
    assert "finished its work" in output


def test_a_second_signal_stops_at_once(supervised):
    process = supervised(
        "[python('worker', BUSY.replace('sleep(0.5)', 'sleep(500)'))]",
        before="supervisor.SAME_SIGNAL_SECONDS = 0.1",
        grace=1000.0,
    )
    read_until(process, "busy")
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=patience.SECONDS)
    assert "finished its work" not in output
    assert process.returncode == 0


def test_a_program_that_does_not_stop_is_killed_after_the_grace_period(supervised):
    deaf = LAST.replace("lambda *_: (print('told to stop', flush=True), sys.exit(0))", "signal.SIG_IGN")
    process = supervised(f"[python('deaf', {deaf!r})]", grace=0.3)
    read_until(process, "answering")
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=patience.SECONDS)
    assert 0.3 <= time.monotonic() - began < patience.SECONDS


# Waits until all others are there, and ends.
def ends_by_itself(there, how="raise SystemExit(3)"):
    return f"import os, time\nwhile not os.path.exists({str(there)!r}): time.sleep(0.02)\n{how}"


def test_a_program_that_ends_soon_after_its_first_start_stops_the_others(supervised, tmp_path):
    there = tmp_path / "there"
    other = LAST.replace("time.sleep(", f"open({str(there)!r}, 'w').close(); time.sleep(")
    process = supervised(f"[python('other', {other!r}), python('weak', {ends_by_itself(there)!r})]")
    output, _ = process.communicate(timeout=patience.SECONDS)
    assert "ended by itself (code 3) soon after its start; stopping the others" in output
    assert "told to stop" in output
    assert process.returncode == 1


# Ends the first time, lives the second time.
MORTAL = """
import os, signal, time
first = not os.path.exists({there!r})
open({there!r}, 'w').close()
print('first' if first else 'second', flush=True)
if first:
    {how}
time.sleep(600)
"""


def test_a_program_that_ends_later_is_started_again(supervised, tmp_path):
    code = MORTAL.format(there=str(tmp_path / "there"), how="raise SystemExit(3)")
    process = supervised(f"[python('worker', {code!r})]", restart_after=0.0)
    seen = "".join(read_until(process, "first", "ended by itself (code 3); starting it again", "second"))
    assert "stopping the others" not in seen
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=patience.SECONDS)
    assert process.returncode == 0


def test_a_program_that_is_killed_is_started_again_however_young_it_is(supervised, tmp_path):
    code = MORTAL.format(there=str(tmp_path / "there"), how="os.kill(os.getpid(), signal.SIGKILL)")
    process = supervised(f"[python('worker', {code!r})]")
    read_until(process, "first", "ended by itself (killed by SIGKILL); starting it again", "second")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=patience.SECONDS)
    assert process.returncode == 0


def test_a_program_that_ends_too_often_stops_all_and_says_so(supervised):
    process = supervised(
        "[python('other', LAST), python('worker', 'raise SystemExit(3)')]",
        restart_after=0.0,
        restart_delays=(0.0, 0.2, 0.2),
    )
    output, _ = process.communicate(timeout=patience.SECONDS)
    assert output.count("starting it again") == 3
    assert "ended by itself 4 times within 5 minutes (now code 3); giving up and stopping the others" in output
    assert "told to stop" in output
    assert process.returncode == 1


# A server: a file that is there while it runs. Each start may fail first.
SERVER = """
tries = []
def start():
    tries.append(1)
    if len(tries) <= {failures}:
        raise OSError('No space left on device')
    open({there!r}, 'w').close()
"""


def with_server(supervised, there, failures, **options):
    return supervised(
        "[python('web', LAST)]",
        more=f"servers=[Server('postgres', lambda: os.path.exists({str(there)!r}), start)], retry_servers=0.1,",
        before=SERVER.format(there=str(there), failures=failures),
        **options,
    )


def test_a_server_that_died_is_started_again(supervised, tmp_path):
    there = tmp_path / "there"
    there.touch()
    process = with_server(supervised, there, failures=0)
    read_until(process, "answering")
    for _ in range(2):
        there.unlink()
        read_until(process, "does not run any more; starting it again", "runs again after")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=patience.SECONDS)
    assert process.returncode == 0


def test_a_server_that_cannot_start_yet_is_tried_again_with_its_reason(supervised, tmp_path):
    process = with_server(supervised, tmp_path / "there", failures=2)
    seen = "".join(read_until(process, "runs again after"))
    assert seen.count("could not be started again; trying once more: No space left on device") == 2
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=patience.SECONDS)
    assert process.returncode == 0


def test_a_server_that_never_starts_stops_all_after_a_while(supervised, tmp_path):
    process = with_server(supervised, tmp_path / "there", failures=1_000_000, give_up_on_servers=0.5)
    output, _ = process.communicate(timeout=patience.SECONDS)
    assert "could not be started again; giving up and stopping all: No space left on device" in output
    assert process.returncode == 1


# A disk with less free space than any has, or with more than none.
FULL = "data_disk=DataDisk(Path({place!r}), Reserve(Path({place!r}), megabytes=1), full_below={below}), "
NO_DISK_IS_AS_LARGE = 10**12


def test_on_a_full_disk_programs_are_started_again_without_a_bound(supervised, tmp_path):
    times = f"open({str(tmp_path / 'times')!r}, 'a').write('.')"
    process = supervised(
        f"[python('other', LAST), python('worker', {f'{times}; raise SystemExit(3)'!r})]",
        more=FULL.format(place=str(tmp_path), below=NO_DISK_IS_AS_LARGE),
        full_disk_delay=0.05,
        restart_delays=(0.0,),
    )
    seen = read_until(process, "answering", "as the disk is full")
    deadline = time.monotonic() + patience.SECONDS
    while len((tmp_path / "times").read_text()) < 5:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=patience.SECONDS)
    output = "".join(seen) + output
    assert output.count("worker | ended (code 3), as the disk is full; starting it again until it stays") == 1
    assert output.count("The disk is full: ") == 1
    assert f"MB free at {tmp_path}. Posts still go out as long as PostgreSQL can write" in output
    assert "ended by itself" not in output
    assert process.returncode == 0


def test_on_a_full_disk_a_task_is_done_again_instead_of_ending_everything(supervised, tmp_path):
    code = MORTAL.format(there=str(tmp_path / "there"), how="raise SystemExit(1)").replace("time.sleep(600)", "")
    process = supervised(
        f"[python('web', LAST), python('seed', {code!r}, once=True)]",
        more=FULL.format(place=str(tmp_path), below=NO_DISK_IS_AS_LARGE)
        + "is_ready=lambda: True, on_ready=lambda: print('ready', flush=True),",
        full_disk_delay=0.05,
    )
    read_until(process, "first", "second", "ready")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=patience.SECONDS)
    assert process.returncode == 0


def test_on_a_full_disk_a_server_is_tried_without_a_bound_and_reported_once(supervised, tmp_path):
    there = tmp_path / "there"
    process = supervised(
        "[python('web', LAST)]",
        more=FULL.format(place=str(tmp_path), below=NO_DISK_IS_AS_LARGE)
        + f"servers=[Server('postgres', lambda: os.path.exists({str(there)!r}), start, stores=True)], "
        + "retry_servers=0.1, ",
        before=SERVER.format(there=str(there), failures=10),
        give_up_on_servers=0.0,
    )
    seen = "".join(read_until(process, "runs again after"))
    assert seen.count("cannot be started while the disk is full") == 1
    assert "Until then nothing can be stored and no post goes out" in seen
    assert "PostgreSQL does not work: nothing can be stored and no post goes out." in seen
    assert "No space left" not in seen
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=patience.SECONDS)
    assert process.returncode == 0


# Fails as long as the disk is full, for which hours pass at once, and once more afterwards.
SERVER_ON_A_FULL_DISK = """
import time, types
data_disk = DataDisk(Path({place!r}), Reserve(Path({place!r}), megabytes=1), full_below={below})
passed, tries = [], []
supervisor.time = types.SimpleNamespace(
    monotonic=lambda: time.monotonic() + sum(passed), strftime=time.strftime, sleep=time.sleep
)
def start():
    tries.append(1)
    if len(tries) == 2:
        passed.append(7200)
    if len(tries) <= 2:
        raise OSError("full")
    if len(tries) == 3:
        data_disk.full_below = 0
        data_disk.is_full = False
        raise OSError("not yet")
    open({there!r}, "w").close()
"""


def test_the_time_that_a_server_has_begins_when_there_is_space_again(supervised, tmp_path):
    there = tmp_path / "there"
    process = supervised(
        "[python('web', LAST)]",
        more=f"servers=[Server('postgres', lambda: os.path.exists({str(there)!r}), start)], "
        "data_disk=data_disk, retry_servers=0.1, ",
        before=SERVER_ON_A_FULL_DISK.format(place=str(tmp_path), there=str(there), below=NO_DISK_IS_AS_LARGE),
    )
    seen = "".join(read_until(process, "runs again after"))
    assert "could not be started again; trying once more: not yet" in seen
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=patience.SECONDS)
    assert process.returncode == 0


def test_a_disk_with_space_has_a_reserve_and_changes_nothing_else(supervised, tmp_path):
    process = supervised(
        "[python('worker', 'raise SystemExit(3)')]",
        more=FULL.format(place=str(tmp_path), below=0),
        restart_after=0.0,
        restart_delays=(0.0, 0.2),
    )
    output, _ = process.communicate(timeout=patience.SECONDS)
    assert "ended by itself 3 times" in output
    assert "disk" not in output
    assert process.returncode == 1
    assert (tmp_path / "reserve").stat().st_size == 2**20


def test_a_later_wave_still_answers_while_the_first_one_finishes(supervised):
    process = supervised("[python('practice', LAST, wave=1), python('worker', BUSY)]")
    read_until(process, "busy", "answering")
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=patience.SECONDS)
    assert output.index("finished its work") < output.index("told to stop")


def test_a_task_that_ends_well_stops_nothing_and_readiness_waits_for_it(supervised, tmp_path):
    flag = tmp_path / "done"
    task = f"import time, pathlib; time.sleep(0.5); pathlib.Path({str(flag)!r}).touch()"
    ready = f"is_ready=lambda: True, on_ready=lambda: print('ready', os.path.exists({str(flag)!r}), flush=True),"
    process = supervised(f"[python('web', LAST), python('seed', {task!r}, once=True)]", more=ready)
    read_until(process, "ready True")
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=patience.SECONDS)
    assert process.returncode == 0


def test_a_task_that_nobody_awaits_neither_delays_readiness_nor_stops_anything(supervised):
    task = "python('year', 'import time; time.sleep(0.5); exit(3)', once=True, is_awaited=False)"
    programs = f"[python('web', LAST), {task}]"
    process = supervised(programs, more="is_ready=lambda: True, on_ready=lambda: print('ready', flush=True),")
    read_until(process, "ready", "year | ended by itself (code 3); the others go on without it")
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=patience.SECONDS)
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent was killed")
def test_programs_stop_by_themselves_when_the_supervisor_is_killed(supervised):
    process = supervised("[python('web', LAST)]")
    read_until(process, "answering")
    children = psutil.Process(process.pid).children()
    assert len(children) == 1
    process.kill()
    _, alive = psutil.wait_procs(children, timeout=patience.SECONDS)
    assert [child for child in alive if child.status() != psutil.STATUS_ZOMBIE] == []


# ---- programs that are forked from a process that has imported their code

PRELOAD = "forks.preload(['shared'], os.environ)"
FORKED = "import shared, os\nprint('runs as', os.getpid(), 'by', shared.PID, flush=True)\n"


@pytest.fixture
def forked(supervised, tmp_path):
    """Starts a supervisor over forked modules of this source; `shared`, which all import, knows who imported it."""

    def start(**sources):
        (tmp_path / "shared.py").write_text("import os\nPID = os.getpid()\n")
        for name, source in sources.items():
            (tmp_path / f"{name}.py").write_text(FORKED + source)
        programs = ", ".join(f"module({name!r})" for name in sources)
        return supervised(f"[{programs}]", main=PRELOAD)

    return start


def pids(lines, name):
    """Process of the program, and the process that imported `shared` for it."""
    words = next(line for line in lines if f" {name}" in line and "runs as" in line).split()
    return int(words[words.index("as") + 1]), int(words[words.index("by") + 1])


def started(process, *names):
    """Reads until all have started."""
    return read_until(process, *(f" {name:<5} | runs as" for name in names))


def test_forked_programs_share_what_was_imported_once(forked):
    process = forked(first=LAST, other=LAST)
    lines = started(process, "first", "other")
    (first, by), (other, by_the_same) = pids(lines, "first"), pids(lines, "other")
    assert by == by_the_same
    assert len({first, other, by, process.pid}) == 4
    assert psutil.Process(first).cmdline()[0].startswith("python -m first")
    assert os.getsid(first) == first


def test_a_forked_program_finishes_what_it_began_when_the_whole_terminal_is_told_to_stop(forked):
    process = forked(first=BUSY)
    read_until(process, "busy")
    os.killpg(process.pid, signal.SIGTERM)
    output, _ = process.communicate(timeout=patience.SECONDS)
    assert "finished its work" in output
    assert "ended by itself" not in output
    assert process.returncode == 0


def test_a_forked_program_that_is_killed_is_started_again(forked):
    process = forked(first=LAST)
    first, by = pids(started(process, "first"), "first")
    os.kill(first, signal.SIGKILL)
    lines = started(process, "first")
    assert any("ended by itself (killed by SIGKILL); starting it again" in line for line in lines)
    again, by_the_same = pids(lines, "first")
    assert again != first
    assert by_the_same == by


def test_forked_programs_are_started_again_when_the_process_that_forks_them_is_killed(supervised, tmp_path):
    (tmp_path / "shared.py").write_text("import os\nPID = os.getpid()\n")
    (tmp_path / "first.py").write_text(FORKED + LAST)
    process = supervised("[module('first')]", main=PRELOAD, restart_after=0.0)
    first, by = pids(started(process, "first"), "first")
    os.kill(by, signal.SIGKILL)
    lines = started(process, "first")
    again, by_another = pids(lines, "first")
    assert again != first
    assert by_another != by


def test_a_forked_program_that_cannot_start_stops_all_with_its_own_words(forked):
    process = forked(first="raise SystemExit('a setting is missing')")
    output, _ = process.communicate(timeout=patience.SECONDS)
    assert "first | a setting is missing" in output
    assert "ended by itself (code 1) soon after its start" in output
    assert process.returncode == 1


def test_forked_programs_stop_by_themselves_when_the_supervisor_is_killed(forked):
    process = forked(first=LAST)
    first, by = pids(started(process, "first"), "first")
    process.kill()
    left = [psutil.Process(pid) for pid in (first, by) if psutil.pid_exists(pid)]
    assert psutil.wait_procs(left, timeout=patience.SECONDS)[1] == []
