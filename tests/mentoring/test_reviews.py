"""A review is begun from the plan, written by both sides, confirmed by both, frozen, and fetched in three languages."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from mentoring.domain import plan_activities, reviews
from mentoring.domain.feedback import give
from mentoring.enums import ReviewKind, RubricLevel, Side
from mentoring.models import Activity, Feedback, Plan, Review
from mentoring.queries.reviews import possible
from mentoring.review_document import build
from municipalities.models import Membership, Pairing
from municipalities.queries import today
from municipalities.tenancy import scope
from notifications.models import Notification
from reports.document import Missing, Table
from reports.files import pdf
from tests.mentoring.plans import agreed, begun, wanted
from tests.mentoring.talks import held, step
from tests.people import Cast, person, sign_in
from tests.posts.desk import Desk
from tests.reports import reading

DAY = timedelta(days=1)
LONG_AGO = 70
LANGUAGES = {"sr": "sr-Cyrl", "sr-latn": "sr-Latn", "en": "en"}


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """Two activities: one was to be done a week ago, one is due in ten days."""
    Pairing.objects.update(starts_on=today() - 90 * DAY)
    from municipalities.models import Enrolment

    Enrolment.objects.update(starts_on=today() - 90 * DAY)
    return agreed(
        cast, wanted("Анкета о паркингу", due=-7), wanted("Три објаве", due=10), first=today() - LONG_AGO * DAY
    )


@pytest.fixture
def review(cast: Cast, plan: Plan) -> Review:
    with scope(cast.cuprija):
        return reviews.begin(plan, ReviewKind.FINAL, by=cast.officer)


def url(name: str, *args: Any) -> str:
    return reverse(name, args=["cuprija", *args])


def fresh(review: Review) -> Review:
    with scope(review.municipality_id):
        return Review.objects.get(pk=review.pk)


def say(review: Review, who: Any, side: Side, comment: str, after: str = "") -> Review:
    with scope(review.municipality_id):
        revision = fresh(review).revision
        return reviews.write(review, comment, after, side=side, revision=revision, by=who)


def confirm(review: Review, who: Any, side: Side) -> Review:
    with scope(review.municipality_id):
        return reviews.confirm(review, side=side, revision=fresh(review).revision, by=who)


def frozen(cast: Cast, review: Review) -> Review:
    say(review, cast.mentor, Side.MENTOR, "Позив на акцију је сада навика.")
    say(review, cast.officer, Side.MUNICIPALITY, "Питања стижу и викендом.", "Ана: анкета сваког месеца")
    confirm(review, cast.mentor, Side.MENTOR)
    return confirm(review, cast.officer, Side.MUNICIPALITY)


def table(document: Any, name: str) -> Table:
    return next(candidate for candidate in document.tables if candidate.name == name)


# ---- beginning


def test_an_officer_begins_one_and_both_sides_are_told(cast: Cast, plan: Plan) -> None:
    held(cast.cuprija, cast.mentor, -3, "1.5", "Разговор", step("Описати слике"))
    Notification.objects.all().delete()
    officer = sign_in(cast.officer)
    page = officer.get(url("mentoring_reviews"))
    assert {row.kind for row in page.context["possible"]} == {"mid", "final"}
    answer = officer.post(url("mentoring_review_begin"), {"plan": plan.pk, "kind": "final"})
    with scope(cast.cuprija):
        row = Review.objects.get()
    assert answer.headers["Location"] == url("mentoring_review", row.pk)
    assert {row.user for row in Notification.objects.all()} == {cast.mentor, cast.approver}
    shown = officer.get(url("mentoring_review", row.pk)).content.decode()
    for text in ("Анкета о паркингу", "0 of 2 agreed activities are done.", "Описати слике", "This is a draft"):
        assert text in shown
    # whoever was slower gets the same one
    assert officer.post(url("mentoring_review_begin"), {"plan": plan.pk, "kind": "final"}).status_code == 302
    with scope(cast.cuprija):
        assert Review.objects.count() == 1


def test_there_is_nothing_to_look_back_on_before_both_agreed(cast: Cast) -> None:
    draft = begun(cast)
    with scope(cast.cuprija), pytest.raises(ActionNotAllowed):
        reviews.begin(draft, ReviewKind.MID, by=cast.officer)
    answer = sign_in(cast.officer).post(url("mentoring_review_begin"), {"plan": draft.pk, "kind": "mid"}, follow=True)
    assert "There is nothing to review yet" in answer.content.decode()
    assert "created from a plan on which both have agreed" in answer.content.decode()


@pytest.mark.parametrize("asked", [{"kind": "mid", "plan": "x"}, {"kind": "mid", "plan": "9" * 30}, {"kind": "odd"}])
def test_what_makes_no_sense_is_not_begun(cast: Cast, plan: Plan, asked: dict[str, str]) -> None:
    assert sign_in(cast.officer).post(url("mentoring_review_begin"), asked).status_code == 404


def test_half_time_is_looked_back_on_before_the_end_only(cast: Cast, plan: Plan) -> None:
    kinds = [review.kind for review in possible([plan], [], plan.ends_on + DAY)]
    assert kinds == ["final"]
    half = possible([plan], [], plan.starts_on + 45 * DAY)
    assert [(review.kind, review.is_timely) for review in half] == [("mid", True), ("final", False)]


# ---- what stands in it


def test_what_is_not_known_is_said_and_not_guessed(cast: Cast, review: Review) -> None:
    with scope(cast.cuprija):
        document = build(review)
    rows = table(document, "indicators").rows
    assert [str(row[0]).split()[0] for row in rows][:3] == ["OC1", "OC2", "OC5"]
    assert "ME1" in {str(row[0]).split()[0] for row in rows}
    changes = {row[-1].reason for row in rows if isinstance(row[-1], Missing)}
    assert changes == {"not enough data"}
    page = sign_in(cast.officer).get(url("mentoring_review", review.pk)).content.decode()
    assert "No feedback by the rubric was given in these weeks." in page


def test_feedback_at_the_beginning_stands_beside_that_at_the_end(desk: Desk, plan: Plan) -> None:
    cast = desk.cast
    with scope(cast.cuprija):
        for number, (days, level) in enumerate([(65, RubricLevel.NOT_YET)] * 5 + [(3, RubricLevel.GOOD)] * 4):
            post = desk.write(f"Вода {number}")
            row = give(post, {"clarity": level}, "", by=cast.mentor)
            Feedback.objects.filter(pk=row.pk).update(given_at=timezone.now() - days * DAY)
        review = reviews.begin(plan, ReviewKind.FINAL, by=cast.officer)
        rows = table(build(review), "feedback").rows
    line = next(row for row in rows if row[2])
    # five levels are enough for a mean, four are not
    assert line[1] == 1.0
    assert (line[2], line[4]) == (5, 4)
    assert isinstance(line[3], Missing)


def test_evidence_whose_post_is_gone_is_told_as_gone(desk: Desk, plan: Plan) -> None:
    cast = desk.cast
    from tests.mentoring.plans import post

    with scope(cast.cuprija):
        ours = Activity.objects.filter(plan=plan).order_by("due_on").first()
        assert ours is not None
    shown = post(desk.mastodon, "Колико паркинга треба?")
    with scope(cast.cuprija):
        plan_activities.add_posts(ours, [shown.pk], by=cast.officer)
        type(shown).objects.filter(pk=shown.pk).update(deleted_at=timezone.now())
        row = reviews.begin(plan, ReviewKind.FINAL, by=cast.officer)
        cells = [str(cells[-1]) for cells in table(build(row), "activities").rows]
    assert any("Колико паркинга треба?" in cell and "no longer public" in cell for cell in cells)


# ---- writing and confirming


def test_each_side_writes_its_own_words_and_a_word_takes_confirmations_back(cast: Cast, review: Review) -> None:
    mentor, officer = sign_in(cast.mentor), sign_in(cast.officer)
    page = mentor.get(url("mentoring_review_write", review.pk))
    assert "The mentor&#x27;s view" in page.content.decode()
    data = {"words": "Добро иде.", "next_steps": "Анкета", "revision": page.context["row"].revision}
    assert mentor.post(url("mentoring_review_write", review.pk), data).status_code == 302
    assert (fresh(review).mentor_comment, fresh(review).municipality_comment) == ("Добро иде.", "")
    Notification.objects.all().delete()
    mentor.post(url("mentoring_review_confirm", review.pk), {"revision": fresh(review).revision})
    assert fresh(review).mentor_confirmed_by == cast.mentor
    assert {row.user for row in Notification.objects.all()} == {cast.officer, cast.approver}
    # the officer had the page open before: their save is refused, nothing is lost
    late = {"words": "Наше речи", "next_steps": "", "revision": 1}
    answer = officer.post(url("mentoring_review_write", review.pk), late)
    assert answer.status_code == 422
    assert "The review was changed while you had it open." in answer.content.decode()
    assert "Наше речи" in answer.content.decode()
    officer.post(url("mentoring_review_write", review.pk), {**late, "revision": fresh(review).revision})
    assert fresh(review).mentor_confirmed_at is None


def test_with_the_second_confirmation_it_is_frozen(cast: Cast, review: Review) -> None:
    row = frozen(cast, review)
    assert row.is_frozen
    assert row.content["said"]["mentor_comment"] == "Позив на акцију је сада навика."
    with translation.override("en"), scope(cast.cuprija):
        before = build(fresh(review))
        # what happens to plan and names afterwards changes nothing
        Activity.objects.update(name="Нешто друго", done_on=today(), done_at=timezone.now())
        cast.mentor.name = "Друго Име"
        cast.mentor.save()
        assert build(fresh(review)) == before
        for act in (
            lambda: reviews.write(row, "x", "", side=Side.MENTOR, revision=row.revision, by=cast.mentor),
            lambda: reviews.refresh(row, revision=row.revision, by=cast.mentor),
            lambda: reviews.confirm(row, side=Side.MENTOR, revision=row.revision, by=cast.mentor),
        ):
            with pytest.raises(ActionNotAllowed):
                act()
    page = sign_in(cast.viewer).get(url("mentoring_review", review.pk)).content.decode()
    assert "Confirmed by both" in page
    assert "This is a draft" not in page


def test_who_says_nothing_confirms_nothing_and_nobody_confirms_for_both(cast: Cast, review: Review) -> None:
    with pytest.raises(ActionNotAllowed, match="First enter"):
        confirm(review, cast.mentor, Side.MENTOR)
    say(review, cast.mentor, Side.MENTOR, "Добро")
    say(review, cast.officer, Side.MUNICIPALITY, "Добро")
    confirm(review, cast.officer, Side.MUNICIPALITY)
    with pytest.raises(ActionNotAllowed, match="for the other side"):
        confirm(review, cast.officer, Side.MENTOR)
    # the officer is made a mentor of the municipality, too: they speak for that side alone
    Pairing.objects.create(mentor=cast.officer, municipality=cast.cuprija, starts_on=today())
    answer = sign_in(cast.officer).post(
        url("mentoring_review_confirm", review.pk), {"revision": fresh(review).revision}, follow=True
    )
    assert "You have confirmed for the other side." in answer.content.decode()


def test_numbers_are_read_anew_when_somebody_asks(cast: Cast, review: Review) -> None:
    say(review, cast.mentor, Side.MENTOR, "Добро")
    confirm(review, cast.mentor, Side.MENTOR)
    with scope(cast.cuprija):
        Activity.objects.filter(name="Три објаве").update(done_on=today(), done_at=timezone.now())
    assert (
        "0 of 2 agreed activities are done."
        in sign_in(cast.staff).get(url("mentoring_review", review.pk)).content.decode()
    )
    answer = sign_in(cast.officer).post(
        url("mentoring_review_look_again", review.pk), {"revision": fresh(review).revision}, follow=True
    )
    assert "1 of 2 agreed activities are done." in answer.content.decode()
    assert fresh(review).mentor_confirmed_at is None


def test_a_text_without_end_is_refused(cast: Cast, review: Review) -> None:
    data = {"words": "а" * 6001, "next_steps": "", "revision": 1}
    answer = sign_in(cast.officer).post(url("mentoring_review_write", review.pk), data)
    assert answer.status_code == 422
    assert "This is too long" in answer.content.decode()


# ---- the PDF


@pytest.mark.parametrize(("tongue", "says"), [("sr", "Анкета о паркингу"), ("sr-latn", "Anketa o parkingu"),
                                              ("en", "The mentor's view")])  # fmt: skip
def test_it_is_fetched_as_a_pdf_in_three_languages(cast: Cast, review: Review, tongue: str, says: str) -> None:
    frozen(cast, review)
    answer = sign_in(cast.viewer).get(url("mentoring_review_file", review.pk, tongue))
    assert answer["Content-Type"] == "application/pdf"
    printed = reading.pdf(answer.content)
    assert " ".join(says.split()) in " ".join(printed.text.split())
    assert printed.language == LANGUAGES[tongue]
    assert AuditEvent.objects.filter(verb="review.download").count() == 1


def test_a_language_that_we_do_not_have_is_not_there(cast: Cast, review: Review) -> None:
    assert sign_in(cast.viewer).get(url("mentoring_review_file", review.pk, "de")).status_code == 404


def test_the_pdf_is_written_in_less_than_a_second(cast: Cast, review: Review) -> None:
    row = frozen(cast, review)
    with scope(cast.cuprija), translation.override("sr"):
        document = build(row)
        pdf.write(document)
        times = []
        for _each in range(5):
            began = time.process_time()
            pdf.write(document)
            times.append(time.process_time() - began)
    assert min(times) < 1


# ---- who may


@pytest.mark.parametrize("name", ["mentoring_review", "mentoring_review_write"])
def test_another_municipality_s_review_is_not_there(cast: Cast, review: Review, name: str) -> None:
    assert sign_in(cast.mentor).get(reverse(name, args=["novi-pazar", review.pk])).status_code == 404
    assert sign_in(cast.stranger).get(url(name, review.pk)).status_code == 404


def test_readers_read_and_change_nothing(cast: Cast, review: Review) -> None:
    for who in (cast.viewer, cast.staff):
        client = sign_in(who)
        assert client.get(url("mentoring_review", review.pk)).status_code == 200
        for name in ("mentoring_review_write", "mentoring_review_confirm", "mentoring_review_look_again"):
            assert client.post(url(name, review.pk), {"revision": 1}).status_code == 403


def test_whose_membership_ended_is_out_and_a_successor_goes_on(cast: Cast, review: Review) -> None:
    Membership.objects.filter(user=cast.officer).update(ended_at=timezone.now())
    assert sign_in(cast.officer).get(url("mentoring_review", review.pk)).status_code == 404
    Pairing.objects.filter(municipality=cast.cuprija).update(ends_on=today() - DAY)
    heir = person("heir")
    Pairing.objects.create(mentor=heir, municipality=cast.cuprija, starts_on=today())
    say(review, heir, Side.MENTOR, "Настављамо")
    assert confirm(review, heir, Side.MENTOR).mentor_confirmed_by == heir


def test_the_pages_ask_a_fixed_number_of_questions(cast: Cast, review: Review) -> None:
    officer = sign_in(cast.officer)

    def count(path: str) -> int:
        officer.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert officer.get(path).status_code == 200
        return len(asked)

    paths = [url("mentoring_reviews"), url("mentoring_review", review.pk), url("mentoring_review_write", review.pk)]
    before = [count(path) for path in paths]
    for number in range(5):
        held(cast.cuprija, cast.mentor, -4 - number, "1", "Разговор", step(), step())
    with scope(cast.cuprija):
        reviews.begin(fresh(review).plan, ReviewKind.MID, by=cast.officer)
        reviews.refresh(review, revision=1, by=cast.officer)
    assert [count(path) for path in paths] == before
    assert max(before) <= 12
