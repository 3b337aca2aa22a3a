"""Consultations in the export of a municipality: all of them, and words only for who may read them in the portal."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from administration.archive import build
from municipalities.queries import access
from municipalities.tenancy import scope
from participation.models import Consultation
from tests.participation import contributed
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def hearing(cast: Cast) -> Consultation:
    row = contributed.consultation_of(cast)
    one = contributed.by_form(cast, row, "Више клупа у парку", contact="ana@test.example")
    contributed.decided(cast, one)
    contributed.meeting_of(cast, row)
    with scope(cast.cuprija):
        file = default_storage.save("contributions/plan.txt", ContentFile(b"text"))
        one.files.create(municipality=cast.cuprija, name="plan.txt", mime="text/plain", bytes=4, file=file)
        file = default_storage.save("consultations/nacrt.txt", ContentFile(b"text"))
        row.documents.create(municipality=cast.cuprija, title="Нацрт", name="nacrt.txt", file=file, by=cast.officer)
    return row


def archive_for(cast: Cast, person: Any, path: Path) -> tuple[dict[str, list[dict[str, Any]]], set[str]]:
    """What the two files of consultations hold, and the names of all files in the archive."""
    with scope(cast.cuprija):
        build.build(
            path, cast.cuprija, access(person, cast.cuprija), heartbeat=lambda: None, advanced=lambda *_counts: None
        )
    with zipfile.ZipFile(path) as archive:
        names = ("consultations.json", "contributions.json")
        return {name: json.loads(archive.read(name)) for name in names}, set(archive.namelist())


def test_an_approver_gets_everything(cast: Cast, hearing: Consultation, tmp_path: Path) -> None:
    tables, names = archive_for(cast, cast.approver, tmp_path / "a.zip")
    (row,), (one,) = tables["consultations.json"], tables["contributions.json"]
    assert (row["id"], row["title"]) == (one["consultation"], hearing.title)
    assert (row["documents"][0]["title"], row["meetings"][0]["people"]) == ("Нацрт", 40)
    assert (one["text"], one["contact"], one["decision"]) == ("Више клупа у парку", "ana@test.example", "declined")
    assert {name for name in names if name.endswith(".txt")} == {row["documents"][0]["file"], *one["files"]}


def test_an_administrator_gets_what_everybody_may_read(cast: Cast, hearing: Consultation, tmp_path: Path) -> None:
    tables, names = archive_for(cast, cast.administrator, tmp_path / "a.zip")
    (one,) = tables["contributions.json"]
    assert (one["text"], one["contact"], one["files"]) == ("", "", [])
    assert (one["public_text"], one["reason"]) == ("Више клупа у парку", contributed.REASON)
    assert [name for name in names if name.endswith(".txt")] == [
        tables["consultations.json"][0]["documents"][0]["file"]
    ]
