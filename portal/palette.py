"""Fragments of dialogs that every page has: the palette (Ctrl-K), to go to a page or an action by typing a part of its
name, and the list of keys (`?`)."""

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


@signed_in
@require_safe
def keys(request: SignedInRequest) -> HttpResponse:
    """The fragment for pages without keys of their own (static/js/keys.js); the others have a dialog with theirs."""
    return render(request, "portal/keys.html")
