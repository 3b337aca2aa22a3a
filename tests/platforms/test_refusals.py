"""Refused access: every entry of every network's table, over HTTP, and what may be done next.

The networks' fakes answer as the source of the entry says.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from platforms import registry
from platforms.errors import NeedsConsent, NotAllowed, PlatformError, RateLimited, Rejected
from platforms.refusals import Meaning, Refusal, first
from platforms.types import Action
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.core import FAKES
from tests.platforms.faults import bench_for

# Everything but the renewal of a session.
CALLS = r"^(?!.*(oauth|token|refreshSession))"
ENTRIES = [(key, number) for key in registry.PLATFORMS for number, _ in enumerate(registry.connector(key).refusals)]
NEXT: dict[Meaning, type[PlatformError]] = {
    Meaning.ENDED: NeedsConsent,
    Meaning.ACCOUNT: NeedsConsent,
    Meaning.PERMISSION: NeedsConsent,
    Meaning.NOT_ALLOWED: NotAllowed,
    Meaning.CONTENT: Rejected,
    Meaning.WAIT: RateLimited,
}


def answer(key: str, entry: Refusal) -> tuple[int, Any]:
    """(status, body) of an answer that is to fit this entry, in the form of its network."""
    code, text = next(iter(sorted(entry.codes)), ""), next(iter(entry.texts), "No.")
    number = int(code) if code.isdigit() else 0
    bodies: dict[str, tuple[int, Any]] = {
        "bluesky": (400, {"error": code or "Forbidden", "message": text}),
        "google_business": (403, {"error": {"status": "NO", "message": text, "details": [{"reason": code or "NO"}]}}),
        "linkedin": (403, {"serviceErrorCode": number or 100, "code": "ACCESS_DENIED", "message": text}),
        "mastodon": (403, {"error": text}),
        "telegram": (400, {"ok": False, "error_code": entry.status or 400, "description": f"Bad Request: {text}"}),
        "tiktok": (403, {"data": {}, "error": {"code": code or "unknown", "message": text, "log_id": "1"}}),
        "viber": (200, {"status": number, "status_message": text}),
        "viber_bot": (200, {"status": number, "status_message": text}),
        "wordpress": (
            403,
            {"code": code or "rest_forbidden", "message": text, "data": {"status": entry.status or 403}},
        ),
        "x": (403, {"type": f"https://api.x.com/2/problems/{code or 'about:blank'}", "detail": text}),
        "youtube": (403, {"error": {"errors": [{"reason": code or "forbidden"}], "message": text}}),
    }
    meta = (403, {"error": {"code": number, "message": f"(#{code}) {text}"}})
    status, body = bodies.get(key, meta)
    return entry.status or status, body


@pytest.mark.parametrize(("key", "number"), ENTRIES, ids=[f"{key}-{number}" for key, number in ENTRIES])
def test_every_entry_says_what_may_be_done_next(key: str, number: int, fakes: FakeServer) -> None:
    entry = registry.connector(key).refusals[number]
    status, body = answer(key, entry)
    connector = bench_for(fakes, key).connector()
    fakes.plan("status", CALLS, status=status, body=body, times=9)
    with pytest.raises(NEXT[entry.meaning]) as refused:
        connector.profile()
    assert refused.value.message == entry.message or not entry.message
    assert getattr(refused.value, "is_permission", False) == (entry.meaning == Meaning.PERMISSION)
    # The same answer to one thing more takes no channel down, unless the access itself has ended.
    with pytest.raises(PlatformError) as beside, connector.acting(Action.COMMENT):
        connector.profile()
    ended = entry.meaning in (Meaning.ENDED, Meaning.ACCOUNT)
    assert isinstance(beside.value, NeedsConsent) == ended


@pytest.mark.parametrize("key", FAKES)
def test_every_network_has_a_meaning_for_a_dead_session_and_for_a_missing_permission(key: str) -> None:
    table = registry.connector(key).refusals
    meanings = {entry.meaning for entry in table}
    assert Meaning.ENDED in meanings
    # Viber has one token for everything; X answers 403 to whatever it does not want.
    assert Meaning.PERMISSION in meanings or key in ("viber", "viber_bot", "x")
    by_code = key in ("facebook", "instagram", "threads")
    known = first(table, status=401, code="190" if by_code else "")
    assert known is not None
    assert known.meaning == Meaning.ENDED


@pytest.mark.parametrize("key", registry.PLATFORMS)
def test_every_entry_has_a_source_and_a_day(key: str) -> None:
    for entry in registry.connector(key).refusals:
        assert entry.source == "believed" or entry.source.startswith("https://")
        assert date(2026, 11, 1) <= date.fromisoformat(entry.as_of)


@pytest.mark.parametrize("key", FAKES)
def test_what_was_not_granted_is_not_even_sent(key: str, fakes: FakeServer) -> None:
    bench = bench_for(fakes, key)
    kind = registry.connector(key)
    requested = kind.requested({})
    optional = [(scope, action) for scope in requested for action in scope.actions if not scope.needed]
    for scope, action in optional:
        granted = tuple(one.name for one in requested if one.name != scope.name)
        connector = bench.connector(credential=_with(bench.credential, granted))
        with pytest.raises(NotAllowed), connector.acting(action):
            pytest.fail("The call would have been made.")
        with bench.connector(credential=_with(bench.credential, ())).acting(action):
            pass  # not known: it is tried


def _with(credential: Any, scopes: tuple[str, ...]) -> Any:
    return type(credential).from_json({**credential.to_json(), "scopes": list(scopes)})
