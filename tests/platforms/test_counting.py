"""Lengths as the networks count them, facets in bytes, keys by time: against vectors from the vendors' own code."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platforms.bluesky.facets import facets
from platforms.bluesky.records import record_key, tid
from platforms.counting import count, graphemes, mastodon, urls, utf8_bytes
from platforms.types import Limits

VECTORS = [
    ("Hello, world!", 13, 13),
    ("Hello, world! 👋", 15, 18),
    ("cafe\u0301", 4, 6),
    ("日本語", 3, 9),
    ("👨‍👩‍👧‍👦", 1, 25),
    ("👋🏽", 1, 8),
    ("🇷🇸🇷🇴", 2, 16),
    ("1\ufe0f\u20e3", 1, 7),
    ("…", 1, 3),
    ("€", 1, 3),
    ("Добар дан, људи!", 16, 28),
]


def test_graphemes_and_bytes_agree_with_the_vectors(subtests: pytest.Subtests) -> None:
    for text, clusters, size in VECTORS:
        with subtests.test(text=text, clusters=clusters, size=size):
            assert (graphemes(text), utf8_bytes(text)) == (clusters, size)


def test_mastodon_counts_addresses_as_23_and_mentions_without_their_server(subtests: pytest.Subtests) -> None:
    for text, length in [
        ("https://example.com/very/long/path?x=1", 23),
        ("https://a.rs", 23),
        ("Види https://example.com/a.", 5 + 23 + 1),
        ("(https://sr.wikipedia.org/wiki/Ћуприја_(град))", 25),
        ("http://localhost/x", 18),
        ("@user@example.social здраво", 12),
        ("@user здраво", 12),
        ("pošta@example.rs", 16),
        ("👨‍👩‍👧‍👦", 1),
    ]:
        with subtests.test(text=text, length=length):
            assert mastodon(text) == length


def test_the_way_of_counting_comes_from_the_limits() -> None:
    text = "https://example.com/very/long/path?x=1"
    assert count(text, Limits(500, "mastodon", url_length=23)) == 23
    assert count(text, Limits(300, "graphemes")) == 38
    with pytest.raises(ValueError, match="counting"):
        count(text, Limits(1, "stones"))


def test_facets_match_the_vector() -> None:
    text = "Ћуприја"[:6] + " 👋 https://example.com @a.bsky.social #вор"
    spans = [(f["index"]["byteStart"], f["index"]["byteEnd"]) for f in facets(text, lambda handle: "did:plc:a")]
    assert spans == [(18, 37), (38, 52), (53, 60)]


def test_an_address_without_its_scheme_is_a_link() -> None:
    text = "Ђурђевдан: пријаве на cuprija.rs/prijava, (opstina.rs) и „www.cuprija.rs”."
    text += " Није: v2.0 и a@b.rs и видиcuprija.rs"
    shown = {}
    for facet in facets(text, lambda handle: None):
        index, (feature,) = facet["index"], facet["features"]
        shown[text.encode()[index["byteStart"] : index["byteEnd"]].decode()] = feature["uri"]
    assert shown == {
        "cuprija.rs/prijava": "https://cuprija.rs/prijava",
        "opstina.rs": "https://opstina.rs",
        "www.cuprija.rs": "https://www.cuprija.rs",
    }


def test_a_tag_of_too_many_bytes_is_plain_text() -> None:
    family = "👨\u200d👩\u200d👧\u200d👦"
    (facet,) = facets(f"#а{family * 61} #вашар", lambda handle: None)
    assert facet["features"][0]["tag"] == "вашар"


def test_what_is_no_tag_or_mention_gets_no_facet() -> None:
    assert facets("бр. #1 #2026 pošta@opstina.rs @nema.test @ja", lambda handle: None) == []


@given(
    st.lists(st.sampled_from(["Ћуприја", "👨‍👩‍👧", "#вашар!", "https://a.rs/x(y)", "@a.test", "\n", "(", "e\u0301"]))
)
def test_facets_stay_inside_the_text_and_apart(words: list[str]) -> None:
    text = " ".join(words)
    raw, last = text.encode(), 0
    for facet in facets(text, lambda handle: "did:plc:a"):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        assert last <= start < end <= len(raw)
        assert raw[start:end].decode()[0] in "#＃@h"
        last = end


@given(st.text(), st.text())
def test_an_address_never_counts_more_or_less_than_23(before: str, after: str) -> None:
    text = f"{before} https://cuprija.rs/{'a' * 40} {after}"
    (start, end, _) = next(u for u in urls(text) if u[2].startswith("https://cuprija.rs/a"))
    with_short = text[:start] + "https://a.rs" + text[end:]
    assert mastodon(text) == mastodon(with_short)


@pytest.mark.parametrize(
    ("microseconds", "clock", "expected"),
    [
        (0, 0, "2222222222222"),
        (1700000000000000, 5, "3ke6kg3wk2227"),
        (1795478400000000, 31, "3n2zdm5rs222z"),
    ],
)
def test_record_keys_match_the_vectors(microseconds: int, clock: int, expected: str) -> None:
    assert tid(microseconds, clock) == expected


@given(st.uuids(), st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1)))
def test_a_record_key_is_the_same_every_time(key: object, naive: datetime) -> None:
    at = naive.replace(tzinfo=UTC)
    assert record_key(str(key), at) == record_key(str(key), at)
    assert len(record_key(str(key), at)) == 13
