"""Variables of the installation that cannot be read end the program with a sentence that says what to do."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from portal.environment import Environment

ROOT = Path(__file__).resolve().parents[2]
GOOD = "k8Zr2" * 12
SPECIAL = "a/b#c?d@e:f%"


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command on an installation of which only `variables` are set."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**kept, "SECRET_KEY": GOOD, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def settings_of(*names: str, **variables: str) -> list[str]:
    names_in_code = ", ".join(f"settings.{name}" for name in names)
    result = run("-c", f"from portal import settings; print({names_in_code}, sep='\\n')", **variables)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TRUSTED_PROXY_COUNT", "abc", "is 'abc', but has to be a whole number"),
        ("SECURE_SSL_REDIRECT", "ture", "is 'ture', but has to be true or false"),
        ("NETWORK_OPTIONS", "{", "is not valid JSON"),
        ("EMAIL_URL", "smtp://portal:sec#ret@mail.example:25", "# as %23"),
        ("DATABASE_URL", "postgresql://portal:sec/ret@127.0.0.1:5432/portal", "/ as %2F"),
    ],
)
def test_a_value_that_cannot_be_read_ends_the_start_with_a_sentence(name: str, value: str, words: str) -> None:
    result = run("manage.py", "check", PUBLIC_BASE_URL="https://dobosar.example", **{name: value})
    assert result.returncode == 1
    assert result.stderr.startswith(f"The variable {name} ")
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert "sec" not in result.stderr  # a password is not repeated


def test_special_characters_of_a_password_are_written_percent_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = quote(SPECIAL, safe="")
    monkeypatch.setenv("DATABASE_URL", f"postgresql://portal:{encoded}@127.0.0.1:5432/portal")
    monkeypatch.setenv("EMAIL_URL", f"smtp://portal:{encoded}@mail.example:25")
    read = (Environment().db("DATABASE_URL")["PASSWORD"], Environment().email_url("EMAIL_URL")["EMAIL_HOST_PASSWORD"])
    assert read == (SPECIAL, SPECIAL)


@pytest.mark.parametrize(("value", "expected"), [("7", 7), ("", 3), (" ", 3)])
def test_an_empty_number_is_one_that_was_left_out(monkeypatch: pytest.MonkeyPatch, value: str, expected: int) -> None:
    monkeypatch.setenv("NUMBER", value)
    assert Environment().int("NUMBER", default=3) == expected


def test_behind_https_there_is_a_proxy_whose_address_is_not_that_of_the_visitors() -> None:
    names = ("ALLAUTH_TRUSTED_PROXY_COUNT", "BEHIND_TLS_PROXY")
    assert settings_of(*names, PUBLIC_BASE_URL="https://dobosar.example") == ["1", "True"]
    assert settings_of(*names, PUBLIC_BASE_URL="http://127.0.0.1:8000") == ["0", "False"]
    assert settings_of(*names, PUBLIC_BASE_URL="https://dobosar.example", TRUSTED_PROXY_COUNT="2") == ["2", "True"]


def test_hsts_of_other_hosts_can_be_left_out() -> None:
    code = (
        "from wsgiref.headers import Headers\nfrom portal import settings\nheaders = Headers([])\n"
        "settings.WHITENOISE_ADD_HEADERS_FUNCTION(headers, '', '')\nprint(headers['Strict-Transport-Security'])\n"
        "print(settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD)"
    )
    address = {"PUBLIC_BASE_URL": "https://dobosar.example"}
    assert run("-c", code, **address).stdout.splitlines() == [
        "max-age=31536000; includeSubDomains; preload",
        "True True",
    ]
    off = {"SECURE_HSTS_INCLUDE_SUBDOMAINS": "false", "SECURE_HSTS_PRELOAD": "false"}
    assert run("-c", code, **address, **off).stdout.splitlines() == ["max-age=31536000", "False False"]


def test_collected_files_can_be_read_by_another_user(tmp_path: Path, settings: Any) -> None:
    """As in the image: root collects them, and the portal runs as somebody else. Media are not for everybody."""
    before = os.umask(0o022)
    try:
        result = run(
            "manage.py", "collectstatic", "--noinput", "--verbosity", "0", STATIC_ROOT=str(tmp_path / "static")
        )
    finally:
        os.umask(before)
    assert result.returncode == 0, result.stderr
    paths = list((tmp_path / "static").rglob("*"))
    assert len(paths) > 100
    unreadable = [path for path in paths if not path.stat().st_mode & stat.S_IROTH]
    closed = [path for path in paths if path.is_dir() and not path.stat().st_mode & stat.S_IXOTH]
    assert not unreadable[:5]
    assert not closed[:5]
