"""The programme's home: who needs something, in which order, and what to do next."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.enums import Better, Span, Unit
from analytics.models import IndicatorValue, ProgrammeIndicator, Target
from mentoring.attention import covered_until
from mentoring.enums import ClosingReason, Side
from mentoring.queries.programme_home import EnrolmentStatus, enrolment_statuses
from municipalities.domain.programme import pair, succeed
from municipalities.models import Cohort, Enrolment, Municipality, Pairing, Programme
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.editing.domain.submit import submit
from posts.models import Comment, Decision
from posts.review.domain.comment import comment, reply
from tests.mentoring import rows
from tests.people import Cast, municipality, person, sign_in
from tests.posts.desk import Desk

MOST_QUERIES = 12


def shown(cast: Cast, **asked: Any) -> Any:
    answer = sign_in(cast.staff).get(reverse("programme_mentoring"), asked)
    assert answer.status_code == 200
    return answer


def names(answer: Any) -> list[str]:
    return [str(status.municipality) for status in answer.context["page"]]


def status(cast: Cast, municipality: Municipality | None = None) -> EnrolmentStatus:
    municipality = municipality or cast.cuprija
    return next(row for row in enrolment_statuses([cast.programme], timezone.now()) if row.municipality == municipality)


def kinds(cast: Cast, municipality: Municipality | None = None) -> list[str]:
    return [need.kind for need in status(cast, municipality).needs]


@pytest.fixture
def calm(cast: Cast) -> Cast:
    """Both have a plan on which they are on their way, and a check-in to come."""
    for place in (cast.cuprija, cast.novi_pazar):
        rows.activity(rows.plan(cast, place))
        rows.check_in(cast, place, 5)
    return cast


def test_where_everything_is_on_its_way_nobody_needs_anything(calm: Cast) -> None:
    answer = shown(calm)
    assert names(answer) == ["Ćuprija", "Novi Pazar"]
    assert kinds(calm) == []
    assert answer.context["what_next"].calm
    assert "2 municipalities are on track" in answer.content.decode()
    assert names(shown(calm, show="needs")) == []
    assert "No municipality needs attention" in shown(calm, show="needs").content.decode()


def test_a_municipality_without_a_mentor_stands_first(calm: Cast) -> None:
    Pairing.objects.filter(municipality=calm.novi_pazar).update(ends_on=today() - timedelta(days=3))
    answer = shown(calm)
    assert names(answer) == ["Novi Pazar", "Ćuprija"]
    assert kinds(calm, calm.novi_pazar) == ["no_mentor"]
    assert status(calm, calm.novi_pazar).needs[0].since == rows.day(-2)
    assert answer.context["what_next"].sentence.startswith("Novi Pazar has no mentor.")
    assert answer.context["what_next"].url == f"{reverse('pair')}?municipality={calm.novi_pazar.pk}"


def test_a_pairing_that_ends_soon_stands_out_until_somebody_follows(calm: Cast) -> None:
    mine = Pairing.objects.get(municipality=calm.cuprija)
    Pairing.objects.filter(pk=mine.pk).update(ends_on=rows.day(12))
    assert kinds(calm) == ["ends"]
    assert shown(calm).context["what_next"].url == reverse("pairing_hand_over", args=[mine.pk])
    mine.refresh_from_db()
    succeed(mine, person("successor"), rows.day(5), rows.day(90), by=calm.staff)
    assert kinds(calm) == []
    assert "then Successor, from" in shown(calm).content.decode()


def test_a_pairing_that_ends_with_the_plan_needs_nobody_after_it(calm: Cast) -> None:
    with scope(calm.cuprija):
        plan = status(calm).overview.plan
        type(plan).objects.filter(pk=plan.pk).update(ends_on=rows.day(10))
    Pairing.objects.filter(municipality=calm.cuprija).update(ends_on=rows.day(12))
    assert kinds(calm) == []


def test_two_mentors_at_once_are_both_shown(calm: Cast) -> None:
    other = person("other")
    Pairing.objects.filter(municipality=calm.cuprija).update(ends_on=rows.day(5))
    pair(other, calm.cuprija, rows.day(-3), None, by=calm.staff)
    assert [row.mentor for row in status(calm).current] == [calm.mentor, other]
    assert kinds(calm) == []  # the second one stays
    assert names(shown(calm, mentor=other.pk)) == ["Ćuprija"]
    assert names(shown(calm, mentor=calm.mentor.pk)) == ["Ćuprija", "Novi Pazar"]


def test_days_on_which_somebody_accompanies_follow_each_other_without_a_gap() -> None:
    def period(first: int, last: int | None) -> Pairing:
        return Pairing(starts_on=date(2026, 12, first), ends_on=last and date(2026, 12, last))

    on = date(2026, 12, 10)
    assert covered_until([period(1, 15)], on) == date(2026, 12, 15)
    assert covered_until([period(16, 20), period(1, 15)], on) == date(2026, 12, 20)
    assert covered_until([period(1, 15), period(17, 20)], on) == date(2026, 12, 15)
    assert covered_until([period(1, 15), period(12, None)], on) is None
    with pytest.raises(ValueError, match="nobody"):
        covered_until([period(11, None)], on)


def test_a_municipality_that_left_is_shown_as_left_and_needs_nothing(calm: Cast) -> None:
    plan = status(calm).overview.plan
    assert plan is not None
    rows.activity(plan, due=-5)
    assert kinds(calm) == ["overdue"]
    Enrolment.objects.filter(municipality=calm.cuprija).update(ends_on=rows.day(-1))
    assert kinds(calm) == []
    assert names(shown(calm)) == ["Novi Pazar"]
    left = shown(calm, show="left")
    assert names(left) == ["Ćuprija"]
    assert "left on" in left.content.decode()
    assert shown(calm).context["cohorts"][0].overdue == 0


def test_a_plan_that_was_closed_is_late_with_nothing(calm: Cast) -> None:
    plan = status(calm).overview.plan
    assert plan is not None
    rows.activity(plan, due=-5)
    rows.close(plan, ClosingReason.FINISHED)
    Pairing.objects.filter(municipality=calm.cuprija).update(ends_on=rows.day(-1))
    assert kinds(calm) == []
    assert "Finished" in shown(calm).content.decode()


def test_no_plan_is_a_need_two_weeks_after_the_training(cast: Cast) -> None:
    assert kinds(cast) == ["no_plan"]
    Cohort.objects.update(training_on=rows.day(-13))
    Enrolment.objects.update(starts_on=rows.day(-40))
    assert kinds(cast) == []


def test_a_plan_waits_for_who_has_not_agreed(calm: Cast) -> None:
    plan = status(calm).overview.plan
    assert plan is not None
    with scope(calm.cuprija):
        type(plan).objects.filter(pk=plan.pk).update(agreed_at=None, municipality_agreed_at=None)
    assert kinds(calm) == ["agreement"]
    assert "has waited for the municipality since" in shown(calm).context["what_next"].sentence
    assert "the plan for the municipality's agreement" in shown(calm).content.decode()


def test_activities_past_their_day_and_done_ones_are_counted(calm: Cast) -> None:
    plan = status(calm).overview.plan
    assert plan is not None
    rows.activity(plan, due=-5)
    rows.activity(plan, due=-6, done=-7)
    rows.activity(plan, due=-6, dropped_at=timezone.now())
    rows.activity(plan, due=0)  # its day still belongs to it
    overview = status(calm).overview
    assert (overview.agreed, overview.done, overview.overdue) == (4, 1, 1)
    assert kinds(calm) == ["overdue"]
    page = shown(calm).content.decode()
    assert "1 of 4 activities done" in page
    assert "In Ćuprija 1 agreed activity is past its day." in page


def test_a_change_waits_for_the_other_side(calm: Cast) -> None:
    plan = status(calm).overview.plan
    assert plan is not None
    made = rows.change(plan, Side.MUNICIPALITY, calm.officer, ago=2)
    overview = status(calm).overview
    assert overview.proposed_to(Side.MENTOR) is not None
    assert overview.proposed_to(Side.MUNICIPALITY) is None
    assert kinds(calm) == []  # two days are no reason
    with scope(calm.cuprija):
        type(made).objects.filter(pk=made.pk).update(proposed_at=rows.at(-9))
    assert kinds(calm) == ["proposal"]
    assert "has waited for the mentor since" in shown(calm).context["what_next"].sentence


def test_three_weeks_without_a_check_in_are_silence(cast: Cast) -> None:
    plan = rows.plan(cast, cast.cuprija, agreed_at=rows.at(-40))
    rows.activity(plan)
    assert kinds(cast) == ["silence"]
    rows.check_in(cast, cast.cuprija, -22, held=True)
    assert kinds(cast) == ["silence"]
    rows.check_in(cast, cast.cuprija, -20, held=True)
    assert kinds(cast) == []


def test_a_check_in_of_which_nobody_says_whether_it_was_held(calm: Cast) -> None:
    rows.check_in(calm, calm.cuprija, -4)
    assert kinds(calm) == ["unsaid"]
    assert "without notes" in shown(calm).content.decode()


def test_a_submitted_post_waits_for_the_mentor_until_their_word(calm: Cast, desk: Desk) -> None:
    with scope(desk.municipality):
        post = submit(desk.write("Вода"), by=calm.officer)
    waits = status(calm).to_mentor
    assert waits is not None
    assert waits.count == 1
    assert kinds(calm) == []  # the programme promises a day
    with scope(desk.municipality):
        Decision.objects.update(at=rows.at(-3))
    assert kinds(calm) == ["drafts"]
    assert shown(calm).context["what_next"].url == reverse("posts", args=["cuprija"])
    with scope(desk.municipality):
        comment(post, "Који је рок?", by=calm.mentor)
    assert status(calm).to_mentor is None


def test_feedback_waits_for_the_municipality_until_it_answers(calm: Cast, desk: Desk) -> None:
    with scope(desk.municipality):
        thread = comment(desk.write("Вода"), "Који је рок?", by=calm.mentor)
        Comment.objects.update(at=rows.at(-8))
    assert kinds(calm) == ["feedback"]
    with scope(desk.municipality):
        reply(thread, "Петак.", by=calm.officer)
    assert status(calm).to_municipality is None
    assert kinds(calm) == []


def test_nobody_waits_for_who_is_no_mentor_any_more(calm: Cast, desk: Desk) -> None:
    with scope(desk.municipality):
        comment(desk.write("Вода"), "Који је рок?", by=calm.mentor)
        submit(desk.write("Струја"), by=calm.officer)
    Pairing.objects.filter(municipality=calm.cuprija).update(ends_on=rows.day(-1))
    enrolled = status(calm)
    assert (enrolled.to_mentor, enrolled.to_municipality) == (None, None)


def behind(cast: Cast, value: float = 10) -> ProgrammeIndicator:
    """An indicator whose target of 60 % was due yesterday."""
    row = ProgrammeIndicator.objects.create(
        programme=cast.programme, code="OP1", level="output", unit=Unit.PERCENT, better=Better.UP, added_by=cast.staff
    )
    Target.objects.create(indicator=row, value=60, due_on=rows.day(-1), reason="Договор", set_by=cast.staff)
    for place in (cast.cuprija, cast.novi_pazar):
        with scope(place):
            IndicatorValue.objects.create(
                municipality=place, code="OP1", span=Span.ROLLING, first=rows.day(-28), last=rows.day(-1),
                value=value if place == cast.cuprija else 80, n=20, is_enough=True,
            )  # fmt: skip
    return row


def test_indicators_off_track_are_named(calm: Cast) -> None:
    row = behind(calm)
    assert [behind_target.indicator for behind_target in status(calm).behind] == [row]
    assert kinds(calm) == ["behind"]
    assert kinds(calm, calm.novi_pazar) == []
    assert "Posts with a call to action" in shown(calm).content.decode()


def test_who_did_not_agree_to_comparison_is_judged_by_nobody(calm: Cast) -> None:
    behind(calm)
    Enrolment.objects.filter(municipality=calm.cuprija).update(compares=False)
    assert kinds(calm) == []
    assert "not compared" in shown(calm).content.decode()


def test_an_own_target_takes_the_place_of_the_programmes(calm: Cast) -> None:
    from analytics.models import MunicipalityTarget

    row = behind(calm)
    with scope(calm.cuprija):
        MunicipalityTarget.objects.create(
            municipality=calm.cuprija, indicator=row, value=5, due_on=rows.day(-1), reason="Договор", set_by=calm.staff
        )
    assert kinds(calm) == []


# ---- who may see it, and how much of it


def test_staff_see_their_own_programme_only(calm: Cast) -> None:
    elsewhere = Programme.objects.create(name="Other")
    cohort = Cohort.objects.create(programme=elsewhere, name="Second", training_on=today())
    Enrolment.objects.create(cohort=cohort, municipality=municipality("bor", "Бор", "Bor"), starts_on=today())
    assert names(shown(calm)) == ["Ćuprija", "Novi Pazar"]
    for who in ("officer", "mentor", "administrator"):
        assert sign_in(getattr(calm, who)).get(reverse("programme_mentoring")).status_code == 404


@pytest.mark.parametrize("asked", [{"cohort": "0"}, {"cohort": "x"}, {"mentor": "99999"}, {"show": "x"}, {"page": "z"}])
def test_what_means_nothing_narrows_nothing(calm: Cast, asked: dict[str, str]) -> None:
    assert names(shown(calm, **asked)) == ["Ćuprija", "Novi Pazar"]


def test_a_cohort_and_what_it_comes_to(calm: Cast) -> None:
    second = Cohort.objects.create(programme=calm.programme, name="Second", training_on=rows.day(-2))
    Enrolment.objects.create(cohort=second, municipality=municipality("bor", "Бор", "Bor"), starts_on=rows.day(-2))
    answer = shown(calm, cohort=second.pk)
    assert names(answer) == ["Bor"]
    cohorts = [(str(g.cohort), len(g.here), g.accompanied, g.plans, g.needy) for g in answer.context["cohorts"]]
    assert cohorts == [("Second", 1, 0, 0, 1), ("First", 2, 2, 2, 0)]


def test_a_programme_without_municipalities_says_how_to_begin(cast: Cast) -> None:
    Enrolment.objects.all().delete()
    answer = shown(cast)
    assert "No municipality takes part yet" in answer.content.decode()
    assert answer.context["what_next"].url == reverse("programme_people")


def test_it_follows_the_overview_in_the_rail(calm: Cast) -> None:
    section = shown(calm).context["nav"][0]
    pages = [(str(item.label), item.current) for item in section.items[:2]]
    assert pages == [("Overview", False), ("Mentoring", True)]


def test_it_asks_a_fixed_number_of_questions_and_stays_small(calm: Cast) -> None:
    client = sign_in(calm.staff)
    address = reverse("programme_mentoring")
    client.get(address)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        assert len(answer.content) < 120_000
        return len(queries)

    before = asked()
    cohort = Cohort.objects.get()
    for n in range(40):
        place = municipality(f"place-{n}", f"Место {n}", f"Mesto {n}")
        Enrolment.objects.create(cohort=cohort, municipality=place, starts_on=rows.day(-30))
        Pairing.objects.create(mentor=calm.mentor, municipality=place, starts_on=rows.day(-30))
        plan = rows.plan(calm, place)
        for due in (-3, 3, 9):
            rows.change(plan, Side.MENTOR, calm.mentor, about=rows.activity(plan, due=due))
    behind(calm)
    assert asked() == before <= MOST_QUERIES
    assert len(client.get(address, {"page": 3}).context["page"].object_list) == 12
