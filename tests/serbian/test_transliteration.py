import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serbian.transliteration import for_publishing, mixed_script_words, to_cyrillic, to_latin

CAPITALS = {
    "ЊЕГОШ": "NJEGOŠ",
    "Његош": "Njegoš",
    "КОЊ": "KONJ",
    "ЉИГ": "LJIG",
    "Љиг": "Ljig",
    "Ж. Љ.": "Ž. Lj.",
    "ПУТ ЗА ЉУБЉАНУ": "PUT ZA LJUBLJANU",
    "НЕОБЈАШЊЕН": "NEOBJAŠNJEN",
    "Џеп, ЏЕП, џеп": "Džep, DŽEP, džep",
}
SPLIT = {
    "injekcija": "инјекција",
    "injektirati": "инјектирати",
    "reinjekcija": "реинјекција",
    "konjugacija": "конјугација",
    "konjunktura": "конјунктура",
    "konjunktivitis": "конјунктивитис",
    "Tanjug": "Танјуг",
    "TANJUG": "ТАНЈУГ",
    "vanjezički": "ванјезички",
    "nadživeti": "надживети",
    "odživeti": "одживети",
    "podžanr": "поджанр",
    "predživotni": "предживотни",
}
JOINED = {
    "konjanik": "коњаник",
    "donji": "доњи",
    "budžet": "буџет",
    "menadžment": "менаџмент",
    "udžbenik": "уџбеник",
    "odžak": "оџак",
    "nadžak": "наџак",
    "Vrnjačka Banja": "Врњачка Бања",
    "Gadžin Han": "Гаџин Хан",
    "Odžaci": "Оџаци",
    "Inđija": "Инђија",
    "Kanjiža": "Кањижа",
    "Knjaževac": "Књажевац",
    "Ljig": "Љиг",
    "Ljubovija": "Љубовија",
    "NJEGOŠ": "ЊЕГОШ",
    "LJUBAV": "ЉУБАВ",
    "Ž. Lj.": "Ж. Љ.",
}
DJ_STAYS = {
    "odjek": "одјек",
    "odjednom": "одједном",
    "podjednako": "подједнако",
    "nadjačati": "надјачати",
    "predjelo": "предјело",
    "nedjelja": "недјеља",
    "Đorđe": "Ђорђе",
    "Ðorđe": "Ђорђе",  # eth, a frequent slip
}
STAYS_LATIN = [
    "https://lpa.gov.rs/njega?utm_source=facebook&utm_campaign=porez",
    "lpa.gov.rs/njega",
    "nis.rs",
    "info@cuprija.rs",
    "@opstina_cuprija",
    "@opstina@drustvo.example",
    "#DaKliknemoZajedno",
    "odluka-o-budzetu.pdf",
    "{{ ime_opstine }}",
    "{broj}",
    "%(broj)s",
    ":osmeh:",
    "<strong>",
    "&nbsp;",
    "`kod`",
    "utm_source=portal",
    "YouTube",
    "WhatsApp-u",
    "Wi-Fi",
    "Facebook",
    "Facebooku",
    "Vibera",
    "Instagramom",
    "ConsentID",
    "ConsentID-a",
    "COVID-19",
    "iPhone",
    "online",
    "PDF",
    "PDF-ovi",
    "SMS-om",
    "QR",
    "QR-u",
    "müsli",
]


@pytest.mark.parametrize(("cyrillic", "latin"), CAPITALS.items())
def test_digraphs_follow_the_case_of_their_neighbours(cyrillic, latin):
    assert to_latin(cyrillic) == latin
    assert to_cyrillic(latin) == cyrillic


@pytest.mark.parametrize(("latin", "cyrillic"), {**SPLIT, **JOINED, **DJ_STAYS}.items())
def test_latin_letters_that_look_like_digraphs_are_told_apart(latin, cyrillic):
    assert to_cyrillic(latin) == cyrillic
    assert to_latin(cyrillic) == latin.replace("Ð", "Đ")


@pytest.mark.parametrize("token", STAYS_LATIN)
def test_protected_tokens_and_foreign_words_stay_latin_inside_a_sentence(token):
    assert to_cyrillic(f"Pogledajte {token} danas") == f"Погледајте {token} данас"


def test_four_tokens_of_a_real_post_survive():
    latin = "Prijavite se na https://lpa.gov.rs/njega #DaKliknemoZajedno @opstina_cuprija info@cuprija.rs"
    cyrillic = "Пријавите се на https://lpa.gov.rs/njega #DaKliknemoZajedno @opstina_cuprija info@cuprija.rs"
    assert to_cyrillic(latin) == cyrillic
    assert to_latin(cyrillic) == latin


def test_a_cyrillic_hashtag_address_and_mention_stay_cyrillic_in_the_latin_text():
    text = "Погледајте #ДаКликнемоЗаједно и https://општина.срб/вести или општина.срб"
    assert to_latin(text) == "Pogledajte #ДаКликнемоЗаједно i https://општина.срб/вести ili општина.срб"


def test_punctuation_after_an_address_does_not_swallow_the_next_sentence():
    assert to_cyrillic("Idite na euprava.gov.rs. Hvala.") == "Идите на euprava.gov.rs. Хвала."
    assert to_cyrillic("Kraj rečenice.Nova rečenica") == "Крај реченице.Нова реченица"


def test_official_mixed_spelling_is_kept_in_both_directions():
    assert to_latin("еУправа, еВртић и QR код, ConsentID, ЈМБГ") == "eUprava, eVrtić i QR kod, ConsentID, JMBG"
    assert to_cyrillic("eUprava, eVrtić i QR kod, ConsentID, JMBG") == "еУправа, еВртић и QR код, ConsentID, ЈМБГ"


def test_words_of_the_municipality_extend_the_glossary_with_their_inflected_forms():
    assert to_cyrillic("Kamp Petlja u Petlji") == "Камп Петља у Петљи"
    assert to_cyrillic("Startit centar, u Startitu", ["Startit"]) == "Startit центар, у Startitu"


def test_a_glossary_word_inside_a_longer_word_is_not_matched():
    assert to_cyrillic("ID kartica, idemo, Hidrogradnja") == "ID картица, идемо, Хидроградња"


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("Odlukom XXI saziva", "Одлуком XXI сазива"),
        ("Trg Aleksandra II u centru", "Трг Александра II у центру"),
        ("II. faza radova", "II. фаза радова"),
        ("I faza i V razred", "I фаза и V разред"),
        ("I građani i gosti", "И грађани и гости"),
        ("VODA ILI STRUJA", "ВОДА ИЛИ СТРУЈА"),
        ("DA LI STE VI IZ GRADA", "ДА ЛИ СТЕ ВИ ИЗ ГРАДА"),
        ("MI radimo za vas, A DI si", "МИ радимо за вас, А ДИ си"),
    ],
)
def test_roman_numerals_stay_and_serbian_words_in_capitals_do_not(latin, cyrillic):
    assert to_cyrillic(latin) == cyrillic


def test_units_after_a_number_stay_latin():
    assert to_cyrillic("Brzina 50 km/h, 15 km, 20 m² do 15 h") == "Брзина 50 km/h, 15 km, 20 m² до 15 h"


def test_the_do_not_join_mark_separates_letters_and_leaves_before_publishing():
    assert to_cyrillic("n\u200cjegov") == "нјегов"
    assert for_publishing("n\u200cjegov") == "njegov"


def test_one_codepoint_digraphs_are_never_produced_and_are_read_as_two_letters():
    every = "".join(chr(code) for code in range(0x01C4, 0x01CD))
    assert for_publishing(every) == "DŽDždžLJLjljNJNjnj"
    assert to_cyrillic("ǆep i ǈig") == "џеп и Љиг"


def test_line_breaks_and_double_spaces_survive():
    assert to_cyrillic("Prvi red\n\n  drugi  red\r\n") == "Први ред\n\n  други  ред\r\n"


def test_quoted_text_is_converted_like_any_other():
    assert to_cyrillic("„Dobro došli“") == "„Добро дошли“"


def test_a_latin_letter_hidden_in_a_cyrillic_word_is_found():
    found = mixed_script_words("Општинa позива, QR-код, https://општинa.срб #Општинa")
    assert [(word.word, word.suspects, word.start) for word in found] == [("Општинa", "a", 0)]


SERBIAN = "абвгдђежзијклљмнњопрстћуфхцчџш"


@given(st.text(alphabet=SERBIAN + SERBIAN.upper() + " .,-!?\n„“"))
def test_cyrillic_to_latin_gives_nfc_without_cyrillic_or_one_codepoint_digraphs(text):
    latin = to_latin(text)
    assert latin == unicodedata.normalize("NFC", latin)
    assert not any("Ѐ" <= char <= "ӿ" or "\u01c4" <= char <= "\u01cc" for char in latin)


@given(st.text())
def test_any_text_can_be_converted_and_comes_back_in_nfc(text):
    for converted in (to_latin(text), to_cyrillic(text)):
        assert converted == unicodedata.normalize("NFC", converted)


@given(st.text(alphabet="abcčćdđžšnjlABCČĆDĐŽŠNJL .,-!?\n„“0123456789"))
def test_serbian_latin_is_not_changed_by_the_way_to_latin(text):
    assert to_latin(text) == text
