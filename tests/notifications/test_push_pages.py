"""Switching push messages on and off through the pages, and what signing in and out in a browser means for them."""

from __future__ import annotations

from typing import Any

import pytest

from django.test import Client

from notifications import web_push
from notifications.domain import push_devices, push_keys
from notifications.models import PushPreference, PushSubscription
from tests.people import PASSWORD, Cast, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/accounts/notifications/"
ADDRESS = f"{PAGE}devices/"
PHONE = "Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0"
ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/abc"


def wanted(**changes: str) -> dict[str, str]:
    keys = {"endpoint": ENDPOINT, "p256dh": web_push.new_key().public, "auth": web_push.encoded(bytes(16))}
    return {**keys, "key": push_keys.public(), **changes}


def switch_on(client: Client, **changes: str) -> str:
    """What the page says then."""
    return client.post(ADDRESS, wanted(**changes), follow=True, headers={"user-agent": PHONE}).text


def test_a_device_is_on_the_list_as_this_one_and_is_removed(cast: Cast) -> None:
    client = sign_in(cast.officer)
    page = client.get(PAGE).text
    assert f'data-key="{push_keys.public()}"' in page
    assert "This device" not in page
    assert "Notifications come to this device from now on." in switch_on(client)
    page = client.get(PAGE).text
    assert "Firefox, Android" in page
    assert "This device" in page
    assert ENDPOINT not in page
    elsewhere = sign_in(cast.officer).get(PAGE).text
    assert "Remove Firefox, Android" in elsewhere
    assert "This device" not in elsewhere
    client.post(f"{ADDRESS}{PushSubscription.objects.get().pk}/end/")
    assert not PushSubscription.objects.exists()


def test_a_browser_with_a_new_address_is_one_device(cast: Cast) -> None:
    """After its permission was taken away and given again."""
    client = sign_in(cast.officer)
    switch_on(client)
    switch_on(client, endpoint=f"{ENDPOINT}-new")
    assert [row.digest for row in PushSubscription.objects.all()] == [push_devices.digest_of(f"{ENDPOINT}-new")]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"endpoint": "https://10.0.0.1/x"}, "is not one that the portal sends to"),
        ({"endpoint": "http://127.0.0.1/x"}, "is not one that the portal sends to"),
        ({"endpoint": "<script>alert(1)</script>"}, "(endpoint)"),
        ({"p256dh": "AAAA"}, "(p256dh)"),
        ({"auth": ""}, "(auth)"),
        ({"auth": "\0"}, "(auth)"),
        ({"key": ""}, "Reload the page"),
    ],
)
def test_what_no_browser_would_send_gets_a_sentence(cast: Cast, changes: dict[str, str], sentence: str) -> None:
    text = switch_on(sign_in(cast.officer), **changes)
    assert sentence in text
    assert not PushSubscription.objects.exists()


def test_nothing_at_all_is_refused_as_well(cast: Cast) -> None:
    answer = sign_in(cast.officer).post(ADDRESS, {}, follow=True)
    assert "(endpoint)" in answer.text


def test_a_device_of_somebody_else_is_not_there(cast: Cast) -> None:
    switch_on(sign_in(cast.officer))
    address = f"{ADDRESS}{PushSubscription.objects.get().pk}/end/"
    assert sign_in(cast.approver).post(address).status_code == 404
    assert PushSubscription.objects.exists()


def test_the_cookie_names_no_secret_and_no_script_reads_it(cast: Cast, settings: Any) -> None:
    answer = sign_in(cast.officer).post(ADDRESS, wanted())
    cookie = answer.cookies[settings.PUSH_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie.value == push_devices.digest_of(ENDPOINT)


def test_signing_out_ends_it_in_this_browser_alone(cast: Cast) -> None:
    here, other = sign_in(cast.officer), sign_in(cast.officer)
    switch_on(here)
    switch_on(other, endpoint=f"{ENDPOINT}2")
    here.post("/accounts/logout/")
    assert [row.digest for row in PushSubscription.objects.all()] == [push_devices.digest_of(f"{ENDPOINT}2")]


def test_a_session_that_runs_out_leaves_it_on(cast: Cast) -> None:
    client = sign_in(cast.officer)
    switch_on(client)
    session = client.session
    session["ends_at"] = 1.0
    session.save()
    assert client.get(PAGE).status_code == 302
    assert PushSubscription.objects.exists()


def test_who_signs_in_where_somebody_else_did_not_sign_out_ends_theirs(cast: Cast) -> None:
    browser = sign_in(cast.officer)
    switch_on(browser)
    browser.cookies.pop("sessionid", None)
    browser.session.flush()
    browser.post("/accounts/login/", {"login": cast.viewer.email, "password": PASSWORD})
    assert not PushSubscription.objects.exists()


def test_the_cookie_of_another_browser_ends_nothing_of_others(cast: Cast, settings: Any) -> None:
    """Whoever knew the digest could end a device, and nothing else; it is in no page, and 256 bits long."""
    switch_on(sign_in(cast.officer))
    client = sign_in(cast.approver)
    client.cookies[settings.PUSH_COOKIE_NAME] = push_devices.digest_of(ENDPOINT)
    assert "This device" not in client.get(PAGE).text
    client.post("/accounts/logout/")
    assert PushSubscription.objects.exists()


def test_kinds_are_chosen_with_those_of_mail(cast: Cast) -> None:
    client = sign_in(cast.officer)
    form = client.get(PAGE).context["form"]
    values = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in values.items() if value not in (False, None)}
    client.post(PAGE, sent)
    assert not PushPreference.objects.exists()
    client.post(PAGE, {**sent, "push-comment": "on"})
    assert [(row.kind, row.is_on) for row in PushPreference.objects.all()] == [("comment", True)]
    assert 'name="push-comment" id="id_push-comment" checked' in client.get(PAGE).text


def test_the_page_costs_as_many_queries_with_ten_devices_as_with_one(cast: Cast, settings: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in(cast.officer)
    counts = []
    for number in range(10):
        client.cookies.pop(settings.PUSH_COOKIE_NAME, None)
        switch_on(client, endpoint=f"{ENDPOINT}{number}")
        with CaptureQueriesContext(connection) as seen:
            client.get(PAGE)
        counts.append(len(seen))
    assert len(set(counts[1:])) == 1
