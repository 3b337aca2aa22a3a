"""The automatic answer outside office hours: once for a conversation and night, only where it may, and no answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels.models import Channel
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from delivery.dispatch import publish_due
from delivery.enums import State
from delivery.models import Delivery
from inbox.domain import answer, office_hours
from inbox.domain import automatic as automatic_messages
from inbox.domain.ingest import store_messages
from inbox.enums import MessageState
from inbox.models import Conversation, ExternalReply, Message, MessageFetch, OfficeHours, OfficeHoursAnswer, Reply
from inbox.office_hours_text import FIRST_WORDS, automatic_answer
from inbox.text_analysis.automatic import is_automatic
from municipalities.holidays import is_open, last_closing, next_opening
from municipalities.models import Membership, Municipality, Pause, PrivateReader
from municipalities.tenancy import everywhere, scope
from platforms.meta.messaging import HUMAN_AGENT
from platforms.types import AutomaticMail
from tests.delivery.conftest import connected
from tests.inbox.test_conversations import rows, written
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer

NIGHT = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)  # Tuesday, 21:00 in Belgrade
BY_DAY = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
FRIDAY_NIGHT = datetime(2026, 12, 4, 20, 0, tzinfo=UTC)


@pytest.fixture
def channel(cast: Cast, network: FakeServer) -> Iterator[Channel]:
    """A page on Facebook: it takes any answer for a day, and a person's for a week."""
    row = connected(cast, network, "facebook")
    with scope(cast.cuprija), time_machine.travel(NIGHT, tick=False):
        row.granted = [HUMAN_AGENT]
        row.save(update_fields=["granted"])
        MessageFetch.objects.create(municipality=cast.cuprija, channel=row, fetched_at=timezone.now())
        PrivateReader.objects.create(municipality=cast.cuprija, user=cast.officer, by=cast.approver)
        office_hours.save(cast.cuprija, is_on=True, own_text="Хвала на поруци.", by=cast.officer)
        yield row


def automatic() -> list[Reply]:
    return list(Reply.objects.filter(is_automatic=True).select_related("delivery").order_by("pk"))


def test_it_says_that_it_is_automatic_and_when_somebody_is_there(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "Kada radi bazen?"), written("2", "Кад ради шалтер?", person="petar")])
    assert office_hours.send_due() == 2
    latin, cyrillic = automatic()
    assert latin.text == (
        "Automatski odgovor: Sada nije radno vreme. Neko od nas biće tu u sredu, 2. decembra, od 7 časova. "
        "Hvala na poruci."
    )
    assert cyrillic.text.startswith(f"{FIRST_WORDS} Сада није радно време. Неко од нас биће ту у среду, 2. децембра")
    payload = latin.delivery.payload
    assert (payload["conversation"], payload["recipient"], payload["visibility"]) == ("t-jelena", "jelena", "direct")
    assert latin.by_id == cast.officer.pk


def test_it_counts_as_no_answer(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "Када ради базен?")])
    before = rows()["1"]
    office_hours.send_due()
    with everywhere("a test"):
        Delivery.objects.update(state=State.PUBLISHED, remote_id="77", published_at=timezone.now())
    answer.settle_delivered()
    row = rows()["1"]
    assert (row.state, row.first_answer_at, row.settled_at, row.due_at) == (
        MessageState.OPEN, None, None, before.due_at,
    )  # fmt: skip
    assert automatic()[0].arrived_at is not None
    page = sign_in(cast.officer).get(f"/m/cuprija/inbox/{row.pk}/?view=open").text
    assert "Automatic message" in page
    # a colleague who had the page open before is not held up by it
    reply = answer.answer(row, "Базен ради од 8.", by=cast.officer, after=0)
    assert not reply.is_automatic


def test_once_for_a_conversation_and_night(channel: Channel) -> None:
    store_messages(channel, [written("1", "Добро вече")])
    assert (office_hours.send_due(), office_hours.send_due()) == (1, 0)
    store_messages(channel, [written("2", "Хало?")])
    assert office_hours.send_due() == 0
    with time_machine.travel(NIGHT + timedelta(hours=8), tick=False):  # 05:00, still the same night
        store_messages(channel, [written("3", "Има ли кога?")])
        assert office_hours.send_due() == 0
    with time_machine.travel(NIGHT + timedelta(days=1), tick=False):
        store_messages(channel, [written("4", "Опет ја")])
        assert office_hours.send_due() == 1
    assert list(OfficeHoursAnswer.objects.order_by("until").values_list("until", flat=True)) == [
        date(2026, 12, 2), date(2026, 12, 3),
    ]  # fmt: skip


def test_a_weekend_is_one_night(channel: Channel) -> None:
    with time_machine.travel(FRIDAY_NIGHT, tick=False):
        store_messages(channel, [written("1", "Добро вече")])
        assert office_hours.send_due() == 1
        assert "у понедељак, 7. децембра, од 7 часова" in automatic()[0].text
    with time_machine.travel(FRIDAY_NIGHT + timedelta(days=2), tick=False):
        store_messages(channel, [written("2", "Недеља је")])
        assert office_hours.send_due() == 0


@pytest.mark.parametrize(
    "message",
    [
        written("1", "Купите злато, кредити без камате! https://zlato.example", at=NIGHT),
        written("1", "Ово је аутоматски одговор: на годишњем сам.", at=NIGHT),
        written("1", "I am out of office", at=NIGHT),
        written("1", "Нова порука", at=NIGHT, author_handle="noreply@firma.rs"),
        written("1", "Стара порука", at=NIGHT - timedelta(minutes=16)),
        written("1", "Јавна порука", at=NIGHT, visibility="public", conversation=""),
        written("1", "Нисам ту", at=NIGHT, automatic=AutomaticMail.PROGRAM),
        written("1", "Питање", at=NIGHT, automatic=AutomaticMail.UNANSWERED),
    ],
)
def test_never_to_adverts_machines_backlogs_and_in_public(channel: Channel, message: Any) -> None:
    store_messages(channel, [message])
    assert office_hours.send_due() == 0
    assert not Reply.objects.exists()


def test_not_in_office_hours_nor_for_what_came_in_them(channel: Channel) -> None:
    with time_machine.travel(BY_DAY, tick=False):
        store_messages(channel, [written("1", "Добар дан")])
        assert office_hours.send_due() == 0
    closing = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
    with time_machine.travel(closing + timedelta(minutes=5), tick=False):
        store_messages(channel, [written("2", "Пет до три", 10, person="petar")])
        assert office_hours.send_due() == 0


def test_a_worker_that_comes_late_sends_nothing(channel: Channel) -> None:
    store_messages(channel, [written("1", "Добро вече")])
    with time_machine.travel(NIGHT + timedelta(minutes=16), tick=False):
        assert office_hours.send_due() == 0


def test_not_where_only_a_person_may_answer(channel: Channel) -> None:
    store_messages(channel, [written("1", "Добро вече")])
    only_a_person_may_answer()
    (conversation,) = Conversation.objects.select_related("channel")
    assert conversation.may_be_answered(timezone.now())
    assert office_hours.send_due() == 0


def test_not_where_the_network_takes_no_private_answers(channel: Channel) -> None:
    Channel.objects.update(platform="linkedin")
    channel.refresh_from_db()
    store_messages(channel, [written("1", "Добро вече")])
    assert office_hours.send_due() == 0


def only_a_person_may_answer() -> None:
    """The day in which the network takes any answer is over."""
    Conversation.objects.update(last_received_at=timezone.now() - timedelta(hours=25))


def test_not_where_a_colleague_works_at_night(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "Добро вече")])
    answer.answer(rows()["1"], "Ту смо.", by=cast.officer)
    Message.objects.update(state=MessageState.OPEN)
    assert office_hours.send_due() == 0
    store_messages(channel, [written("5", "Добро вече", person="petar")])
    ExternalReply.objects.create(
        municipality=cast.cuprija, conversation=rows()["5"].conversation, remote_id="x", at=timezone.now(),
        received_at=timezone.now(),
    )  # fmt: skip
    assert office_hours.send_due() == 0


def test_not_while_paused_or_switched_off(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "Добро вече")])
    pause = Pause.objects.create(municipality=cast.cuprija, reason="Дан жалости", by=cast.approver)
    assert office_hours.send_due() == 0
    pause.delete()
    office_hours.save(cast.cuprija, is_on=False, own_text="", by=cast.officer)
    assert office_hours.send_due() == 0
    office_hours.save(cast.cuprija, is_on=True, own_text="", by=cast.officer)
    Membership.objects.filter(user=cast.officer).update(ended_at=timezone.now())
    assert office_hours.send_due() == 0
    assert not Reply.objects.exists()


def test_it_needs_the_right_to_private_messages(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "Добро вече")])
    PrivateReader.objects.all().delete()
    assert office_hours.send_due() == 0
    with pytest.raises(ActionNotAllowed, match="only who may read them"):
        office_hours.save(cast.cuprija, is_on=True, own_text="Друго", by=cast.officer)
    office_hours.save(cast.cuprija, is_on=True, own_text="Друго", by=cast.approver)
    assert office_hours.send_due() == 1


def test_where_answers_need_approval_only_an_approver_switches_it_on(channel: Channel, cast: Cast) -> None:
    Municipality.objects.update(answers_need_approval=True)
    store_messages(channel, [written("1", "Добро вече")])
    assert office_hours.send_due() == 0  # switched on by an officer, before the rule
    with pytest.raises(ActionNotAllowed, match="only an approver"):
        office_hours.save(cast.cuprija, is_on=True, own_text="Друго", by=cast.officer)
    page = "/m/cuprija/inbox/office-hours/"
    assert "It is not being sent" in sign_in(cast.officer).get(page).text
    assert sign_in(cast.officer).post(page, {"is_on": "on", "own_text": "Друго"}).status_code == 422
    assert sign_in(cast.approver).post(page, {"is_on": "on", "own_text": "Друго"}).status_code == 302
    assert office_hours.send_due() == 1
    (reply,) = automatic()
    assert (reply.by_id, reply.approved_by_id) == (cast.approver.pk, cast.approver.pk)


# ---- right before the call


def test_it_leaves_once(channel: Channel, network: FakeServer) -> None:
    private = network.world.fake("facebook").messaging
    number = private.write(channel.remote_id, "Добро вече", name="Мирјана")
    person = private.person(channel.remote_id, "Мирјана")
    store_messages(channel, [written(number, "Добро вече", person=person, conversation=person)])
    assert office_hours.send_due() == 1
    for _ in range(3):
        publish_due(timezone.now())
    (reply,) = automatic()
    assert reply.delivery.state == State.PUBLISHED, reply.delivery.reason
    assert Delivery.objects.count() == 1
    (sent,) = [one for one in private.messages if one["by"] == channel.remote_id]
    assert sent["person"] == person
    assert "Сада није радно време." in sent["text"]


@pytest.mark.parametrize("what", ["opened", "answered", "off", "paused", "left", "window", "late", "approval"])
def test_whether_it_may_leave_is_asked_again(channel: Channel, cast: Cast, network: FakeServer, what: str) -> None:
    store_messages(channel, [written("1", "Добро вече")])
    assert office_hours.send_due() == 1
    at = NIGHT
    if what == "opened":
        at = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)
    elif what == "answered":
        now = timezone.now()
        ExternalReply.objects.create(
            municipality=cast.cuprija, conversation=rows()["1"].conversation, remote_id="x", at=now, received_at=now
        )
    elif what == "off":
        office_hours.save(cast.cuprija, is_on=False, own_text="", by=cast.officer)
    elif what == "paused":
        Pause.objects.create(municipality=cast.cuprija, reason="Дан жалости", by=cast.approver)
    elif what == "left":
        Membership.objects.filter(user=cast.officer).update(ended_at=timezone.now())
    elif what == "window":
        only_a_person_may_answer()
    elif what == "late":
        at = NIGHT + timedelta(minutes=31)
    else:
        Municipality.objects.update(answers_need_approval=True)
    with time_machine.travel(at, tick=False):
        publish_due(timezone.now())
        (reply,) = automatic()
        assert reply.delivery.state == State.EXPIRED, what
        # and nobody is asked to decide about it
        assert automatic_messages.withdraw_stale() == 1
    assert automatic()[0].delivery.state == State.CANCELLED
    assert rows()["1"].state == MessageState.OPEN


# ---- the page


def test_the_page_shows_both_scripts_and_keeps_the_first_words(channel: Channel, cast: Cast) -> None:
    client, page = sign_in(cast.officer), "/m/cuprija/inbox/office-hours/"
    shown = client.post(page, {"preview": "1", "own_text": "Лепо спавајте."})
    assert shown.status_code == 200
    for words in (FIRST_WORDS, "Automatski odgovor:", "Лепо спавајте.", "Lepo spavajte."):
        assert words in shown.text
    assert OfficeHours.objects.get().own_text == "Хвала на поруци."
    assert client.post(page, {"is_on": "on", "own_text": "Радимо {{радно време}}"}).status_code == 422
    assert client.post(page, {"own_text": "Видимо се."}).status_code == 302
    assert not OfficeHours.objects.get().is_on
    with everywhere("a test"):
        verbs = list(AuditEvent.objects.filter(verb__startswith="office.").values_list("verb", flat=True))
    assert sorted(verbs) == ["office.hours_off", "office.hours_on"]
    assert sign_in(cast.viewer).get(page).status_code == 403


# ---- parts


@pytest.mark.parametrize(
    ("moment", "opens", "closed"),
    [
        ("2026-12-01T05:59:00Z", "2026-12-01", "2026-11-30"),
        ("2026-12-01T06:00:00Z", "2026-12-02", "2026-11-30"),
        ("2026-12-01T14:00:00Z", "2026-12-02", "2026-12-01"),
        ("2026-12-05T10:00:00Z", "2026-12-07", "2026-12-04"),
        ("2026-12-31T20:00:00Z", "2027-01-04", "2026-12-31"),  # New Year, and a weekend
    ],
)
def test_the_next_opening_and_the_last_closing(moment: str, opens: str, closed: str) -> None:
    at = datetime.fromisoformat(moment)
    assert next_opening(at).date().isoformat() == opens
    assert next_opening(at).hour == 7
    assert last_closing(at).date().isoformat() == closed
    assert is_open(at) == (moment == "2026-12-01T06:00:00Z")


def test_the_text_cannot_hide_its_first_words() -> None:
    opens_at = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)
    for own in ("", "   ", "Ја сам Ана, службеница.", "\n\nАна"):
        assert automatic_answer(opens_at, own, "Cyrl").startswith(f"{FIRST_WORDS} Сада није радно време.")
        assert automatic_answer(opens_at, own, "Latn").startswith("Automatski odgovor: Sada nije radno vreme.")


def test_what_looks_automatic() -> None:
    assert is_automatic("Automatic reply: Out of Office")
    assert is_automatic("hello", "@mailer-daemon@example.org")
    assert not is_automatic("Радите ли данас?", "@no_repliks")
    assert not is_automatic("Да ли сте у канцеларији?", "ana")


def test_ten_conversations_take_as_many_queries_each_as_one(channel: Channel) -> None:
    def count(first: int, many: int) -> int:
        store_messages(channel, [written(f"{n}", "Добро вече", person=f"p{n}") for n in range(first, first + many)])
        with CaptureQueriesContext(connection) as captured:
            assert office_hours.send_due() == many
        return len(captured)

    one = count(0, 1)
    assert count(100, 10) <= one * 10


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one(channel: Channel) -> None:
    store_messages(channel, [written("1", "Добро вече")])
    barrier = threading.Barrier(2)

    def work() -> None:
        try:
            barrier.wait(timeout=10)
            office_hours.send_due(NIGHT)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with everywhere("a test"):
        assert Reply.objects.count() == Delivery.objects.count() == OfficeHoursAnswer.objects.count() == 1
