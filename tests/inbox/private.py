"""Citizens of the fake server who choose who may read what they write, by the calls of any client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from common.http import Http
from tests.inbox.conftest import Town

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
