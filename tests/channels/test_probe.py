"""A probe: the whole conversation against the fakes, what is left at its end, and what leaves the installation."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from django.core.management import call_command
from django.core.management.base import CommandError

from channels.models import Channel
from channels.probe import account, redaction
from platforms.types import Credential
from tests.people import Cast
from tests.platforms.bench import Bench
from tests.platforms.fakes import FakeServer, running
from tests.platforms.faults import bench_for
from tests.platforms.intervals import shorten
from tests.platforms.probing import Person, conversation, film, stored

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def fakes() -> Any:
    with running() as fake:
        yield fake


@pytest.fixture
def bench(fakes: FakeServer, monkeypatch: pytest.MonkeyPatch) -> Bench:
    shorten(monkeypatch)
    fakes.reset()
    return bench_for(fakes, "mastodon")


def test_a_yes_to_everything_publishes_reads_changes_and_deletes(bench: Bench, tmp_path: Path) -> None:
    person = Person()
    assert conversation(bench, tmp_path, person).run()
    assert bench.public() == []
    for step in ("connect", "post", "picture", "comment", "numbers", "edit", "delete"):
        assert f"Step “{step}”." in person.text
    assert person.text.count("Go on? [yes/no]") == 6
    assert "It is public: http" in person.text
    assert "The account is " in person.text
    assert "Nothing of this probe is public any more." in person.text
    assert set(stored(tmp_path)) == {"connect", "post", "picture", "comment", "numbers", "edit", "delete"}


def test_a_no_skips_a_step_and_what_needs_it(bench: Bench, tmp_path: Path) -> None:
    person = Person(["yes", "no", "no"])
    assert conversation(bench, tmp_path, person).run()
    assert person.text.count("Skipped.") == 2
    assert "Left out: There is no post to comment on." in person.text
    assert "Left out: There is no post to change." in person.text
    assert set(stored(tmp_path)) == {"connect", "numbers"}


@pytest.mark.parametrize("answer", ["", "n", "maybe", "yess", " "])
def test_anything_but_a_yes_is_a_no(bench: Bench, tmp_path: Path, answer: str) -> None:
    assert conversation(bench, tmp_path, Person([answer] * 9)).run()
    assert bench.public() == []
    assert stored(tmp_path) == {}


def test_who_does_not_delete_is_told_what_is_still_public(bench: Bench, tmp_path: Path) -> None:
    person = Person(["yes", "yes", "no", "no", "no", "no", "no"])
    assert not conversation(bench, tmp_path, person).run()
    assert len(bench.public()) == 1
    assert "Still public: post, http" in person.text
    assert "Delete it by hand." in person.text


def test_a_stop_in_the_middle_says_what_is_still_public(bench: Bench, tmp_path: Path) -> None:
    person = Person(["yes", "yes", KeyboardInterrupt()])
    assert not conversation(bench, tmp_path, person).run()
    assert "Stopped." in person.text
    assert "Still public: post, " in person.text
    assert "Nothing of this probe" not in person.text
    assert set(stored(tmp_path)) == {"connect", "post"}


def test_a_stop_while_something_is_published_says_that_nobody_knows(bench: Bench, tmp_path: Path) -> None:
    talk = conversation(bench, tmp_path, person := Person())

    def stopped(*_arguments: Any) -> Any:
        raise KeyboardInterrupt

    talk.recording.before_send = stopped
    assert not talk.run()
    assert "The step “post” was not finished. Look at the account" in person.text


def test_an_unknown_outcome_is_told_and_ends_with_a_warning(bench: Bench, fakes: FakeServer, tmp_path: Path) -> None:
    fakes.plan("commit_then_drop", r"/api/v1/statuses$")
    person = Person(["yes", "yes", "no", "no", "no", "no"])
    assert not conversation(bench, tmp_path, person).run()
    assert "It is not known whether this was done" in person.text


def test_a_refusal_is_said_and_the_probe_goes_on(bench: Bench, fakes: FakeServer, tmp_path: Path) -> None:
    fakes.plan("status", r"/api/v1/statuses$", status=422, body={"error": "Validation failed: too many tests"})
    person = Person()
    assert conversation(bench, tmp_path, person).run()
    assert "Refused: Validation failed: too many tests" in person.text
    assert "Step “picture”." in person.text


@pytest.mark.parametrize("key", ["bluesky", "facebook", "instagram", "linkedin", "telegram", "threads", "x", "youtube"])
def test_every_network_is_probed_to_its_end(
    key: str, fakes: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch)
    fakes.reset()
    bench, person = bench_for(fakes, key), Person()
    assert conversation(bench, tmp_path / "probe", person, film=film(tmp_path)).run(), person.text
    assert bench.public() == []
    assert "It is public" in person.text


# ---- what leaves the installation

SECRETS: dict[str, Any] = {
    "access_token": "EAAGm0PX4ZCpsBAKZCZB",
    "user": {"name": "Пера Перић", "username": "pera.peric", "email": "pera@cuprija.rs", "id": 17841400008460056},
    "items": [{"text": "Моја пријава је 0641234567", "at": "2026-11-29T20:15:03.123Z", "likes": 17}],
    "urn:li:person:Ab12Cd": {"state": "APPROVED", "status": "pera@cuprija.rs"},
    "pera@cuprija.rs": True,
    "url": "https://graph.facebook.com/v27.0/me?access_token=EAAGm0PX4ZCpsBAKZCZB",
    "did": "did:plc:ewvi7nxzyoun6zhxrhs64oiz",
    "uri": "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3k43tv4rft22g",
    "state": "Opština Ćuprija",
    "role": "opstina_cuprija",
    "phone": "+381 64 1234567",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",  # pragma: allowlist secret
}


def test_nothing_of_a_person_or_a_token_stays() -> None:
    text = json.dumps(redaction.redacted(SECRETS, frozenset({"opstina_cuprija"})), ensure_ascii=False)
    for secret in (
        "EAAGm0PX4", "Пера", "pera", "cuprija", "17841400008460056", "0641234567", "1234567", "Ab12Cd", "ewvi7nx",
        "3k43tv4", "Ćuprija", "eyJhbGci", "2026-11-29", "20:15",
    ):  # fmt: skip
        assert secret not in text, secret


def test_the_shape_and_the_words_of_the_network_stay() -> None:
    assert redaction.redacted(SECRETS)["items"] == [{"text": "text", "at": "2026-01-01T00:00:00.000Z", "likes": 17}]
    assert redaction.redacted({"state": "APPROVED", "id": "123", "n": None, "is": True, "part": 0.7, "big": 5000}) == {
        "state": "APPROVED", "id": "100", "n": None, "is": True, "part": 0.5, "big": 1000,
    }  # fmt: skip
    assert list(redaction.redacted({"urn:li:share:1": {}, "count": 1})) == ["id-1", "count"]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/api/v1/statuses/115500000000000001", "/api/v1/statuses/…"),
        ("/bot123456:AAFdsd3f/sendMessage", "/…/sendMessage"),
        ("/xrpc/com.atproto.repo.putRecord", "/xrpc/com.atproto.repo.putRecord"),
        ("/s/opstina_cuprija", "/s/…"),
        ("/rest/posts/urn%3Ali%3Ashare%3A73", "/rest/posts/…"),
        ("/v27.0/17841400008460056/media", "/v27.0/…/media"),
    ],
)
def test_an_address_keeps_its_words_alone(path: str, shown: str) -> None:
    assert redaction.address(path, frozenset({"opstina_cuprija"})) == shown


def test_the_files_of_a_probe_hold_nothing_of_the_account(bench: Bench, tmp_path: Path) -> None:
    conversation(bench, tmp_path, Person()).run()
    for file in tmp_path.glob("*.json"):
        text = file.read_text()
        for word in (bench.credential.access_token, "opstina", "municipality", "blue square", bench.server):
            assert word not in text.casefold(), (file.name, word)


# ---- the command


def typed(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """What a person types; after these answers always "yes"."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in [*answers, *["yes"] * 20])))


def test_the_command_takes_keys_from_the_environment(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, settings: Any
) -> None:
    settings.PRIVATE_HOSTS_ALLOWED = bench.allow
    monkeypatch.setenv("PROBE_SERVER", bench.server)
    monkeypatch.setenv("PROBE_TOKEN", bench.credential.access_token)
    monkeypatch.setenv("PROBE_ACCOUNT", bench.credential.account_id)
    typed(monkeypatch)
    call_command("probe", "mastodon", "--to", str(tmp_path / "answers"), "--wait", "0")
    output = capsys.readouterr().out
    assert "Nothing of this probe is public any more." in output
    assert bench.credential.access_token not in output
    assert (tmp_path / "answers" / "post.json").is_file()


def test_the_command_lets_a_connected_channel_be_chosen(
    cast: Cast, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, settings: Any
) -> None:
    settings.PRIVATE_HOSTS_ALLOWED = bench.allow
    connected(cast, bench)
    typed(monkeypatch, "1", "yes", "yes", "no", "no", "no", "no", "no")
    with pytest.raises(CommandError, match="left on the account"):
        call_command("probe", "mastodon", "--to", str(tmp_path), "--wait", "0")
    assert "1  Ћуприја: Општина" in capsys.readouterr().out
    assert len(bench.public()) == 1


@pytest.mark.parametrize("answer", ["0x", "7", "0", "-1", ""])
def test_a_number_that_is_none_is_refused(
    cast: Cast, bench: Bench, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    connected(cast, bench)
    typed(monkeypatch, answer)
    with pytest.raises(CommandError, match="no channel with this number"):
        call_command("probe", "mastodon")


def test_without_a_channel_and_keys_there_is_nothing_to_probe(cast: Cast) -> None:
    with pytest.raises(CommandError, match="No channel of Viber is connected"):
        call_command("probe", "viber")


def test_a_dead_token_is_said_before_anything_is_asked(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.PRIVATE_HOSTS_ALLOWED = bench.allow
    monkeypatch.setenv("PROBE_SERVER", bench.server)
    monkeypatch.setenv("PROBE_TOKEN", "dead")
    with pytest.raises(CommandError):
        call_command("probe", "mastodon")


def connected(cast: Cast, bench: Bench) -> Channel:
    from channels.domain import credentials
    from municipalities.tenancy import scope
    from tests.analytics.factories import channel

    row = channel(
        cast.cuprija, cast.approver, name="Општина", server=bench.server, remote_id=bench.credential.account_id,
        facts=bench.connector().fetch_facts(),
    )  # fmt: skip
    with scope(cast.cuprija):
        credentials.store(row, Credential.from_json(bench.credential.to_json()))
    assert account.connected("mastodon") == [row]
    return row
