"""`make bench ARGS=mentoring`: pages of mentoring with 145 municipalities, 30 mentors and plans of three cohorts.

Inserts rows instead of using verbs, in a database that is dropped afterwards. Many rows need attention: no mentor or no
plan, late activities, posts waiting for feedback, indicators that are behind.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from analytics.enums import Span
from analytics.indicators.domain import definitions
from analytics.logframe import INDICATORS
from analytics.models import IndicatorValue, MunicipalityBaseline, ProgrammeIndicator, Target
from benchmarks import measure
from mentoring.enums import ChangeKind, CheckInMethod, CheckInState, Side
from mentoring.models import Activity, CheckIn, Criterion, Feedback, Plan, PlanChange, Score
from mentoring.queries.rubric import rubric
from municipalities.domain import reference
from municipalities.enums import Role
from municipalities.models import Cohort, Enrolment, Membership, Municipality, Pairing, Programme
from municipalities.tenancy import everywhere
from posts.enums import DecisionKind, Stage
from posts.models import Comment, Decision, Post, Thread, Version

MUNICIPALITIES, MENTORS, COHORTS, ACTIVITIES = 145, 30, 3, 8
# Of every municipality: published long ago, being written, submitted.
OLD, DRAFTS, SUBMITTED = 120, 6, 4
NAMES = ("Објава са позивом на акцију", "Анкета о тргу", "Објава о е-услузи", "Одговори на питања у року")


@dataclass(frozen=True)
class People:
    staff: User
    mentor: User
    officer: User
    home: Municipality


def fill() -> People:
    """Fill the (migrated, empty) database."""
    rng, now = random.Random(4711), timezone.now()  # noqa: S311 -- the same each time
    today = timezone.localdate(now)
    with everywhere("benchmark data"):
        reference.load()
        staff, officer = (
            User.objects.create(email=f"bench-{name}@example.org", name=name.title(), language="sr")
            for name in ("staff", "officer")
        )
        mentors = User.objects.bulk_create(
            User(email=f"bench-mentor-{n}@example.org", name=f"Ментор {n}", language="sr") for n in range(MENTORS)
        )
        places = list(Municipality.objects.order_by("pk")[:MUNICIPALITIES])
        for place in places:
            place.joined_on = today - timedelta(days=120)
        Municipality.objects.bulk_update(places, ["joined_on"])
        Membership.objects.bulk_create(
            Membership(user=officer, municipality=place, role=Role.OFFICER) for place in places
        )
        programme = Programme.objects.create(name="Bench")
        programme.staff.add(staff)
        enrolments = _enrol(programme, places, mentors, today)
        plans = Plan.objects.bulk_create(_plans(enrolments, mentors, officer, now, rng))
        Activity.objects.bulk_create(_activities(plans, now, rng))
        PlanChange.objects.bulk_create(
            PlanChange(
                municipality_id=plan.municipality_id, plan=plan, what=ChangeKind.DATES, reason="Празници",
                side=rng.choice(list(Side)), proposed_by=officer,
            )
            for plan in plans[::6]
        )  # fmt: skip
        CheckIn.objects.bulk_create(_check_ins(plans, now, rng))
        _posts(places, mentors, officer, now, rng)
        _indicators(programme, places, staff, now, rng)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return People(staff, mentors[0], officer, places[0])


def _enrol(programme: Programme, places: list[Municipality], mentors: list[User], today: date) -> list[Enrolment]:
    cohorts = [
        Cohort.objects.create(
            programme=programme, name=f"Група {n + 1}", training_on=today - timedelta(days=75 - 20 * n)
        )
        for n in range(COHORTS)
    ]
    rows = Enrolment.objects.bulk_create(
        Enrolment(cohort=cohorts[n % COHORTS], municipality=place, starts_on=cohorts[n % COHORTS].training_on)
        for n, place in enumerate(places)
    )
    Pairing.objects.bulk_create(
        Pairing(
            mentor=mentors[n % MENTORS], municipality=row.municipality, starts_on=row.starts_on,
            ends_on=row.starts_on + timedelta(days=92),
        )
        for n, row in enumerate(rows)
        if n % 24 != 5
    )  # fmt: skip
    return rows


def _plans(
    rows: list[Enrolment], mentors: list[User], officer: User, now: datetime, rng: random.Random
) -> Iterator[Plan]:
    for n, row in enumerate(rows):
        if n % 20 == 7:
            continue
        plan = Plan(
            municipality=row.municipality, enrolment=row, starts_on=row.starts_on, created_by=mentors[n % MENTORS],
            ends_on=row.starts_on + timedelta(days=91),
        )  # fmt: skip
        if rng.random() < 0.9:
            plan.mentor_agreed_by, plan.municipality_agreed_by = mentors[n % MENTORS], officer
            plan.mentor_agreed_at = plan.municipality_agreed_at = plan.agreed_at = now - timedelta(days=30)
        yield plan


def _activities(plans: list[Plan], now: datetime, rng: random.Random) -> Iterator[Activity]:
    for plan in plans:
        for n in range(ACTIVITIES):
            due_on = plan.starts_on + timedelta(days=10 + 10 * n)
            is_done = due_on < now.date() and rng.random() < 0.85
            yield Activity(
                municipality_id=plan.municipality_id, plan=plan, name=NAMES[n % len(NAMES)], due_on=due_on, position=n,
                done_on=due_on if is_done else None, done_at=now if is_done else None,
            )  # fmt: skip


def _check_ins(plans: list[Plan], now: datetime, rng: random.Random) -> Iterator[CheckIn]:
    for plan in plans:
        for weeks in (-6, -4, -2, 1):
            at = now + timedelta(weeks=weeks, hours=rng.randrange(40))
            is_held = at < now
            if weeks > 0 and rng.random() < 0.3:
                continue
            yield CheckIn(
                municipality_id=plan.municipality_id, mentor_id=plan.created_by_id, way=CheckInMethod.VIDEO,
                local_time=at, due_at=at, planned_by_id=plan.created_by_id, hours=1 if is_held else None,
                state=CheckInState.HELD if is_held else CheckInState.PLANNED, settled_at=at if is_held else None,
            )  # fmt: skip


def _posts(places: list[Municipality], mentors: list[User], officer: User, now: datetime, rng: random.Random) -> None:
    stages = [Stage.APPROVED] * OLD + [Stage.DRAFT] * DRAFTS + [Stage.SUBMITTED] * SUBMITTED
    posts = Post.objects.bulk_create(
        (
            Post(municipality=place, author=officer, title=f"Објава {n}", excerpt="Вода", stage=stage)
            for place in places
            for n, stage in enumerate(stages)
        ),
        batch_size=2000,
    )
    mentor_of = {place.pk: mentors[n % MENTORS] for n, place in enumerate(places)}
    submitted = [post for post in posts if post.stage == Stage.SUBMITTED]
    versions = Version.objects.bulk_create(
        Version(
            municipality_id=post.municipality_id, post=post, number=1, category=post.category,
            digest=uuid.uuid4().hex, created_by=officer,
        )
        for post in submitted
    )  # fmt: skip
    Decision.objects.bulk_create(
        Decision(municipality_id=row.municipality_id, version=row, kind=DecisionKind.SUBMITTED, by=officer)
        for row in versions
    )
    talked = [post for post in posts if post.stage != Stage.APPROVED and rng.random() < 0.5]
    threads = Thread.objects.bulk_create(
        Thread(municipality_id=post.municipality_id, post=post, author=mentor_of[post.municipality_id])
        for post in talked
    )
    Comment.objects.bulk_create(
        Comment(
            municipality_id=row.municipality_id, thread=row, text="Који је рок?",
            author=row.author if rng.random() < 0.6 else officer,
        )
        for row in threads
    )  # fmt: skip
    Decision.objects.update(at=now - timedelta(days=3))
    criteria = rubric(None)
    Criterion.objects.bulk_create(criteria)
    feedback = Feedback.objects.bulk_create(
        Feedback(municipality_id=post.municipality_id, post=post, mentor=mentor_of[post.municipality_id])
        for post in posts
        if post.stage == Stage.APPROVED and post.pk % 6 == 0
    )
    Score.objects.bulk_create(
        (
            Score(municipality_id=row.municipality_id, feedback=row, criterion=criterion, level=rng.randint(1, 4))
            for row in feedback
            for criterion in criteria
        ),
        batch_size=4000,
    )


def _indicators(
    programme: Programme, places: list[Municipality], staff: User, now: datetime, rng: random.Random
) -> None:
    definitions.choose(programme, list(INDICATORS), by=staff)
    rows = list(ProgrammeIndicator.objects.filter(programme=programme))
    today = timezone.localdate(now)
    first, last = today - timedelta(days=28), today - timedelta(days=1)
    Target.objects.bulk_create(
        Target(indicator=row, value=60, due_on=today + timedelta(days=20), reason="Договор", set_by=staff)
        for row in rows
    )
    MunicipalityBaseline.objects.bulk_create(
        MunicipalityBaseline(
            municipality=place, indicator=row, first=first - timedelta(days=60), last=last - timedelta(days=60),
            value=30, n=20, frozen_by=staff,
        )
        for place in places
        for row in rows
    )  # fmt: skip
    IndicatorValue.objects.bulk_create(
        IndicatorValue(
            municipality=place, code=row.code, span=Span.ROLLING, first=first, last=last, value=rng.uniform(35, 70),
            n=20, is_enough=True,
        )
        for place in places
        for row in rows
    )  # fmt: skip


def pages(people: People) -> dict[User, dict[str, str]]:
    """The measured pages by who opens them: name → path."""
    slug = people.home.slug
    programme = reverse("programme_mentoring")
    return {
        people.staff: {
            "Programme's mentoring": programme,
            "Programme's mentoring, who needs something": f"{programme}?show=needs",
            "Programme's mentoring, last page": f"{programme}?page=8",
        },
        people.mentor: {"Desk with its municipalities": reverse("desk")},
        people.officer: {
            "Home with the plan": reverse("workspace", args=[slug]),
            "Plan of three months": reverse("mentoring_plan", args=[slug]),
            "Check-ins": reverse("check_ins", args=[slug]),
        },
    }


def measured(address: str) -> list[measure.Figures]:
    """Fill the database in use and measure."""
    people = fill()
    with measure.served({"DATABASE_URL": address}) as base:
        return [figures for who, named in pages(people).items() for figures in measure.measured(named, who, base)]
