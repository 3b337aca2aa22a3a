"""Web Push as bytes and headers: the encryption of a message for a browser (RFC 8291, with RFC 8188) and the signature
by which a push service knows the sender (VAPID, RFC 8292). Pure: no clock, no database, no network.
"""

import base64
import binascii
import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
POINT_BYTES = 65
SECRET_BYTES = 16  # of the authentication secret (RFC 8291, 3.2), and of a salt (RFC 8188, 2.1)
SCALAR_BYTES = 32
# A push service takes 4096 bytes (RFC 8030, 7.2); header, delimiter and tag are 103 of them (RFC 8291, 4).
RECORD_BYTES = 4096
MOST_BYTES = 3993
LONGEST_ENDPOINT = 2000
ENCODED = re.compile(r"[A-Za-z0-9_-]{1,200}={0,2}")


class InvalidSubscription(ValueError):
    """What a browser sent cannot be used. `part` is "endpoint", "p256dh" or "auth"; the message has no secret."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part = part


@dataclass(frozen=True)
class Subscription:
    """Where a browser is reached, and with which keys: `PushSubscription` of the Push API."""

    endpoint: str
    p256dh: str
    auth: str

    def check(self) -> None:
        """Raises `InvalidSubscription`. The address itself is checked again when it is called (`common.http`)."""
        if len(self.endpoint) > LONGEST_ENDPOINT or not self.endpoint.isprintable() or not self.endpoint.isascii():
            raise InvalidSubscription("endpoint", "not an address")
        if not self.origin:
            raise InvalidSubscription("endpoint", "not an address")
        _point(self.p256dh)
        _secret(self.auth)

    @property
    def host(self) -> str:
        """Host and port as they are written, without a user name; empty for what is no address."""
        return self.origin.partition("://")[2]

    @property
    def origin(self) -> str:
        """Scheme, host and port; empty for what is no address."""
        try:
            parts = urlsplit(self.endpoint)
            port = parts.port
        except ValueError:
            return ""
        if not parts.scheme or not parts.hostname or parts.username is not None or parts.password is not None:
            return ""
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")


@dataclass(frozen=True)
class Key:
    """The key pair of this installation, each part as base64url: the public point, the private number."""

    public: str
    private: str

    def pair(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(decoded(self.private)), CURVE)


def new_key() -> Key:
    pair = ec.generate_private_key(CURVE)
    number = pair.private_numbers().private_value.to_bytes(SCALAR_BYTES)
    return Key(encoded(_public_bytes(pair)), encoded(number))


def encrypted(
    plaintext: bytes,
    subscription: Subscription,
    *,
    padded_to: int = 0,
    sender: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes = b"",
) -> bytes:
    """The body of a message, in the encoding `aes128gcm`. `padded_to`: so many bytes at least, so that the length tells
    nothing. `sender` and `salt` are made anew for each message; only the RFC's example gives them.

    Raises `InvalidSubscription`, and `ValueError` for more than `MOST_BYTES`.
    """
    if len(plaintext) > MOST_BYTES:
        raise ValueError(f"a message has {MOST_BYTES} bytes at most")
    point, secret = _point(subscription.p256dh), _secret(subscription.auth)
    sender = sender or ec.generate_private_key(CURVE)
    salt = salt or secrets.token_bytes(SECRET_BYTES)
    ours, theirs = _public_bytes(sender), _bytes(point)
    shared = sender.exchange(ec.ECDH(), point)
    material = _derived(shared, secret, b"WebPush: info\0" + theirs + ours, 32)
    key = _derived(material, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(material, salt, b"Content-Encoding: nonce\0", 12)
    padding = bytes(max(min(padded_to, MOST_BYTES) - len(plaintext), 0))
    record = AESGCM(key).encrypt(nonce, plaintext + b"\x02" + padding, None)
    return salt + RECORD_BYTES.to_bytes(4) + bytes([len(ours)]) + ours + record


def authorization(key: Key, origin: str, *, subject: str, until: datetime) -> str:
    """The header that says who sends: a token for the push service at `origin`, until 24 hours from now at most.

    `subject`: a `mailto:` or `https:` address of whoever runs this installation.
    """
    claims = {"aud": origin, "exp": int(until.timestamp()), "sub": subject}
    signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    r, s = utils.decode_dss_signature(key.pair().sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = encoded(r.to_bytes(SCALAR_BYTES) + s.to_bytes(SCALAR_BYTES))
    return f"vapid t={signed}.{signature}, k={key.public}"


def retry_after(header: str, now: datetime) -> timedelta:
    """How long a push service asks to wait: seconds or a date (RFC 9110, 10.2.3); nothing for what is neither."""
    from email.utils import parsedate_to_datetime

    if header.isdecimal() and header.isascii() and len(header) < 10:
        return timedelta(seconds=int(header))
    try:
        moment = parsedate_to_datetime(header)
        return max(moment - now, timedelta()) if moment.tzinfo else timedelta()
    except (TypeError, ValueError, OverflowError):
        return timedelta()


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Raises `ValueError`."""
    if not ENCODED.fullmatch(text):
        raise ValueError("not base64url")
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not base64url") from None


def _point(p256dh: str) -> ec.EllipticCurvePublicKey:
    problem = InvalidSubscription("p256dh", "not an uncompressed point of P-256")
    try:
        raw = decoded(p256dh)
        point = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw)  # checks that it is on the curve
    except ValueError:
        raise problem from None
    if len(raw) != POINT_BYTES:
        raise problem
    return point


def _secret(auth: str) -> bytes:
    try:
        raw = decoded(auth)
    except ValueError:
        raw = b""
    if len(raw) != SECRET_BYTES:
        raise InvalidSubscription("auth", f"not {SECRET_BYTES} bytes")
    return raw


def _derived(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


def _public_bytes(pair: ec.EllipticCurvePrivateKey) -> bytes:
    return _bytes(pair.public_key())


def _bytes(point: ec.EllipticCurvePublicKey) -> bytes:
    return point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _json(value: dict[str, object]) -> str:
    return encoded(json.dumps(value, separators=(",", ":")).encode())
