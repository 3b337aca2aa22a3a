"""NUL comes from no keyboard: it is taken out before any form or view sees it."""

from __future__ import annotations

import pytest

from django.http import HttpResponse, QueryDict
from django.test import RequestFactory
from django.views.decorators.csrf import csrf_exempt

from common.null_characters import NullCharacterMiddleware, without_null
from tests.people import Cast, sign_in


def test_values_and_names_lose_their_null_characters() -> None:
    cleaned = without_null(QueryDict("a%00=1%00&a%00=2&b=3"))
    assert dict(cleaned.lists()) == {"a": ["1", "2"], "b": ["3"]}
    with pytest.raises(AttributeError):
        cleaned["a"] = "4"


def test_values_without_null_characters_are_the_same_object() -> None:
    values = QueryDict("a=1&a=2")
    assert without_null(values) is values


def test_a_view_gets_its_form_without_them() -> None:
    request = RequestFactory().post("/", {"note": "a\x00b"})
    NullCharacterMiddleware(lambda _: HttpResponse()).process_view(request, lambda _: HttpResponse(), (), {})
    assert request.POST["note"] == "ab"


def test_the_bytes_of_a_webhook_stay_as_they_came() -> None:
    request = RequestFactory().post("/", {"note": "a\x00b"})
    view = csrf_exempt(lambda _: HttpResponse())
    NullCharacterMiddleware(lambda _: HttpResponse()).process_view(request, view, (), {})
    assert b"a\x00b" in request.body


@pytest.mark.parametrize("path", ["/m/cuprija/inbox/?q=%00", "/m/cuprija/posts/?q=a%00b&page=%00", "/?x%00=1"])
def test_an_address_with_null_characters_opens_its_page(cast: Cast, path: str) -> None:
    assert sign_in(cast.approver).get(path, follow=True).status_code == 200


def test_a_form_with_null_characters_is_answered_in_words(cast: Cast) -> None:
    answer = sign_in(cast.approver).post("/m/cuprija/members/invite/", {"email": "a\x00", "role": "officer\x00"})
    assert answer.status_code == 422
