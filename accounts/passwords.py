"""Validators for passwords that are easy to guess in spite of their length.

Django's list of 20,000 common passwords holds some two hundred of twelve characters and more, so its words are also
looked for inside a password: `Password2026!` and `passwordpassword` are no better than `password`.
"""

import re
import string
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from serbian.folding import fold

# What has to be left of a password without the words that everybody tries.
OWN_CHARACTERS = 8
SHORTEST_WORD = 4
FEWEST_DIFFERENT = 5
# Words that people in Serbia try and that an international list does not have; folded as `serbian.folding.fold` does.
LOCAL = frozenset(
    """
    lozinka sifra tajna sekret opstina grad gradani srbija serbia beograd ljubav zvezda crvenazvezda partizan facebook
    instagram mreze objava portal swisspro dobrodosli zdravo leto zima prolece jesen januar februar mart april maj jun
    jul avgust septembar oktobar novembar decembar
    """.split()  # noqa: SIM905 -- one string is easier to read than forty
)
PORTAL = ("dobosar", "dobošar")
SEQUENCES = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
)

NOT_LETTERS = string.digits + string.punctuation + string.whitespace

WordSource = Callable[[], Iterable[str]]
CONTEXT: list[WordSource] = [lambda: PORTAL]


def register_context(source: WordSource) -> None:
    """Make passwords out of these words bad; for the app that knows them. Called when a password is chosen."""
    CONTEXT.append(source)


@lru_cache
def _common() -> frozenset[str]:
    return frozenset(password_validation.CommonPasswordValidator().passwords) | LOCAL


class CommonPasswordValidator:
    """No password of a list, nor one dressed up with digits, signs or repetition; no row of keys."""

    def validate(self, password: str, user: Any = None) -> None:
        plain = fold(password)
        if password.lower() in _common() or plain in _common() or _is_simple(plain):
            raise ValidationError(
                _("Others guess this password quickly: it is a known one, or close to one. Take four unrelated words."),
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        return _("It is not a known password, not even with digits after it.")


def _is_simple(plain: str) -> bool:
    if len(set(plain)) < FEWEST_DIFFERENT or any(plain in row or plain in row[::-1] for row in SEQUENCES):
        return True
    if (repeated := re.fullmatch(r"(.{1,40}?)\1+", plain)) is not None:
        return len(repeated[1]) < OWN_CHARACTERS or repeated[1] in _common()
    core = plain.strip(NOT_LETTERS)
    return core in _common() and len(plain) - len(core) < OWN_CHARACTERS


class ContextValidator:
    """No password that consists mostly of the portal's name, a municipality's, or the person's own."""

    def validate(self, password: str, user: Any = None) -> None:
        guessable = {fold(word) for source in CONTEXT for word in source()} | {fold(word) for word in _of(user)}
        left = plain = fold(password)
        for word in sorted(guessable, key=len, reverse=True):
            if len(word) >= SHORTEST_WORD:
                left = left.replace(word, " ")
        if left != plain and len(re.sub(r"\s", "", left)) < OWN_CHARACTERS:
            raise ValidationError(
                _("This password is mostly a name: yours, a municipality's or the portal's. Others try that first."),
                code="password_from_context",
            )

    def get_help_text(self) -> str:
        return _("It does not consist of your name, the name of a municipality or of the portal.")


def _of(user: Any) -> list[str]:
    """The parts of a person's name and address."""
    if user is None:
        return []
    return re.split(r"[\s@._+-]+", f"{getattr(user, 'name', '')} {getattr(user, 'email', '')}")
