"""Citizens of exercises who write privately: who reads it, how it goes on, and the scenario with 200 messages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from django.utils import translation

from common.errors import ActionNotAllowed
from municipalities.tenancy import scope
from practice import queries
from practice.domain import door, write
from practice.domain.write import Draft
from practice.enums import Visibility
from practice.models import Account, Status
from practice.queries import conversations
from tests.people import Cast, sign_in
from tests.trainings.exercising import Group, prepared, started
from trainings.domain import citizens, exercises, team_answers
from trainings.enums import Mood, Trigger
from trainings.models import Exercise, Play, Team
from trainings.queries import exercises as facts
from trainings.scenario_parsing import InvalidScenario, Scenario, built_in, parse

LINE = {"who": "Рада Тошић", "mood": "lost", "after": [1, 1], "asks": True, "private": True}
LINES = [
    {**LINE, "key": "ima-li-koga", "text": "Пало је дрво", "on": "start"},
    {**LINE, "key": "opet", "text": "Има ли кога?", "on": "silence", "of": "ima-li-koga"},
    {**LINE, "key": "hvala", "text": "Хвала!", "on": "answer", "of": "ima-li-koga", "mood": "thankful", "asks": False},
    {**LINE, "key": "broj", "text": "Зовите 060/000-17-41", "on": "post", "personal": True},
    {**LINE, "key": "javno", "who": "Ана", "text": "А струја?", "on": "start", "private": False},
    {**LINE, "key": "tajno", "who": "Ана", "text": "Сама сам", "on": "answer", "of": "javno", "mood": "urgent"},
    {**LINE, "key": "dim", "who": "Бранко", "text": "Дим у ходнику", "on": "trainer", "mood": "urgent"},
]
RAW: dict[str, Any] = {
    "key": "s", "title": "Т", "brief": "Б", "minutes": 25, "practises": [], "watch": ["Ко чека"], "lines": LINES,
}  # fmt: skip


@pytest.fixture
def group(cast: Cast) -> Group:
    """A running exercise with these lines."""
    return with_lines(cast, RAW)


def with_lines(cast: Cast, raw: dict[str, Any]) -> Group:
    group = prepared(cast)
    Exercise.objects.filter(pk=group.exercise.pk).update(script=raw, minutes=raw["minutes"])
    exercises.start(group.exercise, by=cast.staff)
    return group


def written(group: Group, team: Team, key: str) -> Status:
    return Status.objects.get(pk=group.plays(team)[key].status)


def answer(group: Group, team: Team, key: str, text: str = "Екипа долази.") -> Play:
    with scope(team.workspace):
        return team_answers.answer(team, group.plays(team)[key], text, by=group.cast.officer)


# ---- the format


def test_a_line_says_that_it_is_private_and_a_scenario_what_to_watch() -> None:
    scenario = parse(RAW)
    assert scenario.private == {"ima-li-koga", "opet", "hvala", "broj", "tajno", "dim"}
    assert scenario.watch == ("Ко чека",)
    assert parse({**RAW, "lines": LINES[:1], "watch": None}).watch == ()


def test_a_private_conversation_does_not_go_on_in_public() -> None:
    public = {**LINES[1], "private": False}
    with pytest.raises(InvalidScenario, match="so it is private as well"):
        parse({**RAW, "lines": [LINES[0], public]})
    with pytest.raises(InvalidScenario, match="What the trainer watches"):
        parse({**RAW, "watch": [""]})


# ---- on the network


def test_a_private_line_reaches_the_page_of_this_team_alone(group: Group) -> None:
    group.play(2)
    message, public = written(group, group.first, "ima-li-koga"), written(group, group.first, "javno")
    assert (message.visibility, public.visibility) == (Visibility.DIRECT, Visibility.PUBLIC)
    page = group.first.page
    assert page is not None
    assert message.text == f"@{page.username} Пало је дрво"
    assert message.readers == sorted([page.pk, message.account_id])
    assert not queries.sees(group.second.page, message)
    assert queries.home().statuses == list(queries.seen(queries.home().statuses, None))
    assert message not in queries.home().statuses


def test_whoever_gets_no_answer_writes_again_in_the_same_conversation(group: Group) -> None:
    for minutes in (2, 4):
        group.play(minutes)
    first, again = written(group, group.first, "ima-li-koga"), written(group, group.first, "opet")
    assert (again.in_reply_to_id, again.root_id, again.readers) == (first.pk, first.pk, first.readers)
    answer(group, group.first, "opet")
    group.play(4)
    rows = group.plays(group.first)
    assert rows["ima-li-koga"].answered_at  # whoever reads the last message has read the first
    group.play(8)
    thanks = written(group, group.first, "hvala")
    assert thanks.in_reply_to_id == group.plays(group.first)["opet"].answer_status
    messages = conversations.messages(first.readers or []).statuses
    assert [status.text.partition(" ")[2] for status in messages] == [
        "Пало је дрво", "Има ли кога?", "Екипа долази.", "Хвала!",
    ]  # fmt: skip


def test_an_answer_to_a_private_message_is_private_and_one_to_a_public_one_is_public(group: Group) -> None:
    group.play(2)
    for key, visibility in (("ima-li-koga", Visibility.DIRECT), ("javno", Visibility.PUBLIC)):
        row = answer(group, group.first, key)
        assert Status.objects.get(pk=row.answer_status).visibility == visibility
    group.play(5)
    secret = written(group, group.first, "tajno")
    assert (secret.visibility, secret.in_reply_to_id) == ("direct", group.plays(group.first)["javno"].answer_status)


def test_a_post_is_answered_in_private_and_a_private_post_of_the_page_is_none(group: Group) -> None:
    group.post(group.first, "@opstina само нама", visibility=Visibility.DIRECT)
    group.play(3)
    assert "broj" not in group.plays(group.first)
    assert facts.team_snapshot(group.first).posts == []
    post = group.post(group.first, "Олуја стиже у 21 час.")
    group.play(6)
    assert written(group, group.first, "broj").in_reply_to_id == post.pk
    post.refresh_from_db()
    assert post.replies_count == 0


def test_the_trainer_sends_a_private_line(group: Group) -> None:
    group.post(group.first, "Олуја стиже у 21 час.")
    assert exercises.send(group.exercise, "dim", group.first, by=group.cast.staff) == 1
    assert written(group, group.first, "dim").visibility == Visibility.DIRECT


# ---- what is shown and measured


def test_a_private_message_is_not_hidden_and_its_data_do_not_stand_in_public(group: Group) -> None:
    group.post(group.first, "Олуја стиже у 21 час.")
    group.play(5)
    row = group.plays(group.first)["broj"]
    with (
        translation.override("en"),
        scope(group.first.workspace),
        pytest.raises(ActionNotAllowed, match="nothing to hide"),
    ):
        team_answers.hide(group.first, row, by=group.cast.officer)
    answer(group, group.first, "broj", "Зваћемо Вас на 060/000-17-41.")
    snapshot = facts.team_snapshot(group.first)
    assert snapshot.standing == 0
    measured = facts.measured(group.first, Exercise.objects.get(pk=group.exercise.pk))
    assert (measured["personal"], measured["repeated"], measured["private"]) == (0, 0, 2)


def test_somebody_in_danger_who_waits_is_on_the_trainers_page_and_in_the_debrief(group: Group, cast: Cast) -> None:
    staff, url = (
        sign_in(cast.staff),
        f"/programme/trainings/{group.exercise.training_id}/exercises/{group.exercise.pk}/",
    )
    exercises.send(group.exercise, "dim", group.first, by=cast.staff)
    page = staff.get(url).text
    assert "Somebody in danger waits for an answer" in page
    assert "Ko čeka" in page or "Ко чека" in page
    measured = facts.measured(group.first, Exercise.objects.get(pk=group.exercise.pk))
    assert (measured["urgent"], measured["urgent_answered"], measured["urgent_longest"]) == (1, 0, None)
    answer(group, group.first, "dim", "Зовемо 193, затворите врата.")
    assert "Somebody in danger" not in staff.get(url).text
    measured = facts.measured(group.first, Exercise.objects.get(pk=group.exercise.pk))
    assert (measured["urgent_answered"], measured["urgent_longest"]) == (1, 0)


def test_the_team_sees_what_is_private_and_cannot_hide_it(group: Group, cast: Cast) -> None:
    group.play(2)
    page = sign_in(cast.officer).get(f"/m/{group.first.workspace.slug}/exercise/").text
    private, public = page.split("Пало је дрво")[1], page.split("А струја?")[1]
    assert "private" in page
    hides = f"/m/{group.first.workspace.slug}/exercise/hide/"
    assert page.count(hides) == 1
    assert hides in min(private, public, key=lambda part: part.find(hides) if hides in part else 10**9)


# ---- the night of the storm


@pytest.fixture
def storm() -> Scenario:
    return built_in()["oluja"][0]


def test_the_night_has_two_hundred_messages_most_of_them_private(storm: Scenario) -> None:
    night = [line for line in storm.lines if line.on == Trigger.START]
    assert len(night) == 200
    assert 0.55 <= sum(line.is_private for line in night) / len(night) <= 0.65
    assert [line.mood for line in night].count(Mood.URGENT) == 2
    assert all(line.is_private for line in night if line.mood == Mood.URGENT)
    moods = {line.mood for line in night}
    assert moods == set(Mood)
    moments = [line.after for line in night]
    assert moments == sorted(moments)
    assert 85 <= moments[-1][1] <= storm.minutes
    assert storm.watch


def test_no_two_messages_are_alike(storm: Scenario) -> None:
    texts = [line.text.casefold() for line in storm.lines]
    assert len(set(texts)) == len(texts)
    beginnings = [" ".join(text.split()[:5]) for text in texts if len(text.split()) > 6]
    assert len(set(beginnings)) == len(beginnings)


def test_every_citizen_of_a_scenario_has_an_account_of_their_own() -> None:
    for scenario, _raw in built_in().values():
        names = {line.who for line in scenario.lines}
        assert len({door.slug(name)[:16].strip("_") for name in names}) == len(names), scenario.key


@pytest.mark.slow
def test_a_night_is_played_to_its_end_and_every_private_message_stays_private(cast: Cast) -> None:
    group = started(cast, "oluja", minutes=90)
    script, first = built_in()["oluja"][0], group.first
    began = Exercise.objects.get(pk=group.exercise.pk).started_at
    assert began is not None
    for minute in range(1, 90):
        for _ in range(20):  # a worker looks every three seconds
            if not citizens.play(group.exercise.pk, began + timedelta(minutes=minute)):
                break
    rows = group.plays(first)
    assert {line.key for line in script.lines if line.on == Trigger.START} <= set(rows)
    assert all(row.status for row in rows.values())
    private = {row.status for row in rows.values() if row.key in script.private}
    assert set(Status.objects.filter(pk__in=private, readers__isnull=False).values_list("pk", flat=True)) == private
    shown = queries.seen(Status.objects.filter(account__in=[row.account_id for row in rows.values()]), None)
    assert not private & {status.pk for status in shown}
    page = sign_in(cast.officer).get(f"/m/{first.workspace.slug}/exercise/").text
    assert page.count('class="exercise-talk ') <= facts.MOST_SHOWN
    assert "more are in the inbox" in page


def test_writing_to_a_page_is_possible_for_two_hundred_at_once(cast: Cast, django_assert_max_num_queries: Any) -> None:
    """All that is due is written; what a tick writes is a few lines, so that nobody speaks in one breath."""
    raw = json.loads(json.dumps(built_in()["oluja"][1]))
    for line in raw["lines"]:
        line["after"] = [0, 0]
    group = with_lines(cast, raw)
    began = Exercise.objects.get(pk=group.exercise.pk).started_at
    assert began is not None
    assert citizens.play(group.exercise.pk, began + timedelta(minutes=1)) == 2 * citizens.AT_ONCE
    assert Account.objects.filter(kind="citizen").count() == 2 * citizens.AT_ONCE


def test_a_message_to_the_page_by_hand_is_no_line(group: Group) -> None:
    group.play(2)
    page = group.first.page
    assert page is not None
    write.publish(door.enter("Полазник"), Draft(f"@{page.username} пробам", visibility=Visibility.DIRECT))
    assert group.play(2) == 0
