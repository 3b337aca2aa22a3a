"""The packages of a fresh clone: uv installs them, or pip where it cannot, and neither one that we did not check."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV = Path(sys.executable).with_name("uv")
WHEEL = "bell-1.0-py3-none-any.whl"


def make_wheel(directory):
    """A package `bell` with one module; returns the wheel's SHA-256."""
    files = {
        "bell.py": b"SOUND = 'dong'\n",
        "bell-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: bell\nVersion: 1.0\n",
        "bell-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "bell-1.0.dist-info/RECORD"
    with zipfile.ZipFile(directory / WHEEL, "w") as wheel:
        for name, content in files.items():
            wheel.writestr(name, content)
        sums = {
            name: base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            for name, content in files.items()
        }
        rows = [f"{name},sha256={sums[name]},{len(content)}" for name, content in files.items()]
        wheel.writestr(record, "\n".join([*rows, f"{record},,\n"]))
    return hashlib.sha256((directory / WHEEL).read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def venv(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / ".venv"
    subprocess.run([sys.executable, "-m", "venv", str(path)], check=True)
    return path


@pytest.fixture
def clone(tmp_path, venv):
    """A clone with a `.venv` and one requirement, on a computer that reaches no package index."""
    (tmp_path / "launcher").mkdir()
    shutil.copy(ROOT / "launcher" / "bootstrap.py", tmp_path / "launcher")
    shutil.copy(ROOT / "requirements-dev.txt", tmp_path)
    shutil.copytree(venv, tmp_path / ".venv", symlinks=True)
    (tmp_path / "wheels").mkdir()
    digest = make_wheel(tmp_path / "wheels")
    (tmp_path / "requirements-local.txt").write_text(f"bell==1.0 \\\n    --hash=sha256:{digest}\n")
    return tmp_path


def with_uv(clone):
    """As if pip had fetched uv: the program of this environment, with what pip writes about it."""
    (clone / ".venv" / "bin" / "uv").symlink_to(UV)
    site = next((clone / ".venv" / "lib").glob("python*/site-packages"))
    (info,) = Path(next(p for p in sys.path if p.endswith("site-packages"))).glob("uv-*.dist-info")
    shutil.copytree(info, site / info.name)


def bootstrap(clone):
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    wheels = str(clone / "wheels")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels, "UV_OFFLINE": "1", "UV_FIND_LINKS": wheels}
    return subprocess.run(
        [sys.executable, "launcher/bootstrap.py", "local"], cwd=clone, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env={**environ, **offline, "UV_CACHE_DIR": str(clone / "cache")},
    )  # fmt: skip


def sound(clone):
    """What the installed package says; empty where it is not installed."""
    program = [str(clone / ".venv" / "bin" / "python"), "-c", "import bell; print(bell.SOUND)"]
    return subprocess.run(program, capture_output=True, text=True).stdout.strip()


def installer(clone):
    """The name of the program that installed the package, by its own record."""
    return next((clone / ".venv").rglob("bell-1.0.dist-info/INSTALLER")).read_text().strip()


def test_uv_installs_the_packages_and_a_second_start_does_nothing(clone):
    with_uv(clone)
    done = bootstrap(clone)
    assert done.returncode == 0, done.stdout
    assert "Installing 1 packages" in done.stdout
    assert sound(clone) == "dong"
    assert installer(clone) == "uv"
    assert bootstrap(clone).stdout == ""


def test_without_uv_pip_installs_them(clone):
    done = bootstrap(clone)
    assert done.returncode == 0, done.stdout
    assert sound(clone) == "dong"
    assert installer(clone) == "pip"


@pytest.mark.slow
def test_what_uv_cannot_install_pip_tries(clone):
    with_uv(clone)
    (clone / "cache").write_text("no directory, so uv has no cache and ends")
    done = bootstrap(clone)
    assert "uv could not install them; trying with pip" in done.stdout
    assert done.returncode == 0, done.stdout
    assert installer(clone) == "pip"


@pytest.mark.parametrize("has_uv", [True, False])
def test_a_package_that_is_not_the_one_we_checked_is_refused_by_both(clone, has_uv):
    if has_uv:
        with_uv(clone)
    (clone / "requirements-local.txt").write_text(f"bell==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    done = bootstrap(clone)
    assert done.returncode == 1
    assert "A downloaded package is not the one we checked" in done.stdout
    assert sound(clone) == ""
    assert not (clone / ".venv" / ".installed-local").exists()
