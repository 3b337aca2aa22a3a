"""The shelf of pictures: folders, search, what is known of each, and the composer's picker."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from common.errors import ActionNotAllowed
from library import queries
from library.queries import PictureFilters
from municipalities.tenancy import everywhere, scope
from posts.draft import parse
from posts.editing.domain.submit import submit
from posts.media.domain import folders, pictures
from posts.media.domain.consents import ConsentDetails, record
from posts.media.domain.pictures import PictureDetails
from posts.models import Folder, Media
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, picture_bytes


def url(name: str, *args: Any) -> str:
    return reverse(name, args=["cuprija", *args])


def about(media: Media, **fields: Any) -> PictureDetails:
    known = {"name": media.name, "alt": media.alt, "credit": "", "licence": "", "shows_children": False, "folder": None}
    return PictureDetails(**{**known, **fields})


def with_picture(media: Media, alt: str) -> Any:
    return parse({"media": [{"id": media.pk, "alt": alt}]}).media


# ---------------------------------------------------------------- folders


def test_folders_lie_in_one_another_once_and_names_are_single(desk: Desk, cast: Cast) -> None:
    top = folders.create(desk.municipality, "Манифестације", by=cast.officer)
    inside = folders.create(desk.municipality, "Дани вина", parent=top, by=cast.officer)
    with pytest.raises(ActionNotAllowed, match="not deeper"):
        folders.create(desk.municipality, "2026", parent=inside, by=cast.officer)
    with pytest.raises(ActionNotAllowed, match="not deeper"):
        folders.change(top, name=top.name, parent=inside, by=cast.officer)
    with pytest.raises(ActionNotAllowed, match="already"):
        folders.create(desk.municipality, "дани вина", parent=top, by=cast.officer)
    with pytest.raises(ActionNotAllowed, match="needs a name"):
        folders.create(desk.municipality, "  ", by=cast.officer)
    levels = [(branch.folder.name, branch.level) for branch in queries.folders()]
    assert levels == [
        ("Манифестације", 0),
        ("Дани вина", 1),
    ]


def test_a_folder_is_deleted_only_when_nothing_lies_in_it(desk: Desk, cast: Cast) -> None:
    folder = folders.create(desk.municipality, "Паркови", by=cast.officer)
    picture = desk.picture()
    assert folders.move([picture.pk], folder, municipality=desk.municipality, by=cast.officer) == 1
    with pytest.raises(ActionNotAllowed, match="not empty"):
        folders.delete(folder, by=cast.officer)
    folders.move([picture.pk], None, municipality=desk.municipality, by=cast.officer)
    folders.delete(folder, by=cast.officer)
    assert not Folder.objects.exists()


def test_a_folder_shows_what_lies_in_the_folders_inside_it(desk: Desk, cast: Cast) -> None:
    top = folders.create(desk.municipality, "Манифестације", by=cast.officer)
    inside = folders.create(desk.municipality, "Дани вина", parent=top, by=cast.officer)
    picture, other = desk.picture(picture_bytes()), desk.picture(picture_bytes())
    folders.move([picture.pk], inside, municipality=desk.municipality, by=cast.officer)
    branches = queries.folders()
    assert list(queries.pictures(PictureFilters(folder=str(top.pk)), branches)) == [picture]
    assert list(queries.pictures(PictureFilters(folder=queries.NOWHERE), branches)) == [other]


def test_pictures_of_another_municipality_are_never_moved(desk: Desk, cast: Cast) -> None:
    picture = desk.picture()
    with scope(cast.novi_pazar):
        foreign_folder = folders.create(cast.novi_pazar, "Њихово", by=cast.stranger)
        assert folders.move([picture.pk], foreign_folder, municipality=cast.novi_pazar, by=cast.stranger) == 0
    sign_in(cast.officer).post(url("library_move"), {"picture": picture.pk, "into": foreign_folder.pk})
    picture.refresh_from_db()
    assert picture.folder_id is None


# ---------------------------------------------------------------- search


@pytest.mark.parametrize("query", ["fontana", "ФОНТАНА", "Njegoseva", "trg leto", "Марко"])
def test_a_picture_is_found_by_name_description_author_and_folder_in_either_script(
    desk: Desk, cast: Cast, query: str
) -> None:
    top = folders.create(desk.municipality, "Трг", by=cast.officer)
    inside = folders.create(desk.municipality, "Лето", parent=top, by=cast.officer)
    picture, _other = desk.picture(picture_bytes(), "fontana.jpg"), desk.picture(picture_bytes(), "drugo.jpg")
    described = about(picture, alt="Његошева улица", credit="Марко Ђорђевић", folder=inside)
    pictures.describe(picture, described, by=cast.officer)
    assert list(queries.pictures(PictureFilters(query=query), queries.folders())) == [picture]


def test_a_renamed_folder_is_found_by_its_new_name(desk: Desk, cast: Cast) -> None:
    folder = folders.create(desk.municipality, "Старо", by=cast.officer)
    picture = desk.picture()
    folders.move([picture.pk], folder, municipality=desk.municipality, by=cast.officer)
    folders.change(folder, name="Ново", parent=None, by=cast.officer)
    assert list(queries.pictures(PictureFilters(query="novo"), queries.folders())) == [picture]
    assert not queries.pictures(PictureFilters(query="staro"), queries.folders()).exists()


# ---------------------------------------------------------------- descriptions


def test_how_a_submitted_post_describes_a_picture_is_offered_next_time(desk: Desk, cast: Cast) -> None:
    picture = desk.picture()
    for alt in ("Фонтана", "Фонтана на тргу, увече", "Фонтана"):
        submit(desk.write(f"Вода. {alt}", media=with_picture(picture, alt)), by=cast.officer)
    picture.refresh_from_db()
    assert (picture.alt, picture.alts) == ("Фонтана", ["Фонтана", "Фонтана на тргу, увече"])
    rows = sign_in(cast.officer).get(url("library_rows"), {"id": [picture.pk, "x", 10**9]}).content.decode()
    assert rows.count("data-picture=") == 1
    assert ">Фонтана</textarea>" in rows


def test_a_draft_that_is_only_being_written_changes_no_description(desk: Desk) -> None:
    picture = desk.picture()
    desk.write(media=with_picture(picture, "Фонт"))
    picture.refresh_from_db()
    assert picture.alt == ""


# ---------------------------------------------------------------- putting away and deleting


def test_a_picture_that_no_post_has_is_deleted_with_its_files(desk: Desk, cast: Cast) -> None:
    picture = desk.picture()
    names = [picture.file.name, picture.thumbnail.name]
    assert all(default_storage.exists(name) for name in names)
    with TestCase.captureOnCommitCallbacks(execute=True):
        pictures.delete(picture, by=cast.officer)
    assert not any(default_storage.exists(name) for name in names)
    assert not Media.objects.exists()


def test_a_picture_of_a_draft_or_a_version_is_not_deleted_but_put_away(desk: Desk, cast: Cast) -> None:
    in_draft, in_version = desk.picture(picture_bytes()), desk.picture(picture_bytes())
    desk.write(media=with_picture(in_draft, "Опис"))
    post = submit(desk.write(media=with_picture(in_version, "Опис")), by=cast.officer)
    post.draft = {}
    post.save()
    for picture in (in_draft, in_version):
        with pytest.raises(ActionNotAllowed, match="Put it away"):
            pictures.delete(picture, by=cast.officer)
    pictures.archive(in_version, by=cast.officer)
    assert list(queries.pictures(PictureFilters(), [])) == [in_draft]
    assert list(queries.pictures(PictureFilters(archived=True), [])) == [in_version]


def test_the_same_file_added_again_brings_back_what_was_put_away(desk: Desk, cast: Cast) -> None:
    body = picture_bytes()
    picture = desk.picture(body)
    pictures.archive(picture, by=cast.officer)
    again = desk.picture(body)
    assert (again.pk, again.archived_at) == (picture.pk, None)


# ---------------------------------------------------------------- pages


def test_several_pictures_come_in_at_once_and_a_bad_one_says_why(desk: Desk, cast: Cast) -> None:
    folder = folders.create(desk.municipality, "Паркови", by=cast.officer)
    files = [
        SimpleUploadedFile("a.jpg", picture_bytes()),
        SimpleUploadedFile("losa.jpg", b"MZ\x90 not a picture"),
        SimpleUploadedFile("b.png", picture_bytes("PNG")),
    ]
    client = sign_in(cast.officer)
    answer = client.post(url("library_upload"), {"files": files, "folder": folder.pk}, follow=True)
    page = answer.content.decode()
    assert "2 pictures are in the library." in page
    assert "losa.jpg: " in page
    assert list(Media.objects.order_by("pk").values_list("folder", flat=True)) == [folder.pk, folder.pk]


def test_the_page_of_a_picture_says_where_it_is_used(desk: Desk, cast: Cast) -> None:
    picture = desk.picture()
    desk.write("Радови у парку", media=with_picture(picture, "Парк"))
    page = sign_in(cast.officer).get(url("library_picture", picture.pk)).content.decode()
    card = page[page.index('<li class="list-row post-card">') :]
    assert "Радови у парку" in card
    assert url("media_thumbnail", picture.pk) in card
    assert 'name="alt"' in page
    assert url("library_picture_delete", picture.pk) not in page


def test_a_viewer_looks_but_changes_nothing(desk: Desk, cast: Cast) -> None:
    picture = desk.picture()
    client = sign_in(cast.viewer)
    page = client.get(url("library_picture", picture.pk)).content.decode()
    assert 'name="alt"' not in page
    assert "Consents" not in page
    assert client.post(url("library_picture_describe", picture.pk), {"name": "x"}).status_code == 403
    assert client.get(url("library_pick")).status_code == 403


def test_a_picture_of_another_municipality_is_not_there(desk: Desk, cast: Cast) -> None:
    picture = desk.picture()
    client = sign_in(cast.stranger)
    assert client.get(reverse("library_picture", args=["novi-pazar", picture.pk])).status_code == 404
    assert client.post(reverse("library_picture_archive", args=["novi-pazar", picture.pk])).status_code == 404
    rows = client.get(reverse("library_rows", args=["novi-pazar"]), {"id": picture.pk}).content.decode()
    assert "data-picture" not in rows


def many(desk: Desk, cast: Cast, count: int) -> None:
    """Rows as an upload leaves them, without two thousand files."""
    first = desk.picture()
    Media.objects.bulk_create(
        Media(
            municipality=desk.municipality, file=first.file.name, thumbnail=first.thumbnail.name,
            sha256=f"{number:064d}", mime="image/jpeg", width=640, height=480, bytes=1000, name=f"slika-{number}.jpg",
            uploaded_by=cast.officer,
            search_key=f"slika-{number}.jpg", alt="Опис", shows_children=number % 50 == 0,
        )
        for number in range(count)
    )  # fmt: skip


@pytest.mark.parametrize("name", ["library_pictures", "library_pick"])
def test_two_thousand_pictures_take_as_many_queries_as_one(
    desk: Desk, cast: Cast, django_assert_max_num_queries: Any, name: str
) -> None:
    folders.create(desk.municipality, "Паркови", by=cast.officer)
    client = sign_in(cast.officer)
    counts = []
    for count in (0, 2000):
        many(desk, cast, count)
        client.get(url(name))
        with django_assert_max_num_queries(12) as made:
            page = client.get(url(name), {"q": "slika"} if count else {}).content
        counts.append(len(made))
        assert len(page) < 60_000
    assert counts[0] == counts[1]


def test_search_and_use_can_be_answered_from_their_indexes(desk: Desk, cast: Cast) -> None:
    many(desk, cast, 300)
    picture = Media.objects.first()
    assert picture is not None
    with connection.cursor() as cursor:
        # for so few rows the planner would take any way, all of them quick
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    # everywhere, so that the few rows of a test are not found by their municipality
    with everywhere("whether an index fits"):
        assert "Index Scan on media_search" in Media.objects.filter(search_key__contains="slika-299").explain()
        plan = queries.uses(picture).explain()
    assert "Index Scan on post_pictures" in plan
    assert "Index Scan on version_pictures" in plan


def test_a_withdrawn_consent_is_flagged_in_the_picker(desk: Desk, cast: Cast) -> None:
    picture = desk.picture()
    today = timezone.localdate()
    details = ConsentDetails("written", "Ана", "мајка", today, today - timedelta(days=1), date(2040, 1, 1))
    record(picture, details, by=cast.officer)
    assert "Consent ended" in sign_in(cast.officer).get(url("library_pick")).content.decode()
