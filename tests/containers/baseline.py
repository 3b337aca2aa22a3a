"""`make maintain WHAT=baseline`: the database of a release, which every later version has to bring up to date.

    python -m tests.containers.baseline --release VERSION

Made of the demo and one submitted post, in servers of its own; without pictures. From then on its migrations may not be
changed any more (`tests/launcher/test_baseline.py`).
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from launcher import binaries, embedded
from launcher.site import ROOT
from portal import migration_history

DIRECTORY = ROOT / "tests" / "containers" / "baseline"
DUMP, ABOUT = "database.sql.xz", "about.json"
# In the dump: secrets are bound to the address of their network.
PRACTICE_URL = "http://practice.localhost:8001"
# With it the tokens in the dump are encrypted: those of the suite, which open nothing but the practice network.
TOKEN_KEYS = "tests:dGVzdHMtb25seS1rZXktb2YtMzItYnl0ZXMtISEhISE="  # pragma: allowlist secret
TEXT = "Ова објава је написана пре надоградње портала и чека одобрење."
# For `manage.py shell`: a post without a picture that waits for its approval.
SUBMIT = f"""
from accounts.models import User
from channels.models import Channel
from municipalities.models import Municipality
from municipalities.tenancy import scope
from posts.draft import Draft, Text
from posts.editing.domain.create import create
from posts.editing.domain.save import Content, save_draft
from posts.editing.domain.submit import submit

text, municipality = {TEXT!r}, Municipality.objects.get(slug="mali-zvornik")
officer = User.objects.get(email="officer@mali-zvornik.example")
with scope(municipality):
    post = create(municipality, by=officer)
    channels = tuple(Channel.objects.filter(state="connected").values_list("pk", flat=True))
    draft = Draft(texts={{"sr-Cyrl": Text(text)}}, channels=channels)
    submit(save_draft(post, Content(draft, text, ""), revision=post.revision, by=officer).post, by=officer)
"""
# psql of the server's version reads them; older ones do not.
RESTRICTED = re.compile(rb"^\\(un)?restrict .*\n", flags=re.MULTILINE)


@dataclass(frozen=True)
class About:
    """`release`: its version. `migrations`: name and fingerprint of each of ours."""

    release: str
    made_at: str
    migrations: dict[str, str]


def about(directory: Path = DIRECTORY) -> About:
    return About(**json.loads((directory / ABOUT).read_text(encoding="utf-8")))


def dump() -> bytes:
    """The statements that fill an empty schema."""
    return lzma.decompress((DIRECTORY / DUMP).read_bytes())


def changed(of: About, current: dict[str, str]) -> list[str]:
    """Migrations of the baseline that this version has no more, or not as they were."""
    return sorted(name for name, fingerprint in of.migrations.items() if current.get(name) != fingerprint)


def make(release: str) -> About:
    with tempfile.TemporaryDirectory(prefix="dobosar-baseline-") as name:
        Path(name).chmod(0o711)
        with embedded.serving(Path(name) / "servers", test=True, environ={}) as urls:
            environ = {
                **os.environ, **urls, "DATA_DIR": name, "DJANGO_SETTINGS_MODULE": "portal.settings", "DEMO": "true",
                "SECRET_KEY": "only-to-make-a-baseline-" * 3,  # pragma: allowlist secret
                "TOKEN_KEYS": TOKEN_KEYS, "PRACTICE_URL": PRACTICE_URL,
            }  # fmt: skip
            for command in (
                ["-m", "launcher.prepare", "migrate"],
                ["manage.py", "seed_demo"],
                ["manage.py", "shell", "--verbosity=0", "--command", SUBMIT],
            ):
                subprocess.run([sys.executable, *command], cwd=ROOT, env=environ, check=True)
            program = [str(binaries.postgres_bin() / "pg_dump"), "--no-owner", "--exclude-table-data=django_session"]
            statements = subprocess.run(
                [*program, urls["DATABASE_OWNER_URL"]], capture_output=True, check=True, env=environ
            ).stdout
    record = About(release, datetime.now(UTC).date().isoformat(), migration_history.current())
    DIRECTORY.mkdir(exist_ok=True)
    (DIRECTORY / DUMP).write_bytes(lzma.compress(RESTRICTED.sub(b"", statements), preset=9 | lzma.PRESET_EXTREME))
    (DIRECTORY / ABOUT).write_text(json.dumps(asdict(record), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return record


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--release", required=True, help="the version whose tables these are from now on")
    release = parser.parse_args().release
    version = re.findall(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), flags=re.MULTILINE)[0]
    if release != version:
        sys.exit(f"This is version {version}, not {release}.")
    make(release)
    print(f"{(DIRECTORY / DUMP).relative_to(ROOT)}: {(DIRECTORY / DUMP).stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
