"""Three months in a browser, from end to end: staff enrol a municipality and pair a mentor, both agree on a plan, the
municipality's people play an exercise on the practice network, a post becomes evidence, an indicator moves, and the
final review is fetched. Each person does their own part; workers' tasks run as they would ring."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse
from django.utils import timezone

from analytics.indicators.domain import definitions, measure
from analytics.ingestion.domain import collect
from analytics.rollups.domain import rollup
from mentoring.models import Plan, Review
from municipalities.enums import Role
from municipalities.models import Membership, Municipality
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.models import Post
from practice.models import Status
from tests.analytics.factories import channel, published
from tests.browsing import enter, is_sound
from tests.people import Cast, municipality, person
from tests.reports import reading
from tests.trainings.exercising import Group, training
from trainings.domain import citizens
from trainings.models import Exercise, Participant

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

TITLE = "Упис у вртиће до петка"
GOAL = "Да људи у Бањи знају шта да ураде"
ACTIVITY = "Three posts with a clear call to action"


class Tour:
    """One browser that several people use one after the other."""

    def __init__(self, page: Any, live_server: Any) -> None:
        self.page, self.server = page, live_server

    def be(self, who: Any) -> None:
        self.page.context.clear_cookies()
        enter(self.page, self.server, who)

    def go(self, name: str, *args: Any) -> None:
        self.page.goto(self.server.url + reverse(name, args=args))

    def link(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def button(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()


@pytest.mark.slow
def test_three_months_from_enrolment_to_the_final_review(page: Any, live_server: Any, cast: Cast) -> None:
    tour, banja = Tour(page, live_server), municipality("vrnjacka-banja", "Врњачка Бања", "Vrnjačka Banja")
    officer = person("banja")
    Membership.objects.create(user=officer, municipality=banja, role=Role.OFFICER)
    definitions.choose(cast.programme, ["OP1"], by=cast.staff)

    staff_enrol_it_and_pair_a_mentor(tour, cast)
    both_agree_on_a_plan(tour, cast, officer)
    an_exercise_is_played(tour, cast, banja, officer)
    a_post_becomes_evidence(tour, cast, banja, officer)
    the_indicator_moves(tour, officer)
    the_final_review_is_fetched(tour, cast, banja, officer)


def staff_enrol_it_and_pair_a_mentor(tour: Tour, cast: Cast) -> None:
    tour.be(cast.staff)
    tour.go("programme_people")
    tour.link("Enrol a municipality")
    tour.page.get_by_label("Municipality", exact=True).select_option(label="Vrnjačka Banja")
    tour.page.get_by_label("From", exact=True).fill(str(today() - timedelta(days=80)))
    is_sound(tour.page)
    tour.button("Enrol it")
    tour.link("Pair a mentor")
    tour.page.get_by_label("Municipality", exact=True).select_option(label="Vrnjačka Banja")
    tour.page.get_by_label("E-mail address of the mentor").fill(cast.mentor.email)
    tour.page.get_by_label("From", exact=True).fill(str(today() - timedelta(days=80)))
    tour.button("Pair them")
    expect(tour.page.get_by_text("The mentor is paired.")).to_be_visible()
    tour.go("programme_mentoring")
    expect(tour.page.get_by_role("link", name="Vrnjačka Banja").first).to_be_visible()
    is_sound(tour.page)


def both_agree_on_a_plan(tour: Tour, cast: Cast, officer: Any) -> None:
    tour.be(cast.mentor)
    tour.go("mentoring_plan", "vrnjacka-banja")
    tour.link("Start the plan")
    tour.page.get_by_label("First day").fill(str(today() - timedelta(days=79)))
    tour.page.get_by_role("checkbox", name=ACTIVITY).check()
    tour.page.get_by_label("Goal").fill(GOAL)
    tour.button("Make the draft")
    tour.link(ACTIVITY)
    tour.link("Change it")
    tour.page.get_by_label("How many").fill("1")
    tour.page.get_by_label("Due on").fill(str(today() + timedelta(days=3)))
    tour.button("Save")
    tour.go("mentoring_plan", "vrnjacka-banja")
    tour.button("Agree for the mentor")
    tour.be(officer)
    tour.go("mentoring_plan", "vrnjacka-banja")
    is_sound(tour.page)
    tour.button("Agree for the municipality")
    expect(tour.page.get_by_text("Agreed by both").first).to_be_visible()


def an_exercise_is_played(tour: Tour, cast: Cast, banja: Municipality, officer: Any) -> None:
    course = training(cast)
    Participant.objects.create(
        training=course, user=officer, name=officer.name, municipality=banja, added_by=cast.trainer
    )
    tour.be(cast.trainer)
    tour.go("train_exercises", course.pk)
    tour.link("Prepare an exercise")
    tour.page.get_by_label("Вода је нестала").check()
    tour.button("Prepare it")
    tour.button("Start")
    expect(tour.page.get_by_role("button", name="End it")).to_be_visible()
    group = Group(cast, Exercise.objects.get())
    group.post(group.first, "Обавештавамо грађане да нема воде.")
    began = timezone.now() - timedelta(minutes=6)
    Exercise.objects.update(started_at=began, ends_at=timezone.now() + timedelta(minutes=10))
    Status.objects.filter(in_reply_to=None, account__kind="page").update(created_at=began)
    for _ in range(30):
        citizens.play(group.exercise.pk)
    tour.be(officer)
    tour.go("exercise", group.first.workspace.slug)
    asked = tour.page.locator("form.exercise-form", has=tour.page.get_by_label("Answer to")).first
    asked.get_by_label("Answer to").fill("До 18 часова, хвала на питању.")
    asked.get_by_role("button", name="Answer").click()
    expect(tour.page.get_by_text("Your answer is on the practice network.")).to_be_visible()
    # what is played there is nobody's public voice, and nobody's number
    tour.go("gallery", "vrnjacka-banja")
    expect(tour.page.get_by_text("Обавештавамо грађане")).to_have_count(0)


def a_post_becomes_evidence(tour: Tour, cast: Cast, banja: Municipality, officer: Any) -> None:
    out = published(channel(banja, officer), timezone.now() - timedelta(days=2), call="apply").post
    with scope(banja):
        Post.objects.filter(pk=out.pk).update(title=TITLE, call_kind="apply")
    tour.be(officer)
    tour.go("mentoring_plan", "vrnjacka-banja")
    tour.link(ACTIVITY)
    tour.page.get_by_role("checkbox", name=TITLE).check()
    tour.button("Add the chosen posts")
    tour.button("It is done")
    tour.be(cast.mentor)
    tour.go("mentoring_plan", "vrnjacka-banja")
    tour.link("See what was done")
    tour.button("Confirm it")
    expect(tour.page.get_by_text("Done and confirmed").first).to_be_visible()


def the_indicator_moves(tour: Tour, officer: Any) -> None:
    tour.be(officer)
    tour.go("analytics_indicators", "vrnjacka-banja")
    line = tour.page.locator("main .card", has_text="OP1").locator("p").first
    expect(line).not_to_contain_text("100")
    collect.enrol()
    rollup.rebuild_dirty_days()
    measure.renew()
    tour.page.reload()
    expect(line).to_contain_text("100")
    is_sound(tour.page)


def the_final_review_is_fetched(tour: Tour, cast: Cast, banja: Municipality, officer: Any) -> None:
    with scope(banja):
        assert Plan.objects.get().goal == GOAL
    for who, side in ((cast.mentor, "The mentor's view"), (officer, "The municipality's view")):
        tour.be(who)
        tour.go("mentoring_reviews", "vrnjacka-banja")
        if who is cast.mentor:
            tour.page.get_by_role("button", name=re.compile("Begin it.*Final review")).click()
        else:
            tour.link("Final review")
        tour.link("Enter your side's view")
        tour.page.get_by_label(side).fill("Настављамо сами.")
        tour.button("Save")
        is_sound(tour.page)
    for who in (officer, cast.mentor):  # whoever writes asks the other side again, so both have written by now
        tour.be(who)
        tour.go("mentoring_reviews", "vrnjacka-banja")
        tour.link("Final review")
        tour.button("Confirm")
        tour.page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
        # the answer has to be there before the next person takes the browser
        expect(tour.page.get_by_text(re.compile("^Confirmed")).first).to_be_visible()
    expect(tour.page.get_by_text("Confirmed by both").first).to_be_visible()
    tour.page.get_by_text("As a PDF").first.click()
    with tour.page.expect_download() as fetched:
        tour.link("English")
    with open(fetched.value.path(), "rb") as file:
        body = file.read()
    document = reading.pdf(body)
    assert document.language == "en"
    assert "Настављамо сами." in document.text
    with scope(banja):
        assert Review.objects.get().is_frozen
