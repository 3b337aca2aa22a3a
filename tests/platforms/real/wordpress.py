"""WordPress of Debian with a MariaDB of its own, in a temporary directory, on free ports.

PHP's built-in server runs it: no web server has to be configured, and nothing outside of the directory is changed.
WordPress is copied, because Debian's one reads its settings and writes its uploads where root does. Plain http to a
local address is what `WP_ENVIRONMENT_TYPE` "local" allows application passwords for.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.platforms.real.snac2 import free_port

# Upper bound in seconds for a request on a slow machine.
PATIENCE = 60
PROGRAMS = {"mariadbd": "mariadb-server-core", "mariadb-install-db": "mariadb-server-core", "php": "php-cli"}
SOURCE = Path("/usr/share/wordpress")
# Linked to Debian's own places by the package.
LANGUAGES = Path("/var/lib/wordpress/wp-content/languages")
PASSWORD = "lozinka za probu, duga"
CONFIG = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('AUTH_KEY', 'a'); define('SECURE_AUTH_KEY', 'b'); define('LOGGED_IN_KEY', 'c'); define('NONCE_KEY', 'd');
define('AUTH_SALT', 'e'); define('SECURE_AUTH_SALT', 'f'); define('LOGGED_IN_SALT', 'g'); define('NONCE_SALT', 'h');
define('WP_ENVIRONMENT_TYPE', 'local');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('DISABLE_WP_CRON', true);
define('WP_SITEURL', '{url}');
define('WP_HOME', '{url}');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
# A person's comments come faster here than WordPress allows a person, and there is nobody to send mail to.
PLUGIN = """<?php
add_filter('wp_is_comment_flood', '__return_false', 99);
add_filter('pre_wp_mail', '__return_true');
"""


@dataclass
class WordPress:
    """`passwords`: the application passwords of the users, by their names."""

    url: str
    administrator: Administrator
    passwords: dict[str, str] = field(default_factory=dict)

    @property
    def allow(self) -> frozenset[str]:
        return frozenset({urllib.parse.urlsplit(self.url).netloc})


class Administrator:
    """Signed in with a cookie in the browser's pages, as the person who installed the site."""

    def __init__(self, url: str) -> None:
        self.url, self.session = url, requests.Session()
        self.nonce = ""

    def install(self) -> None:
        form = {
            "weblog_title": "Општина Ћуприја", "user_name": "urednik", "admin_password": PASSWORD, "pw_weak": "on",
            "admin_password2": PASSWORD, "admin_email": "urednik@cuprija.example", "blog_public": "0", "language": "",
        }  # fmt: skip
        page = self.session.post(f"{self.url}/wp-admin/install.php?step=2", data=form, timeout=PATIENCE)
        assert "wp-login.php" in page.text, page.text[-2000:]
        form = {"log": "urednik", "pwd": PASSWORD, "testcookie": "1"}
        self.session.cookies.set("wordpress_test_cookie", "WP Cookie check")
        self.session.post(f"{self.url}/wp-login.php", data=form, timeout=PATIENCE)
        address = f"{self.url}/wp-admin/admin-ajax.php?action=rest-nonce"
        self.nonce = self.session.get(address, timeout=PATIENCE).text
        assert re.fullmatch(r"[0-9a-f]{10}", self.nonce), self.nonce

    def call(self, method: str, route: str, **more: Any) -> Any:
        headers = {"X-WP-Nonce": self.nonce}
        address = f"{self.url}/index.php?rest_route=/wp/v2{route}"
        answer = self.session.request(method, address, headers=headers, timeout=PATIENCE, **more)
        assert answer.ok, answer.text
        return answer.json()

    def approve_new(self) -> None:
        """What WordPress holds back of somebody who has not commented before."""
        for comment in self.call("GET", "/comments", params={"status": "hold"}):
            self.call("POST", f"/comments/{comment['id']}", json={"status": "approved"})

    def application_password(self, user: int) -> str:
        made = self.call("POST", f"/users/{user}/application-passwords", json={"name": "Dobošar"})
        return str(made["password"])

    def add_user(self, name: str, role: str) -> int:
        form = {"username": name, "email": f"{name}@example.org", "password": PASSWORD, "roles": [role]}
        return int(self.call("POST", "/users", json=form)["id"])

    def set_addresses(self, structure: str) -> None:
        """How posts are addressed; "": with a question mark, without which WordPress has no `/wp-json/` either."""
        page = self.session.get(f"{self.url}/wp-admin/options-permalink.php", timeout=PATIENCE).text
        nonce = re.search(r'name="_wpnonce" value="([0-9a-f]+)"', page)
        assert nonce
        form = {"_wpnonce": nonce[1], "selection": structure, "permalink_structure": structure, "submit": "Save"}
        form |= {"category_base": "", "tag_base": ""}
        done = self.session.post(f"{self.url}/wp-admin/options-permalink.php", data=form, timeout=PATIENCE)
        assert done.ok


@contextmanager
def serving(folder: Path, subdirectory: str = "", *, is_pretty: bool = True) -> Iterator[WordPress]:
    """A site in `folder`, which must not exist yet, with an editor `urednik` (who installed it), an author `autor`,
    and a subscriber `pretplatnik` who may only read."""
    socket = folder / "db.sock"
    root = folder / "site"
    _copied(root / subdirectory)
    with _database(folder, socket), _php(folder, root) as origin:
        url = f"{origin}/{subdirectory}".rstrip("/")
        (root / subdirectory / "wp-config.php").write_text(CONFIG.format(socket=socket, url=url))
        administrator = Administrator(url)
        administrator.install()
        administrator.set_addresses("/%year%/%monthnum%/%postname%/" if is_pretty else "")
        users = {"urednik": 1, "autor": administrator.add_user("autor", "author")}
        users["pretplatnik"] = administrator.add_user("pretplatnik", "subscriber")
        passwords = {name: administrator.application_password(user) for name, user in users.items()}
        yield WordPress(url, administrator, passwords)


def _copied(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(SOURCE, place, symlinks=False, ignore=shutil.ignore_patterns(".htaccess", "wp-config.php"))
    content = place / "wp-content"
    (content / "uploads").mkdir(exist_ok=True)
    (content / "mu-plugins").mkdir(exist_ok=True)
    (content / "mu-plugins" / "tests.php").write_text(PLUGIN)
    # Without a theme a page is empty, and still has the header that leads to the API.
    theme = content / "themes" / "bare"
    theme.mkdir(parents=True, exist_ok=True)
    (theme / "style.css").write_text("/*\nTheme Name: Bare\n*/\n")
    (theme / "index.php").write_text("<?php while (have_posts()) { the_post(); the_title(); the_content(); }\n")


@contextmanager
def _database(folder: Path, socket: Path) -> Iterator[None]:
    data = folder / "db"
    user = ["--user=root"] if os.geteuid() == 0 else []
    made = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
    subprocess.run([*made, "--skip-test-db", *user], check=True, capture_output=True)
    begin = folder / "begin.sql"
    begin.write_text("CREATE DATABASE IF NOT EXISTS wordpress CHARACTER SET utf8mb4;\n")
    command = [
        shutil.which("mariadbd") or "/usr/sbin/mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}",
        "--skip-networking", f"--init-file={begin}", f"--pid-file={folder / 'db.pid'}", "--innodb-buffer-pool-size=32M",
        "--innodb-flush-log-at-trx-commit=0", *user,
    ]  # fmt: skip
    with (folder / "db.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until = time.monotonic() + PATIENCE
        while not socket.exists():
            assert process.poll() is None, (folder / "db.log").read_text()
            assert time.monotonic() < until, "MariaDB did not start"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextmanager
def _php(folder: Path, root: Path) -> Iterator[str]:
    """PHP's own server; it gives what is no file to the next `index.php` above, as a rewrite rule would."""
    port = free_port()
    environ = {**os.environ, "PHP_CLI_SERVER_WORKERS": "4"}
    settings = ["-d", "upload_max_filesize=64M", "-d", "post_max_size=64M", "-d", "opcache.enable_cli=1"]
    with (folder / "php.log").open("w") as log:
        command = ["php", *settings, "-S", f"127.0.0.1:{port}", "-t", str(root)]
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environ, start_new_session=True)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, 15)
        process.wait(PATIENCE)


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            requests.get(f"http://127.0.0.1:{port}/readme.html", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("PHP did not start")
