"""Was your question answered: when it is asked, what is taken as a reply, and that nobody is asked twice in a month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from django.utils import timezone

from analytics.rollups.daily_counts import Days
from channels.models import Channel
from common.errors import ActionNotAllowed
from delivery.enums import State
from delivery.models import Delivery
from inbox import measured, satisfaction_text
from inbox.domain import answer, satisfaction
from inbox.domain.ingest import store_messages
from inbox.models import Message, Reply, SatisfactionQuestion
from municipalities.models import Membership
from municipalities.tenancy import scope
from platforms import reply_windows
from tests.inbox.test_conversations import channel, listed, rows, written
from tests.people import Cast, sign_in

__all__ = ["channel"]

MIDDAY = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("да", "yes"), ("Da, hvala!", "yes"), ("ДА. Хвала вам пуно", "yes"), ("„да“", "yes"), ("jeste", "yes"),
        ("👍", "yes"), ("👍🏽 hvala", "yes"), ("5", "yes"), ("⭐⭐⭐⭐", "yes"), ("4/5", "yes"),
        ("не", "no"), ("Ne, i dalje nema vode", "no"), ("не.", "no"), ("👎", "no"), ("2", "no"), ("3", "no"),
        ("да ли радите сутра?", None), ("Da li radite sutra", None), ("не ради вода", None), ("Ne radi rasveta", None),
        ("да се пријавим треба ми образац", None), ("дан", None), ("нема", None), ("", None), ("55", None),
        ("да?", None), ("Добар дан", None), ("да " * 200, None), ("7", None), ("ok hvala", "yes"),
    ],
)  # fmt: skip
def test_only_what_can_mean_nothing_else_is_a_reply(text: str, value: str | None) -> None:
    replied = satisfaction_text.parse_reply(text)
    assert (replied.value if replied else None) == value


@pytest.mark.parametrize("script", ["Cyrl", "Latn"])
def test_each_reply_by_one_tap_is_recognised(script: str) -> None:
    yes, no = map(satisfaction_text.parse_reply, satisfaction_text.quick_replies(script))
    assert yes is not None
    assert no is not None
    assert (yes.value, no.value) == ("yes", "no")


def test_the_question_is_automatic_in_both_scripts_and_polite() -> None:
    cyrillic, latin = satisfaction_text.question("Cyrl"), satisfaction_text.question("Latn")
    assert cyrillic.startswith("Аутоматска порука:")
    assert latin.startswith("Automatska poruka:")
    assert "Вам" in cyrillic


def answered(channel: Channel, cast: Cast, key: str = "1", minutes: float = 30, person: str = "jelena") -> Message:
    """A message whose answer reached the network so many minutes before midday."""
    store_messages(channel, [written(key, "Када ради базен?", person=person)])
    row = rows()[key]
    reply = answer.send_automatic(row, "Базен ради од 9 до 20.", by=cast.approver, approved_by=None)
    arrived = MIDDAY - timedelta(minutes=minutes)
    Message.objects.filter(conversation=row.conversation).update(at=arrived - timedelta(minutes=5))
    Message.objects.filter(pk=row.pk).update(state="answered", settled_at=arrived, first_answer_at=arrived)
    Delivery.objects.filter(pk=reply.delivery_id).update(
        state=State.PUBLISHED, published_at=arrived, remote_id=f"a-{key}"
    )
    Reply.objects.filter(pk=reply.pk).update(arrived_at=arrived, is_automatic=False)
    row.refresh_from_db()
    return row


@pytest.fixture
def asking(channel: Channel, cast: Cast) -> Channel:
    satisfaction.switch(cast.cuprija, is_on=True, by=cast.approver)
    return channel


def arrives(at: datetime = MIDDAY) -> None:
    """The question has reached the network."""
    Reply.objects.filter(is_automatic=True).update(arrived_at=at)


def test_the_question_is_asked_once_some_minutes_after_the_answer(asking: Channel, cast: Cast) -> None:
    row = answered(asking, cast)
    assert satisfaction.ask_due(MIDDAY - timedelta(minutes=25)) == 0, "not at once"
    assert satisfaction.ask_due(MIDDAY) == 1
    assert satisfaction.ask_due(MIDDAY + timedelta(minutes=1)) == 0
    question = SatisfactionQuestion.objects.get()
    assert question.message_id == row.pk
    assert question.reply.is_automatic
    assert question.reply.delivery.payload["recipient"] == "jelena"
    assert question.reply.delivery.payload["quick_replies"] == ["Да", "Не"]
    assert question.reply.delivery.payload["is_automatic"] is True
    row.refresh_from_db()
    assert row.state == "answered", "asking changes nothing about the message"


@pytest.mark.parametrize("hour", [3, 7, 20, 23])
def test_nobody_is_asked_at_night(asking: Channel, cast: Cast, hour: int) -> None:
    answered(asking, cast)
    night = MIDDAY.astimezone(satisfaction.BELGRADE).replace(hour=hour) + timedelta(days=hour < 12)
    assert satisfaction.ask_due(night) == 0


def test_nobody_is_asked_whose_mail_asks_for_no_automatic_answer(asking: Channel, cast: Cast) -> None:
    row = answered(asking, cast)
    Message.objects.filter(pk=row.pk).update(automatic="unanswered")
    assert satisfaction.ask_due(MIDDAY) == 0


def test_nobody_is_asked_who_wrote_again_or_about_spam(asking: Channel, cast: Cast) -> None:
    row = answered(asking, cast)
    answered(asking, cast, "9", person="spamer")
    Message.objects.filter(remote_id="9").update(kind="spam")
    store_messages(asking, [written("2", "и још нешто")])
    Message.objects.filter(remote_id="2").update(at=MIDDAY - timedelta(minutes=1))
    assert row.conversation_id
    assert satisfaction.ask_due(MIDDAY) == 0


def test_nobody_is_asked_twice_in_a_month_even_on_two_networks(asking: Channel, cast: Cast) -> None:
    first, second = answered(asking, cast), answered(asking, cast, "2", person="jeca")
    assert satisfaction.ask_due(MIDDAY) == 2
    SatisfactionQuestion.objects.all().delete()
    Reply.objects.filter(is_automatic=True).delete()
    assert first.conversation
    assert second.conversation
    from inbox.domain import merge_conversations

    merge_conversations.merge(first.conversation, second.conversation, "исто", by=cast.approver)
    assert satisfaction.ask_due(MIDDAY) == 1, "one person, one question"
    assert satisfaction.ask_due(MIDDAY + timedelta(hours=1)) == 0
    question = SatisfactionQuestion.objects.get()
    again = answered(asking, cast, "3", person="jelena")
    assert again.conversation_id
    SatisfactionQuestion.objects.filter(pk=question.pk).update(asked_at=MIDDAY - timedelta(days=31))
    assert satisfaction.ask_due(MIDDAY) == 1


def test_yes_needs_no_answer_and_no_stays_open(asking: Channel, cast: Cast) -> None:
    answered(asking, cast)
    answered(asking, cast, "2", person="petar")
    satisfaction.ask_due(MIDDAY)
    arrives()
    SatisfactionQuestion.objects.update(asked_at=timezone.now() - timedelta(minutes=5))
    store_messages(asking, [written("11", "Да, хвала!"), written("12", "Не, и даље чекам", person="petar")])
    stored = rows()
    assert stored["11"].state == "closed"
    assert stored["12"].state == "open"
    assert listed(cast) == ["12"]
    values = dict(SatisfactionQuestion.objects.values_list("conversation__author_id", "value"))
    assert values == {"jelena": "yes", "petar": "no"}
    assert SatisfactionQuestion.objects.get(value="no").word == "и даље чекам"
    store_messages(asking, [written("13", "не")])
    assert SatisfactionQuestion.objects.get(conversation__author_id="jelena").value == "yes", "only once"
    assert rows()["13"].state == "open"


def test_without_a_question_yes_is_an_ordinary_message(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "да")])
    assert listed(cast) == ["1"]


def test_whoever_switched_it_on_must_still_have_the_right(asking: Channel, cast: Cast) -> None:
    answered(asking, cast)
    Membership.objects.filter(user=cast.approver, municipality=cast.cuprija).update(ended_at=timezone.now())
    assert satisfaction.ask_due(MIDDAY) == 0


def test_where_answers_need_approval_an_approver_switches_it_on(channel: Channel, cast: Cast) -> None:
    cast.cuprija.answers_need_approval = True
    cast.cuprija.save(update_fields=["answers_need_approval"])
    with pytest.raises(ActionNotAllowed):
        satisfaction.switch(cast.cuprija, is_on=True, by=cast.officer)
    satisfaction.switch(cast.cuprija, is_on=True, by=cast.approver)
    answered(channel, cast)
    assert satisfaction.ask_due(MIDDAY) == 1
    assert SatisfactionQuestion.objects.get().reply.approved_by == cast.approver


def test_it_is_measured_by_the_day_of_the_reply(asking: Channel, cast: Cast, settings: Any) -> None:
    settings.DEMO = True
    answered(asking, cast)
    satisfaction.ask_due(MIDDAY)
    arrives()
    SatisfactionQuestion.objects.update(value="yes", answered_at=MIDDAY)
    (tally,) = list(measured.satisfied(Days(None, None, None)))
    assert (tally.code, tally.counted, tally.met) == ("OC7", 1, 1)


def test_the_page_shows_no_share_of_too_few_and_switches(asking: Channel, cast: Cast) -> None:
    person = sign_in(cast.approver)
    answered(asking, cast)
    satisfaction.ask_due(MIDDAY)
    SatisfactionQuestion.objects.update(value="yes", answered_at=timezone.now(), word="зовите ме на 064 123 45 67")
    page = person.get("/m/cuprija/inbox/satisfaction/").text
    assert "123 45 67" not in page, "masked as in lists"
    assert "100 %" not in page
    assert person.post("/m/cuprija/inbox/satisfaction/switch/", {"is_on": "0"}).status_code == 302
    with scope(cast.cuprija):
        assert not satisfaction.SatisfactionSurvey.objects.get().is_on


def test_the_window_for_automatic_messages_is_that_of_the_network() -> None:
    assert not reply_windows.is_open((), MIDDAY, MIDDAY, automatic=True)
