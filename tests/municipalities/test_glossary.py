"""The municipality's own words: what may be one, who keeps them, and what they do to a text."""

from __future__ import annotations

from typing import Any

import pytest

from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

import serbian
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities.domain import glossary as verbs
from municipalities.models import GlossaryWord
from municipalities.queries import glossary, search_glossary
from municipalities.tenancy import scope
from tests.people import Cast, sign_in

WORDS = "/m/cuprija/settings/words/"


@pytest.fixture
def in_cuprija(cast: Cast) -> Any:
    with scope(cast.cuprija):
        yield cast


def add(cast: Cast, latin: str, cyrillic: str = "") -> GlossaryWord:
    return verbs.add(cast.cuprija, latin, cyrillic, by=cast.officer)


def test_a_word_that_stays_and_a_pair_are_used_in_both_directions(in_cuprija: Cast) -> None:
    add(in_cuprija, "Startit")
    add(in_cuprija, "Facebook", "Фејсбук")
    add(in_cuprija, "", "Нова Македонија")
    spellings = glossary(in_cuprija.cuprija.pk)
    assert serbian.to_cyrillic("Startit na Facebooku", spellings) == "Startit на Фејсбуку"
    assert (
        serbian.to_latin("Startit на Фејсбуку, Нова Македонија", spellings) == "Startit na Facebooku, Нова Македонија"
    )


def test_one_municipality_does_not_see_the_words_of_another(cast: Cast) -> None:
    with scope(cast.cuprija):
        add(cast, "Startit")
    with scope(cast.novi_pazar):
        assert serbian.to_cyrillic("Startit", glossary(cast.novi_pazar.pk)) == "Стартит"
        assert not search_glossary().exists()


def test_every_change_is_in_the_activity(in_cuprija: Cast) -> None:
    row = add(in_cuprija, "Startit")
    assert verbs.change(row, "Startit", "Стартит центар", by=in_cuprija.approver)
    assert not verbs.change(row, "Startit", "Стартит центар", by=in_cuprija.approver)
    row.refresh_from_db()
    verbs.remove(row, by=in_cuprija.officer)
    done = AuditEvent.objects.filter(verb__startswith="glossary.").order_by("id").values_list("verb", "target_label")
    assert list(done) == [
        ("glossary.add", "Startit"),
        ("glossary.change", "Startit – Стартит центар"),
        ("glossary.remove", "Startit – Стартит центар"),
    ]


@pytest.mark.parametrize(
    ("latin", "cyrillic", "field"),
    [
        ("", "", "latin"),
        ("<script>alert(1)</script>", "", "latin"),
        ("Startit\u202e", "", "latin"),
        ("a" * 61, "", "latin"),
        ("7", "", "latin"),
        ("na", "", "latin"),
        ("Općinа", "", "latin"),  # its last letter is Cyrillic
        ("Фејсбук", "Facebook", "latin"),
        ("Facebook", "Facebook1", "cyrillic"),
        ("Opština", "Општина", "latin"),
        ("YouTube", "", "latin"),
        ("#Hashtag", "", "latin"),
        ("https://a.rs", "", "latin"),
    ],
)
def test_what_is_no_word_or_of_no_use_is_refused_at_its_field(
    in_cuprija: Cast, latin: str, cyrillic: str, field: str
) -> None:
    with pytest.raises(ActionNotAllowed) as refused:
        add(in_cuprija, latin, cyrillic)
    assert refused.value.field == field
    assert not GlossaryWord.objects.exists()


def test_a_word_is_kept_as_people_mean_it(in_cuprija: Cast) -> None:
    row = add(in_cuprija, "  Startit\n  centar ", "")
    assert (row.latin, row.cyrillic, row.stays) == ("Startit centar", "Startit centar", True)


@pytest.mark.parametrize(("latin", "cyrillic"), [("startit", ""), ("Startit", "Стартит центар"), ("Start", "STARTIT")])
def test_the_same_spelling_twice_is_refused(in_cuprija: Cast, latin: str, cyrillic: str) -> None:
    add(in_cuprija, "Startit")
    with pytest.raises(ActionNotAllowed):
        add(in_cuprija, latin, cyrillic)


def test_the_database_keeps_a_spelling_unique(in_cuprija: Cast) -> None:
    row = add(in_cuprija, "Startit")
    with pytest.raises(IntegrityError), transaction.atomic():
        GlossaryWord.objects.create(
            municipality=in_cuprija.cuprija, latin="STARTIT", cyrillic="Друго", added_by=in_cuprija.officer
        )
    assert GlossaryWord.objects.get() == row


def test_the_list_has_an_end(in_cuprija: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "MOST_WORDS", 1)
    add(in_cuprija, "Startit")
    with pytest.raises(ActionNotAllowed, match="уклоните неке"):
        add(in_cuprija, "Petlja")


def test_remembering_a_correction_changes_what_was_taught_before(in_cuprija: Cast) -> None:
    first = verbs.remember(in_cuprija.cuprija, "Facebook", "Фејсбук", by=in_cuprija.officer)
    again = verbs.remember(in_cuprija.cuprija, "Facebook", "Фејсбук", by=in_cuprija.officer)
    other = verbs.remember(in_cuprija.cuprija, "Facebook", "Фејзбук", by=in_cuprija.officer)
    assert first.pk == again.pk == other.pk
    assert (other.latin, other.cyrillic) == ("Facebook", "Фејзбук")
    assert GlossaryWord.objects.count() == 1


# ---- the page


def test_an_officer_adds_changes_and_removes_a_word(cast: Cast) -> None:
    client = sign_in(cast.officer)
    assert client.post(f"{WORDS}add/", {"latin": "Facebook", "cyrillic": "Фејсбук"}).status_code == 302
    with scope(cast.cuprija):
        row = GlossaryWord.objects.get()
    assert "Фејсбук" in client.get(WORDS).content.decode()
    assert client.post(f"{WORDS}{row.pk}/", {"latin": "Facebook", "cyrillic": "Фејсбуук"}).status_code == 302
    assert "Фејсбуук" in client.get(WORDS).content.decode()
    assert client.post(f"{WORDS}{row.pk}/remove/").status_code == 302
    with scope(cast.cuprija):
        assert not GlossaryWord.objects.exists()


def test_what_was_typed_is_still_there_when_a_word_is_refused(cast: Cast) -> None:
    answer = sign_in(cast.officer).post(f"{WORDS}add/", {"latin": "<b>Startit</b>", "cyrillic": "Стартит"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "&lt;b&gt;Startit&lt;/b&gt;" in page
    assert "Use letters and digits" in page


def test_a_mentor_and_a_viewer_read_the_list_and_change_nothing(cast: Cast) -> None:
    with scope(cast.cuprija):
        row = add(cast, "Startit")
    for person in (cast.mentor, cast.viewer):
        client = sign_in(person)
        answer = client.get(WORDS)
        if answer.status_code == 200:
            assert "Startit" in answer.content.decode()
            assert f'action="{WORDS}' not in answer.content.decode()
        for path in ("add/", f"{row.pk}/", f"{row.pk}/remove/"):
            assert client.post(f"{WORDS}{path}", {"latin": "Petlja"}).status_code == 403


def test_a_word_of_another_municipality_is_not_there(cast: Cast) -> None:
    with scope(cast.cuprija):
        row = add(cast, "Startit")
    client = sign_in(cast.stranger)
    for path in (f"{row.pk}/", f"{row.pk}/remove/"):
        assert client.post(f"/m/novi-pazar/settings/words/{path}", {"latin": "Petlja"}).status_code == 404


@pytest.mark.parametrize("asked", ["ћуприја", "cuprija", "Ćuprija", "CUP"])
def test_words_are_found_in_either_script(cast: Cast, asked: str) -> None:
    with scope(cast.cuprija):
        add(cast, "Ćuprija Gas", "Ћуприја Gas")
        add(cast, "Startit")
    page = sign_in(cast.officer).get(WORDS, {"q": asked}).content.decode()
    assert "Ћуприја Gas" in page
    assert "Startit" not in page


@pytest.mark.parametrize("asked", ["%", "\x00", "' OR 1=1", "x" * 500])
def test_a_search_for_anything_is_answered(cast: Cast, asked: str) -> None:
    assert sign_in(cast.officer).get(WORDS, {"q": asked}).status_code == 200


def _queries(client: Client) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(WORDS).status_code == 200
    return len(queries)


def test_the_page_takes_as_many_queries_for_one_word_as_for_many(cast: Cast) -> None:
    client = sign_in(cast.officer)
    with scope(cast.cuprija):
        add(cast, "Startit")
    client.get(WORDS)
    few = _queries(client)
    with scope(cast.cuprija):
        for number in range(120):
            add(cast, f"Firma {number}")
    assert _queries(client) == few <= 12
    assert len(client.get(WORDS).content) < 60_000
