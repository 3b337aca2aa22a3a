"""Django's messages that our catalogue words anew."""

from pathlib import Path

import polib
import pytest

import django
from django import forms
from django.utils.translation import override

from common.rewording import REWORDED

PLACES = [Path(django.__file__).parent / part / "locale/sr/LC_MESSAGES/django.po" for part in ("conf", "contrib/auth")]


def test_every_reworded_message_is_still_one_of_django() -> None:
    known = {entry.msgid for place in PLACES for entry in polib.pofile(str(place)) if not entry.obsolete}
    assert [message for message in REWORDED if isinstance(message, str) and message not in known] == []


@pytest.mark.parametrize(
    ("language", "required", "too_long"),
    [
        ("sr", "Попуните ово поље.", "Скратите текст на највише 3 знака (сада их је 5)."),
        ("sr-latn", "Popunite ovo polje.", "Skratite tekst na najviše 3 znaka (sada ih je 5)."),
    ],
)
def test_a_form_says_what_to_do(language: str, required: str, too_long: str) -> None:
    field = forms.CharField(max_length=3)
    with override(language):
        assert [_refusal(field, ""), _refusal(field, "абвгд")] == [required, too_long]


def _refusal(field: forms.Field, value: str) -> str:
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(value)
    return refused.value.messages[0]
