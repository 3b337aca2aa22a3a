"""An address whose view breaks, beside those of the portal."""

from typing import Any

from django.urls import path

from common.access import public
from portal.urls import urlpatterns as ours


@public
def broken(request: Any) -> None:
    raise RuntimeError("broken on purpose")


urlpatterns = [*ours, path("broken/", broken)]
