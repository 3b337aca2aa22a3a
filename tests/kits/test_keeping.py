"""Programme staff write kits, publish them and see what became of them."""

from __future__ import annotations

from typing import Any

import pytest

from django.urls import reverse
from django.utils import timezone

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from kits import queries
from kits.domain import adopt, edit
from kits.models import AdoptedPost, Kit, KitPost
from municipalities.models import Enrolment, Programme
from municipalities.tenancy import scope
from notifications.enums import NotificationKind
from notifications.models import Notification
from posts.draft import CallToAction, Draft, parse
from posts.editing.domain.delete import delete
from posts.enums import Stage
from posts.models import Post
from tests.analytics.factories import channel, published
from tests.kits.conftest import FIRST, part, values
from tests.people import Cast, person, sign_in

WORDS = "Вода неће бити доступна {{дан}}. Позовите {{телефон}}."


def adopted(kit: Kit, cast: Cast) -> Any:
    with scope(cast.cuprija):
        choice = adopt.AdoptionChoice(timezone.localdate(), {}, [part.pk for part in queries.parts_of(kit)])
        return adopt.adopt(kit, choice, municipality=cast.cuprija, by=cast.officer)


# ---- writing


def test_a_kit_asks_once_for_the_gaps_of_all_its_posts_and_keeps_the_last_wording(cast: Cast, draft_kit: Kit) -> None:
    assert [gap["name"] for gap in draft_kit.questions] == ["у месту", "рок", "телефон", "линк"]
    assert draft_kit.questions[2]["label"] == "Који број се зове?"
    last = queries.parts_of(draft_kit)[1]
    worded = [{"name": "телефон", "kind": "text", "label": "Број услуге", "example": ""}]
    edit.save_post(draft_kit, last, part("Крај", "{{телефон}} {{адреса}}", day=3, gaps=worded), by=cast.staff)
    draft_kit.refresh_from_db()
    assert [gap["name"] for gap in draft_kit.questions] == ["у месту", "рок", "телефон", "линк", "адреса"]
    assert draft_kit.questions[2]["label"] == "Број услуге"
    assert [part.name for part in queries.parts_of(draft_kit)] == ["Упис почиње", "Крај"]


def test_a_post_of_a_kit_has_no_pictures_channels_or_day_of_its_own(cast: Cast, draft_kit: Kit) -> None:
    raw = part("Са свиме", "Текст", channels=(4,), call=CallToAction("apply", "Пријавите", "2026-05-01"))
    row = edit.save_post(draft_kit, None, raw, by=cast.staff)
    assert parse(row.content) == Draft(
        texts={"sr-Cyrl": parse(row.content).texts["sr-Cyrl"]}, call=CallToAction("apply", "Пријавите")
    )


def test_a_removed_post_takes_its_questions_with_it_and_undo_brings_them_back(cast: Cast, draft_kit: Kit) -> None:
    first = queries.parts_of(draft_kit)[0]
    edit.remove(first, by=cast.staff)
    draft_kit.refresh_from_db()
    assert [gap["name"] for gap in draft_kit.questions] == ["у месту", "телефон"]
    edit.restore(first, by=cast.staff)
    edit.restore(first, by=cast.staff)
    draft_kit.refresh_from_db()
    assert [gap["name"] for gap in draft_kit.questions] == ["у месту", "рок", "телефон", "линк"]
    assert AuditEvent.objects.filter(verb="kit.restore_post").count() == 1


def test_a_kit_has_an_end_of_posts(cast: Cast, draft_kit: Kit) -> None:
    for number in range(18):
        edit.save_post(draft_kit, None, part(f"Објава {number}", "Текст"), by=cast.staff)
    with pytest.raises(ActionNotAllowed, match="20"):
        edit.save_post(draft_kit, None, part("Превише", "Текст"), by=cast.staff)


# ---- for whom


def test_publishing_tells_those_who_can_adopt_in_their_language_and_once(cast: Cast, draft_kit: Kit) -> None:
    cast.officer.language = "sr-latn"
    cast.officer.save()
    edit.publish(draft_kit, by=cast.staff)
    edit.publish(draft_kit, by=cast.staff)
    by_user = {row.user: row for row in Notification.objects.filter(kind=NotificationKind.KIT)}
    assert set(by_user) == {cast.officer, cast.approver, cast.stranger}
    assert "eUpis u vrtić" in by_user[cast.officer].subject
    assert "еУпис у вртић" in by_user[cast.approver].subject
    assert by_user[cast.officer].url == reverse("kit", args=["cuprija", draft_kit.pk])
    assert by_user[cast.stranger].municipality == cast.novi_pazar
    assert AuditEvent.objects.filter(verb="kit.publish").count() == 1


def test_nobody_is_told_outside_the_programme_or_after_the_enrolment(cast: Cast, draft_kit: Kit) -> None:
    Enrolment.objects.filter(municipality=cast.novi_pazar).update(ends_on=timezone.localdate() - timezone.timedelta(1))
    edit.publish(draft_kit, by=cast.staff)
    assert not Notification.objects.filter(user=cast.stranger).exists()


def test_a_kit_without_a_post_is_not_published_and_a_published_one_keeps_its_last(cast: Cast, kit: Kit) -> None:
    empty = edit.create(cast.programme, values(name="Празан"), by=cast.staff)
    with pytest.raises(ActionNotAllowed, match="first post"):
        edit.publish(empty, by=cast.staff)
    first, last = queries.parts_of(kit)
    edit.remove(first, by=cast.staff)
    with pytest.raises(ActionNotAllowed, match="last post"):
        edit.remove(last, by=cast.staff)
    assert queries.parts_of(kit) == [last]


def test_a_draft_is_deleted_a_published_kit_is_closed_and_opened(cast: Cast, draft_kit: Kit) -> None:
    with pytest.raises(ActionNotAllowed, match="draft"):
        edit.close(draft_kit, by=cast.staff)
    kit = edit.publish(draft_kit, by=cast.staff)
    with pytest.raises(ActionNotAllowed, match="Close it"):
        edit.delete(kit, by=cast.staff)
    assert edit.close(kit, by=cast.staff).state == "ended"
    assert edit.close(kit, by=cast.staff).is_open
    other = edit.create(cast.programme, values(name="Други"), by=cast.staff)
    edit.save_post(other, None, part("Објава", "Текст"), by=cast.staff)
    edit.delete(other, by=cast.staff)
    assert list(Kit.objects.all()) == [kit]


# ---- what became of it


def test_staff_see_numbers_by_municipality_and_never_a_word_of_a_draft(cast: Cast, kit: Kit, desk: Any) -> None:
    made = adopted(kit, cast).made
    with scope(cast.cuprija):
        Post.objects.filter(pk=made[0].pk).update(title="Тајни наслов", excerpt="Тајне речи")
    table = queries.adoption_table(kit)
    own, other = sorted(table.rows, key=lambda row: row.adoption is None)
    assert (own.municipality, own.drafts, own.planned, own.published) == (cast.cuprija, 2, 0, 0)
    assert (other.municipality, other.adoption, other.drafts) == (cast.novi_pazar, None, 0)
    page = sign_in(cast.staff).get(reverse("programme_kit", args=[kit.pk])).content.decode()
    assert str(cast.cuprija) in page
    assert "Тајн" not in page


def test_approved_published_and_deleted_posts_are_counted_apart(cast: Cast, kit: Kit, desk: Any) -> None:
    made = adopted(kit, cast).made
    out = published(channel(cast.cuprija, cast.approver, name="Друга"), timezone.now())
    with scope(cast.cuprija):
        AdoptedPost.objects.filter(post=made[0]).update(post=out.post)
        Post.objects.filter(pk=made[1].pk).update(stage=Stage.APPROVED)
    (row,) = (row for row in queries.adoption_table(kit).rows if row.adoption)
    assert (row.drafts, row.planned, row.published) == (0, 1, 1)
    with scope(cast.cuprija):
        Post.objects.filter(pk=made[1].pk).update(stage=Stage.DRAFT)
        delete(Post.objects.get(pk=made[1].pk), by=cast.officer)
    (row,) = (row for row in queries.adoption_table(kit).rows if row.adoption)
    assert (row.drafts, row.planned, row.published) == (0, 0, 1)


def test_a_municipality_that_did_not_agree_to_comparison_is_not_in_the_numbers(cast: Cast, kit: Kit, desk: Any) -> None:
    adopted(kit, cast)
    Enrolment.objects.filter(municipality=cast.cuprija).update(compares=False)
    table = queries.adoption_table(kit)
    assert ([row.municipality for row in table.rows], table.withheld, table.adopted) == ([cast.novi_pazar], 1, 0)
    (row,) = queries.overview([cast.programme])
    assert (row.adopted, row.of) == (0, 1)


# ---- pages


def test_a_kit_is_written_from_beginning_to_end_on_its_pages(cast: Cast) -> None:
    staff = sign_in(cast.staff)
    answer = staff.post(reverse("programme_kit_new"), {"name": "Вода", "purpose": "Да нико не остане без воде."})
    kit = Kit.objects.get()
    assert answer.url == reverse("programme_kit", args=[kit.pk])
    new = reverse("programme_kit_post_new", args=[kit.pk])
    sent = {"name": "Најава", "category": "service", "text-sr-Cyrl": WORDS, "day": "3", "at": "09:30"}
    answer = staff.post(new, sent)
    row = KitPost.objects.get()
    assert answer.url == reverse("programme_kit_post", args=[kit.pk, row.pk]) + "#gaps"
    assert (row.day, row.at.hour) == (2, 9)
    page = staff.get(answer.url).content.decode()
    assert 'value="дан"' in page and 'value="Телефон"' in page  # noqa: PT018 - one page
    sent |= {"gap-0-name": "телефон", "gap-0-label": "Број за кварове", "gap-0-kind": "text", "deadline": "дан"}
    assert staff.post(answer.url, sent).url == reverse("programme_kit", args=[kit.pk])
    kit.refresh_from_db()
    row.refresh_from_db()
    assert "Број за кварове" in [gap["label"] for gap in kit.questions]
    assert row.deadline == "дан"
    staff.post(reverse("programme_kit_publish", args=[kit.pk]))
    kit.refresh_from_db()
    assert kit.is_open
    assert "not yet" in staff.get(reverse("programme_kit", args=[kit.pk])).content.decode()


def test_a_post_without_words_or_with_days_the_wrong_way_round_comes_back(cast: Cast, draft_kit: Kit) -> None:
    staff = sign_in(cast.staff)
    sent = {"name": "Празна", "category": "service", "day": "1", "at": "10:00"}
    answer = staff.post(reverse("programme_kit_post_new", args=[draft_kit.pk]), sent)
    assert answer.status_code == 422
    days = {"name": "Вода", "purpose": "Вода", "starts_on": "2026-05-02", "ends_on": "2026-05-01"}
    assert staff.post(reverse("programme_kit_new"), days).status_code == 422


def test_staff_of_another_programme_find_nothing(cast: Cast, kit: Kit) -> None:
    other = person("other-staff")
    Programme.objects.create(name="Други програм").staff.add(other)
    row = queries.parts_of(kit)[0]
    client = sign_in(other)
    for name, args in (
        ("programme_kit", [kit.pk]),
        ("programme_kit_edit", [kit.pk]),
        ("programme_kit_post", [kit.pk, row.pk]),
    ):
        assert client.get(reverse(name, args=args)).status_code == 404
    for name, args in (
        ("publish", [kit.pk]),
        ("close", [kit.pk]),
        ("delete", [kit.pk]),
        ("post_remove", [kit.pk, row.pk]),
    ):
        assert client.post(reverse(f"programme_kit_{name}", args=args)).status_code == 404
    assert "еУпис" not in client.get(reverse("programme_kits")).content.decode()


def test_a_post_of_another_kit_is_not_found_under_this_one(cast: Cast, kit: Kit) -> None:
    other = edit.create(cast.programme, values(name="Други"), by=cast.staff)
    row = queries.parts_of(kit)[0]
    assert sign_in(cast.staff).get(reverse("programme_kit_post", args=[other.pk, row.pk])).status_code == 404


def test_the_pages_cost_the_same_for_one_post_and_for_many(
    cast: Cast, kit: Kit, desk: Any, django_assert_max_num_queries: Any
) -> None:
    adopted(kit, cast)
    for number in range(12):
        edit.save_post(kit, None, part(f"Објава {number}", FIRST), by=cast.staff)
        edit.create(cast.programme, values(name=f"Комплет {number}"), by=cast.staff)
    staff = sign_in(cast.staff)
    for name, args, most in (("s", [], 7), ("", [kit.pk], 8), ("_post_new", [kit.pk], 8)):
        url = reverse(f"programme_kit{name}", args=args)
        staff.get(url)
        with django_assert_max_num_queries(most):
            assert staff.get(url).status_code == 200
