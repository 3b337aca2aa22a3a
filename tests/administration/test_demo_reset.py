"""The page on which the demo is reset: who may, once at a time, what it says, and never on another installation."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone, translation

from administration import tasks
from administration.domain import demo_reset
from administration.enums import DemoResetProblem, DemoResetState
from administration.models import DemoReset
from common import audit
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from portal.conditions import CONDITIONS
from tests.browsing import enter, is_sound, violations
from tests.people import Cast, make_cast, sign_in

PAGE = "/demo/reset/"


@pytest.fixture
def demo(settings: Any) -> Any:
    settings.DEMO, settings.DEMO_YEAR = True, True
    return settings


def _started(cast: Cast, **fields: Any) -> DemoReset:
    running = {"state": DemoResetState.RUNNING, "attempts": 1, "lease_until": timezone.now() + timedelta(seconds=50)}
    return DemoReset.objects.create(asked_by=cast.trainer, **running | fields)


def in_english(label: Any) -> str:
    with translation.override("en"):
        return str(label)


def test_administrators_and_who_holds_trainings_may(cast: Cast, demo: Any) -> None:
    for role in ("administrator", "trainer", "staff"):
        assert sign_in(getattr(cast, role)).get(PAGE).status_code == 200, role
    for role in ("officer", "approver", "mentor", "stranger"):
        client = sign_in(getattr(cast, role))
        assert client.get(PAGE).status_code == 403, role
        assert client.post(PAGE, {"is_sure": "on"}).status_code == 403, role
        with pytest.raises(ActionNotAllowed):
            demo_reset.ask(by=getattr(cast, role))
    assert not DemoReset.objects.exists()


def test_elsewhere_it_does_not_exist(cast: Cast, settings: Any) -> None:
    assert not settings.DEMO
    for person in (cast.administrator, cast.trainer):
        client = sign_in(person)
        assert client.get(PAGE).status_code == 404
        assert client.post(PAGE, {"is_sure": "on"}).status_code == 404
    assert PAGE not in sign_in(cast.trainer).get("/programme/trainings/").content.decode()
    with pytest.raises(ActionNotAllowed):
        demo_reset.ask(by=cast.administrator)
    assert not DemoReset.objects.exists()


def test_elsewhere_nothing_does_it_even_if_a_row_asks_for_it(cast: Cast, settings: Any, tmp_path: Any) -> None:
    """As after a restore of a demo's backup into an installation, or when DEMO is switched off in between."""
    row = DemoReset.objects.create(asked_by=cast.administrator)
    assert not CONDITIONS["demo-reset"]()
    assert demo_reset.claim() is None
    tasks.reset_demo()
    DemoReset.objects.update(state=DemoResetState.RUNNING, attempts=1, lease_until=timezone.now())
    tasks.reset_demo()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.ended_at) == ("running", 1, None)
    with pytest.raises(CommandError):
        call_command("reset_demo", row.pk, 1)
    with pytest.raises(CommandError):
        call_command("seed_demo", reset=True)
    with pytest.raises(ActionNotAllowed):
        demo_reset.run(row)
    row.refresh_from_db()
    assert (row.state, row.reset_at) == ("running", None)


def test_it_is_asked_for_with_a_tick_and_recorded(cast: Cast, demo: Any) -> None:
    client = sign_in(cast.trainer)
    refused = client.post(PAGE, {})
    assert refused.status_code == 422
    assert "Tick this" in refused.content.decode()
    assert not DemoReset.objects.exists()
    assert client.post(PAGE, {"is_sure": "on"}).url == PAGE
    row = DemoReset.objects.get()
    assert (row.asked_by, row.state) == (cast.trainer, "waiting")
    (event,) = AuditEvent.objects.filter(verb="installation.ask_demo_reset")
    assert (event.actor_id, event.target_id) == (cast.trainer.pk, str(row.pk))


def test_twice_pressed_is_once(cast: Cast, demo: Any) -> None:
    first = demo_reset.ask(by=cast.trainer)
    assert demo_reset.ask(by=cast.administrator) == first
    assert demo_reset.claim() == first
    assert demo_reset.claim() is None
    assert demo_reset.ask(by=cast.trainer) == first
    assert DemoReset.objects.count() == AuditEvent.objects.filter(verb="installation.ask_demo_reset").count() == 1


@pytest.mark.django_db(transaction=True)
def test_pressed_by_several_at_the_same_moment_is_once(demo: Any) -> None:
    cast = make_cast()
    ready, rows = threading.Barrier(6), []

    def press() -> None:
        ready.wait()
        rows.append(demo_reset.ask(by=cast.trainer).pk)
        connection.close()

    several = [threading.Thread(target=press) for _ in range(6)]
    for thread in several:
        thread.start()
    for thread in several:
        thread.join()
    assert len(rows) == 6
    assert set(rows) == {DemoReset.objects.get().pk}


def test_a_killed_process_is_noticed_and_another_one_begins(cast: Cast, demo: Any) -> None:
    row = _started(cast)
    client = sign_in(cast.trainer)
    assert not demo_reset.is_due()
    assert "The demo is being reset." in client.get(PAGE).content.decode()
    DemoReset.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert "was stopped, and nothing has changed" in client.get(PAGE).content.decode()
    assert demo_reset.is_due()
    again = demo_reset.claim()
    assert again == row
    assert again is not None
    assert again.attempts == 2
    # The process of the first attempt, if it lives after all, is not that of the second.
    with pytest.raises(CommandError):
        call_command("reset_demo", row.pk, 1)


def test_a_process_that_another_one_has_replaced_changes_nothing(cast: Cast, demo: Any) -> None:
    row = _started(cast)
    DemoReset.objects.update(attempts=2)
    demo.TOKEN_KEYS = []  # so that it ends at once
    demo_reset.run(row)
    row.refresh_from_db()
    assert (row.state, row.problem, row.ended_at) == ("running", "", None)
    assert not AuditEvent.objects.filter(verb="installation.fail_demo_reset").exists()


def test_after_three_deaths_it_ends_and_can_be_asked_for_anew(cast: Cast, demo: Any) -> None:
    over = {"attempts": 3, "lease_until": timezone.now() - timedelta(seconds=1)}
    row = _started(cast, **over)
    assert demo_reset.claim() is None
    row.refresh_from_db()
    assert (row.state, row.problem) == ("failed", DemoResetProblem.STOPPED)
    page = sign_in(cast.trainer).get(PAGE).content.decode()
    assert in_english(DemoResetProblem.STOPPED.label) in page
    assert AuditEvent.objects.filter(verb="installation.fail_demo_reset").count() == 1
    assert demo_reset.ask(by=cast.trainer) != row
    DemoReset.objects.filter(ended_at=None).delete()
    row = _started(cast, reset_at=timezone.now(), **over)
    assert demo_reset.claim() is None
    row.refresh_from_db()
    assert row.problem == DemoResetProblem.YEAR


def test_the_page_says_what_is_true(cast: Cast, demo: Any) -> None:
    client = sign_in(cast.trainer)
    row = demo_reset.ask(by=cast.trainer)

    def says(words: str, **fields: Any) -> bool:
        DemoReset.objects.filter(pk=row.pk).update(**fields)
        page = client.get(PAGE, headers={"HX-Request": "true"}).content.decode()
        assert ("hx-get" in page) == (fields.get("ended_at") is None)
        return words in " ".join(page.split())

    now = timezone.now()
    assert says("A worker begins in a few seconds.")
    assert says("No worker has taken the request yet.", asked_at=now - timedelta(minutes=2))
    lease = now + timedelta(seconds=50)
    assert says("The demo is being reset.", state="running", attempts=1, began_at=now, lease_until=lease)
    assert says("The sixty days are back, and the demo can be used.", reset_at=now)
    assert says("fills in the year before them was stopped", lease_until=now - timedelta(seconds=1))
    assert says("The demo is at its beginning again.", state="done", ended_at=now)
    for problem in DemoResetProblem:
        assert says(in_english(problem.label), state="failed", problem=problem, ended_at=now)
    assert "Delete everything that was done in this demo" in client.get(PAGE).content.decode()


def test_it_says_how_many_others_are_at_work(cast: Cast, demo: Any) -> None:
    client = sign_in(cast.trainer)
    for actor in (cast.officer, cast.officer, cast.approver, cast.trainer):
        audit.record("post.save", by=actor)
    assert "2 other people changed something" in client.get(PAGE).content.decode()
    DemoReset.objects.create(asked_by=cast.trainer, state="done", ended_at=timezone.now())
    assert "Others are at work" not in client.get(PAGE).content.decode(), "what a reset writes names people too"


def test_the_buttons_lead_there(cast: Cast, demo: Any) -> None:
    for role, page in (("trainer", "/programme/trainings/"), ("administrator", "/installation/operations/")):
        assert PAGE in sign_in(getattr(cast, role)).get(page).content.decode(), role


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_a_trainer_resets_the_demo_in_a_browser(page: Any, live_server: Any, demo: Any) -> None:
    cast = make_cast()
    enter(page, live_server, cast.trainer)
    page.goto(f"{live_server.url}/programme/trainings/")
    page.get_by_role("link", name="Reset the demo").click()
    is_sound(page)
    page.get_by_role("button", name="Reset the demo").click()
    assert not DemoReset.objects.exists(), "the browser asks for the tick first"
    page.get_by_label("Delete everything that was done in this demo").check()
    page.get_by_role("button", name="Reset the demo").click()
    page.get_by_text("A worker begins in a few seconds.").wait_for()
    assert page.get_by_role("button", name="Reset the demo").count() == 0
    assert violations(page) == []
    DemoReset.objects.update(state="done", ended_at=timezone.now())
    page.get_by_text("The demo is at its beginning again.").wait_for()
