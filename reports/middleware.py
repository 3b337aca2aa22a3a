"""Answers public requests before sessions and users are loaded: no session is opened, no cookie read or set."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

PREFIXES = (
    "/p/", "/places/", "/open-data/", "/asked/", "/rules/", "/certificates/", "/consultations/", "/robots.txt",
    "/sitemap.xml", "/manifest.webmanifest", "/service-worker.js",
)  # fmt: skip


class PublicNumbersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIXES):
            return self.get_response(request)
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response
