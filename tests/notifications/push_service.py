"""A push service for tests: real HTTP on this machine, a browser's keys, and the two RFCs written from their text.

It shares no code with the product: decryption by RFC 8291 and 8188 with an HKDF of its own, the check of the signature
by RFC 8292 and 7515.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

DAY = 86_400


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hkdf(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 for one block: extract, expand."""
    key = hmac.digest(salt, material, hashlib.sha256)
    return hmac.digest(key, info + b"\x01", hashlib.sha256)[:length]


def decrypt(body: bytes, private: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """RFC 8291, 3.4, and RFC 8188, 2: a message of one record. Raises when anything is not as they say."""
    salt, record_size, id_length = body[:16], int.from_bytes(body[16:20]), body[20]
    sender, record = body[21 : 21 + id_length], body[21 + id_length :]
    assert id_length == 65
    assert record_size >= 18
    assert len(body) <= 4096
    assert len(record) <= record_size
    receiver = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    material = hkdf(auth, shared, b"WebPush: info\0" + receiver + sender, 32)
    key = hkdf(salt, material, b"Content-Encoding: aes128gcm\0", 16)
    nonce = hkdf(salt, material, b"Content-Encoding: nonce\0", 12)
    decryptor = Cipher(algorithms.AES(key), modes.GCM(nonce, record[-16:])).decryptor()
    padded = (decryptor.update(record[:-16]) + decryptor.finalize()).rstrip(b"\0")
    assert padded[-1] == 2, "the delimiter of the last record"
    return padded[:-1]


def verified(header: str, audience: str, now: float) -> dict[str, Any]:
    """The claims of an Authorization header. RFC 8292, 2 and 3: raises when a push service would refuse it."""
    scheme, _, rest = header.partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(parts["k"]))
    signed, _, signature = parts["t"].rpartition(".")
    raw = unb64(signature)
    assert len(raw) == 64
    der = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    point.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
    head, claims = (json.loads(unb64(part)) for part in signed.split("."))
    assert head == {"typ": "JWT", "alg": "ES256"}
    assert claims["aud"] == audience
    assert now < claims["exp"] <= now + DAY
    assert claims["sub"].startswith(("mailto:", "https:"))
    return {**claims, "k": parts["k"]}


class Browser:
    """A browser that subscribed: its keys, and the address that its push service gave it."""

    def __init__(self, service: PushService, name: str = "") -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.auth = secrets.token_bytes(16)
        self.path = f"/push/{name or secrets.token_hex(8)}"
        self.endpoint = service.url + self.path
        self.service = service

    @property
    def keys(self) -> dict[str, str]:
        """As a page sends them to the portal."""
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "p256dh": b64(point), "auth": b64(self.auth)}

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What has arrived, decrypted."""
        got = [push for push in self.service.pushes if push.path == self.path and push.status < 300]
        return [json.loads(decrypt(push.body, self.private, self.auth)) for push in got]


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes
    at: float
    status: int
    claims: dict[str, Any] = field(default_factory=dict)


class PushService:
    """`pushes`: each request. `answers`: path → statuses to answer with, in this order; 201 when there are none."""

    def __init__(self) -> None:
        self.pushes: list[Received] = []
        self.answers: dict[str, list[int]] = {}
        self.headers: dict[str, str] = {}
        self.delay = 0.0
        self.problems: list[str] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                service.answer(self)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.host}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["content-length"]))
        headers = {name.lower(): value for name, value in request.headers.items()}
        waiting = self.answers.get(request.path)
        push = Received(request.path, headers, body, time.monotonic(), waiting.pop(0) if waiting else 201)
        try:
            push.claims = verified(headers["authorization"], self.url, time.time())
            assert headers["content-encoding"] == "aes128gcm"
            assert 0 <= int(headers["ttl"]) <= DAY * 28
            assert headers["urgency"] in ("very-low", "low", "normal", "high")
            # RFC 8030, 5.4: no more than 32 characters of base64url
            assert len(headers["topic"]) <= 32
            assert set(headers["topic"]) <= set(b64(bytes(range(256))) + "-_")
        except Exception as problem:
            self.problems.append(repr(problem))
            push.status = 400
        self.pushes.append(push)
        time.sleep(self.delay)
        request.send_response(push.status)
        for name, value in self.headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", "0")
        request.end_headers()


@contextmanager
def running() -> Iterator[PushService]:
    service = PushService()
    thread = threading.Thread(target=service.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.server.shutdown()
        service.server.server_close()
        thread.join()
