"""packaging/systemd, read; `make maintain WHAT=test-debian` runs the units in a Debian."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "packaging" / "systemd"
PROCESSES = ("web", "live", "publisher", "worker", "errands")


class Repeated(dict):
    """Settings that a unit has several times, such as `Environment`, are joined by lines."""

    def __setitem__(self, key, value):
        if isinstance(value, list) and key in self:
            value = [*self[key], *value]
        super().__setitem__(key, value)


def unit(name):
    parser = configparser.ConfigParser(dict_type=Repeated, strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(UNITS / name)
    return parser


def arguments(command):
    """What the process is started with, without what is a matter of where it runs."""
    words = re.sub(r"\$\{\w+:-(\d+)\}", r"\1", " ".join(command)).split()
    return [word for word in words if not word.startswith("/") and not re.fullmatch(r"[\d.]+:8000", word)]


def test_the_units_start_what_the_compose_file_starts():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    dockerfile = (ROOT / "Dockerfile").read_text()
    web = re.search(r"^CMD (\[.*\])$", dockerfile, flags=re.MULTILINE)[1]
    for name in PROCESSES:
        command = services[name].get("command") or yaml.safe_load(web)
        program, *given = unit(f"dobosar-{name}.service")["Service"]["ExecStart"].split()
        assert Path(program).name == command[0], name
        assert arguments(given) == arguments(command[1:]), name


def test_every_process_belongs_to_the_target_and_waits_for_the_tables():
    wanted = unit("dobosar.target")["Unit"]["Wants"].split()
    assert wanted == [f"dobosar-{name}.service" for name in PROCESSES]
    for name in wanted:
        assert unit(name)["Unit"]["Requires"] == "dobosar-migrate.service"
        assert unit(name)["Unit"]["PartOf"] == "dobosar.target"


def test_a_worker_may_finish_a_video_before_it_is_killed(settings):
    for name in ("publisher", "worker", "errands"):
        assert int(unit(f"dobosar-{name}.service")["Service"]["TimeoutStopSec"]) > settings.VIDEO_TASK_TIME_LIMIT


def test_only_those_that_own_the_tables_know_their_password():
    knowing = {path.name for path in UNITS.glob("*.service") if "owner.env" in path.read_text()}
    assert knowing == {"dobosar-migrate.service", "dobosar-backup.service"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_them(tmp_path):
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    for path in tmp_path.glob("*.service"):
        # The programs are not installed here.
        path.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", path.read_text(), flags=re.MULTILINE))
    units = sorted(str(path) for path in tmp_path.iterdir() if path.is_file())
    command = ["systemd-analyze", "verify", "--recursive-errors=no", *units]
    done = subprocess.run(command, capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert complaints == []
