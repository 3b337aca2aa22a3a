"""A mailbox of the municipality: from the form to the first mail, with what may be called and what may not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from django.test import Client
from django.urls import reverse

from channels import messages, rules, tasks
from channels.connector_factory import open_channel
from channels.enums import ChannelState, ConnectStep
from common.errors import ActionNotAllowed
from municipalities.tenancy import scope
from tests.browsing import enter, violations
from tests.channels.conftest import last_attempt, the_channel
from tests.channels.conftest import page as address
from tests.people import Cast
from tests.platforms import scripted_mail as scripted

ADDRESS = "gradjani@opstina.rs"


@pytest.fixture
def typed(settings: Any) -> Iterator[dict[str, str]]:
    with (
        scripted.serving(b"* OK hello\r\n", scripted.imap) as imap,
        scripted.serving(b"220 hello\r\n", scripted.smtp) as smtp,
    ):
        hosts = [f"127.0.0.1:{imap.port}", f"127.0.0.1:{smtp.port}"]
        settings.PRIVATE_HOSTS_ALLOWED = [*settings.PRIVATE_HOSTS_ALLOWED, *hosts]
        yield {"identifier": ADDRESS, "password": "tajna", "server": hosts[0], "smtp": hosts[1], "name": "Општина"}


def connect(client: Client, form: dict[str, str], **query: str) -> Any:
    answer = client.post(address("channel_connect", "mail"), form, query_params=query)
    for _ in range(2):  # signs in, reads the account
        tasks.connect()
    return answer


def test_a_mailbox_is_a_channel_without_posts(cast: Cast, approver: Client, typed: dict[str, str]) -> None:
    shown = approver.get(address("channel_connect", "mail")).content.decode()
    assert "An address that only the portal reads is best" in shown
    assert f'value="{cast.cuprija.name_cyrl}"' in shown
    connect(approver, typed)
    channel = the_channel()
    assert (channel.platform, channel.handle, channel.remote_id, channel.name) == ("mail", ADDRESS, ADDRESS, "Општина")
    assert channel.server == f"imap://{typed['server']}"
    assert not channel.takes_posts
    assert "tajna" not in str(vars(channel))
    shown = approver.get(address("channel", channel.pk)).content.decode()
    assert ADDRESS in shown
    assert "tajna" not in shown
    assert last_attempt().ciphertext == ""
    with scope(cast.cuprija):
        assert open_channel(channel).messages().items == ()


def test_the_form_is_filled_in_when_it_is_connected_again(approver: Client, typed: dict[str, str]) -> None:
    connect(approver, {**typed, "servers": "MX.opstina.rs, mx2.opstina.rs"})
    tasks.upkeep()
    channel = the_channel()
    assert channel.facts == {"smtp": f"smtp://{typed['smtp']}", "servers": "mx.opstina.rs mx2.opstina.rs"}
    form = approver.get(address("channel_connect", "mail"), {"again": channel.pk}).context["form"]
    known = {name: form[name].value() for name in form.fields}
    assert known == {
        "identifier": ADDRESS, "password": None, "server": channel.server, "smtp": channel.facts["smtp"],
        "name": "Општина", "servers": "mx.opstina.rs mx2.opstina.rs",
    }  # fmt: skip
    connect(approver, {**typed, "server": known["server"], "smtp": known["smtp"]}, again=str(channel.pk))
    assert the_channel().pk == channel.pk
    assert the_channel().state == ChannelState.CONNECTED


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"password": "druga"}, messages.MAIL_SIGN_IN),  # pragma: allowlist secret
        ({"identifier": "mara@a b.rs"}, messages.MAIL_ADDRESS),
    ],
)
def test_each_mistake_is_named_and_nothing_secret_stays(
    approver: Client, typed: dict[str, str], changed: dict[str, str], problem: str
) -> None:
    connect(approver, typed | changed)
    attempt = last_attempt()
    assert (attempt.step, attempt.problem, attempt.ciphertext) == (ConnectStep.FAILED, problem, "")


def test_only_the_server_for_outgoing_mail_and_the_one_that_checks_senders_may_be_left_out(approver: Client) -> None:
    answer = approver.post(address("channel_connect", "mail"), {})
    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.fields) == ["identifier", "password", "server", "smtp", "name", "servers"]
    assert list(form.errors) == ["identifier", "password", "server", "name"]


@pytest.mark.parametrize(
    ("typed", "protocol", "address"),
    [
        ("mail.opstina.rs", "imap", "imaps://mail.opstina.rs:993"),
        (" Mail.Opstina.RS:143 ", "imap", "imap://mail.opstina.rs:143"),
        ("imap://mail.opstina.rs", "imap", "imap://mail.opstina.rs:143"),
        ("imaps://mail.opstina.rs:993/", "imap", "imaps://mail.opstina.rs:993"),
        ("mail.opstina.rs", "smtp", "smtp://mail.opstina.rs:587"),
        ("mail.opstina.rs:465", "smtp", "smtps://mail.opstina.rs:465"),
        ("пошта.општина.срб", "imap", "imaps://xn--80a1acn3a.xn--80appcfs5b.xn--90a3ac:993"),
    ],
)
def test_a_mail_server_is_understood_however_it_is_typed(typed: str, protocol: str, address: str) -> None:
    understood = rules.mail_server(typed, protocol, "server")
    assert understood == address
    assert rules.mail_server(understood, protocol, "server") == understood


@pytest.mark.parametrize(
    "typed",
    ["", "mail.opstina.rs:25", "mail.opstina.rs:0", "mail.opstina.rs:99999999", "mail.opstina.rs:a", "localhost:993",
     "127.0.0.1", "10.0.0.1:993", "169.254.169.254", "2130706433", "0x7f.1", "[::1]:993", "server", "mail.local",
     "https://mail.opstina.rs", "a@mail.opstina.rs", "mail..rs", "mail.opstina.rs/../x", "a b.rs", "a.rs\r\nX: y",
     "mail.opstina.rs:993:993", "smtp://mail.opstina.rs", "x" * 300 + ".rs"],
)  # fmt: skip
def test_a_mail_server_that_may_not_be_called_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(ActionNotAllowed) as refused:
        rules.mail_server(typed, "imap", "server")
    assert refused.value.field == "server"


@pytest.mark.parametrize(("field", "bad"), [("smtp", "10.0.0.1"), ("servers", "mx.opstina.rs; spf=pass")])
def test_a_bad_server_is_said_at_its_field(approver: Client, typed: dict[str, str], field: str, bad: str) -> None:
    answer = connect(approver, {**typed, field: bad})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


# ---- in a browser


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_a_mailbox_is_connected_in_the_browser(page: Any, live_server: Any, cast: Cast, typed: dict[str, str]) -> None:
    enter(page, live_server, cast.approver)
    page.goto(live_server.url + reverse("channel_choose", args=["cuprija"]))
    page.get_by_role("link", name="E-mail").click()
    assert violations(page) == []
    page.get_by_label("Address of the mailbox").fill(ADDRESS)
    page.get_by_label("Password of the mailbox").fill("pogresna")
    page.get_by_label("Server for incoming mail (IMAP)").fill(typed["server"])
    page.get_by_label("Server for outgoing mail (SMTP)").fill(typed["smtp"])
    page.get_by_role("button", name="Connect").click()
    page.wait_for_url("**/connecting/**")
    tasks.connect()
    page.get_by_text("The mail server does not accept this address with this password.").wait_for()
    assert violations(page) == []
    page.get_by_role("link", name="Try again").click()
    for label, value in (
        ("Address of the mailbox", ADDRESS), ("Password of the mailbox", "tajna"),
        ("Server for incoming mail (IMAP)", typed["server"]), ("Server for outgoing mail (SMTP)", typed["smtp"]),
    ):  # fmt: skip
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Connect").click()
    page.wait_for_url("**/connecting/**")
    tasks.connect()
    tasks.connect()
    page.get_by_text("The channel is connected").wait_for()
    assert violations(page) == []
    page.goto(live_server.url + reverse("channel", args=["cuprija", the_channel().pk]))
    page.get_by_text(ADDRESS).first.wait_for()
    assert violations(page) == []
    assert "tajna" not in page.content()
