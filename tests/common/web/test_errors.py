"""How a view shows what a verb refuses."""

from typing import Any

import pytest

from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest
from django.test import RequestFactory

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error


class NameForm(forms.Form):
    name = forms.CharField()


@pytest.fixture
def form() -> NameForm:
    form = NameForm({"name": "Ana"})
    assert form.is_valid()
    return form


@pytest.fixture
def request_with_messages(rf: RequestFactory) -> HttpRequest:
    request: Any = rf.post("/")
    request.session = {}
    request._messages = FallbackStorage(request)
    return request


def test_the_error_stands_at_its_field(form: NameForm) -> None:
    add_form_error(form, ActionNotAllowed("This name is taken.", "name"))
    assert form.errors == {"name": ["This name is taken."]}


@pytest.mark.parametrize("field", ["", "a field of another form"])
def test_an_error_without_a_field_of_the_form_stands_above_it(form: NameForm, field: str) -> None:
    add_form_error(form, ActionNotAllowed("The post is closed.", field))
    assert form.errors == {"__all__": ["The post is closed."]}


def test_details_follow_the_sentence(form: NameForm, request_with_messages: HttpRequest) -> None:
    error = ActionNotAllowed("No network takes it.", details=["The text is too long.", "A picture is missing."])
    whole = "No network takes it. The text is too long. A picture is missing."
    add_form_error(form, error)
    flash_error(request_with_messages, error)
    assert form.errors == {"__all__": [whole]}
    assert [(message.level_tag, message.message) for message in get_messages(request_with_messages)] == [
        ("error", whole)
    ]


def test_as_an_exception_it_is_its_sentence() -> None:
    assert str(ActionNotAllowed("The post is closed.", "name")) == "The post is closed."
