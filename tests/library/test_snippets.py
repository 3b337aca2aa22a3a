"""Snippets and hashtags: kept by language, put into a text in the script it is written in."""

from __future__ import annotations

from typing import Any

import pytest

from django.urls import reverse

from library import queries
from library.domain import snippets as verbs
from library.models import Snippet
from municipalities.domain.glossary import remember
from tests.people import Cast, sign_in
from tests.posts.desk import Desk

PHONE = "Позовите нас на 035 123 456, радним данима од 7 до 15 часова."


def url(name: str, *args: Any) -> str:
    return reverse(name, args=["cuprija", *args])


def kept(desk: Desk, cast: Cast, name: str = "Телефон", kind: str = "text", **texts: str) -> Snippet:
    written = {tag.replace("_", "-"): text for tag, text in texts.items()} or {"sr-Cyrl": PHONE}
    return verbs.create(desk.municipality, kind=kind, name=name, texts=written, by=cast.officer)


def test_the_other_script_is_derived_unless_it_has_words_of_its_own(desk: Desk, cast: Cast) -> None:
    kept(desk, cast)
    kept(desk, cast, "Својим речима", sr_Cyrl="Љиљана", sr_Latn="Baš ovako")
    inserts = {insert.name: insert for insert in queries.inserts("sr-Latn")}
    assert inserts["Телефон"].text == "Pozovite nas na 035 123 456, radnim danima od 7 do 15 časova."
    assert inserts["Телефон"].derived
    assert (inserts["Својим речима"].text, inserts["Својим речима"].derived) == ("Baš ovako", False)


def test_the_municipality_s_own_spelling_is_used_in_the_other_script(desk: Desk, cast: Cast) -> None:
    remember(desk.municipality, "Facebook", "Фејсбук", by=cast.officer)
    kept(desk, cast, "Мрежа", sr_Cyrl="Пишите нам на Фејсбуку.")
    page = sign_in(cast.officer).get(url("library_insert"), {"tag": "sr-Latn"}).content.decode()
    assert "Pišite nam na Facebooku." in page


def test_no_other_language_is_made_up(desk: Desk, cast: Cast) -> None:
    kept(desk, cast)
    kept(desk, cast, "Bosanski", bs_Latn="Pozovite općinu.")
    assert [insert.text for insert in queries.inserts("bs-Latn")] == ["Pozovite općinu."]


def test_hashtags_stay_as_they_are_in_both_scripts(desk: Desk, cast: Cast) -> None:
    kept(desk, cast, "Општина", "hashtags", sr_Cyrl="#Ћуприја #ВодаЋуприја")
    assert [insert.text for insert in queries.inserts("sr-Latn")] == ["#Ћуприја #ВодаЋуприја"]


def test_what_people_type_as_hashtags_becomes_hashtags(desk: Desk, cast: Cast) -> None:
    sent = {"name": "Општина", "text-sr-Cyrl": "Ћуприја, #ДаниВина  Ћуприја ,, #"}
    assert sign_in(cast.officer).post(url("library_snippet_new", "hashtags"), sent).status_code == 302
    row = Snippet.objects.get()
    assert (row.kind, row.texts) == ("hashtags", {"sr-Cyrl": "#Ћуприја #ДаниВина"})


def test_words_are_found_in_either_script_by_the_dialog(desk: Desk, cast: Cast) -> None:
    kept(desk, cast)
    kept(desk, cast, "Адреса", sr_Cyrl="13. октобра 7")
    client = sign_in(cast.officer)
    whole = client.get(url("library_insert"), {"tag": "sr-Cyrl"}).content.decode()
    assert "Put in a snippet" in whole
    assert whole.count('class="insert-item"') == 2
    part = client.get(url("library_insert"), {"tag": "sr-Latn", "q": "pozovite"}).content.decode()
    assert "Put in a snippet" not in part
    assert part.count('class="insert-item"') == 1
    assert 'data-text="Pozovite nas' in part


def test_the_slash_of_the_composer_offers_templates_and_snippets_in_the_language_of_the_text(
    desk: Desk, cast: Cast
) -> None:
    kept(desk, cast)
    client = sign_in(cast.officer)
    answer = client.get(url("library_suggestions"), {"tag": "sr-Latn"}).json()["suggestions"]
    texts = [suggestion["text"] for suggestion in answer]
    assert any(text.startswith("Pozovite nas") for text in texts), "derived from the other script"
    assert any("{{" in text for text in texts), "templates come with their gaps"
    assert client.get(url("library_suggestions"), {"tag": "<script>"}).json() == {"suggestions": []}
    elsewhere = reverse("library_suggestions", args=["novi-pazar"])
    assert PHONE not in sign_in(cast.stranger).get(elsewhere, {"tag": "sr-Cyrl"}).content.decode()


def test_a_tag_that_is_none_gives_an_empty_list(desk: Desk, cast: Cast) -> None:
    kept(desk, cast)
    page = sign_in(cast.officer).get(url("library_insert"), {"tag": "<script>"}).content.decode()
    assert 'class="insert-item"' not in page
    assert "<script>" not in page


def test_a_snippet_is_removed_and_brought_back(desk: Desk, cast: Cast) -> None:
    row = kept(desk, cast)
    client = sign_in(cast.officer)
    page = client.post(url("library_snippet_remove", row.pk), follow=True).content.decode()
    assert url("library_snippet_restore", row.pk) in page
    assert not queries.snippets().exists()
    assert client.get(url("library_snippet_edit", row.pk)).status_code == 404
    client.post(url("library_snippet_restore", row.pk))
    assert queries.snippets().get() == row


def test_a_snippet_without_words_is_refused(desk: Desk, cast: Cast) -> None:
    answer = sign_in(cast.officer).post(url("library_snippet_new", "text"), {"name": "Празно"})
    assert answer.status_code == 422
    assert "at least one language" in answer.content.decode()


def test_an_own_snippet_is_changed_and_a_strangers_is_not_there(desk: Desk, cast: Cast) -> None:
    row = kept(desk, cast)
    sent = {"name": "Телефон", "text-sr-Cyrl": "Нови број."}
    assert sign_in(cast.stranger).post(
        reverse("library_snippet_edit", args=["novi-pazar", row.pk]), sent
    ).status_code == 404  # fmt: skip
    assert sign_in(cast.viewer).post(url("library_snippet_edit", row.pk), sent).status_code == 403
    assert sign_in(cast.officer).post(url("library_snippet_edit", row.pk), sent).status_code == 302
    row.refresh_from_db()
    assert row.texts == {"sr-Cyrl": "Нови број."}


@pytest.mark.parametrize("name", ["library_snippets", "library_hashtags", "library_insert"])
def test_the_lists_ask_the_same_number_of_questions_for_one_and_for_many(
    desk: Desk, cast: Cast, django_assert_max_num_queries: Any, name: str
) -> None:
    client = sign_in(cast.officer)
    counts = []
    for count in (1, 120):
        for number in range(count):
            kind = "hashtags" if name == "library_hashtags" else "text"
            kept(desk, cast, f"Реченица {number}", kind)
        client.get(url(name), {"tag": "sr-Latn"})
        with django_assert_max_num_queries(12) as made:
            page = client.get(url(name), {"tag": "sr-Latn"}).content
        counts.append(len(made))
        assert len(page) < 60_000
    assert counts[0] == counts[1]
