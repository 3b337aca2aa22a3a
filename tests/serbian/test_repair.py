from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serbian import apply_changes, repair

SURE = {
    "cuprija": "ćuprija",
    "Cupriji": "Ćupriji",
    "OPSTINA": "OPŠTINA",
    "djak": "đak",
    "Djaci": "Đaci",
    "gradjani": "građani",
    "obavestenje": "obaveštenje",
    "placanje": "plaćanje",
    "izmedju": "između",
    "izmedu": "između",
    "skole": "škole",
    "udzbenik": "udžbenik",
}


def test_a_word_that_can_only_be_one_gets_its_diacritics_back(subtests: pytest.Subtests) -> None:
    for plain, word in SURE.items():
        with subtests.test(plain=plain, word=word):
            (change,) = repair(plain)
            assert (change.after, change.sure) == (word, True)


@pytest.mark.parametrize(
    ("plain", "candidates"),
    [("sisanje", {"šišanje", "sisanje"}), ("Kuca", {"Kuća", "Kuca", "Kuča"}), ("sto", {"što", "sto"})],
)
def test_a_word_that_can_be_several_is_flagged_with_all_of_them(plain, candidates):
    (change,) = repair(plain)
    assert not change.sure
    assert set(change.candidates) == candidates


@pytest.mark.parametrize("word", ["sutra", "odjek", "podjednako", "nadjačati", "posta", "injekcija", "zid", "Facebook"])
def test_a_word_that_is_right_is_not_touched(word):
    assert [change for change in repair(word) if change.sure] == []


def test_every_change_says_where_it_stands_and_can_be_applied():
    text = "Opstina Cuprija obavestava gradjane: vise na https://cuprija.rs/vise, @djak #Skola"
    changes = repair(text)
    assert [text[change.start : change.end] for change in changes] == [
        "Opstina",
        "Cuprija",
        "obavestava",
        "gradjane",
        "vise",
    ]
    sure = [change for change in changes if change.sure]
    assert (
        apply_changes(text, sure) == "Opština Ćuprija obaveštava građane: vise na https://cuprija.rs/vise, @djak #Skola"
    )


def test_in_a_text_with_diacritics_a_word_that_exists_is_left_alone():
    assert [change.before for change in repair("Vise knjige na stolu")] == ["Vise"]
    assert repair("Vise slike na zidu škole") == []


def test_glossary_words_are_left_alone():
    assert [change.before for change in repair("Firma Skola", ["Skola"])] == []


def test_cyrillic_text_has_nothing_to_repair():
    assert repair("Скола и чуприја") == []


@given(st.text(alphabet="abcdjlnosuz čćšžđ.,"))
def test_changes_never_overlap_and_change_only_diacritics(text):
    changes = repair(text)
    assert all(one.end <= other.start for one, other in pairwise(changes))
    plain = str.maketrans("čćšžđ", "ccszd")
    for change in changes:
        for word in change.candidates:
            assert word.translate(plain).replace("dj", "d") == change.before.replace("dj", "d")
