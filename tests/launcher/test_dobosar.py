"""The command `dobosar`, as far as it goes without systemd; `make maintain WHAT=test-debian` runs all of it."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from launcher import debian_setup, dobosar, environment_file, installed, prepare
from launcher.debian_setup import UsageError
from launcher.errors import LauncherError
from launcher.installed import Installation
from portal import health
from portal.environment import Environment

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ("setup", "check", "status", "backup", "restore", "upgrade", "manage")


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    (tmp_path / "etc").mkdir()
    (tmp_path / "data").mkdir()
    return Installation(tmp_path / "etc", tmp_path / "data", "http://127.0.0.1:9")


def run(*arguments: str, user: str | None = None) -> subprocess.CompletedProcess[str]:
    """In a process of its own, where no terminal can be asked."""
    command = [sys.executable, "-P", "-s", "-m", "launcher.dobosar", *arguments]
    return subprocess.run(
        command, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, user=user, cwd="/",
    )  # fmt: skip


def test_help_names_every_command_and_each_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    overview = run("--help")
    assert overview.returncode == 0
    for command in COMMANDS:
        assert re.search(rf"^    {command} ", overview.stdout, flags=re.MULTILINE), command
        with pytest.raises(SystemExit) as ended:
            dobosar.main([command, "--help"])
        assert ended.value.code == 0
        assert capsys.readouterr().out.startswith(f"usage: dobosar {command}")


@pytest.mark.parametrize("arguments", [[], ["install"], ["setup", "--hots", "a"], ["restore"]])
def test_a_wrong_option_ends_with_2_and_says_how_it_is_called(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        dobosar.main(arguments)
    assert ended.value.code == 2
    assert "usage: dobosar" in capsys.readouterr().err


def test_it_is_for_root() -> None:
    user = "nobody" if os.geteuid() == 0 else None
    if user and subprocess.run(["ls", sys.executable], user=user, capture_output=True).returncode:
        pytest.skip("the user nobody may not run this Python, which lies in a directory of root's alone")
    done = run("status", user=user)
    assert (done.returncode, done.stderr) == (1, "dobosar: this is for root; put sudo before it.\n")


@pytest.mark.parametrize(
    "host",
    ["", "localhost", "https://dobosar.example", "dobosar.example:8000", "dobosar.example/", "192.0.2.1", "-a.example",
     "добошар.срб", "a b.example", "a..example", "dobosar.example\nX=1", f"{'a' * 64}.example"],
)  # fmt: skip
def test_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(UsageError):
        debian_setup.checked_host(host)


def test_a_host_is_taken_in_small_letters() -> None:
    assert debian_setup.checked_host(" Dobosar.Example ") == "dobosar.example"
    assert debian_setup.checked_host("xn--90aaabec1bg8a.xn--90a3ac") == "xn--90aaabec1bg8a.xn--90a3ac"


@pytest.mark.parametrize(
    "url",
    ["", "mail.example", "http://mail.example:25", "smtp://mail.example", "smtp://:25", "smtp://mail.example:port",
     "smtp+tls://user:pa/ss@mail.example:587", "smtp+tls://user:pa#ss@mail.example:587", "smtp://mail.example:99999",
     "smtp://mail.example:25\nX=1", "smtp://mail.example:25?ssl=1"],
)  # fmt: skip
def test_a_mail_server_that_is_none_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        debian_setup.checked_smtp(url)
    assert "pa/ss" not in str(refused.value)
    assert "ss@mail" not in str(refused.value)


@pytest.mark.parametrize("scheme", debian_setup.SMTP_SCHEMES)
def test_a_mail_server_that_is_taken_is_read_by_the_settings_in_the_same_way(scheme: str) -> None:
    url = debian_setup.checked_smtp(f"{scheme}://us%40er:pa%2Fss$\"'@mail.example:587")
    values = Environment.email_url_config(url)
    assert (values["EMAIL_HOST"], values["EMAIL_PORT"]) == ("mail.example", 587)
    assert (values["EMAIL_HOST_USER"], values["EMAIL_HOST_PASSWORD"]) == ("us@er", "pa/ss$\"'")


@pytest.mark.parametrize("sender", ["", "dobosar", "a@b", "<a@b.example", "A <a@b.example> B", "A\n<a@b.example>"])
def test_a_sender_that_is_none_is_refused(sender: str) -> None:
    with pytest.raises(UsageError):
        debian_setup.checked_sender(sender)


def test_without_a_terminal_what_is_missing_is_named(installation: Installation) -> None:
    with pytest.raises(UsageError, match="--host is needed"):
        debian_setup.answers(installation, None, None, None, terminal=False)
    with pytest.raises(UsageError, match="--smtp is needed"):
        debian_setup.answers(installation, "dobosar.example", None, None, terminal=False)


def test_a_wrong_option_changes_no_file(installation: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    assert dobosar.main(["setup", "--host", "https://dobosar.example"], installation) == 2
    assert "only the host name" in capsys.readouterr().err
    assert list(installation.configuration.iterdir()) == []


def test_setting_up_again_leaves_keys_and_passwords_and_takes_what_is_new(installation: Installation) -> None:
    first = debian_setup.answers(installation, "dobosar.example", "smtp://127.0.0.1:25", None, terminal=False)
    env, owner = debian_setup.variables(installation, first)
    environment_file.update(installation.env, {**env, "METRICS_TOKEN": "by hand"})
    environment_file.update(installation.owner_env, owner)
    again = debian_setup.answers(installation, None, None, None, terminal=False)
    assert again == first
    assert debian_setup.variables(installation, again) == (env, owner)
    moved, _ = debian_setup.variables(installation, replace(first, host="glasnik.example"))
    changed = {name for name, value in moved.items() if env[name] != value}
    assert changed == {"PUBLIC_BASE_URL", "ALLOWED_HOSTS"}


def test_a_new_set_up_is_what_the_settings_need(installation: Installation) -> None:
    given = debian_setup.answers(installation, "dobosar.example", "smtp://127.0.0.1:25", None, terminal=False)
    env, owner = debian_setup.variables(installation, given)
    environment_file.update(installation.env, env)
    environment_file.update(installation.owner_env, owner)
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "ERROR"]
    environment = {**installation.environment(), "STATIC_ROOT": str(installation.data)}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_only_those_that_own_the_tables_get_their_password(installation: Installation) -> None:
    environment_file.update(installation.env, {"DATABASE_URL": "postgresql://app:1@127.0.0.1/dobosar"})
    environment_file.update(installation.owner_env, {"DATABASE_OWNER_URL": "postgresql://owner:2@127.0.0.1/dobosar"})
    assert "DATABASE_OWNER_URL" not in installation.environment()
    assert installation.environment(owner=True)["DATABASE_OWNER_URL"].endswith("owner:2@127.0.0.1/dobosar")


def test_a_variable_of_env_comes_before_one_of_the_options_as_in_the_units(installation: Installation) -> None:
    (installation.configuration / "options.env").write_text("EMAIL_URL=smtp://a:1\nLOG_FORMAT=json\n")
    installation.env.write_text("EMAIL_URL=smtp://b:2\n")
    assert installation.variables() == {"EMAIL_URL": "smtp://b:2", "LOG_FORMAT": "json"}
    units = (ROOT / "packaging/systemd/dobosar-.service.d/common.conf").read_text()
    files = re.findall(r"EnvironmentFile=-?(\S+)", units)
    assert files == ["/etc/dobosar/options.env", "/etc/dobosar/env"]


@pytest.mark.parametrize("command", ["check", "status", "backup", "upgrade"])
def test_before_the_set_up_each_command_says_what_comes_first(
    installation: Installation, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert dobosar.main([command], installation) == 1
    assert "Next: dobosar setup" in capsys.readouterr().err


def test_every_value_of_readyz_has_words() -> None:
    assert installed.PARTS.keys() == set(health.PARTS)


@pytest.mark.django_db(transaction=True)
def test_readyz_is_put_into_words(installation: Installation, live_server: Any, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["dobosar.example"]
    installation.env.write_text("ALLOWED_HOSTS=dobosar.example\n")
    parts = installed.readiness(replace(installation, portal=live_server.url))
    assert parts["database"]
    assert not parts["beat"]
    assert installed.problems(parts)["beat"] == "no periodic task was carried out for a minute"
    assert installed.problems(installed.readiness(installation)) == {"web": "the web process does not answer"}


def test_other_users_may_not_read_the_keys(installation: Installation) -> None:
    installation.env.write_text("SECRET_KEY=1\n")
    installation.env.chmod(0o644)
    assert "other users can read" in dobosar.settings_problem(installation)


def test_an_old_backup_is_called_old() -> None:
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)
    assert dobosar.backup_in_words(None, now) == "none yet: dobosar backup"
    assert "too old" not in dobosar.backup_in_words(now - timedelta(hours=25), now)
    assert "too old" in dobosar.backup_in_words(now - timedelta(hours=27), now)


def test_valkey_that_does_not_answer_is_named() -> None:
    assert installed.valkey_problem("redis://127.0.0.1:9/0").startswith("Valkey does not answer")
    assert installed.valkey_problem(os.environ["REDIS_URL"]) == ""


def test_migrations_of_a_database_that_does_not_answer_are_not_counted() -> None:
    with pytest.raises(LauncherError, match="does not answer"):
        installed.pending({"DATABASE_URL": "postgresql://a:b@127.0.0.1:9/dobosar"})


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a file to another user needs root")
def test_a_copy_for_the_portal_is_read_by_its_user_alone(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "key.txt").write_text("secret")
    copy = installed.lend(tmp_path / "key.txt", tmp_path / "there", "nobody")
    assert copy.read_text() == "secret"
    assert (copy.stat().st_uid, copy.stat().st_mode & 0o777) == (pwd.getpwnam("nobody").pw_uid, 0o600)


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a file to another user needs root")
@pytest.mark.parametrize("planted", ["file", "directory"])
def test_a_copy_for_the_portal_follows_no_link_that_its_user_planted(tmp_path: Path, planted: str) -> None:
    (tmp_path / "key.txt").write_text("secret")
    (tmp_path / "elsewhere").mkdir()
    there = tmp_path / "there"
    if planted == "directory":
        there.symlink_to(tmp_path / "elsewhere")
    else:
        there.mkdir()
        (there / "key.txt").symlink_to(tmp_path / "elsewhere" / "target")
    with pytest.raises(OSError):
        installed.lend(tmp_path / "key.txt", there, "nobody")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_start_after_an_interrupted_restore_is_refused_by_the_unit_as_well(tmp_path: Path) -> None:
    (tmp_path / prepare.RESTORING).write_text('{"source": "/root/a.tar.gz"}')
    environment = {**os.environ, "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "launcher.prepare", "migrate"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "A restore was interrupted" in done.stderr
    assert "make restore FROM=/root/a.tar.gz YES=1" in done.stderr
