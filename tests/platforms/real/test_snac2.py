"""The Mastodon connector against snac2, a real ActivityPub server of Debian that speaks Mastodon's API.

It departs from Mastodon in the ways asserted here; a new version that stops doing so fails the test on purpose.
"""

import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from common.http import Http
from platforms import registry
from platforms.markup import plain
from platforms.types import CannotTell, Credential, Keys
from tests.platforms.bench import Bench, outgoing, read
from tests.platforms.conformance import Conformance, start
from tests.platforms.real.snac2 import Snac, serving

pytestmark = pytest.mark.real("snac2")
BACK = "http://127.0.0.1:9999/callback"
DEVIATIONS = frozenset({"takes longer texts than it says", "cannot delete"})


class Form(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.fields = "", {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.action = found.get("action") or ""
        if tag == "input" and found.get("name"):
            self.fields[found["name"]] = found.get("value") or ""


@pytest.fixture(scope="module")
def snac(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snac]:
    with serving(tmp_path_factory.mktemp("snac") / "site") as running:
        yield running


def connect(snac: Snac, name: str) -> tuple[Keys, Credential]:
    """The whole way: application, consent in the server's own form, code for token."""
    kind, http = registry.connector("mastodon"), Http(allow=snac.allow)
    bare = kind(http, server=snac.url)
    keys, facts = bare.prepare(BACK), bare.look()
    connector = kind(http, server=snac.url, keys=keys, facts=facts)
    form = Form(http.get(connector.authorize_url(BACK, "stanje", "")).text)
    form.fields |= {"login": name, "passwd": snac.passwords[name]}
    location = http.post(urllib.parse.urljoin(snac.url, form.action), data=form.fields).headers["location"]
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)
    assert query["state"] == ["stanje"]
    credential = connector.exchange({"code": query["code"][0], "redirect_uri": BACK})
    profile = kind(http, server=snac.url, keys=keys, credential=credential, facts=facts).profile()
    return keys, replace(credential, account_id=profile.remote_id)


@pytest.fixture(scope="module")
def officer(snac: Snac) -> tuple[Keys, Credential]:
    return connect(snac, "urednik")


@pytest.fixture(scope="module")
def citizen(snac: Snac) -> tuple[Keys, Credential]:
    return connect(snac, "citalac")


class Citizen:
    """Another person on the same server, by plain calls."""

    def __init__(self, snac: Snac, credential: Credential, author: str) -> None:
        self.author = author
        self.http, self.url, self.snac = Http(allow=snac.allow), snac.url, snac
        self.headers = {"Authorization": f"Bearer {credential.access_token}"}

    def react(self, post: str, kind: str, text: str) -> None:
        (permalink,) = [str(one["url"]) for one in self.timeline(self.author) if one["id"] == post]
        self.snac.show("citalac", permalink)
        path = {"like": f"/{post}/favourite", "repost": f"/{post}/reblog", "reply": ""}[kind]
        form = {"status": f"@urednik {text}", "in_reply_to_id": post} if kind == "reply" else {}
        answer = self.http.post(f"{self.url}/api/v1/statuses{path}", headers=self.headers, data=form)
        assert answer.ok, answer.text

    def timeline(self, account: str) -> list[dict[str, object]]:
        answer = self.http.get(
            f"{self.url}/api/v1/accounts/{account}/statuses", params={"limit": 100}, headers=self.headers
        )
        return [
            {
                "id": status["id"],
                "url": status["url"],
                "text": plain(status["content"]),
                "alts": [media["description"] for media in status["media_attachments"]],
            }
            for status in answer.json()
        ]


class TestSnac2(Conformance):
    @pytest.fixture
    def bench(self, snac: Snac, officer: tuple[Keys, Credential], citizen: tuple[Keys, Credential]) -> Bench:
        keys, credential = officer
        other = Citizen(snac, citizen[1], credential.account_id)
        return Bench(
            key="mastodon",
            server=snac.url,
            keys=keys,
            credential=credential,
            allow=snac.allow,
            public=lambda: other.timeline(credential.account_id),
            react=other.react,
            settle=snac.settle,
            deviations=DEVIATIONS,
        )

    def revocable(self, bench: Bench) -> dict[str, object]:
        keys, credential = connect(self._snac, "urednik")
        return {"keys": keys, "credential": credential}

    @pytest.fixture(autouse=True)
    def _remember(self, snac: Snac) -> None:
        self._snac = snac

    def test_it_does_not_honour_the_key_and_we_do_not_trust_it_to(self, bench: Bench) -> None:
        connector = bench.connector()
        assert connector.facts["software"] == "snac"
        assert not connector.may_resend(start(), start())
        sent, began = outgoing("Исти кључ, две објаве."), start()
        assert connector.publish(sent, read).remote_id != connector.publish(sent, read).remote_id
        assert isinstance(connector.find(sent, began), CannotTell)

    def test_it_has_no_pkce(self, bench: Bench) -> None:
        assert bench.connector().facts["pkce"] is False

    def test_it_ignores_the_language(self, bench: Bench) -> None:
        post = bench.connector().publish(outgoing("Језик је српски."), read).remote_id
        answer = bench.http().get(
            f"{bench.server}/api/v1/statuses/{post}",
            headers={"Authorization": f"Bearer {bench.credential.access_token}"},
        )
        assert answer.json()["language"] == "en"
