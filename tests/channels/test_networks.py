"""Networks with keys and pages: from the administrator's keys to a channel, and webhook events."""

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
import time_machine
from PIL import Image

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels import messages, public, rules, tasks, validation
from channels.connector_factory import open_channel
from channels.domain import credentials, inbound, keys
from channels.enums import ChannelState, ConnectStep
from channels.models import AppRegistration, Channel, ConnectAttempt, Credential, Deletion, Event
from common.models import AuditEvent
from municipalities.enums import Role
from municipalities.models import Membership
from municipalities.tenancy import everywhere, scope
from notifications.models import Notification
from platforms import registry, signatures
from platforms.meta.events import PAGE_FIELDS, PRIVATE_FIELDS
from platforms.types import Credential as Held
from platforms.types import Outgoing, Picture
from tests.channels.conftest import last_attempt, page, the_channel
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.facebook import APP, SECRET


@pytest.fixture(autouse=True)
def stand_in(settings: Any, fakes: FakeServer) -> Any:
    """The network's address is that of the stand-in, which the portal at a public address is set to call."""
    settings.NETWORK_OPTIONS = {"facebook": {"server": f"{fakes.url}/facebook"}}
    fakes.account("facebook", "cuprija")
    return fakes.world.fake("facebook")


@pytest.fixture
def administrator(cast: Cast) -> Client:
    return sign_in(cast.administrator)


@pytest.fixture
def entered(cast: Cast) -> None:
    keys.enter("facebook", APP, SECRET, by=cast.administrator)


@pytest.fixture
def stored() -> Iterator[str]:
    ref = default_storage.save("public-test/slika.jpg", ContentFile(b"\xff\xd8\xff\xe0" + bytes(range(250)) * 40))
    yield ref
    default_storage.delete(ref)


def begin(client: Client, municipality: str = "cuprija", **query: str) -> str:
    """Up to the network's page of consent."""
    where = page("channel_connect", "facebook", municipality=municipality)
    assert client.post(where, query_params=query).status_code == 302
    tasks.connect()
    return client.get(page("channel_consent", last_attempt().pk, municipality=municipality))["Location"]


def consent(client: Client, url: str, **decided: str) -> None:
    asked = dict(parse_qsl(urlsplit(url).query))
    answer = requests.post(url.split("?", maxsplit=1)[0], data={**asked, **decided}, allow_redirects=False, timeout=30)
    back = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert client.get(reverse("channel_callback"), back).status_code == 302
    tasks.connect()


def connected(client: Client, municipality: str = "cuprija") -> Channel:
    consent(client, begin(client, municipality))
    return the_channel()


# ---- keys


def test_an_administrator_enters_the_keys_in_the_browser(administrator: Client) -> None:
    where = reverse("installation_network", args=["facebook"])
    shown = administrator.get(where).content.decode()
    assert "http://127.0.0.1:8000/channels/callback/" in shown
    assert "http://127.0.0.1:8000/webhooks/facebook/" in shown
    assert inbound.verify_token("facebook") in shown
    assert "pages_manage_posts" in shown
    assert administrator.post(where, {"client_id": APP, "client_secret": SECRET}).status_code == 302
    row = AppRegistration.objects.get()
    assert SECRET not in row.ciphertext
    assert credentials.keys("facebook", "").client_secret == SECRET
    again = administrator.get(where).content.decode()
    assert APP in again
    assert SECRET not in again
    assert AuditEvent.objects.filter(verb="network.enter_keys").count() == 1


def test_an_empty_secret_keeps_the_one_that_is_stored(administrator: Client, entered: None) -> None:
    where = reverse("installation_network", args=["facebook"])
    administrator.post(where, {"client_id": "new-id", "client_secret": ""})
    stored = credentials.keys("facebook", "")
    assert (stored.client_id, stored.client_secret) == ("new-id", SECRET)


def test_keys_are_resealed_when_the_installation_changes_its_own(settings: Any, entered: None) -> None:
    fresh = "fresh:" + "bm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm4="
    settings.TOKEN_KEYS = [fresh, *settings.TOKEN_KEYS]
    call_command("rotate_keys")
    settings.TOKEN_KEYS = [fresh]
    assert credentials.keys("facebook", "").client_secret == SECRET


def test_only_administrators_see_keys(cast: Cast, approver: Client) -> None:
    assert approver.get(reverse("installation_networks")).status_code == 404
    assert approver.get(reverse("installation_network", args=["facebook"])).status_code == 404


def test_without_keys_nothing_is_connected_and_the_page_says_why(approver: Client) -> None:
    assert "administrator has to enter" in approver.get(page("channel_choose")).content.decode()
    answer = approver.post(page("channel_connect", "facebook"))
    assert answer.status_code == 422
    assert "has not entered the keys" in answer.content.decode()
    with everywhere("test"):
        assert not ConnectAttempt.objects.exists()


def test_keys_can_be_removed(administrator: Client, entered: None) -> None:
    administrator.post(reverse("installation_network_remove", args=["facebook"]))
    assert not AppRegistration.objects.exists()


# ---- pages


def test_the_only_page_becomes_the_channel(cast: Cast, approver: Client, entered: None) -> None:
    channel = connected(approver)
    assert (channel.handle, channel.state) == ("@cuprija", ChannelState.CONNECTED)
    assert "pages_manage_posts" in channel.granted
    with scope(cast.cuprija):
        row = Credential.objects.get()
        assert (row.expires_at, bool(row.grantor)) == (None, True)
        assert row.consent_until is not None
        assert open_channel(channel).profile().remote_id == channel.remote_id
    shown = approver.get(page("channel", channel.pk)).content.decode()
    assert "Publish, change and take down posts of the page." in shown
    assert "Renew the access by" in shown


def test_of_several_pages_a_person_picks_one(approver: Client, fakes: FakeServer, entered: None) -> None:
    fakes.account("facebook", "biblioteka")
    consent(approver, begin(approver))
    attempt = last_attempt()
    assert attempt.step == ConnectStep.CHOOSING
    shown = approver.get(page("channel_connecting", attempt.pk)).content.decode()
    assert "Општина cuprija" in shown
    assert "Општина biblioteka" in shown
    assert "EAAP" not in shown, "no token in a page"
    wanted = next(p["id"] for p in fakes.world.fake("facebook").pages.values() if p["name"] == "biblioteka")
    approver.post(page("channel_choose_account", attempt.pk), {"account": wanted})
    tasks.connect()
    assert the_channel().handle == "@biblioteka"
    assert last_attempt().ciphertext == ""


def test_a_page_that_was_not_offered_cannot_be_picked(approver: Client, fakes: FakeServer, entered: None) -> None:
    fakes.account("facebook", "biblioteka")
    consent(approver, begin(approver))
    approver.post(page("channel_choose_account", last_attempt().pk), {"account": "1"})
    tasks.connect()
    assert last_attempt().step == ConnectStep.CHOOSING
    with everywhere("test"):
        assert not Channel.objects.exists()


def test_a_page_without_the_right_role_is_shown_with_the_reason(
    approver: Client, fakes: FakeServer, entered: None
) -> None:
    fakes.options(facebook_tasks=("ANALYZE",))
    consent(approver, begin(approver))
    shown = approver.get(page("channel_connecting", last_attempt().pk)).content.decode()
    assert "does not allow publishing" in shown
    assert "disabled" in shown


def test_a_person_without_pages_hears_what_to_do(approver: Client, fakes: FakeServer, entered: None) -> None:
    consent(approver, begin(approver), person="marko")
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.NO_ACCOUNTS)


def test_permissions_that_publishing_needs_are_named(approver: Client, fakes: FakeServer, entered: None) -> None:
    fakes.options(facebook_declined=("pages_manage_posts", "read_insights"))
    consent(approver, begin(approver))
    attempt = last_attempt()
    assert (attempt.step, attempt.problem) == (ConnectStep.FAILED, messages.SCOPES_MISSING)
    shown = approver.get(page("channel_connecting", attempt.pk)).content.decode()
    assert "Publish, change and take down posts of the page." in shown


def test_permissions_that_can_be_missed_are_named_on_the_channel(
    approver: Client, fakes: FakeServer, entered: None
) -> None:
    fakes.options(facebook_declined=("read_insights",))
    channel = connected(approver)
    shown = approver.get(page("channel", channel.pk)).content.decode()
    assert "Not given" in shown
    assert "Read views and reach." in shown


def test_reconnecting_takes_the_same_page_without_asking(approver: Client, fakes: FakeServer, entered: None) -> None:
    channel = connected(approver)
    fakes.account("facebook", "biblioteka")
    approver.post(page("channel_reconnect", channel.pk))
    tasks.connect()
    consent(approver, approver.get(page("channel_consent", last_attempt().pk))["Location"])
    assert (last_attempt().step, the_channel().pk) == (ConnectStep.DONE, channel.pk)


def test_a_renewed_consent_of_somebody_without_that_page_changes_nothing(
    approver: Client, fakes: FakeServer, entered: None
) -> None:
    channel = connected(approver)
    consent(approver, begin(approver, again=str(channel.pk)), person="marko")
    assert (last_attempt().step, last_attempt().problem) == (ConnectStep.FAILED, messages.OTHER_ACCOUNT)


# ---- before it bites


def test_people_are_warned_two_weeks_a_week_and_a_day_ahead(cast: Cast, approver: Client, entered: None) -> None:
    channel = connected(approver)
    counts = []
    for days in (20, 13, 13, 6, 0.5, 0.4):
        with scope(cast.cuprija):
            Credential.objects.update(consent_until=timezone.now() + timedelta(days=days))
        tasks.upkeep()
        counts.append(Notification.objects.filter(user=cast.approver, url=page("channel", channel.pk)).count())
    assert counts == [0, 1, 1, 2, 3, 3]


@pytest.mark.parametrize(
    ("days", "last", "due"), [(15, None, None), (14, None, 14), (6, 14, 7), (6, 7, None), (0.5, None, 1), (-1, 1, None)]
)
def test_when_a_warning_is_due(days: float, last: int | None, due: int | None) -> None:
    now = timezone.now()
    assert rules.warning(now + timedelta(days=days), last, now) == due


@pytest.mark.parametrize(
    ("life", "ahead"), [(timedelta(hours=2), timedelta(minutes=20)), (timedelta(days=60), timedelta(days=20))]
)
def test_when_a_session_is_renewed(life: timedelta, ahead: timedelta) -> None:
    now = timezone.now()
    assert now + life - rules.renew_at(now + life, now) == ahead


def test_when_who_connected_it_leaves_the_others_are_told_once(cast: Cast, approver: Client, entered: None) -> None:
    channel = connected(approver)
    tasks.upkeep()
    assert the_channel().leaver_notified_at is None
    Membership.objects.filter(user=cast.approver).update(ended_at=timezone.now())
    Membership.objects.create(user=cast.stranger, municipality=cast.cuprija, role=Role.APPROVER)
    tasks.upkeep()
    tasks.upkeep()
    mine = Notification.objects.filter(user=cast.stranger, url=page("channel", channel.pk))
    assert [cast.approver.name in row.body for row in mine] == [True]
    shown = sign_in(cast.stranger).get(page("channel", channel.pk)).content.decode()
    assert "no longer with the municipality" in shown


# ---- giving back


def test_disconnecting_gives_the_consent_back(cast: Cast, approver: Client, stand_in: Any, entered: None) -> None:
    channel = connected(approver)
    approver.post(page("channel_disconnect", channel.pk))
    tasks.upkeep()
    person = [token for token in stand_in.tokens.values() if token["person"] == "jelena"]
    assert all(token["dead"] == 458 for token in person)
    with everywhere("test"):
        assert not Credential.objects.exists()


def test_disconnecting_one_page_leaves_the_persons_other_page_alone(
    cast: Cast, approver: Client, fakes: FakeServer, entered: None
) -> None:
    first = connected(approver)
    fakes.account("facebook", "biblioteka")
    consent(approver, begin(approver))
    other = next(p["id"] for p in fakes.world.fake("facebook").pages.values() if p["name"] == "biblioteka")
    approver.post(page("channel_choose_account", last_attempt().pk), {"account": other})
    tasks.connect()
    approver.post(page("channel_disconnect", first.pk))
    tasks.upkeep()
    with scope(cast.cuprija):
        remaining = Channel.objects.get(remote_id=other)
        assert open_channel(remaining).profile().remote_id == other


# ---- webhook events


def body(channel: Channel, text: str = "Кад ради пијаца?", account: str = "") -> bytes:
    value = {"item": "comment", "verb": "add", "comment_id": "2_3", "post_id": "1_2", "message": text}
    entry = {"id": account or channel.remote_id, "time": 1_764_000_001, "changes": [{"field": "feed", "value": value}]}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


def deliver(stand_in: Any, raw: bytes, **headers: str) -> int:
    signed = {**stand_in.signed(raw), **headers}
    where = reverse("webhook", args=["facebook"])
    return Client().post(where, raw, content_type="application/json", headers=signed).status_code


def test_a_signed_event_is_kept_once_however_often_it_comes(approver: Client, stand_in: Any, entered: None) -> None:
    channel = connected(approver)
    raw = body(channel)
    assert [deliver(stand_in, raw), deliver(stand_in, raw)] == [200, 200]
    event = Event.objects.get()
    assert (event.platform, event.account_id, event.kind) == ("facebook", channel.remote_id, "comment")
    assert event.payload["value"]["message"] == "Кад ради пијаца?"


def test_a_forged_or_unsigned_event_is_refused(approver: Client, stand_in: Any, entered: None) -> None:
    raw = body(connected(approver))
    assert deliver(stand_in, raw, **{"X-Hub-Signature-256": "sha256=" + "0" * 64}) == 403
    where = reverse("webhook", args=["facebook"])
    assert Client().post(where, raw, content_type="application/json").status_code == 403
    other = stand_in.signed(body(the_channel(), "друго"))
    assert Client().post(where, raw, content_type="application/json", headers=other).status_code == 403
    assert not Event.objects.exists()


def test_without_keys_nobody_is_believed(cast: Cast, stand_in: Any) -> None:
    assert deliver(stand_in, b'{"object":"page","entry":[]}') == 403


def test_an_event_of_an_account_that_is_not_ours_is_not_kept(approver: Client, stand_in: Any, entered: None) -> None:
    assert deliver(stand_in, body(connected(approver), account="999")) == 200
    assert not Event.objects.exists()


def test_a_flood_of_signed_entries_is_cut_off(approver: Client, stand_in: Any, entered: None) -> None:
    one = json.loads(body(connected(approver)))["entry"][0]
    change = one["changes"][0]
    one["changes"] = [{**change, "value": {**change["value"], "comment_id": f"2_{n}"}} for n in range(3000)]
    assert deliver(stand_in, json.dumps({"entry": [one]}).encode()) == 200
    assert Event.objects.count() == inbound.MOST
    huge = b'{"entry":[' + b"1," * 2_000_000 + b"1]}"
    assert deliver(stand_in, huge) == 413


def test_a_body_that_cannot_be_read_breaks_nothing(stand_in: Any, entered: None) -> None:
    for raw in (b"not json", b"[" * 20_000, b"\xff\xfe", b'"x"', b"null"):
        assert deliver(stand_in, raw) == 200


def test_the_network_checks_the_address(entered: None) -> None:
    where = reverse("webhook", args=["facebook"])
    asked = {"hub.mode": "subscribe", "hub.challenge": "77", "hub.verify_token": inbound.verify_token("facebook")}
    answer = Client().get(where, asked)
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"77", "text/plain")
    assert Client().get(where, {**asked, "hub.verify_token": "x"}).status_code == 403


def test_events_are_asked_for_once_the_portal_is_public(
    settings: Any, approver: Client, stand_in: Any, entered: None
) -> None:
    channel = connected(approver)
    tasks.upkeep()
    assert not the_channel().is_subscribed
    settings.PUBLIC_BASE_URL = "https://dobosar.example"
    tasks.upkeep()
    assert the_channel().is_subscribed
    assert stand_in.pages[channel.remote_id]["subscribed"] == f"{PAGE_FIELDS},{PRIVATE_FIELDS}"


def test_events_are_forgotten_after_a_month(approver: Client, stand_in: Any, entered: None) -> None:
    deliver(stand_in, body(connected(approver)))
    with time_machine.travel(timezone.now() + timedelta(days=29), tick=True):
        tasks.purge_webhook_events()
    assert Event.objects.count() == 1
    Event.objects.update(read_at=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=True):
        tasks.purge_webhook_events()
    assert not Event.objects.exists()


# ---- consents that end at the network


def ended(stand_in: Any, name: str, grantor: str, at: Any = None) -> Any:
    request = stand_in.signed_request(grantor, at)
    form = urlencode({"signed_request": request})
    where = reverse(name, args=["facebook"])
    return Client().post(where, form, content_type="application/x-www-form-urlencoded")


def test_who_removes_the_portal_at_the_network_ends_their_channels(
    cast: Cast, approver: Client, stand_in: Any, entered: None
) -> None:
    connected(approver)
    with scope(cast.cuprija):
        grantor = Credential.objects.get().grantor
    assert ended(stand_in, "webhook_departed", grantor, timezone.now() + timedelta(seconds=1)).status_code == 200
    channel = the_channel()
    assert (channel.state, channel.problem) == (ChannelState.NEEDS_CONSENT, messages.TAKEN_BACK)


def test_an_old_notice_sent_once_more_does_nothing_to_a_channel_connected_since(
    cast: Cast, approver: Client, stand_in: Any, entered: None
) -> None:
    connected(approver)
    with scope(cast.cuprija):
        grantor = Credential.objects.get().grantor
    assert ended(stand_in, "webhook_departed", grantor, timezone.now() - timedelta(days=1)).status_code == 200
    assert the_channel().state == ChannelState.CONNECTED


def test_a_forged_notice_is_refused(approver: Client, stand_in: Any, entered: None) -> None:
    connected(approver)
    for name in ("webhook_departed", "webhook_deletion"):
        answer = Client().post(reverse(name, args=["facebook"]), {"signed_request": "abc.def"})
        assert answer.status_code == 403
    assert the_channel().state == ChannelState.CONNECTED


# Many times deeper than the interpreter follows, and far below the limit for a body.
NESTED = base64.urlsafe_b64encode(b"[" * 40_000).decode()


def signed_form(name: str, request: str | bytes) -> Any:
    """The view's answer to the form that Meta sends."""
    body = urlencode({"signed_request": request})
    assert len(body) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return Client().post(reverse(name, args=["facebook"]), body, "application/x-www-form-urlencoded")


@pytest.mark.parametrize("name", ["webhook_departed", "webhook_deletion"])
@pytest.mark.parametrize(
    "form",
    [f"eHh4.{NESTED}", f".{NESTED}", NESTED, f"{NESTED}.eHh4", "eHh4.eHh4" + "[" * 40_000, "é.é", b"eHh4.\xff"],
    ids=["nested", "no signature", "no dot", "nested signature", "no base64", "no ASCII", "no text"],
)
def test_a_stranger_who_nests_brackets_is_refused_before_anything_is_parsed(
    name: str, form: str | bytes, entered: None
) -> None:
    assert signed_form(name, form).status_code == 403


def test_nested_brackets_in_the_body_of_a_webhook_are_refused(entered: None) -> None:
    url = reverse("webhook", args=["facebook"])
    assert Client().post(url, b"[" * 40_000, "application/json").status_code == 403


@pytest.mark.parametrize("name", ["webhook_departed", "webhook_deletion"])
def test_even_signed_brackets_are_refused(name: str, entered: None) -> None:
    secret = credentials.keys("facebook", "").client_secret
    mark = base64.urlsafe_b64encode(bytes.fromhex(signatures.hex_digest(secret, NESTED.encode()))).decode()
    assert signed_form(name, f"{mark}.{NESTED}").status_code == 403


def test_who_asks_to_be_forgotten_is_and_can_see_it(cast: Cast, approver: Client, stand_in: Any, entered: None) -> None:
    connected(approver)
    with scope(cast.cuprija):
        grantor = Credential.objects.get().grantor
    answer = ended(stand_in, "webhook_deletion", grantor, timezone.now() + timedelta(seconds=1)).json()
    with everywhere("test"):
        assert not Credential.objects.exists()
    assert Deletion.objects.get().code == answer["confirmation_code"]
    shown = Client().get(urlsplit(answer["url"]).path)
    assert shown.status_code == 200
    assert answer["confirmation_code"] in shown.content.decode()


# ---- public media


def test_a_signed_address_gives_the_file_without_cookie_or_redirect(client: Client, stored: str) -> None:
    where = urlsplit(public.address(stored)).path
    assert where.endswith("/file.jpg")
    assert "slika" not in where
    answer = client.get(where, headers={"Accept-Encoding": "gzip"})
    content = b"".join(answer.streaming_content)
    assert (answer.status_code, answer["Content-Type"], len(content)) == (200, "image/jpeg", 10_004)
    assert answer["Content-Length"] == "10004"
    assert answer["Content-Encoding"] == "identity"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert not answer.cookies


def test_head_tells_the_size_and_a_range_gives_a_part(client: Client, stored: str) -> None:
    where = urlsplit(public.address(stored)).path
    head = client.head(where)
    assert (head.status_code, head["Content-Length"], head["Accept-Ranges"]) == (200, "10004", "bytes")
    part = client.get(where, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part["Content-Range"], b"".join(part.streaming_content)) == (
        206,
        "bytes 0-3/10004",
        b"\xff\xd8\xff\xe0",
    )
    assert len(b"".join(client.get(where, headers={"Range": "bytes=-10"}).streaming_content)) == 10
    assert client.get(where, headers={"Range": "bytes=10004-"}).status_code == 416
    assert client.get(where, headers={"Range": "lines=1-2"}).status_code == 200


def test_which_part_of_a_file_is_meant(subtests: pytest.Subtests) -> None:
    for asked, expected in [
        ("bytes=0-0", (0, 0)),
        ("bytes=5-", (5, 9)),
        ("bytes=5-99", (5, 9)),
        ("bytes=-3", (7, 9)),
        ("bytes=-99", (0, 9)),
        ("bytes=-", None),
        ("", None),
        ("bytes=1-2,4-5", None),
        ("items=1-2", None),
    ]:
        with subtests.test(asked=asked, found=expected):
            assert public.part(asked, 10) == expected


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=-0", "bytes=5-4"])
def test_a_part_that_is_not_in_the_file(asked: str) -> None:
    with pytest.raises(public.OutOfRange):
        public.part(asked, 10)


def test_an_address_runs_out_and_cannot_be_made(client: Client, stored: str) -> None:
    where = urlsplit(public.address(stored)).path
    with time_machine.travel(timezone.now() + timedelta(hours=6, minutes=1), tick=False):
        assert client.get(where).status_code == 404
    word, name = where.split("/")[-2:]
    assert client.get(where.replace(word, word[:-2] + "AA")).status_code == 404
    assert client.get(f"/public/nothing/{name}").status_code == 404
    assert client.post(urlsplit(public.address(stored)).path).status_code == 405
    assert client.get(urlsplit(public.address("public-test/none.jpg")).path).status_code == 404
    assert client.get(urlsplit(public.address("public-test/none.html")).path).status_code == 404
    assert client.get(urlsplit(public.address("../../etc/passwd.jpg")).path).status_code == 404


def test_a_picture_is_given_out_as_small_as_a_network_takes_it() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (1536, 2048), (200, 30, 60, 0)).save(out, "PNG")
    ref = default_storage.save("public-test/velika.png", ContentFile(out.getvalue()))
    try:
        where = urlsplit(public.address(ref, (1920, 1080))).path
        whole = Client().get(where)
        body = b"".join(whole.streaming_content)
        with Image.open(io.BytesIO(body)) as picture:
            assert (picture.format, picture.size) == ("JPEG", (1080, 1440))
            # Transparent pixels become white.
            assert all(abs(level - 255) < 5 for level in picture.getpixel((540, 720)))
        assert (whole["Content-Type"], int(whole["Content-Length"]), where[-4:]) == ("image/jpeg", len(body), ".jpg")
        part = Client().get(where, headers={"range": "bytes=10-19"})
        assert (part.status_code, b"".join(part.streaming_content)) == (206, body[10:20])
        assert int(Client().head(where)["Content-Length"]) == len(body)
        default_storage.delete(ref)
        assert Client().get(where).status_code == 404
    finally:
        default_storage.delete(ref)


def test_what_is_no_picture_is_not_given_out_as_one(stored: str) -> None:
    assert Client().get(urlsplit(public.address(stored, (1920, 1080))).path).status_code == 404


def test_a_network_that_fetches_is_refused_while_the_portal_is_private(settings: Any) -> None:
    channel = Channel(platform="threads", server="https://graph.threads.net")
    picture = Picture("a.jpg", "image/jpeg", 640, 360, 1000, "Мост")
    sent = Outgoing("Слика", "sr", "k", timezone.now(), (picture,))
    assert [finding.code for finding in validation.check(channel, sent)] == ["base_is_private"]
    assert validation.check(channel, replace(sent, pictures=())) == []
    settings.PUBLIC_BASE_URL = "https://dobosar.example"
    assert validation.check(channel, sent) == []


@pytest.mark.parametrize(
    ("base", "is_public"),
    [
        ("https://dobosar.example", True),
        ("http://dobosar.example", False),
        ("https://localhost", False),
        ("https://192.168.1.5", False),
        ("https://portal.local", False),
        ("https://[::1]", False),
    ],
)
def test_which_address_a_network_can_reach(settings: Any, base: str, is_public: bool) -> None:
    settings.PUBLIC_BASE_URL = base
    assert rules.base_is_public() is is_public


# ---- networks that sign with a channel's own word


def made(cast: Cast, platform: str, token: str) -> Channel:
    """A channel as connecting it would have left it."""
    with scope(cast.cuprija):
        channel = Channel.objects.create(
            municipality=cast.cuprija,
            platform=platform,
            server=registry.PLATFORMS[platform].default_server,
            remote_id="kanal",
            handle="@kanal",
            name="Канал",
            connected_by=cast.approver,
            connected_at=timezone.now(),
        )
        credentials.store(channel, Held(token, account_id="kanal"))
    return channel


def test_a_channel_with_a_token_of_its_own_is_believed_at_its_own_address(cast: Cast) -> None:
    channel = made(cast, "viber", "viber-token")
    raw = b'{"event":"webhook"}'
    vector = {"X-Viber-Content-Signature": "2dd91965f1bf86033b0505f762caa885969b362e3dc44e282cb79cf76c73ab2b"}
    where = reverse("webhook_channel", args=["viber", channel.pk])
    assert Client().post(where, raw, content_type="application/json", headers=vector).status_code == 200
    assert Client().post(where, raw + b" ", content_type="application/json", headers=vector).status_code == 403
    assert Client().post(where, raw, content_type="application/json").status_code == 403
    other = reverse("webhook_channel", args=["viber", channel.pk + 1])
    assert Client().post(other, raw, content_type="application/json", headers=vector).status_code == 404
    wrong = reverse("webhook", args=["viber"])
    assert Client().post(wrong, raw, content_type="application/json", headers=vector).status_code == 404


def test_the_word_of_a_channel_changes_when_it_is_connected_anew(cast: Cast) -> None:
    channel = made(cast, "telegram", "123:abc")
    before = inbound.signing_secret(channel)
    assert len(before) == 40
    channel.connected_at = timezone.now() + timedelta(seconds=1)
    assert inbound.signing_secret(channel) != before
