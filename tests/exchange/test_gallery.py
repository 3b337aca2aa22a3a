"""Sharing, searching, talking, copying, picking: what works, what is refused, and how many queries it takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.ingestion.domain import collect
from analytics.models import Subject
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from exchange.domain import comments, copying, picks
from exchange.domain import share as verbs
from exchange.gallery_rules import COMMENTS_AT_ONCE, MOST_PICKS
from exchange.models import Pick, SharedComment, SharedCopy, SharedPost
from exchange.queries import gallery as queries
from municipalities.domain.reference import load_services
from municipalities.models import EService, ServiceAvailability
from municipalities.tenancy import scope
from notifications.models import Notification
from posts.draft import Interactive, parse
from posts.models import Post, Thread
from posts.queries import threads
from tests.exchange.shared import WHY, Gallery
from tests.people import sign_in

MOST_QUERIES = 12


def page(row: SharedPost, slug: str = "novi-pazar") -> str:
    return reverse("gallery_post", args=[slug, row.pk])


# ---- sharing


def test_what_the_officer_sees_before_is_what_others_see_after(gallery: Gallery) -> None:
    address, client = reverse("gallery_share", args=["cuprija", gallery.post.pk]), sign_in(gallery.cast.officer)
    before = client.get(address).content.decode()
    preview = before[before.index('<article class="gallery-look"') : before.index("</article>")]
    assert "отвара базен" in preview
    answer = client.post(address, {"title": "Базен за све", "why": WHY})
    assert answer.status_code == 302
    after = sign_in(gallery.cast.stranger).get(answer["Location"].replace("/cuprija/", "/novi-pazar/")).content.decode()
    shown = after[after.index('<article class="gallery-look"') : after.index("</article>")]
    # the picture's address is the one thing that differs: one's own library before, the gallery's copy after
    assert shown.partition("<img")[0] == preview.partition("<img")[0]
    assert "Базен за све" in after
    assert WHY in after
    event = AuditEvent.objects.get(verb="gallery.share")
    assert (event.municipality_id, event.actor_id) == (gallery.cast.cuprija.pk, gallery.cast.officer.pk)


def test_a_post_links_to_sharing_once_it_is_public(gallery: Gallery) -> None:
    client = sign_in(gallery.cast.officer)
    assert (
        "Share with other municipalities"
        in client.get(reverse("post", args=["cuprija", gallery.post.pk])).content.decode()
    )
    with scope(gallery.cast.cuprija):
        draft = gallery.desk.write("Још није")
    assert (
        "Share with other municipalities"
        not in client.get(reverse("post", args=["cuprija", draft.pk])).content.decode()
    )


def test_only_what_stands_on_a_network_is_shared_and_only_with_a_reason_and_once(gallery: Gallery) -> None:
    with scope(gallery.cast.cuprija):
        draft = gallery.desk.write("Још није")
    with pytest.raises(ActionNotAllowed, match="on none"):
        gallery.share(draft)
    with pytest.raises(ActionNotAllowed, match="why it worked"):
        gallery.share(why="Добро")
    gallery.share()
    with pytest.raises(ActionNotAllowed, match="already"):
        gallery.share()
    answer = sign_in(gallery.cast.officer).get(reverse("gallery_share", args=["cuprija", gallery.post.pk]))
    assert answer.status_code == 302
    page = sign_in(gallery.cast.officer).get(reverse("gallery_share", args=["cuprija", draft.pk]))
    assert "cannot be shared" in page.content.decode()


def test_after_taking_it_down_it_can_be_shared_anew(gallery: Gallery) -> None:
    row = gallery.share()
    with scope(gallery.cast.cuprija):
        verbs.take_down(row, by=gallery.cast.officer)
        verbs.take_down(row, by=gallery.cast.officer)
    assert AuditEvent.objects.filter(verb="gallery.take_down").count() == 1
    assert gallery.share().pk != row.pk


def test_figures_are_those_of_the_day_until_somebody_takes_new_ones(gallery: Gallery) -> None:
    cast = gallery.cast
    collect.enrol()
    with scope(cast.cuprija):
        Subject.objects.filter(publication__post=gallery.post).update(interactions=14_112)
    row = gallery.share()
    assert (row.figures["interactions"], row.figures["inhabitants"], row.figures["days"]) == (14_112, 504.0, 9)
    with scope(cast.cuprija):
        Subject.objects.filter(publication__post=gallery.post).update(interactions=28_224)
    body = sign_in(cast.stranger).get(page(row)).content.decode()
    assert "likes + shares + comments + quotes" in body
    assert "14,112" in body
    assert "28,224" not in body
    assert sign_in(cast.officer).post(reverse("gallery_renew", args=["cuprija", row.pk])).status_code == 302
    assert "28,224" in sign_in(cast.stranger).get(page(row)).content.decode()


def test_where_nobody_has_read_a_number_that_is_said_and_no_zero_is_made_up(gallery: Gallery) -> None:
    row = gallery.share()
    assert row.figures["interactions"] is None
    client = sign_in(gallery.cast.stranger)
    assert "The metrics of this post have not been fetched yet." in client.get(page(row)).content.decode()
    assert "Not enough data yet" in client.get(reverse("gallery", args=["novi-pazar"])).content.decode()


def test_words_can_be_changed_and_the_post_stays(gallery: Gallery) -> None:
    row = gallery.share()
    address = reverse("gallery_reword", args=["cuprija", row.pk])
    client = sign_in(gallery.cast.officer)
    assert client.post(address, {"title": "Т", "why": "кратко"}).status_code == 422
    assert client.post(address, {"title": "Базен за све", "why": WHY + " Још једном."}).status_code == 302
    with queries.gallery_scope(gallery.cast.novi_pazar):
        assert queries.GalleryFilters(query="jednom").apply(queries.shown()).get().title == "Базен за све"


# ---- finding


def search(gallery: Gallery, **asked: str) -> list[str]:
    client = sign_in(gallery.cast.stranger)
    answer = client.get(reverse("gallery", args=["novi-pazar"]), asked)
    assert answer.status_code == 200
    return [card.row.title for card in answer.context["cards"]]


def test_words_are_found_in_either_script_in_title_text_reason_and_topic(gallery: Gallery) -> None:
    gallery.share()
    for query in ("базен", "bazen", "OTVARA", "седам ујутру", "servisne vesti", "Ćuprija"):
        assert search(gallery, q=query) == ["Базен је отворен"], query
    assert search(gallery, q="библиотека") == []


def test_filters_narrow_by_service_format_category_size_and_network(gallery: Gallery) -> None:
    gallery.share()
    poll = gallery.publish("Шта прво?", title="Анкета", service="evrtic", interactive=Interactive("poll", ("А", "Б")))
    gallery.share(poll)
    assert search(gallery) == ["Анкета", "Базен је отворен"]
    assert search(gallery, service="evrtic") == ["Анкета"]
    assert search(gallery, format="poll") == ["Анкета"]
    assert search(gallery, format="any") == ["Анкета"]
    assert search(gallery, category="culture") == []
    assert len(search(gallery, size="middle")) == 2
    assert search(gallery, size="large") == []
    assert len(search(gallery, network="mastodon")) == 2
    assert search(gallery, network="facebook") == []
    with scope(gallery.cast.cuprija):
        SharedPost.objects.filter(title="Базен је отворен").update(copied=2)
    assert search(gallery, order="copied") == ["Базен је отворен", "Анкета"]


@pytest.mark.parametrize("asked", [{"page": "999"}, {"page": "x"}, {"q": "\x00'%_"}, {"size": "huge"},
                                   {"format": "x" * 500}, {"service": "../.."}, {"network": "nope"}])  # fmt: skip
def test_a_hostile_address_is_an_ordinary_page(gallery: Gallery, asked: dict[str, str]) -> None:
    gallery.share()
    assert sign_in(gallery.cast.stranger).get(reverse("gallery", args=["novi-pazar"]), asked).status_code == 200


# ---- talking


def say(gallery: Gallery, row: SharedPost, text: str = "Како сте то урадили?", by: Any = None) -> SharedComment:
    municipality = gallery.cast.novi_pazar
    with queries.gallery_scope(municipality):
        return comments.comment(row, text, municipality=municipality, by=by or gallery.cast.stranger, is_mentor=False)


def test_a_comment_stands_under_name_and_municipality_and_the_sharer_is_told(gallery: Gallery) -> None:
    row, cast = gallery.share(), gallery.cast
    answer = sign_in(cast.stranger).post(reverse("gallery_comment", args=["novi-pazar", row.pk]), {"text": "Браво!"})
    assert "#comment-" in answer["Location"]
    body = sign_in(cast.officer).get(page(row, "cuprija")).content.decode()
    assert "Браво!" in body
    assert "Novi Pazar" in body
    notification = Notification.objects.get()
    assert (notification.user, notification.kind) == (cast.officer, "gallery")
    assert notification.url.startswith(page(row, "cuprija"))
    assert (
        sign_in(cast.stranger).post(reverse("gallery_comment", args=["novi-pazar", row.pk]), {"text": " "}).status_code
        == 422
    )


def test_a_comment_is_changed_while_it_is_fresh_and_deleted_by_its_author_alone(gallery: Gallery) -> None:
    row, cast = gallery.share(), gallery.cast
    comment = say(gallery, row)
    with queries.gallery_scope(cast.novi_pazar):
        assert comments.edit(comment, "Како?", by=cast.stranger).edited_at
        with pytest.raises(ActionNotAllowed, match="author"):
            comments.edit(comment, "Не", by=cast.mentor)
        SharedComment.objects.update(at=timezone.now() - timedelta(minutes=16))
        with pytest.raises(ActionNotAllowed, match="15 minutes"):
            comments.edit(comment, "Касно", by=cast.stranger)
        with pytest.raises(ActionNotAllowed, match="author"):
            comments.delete(comment, by=cast.officer)
        comments.delete(comment, by=cast.stranger)
        assert SharedComment.objects.get().text == ""
    assert "No comments yet" in sign_in(cast.stranger).get(page(row)).content.decode()


def test_the_sharer_hides_a_comment_and_shows_it_again_and_its_author_sees_that(gallery: Gallery) -> None:
    row, cast = gallery.share(), gallery.cast
    comment = say(gallery, row)
    hide = reverse("gallery_comment_hide", args=["cuprija", row.pk, comment.pk])
    assert sign_in(cast.officer).post(hide).status_code == 302
    assert "Како сте" not in sign_in(cast.mentor).get(page(row)).content.decode()
    assert "Hidden: only its author" in sign_in(cast.stranger).get(page(row)).content.decode()
    # who did not share it cannot hide what is said below it
    hide_elsewhere = reverse("gallery_comment_hide", args=["novi-pazar", row.pk, comment.pk])
    assert sign_in(cast.stranger).post(hide_elsewhere).status_code == 404
    sign_in(cast.officer).post(hide)
    assert "Како сте" in sign_in(cast.mentor).get(page(row)).content.decode()


def test_staff_take_a_comment_down_with_a_reason_that_its_author_reads(gallery: Gallery) -> None:
    row, cast = gallery.share(), gallery.cast
    comment = say(gallery, row, "Глупост!")
    address = reverse("programme_gallery_comment_take_down", args=[row.pk, comment.pk])
    client = sign_in(cast.staff)
    client.post(address, {"reason": ""})
    assert "Глупост!" in sign_in(cast.officer).get(page(row, "cuprija")).content.decode()
    client.post(address, {"reason": "Увреда"})
    assert "Глупост!" not in sign_in(cast.officer).get(page(row, "cuprija")).content.decode()
    assert "Увреда" in sign_in(cast.stranger).get(page(row)).content.decode()
    assert Notification.objects.filter(user=cast.stranger, body="Увреда").exists()


def test_nobody_writes_faster_than_people_talk(gallery: Gallery) -> None:
    row = gallery.share()
    for number in range(COMMENTS_AT_ONCE):
        say(gallery, row, f"Реч {number}")
    with pytest.raises(ActionNotAllowed, match="a little later"):
        say(gallery, row)
    with queries.gallery_scope(gallery.cast.novi_pazar):
        SharedComment.objects.update(at=timezone.now() - timedelta(minutes=11))
    say(gallery, row)


def test_a_comment_of_a_municipality_that_left_is_not_shown_meanwhile(gallery: Gallery) -> None:
    from municipalities.models import Enrolment

    row, cast = gallery.share(), gallery.cast
    say(gallery, row)
    Enrolment.objects.filter(municipality=cast.novi_pazar).update(ends_on=timezone.localdate() - timedelta(days=1))
    assert "Како сте" not in sign_in(cast.officer).get(page(row, "cuprija")).content.decode()


# ---- copying


def copied(gallery: Gallery) -> copying.Copied:
    municipality = gallery.cast.novi_pazar
    with queries.gallery_scope(municipality) as room:
        row = queries.with_pictures([queries.shown().order_by("pk")[0]])[0]
    with scope(municipality):
        return copying.copy(row, municipality=municipality, by=gallery.cast.stranger, also=room.ids)


def test_a_copy_is_a_draft_without_the_other_towns_name_that_credits_its_source(gallery: Gallery) -> None:
    row, cast = gallery.share(), gallery.cast
    address = reverse("gallery_copy", args=["novi-pazar", row.pk])
    client = sign_in(cast.stranger)
    preview = client.get(address).content.decode()
    assert "Check before you publish" in preview
    assert "телефон" in preview
    answer = client.post(address)
    with scope(cast.novi_pazar):
        post = Post.objects.get()
        draft = parse(post.draft)
        text = draft.texts["sr-Cyrl"].text
        assert text == (
            "Општина Нови Пазар отвара базен у општини Нови Пазар. Јавите се на {{телефон}} и дођите из целе "
            "{{назив места}}!"
        )
        assert "Ћуприј" not in str(post.draft)
        assert (draft.call.kind, draft.call.deadline, draft.media, draft.link) == ("attend", "", (), "")
        assert answer["Location"] == reverse("post_edit", args=["novi-pazar", post.pk])
        talk = threads(post, reader=cast.stranger)[0]
        assert "Ćuprija" in talk.loaded_comments[0].text
        assert "телефон" in talk.loaded_comments[0].text
        assert post.stage == "draft"
    assert AuditEvent.objects.get(verb="gallery.copy").municipality_id == cast.novi_pazar.pk


def test_a_municipality_counts_once_however_often_it_copies(gallery: Gallery) -> None:
    row = gallery.share()
    copied(gallery)
    copied(gallery)
    with scope(gallery.cast.cuprija):
        assert SharedPost.objects.get(pk=row.pk).copied == 1
    with scope(gallery.cast.novi_pazar):
        assert SharedCopy.objects.count() == 2
        assert Thread.objects.count() == 2


@pytest.mark.parametrize("offered", [True, False])
def test_the_service_and_its_link_become_the_copiers_own_or_are_left_out_with_a_word(
    gallery: Gallery, offered: bool
) -> None:
    load_services()
    cast = gallery.cast
    gallery.share(
        gallery.publish("Пријавите дете: https://cuprija.rs/vrtic", service="evrtic", link="https://cuprija.rs/vrtic")
    )
    with scope(cast.novi_pazar):
        ServiceAvailability.objects.create(
            municipality=cast.novi_pazar, service=EService.objects.get(key="evrtic"), is_offered=offered,
            url="https://novipazar.rs/vrtic", verified_on=timezone.localdate(), verified_by=cast.stranger,
        )  # fmt: skip
    post = copied(gallery).post
    draft = parse(post.draft)
    assert "cuprija.rs" not in str(post.draft)
    if offered:
        assert (draft.service, draft.link) == ("evrtic", "https://novipazar.rs/vrtic")
        assert draft.texts["sr-Cyrl"].text == "Пријавите дете: https://novipazar.rs/vrtic"
    else:
        assert (draft.service, draft.link) == ("", "")
        assert draft.texts["sr-Cyrl"].text == "Пријавите дете: {{линк}}"
        with scope(cast.novi_pazar):
            assert "left out" in threads(post, reader=cast.stranger)[0].loaded_comments[0].text


def test_a_poll_is_copied_with_its_answers(gallery: Gallery) -> None:
    gallery.share(gallery.publish("Шта прво у Ћуприји?", interactive=Interactive("poll", ("Парк", "Базен"), days=3)))
    draft = parse(copied(gallery).post.draft)
    assert (draft.interactive.kind, draft.interactive.options, draft.interactive.days) == ("poll", ("Парк", "Базен"), 3)


def test_ones_own_post_is_not_copied(gallery: Gallery) -> None:
    row = gallery.share()
    client = sign_in(gallery.cast.officer)
    assert client.post(reverse("gallery_copy", args=["cuprija", row.pk])).status_code == 302
    with scope(gallery.cast.cuprija):
        assert not SharedCopy.objects.exists()


# ---- the programme


def test_staff_pick_up_to_three_a_month_and_all_see_why(gallery: Gallery) -> None:
    row, cast = gallery.share(), gallery.cast
    client = sign_in(cast.staff)
    address = reverse("programme_gallery_pick", args=[row.pk])
    assert client.post(address, {"programme": cast.programme.pk, "why": ""}).status_code == 422
    assert client.post(address, {"programme": 999, "why": "x"}).status_code == 422
    assert client.post(address, {"programme": cast.programme.pk, "why": "Јасан позив"}).status_code == 302
    body = sign_in(cast.stranger).get(reverse("gallery", args=["novi-pazar"])).content.decode()
    assert "Picks of the programme" in body
    assert "Јасан позив" in body
    assert "picks of the month" in Notification.objects.filter(user=cast.officer).get().subject
    for number in range(MOST_PICKS - 1):
        another = gallery.share(gallery.publish(f"Пост {number}", title=f"Пост {number}"))
        with queries.programmes_scope([cast.programme]):
            picks.pick(cast.programme, another, "Добро", by=cast.staff)
    last = gallery.share(gallery.publish("Превише", title="Превише"))
    with queries.programmes_scope([cast.programme]), pytest.raises(ActionNotAllowed, match="already"):
        picks.pick(cast.programme, last, "Добро", by=cast.staff)
    first = Pick.objects.order_by("pk")[0]
    assert client.post(reverse("programme_gallery_unpick", args=[row.pk, first.pk])).status_code == 302
    with queries.programmes_scope([cast.programme]):
        picks.pick(cast.programme, last, "Добро", by=cast.staff)


def test_until_something_is_picked_this_month_the_picks_of_the_last_one_stand(gallery: Gallery) -> None:
    row, cast = gallery.share(), gallery.cast
    before = timezone.localdate().replace(day=1) - timedelta(days=1)
    Pick.objects.create(programme=cast.programme, month=before, shared=row, why="Прошлог месеца", by=cast.staff)
    with queries.gallery_scope(cast.novi_pazar) as room:
        shown = queries.picks(room.programmes)
    assert (shown.month, [pick.why for pick in shown.picks]) == (before.replace(day=1), ["Прошлог месеца"])
    with scope(cast.cuprija):
        verbs.take_down(row, by=cast.officer)
    with queries.gallery_scope(cast.novi_pazar) as room:
        assert queries.picks(room.programmes).picks == []


def test_staff_take_a_post_down_with_a_reason_that_the_sharer_reads(gallery: Gallery) -> None:
    row, cast = gallery.share(), gallery.cast
    address = reverse("programme_gallery_take_down", args=[row.pk])
    client = sign_in(cast.staff)
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "Слика туђег аутора"}).status_code == 302
    assert sign_in(cast.stranger).get(page(row)).status_code == 404
    assert Notification.objects.filter(user=cast.officer, body="Слика туђег аутора").exists()
    ours = sign_in(cast.officer).get(reverse("gallery_ours", args=["cuprija"])).content.decode()
    assert "Слика туђег аутора" in ours
    assert AuditEvent.objects.get(verb="gallery.remove").detail["reason"] == "Слика туђег аутора"


# ---- speed


def counted(user: Any, url: str) -> int:
    client = sign_in(user)
    client.get(url)
    with CaptureQueriesContext(connection) as done:
        assert client.get(url).status_code == 200
    return len(done)


def test_pages_take_the_same_few_queries_with_one_post_and_with_many(gallery: Gallery) -> None:
    load_services()
    row, cast = gallery.share(), gallery.cast
    with queries.programmes_scope([cast.programme]):
        picks.pick(cast.programme, row, "Јасно", by=cast.staff)
    gallery.share(gallery.publish("Још једна", title="Још једна"))
    say(gallery, row)
    pages = [
        (cast.stranger, reverse("gallery", args=["novi-pazar"])),
        (cast.stranger, page(row)),
        (cast.officer, page(row, "cuprija")),
        (cast.officer, reverse("gallery_ours", args=["cuprija"])),
        (cast.stranger, reverse("gallery_copy", args=["novi-pazar", row.pk])),
        (cast.staff, reverse("programme_gallery")),
        (cast.staff, reverse("programme_gallery_post", args=[row.pk])),
    ]
    few = [counted(user, url) for user, url in pages]
    copied(gallery)
    for number in range(14):
        another = gallery.share(gallery.publish(f"Пост {number}", title=f"Пост {number}", service="evrtic"))
        if number < 9:
            say(gallery, row if number < 8 else another, f"Реч {number}")
        if number < 2:
            with queries.programmes_scope([cast.programme]):
                picks.pick(cast.programme, another, "Добро", by=cast.staff)
    many = [counted(user, url) for user, url in pages]
    assert many == few, (few, many)
    assert max(few) <= MOST_QUERIES, few
