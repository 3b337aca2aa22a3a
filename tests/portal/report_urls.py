"""Pages that break over what they were sent."""

import logging

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from common.access import public
from portal import web_app

log = logging.getLogger(__name__)


@public
def broken(request: HttpRequest, token: str) -> HttpResponse:
    text = request.POST["text"]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::integer", [text])
    except Exception as problem:
        raise RuntimeError(f"{token}: {text}") from problem
    return HttpResponse(text)


@public
def logged(request: HttpRequest) -> HttpResponse:
    text = request.POST["text"]
    log.error("It was not understood: %s", text, extra={"text": text, "stack": True})
    log.error(f"It was not understood: {text}", stack_info=True)
    log.warning("Not even %s", text)
    return HttpResponse("Logged.")


urlpatterns = [
    path("broken/<str:token>/", broken, name="broken"),
    path("logged/", logged, name="logged"),
    # Every page names it, also that about a failure.
    path("manifest.webmanifest", web_app.manifest, name="manifest"),
]
