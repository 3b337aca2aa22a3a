"""A month's plan from a file: everything is looked at first, drafts are made once a person has seen them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from common.models import AuditEvent
from municipalities.tenancy import scope
from planning.domain import imports
from planning.models import ImportRun
from planning.reading import read
from posts.domain.refused import Refused
from posts.draft import parse
from posts.enums import Stage
from posts.models import Post
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, opened

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HEAD = "Датум;Време;Текст;Канали;Врста садржаја;Наслов;Веза\n"
GOOD = (
    HEAD + "24.11.2026.;9:00;Вода у Ћуприји.;Bluesky;Service information;Вода;https://cuprija.rs/\n;;Без времена.;;;;\n"
)


@pytest.fixture
def desk(cast: Cast, time_machine: Any) -> Desk:
    time_machine.move_to(NOW, tick=False)
    with scope(cast.cuprija):
        return opened(cast)


def looked(desk: Desk, line: str) -> imports.Row:
    with scope(desk.house), translation.override("en"):
        (row,) = imports.look(desk.house, read((HEAD + line).encode(), "p.csv"))
    return row


def test_a_good_plan_becomes_drafts_when_it_is_confirmed_and_not_before(desk: Desk) -> None:
    officer = sign_in(desk.cast.officer)
    file = SimpleUploadedFile("новембар.csv", GOOD.encode())
    page = officer.post(reverse("plan_import", args=["cuprija"]), {"file": file}, follow=True)
    assert "2 rows become drafts" in page.content.decode()
    with scope(desk.house):
        assert not Post.objects.exists()
        run = ImportRun.objects.get()
    assert officer.post(reverse("plan_confirm", args=["cuprija", run.pk])).status_code == 302
    with scope(desk.house):
        first, second = Post.objects.order_by("pk")
    draft = parse(first.draft)
    assert (first.title, first.stage, first.due_at) == ("Вода", Stage.DRAFT, datetime(2026, 11, 24, 8, tzinfo=UTC))
    assert (draft.texts["sr-Cyrl"].text, draft.channels) == ("Вода у Ћуприји.", (desk.bluesky.pk,))
    assert draft.link == "https://cuprija.rs/"
    assert (second.due_at, set(parse(second.draft).channels)) == (None, {desk.bluesky.pk, desk.mastodon.pk})
    assert AuditEvent.objects.filter(verb="plan.import").count() == 1


@pytest.mark.parametrize(
    ("line", "words", "stops"),
    [
        ("24.11.2026.;9:00;;;;;", "There is no text", True),
        ("сутра;9:00;Вода;;;;", "This is no day", True),
        ("24.11.2026.;подне;Вода;;;;", "This is no time", True),
        ("24.11.2026.;;Вода;;;;", "This is no time", True),
        ("20.11.2026.;9:00;Вода;;;;", "has passed", True),
        ("24.11.2028.;9:00;Вода;;;;", "too far away", True),
        ("28.3.2027.;2:30;Вода;;;;", "does not exist", True),
        ("25.10.2027.;2:30;Вода;;;;", "", False),
        ("24.11.2026.;9:00;Вода;Општина Чачак;;;", "There is no channel", True),
        ("24.11.2026.;9:00;Вода;;Забава;;", "not known", False),
        ("24.11.2026.;9:00;Вода;;;;javascript:alert(1)", "not a web address", True),
        ("1.1.2027.;9:00;Вода;;;;", "A holiday", False),
        (f"24.11.2026.;9:00;{'а' * 600};;;;", "Shorten it", False),
    ],
)
def test_every_problem_of_a_row_is_told(desk: Desk, line: str, words: str, stops: bool) -> None:
    row = looked(desk, line)
    assert words in " ".join(problem.sentence for problem in row.problems)
    assert row.stops is stops
    assert (row.content is None) is stops


def test_channels_and_kinds_are_known_in_both_scripts_and_every_language(desk: Desk) -> None:
    with scope(desk.house):
        desk.mastodon.name = "Општина Ћуприја"
        desk.mastodon.save()
    for name in ("Opština Ćuprija", "општина ћуприја", "opstina cuprija"):
        row = looked(desk, f"24.11.2026.;9:00;Вода;{name};ESERVICE;;")
        assert row.problems == []
        assert row.content
        assert row.content.draft.channels == (desk.mastodon.pk,)
        assert row.content.category == "eservice"


def test_the_same_text_at_the_same_time_twice_is_stopped(desk: Desk) -> None:
    raw = (HEAD + "24.11.2026.;9:00;Вода;;;;\n24.11.2026.;9:00;Voda;;;;\n").encode()
    with scope(desk.house):
        first, second = imports.look(desk.house, read(raw, "p.csv"))
    assert not first.stops
    assert "row 2" in " ".join(problem.sentence for problem in second.problems)


def test_a_row_that_is_stopped_is_left_out_and_the_others_are_made(desk: Desk) -> None:
    with scope(desk.house):
        run = imports.upload(desk.house, (HEAD + "x;9:00;Вода;;;;\n;;Струја;;;;\n").encode(), "p", by=desk.cast.officer)
        assert imports.confirm(run, by=desk.cast.officer) == 1
        assert Post.objects.count() == 1
        with pytest.raises(Refused):
            imports.confirm(run, by=desk.cast.officer)
        assert Post.objects.count() == 1


def test_the_same_file_again_is_recognised(desk: Desk) -> None:
    with scope(desk.house):
        imports.confirm(imports.upload(desk.house, GOOD.encode(), "p", by=desk.cast.officer), by=desk.cast.officer)
        again = imports.upload(desk.house, GOOD.encode(), "p", by=desk.cast.officer)
    page = sign_in(desk.cast.officer).get(reverse("plan_rows", args=["cuprija", again.pk]))
    assert "imported already" in page.content.decode()


def test_a_file_that_cannot_be_read_is_told_and_nothing_is_kept(desk: Desk) -> None:
    officer = sign_in(desk.cast.officer)
    for file in (SimpleUploadedFile("a.xlsx", b"PK\x03\x04zz"), None):
        answer = officer.post(reverse("plan_import", args=["cuprija"]), {"file": file} if file else {})
        assert answer.status_code == 422
    with scope(desk.house):
        assert not ImportRun.objects.exists()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_sample_can_be_imported_as_it_is(desk: Desk, kind: str) -> None:
    sample = sign_in(desk.cast.officer).get(reverse("plan_sample", args=["cuprija", kind])).content
    with scope(desk.house):
        rows = imports.look(desk.house, read(sample, "sample"))
    assert [[p.sentence for p in row.problems] for row in rows] == [[], []]


def test_another_municipality_sees_no_run_and_a_mentor_imports_nothing(desk: Desk) -> None:
    with scope(desk.house):
        run = imports.upload(desk.house, GOOD.encode(), "p", by=desk.cast.officer)
    stranger = sign_in(desk.cast.stranger)
    assert stranger.get(reverse("plan_rows", args=["novi-pazar", run.pk])).status_code == 404
    assert stranger.get(reverse("plan_rows", args=["cuprija", run.pk])).status_code == 404
    assert sign_in(desk.cast.mentor).get(reverse("plan_import", args=["cuprija"])).status_code == 403


def test_what_nobody_confirmed_is_forgotten(desk: Desk, time_machine: Any) -> None:
    with scope(desk.house):
        imports.upload(desk.house, GOOD.encode(), "p", by=desk.cast.officer)
    assert imports.forget() == 0
    time_machine.move_to(NOW + timedelta(days=8), tick=False)
    assert imports.forget() == 1


def test_two_hundred_rows_cost_as_many_queries_as_one(desk: Desk, django_assert_max_num_queries: Any) -> None:
    raw = (HEAD + "".join(f"24.11.2026.;9:00;Вест број {n};;;;\n" for n in range(200))).encode()
    with scope(desk.house):
        run = imports.upload(desk.house, raw, "p", by=desk.cast.officer)
    officer = sign_in(desk.cast.officer)
    officer.get(reverse("plan_import", args=["cuprija"]))
    with django_assert_max_num_queries(12):
        assert officer.get(reverse("plan_rows", args=["cuprija", run.pk])).status_code == 200
