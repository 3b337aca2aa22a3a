"""What an administrator has to see to: each thing that can go wrong is there with what to do, and only then."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from channels.enums import ChannelState
from channels.models import Credential
from common.enums import MailState
from common.models import MailMessage
from delivery.models import Delivery
from municipalities.tenancy import scope
from portal import attention, last_backup, measurements
from portal.attention import Notice
from tests.analytics.factories import channel, published
from tests.people import Cast, sign_in

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def data_directory(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def notice(title: str) -> Notice:
    with translation.override("en"):
        (found,) = [one for one in attention.notices(timezone.now()) if one.title == title]
    return found


def mail(state: MailState, minutes: int) -> None:
    row = MailMessage.objects.create(to="a@b.rs", subject="x", from_email="c@d.rs", state=state)
    MailMessage.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(minutes=minutes))


def test_where_all_is_well_it_says_so(cast: Cast, data_directory: Path) -> None:
    last_backup.record(data_directory, timezone.now() - timedelta(hours=3))
    with translation.override("en"):
        rows = attention.notices(timezone.now())
    assert {row.title: row.state for row in rows if row.title != "Disk"} == {
        "Last backup": "published",
        "Posts of unknown outcome": "published",
        "Access to channels": "published",
        "E-mail": "published",
    }
    assert not any(row.do for row in rows if row.title != "Disk")


def test_a_missing_backup_and_an_old_one_are_told(data_directory: Path) -> None:
    assert (notice("Last backup").state, notice("Last backup").label) == ("failed", "None")
    last_backup.record(data_directory, timezone.now() - timedelta(hours=27))
    assert notice("Last backup").label == "Old"
    assert "make backup" in notice("Last backup").do


def test_a_disk_that_cannot_be_read_is_not_called_full(settings: Any) -> None:
    settings.DATA_DIR = Path("/no/such/directory")
    assert notice("Disk").label == "Not known"


def test_mail_that_does_not_leave_is_told_and_mail_of_this_minute_is_not(cast: Cast) -> None:
    mail(MailState.WAITING, 1)
    assert notice("E-mail").state == "published"
    mail(MailState.WAITING, 20)
    assert notice("E-mail").label == "Does not leave"
    assert notice("E-mail").text.startswith("1 mail has waited")


def test_mail_that_was_given_up_long_ago_is_no_news(cast: Cast) -> None:
    mail(MailState.FAILED, 60 * 24 * 8)
    assert notice("E-mail").state == "published"
    mail(MailState.FAILED, 60)
    assert notice("E-mail").label == "Given up"


def test_posts_of_unknown_outcome_are_counted_by_municipality(cast: Cast) -> None:
    with scope(cast.cuprija):
        row = published(channel(cast.cuprija, cast.approver), timezone.now()).delivery
        Delivery.objects.filter(pk=row.pk).update(state="unconfirmed", unknown_since=timezone.now())
    assert notice("Posts of unknown outcome").lines == ["Ćuprija: 1"]


def test_access_that_is_lost_or_ends_soon_names_the_channel(cast: Cast) -> None:
    now = timezone.now()
    with scope(cast.cuprija):
        lost = channel(cast.cuprija, cast.approver, name="Lost page", remote_id="1")
        type(lost).objects.filter(pk=lost.pk).update(state=ChannelState.NEEDS_CONSENT)
        for name, days in (("Soon", 5), ("Later", 60)):
            row = channel(cast.cuprija, cast.approver, name=name, remote_id=name)
            Credential.objects.update_or_create(
                channel=row, defaults={"consent_until": now + timedelta(days=days), "municipality": cast.cuprija}
            )
    lines = notice("Access to channels").lines
    assert len(lines) == 2
    assert any("Lost page has no access" in line for line in lines)
    assert any("the access of Soon ends on" in line for line in lines)


def test_the_slowest_pages_are_those_whose_slow_requests_take_longest(settings: Any, cast: Cast) -> None:
    settings.METRICS_TOKEN = ""
    assert attention.slowest_pages() is None
    settings.METRICS_TOKEN = "x"
    for _ in range(30):
        measurements.recorder.observe(measurements.REQUESTS, ("/quick/", "2xx"), 0.02)
        measurements.recorder.observe(measurements.REQUESTS, ("/slow/", "2xx"), 0.8)
        measurements.recorder.observe(measurements.REQUESTS, ("/endless/", "2xx"), 30)
    measurements.recorder.observe(measurements.REQUESTS, ("/once/", "2xx"), 50)
    measurements.recorder.flush()
    pages = attention.slowest_pages() or []
    assert [(page.route, page.within) for page in pages] == [("/endless/", None), ("/slow/", 1.0), ("/quick/", 0.05)]


def test_the_page_costs_the_same_whatever_is_wrong(cast: Cast) -> None:
    def counted() -> int:
        client = sign_in(cast.administrator)
        client.get(reverse("operations"))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("operations")).status_code == 200
        return len(captured)

    with scope(cast.cuprija):
        row = published(channel(cast.cuprija, cast.approver), timezone.now()).delivery
        Delivery.objects.filter(pk=row.pk).update(state="unconfirmed", unknown_since=timezone.now())
    few = counted()
    with scope(cast.cuprija):
        for number in range(20):
            one = published(channel(cast.cuprija, cast.approver, remote_id=f"n{number}"), timezone.now()).delivery
            Delivery.objects.filter(pk=one.pk).update(state="unconfirmed", unknown_since=timezone.now())
    for _ in range(20):
        mail(MailState.WAITING, 30)
    assert counted() == few
