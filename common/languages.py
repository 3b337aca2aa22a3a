"""The interface's languages, from `settings.INTERFACE_LANGUAGES`, and the variant of stored texts that each shows.

Names of places, holidays, services and the like are stored in Serbian Cyrillic, from which Latin is derived, and often
in English as well. A language of the interface shows one of the three (`InterfaceLanguage.text_variant`).
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import NamedTuple, TypeVar

from django.conf import settings
from django.utils.translation import get_language

from common.lazy_text import LazyText
from serbian.transliteration import to_latin

CYRILLIC, LATIN, ENGLISH = "cyrl", "latn", "en"
Texts = TypeVar("Texts")


def once_per_language(make: Callable[[], Texts]) -> Callable[[], Texts]:
    """Keeps what a function without arguments returns in each language: texts do not change while a process runs, and
    translating a list of some thirty takes as long as a small query. Callers share the value and must not change it.
    """
    by_language = cache(lambda _language: make())

    @wraps(make)
    def in_current_language() -> Texts:
        return by_language(get_language())

    return in_current_language


class InterfaceLanguage(NamedTuple):
    code: str  # Django's language code
    tag: str  # of pages in it, BCP 47 with the script: fonts pick Serbian letterforms by it
    own_name: str  # in itself, with its script
    short_name: str  # in itself, where other languages and not scripts stand beside it
    text_variant: str  # CYRILLIC, LATIN or ENGLISH: which form of stored texts its pages show
    label: LazyText  # translated

    @property
    def language(self) -> str:
        """ISO 639."""
        return self.tag.partition("-")[0]

    @property
    def script(self) -> str:
        """ISO 15924 in small letters: "cyrl" or "latn"."""
        return CYRILLIC if self.tag.endswith("-Cyrl") else LATIN

    @property
    def region(self) -> str:
        return "GB" if self.language == "en" else "RS"


@cache
def interface_languages() -> tuple[InterfaceLanguage, ...]:
    return tuple(InterfaceLanguage(*language) for language in settings.INTERFACE_LANGUAGES)


def codes_and_tags() -> list[tuple[str, str]]:
    """For pages that repeat their text in every language, as their reader has not chosen one."""
    return [(language.code, language.tag) for language in interface_languages()]


@cache
def by_code() -> dict[str, InterfaceLanguage]:
    return {language.code: language for language in interface_languages()}


@cache
def by_tag() -> dict[str, InterfaceLanguage]:
    return {language.tag: language for language in interface_languages()}


def choices() -> list[tuple[str, LazyText]]:
    """(code, translated label), for fields of forms and models."""
    return [(language.code, language.label) for language in interface_languages()]


def default_code() -> str:
    """The language of a person who has not chosen one."""
    return interface_languages()[0].code


def current() -> InterfaceLanguage:
    """The active one; the first where none is active or an unknown one."""
    return by_code().get(get_language() or "") or interface_languages()[0]


def stored_text(cyrillic: str, english: str = "") -> str:
    """Stored words as pages in the active language show them: English where there is any, Latin derived."""
    variant = current().text_variant
    if variant == ENGLISH:
        return english or cyrillic
    return to_latin(cyrillic) if variant == LATIN else cyrillic


def of_script(script: str) -> InterfaceLanguage:
    """The Serbian interface in a script ("cyrl", "latn")."""
    return next(language for language in interface_languages() if language.text_variant == script)
