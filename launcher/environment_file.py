"""Files of variables as systemd reads them (`EnvironmentFile=`): NAME=value, one a line, quoted where needed."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from launcher import files
from launcher.errors import LauncherError

LINE = re.compile(r"^(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)")
PLAIN = re.compile(r"[A-Za-z0-9_./:@%+=,~-]*")
# What systemd unescapes within double quotes.
ESCAPED = re.compile(r"""\\(["\\`$])""")


def read(path: Path) -> dict[str, str]:
    """{} where there is no such file. Raises `LauncherError` for a line that is no variable."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    variables = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text[0] in "#;":
            continue
        match = LINE.fullmatch(text)
        if match is None or match["value"].endswith("\\"):
            raise LauncherError(f"Line {number} of {path} cannot be read: each line is NAME=value, # begins a comment.")
        variables[match["name"]] = _unquoted(match["value"])
    return variables


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return ESCAPED.sub(r"\1", value[1:-1])
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1]
    return re.sub(r"\\(.)", r"\1", value)


def written(name: str, value: str) -> str:
    """The line of a variable. Raises `ValueError` where it cannot be in such a file."""
    if not value.isprintable():
        raise ValueError(f"{name} has a character that is no letter, digit or sign")
    if PLAIN.fullmatch(value):
        return f"{name}={value}"
    return '{}="{}"'.format(name, re.sub(r'(["\\`$])', r"\\\1", value))


def update(path: Path, variables: Mapping[str, str]) -> bool:
    """Set these in `path`, which only its owner reads, and leave its other lines alone. Whether anything changed."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    current = read(path)
    changes = {name: value for name, value in variables.items() if current.get(name) != value}
    if not changes:
        return False
    lines = []
    for line in before.splitlines():
        match = LINE.fullmatch(line.strip())
        if match and match["name"] in changes:
            continue
        lines.append(line)
    lines += [written(name, value) for name, value in changes.items()]
    new = path.with_name(f"{path.name}.new")
    files.write_private(new, "\n".join(lines) + "\n")
    os.replace(new, path)
    return True
