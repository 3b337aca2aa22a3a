"""The plan of three months: who begins it, how two sides agree, what may change afterwards and how it ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from common.errors import ActionNotAllowed
from mentoring import plan_rules as rules
from mentoring.domain import plan_changes, plans
from mentoring.domain.plan_library import stored
from mentoring.enums import ClosingReason, Proof, Side
from mentoring.models import Activity, Plan, PlanChange
from mentoring.plan_defaults import ACTIVITIES
from mentoring.queries import plans as queries
from mentoring.tasks import update_plans
from municipalities.domain import programme as programmes
from municipalities.enums import Role
from municipalities.holidays import is_working_day
from municipalities.models import Cohort, Enrolment, Membership, Pairing
from municipalities.queries import today
from municipalities.tenancy import scope
from notifications.enums import NotificationKind
from notifications.models import Notification
from tests.mentoring.plans import agreed, begun, only, wanted
from tests.people import Cast, sign_in

PLAN = "/m/cuprija/mentoring/"


def subjects_to(person: object) -> list[str]:
    return list(
        Notification.objects.filter(user=person, kind=NotificationKind.AGREEMENT)
        .order_by("pk")
        .values_list("subject", flat=True)
    )


# ---------------------------------------------------------------- days


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 10, 1), date(2026, 12, 31)),
        (date(2026, 11, 15), date(2027, 2, 14)),  # over the New Year
        (date(2026, 12, 1), date(2027, 2, 28)),
        (date(2026, 11, 30), date(2027, 2, 27)),  # there is no 30 February
        (date(2026, 9, 20), date(2026, 12, 19)),  # over the night in which clocks go back
        (date(2027, 1, 10), date(2027, 4, 9)),  # and over the one in which they go forward
    ],
)
def test_three_months_are_months_of_the_calendar(first: date, last: date) -> None:
    assert rules.last_day(first) == last


def test_an_activity_is_due_on_a_working_day_within_the_plan() -> None:
    first = date(2026, 11, 16)
    last = rules.last_day(first)
    for days in range(200):
        day = rules.usual_day(first, days, last)
        assert first <= day <= last
        assert is_working_day(day), day
    assert rules.usual_day(first, 46, last) == date(2027, 1, 4), "1 January and the weekend after it are free"


def test_the_day_on_which_something_is_due_still_belongs_to_it(cast: Cast) -> None:
    row = only(agreed(cast, wanted(due=0)))
    assert not row.is_overdue()
    assert row.is_overdue(today() + timedelta(days=1))
    assert rules.state(
        confirmed=False, done=False, dropped=False, begun=False, due_on=today(), today=today()
    ) == "soon"  # fmt: skip


# ---------------------------------------------------------------- beginning


def test_a_plan_begins_from_the_library_with_a_sensible_day_for_each(cast: Cast) -> None:
    client = sign_in(cast.officer)
    page = client.get(f"{PLAN}start/").content.decode()
    assert page.count('name="kinds"') == len(ACTIVITIES)
    first = today()
    data = {"starts_on": first.isoformat(), "goal": "Више одговора", "kinds": ["calls", "calls-share", "made-up"]}
    answer = client.post(f"{PLAN}start/", data)
    assert answer.status_code == 302
    with scope(cast.cuprija):
        plan = Plan.objects.get()
        assert (plan.starts_on, plan.ends_on, plan.goal) == (first, rules.last_day(first), "Више одговора")
        rows = list(Activity.objects.order_by("position"))
        assert [row.name for row in rows] == [
            "Три објаве са јасним позивом на акцију",
            "Позив на акцију у већини објава",
        ]
        assert all(first < row.due_on <= plan.ends_on and is_working_day(row.due_on) for row in rows)
        assert rows[1].code == "OP1"
        assert rows[1].threshold == 60
    assert subjects_to(cast.mentor) == ["Ćuprija: a plan of three months to agree on"]


def test_what_comes_from_the_library_is_read_in_the_readers_words(cast: Cast) -> None:
    with transaction.atomic():
        kind = next(row for row in stored(cast.programme) if row.key == "calls")
    row = only(begun(cast, plans.from_library(kind, today() + timedelta(days=20))))
    assert str(row) == "Three posts with a clear call to action"
    with translation.override("sr-latn"):
        assert str(row) == "Tri objave sa jasnim pozivom na akciju"
    with translation.override("sr"):
        assert str(row) == "Три објаве са јасним позивом на акцију"
    with scope(cast.cuprija):
        reworded = plans.ActivitySpec(**{**vars(plans.from_library(kind, row.due_on)), "name": "Две објаве"})
        plans.change(row, reworded, by=cast.officer)
        assert str(Activity.objects.get()) == "Две објаве", "reworded, it does not mean the English any more"


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"starts_on": "2020-01-01"}, "cannot begin before"),
        ({"starts_on": "2026-13-01"}, "This is not a day"),
        ({"starts_on": "", "ends_on": ""}, "required"),
        ({"starts_on": "9999-12-30", "ends_on": "9999-12-31"}, ""),
    ],
)
def test_days_that_cannot_be_are_refused_and_nothing_is_lost(cast: Cast, days: dict[str, str], field: str) -> None:
    answer = sign_in(cast.officer).post(f"{PLAN}start/", {"goal": "Циљ остаје", **days})
    if field:
        assert answer.status_code == 422
        assert field in answer.content.decode()
        assert "Циљ остаје" in answer.content.decode()


def test_a_first_day_at_the_end_of_time_is_refused(cast: Cast) -> None:
    answer = sign_in(cast.officer).post(f"{PLAN}start/", {"starts_on": "9999-12-30"})
    assert answer.status_code == 422


def test_one_plan_is_open_at_a_time(cast: Cast) -> None:
    begun(cast)
    with pytest.raises(ActionNotAllowed, match="There is already a plan"):
        begun(cast)
    with scope(cast.cuprija):
        first = Plan.objects.get()
    with scope(cast.cuprija), pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.create(
            municipality=cast.cuprija, enrolment=first.enrolment, starts_on=today(), ends_on=today(),
            created_by=cast.officer,
        )  # fmt: skip


def test_without_an_enrolment_no_plan_begins(cast: Cast) -> None:
    Enrolment.objects.filter(municipality=cast.cuprija).update(ends_on=today() - timedelta(days=1))
    client = sign_in(cast.officer)
    assert "none runs today" in client.get(PLAN).content.decode()
    assert client.get(f"{PLAN}start/").status_code == 302


# ---------------------------------------------------------------- agreeing


def test_both_sides_write_in_the_draft_and_each_agrees_for_itself(cast: Cast) -> None:
    plan = begun(cast)
    mentor, officer = sign_in(cast.mentor), sign_in(cast.officer)
    data = {
        "name": "Питање недеље",
        "due_on": (today() + timedelta(days=12)).isoformat(),
        "proof": "posts",
        "wanted": "2",
    }
    assert mentor.post(f"{PLAN}activities/new/", data).status_code == 302
    assert "Agree for the mentor" in mentor.get(PLAN).content.decode()
    assert "Agree for the municipality" in officer.get(PLAN).content.decode()
    mentor.post(f"{PLAN}agree/", {"act": "agree"})
    with scope(cast.cuprija):
        plan = Plan.objects.get()
        assert (plan.mentor_agreed_by, plan.municipality_agreed_by, plan.agreed_at) == (cast.mentor, None, None)
        assert Activity.objects.count() == 2
    assert subjects_to(cast.officer) == ["Ćuprija: the plan waits for you"]
    officer.post(f"{PLAN}agree/", {"act": "agree"})
    with scope(cast.cuprija):
        assert Plan.objects.get().is_running
    assert subjects_to(cast.mentor)[-1] == "Ćuprija: the plan is agreed"


def test_whoever_changes_the_draft_asks_both_again(cast: Cast) -> None:
    plan = begun(cast)
    with scope(cast.cuprija):
        plans.agree(plan, side=Side.MUNICIPALITY, by=cast.officer)
        plans.add(plan, wanted("Још нешто"), by=cast.mentor)
        assert not Plan.objects.get().agreed(Side.MUNICIPALITY)
        plans.agree(plan, side=Side.MENTOR, by=cast.mentor)
        plans.take_back(plan, side=Side.MENTOR, by=cast.mentor)
        assert not Plan.objects.get().agreed(Side.MENTOR)


def test_nobody_agrees_for_both_sides(cast: Cast) -> None:
    """Not even who is the mentor and an officer of the same municipality: they speak as the mentor."""
    Membership.objects.create(user=cast.mentor, municipality=cast.cuprija, role=Role.APPROVER)
    plan = begun(cast)
    client = sign_in(cast.mentor)
    client.post(f"{PLAN}agree/", {"act": "agree"})
    client.post(f"{PLAN}agree/", {"act": "agree"})
    with scope(cast.cuprija):
        row = Plan.objects.get()
        assert row.mentor_agreed_by == cast.mentor
        assert row.municipality_agreed_by is None
        with pytest.raises(ActionNotAllowed, match="Another person"):
            plans.agree(plan, side=Side.MUNICIPALITY, by=cast.mentor)
        with pytest.raises(IntegrityError), transaction.atomic():
            Plan.objects.update(municipality_agreed_by=cast.mentor)


def test_a_mentor_here_who_is_an_officer_elsewhere_acts_here_as_mentor_only(cast: Cast) -> None:
    Membership.objects.create(user=cast.mentor, municipality=cast.novi_pazar, role=Role.OFFICER)
    Pairing.objects.filter(municipality=cast.novi_pazar).delete()
    begun(cast)
    begun(cast, place=cast.novi_pazar)
    client = sign_in(cast.mentor)
    client.post(f"{PLAN}agree/", {"act": "agree"})
    client.post("/m/novi-pazar/mentoring/agree/", {"act": "agree"})
    with scope(cast.cuprija, cast.novi_pazar):
        here, there = (Plan.objects.get(municipality=municipality) for municipality in (cast.cuprija, cast.novi_pazar))
    assert (here.mentor_agreed_by, here.municipality_agreed_by) == (cast.mentor, None)
    assert (there.mentor_agreed_by, there.municipality_agreed_by) == (None, cast.mentor)


def test_two_pairings_that_overlap_are_one_side(cast: Cast) -> None:
    from tests.people import person

    second = person("second")
    Pairing.objects.create(mentor=second, municipality=cast.cuprija, starts_on=today())
    begun(cast)
    assert subjects_to(second) == subjects_to(cast.mentor) != []
    sign_in(second).post(f"{PLAN}agree/", {"act": "agree"})
    sign_in(cast.mentor).post(f"{PLAN}agree/", {"act": "agree"})
    with scope(cast.cuprija):
        assert Plan.objects.get().mentor_agreed_by == second
        assert not Plan.objects.get().is_running


def test_an_empty_plan_is_not_agreed_on(cast: Cast) -> None:
    plan = begun(cast)
    with scope(cast.cuprija):
        plans.remove(only(plan), by=cast.officer)
        with pytest.raises(ActionNotAllowed, match="nothing to agree on"):
            plans.agree(plan, side=Side.MENTOR, by=cast.mentor)


def test_who_may_read_it_and_who_may_write(cast: Cast) -> None:
    begun(cast)
    reads = {"officer": 200, "approver": 200, "viewer": 200, "mentor": 200, "staff": 200, "stranger": 404,
             "administrator": 403}  # fmt: skip
    for name, expected in reads.items():
        assert sign_in(getattr(cast, name)).get(PLAN).status_code == expected, name
    writes = {"viewer": 403, "staff": 403, "stranger": 404, "administrator": 403}
    for name, expected in writes.items():
        assert sign_in(getattr(cast, name)).post(f"{PLAN}agree/", {"act": "agree"}).status_code == expected, name
    assert "Agree for" not in sign_in(cast.viewer).get(PLAN).content.decode()
    with scope(cast.cuprija):
        assert Plan.objects.get().mentor_agreed_at is None


# ---------------------------------------------------------------- what an activity may say


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "  "}, "Describe the task in a few words"),
        ({"name": "н" * 141}, "141"),
        ({"due_on": date(2020, 1, 1)}, "outside the plan"),
        ({"wanted": 0}, "one piece of evidence"),
        ({"proof": Proof.INDICATOR, "code": "OC99", "threshold": 80.0}, "that the portal measures"),
        ({"proof": Proof.INDICATOR, "code": "OP1", "threshold": None}, "the value to be reached"),
        ({"proof": Proof.INDICATOR, "code": "OP1", "threshold": 101.0}, "above 100"),
        ({"proof": Proof.INDICATOR, "code": "OP1", "threshold": -1.0}, "the value to be reached"),
    ],
)
def test_what_cannot_be_agreed_is_refused(cast: Cast, changes: dict[str, object], message: str) -> None:
    plan = begun(cast)
    with scope(cast.cuprija), pytest.raises(ActionNotAllowed, match=message):
        plans.add(plan, plans.ActivitySpec(**{**vars(wanted()), **changes}), by=cast.officer)  # type: ignore[arg-type]


def test_who_does_it_belongs_to_the_municipality_or_is_its_mentor(cast: Cast) -> None:
    plan = begun(cast)
    with scope(cast.cuprija):
        plans.add(plan, wanted("Са ментором", owner=cast.mentor), by=cast.officer)
        plans.add(plan, wanted("Са службом", owner_name="Служба за културу"), by=cast.officer)
        with pytest.raises(ActionNotAllowed, match="neither works"):
            plans.add(plan, wanted("Са странцем", owner=cast.stranger), by=cast.officer)


# ---------------------------------------------------------------- changing what is agreed


def test_after_both_agreed_a_change_holds_when_the_other_side_agrees(cast: Cast) -> None:
    row = only(agreed(cast, wanted(due=10)))
    officer, mentor = sign_in(cast.officer), sign_in(cast.mentor)
    later = today() + timedelta(days=25)
    data = {
        "name": row.name,
        "due_on": later.isoformat(),
        "proof": "posts",
        "wanted": "1",
        "reason": "Избори у општини",
    }
    assert officer.post(f"{PLAN}activities/{row.pk}/edit/", data).status_code == 302
    with scope(cast.cuprija):
        change = PlanChange.objects.get()
        assert Activity.objects.get().due_on == row.due_on, "nothing changes by proposing"
        assert (change.before, change.after) == ({"due_on": row.due_on.isoformat()}, {"due_on": later.isoformat()})
    page = mentor.get(PLAN).content.decode()
    assert "Избори у општини" in page
    assert "Agree to it" in page
    assert "Agree to it" not in officer.get(PLAN).content.decode()
    assert subjects_to(cast.mentor)[-1] == "Ćuprija: proposed change of “Три објаве са позивом”"
    officer.post(f"{PLAN}changes/{change.pk}/", {"decision": "accept"})
    with scope(cast.cuprija):
        assert Activity.objects.get().due_on == row.due_on, "one's own proposal is decided by the other side"
    mentor.post(f"{PLAN}changes/{change.pk}/", {"decision": "accept"})
    with scope(cast.cuprija):
        assert Activity.objects.get().due_on == later
        assert PlanChange.objects.get().accepted is True
    assert subjects_to(cast.officer)[-1] == "Ćuprija: the change of the plan is agreed"
    for client in (officer, mentor, sign_in(cast.viewer), sign_in(cast.staff)):
        assert "Избори у општини" in client.get(PLAN).content.decode(), "everybody who reads the plan sees its history"


def test_a_change_that_is_declined_leaves_the_plan_as_it_was(cast: Cast) -> None:
    plan = agreed(cast)
    row = only(plan)
    with scope(cast.cuprija):
        change = plan_changes.propose_drop(row, "Немамо људи", side=Side.MUNICIPALITY, by=cast.officer)
    sign_in(cast.mentor).post(f"{PLAN}changes/{change.pk}/", {"decision": "decline", "note": "Пробајмо ипак"})
    with scope(cast.cuprija):
        assert Activity.objects.get().dropped_at is None
        decided = PlanChange.objects.get()
        assert (decided.accepted, decided.decided_note) == (False, "Пробајмо ипак")
    assert "Пробајмо ипак" in sign_in(cast.officer).get(PLAN).content.decode()


def test_who_proposed_takes_it_back_and_nobody_is_bothered(cast: Cast) -> None:
    row = only(agreed(cast))
    with scope(cast.cuprija):
        change = plan_changes.propose_drop(row, "Немамо људи", side=Side.MUNICIPALITY, by=cast.officer)
        before = len(subjects_to(cast.mentor))
        plan_changes.decline(change, "", side=Side.MUNICIPALITY, by=cast.officer)
        assert len(subjects_to(cast.mentor)) == before
        with pytest.raises(ActionNotAllowed, match="already been decided"):
            plan_changes.accept(change, side=Side.MENTOR, by=cast.mentor)


def test_activities_are_added_dropped_and_days_moved_by_agreement(cast: Cast) -> None:
    plan = agreed(cast)
    row = only(plan)
    with scope(cast.cuprija):
        more = plan_changes.propose_activity(
            plan, wanted("Анкета", owner=cast.officer), "Грађани траже", side=Side.MENTOR, by=cast.mentor
        )
        drop = plan_changes.propose_drop(row, "Преузела је друга служба", side=Side.MENTOR, by=cast.mentor)
        days = plan_changes.propose_dates(
            plan, plan.starts_on, plan.ends_on + timedelta(days=14), plan.goal, "Празници", side=Side.MENTOR,
            by=cast.mentor,
        )  # fmt: skip
        for change in (more, drop, days):
            plan_changes.accept(change, side=Side.MUNICIPALITY, by=cast.approver)
        assert Plan.objects.get().ends_on == plan.ends_on + timedelta(days=14)
        names = {activity.name: activity for activity in Activity.objects.all()}
        assert names["Анкета"].owner == cast.officer
        assert names[row.name].dropped_because == "Преузела је друга служба"


def test_a_change_needs_a_reason_and_something_otherwise(cast: Cast) -> None:
    row = only(agreed(cast))
    with scope(cast.cuprija):
        with pytest.raises(ActionNotAllowed, match="Give a reason"):
            plan_changes.propose_drop(row, "  ", side=Side.MENTOR, by=cast.mentor)
        same = plans.ActivitySpec(name=row.name, due_on=row.due_on)
        with pytest.raises(ActionNotAllowed, match="Nothing is otherwise"):
            plan_changes.propose_change(row, same, "Онако", side=Side.MENTOR, by=cast.mentor)
        plan_changes.propose_drop(row, "Разлог", side=Side.MENTOR, by=cast.mentor)
        with pytest.raises(ActionNotAllowed, match="waits already"):
            plan_changes.propose_drop(row, "Разлог", side=Side.MENTOR, by=cast.mentor)
        with pytest.raises(ActionNotAllowed, match="is agreed"):
            plans.remove(row, by=cast.officer)


def test_a_change_of_somebody_who_left_keeps_their_name(cast: Cast) -> None:
    plan = agreed(cast)
    with scope(cast.cuprija):
        change = plan_changes.propose_activity(
            plan, wanted("Анкета", owner=cast.officer), "Разлог", side=Side.MENTOR, by=cast.mentor
        )
        Membership.objects.filter(user=cast.officer).update(ended_at="2026-01-01T00:00Z")
        plan_changes.accept(change, side=Side.MUNICIPALITY, by=cast.approver)
        row = Activity.objects.get(name="Анкета")
        assert (row.owner, row.owner_name) == (None, str(cast.officer))


# ---------------------------------------------------------------- the end


def test_when_the_municipality_leaves_the_plan_closes_and_keeps_what_was_done(cast: Cast) -> None:
    plan = agreed(cast)
    with scope(cast.cuprija):
        plan_changes.propose_drop(only(plan), "Разлог", side=Side.MENTOR, by=cast.mentor)
    programmes.end_enrolment(
        Enrolment.objects.get(municipality=cast.cuprija), today() - timedelta(days=1), by=cast.staff
    )
    update_plans()
    update_plans()
    with scope(cast.cuprija):
        plan = Plan.objects.get()
        assert (plan.closed_because, plan.closed_by) == (ClosingReason.LEFT, None)
        assert Activity.objects.count() == 1
        assert PlanChange.objects.get().decided_by is None
        with pytest.raises(ActionNotAllowed, match="closed"):
            plans.agree(plan, side=Side.MENTOR, by=cast.mentor)
    page = sign_in(cast.officer).get(PLAN).content.decode()
    assert "The municipality left the programme" in page
    assert "Lapsed with the plan" in page
    # and it comes back
    cohort = Cohort.objects.create(programme=cast.programme, name="Second", training_on=today())
    Enrolment.objects.create(cohort=cohort, municipality=cast.cuprija, starts_on=today())
    begun(cast, wanted(), first=today())
    with scope(cast.cuprija):
        assert Plan.objects.count() == 2
    assert f"?plan={plan.pk}" in sign_in(cast.officer).get(PLAN).content.decode()
    assert sign_in(cast.officer).get(f"{PLAN}?plan={plan.pk}").status_code == 200
    assert sign_in(cast.officer).get(f"{PLAN}?plan=0").status_code == 404


def test_a_plan_is_finished_when_its_days_are_over_or_nothing_is_open(cast: Cast) -> None:
    plan = agreed(cast)
    client = sign_in(cast.mentor)
    client.post(f"{PLAN}close/", {"because": "finished"})
    with scope(cast.cuprija):
        assert Plan.objects.get().is_running
        Activity.objects.update(done_on=today(), done_at="2026-11-01T10:00Z", done_by=cast.officer)
    assert "Close it as finished" in client.get(PLAN).content.decode()
    client.post(f"{PLAN}close/", {"because": "finished"})
    with scope(cast.cuprija):
        assert Plan.objects.get(pk=plan.pk).closed_because == ClosingReason.FINISHED


# ---------------------------------------------------------------- the page


def test_the_page_asks_a_fixed_number_of_questions(cast: Cast) -> None:
    client = sign_in(cast.officer)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PLAN).status_code == 200
        return len(captured)

    plan = agreed(cast)
    asked()  # the first visit of a session writes it down
    few = asked()
    with scope(cast.cuprija):
        for number in range(12):
            change = plan_changes.propose_activity(
                plan, wanted(f"Активност {number}", owner=cast.officer), "Разлог", side=Side.MENTOR, by=cast.mentor
            )
            if number % 2:
                plan_changes.accept(change, side=Side.MUNICIPALITY, by=cast.approver)
    assert asked() == few <= 12


def test_the_line_says_what_is_next_for_each_side(cast: Cast) -> None:
    plan = begun(cast, wanted("Раније", due=-3), wanted("Касније", due=30))
    with scope(cast.cuprija):
        board = queries.plan_dashboard(plan)
        assert queries.next_action(board, Side.MENTOR).kind == "agree"
        plans.agree(plan, side=Side.MENTOR, by=cast.mentor)
        board = queries.plan_dashboard(Plan.objects.get())
        assert queries.next_action(board, Side.MENTOR).kind == "other_agrees"
        plan = plans.agree(plan, side=Side.MUNICIPALITY, by=cast.officer)
        step = queries.next_action(queries.plan_dashboard(plan), Side.MUNICIPALITY)
        assert (step.kind, str(step.item.activity) if step.item else "") == ("late", "Раније")
        plan_changes.propose_drop(Activity.objects.get(name="Раније"), "Р", side=Side.MUNICIPALITY, by=cast.officer)
        assert queries.next_action(queries.plan_dashboard(plan), Side.MENTOR).kind == "decide"
    page = sign_in(cast.officer).get(PLAN).content.decode()
    assert "and that happens" in page
    assert reverse("mentoring_plan_activity", args=["cuprija", step.item.activity.pk]) in page  # type: ignore[union-attr]
