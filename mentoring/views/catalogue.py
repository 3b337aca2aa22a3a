"""Pages of the two lists that programme staff maintain: the rubric, and the library of activities."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from municipalities.models import Programme
from municipalities.web import ProgrammeRequest


class Verbs(Protocol):
    """What a module of `mentoring.domain` offers for its list; entries are named by their key."""

    def add(self, programme: Programme, content: Any, /, *, by: User) -> Any: ...
    def change(self, programme: Programme, key: str, content: Any, /, *, by: User) -> Any: ...
    def move(self, programme: Programme, key: str, steps: int, /, *, by: User) -> None: ...
    def use(self, programme: Programme, key: str, is_used: bool, /, *, by: User) -> None: ...


class ArrangeEntryForm(forms.Form):
    """What one of the buttons beside an entry does."""

    STEPS = {"up": -1, "down": 1}
    act = forms.ChoiceField(choices=[(act, act) for act in (*STEPS, "use", "leave_out")])


@dataclass(frozen=True)
class Catalogue:
    """One of the lists.

    `form` is a form that takes `entry`, an entry or None for a new one, and returns by `content()` what `verbs` store.
    `name` is how `template` calls the entry, `page` the name of the list's address.
    """

    verbs: Verbs
    entries: Callable[[Programme], Sequence[Any]]
    form: Callable[..., Any]
    template: str
    name: str
    page: str

    def new(self, request: ProgrammeRequest, programme: int, message: str) -> HttpResponse:
        row = programme_of(request, programme)
        form = self.form(_sent(request))
        if _stored(request, form, lambda: self.verbs.add(row, form.content(), by=request.user)):
            messages.success(request, message)
            return redirect(self.page)
        return self._form_page(request, form, None)

    def edit(self, request: ProgrammeRequest, programme: int, key: str, message: str) -> HttpResponse:
        row = programme_of(request, programme)
        entry = self._entry(row, key)
        form = self.form(_sent(request), entry=entry)
        if _stored(request, form, lambda: self.verbs.change(row, key, form.content(), by=request.user)):
            messages.success(request, message)
            return redirect(self.page)
        return self._form_page(request, form, entry)

    def arrange(self, request: ProgrammeRequest, programme: int, key: str) -> HttpResponse:
        """Move an entry, take it out of use or put it back."""
        row = programme_of(request, programme)
        self._entry(row, key)
        form = ArrangeEntryForm(request.POST)
        if not form.is_valid():
            return HttpResponse(status=400)
        act = form.cleaned_data["act"]
        try:
            if act in form.STEPS:
                self.verbs.move(row, key, form.STEPS[act], by=request.user)
            else:
                self.verbs.use(row, key, act == "use", by=request.user)
        except ActionNotAllowed as refused:
            flash_error(request, refused)
        return redirect(self.page)

    def _entry(self, programme: Programme, key: str) -> Any:
        entry = next((entry for entry in self.entries(programme) if entry.key == key), None)
        if entry is None:
            raise Http404
        return entry

    def _form_page(self, request: HttpRequest, form: forms.Form, entry: Any) -> HttpResponse:
        context = {"form": form, self.name: entry}
        return render(request, self.template, context, status=422 if form.errors else 200)


def programme_of(request: ProgrammeRequest, pk: int) -> Programme:
    """One of the programmes of this person; 404 for any other."""
    programme = next((row for row in request.programmes if row.pk == pk), None)
    if programme is None:
        raise Http404
    return programme


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _stored(request: HttpRequest, form: forms.Form, store: Callable[[], Any]) -> bool:
    """Whether what was sent is stored now; if it is refused, the form says why."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        store()
    except ActionNotAllowed as refused:
        add_form_error(form, refused)
        return False
    return True
