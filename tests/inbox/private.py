"""Citizens of the fake server who choose who may read what they write, by the calls of any client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from common.http import Http
from inbox.domain import answer
from inbox.models import Message
from municipalities.tenancy import scope
from tests.inbox.conftest import Town
from tests.people import sign_in

# As the network calls them, and as we do.
THEIRS = {"public": "public", "unlisted": "unlisted", "private": "followers", "direct": "direct"}
PRIVATE = ("private", "direct")
SECRET = "Мој муж пије и удара децу, ко може да помогне?"


@dataclass
class Citizen:
    town: Town
    name: str
    token: str

    def write(self, text: str, visibility: str, under: str = "") -> str:
        """The id of what was written."""
        form = {"status": f"@opstina {text}", "visibility": visibility}
        form |= {"in_reply_to_id": under} if under else {}
        return str(self._call("POST", "/api/v1/statuses", json=form)["id"])

    def direct_answers(self) -> list[dict[str, Any]]:
        """What this citizen was notified of."""
        return [each["status"] for each in self._call("GET", "/api/v1/notifications")]

    def sees(self) -> list[str]:
        """The ids of what this person finds on the page of the municipality."""
        account = self.town.channel.remote_id
        return [str(each["id"]) for each in self._call("GET", f"/api/v1/accounts/{account}/statuses")]

    def _call(self, method: str, path: str, **more: Any) -> Any:
        http = Http(allow=self.town.network.allow)
        answer = http.request(method, self.town.network.url + path, headers=self._headers, **more)
        assert answer.ok, answer.text
        return answer.json()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def everybody(town: Town) -> list[dict[str, Any]]:
    """The public timeline, read without signing in."""
    answer = Http(allow=town.network.allow).get(f"{town.network.url}/api/v1/timelines/public")
    found: list[dict[str, Any]] = answer.json()
    return found


def citizen(town: Town, name: str = "mirjana") -> Citizen:
    made = town.network.account("mastodon", name)
    return Citizen(town, name, made["credential"]["access_token"])


@pytest.fixture
def mirjana(town: Town) -> Citizen:
    return citizen(town)


def heard(town: Town, writer: Citizen, theirs: str, text: str = SECRET, under: str = "") -> Message:
    """What somebody wrote for these readers, after a worker heard it."""
    remote_id = writer.write(text, theirs, under)
    town.hear()
    return next(each for each in town.messages() if each.remote_id == remote_id)


def ours(town: Town, message: Message) -> list[dict[str, Any]]:
    """Our answers to it, as they stand on the server."""
    return [each for each in town.public() if each["reply_to"] == message.remote_id]


def answered(town: Town, message: Message, text: str = "Јавите се на шалтер.") -> dict[str, Any]:
    with scope(town.cast.cuprija):
        answer.answer(message, text, by=town.cast.officer)
    town.publish()
    return ours(town, message)[-1]


def page(town: Town, message: Message, role: str = "officer") -> str:
    found = sign_in(getattr(town.cast, role)).get(f"/m/cuprija/inbox/{message.pk}/")
    assert found.status_code == 200
    return str(found.text)
