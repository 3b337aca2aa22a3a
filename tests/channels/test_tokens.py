"""Networks that are connected by a token: Viber channels and Telegram channels, from the form to exactly one post."""

from __future__ import annotations

import json
from typing import Any

import pytest

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from channels import messages, public, tasks, validation
from channels.connector_factory import open_channel
from channels.enums import ChannelState, ConnectStep
from channels.models import Channel, Credential, Event
from common.models import AuditEvent
from municipalities.tenancy import everywhere, scope
from notifications.models import Notification
from platforms.errors import NeedsConsent
from platforms.types import Picture
from portal.conditions import CONDITIONS
from tests.browsing import enter, violations
from tests.channels.conftest import last_attempt, page, the_channel
from tests.people import Cast, sign_in
from tests.platforms.bench import jpeg, outgoing
from tests.platforms.fakes import FakeServer

FORGED = "01234567"


@pytest.fixture(autouse=True)
def stand_ins(settings: Any, fakes: FakeServer) -> dict[str, Any]:
    """The accounts at the networks; Viber has not called anybody yet."""
    settings.NETWORK_OPTIONS = {key: {"server": f"{fakes.url}/{key}"} for key in ("viber", "telegram")}
    accounts = {key: fakes.account(key, "cuprija") for key in ("viber", "telegram")}
    fakes.world.fake("viber").channel("cuprija")["webhook"] = ""
    return accounts


@pytest.fixture
def portal(settings: Any, live_server: Any) -> Any:
    """The portal at an address that the networks reach."""
    settings.PUBLIC_BASE_URL = live_server.url
    settings.PRIVATE_HOSTS_ALLOWED = [*settings.PRIVATE_HOSTS_ALLOWED, live_server.url.split("://", 1)[1]]
    return live_server


def typed(key: str, stand_ins: dict[str, Any]) -> dict[str, str]:
    return {name: stand_ins[key][name] for name in ("token", "account") if name in stand_ins[key]}


def connect(client: Client, key: str, form: dict[str, str], **query: str) -> Any:
    answer = client.post(page("channel_connect", key), form, query_params=query)
    assert CONDITIONS["connect-channels"]() is (answer.status_code == 302)
    tasks.connect()  # reads the account of the token
    tasks.connect()  # reads the account; Viber calls
    return answer


def post_once(cast: Cast, fakes: FakeServer, text: str) -> None:
    with scope(cast.cuprija):
        open_channel(the_channel()).publish(outgoing(text), Nowhere())
    assert [one["text"] for one in fakes.public("cuprija")] == [text]


class Nowhere:
    """A post without files."""

    def __call__(self, ref: str) -> bytes:
        raise AssertionError(ref)

    open = address = __call__


# ---- in a browser


journey = pytest.mark.journey
in_public = pytest.mark.django_db(transaction=True)


@journey
@in_public
def test_a_viber_channel_from_its_token_to_one_post(
    page: Any, portal: Any, cast: Cast, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    enter(page, portal, cast.approver)
    page.goto(portal.url + reverse("channel_choose", args=["cuprija"]))
    page.get_by_role("link", name="Viber", exact=True).click()
    assert violations(page) == []
    page.get_by_label("Token").fill("not-a-token-of-any-channel")
    page.get_by_role("button", name="Connect").click()
    page.wait_for_url("**/connecting/**")
    tasks.connect()
    page.get_by_text("The network does not recognise this token.").wait_for()
    page.get_by_role("link", name="Try again").click()
    page.get_by_label("Token").fill(stand_ins["viber"]["token"])
    page.get_by_role("button", name="Connect").click()
    page.wait_for_url("**/connecting/**")
    tasks.connect()
    tasks.connect()
    page.get_by_text("The channel is connected").wait_for()
    assert violations(page) == []
    channel = the_channel()
    assert (channel.handle, channel.state, channel.is_subscribed) == ("@cuprija", ChannelState.CONNECTED, True)
    assert fakes.world.fake("viber").channel("cuprija")["webhook"] == portal.url + reverse(
        "webhook_channel", args=["viber", channel.pk]
    )
    page.get_by_role("link", name="Choose layout and languages").click()
    page.get_by_text("@cuprija").first.wait_for()
    assert page.get_by_text("New comments arrive at once.").count() == 0
    assert violations(page) == []
    assert stand_ins["viber"]["token"] not in page.content()
    post_once(cast, fakes, "Вода неће радити од 9 до 12.")


@pytest.mark.slow
@journey
@in_public
def test_a_telegram_channel_from_its_bot_to_one_post(
    page: Any, portal: Any, cast: Cast, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    fakes.world.fake("telegram").admit("cuprija", ("can_post_messages", "can_edit_messages"))
    enter(page, portal, cast.approver)
    page.goto(portal.url + reverse("channel_choose", args=["cuprija"]))
    page.get_by_role("link", name="Telegram").click()
    assert violations(page) == []
    page.get_by_label("Token").fill(stand_ins["telegram"]["token"])
    page.get_by_label("Channel", exact=True).fill("https://t.me/cuprija")
    page.get_by_role("button", name="Connect").click()
    page.wait_for_url("**/connecting/**")
    tasks.connect()
    tasks.connect()
    page.get_by_text("The channel is connected").wait_for()
    page.get_by_text("Delete a post that is older than two days.").wait_for()
    assert violations(page) == []
    page.get_by_role("link", name="Choose layout and languages").click()
    page.get_by_text("Post to the channel.").wait_for()
    assert violations(page) == []
    assert stand_ins["telegram"]["token"] not in page.content()
    post_once(cast, fakes, "Вода неће радити од 9 до 12.")


# ---- failures


@pytest.mark.parametrize(
    ("key", "form", "problem"),
    [
        ("viber", {"token": "nobodys-token-at-all"}, messages.TOKEN_WRONG),
        ("telegram", {"token": "123456:nobodys-token-at-all-really", "account": "@cuprija"}, messages.TOKEN_WRONG),
        ("telegram", {"account": "@nema_takvog"}, messages.ACCOUNT_UNKNOWN),
        ("telegram", {"account": "group"}, messages.NOT_A_CHANNEL),
        ("telegram", {"account": "@paracin"}, messages.BOT_NOT_ADMIN),
    ],
)
def test_each_mistake_is_named_and_nothing_secret_stays(
    settings: Any,
    approver: Client,
    fakes: FakeServer,
    stand_ins: dict[str, Any],
    key: str,
    form: dict[str, str],
    problem: str,
) -> None:
    settings.PUBLIC_BASE_URL = "https://dobosar.example"
    fake = fakes.world.fake("telegram")
    fake.channel("paracin")
    form = {**typed(key, stand_ins), **form}
    if form.get("account") == "group":
        form["account"] = str(fake.channel("cuprija")["group"]["id"])
    connect(approver, key, form)
    attempt = last_attempt()
    assert (attempt.step, attempt.problem, attempt.ciphertext) == (ConnectStep.FAILED, problem, "")
    assert form["token"] not in str(vars(attempt))
    with everywhere("test"):
        assert not Channel.objects.exists()


@pytest.mark.parametrize(("key", "fields"), [("viber", {"token"}), ("telegram", {"token", "account"})])
def test_only_what_the_network_needs_is_asked_and_none_of_it_may_be_missing(
    settings: Any, approver: Client, key: str, fields: set[str]
) -> None:
    settings.PUBLIC_BASE_URL = "https://dobosar.example"
    answer = approver.post(page("channel_connect", key), {})
    assert answer.status_code == 422
    assert set(answer.context["form"].fields) == fields == set(answer.context["form"].errors)


def test_viber_is_not_connected_while_it_could_not_call_the_portal(
    approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    answer = connect(approver, "viber", typed("viber", stand_ins))
    assert answer.status_code == 422
    assert "posts only from a portal that it can call itself" in answer.content.decode()
    assert fakes.ledger() == []


def test_viber_that_gets_no_answer_from_the_portal_leaves_a_channel_that_says_so(
    settings: Any, cast: Cast, approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    settings.PUBLIC_BASE_URL = "https://127.0.0.1:9"
    settings.PRIVATE_HOSTS_ALLOWED = [*settings.PRIVATE_HOSTS_ALLOWED, "127.0.0.1:9"]
    connect(approver, "viber", typed("viber", stand_ins))
    channel = the_channel()
    assert (channel.state, channel.problem) == (ChannelState.NEEDS_CONSENT, messages.PORTAL_UNREACHABLE)
    shown = approver.get(page("channel_connecting", last_attempt().pk)).content.decode()
    assert "Not ready yet" in shown
    assert "tried to call the portal" in shown
    assert "is ready." not in shown
    assert Notification.objects.filter(user=cast.approver, url=page("channel", channel.pk)).count() == 1
    with scope(cast.cuprija), pytest.raises(NeedsConsent):
        open_channel(channel)
    assert fakes.public("cuprija") == []


def test_the_page_waits_for_vibers_call(
    settings: Any, approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    settings.PUBLIC_BASE_URL = "https://dobosar.example"
    fakes.plan("html_error", "/pa/set_webhook$", times=5)
    connect(approver, "viber", typed("viber", stand_ins))
    assert the_channel().state == ChannelState.CONNECTED
    where = page("channel_connecting", last_attempt().pk)
    shown = approver.get(where, headers={"HX-Request": "true"}).content.decode()
    assert "every 2s" in shown
    assert "is ready." not in shown


def test_viber_is_checked_against_the_portals_address_before_a_post_is_approved(
    settings: Any, cast: Cast, approver: Client, stand_ins: dict[str, Any]
) -> None:
    settings.PUBLIC_BASE_URL = "https://dobosar.example"
    connect(approver, "viber", typed("viber", stand_ins))
    with scope(cast.cuprija):
        assert validation.check(the_channel(), outgoing("Текст")) == []
        settings.PUBLIC_BASE_URL = "http://192.168.1.5:8000"
        codes = [finding.code for finding in validation.check(the_channel(), outgoing("Текст"))]
    assert codes == ["portal_is_private"]


def test_a_channel_of_another_municipality_is_refused(
    settings: Any, cast: Cast, approver: Client, stand_ins: dict[str, Any]
) -> None:
    connect(approver, "telegram", typed("telegram", stand_ins))
    administrator = sign_in(cast.administrator)
    administrator.post(page("channel_connect", "telegram", municipality="novi-pazar"), typed("telegram", stand_ins))
    tasks.connect()
    tasks.connect()
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.TAKEN)


# ---- again, and no more


def test_a_renewed_token_is_entered_for_the_same_channel(
    cast: Cast, approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    connect(approver, "telegram", typed("telegram", stand_ins))
    channel = the_channel()
    fakes.world.fake("telegram").revoke("cuprija")
    with everywhere("test"):
        Channel.objects.update(checked_at=None)
    tasks.upkeep()
    assert the_channel().state == ChannelState.NEEDS_CONSENT
    form = approver.get(page("channel_connect", "telegram"), query_params={"again": str(channel.pk)})
    assert 'value="@cuprija"' in form.content.decode()
    fresh = fakes.account("telegram", "cuprija")["token"]
    connect(approver, "telegram", {"token": fresh, "account": "@cuprija"}, again=str(channel.pk))
    assert (the_channel().pk, the_channel().state) == (channel.pk, ChannelState.CONNECTED)
    post_once(cast, fakes, "После обнове.")


def test_another_channel_is_not_taken_for_the_one_that_is_connected_again(
    approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    connect(approver, "telegram", typed("telegram", stand_ins))
    other = fakes.account("telegram", "paracin")
    again = str(the_channel().pk)
    connect(approver, "telegram", {"token": other["token"], "account": "@paracin"}, again=again)
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.OTHER_ACCOUNT)


@pytest.mark.parametrize("key", ["viber", "telegram"])
def test_disconnecting_gives_the_right_back_and_forgets_the_token(
    settings: Any, approver: Client, fakes: FakeServer, stand_ins: dict[str, Any], key: str
) -> None:
    settings.PUBLIC_BASE_URL = "https://dobosar.example"
    connect(approver, key, typed(key, stand_ins))
    approver.post(page("channel_disconnect", the_channel().pk))
    tasks.upkeep()
    assert fakes.world.fake("viber").channel("cuprija")["webhook"] == ""
    assert (fakes.world.fake("telegram").channel("cuprija")["admins"] == {}) == (key == "telegram")
    with everywhere("test"):
        assert not Credential.objects.exists()
    assert AuditEvent.objects.filter(verb="channel.disconnect").count() == 1


def test_one_bot_of_two_channels_leaves_one_and_goes_on_hearing_of_the_other(
    settings: Any, cast: Cast, approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    settings.PUBLIC_BASE_URL = "https://dobosar.example"
    fake = fakes.world.fake("telegram")
    fake.admit("sport", bot="cuprija")
    for account in ("@cuprija", "@sport"):
        connect(approver, "telegram", {"token": stand_ins["telegram"]["token"], "account": account})
    tasks.upkeep()
    with scope(cast.cuprija):
        first = Channel.objects.get(handle="@cuprija")
    approver.post(page("channel_disconnect", first.pk))
    tasks.upkeep()
    assert fake.channel("cuprija")["admins"] == {}
    assert fake.channel("sport")["admins"] != {}
    assert fake.bot("cuprija")["webhook"] is not None


# ---- webhook events and fetched files


@in_public
def test_a_comment_on_telegram_is_kept_once_and_only_with_the_word_of_this_channel(
    portal: Any, cast: Cast, approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    connect(approver, "telegram", typed("telegram", stand_ins))
    tasks.upkeep()
    channel, fake = the_channel(), fakes.world.fake("telegram")
    assert channel.is_subscribed
    with scope(cast.cuprija):
        published = open_channel(channel).publish(outgoing("Питајте нас."), Nowhere())
    fake.react(published.remote_id, "reply", "Кад ради пијаца?")
    updates = list(fake.bot("cuprija")["updates"])
    assert fake.deliver("cuprija") == [200]
    fake.bot("cuprija")["updates"] = updates
    assert fake.deliver("cuprija") == [200]
    event = Event.objects.get()
    assert (event.platform, event.account_id, event.kind) == ("telegram", channel.remote_id, "comment")
    assert event.payload["message"]["text"] == "Кад ради пијаца?"
    where = reverse("webhook_channel", args=["telegram", channel.pk])
    for word in ({}, {"X-Telegram-Bot-Api-Secret-Token": FORGED}):
        forged = Client().post(where, json.dumps(updates[0]), content_type="application/json", headers=word)
        assert forged.status_code == 403
    assert Event.objects.count() == 1


@in_public
def test_viber_fetches_a_picture_from_the_portal_itself(
    portal: Any, cast: Cast, approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    connect(approver, "viber", typed("viber", stand_ins))
    content = jpeg()
    ref = default_storage.save("tokens-test/plakat.jpg", ContentFile(content))

    class Stored(Nowhere):
        def address(self, ref: str) -> str:
            return public.address(ref)

    poster = Picture(ref, "image/jpeg", 640, 360, len(content))
    with scope(cast.cuprija):
        open_channel(the_channel()).publish(outgoing("Плакат", pictures=(poster,)), Stored())
    (post,) = fakes.public("cuprija")
    assert (post["text"], post["kind"]) == ("Плакат", "picture")


@in_public
def test_vibers_call_is_believed_only_with_the_channels_token(
    portal: Any, approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    connect(approver, "viber", typed("viber", stand_ins))
    channel = the_channel()
    assert channel.state == ChannelState.CONNECTED
    assert Event.objects.get().kind == "other"
    where = reverse("webhook_channel", args=["viber", channel.pk])
    for signature in ({}, {"X-Viber-Content-Signature": "ab" * 32}):
        body = json.dumps({"event": "webhook", "message_token": 1})
        assert Client().post(where, body, content_type="application/json", headers=signature).status_code == 403
    assert Event.objects.count() == 1


# ---- two channels of one bot, and a portal that moves


def two_of_one_bot(cast: Cast, approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]) -> dict[str, Channel]:
    fakes.world.fake("telegram").admit("sport", bot="cuprija")
    for account in ("@cuprija", "@sport"):
        connect(approver, "telegram", {"token": stand_ins["telegram"]["token"], "account": account})
    tasks.upkeep()
    with scope(cast.cuprija):
        return {channel.handle: channel for channel in Channel.objects.all()}


def asked_below(cast: Cast, fakes: FakeServer, channel: Channel, text: str) -> None:
    """A post, a question below it, and an answer to the question, which names no channel any more."""
    fake = fakes.world.fake("telegram")
    with scope(cast.cuprija):
        published = open_channel(channel).publish(outgoing("Питајте нас."), Nowhere())
    there = fake.channel(channel.handle[1:])
    question = fake.comment(there, there["group"]["copies"][int(published.remote_id)], text)
    fake.comment(there, int(question.partition(":")[2]), f"{text} Ја исто.")


def heard() -> set[tuple[str, str]]:
    rows = Event.objects.filter(kind="comment")
    return {(row.account_id, row.payload["message"]["text"]) for row in rows}


@in_public
def test_two_channels_of_one_bot_hear_each_their_own_comments(
    portal: Any, cast: Cast, approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    channels = two_of_one_bot(cast, approver, fakes, stand_ins)
    asked_below(cast, fakes, channels["@cuprija"], "Кад ради пијаца?")
    asked_below(cast, fakes, channels["@sport"], "Кад је базен отворен?")
    assert set(fakes.world.fake("telegram").deliver("cuprija")) == {200}
    page, sport = channels["@cuprija"].remote_id, channels["@sport"].remote_id
    assert heard() == {
        (page, "Кад ради пијаца?"), (page, "Кад ради пијаца? Ја исто."),
        (sport, "Кад је базен отворен?"), (sport, "Кад је базен отворен? Ја исто."),
    }  # fmt: skip


@in_public
def test_the_other_channel_of_a_bot_is_heard_when_the_one_whose_address_was_called_has_ended(
    portal: Any, cast: Cast, approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    channels = two_of_one_bot(cast, approver, fakes, stand_ins)
    bot = fakes.world.fake("telegram").bot("cuprija")
    called = int(bot["webhook"]["url"].rstrip("/").rpartition("/")[2])
    ended = next(one for one in channels.values() if one.pk == called)
    approver.post(page("channel_disconnect", ended.pk))
    tasks.upkeep()
    left = next(one for one in channels.values() if one.pk != called)
    assert bot["webhook"]["url"].endswith(reverse("webhook_channel", args=["telegram", left.pk]))
    asked_below(cast, fakes, left, "Кад је базен отворен?")
    assert set(fakes.world.fake("telegram").deliver("cuprija")) == {200}
    assert {account for account, _text in heard()} == {left.remote_id}


def test_who_asks_the_bot_takes_no_comments_of_its_other_channel(
    cast: Cast, approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    channels = two_of_one_bot(cast, approver, fakes, stand_ins)
    asked_below(cast, fakes, channels["@cuprija"], "Кад ради пијаца?")
    asked_below(cast, fakes, channels["@sport"], "Кад је базен отворен?")
    with scope(cast.cuprija):
        messages = open_channel(channels["@sport"]).messages()
    assert [one.text for one in messages.items] == ["Кад је базен отворен?", "Кад је базен отворен? Ја исто."]


@in_public
@pytest.mark.parametrize("is_shared", [False, True])
def test_a_private_message_to_a_bot_is_kept_only_where_its_channels_are_of_one_municipality(
    is_shared: bool, portal: Any, cast: Cast, approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    """Of a bot that several municipalities share nobody knows for which of them a message is: none may read it."""
    channels, fake = two_of_one_bot(cast, approver, fakes, stand_ins), fakes.world.fake("telegram")
    called = int(fake.bot("cuprija")["webhook"]["url"].rstrip("/").rpartition("/")[2])
    if is_shared:
        other = next(one for one in channels.values() if one.pk != called)
        with everywhere("test"):
            Credential.objects.filter(channel=other).update(municipality=cast.novi_pazar)
            Channel.objects.filter(pk=other.pk).update(municipality=cast.novi_pazar)
    fake.written_to_bot("mara", "cuprija", "Само за вас")
    assert fake.deliver("cuprija") == [200]
    of_address = next(one.remote_id for one in channels.values() if one.pk == called)
    kept = list(Event.objects.filter(kind="private").values_list("account_id", flat=True))
    assert kept == ([] if is_shared else [of_address])


@pytest.mark.parametrize("is_shared", [False, True])
def test_and_so_it_is_where_the_portal_asks_the_bot(
    is_shared: bool, cast: Cast, approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    channels = two_of_one_bot(cast, approver, fakes, stand_ins)
    if is_shared:
        with everywhere("test"):
            Credential.objects.filter(channel=channels["@sport"]).update(municipality=cast.novi_pazar)
            Channel.objects.filter(pk=channels["@sport"].pk).update(municipality=cast.novi_pazar)
    fakes.world.fake("telegram").written_to_bot("mara", "cuprija", "Само за вас")
    with scope(cast.cuprija):
        items = open_channel(channels["@cuprija"]).messages().items
    assert [one.text for one in items] == ([] if is_shared else ["Само за вас"])


@in_public
@pytest.mark.parametrize("key", ["telegram", "viber"])
def test_a_portal_that_moves_tells_the_networks_its_new_address(
    key: str, settings: Any, portal: Any, cast: Cast, approver: Client, fakes: FakeServer, stand_ins: dict[str, Any]
) -> None:
    def called() -> str:
        fake = fakes.world.fake(key)
        return str(fake.bot("cuprija")["webhook"]["url"] if key == "telegram" else fake.channel("cuprija")["webhook"])

    connect(approver, key, typed(key, stand_ins))
    tasks.upkeep()
    channel, old = the_channel(), settings.PUBLIC_BASE_URL
    where = reverse("webhook_channel", args=[key, channel.pk])
    assert called() == channel.subscription_url == old + where
    settings.PUBLIC_BASE_URL = "http://10.0.0.7"  # where no network reaches it, nothing is asked
    tasks.upkeep()
    assert called() == old + where
    host, _colon, port = old.removeprefix("http://").partition(":")
    new = f"{'localhost' if host == '127.0.0.1' else '127.0.0.1'}:{port}"
    settings.PUBLIC_BASE_URL = f"http://{new}"
    settings.PRIVATE_HOSTS_ALLOWED = [*settings.PRIVATE_HOSTS_ALLOWED, new]
    tasks.upkeep()
    assert called() == the_channel().subscription_url == f"http://{new}{where}"
    assert the_channel().subscribe_at is None
