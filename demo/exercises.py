"""Two exercises of the demo: a finished one with the debrief of its teams, and one that waits for its start."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.utils import timezone

from accounts.models import User
from demo.people import PROGRAMME, People
from municipalities.tenancy import scope
from practice.domain import write
from practice.models import Account, Status
from trainings.domain import citizens, debrief, exercises, team_answers
from trainings.models import Exercise, Play, Team, Training

MINUTES = 25
CLEAR = (
    "Без воде: Краља Петра, Косовска и Горња мала, данас до 18 часова. Пукла је главна цев, екипе раде. Цистерна је "
    "код Дома здравља. Кад вода дође, сат времена може бити мутна и тада није за пиће. Питања: 000/123-456."
)
OFFICIAL = "Обавештавамо грађане да је због хаварије на водоводној мрежи дошло до прекида у снабдевању водом."
# By team: the minute, and what it publishes.
POSTS = {1: (2, CLEAR), 2: (6, OFFICIAL)}
# Minute, line, answer; "" hides what was written.
ANSWERS: Mapping[int, tuple[tuple[float, str, str], ...]] = {
    1: (
        (4, "slab-pritisak", "Хвала што сте јавили. Пукла је главна цев; у Горњој мали вода ће доћи до 18 часова."),
        (6, "treci-put", "Извините, разумемо да је трећи пут. Ова цев се мења наредне недеље, јавићемо тачан дан."),
        (8, "broj-telefona", "Примили смо, хвала. Сакрили смо коментар да Ваш број не стоји јавно; зваће Вас Водовод."),
        (8.2, "broj-telefona", ""),
        (10, "ljudski", "Данас до 18 часова."),
        (12, "klackalica", "Проследили смо Комуналном; клацкалицу прегледају у четвртак. Хвала на стрпљењу."),
    ),
    2: ((14, "do-kad", "Екипе су на терену и раде на отклањању квара."),),
}
LEVELS: Mapping[int, Mapping[str, tuple[int, str]]] = {
    1: {
        "call-to-action": (3, "Телефон и цистерна су ту; недостаје једна реченица шта да се уради одмах."),
        "clarity": (4, "Улице и рок у првој реченици."),
        "tone": (4, "Први одговор за мање од три минута, и извињење љутом грађанину."),
    },
    2: {
        "call-to-action": (1, "Не види се шта грађани треба да ураде."),
        "clarity": (2, "„Дошло је до прекида у снабдевању“: реците „нема воде“."),
        "tone": (2, "Број телефона грађанке остао је јавно видљив до краја."),
    },
}
WELL = {
    1: "Рок и улице су у првој реченици. Лични подаци су сакривени за неколико секунди.",
    2: "Објава је изашла брзо и без грешака у писању.",
}
NEXT = {
    1: "Одговорите и онима који хвале: једна реченица је довољна.",
    2: "Пре објаве прочитајте задатак још једном: где, до када и шта да се уради.",
}


def arrange(everybody: People, now: datetime) -> None:
    """At the training that was held one that is over, at the one to come one that is prepared; once."""
    trainings = Training.objects.filter(programme__name=PROGRAMME, closed_at=None).order_by("starts_on")
    held, coming = trainings.first(), trainings.last()
    if held is None or coming is None or Exercise.objects.exists():
        return
    groups = [[team.officer, team.approver] for team in everybody.teams.values()]
    finished = exercises.prepare(held, "voda", _named(groups[:2]), minutes=MINUTES, by=everybody.trainer)
    Exercise.objects.filter(pk=finished.pk).update(seed=7)
    began = timezone.make_aware(datetime.combine(held.ends_on, time(11, 15)))
    _play(exercises.start(finished, by=everybody.trainer), everybody, min(began, now - timedelta(hours=2)))
    exercises.prepare(coming, "rupa", _named(groups[:4]), minutes=MINUTES, by=everybody.trainer)
    Account.objects.filter(username__regex=rf"{citizens.CITIZEN_OF_A_TEAM}|^ekipa_").update(is_demo=True)


def _named(groups: list[list[User]]) -> list[tuple[str, list[User]]]:
    return [(f"Екипа {at}", people) for at, people in enumerate(groups, start=1)]


def _play(exercise: Exercise, everybody: People, began: datetime) -> None:
    """The whole exercise, minute by minute, as if it had been two days ago."""
    Exercise.objects.filter(pk=exercise.pk).update(started_at=began, ends_at=began + timedelta(minutes=MINUTES))
    several = list(exercise.teams.select_related("workspace", "page", "exercise").order_by("number"))
    for half in range(MINUTES * 2):
        minute = half / 2
        for team in several:
            _publish(team, minute, began)
            _answer(team, minute, began, everybody)
        citizens.play(exercise.pk, began + timedelta(minutes=minute))
    _date_back(several)
    exercises.end_when_over(exercise.pk)
    for team in several:
        debrief.write(
            team, LEVELS[team.number], went_well=WELL[team.number], next_time=NEXT[team.number], by=everybody.trainer
        )
        debrief.show(team, by=everybody.trainer)


def _publish(team: Team, minute: float, began: datetime) -> None:
    at, text = POSTS[team.number]
    if at == minute and team.page:
        status = write.publish(team.page, write.Draft(text, "sr"))
        Status.objects.filter(pk=status.pk).update(created_at=began + timedelta(minutes=minute))


def _answer(team: Team, minute: float, began: datetime, everybody: People) -> None:
    by = everybody.teams[list(everybody.teams)[team.number - 1]].officer
    for at, key, text in ANSWERS[team.number]:
        if not minute <= at < minute + 0.5:
            continue
        now = began + timedelta(minutes=at)
        with scope(team.workspace):
            answered_play = Play.objects.filter(team=team, key=key).exclude(status=None).first()
            if answered_play is None:
                continue
            if not text:
                team_answers.hide(team, answered_play, by=by, now=now)
                continue
            play = team_answers.answer(team, answered_play, text, by=by, now=now)
            Status.objects.filter(pk__in=[play.answer_status]).update(created_at=now)


def _date_back(several: list[Team]) -> None:
    """What citizens wrote bears the minute of the play, not that in which the demo was filled in."""
    for team in several:
        with scope(team.workspace):
            plays = [row for row in Play.objects.filter(team=team) if row.status]
        done_at = {int(row.status or 0): row.done_at for row in plays}
        rows = list(Status.objects.filter(pk__in=done_at))
        for row in rows:
            row.created_at = done_at[row.pk]
        Status.objects.bulk_update(rows, ["created_at"])
