"""Plans of three months, each at another stage, with posts as evidence that the demo really published.

Past steps are inserted as rows; recent ones are done by the verbs, so that the other side is notified.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from demo.people import PROGRAMME, People, Team
from demo.rows import insert
from mentoring.domain import plan_activities, plan_changes, plan_readings
from mentoring.domain.plan_library import stored
from mentoring.domain.plans import ActivitySpec, from_library
from mentoring.enums import ChangeKind, ClosingReason, Proof, Side
from mentoring.models import Activity, ActivityKind, Evidence, Plan, PlanChange
from mentoring.plan_rules import last_day, usual_day
from mentoring.queries.plans import enrolment_of, fitting, published_since
from municipalities.holidays import BELGRADE
from municipalities.models import Programme
from municipalities.tenancy import scope
from posts.models import Post

# From the first day of the training to the first day of the plan.
AFTER_TRAINING = timedelta(days=3)
OFFICER, APPROVER, MENTOR = "officer", "approver", "mentor"


@dataclass(frozen=True)
class DemoActivity:
    """An activity of the library: due and done so many days after the first one. `done` None: open.

    `posts` are its evidence where posts are evidence for it. `confirmed` False: the mentor has not checked it yet.
    """

    key: str
    due: int
    who: str = OFFICER
    done: int | None = None
    posts: int | None = None
    confirmed: bool = True
    dropped: str = ""


@dataclass(frozen=True)
class Story:
    goal: str
    lines: tuple[DemoActivity, ...]
    ends: int | None = None  # after so many days instead of three months
    is_draft: bool = False
    is_finished: bool = False


STORIES: dict[str, Story] = {
    # one is past its day, one waits for the mentor
    "cuprija": Story(
        "До краја плана свака трећа објава позива грађане да нешто ураде, а на свако питање одговорено је у року.",
        (
            DemoActivity("house-rules", 12, APPROVER, done=10),
            DemoActivity("calls", 21, done=19),
            DemoActivity("answers", 28, "Служба за односе с грађанима"),
            DemoActivity("interactive", 35, done=34, confirmed=False),
            DemoActivity("eservice", 46, posts=1),
            DemoActivity("visibility", 52),
            DemoActivity("calls-share", 76),
            DemoActivity("exchange", 70, MENTOR),
        ),
    ),
    # a change waits for the mentor
    "kragujevac": Story(
        "Грађани лако проналазе еУслуге града и знају шта да понесу на шалтер.",
        (
            DemoActivity("house-rules", 14, APPROVER, done=13),
            DemoActivity("calls", 21, done=21),
            DemoActivity("eservice", 32, done=31),
            DemoActivity("live", 43, "Градско веће за културу"),
            DemoActivity("rhythm", 80),
            DemoActivity("done-for-you", 66),
        ),
    ),
    # a short plan, finished; the next one can begin
    "mali-zvornik": Story(
        "За пет недеља страница добија правила разговора и прве објаве са позивом на акцију.",
        (
            DemoActivity("house-rules", 9, APPROVER, done=8),
            DemoActivity("calls", 20, done=18),
            DemoActivity("interactive", 30, done=29),
        ),
        ends=32,
        is_finished=True,
    ),
    # a draft on which only the mentor has agreed
    "novi-pazar": Story(
        "Свака важна вест излази на оба језика у службеној употреби, у исто време.",
        (
            DemoActivity("calls", 60),
            DemoActivity("accessible", 84),
            DemoActivity("interactive", 66),
            DemoActivity("exchange", 80, MENTOR),
        ),
        is_draft=True,
    ),
    # agreed with the former mentor, followed with the new one
    "vlasotince": Story(
        "Млади из општине чешће учествују: питања, анкете и разговори уживо.",
        (
            DemoActivity("interactive", 20, done=18),
            DemoActivity("house-rules", 25, APPROVER, done=27),
            DemoActivity("calls", 33, done=32),
            DemoActivity("poll-report", 48),
            DemoActivity("accessible", 77),
        ),
    ),
    # on its way, with one activity that both dropped
    "vrnjacka-banja": Story(
        "Гости и мештани на време сазнају шта је отворено, шта се гради и где да питају.",
        (
            DemoActivity("calls", 21, done=16),
            DemoActivity("live", 24, dropped="Начелник одељења је на боловању; разговор остаје за следећи план."),
            DemoActivity("interactive", 32, done=30),
            DemoActivity("eservice", 44, posts=2),
            DemoActivity("rhythm", 80),
            DemoActivity("visibility", 60),
        ),
    ),
}
LINKS = {"house-rules": "pravila-razgovora", "exchange": "razmena"}


def arrange(teams: Sequence[Team], people: People, now: datetime) -> None:
    """Once each: nothing changes where there is a plan."""
    kinds = {row.key: row for row in stored(Programme.objects.get(name=PROGRAMME))}
    for team in teams:
        story = STORIES.get(team.municipality.slug)
        with scope(team.municipality):
            if story is not None and not Plan.objects.exists():
                _Laid(team, people, now, story, kinds).lay()
    plan_readings.read_all()


@dataclass
class _Laid:
    team: Team
    people: People
    now: datetime
    story: Story
    kinds: dict[str, ActivityKind]

    def lay(self) -> None:
        enrolment = enrolment_of(self.team.municipality)
        if enrolment is None:
            return
        first = self.people.mentored_on + AFTER_TRAINING
        plan = self._plan(enrolment, first)
        rows = [self._activity(plan, line, number) for number, line in enumerate(self.story.lines, start=1)]
        insert(rows)
        if not self.story.is_draft:
            for line, row in zip(self.story.lines, rows, strict=True):
                self._shown(line, row)
            self._history(plan, rows)
            self._lately(plan, {line.key: row for line, row in zip(self.story.lines, rows, strict=True)})

    def _mentor(self, on: date) -> Any:
        return self.people.mentor_of(self.team.municipality.slug, on)

    def _person(self, who: str) -> Any:
        return {OFFICER: self.team.officer, APPROVER: self.team.approver, MENTOR: self.people.mentor}.get(who)

    def _plan(self, enrolment: Any, first: date) -> Plan:
        begun = at(first + timedelta(days=-2), 10)
        agreed, mentor = at(first, 13), self._mentor(first)
        last = first + timedelta(days=self.story.ends) if self.story.ends else last_day(first)
        plan = Plan(
            municipality=self.team.municipality, enrolment=enrolment, starts_on=first, ends_on=last, is_demo=True,
            goal=self.story.goal, created_by=self.team.officer, created_at=begun,
            mentor_agreed_by=mentor, mentor_agreed_at=begun + timedelta(hours=22),
        )  # fmt: skip
        if not self.story.is_draft:
            plan.municipality_agreed_by, plan.municipality_agreed_at = self.team.approver, agreed
            plan.agreed_at = agreed
        if self.story.is_finished:
            plan.closed_at, plan.closed_by = at(last, 12), self.people.mentor
            plan.closed_because = ClosingReason.FINISHED
        return insert([plan])[0]

    def _activity(self, plan: Plan, line: DemoActivity, number: int) -> Activity:
        person = self._person(line.who)
        due_on = usual_day(plan.starts_on, line.due, plan.ends_on)
        wanted = from_library(self.kinds[line.key], due_on, person)
        row = Activity(municipality=self.team.municipality, plan=plan, position=number, **vars(wanted))
        row.owner_name = "" if person else line.who
        if line.done is not None:
            row.done_on = plan.starts_on + timedelta(days=line.done)
            row.done_at, row.done_by = at(row.done_on, 14), self.team.officer
            if line.confirmed:
                day = row.done_on + timedelta(days=1)
                row.confirmed_at, row.confirmed_by = at(day, 9), self._mentor(day)
        if line.dropped:
            row.dropped_at, row.dropped_because = at(plan.starts_on + timedelta(days=15), 11), line.dropped
        return row

    # ---- what shows it

    def _shown(self, line: DemoActivity, row: Activity) -> None:
        if line.done is None and line.posts is None:
            return
        until = row.done_at or self.now
        if row.proof == Proof.POSTS:
            count = line.posts if line.posts is not None else row.wanted
            insert([self._post(row, post) for post in self._posts(row, until, count)])
        elif row.proof == Proof.LINK:
            url = f"https://{self.team.municipality.slug}.example/{LINKS.get(line.key, 'vesti')}"
            insert([self._evidence(row, Proof.LINK, until, url=url)])
        elif row.proof == Proof.FILE:
            insert([self._evidence(row, Proof.FILE, until, **paper(row))])

    def _posts(self, row: Activity, until: datetime, count: int) -> Iterable[Post]:
        """The latest that fit, else the latest ones."""
        out = published_since(row.plan, until)
        posts = list(fitting(out, row)[:count])
        known = {post.pk for post in posts}
        if row.done_at:
            posts += [post for post in out[: count * 2] if post.pk not in known][: count - len(posts)]
        return reversed(posts)

    def _post(self, row: Activity, post: Any) -> Evidence:
        return self._evidence(
            row, Proof.POSTS, row.done_at or self.now - timedelta(days=1), post=post, title=str(post)[:200],
            published_on=post.public_at.astimezone(BELGRADE).date(),
        )  # fmt: skip

    def _evidence(self, row: Activity, kind: Proof, moment: datetime, **fields: Any) -> Evidence:
        return Evidence(
            municipality=self.team.municipality, activity=row, kind=kind, by=self.team.officer,
            at=moment - timedelta(minutes=20), **fields,
        )  # fmt: skip

    # ---- what changed

    def _history(self, plan: Plan, rows: list[Activity]) -> None:
        dropped = [(row, row.dropped_at) for row in rows if row.dropped_at]
        insert(
            [
                PlanChange(
                    municipality=self.team.municipality, plan=plan, activity=row, what=ChangeKind.DROP,
                    before=plan_changes.activity_values(row), reason=row.dropped_because, side=Side.MUNICIPALITY,
                    proposed_by=self.team.officer, proposed_at=moment - timedelta(days=2), accepted=True,
                    decided_by=self._mentor(plan.starts_on), decided_at=moment,
                )
                for row, moment in dropped
            ]
        )  # fmt: skip

    def _lately(self, plan: Plan, rows: dict[str, Activity]) -> None:
        """By the verbs, so that the other side is notified."""
        slug, officer = self.team.municipality.slug, self.team.officer
        if slug == "kragujevac":
            row = Activity.objects.select_related("plan", "owner", "kind").get(pk=rows["live"].pk)
            later = usual_day(plan.starts_on, 64, plan.ends_on)
            wanted = ActivitySpec(
                name=row.name, description=row.description, owner_name=row.owner_name, due_on=later, proof=row.proof,
                wanted=row.wanted, kind=row.kind, english=row.english,
            )  # fmt: skip
            reason = "Члан већа за културу је на путу до почетка месеца, па разговор уживо померамо."
            plan_changes.propose_change(row, wanted, reason, side=Side.MUNICIPALITY, by=officer)
        elif slug == "vrnjacka-banja":
            row = rows["visibility"]
            plan_activities.add_link(
                row, "https://vrnjacka-banja.example/pregled-meseca", "Преглед за први месец", by=officer
            )


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour, 7), BELGRADE)


def paper(row: Activity) -> dict[str, Any]:
    """A scanned page: the smallest PDF that opens."""
    text = zlib.compress(b"BT /F1 12 Tf 72 770 Td (Demo) Tj ET")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]  # fmt: skip
    body, places = b"%PDF-1.4\n", []
    for number, pdf_object in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, pdf_object)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    name = f"evidence/plans/{row.municipality_id}/demo-{row.pk}.pdf"
    return {"file": default_storage.save(name, ContentFile(body)), "file_mime": "application/pdf"}
