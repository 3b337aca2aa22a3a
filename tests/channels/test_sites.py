"""The municipality's own web site, by its address, a user name and an application password: from the form to a post."""

from __future__ import annotations

from typing import Any

import pytest

from django.test import Client

from channels import messages, rules, tasks, validation
from channels.connector_factory import open_channel
from channels.enums import ChannelState, ConnectStep
from channels.models import Channel
from common.errors import ActionNotAllowed
from municipalities.tenancy import everywhere, scope
from platforms.errors import NeedsConsent
from platforms.types import Published
from tests.channels.conftest import last_attempt, page, the_channel
from tests.people import Cast
from tests.platforms.bench import outgoing, read
from tests.platforms.fakes import FakeServer


@pytest.fixture
def typed(fakes: FakeServer) -> dict[str, str]:
    account = fakes.account("wordpress", "cuprija")
    return {"server": account["server"], "identifier": "cuprija", "password": account["password"]}


def connect(client: Client, form: dict[str, str], **query: str) -> Any:
    answer = client.post(page("channel_connect", "wordpress"), form, query_params=query)
    for _ in range(2):  # signs in, reads the account
        tasks.connect()
    return answer


def test_a_site_is_a_channel_and_takes_one_post(
    cast: Cast, approver: Client, fakes: FakeServer, typed: dict[str, str]
) -> None:
    assert "application password" in approver.get(page("channel_connect", "wordpress")).content.decode()
    connect(approver, {**typed, "server": typed["server"] + "/wp-admin/profile.php"})
    channel = the_channel()
    assert (channel.platform, channel.server, channel.handle) == ("wordpress", typed["server"], "@cuprija")
    assert channel.name == "Општина Ћуприја"
    assert "publish_posts" in channel.granted
    assert typed["password"] not in str(vars(channel))
    shown = approver.get(page("channel", channel.pk)).content.decode()
    assert typed["password"] not in shown
    with scope(cast.cuprija):
        limits = validation.limits(channel)
        assert [choice.label for choice in limits.settings[0].choices] == ["Вести", "Огласи"]
        sent = outgoing("Вода неће радити од 9 до 12.", title="Обавештење")
        assert isinstance(open_channel(channel, save_checkpoint=lambda _token: None).publish(sent, read), Published)
    assert [post["text"] for post in fakes.public("cuprija")] == ["Вода неће радити од 9 до 12."]


def test_disconnecting_deletes_the_password_on_the_site(
    cast: Cast, approver: Client, fakes: FakeServer, typed: dict[str, str]
) -> None:
    connect(approver, typed)
    channel = the_channel()
    with scope(cast.cuprija):
        connector = open_channel(channel)
    approver.post(page("channel_disconnect", channel.pk))
    with everywhere("test"):
        assert Channel.objects.get().state == ChannelState.DISCONNECTED
    tasks.upkeep()
    with pytest.raises(NeedsConsent):
        connector.profile()


@pytest.mark.parametrize(
    ("options", "changed", "problem"),
    [
        ({}, {"password": "aaaa bbbb cccc dddd eeee ffff"}, messages.SITE_SIGN_IN_WRONG),
        ({"wordpress_blocked": "html"}, {}, messages.API_CLOSED),
        ({"wordpress_passwords": False}, {}, messages.NO_APP_PASSWORDS),
    ],
)
def test_each_mistake_is_named_and_nothing_secret_stays(
    approver: Client, fakes: FakeServer, typed: dict[str, str], options: Any, changed: dict[str, str], problem: str
) -> None:
    fakes.options(**options)
    connect(approver, typed | changed)
    attempt = last_attempt()
    assert (attempt.step, attempt.problem, attempt.ciphertext) == (ConnectStep.FAILED, problem, "")


def test_a_user_who_may_not_publish_is_not_connected(
    approver: Client, fakes: FakeServer, typed: dict[str, str]
) -> None:
    reader = fakes.world.fake("wordpress").user("citalac", ("read",))
    connect(approver, typed | {"identifier": "citalac", "password": reader["password"]})
    attempt = last_attempt()
    assert (attempt.step, attempt.problem) == (ConnectStep.FAILED, messages.SCOPES_MISSING)
    assert "publish_posts" in attempt.missing
    assert "Publishing posts." in approver.get(page("channel_connecting", attempt.pk)).content.decode()


def test_all_three_are_asked_and_none_may_be_missing(approver: Client) -> None:
    answer = approver.post(page("channel_connect", "wordpress"), {})
    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.fields) == ["server", "identifier", "password"] == list(form.errors)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("cuprija.rs", "https://cuprija.rs"),
        ("http://www.cuprija.rs/", "https://www.cuprija.rs"),
        ("cuprija.rs/vesti/", "https://cuprija.rs/vesti"),
        ("https://општина.срб/вести/wp-login.php", "https://xn--80appcfs5b.xn--90a3ac/вести"),
    ],
)
def test_the_address_of_a_site_may_have_a_path(typed: str, address: str) -> None:
    assert rules.server_address("wordpress", typed) == address
    # A server of Mastodon has none.
    assert "/" not in rules.server_address("mastodon", typed).removeprefix("https://")


@pytest.mark.parametrize(
    "typed", ["cuprija.rs/../x", "cuprija.rs/a b", "192.168.1.1/vesti", "localhost/vesti", "a.rs:8080/x"]
)
def test_an_address_that_may_not_be_called_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(ActionNotAllowed) as refused:
        rules.server_address("wordpress", typed)
    assert refused.value.field == "server"
