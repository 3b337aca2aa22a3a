"""Backup and restore of the compose file, followed in the words of docs/operations/backup-and-restore.md.

The second installation is restored beside the first, which goes on and publishes a post that was due in the backup.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher import ports
from tests.containers.documented import commands
from tests.containers.engine import Project
from tests.containers.pages import ADMINISTRATOR, ALT, OFFICER, PATIENCE, Portal

PROJECT, OVERRIDE = "dobosar-elsewhere", "tests/containers/elsewhere.yml"


def save(project: Project, backup: Path) -> None:
    project.follow(_commands(backup)[0])


@contextmanager
def restored(backup: Path) -> Iterator[str]:
    """The address of a second installation with its own containers and volumes, in which the backup was restored."""
    _, settings, restore = _commands(backup)
    port = ports.choose()
    own = {"PORT": str(port), "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}"}
    variables = dict(line.split("=", 1) for line in (backup / "env").read_text().splitlines())
    with (
        tempfile.TemporaryDirectory() as name,
        Project.of(Path(name), PROJECT, variables, OVERRIDE) as project,
    ):
        project.follow(settings)
        path = project.directory / ".env"
        text = path.read_text()
        for variable, value in own.items():
            text, count = re.subn(rf"^{variable}=.*$", f"{variable}={value}", text, flags=re.MULTILINE)
            assert count == 1, f"{variable} is {count} times in the settings of the backup"
        path.write_text(text)
        project.follow(restore)
        project.up()
        yield own["PUBLIC_BASE_URL"]


def _commands(backup: Path) -> list[str]:
    """How a backup is made, how its settings are put in place, and how the rest is restored."""
    return commands("backup-and-restore.md", "### With Docker Compose", "## Restore", {"BACKUP": str(backup)})


def require_restored(portal: Portal, path: str, text: str, due: str) -> None:
    """Somebody sees the post at `path` with its picture, and an administrator that `due` is public already."""
    from playwright.sync_api import expect

    page = portal.page_of(OFFICER)
    page.goto(portal.address + path)
    expect(page.get_by_role("main")).to_contain_text(text)
    picture = page.get_by_role("main").get_by_alt_text(ALT).first
    picture.scroll_into_view_if_needed()
    page.wait_for_function("picture => picture.complete && picture.naturalWidth > 0", arg=picture.element_handle())
    expect(page.get_by_role("main")).to_contain_text("Објављено")
    page = portal.page_of(ADMINISTRATOR)
    page.goto(f"{portal.address}/installation/restore/")
    expect(page.get_by_role("heading", name="Објављивање је заустављено")).to_be_visible()
    expect(page.locator("#restore details", has_text=due)).to_contain_text("Већ објављено", timeout=PATIENCE * 2)
