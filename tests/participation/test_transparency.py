"""The self-check by the Local Transparency Index: the file with the questions, the answers, and what the portal sees.

Questions of these tests are made up and say so: nobody may take them for those of the index.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from common import spreadsheets
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from inbox.models.moderation import HouseRules
from municipalities.models import Enrolment
from municipalities.tenancy import scope
from needs.models import NeedsPage
from participation import transparency
from participation.domain import transparency as verbs
from participation.domain.transparency import SelfCheckContent, WhereRead
from participation.enums import ConsultationKind, ConsultationStage, Evidence, SelfCheckState, WayIn
from participation.models import Consultation, Edition, Question, QuestionSet, SelfCheck
from participation.queries import transparency as queries
from participation.question_file import HEADINGS, parse
from planning.file_parsing import UnreadableFile
from reports.models import PublicPage
from tests.people import Cast, sign_in

pytestmark = pytest.mark.usefixtures("db")
PAGE = "/m/cuprija/consultations/self-check/"
PROGRAMME, UPLOAD = "/programme/transparency/", "/programme/transparency/questions/"
ABOUT = WhereRead(2026, "Измишљена питања за пробу", date(2026, 11, 30), "https://example.org/questions")
ROWS = (
    ("Т-1", "Буџет", "Измишљено питање?", "A made-up question?", "2", "Закажите расправу.", "", "budget-hearing"),
    ("Т-2", "Public debates and public competitions", "Измишљено о расправи?", "", "1,5", "", "", "legal-ground"),
    ("Т-3", "Ostali pokazatelji", "Измишљено питање о нечему другом?", "", "1", "", "", ""),
)  # fmt: skip


def csv(*rows: Any) -> bytes:
    return spreadsheets.table([HEADINGS, *(rows or ROWS)])


def entered(cast: Cast, *rows: Any, about: WhereRead = ABOUT) -> QuestionSet:
    return verbs.enter_questions(about, parse(csv(*rows))[0], by=cast.staff)


def question(code: str = "Т-1") -> Question:
    return Question.objects.get(code=code)


def answer(cast: Cast, code: str, state: str = "yes", **fields: str) -> SelfCheck | None:
    with scope(cast.cuprija):
        return verbs.check(cast.cuprija, question(code), SelfCheckContent(state, **fields), by=cast.officer)


def consultation(cast: Cast, **fields: Any) -> Consultation:
    today = timezone.localdate()
    values = {
        "kind": ConsultationKind.BUDGET, "stage": ConsultationStage.PUBLISHED, "title": "Буџет за 2027",
        "slug": "budzet", "ground": "local-self-government-budget", "starts_on": today, "ends_on": today,
        "closes_at": timezone.now(), "published_at": timezone.now(), "published_by": cast.approver,
        "ways_in": [WayIn.FORM], "officer": cast.officer, "by": cast.officer,
    }  # fmt: skip
    with scope(cast.cuprija):
        return Consultation.objects.create(municipality=cast.cuprija, **values | fields)


def upload(cast: Cast, raw: bytes, name: str = "pitanja.csv", **fields: Any) -> Any:
    values = {"year": "2026", "source": "Измишљено", "read_on": "30.11.2026", "address": ""} | fields
    client = sign_in(cast.staff)
    return client.post(UPLOAD, values | {"file": SimpleUploadedFile(name, raw)})


# ---------------------------------------------------------------- what is published


def test_the_published_fields_are_those_of_the_report_with_their_sources() -> None:
    known = transparency.index()
    assert [category.key for category in known.categories] == [
        "procurement", "information", "budget", "booklet", "debates", "citizens", "assembly", "enterprises", "other",
    ]  # fmt: skip
    assert {source.gives for source in known.sources} == {"fields", "names", "numbers"}
    assert all(source.address.startswith("http") for source in known.sources)
    assert Question.objects.count() == 0, "the portal ships no question"


@pytest.mark.parametrize("text", ["budget", "Буџет", "budzet", "BUDŽET", "Budget"])
def test_a_field_is_known_in_both_scripts_and_in_english(text: str) -> None:
    found = transparency.category_of(text)
    assert found is not None
    assert found.key == "budget"


# ---------------------------------------------------------------- the file


def test_a_file_is_read_as_csv_and_as_excel() -> None:
    for raw in (csv(), spreadsheets.workbook([HEADINGS, *ROWS])):
        rows, left_out = parse(raw)
        assert not left_out
        assert [row.problems for row in rows] == [[], [], []]
        assert [(row.code, row.category, row.weight, row.evidence) for row in rows] == [
            ("Т-1", "budget", Decimal(2), "budget-hearing"),
            ("Т-2", "debates", Decimal("1.5"), "legal-ground"),
            ("Т-3", "other", Decimal(1), ""),
        ]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("", "Буџет", "Питање"), "Ознака"),
        (("Х" * 21, "Буџет", "Питање"), "Ознака"),
        (("1", "Спорт", "Питање"), "Област"),
        (("1", "", "Питање"), "Област"),
        (("1", "Буџет", ""), "Питање"),
        (("1", "Буџет", "п" * 1001), "Питање"),
        (("1", "Буџет", "Питање", "q" * 1001), "Питање на енглеском"),
        (("1", "Буџет", "Питање", "", "NaN"), "Бодови"),
        (("1", "Буџет", "Питање", "", "-1"), "Бодови"),
        (("1", "Буџет", "Питање", "", "0"), "Бодови"),
        (("1", "Буџет", "Питање", "", "1e9"), "Бодови"),
        (("1", "Буџет", "Питање", "", "99999"), "Бодови"),
        (("1", "Буџет", "Питање", "", "1", "ш" * 2001), "Шта даље"),
        (("1", "Буџет", "Питање", "", "1", "", "", "сајт"), "Доказ"),
        (("1", "Буџет", "#REF!"), "Питање"),
    ],
)
def test_each_row_says_what_is_wrong_with_it(row: tuple[str, ...], column: str) -> None:
    with translation.override("en"):
        (read,), _left_out = parse(csv((*row, *[""] * (8 - len(row)))))
    assert column in [heading for heading, _sentence in read.problems]


def test_a_mark_that_is_there_twice_names_the_first_row() -> None:
    with translation.override("en"):
        rows, _left_out = parse(csv(ROWS[0], ROWS[1], ROWS[0]))
    assert rows[2].problems == [("Ознака", "Row 2 has the same mark.")]


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00" * 50, b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"a;b\n1;2", b"x" * 1_100_000],
    ids=["empty", "zeros", "no zip", "old Excel", "no heading", "too large"],
)
def test_a_file_that_is_none_is_refused_with_a_sentence(raw: bytes) -> None:
    with pytest.raises(UnreadableFile):
        parse(raw)


def test_more_rows_than_any_index_has_are_refused() -> None:
    with pytest.raises(UnreadableFile):
        parse(csv(*((f"{number}", "Буџет", "Питање", "", "", "", "", "") for number in range(301))))


# ---------------------------------------------------------------- entering questions


def test_staff_enter_the_questions_of_a_year(cast: Cast) -> None:
    response = upload(cast, csv(), address="https://example.org/lti")
    assert response.status_code == 302
    kept = QuestionSet.objects.get()
    assert (kept.year, kept.edition, kept.read_on) == (2026, 1, date(2026, 11, 30))
    assert [row.code for row in kept.questions.all()] == ["Т-1", "Т-2", "Т-3"]
    event = AuditEvent.objects.get(verb="transparency.questions")
    assert (event.actor_id, event.detail["questions"]) == (cast.staff.pk, 3)


def test_one_bad_row_stores_nothing_and_every_problem_is_shown(cast: Cast) -> None:
    response = upload(cast, csv(*ROWS, ("Т-4", "Спорт", "<script>alert(1)</script>", "", "", "", "", "")))
    assert response.status_code == 422
    page = response.content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert not QuestionSet.objects.exists()


def test_a_broken_file_is_refused_on_the_page(cast: Cast) -> None:
    response = upload(cast, b"PK\x03\x04broken", "pitanja.xlsx")
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()


def test_a_day_that_has_not_come_is_refused(cast: Cast) -> None:
    assert upload(cast, csv(), read_on="30.11.2099").status_code == 422
    assert not QuestionSet.objects.exists()


def test_another_file_for_the_year_keeps_what_municipalities_said(cast: Cast) -> None:
    entered(cast)
    answer(cast, "Т-1")
    answer(cast, "Т-2", "no")
    changed = ("Т-1", "Буџет", "Друкчије измишљено питање?", "", "", "", "", "")
    kept = entered(cast, changed, ("Т-9", *ROWS[2][1:]))
    assert kept.edition == 2
    assert [row.code for row in queries.questions_of(kept)] == ["Т-1", "Т-9"]
    with scope(cast.cuprija):
        page = queries.self_check(kept, cast.cuprija)
        assert SelfCheck.objects.count() == 2
    assert (page.counts.yes, page.counts.no, page.counts.not_checked) == (1, 0, 1)
    assert question("Т-1").text == "Друкчије измишљено питање?"
    again = entered(cast)
    with scope(cast.cuprija):
        assert queries.self_check(again, cast.cuprija).counts.no == 1, "its answer is there again"


def test_years_are_versions_beside_each_other(cast: Cast) -> None:
    entered(cast)
    entered(cast, about=WhereRead(2025, "Измишљено", date(2025, 5, 1)))
    assert [kept.year for kept in queries.sets()] == [2026, 2025]
    client = sign_in(cast.officer)
    assert client.get(PAGE + "?year=2025").context["kept"].year == 2025
    assert client.get(PAGE).context["kept"].year == 2026
    assert client.get(PAGE + "?year=1999").status_code == 404


def test_only_staff_enter_questions(cast: Cast) -> None:
    for person in (cast.officer, cast.approver, cast.mentor, cast.trainer):
        assert sign_in(person).get(UPLOAD).status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_empty_file_has_headings_and_no_question(cast: Cast, kind: str) -> None:
    raw = sign_in(cast.staff).get(f"{UPLOAD}empty/{kind}/").content
    with pytest.raises(UnreadableFile):
        parse(raw)
    if kind == "csv":
        assert raw.decode("utf-8-sig").strip() == ";".join(HEADINGS)


# ---------------------------------------------------------------- a municipality's answers


def test_an_officer_answers_and_goes_to_the_next_question(cast: Cast) -> None:
    entered(cast)
    client = sign_in(cast.officer)
    values = {"state": "partly", "address": "https://cuprija.rs/budzet", "note": "Недостаје извештај.", "next": "1"}
    response = client.post(f"{PAGE}{question().pk}/", values)
    assert response.url.endswith(f"/{question('Т-2').pk}/")
    with scope(cast.cuprija):
        row = SelfCheck.objects.get()
    assert (row.state, row.address, row.note, row.by) == (
        "partly", "https://cuprija.rs/budzet", "Недостаје извештај.", cast.officer,
    )  # fmt: skip
    page = client.get(PAGE).content.decode()
    assert "Закажите расправу." in page, "what to do about a gap"
    assert "https://cuprija.rs/budzet" in page


def test_a_viewer_reads_and_cannot_answer(cast: Cast) -> None:
    entered(cast)
    client = sign_in(cast.viewer)
    assert client.get(PAGE).status_code == 200
    assert client.post(f"{PAGE}{question().pk}/", {"state": "yes"}).status_code == 403


def test_not_checked_takes_an_answer_back(cast: Cast) -> None:
    entered(cast)
    answer(cast, "Т-1")
    client = sign_in(cast.officer)
    assert client.post(f"{PAGE}{question().pk}/", {"state": "none", "note": "x"}).status_code == 422
    assert client.post(f"{PAGE}{question().pk}/", {"state": "none"}).status_code == 302
    with scope(cast.cuprija):
        assert not SelfCheck.objects.exists()


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/a"])
def test_a_link_that_is_no_web_page_is_refused(cast: Cast, address: str) -> None:
    entered(cast)
    with pytest.raises(ActionNotAllowed):
        answer(cast, "Т-1", address=address)


def test_a_question_that_is_not_asked_any_more_cannot_be_answered(cast: Cast) -> None:
    entered(cast)
    entered(cast, ROWS[0])
    with pytest.raises(ActionNotAllowed):
        answer(cast, "Т-3")
    client = sign_in(cast.officer)
    assert client.get(f"{PAGE}{question('Т-3').pk}/").status_code == 404


def test_points_are_summed_only_where_all_have_some_and_all_are_checked(cast: Cast) -> None:
    kept = entered(cast)
    with scope(cast.cuprija):
        assert queries.self_check(kept, cast.cuprija).points is None
    for code, state in (("Т-1", "yes"), ("Т-2", "partly"), ("Т-3", "no")):
        answer(cast, code, state)
    with scope(cast.cuprija):
        points = queries.self_check(kept, cast.cuprija).points
    assert points == queries.Points(Decimal(2), Decimal("1.5"), Decimal("4.5"))
    kept = entered(cast, *ROWS[:2], ("Т-3", *ROWS[2][1:4], "", "", "", ""))
    with scope(cast.cuprija):
        page = queries.self_check(kept, cast.cuprija)
    assert page.points is None
    assert page.without_points == 1


# ---------------------------------------------------------------- what the portal sees


def seen(cast: Cast) -> dict[str, list[str]]:
    with scope(cast.cuprija):
        found = queries.evidence(cast.cuprija)
    return {str(kind): [item.label for item in items] for kind, items in found.items() if items}


def test_the_portal_claims_nothing_where_it_sees_nothing(cast: Cast) -> None:
    entered(cast)
    assert seen(cast) == {}
    page = sign_in(cast.officer).get(PAGE, headers={"accept-language": "en"}).content.decode()
    assert page.count("The portal cannot see this.") == 1


def test_the_portal_shows_hearings_with_their_ground_and_their_day(cast: Cast) -> None:
    consultation(cast)
    consultation(cast, slug="plan", kind=ConsultationKind.PLAN, title="План", ground="planning-public-insight")
    consultation(cast, slug="predlozi", kind=ConsultationKind.PROPOSALS, title="Сандуче", ground="")
    consultation(cast, slug="nacrt", title="Нацрт", stage=ConsultationStage.DRAFT)
    consultation(
        cast, slug="opozvano", title="Опозвано", stage=ConsultationStage.CALLED_OFF, called_off_because="Грешка"
    )
    old = timezone.localdate() - timedelta(days=800)
    consultation(cast, slug="staro", title="Старо", starts_on=old, ends_on=old)
    found = seen(cast)
    assert found == {Evidence.BUDGET_HEARING: ["Буџет за 2027"], Evidence.LEGAL_GROUND: ["План", "Буџет за 2027"]}


def test_only_a_published_report_is_evidence(cast: Cast) -> None:
    row = consultation(cast)
    with scope(cast.cuprija):
        edition = Edition.objects.create(
            municipality=cast.cuprija, consultation=row, number=1, state="ready", asked_by=cast.officer
        )
    assert Evidence.REPORT not in seen(cast)
    with scope(cast.cuprija):
        Edition.objects.filter(pk=edition.pk).update(published_at=timezone.now(), published_by=cast.approver)
    assert seen(cast)[Evidence.REPORT] == ["Буџет за 2027"]


def test_public_pages_are_evidence_while_they_are_on(cast: Cast) -> None:
    with scope(cast.cuprija):
        NeedsPage.objects.create(municipality=cast.cuprija, is_on=True)
        HouseRules.objects.create(municipality=cast.cuprija, is_on=True, changed_by=cast.approver)
        PublicPage.objects.create(municipality=cast.cuprija, is_on=True, changed_by=cast.approver)
    assert set(seen(cast)) == {Evidence.ASKED, Evidence.HOUSE_RULES, Evidence.FIGURES}
    with scope(cast.cuprija):
        for page in (NeedsPage, HouseRules, PublicPage):
            page.objects.update(is_on=False)
    assert seen(cast) == {}


def test_without_questions_the_page_says_so_and_whom_to_ask(cast: Cast) -> None:
    page = sign_in(cast.viewer).get(PAGE).content.decode()
    assert "https://transparentnost.org.rs" in page
    assert "https://docslib.org/" in page
    assert sign_in(cast.staff).get(PROGRAMME).status_code == 200


# ---------------------------------------------------------------- across a programme


def test_staff_see_only_those_that_agreed_to_be_compared(cast: Cast) -> None:
    kept = entered(cast)
    answer(cast, "Т-1")
    answer(cast, "Т-3", "no", note="Само за нас")
    found = queries.overview([cast.programme], kept)
    rows = {row.municipality.slug: row.counts for row in found.rows}
    assert (rows["cuprija"].yes, rows["cuprija"].no, rows["cuprija"].not_checked) == (1, 1, 1)
    assert rows["novi-pazar"].checked == 0
    page = sign_in(cast.staff).get(PROGRAMME).content.decode()
    assert "Само за нас" not in page
    Enrolment.objects.filter(municipality=cast.cuprija).update(compares=False)
    found = queries.overview([cast.programme], kept)
    assert [row.municipality.slug for row in found.rows] == ["novi-pazar"]
    assert found.withheld == 1


def test_pages_need_a_constant_number_of_queries(cast: Cast) -> None:
    entered(cast)
    client, counts = sign_in(cast.officer), []
    for number in (7, 60):
        rows = [
            (f"К-{at}", "Буџет", "Измишљено?", "", "1", "", "", list(Evidence)[at % len(Evidence)].value)
            for at in range(number)
        ]
        kept = entered(cast, *rows)
        with scope(cast.cuprija):
            for row in queries.questions_of(kept):
                verbs.check(cast.cuprija, row, SelfCheckContent(SelfCheckState.NO), by=cast.officer)
        consultation(cast, slug=f"budzet-{number}")
        client.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 20


def test_hostile_cells_are_shown_as_text(cast: Cast) -> None:
    nasty = ("Т-1", "Буџет", '"><img src=x onerror=alert(1)>', "", "", "<b>даље</b>", "", "")
    entered(cast, nasty)
    answer(cast, "Т-1", "no", note="<i>белешка</i>")
    page = sign_in(cast.officer).get(PAGE).content.decode()
    for part in ("<img src=x", "<b>даље", "<i>белешка"):
        assert part not in page
