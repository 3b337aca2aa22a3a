"""The palette (Ctrl-K): go to a page or an action by typing a part of its name."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.web import SignedInRequest


@signed_in
@require_safe
def palette(request: SignedInRequest) -> HttpResponse:
    """The fragment of the dialog. Its entries are the links of the page on which it opens (static/js/palette.js), so
    it offers what the person may open there."""
    return render(request, "portal/palette.html")
