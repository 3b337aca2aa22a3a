"""Files and links of a training: hostile on arrival, a download on the way out, and only for whom it concerns."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from municipalities.models import Enrolment
from tests import office
from tests.people import Cast, sign_in
from tests.posts.desk import picture_bytes
from tests.trainings.group import PDF, material_of, training_of
from trainings import files
from trainings.models import Material, Participant, Training


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


SLIDES = office.document("pptx", "ppt/slides/slide1.xml")


def checked_file(body: bytes, name: str = "x.bin") -> files.Checked:
    return files.checked(io.BytesIO(body), name=name, size=len(body))


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (PDF, "pdf"),
        (SLIDES, "pptx"),
        (office.document("docx"), "docx"),
        (office.document("xlsx"), "xlsx"),
        (office.document("odt"), "odt"),
    ],
    ids=["pdf", "pptx", "docx", "xlsx", "odt"],
)
def test_a_file_is_told_by_its_content(body: bytes, ending: str) -> None:
    checked = checked_file(body, "presentation.exe")
    assert (checked.ending, checked.name, checked.body) == (ending, f"presentation.{ending}", None)


def test_a_picture_is_written_anew() -> None:
    checked = checked_file(picture_bytes(), "trg.png")
    assert checked.ending in {"jpg", "png"}
    assert checked.body


def test_what_could_do_harm_is_refused_with_a_reason(subtests: pytest.Subtests) -> None:
    harmful = {
        "empty": (b"", "This file is empty."),
        "program": (b"MZ\x90\x00 program", "We hand out PDF"),
        "page": (b"<html><script>alert(1)</script>", "We hand out PDF"),
        "drawing": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "We hand out PDF"),
        "broken": (b"PK\x03\x04 broken", "We hand out PDF"),
        "macro": (office.document("pptx", "ppt/vbaProject.bin"), "without macros"),
    }
    for name, (body, sentence) in harmful.items():
        with subtests.test(name), pytest.raises(files.BadFile, match=sentence):
            checked_file(body)
    for name, body in office.not_documents().items():
        with subtests.test(name), pytest.raises(files.BadFile):
            checked_file(body)


def test_a_name_brings_no_path_and_no_quotes_along() -> None:
    assert checked_file(PDF, '../../etc/"passwd".pdf').name == "passwd.pdf"
    assert checked_file(PDF, "C:\\slides\\Обука.exe").name == "Обука.pdf"
    assert checked_file(PDF, "\x00\n.pdf").name == "file.pdf"
    assert len(checked_file(PDF, "а" * 900).name) < 160


def test_too_large_a_file_is_refused_before_it_is_read() -> None:
    with pytest.raises(files.BadFile, match=r"26\.0"):
        files.checked(io.BytesIO(b""), name="x", size=26 * 1024 * 1024)


def added(client: Client, training: Training, **values: Any) -> Any:
    return client.post(reverse("train_material_new", args=[training.pk]), {"title": "Радни лист", **values})


def test_a_trainer_adds_files_and_links_and_puts_them_in_order(cast: Cast) -> None:
    training, client = training_of(cast), sign_in(cast.trainer)
    assert added(client, training, file=SimpleUploadedFile("list.pptx", SLIDES)).status_code == 302
    assert added(client, training, title="Снимак", url="https://example.org/film").status_code == 302
    first, second = training.materials.order_by("order")
    assert (first.kind, first.bytes, second.host) == ("PPTX", len(SLIDES), "example.org")
    client.post(reverse("train_material_move", args=[training.pk, second.pk]), {"act": "up"})
    assert list(training.materials.order_by("order")) == [second, first]
    page = client.get(reverse("train_materials", args=[training.pk])).text
    assert page.index("Снимак") < page.index("Радни лист")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Choose a file, or write the address of a page."),
        ({"url": "javascript:alert(1)"}, "Enter a valid URL"),
        ({"url": "ftp://example.org/x"}, "beginning with https://"),
        ({"url": "https://example.org", "file": SimpleUploadedFile("a.pdf", PDF)}, "not both"),
        ({"file": SimpleUploadedFile("a.pdf", b"MZ")}, "We hand out PDF"),
        ({"url": "https://example.org", "visible_from": "tomorrow"}, "This is not a day"),
    ],
    ids=["nothing", "script", "ftp", "both", "program", "time"],
)
def test_what_cannot_be_handed_out_is_said(cast: Cast, values: dict[str, Any], sentence: str) -> None:
    answer = added(sign_in(cast.trainer), training_of(cast), **values)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not Material.objects.exists()


def test_another_file_takes_the_place_of_the_former_and_nothing_is_left_on_the_disk(
    cast: Cast, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    training, client = training_of(cast), sign_in(cast.trainer)
    material = material_of(training, cast)
    url = reverse("train_material", args=[training.pk, material.pk])
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url, {"title": "Слајдови", "file": SimpleUploadedFile("n.pptx", SLIDES)}).status_code == 302
    suffixes = [path.suffix for path in media.rglob("*") if path.is_file()]
    assert suffixes == [".pptx"]
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url, {"title": "Слајдови", "url": "https://example.org/a"}).status_code == 302
    assert [path for path in media.rglob("*") if path.is_file()] == []
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("train_material_remove", args=[training.pk, material.pk]))
    assert not Material.objects.exists()


def test_a_file_leaves_as_a_download_in_which_nothing_runs(cast: Cast) -> None:
    training = training_of(cast)
    material = material_of(training, cast)
    for client, url in (
        (sign_in(cast.trainer), reverse("train_material_file", args=[training.pk, material.pk])),
        (sign_in(cast.officer), reverse("training_file", args=["cuprija", training.pk, material.pk])),
    ):
        answer = client.get(url)
        assert b"".join(answer.streaming_content) == PDF
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]


def test_a_material_is_there_from_its_moment_on(cast: Cast) -> None:
    training, client = training_of(cast), sign_in(cast.officer)
    material = material_of(training, cast, title="Решења", visible_from=timezone.now() + timedelta(hours=1))
    page, url = reverse("training", args=["cuprija", training.pk]), reverse(
        "training_file", args=["cuprija", training.pk, material.pk]
    )  # fmt: skip
    assert "Решења" not in client.get(page).text
    assert client.get(url).status_code == 404
    assert "Решења" in sign_in(cast.trainer).get(reverse("train_materials", args=[training.pk])).text
    Material.objects.update(visible_from=timezone.now() - timedelta(minutes=1))
    assert "Решења" in client.get(page).text
    assert client.get(url).status_code == 200


def test_who_does_not_belong_to_the_training_gets_no_file(cast: Cast) -> None:
    training = training_of(cast)
    material = material_of(training, cast)
    Enrolment.objects.filter(municipality=cast.cuprija).delete()
    Participant.objects.filter(user=cast.officer).delete()
    url = reverse("training_file", args=["cuprija", training.pk, material.pk])
    assert sign_in(cast.officer).get(url).status_code == 404
    assert Client().get(url).status_code == 302
    trainers_url = reverse("train_material_file", args=[training.pk, material.pk])
    for person in (cast.officer, cast.mentor, cast.administrator):
        assert sign_in(person).get(trainers_url).status_code == 404
    other = training_of(cast, name="Друга")
    assert sign_in(cast.trainer).get(
        reverse("train_material_file", args=[other.pk, material.pk])
    ).status_code == 404  # fmt: skip


def test_a_file_that_is_gone_from_the_disk_is_not_there(cast: Cast, media: Path) -> None:
    training = training_of(cast)
    material = material_of(training, cast)
    (media / str(material.file.name)).unlink()
    assert sign_in(cast.trainer).get(
        reverse("train_material_file", args=[training.pk, material.pk])
    ).status_code == 404  # fmt: skip
