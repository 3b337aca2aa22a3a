from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serbian import Glossary, to_cyrillic, to_latin


def test_plain_words_stay_latin_with_their_case_endings():
    assert to_cyrillic("Startit centar, u Startitu", ["Startit"]) == "Startit центар, у Startitu"
    assert to_cyrillic("Kamp Petlja u Petlji") == "Камп Петља у Петљи"
    assert to_cyrillic("Kamp Petlja u Petlji s Petljom", ["Petlja"]) == "Камп Petlja у Petlji с Petljom"


def test_a_glossary_word_inside_a_longer_word_is_not_matched():
    assert to_cyrillic("Startitovanje i ID, idemo", ["Startit"]) == "Стартитовање и ID, идемо"


def test_a_word_in_capitals_is_matched_as_written():
    assert to_cyrillic("KAS i kas", ["KAS"]) == "KAS и кас"
    assert to_cyrillic("KASA, KASa", ["KAS"]) == "КАСА, KASa"


PAIRS = Glossary.of(pairs=[("Facebook", "Фејсбук"), ("Injac", "Инјац"), ("Google", "Гугл"), ("Njivice", "Нјивице")])


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("Facebook", "Фејсбук"),
        ("na Facebooku", "на Фејсбуку"),
        ("s Facebookom", "с Фејсбуком"),
        ("NA FACEBOOKU", "НА ФЕЈСБУКУ"),
        ("Injac i Injacu", "Инјац и Инјацу"),
        ("Njivice, u Njivicama", "Нјивице, у Нјивицама"),
    ],
)
def test_a_pair_gives_each_script_its_spelling_with_case_endings(latin, cyrillic):
    assert to_cyrillic(latin, PAIRS) == cyrillic
    assert to_latin(cyrillic, PAIRS) == latin


def test_an_acronym_and_a_word_with_its_letters_are_two_words():
    glossary = Glossary.of(pairs=[("KAS", "КАС"), ("Cassa", "Каса")])
    assert to_latin("КАС, КАСа, каси, Каси", glossary) == "KAS, KASa, Cassi, Cassi"
    assert to_cyrillic("KAS, KASa, Cassi", glossary) == "КАС, КАСа, Каси"


@given(st.permutations([("Kasa", "Каса"), ("Cassa", "Каса"), ("KASA", "КАСА"), ("Kas", "Кас"), ("kasa", "Касс")]))
def test_the_order_of_the_words_decides_nothing(pairs):
    glossary = Glossary.of(pairs=pairs)
    expected = Glossary.of(pairs=sorted(pairs))
    assert glossary.for_latin() == expected.for_latin()
    assert to_latin("каса КАСА Кас у каси", glossary) == to_latin("каса КАСА Кас у каси", expected)
    assert to_cyrillic("kasa KASA Kas u kasi", glossary) == to_cyrillic("kasa KASA Kas u kasi", expected)


PLAIN = ("вода", "Његошева", "инјекција", "ЊЕГОШ", "коњ", "на", "у", "https://cuprija.rs", "#Ћуприја", "XXI")
declined = st.sampled_from(["Facebook", "Google", "Njivice", "Injac"]).flatmap(
    lambda word: st.sampled_from({"Njivice": ["е", "а", "ама"]}.get(word, ["", "у", "а", "ом"])).map(
        lambda ending: dict(PAIRS.pairs)[word].removesuffix("е") + ending
    )
)


@given(st.lists(st.one_of(declined, st.sampled_from(PLAIN)), max_size=20).map(" ".join))
def test_a_text_with_words_of_the_glossary_comes_back_as_it_was(text):
    latin = to_latin(text, PAIRS)
    assert "Фејсбук" not in latin
    assert to_cyrillic(latin, PAIRS) == text
    assert to_latin(latin, PAIRS) == latin


def test_a_municipality_s_pair_wins_over_our_own_list():
    assert to_cyrillic("Viber") == "Viber"
    assert to_cyrillic("Viber, Vibera", Glossary.of(pairs=[("Viber", "Вајбер")])) == "Вајбер, Вајбера"


def test_a_cyrillic_word_that_stays_stays_in_the_latin_text():
    glossary = Glossary.of(["Нова Македонија"])
    assert to_latin("Лист Нова Македонија, у Нова Македонији", glossary) == "List Нова Македонија, u Нова Македонији"


def test_words_are_taken_as_people_type_them():
    glossary = Glossary.of(["  Startit ", "", "C\u0301ao.rs", "a+b (c)"])
    assert glossary.stays == {"Startit", "Ćao.rs", "a+b (c)"}
    assert to_cyrillic("Vidi a+b (c) i Startit", glossary) == "Види a+b (c) и Startit"


def test_protected_tokens_come_before_the_glossary():
    assert to_latin("#Фејсбук и Фејсбук", PAIRS) == "#Фејсбук i Facebook"


def test_many_words_cost_little():
    glossary = Glossary.of([f"Firma{number}" for number in range(1000)])
    text = "Opština poziva građane da se prijave za besplatnu obuku u Firma7. " * 50
    to_cyrillic(text, glossary)
    begun = thread_time()
    to_cyrillic(text, glossary)
    assert thread_time() - begun < 0.5
