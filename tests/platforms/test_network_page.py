"""The page about what each network can do is what the connectors say."""

from __future__ import annotations

import dataclasses

import pytest

from platforms import registry
from platforms.features import DETAILS, features
from platforms.types import Limits
from tests.platforms import network_page
from tests.platforms.fakes import FakeServer
from tests.platforms.network_page import END, PAGE


def test_the_page_is_what_the_connectors_say(fakes: FakeServer) -> None:
    assert PAGE.read_text(encoding="utf-8").partition(END)[0].rstrip() == network_page.from_data(fakes).rstrip(), (
        "Run `make maintain WHAT=network-page`."
    )


def test_every_limit_belongs_to_a_feature() -> None:
    named = {field for one in features(registry.connector("mastodon"), {}) for field in (one.source,) if field}
    known = {field.name for field in dataclasses.fields(Limits)}
    assert known - named - DETAILS == set(), "A new field: is it a feature of `platforms.features`, or a detail?"
    assert (named | DETAILS) - known == set()


@pytest.mark.parametrize("key", registry.PLATFORMS)
def test_the_features_of_all_networks_are_the_same_rows(key: str, fakes: FakeServer) -> None:
    listed = features(registry.connector(key), network_page.facts(fakes, key))
    assert [one.name for one in listed] == [one.name for one in features(registry.connector("mastodon"), {})]
    assert len({one.name for one in listed}) == len(listed)


def test_what_a_network_has_and_what_it_lacks() -> None:
    known = {
        key: {one.name: one.is_supported for one in features(registry.connector(key), {})}
        for key in ("viber", "youtube")
    }
    assert known["viber"]["text"]
    assert not known["viber"]["answers"]
    assert not known["viber"]["withdraw"]
    assert known["youtube"]["captions"]
    assert known["youtube"]["answers"]
    assert not known["youtube"]["text"]
