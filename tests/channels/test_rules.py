"""Server addresses that a person may type, and those that are refused before a DNS query."""

from typing import Any

import pytest

from channels import rules
from common.errors import ActionNotAllowed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mastodon.social", "https://mastodon.social"),
        ("  Mastodon.Social ", "https://mastodon.social"),
        ("https://mastodon.social/@opstina?x=1#y", "https://mastodon.social"),
        ("http://mastodon.social", "https://mastodon.social"),
        ("@opstina@mastodon.social", "https://mastodon.social"),
        ("mastodon.social:443", "https://mastodon.social"),
        ("mastodon.social.", "https://mastodon.social"),
        ("мрежа.срб", "https://xn--80ajdwu.xn--90a3ac"),
    ],
)
def test_a_server_is_understood_however_it_is_written(typed: str, meant: str) -> None:
    assert rules.server_address("mastodon", typed) == meant


def test_a_network_with_a_main_server_takes_it_when_none_is_typed() -> None:
    assert rules.server_address("bluesky", " ") == "https://bsky.social"


def test_hostile_and_private_servers_are_refused(subtests: pytest.Subtests) -> None:
    for typed in [
        "",
        "127.0.0.1",
        "http://127.0.0.1/",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "１２７.0.0.1",
        "169.254.169.254",
        "http://169.254.169.254/latest/meta-data/",
        "[::1]",
        "https://[::ffff:127.0.0.1]/",
        "localhost",
        "localhost:8000",
        "db",
        "metadata.google.internal",
        "printer.local",
        "x.onion",
        "mastodon.social:22",
        "https://mastodon.social:8443",
        "https://mastodon.social@127.0.0.1/",
        "https://user:password@mastodon.social",
        "mastodon.social\\@127.0.0.1",
        "https://mastodon.social%2f@evil.example",
        "mastodon.social\r\nHost: evil",
        "mastodon .social",
        "ftp://mastodon.social",
        "file:///etc/passwd",
        "javascript://mastodon.social",
        "a" * 201,
        "-x.example",
        "mastodon..social",
        "mastodon.social\u200b.evil.example",
    ]:
        with subtests.test(typed=typed):
            with pytest.raises(ActionNotAllowed) as refused:
                rules.server_address("mastodon", typed)
            assert refused.value.field == "server"


def test_a_private_server_is_called_only_at_the_port_that_is_allowed(settings: Any) -> None:
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1:9001"]
    settings.PRACTICE_URL = "http://127.0.0.1:9001"
    assert rules.server_address("mastodon", "http://127.0.0.1:9001/") == "http://127.0.0.1:9001"
    assert rules.server_address("mastodon", "127.0.0.1:9001") == "http://127.0.0.1:9001"
    with pytest.raises(ActionNotAllowed):
        rules.server_address("mastodon", "http://127.0.0.1:9002")


def test_serbian_is_written_in_both_scripts_and_hungarian_in_one() -> None:
    tags = [tag for tag, _name in rules.languages()]
    assert {"sr-Cyrl", "sr-Latn", "hu-Latn", "mk-Cyrl"} <= set(tags)
    assert "hu-Cyrl" not in tags
    assert len(tags) == len(set(tags))
