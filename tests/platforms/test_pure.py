"""The parts of connectors that need no server: addresses, HTML, matching, checks, the registry."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.http import Answer
from platforms import registry
from platforms.addresses import address
from platforms.answers import rate_limited
from platforms.bluesky.calls import expiry
from platforms.bluesky.conversation import is_whole
from platforms.checks import check
from platforms.errors import Rejected
from platforms.markup import plain
from platforms.matching import Candidate, match_candidates
from platforms.types import (
    Absent,
    Credential,
    Found,
    Inconclusive,
    Limits,
    LinkCard,
    Outgoing,
    Picture,
    Poll,
    PollLimits,
)

NOW = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
LONG = "Обавештавамо грађане да ће у суботу, 6. маја, бити затворен мост преко Мораве због радова на путу. "


def sent(text: str, **more: object) -> Outgoing:
    return Outgoing(**{"text": text, "language": "sr", "key": "a" * 32, "created_at": NOW, **more})  # type: ignore[arg-type]


def shown(text: str, **more: object) -> Candidate:
    return Candidate(**{"remote_id": "1", "permalink": "https://a.rs/1", "text": text, "at": NOW, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("mastodon.social", "https://mastodon.social"),
        (" @opstina@Mastodon.Social ", "https://mastodon.social"),
        ("https://mastodon.social/@opstina", "https://mastodon.social"),
        ("http://127.0.0.1:8010", "http://127.0.0.1:8010"),
    ],
)
def test_a_server_is_understood_however_it_is_typed(typed: str, expected: str) -> None:
    assert address(typed) == expected


@pytest.mark.parametrize(
    "typed", ["", "@", "a b", "javascript://x", "https://a:b@c.rs", "https://", "ftp://a.rs", "a..//"]
)
def test_what_is_no_server_is_refused_with_its_field(typed: str) -> None:
    with pytest.raises(Rejected) as refused:
        address(typed)
    assert refused.value.field == "server"


def test_html_becomes_the_text_that_was_written() -> None:
    html = (
        '<p>Гле, <span class="h-card"><a href="https://a.rs/@b" class="u-url mention">@<span>b</span></a></span>:<br />'
        '<a href="https://cuprija.rs/duga/adresa?x=1&amp;y=2"><span class="invisible">https://</span>'
        '<span class="ellipsis">cuprija.rs/duga</span></a></p><p>&lt;b&gt; &amp; '
        '<a href="/tags/x" class="mention hashtag" rel="tag">#<span>вашар</span></a></p>'
    )
    assert plain(html) == "Гле, @b:\nhttps://cuprija.rs/duga/adresa?x=1&y=2\n\n<b> & #вашар"


def test_the_same_text_in_the_window_is_the_post() -> None:
    result = match_candidates([shown("Данас  без воде.")], sent("Данас без воде."), NOW, NOW, ())
    assert isinstance(result, Found)


@pytest.mark.parametrize(
    "candidate",
    [
        shown("Данас без воде.", at=NOW - timedelta(minutes=3)),
        shown("Данас без воде.", alts=("слика",)),
        shown("Данас без воде.", reply_to="7"),
        shown("Сутра без воде."),
    ],
)
def test_another_time_form_or_text_is_another_post(candidate: Candidate) -> None:
    assert isinstance(match_candidates([candidate], sent("Данас без воде."), NOW, NOW, ()), Absent)


def test_two_that_fit_or_one_that_nearly_fits_are_a_persons_decision() -> None:
    twins = [shown("Исто"), shown("Исто", remote_id="2")]
    assert match_candidates(twins, sent("Исто"), NOW, NOW, ()) == Inconclusive(
        "several posts have this text", ("1", "2")
    )
    assert isinstance(match_candidates(twins, sent("Исто"), NOW, NOW, {"1"}), Found)
    assert isinstance(match_candidates([shown(LONG[:60])], sent(LONG[:90]), NOW, NOW, ()), Inconclusive)


def test_a_text_cut_or_lengthened_by_the_server_is_the_post() -> None:
    assert isinstance(match_candidates([shown(LONG * 2 + "[…]")], sent(LONG * 2), NOW, NOW, ()), Found)


def test_every_fault_of_a_picture_is_told_at_its_place() -> None:
    limits = Limits(500, "mastodon", max_images=1, image_bytes=10, image_pixels=100, alt_characters=5)
    limits = Limits(**{**limits.__dict__, "aspect_ratios": (0.8, 1.91)})
    bad = Picture("x", "image/tiff", 100, 10, 11, "предугачко")
    problems = check(sent("а", pictures=(bad, bad)), limits)
    assert {p.code for p in problems if p.field == "pictures.1"} == {
        "picture_type",
        "picture_too_large",
        "picture_too_many_pixels",
        "picture_ratio",
        "alt_too_long",
    }
    assert "too_many_pictures" in {p.code for p in problems}
    assert all(p.message_id % p.params for p in problems)


def test_bytes_are_counted_where_the_network_counts_them() -> None:
    family = "👨‍👩‍👧‍👦" * 130
    (problem,) = check(sent(family), Limits(300, "graphemes", max_bytes=3000))
    assert (problem.code, problem.params["over"]) == ("text_too_many_bytes", 130 * 25 - 3000)


POLLS = Limits(max_characters=500, counting="mastodon", polls=PollLimits(4, 10, 300, 10 * 86_400))


@pytest.mark.parametrize(
    ("poll", "codes"),
    [
        (Poll(("Парк", "Пијаца"), 86_400), []),
        (Poll(("Парк",), 86_400), ["poll_too_few"]),
        (Poll(("1", "2", "3", "4", "5"), 86_400), ["poll_too_many"]),
        (Poll(("Парк", "парк"), 86_400), ["poll_twice"]),
        (Poll(("Парк", "Зелена пијаца"), 86_400), ["poll_option"]),
        (Poll(("Парк", "Пијаца"), 11 * 86_400), ["poll_time"]),
        (Poll(("Парк", "Пијаца"), 60), ["poll_time"]),
    ],
)
def test_every_fault_of_a_poll_is_told(poll: Poll, codes: list[str]) -> None:
    assert [problem.code for problem in check(sent("Шта прво?", poll=poll), POLLS)] == codes


def test_a_poll_is_refused_where_there_are_none_and_beside_pictures() -> None:
    poll = Poll(("Парк", "Пијаца"), 86_400)
    assert [problem.code for problem in check(sent("Шта прво?", poll=poll), Limits(300, "graphemes"))] == [
        "poll_not_here"
    ]
    beside = sent("Шта прво?", poll=poll, pictures=(Picture("a", "image/png", 10, 10, 10, "Мост"),))
    assert [problem.code for problem in check(beside, POLLS)] == ["poll_pictures"]


def test_a_poll_survives_being_stored() -> None:
    whole = sent("Шта прво?", poll=Poll(("Парк", "Пијаца"), 86_400, multiple=True))
    assert Outgoing.from_json(json.loads(json.dumps(whole.to_json()))) == whole


def test_a_card_beside_pictures_is_left_out_with_a_word() -> None:
    limits = Limits(300, "graphemes", link_card="ours", card_and_pictures=False)
    card = LinkCard("https://a.rs", "")
    picture = Picture("x", "image/png", 10, 10, 10, "опис")
    assert [p.code for p in check(sent("а", link_card=card), limits)] == ["card_title"]
    problems = check(sent("а", link_card=card, pictures=(picture,)), limits)
    assert [(p.code, p.severity) for p in problems] == [("card_and_pictures", "warning")]


@pytest.mark.parametrize(
    "headers",
    [
        # Made when the test runs: it may be collected minutes earlier.
        lambda at: {"retry-after": "60"},
        lambda at: {"x-reset": at.isoformat().replace("+00:00", "Z")},
        lambda at: {"x-reset": str(int(at.timestamp()))},
    ],
    ids=["seconds", "a date", "a timestamp"],
)
def test_the_time_to_come_back_is_read_in_every_form(headers: Callable[[datetime], dict[str, str]]) -> None:
    answer = Answer(429, headers(datetime.now(UTC) + timedelta(seconds=60)), b"", "")
    wait = rate_limited(answer, "x-reset").retry_at - datetime.now(UTC)
    assert timedelta(seconds=30) < wait < timedelta(seconds=90)


@pytest.mark.parametrize("value", ["", "nonsense", "9" * 30, "²", "0", "2001-01-01T00:00:00Z"])
def test_a_nonsensical_time_to_come_back_becomes_five_minutes(value: str) -> None:
    wait = rate_limited(Answer(429, {"x-reset": value, "retry-after": value}, b"", ""), "x-reset").retry_at
    assert timedelta(minutes=4) < wait - datetime.now(UTC) < timedelta(minutes=6)


@pytest.mark.parametrize("token", ["", "a.b.c", "a.e30.c", "a.W10.c", "a.eyJleHAiOiJ4In0.c"])
def test_a_token_that_tells_no_end_has_none(token: str) -> None:
    assert expiry(token) is None


def test_a_credential_survives_being_stored() -> None:
    credential = Credential("a", "b", NOW, "https://pds.example", "did:plc:a", ("write",))
    assert Credential.from_json(credential.to_json()) == credential


def test_the_registry_is_in_order_and_every_entry_can_be_imported() -> None:
    assert list(registry.PLATFORMS) == sorted(registry.PLATFORMS)
    for key in registry.PLATFORMS:
        assert registry.connector(key)
    with pytest.raises(KeyError):
        registry.connector("orkut")


def test_platforms_know_no_django() -> None:
    import subprocess
    import sys

    program = "import platforms.mastodon.connector, platforms.bluesky.connector, sys; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("platform", "payload", "post"),
    [
        ("facebook", {"field": "feed", "value": {"item": "comment", "post_id": "1_2", "comment_id": "2_3"}}, "1_2"),
        ("instagram", {"field": "comments", "value": {"id": "17900", "media": {"id": "17800"}}}, "17800"),
        ("threads", {"field": "replies", "value": {"id": "8", "root_post": {"id": "567890"}}}, "567890"),
        ("threads", {"field": "replies", "value": {"id": "8", "replied_to": {"id": "567890"}}}, "567890"),
        ("facebook", {"field": "feed", "value": "?"}, ""),
        ("facebook", None, ""),
        ("threads", {"value": []}, ""),
        ("mastodon", {"value": {"post_id": "1"}}, ""),
    ],
)
def test_an_event_names_the_post_it_is_about(platform: str, payload: Any, post: str) -> None:
    assert registry.connector(platform).about(payload) == post


def test_every_network_says_for_how_many_posts_it_is_asked_at_once(subtests: pytest.Subtests) -> None:
    for platform in sorted(registry.PLATFORMS):
        with subtests.test(platform=platform):
            assert 1 <= registry.connector(platform).metrics_batch_size <= 100


def _node(*below: dict[str, Any], counted: int | None = None) -> dict[str, Any]:
    return {"post": {"replyCount": len(below) if counted is None else counted}, "replies": list(below)}


@pytest.mark.parametrize(
    ("thread", "whole"),
    [
        (_node(), True),
        (_node(_node(_node())), True),
        (_node(_node(), {"notFound": True}, counted=1), True),
        (_node(_node(), counted=2), False),
        (_node(_node(counted=1)), False),  # deeper than was asked for
        (_node({"blocked": True}), False),
        ({}, False),
    ],
)
def test_only_a_thread_that_shows_what_it_counts_is_whole(thread: dict[str, Any], whole: bool) -> None:
    assert is_whole(thread) is whole
