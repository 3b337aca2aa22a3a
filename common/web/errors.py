"""How views show an `ActionNotAllowed`: at the field that it is about, or at the top of the next page."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from common.errors import ActionNotAllowed

T = TypeVar("T")


def run_verb(form: forms.BaseForm, verb: Callable[[], T]) -> T | None:
    """The result of `verb()`; None if it raised `ActionNotAllowed`, which the form then shows."""
    try:
        return verb()
    except ActionNotAllowed as error:
        add_form_error(form, error)
        return None


def add_form_error(form: forms.BaseForm, error: ActionNotAllowed) -> None:
    """At the field it is about, if the form has that field, else above the form."""
    form.add_error(error.field if error.field in form.fields else None, _whole(error))


def flash_error(request: HttpRequest, error: ActionNotAllowed) -> None:
    """As a message above the page that the person sees next."""
    messages.error(request, _whole(error))


def _whole(error: ActionNotAllowed) -> str:
    return " ".join((error.message, *error.details))
