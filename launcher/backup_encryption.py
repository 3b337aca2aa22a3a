"""Encrypts backups to a public key, so that the machine that writes them cannot read them.

`age1...` and `ssh-...` are recipients of age (https://age-encryption.org); everything else names a key of GnuPG.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from launcher.errors import LauncherError

SUFFIXES = {"age": ".age", "gpg": ".gpg"}


def program(recipient: str) -> str:
    """`age` or `gpg`. Raises `LauncherError` where it is not installed."""
    name = "age" if recipient.startswith(("age1", "ssh-")) else "gpg"
    if shutil.which(name) is None:
        raise LauncherError(f"{name} is needed to encrypt the backup. Debian: apt-get install {_package(name)}")
    return name


def suffix(recipient: str) -> str:
    """What the name of a backup for `recipient` ends with; "" without a recipient."""
    return SUFFIXES[program(recipient)] if recipient else ""


@contextlib.contextmanager
def encrypted(target: Path, recipient: str) -> Iterator[IO[bytes]]:
    """A file to write to; what arrives in `target`, with mode 0600, only the recipient can read."""
    name = program(recipient)
    to = ["--recipient", recipient, "--output", str(target)]
    options = ["--batch", "--yes", "--trust-model", "always"] if name == "gpg" else []
    with subprocess.Popen(
        [name, *options, "--encrypt", *to], stdin=subprocess.PIPE, stderr=subprocess.PIPE, umask=0o077
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        broken = False
        try:
            yield process.stdin
        except BrokenPipeError:
            broken = True
        finally:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        output = process.stderr.read().decode(errors="replace").strip()
    if process.returncode or broken:
        raise LauncherError(f"The backup could not be encrypted to {recipient!r}. {name} says:\n{output}")


@contextlib.contextmanager
def readable(source: Path, work: Path, identity: Path | None) -> Iterator[Path]:
    """The archive itself, or a decrypted copy in `work` while the block runs.

    `identity`: the file with the private key of age. GnuPG takes the key from its keyring.
    """
    names = {suffix: name for name, suffix in SUFFIXES.items()}
    if source.suffix not in names:
        yield source
        return
    name = names[source.suffix]
    if name == "age" and identity is None:
        raise LauncherError(f"{source} is encrypted. Name the file with your private key: IDENTITY=key.txt")
    if shutil.which(name) is None:
        raise LauncherError(f"{name} is needed to read {source}. Debian: apt-get install {_package(name)}")
    plain = work / "backup.tar.gz"
    options = ["--identity", str(identity)] if name == "age" else ["--batch", "--yes"]
    command = [name, *options, "--decrypt", "--output", str(plain), str(source)]
    done = subprocess.run(command, capture_output=True, check=False, umask=0o077)
    if done.returncode:
        raise LauncherError(f"{source} could not be decrypted. {name} says:\n{done.stderr.decode(errors='replace')}")
    try:
        yield plain
    finally:
        plain.unlink(missing_ok=True)


def _package(name: str) -> str:
    return {"age": "age", "gpg": "gnupg"}[name]
