"""Secrets at rest: what opens, what is refused, and that nothing but the plaintext ever comes out."""

import base64
from typing import Any

import pytest

from common import crypto

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


@pytest.fixture(autouse=True)
def keys(settings: Any) -> None:
    settings.TOKEN_KEYS = [OLD]


def test_what_was_sealed_opens_for_its_purpose_and_row() -> None:
    sealed = crypto.seal("credential", "тајна", 17)
    assert sealed.startswith("old.")
    assert "тајна" not in sealed
    assert crypto.open_("credential", sealed, 17) == "тајна"


def test_the_same_secret_never_looks_the_same_twice() -> None:
    assert crypto.seal("credential", "x", 1) != crypto.seal("credential", "x", 1)


@pytest.mark.parametrize(("purpose", "row"), [("credential", 18), ("mfa", 17), ("credential:1", 7)])
def test_a_secret_moved_to_another_row_or_purpose_is_refused(purpose: str, row: int) -> None:
    sealed = crypto.seal("credential", "secret", 17)
    with pytest.raises(crypto.Tampered):
        crypto.open_(purpose, sealed, row)


@pytest.mark.parametrize("part", [1, 2])
def test_a_changed_byte_is_noticed(part: int) -> None:
    parts = crypto.seal("credential", "secret", 17).split(".")
    parts[part] = ("B" if parts[part][0] == "A" else "A") + parts[part][1:]
    with pytest.raises(crypto.Tampered):
        crypto.open_("credential", ".".join(parts), 17)


@pytest.mark.parametrize("text", ["", "old", "old..", "a.b.c.d", "old.!!.??", "plain text", "old.AAAA.AAAA"])
def test_what_was_never_sealed_is_refused(text: str) -> None:
    with pytest.raises(crypto.CryptoError):
        crypto.open_("credential", text, 17)


def test_without_its_key_a_secret_stays_closed(settings: Any) -> None:
    sealed = crypto.seal("credential", "secret", 17)
    settings.TOKEN_KEYS = [NEW]
    with pytest.raises(crypto.WrongKey, match="'old'"):
        crypto.open_("credential", sealed, 17)


def test_another_key_under_the_same_name_is_refused(settings: Any) -> None:
    sealed = crypto.seal("credential", "secret", 17)
    settings.TOKEN_KEYS = ["old:" + base64.b64encode(b"x" * 32).decode()]
    with pytest.raises(crypto.Tampered):
        crypto.open_("credential", sealed, 17)


def test_nothing_is_sealed_anew_that_another_key_of_the_same_name_has_sealed(settings: Any) -> None:
    sealed = crypto.seal("credential", "secret", 17)
    settings.TOKEN_KEYS = ["old:" + base64.b64encode(b"x" * 32).decode()]
    with pytest.raises(crypto.Tampered):
        crypto.reseal("credential", sealed, 17)


def test_the_first_key_seals_and_every_key_opens(settings: Any) -> None:
    sealed = crypto.seal("credential", "secret", 17)
    settings.TOKEN_KEYS = [NEW, OLD]
    assert crypto.open_("credential", sealed, 17) == "secret"
    resealed = crypto.reseal("credential", sealed, 17)
    assert resealed.startswith("new.")
    assert crypto.reseal("credential", resealed, 17) == resealed
    settings.TOKEN_KEYS = [NEW]
    assert crypto.open_("credential", resealed, 17) == "secret"


@pytest.mark.parametrize(
    "entries",
    [
        [],
        ["no-colon"],
        ["a.b:" + base64.b64encode(b"o" * 32).decode()],
        ["short:" + base64.b64encode(b"o" * 16).decode()],
        ["bad:%%%"],
        [OLD, OLD],
    ],
)
def test_a_malformed_keyring_is_an_error_that_does_not_show_the_key(settings: Any, entries: list[str]) -> None:
    settings.TOKEN_KEYS = entries
    with pytest.raises(crypto.BadKeyring) as bad:
        crypto.seal("credential", "secret", 17)
    assert all(entry.partition(":")[2] not in str(bad.value) for entry in entries if ":" in entry)


def test_a_row_without_an_id_cannot_be_sealed_for() -> None:
    with pytest.raises(ValueError, match="save the row"):
        crypto.seal("credential", "secret", None)
