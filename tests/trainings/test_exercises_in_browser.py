"""An exercise in Chromium: a trainer prepares and watches, two teams answer citizens, the debrief is read; with axe."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse
from django.utils import timezone

from municipalities.tenancy import scope
from practice.models import Status
from tests.browsing import enter, is_sound
from tests.people import Cast
from tests.trainings.exercising import Group, started, training
from trainings.domain import citizens
from trainings.models import Exercise, Participant, Play

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

POOR = "Обавештавамо грађане да нема воде."


def signed(page: Any, live_server: Any, who: Any) -> None:
    page.context.clear_cookies()
    enter(page, live_server, who)


def later(minutes: float) -> None:
    """As if the exercise had begun so many minutes ago; then the worker rings until nothing is left to say."""
    row = Exercise.objects.get()
    Exercise.objects.update(
        started_at=timezone.now() - timedelta(minutes=minutes), ends_at=timezone.now() + timedelta(minutes=10)
    )
    Status.objects.filter(in_reply_to=None, account__kind="page").update(
        created_at=timezone.now() - timedelta(minutes=minutes)
    )
    for _ in range(30):
        citizens.play(row.pk)


@pytest.mark.slow
def test_a_trainer_and_two_teams_play_an_exercise(page: Any, live_server: Any, cast: Cast) -> None:
    course = training(cast)
    for who, place in ((cast.officer, cast.cuprija), (cast.stranger, cast.novi_pazar)):
        Participant.objects.create(training=course, user=who, name=who.name, municipality=place, added_by=cast.trainer)

    # The trainer prepares it and starts.
    signed(page, live_server, cast.trainer)
    page.goto(live_server.url + reverse("train_exercises", args=[course.pk]))
    is_sound(page)
    page.get_by_role("link", name="Prepare an exercise").click()
    is_sound(page)
    page.get_by_label("Вода је нестала").check()
    page.get_by_role("button", name="Prepare it").click()
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Екипа 2")).to_be_visible()
    group = Group(cast, Exercise.objects.get())
    board = page.url

    # Both teams publish, citizens read it, and the trainer sees that by itself.
    for team in (group.first, group.second):
        group.post(team, POOR)
    later(6)
    first = page.locator(".exercise-team").first
    expect(first.get_by_text(POOR)).to_have_count(0)  # the newest stand above, and citizens have said more
    expect(first.locator(".is-open dd")).to_be_visible()
    is_sound(page)
    page.get_by_label("To whom").select_option(label="Екипа 1")
    page.get_by_role("button", name="Let them write").click()
    expect(page.get_by_text("The citizen has written to 1 team.")).to_be_visible()

    # A team answers; what is half typed stays while the page renews itself.
    signed(page, live_server, cast.officer)
    page.goto(live_server.url + reverse("exercise", args=[group.first.workspace.slug]))
    expect(page.get_by_text("This is an exercise")).to_be_visible()
    is_sound(page)
    with scope(group.first.workspace):
        asked = Play.objects.get(team=group.first, key="do-kad")
        other = Play.objects.get(team=group.first, key="koje-ulice")
    page.locator(f"#answer-{other.pk}").fill("Улице су")
    with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
        pass
    expect(page.locator(f"#answer-{other.pk}")).to_have_value("Улице су")
    expect(page.locator(f"#answer-{other.pk}")).to_be_focused()
    page.locator(f"#answer-{asked.pk}").fill("До 18 часова, хвала на питању.")
    page.locator(f"#talk-{asked.pk}").get_by_role("button", name="Answer").click()
    expect(page.get_by_text("Your answer is on the practice network.")).to_be_visible()
    expect(page.locator(f"#talk-{asked.pk}")).to_contain_text("До 18 часова")

    # The end, the debrief, and the team reads it.
    signed(page, live_server, cast.trainer)
    page.goto(board)
    page.get_by_role("button", name="End it").click()
    page.get_by_role("dialog").get_by_role("button", name="End it").click()
    page.get_by_role("link", name="Debrief Екипа 1").click()
    is_sound(page)
    page.locator("input[name='level-clarity'][value='2']").check()
    page.get_by_label("What went well").fill("Брз одговор")
    page.get_by_role("button", name="Save the debrief").click()
    page.get_by_role("button", name="Show it to the team").click()
    signed(page, live_server, cast.officer)
    page.goto(live_server.url + reverse("exercise_debrief", args=[group.first.pk]))
    expect(page.get_by_text("Брз одговор")).to_be_visible()
    is_sound(page)
    page.goto(live_server.url + reverse("exercise", args=[group.first.workspace.slug]))
    expect(page.get_by_text("The time is up").first).to_be_visible()
    is_sound(page)


def test_the_clock_is_said_politely_and_counts_by_the_server(page: Any, live_server: Any, cast: Cast) -> None:
    group = started(cast)
    Exercise.objects.update(ends_at=timezone.now() + timedelta(minutes=4, seconds=59))
    page.clock.install(time="2031-01-01T08:00:00")  # a computer whose clock is wrong
    signed(page, live_server, cast.officer)
    page.goto(live_server.url + reverse("exercise", args=[group.first.workspace.slug]))
    expect(page.locator("[data-left]")).to_have_text(re.compile(r"4:5\d"))
    expect(page.get_by_role("status").filter(has_text="Minutes left: 5")).to_have_count(1)
