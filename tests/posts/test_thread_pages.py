"""A thread on the pages: each of its posts with its state, and what stopped it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from django.test import Client
from django.utils import timezone, translation

from channels.models import Channel
from delivery.dispatch import publish_due
from delivery.domain import missing
from delivery.enums import State
from delivery.models import Delivery
from delivery.policies import THREAD_PART
from inbox.domain import ingest
from inbox.models import Message, MessageFetch
from municipalities.tenancy import everywhere, scope
from notifications.models import Notification
from platforms.threads.connector import Threads
from platforms.types import Action, Scope
from portal import delivery_notifications
from posts.draft import ChannelLayout, Text
from posts.editing.previews import Preview, of_draft
from posts.models import Post
from posts.queries import publications
from tests.delivery.conftest import allowed, connected, network
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer
from tests.posts.amended import Street, street
from tests.posts.test_cards import words

__all__ = ["allowed", "network"]

pytestmark = pytest.mark.django_db
THREAD = "Вашар почиње у 9 часова.\n---\nПаркинг је иза школе.\n---\nДођите!"


@pytest.fixture
def desk(cast: Cast, network: FakeServer) -> Iterator[Street]:
    with scope(cast.cuprija), translation.override("en"):
        yield street(cast, network)


@pytest.fixture
def officer(desk: Street) -> Client:
    return sign_in(desk.cast.officer)


def go_on(rounds: int = 4) -> None:
    for _round in range(rounds):
        publish_due(timezone.now() + timedelta(seconds=10))


def stopped(desk: Street) -> Post:
    """Its second post was refused."""
    desk.network.plan("status", "/api/v1/statuses$", method="POST", status=422, body={"error": "no"}, nth=2)
    return desk.published(THREAD, desk.mastodon)


def shown(client: Client, address: str) -> str:
    return words(client.get(f"/m/cuprija/{address}").content.decode())


def part(number: int) -> Delivery:
    return list(Delivery.objects.filter(kind=THREAD_PART).order_by("pk"))[number - 2]


def test_the_page_of_the_post_shows_each_post_of_the_thread(desk: Street, officer: Client) -> None:
    post = desk.published(THREAD, desk.mastodon)
    go_on()
    text = shown(officer, f"posts/{post.pk}/")
    for number in (2, 3):
        assert f"Post {number} of 3 of a thread Published" in text
    assert part(3).permalink in officer.get(f"/m/cuprija/posts/{post.pk}/").content.decode()


def test_a_refused_post_says_that_the_posts_before_it_are_public_and_what_waits(desk: Street, officer: Client) -> None:
    post = stopped(desk)
    go_on()
    assert part(2).state == State.FAILED
    text = shown(officer, f"posts/{post.pk}/")
    assert "Post 2 of 3 of a thread Not published" in text
    assert "It stopped the thread: the posts before it are public, those after it wait." in text
    assert "Post 3 of 3 of a thread Waits until the post before it is public." in text
    own = shown(officer, f"deliveries/{part(2).pk}/")
    assert "Post 2 of 3 of a thread" in own
    assert "The posts before it are public." in own


def test_home_asks_about_the_thread_that_stopped(desk: Street, officer: Client) -> None:
    stopped(desk)
    go_on()
    assert "The thread has stopped" in shown(officer, "")
    seen = part(2).state_at.isoformat()
    officer.post(f"/m/cuprija/deliveries/{part(2).pk}/answer/", {"answer": "send_again", "seen": seen})
    go_on()
    assert [post["text"] for post in desk.network.public("opstina")][1:] == ["Паркинг је иза школе.", "Дођите!"]
    assert "The thread has stopped" not in shown(officer, "")


def test_people_hear_which_post_of_the_thread_was_refused(desk: Street) -> None:
    stopped(desk)
    go_on()
    delivery_notifications.send()
    body = Notification.objects.filter(user=desk.cast.officer).latest("pk").body
    assert "2" in body
    assert "3" in body


def test_what_outlasted_a_post_that_was_deleted_there_is_taken_down_by_itself(desk: Street, officer: Client) -> None:
    post = desk.published(THREAD, desk.mastodon)
    go_on()
    missing.missing(desk.deliveries(post)[0])
    seen = part(3).state_at.isoformat()
    answer = {"answer": "take_down", "seen": seen}
    assert "Take it down" in shown(officer, f"deliveries/{part(3).pk}/")
    officer.post(f"/m/cuprija/deliveries/{part(3).pk}/answer/", answer)
    desk.go()
    assert part(3).state == State.WITHDRAWN


def test_a_citizens_answer_below_a_further_post_belongs_to_the_post(desk: Street) -> None:
    post = desk.published(THREAD, desk.mastodon)
    go_on()
    desk.network.react("mastodon", part(3).remote_id, "reply", "Хвала!")
    ingest.schedule()
    with everywhere("a test does not wait"):
        MessageFetch.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    for channel in ingest.claim():
        ingest.fetch_messages(channel)
    (message,) = Message.objects.filter(channel=desk.mastodon)
    assert message.in_reply_to == part(3).remote_id
    assert message.publication == publications(post)[0]


def preview(desk: Street, channel: Channel, **fields: Any) -> Preview:
    draft = desk.draft(**{"text": THREAD, **fields})
    (one,) = of_draft(desk.write(THREAD), draft, [channel], {})
    return one


def test_without_a_permission_for_answers_it_is_one_post_and_the_text_says_why(desk: Street, monkeypatch: Any) -> None:
    """None of the five networks asks for one of its own today (Threads: "you are the owner of the root thread post",
    https://developers.facebook.com/documentation/threads/retrieve-and-manage-replies/create-replies, 29 November 2026),
    so the table of one says it here."""
    channel = connected(desk.cast, desk.network, "threads")
    assert [preview(desk, channel).posts, preview(desk, channel).findings] == [3, []]
    needed = Scope("threads_manage_replies", "Answer.", needed=False, actions=(Action.COMMENT,))
    monkeypatch.setattr(Threads, "scopes", (*Threads.scopes, needed))
    channel.granted = ["threads_basic", "threads_content_publish"]
    shown_there = preview(desk, channel)
    assert shown_there.part.text == "Вашар почиње у 9 часова.\n\nПаркинг је иза школе.\n\nДођите!"
    (finding,) = shown_there.findings
    assert (finding.field, finding.severity) == ("text", "warning")
    assert finding.message.startswith("The thread appears as one post here: the permission of this channel does not")


def test_scripts_with_different_numbers_of_posts_are_warned_about(desk: Street) -> None:
    texts = {"sr-Cyrl": Text(THREAD), "sr-Latn": Text("Vašar\n---\nDođite!")}
    both = {desk.mastodon.pk: ChannelLayout("combined", ("sr-Cyrl", "sr-Latn"))}
    (finding,) = preview(desk, desk.mastodon, texts=texts, layout=both).findings
    assert (finding.code, finding.severity) == ("thread_differs", "warning")
