"""What a consultation asks in languages besides Serbian: who writes it, what is refused, where everybody reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from administration.archive.consultations import write as write_archive
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from common.sentences import sentence
from municipalities.models import Municipality
from municipalities.queries import access
from municipalities.tenancy import scope
from participation import text_languages
from participation.domain import translations as verbs
from participation.domain.translations import TranslatedContent
from participation.enums import ConsultationStage, Decision
from participation.models import Consultation, ConsultationTranslation
from participation.open_data import package
from participation.queries.figures import figures
from tests.participation import public_rows as make
from tests.participation.hearings import draft
from tests.people import Cast, sign_in

TITLE, SUBJECT = "Költségvetés 2027: mire költsünk?", "Mire van szükség?\nÍrja meg."
HUNGARIAN = TranslatedContent(TITLE, SUBJECT, "A neveket nem közöljük.")
ONE = f"/consultations/cuprija/{make.SLUG}/"
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    cache.clear()
    with time_machine.travel("2026-11-30T10:00:00Z", tick=True), translation.override("en"):
        yield


@pytest.fixture
def row(cast: Cast) -> Consultation:
    return make.consultation(cast.cuprija, cast.officer)


@pytest.fixture
def hungarian(cast: Cast) -> Municipality:
    """Ćuprija, as if Hungarian were in official use there."""
    spoken = [{"language": "sr", "script": "Cyrl"}, {"language": "hu", "script": "Latn"}]
    Municipality.objects.filter(pk=cast.cuprija.pk).update(official_languages=spoken)
    return cast.cuprija


def save(cast: Cast, row: Consultation, tag: str = "hu-Latn", content: TranslatedContent = HUNGARIAN) -> None:
    with scope(row.municipality_id):
        verbs.save(row, tag, content, by=cast.officer)


def address(row: Consultation, rest: str = "languages/hu-Latn/") -> str:
    return f"/m/cuprija/consultations/{row.pk}/{rest}"


def stored(row: Consultation) -> list[ConsultationTranslation]:
    with scope(row.municipality_id):
        return list(ConsultationTranslation.objects.filter(consultation=row))


# ---------------------------------------------------------------- writing


def test_an_officer_fills_the_slot_of_an_official_language(cast: Cast, hungarian: Municipality) -> None:
    row, client = draft(cast), sign_in(cast.officer)
    page = client.get(address(row, "")).text
    assert "Also in official use in this municipality: Hungarian." in " ".join(page.split())
    assert f'href="{address(row)}"' in page
    assert f'href="{address(row, "languages/sr-Latn/")}"' not in page
    form = client.get(address(row)).text
    assert "Инвестиције у буџету за 2027. годину" in form
    assert '<textarea name="subject"' in form
    assert 'lang="hu"' in form
    sent = client.post(address(row), {"title": f"  {TITLE} ", "subject": SUBJECT, "rules": ""})
    assert (sent.status_code, sent.headers["Location"]) == (302, f"{address(row, '')}#languages")
    (written,) = stored(row)
    assert (written.language, written.title, written.subject, written.by) == ("hu-Latn", TITLE, SUBJECT, cast.officer)
    client.post(address(row), {"title": "Más", "subject": SUBJECT})
    assert [one.title for one in stored(row)] == ["Más"]
    assert "Also in official use in this municipality" not in client.get(address(row, "")).text
    with scope(cast.cuprija):
        events = list(AuditEvent.objects.filter(verb="consultation.translation"))
    assert len(events) == 2
    assert sentence(events[0]).endswith("asks in another language: Magyar")
    assert client.post(address(row, "languages/hu-Latn/remove/")).status_code == 302
    assert stored(row) == []
    assert AuditEvent.objects.filter(verb="consultation.translation_away").count() == 1
    assert client.post(address(row, "languages/hu-Latn/remove/"), follow=True).status_code == 200
    assert AuditEvent.objects.filter(verb="consultation.translation_away").count() == 1


@pytest.mark.parametrize(
    ("values", "field", "problem"),
    [
        ({"title": ""}, "title", "This field is required"),
        ({"title": "x" * 161}, "title", "at most 160"),
        ({"subject": " "}, "subject", "This field is required"),
        ({"subject": "ű" * 6001}, "subject", "at most 6000"),
        ({"rules": "x" * 4001}, "rules", "at most 4000"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    cast: Cast, row: Consultation, values: dict[str, str], field: str, problem: str
) -> None:
    sent = sign_in(cast.officer).post(address(row), {"title": TITLE, "subject": SUBJECT, **values})
    assert sent.status_code == 422
    assert problem in sent.text
    assert f"id_{field}_error" in sent.text
    assert stored(row) == []
    content = {"title": TITLE, "subject": SUBJECT, "rules": "", **values}
    with scope(cast.cuprija), pytest.raises(ActionNotAllowed) as refused:
        verbs.save(row, "hu-Latn", TranslatedContent(**content), by=cast.officer)
    assert refused.value.field == field


@pytest.mark.parametrize("tag", ["sr-Cyrl", "sr-Latn", "de-Latn", "hu-Cyrl", "hu", "xx", ""])
def test_serbian_and_unknown_languages_are_refused(cast: Cast, row: Consultation, tag: str) -> None:
    with scope(cast.cuprija), pytest.raises(ActionNotAllowed):
        verbs.save(row, tag, HUNGARIAN, by=cast.officer)
    if tag:
        client = sign_in(cast.officer)
        assert client.get(address(row, f"languages/{tag}/")).status_code == 404
        assert client.post(address(row, f"languages/{tag}/"), {"title": "a", "subject": "b"}).status_code == 404
    assert stored(row) == []


def test_the_database_refuses_serbian_and_a_second_one(cast: Cast, row: Consultation) -> None:
    values: dict[str, Any] = {"municipality": cast.cuprija, "title": "a", "subject": "b", "by": cast.officer}
    with scope(cast.cuprija):
        ConsultationTranslation.objects.create(consultation=row, language="hu-Latn", **values)
        for tag in ("hu-Latn", "sr-Cyrl"):
            with pytest.raises(IntegrityError), transaction.atomic():
                ConsultationTranslation.objects.create(consultation=row, language=tag, **values)


def test_who_may_not_prepare_consultations_writes_nothing(cast: Cast, row: Consultation) -> None:
    save(cast, row)
    values = {"title": "Rossz", "subject": "Rossz"}
    for person, status in ((cast.viewer, 403), (cast.mentor, 403), (cast.stranger, 404)):
        client = sign_in(person)
        for rest in ("languages/hu-Latn/", "languages/hu-Latn/remove/", "languages/sq-Latn/"):
            assert client.post(address(row, rest), values).status_code == status, (person, rest)
        assert client.get(address(row)).status_code == status
    other = make.consultation(cast.novi_pazar, cast.stranger)
    assert sign_in(cast.officer).post(address(other), values).status_code == 404
    assert [one.title for one in stored(row)] == [TITLE]
    assert stored(other) == []
    seen = sign_in(cast.viewer).get(address(row, "")).text
    assert TITLE in seen
    assert address(row) not in seen


@pytest.mark.parametrize(
    "fields",
    [
        {"stage": ConsultationStage.REPORTED},
        {"stage": ConsultationStage.CALLED_OFF, "called_off_because": "Повучено"},
    ],
)
def test_one_that_has_ended_stays_as_it_is(cast: Cast, fields: dict[str, Any]) -> None:
    row = make.consultation(cast.cuprija, cast.officer, **fields)
    with scope(cast.cuprija):
        ConsultationTranslation.objects.create(
            municipality=cast.cuprija, consultation=row, language="hu-Latn", title=TITLE, subject=SUBJECT,
            by=cast.officer,
        )  # fmt: skip
    client = sign_in(cast.officer)
    sent = client.post(address(row), {"title": "Más", "subject": "Más"})
    assert sent.status_code == 422
    assert "This consultation has ended" in sent.text
    client.post(address(row, "languages/hu-Latn/remove/"))
    assert [one.title for one in stored(row)] == [TITLE]
    assert address(row) not in client.get(address(row, "")).text


IS_OLDER = "The Serbian text was changed after this one"


def change_subject(row: Consultation, subject: str) -> None:
    with scope(row.municipality_id):
        row.refresh_from_db()
        row.subject = subject
        row.save()


def test_a_text_that_is_older_than_the_serbian_one_says_so_until_it_is_saved_again(
    cast: Cast, row: Consultation
) -> None:
    officer, shown = sign_in(cast.officer), ("", "languages/hu-Latn/")
    save(cast, row)
    everywhere = [*(address(row, rest) for rest in shown), f"{ONE}in/en/"]
    assert [IS_OLDER in officer.get(path).text for path in everywhere] == [False] * 3
    before = row.subject
    change_subject(row, "Где да улажемо?")
    assert [IS_OLDER in officer.get(path).text for path in everywhere] == [True] * 3
    assert IS_OLDER in sign_in(cast.viewer).get(address(row, "")).text
    for path in (f"{ONE}in/en/", f"{ONE}propose/in/en/"):
        sentence_in_english = f'<p class="muted" lang="en">{IS_OLDER}'
        assert sentence_in_english in " ".join(Client().get(path).text.split()), path
    change_subject(row, before)  # as it was when this was written
    assert [IS_OLDER in officer.get(path).text for path in everywhere] == [False] * 3
    change_subject(row, "Где да улажемо?")
    form = officer.get(address(row)).context["form"]
    officer.post(address(row), {name: form[name].value() for name in form.fields})
    assert [IS_OLDER in officer.get(path).text for path in everywhere] == [False] * 3


def test_the_serbian_text_that_was_shown_counts_and_not_the_one_at_saving(cast: Cast, row: Consultation) -> None:
    officer = sign_in(cast.officer)
    form = officer.get(address(row)).context["form"]
    change_subject(row, "Где да улажемо?")  # by a colleague, while the page is open
    values = {"title": TITLE, "subject": SUBJECT, "source_digest": form["source_digest"].value()}
    officer.post(address(row), values)
    assert IS_OLDER in officer.get(address(row)).text
    assert officer.post(address(row), {**values, "source_digest": "not a digest"}).status_code == 422


def test_what_an_older_version_wrote_is_not_called_old(cast: Cast, row: Consultation) -> None:
    with scope(cast.cuprija), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO participation_consultationtranslation"
            " (municipality_id, consultation_id, language, title, subject, rules, by_id, changed_at)"
            " VALUES (%s, %s, 'hu-Latn', 'a', 'b', '', %s, now())",
            [cast.cuprija.pk, row.pk, cast.officer.pk],
        )
    assert IS_OLDER not in sign_in(cast.officer).get(address(row, "")).text


def test_before_publishing_one_reads_which_text_is_older(cast: Cast, hungarian: Municipality) -> None:
    row, approver = draft(cast), sign_in(cast.approver)
    save(cast, row)
    assert IS_OLDER not in approver.get(address(row, "publish/")).text
    change_subject(row, "Где да улажемо?")
    assert IS_OLDER in approver.get(address(row, "publish/")).text


def test_publishing_reminds_of_official_languages_and_refuses_nothing(cast: Cast, hungarian: Municipality) -> None:
    row, client = draft(cast), sign_in(cast.approver)
    assert "nothing is written in it: Hungarian" in " ".join(client.get(address(row, "publish/")).text.split())
    save(cast, row)
    page = client.get(address(row, "publish/")).text
    assert "nothing is written in it" not in page
    assert TITLE in page
    with scope(cast.cuprija):
        verbs.remove(row, "hu-Latn", by=cast.officer)
    assert client.post(address(row, "publish/")).status_code == 302


def test_official_languages_are_those_that_posts_know(cast: Cast) -> None:
    place = cast.cuprija
    place.official_languages = [
        {"language": "sr", "script": "Cyrl"}, {"language": "cnr", "script": ""}, {"language": "rom", "script": "Latn"},
        {"language": "bs", "script": "Latn"}, {"language": "bs", "script": "Latn"},
    ]  # fmt: skip
    script = place.primary_script
    assert text_languages.official(place) == [f"cnr-{script}", "bs-Latn"]
    assert text_languages.missing(place, ["cnr-Cyrl", "cnr-Latn"]) == ["bs-Latn"]
    assert [text_languages.web_tag(tag) for tag in ("hu-Latn", "rue-Cyrl", "cnr-Latn")] == ["hu", "rue", "cnr-Latn"]


# ---------------------------------------------------------------- what everybody reads


def test_each_text_is_a_section_in_its_language_that_a_link_at_the_top_leads_to(cast: Cast, row: Consultation) -> None:
    save(cast, row)
    for page in ("", "in/sr-Cyrl/", "in/en/"):
        text = Client().get(ONE + page).text
        assert '<a href="#hu" lang="hu" hreflang="hu">Magyar</a>' in text
        section = text[text.index('id="hu"') :].partition("</section>")[0]
        assert section.startswith('id="hu" lang="hu"'), section
        for words in (TITLE, "Mire van szükség?<br>Írja meg.", "A neveket nem közöljük.", "29.11.2026", "10.12.2026"):
            assert words in section, words
    form = Client().get(f"{ONE}propose/").text
    assert form.index(TITLE) < form.index("Mire van szükség?") < form.index("<form")
    assert '<details class="disclosure" id="hu" lang="hu">' in form
    every = Client().get("/consultations/cuprija/in/en/").text
    assert f'<a href="{ONE}in/en/#hu">{TITLE}</a>' in every


def test_a_change_is_public_at_once(cast: Cast, row: Consultation) -> None:
    pages = (f"{ONE}in/en/", "/consultations/cuprija/in/en/")
    assert not [page for page in pages if "Magyar" in Client().get(page).text or TITLE in Client().get(page).text]
    save(cast, row)
    assert all(TITLE in Client().get(page).text for page in pages)
    save(cast, row, content=TranslatedContent("Új cím", "Új kérdés"))
    assert all("Új cím" in Client().get(page).text for page in pages)
    assert "neveket" not in Client().get(pages[0]).text
    with scope(cast.cuprija):
        verbs.remove(row, "hu-Latn", by=cast.officer)
    assert not [page for page in pages if "Új cím" in Client().get(page).text]


def test_hostile_words_stay_words(cast: Cast, row: Consultation) -> None:
    bad = "</section><script>alert(1)</script><img src=x onerror=alert(2)>"
    save(cast, row, content=TranslatedContent(bad, f"{bad}\x00\ud800", bad))
    officer = sign_in(cast.officer)
    pages = [Client().get(path).text for path in (f"{ONE}in/en/", f"{ONE}propose/in/en/", "/consultations/cuprija/")]
    pages += [officer.get(path).text for path in (address(row, ""), address(row))]
    for text in pages:
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;" in text


def test_the_number_of_queries_does_not_grow(cast: Cast, row: Consultation) -> None:
    save(cast, row)
    make.contribution(row, decision=Decision.ACCEPTED, public_text="Први")
    officer = sign_in(cast.officer)
    pages = [(Client(), f"{ONE}in/en/"), (Client(), f"{ONE}propose/"), (Client(), "/consultations/cuprija/"),
             (officer, address(row, "")), (officer, address(row))]  # fmt: skip
    few = [_queries(client, path) for client, path in pages]
    for tag in ("bs-Latn", "sk-Latn", "rue-Cyrl", "en-Latn"):
        save(cast, row, tag)
    cache.clear()
    assert [_queries(client, path) for client, path in pages] == few
    assert max(few[:3]) <= 12


def _queries(client: Client, path: str) -> int:
    client.get("/places/")  # what is read once by a process
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


# ---------------------------------------------------------------- taking it along


def test_the_archive_and_the_open_data_have_it(cast: Cast, row: Consultation) -> None:
    save(cast, row)
    files: dict[str, Any] = {}

    class Archive:
        def json(self, name: str, content: Any) -> None:
            files[name] = content

    with scope(cast.cuprija):
        write_archive(Archive(), access(cast.approver, cast.cuprija))  # type: ignore[arg-type]
        content = json.loads(package(Consultation.objects.get(pk=row.pk), figures(row), edition=1, as_of="2026-11-30"))
    (one,) = files["consultations.json"]
    assert one["translations"] == [
        {"language": "hu-Latn", "title": TITLE, "subject": SUBJECT, "rules": "A neveket nem közöljük."}
    ]
    assert content["consultation"]["translations"] == [{"language": "hu-Latn", "title": TITLE}]
