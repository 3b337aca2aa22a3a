"""Bidirectional control characters: no language of the portal needs them, and they can disguise a text."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Embedding, override and isolates (U+202A to U+202E, U+2066 to U+2069), as text and in UTF-8. The marks without a scope
# (U+200E, U+200F) turn nothing but themselves and stay. https://www.unicode.org/reports/tr9/#Explicit_Directional_Embeddings
_IN_TEXT = re.compile("[\u202a-\u202e\u2066-\u2069]")
_IN_UTF8 = re.compile(rb"\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")


def without_bidi_controls(text: str) -> str:
    return _IN_TEXT.sub("", text)


class DirectionMiddleware:
    """Removes them from every page, so that a name cannot reverse the text beside it. Below `GZipMiddleware`.

    Data that scripts read (JSON in a page and in answers) holds them escaped and keeps them: a post goes out as it was
    written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html") and not response.streaming:
            response.content = _IN_UTF8.sub(b"", response.content)
        return response
