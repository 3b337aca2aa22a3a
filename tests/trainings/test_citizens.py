"""Simulated citizens: what makes them speak, and that each line is said once whatever the worker does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django.db import connections, transaction
from django.utils import timezone

from municipalities.tenancy import scope
from portal.conditions import CONDITIONS
from practice.domain import react
from practice.models import Account, Like, Status, Vote
from tests.people import Cast
from tests.trainings.exercising import Group, prepared, started
from trainings import scenario_parsing, traits
from trainings.domain import citizens, exercises, team_answers
from trainings.enums import CitizenAct, Trigger
from trainings.models import Exercise, Play
from trainings.scenario_parsing import InvalidScenario, built_in, parse

GOOD = "Без воде до 18 часова: улице Краља Петра и Косовска. Цистерна је код Дома здравља. Касније је вода мутна."
POOR = "Обавештавамо грађане да нема воде."


# ---- the scenarios of the house


@pytest.mark.parametrize("key", built_in())
def test_every_scenario_has_many_voices_in_both_scripts_and_without_diacritics(key: str) -> None:
    lines = built_in()[key][0].lines
    assert len(lines) >= 12
    assert len({line.who for line in lines}) >= 10
    assert {"lost", "angry", "thankful", "offtopic", "personal", "again"} <= {line.mood for line in lines}
    cyrillic = [line for line in lines if re.search("[а-яђј-џ]", line.text)]
    latin = [line for line in lines if line not in cyrillic]
    assert cyrillic
    assert [line for line in latin if re.search("[šđčćž]", line.text)]
    assert [line for line in latin if not re.search("[šđčćž]", line.text)]


@pytest.mark.parametrize("key", built_in())
def test_personal_data_in_a_scenario_belong_to_nobody(key: str) -> None:
    for line in built_in()[key][0].lines:
        for number in re.findall(r"\b\d{13}\b", line.text):
            assert not _is_a_citizens_number(number)
        for number in re.findall(r"06\d/([\d-]+)", line.text):
            assert number.startswith("000")  # no network gives such numbers out


def _is_a_citizens_number(number: str) -> bool:
    """Control digit by modulus 11."""
    weights = (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    control = 11 - sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False)) % 11
    return (control < 10 and control == int(number[12])) or (control == 11 and number[12] == "0")


def test_a_script_that_is_wrong_says_everything_that_is_wrong() -> None:
    line = {"key": "a", "who": "Ана", "mood": "lost", "text": "Кад?", "on": "post", "after": [1, 2]}
    raw = {"key": "s", "title": "T", "brief": "B", "minutes": 20, "practises": []}
    assert parse({**raw, "lines": [line]}).lines[0].text == "Кад?"
    wrong = [
        {**line, "key": "A b"},
        {**line, "mood": "sad"},
        {**line, "on": "never"},
        {**line, "text": ""},
        {**line, "after": [5, 1]},
        {**line, "with": ["colour"]},
        {**line, "on": "answer", "of": "nobody"},
        "line",
    ]
    for invalid in wrong:
        with pytest.raises(InvalidScenario):
            parse({**raw, "lines": [invalid]})
    with pytest.raises(InvalidScenario) as caught:
        parse({**raw, "minutes": 0, "lines": [line, line]})
    assert len(caught.value.problems) == 2
    for nothing in (None, [], {}, {"lines": []}, {**raw, "lines": [line] * 200}):
        with pytest.raises(InvalidScenario):
            parse(nothing)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Воде неће бити до 18 часова", {"date"}),
        ("vode nece biti do 18h", {"date"}),
        ("Упис траје до 31. маја", {"date"}),
        ("Пријавите се на https://euprava.gov.rs", {"call", "link"}),
        ("Pogledajte primer.rs", {"link"}),
        ("Зовите 000/123-456", {"phone"}),
        ("Извините због чекања", {"sorry", "kind"}),
        ("Нема воде", set()),
    ],
)
def test_traits_are_found_in_both_scripts(text: str, expected: set[str]) -> None:
    assert expected <= traits.of_text(text)
    assert not {"date", "link"} & (traits.of_text(text) - expected)


def test_a_private_number_that_is_said_again_is_noticed_however_it_is_written() -> None:
    assert traits.repeats_private("Зваћемо Вас на 060 000 1741", "мој број је 060/000-17-41")
    assert not traits.repeats_private("Јавите се на 000/123-456", "мој број је 060/000-17-41")


# ---- what makes them speak


def test_who_misses_something_asks_for_it_and_who_finds_it_does_not(cast: Cast) -> None:
    group = started(cast)
    group.post(group.first, POOR)
    group.post(group.second, GOOD)
    group.play(10)
    poor, good = group.plays(group.first), group.plays(group.second)
    assert {"do-kad", "koje-ulice", "gde-cisterna"} <= set(poor)
    assert not {"do-kad", "koje-ulice", "gde-cisterna", "za-pice"} & set(good)
    assert {"jasno", "ljudski"} <= set(good)
    assert not {"jasno", "ljudski"} & set(poor)
    below = Status.objects.get(pk=poor["do-kad"].status)
    assert below.in_reply_to is not None
    assert below.in_reply_to.account_id == group.first.page_id


def test_what_was_published_before_the_start_counts_for_nothing(cast: Cast) -> None:
    group = prepared(cast)
    group.post(group.first, POOR)
    exercises.start(group.exercise, by=cast.staff)
    group.play(10)
    assert "do-kad" not in group.plays(group.first)


def test_nobody_asks_what_was_put_right_before_they_came_to_it(cast: Cast) -> None:
    group = started(cast)
    post = group.post(group.first, POOR)
    Status.objects.filter(pk=post.pk).update(text=GOOD)
    group.play(10)
    assert "do-kad" not in group.plays(group.first)


def test_a_picture_without_a_description_is_asked_about(cast: Cast) -> None:
    assert "alt" in traits.of_post("x", ["Мапа улица"])
    assert "alt" not in traits.of_post("x", ["Мапа улица", ""])
    line = next(line for line in built_in()["voda"][0].lines if line.key == "opis-slike")
    assert line.fits(traits.of_post(GOOD, [""]), GOOD)
    assert not line.fits(traits.of_post(GOOD, ["Мапа"]), GOOD)
    assert not line.fits(traits.of_post(GOOD), GOOD)


def test_an_answer_brings_thanks_or_another_question(cast: Cast) -> None:
    group = started(cast)
    for team in (group.first, group.second):
        group.post(team, POOR)
    group.play(3)
    for team, text in ((group.first, "До 18 часова, хвала на питању."), (group.second, "Ускоро.")):
        with scope(team.workspace):
            team_answers.answer(team, group.plays(team)["do-kad"], text, by=cast.officer)
    group.play(6)
    assert group.plays(group.first)["hvala-natocicu"].mood == "thankful"
    assert "i-dalje-ne-znam" not in group.plays(group.first)
    assert group.plays(group.second)["i-dalje-ne-znam"].asks
    assert "ima-li-koga" not in group.plays(group.first)


def test_who_waits_long_loses_patience(cast: Cast) -> None:
    group = started(cast)
    group.post(group.first, POOR)
    group.play(3)
    assert "ima-li-koga" not in group.plays(group.first)
    group.play(9)
    assert group.plays(group.first)["ima-li-koga"].asks


def test_an_answer_that_was_written_on_the_network_itself_counts(cast: Cast) -> None:
    group = started(cast)
    group.post(group.first, POOR)
    group.play(3)
    asked = group.plays(group.first)["do-kad"]
    reply = group.post(group.first, "До 18 часова", reply_to=asked.status)
    group.play(3)
    row = group.plays(group.first)["do-kad"]
    assert (row.answer_status, row.answered_by) == (reply.pk, None)


def test_a_good_post_is_liked_more_and_a_poll_is_voted_in(cast: Cast) -> None:
    group = started(cast, "anketa")
    poll = {"options": ["Тротоар", "Расвета"], "expires_in": 3600}
    good = group.post(group.first, "Гласајте до недеље у 20 часова!", poll=poll)
    poor = group.post(group.second, "Радови следе.")
    group.play(15)
    assert Like.objects.filter(status=good).count() > Like.objects.filter(status=poor).count() > 0
    assert Vote.objects.filter(status=good).count() == len(built_in()["anketa"][0].citizens)
    assert "lako-je" in group.plays(group.first)


def test_teams_share_no_citizen(cast: Cast) -> None:
    group = started(cast)
    for team in (group.first, group.second):
        group.post(team, POOR)
    group.play(10)
    of = [{row.account_id for row in group.plays(team).values()} for team in (group.first, group.second)]
    assert not of[0] & of[1]


def test_the_same_doings_bring_the_same_citizens(cast: Cast) -> None:
    moments = []
    for _ in range(2):
        group = started(cast)
        Exercise.objects.filter(pk=group.exercise.pk).update(seed=7)
        began = Exercise.objects.get(pk=group.exercise.pk).started_at
        post = group.post(group.first, POOR)
        Status.objects.filter(pk=post.pk).update(created_at=began)
        group.play(10)
        moments.append({key: row.due_at - began for key, row in group.plays(group.first).items()})
    same = {key for key in moments[0] if not key.startswith(("ima-", "saljem-"))}  # those follow the hand of the clock
    assert {key: moments[0][key] for key in same} == {key: moments[1][key] for key in same}
    assert len(set(moments[0].values())) > 5


def test_a_worker_that_was_away_lets_nobody_speak_in_one_breath(cast: Cast) -> None:
    group = started(cast)
    group.post(group.first, POOR)
    began = Exercise.objects.get(pk=group.exercise.pk).started_at
    assert began is not None
    assert CONDITIONS["exercises"]()
    citizens.play(group.exercise.pk, began + timedelta(minutes=20))
    assert len(group.plays(group.first)) == citizens.AT_ONCE


def test_a_citizen_whose_post_was_taken_down_meanwhile_says_nothing_and_nothing_breaks(cast: Cast) -> None:
    group = started(cast)
    post = group.post(group.first, POOR)
    group.play(3)
    asked = group.plays(group.first)["do-kad"]
    post.delete()
    group.play(12)
    row = group.plays(group.first)["ima-li-koga"]
    assert row.status is None
    assert asked.status


# ---- once


RINGS = {
    "moments": st.lists(st.floats(0, 24), min_size=1, max_size=14),
    "answers": st.lists(st.integers(0, 5), max_size=4),
}


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(**RINGS)
def test_no_line_is_played_twice_whenever_and_however_often_the_worker_rings(
    cast: Cast, moments: list[float], answers: list[int]
) -> None:
    _play_twice(cast, moments, answers)


@pytest.mark.long
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(**RINGS)
def test_no_line_is_played_twice_in_many_orders(cast: Cast, moments: list[float], answers: list[int]) -> None:
    _play_twice(cast, moments, answers)


def _play_twice(cast: Cast, moments: list[float], answers: list[int]) -> None:
    with transaction_undone():
        group = started(cast, "rupa")
        group.post(group.first, POOR)
        began = Exercise.objects.get(pk=group.exercise.pk).started_at
        assert began is not None
        for at, minutes in enumerate(moments):
            citizens.play(group.exercise.pk, began + timedelta(minutes=minutes))
            citizens.play(group.exercise.pk, began + timedelta(minutes=minutes))
            if at in answers:
                _answer_something(group)
        texts = [row.text for row in group.plays(group.first).values() if row.status]
        mine = Account.objects.filter(pk__in=[row.account_id for row in group.plays(group.first).values()])
        there = Status.objects.filter(account__in=mine)
        assert there.count() == len(texts)
        assert len({row.text.removeprefix(f"@{group.first.page.username} ") for row in there}) == len(texts)


def _answer_something(group: Group) -> None:
    for row in group.plays(group.first).values():
        if row.asks and not row.answered_at and row.status:
            with scope(group.first.workspace):
                team_answers.answer(group.first, row, "Хвала, сутра до 13 часова.", by=group.cast.officer)
            return


@contextmanager
def transaction_undone() -> Iterator[None]:
    """What an example wrote is taken back before the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_play_once(cast: Cast) -> None:
    group = started(cast)
    group.post(group.first, POOR)
    began = Exercise.objects.get(pk=group.exercise.pk).started_at
    assert began is not None

    def ring(_: int) -> int:
        try:
            return citizens.play(group.exercise.pk, began + timedelta(minutes=20))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        total = sum(workers.map(ring, range(12)))
    with scope(group.first.workspace, group.second.workspace):
        assert Play.objects.count() == total


# ---- the trainer's lines


def test_the_trainer_sends_a_citizen_to_one_team_or_to_all_and_to_nobody_twice(cast: Cast) -> None:
    group = started(cast)
    post = group.post(group.first, GOOD)
    assert exercises.send(group.exercise, "novinarka", group.first, by=cast.staff) == 1
    assert exercises.send(group.exercise, "novinarka", by=cast.staff) == 1
    assert exercises.send(group.exercise, "novinarka", by=cast.staff) == 0
    assert group.plays(group.first)["novinarka"].to_status == post.pk
    assert group.plays(group.second)["novinarka"].to_status is None


def test_citizens_never_say_a_trainers_line_by_themselves(cast: Cast) -> None:
    group = started(cast)
    group.post(group.first, POOR)
    group.play(24)
    spare = {line.key for line in built_in()["voda"][0].lines if line.on == Trigger.TRAINER}
    assert spare
    assert not spare & set(group.plays(group.first))


def test_likes_are_given_once(cast: Cast) -> None:
    group = started(cast)
    post = group.post(group.first, GOOD)
    group.play(24)
    likes = group.plays(group.first, CitizenAct.LIKES)
    assert len(likes) == Like.objects.filter(status=post).count() == Status.objects.get(pk=post.pk).likes_count
    account = Account.objects.get(pk=next(iter(likes.values())).account_id)
    react.like(account, post.pk)
    assert Status.objects.get(pk=post.pk).likes_count == len(likes)


def test_before_the_start_and_after_the_end_nobody_speaks(cast: Cast) -> None:
    group = started(cast)
    group.post(group.first, POOR)
    over = timezone.now() + timedelta(minutes=26)
    assert citizens.play(group.exercise.pk, over) == 0
    assert exercises.end_when_over(group.exercise.pk, over)
    assert citizens.play(group.exercise.pk, over) == 0
    assert group.plays(group.first) == {}


def test_every_name_of_a_trait_in_the_scenarios_is_known() -> None:
    used = {
        name for scenario, _raw in built_in().values() for line in scenario.lines for name in (*line.needs, *line.lacks)
    }
    assert {name for name in used if not name.startswith("word:")} <= traits.TRAITS
    assert scenario_parsing.MOST_TEXT < 500
