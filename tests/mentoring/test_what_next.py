"""One line of "what to do next": on the mentor's desk, and on the Home of those who write in a municipality."""

from __future__ import annotations

from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mentoring.domain.feedback import give
from mentoring.enums import ClosingReason, RubricLevel, Side
from mentoring.models import Plan
from mentoring.queries.people import runs
from mentoring.queries.rubric import rubric_of
from municipalities.enums import Role
from municipalities.models import Enrolment, Membership, Pairing
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.editing.domain.submit import submit
from posts.review.domain.comment import comment
from tests.mentoring import rows
from tests.people import Cast, municipality, person, sign_in
from tests.posts.desk import Desk

MOST_QUERIES = 14


def desk_of(cast: Cast) -> Any:
    return sign_in(cast.mentor).get(reverse("desk"))


def line(answer: Any) -> str:
    return str(answer.context["what_next"].text)


def home(cast: Cast, who: str = "officer") -> Any:
    answer = sign_in(getattr(cast, who)).get(reverse("workspace", args=["cuprija"]))
    assert answer.status_code == 200
    return answer


def mine(cast: Cast) -> Any:
    return home(cast).context["mentoring"].what_next


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """Ćuprija has a plan with one activity; Novi Pazar is not accompanied."""
    Pairing.objects.filter(municipality=cast.novi_pazar).delete()
    row = rows.plan(cast, cast.cuprija)
    rows.activity(row, "Анкета о тргу", due=12)
    return row


# ---- the mentor


def test_a_mentor_begins_with_a_plan(cast: Cast) -> None:
    assert line(desk_of(cast)) == "Ćuprija has no plan yet. Start one together."


def test_then_a_check_in_has_to_be_planned(cast: Cast, plan: Plan) -> None:
    answer = desk_of(cast)
    assert line(answer) == "No check-in with Ćuprija is planned. Agree on a day."
    assert answer.context["what_next"].url == reverse("check_ins", args=["cuprija"])


def test_where_nothing_waits_it_says_what_comes(cast: Cast, plan: Plan) -> None:
    made = rows.check_in(cast, cast.cuprija, 4)
    answer = desk_of(cast)
    assert line(answer).startswith("Nothing waits for you. The next check-in is with Ćuprija on")
    assert answer.context["what_next"].url == reverse("check_in", args=["cuprija", made.pk])
    assert answer.context["what_next"].calm


def test_what_is_past_its_day_comes_before_what_can_be_planned(cast: Cast, plan: Plan) -> None:
    rows.activity(plan, "Објава о е-шалтеру", due=-2)
    assert line(desk_of(cast)).startswith("In Ćuprija “Објава о е-шалтеру” was due on")
    assert "1 past its day" in desk_of(cast).content.decode()


def test_notes_that_are_missing_come_before_that(cast: Cast, plan: Plan) -> None:
    rows.activity(plan, due=-2)
    rows.check_in(cast, cast.cuprija, -1)
    assert line(desk_of(cast)).startswith("Record the results of the check-in with Ćuprija on")


def test_a_change_that_waits_for_the_mentor_comes_before_that(cast: Cast, plan: Plan) -> None:
    rows.check_in(cast, cast.cuprija, -1)
    rows.change(plan, Side.MUNICIPALITY, cast.officer)
    assert line(desk_of(cast)) == "Ćuprija proposes a change to the plan. Accept or decline it."


def test_a_post_that_waits_comes_before_that(cast: Cast, plan: Plan, desk: Desk) -> None:
    rows.change(plan, Side.MUNICIPALITY, cast.officer)
    with scope(desk.municipality):
        post = submit(desk.write("Вода"), by=cast.officer)
    answer = desk_of(cast)
    assert line(answer).startswith("A post of Ćuprija has waited for your word since")
    assert answer.context["what_next"].url == reverse("post", args=["cuprija", post.pk])
    with scope(desk.municipality):
        comment(post, "Добро је.", by=cast.mentor)
    assert line(desk_of(cast)) == "Ćuprija proposes a change to the plan. Accept or decline it."


def test_a_check_in_of_today_comes_first(cast: Cast, plan: Plan, desk: Desk) -> None:
    with scope(desk.municipality):
        submit(desk.write("Вода"), by=cast.officer)
    moment = timezone.localtime().replace(hour=23, minute=59, second=59)
    rows.check_in(cast, cast.cuprija, (moment - timezone.now()).total_seconds() / 86400)
    assert line(desk_of(cast)).startswith("Today at")


def test_each_municipality_tells_what_waits_and_how_many_drafts_are_open(cast: Cast, plan: Plan, desk: Desk) -> None:
    with scope(desk.municipality):
        submit(desk.write("Вода"), by=cast.officer)
        comment(desk.write("Струја"), "Добро је.", by=cast.mentor)
    (row,) = desk_of(cast).context["rows"]
    assert (row.municipality, row.drafts, row.waits) == (cast.cuprija, 2, 1)
    assert (row.overview.agreed, row.overview.done) == (1, 0)


def test_a_change_that_waits_for_the_municipality_is_not_the_mentors(cast: Cast, plan: Plan) -> None:
    rows.change(plan, Side.MENTOR, cast.mentor)
    (row,) = desk_of(cast).context["rows"]
    assert row.is_quiet
    assert "a change of the plan" not in desk_of(cast).content.decode()


def test_a_municipality_that_left_is_not_asked_for_a_plan(cast: Cast) -> None:
    Pairing.objects.filter(municipality=cast.novi_pazar).delete()
    Enrolment.objects.filter(municipality=cast.cuprija).update(ends_on=rows.day(-1))
    answer = desk_of(cast)
    assert "has left the programme" in answer.content.decode()
    assert line(answer) == "Nothing waits for you today."


def test_a_mentor_who_writes_elsewhere_sees_both_apart(cast: Cast, plan: Plan) -> None:
    Membership.objects.create(user=cast.mentor, municipality=cast.novi_pazar, role=Role.OFFICER)
    answer = desk_of(cast)
    assert [row.municipality for row in answer.context["rows"]] == [cast.cuprija]
    assert answer.context["others"] == [cast.novi_pazar]
    assert "Where you have another role" in answer.content.decode()
    there = sign_in(cast.mentor).get(reverse("workspace", args=["novi-pazar"]))
    assert there.context["mentoring"].what_next.sentence.startswith("There is no plan for the mentoring yet.")


def test_pairings_that_follow_each_other_or_run_at_once_count_once(cast: Cast, plan: Plan) -> None:
    Pairing.objects.create(
        mentor=cast.mentor, municipality=cast.cuprija, starts_on=rows.day(-90), ends_on=rows.day(-60)
    )
    Pairing.objects.create(mentor=person("second"), municipality=cast.cuprija, starts_on=rows.day(-5))
    assert len(desk_of(cast).context["rows"]) == 1
    assert sum(runs(row, today()) for row in Pairing.objects.filter(municipality=cast.cuprija)) == 2


# ---- the officer


def test_without_a_plan_the_officer_hears_that_the_mentor_begins_it(cast: Cast) -> None:
    assert mine(cast).sentence == "There is no plan for the mentoring yet. Your mentor begins it with you."


def test_the_next_activity_is_the_next_step(cast: Cast, plan: Plan) -> None:
    assert mine(cast).sentence.startswith("“Анкета о тргу”, until")
    assert not mine(cast).calm


def test_late_ones_are_told_kindly_with_the_way_out(cast: Cast, plan: Plan) -> None:
    rows.activity(plan, "Објава о е-шалтеру", due=-2)
    assert mine(cast).text.startswith("“Објава о е-шалтеру” was due on")
    assert "propose another day" in mine(cast).text


def test_the_officer_agrees_before_anything_else(cast: Cast, plan: Plan) -> None:
    rows.activity(plan, due=-2)
    rows.change(plan, Side.MENTOR, cast.mentor)
    assert mine(cast).sentence == "Your mentor proposes a change to the plan. Accept or decline it."
    with scope(cast.cuprija):
        Plan.objects.update(agreed_at=None, municipality_agreed_at=None)
        plan.changes.all().delete()
    assert mine(cast).sentence.startswith("The plan waits for your agreement.")


def test_feedback_that_waits_for_an_answer_is_told(cast: Cast, plan: Plan, desk: Desk) -> None:
    with scope(desk.municipality):
        comment(desk.write("Вода"), "Који је рок?", by=cast.mentor)
    assert mine(cast).sentence == "Your mentor left a word on 1 post that waits for your answer."


def test_when_all_is_done_it_says_so(cast: Cast) -> None:
    row = rows.plan(cast, cast.cuprija)
    assert mine(cast).sentence == "The plan is still empty."
    rows.activity(row, due=3, done=-1)
    assert mine(cast).sentence == "All that was agreed is done."
    rows.close(row, ClosingReason.FINISHED)
    assert mine(cast).sentence == "The plan is closed. See what came of it."


def test_a_municipality_that_left_is_asked_for_nothing(cast: Cast, plan: Plan) -> None:
    Enrolment.objects.filter(municipality=cast.cuprija).update(ends_on=rows.day(-1))
    assert home(cast).context["mentoring"] is None


def test_who_only_reads_is_told_no_next_step(cast: Cast, plan: Plan) -> None:
    assert home(cast, "viewer").context["mentoring"] is None
    assert home(cast, "mentor").context["mentoring"] is None
    assert home(cast, "approver").context["mentoring"] is not None


def test_the_rubric_in_short_is_of_ones_own_posts(cast: Cast, plan: Plan, desk: Desk) -> None:
    assert home(cast).context["mentoring"].rubric.now is None
    with scope(desk.municipality):
        post = desk.write("Вода")
        give(post, {criterion.key: RubricLevel.GOOD for criterion in rubric_of(cast.cuprija)}, "", by=cast.mentor)
    assert home(cast).context["mentoring"].rubric.now == 3
    assert home(cast, "approver").context["mentoring"].rubric.now is None
    assert "of 4" in home(cast).content.decode()


def test_in_serbian_a_date_ends_the_sentence_by_itself(cast: Cast, plan: Plan) -> None:
    type(cast.officer).objects.filter(pk=cast.officer.pk).update(language="sr")
    assert ".." not in mine(cast).text


# ---- how much is asked


def test_home_and_desk_ask_a_fixed_number_of_questions(cast: Cast, plan: Plan, desk: Desk) -> None:
    def asked(who: Any, path: str) -> int:
        client = sign_in(who)
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    pages = [(cast.officer, "/m/cuprija/"), (cast.approver, "/m/cuprija/"), (cast.mentor, "/desk/")]
    with scope(desk.municipality):
        comment(desk.write("Вода"), "Који је рок?", by=cast.mentor)
        submit(desk.write("Струја"), by=cast.officer)
    before = [asked(*page) for page in pages]
    for n in range(8):
        rows.activity(plan, due=n - 4)
        rows.check_in(cast, cast.cuprija, n - 3.5)
        place = municipality(f"place-{n}", f"Место {n}", f"Mesto {n}")
        Enrolment.objects.create(cohort=cast.programme.cohorts.get(), municipality=place, starts_on=rows.day(-30))
        Pairing.objects.create(mentor=cast.mentor, municipality=place, starts_on=rows.day(-30))
        rows.activity(rows.plan(cast, place))
        with scope(desk.municipality):
            comment(submit(desk.write("Вода"), by=cast.officer), "Који је рок?", by=cast.mentor)
    after = [asked(*page) for page in pages]
    assert after == before
    assert max(after) <= MOST_QUERIES
