"""Home: what needs me today?

`home` sends a person with one workspace there; a mentor, programme staff and administrators find their own desk.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from common.sorting import sort_key
from municipalities.access import requires, signed_in
from municipalities.queries import workspaces
from municipalities.rules import Verb


@signed_in
def home(request: Any) -> HttpResponse:
    """The desk of a person; straight to the workspace where there is only one."""
    mine = sorted(workspaces(request.user), key=lambda m: sort_key(str(m)))
    if len(mine) == 1:
        return redirect("workspace", mine[0].slug)
    return render(request, "portal/desk.html", {"mine": mine})


@requires(Verb.WORKSPACE_VIEW)
def workspace(request: Any) -> HttpResponse:
    return render(request, "portal/workspace.html", {})
