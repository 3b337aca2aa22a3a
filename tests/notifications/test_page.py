"""The bell, the page under it, and the door to what a notification is about."""

from __future__ import annotations

from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from municipalities.models import Membership, Pairing
from notifications.domain.retention import purge_expired
from notifications.enums import NotificationKind
from notifications.models import Notification
from tests.notifications.conftest import Tell, belgrade
from tests.people import Cast, sign_in

PAGE = "/notifications/"


def shown(user: Any, query: str = "") -> str:
    return sign_in(user).get(PAGE + query).content.decode()


def test_the_bell_says_how_many_are_unread(cast: Cast, tell: Tell) -> None:
    assert 'aria-label="Notifications"' in shown(cast.officer)
    tell(cast.officer)
    tell(cast.officer)
    tell(cast.approver)
    assert shown(cast.officer).count('aria-label="Notifications, 2 unread"') == 2  # in the rail and in the top bar
    assert 'aria-label="Notifications, 2 unread"' in sign_in(cast.officer).get("/notifications/bell/").content.decode()


@pytest.mark.parametrize("language", ["sr", "sr-latn"])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_bell_rings_in_serbian_too(cast: Cast, tell: Tell, language: str, count: int) -> None:
    cast.officer.language = language
    cast.officer.save()
    for _number in range(count):
        tell(cast.officer)
    assert f'<span class="counter">{count}</span></a>' in shown(cast.officer)


def test_the_bell_costs_a_page_one_query(cast: Cast, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    # As behind a pooler: what is prepared once is sent whole, and not by its name.
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    client = sign_in(cast.officer)
    client.get("/m/cuprija/")
    with CaptureQueriesContext(connection) as seen:
        client.get("/m/cuprija/")
    counting = [query["sql"] for query in seen if "notifications_notification" in query["sql"]]
    assert len(counting) == 1


def test_above_a_hundred_the_bell_stops_counting(cast: Cast, tell: Tell) -> None:
    row = tell(cast.officer)
    Notification.objects.bulk_create(
        [Notification(user=cast.officer, kind=row.kind, url="/", subject="x", language="en", mail_frequency="never")]
        * 1
        + [
            Notification(user=cast.officer, kind=row.kind, url="/", subject="x", language="en", mail_frequency="never")
            for _number in range(150)
        ]
    )
    assert "99+" in shown(cast.officer)


def test_what_belongs_together_stands_together_newest_first(cast: Cast, tell: Tell) -> None:
    tell(cast.officer, subject="Older of seven")
    tell(cast.officer, subject="Of eight", about="posts.post:8")
    tell(cast.officer, subject="Newer of seven")
    page = shown(cast.officer)
    assert page.index("Newer of seven") < page.index("Older of seven") < page.index("Of eight")
    assert "2 notifications about the same thing" in page


def test_the_page_is_filtered_by_kind_and_by_what_is_unread(cast: Cast, tell: Tell) -> None:
    read = tell(cast.officer, NotificationKind.DECIDED, "Yes to the fountain")
    tell(cast.officer, NotificationKind.MENTION, "A mention")
    Notification.objects.filter(pk=read.pk).update(read_at=timezone.now())
    assert "Yes to the fountain" not in shown(cast.officer)
    assert "Yes to the fountain" in shown(cast.officer, "?show=all")
    only = shown(cast.officer, "?show=all&kind=mention")
    assert "A mention" in only
    assert "Yes to the fountain" not in only
    assert "A mention" in shown(cast.officer, "?kind=' OR 1=1&page=x")


def test_opening_marks_as_read_and_leads_to_the_very_thread(cast: Cast, tell: Tell) -> None:
    row = tell(cast.officer)
    answer = sign_in(cast.officer).get(f"/notifications/{row.pk}/open/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/m/cuprija/posts/7/#thread-3")
    row.refresh_from_db()
    assert row.read_at is not None


def test_others_notifications_are_not_there(cast: Cast, tell: Tell) -> None:
    row = tell(cast.officer, subject="A secret draft")
    client = sign_in(cast.approver)
    assert client.get(f"/notifications/{row.pk}/open/").status_code == 404
    client.post("/notifications/read/", {"id": row.pk})
    assert "A secret draft" not in shown(cast.approver, "?show=all")
    row.refresh_from_db()
    assert row.read_at is None


def test_a_link_out_of_the_portal_cannot_be_stored(cast: Cast, tell: Tell) -> None:
    from django.db import IntegrityError

    row = tell(cast.officer)
    with pytest.raises(IntegrityError):
        Notification.objects.filter(pk=row.pk).update(url="//evil.example/")


def test_a_path_that_a_browser_takes_for_another_host_is_not_followed(cast: Cast, tell: Tell) -> None:
    row = tell(cast.officer)
    Notification.objects.filter(pk=row.pk).update(url="/\\evil.example/")
    assert sign_in(cast.officer).get(f"/notifications/{row.pk}/open/").status_code == 404


@pytest.mark.parametrize("role", ["officer", "mentor"])
def test_after_access_has_ended_the_words_are_shown_nowhere(cast: Cast, tell: Tell, role: str) -> None:
    user = getattr(cast, role)
    row = tell(user, NotificationKind.COMMENT, "A secret draft", body="The mayor resigns.")
    Membership.objects.filter(user=cast.officer).update(ended_at=timezone.now())
    Pairing.objects.update(starts_on=belgrade("2020-01-01 12:00").date(), ends_on=belgrade("2020-02-01 12:00").date())
    page = shown(user)
    assert "secret" not in page
    assert "mayor" not in page
    assert "This came from Ćuprija, and you have no access to it now." in page
    client = sign_in(user)
    answer = client.get(f"/notifications/{row.pk}/open/", follow=True)
    assert answer.redirect_chain == [("/notifications/?show=all", 302)]
    assert "You have no access to this any more" in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_access_that_comes_back_shows_the_words_again(cast: Cast, tell: Tell) -> None:
    tell(cast.officer, subject="A secret draft")
    Membership.objects.filter(user=cast.officer).update(ended_at=timezone.now())
    assert "A secret draft" not in shown(cast.officer)
    Membership.objects.create(user=cast.officer, municipality=cast.cuprija, role="officer")
    assert "A secret draft" in shown(cast.officer)


def test_one_several_or_all_are_marked_as_read(cast: Cast, tell: Tell) -> None:
    first, second, third = (
        tell(cast.officer, kind)
        for kind in (NotificationKind.DECIDED, NotificationKind.DECIDED, NotificationKind.MENTION)
    )
    client = sign_in(cast.officer)

    def unread() -> set[int]:
        return set(Notification.objects.unread().values_list("pk", flat=True))

    client.post("/notifications/read/", {"id": first.pk})
    assert unread() == {second.pk, third.pk}
    client.post("/notifications/read/", {"id": first.pk, "unread": "yes"})
    assert unread() == {first.pk, second.pk, third.pk}
    client.post("/notifications/read/", {"all": "yes", "kind": "decided"})
    assert unread() == {third.pk}
    later = tell(cast.officer, NotificationKind.MENTION)
    answer = client.post("/notifications/read/", {"all": "yes", "newest": third.pk, "kind": "mention", "show": "all"})
    assert unread() == {later.pk}
    assert answer.headers["Location"] == "/notifications/?show=all&kind=mention"


@pytest.mark.parametrize("body", [{}, {"id": "x"}, {"id": "-1"}, {"id": "9" * 40}, {"all": "yes", "newest": "9" * 40}])
def test_a_strange_form_changes_nothing_and_breaks_nothing(cast: Cast, tell: Tell, body: dict[str, str]) -> None:
    tell(cast.officer)
    assert sign_in(cast.officer).post("/notifications/read/", body).status_code == 302
    assert Notification.objects.unread().exists() or "all" in body


def test_many_notifications_cost_as_many_queries_as_one_and_the_page_stays_light(cast: Cast, tell: Tell) -> None:
    client = sign_in(cast.officer)
    tell(cast.officer)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        client.get(PAGE)
    for number in range(40):
        tell(cast.officer, subject="A long subject " * 10, body="Words " * 400, about=f"posts.post:{number % 20}")
    with CaptureQueriesContext(connection) as many:
        answer = client.get(PAGE)
    assert len(one) == len(many) <= 12
    assert len(answer.content) < 62_000


def test_words_that_look_like_a_page_stay_words(cast: Cast, tell: Tell) -> None:
    tell(cast.officer, subject="<script>alert(1)</script>", body="<img src=x>")
    page = shown(cast.officer)
    assert "<script>alert" not in page
    assert "&lt;img src=x&gt;" in page


def test_old_notifications_are_forgotten(cast: Cast, tell: Tell, settings: Any) -> None:
    settings.NOTIFICATIONS_READ_KEPT_DAYS, settings.NOTIFICATIONS_UNREAD_KEPT_DAYS = 30, 60
    now = timezone.now()
    recent, read, unread = tell(cast.officer), tell(cast.officer), tell(cast.officer)
    days = timezone.timedelta
    Notification.objects.filter(pk=recent.pk).update(read_at=now - days(days=29), created_at=now - days(days=59))
    Notification.objects.filter(pk=read.pk).update(read_at=now - days(days=31))
    Notification.objects.filter(pk=unread.pk).update(created_at=now - days(days=61))
    assert purge_expired() == 2
    assert list(Notification.objects.all()) == [recent]
