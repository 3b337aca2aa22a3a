"""The Serbian interface addresses people as *Ви*, on buttons as well as in sentences."""

from __future__ import annotations

import re

import polib
import pytest

from django.conf import settings

CATALOGUE = settings.BASE_DIR / "locale" / "sr" / "LC_MESSAGES" / "django.po"
WORD = re.compile(r"[А-Яа-яЂЈЉЊЋЏђјљњћџ]+")
SENTENCE = re.compile(r"(?:(?<=^)|(?<=[.!?…]\s)|(?<=„))([А-ЯЂЈЉЊЋЏ][а-яђјљњћџ]+)")
# Buttons and keys that do not begin with the command: "Поново отворите", "Није тамо, пошаљите", "отворите".
BUTTON = re.compile(r"^(?:(?:Поново|Ипак|Трајно) |[^.]*[:,] (?:поново )?)?([а-яђјљњћџ]+)")
LONGEST_BUTTON = 45
# What only looks like an imperative.
OTHER_WORDS = {
    "Објави": ("Објави је",),  # to a post
    "Одговори": ("Одговори", "Одговори који", "Одговори онако", "Одговори за", "Одговори испод"),  # answers
    "Ради": ("Ради", "ради евиденције"),  # works, for the sake of
    "Тражи": ("Тражи ли се", "Тражи га", "Тражи уклањање"),  # somebody asks for it
    "Уноси": ("Уноси га",),
    "Види": ("Види се", "Види га"),
    "Прати": ("Прати", "прати <strong>"),  # as on the networks that the practice network stands for
    "Покушај": ("Покушај уклањања",),  # an attempt
}
SINGULAR = re.compile(r"\b(?:ти|теби|тебе|твој\w*|твог\w*|твом\w*|ћеш|имаш|можеш|желиш|хоћеш)\b")


def translations() -> list[str]:
    catalogue = polib.pofile(str(CATALOGUE))
    return [text for entry in catalogue if not entry.obsolete for text in (entry.msgstr, *entry.msgstr_plural.values())]


def imperatives(texts: list[str]) -> set[str]:
    """The singular forms of all imperatives in the plural that some text has."""
    plural = {word.lower() for text in texts for word in WORD.findall(text) if re.search("(?:ите|јте)$", word)}
    return {word[:-2] for word in plural}


def familiar(texts: list[str]) -> list[str]:
    singular = imperatives(texts)
    return [text for text in texts if any(word.lower() in singular for word in commands(text))]


def commands(text: str) -> list[str]:
    """The words where a command would stand."""
    words = SENTENCE.findall(text) + (BUTTON.findall(text) if len(text) <= LONGEST_BUTTON else [])
    return [word for word in words if not any(part in text for part in OTHER_WORDS.get(word.capitalize(), ()))]


def test_no_sentence_or_button_commands_in_the_singular() -> None:
    assert familiar(translations()) == []


def test_nobody_is_addressed_by_the_familiar_pronoun() -> None:
    # "Ти дани" are these days.
    assert [text for text in translations() if SINGULAR.search(text.replace("Ти дани", ""))] == []


@pytest.mark.parametrize(
    "text",
    ["Сачувај", "Готово. Отвори објаву.", "Притисните „Пошаљи на одобрење”.", "Поново отвори", "Није тамо, пошаљи"],
)
def test_a_familiar_form_is_noticed(text: str) -> None:
    assert familiar([*translations(), text]) == [text]
