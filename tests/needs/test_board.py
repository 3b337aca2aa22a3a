"""The board and a need: what is refused in words, whose words who may read, sizes that are right, few queries."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from inbox.domain import triage
from inbox.models import Department, Message, Settlement
from municipalities.tenancy import scope
from needs.domain import decide, follow_up, merge, pictures, supporters, write
from needs.domain.write import NeedContent
from needs.enums import NeedStage
from needs.models import Need, NeedPicture, Supporter
from posts.draft import parse
from posts.media.domain.pictures import add
from posts.media.domain.pictures import delete as delete_picture
from posts.models import Media, Post
from tests.inbox.conftest import MunicipalityInbox
from tests.needs.conftest import again, at_once, done_of, need_of
from tests.people import Cast, sign_in
from tests.posts.desk import picture_bytes

BOARD = "/m/cuprija/needs/"


def today() -> str:
    return timezone.localdate().isoformat()


def verbs() -> list[str]:
    return list(AuditEvent.objects.filter(verb__startswith="need.").order_by("pk").values_list("verb", flat=True))


# ---------------------------------------------------------------- writing down, and voices


def test_a_need_from_a_telephone_call_stands_on_the_board(cast: Cast) -> None:
    client = sign_in(cast.officer)
    values = {"title": "Аутобус до болнице", "text": "Ујутру", "topic": "transport", "source": "phone",
            "received_on": today(), "quote": "Немам како до лекара", "note": "Звала из Супске"}  # fmt: skip
    sent = client.post(f"{BOARD}new/", values)
    assert sent.status_code == 302
    page = client.get(sent.headers["Location"]).text
    assert "Немам како до лекара" in page
    assert "Звала из Супске" in page
    assert "1 voice" in client.get(BOARD).text
    assert verbs() == ["need.write", "need.hear"]
    assert "лекара" not in str(list(AuditEvent.objects.values_list("detail", "target_label")))


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"title": ""}, "This field is required"),
        ({"title": "я" * 161}, "160"),
        ({"source": "phone", "received_on": "2999-01-01"}, "This day cannot be right"),
        ({"source": "phone", "quote": "зовите 063 123 4567"}, "contains no names"),
        ({"topic": "nonsense"}, "valid choice"),
    ],
)
def test_what_cannot_be_written_down_is_said_and_everything_typed_is_kept(
    cast: Cast, said: dict[str, str], says: str
) -> None:
    typed = {"title": "Клупе", "received_on": today(), "text": "У парку, код чесме", **said}
    response = sign_in(cast.officer).post(f"{BOARD}new/", typed)
    assert response.status_code == 422
    assert says in response.text
    assert "У парку, код чесме" in response.text
    with scope(cast.cuprija):
        assert not Need.objects.exists()


def test_messages_become_a_need_and_join_one_and_adding_again_changes_nothing(
    municipality: MunicipalityInbox, three: list[Message]
) -> None:
    client = sign_in(municipality.cast.officer)
    chosen = {"message": [message.pk for message in three[:2]]}
    shown = client.get(f"{BOARD}gather/", chosen)
    assert "Нема клупа у парку" in shown.text
    sent = client.post(f"{BOARD}gather/", {**chosen, "title": "Клупе", "topic": ""})
    assert sent.status_code == 302
    with scope(municipality.cast.cuprija):
        made = Need.objects.get()
    assert made.size == 2
    again_ = client.post(f"{BOARD}gather/", {"message": [message.pk for message in three], "need": made.pk})
    assert again_.headers["Location"] == f"{BOARD}{made.pk}/"
    client.post(f"{BOARD}gather/", {"message": [message.pk for message in three], "need": made.pk})
    assert again(municipality, made).size == 3
    with scope(municipality.cast.cuprija):
        assert Supporter.objects.count() == 3
    assert verbs() == ["need.write", "need.gather", "need.gather"]


def test_a_message_is_a_voice_of_one_need_and_moves(municipality: MunicipalityInbox, three: list[Message]) -> None:
    first, second = need_of(municipality, "Клупе", *three), need_of(municipality, "Канте")
    client = sign_in(municipality.cast.officer)
    assert "Belongs to “Клупе” now" in client.get(f"{BOARD}gather/", {"message": three[0].pk}).text
    client.post(f"{BOARD}gather/", {"message": three[0].pk, "need": second.pk})
    assert (again(municipality, first).size, again(municipality, second).size) == (2, 1)
    page = client.get(f"/m/cuprija/inbox/{three[0].pk}/").text
    assert "Канте" in page
    assert "Клупе" not in page


def test_nothing_is_gathered_of_nothing_of_spam_or_of_another_municipality(
    municipality: MunicipalityInbox, three: list[Message]
) -> None:
    client = sign_in(municipality.cast.officer)
    assert client.get(f"{BOARD}gather/").headers["Location"] == "/m/cuprija/inbox/"
    with scope(municipality.cast.cuprija):
        triage.set_kind(three[0], "spam", by=municipality.cast.officer)
    response = client.post(f"{BOARD}gather/", {"message": three[0].pk, "title": "Клупе"})
    assert response.status_code == 422
    assert "is not a request" in response.text
    assert 'value="Клупе"' in response.text
    with scope(municipality.cast.cuprija):
        assert not Need.objects.exists()  # not even an empty one
    elsewhere = sign_in(municipality.cast.stranger).get("/m/novi-pazar/needs/gather/", {"message": three[1].pk})
    assert elsewhere.headers["Location"] == "/m/novi-pazar/inbox/"


def test_a_voice_is_taken_away_and_an_empty_need_deleted(municipality: MunicipalityInbox, three: list[Message]) -> None:
    need = need_of(municipality, "Клупе", three[0])
    client = sign_in(municipality.cast.officer)
    refused = client.post(f"{BOARD}{need.pk}/delete/")
    assert refused.status_code == 422
    assert "Citizens requested this" in refused.text
    with scope(municipality.cast.cuprija):
        supporter = Supporter.objects.get()
    client.post(f"{BOARD}{need.pk}/voices/{supporter.pk}/remove/")
    assert again(municipality, need).size == 0
    assert client.post(f"{BOARD}{need.pk}/delete/").headers["Location"] == BOARD
    with scope(municipality.cast.cuprija):
        assert not Need.objects.exists()
        assert Message.objects.filter(pk=three[0].pk).exists()


def test_two_needs_become_one(municipality: MunicipalityInbox, three: list[Message]) -> None:
    merged, target = need_of(municipality, "Клупе", *three[:2]), need_of(municipality, "Клупе у парку", three[2])
    response = sign_in(municipality.cast.officer).post(f"{BOARD}{merged.pk}/merge/", {"into": target.pk})
    assert response.headers["Location"] == f"{BOARD}{target.pk}/"
    assert again(municipality, target).size == 3
    with scope(municipality.cast.cuprija):
        assert Need.objects.count() == 1
    assert sign_in(municipality.cast.officer).post(f"{BOARD}{target.pk}/merge/", {"into": target.pk}).status_code == 422
    assert sign_in(municipality.cast.officer).post(f"{BOARD}{target.pk}/merge/").status_code == 422
    assert AuditEvent.objects.get(verb="need.merge").detail == {"need": "Клупе"}


@pytest.mark.django_db(transaction=True)
def test_sizes_are_right_whoever_gathers_moves_and_takes_away_at_once(
    municipality: MunicipalityInbox, three: list[Message]
) -> None:
    by = municipality.cast.officer
    first, second = need_of(municipality, "Клупе", three[0]), need_of(municipality, "Канте", three[1])
    with scope(municipality.cast.cuprija):
        supporter = Supporter.objects.get(message=three[1])

    def take() -> None:
        supporters.remove(supporter, by=by)

    at_once(
        municipality,
        lambda: supporters.gather(first, three, by=by),
        lambda: supporters.gather(second, three, by=by),
        lambda: supporters.add(first, "phone", timezone.localdate(), by=by),
        lambda: supporters.add(second, "letter", timezone.localdate(), by=by),
        take,
    )
    with scope(municipality.cast.cuprija):
        for need in Need.objects.all():
            assert need.size == need.supporters.count()
        assert Supporter.objects.filter(source="message").count() in (
            2,
            3,
        )  # the taken one may have been there or not yet


@pytest.mark.django_db(transaction=True)
def test_two_needs_that_are_put_into_each_other_at_once_do_not_both_go(
    municipality: MunicipalityInbox, three: list[Message]
) -> None:
    by = municipality.cast.officer
    first, second = need_of(municipality, "Клупе", three[0]), need_of(municipality, "Канте", *three[1:])

    def put(merged: Need, target: Need) -> None:
        try:
            merge.merge(merged, target, by=by)
        except Need.DoesNotExist as gone_meanwhile:
            raise ActionNotAllowed("gone") from gone_meanwhile

    at_once(municipality, lambda: put(first, second), lambda: put(second, first))
    with scope(municipality.cast.cuprija):
        assert Need.objects.get().size == 3


# ---------------------------------------------------------------- deciding and doing


def test_a_need_is_looked_at_decided_done_and_opened_again(
    municipality: MunicipalityInbox, three: list[Message]
) -> None:
    need, client = need_of(municipality, "Клупе", *three), sign_in(municipality.cast.approver)
    path = f"{BOARD}{need.pk}/"
    assert client.post(f"{path}decide/", {"stage": "looked_at"}).status_code == 302
    assert client.post(f"{path}decide/", {"stage": "planned", "reason": "До пролећа."}).status_code == 302
    decided = again(municipality, need)
    assert (decided.stage, decided.reason, decided.decided_on) == ("planned", "До пролећа.", timezone.localdate())
    assert client.post(f"{path}done/", {"done": "Десет клупа.", "on": today()}).status_code == 302
    assert again(municipality, need).stage == NeedStage.DONE
    assert client.post(f"{path}decide/", {"stage": "declined", "reason": "Не"}).status_code == 422
    client.post(f"{path}reopen/")
    opened = again(municipality, need)
    assert (opened.stage, opened.done_on, opened.done) == ("looked_at", None, "Десет клупа.")
    assert verbs()[2:] == ["need.decide", "need.decide", "need.done", "need.reopen"]


@pytest.mark.parametrize(
    ("page", "said", "says"),
    [
        ("decide", {"stage": "declined"}, "Give a reason"),
        ("decide", {"stage": "planned", "reason": "Да", "on": "2999-01-01"}, "This day cannot be right"),
        ("decide", {"stage": "done", "reason": "Да"}, "valid choice"),
        ("done", {"done": "", "on": "2026-01-01"}, "required"),
        ("done", {"done": "Јесте", "on": "2999-01-01"}, "This day cannot be right"),
    ],
)
def test_decisions_without_reason_words_or_a_possible_day_are_refused(
    municipality: MunicipalityInbox, page: str, said: dict[str, str], says: str
) -> None:
    need = need_of(municipality)
    response = sign_in(municipality.cast.officer).post(f"{BOARD}{need.pk}/{page}/", said)
    assert response.status_code == 422
    assert says in response.text
    assert again(municipality, need).stage == NeedStage.NEW


def test_what_was_declined_is_opened_before_it_is_done(municipality: MunicipalityInbox) -> None:
    need = need_of(municipality)
    with scope(municipality.cast.cuprija):
        decide.decide(need, "declined", reason="Нема места.", by=municipality.cast.officer)
        with pytest.raises(ActionNotAllowed):
            decide.done(need, "Ипак", on=timezone.localdate(), by=municipality.cast.officer)


# ---------------------------------------------------------------- who reads what


@pytest.mark.parametrize("who", ["mentor", "viewer"])
def test_mentors_and_viewers_see_needs_and_chosen_quotes_but_no_message(
    municipality: MunicipalityInbox, three: list[Message], who: str
) -> None:
    need = need_of(municipality, "Клупе у парку", *three)
    with scope(municipality.cast.cuprija):
        supporters.set_quote(Supporter.objects.get(message=three[0]), "Нема клупа", by=municipality.cast.officer)
        supporters.add(need, "phone", timezone.localdate(), note="Тајна белешка", by=municipality.cast.officer)
    client = sign_in(getattr(municipality.cast, who))
    assert "Клупе у парку" in client.get(BOARD).text
    page = client.get(f"{BOARD}{need.pk}/").text
    assert "Нема клупа" in page
    assert "Message on a network: 3" in page
    for hidden in ("Где да седнемо", "Klupe molim", "Građanin", "Тајна белешка", "/inbox/", "/quote/", "/tell/"):
        assert hidden not in page
    assert client.get(f"{BOARD}gather/", {"message": three[0].pk}).status_code == 403


def test_an_officer_s_page_leads_to_the_messages(municipality: MunicipalityInbox, three: list[Message]) -> None:
    need = need_of(municipality, "Клупе", *three)
    page = sign_in(municipality.cast.officer).get(f"{BOARD}{need.pk}/").text
    for message in three:
        assert f"/m/cuprija/inbox/{message.pk}/" in page
    listed = sign_in(municipality.cast.officer).get("/m/cuprija/inbox/").text
    assert f'value="{three[0].pk}"' in listed
    several = {"message": [message.pk for message in three], "act": "need:"}
    answer = sign_in(municipality.cast.officer).post("/m/cuprija/inbox/several/", several)
    assert answer.headers["Location"].startswith("/m/cuprija/needs/gather/?message=")
    assert answer.headers["Location"].count("message=") == 3


# ---------------------------------------------------------------- the board


def test_the_board_is_narrowed_by_words_topic_settlement_and_department(cast: Cast) -> None:
    with scope(cast.cuprija):
        place = Settlement.objects.create(municipality=cast.cuprija, name="Мућава")
        office = Department.objects.create(municipality=cast.cuprija, name="Водовод")
        write.create(cast.cuprija, NeedContent("Чесма у Мућави", "", "water", place, office), by=cast.officer)
        write.create(cast.cuprija, NeedContent("Rupa na putu", "", "roads"), by=cast.officer)
    client = sign_in(cast.viewer)
    for asked_for in ({"q": "mucavi"}, {"topic": "water"}, {"settlement": place.pk}, {"department": office.pk}):
        page_text = client.get(BOARD, asked_for).text
        assert "Чесма у Мућави" in page_text
        assert "Rupa na putu" not in page_text
    assert "Rupa na putu" in client.get(BOARD, {"settlement": "none", "q": "рупа"}).text
    assert "Nothing here" in client.get(BOARD, {"q": "вулкан"}).text
    assert client.get(BOARD, {"stage": "x", "topic": "x", "settlement": "9" * 30, "page": "x"}).status_code == 200


def test_the_board_asks_as_little_of_a_thousand_needs_as_of_one(cast: Cast) -> None:
    with scope(cast.cuprija):
        place = Settlement.objects.create(municipality=cast.cuprija, name="Супска")
        office = Department.objects.create(municipality=cast.cuprija, name="Водовод")
        write.create(cast.cuprija, NeedContent("Прва", "", "water", place, office), by=cast.officer)
    client = sign_in(cast.officer)
    client.get(BOARD)
    with CaptureQueriesContext(connection) as few:
        client.get(BOARD)
    day = timezone.localdate()
    with scope(cast.cuprija):
        Need.objects.bulk_create(
            Need(
                municipality=cast.cuprija, title=f"Потреба {number}", search_key=f"potreba {number}", by=cast.officer,
                settlement=place, department=office, stage=stage, size=number, reason="Зато", done="Јесте",
                decided_on=day, done_on=day - timedelta(days=number) if stage == "done" else None,
            )
            for number in range(200)
            for stage in NeedStage.values
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        page = client.get(BOARD)
    assert len(many) == len(few) <= 12
    assert len(page.content) <= 60_000
    assert "All 200: Done" in page.text
    # the largest of what is open, the newest of what is done
    assert "Потреба 199" in page.text
    assert "Потреба 0" in page.text
    for stage in NeedStage.values:
        with CaptureQueriesContext(connection) as one:
            listed = client.get(BOARD, {"stage": stage})
        assert len(one) <= 12
        assert len(listed.content) <= 60_000


def test_a_need_with_hundreds_of_voices_asks_as_little_as_one_with_three(
    municipality: MunicipalityInbox, three: list[Message]
) -> None:
    need, client = done_of(municipality, *three), sign_in(municipality.cast.officer)
    path = f"{BOARD}{need.pk}/"
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    with scope(municipality.cast.cuprija):
        copy = Message.objects.get(pk=three[0].pk)
        for number in range(150):
            copy.pk, copy.remote_id = None, f"copy-{number}"
            copy.save(force_insert=True)
        supporters.gather(
            need, list(Message.objects.filter(remote_id__startswith="copy")), by=municipality.cast.officer
        )
    with CaptureQueriesContext(connection) as many:
        page = client.get(path)
    assert len(many) == len(few) <= 12
    assert len(page.content) <= 60_000
    for who in ("mentor", "viewer"):
        other = sign_in(getattr(municipality.cast, who))
        other.get(path)
        with CaptureQueriesContext(connection) as captured:
            other.get(path)
        assert len(captured) <= 12
    with CaptureQueriesContext(connection) as gathering:
        client.get(f"{BOARD}gather/", {"message": [message.pk for message in three]})
    assert len(gathering) <= 12


# ---------------------------------------------------------------- pictures and the post


def picture(municipality: MunicipalityInbox, name: str = "klupe.jpg") -> Media:
    raw = picture_bytes()
    with scope(municipality.cast.cuprija):
        return add(municipality.cast.cuprija, io.BytesIO(raw), name=name, size=len(raw), by=municipality.cast.officer)


def test_pictures_come_from_the_computer_or_the_library_and_need_a_description(municipality: MunicipalityInbox) -> None:
    need, client = need_of(municipality), sign_in(municipality.cast.officer)
    path = f"{BOARD}{need.pk}/pictures/"
    file = SimpleUploadedFile("klupe.jpg", picture_bytes(), "image/jpeg")
    response = client.post(path, {"file": file, "moment": "after"})
    assert response.status_code == 422
    assert "Describe the picture" in response.text
    file.seek(0)
    assert client.post(path, {"file": file, "moment": "after", "alt": "Нова клупа"}).status_code == 302
    media = picture(municipality, "pre.jpg")
    assert client.post(path, {"media": media.pk, "moment": "before"}).status_code == 422
    assert client.post(path, {"media": media.pk, "moment": "before", "alt": "Празан парк"}).status_code == 302
    assert client.post(path, {"moment": "after", "alt": "Шта?"}).status_code == 422
    bad = SimpleUploadedFile("x.jpg", b"no picture", "image/jpeg")
    assert client.post(path, {"file": bad, "moment": "after", "alt": "Клупа"}).status_code == 422
    page = sign_in(municipality.cast.viewer).get(f"{BOARD}{need.pk}/").text
    assert 'alt="Нова клупа"' in page
    assert page.index("Празан парк") < page.index("Нова клупа")
    with scope(municipality.cast.cuprija):
        shot = NeedPicture.objects.get(moment="before")
        pictures.remove(shot, by=municipality.cast.officer)
        assert NeedPicture.objects.count() == 1


def test_a_picture_whose_people_do_not_agree_is_not_shown(municipality: MunicipalityInbox) -> None:
    need, media = need_of(municipality), picture(municipality)
    with scope(municipality.cast.cuprija):
        Media.objects.filter(pk=media.pk).update(shows_children=True)
        media.refresh_from_db()
        with pytest.raises(ActionNotAllowed, match="no consent"):
            pictures.add(need, media, "after", "Деца", by=municipality.cast.officer)


def test_a_picture_that_the_library_deletes_leaves_the_need(municipality: MunicipalityInbox) -> None:
    need, media = need_of(municipality), picture(municipality)
    with scope(municipality.cast.cuprija):
        pictures.add(need, media, "after", "Клупа", by=municipality.cast.officer)
        delete_picture(media, by=municipality.cast.officer)
        assert not NeedPicture.objects.exists()


def test_the_post_that_tells_of_it_begins_with_quotes_what_was_done_and_the_pictures(
    municipality: MunicipalityInbox, three: list[Message]
) -> None:
    need, media = done_of(municipality, *three), picture(municipality)
    with scope(municipality.cast.cuprija):
        supporters.set_quote(Supporter.objects.get(message=three[0]), "Нема клупа", by=municipality.cast.officer)
        pictures.add(need, media, "after", "Нова клупа", by=municipality.cast.officer)
    client = sign_in(municipality.cast.officer)
    sent = client.post(f"{BOARD}{need.pk}/post/")
    with scope(municipality.cast.cuprija):
        post = Post.objects.get(pk=again(municipality, need).follow_up_id)
        draft = parse(post.draft)
    assert sent.headers["Location"] == f"/m/cuprija/posts/{post.pk}/edit/"
    (text,) = draft.texts.values()
    for part in ("Клупе у парку", "„Нема клупа”", "Поставили смо десет клупа."):
        assert part in text.text
    assert "Građanin" not in text.text
    assert [(shown.id, shown.alt) for shown in draft.media] == [(media.pk, "Нова клупа")]
    assert client.post(f"{BOARD}{need.pk}/post/").headers["Location"] == sent.headers["Location"]
    assert "Open the post about the outcome" in client.get(f"{BOARD}{need.pk}/").text


def test_there_is_no_post_of_what_nobody_has_decided(municipality: MunicipalityInbox) -> None:
    need = need_of(municipality)
    response = sign_in(municipality.cast.officer).post(f"{BOARD}{need.pk}/post/")
    assert response.status_code == 422
    assert "There is nothing to publish yet" in response.text
    with scope(municipality.cast.cuprija):
        decide.decide(need, "declined", reason="Парк се гради изнова.", by=municipality.cast.officer)
        post = follow_up.create_post(need, by=municipality.cast.officer)
    assert "Неће бити урађено" in str(post.draft)


def test_the_rail_leads_to_needs_for_who_may_see_them(cast: Cast) -> None:
    for who in ("officer", "approver", "viewer", "mentor"):
        assert f'href="{BOARD}"' in sign_in(getattr(cast, who)).get("/m/cuprija/").text
    assert f'href="{BOARD}"' not in sign_in(cast.staff).get("/m/cuprija/").text


def test_the_words_of_a_need_are_changed(municipality: MunicipalityInbox) -> None:
    need: Any = need_of(municipality)
    client, path = sign_in(municipality.cast.officer), f"{BOARD}{need.pk}/change/"
    assert "Клупе у парку" in client.get(path).text
    assert client.post(path, {"title": "Клупе и канте"}).status_code == 302
    assert again(municipality, need).title == "Клупе и канте"
    with scope(municipality.cast.cuprija):
        office = Department.objects.create(municipality=municipality.cast.cuprija, name="ЈКП", is_retired=True)
        Need.objects.filter(pk=need.pk).update(department=office)
    assert client.post(path, {"title": "Клупе", "department": office.pk}).status_code == 302
    assert again(municipality, need).department_id == office.pk  # also when it is asked no more
    assert client.post(path, {"title": " "}).status_code == 422
