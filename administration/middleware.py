"""Stores the steps of a tour that a page has shown to be done."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.web import is_signed_in
from administration.domain import tours as verbs


class TourMiddleware:
    """`request.tour` is set while a page is rendered (`portal.context`). A page that failed shows nothing that counts
    as read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        tour = getattr(request, "tour", None)
        if tour is not None and tour.newly_done and response.status_code == 200 and is_signed_in(request):
            verbs.note_done(tour.newly_done, by=request.user)
        return response
