"""Check-ins of the demo's plans: past ones with their outcome, the next ones; a review in progress, and a frozen one.

Past check-ins are inserted as rows; the next ones are planned by the verbs, so that people are notified.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from demo.people import People, Team
from demo.rows import insert
from mentoring.domain import checkins, reviews
from mentoring.enums import CheckInMethod, CheckInState, ReviewKind, Side
from mentoring.models import CheckIn, NextStep, Plan, Review
from municipalities.holidays import is_working_day
from municipalities.tenancy import scope
from posts.rules import ResolvedTime, resolve_wall_time

OFFICE = "Канцеларија начелника"
CALL = "https://video.example/mentorstvo"
MUNICIPALITY, MENTOR = Side.MUNICIPALITY, Side.MENTOR


@dataclass(frozen=True)
class Step:
    """`due` and `done` in days after the check-in; `done` None: open."""

    text: str
    side: str = MUNICIPALITY
    owner: str = ""
    due: int | None = None
    done: int | None = None


@dataclass(frozen=True)
class Talk:
    """Held so many days after the first one of the plan."""

    after: int
    at: time
    way: CheckInMethod
    hours: str
    about: str
    notes: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Next:
    """Planned for so many days from today."""

    days: int
    at: time
    way: CheckInMethod
    about: str


FIRST = Talk(
    4, time(10), CheckInMethod.VISIT, "3.5", "Први разговор: шта радимо до краја плана",
    "Прошли смо план редом. Договорено је ко шта ради и шта показује да је урађено. Највише времена узима одобравање: "
    "објаве чекају и по два дана, па ћемо писати унапред, за целу недељу.",
    (
        Step("Написати распоред објава за две недеље унапред", owner="Ана", due=5, done=4),
        Step("Послати три примера доброг позива на акцију", MENTOR, due=3, done=2),
    ),
)  # fmt: skip
TALKS: dict[str, tuple[Talk, ...]] = {
    "cuprija": (
        FIRST,
        Talk(
            19, time(9, 30), CheckInMethod.VIDEO, "1.25", "Како одговарамо на питања",
            "На већину питања стиже одговор истог дана, али викендом нико не гледа. Правила разговора су објављена. "
            "Најбоље је прошла објава о упису у вртиће, јер је у првој реченици писало до када.",
            (
                Step("Договорити ко викендом гледа поруке", owner="Начелник кабинета", due=7, done=9),
                Step("Припремити одговоре на пет најчешћих питања", due=14),
            ),
        ),
        Talk(
            33, time(11), CheckInMethod.PHONE, "0.5", "Анкета о паркингу",
            "Анкета је изашла и за два дана добила 140 одговора. Следеће је да грађани виде шта је са њом урађено.",
            (
                Step("Објавити резултате анкете и шта општина ради са њима", owner="Ана", due=10),
                Step("Погледати нацрт објаве о резултатима", MENTOR, due=12),
            ),
        ),
    ),
    "kragujevac": (
        FIRST,
        Talk(
            21, time(12), CheckInMethod.VIDEO, "1", "еУслуге пред крај године",
            "Три објаве о еУслугама су изашле. Највише кликова донела је она са сликом екрана и бројем корака. "
            "Разговор уживо са чланом већа помера се јер је на путу.",
            (Step("Предложити нов датум разговора уживо", owner="Служба за културу", due=6, done=5),),
        ),
    ),
    "mali-zvornik": (
        FIRST,
        Talk(
            17, time(10), CheckInMethod.VIDEO, "1.5", "Прве објаве са позивом",
            "Позив на акцију је у свакој другој објави. Коментари су учтиви откад стоје правила разговора.",
            (Step("Закачити правила разговора на врх странице", due=2, done=1),),
        ),
        Talk(
            30, time(13), CheckInMethod.VISIT, "4.25", "Завршни разговор",
            "Све што је договорено је урађено. Општина наставља сама: једна анкета месечно и позив у свакој трећој "
            "објави. За следећи план предлажемо описе слика.",
            (Step("Написати шта општина жели у следећем плану", owner="Начелник кабинета", due=20),),
        ),
    ),
    "vlasotince": (
        FIRST,
        Talk(
            31, time(9), CheckInMethod.VIDEO, "1.75", "Упознавање са новим ментором",
            "Нови ментор је прошао план са општином. Питања младих највише стижу увече, па ћемо тада и одговарати.",
            (
                Step("Послати списак школа и њихових налога", owner="Канцеларија за младе", due=8),
                Step("Прочитати претходне белешке и јавити шта недостаје", MENTOR, due=4, done=3),
            ),
        ),
    ),
    "vrnjacka-banja": (
        FIRST,
        Talk(
            24, time(10, 30), CheckInMethod.PHONE, "0.75", "Без разговора уживо",
            "Начелник одељења је на боловању, па обе стране одустају од разговора уживо. Уместо њега иду два кратка "
            "снимка са шеталишта.",
            (Step("Снимити два кратка снимка са титловима", owner="Ана", due=12, done=11),),
        ),
        Talk(
            41, time(9), CheckInMethod.MAIL, "0.25", "Преглед за први месец",
            "Преглед је послат поштом. Гледаност расте кад објава изађе пре осам ујутру.",
        ),
    ),
}  # fmt: skip
# One that was held and waits for its notes, in days before today.
FORGOTTEN = {"kragujevac": Next(-2, time(10), CheckInMethod.VIDEO, "Припрема разговора уживо")}
COMING = {
    "cuprija": Next(1, time(10), CheckInMethod.VIDEO, "Резултати анкете и шта даље"),
    "kragujevac": Next(6, time(12), CheckInMethod.VISIT, "Преглед еУслуга које још нису објављене"),
    "vlasotince": Next(3, time(9), CheckInMethod.VIDEO, "Извештај о анкети за младе"),
}
MID_WORDS = (
    "Позив на акцију је ушао у навику и види се у бројевима. Одговори касне само викендом. До краја плана вреди се "
    "држати описа слика и објавити шта је урађено са анкетом."
)
MID = (
    MID_WORDS,
    "Ана: резултати анкете до петка\nМентор: пример објаве „Питали сте, урађено је“",
)
FINAL = (
    "За пет недеља страница је добила правила разговора и навику да сваку важну вест заврши позивом.",
    "Највише је помогло што је неко са стране читао нацрте. Грађани чешће питају и мање се љуте.",
    "Једна анкета месечно\nОписи слика у следећем плану",
)


def arrange(teams: Sequence[Team], people: People, now: datetime) -> None:
    """Once each: nothing changes where there is a check-in."""
    for team in teams:
        with scope(team.municipality):
            plan = Plan.objects.filter(agreed_at__isnull=False).select_related("municipality").first()
            if plan is not None and not CheckIn.objects.exists():
                _lay(team, people, plan, timezone.localdate(now))


def _lay(team: Team, people: People, plan: Plan, on: date) -> None:
    slug = team.municipality.slug
    for talk in TALKS.get(slug, ()):
        day = _working(plan.starts_on + timedelta(days=talk.after))
        if day < on:
            _held(team, people.mentor_of(slug, day), talk, day, on)
    if slug in FORGOTTEN:
        _planned_before(team, people.mentor, FORGOTTEN[slug], on)
    if slug in COMING:
        upcoming = COMING[slug]
        moment = _moment(_working(on + timedelta(days=upcoming.days)), upcoming.at)
        place = OFFICE if upcoming.way == CheckInMethod.VISIT else CALL
        wanted = checkins.CheckInPlan(moment, upcoming.way, upcoming.about, place)
        checkins.plan(team.municipality, wanted, by=people.mentor)
    if slug == "cuprija":
        row = reviews.begin(plan, ReviewKind.MID, by=people.mentor)
        row = reviews.write(row, *MID, side=Side.MENTOR, revision=row.revision, by=people.mentor)
        reviews.confirm(row, side=Side.MENTOR, revision=row.revision, by=people.mentor)
    elif slug == "mali-zvornik":
        _finished(team, people, plan)


def _finished(team: Team, people: People, plan: Plan) -> None:
    """The final review of the short plan, confirmed by both."""
    mentor_says, municipality_says, after = FINAL
    row: Review = reviews.begin(plan, ReviewKind.FINAL, by=people.mentor)
    row = reviews.write(row, mentor_says, after, side=Side.MENTOR, revision=row.revision, by=people.mentor)
    row = reviews.write(row, municipality_says, after, side=MUNICIPALITY, revision=row.revision, by=team.officer)
    row = reviews.confirm(row, side=Side.MENTOR, revision=row.revision, by=people.mentor)
    reviews.confirm(row, side=MUNICIPALITY, revision=row.revision, by=team.approver)


def _working(day: date) -> date:
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def _moment(day: date, at: time) -> ResolvedTime:
    resolved = resolve_wall_time(day, at, 0)
    assert isinstance(resolved, ResolvedTime)  # no office hour is jumped over
    return resolved


def _row(team: Team, mentor: Any, moment: ResolvedTime, way: CheckInMethod, about: str) -> CheckIn:
    planned_at = moment.due_at - timedelta(days=6)
    return CheckIn(
        municipality=team.municipality, mentor=mentor, planned_by=mentor, way=way, subject=about,
        place=OFFICE if way == CheckInMethod.VISIT else CALL if way == CheckInMethod.VIDEO else "",
        local_time=moment.local.replace(tzinfo=UTC), fold=moment.fold, zone=moment.zone, due_at=moment.due_at,
        planned_at=planned_at, changed_at=planned_at,
    )  # fmt: skip


def _held(team: Team, mentor: Any, talk: Talk, day: date, on: date) -> None:
    moment = _moment(day, talk.at)
    row = _row(team, mentor, moment, talk.way, talk.about)
    row.state, row.notes, row.hours = CheckInState.HELD, talk.notes, Decimal(talk.hours)
    row.settled_at = row.changed_at = moment.due_at + timedelta(hours=4)
    insert([row])
    insert([_step(team, row, step, number, on) for number, step in enumerate(talk.steps, start=1)])


def _step(team: Team, row: CheckIn, step: Step, number: int, on: date) -> NextStep:
    next_step = NextStep(municipality=team.municipality, check_in=row, text=step.text, side=step.side, owner=step.owner,
                    position=number)  # fmt: skip
    next_step.due_on = None if step.due is None else row.on + timedelta(days=step.due)
    if step.done is not None and row.on + timedelta(days=step.done) < on:
        next_step.done_at = row.due_at + timedelta(days=step.done)
        next_step.done_by = row.mentor if step.side == MENTOR else team.officer
    return next_step


def _planned_before(team: Team, mentor: Any, upcoming: Next, on: date) -> None:
    day = on + timedelta(days=upcoming.days)
    while not is_working_day(day):
        day -= timedelta(days=1)
    insert([_row(team, mentor, _moment(day, upcoming.at), upcoming.way, upcoming.about)])
