"""Feedback by the rubric: who gives it, who reads it, and that a changed criterion rewrites nothing."""

from __future__ import annotations

from typing import Any

import pytest

from django.urls import reverse

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from mentoring.domain import rubric as keep
from mentoring.domain.feedback import give
from mentoring.enums import RubricLevel
from mentoring.models import Criterion, Feedback, Score
from mentoring.queries.rubric import programme_of, rubric
from mentoring.rubric_defaults import RUBRIC, criterion_texts
from municipalities.models import Cohort, Enrolment, Programme
from municipalities.queries import today
from municipalities.tenancy import scope
from notifications.enums import NotificationKind
from notifications.models import Notification
from posts.editing.domain.submit import submit
from posts.models import Post
from tests.people import Cast, sign_in
from tests.posts.desk import Desk

FILLED = {"level-clarity": "3", "level-tone": "4", "note": "Јасно. Додајте рок."}


@pytest.fixture
def post(desk: Desk) -> Post:
    with scope(desk.municipality):
        return desk.write("Вода ће бити искључена.")


def address(post: Post) -> str:
    return reverse("post_feedback", args=["cuprija", post.pk])


def scores(post: Post) -> dict[str, int]:
    with scope(post.municipality_id):
        rows = Score.objects.filter(feedback__post=post).select_related("criterion")
        return {row.criterion.key: row.level for row in rows}


def test_a_mentor_fills_it_in_and_the_writer_is_told(desk: Desk, post: Post) -> None:
    client = sign_in(desk.cast.mentor)
    page = client.get(address(post)).content.decode()
    assert page.count("<fieldset") == len(RUBRIC)
    assert "Nothing is saved yet" in page
    assert client.post(address(post), FILLED).status_code == 302
    assert scores(post) == {"clarity": 3, "tone": 4}
    notification = Notification.objects.get(kind=NotificationKind.FEEDBACK)
    assert notification.user == desk.cast.officer
    assert notification.url.startswith(address(post) + "#feedback-")
    assert "Додајте рок." in notification.body
    assert AuditEvent.objects.filter(verb="feedback.give", target_id=str(post.pk)).count() == 1
    page = client.get(address(post)).content.decode()
    assert "Saved" in page
    assert page.count("checked") == len(RUBRIC)


def test_the_rubric_stands_beside_the_post_that_it_is_about(desk: Desk, post: Post) -> None:
    page = sign_in(desk.cast.mentor).get(address(post)).content.decode()
    before = page.partition('class="rubric-form"')[0]
    assert "Вода ће бити искључена." in before.partition('class="preview ')[2]


def test_it_is_one_per_mentor_and_post_and_can_be_changed(desk: Desk, post: Post) -> None:
    client = sign_in(desk.cast.mentor)
    client.post(address(post), FILLED)
    client.post(address(post), {"level-clarity": "4", "level-picture": "2", "note": "Боље."})
    assert scores(post) == {"clarity": 4, "picture": 2}
    with scope(desk.municipality):
        assert Feedback.objects.get().note == "Боље."
    assert AuditEvent.objects.filter(verb="feedback.change").count() == 1
    assert Notification.objects.filter(kind=NotificationKind.FEEDBACK).count() == 2


def test_the_same_again_changes_nothing_and_tells_nobody(desk: Desk, post: Post) -> None:
    client = sign_in(desk.cast.mentor)
    client.post(address(post), FILLED)
    client.post(address(post), FILLED)
    assert Notification.objects.filter(kind=NotificationKind.FEEDBACK).count() == 1
    assert AuditEvent.objects.filter(verb__startswith="feedback.").count() == 1


def test_it_names_the_version_that_was_read(desk: Desk, post: Post) -> None:
    with scope(desk.municipality):
        assert give(post, {"tone": RubricLevel.GOOD}, "", by=desk.cast.mentor).version is None
        submit(post, by=desk.cast.officer)
        assert give(post, {"tone": RubricLevel.PARTLY}, "", by=desk.cast.mentor).version == 1


def test_nothing_said_is_refused_and_nothing_typed_is_lost(desk: Desk, post: Post) -> None:
    client = sign_in(desk.cast.mentor)
    answer = client.post(address(post), {})
    assert answer.status_code == 422
    assert "Choose a level for one criterion at least" in answer.content.decode()
    answer = client.post(address(post), {"level-tone": "2", "note": "н" * 4001})
    assert answer.status_code == 422
    assert "4001" in answer.content.decode()
    assert 'name="level-tone" value="2" checked' in answer.content.decode()
    with scope(desk.municipality):
        assert not Feedback.objects.exists()


@pytest.mark.parametrize("level", ["0", "5", "-1", "1.5", "x", "99999999999999999999"])
def test_a_level_that_does_not_exist_is_refused(desk: Desk, post: Post, level: str) -> None:
    answer = sign_in(desk.cast.mentor).post(address(post), {"level-tone": level})
    assert answer.status_code == 422
    assert scores(post) == {}


def test_a_criterion_that_is_not_in_the_rubric_is_not_stored(desk: Desk, post: Post) -> None:
    sign_in(desk.cast.mentor).post(address(post), {"level-tone": "2", "level-made-up": "4"})
    assert scores(post) == {"tone": 2}


def test_who_may_read_it_and_who_may_write(desk: Desk, post: Post) -> None:
    sign_in(desk.cast.mentor).post(address(post), FILLED)
    reads = {"officer": 200, "approver": 200, "viewer": 403, "stranger": 404, "administrator": 403, "staff": 404}
    writes = {"officer": 403, "approver": 403, "viewer": 403, "stranger": 404, "administrator": 403, "staff": 404}
    for name, expected in reads.items():
        assert sign_in(getattr(desk.cast, name)).get(address(post)).status_code == expected, name
    for name, expected in writes.items():
        assert sign_in(getattr(desk.cast, name)).post(address(post), FILLED).status_code == expected, name
    page = sign_in(desk.cast.officer).get(address(post)).content.decode()
    assert "Додајте рок." in page
    assert "<fieldset" not in page


def test_the_page_of_the_post_leads_to_it(desk: Desk, post: Post) -> None:
    there = reverse("post", args=["cuprija", post.pk])
    for name, word in (("mentor", "Give feedback"), ("officer", "Mentor’s feedback")):
        page = sign_in(getattr(desk.cast, name)).get(there).content.decode()
        assert address(post) in page
        assert word in page
    assert address(post) not in sign_in(desk.cast.viewer).get(there).content.decode()


# ---- the rubric


def sr(name: str) -> dict[str, Any]:
    return criterion_texts(name, ["а", "б", "в", "г"])


def test_a_changed_criterion_keeps_the_words_of_feedback_that_was_given(desk: Desk, post: Post) -> None:
    with scope(desk.municipality):
        give(post, {"tone": RubricLevel.GOOD}, "", by=desk.cast.mentor)
    keep.change(desk.cast.programme, "tone", sr("Глас"), by=desk.cast.staff)
    officer = sign_in(desk.cast.officer).get(address(post)).content.decode()
    assert "Human and respectful" in officer
    assert "Глас" not in officer
    mentor = sign_in(desk.cast.mentor).get(address(post)).content.decode()
    assert "Human and respectful" in mentor, "it was judged by these words"
    with scope(desk.municipality):
        give(post, {"tone": RubricLevel.EXEMPLARY, "clarity": RubricLevel.GOOD}, "", by=desk.cast.mentor)
        assert Score.objects.get(criterion__key="tone").criterion.revision == 1
        other = desk.write("Друга")
        give(other, {"tone": RubricLevel.GOOD}, "", by=desk.cast.mentor)
        assert Score.objects.get(feedback__post=other).criterion.revision == 2


def test_each_programme_has_its_own_rubric(cast: Cast) -> None:
    other = Programme.objects.create(name="Other")
    keep.change(cast.programme, "tone", sr("Глас"), by=cast.staff)
    assert [str(row) for row in rubric(other)] == [texts["en"]["name"] for _key, texts in RUBRIC]
    assert "Глас" in [str(row) for row in rubric(cast.programme)]


def test_the_rubric_of_the_latest_enrolment_counts(cast: Cast) -> None:
    assert programme_of(cast.cuprija) == cast.programme
    other = Programme.objects.create(name="Other")
    cohort = Cohort.objects.create(programme=other, name="Second", training_on=today())
    Enrolment.objects.create(cohort=cohort, municipality=cast.cuprija, starts_on=today())
    assert programme_of(cast.cuprija) == other
    assert programme_of(cast.novi_pazar) == cast.programme


def test_without_a_programme_the_rubric_of_the_house_is_used(desk: Desk, post: Post) -> None:
    Enrolment.objects.all().delete()
    sign_in(desk.cast.mentor).post(address(post), FILLED)
    assert scores(post) == {"clarity": 3, "tone": 4}
    assert Criterion.objects.filter(programme=None).count() == len(RUBRIC)


def test_staff_add_change_move_and_leave_out(cast: Cast) -> None:
    client = sign_in(cast.staff)
    new = reverse("rubric_new", args=[cast.programme.pk])
    filled = {"name": "Учешће", "level1": "а", "level2": "б", "level3": "в", "level4": "г"}
    assert client.post(new, filled).status_code == 302
    keys = [row.key for row in rubric(cast.programme)]
    assert keys == [*(key for key, _said in RUBRIC), "ucesce"]
    client.post(reverse("rubric_arrange", args=[cast.programme.pk, "ucesce"]), {"act": "up"})
    client.post(reverse("rubric_arrange", args=[cast.programme.pk, "tone"]), {"act": "leave_out"})
    assert [row.key for row in rubric(cast.programme)] == [*keys[:5], "ucesce", "script-and-language"]
    client.post(reverse("rubric_arrange", args=[cast.programme.pk, "tone"]), {"act": "use"})
    assert len(rubric(cast.programme)) == 8
    edit = reverse("rubric_edit", args=[cast.programme.pk, "ucesce"])
    client.post(edit, {**filled, "name": "Укључивање"})
    assert Criterion.objects.filter(key="ucesce").count() == 2
    assert Criterion.objects.get(key="ucesce", retired_at=None).texts["sr"]["name"] == "Укључивање"
    verbs = set(AuditEvent.objects.filter(verb__startswith="rubric.").values_list("verb", flat=True))
    assert verbs == {"rubric.add", "rubric.move", "rubric.leave_out", "rubric.use", "rubric.reword"}
    page = client.get(reverse("rubric"))
    assert "Укључивање" in page.content.decode()
    assert len(page.content) < 60_000


def test_the_rubric_of_another_programme_is_not_there(cast: Cast) -> None:
    other = Programme.objects.create(name="Other")
    client = sign_in(cast.staff)
    assert client.get(reverse("rubric_new", args=[other.pk])).status_code == 404
    assert client.get(reverse("rubric_edit", args=[other.pk, "tone"])).status_code == 404
    assert client.post(reverse("rubric_arrange", args=[other.pk, "tone"]), {"act": "up"}).status_code == 404
    assert client.get(reverse("rubric_edit", args=[cast.programme.pk, "no-such"])).status_code == 404
    assert client.post(reverse("rubric_arrange", args=[cast.programme.pk, "tone"]), {"act": "x"}).status_code == 400


def test_half_english_words_are_refused_and_kept(cast: Cast) -> None:
    filled = {"name": "Учешће", "level1": "а", "level2": "б", "level3": "в", "level4": "г", "name_en": "Taking part"}
    answer = sign_in(cast.staff).post(reverse("rubric_new", args=[cast.programme.pk]), filled)
    assert answer.status_code == 422
    assert "Write the English words in full" in answer.content.decode()
    assert "Taking part" in answer.content.decode()


def test_one_criterion_is_always_left_and_never_too_many(cast: Cast) -> None:
    for key, _said in RUBRIC[1:]:
        keep.use(cast.programme, key, False, by=cast.staff)
    with pytest.raises(ActionNotAllowed):
        keep.use(cast.programme, RUBRIC[0][0], False, by=cast.staff)
    for number in range(keep.MOST - 1):
        keep.add(cast.programme, sr(f"Мерило {number}"), by=cast.staff)
    with pytest.raises(ActionNotAllowed):
        keep.add(cast.programme, sr("Још једно"), by=cast.staff)


def test_the_words_are_latin_where_people_read_latin(cast: Cast, settings: Any) -> None:
    from django.utils import translation

    with translation.override("sr-latn"):
        assert str(rubric(cast.programme)[1]) == "Jasnoća"
    with translation.override("sr"):
        assert str(rubric(cast.programme)[1]) == "Јасноћа"
