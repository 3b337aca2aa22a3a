"""Access to the pages, their content, and a constant number of queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from channels import messages, validation
from channels.enums import ChannelState, ConnectStep
from channels.models import Channel, ConnectAttempt
from common.models import AuditEvent
from municipalities.tenancy import scope
from platforms.types import Outgoing
from tests.channels.conftest import page
from tests.people import Cast, sign_in

PAGES: dict[str, Callable[[int, int], str]] = {
    "channels": lambda channel, attempt: page("channels"),
    "channel": lambda channel, attempt: page("channel", channel),
    "choose": lambda channel, attempt: page("channel_choose"),
    "connect": lambda channel, attempt: page("channel_connect", "mastodon"),
    "connecting": lambda channel, attempt: page("channel_connecting", attempt),
    "consent": lambda channel, attempt: page("channel_consent", attempt),
    "disconnect": lambda channel, attempt: page("channel_disconnect", channel),
    "arrange": lambda channel, attempt: page("channel_arrange", channel),
    "reconnect": lambda channel, attempt: page("channel_reconnect", channel),
}
POSTS = {"arrange", "reconnect"}
SEEN_BY_OFFICERS = {"channels", "channel"}


def make(cast: Cast, number: int = 1, **fields: Any) -> Channel:
    known = {
        "municipality": cast.cuprija,
        "platform": "mastodon",
        "server": "https://mastodon.example",
        "remote_id": str(number),
        "handle": f"@opstina{number}@mastodon.example",
        "name": f"Opština {number}",
        "connected_by": cast.approver,
        "connected_at": timezone.now(),
        "checked_at": timezone.now(),
    }
    with scope(cast.cuprija):
        made: Channel = Channel.objects.create(**known | fields)
    return made


@pytest.fixture
def channel(cast: Cast) -> Channel:
    return make(cast)


@pytest.fixture
def attempt(cast: Cast) -> ConnectAttempt:
    with scope(cast.cuprija):
        made: ConnectAttempt = ConnectAttempt.objects.create(
            municipality=cast.cuprija,
            platform="mastodon",
            server="https://mastodon.example",
            by=cast.approver,
            step=ConnectStep.FAILED,
            problem=messages.DENIED,
            state_hash="x",
            expires_at=timezone.now(),
        )
    return made


def fetched(client: Client, name: str, channel: Channel, attempt: ConnectAttempt) -> int:
    where = PAGES[name](channel.pk, attempt.pk)
    answer = client.post(where) if name in POSTS else client.get(where)
    return answer.status_code


@pytest.mark.parametrize("name", PAGES)
def test_strangers_and_guests_do_not_get_in(cast: Cast, channel: Channel, attempt: ConnectAttempt, name: str) -> None:
    assert fetched(sign_in(cast.stranger), name, channel, attempt) == 404
    assert fetched(Client(), name, channel, attempt) == 302


@pytest.mark.parametrize("name", PAGES)
def test_officers_look_and_do_not_connect(cast: Cast, channel: Channel, attempt: ConnectAttempt, name: str) -> None:
    expected = 200 if name in SEEN_BY_OFFICERS else 403
    assert fetched(sign_in(cast.officer), name, channel, attempt) == expected
    assert fetched(sign_in(cast.viewer), name, channel, attempt) == 403
    assert fetched(sign_in(cast.mentor), name, channel, attempt) == 403


@pytest.mark.parametrize("name", sorted(PAGES.keys() - POSTS - {"consent"}))
def test_approvers_open_every_page(cast: Cast, channel: Channel, attempt: ConnectAttempt, name: str) -> None:
    assert fetched(sign_in(cast.approver), name, channel, attempt) == 200


def test_the_buttons_follow_the_right(cast: Cast, channel: Channel) -> None:
    for person, there in ((cast.officer, False), (cast.approver, True), (cast.administrator, True)):
        shown = sign_in(person).get(page("channel", channel.pk)).content.decode()
        assert (page("channel_disconnect", channel.pk) in shown) is there
        assert (page("channel_arrange", channel.pk) in shown) is there
        listed = sign_in(person).get(page("channels")).content.decode()
        assert (page("channel_choose") in listed) is there


def test_another_municipalitys_channel_is_not_there(cast: Cast) -> None:
    with scope(cast.novi_pazar):
        other = Channel.objects.create(
            municipality=cast.novi_pazar,
            platform="mastodon",
            server="https://x.example",
            remote_id="9",
            handle="@x@x.example",
            name="X",
            connected_by=cast.stranger,
            connected_at=timezone.now(),
        )
    client = sign_in(cast.approver)
    for name in ("channel", "channel_disconnect"):
        assert client.get(page(name, other.pk)).status_code == 404
    assert client.post(page("channel_arrange", other.pk)).status_code == 404
    assert client.get(page("channel_connect", "mastodon"), {"again": other.pk}).status_code == 404


def test_another_persons_attempt_is_not_there(cast: Cast, attempt: ConnectAttempt) -> None:
    client = sign_in(cast.administrator)
    assert client.get(page("channel_connecting", attempt.pk)).status_code == 404


def test_the_callback_wants_a_signed_in_person(cast: Cast) -> None:
    answer = Client().get(reverse("channel_callback"), {"state": "x", "code": "y"})
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("again", ["x", "-1", "1" * 30, "٣"])
def test_a_made_up_channel_to_reconnect_is_not_found(cast: Cast, again: str) -> None:
    assert sign_in(cast.approver).get(page("channel_connect", "mastodon"), {"again": again}).status_code == 404


def test_an_unknown_network_is_not_found(cast: Cast) -> None:
    assert sign_in(cast.approver).get(page("channel_connect", "myspace")).status_code == 404


def test_an_empty_list_says_what_to_do(cast: Cast) -> None:
    assert "Connect a channel" in sign_in(cast.approver).get(page("channels")).content.decode()
    assert "An approver of the municipality" in sign_in(cast.officer).get(page("channels")).content.decode()


@pytest.mark.parametrize(("name", "most"), [("channels", 12), ("channel", 12)])
def test_the_number_of_queries_is_the_same_with_one_channel_and_with_thirty(
    cast: Cast, channel: Channel, name: str, most: int
) -> None:
    client = sign_in(cast.approver)
    where = PAGES[name](channel.pk, 0)
    client.get(where)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(where)
    for number in range(2, 31):
        make(cast, number)
    with CaptureQueriesContext(connection) as many:
        client.get(where)
    assert len(one) == len(many) <= most


def test_what_needs_somebody_stands_first(cast: Cast, channel: Channel) -> None:
    make(cast, 2, state=ChannelState.DISCONNECTED, name="A", disconnected_at=timezone.now())
    make(cast, 3, state=ChannelState.NEEDS_CONSENT, name="Z", problem=messages.CONSENT_LOST)
    shown = sign_in(cast.officer).get(page("channels")).content.decode()
    assert shown.index(">Z<") < shown.index(">Opština 1<") < shown.index(">A<")
    assert "What is scheduled waits" in shown


def test_a_networks_own_words_cannot_become_markup(cast: Cast) -> None:
    evil = make(cast, name="<script>alert(1)</script>", url="", handle="@<b>x")
    client = sign_in(cast.approver)
    for where in (page("channels"), page("channel", evil.pk), page("channel_disconnect", evil.pk)):
        assert "<script>alert" not in client.get(where).content.decode()


# ---- layout and languages


def arranged(client: Client, channel: Channel, **typed: str) -> Any:
    return client.post(page("channel_arrange", channel.pk), typed)


def test_layout_and_languages_are_saved_in_their_order(cast: Cast, channel: Channel) -> None:
    answer = arranged(sign_in(cast.approver), channel, layout="combined", first="sr-Latn", second="sr-Cyrl", third="")
    assert answer.status_code == 302
    with scope(cast.cuprija):
        saved = Channel.objects.get()
    assert (saved.layout, saved.languages) == ("combined", ["sr-Latn", "sr-Cyrl"])
    assert AuditEvent.objects.get(verb="channel.arrange").actor_id == cast.approver.pk


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"layout": "combined", "first": "sr-Latn", "second": "sr-Latn"}, "is listed twice"),
        ({"layout": "combined", "first": "sr-Latn"}, "needs a second"),
        ({"layout": "one", "first": "sr-Latn", "second": "sr-Cyrl"}, "shows one language"),
        ({"layout": "one", "first": "tlh-Latn"}, "tlh-Latn"),
        ({"layout": "sideways", "first": "sr-Latn"}, "sideways"),
        ({}, "required"),
    ],
)
def test_what_does_not_fit_together_is_explained(
    cast: Cast, channel: Channel, typed: dict[str, str], message: str
) -> None:
    answer = arranged(sign_in(cast.approver), channel, **typed)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    with scope(cast.cuprija):
        assert Channel.objects.get().languages == ["sr-Cyrl"]


# ---- validation


def outgoing(text: str) -> Outgoing:
    return Outgoing(text=text, language="sr-Cyrl", key="k", created_at=timezone.now())


def test_limits_come_from_what_the_server_told(cast: Cast) -> None:
    channel = make(cast, facts={"configuration": {"statuses": {"max_characters": 11}}})
    assert validation.limits(channel).max_characters == 11
    assert validation.count(channel, "Здраво 👨‍👩‍👧") == 8
    assert "likes" in validation.measures(channel)
    assert validation.platform(channel).title == "Mastodon"


def test_findings_are_said_in_the_readers_language(cast: Cast) -> None:
    short = make(cast, facts={"configuration": {"statuses": {"max_characters": 5}}})
    with translation.override("en"):
        (finding,) = validation.check(short, outgoing("Предугачко"))
    assert (finding.code, finding.field, finding.severity) == ("text_too_long", "text", "error")
    assert "10" in finding.message
    assert "%(" not in finding.message
    assert validation.check(short, outgoing("Добро")) == []


def test_a_network_is_reached_by_the_link_and_not_as_the_answer_to_a_form(cast: Cast, attempt: ConnectAttempt) -> None:
    """A browser lets no form be answered by somebody else, and who signs in on the way here sent one."""
    consent, progress = page("channel_consent", attempt.pk), page("channel_connecting", attempt.pk)
    answer = sign_in(cast.approver).get(consent, headers={"Referer": "http://testserver/accounts/login/?next=x"})
    assert (answer.status_code, answer["Location"]) == (302, progress)


def test_the_page_says_what_the_channel_can_do(cast: Cast) -> None:
    granted = ["pages_show_list", "pages_read_engagement", "pages_manage_posts"]
    channel = make(cast, platform="facebook", server="https://graph.facebook.com", granted=granted)
    text = " ".join(sign_in(cast.approver).get(page("channel", channel.pk)).content.decode().split())
    for shown in ("What this channel can do", "Several pictures", "Change the text"):
        assert shown in text
    assert "First comment: the permission is missing" in text
    assert "Take a post down: the permission is missing" not in text
    with scope(cast.cuprija), translation.override("en"):
        (publishing, *_others) = validation.abilities(channel)
    assert {one.label for one in publishing.has if not one.is_granted} == {"First comment"}
    assert "Poll" in publishing.lacks
