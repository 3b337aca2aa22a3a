"""The Mastodon connector against snac2, a real ActivityPub server of Debian that speaks Mastodon's API.

Its deviations from Mastodon are asserted here; a new version without one of them fails the test on purpose.
"""

import json
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from common.http import Http
from platforms import registry
from platforms.errors import Rejected
from platforms.markup import plain
from platforms.types import Credential, Found, Inconclusive, Keys, Published
from platforms.visibility import Visibility, of_answer
from tests.platforms.bench import MOVIE, Bench, outgoing, read, video
from tests.platforms.conformance import Conformance, start
from tests.platforms.probing import recorded
from tests.platforms.real.snac2 import CONDITION_PATIENCE, PATIENCE, Snac, serving

pytestmark = pytest.mark.real("snac2")
BACK = "http://127.0.0.1:9999/callback"
# What a person chooses, and what this server tells of it: "unlisted" is public there, and there is one word for all
# that is not.
VISIBILITIES = {"public": "public", "unlisted": "public", "private": "followers", "direct": "followers"}
DEVIATIONS = frozenset({"takes longer texts than it says", "cannot delete"})


class Form(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.fields = "", {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form":
            self.action = attributes.get("action") or ""
        if tag == "input" and attributes.get("name"):
            self.fields[attributes["name"]] = attributes.get("value") or ""


@pytest.fixture(scope="module")
def snac(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snac]:
    with serving(tmp_path_factory.mktemp("snac") / "site") as running:
        yield running


def connect(snac: Snac, name: str) -> tuple[Keys, Credential]:
    """The whole way: application, consent in the server's own form, code for token."""
    kind, http = registry.connector("mastodon"), Http(allow=snac.allow, deadline=PATIENCE)
    bare = kind(http, server=snac.url)
    keys, facts = bare.prepare(BACK), bare.fetch_facts()
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
        self.http, self.url, self.snac = Http(allow=snac.allow, deadline=PATIENCE), snac.url, snac
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
                "alts": [media["description"] for media in self.media(status, "image")],
                "video": sum(len(self.http.get(media["url"]).content) for media in self.media(status, "video")),
            }
            for status in answer.json()
        ]

    @staticmethod
    def media(status: dict[str, Any], kind: str) -> list[dict[str, Any]]:
        return [media for media in status["media_attachments"] if media["type"] == kind]


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
            deadline=PATIENCE,
            patience=CONDITION_PATIENCE,
            deviations=DEVIATIONS,
        )

    def revocable(self, bench: Bench) -> dict[str, object]:
        keys, credential = connect(self._snac, "urednik")
        return {"keys": keys, "credential": credential}

    @pytest.fixture(autouse=True)
    def _remember(self, snac: Snac) -> None:
        self._snac = snac

    def test_its_answers_to_a_probe_are_those_that_were_recorded(self, bench: Bench, tmp_path: Path) -> None:
        assert recorded(bench, "snac2", tmp_path) == []

    def test_it_does_not_honour_the_key_and_we_do_not_trust_it_to(self, bench: Bench) -> None:
        connector = bench.connector()
        assert connector.facts["software"] == "snac"
        assert not connector.may_resend(start(), start())
        sent, began = outgoing("Исти кључ, две објаве."), start()
        assert connector.publish(sent, read).remote_id != connector.publish(sent, read).remote_id
        assert isinstance(connector.find(sent, began), Inconclusive)

    def test_a_video_arrives_byte_for_byte_with_its_description(self, bench: Bench) -> None:
        """It is sent in chunks, and ready at once: snac2 transcodes nothing."""
        connector, began = bench.connector(), start()
        sent = outgoing("Снимак са описом.", video=video(alt="Људи прелазе мост", cover=bench.picture(1)))
        published = connector.publish(sent, bench.read)
        assert isinstance(published, Published)
        (media,) = connector.calls.get(f"/api/v1/statuses/{published.remote_id}")["media_attachments"]
        assert (media["type"], media["description"]) == ("video", "Људи прелазе мост")
        assert bench.http().get(media["url"]).content == MOVIE
        found = connector.find(sent, began)
        assert isinstance(found, Found)
        assert found.published.remote_id == published.remote_id

    def test_it_has_no_pkce(self, bench: Bench) -> None:
        assert bench.connector().facts["pkce"] is False

    def write(
        self, bench: Bench, author: Credential, recipient: Credential, text: str, visibility: str, under: str = ""
    ) -> Any:
        """A status by any client, once it has reached the recipient."""
        form = {"status": text, "visibility": visibility} | ({"in_reply_to_id": under} if under else {})
        headers = {"Authorization": f"Bearer {author.access_token}"}
        answer = bench.http().post(f"{bench.server}/api/v1/statuses", headers=headers, data=form)
        assert answer.ok, answer.text
        status = answer.json()
        received = bench.eventually(lambda: self.notified(bench, recipient), lambda texts: str(status["id"]) in texts)
        assert str(status["id"]) in received
        bench.settle()
        return status

    @pytest.mark.parametrize(("chosen", "reported"), VISIBILITIES.items())
    def test_what_is_written_for_few_is_read_and_answered_as_such(
        self, bench: Bench, citizen: tuple[Keys, Credential], chosen: str, reported: str
    ) -> None:
        connector, (_keys, reader) = bench.connector(), citizen
        before = connector.messages().cursor
        question = self.write(bench, reader, bench.credential, f"@urednik Питање за {chosen}", chosen)
        (message,) = bench.eventually(lambda: connector.messages(before).items, bool)
        # what names nobody else counts as private, as narrow as that is
        counted = "direct" if reported == "followers" else reported
        assert (message.remote_id, message.visibility) == (str(question["id"]), counted)
        # the visibility that is read of a single message is the same
        assert connector.visibilities([message.remote_id]) == {message.remote_id: reported}
        text = f"Одговор на {chosen}"
        answer = outgoing(
            connector.opening(message) + text, reply_to=message.remote_id, visibility=of_answer(message.visibility)
        )
        connector.reply(answer, bench.read)
        # Once the citizen has it, it has gone everywhere it goes.
        received = bench.eventually(
            lambda: self.notified(bench, reader).values(), lambda texts: any(text in content for content in texts)
        )
        assert any(text in content for content in received)
        bench.settle()
        is_public = reported == "public"
        places = bench.eventually(
            lambda: self.everybody(bench, text), lambda places: set(places.values()) == {is_public}
        )
        assert places == dict.fromkeys(places, is_public)

    def everybody(self, bench: Bench, text: str) -> dict[str, bool]:
        """Where a text is read without signing in: the public timeline, the municipality's page and its feed."""
        account = bench.credential.account_id
        addresses = {
            "timeline": "/api/v1/timelines/public", "statuses": f"/api/v1/accounts/{account}/statuses",
            "page": "/urednik", "feed": "/urednik.rss",
        }  # fmt: skip
        # snac2 cuts titles of its feed and page by bytes, perhaps within a letter: `text` replaces what is left of it.
        pages = {name: bench.http().get(bench.server + path).text for name, path in addresses.items()}
        return {name: text in (json.dumps(json.loads(page), ensure_ascii=False) if page[:1] == "[" else page)
                for name, page in pages.items()}  # fmt: skip

    def notified(self, bench: Bench, credential: Credential) -> dict[str, str]:
        """The text of each status that a person was notified of, by its id."""
        headers = {"Authorization": f"Bearer {credential.access_token}"}
        notifications = bench.http().get(f"{bench.server}/api/v1/notifications", headers=headers).json()
        statuses = [notification["status"] for notification in notifications if notification.get("status")]
        return {str(status["id"]): str(status["content"]) for status in statuses}

    def test_a_wider_answer_to_what_is_private_is_refused(self, bench: Bench, citizen: tuple[Keys, Credential]) -> None:
        connector = bench.connector()
        question = self.write(bench, citizen[1], bench.credential, "@urednik Нико да не сазна", "direct")
        for wider in (Visibility.PUBLIC, Visibility.UNLISTED):
            answer = outgoing("@citalac Сви читају", reply_to=str(question["id"]), visibility=wider)
            with pytest.raises(Rejected, match="private"):
                connector.reply(answer, bench.read)
        bench.settle()
        assert not any(self.everybody(bench, "Сви читају").values())

    def test_it_makes_an_unlisted_answer_public_whatever_it_answers(
        self, bench: Bench, citizen: tuple[Keys, Credential]
    ) -> None:
        """Why the portal asks before each answer: nothing on this server would stop it."""
        officer, person = bench.credential, citizen[1]
        question = self.write(bench, person, officer, "@urednik Само за вас", "direct")
        answer = self.write(bench, officer, person, "@citalac Ненаведено", "unlisted", under=str(question["id"]))
        assert answer["visibility"] == "public"

    def test_its_list_of_own_posts_has_no_private_ones(self, bench: Bench, citizen: tuple[Keys, Credential]) -> None:
        """An answer without an outcome cannot be looked for there, so a person is asked and nothing goes out twice."""
        connector, began = bench.connector(), start()
        question = self.write(bench, citizen[1], bench.credential, "@urednik Поверљиво", "direct")
        answer = outgoing("@citalac Примљено", reply_to=str(question["id"]), visibility=Visibility.DIRECT)
        connector.reply(answer, bench.read)
        assert isinstance(connector.find(answer, began), Inconclusive)

    def test_a_private_conversation_both_ways(self, bench: Bench, citizen: tuple[Keys, Credential]) -> None:
        """It has one word for all that is not public, so its mentions decide."""
        connector, (_keys, reader), began = bench.connector(), citizen, start()
        before = connector.messages().cursor
        question = self.write(bench, reader, bench.credential, "@urednik Ово питам насамо", "direct")
        (message,) = bench.eventually(lambda: connector.messages(before).items, bool)
        assert (message.remote_id, message.kind, message.visibility) == (question["id"], "private", "direct")
        assert message.conversation == message.author_id == str(question["account"]["id"])
        sent = replace(
            outgoing(f"{connector.opening(message)}Ово одговарам насамо", visibility=Visibility.DIRECT),
            reply_to=message.remote_id, conversation=message.conversation, recipient=message.author_id,
        )  # fmt: skip
        for wrong in (replace(sent, recipient="1"), replace(sent, text="@drugi Ово није за вас")):
            with pytest.raises(Rejected):
                connector.reply(wrong, bench.read)
        published = connector.reply(sent, bench.read)
        received = bench.eventually(
            lambda: self.notified(bench, reader), lambda texts: "насамо" in texts.get(published.remote_id, "")
        )
        assert "Ово одговарам насамо" in received[published.remote_id]
        bench.settle()
        assert not any(self.everybody(bench, "Ово одговарам насамо").values())
        found = connector.find(sent, began)
        assert isinstance(found, Found)
        assert found.published.remote_id == published.remote_id

    def test_it_ignores_the_language(self, bench: Bench) -> None:
        post = bench.connector().publish(outgoing("Језик је српски."), read).remote_id
        answer = bench.http().get(
            f"{bench.server}/api/v1/statuses/{post}",
            headers={"Authorization": f"Bearer {bench.credential.access_token}"},
        )
        assert answer.json()["language"] == "en"
