"""The municipality's own words while a post is written: honoured in every text, remembered, diacritics given back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from django.test import Client
from django.urls import reverse

from common.models import AuditEvent
from municipalities.domain import glossary
from municipalities.models import GlossaryWord
from municipalities.tenancy import scope
from posts.draft import Interactive, Text, parse
from posts.editing.domain.restore import restore_version
from posts.editing.domain.submit import submit, take_back
from posts.models import Variant, Version
from posts.queries import content
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, in_hours, opened

LATIN = "Pratite nas na Facebooku svaki dan."


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture
def client(desk: Desk) -> Client:
    return sign_in(desk.cast.officer)


def url(name: str, slug: str = "cuprija") -> str:
    return reverse(name, args=[slug])


def teach(desk: Desk, latin: str, cyrillic: str) -> None:
    with scope(desk.municipality):
        glossary.remember(desk.municipality, latin, cyrillic, by=desk.cast.officer)


def known(desk: Desk) -> list[tuple[str, str]]:
    with scope(desk.municipality):
        return list(GlossaryWord.objects.values_list("latin", "cyrillic"))


def preview(desk: Desk, client: Client, **texts: str) -> str:
    sent = {f"text-{tag}": text for tag, text in texts.items()}
    page = client.post(url("post_preview"), {"channels": [desk.mastodon.pk], "category": "service", **sent})
    return str(page.content.decode())


# ---------------------------------------------------------------- honoured everywhere


def test_the_preview_spells_as_the_municipality_taught_and_says_so(desk: Desk, client: Client) -> None:
    teach(desk, "Facebook", "Фејсбук")
    page = preview(desk, client, **{"sr-Cyrl": "", "sr-Latn": LATIN})
    assert '<span class="derived-glossary">Фејсбуку</span>' in page
    assert "From the word list:" in page
    assert "Facebooku → Фејсбуку" in page
    assert page.count("Фејсбуку") > 2  # in the preview of the network, too


def test_the_page_brings_the_words_along_for_the_script(desk: Desk, client: Client) -> None:
    teach(desk, "Facebook", "Фејсбук")
    teach(desk, "Startit", "Startit")
    page = client.get(url("post_new")).content.decode()
    assert 'data-words="[[&quot;Facebook&quot;, &quot;Фејсбук&quot;]]"' in page


def test_a_version_freezes_the_spelling_and_a_word_taught_later_changes_nothing(desk: Desk) -> None:
    teach(desk, "Facebook", "Фејсбук")
    asked = Interactive("poll", ("Na Facebooku", "Na Viberu"), days=2, promise="Објавићемо.")
    with scope(desk.municipality):
        post = desk.write(texts={"sr-Latn": Text(LATIN)}, interactive=asked, time=in_hours(30))
        post = submit(post, by=desk.cast.officer)
        version = desk.version(post)
        frozen = Variant.objects.get(version=version, script="Cyrl")
        assert (frozen.text, frozen.derived) == ("Пратите нас на Фејсбуку сваки дан.", True)
        (payload,) = [delivery.payload for delivery in desk.deliveries(post)]
        assert payload["text"] == "Пратите нас на Фејсбуку сваки дан.\n\n1) На Фејсбуку\n2) На Viberu"
    teach(desk, "Facebook", "Фејзбук")
    teach(desk, "Viber", "Вајбер")
    with scope(desk.municipality):
        same = Version.objects.get(pk=version.pk)
        assert content(same).answers["sr-Cyrl"] == ["На Фејсбуку", "На Viberu"]
        take_back(post, by=desk.cast.officer)
        submit(desk.reload(post), by=desk.cast.officer)
        newer = desk.version(post)
        assert newer.number == version.number + 1
        assert Variant.objects.get(version=newer, script="Cyrl").text == "Пратите нас на Фејзбуку сваки дан."
        assert content(newer).answers["sr-Cyrl"] == ["На Фејзбуку", "На Вајберу"]


def test_a_version_restored_follows_the_words_of_today(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write(texts={"sr-Latn": Text(LATIN)})
        post = take_back(submit(post, by=desk.cast.officer), by=desk.cast.officer)
        version = desk.version(post)
        desk.change(post, replace(parse(post.draft), texts={"sr-Latn": Text("Nešto drugo")}))
        restored = restore_version(desk.reload(post), version, by=desk.cast.officer).post
        assert parse(restored.draft).texts == {"sr-Latn": Text(LATIN)}
        assert "answers" not in json.dumps(restored.draft)


def test_the_review_page_shows_the_spelling_that_will_be_frozen(desk: Desk, client: Client) -> None:
    teach(desk, "Facebook", "Фејсбук")
    with scope(desk.municipality):
        post = desk.write(texts={"sr-Latn": Text(LATIN)})
    page = client.get(reverse("post", args=["cuprija", post.pk])).content.decode()
    assert "Пратите нас на Фејсбуку сваки дан." in page


def test_a_language_of_official_use_is_asked_for_and_never_made_up(desk: Desk, client: Client) -> None:
    with scope(desk.municipality):
        desk.house_rule(official_languages=[{"language": "sr", "script": "Cyrl"}, {"language": "bs", "script": "Latn"}])
        desk.mastodon.languages, desk.mastodon.layout = ["sr-Cyrl", "sr-Latn", "bs-Latn"], "combined"
        desk.mastodon.save()
    page = preview(desk, client, **{"sr-Cyrl": "Недеља", "bs-Latn": ""})
    assert "This language is never derived: a person writes it." in page
    assert "This municipality also uses this language officially, and the post has no text in it: Bosnian" in page
    assert "There is no text in this language: Bosnian" in page
    assert 'data-code="languages.missing"' in page
    with scope(desk.municipality):
        post = submit(desk.write("Недеља"), by=desk.cast.officer)
        frozen = Variant.objects.filter(version=desk.version(post)).values_list("language", "script", "text")
        assert set(frozen) == {("sr", "Cyrl", "Недеља"), ("sr", "Latn", "Nedelja")}
    page = preview(desk, client, **{"sr-Cyrl": "Недеља", "bs-Latn": "Nedjelja"})
    assert "never derived" not in page
    assert "Недеља\n\n—\n\nNedelja\n\n—\n\nNedjelja" in page.replace("<br>", "\n")
    assert 'data-code="languages.ok"' in page


# ---------------------------------------------------------------- remembered


def test_a_hand_corrected_word_is_offered_and_once_remembered_not_again(desk: Desk, client: Client) -> None:
    texts = {"sr-Cyrl": "Пратите нас на Фејсбуку сваки дан.", "sr-Latn": LATIN}
    page = preview(desk, client, **texts)
    assert 'data-offer="Facebooku Фејсбуку"' in page
    answer = client.post(url("words_remember"), {"latin": "Facebook", "cyrillic": "Фејсбук"})
    assert (answer.status_code, answer.content.decode()) == (200, "Remembered: Facebook – Фејсбук.")
    assert known(desk) == [("Facebook", "Фејсбук")]
    assert "data-offer" not in preview(desk, client, **texts)
    with scope(desk.municipality):
        assert AuditEvent.objects.get(verb="glossary.add").actor_id == desk.cast.officer.pk


def test_remembering_again_corrects_what_was_taught(desk: Desk, client: Client) -> None:
    for cyrillic in ("Фејсбук", "Фејзбук"):
        client.post(url("words_remember"), {"latin": "Facebook", "cyrillic": cyrillic})
    assert known(desk) == [("Facebook", "Фејзбук")]


@pytest.mark.parametrize(
    ("latin", "cyrillic", "why"),
    [
        ("", "", "Write the word."),
        ("Фејсбук", "Фејсбуку", "needs Latin letters"),
        ("Konjic", "Коњиц", "writes this word like that already"),
        ("<b>a</b>", "", "Use letters and digits"),
        ("a" * 61, "", "longer than a word"),
    ],
)
def test_what_cannot_be_remembered_says_why_as_plain_words(
    desk: Desk, client: Client, latin: str, cyrillic: str, why: str
) -> None:
    answer = client.post(url("words_remember"), {"latin": latin, "cyrillic": cyrillic})
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "text/plain; charset=utf-8")
    assert why in answer.content.decode()
    assert known(desk) == []


# ---------------------------------------------------------------- diacritics


def test_repair_lists_what_could_be_changed_and_changes_nothing(desk: Desk, client: Client) -> None:
    text = "Opstina Cuprija obavestava gradjane. Opstina 🎉 zove na sto: Skola Startit"
    teach(desk, "Skola Startit", "Skola Startit")
    page = client.post(url("words_repair"), {"text": text}).content.decode()
    assert '<input type="checkbox" checked data-places="[[0, 7], [37, 44]]" value="Opština">' in page
    assert "<strong>građane</strong>" in page
    assert 'data-places="[[55, 58]]"' in page
    assert "<option>što</option>" in page
    assert "Škola" not in page  # a name that the municipality taught


@pytest.mark.parametrize("text", ["", "Škola je počela.", "Скола", "x" * 30_000, "\x00\ud800"[:1]])
def test_a_text_with_nothing_to_repair_says_so(desk: Desk, client: Client, text: str) -> None:
    answer = client.post(url("words_repair"), {"text": text})
    assert answer.status_code == 200
    assert "No word was found that lacks" in answer.content.decode()


def test_hostile_words_come_back_as_words(desk: Desk, client: Client) -> None:
    page = client.post(url("words_repair"), {"text": "<script>alert('skola')</script> \"skola\""}).content.decode()
    assert "<script" not in page


# ---------------------------------------------------------------- who may, and how many queries

BOTH = [("words_remember", {"latin": "Facebook", "cyrillic": "Фејсбук"}), ("words_repair", {"text": "skola"})]


@pytest.mark.parametrize(("name", "sent"), BOTH)
@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("viewer", 403), ("mentor", 403), ("staff", 403)])
def test_only_those_who_write_are_answered(desk: Desk, name: str, sent: dict[str, str], who: str, status: int) -> None:
    client = sign_in(getattr(desk.cast, who))
    assert client.post(url(name), sent).status_code == status
    assert known(desk) == []


@pytest.mark.parametrize(("name", "sent"), BOTH)
def test_another_municipality_is_not_there(desk: Desk, client: Client, name: str, sent: dict[str, str]) -> None:
    assert client.post(url(name, "novi-pazar"), sent).status_code == 404
    assert client.get(url(name)).status_code == 405


@pytest.mark.parametrize(("name", "sent", "most"), [(*BOTH[0], 14), (*BOTH[1], 6)])
def test_the_answers_take_as_many_queries_for_many_words_as_for_few(
    desk: Desk, client: Client, name: str, sent: dict[str, str], most: int, django_assert_max_num_queries: Any
) -> None:
    def taken() -> int:
        with django_assert_max_num_queries(most) as queries:
            client.post(url(name), sent)
        with scope(desk.municipality):
            GlossaryWord.objects.filter(latin="Facebook").delete()
        return len(queries)

    client.post(url(name), sent)
    with scope(desk.municipality):
        GlossaryWord.objects.all().delete()
    few = taken()
    with scope(desk.municipality):
        for number in range(40):
            glossary.add(desk.municipality, f"Firma {number}", "", by=desk.cast.officer)
    assert taken() == few
