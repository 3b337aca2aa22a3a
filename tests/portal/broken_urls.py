"""The portal's addresses, and one whose view breaks."""

from typing import Any

from django.http import HttpResponse
from django.urls import path

from common.access import public
from portal.urls import urlpatterns as ours


@public
def broken(request: Any) -> HttpResponse:
    raise RuntimeError("broken on purpose")


urlpatterns = [*ours, path("broken/", broken)]
