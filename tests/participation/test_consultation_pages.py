"""Pages of the people in charge: writing, publishing, documents, posts; roles, other municipalities, queries."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from common.errors import ActionNotAllowed
from library.models import Template
from links.models import Link
from municipalities.tenancy import scope
from participation.domain import contribute, documents, posts, write
from participation.models import Consultation, ConsultationDocument, ConsultationPost, OwnGround
from posts.draft import parse
from posts.editing.domain.delete import delete as delete_post
from posts.models import Post
from tests import office
from tests.analytics.factories import channel
from tests.participation.hearings import TODAY, again, as_sent, draft, published
from tests.people import Cast, sign_in
from tests.posts.desk import picture_bytes

LIST = "/m/cuprija/consultations/"
PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False), translation.override("en"):
        yield


def address(row: Consultation, rest: str = "") -> str:
    return f"{LIST}{row.pk}/{rest}"


def queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


# ---------------------------------------------------------------- writing


def test_the_hearing_on_the_budget_begins_with_rules_and_a_legal_ground(cast: Cast) -> None:
    client = sign_in(cast.officer)
    assert "Begin with what the law asks for each year" in client.get(LIST).text
    assert "Public hearing on the budget" in client.get(f"{LIST}new/").text
    form = client.get(f"{LIST}new/", {"kind": "budget"}).text
    assert "Имена учесника се не објављују" in form
    assert "129/2007, 83/2014, 101/2016, 47/2018" in form
    assert "paragraf.rs" in form
    assert 'datetime="2026-11-30"' in form
    sent = client.post(f"{LIST}new/", as_sent(officer=cast.officer.pk, approver=cast.approver.pk))
    assert sent.status_code == 302, sent.text
    with scope(cast.cuprija):
        row = Consultation.objects.get()
    # 15 and 30 working days, around New Year and Christmas
    assert (row.decided_by, row.report_by) == (date(2027, 1, 6), date(2027, 1, 28))
    page = client.get(sent.headers["Location"]).text
    assert "Ask an approver to publish it" in page
    assert 'datetime="2026-12-01"' in page
    assert "Next:" in client.get(LIST).text


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"title": ""}, "This field is required"),
        ({"ends_on": "30.11.2026"}, "It cannot end before it begins"),
        ({"ends_on": "15.12.2027"}, "more than a year"),
        ({"starts_on": "01.03.2027", "ends_on": "28.03.2027", "last_hour": "02:30"}, "02:30 does not exist"),
        ({"decided_by": "01.12.2026"}, "Decisions come after the last day"),
        ({"ground": "planning-public-insight"}, "does not fit this kind of consultation"),
        ({"officer": "0"}, "Select a valid choice"),
        ({"mail": "nonsense"}, "valid email address"),
        ({"starts_on": "31.02.2026"}, "This is not a day"),
    ],
)
def test_mistakes_are_named_at_their_field_and_nothing_typed_is_lost(
    cast: Cast, values: dict[str, str], says: str
) -> None:
    sent = (
        as_sent(officer=cast.officer.pk, subject="Пресудно: Дом здравља", **values)
        if "officer" not in values
        else (as_sent(subject="Пресудно: Дом здравља", **values))
    )
    response = sign_in(cast.officer).post(f"{LIST}new/", sent)
    assert response.status_code == 422
    assert says in response.text
    assert "Пресудно: Дом здравља" in response.text
    with scope(cast.cuprija):
        assert not Consultation.objects.exists()


def test_a_kind_shows_its_own_grounds_also_those_of_the_municipality(cast: Cast) -> None:
    client = sign_in(cast.officer)
    ground = {
        "title": "Статут: јавна расправа о буџету", "article": "члан 25.", "source": "Сл. лист 3/2019", "days": "20",
        "day_count": "calendar", "valid_from": "01.01.2019",
    }  # fmt: skip
    assert client.post(f"{LIST}grounds/", {**ground, "valid_to": "01.01.2018"}).status_code == 422
    assert client.post(f"{LIST}grounds/", ground).status_code == 302
    with scope(cast.cuprija):
        own = OwnGround.objects.get()
    form = client.get(f"{LIST}new/", {"kind": "plan"}).text
    assert "early public insight" in form
    assert "Статут" in form
    sent = client.post(f"{LIST}new/", as_sent(officer=cast.officer.pk, ground=f"own:{own.pk}"))
    page = client.get(sent.headers["Location"]).text
    assert "at least 20 days after the first day" in page
    assert "21 December 2026" in page


def test_once_public_the_term_is_no_field_and_the_rest_is(cast: Cast) -> None:
    row, client = published(cast), sign_in(cast.officer)
    form = client.get(address(row, "change/")).text
    assert 'name="starts_on"' not in form
    values = {"title": "Буџет за 2027.", "ends_on": "10.12.2026", "ways_in": ["form"], "officer": cast.officer.pk,
              "decided_by": "30.12.2026", "report_by": "20.01.2027"}  # fmt: skip
    assert client.post(address(row, "change/"), values).status_code == 302
    stored = again(cast, row)
    assert (stored.title, stored.ends_on, stored.ways_in) == ("Буџет за 2027.", date(2026, 12, 15), ["form"])


# ---------------------------------------------------------------- publishing and ending


def test_an_approver_sees_what_citizens_will_see_and_publishes(cast: Cast) -> None:
    row, client = draft(cast, ends_on=date(2026, 12, 26), decided_by=date(2027, 1, 15)), sign_in(cast.approver)
    page = client.get(address(row, "publish/")).text
    assert "Која улагања су вам најважнија?" in page
    assert "offices are closed" in page
    assert client.post(address(row, "publish/")).status_code == 302
    assert again(cast, row).stage == "published"
    shown = client.get(address(row)).text
    assert "Announced" in shown
    assert "Plan its posts" in shown
    assert client.get(address(row, "publish/")).status_code == 302
    assert client.post(address(row, "extend/"), {"ends_on": "01.12.2026"}).status_code == 422
    assert client.post(address(row, "extend/"), {"ends_on": "30.12.2026"}).status_code == 302
    assert "not over yet" in client.post(address(row, "close/")).text
    assert client.post(address(row, "call-off/"), {"because": ""}).status_code == 422
    assert client.post(address(row, "call-off/"), {"because": "Одложено за јануар"}).status_code == 302
    assert "Одложено за јануар" in client.get(address(row)).text


def test_a_draft_with_something_missing_says_what(cast: Cast) -> None:
    row, client = draft(cast, subject=""), sign_in(cast.approver)
    assert "Write what citizens are asked about." in client.get(address(row)).text
    refused = client.post(address(row, "publish/"))
    assert refused.status_code in (200, 422)
    assert "Write what citizens are asked about." in refused.text
    assert again(cast, row).is_draft
    assert client.post(address(row, "delete/")).status_code == 302
    with scope(cast.cuprija):
        assert not Consultation.objects.exists()


def test_roles_and_other_municipalities(cast: Cast) -> None:
    row = draft(cast)
    with scope(cast.cuprija):
        document = documents.add_file(row, PDF, "plan.pdf", "", by=cast.officer)
    assert "Created the consultation" in sign_in(cast.officer).get(address(row)).text
    assert "Created the consultation" not in sign_in(cast.viewer).get(address(row)).text
    pages = {
        "": "viewer", f"documents/{document.pk}/": "viewer", "change/": "officer", "documents/": "officer",
        "publish/": "approver", "extend/": "approver", "call-off/": "approver",
    }  # fmt: skip
    order = ["viewer", "officer", "approver"]
    for role in order:
        client = sign_in(getattr(cast, role))
        for path, least in pages.items():
            expected = 200 if order.index(role) >= order.index(least) else 403
            assert client.get(address(row, path)).status_code == expected, (role, path)
    stranger = sign_in(cast.stranger)
    for path in pages:
        assert stranger.get(f"/m/novi-pazar/consultations/{row.pk}/{path}").status_code in (403, 404), path
        assert stranger.get(address(row, path)).status_code == 404, path


def test_the_number_of_queries_does_not_grow(cast: Cast) -> None:
    client, row = sign_in(cast.officer), published(cast)
    with scope(cast.cuprija):
        documents.add_file(row, PDF, "plan.pdf", "", by=cast.officer)
        posts.plan(row, by=cast.officer)
    few = queries(client, LIST), queries(client, address(row))
    for number in range(25):
        published(cast, title=f"Расправа {number}")
    with scope(cast.cuprija), time_machine.travel("2026-12-02T10:00:00Z", tick=False):
        for number in range(30):
            contribute.from_form(row, f"Предлог {number}")
        for _number in range(9):
            documents.add_file(row, PDF, "plan.pdf", "", by=cast.officer)
    many = queries(client, LIST), queries(client, address(row))
    assert many == few
    assert max(many) <= 12


def test_phases_are_filtered_and_counted(cast: Cast) -> None:
    draft(cast, title="Нацрт")
    published(cast, title="Најављено")
    client = sign_in(cast.viewer)
    page = client.get(LIST, {"phase": "announced"})
    assert "Најављено" in page.text
    assert "Нацрт" not in page.text
    with time_machine.travel("2026-12-15T22:59:00Z", tick=False):
        assert "Најављено" in client.get(LIST, {"phase": "open"}).text
    with time_machine.travel("2026-12-15T23:00:00Z", tick=False):
        assert "Најављено" in client.get(LIST, {"phase": "deciding"}).text


# ---------------------------------------------------------------- documents


@pytest.mark.parametrize(
    ("body", "name", "ending"),
    [
        (PDF, "Нацрт буџета.exe", "pdf"),
        (office.document("docx"), "odluka.doc", "docx"),
        (office.document("xlsx"), "tabela.xlsx", "xlsx"),
        (office.document("odt"), "a.exe", "odt"),
        (office.document("ods"), "a.ods", "ods"),
        ("улица;динара\nГлавна;5".encode(), "ulice.csv", "csv"),
        ("Образложење".encode(), "o.txt", "txt"),
        (picture_bytes(), "slika.png", "jpg"),
    ],
)
def test_a_file_is_what_its_content_is(body: bytes, name: str, ending: str) -> None:
    assert documents.accept(body, name).ending == ending


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"", "prazno.pdf"),
        (b"MZ\x90\x00" + b"\x00" * 60, "program.pdf"),
        (b"<html><script>alert(1)</script>", "strana.txt"),
        (b"PK\x03\x04" + b"\x00" * 40, "pokvaren.docx"),
        (office.container(("a.txt", "a")), "arhiva.docx"),
        (office.document("docx", "word/vbaProject.bin"), "makro.docx"),
        (b"%PDF-1.7" + b"0" * (25 * 1024 * 1024), "velik.pdf"),
    ],
)
def test_what_is_not_accepted_is_refused_in_words(cast: Cast, body: bytes, name: str) -> None:
    row = draft(cast)
    response = sign_in(cast.officer).post(
        address(row, "documents/"), {"title": "Нацрт одлуке", "file": SimpleUploadedFile(name, body)}
    )
    assert response.status_code == 422
    assert "Нацрт одлуке" in response.text
    with scope(cast.cuprija):
        assert not ConsultationDocument.objects.exists()


def test_documents_that_are_not_what_they_say_are_refused(subtests: pytest.Subtests) -> None:
    for name, body in {**office.not_documents(), "slides": office.document("pptx")}.items():
        with subtests.test(name), pytest.raises(ActionNotAllowed):
            documents.accept(body, "odluka.docx")


def test_documents_are_added_put_in_order_saved_and_taken_away(cast: Cast) -> None:
    row, client = draft(cast), sign_in(cast.officer)
    files = address(row, "documents/")
    client.post(files, {"file": SimpleUploadedFile("../../Нацрт буџета.exe", PDF)})
    client.post(files, {"title": "Прошле године", "address": "https://cuprija.rs/budzet"})
    assert client.post(files, {"title": "Ништа"}).status_code == 422
    assert client.post(files, {"title": "Лоше", "address": "javascript:alert(1)"}).status_code == 422
    with scope(cast.cuprija):
        first, second = ConsultationDocument.objects.order_by("position")
    assert (first.title, first.name) == ("Нацрт буџета", "Нацрт буџета.pdf")
    client.post(f"{files}{second.pk}/up/")
    with scope(cast.cuprija):
        assert list(ConsultationDocument.objects.order_by("position")) == [second, first]
    saved = sign_in(cast.viewer).get(f"{files}{first.pk}/")
    assert b"".join(saved.streaming_content) == PDF  # type: ignore[attr-defined]
    assert saved.headers["Content-Type"] == "application/pdf"
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in saved.headers["Content-Security-Policy"]
    assert client.get(f"{files}{second.pk}/").status_code == 404
    client.post(f"{files}{first.pk}/remove/")
    with scope(cast.cuprija):
        assert list(ConsultationDocument.objects.all()) == [second]


# ---------------------------------------------------------------- posts


def test_posts_are_planned_once_as_drafts_with_their_time(cast: Cast) -> None:
    ours = channel(cast.cuprija, cast.approver)
    row, client = published(cast, last_hour=None), sign_in(cast.officer)
    for _press in range(2):
        assert client.post(address(row, "posts/")).status_code == 302
    with scope(cast.cuprija):
        rows = list(ConsultationPost.objects.select_related("post").order_by("post__due_at"))
        drafts = [parse(planned.post.draft) for planned in rows]
    assert [planned.role for planned in rows] == ["call", "reminder", "last_day"]
    assert [f"{planned.post.local_time:%d.%m. %H:%M}" for planned in rows] == [
        "01.12. 07:30", "08.12. 07:30", "15.12. 07:30",
    ]  # fmt: skip
    assert {planned.post.stage for planned in rows} == {"draft"}
    assert {planned.post.category for planned in rows} == {"consultation"}
    call = drafts[0]
    assert call.channels == (ours.pk,)
    assert (call.call.words, call.call.deadline) == ("Пошаљите предлог", "2026-12-15")
    text = call.texts["sr-Cyrl"].text
    assert text.startswith("Јавна расправа о буџету: Инвестиције у буџету за 2027. годину")
    assert "Која улагања су вам најважнија?" in text
    assert "од 1. децембра 2026. до 15. децембра 2026." in text
    assert "Ова објава" not in text
    assert "Call to take part" in client.get(address(row)).text


def test_posts_lead_to_the_public_page_and_posters_have_a_short_link_of_their_own(cast: Cast, settings: Any) -> None:
    settings.PUBLIC_BASE_URL = "https://portal.cuprija.rs"
    row, client = published(cast), sign_in(cast.officer)
    page = f"https://portal.cuprija.rs/consultations/cuprija/{row.slug}/"
    with scope(cast.cuprija):
        made = posts.plan(row, by=cast.officer).made
        links = [parse(post.draft).link for post in made]
        assert posts.poster_link(row) == posts.poster_link(row) != ""
        code = posts.poster_link(row)
        (poster,) = Link.objects.all()
    assert links == [page] * 3
    assert poster.target.startswith(f"{page}?utm_source=poster&utm_medium=print")
    assert f"/m/cuprija/links/{code}/qr/svg/" in client.get(address(row)).text
    assert client.get(f"/m/cuprija/links/{code}/qr/svg/").status_code == 200


def test_a_deleted_draft_is_planned_anew_and_a_longer_term_says_what_to_change(cast: Cast) -> None:
    row = published(cast)
    with scope(cast.cuprija):
        made = posts.plan(row, by=cast.officer).made
        delete_post(made[0], by=cast.officer)
        (new,) = posts.plan(row, by=cast.officer).made
        assert ConsultationPost.objects.count() == 3
        assert not ConsultationPost.objects.filter(post=made[0]).exists()
        write.extend(row, date(2026, 12, 22), by=cast.approver)
    assert new.pk != made[0].pk
    page = sign_in(cast.officer).get(address(row)).text
    assert page.count("The term ends on 22 December 2026 now.") == 3
    assert "Move it to the last day, 22 December 2026." in page


def test_what_has_no_time_left_is_not_planned(cast: Cast) -> None:
    row = published(cast)
    with scope(cast.cuprija):
        with time_machine.travel("2026-12-15T08:00:00Z", tick=False):
            planned = posts.plan(row, by=cast.officer)
        assert planned.left_out == ["reminder"]
        assert [f"{post.local_time:%d.%m. %H:%M}" for post in planned.made] == ["15.12. 12:00", "15.12. 12:00"]
    client = sign_in(cast.officer)
    with time_machine.travel("2026-12-17T08:00:00Z", tick=False):
        assert "Its term is over" in client.post(address(row, "posts/")).text
    assert "Publish it first" in client.post(address(draft(cast), "posts/")).text


def test_the_picture_is_that_of_the_municipalitys_template_and_the_script_its_own(cast: Cast) -> None:
    from posts.media.domain.pictures import add

    cast.cuprija.primary_script = "Latn"
    cast.cuprija.save()
    raw = picture_bytes()
    with scope(cast.cuprija):
        media = add(cast.cuprija, io.BytesIO(raw), name="most.jpg", size=len(raw), by=cast.officer)
        Template.objects.create(
            municipality=cast.cuprija, name="Расправа", category="consultation", created_by=cast.officer,
            updated_by=cast.officer, content={"media": [{"id": media.pk, "alt": "Мост"}]},
        )  # fmt: skip
        row = published(cast)
        post = Post.objects.get(pk=posts.plan(row, by=cast.officer).made[0].pk)
    shown = parse(post.draft)
    assert [one.id for one in shown.media] == [media.pk]
    assert shown.texts["sr-Latn"].text.startswith("Javna rasprava o budžetu: Investicije")
    assert shown.call.words == "Pošaljite predlog"
