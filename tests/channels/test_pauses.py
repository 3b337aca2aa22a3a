"""Pauses: who may start them, who is notified, what pages show, and how they end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from channels import pauses, tasks
from channels.domain import pause as verbs
from channels.models import Channel, ChannelPause
from common.models import AuditEvent
from municipalities.models import Enrolment, Pause, Programme, WidePause
from municipalities.tenancy import scope
from notifications.enums import NotificationKind
from notifications.models import Notification
from tests.analytics.factories import channel
from tests.people import Cast, municipality, sign_in

REASON = "Дан жалости"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def page(cast: Cast) -> Channel:
    return channel(cast.cuprija, cast.approver, name="Општина Ћуприја")


def notified() -> set[tuple[str, str]]:
    rows = Notification.objects.filter(kind=NotificationKind.PAUSE).select_related("user")
    return {(row.user.name, row.subject) for row in rows}


def verbs_of(prefix: str) -> list[str]:
    return list(AuditEvent.objects.filter(verb__startswith=prefix).order_by("pk").values_list("verb", flat=True))


def soon(hours: float = 2) -> datetime:
    return timezone.now() + timedelta(hours=hours)


# ---- a municipality


def test_the_others_who_publish_hear_of_a_pause_and_of_its_end(cast: Cast) -> None:
    client = sign_in(cast.officer)
    client.post("/m/cuprija/pause/", {"reason": REASON})
    client.post("/m/cuprija/resume/")
    assert notified() == {
        ("Approver", "Officer paused all publishing in Ćuprija"),
        ("Approver", "Officer resumed publishing in Ćuprija"),
    }
    body = Notification.objects.earliest("pk").body
    assert body.splitlines()[:2] == [REASON, "It lasts until publishing is resumed."]


def test_a_pause_may_have_a_time_at_which_it_ends(cast: Cast) -> None:
    until = timezone.localtime(soon(26)).replace(second=0, microsecond=0)
    client = sign_in(cast.officer)
    asked = {"reason": REASON, "ends_at": f"{until:%Y-%m-%dT%H:%M}"}
    assert client.post("/m/cuprija/pause/", asked).status_code == 302
    assert "until <time" in " ".join(client.get("/m/cuprija/calendar/").text.split())
    with time_machine.travel(until + timedelta(seconds=1)):
        assert REASON not in client.get("/m/cuprija/posts/").text
        tasks.end_pauses()
        tasks.end_pauses()
    with scope(cast.cuprija):
        ended = Pause.objects.get()
    assert (ended.ended_at, ended.ended_by) == (until, None)
    assert verbs_of("municipality.pause") == ["municipality.pause", "municipality.pause_ended"]
    over = "The pause of Ćuprija is over"
    assert {who for who, subject in notified() if subject == over} == {"Officer", "Approver"}


@pytest.mark.parametrize(
    ("hours", "message"), [(-1, "This time has passed"), (24 * 400, "A pause lasts a year at most")]
)
def test_a_pause_cannot_end_in_the_past_or_in_years(cast: Cast, hours: float, message: str) -> None:
    until = timezone.localtime(soon(hours))
    answer = sign_in(cast.officer).post("/m/cuprija/pause/", {"reason": REASON, "ends_at": f"{until:%Y-%m-%dT%H:%M}"})
    assert (answer.status_code, message in answer.text) == (422, True)
    with scope(cast.cuprija), pytest.raises(ValueError, match=message):
        verbs.pause(cast.cuprija, REASON, until, by=cast.officer)


def test_who_pauses_anew_after_the_time_and_before_it_was_noted_gets_a_pause_of_their_own(cast: Cast) -> None:
    with scope(cast.cuprija):
        verbs.pause(cast.cuprija, "прва", soon(1), by=cast.officer)
        with time_machine.travel(soon(2)):
            verbs.pause(cast.cuprija, "друга", by=cast.officer)
            assert [pause.reason for pause in pauses.of_municipality(cast.cuprija)] == ["друга"]
        assert Pause.objects.filter(ended_at=None).count() == 1


def test_a_pause_ends_by_a_person_or_at_its_time(cast: Cast) -> None:
    with scope(cast.cuprija), pytest.raises(IntegrityError), transaction.atomic():
        Pause.objects.create(municipality=cast.cuprija, reason=REASON, by=cast.officer, ended_at=timezone.now())


# ---- a channel


def test_a_channel_is_paused_and_resumed_by_who_publishes(cast: Cast, page: Channel) -> None:
    client = sign_in(cast.officer)
    where = f"/m/cuprija/channels/{page.pk}/"
    assert client.post(f"{where}pause/", {"reason": REASON}).status_code == 302
    for path in ("/m/cuprija/", "/m/cuprija/calendar/", "/m/cuprija/posts/", where):
        shown = client.get(path).text
        assert "One channel is paused" in shown
        assert REASON in shown
    assert REASON in sign_in(cast.viewer).get("/m/cuprija/").text
    client.post(f"{where}pause/", {"reason": "друга"})
    client.post(f"{where}resume/")
    client.post(f"{where}resume/")
    assert REASON not in client.get("/m/cuprija/").text
    assert verbs_of("channel.") == ["channel.pause", "channel.resume"]
    assert notified() == {
        ("Approver", "Ćuprija: Officer paused the channel “Општина Ћуприја”"),
        ("Approver", "Ćuprija: Officer resumed the channel “Општина Ћуприја”"),
    }


def test_a_channel_of_another_municipality_cannot_be_paused(cast: Cast, page: Channel) -> None:
    stranger = sign_in(cast.stranger)
    assert stranger.post(f"/m/novi-pazar/channels/{page.pk}/pause/", {"reason": REASON}).status_code == 404
    assert sign_in(cast.viewer).post(f"/m/cuprija/channels/{page.pk}/pause/", {"reason": REASON}).status_code == 403
    assert sign_in(cast.staff).post(f"/m/cuprija/channels/{page.pk}/pause/", {"reason": REASON}).status_code == 403


def test_the_pause_of_a_channel_ends_at_its_time(cast: Cast, page: Channel) -> None:
    with scope(cast.cuprija):
        verbs.pause_channel(page, REASON, soon(), by=cast.officer)
        assert pauses.blocking(page) is not None
    with time_machine.travel(soon(3)):
        tasks.end_pauses()
        with scope(cast.cuprija):
            assert pauses.blocking(page) is None
            assert ChannelPause.objects.get().ended_by is None
    assert ("Officer", "Ćuprija: the pause of the channel “Општина Ћуприја” is over") in notified()


def test_a_name_with_a_percent_sign_is_told_as_it_is(cast: Cast) -> None:
    odd = channel(cast.cuprija, cast.approver, name="100% (s) Ћуприја %(by)s")
    with scope(cast.cuprija):
        verbs.pause_channel(odd, REASON, by=cast.officer)
    assert notified() == {("Approver", "Ćuprija: Officer paused the channel “100% (s) Ћуприја %(by)s”")}


# ---- a programme, and everybody


def wide(who: Any, scope_: str, **more: str) -> Any:
    return sign_in(who).post("/programme/pauses/new/", {"scope": scope_, "reason": REASON, **more})


def test_staff_silence_the_municipalities_of_their_programme_and_nobody_else(cast: Cast) -> None:
    outside = municipality("kragujevac", "Крагујевац", "Kragujevac")
    assert wide(cast.staff, str(cast.programme.pk)).status_code == 302
    for slug, reader in (("cuprija", cast.viewer), ("novi-pazar", cast.stranger)):
        shown = sign_in(reader).get(f"/m/{slug}/").text
        assert "Staff paused publishing in all municipalities of the programme Swiss PRO" in shown
        assert "/programme/pauses/" not in shown
    assert REASON not in sign_in(cast.administrator).get("/m/kragujevac/settings/").text
    assert {who for who, _subject in notified()} == {"Officer", "Approver", "Stranger"}
    assert verbs_of("programme.") == ["programme.pause"]
    assert outside not in verbs.concerned(cast.programme)


def test_a_municipality_that_left_the_programme_is_not_silent(cast: Cast) -> None:
    verbs.pause_programme(cast.programme, REASON, by=cast.staff)
    left = timezone.localdate() - timedelta(days=1)
    Enrolment.objects.filter(municipality=cast.cuprija).update(ends_on=left)
    with scope(cast.cuprija):
        assert pauses.of_municipality(cast.cuprija) == []
    with scope(cast.novi_pazar):
        assert [pause.kind for pause in pauses.of_municipality(cast.novi_pazar)] == ["programme"]


def test_only_an_administrator_silences_everybody(cast: Cast) -> None:
    other = Programme.objects.create(name="Други")
    for asked in ("everybody", str(other.pk), "x", ""):
        assert wide(cast.staff, asked).status_code == 422
    assert wide(cast.administrator, "everybody").status_code == 302
    row = WidePause.objects.get()
    staff = sign_in(cast.staff)
    listed = staff.get("/programme/pauses/").text
    assert "All municipalities of the portal" in listed
    assert f"/programme/pauses/{row.pk}/end/" not in listed
    assert staff.post(f"/programme/pauses/{row.pk}/end/").status_code == 404
    assert REASON in staff.get("/programme/people/").text
    assert "Administrator paused publishing in all municipalities" in sign_in(cast.officer).get("/m/cuprija/").text
    assert sign_in(cast.administrator).post(f"/programme/pauses/{row.pk}/end/").status_code == 302
    assert REASON not in staff.get("/programme/people/").text
    assert verbs_of("installation.") == ["installation.pause", "installation.resume"]


def test_nobody_else_comes_near(cast: Cast) -> None:
    for who in (cast.officer, cast.approver, cast.mentor, cast.viewer):
        assert wide(who, str(cast.programme.pk)).status_code == 404
    assert WidePause.objects.count() == 0


def test_a_second_wide_pause_changes_nothing(cast: Cast) -> None:
    for reason in ("прва", "друга"):
        for programme in (None, cast.programme):
            verbs.pause_programme(programme, reason, by=cast.administrator)
    assert [row.reason for row in WidePause.objects.all()] == ["прва", "прва"]


def test_a_wide_pause_ends_at_its_time(cast: Cast) -> None:
    verbs.pause_programme(cast.programme, REASON, soon(), by=cast.staff)
    with time_machine.travel(soon(3)):
        tasks.end_pauses()
    assert ("Stranger", "The pause of Novi Pazar is over") in notified()
    assert WidePause.objects.get().ended_by is None


# ---- all of them at once


def test_the_widest_pause_is_named_and_every_one_is_shown(cast: Cast, page: Channel) -> None:
    with scope(cast.cuprija):
        for start, kind in (
            (lambda: verbs.pause_channel(page, REASON, by=cast.officer), "channel"),
            (lambda: verbs.pause(cast.cuprija, REASON, by=cast.officer), "municipality"),
            (lambda: verbs.pause_programme(cast.programme, REASON, by=cast.staff), "programme"),
        ):
            start()
            held = pauses.blocking(page)
            assert held is not None
            assert held.kind == kind
        assert [pause.kind for pause in pauses.of_municipality(cast.cuprija)] == [
            "programme",
            "municipality",
            "channel",
        ]


def test_the_banner_costs_one_query_whatever_is_paused(
    cast: Cast, page: Channel, django_assert_num_queries: Any
) -> None:
    with scope(cast.cuprija):
        with django_assert_num_queries(1):
            assert pauses.of_municipality(cast.cuprija) == []
        for number in range(5):
            verbs.pause_channel(channel(cast.cuprija, cast.approver, name=f"{number}"), REASON, by=cast.officer)
        verbs.pause(cast.cuprija, REASON, by=cast.officer)
        with django_assert_num_queries(1):
            assert len(pauses.of_municipality(cast.cuprija)) == 6
