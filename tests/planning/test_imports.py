"""A month's plan from a file: everything is looked at first, drafts are made once a person has seen them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from channels.models import Channel
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities.models import Municipality
from municipalities.tenancy import scope
from planning.domain import campaigns, imports
from planning.file_parsing import MOST_BYTES, read
from planning.models import CampaignPost, ImportRun
from posts.draft import parse
from posts.enums import Stage
from posts.models import Media, Post
from posts.rules import resolve_moment
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, opened

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HEAD = "Датум;Време;Текст;Латиница;Канали;Врста садржаја;Наслов;Веза;Кампања\n"
GOOD = (
    HEAD
    + "24.11.2026.;9:00;Вода у Ћуприји.;;Bluesky;Service information;Вода;https://cuprija.rs/;\n"
    + ";;Без времена.;;;;;;\n"
)


@pytest.fixture
def desk(cast: Cast, time_machine: Any) -> Desk:
    time_machine.move_to(NOW, tick=False)
    with scope(cast.cuprija):
        return opened(cast)


def uploaded(desk: Desk, lines: str) -> ImportRun:
    with scope(desk.municipality):
        return imports.upload(desk.municipality, (HEAD + lines).encode(), "p.csv", by=desk.cast.officer)


def confirmed(desk: Desk, run: ImportRun, **expected: int) -> int:
    with scope(desk.municipality):
        return imports.confirm(run, by=desk.cast.officer, **expected)


def looked(desk: Desk, lines: str) -> list[imports.PlanRow]:
    with scope(desk.municipality), translation.override("en"):
        return imports.check_rows(desk.municipality, read((HEAD + lines).encode()).lines)


def picture(desk: Desk, name: str, municipality: Municipality | None = None) -> Media:
    place, by = municipality or desk.municipality, desk.cast.officer
    sides = {"width": 1, "height": 1, "bytes": 1, "sha256": uuid4().hex}
    return Media.objects.create(municipality=place, name=name, mime="image/jpeg", uploaded_by=by, **sides)


def told(row: imports.PlanRow) -> str:
    return " ".join(problem.sentence for problem in row.problems)


def posts(desk: Desk) -> list[Post]:
    with scope(desk.municipality):
        return list(Post.objects.order_by("pk"))


def campaign(desk: Desk, name: str) -> Any:
    values = {"name": name, "note": "", "starts_on": None, "ends_on": None}
    return campaigns.begin(desk.municipality, values, by=desk.cast.officer)


# ---------------------------------------------------------------- from the file to the drafts


def test_a_good_plan_becomes_drafts_when_it_is_confirmed_and_not_before(desk: Desk) -> None:
    officer = sign_in(desk.cast.officer)
    file = SimpleUploadedFile("новембар.csv", GOOD.encode())
    page = officer.post(reverse("plan_import", args=["cuprija"]), {"file": file}, follow=True)
    assert "Make 2 drafts" in page.content.decode()
    assert posts(desk) == []
    with scope(desk.municipality):
        run = ImportRun.objects.get()
    done = officer.post(reverse("plan_confirm", args=["cuprija", run.pk]), {"rows": "2"}, follow=True)
    assert "2 drafts were created" in done.content.decode()
    first, second = posts(desk)
    draft = parse(first.draft)
    assert (first.title, first.stage, first.due_at) == ("Вода", Stage.DRAFT, datetime(2026, 11, 24, 8, tzinfo=UTC))
    assert (draft.texts["sr-Cyrl"].text, draft.channels) == ("Вода у Ћуприји.", (desk.bluesky.pk,))
    assert (draft.link, draft.tracked, first.author) == ("https://cuprija.rs/", True, desk.cast.officer)
    assert (second.due_at, set(parse(second.draft).channels)) == (None, {desk.bluesky.pk, desk.mastodon.pk})
    assert AuditEvent.objects.filter(verb="plan.import").count() == 1
    assert AuditEvent.objects.filter(verb="post.create").count() == 2


@pytest.mark.parametrize(
    ("line", "sentence", "stops"),
    [
        ("24.11.2026.;9:00;;;;;;;", "There is no text", True),
        ("сутра;9:00;Вода;;;;;;", "This is no day", True),
        ("24.11.2026.;подне;Вода;;;;;;", "This is no time", True),
        ("24.11.2026.;;Вода;;;;;;", "The time is missing", True),
        (";9:00;Вода;;;;;;", "The day is missing", True),
        ("20.11.2026.;9:00;Вода;;;;;;", "has passed", True),
        ("23.11.2026.;9:00;Вода;;;;;;", "has passed", True),
        ("24.11.2028.;9:00;Вода;;;;;;", "too far away", True),
        ("28.3.2027.;2:30;Вода;;;;;;", "does not exist", True),
        ("31.10.2027.;2:30;Вода;;;;;;", "exists twice", False),
        ("24.11.2026.;9:00;Вода;;Општина Чачак;;;;", "There is no channel", True),
        ("24.11.2026.;9:00;Вода;;Mastodon, Чачак;;;;", "There is no channel", True),
        ("24.11.2026.;9:00;Вода;;;Забава;;;", "none of the kinds", False),
        ("24.11.2026.;9:00;Вода;;;;;javascript:alert(1);", "not a web address", True),
        (f"24.11.2026.;9:00;Вода;;;;;https://cuprija.rs/{'a' * 1000};", "too long", True),
        ("24.11.2026.;9:00;Вода;;;;;;Зима", "no running campaign", False),
        (f"24.11.2026.;9:00;Вода;;;;{'н' * 141};;", "the rest is left out", False),
        ("1.1.2027.;9:00;Вода;;;;;;", "This is a holiday", False),
        ("24.11.2026.;5:00;Вода;;;;;;", "early in the morning", False),
        (f"24.11.2026.;9:00;{'а' * 600};;;;;;", "Shorten it", False),
        (f"24.11.2026.;9:00;{'а' * 20_001};;;;;;", "longer than 20000", True),
        ("24.11.2026.;9:00;Voda;Voda;;;;;", "Both texts are in Latin", True),
        ("24.11.2026.;9:00;Вода;Вода;;;;;", "This text is in Cyrillic", True),
        ("#REF!;9:00;Вода;;;;;;", "Excel shows an error", True),
        ("24.11.2026.;9:00;#NAME?;;;;;;", "Excel shows an error", True),
    ],
)
def test_every_problem_of_a_row_is_told(desk: Desk, line: str, sentence: str, stops: bool) -> None:
    (row,) = looked(desk, line)
    assert sentence in told(row)
    assert row.stops is stops
    assert (row.content is None) is stops


def test_all_problems_of_a_row_are_told_at_once(desk: Desk) -> None:
    (row,) = looked(desk, "сутра;подне;;;Чачак;;;x;")
    assert [problem.column for problem in row.problems] == ["text", "channels", "link", "day", "time"]


def test_what_is_made_keeps_what_was_said(desk: Desk) -> None:
    with scope(desk.municipality):
        winter = campaign(desk, "Зимска служба")
    lines = "31.10.2027.;2:30;Вода;Voda!;;;;;zimska sluzba\n24.11.2026.;9:00;Struja;;;;;;\n"
    assert confirmed(desk, uploaded(desk, lines)) == 2
    first, second = posts(desk)
    # the hour that exists twice: the first one is still summer time
    assert (first.due_at, first.fold) == (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), 0)
    assert {tag: text.text for tag, text in parse(first.draft).texts.items()} == {"sr-Cyrl": "Вода", "sr-Latn": "Voda!"}
    assert set(parse(second.draft).texts) == {"sr-Latn"}
    with scope(desk.municipality):
        assert [row.post_id for row in CampaignPost.objects.filter(campaign=winter)] == [first.pk]


def test_pictures_of_the_library_are_named_with_or_without_their_extension(desk: Desk) -> None:
    with scope(desk.municipality):
        older, pump, fair = (picture(desk, name) for name in ("Пумпа.jpg", "Пумпа.jpg", "vašar 2026.png"))
    head = HEAD.strip() + ";Слике\n"
    lines = '24.11.2026.;9:00;Вода;;;;;;;"pumpa.jpg, vasar 2026"\n25.11.2026.;9:00;Струја;;;;;;;<b>нема</b>.jpg\n'
    with scope(desk.municipality), translation.override("en"):
        first, second = imports.check_rows(desk.municipality, read((head + lines).encode()).lines)
    assert first.problems == []
    assert first.content
    assert [shown.id for shown in first.content.draft.media] == [pump.pk, fair.pk]
    assert older.pk != pump.pk
    assert "no picture named “<b>нема</b>.jpg”" in told(second)
    assert second.content
    assert second.content.draft.media == ()


def test_an_archived_picture_and_one_of_another_municipality_are_not_there(desk: Desk) -> None:
    with scope(desk.municipality):
        archived = picture(desk, "стара.jpg")
        archived.archived_at = timezone.now()
        archived.save()
    with scope(desk.cast.novi_pazar):
        picture(desk, "туђа.jpg", desk.cast.novi_pazar)
    head = HEAD.strip() + ";Слике\n"
    with scope(desk.municipality), translation.override("en"):
        (row,) = imports.check_rows(
            desk.municipality, read((head + '24.11.2026.;9:00;Вода;;;;;;;"стара, туђа"\n').encode()).lines
        )
    assert [problem.column for problem in row.problems] == ["pictures", "pictures"]


def test_channels_and_kinds_are_known_in_both_scripts_and_every_language(desk: Desk) -> None:
    with scope(desk.municipality):
        desk.mastodon.name = "Општина Ћуприја"
        desk.mastodon.save()
    for name in ("Opština Ćuprija", "општина ћуприја", "opstina cuprija"):
        (row,) = looked(desk, f"24.11.2026.;9:00;Вода;;{name};ESERVICE;;;")
        assert row.problems == []
        assert row.content
        assert row.content.draft.channels == (desk.mastodon.pk,)
        assert row.content.category == "eservice"


def test_hostile_words_stay_words(desk: Desk) -> None:
    hostile = '=HYPERLINK("https://x.example")<script>alert(1)</script>'
    run = uploaded(desk, f'24.11.2026.;9:00;"{hostile.replace(chr(34), chr(34) * 2)}";;;;<b>;;\n')
    page = sign_in(desk.cast.officer).get(reverse("plan_rows", args=["cuprija", run.pk])).content.decode()
    assert "<script>alert" not in page
    assert "<b>" not in page
    confirmed(desk, run)
    assert parse(posts(desk)[0].draft).texts["sr-Latn"].text == hostile


# ---------------------------------------------------------------- twice


def test_the_same_text_at_the_same_time_twice_is_stopped_however_it_is_written(desk: Desk) -> None:
    first, second, third, later = looked(
        desk,
        "24.11.2026.;9:00;Вода;;Bluesky;;;;\n24. новембар;9 h;Voda;;;;;;\n24.11.2026.;9:00;Пут;;Mastodon;;;;\n"
        "25.11.2026.;9:00;Вода;;;;;;\n",
    )
    assert first.problems == later.problems == []
    assert "Row 2" in told(second)
    assert second.stops
    assert third.problems == []


def test_rows_that_go_out_at_once_on_one_channel_are_told_but_not_stopped(desk: Desk) -> None:
    first, second = looked(desk, "24.11.2026.;9:00;Вода;;Bluesky;;;;\n24.11.2026.;9:00;Пут;;;;;;\n")
    assert first.problems == []
    assert "Row 2 is scheduled on the same channel" in told(second)
    assert not second.stops


def test_a_time_that_another_post_has_on_the_channel_is_told(desk: Desk) -> None:
    with scope(desk.municipality):
        other = desk.write("Струја.", time=resolve_moment(datetime(2026, 11, 24, 8, tzinfo=UTC)))
    here, elsewhere = looked(desk, "24.11.2026.;9:00;Вода;;Mastodon;;;;\n24.11.2026.;9:00;Пут;;Bluesky;;;;\n")
    assert [(problem.column, problem.post, problem.stops) for problem in here.problems] == [("time", other, False)]
    assert elsewhere.problems == []


def test_a_row_that_is_stopped_is_left_out_and_stays_to_be_seen(desk: Desk) -> None:
    run = uploaded(desk, "x;9:00;Вода;;;;;;\n;;Струја;;;;;;\n")
    assert confirmed(desk, run) == 1
    with pytest.raises(ActionNotAllowed):
        confirmed(desk, run)
    assert len(posts(desk)) == 1
    page = sign_in(desk.cast.officer).get(reverse("plan_rows", args=["cuprija", run.pk])).content.decode()
    assert "1 draft was created" in page
    assert "This is no day" in page
    assert "Струја" not in page
    assert "Make 1 draft" not in page


def test_a_corrected_file_makes_only_what_is_not_there_yet(desk: Desk) -> None:
    confirmed(desk, uploaded(desk, "x;9:00;Вода;;;;;;\n25.11.2026.;9:00;Струја;;;;;;\n;;Пут;;;;;;\n"))
    again = uploaded(desk, "24.11.2026.;9:00;Вода;;;;;;\n25.11.2026.;9:00;Струја;;;;;;\n;;Пут;;;;;;\n")
    assert confirmed(desk, again, expected=1) == 1
    assert [post.excerpt for post in posts(desk)] == ["Струја", "Пут", "Вода"]


def test_a_post_that_was_deleted_may_be_imported_again(desk: Desk) -> None:
    confirmed(desk, uploaded(desk, ";;Вода;;;;;;\n"))
    with scope(desk.municipality):
        Post.objects.update(deleted_at=NOW)
    assert confirmed(desk, uploaded(desk, ";;Вода;;;;;;\n")) == 1


def test_the_same_file_again_is_recognised_and_makes_nothing(desk: Desk) -> None:
    with scope(desk.municipality):
        imports.confirm(
            imports.upload(desk.municipality, GOOD.encode(), "p", by=desk.cast.officer), by=desk.cast.officer
        )
        again = imports.upload(desk.municipality, GOOD.encode(), "p", by=desk.cast.officer)
    page = sign_in(desk.cast.officer).get(reverse("plan_rows", args=["cuprija", again.pk])).content.decode()
    assert "This very file was imported before" in page
    assert "Here already" in page
    answer = sign_in(desk.cast.officer).post(reverse("plan_confirm", args=["cuprija", again.pk]), follow=True)
    assert "No row can be imported" in answer.content.decode()
    assert len(posts(desk)) == 2


def test_what_changed_since_one_looked_makes_nothing_until_one_looks_again(desk: Desk, time_machine: Any) -> None:
    run = uploaded(desk, "23.11.2026.;10:00;Вода;;;;;;\n24.11.2026.;9:00;Струја;;;;;;\n")
    time_machine.move_to(NOW + timedelta(hours=3), tick=False)
    officer = sign_in(desk.cast.officer)
    answer = officer.post(reverse("plan_confirm", args=["cuprija", run.pk]), {"rows": "2"}, follow=True)
    assert "Something has changed since the preview" in answer.content.decode()
    assert posts(desk) == []
    officer.post(reverse("plan_confirm", args=["cuprija", run.pk]), {"rows": "1"})
    assert len(posts(desk)) == 1


def test_a_channel_that_was_disconnected_meanwhile_stops_its_rows(desk: Desk) -> None:
    run = uploaded(desk, "24.11.2026.;9:00;Вода;;Bluesky;;;;\n")
    with scope(desk.municipality):
        Channel.objects.filter(pk=desk.bluesky.pk).update(state="disconnected")
    with pytest.raises(ActionNotAllowed):
        confirmed(desk, run)


# ---------------------------------------------------------------- the pages


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (SimpleUploadedFile("a.xlsx", b"PK\x03\x04zz"), "could not be read"),
        (SimpleUploadedFile("big.csv", b"x" * 10 * MOST_BYTES), "larger than 1 MB"),
        (SimpleUploadedFile("empty.csv", b""), "The file is empty"),
        (SimpleUploadedFile("letter.csv", "Датум;Време\n".encode()), "must name the columns"),
        (None, "Choose a file first"),
    ],
    ids=["broken", "ten megabytes", "empty", "no text", "none"],
)
def test_a_file_that_cannot_be_read_is_told_and_nothing_is_kept(desk: Desk, file: Any, sentence: str) -> None:
    sent = {"file": file} if file else {}
    answer = sign_in(desk.cast.officer).post(reverse("plan_import", args=["cuprija"]), sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    with scope(desk.municipality):
        assert not ImportRun.objects.exists()


def test_columns_that_are_not_read_are_named(desk: Desk) -> None:
    with scope(desk.municipality):
        raw = "Текст;Фотограф\nВода;Ана\n".encode()
        run = imports.upload(desk.municipality, raw, "p.csv", by=desk.cast.officer)
    page = sign_in(desk.cast.officer).get(reverse("plan_rows", args=["cuprija", run.pk])).content.decode()
    assert "<q>Фотограф</q>" in page


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_sample_can_be_imported_as_it_is(desk: Desk, kind: str) -> None:
    sample = sign_in(desk.cast.officer).get(reverse("plan_sample", args=["cuprija", kind])).content
    with scope(desk.municipality):
        plan = read(sample)
        rows = imports.check_rows(desk.municipality, plan.lines)
    assert plan.left_out == []
    assert [[p.sentence for p in row.problems] for row in rows] == [[], []]
    assert all(row.content for row in rows)


def test_no_cell_of_the_sample_is_a_formula(desk: Desk) -> None:
    officer = sign_in(desk.cast.officer)
    book = load_workbook(io.BytesIO(officer.get(reverse("plan_sample", args=["cuprija", "xlsx"])).content))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value]
    text = officer.get(reverse("plan_sample", args=["cuprija", "csv"])).content.decode("utf-8-sig")
    cells += [cell for row in csv.reader(io.StringIO(text), delimiter=";") for cell in row if cell]
    assert len(cells) > 30
    assert not [cell for cell in cells if cell[0] in "=+-@\t\r"]
    assert officer.get(reverse("plan_sample", args=["cuprija", "exe"])).status_code == 404


def test_another_municipality_sees_no_run_and_a_mentor_and_a_viewer_import_nothing(desk: Desk) -> None:
    run = uploaded(desk, ";;Вода;;;;;;\n")
    stranger = sign_in(desk.cast.stranger)
    assert stranger.get(reverse("plan_rows", args=["novi-pazar", run.pk])).status_code == 404
    assert stranger.get(reverse("plan_rows", args=["cuprija", run.pk])).status_code == 404
    assert stranger.post(reverse("plan_confirm", args=["novi-pazar", run.pk])).status_code == 404
    for person in (desk.cast.mentor, desk.cast.viewer):
        assert sign_in(person).get(reverse("plan_import", args=["cuprija"])).status_code == 403
        assert sign_in(person).post(reverse("plan_confirm", args=["cuprija", run.pk])).status_code == 403
    assert posts(desk) == []


def test_what_nobody_confirmed_is_forgotten_and_so_is_what_was_left_out(desk: Desk, time_machine: Any) -> None:
    waits, done = uploaded(desk, ";;Вода;;;;;;\n"), uploaded(desk, ";;Струја;;;;;;\n;;;;;;Наслов;;\n")
    confirmed(desk, done)
    assert imports.purge_expired() == 0
    time_machine.move_to(NOW + timedelta(days=8), tick=False)
    assert imports.purge_expired() == 1
    with scope(desk.municipality):
        assert not ImportRun.objects.filter(pk=waits.pk).exists()
        assert ImportRun.objects.get().rows == []


# ---------------------------------------------------------------- what it costs


def queries(act: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_two_hundred_rows_cost_as_many_queries_as_one(desk: Desk) -> None:
    officer = sign_in(desk.cast.officer)
    one = uploaded(desk, "24.11.2026.;9:00;Вест;;;;;;\n")
    many = uploaded(desk, "".join(f"24.11.2026.;9:00;Вест број {n};;;;;;Зима\n" for n in range(200)))
    pages = [reverse("plan_rows", args=["cuprija", run.pk]) for run in (one, many)]
    officer.get(pages[0])
    assert queries(lambda: officer.get(pages[0])) == queries(lambda: officer.get(pages[1])) <= 14


def test_each_draft_of_two_hundred_costs_a_few_queries(desk: Desk) -> None:
    run = uploaded(desk, "".join(f"24.11.2026.;9:00;Вест број {n};;;;;;\n" for n in range(200)))
    assert queries(lambda: confirmed(desk, run)) < 200 * 6
    assert len(posts(desk)) == 200


def test_the_list_of_plans_costs_the_same_for_many(desk: Desk) -> None:
    officer = sign_in(desk.cast.officer)
    page = reverse("plan_import", args=["cuprija"])
    uploaded(desk, ";;Вода;;;;;;\n")
    officer.get(page)
    first = queries(lambda: officer.get(page))
    for n in range(8):
        confirmed(desk, uploaded(desk, f";;Вода {n};;;;;;\n"))
        uploaded(desk, f";;Пут {n};;;;;;\n")
    assert queries(lambda: officer.get(page)) == first
