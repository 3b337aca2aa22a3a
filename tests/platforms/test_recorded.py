"""The fakes answer as real servers were recorded to answer: the same fields, of the same types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.platforms.fakes import FakeServer
from tests.platforms.faults import bench_for
from tests.platforms.probing import RECORDED, Person, conversation, differences, film, stored

# Server → the network whose fake imitates it, with which switches.
SERVERS: dict[str, tuple[str, dict[str, Any]]] = {
    "snac2": ("mastodon", {"software": "snac"}),
    "bluesky": ("bluesky", {}),
}
# What a fake has and a real server has not, with the reason.
ACCEPTED = {
    ("snac2", "quotes_count"): "Of Mastodon 4.5, which the fake imitates; snac2 has no quotes.",
}


@pytest.mark.parametrize("name", sorted(path.name for path in RECORDED.iterdir()))
def test_the_fake_answers_what_the_real_server_answered(name: str, fakes: FakeServer, tmp_path: Path) -> None:
    key, options = SERVERS[name]
    fakes.options(**options)
    conversation(bench_for(fakes, key), tmp_path, person := Person(), film=film(tmp_path)).run()
    assert stored(tmp_path).keys() >= stored(RECORDED / name).keys(), person.text
    accepted = [field for server, field in ACCEPTED if server == name]
    found = differences(tmp_path, RECORDED / name)
    assert [one for one in found if not any(f".{field} is not there" in one for field in accepted)] == []


def write(directory: Path, answer: Any, **more: Any) -> Path:
    call = {"method": "GET", "path": "/api/v1/statuses/…", "query": [], "status": 200, "answer": answer, **more}
    directory.mkdir(exist_ok=True)
    (directory / "post.json").write_text(json.dumps({"network": "mastodon", "step": "post", "calls": [call]}))
    return directory


@pytest.mark.parametrize(
    ("fake", "found"),
    [
        ({"id": "1"}, []),
        ({"id": "1", "poll": None, "tags": [{"name": "a"}]}, []),
        ({"id": 1}, [".id is int, not str"]),
        ({"id": "1", "likes": 1}, [".likes is not there"]),
        ({"tags": [{"nme": "a"}]}, [".tags[].nme is not there"]),
        ({"tags": {"name": "a"}}, [".tags is dict, not list"]),
        ([{"id": "1"}], ["the answer is list, not dict"]),
    ],
)
def test_a_fake_that_differs_from_what_was_recorded_is_seen(tmp_path: Path, fake: Any, found: list[str]) -> None:
    real = {"id": "1", "poll": {"id": "2"}, "tags": [{"name": "a", "url": "b"}], "card": None}
    seen = differences(write(tmp_path / "fake", fake), write(tmp_path / "real", real))
    assert seen == [f"GET /api/v1/statuses/…: {one}" for one in found]


def test_an_error_is_not_compared_with_a_success(tmp_path: Path) -> None:
    refused = write(tmp_path / "fake", {"error": "no"}, status=404)
    assert differences(refused, write(tmp_path / "real", {"id": "1"})) == []


def test_what_was_recorded_holds_shapes_alone() -> None:
    for file in RECORDED.glob("*/*.json"):
        content = json.loads(file.read_text(encoding="utf-8"))
        assert set(content) == {"network", "step", "recorded_on", "calls"}
        text = json.dumps(content["calls"])
        for trace in ("127.0.0.1", "localhost", "urednik", "municipality", "blue square", "eyJ"):
            assert trace not in text, file
