"""Removes NUL characters from submitted forms: PostgreSQL cannot store them in text, and no keyboard types one."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

NUL = "\x00"


def without_null(values: QueryDict) -> QueryDict:
    """The same values, in the same order, without NUL. The object itself where it has none."""
    if not any(NUL in text for name, texts in values.lists() for text in (name, *texts)):
        return values
    cleaned = QueryDict(mutable=True, encoding=values.encoding)
    for name, texts in values.lists():
        cleaned.setlist(name.replace(NUL, ""), [text.replace(NUL, "") for text in texts])
    cleaned._mutable = False
    return cleaned


class NullCharacterMiddleware:
    """Below `CsrfViewMiddleware`, which reads the form of every view that is not exempt from it.

    Exempt views get their bytes as they came: a webhook signs them. JSON is cleaned where it is parsed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict[str, Any]) -> None:
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            request.POST = without_null(request.POST)  # type: ignore[assignment]  # immutable like the one it replaces
