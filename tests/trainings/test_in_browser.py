"""A training in a real browser: the sheet by keyboard and on a phone, and axe on every page, wide and narrow."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse

from tests.browsing import PHONE, enter, is_sound
from tests.people import Cast
from tests.trainings.group import certificate_of, material_of, training_of
from trainings.models import Attendance, Participant, Training

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def training(cast: Cast) -> Training:
    return training_of(cast)


def listened(page: Any) -> list[str]:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def test_the_sheet_is_filled_in_by_keyboard_and_saves_itself(
    page: Any, live_server: Any, cast: Cast, training: Training
) -> None:
    complaints = listened(page)
    enter(page, live_server, cast.trainer)
    page.goto(live_server.url + reverse("train_people", args=[training.pk]))
    boxes = page.locator("input[name=is]")
    expect(boxes).to_have_count(8)  # two people, four sessions of the day
    expect(page.get_by_role("button", name="Save attendance")).to_be_hidden()  # it saves itself
    boxes.nth(0).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(boxes.nth(5)).to_be_focused()
    page.keyboard.press("ArrowDown")  # the last row: nowhere to go
    expect(boxes.nth(5)).to_be_focused()
    expect(page.locator("[data-state]")).to_have_text("Saved")
    one = Participant.objects.get(user=cast.officer)
    assert Attendance.objects.filter(participant=one, present=True).count() == 2
    expect(page.locator(f"[data-share='{one.pk}']")).to_contain_text("25")
    # what was unmarked again is away, and the button for everybody leaves that as it is
    boxes.nth(0).uncheck()
    expect(page.locator("[data-state]")).to_have_text("Saved")
    page.get_by_role("button", name="Everyone Шта објављује наша општина").click()
    expect(page.get_by_text("1 mark is saved.")).to_be_visible()
    expect(boxes.nth(0)).not_to_be_checked()
    expect(boxes.nth(4)).to_be_checked()
    assert complaints == []


def test_what_could_not_be_sent_is_sent_when_the_network_is_back(
    page: Any, live_server: Any, cast: Cast, training: Training
) -> None:
    enter(page, live_server, cast.trainer)
    page.goto(live_server.url + reverse("train_people", args=[training.pk]))
    page.context.set_offline(True)
    page.locator("input[name=is]").nth(2).check()
    expect(page.locator("[data-state]")).to_contain_text("Not saved")
    page.context.set_offline(False)
    expect(page.locator("[data-state]")).to_have_text("Saved")
    assert Attendance.objects.filter(present=True).count() == 1


def test_on_a_phone_every_mark_is_large_enough_for_a_thumb(
    page: Any, live_server: Any, cast: Cast, training: Training
) -> None:
    page.set_viewport_size(PHONE)
    enter(page, live_server, cast.trainer)
    page.goto(live_server.url + reverse("train_people", args=[training.pk]))
    marks = page.locator(".sheet-mark")
    for at in range(marks.count()):
        box = marks.nth(at).bounding_box()
        assert box["height"] >= 44
        assert box["x"] + box["width"] <= PHONE["width"]
    marks.nth(3).click()
    expect(page.locator("[data-state]")).to_have_text("Saved")
    assert Attendance.objects.filter(present=True).count() == 1


def test_without_scripts_the_form_saves(browser: Any, live_server: Any, cast: Cast, training: Training) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    enter(page, live_server, cast.trainer)
    page.goto(live_server.url + reverse("train_people", args=[training.pk]))
    page.locator("input[name=is]").nth(1).check()
    page.get_by_role("button", name="Save attendance").click()
    expect(page.get_by_text("1 mark is saved.")).to_be_visible()
    assert Attendance.objects.filter(present=True).count() == 1
    context.close()


@pytest.mark.slow
def test_a_trainer_issues_and_an_officer_downloads(page: Any, live_server: Any, cast: Cast, training: Training) -> None:
    complaints = listened(page)
    enter(page, live_server, cast.trainer)
    page.goto(live_server.url + "/")
    expect(page).to_have_url(live_server.url + reverse("train_list"))  # a trainer's Home
    page.get_by_role("link", name="Обука у Јагодини").click()
    page.get_by_role("link", name="Participants and attendance").click()
    for day in (0, 1):
        page.locator(".segments a").nth(day).click()
        buttons = page.get_by_role("button", name="Everyone")
        for at in range(buttons.count()):
            buttons.nth(at).click()
            expect(page.get_by_text("2 marks are saved.")).to_be_visible()
    page.get_by_role("link", name="Certificates").click()
    page.get_by_role("button", name="Issue the certificates").click()
    page.get_by_role("button", name="Issue them").click()
    expect(page.get_by_text("2 certificates are issued.")).to_be_visible()
    page.context.clear_cookies()
    enter(page, live_server, cast.officer)
    page.goto(live_server.url + reverse("training", args=["cuprija", training.pk]))
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Download the certificate").click()
    assert fetched.value.suggested_filename.startswith("certificate-")
    assert complaints == []


@pytest.mark.slow
def test_every_page_is_sound_for_everybody(page: Any, live_server: Any, cast: Cast, training: Training) -> None:
    made = certificate_of(training, cast)
    material = material_of(training, cast)
    line = training.sessions.first()
    assert line is not None
    one = Participant.objects.get(user=cast.officer)
    of_trainers = [
        reverse("train_list"),
        reverse("train_new"),
        reverse("train_agenda", args=[training.pk]),
        reverse("train_session", args=[training.pk, line.pk]),
        reverse("train_materials", args=[training.pk]),
        reverse("train_material", args=[training.pk, material.pk]),
        reverse("train_people", args=[training.pk]),
        reverse("train_people_add", args=[training.pk]),
        reverse("train_person", args=[training.pk, one.pk]),
        reverse("train_certificates", args=[training.pk]),
        reverse("train_revoke", args=[training.pk, made.pk]),
    ]
    of_officers = [reverse("trainings", args=["cuprija"]), reverse("training", args=["cuprija", training.pk])]
    of_staff = [reverse("programme_people"), reverse("trainer_invite")]
    for who, urls in ((cast.trainer, of_trainers), (cast.officer, of_officers), (cast.staff, of_staff)):
        page.context.clear_cookies()
        enter(page, live_server, who)
        for url in urls:
            page.goto(live_server.url + url)
            is_sound(page)
