import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serbian import Glossary, Piece, Why, fold, for_publishing, letters_to_latin, to_cyrillic, to_latin, traced
from serbian.measure import list_of
from tests.serbian.vectors import EVERY_CODEPOINT_DIGRAPH, EVERY_WORD, SERBIAN, VECTORS


def test_words_and_sentences_go_both_ways(subtests: pytest.Subtests) -> None:
    for cyrillic, latin in VECTORS["both_ways"]:
        with subtests.test(cyrillic=cyrillic, latin=latin):
            assert to_latin(cyrillic) == latin
            assert to_cyrillic(latin) == cyrillic


def test_cyrillic_becomes_latin(subtests: pytest.Subtests) -> None:
    for cyrillic, latin in VECTORS["to_latin"]:
        with subtests.test(cyrillic=cyrillic, latin=latin):
            assert to_latin(cyrillic) == latin


def test_latin_becomes_cyrillic(subtests: pytest.Subtests) -> None:
    for latin, cyrillic in VECTORS["to_cyrillic"]:
        with subtests.test(latin=latin, cyrillic=cyrillic):
            assert to_cyrillic(latin) == cyrillic


def test_protected_tokens_and_foreign_words_stay_latin_inside_a_sentence(subtests: pytest.Subtests) -> None:
    for token in VECTORS["keeps"]:
        with subtests.test(token=token):
            assert to_cyrillic(f"Pogledajte {token} danas") == f"Погледајте {token} данас"
            assert to_latin(f"Погледајте {token} данас") == f"Pogledajte {token} danas"


def test_the_words_of_a_glossary_have_the_spelling_it_gives_them(subtests: pytest.Subtests) -> None:
    for entries, cyrillic, latin in VECTORS["glossary"]:
        with subtests.test(words=entries, cyrillic=cyrillic, latin=latin):
            glossary = Glossary.of(
                [one for one, other in entries if one == other], [pair for pair in entries if len({*pair}) == 2]
            )
            assert to_latin(cyrillic, glossary) == latin
            assert sorted(glossary.for_latin()) == sorted(tuple(pair) for pair in entries if pair[0] != "Startit")


def test_marks_and_one_codepoint_digraphs_leave_before_publishing(subtests: pytest.Subtests) -> None:
    for written, published in VECTORS["publishing"]:
        with subtests.test(written=written, published=published):
            assert for_publishing(written) == published


def test_every_spelling_folds_to_one_key(subtests: pytest.Subtests) -> None:
    for key, spellings in VECTORS["fold"]:
        with subtests.test(key=key, spellings=spellings):
            assert {fold(spelling) for spelling in spellings} == {key}


def test_folding_again_changes_nothing():
    assert fold(fold("Надживети Ђердап")) == fold("Надживети Ђердап")


def test_the_name_of_every_municipality_goes_there_and_back():
    from municipalities.reference import load

    names = [record.name_cyrl for record in load().municipalities]
    assert len(names) == 145
    assert [name for name in names if to_cyrillic(to_latin(name)) != name] == []
    assert [name.upper() for name in names if to_cyrillic(to_latin(name.upper())) != name.upper()] == []


def test_a_trace_says_which_words_were_kept_or_guessed_and_why():
    pieces = traced("Injekcija, XXI vek: 15 km do Facebooka, www.a.rs i WhatsApp", into_cyrillic=True)
    assert [(piece.before, piece.why) for piece in pieces if piece.why] == [
        ("Injekcija", Why.SPLIT),
        ("XXI", Why.NUMERAL),
        (" km", Why.UNIT),
        ("Facebooka", Why.GLOSSARY),
        ("www.a.rs", Why.PROTECTED),
        ("WhatsApp", Why.FOREIGN),
    ]


def test_a_trace_into_latin_names_what_the_glossary_changed():
    glossary = Glossary.of(pairs=[("Facebook", "Фејсбук")])
    pieces = traced("На Фејсбуку #Град", into_cyrillic=False, glossary=glossary)
    assert Piece("Фејсбуку", "Facebooku", Why.GLOSSARY) in pieces
    assert Piece("#Град", "#Град", Why.PROTECTED) in pieces


WORDS = list_of(EVERY_WORD)
TOKENS = [token for token in VECTORS["keeps"] if to_latin(token) == token]
dictionary_words = st.sampled_from(WORDS).filter(lambda word: to_cyrillic(letters_to_latin(word)) == word)
cased = st.tuples(dictionary_words, st.sampled_from([str, str.capitalize, str.upper])).map(
    lambda pair: pair[1](pair[0])
)
between = st.sampled_from([" ", ", ", ". ", "\n\n", " – ", "! "])


@given(st.lists(st.tuples(st.one_of(cased, st.sampled_from(TOKENS)), between), min_size=1, max_size=30))
def test_a_text_of_dictionary_words_and_protected_tokens_comes_back_as_it_was(parts):
    text = "".join(word + gap for word, gap in parts)
    latin = to_latin(text)
    assert not any("Ѐ" <= char <= "ӿ" for char in latin)
    assert to_cyrillic(latin) == text
    assert all(token in latin for token, _gap in parts if token in TOKENS)


@given(st.lists(st.one_of(cased, st.sampled_from(TOKENS)), max_size=30).map(" ".join))
def test_converting_again_changes_nothing(text):
    latin = to_latin(text)
    assert to_latin(latin) == latin
    assert to_cyrillic(to_cyrillic(latin)) == to_cyrillic(latin)


@given(st.text(alphabet=SERBIAN + SERBIAN.upper() + " .,-!?\n„“"))
def test_cyrillic_to_latin_gives_nfc_without_cyrillic_or_one_codepoint_digraphs(text):
    latin = to_latin(text)
    assert latin == unicodedata.normalize("NFC", latin)
    assert not any("Ѐ" <= char <= "ӿ" or char in EVERY_CODEPOINT_DIGRAPH for char in latin)


@given(st.text(alphabet=SERBIAN, min_size=1, max_size=12), st.sampled_from(" .!\n"))
def test_digraphs_are_in_capitals_among_capitals_and_only_there(word, after):
    assert to_latin(word.upper() + "А" + after) == (to_latin(word) + "a" + after).upper()
    assert letters_to_latin(word.capitalize() + "а") == letters_to_latin(word + "а").capitalize()


@given(st.text())
def test_any_text_can_be_converted_and_comes_back_in_nfc(text):
    for converted in (to_latin(text), to_cyrillic(text)):
        assert converted == unicodedata.normalize("NFC", converted)


@given(st.text())
def test_a_trace_joined_is_the_text_before_and_after(text):
    for into_cyrillic, convert in ((True, to_cyrillic), (False, to_latin)):
        pieces = traced(text, into_cyrillic=into_cyrillic)
        before = unicodedata.normalize("NFC", "".join(piece.before for piece in pieces))
        assert before.replace("ð", "đ").replace("Ð", "Đ") == (
            for_publishing(text.replace("\u200c", "☐")).replace("☐", "\u200c").replace("ð", "đ").replace("Ð", "Đ")
        )
        assert unicodedata.normalize("NFC", "".join(piece.after for piece in pieces)) == convert(text)


@given(st.text(alphabet="abcčćdđžšnjlABCČĆDĐŽŠNJL .,-!?\n„“0123456789"))
def test_serbian_latin_is_not_changed_by_the_way_to_latin(text):
    assert to_latin(text) == text
