"""What every answer says to the browser, cookies, methods, and the settings of an installation behind https."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from django.test import Client

from launcher.check import PRODUCTION
from tests.people import Cast, sign_in

ROOT = Path(__file__).resolve().parents[2]
INSTALLATION = """
import json, sys
import django
django.setup()
from django.conf import settings
from django.test import Client
from common.message_storage import PrefixedCookieStorage
from accounts import throttling
from django.http import HttpResponse
names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME", "THEME_COOKIE_NAME",
    "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
    "CSRF_COOKIE_SAMESITE", "DEBUG", "PASSWORD_HASHERS")
report = {name: getattr(settings, name) for name in names}
report["messages"] = PrefixedCookieStorage.cookie_name
marked = HttpResponse()
throttling.remember_device(marked, "a@b.example")
report["device"] = {key: dict(morsel) for key, morsel in marked.cookies.items()}
client = Client(headers={"host": "dobosar.example"})
requests = (("redirected", "/about/", False), ("page", "/healthz", True), ("static", "/static/x.txt", True))
for title, path, secure in requests:
    answer = client.get(path, secure=secure)
    report[title] = {"status": answer.status_code, **answer.headers}
print(json.dumps(report))
"""


@pytest.fixture(scope="module")
def behind_https(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What an installation at an https address answers, in a process of its own."""
    data = tmp_path_factory.mktemp("data")
    (data / "static").mkdir()
    (data / "static" / "x.txt").write_text("x")
    environ = {**os.environ, **PRODUCTION, "DATA_DIR": str(data), "STATIC_ROOT": str(data / "static")}
    done = subprocess.run([sys.executable, "-c", INSTALLATION], cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def test_every_cookie_has_a_prefix_behind_https(behind_https: dict[str, Any]) -> None:
    names = [value for name, value in behind_https.items() if name.endswith("_COOKIE_NAME")]
    assert len(names) == 4
    assert [name for name in [*names, behind_https["messages"]] if not name.startswith("__Host-")] == []
    ((name, attributes),) = behind_https["device"].items()
    # A browser refuses `__Host-` on a cookie with a path.
    assert (name.startswith("__Secure-dobosar_device_"), attributes["path"]) == (True, "/accounts/")


def test_cookies_are_secure_and_of_this_site(behind_https: dict[str, Any]) -> None:
    assert behind_https["SESSION_COOKIE_SECURE"] is behind_https["CSRF_COOKIE_SECURE"] is True
    assert behind_https["SESSION_COOKIE_HTTPONLY"] is True
    assert behind_https["SESSION_COOKIE_SAMESITE"] == behind_https["CSRF_COOKIE_SAMESITE"] == "Lax"
    (attributes,) = behind_https["device"].values()
    assert (attributes["secure"], attributes["httponly"], attributes["samesite"]) == (True, True, "Lax")


def test_scripts_know_the_names_of_the_cookies(behind_https: dict[str, Any]) -> None:
    theme = (ROOT / "static/js/theme.js").read_text()
    assert f'"{behind_https["THEME_COOKIE_NAME"]}"' in theme
    assert "; Secure" in theme
    assert "(?:__Host-)?dobosar_csrf=" in (ROOT / "static/js/offline/sending.js").read_text()


@pytest.mark.parametrize("title", ["page", "static"])
def test_browsers_are_told_to_stay_with_https_for_a_year(behind_https: dict[str, Any], title: str) -> None:
    assert behind_https[title]["status"] == 200
    seconds = re.match(r"max-age=(\d+); includeSubDomains", behind_https[title]["Strict-Transport-Security"])
    assert seconds is not None
    assert int(seconds[1]) >= 31536000


def test_http_leads_to_https(behind_https: dict[str, Any]) -> None:
    assert behind_https["redirected"]["status"] == 301
    assert behind_https["redirected"]["Location"] == "https://dobosar.example/about/"


def test_an_installation_shows_no_tracebacks_and_hashes_passwords_slowly(behind_https: dict[str, Any]) -> None:
    assert behind_https["DEBUG"] is False
    assert behind_https["PASSWORD_HASHERS"][0].endswith("Argon2PasswordHasher")


# ---- every answer

ANSWERS = (
    ("/", 302), ("/accounts/login/", 302), ("/m/cuprija/", 200), ("/m/novi-pazar/", 404), ("/nothing/", 404),
    ("/accounts/language", 405), ("/m/cuprija/settings/export/", 403), ("/healthz", 200), ("/metrics", 404),
    ("/open-data/", 200), ("/open-data/months.csv", 200), ("/l/none", 404), ("/static/vendor/htmx.min.js", 200),
)  # fmt: skip


@pytest.mark.parametrize(("path", "status"), ANSWERS)
def test_every_answer_is_neither_guessed_at_nor_framed(cast: Cast, path: str, status: int) -> None:
    answer = sign_in(cast.officer).get(path)
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    kind = answer.headers["Content-Type"]
    assert kind == "application/json" or re.search(r'; charset="?utf-8', kind), kind


@pytest.mark.parametrize(("path", "status"), [answer for answer in ANSWERS if "static" not in answer[0]])
def test_addresses_are_not_told_to_other_sites(cast: Cast, path: str, status: int) -> None:
    answer = sign_in(cast.officer).get(path)
    assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_only_open_data_may_be_read_by_other_sites(cast: Cast) -> None:
    client = sign_in(cast.officer)
    shared = {
        path
        for path, _status in ANSWERS
        if "Access-Control-Allow-Origin" in client.get(path, headers={"origin": "https://elsewhere.example"}).headers
    }
    assert shared == {"/open-data/months.csv"}


@pytest.mark.parametrize("method", ["TRACE", "PUT", "PATCH", "DELETE", "CONNECT", "BREW"])
@pytest.mark.parametrize("path", ["/", "/m/cuprija/", "/healthz", "/accounts/login/", "/open-data/", "/l/none"])
def test_methods_that_no_page_has_are_refused(cast: Cast, path: str, method: str) -> None:
    answer = sign_in(cast.officer).generic(method, path, headers={"x-secret": "s3cret"})
    assert answer.status_code == 405
    assert b"s3cret" not in answer.content


def test_no_directory_is_listed() -> None:
    for path in (
        "/static/",
        "/static/js/",
        "/media/",
        "/static/../portal/settings.py",
        "/.git/config",
        "/static/.git/config",
    ):
        assert Client().get(path).status_code == 404, path
