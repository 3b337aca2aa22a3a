"""What everybody reads of consultations: never a draft, never a name, in the reader's script, changed at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox.models import Department
from municipalities.holidays import BELGRADE
from municipalities.models import Municipality
from municipalities.tenancy import scope
from participation.domain import write
from participation.enums import ConsultationStage, Decision, PostRole, WayIn
from participation.models import Consultation, ConsultationDocument, ConsultationPost, Contribution, Meeting, OwnGround
from tests.analytics import factories as numbers
from tests.participation import public_rows as make
from tests.people import Cast, sign_in

LIST, ONE = "/consultations/cuprija/", f"/consultations/cuprija/{make.SLUG}/"
EN, CYRL, LATN = f"{ONE}in/en/", f"{ONE}in/sr-Cyrl/", f"{ONE}in/sr-Latn/"
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    cache.clear()
    with time_machine.travel("2026-11-25T10:00:00Z", tick=True):
        yield


@pytest.fixture
def row(cast: Cast) -> Consultation:
    return make.consultation(cast.cuprija, cast.officer)


def change(row: Consultation, **fields: Any) -> None:
    with scope(row.municipality_id):
        Consultation.objects.filter(pk=row.pk).update(changed_at=timezone.now(), **fields)


# ---------------------------------------------------------------- who sees it


def test_a_draft_is_visible_to_nobody_and_what_is_published_to_everybody(cast: Cast, row: Consultation) -> None:
    paths = (LIST, f"{LIST}in/en/", ONE, EN, f"{ONE}propose/")
    assert [Client().get(path).status_code for path in paths] == [200] * 5
    change(row, stage=ConsultationStage.DRAFT)
    for path in paths:
        answer = Client().get(path)
        assert answer.status_code == 404, path
        assert answer.headers["Cache-Control"] == "no-store"
        assert "расправа" not in answer.text
    assert sign_in(cast.officer).get(ONE).status_code == 404
    assert Client().post(f"{ONE}propose/", make.sent(row)).status_code == 404


def test_another_municipality_has_another_address(cast: Cast, row: Consultation) -> None:
    for path in (f"/consultations/novi-pazar/{make.SLUG}/", "/consultations/novi-pazar/", "/consultations/nowhere/"):
        assert Client().get(path).status_code == 404, path
    other = make.consultation(cast.novi_pazar, cast.stranger, title="Тајна другог града")
    assert "Тајна другог" not in Client().get(LIST).text + Client().get(ONE).text
    document = _document(other)
    assert Client().get(f"{ONE}documents/{document.pk}/").status_code == 404


@pytest.mark.parametrize("fields", [{"is_practice": True}, {"joined_on": None}])
def test_a_workspace_for_practice_has_none(row: Consultation, fields: dict[str, Any]) -> None:
    Municipality.objects.filter(pk=row.municipality_id).update(**fields)
    assert {Client().get(path).status_code for path in (LIST, ONE, f"{ONE}propose/", f"{LIST}receipt/")} == {404}


def test_no_cookie_is_set_and_none_is_read(cast: Cast, row: Consultation) -> None:
    client = sign_in(cast.officer)
    for path in (LIST, ONE, f"{ONE}propose/", f"{LIST}receipt/"):
        answer = client.get(path)
        assert not answer.cookies, path
        assert "Cookie" not in answer.headers.get("Vary", ""), path
        assert "script-src 'none'" in answer.headers["Content-Security-Policy"], path


def test_the_page_of_the_municipality_leads_to_it(row: Consultation) -> None:
    place = Client().get("/places/cuprija/en/").text
    assert f'href="{LIST}in/en/"' in place
    assert '<a href="/places/cuprija/en/"' in Client().get(EN).text
    assert LIST in Client().get("/sitemap.xml").text
    assert "Allow: /consultations/" in Client().get("/robots.txt").text


@pytest.mark.parametrize(
    "query", ["?page=0", "?page=2", "?page=x", "?show=all", "?show=accepted&page=99999", "?page=-1"]
)
def test_what_no_link_contains_is_not_there(row: Consultation, query: str) -> None:
    assert Client().get(ONE + query).status_code == 404
    assert Client().get(f"{ONE}in/de/").status_code == 404


# ---------------------------------------------------------------- what stands there


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [
        (ONE, "sr-Cyrl", ("Јавна расправа о буџету за 2027", "Шта да се гради", "члан 11. став 2.")),
        (LATN, "sr-Latn", ("Javna rasprava o budžetu za 2027", "Šta da se gradi", "član 11. stav 2.")),
        (EN, "en", ('<h1 class="consultation-name" lang="sr-Latn">Javna rasprava', "Article 11, paragraph 2",
                    "Proposals are taken until the end of 5 December 2026: 10 days are left.",
                    "After 5 December 2026 every proposal is decided, with a reason.", "budzet@cuprija.example")),
    ],
)  # fmt: skip
def test_it_is_read_in_three_languages(row: Consultation, path: str, language: str, words: tuple[str, ...]) -> None:
    answer = Client().get(path)
    assert answer.headers["Content-Language"] == language
    for word in words:
        assert word in answer.text


@pytest.mark.parametrize(
    ("days", "hour", "at", "sentence"),
    [
        (1, None, "10:00", "Proposals are taken until the end of 26 November 2026: 1 day is left."),
        (0, None, "10:00", "Today is the last day: proposals are taken until the end of 25 November 2026."),
        (0, time(15), "14:05", "This is the last hour: proposals are taken until 25 November 2026 at 15:00."),
        (0, time(15), "15:00", "Proposals were taken from 24 November 2026 until 25 November 2026 at 15:00."),
    ],
)
def test_the_term_is_in_words(cast: Cast, days: int, hour: time | None, at: str, sentence: str) -> None:
    ends = date(2026, 11, 25) + timedelta(days=days)
    closes = datetime.combine(ends, hour, BELGRADE) if hour else make.midnight_after(ends)
    make.consultation(cast.cuprija, cast.officer, ends_on=ends, last_hour=hour, closes_at=closes)
    with time_machine.travel(datetime.fromisoformat(f"2026-11-25T{at}:00+01:00"), tick=False):
        assert sentence in Client().get(EN).text
        assert ("Write a proposal" in Client().get(EN).text) == (at != "15:00")


def test_one_that_has_not_begun_says_when(cast: Cast) -> None:
    make.consultation(cast.cuprija, cast.officer, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 20))
    text = Client().get(EN).text
    assert "Proposals are taken from 1 December 2026 until the end of 20 December 2026." in text
    assert "Write a proposal" not in text


def test_one_that_was_called_off_says_why_at_once(row: Consultation) -> None:
    assert "called off" not in Client().get(EN).text
    change(row, stage=ConsultationStage.CALLED_OFF, called_off_because="Нацрт је повучен.")
    text = Client().get(CYRL).text
    assert "Нацрт је повучен." in text
    assert "called off" in Client().get(f"{ONE}propose/in/en/").text


def test_what_is_late_stands_there_after_seven_working_days(cast: Cast) -> None:
    days = {"starts_on": date(2026, 10, 1), "ends_on": date(2026, 10, 20), "decided_by": date(2026, 11, 17)}
    row = make.consultation(cast.cuprija, cast.officer, **days, report_by=date(2026, 12, 20))
    make.contribution(row)
    assert "The municipality is late" not in Client().get(EN).text  # six working days
    with time_machine.travel("2026-11-26T10:00:00Z", tick=False):
        text = Client().get(EN).text
    assert "The municipality is late" in text
    assert "it was to be done by 17 November 2026, 7 working days ago" in text


def test_an_own_ground_and_a_department_are_shown(cast: Cast) -> None:
    with scope(cast.cuprija):
        own = OwnGround.objects.create(
            municipality=cast.cuprija, title="Статут града", article="члан 74", source="Службени лист 5/2019",
            address="https://cuprija.example/statut", valid_from=date(2019, 3, 1), by=cast.approver,
        )  # fmt: skip
        department = Department.objects.create(
            municipality=cast.cuprija, name="Одељење за финансије", email="finansije@cuprija.example"
        )
    make.consultation(cast.cuprija, cast.officer, ground="", own_ground=own, department=department)
    text = Client().get(CYRL).text
    for words in ("Статут града, члан 74 (Службени лист 5/2019)", "https://cuprija.example/statut",
                  "Одељење за финансије", "mailto:finansije@cuprija.example"):  # fmt: skip
        assert words in text


def test_meetings_that_come_are_listed_and_minutes_are_not(cast: Cast, row: Consultation) -> None:
    with scope(cast.cuprija):
        for days, note in ((2, ""), (-2, "Петар Петровић је рекао")):
            Meeting.objects.create(
                municipality=cast.cuprija, consultation=row, place=f"Дом културе {days}", note=note,
                at=timezone.now() + timedelta(days=days), by=cast.officer,
            )  # fmt: skip
    text = Client().get(CYRL).text
    assert "Дом културе 2" in text
    assert "Дом културе -2" not in text
    assert "Петар" not in text


def test_posts_that_are_public_are_linked(cast: Cast, row: Consultation) -> None:
    publication = numbers.published(numbers.channel(cast.cuprija, cast.officer), timezone.now())
    assert "Posts about it" not in Client().get(EN).text
    with scope(cast.cuprija):
        type(publication.delivery).objects.filter(pk=publication.delivery_id).update(
            permalink="https://social.example/@cuprija/1"
        )
        ConsultationPost.objects.create(
            municipality=cast.cuprija, consultation=row, post=publication.post, role=PostRole.CALL
        )
    text = Client().get(EN).text
    assert 'href="https://social.example/@cuprija/1"' in text
    assert "Call to take part" in text
    with scope(cast.cuprija):
        type(publication).objects.filter(pk=publication.pk).update(live=False)
    assert "social.example" not in Client().get(EN).text


# ---------------------------------------------------------------- proposals


def test_proposals_are_shown_with_their_decisions_and_without_what_was_not_released(
    cast: Cast, row: Consultation
) -> None:
    secret = {"contact": "milica@mail.example", "text": "Ја сам Милица Јовић, 0641234567"}
    make.contribution(row, **secret)  # no decision yet
    shown = make.contribution(row, **secret, decision=Decision.DECLINED, public_text="Тротоар до школе")
    make.contribution(row, **secret, decision=Decision.ACCEPTED)
    make.contribution(row, **secret, decision=Decision.DECLINED, same_as=shown)
    make.contribution(row, decision=Decision.WITHDRAWN)
    make.contribution(row, **secret, decision=Decision.OUT_OF_SCOPE, public_text="Државни пут", way_in=WayIn.PAPER)
    make.contribution(row, **secret, decision=Decision.ACCEPTED, public_text="Непроверено", is_checked=False)
    pages = {path: Client().get(path).text for path in (CYRL, LATN, EN)}
    for text in pages.values():
        for hidden in ("Милица", "Milica", "0641234567", "mail.example", "Непроверено", "Officer"):
            assert hidden not in text
    text = pages[EN]
    assert text.count("<article") == 5
    for words in ("Trotoar do škole", "Nema novca", "Its words are not shown.", "Withdrawn by its author",
                  "It says the same as proposal no. 2",
                  "Putevi Srbije", "6 proposals came in.", "1 has no decision yet."):  # fmt: skip
        assert words in text, words
    assert "Proposal no. 1<" not in text.replace("\n", "").replace("  ", "")
    only = Client().get(f"{EN}?show=declined").text
    assert only.count("<article") == 2
    assert '<meta name="robots" content="noindex">' in only


def test_words_in_latin_are_not_turned_into_cyrillic(row: Consultation) -> None:
    """They may be Hungarian or Bosnian; the reason is the municipality's own, in the script of the page."""
    make.contribution(row, decision=Decision.ACCEPTED, public_text="Új járdát a Kossuth utcába", reason="Ulazi u plan.")
    text = Client().get(CYRL).text
    assert '<blockquote class="consultation-quote" lang="sr-Latn">Új járdát a Kossuth utcába</blockquote>' in text
    assert "Улази у план." in text


def test_a_decision_is_there_at_once_and_so_is_a_withdrawal(row: Consultation) -> None:
    one = make.contribution(row, decision=Decision.ACCEPTED, public_text="Клупе у парку")
    assert "Клупе у парку" in Client().get(CYRL).text
    with scope(row.municipality_id):
        from participation.domain import decide

        decide.withdraw(Contribution.objects.get(pk=one.pk), by=None)
    assert "Клупе у парку" not in Client().get(CYRL).text


def test_a_rush_of_proposals_makes_no_page_anew_and_the_next_decision_counts_all(row: Consultation) -> None:
    make.contribution(row)
    before = Client().get(EN)
    for _ in range(3):
        make.contribution(row)
    assert Client().get(EN).headers["ETag"] == before.headers["ETag"]
    make.contribution(row, decision=Decision.ACCEPTED, public_text="Клупе у парку")
    cache.delete(f"public-consultation-received:{row.pk}")  # ten seconds later
    page = " ".join(Client().get(EN).text.split())
    assert "5 proposals came in. 4 have no decision yet." in page


def test_hostile_words_stay_words(cast: Cast) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    row = make.consultation(
        cast.cuprija, cast.officer, title=bad, subject=bad, rules=bad, mail='"x"@example.com', called_off_because=bad
    )
    make.contribution(row, decision=Decision.DECLINED, public_text=bad, reason=bad)
    for path in (EN, CYRL, LIST, f"{ONE}propose/in/en/"):
        text = Client().get(path).text
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path


def test_many_proposals_stand_on_pages_with_a_constant_number_of_queries(row: Consultation) -> None:
    make.contribution(row, decision=Decision.ACCEPTED, public_text="Први")
    few = _queries(EN)
    for number in range(24):
        make.contribution(row, decision=Decision.ACCEPTED, public_text=f"Предлог {number}")
    assert _queries(EN) == few <= 12
    first, second = Client().get(CYRL).text, Client().get(f"{CYRL}?page=2").text
    assert first.count("<article") == 20
    assert second.count("<article") == 5
    assert "Први" in second
    assert Client().get(f"{CYRL}?page=3").status_code == 404
    assert _queries(EN) == 2  # what is cached


def test_an_address_of_one_proposal_leads_to_its_page_of_the_list(row: Consultation) -> None:
    for _number in range(45):
        make.contribution(row, decision=Decision.ACCEPTED, public_text="Клупе")
    for number in (45, 25, 3):
        page = Client().get(f"{EN}?proposal={number}", follow=True)
        assert f'id="proposal-{number}"' in page.text
    for odd in ("0", "x", "9" * 8, "-1"):
        assert Client().get(f"{EN}?proposal={odd}").status_code == 200


def test_the_page_of_a_published_report_has_no_more_queries(cast: Cast) -> None:
    make.consultation(cast.cuprija, cast.officer, stage=ConsultationStage.REPORTED, reported_at=timezone.now())
    assert _queries(EN) <= 12
    assert "the report is public" in Client().get(EN).text


def _queries(path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert Client().get(path).status_code == 200
    return len(queries)


def test_the_list_has_the_current_ones_first(cast: Cast) -> None:
    day = timezone.localdate()
    past = {"starts_on": day - timedelta(days=30), "ends_on": day - timedelta(days=9)}
    soon = {"starts_on": day + timedelta(days=5), "ends_on": day + timedelta(days=30)}
    for slug, fields in (
        ("reported", {**past, "stage": ConsultationStage.REPORTED}),
        ("announced", soon),
        ("deciding", past),
        ("open", {}),
        ("off", {"stage": ConsultationStage.CALLED_OFF, "called_off_because": "Повучено"}),
        ("unpublished", {"stage": ConsultationStage.DRAFT}),
    ):
        make.consultation(cast.cuprija, cast.officer, slug=slug, title=f"Ставка {slug}", **fields)
    text = Client().get(f"{LIST}in/en/").text
    places = [text.index(f"/{slug}/in/en/") for slug in ("open", "announced", "deciding", "reported", "off")]
    assert places == sorted(places)
    assert "unpublished" not in text
    few = _queries(f"{LIST}in/sr-Latn/")
    for number in range(20):
        make.consultation(cast.cuprija, cast.officer, slug=f"c{number}")
    assert _queries(f"{LIST}in/sr-Latn/") == few <= 12
    assert Client().get(f"{LIST}?page=2").status_code == 200
    assert Client().get(f"{LIST}?page=3").status_code == 404


# ---------------------------------------------------------------- documents


def _document(row: Consultation, body: bytes = b"%PDF-1.7 <script>alert(1)</script>") -> ConsultationDocument:
    with scope(row.municipality_id):
        document: ConsultationDocument = ConsultationDocument.objects.create(
            municipality_id=row.municipality_id, consultation=row, title="Нацрт одлуке о буџету",
            mime="application/pdf",
            file=default_storage.save("consultations/nacrt.pdf", ContentFile(body)), name="Нацрт.pdf", bytes=len(body),
            by=row.by,
        )  # fmt: skip
    return document


def test_a_document_is_a_download_that_runs_nothing(cast: Cast, row: Consultation) -> None:
    document = _document(row)
    path = f"{ONE}documents/{document.pk}/"
    assert f'href="{path}"' in Client().get(CYRL).text
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(b"%PDF-1.7")
    change(row, stage=ConsultationStage.DRAFT)
    assert Client().get(path).status_code == 404
    change(row, stage=ConsultationStage.PUBLISHED)
    default_storage.delete(str(document.file.name))
    assert Client().get(path).status_code == 404


def test_a_link_as_a_document_leads_there(cast: Cast, row: Consultation) -> None:
    with scope(cast.cuprija):
        ConsultationDocument.objects.create(
            municipality=cast.cuprija, consultation=row, title="План", address="https://cuprija.example/plan", by=row.by
        )
        found = ConsultationDocument.objects.get()
    assert 'href="https://cuprija.example/plan"' in Client().get(EN).text
    assert Client().get(f"{ONE}documents/{found.pk}/").status_code == 404


def test_no_title_takes_the_address_of_another_page(cast: Cast) -> None:
    with scope(cast.cuprija):
        rows = [
            write.create(cast.cuprija, write.ConsultationContent("budget", title), by=cast.officer)
            for title in ("Receipt", "In", "Receipt")
        ]
    assert [row.slug for row in rows] == ["receipt-2", "in-2", "receipt-3"]
