"""Reviews of a place on Google, from the list to the one answer that each has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import expect

from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels.domain import keys
from channels.models import Channel
from common.models import AuditEvent
from delivery.dispatch import publish_due
from delivery.domain import reconcile
from delivery.enums import State
from delivery.models import Delivery
from inbox import tasks
from inbox.domain import answer, ingest, retention
from inbox.enums import FetchOutcome, MessageState
from inbox.models import Message, MessageFetch, Reply
from municipalities.tenancy import everywhere, scope
from tests.browsing import enter, is_sound
from tests.delivery.conftest import connected
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.google_business import CLIENT, SECRET, GoogleBusinessFake

WORDS = "Чекала сам два сата на шалтеру"
ANSWER = "Хвала. Од понедељка раде три шалтера."
ELSEWHERE = "Одговор са телефона"


@dataclass
class Place:
    cast: Cast
    network: FakeServer
    channel: Channel

    @property
    def fake(self) -> GoogleBusinessFake:
        fake: GoogleBusinessFake = self.network.world.fake("google_business")
        return fake

    def write(self, text: str = WORDS, stars: int = 2, hours_ago: float = 1) -> str:
        return self.fake.written(self.channel.remote_id, text, stars, ago=timedelta(hours=hours_ago))

    def fetch(self) -> int:
        with everywhere("a test does not wait"):
            MessageFetch.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        return sum(ingest.fetch_messages(channel) for channel in ingest.claim())

    def read(self, text: str = WORDS, stars: int = 2) -> tuple[str, Message]:
        """The number of a new review, and its message."""
        number = self.write(text, stars)
        self.fetch()
        return number, self.message(number)

    def message(self, number: str) -> Message:
        return Message.objects.select_related("channel").get(remote_id__endswith=f"/reviews/{number}")

    def answer(self, message: Message, text: str = ANSWER) -> Delivery:
        newest = Reply.objects.filter(message=message).order_by("-pk").first()
        reply = answer.answer(message, text, by=self.cast.officer, after=newest.pk if newest else 0)
        self.publish()
        return Delivery.objects.get(pk=reply.delivery_id)

    def publish(self) -> None:
        publish_due(timezone.now())
        tasks.answer.settle_delivered()

    def shown(self, number: str) -> str | None:
        """The answer that Google shows."""
        reply = self.fake.places[self.channel.remote_id]["reviews"][number]["reply"]
        return reply["comment"] if reply else None


@pytest.fixture
def place(cast: Cast, network: FakeServer) -> Iterator[Place]:
    keys.enter("google_business", CLIENT, SECRET, by=cast.administrator)
    channel = connected(cast, network, "google_business")
    with scope(cast.cuprija):
        # A channel is the place; by which account it is managed stands in the credential alone.
        channel.remote_id = f"locations/{channel.remote_id.partition('/locations/')[2]}"
        channel.save(update_fields=["remote_id"])
    ingest.schedule()
    with scope(cast.cuprija):
        yield Place(cast, network, channel)


def test_a_review_is_read_once_and_answered_once(place: Place) -> None:
    place.fetch()
    number, message = place.read()
    place.fetch()
    assert (message.text, message.stars, message.author_name, message.is_private) == (WORDS, 2, "Мара", False)
    assert message.state == MessageState.OPEN
    assert message.due_at
    delivery = place.answer(message)
    assert (delivery.state, place.shown(number)) == (State.PUBLISHED, ANSWER)
    place.fetch()
    message = place.message(number)
    assert (Message.objects.count(), message.state, message.external_answer) == (1, MessageState.ANSWERED, "")


def test_an_answer_that_only_a_person_can_delete_is_not_offered_to_be_taken_down(place: Place) -> None:
    delivery = place.answer(place.read()[1])
    page = sign_in(place.cast.officer).get(reverse("delivery", args=[place.cast.cuprija.slug, delivery.pk]))
    assert page.status_code == 200
    assert "Published" in page.text
    assert "Take it down" not in page.text
    assert re.search(r'class="page-up".*?</svg>The message</a>', page.text)


def test_our_own_answer_is_not_taken_for_one_given_elsewhere_before_google_has_answered_us(place: Place) -> None:
    number, message = place.read()
    answer.answer(message, ANSWER, by=place.cast.officer)
    place.fake.replied(place.channel.remote_id, number, ANSWER)  # carried out, and we know nothing of it yet
    place.fetch()
    message = place.message(number)
    assert (message.external_answer, message.state) == ("", MessageState.WAITING)


def test_a_lost_answer_is_found(place: Place) -> None:
    number, message = place.read()
    place.network.plan("commit_then_drop", r"/reply$", method="PUT")
    delivery = place.answer(message)
    assert delivery.state == State.CHECKING
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=True):
        for delivery_id in reconcile.claim_reconciliations(timezone.now()):
            reconcile.reconcile(delivery_id)
        place.publish()
    delivery.refresh_from_db()
    assert (delivery.state, place.shown(number)) == (State.PUBLISHED, ANSWER)
    assert place.message(number).state == MessageState.ANSWERED


def test_an_answer_that_never_arrived_is_sent_again_by_the_portal(place: Place) -> None:
    number, message = place.read()
    place.network.plan("drop_before", r"/reply$", method="PUT")
    delivery = place.answer(message)
    assert (delivery.state, place.shown(number)) == (State.CHECKING, None)
    for minutes in (2, 5, 10, 30):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=True):
            for delivery_id in reconcile.claim_reconciliations(timezone.now()):
                reconcile.reconcile(delivery_id)
            place.publish()
    delivery.refresh_from_db()
    assert (delivery.state, place.shown(number)) == (State.PUBLISHED, ANSWER)


def test_the_same_words_may_be_sent_twice(place: Place) -> None:
    number, message = place.read()
    first, second = place.answer(message), place.answer(place.message(number))
    assert (first.state, second.state) == (State.PUBLISHED, State.PUBLISHED)
    assert first.remote_id != second.remote_id


def test_an_answer_given_elsewhere_settles_the_review_and_is_shown(place: Place) -> None:
    place.fetch()
    number, message = place.read()
    place.fake.replied(place.channel.remote_id, number, ELSEWHERE)
    place.fetch()
    message = place.message(number)
    assert (message.external_answer, message.state) == (ELSEWHERE, MessageState.ANSWERED)
    assert message.first_answer_at == message.external_answer_at
    with everywhere("the trail"):
        assert AuditEvent.objects.filter(verb="message.answered_elsewhere").count() == 1
    page = sign_in(place.cast.officer).get(reverse("message", args=[place.cast.cuprija.slug, message.pk]))
    assert ELSEWHERE in page.content.decode()
    place.fetch()
    with everywhere("the trail"):
        assert AuditEvent.objects.filter(verb="message.answered_elsewhere").count() == 1


def test_an_answer_deleted_elsewhere_is_not_shown_any_more_and_nothing_is_sent_again(place: Place) -> None:
    number, message = place.read()
    place.answer(message)
    place.fetch()
    place.fake.replied(place.channel.remote_id, number, ELSEWHERE)
    place.fetch()
    assert place.message(number).external_answer == ELSEWHERE
    place.fake.replied(place.channel.remote_id, number, None)
    place.fetch()
    place.publish()
    message = place.message(number)
    assert (message.external_answer, message.external_answer_at) == ("", None)
    assert (message.state, place.shown(number)) == (MessageState.ANSWERED, None)


def test_what_was_answered_before_the_portal_came_is_settled_and_its_time_is_not_counted(place: Place) -> None:
    number = place.write()
    place.fake.replied(place.channel.remote_id, number, ELSEWHERE)
    place.fetch()
    message = place.message(number)
    assert (message.state, message.external_answer) == (MessageState.ANSWERED, ELSEWHERE)
    assert message.first_answer_at is None
    assert message.read_at


def test_an_answer_of_a_colleague_after_ours_was_sent_stays(place: Place) -> None:
    number, message = place.read()
    reply = answer.answer(message, ANSWER, by=place.cast.officer)
    place.fake.replied(place.channel.remote_id, number, ELSEWHERE)
    place.publish()
    delivery = Delivery.objects.get(pk=reply.delivery_id)
    assert (delivery.state, place.shown(number)) == (State.FAILED, ELSEWHERE)
    page = sign_in(place.cast.officer).get(reverse("delivery", args=[place.cast.cuprija.slug, delivery.pk]))
    assert "Google keeps one answer only" in page.content.decode()
    place.fetch()
    assert place.message(number).external_answer == ELSEWHERE


def test_a_second_answer_of_ours_takes_the_place_of_the_first(place: Place) -> None:
    number, message = place.read()
    place.answer(message)
    second = place.answer(place.message(number), "Исправка: раде четири шалтера.")
    assert (second.state, place.shown(number)) == (State.PUBLISHED, "Исправка: раде четири шалтера.")
    place.fetch()
    assert place.message(number).external_answer == ""


def test_an_edited_review_has_its_new_words_and_stars(place: Place) -> None:
    number, _ = place.read("Све је одлично", 5)
    place.fake.changed(place.channel.remote_id, number, stars=1)
    place.fetch()
    message = place.message(number)
    assert (message.stars, message.first_stars, message.text, message.first_text) == (1, 5, "Све је одлично", "")
    assert message.changed_at
    place.fake.changed(place.channel.remote_id, number, stars=3, text="Променила сам мишљење")
    place.fetch()
    message = place.message(number)
    assert (message.stars, message.first_stars, message.first_text) == (3, 5, "Све је одлично")
    assert message.text == "Променила сам мишљење"
    page = sign_in(place.cast.officer).get(reverse("message", args=[place.cast.cuprija.slug, message.pk]))
    shown = page.content.decode()
    assert "★★★☆☆" in shown
    assert "★★★★★" in shown
    assert "3 of 5" in shown


def test_stars_without_words_say_so(place: Place, client: Client) -> None:
    _, message = place.read("", 4)
    officer = sign_in(place.cast.officer)
    listed = officer.get(reverse("inbox", args=[place.cast.cuprija.slug])).content.decode()
    assert "A rating without words" in listed
    assert "4 of 5" in listed
    shown = officer.get(reverse("message", args=[place.cast.cuprija.slug, message.pk])).content.decode()
    assert "A rating without words" in shown
    assert "The network keeps one answer here" in shown


def test_a_deleted_review_is_marked_after_two_complete_readings(place: Place) -> None:
    number, _ = place.read()
    kept, _ = place.read("Остаје")
    del place.fake.places[place.channel.remote_id]["reviews"][number]
    place.fetch()
    assert place.message(number).remote_deleted_at is None
    assert place.message(number).missed_at
    with time_machine.travel(timezone.now() + timedelta(minutes=12), tick=True):
        place.fetch()
    gone = place.message(number)
    assert (gone.remote_deleted_at is None, gone.state) == (False, MessageState.CLOSED)
    assert (place.message(kept).remote_deleted_at, place.message(kept).missed_at) == (None, None)


def test_a_review_that_was_missing_once_and_is_back_is_not_deleted(place: Place) -> None:
    number, _ = place.read()
    place.read("Остаје")
    reviews = place.fake.places[place.channel.remote_id]["reviews"]
    hidden = reviews.pop(number)
    place.fetch()
    reviews[number] = hidden
    place.fetch()
    with time_machine.travel(timezone.now() + timedelta(minutes=12), tick=True):
        place.fetch()
    assert (place.message(number).remote_deleted_at, place.message(number).missed_at) == (None, None)


def test_what_was_erased_does_not_come_back(place: Place) -> None:
    number, message = place.read()
    place.fake.replied(place.channel.remote_id, number, ELSEWHERE)
    place.fetch()
    author = [(place.channel.pk, place.message(number).author_id)]
    assert retention.erase_authors(place.cast.cuprija, author, by=place.cast.approver).messages == 1
    place.fake.changed(place.channel.remote_id, number, text="Поново", stars=5)
    place.fake.replied(place.channel.remote_id, number, "Други одговор")
    place.fetch()
    message = place.message(number)
    assert (message.text, message.external_answer, message.author_name, message.stars) == ("", "", "", 2)


def test_an_access_that_ended_is_said_and_nothing_is_lost(place: Place) -> None:
    place.fetch()
    place.network.plan("revoke_token", r"/reviews$")
    place.write()
    assert place.fetch() == 0
    assert MessageFetch.objects.get().outcome == FetchOutcome.NEEDS_CONSENT


def test_stars_are_one_to_five(place: Place) -> None:
    _, message = place.read()
    for stars in (0, 6):
        with pytest.raises(IntegrityError), transaction.atomic():
            Message.objects.filter(pk=message.pk).update(stars=stars)


# ---- in a browser


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_a_review_is_answered_in_the_browser(page: Any, live_server: Any, place: Place) -> None:
    place.fetch()
    _, message = place.read("Све је одлично", 5)
    place.fake.changed(place.channel.remote_id, message.author_id, stars=2, text=WORDS)
    other, _ = place.read("", 4)
    third, _ = place.read("Лепо уређен парк, хвала!", 5)
    place.fake.replied(place.channel.remote_id, third, ELSEWHERE)
    place.fetch()
    enter(page, live_server, place.cast.officer)
    page.goto(live_server.url + reverse("inbox", args=[place.cast.cuprija.slug]))
    expect(page.get_by_text("A rating without words")).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name=WORDS).click()
    page.get_by_text("It was changed on the network").click()
    expect(page.get_by_text("5 of 5")).to_be_visible()
    expect(page.get_by_text("The network keeps one answer here")).to_be_visible()
    is_sound(page)
    page.get_by_label("Public text").fill(ANSWER)
    page.get_by_role("button", name="Send the answer").click()
    expect(page.locator(".inbox-answer").get_by_text(ANSWER)).to_be_visible()
    place.publish()
    assert place.shown(message.author_id) == ANSWER
    for number in (other, third):
        page.goto(live_server.url + reverse("message", args=[place.cast.cuprija.slug, place.message(number).pk]))
        is_sound(page)
    expect(page.get_by_text(ELSEWHERE)).to_be_visible()
