"""Two ways in a browser, from end to end: citizens write below a post on the practice network, the officer sorts it
without a mouse, asks a department and answers; five of them want the same, it is decided and done, everybody who asked
is told once and everybody may read it; the mentor takes it as evidence and the indicator moves. The network runs in a
process of its own, over HTTP; workers' tasks run as they would ring."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from django.utils import timezone

from analytics.indicators.domain import definitions, measure
from analytics.models import ProgrammeIndicator
from channels.models import Channel
from common.models import MailMessage
from delivery.dispatch import publish_due
from delivery.enums import State as Sent
from delivery.models import Delivery
from inbox.domain import answer, desk, fetch_replies, ingest
from inbox.enums import MessageKind, MessageState, Topic
from inbox.models import Message, MessageFetch, Settlement
from mentoring.enums import Proof
from municipalities.queries import today
from municipalities.tenancy import everywhere, scope
from needs.domain import notify
from needs.models import Need, Supporter
from posts.draft import Draft, Text
from posts.editing.domain.create import create
from posts.editing.domain.save import Content, Saved, save_draft
from posts.editing.domain.submit import submit
from posts.review.domain.approve import approve
from posts.scheduling.domain.schedule import publish_now
from practice.domain import door, write
from practice.enums import AccountKind
from practice.models import Account, Status
from tests.browsing import PHONE, is_sound
from tests.inbox.test_handover import link
from tests.inbox.test_keys import press
from tests.mentoring.plans import agreed, only, wanted
from tests.mentoring.test_three_months_in_browser import Tour
from tests.people import Cast
from tests.practice.network import serving
from trainings.domain import practice_channel

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

POST = "Уређујемо градски парк. Шта тамо недостаје?"
QUESTION = "До када ће парк бити затворен?"
WISHES = {
    "Марко": "Предлажем да поставите клупе код чесме.",
    "Јелена": "Где старији људи да седну? Фали неколико клупа.",
    "Zoran": "Treba nam bar deset klupa u hladu.",
    "Милица": "Клупе, молим вас, деца и баке стоје.",
    "Dragana": "Bez klupa niko neće dolaziti u park.",
}
KNOWN = "Радови трају до петка, 12 часова."
DONE = "Поставили смо дванаест клупа, шест од њих у хладу."
TITLE = "Клупе у градском парку"


@dataclass
class Place:
    """Ćuprija with its page on the practice network, and a post there."""

    cast: Cast
    channel: Channel
    supporter: Account

    @property
    def post(self) -> Status:
        return Status.objects.get(account=self.supporter, in_reply_to=None)

    def comment(self, name: str, text: str) -> Status:
        return write.publish(door.enter(name), write.Draft(text, "sr", reply_to=self.post.pk))

    def fetch(self) -> None:
        """What workers hear at the next tick, from what the network tells and from a look below the posts."""
        ingest.schedule()
        fetch_replies.schedule()
        with everywhere("a test does not wait"):
            MessageFetch.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        for channel in ingest.claim():
            ingest.fetch_messages(channel)
        for channel in fetch_replies.due_channels():
            fetch_replies.fetch_replies(channel)

    def publish(self) -> None:
        """What the publisher and the inbox's own tick do, until nothing is left to be sent."""
        while publish_due(timezone.now()):
            pass
        answer.settle_delivered()
        with scope(self.cast.cuprija):
            assert set(Delivery.objects.values_list("state", flat=True)) == {Sent.PUBLISHED}

    def replies(self) -> list[Status]:
        """What the municipality answered on the network, the oldest first."""
        rows = Status.objects.filter(account=self.supporter, in_reply_to__isnull=False).order_by("pk")
        return list(rows.select_related("in_reply_to__account"))

    def message(self, text: str) -> Message:
        with scope(self.cast.cuprija):
            return Message.objects.get(text__contains=text)


@pytest.fixture
def place(cast: Cast, settings: Any, media: Path) -> Iterator[Place]:
    with serving(media) as address:
        settings.PRACTICE_URL = address
        settings.PRIVATE_HOSTS_ALLOWED = [address.removeprefix("http://")]
        # On the practice network nobody speaks to a real municipality, so it counts in a demo only.
        settings.DEMO = True
        supporter = door.create(AccountKind.PAGE, "Општина Ћуприја", username="opstina_cuprija")
        with scope(cast.cuprija):
            channel = practice_channel.new(cast.cuprija, supporter, by=cast.approver)
            desk.add_department(cast.cuprija, "Водовод", "vodovod@test.example", by=cast.approver)
            Settlement.objects.create(municipality=cast.cuprija, name="Супска")
            post = create(cast.cuprija, by=cast.officer)
            draft = Draft(texts={"sr-Cyrl": Text(POST)}, channels=(channel.pk,))
            saved = save_draft(post, Content(draft, "Парк", "consultation"), revision=post.revision, by=cast.officer)
            assert isinstance(saved, Saved)
            asked = submit(saved.post, by=cast.officer)
            approve(asked, asked.versions.get(), by=cast.approver)
            publish_now(asked, by=cast.officer)
        place_in_tour = Place(cast, channel, supporter)
        place_in_tour.publish()
        yield place_in_tour


@pytest.mark.slow
def test_two_ways_from_a_comment_to_an_indicator_that_moves(
    page: Any, browser: Any, live_server: Any, place: Place
) -> None:
    tour, cast = Tour(page, live_server), place.cast
    definitions.choose(cast.programme, ["OC3", "OC6"], by=cast.staff)
    activity = only(agreed(cast, wanted("Чујмо грађане", proof=Proof.NEED)))

    citizens_write_and_are_heard(tour, place)
    the_officer_sorts_without_a_mouse(tour, place)
    a_department_is_asked_and_the_citizen_answered(tour, place, browser)
    need = five_messages_become_a_need(tour, place)
    the_night_measures()
    staff_see(tour, place, {"OC3": "100 %", "OC6": "0 %"})
    the_approver_decides_and_opens_the_page(tour, place, need)
    the_officer_does_it_and_tells_on_a_telephone(tour, place, need, browser)
    everybody_who_asked_is_told_once(tour, place, need)
    everybody_may_read_it(tour)
    the_mentor_takes_it_as_evidence(tour, place, activity)
    the_night_measures()
    staff_see(tour, place, {"OC3": "100 %", "OC6": "100 %"})


def citizens_write_and_are_heard(tour: Tour, place: Place) -> None:
    tour.be(place.cast.officer)
    tour.go("inbox", "cuprija")
    expect(tour.page.get_by_text("No messages are waiting for an answer")).to_be_visible()
    place.comment("Петра", QUESTION)
    for name, text in WISHES.items():
        place.comment(name, text)
    for _ in range(2):  # told again and looked for again, and still kept once
        place.fetch()
    tour.page.reload()
    expect(tour.page.locator("[data-rows] > li")).to_have_count(6)
    is_sound(tour.page)


def the_officer_sorts_without_a_mouse(tour: Tour, place: Place) -> None:
    """Into the first of the list, from message to message to the last one, and back."""
    page = tour.page
    page.keyboard.press("j")
    press(page, "Enter", "**/?view=open")
    for number in range(6):
        is_question = page.locator(".is-this .inbox-words").inner_text().endswith(QUESTION)
        press(page, "q" if is_question else "p")
        expect(page.get_by_label("Kind")).to_have_value("question" if is_question else "proposal")
        if is_question:
            press(page, "m")
        page.keyboard.press("t")
        expect(page.get_by_label("Topic", exact=True)).to_be_focused()
        with page.expect_navigation():
            page.keyboard.type("Parks")
            page.keyboard.press("Tab")
        if number < 5:
            press(page, "j", "**/?view=open")
    press(page, "b", "**/inbox/?view=open")
    with scope(place.cast.cuprija):
        rows = list(Message.objects.all())
        assert sorted(row.kind for row in rows) == [MessageKind.PROPOSAL] * 5 + [MessageKind.QUESTION]
        assert {row.topic for row in rows} == {Topic.GREEN}
        assert [row.assignee for row in rows if row.kind == MessageKind.QUESTION] == [place.cast.officer]
    is_sound(page)


def a_department_is_asked_and_the_citizen_answered(tour: Tour, place: Place, browser: Any) -> None:
    page, message = tour.page, place.message(QUESTION)
    tour.go("message", "cuprija", message.pk)
    is_sound(page)
    page.get_by_role("heading", name="Departments").click()
    tour.link("Ask a department")
    page.get_by_label("Department").select_option(label="Водовод")
    page.get_by_label("Your question").fill("До када копате у парку?")
    is_sound(page)
    tour.button("Send the question")
    expect(page.get_by_text("gets a mail with the question")).to_be_visible()
    assert MailMessage.objects.filter(to="vodovod@test.example").count() == 1

    context = browser.new_context(locale="en-GB", viewport=PHONE)
    engineer = context.new_page()
    engineer.goto(tour.server.url + link())
    expect(engineer.get_by_text("До када копате у парку?")).to_be_visible()
    expect(engineer.get_by_text("клупе")).to_have_count(0)
    is_sound(engineer)
    engineer.set_viewport_size(PHONE)
    engineer.get_by_label("Your answer").fill(KNOWN)
    engineer.get_by_role("button", name="Send the answer").click()
    expect(engineer.get_by_text("your answer has arrived")).to_be_visible()
    assert context.cookies() == []
    context.close()

    page.reload()
    tour.button("Use it in the answer")
    expect(page.get_by_label("Public text")).to_have_value(KNOWN)
    tour.button("Send the answer")
    expect(page.get_by_text("The answer is on its way")).to_be_visible()
    place.publish()
    with scope(place.cast.cuprija):
        assert Message.objects.get(pk=message.pk).state == MessageState.ANSWERED
    (reply,) = place.replies()
    assert (reply.in_reply_to.account.display_name, reply.text) == ("Петра", f"@petra {KNOWN}")
    page.goto(message.url)
    expect(page.get_by_text(KNOWN).first).to_be_visible()


def five_messages_become_a_need(tour: Tour, place: Place) -> Need:
    page = tour.page
    tour.go("inbox", "cuprija")
    boxes = page.get_by_role("checkbox", name="Select the message of")
    expect(boxes).to_have_count(5)
    for box in boxes.all():
        box.check()
    page.get_by_label("With the selected ones").select_option(label="Make a need of them")
    tour.button("Do it")
    expect(page.get_by_text("5 messages", exact=True)).to_be_visible()
    new = page.get_by_role("region", name="It is new")
    expect(new.get_by_label("Topic")).to_have_value("green")  # all five agree on it
    new.get_by_label("What is needed").fill(TITLE)
    new.get_by_label("In a few sentences").fill("У парку нема где да се седне.")
    new.get_by_label("Settlement").select_option(label="Супска")
    is_sound(page)
    new.get_by_role("button", name="Make a need of them").click()
    expect(page.get_by_text("5 messages joined this need.")).to_be_visible()
    is_sound(page)
    with scope(place.cast.cuprija):
        need = Need.objects.get()
        assert need.size == 5
    return need


def the_approver_decides_and_opens_the_page(tour: Tour, place: Place, need: Need) -> None:
    page = tour.page
    tour.be(place.cast.approver)
    tour.go("need", "cuprija", need.pk)
    tour.link("Decide")
    page.get_by_label("It will be done").check()
    page.get_by_label("Why").fill("Новац је обезбеђен у буџету.")
    tour.button("Write the decision down")
    expect(page.get_by_text("The decision is saved.")).to_be_visible()
    expect(page.get_by_text("is switched off")).to_be_visible()
    tour.go("settings_needs_page", "cuprija")
    page.get_by_label("Requests and outcomes are public").check()
    page.get_by_label("Whom one may turn to").fill("Услужни центар, info@cuprija.example")
    tour.button("Save")
    expect(page.get_by_text("Visible to everyone", exact=True)).to_be_visible()
    is_sound(page)
    tour.go("need", "cuprija", need.pk)
    tour.button("Make it public")
    expect(page.get_by_text("It is shown on the public page.")).to_be_visible()
    is_sound(page)


def the_officer_does_it_and_tells_on_a_telephone(tour: Tour, place: Place, need: Need, browser: Any) -> None:
    """In the park, at 390 px, by touch: write down what was done, and answer everybody who asked."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Belgrade", viewport=PHONE, has_touch=True)
    phone = Tour(context.new_page(), tour.server)
    page = phone.page
    phone.be(place.cast.officer)
    phone.go("need", "cuprija", need.pk)
    page.get_by_role("link", name="It was done").tap()
    page.get_by_label("What we did").fill(DONE)
    page.get_by_role("button", name="Write it down").tap()
    expect(page.get_by_text("Now inform the people who requested it.")).to_be_visible()
    expect(page.get_by_role("link", name="View the page")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="Answer everyone who requested it").tap()
    expect(page.get_by_text("5 people, each below what they wrote last")).to_be_visible()
    expect(page.get_by_label("Text for each of them")).to_have_value(DONE)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Answer 5 people").tap()
    expect(page.get_by_text("5 people are being informed.")).to_be_visible()
    is_sound(page)
    context.close()


def everybody_who_asked_is_told_once(tour: Tour, place: Place, need: Need) -> None:
    assert [notify.send_pending(), notify.send_pending()] == [5, 0]
    for _ in range(2):
        place.publish()
        place.fetch()  # what we wrote ourselves is nobody's message
    replies = place.replies()[1:]
    assert sorted(reply.in_reply_to.account.display_name for reply in replies) == sorted(WISHES)
    assert all(reply.text == f"@{reply.in_reply_to.account.username} {DONE}" for reply in replies)
    with scope(place.cast.cuprija):
        assert Message.objects.count() == 6
        assert Message.objects.filter(state=MessageState.ANSWERED).count() == 6
        assert Supporter.objects.filter(reply__isnull=False).count() == 5
    tour.be(place.cast.officer)
    tour.go("need_tell", "cuprija", need.pk)
    expect(tour.page.get_by_role("button", name="Answer")).to_have_count(0)
    is_sound(tour.page)
    tour.page.goto(place.message(WISHES["Zoran"]).url)
    expect(tour.page.get_by_text(DONE).first).to_be_visible()


def everybody_may_read_it(tour: Tour) -> None:
    page = tour.page
    page.context.clear_cookies()
    tour.go("needs_public", "cuprija")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(page.get_by_text(DONE)).to_be_visible()
    for name in WISHES:
        expect(page.get_by_text(name)).to_have_count(0)
    is_sound(page)
    for tongue, title in (("sr-Latn", "Klupe u gradskom parku"), ("en", "Klupe u gradskom parku")):
        tour.go("needs_public_in", "cuprija", tongue)
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", tongue)
    assert DONE in page.request.get(f"{tour.server.url}/asked/cuprija/sr-Cyrl/feed.xml").text()
    assert page.context.cookies() == []


def the_mentor_takes_it_as_evidence(tour: Tour, place: Place, activity: Any) -> None:
    page = tour.page
    tour.be(place.cast.mentor)
    page.goto(f"{tour.server.url}/m/cuprija/mentoring/activities/{activity.pk}/")
    page.get_by_label(TITLE).check()
    tour.button("Add the chosen needs")
    expect(page.get_by_text("1 of 1 need")).to_be_visible()
    expect(page.get_by_text("5 voices · 5 were informed")).to_be_visible()
    is_sound(page)
    tour.button("It is done")
    expect(page.get_by_text("Confirmed", exact=True).first).to_be_visible()


def the_night_measures() -> None:
    """The tick of the next night, when today is a whole day."""
    measure.renew(today() + timedelta(days=1))


def staff_see(tour: Tour, place: Place, values: dict[str, str]) -> None:
    tour.be(place.cast.staff)
    tour.go("programme_indicators")
    is_sound(tour.page)
    for code, value in values.items():
        tour.go("programme_indicator", ProgrammeIndicator.objects.get(code=code).pk)
        row = tour.page.locator("tr", has=tour.page.get_by_role("link", name="Ćuprija"))
        expect(row.locator("td").nth(2)).to_have_text(value)
        expect(row.locator("td").nth(3)).to_have_text(re.compile("^1"))
    is_sound(tour.page)
