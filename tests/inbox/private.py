"""Citizens of the fake server who choose who may read what they write, by the calls of any client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from common.http import Http
from inbox.domain import answer
from inbox.models import Message
from municipalities.tenancy import scope
from tests.inbox.conftest import MunicipalityInbox
from tests.people import named_reader, sign_in

# As the network calls them, and as we do.
VISIBILITIES = {"public": "public", "unlisted": "unlisted", "private": "followers", "direct": "direct"}
PRIVATE = ("private", "direct")
SECRET = "Мој муж пије и удара децу, ко може да помогне?"


@dataclass
class Citizen:
    municipality: MunicipalityInbox
    name: str
    token: str

    def write(self, text: str, visibility: str, under: str = "") -> str:
        """The id of what was written."""
        form = {"status": f"@opstina {text}", "visibility": visibility}
        form |= {"in_reply_to_id": under} if under else {}
        return str(self._call("POST", "/api/v1/statuses", json=form)["id"])

    def direct_answers(self) -> list[dict[str, Any]]:
        """What this citizen was notified of."""
        return [notification["status"] for notification in self._call("GET", "/api/v1/notifications")]

    def sees(self) -> list[str]:
        """The ids of what this person finds on the page of the municipality."""
        account = self.municipality.channel.remote_id
        return [str(status["id"]) for status in self._call("GET", f"/api/v1/accounts/{account}/statuses")]

    def _call(self, method: str, path: str, **more: Any) -> Any:
        http = Http(allow=self.municipality.network.allow)
        answer = http.request(method, self.municipality.network.url + path, headers=self._headers, **more)
        assert answer.ok, answer.text
        return answer.json()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def everybody(municipality: MunicipalityInbox) -> list[dict[str, Any]]:
    """The public timeline, read without signing in."""
    answer = Http(allow=municipality.network.allow).get(f"{municipality.network.url}/api/v1/timelines/public")
    statuses: list[dict[str, Any]] = answer.json()
    return statuses


def citizen(municipality: MunicipalityInbox, name: str = "mirjana") -> Citizen:
    made = municipality.network.account("mastodon", name)
    return Citizen(municipality, name, made["credential"]["access_token"])


@pytest.fixture
def mirjana(municipality: MunicipalityInbox) -> Citizen:
    """Somebody who writes privately to a municipality whose officer is named to read that."""
    named_reader(municipality.cast)
    return citizen(municipality)


def heard(
    municipality: MunicipalityInbox, writer: Citizen, remote_visibility: str, text: str = SECRET, under: str = ""
) -> Message:
    """What somebody wrote for these readers, after a worker heard it."""
    remote_id = writer.write(text, remote_visibility, under)
    municipality.fetch()
    return next(message for message in municipality.messages() if message.remote_id == remote_id)


def ours(municipality: MunicipalityInbox, message: Message) -> list[dict[str, Any]]:
    """Our answers to it, as they stand on the server."""
    return [post for post in municipality.public() if post["reply_to"] == message.remote_id]


def answered(municipality: MunicipalityInbox, message: Message, text: str = "Јавите се на шалтер.") -> dict[str, Any]:
    with scope(municipality.cast.cuprija):
        answer.answer(message, text, by=municipality.cast.officer)
    municipality.publish()
    return ours(municipality, message)[-1]


def page(municipality: MunicipalityInbox, message: Message, role: str = "officer") -> str:
    response = sign_in(getattr(municipality.cast, role)).get(f"/m/cuprija/inbox/{message.pk}/")
    assert response.status_code == 200
    return str(response.text)
