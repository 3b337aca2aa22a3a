"""The Bluesky connector against a real personal data server with its index (PLC, PDS and AppView from npm)."""

import base64
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from common.http import Http
from platforms import registry
from platforms.bluesky.video_service import VideoService
from platforms.errors import Rejected
from platforms.types import Captions, Found, Keys, Picture
from tests.platforms.bench import MOVIE, Bench, outgoing, read, video
from tests.platforms.conformance import Conformance, replies, start
from tests.platforms.probing import recorded
from tests.platforms.real.snac2 import PATIENCE, free_port

pytestmark = pytest.mark.real("bluesky")
PASSWORD = "lozinka-123"
DEVIATIONS = frozenset({"access outlives the session"})


@dataclass
class Person:
    """A person with an account, by plain calls."""

    network: "Network"
    did: str
    handle: str
    headers: dict[str, str]

    def call(self, method: str, **body: Any) -> Any:
        return self.network.call(method, body, self.headers)

    def react(self, post: str, kind: str, text: str) -> None:
        parent = self.network.record(post)
        here = {"uri": post, "cid": parent["cid"]}
        collection = {"like": "like", "repost": "repost", "reply": "post"}[kind]
        record: dict[str, Any] = {"$type": f"app.bsky.feed.{collection}", "createdAt": datetime.now(UTC).isoformat()}
        record |= {"text": text, "reply": {"root": here, "parent": here}} if kind == "reply" else {"subject": here}
        self.call("com.atproto.repo.createRecord", repo=self.did, collection=record["$type"], record=record)


@dataclass
class Network:
    pds: str
    control: str

    @property
    def allow(self) -> frozenset[str]:
        return frozenset({urllib.parse.urlsplit(self.pds).netloc, urllib.parse.urlsplit(self.control).netloc})

    @property
    def http(self) -> Http:
        return Http(allow=self.allow, deadline=PATIENCE)

    def call(self, method: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        answer = self.http.post(f"{self.pds}/xrpc/{method}", json=body, headers=headers or {})
        assert answer.ok, answer.text
        return answer.json()

    def settle(self) -> None:
        assert self.http.get(f"{self.control}/processAll").ok

    def record(self, uri: str) -> Any:
        repo, collection, key = uri.removeprefix("at://").split("/")
        params = {"repo": repo, "collection": collection, "rkey": key}
        return self.http.get(f"{self.pds}/xrpc/com.atproto.repo.getRecord", params=params).json()

    def posts(self, did: str) -> list[dict[str, Any]]:
        params = {"repo": did, "collection": "app.bsky.feed.post", "limit": 100}
        answer = self.http.get(f"{self.pds}/xrpc/com.atproto.repo.listRecords", params=params)
        return [
            {
                "id": record["uri"],
                "text": record["value"]["text"],
                "alts": [image["alt"] for image in (record["value"].get("embed") or {}).get("images", ())],
                "video": (record["value"].get("embed") or {}).get("video", {}).get("size", 0),
            }
            for record in answer.json()["records"]
        ]

    def person(self, name: str) -> Person:
        handle = f"{name}{uuid.uuid4().hex[:6]}.test"
        form = {"handle": handle, "email": f"{handle}@example.rs", "password": PASSWORD}
        account = self.call("com.atproto.server.createAccount", form)
        person = Person(self, account["did"], handle, {"Authorization": f"Bearer {account['accessJwt']}"})
        profile = {"$type": "app.bsky.actor.profile", "displayName": name.title()}
        place = {"repo": person.did, "collection": "app.bsky.actor.profile", "rkey": "self"}
        person.call("com.atproto.repo.putRecord", **place, record=profile)
        self.settle()
        return person


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    home, node = Path(os.environ["REAL_SERVERS_DIR"]), shutil.which("node")
    assert node
    base = free_port()
    redis = urllib.parse.urlsplit(os.environ["REDIS_URL"])
    environ = os.environ | {
        "DB_POSTGRES_URL": os.environ["DATABASE_OWNER_URL"].replace("postgres://", "postgresql://"),
        # The PLC directory lives in memory, so every start needs a schema of its own; letters only.
        "DB_POSTGRES_SCHEMA": "at" + "".join(c for c in uuid.uuid4().hex if c.isalpha()),
        "REDIS_HOST": f"{redis.hostname}:{redis.port}",
        "BASE_PORT": str(base),
    }
    if redis.password:
        environ["REDIS_PASSWORD"] = redis.password
    log = tmp_path_factory.mktemp("bluesky") / "log"
    command = [node, "--import", "./loopback.mjs", "network.mjs"]
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=home, env=environ, stdout=out, stderr=subprocess.STDOUT)
    try:
        ready = wait_until_ready(process, log)
        yield Network(ready["pds"], ready["control"])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def wait_until_ready(process: "subprocess.Popen[bytes]", log: Path) -> dict[str, str]:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        for line in log.read_text().splitlines():
            if line.startswith('{"ready"'):
                return json.loads(line)
        time.sleep(0.2)
    raise TimeoutError(f"The network did not start: {log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def citizen(network: Network) -> Person:
    return network.person("citalac")


@pytest.fixture
def officer(network: Network) -> Person:
    return network.person("urednik")


class TestBlueskyNetwork(Conformance):
    @pytest.fixture
    def bench(self, network: Network, officer: Person, citizen: Person) -> Bench:
        password = officer.call("com.atproto.server.createAppPassword", name="portal")["password"]
        kind = registry.connector("bluesky")
        credential = kind(network.http, server=network.pds).exchange(
            {"identifier": officer.handle, "password": password}
        )
        return Bench(
            key="bluesky",
            server=network.pds,
            keys=Keys(),
            credential=credential,
            allow=network.allow,
            public=lambda: network.posts(officer.did),
            react=citizen.react,
            settle=network.settle,
            deadline=PATIENCE,
            patience=PATIENCE,
            deviations=DEVIATIONS,
        )

    def test_its_answers_to_a_probe_are_those_that_were_recorded(self, bench: Bench, tmp_path: Path) -> None:
        assert recorded(bench, "bluesky", tmp_path) == []

    def test_the_same_record_under_the_same_key_is_one_post(self, bench: Bench) -> None:
        connector, sent = bench.connector(), outgoing("Једном и само једном.")
        assert connector.publish(sent, read) == connector.publish(sent, read)
        assert bench.texts() == [sent.text]

    def test_another_record_under_the_same_key_changes_nothing(self, bench: Bench) -> None:
        from dataclasses import replace

        connector, sent = bench.connector(), outgoing("Прва верзија.")
        first = connector.publish(sent, read)
        assert connector.publish(replace(sent, text="Друга верзија."), read).remote_id == first.remote_id
        assert bench.texts() == ["Прва верзија."]

    def test_creating_under_a_key_that_exists_is_a_plain_500(self, bench: Bench, officer: Person) -> None:
        """Why posts are put and not created."""
        connector, sent = bench.connector(), outgoing("Постоји.")
        uri = connector.publish(sent, read).remote_id
        body = {"repo": officer.did, "collection": "app.bsky.feed.post", "rkey": uri.rsplit("/", 1)[-1]}
        body["record"] = officer.network.record(uri)["value"]
        answer = officer.network.http.post(
            f"{bench.server}/xrpc/com.atproto.repo.createRecord", json=body, headers=officer.headers
        )
        assert (answer.status, answer.json()["error"]) == (500, "InternalServerError")
        assert isinstance(connector.find(sent, start()), Found)

    def test_a_picture_over_a_million_bytes_is_refused(self, bench: Bench) -> None:
        noise = os.urandom(3 * 700 * 700)
        import io

        from PIL import Image

        out = io.BytesIO()
        Image.frombytes("RGB", (700, 700), noise).save(out, "PNG")
        big = Picture("big", "image/png", 700, 700, len(out.getvalue()), "Шум")
        assert big.size > 1_000_000
        connector = bench.connector()
        sent, older = outgoing("Велика", pictures=(big,)), {"options": {"picture_bytes": 1_000_000}}
        assert [p.code for p in connector.check(sent, connector.limits(older))] == ["picture_too_large"]
        with pytest.raises(Rejected):
            connector.publish(sent, lambda ref: out.getvalue())

    def test_a_video_goes_to_the_server_itself_with_description_and_captions(
        self, bench: Bench, officer: Person
    ) -> None:
        film = video(alt="Људи прелазе мост", captions=Captions("titlovi", "sr"))
        connector, sent = bench.connector(), outgoing("Отварање моста.", video=film)
        first, again = connector.publish(sent, bench.read), connector.publish(sent, bench.read)
        assert first == again
        embed = officer.network.record(first.remote_id)["value"]["embed"]
        assert (embed["$type"], embed["alt"]) == ("app.bsky.embed.video", "Људи прелазе мост")
        assert self.blob(bench, officer, embed["video"]) == MOVIE
        (captions,) = embed["captions"]
        assert captions["lang"] == "sr"
        assert self.blob(bench, officer, captions["file"]).startswith(b"WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n")

    def blob(self, bench: Bench, officer: Person, blob: dict[str, Any]) -> bytes:
        query = {"did": officer.did, "cid": blob["ref"]["$link"]}
        answer = bench.http().get(f"{bench.server}/xrpc/com.atproto.sync.getBlob", params=query)
        assert answer.ok, answer.text
        assert answer.headers["content-type"].split(";")[0] == blob["mimeType"]
        return answer.content

    def test_its_token_for_the_video_service_is_for_one_method_and_half_an_hour(self, bench: Bench) -> None:
        """The service itself is not here; who may use the token is the server's word."""
        signed = VideoService(bench.connector().calls, "https://video.bsky.app", lambda token: None).signed()
        payload = signed["Authorization"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        assert (claims["iss"], claims["lxm"]) == (bench.credential.account_id, "com.atproto.repo.uploadBlob")
        assert claims["aud"].startswith("did:")
        assert 1700 < claims["exp"] - time.time() <= 1800

    def test_a_session_renews_itself(self, bench: Bench) -> None:
        fresh = bench.connector().refresh()
        # Within one second the server signs the same access token again; the refresh token is always another one.
        assert fresh.refresh_token != bench.credential.refresh_token
        assert bench.renewed == [fresh]
        assert bench.connector(credential=fresh).profile().remote_id == fresh.account_id

    def test_an_answer_can_be_hidden(self, bench: Bench, network: Network, citizen: Person) -> None:
        connector = bench.connector()
        post = connector.publish(outgoing("Питајте."), read).remote_id
        network.settle()
        citizen.react(post, "reply", "Ружно")
        network.settle()
        (message,) = replies(bench, connector, post)
        connector.hide(message.remote_id, post)
        gate = network.record(post.replace("feed.post", "feed.threadgate"))["value"]
        assert gate["hiddenReplies"] == [message.remote_id]
