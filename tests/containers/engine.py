"""Docker and its compose file, for one project in a directory of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher.site import ROOT

# Debian's packages have the classic builder only.
ENVIRONMENT = {**os.environ, "DOCKER_BUILDKIT": "0", "COMPOSE_ANSI": "never"}


class NoEngine(RuntimeError):
    """No container engine could be used; the message says why."""


@contextlib.contextmanager
def running() -> Iterator[None]:
    """The engine of this machine. As root it is started where it is installed and does not run."""
    if shutil.which("docker") is None or shutil.which("dockerd") is None:
        raise NoEngine(
            "Docker is not installed (Debian: apt-get install docker.io docker-cli docker-compose debootstrap)"
        )
    if answers():
        yield
        return
    if os.geteuid() != 0:
        raise NoEngine("Docker does not answer, and only root can start it")
    # A file: a pipe that nobody reads is full after 64 kB, and dockerd then stops in the middle of its next line.
    with (
        tempfile.TemporaryFile("w+") as output,
        subprocess.Popen(["dockerd"], stdout=output, stderr=subprocess.STDOUT) as daemon,
    ):
        try:
            ends = time.monotonic() + 60
            while not answers():
                if daemon.poll() is not None or time.monotonic() > ends:
                    daemon.kill()
                    output.seek(0)
                    raise NoEngine(f"dockerd could not be started: {output.read().strip().splitlines()[-1:]}")
                time.sleep(0.5)
            yield
        finally:
            daemon.terminate()


def answers() -> bool:
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


def run(*command: str, cwd: Path | None = None, stdin: Any = None) -> str:
    """Output of a command; raises `RuntimeError` with it."""
    done = subprocess.run(command, cwd=cwd, env=ENVIRONMENT, stdin=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout


@dataclass
class Project:
    """The working tree in `directory`, with a `.env` of its own. Its containers and volumes end with it."""

    directory: Path
    name: str
    files: tuple[str, ...]

    @classmethod
    @contextlib.contextmanager
    def of(cls, directory: Path, name: str, variables: dict[str, str], *files: str) -> Iterator[Project]:
        tracked = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
        for path in filter(None, tracked.split("\0")):
            if (ROOT / path).is_file():
                (directory / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / path, directory / path)
        (directory / ".env").write_text("".join(f"{key}={value}\n" for key, value in variables.items()))
        project = cls(directory, name, files)
        project.remove()
        try:
            yield project
        finally:
            project.remove()

    def remove(self) -> None:
        """Its containers and volumes. Nothing that runs in it is waited for."""
        self.compose("down", "--timeout", "1", "--volumes", "--remove-orphans")

    def compose(self, *arguments: str, stdin: Any = None) -> str:
        files = [part for file in ("docker-compose.yml", *self.files) for part in ("--file", file)]
        prefix = ["docker", "compose", "--project-name", self.name, "--env-file", ".env", *files]
        return run(*prefix, *arguments, cwd=self.directory, stdin=stdin)

    def follow(self, block: str) -> None:
        """Run a shell block in the directory; `docker compose` in it means this project. Raises as `run` does."""
        environ = {
            **ENVIRONMENT,
            "COMPOSE_PROJECT_NAME": self.name,
            "COMPOSE_FILE": ":".join(("docker-compose.yml", *self.files)),
        }
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block], cwd=self.directory, env=environ,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{block}\n{(done.stdout + done.stderr)[-4000:]}")

    def up(self) -> None:
        """Start everything, and wait until all of it is healthy. Raises with the logs of what is not."""
        try:
            self.compose("up", "--detach", "--wait", "--wait-timeout", "420")
        except RuntimeError as error:
            raise RuntimeError(
                f"{error}\n{self.compose('ps', '--all')}\n{self.compose('logs', '--tail', '15')}"
            ) from None

    def health(self) -> dict[str, str]:
        """Service → `healthy`, `unhealthy`, or how it ended."""
        lines = self.compose("ps", "--all", "--format", "json").splitlines()
        return {row["Service"]: row["Health"] or f"exit {row['ExitCode']}" for row in map(json.loads, lines)}


def megabytes(image: str) -> float:
    return int(run("docker", "image", "inspect", image, "--format", "{{.Size}}")) / 1e6
