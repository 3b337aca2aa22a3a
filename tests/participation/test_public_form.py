"""The form of citizens: one press counts once, what goes wrong keeps the words, and programs are held back."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from common.errors import ActionNotAllowed
from common.models import MailMessage
from inbox.models import Settlement
from municipalities.tenancy import everywhere, scope
from participation import form_limits, form_tokens
from participation.domain import attachments, decide, receipts
from participation.enums import ConsultationStage, WayIn
from participation.models import Consultation, Contribution, ContributionFile
from tests import office, pdfs
from tests.participation import public_rows as make
from tests.people import Cast, sign_in
from tests.posts.desk import picture_bytes

PAGE = f"/consultations/cuprija/{make.SLUG}/propose/in/en/"
RECEIPT = "/consultations/cuprija/receipt/in/en/"
WORDS = "Тротоар у Улици кнеза Милоша"
JMBG = "Мој ЈМБГ је 0101990710006, а тротоар у ul. Kneza Miloša је лош"
CODE = re.compile(r'<strong class="consultation-code">([a-z2-9-]{14})</strong>')
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def row(cast: Cast) -> Consultation:
    return make.consultation(cast.cuprija, cast.officer)


def post(data: dict[str, Any], path: str = PAGE, **headers: Any) -> Any:
    return Client().post(path, data, **headers)


def all_of(row: Consultation) -> list[Contribution]:
    with scope(row.municipality_id):
        return list(Contribution.objects.filter(consultation=row).select_related("settlement").order_by("number"))


def code_of(answer: Any) -> str:
    found = CODE.search(answer.text)
    assert found, answer.text
    return found[1]


def change(row: Consultation, **fields: Any) -> None:
    with scope(row.municipality_id):
        Consultation.objects.filter(pk=row.pk).update(**fields)


# ---------------------------------------------------------------- what is taken


def test_a_proposal_is_taken_with_all_that_was_stated(cast: Cast, row: Consultation) -> None:
    with scope(cast.cuprija):
        place = Settlement.objects.create(municipality=cast.cuprija, name="Сење")
    about = {"settlement": place.pk, "age_band": "o65", "gender": "woman", "contact": "milica@mail.example"}
    answer = post(make.sent(row, f"  {WORDS}\r\nи клупа ", **about))
    assert answer.status_code == 200
    assert not answer.cookies
    assert answer.headers["Cache-Control"] == "no-store"
    (one,) = all_of(row)
    assert (one.number, one.way_in, one.text) == (1, WayIn.FORM, f"{WORDS}\nи клупа")
    assert (one.settlement, one.age_band, one.gender, one.contact) == (place, "o65", "woman", "milica@mail.example")
    assert one.language == "en"
    assert one.fingerprint is not None
    code = code_of(answer)
    assert code.replace("-", "") not in str(Contribution.objects.values() if False else one.__dict__)
    assert post({"code": code}, RECEIPT).status_code == 200


def test_nothing_but_the_words_is_needed_and_no_cookie_is_read(cast: Cast, row: Consultation) -> None:
    data = {"token": make.token(row), "text": WORDS}
    answer = sign_in(cast.officer).post(PAGE, data)
    assert answer.status_code == 200
    assert not answer.cookies
    (one,) = all_of(row)
    assert one.by is None


def test_both_scripts_have_their_own_page(row: Consultation) -> None:
    for tongue, word in (("sr-Cyrl", "Јавна расправа"), ("sr-Latn", "Javna rasprava"), ("en", "Write a proposal")):
        answer = Client().get(PAGE.replace("/en/", f"/{tongue}/"))
        assert answer.headers["Content-Language"] == tongue
        assert word in answer.text
    assert Client().get(PAGE.replace("/en/", "/de/")).status_code == 404


def test_a_double_press_counts_once_and_has_the_same_receipt(row: Consultation) -> None:
    data = make.sent(row, contact="milica@mail.example")
    first, second = post(data), post(data)
    assert code_of(first) == code_of(second)
    assert "It was sent before, and counts once" in second.text
    assert len(all_of(row)) == 1
    assert MailMessage.objects.count() == 1


def test_other_words_from_the_same_form_are_another_proposal(row: Consultation) -> None:
    data = make.sent(row)
    codes = {code_of(post({**data, "text": text})) for text in (WORDS, f"{WORDS} и клупа")}
    assert len(codes) == 2
    assert [one.number for one in all_of(row)] == [1, 2]


def test_a_double_press_at_the_end_of_the_term_still_shows_its_receipt(row: Consultation) -> None:
    data = make.sent(row)
    code = code_of(post(data))
    change(row, closes_at=timezone.now())
    assert code_of(post(data)) == code
    assert post({**data, "text": "Друго"}).status_code == 409


def test_a_page_that_is_loaded_again_without_its_files_shows_its_receipt(row: Consultation) -> None:
    data = make.sent(row)
    code = code_of(post({**data, "file_1": SimpleUploadedFile("a.txt", b"text")}))
    assert code_of(post({**data, "file_1": SimpleUploadedFile("a.txt", b"")})) == code
    assert len(all_of(row)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_count_once(row: Consultation) -> None:
    from tests.concurrency import at_once

    data = make.sent(row)
    answers = at_once(*[lambda: post(data)] * 3, refusals=(), within=lambda: everywhere("test"))
    assert len({code_of(answer) for answer in answers}) == 1
    assert len(all_of(row)) == 1


# ---------------------------------------------------------------- what is not


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": ""}, "Write the proposal first."),
        ({"text": " \r\n \x00"}, "Write the proposal first."),
        ({"text": "б" * 5001}, "This is 1 character too long: it has 5001, and at most 5000 are taken."),
        ({"contact": "milica"}, "This is no e-mail address. Correct it, or leave it empty."),
        ({"contact": "a@b.example\nBcc: c@d.example"}, "This is no e-mail address."),
        ({"contact": f"{'a' * 300}@b.example"}, "at most 254 characters"),
        ({"age_band": "7"}, "Choose one of the answers, or none."),
        ({"gender": "<b>"}, "Choose one of the answers, or none."),
    ],
)
def test_bad_input_is_answered_at_its_field_and_keeps_all_that_was_typed(
    row: Consultation, fields: dict[str, Any], sentence: str
) -> None:
    typed = {"text": "Клупе & <i>сенка</i>", "contact": "milica@mail.example", "age_band": "o65", **fields}
    answer = post(make.sent(row, **typed))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<i>сенка" not in answer.text
    if "text" not in fields:
        assert "Клупе &amp; &lt;i&gt;сенка&lt;/i&gt;" in answer.text
    if "age_band" not in fields:
        assert '<option value="o65" selected>' in answer.text
    assert all_of(row) == []


def test_a_settlement_of_another_municipality_is_none(cast: Cast, row: Consultation) -> None:
    with scope(cast.cuprija):
        Settlement.objects.create(municipality=cast.cuprija, name="Сење")
    with scope(cast.novi_pazar):
        other = Settlement.objects.create(municipality=cast.novi_pazar, name="Тутин")
    answer = post(make.sent(row, settlement=other.pk))
    assert "Choose one of the list, or nothing." in answer.text
    assert "Tutin" not in answer.text
    assert all_of(row) == []


def test_hostile_words_are_taken_as_words(row: Consultation) -> None:
    bad = "<script>alert(1)</script> {{ secret }} \x00'; DROP TABLE participation_contribution; -- \u202e"
    answer = post(make.sent(row, bad))
    assert "<script>alert" not in answer.text
    assert all_of(row)[0].text == bad.replace("\x00", "")
    assert "<script>alert" not in post({"code": code_of(answer)}, RECEIPT).text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"starts_on": timezone.localdate() + timedelta(days=1)}, "This consultation has not begun yet."),
        ({"closes_at": timezone.now() - timedelta(days=1)}, "The term is over"),
        ({"stage": ConsultationStage.CLOSED, "closed_at": timezone.now()}, "The term is over"),
        ({"stage": ConsultationStage.CALLED_OFF, "called_off_because": "-"}, "This consultation was called off"),
        ({"ways_in": ["comment"]}, "This consultation takes no proposals with a form."),
    ],
)
def test_when_no_form_is_taken_a_plain_sentence_says_why(
    row: Consultation, fields: dict[str, Any], sentence: str
) -> None:
    data = make.sent(row)
    change(row, **fields)
    asked, answer = Client().get(PAGE), post(data)
    assert (asked.status_code, answer.status_code) == (200, 409)
    assert sentence in asked.text
    assert sentence in answer.text
    assert WORDS in answer.text
    assert "<button" not in asked.text + answer.text
    assert all_of(row) == []


def test_a_personal_number_is_asked_about_once_and_covered(row: Consultation) -> None:
    data = make.sent(row, JMBG)
    asked = post(data)
    assert asked.status_code == 422
    assert "Your text has a personal number in it" in asked.text
    assert all_of(row) == []
    answer = post({**data, "anyway": "1"})
    assert answer.status_code == 200
    assert "0101990710006" not in answer.text
    assert "it is never shown publicly" in answer.text
    (one,) = all_of(row)
    assert one.has_personal_data
    assert one.text == JMBG
    assert "0101990710006" not in Client().get(f"/consultations/cuprija/{make.SLUG}/").text


# ---------------------------------------------------------------- programs


@pytest.mark.parametrize("token", ["", "x", "a" * 400, "eyJjIjoxfQ:1a:b"])
def test_a_form_without_its_token_keeps_the_words_and_is_sent_with_the_next_press(
    row: Consultation, token: str
) -> None:
    answer = post(make.sent(row, token=token))
    assert answer.status_code == 422
    assert "This page was open for too long" in answer.text
    assert WORDS in answer.text
    found = re.search(r'name="token" value="([^"]+)"', answer.text)
    assert found
    assert form_tokens.read(found[1], row.pk)


def test_a_token_of_another_consultation_or_of_last_week_is_none(cast: Cast, row: Consultation) -> None:
    other = make.consultation(cast.cuprija, cast.officer, slug="other")
    assert post(make.sent(row, token=make.token(other))).status_code == 422
    assert post(make.sent(row, token=make.token(row, seconds_ago=form_tokens.LONGEST + 5))).status_code == 422
    assert post(make.sent(row, token=make.token(row, seconds_ago=form_tokens.LONGEST - 60))).status_code == 200


def test_what_only_a_program_does_is_not_taken_and_loses_nothing(row: Consultation) -> None:
    for fields in ({"homepage": "https://spam.example"}, {"token": make.token(row, seconds_ago=1)}):
        answer = post(make.sent(row, **fields))
        assert answer.status_code == 422
        assert "Press Send again" in answer.text or "then press Send again" in answer.text
        assert WORDS in answer.text
        assert "spam.example" not in answer.text
    assert all_of(row) == []


def test_a_form_from_another_site_is_shown_to_its_sender(row: Consultation) -> None:
    foreign: list[dict[str, Any]] = [
        {"headers": {"Sec-Fetch-Site": "cross-site"}}, {"headers": {"Origin": "https://evil.example"}},
    ]  # fmt: skip
    for headers in foreign:
        answer = post(make.sent(row), **headers)
        assert answer.status_code == 403
        assert WORDS in answer.text
    assert all_of(row) == []
    for own in ({"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}, {"Origin": "null"}):
        assert post(make.sent(row), headers=own).status_code == 200


def test_one_connection_sends_so_many_and_the_next_page_keeps_the_words(
    row: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form_limits, "ATTEMPTS", 3)
    data = make.sent(row)
    assert [post({**data, "text": f"{WORDS} {at}"}).status_code for at in range(3)] == [200] * 3
    file = SimpleUploadedFile("a.png", picture_bytes())
    answer = post({**data, "text": "Четврти <b>", "contact": "m@mail.example", "file_1": file})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= form_limits.ATTEMPT_SECONDS
    assert "Четврти &lt;b&gt;" in answer.text
    assert "m@mail.example" in answer.text
    assert "Choose your attachments again" in answer.text
    assert len(all_of(row)) == 3
    assert post(data, REMOTE_ADDR="198.51.100.7").status_code == 200


def test_a_flood_from_many_addresses_is_cut_and_the_next_person_gets_through(
    row: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form_limits, "TAKEN", 5)
    token = make.token(row)
    statuses = [
        post({"token": token, "text": f"Купите јефтино {at}"}, REMOTE_ADDR=f"198.51.100.{at}").status_code
        for at in range(12)
    ]
    assert statuses == [200] * 5 + [429] * 7
    answer = post(make.sent(row), REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 429
    assert "Very many proposals come in at this moment" in answer.text
    assert 1 <= int(answer.headers["Retry-After"]) <= 61
    assert WORDS in answer.text
    cache.clear()  # a minute later
    assert post(make.sent(row), REMOTE_ADDR="203.0.113.9").status_code == 200
    assert len(all_of(row)) == 6


def test_a_class_at_one_address_gets_through(row: Consultation) -> None:
    token = make.token(row)
    assert {post({"token": token, "text": f"Ученик {at}: кош"}).status_code for at in range(30)} == {200}
    assert len(all_of(row)) == 30


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"no form at all", "multipart/form-data"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
        (b"text=" + b"a" * 3_000_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % at for at in range(2000)), "application/x-www-form-urlencoded"),
        (b"text=%ff%fe&token=%00", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_form_is_answered_in_words(row: Consultation, body: bytes, kind: str) -> None:
    answer = Client().generic("POST", PAGE, body, content_type=kind)
    assert answer.status_code in (413, 422)
    assert "consultation" in answer.text
    assert all_of(row) == []


def test_a_body_that_is_too_large_is_refused_before_it_is_read(row: Consultation) -> None:
    kind = "multipart/form-data; boundary=x"
    answer = Client().generic("POST", PAGE, b"a", content_type=kind, CONTENT_LENGTH=40 << 20)
    assert answer.status_code == 413
    assert "Go back in your browser: your words are there." in answer.text


# ---------------------------------------------------------------- attachments


def files_of(row: Consultation) -> list[ContributionFile]:
    with scope(row.municipality_id):
        return list(ContributionFile.objects.order_by("pk"))


def with_exif() -> bytes:
    picture = Image.new("RGB", (640, 480), "green")
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    assert b"SECRET-PLACE" in out.getvalue()
    return out.getvalue()


def test_attachments_are_kept_as_what_they_are(row: Consultation) -> None:
    answer = post(
        make.sent(
            row,
            file_1=SimpleUploadedFile("улица.exe", with_exif(), content_type="application/x-msdownload"),
            file_2=SimpleUploadedFile("../../план.html", pdfs.pdf() + b"<script>alert(1)</script>", "text/html"),
            file_3=SimpleUploadedFile("a.txt", "Белешка".encode()),
        )
    )
    assert answer.status_code == 200
    stored = files_of(row)
    assert [(one.name, one.mime) for one in stored] == [
        ("улица.png", "image/png"), ("план.pdf", "application/pdf"), ("a.txt", "text/plain; charset=utf-8"),
    ]  # fmt: skip
    for one in stored:
        with default_storage.open(str(one.file.name)) as file:
            body = file.read()
        assert b"SECRET-PLACE" not in body
        assert len(body) == one.bytes
        assert "план" not in str(one.file.name)
    assert "план.pdf" in answer.text


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("photo.jpg", b"MZ\x90\x00" + b"\x00" * 100, "is not a file that can be attached here"),
        ("photo.jpg", b"\xff\xd8\xff\xe0 broken", "cannot be read as a picture"),
        ("a.svg", b"<svg onload='alert(1)'/>", "is not a file that can be attached here"),
        ("a.zip", b"PK\x03\x04 nothing", "is not a file that can be attached here"),
        ("a.mp4", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 50, "is not a file that can be attached here"),
        ("a.pdf", b"", "is empty"),
        ("a.pdf", b"%PDF-" + b"a" * (10 << 20), "and a file may have 10.0"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500, "Save it as PDF or DOCX."),
        ("a.doc", b"{\\rtf1{\\object\\objautlink}}", "Save it as PDF or DOCX."),
        ("a.docx", office.related("docx", "attachedTemplate", "https://a.rs/x"), "or loads something from elsewhere"),
        ("a.xlsx", office.document("xlsx", "xl/embeddings/a.bin"), "holds macros or embedded files"),
        ("a.pdf", pdfs.encrypted(pdfs.pdf(), "secret"), "asks for a password"),
        ("a.pdf", b"%PDF-1.7 nothing", "cannot be read as a PDF"),
        ("<b>x</b>.jpg", b"nothing\x00", "is not a file that can be attached here"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_named_and_the_words_are_kept(
    row: Consultation, name: str, body: bytes, sentence: str
) -> None:
    fine = SimpleUploadedFile("fine.txt", b"fine")
    answer = post(make.sent(row, file_1=fine, file_2=SimpleUploadedFile(name, body)))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert WORDS in answer.text
    assert "Choose your attachments again" in answer.text
    assert "<b>x" not in answer.text
    assert all_of(row) == files_of(row) == []


def test_of_a_pdf_with_a_script_pictures_of_its_pages_are_stored(row: Consultation, cast: Cast) -> None:
    answer = post(make.sent(row, file_1=SimpleUploadedFile("molba.pdf", pdfs.pdf(pdfs.RUNS))))
    assert answer.status_code == 200
    (one,) = files_of(row)
    assert (one.name, one.is_pictures) == ("molba.pdf", True)
    with default_storage.open(str(one.file.name)) as file:
        assert b"JavaScript" not in file.read()
    address = reverse("contribution", args=[cast.cuprija.slug, row.pk, one.contribution_id])
    page = sign_in(cast.officer).get(address, headers={"Accept-Language": "en"}).text
    assert "so you get pictures of its pages" in page


def test_documents_that_are_not_what_they_say_are_refused(subtests: pytest.Subtests) -> None:
    for name, body in {**office.not_documents(), "slides": office.document("pptx")}.items():
        with subtests.test(name), pytest.raises(ActionNotAllowed):
            attachments.check(SimpleUploadedFile("predlog.docx", body))
    for ending in ("docx", "xlsx", "odt", "ods"):
        checked = attachments.check(SimpleUploadedFile("predlog.exe", office.document(ending)))
        assert (checked.name, checked.ending) == (f"predlog.{ending}", ending)


@pytest.mark.parametrize("many", [2, 4])
def test_no_file_is_left_where_the_proposal_is_refused(
    row: Consultation, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    stored: list[str] = []
    save = default_storage.save
    monkeypatch.setattr(default_storage, "save", lambda name, body: stored.append(save(name, body)) or stored[-1])
    checked = [attachments.check(SimpleUploadedFile(f"{at}.txt", b"text")) for at in range(many)]
    change(row, closes_at=timezone.now())
    with scope(row.municipality_id), pytest.raises(ActionNotAllowed):
        receipts.send(row, receipts.Proposal(WORDS, attachments=checked), code="b" * 12)
    assert all_of(row) == []
    assert len(stored) == (2 if many == 2 else 0)
    assert [name for name in stored if default_storage.exists(name)] == []


def test_a_double_press_leaves_no_second_copy_of_its_files(row: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    stored: list[str] = []
    save = default_storage.save
    monkeypatch.setattr(default_storage, "save", lambda name, body: stored.append(save(name, body)) or stored[-1])
    checked = [attachments.check(SimpleUploadedFile("a.txt", b"text"))]
    with scope(row.municipality_id):
        for _press in range(2):
            receipts.send(row, receipts.Proposal(WORDS, attachments=checked), code="b" * 12)
    (one,) = files_of(row)
    assert [default_storage.exists(name) for name in stored] == [True, False]
    assert str(one.file.name) == stored[0]
    assert len(all_of(row)) == 1


def test_one_picture_is_decoded_at_a_time(row: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "PATIENCE_SECONDS", 0)
    with attachments._DECODING:
        answer = post(make.sent(row, file_1=SimpleUploadedFile("a.png", picture_bytes())))
    assert answer.status_code == 422
    assert "Very many files come in at this moment." in answer.text
    assert WORDS in answer.text
    assert post(make.sent(row, file_1=SimpleUploadedFile("a.png", picture_bytes()))).status_code == 200


def test_a_member_downloads_what_was_attached_and_a_stranger_does_not(cast: Cast, row: Consultation) -> None:
    post(make.sent(row, file_1=SimpleUploadedFile("план.pdf", pdfs.pdf())))
    (one,), (of,) = files_of(row), all_of(row)
    path = f"/m/cuprija/consultations/{row.pk}/contributions/{of.pk}/attachments/{one.pk}/"
    answer = sign_in(cast.officer).get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert sign_in(cast.stranger).get(path).status_code == 404
    assert Client().get(path).status_code == 302
    assert sign_in(cast.officer).get(path.replace(f"/{row.pk}/", "/0/")).status_code == 404


# ---------------------------------------------------------------- the mail


def test_one_mail_confirms_without_the_code_and_without_a_word_of_the_proposal(row: Consultation) -> None:
    answer = post(make.sent(row, "Купите на https://spam.example", contact="milica@mail.example"))
    (sent,) = MailMessage.objects.all()
    body = sent.content().body
    assert sent.to == "milica@mail.example"
    assert "Its number is 1." in body
    assert RECEIPT in body
    for hidden in ("spam", "Купите", code_of(answer), code_of(answer).replace("-", "")):
        assert hidden not in body + sent.subject
    assert "A mail to milica@mail.example confirms the number." in answer.text


def test_nobodys_mailbox_is_filled(row: Consultation) -> None:
    token = make.token(row)
    answers = [
        post({"token": token, "text": f"{WORDS} {at}", "contact": contact}, REMOTE_ADDR=f"198.51.100.{at}")
        for at, contact in enumerate(["a@mail.example", "A@MAIL.example"] * 3)
    ]
    assert MailMessage.objects.count() == form_limits.MAILS_A_DAY == 3
    assert len(all_of(row)) == 6
    assert "got several today" in answers[-1].text


# ---------------------------------------------------------------- the receipt


def test_a_receipt_shows_what_became_of_it(cast: Cast, row: Consultation) -> None:
    code = code_of(post(make.sent(row)))
    waiting = post({"code": f" {code.upper().replace('-', ' ')} "}, RECEIPT)
    assert "There is no decision yet." in waiting.text
    assert WORDS in waiting.text
    with scope(cast.cuprija):
        outcome = decide.Outcome("elsewhere", "Пут је државни.", "Путеви Србије")
        decide.decide(all_of(row)[0], outcome, by=cast.officer)
    answer = post({"code": code}, RECEIPT)
    for words in ("Not decided here", "Put je državni.", "Putevi Srbije", "Proposal no. 1"):
        assert words in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies


@pytest.mark.parametrize("code", ["", "12", "bcdf-2345-ghjk", "<script>", "b" * 500, "бцдф-2345-гхјк", "' OR 1=1 --"])
def test_another_code_shows_nothing(row: Consultation, code: str) -> None:
    post(make.sent(row))
    answer = post({"code": code}, RECEIPT)
    assert answer.status_code == 422
    assert "letter by letter" in answer.text
    assert WORDS not in answer.text
    assert "<script>" not in answer.text


def test_a_code_works_only_where_it_was_given_and_never_in_an_address(cast: Cast, row: Consultation) -> None:
    make.consultation(cast.novi_pazar, cast.stranger)
    code = code_of(post(make.sent(row)))
    assert post({"code": code}, RECEIPT.replace("cuprija", "novi-pazar")).status_code == 422
    assert WORDS not in Client().get(f"{RECEIPT}?code={code}").text


def test_codes_cannot_be_tried_out(row: Consultation) -> None:
    statuses = [post({"code": "bcdf-2345-ghjk"}, RECEIPT).status_code for _at in range(form_limits.RECEIPTS + 1)]
    assert statuses == [422] * form_limits.RECEIPTS + [429]


def test_withdrawing_asks_once_and_erases_words_files_and_contact(
    row: Consultation, django_capture_on_commit_callbacks: Any
) -> None:
    code = code_of(post(make.sent(row, contact="m@mail.example", file_1=SimpleUploadedFile("a.txt", b"text"))))
    name = str(files_of(row)[0].file.name)
    asked = post({"code": code, "act": "withdraw"}, RECEIPT)
    assert "Withdraw this proposal?" in asked.text
    assert all_of(row)[0].text == WORDS
    with django_capture_on_commit_callbacks(execute=True):
        answer = post({"code": code, "act": "withdraw_surely"}, RECEIPT)
    assert "Your proposal is withdrawn" in answer.text
    (one,) = all_of(row)
    assert (one.text, one.contact, one.decision) == ("", "", "withdrawn")
    assert files_of(row) == []
    assert not default_storage.exists(name)
    again = post({"code": code, "act": "withdraw_surely"}, RECEIPT)
    assert "Withdrawn by its author" in again.text
    assert 'value="withdraw"' not in again.text
