"""What every page needs: where one is, what one may open, and the workspace's state."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from municipalities.rules import Verb


@dataclass(frozen=True)
class Item:
    label: str
    url: str
    icon: str
    current: bool = False


# name of the url, English label, icon, verb
WORKSPACE = (("workspace", _("Home"), "house", Verb.WORKSPACE_VIEW),)


def navigation(request: Any) -> dict[str, Any]:
    return {"demo": settings.DEMO}
