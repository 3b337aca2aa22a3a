"""The file that a run of the tests writes for whoever makes a connector: everything is in it but secrets."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from platforms.types import Credential
from tests.platforms import recorder
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import bench_for


def recorded(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("key", ["bluesky", "facebook", "mastodon", "telegram", "wordpress", "x"])
def test_what_was_sent_and_answered_is_written_without_secrets(
    key: str, fakes: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "requests.jsonl"
    monkeypatch.setenv(recorder.VARIABLE, str(file))
    bench = bench_for(fakes, key)
    bench.publish(bench.connector(), bench.outgoing("Вашар почиње у 9.", pictures=(bench.picture(1),)))
    lines, text = recorded(file), file.read_text(encoding="utf-8")
    assert "Вашар почиње у 9." in text
    assert "POST" in {line["method"] for line in lines}
    assert all(line["status"] < 400 and "answer" in line for line in lines)
    held: Credential = bench.credential
    words = (held.access_token, held.refresh_token, base64.b64encode(held.access_token.encode()).decode())
    for secret in (*words, bench.keys.client_secret):
        assert not secret or secret not in text


def test_a_request_without_an_answer_is_in_it_too(
    fakes: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "requests.jsonl"
    monkeypatch.setenv(recorder.VARIABLE, str(file))
    bench = bench_for(fakes, "mastodon")
    connector = bench.connector()
    fakes.plan("commit_then_drop", "/api/v1/statuses", method="POST")
    with pytest.raises(Exception, match="did not answer"):
        bench.publish(connector, bench.outgoing("Изгубљено."))
    assert recorded(file)[-1]["problem"] == "NoAnswer"
