"""A practice account is checked and counted by the rules of the network that it imitates, for every such network."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import pytest

from channels.account_limits import imitation, known
from platforms import counting
from platforms.features import features
from platforms.imitation import NETWORKS, TITLED, imitated
from platforms.mastodon.server import imitates
from platforms.registry import PLATFORMS, connector
from platforms.types import Limits, Outgoing, Poll
from platforms.visibility import Visibility
from practice import rules
from practice.imitations import IMITATIONS
from tests.platforms.bench import document, outgoing, photo, picture, video
from trainings.domain import practice_channel

WEEK = 7 * 86_400
URL = "https://opstina.example/radovi-u-ulici-kneza-milosa"
# What the practice network carries as it is; every other field is its own affair or smaller there.
SAME = (
    "max_characters", "counting", "url_length", "max_bytes", "characters_with_media", "comment_characters",
    "needs_media", "min_images", "aspect_ratios", "max_hashtags", "max_mentions", "max_links", "threads",
    "private_characters", "private_bytes",
)  # fmt: skip


def pair(network: str) -> tuple[Limits, Limits]:
    """The limits of a practice account, and those of the network itself."""
    return rules_of(network).limits(), connector(network).limits(known(network, None))


def rules_of(network: str) -> Any:
    return imitation("mastodon", practice_channel.facts(), network)


def codes(kind: Any, sent: Outgoing, limits: Limits) -> list[tuple[str, str, str, Any]]:
    return [(one.code, one.field, one.severity, dict(one.params)) for one in kind.check(sent, limits)]


def test_the_practice_network_has_a_kind_of_page_for_each_and_names_it_alike() -> None:
    assert set(IMITATIONS) == set(NETWORKS)
    assert {key: one.title for key, one in IMITATIONS.items()} == {key: PLATFORMS[key].title for key in IMITATIONS}


def test_every_network_with_posts_is_imitated_or_could_publish_nothing_there() -> None:
    others = {key for key, one in PLATFORMS.items() if one.takes_posts} - set(NETWORKS)
    assert others == {"mastodon", "youtube"}
    assert connector("youtube").limits(known("youtube", None)).max_images == 0


@pytest.mark.parametrize("network", NETWORKS)
def test_what_the_practice_network_carries_is_limited_as_on_the_network(network: str) -> None:
    here, there = pair(network)
    assert {name: getattr(here, name) for name in SAME} == {name: getattr(there, name) for name in SAME}
    assert here.max_images == min(there.max_images, rules.MAX_MEDIA) > 0
    assert set(here.mime_types) == set(there.mime_types) & set(rules.MIME_TYPES) != set()
    assert here.alt_characters == min(there.alt_characters, rules.DESCRIPTION)
    assert {one.name for one in here.settings} == {one.name for one in there.settings} - {"format"}
    assert [one.name for one in here.budgets] == [one.name for one in there.budgets if not one.is_shared]
    assert (here.videos, here.documents, here.formats) == (None, None, {})
    title = (there.title_characters, there.title_required) if network in TITLED else (0, False)
    assert (here.title_characters, here.title_required) == title
    assert ("title" in here.edits) == (network in TITLED)
    assert (here.fetches_media, here.closed, here.agreements, here.link_card) == (False, "", (), "none")


@pytest.mark.parametrize("network", NETWORKS)
def test_people_delete_by_hand_where_the_network_lets_no_program_do_it(network: str) -> None:
    assert IMITATIONS[network].deleted_by_hand != pair(network)[0].withdraws


@pytest.mark.parametrize("network", NETWORKS)
def test_texts_are_found_too_long_exactly_where_the_network_finds_them(network: str) -> None:
    here, there = pair(network)
    for unit in ("ж", "x", "👨‍👩‍👧‍👦", "č"):
        fits = unit * (here.max_characters // counting.count(unit, there))
        for text in (
            fits,
            fits + unit,
            f"{fits}{unit} {URL}",
            f"#вода @opstina {URL} [x] <b> {unit}",
            "Вода\n---\nРад",
        ):
            sent = outgoing(text, pictures=(photo(1),) if there.needs_media else ())
            assert codes(rules_of(network), sent, here) == codes(connector(network), sent, there)
            assert counting.count(text, here) == counting.count(text, there)


@pytest.mark.parametrize("network", NETWORKS)
def test_comments_threads_and_pictures_are_judged_as_on_the_network(network: str) -> None:
    here, there = pair(network)
    base = {"pictures": (photo(1),)}
    cases: list[dict[str, Any]] = [
        base, {**base, "pictures": (photo(1), photo(2))} if here.max_images > 1 else base,
        {**base, "pictures": (replace(photo(1), width=5000, height=100),)},
        {**base, "pictures": (replace(photo(1), size=90_000_000),)}, {**base, "pictures": (replace(photo(1), alt=""),)},
        {**base, "first_comment": "Вода"}, {**base, "first_comment": "Вода" * 20_000},
        {**base, "thread": ("Рад",)}, {**base, "thread": ("Рад" * 30_000,)}, {"pictures": ()},
        {"pictures": (), "reply_to": "12"}, {"pictures": (), "conversation": "12"},
    ]  # fmt: skip
    for more in cases:
        sent = outgoing("Вода", **more)
        expected = codes(connector(network), sent, replace(there, image_bytes=here.image_bytes))
        assert codes(rules_of(network), sent, here) == expected, more


@pytest.mark.parametrize("network", NETWORKS)
def test_what_is_not_carried_is_refused(network: str) -> None:
    here, there = pair(network)
    five = tuple(photo(1) for _ in range(rules.MAX_MEDIA + 1))
    found = {code for code, *_rest in codes(rules_of(network), outgoing("Вода", pictures=five), here)}
    assert "too_many_pictures" in found
    assert "video_not_here" in {one[0] for one in codes(rules_of(network), outgoing("Вода", video=video()), here)}
    paper = outgoing("Вода", document=document())
    assert "document_not_here" in {one[0] for one in codes(rules_of(network), paper, here)}
    if "image/png" not in there.mime_types:
        assert "picture_type" in {
            one[0] for one in codes(rules_of(network), outgoing("А", pictures=(picture(1),)), here)
        }


@pytest.mark.parametrize("network", [key for key in NETWORKS if connector(key).limits(known(key, None)).polls])
def test_polls_keep_to_both(network: str) -> None:
    here, there = pair(network)
    assert here.polls
    assert there.polls
    assert here.polls.max_options <= min(there.polls.max_options, rules.POLL_OPTIONS)
    assert here.polls.option_characters <= min(there.polls.option_characters, rules.POLL_OPTION)
    assert here.polls.max_seconds <= min(there.polls.max_seconds, rules.POLL_LONGEST)
    assert (here.polls.multiple, here.polls.durations) == (False, there.polls.durations)
    for poll in (Poll(("Да", "Не"), WEEK), Poll(("Да", "Не"), WEEK, multiple=True), Poll(("Да" * 99, "Не"), 1)):
        sent = outgoing("Да ли?", poll=poll)
        assert codes(rules_of(network), sent, here) == codes(connector(network), sent, there)


@pytest.mark.parametrize("network", NETWORKS)
def test_features_are_those_that_both_have(network: str) -> None:
    mine = rules_of(network)
    has = {one.name for one in mine.features() if one.is_supported}
    there = {one.name for one in features(connector(network), known(network, None)) if one.is_supported}
    counted = {"post_metrics", "account_metrics", "poll_votes", "history"}
    assert has - counted <= there
    assert {one.name for one in mine.missing_features()} == there - has
    assert counted & has == counted - (set() if mine.limits().polls else {"poll_votes"})
    assert not {"video", "document", "story", "reel", "link_card"} & has
    assert "picture" in has


def test_an_answer_to_few_goes_by_the_rules_of_the_practice_network() -> None:
    mine = rules_of("facebook")
    sent = outgoing("Само за Вас", visibility=Visibility.DIRECT, reply_to="7")
    assert mine.check(sent, mine.limits()) == []
    assert "visibility" in {one.code for one in connector("facebook").check(sent, pair("facebook")[1])}


def test_an_older_practice_network_keeps_its_own_length() -> None:
    facts = practice_channel.facts()
    configuration: Any = facts["configuration"]
    extensions: tuple[Any, ...] = (
        {},
        {"imitations": {"max_characters": "9"}},
        {"imitations": [1]},
        {"imitations": {}},
        "x",
        None,
    )
    for extension in extensions:
        older = {**facts, "configuration": {**configuration, "dobosar": extension}}
        assert imitation("mastodon", older, "facebook").limits().max_characters == rules.MAX_CHARACTERS


def test_the_practice_network_takes_the_longest_text_of_every_network() -> None:
    longest = {key: pair(key)[1].max_characters for key in NETWORKS}
    assert max(longest.values()) < rules.MAX_CHARACTERS_OF_IMITATION


@pytest.mark.parametrize(
    "claimed",
    [
        "myspace", "mastodon", "youtube", "viber_bot", "<b>facebook</b>", "facebook ", "FACEBOOK", "", None, 7, True,
        ["facebook"], {"facebook": 1}, "x" * 10_000,
    ],
)  # fmt: skip
def test_nothing_but_a_known_key_is_believed(claimed: Any) -> None:
    assert imitated(claimed) == ""
    assert imitates({"id": "1", "dobosar": {"network": claimed}}) == ""


@pytest.mark.parametrize("extension", [None, "facebook", ["network"], 7, {}])
def test_a_field_of_another_shape_names_nothing(extension: Any) -> None:
    assert imitates({"id": "1", "dobosar": extension}) == ""


def test_every_limit_is_one_of_the_network_or_decided_here() -> None:
    """A new field of `Limits` comes from the network, unless `Imitation.limits` says otherwise."""
    here, there = pair("facebook")
    differ = {
        field.name for field in dataclasses.fields(Limits) if getattr(here, field.name) != getattr(there, field.name)
    }
    assert differ == {
        "max_images", "image_pixels", "image_bytes", "link_card", "videos", "settings", "formats", "visibilities",
    } - ({"image_bytes"} if here.image_bytes == there.image_bytes else set())  # fmt: skip
