"""What lies in Valkey after people, strangers, networks and workers were there: every key is of a known kind.

Valkey has no rights for single rows, and its memory is written to the disk. So no password, token, session key, word of
a citizen or address of anybody may stand in it, neither in a key nor in a value.
"""

from __future__ import annotations

import ast
import json
import pickle
import re
from pathlib import Path
from typing import Any

import pytest
import redis

from django.core import mail
from django.core.cache import cache, caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import tasks as account_tasks
from analytics.ingestion.domain import webhooks
from channels.domain import keys
from channels.models import Channel
from common import job_progress
from delivery import heartbeat
from municipalities.tenancy import scope
from portal import tasks
from posts.editing.domain import page_cards
from tests import security_figures
from tests.architecture.test_source import modules_with, name_of, tree
from tests.channels.test_hostile_webhooks import payload, signed
from tests.participation import public_rows
from tests.people import Cast, sign_in

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse zqpassword staple"
WORDS, AGENT, ADDRESS = "zqreci gradjana", "zqbrowser", "203.0.113.77"
HASH = r"[0-9a-f]{20,64}"
# Pattern of a key: what its value is, and what for.
KINDS = {
    rf":1:session:{HASH}": "a session, under the hash of its key: whose it is, and with which address they signed in",
    rf":1:guessing:{HASH}": "that the owner of an account was warned today; the address is hashed",
    rf":1:ratelimit:[a-z-]+:{HASH}(:[0-9.]+)?": "how often somebody did something within a window; who is hashed",
    rf":1:allauth:rl:[a-z_.:-]+:[0-9./]+/key:{HASH}": "times of calls, for limits; what was entered is hashed",
    r":1:allauth:rl:[a-z_.:-]+:[0-9./]+/ip:ip:[0-9a-f.:]+": "times of calls of an IP address; a minute",
    r":1:allauth:rl:[a-z_.:-]+:[0-9./]+/user:user:[0-9]+": "times of calls of an account, by its id",
    r":1:links:salt": "a random number of the day, which makes hashes of visitors useless tomorrow",
    rf":1:links:visit:{HASH}:[A-Za-z0-9]+": "that the same visit followed a link twice; the visitor is hashed",
    r":1:heartbeat:[a-z:]+": "that a process lives",
    r":1:traffic:[a-z-]+(:.+)?": "what servers of networks still take, and which do not answer; names of hosts, ids",
    r"metrics:[a-z_]+": "how long requests and tasks took, by patterns of addresses and names of tasks",
    r":1:job-progress:[a-z._]+:[0-9]+": "how far a report or an export is: two numbers",
    rf":1:page-card:[0-9]+:{HASH}": "what a linked public page says of itself, by municipality",
    rf":1:page-picture:[0-9]+:{HASH}": "the picture of such a page, written anew",
    r":1:analytics:events-read": "the time of the last event that was read",
    r":1:(open-data|public)[a-z-]*:.+": "a public page, as everybody sees it",
    r"(_kombu\.binding\.)?[a-z]+(\x06\x16\d)?": "Celery: queues of calls of our tasks, whose arguments are ids",
    r"_kombu\.binding[._].+": "Celery: names of queues",
    r"unacked.*": "Celery: calls that a worker holds",
}
# Modules that write to Valkey. A new one gets a line in the test below, and its keys a pattern above.
WRITERS = {
    "accounts/middleware.py", "accounts/throttling.py", "analytics/ingestion/domain/webhooks.py",
    "channels/rate_limits.py", "common/optional_cache.py", "common/ratelimit.py", "delivery/heartbeat.py",
    "launcher/backup.py", "launcher/installed.py", "links/domain/count.py", "portal/health.py",
    "portal/measurements.py", "portal/operations.py", "portal/tasks.py", "reports/public_responses.py",
}  # fmt: skip
ELSEWHERE = ("demo/", "benchmarks/")


def users_of_valkey() -> set[str]:
    modules = set()
    for path in {*modules_with("redis"), *modules_with("django.core.cache")}:
        name = name_of(path)
        if name.startswith(ELSEWHERE):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module == "django.core.cache":
                modules.add(name)
            if isinstance(node, ast.Import) and any(alias.name == "redis" for alias in node.names):
                modules.add(name)
    return modules


def test_each_module_that_uses_valkey_is_known() -> None:
    assert users_of_valkey() == WRITERS


def contents(url: str) -> dict[str, str]:
    """Every key, and its value in a form in which words can be searched for."""
    found = {}
    with redis.Redis.from_url(url) as valkey:
        for key in valkey.scan_iter(count=1000):
            kind = valkey.type(key)
            if kind == b"string":
                values = [valkey.get(key)]
            elif kind == b"list":
                values = valkey.lrange(key, 0, -1)
            elif kind == b"set":
                values = list(valkey.smembers(key))
            elif kind == b"hash":
                values = [part for pair in valkey.hgetall(key).items() for part in pair]
            else:
                values = [member for member, _score in valkey.zrange(key, 0, -1, withscores=True)]
            found[key.decode()] = " ".join(map(readable, values))
    return found


def readable(raw: bytes) -> str:
    try:
        return repr(pickle.loads(raw))
    except Exception:
        return raw.decode("utf-8", "replace")


def visits(cast: Cast, client: Client) -> list[str]:
    """Strangers and people, and what of it may stand nowhere."""
    cast.officer.set_password(PASSWORD)
    cast.officer.save()
    stranger = Client(REMOTE_ADDR=ADDRESS, HTTP_USER_AGENT=AGENT)
    for password in ("wrong zqpassword", PASSWORD):
        client.post("/accounts/login/", {"login": cast.officer.email, "password": password})
    for _ in range(7):
        stranger.post("/accounts/login/", {"login": cast.approver.email, "password": "zqpassword guessed"})
    stranger.post("/accounts/password/reset/", {"email": cast.viewer.email})
    (reset,) = [message for message in mail.outbox if cast.viewer.email in message.to][:1] or [None]
    link = re.search(r"/accounts/password/reset/key/\S+", str(reset.body)) if reset else None
    if link:
        stranger.get(link[0], follow=True)
    for path in ("/", "/accounts/login/", "/healthz", "/readyz", "/pregled/cuprija/", "/open-data/"):
        stranger.get(path)
    return [PASSWORD, "zqpassword", AGENT, cast.officer.email, cast.approver.email, cast.viewer.email]


@pytest.mark.security_figures
@pytest.mark.django_db
def test_every_key_is_of_a_known_kind_and_none_holds_a_secret(cast: Cast, settings: Any) -> None:
    client = Client()
    hidden = visits(cast, client)
    hidden += [client.session.session_key, str(client.cookies.get("csrftoken", "none-at-all"))]
    signed_in = sign_in(cast.approver)
    for path in ("/m/cuprija/posts/", "/m/cuprija/inbox/", "/m/cuprija/channels/"):
        assert signed_in.get(path).status_code == 200
    hidden.append(signed_in.session.session_key)
    hearing = public_rows.consultation(cast.cuprija, cast.officer)
    public_rows.contribution(hearing, WORDS, contact="zqsecret@mail.example")
    for path in ("", "propose/"):
        assert Client().get(f"/consultations/cuprija/{hearing.slug}/{path}").status_code == 200
    # A network tells of a citizen's comment.
    keys.enter("facebook", "app", "zqsecret of the application", by=cast.administrator)
    with scope(cast.cuprija):
        Channel.objects.create(
            municipality=cast.cuprija, platform="facebook", server="facebook.com", remote_id="kanal", handle="@a",
            name="Канал", connected_by=cast.approver, connected_at=timezone.now(),
        )  # fmt: skip
    raw = json.dumps(payload("facebook", WORDS)).encode()
    headers = signed("facebook", raw, "zqsecret of the application")
    where = reverse("webhook", args=["facebook"])
    assert Client().post(where, raw, content_type="application/json", headers=headers).status_code == 200
    hidden += [WORDS, "zqsecret"]
    # Workers.
    tasks.beat_heartbeat()
    heartbeat.cache.set(heartbeat.HEARTBEAT_KEY, 1, 10)
    webhooks.cache.set(webhooks.KEY, timezone.now(), 60)
    account_tasks.warn_of_guessing.delay(cast.officer.pk)
    job_progress.record("export:1", 1, 2)
    page_cards.keep_no_card(cast.cuprija.pk, "https://cuprija.rs/vest?zqsecret")
    everything = contents(settings.REDIS_URL)
    unknown = [key for key in everything if not any(re.fullmatch(pattern, key) for pattern in KINDS)]
    assert unknown == [], "\n".join(unknown)
    for secret in filter(None, hidden):
        places = [key for key, value in everything.items() if secret in key or secret in value]
        own = "@" in secret and len(places) == 1 and ":session:" in places[0]
        assert own or places == [], secret
    assert any("session:" in key for key in everything)
    security_figures.record("Files and words: Valkey", {"keys": len(everything), "kinds of keys": len(KINDS)})


@pytest.mark.django_db
def test_a_session_that_was_kept_under_its_own_key_would_be_seen(cast: Cast, settings: Any) -> None:
    """That the test above can fail."""
    client = sign_in(cast.officer)
    key = client.session.session_key
    assert [name for name in contents(settings.REDIS_URL) if key in name] == []
    cache.set(f"session-seen:{key}", 1, 10)
    assert [name for name in contents(settings.REDIS_URL) if key in name] != []
    assert caches["sessions"].get(f"django.contrib.sessions.cached_db{key}")
