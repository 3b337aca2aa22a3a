"""An exercise from its preparation to its debrief: the time, who may what, and the pages of trainer and team."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from channels.domain.connect import attempts
from channels.enums import ChannelState
from channels.models import Channel
from common.errors import ActionNotAllowed
from mentoring.rubric_defaults import RUBRIC
from municipalities import queries as people
from municipalities.domain import programme as programmes
from municipalities.enums import MunicipalityKind, Role
from municipalities.models import Membership, Municipality
from municipalities.rules import Verb
from municipalities.tenancy import scope
from notifications.models import Notification
from posts.models import Post
from practice import queries as network
from practice.models import Status
from tests.people import Cast, person, sign_in
from tests.trainings.exercising import prepared, started, training
from trainings import scenario_parsing
from trainings.domain import citizens, debrief, exercises, team_answers
from trainings.models import Exercise, Participant, Team
from trainings.queries import exercises as queries

POOR = "Обавештавамо грађане да нема воде."


# ---- the workspace


def test_a_training_workspace_has_one_practice_channel_and_its_people_publish_alone(cast: Cast) -> None:
    group = prepared(cast)
    place = group.first.workspace
    assert (place.kind, place.is_practice, place.needs_approval) == (MunicipalityKind.TRAINING, True, False)
    with scope(place):
        only = Channel.objects.get()
    assert (only.state, only.is_practice, only.remote_id) == (ChannelState.CONNECTED, True, str(group.first.page_id))
    for who in (cast.officer, cast.approver):
        allowed = people.access(who, place).allowed
        assert Verb.POST_SCHEDULE in allowed
        assert Verb.CHANNEL_CONNECT not in allowed
    assert not people.access(cast.stranger, place).roles


def test_no_list_of_municipalities_knows_it(cast: Cast) -> None:
    group = prepared(cast)
    place = group.first.workspace
    assert place not in people.search("")
    for page in (reverse("enrol"), reverse("programme"), reverse("programme_people")):
        assert str(place) not in sign_in(cast.staff).get(page).content.decode()
    for page in (reverse("installation_municipalities"), reverse("population")):
        assert str(place) not in sign_in(cast.administrator).get(page).content.decode()
    cohort = cast.programme.cohorts.get()
    with pytest.raises(ActionNotAllowed):
        programmes.enrol(cohort, place, timezone.localdate(), compares=True, by=cast.staff)
    with pytest.raises(ActionNotAllowed):
        programmes.pair(cast.mentor, place, timezone.localdate(), None, by=cast.staff)


def test_its_address_cannot_be_that_of_a_place(cast: Cast) -> None:
    from municipalities.domain.reference import load

    group = prepared(cast)
    load()
    places = set(Municipality.objects.exclude(kind=MunicipalityKind.TRAINING).values_list("slug", flat=True))
    assert not {team.workspace.slug for team in (group.first, group.second)} & places


def test_no_real_channel_comes_into_a_training_workspace(cast: Cast) -> None:
    group = prepared(cast)
    slug = group.first.workspace.slug
    address = reverse("channel_connect", args=[slug, "mastodon"])
    assert sign_in(cast.officer).post(address, {"server": "https://mastodon.social"}).status_code == 403
    answer = sign_in(cast.administrator).post(address, {"server": "https://mastodon.social"})
    assert "practice only" in answer.content.decode()
    with scope(group.first.workspace):
        assert Channel.objects.count() == 1
        with pytest.raises(ActionNotAllowed):
            attempts.refuse_mixture(group.first.workspace, "https://mastodon.social")


def test_the_practice_channel_of_a_team_does_not_come_beside_real_ones(cast: Cast, settings: Any) -> None:
    from tests.analytics.factories import channel

    channel(cast.cuprija, cast.approver)
    with scope(cast.cuprija), pytest.raises(ActionNotAllowed):
        attempts.refuse_mixture(cast.cuprija, settings.PRACTICE_URL)


# ---- preparing


def test_what_cannot_be_prepared_is_refused_with_nothing_left_behind(cast: Cast, settings: Any) -> None:
    row = training(cast)
    one = [("Екипа 1", [cast.officer])]
    wrong: list[tuple[Any, ...]] = [
        ("nowhere", one, 20),
        ("voda", one, 1),
        ("voda", one, 100_000),
        ("voda", [], 20),
        ("voda", [("Екипа 1", [])], 20),
        ("voda", [("Екипа 1", [cast.officer]), ("Екипа 2", [cast.officer])], 20),
        ("voda", [(f"Екипа {n}", [cast.officer]) for n in range(30)], 20),
    ]
    for scenario, teams, minutes in wrong:
        with pytest.raises(ActionNotAllowed):
            exercises.prepare(row, scenario, teams, minutes=minutes, by=cast.staff)
    settings.PRACTICE_ENABLED = False
    with pytest.raises(ActionNotAllowed):
        exercises.prepare(row, "voda", one, minutes=20, by=cast.staff)
    assert not Exercise.objects.exists()
    assert not Municipality.objects.filter(kind=MunicipalityKind.TRAINING).exists()


def test_the_teams_pages_are_of_the_chosen_kind(cast: Cast) -> None:
    row = training(cast)
    for kind in ("viber", "myspace", "<b>"):  # no comments, and unknown ones
        with pytest.raises(ActionNotAllowed):
            exercises.prepare(row, "voda", [("Екипа 1", [cast.officer])], minutes=20, by=cast.staff, network=kind)
    exercise = exercises.prepare(
        row, "voda", [("Екипа 1", [cast.officer])], minutes=20, by=cast.staff, network="facebook"
    )
    team = exercise.teams.select_related("page", "workspace").get()
    assert team.page
    assert team.page.network == "facebook"
    with scope(team.workspace):
        channel = Channel.objects.get()
        assert (channel.network, channel.limits.max_characters) == ("facebook", 63_206)


def test_an_exercise_keeps_the_script_and_the_rubric_of_its_day(cast: Cast) -> None:
    group = prepared(cast)
    assert group.exercise.script == scenario_parsing.built_in()["voda"][1]
    assert [criterion["key"] for criterion in group.exercise.criteria] == [key for key, _words in RUBRIC]


def test_the_trainer_prepares_it_on_a_page(cast: Cast) -> None:
    row = training(cast)
    for who, place in ((cast.officer, cast.cuprija), (cast.approver, cast.cuprija), (cast.stranger, cast.novi_pazar)):
        Participant.objects.create(training=row, user=who, name=who.name, municipality=place, added_by=cast.staff)
    Participant.objects.create(training=row, name="Без налога", added_by=cast.staff)
    address = reverse("train_exercise_new", args=[row.pk])
    client = sign_in(cast.staff)
    shown = client.get(address + "?scenario=rupa")
    form = shown.context["form"]
    assert form.chosen.key == "rupa"
    assert [bound.value() for _person, bound in form.rows()] == ["1", "1", "2"]
    assert "1 participant has no account" in shown.content.decode()
    sent = {bound.html_name: bound.value() for _person, bound in form.rows()}
    assert client.post(address, {**sent, "scenario": "nowhere", "minutes": "20"}).status_code == 422
    assert client.post(address, {"scenario": "rupa", "minutes": "20"}).status_code == 422
    answer = client.post(address, {**sent, "scenario": "rupa", "minutes": "20"})
    made = Exercise.objects.get()
    assert answer.headers["Location"] == reverse("train_exercise", args=[row.pk, made.pk])
    assert [team.people.count() for team in made.teams.order_by("number")] == [2, 1]


# ---- the time


@given(
    began=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    minutes=st.integers(scenario_parsing.SHORTEST, scenario_parsing.LONGEST),
)
def test_the_time_is_of_the_server_and_does_not_jump_with_the_clock(began: datetime, minutes: int) -> None:
    row = Exercise(minutes=minutes, started_at=began, ends_at=began + timedelta(minutes=minutes), script={"title": ""})
    assert row.is_open(began)
    assert row.is_open(began + timedelta(minutes=minutes, seconds=-1))
    assert not row.is_open(began + timedelta(minutes=minutes))


@pytest.mark.parametrize("night", ["2026-03-29T00:50:00+00:00", "2026-10-25T00:50:00+00:00"])
def test_an_exercise_across_the_clock_change_lasts_as_long_as_any(cast: Cast, night: str) -> None:
    group = started(cast, minutes=20)
    began = datetime.fromisoformat(night)
    Exercise.objects.filter(pk=group.exercise.pk).update(started_at=began, ends_at=began + timedelta(minutes=20))
    assert not exercises.end_when_over(group.exercise.pk, began + timedelta(minutes=19, seconds=59))
    assert exercises.end_when_over(group.exercise.pk, began + timedelta(minutes=20))
    row = Exercise.objects.get()
    assert (row.ended_at - row.started_at) == timedelta(minutes=20)
    assert row.ended_by is None


def test_it_starts_once_gets_longer_and_ends_once(cast: Cast) -> None:
    group = started(cast, minutes=20)
    with pytest.raises(ActionNotAllowed):
        exercises.start(group.exercise, by=cast.staff)
    ends = Exercise.objects.get().ends_at
    assert ends is not None
    assert exercises.extend(group.exercise, by=cast.staff).ends_at == ends + timedelta(minutes=5)
    assert not exercises.end_when_over(group.exercise.pk, ends)
    first = exercises.end(group.exercise, by=cast.staff).ended_at
    assert exercises.end(group.exercise, by=cast.staff).ended_at == first
    with pytest.raises(ActionNotAllowed):
        exercises.extend(group.exercise, by=cast.staff)
    with pytest.raises(ActionNotAllowed):
        exercises.send(group.exercise, "novinarka", by=cast.staff)


def test_after_the_end_the_team_reads_and_nothing_goes_out(cast: Cast) -> None:
    from channels import pauses

    group = started(cast)
    group.post(group.first, POOR)
    group.play(3)
    exercises.end(group.exercise, by=cast.staff)
    roles = Membership.objects.running().filter(municipality=group.first.workspace).values_list("role", flat=True)
    assert set(roles) == {Role.VIEWER}
    with scope(group.first.workspace):
        assert pauses.of_municipality(group.first.workspace)
    with scope(group.first.workspace), pytest.raises(ActionNotAllowed):
        team_answers.answer(group.first, group.plays(group.first)["do-kad"], "До 18", by=cast.officer)


# ---- the team's page


def test_a_team_answers_a_citizen_and_hides_what_nobody_should_read(cast: Cast) -> None:
    group = started(cast)
    group.post(group.first, POOR)
    group.play(8)
    asked, personal = (group.plays(group.first)[key] for key in ("do-kad", "broj-telefona"))
    slug = group.first.workspace.slug
    client = sign_in(cast.officer)
    page = client.get(reverse("exercise", args=[slug])).content.decode()
    assert asked.text in page
    client.post(reverse("exercise_answer", args=[slug]), {"play": asked.pk, "text": "До 18 часова."})
    client.post(reverse("exercise_hide", args=[slug]), {"play": personal.pk})
    status = Status.objects.get(in_reply_to=asked.status)
    assert status.text.endswith("До 18 часова.")
    assert status.account_id == group.first.page_id
    status = Status.objects.get(pk=personal.status)
    assert "060" in status.text
    assert not network.sees(None, status)
    row = group.plays(group.first)["do-kad"]
    assert (row.answer, row.answered_by) == ("До 18 часова.", cast.officer)


@pytest.mark.parametrize("text", ["", "   ", "а" * 3000, "\x00"])
def test_an_answer_that_the_network_would_not_take_is_refused(cast: Cast, text: str) -> None:
    group = started(cast)
    group.post(group.first, POOR)
    group.play(3)
    row = group.plays(group.first)["do-kad"]
    client = sign_in(cast.officer)
    client.post(reverse("exercise_answer", args=[group.first.workspace.slug]), {"play": row.pk, "text": text})
    assert group.plays(group.first)["do-kad"].answered_at is None


def test_two_of_a_team_who_answer_at_once_answer_once(cast: Cast) -> None:
    group = started(cast)
    group.post(group.first, POOR)
    group.play(3)
    row = group.plays(group.first)["do-kad"]
    with scope(group.first.workspace):
        team_answers.answer(group.first, row, "До 18", by=cast.officer)
        with pytest.raises(ActionNotAllowed):
            team_answers.answer(group.first, row, "До 19", by=cast.approver)
    assert Status.objects.filter(in_reply_to=row.status).count() == 1


def test_nobody_speaks_for_another_team(cast: Cast) -> None:
    group = started(cast)
    group.post(group.first, POOR)
    group.play(3)
    row = group.plays(group.first)["do-kad"]
    client = sign_in(cast.stranger)
    for name in ("exercise_answer", "exercise_hide"):
        own, other = (reverse(name, args=[team.workspace.slug]) for team in (group.second, group.first))
        assert client.post(own, {"play": row.pk, "text": "x"}).status_code == 404
        assert client.post(other, {"play": row.pk, "text": "x"}).status_code == 404
        for wrong in ("", "x", "9" * 40):
            assert client.post(own, {"play": wrong, "text": "x"}).status_code == 302
    assert client.get(reverse("exercise", args=[group.first.workspace.slug])).status_code == 404
    assert group.plays(group.first)["do-kad"].answered_at is None


def test_the_brief_is_read_from_the_start_on(cast: Cast) -> None:
    group = prepared(cast)
    address = reverse("exercise", args=[group.first.workspace.slug])
    client = sign_in(cast.officer)
    with translation.override("en"):
        assert group.exercise.brief not in client.get(address).content.decode()
        exercises.start(group.exercise, by=cast.staff)
        assert "Водовод" in client.get(address).content.decode()


def test_in_a_real_workspace_one_finds_the_exercises_one_played(cast: Cast) -> None:
    group = started(cast)
    page = sign_in(cast.officer).get(reverse("exercise", args=["cuprija"])).content.decode()
    assert reverse("exercise", args=[group.first.workspace.slug]) in page
    assert "No exercise yet" in sign_in(cast.viewer).get(reverse("exercise", args=["cuprija"])).content.decode()


# ---- the trainer's page


def test_everybody_in_a_team_is_told_that_it_waits_and_comes_to_its_own_workspace(cast: Cast) -> None:
    group = started(cast)
    urls = {row.user: row.url for row in Notification.objects.filter(kind="training")}
    first_url, second_url = (reverse("exercise", args=[team.workspace.slug]) for team in (group.first, group.second))
    assert urls == {cast.officer: first_url, cast.approver: first_url, cast.stranger: second_url}
    assert sign_in(cast.officer).get(first_url).status_code == 200
    assert sign_in(cast.officer).get(second_url).status_code == 404


def test_a_trainer_of_another_programme_finds_nothing(cast: Cast) -> None:
    group = started(cast)
    other = programmes.start("Other", by=cast.administrator)
    trainer = person("colleague")
    other.trainers.add(trainer)
    args = [group.exercise.training_id, group.exercise.pk]
    client = sign_in(trainer)
    for name, more in (("train_exercise", ()), ("train_exercise_debrief", (group.first.pk,))):
        assert client.get(reverse(name, args=[*args, *more])).status_code == 404
    for name in ("train_exercise_act", "train_exercise_send"):
        assert client.post(reverse(name, args=args), {"act": "end"}).status_code == 404
    other.trainers.remove(trainer)
    cast.programme.trainers.add(trainer)
    assert client.get(reverse("train_exercise", args=args)).status_code == 200
    assert client.get(reverse("exercise", args=[group.first.workspace.slug])).status_code == 404


def test_the_board_costs_the_same_for_two_teams_and_for_eight(cast: Cast) -> None:
    few = started(cast)
    crowd = [[person(f"trainee{n}")] for n in range(8)]
    many = started(cast, teams=crowd)
    for group in (few, many):
        for team in Team.objects.filter(exercise=group.exercise).select_related("page", "workspace"):
            group.post(team, POOR)
        group.play(4)
    counted = [_count(cast.staff, group.exercise) for group in (few, many)]
    assert counted[0] == counted[1]
    assert counted[0] <= 12
    whole = [_count(cast.staff, group.exercise, htmx=False) for group in (few, many)]
    assert whole[0] == whole[1] <= 12


def _count(who: Any, exercise: Exercise, *, htmx: bool = True) -> int:
    client = sign_in(who)
    address = reverse("train_exercise", args=[exercise.training_id, exercise.pk])
    headers = {"hx-request": "true"} if htmx else {}
    client.get(address, headers=headers)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address, headers=headers).status_code == 200
    return len(asked)


def test_a_teams_page_costs_the_same_for_a_few_citizens_and_for_many(cast: Cast) -> None:
    group = started(cast)
    address = reverse("exercise", args=[group.first.workspace.slug])
    client = sign_in(cast.officer)
    counted = []
    for minutes in (2, 20):
        group.post(group.first, POOR)
        group.play(minutes)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        counted.append(len(asked))
    assert counted[0] == counted[1] <= 12


def test_the_trainer_runs_it_from_the_page(cast: Cast) -> None:
    group = prepared(cast)
    args = [group.exercise.training_id, group.exercise.pk]
    client = sign_in(cast.staff)
    act = reverse("train_exercise_act", args=args)
    for wanted, state in (("nothing", "prepared"), ("start", "running"), ("extend", "running")):
        client.post(act, {"act": wanted})
        assert Exercise.objects.get().state == state
    group.post(group.first, POOR)
    send = reverse("train_exercise_send", args=args)
    client.post(send, {"line": "novinarka", "team": ""})
    client.post(send, {"line": "do-kad", "team": ""})
    assert set(group.plays(group.first)) == set(group.plays(group.second)) == {"novinarka"}
    assert "Марија Савић" in client.get(reverse("train_exercise", args=args)).content.decode()
    client.post(act, {"act": "wipe"})
    assert Exercise.objects.get().state == "running"
    client.post(act, {"act": "end"})
    client.post(act, {"act": "wipe"})
    assert Exercise.objects.get().state == "wiped"
    assert "Wiped" in client.get(reverse("train_exercise", args=args)).content.decode()


def test_the_trainer_puts_it_back_from_the_page_and_nobody_elses(cast: Cast) -> None:
    group = started(cast)
    args = [group.exercise.training_id, group.exercise.pk]
    act = reverse("train_exercise_act", args=args)
    assert sign_in(cast.officer).post(act, {"act": "again"}).status_code == 404
    client = sign_in(cast.trainer)
    page = client.get(reverse("train_exercise", args=args)).text
    assert "Back to the beginning" in page
    assert "deleted for good, also on the practice network" in page
    for _click in range(2):
        client.post(act, {"act": "again"})
    new = Exercise.objects.exclude(pk=group.exercise.pk).get()
    assert (Exercise.objects.get(pk=group.exercise.pk).state, new.state) == ("wiped", "prepared")
    page = client.get(reverse("train_exercise", args=[new.training_id, new.pk])).text
    assert "Back to the beginning" not in page


# ---- the debrief


def test_what_a_team_did_is_measured(cast: Cast) -> None:
    group = started(cast)
    group.post(group.first, "Без воде до 18 часова. Јавите се на 000/123-456 или погледајте primer.rs")
    group.play(8)
    plays = group.plays(group.first)
    with scope(group.first.workspace):
        team_answers.answer(group.first, plays["slab-pritisak"], "Хвала, квар је пријављен.", by=cast.officer)
        team_answers.answer(group.first, plays["broj-telefona"], "Зваћемо Вас на 060 000 17 41.", by=cast.officer)
        team_answers.hide(group.first, plays["klackalica"], by=cast.officer)
    exercises.end(group.exercise, by=cast.staff)
    facts = group.first.facts
    assert (facts["posts"], facts["with_call"], facts["with_date"], facts["with_link"]) == (1, 1, 1, 1)
    assert (facts["answered"], facts["personal"], facts["personal_left"], facts["repeated"]) == (2, 1, 1, 1)
    assert facts["hidden"] == 1
    assert facts["questions"] > facts["answered"]
    assert facts["first_answer"] is not None
    empty = group.second.facts
    assert (empty["posts"], empty["first_post"], empty["first_answer"], empty["answered"]) == (0, None, None, 0)


def test_a_debrief_is_written_by_the_rubric_and_read_by_the_team_once_it_is_shown(cast: Cast) -> None:
    group = started(cast)
    team = group.first
    with pytest.raises(ActionNotAllowed):
        debrief.write(team, {}, went_well="", next_time="", by=cast.staff)
    exercises.end(group.exercise, by=cast.staff)
    address = reverse("train_exercise_debrief", args=[group.exercise.training_id, group.exercise.pk, team.pk])
    trainer, reader = sign_in(cast.staff), sign_in(cast.officer)
    own = reverse("exercise_debrief", args=[team.pk])
    sent = {"level-clarity": "3", "note-clarity": "Кратко", "went_well": "Брз одговор", "next_time": "Рок прво"}
    assert trainer.post(address, {**sent, "level-clarity": "7"}).status_code == 422
    assert trainer.post(address, sent).status_code == 302
    assert reader.get(own).status_code == 404
    trainer.post(address + "show/")
    page = reader.get(own).content.decode()
    assert "Брз одговор" in page
    assert "Кратко" in page
    assert sign_in(cast.stranger).get(own).status_code == 404
    exercises.wipe(group.exercise, by=cast.staff)
    assert reader.get(own).status_code == 200
    trainer.post(address, {"went_well": "", "next_time": ""})
    assert not team.marks.exists()


def test_the_task_ends_what_is_over_and_plays_the_rest(cast: Cast) -> None:
    from trainings.tasks import play_exercises

    over, running = started(cast), started(cast)
    ago = timezone.now() - timedelta(minutes=30)
    Exercise.objects.filter(pk=over.exercise.pk).update(started_at=ago, ends_at=ago + timedelta(minutes=25))
    Exercise.objects.filter(pk=running.exercise.pk).update(started_at=timezone.now() - timedelta(minutes=4))
    play_exercises()
    play_exercises()
    over.exercise.refresh_from_db()
    assert over.exercise.ended_at == over.exercise.ends_at
    assert running.plays(running.first)
    assert not over.plays(over.first)
    assert citizens.running() == [running.exercise.pk]


def test_the_desk_tells_how_long_a_question_waits_and_stops_at_the_end(cast: Cast) -> None:
    group = started(cast)
    group.post(group.first, POOR)
    group.play(3)
    row = Exercise.objects.get()
    snapshot = queries.team_snapshots([group.first], row, timezone.now() + timedelta(minutes=9))[0]
    assert snapshot.longest is not None
    assert snapshot.open[0].waits is not None
    assert snapshot.in_order[0].is_open
    with scope(group.first.workspace):
        assert Post.objects.count() == 0
