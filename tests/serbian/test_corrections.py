import pytest
from hypothesis import given
from hypothesis import strategies as st

from serbian import Glossary, find_corrections, to_cyrillic, to_latin


@pytest.mark.parametrize(
    ("latin", "corrected", "expected"),
    [
        ("Pratite nas na Startitu svaki dan", "Пратите нас на Startitu сваки дан", [("Startitu", "Startitu")]),
        ("Pratite nas na Facebooku svaki dan", "Пратите нас на Фејсбуку сваки дан", [("Facebooku", "Фејсбуку")]),
        ("Injac i konj", "Инјац и коњ", [("Injac", "Инјац")]),
        ("Dođite na trg Slobode u petak", "Дођите на трг Слободе у суботу", []),  # another word, not another spelling
        ("Dođite na trg u petak", "Дођите на трг у петак", []),
        ("Dođite na trg u petak", "Нешто сасвим друго пише овде сада", []),
        ("Firma Ei-Niš je tu", "Фирма Ei-Niš је ту", [("Ei-Niš", "Ei-Niš")]),
        ("Ima https://a.rs i Startit", "Има https://b.rs и Startit", [("Startit", "Startit")]),
    ],
)
def test_words_that_a_person_spelled_otherwise_are_found(latin, corrected, expected):
    assert find_corrections(latin, corrected, into_cyrillic=True) == expected


def test_corrections_of_latin_text_are_named_in_the_same_order_of_scripts():
    pairs = find_corrections("Наш Фејсбук, данас", "Naš Facebook, danas", into_cyrillic=False)
    assert pairs == [("Facebook", "Фејсбук")]


def test_what_the_glossary_knows_already_is_no_correction():
    glossary = Glossary.of(pairs=[("Facebook", "Фејсбук")])
    assert find_corrections("Na Facebooku", "На Фејсбуку", into_cyrillic=True, glossary=glossary) == []


def test_what_was_remembered_is_derived_next_time():
    pairs = find_corrections("Idemo u Startit danas", "Идемо у Startit данас", into_cyrillic=True)
    glossary = Glossary.of(stays=[pair.latin for pair in pairs if pair.latin == pair.cyrillic])
    assert to_cyrillic("Opet u Startitu", glossary) == "Опет у Startitu"


@given(st.text(), st.text())
def test_any_two_texts_can_be_compared(one, other):
    find_corrections(one, other, into_cyrillic=True)
    find_corrections(one, other, into_cyrillic=False)
    assert find_corrections(one, to_cyrillic(one), into_cyrillic=True) == []
    assert find_corrections(one, to_latin(one), into_cyrillic=False) == []
