"""Push messages: what is sent to whom and when, what ends a device, and what a push service may answer.

The push service is a real HTTP server that decrypts and verifies (`push_service.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.domain import people
from accounts.endings import end_unauthorised
from common import crypto
from common.errors import ActionNotAllowed
from common.models import AuditEvent, Restore
from municipalities.models import Membership
from notifications import push_messages, web_push
from notifications.domain import choose, push_devices, push_keys, read, send_pushes
from notifications.domain.drop_mail import drop_mail
from notifications.enums import NotificationKind
from notifications.models import MailSchedule, Notification, Push, PushKey, PushPreference, PushSubscription
from notifications.queries import mail_settings, pushed_kinds
from notifications.web_push import Subscription
from tests.notifications import push_service
from tests.notifications.conftest import Tell, belgrade
from tests.notifications.push_service import Browser, PushService
from tests.people import Cast, person

pytestmark = pytest.mark.django_db
KIND = NotificationKind.SUBMITTED
REAL = "https://updates.push.services.mozilla.com/wpush/v2/abc"


@pytest.fixture(scope="module")
def listening() -> Iterator[PushService]:
    with push_service.running() as running:
        yield running


@pytest.fixture
def service(listening: PushService, settings: Any) -> Iterator[PushService]:
    settings.PRIVATE_HOSTS_ALLOWED = [listening.host]
    listening.pushes, listening.answers, listening.headers, listening.problems = [], {}, {}, []
    yield listening
    assert listening.problems == []


def add(user: Any, browser: Browser, device: str = "Firefox, Android") -> PushSubscription:
    return push_devices.subscribe(user, Subscription(**browser.keys), key=push_keys.public(), device=device)


def store(user: Any, endpoint: str) -> PushSubscription:
    """As if it had come past the checks of `subscribe`."""
    keys = web_push.new_key()
    digest = push_devices.digest_of(endpoint)
    wanted = Subscription(endpoint, keys.public, web_push.encoded(bytes(16)))
    sealed = crypto.seal(push_devices.PURPOSE, json.dumps(vars(wanted)), push_devices.bound_to(user.pk, digest))
    return PushSubscription.objects.create(user=user, digest=digest, sealed=sealed, device="Test")


def prefer(user: Any, pushed: dict[NotificationKind, bool] | None = None, **times: Any) -> None:
    now = mail_settings(user)
    unchanged = {name: getattr(now.preferences, name) for name in choose.TIMES}
    choose.choose(user, times={**unchanged, **times}, frequencies=now.frequencies, pushed=pushed)


# ---- what arrives


def test_it_arrives_and_says_what_waits_and_where(cast: Cast, service: PushService, noon: Any, tell: Tell) -> None:
    browser = Browser(service)
    device = add(cast.approver, browser)
    row = tell(cast.approver, KIND, "The fountain on the square: Jelena wrote it", body="Words of a draft.")
    assert send_pushes.send_due() == 1
    (message,) = browser.messages
    (push,) = service.pushes
    assert message == {
        "id": row.pk, "title": "A post waits for a decision", "url": f"/notifications/{row.pk}/open/",
        "tag": push.headers["topic"], "lang": "en",
    }  # fmt: skip
    assert (push.headers["ttl"], push.headers["urgency"]) == ("86400", "high")
    assert push.claims["sub"].startswith("mailto:")
    assert push.claims["k"] == push_keys.public()
    assert not Push.objects.exists()
    device.refresh_from_db()
    assert device.sent_at == timezone.now()
    assert send_pushes.send_due() == 0


def test_every_device_of_a_person_gets_it_and_nobody_elses(
    cast: Cast, service: PushService, noon: Any, tell: Tell
) -> None:
    own, other = [Browser(service), Browser(service)], Browser(service)
    for browser in own:
        add(cast.approver, browser)
    add(cast.officer, other)
    tell(cast.approver, KIND)
    assert send_pushes.send_due() == 2
    assert [len(browser.messages) for browser in [*own, other]] == [1, 1, 0]


def test_in_the_persons_language(cast: Cast, service: PushService, noon: Any, tell: Tell) -> None:
    cast.approver.language = "sr"
    cast.approver.save()
    browser = Browser(service)
    add(cast.approver, browser)
    tell(cast.approver, NotificationKind.MINE)
    send_pushes.send_due()
    (message,) = browser.messages
    with translation.override("sr"):
        assert message["title"] == NotificationKind.MINE.label
    assert message["lang"] == "sr"


SECRETS = ["Јелена Петровић", "Jelena Petrović", "Ћуприја", "cuprija", "fontana", "officer@test.example", "The mayor"]


@pytest.mark.parametrize("language", ["en", "sr", "sr-latn"])
@pytest.mark.parametrize("kind", [kind for kind in NotificationKind if kind not in ("rules", "rights")])
def test_no_message_of_any_kind_holds_a_name_a_place_or_a_word_of_a_post(
    cast: Cast, tell: Tell, language: str, kind: NotificationKind
) -> None:
    cast.officer.language = language
    cast.officer.save()
    about = f"posts.post:7-{SECRETS[4]}"
    row = tell(
        cast.officer, kind, " ".join(SECRETS), body=" ".join(SECRETS), about=about, by=cast.approver,
        url="/m/cuprija/posts/7/#fontana",
    )  # fmt: skip
    device = Subscription(REAL, web_push.new_key().public, web_push.encoded(bytes(16)))
    for message in (push_messages.single(row, device), push_messages.several([row, row], device)):
        payload = json.loads(message.payload)
        assert set(payload) == {"id", "title", "url", "tag", "lang"}
        assert payload["url"] in (f"/notifications/{row.pk}/open/", "/notifications/")
        text = message.payload.decode() + message.topic
        assert not [secret for secret in SECRETS if secret.lower() in text.lower()]
        assert cast.officer.name.lower() not in payload["title"].lower()
        assert len(message.payload) <= push_messages.PADDED_TO


def test_the_title_is_the_same_whatever_the_notification_says(cast: Cast, noon: Any, tell: Tell) -> None:
    device = Subscription(REAL, web_push.new_key().public, web_push.encoded(bytes(16)))
    titles = {
        json.loads(push_messages.single(tell(cast.officer, KIND, subject), device).payload)["title"]
        for subject in SECRETS
    }
    assert titles == {"A post waits for a decision"}


def test_two_people_have_different_topics_for_the_same_post(
    cast: Cast, service: PushService, noon: Any, tell: Tell
) -> None:
    """The push service must not learn who works on the same thing."""
    for user in (cast.approver, cast.officer):
        add(user, Browser(service))
        tell(user, KIND)
    assert send_pushes.send_due() == 2
    assert len({push.headers["topic"] for push in service.pushes}) == 2


def test_what_is_about_one_thing_is_one_message(cast: Cast, service: PushService, noon: Any, tell: Tell) -> None:
    browser = Browser(service)
    add(cast.approver, browser)
    rows = [tell(cast.approver, KIND) for _time in range(3)]
    assert send_pushes.send_due() == 1
    assert [message["id"] for message in browser.messages] == [rows[-1].pk]
    assert not Push.objects.exists()


def test_after_a_busy_night_there_is_one_message_instead_of_ten(
    cast: Cast, service: PushService, noon: Any, tell: Tell
) -> None:
    browser = Browser(service)
    add(cast.approver, browser)
    noon.move_to(belgrade("2026-11-25 21:00"))
    for number in range(10):
        tell(cast.approver, KIND, about=f"posts.post:{number}")
    assert send_pushes.send_due() == 0
    noon.move_to(belgrade("2026-11-26 07:00"))
    assert send_pushes.send_due() == 1
    (message,) = browser.messages
    assert (message["title"], message["url"]) == ("10 notifications are new", "/notifications/")


# ---- when, and what


def test_quiet_hours_hold_back_all_but_what_is_urgent(cast: Cast, service: PushService, noon: Any, tell: Tell) -> None:
    browser = Browser(service)
    add(cast.approver, browser)
    noon.move_to(belgrade("2026-11-25 21:00"))
    tell(cast.approver, KIND)
    urgent = tell(cast.approver, NotificationKind.EMERGENCY, about="posts.post:9")
    assert send_pushes.send_due() == 1
    assert [message["id"] for message in browser.messages] == [urgent.pk]
    noon.move_to(belgrade("2026-11-26 06:59"))
    assert send_pushes.send_due() == 0
    noon.move_to(belgrade("2026-11-26 07:00"))
    assert send_pushes.send_due() == 1


def test_other_hours_and_kinds_hold_for_what_still_waits(
    cast: Cast, service: PushService, noon: Any, tell: Tell
) -> None:
    add(cast.approver, Browser(service))
    noon.move_to(belgrade("2026-11-25 21:00"))
    tell(cast.approver, KIND)
    tell(cast.approver, NotificationKind.MINE, about="x")
    prefer(cast.approver, {NotificationKind.MINE: False}, has_quiet_hours=False)
    assert send_pushes.send_due() == 1
    assert not Push.objects.exists()


def test_only_kinds_that_are_switched_on_are_sent(cast: Cast, service: PushService, noon: Any, tell: Tell) -> None:
    add(cast.officer, Browser(service))
    tell(cast.officer, NotificationKind.COMMENT)
    assert not Push.objects.exists()
    prefer(cast.officer, {NotificationKind.COMMENT: True, KIND: False})
    tell(cast.officer, NotificationKind.COMMENT)
    tell(cast.officer, KIND)
    assert [row.notification.kind for row in Push.objects.all()] == [NotificationKind.COMMENT]
    assert pushed_kinds(cast.officer) >= {NotificationKind.COMMENT, NotificationKind.MINE}
    prefer(cast.officer, {NotificationKind.COMMENT: False, KIND: True})
    assert not PushPreference.objects.exists()  # those are the defaults


@pytest.mark.parametrize("kind", [NotificationKind.RULES, NotificationKind.RIGHTS])
def test_rules_and_rights_come_by_mail_alone(
    cast: Cast, service: PushService, noon: Any, tell: Tell, kind: NotificationKind
) -> None:
    add(cast.officer, Browser(service))
    tell(cast.officer, kind)
    assert not Push.objects.exists()


def test_what_was_read_meanwhile_is_not_sent(cast: Cast, service: PushService, noon: Any, tell: Tell) -> None:
    add(cast.approver, Browser(service))
    read.mark_read(cast.approver, [tell(cast.approver, NotificationKind.EMERGENCY).pk])
    assert send_pushes.send_due() == 0
    assert not Push.objects.exists()


def test_what_waited_longer_than_a_day_for_a_worker_is_not_sent(
    cast: Cast, service: PushService, noon: Any, tell: Tell
) -> None:
    add(cast.approver, Browser(service))
    tell(cast.approver, KIND)
    noon.shift(86_401)
    assert send_pushes.send_due() == 0
    assert service.pushes == []
    assert not Push.objects.exists()


# ---- whose role ended


@pytest.mark.parametrize("how", ["role", "account"])
def test_after_the_role_or_the_account_ended_nothing_is_sent(
    cast: Cast, service: PushService, noon: Any, tell: Tell, how: str
) -> None:
    """Also when nothing else ended it: the right is asked when it is sent."""
    add(cast.officer, Browser(service))
    tell(cast.officer, KIND)
    if how == "role":
        Membership.objects.filter(user=cast.officer).update(ended_at=timezone.now())
    else:
        type(cast.officer).objects.filter(pk=cast.officer.pk).update(is_active=False)
    assert send_pushes.send_due() == 0
    assert service.pushes == []
    assert not Push.objects.exists()


def test_with_the_last_role_the_devices_end(cast: Cast, service: PushService, noon: Any, tell: Tell) -> None:
    add(cast.officer, Browser(service))
    tell(cast.officer, KIND)
    Membership.objects.filter(user=cast.officer).update(ended_at=timezone.now())
    end_unauthorised(cast.officer, by=cast.administrator)
    assert not PushSubscription.objects.exists()
    assert not Push.objects.exists()
    event = AuditEvent.objects.get(verb="account.push_off")
    assert (event.actor_id, event.target_id) == (cast.administrator.pk, str(cast.officer.pk))


def test_with_one_role_of_two_what_it_showed_is_not_sent(
    cast: Cast, service: PushService, noon: Any, tell: Tell
) -> None:
    Membership.objects.create(user=cast.officer, municipality=cast.novi_pazar, role="officer")
    device = add(cast.officer, Browser(service))
    tell(cast.officer, KIND)
    kept = tell(cast.officer, KIND, municipality=cast.novi_pazar, about="posts.post:8")
    Membership.objects.filter(user=cast.officer, municipality=cast.cuprija).update(ended_at=timezone.now())
    end_unauthorised(cast.officer, by=cast.administrator)
    assert [(row.subscription, row.notification) for row in Push.objects.all()] == [(device, kept)]


def test_a_trainer_without_a_municipality_keeps_theirs(cast: Cast, service: PushService) -> None:
    add(cast.trainer, Browser(service))
    end_unauthorised(cast.trainer, by=cast.administrator)
    assert PushSubscription.objects.filter(user=cast.trainer).exists()


def test_a_deactivated_account_has_no_device_also_when_it_comes_back(
    cast: Cast, service: PushService, noon: Any, tell: Tell
) -> None:
    add(cast.officer, Browser(service))
    people.deactivate(cast.officer, by=cast.administrator)
    people.reactivate(cast.officer, by=cast.administrator)
    cast.officer.refresh_from_db()
    tell(cast.officer, KIND)
    assert not Push.objects.exists()


# ---- whose device it is


def test_a_browser_belongs_to_who_switched_it_on_last(cast: Cast, service: PushService, noon: Any, tell: Tell) -> None:
    browser = Browser(service)
    add(cast.officer, browser)
    tell(cast.officer, KIND)
    add(cast.approver, browser)
    assert [row.user for row in PushSubscription.objects.all()] == [cast.approver]
    assert send_pushes.send_due() == 0
    verbs = AuditEvent.objects.filter(verb__startswith="account.push").order_by("pk").values_list("verb", "target_id")
    officer, approver = str(cast.officer.pk), str(cast.approver.pk)
    assert list(verbs) == [
        ("account.push_on", officer), ("account.push_off", officer), ("account.push_on", approver)
    ]  # fmt: skip


def test_switched_on_again_in_the_same_browser_it_is_one_device_with_the_new_keys(
    cast: Cast, service: PushService, noon: Any, tell: Tell
) -> None:
    old = Browser(service, "same")
    new = Browser(service, "same")
    assert add(cast.officer, old).pk == add(cast.officer, new).pk
    tell(cast.officer, KIND)
    assert send_pushes.send_due() == 1
    assert len(new.messages) == 1


def test_ten_devices_and_the_one_that_was_silent_longest_makes_room(
    cast: Cast, service: PushService, noon: Any
) -> None:
    devices = []
    for _number in range(push_devices.MOST_DEVICES):
        devices.append(add(cast.officer, Browser(service)))
        noon.shift(60)
    PushSubscription.objects.filter(pk=devices[0].pk).update(sent_at=timezone.now())
    devices.append(add(cast.officer, Browser(service)))
    left = set(PushSubscription.objects.values_list("pk", flat=True))
    assert left == {row.pk for row in devices} - {devices[1].pk}


def test_a_device_of_somebody_else_is_not_removed(cast: Cast, service: PushService) -> None:
    device = add(cast.officer, Browser(service))
    assert not push_devices.unsubscribe(cast.approver, device.pk)
    assert push_devices.unsubscribe(cast.officer, device.pk)


# ---- hostile addresses and keys


@pytest.mark.parametrize(
    "endpoint",
    ["http://updates.push.services.mozilla.com/wpush/x", "https://127.0.0.1/x", "https://10.0.0.1/x",
     "https://169.254.169.254/latest/meta-data/", "https://[::1]/x", "https://localhost/x", "https://example.org/push",
     "https://updates.push.services.mozilla.com:8443/x", "https://updates.push.services.mozilla.com.evil.example/x",
     "https://evilpush.services.mozilla.com.example/", "https://xpush.apple.com/", "https://a@web.push.apple.com/x",
     "ftp://web.push.apple.com/x", "file:///etc/passwd"],
)  # fmt: skip
def test_an_address_that_is_no_push_service_is_refused(cast: Cast, endpoint: str) -> None:
    wanted = Subscription(endpoint, web_push.new_key().public, web_push.encoded(bytes(16)))
    with pytest.raises(ActionNotAllowed):
        push_devices.subscribe(cast.officer, wanted, key=push_keys.public(), device="x")
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "endpoint",
    [REAL, "https://fcm.googleapis.com/fcm/send/a:b", "https://web.push.apple.com/QabC", "https://jmt17.google.com/fcm/x",
     "https://wns2-am3p.notify.windows.com/w/?token=a"],
)  # fmt: skip
def test_the_push_services_of_the_usual_browsers_are_taken(cast: Cast, endpoint: str) -> None:
    wanted = Subscription(endpoint, web_push.new_key().public, web_push.encoded(bytes(16)))
    push_devices.subscribe(cast.officer, wanted, key=push_keys.public(), device="x")
    row = PushSubscription.objects.get()
    assert push_devices.opened(row) == wanted
    assert row.digest == hashlib.sha256(endpoint.encode()).hexdigest()
    for secret in (endpoint, wanted.p256dh, wanted.auth):
        assert secret not in row.sealed


@pytest.mark.parametrize(
    "endpoint", ["https://127.0.0.1:9/x", "https://10.0.0.1/x", "https://169.254.169.254/x", "http://example.org/x"]
)
def test_an_address_that_leads_inside_is_not_called_and_its_device_ends(
    cast: Cast, noon: Any, tell: Tell, endpoint: str
) -> None:
    """The guard of the HTTP client asks again, should the name of a push service lead inside."""
    store(cast.officer, endpoint)
    tell(cast.officer, KIND)
    assert send_pushes.send_due() == 0
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(("part", "value"), [("p256dh", "BAAA"), ("auth", "AAAA"), ("p256dh", "A" * 87)])
def test_keys_of_a_wrong_length_are_refused_with_a_sentence(cast: Cast, part: str, value: str) -> None:
    keys = {"endpoint": REAL, "p256dh": web_push.new_key().public, "auth": web_push.encoded(bytes(16)), part: value}
    with translation.override("en"), pytest.raises(ActionNotAllowed, match=rf"\({part}\). Update the browser"):
        push_devices.subscribe(cast.officer, Subscription(**keys), key=push_keys.public(), device="x")


def test_a_browser_that_subscribed_with_another_key_is_told_to_try_again(cast: Cast, service: PushService) -> None:
    with translation.override("en"), pytest.raises(ActionNotAllowed, match="Reload the page"):
        push_devices.subscribe(cast.officer, Subscription(**Browser(service).keys), key="other", device="x")


# ---- what a push service may answer


@pytest.mark.parametrize("status", [404, 410, 401, 403])
def test_a_subscription_that_is_dead_is_dropped(
    cast: Cast, service: PushService, noon: Any, tell: Tell, status: int
) -> None:
    """410: the person revoked the permission in the browser, or removed the program."""
    dead, alive = Browser(service), Browser(service)
    add(cast.approver, dead, "Chrome, Android")
    add(cast.approver, alive)
    service.answers[dead.path] = [status]
    tell(cast.approver, KIND)
    assert send_pushes.send_due() == 1
    assert [row.device for row in PushSubscription.objects.all()] == ["Firefox, Android"]
    event = AuditEvent.objects.get(verb="account.push_off")
    assert (event.actor_id, event.detail) == (None, {"device": "Chrome, Android"})
    assert not Push.objects.exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_push_service_in_trouble_is_tried_again_and_not_forever(
    cast: Cast, service: PushService, noon: Any, tell: Tell, status: int
) -> None:
    browser = Browser(service)
    add(cast.approver, browser)
    service.answers[browser.path] = [status] * 20
    tell(cast.approver, KIND)
    start, times = timezone.now(), []
    while waiting := Push.objects.first():
        noon.move_to(waiting.due_at - timedelta(seconds=1))
        send_pushes.send_due()
        assert len(service.pushes) == len(times)
        noon.move_to(waiting.due_at)
        send_pushes.send_due()
        times.append((timezone.now() - start).total_seconds())
        assert len(service.pushes) == len(times)
    assert times == [0, 10, 70, 370, 2170]
    assert PushSubscription.objects.exists()


def test_it_waits_as_long_as_the_push_service_asks(cast: Cast, service: PushService, noon: Any, tell: Tell) -> None:
    browser = Browser(service)
    add(cast.approver, browser)
    service.answers[browser.path], service.headers = [429], {"Retry-After": "120"}
    tell(cast.approver, KIND)
    assert send_pushes.send_due() == 0
    noon.shift(119)
    assert send_pushes.send_due() == 0
    noon.shift(1)
    assert send_pushes.send_due() == 1
    assert len(browser.messages) == 1


def test_a_wait_without_end_is_none(cast: Cast, service: PushService, noon: Any, tell: Tell) -> None:
    browser = Browser(service)
    add(cast.approver, browser)
    service.answers[browser.path], service.headers = [503], {"Retry-After": "99999999"}
    tell(cast.approver, KIND)
    send_pushes.send_due()
    assert Push.objects.get().due_at == timezone.now() + send_pushes.LONGEST_WAIT


def test_a_message_that_is_refused_is_given_up_and_the_device_stays(
    cast: Cast, service: PushService, noon: Any, tell: Tell
) -> None:
    browser = Browser(service)
    add(cast.approver, browser)
    service.answers[browser.path] = [413]
    tell(cast.approver, KIND)
    assert send_pushes.send_due() == 0
    assert not Push.objects.exists()
    assert PushSubscription.objects.exists()


def test_nobody_answers(cast: Cast, service: PushService, settings: Any, noon: Any, tell: Tell) -> None:
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1:1"]
    store(cast.approver, "http://127.0.0.1:1/x")
    tell(cast.approver, KIND)
    assert send_pushes.send_due() == 0
    assert Push.objects.get().due_at == timezone.now() + send_pushes.BACKOFF[0]


# ---- workers


def test_a_worker_that_dies_leaves_its_messages_to_the_next(
    cast: Cast, service: PushService, noon: Any, tell: Tell
) -> None:
    browser = Browser(service)
    add(cast.approver, browser)
    tell(cast.approver, KIND)
    assert len(send_pushes._claim(timezone.now())) == 1  # and then it dies
    assert send_pushes.send_due() == 0
    noon.shift(send_pushes.LEASE.total_seconds())
    assert send_pushes.send_due() == 1
    assert len(browser.messages) == 1


def test_many_devices_cost_a_constant_number_of_queries(
    cast: Cast, service: PushService, noon: Any, tell: Tell
) -> None:
    def queries_for(devices: int) -> tuple[int, int]:
        for _number in range(devices):
            user = person(f"a{Membership.objects.count()}")
            Membership.objects.create(user=user, municipality=cast.cuprija, role="approver")
            add(user, Browser(service))
        everybody = [row.user for row in PushSubscription.objects.select_related("user")]
        with CaptureQueriesContext(connection) as telling:
            from notifications.domain.notify import notify

            notify(
                KIND, everybody, municipality=cast.cuprija, url="/m/cuprija/", build_text=lambda: ("A", ""), about="x"
            )
        with CaptureQueriesContext(connection) as claiming:
            send_pushes._claim(timezone.now())
        Push.objects.all().delete()
        return len(telling), len(claiming)

    assert queries_for(1) == queries_for(4)


def test_without_a_device_a_notification_costs_one_query_more(cast: Cast, tell: Tell) -> None:
    with CaptureQueriesContext(connection) as seen:
        tell(cast.officer, KIND)
    assert sum("push" in query["sql"] for query in seen) == 1


def test_nothing_is_queued_when_the_verb_is_taken_back(cast: Cast, service: PushService, tell: Tell) -> None:
    from django.db import transaction

    add(cast.approver, Browser(service))
    with transaction.atomic():
        tell(cast.approver, KIND)
        transaction.set_rollback(True)
    assert not Push.objects.exists()


# ---- keys and restores


def test_the_key_is_made_once_and_kept_encrypted(cast: Cast) -> None:
    key = push_keys.current()
    assert push_keys.current() == key
    assert push_keys.public() == key.public
    row = PushKey.objects.get()
    assert key.private not in row.sealed


def test_a_new_key_ends_all_devices(cast: Cast, service: PushService) -> None:
    add(cast.officer, Browser(service))
    before = push_keys.public()
    call_command("replace_push_key", verbosity=0)
    assert push_keys.public() != before
    assert not PushSubscription.objects.exists()
    assert AuditEvent.objects.get(verb="push.replace_key").detail == {"ended": 1}


def test_a_subscription_whose_key_is_lost_stops_nobody_else(
    cast: Cast, service: PushService, noon: Any, tell: Tell
) -> None:
    browser = Browser(service)
    broken = add(cast.approver, Browser(service))
    add(cast.approver, browser)
    PushSubscription.objects.filter(pk=broken.pk).update(sealed="gone.AAAA.AAAA")
    tell(cast.approver, KIND)
    assert send_pushes.send_due() == 1
    assert len(browser.messages) == 1


def test_after_a_restore_nothing_is_sent_twice(cast: Cast, service: PushService, noon: Any, tell: Tell) -> None:
    browser = Browser(service)
    add(cast.approver, browser)
    tell(cast.approver, KIND)
    noon.shift(1)
    Restore.objects.create(made_at=timezone.now() - timedelta(hours=1), restored_at=timezone.now())
    tell(cast.approver, NotificationKind.EMERGENCY, about="before")
    noon.shift(1)
    urgent = tell(cast.approver, NotificationKind.EMERGENCY, about="after")
    assert send_pushes.send_due() == 1
    assert [message["id"] for message in browser.messages] == [urgent.pk]
    drop_mail(timezone.now())
    assert not Push.objects.exists()


def test_old_notifications_go_with_their_messages(cast: Cast, service: PushService, tell: Tell) -> None:
    MailSchedule.objects.create(user=cast.approver)
    add(cast.approver, Browser(service))
    tell(cast.approver, KIND)
    Notification.objects.all().delete()
    assert not Push.objects.exists()
