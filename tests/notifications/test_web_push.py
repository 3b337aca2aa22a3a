"""Encryption and signature of Web Push, by the RFCs' own example and by a receiver that shares no code with us."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from notifications import web_push
from notifications.web_push import InvalidSubscription, Subscription
from tests.notifications.push_service import b64, decrypt, unb64, verified

# RFC 8291, 5 and Appendix A.
PLAINTEXT = b"When I grow up, I want to be a watermelon"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RECEIVER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unb64(text)), ec.SECP256R1())


def browser(**fields: Any) -> Subscription:
    values = {"endpoint": "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV", "p256dh": P256DH}
    return Subscription(**{**values, "auth": AUTH, **fields})


def test_the_example_of_rfc_8291_is_encrypted_as_it_says() -> None:
    body = web_push.encrypted(PLAINTEXT, browser(), sender=private(SENDER), salt=unb64(SALT))
    assert b64(body) == BODY


def test_the_receiver_of_the_tests_reads_the_example() -> None:
    assert decrypt(unb64(BODY), private(RECEIVER), unb64(AUTH)) == PLAINTEXT


@given(plaintext=st.binary(min_size=1, max_size=web_push.MOST_BYTES), padded_to=st.integers(0, 5000))
def test_what_is_encrypted_arrives(plaintext: bytes, padded_to: int) -> None:
    body = web_push.encrypted(plaintext, browser(), padded_to=padded_to)
    assert len(body) <= 4096
    assert decrypt(body, private(RECEIVER), unb64(AUTH)).rstrip(b"\0") == plaintext.rstrip(b"\0")


def test_messages_of_different_lengths_look_the_same() -> None:
    lengths = {len(web_push.encrypted(text, browser(), padded_to=1000)) for text in (b"a", b"b" * 999, b"c" * 1000)}
    assert lengths == {1000 + 103}


def test_two_messages_share_neither_salt_nor_key() -> None:
    first, second = (web_push.encrypted(PLAINTEXT, browser()) for _time in range(2))
    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]


def test_another_browser_cannot_read_it() -> None:
    body = web_push.encrypted(PLAINTEXT, browser())
    with pytest.raises(InvalidTag):
        decrypt(body, ec.generate_private_key(ec.SECP256R1()), unb64(AUTH))
    with pytest.raises(InvalidTag):
        decrypt(body, private(RECEIVER), bytes(16))


def test_too_long_a_message_is_refused() -> None:
    with pytest.raises(ValueError, match="3993"):
        web_push.encrypted(bytes(3994), browser())


OFF_THE_CURVE = b64(b"\x04" + bytes(63) + b"\x05")
BAD = {
    "p256dh": ["", "A", "é" * 87, b64(bytes(65)), b64(b"\x04" + bytes(63)), b64(b"\x04" + bytes(65)), OFF_THE_CURVE,
               b64(b"\x02" + bytes(32)), P256DH + "\n", "=" * 4, P256DH * 40],
    "auth": ["", "AAAA", b64(bytes(15)), b64(bytes(17)), "*" * 22, AUTH + " ", AUTH * 90],
    "endpoint": ["", "push", "https://", "//push.example.net/", "https://a@push.example.net/", "https://push:99999/x",
                 "https://[::1/x", "https://push.example.net/\n", "https://пуш.example/x", "javascript:alert(1)",
                 "https://push.example.net/" + "a" * 2000],
}  # fmt: skip


@pytest.mark.parametrize(("part", "value"), [(part, value) for part, values in BAD.items() for value in values])
def test_what_no_browser_would_send_is_refused_with_the_part_that_is_wrong(part: str, value: str) -> None:
    with pytest.raises(InvalidSubscription) as refused:
        browser(**{part: value}).check()
    assert refused.value.part == part


@pytest.mark.parametrize("value", [P256DH, P256DH + "=", P256DH + "=="])
def test_padding_of_base64_is_no_mistake(value: str) -> None:
    browser(p256dh=value).check()


# ---- the signature


def sign(now: float, **changes: Any) -> str:
    values = {"origin": "https://push.example.net", "subject": "mailto:a@b.example", "hours": 12, **changes}
    until = datetime.fromtimestamp(now, UTC) + timedelta(hours=values.pop("hours"))
    key = values.pop("key", None) or web_push.new_key()
    return web_push.authorization(key, values.pop("origin"), until=until, **values)


def test_a_push_service_accepts_the_signature() -> None:
    now, key = time.time(), web_push.new_key()
    claims = verified(sign(now, key=key), "https://push.example.net", now)
    assert claims["k"] == key.public
    assert claims["sub"] == "mailto:a@b.example"


def test_it_is_good_for_one_push_service_and_for_a_day_at_most() -> None:
    now = time.time()
    for header, audience in ((sign(now), "https://other.example"), (sign(now, hours=25), "https://push.example.net")):
        with pytest.raises(AssertionError):
            verified(header, audience, now)


def test_a_changed_signature_is_none() -> None:
    now = time.time()
    one, other = sign(now), sign(now, key=web_push.new_key())
    with pytest.raises(InvalidSignature):
        verified(one.partition(", k=")[0] + ", k=" + other.partition(", k=")[2], "https://push.example.net", now)


def test_a_key_comes_back_from_what_is_stored() -> None:
    key = web_push.new_key()
    assert len(unb64(key.public)) == 65
    assert len(unb64(key.private)) == 32
    assert web_push.encoded(web_push._public_bytes(key.pair())) == key.public


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("0", 0), ("", 0), ("soon", 0), ("-5", 0), ("9" * 40, 0), ("²", 0), ("1.5", 0),
     ("Wed, 25 Nov 2026 11:01:00 GMT", 60), ("Wed, 25 Nov 2026 10:00:00 GMT", 0), ("Wed, 99 Nov 2026", 0)],
)  # fmt: skip
def test_how_long_a_push_service_asks_to_wait(header: str, seconds: int) -> None:
    now = datetime(2026, 11, 25, 11, tzinfo=UTC)
    assert web_push.retry_after(header, now) == timedelta(seconds=seconds)
