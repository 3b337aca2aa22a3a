"""Pages that the service worker keeps for their person: docs/adr/0037-offline.md."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse

HEADER = "X-Kept-For"
View = TypeVar("View", bound=Callable)


def kept_offline(view: View) -> View:
    """Lets the worker keep the page; static/js/service_worker/caching.js lists its address as well. Not for pages with
    words of citizens. A page that says what has just been done is not kept, as it would say so again."""

    @wraps(view)
    def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        is_page = request.method == "GET" and response.status_code == 200
        if is_page and request.user.is_authenticated and not len(get_messages(request)):
            response.headers[HEADER] = str(request.user.pk)
        return response

    return marked  # type: ignore[return-value]
