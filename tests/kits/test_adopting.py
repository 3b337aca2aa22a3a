"""A municipality adopts a kit: drafts of its own, each once, and nothing goes out by itself."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from kits import queries
from kits.domain import adopt, edit
from kits.models import AdoptedPost, Adoption, Kit
from municipalities.domain import services
from municipalities.models import Cohort, Enrolment, EService, Municipality, Programme
from municipalities.tenancy import scope
from planning.domain import campaigns
from planning.models import Campaign
from posts.draft import Text, parse
from posts.editing.domain.delete import delete
from posts.enums import Stage
from posts.models import Post, Publication
from serbian.folding import fold
from tests.kits.conftest import part, values
from tests.people import Cast, sign_in
from tests.posts.desk import Desk

ANSWERS = {
    "у месту": "у Ћуприји",
    "рок": date(2027, 5, 31),
    "телефон": "035 123 456",
    "линк": "https://cuprija.rs/vrtic",
}
START = date(2027, 3, 1)


def chosen(kit: Kit, **fields: Any) -> adopt.AdoptionChoice:
    parts = [part.pk for part in queries.parts_of(kit)]
    return adopt.AdoptionChoice(**{"starts_on": START, "values": ANSWERS, "parts": parts, **fields})


def adopted(kit: Kit, cast: Cast, **fields: Any) -> adopt.AdoptionResult:
    with scope(cast.cuprija):
        return adopt.adopt(kit, chosen(kit, **fields), municipality=cast.cuprija, by=cast.officer)


def sent(kit: Kit, **fields: Any) -> dict[str, Any]:
    """What the page sends: the answers by the name of their question."""
    rows: dict[str, Any] = {"starts_on": START.isoformat(), "parts": [part.pk for part in queries.parts_of(kit)]}
    for gap in kit.questions:
        value = ANSWERS.get(gap["name"], "")
        rows[f"gap-{slugify(fold(gap['name']))}"] = value.isoformat() if isinstance(value, date) else value
    return {**rows, **fields}


# ---- the drafts


def test_drafts_are_made_with_the_gaps_filled_in_one_campaign_with_their_times(
    cast: Cast, kit: Kit, desk: Desk
) -> None:
    done = adopted(kit, cast)
    with scope(cast.cuprija):
        first, last = done.made
        draft = parse(first.draft)
        assert draft.texts["sr-Cyrl"].text == (
            "Почиње упис у вртић у Ћуприји. Пријавите дете до 31. маја 2027. Питања: 035 123 456."
        )
        assert (draft.call.kind, draft.call.deadline, draft.address) == (
            "apply",
            "2027-05-31",
            "https://cuprija.rs/vrtic",
        )
        assert draft.service == "evrtic"
        assert draft.tracked
        assert set(draft.channels) == {desk.mastodon.pk, desk.bluesky.pk}
        assert (first.title, first.category, first.author) == ("Упис почиње", "eservice", cast.officer)
        assert [post.due_at.isoformat() for post in done.made if post.due_at] == [
            "2027-03-01T09:00:00+00:00", "2027-03-15T09:00:00+00:00",
        ]  # fmt: skip
        campaign = Campaign.objects.get()
        assert (campaign.name, campaign.starts_on, campaign.ends_on) == ("еУпис у вртић", START, date(2027, 3, 15))
        assert {member.post for member in campaign.members.all()} == {first, last}
        adoption = Adoption.objects.get()
        assert (adoption.by, adoption.values["рок"]) == (cast.officer, "2027-05-31")
    (event,) = AuditEvent.objects.filter(verb="kit.adopt")
    assert (event.municipality_id, event.detail["drafts"]) == (cast.cuprija.pk, 2)


def test_nothing_goes_out_by_itself(cast: Cast, kit: Kit, desk: Desk) -> None:
    adopted(kit, cast)
    with scope(cast.cuprija):
        assert {post.stage for post in Post.objects.all()} == {Stage.DRAFT}
        assert not Publication.objects.exists()


def test_a_gap_without_an_answer_stays_to_be_seen(cast: Cast, kit: Kit, desk: Desk) -> None:
    first = adopted(kit, cast, values={}).made[0]
    assert "{{телефон}}" in parse(first.draft).texts["sr-Cyrl"].text
    assert parse(first.draft).link == "{{линк}}"


def test_a_time_that_has_passed_is_none_and_a_holiday_is_passed_over(cast: Cast, kit: Kit, desk: Desk) -> None:
    today = timezone.localdate()
    parts = queries.parts_of(kit)
    first = adopted(kit, cast, starts_on=today - timedelta(days=3), parts=[parts[0].pk]).made[0]
    assert first.due_at is None
    times = adopt.publish_times(parts, date(2026, 12, 18), cast.cuprija)
    assert times[parts[1].pk].local.date() == date(2027, 1, 3), "1 and 2 January are holidays"


def test_only_languages_of_the_municipality_come_with_the_draft(cast: Cast, kit: Kit, desk: Desk) -> None:
    texts = {"sr-Cyrl": Text("Текст"), "hu-Latn": Text("Szöveg"), "bs-Latn": Text("Tekst")}
    edit.save_post(kit, None, part("Три језика", "x", texts=texts), by=cast.staff)
    cast.cuprija.official_languages = [{"language": "bs", "script": "Latn", "source": ""}]
    cast.cuprija.save()
    last = next(post for post in adopted(kit, cast).made if post.title == "Три језика")
    assert set(parse(last.draft).texts) == {"sr-Cyrl", "bs-Latn"}


def test_a_campaign_of_that_name_is_left_alone(cast: Cast, kit: Kit, desk: Desk) -> None:
    with scope(cast.cuprija):
        fields = {"name": kit.name, "note": "", "starts_on": None, "ends_on": None}
        before = campaigns.begin(cast.cuprija, fields, by=cast.approver)
        adopted(kit, cast)
        assert not before.members.exists()
        assert set(Campaign.objects.values_list("name", flat=True)) == {"еУпис у вртић", "еУпис у вртић (2)"}


# ---- twice


def test_a_second_time_makes_only_what_is_left(cast: Cast, kit: Kit, desk: Desk) -> None:
    first, last = queries.parts_of(kit)
    assert len(adopted(kit, cast, parts=[first.pk]).made) == 1
    assert len(adopted(kit, cast).made) == 1
    assert adopted(kit, cast).made == []
    with scope(cast.cuprija):
        assert Post.objects.count() == 2
        assert Campaign.objects.count() == 1
        assert set(AdoptedPost.objects.values_list("part", flat=True)) == {first.pk, last.pk}


def test_a_deleted_draft_may_be_made_again(cast: Cast, kit: Kit, desk: Desk) -> None:
    made = adopted(kit, cast).made
    with scope(cast.cuprija):
        delete(made[0], by=cast.officer)
    again = adopted(kit, cast).made
    assert [post.title for post in again] == ["Упис почиње"]
    with scope(cast.cuprija):
        assert Post.objects.filter(deleted_at__isnull=True).count() == 2
        assert AdoptedPost.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_adopt_at_once_get_each_draft_once(cast: Cast, kit: Kit, desk: Desk) -> None:
    ready, results = threading.Barrier(2), []

    def press(by: Any) -> None:
        try:
            with scope(cast.cuprija):
                choice = chosen(kit)
                ready.wait(timeout=300)
                results.append(len(adopt.adopt(kit, choice, municipality=cast.cuprija, by=by).made))
        finally:
            connection.close()

    people = [threading.Thread(target=press, args=(by,)) for by in (cast.officer, cast.approver)]
    for person in people:
        person.start()
    for person in people:
        person.join(timeout=300)
    assert sorted(results) == [0, 2]
    with scope(cast.cuprija):
        assert (Post.objects.count(), Campaign.objects.count(), Adoption.objects.count()) == (2, 1, 1)


def test_an_answer_stays_with_its_question_when_the_kit_is_changed_meanwhile(cast: Cast, kit: Kit, desk: Desk) -> None:
    before = sent(kit)
    first = queries.parts_of(kit)[0]
    edit.save_post(kit, first, part("Упис почиње", "{{адреса вртића}} {{телефон}} {{рок}} {{у месту}}"), by=cast.staff)
    kit.refresh_from_db()
    assert [gap["name"] for gap in kit.questions][:2] == ["адреса вртића", "телефон"]
    sign_in(cast.officer).post(reverse("kit_adopt", args=["cuprija", kit.pk]), before)
    with scope(cast.cuprija):
        text = parse(Post.objects.get(title="Упис почиње").draft).texts["sr-Cyrl"].text
    assert text == "{{адреса вртића}} 035 123 456 31. маја 2027. у Ћуприји"


# ---- who may


def test_a_closed_kit_and_one_of_an_ended_enrolment_are_refused(cast: Cast, kit: Kit, desk: Desk) -> None:
    edit.close(kit, by=cast.staff)
    with pytest.raises(ActionNotAllowed, match="no longer"):
        adopted(kit, cast)
    edit.close(kit, by=cast.staff)
    adopted(kit, cast)
    Enrolment.objects.filter(municipality=cast.cuprija).update(ends_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(ActionNotAllowed, match="no longer"):
        adopted(kit, cast)
    page = sign_in(cast.officer).get(reverse("kit", args=["cuprija", kit.pk]))
    assert page.status_code == 200, "what was made stays to be seen"


def test_a_kit_of_another_programme_and_a_draft_are_not_there(cast: Cast, draft_kit: Kit) -> None:
    officer = sign_in(cast.officer)
    assert officer.get(reverse("kit", args=["cuprija", draft_kit.pk])).status_code == 404
    edit.publish(draft_kit, by=cast.staff)
    assert officer.get(reverse("kit", args=["cuprija", draft_kit.pk])).status_code == 200
    other = Programme.objects.create(name="Други програм")
    cohort = Cohort.objects.create(programme=other, name="Прва", training_on=timezone.localdate())
    Enrolment.objects.filter(municipality=cast.cuprija).update(cohort=cohort)
    assert officer.get(reverse("kit", args=["cuprija", draft_kit.pk])).status_code == 404
    assert officer.post(reverse("kit_adopt", args=["cuprija", draft_kit.pk])).status_code == 404
    assert "еУпис" not in officer.get(reverse("kits", args=["cuprija"])).content.decode()


def test_viewer_and_mentor_read_kits_and_adopt_none(cast: Cast, kit: Kit) -> None:
    for who in (cast.viewer, cast.mentor):
        client = sign_in(who)
        page = client.get(reverse("kit", args=["cuprija", kit.pk])).content.decode()
        assert "Упис почиње" in page
        assert "Make the drafts" not in page
        assert client.post(reverse("kit_adopt", args=["cuprija", kit.pk]), sent(kit)).status_code == 403
    assert sign_in(cast.stranger).get(reverse("kit", args=["cuprija", kit.pk])).status_code == 404
    assert sign_in(cast.staff).get(reverse("kits", args=["cuprija"])).status_code == 403


# ---- pages


def test_the_officer_fills_in_once_and_finds_the_drafts_on_the_same_page(cast: Cast, kit: Kit, desk: Desk) -> None:
    officer, url = sign_in(cast.officer), reverse("kit", args=["cuprija", kit.pk])
    assert "To adopt" in officer.get(reverse("kits", args=["cuprija"])).content.decode()
    answer = officer.post(reverse("kit_adopt", args=["cuprija", kit.pk]), sent(kit))
    assert answer.url == url
    page = officer.get(url).content.decode()
    assert "Your posts of this kit" in page
    assert "Make the drafts" not in page
    listed = officer.get(reverse("kits", args=["cuprija"])).content.decode()
    assert "To adopt" not in listed
    assert "adopted by 1 municipality" in listed


def test_looking_shows_the_answers_in_the_posts_and_makes_nothing(cast: Cast, kit: Kit, desk: Desk) -> None:
    url = reverse("kit_adopt", args=["cuprija", kit.pk])
    answer = sign_in(cast.officer).post(url, {**sent(kit), "look": "1", "starts_on": ""})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Питања: 035 123 456." in page
    assert "31. маја 2027" in page
    with scope(cast.cuprija):
        assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"starts_on": "2020-01-01"}, "has passed"),
        ({"parts": []}, "at least one post"),
        ({"gap-link": "нема"}, "web address"),
    ],
)
def test_what_is_wrong_comes_back_with_everything_typed(
    cast: Cast, kit: Kit, desk: Desk, wrong: dict[str, Any], sentence: str
) -> None:
    answer = sign_in(cast.officer).post(reverse("kit_adopt", args=["cuprija", kit.pk]), {**sent(kit), **wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="035 123 456"' in page
    with scope(cast.cuprija):
        assert not Adoption.objects.exists()


def test_profile_service_and_earlier_answers_stand_there_already(cast: Cast, kit: Kit, desk: Desk) -> None:
    cast.cuprija.forms = {"locative": "u Ćupriji"}
    cast.cuprija.save()
    with scope(cast.cuprija):
        offer = {
            "is_offered": True,
            "starts_on": None,
            "ends_on": date(2027, 6, 1),
            "url": "https://cuprija.rs/upis",
            "note": "",
        }
        services.keep(cast.cuprija, EService.objects.get(key="evrtic"), offer, verified=True, by=cast.officer)
        known = queries.known_answers(kit, queries.adoptions(), cast.cuprija)
    assert known.profile == {"у месту": "у Ћуприји", "рок": date(2027, 6, 1), "линк": "https://cuprija.rs/upis"}
    other = edit.create(cast.programme, values(name="Други"), by=cast.staff)
    edit.save_post(other, None, part("Објава", "Зовите {{телефон}} до {{рок}}"), by=cast.staff)
    edit.publish(other, by=cast.staff)
    adopted(kit, cast)
    other.refresh_from_db()
    page = sign_in(cast.officer).get(reverse("kit", args=["cuprija", other.pk])).content.decode()
    assert 'value="035 123 456"' in page, "the phone was answered once"
    assert "2027-05-31" not in page, "a deadline belongs to its kit"


def test_a_service_that_nobody_verified_is_warned_of(cast: Cast, kit: Kit) -> None:
    url = reverse("kit", args=["cuprija", kit.pk])
    officer = sign_in(cast.officer)
    assert "Check before you promote it" in officer.get(url).content.decode()
    with scope(cast.cuprija):
        offer = {"is_offered": True, "starts_on": None, "ends_on": None, "url": "", "note": ""}
        services.keep(cast.cuprija, EService.objects.get(key="evrtic"), offer, verified=True, by=cast.officer)
    assert "Check before you promote it" not in officer.get(url).content.decode()


def test_the_pages_cost_the_same_for_one_kit_and_for_many(
    cast: Cast, kit: Kit, desk: Desk, django_assert_max_num_queries: Any
) -> None:
    adopted(kit, cast)
    for number in range(10):
        other = edit.create(cast.programme, values(name=f"Комплет {number}"), by=cast.staff)
        for day in range(3):
            edit.save_post(other, None, part(f"Објава {day}", "Зовите {{телефон}}", day=day), by=cast.staff)
        edit.publish(other, by=cast.staff)
    for day in range(10):
        edit.save_post(kit, None, part(f"Још {day}", "Зовите {{телефон}}", day=day), by=cast.staff)
    officer = sign_in(cast.officer)
    for name, args, most in (("kits", [], 10), ("kit", [kit.pk], 12)):
        officer.get(reverse(name, args=["cuprija", *args]))
        with django_assert_max_num_queries(most):
            assert officer.get(reverse(name, args=["cuprija", *args])).status_code == 200


def test_another_municipality_of_the_programme_learns_a_number_only(cast: Cast, kit: Kit, desk: Desk) -> None:
    adopted(kit, cast)
    page = sign_in(cast.stranger).get(reverse("kit", args=["novi-pazar", kit.pk])).content.decode()
    assert "adopted by 1 municipality" in page
    assert "Ćuprija" not in page
    with scope(cast.novi_pazar):
        assert not Adoption.objects.exists()
    assert Municipality.objects.count() == 2
