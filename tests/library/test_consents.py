"""Consents: what they come to, who may see them, hostile scans, erasure in time."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from PIL import Image

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from common.models import AuditEvent
from municipalities.tenancy import scope
from posts.draft import parse
from posts.enums import Agreement
from posts.media.domain import consents, pictures
from posts.media.domain.consents import ConsentDetails
from posts.models import Consent, Media
from posts.queries import consent_notes
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, picture_bytes

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def url(name: str, *args: Any) -> str:
    return reverse(name, args=["cuprija", *args])


def consent_details(**fields: Any) -> ConsentDetails:
    today = timezone.localdate()
    known = {
        "kind": "written", "people": "Ана П., трећи разред", "given_by": "Јелена Петровић, мајка", "given_on": today,
        "valid_until": None, "keep_until": today + timedelta(days=365),
    }  # fmt: skip
    return ConsentDetails(**{**known, **fields})


def notes(media: Media) -> list[str]:
    media = Media.objects.get(pk=media.pk)
    draft = parse({"media": [{"id": media.pk, "alt": "Деца"}]})
    return [note.code for note in consent_notes(draft, {media.pk: media})]


@pytest.fixture
def picture(desk: Desk) -> Media:
    return desk.picture()


def with_children(picture: Media, cast: Cast) -> None:
    about = pictures.PictureDetails(picture.name, "Деца на игралишту", "", "", shows_children=True, folder=None)
    pictures.describe(picture, about, by=cast.officer)


# ---------------------------------------------------------------- what they come to


def test_children_without_a_recorded_consent_are_told_of(picture: Media, cast: Cast) -> None:
    assert notes(picture) == []
    with_children(picture, cast)
    assert notes(picture) == ["missing"]
    consents.record(picture, consent_details(), by=cast.officer)
    assert notes(picture) == []


def test_one_withdrawal_counts_more_than_the_other_consents_until_it_is_taken_back(picture: Media, cast: Cast) -> None:
    first = consents.record(picture, consent_details(), by=cast.officer)
    consents.record(picture, consent_details(people="Марко"), by=cast.officer)
    consents.withdraw(first, by=cast.officer)
    assert notes(picture) == ["withdrawn"]
    consents.record(picture, consent_details(people="Треће дете"), by=cast.officer)
    assert notes(picture) == ["withdrawn"], "another child's consent does not undo it"
    consents.give_again(first, by=cast.officer)
    assert notes(picture) == []


def test_the_first_end_of_several_ends_the_agreement(picture: Media, cast: Cast) -> None:
    today = timezone.localdate()
    consents.record(picture, consent_details(valid_until=today + timedelta(days=90)), by=cast.officer)
    assert notes(picture) == []
    consents.record(picture, consent_details(valid_until=today - timedelta(days=1)), by=cast.officer)
    assert notes(picture) == ["ended"]
    picture.refresh_from_db()
    assert (picture.agreement, picture.agreed_until) == (Agreement.GIVEN, today - timedelta(days=1))


def test_asking_for_the_notes_asks_no_table(picture: Media, cast: Cast, django_assert_num_queries: Any) -> None:
    with_children(picture, cast)
    media = Media.objects.get(pk=picture.pk)
    draft = parse({"media": [{"id": media.pk}]})
    with django_assert_num_queries(0):
        assert "no consent of a parent is recorded" in str(consent_notes(draft, {media.pk: media})[0])


# ---------------------------------------------------------------- erasure


def test_names_and_scan_are_erased_when_their_time_is_over_and_the_proof_stays(picture: Media, cast: Cast) -> None:
    scan = consents.read_scan(io.BytesIO(PDF), size=len(PDF))
    consent = consents.record(picture, consent_details(), scan=scan, by=cast.officer)
    kept_longer = consents.record(picture, consent_details(keep_until=date(2090, 1, 1)), by=cast.officer)
    name = consent.scan.name
    assert default_storage.exists(name)
    assert consents.erase_due(timezone.localdate() + timedelta(days=365)) == 0
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert consents.erase_due(timezone.localdate() + timedelta(days=366)) == 1
    consent.refresh_from_db()
    assert (consent.people, consent.given_by, consent.scan.name, consent.kind) == ("", "", "", "written")
    assert consent.erased_at is not None
    assert not default_storage.exists(name)
    kept_longer.refresh_from_db()
    assert kept_longer.people
    assert notes(picture) == []


def test_the_audit_trail_holds_no_name(picture: Media, cast: Cast) -> None:
    consent = consents.record(picture, consent_details(), by=cast.officer)
    consents.withdraw(consent, by=cast.officer)
    consents.erase(consent, by=cast.officer)
    events = AuditEvent.objects.filter(verb__startswith="consent.")
    assert [event.verb for event in events.order_by("pk")] == ["consent.record", "consent.withdraw", "consent.erase"]
    assert all("Ана" not in f"{event.detail}{event.target_label}" for event in events)
    assert all("Петровић" not in f"{event.detail}{event.target_label}" for event in events)


def test_deleting_a_picture_takes_its_consents_and_scans_along(picture: Media, cast: Cast) -> None:
    scan = consents.read_scan(io.BytesIO(PDF), size=len(PDF))
    name = consents.record(picture, consent_details(), scan=scan, by=cast.officer).scan.name
    with TestCase.captureOnCommitCallbacks(execute=True):
        pictures.delete(picture, by=cast.officer)
    assert not Consent.objects.exists()
    assert not default_storage.exists(name)


# ---------------------------------------------------------------- scans


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("x.pdf", b"MZ\x90\x00 a program"),
        ("x.pdf", b"%PDF-1.7 cut off in the middle"),
        ("x.html", b"<!doctype html><script>alert(1)</script>"),
        ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("x.jpg", b"\xff\xd8\xff\xe0 broken"),
    ],
)
def test_a_hostile_scan_is_refused_by_its_content_and_nothing_typed_is_lost(
    picture: Media, cast: Cast, name: str, body: bytes
) -> None:
    today = timezone.localdate()
    sent = {
        "kind": "written", "people": "Ана", "given_by": "мајка", "given_on": today.isoformat(),
        "keep_until": (today + timedelta(days=30)).isoformat(),
        "scan": SimpleUploadedFile(name, body, "application/pdf"),
    }  # fmt: skip
    answer = sign_in(cast.officer).post(url("library_consent_new", picture.pk), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "PDF or a picture" in page
    assert 'value="Ана"' in page
    assert not Consent.objects.exists()


def test_a_photographed_paper_is_written_anew_without_where_it_was_taken(picture: Media) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Telefon"
    body = picture_bytes(size=(400, 300), exif=exif)
    assert b"Telefon" in body
    scan = consents.read_scan(io.BytesIO(body), size=len(body))
    assert b"Telefon" not in scan.body
    assert scan.mime == "image/jpeg"


def test_a_scan_is_only_ever_downloaded(picture: Media, cast: Cast) -> None:
    scan = consents.read_scan(io.BytesIO(PDF), size=len(PDF))
    consent = consents.record(picture, consent_details(), scan=scan, by=cast.officer)
    answer = sign_in(cast.officer).get(url("library_consent_scan", consent.pk))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_a_scan_that_is_too_large_is_not_read(picture: Media) -> None:
    with pytest.raises(pictures.BadPicture, match="larger"):
        consents.read_scan(io.BytesIO(b""), size=consents.MOST_SCAN + 1)


# ---------------------------------------------------------------- who sees them


def test_only_those_who_keep_the_library_see_names(picture: Media, cast: Cast) -> None:
    consent = consents.record(picture, consent_details(), by=cast.officer)
    assert "Јелена Петровић" in sign_in(cast.officer).get(url("library_picture", picture.pk)).content.decode()
    for person in (cast.mentor, cast.viewer):
        client = sign_in(person)
        page = client.get(url("library_picture", picture.pk)).content.decode()
        assert "Петровић" not in page
        assert "Ана" not in page
        assert client.get(url("library_consent_scan", consent.pk)).status_code == 403
        assert client.get(url("library_consent_new", picture.pk)).status_code == 403
    assert sign_in(cast.stranger).get(url("library_consent_scan", consent.pk)).status_code == 404
    with scope(cast.novi_pazar):
        other = reverse("library_consent_scan", args=["novi-pazar", consent.pk])
    assert sign_in(cast.stranger).get(other).status_code == 404


def test_a_withdrawal_names_the_posts_that_are_about_to_show_the_picture(
    desk: Desk, picture: Media, cast: Cast
) -> None:
    consent = consents.record(picture, consent_details(), by=cast.officer)
    shown = parse({"media": [{"id": picture.pk, "alt": "Деца"}]}).media
    desk.write("Позив у парк", media=shown)
    client = sign_in(cast.officer)
    answer = client.post(url("library_consent_withdraw", consent.pk), follow=True)
    page = answer.content.decode()
    assert "not published yet" in page
    assert "was withdrawn" in page
    assert page.count("Позив у парк") == 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"given_by": ""}, "who agreed"),
        ({"given_on": "2999-01-01"}, "has not come yet"),
        ({"valid_until": "2001-01-01"}, "end before it was given"),
        ({"keep_until": "2001-01-01"}, "at least as long"),
    ],
)
def test_what_cannot_be_right_is_told_at_its_field(
    picture: Media, cast: Cast, wrong: dict[str, str], sentence: str
) -> None:
    today = timezone.localdate()
    sent = {"kind": "oral", "people": "", "given_by": "отац", "given_on": today.isoformat(), "keep_until": "2090-01-01"}
    client = sign_in(cast.officer)
    answer = client.post(url("library_consent_new", picture.pk), {**sent, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert client.post(url("library_consent_new", picture.pk), sent).status_code == 302
