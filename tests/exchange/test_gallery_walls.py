"""Who sees a shared post, and what of the municipality that shared it: nothing but what was published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.urls import reverse
from django.utils import timezone

from delivery.enums import State
from delivery.models import Delivery
from exchange.domain import copying
from exchange.domain import share as verbs
from exchange.models import SharedComment, SharedCopy, SharedPicture, SharedPost
from exchange.queries import gallery as queries
from municipalities.models import Cohort, Enrolment, Programme
from municipalities.tenancy import OutOfScope, scope
from posts.draft import Draft, Text
from posts.models import Media, Post
from tests.exchange.shared import Gallery
from tests.people import person, sign_in


def page(row: SharedPost, slug: str = "novi-pazar") -> str:
    return reverse("gallery_post", args=[slug, row.pk])


def status(user: Any, url: str) -> int:
    return sign_in(user).get(url).status_code


def test_municipalities_of_the_programme_their_mentor_and_staff_see_it(gallery: Gallery) -> None:
    row, cast = gallery.share(), gallery.cast
    assert status(cast.stranger, page(row)) == 200
    assert status(cast.mentor, page(row)) == 200
    assert status(cast.staff, page(row)) == 200
    assert "Базен је отворен" in sign_in(cast.stranger).get(reverse("gallery", args=["novi-pazar"])).content.decode()


def test_another_programmes_municipality_gets_404_and_an_empty_gallery(gallery: Gallery) -> None:
    row = gallery.share()
    with scope(gallery.cast.cuprija):
        picture = SharedPicture.objects.get(shared=row)
    client = sign_in(gallery.outsider)
    for url in (
        page(row, "kanjiza"),
        reverse("gallery_picture", args=["kanjiza", row.pk, picture.pk]),
        reverse("gallery_copy", args=["kanjiza", row.pk]),
    ):
        assert client.get(url).status_code == 404, url
    for name in ("gallery_comment", "gallery_copy"):
        assert client.post(reverse(name, args=["kanjiza", row.pk]), {"text": "Браво"}).status_code == 404
    for name in ("gallery_renew", "gallery_take_down"):
        assert client.post(reverse(name, args=["kanjiza", row.pk])).status_code == 404
    assert "Базен је отворен" not in client.get(reverse("gallery", args=["kanjiza"])).content.decode()
    with scope(gallery.cast.cuprija):
        assert SharedPost.objects.get(pk=row.pk).is_shown


def test_staff_of_another_programme_get_404(gallery: Gallery) -> None:
    row, stranger = gallery.share(), person("otherstaff")
    Programme.objects.get(name="Other").staff.add(stranger)
    client = sign_in(stranger)
    assert client.get(reverse("programme_gallery_post", args=[row.pk])).status_code == 404
    for name in ("programme_gallery_take_down", "programme_gallery_pick"):
        assert client.post(reverse(name, args=[row.pk]), {"reason": "x", "why": "x"}).status_code in (404, 422)
    assert client.post(reverse("programme_gallery_take_down", args=[row.pk]), {"reason": "x"}).status_code == 404
    assert "Базен је отворен" not in client.get(reverse("programme_gallery")).content.decode()


def test_the_wall_stands_around_the_tables_of_the_gallery(gallery: Gallery) -> None:
    row = gallery.share()
    for model in (SharedPost, SharedPicture, SharedComment, SharedCopy):
        with pytest.raises(OutOfScope):
            list(model.objects.all())
    with scope(gallery.cast.novi_pazar):
        assert not SharedPost.objects.filter(pk=row.pk).exists()
    with queries.gallery_scope(gallery.elsewhere):
        assert not queries.shown().exists()
    with queries.gallery_scope(gallery.cast.novi_pazar):
        assert queries.shown().get().pk == row.pk


def test_a_practising_municipality_and_a_real_one_never_see_each_others_posts(gallery: Gallery) -> None:
    row, place = gallery.share(), gallery.cast.novi_pazar
    place.is_practice = True
    place.save()
    assert status(gallery.cast.stranger, page(row)) == 404


def test_of_a_municipality_that_leaves_nothing_is_seen_until_it_is_back(gallery: Gallery) -> None:
    row, cast = gallery.share(), gallery.cast
    enrolment = Enrolment.objects.get(municipality=cast.cuprija)
    enrolment.ends_on = timezone.localdate() - timedelta(days=1)
    enrolment.save()
    assert status(cast.stranger, page(row)) == 404
    assert sign_in(cast.staff).get(reverse("programme_gallery_post", args=[row.pk])).status_code == 404
    # it still sees its own, and may take it down meanwhile
    assert status(cast.officer, page(row, "cuprija")) == 200
    enrolment.ends_on = None
    enrolment.save()
    assert status(cast.stranger, page(row)) == 200
    enrolment.ends_on = timezone.localdate() - timedelta(days=1)
    enrolment.save()
    assert sign_in(cast.officer).post(reverse("gallery_take_down", args=["cuprija", row.pk])).status_code == 302
    enrolment.ends_on = None
    enrolment.save()
    assert status(cast.stranger, page(row)) == 404


def test_a_municipality_that_left_neither_sees_the_others_nor_shares(gallery: Gallery) -> None:
    row, cast = gallery.share(), gallery.cast
    Enrolment.objects.filter(municipality=cast.novi_pazar).update(ends_on=timezone.localdate() - timedelta(days=1))
    assert status(cast.stranger, page(row)) == 404
    assert "no programme today" in sign_in(cast.stranger).get(reverse("gallery", args=["novi-pazar"])).content.decode()


def test_one_who_is_in_two_programmes_sees_both_and_they_do_not_see_each_other(gallery: Gallery) -> None:
    cast, row = gallery.cast, gallery.share()
    other = Cohort.objects.get(programme__name="Other")
    Enrolment.objects.create(cohort=other, municipality=cast.novi_pazar, starts_on=timezone.localdate())
    assert status(cast.stranger, page(row)) == 200
    assert status(gallery.outsider, page(row, "kanjiza")) == 404


# ---- what is in it


def test_a_snapshot_has_what_was_published_and_nothing_of_the_draft(gallery: Gallery) -> None:
    cast, desk = gallery.cast, gallery.desk
    with scope(cast.cuprija):
        # the post is corrected after it went out: a draft that nobody has seen
        Post.objects.filter(pk=gallery.post.pk).update(
            draft=Draft(texts={"sr-Cyrl": Text("ТАЈНО: још није одлучено")}).to_json(), title="Базен је отворен"
        )
        desk.write("ДРУГИ НАЦРТ")
    row = gallery.share()
    body = sign_in(cast.stranger).get(page(row)).content.decode()
    assert "отвара базен" in body
    assert "ТАЈНО" not in body
    assert "ДРУГИ НАЦРТ" not in body
    for someone in (cast.officer, cast.approver):
        assert str(someone) not in body
    with scope(cast.cuprija):
        stored = SharedPost.objects.get(pk=row.pk)
        assert "ТАЈНО" not in str(vars(stored))
        assert [text["tag"] for text in stored.texts] == ["sr-Cyrl", "sr-Latn"]
        assert [text["derived"] for text in stored.texts] == [False, True]
        assert (stored.networks, stored.call_kind, stored.call_text) == (["mastodon"], "attend", "Дођите у Ћуприју")
        assert stored.places[0]["url"].startswith("https://social.example/")


def test_what_is_published_later_does_not_change_what_was_shared(gallery: Gallery) -> None:
    row = gallery.share()
    with scope(gallery.cast.cuprija):
        Post.objects.filter(pk=gallery.post.pk).update(title="Друго")
    assert "Базен је отворен" in sign_in(gallery.cast.stranger).get(page(row)).content.decode()


def test_others_get_the_gallerys_own_copy_of_a_picture_and_no_door_to_the_library(gallery: Gallery) -> None:
    row, cast = gallery.share(), gallery.cast
    with scope(cast.cuprija):
        picture, media = SharedPicture.objects.get(shared=row), Media.objects.get()
        assert picture.file.name.startswith("gallery/")
        assert picture.file.name != media.file.name
        assert picture.alt == "Базен пун деце"
    client = sign_in(cast.stranger)
    answer = client.get(reverse("gallery_picture", args=["novi-pazar", row.pk, picture.pk]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert "max-age=300" in answer["Cache-Control"]
    assert client.get(reverse("media", args=["novi-pazar", media.pk])).status_code == 404
    assert client.get(reverse("post", args=["novi-pazar", gallery.post.pk])).status_code == 404


@pytest.mark.parametrize("change", [{"agreement": "withdrawn"}, {"agreed_until": "2020-01-01"},
                                    {"shows_children": True}])  # fmt: skip
def test_a_picture_without_consent_is_left_out_of_the_snapshot_and_named_in_the_preview(
    gallery: Gallery, change: dict[str, Any]
) -> None:
    with scope(gallery.cast.cuprija):
        Media.objects.update(**change)
    preview = sign_in(gallery.cast.officer).get(reverse("gallery_share", args=["cuprija", gallery.post.pk]))
    assert "Some pictures stay behind" in preview.content.decode()
    row = gallery.share()
    with scope(gallery.cast.cuprija):
        assert not SharedPicture.objects.filter(shared=row).exists()


@pytest.mark.parametrize("change", [{"agreement": "withdrawn"}, {"agreed_until": "2020-01-01"},
                                    {"shows_children": True}])  # fmt: skip
def test_a_picture_whose_consent_ends_later_is_gone_at_once_and_its_file_soon(
    gallery: Gallery, change: dict[str, Any], django_capture_on_commit_callbacks: Any
) -> None:
    row, cast = gallery.share(), gallery.cast
    with scope(cast.cuprija):
        picture = SharedPicture.objects.get(shared=row)
        Media.objects.update(**change)
    address = reverse("gallery_picture", args=["novi-pazar", row.pk, picture.pk])
    client = sign_in(cast.stranger)
    assert client.get(address).status_code == 404
    assert address not in client.get(page(row)).content.decode()
    storage, name = picture.file.storage, picture.file.name
    with django_capture_on_commit_callbacks(execute=True):
        assert verbs.settle() == 1
    assert not storage.exists(name)
    assert status(cast.stranger, page(row)) == 200


@pytest.mark.parametrize("change", [{"state": State.WITHDRAWN}, {"state": State.MISSING},
                                    {"withdrawal_asked_at": timezone.now()}])  # fmt: skip
def test_a_post_that_left_the_network_leaves_the_gallery_and_the_sharer_is_told(
    gallery: Gallery, change: dict[str, Any]
) -> None:
    from notifications.models import Notification

    row, cast = gallery.share(), gallery.cast
    with scope(cast.cuprija):
        Delivery.objects.update(**change)
    assert status(cast.stranger, page(row)) == 404
    assert verbs.settle() == 1
    with scope(cast.cuprija):
        assert SharedPost.objects.get(pk=row.pk).ending == "withdrawn"
    assert "no longer in the gallery" in Notification.objects.get(user=cast.officer).subject
    assert verbs.settle() == 0


def test_who_copied_it_is_told_to_the_sharer_alone(gallery: Gallery) -> None:
    row, cast = gallery.share(), gallery.cast
    with queries.gallery_scope(cast.novi_pazar) as room:
        copying.copy(queries.shown().get(), municipality=cast.novi_pazar, by=cast.stranger, also=room.ids)
    assert "Copied by" in sign_in(cast.officer).get(page(row, "cuprija")).content.decode()
    body = sign_in(cast.stranger).get(page(row)).content.decode()
    assert "Copied by" not in body
    assert "copied by 1 municipality" in body


def test_an_officer_needs_the_right_to_share_and_a_viewer_has_it_not(gallery: Gallery) -> None:
    row, cast = gallery.share(), gallery.cast
    assert status(cast.viewer, reverse("gallery_share", args=["cuprija", gallery.post.pk])) == 403
    client = sign_in(cast.viewer)
    for name in ("gallery_take_down", "gallery_renew", "gallery_comment"):
        assert client.post(reverse(name, args=["cuprija", row.pk])).status_code == 403
    assert client.get(page(row, "cuprija")).status_code == 200
    # a mentor comments, and neither shares nor copies
    mentor = sign_in(cast.mentor)
    assert mentor.get(reverse("gallery_copy", args=["novi-pazar", row.pk])).status_code == 403
    assert mentor.post(reverse("gallery_comment", args=["novi-pazar", row.pk]), {"text": "Добро"}).status_code == 302
    with scope(cast.novi_pazar):
        assert SharedComment.objects.get().is_mentor


def test_a_post_of_another_municipality_cannot_be_shared_or_kept_from_here(gallery: Gallery) -> None:
    row, cast = gallery.share(), gallery.cast
    client = sign_in(cast.stranger)
    assert client.get(reverse("gallery_share", args=["novi-pazar", gallery.post.pk])).status_code == 404
    for name in ("gallery_take_down", "gallery_renew", "gallery_reword"):
        assert client.post(reverse(name, args=["novi-pazar", row.pk])).status_code == 404
