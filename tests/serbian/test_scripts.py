import pytest
from hypothesis import given
from hypothesis import strategies as st

from serbian import detect, mixed_script_words, unmix
from tests.serbian.vectors import VECTORS


@pytest.mark.parametrize(("text", "expected"), VECTORS["mixed"])
def test_letters_of_the_other_script_hidden_in_a_word_are_found(text, expected):
    mixed = mixed_script_words(text)
    assert [[word.word, word.suspects, word.fixed] for word in mixed] == expected
    assert all(text[word.start : word.end] == word.word for word in mixed)


@pytest.mark.parametrize(("text", "expected"), VECTORS["unmix"])
def test_mixed_words_are_put_right(text, expected):
    assert unmix(text) == expected


@pytest.mark.parametrize(("text", "expected"), VECTORS["detect"])
def test_the_script_of_a_text_is_that_of_most_of_its_letters(text, expected):
    assert detect(text) == expected


LETTERS = "абвгдђежзијклљмнњопрстћуфхцчџшАЕabcčćdđefghijklmnoprsštuvzžABCX"


@given(st.text(alphabet=LETTERS + " .,#@-"))
def test_after_putting_right_no_serbian_word_is_mixed_and_nothing_more_changes(text):
    fixed = unmix(text)
    assert mixed_script_words(fixed) == []
    assert unmix(fixed) == fixed
