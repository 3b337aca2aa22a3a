"""The stored shape of a draft, and what hostile clients send instead."""

import json

import pytest

from posts.draft import BadDraft, ChannelLayout, Crop, Draft, LinkCard, Shown, Text, parse

FULL = Draft(
    texts={"sr-Cyrl": Text("Добар дан"), "sr-Latn": Text("", derived_from="sr-Cyrl")},
    per_channel={7: {"sr-Cyrl": "Здраво"}},
    media=(Shown(3, "Fontana", Crop("4:5", (0, 0.1, 1, 0.8))), Shown(4)),
    link="https://cuprija.rs/vesti",
    link_card=LinkCard("Vesti", "Sve vesti"),
    channels=(7, 8),
    layout={7: ChannelLayout("combined", ("sr-Cyrl", "sr-Latn"))},
)


def test_a_draft_comes_back_equal_from_json() -> None:
    assert parse(json.loads(json.dumps(FULL.to_json()))) == FULL


def test_an_empty_object_is_an_empty_draft() -> None:
    assert parse({}) == Draft()
    assert parse({}).is_empty


def test_what_is_no_draft_is_refused_with_a_sentence(subtests: pytest.Subtests) -> None:
    for raw in [
        [],
        "text",
        7,
        {"texts": []},
        {"texts": {"sr-Cyrl": "no object"}},
        {"texts": {"xx-Cyrl": {"text": "a"}}},
        {"texts": {"sr-Cyrl": {"text": 5}}},
        {"texts": {"sr-Cyrl": {"text": "a" * 20_001}}},
        {"texts": {"bs-Latn": {"text": "", "derived_from": "sr-Latn"}}},
        {"texts": {"sr-Cyrl": {"text": "", "derived_from": "sr-Cyrl"}}},
        {"per_channel": {"first": {"sr-Cyrl": "a"}}},
        {"per_channel": {"-1": {"sr-Cyrl": "a"}}},
        {"media": {"id": 1}},
        {"media": [{"id": True}]},
        {"media": [{"id": 2**70}]},
        {"media": [{"id": index} for index in range(1, 12)]},
        {"media": [{"id": 1, "alt": "a" * 1501}]},
        {"media": [{"id": 1, "crop": {"ratio": "4:5", "box": [0, 0, 2, 1]}}]},
        {"media": [{"id": 1, "crop": {"ratio": "4:5", "box": [0, 0, float("nan"), 1]}}]},
        {"media": [{"id": 1, "crop": {"ratio": "9:1", "box": [0, 0, 1, 1]}}]},
        {"media": [{"id": 1, "crop": {"ratio": "4:5", "box": "0011"}}]},
        {"link": ["https://cuprija.rs"]},
        {"link": "https://cuprija.rs/" + "a" * 1000},
        {"link_card": {"title": ["a"]}},
        {"channels": "all"},
        {"channels": [1.5]},
        {"layout": {"7": {"layout": "circle"}}},
    ]:
        with subtests.test(raw=raw):
            with pytest.raises(BadDraft) as refused:
                parse(raw)
            assert all(problem.endswith(".") for problem in refused.value.problems)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(BadDraft) as refused:
        parse({"link": 7, "channels": "all", "texts": {"xx": {"text": "a"}}})
    assert len(refused.value.problems) == 3


def test_what_postgresql_cannot_store_is_left_out() -> None:
    draft = parse({"texts": {"sr-Cyrl": {"text": "a\x00b\ud800c\r\nd"}}})
    assert draft.texts["sr-Cyrl"].text == "abc\nd"


def test_the_same_picture_twice_is_there_once() -> None:
    assert len(parse({"media": [{"id": 1}, {"id": "1"}]}).media) == 1


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://a b.rs", "https://[bad", "cupri", "https://cuprija", "data:x"]
)
def test_a_link_that_is_no_address_is_kept_and_never_used(link: str) -> None:
    draft = parse({"link": link})
    assert (draft.link, draft.address) == (link, "")


def test_a_web_address_is_one() -> None:
    assert parse({"link": " https://cuprija.rs/вести "}).address == "https://cuprija.rs/вести"
