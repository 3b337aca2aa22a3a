"""Secrets at rest: a keyring, and ciphertext that can be decrypted only in the row for which it was encrypted.

`settings.TOKEN_KEYS` is the keyring ("id:base64 of 32 bytes"). The first key seals, all of them open, so a key is
rotated by putting a new one in front and running `manage.py rotate_keys`. Ciphertext names its key:
"keyid.nonce.ciphertext", AES-256-GCM, and is bound to its purpose and row ("credential:17"): moved into another row it
is refused. Every failure raises; nothing here ever returns ciphertext as plaintext.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Callable, Iterable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from django.conf import settings

KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D: 96 bits, random, is safe for far more rows than we have


class CryptoError(Exception):
    """A secret could not be sealed or opened. The message is a sentence and holds no secret."""


class BadKeyring(CryptoError):
    """TOKEN_KEYS is empty or malformed."""


class WrongKey(CryptoError):
    """The key that sealed this secret is not in TOKEN_KEYS."""


class Tampered(CryptoError):
    """The sealed text was changed, belongs to another row, or a key has the same name and another value."""


Keyring = dict[str, bytes]


def keyring() -> Keyring:
    """Key id → key, in the order of the setting. Raises `BadKeyring`."""
    return read_keyring(tuple(settings.TOKEN_KEYS))


@lru_cache(maxsize=8)
def read_keyring(entries: tuple[str, ...]) -> Keyring:
    """`entries` as in the setting. Raises `BadKeyring` with the number of the bad entry, never with its text."""
    if not entries:
        raise BadKeyring("TOKEN_KEYS is empty: there is no key to encrypt secrets with.")
    keys: Keyring = {}
    for number, entry in enumerate(entries, 1):
        name, _, encoded = entry.strip().partition(":")
        if not KEY_ID.fullmatch(name):
            raise BadKeyring(f"Entry {number} of TOKEN_KEYS has no name of letters and digits before its colon.")
        if name in keys:
            raise BadKeyring(f"TOKEN_KEYS names two keys {name!r}.")
        keys[name] = _key(number, encoded)
    return keys


def _key(number: int, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadKeyring(f"Entry {number} of TOKEN_KEYS is not base64.") from None
    if len(key) != KEY_BYTES:
        raise BadKeyring(f"Entry {number} of TOKEN_KEYS has {len(key)} bytes instead of {KEY_BYTES}.")
    return key


def seal(purpose: str, plaintext: str, bound_to: object) -> str:
    """`plaintext` encrypted with the first key, for this purpose ("credential") and this row (its id) only."""
    name, key = next(iter(keyring().items()))
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plaintext.encode(), _binding(purpose, bound_to))
    return f"{name}.{_text(nonce)}.{_text(sealed)}"


def open_(purpose: str, sealed: str, bound_to: object, keys: Keyring | None = None) -> str:
    """What `seal` got, given the same purpose and row. `keys`: instead of those of the settings. Raises `WrongKey` or
    `Tampered`.
    """
    name, nonce, ciphertext = _parts(sealed)
    key = (keyring() if keys is None else keys).get(name)
    if key is None:
        raise WrongKey(f"The secret was encrypted with the key {name!r}, which is not in TOKEN_KEYS.")
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _binding(purpose, bound_to)).decode()
    except (InvalidTag, ValueError):
        # ValueError: a nonce of another length, or plaintext that is no text
        raise Tampered("The stored secret was changed, belongs to another row, or its key has another value.") from None


def reseal(purpose: str, sealed: str, bound_to: object) -> str:
    """`sealed` under the first key; the very same text when it is that already. Raises `WrongKey` or `Tampered`."""
    # Opened in any case: a key of the same name may have another value.
    plaintext = open_(purpose, sealed, bound_to)
    if sealed.partition(".")[0] == next(iter(keyring())):
        return sealed
    return seal(purpose, plaintext, bound_to)


def _parts(sealed: str) -> tuple[str, bytes, bytes]:
    try:
        name, nonce, ciphertext = sealed.split(".")
        return name, _bytes(nonce), _bytes(ciphertext)
    except (ValueError, binascii.Error):
        raise Tampered("The stored text is not a secret that was encrypted here.") from None


def _binding(purpose: str, bound_to: object) -> bytes:
    if bound_to is None:
        raise ValueError("A secret is bound to a row that has an id: save the row first.")
    return f"{purpose}:{bound_to}".encode()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


# ---- what `rotate_keys` goes through; an app registers its own in AppConfig.ready()

Reseals = Callable[[], Iterable[Callable[[], bool]]]
"""Yields one call per row, which reseals it in a transaction of its own and returns whether it changed."""

SEALED: dict[str, Reseals] = {}


def rotates(name: str, reseals: Reseals) -> None:
    """Make `rotate_keys` include these rows. `name` is a plural for people: "channel credentials"."""
    SEALED[name] = reseals
