"""Codes, campaign parameters, hostile targets and machines: all of it without a table."""

from __future__ import annotations

from uuid import UUID

import pytest

from common.networks import network_of
from links.rules import ALPHABET, LENGTH, as_uri, code, is_machine, target_problem, with_campaign

SUBJECT = UUID(int=7)
OWN = "https://dobosar.example"


# ---- codes


def test_the_same_four_give_the_same_code_and_any_other_gives_another() -> None:
    first = code("key", SUBJECT, 3, "https://cuprija.rs/")
    assert first == code("key", SUBJECT, 3, "https://cuprija.rs/")
    others = {
        code("other key", SUBJECT, 3, "https://cuprija.rs/"),
        code("key", UUID(int=8), 3, "https://cuprija.rs/"),
        code("key", SUBJECT, 4, "https://cuprija.rs/"),
        code("key", SUBJECT, 3, "https://cuprija.rs/a"),
        code("key", SUBJECT, 3, "https://cuprija.rs/", turn=1),
    }
    assert len(others | {first}) == 6


def test_a_code_can_be_read_from_a_poster() -> None:
    made = {code("key", SUBJECT, place, "x") for place in range(500)}
    assert len(made) == 500
    assert all(len(row) == LENGTH and set(row) <= set(ALPHABET) for row in made)
    assert not set(ALPHABET) & set("01oliaeu")


# ---- campaign parameters


def test_campaign_parameters_join_what_the_address_has(subtests: pytest.Subtests) -> None:
    for address, expected in [
        ("https://cuprija.rs", "https://cuprija.rs/?utm_source=mastodon&utm_medium=social&utm_campaign=cuprija"),
        ("https://cuprija.rs/a", "https://cuprija.rs/a?utm_source=mastodon&utm_medium=social&utm_campaign=cuprija"),
        (
            "https://cuprija.rs/a?id=7&q=%D0%B0+b",
            "https://cuprija.rs/a?id=7&q=%D0%B0+b&utm_source=mastodon&utm_medium=social&utm_campaign=cuprija",
        ),
        (
            "https://cuprija.rs/a?id=7#prijava",
            "https://cuprija.rs/a?id=7&utm_source=mastodon&utm_medium=social&utm_campaign=cuprija#prijava",
        ),
        (
            "https://cuprija.rs/a?#x",
            "https://cuprija.rs/a?utm_source=mastodon&utm_medium=social&utm_campaign=cuprija#x",
        ),
        (
            "https://cuprija.rs/#/ruta?x=1",
            "https://cuprija.rs/?utm_source=mastodon&utm_medium=social&utm_campaign=cuprija#/ruta?x=1",
        ),
        (
            "https://cuprija.rs/a?utm_campaign=svoja&b",
            "https://cuprija.rs/a?utm_campaign=svoja&b&utm_source=mastodon&utm_medium=social",
        ),
        (
            "https://cuprija.rs/a?UTM_Source=x&utm_medium=y&utm_campaign=z",
            "https://cuprija.rs/a?UTM_Source=x&utm_medium=y&utm_campaign=z",
        ),
        (
            "https://cuprija.rs/вести?тема=вода",
            "https://cuprija.rs/вести?тема=вода&utm_source=mastodon&utm_medium=social&utm_campaign=cuprija",
        ),
        ("https://a.rs/?x=1&", "https://a.rs/?x=1&utm_source=mastodon&utm_medium=social&utm_campaign=cuprija"),
    ]:
        with subtests.test(address=address, expected=expected):
            assert with_campaign(address, source="mastodon", campaign="cuprija") == expected


def test_joining_twice_changes_nothing() -> None:
    once = with_campaign("https://cuprija.rs/a?b=c#d", source="bluesky", campaign="cuprija-evrtic")
    assert with_campaign(once, source="bluesky", campaign="cuprija-evrtic") == once


# ---- hostile targets


def test_nobody_is_led_to_a_hostile_address(subtests: pytest.Subtests) -> None:
    for address, why in [
        ("javascript:alert(1)", "scheme"),
        ("JavaScript://cuprija.rs/%0aalert(1)", "scheme"),
        ("data:text/html,x", "scheme"),
        ("ftp://cuprija.rs/", "scheme"),
        ("//cuprija.rs/", "scheme"),
        ("cuprija.rs", "scheme"),
        ("", "scheme"),
        ("https://", "shape"),
        ("https:///path", "shape"),
        ("https://cuprija.rs\\@evil.example/", "shape"),
        ("https://cuprija.rs/\r\nSet-Cookie: a=b", "shape"),
        ("https://cupri\u202eja.rs/", "shape"),
        ("https://a b.rs/", "shape"),
        ("https://[bad/", "shape"),
        ("https://cuprija.rs:99999/", "shape"),
        (f"https://{'a' * 70}.rs/", "shape"),
        ("https://officer:secret@cuprija.rs/", "login"),
        ("https://euprava.gov.rs@evil.example/", "login"),
        ("http://127.0.0.1/", "private"),
        ("http://10.0.0.7:8080/x", "private"),
        ("http://192.168.1.1/", "private"),
        ("http://169.254.169.254/latest/meta-data/", "private"),
        ("http://[::1]/", "private"),
        ("http://[::ffff:127.0.0.1]/", "private"),
        ("http://[64:ff9b::a00:1]/", "private"),
        ("http://localhost/", "private"),
        ("http://localhost./", "private"),
        ("http://printer/", "private"),
        ("http://router.local/", "private"),
        ("http://intranet.opstina.lan/", "private"),
        ("http://x.localhost/", "private"),
        ("http://2130706433/", "private"),
        ("http://127.1/", "private"),
        ("http://0177.0.0.1/", "private"),
        ("http://1.0x7f000001/", "private"),
        ("https://dobosar.example/l/abcdefgh", "loop"),
        ("https://dobosar.example:443/l/x", "loop"),
        ("https://DOBOSAR.example/l/x", "loop"),
    ]:
        with subtests.test(address=address, why=why):
            assert target_problem(address, OWN if ":443" not in address else "https://dobosar.example:443") == why


@pytest.mark.parametrize(
    "address",
    [
        "https://cuprija.rs",
        "http://www.vlasotince.rs/vesti?id=4#a",
        "https://ћуприја.срб/вести",
        "https://euprava.gov.rs:8443/usluge",
        "https://1.1.1.1/",
        "https://dobosar.example/o-nama",
        "https://xn--o1ac.xn--90a3ac/",
    ],
)
def test_honest_addresses_are_let_through(address: str) -> None:
    assert target_problem(address, OWN) == ""


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://cuprija.rs/a?b=c%20d#e", "https://cuprija.rs/a?b=c%20d#e"),
        ("https://пример.срб/вода?тема=а б#крај".replace(" ", "%20"),
         "https://xn--e1afmkfd.xn--90a3ac/%D0%B2%D0%BE%D0%B4%D0%B0?%D1%82%D0%B5%D0%BC%D0%B0=%D0%B0%20%D0%B1#%D0%BA%D1%80%D0%B0%D1%98"),
        ("https://cuprija.rs:8443?x=1", "https://cuprija.rs:8443?x=1"),
        ("https://[2606:4700::1111]:8443/a", "https://[2606:4700::1111]:8443/a"),
    ],
)  # fmt: skip
def test_an_address_goes_out_in_ascii_and_otherwise_unchanged(address: str, expected: str) -> None:
    assert as_uri(address) == expected


# ---- machines

PEOPLE = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 [FBAN/FBIOS;FBAV/480.0.0.50.110]",
    "Mozilla/5.0 (Linux; Android 14; SM-A546B; wv) AppleWebKit/537.36 Mobile Safari/537.36 Instagram 350.0.0 Android",
    "Mozilla/5.0 (Linux; Android 13; CUBOT X70) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Viber/21.0",
]
MACHINES = [
    "",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0",
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.23.20.0 A",
    "Viber/13.5.0",
    "Mastodon/4.5.0 (http.rb/5.2.0; +https://mastodon.social/)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; YandexBot/3.0)",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Bluesky Cardyb/1.1; +mailto:support@bsky.app",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/130.0 Safari/537.36",
    "curl/8.5.0",
    "python-requests/2.32",
    "Go-http-client/2.0",
    "GPTBot/1.2",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Pleroma 2.6.0; https://x.example",
    "Dobosar/0.1",
]


@pytest.mark.parametrize("agent", PEOPLE)
def test_browsers_also_those_inside_apps_are_people(agent: str) -> None:
    assert not is_machine({"user-agent": agent})


def test_programs_are_machines(subtests: pytest.Subtests) -> None:
    for agent in MACHINES:
        with subtests.test(agent=agent):
            assert is_machine({"user-agent": agent})


@pytest.mark.parametrize("header", [{"purpose": "prefetch"}, {"sec-purpose": "prefetch;prerender"},
                                    {"x-moz": "prefetch"}, {"x-purpose": "preview"}])  # fmt: skip
def test_what_a_browser_fetches_ahead_is_no_click(header: dict[str, str]) -> None:
    assert is_machine({"user-agent": PEOPLE[0], **header})


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_an_ipv6_connection_is_its_network(address: str, line: str) -> None:
    assert network_of(address) == line
