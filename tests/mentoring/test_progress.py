"""Progress by the rubric: means over weeks, honest about little data, and side by side only where agreed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mentoring.domain import rubric as keep
from mentoring.domain.feedback import give
from mentoring.enums import RubricLevel
from mentoring.models import Feedback
from mentoring.queries.progress import WEEKS, progress
from municipalities.models import Enrolment, Membership
from municipalities.queries import today
from municipalities.rules import Verb
from municipalities.tenancy import scope
from posts.models import Post
from tests.analytics.factories import channel, published
from tests.people import Cast, person, sign_in
from tests.posts.desk import Desk

HERE = reverse("progress", args=["cuprija"])


def feedback_from(post: Post, by: Any, weeks_ago: int, note: str = "", **levels: int) -> Feedback:
    """Feedback of so many weeks ago. Inside the scope."""
    keys = {key.replace("_", "-"): RubricLevel(level) for key, level in levels.items()}
    row = give(post, keys, note, by=by)
    Feedback.objects.filter(pk=row.pk).update(given_at=timezone.now() - timedelta(weeks=weeks_ago))
    return row


def test_a_week_shows_the_mean_of_its_levels_and_a_week_without_is_a_gap(desk: Desk) -> None:
    mentor = desk.cast.mentor
    with scope(desk.municipality):
        feedback_from(desk.write("а"), mentor, 0, clarity=2)
        feedback_from(desk.write("б"), mentor, 0, clarity=3)
        feedback_from(desk.write("в"), mentor, 2, clarity=4)
        shown = progress(desk.municipality)
    line = next(row for row in shown.lines if row.criterion.key == "clarity")
    assert [cell.mean for cell in line.weeks[-3:]] == [4, None, 2.5]
    assert [cell.count for cell in line.weeks[-3:]] == [1, 0, 2]
    assert len(line.weeks) == WEEKS
    assert line.change is None, "three levels are not enough to compare"
    assert shown.posts == 3


def test_four_weeks_are_compared_with_the_four_before_once_there_is_enough(desk: Desk) -> None:
    with scope(desk.municipality):
        for number in range(5):
            feedback_from(desk.write(f"раније {number}"), desk.cast.mentor, 5, tone=2)
            feedback_from(desk.write(f"сада {number}"), desk.cast.mentor, 1, tone=3)
        shown = progress(desk.municipality)
    line = next(row for row in shown.lines if row.criterion.key == "tone")
    assert line.change == 1
    page = sign_in(desk.cast.officer).get(HERE).content.decode()
    assert "the four before" in page
    assert "n = 10" in page


def test_an_officer_sees_their_own_posts_first_and_all_if_they_ask(desk: Desk) -> None:
    colleague = person("colleague")
    Membership.objects.create(user=colleague, municipality=desk.municipality, role="officer")
    with scope(desk.municipality):
        feedback_from(desk.write("моја"), desk.cast.mentor, 0, tone=3, note="О мојој")
        of_colleague = desk.write("туђа")
        Post.objects.filter(pk=of_colleague.pk).update(author=colleague)
        feedback_from(of_colleague, desk.cast.mentor, 0, tone=1, note="О туђој")
    client = sign_in(desk.cast.officer)
    own = client.get(HERE)
    assert own.context["progress"].posts == 1
    assert "О туђој" not in own.content.decode()
    assert client.get(HERE, {"of": "all"}).context["progress"].posts == 2
    # somebody else's posts alone cannot be asked for
    assert client.get(HERE, {"of": str(colleague.pk)}).context["progress"].posts == 1
    assert sign_in(desk.cast.mentor).get(HERE).context["progress"].posts == 2


def test_who_may_not_read_drafts_reads_no_word_about_them(desk: Desk) -> None:
    public = published(channel(desk.municipality, desk.cast.approver), timezone.now()).post
    with scope(desk.municipality):
        feedback_from(desk.write("тајни нацрт"), desk.cast.mentor, 0, tone=3, note="О нацрту")
        feedback_from(public, desk.cast.mentor, 0, tone=4, note="О објављеном")
    page = sign_in(desk.cast.staff).get(HERE).content.decode()
    assert "О објављеном" in page
    assert "О нацрту" not in page
    assert "тајни нацрт" not in page
    desk.house_rule(staff_may_read_drafts=True)
    assert "О нацрту" in sign_in(desk.cast.staff).get(HERE).content.decode()


def test_a_criterion_that_is_no_longer_used_keeps_its_line(desk: Desk) -> None:
    with scope(desk.municipality):
        feedback_from(desk.write("а"), desk.cast.mentor, 1, tone=3)
    keep.use(desk.cast.programme, "tone", False, by=desk.cast.staff)
    keep.use(desk.cast.programme, "clarity", False, by=desk.cast.staff)
    with scope(desk.municipality):
        keys = [line.criterion.key for line in progress(desk.municipality).lines]
    assert keys[-1] == "tone"
    assert "clarity" not in keys


def test_without_feedback_the_page_says_what_will_stand_there(cast: Cast) -> None:
    page = sign_in(cast.officer).get(HERE)
    assert page.status_code == 200
    assert "No feedback in these weeks" in page.content.decode()


def test_the_rail_leads_to_the_plan_and_its_tabs_to_this_page(cast: Cast) -> None:
    def offered(user: Any, page: str) -> set[str]:
        return {item.url for section in sign_in(user).get(page).context["nav"] for item in section.items}

    def beside(user: Any) -> set[str]:
        return {tab.url for tab in sign_in(user).get(plan).context["tabs"]}

    plan = reverse("mentoring_plan", args=["cuprija"])
    for name in ("officer", "approver", "mentor", "staff", "viewer"):
        assert plan in offered(getattr(cast, name), "/m/cuprija/"), name
        assert (HERE in beside(getattr(cast, name))) == (name != "viewer"), name
    assert {reverse("programme_feedback"), reverse("rubric")} <= offered(cast.staff, reverse("programme"))


# ---- a programme


def board(cast: Cast) -> Any:
    answer = sign_in(cast.staff).get(reverse("programme_feedback"))
    assert answer.status_code == 200
    return answer


def test_municipalities_stand_side_by_side_by_criterion(desk: Desk) -> None:
    with scope(desk.municipality):
        for number in range(5):
            feedback_from(desk.write(f"а{number}"), desk.cast.mentor, 1, tone=3, clarity=4)
        feedback_from(desk.write("стара"), desk.cast.mentor, WEEKS + 1, tone=1)
    dashboard = board(desk.cast).context["boards"][0]
    rows = {
        row.municipality.slug: dict(zip([c.key for c in dashboard.criteria], row.cells, strict=True))
        for row in dashboard.rows
    }
    assert list(rows) == ["cuprija", "novi-pazar"]
    assert (rows["cuprija"]["tone"].reliable_mean, rows["cuprija"]["tone"].count) == (3, 5)
    assert rows["cuprija"]["picture"].reliable_mean is None
    assert rows["novi-pazar"]["tone"].reliable_mean is None
    assert dashboard.rows[0].posts == 5


def test_a_mean_of_few_levels_is_not_told(desk: Desk) -> None:
    with scope(desk.municipality):
        feedback_from(desk.write("а"), desk.cast.mentor, 1, tone=3)
    cell = board(desk.cast).context["boards"][0].rows[0].cells[5]
    assert (cell.reliable_mean, cell.count) == (None, 1)


def test_who_did_not_agree_to_comparison_is_counted_and_not_shown(desk: Desk) -> None:
    with scope(desk.municipality):
        feedback_from(desk.write("а"), desk.cast.mentor, 1, tone=3)
    Enrolment.objects.filter(municipality=desk.municipality).update(compares=False)
    answer = board(desk.cast)
    assert [row.municipality.slug for row in answer.context["boards"][0].rows] == ["novi-pazar"]
    assert "did not agree to comparison" in answer.content.decode()


def test_an_ended_enrolment_is_not_shown(desk: Desk) -> None:
    Enrolment.objects.filter(municipality=desk.municipality).update(ends_on=today() - timedelta(days=1))
    assert [row.municipality.slug for row in board(desk.cast).context["boards"][0].rows] == ["novi-pazar"]


def test_no_word_of_a_draft_is_on_the_programmes_page(desk: Desk) -> None:
    with scope(desk.municipality):
        feedback_from(desk.write("тајни нацрт"), desk.cast.mentor, 0, tone=3, note="О нацрту")
    page = board(desk.cast).content.decode()
    assert "тајни" not in page
    assert "О нацрту" not in page


def test_the_pages_ask_a_fixed_number_of_questions_and_stay_small(desk: Desk) -> None:
    pages = [
        (sign_in(desk.cast.staff), reverse("programme_feedback")),
        (sign_in(desk.cast.approver), HERE + "?of=all"),
    ]
    for client, url in pages:
        client.get(url)

    def asked() -> list[int]:
        counts = []
        for client, url in pages:
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(url)
            assert len(answer.content) < 60_000
            counts.append(len(queries))
        return counts

    with scope(desk.municipality):
        feedback_from(desk.write("прва"), desk.cast.mentor, 0, tone=3)
    one = asked()
    with scope(desk.municipality):
        for number in range(40):
            levels = {"tone": 3, "clarity": 2, "picture": 1, "accessibility": 4, "call_to_action": 2}
            feedback_from(desk.write(f"а{number}"), desk.cast.mentor, number % WEEKS, note="Добро." * 20, **levels)
    assert asked() == one
    assert max(one) <= 12


def test_the_verb_for_it_is_one_of_reading() -> None:
    from municipalities.rules import TABLE

    assert {role for role, verbs in TABLE.items() if Verb.FEEDBACK_GIVE in verbs} == {"mentor"}
    assert Verb.POST_SCHEDULE not in TABLE["mentor"]
    assert Verb.POST_APPROVE not in TABLE["mentor"]
